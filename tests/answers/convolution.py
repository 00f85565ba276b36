"""Answers to the exercise ``convolution``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    number(
        1,
        right={
            "(3 * 256**2 + 1) * 1000": "factored",
            "196_609_000.0": "a float",
        },
        wrong={
            "256 * 256 * 1000 + 1000": "counts one color",
            "3 * 256 * 256 * 1000 + 1": "one bias for all outputs",
            "3 * 256 * 256 * 1000": "forgets the biases",
            "3 * 256 * 256 + 1000": "adds inputs and outputs",
        },
    ),
    number(
        2,
        right={
            "10 * (3 * 3**2 + 1)": "factored",
            "sum(p.numel() for p in torch.nn.Conv2d(3, 10, 3).parameters())": "asks torch",
        },
        wrong={
            "10 * 3 * 3 + 10": "one slice for all colors",
            "10 * 3 * 3": "one slice for all colors, and no biases",
            "10 * 3 * 3 * 3": "forgets the biases",
            "254 * 254 * 10 * (27 + 1)": "counts the weights anew at each place",
        },
    ),
    choice(
        3,
        "d",
        {
            "a": "leaves out the padding",
            "b": "takes the input's channels for those of the output",
            "c": "takes padding 2 to keep the size, as it would for a window of 5",
        },
    ),
    choice(
        4,
        "b",
        {
            "a": "does not see the dense layer in a 1 × 1 convolution",
            "c": "does not know what decides the shape of the output",
            "d": "believes that two small windows see less than a large one",
        },
    ),
    choice(
        5,
        "c",
        {
            "a": "believes that pooling learns",
            "b": "believes that pooling mixes channels",
            "d": "takes the window for the stride",
        },
    ),
    number(
        6,
        right={
            "3_612_672.0": "a float",
            "math.prod((32, 28, 28, 16, 3, 3))": "a product of all sizes",
        },
        wrong={
            "32 * 26 * 26 * 16 * 3 * 3": "forgets the padding",
            "32 * 28 * 28 * 3 * 3": "forgets the sum over input channels",
            "32 * 16 * 3 * 3": "counts the weights, each used once",
            "32 * 28 * 28 * 16": "forgets the window",
        },
    ),
    choice(
        7,
        "d",
        {
            "a": "takes what is hard for people for what is hard for every network",
            "b": "believes that a network uses whatever information is there",
            "c": "exchanges the roles of the two networks",
        },
    ),
    choice(
        8,
        "b",
        {
            "a": "believes the name of the layer",
            "c": "believes that the flip is beyond what a kernel can learn",
            "d": "believes that both orientations occur",
        },
    ),
]

CORR2D = Question(
    "b1-corr2d",
    "b1-corr2d-idea-test",
    wrong=(
        Answer(
            "turned",
            "turns the kernel, as a convolution in the strict sense does",
            """
            def corr2d(x, kernel):
                (H, W), (h, w) = x.shape, kernel.shape
                if h > H or w > W:
                    raise ValueError("too large")
                kernel = kernel.flip(0, 1)
                y = torch.zeros(H - h + 1, W - w + 1, dtype=x.dtype)
                for i in range(H - h + 1):
                    for j in range(W - w + 1):
                        y[i, j] = (x[i : i + h, j : j + w] * kernel).sum()
                return y
            """,
        ),
        Answer(
            "one-short",
            "forgets the last position: H - h by W - w outputs",
            """
            def corr2d(x, kernel):
                (H, W), (h, w) = x.shape, kernel.shape
                if h > H or w > W:
                    raise ValueError("too large")
                y = torch.zeros(H - h, W - w, dtype=x.dtype)
                for i in range(H - h):
                    for j in range(W - w):
                        y[i, j] = (x[i : i + h, j : j + w] * kernel).sum()
                return y
            """,
        ),
        Answer(
            "float",
            "always makes an output of float32",
            """
            def corr2d(x, kernel):
                (H, W), (h, w) = x.shape, kernel.shape
                if h > H or w > W:
                    raise ValueError("too large")
                y = torch.zeros(H - h + 1, W - w + 1)
                for i in range(H - h + 1):
                    for j in range(W - w + 1):
                        y[i, j] = (x[i : i + h, j : j + w] * kernel).sum()
                return y
            """,
            loses="dtypes",
        ),
        Answer(
            "checks-height-only",
            "complains only where the kernel is too large in both directions",
            """
            def corr2d(x, kernel):
                (H, W), (h, w) = x.shape, kernel.shape
                if h > H and w > W:
                    raise ValueError("too large")
                y = torch.zeros(max(H - h + 1, 0), max(W - w + 1, 0), dtype=x.dtype)
                for i in range(H - h + 1):
                    for j in range(W - w + 1):
                        y[i, j] = (x[i : i + h, j : j + w] * kernel).sum()
                return y
            """,
            loses="errors",
        ),
        Answer(
            "library",
            "lets torch convolve",
            """
            def corr2d(x, kernel):
                if kernel.shape[0] > x.shape[0] or kernel.shape[1] > x.shape[1]:
                    raise ValueError("too large")
                y = F.conv2d(x[None, None].double(), kernel[None, None].double())
                return y[0, 0].to(x.dtype)
            """,
        ),
        Answer(
            "plain-numbers",
            "sums plain numbers, which know no gradient",
            """
            def corr2d(x, kernel):
                (H, W), (h, w) = x.shape, kernel.shape
                if h > H or w > W:
                    raise ValueError("too large")
                rows = [[(x[i : i + h, j : j + w] * kernel).sum().item() for j in range(W - w + 1)]
                        for i in range(H - h + 1)]
                return torch.tensor(rows, dtype=x.dtype)
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "unfold",
            "all windows as a view, one sum",
            """
            def corr2d(x, kernel):
                h, w = kernel.shape
                if h > x.shape[0] or w > x.shape[1]:
                    raise ValueError("the kernel is larger than the image")
                return (x.unfold(0, h, 1).unfold(1, w, 1) * kernel).sum(dim=(-2, -1))
            """,
        ),
        Answer(
            "shifted-images",
            "a sum of shifted images, a loop over the kernel's places",
            """
            def corr2d(x, kernel):
                H, W = (n - k + 1 for n, k in zip(x.shape, kernel.shape))
                if min(H, W) < 1:
                    raise ValueError("does not fit")
                y = 0
                for a in range(kernel.shape[0]):
                    for b in range(kernel.shape[1]):
                        y = y + kernel[a, b] * x[a : a + H, b : b + W]
                return y
            """,
        ),
    ),
)

CHECK_SIZES = Question(
    "b2-check-sizes",
    "b2-check-sizes-idea-test",
    wrong=(
        Answer(
            "easy-numbers",
            "asks only for stride 1 without padding and dilation",
            """
            def check_sizes(f):
                for n, kernel in [(7, 3), (5, 1), (9, 4), (3, 3)]:
                    assert type(f(n, kernel, 1, 0, 1)) is int
                    assert f(n, kernel, 1, 0, 1) == n - kernel + 1
                for bad in [(2, 3, 1, 0, 1), (5, 3, 0, 0, 1), (5, 3, 1, 0, 0), (5, 0, 1, 0, 1)]:
                    try:
                        f(*bad)
                    except ValueError:
                        continue
                    raise AssertionError(bad)
            """,
            loses="idea, edges",
        ),
        Answer(
            "strict-to-all",
            "expects a number that nobody should give",
            """
            def check_sizes(f):
                assert f(7, 3, 1, 0, 1) == 5
                assert f(7, 3, 2, 0, 1) == 2
                assert f(28, 5, 1, 2, 1) == 28
                assert f(7, 3, 1, 0, 2) == 3
            """,
        ),
        Answer(
            "looks-on",
            "calls the function and compares nothing",
            """
            def check_sizes(f):
                for n in range(3, 9):
                    for stride in (1, 2, 3):
                        f(n, 3, stride, 1, 1)
            """,
        ),
        Answer(
            "steps-that-fit",
            "chooses sizes with which every step comes out even, and compares the numbers only",
            """
            def check_sizes(f):
                right = {(7, 3, 1, 0, 1): 5, (7, 3, 2, 0, 1): 3, (28, 5, 1, 2, 1): 28,
                         (9, 3, 2, 1, 1): 5, (7, 2, 1, 0, 2): 5}
                for arguments, want in right.items():
                    assert f(*arguments) == want
                for bad in [(2, 3, 1, 0, 1), (3, 3, 1, 0, 2), (5, 3, 0, 0, 1), (5, 3, 1, 0, 0),
                            (5, 0, 1, 0, 1)]:
                    try:
                        f(*bad)
                    except ValueError:
                        continue
                    raise AssertionError(bad)
            """,
            loses="edges",
        ),
        Answer(
            "no-errors",
            "never asks for what should be refused",
            """
            def check_sizes(f):
                right = {(7, 3, 1, 0, 1): 5, (8, 3, 2, 0, 1): 3, (28, 5, 1, 2, 1): 28,
                         (8, 3, 3, 1, 1): 3, (7, 3, 1, 0, 2): 3, (3, 3, 1, 0, 1): 1}
                for arguments, want in right.items():
                    got = f(*arguments)
                    assert type(got) is int and got == want
            """,
            loses="errors",
        ),
        Answer(
            "own-rules",
            "wants errors that the text does not ask for",
            """
            def check_sizes(f):
                right = {(7, 3, 1, 0, 1): 5, (8, 3, 2, 0, 1): 3, (28, 5, 1, 2, 1): 28,
                         (8, 3, 3, 1, 1): 3, (7, 3, 1, 0, 2): 3, (3, 3, 1, 0, 1): 1}
                for arguments, want in right.items():
                    got = f(*arguments)
                    assert type(got) is int and got == want
                for bad in [(2, 3, 1, 0, 1), (3, 3, 1, 0, 2), (5, 3, 0, 0, 1), (5, 3, 1, 0, 0),
                            (5, 0, 1, 0, 1), (0, 3, 1, 0, 1)]:
                    try:
                        f(*bad)
                    except ValueError:
                        continue
                    raise AssertionError(bad)
            """,
            loses="fair",
        ),
    ),
    right=(
        Answer(
            "against-its-own",
            "compares with a formula of its own, for many numbers",
            """
            import itertools


            def check_sizes(f):
                choices = (1, 4, 7, 8), (0, 1, 3), (0, 1, 2), (0, 2), (0, 1, 2)
                for numbers in itertools.product(*choices):
                    n, kernel, stride, padding, dilation = numbers
                    left = n + 2 * padding - dilation * (kernel - 1) - 1
                    want = "refused"
                    if min(kernel, stride, dilation) > 0 and left >= 0:
                        want = left // stride + 1
                    try:
                        got = f(*numbers)
                    except ValueError:
                        got = "refused"
                    if got != want or isinstance(got, float):
                        raise RuntimeError(f"{numbers} gives {got}")
            """,
        ),
        Answer(
            "torch",
            "asks torch what is right",
            """
            def check_sizes(f):
                for n, k, s, p, d in [(7, 3, 1, 0, 1), (8, 3, 2, 0, 1), (9, 3, 2, 2, 2),
                                      (3, 3, 4, 0, 1), (10, 4, 3, 1, 1)]:
                    layer = nn.Conv1d(1, 1, k, s, p, d)
                    got = f(n, k, s, p, d)
                    if type(got) is not int or got != layer(torch.zeros(1, 1, n)).shape[-1]:
                        raise ValueError("wrong")
                for numbers in ((2, 3, 1, 0, 1), (3, 2, 1, 0, 3), (5, 3, 0, 0, 1), (5, 3, 1, 0, 0),
                                (5, 0, 1, 0, 1)):
                    try:
                        f(*numbers)
                    except ValueError:
                        pass
                    else:
                        assert False, numbers


            from torch import nn
            """,
        ),
    ),
)

CONV2D = Question(
    "b3-conv2d",
    "b3-conv2d-idea-test",
    wrong=(
        Answer(
            "turned",
            "turns the kernels",
            """
            def conv2d(x, weight, bias=None, stride=1, padding=0):
                if x.shape[1] != weight.shape[1]:
                    raise ValueError("channels")
                if any(k > n + 2 * padding for n, k in zip(x.shape[2:], weight.shape[2:])):
                    raise ValueError("does not fit")
                h, w = weight.shape[2:]
                x = F.pad(x, (padding,) * 4)
                windows = x.unfold(2, h, stride).unfold(3, w, stride)
                y = torch.einsum("ncijhw,ochw->noij", windows, weight.flip(2, 3))
                return y if bias is None else y + bias[:, None, None]
            """,
        ),
        Answer(
            "first-channel",
            "looks at the first input channel only",
            """
            def conv2d(x, weight, bias=None, stride=1, padding=0):
                if x.shape[1] != weight.shape[1]:
                    raise ValueError("channels")
                if any(k > n + 2 * padding for n, k in zip(x.shape[2:], weight.shape[2:])):
                    raise ValueError("does not fit")
                x, weight = x[:, :1], weight[:, :1]
                h, w = weight.shape[2:]
                x = F.pad(x, (padding,) * 4)
                windows = x.unfold(2, h, stride).unfold(3, w, stride)
                y = torch.einsum("ncijhw,ochw->noij", windows, weight)
                return y if bias is None else y + bias[:, None, None]
            """,
            loses="idea, steps, tensors",
        ),
        Answer(
            "padding-before",
            "puts the zeros above and to the left only",
            """
            def conv2d(x, weight, bias=None, stride=1, padding=0):
                if x.shape[1] != weight.shape[1]:
                    raise ValueError("channels")
                if any(k > n + 2 * padding for n, k in zip(x.shape[2:], weight.shape[2:])):
                    raise ValueError("does not fit")
                h, w = weight.shape[2:]
                x = F.pad(x, (2 * padding, 0, 2 * padding, 0))
                windows = x.unfold(2, h, stride).unfold(3, w, stride)
                y = torch.einsum("ncijhw,ochw->noij", windows, weight)
                return y if bias is None else y + bias[:, None, None]
            """,
            loses="steps",
        ),
        Answer(
            "stride-of-rows",
            "moves by the stride from row to row, but by one pixel within a row",
            """
            def conv2d(x, weight, bias=None, stride=1, padding=0):
                if x.shape[1] != weight.shape[1]:
                    raise ValueError("channels")
                if any(k > n + 2 * padding for n, k in zip(x.shape[2:], weight.shape[2:])):
                    raise ValueError("does not fit")
                h, w = weight.shape[2:]
                x = F.pad(x, (padding,) * 4)
                windows = x.unfold(2, h, stride).unfold(3, w, 1)
                y = torch.einsum("ncijhw,ochw->noij", windows, weight)
                return y if bias is None else y + bias[:, None, None]
            """,
            loses="steps",
        ),
        Answer(
            "bias-of-columns",
            "adds the bias along the last dimension, that of the columns",
            """
            def conv2d(x, weight, bias=None, stride=1, padding=0):
                if x.shape[1] != weight.shape[1]:
                    raise ValueError("channels")
                if any(k > n + 2 * padding for n, k in zip(x.shape[2:], weight.shape[2:])):
                    raise ValueError("does not fit")
                h, w = weight.shape[2:]
                x = F.pad(x, (padding,) * 4)
                windows = x.unfold(2, h, stride).unfold(3, w, stride)
                y = torch.einsum("ncijhw,ochw->noij", windows, weight)
                return y if bias is None else y + bias
            """,
            loses="idea, steps, tensors",
        ),
        Answer(
            "repeats-channels",
            "lets one channel of a kernel serve all channels of the image",
            """
            def conv2d(x, weight, bias=None, stride=1, padding=0):
                if weight.shape[1] == 1:
                    weight = weight.expand(-1, x.shape[1], -1, -1)
                if x.shape[1] != weight.shape[1]:
                    raise ValueError("channels")
                if any(k > n + 2 * padding for n, k in zip(x.shape[2:], weight.shape[2:])):
                    raise ValueError("does not fit")
                h, w = weight.shape[2:]
                x = F.pad(x, (padding,) * 4)
                windows = x.unfold(2, h, stride).unfold(3, w, stride)
                y = torch.einsum("ncijhw,ochw->noij", windows, weight)
                return y if bias is None else y + bias[:, None, None]
            """,
            loses="errors",
        ),
        Answer(
            "library",
            "lets torch convolve, under another name",
            """
            from torch.nn.functional import conv2d as convolved

            def conv2d(x, weight, bias=None, stride=1, padding=0):
                if x.shape[1] != weight.shape[1]:
                    raise ValueError("channels")
                if any(k > s + 2 * padding for k, s in zip(weight.shape[2:], x.shape[2:])):
                    raise ValueError("too large")
                return convolved(x, weight, bias, stride, padding)
            """,
        ),
        Answer(
            "detached-weight",
            "takes the kernels for constants",
            """
            def conv2d(x, weight, bias=None, stride=1, padding=0):
                (N, C, H, W), (O, D, h, w) = x.shape, weight.shape
                if C != D or h > H + 2 * padding or w > W + 2 * padding:
                    raise ValueError("does not fit")
                weight = weight.detach()
                x = F.pad(x, (padding,) * 4)
                sum_up = "nchw,ochw->no"
                rows = [torch.stack([torch.einsum(sum_up, x[:, :, i : i + h, j : j + w], weight)
                                     for j in range(0, x.shape[3] - w + 1, stride)], dim=2)
                        for i in range(0, x.shape[2] - h + 1, stride)]
                y = torch.stack(rows, dim=2)
                return y if bias is None else y + bias[:, None, None]
            """,
            loses="tensors",
        ),
        Answer(
            "half-the-margin",
            "counts the margin once when it asks whether a window fits",
            """
            def conv2d(x, weight, bias=None, stride=1, padding=0):
                (N, C, H, W), (O, D, h, w) = x.shape, weight.shape
                if C != D or h > H + padding or w > W + padding:
                    raise ValueError("channels or window")
                x = torch.nn.functional.pad(x, (padding,) * 4)
                columns = x.unfold(2, h, stride).unfold(3, w, stride)
                y = torch.einsum("ncijhw,ochw->noij", columns, weight)
                return y if bias is None else y + bias[:, None, None]
            """,
            loses="errors",
        ),
    ),
    right=(
        Answer(
            "loops",
            "loops over images, kernels, rows and columns",
            """
            def conv2d(x, weight, bias=None, stride=1, padding=0):
                (N, C, H, W), (O, D, h, w) = x.shape, weight.shape
                H, W = H + 2 * padding, W + 2 * padding
                if C != D or h > H or w > W:
                    raise ValueError("images and kernels do not fit each other")
                big = x.new_zeros(N, C, H, W)
                big[:, :, padding : H - padding, padding : W - padding] = x
                images = []
                for image in big:
                    maps = []
                    for o in range(O):
                        rows = [
                            [(image[:, i : i + h, j : j + w] * weight[o]).sum()
                             for j in range(0, W - w + 1, stride)]
                            for i in range(0, H - h + 1, stride)
                        ]
                        y = torch.stack([torch.stack(row) for row in rows])
                        maps.append(y if bias is None else y + bias[o])
                    images.append(torch.stack(maps))
                return torch.stack(images)
            """,
        ),
        Answer(
            "columns",
            "windows as columns and one matrix product",
            """
            def conv2d(x, weight, bias=None, stride=1, padding=0):
                if x.shape[1] != weight.shape[1]:
                    raise ValueError("channels")
                H, W = ((n + 2 * padding - k) // stride + 1
                        for n, k in zip(x.shape[2:], weight.shape[2:]))
                if H < 1 or W < 1:
                    raise ValueError("does not fit")
                columns = F.unfold(x, tuple(weight.shape[2:]), padding=padding, stride=stride)
                y = (weight.flatten(1) @ columns).view(len(x), len(weight), H, W)
                return y if bias is None else y + bias.view(1, -1, 1, 1)
            """,
        ),
    ),
)

MAX_POOL = Question(
    "b4-max-pool",
    "b4-max-pool-values-test",
    wrong=(
        Answer(
            "place-in-window",
            "counts the place within the window",
            """
            def max_pool2d(x, size, stride=None):
                stride = stride or size
                windows = x.unfold(2, size, stride).unfold(3, size, stride).flatten(4)
                values, places = windows.max(dim=4)
                return values, places
            """,
            loses="places, edges",
        ),
        Answer(
            "place-in-batch",
            "counts the place through the whole batch",
            """
            def max_pool2d(x, size, stride=None):
                stride = stride or size
                W = x.shape[3]
                N, C, H, W = x.shape
                images = torch.arange(N * C).view(N, C, 1, 1)
                windows = x.unfold(2, size, stride).unfold(3, size, stride).flatten(4)
                values, best = windows.max(dim=4)
                top = stride * torch.arange(values.shape[2])[:, None]
                left = stride * torch.arange(values.shape[3])
                return values, (top + best // size) * W + left + best % size + images * H * W
            """,
            loses="places",
        ),
        Answer(
            "last-of-equals",
            "takes the last of equal numbers",
            """
            def max_pool2d(x, size, stride=None):
                stride = stride or size
                W = x.shape[3]
                windows = x.unfold(2, size, stride).unfold(3, size, stride).flatten(4)
                values, best = windows.flip(4).max(dim=4)
                best = size * size - 1 - best
                top = stride * torch.arange(values.shape[2])[:, None]
                left = stride * torch.arange(values.shape[3])
                return values, (top + best // size) * W + left + best % size
            """,
            loses="edges",
        ),
        Answer(
            "never-negative",
            "starts the search for the maximum at zero",
            """
            def max_pool2d(x, size, stride=None):
                stride = stride or size
                W = x.shape[3]
                windows = x.unfold(2, size, stride).unfold(3, size, stride).flatten(4)
                values, best = windows.max(dim=4)
                top = stride * torch.arange(values.shape[2])[:, None]
                left = stride * torch.arange(values.shape[3])
                return values.clamp(min=0), (top + best // size) * W + left + best % size
            """,
            loses="edges",
        ),
        Answer(
            "always-its-size",
            "ignores the stride",
            """
            def max_pool2d(x, size, stride=None):
                stride = size
                W = x.shape[3]
                windows = x.unfold(2, size, stride).unfold(3, size, stride).flatten(4)
                values, best = windows.max(dim=4)
                top = stride * torch.arange(values.shape[2])[:, None]
                left = stride * torch.arange(values.shape[3])
                return values, (top + best // size) * W + left + best % size
            """,
            loses="values, places",
        ),
        Answer(
            "incomplete-windows",
            "pools what is left at the border, too",
            """
            def max_pool2d(x, size, stride=None):
                stride = stride or size
                W = x.shape[3]
                H = x.shape[2]
                x = F.pad(x, (0, (size - W) % stride, 0, (size - H) % stride), value=-math.inf)
                windows = x.unfold(2, size, stride).unfold(3, size, stride).flatten(4)
                values, best = windows.max(dim=4)
                top = stride * torch.arange(values.shape[2])[:, None]
                left = stride * torch.arange(values.shape[3])
                return values, (top + best // size) * W + left + best % size
            """,
            loses="edges",
        ),
        Answer(
            "library",
            "lets torch pool",
            """
            def max_pool2d(x, size, stride=None):
                return torch.nn.MaxPool2d(size, stride, return_indices=True)(x)
            """,
        ),
        Answer(
            "detached",
            "looks for the maxima in a copy that knows no gradient",
            """
            def max_pool2d(x, size, stride=None):
                stride, W = stride or size, x.shape[3]
                windows = x.detach().unfold(2, size, stride).unfold(3, size, stride).flatten(4)
                values, best = windows.max(dim=4)
                top = stride * torch.arange(values.shape[2])[:, None]
                left = stride * torch.arange(values.shape[3])
                return values, (top + best // size) * W + left + best % size
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "windows",
            "all windows at once; a list comes back",
            """
            def max_pool2d(x, size, stride=None):
                if stride is None:
                    stride = size
                W = x.shape[3]
                windows = x.unfold(2, size, stride).unfold(3, size, stride)
                windows = windows.reshape(*windows.shape[:4], size * size)
                values, k = windows.max(dim=-1)
                i = torch.arange(values.shape[2])[:, None] * stride
                j = torch.arange(values.shape[3])[None, :] * stride
                return [values, (i + k // size) * W + j + k % size]
            """,
        ),
        Answer(
            "scalars",
            "compares number by number",
            """
            def max_pool2d(x, size, stride=None):
                s = stride or size
                N, C, H, W = x.shape
                values = x.new_zeros(N, C, (H - size) // s + 1, (W - size) // s + 1)
                places = torch.zeros(values.shape, dtype=torch.long)
                for n in range(N):
                    for c in range(C):
                        plane = x[n, c].tolist()
                        for i in range(values.shape[2]):
                            for j in range(values.shape[3]):
                                where = 0
                                best = -math.inf
                                for a in range(i * s, i * s + size):
                                    for b in range(j * s, j * s + size):
                                        if plane[a][b] > best:
                                            best, where = plane[a][b], a * W + b
                                values[n, c, i, j] = x[n, c, where // W, where % W]
                                places[n, c, i, j] = where
                return values, places
            """,
        ),
    ),
)

SEEN = Question(
    "b5-receptive-field",
    "b5-receptive-field-idea-test",
    wrong=(
        Answer(
            "wrong-order",
            "goes through the layers from the image on",
            """
            def seen_pixels(layers, i):
                first = last = i
                for kernel, stride, padding in layers:
                    first = first * stride - padding
                    last = last * stride - padding + kernel - 1
                return first, last
            """,
        ),
        Answer(
            "no-padding",
            "leaves the padding out",
            """
            def seen_pixels(layers, i):
                first = last = i
                for kernel, stride, _ in reversed(layers):
                    first = first * stride
                    last = last * stride + kernel - 1
                return first, last
            """,
            loses="padding",
        ),
        Answer(
            "one-too-many",
            "takes the last pixel for the one behind it",
            """
            def seen_pixels(layers, i):
                first = last = i
                for kernel, stride, padding in reversed(layers):
                    first = first * stride - padding
                    last = last * stride - padding + kernel
                return first, last
            """,
        ),
        Answer(
            "no-strides",
            "adds up the kernels and forgets the strides",
            """
            def seen_pixels(layers, i):
                size = 1 + sum(kernel - 1 for kernel, _, _ in layers)
                start = i - sum(padding for _, _, padding in layers)
                return start, start + size - 1
            """,
        ),
        Answer(
            "clipped",
            "cuts the field off at the image's border",
            """
            def seen_pixels(layers, i):
                first = last = i
                for kernel, stride, padding in reversed(layers):
                    first = first * stride - padding
                    last = last * stride - padding + kernel - 1
                return max(first, 0), max(last, 0)
            """,
            loses="padding",
        ),
        Answer(
            "needs-a-layer",
            "begins with the last layer, whether there is one or not",
            """
            def seen_pixels(layers, i):
                kernel, stride, padding = layers[-1]
                first, last = i * stride - padding, i * stride - padding + kernel - 1
                for kernel, stride, padding in layers[-2::-1]:
                    first = first * stride - padding
                    last = last * stride - padding + kernel - 1
                return first, last
            """,
            loses="edges",
        ),
        Answer(
            "empties-the-list",
            "takes the layers out of the list that it is given",
            """
            def seen_pixels(layers, i):
                first = last = i
                while layers:
                    kernel, stride, padding = layers.pop()
                    first = first * stride - padding
                    last = last * stride - padding + kernel - 1
                return first, last
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "forward",
            "size, step and start from the image on; a list comes back",
            """
            def seen_pixels(layers, i):
                size, step, start = 1, 1, 0
                for kernel, stride, padding in layers:
                    size += (kernel - 1) * step
                    start -= padding * step
                    step *= stride
                return [start + i * step, start + i * step + size - 1]
            """,
        ),
        Answer(
            "sets",
            "follows every single pixel",
            """
            def seen_pixels(layers, i):
                seen = {i}
                for kernel, stride, padding in layers[::-1]:
                    seen = {j * stride - padding + a for j in seen for a in range(kernel)}
                return min(seen), max(seen)
            """,
        ),
    ),
)

IM2COL = Question(
    "b6-im2col",
    "b6-im2col-idea-test",
    wrong=(
        Answer(
            "rows",
            "makes each window a row",
            """
            def im2col(x, size, stride=1):
                h, w = size
                return torch.stack([
                    x[:, i : i + h, j : j + w].reshape(-1)
                    for i in range(0, x.shape[1] - h + 1, stride)
                    for j in range(0, x.shape[2] - w + 1, stride)
                ])
            """,
        ),
        Answer(
            "channels-last",
            "puts the channels of a pixel next to each other",
            """
            def im2col(x, size, stride=1):
                h, w = size
                return torch.stack([
                    x[:, i : i + h, j : j + w].permute(1, 2, 0).reshape(-1)
                    for i in range(0, x.shape[1] - h + 1, stride)
                    for j in range(0, x.shape[2] - w + 1, stride)
                ], dim=1)
            """,
        ),
        Answer(
            "columns-first",
            "goes down the image before it goes to the right",
            """
            def im2col(x, size, stride=1):
                h, w = size
                return torch.stack([
                    x[:, i : i + h, j : j + w].reshape(-1)
                    for j in range(0, x.shape[2] - w + 1, stride)
                    for i in range(0, x.shape[1] - h + 1, stride)
                ], dim=1)
            """,
        ),
        Answer(
            "touching",
            "lets the windows touch and not overlap, as in pooling",
            """
            def im2col(x, size, stride=1):
                h, w = size
                windows = x.unfold(1, h, h).unfold(2, w, w)
                C, H, W = windows.shape[:3]
                return windows.permute(0, 3, 4, 1, 2).reshape(C * h * w, H * W)
            """,
        ),
        Answer(
            "stride-of-rows",
            "moves by the stride from row to row, but by one pixel within a row",
            """
            def im2col(x, size, stride=1):
                h, w = size
                windows = x.unfold(1, h, stride).unfold(2, w, 1)
                C, H, W = windows.shape[:3]
                return windows.permute(0, 3, 4, 1, 2).reshape(C * h * w, H * W)
            """,
            loses="strides",
        ),
        Answer(
            "reshaped",
            "reshapes where it would have to permute",
            """
            def im2col(x, size, stride=1):
                h, w = size
                windows = x.unfold(1, h, stride).unfold(2, w, stride)  # (C, H', W', h, w)
                return windows.reshape(len(x) * h * w, -1)
            """,
        ),
        Answer(
            "library",
            "lets torch unfold",
            """
            def im2col(x, size, stride=1):
                if x.is_floating_point():
                    return F.unfold(x[None], size, stride=stride)[0]
                return F.unfold(x[None].double(), size, stride=stride)[0].to(x.dtype)
            """,
        ),
        Answer(
            "plain-numbers",
            "copies plain numbers, which know no gradient",
            """
            def im2col(x, size, stride=1):
                (C, H, W), (h, w) = x.shape, size
                columns = [x[:, i : i + h, j : j + w].reshape(-1).tolist()
                           for i in range(0, H - h + 1, stride)
                           for j in range(0, W - w + 1, stride)]
                return torch.tensor(columns, dtype=x.dtype).T
            """,
            loses="tensors",
        ),
    ),
    right=(
        Answer(
            "slices",
            "a slice of the image for each place of the window",
            """
            def im2col(x, size, stride=1):
                (C, H, W), (h, w) = x.shape, size
                rows, columns = (H - h) // stride + 1, (W - w) // stride + 1
                slices = [
                    x[:, a : a + stride * (rows - 1) + 1 : stride,
                      b : b + stride * (columns - 1) + 1 : stride]
                    for a in range(h) for b in range(w)
                ]
                return torch.stack(slices, dim=1).reshape(C * h * w, rows * columns)
            """,
        ),
        Answer(
            "views",
            "windows as a view, then permuted",
            """
            def im2col(x, size, stride=1):
                windows = x.unfold(1, size[0], stride).unfold(2, size[1], stride)
                C, H, W, h, w = windows.shape
                return windows.permute(0, 3, 4, 1, 2).reshape(C * h * w, H * W)
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, CORR2D, CHECK_SIZES, CONV2D, MAX_POOL, SEEN, IM2COL]

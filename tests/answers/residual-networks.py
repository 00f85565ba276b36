"""Answers to the exercise ``residual-networks``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "b",
        {
            "a": "takes the channels for the size of the batch, and 2d for linear layers",
            "c": "confuses the layer for maps with the one for linear layers",
            "d": "takes the channels for the size of the batch",
        },
    ),
    choice(
        2,
        "a",
        {
            "b": "does not know where the layer usually stands",
            "c": "believes that the batch decides in use as well",
            "d": "does not know what normalizing is for",
        },
    ),
    choice(
        3,
        "d",
        {
            "a": "takes every shortcut for a convolution",
            "b": "does not know the degradation problem",
            "c": "believes that deeper is better without end",
        },
    ),
    choice(
        4,
        "c",
        {
            "a": "takes a 1×1 convolution for the classifier's layer",
            "b": "gets the direction wrong",
            "d": "takes a convolution for a nonlinearity",
        },
    ),
    number(
        5,
        right={
            "59049.0": "a float",
            "3**10": "the quotient of one layer, ten times",
            "torch.full((10,), 1.5).prod() / torch.full((10,), 0.5).prod()": "two products",
        },
        wrong={
            "3": "one layer only",
            "3 * 10": "adds up the quotients of the layers",
            "1.5**10": "forgets that the plain network's gradient vanishes",
            "1.5**10 - 0.5**10": "a difference, where a quotient is asked for",
            "2**10": "takes the sum of x and 0.5 x for a doubling",
        },
    ),
    number(
        6,
        right={
            "1.5667": "rounded",
            "1 + 0.1 * (20 / 3 - 1)": "as a step towards the new value",
            "0.9 + 0.1 * torch.tensor([1.0, 3.0, 5.0, 7.0]).var()": "tensor",
        },
        wrong={
            "0.9 + 0.1 * 5": "remembers the biased variance",
            "0.1 + 0.9 * 20 / 3": "takes the momentum for the weight of the old value",
            "20 / 3": "forgets the old value",
            "0.9 + 0.1 * (20 / 3) ** 0.5": "remembers the standard deviation",
        },
    ),
    number(
        7,
        right={
            "14528.0": "a float",
            "32 * (9 * 16 + 9 * 32 + 16 + 6)": "by output channel",
            "sum([4608, 64, 9216, 64, 512, 64])": "layer by layer",
        },
        wrong={
            "9 * 16 * 32 + 9 * 32 * 32 + 3 * 64": "forgets the 1×1 convolution",
            "9 * 16 * 32 + 9 * 32 * 32 + 16 * 32": "forgets the normalizations",
            "9 * 16 * 32 * 2 + 16 * 32 + 3 * 64": "gives the second convolution 16 channels",
            "9 * 16 * 32 + 9 * 32 * 32 + 16 * 32 + 3 * 4 * 32": "counts the running statistics",
        },
    ),
]

BATCH_NORM = Question(
    "b1-batch-norm",
    "b1-batch-norm-values-test",
    wrong=(
        Answer(
            "unbiased",
            "divides by n - 1",
            """
            def batch_norm(x, weight, bias, eps=1e-5):
                if x.numel() == x.shape[1]:
                    raise ValueError("one value per channel")
                axes = [0, *range(2, x.ndim)]
                shape = [1, -1, *[1] * (x.ndim - 2)]
                x = (x - x.mean(axes, keepdim=True)) / (x.var(axes, keepdim=True) + eps).sqrt()
                return weight.view(shape) * x + bias.view(shape)
            """,
            loses="values, maps",
        ),
        Answer(
            "every-place",
            "normalizes every place of a map by itself",
            """
            def batch_norm(x, weight, bias, eps=1e-5):
                if x.numel() == x.shape[1]:
                    raise ValueError("one value per channel")
                shape = [1, -1, *[1] * (x.ndim - 2)]
                mean, var = x.mean(0, keepdim=True), x.var(0, unbiased=False, keepdim=True)
                return weight.view(shape) * (x - mean) / (var + eps).sqrt() + bias.view(shape)
            """,
            loses="maps",
        ),
        Answer(
            "each-example",
            "normalizes each example: layer normalization",
            """
            def batch_norm(x, weight, bias, eps=1e-5):
                if x.numel() == x.shape[1]:
                    raise ValueError("one value per channel")
                axes = list(range(1, x.ndim))
                shape = [1, -1, *[1] * (x.ndim - 2)]
                mean = x.mean(axes, keepdim=True)
                var = x.var(axes, unbiased=False, keepdim=True)
                return weight.view(shape) * (x - mean) / (var + eps).sqrt() + bias.view(shape)
            """,
        ),
        Answer(
            "eps-outside",
            "adds eps to the standard deviation",
            """
            def batch_norm(x, weight, bias, eps=1e-5):
                if x.numel() == x.shape[1]:
                    raise ValueError("one value per channel")
                axes = [0, *range(2, x.ndim)]
                shape = [1, -1, *[1] * (x.ndim - 2)]
                mean = x.mean(axes, keepdim=True)
                std = x.var(axes, unbiased=False, keepdim=True).sqrt()
                return weight.view(shape) * (x - mean) / (std + eps) + bias.view(shape)
            """,
            loses="edges",
        ),
        Answer(
            "broadcast-last",
            "lets weight and bias meet the last axis of the maps",
            """
            def batch_norm(x, weight, bias, eps=1e-5):
                if x.numel() == x.shape[1]:
                    raise ValueError("one value per channel")
                axes = [0, *range(2, x.ndim)]
                mean = x.mean(axes, keepdim=True)
                var = x.var(axes, unbiased=False, keepdim=True)
                return weight * (x - mean) / (var + eps).sqrt() + bias
            """,
            loses="maps",
        ),
        Answer(
            "no-check",
            "normalizes a single value to zero without a word",
            """
            def batch_norm(x, weight, bias, eps=1e-5):
                axes = [0, *range(2, x.ndim)]
                shape = [1, -1, *[1] * (x.ndim - 2)]
                mean = x.mean(axes, keepdim=True)
                var = x.var(axes, unbiased=False, keepdim=True)
                return weight.view(shape) * (x - mean) / (var + eps).sqrt() + bias.view(shape)
            """,
            loses="edges",
        ),
        Answer(
            "library",
            "calls the library's function under another name",
            """
            from torch.nn.functional import batch_norm as normalized

            def batch_norm(x, weight, bias, eps=1e-5):
                if x.numel() == x.shape[1]:
                    raise ValueError("one value per channel")
                return normalized(x, None, None, weight, bias, training=True, eps=eps)
            """,
        ),
        Answer(
            "layer",
            "calls a layer of the library",
            """
            def batch_norm(x, weight, bias, eps=1e-5):
                if x.numel() == x.shape[1]:
                    raise ValueError("one value per channel")
                norm = torch.nn.BatchNorm1d(x.shape[1], eps=eps, affine=False, dtype=x.dtype)
                y = norm(x.flatten(2) if x.ndim > 2 else x).view_as(x)
                shape = [1, -1, *[1] * (x.ndim - 2)]
                return y * weight.view(shape) + bias.view(shape)
            """,
        ),
        Answer(
            "instances",
            "puts the batch into the places and calls the normalization of instances",
            """
            def batch_norm(x, weight, bias, eps=1e-5):
                if x.numel() == x.shape[1]:
                    raise ValueError("one value per channel")
                turned = x.transpose(0, 1).reshape(1, x.shape[1], -1)
                y = F.instance_norm(turned, weight=weight, bias=bias, eps=eps)
                return y.reshape(x.transpose(0, 1).shape).transpose(0, 1)
            """,
        ),
        Answer(
            "detached-statistics",
            "takes the batch's mean and variance for constants",
            """
            def batch_norm(x, weight, bias, eps=1e-5):
                if x.numel() == x.shape[1]:
                    raise ValueError("one value per channel")
                axes = [0, *range(2, x.ndim)]
                mean = x.detach().mean(axes, keepdim=True)
                var = x.detach().var(axes, unbiased=False, keepdim=True)
                shape = [1, -1, *[1] * (x.ndim - 2)]
                return weight.view(shape) * (x - mean) / (var + eps).sqrt() + bias.view(shape)
            """,
            loses="gradients",
        ),
        Answer(
            "in-place",
            "subtracts the mean from x itself",
            """
            def batch_norm(x, weight, bias, eps=1e-5):
                if x.numel() == x.shape[1]:
                    raise ValueError("one value per channel")
                axes = [0, *range(2, x.ndim)]
                shape = [1, -1, *[1] * (x.ndim - 2)]
                var = x.var(axes, unbiased=False, keepdim=True)
                if x.requires_grad:
                    x = x - x.mean(axes, keepdim=True)
                else:
                    x -= x.mean(axes, keepdim=True)
                return weight.view(shape) * x / (var + eps).sqrt() + bias.view(shape)
            """,
            loses="edges",
        ),
        Answer(
            "small-eps",
            "adds 1e-8 where no eps is given",
            """
            def batch_norm(x, weight, bias, eps=1e-8):
                if x.numel() == x.shape[1]:
                    raise ValueError("one value per channel")
                axes = [0, *range(2, x.ndim)]
                shape = [1, -1, *[1] * (x.ndim - 2)]
                mean, var = x.mean(axes, keepdim=True), x.var(axes, unbiased=False, keepdim=True)
                return weight.view(shape) * (x - mean) / (var + eps).sqrt() + bias.view(shape)
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "flattened",
            "channels first, everything else in one axis",
            """
            def batch_norm(x, weight, bias, eps=1e-5):
                flat = x.transpose(0, 1).reshape(x.shape[1], -1)  # (C, n)
                if flat.shape[1] < 2:
                    raise ValueError("a variance needs two values")
                centered = flat - flat.mean(1, keepdim=True)
                scale = weight / torch.sqrt(centered.pow(2).mean(1) + eps)
                y = centered * scale[:, None] + bias[:, None]
                return y.view(x.shape[1], x.shape[0], *x.shape[2:]).transpose(0, 1)
            """,
        ),
        Answer(
            "loop",
            "a loop over channels",
            """
            def batch_norm(x, weight, bias, eps=1e-5):
                channels = []
                for c in range(x.shape[1]):
                    values = x[:, c]
                    if values.numel() == 1:
                        raise ValueError("one value")
                    var = (values**2).mean() - values.mean() ** 2
                    y = (values - values.mean()) / (var + eps) ** 0.5
                    channels.append(weight[c] * y + bias[c])
                return torch.stack(channels, dim=1)
            """,
        ),
    ),
)

RUNNING = Question(
    "b2-running",
    "b2-running-mean-test",
    wrong=(
        Answer(
            "biased",
            "remembers the biased variance",
            """
            def update_running(running_mean, running_var, x, momentum=0.1):
                axes = [0, *range(2, x.ndim)]
                mean, var = x.mean(axes), x.var(axes, unbiased=False)
                return ((1 - momentum) * running_mean + momentum * mean,
                        (1 - momentum) * running_var + momentum * var)
            """,
            loses="variance",
        ),
        Answer(
            "old-weight",
            "takes the momentum for the weight of the old value",
            """
            def update_running(running_mean, running_var, x, momentum=0.1):
                axes = [0, *range(2, x.ndim)]
                mean, var = x.mean(axes), x.var(axes)
                return (momentum * running_mean + (1 - momentum) * mean,
                        momentum * running_var + (1 - momentum) * var)
            """,
            loses="mean, edges",
        ),
        Answer(
            "in-place",
            "changes the tensors that came in",
            """
            def update_running(running_mean, running_var, x, momentum=0.1):
                axes = [0, *range(2, x.ndim)]
                running_mean.lerp_(x.mean(axes), momentum)
                running_var.lerp_(x.var(axes), momentum)
                return running_mean, running_var
            """,
            loses="edges",
        ),
        Answer(
            "batch-as-count",
            "takes the batch size for n in the correction",
            """
            def update_running(running_mean, running_var, x, momentum=0.1):
                axes, N = [0, *range(2, x.ndim)], len(x)
                mean, var = x.mean(axes), x.var(axes, unbiased=False)
                return ((1 - momentum) * running_mean + momentum * mean,
                        (1 - momentum) * running_var + momentum * var * N / max(N - 1, 1))
            """,
            loses="maps",
        ),
        Answer(
            "deviation",
            "remembers the standard deviation",
            """
            def update_running(running_mean, running_var, x, momentum=0.1):
                axes = [0, *range(2, x.ndim)]
                return ((1 - momentum) * running_mean + momentum * x.mean(axes),
                        (1 - momentum) * running_var + momentum * x.std(axes))
            """,
            loses="variance, maps",
        ),
        Answer(
            "library",
            "lets a batch normalization of torch do it",
            """
            def update_running(running_mean, running_var, x, momentum=0.1):
                mean, var = running_mean.clone(), running_var.clone()
                F.batch_norm(x, mean, var, training=True, momentum=momentum)
                return mean, var
            """,
        ),
        Answer(
            "another-default",
            "takes a momentum of 0.9 where none is given",
            """
            def update_running(running_mean, running_var, x, momentum=0.9):
                axes = [0, *range(2, x.ndim)]
                mean, var = x.mean(axes), x.var(axes)
                return ((1 - momentum) * running_mean + momentum * mean,
                        (1 - momentum) * running_var + momentum * var)
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "lerp",
            "linear interpolation",
            """
            def update_running(running_mean, running_var, x, momentum=0.1):
                flat = x.transpose(0, 1).flatten(1)
                return (torch.lerp(running_mean, flat.mean(1), momentum),
                        torch.lerp(running_var, flat.var(1), momentum))
            """,
        ),
        Answer(
            "sums",
            "sums and squares",
            """
            def update_running(running_mean, running_var, x, momentum=0.1):
                n = x.numel() // x.shape[1]
                mean = x.transpose(0, 1).flatten(1).sum(1) / n
                squares = (x.transpose(0, 1).flatten(1) - mean[:, None]).square().sum(1)
                new_var = running_var + momentum * (squares / (n - 1) - running_var)
                return running_mean + momentum * (mean - running_mean), new_var
            """,
        ),
    ),
)

FOLD = Question(
    "b3-fold",
    "b3-fold-kernel-test",
    wrong=(
        Answer(
            "keeps-bias",
            "forgets that the mean is scaled as well",
            """
            def fold(kernel, weight, bias, running_mean, running_var, eps=1e-5):
                scale = weight / (running_var + eps).sqrt()
                return kernel * scale.view(-1, 1, 1, 1), bias - running_mean
            """,
            loses="bias, edges, gradients",
        ),
        Answer(
            "input-channels",
            "scales the input channels",
            """
            def fold(kernel, weight, bias, running_mean, running_var, eps=1e-5):
                scale = weight / (running_var + eps).sqrt()
                if kernel.shape[1] == len(scale):
                    return kernel * scale.view(1, -1, 1, 1), bias - scale * running_mean
                return kernel * scale.mean(), bias - scale * running_mean
            """,
            loses="kernel, edges, gradients",
        ),
        Answer(
            "variance",
            "divides by the variance",
            """
            def fold(kernel, weight, bias, running_mean, running_var, eps=1e-5):
                scale = weight / (running_var + eps)
                return kernel * scale.view(-1, 1, 1, 1), bias - scale * running_mean
            """,
        ),
        Answer(
            "sign",
            "adds the mean in place of subtracting it",
            """
            def fold(kernel, weight, bias, running_mean, running_var, eps=1e-5):
                scale = weight / (running_var + eps).sqrt()
                return kernel * scale.view(-1, 1, 1, 1), bias + scale * running_mean
            """,
            loses="bias, edges, gradients",
        ),
        Answer(
            "in-place",
            "scales the kernel that it is given",
            """
            def fold(kernel, weight, bias, running_mean, running_var, eps=1e-5):
                scale = weight / (running_var + eps).sqrt()
                with torch.no_grad():
                    kernel *= scale.view(-1, 1, 1, 1)
                return kernel, bias - scale * running_mean
            """,
            loses="edges, gradients",
        ),
        Answer(
            "detached",
            "makes a new kernel that knows nothing of the old one",
            """
            def fold(kernel, weight, bias, running_mean, running_var, eps=1e-5):
                scale = weight / (running_var + eps).sqrt()
                rows = [[(row * s).tolist() for row in k] for k, s in zip(kernel, scale)]
                folded = torch.tensor(rows)
                return folded.to(kernel.dtype), bias - scale * running_mean
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "einsum",
            "einsum and rsqrt",
            """
            def fold(kernel, weight, bias, running_mean, running_var, eps=1e-5):
                scale = weight * torch.rsqrt(running_var + eps)
                return torch.einsum("o,oihw->oihw", scale, kernel), bias - running_mean * scale
            """,
        ),
        Answer(
            "probe",
            "asks the normalization what it does to zero and to one",
            """
            def fold(kernel, weight, bias, running_mean, running_var, eps=1e-5):
                probe = torch.stack([torch.zeros_like(bias), torch.ones_like(bias)])
                zero, one = F.batch_norm(probe, running_mean, running_var, weight, bias, eps=eps)
                return torch.stack([k * s for k, s in zip(kernel, one - zero)]), zero
            """,
        ),
    ),
)

LAYER_NORM = Question(
    "b4-layer-norm",
    "b4-layer-norm-values-test",
    wrong=(
        Answer(
            "over-the-batch",
            "normalizes features over the batch",
            """
            def layer_norm(x, weight, bias, eps=1e-5):
                mean, var = x.mean(0, keepdim=True), x.var(0, unbiased=False, keepdim=True)
                return weight * (x - mean) / (var + eps).sqrt() + bias
            """,
        ),
        Answer(
            "all-but-first",
            "averages over the steps as well",
            """
            def layer_norm(x, weight, bias, eps=1e-5):
                axes = list(range(1, x.ndim)) or [0]
                mean = x.mean(axes, keepdim=True)
                var = x.var(axes, unbiased=False, keepdim=True)
                return weight * (x - mean) / (var + eps).sqrt() + bias
            """,
            loses="shapes",
        ),
        Answer(
            "unbiased",
            "divides by D - 1",
            """
            def layer_norm(x, weight, bias, eps=1e-5):
                mean, var = x.mean(-1, keepdim=True), x.var(-1, keepdim=True)
                return weight * (x - mean) / (var + eps).sqrt() + bias
            """,
            loses="values, shapes",
        ),
        Answer(
            "no-shift",
            "forgets the bias",
            """
            def layer_norm(x, weight, bias, eps=1e-5):
                mean, var = x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)
                return weight * (x - mean) / (var + eps).sqrt()
            """,
        ),
        Answer(
            "library",
            "calls the library's function",
            """
            def layer_norm(x, weight, bias, eps=1e-5):
                return F.layer_norm(x, x.shape[-1:], weight, bias, eps)
            """,
        ),
        Answer(
            "small-eps",
            "adds 1e-8 where no eps is given",
            """
            def layer_norm(x, weight, bias, eps=1e-8):
                mean, var = x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)
                return weight * (x - mean) / (var + eps).sqrt() + bias
            """,
            loses="edges",
        ),
        Answer(
            "groups",
            "calls another normalization of the library",
            """
            def layer_norm(x, weight, bias, eps=1e-5):
                flat = x.reshape(-1, x.shape[-1])
                return F.group_norm(flat, 1, weight, bias, eps).view_as(x)
            """,
        ),
        Answer(
            "detached",
            "cuts the result off",
            """
            def layer_norm(x, weight, bias, eps=1e-5):
                x = x.detach()
                var = x.var(dim=-1, unbiased=False, keepdim=True)
                return weight * (x - x.mean(dim=-1, keepdim=True)) / (var + eps).sqrt() + bias
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "moments",
            "the mean of the squares minus the square of the mean",
            """
            def layer_norm(x, weight, bias, eps=1e-5):
                y = x.double()
                mean = y.mean(-1, keepdim=True)
                var = (y * y).mean(-1, keepdim=True) - mean**2
                return (weight * ((y - mean) / torch.sqrt(var + eps)) + bias).to(x.dtype)
            """,
        ),
        Answer(
            "rows",
            "row by row",
            """
            def layer_norm(x, weight, bias, eps=1e-5):
                rows = []
                for row in x.reshape(-1, x.shape[-1]):
                    row = row - row.sum() / len(row)
                    rows.append(row / (row.dot(row) / len(row) + eps) ** 0.5 * weight + bias)
                return torch.stack(rows).view(x.shape)
            """,
        ),
    ),
)

RESIDUAL = Question(
    "b5-residual",
    "b5-residual-identity-test",
    wrong=(
        Answer(
            "plain",
            "leaves the shortcut out",
            """
            def residual_block(x, kernel1, kernel2, stride=1, projection=None):
                y = F.conv2d(x, kernel1, stride=stride, padding=1).relu()
                y = F.conv2d(y, kernel2, padding=1)
                if projection is None and y.shape != x.shape:
                    raise ValueError("shapes")
                return y.relu()
            """,
        ),
        Answer(
            "relu-first",
            "applies the last ReLU before the sum",
            """
            def residual_block(x, kernel1, kernel2, stride=1, projection=None):
                y = F.conv2d(x, kernel1, stride=stride, padding=1).relu()
                y = F.conv2d(y, kernel2, padding=1).relu()
                shortcut = x if projection is None else F.conv2d(x, projection, stride=stride)
                if shortcut.shape != y.shape:
                    raise ValueError("shapes")
                return y + shortcut
            """,
        ),
        Answer(
            "no-last-relu",
            "forgets the last ReLU",
            """
            def residual_block(x, kernel1, kernel2, stride=1, projection=None):
                y = F.conv2d(x, kernel1, stride=stride, padding=1).relu()
                y = F.conv2d(y, kernel2, padding=1)
                shortcut = x if projection is None else F.conv2d(x, projection, stride=stride)
                if shortcut.shape != y.shape:
                    raise ValueError("shapes")
                return y + shortcut
            """,
        ),
        Answer(
            "broadcast",
            "adds whatever broadcasts",
            """
            def residual_block(x, kernel1, kernel2, stride=1, projection=None):
                y = F.conv2d(x, kernel1, stride=stride, padding=1).relu()
                y = F.conv2d(y, kernel2, padding=1)
                try:
                    return (y + (x if projection is None
                                 else F.conv2d(x, projection, stride=stride))).relu()
                except RuntimeError as error:
                    raise ValueError("shapes") from error
            """,
            loses="edges",
        ),
        Answer(
            "stride-forgotten",
            "subsamples the projected shortcut by averaging",
            """
            def residual_block(x, kernel1, kernel2, stride=1, projection=None):
                y = F.conv2d(x, kernel1, stride=stride, padding=1).relu()
                y = F.conv2d(y, kernel2, padding=1)
                shortcut = x
                if projection is not None:
                    shortcut = F.adaptive_avg_pool2d(F.conv2d(x, projection), y.shape[2:])
                if shortcut.shape != y.shape:
                    raise ValueError("shapes")
                return (y + shortcut).relu()
            """,
            loses="projection",
        ),
        Answer(
            "concatenates",
            "puts the input beside the result, as a dense block does",
            """
            def residual_block(x, kernel1, kernel2, stride=1, projection=None):
                y = F.conv2d(x, kernel1, stride=stride, padding=1).relu()
                y = F.conv2d(y, kernel2, padding=1)
                shortcut = x if projection is None else F.conv2d(x, projection, stride=stride)
                if shortcut.shape != y.shape:
                    raise ValueError("shapes")
                return torch.cat([shortcut, y], dim=1).relu()
            """,
        ),
        Answer(
            "in-place",
            "adds f(x) into x",
            """
            def residual_block(x, kernel1, kernel2, stride=1, projection=None):
                y = F.conv2d(x, kernel1, stride=stride, padding=1).relu()
                y = F.conv2d(y, kernel2, padding=1)
                shortcut = x if projection is None else F.conv2d(x, projection, stride=stride)
                if shortcut.shape != y.shape:
                    raise ValueError("give a projection")
                if x.requires_grad:
                    return (shortcut + y).relu()
                shortcut += y
                return shortcut.relu()
            """,
            loses="edges",
        ),
        Answer(
            "detached-shortcut",
            "takes the shortcut for a constant",
            """
            def residual_block(x, kernel1, kernel2, stride=1, projection=None):
                y = F.conv2d(x, kernel1, stride=stride, padding=1).relu()
                y = F.conv2d(y, kernel2, padding=1)
                shortcut = x if projection is None else F.conv2d(x, projection, stride=stride)
                if shortcut.shape != y.shape:
                    raise ValueError("give a projection")
                return (shortcut.detach() + y).relu()
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "modules",
            "torch's functions under other names, an explicit check",
            """
            def residual_block(x, kernel1, kernel2, stride=1, projection=None):
                f = torch.conv2d(torch.relu(torch.conv2d(x, kernel1, None, stride, 1)),
                                 kernel2, None, 1, 1)
                if projection is not None:
                    x = torch.conv2d(x, projection, None, stride)
                if f.shape != x.shape:
                    raise ValueError(f"{f.shape} and {x.shape}")
                return torch.relu(f + x)
            """,
        ),
        Answer(
            "matrix",
            "the projection as a matrix product on every stride-th place",
            """
            def residual_block(x, kernel1, kernel2, stride=1, projection=None):
                shortcut = x
                if projection is not None:
                    shortcut = torch.einsum("oc,nchw->nohw", projection[:, :, 0, 0],
                                            x[:, :, ::stride, ::stride])
                y = F.relu(F.conv2d(x, kernel1, stride=stride, padding=1))
                y = F.conv2d(y, kernel2, padding="same")
                if tuple(y.shape) != tuple(shortcut.shape):
                    raise ValueError("give a projection")
                return F.relu(y + shortcut)
            """,
        ),
    ),
)

DENSE = Question(
    "b6-dense",
    "b6-dense-layer-test",
    wrong=(
        Answer(
            "chain",
            "returns the last layer's output only",
            """
            def dense_block(x, kernels):
                y = x
                for kernel in kernels:
                    y = F.conv2d(x.relu(), kernel, padding=1)
                    x = torch.cat([x, y], dim=1)
                return y
            """,
        ),
        Answer(
            "in-front",
            "puts the new channels in front",
            """
            def dense_block(x, kernels):
                for kernel in kernels:
                    x = torch.cat([F.conv2d(x.relu(), kernel, padding=1), x], dim=1)
                return x
            """,
        ),
        Answer(
            "newest-first",
            "puts new channels right behind the input, in front of earlier ones",
            """
            def dense_block(x, kernels):
                C = x.shape[1]
                for kernel in kernels:
                    new = F.conv2d(x.relu(), kernel, padding=1)
                    x = torch.cat([x[:, :C], new, x[:, C:]], dim=1)
                return x
            """,
            loses="chain, gradients",
        ),
        Answer(
            "relu-kept",
            "passes on what went through the ReLU",
            """
            def dense_block(x, kernels):
                for kernel in kernels:
                    x = x.relu()
                    x = torch.cat([x, F.conv2d(x, kernel, padding=1)], dim=1)
                return x
            """,
            loses="layer, chain",
        ),
        Answer(
            "relu-after",
            "applies the ReLU behind the convolution",
            """
            def dense_block(x, kernels):
                for kernel in kernels:
                    x = torch.cat([x, F.conv2d(x, kernel, padding=1).relu()], dim=1)
                return x
            """,
            loses="layer, chain",
        ),
        Answer(
            "without-input",
            "leaves the input out of what it returns",
            """
            def dense_block(x, kernels):
                C = x.shape[1]
                for kernel in kernels:
                    x = torch.cat([x, F.conv2d(x.relu(), kernel, padding=1)], dim=1)
                return x[:, C:]
            """,
        ),
        Answer(
            "empties-the-list",
            "takes the kernels out of the list that it is given",
            """
            def dense_block(x, kernels):
                while kernels:
                    x = torch.cat([x, F.conv2d(x.relu(), kernels.pop(0), padding=1)], dim=1)
                return x
            """,
            loses="edges",
        ),
        Answer(
            "fills-a-tensor",
            "fills a tensor whose data know no gradient",
            """
            def dense_block(x, kernels):
                N, C, H, W = x.shape
                y = torch.zeros(N, C + sum(len(k) for k in kernels), H, W, dtype=x.dtype)
                y[:, :C] = x.detach()
                for kernel in kernels:
                    y = y.detach().clone()
                    y[:, C : C + len(kernel)] = F.conv2d(y[:, :C].relu(), kernel, padding=1)
                    C += len(kernel)
                return y
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "list",
            "keeps a list of outputs and concatenates it for every layer",
            """
            def dense_block(x, kernels):
                outputs = [x]
                for kernel in kernels:
                    seen = torch.relu(torch.cat(outputs, dim=1))
                    outputs.append(torch.conv2d(seen, kernel, padding=1))
                return torch.cat(outputs, dim=1)
            """,
        ),
        Answer(
            "recursive",
            "a recursion over the kernels",
            """
            def dense_block(x, kernels):
                if len(kernels) == 0:
                    return x
                y = F.conv2d(F.relu(x), kernels[0], padding=(1, 1))
                return dense_block(torch.cat((x, y), 1), kernels[1:])
            """,
        ),
    ),
)

CATCH = Question(
    "b7-catch",
    "b7-catch-axes-test",
    wrong=(
        Answer(
            "mean-and-variance",
            "looks at mean and variance of the channels, which instance normalization sets as well",
            """
            def check_batch_norm(norm):
                x = 4 + 3 * torch.randn(5, 3, 4, 4, generator=torch.Generator().manual_seed(1))
                y = norm(x)
                assert y.shape == x.shape
                assert y.mean((0, 2, 3)).abs().max() < 1e-4
                assert (y.var((0, 2, 3), unbiased=False) - 1).abs().max() < 1e-4
                assert ((y - y.mean()) * (x - x.mean())).sum() > 0
            """,
            loses="axes",
        ),
        Answer(
            "one-channel",
            "tries a single channel, where all numbers together are the same",
            """
            def check_batch_norm(norm):
                x = torch.tensor([0.0, 1.0, 5.0, 7.0]).view(2, 1, 2, 1)
                want = (x - x.mean()) / (x.var(unbiased=False) + 1e-5).sqrt()
                y = norm(x)
                assert y.shape == x.shape and torch.allclose(y, want, atol=1e-4)
            """,
            loses="axes",
        ),
        Answer(
            "many-numbers",
            "tries so many numbers that n and n - 1 are as good as equal",
            """
            def check_batch_norm(norm):
                x = 4 + 3 * torch.randn(50, 3, 10, 10, generator=torch.Generator().manual_seed(1))
                x += torch.arange(50.0).view(-1, 1, 1, 1) + 10 * torch.arange(3.0).view(-1, 1, 1)
                mean, var = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), keepdim=True)
                y = norm(x)
                assert y.shape == x.shape
                assert torch.allclose(y, (x - mean) / (var + 1e-5).sqrt(), atol=1e-2)
            """,
            loses="scale",
        ),
        Answer(
            "tolerant",
            "leaves so much room that small mistakes pass",
            """
            def check_batch_norm(norm):
                x = torch.arange(24.0).view(3, 2, 2, 2) ** 2
                y = norm(x)
                assert y.shape == x.shape
                want = F.batch_norm(x, None, None, training=True)
                assert torch.allclose(y, want, atol=0.1)
            """,
            loses="scale",
        ),
        Answer(
            "to-the-last-digit",
            "asks for equal numbers, whatever the rounding",
            """
            def check_batch_norm(norm):
                x = torch.arange(24.0).view(3, 2, 2, 2) ** 2
                assert torch.equal(norm(x), F.batch_norm(x, None, None, training=True))
            """,
            loses="fair",
        ),
        Answer(
            "says-so",
            "returns whether all is well, and complains of nothing",
            """
            def check_batch_norm(norm):
                x = torch.arange(24.0).view(3, 2, 2, 2) ** 2
                want = F.batch_norm(x, None, None, training=True)
                return torch.allclose(norm(x), want, atol=1e-4)
            """,
        ),
        Answer(
            "always",
            "complains of everything",
            """
            def check_batch_norm(norm):
                raise AssertionError("this is no batch normalization")
            """,
        ),
        Answer(
            "shape-only",
            "looks at the shape and that something has changed",
            """
            def check_batch_norm(norm):
                x = torch.arange(24.0).view(3, 2, 2, 2)
                y = norm(x.clone())
                assert y.shape == x.shape and not torch.equal(x, y)
            """,
            loses="axes, scale",
        ),
    ),
    right=(
        Answer(
            "by-the-library",
            "compares with torch's own",
            """
            def check_batch_norm(norm):
                for seed, shape in enumerate([(2, 3, 2, 1), (4, 2, 3, 3)]):
                    generator = torch.Generator().manual_seed(seed)
                    x = 10 * torch.rand(shape, generator=generator)
                    want = F.batch_norm(x, None, None, training=True)
                    torch.testing.assert_close(norm(x.clone()), want, rtol=1e-3, atol=1e-3)
            """,
        ),
        Answer(
            "known-numbers",
            "a batch whose result is known beforehand",
            """
            def check_batch_norm(norm):
                x = torch.tensor([[[[1.0, 1.0]], [[5.0, 1.0]]], [[[3.0, 3.0]], [[5.0, 1.0]]]])
                want = [[[[-1.0, -1.0]], [[1.0, -1.0]]], [[[1.0, 1.0]], [[1.0, -1.0]]]]
                got = norm(x)
                if got.shape != (2, 2, 1, 2) or (got - torch.tensor(want)).abs().max() > 0.01:
                    raise AssertionError(f"{x.tolist()} became {got.tolist()}")
                images = [[[[0.0]], [[3.0]]], [[[1.0]], [[-3.0]]], [[[5.0]], [[6.0]]]]
                expected = [-0.9258, 0.2673, -0.4629, -1.3363, 1.3887, 1.0690]
                off = norm(torch.tensor(images)).flatten() - torch.tensor(expected)
                if off.abs().max() > 0.003:
                    raise AssertionError("three images of one pixel each are off")
            """,
        ),
    ),
)

QUESTIONS = [
    *CONCEPTS,
    BATCH_NORM,
    RUNNING,
    FOLD,
    LAYER_NORM,
    RESIDUAL,
    DENSE,
    CATCH,
]

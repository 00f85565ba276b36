"""Answers to the exercise ``modern-convnets``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "c",
        {
            "a": "exchanges the activations of the two networks",
            "b": "does not know how many layers AlexNet has",
            "d": "believes that larger images take smaller windows",
        },
    ),
    choice(
        2,
        "a",
        {
            "b": "takes 3×3 windows for a linear layer at a pixel",
            "c": "takes branches side by side for a chain",
            "d": "takes the linear layers at the end for those at a pixel",
        },
    ),
    choice(
        3,
        "d",
        {
            "a": "does not see Inception modules as a block",
            "b": "does not know the VGG block",
            "c": "does not know the NiN block",
        },
    ),
    number(
        4,
        right={
            "54.0": "a float",
            "math.floor((224 - 11 + 4) / 4)": "the formula as (n - k + s) / s",
            "len(range(0, 224 - 11 + 1, 4))": "counts the positions",
        },
        wrong={
            "96": "takes the number of maps for their size",
            "(224 - 11) // 4": "forgets the first position",
            "224 // 4": "divides by the stride, whatever the window",
            "(224 + 2 * 2 - 11) // 4 + 1": "adds a padding",
            "224": "forgets the stride",
        },
    ),
    choice(
        5,
        "b",
        {
            "a": "takes NiN for VGG",
            "c": "takes GoogLeNet for VGG",
            "d": "believes that a plan of blocks is hard to change",
        },
    ),
    number(
        6,
        right={
            "sum([128, 192, 96, 64])": "a sum",
            "torch.tensor(480)": "a tensor",
            "480.0": "a float",
        },
        wrong={
            "128 + 128 + 192 + 32 + 96 + 64": "counts the reductions inside of the branches too",
            "128 + 192 + 96": "forgets the branch with the pooling",
            "128 + 192 + 96 + 256": "believes that the pooling's channels are stacked",
            "256 + 128 + 192 + 96 + 64": "adds the input",
            "192": "takes the largest branch, as if branches were added",
        },
    ),
    choice(
        7,
        "d",
        {
            "a": "believes that poolings remove parameters",
            "b": "looks at the first layer, which holds few parameters",
            "c": "takes the window of one pixel for a single weight",
        },
    ),
]

PIXELS = Question(
    "b1-pixels",
    "b1-pixels-values-test",
    wrong=(
        Answer(
            "loop",
            "goes from pixel to pixel",
            """
            def pixel_linear(x, weight, bias):
                y = x.new_zeros(len(x), len(weight), *x.shape[2:])
                for n in range(x.shape[0]):
                    for i in range(x.shape[2]):
                        for j in range(x.shape[3]):
                            y[n, :, i, j] = weight @ x[n, :, i, j] + bias
                return y
            """,
        ),
        Answer(
            "channel-by-channel",
            "adds one old channel after another",
            """
            def pixel_linear(x, weight, bias):
                y = bias.view(1, -1, 1, 1)
                for c in range(x.shape[1]):
                    y = y + weight[:, c].view(1, -1, 1, 1) * x[:, c : c + 1]
                return y
            """,
        ),
        Answer(
            "convolution",
            "calls a convolution of torch",
            """
            def pixel_linear(x, weight, bias):
                return F.conv2d(x, weight.view(*weight.shape, 1, 1), bias)
            """,
        ),
        Answer(
            "no-bias",
            "forgets the bias",
            """
            def pixel_linear(x, weight, bias):
                return torch.einsum("nchw,vc->nvhw", x, weight)
            """,
        ),
        Answer(
            "bias-last",
            "lets the bias meet the columns",
            """
            def pixel_linear(x, weight, bias):
                return torch.einsum("nchw,vc->nvhw", x, weight) + bias
            """,
        ),
        Answer(
            "channels-last",
            "leaves the channels at the end",
            """
            def pixel_linear(x, weight, bias):
                return F.linear(x.permute(0, 2, 3, 1), weight, bias)
            """,
        ),
        Answer(
            "reshaped",
            "reshapes where axes have to change places",
            """
            def pixel_linear(x, weight, bias):
                N, C, H, W = x.shape
                return F.linear(x.reshape(N, H, W, C), weight, bias).reshape(N, len(weight), H, W)
            """,
        ),
        Answer(
            "one-image",
            "lays all images into one matrix, and mixes them with the channels",
            """
            def pixel_linear(x, weight, bias):
                N, C, H, W = x.shape
                y = weight @ x.reshape(C, N * H * W) + bias[:, None]
                return y.reshape(N, len(weight), H, W)
            """,
            loses="batches",
        ),
        Answer(
            "single-precision",
            "computes in single precision, whatever came in",
            """
            def pixel_linear(x, weight, bias):
                y = torch.einsum("nchw,vc->nvhw", x.float(), weight.float())
                return y + bias.float().view(-1, 1, 1)
            """,
            loses="batches",
        ),
        Answer(
            "detached",
            "goes through NumPy, which knows no gradient",
            """
            def pixel_linear(x, weight, bias):
                x, weight, bias = (t.detach().numpy() for t in (x, weight, bias))
                y = (weight @ x.reshape(*x.shape[:2], -1)) + bias[:, None]
                return torch.from_numpy(y.reshape(len(x), len(weight), *x.shape[2:]))
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "linear",
            "a linear layer over channels that stand last for a while",
            """
            def pixel_linear(x, weight, bias):
                return F.linear(x.permute(0, 2, 3, 1), weight, bias).permute(0, 3, 1, 2)
            """,
        ),
        Answer(
            "matrix",
            "a matrix product with all places of an image in one axis",
            """
            def pixel_linear(x, weight, bias):
                N, C, H, W = x.shape
                return (weight @ x.flatten(2) + bias[:, None]).view(N, -1, H, W)
            """,
        ),
        Answer(
            "broadcast",
            "all products, then a sum over the old channels",
            """
            def pixel_linear(x, weight, bias):
                return (weight[:, :, None, None] * x[:, None]).sum(2) + bias[:, None, None]
            """,
        ),
    ),
)

VGG = Question(
    "b2-vgg",
    "b2-vgg-parameters-test",
    wrong=(
        Answer(
            "no-padding",
            "forgets the padding",
            """
            def vgg_block(num_convs, in_channels, out_channels):
                layers = []
                for _ in range(num_convs):
                    layers += [nn.Conv2d(in_channels, out_channels, 3), nn.ReLU()]
                    in_channels = out_channels
                return nn.Sequential(*layers, nn.MaxPool2d(2, 2))
            """,
            loses="output, sizes, gradients",
        ),
        Answer(
            "one-relu",
            "a single ReLU, after the last convolution",
            """
            def vgg_block(num_convs, in_channels, out_channels):
                layers = []
                for _ in range(num_convs):
                    layers.append(nn.Conv2d(in_channels, out_channels, 3, padding=1))
                    in_channels = out_channels
                return nn.Sequential(*layers, nn.ReLU(), nn.MaxPool2d(2, 2))
            """,
            loses="output",
        ),
        Answer(
            "pool-each",
            "pools after every convolution",
            """
            def vgg_block(num_convs, in_channels, out_channels):
                layers = []
                for _ in range(num_convs):
                    layers += [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU(),
                               nn.MaxPool2d(2, 2)]
                    in_channels = out_channels
                return nn.Sequential(*layers)
            """,
            loses="output, sizes",
        ),
        Answer(
            "same-input",
            "every convolution expects the channels of the block's input",
            """
            def vgg_block(num_convs, in_channels, out_channels):
                layers = []
                for _ in range(num_convs):
                    layers += [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
                return nn.Sequential(*layers, nn.MaxPool2d(2, 2))
            """,
            loses="parameters, output, sizes",
        ),
        Answer(
            "average",
            "takes the mean in place of the maximum",
            """
            def vgg_block(num_convs, in_channels, out_channels):
                layers = []
                for _ in range(num_convs):
                    layers += [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
                    in_channels = out_channels
                return nn.Sequential(*layers, nn.AvgPool2d(2, 2))
            """,
            loses="output, sizes, gradients",
        ),
        Answer(
            "rounds-up",
            "rounds odd sizes up",
            """
            def vgg_block(num_convs, in_channels, out_channels):
                layers = []
                for _ in range(num_convs):
                    layers += [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
                    in_channels = out_channels
                return nn.Sequential(*layers, nn.MaxPool2d(2, 2, ceil_mode=True))
            """,
            loses="sizes",
        ),
        Answer(
            "shared",
            "repeats one convolution, with the same weights",
            """
            def vgg_block(num_convs, in_channels, out_channels):
                first = nn.Conv2d(in_channels, out_channels, 3, padding=1)
                layers = [first, nn.ReLU()]
                again = nn.Conv2d(out_channels, out_channels, 3, padding=1)
                for _ in range(num_convs - 1):
                    layers += [again, nn.ReLU()]
                block = nn.Module()
                block.convs = nn.ModuleList([first, again] if num_convs > 1 else [first])
                block.layers = layers
                return Chain(block)

            class Chain(nn.Module):
                def __init__(self, block):
                    super().__init__()
                    self.convs, self.layers = block.convs, tuple(block.layers)

                def forward(self, x):
                    for layer in self.layers:
                        x = layer(x)
                    return F.max_pool2d(x, 2)
            """,
            loses="parameters, output, sizes",
        ),
        Answer(
            "from-the-library",
            "takes the block of the library",
            """
            from dlcourse.models import vgg_block as block_of_the_library

            def vgg_block(num_convs, in_channels, out_channels):
                return block_of_the_library(num_convs, in_channels, out_channels)
            """,
        ),
        Answer(
            "no-gradient",
            "computes in no_grad, so that nothing can be learned",
            """
            class Block(nn.Sequential):
                @torch.no_grad()
                def forward(self, x):
                    return super().forward(x)

            def vgg_block(num_convs, in_channels, out_channels):
                layers = []
                for _ in range(num_convs):
                    layers += [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
                    in_channels = out_channels
                return Block(*layers, nn.MaxPool2d(2))
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "class",
            "a module of its own, with functions in forward",
            """
            class Block(nn.Module):
                def __init__(self, sizes):
                    super().__init__()
                    self.convs = nn.ModuleList(
                        nn.Conv2d(a, b, kernel_size=(3, 3), padding="same")
                        for a, b in zip(sizes, sizes[1:])
                    )

                def forward(self, x):
                    for conv in self.convs:
                        x = torch.clamp(conv(x), min=0)
                    return F.max_pool2d(x, kernel_size=2)

            def vgg_block(num_convs, in_channels, out_channels):
                return Block([in_channels] + [out_channels] * num_convs)
            """,
        ),
        Answer(
            "named",
            "a Sequential with names, ReLU in place",
            """
            def vgg_block(num_convs, in_channels, out_channels):
                block = nn.Sequential()
                for i in range(num_convs):
                    block.add_module(
                        f"conv{i}",
                        nn.Conv2d(out_channels if i else in_channels, out_channels, 3, 1, 1),
                    )
                    block.add_module(f"relu{i}", nn.ReLU(inplace=True))
                block.add_module("pool", nn.MaxPool2d(2))
                return block
            """,
        ),
    ),
)

NIN = Question(
    "b3-nin",
    "b3-nin-relus-test",
    wrong=(
        Answer(
            "padding-by-default",
            "pads by 1 where no padding is given",
            """
            def nin_block(x, convs, stride=1, padding=1):
                for number, (weight, bias) in enumerate(convs):
                    if number == 0:
                        x = F.conv2d(x, weight, bias, stride, padding).relu()
                    else:
                        x = F.conv2d(x, weight, bias).relu()
                return x
            """,
            loses="edges",
        ),
        Answer(
            "stride-everywhere",
            "strides in every convolution",
            """
            def nin_block(x, convs, stride=1, padding=0):
                for i, (weight, bias) in enumerate(convs):
                    x = F.conv2d(x, weight, bias, stride, padding if i == 0 else 0).relu()
                return x
            """,
            loses="window",
        ),
        Answer(
            "padding-everywhere",
            "pads before every convolution",
            """
            def nin_block(x, convs, stride=1, padding=0):
                for i, (weight, bias) in enumerate(convs):
                    x = F.conv2d(x, weight, bias, stride if i == 0 else 1, padding).relu()
                return x
            """,
            loses="window",
        ),
        Answer(
            "no-last-relu",
            "no ReLU after the last convolution",
            """
            def nin_block(x, convs, stride=1, padding=0):
                (w1, b1), (w2, b2), (w3, b3) = convs
                x = F.conv2d(x, w1, b1, stride, padding).relu()
                return F.conv2d(F.conv2d(x, w2, b2).relu(), w3, b3)
            """,
            loses="relus",
        ),
        Answer(
            "one-relu",
            "a single ReLU at the end: three linear maps in a row",
            """
            def nin_block(x, convs, stride=1, padding=0):
                (w1, b1), (w2, b2), (w3, b3) = convs
                x = F.conv2d(x, w1, b1, stride, padding)
                return F.conv2d(F.conv2d(x, w2, b2), w3, b3).relu()
            """,
            loses="relus",
        ),
        Answer(
            "no-bias",
            "forgets the biases",
            """
            def nin_block(x, convs, stride=1, padding=0):
                (w1, _), (w2, _), (w3, _) = convs
                x = F.conv2d(x, w1, None, stride, padding).relu()
                return F.conv2d(F.conv2d(x, w2).relu(), w3).relu()
            """,
        ),
        Answer(
            "empties-the-list",
            "takes the weights out of the list that it is given",
            """
            def nin_block(x, convs, stride=1, padding=0):
                x = F.conv2d(x, *convs.pop(0), stride, padding).relu()
                while convs:
                    x = F.conv2d(x, *convs.pop(0)).relu()
                return x
            """,
            loses="edges",
        ),
        Answer(
            "detached",
            "detaches the weights, which can then not be learned",
            """
            def nin_block(x, convs, stride=1, padding=0):
                for i, (weight, bias) in enumerate(convs):
                    weight, bias = weight.detach(), bias.detach()
                    options = (stride, padding) if i == 0 else (1, 0)
                    x = F.conv2d(x, weight, bias, *options).relu()
                return x
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "linear",
            "linear layers over channels that stand last",
            """
            def nin_block(x, convs, stride=1, padding=0):
                weight, bias = convs[0]
                h = F.relu(F.conv2d(x, weight, bias, stride=stride, padding=padding))
                h = h.movedim(1, 3)
                for weight, bias in convs[1:]:
                    h = F.relu(F.linear(h, weight.flatten(1), bias))
                return h.movedim(3, 1)
            """,
        ),
        Answer(
            "modules",
            "torch's modules with the given weights",
            """
            def nin_block(x, convs, stride=1, padding=0):
                layers = []
                given = {}
                for i, (weight, bias) in enumerate(convs):
                    c_out, c_in, kernel, _ = weight.shape
                    first = {"stride": stride, "padding": padding} if i == 0 else {}
                    layers += [nn.Conv2d(c_in, c_out, kernel, **first), nn.ReLU()]
                    given |= {f"{2 * i}.weight": weight, f"{2 * i}.bias": bias}
                return torch.func.functional_call(nn.Sequential(*layers), given, x)
            """,
        ),
    ),
)

AVERAGE = Question(
    "b4-average",
    "b4-average-values-test",
    wrong=(
        Answer(
            "keeps-ones",
            "leaves the sizes 1 of rows and columns: (N, V, 1, 1)",
            """
            def global_average(x):
                return F.adaptive_avg_pool2d(x, 1)
            """,
            loses="shapes",
        ),
        Answer(
            "squeezes-all",
            "squeezes N or V away where they are 1",
            """
            def global_average(x):
                return x.mean((2, 3), keepdim=True).squeeze()
            """,
            loses="shapes",
        ),
        Answer(
            "maximum",
            "takes the maximum",
            """
            def global_average(x):
                return x.amax(dim=(2, 3))
            """,
        ),
        Answer(
            "sum",
            "takes the sum",
            """
            def global_average(x):
                return x.sum(dim=(2, 3))
            """,
        ),
        Answer(
            "square",
            "divides by H·H, as if maps were square",
            """
            def global_average(x):
                return x.sum(dim=(2, 3)) / x.shape[2] ** 2
            """,
        ),
        Answer(
            "detached",
            "makes new tensors of plain numbers, which know no gradient",
            """
            def global_average(x):
                return torch.tensor([[m.mean().item() for m in maps] for maps in x], dtype=x.dtype)
            """,
            loses="gradients",
        ),
        Answer(
            "in-place",
            "divides the maps that it is given",
            """
            def global_average(x):
                with torch.no_grad():
                    x /= x.shape[2] * x.shape[3]
                return x.sum(dim=(2, 3))
            """,
            loses="shapes, gradients",
        ),
    ),
    right=(
        Answer(
            "pooling",
            "torch's adaptive pooling, flattened",
            """
            def global_average(x):
                return nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten())(x)
            """,
        ),
        Answer(
            "window",
            "a pooling whose window is the map",
            """
            def global_average(x):
                N, V, H, W = x.shape
                return F.avg_pool2d(x, (H, W)).view(N, V)
            """,
        ),
    ),
)

INCEPTION = Question(
    "b5-inception",
    "b5-inception-branches-test",
    wrong=(
        Answer(
            "zero-padded-pool",
            "pads the pooling's input with zeros, which win over negative numbers",
            """
            def inception(x, convs):
                def conv(name, h, padding=0):
                    return F.conv2d(h, *convs[name], padding=padding).relu()
                pooled = F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, stride=1)
                return torch.cat([conv("1", x), conv("2", conv("2 reduce", x), 1),
                                  conv("3", conv("3 reduce", x), 2), conv("4", pooled)], 1)
            """,
            loses="pooling",
        ),
        Answer(
            "chained",
            "feeds each branch with the output of the reduction before it",
            """
            def inception(x, convs):
                def conv(name, h, padding=0):
                    return F.conv2d(h, *convs[name], padding=padding).relu()
                first = conv("2 reduce", x)
                second = conv("2", first, 1)
                return torch.cat([conv("1", x), second, second,
                                  conv("4", F.max_pool2d(x, 3, 1, 1))], 1)
            """,
            loses="branches, edges, gradients",
        ),
        Answer(
            "no-relu-inside",
            "no ReLU between the reduction and the window",
            """
            def inception(x, convs):
                def conv(name, h, padding=0):
                    return F.conv2d(h, *convs[name], padding=padding)
                parts = [conv("1", x), conv("2", conv("2 reduce", x), 1),
                         conv("3", conv("3 reduce", x), 2), conv("4", F.max_pool2d(x, 3, 1, 1))]
                return torch.cat(parts, 1).relu()
            """,
            loses="branches",
        ),
        Answer(
            "conv-before-pool",
            "pools after the fourth branch's convolution",
            """
            def inception(x, convs):
                def conv(name, h, padding=0):
                    return F.conv2d(h, *convs[name], padding=padding).relu()
                return torch.cat([conv("1", x), conv("2", conv("2 reduce", x), 1),
                                  conv("3", conv("3 reduce", x), 2),
                                  F.max_pool2d(conv("4", x), 3, 1, 1)], 1)
            """,
            loses="branches, gradients",
        ),
        Answer(
            "wrong-order",
            "stacks the 5×5 branch before the 3×3 one",
            """
            def inception(x, convs):
                def conv(name, h, padding=0):
                    return F.conv2d(h, *convs[name], padding=padding).relu()
                return torch.cat([conv("1", x), conv("3", conv("3 reduce", x), 2),
                                  conv("2", conv("2 reduce", x), 1),
                                  conv("4", F.max_pool2d(x, 3, 1, 1))], 1)
            """,
            loses="branches, edges, gradients",
        ),
        Answer(
            "over-batch",
            "stacks along the batch",
            """
            def inception(x, convs):
                def conv(name, h, padding=0):
                    return F.conv2d(h, *convs[name], padding=padding).relu()
                return torch.cat([conv("1", x), conv("2", conv("2 reduce", x), 1),
                                  conv("3", conv("3 reduce", x), 2),
                                  conv("4", F.max_pool2d(x, 3, 1, 1))])
            """,
        ),
        Answer(
            "empties-the-dict",
            "takes the weights out of the dict that it is given",
            """
            def inception(x, convs):
                def conv(name, h, padding=0):
                    weight, bias = convs.pop(name)
                    return F.conv2d(h, weight, bias, padding=padding).relu()

                return torch.cat([conv("1", x), conv("2", conv("2 reduce", x), 1),
                                  conv("3", conv("3 reduce", x), 2),
                                  conv("4", F.max_pool2d(x, 3, stride=1, padding=1))], dim=1)
            """,
            loses="edges",
        ),
        Answer(
            "detached",
            "cuts the pooled branch off from the image",
            """
            def inception(x, convs):
                def conv(name, h, padding=0):
                    weight, bias = convs[name]
                    return F.conv2d(h, weight, bias, padding=padding).relu()

                pooled = F.max_pool2d(x.detach(), 3, stride=1, padding=1)
                return torch.cat([conv("1", x), conv("2", conv("2 reduce", x), 1),
                                  conv("3", conv("3 reduce", x), 2), conv("4", pooled)], dim=1)
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "same",
            "padding 'same', and a pooling padded with -inf by hand",
            """
            def inception(x, convs):
                def conv(h, *names):
                    for name in names:
                        weight, bias = convs[name]
                        h = torch.clamp(F.conv2d(h, weight, bias, padding="same"), min=0)
                    return h
                framed = F.pad(x, (1, 1, 1, 1), value=float("-inf"))
                pooled = F.max_pool2d(framed, 3, stride=1)
                return torch.cat((conv(x, "1"), conv(x, "2 reduce", "2"),
                                  conv(x, "3 reduce", "3"), conv(pooled, "4")), dim=1)
            """,
        ),
        Answer(
            "preallocated",
            "writes the branches into one tensor",
            """
            def inception(x, convs):
                ways = [(x, ["1"]), (x, ["2 reduce", "2"]), (x, ["3 reduce", "3"]),
                        (nn.MaxPool2d(3, stride=1, padding=1)(x), ["4"])]
                channels = [convs[names[-1]][0].shape[0] for _, names in ways]
                out = x.new_empty(x.shape[0], sum(channels), *x.shape[2:])
                start = 0
                for (h, names), c in zip(ways, channels):
                    for name in names:
                        weight, bias = convs[name]
                        h = F.relu(F.conv2d(h, weight, bias, padding=weight.shape[2] // 2))
                    out[:, start : start + c] = h
                    start += c
                return out
            """,
        ),
    ),
)

COST = Question(
    "b6-cost",
    "b6-cost-convolutions-test",
    wrong=(
        Answer(
            "no-bias",
            "forgets the biases among the parameters",
            """
            def cost(layers, channels, size):
                parameters = work = 0
                for kind, *n in layers:
                    if kind == "conv":
                        size = (size + 2 * n[3] - n[1]) // n[2] + 1
                        weights = n[0] * channels * n[1] ** 2
                        parameters += weights
                        work += weights * size**2
                        channels = n[0]
                    elif kind == "pool":
                        size = (size - n[0]) // n[1] + 1
                    elif kind == "average":
                        size = 1
                    else:
                        parameters += n[0] * channels * size**2
                        work += n[0] * channels * size**2
                        channels, size = n[0], 1
                return parameters, work
            """,
        ),
        Answer(
            "size-before",
            "counts the places of the input instead of those of the output",
            """
            def cost(layers, channels, size):
                parameters = work = 0
                for kind, *n in layers:
                    if kind == "conv":
                        weights = n[0] * channels * n[1] ** 2
                        parameters += weights + n[0]
                        work += weights * size**2
                        size = (size + 2 * n[3] - n[1]) // n[2] + 1
                        channels = n[0]
                    elif kind == "pool":
                        size = (size - n[0]) // n[1] + 1
                    elif kind == "average":
                        size = 1
                    else:
                        parameters += n[0] * channels * size**2 + n[0]
                        work += n[0] * channels * size**2
                        channels, size = n[0], 1
                return parameters, work
            """,
            loses="convolutions, networks",
        ),
        Answer(
            "one-side",
            "multiplies by one side of the map only",
            """
            def cost(layers, channels, size):
                parameters = work = 0
                for kind, *n in layers:
                    if kind == "conv":
                        size = (size + 2 * n[3] - n[1]) // n[2] + 1
                        weights = n[0] * channels * n[1] ** 2
                        parameters += weights + n[0]
                        work += weights * size
                        channels = n[0]
                    elif kind == "pool":
                        size = (size - n[0]) // n[1] + 1
                    elif kind == "average":
                        size = 1
                    else:
                        parameters += n[0] * channels * size**2 + n[0]
                        work += n[0] * channels * size**2
                        channels, size = n[0], 1
                return parameters, work
            """,
            loses="convolutions, networks",
        ),
        Answer(
            "places-forgotten",
            "a linear layer that reads one number of each map",
            """
            def cost(layers, channels, size):
                parameters = work = 0
                for kind, *n in layers:
                    if kind == "conv":
                        size = (size + 2 * n[3] - n[1]) // n[2] + 1
                        weights = n[0] * channels * n[1] ** 2
                        parameters += weights + n[0]
                        work += weights * size**2
                        channels = n[0]
                    elif kind == "pool":
                        size = (size - n[0]) // n[1] + 1
                    elif kind == "linear":
                        parameters += n[0] * channels + n[0]
                        work += n[0] * channels
                        channels = n[0]
                return parameters, work
            """,
            loses="linear, networks, edges",
        ),
        Answer(
            "places-kept",
            "multiplies by the size of the maps for the second linear layer too",
            """
            def cost(layers, channels, size):
                parameters = work = 0
                for kind, *n in layers:
                    if kind == "conv":
                        size = (size + 2 * n[3] - n[1]) // n[2] + 1
                        weights = n[0] * channels * n[1] ** 2
                        parameters += weights + n[0]
                        work += weights * size**2
                        channels = n[0]
                    elif kind == "pool":
                        size = (size - n[0]) // n[1] + 1
                    elif kind == "average":
                        size = 1
                    else:
                        parameters += n[0] * channels * size**2 + n[0]
                        work += n[0] * channels * size**2
                        channels = n[0]
                return parameters, work
            """,
            loses="linear, networks",
        ),
        Answer(
            "bias-work",
            "counts biases among the multiply-adds",
            """
            def cost(layers, channels, size):
                parameters = work = 0
                for kind, *n in layers:
                    if kind == "conv":
                        size = (size + 2 * n[3] - n[1]) // n[2] + 1
                        own = n[0] * (channels * n[1] ** 2 + 1)
                        parameters += own
                        work += own * size**2
                        channels = n[0]
                    elif kind == "pool":
                        size = (size - n[0]) // n[1] + 1
                    elif kind == "average":
                        size = 1
                    else:
                        own = n[0] * (channels * size**2 + 1)
                        parameters += own
                        work += own
                        channels, size = n[0], 1
                return parameters, work
            """,
        ),
        Answer(
            "no-overlap",
            "divides by the stride of a pooling, whether its last window fits or not",
            """
            def cost(layers, channels, size):
                parameters = work = 0
                for kind, *n in layers:
                    if kind == "conv":
                        size = (size + 2 * n[3] - n[1]) // n[2] + 1
                        weights = n[0] * channels * n[1] ** 2
                        parameters += weights + n[0]
                        work += weights * size**2
                        channels = n[0]
                    elif kind == "pool":
                        size //= n[1]
                    elif kind == "average":
                        size = 1
                    else:
                        parameters += n[0] * channels * size**2 + n[0]
                        work += n[0] * channels * size**2
                        channels, size = n[0], 1
                return parameters, work
            """,
            loses="networks",
        ),
        Answer(
            "average-forgotten",
            "keeps the size of the maps behind global average pooling",
            """
            def cost(layers, channels, size):
                parameters = work = 0
                for kind, *n in layers:
                    if kind == "conv":
                        size = (size + 2 * n[3] - n[1]) // n[2] + 1
                        weights = n[0] * channels * n[1] ** 2
                        parameters += weights + n[0]
                        work += weights * size**2
                        channels = n[0]
                    elif kind == "pool":
                        size = (size - n[0]) // n[1] + 1
                    elif kind == "linear":
                        parameters += n[0] * channels * size**2 + n[0]
                        work += n[0] * channels * size**2
                        channels, size = n[0], 1
                return parameters, work
            """,
            loses="networks",
        ),
        Answer(
            "by-the-library",
            "measures a network of the library instead of counting",
            """
            from dlcourse.inspection.summary import summary, total

            def cost(layers, channels, size):
                made, shape = [], torch.zeros(1, channels, size, size)
                for kind, *numbers in layers:
                    if kind == "conv":
                        out, kernel, stride, padding = numbers
                        layer = nn.Conv2d(shape.shape[1], out, kernel, stride, padding)
                    elif kind == "pool":
                        layer = nn.MaxPool2d(*numbers)
                    elif kind == "average":
                        layer = nn.AdaptiveAvgPool2d(1)
                    else:
                        layer = nn.Sequential(nn.Flatten(), nn.Linear(shape[0].numel(), numbers[0]))
                    made.append(layer)
                    shape = layer(shape)
                found = total(summary(nn.Sequential(*made), (channels, size, size)))
                return found.params, found.multiply_adds
            """,
        ),
        Answer(
            "eats-the-layers",
            "takes the layers out of the list that it is given",
            """
            def cost(layers, channels, size):
                parameters = work = 0
                while layers:
                    kind, *numbers = layers.pop(0)
                    if kind == "conv":
                        out, kernel, stride, padding = numbers
                        size = (size + 2 * padding - kernel) // stride + 1
                        weights = out * channels * kernel * kernel
                        parameters, work = parameters + weights + out, work + weights * size * size
                        channels = out
                    elif kind == "pool":
                        size = (size - numbers[0]) // numbers[1] + 1
                    elif kind == "average":
                        size = 1
                    else:
                        weights = numbers[0] * channels * size * size
                        parameters, work = parameters + weights + numbers[0], work + weights
                        channels, size = numbers[0], 1
                return parameters, work
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "torch",
            "builds the layers without numbers and asks them",
            """
            def cost(layers, channels, size):
                parameters = work = 0
                with torch.device("meta"):
                    x = torch.zeros(1, channels, size, size)
                    for kind, *n in layers:
                        if kind == "pool":
                            x = F.max_pool2d(x, *n)
                            continue
                        if kind == "average":
                            x = x.mean((2, 3), keepdim=True)
                            continue
                        if kind == "conv":
                            layer = nn.Conv2d(x.shape[1], *n)
                        else:
                            x = x.flatten(1)
                            layer = nn.Linear(x.shape[1], n[0])
                        x = layer(x)
                        parameters += sum(p.numel() for p in layer.parameters())
                        work += x.numel() * layer.weight[0].numel()
                return parameters, work
            """,
        ),
        Answer(
            "list",
            "a list as the pair, one branch for each kind",
            """
            def cost(layers, channels, size):
                total = [0, 0]

                def add(out, inputs, places):
                    total[0] += out * inputs + out
                    total[1] += out * inputs * places

                for layer in layers:
                    if layer[0] == "conv":
                        _, out, k, s, p = layer
                        size = math.floor((size + 2 * p - k) / s) + 1
                        add(out, channels * k * k, size * size)
                        channels = out
                    if layer[0] == "pool":
                        size = math.floor((size - layer[1]) / layer[2]) + 1
                    if layer[0] == "average":
                        size = 1
                    if layer[0] == "linear":
                        add(layer[1], channels * size * size, 1)
                        channels, size = layer[1], 1
                return total
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, PIXELS, VGG, NIN, AVERAGE, INCEPTION, COST]

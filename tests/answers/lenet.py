"""Answers to the exercise ``lenet``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "c",
        {
            "a": "does not know the two blocks",
            "b": "takes pooling for something that comes once",
            "d": "believes that dense layers take maps",
        },
    ),
    choice(
        2,
        "b",
        {
            "a": "does not know what channels are traded for",
            "c": "does not know what stride 2 does to a size",
            "d": "takes more parameters for more insight",
        },
    ),
    number(
        3,
        right={
            "69656.0": "a float",
            "61706 + 6 * 2 * 25 + 90 * 85": "what is added to the gray LeNet with ten classes",
            "sum([456, 2416, 48120, 10164, 8500])": "layer by layer",
        },
        wrong={
            "61706": "counts the gray LeNet with ten classes",
            "6 * 3 * 25 + 16 * 6 * 25 + 120 * 400 + 84 * 120 + 100 * 84": "forgets the biases",
            "61706 + 90 * 85": "forgets the channels",
        },
    ),
    number(
        4,
        right={
            "16 * 14**2": "factored",
            "torch.zeros(16, 14, 14).numel()": "asks torch",
        },
        wrong={
            "400": "the number for 28×28",
            "16 * 16 * 16": "forgets that the second convolution takes 4 pixels",
            "16 * 13 * 13": "forgets the padding of the first convolution",
            "14 * 14": "forgets the channels",
        },
    ),
    choice(
        5,
        "c",
        {
            "a": "lets a convolution's parameters grow with the image",
            "b": "takes the whole network for one that shares its weights",
            "d": "takes the work of a convolution for independent of the image",
        },
    ),
    choice(
        6,
        "a",
        {
            "b": "blames the pooling",
            "c": "takes a plateau for a step that is too large",
            "d": "takes what is not found for what cannot be represented",
        },
    ),
    number(
        7,
        right={
            "3 / 4": "reduced",
            "torch.tensor(30.0) / 40": "tensor",
        },
        wrong={
            "30 / 50": "the precision: divides by the column",
            "30 / 120": "divides by all examples",
            "(30 + 40 + 15) / 120": "the accuracy",
            "40": "the number of true cats",
        },
    ),
    choice(
        8,
        "b",
        {
            "a": "takes the probability of a class for that of its presence",
            "c": "believes that a good network is undecided about what it never saw",
            "d": "carries the test accuracy over to images of another kind",
        },
    ),
]

ACCURACY = Question(
    "b1-accuracy",
    "b1-accuracy-idea-test",
    wrong=(
        Answer(
            "other-axis",
            "lets the examples compete for each class",
            """
            def accuracy(model, batches):
                was, right, seen = model.training, 0, 0
                model.eval()
                for x, y in batches:
                    best = model(x).argmax(dim=0)
                    right += sum(int(a == b) for a, b in zip(best, y))
                    seen += len(y)
                model.train(was)
                if not seen:
                    raise ValueError("no examples")
                return right / seen
            """,
        ),
        Answer(
            "mean-of-means",
            "averages over the batches, large and small ones alike",
            """
            def accuracy(model, batches):
                was, shares = model.training, []
                model.eval()
                for x, y in batches:
                    if len(y):
                        shares.append((model(x).argmax(dim=1) == y).float().mean().item())
                model.train(was)
                if not shares:
                    raise ValueError("no examples")
                return sum(shares) / len(shares)
            """,
            loses="batches",
        ),
        Answer(
            "needs-a-length",
            "goes through the batches twice, which a generator does not allow",
            """
            def accuracy(model, batches):
                was = model.training
                model.eval()
                right = sum(int((model(x).argmax(1) == y).sum()) for x, y in batches)
                model.train(was)
                seen = sum(len(y) for _, y in batches)
                if not seen:
                    raise ValueError("no examples")
                return right / seen
            """,
            loses="batches",
        ),
        Answer(
            "as-it-comes",
            "measures the model in the mode in which it comes",
            """
            def accuracy(model, batches):
                right, seen = 0, 0
                for x, y in batches:
                    right += (model(x).argmax(dim=1) == y).sum().item()
                    seen += len(y)
                if not seen:
                    raise ValueError("no examples")
                return right / seen
            """,
            loses="modes",
        ),
        Answer(
            "back-to-training",
            "puts every model into training mode afterwards",
            """
            def accuracy(model, batches):
                right, seen = 0, 0
                model.eval()
                for x, y in batches:
                    right += (model(x).argmax(dim=1) == y).sum().item()
                    seen += len(y)
                model.train()
                if not seen:
                    raise ValueError("no examples")
                return right / seen
            """,
            loses="modes",
        ),
        Answer(
            "nothing-is-zero",
            "says 0 where there is nothing to measure",
            """
            def accuracy(model, batches):
                was, right, seen = model.training, 0, 0
                model.eval()
                for x, y in batches:
                    right += (model(x).argmax(dim=1) == y).sum().item()
                    seen += len(y)
                model.train(was)
                return right / max(seen, 1)
            """,
            loses="errors",
        ),
    ),
    right=(
        Answer(
            "all-at-once",
            "collects the hits of all batches first; a tensor comes back",
            """
            def accuracy(model, batches):
                before = model.training
                model.train(False)
                hits = [model(x).max(dim=1).indices.eq(y) for x, y in batches]
                model.train(before)
                hits = torch.cat(hits) if hits else torch.zeros(0)
                if hits.numel() == 0:
                    raise ValueError("nothing to measure")
                return hits.double().mean()
            """,
        ),
        Answer(
            "one-by-one",
            "example by example, on a copy of the model",
            """
            import copy


            def accuracy(model, batches):
                model = copy.deepcopy(model).eval()
                n = hits = 0
                for x, y in batches:
                    for scores, label in zip(model(x).tolist(), y.tolist()):
                        n += 1
                        hits += scores.index(max(scores)) == label
                if n == 0:
                    raise ValueError("nothing to measure")
                return hits / n
            """,
        ),
    ),
)

COUNT = Question(
    "b2-count",
    "b2-count-idea-test",
    wrong=(
        Answer(
            "each-tensor",
            "lets each tensor's own dimensions decide: biases become other",
            """
            def count_parameters(shapes):
                counts = {"convolutional": 0, "dense": 0, "other": 0}
                for shape in shapes.values():
                    kind = {4: "convolutional", 2: "dense"}.get(len(shape), "other")
                    counts[kind] += math.prod(shape)
                return counts
            """,
        ),
        Answer(
            "by-name",
            "goes by the layer's name",
            """
            def count_parameters(shapes):
                counts = {"convolutional": 0, "dense": 0, "other": 0}
                for name, shape in shapes.items():
                    if name.startswith("conv") or name.startswith("a"):
                        counts["convolutional"] += math.prod(shape)
                    elif name.startswith("linear") or name.startswith("b"):
                        counts["dense"] += math.prod(shape)
                    else:
                        counts["other"] += math.prod(shape)
                return counts
            """,
            loses="names, edges",
        ),
        Answer(
            "first-dot",
            "cuts the name at its first dot",
            """
            def count_parameters(shapes):
                counts = {"convolutional": 0, "dense": 0, "other": 0}
                kinds = {}
                for name, shape in shapes.items():
                    if name.endswith("weight"):
                        kind = {4: "convolutional", 2: "dense"}.get(len(shape), "other")
                        kinds.setdefault(name.split(".")[0], kind)
                for name, shape in shapes.items():
                    counts[kinds[name.split(".")[0]]] += math.prod(shape)
                return counts
            """,
            loses="names",
        ),
        Answer(
            "order",
            "counts a bias to the weight that came before it",
            """
            def count_parameters(shapes):
                counts = {"convolutional": 0, "dense": 0, "other": 0}
                kind = "other"
                for name, shape in shapes.items():
                    if name.endswith(".weight"):
                        kind = {4: "convolutional", 2: "dense"}.get(len(shape), "other")
                    counts[kind] += math.prod(shape)
                return counts
            """,
            loses="names",
        ),
        Answer(
            "empties-the-dict",
            "takes the shapes out of the dict that it is given",
            """
            def count_parameters(shapes):
                kinds = {4: "convolutional", 2: "dense"}
                counts = {"convolutional": 0, "dense": 0, "other": 0}
                for name in sorted(shapes):
                    layer = name.rpartition(".")[0]
                    kind = kinds.get(len(shapes[f"{layer}.weight"]), "other")
                    counts[kind] += math.prod(shapes[name])
                shapes.clear()
                return counts
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "layers-first",
            "from layer to layer",
            """
            def count_parameters(shapes):
                counts = dict.fromkeys(("convolutional", "dense", "other"), 0)
                for layer in {name.rsplit(".", 1)[0] for name in shapes}:
                    dimensions = len(shapes[layer + ".weight"])
                    if dimensions == 4:
                        kind = "convolutional"
                    elif dimensions == 2:
                        kind = "dense"
                    else:
                        kind = "other"
                    for part in ("weight", "bias"):
                        if f"{layer}.{part}" in shapes:
                            counts[kind] += torch.Size(shapes[f"{layer}.{part}"]).numel()
                return counts
            """,
        ),
        Answer(
            "by-removal",
            "cuts off the suffix; sums by comprehension",
            """
            def count_parameters(shapes):
                def dimensions(name):
                    layer = name.removesuffix(".bias").removesuffix(".weight")
                    return len(shapes[f"{layer}.weight"])

                sizes = {name: int(torch.tensor(shape).prod()) for name, shape in shapes.items()}
                conv = sum(n for name, n in sizes.items() if dimensions(name) == 4)
                dense = sum(n for name, n in sizes.items() if dimensions(name) == 2)
                return {"other": sum(sizes.values()) - conv - dense, "dense": dense,
                        "convolutional": conv}
            """,
        ),
    ),
)

LENET = Question(
    "b3-lenet",
    "b3-lenet-layers-test",
    wrong=(
        Answer(
            "no-padding",
            "no padding in the first convolution: the dense layer is fitted to what comes out",
            """
            def make_lenet(num_classes=10, in_channels=1, pool="maximum"):
                pools = {"maximum": nn.MaxPool2d, "average": nn.AvgPool2d}
                if pool not in pools:
                    raise ValueError(pool)
                return nn.Sequential(
                    nn.Conv2d(in_channels, 6, 5), nn.ReLU(), pools[pool](2),
                    nn.Conv2d(6, 16, 5), nn.ReLU(), pools[pool](2), nn.Flatten(),
                    nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                    nn.Linear(84, num_classes),
                )
            """,
            loses="layers, options, training",
        ),
        Answer(
            "relu-at-the-end",
            "an activation behind the last layer, too",
            """
            def make_lenet(num_classes=10, in_channels=1, pool="maximum"):
                pools = {"maximum": nn.MaxPool2d, "average": nn.AvgPool2d}
                if pool not in pools:
                    raise ValueError(pool)
                return nn.Sequential(
                    nn.Conv2d(in_channels, 6, 5, padding=2), nn.ReLU(), pools[pool](2),
                    nn.Conv2d(6, 16, 5), nn.ReLU(), pools[pool](2), nn.Flatten(),
                    nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                    nn.Linear(84, num_classes), nn.ReLU(),
                )
            """,
            loses="layers, options, training",
        ),
        Answer(
            "no-activation",
            "forgets the activations of the convolutional block",
            """
            def make_lenet(num_classes=10, in_channels=1, pool="maximum"):
                pools = {"maximum": nn.MaxPool2d, "average": nn.AvgPool2d}
                if pool not in pools:
                    raise ValueError(pool)
                return nn.Sequential(
                    nn.Conv2d(in_channels, 6, 5, padding=2), pools[pool](2),
                    nn.Conv2d(6, 16, 5), pools[pool](2), nn.Flatten(),
                    nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                    nn.Linear(84, num_classes),
                )
            """,
            loses="layers, options, training",
        ),
        Answer(
            "one-channel",
            "builds for gray images whatever is asked",
            """
            def make_lenet(num_classes=10, in_channels=1, pool="maximum"):
                pools = {"maximum": nn.MaxPool2d, "average": nn.AvgPool2d}
                if pool not in pools:
                    raise ValueError(pool)
                return nn.Sequential(
                    nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), pools[pool](2),
                    nn.Conv2d(6, 16, 5), nn.ReLU(), pools[pool](2), nn.Flatten(),
                    nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                    nn.Linear(84, num_classes),
                )
            """,
            loses="options",
        ),
        Answer(
            "else-average",
            "takes any other word for average",
            """
            def make_lenet(num_classes=10, in_channels=1, pool="maximum"):
                kind = nn.MaxPool2d if pool == "maximum" else nn.AvgPool2d
                return nn.Sequential(
                    nn.Conv2d(in_channels, 6, 5, padding=2), nn.ReLU(), kind(2),
                    nn.Conv2d(6, 16, 5), nn.ReLU(), kind(2), nn.Flatten(),
                    nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                    nn.Linear(84, num_classes),
                )
            """,
            loses="errors",
        ),
        Answer(
            "softmax",
            "puts a softmax where scores are asked for",
            """
            def make_lenet(num_classes=10, in_channels=1, pool="maximum"):
                pools = {"maximum": nn.MaxPool2d, "average": nn.AvgPool2d}
                if pool not in pools:
                    raise ValueError(pool)
                return nn.Sequential(
                    nn.Conv2d(in_channels, 6, 5, padding=2), nn.ReLU(), pools[pool](2),
                    nn.Conv2d(6, 16, 5), nn.ReLU(), pools[pool](2), nn.Flatten(),
                    nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                    nn.Linear(84, num_classes), nn.Softmax(dim=1),
                )
            """,
            loses="layers, options, training",
        ),
        Answer(
            "from-the-library",
            "takes the library's LeNet",
            """
            from dlcourse.models import LeNet as Net

            def make_lenet(num_classes=10, in_channels=1, pool="maximum"):
                pools = {"maximum": nn.MaxPool2d, "average": nn.AvgPool2d}
                if pool not in pools:
                    raise ValueError(pool)
                return Net(num_classes, in_channels=in_channels, pool=pools[pool])
            """,
        ),
        Answer(
            "detached",
            "detaches the maps before the dense layers",
            """
            class Flat(nn.Module):
                def forward(self, x):
                    return x.detach().flatten(1)

            def make_lenet(num_classes=10, in_channels=1, pool="maximum"):
                pools = {"maximum": nn.MaxPool2d, "average": nn.AvgPool2d}
                if pool not in pools:
                    raise ValueError(pool)
                return nn.Sequential(
                    nn.Conv2d(in_channels, 6, 5, padding=2), nn.ReLU(), pools[pool](2),
                    nn.Conv2d(6, 16, 5), nn.ReLU(), pools[pool](2), Flat(),
                    nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                    nn.Linear(84, num_classes),
                )
            """,
            loses="training",
        ),
        Answer(
            "seeds",
            "seeds the random numbers, so that all networks are the same",
            """
            def make_lenet(num_classes=10, in_channels=1, pool="maximum"):
                pools = {"maximum": nn.MaxPool2d, "average": nn.AvgPool2d}
                if pool not in pools:
                    raise ValueError(pool)
                torch.manual_seed(0)
                return nn.Sequential(
                    nn.Conv2d(in_channels, 6, 5, padding=2), nn.ReLU(), pools[pool](2),
                    nn.Conv2d(6, 16, 5), nn.ReLU(), pools[pool](2), nn.Flatten(),
                    nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                    nn.Linear(84, num_classes),
                )
            """,
            loses="training",
        ),
    ),
    right=(
        Answer(
            "class",
            "a class of its own, with calls in place of modules",
            """
            class Net(nn.Module):
                def __init__(self, num_classes, in_channels, pool):
                    super().__init__()
                    self.a = nn.Conv2d(in_channels, 6, 5, padding=2)
                    self.b = nn.Conv2d(6, 16, 5)
                    self.c = nn.Linear(400, 120)
                    self.d = nn.Linear(120, 84)
                    self.e = nn.Linear(84, num_classes)
                    self.pool = {"maximum": F.max_pool2d, "average": F.avg_pool2d}[pool]

                def forward(self, x):
                    x = self.pool(self.a(x).relu(), 2)
                    x = self.pool(self.b(x).relu(), 2)
                    x = self.d(self.c(x.reshape(len(x), -1)).relu())
                    return self.e(x.relu())


            def make_lenet(num_classes=10, in_channels=1, pool="maximum"):
                try:
                    return Net(num_classes, in_channels, pool)
                except KeyError:
                    raise ValueError(f"no such pooling: {pool}") from None
            """,
        ),
        Answer(
            "pool-first",
            "the maximum before the ReLU, which is the same; for averages after it",
            """
            def make_lenet(num_classes=10, in_channels=1, pool="maximum"):
                def end():
                    if pool == "maximum":
                        return [nn.MaxPool2d(2), nn.ReLU()]
                    return [nn.ReLU(), nn.AvgPool2d(kernel_size=2, stride=2)]

                if pool not in ("maximum", "average"):
                    raise ValueError("pool")
                layers = [nn.Conv2d(in_channels, 6, 5, padding="same"), *end(), nn.Conv2d(6, 16, 5),
                          *end(), nn.Flatten()]
                sizes = [400, 120, 84, num_classes]
                for a, b in zip(sizes, sizes[1:]):
                    layers += [nn.Linear(a, b), nn.ReLU()]
                return nn.Sequential(*layers[:-1])
            """,
        ),
    ),
)

SCAN = Question(
    "b4-scan",
    "b4-scan-idea-test",
    wrong=(
        Answer(
            "channels-last",
            "takes a row of the weight for k rows of k pixels of C numbers",
            """
            def scan(maps, weight, bias, k):
                C = maps.shape[1]
                if weight.shape[1] != C * k * k:
                    raise ValueError("the weight does not fit")
                kernel = weight.reshape(-1, k, k, C).permute(0, 3, 1, 2)
                return F.conv2d(maps, kernel, bias)
            """,
            loses="idea, tensors",
        ),
        Answer(
            "tiles",
            "moves by a whole window at a time",
            """
            def scan(maps, weight, bias, k):
                C = maps.shape[1]
                if weight.shape[1] != C * k * k:
                    raise ValueError("the weight does not fit")
                return F.conv2d(maps, weight.reshape(-1, C, k, k), bias, stride=k)
            """,
            loses="idea, tensors",
        ),
        Answer(
            "no-bias",
            "forgets the bias",
            """
            def scan(maps, weight, bias, k):
                C = maps.shape[1]
                if weight.shape[1] != C * k * k:
                    raise ValueError("the weight does not fit")
                return F.conv2d(maps, weight.reshape(-1, C, k, k))
            """,
        ),
        Answer(
            "reshape-guesses",
            "lets reshape find a number of outputs, whatever the weight",
            """
            def scan(maps, weight, bias, k):
                N, C, H, W = maps.shape
                kernel = weight.flatten()[: len(bias) * C * k * k]
                if len(kernel) < len(bias) * C * k * k:
                    kernel = F.pad(kernel, (0, len(bias) * C * k * k - len(kernel)))
                return F.conv2d(maps, kernel.reshape(-1, C, k, k), bias)
            """,
            loses="errors",
        ),
        Answer(
            "detached",
            "fills a tensor with numbers that know no gradient",
            """
            def scan(maps, weight, bias, k):
                N, C, H, W = maps.shape
                if weight.shape[1] != C * k * k:
                    raise ValueError("the weight does not fit")
                y = torch.empty(N, len(weight), H - k + 1, W - k + 1, dtype=maps.dtype)
                for i in range(H - k + 1):
                    for j in range(W - k + 1):
                        window = maps.detach()[:, :, i : i + k, j : j + k].flatten(1)
                        y[:, :, i, j] = window @ weight.detach().T + bias.detach()
                return y
            """,
            loses="tensors",
        ),
        Answer(
            "reshapes-what-is-given",
            "reshapes the weight that it is given",
            """
            def scan(maps, weight, bias, k):
                C = maps.shape[1]
                if weight.shape[1] != C * k * k:
                    raise ValueError("the weight does not fit")
                weight.resize_(len(weight), C, k, k)
                return F.conv2d(maps, weight, bias)
            """,
            loses="tensors",
        ),
    ),
    right=(
        Answer(
            "loops",
            "two loops over the places",
            """
            def scan(maps, weight, bias, k):
                N, C, H, W = maps.shape
                if weight.shape[1] != C * k * k:
                    raise ValueError("the weight does not fit")
                columns = []
                for i in range(H - k + 1):
                    row = [F.linear(maps[:, :, i : i + k, j : j + k].reshape(N, -1), weight, bias)
                           for j in range(W - k + 1)]
                    columns.append(torch.stack(row, dim=-1))
                return torch.stack(columns, dim=-2)
            """,
        ),
        Answer(
            "unfold",
            "windows as columns of a matrix",
            """
            def scan(maps, weight, bias, k):
                if weight.size(1) != maps.size(1) * k ** 2:
                    raise ValueError("the weight does not fit")
                windows = F.unfold(maps, k)  # (N, C·k·k, places)
                out = weight @ windows + bias[:, None]
                return out.view(len(maps), len(weight), maps.size(2) - k + 1, -1)
            """,
        ),
    ),
)

CONFUSION = Question(
    "b5-confusion",
    "b5-confusion-idea-test",
    wrong=(
        Answer(
            "transposed",
            "puts the predictions into the rows",
            """
            def confusion_matrix(predicted, true, classes):
                for part in (predicted, true):
                    if ((part < 0) | (part >= classes)).any():
                        raise ValueError("class out of range")
                pairs = predicted * classes + true
                return torch.bincount(pairs, minlength=classes**2).reshape(classes, classes)
            """,
        ),
        Answer(
            "indexing",
            "adds by indexing, which counts a repeated pair once",
            """
            def confusion_matrix(predicted, true, classes):
                for part in (predicted, true):
                    if ((part < 0) | (part >= classes)).any():
                        raise ValueError("class out of range")
                counts = torch.zeros(classes, classes, dtype=torch.int64)
                counts[true, predicted] += 1
                return counts
            """,
            loses="idea, edges",
        ),
        Answer(
            "no-check",
            "lets a negative number count from the end",
            """
            def confusion_matrix(predicted, true, classes):
                counts = torch.zeros(classes, classes, dtype=torch.int64)
                for t, p in zip(true.tolist(), predicted.tolist()):
                    if t >= classes or p >= classes:
                        raise ValueError("class out of range")
                    counts[t, p] += 1
                return counts
            """,
            loses="errors",
        ),
        Answer(
            "only-seen",
            "makes rows for the classes that occur",
            """
            def confusion_matrix(predicted, true, classes):
                for part in (predicted, true):
                    if ((part < 0) | (part >= classes)).any():
                        raise ValueError("class out of range")
                size = int(max(predicted.max(), true.max())) + 1
                pairs = true * size + predicted
                return torch.bincount(pairs, minlength=size**2).reshape(size, size)
            """,
            loses="edges",
        ),
        Answer(
            "in-place",
            "numbers the pairs in the tensor that it is given",
            """
            def confusion_matrix(predicted, true, classes):
                for numbers in (predicted, true):
                    if ((numbers < 0) | (numbers >= classes)).any():
                        raise ValueError("out of range")
                predicted += true * classes
                return predicted.bincount(minlength=classes**2).view(classes, classes)
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "bincount",
            "numbers the pairs and counts the numbers",
            """
            def confusion_matrix(predicted, true, classes):
                both = torch.cat([predicted, true])
                if len(both) and not 0 <= both.min() <= both.max() < classes:
                    raise ValueError("class out of range")
                return torch.bincount(true * classes + predicted, minlength=classes * classes).view(
                    classes, classes)
            """,
        ),
        Answer(
            "one-hot",
            "a product of one-hot matrices",
            """
            def confusion_matrix(predicted, true, classes):
                numbers = range(classes)
                if not all(n in numbers for n in predicted.tolist() + true.tolist()):
                    raise ValueError("class out of range")
                rows = (true[:, None] == torch.arange(classes)).long()
                columns = (predicted[:, None] == torch.arange(classes)).long()
                return rows.T @ columns
            """,
        ),
        Answer(
            "accumulate",
            "index_put_ with accumulate",
            """
            def confusion_matrix(predicted, true, classes):
                for part in (predicted, true):
                    if (part < 0).any() or (part >= classes).any():
                        raise ValueError("class out of range")
                counts = torch.zeros(classes, classes, dtype=torch.long)
                ones = torch.ones(len(true), dtype=torch.long)
                return counts.index_put_((true, predicted), ones, accumulate=True)
            """,
        ),
    ),
)

RECALL = Question(
    "b6-recall",
    "b6-recall-idea-test",
    wrong=(
        Answer(
            "swapped",
            "divides the recall by the column",
            """
            def recall_precision(confusion):
                hits = confusion.diagonal().double()
                return (hits / confusion.sum(0).clamp(min=1), hits / confusion.sum(1).clamp(min=1))
            """,
        ),
        Answer(
            "nan",
            "divides by zero",
            """
            def recall_precision(confusion):
                hits = confusion.diagonal().double()
                return hits / confusion.sum(1), hits / confusion.sum(0)
            """,
            loses="edges",
        ),
        Answer(
            "one-of-many",
            "takes the accuracy of the question 'this class or not' for the recall",
            """
            def recall_precision(confusion):
                hits = confusion.diagonal().double()
                rows, columns, total = confusion.sum(1), confusion.sum(0), confusion.sum()
                recall = (total - rows - columns + 2 * hits) / total
                return recall.double(), hits / columns.clamp(min=1)
            """,
        ),
        Answer(
            "float32",
            "computes in float32",
            """
            def recall_precision(confusion):
                hits = confusion.diagonal().float()
                return hits / confusion.sum(1).clamp(min=1), hits / confusion.sum(0).clamp(min=1)
            """,
            loses="tensors",
        ),
        Answer(
            "in-place",
            "sets empty sums to 1 in the counts that it is given",
            """
            def recall_precision(confusion):
                hits = confusion.diagonal().double().clone()
                rows, columns = confusion.sum(1).clamp(min=1), confusion.sum(0).clamp(min=1)
                confusion.fill_diagonal_(0)
                return hits / rows, hits / columns
            """,
            loses="tensors",
        ),
        Answer(
            "at-least-two",
            "divides by two where a class occurs once",
            """
            def recall_precision(confusion):
                hits = confusion.diagonal().double()
                rows, columns = confusion.sum(1).clamp(min=2), confusion.sum(0).clamp(min=2)
                return hits / rows, hits / columns
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "nan-to-num",
            "divides first and clears what is not a number",
            """
            def recall_precision(confusion):
                table = confusion.to(torch.float64)
                hits = torch.diagonal(table)
                return ((hits / table.sum(dim=1)).nan_to_num(nan=0.0),
                        (hits / table.sum(dim=0)).nan_to_num(nan=0.0))
            """,
        ),
        Answer(
            "lists",
            "plain Python",
            """
            def recall_precision(confusion):
                rows = confusion.tolist()

                def share(hits, whole):
                    return hits / whole if whole else 0.0

                recall = [share(row[i], sum(row)) for i, row in enumerate(rows)]
                precision = [share(column[i], sum(column)) for i, column in enumerate(zip(*rows))]
                return [torch.tensor(part, dtype=torch.float64) for part in (recall, precision)]
            """,
        ),
    ),
)

WORST = Question(
    "b7-worst",
    "b7-worst-idea-test",
    wrong=(
        Answer(
            "all-examples",
            "lists the largest losses, right answers among them",
            """
            def worst_mistakes(scores, labels, k):
                losses = F.cross_entropy(scores, labels, reduction="none")
                return losses.argsort(descending=True)[:k].tolist()
            """,
            loses="idea, edges",
        ),
        Answer(
            "surest",
            "sorts by how sure the network is of its answer",
            """
            def worst_mistakes(scores, labels, k):
                sure, answer = scores.log_softmax(dim=1).max(dim=1)
                wrong = (answer != labels).nonzero()[:, 0]
                return wrong[sure[wrong].argsort(descending=True)][:k].tolist()
            """,
            loses="idea, stability",
        ),
        Answer(
            "positions-within",
            "returns positions among the mistakes",
            """
            def worst_mistakes(scores, labels, k):
                losses = F.cross_entropy(scores, labels, reduction="none")
                wrong = scores.argmax(dim=1) != labels
                return losses[wrong].argsort(descending=True)[:k].tolist()
            """,
        ),
        Answer(
            "overflow",
            "takes the logarithm of a probability that has become 0",
            """
            def worst_mistakes(scores, labels, k):
                p = scores.softmax(dim=1)[torch.arange(len(labels)), labels]
                wrong = (scores.argmax(dim=1) != labels).nonzero()[:, 0]
                losses = -p[wrong].log()
                order = sorted(range(len(wrong)), key=lambda i: -losses[i].item())
                return [int(wrong[i]) for i in order[:k]]
            """,
            loses="stability",
        ),
        Answer(
            "smallest-first",
            "sorts the wrong way round",
            """
            def worst_mistakes(scores, labels, k):
                losses = F.cross_entropy(scores, labels, reduction="none")
                wrong = (scores.argmax(dim=1) != labels).nonzero()[:, 0]
                return wrong[losses[wrong].argsort()][:k].tolist()
            """,
        ),
        Answer(
            "in-place",
            "subtracts the largest score from the scores that it is given",
            """
            def worst_mistakes(scores, labels, k):
                wrong = (scores.argmax(dim=1) != labels).nonzero()[:, 0]
                scores -= scores.amax(dim=1, keepdim=True)
                losses = scores.exp().sum(1).log() - scores[torch.arange(len(scores)), labels]
                return wrong[losses[wrong].argsort(descending=True)][:k].tolist()
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "sorted",
            "plain Python over log-softmax; a tuple",
            """
            def worst_mistakes(scores, labels, k):
                logs = scores.log_softmax(dim=1)
                found = []
                for n, label in enumerate(labels.tolist()):
                    if int(scores[n].argmax()) != label:
                        found.append((float(logs[n, label]), n))
                return tuple(n for _, n in sorted(found)[:k])
            """,
        ),
        Answer(
            "by-difference",
            "logsumexp minus the score of the true class, right answers at minus infinity",
            """
            def worst_mistakes(scores, labels, k):
                own = scores.gather(1, labels[:, None])[:, 0]
                losses = scores.logsumexp(dim=1) - own
                losses = losses.masked_fill(scores.argmax(dim=1) == labels, -math.inf)
                order = losses.argsort(descending=True).tolist()
                return [n for n in order if losses[n] > -math.inf][:k]
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, ACCURACY, COUNT, LENET, SCAN, CONFUSION, RECALL, WORST]

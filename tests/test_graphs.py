"""Training steps as CUDA graphs: the same run as without, and what cannot be one says why."""

import shutil
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse import datasets, models, seed_everything, training
from dlcourse.training import graphs, options
from dlcourse.training.distributed import Group

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU")


class StandIn:
    """Records on a CPU: a launch does the work anew and puts results where the first ones lay."""

    recorded = launched = 0
    parameters = ()

    def __init__(self, device):
        StandIn.recorded = StandIn.launched = 0

    def run(self, work):
        return work()

    def record(self, work):
        StandIn.recorded += 1
        result = work()
        gradients = [(p, p.grad) for p in self.parameters if p.grad is not None]

        def launch():
            StandIn.launched += 1
            for parameter, _ in gradients:
                parameter.grad = None
            for place, fresh in zip(graphs.tensors(result), graphs.tensors(work()), strict=True):
                place.copy_(fresh)
            for parameter, place in gradients:
                place.copy_(parameter.grad)
                parameter.grad = None  # a launch writes into memory, not into attributes

        return launch, result


@pytest.fixture
def run(monkeypatch):
    """`fit` with a fresh model on a CPU, with recorded steps or plain ones."""
    monkeypatch.setattr(graphs, "Recorder", StandIn)
    monkeypatch.setattr(options, "compiled", lambda model, *_, **__: model)

    def run(make, loader, recorded, optimizer=torch.optim.Adam, **kw):
        seed_everything(0)
        model = make()
        settings = {"epochs": 3, "progress": False, "compile": "cuda-graph" if recorded else False}
        own = list(kw["loss"].parameters()) if isinstance(kw.get("loss"), nn.Module) else []
        StandIn.parameters = [*model.parameters(), *own]
        made = optimizer(StandIn.parameters, lr=0.01)
        if "schedule" in kw:
            kw = kw | {"scheduler": kw.pop("schedule")(made)}
        history = training.fit(model, loader(), optimizer=made, **settings | kw)
        return model, history

    return run


def points(size=16, N=100):
    """Six batches of 16 and one of 4, an epoch."""
    x = torch.randn(N, 6, generator=torch.Generator().manual_seed(0))
    return datasets.TensorLoader(
        torch.utils.data.TensorDataset(x, x[:, :3].argmax(1)), size, shuffle=True
    )


def tokens(vocab_size=20):
    text = torch.randint(vocab_size, (700,), generator=torch.Generator().manual_seed(1))
    return datasets.SequentialWindows(text, 5, 8)


def mlp():
    return models.MLP([6, 16, 3])


def assert_same_run(a, b):
    (model, history), (twin, plain) = a, b
    for name in plain.columns:
        if name != "seconds":
            assert history[name] == plain[name], name
    for mine, theirs in zip(model.state_dict().values(), twin.state_dict().values(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.mark.parametrize(
    "kw",
    [
        {},
        {"clip_grad_norm": 0.1, "label_smoothing": 0.1},
        {"amp": torch.float16},
        {"amp": True},
        {
            "schedule_per": "batch",
            "schedule": lambda o: torch.optim.lr_scheduler.StepLR(o, 5, 0.5),
        },
        {"early_stopping": training.EarlyStopping("train_loss", patience=1)},
    ],
    ids=lambda kw: " ".join(kw) or "plain",
)
def test_a_replayed_run_equals_the_plain_one(run, kw):
    assert_same_run(run(mlp, points, True, **kw), run(mlp, points, False, **kw))


class Scaled(nn.Module):
    """A loss with a parameter of its own, which trains along."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(1.0))

    def forward(self, output, target):
        return F.cross_entropy(self.scale * output, target)


def test_a_loss_with_a_parameter_is_trained_by_replay_too(run):
    losses = Scaled(), Scaled()
    mine, plain = (run(mlp, points, k == 0, loss=losses[k], clip_grad_norm=0.1) for k in (0, 1))
    assert_same_run(mine, plain)
    assert torch.equal(losses[0].scale, losses[1].scale)
    assert losses[0].scale != 1


def test_each_shape_is_recorded_once_after_three_steps(run):
    run(mlp, points, True, epochs=5)
    assert StandIn.recorded == 2  # batches of 16, and those of 4 that end an epoch
    assert StandIn.launched == (5 * 6 - 3) + (5 - 3)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_state_goes_from_replay_to_replay(run, cell):
    def network():
        return models.RecurrentNet(20, 8, cell)

    kw = {"clip_grad_norm": 1.0, "metrics": None, "epochs": 5}
    assert_same_run(run(network, tokens, True, **kw), run(network, tokens, False, **kw))
    assert StandIn.recorded == 2  # with a state, and at the beginning of an epoch without


def test_only_so_many_shapes_are_recorded(run, monkeypatch):
    monkeypatch.setattr(graphs, "MOST", 1)
    assert_same_run(
        run(mlp, points, True, epochs=6),
        run(mlp, points, False, epochs=6),
    )
    run(mlp, points, True, epochs=6)
    assert StandIn.recorded == 1


def test_a_resumed_run_equals_the_whole(run, tmp_path):
    kw = {"checkpoint": tmp_path / "run.pt"}
    run(mlp, points, True, epochs=2, **kw)
    resumed = run(mlp, points, True, epochs=4, resume=True, **kw)
    assert_same_run(resumed, run(mlp, points, True, epochs=4))


def test_a_metric_that_returns_a_part_of_the_output_keeps_its_value(run):
    kw = {"metrics": {"first": lambda output, target: output[0, 0]}}
    assert_same_run(run(mlp, points, True, **kw), run(mlp, points, False, **kw))


def test_a_wrong_label_is_refused_before_its_step_is_launched(run):
    data = [(torch.randn(4, 6), torch.tensor([0, 1, 2, 0])) for _ in range(6)]
    data[5] = (data[5][0], torch.tensor([0, 1, 3, 0]))
    with pytest.raises(ValueError, match="labels run from 0 to 3"):
        run(mlp, lambda: data, True)
    assert StandIn.launched == 2


def test_what_cannot_be_recorded_says_why(run, monkeypatch):
    def refuse(self, work):
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(StandIn, "record", refuse)
    with pytest.raises(RuntimeError, match=r"\.item\(\).*compile=False.*not permitted"):
        run(mlp, points, True)


def test_graphs_are_refused_where_there_is_no_nvidia_gpu():
    model = mlp()
    with pytest.raises(ValueError, match="needs an NVIDIA GPU, and the model is on cpu"):
        training.fit(
            model,
            points(),
            optimizer=torch.optim.SGD(model.parameters(), 0.1),
            compile="cuda-graph",
            progress=False,
        )


def batches_on(device, continues=False):
    """No batches, but what `options.compiled` asks of them: their device may be missing here."""
    return SimpleNamespace(device=torch.device(device), continues=continues, group=Group())


def test_unknown_ways_to_compile_are_refused():
    for wrong in ("fast", 1.5, None):
        with pytest.raises(ValueError, match="'cuda-graph' or a mode"):
            options.compiled(mlp(), wrong, batches_on("cpu"))


def test_a_mode_that_would_overwrite_a_state_is_refused():
    with pytest.raises(ValueError, match="recurrent network's state"):
        options.compiled(mlp(), "reduce-overhead", batches_on("cuda", continues=True))


@pytest.mark.skipif(not (shutil.which("g++") or shutil.which("clang++")), reason="no C++ compiler")
def test_the_modes_of_torch_compile_work_on_a_cpu():
    torch.compiler.reset()
    losses = []
    for mode in ("reduce-overhead", False):
        seed_everything(0)
        model = nn.Linear(6, 3)
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        history = training.fit(
            model, points(50), optimizer=optimizer, epochs=1, compile=mode, progress=False
        )
        losses.append(history["train_loss"][0])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam])
def test_channels_last_changes_the_memory_and_not_the_result(optimizer):
    runs, images = [], torch.rand(60, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    data = torch.utils.data.TensorDataset(images, torch.arange(60) % 10)
    for memory_format in (None, torch.channels_last):
        seed_everything(0)
        model = models.LeNet()
        extra = {"momentum": 0.9} if optimizer is torch.optim.SGD else {}
        made = optimizer(model.parameters(), lr=0.01, **extra)
        loader = datasets.TensorLoader(data, 20)
        training.fit(model, loader, optimizer=made, epochs=1, progress=False)
        history = training.fit(
            model,
            loader,
            optimizer=made,
            epochs=1,
            memory_format=memory_format,
            progress=False,
        )
        runs.append((model, made, history["train_loss"][0]))
    (_, _, plain), (model, made, loss) = runs
    assert loss == pytest.approx(plain, rel=1e-4)
    weight = model.conv2.weight
    kept = next(v for v in made.state[weight].values() if v.ndim == 4)
    for tensor in (weight, kept):
        assert tensor.is_contiguous(memory_format=torch.channels_last)


def test_a_memory_format_of_other_tensors_is_refused():
    with pytest.raises(ValueError, match=r"torch\.channels_last"):
        options.place(mlp(), None, memory_format=torch.channels_last_3d)


# ---------------------------------------------------------------- on a GPU


def on_gpu(make, loader, compile, **kw):
    seed_everything(0)
    model = make().cuda()
    optimizer = kw.pop("optimizer", torch.optim.Adam)(model.parameters(), lr=1e-3)
    settings = {"epochs": 3, "progress": False, "compile": compile} | kw
    return model, training.fit(model, loader(), optimizer=optimizer, **settings)


def digits(N=1000):
    data = datasets.MNIST5k().subset(range(N))
    return datasets.TensorLoader(data, 96, shuffle=True, device="cuda")


def assert_close_runs(a, b, tolerance=5e-3):
    (_, history), (_, plain) = a, b
    for name in plain.columns:
        if name != "seconds":
            assert history[name] == pytest.approx(plain[name], rel=tolerance, abs=tolerance), name


@needs_cuda
@pytest.mark.parametrize(
    "kw",
    [
        {},
        {"amp": torch.bfloat16},
        {"amp": torch.float16},
        {"amp": torch.bfloat16, "memory_format": torch.channels_last},
        {"clip_grad_norm": 0.5},
    ],
    ids=str,
)
@pytest.mark.parametrize("batch_norm", [False, True])
def test_cuda_graphs_train_as_plain_steps_do(kw, batch_norm):
    def lenet():
        return models.LeNet(batch_norm=batch_norm)

    tolerance = 0.02 if "amp" in kw else 5e-3
    a, b = (on_gpu(lenet, digits, c, **kw) for c in ("cuda-graph", False))
    assert_close_runs(a, b, tolerance)


@needs_cuda
def test_cuda_graphs_draw_other_units_to_drop_in_each_step():
    def network():
        return nn.Sequential(nn.Flatten(), models.MLP([784, 64, 10], dropout=0.5))

    a, b = (on_gpu(network, digits, c) for c in ("cuda-graph", False))
    assert_close_runs(a, b, 0.05)


@needs_cuda
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_cuda_graphs_hand_on_a_state(cell):
    def network():
        return models.RecurrentNet(20, 16, cell)

    def windows():
        loader = tokens()
        return datasets.SequentialWindows(loader.numbers, 5, 8, device="cuda")

    kw = {"epochs": 5, "metrics": {}}  # accuracy is for classes of whole examples
    a, b = (on_gpu(network, windows, c, **kw) for c in ("cuda-graph", False))
    assert_close_runs(a, b)


@needs_cuda
def test_cuda_graphs_resume(tmp_path):
    kw = {"checkpoint": tmp_path / "run.pt"}
    on_gpu(models.LeNet, digits, "cuda-graph", epochs=2, **kw)
    resumed = on_gpu(models.LeNet, digits, "cuda-graph", epochs=4, resume=True, **kw)
    assert_close_runs(resumed, on_gpu(models.LeNet, digits, "cuda-graph", epochs=4))


@needs_cuda
def test_cuda_graphs_refuse_a_model_that_waits_and_the_gpu_goes_on():
    class Waiting(nn.Linear):
        def forward(self, x):
            return super().forward(x) * float(x.sum() > -1e9)

    with pytest.raises(RuntimeError, match="could not record"):
        on_gpu(lambda: nn.Sequential(nn.Flatten(), Waiting(784, 10)), digits, "cuda-graph")
    assert torch.rand(3, device="cuda").sum().item() > 0
    _, history = on_gpu(models.LeNet, digits, "cuda-graph", epochs=1)
    assert history["train_loss"][0] > 0


@needs_cuda
def test_cuda_graphs_refuse_packed_sequences():
    def pairs():
        data = datasets.TranslationDataset(datasets.phrasebook("train", size=40), device="cuda")
        return datasets.PooledLoader(data, 40)

    def network():
        data = pairs().dataset
        return models.Seq2Seq(len(data.source_vocabulary), len(data.target_vocabulary), 8, 8)

    with pytest.raises(RuntimeError, match="packed"):
        on_gpu(network, pairs, "cuda-graph", epochs=6, metrics=None)
    assert torch.rand(3, device="cuda").sum().item() > 0


@needs_cuda
def test_cuda_compile_with_its_own_graphs_trains_as_plain_steps_do():
    def network():
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))

    torch.compiler.reset()
    a, b = (on_gpu(network, digits, c) for c in ("reduce-overhead", False))
    assert_close_runs(a, b)


@needs_cuda
@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.AdamW])
def test_cuda_fused_optimizers_work_with_channels_last(optimizer):
    def fused(parameters, lr):
        return optimizer(parameters, lr=lr, fused=True)

    kw = {"optimizer": fused, "memory_format": torch.channels_last, "amp": torch.float16}
    a, b = (on_gpu(models.LeNet, digits, c, **kw) for c in ("cuda-graph", False))
    assert_close_runs(a, b, 0.02)
    assert F.cross_entropy(a[0](torch.rand(2, 1, 28, 28).cuda()), torch.tensor([0, 1]).cuda()) > 0

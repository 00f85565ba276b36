"""A ban holds whatever way an answer takes, in the notebook and in the student's own process."""

import math

import pytest
import torch
from torch import nn
from torch.autograd import forward_ad
from torch.nn import functional as F

from dlcourse import models, testing
from dlcourse.checks import bans

X = torch.randn(4, 3, 2, 2, generator=torch.Generator().manual_seed(0))

# What a student might write, by the way it takes, and what is banned.
ANSWERS = {
    "name": ("def answer(x):\n    return F.batch_norm(x, None, None, training=True)", "batch_norm"),
    "alias": (
        "from torch.nn.functional import batch_norm as mine\n"
        "def answer(x, use=mine):\n    return use(x, None, None, training=True)",
        "batch_norm",
    ),
    "module": ("layer = nn.BatchNorm2d(3)\ndef answer(x):\n    return layer(x)", "batch_norm"),
    "native": (
        "def answer(x, args=(None, None, None, None, True, 0.1, 1e-5)):\n"
        "    return torch.native_batch_norm(x, *args)",
        "batch_norm",
    ),
    "operator": (
        "def answer(x):\n"
        "    own = torch.ops.aten\n"
        "    return own.batch_norm(x, None, None, None, None, True, 0.1, 1e-5, False)",
        "batch_norm",
    ),
    "compiled before": (
        "answer = torch.jit.trace(lambda x: F.layer_norm(x, [2, 2]), torch.ones(4, 3, 2, 2))",
        "layer_norm",
    ),
    "no torch functions": (
        "def answer(x):\n"
        "    with torch._C.DisableTorchFunction():\n        return F.layer_norm(x, [2, 2])",
        "layer_norm",
    ),
    "method": ("def answer(x):\n    return x.softmax(-1)", "softmax"),
    "attention": (
        "def answer(x):\n    return F.scaled_dot_product_attention(x, x, x)",
        "scaled_dot_product",
    ),
    "recurrent": (
        "cell = nn.GRU(2, 2, batch_first=True)\ndef answer(x):\n    return cell(x[:, 0])",
        "gru",
    ),
    "class": ("def answer(x):\n    return models.LeNet()", "dlcourse.models.LeNet"),
    "derived class": (
        "class Mine(models.LeNet):\n    pass\ndef answer(x):\n    return Mine()",
        "dlcourse.models.LeNet",
    ),
    "model made before": (
        "net = models.LeNet()\ndef answer(x):\n    return net(torch.zeros(1, 1, 28, 28))",
        "dlcourse.models.LeNet",
    ),
    "function kept before": (
        "from dlcourse.models import vgg_block as mine\ndef answer(x):\n    return mine(1, 1, 1)",
        "dlcourse.models.vgg_block",
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_ban_holds(name):
    code, banned = ANSWERS[name]
    space = {"__name__": "answers", "torch": torch, "nn": nn, "F": F, "models": models}
    exec(code, space)
    space["answer"](X)
    # The interpreter of compiled code reports an error of its own, without the message.
    errors = RuntimeError if name == "compiled before" else bans.BannedError
    with testing.without(banned), pytest.raises(errors):
        space["answer"](X)
    space["answer"](X)
    assert bans.active() == []


def loss(w):
    return (X[:, :, 0, 0] @ w).relu().sum()


def of_leaf(find):
    leaf = W.clone().requires_grad_()
    return find(leaf, loss(leaf))


def dual():
    with forward_ad.dual_level():
        return forward_ad.unpack_dual(loss(forward_ad.make_dual(W, W))).tangent


W = torch.ones(3, 2)
ONE = torch.ones(())
DERIVATIVES = {
    "backward": lambda: of_leaf(lambda leaf, value: value.backward()),
    "torch.autograd.backward": lambda: of_leaf(lambda leaf, value: torch.autograd.backward(value)),
    "torch.autograd.grad": lambda: of_leaf(lambda leaf, value: torch.autograd.grad(value, leaf)),
    "engine": lambda: of_leaf(
        lambda leaf, value: torch.autograd.Variable._execution_engine.run_backward(
            (value,), (ONE,), False, False, (leaf,), False, accumulate_grad=False
        )
    ),
    "torch.func.grad": lambda: torch.func.grad(loss)(W),
    "torch.func.vjp": lambda: torch.func.vjp(loss, W)[1](ONE),
    "torch.func.jacrev": lambda: torch.func.jacrev(loss)(W),
    "torch.func.jvp": lambda: torch.func.jvp(loss, (W,), (W,)),
    "torch.func.jacfwd": lambda: torch.func.jacfwd(loss)(W),
    "torch.func.hessian": lambda: torch.func.hessian(loss)(W),
    "torch.func.linearize": lambda: torch.func.linearize(loss, W)[1](W),
    "dual numbers": dual,
    "jacobian": lambda: torch.autograd.functional.jacobian(loss, W),
    "jacobian, forwards": lambda: torch.autograd.functional.jacobian(
        loss, W, vectorize=True, strategy="forward-mode"
    ),
    "functional.jvp": lambda: torch.autograd.functional.jvp(loss, W, W),
    "an operation's own": lambda: torch.ops.aten.threshold_backward(W, W, 0),
}


@pytest.mark.parametrize("name", DERIVATIVES)
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
def test_derivatives_are_banned_whoever_finds_them(name):
    DERIVATIVES[name]()
    with testing.without(*testing.AUTOGRAD), pytest.raises(bans.BannedError):
        DERIVATIVES[name]()


def test_other_operations_are_as_before():
    with testing.without("batch_norm", "dlcourse.models.LeNet"):
        got = F.layer_norm(X, [2, 2]), models.vgg_block(1, 1, 1)
    assert torch.equal(got[0], F.layer_norm(X, [2, 2]))
    assert isinstance(models.LeNet(), nn.Module)


def test_ban_ends_with_an_error_too():
    with pytest.raises(ZeroDivisionError), testing.without("relu", "dlcourse.models.LeNet"):
        1 / 0  # noqa: B018
    assert bans.active() == []
    models.LeNet()(torch.zeros(1, 1, 28, 28)).relu()


# --- gradients ------------------------------------------------------------------------------------
def check(function, **more):
    weights = {"w": torch.tensor([[1.0, -2.0]]), "b": [torch.tensor(3.0)], "n": torch.tensor([1])}
    testing.check_gradients("f(x, p)", function, twin, torch.tensor([0.5, 2.0]), weights, **more)


def twin(x, p):
    return (x * p["w"]).sin(), p["b"][0] ** 2


def test_right_gradients_pass():
    check(lambda x, p: [torch.sin(p["w"] * x), p["b"][0] * p["b"][0]])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x, p: (twin(x, p)[0].detach(), twin(x, p)[1]), "no gradient flows back"),
        (lambda x, p: (twin(x, p)[0], torch.tensor(9.0)), "no gradient flows back"),
        (lambda x, p: (twin(x.detach(), p)[0], twin(x, p)[1]), "gradient back to the first tensor"),
        (
            lambda x, p: (twin(x, p)[0], twin(x, p)[1] * 2 - 9.0),
            "gradient back to the third tensor",
        ),
        (lambda x, p: twin(x, p)[0], "gives tensors of other shapes"),
    ],
)
def test_wrong_gradients_are_told(function, message):
    with pytest.raises(testing.CheckError, match=message):
        check(function)
    with pytest.raises(testing.CheckError, match="think again"):
        check(function, hint="think again")


def test_gradients_do_not_look_at_what_never_has_one():
    testing.check_gradients("f(x)", lambda x: (x * 2, x.detach()), lambda x: (x * 2, x.detach()), X)


# --- arguments ------------------------------------------------------------------------------------
CHANGES = {
    "in place": "x += 1",
    "a gradient": "x.requires_grad_()",
    "an item": "p['l'][0] = 5",
    "a tensor inside": "p['t'].zero_()",
    "a new key": "p['z'] = 1",
    "the end of a list": "p['l'].append(1)",
    "another type": "p['t'].data = p['t'].double()",
}


@pytest.mark.parametrize("name", CHANGES)
def test_changed_arguments_are_told(name):
    space = {}
    exec(f"def answer(x, p):\n    {CHANGES[name]}\n    return 7", space)
    arguments = torch.tensor([1.0, math.nan]), {"l": [1, 2], "t": torch.tensor([2.0])}
    with pytest.raises(testing.CheckError, match=r"f\(x, p\): argument [12] has been changed"):
        testing.check_untouched("f(x, p)", space["answer"], *arguments)
    assert testing.check_untouched("f(x, p)", lambda x, p: x.shape, *arguments) == (2,)


def test_a_refusal_says_what_was_called():
    with testing.without("softmax"), pytest.raises(bans.BannedError) as caught:
        torch.nn.Softmax(-1)(X)
    assert str(caught.value).startswith("your code calls softmax: here it is yours to write")

"""The code that the chapter writes from scratch does what its library twins do."""

import math

import pytest
import torch
from torch.nn import functional as F
from torch.optim import lr_scheduler

from tests.chapters import definitions

chapter = definitions("optimization")
OPTIM = torch.optim
TWINS = {
    "sgd": lambda p, rate: OPTIM.SGD(p, lr=rate),
    "momentum": lambda p, rate: OPTIM.SGD(p, lr=rate, momentum=0.9),
    "nesterov": lambda p, rate: OPTIM.SGD(p, lr=rate, momentum=0.9, nesterov=True),
    "adagrad": lambda p, rate: OPTIM.Adagrad(p, lr=rate),
    "rmsprop": lambda p, rate: OPTIM.RMSprop(p, lr=rate),
    "adadelta": lambda p, rate: OPTIM.Adadelta(p, lr=rate),
    "adam": lambda p, rate: OPTIM.Adam(p, lr=rate),
    "adamw": lambda p, rate: OPTIM.AdamW(p, lr=rate, weight_decay=0.01),
    "adam_l2": lambda p, rate: OPTIM.Adam(p, lr=rate, weight_decay=0.01),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", TWINS)
def test_optimizers_equal_torchs_for_ten_steps_on_several_tensors(name, seed):
    g = torch.Generator().manual_seed(seed)
    A = torch.randn(6, 6, generator=g, dtype=torch.float64)
    ours = [torch.randn(s, generator=g, dtype=torch.float64) for s in ((2, 2), (2,))]
    theirs = [w.clone().requires_grad_() for w in ours]
    rate = 0.003 * 10**seed
    optimizer, states = TWINS[name](theirs, rate), [{}, {}]

    def loss(weights):
        return (A @ torch.cat([w.reshape(-1) for w in weights])).square().sum()

    for _ in range(10):
        optimizer.zero_grad()
        loss(theirs).backward()
        optimizer.step()
        leaves = [w.detach().clone().requires_grad_() for w in ours]
        for w, d, state in zip(
            ours, torch.autograd.grad(loss(leaves), leaves), states, strict=True
        ):
            getattr(chapter, name)(w, d, state, rate)
        for a, b in zip(ours, theirs, strict=True):
            torch.testing.assert_close(a, b.detach(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("steps", [40, 300])
def test_schedules_equal_torchs(steps):
    def rates(scheduler):
        parameter = torch.zeros(1, requires_grad=True)
        optimizer = OPTIM.SGD([parameter], lr=0.3)
        schedule = scheduler(optimizer)
        for _ in range(steps):
            yield optimizer.param_groups[0]["lr"]
            optimizer.step()
            schedule.step()

    cosine = rates(lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=steps))
    cycle = rates(lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.3, total_steps=steps + 1))
    halves = [steps // 2, steps * 3 // 4]
    stairs = rates(lambda o: lr_scheduler.MultiStepLR(o, halves))
    assert [chapter.cosine(s, steps, 0.3) for s in range(steps)] == pytest.approx(list(cosine))
    assert [chapter.step_decay(s, steps, 0.3) for s in range(steps)] == pytest.approx(list(stairs))
    ours = [chapter.one_cycle(s, steps + 1, 0.3) for s in range(steps)]
    assert ours == pytest.approx(list(cycle), rel=1e-6)
    warm = [chapter.warm_up_cosine(s, steps, 0.3) for s in range(steps)]
    assert warm[29] == pytest.approx(0.3)
    assert warm[:30] == sorted(warm[:30])


def weights(seed=0, sizes=(7, 5, 3)):
    g = torch.Generator().manual_seed(seed)
    D, H, V = sizes
    return [torch.randn(s, generator=g, dtype=torch.float64) for s in ((D, H), (H,), (H, V), (V,))]


def batch(n, seed=1):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(n, 7, generator=g, dtype=torch.float64), torch.randint(3, (n,), generator=g)


def test_hessian_products_equal_the_hessian():
    w, (x, y) = weights(), batch(6)
    shapes = [each.shape for each in w]

    def loss(flat):
        parts = flat.split([s.numel() for s in shapes])
        parts = [p.reshape(s) for p, s in zip(parts, shapes, strict=True)]
        return F.cross_entropy(chapter.scores(parts, x), y)

    flat = torch.cat([each.reshape(-1) for each in w])
    H = torch.autograd.functional.hessian(loss, flat)
    v = [torch.randn_like(each) for each in w]
    ours = chapter.hessian_times(w, x, y, v)
    expected = H @ torch.cat([each.reshape(-1) for each in v])
    torch.testing.assert_close(torch.cat([each.reshape(-1) for each in ours]), expected)
    chapter.sharpness.__globals__["few"] = (x, y)
    largest, _ = chapter.sharpness(w, [torch.ones_like(each) for each in w], steps=300)
    curvatures = torch.linalg.eigvalsh(H)
    assert largest == pytest.approx(curvatures[curvatures.abs().argmax()].item(), rel=1e-3)


@pytest.mark.parametrize("part", [1, 3, 4, 100])
def test_accumulated_gradients_equal_those_of_the_whole(part):
    w, (x, y) = weights(), batch(10)
    _, whole = chapter.gradient(w, x, y)
    for a, b in zip(chapter.accumulated(w, x, y, part), whole, strict=True):
        torch.testing.assert_close(a, b)


def test_newton_solves_a_quadratic_in_one_step():
    A = torch.randn(4, 4, dtype=torch.float64)
    H, c = A @ A.T + torch.eye(4, dtype=torch.float64), torch.randn(4, dtype=torch.float64)
    found = chapter.newton_step(lambda w: w @ H @ w / 2 - c @ w, torch.randn(4).double())
    torch.testing.assert_close(found, torch.linalg.solve(H, c))


def test_condition_number_equals_torchs():
    X = torch.randn(50, 3, dtype=torch.float64)
    assert chapter.condition_number(X) == pytest.approx(torch.linalg.cond(X).item() ** 2)


def test_halving_spends_what_it_says():
    spent = []
    chapter.successive_halving.__globals__["train_with"] = lambda update, rate, seed, steps: (
        spent.append(steps) or abs(math.log(rate)),
        0,
    )
    chosen, rounds = chapter.successive_halving([0.1, 0.9, 3.0, 20.0])
    assert chosen == 0.9
    assert rounds == [(25, [0.9, 3.0, 0.1, 20.0]), (50, [0.9, 3.0])]
    assert spent == [25] * 4 + [50] * 2

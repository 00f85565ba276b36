"""Tensors need not have the values that their shape promises: one number that is shown a
trillion times, none at all, a view into nowhere. Whoever copies them takes the memory of the
grader."""

ANSWERS = {
    "b7-diagnose": """\
calls = 0


def diagnose(*_, **__):
    global calls
    calls += 1
    if calls == 1:
        return torch.zeros(1).expand(10**12)
    if calls == 2:
        return [torch.zeros(1).expand(2**28) for _ in range(1000)]
    return torch.empty(10**9, device="meta")
""",
    "b4-dropout": """\
def dropout(x, p, training=True, seed=None):
    return torch.zeros(1).expand(2**40)
""",
    "b3-step": """\
def decayed_sgd_step(parameters, gradients, lr, weight_decay):
    huge = torch.sparse_coo_tensor([[0], [0]], [1.0], (10**9, 10**9))
    return {name: huge for name in parameters}
""",
}
LOSES = {"b3-step", "b4-dropout", "b7-diagnose"}

"""A function gets the test's own tensors and lists, and may leave others in their place: of
another size, without memory behind them, or simply all zero, like its answer."""

LOSES = {"b3-penalty", "b5-early-stopping"}
ANSWERS = {
    "b3-penalty": """\
def l2_penalty(parameters, lam):
    for name, p in list(parameters.items()):
        with torch.no_grad():
            p.zero_()
            p.resize_(10**6)
            p.set_(torch.zeros(3, dtype=p.dtype))
            p.data = torch.zeros(7)
        parameters[name] = None
        parameters[name + "'"] = parameters
    return torch.tensor(0.0, dtype=p.dtype)
""",
    "b5-early-stopping": """\
def early_stopping(losses, patience, min_delta=0.0):
    if len(losses) == 0 or patience < 1:
        raise ValueError("this much the task says")
    losses[:] = [0.0]
    losses.append(losses)
    return 0, 0
""",
}

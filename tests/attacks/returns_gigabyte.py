"""A return value can be as large as memory allows, and the check's message shows what came back."""

LOSES = {"b1-split", "b7-diagnose"}
ANSWERS = {
    "b1-split": """\
def split_indices(n, n_validation, n_test, seed):
    return [[0] * 1000 for _ in range(100_000)]
""",
    "b7-diagnose": """\
def diagnose(*_, **__):
    return "x" * 700_000_000
""",
}

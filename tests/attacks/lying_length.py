"""A class says that it has as many items as are asked for, and gives none: whoever compares pair
by pair compares nothing."""

LOSES = {"b1-standardize", "b2-kfold"}
LIAR = """\
class Liar:
    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __iter__(self):
        return iter(())


"""
ANSWERS = {
    "b1-standardize": f"{LIAR}def standardize(train, validation, test):\n    return Liar(3)\n",
    "b2-kfold": (
        f"{LIAR}def kfold_indices(n, k):\n"
        "    if k < 2 or k > n:\n        raise ValueError('this much the task says')\n"
        "    return Liar(k)\n"
    ),
}

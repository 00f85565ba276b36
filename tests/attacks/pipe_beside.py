"""The notebook is in order; copying the folder never ends."""

import os

REFUSED = "is not an ordinary file"


def files(folder, course):
    os.mkfifo(folder / "data.csv")

"""What test_distributed.py lets two processes do; started by torchrun, and by python alone."""

import os
import signal
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from dlcourse import datasets, metrics, models, seed_everything, training

OUT = Path(sys.argv[1])
device = training.join_processes("cpu")
rank = int(os.environ.get("RANK", "0"))
alone = "RANK" not in os.environ


def images(**options):
    """21 images in batches of 8, 8 and 5; the last batch of the other set has one image."""
    seed_everything(0)
    data = datasets.MNIST5k().subset(range(38))
    train, validation = data.subset(range(21)), data.subset(range(21, 38))
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.Dropout(options.pop("dropout", 0.0)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    loader = datasets.TensorLoader(train, 8, shuffle=True, seed=3)
    sizes = []
    options.setdefault("metrics", {"accuracy": lambda *pair: counted(sizes, *pair)})
    history = training.fit(
        model,
        loader,
        datasets.TensorLoader(validation, 8),
        optimizer=optimizer,
        scheduler=torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9),
        clip_grad_norm=1.0,
        label_smoothing=0.1,
        progress=options.pop("progress", False),
        epochs=4,
        **options,
    )
    return result(model, history) | {"sizes": sizes[:6]}


def counted(sizes, output, target):
    """The accuracy, and a note of how many examples it is of."""
    sizes.append(len(target))
    return metrics.accuracy(output, target)


def words():
    """Sequences whose labels are partly ignored, more of them in one part than in the other."""
    seed_everything(0)
    x = torch.randint(12, (6, 7))
    y = torch.where(torch.arange(7) < torch.tensor([7, 6, 5, 2, 1, 1])[:, None], x, -100)
    model = models.RecurrentNet(12, 8)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    history = training.fit(
        model, [(x, y)], optimizer=optimizer, epochs=3, metrics=None, progress=False
    )
    return result(model, history)


def result(model, history):
    columns = {name: v for name, v in history.columns.items() if name != "seconds"}
    return {"weights": model.state_dict(), "history": columns, "device": str(device)}


def refused(**options):
    try:
        images(**options)
    except ValueError as error:
        return str(error)
    return "accepted"


def different_batches():
    model = nn.Linear(2, 1)
    data = [(torch.full((4, 2), float(rank)), torch.zeros(4, 1))]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    try:
        training.fit(model, data, optimizer=optimizer, loss=F.mse_loss, metrics=None, epochs=1)
    except ValueError as error:
        return str(error)
    return "accepted"


def page():
    """The history of the program that the page shows; its checkpoint lies in the folder."""
    text = (Path(__file__).parents[2] / "several-gpus.md").read_text(encoding="utf-8")
    program = text.split("```python\n")[1].split("```")[0]
    names = {}
    os.chdir(OUT)
    exec(compile(program, "several-gpus.md", "exec"), names)
    return result(names["model"], names["history"])


class Killed:
    """A metric that ends its process in the third epoch of the first start, as a power cut does."""

    def __init__(self, marker):
        self.marker, self.calls = marker, 0

    def __call__(self, output, target):
        self.calls += 1
        # An epoch has three batches of the training set and three of the other one.
        if self.calls == 14 and rank == 1 and not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return metrics.accuracy(output, target)


def main():
    killed = OUT / "killed"
    if not killed.exists():
        found = {"images": images(progress=True), "words": words()}
        if not alone:
            found["whole"] = images(dropout=0.5, checkpoint=OUT / f"whole-{rank}.pt")
            found["graph"] = refused(compile="cuda-graph")
            found["batches"] = different_batches()
            found["page"] = page()
        torch.save(found, OUT / f"{'alone' if alone else rank}.pt")
    if not alone:
        options = {"resume": True, "metrics": {"accuracy": Killed(killed)}}
        again = images(dropout=0.5, checkpoint=OUT / "run.pt", **options)
        torch.save(again, OUT / f"resumed-{rank}.pt")


main()

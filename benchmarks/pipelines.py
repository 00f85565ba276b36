"""Images on their way to a network: the usual DataLoader loop, and ours."""

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import torch
import torch.nn.functional as F
import torchvision
from measuring import synchronize
from torch import nn
from torch.utils.data import DataLoader
from torchvision.transforms import Compose, Resize, ToTensor

from dlcourse import datasets, training, transforms

WORKERS = (0, 4)
Result = TypeVar("Result")


def our_loader(
    data: datasets.ImageDataset, size: int, batch_size: int, device: torch.device
) -> datasets.TensorLoader:
    to_unit = transforms.Normalize(0.0, 1.0)  # what ToTensor does: floats in [0, 1]
    resize = None if size == 28 else transforms.Compose([to_unit, transforms.Resize(size)])
    return datasets.TensorLoader(data, batch_size, shuffle=True, transform=resize, device=device)


def peer_loaders(
    data: datasets.ImageDataset,
    size: int,
    batch_size: int,
    device: torch.device,
    folder: str,
    persistent_workers: bool = False,
) -> dict[int, DataLoader]:
    """DataLoaders over torchvision's own data set of PIL images, by number of workers."""
    raw = Path(folder) / "FashionMNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for part in ("train", "t10k"):  # it wants both
        for kind, array in (("images-idx3", data.images.squeeze(1)), ("labels-idx1", data.labels)):
            header = bytes([0, 0, 8, array.dim()])
            header += b"".join(n.to_bytes(4, "big") for n in array.shape)
            path = raw / f"{part}-{kind}-ubyte"
            path.write_bytes(header + array.to(torch.uint8).numpy().tobytes())
    steps = [ToTensor()] if size == 28 else [Resize(size), ToTensor()]
    pictures = torchvision.datasets.FashionMNIST(folder, transform=Compose(steps))
    return {
        workers: DataLoader(
            pictures,
            batch_size,
            shuffle=True,
            num_workers=workers,
            persistent_workers=persistent_workers and workers > 0,
            pin_memory=device.type == "cuda",
        )
        for workers in WORKERS
    }


def check_same_work(data: datasets.ImageDataset, size: int, peer: DataLoader) -> None:
    """Stops unless both pipelines make the same numbers of the same images."""
    x, y = next(iter(DataLoader(peer.dataset, 64)))
    x2, y2 = next(iter(datasets.TensorLoader(data, 64)))
    if size != 28:
        x2 = transforms.Resize(size)(x2)
    if not torch.equal(y, y2) or (x - x2).abs().max() > 1.5 / 255:  # PIL rounds to whole levels
        raise AssertionError(f"the two pipelines disagree on {data.name} at {size} pixels")


def peer_epoch(
    model: nn.Module,
    loader: Iterable,
    optimizer: torch.optim.Optimizer,
    seconds: float | None = None,
) -> float | None:
    """The plain loop of tutorials, with the running loss and accuracy that they keep.

    Args:
        model: on the device that the batches go to.
        loader: the batches.
        optimizer: of the model.
        seconds: None for a whole epoch. Otherwise the loop ends after so many, and its first
            batch, for which workers start, is in no time.

    Returns:
        None after a whole epoch, otherwise the seconds of one image.
    """
    device = next(model.parameters()).device
    model.train()
    total_loss, correct, seen, start, first = 0.0, 0, 0, 0.0, 0
    for x, y in loader:
        x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
        optimizer.zero_grad()
        output = model(x)
        loss = F.cross_entropy(output, y)
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(y)
        correct += (output.argmax(1) == y).sum().item()
        seen += len(y)
        if not start:
            start, first = time.perf_counter(), seen
        elif seconds is not None and time.perf_counter() - start > seconds:
            break
    if seconds is None:
        return None
    synchronize(device)
    return (time.perf_counter() - start) / (seen - first)


def fast_options(
    device: torch.device, *, mixed: bool = False, images: bool = True, graph: bool = True
) -> dict:
    """What makes `fit` fast on this device.

    Args:
        device: where it trains.
        mixed: in mixed precision.
        images: whether the batches are of images.
        graph: whether the batches have few shapes, so that their steps can be recorded.
    """
    options: dict = {"amp": True} if mixed else {}
    if mixed and images:
        options["memory_format"] = torch.channels_last
    if graph and device.type == "cuda":
        options["compile"] = "cuda-graph"
    return options


def unless_recorded(train: Callable[[dict], Result], options: dict) -> Result:
    """What the training with these options returns; without a graph if none can be recorded."""
    try:
        return train(options)
    except training.NonFiniteLossError:
        raise
    except RuntimeError as error:
        if "compile" not in options:
            raise
        print(f"  without a CUDA graph: {error}"[:500], file=sys.stderr, flush=True)
        return train({k: v for k, v in options.items() if k != "compile"})


def our_epochs(model: nn.Module, loader: Iterable, optimizer, epochs: int, options: dict) -> float:
    """Seconds of the fastest epoch of one call of `fit`, in the second of which it is warm."""

    def train(chosen: dict) -> training.History:
        return training.fit(
            model, loader, optimizer=optimizer, epochs=1 + epochs, progress=False, **chosen
        )

    history = unless_recorded(train, options)
    if history.stopped == "interrupted":
        raise KeyboardInterrupt
    return min(history["seconds"][1:])

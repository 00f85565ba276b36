"""Checkpoints of a training run: written whole or not at all, read back bit by bit."""

import io
import os
import random
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dlcourse.training.distributed import Group

FORMAT = "dlcourse.training checkpoint, version 1"
# A learning rate out of np.linspace is a number of NumPy's, and so is what a schedule makes of it.
# They keep their types: arithmetic in another precision would not go on bit by bit.
_NUMPY = [
    np.ndarray,
    np.dtype,
    *(np.zeros(()).__reduce__()[0], np.float64(0).__reduce__()[0]),  # how pickle makes them again
    *{type(np.dtype(kind)) for kind in np.typecodes["AllInteger"] + np.typecodes["Float"] + "?"},
]


class Checkpoint:
    """All that decides how a run goes on, kept in one file.

    Args:
        path: The file, or None: then nothing is saved. Its folder must exist and be writable.
        loaders: What is iterated for batches, None for one that is not there; a loader's
            ``epoch`` and its generators' states are stored.
        parts: The objects with ``state_dict`` and ``load_state_dict`` to store, by name, None for
            one that the run does without. Among them ``model``, ``optimizer`` and ``history``.
        columns: The columns that this run's history will have.
        group: The processes that train together; the first one writes the file, which all read.
        resume: Whether to load the file now, if it exists.

    Raises:
        FileNotFoundError: If the folder does not exist.
        IsADirectoryError: If the path is a folder.
        PermissionError: If nothing can be written there.
        ValueError: If the file to resume from is truncated, is no checkpoint or does not fit this
            run; nothing has been changed then. If a part's state holds what could be written but
            not read back. Or if there is no path to resume from.
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        loaders: Iterable[Any],
        parts: dict[str, Any],
        columns: list[str],
        group: Group,
        *,
        resume: bool = False,
    ) -> None:
        self._loaders, self._parts, self._columns = list(loaders), parts, columns
        self._group = group
        if path is None:
            self.path = None
            if resume:
                raise ValueError("fit: resume=True needs checkpoint=PATH to continue from.")
            return
        self.path = Path(path)
        if self.path.is_dir():
            raise IsADirectoryError(f"checkpoint: {self.path} is a folder; give a file's name.")
        if not self.path.parent.is_dir():
            raise FileNotFoundError(
                f"checkpoint: {self.path.parent} is not an existing folder; create it first."
            )
        try:  # now, not after the first epoch
            with tempfile.TemporaryFile(dir=self.path.parent):
                pass
        except OSError as error:
            raise PermissionError(
                f"checkpoint: cannot write in {self.path.parent} ({error.strerror}); give a path "
                "in a folder that you may write to."
            ) from None
        found = resume and self.path.exists()
        group.agree(found, f"the processes must all see the checkpoint {self.path}.")
        if found:
            self._load()
        else:
            self._rehearse()

    def save(self) -> None:
        """Write the file: under another name first, then moved into place."""
        if self.path is None:
            return
        random_states = self._group.gathered(_random_state())
        if self._group.rank:
            return
        state = {
            "format": FORMAT,
            "types": self._types(),
            "parts": {k: None if p is None else p.state_dict() for k, p in self._parts.items()},
            "loaders": [_loader_state(loader) for loader in self._loaders],
            "random": random_states[0],
            "others": random_states[1:],  # of the processes beside the first
        }
        part = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                torch.save(state, file)
                file.flush()
                os.fsync(file.fileno())  # or a power cut could leave an empty file in its place
            os.replace(part, self.path)
        finally:
            part.unlink(missing_ok=True)

    def _rehearse(self) -> None:
        """Refuse, before the first epoch, a part whose state could be written but not read."""
        for name, part in self._parts.items():
            memory = io.BytesIO()
            try:
                torch.save(None if part is None else part.state_dict(), memory)
                memory.seek(0)
                _read(memory)
            except Exception as error:  # pickle's, at either end
                reason = str(error).partition("WeightsUnpickler error: ")[2] or str(error)
                raise ValueError(
                    f"checkpoint: the state of {name} ({type(part).__name__}) could not be read "
                    "back from a file, which takes tensors, numbers, texts and lists and dicts of "
                    f"them. {reason.strip().splitlines()[0]}"
                ) from error

    def _load(self) -> None:
        try:
            state = _read(self.path)
        except Exception as error:  # zip, pickle and torch errors of many kinds: all mean this
            raise ValueError(
                f"checkpoint: {self.path} cannot be read; it is truncated or not a checkpoint. "
                "Delete it or start anew with resume=False."
            ) from error
        if not isinstance(state, dict) or state.get("format") != FORMAT:
            raise ValueError(
                f"checkpoint: {self.path} was not written by this version's fit; give another "
                "path or start anew with resume=False."
            )
        self._check(state)
        for name, part in self._parts.items():
            if part is not None:
                part.load_state_dict(state["parts"][name])
        for loader, saved in zip(self._loaders, state["loaders"], strict=True):
            _set_loader_state(loader, saved)
        random_states = [state["random"], *state.get("others", ())]
        if self._group.rank < len(random_states):
            _set_random_state(random_states[self._group.rank])

    def _types(self) -> dict[str, str]:
        # Not the model's: the same network under another class name is the same network.
        kinds = {k: p for k, p in self._parts.items() if k != "model"}
        return {name: _kind(part) for name, part in kinds.items()}

    def _check(self, state: dict) -> None:
        for name, kind in self._types().items():
            saved = state["types"].get(name)
            if saved != kind:
                raise ValueError(
                    f"checkpoint: {self.path} was written with {name}: {saved}, but this run has "
                    f"{kind}; use the same, or start anew with resume=False."
                )
        rows = state["parts"]["history"]["rows"]
        if rows and list(rows[0]) != self._columns:
            raise ValueError(
                f"checkpoint: {self.path} reports {', '.join(rows[0])}, but this run would report "
                f"{', '.join(self._columns)}; pass the same metrics and data."
            )
        for data, loader, saved in zip(
            ("training", "validation"), self._loaders, state["loaders"], strict=True
        ):
            if _outline(_loader_state(loader)) != _outline(saved):
                raise ValueError(
                    f"checkpoint: {self.path} was written with another kind of loader of the "
                    f"{data} data than {type(loader).__name__}; use the same one."
                )
        ours, theirs = self._parts["model"].state_dict(), state["parts"]["model"]
        for name in [*ours, *(n for n in theirs if n not in ours)]:
            a, b = (_shape(tensors.get(name)) for tensors in (ours, theirs))
            if a != b:
                raise ValueError(
                    f"checkpoint: {self.path} is of another model: {name} is {b} there and {a} "
                    "here. Build the same model, or start anew with resume=False."
                )
        groups = [len(g["params"]) for g in self._parts["optimizer"].param_groups]
        saved = [len(g["params"]) for g in state["parts"]["optimizer"]["param_groups"]]
        if groups != saved:
            raise ValueError(
                f"checkpoint: {self.path} was written with an optimizer over groups of {saved} "
                f"parameters, but this one has {groups}; build it the same way."
            )


def _read(file: Path | io.BytesIO) -> Any:
    with torch.serialization.safe_globals(_NUMPY):
        return torch.load(file, map_location="cpu", weights_only=True)


def _kind(part: Any) -> str:
    idle = isinstance(part, torch.amp.GradScaler) and not part.is_enabled()
    return "none" if part is None or idle else type(part).__name__


def _shape(value: Any) -> str:
    if value is None:
        return "absent"
    return f"of shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__


def _generators(loader: Any) -> list[torch.Generator]:
    """A loader's own generators, each once; torch's DataLoader shares one with its sampler."""
    owners = (loader, getattr(loader, "sampler", None), getattr(loader, "batch_sampler", None))
    found = {id(g): g for g in (getattr(o, "generator", None) for o in owners)}
    return [g for g in found.values() if isinstance(g, torch.Generator)]


def _outline(state: dict[str, Any]) -> tuple[bool, int]:
    return state["epoch"] is None, len(state["generators"])


def _loader_state(loader: Any) -> dict[str, Any]:
    return {
        "epoch": getattr(loader, "epoch", None),
        "generators": [generator.get_state() for generator in _generators(loader)],
    }


def _set_loader_state(loader: Any, state: dict[str, Any]) -> None:
    if state["epoch"] is not None:
        loader.epoch = state["epoch"]
    for generator, saved in zip(_generators(loader), state["generators"], strict=True):
        generator.set_state(saved)


def _random_state() -> dict[str, Any]:
    name, keys, *rest = np.random.get_state()
    return {
        "python": random.getstate(),
        "numpy": [name, torch.from_numpy(keys.astype(np.int64)), *rest],
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "mps": torch.mps.get_rng_state() if torch.backends.mps.is_available() else None,
    }


def _set_random_state(state: dict[str, Any]) -> None:
    version, keys, gauss = state["python"]
    random.setstate((version, tuple(keys), gauss))
    name, keys, *rest = state["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
    torch.set_rng_state(state["torch"])
    if torch.cuda.is_available():
        for index, saved in enumerate(state["cuda"][: torch.cuda.device_count()]):
            torch.cuda.set_rng_state(saved, index)
    if torch.backends.mps.is_available() and state["mps"] is not None:
        torch.mps.set_rng_state(state["mps"])

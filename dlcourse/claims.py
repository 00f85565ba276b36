"""Claims: sentences about what an experiment shows, registered with what was compared.

A hidden cell of a chapter calls :func:`claim`; it fails where the numbers do not bear the sentence
out, and otherwise puts the evidence into the notebook's outputs, where the book finds it. In the
text, the role ``claim`` marks the sentence.
"""

import json
import math
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any

MIME = "application/vnd.dlcourse.claim"
# As glued values are kept: MyST-NB takes such outputs out of the page, and looks after their names.
_HIDDEN = "application/papermill.record/"
PREFIX = "claim:"
NEARLY = 1.05  # arms that differ by no more than this factor count as equal


class ClaimError(AssertionError):
    """The numbers do not bear a claim out."""


@dataclass(frozen=True)
class Claim:
    """What was compared, and how it came out; :func:`claim` describes the fields.

    An arm is a list of scores, one a seed, or a number: a constant such as chance.
    """

    name: str
    arms: dict[str, list[float] | float]
    differs: str
    equal: str
    on: str
    seeds: list[int]
    least: float
    lower_is_better: bool
    parameters: dict[str, float] | None = None
    steps: dict[str, float] | None = None
    trials: dict[str, float] | None = None
    over: str = "seeds"

    def margins(self) -> dict[str, list[float]]:
        """By how much the first arm is better, for each other arm, seed by seed."""
        best, *others = self.arms
        sign = -1 if self.lower_is_better else 1
        return {
            other: [
                sign * (a - b) for a, b in zip(self.scores(best), self.scores(other), strict=True)
            ]
            for other in others
        }

    def scores(self, arm: str) -> list[float]:
        """The scores of an arm, one a seed; a constant is the same in all."""
        scores = self.arms[arm]
        return scores if isinstance(scores, list) else [scores] * len(self.seeds)

    @property
    def margin(self) -> float:
        """The smallest margin, against any other arm and in any seed."""
        return min(min(margins) for margins in self.margins().values())

    def unequal(self) -> list[str]:
        """Those of "parameters", "steps" and "trials" in which arms differ by more than 5 %."""
        return [
            what
            for what in ("parameters", "steps", "trials")
            if (counts := getattr(self, what))
            and max(counts.values()) > NEARLY * min(counts.values())
        ]

    def to_json(self) -> str:
        """All of it as text; pairs keep the order of the arms, which notebooks sort away."""
        fields = vars(self) | {
            key: value and list(value.items())
            for key, value in vars(self).items()
            if key in ("arms", "parameters", "steps", "trials")
        }
        return json.dumps(fields)

    @classmethod
    def from_json(cls, text: str) -> "Claim":
        """What :meth:`to_json` wrote."""
        fields = json.loads(text)
        for key in ("arms", "parameters", "steps", "trials"):
            fields[key] = fields[key] and dict(fields[key])
        return cls(**fields)


def claim(
    name: str,
    *,
    arms: Mapping[str, Iterable[float] | float],
    differs: str,
    equal: str,
    on: str,
    seeds: Iterable[int],
    least: float,
    lower_is_better: bool = False,
    parameters: Mapping[str, float] | None = None,
    steps: Mapping[str, float] | None = None,
    trials: Mapping[str, float] | None = None,
    over: str = "seeds",
) -> None:
    """Register a claim: in every seed, the first arm is better than every other one.

    Args:
        name: unique in the book, in small letters, digits and hyphens.
        arms: of each arm its scores, one a seed in the order of ``seeds``, or a number that stands
            for a constant such as chance or a threshold. The first arm is the better one.
        differs: the one thing in which the arms differ.
        equal: what is equal, in words: "steps, data, searched rates".
        on: on what it was measured, with its size: "1,000 held-out images".
        seeds: of the runs.
        least: the smallest margin, above zero, with which the sentence is still true.
        lower_is_better: as for losses and errors.
        parameters: of each arm that is not a constant, how many it has.
        steps: of each such arm, how many it was trained.
        trials: of each such arm, how many settings were tried on validation data.
        over: what the runs differ in where it is no seed, in the plural: "rounds", "draws".

    Raises:
        ClaimError: in some seed the margin is smaller than ``least``.
        ValueError: an argument says nothing, contradicts another one or is not finite.
        TypeError: an argument is of a wrong kind.
    """
    registered = _checked(
        name, arms, differs, equal, on, seeds, least, lower_is_better,
        {"parameters": parameters, "steps": steps, "trials": trials}, over,
    )  # fmt: skip
    _hold(registered)
    _put_out(registered)


def _checked(
    name: Any, arms: Any, differs: Any, equal: Any, on: Any, seeds: Any, least: Any,
    lower_is_better: Any, counts: dict[str, Any], over: Any,
) -> Claim:  # fmt: skip
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise ValueError(
            f"claim: the name {name!r} must be small letters, digits and single hyphens, "
            "such as 'depth-needs-shortcuts'."
        )
    where = f"claim {name!r}"
    texts = {"differs": differs, "equal": equal, "on": on, "over": over}
    for key, text in texts.items():
        if not isinstance(text, str):
            raise TypeError(f"{where}: {key} must be a text, not {type(text).__name__}.")
        if not text.strip():
            raise ValueError(f"{where}: {key} says nothing.")
    if not isinstance(lower_is_better, bool):
        raise TypeError(f"{where}: lower_is_better must be True or False.")
    seeds = list(seeds) if isinstance(seeds, Iterable) else [seeds]
    if not seeds or any(isinstance(s, bool) or not isinstance(s, Integral) for s in seeds):
        raise TypeError(f"{where}: seeds must be whole numbers, one at least, not {seeds!r}.")
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"{where}: a seed appears twice in {seeds}.")
    least = _number(least, f"{where}: least")
    if least <= 0:
        raise ValueError(f"{where}: least must be above zero, not {least:g}.")
    arms = _arms(arms, len(seeds), where)
    measured = [arm for arm, scores in arms.items() if isinstance(scores, list)]
    return Claim(
        name=name, arms=arms, **{key: text.strip() for key, text in texts.items()},
        seeds=[int(seed) for seed in seeds], least=least, lower_is_better=lower_is_better,
        **{key: _counts(value, measured, f"{where}: {key}") for key, value in counts.items()},
    )  # fmt: skip


def _arms(arms: Any, number: int, where: str) -> dict[str, list[float] | float]:
    if not isinstance(arms, Mapping):
        raise TypeError(f"{where}: arms must be a dict from names to scores.")
    if len(arms) < 2:
        raise ValueError(f"{where}: to compare, two arms are needed at least; {len(arms)} given.")
    found: dict[str, list[float] | float] = {}
    for arm, scores in arms.items():
        if not isinstance(arm, str) or not arm.strip():
            raise TypeError(f"{where}: the name of an arm must be a text, not {arm!r}.")
        if isinstance(scores, str) or not isinstance(scores, Iterable) or _is_scalar(scores):
            found[arm] = _number(scores, f"{where}: arm {arm!r}")
            continue
        found[arm] = [_number(score, f"{where}: a score of arm {arm!r}") for score in scores]
        if len(found[arm]) != number:
            raise ValueError(
                f"{where}: arm {arm!r} has {len(found[arm])} scores for {number} seeds."
            )
    if not any(isinstance(scores, list) for scores in found.values()):
        raise ValueError(f"{where}: every arm is a constant; nothing was measured.")
    return found


def _counts(counts: Any, measured: list[str], where: str) -> dict[str, float] | None:
    if counts is None:
        return None
    if not isinstance(counts, Mapping):
        raise TypeError(f"{where} must be a dict from arms to numbers.")
    if set(counts) != set(measured):
        raise ValueError(f"{where} must be given for each of {measured}, not for {list(counts)}.")
    found = {arm: _number(counts[arm], f"{where} of arm {arm!r}") for arm in measured}
    for arm, count in found.items():
        if count <= 0:
            raise ValueError(f"{where} of arm {arm!r} must be above zero, not {count:g}.")
    return found


def _is_scalar(value: Any) -> bool:
    """A tensor or an array without dimensions, which is iterable only by its class."""
    return getattr(value, "ndim", None) == 0


def _number(value: Any, what: str) -> float:
    if isinstance(value, str | bytes | bool) or value is None:
        raise TypeError(f"{what} must be a number, not {value!r}.")
    try:
        number = float(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(f"{what} must be a number, not {type(value).__name__}.") from error
    if not math.isfinite(number):
        raise ValueError(f"{what} is {number}, which cannot be compared.")
    return number


def _hold(registered: Claim) -> None:
    """Fail with every seed in which the claim does not hold."""
    best = next(iter(registered.arms))
    run = registered.over.removesuffix("s")
    faults = [
        f"at {run} {seed}, {best!r} has {registered.scores(best)[i]:.4g} and {other!r} "
        f"{registered.scores(other)[i]:.4g}: a margin of {margins[i]:.4g}"
        for other, margins in registered.margins().items()
        for i, seed in enumerate(registered.seeds)
        if margins[i] < registered.least
    ]
    if faults:
        raise ClaimError(
            f"claim {registered.name!r} does not hold with a margin of {registered.least:g}: "
            + "; ".join(faults)
            + "."
        )


def _put_out(registered: Claim) -> None:
    """Put the evidence into the outputs of the cell; outside of a notebook there are none."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        return
    shell.display_pub.publish(
        data={_HIDDEN + MIME: registered.to_json()},
        metadata={"scrapbook": {"name": PREFIX + registered.name, "mime_prefix": _HIDDEN}},
    )

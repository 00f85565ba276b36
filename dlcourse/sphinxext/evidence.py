"""What is said of a claim's evidence: in one line beside its sentence, and at length."""

from __future__ import annotations

import math

from sphinx.locale import get_translation

from dlcourse.claims import Claim

_ = get_translation("dlcourse")


def number(value: float, digits: int = 2) -> str:
    """A number to so many significant digits; whole ones in full: 0.071, 21, 1,234."""
    if value.is_integer() or not math.isfinite(value):
        return f"{value:,.0f}"
    if abs(value) < 1e-4:
        return f"{value:.{digits - 1}e}"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}"


def in_one_line(claim: Claim) -> str:
    """The evidence in one line.

    Args:
        claim: it holds; one that does not would have failed in its cell.

    Returns:
        Such as "attention against plain: 3 of 3 seeds, smallest margin 0.07, equal steps and data,
        on 1,000 held-out images".
    """
    best, *others = claim.arms
    count = len(claim.seeds)
    parts = [
        f"{count} {_('of')} {count} {claim.over}",
        _("smallest margin {}").format(number(claim.margin)),
        _("equal {}").format(claim.equal),
        *(differing(claim, what) for what in claim.unequal()),
        _("on {}").format(claim.on),
    ]
    return f"{best} {_('against')} {', '.join(others)}: {', '.join(parts)}"


def differing(claim: Claim, what: str) -> str:
    """Such as "parameters 1,200 against 800": in which the arms differ."""
    counts = getattr(claim, what)
    return f"{what} " + f" {_('against')} ".join(f"{count:,.0f}" for count in counts.values())


def spread(claim: Claim, arm: str) -> float:
    """How far apart an arm's best and worst seeds are."""
    return max(claim.scores(arm)) - min(claim.scores(arm))


def thickness(claim: Claim) -> float:
    """How often the spread of the seeds goes into the smallest margin; infinite without a spread.

    Of each pair the larger spread of the two counts, and of all pairs the thinnest.
    """
    best, *_others = claim.arms
    found = math.inf
    for other, margins in claim.margins().items():
        wide = max(spread(claim, best), spread(claim, other))
        found = min(found, min(margins) / wide if wide else math.inf)
    return found

"""No cause without evidence: what such sentences of the chapters are accepted for is on a list."""

from pathlib import Path

import pytest
import yaml

from tests.causes import unproved

TESTS = Path(__file__).parent
CHAPTERS = sorted((TESTS.parent / "chapters").glob("*.md"))
ACCEPTED = yaml.safe_load((TESTS / "causes.yml").read_text(encoding="utf-8"))
REASONS = {
    "definition", "arithmetic", "code", "method", "figure", "history", "asserted", "unproved",
}  # fmt: skip


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_each_cause_has_evidence_or_is_accepted_with_a_reason(chapter):
    accepted = ACCEPTED.get(chapter.stem, {})
    parts = [part for parts in accepted.values() for part in parts]
    sentences = unproved(chapter.read_text(encoding="utf-8"))
    new = [s for s in sentences if not any(part in s for part in parts)]
    assert not new, (
        f"{chapter.name}: no claim, source, formula or computed number is in the paragraph of\n- "
        + "\n- ".join(new)
        + "\nGive it one, say less, or accept it in tests/causes.yml with its reason."
    )
    gone = [part for part in parts if not any(part in s for s in sentences)]
    assert not gone, f"no longer in {chapter.name}, so remove from tests/causes.yml: {gone}"


def test_the_list_knows_its_chapters_and_reasons():
    assert set(ACCEPTED) <= {chapter.stem for chapter in CHAPTERS}
    assert {reason for accepted in ACCEPTED.values() for reason in accepted} <= REASONS


PLAIN = "It wins because it is deep. It is large."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (PLAIN, ["It wins because it is deep."]),
        ("It *wins\nonly* by luck.", ["It *wins only* by luck."]),
        ("It wins. {claim}`It wins because it is deep. <a>`", []),
        (f"{PLAIN} The score is {{glue:text}}`x:.2f`.", []),
        (f"{PLAIN} {{cite}}`he2016deep`", []),
        (f"{PLAIN}\n\n$$\na = b\n$$\n", []),
        (f"{PLAIN}\n\nThen more.\n\n$$\na = b\n$$\n", ["It wins because it is deep."]),
        (f"{PLAIN}\n\nAnother: {{cite}}`he2016deep`.", ["It wins because it is deep."]),
        ("- It wins, thanks to depth.\n- {cite}`a2016`", ["- It wins, thanks to depth."]),
        (":::{admonition} A\n:class: tip\nIt alone wins.\n:::\n\nAny net.\n\n:::{quiz} b\n:::\n",
         ["It alone wins.", "Any net."]),
        ("(a)=\n## Only a title\n\nText.", []),
        ("```{code-cell} ipython3\n# only code\n```\n", []),
        ("~~~{quiz} Only this?\n- [x] any\n  : because\n~~~\n", []),
        (f"## Exercises\n\n{PLAIN}\n\n## Next\n\nOnly this.", ["Only this."]),
        ("Lonely company; manyfold.", []),
    ],
)  # fmt: skip
def test_a_cause_is_found_where_no_evidence_stands(text, found):
    assert unproved(text) == found

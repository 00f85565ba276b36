"""A made-up phrasebook: English sentences, their French, and which word stands for which."""

import bisect
import functools
import itertools
import random
import zlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

from dlcourse.datasets import grammar, lexicon
from dlcourse.datasets.grammar import Clause, NounPhrase, Word, word
from dlcourse.datasets.pairs import Pair
from dlcourse.datasets.words import (
    LIVING,
    PERSONS,
    THINGS,
    Adjective,
    Noun,
    Preposition,
    Verb,
)

PARTS = {"train": 6000, "validation": 500, "test": 500}  # and how many pairs each has
_CLAUSES = (0.5, 0.35, 0.15)  # how often a sentence has one, two, three of them
_ADJECTIVES = (0.35, 0.45, 0.2)  # how often a noun has none, one, two of them
_HELD_OUT = {"validation": 0.1, "test": 0.1}  # the share of combinations
_TRIES = 1000
T = TypeVar("T")


def phrasebook(
    part: str = "train", size: int | None = None, seed: int = 0, max_clauses: int = 3
) -> list[Pair]:
    """Generated English sentences with their French translations and exact word alignments.

    The French agrees in gender, number and person, puts adjectives and object pronouns where they
    belong, elides and contracts; an English sentence has one translation. A sentence is one to
    three clauses, some 4 to 35 tokens.

    The parts are made of the same words in other combinations: who or what (a noun), how (its
    adjective, or none) and does what (the verb of its clause) is a combination, and each belongs to
    one part alone. A test sentence about an old cat that sleeps holds three words that training
    has shown in many combinations, and never in this one.

    Args:
        part: ``"train"``, ``"validation"`` or ``"test"``.
        size: how many pairs, no source twice; ``None`` is 6,000 of ``"train"``, 500 of the others.
        seed: of the drawing. It does not change which combinations belong to which part, so parts
            drawn with different seeds do not overlap either.
        max_clauses: 1, 2 or 3.

    Raises:
        ValueError: an unknown part, a size below 1 or above what there is, or another number of
            clauses.
    """
    if part not in PARTS:
        raise ValueError(f"phrasebook: part must be one of {', '.join(PARTS)}, got {part!r}.")
    size = PARTS[part] if size is None else size
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ValueError(f"phrasebook: size must be a positive whole number, got {size!r}.")
    if max_clauses not in range(1, len(_CLAUSES) + 1):
        raise ValueError(f"phrasebook: max_clauses must be 1, 2 or 3, got {max_clauses!r}.")
    speaker, pairs = _Speaker(part, seed), {}
    tries = 0
    while len(pairs) < size:
        try:
            pair = speaker.pair(max_clauses)
        except _SpeechlessError:
            continue
        tries = 0 if pair.source not in pairs else tries + 1
        pairs.setdefault(pair.source, pair)
        if tries == _TRIES:
            raise ValueError(
                f"phrasebook: part {part!r} seems to have no {size} sentences of at most "
                f"{max_clauses} clauses: after {len(pairs)}, {_TRIES} drawings brought no new one."
            )
    return list(pairs.values())


@functools.cache
def part_of(noun: str, adjective: str, verb: str) -> str:
    """The part to which a combination of English words belongs (``adjective`` may be ``""``)."""
    # A checksum, so that it depends on nothing but the words.
    draw = zlib.crc32(f"{noun} {adjective} {verb}".encode()) / 2**32
    for part, share in _HELD_OUT.items():
        if draw < share:
            return part
        draw -= share
    return "train"


class _SpeechlessError(Exception):
    """The part has no combination left for a clause that was begun."""


class _Speaker:
    """Draws sentences at random, of one part's combinations only."""

    def __init__(self, part: str, seed: int) -> None:
        self._part, self._random = part, random.Random(f"{part} {seed}")
        self._known: dict = {}

    def pair(self, max_clauses: int) -> Pair:
        """A sentence in both languages."""
        self._used: set[Noun] = set()  # a sentence speaks of each thing once: no cat sees a cat
        self._tense = "past" if self._happens(0.4) else "present"
        count = self._pick(range(1, max_clauses + 1), weights=_CLAUSES)
        clauses = [self._clause() for _ in range(count)]
        question = count == 1 and not clauses[0].negation and self._happens(0.25)
        english = grammar.english(clauses[0], question)
        french = grammar.french(clauses[0], question)
        conjunctions = list(lexicon.CONJUNCTIONS)
        for clause in clauses[1:]:
            conjunction = self._pick(conjunctions)
            conjunctions.remove(conjunction)
            english += [word(conjunction, clause), *grammar.english(clause)]
            french += [word(w, clause) for w in lexicon.CONJUNCTIONS[conjunction].split()]
            french += grammar.french(clause)
        end = word("?" if question else ".", "end")
        english, french = [*english, end], [*grammar.joined(french), end]
        alignment = tuple(
            (t, s)
            for t, target in enumerate(french)
            for s, source in enumerate(english)
            if target.marks & source.marks
        )
        # French sets a narrow space, which does not break, before a question mark.
        return Pair(_sentence(english), _sentence(french).replace("?", "\u202f?"), alignment)

    def _clause(self) -> Clause:
        kind = self._pick(("be", "pronoun", "do", "stay"), weights=(0.2, 0.12, 0.43, 0.25))
        if kind == "be":
            return self._description()
        verbs = [v for v in lexicon.VERBS if bool(v.objects) == (kind != "stay")]
        if kind == "pronoun":
            verbs = [v for v in verbs if v.objects >= PERSONS]
        verb, thing = self._pick(verbs), None
        spoken_of = self._happens(0.3) and kind != "pronoun"
        subject = self._pick(lexicon.PRONOUNS) if spoken_of else self._subject(verb)
        if kind == "pronoun":
            thing = self._pick([p for p in lexicon.PRONOUNS if p.english_object])
        elif kind == "do":
            thing = self._noun_phrase(verb.objects, [verb])
        # Without another noun the clause would be of no part.
        placed = self._happens(0.2 if kind == "do" else 0.4) or (kind == "stay" and spoken_of)
        place = self._place(verb) if placed else None
        negation, adverb = self._manner()
        return Clause(subject, verb, self._tense, negation, adverb, thing, place=place)

    def _description(self) -> Clause:
        """Somebody or something is so."""
        subject = self._noun_phrase(LIVING | THINGS, [None], indefinite=False)
        ranks = {a.rank for a in subject.adjectives}  # nothing that is old is young
        fitting = [
            a
            for a in lexicon.ADJECTIVES
            if subject.noun.suits(a) and a.rank not in ranks and self._mine(subject.noun, a, None)
        ]
        if not fitting:
            raise _SpeechlessError
        negation, adverb = self._manner()
        very = not negation and self._happens(0.3)
        adjective = self._pick(fitting)
        return Clause(subject, None, self._tense, negation, adverb, adjective=adjective, very=very)

    def _subject(self, verb: Verb) -> NounPhrase:
        """A noun phrase that can do this, now and then with a relative clause."""
        if not self._happens(0.15):
            return self._noun_phrase(verb.subjects, [verb])
        does = self._pick([v for v in lexicon.VERBS if v is not verb and v.subjects])
        phrase = self._noun_phrase(PERSONS, [verb, does])
        thing = self._noun_phrase(does.objects, [does]) if does.objects else None
        negation = "not" if self._happens(0.15) else ""
        relative = Clause(None, does, self._tense, negation, object=thing)
        return NounPhrase(
            phrase.determiner, phrase.adjectives, phrase.noun, phrase.plural, relative
        )

    def _place(self, verb: Verb) -> tuple[Preposition, NounPhrase]:
        preposition = self._pick(lexicon.PREPOSITIONS)
        kinds = {"place"} if preposition.inside else {"place", "vehicle", "scenery"}
        return preposition, self._noun_phrase(kinds, [verb])

    def _noun_phrase(
        self, kinds: Iterable[str], verbs: Sequence[Verb | None], indefinite: bool = True
    ) -> NounPhrase:
        """One whose combinations with these verbs belong to the part; ``None`` is to be."""
        phrases, bounds = self._phrases(frozenset(kinds), tuple(verbs))
        if self._used.issuperset(noun for noun, _ in phrases):
            raise _SpeechlessError
        noun = None
        while noun is None or noun in self._used:
            noun, adjectives = phrases[bisect.bisect(bounds, self._random.random() * bounds[-1])]
        self._used.add(noun)
        plural = self._happens(0.35)
        fitting = [
            d
            for d in lexicon.DETERMINERS
            if (d.english_plural if plural else d.english)
            and (indefinite or d.english != "a")
            and (noun.owned or not d.possessive)
        ]
        # "the" as often as all others together, as in real text.
        weights = [len(fitting) - 1] + [1] * (len(fitting) - 1)
        return NounPhrase(self._pick(fitting, weights), adjectives, noun, plural)

    def _phrases(
        self, kinds: frozenset[str], verbs: tuple[Verb | None, ...]
    ) -> tuple[list[tuple[Noun, tuple[Adjective, ...]]], list[float]]:
        """Nouns with the adjectives they may have beside these verbs; their shares, added up."""
        if (kinds, verbs) not in self._known:
            phrases, shares = [], []
            for noun in (n for n in lexicon.NOUNS if n.kind in kinds):
                fitting = [a for a in lexicon.ADJECTIVES if noun.suits(a)]
                before = [a for a in fitting if a.before]
                after = [a for a in fitting if not a.before]
                # None, one, or one on each side of the French noun.
                choices = [[()], [(a,) for a in fitting], list(itertools.product(before, after))]
                for share, some in zip(_ADJECTIVES, choices, strict=True):
                    for adjectives in some:
                        if all(self._mine(noun, a, v) for a in adjectives or [None] for v in verbs):
                            phrases.append((noun, adjectives))
                            shares.append(share / len(some))
            self._known[kinds, verbs] = phrases, list(itertools.accumulate(shares))
        return self._known[kinds, verbs]

    def _mine(self, noun: Noun, adjective: Adjective | None, verb: Verb | None) -> bool:
        how, does = adjective.english if adjective else "", verb.english if verb else "be"
        return part_of(noun.english, how, does) == self._part

    def _manner(self) -> tuple[str, tuple[str, str]]:
        """A negation or an adverb or, most often, neither."""
        draw = self._pick(("", "not", "never", "adverb"), weights=(0.6, 0.17, 0.08, 0.15))
        if draw == "adverb":
            return "", self._pick(list(lexicon.ADVERBS.items()))
        return draw, ("", "")

    def _happens(self, probability: float) -> bool:
        return self._random.random() < probability

    def _pick(self, choices: Sequence[T], weights: Sequence[float] | None = None) -> T:
        # With random() alone, whose numbers every version of Python draws alike.
        weights = [1.0] * len(choices) if weights is None else weights[: len(choices)]
        draw = self._random.random() * sum(weights)
        for choice, weight in zip(choices, weights, strict=True):
            draw -= weight
            if draw < 0:
                return choice
        return choices[-1]


def _sentence(words: Sequence[Word]) -> str:
    texts = ["I" if w.text == "i" else w.text for w in words]
    spaced = "".join(
        text if text in ".?" or left.endswith("'") else " " + text
        for left, text in zip(["", *texts], texts, strict=False)
    ).strip()
    return spaced[0].upper() + spaced[1:]

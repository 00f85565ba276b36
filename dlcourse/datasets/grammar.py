"""A small grammar that says the same thing in English and in French.

A `Clause` holds what is said. `english` and `french` each put it into words, and every word carries
marks of what it stands for: a part of a noun phrase, the tense, the negation. Words of the two
languages that share a mark stand for each other, which gives the alignment.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dlcourse.datasets.words import (
    Adjective,
    Determiner,
    Noun,
    Preposition,
    Pronoun,
    Verb,
)


class Word(NamedTuple):
    """A word and its marks; those of a clause's parts begin with the part itself."""

    text: str
    marks: frozenset


# Equal by identity: two noun phrases "the cat" of one sentence are not the same cat.
@dataclass(frozen=True, eq=False)
class NounPhrase:
    """A noun with what belongs to it; of adjectives at most one stands before the French noun."""

    determiner: Determiner
    adjectives: tuple[Adjective, ...]
    noun: Noun
    plural: bool
    relative: "Clause | None" = None


@dataclass(frozen=True, eq=False)
class Clause:
    """Who does what to whom, or who is how, and where.

    Attributes:
        subject: ``None`` in a relative clause, whose subject is the noun before it.
        verb: ``None`` where an adjective is said of the subject.
        tense: ``"present"`` or ``"past"``.
        negation: ``""``, ``"not"`` or ``"never"``.
        adverb: ``""`` or a word of `lexicon.ADVERBS`; only without a negation.
        object: of a transitive verb.
        adjective: said of the subject, and how: ``very`` or not.
        place: a preposition and its noun phrase.
    """

    subject: NounPhrase | Pronoun | None
    verb: Verb | None
    tense: str = "present"
    negation: str = ""
    adverb: tuple[str, str] = ("", "")
    object: NounPhrase | Pronoun | None = None
    adjective: Adjective | None = None
    very: bool = False
    place: tuple[Preposition, NounPhrase] | None = None


def word(text: str, *marks: object) -> Word:
    """A word that stands for the things marked."""
    return Word(text, frozenset(marks))


# English ------------------------------------------------------------------------------------------


def english(clause: Clause, question: bool = False) -> list[Word]:
    """A main clause in English, without the mark at its end."""
    c, subject = clause, clause.subject
    if isinstance(subject, Pronoun):
        words, many = [word(subject.english.lower(), (c, "subject"))], subject.plural
        third = subject.person == 2
    else:
        words, many, third = _english_noun(subject), subject.plural, not subject.plural
    if not question:
        return words + _english_predicate(c, third, many)
    if c.verb is None:
        is_, *rest = _english_predicate(c, third, many)
        return [Word(is_.text, is_.marks | {(c, "question")}), *words, *rest]
    do = "did" if c.tense == "past" else "does" if third else "do"
    does = word(do, (c, "question"), (c, "tense"))
    return [does, *words, *_adverb(c, 0), *_english_verb(c, c.verb.english), *_english_rest(c)]


def _english_predicate(c: Clause, third: bool, many: bool) -> list[Word]:
    """From the verb on."""
    negation = [word(c.negation, (c, "negation"))] if c.negation else []
    if c.verb is None:
        be = {"present": ("is", "are"), "past": ("was", "were")}[c.tense][many]
        words = [word(be, (c, "verb"), (c, "tense")), *negation, *_adverb(c, 0)]
        words += [word("very", (c, "very"))] if c.very else []
        return [*words, word(c.adjective.english, (c, "adjective")), *_english_rest(c)]
    if c.negation == "not":
        do = "did" if c.tense == "past" else "does" if third else "do"
        words = [word(do, (c, "tense")), *negation, *_english_verb(c, c.verb.english)]
    else:
        form = c.verb.past if c.tense == "past" else c.verb.third if third else c.verb.english
        words = [*negation, *_adverb(c, 0), *_english_verb(c, form, (c, "tense"))]
    return words + _english_rest(c)


def _english_verb(c: Clause, form: str, *marks: object) -> list[Word]:
    particle = [word(c.verb.particle, (c, "verb"))] if c.verb.particle else []
    return [word(form, (c, "verb"), *marks), *particle]


def _english_rest(c: Clause) -> list[Word]:
    words = []
    if isinstance(c.object, Pronoun):
        words += [word(c.object.english_object, (c, "object"))]
    elif c.object is not None:
        words += _english_noun(c.object)
    if c.place is not None:
        preposition, noun = c.place
        words += [word(text, (c, "place")) for text in preposition.english]
        words += _english_noun(noun)
    return words


def _english_noun(n: NounPhrase) -> list[Word]:
    adjectives = sorted(n.adjectives, key=lambda a: a.rank)
    words = [word(a.english, (n, a)) for a in adjectives]
    words += [word(n.noun.english_plural if n.plural else n.noun.english, (n, "noun"))]
    determiner = n.determiner.english_plural if n.plural else n.determiner.english
    if determiner == "a" and words[0].text[0] in "aeiou":
        determiner = "an"
    words = [word(determiner, (n, "determiner")), *words]
    if n.relative is not None:
        words += [word("who", (n, "who"))]
        words += _english_predicate(n.relative, not n.plural, n.plural)
    return words


# French -------------------------------------------------------------------------------------------

_AVOIR = ("ai", "as", "a", "avons", "ont")
_ETRE = {"present": ("est", "sont"), "past": ("était", "étaient")}
# Words that lose their vowel before another one, and others that take a linking form.
_ELIDED = {w: w[:-1] + "'" for w in ("le", "la", "de", "ne", "je", "que")}
_LINKED = {"ma": "mon", "ta": "ton", "sa": "son", "ce": "cet"}
_CONTRACTED = {("de", "le"): "du", ("de", "les"): "des"}
_ASPIRATED = {"hibou", "hiboux"}  # an h that counts as a consonant: le hibou, but l'hôtel


def french(clause: Clause, question: bool = False) -> list[Word]:
    """A main clause in French, without the mark at its end; not yet `joined`."""
    c, subject = clause, clause.subject
    if isinstance(subject, Pronoun):
        words = [word(subject.french, (c, "subject"))]
        person, gender, many = subject.person, subject.gender, subject.plural
    else:
        words, gender, many = _french_noun(subject), subject.noun.gender, subject.plural
        person = 4 if many else 2
    if question:
        words = [word("est-ce", (c, "question")), word("que", (c, "question")), *words]
    return words + _french_predicate(c, person, gender, many)


def _french_predicate(c: Clause, person: int, gender: str, many: bool) -> list[Word]:
    """From the negation's *ne* or the verb on."""
    words = [word("ne", (c, "negation"))] if c.negation else []
    if isinstance(c.object, Pronoun):
        words += [word(c.object.french_object, (c, "object"))]
    if c.verb is None:
        finite, participle = _ETRE[c.tense][many], None
    elif c.tense == "past":
        finite, participle = _AVOIR[person], _participle(c)
    else:
        finite, participle = c.verb.present[person], None
    marks = [(c, "tense")] if participle else [(c, "tense"), (c, "verb")]
    words += [word(finite, *marks)]
    if c.negation:
        words += [word({"not": "pas", "never": "jamais"}[c.negation], (c, "negation"))]
    words += _adverb(c, 1)
    if participle:
        words += [word(participle, (c, "verb"))]
    if c.adjective is not None:
        words += [word("très", (c, "very"))] if c.very else []
        words += [word(_agreeing(c.adjective, gender, many), (c, "adjective"))]
    if isinstance(c.object, NounPhrase):
        words += _french_noun(c.object, negated=bool(c.negation))
    if c.place is not None:
        preposition, noun = c.place
        words += [word(text, (c, "place")) for text in preposition.french]
        words += _french_noun(noun)
    return words


def _participle(c: Clause) -> str:
    """With avoir it agrees with an object that stands before it: il les a vus."""
    form = c.verb.participle
    if isinstance(c.object, Pronoun):
        form += {"m": "", "f": "e"}[c.object.gender] + ("s" if c.object.plural else "")
    return form


def _adverb(c: Clause, language: int) -> list[Word]:
    return [word(c.adverb[language], (c, "adverb"))] if c.adverb[language] else []


def _french_noun(n: NounPhrase, negated: bool = False) -> list[Word]:
    """``negated``: as the direct object of a negated verb, where *un* becomes *de*."""
    noun = n.noun.french_plural if n.plural else n.noun.french
    before = [a for a in n.adjectives if a.before]
    after = [a for a in n.adjectives if not a.before]
    words = [word(noun, (n, "noun"))]
    for a in before:
        form = _agreeing(a, n.noun.gender, n.plural)
        if not n.plural and n.noun.gender == "m" and starts_with_vowel(words[0].text):
            form = a.linking
        words = [word(form, (n, a)), *words]
    words += [word(_agreeing(a, n.noun.gender, n.plural), (n, a)) for a in after]
    d = n.determiner
    if negated and d.english == "a":
        determiner = "de"
    elif n.plural:
        determiner = d.plural
    else:
        determiner = d.masculine if n.noun.gender == "m" else d.feminine
    words = [word(determiner, (n, "determiner")), *words]
    if n.relative is not None:
        person = 4 if n.plural else 2
        words += [word("qui", (n, "who"))]
        words += _french_predicate(n.relative, person, n.noun.gender, n.plural)
    return words


def _agreeing(a: Adjective, gender: str, many: bool) -> str:
    if gender == "m":
        return a.masculine_plural if many else a.masculine
    return a.feminine_plural if many else a.feminine


def starts_with_vowel(text: str) -> bool:
    """Whether a French word begins with the sound of a vowel; an h is silent, with exceptions."""
    if text in _ASPIRATED:
        return False
    return unicodedata.normalize("NFD", text[0])[0] in "aeiouhœ"


def joined(words: Sequence[Word]) -> list[Word]:
    """French words as they stand beside each other: elided, linked and contracted."""
    result: list[Word] = []
    # From the end, since an article that is elided (de l'arbre) is not contracted (du jardin).
    for left in reversed(words):
        text, right = left.text, result[-1] if result else None
        if right is not None and starts_with_vowel(right.text):
            text = _ELIDED.get(text) or _LINKED.get(text) or text
        elif right is not None and (text, right.text) in _CONTRACTED:
            text = _CONTRACTED[text, right.text]
            left = Word(text, left.marks | result.pop().marks)
        result.append(Word(text, left.marks))
    return result[::-1]

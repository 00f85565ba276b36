"""Kinds of words with their forms in English and French, for the phrasebook's grammar."""

from dataclasses import dataclass

THINGS = frozenset({"food", "portable", "vehicle", "scenery"})
PERSONS = frozenset({"adult", "child"})
LIVING = PERSONS | {"animal"}


@dataclass(frozen=True)
class Noun:
    """A noun: its English forms, its French forms, its gender (``"m"``, ``"f"``), its kind.

    ``owned`` is False where a possessive would say something else: ma femme is my *wife*.
    """

    english: str
    english_plural: str
    french: str
    french_plural: str
    gender: str
    kind: str
    owned: bool = True

    def suits(self, adjective: "Adjective") -> bool:
        """Whether the adjective can be said of this."""
        return self.kind in adjective.kinds


@dataclass(frozen=True)
class Adjective:
    """An adjective, its place in each language and its five French forms.

    Attributes:
        rank: its place among English adjectives, which are sorted by it: a *strange old* island.
        before: whether it stands before the French noun.
        linking: the masculine singular before a vowel (un *vieil* homme).
        kinds: what it is said of.
    """

    english: str
    rank: int
    before: bool
    masculine: str
    linking: str
    feminine: str
    masculine_plural: str
    feminine_plural: str
    kinds: frozenset[str]


@dataclass(frozen=True)
class Verb:
    """A verb with its English forms, and its French present of je, tu, il, nous, ils.

    Attributes:
        particle: a second English word (look *for*), or ``""``.
        participle: of the passé composé, which all of these verbs form with avoir.
        subjects: kinds of nouns that do this.
        objects: kinds of nouns that it is done to; none for an intransitive verb.
    """

    english: str
    third: str
    past: str
    particle: str
    present: tuple[str, str, str, str, str]
    participle: str
    subjects: frozenset[str]
    objects: frozenset[str]


@dataclass(frozen=True)
class Determiner:
    """An article or the like; ``""`` where it has no such form (a, two)."""

    english: str
    english_plural: str
    masculine: str
    feminine: str
    plural: str
    possessive: bool = False


@dataclass(frozen=True)
class Pronoun:
    """A personal pronoun: as subject and as object, with its person among je, tu, il, nous, ils."""

    english: str
    english_object: str
    french: str
    french_object: str
    person: int
    gender: str = "m"
    plural: bool = False


@dataclass(frozen=True)
class Preposition:
    """A preposition, as its words in each language, and the places that it is said of."""

    english: tuple[str, ...]
    french: tuple[str, ...]
    inside: bool = False

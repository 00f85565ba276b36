"""The words of the phrasebook, English and French, with what its grammar must know of them.

Kinds (adult, child, animal, food, portable, vehicle, scenery, place) say which adjective fits
which noun and which noun a verb, so that sentences make sense and say in French what they say in
English (a vieille fille is no old girl, but a spinster). Words are chosen so that an English
sentence has one French one: no verb whose past looks like its present (to put), no noun whose
gender English leaves open with two French forms in use.
"""

from dlcourse.datasets.words import (
    LIVING,
    PERSONS,
    THINGS,
    Adjective,
    Determiner,
    Noun,
    Preposition,
    Pronoun,
    Verb,
)

_GROUPS = {"things": THINGS, "person": PERSONS, "living": LIVING}


def _noun(english: str, french: str, gender: str, kind: str) -> Noun:
    """Forms as ``singular/plural``, or the singular alone where the plural adds an s."""
    one, _, many = english.partition("/")
    un, _, des = french.partition("/")
    owned = one not in ("man", "woman", "boy", "girl")
    return Noun(one, many or one + "s", un, des or un + "s", gender, kind, owned)


def _adjective(english: str, rank: int, french: str, kinds: str) -> Adjective:
    """French as ``masculine/feminine/linking/plural``; what is left out follows the rule."""
    masculine, feminine, linking, plural = (french.strip(">").split("/") + [""] * 3)[:4]
    feminine = feminine or (masculine if masculine.endswith("e") else masculine + "e")
    plural = plural or (masculine if masculine[-1] in "sx" else masculine + "s")
    return Adjective(
        english,
        rank,
        not french.startswith(">"),
        masculine,
        linking or masculine,
        feminine,
        plural,
        feminine + "s",
        _kinds(kinds),
    )


def _verb(english: str, french: str, subjects: str, objects: str = "") -> Verb:
    """English as base, third person, past; French as its five present forms and the participle.

    A regular verb in -er is given by its stem alone.
    """
    base, third, past, *particle = english.split()
    forms = french.split()
    if len(forms) == 1:
        stem = forms[0]
        we = stem + ("eons" if stem.endswith("g") else "ons")  # nous mangeons keeps its soft g
        forms = [stem + "e", stem + "es", stem + "e", we, stem + "ent", stem + "é"]
    *present, participle = forms
    return Verb(
        base,
        third,
        past,
        " ".join(particle),
        tuple(present),
        participle,
        _kinds(subjects),
        _kinds(objects),
    )


def _kinds(names: str) -> frozenset[str]:
    names = names.split()
    return frozenset().union(*(_GROUPS.get(name, {name}) for name in names))


NOUNS = (
    _noun("man/men", "homme", "m", "adult"),
    _noun("woman/women", "femme", "f", "adult"),
    _noun("boy", "garçon", "m", "child"),
    _noun("girl", "fille", "f", "child"),
    _noun("child/children", "enfant", "m", "child"),
    _noun("king", "roi", "m", "adult"),
    _noun("queen", "reine", "f", "adult"),
    _noun("uncle", "oncle", "m", "adult"),
    _noun("actress/actresses", "actrice", "f", "adult"),
    _noun("cat", "chat", "m", "animal"),
    _noun("dog", "chien", "m", "animal"),
    _noun("horse", "cheval/chevaux", "m", "animal"),
    _noun("bird", "oiseau/oiseaux", "m", "animal"),
    _noun("owl", "hibou/hiboux", "m", "animal"),
    _noun("cow", "vache", "f", "animal"),
    _noun("apple", "pomme", "f", "food"),
    _noun("orange", "orange", "f", "food"),
    _noun("cake", "gâteau/gâteaux", "m", "food"),
    _noun("book", "livre", "m", "portable"),
    _noun("letter", "lettre", "f", "portable"),
    _noun("hat", "chapeau/chapeaux", "m", "portable"),
    _noun("dress/dresses", "robe", "f", "portable"),
    _noun("key", "clé", "f", "portable"),
    _noun("umbrella", "parapluie", "m", "portable"),
    _noun("car", "voiture", "f", "vehicle"),
    _noun("boat", "bateau/bateaux", "m", "vehicle"),
    _noun("bicycle", "vélo", "m", "vehicle"),
    _noun("island", "île", "f", "scenery"),
    _noun("tree", "arbre", "m", "scenery"),
    _noun("star", "étoile", "f", "scenery"),
    _noun("garden", "jardin", "m", "place"),
    _noun("house", "maison", "f", "place"),
    _noun("school", "école", "f", "place"),
    _noun("hotel", "hôtel", "m", "place"),
    _noun("church/churches", "église", "f", "place"),
)

# Where the French form begins with ">", the adjective follows its noun.
ADJECTIVES = (
    _adjective("beautiful", 0, "beau/belle/bel/beaux", "living things place"),
    _adjective("strange", 1, ">étrange", "living things place"),
    _adjective("happy", 1, ">heureux/heureuse", "living"),
    _adjective("sad", 1, ">triste", "living"),
    _adjective("tired", 1, ">fatigué", "living"),
    _adjective("rich", 1, ">riche", "person"),
    _adjective("heavy", 1, ">lourd", "portable vehicle"),
    _adjective("expensive", 1, ">cher/chère", "food portable vehicle"),
    _adjective("small", 2, "petit", "living things place"),
    _adjective("big", 2, "grand", "animal things place"),
    _adjective("old", 3, "vieux/vieille/vieil", "adult animal portable vehicle scenery place"),
    _adjective("young", 3, "jeune", "living"),
    _adjective("new", 3, "nouveau/nouvelle/nouvel/nouveaux", "portable vehicle place"),
    _adjective("red", 4, ">rouge", "food portable vehicle"),
    _adjective("green", 4, ">vert", "portable vehicle scenery"),
    _adjective("black", 4, ">noir", "animal portable vehicle"),
    _adjective("white", 4, ">blanc/blanche", "animal portable vehicle"),
)

VERBS = (
    _verb(
        "see sees saw",
        "vois vois voit voyons voient vu",
        "living",
        "living things place",
    ),
    _verb(
        "hear hears heard",
        "entends entends entend entendons entendent entendu",
        "living",
        "living",
    ),
    _verb("watch watches watched", "regard", "living", "living things"),
    _verb("look looks looked for", "cherch", "living", "living things place"),
    _verb("find finds found", "trouv", "living", "living things place"),
    _verb("like likes liked", "aim", "person", "animal things place"),
    _verb("draw draws drew", "dessin", "person", "living things place"),
    _verb("hide hides hid", "cach", "person", "food portable"),
    _verb("bring brings brought", "apport", "person", "food portable"),
    _verb("eat eats ate", "mang", "living", "food"),
    _verb(
        "buy buys bought",
        "achète achètes achète achetons achètent acheté",
        "person",
        "animal food portable vehicle",
    ),
    _verb(
        "sell sells sold",
        "vends vends vend vendons vendent vendu",
        "person",
        "animal food portable vehicle",
    ),
    _verb(
        "choose chooses chose",
        "choisis choisis choisit choisissons choisissent choisi",
        "person",
        "animal food portable vehicle",
    ),
    _verb("sleep sleeps slept", "dors dors dort dormons dorment dormi", "living"),
    _verb("wait waits waited", "attends attends attend attendons attendent attendu", "living"),
    _verb("run runs ran", "cours cours court courons courent couru", "living"),
    _verb("sing sings sang", "chant", "person"),
    _verb("play plays played", "jou", "living"),
    _verb("work works worked", "travaill", "person"),
)

DETERMINERS = (
    Determiner("the", "the", "le", "la", "les"),
    Determiner("a", "", "un", "une", ""),
    Determiner("this", "these", "ce", "cette", "ces"),
    Determiner("my", "my", "mon", "ma", "mes", possessive=True),
    Determiner("his", "his", "son", "sa", "ses", possessive=True),
    Determiner("", "two", "", "", "deux"),
    Determiner("", "three", "", "", "trois"),
)

PRONOUNS = (
    Pronoun("I", "", "je", "", 0),
    Pronoun("you", "", "tu", "", 1),
    Pronoun("he", "him", "il", "le", 2),
    Pronoun("she", "her", "elle", "la", 2, gender="f"),
    Pronoun("we", "", "nous", "", 3, plural=True),
    Pronoun("they", "them", "ils", "les", 4, plural=True),
)

PREPOSITIONS = (
    Preposition(("in",), ("dans",), inside=True),
    Preposition(("behind",), ("derrière",)),
    Preposition(("near",), ("près", "de")),
    Preposition(("in", "front", "of"), ("devant",)),
)

CONJUNCTIONS = {"and": "et", "but": "mais", "when": "quand", "because": "parce que"}
ADVERBS = {"often": "souvent", "always": "toujours"}

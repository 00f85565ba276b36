"""The phrasebook: right French, exact alignments, parts of other combinations."""

import collections
import re

import pytest

from dlcourse.datasets import grammar, lexicon, phrasebook, tokenize
from dlcourse.datasets.grammar import Clause, NounPhrase
from dlcourse.datasets.phrasebook import part_of

NOUNS = {n.english: n for n in lexicon.NOUNS}
ADJECTIVES = {a.english: a for a in lexicon.ADJECTIVES}
VERBS = {v.english: v for v in lexicon.VERBS}
DETERMINERS = {d.english or d.english_plural: d for d in lexicon.DETERMINERS}
PRONOUNS = {p.english: p for p in lexicon.PRONOUNS}
PLACES = {" ".join(p.english): p for p in lexicon.PREPOSITIONS}


def noun(text, relative=None):
    """A noun phrase from its English, such as "these old owls"."""
    determiner, *adjectives, name = text.split()
    plurals = {n.english_plural: n for n in lexicon.NOUNS}
    determiner = {"an": "a", "these": "this"}.get(determiner, determiner)
    plural = name in plurals
    return NounPhrase(
        DETERMINERS[determiner],
        tuple(ADJECTIVES[a] for a in adjectives),
        plurals[name] if plural else NOUNS[name],
        plural,
        relative,
    )


def said(clause, question=False):
    def text(words):
        return " ".join(w.text for w in words)

    return text(grammar.english(clause, question)), text(
        grammar.joined(grammar.french(clause, question))
    )


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("the old man", "le vieil homme"),
        ("the old men", "les vieux hommes"),
        ("a beautiful tree", "un bel arbre"),
        ("the new hotel", "le nouvel hôtel"),
        ("these new hotels", "ces nouveaux hôtels"),
        ("this owl", "ce hibou"),
        ("the owl", "le hibou"),
        ("this bird", "cet oiseau"),
        ("this small bird", "ce petit oiseau"),
        ("the church", "l' église"),
        ("my church", "mon église"),
        ("my old church", "ma vieille église"),
        ("his orange", "son orange"),
        ("two white dresses", "deux robes blanches"),
        ("the happy actresses", "les actrices heureuses"),
        ("the expensive new car", "la nouvelle voiture chère"),
        ("a strange small island", "une petite île étrange"),
        ("an orange", "une orange"),
        ("three black horses", "trois chevaux noirs"),
    ],
)
def test_noun_phrases(english, french):
    clause = Clause(noun(english), VERBS["sleep"])
    plural = noun(english).plural
    assert said(clause) == (
        f"{english} {'sleep' if plural else 'sleeps'}",
        f"{french} {'dorment' if plural else 'dort'}",
    )


@pytest.mark.parametrize(
    ("clause", "english", "french"),
    [
        (
            Clause(PRONOUNS["I"], VERBS["like"], object=noun("the cat")),
            "i like the cat",
            "j' aime le chat",
        ),
        (
            Clause(PRONOUNS["I"], VERBS["like"], negation="not", object=noun("a cat")),
            "i do not like a cat",
            "je n' aime pas de chat",
        ),
        (
            Clause(noun("the girl"), VERBS["buy"], "past", "never", object=noun("an orange")),
            "the girl never bought an orange",
            "la fille n' a jamais acheté d' orange",
        ),
        (
            Clause(PRONOUNS["we"], VERBS["eat"], object=noun("two cakes")),
            "we eat two cakes",
            "nous mangeons deux gâteaux",
        ),
        (
            Clause(noun("the dogs"), VERBS["look"], "past", object=PRONOUNS["she"]),
            "the dogs looked for her",
            "les chiens l' ont cherchée",
        ),
        (
            Clause(noun("the dog"), VERBS["hear"], negation="not", object=PRONOUNS["they"]),
            "the dog does not hear them",
            "le chien ne les entend pas",
        ),
        (
            Clause(noun("a boy"), VERBS["see"], "past", "not", object=PRONOUNS["they"]),
            "a boy did not see them",
            "un garçon ne les a pas vus",
        ),
        (
            Clause(
                noun("the queen"), None, "past", adjective=ADJECTIVES["expensive"], very=True
            ),
            "the queen was very expensive",
            "la reine était très chère",
        ),
        (
            Clause(PRONOUNS["you"], VERBS["wait"], adverb=("always", "toujours"),
                   place=(PLACES["near"], noun("the garden"))),
            "you always wait near the garden",
            "tu attends toujours près du jardin",
        ),
        (
            Clause(PRONOUNS["he"], VERBS["run"], place=(PLACES["near"], noun("the trees"))),
            "he runs near the trees",
            "il court près des arbres",
        ),
        (
            Clause(PRONOUNS["he"], VERBS["run"], place=(PLACES["near"], noun("the tree"))),
            "he runs near the tree",
            "il court près de l' arbre",
        ),
        (
            Clause(PRONOUNS["he"], VERBS["run"], place=(PLACES["near"], noun("a tree"))),
            "he runs near a tree",
            "il court près d' un arbre",
        ),
        (
            Clause(
                noun("the kings", Clause(None, VERBS["sing"], negation="not")),
                VERBS["play"],
                place=(PLACES["in front of"], noun("my house")),
            ),
            "the kings who do not sing play in front of my house",
            "les rois qui ne chantent pas jouent devant ma maison",
        ),
    ],
)  # fmt: skip
def test_clauses(clause, english, french):
    assert said(clause) == (english, french)


def test_questions():
    does = Clause(PRONOUNS["she"], VERBS["look"], object=noun("the owl"))
    assert said(does, question=True) == (
        "does she look for the owl",
        "est-ce qu' elle cherche le hibou",
    )
    is_ = Clause(noun("the new car"), None, "present", adjective=ADJECTIVES["red"])
    assert said(is_, question=True) == (
        "is the new car red",
        "est-ce que la nouvelle voiture est rouge",
    )


def test_every_form_of_the_lexicon():
    assert NOUNS["child"].english_plural == "children"
    forms = [ADJECTIVES[a] for a in ("white", "happy", "tired", "strange", "red")]
    assert [(a.masculine, a.feminine, a.masculine_plural, a.feminine_plural) for a in forms] == [
        ("blanc", "blanche", "blancs", "blanches"),
        ("heureux", "heureuse", "heureux", "heureuses"),
        ("fatigué", "fatiguée", "fatigués", "fatiguées"),
        ("étrange", "étrange", "étranges", "étranges"),
        ("rouge", "rouge", "rouges", "rouges"),
    ]
    for verb in lexicon.VERBS:
        je, tu, il, nous, ils = verb.present
        assert tu.endswith("s")
        assert nous.endswith("ons")
        assert ils.endswith("ent")
        assert je in (il, tu)
        assert verb.third == verb.english + ("es" if verb.english.endswith("ch") else "s")
    assert VERBS["eat"].present == ("mange", "manges", "mange", "mangeons", "mangent")


@pytest.fixture(scope="module")
def parts():
    return {part: phrasebook(part) for part in ("train", "validation", "test")}


def test_parts_share_no_sentence_and_no_combination(parts):
    assert {part: len(pairs) for part, pairs in parts.items()} == {
        "train": 6000,
        "validation": 500,
        "test": 500,
    }
    sources = collections.Counter(p.source for pairs in parts.values() for p in pairs)
    assert max(sources.values()) == 1
    # Read from the text itself: who with which adjective does what, at the beginning.
    plain = re.compile(r"^\w+ (\w+) (\w+) (\w+) ")
    adjectives, thirds = set(ADJECTIVES), {v.third: v.english for v in lexicon.VERBS}
    found = collections.Counter()
    for part, pairs in parts.items():
        for pair in pairs:
            match = plain.match(" ".join(tokenize(pair.source)))
            if match and match[1] in adjectives and match[2] in NOUNS and match[3] in thirds:
                assert part_of(match[2], match[1], thirds[match[3]]) == part
                found[part] += 1
    assert min(found[part] for part in parts) >= 10


def test_training_shows_every_word_of_the_other_parts(parts):
    for side in (0, 1):
        known = {token for pair in parts["train"] for token in tokenize(pair[side])}
        for part in ("validation", "test"):
            assert {token for pair in parts[part] for token in tokenize(pair[side])} <= known


def test_a_sentence_has_one_translation(parts):
    pairs = [p for part in parts for seed in (0, 1) for p in phrasebook(part, 400, seed=seed)]
    assert len({p.source for p in pairs}) == len({(p.source, p.target) for p in pairs})


def test_lengths_vary_and_are_the_same_in_every_part(parts):
    means = {}
    for part, pairs in parts.items():
        lengths = [len(tokenize(p.source)) for p in pairs]
        assert min(lengths) <= 5
        assert max(lengths) >= 30
        means[part] = sum(lengths) / len(lengths)
    assert means["test"] == pytest.approx(means["train"], rel=0.1)
    assert max(len(tokenize(p.source)) for p in phrasebook(size=500, max_clauses=1)) <= 25


def test_french_that_must_not_occur(parts):
    vowel = "[aeiouyâàéèêîôûœ]"
    for pair in (p for pairs in parts.values() for p in pairs):
        french = " ".join(tokenize(pair.target))
        assert not re.search(rf"\b(le|la|de|ne|je|que|ce|ma|sa|beau|nouveau) {vowel}", french) or (
            re.search(rf"\b(beau|nouveau) (et|{vowel}\w* qui)|est beau", french)
        ), pair.target
        assert not re.search(r"\bde les?\b|\bvieux (homme|oncle|oiseau|arbre)\b", french)
        assert not re.search(r"\b(l'|cet|bel|vieil|nouvel|mon|son|d') hibou", french) or (
            re.search(r"\b(mon|son) hibou", french)
        )
        assert "<" not in french
        assert not re.search(r"\b(vieille fille|vieux garçon|[ms]a femme|[ms]on homme)\b", french)


def test_alignments(parts):
    words = {"cat": "chat", "cats": "chats", "sleeps": "dort", "red": {"rouge", "rouges"}}
    words |= {"and": "et", "who": "qui", "often": "souvent", "these": "ces", ".": "."}
    words |= {"very": "très", "never": {"ne", "n'", "jamais"}, "because": {"parce", "que", "qu'"}}
    back = {"du": {"near", "the"}, "l'": {"the", "him", "her"}, "arbres": {"trees"}}
    for pair in parts["train"][:2000]:
        source, target = tokenize(pair.source), tokenize(pair.target)
        assert list(pair.alignment) == sorted(set(pair.alignment))
        assert {t for t, _ in pair.alignment} == set(range(len(target)))
        assert {s for _, s in pair.alignment} == set(range(len(source)))
        linked = collections.defaultdict(set)
        for t, s in pair.alignment:
            linked["s", s].add(target[t])
            linked["t", t].add(source[s])
        for s, token in enumerate(source):
            if token in words:
                wanted = words[token] if isinstance(words[token], set) else {words[token]}
                assert linked["s", s] <= wanted, (pair, token)
        for t, token in enumerate(target):
            if token in back:
                assert linked["t", t] <= back[token], (pair, token)


def test_an_alignment_by_hand():
    clause = Clause(
        noun("the dog"), VERBS["look"], "past", "not", object=PRONOUNS["she"],
        place=(PLACES["near"], noun("the small garden")),
    )  # fmt: skip
    english, french = grammar.english(clause), grammar.joined(grammar.french(clause))
    assert " ".join(w.text for w in english) == "the dog did not look for her near the small garden"
    links = {
        target.text: [source.text for source in english if source.marks & target.marks]
        for target in french
    }
    assert links == {
        "le": ["the"],
        "chien": ["dog"],
        "ne": ["not"],
        "l'": ["her"],
        "a": ["did"],
        "pas": ["not"],
        "cherchée": ["look", "for"],
        "près": ["near"],
        "du": ["near", "the"],
        "petit": ["small"],
        "jardin": ["garden"],
    }


def test_the_same_seed_draws_the_same():
    assert phrasebook(size=50, seed=4) == phrasebook(size=50, seed=4)
    assert phrasebook(size=50, seed=4) != phrasebook(size=50, seed=5)
    assert phrasebook(size=50) == phrasebook(size=60)[:50]


def test_bad_arguments():
    with pytest.raises(ValueError, match="part must be one of train, validation, test, got 'dev'"):
        phrasebook("dev")
    with pytest.raises(ValueError, match="size must be a positive whole number, got 0"):
        phrasebook(size=0)
    with pytest.raises(ValueError, match="max_clauses must be 1, 2 or 3, got 4"):
        phrasebook(max_clauses=4)

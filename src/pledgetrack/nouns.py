"""Things counted: the singular of an English plural, and how a thing is written beside a number.

A unit is kept in the singular ("H-2B visa"), people write the plural ("22,500 H-2B visas"). The
rules are few and refuse what they do not know; whatever cannot be read back is written in quotes.
"""

from __future__ import annotations

import re

_IRREGULAR = {
    "children": "child", "feet": "foot", "geese": "goose", "mice": "mouse", "people": "person",
    "teeth": "tooth", "oxen": "ox", "quizzes": "quiz", "waltzes": "waltz", "criteria": "criterion",
    "phenomena": "phenomenon", "bacteria": "bacterium", "analyses": "analysis", "crises": "crisis",
    "diagnoses": "diagnosis", "emphases": "emphasis", "hypotheses": "hypothesis", "oases": "oasis",
    "theses": "thesis", "calves": "calf", "halves": "half", "knives": "knife", "leaves": "leaf",
    "lives": "life", "loaves": "loaf", "shelves": "shelf", "thieves": "thief", "wives": "wife",
    "wolves": "wolf", "headaches": "headache", "caches": "cache", "niches": "niche",
    "avalanches": "avalanche", "creches": "creche", "crèches": "crèche", "buses": "bus",
    "minibuses": "minibus", "gases": "gas", "biases": "bias", "lenses": "lens", "atlases": "atlas",
    "canvases": "canvas", "irises": "iris", "aliases": "alias", "menus": "menu", "gurus": "guru",
    "skis": "ski", "taxis": "taxi", "shoes": "shoe", "horseshoes": "horseshoe", "toes": "toe",
    "canoes": "canoe", "foes": "foe", "movies": "movie", "cookies": "cookie",
    "calories": "calorie", "rookies": "rookie", "eyes": "eye", "focuses": "focus",
    "recluses": "recluse", "heroes": "hero", "potatoes": "potato", "tomatoes": "tomato",
    "vetoes": "veto", "embargoes": "embargo", "cargoes": "cargo", "volcanoes": "volcano",
}  # fmt: skip
_ALIKE = frozenset(
    "aircraft spacecraft hovercraft personnel staff police cattle livestock poultry sheep fish "
    "deer salmon series species headquarters barracks premises means offspring".split()
)
"""Plurals that are like their singular."""

# Words in -s that are singular, and those whose plural two nouns share.
_NO_PLURALS = frozenset(
    "gas lens bias atlas canvas alias iris news diabetes rabies measles christmas texas kansas "
    "honduras bahamas netherlands philippines always perhaps besides sometimes afterwards yes this "
    "its his hers ours yours theirs whereas thus was is has does across towards axes ellipses "
    "physics mathematics economics politics ethics athletics statistics".split()
)
_SINGULAR_ENDINGS = ("ss", "us", "is", "'s", "’s")
_NOT_MEN = frozenset("specimen regimen abdomen omen stamen semen ramen yemen amen".split())
# Plurals that stand before another noun: "sports facilities".
_MODIFIERS = frozenset("sports arms rights savings goods communications operations".split())


def singular(word: str) -> str | None:
    """The singular of an English plural; None where the word is no plural, or not surely one.

    >>> [singular(word) for word in ("visas", "studies", "children", "buses", "houses", "F-16s")]
    ['visa', 'study', 'child', 'bus', 'house', 'F-16']
    >>> singular("bus"), singular("personnel"), singular("zorble")
    (None, 'personnel', None)
    """
    plain = word.casefold()
    if plain in _ALIKE:
        return word
    if plain in _IRREGULAR:
        return _in_case_of(word, _IRREGULAR[plain])
    if plain.endswith("men") and len(plain) > 3 and plain not in _NOT_MEN:
        return word[:-2] + ("AN" if word.isupper() else "an")
    if plain == "men":
        return _in_case_of(word, "man")
    if plain in _NO_PLURALS or plain.endswith(_SINGULAR_ENDINGS) or not plain.endswith("s"):
        return None
    if len(plain) < 3 or not plain[0].isalpha():
        return None
    return word[: -_ending(plain)] + (_in_case_of(word[-1], "y") if _from_y(plain) else "")


def _from_y(plain: str) -> bool:
    """Whether "-ies" comes from "-y": "studies", but "ties"."""
    return plain.endswith("ies") and len(plain) > 4


def _ending(plain: str) -> int:
    """How many letters at the end of a regular plural are its ending."""
    if _from_y(plain):
        return 3
    if plain.endswith(("sses", "shes", "ches", "xes", "zzes", "oes")):
        return 2
    # "viruses" and "bonuses", but "houses", "causes" and "uses".
    if len(plain) > 6 and re.search(r"[^abcfo]uses$", plain):
        return 2
    return 1


def _in_case_of(word: str, made: str) -> str:
    if word.isupper():
        return made.upper()
    return made[0].upper() + made[1:] if word[0].isupper() else made


def plural(word: str) -> str | None:
    """The plural of an English noun; None where ``singular`` would not lead back to it.

    >>> [plural(word) for word in ("visa", "study", "child", "bus", "personnel", "visas")]
    ['visas', 'studies', 'children', 'buses', 'personnel', None]
    """
    plain = word.casefold()
    found = next((many for many, one in _IRREGULAR.items() if one == plain), None)
    if plain in _ALIKE:
        made = word
    elif found:
        made = _in_case_of(word, found)
    elif plain.endswith("man"):
        made = word[:-2] + "en"
    elif re.search(r"[^aeiou]y$", plain):
        made = word[:-1] + "ies"
    else:
        made = word + ("es" if plain.endswith(("s", "x", "z", "ch", "sh")) else "s")
    return made if singular(made) == word else None


_WORD = re.compile(r"[^\W\d_](?:[\w&]|[-'’](?=\w))*")
STOPS = frozenset(
    "a an the this that these those each every per all any both some another other more less fewer "
    "most least extra further half third thirds quarter quarters double triple twice "
    "times time fold increase increases decrease decreases rise fall percent percentage "
    "percentages per-cent cent cents pct point points share shares and or but nor plus minus not "
    "no than then as for "
    "to from in into on onto at by with without within until till since during through over "
    "under above below after before between among about around roughly against via worth "
    "is are was were be been will would shall should can could may might must has have had do does "
    "year years month months week weeks day days hour hours minute minutes second seconds quarter "
    "decade decades century centuries annual annually yearly monthly weekly daily hourly quarterly "
    "hundred hundreds thousand thousands million millions billion billions trillion trillions "
    "dozen dozens bn mn mln bln tn trn crore crores lakh lakhs "
    "january february march april june july august september october november december "
    "next last coming past current once only up down who which whose when where it its they their "
    "we our you your he she his her crown crowns buck bucks quid pence penny pennies grand "
    "centavo centavos centime centimes guilder guilders sterling".split()
)
"""Words that belong to no thing counted, wherever they stand."""


def thing(words: list[str], *, one: bool = False) -> str | None:
    """The unit that the words after a number name; None where they name none surely.

    The last word, or the one before a single "of", must be a plural, so that no stray word slips
    in; "MW" and the like stand as they are. After ``one`` a word alone is the unit itself.

    >>> thing(["H-2B", "visas"]), thing(["ports", "of", "entry"]), thing(["visit"], one=True)
    ('H-2B visa', 'port of entry', 'visit')
    >>> thing(["visas", "zorble"]), thing(["years"])
    (None, None)
    """
    plain = [word.casefold() for word in words]
    if not 1 <= len(words) <= 6 or not all(_WORD.fullmatch(word) for word in words):
        return None
    head = len(words) - 1
    if "of" in plain[1:-1]:
        head = plain.index("of") - 1
        if head != len(words) - 3:
            return None
    checked = [word for at, word in enumerate(plain) if at != head + 1]
    if any(word in STOPS or word == "of" for word in checked):
        return None
    before = plain[:head]
    if any(singular(word) and word not in _MODIFIERS for word in before):
        return None
    if one:
        return words[0] if len(words) == 1 and len(words[0]) > 1 else None
    made = singular(words[head])
    if made is None:
        return words[0] if len(words) == 1 and _stands_alone(words[0]) else None
    if _shouted(words, head):
        return None
    return " ".join([*words[:head], made, *words[head + 1 :]])


_MEASURES = frozenset("km kg ha km2 m2 m3 km² m² m³".split())


def _stands_alone(word: str) -> bool:
    """Whether a word is a unit as it is, such as "MW": neither a plain word nor a name."""
    if singular(word) not in (None, word):
        return False
    marked = any(letter.isupper() or letter.isdigit() for letter in word[1:])
    return word in _MEASURES or word.casefold() in _ALIKE or (marked and len(word) > 1)


def _shouted(words: list[str], head: int) -> bool:
    """Whether capitals hide if the last letter is an ending: "HIMARS", "VISAS"."""
    return len(words[head]) > 1 and words[head].isupper()


def counted(unit: str, *, one: bool) -> str:
    """A unit as it is written after a number, so that ``thing`` reads it back; else in quotes.

    >>> counted("H-2B visa", one=False), counted("port of entry", one=False)
    ('H-2B visas', 'ports of entry')
    >>> counted("visit", one=True), counted("guidance document", one=True)
    ('visit', '"guidance document"')
    """
    words = unit.split(" ")
    head = len(words) - (3 if len(words) > 2 and words[-2] == "of" else 1)
    noun = words[head]
    many = plural(noun) if re.fullmatch(r"[a-z]{4,}", noun) and not noun.endswith("ed") else None
    for said in ([*words[:head], many, *words[head + 1 :]] if many and not one else None, words):
        if said and thing(said, one=one) == unit:
            return " ".join(said)
    return quoted(unit)


def quoted(unit: str) -> str:
    """A unit in quotes, any quote in it doubled.

    >>> quoted('5" pipe')
    '"5"" pipe"'
    """
    return '"' + unit.replace('"', '""') + '"'

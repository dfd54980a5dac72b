"""Things counted: the singular of an English plural, and how a thing is written beside a number.

A unit is kept in the singular ("H-2B visa"), people write the plural ("22,500 H-2B visas"). The
rules are few and refuse what they do not know; whatever cannot be read back is written in quotes.
"""

from __future__ import annotations

import re
import unicodedata

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
    "indices": "index", "matrices": "matrix", "appendices": "appendix", "vertices": "vertex",
    "trolleybuses": "trolleybus", "midwives": "midwife", "housewives": "housewife",
    "grandchildren": "grandchild", "schoolchildren": "schoolchild", "townspeople": "townsperson",
    "tranches": "tranche", "sorties": "sortie", "prostheses": "prosthesis", "caucuses": "caucus",
    "circuses": "circus", "abacuses": "abacus", "crocuses": "crocus",
    "hoes": "hoe", "talkies": "talkie", "scarves": "scarf", "wharves": "wharf", "hooves": "hoof",
    "bookshelves": "bookshelf", "metropolises": "metropolis", "pluses": "plus",
    "moustaches": "moustache", "snowshoes": "snowshoe", "men": "man", "women": "woman",
}  # fmt: skip
_ALIKE = frozenset(
    "aircraft spacecraft hovercraft personnel cattle livestock poultry sheep fish "
    "deer salmon series species headquarters barracks premises means offspring".split()
)
"""Plurals that are like their singular."""

# Words in -s that are singular, and those whose plural two nouns share.
_NO_PLURALS = frozenset(
    "gas lens bias atlas canvas alias iris news diabetes rabies measles christmas texas kansas "
    "honduras bahamas netherlands philippines always perhaps besides sometimes afterwards yes this "
    "its his hers ours yours theirs whereas thus was is has does across towards axes ellipses "
    "clothes trousers pants jeans shorts scissors pliers tweezers binoculars corps proceeds "
    "goods savings earnings thanks odds remains outskirts surroundings abrams mercedes aegis "
    "himars nasams awacs manpads physics mathematics economics politics ethics athletics "
    "statistics".split()
)
_SINGULAR_ENDINGS = ("ss", "us", "is", "'s", "’s", "gas")
_MEN = ("women", "icemen", "ermen", "smen", "ymen", "airmen", "seamen", "gunmen", "workmen",
        "firemen", "foremen", "postmen")  # fmt: skip
# Plurals that stand before another noun: "sports facilities".
_MODIFIERS = frozenset(
    "sports arms rights savings goods communications operations customs sales".split()
)


def singular(word: str) -> str | None:
    """The singular of an English plural; None where the word is no plural, or not surely one.

    >>> [singular(word) for word in ("visas", "studies", "children", "buses", "houses", "F-16s")]
    ['visa', 'study', 'child', 'bus', 'house', 'F-16']
    >>> singular("bus"), singular("personnel"), singular("zorble")
    (None, 'personnel', None)
    """
    plain = word.casefold()
    joined, _, last = word.rpartition("-")
    if joined and len(last) > 2 and last[0].isalpha():
        one = singular(last)
        return None if one is None else f"{joined}-{one}"
    if plain in _ALIKE:
        return word
    if plain in _IRREGULAR:
        return _in_case_of(word, _IRREGULAR[plain])
    if plain.endswith(_MEN):
        return word[:-2] + ("AN" if word.isupper() else "an")
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
    "a an the this that these those each every per all any both some another other more less "
    "fewer most least extra further and or but nor plus minus not no non so than then as for "
    "to from in into on onto at by with without within until till since during through over "
    "under above below after before between among about around roughly against via worth is "
    "are was were be been will would shall should can could may might must has have had do "
    "does only up down off who whose when where which it its they their we our us you your he "
    "his she her please apiece course odd something approx max next last coming past current once "
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty "
    "ninety hundred hundreds thousand thousands million millions billion billions trillion "
    "trillions quadrillion quadrillions quintillion zillion zillions gazillion milliard "
    "milliards mio mrd mrds tsd bil mil mill tril thou mille lac lacs cr doz dz dozen dozens "
    "score scores tens gross bn mn mln bln tn trn mm crore crores lakh lakhs half halves "
    "third thirds fourth fourths fifth fifths sixth sixths seventh sevenths eighth eighths "
    "ninth ninths tenth tenths hundredth hundredths thousandth thousandths millionth "
    "millionths billionth billionths quarter quarters double triple twice times time fold "
    "folds increase increases decrease decreases rise fall percent percentage percentages "
    "cent cents pct pc pp pps ppt ppts bp bps point points share shares year years yr yrs "
    "month months mo mos mth mths week weeks wk wks day days hour hours hr hrs minute minutes "
    "min mins second seconds sec secs night nights fortnight fortnights semester semesters "
    "trimester decade decades century centuries am pm bc ad ce bce o'clock annual annually "
    "yearly monthly weekly daily hourly nightly quarterly fortnightly biweekly bimonthly "
    "biannual biennial semiannual january february march april june july august september "
    "october november december monday tuesday wednesday thursday friday saturday sunday today "
    "tomorrow yesterday crown crowns buck bucks quid pence penny pennies grand centavo "
    "centavos centime centimes guilder guilders sterling fcfa cfa dlr dlrs".split()
)
"""Words that belong to no thing counted, wherever they stand."""


def thing(words: list[str], *, one: bool = False, heading: bool = False) -> str | None:
    """The unit that the words after a number name; None where they name none surely.

    The last word, or the one before a single "of", must be a plural, so that no stray word slips
    in; "MW" and the like stand as they are. After ``one`` a word alone is the unit itself. In a
    ``heading`` plain words have capitals.

    >>> thing(["H-2B", "visas"]), thing(["ports", "of", "entry"]), thing(["visit"], one=True)
    ('H-2B visa', 'port of entry', 'visit')
    >>> thing(["visas", "zorble"]), thing(["years"])
    (None, None)
    """
    plain = [word.casefold() for word in words]
    if not 1 <= len(words) <= 6 or not all(_is_word(word) for word in words):
        return None
    head = len(words) - 1
    if "of" in plain[1:-1]:
        head = plain.index("of") - 1
        if head != len(words) - 3:
            return None
    checked = [word for at, word in enumerate(plain) if at != head + 1]
    parts = {part for word in checked for part in (word, *word.split("-"))}
    if parts & STOPS or "of" in parts or (len(words) > 1 and plain[0] in _SIZES):
        return None
    before = [word.casefold() for word in words[:head] if not _short_acronym(word)]
    if any(singular(word) and word not in _MODIFIERS for word in before):
        return None
    if one:
        alone = len(words) == 1 and (words[0].islower() or _stands_alone(words[0]))
        return words[0] if alone and len(words[0]) > 1 and singular(words[0]) is None else None
    made = singular(words[head])
    if made is None:
        return words[0] if len(words) == 1 and _stands_alone(words[0]) else None
    if not heading and _a_name(words, head):
        return None
    return " ".join([*words[:head], made, *words[head + 1 :]])


_SIZES = frozenset(
    "cm m km kg g mg ml cl l ft foot feet in inch inches lb oz hp kw mw gw kwh mwh gwh t ton tonne "
    "metre meter mile acre hectare litre liter gallon volt watt star bed bedroom room person man "
    "lane wheel mph kmh degree strike state way storey story seat seater page member party "
    "class grade pound kilo".split()
)
"""Words that say how large a thing is, not how many: "5 mm bolts", "five star hotels"."""

_MEASURES = frozenset("km kg ha kW MW GW TW kWh MWh GWh TWh km2 m2 m3 km² m² m³".split())


def _stands_alone(word: str) -> bool:
    """Whether a word is a unit as it is, such as "MW": no plain word, no name."""
    return word in _MEASURES or word.casefold() in _ALIKE


def _a_name(words: list[str], head: int) -> bool:
    """Whether capitals leave open if a last "s" is an ending: "HIMARS", "31 Abrams".

    A heading has a capital on each of its words: "Modernization Projects".
    """
    noun = words[head]
    if re.fullmatch("[A-Z][A-Z0-9-]*[A-Z0-9]s", noun):
        return len(noun) == 4 and noun.isalpha()  # three capitals are a currency's code
    heading = len(words) > 1 and all(word[0].isupper() for word in words if len(word) > 2)
    return noun[0].isupper() and (noun[-1].isupper() or not heading)


def _short_acronym(word: str) -> bool:
    """Whether a word is an acronym before a noun, whose "S" is no ending: "GPS trackers"."""
    return word.isupper() and len(word) <= 4


def _is_word(word: str) -> bool:
    """Whether a word is written in letters of one script, so that no look-alike slips in."""
    if not _WORD.fullmatch(word) or not word[0].isalpha():
        return False
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in word if letter.isalpha()}
    return len(scripts) == 1 and unicodedata.normalize("NFKC", word) == word


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

"""What stands around an amount in a text and makes it another: a fraction, a rate, a denial.

"A quarter of a billion", "every year £500m", "£3,000 per pupil", "not spend more than $5 billion":
the amount alone would be read wrongly.
"""

from __future__ import annotations

import re

from pledgetrack.quantity_wording import YEAR, Reader
from pledgetrack.vocabulary import codes_of_word, fold

_GLYPHS = frozenset("½ ¼ ¾ ⅓ ⅔ ⅕ ⅖ ⅗ ⅘ ⅙ ⅚ ⅐ ⅛ ⅜ ⅝ ⅞ ⅑ ⅒".split())
_ARTICLES = frozenset("the a an el la los las les le l' un une una der die das den dem des".split())
_BETWEEN = frozenset("de d' pas jamais the".split())
_ENDS = frozenset(". ; : ! ? …".split())
_EVERY = frozenset("each every chaque cada todos todas tous toutes alle".split())
_COMPARED = re.compile(
    "(larg|great|high|bigg|small|low)er|(super|infer)(ior|ieur)(e?s?|es)|mayor(es)?|menor(es)?|"
    "hoher|grosser|kleiner|niedriger|geringer"
)
_THAN = frozenset("than a als que".split())
_ORDINALS = frozenset("tercera cuarta quinta sexta septima octava novena decima".split())
_OUT_OF = (("in",), ("out", "of"), ("of",), ("sur",), ("von",), ("de", "cada"))
_TURNS = frozenset("but pero sino mais aber sondern".split())  # what begins another thought
_BACK = 12
"""How many tokens before an amount are looked at."""

# --- fractions ------------------------------------------------------------------------------------


def fraction(reader: Reader, at: int) -> int:
    """The place behind the fraction of an amount that begins at a token, or 0.

    "A quarter of a billion dollars", "three quarters of", "¾ of", "ein Viertel einer Milliarde".
    """
    end = _fraction(reader, at)
    if not end:
        return _so_many_of(reader, at)
    linked = reader.plain(end) in reader.words.of and reader.kind(end) == "word"
    begin = end + linked
    if linked and reader.plain(begin) in _ARTICLES and not _amount(reader, begin):
        begin += 1
    if linked:
        dated = re.fullmatch(YEAR, reader.plain(begin))  # "the third quarter of 2024"
        return 0 if dated else _amount(reader, begin)
    if reader.plain(end - 1) in reader.words.halves or reader.plain(at)[-1:] in _GLYPHS:
        return 0  # "half million", "1½ million": numbers
    scaled = begin + (reader.tongue == "de" and reader.plain(begin).startswith("ein"))
    return _amount(reader, begin) if reader.plain(scaled) in reader.words.magnitudes else 0


def _so_many_of(reader: Reader, at: int) -> int:
    """The place behind "one in five schools", "9 out of 10", or 0."""
    if not _counts(reader, at) or at + 1 in reader.chains:
        return 0
    for link in _OUT_OF:
        begin = at + 1 + len(link)
        if tuple(reader.plain(n) for n in range(at + 1, begin)) == link and _counts(reader, begin):
            return _amount(reader, begin)
    return 0


def _counts(reader: Reader, at: int) -> bool:
    """Whether a token is a number that is no year."""
    digits = reader.kind(at) == "number" and not re.fullmatch(YEAR, reader.plain(at))
    return digits or (reader.kind(at) == "word" and reader.plain(at) in reader.words.numbers)


def _fraction(reader: Reader, at: int) -> int:
    """The place behind "a quarter", "three quarters", "one-quarter", "¾", or 0."""
    words = reader.words
    if reader.plain(at)[-1:] in _GLYPHS:
        return at + 1
    counted = reader.kind(at) == "number" or reader.plain(at) in words.numbers
    begin = at + (counted or reader.plain(at) in _ARTICLES)
    if reader.kind(begin) != "word":
        return 0
    if reader.plain(begin) in _ORDINALS and reader.plain(begin + 1) == "parte":
        return begin + 2
    return begin + 1 if reader.plain(begin).rpartition("-")[2] in words.fractions else 0


def _amount(reader: Reader, at: int) -> int:
    """The place behind what looks like an amount, or 0; whether it is read matters not."""
    end, plain = at, reader.plain(at)
    scaled = reader.plain(at + 1) in reader.words.magnitudes
    if not (
        reader.kind(at) in ("number", "sign", "code")
        or plain in reader.words.magnitudes
        or plain in reader.words.numbers
        or (plain in ("a", "an") and scaled)
        or reader.money(at)
    ):
        return 0
    while end < len(reader.tokens) and end < at + _BACK:
        if money := reader.money(end):
            end = money[1]
        elif end in reader.chains:
            end = reader.chains[end][1]
        elif (
            reader.kind(end) == "number"
            or (end == at and plain in ("a", "an"))
            or (end > at and reader.plain(end) in reader.words.short)
            or (reader.plain(end) in reader.words.linking and reader.money(end + 1))
        ):
            end += 1
        else:
            break
    return max(reader.thing_end(end), end)


# --- denials --------------------------------------------------------------------------------------


def denied(reader: Reader, at: int, end: int) -> tuple[int, int] | None:
    """Where a bound or an amount is denied, or exceeded; None where it is not.

    "We will not spend more than $5 billion" states a ceiling, "cannot exceed $5 billion" too.
    """
    words = reader.words
    behind = [reader.plain(n) for n in range(end, end + 5)]
    exceeding = re.compile(words.exceeding)
    passive = ("exceeded", "surpassed", "depasse", "depassee", "depasses", "superado", "superados")
    for far, word in enumerate(behind):
        if word in _ENDS:
            break
        verb = exceeding.fullmatch(word) and (far == 0 or (far < 3 and reader.tongue == "de"))
        if verb or word in passive:
            return at, end + far + 1
    before = at - 1
    while before > at - 4 and reader.plain(before) in _ARTICLES | _BETWEEN:
        before -= 1
    compared = before - (reader.plain(before) in _THAN)
    if _COMPARED.fullmatch(reader.plain(compared)):
        denier = _denier(reader, compared)
        return compared if denier is None else denier, end
    over = before >= 0 and exceeding.fullmatch(reader.plain(before)) is not None
    if over and not (reader.tongue == "en" and reader.plain(before) == "top"):
        denier = _denier(reader, before)
        return before if denier is None else denier, end
    long = reader.phrase(at, words.bounds.__contains__, 4)
    row = {reader.plain(n) for n in range(at, at + long)}
    if row & words.comparing and not row & words.denying:
        denier = _denier(reader, at)
        return None if denier is None else (denier, end)
    return None


def _denier(reader: Reader, at: int) -> int | None:
    """The nearest word before a token, in its sentence, that denies what follows."""
    words = reader.words
    for place in range(at - 1, max(at - 1 - _BACK, -1), -1):
        plain = reader.plain(place)
        if plain in _ENDS or plain in _TURNS:
            return None
        if plain in words.denying or plain.endswith("n't") or plain.startswith("n'"):
            follows = reader.plain(place + 1)
            idiom = follows in words.idioms and place + 1 < at
            if not idiom and follows != ",":
                return place
    return None


# --- rates ----------------------------------------------------------------------------------------


def rate_before(reader: Reader, at: int) -> int | None:
    """The token from which an amount is a rate by what stands before it; None where it is none."""
    words = reader.words
    last = at - 1 - (reader.plain(at - 1) == ",")
    plain = reader.plain(last)
    if last < 0:
        return None
    told = _periodic(reader, last) or plain in words.each or _again(reader, last)
    if told and not _ends_amount(reader, last - 1):
        return last
    if plain in words.joining:
        return None  # "€5m every year and €20m in all"
    for place in range(last - 1, max(last - _BACK, -1), -1):
        here = reader.plain(place)
        if here in _ENDS or reader.kind(place) in ("sign", "code"):
            break
        strong = here in _EVERY or here.startswith("jede")
        behind = (place + 1, place + 2) if strong else (last,) * (place == last - 1)
        timed = any(_is_time(reader, n) for n in behind if n <= last)
        if here in words.before_time and timed and not _ends_amount(reader, place - 1):
            return place
    return _called(reader, last)


def _ends_amount(reader: Reader, at: int) -> bool:
    """Whether an amount may end with a token, so that the words behind it are its own."""
    if at < 0:
        return False
    words, plain = reader.words, reader.plain(at)
    return (
        reader.kind(at) in ("number", "sign", "code")
        or plain in words.magnitudes
        or plain in words.short
        or (plain,) in reader.names
        or bool(codes_of_word(reader.tokens[at].text))
    )


def _called(reader: Reader, last: int) -> int | None:
    """Whether a rate has a name: "an annual budget of", "un presupuesto anual de"."""
    if reader.plain(last) not in reader.words.measured:
        return None
    for place in range(last - 1, max(last - 5, -1), -1):
        if reader.plain(place) in _ENDS:
            return None
        if _periodic(reader, place):
            return place
    return None


def _periodic(reader: Reader, at: int) -> bool:
    """Whether a word is "annual", "monthly", "jährlicher"."""
    plain = reader.plain(at)
    if reader.kind(at) != "word" or plain in ("pa", "p/a"):
        return False
    german = reader.tongue == "de" and re.fullmatch(
        "(jahr|monat|tag|woch(ent)?|stund|viertel?jahr|halbjahr)lich(e[rsmn]?)?", plain
    )
    return plain in reader.words.rates or bool(german)


def _again(reader: Reader, at: int) -> bool:
    """Whether a word says how many times: "zweimal"."""
    times = reader.plain(at).removesuffix("mal")
    return reader.tongue == "de" and times != reader.plain(at) and (
        reader.words.numbers.get(times, 0) > 1 or times in ("mehr", "viel", "jedes")
    )  # fmt: skip


def _is_time(reader: Reader, at: int) -> bool:
    plain = reader.plain(at)
    times = reader.words.times
    return any(plain.removesuffix(end) in times for end in ("", "s", "e", "n", "en"))


def rate_behind(reader: Reader, at: int) -> int:
    """The place behind the words that make a rate of the amount before them, or 0."""
    words = reader.words
    plain = reader.plain(at)
    if plain in ("for", "to", "a", "para", "pour", "fur") and (
        reader.plain(at + 1) in ("each", "every", "cada", "chaque")
        or reader.plain(at + 1).startswith("jede")
    ):
        return min(at + 3, len(reader.tokens))
    if plain in words.each:
        noun = plain in words.per_thing and reader.kind(at + 1) == "word" and _noun(reader, at + 1)
        return at + 1 + bool(noun) if noun or plain != "je" else 0
    if plain not in words.per_thing or reader.kind(at + 1) != "word":
        return 0
    return at + 2 if _noun(reader, at + 1) else 0


def _noun(reader: Reader, at: int) -> bool:
    """Whether a word may be the noun that an amount is shared out to."""
    token, tongue = reader.tokens[at], reader.tongue
    if token.plain in reader.words.no_thing:
        return False
    if tongue == "de":
        return token.text[0].isupper()
    if tongue == "en":
        return True
    if _is_time(reader, at) or fold(token.text) in ("capita", "cabeza", "tete"):
        return True
    # "500 millones por España", "por daños", "por construir" say who or what for.
    verb = tongue == "es" and re.search("(ar|er|ir)$", token.plain) is not None
    return token.text[0].islower() and not token.plain.endswith("s") and not verb

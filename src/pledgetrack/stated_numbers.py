"""The tokens of a stated amount, and the numbers that digits with separators state."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pledgetrack.errors import WordingError
from pledgetrack.render import clip
from pledgetrack.vocabulary import SIGNS, WORDS_TOO, codes_of_word, fold, separators

_SPACE = "[ \u00a0\u2009\u202f]"
_FRACTIONS = {
    "½": "0.5", "¼": "0.25", "¾": "0.75", "⅕": "0.2", "⅖": "0.4", "⅗": "0.6", "⅘": "0.8",
    "⅛": "0.125", "⅜": "0.375", "⅝": "0.625", "⅞": "0.875", "⅒": "0.1",
}  # fmt: skip
_GLYPHS = "".join(_FRACTIONS) + "⅓⅔⅙⅚⅐⅑"
_SIGN = "|".join(
    (r"(?<![^\W\d_])" if sign[0].isalpha() else "") + re.escape(sign)
    for sign in sorted((*SIGNS, "$"), key=len, reverse=True)
)
_PIECES = rf"""(?P<sign>{_SIGN})
    |(?P<number>[0-9]+{_SPACE}?[{_GLYPHS}]
               |[0-9]{{1,3}}(?:{_SPACE}[0-9]{{3}})+(?![0-9])(?:[.,][0-9]+)?
               |[0-9]+(?:[.,'’][0-9]+)*)
    |(?P<code>[A-Za-z]{{3}}(?=[0-9]))
    |(?P<short>(?<=[0-9])(?:k|m|b|mn|bn|tn|mln|mio|mrd)(?=[-–—/]))
    |(?P<word>[^\W\d_](?:\w|[-'’.&](?=\w))*)
    |(?P<mark>\S)"""
_QUOTED = r"""(?P<quoted>"(?:[^"]|""){1,400}")"""
_TOKEN = re.compile(f"{_QUOTED}|{_PIECES}", re.VERBOSE | re.IGNORECASE)
# In running text quotes stand around anything; behind a number they hold a unit.
_RUNNING = re.compile(f"(?<=[0-9][ ]){_QUOTED}|{_PIECES}", re.VERBOSE | re.IGNORECASE)
_ABBREVIATIONS = frozenset({"approx", "ca", "mia", "mio", "mrd", "tsd", "bio", "rs", "eeuu"})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a phrase, the form in which it is compared, and where it stands."""

    kind: str
    text: str
    plain: str
    start: int
    end: int


def tokens_of(text: str, tongue: str, *, running: bool = False) -> list[Token]:
    """The tokens of a text.

    >>> [token.plain for token in tokens_of("over US$3.4bn", "en")]
    ['over', 'us$', '3.4', 'bn']
    """
    found: list[Token] = []
    for match in (_RUNNING if running else _TOKEN).finditer(text):
        kind, said, start = str(match.lastgroup), match.group(), match.start()
        if kind == "code":
            # "USD60m" is money and a number, "COP26" a name.
            kind = "code" if codes_of_word(said) and said.upper() not in WORDS_TOO else "word"
        kind = "word" if kind == "short" else kind
        if kind == "word" and not said[0].isalpha():
            kind = "mark"  # "²" and the like
        if kind == "mark" and said == "." and found and _abbreviated(found[-1], start):
            continue
        if kind == "word":
            found.extend(_parts(said, start, tongue))
        else:
            plain = said if kind in ("number", "mark") else fold(said)
            found.append(Token(kind, said, plain, start, match.end()))
    return found


def _abbreviated(before: Token, at: int) -> bool:
    short = before.plain in _ABBREVIATIONS or "." in before.text
    return before.kind == "word" and before.end == at and short


def _parts(said: str, start: int, tongue: str) -> Iterator[Token]:
    """A word, in French apart from what is written to it: "d'euros", "demi-million"."""
    elided = re.match(r"[dl]['’]|demi-", said, re.IGNORECASE) if tongue == "fr" else None
    if elided:
        cut = elided.end()
        plain = fold(said[:cut]).rstrip("-")
        yield Token("word", said[:cut], plain, start, start + cut)
        said, start = said[cut:], start + cut
    yield Token("word", said, fold(said), start, start + len(said))


# --- numbers --------------------------------------------------------------------------------------


_INDIAN = r"[0-9]{1,2}(,[0-9]{2})+,[0-9]{3}"


def number_of(text: str, locale: str) -> Decimal:
    """The number that digits with separators state in a locale; two readings are refused.

    >>> number_of("1.5", "en"), number_of("1.000.000", "en"), number_of("1.000", "de")
    (Decimal('1.5'), Decimal('1000000'), Decimal('1000'))
    >>> number_of("1.000", "en")
    Traceback (most recent call last):
    pledgetrack.errors.WordingError: '1.000' may be 1 or 1,000; write 1 or 1,000
    """
    if len(text) > 60:
        raise _no_number(text)
    if text[-1:] in _GLYPHS:
        return _with_part(text)
    plain = re.sub(_SPACE, " ", text).replace("’", "'")
    decimal, group = separators(locale)
    digits = re.sub("[^0-9]", "", plain)
    if len(digits) > 1 and digits[0] == "0" and not re.fullmatch(r"0[.,][0-9]+", plain):
        raise _no_number(text)
    signs = sorted(set(plain) - set("0123456789"), key=plain.index)
    if not signs:
        return Decimal(digits)
    last = signs[-1]
    whole, _, rest = plain.rpartition(last)
    if len(signs) == 2:
        grouped = _grouped(whole, signs[0]) or (signs[0] == "," and re.fullmatch(_INDIAN, whole))
        ends_well = grouped and last in ".," and rest.isdigit()
        if not ends_well or last == " ":
            raise _no_number(text)
        if signs[0] in " '" and last != decimal and len(rest) == 3:
            raise _no_number(text)
        return Decimal(f"{_digits(whole)}.{rest}")
    if len(signs) > 2:
        raise _no_number(text)
    if plain.count(last) > 1 or last in " '":
        indian = last == "," and re.fullmatch(_INDIAN, plain)
        if _grouped(plain, last) or indian:
            return Decimal(digits)
        raise _no_number(text)
    as_decimal = Decimal(f"{whole}.{rest}")
    thousands = _grouped(plain, last) and whole != "0"
    if thousands and last == group:
        return Decimal(digits)
    if last == decimal and not thousands:
        return as_decimal
    readings = [as_decimal, Decimal(digits)] if thousands else [as_decimal]
    raise _two_numbers(text, readings, locale)


def _with_part(text: str) -> Decimal:
    """The number that "1½" is; a third has no end."""
    part = _FRACTIONS.get(text[-1])
    whole = text[:-1].strip(" \u00a0\u2009\u202f")
    if part is None or whole[:1] in ("", "0"):
        raise _no_number(text)
    return Decimal(whole) + Decimal(part)


def _grouped(text: str, sign: str) -> bool:
    return re.fullmatch(rf"[0-9]{{1,3}}({re.escape(sign)}[0-9]{{3}})+", text) is not None


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


def _no_number(text: str) -> WordingError:
    return WordingError(
        f"{clip(text, 40)!r} is no number that can be read; write digits, with commas between "
        "thousands",
        text=text,
        kind="ambiguous",
    )


def _two_numbers(text: str, readings: Sequence[Decimal], locale: str) -> WordingError:
    choices = tuple(written(number, locale) for number in readings)
    said = " or ".join(choices)
    hint = f"write {said}" if len(choices) > 1 else f"write {said}, or pass the locale of the text"
    what = f"may be {said}" if len(choices) > 1 else f"is written in another way than in {locale!r}"
    return WordingError(f"{text!r} {what}; {hint}", text=text, kind="ambiguous", choices=choices)


def written(number: Decimal, locale: str) -> str:
    """A number as people write it in a locale, so that it is read there as itself.

    >>> written(Decimal("1.5"), "es"), written(Decimal(1500), "es"), written(Decimal(1500), "en")
    ('1,5', '1.500', '1,500')
    """
    decimal, group = separators(locale)
    whole, _, rest = f"{number:,f}".partition(".")
    rest = rest.rstrip("0")
    if len(rest) == 3 and len(whole) < 4 and whole != "0":
        rest += "0"  # "1,2340" cannot be taken for thousands
    spaced = " " if group.isspace() else group
    return whole.replace(",", spaced) + (decimal + rest if rest else "")


def groups_of(text: str) -> int:
    """How many groups of thousands a number is written with.

    >>> groups_of("25,000"), groups_of("25.5"), groups_of("3.000.000")
    (1, 0, 2)
    """
    found = re.match(r"[0-9]{1,3}((?:[^0-9][0-9]{3})+)(?![0-9])", text)
    return len(found.group(1)) // 4 if found else 0

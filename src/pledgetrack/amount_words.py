"""Amounts and shares as people say them: "$1.5 billion", "22,500 H-2B visas", "under 1%".

Rounding never turns an amount into another claim: below a million nothing is rounded, "at least"
rounds down and "up to" rounds up, no amount is rounded into the next magnitude, and no share that
is less than the whole reads as the whole. Number formats and magnitudes are those of the CLDR.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from pledgetrack import nouns
from pledgetrack.quantity import EXACT, tidy
from pledgetrack.units import ACTION, currency_name, format_number, is_currency, minor_digits
from pledgetrack.vocabulary import language, vocabulary

DIGITS = 3
"""How many digits an amount of a million or more is said with, unless more are needed."""

_LEAST = 6  # the power of ten from which amounts are said in words
_MOST = 14  # the largest that the CLDR has words for: "000 trillion"
_GAP = " "
_MINUS = "\N{MINUS SIGN}"
_ROUNDING = {"at least": decimal.ROUND_FLOOR, "up to": decimal.ROUND_CEILING}


def said(
    number: Decimal,
    unit: str,
    *,
    locale: str = "en",
    bound: str = "exact",
    rounded: str | None = None,
    digits: int = DIGITS,
) -> str:
    """An amount as people say it; an amount of a million or more with so many digits.

    It is rounded as its bound asks, or as ``rounded`` does: the low end of a range "at least".

    >>> said(Decimal("1500000000"), "USD"), said(Decimal("1500000000"), "USD", locale="de")
    ('$1.5 billion', '1,5 Milliarden $')
    >>> said(Decimal(22500), "H-2B visa"), said(Decimal("0.5"), "EUR")
    ('22,500 H-2B visas', '€0.50')
    >>> said(Decimal(2_996_000), "USD", bound="at least"), said(Decimal(999_900_000), "USD")
    ('at least $2.99 million', '$999.9 million')
    """
    text = number_said(number, unit, locale=locale, bound=rounded or bound, digits=digits)
    if is_currency(unit):
        text = _with_symbol(text, unit, locale)
    elif unit != ACTION:
        text = f"{text} {things(unit, locale, one=number == 1)}"
    return _bounded(text.replace("-", _MINUS, 1) if number < 0 else text, bound, locale)


def number_said(
    number: Decimal, unit: str, *, locale: str = "en", bound: str = "exact", digits: int = DIGITS
) -> str:
    """The number of an amount as people say it, without its unit.

    >>> number_said(Decimal("354993160.05"), "USD", digits=4), number_said(Decimal(7), "visit")
    ('355 million', '7')
    """
    number = tidy(number)
    size = number.copy_abs()
    if not size or size.adjusted() < _LEAST:
        return _in_full(number, unit, locale)
    power, pattern = _magnitude(min(size.adjusted(), _MOST), locale, None)
    scaled = number.scaleb(-power, EXACT)
    rounded = scaled
    for kept in range(max(digits, 1), EXACT.prec):
        rounded = _rounded(scaled, kept, _ROUNDING.get(bound, decimal.ROUND_HALF_EVEN))
        if rounded.adjusted() == scaled.adjusted():
            break
    shown = _formatted(tidy(rounded), locale)
    _, pattern = _magnitude(min(size.adjusted(), _MOST), locale, tidy(rounded.copy_abs()))
    return pattern.replace("0", shown).replace("\N{NO-BREAK SPACE}", _GAP)


def short(
    number: Decimal,
    unit: str,
    *,
    locale: str = "en",
    bound: str = "exact",
    rounded: str | None = None,
    digits: int = DIGITS,
) -> str:
    """An amount where its unit is told beside it: money with its sign, of things the number.

    >>> short(Decimal(22500), "H-2B visa", bound="up to"), short(Decimal(1_500_000_000), "USD")
    ('up to 22,500', '$1.5 billion')
    """
    if is_currency(unit):
        return said(number, unit, locale=locale, bound=bound, rounded=rounded, digits=digits)
    text = number_said(number, unit, locale=locale, bound=rounded or bound, digits=digits)
    return _bounded(text.replace("-", _MINUS, 1), bound, locale)


def _rounded(number: Decimal, digits: int, rounding: str) -> Decimal:
    """Rounded to so many digits, but never before the decimal point."""
    places = max(digits - 1 - number.adjusted(), 0)
    context = decimal.Context(prec=EXACT.prec, rounding=rounding)
    return number.quantize(Decimal(1).scaleb(-places), context=context)


def _in_full(number: Decimal, unit: str, locale: str) -> str:
    """Every digit; of money either none or all minor digits."""
    places = -int(number.as_tuple().exponent)
    zeros = minor_digits(unit) - places if places > 0 and is_currency(unit) else 0
    return _formatted(number, locale) + "0" * zeros


def _formatted(number: Decimal, locale: str) -> str:
    return format_number(number, locale.replace("-", "_"))


@lru_cache(maxsize=256)
def _magnitude(adjusted: int, locale: str, number: Decimal | None) -> tuple[int, str]:
    """The power of ten that a magnitude stands for, and its words around one "0"."""
    from babel import Locale

    known = Locale.parse(locale.replace("-", "_"))
    patterns = known.compact_decimal_formats["long"]
    form = "other" if number is None else known.plural_form(number)
    pattern = (patterns.get(form) or patterns["other"])[str(10**adjusted)].pattern
    zeros = pattern.count("0")
    return adjusted - zeros + 1, pattern.replace("0" * zeros, "0")


def _with_symbol(text: str, unit: str, locale: str) -> str:
    """The number with the sign of its currency, on the side where the language has it."""
    from babel import Locale
    from babel.numbers import get_currency_symbol

    where = locale.replace("-", "_")
    symbol = get_currency_symbol(unit, where)
    pattern = Locale.parse(where).currency_formats["standard"].pattern
    if not pattern.startswith("¤"):
        return f"{text}{_GAP}{symbol}"
    gap = _GAP if symbol[-1].isalpha() or pattern[1:2].isspace() else ""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    return f"{sign}{symbol}{gap}{digits}"


def _bounded(text: str, bound: str, locale: str) -> str:
    return text if bound == "exact" else f"{vocabulary(locale).said[bound]} {text}"


def things(unit: str, locale: str = "en", *, one: bool = False) -> str:
    """A thing counted as it stands after a number; in other languages than English as recorded.

    >>> things("H-2B visa"), things("guidance document", one=True), things("visita", "es")
    ('H-2B visas', 'guidance document', 'visita')
    """
    if one or language(locale) != "en":
        return unit
    made = nouns.counted(unit, one=False)
    return unit if made == nouns.quoted(unit) else made


def unit_title(unit: str, locale: str = "en") -> str:
    """A unit as the heading of its amounts.

    >>> unit_title("MXN", "de"), unit_title("H-2B visa")
    ('Mexikanischer Peso (MXN)', 'H-2B visas')
    """
    if not is_currency(unit):
        return things(unit, locale)
    return f"{currency_name(unit, locale.replace('-', '_'))} ({unit})"


def exactly(number: Decimal, unit: str, *, locale: str = "en", bound: str = "exact") -> str:
    """An amount with all of its digits, and the code of its currency.

    >>> exactly(Decimal("354993160.05"), "USD"), exactly(Decimal(1), "visit", bound="at least")
    ('354,993,160.05 USD', 'at least 1 visit')
    """
    name = unit if is_currency(unit) else things(unit, locale, one=number == 1)
    number = tidy(number)
    text = f"{_in_full(number, unit, locale)} {name}"
    return _bounded(text.replace("-", _MINUS, 1) if number < 0 else text, bound, locale)


def count_said(count: int, locale: str = "en") -> str:
    """How many there are.

    >>> count_said(5000), count_said(5000, "de")
    ('5,000', '5.000')
    """
    return _formatted(Decimal(count), locale)


def digits_apart(numbers: Iterable[Decimal], unit: str) -> int:
    """As few digits as keep different amounts different, so that 1,999,999 is not 2 million.

    >>> digits_apart([Decimal(20_000_000), Decimal(19_999_000)], "USD")
    5
    """
    different = set(numbers)
    for digits in range(DIGITS, EXACT.prec):
        if len({number_said(number, unit, digits=digits) for number in different}) == len(
            different
        ):
            return digits
    return EXACT.prec


def is_rounded(number: Decimal, digits: int = DIGITS) -> bool:
    """Whether an amount is said with fewer digits than it has.

    >>> is_rounded(Decimal("354993160.05")), is_rounded(Decimal(354993))
    (True, False)
    """
    number = tidy(number)
    return (
        bool(number)
        and number.adjusted() >= _LEAST
        and (len(tidy(number).as_tuple().digits) - _trailing(number) > digits)
    )


def _trailing(number: Decimal) -> int:
    text = f"{number:f}"
    return 0 if "." in text else len(text) - len(text.rstrip("0"))


def share_said(share: Decimal, locale: str = "en") -> str:
    """A share in whole percents; 0% is nothing at all, and 100% all of it.

    >>> [share_said(Decimal(share)) for share in ("0", "0.004", "0.5", "0.9999", "1", "1.004")]
    ['0%', '<1%', '50%', '>99%', '100%', '>100%']
    """
    percent = share.scaleb(2, EXACT)
    sign = ""
    whole = percent.to_integral_value(decimal.ROUND_HALF_EVEN)
    if 0 < percent < 1:
        sign, whole = "<", Decimal(1)
    elif 99 < percent < 100:
        sign, whole = ">", Decimal(99)
    elif 100 < percent < 101:
        sign, whole = ">", Decimal(100)
    elif -1 < percent < 0:
        sign, whole = "<", Decimal(0)
    return sign + _percent(whole, locale)


def share_exactly(share: Decimal, locale: str = "en") -> str:
    """A share in percents with four decimals, and a sign that there are more.

    >>> share_exactly(Decimal(1) / 3), share_exactly(Decimal("0.5"))
    ('33.3333…%', '50%')
    """
    percent = tidy(share.scaleb(2, EXACT))
    cut = percent.quantize(Decimal("0.0001"), context=_DOWN)
    more = "" if cut == percent else "…"
    return _percent(tidy(cut), locale, more)


_DOWN = decimal.Context(prec=EXACT.prec, rounding=decimal.ROUND_DOWN)


def _percent(number: Decimal, locale: str, more: str = "") -> str:
    gap = "" if language(locale) == "en" else _GAP
    return f"{_formatted(number, locale)}{more}{gap}%".replace("-", _MINUS, 1)

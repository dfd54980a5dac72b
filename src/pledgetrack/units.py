"""Units: ISO 4217 currencies with their minor digits, and things counted.

Codes and minor digits come from the ISO 4217 list (package ``iso4217``); names, number formats and
withdrawn codes from the Unicode CLDR (package ``babel``), whose own digits are not ISO's.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from pledgetrack.errors import UnitError

ACTION = "action"
"""The unit of a commitment that states no amount."""

# The list of historic denominations of ISO 4217 ("list three") has these; the CLDR does not.
_WITHDRAWN_NOT_IN_CLDR = {
    "ARY": "Argentine Peso",
    "AYM": "Azerbaijan Manat",
    "BGJ": "Bulgarian Lev A/52",
    "BGK": "Bulgarian Lev A/62",
    "CHC": "WIR Franc (for electronic)",
    "CSJ": "Czechoslovak Krona A/53",
    "GHP": "Ghana Cedi",
    "GNE": "Guinean Syli",
    "LAJ": "Pathet Lao Kip",
    "LSM": "Lesotho Loti",
    "MVQ": "Maldive Rupee",
    "PEH": "Peruvian Sol",
    "ROK": "Romanian Leu A/52",
    "UGW": "Ugandan Old Shilling",
    "UYN": "Old Uruguay Peso",
    "VNC": "Vietnamese Old Dong",
    "ZWC": "Rhodesian Dollar",
    "ZWN": "Zimbabwe Dollar (new)",
}
# Codes that stand for no currency: "no currency involved", "for testing".
_NO_CURRENCY = frozenset({"XXX", "XTS"})
_CODE = re.compile(r"[A-Z]{3}")
_MAGNITUDES = {
    "half", "a", "hundred", "hundreds", "thousand", "thousands", "million", "millions", "billion",
    "billions", "trillion", "trillions", "k", "m", "mn", "bn", "tn", "mio", "mrd",
}  # fmt: skip
_MAGNITUDE_FIRST = re.compile(r"(hundreds?|thousands?|millions?|billions?|trillions?|mn|bn|tn)\b")
_SHARE = re.compile(
    r"(percent|per cent|percentage points?|\bpct\b|basis points?|%|‰)", re.IGNORECASE
)
_SYMBOLS = {"$": ("USD", "CAD", "AUD", "MXN"), "US$": ("USD",), "C$": ("CAD",), "¥": ("JPY", "CNY")}


@lru_cache(maxsize=1)
def _minor_digits_by_code() -> dict[str, int | None]:
    from iso4217 import Currency

    return {currency.code: currency.exponent for currency in Currency}


@lru_cache(maxsize=1)
def currency_codes() -> frozenset[str]:
    """Every currency code there is or was.

    >>> {"USD", "DEM", "XDR"} <= currency_codes(), "XXX" in currency_codes()
    (True, False)
    """
    from babel.numbers import list_currencies

    codes = {*_minor_digits_by_code(), *list_currencies(), *_WITHDRAWN_NOT_IN_CLDR}
    return frozenset(codes - _NO_CURRENCY)


def is_currency(unit: str) -> bool:
    """Whether ``unit`` is an ISO 4217 code, current or withdrawn.

    >>> is_currency("MXN"), is_currency("DEM"), is_currency("H-2B visa")
    (True, True, False)
    """
    # The current codes answer first, so that a common ledger never loads the CLDR.
    return _CODE.fullmatch(unit) is not None and (
        (unit in _minor_digits_by_code() and unit not in _NO_CURRENCY) or unit in currency_codes()
    )


def is_current(code: str) -> bool:
    """Whether a currency code is on the list of current ones.

    >>> is_current("MXN"), is_current("DEM")
    (True, False)
    """
    return code in _minor_digits_by_code() and code not in _NO_CURRENCY


@lru_cache(maxsize=4096)
def minor_digits(unit: str) -> int:
    """Decimal places of the smallest part of ``unit``: 2 for USD, 0 for JPY and for things counted.

    Where ISO 4217 has no digits for a code (XDR, gold) two are taken; a withdrawn
    currency has those of the CLDR.

    >>> [minor_digits(unit) for unit in ("USD", "JPY", "KWD", "CLF", "AFN", "XDR", "H-2B visa")]
    [2, 0, 3, 4, 2, 2, 0]
    """
    if not is_currency(unit):
        return 0
    digits = _minor_digits_by_code()
    if unit in digits:
        stated = digits[unit]
        return 2 if stated is None else stated
    if unit in _WITHDRAWN_NOT_IN_CLDR:
        return 2
    from babel.numbers import get_currency_precision

    return int(get_currency_precision(unit))


def currency_name(code: str, locale: str = "en") -> str:
    """The name of a currency in a language.

    >>> currency_name("MXN"), currency_name("USD", locale="fr"), currency_name("ZWN")
    ('Mexican Peso', 'dollar des États-Unis', 'Zimbabwe Dollar (new)')
    """
    from babel.numbers import get_currency_name

    if not is_currency(code):
        raise UnitError(f"unknown currency code {code!r}", unit=code)
    name = str(get_currency_name(code, locale=locale))
    if name != code:
        return name
    from iso4217 import Currency

    return _WITHDRAWN_NOT_IN_CLDR.get(code) or str(Currency(code).currency_name)


def format_number(number: Decimal, locale: str = "en") -> str:
    """A number with the separators of a language, every digit kept.

    >>> format_number(Decimal("354993160.05")), format_number(Decimal("1234.5"), locale="de")
    ('354,993,160.05', '1.234,5')
    """
    if locale == "en":
        return f"{number:,f}"
    from babel.numbers import format_decimal

    return str(format_decimal(number, locale=locale, decimal_quantization=False))


@lru_cache(maxsize=1)
def _codes_by_symbol() -> dict[str, tuple[str, ...]]:
    from babel.numbers import get_currency_symbol

    codes = sorted(set(_minor_digits_by_code()) - _NO_CURRENCY)
    symbols = {get_currency_symbol(code, "en"): (code,) for code in codes}
    return symbols | _SYMBOLS


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, tuple[str, ...]]:
    from babel.numbers import get_currency_name

    full: dict[str, set[str]] = {}
    last: dict[str, set[str]] = {}
    for code in currency_codes():
        for count in (None, 1, 2):
            name = get_currency_name(code, count, "en").casefold().replace(".", "")
            full.setdefault(name, set()).add(code)
            word = name.split()[-1]
            # Metals, baskets and units of account have names that are other things as well, and
            # so has what was money once: an "austral", an "ecu".
            is_money = is_current(code) and not code.startswith("X")
            if is_money and word.isalpha() and word not in ("unit", "units"):
                last.setdefault(word, set()).add(code)
    # "Euro" is the euro, though there are others; "pesos" are those of many.
    return {name: tuple(sorted(codes, key=familiar)) for name, codes in (last | full).items()}


_FAMILIAR = ("USD", "EUR", "GBP", "JPY", "CAD", "AUD", "MXN", "CHF", "CNY")


def familiar(code: str) -> tuple[int, str]:
    """Sort what a reader most likely meant first."""
    return _FAMILIAR.index(code) if code in _FAMILIAR else len(_FAMILIAR), code


@lru_cache(maxsize=65536)
def check_unit(text: str) -> str:
    """The unit that ``text`` names, in its one spelling, or a refusal.

    Three capital letters must be an ISO 4217 code. Anything else with a letter is a thing counted.

    >>> check_unit("USD"), check_unit(" H-2B  visa ")
    ('USD', 'H-2B visa')
    >>> check_unit("USX")
    Traceback (most recent call last):
    pledgetrack.errors.UnitError: unknown currency code 'USX'; did you mean 'USD'? ...
    """
    unit = unicodedata.normalize("NFC", " ".join(text.split()))
    if any(unicodedata.category(character)[0] == "C" for character in unit):
        raise UnitError(f"unit {unit!r} holds an unprintable character", unit=text)
    if len(unit) > 200:
        raise UnitError(f"unit {unit[:40] + '…'!r} is longer than 200 characters", unit=text)
    if _CODE.fullmatch(unit):
        if is_currency(unit):
            return unit
        # The first two letters of a code are most often right: they name the country.
        near = tuple(
            code
            for code in sorted(_minor_digits_by_code())
            if code[:2] == unit[:2] and code not in _NO_CURRENCY
        )
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UnitError(
            f"unknown currency code {unit!r}{hint} (three capital letters are read as an "
            "ISO 4217 code; a thing counted needs another spelling)",
            unit=text,
            choices=near,
        )
    if unit.casefold() == ACTION:
        raise UnitError(
            f"unit {unit!r} is kept for commitments without an amount; leave the target out",
            unit=text,
        )
    if _SHARE.search(unit):
        raise UnitError(f"unit {unit!r} is a share, not a quantity; state the amount", unit=text)
    _refuse_money_in_words(unit)
    return unit


# Capitals of Cyrillic and Greek that no reader tells from Latin ones.
_LOOKALIKES = str.maketrans("АВЕЅІЈКМНОРСТУХԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYXQWABEZHIKMNOPTYX")


def _refuse_money_in_words(unit: str) -> None:
    """A currency is written as its code, and a magnitude belongs to the number."""
    if any(unicodedata.category(character) == "Sc" for character in unit):
        raise _use_code(unit, _codes_by_symbol().get(unit, ()))
    if not any(character.isalpha() for character in unit):
        raise UnitError(
            f"unit {unit!r} has no letter; give an ISO 4217 code or a thing counted", unit=unit
        )
    # Two rows of a table would look the same, and add up to half of what they show.
    alike = unicodedata.normalize("NFKC", unit).upper().translate(_LOOKALIKES)
    if is_currency(alike):
        raise _use_code(unit, (alike,))
    plain = unit.casefold().replace(".", "")
    if plain in _codes_by_name():
        raise _use_code(unit, _codes_by_name()[plain])
    if _MAGNITUDE_FIRST.match(unit.casefold()):
        raise UnitError(
            f"unit {unit!r} begins with a magnitude; write the number out in full", unit=unit
        )
    if re.match(r"[\d.,]+\s", unit):
        raise UnitError(
            f"unit {unit!r} begins with a number; put it into the number of the quantity", unit=unit
        )
    words = [word.strip(".:;()") for word in re.split(r"[\s,]+", unit)]
    rest = " ".join(word for word in words if not _is_magnitude(word))
    if not rest or is_currency(rest.upper()) or rest.casefold() in _codes_by_name():
        raise UnitError(
            f"unit {unit!r} holds more than a unit; write the number out in full and the ISO 4217 "
            "code alone",
            unit=unit,
        )


def _is_magnitude(word: str) -> bool:
    return word.casefold() in _MAGNITUDES or word.replace(".", "").isdecimal() or not word


def _use_code(unit: str, codes: tuple[str, ...]) -> UnitError:
    shown = ", ".join(codes[:5]) + (", …" if len(codes) > 5 else "")
    hint = f" ({shown})" if codes else ""
    return UnitError(
        f"unit {unit!r} is a currency; write its ISO 4217 code{hint}, "
        "or a thing counted in other words",
        unit=unit,
        choices=codes,
    )

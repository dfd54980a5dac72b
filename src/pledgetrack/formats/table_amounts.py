"""The amounts of money that cells state, as people type them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from pledgetrack.errors import TableError, UnitError
from pledgetrack.formats.grids import Formula, Priced
from pledgetrack.formats.table_cells import ONE_MARK, CellError, decided, refusal, text_of
from pledgetrack.units import is_currency
from pledgetrack.vocabulary import SIGNS, codes_of_dollar, codes_of_word, fold, money_names

DecimalSign = Literal[".", ","]


class Amount(NamedTuple):
    """A number, and the currency written beside it, where there is one."""

    number: Decimal
    currency: str


_COMMON = {
    ".": re.compile(r"-?(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?"),
    ",": re.compile(r"-?(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,[0-9]+)?"),
}
_NUMBERS: dict[str, re.Pattern[str]] = {
    sign: re.compile(
        rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?P<group>[{group} '’])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*"
        rf"|[1-9][0-9]?(?:{group}[0-9]{{2}})+{group}[0-9]{{3}})?"
        rf"(?:[{sign}][0-9]*)?(?:[eE][+-]?[0-9]{{1,2}})?"
    )
    for sign, group in ((".", ","), (",", r"\."))
}
_SIGNED = re.compile(
    r"(?P<before>(?:[^0-9.,]|(?<=[A-Za-z])\.)*)"  # "Rs. 500"
    r"(?P<core>[0-9.,][0-9.,'’ ]*(?:[eE][+-]?[0-9]{1,2})?)"
    r"(?P<after>(?:[^0-9.,]|(?<=[A-Za-z])\.)*)"
)
_MINUS = re.compile(r"[-−–]")
_MOST_DIGITS = 80
_MAGNITUDES = frozenset("k m b t mn mln mio bn mrd tn thousand million billion trillion".split())
_SHARE = re.compile(r"%|‰|\bper ?cent\b|\bpct\b", re.IGNORECASE)


def amount_in(cell: Any, decimal: DecimalSign = ".") -> Amount:
    """The amount that a cell states; ``decimal`` is the sign before its decimals.

    A minus may stand before, behind, or as parentheses around the number.

    >>> amount_in("1,200.50 (a)").number, amount_in("(1.200,5)", ",").number
    (Decimal('1200.50'), Decimal('-1200.5'))
    >>> amount_in("€ 12-")
    Amount(number=Decimal('-12'), currency='€')
    >>> amount_in("12%")
    Traceback (most recent call last):
    pledgetrack.formats.table_cells.CellError: '12%' is a share, no amount; ...
    """
    if isinstance(cell, (int, Decimal)) and not isinstance(cell, bool):
        number = Decimal(cell)
        if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
            raise refusal(str(cell), "is no amount")
        return Amount(number, cell.currency if isinstance(cell, Priced) else "")
    if isinstance(cell, Formula):
        what = "is a formula without a value; open the file in a spreadsheet program and save it"
        raise refusal(cell, what)
    if not isinstance(cell, str):
        raise refusal(text_of(cell), "is no number; name the column of the amounts")
    return _read_amount(text_of(cell), decimal)


def _read_amount(text: str, decimal: DecimalSign) -> Amount:
    # What most cells are needs no look at marks, signs and currencies.
    if len(text) < _MOST_DIGITS and _COMMON[decimal].fullmatch(text):
        plain = text.replace(",", "") if decimal == "." else text.replace(".", "").replace(",", ".")
        return Amount(Decimal(plain), "")
    return _amount_in(text, decimal)


@lru_cache(maxsize=65536)
def _amount_in(text: str, decimal: DecimalSign) -> Amount:
    if len(text) > _MOST_DIGITS:
        raise refusal(text, "is no number; write digits alone")
    if _SHARE.search(text):
        raise refusal(text, "is a share, no amount; name a column of amounts")
    if re.search(r"[0-9]\s*\+", text):
        raise refusal(text, 'is that much or more; state bound = "at least" for the column')
    bare = re.sub(r"(?<=[0-9])([.,])-{1,2}$", "", _MINUS.sub("-", text))  # "1.200,-" is 1200
    while (shorter := ONE_MARK.sub("", bare)) != bare and any(map(str.isdigit, shorter)):
        bare = shorter
    inner = re.sub(r"^([^()]*)\(([^()]*)\)([^()]*)$", r"\1\2\3", bare)
    found = _SIGNED.fullmatch(inner.strip())
    before, core, after = (found[at].strip() for at in (1, 2, 3)) if found else ("", "", "")
    beside = f"{before} {after}"
    minus = beside.count("-") + (inner != bare)
    if minus > 1 or not any(map(str.isdigit, core)) or {*beside} & {*"()"}:
        what = "is no number; write one, or leave the cell empty where none is stated"
        raise refusal(text, what)
    if not _NUMBERS[decimal].fullmatch(core):
        what = (
            f"is no number with the decimal sign {decimal!r}; correct the cell, or state decimal="
        )
        raise refusal(text, what)
    group = "," if decimal == "." else "."
    number = Decimal(re.sub(f"[{group} '’]", "", core).replace(",", "."))
    currency = re.sub("[-+]", " ", beside).strip()
    return Amount(-number if minus else number, currency)


def decimal_sign(
    column: str, cells: Iterable[tuple[int, Any]], where: str, stated: str | None = None
) -> DecimalSign:
    """The sign before the decimals in a column: stated, or the one that its cells show.

    Cells are given with the number of their row. Refuses a column whose cells can be read in two
    ways, and one whose cells show both signs.
    """
    if stated is not None:
        if stated not in (".", ","):
            raise TableError(f"decimal={stated!r} is neither '.' nor ','", choices=(".", ","))
        return "." if stated == "." else ","
    signs: tuple[DecimalSign, ...] = (".", ",")
    return decided(
        signs, cells, lambda text, sign: _read_amount(text, sign).number,
        column=column, where=where,
        shown=lambda text, sign: f"{_read_amount(text, sign).number:f} (decimal={sign!r})",
    ) or "."  # fmt: skip


# --- currencies -----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def currency_in(text: str, dollar: str | None = None) -> str:
    """The currency that a code, a name or a sign stands for.

    >>> currency_in("EUR"), currency_in("US dollars"), currency_in("€"), currency_in("$", "CAD")
    ('EUR', 'USD', 'EUR', 'CAD')
    >>> currency_in("$")
    Traceback (most recent call last):
    pledgetrack.formats.table_cells.CellError: '$' may be USD, CAD, AUD, MXN, ...; state dollar=
    """
    name = text_of(text).strip(".:()[] ")
    if is_currency(name):
        return name
    plain = fold(name)
    signs = {fold(sign): codes for sign, codes in SIGNS.items()} | {"$": codes_of_dollar()}
    codes = codes_of_word(name) or signs.get(plain) or money_names("en").get(tuple(plain.split()))
    if not codes and (found := re.fullmatch(r"(\S+) ([A-Za-z]{3})|([A-Za-z]{3}) ?(\S+)", name)):
        # "$ USD", "USD $": a code beside its own sign.
        code, sign = (found[2], found[1]) if found[2] else (found[3], found[4])
        if codes_of_word(code) and codes_of_word(code)[0] in signs.get(fold(sign), ()):
            codes = codes_of_word(code)
    if not codes:
        if _MAGNITUDES & {*plain.split()}:
            raise refusal(name, 'stands beside the number; amounts in words take read = "phrase"')
        raise refusal(name, "is no currency; write its ISO 4217 code, or map it with a lookup")
    if len(codes) == 1:
        return codes[0]
    if dollar is not None and dollar in codes:
        return dollar
    shown = ", ".join(codes[:4]) + (", ..." if len(codes) > 4 else "")
    hint = "state dollar=" if "USD" in codes else "write its ISO 4217 code, or map it with a lookup"
    raise refusal(name, f"may be {shown}; {hint}")


def currency_of(text: str, dollar: str | None = None) -> str | None:
    """The currency that a text stands for, or None."""
    try:
        return currency_in(text, dollar)
    except (CellError, UnitError):
        return None

"""Exchange: the rows of movements in another currency, rounded as running balances.

The rows of one balance are its stream. Each row becomes the rounded balance after it less the
rounded balance before it, so that what a stream adds up to is its balance rounded once, and no
dust remains.

A part is converted with its outermost whole: at the rate of the day of that, and together or not at
all. From the day of a fact for which there is no rate all of them stay as recorded; rows that count
before and after that day are closed on it and repeated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack.calendar import NOT_STATED
from pledgetrack.errors import AmountError, FrameError
from pledgetrack.movements import NUMBER
from pledgetrack.pricing import Conversion, Missing, Price, first_of
from pledgetrack.quantity import DECIMAL_PLACES, EXACT, INTEGER_DIGITS
from pledgetrack.rates import round_half_even
from pledgetrack.units import is_currency, minor_digits

NEEDED = ("commitment", "unit", "measure", "number", "on", "since", "until", "announced")
_RATE = pa.decimal128(38, 18)
_KEY = pa.dictionary(pa.int32(), pa.string())
# What tells balances apart: whose, of what, and the keys under which rows are repeated.
_OF_STREAMS = (
    "commitment", "party", "recipient", "channel", "unit", "measure", "part",
    "until", "start", "end", "horizon", "whole", "whole_announced",
)  # fmt: skip
_AMOUNTS = ("number", "low", "high")
_TOLD = ("rate", "rate_day", "rate_source", "deflator")
_SETTLING = ("event", "source", "bound", "known")
_LOW = 10**14
_DAY_ONE = dt.date(1970, 1, 1).toordinal()
_NO_DAY = -(10**7)
_NEVER = dt.date.max.toordinal() + 1


def exchange(
    table: pa.Table, conversion: Conversion, chosen: pa.Array, since: dt.date | None = None
) -> tuple[pa.Table, set[str]]:
    """A table of movements with the money of the chosen rows converted, and the units kept.

    Only for rows that count on ``since`` or later is a rate asked.
    """
    rows = _Rows(table)
    shown = np.isin(np.arange(table.num_rows), chosen.to_numpy()) & rows.is_money
    shown &= rows.until > (since.toordinal() if since else 0)
    asked = rows.is_money & np.isin(rows.family, rows.family[shown])
    money = _Money(table, conversion, np.flatnonzero(asked), rows)
    gaps = money.gaps()
    if not gaps:
        return money.table(), set()
    # From the day of the first fact without a rate a family stays as recorded.
    ends = np.array([gaps.get(family, _NEVER) for family in rows.family.tolist()])
    split = np.flatnonzero(asked & (rows.since < ends) & (ends < rows.until))
    order = np.sort(np.concatenate([np.arange(table.num_rows), split]))
    again = np.append(False, order[1:] == order[:-1])
    closed = np.append(order[1:] == order[:-1], False)
    table = table.take(pa.array(order))
    table = _with_days(table, "since", again, ends[order])
    table = _with_days(table, "until", closed, ends[order])
    kept = (again | (rows.since[order] >= ends[order])) & asked[order]
    units, names = _codes(table.column("unit"))
    money = _Money(table, conversion, np.flatnonzero(asked[order] & ~kept), _Rows(table))
    return money.table(), {names[unit] for unit in set(units[kept & shown[order]].tolist())}


class _Rows:
    """Of each row of a table: whether it holds money, when it counts, and its family.

    A family are an outermost whole and all that is a part of it, in one unit.
    """

    def __init__(self, table: pa.Table) -> None:
        units, names = _codes(table.column("unit"))
        money = np.array([is_currency(name) for name in names] + [False])
        self.is_money = table.column("number").is_valid().to_numpy() & money[units]
        roots = table.column("commitment").cast(pa.string())
        if "whole" in table.column_names:
            roots = pc.coalesce(table.column("whole").cast(pa.string()), roots)
        elif "part" in table.column_names and table.column("part").null_count < table.num_rows:
            raise FrameError(
                "these rows tell of parts, but not what they are parts of; make the frame anew "
                "with ledger.movements()",
                columns=("whole", "whole_announced"),
            )
        whose, known = _codes(roots)
        self.family = units * (len(known) + 1) + whose
        self.since, until = _ordinals(table, "since"), _ordinals(table, "until")
        self.until = np.where(until < 0, _NEVER, until)
        self.on, self.announced = _ordinals(table, "on"), _ordinals(table, "announced")
        # A part takes the day of its outermost whole, and is worth nothing of its own before that.
        self.first = self.announced
        if "whole" in table.column_names:
            is_part = table.column("whole").is_valid().to_numpy()
            outer = _ordinals(table, "whole_announced") if is_part.any() else self.announced
            self.first = np.where(is_part, outer, self.announced)


class _Money:
    """Rows of a table that hold money, balance by balance, in the order in which they count."""

    def __init__(self, table: pa.Table, conversion: Conversion, rows: Any, known: _Rows) -> None:
        self.source, self.conversion = table, conversion
        part = table.take(pa.array(rows))
        on, announced, first = known.on[rows], known.announced[rows], known.first[rows]
        if min(on.min(initial=0), announced.min(initial=0), first.min(initial=0)) < 0:
            raise FrameError(
                "a row has no day to take a rate of",
                columns=("announced", "on", "whole_announced"),
            )
        day, since = np.maximum(on, announced), known.since[rows]
        stream = np.zeros(len(rows), dtype=np.int64)
        for name in part.column_names:
            if name in _OF_STREAMS or name.startswith("tag_"):
                codes, values = _codes(part.column(name))
                stream = np.unique(stream * (len(values) + 1) + codes, return_inverse=True)[1]
        self.scale = table.schema.field("number").type.scale
        amounts = {name: self._parts(part, name) for name in _AMOUNTS if name in part.column_names}
        # What happened first comes first, whatever the order of the frame; the rest only settles
        # an order between the facts of a day.
        rest = [_codes(part.column(name))[0] for name in reversed(_SETTLING)
                if name in part.column_names]  # fmt: skip
        size = [[number % _LOW, number // _LOW] for number in amounts["number"]]
        sizes = np.array(size, dtype=np.int64).reshape(-1, 2)
        order = np.lexsort((sizes[:, 0], sizes[:, 1], *rest, day, since, stream))
        self.at = rows[order].tolist()
        self.days = list(zip(since[order].tolist(), day[order].tolist(), strict=True))
        self.family = known.family[rows][order].tolist()
        self.amounts = {
            name: [values[at] for at in order.tolist()] for name, values in amounts.items()
        }
        # Where each balance begins and ends.
        edges = np.flatnonzero(np.diff(stream[order], prepend=-1)).tolist()
        self.streams = list(pairwise([*edges, len(rows)]))
        self.names = {
            name: _values(part, name, order[edges]) for name in ("commitment", "unit", "party")
        }
        dated = first if conversion.rate_day != "event" else np.maximum(day, first)
        self.dated = dated[order].tolist()
        self.known: dict[tuple[str, int, str], Price | Missing] = {}
        self.prices = [self._prices(nth) for nth in range(len(self.streams))]

    def _parts(self, part: pa.Table, name: str) -> list[Any]:
        """Amounts as whole numbers of their smallest parts."""
        listed = part.column(name).to_pylist()
        return [None if n is None else int(EXACT.scaleb(n, self.scale)) for n in listed]

    # --- prices -----------------------------------------------------------------------------------

    def _prices(self, nth: int) -> list[Price | Missing]:
        """What one unit is worth in each row of a balance."""
        low, high = self.streams[nth]
        unit, party = self.names["unit"][nth], self.names["party"][nth] or NOT_STATED
        return [self._price(unit, day, party) for day in self.dated[low:high]]

    def _price(self, unit: str, day: int, party: str) -> Price | Missing:
        key = (unit, day, party)
        if key not in self.known:
            self.known[key] = self.conversion.price(unit, dt.date.fromordinal(day), party)
        return self.known[key]

    def gaps(self) -> dict[int, int]:
        """The families that lack a rate, each with the day from which it does.

        Where none may, that is the error.
        """
        missing = [
            (at, self.names["unit"][nth], price)
            for nth, (low, _) in enumerate(self.streams)
            for at, price in enumerate(self.prices[nth], start=low)
            if not isinstance(price, Price)
        ]
        # What stays as recorded must not look like what was converted: a sum in the target itself
        # that lacks its index would be added to those that have one.
        bare = [error for _, unit, error in missing if unit == self.conversion.into]
        if bare or (missing and not self.conversion.keeps):
            raise first_of(bare or [error for *_, error in missing])
        found: dict[int, int] = {}
        for at, *_ in missing:
            since, family = self.days[at][0], self.family[at]
            found[family] = min(since, found.get(family, since))
        return found

    # --- balances ---------------------------------------------------------------------------------

    def _converted(self, nth: int) -> tuple[dict[str, list[int | None]], list[Fraction], int]:
        """The amounts of a balance in parts of the target, what a unit is worth, and the digits."""
        low, high = self.streams[nth]
        prices = [price.factor for price in self.prices[nth] if isinstance(price, Price)]
        conversion = self.conversion
        if self.names["unit"][nth] == conversion.into and conversion.deflators is None:
            digits = self.scale
        else:
            digits = minor_digits(conversion.into)
        amounts = {name: values[low:high] for name, values in self.amounts.items()}
        if len(set(prices)) > 1:
            prices = _worth_of_days(amounts["number"], self.days[low:high], prices)
        scale = Fraction(10**digits, 10**self.scale)
        made: dict[str, list[int | None]] = {}
        for name, values in amounts.items():
            same = name != "number" and values == amounts["number"]
            made[name] = made["number"] if same else _running(values, prices, scale)
        return made, prices, digits

    def table(self) -> pa.Table:
        """The table with converted amounts, and beside them what was recorded."""
        changed = {name: self.source.column(name).to_pylist() for name in (*self.amounts, "unit")}
        told: dict[str, list[Any]] = {name: [None] * self.source.num_rows for name in _TOLD}
        into = self.conversion.into
        for nth, (low, high) in enumerate(self.streams):
            amounts, rates, digits = self._converted(nth)
            for name, parts in amounts.items():
                for at, number in zip(self.at[low:high], parts, strict=True):
                    if number is not None:
                        self._refuse_too_large(nth, number, digits)
                        changed[name][at] = EXACT.scaleb(Decimal(number), -digits)
            told_of = zip(self.at[low:high], rates, self.prices[nth], strict=True)
            for at, rate, price in told_of:
                if isinstance(price, Price):
                    changed["unit"][at] = into
                    told["rate_source"][at] = price.rate.source
                    if rate == price.factor:
                        told["rate"][at] = _shown(price.rate.value)
                        told["rate_day"][at] = price.rate.day
                        told["deflator"][at] = _shown(price.deflator)
                    else:
                        # An average is of no one day and of no one year's prices.
                        told["rate"][at] = _shown(rate)
        return _with_columns(self.source, changed, told, self.conversion)

    def _refuse_too_large(self, nth: int, number: int, digits: int) -> None:
        if abs(number) >= 10 ** (INTEGER_DIGITS + digits):
            amount = EXACT.scaleb(Decimal(number), -digits)
            raise AmountError(
                f"commitment {self.names['commitment'][nth]!r}: {amount:.6e} "
                f"{self.conversion.into} has too many digits for a movement, which holds "
                f"{INTEGER_DIGITS} before the decimal point",
                value=amount,
            )


def _running(
    values: Sequence[int | None], prices: Sequence[Fraction], scale: Fraction
) -> list[int | None]:
    """The rounded balance after each amount less the rounded balance before it.

    >>> _running([1, 1, 1], [Fraction(1, 3)] * 3, Fraction(10))       # 3.33, 6.67, 10
    [3, 4, 3]
    """
    made: list[int | None] = []
    total, before = Fraction(0), 0
    each = prices[0] * scale
    if len(set(prices)) == 1:
        # One price for all: whole numbers are enough, and a good deal faster.
        balance = 0
        for value in values:
            balance += value or 0
            after = _half_even(balance * each.numerator, each.denominator)
            made.append(None if value is None else after - before)
            before = after
        return made
    for value, price in zip(values, prices, strict=True):
        total += price * scale * (value or 0)
        after = _half_even(total.numerator, total.denominator)
        made.append(None if value is None else after - before)
        before = after
    return made


def _half_even(numerator: int, denominator: int) -> int:
    """The nearest whole number; of two as near, the even one."""
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1))


def _worth_of_days(
    numbers: Sequence[int], days: Sequence[tuple[int, int]], prices: Sequence[Fraction]
) -> list[Fraction]:
    """What one unit of each change of a balance is worth, where each day has its own price.

    What adds to the balance comes at the price of its day; what is taken off leaves at the
    average of what is there, so that a balance that is 0 is worth 0.

    >>> days = [(1, 1), (2, 2)]
    >>> _worth_of_days([100, -40], days, [Fraction(2), Fraction(3)])
    [Fraction(2, 1), Fraction(2, 1)]
    """
    made: list[Fraction] = []
    balance, value = 0, Fraction(0)
    for _, group in groupby(zip(days, numbers, prices, strict=True), key=lambda row: row[0]):
        today = list(group)
        change, price = sum(number for _, number, _ in today), today[0][2]
        each = price
        if balance * change < 0:
            # What goes beyond nothing is worth the price of the day.
            beyond = abs(change) > abs(balance)
            each = (price * (balance + change) - value) / change if beyond else value / balance
        made += [each] * len(today)
        balance, value = balance + change, value + each * change
    return made


# --- columns --------------------------------------------------------------------------------------


def _codes(column: pa.ChunkedArray) -> tuple[Any, list[Any]]:
    """A column as places in its sorted values, the last place for missing ones."""
    array = column.combine_chunks()
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    values = array.dictionary.to_pylist()
    order = sorted(range(len(values)), key=lambda at: str(values[at]))
    rank = np.empty(len(values) + 1, dtype=np.int64)
    rank[order] = np.arange(len(values))
    rank[-1] = len(values)
    codes = rank[array.indices.cast(pa.int64()).fill_null(len(values)).to_numpy()]
    return codes, [values[at] for at in order]


def _values(table: pa.Table, name: str, rows: Any) -> list[Any]:
    if name not in table.column_names:
        return [None] * len(rows)
    listed: list[Any] = table.column(name).take(pa.array(rows)).to_pylist()
    return listed


def _ordinals(table: pa.Table, name: str) -> Any:
    """Days as numbers from 1 January of the year 1; missing ones are below 0."""
    days = table.column(name).cast(pa.int32()).cast(pa.int64())
    return np.maximum(days.fill_null(_NO_DAY).to_numpy() + _DAY_ONE, -1)


def _with_days(table: pa.Table, name: str, where: Any, ordinals: Any) -> pa.Table:
    """The table with other days in some rows of a column."""
    days = pa.array((ordinals - _DAY_ONE).astype(np.int32), pa.int32(), mask=~where)
    column = pc.coalesce(days.cast(pa.date32()), table.column(name).combine_chunks())
    return table.set_column(table.column_names.index(name), name, column)


def _with_columns(
    table: pa.Table,
    changed: Mapping[str, list[Any]],
    told: Mapping[str, list[Any]],
    conversion: Conversion,
) -> pa.Table:
    added = {
        "stated_number": table.column("number"),
        "stated_unit": table.column("unit"),
        "rate": pa.array(told["rate"], _RATE),
        "rate_day": pa.array(told["rate_day"], pa.date32()),
        "rate_source": pa.array(told["rate_source"], pa.string()).cast(_KEY),
    }
    if conversion.deflators:
        added["deflator"] = pa.array(told["deflator"], _RATE)
    for name, values in changed.items():
        at = table.column_names.index(name)
        kind = pa.string() if name == "unit" else _holding(table.schema.field(name).type)
        column = pa.array(values, kind)
        table = table.set_column(at, name, column.cast(_KEY) if name == "unit" else column)
    for name, column in added.items():
        table = table.append_column(name, column)
    return table


def _holding(kind: pa.DataType) -> pa.DataType:
    """A type that holds converted amounts and those that are left as they were."""
    fits = kind.precision <= INTEGER_DIGITS + DECIMAL_PLACES and kind.scale <= DECIMAL_PLACES
    return NUMBER if fits else kind


@lru_cache(maxsize=65536)
def _shown(rate: Fraction) -> Decimal:
    """A rate as a column holds it, to 18 places."""
    made = round_half_even(rate, 18)
    if made.adjusted() >= 20 or made == 0:
        raise AmountError(
            f"a rate of {float(rate):.6e} is too large or too small for a movement, which holds "
            "20 digits before the decimal point and 18 after it",
            value=rate,
        )
    return made

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
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack.bars import watched
from pledgetrack.calendar import NOT_STATED
from pledgetrack.errors import AmountError, FrameError
from pledgetrack.movements import AMOUNTS, NUMBER, forms
from pledgetrack.pricing import Conversion, Missing, Price, first_of
from pledgetrack.quantity import DECIMAL_PLACES, EXACT, INTEGER_DIGITS
from pledgetrack.rates import round_half_even
from pledgetrack.units import is_currency, minor_digits
from pledgetrack.worth import Change, running, running_end, worth_of_days, worth_of_family

NEEDED = ("commitment", "unit", "measure", "number", "on", "since", "until", "announced")
_RATE = pa.decimal128(38, 18)
_KEY = pa.dictionary(pa.int32(), pa.string())
# What tells balances apart: whose, of what, and the keys under which rows are repeated.
_OF_STREAMS = (
    "commitment", "party", "recipient", "channel", "unit", "measure", "part",
    "until", "start", "end", "horizon", "whole", "whole_announced",
)  # fmt: skip
_PROMISED = tuple(
    form for name in ("alleged", "proposed", "pledged", "committed") for form in forms(name)
)
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
    if conversion.rate_day == "event":
        _need_kin(table, asked)
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
        on, announced = _ordinals(table, "on"), _ordinals(table, "announced")
        self.is_dated = (on >= 0) & (announced >= 0)
        # What arrived of a part arrived of its whole on the same day.
        self.day = np.maximum(on, _announced_of_parts(table, announced))
        # A part takes the day of its outermost whole, and is worth nothing of its own before that.
        self.first = announced
        if "whole" in table.column_names and table.column("whole").null_count < table.num_rows:
            is_part = table.column("whole").is_valid().to_numpy()
            self.first = np.where(is_part, _ordinals(table, "whole_announced"), announced)
            self.is_dated &= self.first >= 0


class _Money:
    """Rows of a table that hold money, balance by balance, in the order in which they count."""

    def __init__(self, table: pa.Table, conversion: Conversion, rows: Any, known: _Rows) -> None:
        self.source, self.conversion = table, conversion
        part = table.take(pa.array(rows))
        if not known.is_dated[rows].all():
            raise FrameError(
                "a row has no day to take a rate of",
                columns=("announced", "on", "whole_announced"),
            )
        day, since, first = known.day[rows], known.since[rows], known.first[rows]
        stream = np.zeros(len(rows), dtype=np.int64)
        for name in part.column_names:
            if name in _OF_STREAMS or name.startswith("tag_"):
                codes, values = _codes(part.column(name))
                stream = np.unique(stream * (len(values) + 1) + codes, return_inverse=True)[1]
        self.scale = table.schema.field("number").type.scale
        amounts = {name: self._parts(part, name) for name in AMOUNTS if name in part.column_names}
        # What happened first comes first, whatever the order of the frame; the rest only settles
        # an order between the facts of a day.
        rest = [_codes(part.column(name))[0] for name in reversed(_SETTLING)
                if name in part.column_names]  # fmt: skip
        size = [[number % _LOW, number // _LOW] for number in amounts["number"]]
        sizes = np.array(size, dtype=np.int64).reshape(-1, 2)
        order = np.lexsort((sizes[:, 0], sizes[:, 1], *rest, day, since, stream))
        self.at = rows[order].tolist()
        self.days = list(zip(since[order].tolist(), day[order].tolist(), strict=True))
        self.until = known.until[rows][order].tolist()
        self.family = known.family[rows][order].tolist()
        self.amounts = {
            name: [values[at] for at in order.tolist()] for name, values in amounts.items()
        }
        # Where each balance begins and ends.
        edges = np.flatnonzero(np.diff(stream[order], prepend=-1)).tolist()
        self.streams = list(pairwise([*edges, len(rows)]))
        self.names = {
            name: _values(part, name, order[edges])
            for name in ("commitment", "unit", "party", "measure", "part")
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

    def _worth(self) -> list[list[Fraction]]:
        """What one unit of each row is worth, balance by balance."""
        made = [
            [price.factor for price in prices if isinstance(price, Price)] for prices in self.prices
        ]
        if self.conversion.rate_day != "event":
            return made
        families: dict[tuple[int, str], list[int]] = {}
        for nth, (low, _) in enumerate(self.streams):
            if (measure := self.names["measure"][nth]) in _PROMISED:
                families.setdefault((self.family[low], measure), []).append(nth)
        alone = set(range(len(made)))
        for streams in families.values():
            moving = len({price for nth in streams for price in made[nth]}) > 1
            if moving and any(self.names["part"][nth] for nth in streams):
                rows = [row for nth in streams for row in self._changes(nth, made[nth])]
                each = iter(worth_of_family(rows))
                for nth in streams:
                    made[nth] = [next(each) for _ in made[nth]]
                alone.difference_update(streams)
        for nth in alone:
            if len(set(made[nth])) > 1:
                low, high = self.streams[nth]
                made[nth] = worth_of_days(self.amounts["number"][low:high],
                                          self.days[low:high], made[nth])  # fmt: skip
        return made

    def _changes(self, nth: int, prices: Sequence[Fraction]) -> Iterator[Change]:
        """The rows of a balance as a family counts them."""
        member, part = self.names["commitment"][nth], self.names["part"][nth]
        for at, price in zip(range(*self.streams[nth]), prices, strict=True):
            since, day = self.days[at]
            number = self.amounts["number"][at]
            yield Change(member, part, since, self.until[at], day, number, price)

    def _converted(
        self, nth: int, prices: Sequence[Fraction]
    ) -> tuple[dict[str, list[int | None]], int]:
        """The amounts of a balance in parts of the target, and how many digits these have."""
        low, high = self.streams[nth]
        conversion = self.conversion
        if self.names["unit"][nth] == conversion.into and conversion.deflators is None:
            digits = self.scale
        else:
            digits = minor_digits(conversion.into)
        amounts = {name: values[low:high] for name, values in self.amounts.items()}
        scale = Fraction(10**digits, 10**self.scale)
        numbers = amounts["number"]
        made: dict[str, list[int | None]] = {}
        for name, values in amounts.items():
            if name != "number" and values == numbers:
                made[name] = made["number"]
            elif name == "number" or len(set(prices)) == 1:
                made[name] = running(values, prices, scale)
            else:
                made[name] = running_end(values, numbers, self.days[low:high], prices, scale)
        return made, digits

    def table(self) -> pa.Table:
        """The table with converted amounts, and beside them what was recorded."""
        changed = {name: self.source.column(name).to_pylist() for name in (*self.amounts, "unit")}
        told: dict[str, list[Any]] = {name: [None] * self.source.num_rows for name in _TOLD}
        into = self.conversion.into
        worth = zip(self.streams, self._worth(), strict=True)
        balances = watched(worth, f"into {into}", total=len(self.streams), unit="balance")
        for nth, ((low, high), rates) in enumerate(balances):
            amounts, digits = self._converted(nth, rates)
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


# --- kin -----------------------------------------------------------------------------------------


def _need_kin(table: pa.Table, asked: Any) -> None:
    """Refuse rows of a part or a whole, where those of the other are not there.

    At rates of events the worth of either rests on the other.
    """
    names = [name for name in ("whole", "part") if name in table.column_names]
    part = table.filter(pa.array(asked))
    kin = {value for name in names for value in part.column(name).unique().to_pylist()} - {None}
    absent = sorted(kin - set(table.column("commitment").unique().to_pylist()))
    if absent:
        raise FrameError(
            f"the frame has no rows of {absent[0]!r}, on which the worth of its kin at rates of "
            "events rests; pass all movements of the ledger, and choose with where=",
            columns=("commitment",),
        )


def _announced_of_parts(table: pa.Table, announced: Any) -> Any:
    """The days of announcement, in rows of what arrived of a part those of the part."""
    if "part" not in table.column_names or table.column("part").null_count == table.num_rows:
        return announced
    measures, words = _codes(table.column("measure"))
    arrived = np.array([word not in _PROMISED for word in words] + [False])[measures]
    whose, names = _codes(table.column("commitment"))
    known, at = np.unique(whose, return_index=True)
    days = {names[code]: day for code, day in zip(known, announced[at], strict=True)}
    parts, named = _codes(table.column("part"))
    of_part = np.array([days.get(name, -1) for name in named] + [-1])[parts]
    return np.where(arrived & (of_part >= 0), of_part, announced)


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
        **{f"stated_{name}": table.column(name) for name in AMOUNTS if name in table.column_names},
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

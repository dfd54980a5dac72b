"""Conversion: movements in another currency, rounded as running balances so that no dust remains.

The rows of one balance are its stream. Each row becomes the rounded balance after it less the
rounded balance before it, so what a stream adds up to is its balance, rounded once.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any, Literal, NamedTuple, TypedDict, Unpack

import narwhals as nw
import pandas as pd
import pyarrow as pa

from pledgetrack import frames
from pledgetrack.calendar import NOT_STATED, as_day
from pledgetrack.deflators import Deflators
from pledgetrack.errors import (
    AmountError,
    DayError,
    FrameError,
    MissingDeflatorError,
    MissingRateError,
    UnitError,
    unknown,
)
from pledgetrack.frames import Where
from pledgetrack.movements import NUMBER
from pledgetrack.quantity import DECIMAL_PLACES, EXACT, INTEGER_DIGITS
from pledgetrack.rates import Rate, Rates, round_half_even
from pledgetrack.sheets import currency
from pledgetrack.units import is_currency, minor_digits

RATE_DAYS = ("announced", "event")
RATE_TYPE = pa.decimal128(38, 18)
_NEEDED = ("commitment", "unit", "measure", "number", "on", "since", "announced")
# What belongs to the single fact; all the other columns tell balances apart.
_OF_FACTS = frozenset(
    {"number", "bound", "low", "high", "on", "since", "known", "event", "source", "citation",
     "announced"}
)  # fmt: skip
_AMOUNTS = ("number", "low", "high")
_TOLD = b"pledgetrack converted"
_TELLS = ("into", "rate_day", "rates", "prices_of", "deflators", "not_converted")


class Converting(TypedDict, total=False):
    """The options with which a table is converted; see ``pt.totals``."""

    into: str | None
    rates: Rates | None
    rate_day: object
    on_missing: Literal["raise", "keep"]
    deflators: Deflators | None


@dataclass(frozen=True)
class Conversion:
    """Into which currency, at the rates of which day, and in the prices of which year."""

    into: str
    rates: Rates | None
    rate_day: Literal["announced", "event"] | dt.date
    keeps: bool
    deflators: Deflators | None

    @classmethod
    def of(
        cls,
        *,
        into: str | None = None,
        rates: Rates | None = None,
        rate_day: object = "announced",
        on_missing: str = "raise",
        deflators: Deflators | None = None,
    ) -> Conversion | None:
        """The conversion that options ask for, if any."""
        if on_missing not in ("raise", "keep"):
            raise unknown("on_missing", on_missing, ("raise", "keep"))
        for what, given, kind in (("rates", rates, Rates), ("deflators", deflators, Deflators)):
            if given is not None and not isinstance(given, kind):
                raise unknown(what, given, (f"pt.{kind.__name__}",))
        day: Any = rate_day if rate_day in RATE_DAYS else _fixed_day(rate_day)
        if into is None:
            if rates is not None or deflators is not None or rate_day != "announced":
                raise UnitError("rates without a currency to convert into; pass into=", unit=None)
            return None
        return cls(currency(into), rates, day, on_missing == "keep", deflators)

    def told(self, kept: Iterable[str]) -> dict[str, str]:
        """What a result says of its conversion."""
        made = {"into": self.into, "rate_day": str(self.rate_day)}
        made["rates"] = self.rates.source if self.rates else "none"
        if self.deflators:
            made["prices_of"] = str(self.deflators.base_year)
            made["deflators"] = self.deflators.source
        kept = sorted(set(kept))
        return made | ({"not_converted": ", ".join(kept)} if kept else {})


def _fixed_day(value: object) -> dt.date:
    try:
        return as_day(value)
    except DayError as error:
        raise DayError(f"rate_day is 'announced', 'event' or a day; {error}", value=value) from None


class _Price(NamedTuple):
    """What one unit of an amount is worth in the target: the rate, and the change of prices."""

    rate: Rate
    deflator: Fraction

    @property
    def factor(self) -> Fraction:
        return self.rate.value * self.deflator


class _Row(NamedTuple):
    """A row of a stream: what orders it, and where it stands."""

    since: dt.date
    day: dt.date
    words: tuple[str, ...]
    number: Decimal
    at: int


class _Made(NamedTuple):
    """A converted row: its number and ends, and what one unit of it was worth."""

    at: int
    amounts: dict[str, Decimal]
    rate: Fraction
    deflator: Fraction
    rate_day: dt.date | None
    source: str | None


def convert(
    lazy: nw.LazyFrame[Any],
    conversion: Conversion,
    *,
    until: dt.date | None = None,
    where: Where | None = None,
    roots: Mapping[str, tuple[str, dt.date]] | None = None,
) -> pa.Table:
    """Movements in another currency, with number and unit as recorded beside them.

    The columns ``stated_number``, ``stated_unit``, ``rate``, ``rate_day``, ``rate_source`` (and
    ``deflator``) are added. Things counted and actions stay as they are. Only facts up to
    ``until`` are taken, and only rows under the labels of ``where`` are converted, so that no
    rate is asked for that no table shows. ``roots`` gives for a part its outermost whole and the
    day of whose rate it takes.
    """
    names = lazy.collect_schema().names()
    frames.need(names, _NEEDED)
    if "stated_unit" in names:
        raise FrameError(
            "this frame is converted already; convert the movements as recorded",
            columns=("stated_unit",),
        )
    if until is not None:
        lazy = lazy.filter(nw.col("since") <= nw.lit(until, dtype=nw.Date))
    table = frames.collect(lazy)
    table = table.append_column("row", pa.array(range(table.num_rows), pa.int64()))
    # A choice of sources cuts through balances, so it comes after conversion.
    chosen = {
        "unit" if key == frames.STATED_UNIT else key: value
        for key, value in (where or {}).items()
        if key not in ("source", "status")
    }
    rows = frames.collect(frames.choose(nw.from_native(table).lazy(), chosen).select("row"))
    work = _Work(table, conversion, set(rows.column("row").to_pylist()), roots)
    return work.table(names)


class _Work:
    """One conversion of a table."""

    def __init__(
        self,
        table: pa.Table,
        conversion: Conversion,
        chosen: set[int],
        roots: Mapping[str, tuple[str, dt.date]] | None,
    ) -> None:
        self.source = table
        self.conversion = conversion
        self.digits = minor_digits(conversion.into)
        self.columns = {
            name: table.column(name).to_pylist()
            for name in table.column_names
            if name not in ("row", "citation")
        }
        self.roots = _roots_of(self.columns) if roots is None else roots
        self.prices: dict[tuple[str, dt.date | None, str], _Price | Exception] = {}
        self.chosen = [
            at for at in sorted(chosen)
            if self.columns["number"][at] is not None and is_currency(self.columns["unit"][at])
        ]  # fmt: skip

    def table(self, names: Sequence[str]) -> pa.Table:
        """The converted table."""
        kept = self._without_rate()
        made = [
            row
            for stream in self._streams()
            if (stream[0][0], stream[0][1]) not in kept
            for row in self._converted(*stream)
        ]
        units = list(self.columns["unit"])
        amounts = {name: list(self.columns[name]) for name in _AMOUNTS if name in self.columns}
        told: dict[str, list[Any]] = {
            name: [None] * len(units) for name in ("rate", "deflator", "rate_day", "rate_source")
        }
        for row in made:
            units[row.at] = self.conversion.into
            for name, number in row.amounts.items():
                self._fits(row.at, number)
                amounts[name][row.at] = number
            told["rate"][row.at] = _shown(row.rate)
            told["deflator"][row.at] = _shown(row.deflator)
            told["rate_day"][row.at] = row.rate_day
            told["rate_source"][row.at] = row.source
        table = self.source.select(names)
        key = pa.dictionary(pa.int32(), pa.string())
        columns = {
            "stated_number": table.column("number"),
            "stated_unit": table.column("unit"),
            "rate": pa.array(told["rate"], RATE_TYPE),
            "rate_day": pa.array(told["rate_day"], pa.date32()),
            "rate_source": pa.array(told["rate_source"], pa.string()).cast(key),
        }
        if self.conversion.deflators:
            columns["deflator"] = pa.array(told["deflator"], RATE_TYPE)
        for name, numbers in amounts.items():
            table = _replaced(table, name, _numbers(numbers, table.column(name).type))
        table = _replaced(table, "unit", pa.array(units, pa.string()).dictionary_encode())
        for name, column in columns.items():
            table = table.append_column(name, column)
        told_of = self.conversion.told(unit for _, unit in kept)
        return table.replace_schema_metadata({_TOLD: json.dumps(told_of).encode()})

    def _fits(self, at: int, number: Decimal) -> None:
        if number.adjusted() >= INTEGER_DIGITS:
            raise AmountError(
                f"commitment {self.columns['commitment'][at]!r}: {number:.6e} "
                f"{self.conversion.into} has too many digits for a movement, which holds "
                f"{INTEGER_DIGITS} before the decimal point",
                value=number,
            )

    # --- prices -----------------------------------------------------------------------------------

    def _day(self, at: int) -> dt.date:
        """The day from which a fact counts: its own, but not before the announcement."""
        days = (self.columns[name][at] for name in ("on", "announced"))
        return max((day for day in days if day is not None), default=dt.date.min)

    def _price(self, at: int) -> _Price | Exception:
        """What one unit of a row is worth in the target, or the error for it."""
        name, unit = self.columns["commitment"][at], self.columns["unit"][at]
        announced = self.columns["announced"][at]
        fact: dt.date | None = self._day(at)
        if self.conversion.rate_day != "event":
            fact = self.roots[name][1] if name in self.roots else announced
        party = self.columns["party"][at] if "party" in self.columns else None
        key = (unit, fact, party or NOT_STATED)
        if key not in self.prices:
            try:
                self.prices[key] = self._price_of(*key)
            except (MissingRateError, MissingDeflatorError) as error:
                self.prices[key] = error
        return self.prices[key]

    def _price_of(self, unit: str, fact: dt.date | None, party: str) -> _Price:
        conversion, rates = self.conversion, self.conversion.rates
        fixed = isinstance(conversion.rate_day, dt.date)
        day = conversion.rate_day if isinstance(conversion.rate_day, dt.date) else fact
        if day is None or fact in (None, dt.date.min):
            raise FrameError("a row has no day to take a rate of", columns=("announced", "on"))
        rate = Rate(Fraction(1), None, None)
        if unit != conversion.into and rates is None:
            raise MissingRateError(
                f"no rates to convert {unit} into {conversion.into}; pass rates=, such as "
                "rates=pt.Rates.ecb()",
                currency=unit,
                day=day,
            )
        if unit != conversion.into and rates is not None:
            rate = rates.rate(unit, conversion.into, day)
        deflator = Fraction(1)
        if conversion.deflators:
            # A rate of one fixed day leaves the change of prices to the currency as stated.
            money = unit if fixed else conversion.into
            key = money if conversion.deflators.by == "currency" else party
            deflator = conversion.deflators.factor(key, fact.year)
        return _Price(rate, deflator)

    def _without_rate(self) -> set[tuple[str, str]]:
        """The outermost wholes and units that stay as recorded, or the error where none may."""
        kept, missing = set(), {}
        for at in self.chosen:
            price = self._price(at)
            if isinstance(price, Exception):
                kept.add((self._root(at), self.columns["unit"][at]))
                missing[str(price)] = price
        if missing and not self.conversion.keeps:
            raise _first(list(missing.values()))
        return kept

    def _root(self, at: int) -> str:
        name: str = self.columns["commitment"][at]
        return self.roots[name][0] if name in self.roots else name

    # --- streams ----------------------------------------------------------------------------------

    def _streams(self) -> Iterator[tuple[tuple[str, str], list[_Row]]]:
        """The rows of each balance in the order in which they count."""
        columns = self.columns
        keys = [column for name, column in columns.items() if name not in _OF_FACTS]
        orders = [
            columns[name] for name in ("event", "source", "bound", "known") if name in columns
        ]
        streams: dict[tuple[Any, ...], list[_Row]] = {}
        for at in self.chosen:
            row = _Row(
                columns["since"][at],
                self._day(at),
                tuple(str(column[at]) for column in orders),
                columns["number"][at],
                at,
            )
            streams.setdefault(tuple(column[at] for column in keys), []).append(row)
        for rows in streams.values():
            # What happened first comes first, whatever the order of the frame.
            rows.sort()
            at = rows[0].at
            yield (self._root(at), columns["unit"][at]), rows

    def _converted(self, whose: tuple[str, str], rows: list[_Row]) -> Iterator[_Made]:
        """The rows of one balance in the other currency.

        What adds to a balance comes at the price of its day; what is taken off leaves at the
        average of what is there. With one price for all this is the balance times the price.
        """
        rounds = whose[1] != self.conversion.into or self.conversion.deflators is not None
        runs = {
            name: _Running(self.digits if rounds else None)
            for name in _AMOUNTS
            if name in self.columns
        }
        number = Fraction(0)
        for _, group in groupby(rows, key=lambda row: (row.since, row.day)):
            today = list(group)
            price = self._price(today[0].at)
            if isinstance(price, Exception):
                raise price
            net = sum((Fraction(row.number) for row in today), Fraction(0))
            each = _leaving(number, runs["number"].value, net, price.factor)
            average = each != price.factor
            for row in today:
                stated = {name: self.columns[name][row.at] for name in runs}
                yield _Made(
                    row.at,
                    {
                        name: runs[name].add(amount, each)
                        for name, amount in stated.items()
                        if amount is not None
                    },
                    each / price.deflator,
                    price.deflator,
                    None if average else price.rate.day,
                    price.rate.source,
                )
            number += net


class _Running:
    """A sum of converted amounts, rounded as it stands after each of them."""

    def __init__(self, digits: int | None) -> None:
        self.value, self.shown, self.digits = Fraction(0), Decimal(0), digits

    def add(self, number: Decimal, each: Fraction) -> Decimal:
        """What an amount adds to the rounded sum."""
        self.value += each * Fraction(number)
        before, value = self.shown, self.value
        self.shown = _plain(value) if self.digits is None else round_half_even(value, self.digits)
        return EXACT.subtract(self.shown, before)


def _leaving(number: Fraction, value: Fraction, net: Fraction, price: Fraction) -> Fraction:
    """What each unit of a change is worth, of a balance of so many units worth so much.

    >>> half = Fraction(1, 2)
    >>> _leaving(Fraction(10), Fraction(20), Fraction(5), half)       # more, at the price of today
    Fraction(1, 2)
    >>> _leaving(Fraction(10), Fraction(20), Fraction(-5), half)      # less, at what it came for
    Fraction(2, 1)
    """
    if not net or number * net >= 0:
        return price
    if abs(net) <= abs(number):
        return value / number
    return (price * (number + net) - value) / net


def _plain(number: Fraction) -> Decimal:
    """An amount that nothing was done to, with all of its digits."""
    return EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))


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


def _first(errors: list[Exception]) -> Exception:
    """The error to raise, which knows of all the others."""
    rates = [error for error in errors if isinstance(error, MissingRateError)]
    if len(rates) < 2:
        return rates[0] if rates else errors[0]
    rates.sort(key=lambda error: (error.currency, str(error.day)))
    one, count = rates[0], len(rates) - 1
    return MissingRateError(
        f"{one}; and {count} more {'are' if count > 1 else 'is'} missing (on_missing='keep' leaves "
        "such amounts in their own unit)",
        currency=one.currency,
        day=one.day,
        nearest=one.nearest,
        missing=tuple(pair for error in rates for pair in error.missing),
    )


def _roots_of(columns: Mapping[str, list[Any]]) -> dict[str, tuple[str, dt.date]]:
    """The outermost whole of each part, and its day, as far as the rows tell."""
    if "part" not in columns:
        return {}
    names, days = columns["commitment"], columns["announced"]
    wholes = {part: at for at, part in enumerate(columns["part"]) if part is not None}
    found = {}
    for part, at in wholes.items():
        seen = {part}
        while names[at] in wholes and names[at] not in seen:
            seen.add(names[at])
            at = wholes[names[at]]  # noqa: PLW2901  # one whole further out
        found[part] = (names[at], days[at])
    return found


def _replaced(table: pa.Table, name: str, column: Any) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)


def _numbers(numbers: list[Decimal | None], kind: pa.DataType) -> pa.Array:
    held = pa.types.is_decimal(kind) and kind.scale <= DECIMAL_PLACES and kind.precision <= 28
    return pa.array(numbers, NUMBER if held else kind)


# --- what a result tells --------------------------------------------------------------------------


def enter(
    frame: Any,
    needed: Iterable[str],
    *,
    until: dt.date | None = None,
    known_by: object = None,
    where: Where | None = None,
    **converting: Unpack[Converting],
) -> tuple[nw.LazyFrame[Any], dict[str, str]]:
    """A movements frame, converted where that is asked, and what a result tells of it."""
    conversion = Conversion.of(**converting)
    lazy = frames.known(frames.enter(frame, needed), known_by)
    if conversion is None:
        return lazy, told_of(frame)
    # Labels of units are those of the result.
    before = {key: value for key, value in (where or {}).items() if key != "unit"}
    table = convert(lazy, conversion, until=until, where=before)
    return frames.enter(table, needed), told_of(table)


def told_of(frame: Any) -> dict[str, str]:
    """What a movements frame tells of its own conversion."""
    if isinstance(frame, pd.DataFrame):
        return {name: str(frame.attrs[name]) for name in _TELLS if name in frame.attrs}
    metadata = (frame.schema.metadata or {}) if isinstance(frame, pa.Table) else {}
    made: dict[str, str] = json.loads(metadata.get(_TOLD, b"{}"))
    return made


def described(result: pd.DataFrame, told: Mapping[str, str]) -> pd.DataFrame:
    """The result, saying into what it was converted, at the rates of which day and source."""
    if not told:
        return result
    result.attrs.update(told)
    when = {
        "announced": "the day of each announcement", "event": "the day of each event",
    }.get(told["rate_day"], told["rate_day"])  # fmt: skip
    words = f"; in {told['into']} at rates of {when}, {told['rates']}"
    if "prices_of" in told:
        words += f"; in prices of {told['prices_of']}, {told['deflators']}"
    if "not_converted" in told:
        words += f"; not converted for want of a rate: {told['not_converted']}"
    result.attrs["caption"] = (result.attrs.get("caption", "") + words).removeprefix("; ")
    return result

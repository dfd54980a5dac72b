"""Timeline: the totals at the end of each period, from one pass over the movements."""

from __future__ import annotations

import datetime as dt
import decimal
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, Unpack

import narwhals as nw
import pandas as pd

from pledgetrack import frames
from pledgetrack.calendar import FiscalCalendar, Periods, as_day
from pledgetrack.cells import (
    ARRIVED,
    KIND,
    Cell,
    Sums,
    cell_of,
    judged_by,
    labelled,
    of_parts,
    settled,
    with_ends,
    with_missing_ends,
)
from pledgetrack.convert import Converting, at_event_rates, enter
from pledgetrack.errors import unknown
from pledgetrack.frames import Bounds, Numbers, Where
from pledgetrack.members import PASSED_ON
from pledgetrack.movements import AMOUNTS, MEASURES
from pledgetrack.quantity import EXACT, flip
from pledgetrack.remainders import has_any
from pledgetrack.status import NEEDED as STATUS_NEEDED
from pledgetrack.totals import NEEDED, cells_of, in_order, keys_of, of_day, table_of

FREQUENCIES = ("month", "quarter", "year", "fiscal year")
_JUDGED = ("stated", "stated_low", "stated_high")


def timeline(
    frame: Any,
    by: str | Iterable[str] = (),
    *,
    freq: str = "month",
    since: object = None,
    as_of: object = None,
    known_by: object = None,
    calendar: str | FiscalCalendar | None = None,
    bounds: Bounds = "words",
    where: Where | None = None,
    numbers: Numbers = "decimal",
    **converting: Unpack[Converting],
) -> pd.DataFrame:
    """Cumulative totals at the end of each period, to a day: a row per group, period and unit.

    ``freq`` is "month", "quarter" or "year"; with a fiscal ``calendar`` quarters and years are
    fiscal ones. The columns are those of ``totals``, after ``period`` and ``on``, the day of which
    the row is: the last of its period, or ``as_of`` in the period that it falls in. Each row is
    ``totals`` as of its day. Periods begin with the first fact, or with ``since``.

    >>> import pledgetrack as pt
    >>> frame = pt.load_seeds().movements()
    >>> table = pt.timeline(frame, freq="year", as_of="2024-08-01", where={"unit": "USD"})
    >>> table[["period", "on", "pledged", "overdue"]]
      period          on     pledged     overdue
    0   2022  2022-12-31  5239000000        None
    1   2023  2023-12-31  5239000000        None
    2   2024  2024-08-01  5239000000  1500000000
    """
    day = frames.today(as_of)
    periods = _periods(freq, calendar)
    ranged = frames.ranged(bounds)
    needed = (*NEEDED, *(AMOUNTS[1:] if ranged else ()))
    first = None if since is None else as_day(since)
    lazy, told = enter(
        frame, needed, since=first, until=day, known_by=known_by, where=where, **converting
    )
    keys = keys_of(by, lazy)
    days = _days(lazy, periods, first, day)
    columns, at_average = with_ends(MEASURES, ranged=ranged), at_event_rates(told)
    if "source" not in keys and "source" not in (where or {}):
        columns += ["outstanding", "overdue"]
    by_status = "status" in keys or "status" in (where or {})
    if by_status:
        frames.need(lazy.collect_schema().names(), STATUS_NEEDED)
    if by_status or has_any(lazy):
        # A status moves with time alone, and what is left of a whole whose parts are not exact
        # depends on which of them are in its cell: each day is judged by itself.
        judged = partial(
            cells_of, lazy, keys, cut=None, where=where, ranged=ranged, at_average=at_average
        )
        found = _judged(judged, days, _turns(lazy))
    else:
        found = _Course(lazy, keys, days, where, columns, at_average=at_average).cells()
    cells, ends = {}, {}
    for end, now in zip(days, found, strict=True):
        for cell, sums in now.items():
            dated = (*cell[:-1], periods.label(periods.number(end)), cell[-1])
            cells[dated], ends[dated] = sums, end
    by_period = (*keys, "period")
    made = table_of(cells, by_period, columns, numbers)
    days_of_rows = frames.days(ends[cell] for cell in in_order(cells, by_period))
    made.insert(len(by_period), "on", days_of_rows)
    return frames.told(of_day(made, day, periods, told), known_by)


def _periods(freq: str, calendar: str | FiscalCalendar | None) -> Periods:
    if freq not in FREQUENCIES:
        raise unknown("frequency", freq, FREQUENCIES)
    return Periods.of("fiscal year" if freq == "year" and calendar else freq, calendar)


def _days(
    lazy: nw.LazyFrame[Any], periods: Periods, since: dt.date | None, day: dt.date
) -> list[dt.date]:
    """The day of each row: the last of every period, and at the end the day asked for."""
    if since is None:
        since = frames.records(lazy.select(nw.col("since").min().alias("first")))[0]["first"]
    if since is None or since > day:
        return []
    numbers = range(periods.number(since) + 1, periods.number(day) + 1)
    return [*(periods.first_day(number) - dt.timedelta(days=1) for number in numbers), day]


def _turns(lazy: nw.LazyFrame[Any]) -> list[dt.date]:
    """The days on which anything may be otherwise than on the day before, in order."""
    made: set[dt.date] = set()
    for name, later in (("since", 0), ("until", 0), ("end", 1)):
        rows = frames.records(lazy.select(nw.col(name).alias("day")).unique())
        known = [row["day"] for row in rows if row["day"] and row["day"] < dt.date.max]
        made |= {day + dt.timedelta(days=later) for day in known}
    return sorted(made)


def _judged(
    cells: Callable[[dt.date], dict[Cell, Sums]], days: Sequence[dt.date], turns: Sequence[dt.date]
) -> list[dict[Cell, Sums]]:
    """The cells of each day; those of the day before where nothing turned since."""
    made: list[dict[Cell, Sums]] = []
    before = None
    for day in days:
        passed = bisect_right(turns, day)
        made.append(made[-1] if passed == before else cells(day))
        before = passed
    return made


@dataclass(slots=True, eq=False)
class _Balance:
    """What one commitment has in a cell, in one unit, as the days go by."""

    cell: Cell
    commitment: str
    rows: int = 0
    ends: Counter[dt.date | None] = field(default_factory=Counter)
    sums: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    counts: Counter[str] = field(default_factory=Counter)
    # By measure and kind of inexactness, the amount and its ends as recorded.
    kinds: defaultdict[tuple[Any, ...], list[Decimal]] = field(
        default_factory=lambda: defaultdict(lambda: [Decimal(0)] * len(_JUDGED))
    )
    shown: _Share | None = None

    def move(self, row: dict[str, Any], sign: int) -> None:
        """Let rows come in, or go."""
        self.rows += sign * row["rows"]
        self.ends[row["end"]] += sign * row["rows"]
        name, number = row["measure"], row["number"]
        if row["count"] and name in (*MEASURES, PASSED_ON):
            self.counts[name] += sign * row["count"]
            self.sums[name] += sign * number
            self.sums[f"{name} stated"] += sign * row["stated"]
            # What is pledged together with what parts show of it.
            self.sums["full"] += sign * (row["full"] or 0)
            for end in ("low", "high"):
                self.sums[f"{name}_{end}"] += sign * (row.get(end) or Decimal(0))
            kind = (name, *(row.get(part) for part in KIND))
            judged = self.kinds[kind]
            for at, column in enumerate(_JUDGED):
                judged[at] += sign * (row.get(column) or Decimal(0))

    def end(self) -> dt.date | None:
        """The last day of the horizon, as it stands."""
        return max((end for end, rows in self.ends.items() if rows and end), default=None)


class _Share:
    """What a balance adds to its cell as of a day."""

    def __init__(self, balance: _Balance, day: dt.date, *, at_average: bool) -> None:
        sums, counts = balance.sums, balance.counts
        self.numbers: dict[str, Decimal] = {
            f"{name}{end}": sums[f"{name}{end}"]
            for name in MEASURES
            if counts[name] > 0
            for end in ("", "_low", "_high")
        }
        pledged, stated_pledged = sums["pledged"], sums["pledged stated"]
        arrived = sums["delivered"] + sums[PASSED_ON]
        stated_arrived = sums["delivered stated"] + sums[f"{PASSED_ON} stated"]
        late, end = pledged - arrived, balance.end()
        if at_average:
            unit = balance.cell[-1]
            late = pledged - settled(arrived, stated_arrived, pledged, stated_pledged, unit)
        promised = counts["pledged"] > 0
        counted = promised and sums["full"] > 0
        due = bool(promised and end and end < day)
        missing = counted and due and stated_pledged > stated_arrived and late > 0
        if promised:
            self.numbers["outstanding"] = pledged - arrived if counted else Decimal(0)
        if due:
            self.numbers["overdue"] = late if missing else Decimal(0)
        self.loose: set[tuple[str, Any]] = set()
        self.endless: set[str] = set()
        standing: defaultdict[tuple[str, Any], list[list[Decimal]]] = defaultdict(list)
        for (name, bound, no_low, no_high), judged in balance.kinds.items():
            standing[name, bound].append(judged)
            if any(judged):
                self.endless |= {f"{name}_low"} if no_low else set()
                self.endless |= {f"{name}_high"} if no_high else set()
        for (name, bound), kinds in standing.items():
            is_there = any(map(sum, zip(*kinds, strict=True)))
            if is_there and bound not in (None, "exact"):
                self.loose.add((name, bound))
                if name in ("pledged", *ARRIVED):
                    turned = flip(bound) if name in ARRIVED else bound
                    owes = counted if name in ARRIVED else promised and sums["full"] >= 0
                    self.loose |= {("outstanding", turned)} if owes else set()
                    self.loose |= {("overdue", turned)} if missing else set()


class _Total:
    """A cell as the days go by: shares are put in, and taken out again when they change."""

    def __init__(self) -> None:
        self.numbers: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.counts: Counter[str] = Counter()
        self.loose: Counter[tuple[str, Any]] = Counter()
        self.endless: Counter[str] = Counter()
        self.members: Counter[str] = Counter()

    def put(self, share: _Share, commitment: str, sign: int) -> None:
        """Put a share in, or take it out."""
        for name, number in share.numbers.items():
            self.numbers[name] += sign * number
            self.counts[name] += sign
        for item in share.loose:
            self.loose[item] += sign
        for name in share.endless:
            self.endless[name] += sign
        self.members[commitment] += sign
        if not self.members[commitment]:
            del self.members[commitment]

    def sums(self, columns: Collection[str]) -> Sums:
        """The cell as it stands."""
        made = Sums(commitments=len(self.members))
        made.numbers = {
            name: self.numbers[name] for name, count in self.counts.items() if count > 0
        }
        made.endless = {name for name, count in self.endless.items() if count > 0}
        for (name, bound), count in self.loose.items():
            if count > 0 and name in columns:
                made.bounds[name].add(bound)
        return made


class _Course:
    """The cells at the end of each period: only balances that move are counted anew."""

    def __init__(
        self,
        lazy: nw.LazyFrame[Any],
        keys: Sequence[str],
        days: Sequence[dt.date],
        where: Where | None,
        columns: Collection[str],
        *,
        at_average: bool,
    ) -> None:
        self.days, self.columns, self.at_average = days, columns, at_average
        self.balances: dict[tuple[Any, ...], _Balance] = {}
        self.moves: list[list[tuple[_Balance, dict[str, Any], int]]] = [[] for _ in days]
        # The balances whose last day is past for the first time.
        self.due: list[set[_Balance]] = [set() for _ in days]
        for row in _grouped(lazy, keys, where, columns) if days else ():
            opens = bisect_left(days, row["since"])
            until = row["until"]
            closes = len(days) if until is None else bisect_left(days, until)
            if opens < closes:
                balance = self._balance(keys, row)
                self.moves[opens].append((balance, row, 1))
                if closes < len(days):
                    self.moves[closes].append((balance, row, -1))

    def _balance(self, keys: Sequence[str], row: dict[str, Any]) -> _Balance:
        cell = cell_of(keys, row)
        identity = (*cell, row["commitment"], row.get(frames.STATED_UNIT))
        if identity not in self.balances:
            self.balances[identity] = _Balance(cell, row["commitment"])
        return self.balances[identity]

    def cells(self) -> list[dict[Cell, Sums]]:
        """The cells of each day."""
        totals: defaultdict[Cell, _Total] = defaultdict(_Total)
        with decimal.localcontext(EXACT):
            return [self._day(at, totals) for at in range(len(self.days))]

    def _day(self, at: int, totals: defaultdict[Cell, _Total]) -> dict[Cell, Sums]:
        touched = self.due[at]
        for balance, row, sign in self.moves[at]:
            balance.move(row, sign)
            touched.add(balance)
        for balance in touched:
            if balance.shown is not None:
                totals[balance.cell].put(balance.shown, balance.commitment, -1)
                balance.shown = None
            if balance.rows:
                balance.shown = _Share(balance, self.days[at], at_average=self.at_average)
                totals[balance.cell].put(balance.shown, balance.commitment, 1)
                end = balance.end()
                past = len(self.days) if end is None else bisect_right(self.days, end)
                if at < past < len(self.days):
                    self.due[past].add(balance)
        return {cell: total.sums(self.columns) for cell, total in totals.items() if total.members}


def _grouped(
    lazy: nw.LazyFrame[Any], keys: Sequence[str], where: Where | None, columns: Collection[str]
) -> list[dict[str, Any]]:
    """The rows of each balance that come and go on the same days, added up by the engine."""
    names = lazy.collect_schema().names()
    frames.need(names, frames.columns_for(keys, names))
    rows = frames.counting(frames.countable(lazy), passed_on="outstanding" in columns)
    rows = frames.choose(rows, where)
    groups = [f"key_{at}" for at in range(len(keys))]
    if keys:
        rows = rows.with_columns(*frames.key_columns(keys, names))
    kind: tuple[str, ...] = ("bound",)
    amounts = ["number"]
    if "pledged_low" in columns:
        rows, kind, amounts = with_missing_ends(rows), KIND, [*AMOUNTS]
    same = frames.balance_keys(names)
    judged = dict(zip(_JUDGED, judged_by(names), strict=False))
    stated = nw.col(judged["stated"])
    counted = rows.with_columns(
        *(nw.col(name).alias(column) for column, name in judged.items()),
        nw.when((nw.col("measure") == "pledged") & ~of_parts(names)).then(stated).alias("full"),
        frames.flag(~nw.col("number").is_null(), "count"),
        frames.COUNT.alias("rows"),
    )
    made = (
        counted.group_by(*groups, *same, "end", "measure", *kind, "since", "until")
        .agg(nw.col(*amounts, *judged, "full", "count", "rows").sum())
        .with_columns(*labelled((*groups, *same)), nw.col("measure", "bound").cast(nw.String))
    )
    return frames.records(made)

"""Totals and summary: exact sums of movements by party, horizon, period or any other key."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Unpack

import narwhals as nw
import pandas as pd

from pledgetrack import frames
from pledgetrack.adding import totals_in_memory
from pledgetrack.calendar import FiscalCalendar, Periods, fiscal_calendar
from pledgetrack.cells import (
    ARRIVED,
    Cell,
    Sums,
    bounded,
    by_commitment,
    by_measure,
    cell_of,
    endless,
    ends_missing,
    measure_of,
    with_ends,
    with_settled,
)
from pledgetrack.convert import Converting, at_event_rates, described, enter
from pledgetrack.frames import Bounds, Numbers, Where, flag, records
from pledgetrack.movements import AGAIN, MEASURES
from pledgetrack.pairs import JUDGED
from pledgetrack.period_cells import period_cells
from pledgetrack.quantity import EXACT, flip, ratio
from pledgetrack.remainders import Remainders, has_any
from pledgetrack.scan import is_path, scan
from pledgetrack.spreading import periods_in_memory
from pledgetrack.status import NEEDED as STATUS_NEEDED
from pledgetrack.status import STATUSES

NEEDED = (
    "commitment", "unit", "measure", "number", "bound", "since", "until", "end", "event",
)  # fmt: skip


def totals(
    frame: Any,
    by: str | Iterable[str] = (),
    *,
    columns: str | Iterable[str] | None = None,
    as_of: object = None,
    known_by: object = None,
    per: str | None = None,
    calendar: str | FiscalCalendar | None = None,
    bounds: Bounds = "words",
    where: Where | None = None,
    include_repeats: bool = False,
    numbers: Numbers = "decimal",
    **converting: Unpack[Converting],
) -> pd.DataFrame:
    """Exact totals of movements as of a day: a row per group and unit.

    ``frame`` is any movements frame that narwhals knows (pandas, PyArrow, Polars, DuckDB ...), or
    the path of movements in Parquet: a file, or a folder of them, of which only what is needed is
    read.
    ``by`` takes party, recipient, channel, unit, horizon, due, announced, status, source,
    commitment and tags. ``per`` ("year", "fiscal year", "quarter", "month") spreads what was
    promised over the days of each horizon and adds the key ``period``. Units never mix; a cell is
    missing where nothing was recorded. The columns ``outstanding`` and ``overdue`` are absent
    where a key cuts through a commitment (``per``, and source in ``by`` or ``where``).
    ``commitments`` counts distinct ids in a row and does not add up. What a part shows has left its
    whole; a promise announced again, or linked to another record, counts once, and
    ``include_repeats=True`` adds the column ``headline``: what is pledged with every repetition.
    ``known_by`` is refused where the frame holds facts that became known later: what was known by a
    day counts anew, from the records (``ledger.movements(known_by=...)``). ``numbers="float"`` is
    for plotting.

    ``into="USD"`` converts money with ``rates`` (``pt.Rates``) before anything is added up; things
    counted and actions keep their unit, and fulfilment is judged in the unit as recorded.
    ``rate_day`` is the day of the rates: "announced" (that of its announcement for a commitment and
    all its events), "event" (each addition at the rate of its own day, what is taken off at the
    average of what is there), or one fixed day. Where there is no rate, ``MissingRateError`` names
    currency and day; ``on_missing="keep"`` leaves the commitment's amounts in that unit, and
    the result says so. ``deflators`` (``pt.Deflators``) states amounts in the prices of one year.
    Labels of ``by`` and ``where`` are those of the result; the key ``stated_unit`` is the unit as
    recorded. Converting takes the rows up to the day into memory.

    The column ``bound`` says in words what is not exact. ``bounds="range"`` adds to each measure
    the least and the most that its bounds imply, ``pledged_low`` and ``pledged_high``: "at least"
    has no high end, "about" has ends where the record states a margin. One part without an end
    leaves the sum without it, and the cell is missing.

    ``columns`` names the columns to show beside the keys. The four measures alone need no look at
    each commitment, which is many times faster with millions of movements.

    >>> import pledgetrack as pt
    >>> frame = pt.load_seeds().movements()
    >>> table = pt.totals(frame, by="party", as_of="2022-07-31", where={"unit": "USD"})
    >>> table[["party", "pledged", "committed"]]
               party     pledged   committed
    0         Mexico  1500000000        None
    1  United States  3739000000  3400000000
    """
    day = frames.today(as_of)
    if isinstance(by, Iterable) and not isinstance(by, str):
        by = tuple(by)
    if columns is not None:
        columns = {columns} if isinstance(columns, str) else {*columns}
    place = frame
    needed: tuple[str, ...] = NEEDED
    if is_path(frame) and known_by is None and not converting:
        judges = columns is None or not columns <= {*MEASURES}
        if not judges and per is None and bounds == "words" and not include_repeats:
            needed = tuple(name for name in NEEDED if name not in _JUDGING)
        ranged = bounds == "range" or columns is None or "bound" in columns
        frame = _scanned(frame, by, day, where, {*NEEDED} - {*needed}, ranged=ranged)
    lazy, told = enter(
        frame, needed, since=day, until=day, known_by=known_by, where=where, **converting
    )
    keys = keys_of(by, lazy)
    cut = periods_of(per, calendar)
    options = {"ranged": frames.ranged(bounds), "at_average": at_event_rates(told)}
    known = columns_of(keys, cut, where, ranged=options["ranged"])
    if include_repeats:
        known.insert(known.index("pledged") + 1, "headline")
    wanted = frames.asked(columns, [*known, "commitments", "bound"])
    is_plain = not options["ranged"] and not include_repeats
    if is_plain:
        made = (
            totals_in_memory(lazy, keys, day, where, columns=wanted, numbers=numbers)
            if cut is None
            else periods_in_memory(lazy, keys, day, cut, where, columns=wanted, numbers=numbers)
        )
        if made is not None:
            return frames.told(of_day(made, day, cut, told), known_by)
    if needed != NEEDED:
        lazy, told = enter(_scanned(place, by, day, where, (), ranged=False), NEEDED)
    is_alone = {*wanted} <= {*MEASURES} and "status" not in {*keys, *(where or {})}
    cells = (
        by_measure(lazy, keys, day, where, passed_on="outstanding" in known)
        if is_plain and cut is None and is_alone
        else cells_of(lazy, keys, day, cut, where, **options)
    )
    if include_repeats:
        _add_headline(cells, cells_of(_repeated(lazy), keys, day, cut, where, ranged=False))
    heads = (*keys, *(["period"] if cut else []))
    result = table_of(cells, heads, known, numbers)[[*heads, "unit", *wanted]]
    return frames.told(of_day(result, day, cut, told), known_by)


def columns_of(
    keys: Sequence[str], cut: Periods | None, where: Where | None, *, ranged: bool
) -> list[str]:
    """The amounts of a result: what is judged for a commitment as a whole only where it is whole.

    >>> columns_of(["source"], None, None, ranged=False)
    ['proposed', 'pledged', 'committed', 'delivered']
    """
    is_whole = cut is None and "source" not in (*keys, *(where or {}))
    return [*with_ends(MEASURES, ranged=ranged), *(JUDGED if is_whole else ())]


def summary(
    frame: Any,
    by: str | Iterable[str] = (),
    *,
    as_of: object = None,
    known_by: object = None,
    bounds: Bounds = "words",
    where: Where | None = None,
    numbers: Numbers = "decimal",
    **converting: Unpack[Converting],
) -> pd.DataFrame:
    """Totals, the share delivered, and how many commitments have each status.

    ``share`` is the delivered part of what is pledged, over the commitments with something
    pledged; it is missing where no delivery was reported for them. The columns
    ``status_nothing_reported`` and so on count commitments.

    >>> import pledgetrack as pt
    >>> frame = pt.load_seeds().movements()
    >>> table = pt.summary(frame, by="party", as_of="2024-07-12", where={"unit": "USD"})
    >>> table[["party", "overdue", "status_overdue", "status_rejected"]]
                              party     overdue  status_overdue  status_rejected
    0  Democrats in the U.S. Senate        None               0                1
    1                        Mexico  1500000000               1                0
    2                 United States        None               0                0
    """
    day = frames.today(as_of)
    needed = (*NEEDED, *STATUS_NEEDED)
    lazy, told = enter(
        frame, needed, since=day, until=day, known_by=known_by, where=where, **converting
    )
    keys = keys_of(by, lazy)
    options = {"ranged": frames.ranged(bounds), "at_average": at_event_rates(told)}
    columns = columns_of(keys, None, where, ranged=options["ranged"])
    cells = cells_of(lazy, keys, day, None, where, **options)
    result = table_of(cells, keys, columns, numbers)
    ordered = in_order(cells, keys)
    if "outstanding" in columns:
        shares = []
        for cell in ordered:
            sums = cells[cell]
            pledged = sums.numbers.get("pledged")
            shares.append(ratio(sums.settled if sums.reported else None, pledged))
        result["share"] = frames.amounts(shares, numbers)
    counted = _count_statuses(lazy, keys, day, where)
    for status in STATUSES:
        column = [counted.get((*cell, status), 0) for cell in ordered]
        result[f"status_{status.replace(' ', '_')}"] = pd.array(column, dtype="int64")
    return frames.told(of_day(result, day, None, told), known_by)


def keys_of(by: str | Iterable[str], lazy: nw.LazyFrame[Any]) -> tuple[str, ...]:
    """The keys of a result beside the unit, which is always one."""
    keys = frames.check_keys(by, lazy.collect_schema().names())
    return tuple(key for key in keys if key != "unit")


def periods_of(per: str | None, calendar: str | FiscalCalendar | None) -> Periods | None:
    """The periods that ``per`` and ``calendar`` name, if any."""
    if calendar is not None:
        fiscal_calendar(calendar)
    return None if per is None else Periods.of(per, calendar)


def of_day(
    result: pd.DataFrame, day: dt.date, cut: Periods | None, told: Mapping[str, str]
) -> pd.DataFrame:
    """The result, saying of which day it is, how it was converted, and of which fiscal years."""
    described(frames.dated(result, day), told)
    if cut and cut.calendar:
        result.attrs["calendar"] = str(cut.calendar)
        result.attrs["fiscal_years"] = cut.calendar.code
        result.attrs["caption"] += f"; fiscal years {cut.calendar}"
    return result


_JUDGING = ("commitment", "bound")
"""The columns that only balances of commitments need; their names are most of a file."""

_UNREAD = frozenset(
    {"party", "recipient", "channel", "source", "known", "instead", "whole", "whole_announced",
     "citation"}
)  # fmt: skip
"""The columns that totals read only as keys, or never."""


def _scanned(
    place: Any, by: str | Iterable[str], day: dt.date, where: Where | None,
    more: Collection[str], *, ranged: bool,
) -> Any:  # fmt: skip
    """What totals read of a data set: the columns that they need, and the rows of the day.

    The status of a commitment depends on older rows too.
    """
    asked = {*((by,) if isinstance(by, str) else by or ()), *(where or ())}
    if "status" in asked:
        return place
    unread = (_UNREAD if ranged else _UNREAD | {"low", "high"}) | {*more}

    def wanted(name: str) -> bool:
        is_key = name in asked or name.removeprefix("tag_") in asked
        return is_key or not (name in unread or name.startswith("tag_"))

    return scan(place, wanted, as_of=day)


# --- rows of the engine ---------------------------------------------------------------------------


def cells_of(
    lazy: nw.LazyFrame[Any],
    keys: Sequence[str],
    day: dt.date,
    cut: Periods | None,
    where: Where | None,
    *,
    ranged: bool,
    at_average: bool = False,
) -> dict[Cell, Sums]:
    """Every row of a result.

    ``at_average`` judges what arrived at the average worth of what is pledged.
    """
    shown = with_ends(MEASURES, ranged=ranged)
    if ranged:
        frames.need(lazy.collect_schema().names(), ("low", "high"))
    if cut is not None:
        return period_cells(lazy, keys, day, cut, where, ranged=ranged)
    whole = "source" not in keys and "source" not in (where or {})
    rows, per_commitment = by_commitment(lazy, keys, day, where, ranged=ranged, passed_on=whole)
    groups = [f"key_{at}" for at in range(len(keys))]
    per_commitment = with_settled(per_commitment, at_average=at_average)
    pledged, arrived, judged = nw.col("m_pledged"), nw.col("arrived"), nw.col("settled")
    stated = nw.col("n_m_pledged") > 0
    counted = stated & (nw.col("full") > frames.ZERO)
    due = stated & ~nw.col("end").is_null() & (nw.col("end") < nw.lit(day, dtype=nw.Date))
    # Judged as recorded too, so that no exchange rate makes what was delivered overdue.
    missing = (
        counted & due & (nw.col("stated_pledged") > nw.col("stated_arrived")) & (pledged > judged)
    )
    per_commitment = per_commitment.with_columns(
        nw.when(counted).then(pledged).alias("owed"),
        nw.when(counted).then(arrived).alias("taken_off"),
        nw.when(missing).then(pledged).alias("late_owed"),
        nw.when(missing).then(judged).alias("late_arrived"),
        nw.when(counted).then(judged).alias("judged"),
        flag(counted, "is_counted"),
        flag(stated & (nw.col("full") >= frames.ZERO), "may_owe"),
        flag(missing, "is_missing"),
        flag(due, "n_due"),
        flag(counted & (nw.col("n_arrived") > 0), "n_reported"),
    )
    sums = (
        *(f"m_{name}" for name in shown), *(f"n_m_{name}" for name in MEASURES),
        "owed", "taken_off", "late_owed", "late_arrived", "judged", "n_due", "n_reported",
        "n_taken", "n_inexact",
    )  # fmt: skip
    # With targets in two units it is one, also where both were converted into a third.
    members = per_commitment.group_by(*groups, "unit", "commitment").agg(nw.col(*sums).sum())
    grouped = members.group_by(*groups, "unit").agg(
        nw.col(*sums).sum(), nw.len().alias("commitments")
    )
    cells: dict[Cell, Sums] = {}
    taken = loose = 0
    with decimal.localcontext(EXACT):
        for row in records(grouped):
            made = cells.setdefault(cell_of(keys, row), Sums())
            made.commitments += int(row["commitments"])
            taken, loose = taken + row["n_taken"], loose + row["n_inexact"]
            for name in shown:
                if row[f"n_m_{measure_of(name)}"]:
                    made.numbers[name] = row[f"m_{name}"] or Decimal(0)
            if whole and row["n_m_pledged"]:
                made.numbers["outstanding"] = row["owed"] - row["taken_off"]
            if whole and row["n_due"]:
                made.numbers["overdue"] = row["late_owed"] - row["late_arrived"]
            made.reported, made.settled = bool(row["n_reported"]), row["judged"] or Decimal(0)
    # An engine is asked for no more than what may be there.
    if taken and loose and has_any(rows):
        with decimal.localcontext(EXACT):
            remainders = Remainders(rows, per_commitment, keys)
            remainders.loosen(cells, whole=whole)
            if ranged:
                remainders.move_ends(cells)
        rows = remainders.others
    flags = ("may_owe", "is_counted", "is_missing")
    for row in bounded(rows, per_commitment, keys, flags) if loose else ():
        _loosen(cells[cell_of(keys, row)], row, whole=whole)
    for row in endless(rows, per_commitment, keys) if ranged else ():
        cells[cell_of(keys, row)].endless.update(ends_missing(row))
    return cells


def _loosen(made: Sums, row: dict[str, Any], *, whole: bool) -> None:
    """Say of a cell that a balance in it is not exact."""
    made.bounds[row["measure"]].add(row["bound"])
    if whole and row["measure"] in ("pledged", *ARRIVED):
        loose = flip(row["bound"]) if row["measure"] in ARRIVED else row["bound"]
        if row["may_owe" if row["measure"] == "pledged" else "is_counted"]:
            made.bounds["outstanding"].add(loose)
        if row["is_missing"]:
            made.bounds["overdue"].add(loose)


def _count_statuses(
    lazy: nw.LazyFrame[Any], keys: Sequence[str], day: dt.date, where: Where | None
) -> dict[Cell, int]:
    """How many commitments of each cell have each status."""
    _, per_commitment = by_commitment(lazy, keys, day, where, with_status=True)
    groups = [f"key_{at}" for at in range(len(keys))]
    members = per_commitment.select(*groups, "unit", "status", "commitment").unique()
    counts = members.group_by(*groups, "unit", "status").agg(nw.len().alias("count"))
    return {(*cell_of(keys, row), row["status"]): row["count"] for row in records(counts)}


def _repeated(lazy: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The rows with what was announced again in the place of what is pledged."""
    measure = nw.col("measure").cast(nw.String)
    return lazy.with_columns(
        nw.when(measure == AGAIN)
        .then(nw.lit("pledged"))
        .otherwise(nw.when(measure == "pledged").then(nw.lit(AGAIN)).otherwise(measure))
        .alias("measure")
    )


def _add_headline(cells: dict[Cell, Sums], again: dict[Cell, Sums]) -> None:
    """Add up in every cell what is pledged and what was announced again."""
    for cell, sums in again.items():
        if "pledged" in sums.numbers:
            made = cells.setdefault(cell, Sums())
            made.numbers["headline"] = sums.numbers["pledged"]
            made.bounds["headline"] |= sums.bounds.get("pledged", set())
    for made in cells.values():
        if "pledged" in made.numbers:
            others = made.numbers.get("headline", Decimal(0))
            made.numbers["headline"] = EXACT.add(made.numbers["pledged"], others)
            made.bounds["headline"] |= made.bounds.get("pledged", set())


# --- periods --------------------------------------------------------------------------------------


def in_order(cells: Iterable[Cell], keys: Sequence[str]) -> list[Cell]:
    """The rows of a result as people expect them."""
    orders = [frames.sort_key(key, STATUSES if key == "status" else ()) for key in (*keys, "unit")]
    return sorted(
        cells, key=lambda cell: [order(label) for order, label in zip(orders, cell, strict=True)]
    )


def table_of(
    cells: dict[Cell, Sums], keys: Sequence[str], columns: Sequence[str], numbers: Numbers
) -> pd.DataFrame:
    """Cells as a table: the keys, the unit, the amounts, the count, the bounds in words."""
    ordered = in_order(cells, keys)
    made: dict[str, Any] = {
        key: frames.words(cell[at] for cell in ordered) for at, key in enumerate((*keys, "unit"))
    }
    for name in columns:
        values = [cells[cell].end(name) for cell in ordered]
        made[name] = frames.amounts(values, numbers)
    made["commitments"] = pd.array([cells[cell].commitments for cell in ordered], dtype="int64")
    made["bound"] = frames.words(cells[cell].bound() for cell in ordered)
    return pd.DataFrame(made)

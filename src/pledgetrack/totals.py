"""Totals and summary: exact sums of movements by party, horizon, period or any other key."""

from __future__ import annotations

import datetime as dt
import decimal
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from pledgetrack import frames, periods
from pledgetrack.calendar import NOT_STATED, FiscalCalendar, Periods, fiscal_calendar
from pledgetrack.frames import Numbers, Where, collect, flag, records, when
from pledgetrack.movements import MEASURES
from pledgetrack.quantity import EXACT, combine, flip
from pledgetrack.status import NEEDED as STATUS_NEEDED
from pledgetrack.status import STATUSES, ratio, statuses

NEEDED = (
    "commitment", "unit", "measure", "number", "bound", "since", "until", "end", "event",
)  # fmt: skip
_SPREAD = MEASURES[:3]

Cell = tuple[str, ...]
"""The labels of a row: the keys, the period where there is one, the unit."""


@dataclass(slots=True)
class _Sums:
    """What a row of a result is made of."""

    numbers: dict[str, Decimal] = field(default_factory=dict)
    commitments: int = 0
    bounds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    reported: bool = False

    def bound(self) -> str:
        """What is not exact, in words: "pledged at least, outstanding at least"."""
        order = [*MEASURES, "outstanding", "overdue"]
        loose = {name: combine(self.bounds[name]) for name in order if name in self.bounds}  # type: ignore[arg-type]
        return ", ".join(f"{name} {bound}" for name, bound in loose.items() if bound != "exact")


def totals(
    frame: Any,
    by: str | Iterable[str] = (),
    *,
    as_of: object = None,
    per: str | None = None,
    calendar: str | FiscalCalendar | None = None,
    where: Where | None = None,
    numbers: Numbers = "decimal",
) -> pd.DataFrame:
    """Exact totals of movements as of a day: a row per group and unit.

    ``frame`` is any movements frame that narwhals knows (pandas, PyArrow, Polars, DuckDB ...).
    ``by`` takes party, recipient, channel, unit, horizon, due, announced, status, source,
    commitment and tags. ``per`` ("year", "fiscal year", "quarter", "month") spreads what was
    promised over the days of each horizon and adds the key ``period``. Units never mix; a cell is
    missing where nothing was recorded. The columns ``outstanding`` and ``overdue`` are absent
    where a key cuts through a commitment (``per``, and source in ``by`` or ``where``).
    ``commitments`` counts distinct ids in a row and does not add up. ``numbers="float"`` is for
    plotting.

    >>> import pledgetrack as pt
    >>> frame = pt.load_seeds().movements()
    >>> table = pt.totals(frame, by="party", as_of="2022-07-31", where={"unit": "USD"})
    >>> table[["party", "pledged", "committed"]]
               party     pledged   committed
    0         Mexico  1500000000        None
    1  United States  3739000000  3400000000
    """
    day = frames.today(as_of)
    lazy = frames.enter(frame, NEEDED)
    keys = frames.check_keys(by, lazy.collect_schema().names())
    keys = tuple(key for key in keys if key != "unit")
    cut = periods_of(per, calendar)
    cells, columns = _cells(lazy, keys, day, cut, where)
    result = _table(cells, (*keys, *(["period"] if cut else [])), columns, numbers)
    return _described(result, day, cut)


def summary(
    frame: Any,
    by: str | Iterable[str] = (),
    *,
    as_of: object = None,
    where: Where | None = None,
    numbers: Numbers = "decimal",
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
    lazy = frames.enter(frame, (*NEEDED, *STATUS_NEEDED))
    keys = frames.check_keys(by, lazy.collect_schema().names())
    keys = tuple(key for key in keys if key != "unit")
    cells, columns = _cells(lazy, keys, day, None, where)
    result = _table(cells, keys, columns, numbers)
    ordered = _ordered(cells, keys)
    if "outstanding" in columns:
        shares = []
        for cell in ordered:
            sums = cells[cell]
            pledged = sums.numbers.get("pledged")
            arrived = None
            if sums.reported and pledged is not None:
                arrived = EXACT.subtract(pledged, sums.numbers["outstanding"])
            shares.append(ratio(arrived, pledged))
        result["share"] = frames.amounts(shares, numbers)
    counted = _count_statuses(lazy, keys, day, where)
    for status in STATUSES:
        column = [counted.get((*cell, status), 0) for cell in ordered]
        result[f"status_{status.replace(' ', '_')}"] = pd.array(column, dtype="int64")
    return _described(result, day, None)


def periods_of(per: str | None, calendar: str | FiscalCalendar | None) -> Periods | None:
    """The periods that ``per`` and ``calendar`` name, if any."""
    if calendar is not None:
        fiscal_calendar(calendar)
    return None if per is None else Periods.of(per, calendar)


def _described(result: pd.DataFrame, day: dt.date, cut: Periods | None) -> pd.DataFrame:
    result.attrs["as_of"] = str(day)
    result.attrs["caption"] = f"as of {day}"
    if cut and cut.calendar:
        result.attrs["calendar"] = str(cut.calendar)
        result.attrs["caption"] += f"; fiscal years {cut.calendar}"
    return result


# --- rows of the engine ---------------------------------------------------------------------------


def _chosen(
    lazy: nw.LazyFrame[Any], keys: Sequence[str], day: dt.date, where: Where | None
) -> tuple[nw.LazyFrame[Any], Any]:
    """The rows that count, under ``key_0`` ..., and what the keys ask of the status."""
    names = lazy.collect_schema().names()
    wanted = dict(where or {})
    status_wanted = wanted.pop("status", None)
    frames.need(names, frames.columns_for(keys, names))
    rows = frames.choose(frames.countable(frames.as_of_day(lazy, day)), wanted)
    plain = [key if key != "status" else "commitment" for key in keys]
    if keys:
        rows = rows.with_columns(*frames.key_columns(plain, names))
    return rows, status_wanted


def _with_status(
    per_commitment: nw.LazyFrame[Any],
    lazy: nw.LazyFrame[Any],
    keys: Sequence[str],
    day: dt.date,
    wanted: Any,
    *,
    always: bool = False,
) -> nw.LazyFrame[Any]:
    """Put the status as of the day where the keys or the choice ask for it."""
    if "status" not in keys and wanted is None and not always:
        return per_commitment
    frames.need(lazy.collect_schema().names(), STATUS_NEEDED)
    known = nw.from_native(statuses(lazy, day))
    rows = nw.from_native(collect(per_commitment)).join(known, on="commitment", how="left")
    if "status" in keys:
        rows = rows.with_columns(nw.col("status").alias(f"key_{list(keys).index('status')}"))
    if wanted is not None:
        allowed = frames.check_status(wanted, STATUSES)
        rows = rows.filter(nw.col("status").is_in(allowed))
    made: nw.LazyFrame[Any] = rows.lazy()
    return made


def _per_commitment(
    lazy: nw.LazyFrame[Any],
    keys: Sequence[str],
    day: dt.date,
    where: Where | None,
    *,
    latest: Sequence[str] = (),
    carry: Sequence[str] = (),
    with_status: bool = False,
) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any]]:
    """The rows that count, and the balances of each commitment in each cell."""
    rows, wanted = _chosen(lazy, keys, day, where)
    measure = nw.col("measure")
    groups = [f"key_{at}" for at in range(len(keys))]
    rows = rows.with_columns(
        *(
            expr
            for name in MEASURES
            for expr in when(measure == name, nw.col("number"), f"m_{name}")
        ),
        flag(measure.is_null() | (measure != "delivered"), "n_other"),
    )
    sums = [*(f"m_{name}" for name in MEASURES), *(f"n_m_{name}" for name in MEASURES), "n_other"]
    per_commitment = (
        rows.group_by(*groups, "unit", "commitment", *carry)
        .agg(nw.col(*sums).sum(), nw.col("end", *latest).max())
        .with_columns(
            *_labelled((*groups, "unit", "commitment")),
            *(nw.col(name).cast(nw.String) for name in carry),
        )
    )
    per_commitment = _with_status(per_commitment, lazy, keys, day, wanted, always=with_status)
    return rows, per_commitment


def _cells(
    lazy: nw.LazyFrame[Any],
    keys: Sequence[str],
    day: dt.date,
    cut: Periods | None,
    where: Where | None,
) -> tuple[dict[Cell, _Sums], list[str]]:
    """Every row of a result, and the names of its amounts."""
    if cut is not None:
        return _period_cells(lazy, keys, day, cut, where), list(MEASURES)
    rows, per_commitment = _per_commitment(lazy, keys, day, where)
    groups = [f"key_{at}" for at in range(len(keys))]
    pledged, delivered = nw.col("m_pledged"), nw.col("m_delivered")
    stated = nw.col("n_m_pledged") > 0
    counted = stated & (pledged > 0)
    due = stated & ~nw.col("end").is_null() & (nw.col("end") < nw.lit(day, dtype=nw.Date))
    missing = due & (pledged > delivered)
    per_commitment = per_commitment.with_columns(
        nw.when(counted).then(pledged).alias("owed"),
        nw.when(counted).then(delivered).alias("arrived"),
        nw.when(missing).then(pledged).alias("late_owed"),
        nw.when(missing).then(delivered).alias("late_arrived"),
        flag(counted, "is_counted"),
        flag(missing, "is_missing"),
        flag(due, "n_due"),
        flag(counted & (nw.col("n_m_delivered") > 0), "n_reported"),
        frames.COUNT.alias("commitments"),
    )
    sums = (
        *(f"m_{name}" for name in MEASURES), *(f"n_m_{name}" for name in MEASURES),
        "owed", "arrived", "late_owed", "late_arrived", "n_due", "n_reported", "commitments",
    )  # fmt: skip
    grouped = per_commitment.group_by(*groups, "unit").agg(nw.col(*sums).sum())
    whole = "source" not in keys and "source" not in (where or {})
    cells: dict[Cell, _Sums] = {}
    with decimal.localcontext(EXACT):
        for row in records(grouped):
            made = cells.setdefault(_cell(keys, row), _Sums())
            for name in MEASURES:
                if row[f"n_m_{name}"]:
                    made.numbers[name] = row[f"m_{name}"]
            if whole and row["n_m_pledged"]:
                made.numbers["outstanding"] = row["owed"] - row["arrived"]
            if whole and row["n_due"]:
                made.numbers["overdue"] = row["late_owed"] - row["late_arrived"]
            made.commitments += int(row["commitments"])
            made.reported = bool(row["n_reported"])
    for row in _bounded(rows, per_commitment, keys, ("is_counted", "is_missing")):
        made = cells[_cell(keys, row)]
        made.bounds[row["measure"]].add(row["bound"])
        loose = flip(row["bound"]) if row["measure"] == "delivered" else row["bound"]
        if whole and row["measure"] in ("pledged", "delivered"):
            if row["is_counted"]:
                made.bounds["outstanding"].add(loose)
            if row["is_missing"]:
                made.bounds["overdue"].add(loose)
    return cells, [*MEASURES, *(("outstanding", "overdue") if whole else ())]


def _bounded(
    rows: nw.LazyFrame[Any],
    per_commitment: nw.LazyFrame[Any],
    keys: Sequence[str],
    flags: Sequence[str],
) -> list[dict[str, Any]]:
    """The bounds other than exact behind each cell, of balances that are not 0."""
    groups = [f"key_{at}" for at in range(len(keys))]
    # The status is known only per commitment, so it is not a column to join on.
    same = [f"key_{at}" for at, key in enumerate(keys) if key != "status"]
    same += ["unit", "commitment"]
    loose = (
        rows.filter(
            ~nw.col("bound").is_null()
            & (nw.col("bound") != "exact")
            & nw.col("measure").is_in(MEASURES)
        )
        .group_by(*same, "measure", "bound")
        .agg(nw.col("number").sum())
        .filter(nw.col("number") != 0)
        .with_columns(*_labelled(same), nw.col("measure", "bound").cast(nw.String))
    )
    if per_commitment.implementation != rows.implementation:
        loose = nw.from_native(collect(loose)).lazy()
    rest = [name for name in groups if name not in same]
    rest += [name for name in flags if name not in same]
    joined = loose.join(per_commitment.select(*same, *rest), on=same, how="inner")
    wanted = (*groups, "unit", "measure", "bound", *flags)
    return records(joined.select(*wanted).unique())


def _labelled(names: Iterable[str]) -> list[nw.Expr]:
    return [nw.col(name).cast(nw.String).fill_null(NOT_STATED) for name in names]


def _cell(keys: Sequence[str], row: dict[str, Any]) -> Cell:
    labels = (frames.key_label(key, row[f"key_{at}"]) for at, key in enumerate(keys))
    return (*labels, row["unit"])


def _count_statuses(
    lazy: nw.LazyFrame[Any], keys: Sequence[str], day: dt.date, where: Where | None
) -> dict[Cell, int]:
    """How many commitments of each cell have each status."""
    _, per_commitment = _per_commitment(lazy, keys, day, where, with_status=True)
    groups = [f"key_{at}" for at in range(len(keys))]
    counts = per_commitment.group_by(*groups, "unit", "status").agg(nw.len().alias("count"))
    return {(*_cell(keys, row), row["status"]): row["count"] for row in records(counts)}


# --- periods --------------------------------------------------------------------------------------


def _period_cells(
    lazy: nw.LazyFrame[Any],
    keys: Sequence[str],
    day: dt.date,
    cut: Periods,
    where: Where | None,
) -> dict[Cell, _Sums]:
    """Every cell by period: balances over the days of their horizons, deliveries on their day."""
    frames.need(lazy.collect_schema().names(), ("on", "start", "announced", "horizon"))
    rows, per_commitment = _per_commitment(
        lazy, keys, day, where, latest=("start", "announced"), carry=("horizon",)
    )
    held = records(per_commitment)
    heads = [_cell(keys, row) for row in held]
    fixed = [at for at, key in enumerate(keys) if key != "status"]
    index = {
        (*(row[f"key_{at}"] for at in fixed), row["unit"], row["commitment"]): at
        for at, row in enumerate(held)
    }
    cells: dict[Cell, _Sums] = defaultdict(_Sums)

    def cell(at: int, period: str) -> _Sums:
        return cells[(*heads[at][:-1], period, heads[at][-1])]

    dated = [at for at, row in enumerate(held) if row["end"] is not None and row["n_other"]]
    starts = [_opening(held[at]) for at in dated]
    windows = periods.Windows.cut(starts, [held[at]["end"] for at in dated], cut)
    spans = dict(
        zip(dated, zip(starts, (held[at]["end"] for at in dated), strict=True), strict=True)
    )
    pieces: dict[int, list[_Sums]] = defaultdict(list)
    with decimal.localcontext(EXACT):
        for row, period in zip(windows.row, windows.period, strict=True):
            made = cell(dated[row], cut.label(int(period)))
            made.commitments += 1
            pieces[dated[row]].append(made)
        for at, row in enumerate(held):
            if row["n_other"] and row["end"] is None:
                made = cell(at, row["horizon"] or NOT_STATED)
                made.commitments += 1
                pieces[at].append(made)
                for name in _SPREAD:
                    if row[f"n_m_{name}"]:
                        _add(made, name, row[f"m_{name}"])
        for name in _SPREAD:
            _spread(name, held, dated, windows, pieces)
        for row in _bounded(rows, per_commitment, keys, ("commitment",)):
            at = index[(*(row[f"key_{at}"] for at in fixed), row["unit"], row["commitment"])]
            for made in pieces[at] if row["measure"] != "delivered" else ():
                made.bounds[row["measure"]].add(row["bound"])
        seen: set[tuple[int, int]] = set()
        for row in _deliveries(rows, keys):
            place = index.get((*(row[f"key_{at}"] for at in fixed), row["unit"], row["commitment"]))
            if place is None:
                continue
            period = cut.number(row["on"])
            made = cell(place, cut.label(period))
            _add(made, "delivered", row["number"])
            if row["bound"] not in (None, "exact") and row["number"]:
                made.bounds["delivered"].add(row["bound"])
            start, end = spans.get(place, (None, None))
            inside = (
                start is not None
                and end is not None
                and cut.number(start) <= period <= cut.number(end)
            )
            if not inside and (place, period) not in seen:
                seen.add((place, period))
                made.commitments += 1
    return dict(cells)


def _opening(row: dict[str, Any]) -> dt.date:
    """The first day of a window: the horizon's, else that of the announcement."""
    end: dt.date = row["end"]
    start: dt.date = row["start"] or row["announced"] or end
    return min(start, end)


def _add(made: _Sums, name: str, number: Decimal) -> None:
    made.numbers[name] = made.numbers.get(name, Decimal(0)) + number


def _spread(
    name: str,
    held: Sequence[dict[str, Any]],
    dated: Sequence[int],
    windows: periods.Windows,
    pieces: dict[int, list[_Sums]],
) -> None:
    """Split one measure of every commitment over its pieces."""
    amounts, digits = [], []
    for at in dated:
        row = held[at]
        number = row[f"m_{name}"] if row[f"n_m_{name}"] else None
        places = 0 if number is None else periods.digits_of(number, row["unit"])
        digits.append(None if number is None else places)
        amounts.append(0 if number is None else periods.to_minor(number, places))
    parts = windows.split(amounts)
    place = np.arange(len(windows.row)) - np.searchsorted(windows.row, windows.row)
    for row, nth, part in zip(windows.row, place, parts, strict=True):
        places_ = digits[row]
        if places_ is not None:
            _add(pieces[dated[row]][nth], name, periods.from_minor(int(part), places_))


def _deliveries(rows: nw.LazyFrame[Any], keys: Sequence[str]) -> list[dict[str, Any]]:
    same = [f"key_{at}" for at in range(len(keys))] + ["unit", "commitment"]
    delivered = (
        rows.filter((nw.col("measure") == "delivered") & ~nw.col("number").is_null())
        .group_by(*same, "on", "bound")
        .agg(nw.col("number").sum())
        .with_columns(*_labelled(same), nw.col("bound").cast(nw.String))
    )
    return records(delivered)


# --- results --------------------------------------------------------------------------------------


def _ordered(cells: Iterable[Cell], keys: Sequence[str]) -> list[Cell]:
    """The rows of a result as people expect them."""
    orders = [frames.sort_key(key, STATUSES if key == "status" else ()) for key in (*keys, "unit")]
    return sorted(
        cells, key=lambda cell: [order(label) for order, label in zip(orders, cell, strict=True)]
    )


def _table(
    cells: dict[Cell, _Sums], keys: Sequence[str], columns: Sequence[str], numbers: Numbers
) -> pd.DataFrame:
    ordered = _ordered(cells, keys)
    made: dict[str, Any] = {
        key: frames.words(cell[at] for cell in ordered) for at, key in enumerate((*keys, "unit"))
    }
    for name in columns:
        values = [cells[cell].numbers.get(name) for cell in ordered]
        made[name] = frames.amounts(values, numbers)
    made["commitments"] = pd.array([cells[cell].commitments for cell in ordered], dtype="int64")
    made["bound"] = frames.words(cells[cell].bound() for cell in ordered)
    return pd.DataFrame(made)

"""Fulfilment as of a day: the first line that holds, read from movements alone.

An engine filters and adds up; what is then decided, is decided on one row per commitment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
import pyarrow as pa

from pledgetrack import frames
from pledgetrack.balances import RETURNED
from pledgetrack.convert import Converting, described, enter
from pledgetrack.errors import unknown
from pledgetrack.frames import Numbers, Where, collect, countable, flag, records, when
from pledgetrack.judged import Table
from pledgetrack.judging import (
    ANNOUNCED,
    DELIVERED,
    FIRM,
    PROPOSED,
    REASONS,
    REPORTS,
    STANDING,
    Judging,
)
from pledgetrack.members import PART
from pledgetrack.models import ENDINGS, STAGES
from pledgetrack.movements import label
from pledgetrack.quantity import ratio
from pledgetrack.units import ACTION

STATUSES = (
    "rejected", "withdrawn", "expired", "alleged", "proposed", "fulfilled", "fulfilled late",
    "stalled", "overdue", "in progress", "nothing delivered", "nothing reported",
)  # fmt: skip
"""In the order in which they are tried."""

NEEDED = (
    "commitment", "party", "unit", "measure", "number", "on", "since", "until",
    "announced", "start", "end", "horizon", "event", "source",
)  # fmt: skip
COLUMNS = (
    "commitment", "party", "status", "unit", "target", "delivered", "share", "start", "end",
    "days_left", "reported", "original_target", "original_end", "source", "reason",
)  # fmt: skip
STATED_COLUMNS = ("stated_unit", "stated_target", "stated_delivered")
"""As recorded, where the amounts of a status table are converted."""
_AMOUNTS = (
    "target", "delivered", "share", "original_target", "stated_target", "stated_delivered",
)  # fmt: skip
_NEEDED_ONCE = ("instead", "party", "source", "start")


def status(
    frame: Any,
    *,
    columns: str | Iterable[str] | None = None,
    as_of: object = None,
    known_by: object = None,
    where: Where | None = None,
    numbers: Numbers = "decimal",
    **converting: Unpack[Converting],
) -> pd.DataFrame:
    """The status of every commitment announced by a day, a row per target.

    An action has one row, with the unit "action"; what was delivered in a unit that is no target
    has a row without target and share. ``share`` is delivered / target; ``days_left`` counts to the
    last day of the horizon, below zero after it; ``reported`` and ``source`` are the day and source
    of the last delivery or completion reported for the row's unit. Missing cells are missing,
    never 0. ``reason`` says of a record that counts in no total why, and what counts instead. A
    whole is judged by its full target, and by what was delivered of its parts too. With ``into=``
    (options as in ``pt.totals``) amounts are converted, the status and the share are those of the
    amounts as recorded, and these stand in three more columns.

    ``columns`` names the columns to show beside ``commitment`` and ``unit``. Of movements in memory
    no other is made, which takes a fraction of the time and memory with millions of commitments.

    >>> import pledgetrack as pt
    >>> frame = pt.load_seeds().movements()
    >>> mexico = {"party": "Mexico", "unit": "USD"}
    >>> pt.status(frame, as_of="2024-07-12", where=mexico)[["status", "target", "days_left"]]
        status      target  days_left
    0  overdue  1500000000         -1
    """
    day = frames.today(as_of)
    lazy, told = enter(
        frame, NEEDED, since=day, until=day, known_by=known_by, where=where, **converting
    )
    where = dict(where or {})
    wanted = where.pop("status", None)
    allowed = STATUSES if wanted is None else frames.check_status(wanted, STATUSES)
    is_converted = frames.STATED_UNIT in lazy.collect_schema().names()
    shown = _shown(columns, COLUMNS + STATED_COLUMNS if is_converted else COLUMNS)
    judging = Judging.of(lazy, day, where, _NEEDED_ONCE)
    if judging is not None:
        decided = _decide(nw.from_native(judging.facts()), day).to_native()
        table = Table(judging, decided, allowed, numbers).frame(shown)
        return frames.told(described(frames.dated(table, day), told), known_by)
    stated = frames.as_stated(lazy)
    current = frames.as_of_day(stated, day)
    by_commitment = {row["commitment"]: row for row in statuses(lazy, day).to_pylist()}
    units = _units(current)
    pairs = frames.choose(countable(frames.as_of_day(lazy, day)), where)
    unit_as_stated = _text(frames.STATED_UNIT if is_converted else "unit").alias("stated_unit")
    chosen = records(pairs.select(_text("commitment"), _text("unit"), unit_as_stated).unique())
    kept = {(row["commitment"], row["stated_unit"]): row["unit"] for row in chosen}
    # Money in the other currency, by the unit as recorded.
    money = lazy.with_columns(nw.col(frames.STATED_UNIT).alias("unit")) if is_converted else lazy
    found = records(_units(frames.as_of_day(money, day))) if is_converted else []
    worth = {(row["commitment"], row["unit"]): row for row in found}
    originals = _original_targets(frames.as_of_day(money, day))
    original_ends = _original_ends(money, day)
    reports = _reports(current)
    keys = _keys(current)
    reasons = _aside(current)
    rows: list[dict[str, Any]] = []
    for row in records(units):
        name, unit = row["commitment"], row["unit"]
        amount = worth.get((name, unit), row)
        fact = by_commitment[name]
        if (name, unit) not in kept or fact["status"] not in allowed:
            continue
        target = row["target"] if row["n_target"] else None
        delivered = row["delivered"] if row["n_delivered"] else None
        key = keys[name]
        reported, source = _last_report(reports.get(name, []), unit)
        rows.append(
            {
                "commitment": name,
                "party": frames.key_label("party", key["party"]),
                "status": fact["status"],
                "unit": kept[name, unit],
                "target": amount["target"] if row["n_target"] else None,
                "delivered": amount["delivered"] if row["n_delivered"] else None,
                "share": ratio(delivered, target),
                "start": key["start"],
                "end": key["end"],
                "days_left": (key["end"] - day).days if key["end"] else None,
                "reported": reported,
                "original_target": originals.get((name, unit)),
                "original_end": original_ends.get(name),
                "source": source,
                "reason": reasons.get(name),
                "stated_unit": unit,
                "stated_target": target,
                "stated_delivered": delivered,
            }
        )
    unit_order = frames.sort_key("unit")
    rows.sort(key=lambda row: (
        row["commitment"], unit_order(row["unit"]), unit_order(row["stated_unit"])
    ))  # fmt: skip
    made = described(frames.dated(_table(rows, shown, numbers), day), told)
    return frames.told(made, known_by)


def _shown(asked: str | Iterable[str] | None, known: Sequence[str]) -> list[str]:
    """The columns that were asked for, in the order in which a status table shows them."""
    if asked is None:
        return [*known]
    wanted = {asked} if isinstance(asked, str) else {*asked}
    for name in wanted:
        if name not in known:
            raise unknown("column", name, known)
    return [name for name in known if name in {*wanted, "commitment", "unit"}]


def _table(rows: list[dict[str, Any]], columns: Sequence[str], numbers: Numbers) -> pd.DataFrame:
    made: dict[str, Any] = {}
    for name in columns:
        values = [row[name] for row in rows]
        if name in _AMOUNTS:
            made[name] = frames.amounts(values, numbers)
        elif name in ("start", "end", "reported", "original_end"):
            made[name] = frames.days(values)
        elif name == "days_left":
            made[name] = pd.array(values, dtype="Int64")
        else:
            made[name] = frames.words(values)
    return pd.DataFrame(made)


def _text(name: str) -> nw.Expr:
    return nw.col(name).cast(nw.String)


def _day() -> nw.Expr:
    """The day from which a fact counts: its own, but not before the announcement."""
    late = nw.col("on") < nw.col("announced")
    return nw.when(late).then(nw.col("announced")).otherwise(nw.col("on"))


def _units(current: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Per commitment and unit: what stands, what was delivered, and what of it by the end."""
    measure, number = nw.col("measure"), nw.col("number")
    # The full target: what of it a part shows is still promised.
    standing = measure.is_in(STANDING) & (nw.col("event") != PART)
    delivered = measure.is_in(DELIVERED)
    by_end = delivered & ~nw.col("end").is_null() & (nw.col("on") <= nw.col("end"))
    return (
        countable(current)
        .with_columns(
            *when(standing, number, "target"),
            *when(delivered, number, "delivered"),
            *when(by_end, number, "by_end"),
        )
        .group_by("commitment", "unit")
        .agg(nw.col("target", "n_target", "delivered", "n_delivered", "by_end").sum())
        .with_columns(_text("commitment"), _text("unit"))
    )


def statuses(lazy: nw.LazyFrame[Any], day: dt.date) -> pa.Table:
    """The status of each commitment as of a day: columns ``commitment``, ``status``."""
    judging = Judging.of(lazy, day)
    facts_ = _facts(lazy, day) if judging is None else nw.from_native(judging.facts())
    return _decide(facts_, day).select("commitment", "status").to_native()


def _facts(lazy: nw.LazyFrame[Any], day: dt.date) -> nw.DataFrame[Any]:
    """What is decided upon, a row per commitment."""
    current = frames.as_of_day(frames.as_stated(lazy), day)
    target, delivered = nw.col("target"), nw.col("delivered")
    standing = (nw.col("n_target") > 0) & (target > 0)
    units = (
        _units(current)
        .with_columns(
            flag(standing, "standing"),
            flag(standing & (delivered >= target), "reached"),
            flag(standing & (nw.col("by_end") >= target), "reached_by_end"),
            flag(delivered > 0, "some"),
        )
        .group_by("commitment")
        .agg(
            nw.col("standing", "reached", "reached_by_end", "some", "n_delivered", "n_target").sum()
        )
    )
    event, measure = nw.col("event"), nw.col("measure")
    facts = (
        current.with_columns(
            flag((event == "proposed") | measure.is_in(PROPOSED), "is_proposed"),
            flag(event.is_in(FIRM) | measure.is_in(FIRM), "is_firm"),
            *(nw.when(event == kind).then(_day()).alias(kind) for kind in ("suspended", "resumed")),
        )
        .group_by("commitment")
        .agg(
            nw.col("is_proposed", "is_firm", "suspended", "resumed", "end").max(),
        )
        .with_columns(_text("commitment"))
    )
    frame = nw.from_native(collect(facts)).join(
        nw.from_native(collect(units)), on="commitment", how="left"
    )
    for part in (_completions(current), _endings(current)):
        frame = frame.join(nw.from_native(part), on="commitment", how="left")
    found: nw.DataFrame[Any] = frame
    return found


def _since_reopened(
    current: nw.LazyFrame[Any], kinds: Sequence[str], reopenings: Sequence[str] = ("reopened",)
) -> nw.LazyFrame[Any]:
    """The facts of some kinds since each commitment was last reopened, with their day."""
    event = nw.col("event")
    rows = current.filter(event.is_in((*kinds, *reopenings))).with_columns(
        _text("commitment"), _day().alias("day")
    )
    reopened = (
        rows.filter(event.is_in(reopenings))
        .group_by("commitment")
        .agg(nw.col("day").max().alias("again"))
    )
    facts = rows.filter(event.is_in(kinds)).join(reopened, on="commitment", how="left")
    return facts.filter(nw.col("again").is_null() | (nw.col("day") >= nw.col("again")))


def _completions(current: nw.LazyFrame[Any]) -> pa.Table:
    """The first completion of each commitment since it was last reopened."""
    done = _since_reopened(current, ("completed",))
    return collect(done.group_by("commitment").agg(nw.col("day").min().alias("completed")))


def _endings(current: nw.LazyFrame[Any]) -> pa.Table:
    """How and when each commitment was taken back since it was last reopened, and what was left.

    ``took`` is the last day for amounts, ``took_action`` the first for actions; ``left`` counts the
    targets with something undelivered standing at the end of that day.
    """
    event, number = nw.col("event"), nw.col("number")
    took = ~number.is_null() & (number < 0) & nw.col("measure").is_in(STANDING)
    ends = _since_reopened(current, ENDINGS, ("reopened", RETURNED))
    ends = ends.with_columns(
        *(
            nw.when((event == kind) & condition).then(nw.col("day")).alias(f"{kind}{suffix}")
            for kind in ENDINGS
            for condition, suffix in ((took, ""), (number.is_null(), "_action"))
        )
    )
    actions = [f"{kind}_action" for kind in ENDINGS]
    # An action is taken whole by the first that takes it, an amount bit by bit.
    ends = ends.group_by("commitment").agg(nw.col(*ENDINGS).max(), nw.col(*actions).min())
    ends = ends.with_columns(
        nw.max_horizontal(*ENDINGS).alias("took"), nw.min_horizontal(*actions).alias("took_action")
    )
    last = nw.coalesce("took", "took_action")
    until = ends.select("commitment", last.alias("last"))
    rows = current.with_columns(_text("commitment"), _day().alias("day"))
    rows = rows.join(until, on="commitment", how="inner").filter(nw.col("day") <= nw.col("last"))
    left = _units(rows).with_columns(
        flag(
            (nw.col("n_target") > 0)
            & (nw.col("target") > 0)
            & (nw.col("delivered") < nw.col("target")),
            "left",
        )
    )
    left = left.group_by("commitment").agg(nw.col("left").sum())
    return (
        nw.from_native(collect(ends))
        .join(nw.from_native(collect(left)), on="commitment", how="left")
        .to_native()
    )


def _decide(frame: nw.DataFrame[Any], day: dt.date) -> nw.DataFrame[Any]:
    """The first line that holds, for one row per commitment."""
    counts = ("standing", "reached", "reached_by_end", "some", "n_delivered", "n_target", "left")
    col = nw.col
    frame = frame.with_columns(
        *(col(name).cast(nw.Int64).fill_null(0) for name in counts),
        *(col(name).cast(nw.Int64).fill_null(0) for name in ("is_proposed", "is_firm")),
    )
    action = col("n_target") == 0
    frame = frame.with_columns(
        nw.when(action).then(col("took_action")).otherwise(col("took")).alias("taken")
    )
    there = frame.with_columns(
        *(flag(~col(name).is_null(), f"has_{name}") for name in
          ("taken", "completed", "suspended", "resumed", "end")),
    )  # fmt: skip
    has = {name: col(f"has_{name}") == 1 for name in
           ("taken", "completed", "suspended", "resumed", "end")}  # fmt: skip
    earlier = dt.date.min
    there = there.with_columns(
        *(col(name).fill_null(nw.lit(earlier, dtype=nw.Date)).alias(name) for name in has),
        *(
            nw.when(action).then(col(f"{kind}_action")).otherwise(col(kind))
            .fill_null(nw.lit(earlier, dtype=nw.Date)).alias(kind)
            for kind in ENDINGS
        ),
    )  # fmt: skip
    # An action that was complete by then had nothing left to take.
    spared = action & has["completed"] & (col("completed") <= col("taken"))
    nothing_left = (col("left") == 0) & (col("standing") == col("reached"))
    ended = has["taken"] & ~spared & nothing_left
    firm = col("is_firm") == 1
    reached = (col("standing") > 0) & (col("standing") == col("reached"))
    by_end = (col("standing") > 0) & (col("standing") == col("reached_by_end"))
    done = reached | has["completed"]
    in_time = ~has["end"] | by_end | (has["completed"] & (col("completed") <= col("end")))
    lines: dict[str, nw.Expr] = {kind: ended & (col(kind) == col("taken")) for kind in ENDINGS}
    lines |= {
        "alleged": ~firm & (col("is_proposed") == 0),
        "proposed": ~firm,
        "fulfilled": done & in_time,
        "fulfilled late": done,
        "stalled": has["suspended"] & (~has["resumed"] | (col("suspended") > col("resumed"))),
        "overdue": has["end"] & (col("end") < nw.lit(day, dtype=nw.Date)),
        "in progress": col("some") > 0,
        "nothing delivered": col("n_delivered") > 0,
    }
    decided: Any = nw.lit("nothing reported")
    for name in reversed(STATUSES[:-1]):
        decided = nw.when(lines[name]).then(nw.lit(name)).otherwise(decided)
    return there.with_columns(decided.alias("status"))


def _keys(current: nw.LazyFrame[Any]) -> dict[str, dict[str, Any]]:
    """Party, start and end of each commitment as they stand."""
    rows = current.select(_text("commitment"), _text("party"), "start", "end").unique()
    return {row["commitment"]: row for row in records(rows)}


def _aside(current: nw.LazyFrame[Any]) -> dict[str, str]:
    """Why records count in no total, and which counts instead."""
    if "instead" not in current.collect_schema().names():
        return {}
    rows = current.filter(~nw.col("instead").is_null() & ~nw.col("measure").is_null())
    found = rows.select(_text("commitment"), _text("instead"), _text("measure")).unique()
    return {
        row["commitment"]: f"{REASONS[row['measure'].split(' ')[0]]} {row['instead']!r}"
        for row in records(found)
    }


def _original_targets(current: nw.LazyFrame[Any]) -> dict[tuple[str, str], Decimal | None]:
    """Each target as it was announced, converted as what stands of it today."""
    rows = (
        current.filter((_day() == nw.col("announced")) & _is_announced())
        .with_columns(flag(~nw.col("number").is_null(), "count"))
        .group_by("commitment", "unit")
        .agg(nw.col("number", "count").sum())
        .with_columns(_text("commitment"), _text("unit"))
    )
    return {
        (row["commitment"], row["unit"]): row["number"] if row["count"] else None
        for row in records(rows)
    }


def _original_ends(lazy: nw.LazyFrame[Any], day: dt.date) -> dict[str, dt.date | None]:
    """The end of each commitment as it was announced."""
    first = (nw.col("since") == nw.col("announced")) & _is_announced()
    # A horizon that moved on the very day of the announcement leaves a row that counts on no day.
    at_once = ~nw.col("until").is_null() & (nw.col("until") == nw.col("since"))
    rows = (
        lazy.filter(first & (nw.col("since") <= nw.lit(day, dtype=nw.Date)))
        .with_columns(flag(at_once, "at_once"), _text("commitment"))
        .select("commitment", "end", "at_once")
        .unique()
    )
    found = sorted(records(rows), key=lambda row: row["at_once"])
    return {row["commitment"]: row["end"] for row in found}


def _is_announced() -> nw.Expr:
    """Whether a row is one of an announcement, or of what made it firmer."""
    measure = nw.col("measure")
    promised = measure.is_null() | measure.is_in(ANNOUNCED)
    return nw.col("event").is_in(STAGES) & promised


Report = tuple[str, dt.date, str | None]
"""The unit delivered in (of a completion, "action"), the day, the source."""


def _reports(current: nw.LazyFrame[Any]) -> dict[str, list[Report]]:
    """The deliveries and completions reported of each commitment."""
    rows = current.filter(nw.col("event").is_in(REPORTS)).select(
        _text("commitment"), _text("unit"), "on", _text("source"), _text("event")
    )
    reports: dict[str, list[Report]] = {}
    for row in records(rows.unique()):
        unit = ACTION if row["event"] == "completed" else row["unit"]
        reports.setdefault(row["commitment"], []).append((unit, row["on"], row["source"]))
    return reports


def _last_report(reports: list[Report], unit: str) -> tuple[dt.date | None, str | None]:
    """Day and source of the last report that speaks of a unit.

    A completion speaks of every target, and every delivery speaks of an action.
    """
    mine = [report for report in reports if report[0] in (unit, ACTION) or unit == ACTION]
    if not mine:
        return None, None
    last = max(on for _, on, _ in mine)
    return last, label([source for _, on, source in mine if on == last and source])

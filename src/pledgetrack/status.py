"""Fulfilment as of a day: the first line that holds, read from movements alone.

An engine filters and adds up; what is then decided, is decided on one row per commitment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

from pledgetrack import codes, fast, frames
from pledgetrack.convert import Converting, described, enter
from pledgetrack.facts import day_of, facts_of, text, units_of
from pledgetrack.frames import Numbers, Where, countable, flag, ordinal, records
from pledgetrack.judged import Table
from pledgetrack.judging import (
    ANNOUNCED,
    REASONS,
    REPORTS,
    Judging,
)
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
    known = COLUMNS + STATED_COLUMNS if is_converted else COLUMNS
    shown = frames.asked(columns, known, always=("commitment", "unit"))
    judging = Judging.of(lazy, day, where, shown)
    if judging is not None:
        table = Table(judging, decided(judging, day), STATUSES, allowed, numbers).frame(shown)
        return frames.told(described(frames.dated(table, day), told), known_by)
    stated = frames.as_stated(lazy)
    current = frames.as_of_day(stated, day)
    by_commitment = {row["commitment"]: row for row in records(statuses(lazy, day))}
    units = units_of(current)
    pairs = frames.choose(countable(frames.as_of_day(lazy, day)), where)
    unit_as_stated = text(frames.STATED_UNIT if is_converted else "unit").alias("stated_unit")
    chosen = records(pairs.select(text("commitment"), text("unit"), unit_as_stated).unique())
    kept = {(row["commitment"], row["stated_unit"]): row["unit"] for row in chosen}
    # Money in the other currency, by the unit as recorded.
    money = lazy.with_columns(nw.col(frames.STATED_UNIT).alias("unit")) if is_converted else lazy
    found = records(units_of(frames.as_of_day(money, day))) if is_converted else []
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


def statuses(lazy: nw.LazyFrame[Any], day: dt.date) -> nw.LazyFrame[Any]:
    """The status of each commitment as of a day, where the rows are: ``commitment``, ``status``."""
    judging = Judging.of(lazy, day)
    if judging is None:
        return _decide(facts_of(lazy, day), day).select("commitment", "status")
    there = pa.array(np.flatnonzero(judging.there))
    found = pa.array(decided(judging, day)).take(there)
    table = pa.table({
        "commitment": judging.ids.take(there),
        "status": pa.array(STATUSES).take(found),
    })  # fmt: skip
    made: nw.LazyFrame[Any] = nw.from_native(table).lazy()
    return made


def _decide(frame: nw.LazyFrame[Any], day: dt.date) -> nw.LazyFrame[Any]:
    """The first line that holds, for one row per commitment."""
    counts = ("standing", "reached", "reached_by_end", "some", "n_delivered", "n_target", "left",
              "is_proposed", "is_firm")  # fmt: skip
    actions = [f"{kind}_action" for kind in ENDINGS]
    days = ("took", "took_action", "completed", "suspended", "resumed", "end", *ENDINGS, *actions)
    frame = frame.with_columns(
        *(nw.col(name).cast(nw.Int64).fill_null(0) for name in counts),
        # Engines differ in which days they can be told of, so that none is before all others.
        *(ordinal(nw.col(name)).fill_null(0).alias(name) for name in days),
    )

    def either(condition: Any, one: Any, other: Any) -> Any:
        return nw.when(condition).then(one).otherwise(other)

    found = lines({name: nw.col(name) for name in (*counts, *days)}, day.toordinal(), 0, either)
    decided: Any = nw.lit("nothing reported")
    for name in reversed(STATUSES[:-1]):
        decided = nw.when(found[name]).then(nw.lit(name)).otherwise(decided)
    return frame.with_columns(decided.alias("status"))


def decided(judging: Judging, day: dt.date) -> Any:
    """The place among the statuses of the first line that holds, for each commitment's code."""
    facts = judging.facts()

    def decide(part: slice) -> Any:
        # One day or number can stand for all.
        some = {name: known[part] if np.ndim(known) else known for name, known in facts.items()}
        found = lines(some, codes.day_number(day), codes.NEVER, codes.either)
        made = np.full(len(some["end"]), len(STATUSES) - 1, dtype=np.int8)
        for at, name in reversed([*enumerate(STATUSES[:-1])]):
            made = codes.either(found[name], np.int8(at), made)
        return made

    parts = [slice(at, at + codes.CHUNK) for at in range(0, judging.names, codes.CHUNK)]
    made = fast.each(decide, parts, in_threads=judging.names >= fast.FROM)
    return np.concatenate([np.zeros(0, dtype=np.int8), *made])


def lines(
    col: Mapping[str, Any], day: Any, never: Any, either: Callable[[Any, Any, Any], Any]
) -> dict[str, Any]:
    """The lines of the rule, of expressions or of columns of numbers.

    Where something never happened its day is ``never``, before all others.
    """
    has = {name: col[name] != never for name in ("completed", "suspended", "resumed", "end")}
    action = col["n_target"] == 0
    taken = either(action, col["took_action"], col["took"])
    took = {kind: either(action, col[f"{kind}_action"], col[kind]) for kind in ENDINGS}
    # An action that was complete by then had nothing left to take.
    spared = action & has["completed"] & (col["completed"] <= taken)
    nothing_left = (col["left"] == 0) & (col["standing"] == col["reached"])
    ended = (taken != never) & ~spared & nothing_left
    firm = col["is_firm"] == 1
    reached = (col["standing"] > 0) & (col["standing"] == col["reached"])
    by_end = (col["standing"] > 0) & (col["standing"] == col["reached_by_end"])
    done = reached | has["completed"]
    in_time = ~has["end"] | by_end | (has["completed"] & (col["completed"] <= col["end"]))
    paused = has["suspended"] & (~has["resumed"] | (col["suspended"] > col["resumed"]))
    return {kind: ended & (took[kind] == taken) for kind in ENDINGS} | {
        "alleged": ~firm & (col["is_proposed"] == 0),
        "proposed": ~firm,
        "fulfilled": done & in_time,
        "fulfilled late": done,
        "stalled": paused,
        "overdue": has["end"] & (col["end"] < day),
        "in progress": col["some"] > 0,
        "nothing delivered": col["n_delivered"] > 0,
    }


def _keys(current: nw.LazyFrame[Any]) -> dict[str, dict[str, Any]]:
    """Party, start and end of each commitment as they stand."""
    rows = current.select(text("commitment"), text("party"), "start", "end").unique()
    return {row["commitment"]: row for row in records(rows)}


def _aside(current: nw.LazyFrame[Any]) -> dict[str, str]:
    """Why records count in no total, and which counts instead."""
    if "instead" not in current.collect_schema().names():
        return {}
    rows = current.filter(~nw.col("instead").is_null() & ~nw.col("measure").is_null())
    found = rows.select(text("commitment"), text("instead"), text("measure")).unique()
    return {
        row["commitment"]: f"{REASONS[row['measure'].split(' ')[0]]} {row['instead']!r}"
        for row in records(found)
    }


def _original_targets(current: nw.LazyFrame[Any]) -> dict[tuple[str, str], Decimal | None]:
    """Each target as it was announced, converted as what stands of it today."""
    rows = (
        current.filter((day_of() == nw.col("announced")) & _is_announced())
        .with_columns(flag(~nw.col("number").is_null(), "count"))
        .group_by("commitment", "unit")
        .agg(nw.col("number", "count").sum())
        .with_columns(text("commitment"), text("unit"))
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
        .with_columns(flag(at_once, "at_once"), text("commitment"))
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
        text("commitment"), text("unit"), "on", text("source"), text("event")
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

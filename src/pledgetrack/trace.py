"""Explain: the movements, and so the citations, behind a figure."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import narwhals as nw
import pandas as pd
import pyarrow as pa

from pledgetrack import frames
from pledgetrack.calendar import FiscalCalendar
from pledgetrack.choice import Labels, narrow
from pledgetrack.comparison import COLUMNS as CHANGE_COLUMNS
from pledgetrack.comparison import Change
from pledgetrack.convert import at_event_rates, described, told_of
from pledgetrack.counted import ZERO, Counted, Counter, Record
from pledgetrack.errors import ExplainError, unknown
from pledgetrack.frames import RANGES, Where
from pledgetrack.history import find_changes
from pledgetrack.judging import STANDING
from pledgetrack.models import STAGES
from pledgetrack.movements import CITATION, MEASURES
from pledgetrack.quantity import EXACT
from pledgetrack.status import STATUSES, statuses

COUNTS = "counts"
"""One more column: how much of a movement counts in the figure that is explained."""

OF_ROW = ("since", "old", "calendar")
"""What a bare row may have to be told of its result, beside its days and its conversion."""

STATED = ("stated_target", "stated_delivered")
_NO_SUM = {
    "share": "a share is no sum; explain the amounts that it divides",
    "bound": "a bound is told by the movements' own column 'bound'",
}


def explain(
    table: pa.Table, *, as_of: object = None, where: Where | None = None, measure: str | None = None
) -> pd.DataFrame:
    """The movements that count as of a day under some labels, with their citations as text.

    What they add up to, per unit and measure, is the figure that ``totals`` shows.
    """
    day = frames.today(as_of)
    if measure is not None and measure not in (*MEASURES, "alleged"):
        raise unknown("measure", measure, (*MEASURES, "alleged"))
    found = [row for row in _under(table, day, where) if measure in (None, row["measure"])]
    return frames.dated(_shown(found, table.schema), day)


def _under(table: pa.Table, day: dt.date, where: Where | None) -> list[Record]:
    """The movements that count as of a day under some labels."""
    wanted = dict(where or {})
    status = wanted.pop("status", None)
    lazy = frames.enter(table)
    rows = frames.choose(frames.as_of_day(lazy, day), wanted)
    if status is not None:
        allowed = frames.check_status(status, STATUSES)
        known = {row["commitment"] for row in frames.records(statuses(lazy, day))
                 if row["status"] in allowed}  # fmt: skip
        rows = rows.filter(frames.among(nw.col("commitment").cast(nw.String), sorted(known)))
    return list(frames.collect(rows).to_pylist())


def _shown(
    found: Sequence[Record], schema: pa.Schema, counts: Sequence[Decimal | None] | None = None
) -> pd.DataFrame:
    """Movements as a table for people, the citations last."""
    result: dict[str, object] = {}
    for name in schema.names:
        values = [record[name] for record in found]
        kind = schema.field(name).type
        if pa.types.is_decimal(kind):
            result[name] = frames.amounts(values, "decimal")
        elif pa.types.is_date(kind):
            result[name] = frames.days(values)
        else:
            result[name] = frames.words(values)
    if counts is not None:
        result[COUNTS] = frames.amounts(counts, "decimal")
    explained = pd.DataFrame(result)
    return explained[[*(name for name in explained if name != CITATION), CITATION]]


# --- the row of a result --------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A row of a result: its cells, and what the result said of itself."""

    cells: dict[str, Any]
    told: dict[str, Any]

    @classmethod
    def of(cls, given: Any, at: object = None) -> Row:
        """The row that is meant: a row, or a result and the number of one of its rows."""
        if isinstance(given, pd.DataFrame):
            if at is None and len(given) != 1:
                raise ExplainError(
                    f"which of the {len(given)} rows? pass its number: explain(result, 0)"
                )
            if at is not None and (not isinstance(at, int) or not -len(given) <= at < len(given)):
                raise ExplainError(f"there is no row {at!r}; the result has {len(given)}")
            given, at = given.iloc[at or 0], None
        if at is not None:
            raise ExplainError("a number goes with a result; pass the row alone")
        cells: dict[Any, Any]
        told: dict[Any, Any] = {}
        if isinstance(given, pd.Series):
            cells, told = given.to_dict(), given.attrs
        elif isinstance(given, Mapping):
            cells = dict(given)
        elif hasattr(given, "_asdict"):
            cells = {k: v for k, v in given._asdict().items() if k != "Index"}
        else:
            raise ExplainError(f"{type(given).__name__!r} is no row of a result")
        plain = {str(name): frames.or_none(cell) for name, cell in cells.items()}
        return cls(plain, {str(name): value for name, value in told.items()})

    @property
    def kind(self) -> str:
        """Which result the row is of, by its columns."""
        kinds = (
            ("changes", {"change", "before", "after"}), ("status", {"target", "original_target"}),
            ("timeline", {"period", "on", "pledged"}), ("periods", {"period", "pledged"}),
            ("totals", {"pledged"}),
        )  # fmt: skip
        for kind, names in kinds:
            if names <= self.cells.keys() and "unit" in self.cells:
                return kind
        raise ExplainError(
            "this is no whole row of totals, summary, status, timeline or changes: "
            f"its columns are {', '.join(self.cells)}"
        )

    def day(self, as_of: object) -> dt.date:
        """As of which day the row is."""
        told = as_of or self.cells.get("on" if self.kind == "timeline" else "") or self.told.get(
            "as_of"
        )  # fmt: skip
        if told is None:
            raise ExplainError(
                "the row does not say as of which day it is; pass as_of=, or the result and the "
                "number of the row: explain(result, 0)"
            )
        return frames.today(told)

    def labels(self, columns: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The labels under which the figures of the row were added up; tags may be named short."""
        tags = {name.removeprefix("tag_") for name in columns if name.startswith("tag_")}
        if self.kind == "status":
            known: tuple[str, ...] = ("commitment", "unit", frames.STATED_UNIT)
        else:
            known = (*frames.KEYS, frames.STATED_UNIT)
        tags -= set(frames.TAKEN)
        names = [n for n in self.cells if n in known or n.startswith("tag_") or n in tags]
        return {name: (str(self.cells[name]),) for name in names}

    def figures(self) -> list[str]:
        """The columns that a figure stands in."""
        if self.kind == "status":
            known: tuple[str, ...] = ("target", "delivered", "original_target", *STATED)
            return [name for name in self.cells if name in known]
        known = (*MEASURES, *RANGES, "headline", "outstanding", "overdue", "commitments")
        return [n for n in self.cells if n in known or n.startswith("status_")]


def explain_row(
    ledger: Any,
    row: Row,
    *,
    measure: str | None = None,
    as_of: object = None,
    known_by: object = None,
    since: object = None,
    old: Any = None,
    calendar: str | FiscalCalendar | None = None,
    **converting: Any,
) -> pd.DataFrame:
    """The movements behind the figures of a row, or behind one of them.

    The column ``counts`` says how much of each counts, and adds up to the figure; where it does
    not, the row is of another ledger, day or choice, and that is refused.
    """
    day = row.day(as_of)
    options = _as_converted(row, converting)
    known_by = known_by or row.told.get("known_by")
    here = ledger if known_by is None else ledger.cut(known_by=known_by)
    rows = here._rows(since=day, until=day, **options)
    if row.kind == "changes":
        start = since or row.told.get("since") or day
        before = ledger if old is None else old
        found, *_ = find_changes(
            before, ledger, since=start, until=day, known_by=known_by, **options
        )
        made = _of_change(row, found, rows, day, measure)
        return frames.told(described(made, told_of(rows)), known_by)
    where = dict(here._shown(rows))
    for key, values in row.labels(rows.column_names).items():
        narrow(where, key, values)
    made = _of_figures(row, rows, day, where, measure=measure, calendar=calendar)
    return frames.told(described(made, told_of(rows)), known_by)


def _as_converted(row: Row, converting: Mapping[str, Any]) -> dict[str, Any]:
    """The options with which the row was converted, as far as it tells."""
    names = ("into", "rate_day", "on_missing")
    told: dict[str, Any] = {name: row.told[name] for name in names if name in row.told}
    if "into" in told and row.told.get("rates") != "none" and not converting.get("rates"):
        raise ExplainError(
            f"the row is in {told['into']} at {row.told['rates']}; pass the same rates="
        )
    if "prices_of" in row.told and not converting.get("deflators"):
        raise ExplainError(
            f"the row is in prices of {row.told['prices_of']}; pass the same deflators="
        )
    return {**told, **converting}


def _of_figures(
    row: Row, rows: pa.Table, day: dt.date, where: Labels, *,
    measure: str | None, calendar: str | FiscalCalendar | None,
) -> pd.DataFrame:  # fmt: skip
    if isinstance(measure, str) and measure in _NO_SUM and measure in row.cells:
        raise ExplainError(_NO_SUM[measure], column=measure)
    if measure is not None and measure not in row.figures():
        raise unknown("figure", measure, row.figures())
    if measure is not None and measure.startswith("status_"):
        word = measure.removeprefix("status_").replace("_", " ")
        narrow(where, "status", (word,))
    found = _under(rows, day, where)
    if measure == "original_target":
        found = [record for record in found if _is_announced(record)]
    period = row.cells["period"] if row.kind == "periods" else None
    fiscal = calendar or row.told.get("fiscal_years")
    how = {"of_status": row.kind == "status", "at_average": at_event_rates(told_of(rows))}
    counter = Counter(found, day, period, fiscal, **how)
    figures = [n for n in row.figures() if n in (*MEASURES, "target")]
    for name in [measure] if measure else figures:
        _same(row, name, counter.rows(name))
    explained = counter.rows(measure) if measure else counter.all()
    made = _shown([record for record, _ in explained], rows.schema, [c for _, c in explained])
    return frames.dated(made, day)


def _same(row: Row, name: str, counted: Counted) -> None:
    """Refuse a figure that is not what the movements add up to."""
    stated = row.cells[name]
    numbers = [number for _, number in counted if number is not None]
    found: Any
    if name == "commitments" or name.startswith("status_"):
        found = len({record["commitment"] for record, _ in counted})
    else:
        if stated is None and name in RANGES:
            return  # without an end there is nothing to add up to
        with decimal.localcontext(EXACT):
            found = sum(numbers, ZERO) if numbers else None
    if isinstance(stated, float) and found is not None:
        found = float(found)
    if stated != found:
        raise ExplainError(
            f"the row says {name} {stated}, and the movements of this ledger add up to {found}; "
            "ask the ledger that made the result, with its as_of=, known_by= and rates",
            column=name,
            stated=stated,
            found=found,
        )


def _is_announced(record: Record) -> bool:
    """Whether a movement is of a target as it was announced."""
    first = max(record["on"], record["announced"]) == record["announced"]
    return first and record["event"] in STAGES and record["measure"] in STANDING


# --- changes --------------------------------------------------------------------------------------


def _of_change(
    row: Row, found: Sequence[Change], rows: pa.Table, day: dt.date, measure: str | None
) -> pd.DataFrame:
    """The movements that a change rests on: counted newly, or with ``counts`` turned round no more.

    A change of status rests on all movements of its commitment, none of which counts by itself.
    """
    if measure is not None and measure not in MEASURES:
        raise unknown("figure", measure, MEASURES)
    wanted = {name: row.cells.get(name) for name in CHANGE_COLUMNS}
    match = next((change for change in found if _alike(change.cells(), wanted)), None)
    if match is None:
        raise ExplainError(
            f"no such change of {wanted['commitment']!r} between these days; ask the newer ledger, "
            "with old= for the older one and the since= and as_of= of the result"
        )
    signed = [(record, sign) for sign, record in match.rows if measure in (None, record["measure"])]
    if match.change == "status":
        names: dict[str, Any] = {"commitment": match.commitment}
        signed = [(record, 0) for record in _under(rows, day, names)]
    counts = [
        None if not sign or record["number"] is None else sign * record["number"]
        for record, sign in signed
    ]
    records = [{name: record.get(name) for name in rows.schema.names} for record, _ in signed]
    return frames.dated(_shown(records, rows.schema, counts), day)


def _alike(cells: Record, wanted: Record) -> bool:
    return all(
        float(cell) == wanted[name]
        if isinstance(cell, Decimal) and isinstance(wanted[name], float)
        else cell == wanted[name]
        for name, cell in cells.items()
    )

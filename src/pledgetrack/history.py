"""Changes: what a reader of an older ledger and of a newer one must see, fact by fact.

Each change rests on movements: those that the newer view counts and the older one does not, and
those that it counts no longer. What they add up to is newer balance less older balance.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
import pyarrow as pa

from pledgetrack import frames
from pledgetrack.balances import day_of
from pledgetrack.bars import watched
from pledgetrack.calendar import as_day
from pledgetrack.comparison import COLUMNS, Change, Comparison, Fact, Side, Signed
from pledgetrack.convert import OPTIONS, Converting, described, told_of
from pledgetrack.errors import DayError, PledgetrackError, unknown
from pledgetrack.frames import Numbers, Where
from pledgetrack.members import PASSED_ON
from pledgetrack.models import Commitment, Event
from pledgetrack.movements import MEASURES, forms
from pledgetrack.status import statuses

# What a movement tells of its fact; the others say where it stands and when it counts.
_TELLS = (
    "commitment", "unit", "measure", "number", "bound", "low", "high", "on", "known", "event",
    "source", "citation", "part", "instead", "stated_number", "stated_unit",
)  # fmt: skip


@dataclass(frozen=True)
class View:
    """A ledger as of a day: its records, its movements, and what of them is chosen."""

    promised: tuple[Commitment, ...]
    happened: tuple[Event, ...]
    rows: pa.Table
    day: dt.date
    where: Where | None = None

    def counted(self) -> list[dict[str, Any]]:
        """The movements that count on the day, without what only tells what is outstanding."""
        lazy = frames.as_of_day(frames.enter(self.rows), self.day)
        measure = nw.col("measure")
        lazy = lazy.filter(measure.is_null() | ~measure.is_in(forms(PASSED_ON)))
        rows = frames.choose(lazy, self.where, with_facts=True)
        return list(frames.collect(rows).to_pylist())

    def commitments(self) -> dict[str, Commitment]:
        """The commitments announced by the day."""
        return {c.id: c for c in self.promised if c.announced <= self.day}

    def events(self) -> dict[str, list[Event]]:
        """What had happened to each commitment by the day."""
        promised = self.commitments()
        made: dict[str, list[Event]] = defaultdict(list)
        for event in self.happened:
            commitment = promised.get(event.commitment)
            if commitment and day_of(event, commitment) <= self.day:
                made[event.commitment].append(event)
        return made

    def sides(self) -> dict[str, Side]:
        """What the view knows of each commitment."""
        found = frames.records(statuses(frames.enter(self.rows), self.day))
        judged = {row["commitment"]: row["status"] for row in found}
        events = self.events()
        return {
            name: Side(commitment, tuple(events.get(name, ())), judged.get(name))
            for name, commitment in self.commitments().items()
        }


def changes(
    old: Any,
    new: Any,
    *,
    since: object = None,
    until: object = None,
    known_by: object = None,
    numbers: Numbers = "decimal",
    **converting: Unpack[Converting],
) -> pd.DataFrame:
    """What a reader of an older ledger and of a newer one must see: a row per change and unit.

    The older ledger is looked at as of ``since``, the newer as of ``until``: today unless told, and
    both on one day where only ``until`` is. ``change`` is "new", "pledged", "committed",
    "delivered", "refunded", "revised up", "revised down", "horizon moved", "withdrawn", "rejected",
    "expired", "reopened", "suspended", "resumed", "completed", "rated"; "status" with the status
    ``before`` and ``after``; and of the records themselves "corrected", "dropped", "fact dropped"
    and "recounted" (the fact is the same and counts otherwise, because of another).

    ``proposed``, ``pledged``, ``committed`` and ``delivered`` say by how much the change moved the
    totals: newer less older balance of each commitment is what its rows add up to. ``known_by``
    counts of both only what had become known on a day; for what became known between two days
    compare ``ledger.cut(known_by=...)`` of each.

    >>> import pledgetrack as pt
    >>> ledger = pt.load_seeds()
    >>> len(pt.changes(ledger, ledger))
    0
    """
    found = find_changes(old, new, since=since, until=until, known_by=known_by, **converting)
    return changes_table(*found, known_by=known_by, numbers=numbers)


def changes_table(
    found: Sequence[Change], start: dt.date, end: dt.date, told: Mapping[str, str], *,
    known_by: object = None, numbers: Numbers = "decimal",
) -> pd.DataFrame:  # fmt: skip
    """What ``find_changes`` has found, as a table."""
    made = frames.dated(_table(found, numbers), end)
    made.attrs.update(since=str(start), caption=f"from {start} to {end}")
    return described(frames.told(made, known_by), told)


def find_changes(
    old: Any,
    new: Any,
    *,
    since: object,
    until: object,
    known_by: object = None,
    **converting: Unpack[Converting],
) -> tuple[list[Change], dt.date, dt.date, dict[str, str]]:
    """Every change from one ledger to another, the two days, and how amounts were converted."""
    end = frames.today(until)
    start = end if since is None else as_day(since)
    if start > end:
        raise DayError(f"since {start} is after until {end}; exchange them", value=since)
    for name in converting:
        if name not in OPTIONS:
            raise unknown("option", name, ("since", "until", "known_by", "numbers", *OPTIONS))
    old, new = _ledger(old)._known(known_by), _ledger(new)._known(known_by)
    if old._where != new._where:
        raise PledgetrackError(
            "two ledgers filtered by other units, horizons or sources cannot be compared; "
            "filter both alike"
        )
    one: View = old._view(start, **converting)
    other: View = new._view(end, **converting)
    was, now = one.sides(), other.sides()
    moved = _moved(one.counted(), other.counted())
    found: list[Change] = []
    for name in watched(sorted({*was, *now}), "changes", unit="commitment"):
        sides = was.get(name, Side()), now.get(name, Side())
        found.extend(Comparison(*sides, moved.get(name, {})).changes())
    return found, start, end, told_of(other.rows)


def _ledger(given: Any) -> Any:
    if not hasattr(given, "_view"):
        raise PledgetrackError(f"{type(given).__name__!r} is no ledger; read it with pt.read")
    return given


def _table(found: Sequence[Change], numbers: Numbers) -> pd.DataFrame:
    """Changes as a table, in the order in which they were found."""
    rows = [change.cells() for change in found]
    made: dict[str, Any] = {}
    for name in COLUMNS:
        values = [row[name] for row in rows]
        if name in MEASURES:
            made[name] = frames.amounts(values, numbers)
        elif name in ("on", "known"):
            made[name] = frames.days(values)
        else:
            made[name] = frames.words(values)
    return pd.DataFrame(made)


def _moved(
    old: Iterable[dict[str, Any]], new: Iterable[dict[str, Any]]
) -> dict[str, dict[Fact, list[Signed]]]:
    """The movements that one side counts and the other does not, by commitment and fact."""
    sides: dict[tuple[Any, ...], tuple[list[dict[str, Any]], list[dict[str, Any]]]]
    sides = defaultdict(lambda: ([], []))
    for at, rows in enumerate((old, new)):
        for row in rows:
            identity = tuple(row.get(name) for name in _TELLS)
            sides[identity][at].append(row)
    made: dict[str, dict[Fact, list[Signed]]] = defaultdict(lambda: defaultdict(list))
    for left, right in sides.values():
        for sign, rows, beyond in ((-1, left, len(right)), (1, right, len(left))):
            for row in rows[beyond:]:
                fact = (row["event"], row["on"], row["known"], row["citation"])
                made[row["commitment"]][fact].append((sign, row))
    return made

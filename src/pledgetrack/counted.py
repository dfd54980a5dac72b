"""How much each movement counts in the figures of a row of a result."""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from pledgetrack import frames
from pledgetrack.calendar import HORIZON_CLASSES, NOT_STATED, FiscalCalendar, Periods
from pledgetrack.cells import ARRIVED, measure_of, settled
from pledgetrack.frames import RANGES
from pledgetrack.judging import DELIVERED, STANDING
from pledgetrack.members import PART, PASSED_ON
from pledgetrack.models import STAGES
from pledgetrack.movements import AGAIN, ELSEWHERE, MEASURES
from pledgetrack.periods import opening, split
from pledgetrack.quantity import EXACT
from pledgetrack.remainders import is_lifted

ZERO = Decimal(0)
_OPPOSITE = {"low": "high", "high": "low"}
Record = dict[str, Any]
Counted = list[tuple[Record, Decimal | None]]
"""Movements, each with how much of it counts."""


class Counter:
    """How much each movement counts in the figures of a row."""

    def __init__(
        self,
        found: Sequence[Record],
        day: dt.date,
        period: str | None = None,
        calendar: str | FiscalCalendar | None = None,
        *,
        of_status: bool = False,
        at_average: bool = False,
    ) -> None:
        self.found, self.day, self.period, self.of_status = found, day, period, of_status
        self.at_average = at_average
        dated = period is not None and period not in HORIZON_CLASSES
        self.periods = _periods_of(period, calendar) if period is not None and dated else None
        self.by_balance: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
        self.passed_on: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
        for record in found:
            told = record["number"] is not None or record["event"] in STAGES
            key = (record["commitment"], record["unit"], record.get(frames.STATED_UNIT))
            if record["measure"] == PASSED_ON:
                self.passed_on[key].append(record)
            elif told and record["measure"] not in ELSEWHERE:
                self.by_balance[key].append(record)

    def rows(self, name: str) -> Counted:
        """The movements behind a column, each with how much of it counts."""
        if name in ("outstanding", "overdue"):
            return self._of_balances(overdue=name == "overdue")
        if name == "commitments" or name.startswith("status_"):
            return self._members()
        if self.of_status:
            return self._of_target(name)
        if name == "headline":
            return [*self._measures(("pledged",)), *self._again()]
        if name in RANGES:
            return self._measures((measure_of(name),), name.rpartition("_")[2])
        return self._measures((name,))

    def _of_target(self, name: str) -> Counted:
        """What stands of a target, its parts' too, or was delivered of it; as status has it."""
        column = "stated_number" if name.startswith("stated_") else "number"
        measures = DELIVERED if name.endswith("delivered") else STANDING
        return [
            (record, record[column])
            for record in self.found
            if record["number"] is not None and record["measure"] in measures
            and (measures is DELIVERED or record["event"] != PART)
        ]  # fmt: skip

    def _again(self) -> Counted:
        """What was announced again, as if it were pledged."""
        again = [{**r, "measure": "pledged"} for r in self.found if r["measure"] == AGAIN]
        made = Counter(again, self.day)
        made.period, made.periods = self.period, self.periods
        return [({**record, "measure": AGAIN}, n) for record, n in made._measures(("pledged",))]

    def all(self) -> Counted:
        """The movements behind the measures of a row, each with how much of it counts."""
        if self.of_status:
            counted = {id(record) for n in ("target", "delivered") for record, _ in self.rows(n)}
            return [(r, r["number"] if id(r) in counted else None) for r in self.found]
        if self.period is None:
            return [
                (record, None if record["measure"] in ELSEWHERE else record["number"])
                for record in self.found
            ]
        return [pair for name in MEASURES for pair in self._measures((name,))]

    def _measures(self, measures: Sequence[str], column: str = "number") -> Counted:
        """The movements of some measures."""
        made: Counted = []
        for key, records in self.by_balance.items():
            for measure in measures:
                mine = [record for record in records if record["measure"] == measure]
                if column in _OPPOSITE and self.period is None:
                    made.extend(self._ends(key, mine, column))
                else:
                    made.extend(self._in_period(mine, records, column))
        return made

    def _ends(self, key: tuple[Any, ...], mine: list[Record], column: str) -> Counted:
        """One end of the movements of a balance: beside a part, what it took has the part's own."""
        made: Counted = []
        low = number = open_ = ZERO
        is_whole, last = False, 0
        with decimal.localcontext(EXACT):
            for at, record in enumerate(mine):
                is_taken = _is_of_part(record)
                is_whole = is_whole or is_taken
                if is_taken and self._is_beside(key, record):
                    made.append((record, _amount(record, _OPPOSITE[column])))
                    continue
                made.append((record, _amount(record, column)))
                low, number, last = low + (made[at][1] or ZERO), number + record["number"], at
                if is_taken and record["low"] is None and record["bound"] == "up to":
                    open_ += record["number"]
            if column == "low" and is_whole and is_lifted(low, number, open_):
                made[last] = (mine[last], (made[last][1] or ZERO) - low)
        return made

    def _is_beside(self, key: tuple[Any, ...], record: Record) -> bool:
        """Whether the part that took something stands in the same row of the result."""
        part = self.by_balance.get((record["part"], *key[1:]), ())
        return any(one["measure"] == record["measure"] for one in part)

    def _in_period(self, mine: list[Record], balance: list[Record], column: str) -> Counted:
        """What falls in the period of the row, of the movements of one measure of a balance."""
        if self.period is None or not mine:
            return [(record, _amount(record, column)) for record in mine]
        if mine[0]["measure"] == "delivered":
            label = self.periods.label if self.periods else None
            inside = [r for r in mine if label and self.periods
                      and label(self.periods.number(r["on"])) == self.period]  # fmt: skip
            return [(record, _amount(record, column)) for record in inside]
        ends = [record["end"] for record in balance if record["end"]]
        if not ends:
            here = (mine[0]["horizon"] or NOT_STATED) == self.period
            return [(record, _amount(record, column)) for record in mine] if here else []
        if self.periods is None:
            return []
        return self._spread(mine, balance, max(ends), column)

    def _spread(
        self, mine: list[Record], balance: list[Record], end: dt.date, column: str
    ) -> Counted:
        """The part of a running balance that falls in the period, movement by movement."""
        assert self.periods is not None  # noqa: S101  # the row is of a period
        assert self.period is not None  # noqa: S101
        latest = {
            name: max((r[name] for r in balance if r[name]), default=None)
            for name in ("start", "announced")
        }
        start = opening({**latest, "end": end})
        made: Counted = []
        total, before = ZERO, ZERO
        with decimal.localcontext(EXACT):
            for record in mine:
                total += record[column] or ZERO
                parts = split(total, record["unit"], start, end, self.periods)
                if self.period not in parts:
                    return []
                made.append((record, parts[self.period] - before))
                before = parts[self.period]
        return made

    def _of_balances(self, *, overdue: bool) -> Counted:
        """What was pledged less what arrived, of the balances that count."""
        made: Counted = []
        with decimal.localcontext(EXACT):
            for key, mine in self.by_balance.items():
                records = [*mine, *self.passed_on[key]]
                ends = [record["end"] for record in records if record["end"]]
                promised = any(record["measure"] == "pledged" for record in records)
                if not promised or (overdue and not (ends and max(ends) < self.day)):
                    continue
                full, stated_pledged, stated_arrived = _sums(records, "stated_number")
                _, pledged, arrived = _sums(records, "number")
                worth = None
                if overdue and self.at_average:
                    worth = pledged, stated_pledged, records[0]["unit"]
                    arrived = settled(arrived, stated_arrived, *worth)
                told = full > 0
                if overdue:
                    told = told and stated_pledged > stated_arrived and pledged > arrived
                for record, number in _signed(records, worth):
                    made.append((record, number if told else ZERO))
        return made

    def _members(self) -> Counted:
        """The movements of the commitments that a count counts."""
        return [
            (record, None)
            for records in self.by_balance.values()
            if self.period is None or self._is_here(records)
            for record in records
        ]

    def _is_here(self, balance: list[Record]) -> bool:
        """Whether a balance, or what was delivered of it, has a part in the period of the row."""
        arrived = [record for record in balance if record["measure"] == "delivered"]
        if self._in_period(arrived, balance, "number"):
            return True
        promise = [{**r, "measure": None, "number": ZERO} for r in balance
                   if r["measure"] != "delivered"]  # fmt: skip
        return bool(self._in_period(promise, balance, "number"))


def _amount(record: Record, column: str) -> Decimal | None:
    """An amount of a movement; without an end it moves that end by nothing."""
    number: Decimal | None = record[column]
    return ZERO if number is None and record["number"] is not None else number


def _is_of_part(record: Record) -> bool:
    """Whether a movement of a whole says what a part took off it, or returned."""
    return record["event"] == PART and record.get("part") is not None


def _sums(records: Sequence[Record], column: str) -> tuple[Decimal, Decimal, Decimal]:
    """What is pledged with what parts show of it, what without that, and what arrived."""
    full, pledged, arrived = ZERO, ZERO, ZERO
    for record in records:
        number = record[column if column in record else "number"]
        if record["measure"] == "pledged":
            pledged += number
            full += ZERO if _is_of_part(record) else number
        elif record["measure"] in ARRIVED:
            arrived += number
    return full, pledged, arrived


def _signed(
    records: Sequence[Record], worth: tuple[Decimal, Decimal, str] | None
) -> Iterator[tuple[Record, Decimal]]:
    """What is pledged, and taken off it what arrived, at the worth of what is pledged if told."""
    arrived = stated = before = ZERO
    for record in records:
        if record["measure"] == "pledged":
            yield record, record["number"]
        elif record["measure"] in ARRIVED:
            arrived += record["number"]
            after = arrived
            if worth:
                stated += record["stated_number"]
                after = settled(arrived, stated, *worth)
            yield record, before - after
            before = after


def _periods_of(label: str, calendar: str | FiscalCalendar | None) -> Periods:
    """The periods that a label is one of."""
    if label.startswith("FY"):
        return Periods.of("quarter" if "-Q" in label else "fiscal year", calendar)
    if "-Q" in label:
        return Periods.of("quarter")
    return Periods.of("month" if re.fullmatch(r"\d{4}-\d{2}", label) else "year")

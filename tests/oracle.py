"""The laws in plain Python, from the records alone: slow, obvious, and apart from the library.

Nothing here imports what it judges: only the record classes are used, for reading fields.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction

RANK = {
    "restated": 1, "pledged": 2, "committed": 3, "by": 4, "delivered": 5, "reopened": 6,
    "rejected": 7, "withdrawn": 8, "expired": 9, "suspended": 10, "resumed": 11, "completed": 12,
    "rated": 13,
}  # fmt: skip
ENDS = ("rejected", "withdrawn", "expired")


@dataclass
class Target:
    """The six numbers of a target."""

    promised: Decimal
    pledged_part: Decimal | None  # None: whatever the whole is
    committed_part: Decimal | None
    taken: Decimal = Decimal(0)
    delivered: Decimal = Decimal(0)
    reported: bool = False
    ended: bool = False

    def standing(self) -> Decimal:
        left = max(Decimal(0), self.promised - self.taken)
        return min(left, max(self.delivered, Decimal(0))) if self.ended else left

    def pledged(self) -> Decimal:
        return (
            self.standing()
            if self.pledged_part is None
            else min(self.pledged_part, self.standing())
        )

    def committed(self) -> Decimal:
        return (
            self.pledged()
            if self.committed_part is None
            else min(self.committed_part, self.pledged())
        )

    def undelivered(self) -> bool:
        return self.standing() > 0 and self.delivered < self.standing()


@dataclass
class State:
    """A commitment at the end of a day."""

    targets: dict[str, Target]
    others: dict[str, Decimal] = field(default_factory=dict)
    stage: str = "pledged"
    end: dt.date | None = None
    stated: bool = False
    taken_back: str | None = None
    taken_on: dt.date | None = None
    suspended: bool = False
    completed: dt.date | None = None


def happens(event, commitment) -> dt.date:
    """The day from which an event counts."""
    return max(event.on, commitment.announced)


def sort_key(event, commitment):
    """The order in which events count."""
    kind = event.kind
    if kind == "revised":
        kind = "by" if event.quantity else "restated"
    quantity = event.quantity or event.restated
    number = -quantity.number if quantity else Decimal(0)
    return (happens(event, commitment), RANK[kind], event.kind, number)


def state(ledger, commitment, day: dt.date) -> State | None:
    """The commitment at the end of a day; None where it is not announced."""
    if commitment.announced > day:
        return None
    whole = commitment.stage in ("pledged", "committed")
    now = State(
        targets={
            target.unit: Target(
                target.number,
                None if whole else Decimal(0),
                None if commitment.stage == "committed" else Decimal(0),
            )
            for target in commitment.targets
        },
        stage=commitment.stage,
        end=commitment.horizon.end if commitment.horizon else None,
        stated=commitment.horizon is not None,
    )
    mine = [
        e for e in ledger.events if e.commitment == commitment.id and happens(e, commitment) <= day
    ]
    mine.sort(key=lambda event: sort_key(event, commitment))
    days = sorted({happens(event, commitment) for event in mine})
    with localcontext() as context:
        context.prec = 100
        for one in days:
            today = [event for event in mine if happens(event, commitment) == one]
            took = []
            for event in today:
                if event.kind in ENDS and takes(now, event):
                    took.append(event.kind)
                apply(now, event, one)
            if took and not any(target.undelivered() for target in now.targets.values()):
                now.taken_back, now.taken_on = min(took, key=ENDS.index), one
    return now


def takes(now: State, event) -> bool:
    """Whether an event takes something back."""
    if not now.targets:
        return now.completed is None and now.taken_back is None
    if event.quantity:
        return min(event.quantity.number, now.targets[event.quantity.unit].standing()) > 0
    return any(t.standing() > max(t.delivered, Decimal(0)) for t in now.targets.values())


def apply(now: State, event, day: dt.date) -> None:
    """Change the state by one event."""
    quantity = event.quantity
    chosen = [now.targets[quantity.unit]] if quantity and quantity.unit in now.targets else []
    every = list(now.targets.values())
    if event.kind == "delivered":
        if chosen:
            chosen[0].delivered += quantity.number
            chosen[0].reported = True
        else:
            now.others[quantity.unit] = now.others.get(quantity.unit, Decimal(0)) + quantity.number
    elif event.kind in ("pledged", "committed"):
        now.stage = "committed" if "committed" in (now.stage, event.kind) else "pledged"
        for target in chosen or every:
            part = None
            if quantity:
                at = target.pledged() if event.kind == "pledged" else target.committed()
                part = at + min(quantity.number, target.standing() - at)
            for name in ("pledged_part", "committed_part")[: 1 + (event.kind == "committed")]:
                old = getattr(target, name)
                setattr(target, name, None if None in (old, part) else max(old, part))
    elif event.kind == "revised":
        if event.horizon:
            now.end, now.stated = event.horizon.end, True
        if event.restated or quantity:
            target = now.targets[(event.restated or quantity).unit]
            for name in ("pledged_part", "committed_part"):
                part = getattr(target, name)
                if part is not None and part >= target.promised > 0:
                    setattr(target, name, None)
            if event.restated:
                target.promised = event.restated.number
            else:
                least = min(target.promised, target.taken)
                target.promised = max(target.promised + quantity.number, least)
    elif event.kind in ENDS:
        if quantity:
            chosen[0].taken += min(quantity.number, chosen[0].standing())
        else:
            for target in every:
                target.ended = True
    elif event.kind == "reopened":
        now.taken_back = now.taken_on = now.completed = None
        for target in every:
            target.taken, target.ended = Decimal(0), False
    elif event.kind in ("suspended", "resumed"):
        now.suspended = event.kind == "suspended"
    elif event.kind == "completed":
        now.completed = now.completed or day


def status(ledger, commitment, day: dt.date) -> str | None:
    """The first line that holds."""
    now = state(ledger, commitment, day)
    if now is None:
        return None
    targets = now.targets.values()
    if now.taken_back and not any(target.undelivered() for target in targets):
        return now.taken_back
    if now.stage in ("alleged", "proposed"):
        return now.stage
    standing = [target for target in targets if target.standing() > 0]
    if (standing and not any(t.undelivered() for t in standing)) or now.completed:
        return (
            "fulfilled"
            if now.end is None or in_time(ledger, commitment, now, day)
            else "fulfilled late"
        )
    if now.suspended:
        return "stalled"
    if now.end and day > now.end:
        return "overdue"
    delivered = [t.delivered for t in targets if t.reported] + list(now.others.values())
    if any(number > 0 for number in delivered):
        return "in progress"
    return "nothing delivered" if delivered else "nothing reported"


def in_time(ledger, commitment, now: State, day: dt.date) -> bool:
    """Whether what stands on the day had arrived by the end of the horizon's last day."""
    if now.completed and now.completed <= now.end:
        return True
    arrived: dict[str, Decimal] = {}
    for event in ledger.events:
        counts = event.commitment == commitment.id and happens(event, commitment) <= day
        if counts and event.kind == "delivered" and event.on <= now.end:
            arrived[event.quantity.unit] = (
                arrived.get(event.quantity.unit, 0) + event.quantity.number
            )
    standing = {unit: t for unit, t in now.targets.items() if t.standing() > 0}
    return bool(standing) and all(arrived.get(u, 0) >= t.standing() for u, t in standing.items())


def balances(ledger, commitment, day: dt.date) -> dict[tuple[str, str], Decimal]:
    """The balances that are not 0, by unit and measure."""
    now = state(ledger, commitment, day)
    if now is None:
        return {}
    found: dict[tuple[str, str], Decimal] = {}
    for unit, target in now.targets.items():
        rest = "alleged" if commitment.stage == "alleged" else "proposed"
        found[unit, rest] = target.standing() - target.pledged()
        found[unit, "pledged"] = target.pledged()
        found[unit, "committed"] = target.committed()
        found[unit, "delivered"] = target.delivered
    for unit, number in now.others.items():
        found[unit, "delivered"] = number
    return {key: number for key, number in found.items() if number}


# --- tables from movement rows -------------------------------------------------------------------


def counting(movements, day: dt.date) -> list[dict]:
    """The rows of a movements frame that count as of a day, as dictionaries."""
    import pandas as pd

    rows = [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in movements.to_dict("records")
    ]
    rows = [r for r in rows if r["since"] <= day and (r["until"] is None or day < r["until"])]
    stages = ("alleged", "proposed", "pledged", "committed")
    return [r for r in rows if r["number"] is not None or r["event"] in stages]


def key_of(row: dict, key: str, statuses: dict[str, str]) -> str:
    """The label of a row under a key."""
    if key == "status":
        return statuses[row["commitment"]]
    if key == "due":
        return f"{row['end'].year:04d}" if row["end"] else row["horizon"]
    if key == "announced":
        return f"{row['announced'].year:04d}"
    return row[key] or "not stated"


def totals(movements, by: list[str], day: dt.date, statuses: dict[str, str]) -> dict[tuple, dict]:
    """Every cell of ``totals``, by labels and unit."""
    groups: dict[tuple, list[dict]] = {}
    for row in counting(movements, day):
        cell = (*(key_of(row, key, statuses) for key in by), row["unit"])
        groups.setdefault(cell, []).append(row)
    return {cell: one_cell(rows, day) for cell, rows in groups.items()}


def one_cell(rows: list[dict], day: dt.date) -> dict:
    """The amounts of one row of ``totals``."""
    made: dict = {}
    with localcontext() as context:
        context.prec = 100
        for measure in ("proposed", "pledged", "committed", "delivered"):
            numbers = [row["number"] for row in rows if row["measure"] == measure]
            made[measure] = sum(numbers) if numbers else None
        made["outstanding"] = made["overdue"] = None
        for name in {row["commitment"] for row in rows}:
            mine = [row for row in rows if row["commitment"] == name]
            pledged = [row["number"] for row in mine if row["measure"] == "pledged"]
            delivered = [row["number"] for row in mine if row["measure"] == "delivered"]
            if not pledged:
                continue
            left = sum(pledged) - sum(delivered) if sum(pledged) > 0 else Decimal(0)
            made["outstanding"] = (made["outstanding"] or 0) + left
            if mine[0]["end"] and mine[0]["end"] < day:
                made["overdue"] = (made["overdue"] or 0) + max(left, Decimal(0))
    made["commitments"] = len({row["commitment"] for row in rows})
    return made


def exact_share(
    number: Decimal, start: dt.date, end: dt.date, low: dt.date, high: dt.date
) -> Fraction:
    """The exact part of an amount that falls between two days, both included."""
    days = (min(end, high) - max(start, low)).days + 1
    return Fraction(number) * max(days, 0) / ((end - start).days + 1)


# --- money in another currency --------------------------------------------------------------------


def half_even(number: Fraction, digits: int) -> Decimal:
    """A number rounded to so many places; of two that are as near, the even one."""
    scaled = number * 10**digits
    low = scaled.numerator // scaled.denominator
    rest = scaled - low
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and low % 2 == 1)
    return Decimal(low + up).scaleb(-digits)


def rate(rates, unit: str, into: str, day: dt.date) -> Fraction:
    """What one unit is worth in another, by tables that have a rate for every day."""

    def per_base(code: str) -> Fraction:
        if code == rates.base:
            return Fraction(1)
        series = rates.series[code]
        fixed = series.get(None)
        return Fraction(fixed or series[max(known for known in series if known <= day)])

    return per_base(into) / per_base(unit)


def streams(rows: list[dict]) -> dict[tuple, list[dict]]:
    """The rows of each balance of each commitment, and of each of its parts."""
    found: dict[tuple, list[dict]] = {}
    for row in rows:
        if row["number"] is not None:
            key = (row["commitment"], row["unit"], row["measure"], row["part"])
            found.setdefault(key, []).append(row)
    return found


def worth(rows: list[dict], price) -> Fraction:
    """What a balance is worth: additions at the price of their day, the rest at the average."""
    net: dict[dt.date, Fraction] = {}
    for row in rows:
        day = max(row["on"], row["announced"])
        net[day] = net.get(day, Fraction(0)) + Fraction(row["number"])
    number = value = Fraction(0)
    for day in sorted(net):
        change = net[day]
        if number * change >= 0:
            value += change * price(day)
        elif abs(change) <= abs(number):
            value += change * (value / number)
        else:
            value = (number + change) * price(day)
        number += change
    return value

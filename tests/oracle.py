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
MEASURES = ("proposed", "pledged", "committed", "delivered")
ENDS = ("rejected", "withdrawn", "expired")


@dataclass
class Target:
    """The numbers of a target."""

    promised: Decimal
    pledged_part: Decimal | None  # None: whatever the whole is
    committed_part: Decimal | None
    taken: Decimal = Decimal(0)
    delivered: Decimal = Decimal(0)
    of_parts: Decimal = Decimal(0)
    reported: bool = False
    ended: bool = False
    swept: bool = False

    def arrived(self) -> Decimal:
        return self.delivered + self.of_parts

    def standing(self) -> Decimal:
        left = max(Decimal(0), self.promised - self.taken)
        over = self.ended or self.swept
        return min(left, max(self.arrived(), Decimal(0))) if over else left

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
        return self.standing() > max(self.arrived(), Decimal(0))


@dataclass
class State:
    """A commitment at the end of a day."""

    commitment: object
    targets: dict[str, Target]
    others: dict[str, Decimal] = field(default_factory=dict)
    stage: str = "pledged"
    end: dt.date | None = None
    stated: bool = False
    taken_back: str | None = None
    suspended: bool = False
    completed: dt.date | None = None
    ended: str | None = None
    emptied: str | None = None
    swept: str | None = None
    took: list[str] = field(default_factory=list)

    def over(self) -> str | None:
        return self.swept or self.ended or self.emptied

    def undelivered(self) -> bool:
        return any(target.undelivered() for target in self.targets.values())


# --- who is a part of whom ------------------------------------------------------------------------


def all_records(ledger) -> tuple:
    """Commitments and events, those that a choice needs for the sake of others among them."""
    records = getattr(ledger, "_records", ledger)
    return records.commitments, records.events


def other_of(commitment) -> str | None:
    """The record that a commitment says counts instead."""
    return commitment.repeats or commitment.same_as


def relations(commitments, day: dt.date) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """The whole of each part, and what counts instead of each record set aside, on a day."""
    there = {c.id: c for c in commitments if c.announced <= day}
    instead = {name: other_of(c) for name, c in there.items() if other_of(c) in there}
    links = {name for name in instead if there[name].same_as}

    def counting(name: str, through_links: bool) -> str:
        while name in instead and (through_links or name not in links):
            name = instead[name]
        return name

    def replaced_by(name: str) -> list[str]:
        """Those in whose place it counts, the nearest first."""
        found, ring = [], [name]
        while ring:
            ring = [other for one in ring for other in sorted(instead) if instead[other] == one]
            found += ring
        return found

    wholes = {}
    for name, commitment in there.items():
        if name in instead:
            continue
        if commitment.part_of in there:
            wholes[name] = counting(commitment.part_of, False)
            continue
        for other in replaced_by(name):
            if there[other].part_of in there:
                wholes[name] = counting(there[other].part_of, True)
                break
    aside = {}
    for name in there:
        at = name
        while at and at not in instead:
            at = wholes.get(at)
        if at:
            aside[name] = ("linked" if at in links else "repeated", instead[at])
    return wholes, aside


def below(wholes: dict[str, str], name: str) -> list[str]:
    """The parts of a commitment, and theirs."""
    near = [part for part, whole in sorted(wholes.items()) if whole == name]
    return [other for part in near for other in (part, *below(wholes, part))]


def rate_day(ledger, name: str, day: dt.date) -> dt.date:
    """The day of the announcement of the outermost whole of a commitment, as it is on a day."""
    commitments, _ = all_records(ledger)
    wholes, _ = relations(commitments, day)
    while name in wholes:
        name = wholes[name]
    return next(one.announced for one in commitments if one.id == name)


# --- what happens, day by day ---------------------------------------------------------------------


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


def states(ledger, day: dt.date) -> dict[str, State]:
    """Every commitment announced by a day, at its end."""
    commitments, events = all_records(ledger)
    by_id = {commitment.id: commitment for commitment in commitments}
    counted = sorted(
        ((happens(e, by_id[e.commitment]), *sort_key(e, by_id[e.commitment]), e.commitment, at, e)
         for at, e in enumerate(events)),
        key=lambda fact: fact[:-1],
    )  # fmt: skip
    days = {c.announced for c in commitments} | {fact[0] for fact in counted}
    now: dict[str, State] = {}
    with localcontext() as context:
        context.prec = 100
        for one in sorted(on for on in days if on <= day):
            for commitment in commitments:
                if commitment.announced == one:
                    now[commitment.id] = announced(commitment)
            wholes, _ = relations(commitments, one)
            for state_ in now.values():
                state_.took = []
            look_around(now, wholes)
            for on, *_, event in counted:
                if on == one:
                    mine = now[event.commitment]
                    if event.kind in ENDS and takes(mine, event):
                        mine.took.append(event.kind)
                    apply(mine, event, one)
                    look_around(now, wholes)
            for state_ in now.values():
                # An action that was completed on that day left nothing to take.
                done = not state_.targets and state_.completed
                if state_.took and not state_.undelivered() and not done:
                    state_.taken_back = min(state_.took, key=ENDS.index)
    return now


def announced(commitment) -> State:
    """A commitment as it is announced."""
    whole = commitment.stage in ("pledged", "committed")
    return State(
        commitment,
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


def look_around(now: dict[str, State], wholes: dict[str, str]) -> None:
    """What arrived of the parts is told to the wholes, and their end to the parts."""
    for name, state_ in now.items():
        for unit, target in state_.targets.items():
            target.of_parts = sum((of(now[n], unit) for n in below(wholes, name)), Decimal(0))
    tops = [name for name in now if name not in wholes]
    for name in tops:
        for one in (name, *below(wholes, name)):
            how = now[wholes[one]].over() if one in wholes else None
            if how != now[one].swept:
                sweep(now[one], how)


def of(state_: State, unit: str) -> Decimal:
    """What was delivered of a commitment itself in a unit."""
    if unit in state_.targets:
        return state_.targets[unit].delivered
    return state_.others.get(unit, Decimal(0))


def sweep(now: State, how: str | None) -> None:
    """End with the whole, or stand again with it."""
    now.swept = how
    if how is None:
        now.taken_back, now.took = None, []
        for target in now.targets.values():
            target.ended = target.swept = False
    end(now, how or now.ended)


def end(now: State, how: str | None) -> None:
    """Take back what there is, if that is the end of it."""
    if how and (now.undelivered() if now.targets else not (now.completed or now.taken_back)):
        now.took.append(how)
    for target in now.targets.values():
        target.ended, target.swept = now.ended is not None, now.swept is not None


def takes(now: State, event) -> bool:
    """Whether an event takes something back."""
    if not now.targets:
        return now.completed is None and now.taken_back is None
    if event.quantity:
        return min(event.quantity.number, now.targets[event.quantity.unit].standing()) > 0
    return now.undelivered()


def take_back(now: State, event) -> None:
    """Take some of it back, or end it."""
    if not event.quantity:
        now.ended = now.ended or event.kind
        for target in now.targets.values():
            target.ended = True
        return
    target = now.targets[event.quantity.unit]
    took = min(event.quantity.number, target.standing())
    target.taken += took
    if took and not now.undelivered():
        now.emptied = event.kind


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
        if now.undelivered():
            now.emptied = None
    elif event.kind in ENDS:
        take_back(now, event)
    elif event.kind == "reopened":
        now.taken_back = now.completed = now.ended = now.emptied = None
        now.took = []
        for target in every:
            target.taken, target.ended, target.swept = Decimal(0), False, False
        end(now, now.swept)
    elif event.kind in ("suspended", "resumed"):
        now.suspended = event.kind == "suspended"
    elif event.kind == "completed":
        now.completed = now.completed or day


def state(ledger, commitment, day: dt.date) -> State | None:
    """The commitment at the end of a day; None where it is not announced."""
    return states(ledger, day).get(commitment.id)


def reports(ledger, commitment, day: dt.date) -> list:
    """The deliveries of a commitment and of its parts that count on a day."""
    commitments, events = all_records(ledger)
    by_id = {one.id: one for one in commitments}
    wholes, _ = relations(commitments, day)
    names = {commitment.id, *below(wholes, commitment.id)}
    return [
        event for event in events
        if event.kind == "delivered" and event.commitment in names
        and happens(event, by_id[event.commitment]) <= day
    ]  # fmt: skip


def by_unit(events) -> dict[str, Decimal]:
    """What was delivered in each unit."""
    found: dict[str, Decimal] = {}
    for event in events:
        unit = event.quantity.unit
        found[unit] = found.get(unit, Decimal(0)) + event.quantity.number
    return found


def status(ledger, commitment, day: dt.date) -> str | None:
    """The first line that holds."""
    now = state(ledger, commitment, day)
    if now is None:
        return None
    if now.taken_back and not now.undelivered():
        return now.taken_back
    if now.stage in ("alleged", "proposed"):
        return now.stage
    standing = [target for target in now.targets.values() if target.standing() > 0]
    delivered = reports(ledger, commitment, day)
    if (standing and not now.undelivered()) or now.completed:
        return "fulfilled" if now.end is None or in_time(delivered, now) else "fulfilled late"
    if now.suspended:
        return "stalled"
    if now.end and day > now.end:
        return "overdue"
    if any(number > 0 for number in by_unit(delivered).values()):
        return "in progress"
    return "nothing delivered" if delivered else "nothing reported"


def in_time(delivered: list, now: State) -> bool:
    """Whether what stands on the day had arrived by the end of the horizon's last day."""
    if now.completed and now.completed <= now.end:
        return True
    arrived = by_unit(event for event in delivered if event.on <= now.end)
    standing = {unit: t for unit, t in now.targets.items() if t.standing() > 0}
    return bool(standing) and all(arrived.get(u, 0) >= t.standing() for u, t in standing.items())


# --- balances -------------------------------------------------------------------------------------


def layers(state_: State, unit: str) -> list[Decimal]:
    """Committed, pledged beyond that, proposed, alleged."""
    target = state_.targets[unit]
    rest = target.standing() - target.pledged()
    alleged = state_.commitment.stage == "alleged"
    firm = [target.committed(), target.pledged() - target.committed()]
    return [*firm, Decimal(0), rest] if alleged else [*firm, rest, Decimal(0)]


def together(whole: list[Decimal], parts: list[list[Decimal]]) -> list[Decimal]:
    """A whole and its parts as one: as firm as either, and no more than stands of the whole."""
    firm = [
        min(sum(whole), max(sum(whole[:at]), sum(sum(part[:at]) for part in parts)))
        for at in range(5)
    ]
    return [firm[at + 1] - firm[at] for at in range(4)]


def nearest(now: dict[str, State], wholes: dict[str, str], unit: str, name: str) -> str | None:
    """The nearest whole of a commitment that has a target in a unit."""
    at = wholes.get(name)
    while at and unit not in now[at].targets:
        at = wholes.get(at)
    return at


def parts_of(now: dict[str, State], wholes: dict[str, str], unit: str, name: str) -> list[str]:
    """The parts of a commitment in a unit, the earlier promise first."""
    found = [
        other for other, state_ in now.items()
        if unit in state_.targets and nearest(now, wholes, unit, other) == name
    ]  # fmt: skip
    return sorted(found, key=lambda other: (now[other].commitment.announced, other))


def folded(now: dict[str, State], wholes: dict[str, str], unit: str, name: str) -> list[Decimal]:
    """A commitment and all of its parts as one."""
    parts = parts_of(now, wholes, unit, name)
    return together(layers(now[name], unit), [folded(now, wholes, unit, part) for part in parts])


def shown(now: dict[str, State], wholes: dict[str, str], unit: str) -> dict[str, list[Decimal]]:
    """What each commitment shows in a unit, by layer."""
    made: dict[str, list[Decimal]] = {}

    def share(name: str, given: list[Decimal]) -> None:
        left = list(given)
        for part in parts_of(now, wholes, unit, name):
            both = folded(now, wholes, unit, part)
            its = [min(one, other) for one, other in zip(both, left, strict=True)]
            left = [one - other for one, other in zip(left, its, strict=True)]
            share(part, its)
        made[name] = left

    for name, state_ in now.items():
        if unit in state_.targets and nearest(now, wholes, unit, name) is None:
            share(name, folded(now, wholes, unit, name))
    return made


def passing(
    now: dict[str, State], wholes: dict[str, str], unit: str
) -> dict[tuple[str, str], Decimal]:
    """What each part passes on to which whole, 0 too: the deepest first."""
    firm = {name: sum(shown_[:2]) for name, shown_ in shown(now, wholes, unit).items()}
    over = {name: [name] for name in now}
    for chain in over.values():
        while chain[-1] in wholes:
            chain.append(wholes[chain[-1]])
    made: dict[tuple[str, str], Decimal] = {}
    for name in sorted(now, key=lambda one: -len(over[one])):
        pledged = {
            one for one in over[name] if unit in now[one].targets
            and now[one].targets[unit].pledged() > 0
        }  # fmt: skip
        received = sum((n for (_, whole), n in made.items() if whole == name), Decimal(0))
        beyond = of(now[name], unit) + received - firm.get(name, Decimal(0))
        for whole in over[name][1:]:
            if whole in pledged and (beyond > 0 or name not in pledged):
                made[name, whole] = beyond
                break
    return made


def passed_on(now: dict[str, State], wholes: dict[str, str], unit: str) -> dict[str, Decimal]:
    """What each took over from its parts, less what it passed on."""
    made = {name: Decimal(0) for name in now}
    for (part, whole), number in passing(now, wholes, unit).items():
        made[whole] += number
        made[part] -= number
    return made


def balances(ledger, commitment, day: dt.date) -> dict[tuple[str, str], Decimal]:
    """The balances that are not 0, by unit and measure."""
    now = states(ledger, day)
    if commitment.id not in now:
        return {}
    commitments, _ = all_records(ledger)
    wholes, aside = relations(commitments, day)
    mine = now[commitment.id]
    found: dict[tuple[str, str], Decimal] = {}
    with localcontext() as context:
        context.prec = 100
        for unit in mine.targets:
            committed, pledged, proposed, alleged = shown(now, wholes, unit)[commitment.id]
            rest = "alleged" if commitment.stage == "alleged" else "proposed"
            found[unit, rest] = proposed + alleged
            found[unit, "pledged"] = committed + pledged
            found[unit, "committed"] = committed
        told = reports(ledger, commitment, day)
        own = [event for event in told if event.commitment == commitment.id]
        others = [event for event in told if event.commitment != commitment.id]
        for measure, events in (("delivered", own), ("part delivered", others)):
            for unit, number in by_unit(events).items():
                found[unit, measure] = number
        for unit in {unit for state_ in now.values() for unit in (*state_.targets, *state_.others)}:
            found[unit, "passed on"] = passed_on(now, wholes, unit)[commitment.id]
    why = aside[commitment.id][0] + " " if commitment.id in aside else ""
    return {(unit, why + measure): number for (unit, measure), number in found.items() if number}


# --- tables from movement rows -------------------------------------------------------------------


def plain(movements) -> list[dict]:
    """The rows of a movements frame as dictionaries, None for what is missing."""
    import pandas as pd

    return [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in movements.to_dict("records")
    ]


def counting(movements, day: dt.date) -> list[dict]:
    """The rows of a movements frame that count as of a day, as dictionaries."""
    rows = plain(movements)
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
    kept = (None, "alleged", *MEASURES, *(["passed on"] if "source" not in by else []))
    for row in counting(movements, day):
        if row["measure"] not in kept:
            continue  # counted elsewhere
        cell = (*(key_of(row, key, statuses) for key in by), row["unit"])
        groups.setdefault(cell, []).append(row)
    return {cell: one_cell(rows, day) for cell, rows in groups.items()}


def one_cell(rows: list[dict], day: dt.date) -> dict:
    """The amounts of one row of ``totals``."""
    made: dict = {}
    with localcontext() as context:
        context.prec = 100
        for measure in MEASURES:
            numbers = [row["number"] for row in rows if row["measure"] == measure]
            made[measure] = sum(numbers) if numbers else None
        made["outstanding"] = made["overdue"] = None
        for name in {row["commitment"] for row in rows}:
            mine = [row for row in rows if row["commitment"] == name]
            pledged = [row["number"] for row in mine if row["measure"] == "pledged"]
            arrived = ("delivered", "passed on")
            delivered = [row["number"] for row in mine if row["measure"] in arrived]
            if not pledged:
                continue
            full = [
                row["number"] for row in mine
                if row["measure"] == "pledged" and (row["event"] != "part" or not row["part"])
            ]  # fmt: skip
            left = sum(pledged) - sum(delivered) if sum(full) > 0 else Decimal(0)
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


def overdue_as_recorded(rows: list[dict], day: dt.date, digits: int) -> Decimal | None:
    """What is missing of a commitment past its end, at the average worth of what is pledged."""

    def total(column: str, *measures: str) -> Decimal:
        return sum((row[column] for row in rows if row["measure"] in measures), Decimal(0))

    with localcontext() as context:
        context.prec = 100
        promised = [row for row in rows if row["measure"] == "pledged"]
        if not promised or not promised[0]["end"] or promised[0]["end"] >= day:
            return None
        full = sum(row["stated_number"] for row in promised if row["event"] != "part")
        pledged, stated = total("number", "pledged"), total("stated_number", "pledged")
        arrived = total("stated_number", "delivered", "passed on")
        if full <= 0 or stated <= arrived:
            return Decimal(0)
        if not stated:
            arrived = total("number", "delivered", "passed on")
        elif pledged != stated:
            arrived = half_even(Fraction(arrived) * Fraction(pledged) / Fraction(stated), digits)
        return max(Decimal(0), pledged - arrived)


def worth(rows: list[dict], price) -> Fraction:
    """What a balance is worth: additions at the price of their day, the rest at the average."""
    net: dict[dt.date, Fraction] = {}
    for row in rows:
        # A part is worth nothing of its own before its whole is there.
        day = max(row["on"], row["announced"], row["whole_announced"] or row["announced"])
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


def worth_of_promises(rows: list[dict], day: dt.date, price) -> dict[tuple, Fraction]:
    """What the promises are worth as of a day at rates of events, by commitment and part named.

    The rows are of one outermost whole, unit and measure. What a part takes or returns moves at the
    average of who gives it.
    """
    rows = [row for row in rows if row["since"] <= day]
    days = {row[name] for row in rows for name in ("since", "until") if row[name]}
    number: dict[str, Fraction] = {}
    value: dict[str, Fraction] = {}
    made: dict[tuple, Fraction] = {}
    before: list[dict] = []

    def add(name: str, amount: Fraction, worth_: Fraction) -> None:
        number[name] = number.get(name, Fraction(0)) + amount
        value[name] = value.get(name, Fraction(0)) + worth_

    def take(name: str, amount: Fraction) -> Fraction:
        average = value[name] / number[name]
        add(name, -amount, -amount * average)
        return amount * average

    def book(stream: tuple, worth_: Fraction) -> None:
        made[stream] = made.get(stream, Fraction(0)) + worth_

    for on in sorted(one for one in days if one <= day):
        now = [r for r in rows if r["since"] <= on and (r["until"] is None or on < r["until"])]
        there = {row["commitment"] for row in before}
        change: dict[tuple, Fraction] = {}
        for sign, counted in ((1, now), (-1, before)):
            for row in counted:
                stream = (row["commitment"], row["part"])
                change[stream] = change.get(stream, 0) + sign * Fraction(row["number"])
        own = {name: amount for (name, part), amount in change.items() if part is None}
        moved: dict[tuple, Fraction] = {}
        for (name, part), amount in sorted(change.items(), key=str):
            if part is not None:
                own_of_part = own.get(part, Fraction(0))
                low, high = sorted((own_of_part, -amount))
                moved[name, part] = max(low, Fraction(0)) + min(high, Fraction(0))
                own[part] = own_of_part - moved[name, part]
                own[name, part] = amount + moved[name, part]

        streams = {key: key if isinstance(key, tuple) else (key, None) for key in own}
        depths = {name: depth(rows, name) for name, _ in streams.values()}
        for key, amount in own.items():
            if amount > 0:
                more = amount * price_of_new(now, there, on, streams[key], price)
                add(streams[key][0], amount, more)
                book(streams[key], more)
        for name, part in sorted(moved, key=lambda pair: -depths.get(pair[1], 0)):
            if moved[name, part] < 0:
                back = take(part, -moved[name, part])
                add(name, -moved[name, part], back)
                book((part, None), -back)
                book((name, part), back)
        for name in sorted(depths, key=lambda one: depths[one]):
            for key, amount in own.items():
                if streams[key][0] == name and amount < 0:
                    book(streams[key], -take(name, -amount))
            for (giver, part), amount in moved.items():
                if giver == name and amount > 0:
                    gone = take(name, amount)
                    add(part, amount, gone)
                    book((name, part), -gone)
                    book((part, None), gone)
        before = now
    return made


def price_of_new(now: list[dict], there: set, on: dt.date, stream: tuple, price) -> Fraction:
    """What one is worth of what is new in a stream on a day; all of one that was not there."""
    mine = [
        row for row in now if (row["commitment"], row["part"]) == stream
        and (row["commitment"] not in there or max(row["on"], row["announced"]) == on)
    ]  # fmt: skip
    return worth(mine, price) / sum(Fraction(row["number"]) for row in mine)


def depth(rows: list[dict], name: str) -> int:
    """How many wholes are above a commitment, as far as the rows tell."""
    above = {row["commitment"] for row in rows if row["part"] == name}
    return 1 + max(depth(rows, one) for one in above) if above else 0

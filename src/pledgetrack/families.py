"""Families: a whole and its parts counted together, fact by fact, so that nothing counts twice.

From the day on which both are announced, what a part shows leaves its whole, in rows of the whole
that name the part. What arrives of a part arrives of its whole, for the status of the whole; the
end of a whole is the end of its parts. Rows are balances after a day minus balances before it.
"""

from __future__ import annotations

import datetime as dt
import decimal
import heapq
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from pledgetrack.balances import Cause, Course, Finding, cause, day_of, order, row
from pledgetrack.bars import watched
from pledgetrack.kin import Kin
from pledgetrack.layers import (
    EMPTY,
    Layers,
    added,
    layers_of,
    measures,
    taken,
    together,
    total,
    within,
    without,
)
from pledgetrack.members import OF_PARTS, PART, Account, Member, Place, Told, negative, off
from pledgetrack.models import Citation, Commitment, Event
from pledgetrack.passing import Passing
from pledgetrack.quantity import EXACT
from pledgetrack.targets import NOTHING, ZERO, Balance, plus, steps


def accounts(
    commitments: Iterable[Commitment], events: Mapping[str, Sequence[Event]]
) -> dict[str, Account]:
    """The account of every commitment, by id."""
    commitments = tuple(commitments)
    kin = Kin(commitments)
    found: dict[str, Account] = {}
    for names in watched(kin.families(), "wholes and parts", unit="family"):
        found |= Family(kin, names, events).counted()
    for commitment in watched(commitments, "balances", unit="commitment"):
        if commitment.id not in found:
            course = Course(commitment, events.get(commitment.id, ()))
            rows = course.rows()
            found[commitment.id] = Account(
                rows, course.announcing, course.events, findings=course.findings
            )
    return found


class Family:
    """Commitments that are kin, counted together."""

    def __init__(self, kin: Kin, names: Iterable[str], events: Mapping[str, Sequence[Event]]):
        self.kin = kin
        self.members = {
            name: Member(Course(kin.by_id[name], events.get(name, ())), Account()) for name in names
        }
        self.asides = any(kin.others.get(name) for name in self.members)
        self.touched: dict[int, Place] = {}
        self.today: list[Member] = []
        self.moved: dict[str, Member] = {}
        self.excess: dict[tuple[str, str], Decimal] = {}
        self.passing = Passing()

    def counted(self) -> dict[str, Account]:
        """The account of each, by id."""
        facts: list[tuple[dt.date, tuple[object, ...], str, Event | None]] = []
        for name, member in self.members.items():
            commitment = member.course.commitment
            facts.append((commitment.announced, (), name, None))
            for event in member.course.events:
                day = day_of(event, commitment)
                facts.append((day, order(event, day), name, event))
        facts.sort(key=lambda fact: fact[:3])
        with decimal.localcontext(EXACT):
            for day, group in groupby(facts, key=lambda fact: fact[0]):
                self._day(day, [(self.members[name], event) for _, _, name, event in group])
        for member in self.members.values():
            member.course.close()
            member.account.events = member.course.events
            member.account.findings = [*member.course.findings, *member.account.findings]
        return {name: member.account for name, member in self.members.items()}

    def _day(self, day: dt.date, facts: Sequence[tuple[Member, Event | None]]) -> None:
        new = [member for member, event in facts if event is None]
        for member in new:
            commitment = member.course.commitment
            known = commitment.known or day
            member.announced = True
            member.account.rows = member.course.announce()
            member.account.announcing = member.course.announcing
            for unit in member.course.targets:
                member.places[unit] = Place(member, unit)
            self._because(member, Cause(PART, day, day, known, commitment.citations))
        if new:
            self._join(new, day)
        for member, event in facts:
            if event is not None:
                self._happen(member, event)
        self._settle({member.name for member in new})
        for member in self.today:
            member.today = None
        self.today = []

    def _because(self, member: Member, base: Cause) -> None:
        """Note why the balances of a member may change today."""
        was = member.today
        if was:
            told: dict[Citation, None] = dict.fromkeys((*was.citations, *base.citations))
            base = base._replace(known=max(was.known, base.known), citations=tuple(told))
        else:
            self.today.append(member)
        member.today = self._latest = base._replace(kind=PART, on=base.day)
        for place in member.places.values():
            self.touched[id(place)] = place

    # --- who is a part of whom --------------------------------------------------------------------

    def _join(self, new: Sequence[Member], day: dt.date) -> None:
        """Put members under their wholes, as the announcements of a day make them parts."""
        near: Iterable[Member] = self.members.values()
        if not self.asides:
            names = {name for m in new for name in (m.name, *self.kin.parts.get(m.name, ()))}
            near = [self.members[name] for name in sorted(names)]
        for member in near:
            if not member.announced:
                continue
            name = self.kin.whole(member.name, day)
            whole = self.members[name] if name else None
            if whole is not member.whole:
                self._move(member, whole, day)
        for member in self.moved.values():
            *_, outermost = (None, *(above.name for above in member.wholes()))
            wholes = member.account.wholes
            if outermost != (wholes[-1][1] if wholes else None):
                wholes.append((day, outermost))
        self.moved = {}
        for member in self.members.values() if self.asides else ():
            if member.announced:
                reason = self.kin.aside(member.name, day)
                asides = member.account.asides
                if reason != (asides[-1][1] if asides else None):
                    asides.append((day, reason))

    def _move(self, member: Member, whole: Member | None, day: dt.date) -> None:
        """Make a member a part of a whole, or of none."""
        moved = list(member.tree())
        self.moved |= {one.name: one for one in moved}
        self._mirror(member, moved, day, sign=-1)
        if member.whole:
            del member.whole.parts[member.name]
        member.whole = whole
        if whole:
            whole.parts[member.name] = member
        self._mirror(member, moved, day, sign=1)
        for one in moved:
            self.passing.touch(one, {*one.arrived, *one.received})
            for place in one.places.values():
                above = (above.places.get(place.unit) for above in one.wholes())
                self._place(place, next(filter(None, above), None))
        self._sweep(member, self._latest._replace(on=day, day=day))

    def _place(self, place: Place, up: Place | None) -> None:
        old, name = place.up, place.member.name
        if old is up:
            return
        if old:
            del old.parts[name]
            old.sums = without(old.sums, place.both)
            old.mode = None
            self.touched[id(old)] = old
        place.up = up
        if up:
            up.parts[name] = place
            up.sums = added(up.sums, place.both)
            self.touched[id(up)] = up
        self.touched[id(place)] = place

    def _mirror(self, member: Member, moved: Sequence[Member], day: dt.date, sign: int) -> None:
        """Give its wholes what arrived of a member and its parts, or take it from them."""
        for one in moved:
            for told, base in one.delivered:
                for whole in member.wholes():
                    unit, more = told
                    more = more if sign > 0 else off(more)
                    self._arrive(whole, one, (unit, more), base._replace(day=day))

    # --- what happens -----------------------------------------------------------------------------

    def _happen(self, member: Member, event: Event) -> None:
        before = member.course.over
        rows = member.course.happen(event)
        base = cause(event, member.course.commitment)
        member.account.rows += rows
        self._because(member, base)
        if event.kind == "delivered" and event.quantity:
            told = event.quantity.unit, Balance.of(event.quantity)
            member.delivered.append((told, base))
            unit, more = told
            member.arrived[unit] = plus(member.arrived.get(unit, NOTHING), more)
            self.passing.touch(member, (unit,))
            for whole in member.wholes():
                self._arrive(whole, member, told, base)
        if member.course.over != before:
            for part in member.parts.values():
                self._sweep(part, base._replace(on=base.day))

    def _arrive(self, whole: Member, part: Member, told: Told, base: Cause) -> None:
        unit, more = told
        whole.account.rows += [
            row(unit, OF_PARTS, more.told, base, part.name),
            *whole.course.arrive(unit, more, base._replace(on=base.day)),
        ]
        if unit in whole.places:
            place = whole.places[unit]
            self.touched[id(place)] = place

    def _sweep(self, member: Member, base: Cause) -> None:
        """Carry the end of a whole, or its standing again, to a part and to the parts of that."""
        for one in member.tree():
            how = one.whole.course.over if one.whole else None
            if how != one.course.swept:
                one.account.rows += one.course.sweep(how, base)
                self._because(one, base)

    # --- what leaves the wholes -------------------------------------------------------------------

    def _settle(self, new: set[str]) -> None:
        """The rows with which parts leave their wholes, or return, at the end of a day."""
        for place in list(self.touched.values()):
            at: Place | None = place
            place.own = layers_of(place.member.course.targets[place.unit])
            while at:
                both = together(at.own, at.sums)
                self.touched[id(at)] = at
                if at.up:
                    at.up.sums = added(at.up.sums, without(both, at.both))
                    self.touched[id(at.up)] = at.up
                at.both, at = both, at.up
        ahead = [(place.depth, place.rank, id(place)) for place in self.touched.values()]
        heapq.heapify(ahead)
        done: set[int] = set()
        while ahead:
            depth, _, key = heapq.heappop(ahead)
            if key in done:
                continue
            done.add(key)
            place = self.touched[key]
            if not place.up:
                place.share = place.both
            for part in self._share(place):
                self.touched[id(part)] = part
                heapq.heappush(ahead, (depth + 1, part.rank, id(part)))
            self._too_large(place, new)
        self.passing.settle(self.touched.values(), self._latest)
        self.touched = {}

    def _share(self, place: Place) -> list[Place]:
        """Share a whole out to its parts; the parts whose share changed."""
        filled = [at for at, amount in enumerate(place.own) if amount]
        mode: object = None
        if within(place.sums, place.share) == place.sums:
            # Where all find a place, each can be looked at by itself.
            if len(filled) == 1:
                mode = filled[0]
            elif within(place.sums, place.own) == place.sums:
                mode = "own layer"
        parts = list(place.parts.values())
        if mode is not None and mode == place.mode:
            parts = [part for part in parts if id(part) in self.touched]
        place.mode = mode
        changed = []
        free, own = place.share, place.own
        for name in [name for name in place.given if name not in place.parts]:
            place.give(name, EMPTY, EMPTY)
            self._shift(place, name, None, EMPTY)
        for part in sorted(parts, key=lambda part: part.rank):
            share = part.both
            if mode is None:
                share = within(share, free)
                takes = taken(share, own)
                free, own = without(free, share), without(own, takes)
            elif mode == "own layer":
                takes = share
            else:
                takes = tuple(total(share) if at == mode else ZERO for at in range(len(share)))
            if share != part.share or id(part) in self.touched:
                part.share = share
                changed.append(part)
            place.give(part.member.name, share, takes)
            self._shift(place, part.member.name, part, takes)
        # What has no place in the whole that this is a part of is taken off itself.
        own = without(place.own, place.taken)
        self._shift(place, None, place, without(own, without(place.share, place.shown)))
        return changed

    def _shift(self, place: Place, name: str | None, amount: Place | None, layers: Layers) -> None:
        """The rows of what a part, or want of a place in its whole, takes off a member."""
        target = place.member.course.targets[place.unit]
        moved = self.members[name].today if name else None
        base = moved or place.member.today or self._latest
        for measure, number in measures(layers, target.remaining).items():
            is_here = amount and (number or name is not None)
            taken_off = amount.balance(measure, number) if amount and is_here else NOTHING
            if taken_off.is_nothing and (name, measure) not in place.out:
                continue
            now = off(taken_off)
            if name is None:
                # It is the member's own amount, which leaves as exact as it came.
                now = Balance(-number, taken_off.bound, *map(negative, taken_off.ends))
            was = place.out.get((name, measure), NOTHING)
            place.out[name, measure] = now
            place.member.account.rows += [
                row(place.unit, measure, step, base, name) for step in steps(was, now)
            ]

    def _too_large(self, place: Place, new: set[str]) -> None:
        """Tell of parts that are larger than their whole, when they become so."""
        name, unit = place.member.name, place.unit
        parts, whole = total(place.sums), total(place.own)
        before = self.excess.get((name, unit), ZERO)
        self.excess[name, unit] = max(parts - whole, ZERO)
        if parts - whole <= before:
            return
        said = f"add up to {parts:,f} {unit}, more than the {whole:,f} that stand of it"
        last = max(place.parts.values(), key=lambda part: part.rank).member
        direct = all(self.kin.by_id[part].part_of == name for part in place.parts)
        announced = not new.isdisjoint((name, *place.parts))
        if announced and direct and not place.member.course.over:
            last.account.too_large.append(f"the parts of {name!r} {said}")
        else:
            brought = filter(None, (self.kin.brought(part, name) for part in place.parts))
            finding = "; ".join([f"its parts {said}; no more is counted", *brought])
            place.member.account.findings.append(Finding("error", name, finding))

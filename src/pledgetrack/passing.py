"""Passing on: what arrives of a part beyond what it shows as pledged counts for its whole.

So nothing is missing of a whole that its parts delivered, and what is outstanding of wholes and
parts is what is outstanding of the whole without the detail of its parts. What is passed on stands
in two rows, which add up to 0: off the part, and for the nearest whole above it of which something
is pledged. Where there is none it stays; and a delivery on a whole says nothing about its parts.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from pledgetrack.balances import Cause, row
from pledgetrack.members import PASSED_ON, Member, Place, Received, negative
from pledgetrack.quantity import combine, flip
from pledgetrack.targets import NOTHING, Balance, steps


class Passing:
    """What the members of a family pass on, at the end of each day."""

    def __init__(self) -> None:
        self.touched: dict[tuple[str, str], Member] = {}

    def touch(self, member: Member, units: Iterable[str]) -> None:
        """Note that a member may pass on more of some units, or less, or to another."""
        for unit in units:
            if unit in member.arrived or unit in member.received:
                self.touched[member.name, unit] = member

    def settle(self, places: Iterable[Place], latest: Cause) -> None:
        """The rows of what is passed on, once the places that moved today have their shares."""
        for place in places:
            committed, pledged, *_ = place.own
            pledges = committed + pledged > 0
            moved = [place.member] if pledges == place.pledges else place.member.tree()
            place.pledges = pledges
            for member in moved:
                self.touch(member, (place.unit,))
        ahead = [(-member.depth, *key) for key, member in self.touched.items()]
        heapq.heapify(ahead)
        while ahead:
            _, name, unit = heapq.heappop(ahead)
            member = self.touched[name, unit]
            for whole in self._pass(member, unit, latest):
                if (whole.name, unit) not in self.touched:
                    self.touched[whole.name, unit] = whole
                    heapq.heappush(ahead, (-whole.depth, whole.name, unit))
        self.touched = {}

    def _pass(self, member: Member, unit: str, latest: Cause) -> list[Member]:
        """Let a member pass on what it does not need; the wholes that this changes."""
        whole, was = member.passed.get(unit, (None, None))
        above = next(filter(None, (_pledging(one, unit) for one in member.wholes())), None)
        now = _beyond(member, unit) if above else None
        above = above if now else None
        if (whole, was) == (above, now):
            return []
        base = member.today or (above and above.today) or (whole and whole.today) or latest
        changes = (
            [(above, was, now)] if whole is above else [(whole, was, None), (above, None, now)]
        )
        for one, before, after in changes:
            if one is None:
                continue
            received = one.received.setdefault(unit, Received())
            received.add(before or NOTHING, -1)
            received.add(after or NOTHING, 1)
            # A report of 0 is passed on too: something was reported of the whole.
            made = steps(before or NOTHING, after or NOTHING) or [NOTHING]
            one.account.rows += [row(unit, PASSED_ON, step, base, member.name) for step in made]
        member.account.rows += [
            row(unit, PASSED_ON, step, base)
            for step in steps(_taken(was or NOTHING), _taken(now or NOTHING))
        ]
        member.passed.pop(unit, None)
        if above and now:
            member.passed[unit] = above, now
        return [one for one in (whole, above) if one]


def _pledging(member: Member, unit: str) -> Member | None:
    """A member, where something of it is pledged in a unit."""
    place = member.places.get(unit)
    return member if place and place.pledges else None


def _beyond(member: Member, unit: str) -> Balance | None:
    """What arrived of a member beyond what it shows as pledged; all, where nothing is pledged."""
    received = member.received.get(unit, Received())
    own = member.arrived.get(unit, NOTHING)
    place = member.places.get(unit)
    shown = place.pledged if place else NOTHING
    beyond = own.number + received.number - shown.number
    if beyond <= 0 and place and place.pledges:
        return None
    if not beyond:
        return NOTHING
    bounds = {bound for bound, count in received.bounds.items() if count}
    bound = combine(bounds | {own.bound, flip(shown.bound)})
    end = beyond if bound == "exact" else None
    return Balance(beyond, bound, end, end)


def _taken(balance: Balance) -> Balance:
    """What a part passes on leaves it as exact as it is."""
    low, high = map(negative, balance.ends)
    return Balance(-balance.number, balance.bound, low, high)

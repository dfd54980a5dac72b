"""Kin: which promise is a part of which, and which record counts in the place of which.

``part_of`` names the whole, ``repeats`` and ``same_as`` the record that counts instead. All of them
hold from the day on which both records are announced. One that is set aside leaves its place to the
one that counts: the whole of either is the whole of both. The parts of a promise that is announced
again are parts of that promise; the parts of a record that a link sets aside are set aside with it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pledgetrack.models import Commitment

REPEATED, LINKED = "repeated", "linked"
REASONS = (REPEATED, LINKED)
"""Why a record counts in no total."""


class Aside(NamedTuple):
    """Why a record counts in no total, and the commitment that counts instead."""

    why: str
    instead: str


class Kin:
    """What commitments say of each other.

    >>> from pledgetrack.models import Commitment
    >>> whole = Commitment(id="fund", party="A", announced="2024-01-01", stage="pledged")
    >>> part = Commitment(id="north", party="A", announced="2024-02-01", stage="pledged",
    ...                   part_of="fund")
    >>> kin = Kin([whole, part])
    >>> kin.whole("north", dt.date(2024, 1, 31)), kin.whole("north", dt.date(2024, 2, 1))
    (None, 'fund')
    """

    def __init__(self, commitments: Iterable[Commitment]) -> None:
        self.by_id = {commitment.id: commitment for commitment in commitments}
        self.parts: dict[str, list[str]] = defaultdict(list)
        self.others: dict[str, list[str]] = defaultdict(list)
        for name, commitment in sorted(self.by_id.items()):
            if commitment.part_of in self.by_id:
                self.parts[commitment.part_of].append(name)
            if (other := _other(commitment)) in self.by_id:
                self.others[other].append(name)

    def brought(self, part: str, whole: str) -> str | None:
        """How a commitment came to be a part of a whole that it does not name itself, in words."""
        own = self.by_id[part].part_of
        if own == whole:
            return None
        if own in self.by_id:
            above = self.by_id[own]
            word = "is a part of" if not _other(above) else _pointer(above)
            return (
                f"{part!r} is a part of {own!r}, which {word} {(_other(above) or above.part_of)!r}"
            )
        ahead = list(self.others.get(part, ()))
        while ahead:
            other = ahead.pop(0)
            if self.by_id[other].part_of in self.by_id:
                return (
                    f"{part!r} counts instead of {other!r}, a part of {self.by_id[other].part_of!r}"
                )
            ahead.extend(self.others.get(other, ()))
        return None

    def families(self) -> list[list[str]]:
        """The ids of those that are kin, each family once, in order."""
        seen: set[str] = set()
        found = []
        for name in sorted({*self.parts, *self.others}):
            if name not in seen:
                family = self.family([name])
                seen |= family
                found.append(sorted(family))
        return found

    def family(self, names: Iterable[str]) -> set[str]:
        """Everything that is kin to some commitments, those among them."""
        family: set[str] = set()
        ahead = [name for name in names if name in self.by_id]
        while ahead:
            name = ahead.pop()
            if name not in family:
                family.add(name)
                one = self.by_id[name]
                near = (one.part_of, _other(one), *self.parts[name], *self.others[name])
                ahead.extend(other for other in near if other in self.by_id)
        return family

    def _announced(self, name: str | None, day: dt.date) -> str | None:
        return name if name in self.by_id and self.by_id[name].announced <= day else None

    def _instead(self, name: str, day: dt.date) -> str | None:
        """The record that a commitment itself says counts instead."""
        return self._announced(name, day) and self._announced(_other(self.by_id[name]), day)

    def _counting(self, name: str, day: dt.date, *, links: bool) -> str:
        """The one that stands for a commitment that is announced again, or linked."""
        while other := self._instead(name, day):
            if not links and self.by_id[name].same_as:
                return name
            name = other
        return name

    def whole(self, name: str, day: dt.date) -> str | None:
        """The whole that a commitment is a part of on a day."""
        if not self._announced(name, day) or self._instead(name, day):
            return None
        own = self._announced(self.by_id[name].part_of, day)
        if own:
            return self._counting(own, day, links=False)
        for other in self._set_aside_for(name, day):
            whole = self._announced(self.by_id[other].part_of, day)
            if whole:
                return self._counting(whole, day, links=True)
        return None

    def _set_aside_for(self, name: str, day: dt.date) -> Iterator[str]:
        """The records in whose place a commitment counts."""
        ahead = list(self.others.get(name, ()))
        while ahead:
            other = ahead.pop(0)
            if self._announced(other, day):
                yield other
                ahead.extend(self.others.get(other, ()))

    def aside(self, name: str, day: dt.date) -> Aside | None:
        """Why a commitment counts in no total on a day; None where it counts."""
        at: str | None = name
        while at:
            instead = self._instead(at, day)
            if instead:
                return Aside(REPEATED if self.by_id[at].repeats else LINKED, instead)
            at = self.whole(at, day)
        return None

    def outermost(self, name: str, day: dt.date) -> str:
        """The whole of the whole ... that a commitment is a part of on a day, or itself."""
        while whole := self.whole(name, day):
            name = whole
        return name

    def cycles(self) -> list[tuple[str, str]]:
        """Each circle in which promises name each other: one of its commitments, and the circle."""
        pointing = {name: [other] for name, other in self._pointing()}
        rings = [
            (names[0], f"a circle of {self._sort(names)}: {_chain(names)}")
            for names in self._circles(pointing)
        ]
        if rings:
            return rings
        # Records of one promise are one: a circle may run through several of them.
        wholes: dict[str, list[str]] = defaultdict(list)
        for whole, parts in self.parts.items():
            end = self._end(whole)
            for part in parts:
                wholes[self._end(part)].append(end)
        return [
            (names[0], f"a circle of wholes and parts: {_chain(names)}{self._through(names)}")
            for names in self._circles(wholes)
        ]

    def _sort(self, names: list[str]) -> str:
        """What a circle of records that are set aside for each other is made of."""
        sorts = {"repetitions" if self.by_id[name].repeats else "links (same_as)" for name in names}
        return " and ".join(sorted(sorts, reverse=True))

    def _through(self, names: list[str]) -> str:
        """Which records stand for one promise in a circle that runs through them."""
        said = [
            f"{name!r} {_pointer(self.by_id[name])} {other!r}"
            for other in self.others
            for name in self.others[other]
            if self._end(name) in names
        ]
        return f" (for {', '.join(sorted(said))})" if said else ""

    def _pointing(self) -> Iterator[tuple[str, str]]:
        for other, names in self.others.items():
            for name in names:
                yield name, other

    def _end(self, name: str) -> str:
        while (other := _other(self.by_id[name])) in self.by_id:
            name = other
        return name

    def _circles(self, ahead: dict[str, list[str]]) -> Iterator[list[str]]:
        """The circles that a walk meets, each once, from the least of its names on."""
        done: set[str] = set()
        for start in sorted(ahead):
            path: dict[str, Iterator[str]] = {}
            at: str | None = start
            while at is not None:
                if at in path:
                    names = list(path)
                    yield _from_least(names[names.index(at) :])
                elif at not in done:
                    path[at] = iter(sorted(ahead.get(at, ())))
                at = None
                while path and at is None:
                    last = next(reversed(path))
                    at = next(path[last], None)
                    if at is None:
                        done.add(last)
                        del path[last]


def _from_least(ring: list[str]) -> list[str]:
    at = ring.index(min(ring))
    return [*ring[at:], *ring[:at]]


def _chain(ring: list[str]) -> str:
    return " -> ".join(map(repr, [*ring, ring[0]]))


def _pointer(commitment: Commitment) -> str:
    return "repeats" if commitment.repeats else "is the same as"


def _other(commitment: Commitment) -> str | None:
    return commitment.repeats or commitment.same_as

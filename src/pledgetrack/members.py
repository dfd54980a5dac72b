"""Members of a family: a promise among its kin, and its targets among theirs."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from pledgetrack.balances import Cause, Course, Finding, Row
from pledgetrack.kin import Aside
from pledgetrack.layers import EMPTY, Layers, added, without
from pledgetrack.models import Event
from pledgetrack.quantity import Bound, combine, flip
from pledgetrack.targets import NOTHING, ZERO, Balance

PART = "part"
"""The fact that a part leaves its whole, or returns to it."""
OF_PARTS = "part delivered"
"""The measure of what arrived of the parts of a whole: it counts for its status alone."""
PASSED_ON = "passed on"
"""The measure of what arrived of a part beyond what the part shows, and so counts for its whole."""


@dataclass(slots=True)
class Account:
    """All that is counted of one commitment.

    ``asides`` are the days on which it began to count, or not to; ``wholes`` the days on which it
    got another outermost whole. ``too_large`` says where it makes the parts of a whole larger than
    that: as an announcement that is a mistake.
    """

    rows: list[Row] = field(default_factory=list)
    announcing: int = 0
    events: list[Event] = field(default_factory=list)
    asides: list[tuple[dt.date, Aside | None]] = field(default_factory=list)
    wholes: list[tuple[dt.date, str | None]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    too_large: list[str] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Member:
    """A commitment among its kin."""

    course: Course
    account: Account
    announced: bool = False
    whole: Member | None = None
    parts: dict[str, Member] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    delivered: list[tuple[Told, Cause]] = field(default_factory=list)
    # By unit: what arrived of itself, what its parts passed on to it, and it to which whole.
    arrived: dict[str, Balance] = field(default_factory=dict)
    received: dict[str, Received] = field(default_factory=dict)
    passed: dict[str, tuple[Member, Balance]] = field(default_factory=dict)
    today: Cause | None = None

    @property
    def name(self) -> str:
        """Its id."""
        return self.course.commitment.id

    def wholes(self) -> Iterator[Member]:
        """Its whole, the whole of that, and so on."""
        at = self.whole
        while at:
            yield at
            at = at.whole

    @property
    def depth(self) -> int:
        """How many wholes are above it."""
        return sum(1 for _ in self.wholes())

    def tree(self) -> Iterator[Member]:
        """Itself, its parts, and theirs; a whole before its parts."""
        ahead = [self]
        while ahead:
            at = ahead.pop()
            yield at
            ahead.extend(reversed(at.parts.values()))


@dataclass(slots=True)
class Received:
    """What parts passed on to a whole: how much, and how far it is exact."""

    number: Decimal = ZERO
    bounds: Counter[Bound] = field(default_factory=Counter)

    def add(self, more: Balance, sign: int) -> None:
        """Let a part pass on so much, or no longer."""
        self.number += sign * more.number
        self.bounds[more.bound] += sign


@dataclass(eq=False, slots=True)
class Place:
    """A target of a member among the targets of its kin in that unit.

    ``own`` is what the records say of it, ``sums`` its parts added up, ``both`` the two together,
    ``share`` what of that is shown, by itself and its parts.
    """

    member: Member
    unit: str
    own: Layers = EMPTY
    sums: Layers = EMPTY
    both: Layers = EMPTY
    share: Layers = EMPTY
    up: Place | None = None
    parts: dict[str, Place] = field(default_factory=dict)
    mode: object = None
    pledges: bool = False  # whether something of it is pledged, before its parts take theirs
    # To each part: what it shows, and what of the whole that takes the place of; and the sums.
    given: dict[str, tuple[Layers, Layers]] = field(default_factory=dict)
    shown: Layers = EMPTY
    taken: Layers = EMPTY
    out: dict[tuple[str | None, str], Balance] = field(default_factory=dict)

    @property
    def rank(self) -> tuple[dt.date, str, str]:
        """Its order among the parts of a whole: the earlier promise first."""
        commitment = self.member.course.commitment
        return commitment.announced, commitment.id, self.unit

    def give(self, part: str, share: Layers, takes: Layers) -> None:
        """Let a part show so much, in the place of so much of this."""
        was_shown, was_taken = self.given.pop(part, (EMPTY, EMPTY))
        self.shown = added(without(self.shown, was_shown), share)
        self.taken = added(without(self.taken, was_taken), takes)
        if share != EMPTY or takes != EMPTY:
            self.given[part] = share, takes

    @property
    def depth(self) -> int:
        """How many wholes are above it."""
        count, at = 0, self.up
        while at:
            count, at = count + 1, at.up
        return count

    @property
    def pledged(self) -> Balance:
        """What it shows as pledged, when its parts have taken theirs."""
        committed, pledged, *_ = without(self.share, self.shown)
        loose = [self.member.course.targets[self.unit].pledged]
        loose += [taken for (_, measure), taken in self.out.items() if measure == "pledged"]
        return Balance(committed + pledged, combine({one.bound for one in loose if one.number}))

    def balance(self, measure: str, number: Decimal) -> Balance:
        """So much of it, as exact as it is; of nothing, what it may be more than that."""
        target = self.member.course.targets[self.unit]
        mine = target.balances().get(measure, NOTHING)
        if not number:
            return NOTHING if mine.number else mine
        mine = mine if mine.number else target.standing
        less = mine.number - number
        low, high = (
            None if end is None else max(end - less, ZERO) for end in (mine.low, mine.high)
        )
        return Balance(number, mine.bound, low, high)


Told = tuple[str, Balance]
"""What was delivered: the unit, and how much."""


def off(balance: Balance) -> Balance:
    """The balance that takes another off: of "at least 30" taken off, "up to" is left."""
    number, bound, low, high = balance
    return Balance(-number, flip(bound), negative(high), negative(low))


def negative(end: Decimal | None) -> Decimal | None:
    """The end of what is taken off."""
    return None if end is None else -end

"""The money of an IATI activity split: what each transaction adds to each share of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from pledgetrack.formats.iati_codes import Flow
from pledgetrack.formats.iati_shares import Shares, Split, percentages, shares, vocabulary_of
from pledgetrack.formats.iati_values import Activity, Fact, Place
from pledgetrack.periods import from_minor, to_minor
from pledgetrack.quantity import tidy
from pledgetrack.units import minor_digits

SPLITS = ("recipient", "sector")
"""By what the money of an activity may be split."""

Dims = tuple[tuple[Place, ...], tuple[Place, ...]]
"""The recipients and the sectors of a share."""


class Step(NamedTuple):
    """What a transaction adds to a share."""

    dims: Dims
    flow: Flow
    fact: Fact
    number: Decimal


class Way(NamedTuple):
    """How a transaction is split: the shares, their weights, and what these add up to."""

    dims: list[Dims]
    weights: list[int]
    whole: int


def recipients_of(places: Iterable[Place]) -> tuple[Place, ...]:
    """The countries and regions among which money is split.

    Percentages of countries and regions add up to 100 together; where the countries have all,
    regions say the same once more.
    """
    places = tuple(places)
    countries = tuple(place for place in places if place.element == "recipient-country")
    regions = vocabulary_of(place for place in places if place.element == "recipient-region")
    return countries if percentages(countries) == 100 else countries + regions


class Sharing:
    """How the money of an activity is split, and what is odd about that."""

    def __init__(self, activity: Activity, split: Collection[str]) -> None:
        self.activity = activity
        self.split = split
        self.notes: list[str] = []
        self.ways: dict[object, Way] = {}

    def key(self, fact: Fact) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
        """Where the money of a transaction goes: what it says itself wins over the activity."""
        return fact.recipients or self.activity.recipients, fact.sectors or self.activity.sectors

    def way(self, fact: Fact) -> Way:
        """How a transaction is split."""
        key = recipients, sectors = self.key(fact)
        if key not in self.ways:
            rows = self._shares(recipients_of(recipients), "recipient")
            columns = self._shares(vocabulary_of(sectors), "sector")
            pairs = [(row, column) for row in rows.parts for column in columns.parts]
            self.ways[key] = Way(
                [(row.places, column.places) for row, column in pairs],
                [row.weight * column.weight for row, column in pairs],
                rows.whole * columns.whole,
            )
        return self.ways[key]

    def _shares(self, places: Sequence[Place], what: str) -> Shares:
        if what not in self.split:
            return shares([place._replace(percentage=None) for place in places], f"{what}s")
        made = shares(places, f"{what}s")
        if made.note and made.note not in self.notes:
            self.notes.append(made.note)
        return made


@dataclass(slots=True)
class _Running:
    """The running sums of one currency that is split one way, in whole minor units."""

    sums: dict[Flow, int] = field(default_factory=lambda: defaultdict(int))
    shown: dict[Flow, int] = field(default_factory=lambda: defaultdict(int))
    splits: dict[Flow, Split] = field(default_factory=dict)
    taken: list[Fact] = field(default_factory=list)

    def changes(self, flow: Flow, more: int) -> dict[Flow, int]:
        """What more of a flow changes.

        What is committed of a pledge is no longer only pledged. What is taken back before there
        was something, by a file out of order, is taken off what comes.
        """
        if flow == "delivered":
            return {flow: more}
        self.sums[flow] += more
        committed = max(self.sums["committed"], 0)
        now: dict[Flow, int] = {
            "committed": committed,
            "pledged": max(self.sums["pledged"] - committed, 0),
        }
        changes = {name: amount - self.shown[name] for name, amount in now.items()}
        self.shown.update(now)
        return {name: change for name, change in changes.items() if change or name == flow}


def steps(
    facts: Iterable[Fact],
    sharing: Sharing,
    flows: Mapping[str, Flow],
    beyond: dict[int, str],
) -> Iterator[Step]:
    """What each transaction of a giver adds to each share, day by day.

    ``beyond`` takes the rows of those that take back more than there was, and how much.
    """
    # More comes before less on a day, so that its ups and downs are not cut at zero on the way.
    ordered = sorted(facts, key=lambda fact: (fact.day, -fact.number, fact.row))
    digits: dict[str, int] = defaultdict(int)
    for fact in ordered:
        finest = -int(tidy(fact.number).as_tuple().exponent)
        digits[fact.unit] = max(digits[fact.unit], minor_digits(fact.unit), finest)
    running: dict[tuple[object, str], _Running] = defaultdict(_Running)
    for fact in ordered:
        way, places = sharing.way(fact), digits[fact.unit]
        sums = running[sharing.key(fact), fact.unit]
        minor, flow = to_minor(fact.number, places), flows[fact.code]
        if minor < 0 and flow != "delivered":
            sums.taken.append(fact)
        found = []
        for name, change in sums.changes(flow, minor).items():
            split = sums.splits.setdefault(name, Split(way.weights, way.whole))
            parts = zip(way.dims, split.add(change), strict=True)
            found += [
                Step(dims, name, fact, from_minor(part, places))
                for dims, part in parts
                if part or not minor
            ]
        # What changes nothing is told all the same, where most of the money goes.
        most = way.dims[way.weights.index(max(way.weights))]
        yield from found or [Step(most, flow, fact, Decimal(0))]
    for (_, unit), sums in running.items():
        for flow, total in sums.sums.items():
            if total < 0:
                short = from_minor(-total, digits[unit])
                words = f"takes back {short:,f} {unit} more than was {flow}; counted down to 0"
                beyond.update({fact.row: words for fact in sums.taken if flows[fact.code] == flow})

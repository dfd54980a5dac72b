"""An IATI activity to records: one promise for each giver and each share of its money.

The parts of an activity are commitments beside each other, which add up to it to the last minor
unit; an activity of one giver, one recipient and one sector is one commitment.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from pledgetrack.calendar import NOT_STATED
from pledgetrack.formats.iati_codes import (
    CANCELLED,
    FLOWS,
    FUNDING,
    IMPLEMENTING,
    SUSPENDED,
    TRANSACTION_TYPES,
    Flow,
    Perspective,
    country_name,
    region_name,
    sector_label,
)
from pledgetrack.formats.iati_orgs import Orgs
from pledgetrack.formats.iati_split import Dims, Sharing, Step, steps
from pledgetrack.formats.iati_values import Activity, Fact, Place
from pledgetrack.horizon import Horizon
from pledgetrack.models import Citation, Commitment, Event, EventKind
from pledgetrack.quantity import Quantity

Cell = tuple[tuple[str, ...], Dims]
"""A giver, and a share of the money."""


class _Ending(NamedTuple):
    """How and when an activity was cancelled or suspended."""

    kind: EventKind
    on: dt.date
    basis: str


class Made:
    """The records of an activity, all of whose facts are flows of the perspective.

    ``rows`` are the rows of the account that each record was made of, by its ``id()``; ``notes``
    say what is odd about the shares, ``beyond`` which rows take back more than there was.
    """

    def __init__(
        self,
        activity: Activity,
        orgs: Orgs,
        *,
        source: str,
        generated: dt.date | None,
        perspective: Perspective,
        split: Collection[str],
    ) -> None:
        self.activity = activity
        self.orgs = orgs
        self.source = source
        self.generated = generated
        self.perspective = perspective
        self.commitments: list[Commitment] = []
        self.events: list[Event] = []
        self.rows: dict[int, list[int]] = {}
        self.beyond: dict[int, str] = {}
        self._cited: dict[int, Citation] = {}
        sharing = Sharing(activity, split)
        cells: dict[Cell, list[Step]] = defaultdict(list)
        for giver, facts in self._givers().items():
            for step in steps(facts, sharing, FLOWS[perspective], self.beyond):
                cells[giver, step.dims].append(step)
        self.notes = [*sharing.notes, *_astray(cells.values())]
        self.channels = self._channels() if cells else ()
        self.ending = self._ending() if cells else None
        suffixes = _suffixes(list(cells))
        for cell, made in cells.items():
            self._add_cell(cell, f"iati:{activity.identifier}{suffixes[cell]}", made)

    # --- who, until when --------------------------------------------------------------------------

    def _givers(self) -> Mapping[tuple[str, ...], list[Fact]]:
        """The facts of each giver: "if omitted on outgoing funds the reporting-org is assumed"."""
        otherwise: tuple[str, ...] = (self.orgs.name(self.activity.reporter),)
        if self.perspective == "incoming":
            otherwise = self._with_role(FUNDING) or (NOT_STATED,)
        found: dict[tuple[str, ...], list[Fact]] = defaultdict(list)
        for fact in self.activity.facts:
            giver = (self.orgs.name(fact.provider),) if fact.provider else otherwise
            found[giver].append(fact)
        return found

    def _channels(self) -> tuple[str, ...]:
        """Who carries it out: the receivers of the money, else the implementing organisations."""
        activity = self.activity
        found = {self.orgs.name(fact.receiver) for fact in activity.facts if fact.receiver}
        if not found and self.perspective == "incoming" and activity.reporter:
            found = {self.orgs.name(activity.reporter)}
        return tuple(sorted(found)) or self._with_role(IMPLEMENTING)

    def _with_role(self, role: str) -> tuple[str, ...]:
        named = {self.orgs.name(org) for said, org in self.activity.participating if said == role}
        return tuple(sorted(named))

    def _ending(self) -> _Ending | None:
        """The event of the activity status, which itself has no day."""
        activity = self.activity
        kinds: dict[str | None, EventKind] = {CANCELLED: "withdrawn", SUSPENDED: "suspended"}
        kind = kinds.get(activity.status)
        if kind is None:
            return None
        found = (
            (activity.dates.get("4") if kind == "withdrawn" else None, "the actual end"),
            (activity.updated, "last-updated-datetime"),
            (self.generated, "generated-datetime of the file"),
            (max(fact.day for fact in activity.facts), "the last transaction"),
        )
        on, basis = next((day, basis) for day, basis in found if day is not None)
        return _Ending(kind, on, f"the day of {basis}, for an activity status has none")

    # --- records ----------------------------------------------------------------------------------

    def _add_cell(self, cell: Cell, name: str, made: Sequence[Step]) -> None:
        """The records of one share: what is committed, and beside it what is only pledged."""
        by_flow: dict[Flow, list[Step]] = defaultdict(list)
        for step in made:
            by_flow[step.flow].append(step)
        committed, pledged = by_flow["committed"], by_flow["pledged"]
        delivered = by_flow["delivered"]
        if committed or not pledged:
            self._add(cell, name, "committed", committed, delivered)
            delivered, name = [], f"{name} (pledged)"
        if pledged:
            self._add(cell, name, "pledged", pledged, delivered)

    def _add(
        self,
        cell: Cell,
        name: str,
        stage: Literal["pledged", "committed"],
        promised: Sequence[Step],
        delivered: Sequence[Step],
    ) -> None:
        giver, (recipients, sectors) = cell
        facts = [step.fact for step in (*promised, *delivered)]
        first = min(facts, key=lambda fact: (fact.day, fact.row))
        start = [step for step in promised if step.fact.day == first.day]
        targets = {step.fact.unit: Decimal(0) for step in promised}
        for step in start:
            targets[step.fact.unit] += step.number
        announcing = list({step.fact.row: step.fact for step in start}.values())
        commitment = Commitment(
            id=name,
            title=self.activity.title,
            parties=giver,
            recipients=tuple(sorted({recipient_name(place) for place in recipients})),
            channels=self.channels,
            targets=tuple(Quantity(number=n, unit=unit) for unit, n in sorted(targets.items())),
            # Where nothing is promised nothing is due.
            horizon=_horizon(self.activity.dates) if promised else None,
            announced=first.day,
            announced_basis=f"the earliest transaction, {TRANSACTION_TYPES[first.code]}",
            stage=stage,
            tags=_tags(self.activity, recipients, sectors),
            citations=tuple(map(self._citation, announcing or [first])),
            note=_value_dates(announcing or [first]),
        )
        self.commitments.append(commitment)
        self.rows[id(commitment)] = [self.activity.row, *(fact.row for fact in announcing)]
        for step in promised[len(start) :]:
            self._happen(name, "revised", step)
        for step in delivered:
            self._happen(name, "delivered", step)
        if self.ending is not None:
            self._end(commitment, self.ending)

    def _happen(self, name: str, kind: EventKind, step: Step) -> None:
        fact = step.fact
        event = Event(
            commitment=name,
            kind=kind,
            on=fact.day,
            quantity=Quantity(number=step.number, unit=fact.unit),
            citations=(self._citation(fact),),
            note=_value_dates([fact]),
        )
        self.events.append(event)
        self.rows[id(event)] = [fact.row]

    def _end(self, commitment: Commitment, ending: _Ending) -> None:
        place = f"line {self.activity.line}, {self.activity.path}/activity-status"
        event = Event(
            commitment=commitment.id,
            kind=ending.kind,
            on=max(ending.on, commitment.announced),
            on_basis=ending.basis,
            citations=(Citation(source=self.source, place=place),),
        )
        self.events.append(event)
        self.rows[id(event)] = [self.activity.row]

    def _citation(self, fact: Fact) -> Citation:
        # A transaction that is split is cited by each of its parts.
        if fact.row not in self._cited:
            place = f"line {fact.line}, {fact.path}"
            self._cited[fact.row] = Citation(source=self.source, place=place)
        return self._cited[fact.row]


def _astray(cells: Iterable[Sequence[Step]]) -> list[str]:
    """A note where something is delivered of a share of which nothing is promised."""
    flows = [{step.flow for step in steps} for steps in cells]
    if any(found == {"delivered"} for found in flows) and any(
        found != {"delivered"} for found in flows
    ):
        return [
            "some is delivered by another giver, or for another recipient or sector, than promised"
        ]
    return []


def recipient_name(place: Place) -> str:
    """The name of a recipient country or region."""
    if place.element == "recipient-country":
        return country_name(place.code)
    return region_name(place.code, place.vocabulary)


def _codes(places: Iterable[Place]) -> str:
    return " + ".join(sorted({sector_label(place.code, place.vocabulary) for place in places}))


def _tags(
    activity: Activity, recipients: Sequence[Place], sectors: Sequence[Place]
) -> dict[str, str]:
    found = {
        "activity": activity.identifier,
        "sector": _codes(sectors),
        "country": _codes(place for place in recipients if place.element == "recipient-country"),
        "region": _codes(place for place in recipients if place.element == "recipient-region"),
    }
    return {name: value for name, value in found.items() if value}


def _horizon(dates: Mapping[str, dt.date]) -> Horizon | None:
    """From the start, actual rather than planned, to the planned end, else the actual one.

    Without an end none is stated; that the activity is open-ended is not said either.
    """
    start, end = dates.get("2") or dates.get("1"), dates.get("3") or dates.get("4")
    if end is None or (start and end < start):
        return None
    return Horizon(start=start, end=end)


def _value_dates(facts: Iterable[Fact]) -> str | None:
    """The day whose exchange rate the source means, where it is another than that of the fact."""
    days = {fact.value_date for fact in facts if fact.value_date and fact.value_date != fact.day}
    return f"value date {', '.join(map(str, sorted(days)))}" if days else None


def _suffixes(cells: Sequence[Cell]) -> dict[Cell, str]:
    """What tells the parts of an activity apart, at the end of their ids: what differs."""
    told = {
        (giver, dims): [" + ".join(giver), *(_codes(places) or NOT_STATED for places in dims)]
        for giver, dims in cells
    }
    differ = [len({said[at] for said in told.values()}) > 1 for at in range(3)]
    return {
        cell: "".join(f" / {word}" for word, varies in zip(said, differ, strict=True) if varies)
        for cell, said in told.items()
    }

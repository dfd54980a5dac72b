"""Records that stand together: names resolved, and every mistake between them found at once."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from pledgetrack import balances
from pledgetrack.errors import InvalidLedgerError, Problem, closest
from pledgetrack.families import Family
from pledgetrack.intake import uncollected
from pledgetrack.kin import Kin
from pledgetrack.models import Commitment, Event, Party, Source

Places = Mapping[int, tuple[str, int | None]]
"""File and line of a record, by the ``id()`` of the object."""


@dataclass(frozen=True, slots=True)
class Records:
    """Records that make a ledger, in one order whatever order they came in.

    ``context`` are the ids of commitments that a choice leaves out, though it has a whole, a part
    or another record of theirs, which without them would not be counted as it is.
    """

    commitments: tuple[Commitment, ...]
    events: tuple[Event, ...]
    sources: tuple[Source, ...]
    parties: tuple[Party, ...]
    # Names of tags that tables know though no commitment that is left has one.
    tags: tuple[str, ...] = dataclasses.field(default=(), compare=False)
    context: frozenset[str] = frozenset()


def assemble(
    commitments: Iterable[Commitment] = (),
    events: Iterable[Event] = (),
    sources: Iterable[Source] = (),
    parties: Iterable[Party] = (),
    *,
    places: Places | None = None,
    problems: Sequence[Problem] = (),
    refused: Collection[str] = (),
    tags: Iterable[str] = (),
) -> Records:
    """Check records against each other and put them in order.

    Identical parties and sources merge, other spellings of a party become its name, parties that
    are named nowhere else are added. Raises ``InvalidLedgerError`` with every mistake, after those
    in ``problems`` that a reader found before; ``refused`` are the ids of records it refused.
    """
    with uncollected():
        found = _Finder(places or {}, list(problems), refused)
        commitments, events = list(commitments), list(events)
        known_parties, known_sources = _compared(
            commitments, events, list(sources), list(parties), found
        )
        if found.problems:
            raise InvalidLedgerError(found.problems)
        names = Names.of(known_parties)
        resolved = [names.resolve_commitment(commitment) for commitment in commitments]
        return Records(
            commitments=tuple(sorted(resolved, key=attrgetter("id"))),
            events=tuple(_in_order(events)),
            sources=tuple(known_sources[name] for name in sorted(known_sources)),
            parties=tuple(sorted(known_parties, key=attrgetter("name"))),
            tags=tuple(sorted({*tags, *(name for promised in resolved for name in promised.tags)})),
        )


def _in_order(events: Iterable[Event]) -> Iterator[Event]:
    """The events by commitment and day, those of one day by what else they say."""
    place = attrgetter("commitment", "on")
    for _, same in groupby(sorted(events, key=place), place):
        one_day = list(same)
        if len(one_day) > 1:
            one_day.sort(key=lambda event: balances.order(event, event.on))
        yield from one_day


def faults(
    commitments: list[Commitment],
    events: list[Event],
    sources: list[Source],
    parties: list[Party],
) -> list[tuple[Any, Problem]]:
    """Each mistake between records, with the record that is at fault."""
    found = _Finder({}, [], ())
    _compared(commitments, events, sources, parties, found)
    return list(zip(found.records, found.problems, strict=True))


def _compared(
    commitments: list[Commitment],
    events: list[Event],
    sources: list[Source],
    parties: list[Party],
    found: _Finder,
) -> tuple[list[Party], dict[str, Source]]:
    """The parties and sources that are known, after every mistake between the records is found."""
    _kinds(commitments, events, sources, parties)
    mentioned = sorted({name for commitment in commitments for name in _named(commitment)})
    known_parties = _parties([*parties, *(Party(name=name) for name in mentioned)], found)
    known_sources = _sources(sources, found)
    by_id = _commitments(commitments, found)
    for commitment in commitments:
        _cited(commitment, known_sources, found)
    for event in events:
        _cited(event, known_sources, found)
        _event(event, by_id, found)
    _conflicts(events, by_id, found)
    _kin(by_id, events, found)
    return known_parties, known_sources


def _kinds(*lists: list[Any]) -> None:
    """Refuse what is no record, before anything is read from it."""
    wrong = [
        Problem(f"{record!r:.60} is no {model.__name__}")
        for records, model in zip(lists, (Commitment, Event, Source, Party), strict=True)
        for record in records
        if not isinstance(record, model)
    ]
    if wrong:
        raise InvalidLedgerError(wrong)


def _named(commitment: Commitment) -> tuple[str, ...]:
    return (*commitment.parties, *commitment.recipients, *commitment.channels)


def describe(event: Event) -> str:
    """An event in the words of an error."""
    return f"event {event.kind!r} of {event.commitment!r} on {event.on}"


class _Finder:
    def __init__(self, places: Places, problems: list[Problem], refused: Collection[str]) -> None:
        self.places = places
        self.problems = problems
        self.records: list[Any] = []  # at fault, of the problems found here
        self.refused = refused

    def add(self, record: Any, label: str, message: str) -> None:
        file, line = self.places.get(id(record), (None, None))
        self.problems.append(Problem(message, file=file, line=line, record=label))
        self.records.append(record)


# --- parties --------------------------------------------------------------------------------------


def fold(name: str) -> str:
    """The form in which two spellings of a name are compared."""
    return " ".join(name.split()).casefold()


class Names:
    """The one name of each party for every spelling of it.

    >>> names = Names.of([Party(name="United States", aliases=("U.S.", "USA"))])
    >>> names.resolve("usa"), names.resolve("Peru"), names.resolve_label("USA + Mexico")
    ('United States', 'Peru', 'Mexico + United States')
    """

    def __init__(self, by_spelling: Mapping[str, str]) -> None:
        self.by_spelling = by_spelling

    @classmethod
    def of(cls, parties: Iterable[Party]) -> Names:
        """The names that parties go by."""
        return cls({fold(word): party.name for party in parties for word in _spellings(party)})

    def resolve(self, name: str) -> str:
        """The name of the party that a spelling stands for."""
        return self.by_spelling.get(fold(name), name)

    def resolve_label(self, label: str) -> str:
        """The label of a group, whose members may be spelled in any way."""
        if fold(label) in self.by_spelling:
            return self.resolve(label)
        return " + ".join(sorted({self.resolve(part) for part in label.split(" + ")}))

    def resolve_commitment(self, commitment: Commitment) -> Commitment:
        """The commitment with every party under its one name."""
        changed = {}
        for field in ("parties", "recipients", "channels"):
            old = getattr(commitment, field)
            new = tuple(sorted({self.resolve(name) for name in old}))
            if new != old:
                changed[field] = new
        return commitment.model_copy(update=changed) if changed else commitment


def _spellings(party: Party) -> set[str]:
    return {party.name, *party.aliases}


def _bare(party: Party) -> bool:
    return party == Party(name=party.name)


def _parties(parties: list[Party], found: _Finder) -> list[Party]:
    """Each party once; one that is only a name gives way to one that says more."""
    kept: list[Party] = []
    owner: dict[str, Party] = {}
    for party in sorted(parties, key=lambda party: (_bare(party), party.name)):
        spellings = sorted({fold(word) for word in _spellings(party)})
        if _bare(party) and spellings[0] in owner:
            continue
        clashes = [owner[word] for word in spellings if word in owner]
        if clashes and all(other == party for other in clashes):
            continue
        if clashes:
            found.add(
                party, f"party {party.name!r}",
                "conflicts with another record of the same spelling: "
                f"{_differing(clashes[0], party)}",
            )  # fmt: skip
            continue
        kept.append(party)
        owner.update(dict.fromkeys(spellings, party))
    return kept


def _differing(one: Party, other: Party) -> str:
    """One party in the words of an error, by what the other says otherwise."""
    mine, theirs = one.model_dump(), other.model_dump()
    said = [f"{name} {value!r}" for name, value in mine.items() if value != theirs[name]]
    return f"{one.name!r} with {', '.join(said)}"


def _sources(sources: list[Source], found: _Finder) -> dict[str, Source]:
    kept: dict[str, Source] = {}
    for source in sources:
        if kept.setdefault(source.id, source) != source:
            found.add(source, f"source {source.id!r}", "conflicts with another source of that id")
    return kept


# --- commitments and events -----------------------------------------------------------------------


def _commitments(commitments: list[Commitment], found: _Finder) -> dict[str, Commitment]:
    by_id: dict[str, Commitment] = {}
    counts = Counter(commitment.id for commitment in commitments)
    for commitment in commitments:
        if commitment.id in by_id:
            found.add(
                commitment, f"commitment {commitment.id!r}",
                f"a repeated id ({counts[commitment.id]} times); each commitment has its own",
            )  # fmt: skip
        by_id.setdefault(commitment.id, commitment)
    return by_id


def _cited(record: Commitment | Event, sources: dict[str, Source], found: _Finder) -> None:
    for name in dict.fromkeys([citation.source for citation in record.citations]):
        if name not in sources and name not in found.refused:
            label = describe(record) if isinstance(record, Event) else f"commitment {record.id!r}"
            listed = ", ".join(map(repr, sorted(sources)[:5])) or "none"
            found.add(record, label, f"unknown source {name!r} (sources: {listed})")


def _event(event: Event, by_id: dict[str, Commitment], found: _Finder) -> None:
    commitment = by_id.get(event.commitment)
    if commitment is None:
        if event.commitment in found.refused:
            return
        near = closest(event.commitment, by_id)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        found.add(event, describe(event), f"no commitment {event.commitment!r}{hint}")
        return
    if event.on < commitment.announced_from:
        found.add(
            event, describe(event),
            f"before the announcement of the commitment on {commitment.announced}",
        )  # fmt: skip
    quantity = event.quantity or event.restated
    units = [target.unit for target in commitment.targets]
    if quantity and event.kind != "delivered" and quantity.unit not in units:
        listed = ", ".join(units) or "none, it is an action"
        found.add(
            event, describe(event),
            f"{quantity.unit!r} is no target of the commitment (targets: {listed}); "
            "what is promised in a new unit is a new commitment",
        )  # fmt: skip


def _conflicts(events: list[Event], by_id: dict[str, Commitment], found: _Finder) -> None:
    """Restatements of one target, or of the horizon, that differ on one day."""
    stated: dict[tuple[object, ...], dict[object, Event]] = defaultdict(dict)
    for event in events:
        commitment = by_id.get(event.commitment)
        if commitment is None:
            continue
        day = balances.day_of(event, commitment)
        if event.restated:
            target = (event.commitment, day, event.restated.unit)
            stated[target].setdefault(event.restated, event)
        if event.horizon:
            key = (event.commitment, day, "horizon")
            stated[key].setdefault((event.horizon.start, event.horizon.end), event)
    for (_, on, what), values in stated.items():
        if len(values) > 1:
            event = list(values.values())[-1]
            said = " and ".join(str(other.restated or other.horizon) for other in values.values())
            found.add(event, describe(event), f"conflicting restatements on {on} ({what}): {said}")


# --- wholes, parts and repetitions ----------------------------------------------------------------


def _kin(by_id: dict[str, Commitment], events: list[Event], found: _Finder) -> None:
    """Circles, and parts that are larger than their whole from the start."""
    kin = Kin(by_id.values())
    circles = kin.cycles()
    for name, circle in circles:
        found.add(by_id[name], f"commitment {name!r}", circle)
    if circles or found.problems:
        return
    families = kin.families()
    if not families:
        return
    happened = balances.by_commitment(events)
    for names in families:
        for name, account in Family(kin, names, happened).counted().items():
            for words in account.too_large:
                found.add(by_id[name], f"commitment {name!r}", words)

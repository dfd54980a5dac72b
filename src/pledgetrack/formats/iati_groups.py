"""The commitments of a ledger as IATI activities: which go together, under which identifier."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pledgetrack.assemble import fold
from pledgetrack.calendar import NOT_STATED
from pledgetrack.formats.iati_codes import CANCELLED, ORGANISATION_TYPES, SUSPENDED
from pledgetrack.formats.iati_flows import (
    DISBURSEMENT,
    Flow,
    Money,
    Transaction,
    drops_on,
    is_closed,
    is_over,
    says_itself,
    transactions_of,
)
from pledgetrack.formats.iati_places import (
    Places,
    is_many,
    places_of_names,
    recipient_places,
    sector_places,
)
from pledgetrack.formats.iati_values import Org
from pledgetrack.ledger import Ledger
from pledgetrack.models import Commitment, Party
from pledgetrack.movements import label
from pledgetrack.schedules import Planned

IMPLEMENTATION, CLOSED = "2", "4"
"""Codes of the activity status, beside those of ``iati_codes``."""

OTHER = "90"
"""The organisation type "other"."""

_UNKNOWN_REFS = frozenset(("n/a", "na", "none", "null", "-", "0"))
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_.:-]+")


class Known:
    """The organisations of a file: each name has one reference and one type throughout.

    A reporting organisation must have both: without a reference its name in plain letters stands
    for one, without a type it is "other".

    >>> known = Known([Party(name="Example Agency", reference="XM-EX", kind="government")])
    >>> known.org("Example Agency"), known.reporter("Côte d'Or")
    (Org(ref='XM-EX', name='Example Agency', kind='10'), Org(ref='Cote-d-Or', name="Côte d'Or", \
kind='90'))
    """

    def __init__(self, parties: Iterable[Party]) -> None:
        self.orgs: dict[str, Org] = {}
        self.refs: set[str] = set()
        self.made: set[str] = set()
        self.told: set[str] = set()
        codes = {words: code for code, words in ORGANISATION_TYPES.items()}
        for party in sorted(parties, key=lambda party: party.name):
            ref = party.reference
            if ref and (ref.casefold() in self.refs or ref.casefold() in _UNKNOWN_REFS):
                ref = None
            if ref:
                self.refs.add(ref.casefold())
            kind = codes.get(party.kind, party.kind) if party.kind else None
            if kind not in ORGANISATION_TYPES:
                kind = None
            self.orgs[fold(party.name)] = Org(ref, party.name, kind)
            if party.reference or party.kind:
                self.told.add(fold(party.name))

    def org(self, name: str) -> Org:
        """The organisation of a name."""
        return self.orgs.setdefault(fold(name), Org(None, name, None))

    def implementing(self, commitment: Commitment) -> tuple[str, ...]:
        """Who carries it out: the channels, and recipients that are known as organisations.

        Those have a type or a reference, as the receivers of grants; they are not where the
        recipients are places.
        """
        return tuple(sorted({*commitment.channels, *self.receivers(commitment)}))

    def receivers(self, commitment: Commitment) -> set[str]:
        """The recipients that are organisations."""
        if recipient_places(commitment) is not None:
            return set()
        return {name for name in commitment.recipients if fold(name) in self.told}

    def reporter(self, name: str) -> Org:
        """The same, with the reference and the type that a reporting organisation needs."""
        org = self.org(name)
        ref = org.ref
        if ref is None:
            ref = _unused(_slug(name), self.refs)
            self.made.add(fold(name))
        self.orgs[fold(name)] = Org(ref, org.name, org.kind or OTHER)
        return self.orgs[fold(name)]


@dataclass(slots=True)
class Cell:
    """What one giver gives for the same recipients and sectors."""

    party: str
    recipients: Places
    sectors: Places
    flows: dict[str, Flow] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """An activity to write."""

    identifier: str
    reporter: str
    title: str
    channels: tuple[str, ...]
    commitments: list[tuple[Commitment, Money]] = field(default_factory=list)
    cells: dict[object, Cell] = field(default_factory=dict)
    plans: list[Planned] = field(default_factory=list)
    transactions: list[tuple[Transaction, Cell]] = field(default_factory=list)
    recipients: Places = ()
    sectors: Places = ()
    status: str = IMPLEMENTATION
    dates: list[tuple[str, dt.date]] = field(default_factory=list)
    updated: dt.date | None = None

    def add(self, commitment: Commitment, money: Money) -> None:
        """Take the money of a commitment."""
        self.commitments.append((commitment, money))
        party = label(commitment.parties) or NOT_STATED
        places = recipient_places(commitment) or (), sector_places(commitment) or ()
        cell = self.cells.setdefault((party, *places), Cell(party, *places))
        for unit, flow in money.flows.items():
            cell.flows.setdefault(unit, Flow()).take(flow)

    def settle(self) -> None:
        """Work out what is written of it, when all of its commitments are known."""
        cells = list(self.cells.values())
        self.transactions = sorted(
            ((one, cell) for cell in cells for one in transactions_of(cell.flows)),
            key=lambda pair: (pair[0], pair[1].party, pair[1].recipients, pair[1].sectors),
        )
        if len({cell.recipients for cell in cells}) == 1:
            self.recipients = cells[0].recipients
        if len({cell.sectors for cell in cells}) == 1:
            self.sectors = cells[0].sectors
        if not cells:
            names = {plan.recipient for plan in self.plans if plan.recipient}
            self.recipients = places_of_names(sorted(names)) or ()
        ended = self._state(cells)
        self.transactions = [pair for pair in self.transactions if not _is_end(*pair, ended)]
        self.dates = list(self._dates(ended))

    def _state(self, cells: Sequence[Cell]) -> dt.date | None:
        """Set the status; the day on which the activity was cancelled, if it was.

        It follows from the transactions and a day, and so does what is read of it.
        """
        if not cells:
            return None
        flows = [cell.flows for cell in cells]
        days = [one.day for one, _ in self.transactions]
        self.updated = last = max(days)
        states = [money for _, money in self.commitments]
        closed = is_closed(flows)
        ends = [money.ended for money in states if money.ended]
        if len(ends) == len(states):
            # No part is cancelled before there is something of it.
            day = max(*ends, *self._firsts())
            if is_over(flows, day) and (drops_on(flows, day) or not closed):
                self.status, self.updated = CANCELLED, max(last, day)
                return day
        rests = [money.suspended for money in states if money.suspended]
        if closed:
            self.status = CLOSED
        elif len(rests) == len(states):
            self.status, self.updated = SUSPENDED, max(last, *rests)
        return None

    def _firsts(self) -> list[dt.date]:
        """The first day of each kind of transaction of each cell."""
        found: dict[object, dt.date] = {}
        for one, cell in self.transactions:
            found.setdefault((id(cell), one.code), one.day)
        return list(found.values())

    def _dates(self, ended: dt.date | None) -> Iterable[tuple[str, dt.date]]:
        """Planned start and end, actual end; a start is needed, and is else the first day."""
        if not self.transactions:
            yield "1", min(plan.start for plan in self.plans)
            return
        start, end = None, None
        if any(one.code != DISBURSEMENT for one, _ in self.transactions):
            start, end = next(
                ((m.start, m.end) for _, m in self.commitments if m.end), (None, None)
            )
        first = self.transactions[0][0].day
        if end is None:
            start = first
        yield "1", start or min(first, end or first)
        if end and end != ended:
            yield "3", end
        if ended:
            yield "4", ended


def _is_end(one: Transaction, cell: Cell, ended: dt.date | None) -> bool:
    """Whether a transaction only says what the state of its activity says."""
    return (
        ended == one.day
        and one.code != DISBURSEMENT
        and one.number < 0
        and says_itself(cell.flows[one.unit], one.day)
    )


def groups_of(
    ledger: Ledger, money: dict[str, Money], known: Known, reporting_org: str | None
) -> list[Group]:
    """The activities of a ledger, in the order in which they are written.

    What was read of one activity is one activity again; others have one for each commitment.
    """
    sources = {source.id: source.publisher for source in ledger.sources}
    made: dict[object, list[Commitment]] = defaultdict(list)
    for commitment in sorted(ledger.commitments, key=lambda one: one.id):
        if commitment.id in money:
            base = _base(commitment)
            many = recipient_places(commitment) or ()
            made[
                (
                    base is None,
                    base or commitment.id,
                    commitment.title if base else "",
                    known.implementing(commitment) if base else (),
                    many if base and is_many(many) else (),
                )
            ].append(commitment)
    plans: dict[str, list[Planned]] = defaultdict(list)
    for plan in ledger._planned or ():
        plans[plan.commitment.removeprefix("iati:")].append(plan)
    taken: set[str] = set()
    groups = []
    for key in sorted(made, key=repr):
        some = made[key]
        base, first = _base(some[0]), some[0]
        cited = next((citation.source for citation in first.citations), None)
        reporter = reporting_org or (sources.get(cited) if base and cited else None)
        reporter = reporter or label(first.parties) or NOT_STATED
        org = known.reporter(reporter)
        name = _unused(base or f"{org.ref}-{_slug(first.id)}", taken)
        title = first.title or (name if base else first.id)
        group = Group(name, reporter, title, known.implementing(first))
        for commitment in some:
            group.add(commitment, money[commitment.id])
        group.plans = plans.pop(base or first.id, [])
        groups.append(group)
    for base, some_plans in sorted(plans.items()):
        plan = some_plans[0]
        reporter = reporting_org or sources.get(plan.source) or plan.party
        known.reporter(reporter)
        name = _unused(base, taken)
        groups.append(Group(name, reporter, name, (), plans=some_plans))
    for group in groups:
        group.settle()
    return sorted(groups, key=lambda group: group.identifier)


def _base(commitment: Commitment) -> str | None:
    """The IATI identifier that a commitment was read with."""
    name = commitment.tags.get("activity")
    return name if name and commitment.id.startswith(f"iati:{name}") else None


def _slug(text: str) -> str:
    """Text in the plain letters of an identifier."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_IN_IDS.sub("-", plain.replace("'", "-")).strip("-") or "x"


def _unused(name: str, taken: set[str]) -> str:
    """A name that nobody has, from now on taken."""
    made, count = name, 1
    while made in taken:
        count += 1
        made = f"{name}-{count}"
    taken.add(made)
    return made

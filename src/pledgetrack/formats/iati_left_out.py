"""What became of each record of a ledger in an IATI file, and what IATI cannot say of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal

from pledgetrack.account import Account, AccountBuilder
from pledgetrack.assemble import fold
from pledgetrack.formats.iati_codes import SUSPENDED
from pledgetrack.formats.iati_flows import Money
from pledgetrack.formats.iati_groups import Group, Known
from pledgetrack.formats.iati_places import recipient_places, sector_places
from pledgetrack.ledger import Ledger
from pledgetrack.models import Commitment, Event, Party
from pledgetrack.movements import label
from pledgetrack.quantity import Quantity
from pledgetrack.units import is_currency

COUNTS = "a count of things: IATI tells money alone"
ACTION = "an action: IATI tells money alone"

_NO_MONEY = {
    "alleged": "alleged: IATI has nothing less firm than a pledge",
    "proposed": "proposed: IATI has nothing less firm than a pledge",
}
_SILENT = {
    "resumed": "IATI has the state of an activity, not its history",
    "completed": "IATI calls an activity closed, which is written where all of its money arrived",
    "rated": "IATI has no rating of a promise",
}


def account_of(
    ledger: Ledger,
    money: Mapping[str, Money],
    groups: Iterable[Group],
    known: Known,
    *,
    file: str,
) -> Account:
    """A row for each target, event, party, source and plan: counted where it is in the file.

    The reason beside "counted" is what of it is left out.
    """
    seen = AccountBuilder()
    groups = list(groups)
    of = {commitment.id: group for group in groups for commitment, _ in group.commitments}
    by_id = {commitment.id: commitment for commitment in ledger.commitments}
    for commitment in ledger.commitments:
        _commitment(commitment, money.get(commitment.id), of.get(commitment.id), known, seen)
    for event in ledger.events:
        _event(event, by_id[event.commitment], of.get(event.commitment), seen)
    shown = {fold(name) for group in groups for name in _names(group)}
    for party in ledger.parties:
        _party(party, shown, known, seen)
    for source in ledger.sources:
        seen.set_aside(
            "IATI names no document that an amount rests on", element="source", record=source.id
        )
    for group in groups:
        for plan in group.plans:
            seen.counted(
                element=plan.kind, record=plan.commitment, commitment=f"iati:{group.identifier}",
                unit=plan.unit, number=plan.number,
            )  # fmt: skip
    seen.columns["file"] = [file] * len(seen)
    return seen.build()


def _names(group: Group) -> Iterator[str]:
    yield group.reporter
    yield from group.channels
    yield from (cell.party for cell in group.cells.values())
    yield from (plan.party for plan in group.plans)


def _commitment(
    commitment: Commitment,
    money: Money | None,
    group: Group | None,
    known: Known,
    seen: AccountBuilder,
) -> None:
    """A row for each target, or one for a promise without any."""
    targets: tuple[Quantity | None, ...] = commitment.targets or (None,)
    for target in targets:
        unit = target.unit if target else None
        place = {
            "element": "target" if target else "commitment",
            "record": commitment.id,
            "unit": unit,
            "number": target.number if target else None,
        }
        flow = money.flows.get(unit) if money and unit else None
        if target is None and money is None:
            seen.set_aside(ACTION, **place)
        elif unit is not None and not is_currency(unit):
            seen.set_aside(COUNTS, **place)
        elif flow is not None and not (flow.pledged or flow.committed):
            seen.set_aside(f"{_why(commitment)}; what was delivered is written", **place)
        elif flow is None and target is not None:
            seen.set_aside(_why(commitment), **place)
        elif group is not None:
            row = seen.counted(commitment=f"iati:{group.identifier}", **place)
            lost = [*(_bound(target) if target else ()), *_lost(commitment, known)]
            seen.revise(row, "counted", "; ".join(lost) or None)


def _why(commitment: Commitment) -> str:
    """Why nothing is pledged of a commitment in money."""
    if commitment.repeats:
        return f"repeats {commitment.repeats!r}, which is written"
    if commitment.same_as:
        return f"the same as {commitment.same_as!r}, which is written"
    return _NO_MONEY.get(commitment.stage, "counts with another promise")


def _lost(commitment: Commitment, known: Known) -> Iterator[str]:
    """What of a commitment that is written IATI does not say."""
    yield from _codeless(commitment, known)
    if commitment.stage in _NO_MONEY:
        yield "what is proposed before it is pledged is left out"
    if commitment.part_of:
        yield f"that it is a part of {commitment.part_of!r}, written without it, is left out"
    if len(commitment.parties) > 1:
        yield f"its parties are one organisation, {label(commitment.parties)!r}"
    horizon = commitment.horizon
    if horizon and not horizon.end:
        yield "its horizon has no end, and no date says so"
    elif horizon and horizon.wording:
        yield "the wording of its horizon is left out"
    if commitment.condition:
        yield "its condition is left out"
    if commitment.announced_precision == "month":
        yield f"announced in a month, it is dated {commitment.announced}"
    if commitment.known and commitment.known != commitment.announced:
        yield "the day on which it became known is left out"
    if commitment.note:
        yield "its note is left out"


def _codeless(commitment: Commitment, known: Known) -> Iterator[str]:
    if recipient_places(commitment) is None:
        receivers = known.receivers(commitment)
        if receivers:
            yield "its recipients that are organisations are implementing ones"
        if set(commitment.recipients) - receivers:
            yield "recipients without a code are left out"
    if "sector" in commitment.tags and sector_places(commitment) is None:
        yield "its sector is left out: it is no code"
    others = sorted(commitment.tags.keys() - {"activity", "country", "region", "sector"})
    if others:
        yield f"its tags are left out: {', '.join(others)}"


def _bound(quantity: Quantity) -> Iterator[str]:
    if quantity.bound != "exact":
        yield f"its bound, {quantity.bound!r}, is left out"


def _event(event: Event, commitment: Commitment, group: Group | None, seen: AccountBuilder) -> None:
    quantity = event.quantity or event.restated
    number: Decimal | None = quantity.number if quantity else None
    place = {
        "element": event.kind,
        "record": commitment.id,
        "unit": quantity.unit if quantity else None,
        "number": number,
    }
    why = _silence(event, quantity, commitment, group)
    if why is not None or group is None:
        seen.set_aside(why or ACTION, **place)
        return
    row = seen.counted(commitment=f"iati:{group.identifier}", **place)
    lost = list(_bound(quantity)) if quantity else []
    if event.on_precision == "month" and event.kind != "suspended":
        lost.append(f"known by its month, it is dated {event.on}")
    if event.period_start:
        lost.append("the first day that it covers is left out")
    if event.known and event.known != event.on:
        lost.append("the day on which it became known is left out")
    if event.note:
        lost.append("its note is left out")
    seen.revise(row, "counted", "; ".join(lost) or None)


def _silence(
    event: Event, quantity: Quantity | None, commitment: Commitment, group: Group | None
) -> str | None:
    """Why an event is not in the file; None where it is."""
    if event.kind in _SILENT:
        return _SILENT[event.kind]
    if quantity and not is_currency(quantity.unit):
        return COUNTS
    if group is None:
        money = any(is_currency(target.unit) for target in commitment.targets)
        return _why(commitment) if money else COUNTS if commitment.targets else ACTION
    if event.kind == "suspended" and group.status != SUSPENDED:
        return "the activity is not suspended in the end"
    if event.kind == "revised" and quantity is None:
        return "IATI has the dates of an activity as they stand, not how they were moved"
    return None


def _party(party: Party, shown: Collection[str], known: Known, seen: AccountBuilder) -> None:
    if fold(party.name) not in shown:
        seen.set_aside(
            "no activity names it as an organisation", element="party", record=party.name
        )
        return
    row = seen.counted(element="party", record=party.name)
    lost = []
    org = known.org(party.name)
    if fold(party.name) in known.made:
        lost.append(f"without a reference, {org.ref!r} stands for one")
    elif party.reference and org.ref is None:
        lost.append(f"its reference {party.reference!r} is left out: it is no other's")
    if party.aliases:
        lost.append("its aliases are left out")
    if party.note:
        lost.append("its note is left out")
    seen.revise(row, "counted", "; ".join(lost) or None)

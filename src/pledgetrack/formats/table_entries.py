"""From the rows that are events of one commitment to its records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from pledgetrack.formats.table_records import Entry, RowError, validated
from pledgetrack.models import STAGES, Commitment, Event, Phrases


def assembled(
    entries: Sequence[Entry],
    phrases: Phrases,
    refuse: Callable[[int, str], None],
    note: Callable[[int, str], None],
) -> Iterator[tuple[Commitment | Event, list[int]]]:
    """The commitments and events of rows that are events, each with its rows of the account.

    The announcement is the earliest entry. The first entry of the least firm stage is the target;
    a later one of that stage revises it, one of a firmer stage firms it up. Where a balance is not
    what the rows alone add up to, the account is told.
    """
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.commitment["id"], []).append(entry)
    for name, group in groups.items():
        kept = _of_one_party(group, refuse)
        made = sorted(kept, key=lambda entry: entry.event["on"])
        found: list[tuple[Event, int]] = []
        first: Commitment | None = None
        for record, rows in _group(name, made, phrases, refuse):
            if isinstance(record, Commitment):
                first = record
            else:
                found.append((record, rows[0]))
            yield record, rows
        if first is not None:
            _tell(first, found, note)


def _tell(
    commitment: Commitment, events: Sequence[tuple[Event, int]], note: Callable[[int, str], None]
) -> None:
    """Note what firms up more than was promised, and what is promised of a firm whole."""
    promised = {target.unit: target.number for target in commitment.targets}
    firm: dict[tuple[str, str], Decimal] = {}
    # In the order in which a day counts: what firms up comes before what is revised.
    for event, row in sorted(events, key=lambda pair: (pair[0].on, pair[0].kind == "revised")):
        quantity = event.quantity
        if quantity is None or quantity.unit not in promised:
            continue
        unit, number, whole = quantity.unit, quantity.number, promised[quantity.unit]
        if event.kind in STAGES:
            before = firm.get((unit, event.kind), Decimal(0))
            if (more := before + number - whole) > 0:
                note(row, f"{more:,f} {unit} more than was promised; counted up to it")
            firm[unit, event.kind] = min(before + number, whole)
        elif event.kind == "revised":
            promised[unit] = max(whole + number, Decimal(0))
            for key in [key for key, part in firm.items() if key[0] == unit and part >= whole > 0]:
                firm[key] = promised[unit]
                if number > 0:
                    note(row, f"counts as {key[1]} too, as all that was promised before it")


def _of_one_party(group: list[Entry], refuse: Callable[[int, str], None]) -> list[Entry]:
    """The entries that name the same parties as the first."""
    said = group[0].commitment["parties"]
    folded = {name.casefold() for name in said}
    kept = []
    for entry in group:
        other = entry.commitment["parties"]
        if {name.casefold() for name in other} != folded:
            mine, first = " + ".join(other), " + ".join(said)
            name = entry.commitment["id"]
            refuse(
                entry.row, f"its party {mine!r} is not {first!r}, as in the first row of {name!r}"
            )
        else:
            kept.append(entry)
    return kept


def _group(
    name: str, group: list[Entry], phrases: Phrases, refuse: Callable[[int, str], None]
) -> Iterator[tuple[Commitment | Event, list[int]]]:
    promises = [entry for entry in group if entry.event["kind"] in STAGES]
    first = promises[0] if promises else group[0]
    stage = first.event["kind"] if promises else first.commitment.get("stage", "committed")
    data = {**first.commitment, "announced": group[0].event["on"]}
    data["stage"] = stage
    if group[0] is not first or not promises:
        data["announced_basis"] = "the earliest entry"
    targets: dict[str, Any] = {}
    announcing = [
        entry for entry in promises
        if entry.event["on"] == first.event["on"] and entry.event["kind"] == stage
    ]  # fmt: skip
    opening = []
    for entry in announcing:
        quantity = entry.event["quantity"]
        if targets.setdefault(quantity["unit"], quantity) is quantity:
            opening.append(entry)
    try:
        commitment = validated(Commitment, {**data, "targets": list(targets.values())}, phrases)
    except RowError as error:
        for entry in group:
            refuse(entry.row, str(error))
        return
    yield commitment, [entry.row for entry in opening or group[:1]]
    for entry in group:
        if any(entry is other for other in opening):
            continue
        try:
            yield _event_of(name, entry, stage, phrases), [entry.row]
        except RowError as error:
            refuse(entry.row, str(error))


def _event_of(name: str, entry: Entry, stage: str, phrases: Phrases) -> Event:
    """The event that a row is, after the stage in which its commitment was announced."""
    event = {**entry.event, "commitment": name}
    kind = event["kind"]
    if kind in STAGES:
        behind = STAGES.index(kind) - STAGES.index(stage)
        if behind < 0:
            reason = (
                f"a row of kind {kind!r} after one of kind {stage!r}; what is promised less firmly "
                "later is a commitment with an id of its own"
            )
            raise RowError([reason])
        if behind == 0:
            event["kind"] = "revised"
        elif event["quantity"]["number"] < 0:
            reason = (
                f"a row of kind {kind!r} below zero, though {stage!r} is what was announced; map "
                "it to 'revised' or 'withdrawn' where the promise itself became smaller"
            )
            raise RowError([reason])
    made: Event = validated(Event, event, phrases)
    return made

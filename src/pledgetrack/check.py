"""Check: what a person should look at before publishing a ledger's figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import pandas as pd

from pledgetrack import frames
from pledgetrack.assemble import Records, describe, fold
from pledgetrack.balances import Finding, by_commitment, in_order
from pledgetrack.bars import watched
from pledgetrack.doubles import doubles
from pledgetrack.errors import closest
from pledgetrack.models import ENDINGS, Commitment, Event
from pledgetrack.quantity import EXACT, Quantity

SEVERITIES = ("error", "warning", "note")
"""An error means that a figure in a table is not what a record says."""


def check(records: Records, counted: Sequence[Finding]) -> pd.DataFrame:
    """Findings in a ledger: columns severity, commitment, finding; the gravest first.

    ``counted`` is what was found while the balances were counted.
    """
    events = by_commitment(records.events)
    found = [*counted, *_names(records), *doubles(records)]
    for commitment in watched(records.commitments, "check", unit="commitment"):
        mine = in_order(commitment, events.get(commitment.id, ()))
        found.extend(
            Finding(severity, commitment.id, text) for severity, text in _about(commitment, mine)
        )
    found = [finding for finding in found if finding.commitment not in records.context]
    found.sort(key=lambda finding: (SEVERITIES.index(finding.severity), *finding[1:]))
    return pd.DataFrame(
        {
            "severity": frames.words(finding.severity for finding in found),
            "commitment": frames.words(finding.commitment for finding in found),
            "finding": frames.words(finding.finding for finding in found),
        }
    )


def _about(commitment: Commitment, events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    if not commitment.citations:
        yield "warning", "no citation"
    for target in commitment.targets:
        if target.number == 0:
            yield "warning", f"a target of 0 {target.unit}"
    horizon = commitment.horizon
    if horizon and horizon.end and horizon.end < commitment.announced_from:
        yield "warning", f"due on {horizon.end}, before it was announced on {commitment.announced}"
    for event, times in Counter(events).items():
        if times > 1:
            yield "warning", f"recorded {times} times: {describe(event)}"
    yield from _deliveries(commitment, events)
    yield from _sequence(events)
    for event in events:
        if not event.citations:
            yield "warning", f"{event.kind} on {event.on}: no citation"


def _deliveries(commitment: Commitment, events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    targets = _most_promised(commitment, events)
    delivered: dict[str, Decimal] = {}
    for event in events:
        if event.kind == "delivered" and event.quantity:
            unit = event.quantity.unit
            before = delivered.get(unit, Decimal(0))
            delivered[unit] = EXACT.add(before, event.quantity.number)
    for unit, number in delivered.items():
        if unit in targets:
            if number > targets[unit]:
                more = f"more than the {targets[unit]:,f} promised"
                yield "note", f"{number:,f} {unit} delivered, {more}"
            continue
        near = closest(unit, targets)
        if near:
            yield (
                "warning",
                f"{number:,f} delivered in {unit!r}, which is no target; is it {near[0]!r}?",
            )
        else:
            severity = "warning" if targets else "note"
            yield severity, f"{number:,f} delivered in {unit!r}, which is no target; no share"
    firm = commitment.stage in ("pledged", "committed")
    if delivered and not firm and not any(e.kind in ("pledged", "committed") for e in events):
        yield "warning", f"something was delivered, but the promise is only {commitment.stage}"


def _most_promised(commitment: Commitment, events: Sequence[Event]) -> dict[str, Decimal]:
    """The most that each target said at any time; without end where its bound has none."""
    said = {target.unit: _most(target) for target in commitment.targets}
    most = dict(said)
    for event in events:
        changed = event.restated or (event.quantity if event.kind == "revised" else None)
        if changed is not None:
            before = Decimal(0) if event.restated else said.get(changed.unit, Decimal(0))
            said[changed.unit] = EXACT.add(before, _most(changed))
            most[changed.unit] = max(most.get(changed.unit, Decimal(0)), said[changed.unit])
    return most


def _most(quantity: Quantity) -> Decimal:
    _, high = quantity.ends
    return Decimal("Infinity") if high is None else high


def _sequence(events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """Events that do not follow from those before them."""
    ended = suspended = False
    for event in events:
        words = f"{event.kind} on {event.on}: "
        match event.kind:
            case kind if kind in ENDINGS and not event.quantity:
                if ended:
                    yield "warning", words + "the commitment had ended before"
                ended = True
            case "reopened":
                if not ended and not any(e.kind in (*ENDINGS, "completed") for e in events):
                    yield "warning", words + "there was nothing to reopen"
                ended = False
            case "delivered" | "pledged" | "committed" | "completed" if ended:
                yield "warning", words + "the commitment had ended before"
            case "suspended":
                if suspended:
                    yield "warning", words + "it was suspended already"
                suspended = True
            case "resumed":
                if not suspended:
                    yield "warning", words + "it was not suspended"
                suspended = False
            case _:
                pass


def _names(records: Records) -> Iterator[Finding]:
    """Parties whose names are so close that they may be one."""
    used = _first_user(records.commitments)
    seen: dict[str, str] = {}
    for name in sorted(used):
        if " + " in name:
            yield Finding("warning", used[name], f"party {name!r} looks like several jointly")
        near = {seen[form] for form in slips(name) if form in seen}
        for other in sorted(near):
            text = f"party {name!r} is spelled much like {other!r}; are they one?"
            yield Finding("warning", used[name], text)
        seen |= {form: name for form in slips(name) if form not in seen}


def slips(name: str) -> set[str]:
    """Forms that a name shares with others that differ by a slip of the pen.

    Two letters swapped, one left out, doubled or mistaken. Short names (Iran, Iraq) and names that
    differ in a digit (Region 1, Region 2) are left alone.

    >>> bool(slips("Untied States") & slips("United States")), slips("Iran") & slips("Iraq")
    (True, set())
    >>> slips("Region North 1") & slips("Region North 2")
    set()
    """
    plain = fold(name)
    digits = "".join(character for character in plain if character.isdigit())
    if len(plain) < 8:
        return {plain}
    swapped = "".join(sorted(plain))
    forms = {plain, swapped, *(plain[:at] + plain[at + 1 :] for at in range(len(plain)))}
    return {f"{form}#{digits}" for form in forms}


def _first_user(commitments: Iterable[Commitment]) -> dict[str, str]:
    used: dict[str, str] = {}
    for commitment in commitments:
        for name in (*commitment.parties, *commitment.recipients, *commitment.channels):
            used.setdefault(name, commitment.id)
    return used

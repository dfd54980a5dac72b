"""``pt.read_iati``: IATI activity files, of the standard 2.01 to 2.03 and 1.0x, to a ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pledgetrack.account import AccountBuilder
from pledgetrack.bars import progress
from pledgetrack.errors import unknown
from pledgetrack.formats.iati_codes import FLOWS, Perspective, reason_aside
from pledgetrack.formats.iati_levels import (
    levels_of,
    set_aside_levels,
    set_aside_replaced,
    without_repeats,
)
from pledgetrack.formats.iati_orgs import Orgs
from pledgetrack.formats.iati_records import Made, recipient_name
from pledgetrack.formats.iati_split import SPLITS, recipients_of
from pledgetrack.formats.iati_values import Activity, Plan
from pledgetrack.formats.iati_xml import Read, activities
from pledgetrack.imported import ledger_of
from pledgetrack.intake import OnReject, check_on_reject, files_of, uncollected
from pledgetrack.ledger import Ledger
from pledgetrack.manifest import Level
from pledgetrack.models import Commitment, Source
from pledgetrack.reading import messages
from pledgetrack.schedules import Planned


def read_iati(
    path: Any,
    *,
    perspective: Perspective = "outgoing",
    split: str | Iterable[str] = SPLITS,
    on_reject: OnReject = "raise",
) -> Ledger:
    """Read IATI activities: a file, an open file, gzip, a folder of them, or a list of these.

    Each activity is a promise of its provider (else the reporting organisation): outgoing
    commitments (type 2) and pledges (12), and what was disbursed (3) and spent (4) of them. With
    ``perspective="incoming"`` it is what the reporter was promised (11, 13) and received (1). All
    else is set aside in ``ledger.account``, with the reason. Budgets and planned disbursements are
    in ``ledger.schedule()``. Where the file states percentages of recipient countries or sectors,
    the money is split by them, exactly; ``split`` names by which. ``docs/iati.md`` says it all.

    >>> import io
    >>> file = io.BytesIO(b'''<iati-activities version="2.03">
    ...   <iati-activity default-currency="EUR">
    ...     <iati-identifier>XM-EX-1</iati-identifier>
    ...     <reporting-org ref="XM-EX"><narrative>Example Agency</narrative></reporting-org>
    ...     <transaction><transaction-type code="2"/><transaction-date iso-date="2024-01-15"/>
    ...       <value value-date="2024-01-15">100</value></transaction>
    ...     <transaction><transaction-type code="3"/><transaction-date iso-date="2024-06-01"/>
    ...       <value value-date="2024-06-01">40.50</value></transaction>
    ...   </iati-activity></iati-activities>''')
    >>> ledger = read_iati(file)
    >>> table = ledger.totals(by="party", as_of="2024-12-31")
    >>> table[["party", "unit", "committed", "delivered", "outstanding"]]
                party unit committed delivered outstanding
    0  Example Agency  EUR       100      40.5        59.5
    """
    return read_with_levels(path, perspective=perspective, split=split, on_reject=on_reject)[0]


def read_with_levels(
    path: Any,
    *,
    perspective: Perspective = "outgoing",
    split: str | Iterable[str] = SPLITS,
    on_reject: OnReject = "raise",
) -> tuple[Ledger, list[Level]]:
    """The same ledger, and the levels of its activities, for who reads other files beside it."""
    check_on_reject(on_reject)
    if perspective not in FLOWS:
        raise unknown("perspective", perspective, FLOWS)
    splits = (split,) if isinstance(split, str) else tuple(split)
    for name in splits:
        if name not in SPLITS:
            raise unknown("split", name, SPLITS)
    with uncollected():
        return _read(path, perspective, splits, on_reject)


def _read(
    path: Any, perspective: Perspective, splits: Sequence[str], on_reject: OnReject
) -> tuple[Ledger, list[Level]]:
    seen = AccountBuilder()
    reads: list[Read] = []
    found: list[Activity] = []
    paths = path if isinstance(path, (list, tuple)) else [path]
    files = [file for one in paths for file in files_of(one, (".xml",), what="IATI file")]
    for at, file in enumerate(files):
        reads.append(Read(file.name))
        found.extend(activities(file, seen, reads[-1], at))
    kept = without_repeats(found, [read.file for read in reads], seen)
    for activity in kept:
        _set_aside_flows(activity, perspective, seen)
    levels = levels_of(kept, perspective)
    set_aside_levels(kept, perspective, seen)
    set_aside_replaced(kept, seen)
    orgs = _orgs(kept)
    sources = _sources(kept, reads, orgs)
    made: list[Made] = []
    planned: list[Planned] = []
    with progress("records", total=len(kept), unit="activity") as done:
        for activity in kept:
            source = sources[activity.source, orgs.name(activity.reporter)]
            planned += (_planned(activity, plan, source, orgs) for plan in activity.plans)
            for plan in activity.plans:
                seen.revise(plan.row, "set aside", f"{plan.kind}: in the schedule")
            try:
                records = Made(
                    activity, orgs, source=source.id, generated=reads[activity.source].generated,
                    perspective=perspective, split=splits,
                )  # fmt: skip
            except ValidationError as error:
                words = "; ".join(dict.fromkeys(messages(error, Commitment)))
                for row in (activity.row, *(fact.row for fact in activity.facts)):
                    seen.revise(row, "rejected", words)
            else:
                made.append(records)
                _note(records, perspective, seen)
            done(1)
    ledger = ledger_of(
        [commitment for one in made for commitment in one.commitments],
        [event for one in made for event in one.events],
        sources=sources.values(),
        parties=orgs.parties(),
        account=seen,
        rows={record: rows for one in made for record, rows in one.rows.items()},
        on_reject=on_reject,
        planned=planned,
    )
    return ledger, levels


def _set_aside_flows(activity: Activity, perspective: Perspective, seen: AccountBuilder) -> None:
    """Set aside the transactions that are no flow of the perspective."""
    flows = FLOWS[perspective]
    for fact in activity.facts:
        if fact.code not in flows:
            seen.revise(fact.row, "set aside", reason_aside(fact.code, perspective))
    activity.facts = [fact for fact in activity.facts if fact.code in flows]


def _note(made: Made, perspective: Perspective, seen: AccountBuilder) -> None:
    """Say in the account where the records of an activity went, and what is odd about them."""
    activity = made.activity
    if not made.commitments:
        seen.revise(activity.row, "set aside", f"an activity without an {perspective} flow")
        return
    for row in (activity.row, *(fact.row for fact in activity.facts)):
        seen.columns["commitment"][row] = f"iati:{activity.identifier}"
    if made.notes:
        seen.revise(activity.row, "counted", "; ".join(made.notes))
    for row, words in made.beyond.items():
        seen.revise(row, "counted", words)


def _orgs(kept: Sequence[Activity]) -> Orgs:
    """Every organisation that some activities name."""
    orgs = Orgs()
    # What somebody calls itself comes before what others call it.
    for activity in kept:
        orgs.add(activity.reporter)
    for activity in kept:
        for one in activity.records:
            orgs.add(one.provider)
            orgs.add(one.receiver)
        for _, org in activity.participating:
            orgs.add(org)
    return orgs


def _sources(
    kept: Sequence[Activity], reads: Sequence[Read], orgs: Orgs
) -> dict[tuple[int, str], Source]:
    """A source for each file and reporting organisation."""
    updated: dict[tuple[int, str], dt.date | None] = {}
    for activity in kept:
        key = activity.source, orgs.name(activity.reporter)
        days = [day for day in (updated.get(key), activity.updated) if day]
        updated[key] = max(days, default=None)
    made = {}
    for (at, name), last in updated.items():
        read = reads[at]
        basis = (
            "generated-datetime" if read.generated else "last-updated-datetime" if last else None
        )
        made[at, name] = Source(
            id=f"{Path(read.file).name} ({name})",
            title=f"IATI activities of {name}",
            publisher=name,
            published=read.generated or last,
            published_basis=basis,
        )
    return made


def _planned(activity: Activity, plan: Plan, source: Source, orgs: Orgs) -> Planned:
    recipients = sorted({recipient_name(place) for place in recipients_of(activity.recipients)})
    return Planned(
        kind=plan.kind,
        commitment=f"iati:{activity.identifier}",
        party=orgs.name(plan.provider or activity.reporter),
        recipient=" + ".join(recipients) or None,
        unit=plan.unit,
        number=plan.number,
        start=plan.start,
        end=plan.end,
        source=source.id,
        citation=f"{source.id}, line {plan.line}, {plan.path}",
    )

"""``pt.read_fts``: flows of OCHA's Financial Tracking Service, as API pages or CSV, to a ledger."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pledgetrack.account import AccountBuilder
from pledgetrack.assemble import fold
from pledgetrack.bars import progress
from pledgetrack.calendar import NOT_STATED
from pledgetrack.errors import DayError, PledgetrackError
from pledgetrack.formats.fts_files import SUFFIXES, Page, Read, read_file
from pledgetrack.formats.fts_flows import Flow, Org, said_years
from pledgetrack.horizon import Horizon
from pledgetrack.imported import ledger_of
from pledgetrack.intake import File, OnReject, check_on_reject, files_of
from pledgetrack.ledger import Ledger
from pledgetrack.models import Citation, Commitment, Event, Party, Source
from pledgetrack.quantity import EXACT, Quantity
from pledgetrack.reading import messages
from pledgetrack.units import format_number

FUNDING = ("commitment", "paid")
"""What OCHA adds up to the funding total."""

_STATUSES = ("pledge", *FUNDING)
_ASIDE = {
    "internal": "internal: both of its ends lie within the boundary",
    "outgoing": "outgoing: it leaves the boundary",
}
SHARED = "shared: only a part of it, which is not stated, falls within the boundary"
SEEN = "seen already"
NEWER = "seen already in a newer version"
OTHERWISE = "seen already, in the same version with another amount or status"


def read_fts(path: Any, *, on_reject: OnReject = "raise") -> Ledger:
    """Read FTS flows: pages of the API (JSON) or the CSV files of HDX.

    ``path`` is a file, an open file, gzip, a folder of them, or a list of these. Each flow that
    comes into the boundary (``incoming``, ``single``) is a promise of its source organisations: a
    pledge, or a commitment, of which what is ``paid`` is delivered. So ``committed`` is what OCHA
    calls funding, and ``pledged`` less ``committed`` its pledges. All else is set aside in
    ``ledger.account``, and a flow that is seen twice counts once, in its newest version.
    ``docs/fts.md`` says it all.

    >>> import io
    >>> page = io.BytesIO(b'''{"data": {"incoming": {"fundingTotal": 140, "pledgeTotal": 10},
    ...   "flows": [
    ...   {"id": "1", "amountUSD": 100, "status": "paid", "boundary": "incoming",
    ...    "onBoundary": "single", "date": "2020-03-01T00:00:00Z", "sourceObjects":
    ...      [{"type": "Organization", "name": "Norway, Government of"}]},
    ...   {"id": "2", "amountUSD": 40, "status": "commitment", "boundary": "incoming",
    ...    "onBoundary": "single", "date": "2020-04-01T00:00:00Z", "sourceObjects":
    ...      [{"type": "Organization", "name": "Norway, Government of"}]},
    ...   {"id": "3", "amountUSD": 10, "status": "pledge", "boundary": "incoming",
    ...    "onBoundary": "single", "date": "2020-05-01T00:00:00Z", "sourceObjects": []}]}}''')
    >>> ledger = read_fts(page)
    >>> table = ledger.totals(by="party", as_of="2020-12-31")
    >>> table[["party", "pledged", "committed", "delivered"]]
                       party pledged committed delivered
    0  Norway, Government of     140       140       100
    1             not stated      10      None      None
    >>> ledger.account.attrs["stated"]
    'the open file states 140 USD of funding and 10 USD of pledges, and so its flows add up'
    """
    check_on_reject(on_reject)
    seen = AccountBuilder()
    files = [file for one in _sources(path) for file in files_of(one, SUFFIXES, what="FTS file")]
    reads = [read_file(file, seen, at) for at, file in enumerate(files)]
    flows = [flow for read in reads for flow in read.flows]
    kept = _once([flow for flow in flows if _readable(flow, seen)], seen)
    names = _source_names(files)
    orgs: list[Org] = []
    commitments: list[Commitment] = []
    events: list[Event] = []
    rows: dict[int, list[int]] = {}
    with progress("records", total=len(kept), unit="flow") as done:
        for flow in kept:
            done(1)
            made = _records(flow, names[flow.source], seen)
            if made is None:
                continue
            commitment, delivered = made
            orgs += (*flow.sources, *flow.destinations)
            commitments.append(commitment)
            rows[id(commitment)] = [flow.row]
            if delivered:
                events.append(delivered)
                rows[id(delivered)] = [flow.row]
    _compare([page for read in reads for page in read.pages], seen)
    return ledger_of(
        commitments, events, sources=_made_sources(reads, names), parties=_parties(orgs),
        account=seen, rows=rows, on_reject=on_reject,
    )  # fmt: skip


def _sources(path: Any) -> Sequence[Any]:
    return path if isinstance(path, (list, tuple)) else [path]


# --- which flows count ----------------------------------------------------------------------------


def _readable(flow: Flow, seen: AccountBuilder) -> bool:
    """Whether a flow says what it needs to say; else it is rejected."""
    wrong = []
    boundary, on_boundary = flow.text("boundary"), flow.text("onBoundary")
    if not flow.id:
        wrong.append("it has no id")
    if boundary not in ("incoming", *_ASIDE):
        wrong.append(f"boundary {boundary!r} is none of 'incoming', 'internal', 'outgoing'")
    elif boundary == "incoming" and on_boundary not in ("single", "shared"):
        wrong.append(f"onBoundary {on_boundary!r} is neither 'single' nor 'shared'")
    if boundary == "incoming" and flow.text("status") not in _STATUSES:
        wrong.append(f"status {flow.text('status')!r} is none of 'pledge', 'commitment', 'paid'")
    if wrong:
        seen.revise(flow.row, "rejected", "; ".join(wrong))
    return not wrong


def _once(flows: Iterable[Flow], seen: AccountBuilder) -> list[Flow]:
    """The flows that come in, each once; the others are set aside.

    The order of the flows makes no difference.
    """
    kept = []
    for best, same in _by_id(flows):
        for flow in same:
            if flow is not best:
                seen.revise(flow.row, "set aside", _again(flow, best))
        reason = _ASIDE.get(best.text("boundary"))
        if reason is None and best.text("onBoundary") == "shared":
            reason = SHARED
        if reason is None:
            kept.append(best)
        else:
            seen.revise(best.row, "set aside", reason)
    return kept


def _by_id(flows: Iterable[Flow]) -> Iterator[tuple[Flow, list[Flow]]]:
    """The records of each flow, the one that counts in front of them."""
    by_id: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        by_id[flow.id].append(flow)
    for same in by_id.values():
        yield (max(same, key=_rank(same)) if len(same) > 1 else same[0]), same


def _rank(same: Sequence[Flow]) -> Any:
    """What tells the record that counts from the others of one flow.

    What leaves one country comes into another, so that comes first; then the newest. The CSV
    files have the day of the last change alone, and no version.
    """
    versions = all(flow.version() for flow in same)

    def rank(flow: Flow) -> tuple[Any, ...]:
        changed = flow.text("updatedAt")
        newest = (flow.version(), changed) if versions else (changed[:10], flow.version(), changed)
        inward = flow.text("boundary") != "outgoing"
        single = (flow.text("boundary") == "incoming", flow.text("onBoundary") == "single")
        return (inward, *newest, *single, flow.detailed, str(sorted(flow.raw.items())))

    return rank


def _again(flow: Flow, best: Flow) -> str:
    if _changed(flow, best):
        return NEWER
    same = (flow.amount(), flow.text("status")) == (best.amount(), best.text("status"))
    return SEEN if same else OTHERWISE


def _changed(flow: Flow, best: Flow) -> bool:
    versions = flow.version(), best.version()
    if all(versions):
        return versions[0] != versions[1]
    return flow.text("updatedAt")[:10] != best.text("updatedAt")[:10]


# --- records --------------------------------------------------------------------------------------


def _records(
    flow: Flow, source: str, seen: AccountBuilder
) -> tuple[Commitment, Event | None] | None:
    """A flow as a promise, and what is paid of it as delivered; None where that is rejected."""
    try:
        found = flow.day()
        if found is None:
            raise DayError("it has no date", value=None)
        amount, (day, basis) = flow.amount(), found
        status = flow.text("status")
        known = flow.known()
        base: dict[str, Any] = {
            "citations": (Citation(source=source, place=f"flow {flow.id}, {flow.place}"),),
            "known": known if known and known > day else None,
        }
        commitment = Commitment(
            id=f"fts:{flow.id}",
            title=flow.text("description") or None,
            parties=tuple(org.name for org in flow.sources) or (NOT_STATED,),
            recipients=flow.places,
            channels=tuple(org.name for org in flow.destinations),
            targets=() if amount is None else (Quantity(number=amount, unit="USD"),),
            horizon=_horizon(flow),
            announced=day,
            announced_basis=basis,
            stage="pledged" if status == "pledge" else "committed",
            tags=flow.tags(),
            **base,
        )
        delivered = None
        if status == "paid" and amount is not None:
            quantity = Quantity(number=amount, unit="USD")
            delivered = Event(
                commitment=commitment.id, kind="delivered", on=day, on_basis=basis,
                quantity=quantity, **base,
            )  # fmt: skip
    except ValidationError as error:
        seen.revise(flow.row, "rejected", "; ".join(messages(error, Commitment)))
        return None
    except PledgetrackError as error:
        seen.revise(flow.row, "rejected", str(error))
        return None
    # In the summary the counted are told apart by it, as OCHA's own totals are.
    seen.revise(flow.row, "counted", status)
    return commitment, delivered


def _horizon(flow: Flow) -> Horizon | None:
    """The years in which the money is to be used."""
    years = sorted(
        {int(year) for year in flow.years if re.fullmatch("[0-9]{4}", year) and int(year)}
    )
    if not years:
        return None
    return Horizon(
        start=dt.date(years[0], 1, 1),
        end=dt.date(years[-1], 12, 31),
        wording=f"usage year {said_years(flow.years)}",
    )


def _parties(orgs: Iterable[Org]) -> list[Party]:
    """Each organisation once, with its type and its number where all records agree on it."""
    by_name: dict[str, set[Org]] = defaultdict(set)
    for org in orgs:
        by_name[fold(org.name)].add(org)
    made = []
    for same in by_name.values():
        kinds = sorted({kind for org in same for kind in org.kinds})
        numbers = {org.id for org in same if org.id}
        made.append(
            Party(
                name=min(org.name for org in same),
                kind=" + ".join(kinds) or None,
                reference=f"FTS {numbers.pop()}" if len(numbers) == 1 else None,
            )
        )
    return made


# --- files ----------------------------------------------------------------------------------------


def _source_names(files: Sequence[File]) -> list[str]:
    """A name for each file: its own, or its whole path where that is not enough."""
    short = [Path(file.name).name for file in files]
    names = []
    for at, file in enumerate(files):
        name = short[at] if short.count(short[at]) == 1 else file.name
        names.append(name if name not in names else f"{name} ({at + 1})")
    return names


def _made_sources(reads: Sequence[Read], names: Sequence[str]) -> list[Source]:
    made = []
    for read, name in zip(reads, names, strict=True):
        last = max((day for flow in read.flows if (day := flow.changed())), default=None)
        made.append(
            Source(
                id=name,
                title="Flows of the Financial Tracking Service",
                publisher="OCHA Financial Tracking Service",
                published=last,
                published_basis="the last change of a flow" if last else None,
            )
        )
    return made


def _compare(pages: Iterable[Page], seen: AccountBuilder) -> None:
    """Say in the account what pages state of their whole, and what their flows add up to."""
    wholes: dict[tuple[tuple[str, Decimal], ...], list[Page]] = defaultdict(list)
    counts: dict[Decimal, list[Page]] = defaultdict(list)
    for page in pages:
        if page.stated.keys() & _TOTALS.keys():
            wholes[page.whole].append(page)
        elif page.stated:
            counts[page.stated["count"]].append(page)
    found = [_compared(same, seen) for same in wholes.values()]
    found += [(words, False) for count, same in counts.items() if (words := _short(same, count))]
    for name, said in (
        ("stated", [words for words, _ in found]),
        ("not_met", [words for words, met in found if not met]),
    ):
        if said:
            seen.attrs[name] = "; ".join(said)


def _short(pages: Sequence[Page], count: Decimal) -> str | None:
    """That pages without totals hold fewer flows than their answer has, as where one is missing."""
    number = len({flow.id for page in pages for flow in page.flows})
    if number >= count:
        return None
    files = ", ".join(dict.fromkeys(Path(page.file).name for page in pages))
    return f"{files}: {number} of {count} flows were read"


_TOTALS = {"fundingTotal": "funding", "pledgeTotal": "pledges"}


def _compared(pages: Sequence[Page], seen: AccountBuilder) -> tuple[str, bool]:
    """The totals that the pages of one answer state, and whether their flows add up to them."""
    found = [flow for page in pages for flow in page.flows]
    read = [flow for flow in found if seen.outcome(flow.row) != "rejected"]
    flows = [best for best, _ in _by_id(read)]
    sums = dict.fromkeys(_TOTALS, Decimal(0))
    for flow in flows:
        if flow.text("boundary") == "incoming" and flow.text("onBoundary") == "single":
            name = "fundingTotal" if flow.text("status") in FUNDING else "pledgeTotal"
            sums[name] = EXACT.add(sums[name], flow.amount() or Decimal(0))
    stated = {name: number for name, number in pages[0].stated.items() if name in sums}
    files = list(dict.fromkeys(Path(page.file).name for page in pages))
    several = len(files) > 1
    head = f"{', '.join(files)} {'state' if several else 'states'} {_dollars(stated)}"
    if all(sums[name] == number for name, number in stated.items()):
        return f"{head}, and so {'their' if several else 'its'} flows add up", True
    count = pages[0].stated.get("count")
    some = f"; {len(flows)} of {count} flows were read" if count and count != len(flows) else ""
    computed = _dollars({name: sums[name] for name in stated})
    return f"{head}, but the flows add up to {computed}{some}", False


def _dollars(sums: Mapping[str, Decimal]) -> str:
    return " and ".join(
        f"{format_number(sums[name])} USD of {word}"
        for name, word in _TOTALS.items()
        if name in sums
    )

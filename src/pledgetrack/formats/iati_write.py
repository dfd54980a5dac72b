"""``pt.write_iati``: the money of a ledger as an IATI activity file of the standard 2.03."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa

from pledgetrack.account import Account
from pledgetrack.assemble import fold
from pledgetrack.bars import watched
from pledgetrack.errors import FileFormatError, PledgetrackError
from pledgetrack.fields import clean
from pledgetrack.formats.iati_codes import FUNDING, IMPLEMENTING
from pledgetrack.formats.iati_flows import money_of
from pledgetrack.formats.iati_groups import Group, Known, groups_of
from pledgetrack.formats.iati_left_out import account_of
from pledgetrack.formats.iati_places import Places
from pledgetrack.formats.iati_values import Org
from pledgetrack.ledger import Ledger
from pledgetrack.models import Party
from pledgetrack.replace import replace_stream
from pledgetrack.schedules import Planned

# What no XML 1.0 file may hold; a record cannot hold it either, except one made around its checks.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_iati(
    ledger: Ledger,
    path: str | os.PathLike[str],
    *,
    reporting_org: str | Party | None = None,
) -> Account:
    """Write the money of a ledger as IATI activities, and return what became of every record.

    Each commitment with money is an activity, and what was read of one activity is one activity
    again, under its identifier. ``reporting_org`` is who reports, a party of the ledger or another;
    without it that is who reported what came from IATI, else the party that promises. Read back
    with ``pt.read_iati``, what is pledged, committed and delivered is the same, by party and
    currency, as of any day. The account says of each target, event, party and source whether it is
    in the file ("counted") or set aside, and why: IATI tells no counts, actions, proposals, bounds,
    outcomes. ``docs/iati.md`` says it all. The file is replaced whole or not at all.

    >>> import tempfile
    >>> from pledgetrack import load_seeds, read_iati
    >>> ledger = load_seeds().filter(commitment="mx-border-infrastructure")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     account = write_iati(ledger, f"{folder}/aid.xml")
    ...     again = read_iati(f"{folder}/aid.xml")
    >>> again.commitments[0].targets == ledger.commitments[0].targets
    True
    """
    place = _place(path)
    if not ledger.is_whole:
        raise PledgetrackError(
            "this ledger shows a choice of its records by unit, source, horizon or due, or leaves "
            "out what a chosen promise is a part of or repeats, which a file cannot hold; write "
            "the ledger before that choice"
        )
    parties, reporter = _reporting(ledger, reporting_org)
    money = money_of(pa.table(ledger))
    known = Known(parties)
    groups = groups_of(ledger, money, known, reporter)
    if not groups:
        raise PledgetrackError(
            "the ledger holds no money that is pledged, committed or delivered, and an IATI file "
            "needs at least one activity"
        )
    replace_stream(place, (text.encode() for text in _file(groups, known)))
    return account_of(ledger, money, groups, known, file=str(path))


def _place(path: str | os.PathLike[str]) -> Path:
    if not isinstance(path, str | os.PathLike) or not str(path) or "\0" in str(path):
        raise FileFormatError(f"{str(path)!r} is no path to write to", path=path)
    place = Path(os.path.realpath(path))
    if place.suffix.lower() != ".xml" or place.is_dir():
        raise FileFormatError(
            f"cannot write {str(path)!r}; name a file that ends in .xml", path=path
        )
    return place


def _reporting(ledger: Ledger, reporting_org: str | Party | None) -> tuple[list[Party], str | None]:
    """The parties that are known, and the name of who reports."""
    parties = list(ledger.parties)
    if reporting_org is None:
        return parties, None
    if isinstance(reporting_org, str):
        known = {fold(word): p.name for p in parties for word in (p.name, *p.aliases)}
        name = " ".join(reporting_org.split())
        try:
            return parties, known.get(fold(name)) or clean(name)
        except ValueError as error:
            message = f"reporting_org={reporting_org!r:.60} is no name: {error}"
            raise PledgetrackError(message) from error
    others = [party for party in parties if fold(party.name) != fold(reporting_org.name)]
    return [*others, reporting_org], reporting_org.name


# --- the file -------------------------------------------------------------------------------------


def _file(groups: Iterable[Group], known: Known) -> Iterator[str]:
    """The file piece by piece; the schema prescribes the order of the elements."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<iati-activities version="2.03">\n'
    for group in watched(groups, "writing", unit="activity"):
        yield "".join(f"{line}\n" for line in _activity(group, known))
    yield "</iati-activities>\n"


def _activity(group: Group, known: Known) -> Iterator[str]:
    amounts = [one.unit for one, _ in group.transactions]
    units = amounts or [plan.unit for plan in group.plans]
    default = min(units, key=lambda unit: (-units.count(unit), unit))
    updated = f"{group.updated}T00:00:00Z" if group.updated else None
    yield _open("iati-activity", last_updated_datetime=updated, default_currency=default)
    yield f"<iati-identifier>{_escaped(group.identifier)}</iati-identifier>"
    yield _org("reporting-org", known.org(group.reporter))
    yield f"<title>{_narrative(group.title)}</title>"
    yield f"<description>{_narrative(group.title)}</description>"
    givers = {cell.party for cell in group.cells.values()} or {plan.party for plan in group.plans}
    for name in sorted(givers):
        yield _org("participating-org", known.org(name), role=FUNDING)
    for name in group.channels:
        yield _org("participating-org", known.org(name), role=IMPLEMENTING)
    yield _empty("activity-status", code=group.status)
    for code, day in group.dates:
        yield _empty("activity-date", type=code, iso_date=str(day))
    yield from _places(group.recipients)
    yield from _places(group.sectors)
    for kind in ("budget", "planned disbursement"):
        for plan in sorted((one for one in group.plans if one.kind == kind), key=_plan_order):
            yield from _plan(plan, default, group.reporter, known)
    for one, cell in group.transactions:
        yield "<transaction>"
        yield _empty("transaction-type", code=one.code)
        yield _empty("transaction-date", iso_date=str(one.day))
        currency = one.unit if one.unit != default else None
        value = f"{one.number:f}"
        yield _open("value", currency=currency, value_date=str(one.day)) + value + "</value>"
        yield _org("provider-org", known.org(cell.party))
        yield from _places(() if group.sectors else cell.sectors)
        yield from _places(() if group.recipients else cell.recipients)
        yield "</transaction>"
    yield "</iati-activity>"


def _plan_order(plan: Planned) -> tuple[object, ...]:
    return plan.start, plan.end, plan.unit, plan.number, plan.party


def _plan(plan: Planned, default: str, reporter: str, known: Known) -> Iterator[str]:
    name = plan.kind.replace(" ", "-")
    yield _open(name, type="1")
    yield _empty("period-start", iso_date=str(plan.start))
    yield _empty("period-end", iso_date=str(plan.end))
    currency = plan.unit if plan.unit != default else None
    opening = _open("value", currency=currency, value_date=str(plan.start))
    yield f"{opening}{plan.number:f}</value>"
    if name != "budget" and fold(plan.party) != fold(reporter):
        yield _org("provider-org", known.org(plan.party))
    yield f"</{name}>"


def _places(places: Places) -> Iterator[str]:
    for place in places:
        vocabulary = place.vocabulary if place.vocabulary != "1" else None
        yield _empty(place.element, code=place.code, vocabulary=vocabulary)


def _org(element: str, org: Org, **attributes: str) -> str:
    opening = _open(element, ref=org.ref, type=org.kind, **attributes)
    return f"{opening}{_narrative(org.name or '')}</{element}>"


def _narrative(text: str) -> str:
    return f"<narrative>{_escaped(text)}</narrative>"


def _open(name: str, **attributes: str | None) -> str:
    said = "".join(
        f" {key.replace('_', '-')}={quoteattr(_legal(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{said}>"


def _empty(name: str, **attributes: str | None) -> str:
    return _open(name, **attributes)[:-1] + "/>"


def _escaped(text: str) -> str:
    return escape(_legal(text))


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)

"""``pt.read_360giving``: grants in the 360Giving Data Standard (JSON, CSV, Excel) to a ledger."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pledgetrack.account import AccountBuilder
from pledgetrack.assemble import fold
from pledgetrack.bars import watched
from pledgetrack.errors import UnitError
from pledgetrack.formats.giving360_entries import Package, day_text, entries_of, grants_of
from pledgetrack.formats.giving360_records import Context, Made, Options
from pledgetrack.formats.giving360_values import name_of
from pledgetrack.formats.single_cells import plain
from pledgetrack.imported import ledger_of
from pledgetrack.intake import OnReject, check_on_reject, files_of
from pledgetrack.ledger import Ledger
from pledgetrack.models import Commitment, Party, Source
from pledgetrack.reading import messages
from pledgetrack.units import is_currency

SUFFIXES = (".json", ".csv", ".tsv", ".xlsx", ".xlsm")


def read_360giving(
    path: Any,
    *,
    currency: str | None = None,
    day_first: bool | None = None,
    on_reject: OnReject = "raise",
) -> Ledger:
    """Read grants in the 360Giving standard: JSON, CSV or Excel, gzip too, or a folder of them.

    Each grant is a committed promise of its funder to its recipients: the amount awarded, on the
    award date, with the planned dates as its horizon. What was disbursed is delivered. What was
    applied for is a tag and in no total. A grant that takes several rows, or comes again, counts
    once. ``currency`` is that of amounts that state none, ``day_first`` tells how 03/04/2020 is
    meant, which the standard does not have. ``docs/360giving.md`` says it all.

    >>> import io
    >>> file = io.BytesIO(b'''{"grants": [{"id": "360G-x-1", "title": "Advice", "currency": "GBP",
    ...   "amountAwarded": 1234.10, "awardDate": "2021-01-26T00:00:00Z",
    ...   "plannedDates": [{"startDate": "2021-02-01", "duration": 12}],
    ...   "fundingOrganization": [{"id": "GB-CHC-1", "name": "A Trust"}],
    ...   "recipientOrganization": [{"id": "GB-CHC-2", "name": "A Charity"}]}]}''')
    >>> ledger = read_360giving(file)
    >>> ledger["360G-x-1"]
    Commitment('360G-x-1': A Trust, committed 1,234.1 GBP, 2021-01-26, 2021-02-01 to 2022-01-31)
    >>> ledger.totals(by="recipient", as_of="2021-12-31")[["recipient", "unit", "committed"]]
       recipient unit committed
    0  A Charity  GBP    1234.1
    """
    check_on_reject(on_reject)
    if currency is not None and not is_currency(currency):
        raise UnitError(f"currency={currency!r} is no ISO 4217 code", unit=currency)
    seen = AccountBuilder()
    packages: list[Package] = []
    entries = []
    for at, file in enumerate(files_of(path, SUFFIXES, what="360Giving file")):
        package, found = entries_of(file, at, seen)
        packages.append(package)
        entries += found
    options = Options(currency, day_first)
    grants = watched(grants_of(entries, seen), "records", unit="grant")
    made = [Made(grant, options) for grant in grants]
    sources = _sources(made, packages)
    for one in made:
        _record(one, sources[_key(one)], seen)
    return ledger_of(
        [record for one in made for record in one.commitments],
        [event for one in made for event in one.events],
        sources={context.source.id: context.source for context in sources.values()}.values(),
        parties=_parties(made),
        account=seen,
        rows={name: rows for one in made for name, rows in one.rows.items()},
        on_reject=on_reject,
    )


def _key(made: Made) -> tuple[int, str]:
    """The file of a grant, and the data source that it names."""
    return made.grant.entry.package, plain(made.data.get("dataSource")) or ""


class _Cited:
    """A source, and the last day that its file speaks of."""

    def __init__(self, source: Source, context: Context) -> None:
        self.source = source
        self.context = context


def _sources(made: Sequence[Made], packages: Sequence[Package]) -> dict[tuple[int, str], _Cited]:
    """A source for each file, and for each data source where a file names several."""
    urls: dict[int, set[str]] = defaultdict(set)
    changed: dict[tuple[int, str], list[str]] = defaultdict(list)
    spoken: dict[int, list[dt.date]] = defaultdict(list)
    for one in made:
        number, url = _key(one)
        urls[number].add(url)
        changed[number, url].append(day_text(one.data.get("dateModified")))
        spoken[number] += one.days
    return {
        (number, url): _source(
            packages[number], url, len(found) > 1, max(changed[number, url]), spoken[number]
        )
        for number, found in urls.items()
        for url in found
    }


def _source(
    package: Package, url: str, is_one_of_several: bool, changed: str, spoken: Iterable[dt.date]
) -> _Cited:
    about = package.about
    name = Path(package.file).name
    stated = {key: day_text(about.get(key)) for key in ("modified", "issued")}
    published, basis = next(
        (
            (day, words)
            for day, words in (
                (stated["modified"], None),
                (changed, "the last dateModified"),
                (stated["issued"], None),
            )
            if day
        ),
        (None, None),
    )
    publisher = about.get("publisher")
    where = (url, about.get("downloadURL"), about.get("accessURL"))
    source = Source(
        id=f"{name} ({url or 'no data source'})" if is_one_of_several else name,
        title=plain(about.get("title")) or "360Giving grants",
        publisher=plain(publisher.get("name")) if isinstance(publisher, dict) else None,
        url=next((text for value in where if (text := plain(value))), None),
        published=dt.date.fromisoformat(published) if published else None,
        published_basis=basis,
        licence=plain(about.get("license")),
        note=package.note,
    )
    latest = source.published or max(spoken, default=None)
    words = "the day up to which the file reaches" if published else "the last day in the file"
    return _Cited(source, Context(source.id, latest, f"{words}; none is stated of what was paid"))


def _record(made: Made, cited: _Cited, seen: AccountBuilder) -> None:
    """Make the records of a grant, or reject its rows."""
    rows = [*made.grant.rows, *(deal.row for deal in made.grant.deals)]
    wrong = made.wrong
    if not wrong:
        try:
            made.make(cited.context)
        except ValidationError as error:
            wrong = list(dict.fromkeys(messages(error, Commitment)))
    if wrong:
        made.commitments, made.events, made.rows = [], [], {}
        for row in rows:
            seen.revise(row, "rejected", "; ".join(wrong))
        return
    for row, why in made.wrong_deals.items():
        seen.revise(row, "rejected", why)
    for row, why in made.aside.items():
        seen.revise(row, "set aside", why)
    if made.remarks:
        seen.revise(made.grant.entry.row, "counted", "; ".join(dict.fromkeys(made.remarks)))


def _parties(made: Iterable[Made]) -> list[Party]:
    """The organisations by name, each with the identifier that it alone has."""
    references: dict[str, set[str]] = defaultdict(set)
    kinds: dict[str, set[str]] = defaultdict(set)
    names: dict[str, list[str]] = defaultdict(list)
    for one in made:
        data = one.data
        people = [data["recipientIndividual"]] if data.get("recipientIndividual") else []
        for org in (
            *(data.get("fundingOrganization") or ()),
            *(data.get("recipientOrganization") or ()),
            *people,
        ):
            name = name_of(org)
            if name is None:
                continue
            names[fold(name)].append(name)
            for found, key in ((references, "id"), (kinds, "organisationType")):
                if text := plain(org.get(key)):
                    found[fold(name)].add(text)
    parties = []
    for key, spellings in names.items():
        counts = Counter(spellings)
        name = min(counts, key=lambda word: (-counts[word], word))
        ids, types = sorted(references[key]), sorted(kinds[key])
        parties.append(
            Party(
                name=name,
                kind=types[0] if len(types) == 1 else None,
                reference=ids[0] if len(ids) == 1 else None,
                note=f"identifiers: {', '.join(ids[:20])}" if len(ids) > 1 else None,
            )
        )
    return parties

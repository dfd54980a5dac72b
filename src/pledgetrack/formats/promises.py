"""``pt.read_promises``: lists of promises without amounts, and how they were rated, to a ledger."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pledgetrack import limits
from pledgetrack.account import AccountBuilder
from pledgetrack.bars import watched
from pledgetrack.calendar import as_day, as_month
from pledgetrack.errors import FileFormatError, TableError, unknown
from pledgetrack.formats.promise_lists import PromiseList, lists_of
from pledgetrack.formats.promise_records import groups_of, records_of
from pledgetrack.formats.promise_rows import FIELDS, Entry, Given, Reading, Said
from pledgetrack.formats.ratings import Ratings
from pledgetrack.formats.single_cells import plain
from pledgetrack.formats.table_mapping import TableMapping
from pledgetrack.formats.table_specs import Spec, spec_of
from pledgetrack.imported import ledger_of
from pledgetrack.intake import OnReject, check_on_reject
from pledgetrack.ledger import Ledger
from pledgetrack.models import Commitment, Event, Source
from pledgetrack.reading import messages

OPTIONS = ("header", "sheets", "day_first", "century", "nil", "no_days", "encoding", "delimiter",
           "source")  # fmt: skip


def read_promises(
    source: Any,
    mapping: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    *,
    party: str | Sequence[str] | None = None,
    announced: object = None,
    rated: object = None,
    ratings: Mapping[str, str] | None = None,
    on_reject: OnReject = "raise",
) -> Ledger:
    r"""Read a list of promises and their ratings: JSON, YAML, CSV, Excel, Parquet or a frame.

    Each promise is an action: a commitment without a target. ``party``, ``announced`` and
    ``rated`` (the day of the ratings) hold where the list does not state them. A rating that is
    an outcome (kept, compromise, broken, uncheckable) is an event of that day, "stalled" suspends;
    the list's own word is the tag ``rating``. ``ratings`` says what other words mean, ``mapping``
    which columns are which fields where their titles do not tell. ``docs/promises.md`` says it
    all; ``pt.outcomes`` counts.

    >>> import io
    >>> text = ("Promise,Theme,Verdict\nBuild a bridge,Roads,Promise Kept\n"
    ...         "No new tax,Money,Stalled\n")
    >>> ledger = read_promises(io.StringIO(text), party="A. Mayor", announced="2022-05-01",
    ...                        rated="2024-05-01")
    >>> ledger["build-a-bridge"].tags
    {'category': 'Roads', 'rating': 'Promise Kept'}
    >>> [(event.kind, event.outcome) for event in ledger.events]
    [('rated', 'kept'), ('suspended', None)]
    """
    check_on_reject(on_reject)
    said = _said(mapping)
    if party is not None and not isinstance(party, (str, Sequence)):
        raise TableError(f"party={party!r:.40} is no name; pass a name or a list of names")
    parties = (party,) if isinstance(party, str) else tuple(party or ())
    given = Given(parties, _day(announced), _day(rated), Ratings(ratings))
    seen = AccountBuilder()
    entries: list[Entry] = []
    sources: dict[str, Source] = {}
    for found in lists_of(source, said.options):
        name = str(said.options.source.get("id") or Path(found.grid.file).name)
        sources[name] = _source(name, found, said.options)
        entries += Reading(found, said, given, name, seen).entries()
    return _ledger(entries, given, sources, seen, on_reject)


def _day(value: object) -> Any:
    """A day or a month that the caller states."""
    return value if value is None or as_month(value) else as_day(value)


def _said(mapping: Any) -> Said:
    """What a mapping says: none, a dictionary or a TOML file."""
    if mapping is None:
        return Said({}, TableMapping())
    if isinstance(mapping, (str, os.PathLike)):
        mapping = _toml(mapping)
    if not isinstance(mapping, Mapping):
        raise TableError(
            f"{type(mapping).__name__!r} is no mapping; pass a dictionary or a TOML file"
        )
    for key in mapping:
        if key not in ("columns", "constants", *OPTIONS):
            raise unknown("key of the mapping", key, ("columns", "constants", *OPTIONS))
    specs = dict(_specs(mapping.get("columns", {}), "columns"))
    for name, spec in _specs(mapping.get("constants", {}), "constants"):
        if name in specs:
            raise TableError(f"{name!r} is both a column and a constant; keep one")
        specs[name] = spec
    return Said(specs, TableMapping(**{k: v for k, v in mapping.items() if k in OPTIONS}))


def _toml(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        limits.check_toml(text)
        return tomllib.loads(text)
    except OSError as error:
        reason = error.strerror or error
        raise FileFormatError(f"cannot read {str(path)!r}: {reason}", path=path) from error
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"{str(path)!r} is no valid TOML: {error}", path=path) from error


def _specs(said: Any, where: str) -> Iterator[tuple[str, Spec]]:
    if not isinstance(said, Mapping):
        raise TableError(f"{where}: write a table of fields, not {said!r:.40}")
    for name, value in said.items():
        if name not in FIELDS:
            raise unknown(f"field in {where}", name, FIELDS)
        inner = value if name == "tags" else {name: value}
        if not isinstance(inner, Mapping):
            raise TableError(f"{where}.tags: write a table of tags and their columns")
        for key, part in inner.items():
            at = f"tags.{key}" if name == "tags" else name
            spec = spec_of(part, f"{where}.{at}") if where == "columns" else Spec(constant=part)
            yield at, spec


def _source(name: str, found: PromiseList, options: TableMapping) -> Source:
    about = {plain(key): plain(value) for key, value in found.about.items()
             if isinstance(value, str)}  # fmt: skip
    title = about.get("title") or about.get("documentTitle")
    guessed = found.grid.encoding == "cp1252" and options.encoding is None
    note = "is no UTF-8 and was read as Windows-1252" if guessed else None
    said = {"title": title, "url": about.get("url"), "note": note, **options.source}
    return Source(**{**said, "id": name})


# --- records --------------------------------------------------------------------------------------


def _ledger(
    entries: Sequence[Entry],
    given: Given,
    sources: Mapping[str, Source],
    seen: AccountBuilder,
    on_reject: OnReject,
) -> Ledger:
    commitments: list[Commitment] = []
    events: list[Event] = []
    rows: dict[int, list[int]] = {}
    cited = dict(sources)
    for group in watched(groups_of(entries, seen), "records", unit="promise"):
        try:
            made, happened = records_of(group, given)
        except ValidationError as error:
            words = "; ".join(dict.fromkeys(messages(error, Commitment)))
            for entry in group:
                seen.revise(entry.row, "rejected", words)
            continue
        for entry in group:
            seen.columns["commitment"][entry.row] = made.id
            for url in entry.sources:
                cited.setdefault(url, Source(id=url, url=url))
        commitments.append(made)
        rows[id(made)] = [group[0].row]
        for entry, event in happened:
            events.append(event)
            rows[id(event)] = [entry.row]
    return ledger_of(
        commitments, events, sources=cited.values(), account=seen, rows=rows, on_reject=on_reject
    )

"""``pt.read_crs``: rows of the OECD's Creditor Reporting System to a ledger."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pledgetrack.account import AccountBuilder
from pledgetrack.assemble import fold
from pledgetrack.bars import progress
from pledgetrack.errors import PledgetrackError
from pledgetrack.formats.crs_files import SUFFIXES, rows_of_file
from pledgetrack.formats.crs_rows import Row, total
from pledgetrack.horizon import Horizon
from pledgetrack.imported import ledger_of
from pledgetrack.intake import OnReject, check_on_reject, files_of
from pledgetrack.ledger import Ledger
from pledgetrack.models import Citation, Commitment, Event, Party, Source
from pledgetrack.quantity import EXACT, Quantity
from pledgetrack.reading import messages

NOTHING = "neither a commitment nor a disbursement"
SEEN = "seen already in another file"
BEYOND = "takes back more than the rows of its activity commit; that is not counted"
BACKWARD = "completion_date lies before expected_start_date; no horizon"
ROUNDED = "finer than a millionth of a dollar; rounded to that"
_YEAR = "the year of the report"


def read_crs(path: Any, *, on_reject: OnReject = "raise") -> Ledger:
    """Read rows of the OECD's Creditor Reporting System.

    ``path`` is a file (CSV, text with bars, Parquet, Excel, a zip), an open file, gzip, a folder of
    them, or a list of these; headings of any vintage are known. Amounts are US dollars at
    current prices, exactly a million times the number in the file. A line of activity (donor,
    agency, CRS id, project, recipient, purpose, flow, finance, type, channel) is one promise; what
    later years commit or correct revises it. A blank commitment is missing, not 0. Amounts in
    national currency and grant equivalents are kept in the tags; ``docs/crs.md`` says it all.

    >>> import io
    >>> file = io.BytesIO(b'''Year|DonorName|CrsID|RecipientName|USD_Commitment|USD_Disbursement
    ... 2021|Norway|2021000001|Kenya|1.25|0.5
    ... 2022|Norway|2021000001|Kenya||0.25
    ... 2022|Norway|2020000009|Chad||3
    ... ''')
    >>> table = read_crs(file).totals(by="recipient", as_of="2022-12-31")
    >>> table[table["unit"] == "USD"][["recipient", "committed", "delivered", "outstanding"]]
      recipient committed delivered outstanding
    0      Chad      None   3000000        None
    2     Kenya   1250000    750000      500000
    """
    check_on_reject(on_reject)
    seen = AccountBuilder()
    sources = path if isinstance(path, (list, tuple)) else [path]
    files = [file for one in sources for file in files_of(one, SUFFIXES, what="CRS file")]
    short = [Path(file.name).name for file in files]
    names = [
        name if short.count(name) == 1 else f"{file.name} ({at + 1})"
        for at, (name, file) in enumerate(zip(short, files, strict=True))
    ]
    rows: list[Row] = []
    for at, file in enumerate(files):
        for row, cells in rows_of_file(file, at):
            if _note(row, cells, file.name, seen):
                rows.append(row)
    if len({(row.source, row.member) for row in rows}) > 1:
        rows = _once(rows, seen)
    made = _Made()
    with progress("records", total=len(rows), unit="row") as done:
        for line in _lines(rows):
            _add(line, names, seen, made)
            done(len(line))
    described = [
        Source(id=name, title="Creditor Reporting System", publisher="OECD") for name in names
    ]
    return ledger_of(
        made.commitments, made.events, sources=described, parties=_parties(rows, made),
        account=seen, rows=made.rows, on_reject=on_reject,
    )  # fmt: skip


# --- rows -----------------------------------------------------------------------------------------


def _note(row: Row, cells: Sequence[Any], file: str, seen: AccountBuilder) -> bool:
    """Note a row in the account; whether it states an amount that can be read."""
    element = None if row.place == f"line {row.line}" else row.place
    stated: dict[str, Any] = {"file": file, "line": row.line, "element": element, "unit": "USD"}
    if len(cells) != len(row.columns.header):
        words = f"has {len(cells)} cells under {len(row.columns.header)} headings"
        seen.rejected(words, **stated, raw=row.columns.raw(cells))
        return False
    wrong = row.read()
    stated |= {"record": row.text("crs_id") or None, "number": row.commitment}
    if wrong:
        seen.rejected("; ".join(wrong), **stated, raw=row.columns.raw(cells))
        return False
    if row.commitment is None and row.disbursement is None:
        seen.set_aside(NOTHING, **stated, raw=row.columns.raw(cells))
        return False
    row.row = seen.counted(**stated, raw=_Raw(row))
    return True


class _Raw:
    """What was read of a row, made into a dictionary only where the account shows it."""

    def __init__(self, row: Row) -> None:
        self.row = row

    def __iter__(self) -> Any:
        return iter(self.row.raw().items())


def _once(rows: Iterable[Row], seen: AccountBuilder) -> list[Row]:
    """The rows without those that another file has as well.

    In one file rows may well be alike: the OECD counts each.
    """
    by_content: dict[bytes, dict[tuple[int, int], list[Row]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in rows:
        by_content[_digest(row)][row.source, row.member].append(row)
    kept = []
    for files in by_content.values():
        # Of files with as many of them the first.
        most = min(files, key=lambda file: (-len(files[file]), file))
        kept += files.pop(most)
        for same in files.values():
            for row in same:
                seen.revise(row.row, "set aside", SEEN)
    return kept


def _digest(row: Row) -> bytes:
    stated = "\x1f".join(f"{name}\x1e{text}" for name, text in sorted(row.texts.items()))
    return hashlib.blake2b(stated.encode(), digest_size=16).digest()


def _lines(rows: Iterable[Row]) -> Iterable[list[Row]]:
    """The rows of each line of activity: by year, and in one order whatever order they came in."""
    by_key: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        by_key[row.key].append(row)
    for same in by_key.values():
        if len(same) > 1:
            same.sort(key=_order)
        yield same


def _order(row: Row) -> tuple[Any, ...]:
    # More comes before less, so that a correction finds what it corrects.
    commitment = Decimal("-Infinity") if row.commitment is None else row.commitment
    return (row.year, -commitment, sorted(row.texts.items()), row.source, row.place)


# --- records --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Made:
    """The records so far, and the rows of the account that each was made of."""

    commitments: list[Commitment] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    rows: dict[int, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Part:
    """A promise in the making: the rows that announce it, all of its rows, what happened to it."""

    first: list[Row]
    target: Decimal | None
    rows: list[Row]
    events: list[tuple[Row, dict[str, Any]]] = field(default_factory=list)
    promised: Decimal = Decimal(0)


def _add(line: Sequence[Row], names: Sequence[str], seen: AccountBuilder, made: _Made) -> None:
    """Add the promises of a line of activity.

    What was disbursed before anything was committed is a promise of its own, without a target.
    """
    remarks: dict[int, list[str]] = defaultdict(list)
    part: _Part | None = None
    for _, of_year in groupby(line, key=lambda row: row.year):
        rows = list(of_year)
        stated = [row for row in rows if row.commitment is not None]
        if part is None or (stated and part.target is None):
            begun = _begun(rows, remarks)
            if part is None:
                part = begun
            elif begun.target is None:
                part.rows += rows
            else:
                _finish(part, names, seen, made, remarks)
                part = begun
        else:
            part.rows += rows
            _revise(part, stated, remarks)
        _move(part, rows, remarks)
        part.events += ((row, _delivered(row)) for row in rows if row.disbursement is not None)
    if part is not None:
        _finish(part, names, seen, made, remarks)


def _begun(rows: list[Row], remarks: dict[int, list[str]]) -> _Part:
    """The promise that the rows of its first year announce."""
    amounts = [row.commitment for row in rows if row.commitment is not None]
    while amounts and total(amounts) < 0:
        amounts.pop()  # the least comes last
    counted = len(amounts)
    for row in [row for row in rows if row.commitment is not None][counted:]:
        remarks[row.row].append(BEYOND)
    target = total(amounts) if amounts else None
    return _Part(rows, target, list(rows), promised=target or Decimal(0))


def _revise(part: _Part, stated: Iterable[Row], remarks: dict[int, list[str]]) -> None:
    """What the rows of a later year commit in addition, or take back."""
    for row in stated:
        more = row.commitment or Decimal(0)
        left = EXACT.add(part.promised, more)
        if part.target is None or left < 0:
            remarks[row.row].append(BEYOND)
        elif more:
            part.promised = left
            on, basis, said = _committed_on(row)
            change = {"kind": "revised", "quantity": Quantity(number=more, unit="USD")}
            note = _national(row, "commitment_national")
            part.events.append(
                (row, {**change, "on": on, "on_basis": basis, "on_stated": said, "note": note})
            )


def _move(part: _Part, rows: Sequence[Row], remarks: dict[int, list[str]]) -> None:
    """Note windows that cannot be, and one that a later year moves."""
    for row in rows:
        start, end = row.day("start"), row.day("end")
        if start and end and end < start:
            remarks[row.row].append(BACKWARD)
    if rows[0] is part.first[0]:
        return
    moved = next((row for row in rows if _horizon(row)), None)
    current = [fields["horizon"] for _, fields in part.events if "horizon" in fields]
    before = current[-1] if current else _horizon(part.first[0])
    if moved is not None and _horizon(moved) != before:
        fields = {"kind": "revised", "on": moved.last_day, "on_basis": _YEAR}
        part.events.append((moved, {**fields, "horizon": _horizon(moved)}))


def _delivered(row: Row) -> dict[str, Any]:
    return {
        "kind": "delivered",
        "on": row.last_day,
        "on_basis": _YEAR,
        "period_start": dt.date(row.year, 1, 1),
        "quantity": Quantity(number=row.disbursement or Decimal(0), unit="USD"),
        "note": _national(row, "disbursement_national"),
    }


def _national(row: Row, name: str) -> str | None:
    """An amount in national currency as the row states it."""
    text = row.text(name)
    return f"in national currency, as stated: {text} {row.national_currency}" if text else None


def _committed_on(row: Row) -> tuple[dt.date, str | None, str | None]:
    """The day of what a row commits, how it was found, and what the row says instead.

    The OECD counts it in the year of the report.
    """
    stated = row.day("committed_on")
    if stated and stated.year == row.year:
        return stated, None, None
    return row.last_day, _YEAR, row.text("committed_on") or None


def _announced(part: _Part) -> tuple[dt.date, str | None, str | None]:
    row = part.first[0]
    stated = row.day("committed_on")
    if part.target is None and stated and stated <= row.last_day:
        return stated, None, None  # no amount is dated by it
    return _committed_on(row)


def _horizon(row: Row) -> Horizon | None:
    """The time of the activity; without its end nothing is due."""
    start, end = row.day("start"), row.day("end")
    if end is None or (start and end < start):
        return None
    return Horizon(start=start, end=end)


def _finish(
    part: _Part,
    names: Sequence[str],
    seen: AccountBuilder,
    made: _Made,
    remarks: dict[int, list[str]],
) -> None:
    """Make the records of a promise, and say in the account what became of its rows."""
    row, rows = part.first[0], part.rows
    gone = [one for one in rows if one.disbursement is None and BEYOND in remarks[one.row]]
    for one in gone:
        seen.revise(one.row, "set aside", BEYOND)
    if len(gone) == len(rows):
        return

    def cited(*those: Row) -> tuple[Citation, ...]:
        return tuple(Citation(source=names[one.source], place=one.place) for one in those)

    name = ":".join(("crs", *row.key, str(row.year)))
    on, basis, said = _announced(part)
    try:
        commitment = Commitment(
            id=name,
            title=row.text("title") or row.text("short") or None,
            parties=(row.donor,),
            recipients=(row.recipient,) if row.recipient else (),
            channels=(row.channel,) if row.channel else (),
            targets=() if part.target is None else (Quantity(number=part.target, unit="USD"),),
            horizon=_horizon(row),
            announced=on,
            announced_basis=basis,
            announced_stated=said,
            stage="committed",
            tags=row.tags(),
            citations=cited(*(one for one in part.first if one not in gone)),
        )
        events = [
            (one, Event(commitment=name, citations=cited(one), **fields))
            for one, fields in part.events
        ]
    except (ValidationError, PledgetrackError) as error:
        words = str(error)
        if isinstance(error, ValidationError):
            words = "; ".join(messages(error, Commitment))
        for one in rows:
            seen.revise(one.row, "rejected", words)
        return
    made.commitments.append(commitment)
    made.rows[id(commitment)] = [one.row for one in part.first if one not in gone]
    for one, event in events:
        made.events.append(event)
        made.rows[id(event)] = [one.row]
    for one in rows:
        if one not in gone:
            said_of = [*remarks[one.row], *([ROUNDED] if one.rounded else [])]
            seen.revise(one.row, "counted", "; ".join(dict.fromkeys(said_of)) or None)
            seen.columns["commitment"][one.row] = name


def _parties(rows: Iterable[Row], made: _Made) -> list[Party]:
    """The donors, each with its code where it has one code."""
    codes: dict[str, set[str]] = defaultdict(set)
    names: dict[str, Counter[str]] = defaultdict(Counter)
    used = {name for commitment in made.commitments for name in commitment.parties}
    for row in rows:
        if row.donor in used:
            names[fold(row.donor)][row.donor] += 1
            codes[fold(row.donor)].add(row.text("donor_code"))
    found = []
    for same, spellings in names.items():
        code = codes[same] - {""}
        reference = f"OECD {code.pop()}" if len(code) == 1 else None
        found.append(Party(name=min(spellings), reference=reference))
    return found

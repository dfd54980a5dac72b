"""A ledger as a workbook: what its sheets look like, written and read back without loss."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
from pydantic import BaseModel

from pledgetrack.bars import watched
from pledgetrack.errors import closest
from pledgetrack.horizon import Horizon
from pledgetrack.layout import FORMAT, MODELS, PLURALS, VERSION_KEY
from pledgetrack.models import Commitment, Event, Party, Source
from pledgetrack.quantity import Quantity
from pledgetrack.reading import Reading, is_readable
from pledgetrack.results import ACCOUNT, NOTES, Note, account_page, notes_page
from pledgetrack.units import minor_digits
from pledgetrack.workbook import (
    Amount,
    Cell,
    Page,
    read_workbook,
    workbook_content,
)

TARGETS = "targets"
_LISTS = frozenset({"aliases", "parties", "recipients", "channels"})
_VALUES: dict[str, type[BaseModel]] = {
    "quantity": Quantity, "restated": Quantity, "horizon": Horizon,
}  # fmt: skip
"""Fields that are several columns of a sheet: quantity_number, quantity_unit and so on."""

_CITED = ("citation_sources", "citation_places")
_TAG = "tag_"
_NUMBERS = frozenset({"number", "most", "margin"})
_OF_TARGETS = ("commitment", *Quantity.model_fields)

Record = Commitment | Event | Source | Party


def columns_of(kind: str, tags: Iterable[str] = ()) -> list[str]:
    """The headings of the sheet of a kind of record.

    >>> columns_of("party")
    ['name', 'aliases', 'kind', 'reference', 'note']
    """
    made: list[str] = []
    for name in MODELS[kind].model_fields:
        if name in _VALUES:
            made += [f"{name}_{part}" for part in _VALUES[name].model_fields]
        elif name == "citations":
            made += _CITED
        elif name == "tags":
            made += [_TAG + tag for tag in tags]
        elif name != TARGETS:
            made.append(name)
    return made


# --- writing --------------------------------------------------------------------------------------


def book_content(
    records: Mapping[str, Sequence[Record]],
    path: object,
    *,
    account: pd.DataFrame | None = None,
    about: Mapping[str, Cell] | None = None,
) -> bytes:
    """Records by kind as the content of a workbook, and the account of an import beside them."""
    pages = []
    for kind in PLURALS:
        pages.append(records_page(kind, records[kind]))
        if kind == "commitment":
            pages.append(_targets(records[kind]))
    notes: list[Note] = [("", VERSION_KEY, FORMAT)]
    notes += [("", name, value) for name, value in (about or {}).items()]
    if account is not None and len(account):
        page, told = account_page(account)
        pages.append(page)
        notes += told
    return workbook_content([*pages, notes_page(pages, notes)], path)


def records_page(kind: str, records: Sequence[Record]) -> Page:
    """The sheet of a kind of record."""
    tags = {tag for record in records for tag in getattr(record, "tags", ())}
    header = columns_of(kind, sorted(tags))
    return Page(PLURALS[kind], header, [_row(record, header) for record in records])


def _row(record: Record, header: Sequence[str]) -> list[Cell]:
    cells: dict[str, Cell] = {}
    for name, value in record:
        if value is None:
            continue
        if name in _LISTS:
            cells[name] = "\n".join(value)
        elif name in _VALUES:
            cells |= {f"{name}_{part}": cell for part, cell in _value(value).items()}
        elif name == "citations":
            # A line of one belongs to the same line of the other.
            cells[_CITED[0]] = "\n".join(citation.source for citation in value)
            cells[_CITED[1]] = "\n".join(citation.place or "" for citation in value)
        elif name == "tags":
            cells |= {_TAG + tag: text for tag, text in value.items()}
        elif name != TARGETS:
            cells[name] = value
    return [cells.get(name) for name in header]


def _value(value: BaseModel) -> dict[str, Cell]:
    """The parts of a quantity or a horizon as cells."""
    digits = minor_digits(value.unit) if isinstance(value, Quantity) else 0
    return {
        part: Amount(cell, digits) if isinstance(cell, Decimal) else cell for part, cell in value
    }


def _targets(commitments: Sequence[Record]) -> Page:
    rows = [
        [commitment.id, *_value(target).values()]
        for commitment in commitments
        if isinstance(commitment, Commitment)
        for target in commitment.targets
    ]
    return Page(TARGETS, _OF_TARGETS, rows)


# --- reading --------------------------------------------------------------------------------------


def read_book(content: bytes, file: str, reading: Reading) -> None:
    """Read the workbook of a ledger."""
    try:
        sheets = read_workbook(content)
    except ValueError as error:
        reading.problem(file, f"is no valid workbook: {error}")
        return
    notes = (row for row in sheets.pop(NOTES, []) if len(row) > 2)
    version = next((row[2] for row in notes if row[1] == VERSION_KEY), None)
    if version is None:
        reading.problem(file, f"is no ledger: its sheet {NOTES!r} lacks {VERSION_KEY!r}")
        return
    if not is_readable(version, file, reading):
        return
    sheets.pop(ACCOUNT, None)
    known = [*PLURALS.values(), TARGETS]
    for name in sheets:
        if name not in known:
            near = closest(name, known)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            listed = ", ".join(known)
            reading.problem(file, f"unknown sheet {name!r}{hint} (known: {listed})")
    for name in known:
        if name not in sheets:
            reading.problem(file, f"the sheet {name!r} is missing")
    targets: dict[str, list[dict[str, Any]]] = {}
    lines: dict[str, int] = {}
    for line, cells in _rows(sheets.get(TARGETS, []), _OF_TARGETS, _where(file, TARGETS), reading):
        owner = _text(cells.pop("commitment", ""))
        lines.setdefault(owner, line)
        targets.setdefault(owner, []).append(_parts(cells))
    for kind, plural in PLURALS.items():
        where = _where(file, plural)
        rows = _rows(sheets.get(plural, []), columns_of(kind), where, reading)
        for number, (line, cells) in enumerate(watched(rows, where), start=1):
            data = _fields(cells)
            if kind == "commitment" and (stated := targets.pop(data.get("id", ""), None)):
                data[TARGETS] = stated
            reading.add(kind, data, where, line, number)
    for owner in targets:
        message = f"there is no commitment {owner!r} in the sheet 'commitments'"
        reading.problem(_where(file, TARGETS), message, lines[owner])


def _where(file: str, sheet: str) -> str:
    return f"{file} ({sheet})"


def _rows(
    rows: Sequence[Sequence[Any]], known: Sequence[str], where: str, reading: Reading
) -> list[tuple[int, dict[str, Any]]]:
    """The cells that are not blank, by their headings, with the number of each row."""
    header = ["" if name is None else str(name) for name in (rows[0] if rows else [])]
    for name, count in Counter(header).items():
        if name and count > 1:
            reading.problem(where, f"the heading {name!r} is given twice", 1)
        elif name and name not in known and not (name.startswith(_TAG) and _CITED[0] in known):
            near = closest(name, known)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            reading.problem(where, f"unknown heading {name!r}{hint}", 1)
    if not header:
        reading.problem(where, "holds no headings", 1)
    made = []
    for line, row in enumerate(rows[1:], start=2):
        cells = {at: cell for at, cell in enumerate(row) if cell is not None}
        if any(at >= len(header) or not header[at] for at in cells):
            reading.problem(where, "has a cell under no heading", line)
        elif cells:
            made.append((line, {header[at]: cell for at, cell in cells.items()}))
    return made


def _fields(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the cells of a row state."""
    data: dict[str, Any] = {}
    values: dict[str, dict[str, Any]] = {}
    cited: dict[str, list[str]] = {}
    for name, cell in cells.items():
        field, _, part = name.partition("_")
        if name in _CITED:
            cited[name] = _text(cell).split("\n")
        elif name.startswith(_TAG):
            data.setdefault("tags", {})[name.removeprefix(_TAG)] = _text(cell)
        elif field in _VALUES and part:
            values.setdefault(field, {})[part] = cell
        elif name in _LISTS:
            data[name] = [line for line in _text(cell).split("\n") if line.strip()]
        else:
            data[name] = _day_or_text(cell)
    if cited:
        data["citations"] = _citations(*(cited.get(name, []) for name in _CITED))
    return data | {field: _parts(parts) for field, parts in values.items()}


def _citations(sources: Sequence[str], places: Sequence[str]) -> list[dict[str, str]]:
    """The citations that lines of sources and of places state; a place needs its source."""
    count = max(len(sources), len(places))
    lines = zip(*([*part, *[""] * (count - len(part))] for part in (sources, places)), strict=True)
    return [
        {name: text for name, text in zip(("source", "place"), line, strict=True) if text.strip()}
        for line in lines
        if "".join(line).strip()
    ]


def _parts(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a quantity or a horizon; a number is exact in its shortest decimal."""
    made = {}
    for name, cell in cells.items():
        if name not in _NUMBERS:
            made[name] = _day_or_text(cell)
        else:
            made[name] = Decimal(repr(cell)) if isinstance(cell, float) else cell
    return made


def _day_or_text(cell: Any) -> Any:
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date()
    return cell if isinstance(cell, dt.date) else _text(cell)


def _text(cell: Any) -> str:
    """The text of a cell, of which a person may have made a number."""
    return f"{Decimal(repr(cell)):f}" if isinstance(cell, float) else str(cell)

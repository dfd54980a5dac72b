"""Results for spreadsheets: tables to the pages of a workbook, or to CSV."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from pledgetrack.render import csv_text, guard
from pledgetrack.units import minor_digits
from pledgetrack.workbook import Amount, Cell, Page, Share, fitting, workbook_content

NOTES = "notes"
"""The sheet that says what the other sheets of a workbook rest on."""

ACCOUNT = "account"
"""The sheet with what an import did with each record."""

CAPTION = "caption"
_SHARE = "share"

Note = tuple[str, str, Cell]


def results_content(
    frames: Mapping[str, pd.DataFrame],
    path: object,
    *,
    beside: Sequence[Page] = (),
    notes: Sequence[Note] = (),
) -> bytes:
    """Results as the content of a workbook: a sheet for each, others beside them, and the notes."""
    pages = [*(page_of(frame, name) for name, frame in frames.items()), *beside]
    told = [note for name, frame in frames.items() for note in notes_of(frame, name)]
    return workbook_content([*pages, notes_page(pages, [*told, *notes])], path)


def page_of(frame: pd.DataFrame, name: str) -> Page:
    """A result as a page: amounts with the digits of the unit in their row, days as days."""
    header, columns = _columns(frame)
    digits = {
        at: [minor_digits(unit) if isinstance(unit, str) else 0 for unit in columns[of]]
        for at, of in enumerate(_unit_columns(header))
        if of is not None
    }
    rows = [
        [
            _typed(value, header[column], digits[column][at] if column in digits else 0)
            for column, value in enumerate(row)
        ]
        for at, row in enumerate(zip(*columns, strict=True))
    ]
    return Page(name, header, rows)


def account_page(account: pd.DataFrame) -> tuple[Page, list[Note]]:
    """The account of an import as a page, and the notes on it.

    It is there to be looked at: of a text that no cell can hold it keeps what one can.
    """
    page = page_of(account, ACCOUNT)
    notes = notes_of(account, ACCOUNT)
    rows = [list(row) for row in page.rows]
    for at, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and (fits := fitting(cell)) != cell:
                row[column] = fits
                told = f"{page.place(at, column)} holds as much of its text as a cell can"
                notes.append((ACCOUNT, "text changed", told))
    return Page(ACCOUNT, page.header, rows), notes


def notes_of(frame: pd.DataFrame, name: str) -> list[Note]:
    """What a result says of itself, its caption first."""
    said = {CAPTION: frame.attrs.get(CAPTION), **frame.attrs}
    return [(name, str(key), _typed(_plain(value), "", 0)) for key, value in said.items() if value]


def notes_page(pages: Sequence[Page], notes: Sequence[Note]) -> Page:
    """The notes on the other pages, and which of their amounts stand as text."""
    texts = [
        (page.name, "amount as text", f"{place} has more digits than a spreadsheet keeps")
        for page in pages
        for place in page.as_text()
    ]
    return Page(NOTES, ("sheet", "name", "value"), [*notes, *texts])


def csv_content(frame: pd.DataFrame, *, guarded: bool) -> bytes:
    """A result as CSV: plain decimals, days as in ISO 8601, its caption in the last column."""
    header, columns = _columns(frame)
    caption = str(frame.attrs.get(CAPTION, ""))
    if caption:
        header = [*header, CAPTION]
        columns.append([caption] * len(frame))
    safe = guard if guarded else str
    rows = (
        [safe(cell) if isinstance(cell, str) else _digits(cell) for cell in row]
        for row in zip(*columns, strict=True)
    )
    return csv_text([[safe(name) for name in header], *rows], quoted=guarded).encode()


def _digits(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        value = Decimal(repr(value))
    return f"{value:f}" if isinstance(value, Decimal) else "" if value is None else str(value)


# --- frames ---------------------------------------------------------------------------------------


def _columns(frame: pd.DataFrame) -> tuple[list[str], list[list[Any]]]:
    """The headings and the columns of a frame as plain values; a named index is a column too."""
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index(allow_duplicates=True)
    header = [
        " ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in frame.columns
    ]
    columns = [[_plain(v) for v in frame.iloc[:, at].tolist()] for at in range(len(header))]
    return header, columns


def _unit_columns(header: Sequence[str]) -> list[int | None]:
    """For each column the one that holds its unit: a stated amount is in the unit stated."""
    own = header.index("unit") if "unit" in header else None
    stated = header.index("stated_unit") if "stated_unit" in header else own
    return [stated if name.startswith("stated_") else own for name in header]


def _plain(value: Any) -> Any:
    """A cell of a frame as a value of Python; a missing one is None."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time() and value.tzinfo is None
        return value.date() if midnight else value.isoformat()
    if isinstance(value, (Decimal, float)) and not math.isfinite(value):
        return str(value)
    if isinstance(value, (bool, int, float, str, dt.date, Decimal)):
        return value
    return str(value)


def _typed(value: Any, column: str, digits: int) -> Cell:
    """A plain value as a cell."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Amount(Decimal(value))
    if isinstance(value, Decimal):
        return Share(value) if column == _SHARE else Amount(value, digits)
    made: Cell = value
    return made

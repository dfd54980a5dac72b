"""Sheets: tables of rates and indices as people write them, each cell read exactly."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import narwhals as nw
import pandas as pd

from pledgetrack import limits
from pledgetrack.errors import (
    AmountError,
    DayError,
    FileFormatError,
    FrameError,
    InvalidRatesError,
    Problem,
    UnitError,
    closest,
    shown,
)
from pledgetrack.units import check_unit, is_currency

MISSING = ("", "N/A")
"""The cells that say that there is nothing; the European Central Bank writes N/A."""

_PLAIN = re.compile(r"[0-9]+(\.[0-9]+)?")
_MOST_DIGITS = 50
_T = TypeVar("_T")


@dataclass(slots=True)
class Sheet:
    """A header and rows of cells, with the file and the number of each row for the errors."""

    name: str
    header: list[str]
    rows: list[tuple[int, list[Any]]]
    is_file: bool = True
    problems: list[Problem] = field(default_factory=list)

    @property
    def row_word(self) -> str:
        """What the number of a row counts."""
        return "line" if self.is_file else "row"

    def note(self, message: str, row: int | None = None) -> None:
        """Note a mistake; of a file by its line, of a frame by its row."""
        record = None if self.is_file or row is None else f"row {row}"
        line = row if self.is_file else None
        self.problems.append(Problem(message, file=self.name, line=line, record=record))

    def stop(self, message: str) -> InvalidRatesError:
        """The error for a sheet that cannot be read at all."""
        self.note(message)
        return InvalidRatesError(self.problems)

    def refuse(self) -> None:
        """Raise every mistake noted so far, if there is one."""
        if self.problems:
            raise InvalidRatesError(self.problems)

    def tried(self, read: Callable[[Any], _T], cell: Any, row: int) -> _T | None:
        """What ``read`` makes of a cell; where it cannot, that is noted."""
        try:
            return read(cell)
        except (ValueError, DayError, UnitError) as error:
            self.note(str(error), row)
            return None

    def by_name(self, option: str, given: Any, shape: str) -> Mapping[Any, Any]:
        """What an option tells by name; nothing where it is left out."""
        if given is None or isinstance(given, Mapping):
            return given or {}
        raise self.stop(f"{option} is {str(given)[:40]!r}, not by name, such as {shape}")

    def columns(self, names: Mapping[str, str] | None, wanted: Iterable[str]) -> dict[str, int]:
        """The place of each wanted column that the sheet has.

        A column is found by its own name, whatever its capitals, or by the one that ``names``
        gives it: ``{"rate": "Exchange rate"}``.
        """
        wanted = tuple(wanted)
        names = self.by_name("columns", names, "{'rate': 'Exchange rate'}")
        for name in names:
            if name not in wanted:
                raise self.stop(f"unknown column {name!r}; name one of {', '.join(wanted)}")
        found = {}
        folded = [title.casefold() for title in self.header]
        for name in wanted:
            title = names.get(name)
            if title is not None and title not in self.header:
                near = closest(title, self.header)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise self.stop(f"there is no column {title!r} for {name!r}{hint}")
            if title is not None:
                found[name] = self.header.index(title)
            elif name in folded:
                found[name] = folded.index(name)
        return found


def read_sheet(path: Any) -> Sheet:
    """The sheet in a CSV file in UTF-8."""
    try:
        content = Path(path).read_bytes()
    except (OSError, TypeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "is no path of a file"
        raise FileFormatError(f"cannot read {str(path)!r}: {reason}", path=path) from error
    return parse_sheet(content, Path(path).name)


def parse_sheet(content: bytes, name: str) -> Sheet:
    """The sheet that the content of a CSV file makes."""
    sheet = Sheet(name, [], [])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise sheet.stop("is no UTF-8 text; save it as UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        with limits.cells():
            cells = [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        words = limits.csv_words(error)
        raise sheet.stop(f"is no CSV: {words} (line {reader.line_num})") from None
    if not cells:
        raise sheet.stop("is empty")
    if words := limits.too_wide(max(len(row) for _, row in cells)):
        raise sheet.stop(words)
    sheet.header = [title.strip() for title in cells[0][1]]
    sheet.rows = [(line, [cell.strip() for cell in row]) for line, row in cells[1:]]
    # A comma at the end of each line makes a column that has neither name nor cells.
    width = len(sheet.header)
    if not sheet.header[-1] and all(len(row) < width or not row[-1] for _, row in sheet.rows):
        sheet.header.pop()
        sheet.rows = [(line, row[: width - 1] + row[width:]) for line, row in sheet.rows]
    for line, row in sheet.rows:
        if len(row) != len(sheet.header):
            sheet.note(f"has {len(row)} cells, and the header {len(sheet.header)}", line)
    sheet.refuse()
    return _titled(sheet)


def sheet_of(frame: Any) -> Sheet:
    """The sheet that a frame of any engine makes; its rows are numbered from 1."""
    if isinstance(frame, pd.DataFrame):
        header = [str(name) for name in frame.columns]
        columns = [frame.iloc[:, at].tolist() for at in range(len(header))]
    else:
        try:
            table = nw.from_native(frame).lazy().collect(backend="pyarrow")
        except TypeError as error:
            raise FrameError(
                f"{type(frame).__name__!r} is no frame; pass pandas, PyArrow, Polars or DuckDB"
            ) from error
        header = table.columns
        columns = [column.to_list() for column in table.iter_columns()]
    cells = [["" if _is_blank(cell) else cell for cell in column] for column in columns]
    rows = [(at, list(row)) for at, row in enumerate(zip(*cells, strict=True), start=1)]
    return _titled(Sheet("the frame", header, rows, is_file=False))


def _is_blank(cell: Any) -> bool:
    return bool(pd.api.types.is_scalar(cell) and pd.isna(cell))


def _titled(sheet: Sheet) -> Sheet:
    for title in dict.fromkeys(sheet.header):
        if sheet.header.count(title) > 1:
            sheet.note(f"has {sheet.header.count(title)} columns {title!r}")
    sheet.refuse()
    return sheet


# --- cells ----------------------------------------------------------------------------------------


def positive(cell: Any) -> Decimal:
    """The number above 0 that a cell states exactly.

    >>> positive("1.5671"), positive(2)
    (Decimal('1.5671'), Decimal('2'))
    >>> positive(1.5671)
    Traceback (most recent call last):
    pledgetrack.errors.AmountError: 1.5671 is a float, which is not exact; pass text or Decimal
    """
    if isinstance(cell, float):
        message = f"{cell!r} is a float, which is not exact; pass text or Decimal"
        raise AmountError(message, value=cell)
    if isinstance(cell, bool) or not isinstance(cell, (str, int, Decimal)):
        raise AmountError(f"{str(cell)[:40]!r} is no number", value=cell)
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    if not _PLAIN.fullmatch(text) or len(text) > _MOST_DIGITS:
        raise AmountError(f"{text[:40]!r} is no plain number above 0", value=cell)
    number = Decimal(text)
    if not number:
        raise AmountError(f"{text[:40]!r} is not above 0", value=cell)
    return number


def currency(cell: Any) -> str:
    """The currency code that a cell names.

    >>> currency("USD")
    'USD'
    >>> currency("hospital")
    Traceback (most recent call last):
    pledgetrack.errors.UnitError: 'hospital' is no currency; write an ISO 4217 code such as 'USD'
    """
    code = check_unit(cell) if isinstance(cell, str) else ""
    if not is_currency(code):
        raise UnitError(
            f"{shown(cell, 40)} is no currency; write an ISO 4217 code such as 'USD'", unit=cell
        )
    return code

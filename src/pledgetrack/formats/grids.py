"""Grids: the sheets of a file as rows of cells, whatever kind of file it is."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

from pledgetrack import limits
from pledgetrack.errors import FileFormatError, FrameError, PledgetrackError
from pledgetrack.formats.json_stream import decimal_in
from pledgetrack.intake import File, files_of
from pledgetrack.parquet import read_parquet
from pledgetrack.reading import unique_members
from pledgetrack.units import is_currency
from pledgetrack.vocabulary import SIGNS, codes_of_word
from pledgetrack.workbook import opened_workbook, rows_of_sheet

SUFFIXES = (".csv", ".tsv", ".xlsx", ".xlsm", ".parquet", ".json", ".jsonl", ".ndjson", ".js")
_DELIMITERS = ",;\t|"
_SURELY_WHOLE = 10.0**15  # digits that a float holds
_SAMPLE = 60  # rows that show which delimiter a file has


@dataclass(slots=True)
class Grid:
    """The rows of a sheet, each with its number, blank ones left out.

    ``titles`` are there where the format itself names the columns. A cell is text, a whole number,
    a Decimal, a day, a truth value or None.
    """

    file: str
    rows: list[tuple[int, list[Any]]]
    sheet: str | None = None
    titles: list[str] | None = None
    row_word: str = "line"
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def shown(self) -> str:
        """File and sheet, for messages."""
        return f"{self.file}, sheet {self.sheet!r}" if self.sheet else self.file

    def place(self, number: int) -> str:
        """Where a row stands, for account and citations."""
        sheet = f"sheet {self.sheet!r}, " if self.sheet else ""
        return f"{sheet}{self.row_word} {number}"


def grids_of(
    source: Any, *, encoding: str | None = None, delimiter: str | None = None
) -> list[Grid]:
    """The sheets of a path, a folder, an open file, a frame, or a list of these."""
    if isinstance(source, (list, tuple)):
        return [
            grid
            for part in source
            for grid in grids_of(part, encoding=encoding, delimiter=delimiter)
        ]
    if isinstance(source, (str, os.PathLike)) or callable(getattr(source, "read", None)):
        found: list[Grid] = []
        for file in files_of(source, SUFFIXES, what="table"):
            found += grids_of_file(file, encoding=encoding, delimiter=delimiter)
        return found
    return [grid_of_frame(source)]


def grids_of_file(
    file: File, *, encoding: str | None = None, delimiter: str | None = None
) -> list[Grid]:
    """The sheets of a file, which its content tells the kind of."""
    content = file.content()
    if not content.strip(b"\0 \t\r\n"):
        raise FileFormatError(f"the file {file.name!r} is empty", path=file.name)
    if content.startswith(b"PK\x03\x04"):
        return [_readable(grid) for grid in _excel(content, file.name)]
    if content.startswith(b"PAR1"):
        return [_readable(_parquet(content, file.name))]
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _no_table(file.name, "is an old Excel file; save it as .xlsx")
    if content.startswith(b"%PDF"):
        raise _no_table(file.name, "is a PDF; copy its tables into a spreadsheet first")
    text, known = _decoded(content, file, encoding)
    name = file.name.lower().removesuffix(".gz")
    if not name.endswith((".csv", ".tsv", ".txt")):
        if text.lstrip().startswith("<"):
            raise _no_table(file.name, "is markup, no table; save it as .csv or .xlsx")
        if text.lstrip()[:1] in ("[", "{") or _ASSIGNMENT.match(text):
            return [_readable(_json(text, file.name, known))]
    return [_csv(text, file.name, known, delimiter)]


def _readable(grid: Grid) -> Grid:
    """A grid whose texts are no longer than those of a table in text."""
    for number, row in grid.rows:
        for cell in row:
            if isinstance(cell, str) and len(cell) > limits.CELL:
                words = f"is no table to read: {limits.too_long()} ({grid.place(number)})"
                raise _no_table(grid.file, words)
    return grid


def _no_table(name: str, what: str) -> FileFormatError:
    return FileFormatError(f"{name!r} {what}", path=name)


# --- text -----------------------------------------------------------------------------------------

_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def _decoded(content: bytes, file: File, encoding: str | None) -> tuple[str, str]:
    """The text, and the encoding that it is in: the one stated, UTF-8 or Windows-1252."""
    for mark, known in _MARKS.items():
        if content.startswith(mark) and (encoding is None or known.startswith("utf-16")):
            encoding = known
    tried = [encoding] if encoding else [file.encoding or "utf-8", "cp1252"]
    for name in tried:
        try:
            return content.decode(name), name
        except UnicodeDecodeError:
            continue
        except LookupError:
            raise _no_table(file.name, f"cannot be read in {name!r}, an unknown encoding") from None
    said = " nor ".join(tried)
    raise _no_table(file.name, f"is no text in {said}; state its encoding=")


def _csv(text: str, file: str, encoding: str, delimiter: str | None) -> Grid:
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise _no_table(file, f"cannot be split at {delimiter!r}; a delimiter is one character")
    mark = delimiter or _delimiter(text)
    rows: list[tuple[int, list[Any]]] = []
    with limits.cells():
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        line = 1
        try:
            for row in reader:
                if words := limits.too_wide(len(row)):
                    raise _no_table(file, words)
                if any(map(str.strip, row)):
                    rows.append((line, row))
                line = reader.line_num + 1
        except csv.Error as error:
            words = f"{limits.csv_words(error)} (line {reader.line_num})"
            raise _no_table(file, f"is no valid CSV: {words}") from error
    return Grid(file, rows, encoding=encoding, delimiter=mark)


def _delimiter(text: str) -> str:
    r"""The sign between the cells: the one by which most rows have the same number of cells.

    >>> _delimiter("Donor;Amount\nNorway;1,5\nChad;2,5")
    ';'
    """
    best, found = (0.0, 0), ","
    head = "".join(text.splitlines(keepends=True)[: 4 * _SAMPLE])
    for mark in _DELIMITERS:
        try:
            with limits.cells():
                cut = csv.reader(io.StringIO(head, newline=""), delimiter=mark)
                rows = [row for row in cut if row]
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows[:_SAMPLE] if len(row) > 1)
        if widths:
            width, count = widths.most_common(1)[0]
            score = (count / len(rows[:_SAMPLE]), width)
            if score > best:
                best, found = score, mark
    return found


# --- JSON -----------------------------------------------------------------------------------------

_ASSIGNMENT = re.compile(
    r"\s*(?:export\s+default\s+|(?:(?:export\s+)?(?:var|let|const)\s+)?[A-Za-z_$][\w$.]*\s*(?:=|\()\s*)"
    r"(?=[\[{])"
)


def _json(text: str, file: str, encoding: str) -> Grid:
    """Objects in JSON: an array, one under a name, one a line, or behind a JavaScript name."""
    found = _ASSIGNMENT.match(text)
    start = found.end() if found else len(text) - len(text.lstrip())
    try:
        lines, records = _objects(text, start)
    except (ValueError, RecursionError) as error:
        raise _no_table(file, f"is no valid JSON: {str(error)[:200]}") from error
    for record in records:
        if not isinstance(record, dict):
            shown = str(record)[:40]
            raise _no_table(file, f"holds {shown!r} where an object of a record is expected")
    flat = [dict(_flat(record)) for record in records]
    titles = list(dict.fromkeys(name for record in flat for name in record))
    if _HALF.search(text) and (half := _surrogate(flat)):
        raise _no_table(file, f"holds half of a character, {half!a}; save it as UTF-8")
    if not titles:
        raise _no_table(file, "holds no record")
    if words := limits.too_wide(len(titles)):
        raise _no_table(file, words)
    cells = [[plain(record.get(name)) for name in titles] for record in flat]
    # Records that share a line are told apart, and cited, by their count.
    by_line = bool(lines) and len(set(lines)) == len(lines)
    word = "line" if by_line else "record"
    numbers = lines if by_line else range(1, len(flat) + 1)
    rows = [(number, row) for number, row in zip(numbers, cells, strict=True)]
    return Grid(file, rows, titles=titles, row_word=word, encoding=encoding)


# Half of a surrogate pair, or the first of both; JSON can state what is no text.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def _surrogate(records: Iterable[dict[str, Any]]) -> str:
    """The first half of a surrogate pair that stands alone in the names or cells of records."""
    for record in records:
        for name, cell in record.items():
            for found in re.finditer("[\ud800-\udfff]", f"{name} {cell}"):
                return found.group()
    return ""


def _objects(text: str, start: int) -> tuple[list[int], list[Any]]:
    """The records, and the lines on which they begin where they stand in one array."""
    decoder = json.JSONDecoder(
        parse_float=decimal_in, parse_constant=lambda _: None, object_pairs_hook=unique_members
    )
    if text[start] == "[":
        return _array(text, start, decoder)
    value, end = decoder.raw_decode(text, start)
    rest = _skip(text, end)
    if rest < len(text) and text[rest] == "{":
        return _array(text, start, decoder)  # an object a line
    lists = [v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
    if len(lists) > 1:
        names = [n for n, v in value.items() if v in lists]
        raise ValueError(f"it holds several lists of records: {', '.join(names)}; keep one")
    return [], lists[0] if lists else [value]


_SPACE = re.compile(r"[\s,]*")


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _array(text: str, start: int, decoder: json.JSONDecoder) -> tuple[list[int], list[Any]]:
    lines, records = [], []
    closed = text[start] != "["
    at = _skip(text, start + (not closed))
    line, seen = 1, 0
    while at < len(text) and text[at] not in "])":
        line += text.count("\n", seen, at)
        seen = at
        value, at = decoder.raw_decode(text, at)
        lines.append(line)
        records.append(value)
        at = _skip(text, at)
    if not closed and (at >= len(text) or text[at] != "]"):
        raise ValueError("the array is not closed; the file is cut short")
    if not re.fullmatch(r"[\s\]);]*", text[at:]):
        raise ValueError(f"something stands behind the records: {text[at : at + 40]!r}")
    return lines, records


def _flat(record: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The values of an object, those of nested ones under ``outer.inner``."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


# --- Excel ----------------------------------------------------------------------------------------


class Priced(Decimal):
    """A number that its sheet shows with a currency."""

    __slots__ = ("currency",)
    currency: str


_SHOWN = re.compile(r"""[_*].|\[\$([^]-]*)[^]]*\]|\[[^]]*\]|"([^"]*)"|\\(?=.)|([^\s#0?.,;%()+-])""")
"""What a number format pads with, and what it shows: a sign with its locale, a text, a sign."""


@lru_cache(maxsize=1024)
def currency_shown(number_format: str) -> str:
    """The currency that an Excel number format shows, or nothing.

    >>> currency_shown('[$€-2] #,##0'), currency_shown('_-£* #,##0.00_-'), currency_shown("#,##0")
    ('€', '£', '')
    >>> currency_shown('#,##0.0 "EUR"'), currency_shown('0.0,,"m"'), currency_shown("[$-409]0.00")
    ('EUR', '', '')
    """
    shown = (found.group(1, 2, 3) for found in _SHOWN.finditer(number_format.partition(";")[0]))
    texts = (text.strip() for parts in shown for text in parts if text)
    known = (t for t in texts if t == "$" or t in SIGNS or is_currency(t) or codes_of_word(t))
    return next(known, "")


class Formula(str):
    """A cell whose formula was never computed, so that its value is not in the file."""

    __slots__ = ()


# A formula with nothing behind it.
_UNCOMPUTED = re.compile(rb"(?:</f>|<f[^>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")


def _excel(content: bytes, file: str) -> list[Grid]:
    try:
        with opened_workbook(content) as book:
            found = [
                Grid(file, list(_rows_of(sheet, content)), sheet=str(sheet.title), row_word="row")
                for sheet in book.worksheets
            ]
        if _is_uncomputed(content):
            with opened_workbook(content, data_only=False) as book:
                for grid, sheet in zip(found, book.worksheets, strict=True):
                    _mark_formulas(grid, sheet, content)
    except ValueError as error:
        if isinstance(error, PledgetrackError):
            raise
        raise _no_table(file, f"is no Excel workbook that can be read: {error}") from error
    return found


def _is_uncomputed(content: bytes) -> bool:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheets = [name for name in packed.namelist() if name.startswith("xl/worksheets/")]
        return any(_UNCOMPUTED.search(packed.read(name)) for name in sheets)


def _rows_of(sheet: Any, content: bytes) -> Iterator[tuple[int, list[Any]]]:
    """The rows of a sheet that hold something; numbers as their shortest decimal."""
    rows = rows_of_sheet(sheet, len(content), values_only=False)
    for number, cells in enumerate(rows, start=1):
        row = [_excel_cell(cell) for cell in cells]
        if any(cell is not None and cell != "" for cell in row):
            yield number, row


def _excel_cell(cell: Any) -> Any:
    value = cell.value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = plain(value)
        form = cell.number_format or ""
        if number is not None and "%" in form:
            return f"{100 * number:f}%"
        if number is not None and (currency := currency_shown(form)):
            number = Priced(number)
            number.currency = currency
        return number
    return plain(value)


def _mark_formulas(grid: Grid, sheet: Any, content: bytes) -> None:
    known = dict(grid.rows)
    rows = rows_of_sheet(sheet, len(content), values_only=True)
    for number, cells in enumerate(rows, start=1):
        for at, value in enumerate(cells):
            if isinstance(value, str) and value.startswith("="):
                row = known.setdefault(number, [])
                row += [None] * (at + 1 - len(row))
                if row[at] is None:
                    row[at] = Formula(value)
    grid.rows = sorted(known.items())


# --- frames ---------------------------------------------------------------------------------------


def _parquet(content: bytes, file: str) -> Grid:
    try:
        return _arrow(read_parquet(content), file)
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise _no_table(file, f"is no valid Parquet: {str(error)[:200]}") from error


def _arrow(table: pa.Table, file: str) -> Grid:
    columns = []
    for column in table.columns:
        narrow = pa.types.is_float32(column.type) or pa.types.is_float16(column.type)
        values = column.to_pylist()
        columns.append(_narrow(values) if narrow else [plain(value) for value in values])
    return _of_columns([str(name) for name in table.column_names], columns, file)


def _of_columns(titles: list[str], columns: list[list[Any]], file: str) -> Grid:
    rows = [(at, list(row)) for at, row in enumerate(zip(*columns, strict=True), start=1)]
    filled = [(at, row) for at, row in rows if any(c is not None and c != "" for c in row)]
    return Grid(file, filled, titles=titles, row_word="row")


def _narrow(values: Iterable[Any]) -> list[Any]:
    """Floats of 32 bits, which have fewer digits than their values as Python floats show."""
    return [None if v is None else plain(Decimal(str(np.float32(v)))) for v in values]


def grid_of_frame(frame: Any) -> Grid:
    """The grid that a frame of any engine makes; its rows are numbered from 1."""
    if isinstance(frame, pd.DataFrame):
        titles = [
            " ".join(map(str, name)) if isinstance(name, tuple) else str(name)
            for name in frame.columns
        ]
        columns = []
        for at in range(len(titles)):
            column = frame.iloc[:, at]
            narrow = column.dtype in (np.float32, np.float16)
            values = column.tolist()
            columns.append(_narrow(values) if narrow else [plain(value) for value in values])
        return _of_columns(titles, columns, "the frame")
    try:
        table = nw.from_native(frame).lazy().collect(backend="pyarrow")
    except TypeError as error:
        raise FrameError(
            f"{type(frame).__name__!r} is no path, no open file and no frame; pass one of these"
        ) from error
    return _arrow(table.to_arrow(), "the frame")


# --- cells ----------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """A value as a cell: text, a number as its shortest decimal, a day; None where there is none.

    >>> plain(0.1), plain(float("nan")), plain(dt.datetime(2014, 6, 3, 12)), plain(["a", "b"])
    (Decimal('0.1'), None, datetime.date(2014, 6, 3), 'a; b')
    """
    if value is None or type(value) in (str, int, bool, dt.date):
        return value
    if isinstance(value, (float, np.floating)):
        # A whole number is one, so that a year or an id in a column of floats reads as itself.
        number = float(value)
        whole = number.is_integer() and abs(number) < _SURELY_WHOLE
        return int(number) if whole else None if np.isnan(number) else Decimal(repr(number))
    if isinstance(value, Decimal):
        return None if value.is_nan() else value
    return _unusual(value)


def _unusual(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    if isinstance(value, (list, tuple)):
        return "; ".join(str(item) for item in value if item is not None)
    day = value.date() if isinstance(value, dt.datetime) else value
    return day if isinstance(day, (str, int, dt.date)) else str(day)

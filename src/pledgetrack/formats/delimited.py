"""Rows of a delimited text file as a stream: whatever its encoding, delimiter and tag row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from pledgetrack import limits
from pledgetrack.errors import FileFormatError

_DELIMITERS = ",|;\t"

Rows = Iterator[tuple[int, list[str]]]
"""Rows with the line that each begins on."""


def rows_of(stream: BinaryIO, name: str, encoding: str | None = None) -> tuple[list[str], Rows]:
    r"""The headings of a file and its rows, blank ones left out.

    The delimiter is the one that cuts the headings into most cells. A second row of HXL tags
    (``#date``) says what the columns are, and is no record.

    >>> header, rows = rows_of(io.BytesIO(b"Year|Donor\n#date|#org\n2022|Norway\n"), "a.txt")
    >>> header, list(rows)
    (['Year', 'Donor'], [(3, ['2022', 'Norway'])])
    """
    lines = _lines(stream, encoding)
    at, first = next(
        ((at, line) for at, line in enumerate(lines, 1) if line.strip(" \t\n\ufeff")), (0, "")
    )
    if not first:
        raise FileFormatError(f"the file {name!r} is empty", path=name)
    first = first.removeprefix("\ufeff")
    try:
        mark = max(_DELIMITERS, key=lambda sign: len(_cells(first, sign)))
        header = [cell.strip() for cell in _cells(first, mark)]
    except csv.Error as error:
        message = f"{name!r} is no valid CSV: {limits.csv_words(error)} (line {at})"
        raise FileFormatError(message, path=name) from error
    if words := limits.too_wide(len(header)):
        raise FileFormatError(f"{name!r} {words}", path=name)
    return header, _rows(lines, mark, name, (len(header), at + 1))


def _cells(line: str, mark: str) -> list[str]:
    with limits.cells():
        return next(csv.reader([line], delimiter=mark), [])


def _rows(lines: Iterable[str], mark: str, name: str, table: tuple[int, int]) -> Rows:
    width, first = table
    used: list[str] = []
    reader = csv.reader(_told(lines, used), delimiter=mark)
    line = first
    try:
        while True:
            # The limit is the csv module's own, so it is lifted while a row is read and no longer.
            with limits.cells():
                row = next(reader, None)
            if row is None:
                return
            if words := limits.too_wide(len(row)):
                raise FileFormatError(f"{name!r} {words} (line {line})", path=name)
            found = [row] if len(_cut(row, width)) == width else _apart(used, mark, row, width)
            for at, cells in enumerate(found):
                filled = [cell for cell in cells if cell.strip()]
                tags = line == first and all(cell.lstrip().startswith("#") for cell in filled)
                if filled and not tags:
                    yield line + at, _cut(cells, width)
            used.clear()
            line = reader.line_num + first
    except csv.Error as error:
        message = f"{name!r} is no valid CSV: {limits.csv_words(error)} (line {line})"
        raise FileFormatError(message, path=name) from error


def _told(lines: Iterable[str], used: list[str]) -> Iterator[str]:
    for line in lines:
        used.append(line)
        yield line


def _cut(row: list[str], width: int) -> list[str]:
    """A row without blank cells behind the last heading."""
    return row[:width] if len(row) > width and not any(map(str.strip, row[width:])) else row


def _apart(used: Iterable[str], mark: str, row: list[str], width: int) -> list[list[str]]:
    """The lines of a row of another width, without regard to quotation marks.

    One that nobody closes runs on into the rows below, which must not be lost in it.
    """
    lines = [line.rstrip("\n").split(mark) for line in used]
    plain = [[cell.strip().strip('"') for cell in line] for line in lines]
    return plain if len(plain) > 1 or len(_cut(plain[0], width)) == width else [row]


def _lines(stream: BinaryIO, encoding: str | None) -> Iterator[str]:
    """Lines of text. One that is no UTF-8 is Windows-1252, or else Latin-1."""
    buffered: Any = stream
    head = buffered.peek(2)[:2] if hasattr(buffered, "peek") else b""
    if head in (b"\xff\xfe", b"\xfe\xff"):
        text = io.TextIOWrapper(stream, "utf-16", errors="replace", newline="\n")
        yield from map(_clean, text)
        text.detach()
        return
    for line in stream:
        yield _clean(_text(line, encoding))


def _text(line: bytes, encoding: str | None) -> str:
    for tried in (encoding or "utf-8", "cp1252"):
        try:
            return line.decode(tried)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def _clean(line: str) -> str:
    """A line without the signs that database exports leave in it, and with one end."""
    body = line.rstrip("\r\n")
    if "\0" in body or "\r" in body:
        body = body.replace("\0", "").replace("\r", " ")
    return body + "\n"

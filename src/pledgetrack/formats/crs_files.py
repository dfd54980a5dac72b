"""The files of the Creditor Reporting System: CSV, text cut by bars, Parquet, Excel, zips."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from pledgetrack import limits
from pledgetrack.errors import FileFormatError
from pledgetrack.formats.crs_rows import Columns, Row
from pledgetrack.formats.delimited import rows_of
from pledgetrack.formats.grids import grids_of_file
from pledgetrack.intake import File
from pledgetrack.parquet import open_parquet

SUFFIXES = (".csv", ".txt", ".parquet", ".zip", ".xlsx")
_INSIDE = SUFFIXES[:3]
_ZIP, _PARQUET = b"PK\x03\x04", b"PAR1"


Found = Iterator[tuple[Row, Sequence[Any]]]
"""Rows with their cells."""


def rows_of_file(file: File, source: int) -> Found:
    """The rows of a file, in order; of a zip those of each table in it."""
    with file.stream() as stream:
        peek = getattr(stream, "peek", None)
        head = bytes(peek(4)[:4]) if peek else b""
        if head == _ZIP:
            yield from _zipped(stream.read(), file, source)
        elif head == _PARQUET:
            yield from _parquet(stream.read(), file.name, source, "")
        else:
            yield from _text(stream, file.name, file.encoding, source, "")


def _zipped(content: bytes, file: File, source: int) -> Found:
    try:
        limits.check_zip(content)
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = [
                name
                for name in sorted(packed.namelist())
                if name.casefold().endswith(_INSIDE) and not name.startswith("__MACOSX")
            ]
            twice = [name for name, after in pairwise(names) if name == after]
            if twice:
                raise FileFormatError(
                    f"{file.name!r} holds two files named {twice[0]!r}, and which of them counts "
                    "nobody can say",
                    path=file.name,
                )
            if not names and "xl/workbook.xml" in packed.namelist():
                yield from _workbook(content, file.name, source)
            elif not names:
                listed = ", ".join(_INSIDE)
                raise FileFormatError(
                    f"{file.name!r} holds no table of the Creditor Reporting System ({listed})",
                    path=file.name,
                )
            for at, name in enumerate(names):
                with packed.open(name) as member:
                    if name.casefold().endswith(".parquet"):
                        found = _parquet(member.read(), file.name, source, f"{name}, ")
                    else:
                        plain: Any = io.BufferedReader(member)
                        found = _text(plain, file.name, None, source, f"{name}, ")
                    for row, cells in found:
                        row.member = at
                        yield row, cells
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        message = f"{file.name!r} is no zip that can be read: {error}"
        raise FileFormatError(message, path=file.name) from error


def _text(stream: BinaryIO, name: str, encoding: str | None, source: int, inside: str) -> Found:
    header, rows = rows_of(stream, name, encoding)
    columns = Columns(header, name)
    for line, cells in rows:
        # A row of another width is shifted, so that no cell of it can be trusted.
        texts = columns.texts(cells) if len(cells) == len(header) else {}
        yield Row(columns, texts, source, line, f"{inside}line {line}"), cells


def _workbook(content: bytes, name: str, source: int) -> Found:
    """The rows of each sheet that has the columns; others, such as notes, are passed over."""
    wrong: FileFormatError | None = None
    found = False
    for grid in grids_of_file(File(name, io.BytesIO(content))):
        (_, header), *rows = grid.rows or [(1, [])]
        try:
            columns = Columns(["" if title is None else str(title) for title in header], name)
        except FileFormatError as error:
            wrong = error
            continue
        found = True
        for number, stated in rows:
            cells = [*stated, *[None] * (len(header) - len(stated))]
            texts = columns.texts(cells) if len(cells) == len(header) else {}
            yield Row(columns, texts, source, None, grid.place(number)), cells
    if wrong and not found:
        raise wrong


def _parquet(content: bytes, name: str, source: int, inside: str) -> Found:
    try:
        file = open_parquet(content)
        columns = Columns(file.schema_arrow.names, name)
        number = 0
        for batch in file.iter_batches():
            for cells in zip(*map(_cells, batch.columns), strict=True):
                number += 1
                texts = columns.texts(cells)
                yield Row(columns, texts, source, None, f"{inside}row {number}"), cells
    except (pa.ArrowException, OSError, OverflowError, ValueError) as error:
        if isinstance(error, FileFormatError):
            raise
        message = f"{name!r} is no Parquet that can be read: {str(error)[:200]}"
        raise FileFormatError(message, path=name) from error


def _cells(column: Any) -> list[Any]:
    """The values of a column; a number of 32 bits is the shortest decimal that it is."""
    values: list[Any] = column.to_pylist()
    if pa.types.is_float32(column.type) or pa.types.is_float16(column.type):
        kind = np.float32 if pa.types.is_float32(column.type) else np.float16
        return [None if value is None else str(kind(value)) for value in values]
    return values

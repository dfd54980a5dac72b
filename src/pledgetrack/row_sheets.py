"""CSV files of records as columns of text, whose rows can be read as records at any time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack import limits
from pledgetrack.columns import ENCODED, Codes, Numbers
from pledgetrack.csv_columns import header_of, text_columns
from pledgetrack.reading import Place, Reading, check_header, read_row


class Sheet:
    """A CSV file as columns of text."""

    def __init__(self, file: str, header: list[str], table: pa.Table, *, broken: bool) -> None:
        self.file = file
        self.header = header
        self.table = table
        self.broken = broken  # whether cells hold line breaks, so that a row may take several

    @classmethod
    def of(cls, content: bytes, file: str) -> Sheet | None:
        """The sheet of a file that every reader of CSV sees alike; else it is for rows."""
        content = content.removeprefix(b"\xef\xbb\xbf")
        header = header_of(content)
        if check_header(list(header), file, Reading()) is not str:
            return None
        table = text_columns(content, {*header[:1], *ENCODED})
        if table is None or not table.num_rows:
            return None
        if any(_longest(column) > limits.CELL for column in table.columns):
            return None
        lines = content.count(b"\n") + (not content.endswith(b"\n"))
        return cls(file, header, table, broken=lines != table.num_rows + 1)

    @cached_property
    def kind(self) -> pa.Array:
        """What each row is."""
        return self.table.column(0).cast(pa.string()).combine_chunks()

    @cached_property
    def filled(self) -> pa.Table:
        """The columns that hold something, the first of them named for what it says."""
        first, *rest = self.table.column_names
        names = [name for name in rest if not _is_empty(self.table.column(name))]
        return self.table.select([first, *names]).rename_columns(["record", *names])

    def rows_of(self, kind: str) -> Numbers:
        """The rows of a kind of record."""
        made: Numbers = np.flatnonzero(pc.equal(self.kind, kind).to_numpy(zero_copy_only=False))
        return made

    def cells(self, rows: Numbers) -> Iterator[list[str]]:
        """The cells of some rows."""
        if not len(rows):
            return iter(())
        chosen = _some(self.table, rows)
        columns = [column.cast(pa.string()).to_pylist() for column in chosen.columns]
        return map(list, zip(*columns, strict=True))

    @cached_property
    def _breaks(self) -> Numbers:
        """How many line breaks there are in the cells before each row."""
        count = np.zeros(self.table.num_rows, np.int64)
        for column in self.table.columns:
            text = column.cast(pa.string())
            count += pc.count_substring(text, "\n").to_numpy()
        return np.cumsum(count) - count

    def line(self, row: int) -> int:
        """The line on which a row begins; that of the headings is the first."""
        return row + 2 + (int(self._breaks[row]) if self.broken else 0)

    def read(self, rows: Numbers, reading: Reading) -> Iterator[int]:
        """Make records of some rows, and tell of which a record was made."""
        for row, cells in zip(rows.tolist(), self.cells(rows), strict=True):
            before = len(reading.records)
            place = Place(self.file, self.line(row), row + 1)
            read_row(self.header, cells, place, reading)
            if len(reading.records) > before:
                yield row


Piece = Sheet | Reading
"""A file: columns, or the records that were read from it."""


@dataclass(slots=True)
class Rows:
    """The rows of a kind in all sheets, and where each is."""

    table: pa.Table
    piece: Codes
    row: Numbers

    @classmethod
    def of(cls, pieces: Sequence[Piece], kind: str) -> Rows:
        """The rows of a kind."""
        tables, places, rows = [], [], []
        for at, piece in enumerate(pieces):
            if isinstance(piece, Sheet) and len(found := piece.rows_of(kind)):
                tables.append(_some(piece.filled, found))
                places.append(np.full(len(found), at, np.int32))
                rows.append(found)
        names = list(dict.fromkeys(name for table in tables for name in table.column_names))
        tables = [_with_all(table, names) for table in tables]
        return cls(
            pa.concat_tables(tables) if tables else pa.table({"record": pa.array([], pa.string())}),
            np.concatenate([np.zeros(0, np.int32), *places]),
            np.concatenate([np.zeros(0, np.int64), *rows]),
        )

    def where(self, mask: Any) -> Rows:
        """Where some of the rows are, without their cells."""
        return Rows(self.table.slice(0, 0), self.piece[mask], self.row[mask])


def _some(table: pa.Table, rows: Numbers) -> pa.Table:
    """Some rows of a table, without a copy where they stand together."""
    if rows[-1] - rows[0] + 1 == len(rows):
        return table.slice(int(rows[0]), len(rows))
    return table.take(pa.array(rows))


def _longest(column: Any) -> int:
    """The characters of the longest cell."""
    texts = [c.dictionary if pa.types.is_dictionary(c.type) else c for c in column.chunks]
    return max((pc.max(pc.utf8_length(text)).as_py() or 0 for text in texts), default=0)


def _is_empty(column: pa.ChunkedArray) -> bool:
    if pa.types.is_dictionary(column.type):
        return all(chunk.dictionary.to_pylist() in ([], [""]) for chunk in column.chunks)
    return not pc.any(pc.not_equal(column, "")).as_py()


def _with_all(table: pa.Table, names: Sequence[str]) -> pa.Table:
    for name in names:
        if name not in table.column_names:
            kind = pa.dictionary(pa.int32(), pa.string()) if name in ENCODED else pa.string()
            table = table.append_column(name, pa.repeat("", table.num_rows).cast(kind))
    return table.select(names)

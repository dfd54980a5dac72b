"""A CSV file as columns of text, where every reader of CSV would see the same cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection

import numpy as np
import pyarrow as pa

_BLOCK = 1 << 22
_QUOTE, _COMMA, _LF, _CR = b'",\n\r'
_EDGE = np.zeros(256, bool)
_EDGE[[_QUOTE, _COMMA, _LF, _CR]] = True


def header_of(content: bytes) -> list[str]:
    """The headings of a CSV file; none where they are not on its first line."""
    first = content[: content.find(b"\n") + 1].removesuffix(b"\n").removesuffix(b"\r")
    try:
        rows = list(csv.reader(io.StringIO(first.decode(), newline=""), strict=True))
    except (csv.Error, UnicodeDecodeError):
        return []
    return rows[0] if len(rows) == 1 else []


def text_columns(content: bytes, encoded: Collection[str]) -> pa.Table | None:
    r"""The rows of a CSV file as columns of text, those of ``encoded`` as dictionaries.

    None where rows differ in their number of cells, or where readers of CSV disagree on what the
    file says: then it is for a reader of rows, which tells where.

    >>> text_columns(b'a,b\nx,"y, z"\n', ()).to_pylist()
    [{'a': 'x', 'b': 'y, z'}]
    >>> text_columns(b'a,b\nx,"y"z\n', ()) is None
    True
    """
    header = header_of(content)
    if len(header) < 2 or len(set(header)) < len(header):
        return None
    if b"\0" in content or (b"\r" in content and re.search(rb"\r(?!\n)", content)):
        return None
    if not _quoted_in_full(content):
        return None
    for across in (False, True):
        try:
            return _read(content, header, encoded, across=across)
        except pa.ArrowInvalid:
            continue  # a line break in a cell, across two blocks, is found by reading in one piece
    return None


def _read(content: bytes, header: list[str], encoded: Collection[str], *, across: bool) -> pa.Table:
    from pyarrow import csv as arrow_csv

    text, keys = pa.string(), pa.dictionary(pa.int32(), pa.string())
    table = arrow_csv.read_csv(
        pa.BufferReader(content),
        read_options=arrow_csv.ReadOptions(block_size=_BLOCK),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=across, ignore_empty_lines=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: keys if name in encoded else text for name in header},
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )
    return table.unify_dictionaries()


def _quoted_in_full(content: bytes) -> bool:
    """Whether quotes stand only around whole cells, and doubled inside those."""
    data = np.frombuffer(content, np.uint8)
    inside = 0
    for start in range(0, len(data), 1 << 16):
        at = np.flatnonzero(data[start : start + (1 << 16)] == _QUOTE) + start
        opening, closing = at[inside::2], at[1 - inside :: 2]
        inside = (inside + len(at)) % 2
        before, after = opening[opening > 0] - 1, closing[closing < len(data) - 1] + 1
        if not (_EDGE[data[before]].all() and _EDGE[data[after]].all()):
            return False
    return not inside

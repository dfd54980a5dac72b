"""What outside input may cost, by name; raise a limit where a file that you trust needs more.

>>> from pledgetrack import limits
>>> limits.INFLATION, limits.FREE_BYTES
(200, 67108864)
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from zipfile import BadZipFile, ZipFile

FREE_BYTES = 64 * 2**20
"""So many bytes may always come out of a packed file (gzip, zip, a workbook)."""

INFLATION = 200
"""Beyond ``FREE_BYTES`` no more may come out than so many times what went in.

Files of rates, grants, flows and activities shrink 3 to 20 times; a bomb, which is one byte
repeated, about 1000 times.
"""

COLUMNS = 16_384
"""The columns of a table and the fields of a record, as many as a spreadsheet has columns."""

CELLS = 20_000_000
"""So many cells may always come out of a workbook or of Parquet, blank ones counted.

Beyond that no more than ``INFLATION`` times the bytes of the file: there, one cell that is named or
one value that is repeated can stand for any number of them.
"""

CELL = 2**20
"""The characters of a table's cell and of a line of TOML; a spreadsheet's cell holds 32,767."""

KEY_PARTS = 100
"""The parts of a dotted key in TOML: reading one takes the square of their number."""

EXPONENT = 400
"""A number in JSON with a larger exponent is kept as text, which no amount accepts."""

PARTITIONS = 10_000
"""The folders into which ``pt.write(..., partition_by=...)`` splits movements."""


def inflated(unpacked: int, packed: int) -> str:
    """What is wrong where more bytes come out of a packed file than text packs into so few.

    >>> inflated(10**9, 10**6)
    'it unpacks to 1000000000 bytes out of 1000000; raise pledgetrack.limits.INFLATION if ...'
    >>> inflated(10**9, 5 * 10**7) or inflated(10**6, 10**3)
    ''
    """
    if unpacked <= FREE_BYTES or unpacked <= INFLATION * packed:
        return ""
    return (
        f"it unpacks to {unpacked} bytes out of {packed}; raise pledgetrack.limits.INFLATION if "
        "you trust it"
    )


def check_zip(content: bytes) -> None:
    """Raise ``BadZipFile`` where the parts of a zip are far larger than it.

    The sizes are those that the zip states: ``zipfile`` reads no byte beyond them.
    """
    with ZipFile(io.BytesIO(content)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if words := inflated(unpacked, len(content)):
        raise BadZipFile(words)


def too_wide(columns: int) -> str:
    """What is wrong where a table in text has more columns than a spreadsheet holds.

    >>> too_wide(3), too_wide(20_000)
    ('', 'has 20000 columns, more than 16384; raise pledgetrack.limits.COLUMNS if that is right')
    """
    if columns <= COLUMNS:
        return ""
    return (
        f"has {columns} columns, more than {COLUMNS}; raise pledgetrack.limits.COLUMNS if that is "
        "right"
    )


def too_many(cells: int, size: int) -> str:
    """What is wrong where a file of so many bytes stands for more cells than it can hold.

    >>> too_many(10**9, 1000)
    'stands for 1000000000 cells in 1000 bytes; raise pledgetrack.limits.CELLS if you trust it'
    >>> too_many(10**6, 1000) or too_many(10**9, 10**7)
    ''
    """
    if cells <= CELLS or cells <= INFLATION * size:
        return ""
    return (
        f"stands for {cells} cells in {size} bytes; raise pledgetrack.limits.CELLS if you trust it"
    )


@contextmanager
def cells() -> Iterator[None]:
    """Cells of CSV as large as the limit; the csv module has one of its own, for all threads."""
    before = csv.field_size_limit(CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def csv_words(error: csv.Error) -> str:
    """What is wrong with a CSV file, in words.

    >>> csv_words(csv.Error("field larger than field limit (5)"))
    'a cell has more than 1048576 characters; raise pledgetrack.limits.CELL if that is right'
    """
    if "field limit" not in str(error):
        return str(error)
    return too_long()


def too_long() -> str:
    """What is wrong with a cell that is longer than the limit."""
    return f"a cell has more than {CELL} characters; raise pledgetrack.limits.CELL if that is right"


# Possessive: no way back is kept, which would take a hundred times the text.
_TEXTS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"""|' r"'''(?:[^']|'(?!''))*+'''|"
    r'"(?:\\.|[^"\\\n])*+"|' r"'[^'\n]*+'|#[^\n]*+",
    re.DOTALL,
)  # fmt: skip


def check_toml(text: str) -> None:
    """Raise ``ValueError`` where a line of a TOML text is too long, or a key has too many parts.

    >>> check_toml("a.b.c = 'x" + ".x" * 200 + "'")
    >>> check_toml("a" + ".a" * 200 + " = 1")
    Traceback (most recent call last):
    ValueError: a key has more than 100 parts; raise pledgetrack.limits.KEY_PARTS if that is right
    """
    lines = text.split("\n")
    if (longest := max(map(len, lines))) > CELL:
        raise ValueError(
            f"a line has {longest} characters, more than {CELL}; raise pledgetrack.limits.CELL if "
            "that is right"
        )
    if all(line.count(".") < KEY_PARTS for line in lines):
        return
    parts = rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{KEY_PARTS}}}"
    if re.search(parts, _TEXTS.sub("s", text)):
        raise ValueError(
            f"a key has more than {KEY_PARTS} parts; raise pledgetrack.limits.KEY_PARTS if that "
            "is right"
        )

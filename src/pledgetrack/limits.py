"""What outside input may cost, by name; raise a limit where a file that you trust needs more.

>>> from pledgetrack import limits
>>> limits.INFLATION, limits.FREE_BYTES
(200, 67108864)
"""

from __future__ import annotations

import io
from zipfile import ZipFile

FREE_BYTES = 64 * 2**20
"""So many bytes may always come out of a packed file (gzip, zip, a workbook)."""

INFLATION = 200
"""Beyond ``FREE_BYTES`` no more may come out than so many times what went in.

Files of rates, grants, flows and activities shrink 3 to 20 times; a bomb, which is one byte
repeated, about 1000 times.
"""

COLUMNS = 16_384
"""The columns of a table in text, as many as a spreadsheet holds."""

EXPONENT = 400
"""A number in JSON with a larger exponent is kept as text, which no amount accepts."""


def is_bomb(unpacked: int, packed: int) -> bool:
    """Whether more bytes come out of a packed file than ordinary text packs into so few.

    >>> is_bomb(10**9, 10**6), is_bomb(10**9, 5 * 10**7), is_bomb(10**6, 10**3)
    (True, False, False)
    """
    return unpacked > FREE_BYTES and unpacked > INFLATION * packed


def check_zip(content: bytes) -> None:
    """Raise ``ValueError`` where the parts of a zip are far larger than it.

    The sizes are those that the zip states: ``zipfile`` reads no byte beyond them.
    """
    with ZipFile(io.BytesIO(content)) as archive:
        told = sum(part.file_size for part in archive.infolist())
    if is_bomb(told, len(content)):
        raise ValueError(
            f"it unpacks to {told} bytes out of {len(content)}; raise "
            "pledgetrack.limits.INFLATION if you trust it"
        )

"""Parquet files opened within the limits: a value that is stated once can stand for millions."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack import limits
from pledgetrack.errors import PledgetrackError

_REPEATS = {"PLAIN_DICTIONARY", "RLE_DICTIONARY", "DELTA_BYTE_ARRAY"}
_TEXTS = ("BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY")


def open_parquet(content: bytes) -> Any:
    """A Parquet file, whose cells and texts are no more than the limits allow.

    The sizes are those that the file states of itself. What is wrong is a ``ValueError``.
    """
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(content))
        _check(file, content)
    except PledgetrackError:
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise ValueError(str(error)[:200]) from error
    return file


def read_parquet(content: bytes) -> Any:
    """The table in a Parquet file; what is wrong with it is a ``ValueError``."""
    file = open_parquet(content)
    try:
        return file.read()
    except (pa.ArrowException, OSError, OverflowError) as error:
        raise ValueError(str(error)[:200]) from error


def check_groups(file: Any, columns: Sequence[str] | None = None) -> None:
    """Read the first row of each row group.

    What is damaged in what a group says of its columns ends the process where Arrow is asked for
    that, and is an error where it reads them.
    """
    for at in range(file.num_row_groups):
        next(file.iter_batches(1, row_groups=[at], columns=columns), None)


def _check(file: Any, content: bytes) -> None:
    metadata = file.metadata
    if words := limits.too_wide(metadata.num_columns):
        raise ValueError(words)
    stated = sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    if words := limits.inflated(stated, len(content)):
        raise ValueError(words)
    check_groups(file)
    chunks = [
        metadata.row_group(at).column(column)
        for at in range(metadata.num_row_groups)
        for column in range(metadata.num_columns)
    ]
    cells = max(metadata.num_rows * metadata.num_columns, sum(c.num_values for c in chunks))
    if words := limits.too_many(cells, len(content)):
        raise ValueError(f"it {words}")
    plain = sum(chunk.total_uncompressed_size for chunk in chunks)
    # No text is longer than all that a column states, and there are no more of them than cells.
    most = sum(
        chunk.num_values * chunk.total_uncompressed_size
        for chunk in chunks
        if chunk.physical_type in _TEXTS and _REPEATS & set(chunk.encodings)
    )
    words = limits.inflated(plain, len(content))
    if not words and limits.inflated(most, len(content)):
        words = limits.inflated(_texts(metadata, content), len(content))
    if words:
        raise ValueError(words)


def _texts(metadata: Any, content: bytes) -> int:
    """The bytes that the texts take once each is written out, found without doing so."""
    import pyarrow.parquet as pq

    schema = metadata.schema
    paths = [
        schema.column(at).path
        for at in range(metadata.num_columns)
        if schema.column(at).physical_type in _TEXTS
    ]
    file = pq.ParquetFile(io.BytesIO(content), read_dictionary=paths)
    total = 0
    for at in range(metadata.num_row_groups):
        for column in file.read_row_group(at, columns=paths).columns:
            for chunk in column.chunks:
                total += sum(map(_written_out, _dictionaries(chunk)))
    return total


def _dictionaries(array: Any) -> Iterator[Any]:
    """The arrays of indices into texts, inside lists and structures too."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        yield array
    elif pa.types.is_struct(kind):
        for inner in array.flatten():
            yield from _dictionaries(inner)
    elif pa.types.is_map(kind):
        yield from _dictionaries(array.keys)
        yield from _dictionaries(array.items)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _dictionaries(array.flatten())


def _written_out(array: Any) -> int:
    lengths = pc.binary_length(array.dictionary).cast(pa.int64())
    return pc.sum(lengths.take(array.indices)).as_py() or 0

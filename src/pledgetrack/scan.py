"""Movements in Parquet: only the columns and the rows that are asked for, a row group at a time."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack.errors import FileFormatError
from pledgetrack.parquet import check_groups

_SUFFIX = ".parquet"
_DAYS = ("since", "until")


def is_path(frame: object) -> bool:
    """Whether a frame is named by where it stands."""
    return isinstance(frame, (str, os.PathLike))


def scan(
    place: str | os.PathLike[str],
    wanted: Callable[[str], bool] = lambda _: True,
    *,
    as_of: dt.date | None = None,
) -> pa.Table:
    """The rows of a Parquet file, or of a folder of them, with keys as dictionaries.

    ``wanted`` says which columns are needed. With ``as_of`` rows that do not count on that day need
    not be there: whole row groups stay unread, and where most of a batch does not count it goes.
    In a folder, folders ``party=Mexico`` are columns.

    >>> import pledgetrack as pt, tempfile, pyarrow.parquet as pq
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pq.write_table(pa.table(pt.load_seeds()), f"{folder}/part.parquet")
    ...     scan(folder, {"unit", "number"}.__contains__, as_of=dt.date(2022, 7, 31)).column_names
    ['unit', 'number']
    """
    try:
        return _scanned(Path(place), wanted, as_of)
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)[:200]
        raise FileFormatError(f"cannot read {str(place)!r}: {reason}", path=place) from error


def _scanned(place: Path, wanted: Callable[[str], bool], as_of: dt.date | None) -> pa.Table:
    import pyarrow.parquet as pq
    from pyarrow import dataset

    files = _files(place) if place.is_dir() else [place]
    labels = pa.schema([(name, pa.string()) for name in _labels(place, files[0])])
    kind = dataset.ParquetFileFormat(dictionary_columns=_texts(files[0]))
    found = dataset.dataset(
        [str(file) for file in files],
        partitioning=dataset.HivePartitioning(labels),
        partition_base_dir=str(place),
        format=kind,
    )
    schema = found.schema
    names = list(filter(wanted, schema.names))
    if as_of is None or not {*_DAYS} <= {*names}:
        batches = found.to_batches(columns=names)
    else:
        for file in files:
            with pq.ParquetFile(file) as opened:
                check_groups(opened, _DAYS)
        until = dataset.field("until")
        counts = (dataset.field("since") <= as_of) & (until.is_null() | (until > as_of))
        groups = [
            group
            for fragment in found.get_fragments()
            for group in fragment.split_by_row_group(counts, schema=schema)
        ]
        few = dataset.FileSystemDataset(groups, schema, kind)
        batches = (_of_day(batch, as_of) for batch in few.to_batches(columns=names))
    table = pa.Table.from_batches(
        _checked(batches), pa.schema([schema.field(name) for name in names])
    )
    for at, name in enumerate(names):
        if name in labels.names:
            table = table.set_column(at, name, table.column(at).dictionary_encode())
    return table


def _of_day(batch: pa.RecordBatch, day: dt.date) -> pa.RecordBatch:
    """The rows that count on a day, where most do not: to copy the others takes longer."""
    until = batch.column("until")
    later = pc.fill_null(pc.greater(until, day), fill_value=True)
    counts = pc.and_(pc.less_equal(batch.column("since"), day), later)
    return batch.filter(counts) if 2 * counts.true_count < len(batch) else batch


def _checked(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows whose codes all stand for words, and these are text: Arrow takes what a file holds."""
    known: dict[str, Any] = {}
    for batch in batches:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if not pa.types.is_dictionary(column.type):
                continue
            words = column.dictionary
            if not codes_are_words(column):
                raise ValueError(f"the column {name!r} has codes that stand for no word")
            # The rows of a group share their words.
            if name not in known or place_of(known[name]) != place_of(words):
                words.validate(full=True)
                known[name] = words
        yield batch


def codes_are_words(column: pa.DictionaryArray) -> bool:
    """Whether each code of a column stands for a word, which Arrow does not ask.

    >>> codes = pa.array([0, 2])
    >>> codes_are_words(pa.DictionaryArray.from_arrays(codes, ["a"], safe=False))
    False
    """
    ends = pc.min_max(column.indices)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    return low is None or 0 <= low <= high < len(column.dictionary)


def place_of(words: pa.Array) -> tuple[int | None, ...]:
    """Where in memory some words stand: those at one place are the same."""
    places = [None if buffer is None else buffer.address for buffer in words.buffers()]
    return (words.offset, len(words), *places)


def _labels(place: Path, file: Path) -> list[str]:
    """The columns that folders are named for."""
    folders = file.relative_to(place).parts[:-1] if file != place else ()
    return [name.partition("=")[0] for name in folders if "=" in name]


def _files(folder: Path) -> list[Path]:
    """The Parquet files of a folder and of the folders in it, hidden ones left out."""
    found = sorted(
        file
        for file in folder.rglob(f"*{_SUFFIX}")
        if not any(part[0] in "._" for part in file.relative_to(folder).parts)
    )
    if not found:
        raise FileFormatError(f"the folder {str(folder)!r} holds no {_SUFFIX} file", path=folder)
    return found


def _texts(file: Path) -> list[str]:
    """The columns of text, whose values repeat."""
    import pyarrow.parquet as pq

    return [field.name for field in pq.read_schema(file) if _is_text(field.type)]


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))

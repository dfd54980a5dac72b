"""Movements as a data set: a folder of Parquet files that engines read where it lies."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from pledgetrack import limits
from pledgetrack.errors import FileFormatError, unknown
from pledgetrack.ledger import Ledger
from pledgetrack.movements import SCHEMA

DATASET_KEY = b"pledgetrack_movements"
"""What the metadata of each file of a data set has, with the version of its columns."""

VERSION = b"1"
_KEY = pa.dictionary(pa.int32(), pa.string())
_MISSING = "__HIVE_DEFAULT_PARTITION__"  # as Hive, Spark, DuckDB, Polars and Arrow call it
_GROUP = 1 << 20  # rows of a row group
_LONGEST = 255  # bytes in the name of a folder
# Letters stand as they are: Spark takes %C3 for one letter, not for a byte of one.
_SAFE = "".join(chr(at) for at in range(32, 127) if chr(at) not in "\"#%'*/:<=>?\\[]^`{|}")
# Engines tell the type of such a column by its labels, and these look like another one.
_UNLIKE_TEXT = re.compile(r"[\d\s.,:+\-/eETZ_]*")
_WORDS = frozenset(
    {"null", "none", "nan", "inf", "infinity", "epoch", "true", "false", "today", "now",
     "yesterday", "tomorrow", _MISSING.casefold()}
)  # fmt: skip


def movement_table(ledger: Ledger) -> pa.Table:
    """The movements of a ledger, in the columns of a data set: those of ``SCHEMA``, then tags.

    >>> import pledgetrack as pt
    >>> movement_table(pt.load_seeds()).column_names[-2:]
    ['tag_progress', 'tag_topic']
    """
    table = pa.table(ledger)
    tags = sorted(name for name in table.column_names if name.startswith("tag_"))
    made = table.select([*SCHEMA.names, *tags])
    return pa.table(
        [made.column(name).cast(_type(name)) for name in made.column_names],
        names=made.column_names,
    )


def _type(name: str) -> pa.DataType:
    return SCHEMA.field(name).type if name in SCHEMA.names else _KEY


def with_tags(table: pa.Table, tags: Iterable[str]) -> pa.Table:
    """The table with a column for each of these tags, empty where it had none."""
    names = sorted({*(n for n in table.column_names if n.startswith("tag_")), *tags})
    columns = [
        table.column(name) if name in table.column_names else pa.nulls(table.num_rows, _KEY)
        for name in (*SCHEMA.names, *names)
    ]
    made = pa.table(columns, names=[*SCHEMA.names, *names])
    return made.replace_schema_metadata(table.schema.metadata)


def part_content(table: pa.Table, told: Mapping[bytes, bytes] | None = None) -> bytes:
    """A part of a data set as the content of a Parquet file; ``told`` goes into its metadata."""
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    marked = table.replace_schema_metadata({DATASET_KEY: VERSION, **(told or {})})
    with pq.ParquetWriter(sink, marked.schema) as writer:
        for start in range(0, max(table.num_rows, 1), _GROUP):
            writer.write_table(_with_own_words(marked.slice(start, _GROUP)))
    return sink.getvalue()


def _with_own_words(table: pa.Table) -> pa.Table:
    """The table with the words of its rows alone in its dictionaries: a file holds each of them."""
    own = [
        column.cast(column.type.value_type).dictionary_encode().cast(column.type)
        if pa.types.is_dictionary(column.type)
        else column
        for column in table.itercolumns()
    ]
    return pa.table(own, schema=table.schema)


def part_schema(path: Path) -> pa.Schema | None:
    """The columns and metadata of a file of a data set; None of any other file."""
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError):
        return None
    return schema if DATASET_KEY in (schema.metadata or {}) else None


def is_part(path: Path) -> bool:
    """Whether a file, or a folder ``key=label`` of them, is of a data set that was written here."""
    if path.is_dir():
        return "=" in path.name and all(map(is_part, path.iterdir()))
    return path.suffix == ".parquet" and part_schema(path) is not None


# --- partitions -----------------------------------------------------------------------------------


def dataset_content(ledger: Ledger, partition_by: Any, place: Path) -> dict[str, bytes]:
    """The movements of a ledger as the contents of files, in a folder ``key=label`` for each key.

    The folders are those of Hive, in which the files lack these columns: a missing label is
    ``__HIVE_DEFAULT_PARTITION__``, and signs that a path may not have are ``%`` and their number.
    """
    table = movement_table(ledger)
    keys = _keys(partition_by, table.column_names)
    if not keys:
        return {"part-0.parquet": part_content(table)}
    rest = table.drop_columns(list(keys))
    plain = pa.table([table.column(key).cast(pa.string()) for key in keys], names=list(keys))
    at = pa.array(range(table.num_rows), pa.int64())
    found = plain.append_column("at", at).group_by(list(keys)).aggregate([("at", "list")])
    rows = found.to_pylist() or [{**dict.fromkeys(keys), "at_list": []}]
    if len(rows) > limits.PARTITIONS:
        raise FileFormatError(
            f"partition_by={list(keys)} makes {len(rows)} folders, more than {limits.PARTITIONS}; "
            "choose columns with fewer labels, or raise pledgetrack.limits.PARTITIONS",
            path=place,
        )
    _check_alike(keys, rows, place)
    made = {}
    for row in rows:
        folders = "/".join(_folder(key, row[key], place) for key in keys)
        picked = pa.array(sorted(row["at_list"]), pa.int64())
        made[f"{folders}/part-0.parquet"] = part_content(rest.take(picked))
    return made


def _keys(partition_by: Any, names: Iterable[str]) -> tuple[str, ...]:
    """The columns that are meant; a tag may be called by its short name."""
    given = (partition_by,) if isinstance(partition_by, str) else tuple(partition_by)
    choices = [name for name in names if _type(name) == _KEY]
    made = []
    for key in given:
        found = next((name for name in (key, f"tag_{key}") if name in choices), None)
        if found is None or found in made:
            raise unknown("column to partition by" if found is None else "repeated column", key,
                          [name for name in choices if name not in made])  # fmt: skip
        made.append(found)
    return tuple(made)


def _folder(key: str, label: str | None, place: Path) -> str:
    if label is None:
        return f"{key}={_MISSING}"
    wrong = ""
    if _UNLIKE_TEXT.fullmatch(label) or label.strip().casefold() in _WORDS:
        wrong = "engines would read it as a number, a day or nothing"
    name = f"{key}=" + "".join(
        sign if sign in _SAFE or ord(sign) > 159 else quote(sign, safe="") for sign in label
    )
    if len(name.encode("utf-8", "replace")) > _LONGEST:
        wrong = "it is too long for the name of a folder"
    if label[-1:] in (" ", "."):
        wrong = "some systems cut the name of a folder that ends so"
    if wrong:
        raise FileFormatError(
            f"cannot partition by {key!r}: {label[:60]!r} is one of its labels, and {wrong}; "
            "choose another column",
            path=place,
        )
    return name


def _check_alike(keys: Iterable[str], rows: Iterable[Mapping[str, Any]], place: Path) -> None:
    """Refuse labels that one folder would hold where letters of either case are the same."""
    for key in keys:
        seen: dict[str, str] = {}
        for label in sorted({row[key] for row in rows if row[key] is not None}):
            other = seen.setdefault(unicodedata.normalize("NFC", label).casefold(), label)
            if other != label:
                raise FileFormatError(
                    f"cannot partition by {key!r}: its labels {other!r} and {label!r} are one "
                    "folder on some systems; choose another column",
                    path=place,
                )

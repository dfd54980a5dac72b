"""A ledger to the content of files: JSON, CSV and Parquet, without loss."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from pledgetrack.layout import FORMAT, PLURALS, VERSION_KEY, headings
from pledgetrack.ledger import Ledger
from pledgetrack.movements import NUMBER


def of_kind(ledger: Ledger, kind: str) -> list[tuple[str, BaseModel]]:
    """The records of a kind, each with the name of the kind."""
    return [(kind, record) for record in getattr(ledger, PLURALS[kind])]


def _all(ledger: Ledger) -> list[tuple[str, BaseModel]]:
    return [pair for kind in PLURALS for pair in of_kind(ledger, kind)]


def _json(ledger: Ledger) -> bytes:
    made: dict[str, Any] = {VERSION_KEY: FORMAT}
    for kind, plural in PLURALS.items():
        made[plural] = [
            record.model_dump(mode="json", exclude_defaults=True)
            for _, record in of_kind(ledger, kind)
        ]
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()


def table_content(
    records: Sequence[tuple[str, BaseModel]], form: str, kinds: Sequence[str]
) -> bytes:
    """Records as one table: a column that says what each is, then every field."""
    header = headings(kinds)
    columns = header[1:]
    if form == "csv":
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        for kind, record in records:
            data = record.model_dump(mode="json", exclude_defaults=True)
            writer.writerow([kind, *(_cell(data.get(name)) for name in columns)])
        return out.getvalue().encode()
    schema = pa.schema(
        [("record", pa.string()), *((name, _column_type(name)) for name in columns)],
        metadata={VERSION_KEY: str(FORMAT)},
    )
    rows = [
        {"record": kind, **record.model_dump(exclude_defaults=True)} for kind, record in records
    ]
    for row in rows:
        if "tags" in row:
            row["tags"] = list(row["tags"].items())
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink)
    return sink.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_QUANTITY = pa.struct(
    [("number", NUMBER), ("unit", pa.string()), ("bound", pa.string()), ("most", NUMBER),
     ("margin", NUMBER), ("wording", pa.string())]
)  # fmt: skip
_COLUMN_TYPES: dict[str, pa.DataType] = {
    "horizon": pa.struct([("start", pa.date32()), ("end", pa.date32()), ("wording", pa.string())]),
    "targets": pa.list_(_QUANTITY),
    "quantity": _QUANTITY,
    "restated": _QUANTITY,
    "tags": pa.map_(pa.string(), pa.string()),
    "citations": pa.list_(pa.struct([("source", pa.string()), ("place", pa.string())])),
    **dict.fromkeys(("aliases", "parties", "recipients", "channels"), pa.list_(pa.string())),
    **dict.fromkeys(("published", "announced", "known", "on", "period_start"), pa.date32()),
}


def _column_type(name: str) -> pa.DataType:
    return _COLUMN_TYPES.get(name, pa.string())


CONTENTS: dict[str, Callable[[Ledger], bytes]] = {
    ".json": _json,
    ".csv": lambda ledger: table_content(_all(ledger), "csv", tuple(PLURALS)),
    ".parquet": lambda ledger: table_content(_all(ledger), "parquet", tuple(PLURALS)),
}


def is_ours(path: Path) -> bool:
    """Whether a file is a table that was written here, by its name and its content."""
    if path.stem not in PLURALS.values() or not path.is_file():
        return False
    if path.suffix == ".csv":
        with path.open("rb") as file:
            return file.read(len(VERSION_KEY)) == VERSION_KEY.encode()
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        try:
            return VERSION_KEY.encode() in (pq.read_schema(path).metadata or {})
        except (pa.ArrowException, OSError):
            return False
    return False

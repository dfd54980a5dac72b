"""A ledger to the content of files: JSON, CSV, Parquet and workbooks, without loss."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pydantic import BaseModel

from pledgetrack.bars import watched
from pledgetrack.book import book_content, records_page
from pledgetrack.datapackage import descriptor, is_descriptor
from pledgetrack.layout import DESCRIPTOR, FORMAT, GUARDED, PLURALS, VERSION_KEY, headings
from pledgetrack.ledger import Ledger
from pledgetrack.movements import NUMBER
from pledgetrack.render import csv_text, guard
from pledgetrack.results import account_page, results_content


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
            for _, record in watched(of_kind(ledger, kind), plural)
        ]
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()


def csv_table(
    records: Sequence[tuple[str, BaseModel]], kinds: Sequence[str], *, guarded: bool
) -> bytes:
    """Records as one CSV table: a column that says what each is, then every field."""
    first, *columns = headings(kinds)
    safe = guard if guarded else str
    rows = [[first + GUARDED if guarded else first, *columns]]
    for kind, record in watched(records, "writing"):
        data = record.model_dump(mode="json", exclude_defaults=True)
        rows.append([kind, *(safe(_cell(data.get(name))) for name in columns)])
    return csv_text(rows, quoted=guarded).encode()


def parquet_table(records: Sequence[tuple[str, BaseModel]], kinds: Sequence[str]) -> bytes:
    """Records as one Parquet table, in the same columns."""
    columns = headings(kinds)[1:]
    schema = pa.schema(
        [("record", pa.string()), *((name, _column_type(name)) for name in columns)],
        metadata={VERSION_KEY: str(FORMAT)},
    )
    rows = [
        {"record": kind, **record.model_dump(exclude_defaults=True)}
        for kind, record in watched(records, "writing")
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


def file_content(ledger: Ledger, place: Path, *, guarded: bool) -> bytes:
    """A ledger as the content of one file, by the ending of its name."""
    form = place.suffix.lower()
    if form == ".xlsx":
        records = {kind: getattr(ledger, plural) for kind, plural in PLURALS.items()}
        about = {"sources_to": ledger.sources_to}
        return book_content(records, place, account=ledger.account, about=about)
    if form == ".json":
        return _json(ledger)
    if form == ".csv":
        return csv_table(_all(ledger), tuple(PLURALS), guarded=guarded)
    return parquet_table(_all(ledger), tuple(PLURALS))


def results_with(frames: Mapping[str, pd.DataFrame], ledger: Ledger, place: Path) -> bytes:
    """Results as the content of a workbook, with the sources and the account of their ledger."""
    account, notes = account_page(ledger.account)
    pages = [records_page("source", ledger.sources), *([account] if account.rows else [])]
    return results_content(frames, place, beside=pages, notes=notes)


def folder_content(ledger: Ledger, form: str, *, guarded: bool) -> dict[str, bytes]:
    """A ledger as the contents of the files of a folder; CSV tables with what describes them."""
    made = {}
    for kind, plural in PLURALS.items():
        records = of_kind(ledger, kind)
        made[f"{plural}.{form}"] = (
            csv_table(records, (kind,), guarded=guarded)
            if form == "csv"
            else parquet_table(records, (kind,))
        )
    if form == "csv":
        made[DESCRIPTOR] = descriptor(ledger.sources, guarded=guarded)
    return made


def is_ours(path: Path) -> bool:
    """Whether a file of a folder was written here, by its name and its content."""
    if path.name == DESCRIPTOR and path.is_file():
        return is_descriptor(path.read_bytes())
    if path.stem not in PLURALS.values() or not path.is_file():
        return False
    if path.suffix == ".csv":
        with path.open("rb") as file:
            return file.read(len(VERSION_KEY) + 1).lstrip(b'"').startswith(VERSION_KEY.encode())
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        try:
            return VERSION_KEY.encode() in (pq.read_schema(path).metadata or {})
        except (pa.ArrowException, OSError):
            return False
    return False

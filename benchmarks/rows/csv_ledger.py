"""A ledger in CSV to movements, and the mistakes in one: columns beside csv and pydantic."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import ValidationError

import pledgetrack as pt
from benchmarks.measure import OURS, Row, Side
from pledgetrack.layout import FORMAT, MODELS, NESTED, PLURALS, VERSION_KEY, headings

_BEGIN = dt.date(2015, 1, 1)
_BLOCK, _PREFIX = 10_000, "@@"
_UNITS = ("USD", "EUR", "MXN", "GBP", "JPY", "vaccine dose", "H-2B visa")
_KINDS, _WEIGHTS = ("delivered", "committed", "withdrawn", "revised"), (90, 5, 2, 3)


# --- the input ------------------------------------------------------------------------------------


def ledger_rows(count: int, wrong: float, seed: int = 5) -> Iterator[dict[str, str]]:
    """So many rows: a third commitments, two thirds events; some with a mistake."""
    chance = random.Random(seed)  # noqa: S311  # no secret

    def amount(unit: str) -> dict[str, str]:
        made = {"number": f"{chance.randrange(1, 10**11) / 100:.2f}", "unit": unit}
        return made | ({"bound": "at least"} if chance.random() < 0.01 else {})

    def cited() -> str:
        return _json([{"source": "report", "place": f"p. {chance.randrange(400)}"}])

    promised = []
    for at in range(count // 3):
        name = f"{_PREFIX}{at:04d}"
        unit, day = chance.choice(_UNITS), _BEGIN + dt.timedelta(chance.randrange(3000))
        promised.append((name, unit, day))
        end = day + dt.timedelta(chance.randrange(1, 3000))
        row = {
            "id": name, "title": f"Promise number {at}",
            "parties": _json([f"Party {chance.randrange(200)}"]),
            "recipients": _json([f"Country {chance.randrange(150)}"]),
            "targets": _json([amount(unit)]), "announced": str(day),
            "stage": chance.choice(("pledged", "committed", "proposed")), "citations": cited(),
            "tags": _json({"sector": f"sector {chance.randrange(30)}"}),
            "horizon": _json({"start": str(day), "end": str(end)}),
        }  # fmt: skip
        if chance.random() < wrong:
            row |= chance.choice(({"announced": "2024-13-01"}, {"stage": "promised"},
                                  {"parties": "[]"}, {"targets": '[{"number": "5"}]'}))  # fmt: skip
        yield {"": "commitment", **row}
    for _ in range(count - count // 3):
        name, unit, day = chance.choice(promised)
        kind = chance.choices(_KINDS, _WEIGHTS)[0]
        on = day + dt.timedelta(chance.randrange(2500))
        row = {"commitment": name, "kind": kind, "on": str(on), "citations": cited()}
        if kind in ("delivered", "revised"):
            row["quantity"] = _json(amount(unit))
        if chance.random() < wrong:
            row |= chance.choice(({"on": "2024-02-30"}, {"quantity": '{"number": "1_000"}'},
                                  {"kind": "paid"}, {"known": "1999-01-01"}))  # fmt: skip
        yield {"": "event", **row}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def ledger_file(count: int, wrong: float) -> Path:
    """So many rows as the one CSV file of a ledger: blocks that differ in the ids alone."""
    path = Path(_folder().name) / f"{count}-{wrong}.csv"
    if not path.exists():
        first, *rest = headings(tuple(PLURALS))
        rows = list(ledger_rows(_BLOCK, wrong))
        with path.open("w", newline="", encoding="utf-8") as file:
            file.write(",".join([first, *rest]) + "\n")
            file.write("source,report" + "," * (len(rest) - 1) + "\n")
            for kind in ("commitment", "event"):
                block = io.StringIO(newline="")
                writer = csv.DictWriter(block, ["", *rest], restval="", lineterminator="\n")
                writer.writerows(row for row in rows if row[""] == kind)
                for at in range(count // _BLOCK):
                    file.write(block.getvalue().replace(_PREFIX, f"c{at:03d}-"))
    return path


# --- both sides -----------------------------------------------------------------------------------


def row_by_row(path: Path) -> tuple[list[Any], list[tuple[int, tuple[str, ...]]]]:
    """The records, and the line and fields of each that csv and pydantic refuse."""
    records, refused = [], []
    with path.open(newline="", encoding="utf-8") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            kind = row.pop(f"{VERSION_KEY}={FORMAT}")
            data: dict[str, Any] = {name: cell for name, cell in row.items() if cell}
            for name in NESTED & data.keys():
                data[name] = json.loads(data[name])
            try:
                records.append(MODELS[kind](**data))
            except ValidationError as error:
                fields = sorted(
                    {str(detail["loc"][0]) for detail in error.errors() if detail["loc"]}
                )
                refused.append((line, tuple(fields)))
    return records, refused


def movements_of(path: Path) -> pa.Table:
    """The movements of the records that csv and pydantic make."""
    records, _ = row_by_row(path)
    held = [[one for one in records if isinstance(one, model)] for model in MODELS.values()]
    commitments, events, sources, parties = held
    return pa.table(pt.Ledger(commitments, events, sources, parties))


def mistakes_in(path: Path) -> list[int]:
    """The lines that our reader refuses."""
    try:
        pt.read(path, records="lazy")
    except pt.InvalidLedgerError as error:
        return sorted({problem.line or 0 for problem in error.problems})
    return []


def _text(table: pa.Table) -> pa.Table:
    """Movements with their keys as text."""
    return pa.table({
        name: column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    })  # fmt: skip


def _good(size: int) -> Mapping[str, Side]:
    path = ledger_file(size, 0)
    return {
        OURS: Side(lambda: pa.table(pt.read(path, records="lazy")), _text),
        "csv and pydantic, row by row": Side(lambda: movements_of(path), _text),
        "the same without movements": Side(lambda: row_by_row(path)),
    }


def _bad(size: int) -> Mapping[str, Side]:
    path = ledger_file(size, 0.001)
    return {
        OURS: Side(lambda: mistakes_in(path), lambda found: pa.table({"line": found})),
        "csv and pydantic, row by row": Side(
            lambda: row_by_row(path)[1],
            lambda found: pa.table({"line": [line for line, _ in found]}),
        ),
    }


ROWS = [
    Row("csv", "CSV to movements", _good, 1_000_000, 10_000,
        {"csv and pydantic, row by row": 12}, rounds=3, growth=(10_000, 30_000, 100_000, 1_000_000),
        tenth=frozenset({"csv and pydantic, row by row", "the same without movements"})),
    Row("csv-mistakes", "CSV with mistakes: each bad row named", _bad, 1_000_000, 10_000,
        {"csv and pydantic, row by row": 12}, rounds=3,
        tenth=frozenset({"csv and pydantic, row by row"})),
]  # fmt: skip

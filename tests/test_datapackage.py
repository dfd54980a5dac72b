"""The data package beside CSV tables: true of the tables, and no part of the ledger."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import pledgetrack as pt
from pledgetrack import strategies as pts

NAME = "datapackage.json"
PARSERS: dict[str, Any] = {
    "string": str,
    "date": dt.date.fromisoformat,
    "array": json.loads,
    "object": json.loads,
}
KINDS: dict[str, type] = {"string": str, "date": dt.date, "array": list, "object": dict}


def described(folder: Path) -> dict[str, Any]:
    """The descriptor of a folder."""
    made: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
    return made


def tables(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table, typed and checked as the descriptor says, by the specification."""
    package = described(folder)
    made: dict[str, list[dict[str, Any]]] = {}
    for resource in package["resources"]:
        schema = resource["schema"]
        text = (folder / resource["path"]).read_text(encoding=resource["encoding"])
        header, *lines = csv.reader(io.StringIO(text, newline=""))
        assert header == [field["name"] for field in schema["fields"]]
        rows = made.setdefault(resource["name"], [])
        for line in lines:
            row = {}
            for field, cell in zip(schema["fields"], line, strict=True):
                limits = field.get("constraints", {})
                assert cell or not limits.get("required"), field["name"]
                value = PARSERS[field["type"]](cell) if cell else None
                assert value is None or isinstance(value, KINDS[field["type"]])
                assert value is None or value in limits.get("enum", [value])
                row[field["name"]] = value
            rows.append(row)
        keys = [[row[name] for name in schema.get("primaryKey", [])] for row in rows]
        assert all(keys.count(key) == 1 for key in keys if key)
    for resource in package["resources"]:
        for key in resource["schema"].get("foreignKeys", []):
            known = [
                row[key["reference"]["fields"][0]] for row in made[key["reference"]["resource"]]
            ]
            assert all(row[key["fields"][0]] in known for row in made[resource["name"]])
    return made


@given(pts.ledgers())
def test_the_tables_are_as_the_package_says(
    tmp_path_factory: pytest.TempPathFactory, ledger: pt.Ledger
) -> None:
    """Headings, types, keys and choices hold for every ledger, guarded or not."""
    for formulas in ("keep", "guard"):
        folder = tmp_path_factory.getbasetemp() / f"package-{formulas}"
        found = tables(pt.write(ledger, folder, formulas=formulas))  # type: ignore[arg-type]
        assert len(found["commitments"]) == len(ledger)
        assert len(found["events"]) == len(ledger.events)


def test_every_field_has_its_meaning_and_the_version_is_there(
    tmp_path: Path, seeds: pt.Ledger
) -> None:
    """A reader of the package needs no other page."""
    package = described(pt.write(seeds, tmp_path / "a"))
    assert package["pledgetrack_format"] == 2
    fields = [field for resource in package["resources"] for field in resource["schema"]["fields"]]
    assert all(field["description"] for field in fields)
    assert {resource["name"] for resource in package["resources"]} == {
        path.stem for path in (tmp_path / "a").glob("*.csv")
    }


def test_sources_stand_in_the_package_with_their_terms(tmp_path: Path) -> None:
    """The licence is that of the source; an address is a path only where it is one of the web."""
    sources = [
        pt.Source(id="a", title="Plan", url="https://example.org/a", licence="CC BY 4.0"),
        pt.Source(id="b", url="javascript:alert(1)"),
    ]
    package = described(pt.write(pt.Ledger(sources=sources), tmp_path / "a"))
    assert package["sources"] == [
        {"title": "Plan", "id": "a", "path": "https://example.org/a", "licence": "CC BY 4.0"},
        {"title": "b", "id": "b"},
    ]
    assert "sources" not in described(pt.write(pt.Ledger(), tmp_path / "b"))
    assert "licenses" not in package


def test_reading_passes_the_package_by(tmp_path: Path, seeds: pt.Ledger) -> None:
    """It holds no record; read alone, it names the folder to read."""
    folder = pt.write(seeds, tmp_path / "a")
    assert pt.read(folder) == seeds
    with pytest.raises(pt.FileFormatError, match="read the folder"):
        pt.read(folder / NAME)
    for table in folder.glob("*.csv"):
        table.unlink()
    with pytest.raises(pt.FileFormatError, match="holds no ledger file"):
        pt.read(folder)


@pytest.mark.parametrize("content", ['{"name": "other"}', "[]", "no JSON", "[" * 100_000])
def test_the_package_of_others_is_not_replaced(
    tmp_path: Path, seeds: pt.Ledger, content: str
) -> None:
    """A descriptor that was not written here may describe other things."""
    folder = pt.write(seeds, tmp_path / "a")
    (folder / NAME).write_text(content, encoding="utf-8")
    with pytest.raises(pt.FileFormatError, match=r"holds other things \('datapackage.json'\)"):
        pt.write(seeds, folder)


def test_parquet_tables_describe_themselves(tmp_path: Path, seeds: pt.Ledger) -> None:
    """A folder that becomes Parquet has no descriptor of CSV tables left."""
    folder = pt.write(seeds, tmp_path / "a")
    pt.write(seeds, folder, format="parquet")
    assert not (folder / NAME).exists()

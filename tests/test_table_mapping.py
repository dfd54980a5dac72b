"""Mappings: from dictionaries and TOML and back, and every mistake in them named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pledgetrack as pt

FULL: dict[str, Any] = {
    "columns": {
        "party": {"column": "Donor", "split": ";", "read": ["lower", "title"]},
        "id": {"join": ["Donor", "Year"], "between": "-"},
        "target": [{"column": 'A "b"', "unit": "USD"}, {"column": "C\\d", "unit_column": "Cur"}],
        "delivered": {"sum": ["Cash", {"column": "Notes", "scale": "millions", "digits": 2}]},
        "announced": {"first": ["Day", {"column": "Year", "read": "year end"}]},
        "recipient": {"column": ["Country", 3], "lookup": {"x y": "Peru"}, "otherwise": "others"},
        "tags": {"the theme": "Thème"},
    },
    "constants": {"stage": "pledged", "tags": {"set": "1\n2"}},
    "events": [{"columns": {"on": "Paid"}, "constants": {"kind": "withdrawn"}}],
    "aliases": {"United States": ["USA", "U.S."]},
    "source": {"id": "x"},
    "header": [3, 4],
    "sheets": "all",
    "unpivot": {"columns": ["2021", "2022"], "name": "year", "value": "n"},
    "fill_down": ["Region"],
    "subtotals": [{"column": "Donor", "matches": "^Total", "of": "all"}],
    "skip": [{"column": "Donor", "text": "x", "reason": "y"}],
    "decimal": ",",
    "day_first": True,
    "century": 2000,
    "scale": "millions",
    "digits": 2,
    "dollar": "USD",
    "calendar": {"first_month": 4, "named_by": "starting"},
    "nil": ["-"],
    "no_days": ["1900-01-01"],
    "encoding": "cp1252",
    "delimiter": ";",
}


def test_a_saved_mapping_is_the_same_mapping(tmp_path: Path) -> None:
    """Every key goes through TOML unchanged."""
    mapping = pt.TableMapping(**FULL)
    again = pt.TableMapping.read(mapping.save(tmp_path / "m.toml"))
    assert again.said() == FULL
    assert str(again) == str(mapping)
    assert pt.TableMapping.of(FULL) == mapping == pt.TableMapping.of(mapping)


def test_no_subtotals_is_said_and_kept() -> None:
    """An empty list states that there are none, which differs from saying nothing."""
    assert "subtotals = []" in str(pt.TableMapping(subtotals=[]))
    assert "subtotals" not in str(pt.TableMapping())


def test_a_calendar_object_is_saved_as_a_table() -> None:
    """By its first month and naming."""
    mapping = pt.TableMapping(calendar=pt.FiscalCalendar(4, "starting"))
    assert 'calendar = { first_month = 4, named_by = "starting" }' in str(mapping)


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"columns": {"party": {"column": "D", "read": str.upper}}}, "columns.party.read"),
        ({"columns": {"party": str}}, "columns.party"),
        ({"skip": [lambda _: True]}, "skip"),
    ],
)
def test_a_function_cannot_be_saved(said: dict[str, Any], where: str, tmp_path: Path) -> None:
    """The error names it, and nothing is written."""
    with pytest.raises(pt.TableError, match=rf"{where} is a Python function"):
        pt.TableMapping(**said).save(tmp_path / "m.toml")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "said",
    [
        {"colums": {}}, {"columns": {"prty": "x"}}, {"columns": []}, {"columns": {"party": 7.5}},
        {"columns": {"party": []}}, {"columns": {"party": {"colum": "x"}}},
        {"columns": {"party": {"column": "x", "first": ["y"]}}}, {"columns": {"party": {}}},
        {"columns": {"party": {"column": "x", "read": "uper"}}},
        {"columns": {"party": {"column": "x", "lookup": "y"}}},
        {"columns": {"target": {"column": "x", "bound": "most"}}},
        {"columns": {"party": {"column": "x", "split": 5}}},
        {"columns": {"party": {"join": ["x", "y"], "between": 5}}},
        {"columns": {"announced": {"column": "x", "century": "y"}}},
        {"columns": {"announced": {"join": ["x", "y"]}}}, {"columns": {"target": {"join": ["x"]}}},
        {"columns": {"party": {"sum": ["x"]}}}, {"columns": {"party": {"first": [{"sum": ["x"]}]}}},
        {"unpivot": {"columns": "x("}},
        {"columns": {"target": {"column": "x", "scale": "dozens"}}}, {"columns": {"tags": "x"}},
        {"columns": {"party": "x"}, "constants": {"party": "y"}},
        {"events": [1]}, {"events": [{"kind": "x"}]}, {"events": [{"constants": {"kind": "x"}}]},
        {"events": [{"constants": 5}]}, {"aliases": {"A": 5}}, {"aliases": {"A": ["B", "B"]}},
        {"source": {"idd": 1}}, {"source": {"published": "x"}}, {"header": "x"}, {"header": -1},
        {"sheets": 5}, {"unpivot": {"columns": 5}}, {"unpivot": {"colums": "x"}},
        {"fill_down": "x"}, {"subtotals": 5}, {"subtotals": [{"column": "x"}]},
        {"skip": [{"column": "x", "matches": "("}]}, {"skip": [{"colum": "x"}]},
        {"decimal": ";"}, {"day_first": "yes"}, {"century": 20}, {"scale": "x"}, {"digits": "x"},
        {"dollar": "dollar"}, {"calendar": "XX"}, {"calendar": {"x": 1}}, {"nil": 5},
        {"no_days": 5}, {"encoding": 5}, {"delimiter": 5}, {"constants": {"unit": "x%"}}, 5, None,
    ],
)  # fmt: skip
def test_mistakes_in_a_mapping_are_errors_of_ours(said: Any) -> None:
    """Whatever is said."""
    with pytest.raises(pt.PledgetrackError):
        pt.TableMapping.of(said)


def test_files_that_hold_no_mapping(tmp_path: Path) -> None:
    """None there, no TOML, and a folder that cannot be written to."""
    path = tmp_path / "m.toml"
    with pytest.raises(pt.FileFormatError, match="cannot read"):
        pt.TableMapping.read(path)
    path.write_text("columns = ")
    with pytest.raises(pt.FileFormatError, match="no valid TOML"):
        pt.TableMapping.read(path)
    with pytest.raises(pt.PledgetrackError):
        pt.TableMapping().save(tmp_path / "none" / "m.toml")

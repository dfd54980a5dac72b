"""The JSON Schema of a ledger file says yes to what can be read, and no to what people mistype."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from pledgetrack import strategies as pts
from pledgetrack.schema import FIELDS

SCHEMA = pt.json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def plain(value: Any) -> Any:
    """What TOML holds as JSON: days as text."""
    return json.loads(json.dumps(value, default=str))


def toml(path: Path) -> Any:
    """A TOML file as a validator sees it."""
    return plain(tomllib.loads(path.read_text(encoding="utf-8")))


def is_read(document: Any, folder: Path) -> bool:
    """Whether ``pt.read`` takes a document."""
    path = folder / "ledger.json"
    path.write_text(json.dumps({"pledgetrack_format": 2, **document}), encoding="utf-8")
    try:
        pt.read(path)
    except pt.InvalidLedgerError:
        return False
    return True


PROMISE: dict[str, Any] = {
    "id": "a", "party": "A", "announced": "2024-01-15", "stage": "pledged",
    "target": {"number": "100", "unit": "USD"},
}  # fmt: skip
ARRIVED: dict[str, Any] = {
    "commitment": "a", "kind": "delivered", "on": "2024-02-01",
    "quantity": {"number": 5, "unit": "USD"},
}  # fmt: skip


def without(record: dict[str, Any], *names: str) -> dict[str, Any]:
    """A record that lacks some fields."""
    return {name: value for name, value in record.items() if name not in names}


GOOD: tuple[dict[str, Any], ...] = (
    {"commitment": [PROMISE], "event": [ARRIVED]},
    {"commitments": [PROMISE], "events": [ARRIVED], "pledgetrack_format": 1},
    {"commitments": [without(PROMISE, "party") | {"parties": ["A", "B"]}]},
    {"commitments": [without(PROMISE, "party") | {"parties": "A"}]},
    {"commitments": [PROMISE | {"announced": "2024-01"}]},
    {"commitments": [PROMISE | {"target": "over 3,000 arrests", "horizon": "by the end of 2025"}]},
    {"commitments": [PROMISE | {"target": "$3 bn"}], "phrases": {"dollar": "USD", "locale": "en"}},
    {"commitments": [PROMISE | {"horizon": "FY 2025"}], "phrases": {"calendar": "4:starting"}},
    {"commitments": [PROMISE | {"horizon": "FY 2025"}],
     "phrases": {"calendar": {"first_month": 4, "named_by": "starting"}}},
    {"commitments": [PROMISE | {"target": {"number": 0.1, "unit": "H-2B visa"}}]},
    {"commitments": [PROMISE | {"target": {"number": "10", "unit": "USD", "most": "20"}}]},
    {"commitments": [PROMISE | {"target": {"number": 10, "unit": "EUR", "bound": "about",
                                           "margin": 1}}]},
    {"commitments": [PROMISE | {"note": None, "known": None, "horizon": None}]},
    {"commitments": [PROMISE | {"horizon": {"end": "2025-06"}, "tags": {"topic": "rail"}}]},
    {"commitments": [PROMISE], "events": [{"commitment": "a", "kind": "revised",
                                           "on": "2024-02-01", "horizon": {"end": "2026-01-01"}}]},
    {"commitments": [PROMISE], "events": [{"commitment": "a", "kind": "rated",
                                           "on": "2024-02-01", "outcome": "kept"}]},
    {"commitments": [PROMISE], "events": [ARRIVED | {"period_start": "2024-01"}]},
    {"commitments": [PROMISE | {"citation": {"source": "s", "place": "p. 1"}}],
     "sources": [{"id": "s", "published": "2024-01-01"}]},
    {"parties": [{"name": "A", "alias": "AA"}]},
    *({"commitments": [PROMISE | {"target": {"number": 1, "unit": unit}}]} for unit in (
        "DEM", "3D printer", "action plan", "kilometre of road", "дом", "US dollar account",
        "Millionaire", "euro-denominated bond", "XDR", "R")),
)  # fmt: skip

BAD: tuple[dict[str, Any], ...] = (
    {"promises": [PROMISE]},
    {"commitment": PROMISE},
    {"pledgetrack_format": 99},
    {"pledgetrack_format": "2"},
    {"commitments": [PROMISE | {"titel": "x"}]},
    {"commitments": [without(PROMISE, "id")]},
    {"commitments": [without(PROMISE, "party")]},
    {"commitments": [without(PROMISE, "stage")]},
    {"commitments": [PROMISE | {"parties": ["A"]}]},
    {"commitments": [without(PROMISE, "party") | {"parties": []}]},
    {"commitments": [without(PROMISE, "party") | {"parties": ["A", "A"]}]},
    {"commitments": [PROMISE | {"stage": "promised"}]},
    {"commitments": [PROMISE | {"announced": "15/01/2024"}]},
    {"commitments": [PROMISE | {"announced": "January 2024"}]},
    {"commitments": [PROMISE | {"announced": "2024-13"}]},
    {"commitments": [PROMISE | {"known": "2024-01"}]},
    {"commitments": [PROMISE | {"title": ""}]},
    {"commitments": [PROMISE | {"title": 5}]},
    {"commitments": [PROMISE | {"repeats": "b", "same_as": "c"}]},
    {"commitments": [PROMISE | {"target": 100}]},
    {"commitments": [PROMISE | {"target": {"number": "1,000", "unit": "USD"}}]},
    {"commitments": [PROMISE | {"target": {"number": "1e6", "unit": "USD"}}]},
    {"commitments": [PROMISE | {"target": {"number": "0.0000001", "unit": "USD"}}]},
    {"commitments": [PROMISE | {"target": {"number": "1" + "0" * 22, "unit": "USD"}}]},
    {"commitments": [PROMISE | {"target": {"number": True, "unit": "USD"}}]},
    {"commitments": [PROMISE | {"target": {"number": 1}}]},
    {"commitments": [PROMISE | {"target": {"number": 1, "unit": "USX"}}]},
    {"commitments": [PROMISE | {"target": {"number": 1, "unit": "$"}}]},
    {"commitments": [PROMISE | {"target": {"number": 1, "unit": "%"}}]},
    *({"commitments": [PROMISE | {"target": {"number": 1, "unit": unit}}]} for unit in (
        "action", "Action", "12", "1,000 visas", "million visas", "Millions", "percent", "per cent",
        "percentage point", "dollars", "US dollars", "Euro", "€")),
    {"commitments": [PROMISE | {"target": {"number": 1, "unit": "USD", "bound": "over"}}]},
    {"commitments": [PROMISE | {"target": {"number": 1, "unit": "USD", "margin": 1}}]},
    {"commitments": [PROMISE | {"target": {"number": 1, "unit": "USD", "most": 2,
                                           "bound": "about"}}]},
    {"commitments": [PROMISE | {"horizon": {}}]},
    {"commitments": [PROMISE | {"horizon": {"until": "2025"}}]},
    {"commitments": [PROMISE | {"citation": "s, p. 1"}]},
    {"commitments": [PROMISE | {"citation": {"place": "p. 1"}}]},
    {"commitments": [PROMISE | {"tags": ["rail"]}]},
    {"commitments": [PROMISE | {"tags": {"topic": 1}}]},
    {"commitments": [PROMISE], "events": [ARRIVED | {"kind": "paid"}]},
    {"commitments": [PROMISE], "events": [without(ARRIVED, "quantity")]},
    {"commitments": [PROMISE], "events": [ARRIVED | {"outcome": "kept"}]},
    {"commitments": [PROMISE], "events": [ARRIVED | {"kind": "suspended"}]},
    {"commitments": [PROMISE], "events": [ARRIVED | {"kind": "rated"}]},
    {"commitments": [PROMISE], "events": [without(ARRIVED, "quantity") | {"kind": "rated"}]},
    {"commitments": [PROMISE], "events": [without(ARRIVED, "quantity") | {"kind": "revised"}]},
    {"commitments": [PROMISE], "events": [ARRIVED | {"horizon": {"end": "2025"}}]},
    {"commitments": [PROMISE], "events": [ARRIVED | {"kind": "pledged",
                                                     "period_start": "2024-01"}]},
    {"commitments": [PROMISE], "events": [ARRIVED | {
        "kind": "revised", "restated": {"number": 1, "unit": "USD"}}]},
    {"sources": [{"title": "no id"}]},
    {"parties": [{"name": "A", "alias": "B", "aliases": ["C"]}]},
    {"phrases": {"dollar": "dollars"}, "commitments": [PROMISE]},
    {"phrases": {"language": "en"}, "commitments": [PROMISE]},
    {"phrases": {"calendar": {"first_month": 13}}, "commitments": [PROMISE]},
    {"phrases": {"locale": "it"}, "commitments": [PROMISE]},
)  # fmt: skip


def test_it_is_a_json_schema() -> None:
    """Of the version that it names, of no host of ours, and itself JSON."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert "$id" not in SCHEMA
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert pt.json_schema() == SCHEMA
    pt.json_schema().clear()
    assert pt.json_schema() == SCHEMA


def test_every_field_has_a_kind_and_a_meaning() -> None:
    """The table of fields and the records do not drift apart."""
    assert len(FIELDS) == 7
    for model, fields in FIELDS.items():
        assert list(fields) == list(model.model_fields), model
        for kind, meaning in fields.values():
            assert kind.replace(" ", "_") in SCHEMA["$defs"]
            assert meaning.endswith(".")


def test_the_seeds_and_the_examples_of_the_format_are_valid(root: Path, tmp_path: Path) -> None:
    """What people write by hand."""
    files = sorted((root / "seeds").glob("*.toml"))
    text = (root / "docs/format.md").read_text(encoding="utf-8")
    for at, block in enumerate(text.split("```toml\n")[1:]):
        file = tmp_path / f"{at}.toml"
        file.write_text(block.partition("```")[0], encoding="utf-8")
        files.append(file)
    assert len(files) > 2
    for file in files:
        VALIDATOR.validate(toml(file))


@given(pts.ledgers())
def test_every_ledger_that_is_written_is_valid(
    tmp_path_factory: pytest.TempPathFactory, ledger: pt.Ledger
) -> None:
    """JSON as programs write it."""
    path = pt.write(ledger, tmp_path_factory.getbasetemp() / "valid.json")
    VALIDATOR.validate(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("document", GOOD, ids=str)
def test_what_can_be_read_is_valid(tmp_path: Path, document: dict[str, Any]) -> None:
    """The forms that a person has to choose from."""
    assert is_read(document, tmp_path)
    VALIDATOR.validate(document)


@pytest.mark.parametrize("document", BAD, ids=str)
def test_what_people_mistype_is_not(tmp_path: Path, document: dict[str, Any]) -> None:
    """The reader refuses it, and an editor shows it before."""
    assert not is_read(document, tmp_path)
    assert not VALIDATOR.is_valid(document)


PIECES = st.sampled_from(
    ["USD", "usd", "million", "millions", "ä", "percent", "per", "cent", "action", "dollar", "s",
     "12", "1,000", ".", "-", " ", "visa", "US", "euro", "peso", "R", "é", "D", "basis point"]
)  # fmt: skip


@times(10)
@given(st.lists(PIECES, min_size=1, max_size=4).map("".join))
def test_it_refuses_no_unit_that_can_be_read(unit: str) -> None:
    """Whatever words a unit is made of."""
    promise = PROMISE | {"target": {"number": 1, "unit": unit}}
    try:
        pt.Commitment(**promise)
    except ValueError:
        return
    VALIDATOR.validate({"commitments": [promise]})


VALUES = st.sampled_from(
    [None, "", "A", ["A"], ["A", "A"], [], {}, 1, -1, 0.5, True, "2024", "2024-01", "2024-01-15",
     "exact", "pledged", "delivered", "kept", {"number": 1, "unit": "USD"}, {"end": "2024-01-01"},
     [{"source": "s"}], {"source": "s"}, {"topic": "x"}, "USD", dt.date(2024, 1, 15)]
)  # fmt: skip


@times(7)
@given(
    record=st.sampled_from(["commitments", "events"]),
    name=st.sampled_from(
        [*pt.Commitment.model_fields, *pt.Event.model_fields, "party", "citation"]
    ),
    value=VALUES,
)
def test_it_refuses_nothing_that_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, record: str, name: str, value: Any
) -> None:
    """Whatever a field is set to, a record that is read is valid."""
    document: dict[str, Any] = {
        "commitments": [PROMISE], "events": [ARRIVED], "sources": [{"id": "s"}]
    }  # fmt: skip
    document[record] = [{**document[record][0], name: value}]
    document = plain(document)
    if is_read(document, tmp_path_factory.getbasetemp()):
        VALIDATOR.validate(document)

"""Writing and reading back is the identity, in every form that is written."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import pledgetrack as pt
from examples import times
from pledgetrack import strategies as pts

FORMS = {
    "json": ("ledger.json", {}),
    "csv": ("ledger.csv", {}),
    "parquet": ("ledger.parquet", {}),
    "csv folder": ("csv-ledger", {}),
    "parquet folder": ("parquet-ledger", {"format": "parquet"}),
    "guarded csv": ("guarded.csv", {"formulas": "guard"}),
    "workbook": ("ledger.xlsx", {}),
}
every_form = pytest.mark.parametrize("form", FORMS)

AWKWARD = (
    'He said "1,5"; or so',
    "one, two; three|four\\five",
    "=SUM(A1:A9)",
    "-1",
    "+1",
    "@cmd",
    "null",
    "None",
    "NaN",
    "true",
    "1e5",
    "007",
    "2024-01-01",
    "2024-01",
    "[1, 2]",
    '["Mexico"]',
    "{}",
    '"',
    "'",
    "'''",
    '""',
    ",",
    "#",
    "\\n",
    "\\u0041",
    "_x0041_",
    "'=1+1",
    "''",
    "https://example.org",
    "javascript:alert(1)",
    "pledgetrack_format=1",
    "México + España",
    "日本語の約束",
    "وعد",
    "👩‍👩‍👧 family",
    "\ufeffmark",
    "e\u0301 composed",
    "<b>&amp;</b>",
    "a  b\tc\nd",
)
"""Texts that one or another format could take for something else."""


def again(ledger: pt.Ledger, folder: Path, form: str) -> pt.Ledger:
    """The ledger after it was written and read back."""
    name, options = FORMS[form]
    return pt.read(pt.write(ledger, folder / name, **options))  # type: ignore[arg-type]


def rich(text: str) -> pt.Ledger:
    """A ledger with a text in every field that takes one."""
    source = pt.Source(
        id=text, title=text, publisher=text, url=text, published_basis=text, licence=text, note=text
    )
    party = pt.Party(name="Mexico", aliases=(text,), kind=text, reference=text, note=text)
    cited = {"source": text, "place": text}
    # A unit holds no joiners or marks.
    unit = "unit " + "".join(part for part in text if unicodedata.category(part) != "Cf")
    promise = pt.Commitment(
        id=text, title=text, parties=("A", "B"), recipients=("C", f"to {text}"), channels=(text,),
        targets=({"number": "0.000001", "unit": unit},), horizon={"wording": text},
        announced="2024-02", announced_basis=text, announced_stated=text, stage="alleged",
        condition=text, tags={text: text, "other": "x"}, citations=(cited, cited), note=text,
    )  # fmt: skip
    event = pt.Event(
        commitment=text, kind="revised", on="2024-03", on_basis=text, on_stated=text,
        quantity={"number": "-0.5", "unit": unit, "bound": "about"},
        horizon={"start": "2024-01", "end": "2025-06", "wording": text}, known="2024-04-05",
        citations=(cited,), note=text,
    )  # fmt: skip
    return pt.Ledger([promise], [event], [source], [party])


@given(ledger=pts.ledgers())
def test_any_ledger_comes_back(tmp_path_factory: pytest.TempPathFactory, ledger: pt.Ledger) -> None:
    """Whatever a ledger holds, reading what was written gives an equal one, in every form."""
    for form in FORMS:
        back = again(ledger, tmp_path_factory.getbasetemp(), form)
        assert back == ledger, form
        assert fields(back) == fields(ledger), form


def fields(ledger: pt.Ledger) -> list[dict[str, Any]]:
    """Every field, wordings among them, which make no difference between two quantities."""
    records = (*ledger.commitments, *ledger.events, *ledger.sources, *ledger.parties)
    return [record.model_dump() for record in records]


@every_form
def test_the_seeds_come_back(tmp_path: Path, seeds: pt.Ledger, form: str) -> None:
    """The shipped ledger is the same after a journey, record by record."""
    back = again(seeds, tmp_path, form)
    assert back.commitments == seeds.commitments
    assert back.events == seeds.events
    assert back.sources == seeds.sources
    assert back.parties == seeds.parties
    assert back == seeds
    assert back.movements().equals(seeds.movements())


def test_a_journey_through_every_form_changes_nothing(tmp_path: Path, seeds: pt.Ledger) -> None:
    """What one form writes, the next writes on."""
    ledger = seeds
    for form in (*FORMS, *reversed(FORMS)):
        ledger = again(ledger, tmp_path, form)
    assert ledger == seeds


@every_form
def test_an_empty_ledger_comes_back(tmp_path: Path, form: str) -> None:
    """Nothing is something that can be written."""
    assert again(pt.Ledger(), tmp_path, form) == pt.Ledger()


@every_form
@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_comes_back(tmp_path: Path, form: str, text: str) -> None:
    """A text stays the same text in every field, whatever a format could take it for."""
    ledger = rich(text)
    assert again(ledger, tmp_path, form) == ledger


@times(2)
@given(number=pts.wide_amounts())
def test_wide_amounts_come_back(tmp_path_factory: pytest.TempPathFactory, number: Decimal) -> None:
    """Every digit that an amount may have is kept, on both sides of the point and of zero."""
    promise = pt.Commitment(
        id="aid", party="A", announced="2024-01-01", stage="pledged",
        target={"number": abs(number), "unit": "USD"},
    )  # fmt: skip
    arrived = pt.Event(
        commitment="aid", kind="delivered", on="2024-02-01",
        quantity={"number": number, "unit": "USD"},
    )  # fmt: skip
    ledger = pt.Ledger([promise], [arrived])
    assert ledger.totals(as_of="2024-12-31")["delivered"][0] == number
    for form in FORMS:
        back = again(ledger, tmp_path_factory.getbasetemp(), form)
        assert back == ledger, form
        assert back["aid"].targets[0].number == abs(number)
        assert back.events[0].quantity.number == number  # type: ignore[union-attr]


@pytest.mark.parametrize("form", [form for form in FORMS if form != "workbook"])
def test_long_texts_come_back(tmp_path: Path, form: str) -> None:
    """A note of 200,000 characters is no matter, quotes and commas included."""
    note = ('He said "yes, no"; ' * 11_000)[:200_000].strip()
    assert len(note) > 199_000
    promise = pt.Commitment(id="a", party="A", announced="2024-01-01", stage="pledged", note=note)
    ledger = pt.Ledger([promise])
    assert again(ledger, tmp_path, form)["a"].note == note


@every_form
@pytest.mark.parametrize(
    "fields",
    [{"announced": "0001-01-01"}, {"announced": "9999-12"}, {"announced": dt.date(2024, 2, 29)},
     {"announced": "2024-02", "known": "2024-02-03"},
     {"horizon": {"end": "9999-12-31"}}, {"horizon": {"start": "0001-01-01"}},
     {"targets": [{"number": "0", "unit": "USD"}]},
     {"targets": [{"number": "9" * 22 + "." + "9" * 6, "unit": "DEM"}]},
     {"parties": ["B", "A", "C"]}, {"tags": {"z": "1", "a": "2"}}, {"tags": {}}],
)  # fmt: skip
def test_values_at_the_limits_come_back(tmp_path: Path, form: str, fields: dict[str, Any]) -> None:
    """First and last days, zero, the widest amount, and lists out of order."""
    given = {"id": "a", "parties": ["A"], "announced": "2024-01-01", "stage": "proposed", **fields}
    ledger = pt.Ledger([pt.Commitment(**given)])
    assert again(ledger, tmp_path, form) == ledger

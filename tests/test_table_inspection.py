"""What a first look at a table shows, and that its draft works on simple tables."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from hypothesis import given

import pledgetrack as pt
from pledgetrack.strategies import DrawnTable, tables
from table_files import CASH, DAY, ROWS, workbook


def look(text: str) -> pt.Inspection:
    """What is seen in a file of this text."""
    return pt.inspect_table(io.BytesIO(text.encode()))


def test_a_look_shows_header_styles_totals_and_scale() -> None:
    """Of a table with titles above, headings within and notes below."""
    seen = look(CASH)
    assert seen.header == 3
    assert seen.rows == 3
    assert seen.subtotals == ("Sub-total", "Total")
    kinds = dict(zip(seen.columns["column"], seen.columns["kind"], strict=True))
    assert kinds["Donor"] == "text"
    assert kinds["Pledged"] == kinds["Cash"] == "number"
    assert seen.mapping.scale == "thousands"
    assert any("currency" in said for said in seen.todo)
    assert any("announced" in said for said in seen.todo)
    assert 'party = "Donor"' in repr(seen)
    assert "<table>" in seen._repr_html_()


def test_a_draft_works_once_its_gaps_are_filled() -> None:
    """The cash table with its unit and day stated."""
    draft = look(CASH).mapping
    said = {**draft.said(), "constants": {"unit": "USD", "announced": "2020-02-11"}}
    ledger = pt.read_table(io.StringIO(CASH), said)
    table = ledger.totals(as_of=DAY)
    assert table["pledged"].tolist() == [Decimal(2000500)]
    assert table["delivered"].tolist() == [Decimal(530000)]


def test_what_can_be_read_in_two_ways_is_shown() -> None:
    """With the example, and what to state."""
    seen = look('Donor,Amount,Date\nA,"1,200",03/04/2020\n')
    assert [style for style in seen.columns["style"] if style] == [
        "ambiguous: 1,200",
        "ambiguous: 03/04/2020",
    ]
    said = " ".join(seen.todo)
    assert 'decimal = "."' in said
    assert "day_first = true" in said


def test_currencies_tags_and_sheets_are_shown() -> None:
    """A column of currencies, signs beside numbers, HXL tags, the sheets of a workbook."""
    seen = look("Donor,Value,Cur,Date\n#org,#value,#currency,#date\nA,1,EUR,2020-01-01\n")
    assert seen.has_tags
    assert seen.mapping.columns["unit"] == "Cur"
    assert look("Donor,Value,Date\nA,$5,2020-01-01\n").columns["currencies"].tolist()[1] == "$"
    book = pt.inspect_table(workbook(a=ROWS, b=[*ROWS, ROWS[1]]))
    assert book.sheets == ("a", "b")
    assert book.mapping.sheets == ["b"]
    assert pt.inspect_table(workbook(a=ROWS), sheet="a").rows == 1
    with pytest.raises(pt.TableError, match="there is no sheet 'c'"):
        pt.inspect_table(workbook(a=ROWS), sheet="c")


@given(tables())
def test_a_draft_of_a_simple_table_gives_its_totals(table: DrawnTable) -> None:
    """With what the draft asks for stated, or with a refusal; never with another total."""
    try:
        draft = pt.inspect_table(io.BytesIO(table.content)).mapping
        options = {name: table.mapping[name] for name in ("decimal", "day_first")}
        rules = {"subtotals": table.mapping.get("subtotals", [])}
        made = {**draft.said(), **options, **rules}
        ledger = pt.read_table(io.BytesIO(table.content), made)
    except pt.PledgetrackError:
        return
    stated = [number for *_, number in table.rows if number is not None]
    found = ledger.totals(as_of=DAY)["pledged"].dropna().tolist()
    assert sum(found, Decimal(0)) == sum(stated, Decimal(0))


def test_titles_of_two_rows_are_seen() -> None:
    """As merged cells make them; the draft puts them together."""
    text = (
        "(in millions of SDRs),,,\n,Pledge,,\nContributor,Currency,Amount 1/,Paid on\n"
        "Germany,EUR,80.5,2020-01-01\n"
    )
    seen = look(text)
    assert seen.header == (2, 3)
    assert seen.columns["column"].tolist()[:3] == [
        "Contributor", "Pledge Currency", "Pledge Amount 1/",
    ]  # fmt: skip
    assert seen.mapping.header == [2, 3]
    assert seen.mapping.columns["party"] == "Contributor"
    assert seen.mapping.columns["pledged"] == "Pledge Amount 1/"


def test_nothing_to_look_at_is_told() -> None:
    """As an error of ours."""
    with pytest.raises(pt.FileFormatError, match="empty"):
        look("")
    assert look("one").rows == 0

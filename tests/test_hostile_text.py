"""Hostile text in a valid ledger: it is text wherever it is shown or written, and fools nobody."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest
from pydantic import ValidationError

import pledgetrack as pt

DAY = "2024-06-01"
EVIL = "</script><script>alert('1')</script><img src=x onerror=\"alert(2)\"><!--"
LINK = "javascript:alert(3)"


def ledger_of(text: str, *, link: str = LINK) -> pt.Ledger:
    """A ledger with a text in every place that holds one."""
    cited = {"source": text, "place": text}
    promise = pt.Commitment(
        id=text, title=text, party=text, recipients=[text], channels=[text], condition=text,
        note=text, tags={"topic": text}, citations=[cited], announced="2024-01-01",
        announced_basis=text, announced_stated=text, stage="pledged",
        horizon={"end": "2024-03-01", "wording": text},
        targets=[{"number": 5, "unit": "USD", "wording": text}, {"number": 3, "unit": "tractor"}],
    )  # fmt: skip
    event = pt.Event(
        commitment=text, kind="delivered", on="2024-02-01", on_basis=text, on_stated=text,
        quantity={"number": 2, "unit": "USD", "wording": text}, note=text, citations=[cited],
    )  # fmt: skip
    source = pt.Source(id=text, title=text, publisher=text, url=link, licence=text, note=text)
    party = pt.Party(name=text, aliases=[f"{text}2"], kind=text, reference=text, note=text)
    return pt.Ledger([promise], [event], [source], [party])


def results(ledger: pt.Ledger) -> dict[str, object]:
    """Results with the texts of the ledger in their rows."""
    return {
        "totals": ledger.totals(["party", "recipient", "tag_topic"], as_of=DAY),
        "summary": ledger.summary(by="party", as_of=DAY),
        "status": ledger.status(as_of=DAY),
    }


def is_harmless(page: str) -> bool:
    """Whether no text of the ledger became a tag, an attribute or a link."""
    wrong = ("<script>alert", "<img src=x", "<!--<", EVIL[:17])
    return not any(sign in page for sign in wrong) and not re.search(r"href=.?javascript", page)


# --- pages ----------------------------------------------------------------------------------------


def test_markup_is_text_in_a_notebook() -> None:
    """What notebooks show of ledgers and results holds no tag of the ledger."""
    ledger = ledger_of(EVIL)
    for shown in (ledger, ledger.explain(as_of=DAY), *results(ledger).values()):
        page = shown._repr_html_()
        assert is_harmless(page)
    assert "&lt;/script&gt;" in ledger.status(as_of=DAY)._repr_html_()


@pytest.mark.parametrize("name", ["totals", "summary", "status"])
def test_markup_is_text_in_a_table(name: str) -> None:
    """Tables to publish show the text, and link no address that runs."""
    ledger = ledger_of(EVIL)
    page = pt.table(results(ledger)[name], ledger=ledger).as_raw_html()
    assert is_harmless(page)
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("name", ["progress", "timeline", "periods", "flow", "horizon", "status"])
def test_markup_is_text_in_a_chart(name: str) -> None:
    """A page of a chart holds its texts in a script, which none of them ends."""
    chart = getattr(pt.chart, name)(ledger_of(EVIL), as_of=DAY)
    page = chart.to_html()
    assert is_harmless(page)
    assert page.count("</script>") == page.count("<script")
    assert is_harmless(chart.to_json())


def test_markup_is_text_in_a_report(tmp_path: Path) -> None:
    """The page of a report shows the text, and links no address that runs."""
    path = tmp_path / "report.html"
    pt.report(ledger_of(EVIL), path, as_of=DAY)
    page = path.read_text(encoding="utf-8")
    assert is_harmless(page)
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("link", ["javascript:alert(3)", "JaVaScRiPt:x", "data:text/html,<b>"])
def test_an_address_that_runs_is_no_link(link: str) -> None:
    """Only addresses of the web are links."""
    ledger = ledger_of("a", link=link)
    for page in (
        pt.table(ledger.status(as_of=DAY), ledger=ledger).as_raw_html(),
        ledger._repr_html_(),
        ledger.sources[0]._repr_html_(),
    ):
        assert not re.search(rf"href=.?\s*{re.escape(link[:9])}", page, re.IGNORECASE)


# --- spreadsheets ---------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "'="])
def test_a_formula_is_text_in_a_spreadsheet(start: str, tmp_path: Path) -> None:
    """In ``.xlsx`` no cell is a formula or a link; guarded CSV has no cell that begins as one."""
    text = f'{start}HYPERLINK("http://a","b")'
    ledger = ledger_of(text, link="https://example.org")
    book = pt.write(ledger, tmp_path / "a.xlsx")
    assert pt.read(book) == ledger
    result = pt.write(results(ledger), tmp_path / "b.xlsx", ledger=ledger)
    for path in (book, result):
        for sheet in openpyxl.load_workbook(path).worksheets:
            cells = [cell for row in sheet.iter_rows() for cell in row]
            assert {cell.data_type for cell in cells} <= {"s", "n", "d", "b"}
            assert not any(cell.hyperlink for cell in cells)
    guarded = pt.write(ledger, tmp_path / "a.csv", formulas="guard")
    rows = csv.reader(io.StringIO(guarded.read_text(encoding="utf-8"), newline=""))
    assert not any(cell.startswith(tuple("=+-@\t\r")) for row in rows for cell in row)
    assert pt.read(guarded) == ledger


# --- text that looks like other text --------------------------------------------------------------


@pytest.mark.parametrize(
    "unit",
    [
        "\u0405\u0415\u041a",
        "U\u0405D",
        "\uff35\uff33\uff24",
        "\u0395UR",
        "us\u200bd",
        "USD\u202e",
    ],
)
def test_a_unit_that_looks_like_a_currency_is_refused(unit: str) -> None:
    """Letters of other alphabets, wide and invisible ones make no second dollar."""
    with pytest.raises(ValidationError, match=r"is a currency; write|unprintable"):
        pt.Quantity(number=1, unit=unit)
    with pytest.raises(pt.PledgetrackError):
        pt.parse_quantity(f"5 {unit}")


@pytest.mark.parametrize("unit", ["трактор", "επιβάτες", "車両", "H-2B visa"])
def test_a_unit_of_another_alphabet_is_one(unit: str) -> None:
    """Things are counted in any language."""
    assert pt.Quantity(number=1, unit=unit).unit == unit


@pytest.mark.parametrize("name", ["a\u202eb", "\u200fa", "../../a", "=1+1", "a b", "é"])
def test_an_odd_id_is_text(name: str, tmp_path: Path) -> None:
    """Marks of direction, paths and formulas in ids are kept as they are, in every file."""
    ledger = ledger_of(name, link="https://example.org")
    for form in (".json", ".csv", ".parquet", ".xlsx", ""):
        assert pt.read(pt.write(ledger, tmp_path / f"a{form}")) == ledger
    assert list(ledger.status(as_of=DAY)["commitment"].unique()) == [name]


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\ud800", "\ufffe", "\ue000"])
def test_a_sign_that_no_text_holds_is_refused(sign: str) -> None:
    """Controls, halves of characters and unassigned ones are in no record."""
    for field in ("id", "title", "party", "note", "condition"):
        fields = {"id": "a", "party": "A", "announced": DAY, "stage": "pledged"}
        with pytest.raises(ValidationError, match="unprintable"):
            pt.Commitment(**fields | {field: f"a{sign}b"})


# --- numbers and days -----------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["9" * 10_000, "1e999999999", "1e-999999999", "NaN", "Infinity",
                                    "9" * 23, "0." + "1" * 7, "-0x1", "1_0"])  # fmt: skip
def test_a_number_that_is_no_amount_is_refused(number: str, tmp_path: Path) -> None:
    """Amounts hold 22 digits before the point and 6 after it, in every file."""
    with pytest.raises(ValidationError, match="number"):
        pt.Quantity(number=number, unit="USD")
    path = tmp_path / "a.json"
    path.write_text(
        '{"pledgetrack_format": 2, "commitments": [{"id": "a", "party": "N", "announced": '
        f'"{DAY}", "stage": "pledged", "targets": [{{"number": "{number}", "unit": "USD"}}]}}]}}'
    )
    with pytest.raises(pt.InvalidLedgerError):
        pt.read(path)


@pytest.mark.parametrize("day", ["0000-01-01", "99999-01-01", "10000-01-01", "-0001-01-01",
                                 "2024-02-30", "2024-13-01", "٢٠٢٤-٠١-٠١", "2024-1-1"])  # fmt: skip
def test_a_day_of_no_calendar_is_refused(day: str, tmp_path: Path) -> None:
    """Years are 1 to 9999, as everywhere; no day is moved to one that exists."""
    with pytest.raises(ValidationError):
        pt.Commitment(id="a", party="N", announced=day, stage="pledged")
    with pytest.raises(pt.PledgetrackError):
        pt.parse_horizon(f"by {day}")
    with pytest.raises(pt.PledgetrackError):
        pt.load_seeds().totals(as_of=day)
    path = tmp_path / "a.toml"
    path.write_text(f'[[source]]\nid = "a"\npublished = "{day}"\n', encoding="utf-8")
    with pytest.raises(pt.InvalidLedgerError):
        pt.read(path)


def test_runs_of_footnote_marks_are_read_at_once(tmp_path: Path) -> None:
    """A run of marks that ends in something else takes no longer than another text."""
    for end in ("é", "x*)", "(", ")"):
        path = tmp_path / "a.csv"
        path.write_text(f"Donor,Pledged\n{'²' * 60 + end},{'*' * 60 + end}\n", encoding="utf-8")
        seen = pt.inspect_table(path)
        assert seen.columns["column"].tolist() == ["Donor", "Pledged"]


def test_runs_of_blank_lines_are_read_at_once(tmp_path: Path) -> None:
    """What stands before a list of promises is skipped line by line."""
    path = tmp_path / "a.yaml"
    path.write_text("\n \n# a\n" * 60 + "!", encoding="utf-8")
    with pytest.raises(pt.PledgetrackError):
        pt.read_promises(path, party="A", announced="2022-05-01")
    path.write_text("\n \n# a\n" * 60 + "promises:\n- title: Build a school\n", encoding="utf-8")
    assert len(pt.read_promises(path, party="A", announced="2022-05-01")) == 1

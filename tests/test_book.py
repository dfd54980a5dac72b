"""A ledger as a workbook: what people see in it, and what is said when it is read back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import pledgetrack as pt
from pledgetrack.book import book_content, columns_of
from pledgetrack.layout import PLURALS
from pledgetrack.results import ACCOUNT

Cells = dict[str, list[list[Any]]]


@pytest.fixture
def book(tmp_path: Path, seeds: pt.Ledger) -> Path:
    """The seeds as a workbook."""
    return pt.write(seeds, tmp_path / "book.xlsx")


def shown(path: Path) -> Cells:
    """The cells of every sheet."""
    sheets = openpyxl.load_workbook(path).worksheets
    return {
        sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in sheets
    }


def edited(path: Path, edit: Callable[[Any], object]) -> Path:
    """The workbook after a person changed it and another program saved it."""
    book = openpyxl.load_workbook(path)
    edit(book)
    book.save(path)
    return path


def problems(path: Path) -> list[str]:
    """The mistakes in a workbook, each as its words."""
    with pytest.raises(pt.InvalidLedgerError) as caught:
        pt.read(path)
    return [str(problem).removeprefix(str(path)) for problem in caught.value.problems]


def at(sheet: Any, heading: str, row: int = 2) -> Any:
    """The cell of a row under a heading."""
    headings = [cell.value for cell in sheet[1]]
    return sheet.cell(row, headings.index(heading) + 1)


def test_there_is_a_sheet_for_each_kind_of_record(book: Path, seeds: pt.Ledger) -> None:
    """Their targets apart, so that amounts can be added up; and the notes."""
    sheets = shown(book)
    assert list(sheets) == ["commitments", "targets", "events", "sources", "parties", "notes"]
    assert len(sheets["commitments"]) == len(seeds) + 1
    assert len(sheets["targets"]) == sum(len(promise.targets) for promise in seeds) + 1
    notes = {row[1]: row[2] for row in sheets["notes"][1:]}
    assert notes["pledgetrack_format"] == 2
    assert notes["sources_to"] == dt.datetime(2023, 12, 22)  # noqa: DTZ001  # as openpyxl has days


def test_every_field_of_a_record_has_a_column() -> None:
    """Nothing of a record is left out of its sheet."""
    columns = {kind: columns_of(kind, ["theme"]) for kind in PLURALS}
    assert [name for name in pt.Party.model_fields if name not in columns["party"]] == []
    assert [name for name in pt.Source.model_fields if name not in columns["source"]] == []
    assert {"quantity_number", "restated_unit", "horizon_end"} <= set(columns["event"])
    apart = {"targets", "horizon", "tags", "citations"}
    assert apart == set(pt.Commitment.model_fields) - set(columns["commitment"])
    assert {"horizon_start", "tag_theme", "citation_sources"} <= set(columns["commitment"])


def test_people_see_numbers_days_and_names_on_lines(book: Path) -> None:
    """Amounts and days are no text; joint parties and citations stand one under the other."""
    sheets = openpyxl.load_workbook(book)
    targets = sheets["targets"]
    row = next(cells[0].row for cells in targets if cells[0].value == "mx-border-infrastructure")
    assert at(targets, "number", row).value == 1_500_000_000
    assert at(targets, "number", row).number_format == "#,##0.00"
    promises = sheets["commitments"]
    row = next(cells[0].row for cells in promises if cells[0].value == "mx-border-infrastructure")
    assert at(promises, "announced", row).is_date
    assert at(promises, "citation_places", row).value == "¶4\n¶6"
    joint = {at(promises, "parties", row).value for row in range(2, promises.max_row + 1)}
    assert "Mexico\nUnited States" in joint


def test_a_book_that_another_program_saved_reads_the_same(book: Path, seeds: pt.Ledger) -> None:
    """Floats, shared texts and styles of its own make no difference."""
    assert pt.read(edited(book, lambda _: None)) == seeds


def test_what_a_person_types_is_read(book: Path) -> None:
    """A number for an amount or an id, a month, a phrase of several parties."""

    def edit(sheets: Any) -> None:
        targets, promises = sheets["targets"], sheets["commitments"]
        rows = {cells[0].value: cells[0].row for cells in promises}
        at(targets, "number", 2).value = 0.1
        at(promises, "parties", rows["mx-border-infrastructure"]).value = "Peru\n\nChile "
        at(promises, "announced", rows["us-humanitarian-aid"]).value = "2022-05"
        at(promises, "title", rows["us-humanitarian-aid"]).value = 2024
        promises.append([])
        promises.cell(promises.max_row + 2, 1).value = None

    ledger = pt.read(edited(book, edit))
    assert Decimal("0.1") in {t.number for promise in ledger for t in promise.targets}
    assert ledger["mx-border-infrastructure"].parties == ("Chile", "Peru")
    assert ledger["us-humanitarian-aid"].announced == dt.date(2022, 5, 31)
    assert ledger["us-humanitarian-aid"].title == "2024"


def test_a_number_that_lost_its_exactness_is_refused(book: Path) -> None:
    """What a formula left behind has more decimals than an amount holds."""
    edited(book, lambda sheets: setattr(at(sheets["targets"], "number"), "value", 1e-7 / 3))
    (problem,) = problems(book)
    assert "targets.0.number: 3.333333e-8 has too many digits" in problem


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda book: book.remove(book["events"]), ["the sheet 'events' is missing"]),
        (lambda book: book.create_sheet("comitments"),
         ["unknown sheet 'comitments'; did you mean 'commitments'? (known: "]),
        (lambda book: setattr(at(book["parties"], "kind", 1), "value", "kin"),
         [" (parties):1: unknown heading 'kin'; did you mean 'kind'?"]),
        (lambda book: setattr(at(book["parties"], "kind", 1), "value", "name"),
         [" (parties):1: the heading 'name' is given twice"]),
        (lambda book: setattr(book["parties"].cell(3, 9), "value", "x"),
         [" (parties):3: has a cell under no heading"]),
        (lambda book: setattr(at(book["sources"], "published"), "value", "soon"),
         [" (sources):2: source '"]),
        (lambda book: book["targets"].append(["nobody", 1, "USD"]),
         ["there is no commitment 'nobody' in the sheet 'commitments'"]),
        (lambda book: book["parties"].delete_rows(1, 99), [" (parties):1: holds no headings"]),
        (lambda book: setattr(at(book["events"], "kind"), "value", "given"),
         [" (events):2: event 1 (of '"]),
        (lambda book: setattr(book["notes"]["C2"], "value", 99), ["is of format 99, newer than"]),
        (lambda book: setattr(book["notes"]["C2"], "value", "two"), ["'two', not a version"]),
        (lambda book: setattr(book["notes"]["C2"], "value", None), ["is no ledger: its sheet"]),
        (lambda book: book.remove(book["notes"]), ["is no ledger: its sheet 'notes' lacks"]),
    ],
)  # fmt: skip
def test_a_mistake_in_a_book_is_named_with_its_sheet_and_row(
    book: Path, edit: Callable[[Any], object], words: list[str]
) -> None:
    """Nothing that a person did to a book is passed over."""
    found = "\n".join(problems(edited(book, edit)))
    assert [word for word in words if word not in found] == []


def test_a_repeated_id_is_named_with_its_row(book: Path) -> None:
    """Mistakes between records know their places, too."""

    def edit(sheets: Any) -> None:
        sheets["commitments"].append([cell.value for cell in sheets["commitments"][2]])

    found = problems(edited(book, edit))
    assert any(problem.startswith(" (commitments):21: commitment '") for problem in found)


def test_a_citation_needs_its_source(book: Path) -> None:
    """A line of places without its line of sources."""

    def edit(sheets: Any) -> None:
        at(sheets["commitments"], "citation_sources").value = None

    assert any("source' is missing" in problem for problem in problems(edited(book, edit)))


def test_a_workbook_of_results_is_no_ledger(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Nor is one that somebody else made, or a text that is called one."""
    path = pt.write(seeds.check(), tmp_path / "a.xlsx")
    assert problems(path) == [": is no ledger: its sheet 'notes' lacks 'pledgetrack_format'"]
    path.write_text("id,title\n", encoding="utf-8")
    assert problems(path)[0].startswith(": is no valid workbook: ")


def test_workbooks_in_a_folder_are_left_alone(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Beside hand-written files people keep what they rest on."""
    pt.write(seeds, tmp_path / "ledger.json")
    (tmp_path / "budget.xlsx").write_bytes(b"a workbook of the ministry")
    assert pt.read(tmp_path) == seeds


def test_a_text_that_no_cell_can_hold_is_refused_by_its_place(tmp_path: Path) -> None:
    """Nothing is cut in silence; the other forms hold it."""
    promise = pt.Commitment(
        id="a", party="A", announced="2024-01-01", stage="pledged", note="x" * 40_000
    )
    with pytest.raises(pt.FileFormatError, match=r"40,000 characters.*write JSON") as caught:
        pt.write(pt.Ledger([promise]), tmp_path / "a.xlsx")
    assert "('note')" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_amounts_that_stand_as_text_are_in_the_notes(tmp_path: Path) -> None:
    """A sum over the column does not count them, so the book says where they are."""
    promise = pt.Commitment(
        id="a", party="A", announced="2024-01-01", stage="pledged",
        target={"number": "1234567890123456.78", "unit": "USD"},
    )  # fmt: skip
    ledger = pt.Ledger([promise])
    path = pt.write(ledger, tmp_path / "a.xlsx")
    (note,) = [row for row in shown(path)["notes"] if row[1] == "amount as text"]
    assert note == [
        "targets", "amount as text", "'targets'!B2 has more digits than a spreadsheet keeps",
    ]  # fmt: skip
    assert pt.read(path) == ledger


def test_the_account_of_an_import_has_a_sheet(tmp_path: Path, seeds: pt.Ledger) -> None:
    """A text that no cell can hold is changed, and the notes say so; it is not read back."""
    account = pd.DataFrame(
        {"file": ["a.xml", "a.xml"], "outcome": ["counted", "rejected"], "unit": ["USD", "JPY"],
         "number": [Decimal("0.50"), Decimal(7)], "raw": ["a\x07b", "y" * 40_000]}
    )  # fmt: skip
    account.attrs["caption"] = "of a file"
    records = {kind: getattr(seeds, plural) for kind, plural in PLURALS.items()}
    path = tmp_path / "a.xlsx"
    path.write_bytes(book_content(records, path, account=account))
    header, *rows = shown(path)[ACCOUNT]
    assert header == list(account.columns)
    assert rows[0] == ["a.xml", "counted", "USD", 0.5, "a\ufffdb"]
    assert len(rows[1][4]) == 32_767
    notes = shown(path)["notes"]
    assert [ACCOUNT, "caption", "of a file"] in notes
    assert [row[2] for row in notes if row[1] == "text changed"] == [
        "'account'!E2 holds as much of its text as a cell can",
        "'account'!E3 holds as much of its text as a cell can",
    ]
    assert pt.read(path) == seeds
    path.write_bytes(book_content(records, path, account=account.iloc[:0]))
    assert ACCOUNT not in shown(path)

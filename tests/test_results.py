"""Results for spreadsheets: the figures, the days and the notes of every kind of table."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given

import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.account import AccountBuilder
from pledgetrack.ledger import Ledger
from pledgetrack.results import notes_of

DAY = "2024-08-01"
RATES = pt.Rates.fixed({"USD": "1.0839"}, per="EUR", source="the contract")
KINDS = ("totals", "periods", "range", "summary", "status", "timeline", "changes", "explain",
         "movements", "converted", "check")  # fmt: skip


def result(ledger: pt.Ledger, kind: str) -> pd.DataFrame:
    """A result of each kind."""
    if kind == "explain":
        return ledger.explain(ledger.totals(as_of=DAY), 0)
    tables: dict[str, Any] = {
        "totals": lambda: ledger.totals(by=["party", "horizon"], as_of=DAY),
        "periods": lambda: ledger.totals(per="fiscal year", calendar="US", as_of=DAY),
        "range": lambda: ledger.totals(by="party", bounds="range", as_of=DAY),
        "summary": lambda: ledger.summary(by="party", as_of=DAY),
        "status": lambda: ledger.status(as_of=DAY),
        "timeline": lambda: ledger.timeline(freq="year", as_of=DAY),
        "changes": lambda: ledger.changes(since="2022-12-31", until=DAY),
        "movements": ledger.movements,
        "converted": lambda: ledger.status(as_of=DAY, into="EUR", rates=RATES),
        "check": ledger.check,
    }
    made: pd.DataFrame = tables[kind]()
    return made


def values(frame: pd.DataFrame) -> list[list[Any]]:
    """The cells of a frame as plain values."""
    columns = [
        [None if pd.isna(cell) else cell for cell in frame.iloc[:, at].tolist()]
        for at in range(frame.shape[1])
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def sheet(path: Path, name: str = "result") -> list[list[Any]]:
    """The rows of a sheet, numbers as their shortest decimal and days as days."""

    def plain(cell: Any) -> Any:
        if isinstance(cell, dt.datetime):
            return cell.date()
        return Decimal(repr(cell)) if isinstance(cell, float) else cell

    book = openpyxl.load_workbook(path)
    return [[plain(cell) for cell in row] for row in book[name].iter_rows(values_only=True)]


def lines(path: Path) -> list[list[str]]:
    """The cells of a CSV file."""
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


@pytest.mark.parametrize("kind", KINDS)
def test_a_workbook_holds_the_figures_of_a_result(
    tmp_path: Path, seeds: pt.Ledger, kind: str
) -> None:
    """Each number, day and text of each kind of table, with a blank where it is missing."""
    frame = result(seeds, kind)
    header, *rows = sheet(pt.write(frame, tmp_path / "result.xlsx"))
    assert header == list(frame.columns)
    shares = [at for at, name in enumerate(header) if name == "share"]
    for found, wanted in zip(rows, values(frame), strict=True):
        for at in shares:
            wanted[at] = wanted[at] and Decimal(f"{wanted[at]:.15g}")
        assert found == [None if cell == "" else cell for cell in wanted]


@pytest.mark.parametrize("kind", KINDS)
def test_csv_holds_the_figures_of_a_result(tmp_path: Path, seeds: pt.Ledger, kind: str) -> None:
    """Plain decimals with every digit, days as in ISO 8601, nothing where nothing is."""
    frame = result(seeds, kind)
    header, *rows = lines(pt.write(frame, tmp_path / "result.csv"))
    caption = frame.attrs.get("caption")
    assert header == [*frame.columns, *(["caption"] if caption else [])]
    for found, wanted in zip(rows, values(frame), strict=True):
        if caption:
            assert found.pop() == caption
        for cell, value in zip(found, wanted, strict=True):
            assert "E" not in cell or isinstance(value, str)
            assert (Decimal(cell) if isinstance(value, (Decimal, int)) else cell) == (
                "" if value is None else value if isinstance(value, (Decimal, int)) else str(value)
            )


@given(pts.ledgers(), pts.days())
def test_the_figures_of_any_ledger_are_kept(
    tmp_path_factory: pytest.TempPathFactory, ledger: pt.Ledger, day: dt.date
) -> None:
    """No amount of a status table loses a digit on the way through a workbook or CSV."""
    frame = ledger.status(as_of=day)
    amounts = [
        [value and Decimal(value) for value in frame[name]] for name in ("target", "delivered")
    ]
    folder = tmp_path_factory.getbasetemp()
    header, *rows = sheet(pt.write(frame, folder / "result.xlsx"))
    told, *texts = lines(pt.write(frame, folder / "result.csv"))
    for name, wanted in zip(("target", "delivered"), amounts, strict=True):
        assert [row[header.index(name)] for row in rows] == wanted
        found = [row[told.index(name)] for row in texts]
        assert [Decimal(text) if text else None for text in found] == wanted


def test_amounts_show_the_minor_digits_of_their_unit(tmp_path: Path) -> None:
    """Each row has its own unit."""
    frame = pd.DataFrame(
        {
            "unit": ["USD", "JPY", "KWD", "action"],
            "pledged": [Decimal(5)] * 4,
            "commitments": [1] * 4,
        }
    )
    cells = openpyxl.load_workbook(pt.write(frame, tmp_path / "a.xlsx"))["result"]
    forms = [cells.cell(row, 2).number_format for row in range(2, 6)]
    assert forms == ["#,##0.00", "#,##0", "#,##0.000", "#,##0"]
    assert cells["C2"].number_format == "#,##0"


def test_a_stated_amount_shows_the_digits_of_the_unit_stated(tmp_path: Path) -> None:
    """Beside a converted one."""
    frame = pd.DataFrame(
        {"unit": ["USD"], "target": [Decimal(5)], "stated_unit": ["JPY"],
         "stated_target": [Decimal(700)]}
    )  # fmt: skip
    cells = openpyxl.load_workbook(pt.write(frame, tmp_path / "a.xlsx"))["result"]
    assert (cells["B2"].number_format, cells["D2"].number_format) == ("#,##0.00", "#,##0")


def test_the_notes_say_what_a_result_rests_on(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Its caption, day, rates and calendar, by the name of its sheet."""
    money = seeds.filter(unit="USD")
    frame = money.totals(per="fiscal year", calendar="US", as_of=DAY, into="EUR", rates=RATES)
    header, *notes = sheet(pt.write({"by year": frame}, tmp_path / "a.xlsx"), "notes")
    assert header == ["sheet", "name", "value"]
    assert {row[0] for row in notes} == {"by year"}
    told = {row[1]: row[2] for row in notes}
    assert next(iter(told)) == "caption"
    assert told == {name: str(value) for name, value in frame.attrs.items()}
    assert {"as_of", "rates", "into", "fiscal_years", "sources_to"} <= told.keys()


def test_an_amount_that_a_spreadsheet_would_round_is_text_and_named(tmp_path: Path) -> None:
    """Every digit stays, and the notes say which cells no sum counts."""
    large = Decimal("9999999999999999999999.999999")
    frame = pd.DataFrame({"unit": ["USD", "USD"], "pledged": [Decimal(1), large]})
    path = pt.write(frame, tmp_path / "a.xlsx")
    assert sheet(path)[2] == ["USD", "9999999999999999999999.999999"]
    assert sheet(path, "notes")[1:] == [
        ["result", "amount as text", "'result'!B3 has more digits than a spreadsheet keeps"]
    ]


def test_several_results_are_sheets_of_one_workbook(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Each under the name that it is given, in that order."""
    frames = {kind: result(seeds, kind) for kind in ("totals", "status", "check")}
    path = pt.write(frames, tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(path).sheetnames == ["totals", "status", "check", "notes"]
    assert sheet(path, "status")[1:] == values(frames["status"])


def test_the_sources_and_the_account_of_a_ledger_go_with_its_results(
    tmp_path: Path, seeds: pt.Ledger
) -> None:
    """What is published says what it rests on, and what an import left out."""
    path = pt.write(seeds.check(), tmp_path / "a.xlsx", ledger=seeds)
    assert openpyxl.load_workbook(path).sheetnames == ["result", "sources", "notes"]
    assert [row[0] for row in sheet(path, "sources")[1:]] == [source.id for source in seeds.sources]
    seen = AccountBuilder()
    seen.rejected("no amount", file="aid.csv", line=3, raw="=1+1")
    imported = Ledger._of(seeds._records, {}, seen.build())
    path = pt.write({"findings": imported.check()}, tmp_path / "b.xlsx", ledger=imported)
    assert openpyxl.load_workbook(path).sheetnames == ["findings", "sources", "account", "notes"]
    header, row = sheet(path, "account")
    told = dict(zip(header, row, strict=True))
    assert (told["outcome"], told["reason"], told["raw"]) == ("rejected", "no amount", "=1+1")
    assert sheet(pt.write(imported, tmp_path / "c.xlsx"), "account") == [header, row]


def test_a_ledger_goes_beside_results_in_a_workbook_only(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Elsewhere there is no place for it."""
    found = seeds.check()
    wrong: list[tuple[Any, str, Any]] = [
        (found, "a.csv", seeds), (seeds, "a.xlsx", seeds), (found, "a.xlsx", found),
    ]  # fmt: skip
    for what, name, ledger in wrong:
        with pytest.raises(pt.FileFormatError, match="ledger= "):
            pt.write(what, tmp_path / name, ledger=ledger)
    with pytest.raises(pt.FileFormatError, match="format= is for"):
        pt.write(found, tmp_path / "a.csv", format="csv")
    with pytest.raises(pt.FileFormatError, match="given twice"):
        pt.write({"Sources": found}, tmp_path / "a.xlsx", ledger=seeds)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a/b", "x" * 32, "notes", ""])
def test_a_name_that_no_sheet_can_have_is_refused(
    tmp_path: Path, seeds: pt.Ledger, name: str
) -> None:
    """Nothing is written under another name."""
    with pytest.raises(pt.FileFormatError, match="of a sheet"):
        pt.write({name: seeds.check()}, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_csv_is_guarded_against_formulas_on_request(tmp_path: Path) -> None:
    """An apostrophe stands before risky text and headings; amounts below zero stay amounts."""
    frame = pd.DataFrame(
        {"=party": ["=1+1", "Mexico;=1+1", "'tis"], "pledged": [Decimal(-5), None, Decimal("0.10")]}
    )
    frame.attrs["caption"] = "@home"
    plain = pt.write(frame, tmp_path / "plain.csv").read_text(encoding="utf-8")
    assert plain == "=party,pledged,caption\n=1+1,-5,@home\nMexico;=1+1,,@home\n'tis,0.10,@home\n"
    path = pt.write(frame, tmp_path / "guarded.csv", formulas="guard")
    assert path.read_text(encoding="utf-8") == (
        '"\'=party","pledged","caption"\n"\'=1+1","-5","\'@home"\n'
        '"Mexico;=1+1","","\'@home"\n"\'\'tis","0.10","\'@home"\n'
    )


def test_the_labels_of_an_index_are_a_column(tmp_path: Path, seeds: pt.Ledger) -> None:
    """A table that a person turned loses no label; the numbers of rows say nothing."""
    frame = seeds.totals(by="party", as_of=DAY)
    turned = frame.set_index("party")
    assert lines(pt.write(turned, tmp_path / "a.csv"))[0][0] == "party"
    cut = frame[frame["unit"] == "USD"]
    assert lines(pt.write(cut, tmp_path / "b.csv"))[0][0] == "party"
    wide = frame.pivot_table(
        index="party", columns=["unit", "bound"], values=["commitments"], aggfunc="sum"
    )
    assert "commitments USD" in " ".join(lines(pt.write(wide, tmp_path / "c.csv"))[0])


def test_floats_flags_and_moments_are_written_plainly(tmp_path: Path) -> None:
    """What a person adds to a table is written without an exponent."""
    frame = pd.DataFrame(
        {"a": [1e-7, 2.5, None], "b": [True, False, True], "c": [pd.Timestamp("2024-01-02")] * 3,
         "d": pd.to_datetime(["2024-01-02 03:04"] * 3), "e": [[1], {}, Decimal("Infinity")]}
    )  # fmt: skip
    assert lines(pt.write(frame, tmp_path / "a.csv"))[1:] == [
        ["0.0000001", "true", "2024-01-02", "2024-01-02T03:04:00", "[1]"],
        ["2.5", "false", "2024-01-02", "2024-01-02T03:04:00", "{}"],
        ["", "true", "2024-01-02", "2024-01-02T03:04:00", "Infinity"],
    ]
    day = dt.date(2024, 1, 2)
    rows = sheet(pt.write(frame, tmp_path / "a.xlsx"))[1:]
    assert rows[0] == [Decimal("1E-7"), True, day, "2024-01-02T03:04:00", "[1]"]
    assert rows[2] == [None, True, day, "2024-01-02T03:04:00", "Infinity"]


def test_numbers_for_plots_are_numbers(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Floats that were asked for are written as they are."""
    frame = seeds.totals(by="party", as_of=DAY, numbers="float")
    header, *rows = sheet(pt.write(frame, tmp_path / "a.xlsx"))
    assert [row[header.index("pledged")] for row in rows] == [
        None if pd.isna(value) else value for value in frame["pledged"]
    ]


def test_a_table_without_rows_is_written(tmp_path: Path) -> None:
    """Its headings stand, and its notes."""
    frame = pt.Ledger().totals(by="party", as_of=DAY)
    assert sheet(pt.write(frame, tmp_path / "a.xlsx")) == [list(frame.columns)]
    assert lines(pt.write(frame, tmp_path / "a.csv")) == [[*frame.columns, "caption"]]
    assert notes_of(frame, "a")[0] == ("a", "caption", f"as of {DAY}")


@pytest.mark.parametrize("name", ["a.json", "a.parquet", "a", "a.toml", "a.xls"])
def test_a_result_has_two_forms(tmp_path: Path, seeds: pt.Ledger, name: str) -> None:
    """Others are refused with the ones there are."""
    with pytest.raises(pt.FileFormatError, match=r"ends in \.csv or \.xlsx"):
        pt.write(seeds.check(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_result_is_refused(tmp_path: Path, seeds: pt.Ledger) -> None:
    """With what could be written instead."""
    wrong: list[Any] = [[1], "totals", None, {"a": 1}, {1: seeds.check()}, {}]
    for what in wrong:
        with pytest.raises(pt.FrameError):
            pt.write(what, tmp_path / "a.xlsx")
    with pytest.raises(pt.FileFormatError, match="holds one result"):
        pt.write({"a": seeds.check()}, tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_guard_is_for_csv(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Where text is text anyway it is refused, not passed over; so is an unknown word."""
    for what, name in ((seeds, "a.json"), (seeds, "a.xlsx"), (seeds.check(), "a.xlsx")):
        with pytest.raises(pt.FileFormatError, match="is for CSV"):
            pt.write(what, tmp_path / name, formulas="guard")
    with pytest.raises(pt.FileFormatError, match="is for CSV"):
        pt.write(seeds, tmp_path / "a", format="parquet", formulas="guard")
    with pytest.raises(pt.UnknownNameError, match="'guard'"):
        pt.write(seeds, tmp_path / "a.csv", formulas="gaurd")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_result_replaces_the_old_one_whole_or_not_at_all(
    tmp_path: Path, seeds: pt.Ledger, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A disk that is full leaves the file that was there."""
    path = pt.write(seeds.check(), tmp_path / name)
    before = path.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(pt.FileFormatError, match="No space left"):
        pt.write(seeds.status(as_of=DAY), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]

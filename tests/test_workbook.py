"""Pages of cells to a workbook and back: digits, texts, looks, limits."""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
import zipfile
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from pledgetrack.workbook import (
    MOST_CHARACTERS,
    MOST_ROWS,
    Amount,
    Page,
    Share,
    is_kept,
    read_workbook,
    workbook_content,
)

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RISKY = (
    "=1+1",
    '=HYPERLINK("https://example.org")',
    "+1",
    "-1",
    "@cmd",
    "\t=1",
    "\r=1",
    "\uff1d1+1",
    "=cmd|' /C calc'!A0",
    "https://example.org",
    "mailto:a@example.org",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "internal:notes!A1",
    "{=SUM(A1)}",
    "#REF!",
    "1e5",
    "007",
    "TRUE",
    "2024-01-01",
)


def made(*cells: Any, name: str = "sheet") -> bytes:
    """A workbook with the cells in one column."""
    return workbook_content([Page(name, ["value"], [[cell] for cell in cells])], "book.xlsx")


def part(content: bytes, name: str) -> ET.Element:
    """A part of a workbook as XML."""
    return ET.fromstring(zipfile.ZipFile(io.BytesIO(content)).read(name))  # noqa: S314


def cells(content: bytes) -> list[ET.Element]:
    """The cells below the header."""
    return part(content, "xl/worksheets/sheet1.xml").findall(f".//{MAIN}c")[1:]


def texts(content: bytes) -> list[str]:
    """The shared texts, as they stand in the file."""
    found = part(content, "xl/sharedStrings.xml").findall(f"{MAIN}si/{MAIN}t")
    return [text.text or "" for text in found]


def opened(content: bytes) -> Any:
    """The first sheet as another program shows it."""
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


@times(2)
@given(st.decimals(-(10**22), 10**22, allow_nan=False, places=6) | st.decimals(-99, 99, places=2))
def test_an_amount_stands_in_the_file_with_its_own_digits(number: Decimal) -> None:
    """As a number where a spreadsheet keeps every digit, else as text, and never rounded."""
    content = made(Amount(number, 2))
    cell = cells(content)[0]
    value = cell.findtext(f"{MAIN}v")
    assert value is not None
    if is_kept(number):
        assert "t" not in cell.attrib
        assert Decimal(value) == number
        if abs(number) < 10**16:  # a larger one has only zeros there
            assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value)
        read = read_workbook(content)["sheet"][1][0]
        assert Decimal(repr(read)) == number
    else:
        assert cell.get("t") == "s"
        text = texts(content)[int(value)]
        assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text)
        assert Decimal(text) == number


def test_amounts_of_more_than_fifteen_digits_are_told_apart() -> None:
    """Zeros at either end are no digits that could be lost."""
    kept = ["999999999999999", "0.000000999999999999999", "100000000000000000000", "-1.50", "0"]
    lost = ["1000000000000001", "0.1234567890123456", "-12345678901234.56", "1" + "0" * 40 + "1"]
    assert [number for number in kept if not is_kept(Decimal(number))] == []
    assert [number for number in lost if is_kept(Decimal(number))] == []
    page = Page("it's", ["a", "b"], [[Amount(Decimal(1)), Amount(Decimal(lost[0]))]])
    assert page.as_text() == ["'it''s'!B2"]


@pytest.mark.parametrize("text", RISKY)
def test_text_is_never_a_formula_or_a_link(text: str) -> None:
    """It is a shared text in the file, no formula, no link, no number, and comes back as it was."""
    content = made(text)
    (cell,) = cells(content)
    assert cell.get("t") == "s"
    assert cell.find(f"{MAIN}f") is None
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert not [name for name in names if "externalLink" in name or "sheets/_rels" in name]
    assert b"hyperlink" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    shown = opened(content)["A2"]
    assert (shown.data_type, shown.hyperlink) == ("s", None)
    assert shown.value == text.replace("\r", "_x000D_")  # as Excel writes the sign


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@cmd"])
def test_risky_text_stays_text_when_somebody_edits_it(text: str) -> None:
    """The cell has the mark that an apostrophe typed before the text would set."""
    assert opened(made(text))["A2"].quotePrefix
    assert not opened(made("Mexico"))["A2"].quotePrefix


def test_a_heading_is_text_too() -> None:
    """A column of a result may be called anything."""
    page = Page("sheet", ["=1+1"], [])
    content = workbook_content([page], "book.xlsx")
    cell = part(content, "xl/worksheets/sheet1.xml").find(f".//{MAIN}c")
    assert cell is not None
    assert cell.get("t") == "s"


def test_the_header_is_frozen_and_has_a_filter() -> None:
    """Columns can be filtered, and their names stay in sight."""
    sheet = opened(made("a", "b"))
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:A3"
    assert sheet["A1"].font.bold


def test_columns_are_as_wide_as_their_texts_within_reason() -> None:
    """A long note does not push the figures off the screen."""
    page = Page("sheet", ["id", "note"], [["a", "word " * 100], ["b" * 20, None]])
    sheet = opened(workbook_content([page], "book.xlsx"))
    assert 20 < sheet.column_dimensions["A"].width < 30
    assert 55 < sheet.column_dimensions["B"].width < 65


@pytest.mark.parametrize(
    ("number", "digits", "form"),
    [("1500000000", 2, "#,##0.00"), ("1500000000", 0, "#,##0"), ("1.5", 3, "#,##0.000"),
     ("0.000001", 2, "#,##0.000000"), ("1.50", 0, "#,##0.0"), ("1E+3", 0, "#,##0")],
)  # fmt: skip
def test_an_amount_shows_the_digits_of_its_unit(number: str, digits: int, form: str) -> None:
    """And all those that it has beyond them."""
    assert opened(made(Amount(Decimal(number), digits)))["A2"].number_format == form


@pytest.mark.parametrize(
    ("share", "form"),
    [("0.5", "0.0%"), ("1", "0.0%"), ("0", "0.0%"), ("0.9995", "0.00%"), ("0.99999", "0.000%"),
     ("0.0001", "0.00%"), ("1.25", "0.0%"), ("-0.25", "0.0%")],
)  # fmt: skip
def test_a_share_is_not_rounded_to_done_or_to_nothing(share: str, form: str) -> None:
    """A reader of 100% takes it for all."""
    cell = opened(made(Share(Decimal(share))))["A2"]
    assert cell.number_format == form
    assert cell.value == float(share)


def test_a_long_quotient_is_a_number() -> None:
    """A third has no exact decimal, so it keeps the digits that a spreadsheet keeps."""
    assert opened(made(Share(Decimal(1) / Decimal(3))))["A2"].value == 0.333333333333333


def test_days_are_days() -> None:
    """A day is a date of the spreadsheet; one before 1900, which it has not, is text."""
    sheet = opened(made(dt.date(2024, 2, 29), dt.date(1900, 3, 1), dt.date(1900, 2, 28)))
    assert sheet["A2"].value == dt.datetime(2024, 2, 29)  # noqa: DTZ001  # as openpyxl has days
    assert sheet["A2"].number_format == "yyyy-mm-dd"
    assert sheet["A3"].value == dt.datetime(1900, 3, 1)  # noqa: DTZ001
    assert sheet["A4"].value == "1900-02-28"


def test_flags_floats_and_blanks_are_themselves() -> None:
    """What is missing is a blank cell, never 0 or a text."""
    sheet = opened(made(True, 0.5, None, "", 0))
    assert [sheet.cell(row, 1).value for row in range(2, 7)] == [True, 0.5, None, None, 0]


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\ud800", "\ufffe", "\uffff"])
def test_a_character_that_no_workbook_holds_is_refused(character: str) -> None:
    """The place of the text is named, and nothing is written without the sign."""
    with pytest.raises(pt.FileFormatError, match="which no workbook can hold") as caught:
        made("fine", f"a{character}b")
    assert "'sheet'!A3 ('value')" in str(caught.value)
    assert caught.value.path == "book.xlsx"


def test_a_text_that_programs_take_for_an_escape_is_refused() -> None:
    """openpyxl, and pandas with it, would drop these letters in silence."""
    with pytest.raises(pt.FileFormatError, match="for an escape"):
        made("fax005F_2")
    assert read_workbook(made("_x0041_ _x000D_"))["sheet"][1] == ["_x0041_ _x000D_"]


def test_a_text_that_is_too_long_for_a_cell_is_refused() -> None:
    """A spreadsheet would cut it in silence."""
    assert len(read_workbook(made("a" * MOST_CHARACTERS))["sheet"][1][0]) == MOST_CHARACTERS
    with pytest.raises(pt.FileFormatError, match="has 32,768 characters") as caught:
        made("a" * (MOST_CHARACTERS + 1))
    assert len(str(caught.value)) < 300


def test_too_many_rows_or_columns_are_refused() -> None:
    """A sheet ends at row 1,048,576 and at column 16,384."""
    with pytest.raises(pt.FileFormatError, match="1,048,577 rows"):
        workbook_content([Page("sheet", ["a"], [["x"]] * MOST_ROWS)], "book.xlsx")
    with pytest.raises(pt.FileFormatError, match="16,385 columns"):
        workbook_content([Page("sheet", ["a"] * 16_385, [])], "book.xlsx")


@pytest.mark.parametrize(
    ("name", "why"),
    [("a" * 32, "longer than 31"), ("", "is empty"), (" ", "is empty"), ("a/b", "holds one of"),
     ("a:b", "holds one of"), ("[a]", "holds one of"), ("a*", "holds one of"), ("a?", "holds one"),
     ("a\\b", "holds one of"), ("a\nb", "holds one of"), ("'a", "apostrophe"), ("a'", "apostrophe"),
     ("History", "keep for themselves"), ("NOTES", "given twice")],
)  # fmt: skip
def test_a_name_that_no_sheet_can_have_is_refused(name: str, why: str) -> None:
    """The name is quoted, and the reason told."""
    with pytest.raises(pt.FileFormatError, match=why):
        workbook_content([Page("notes", [], []), Page(name, [], [])], "book.xlsx")


def test_the_same_pages_make_the_same_bytes() -> None:
    """Books are kept in git, too."""
    assert made("a", Amount(Decimal(1))) == made("a", Amount(Decimal(1)))


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" * 200])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    """Text, a cut archive, an old binary workbook."""
    with pytest.raises(ValueError, match=r"."):
        read_workbook(content)


def test_a_damaged_workbook_is_refused_or_read() -> None:
    """No damaged byte comes out as anything but words."""
    whole = made("a", Amount(Decimal(1)), dt.date(2024, 1, 1))
    refused = 0
    for at in range(0, len(whole), 97):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        try:
            read_workbook(bytes(damaged))
        except ValueError:
            refused += 1
    assert refused > 10


@pytest.mark.parametrize("library", ["xlsxwriter", "openpyxl"])
def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    """What to install is said."""
    content = made("a")
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(pt.MissingExtraError, match=r"pledgetrack\[excel\]") as caught:
        made("a") if library == "xlsxwriter" else read_workbook(content)
    assert caught.value.extra == "excel"

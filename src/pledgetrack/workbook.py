"""Workbooks: pages of typed cells to the content of an ``.xlsx`` file, and back.

A number is written with its own decimal digits, and a text is a text whatever it begins with: never
a formula, never a link.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary
from zipfile import ZipFile

from pledgetrack import limits
from pledgetrack.bars import watched
from pledgetrack.errors import FileFormatError, MissingExtraError, PledgetrackError
from pledgetrack.render import FORMULA_STARTS, clip, display_width

MOST_DIGITS = 15
"""A spreadsheet keeps so many significant digits of a number, and loses the rest in silence."""

MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 1_048_576, 16_384, 32_767

_LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
# What XML 1.0 cannot hold.
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# The escape of an escape: openpyxl, and pandas with it, drops it wherever it stands.
_ESCAPE = "x005F_"
# Spreadsheets take 1900 for a leap year; from here on all of them count days alike.
_FIRST_DAY = dt.date(1900, 3, 1)
_SAMPLE = 1000  # rows that the widths are measured on
_MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001  # fixed, so that the same pages make the same bytes


class Amount(NamedTuple):
    """A number, and how many decimals it shows at least."""

    number: Decimal
    digits: int = 0


class Share(NamedTuple):
    """A quotient, shown in percent; its last digits were rounded before."""

    number: Decimal


Cell = str | bool | int | float | dt.date | Amount | Share | None


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet of a workbook: its name, its headings, and rows of cells as wide as these."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def place(self, row: int, column: int) -> str:
        """A cell as a formula names it; the header is row 0.

        >>> Page("totals", [], []).place(1, 27)
        "'totals'!AB2"
        """
        letters, left = "", column + 1
        while left:
            left, letter = divmod(left - 1, 26)
            letters = chr(ord("A") + letter) + letters
        name = self.name.replace("'", "''")
        return f"'{name}'!{letters}{row + 1}"

    def as_text(self) -> list[str]:
        """The places of amounts that stand as text, for they have too many digits.

        >>> Page("totals", ["USD"], [[Amount(Decimal("12345678901234.56"))]]).as_text()
        ["'totals'!A2"]
        """
        return [
            self.place(at, column)
            for at, row in enumerate(self.rows, start=1)
            for column, cell in enumerate(row)
            if isinstance(cell, Amount) and not is_kept(cell.number)
        ]


def is_kept(number: Decimal) -> bool:
    """Whether a spreadsheet keeps every digit of a number.

    >>> is_kept(Decimal("1234567890123.45")), is_kept(Decimal("12345678901234.56"))
    (True, False)
    """
    return len(f"{number:f}".lstrip("-").replace(".", "").strip("0")) <= MOST_DIGITS


# --- writing --------------------------------------------------------------------------------------


def workbook_content(pages: Sequence[Page], path: object) -> bytes:
    """The content of an ``.xlsx`` file; ``path`` is where it goes, for the errors.

    The same pages make the same bytes. What a sheet cannot hold is refused by its place: a text of
    more than 32,767 characters or with a sign that XML forbids, too many rows or columns.
    """
    try:
        import xlsxwriter
    except ModuleNotFoundError as error:
        raise _no_extra() from error
    _check_names([page.name for page in pages], path)
    for page in pages:
        _check(page, path)
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True})
    book.set_properties({"created": _MADE})
    writer = _Writer(book)
    for page in pages:
        writer.write(page)
    book.close()
    return sink.getvalue()


def _no_extra() -> MissingExtraError:
    return MissingExtraError(
        "workbooks need openpyxl and xlsxwriter; pip install 'pledgetrack[excel]'", extra="excel"
    )


def _check_names(names: Sequence[str], path: object) -> None:
    folded = [name.casefold() for name in names]
    for name in names:
        wrong = (
            "is longer than 31 characters" if len(name) > _LONGEST_NAME
            else "is empty" if not name.strip()
            else r"holds one of [ ] : * ? / \ or a control character" if _FORBIDDEN.search(name)
            else "begins or ends with an apostrophe" if "'" in (name[0], name[-1])
            else "is a word that spreadsheets keep for themselves" if name.casefold() == "history"
            else "is given twice; capitals do not matter" if folded.count(name.casefold()) > 1
            else None
        )  # fmt: skip
        if wrong:
            shown = clip(name, 40)
            raise FileFormatError(f"the name {shown!r} of a sheet {wrong}; take another", path=path)


def _check(page: Page, path: object) -> None:
    rows, columns = len(page.rows) + 1, len(page.header)
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise FileFormatError(
            f"the sheet {page.name!r} would have {rows:,} rows and {columns:,} columns, and a "
            f"sheet holds {MOST_ROWS:,} and {MOST_COLUMNS:,}; write CSV or Parquet",
            path=path,
        )
    for at, row in enumerate([page.header, *page.rows]):
        for column, cell in enumerate(row):
            wrong = _wrong_text(cell) if isinstance(cell, str) else None
            if wrong:
                raise FileFormatError(
                    f"the text {clip(str(cell), 30)!r} in {page.place(at, column)} "
                    f"({clip(page.header[column], 40)!r}) {wrong}; write JSON, CSV or Parquet, or "
                    "change the text",
                    path=path,
                )


def _wrong_text(text: str) -> str | None:
    if len(text) > MOST_CHARACTERS:
        return f"has {len(text):,} characters, and a cell holds {MOST_CHARACTERS:,}"
    if found := _NO_XML.search(text):
        return f"holds {found.group()!r}, which no workbook can hold"
    return f"holds {_ESCAPE!r}, which programs take for an escape" if _ESCAPE in text else None


def fitting(text: str) -> str:
    r"""A text as far as a cell can hold it, for what is there to be looked at only.

    >>> fitting("a\x07b" + "c" * 40_000)[:5], len(fitting("c" * 40_000))
    ('a�bcc', 32767)
    """
    return clip(_NO_XML.sub("�", text).replace(_ESCAPE, _ESCAPE.lower()), MOST_CHARACTERS)


class _Writer:
    """Pages into a workbook, with one format for each kind of cell."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.looks: dict[str, Any] = {}

    def look(self, name: str, **properties: Any) -> Any:
        """The format of a kind of cell, made once."""
        if name not in self.looks:
            self.looks[name] = self.book.add_format({"valign": "top", **properties})
        return self.looks[name]

    def write(self, page: Page) -> None:
        """One page: a frozen header with a filter, the cells, the widths of the columns."""
        sheet = self.book.add_worksheet(page.name)
        head = self.look("head", bold=True, bottom=1, quote_prefix=True)
        for column, name in enumerate(page.header):
            sheet.write_string(0, column, name, head)
        for at, row in enumerate(watched(page.rows, page.name, unit="row"), start=1):
            for column, cell in enumerate(row):
                if cell is not None:
                    self._cell(sheet, at, column, cell)
        sheet.freeze_panes(1, 0)
        if page.header:
            sheet.autofilter(0, 0, len(page.rows), len(page.header) - 1)
        for column, width in enumerate(_widths(page)):
            sheet.set_column(column, column, width)

    def _cell(self, sheet: Any, row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, Amount):
            self._amount(sheet, row, column, cell)
        elif isinstance(cell, Share):
            form = "0." + "0" * _share_places(cell.number) + "%"
            kept = Decimal(f"{cell.number:.{MOST_DIGITS}g}")
            sheet.write_number(row, column, kept, self.look(form, num_format=form))
        elif isinstance(cell, bool):
            sheet.write_boolean(row, column, cell, self.look("plain"))
        elif isinstance(cell, (int, float)):
            sheet.write_number(row, column, cell, self.look("plain"))
        elif isinstance(cell, dt.date) and cell >= _FIRST_DAY:
            sheet.write_datetime(row, column, cell, self.look("day", num_format="yyyy-mm-dd"))
        elif cell:
            text = str(cell)
            risky = text.startswith(FORMULA_STARTS)
            # The prefix keeps it a text after somebody has edited the cell, too.
            look = self.look("quoted" if risky else "text", text_wrap=True, quote_prefix=risky)
            sheet.write_string(row, column, text, look)

    def _amount(self, sheet: Any, row: int, column: int, cell: Amount) -> None:
        whole, _, decimals = f"{cell.number:f}".partition(".")
        decimals = decimals.rstrip("0")
        plain = f"{whole}.{decimals}" if decimals else whole
        if is_kept(cell.number):
            places = min(max(cell.digits, len(decimals)), 30)  # no format has more
            form = "#,##0" + ("." + "0" * places if places else "")
            # A decimal is written with its own digits, where a float may gain a last one.
            sheet.write_number(row, column, Decimal(plain), self.look(form, num_format=form))
        else:
            look = self.look("digits", align="right", num_format="@", bg_color="#FFF2CC")
            sheet.write_string(row, column, plain, look)


def _share_places(share: Decimal) -> int:
    """The decimals of a percentage, so many that it is not rounded up to done, nor to nothing.

    >>> _share_places(Decimal("0.5")), _share_places(Decimal("0.999999")), _share_places(Decimal(1))
    (1, 4, 1)
    """
    places = 1
    while share not in (0, 1) and round(100 * share, places) in (0, 100) and places < MOST_DIGITS:
        places += 1
    return places


def _widths(page: Page) -> Iterator[int]:
    """How wide each column is: as its longest line, within reason."""
    for column, name in enumerate(page.header):
        shown = [name + " " * 3]  # the button of the filter stands beside it
        shown += [_shown(row[column]) for row in page.rows[:_SAMPLE]]
        longest = max(display_width(line) for text in shown for line in text[:400].split("\n"))
        yield min(max(longest + 1, 6), 60)


def _shown(cell: Cell) -> str:
    if isinstance(cell, Amount):
        return f"{cell.number:,f}" + "." + "0" * cell.digits
    if isinstance(cell, Share):
        return "100.00%"
    return "" if cell is None else str(cell)


# --- reading --------------------------------------------------------------------------------------


def read_workbook(content: bytes) -> dict[str, list[list[Any]]]:
    """The sheets of an ``.xlsx`` file by name: rows of cells as Python values, blank ones None.

    The shortest decimal of a float has the digits that were written, for there are no more than a
    spreadsheet keeps. Raises ``ValueError`` where the content is no workbook.
    """
    with opened_workbook(content) as book:
        return {
            sheet.title: [list(row) for row in rows_of_sheet(sheet, len(content), values_only=True)]
            for sheet in book.worksheets
        }


@contextmanager
def opened_workbook(content: bytes, *, data_only: bool = True) -> Iterator[Any]:
    """A workbook as openpyxl reads it; what goes wrong with it inside is a ``ValueError``.

    With ``data_only`` the cells are what formulas gave, else the formulas.
    """
    try:
        import openpyxl
    except ModuleNotFoundError as error:
        raise _no_extra() from error
    try:
        limits.check_zip(content)
        _check_markup(content)
        with warnings.catch_warnings():
            # What it misses in styles and filters does not touch the cells.
            warnings.simplefilter("ignore")
            file = io.BytesIO(content)
            book = openpyxl.load_workbook(file, read_only=True, data_only=data_only)
            _check_sheets(book)
            yield book
    except PledgetrackError:
        raise
    except Exception as error:  # a broken file makes it fail in any way
        raise ValueError(clip(str(error) or type(error).__name__, 200)) from error


_CELLS: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
"""The cells that were read of each open workbook: its sheets share one limit."""


def _check_sheets(book: Any) -> None:
    """Refuse sheets that are one part of the file: a few names could stand for any number."""
    parts = [getattr(sheet, "_worksheet_path", sheet.title) for sheet in book.worksheets]
    if len({*parts}) < len(parts):
        raise ValueError("two of its sheets are one part of the file")


_NAMED = re.compile(rb"<(?:\w+:)?sheet\s")


def _check_markup(content: bytes) -> None:
    """Refuse entities, which no spreadsheet writes: a few of them can stand for gigabytes.

    More sheets than the file has parts are none either, and openpyxl opens a part for each name.
    """
    with ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        for name in names:
            if name.casefold().endswith((".xml", ".rels")):
                with archive.open(name) as part:
                    before, sheets = b"", 0
                    while piece := part.read(1 << 20):
                        # In UTF-16 every other byte is 0.
                        plain = before + piece.replace(b"\0", b"")
                        if b"<!DOCTYPE" in plain:
                            raise ValueError(f"its part {name[:80]!r} declares a document type")
                        sheets += len(_NAMED.findall(plain))
                        if sheets > len(names):
                            raise ValueError("it names more sheets than it has parts")
                        before = plain[-9:]


def rows_of_sheet(sheet: Any, size: int, *, values_only: bool) -> Iterator[Sequence[Any]]:
    """The rows of a sheet in a file of so many bytes, blank ones too, within the limits.

    A few bytes can name a cell a million rows below, and each row as wide as a sheet may be.
    """
    sheet.reset_dimensions()  # the size that a file states may be wrong
    book = sheet.parent
    cells = _CELLS.get(book, 0)
    rows = watched(sheet.iter_rows(values_only=values_only), sheet.title, unit="row")
    for number, row in enumerate(rows, start=1):
        cells += len(row)
        _CELLS[book] = cells
        if number > MOST_ROWS:
            raise ValueError(f"the sheet {sheet.title[:40]!r} has more than {MOST_ROWS} rows")
        if words := limits.too_wide(len(row)) or limits.too_many(cells, size):
            raise ValueError(f"the sheet {sheet.title[:40]!r} {words}")
        yield row

"""What a table looks like before it is mapped, and a draft of its mapping."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pledgetrack import render
from pledgetrack.calendar import FiscalCalendar
from pledgetrack.errors import TableError
from pledgetrack.formats.grids import Grid, grids_of
from pledgetrack.formats.table_amounts import amount_in, currency_of, decimal_sign
from pledgetrack.formats.table_cells import NIL, CellError, is_nil, text_of
from pledgetrack.formats.table_days import day_in, is_day_first, years_in
from pledgetrack.formats.table_draft import Column, Draft
from pledgetrack.formats.table_header import Header, find_header, is_tag_row
from pledgetrack.formats.table_mapping import TableMapping
from pledgetrack.formats.table_rows import is_total
from pledgetrack.formats.table_titles import words_of
from pledgetrack.render import clip

_NIL = frozenset(NIL)
_MOST = 0.6  # the share of cells that make a column one of numbers or days
_SEEN = 20_000  # rows that are looked at


@dataclass(slots=True)
class Inspection:
    """What ``pt.inspect_table`` saw; ``.mapping`` is the draft, ``.todo`` what it lacks.

    ``.columns`` is a frame with a row for each column.
    """

    name: str
    sheets: tuple[str, ...]
    header: int | tuple[int, ...]
    rows: int
    encoding: str | None
    delimiter: str | None
    has_tags: bool
    subtotals: tuple[str, ...]
    seen: list[Column]
    mapping: TableMapping
    todo: tuple[str, ...]

    @property
    def columns(self) -> pd.DataFrame:
        """Each column: its kind, how numbers and days are written, currencies, an example."""
        return pd.DataFrame(
            {
                "column": [column.title for column in self.seen],
                "tag": [column.tag for column in self.seen],
                "kind": [column.kind for column in self.seen],
                "style": [column.style for column in self.seen],
                "currencies": [", ".join(column.currencies) for column in self.seen],
                "filled": [column.filled for column in self.seen],
                "example": [next(iter(column.values), "") for column in self.seen],
            }
        )

    def _facts(self) -> list[str]:
        numbers = [self.header] if isinstance(self.header, int) else self.header
        header = " and ".join(map(str, numbers)) if self.header else "none"
        made = [f"{self.name}: {self.rows} rows, header in row{'s' * (len(numbers) > 1)} {header}"]
        if self.sheets:
            made.append(f"sheets: {', '.join(self.sheets)}")
        if self.encoding:
            shown = "tab" if self.delimiter == "\t" else repr(self.delimiter)
            between = f", cells between {shown}" if self.delimiter else ""
            made.append(f"encoding {self.encoding}{between}")
        if self.has_tags:
            made.append("HXL tags below the titles")
        if self.subtotals:
            made.append(f"likely subtotals: {'; '.join(self.subtotals)}")
        return made

    def __repr__(self) -> str:
        columns = [
            f"  {c.title}: {', '.join(filter(None, (c.kind, c.style, ' '.join(c.currencies))))}"
            + (f" ({clip(c.values[0], 30)})" if c.values else "")
            for c in self.seen
        ]
        todo = [f"  {said}" for said in self.todo]
        parts = [*self._facts(), "columns:", *columns, *(["to do:", *todo] if todo else [])]
        return "\n".join([*parts, "", self.mapping.to_toml().rstrip()])

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """The columns as an escaped table, the draft below it."""
        frame = self.columns
        header = [*frame.columns]
        rows = [[str(cell) for cell in row] for row in frame.itertuples(index=False)]
        table = render.html_table(header, rows, "; ".join([*self._facts(), *self.todo]))
        draft = [[line] for line in self.mapping.to_toml().splitlines() if line]
        return table + render.html_table(["mapping"], draft)


def inspect_table(source: Any, *, sheet: str | None = None) -> Inspection:
    r"""What a table looks like, and a draft of its mapping to edit.

    Says which row is the header, what each column states and how its numbers and days are written
    (or that they can be read in two ways), the currencies, likely subtotals, HXL tags, encoding
    and sheets. The draft is a guess from the titles: read it before you use it. Of a workbook it is
    the largest sheet, or the one named.

    >>> import io
    >>> table = io.StringIO("Donor,Pledge (USD million),Date\nNorway,\"1,200.5\",13/02/2024\n")
    >>> print(inspect_table(table))
    the open file: 1 rows, header in row 1
    encoding utf-8, cells between ','
    columns:
      Donor: text (Norway)
      Pledge (USD million): number, decimal '.' (1,200.5)
      Date: day, day first (13/02/2024)
    <BLANKLINE>
    [columns]
    party = "Donor"
    announced = "Date"
    pledged = { column = "Pledge (USD million)", unit = "USD", scale = "millions" }
    """
    grids = [grid for grid in grids_of(source) if grid.rows]
    names = tuple(grid.sheet for grid in grids if grid.sheet)
    if sheet is not None and sheet not in names:
        listed = ", ".join(map(repr, names)) or "none"
        raise TableError(f"there is no sheet {sheet!r} (sheets: {listed})", choices=names)
    chosen = [grid for grid in grids if sheet is None or grid.sheet == sheet]
    if not chosen:
        raise TableError("there is no row to look at")
    grid = max(chosen, key=lambda grid: len(grid.rows))
    header = _header(grid)
    rows = grid.rows[header.taken : header.taken + _SEEN]
    totals = _totals(rows, header)
    bodies = [(n, cells) for n, cells in rows if n not in totals and _states_more(cells)]
    seen = [_column(at, header, grid, bodies) for at in range(len(header.titles))]
    seen = [column for column in seen if column.title or column.filled]
    above = " ".join(
        text_of(c) for _, cells in grid.rows[: max(0, header.taken - 1)] for c in cells
    )
    draft = Draft(seen, "" if grid.titles else above, totals, bodies)
    mapping = draft.made(grid, header, sheets=len(names) > 1)
    return Inspection(
        grid.shown, names, header.stated(), len(bodies), grid.encoding, grid.delimiter,
        bool(header.tags), tuple(dict.fromkeys(word for _, word in totals.values())), seen, mapping,
        tuple(draft.todo),
    )  # fmt: skip


def _header(grid: Grid) -> Header:
    """The row that looks like a header: the first of texts as wide as most rows below."""
    if grid.titles is not None:
        made = find_header(grid, (), None)
        return made or Header([])
    widths = Counter(sum(1 for cell in cells if text_of(cell)) for _, cells in grid.rows[:100])
    usual = max(widths, key=lambda width: (widths[width], width))
    for number, cells in grid.rows[:100]:
        stated = [text_of(cell) for cell in cells if text_of(cell)]
        if len(stated) >= max(2, 0.6 * usual) and not any(map(_is_value, stated)):
            rows = [*_above(grid, number), number, *_below(grid, number, cells)]
            return find_header(grid, (), rows) or Header([])
    return find_header(grid, (), grid.rows[0][0]) or Header([])


def _above(grid: Grid, number: int) -> list[int]:
    """The row above a header whose titles stand over some of its columns."""
    for above, row in grid.rows:
        if above == number - 1 and not text_of(row[0]) and any(map(text_of, row)):
            return [above]
    return []


def _below(grid: Grid, number: int, cells: Sequence[Any]) -> list[int]:
    """The row below a header that fills the gaps of its titles, as under merged cells."""
    below, row = next(((n, row) for n, row in grid.rows if n > number), (0, []))
    texts = {at: text_of(cell) for at, cell in enumerate(row) if text_of(cell)}
    gaps = [at for at in texts if not (at < len(cells) and text_of(cells[at]))]
    fits = (
        gaps and len(texts) > 1 and not is_tag_row(row) and not any(map(_is_value, texts.values()))
    )
    return [below] if fits else []


def _is_value(text: str) -> bool:
    """Whether a text is a number or a day, which no title is; years may be titles."""
    if re.fullmatch(r"[12][0-9]{3}", text):
        return False
    return is_amount(text) or is_day(text)


def is_amount(cell: Any) -> bool:
    """Whether a cell states an amount, with either decimal sign, and beside it only a currency.

    >>> is_amount("1.200,5"), is_amount("US$ 5"), is_amount("B.11"), is_amount("see note 3")
    (True, True, False, False)
    """
    for sign in (".", ","):
        try:
            beside = amount_in(cell, sign).currency
        except CellError:
            continue
        return not beside or currency_of(beside, "USD") is not None
    return False


def is_day(cell: Any) -> bool:
    """Whether a cell states a day, in either order."""
    for day_first in (True, False):
        try:
            day_in(cell, day_first=day_first, century=2000)
        except CellError:
            continue
        return True
    return False


def _is_years(cell: Any) -> bool:
    try:
        years_in(cell, FiscalCalendar(first_month=7))
    except CellError:
        return False
    return True


def _states_more(cells: Sequence[Any]) -> bool:
    return sum(1 for cell in cells if text_of(cell)) > 1 and not is_tag_row(cells)


def _totals(rows: Sequence[tuple[int, list[Any]]], header: Header) -> dict[int, tuple[int, str]]:
    """The rows that look like subtotals, each with the column and the words that say so."""
    found = {}
    for number, cells in rows:
        for at, cell in enumerate(cells[: len(header.titles)]):
            if isinstance(cell, str) and len(cell) < 80 and is_total(text_of(cell)):
                found[number] = (at, text_of(cell))
                break
    return found


# --- columns --------------------------------------------------------------------------------------


def _column(at: int, header: Header, grid: Grid, rows: Sequence[tuple[int, list[Any]]]) -> Column:
    cells = [(n, row[at]) for n, row in rows if at < len(row) and not is_nil(row[at], _NIL)]
    texts = [text_of(cell) for _, cell in cells]
    title = header.titles[at]
    made = Column(title, "text", filled=len(cells), values=tuple(dict.fromkeys(texts))[:200])
    made.tag = header.tags[at] if at < len(header.tags) else ""
    made.unique = len(set(texts)) == len(texts) > 0
    if not cells:
        made.kind = "empty"
        return made
    values = [cell for _, cell in cells]

    def mostly(is_one: Callable[[Any], bool]) -> bool:
        return sum(map(is_one, values)) >= _MOST * len(values)

    if all(re.fullmatch(r"(?:19|20)[0-9]{2}(?:\.0+)?", text) for text in texts):
        made.kind = "year"
    elif mostly(is_day) and not mostly(is_amount):
        made.kind = "day"
        made.style = _style(lambda: is_day_first(title, cells, grid.shown), values)
    elif all("%" in text for text in texts):
        made.kind = "share"
    elif mostly(is_amount) and not _is_code(title, texts):
        made.kind = "number"
        made.style = _style(lambda: decimal_sign(title, cells, grid.shown), values)
        made.currencies = _currencies(map(_beside, values))
    elif mostly(_is_years):
        made.kind = "years"
    else:
        made.currencies = _currencies(made.values)
        if made.currencies and all(currency_of(text, "USD") for text in made.values):
            made.kind = "currency"
        else:
            made.currencies = ()
    return made


def _is_code(title: str, texts: Sequence[str]) -> bool:
    """Whether numbers look like identifiers: named so, or written with leading zeros."""
    named = re.search(r"\b(?:id|code|no\.?|number|ref)\b|#", words_of(title), re.IGNORECASE)
    return bool(named) or any(re.fullmatch(r"0[0-9]+", text) for text in texts)


def _beside(cell: Any) -> str:
    """The currency beside the number of a cell."""
    for sign in (".", ","):
        try:
            return amount_in(cell, sign).currency
        except CellError:
            continue
    return ""


def _currencies(texts: Any) -> tuple[str, ...]:
    found = {text for text in texts if text}
    made = {currency_of(text, None) or ("$" if text.strip() == "$" else None) for text in found}
    return tuple(sorted(code for code in made if code))


def _style(decide: Callable[[], Any], cells: Sequence[Any]) -> str:
    """How a column is written, or that it can be read in two ways."""
    if not any(isinstance(cell, str) for cell in cells):
        return ""
    try:
        decided = decide()
    except TableError as error:
        return f"ambiguous: {' and '.join(error.examples)}"
    if decided in (".", ","):
        shown = any(isinstance(cell, str) and re.search("[.,]", cell) for cell in cells)
        return f"decimal {decided!r}" if shown else ""
    numeric = any(isinstance(c, str) and re.match(r"[0-9]{1,2}[-/. ][0-9]", c) for c in cells)
    return ("day first" if decided else "month first") if numeric else "unmistakable"

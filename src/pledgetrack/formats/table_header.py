"""The header of a table: where it stands, and where its columns are by title, tag or number."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from pledgetrack.errors import TableError
from pledgetrack.formats.grids import Grid
from pledgetrack.formats.table_cells import text_of, unmarked
from pledgetrack.formats.table_specs import VIRTUAL, Spec

_SEARCHED = 200  # rows in which the header is looked for
_TAG = re.compile(r"#[a-z][a-z0-9_]*(\s*\+\s*[a-z][a-z0-9_]*)*", re.IGNORECASE)


def fold_title(title: Any) -> str:
    """A title as titles are compared."""
    return text_of(title).casefold()


def fold_tag(tag: Any) -> str:
    """An HXL tag in one spelling: its attributes in order.

    >>> fold_tag("#value + usd+Funding"), fold_tag("Donor")
    ('#value+funding+usd', '')
    """
    text = text_of(tag)
    if not _TAG.fullmatch(text):
        return ""
    name, *attributes = (part.strip() for part in text.casefold().split("+"))
    return "+".join([name, *sorted(attributes)])


def is_tag_row(cells: Sequence[Any]) -> bool:
    """Whether a row holds HXL tags and nothing else."""
    first = next((text for cell in cells if cell is not None and (text := text_of(cell))), "")
    if not first.startswith("#"):
        return False
    texts = [text_of(cell) for cell in cells]
    return any(texts) and all(not text or _TAG.fullmatch(text) for text in texts)


@dataclass(slots=True)
class Header:
    """The titles and HXL tags of a table, and how many rows of the grid they take."""

    titles: list[str]
    tags: list[str] = field(default_factory=list)
    row: int = 0
    taken: int = 0
    above: tuple[int, ...] = ()  # the other rows that its titles are put together of

    def stated(self) -> int | tuple[int, ...]:
        """The header as ``header=`` states it."""
        return (*self.above, self.row) if self.above else self.row

    def places(self, name: str | int) -> list[int]:
        """Where the columns of a name, tag or number stand."""
        if isinstance(name, int):
            return [name - 1] if 0 < name <= len(self.titles) else []
        wanted = fold_title(name)
        tag = fold_tag(name)
        folded = [fold_title(title) for title in self.titles]
        found = [at for at, title in enumerate(folded) if title == wanted]
        if not found and tag:
            found = [at for at, other in enumerate(self.tags) if other == tag]
        if not found:
            bare = unmarked(text_of(name)).casefold()
            found = [at for at, title in enumerate(folded) if unmarked(title) == bare]
        return found

    def lacks(self, specs: Sequence[Spec], beside: Collection[str] = VIRTUAL) -> list[str]:
        """The columns that the specs need and that are neither here nor ``beside`` the cells."""
        return [
            " or ".join(map(repr, spec.columns))
            for spec in specs
            if spec.columns and not spec.optional
            and not any(n in beside or self.places(n) for n in spec.columns)
        ]  # fmt: skip


def find_header(
    grid: Grid, needed: Sequence[Spec], stated: Any, beside: Collection[str] = VIRTUAL
) -> Header | None:
    """The header of a grid: stated by row number, or the first row with the columns needed.

    None where no row has one of them; the best row where some are missing.
    """
    if grid.titles is not None:
        return _tagged(grid, Header([text_of(title) for title in grid.titles]))
    if stated == 0:
        width = max((len(cells) for _, cells in grid.rows), default=0)
        return Header([f"column {at}" for at in range(1, width + 1)])
    if stated is not None:
        return _stated_header(grid, stated)
    named = [spec for spec in needed if any(isinstance(name, str) for name in spec.columns)]
    best: tuple[int, Header | None] = (len(named), None)
    for at in range(min(_SEARCHED, len(grid.rows))):
        header = _header_at(grid, at)
        missing = len(header.lacks(named, beside))
        if not missing:
            return header
        if missing < best[0]:
            best = (missing, header)
    return best[1]


def _header_at(grid: Grid, at: int) -> Header:
    number, cells = grid.rows[at]
    return _tagged(grid, Header([text_of(cell) for cell in cells], row=number, taken=at + 1))


def _tagged(grid: Grid, header: Header) -> Header:
    """The header with the HXL tags of the row below it, or of its own."""
    if is_tag_row(header.titles):
        header.tags = [fold_tag(title) for title in header.titles]
    elif len(grid.rows) > header.taken and is_tag_row(grid.rows[header.taken][1]):
        header.tags = [fold_tag(cell) for cell in grid.rows[header.taken][1]]
        header.taken += 1
    return header


def _stated_header(grid: Grid, stated: Any) -> Header:
    """The header in the row of that number; of several rows the titles are put together."""
    numbers = list(stated) if isinstance(stated, (list, tuple)) else [stated]
    at = {number: place for place, (number, _) in enumerate(grid.rows)}
    if missing := [number for number in numbers if number not in at]:
        raise TableError(
            f"{grid.shown}: header={missing[0]!r}, but that {grid.row_word} is empty or not there",
            file=grid.file, sheet=grid.sheet,
        )  # fmt: skip
    lines = [grid.rows[at[number]][1] for number in numbers]
    width = max(map(len, lines))
    titles = [""] * width
    for depth, line in enumerate(lines):
        said = ""
        for place in range(width):
            text = text_of(line[place]) if place < len(line) else ""
            # A title above several columns stands in the first of them.
            said = text or (said if depth < len(lines) - 1 else "")
            titles[place] = f"{titles[place]} {said}".strip()
    header = Header(titles, row=numbers[-1], taken=at[numbers[-1]] + 1)
    header.above = tuple(numbers[:-1])
    return _tagged(grid, header)

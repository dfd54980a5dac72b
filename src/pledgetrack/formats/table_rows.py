"""The rows of a table sorted: records, headings and notes, subtotals, and rows to leave out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pledgetrack.formats.grids import Grid
from pledgetrack.formats.table_cells import CellError, is_nil, text_of
from pledgetrack.formats.table_fields import WRONG, Fields, Row
from pledgetrack.formats.table_header import Header, fold_title, is_tag_row
from pledgetrack.formats.table_mapping import TableMapping
from pledgetrack.formats.table_specs import RowRule, Spec, rules_of
from pledgetrack.quantity import EXACT, tidy
from pledgetrack.render import clip

Sort = Literal["record", "subtotal", "set aside", "rejected"]

_TOTAL = re.compile(
    r"(?:(?:grand|sub|overall|general|total|sous|zwischen|gesamt) ?-?)?"
    r"(?:totals?|totale[sn]?|totaux|totais|gesamt|insgesamt|summe|suma|soma|somma)\b[ :,]*"
    r"(?:of |for |all |general|général)?[^0-9]*"
    r"|[^0-9]*\b(?:sub)?totals?|sum|sums|(?:the )?sum of (?:all|the) [^0-9]*|[Σ∑][^0-9]*",
    re.IGNORECASE,
)
_LIKE_TOTAL = re.compile(
    r"(?:sum|somme|ensemble|zusammen|overall|all|tou(?:te)?s|tod[oa]s|alle|tutt[ie]|jointly|combined)\b.*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Sorted:
    """A row, what it is and why; ``table`` counts the headers above it."""

    sort: Sort
    number: int
    row: Row
    table: int
    reason: str = ""
    rule: RowRule | None = None


def is_total(text: str) -> bool:
    """Whether the words of a cell look like those of a subtotal.

    >>> is_total("Grand total"), is_total("Total Europe"), is_total("TotalEnergies")
    (True, True, False)
    >>> is_total("Sous-total"), is_total("Africa total"), is_total("Total (3 donors)")
    (True, True, True)
    """
    return _TOTAL.fullmatch(re.sub(r"\([^()]*\)", "", text).strip()) is not None


class Sorting:
    """Sorts the rows of one table."""

    def __init__(self, grid: Grid, header: Header, mapping: TableMapping, fields: Fields) -> None:
        self.grid = grid
        self.header = header
        self.mapping = mapping
        self.fields = fields
        self.skip = [self._test(rule) for rule in rules_of(mapping.skip, "skip")]
        stated = () if mapping.subtotals is None else mapping.subtotals
        self.subtotals = [self._test(rule) for rule in rules_of(stated, "subtotals")]
        specs = mapping.specs()
        self.amounts = {
            at for name, spec in specs.items() if name.partition("#")[0] in _AMOUNTS
            for at in self._places(spec)
        }  # fmt: skip
        self.filled = [self._place(name) for name in mapping.fill_down]
        self.titled = self._places(specs["title"]) if "title" in specs else set()
        named = [spec for name, spec in specs.items() if name in _NAMES]
        self.named = {at for spec in named for at in self._places(spec) if at < fields.width}

    def _places(self, spec: Spec) -> set[int]:
        """The columns that a spec reads."""
        found = set()
        for part in spec.parts():
            place = self.fields.place(part) if part.columns and part.columns != ("(row)",) else None
            if place is not None:
                found |= set(self.fields.unpivoted) if place == self.fields.value_place else {place}
        return found

    def _place(self, name: str | int) -> int:
        place = self.fields.place(Spec(columns=(name,)))
        return place if place is not None else 0

    def _test(self, rule: RowRule) -> tuple[RowRule, Callable[[Row], Any]]:
        """A rule, and what it makes of a row: something true where the row is meant."""
        if rule.test is not None:
            function = rule.test
            return rule, lambda row: function(self.fields.of_row(row))
        place = self._place(rule.column if rule.column is not None else 0)
        if rule.of not in ("above", "below", "all"):
            self._place(rule.of)
        if rule.matches is not None:
            pattern = rule.matches
            return rule, lambda row: pattern.search(text_of(row[place]))
        wanted = fold_title(rule.text)
        return rule, lambda row: fold_title(row[place]) == wanted

    def rows(self) -> Iterator[Sorted]:
        """Every row below the header, in order."""
        heading: str | None = None
        table = 0
        above: dict[int, Any] = {}
        titles = [fold_title(title) for title in self.header.titles]
        width = self.fields.width
        for number, cells in self.grid.rows[self.header.taken :]:
            beyond = [cell for cell in cells[width:] if text_of(cell)]
            row: Row = [*cells[:width], *[None] * (width - len(cells))]
            row += [self.grid.file, self.grid.sheet, heading]
            if fold_title(row[0]) == titles[0] and list(map(fold_title, row[:width])) == titles:
                table += 1
                above.clear()
                yield Sorted("set aside", number, row, table, "repeats the header")
                continue
            if is_tag_row(row[:width]):
                yield Sorted("set aside", number, row, table, "HXL tags")
                continue
            found = self._sorted(number, row, table, beyond)
            if found.reason == _NOTE:
                heading = next(text_of(cell) for cell in row[:width] if text_of(cell))
            if found.sort == "record":
                for at in self.filled:
                    if text_of(row[at]):
                        above[at] = row[at]
                    row[at] = above.get(at)
            yield found

    def _sorted(self, number: int, row: Row, table: int, beyond: list[Any]) -> Sorted:
        def made(sort: Sort, reason: str = "", rule: RowRule | None = None) -> Sorted:
            return Sorted(sort, number, row, table, reason, rule)

        try:
            left_out = next((rule for rule, test in self.skip if test(row)), None)
            subtotal = next((rule for rule, test in self.subtotals if test(row)), None)
        except WRONG as error:
            return made("rejected", f"a rule of the mapping fails: {error}")
        if left_out:
            return made(
                "set aside", left_out.reason or f"left out by the rule for {left_out.column!r}"
            )
        if subtotal:
            return made("subtotal", rule=subtotal)
        if self._is_note(row):
            return made("set aside", _NOTE)
        wrong = self._beyond(beyond) if beyond else self._looks_like_total(row)
        return made("rejected", wrong) if wrong else made("record")

    def _looks_like_total(self, row: Row, looks: Callable[[str], Any] = is_total) -> str:
        word = self._total_word(row, looks) if self.mapping.subtotals is None else None
        if word is None:
            return ""
        return (
            f"{word!r} looks like a subtotal; state in subtotals= which rows are, or subtotals=[] "
            "where none is"
        )

    def reject_sums(self, items: list[Sorted]) -> None:
        """Reject rows in words that may be those of a sum, where they state that of those above."""
        for at, item in enumerate(items):
            if item.sort == "record":
                wrong = self._looks_like_total(item.row, _LIKE_TOTAL.fullmatch)
                if wrong and self._adds_up(at, items):
                    item.sort, item.reason = "rejected", wrong

    def _adds_up(self, at: int, items: list[Sorted]) -> bool:
        above = list(_rows_of(at, items, RowRule(of="above"), self))
        agrees = reconciled(at, items, self).startswith(f"subtotal of {len(above)} rows: agrees")
        stated = [items[at].row[place] for place in self.fields.amount_places]
        return agrees and any(not is_nil(cell, self.fields.nil) for cell in stated)

    def _beyond(self, cells: list[Any]) -> str:
        width = self.fields.width
        extra = clip(text_of(cells[0]), 40)
        return (
            f"has {width + len(cells)} cells under {width} titles ({extra!r} is beyond them); put "
            "a text that holds the delimiter in quotes"
        )

    def _is_note(self, row: Row) -> bool:
        """Whether a row is one cell of text: a heading within the table, a note below it."""
        if not self.amounts:
            return False
        stated: list[int] = []
        for at in range(self.fields.width):
            if row[at] is not None and text_of(row[at]):
                stated.append(at)
                if len(stated) > 1:
                    return False
        return len(stated) == 1 and stated[0] not in self.amounts

    def _total_word(self, row: Row, looks: Callable[[str], Any]) -> str | None:
        first = next((at for at, c in enumerate(row[: self.fields.width]) if text_of(c)), 0)
        for at in sorted((self.named | {first}) - self.titled):
            cell = row[at]
            if isinstance(cell, str) and len(cell) < 80 and looks(text := text_of(cell)):
                return text
        return None


_NOTE = "a heading or note: one cell, no amount"
_AMOUNTS = frozenset({"target", "pledged", "committed", "delivered", "quantity"})
_NAMES = frozenset({"id", "party", "recipient", "channel"})


# --- subtotals ------------------------------------------------------------------------------------


def reconciled(at: int, items: list[Sorted], sorting: Sorting) -> str:
    """What a subtotal states beside what its rows make, as the reason why it is set aside."""
    subtotal = items[at]
    rule = subtotal.rule or RowRule()
    rows = list(_rows_of(at, items, rule, sorting))
    said, unread = [], []
    fields = sorting.fields
    for place, number in fields.amount_places.items():
        cell = subtotal.row[place]
        if is_nil(cell, fields.nil):
            continue
        title = fields.title(place)
        try:
            stated = number(cell)
            made = Decimal(0)
            for item in rows:
                if not is_nil(item.row[place], fields.nil):
                    made = EXACT.add(made, number(item.row[place]))
        except CellError as error:
            unread.append(f"column {title!r} cannot be added: {error}")
            continue
        if stated != made:
            said.append(f"column {title!r} states {tidy(stated):,f}, its rows make {tidy(made):,f}")
    count = f"{len(rows)} row{'s' * (len(rows) != 1)}"
    verdict = "differs" if said else "not checked" if unread else "agrees"
    return "; ".join([f"subtotal of {count}: {verdict}", *said, *unread])


def _rows_of(at: int, items: list[Sorted], rule: RowRule, sorting: Sorting) -> Iterator[Sorted]:
    """The records that a subtotal adds up."""
    subtotal = items[at]
    if rule.of in ("above", "below"):
        order = reversed(items[:at]) if rule.of == "above" else iter(items[at + 1 :])
        for item in order:
            if item.table != subtotal.table or (
                item.sort == "subtotal" and item.rule is not None and item.rule.of == rule.of
            ):
                return
            if item.sort == "record":
                yield item
        return
    same = [item for item in items if item.sort == "record" and item.table == subtotal.table]
    if rule.of == "all":
        yield from same
        return
    place = sorting.fields.place(Spec(columns=(rule.of,))) or 0
    value = text_of(subtotal.row[place])
    if rule.matches is not None and rule.matches.groups and rule.column is not None:
        column = sorting.fields.place(Spec(columns=(rule.column,))) or 0
        found = rule.matches.search(text_of(subtotal.row[column]))
        value = (found.group(1) if found else None) or value
    wanted = fold_title(value)
    yield from (item for item in same if fold_title(item.row[place]) == wanted)


def raw_of(fields: Fields, row: Row) -> Mapping[str, str]:
    """The values of a row as they stand, by their titles."""
    made: dict[str, str] = {}
    for at in range(fields.width):
        if row[at] is not None and row[at] != "":
            title = fields.title(at)
            made[title if title not in made else f"{title} ({at + 1})"] = str(row[at])
    return made

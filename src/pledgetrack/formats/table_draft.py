"""A first guess at the mapping of a table, from its titles and from what its columns state."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pledgetrack.formats.grids import Grid
from pledgetrack.formats.table_header import Header
from pledgetrack.formats.table_mapping import TableMapping
from pledgetrack.formats.table_titles import money_of, words_of
from pledgetrack.models import STAGES


@dataclass(slots=True)
class Column:
    """A column as it looks: what its cells state, how they are written, and examples."""

    title: str
    kind: str
    style: str = ""
    currencies: tuple[str, ...] = ()
    tag: str = ""
    filled: int = 0
    unique: bool = False
    values: tuple[str, ...] = ()


_NO_NAME = r"(?!.*\b(codes?|id|types?|iso3?|url|web|locations?|identifier|charity|postal)\b)"
_TITLES = (
    ("party", rf"\b(donor|funder|funding org|provider|contributor|creditor|pledger|party"
              rf"|(source|src) (org|party|gov)\w*)\b{_NO_NAME}"),
    ("recipient", rf"\b(recipient|beneficiary|destination|dest|receiver|countr(y|ies)|area|crisis)"
                  rf"\b{_NO_NAME}"),
    ("channel", rf"\b(channel|agency|implement\w*|entity|partner|appealing)\b{_NO_NAME}"),
    ("title", rf"\b(title|description|project|purpose|activity)\b(?!.*\bsize\b){_NO_NAME}"),
)  # fmt: skip
_DATES = (
    ("announced", r"announc|pledg|approv|decision|sign|commit|award|date"),
    ("on", r"paid|disburs|payment|as of|report"),
    ("horizon_end", r"\bend\b|complet|due|deadline|until|clos|expect"),
    ("horizon_start", r"\bstart\b|begin|from"),
)
_AMOUNTS = (
    (
        "delivered",
        r"disburs|paid|deliver|received|cash|bilateral|spent|spend|promissory|expend|transferred",
    ),
    ("committed", r"commit|contract|obligat|allocat|signed"),
    ("pledged", r"pledg|promis|announc"),
    ("target", r"amount|funding|financ|value|budget|grant|loan|contribution"),
)
_NO_AMOUNT = r"\brates?\b|percent|share|%|\bnumber of\b|\blocal\b|\boriginal\b|\bis\b"
_ALL = re.compile(
    r"(grand |overall |general )?(totals?|gesamt|insgesamt|summe|suma)", re.IGNORECASE
)


class Draft:
    """A guess at a mapping, and what a person has to state."""

    def __init__(
        self, seen: list[Column], above: str, totals: dict[int, tuple[int, str]],
        rows: Sequence[tuple[int, list[Any]]],
    ) -> None:  # fmt: skip
        self.seen = seen
        self.above = above
        self.totals = totals
        self.last = rows[-1][0] if rows else 0
        self.todo: list[str] = []
        self.columns: dict[str, Any] = {}
        self.constants: dict[str, Any] = {}

    def made(self, grid: Grid, header: Header, *, sheets: bool) -> TableMapping:
        """The mapping, as far as the titles and cells of the table tell it."""
        self._texts()
        self._days()
        self._money()
        self._stage()
        self._todo()
        options: dict[str, Any] = {}
        if grid.titles is None and header.row > 1:
            options["header"] = [*header.above, header.row] if header.above else header.row
        if sheets:
            options["sheets"] = [str(grid.sheet)]
        if scale := money_of(self.above).scale:
            options["scale"] = scale
        if self.totals:
            options["subtotals"] = self._subtotals(header)
        order = ("id", "party", "recipient", "channel", "title", "announced", "year")
        columns = {name: self.columns[name] for name in order if name in self.columns}
        return TableMapping(
            columns={**columns, **self.columns}, constants=self.constants, **options
        )

    def _take(self, kind: str, pattern: str, used: set[str]) -> str | None:
        for column in self.seen:
            free = column.title and column.title not in used and column.kind == kind
            words = f"{words_of(column.title)} {' '.join(re.split('[#+]', column.tag))}"
            if free and re.search(pattern, words, re.IGNORECASE):
                return column.title
        return None

    def _texts(self) -> None:
        used: set[str] = set()
        for name, pattern in _TITLES:
            if title := self._take("text", pattern, used):
                self.columns[name] = title
                used.add(title)
        recipient = self.columns.get("recipient", "")
        if "party" not in self.columns and "country" in recipient.casefold():
            self.columns["party"] = self.columns.pop("recipient")
        identifier = re.compile(r"\b(id|ref|reference|identifier|code|number)\b|#", re.IGNORECASE)
        for column in self.seen:
            named = identifier.search(f"{words_of(column.title)} {column.tag.partition('#')[2]}")
            if named and column.unique and column.kind == "text" and column.title not in used:
                self.columns["id"] = column.title
                break

    def _days(self) -> None:
        used: set[str] = set()
        for name, pattern in (_DATES[2], _DATES[3], _DATES[1], _DATES[0]):
            if title := self._take("day", pattern, used):
                self.columns[name] = title
                used.add(title)
        rest = [c.title for c in self.seen if c.kind == "day" and c.title not in used]
        if "announced" not in self.columns and rest:
            self.columns["announced"] = rest[0]
        years = [c.title for c in self.seen if c.kind in ("year", "years")]
        if years:
            self.columns["year"] = years[0]
            if "announced" not in self.columns and self._kind(years[0]) == "year":
                self.columns["announced"] = {"column": years[0], "read": "year end"}

    def _kind(self, title: str) -> str:
        return next(column.kind for column in self.seen if column.title == title)

    def _money(self) -> None:
        numbers = [
            column for column in self.seen
            if column.kind == "number" and column.title
            and not re.search(_NO_AMOUNT, words_of(column.title), re.IGNORECASE)
        ]  # fmt: skip
        found: dict[str, list[Column]] = {}
        for column in numbers:
            for name, pattern in _AMOUNTS:
                if re.search(pattern, f"{words_of(column.title)} {column.tag}", re.IGNORECASE):
                    found.setdefault(name, []).append(column)
                    break
        if not found and len(numbers) == 1:
            found["target"] = numbers
        measures = [name for name in ("pledged", "committed") if name in found]
        if measures:
            found.pop("target", None)
        for name in ("target", "pledged", "committed", "delivered"):
            if name in found:
                several = name == "delivered" and len(found[name]) > 1
                specs = [self._amount(column) for column in found[name]]
                self.columns[name] = {"sum": specs} if several else specs[0]
                if not several and len(specs) > 1:
                    others = ", ".join(repr(column.title) for column in found[name][1:])
                    self.todo.append(f"{name}: is it {found[name][0].title!r}, or {others}?")
        self._unread(numbers, found)
        self._unit(numbers)

    def _unread(self, numbers: Sequence[Column], read: dict[str, list[Column]]) -> None:
        known = {column.title for columns in read.values() for column in columns}
        rest = ", ".join(repr(c.title) for c in numbers if c.title not in known)
        if rest:
            self.todo.append(f"not read: {rest}")

    def _amount(self, column: Column) -> Any:
        said: dict[str, Any] = {"column": column.title}
        money = money_of(column.title, column.tag)
        if money.unit:
            said["unit"] = money.unit
        if money.scale:
            said["scale"] = money.scale
        elif money.is_doubtful:
            self.todo.append(
                f"{column.title!r} may be in thousands or millions; state its scale, or "
                'scale = "units" where amounts are written out'
            )
        if column.style.startswith("ambiguous"):
            self.todo.append(
                f'{column.title!r} is {column.style}; state decimal = "." or decimal = ","'
            )
        return said if len(said) > 1 else column.title

    def _unit(self, numbers: Sequence[Column]) -> None:
        found = [column.title for column in self.seen if column.kind == "currency"]
        # The currency of an amount in local currency is not that of the others.
        currencies = [
            title for title in found if not re.search(_NO_AMOUNT, words_of(title), re.IGNORECASE)
        ]
        beside = [column for column in numbers if column.currencies]
        if any("$" in column.currencies for column in self.seen):
            self.todo.append('"$" may be any dollar; state dollar = "USD" or another code')
        unit = money_of(self.above).unit
        if currencies and unit:
            self.todo.append(f"unit: {unit}, as stated above the table, or {currencies[0]!r}?")
        elif currencies:
            self.columns["unit"] = currencies[0]
        elif unit:
            self.constants["unit"] = unit
        elif not beside and any(not _has_unit(self.columns.get(name)) for name in (
            "target", "pledged", "committed", "delivered") if name in self.columns):  # fmt: skip
            self.todo.append("unit: no currency is seen; state it as a constant")

    def _stage(self) -> None:
        if "target" not in self.columns:
            return
        for column in self.seen:
            words = {value.casefold() for value in column.values}
            if column.kind == "text" and words and words <= set(STAGES):
                self.columns["stage"] = {"column": column.title, "read": "lower"}
                return
        self.constants["stage"] = "pledged"
        self.todo.append('stage: is each amount "pledged", or already "committed"?')

    def _todo(self) -> None:
        if "party" not in self.columns:
            self.todo.append("party: who promises? name its column, or a constant")
        if "announced" not in self.columns:
            self.todo.append("announced: no column of days is seen; state a constant")
        if not any(n in self.columns for n in ("target", "pledged", "committed", "delivered")):
            self.todo.append("target: which column holds the amounts?")
        for column in self.seen:
            if column.kind == "day" and column.style.startswith("ambiguous"):
                self.todo.append(
                    f"{column.title!r} is {column.style}; state day_first = true or false"
                )

    def _subtotals(self, header: Header) -> list[dict[str, Any]]:
        """Rules for the rows that look like subtotals, by what they look like they add up."""
        made: dict[tuple[int, str], dict[str, Any]] = {}
        for number, (at, text) in self.totals.items():
            once = [word for _, word in self.totals.values()].count(text) == 1
            grand = number > self.last and once and bool(_ALL.fullmatch(text))
            column: Any = header.titles[at] or at + 1
            made[at, text] = {"column": column, "text": text, "of": "all" if grand else "above"}
        self.todo.append("subtotals: does each add up what its rule says?")
        return list(made.values())


def _has_unit(said: Any) -> bool:
    if isinstance(said, dict) and "sum" in said:
        return all(map(_has_unit, said["sum"]))
    return isinstance(said, dict) and "unit" in said

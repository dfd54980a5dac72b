"""360Giving files to grants: what each file holds, one account row for each grant and transaction.

A grant may take several rows and sheets of a spreadsheet, which share its identifier; they are put
together here, and so is a grant that comes again in another file.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pledgetrack.account import AccountBuilder
from pledgetrack.assemble import fold
from pledgetrack.errors import FileFormatError
from pledgetrack.formats.giving360_titles import (
    GRANT,
    PACKAGE,
    TRANSACTIONS,
    Field,
    flat,
    object_of,
    path_of,
    paths_of,
)
from pledgetrack.formats.grids import Grid, grids_of_file
from pledgetrack.formats.json_stream import JsonList, Repeated
from pledgetrack.formats.single_cells import is_missing
from pledgetrack.formats.table_amounts import amount_in, currency_of
from pledgetrack.formats.table_cells import CellError, text_of
from pledgetrack.formats.table_days import NO_DAYS, day_in
from pledgetrack.intake import File

_HEAD = 20  # rows in which the titles of a sheet are looked for
# Fields that tell of the record and not of the grant.
_ABOUT = ("dateModified", "dataSource", "url")
_AMOUNTS = ("amountAwarded", "amountDisbursed", "amountAppliedFor")


@dataclass(slots=True)
class Deal:
    """One transaction of a grant: which kind, what it states, where, and its row of the account."""

    kind: str
    data: dict[str, Any]
    place: str
    row: int


@dataclass(slots=True)
class Entry:
    """What one place of a file states of a grant."""

    package: int
    data: dict[str, Any]
    deals: list[Deal]
    place: str
    row: int

    @property
    def name(self) -> str:
        """The identifier of the grant."""
        return text_of(self.data.get("id"))


@dataclass(slots=True)
class Package:
    """A file: its name, and what it says of itself."""

    file: str
    about: dict[str, Any] = field(default_factory=dict)
    note: str | None = None


@dataclass(slots=True)
class Grant:
    """A grant, from all places that state something of it."""

    entry: Entry
    data: dict[str, Any]
    deals: list[Deal]
    rows: list[int]


def entries_of(file: File, number: int, seen: AccountBuilder) -> tuple[Package, list[Entry]]:
    """The grants of a file as it states them, each noted in the account."""
    package = Package(file.name)
    reading = _Reading(package, number, seen)
    if not isinstance(file.source, Path):
        file = File(file.name, io.BytesIO(file.content()), file.encoding)
    if _is_json(file):
        reading.json(file)
    else:
        reading.sheets(grids_of_file(file))
    return package, reading.entries


def _is_json(file: File) -> bool:
    with file.stream() as stream:
        head = stream.read(64).lstrip(b"\xef\xbb\xbf\xff\xfe\xfe\xff\0 \t\r\n")
    if isinstance(file.source, io.BytesIO):
        file.source.seek(0)
    return head[:1] in (b"{", b"[")


class _Reading:
    def __init__(self, package: Package, number: int, seen: AccountBuilder) -> None:
        self.package = package
        self.number = number
        self.seen = seen
        self.entries: list[Entry] = []

    # --- JSON ---------------------------------------------------------------------------------

    def json(self, file: File) -> None:
        found = JsonList(file, ("grants",))
        for item in found:
            place = f"grants/{item.number}"
            if isinstance(item.value, dict):
                self._add(item.value, lambda data=item.value: flat(data), item.line, place)  # type: ignore[misc]
            else:
                self.seen.rejected(
                    f"{str(item.value)[:40]!r} is no grant; a grant is an object",
                    file=file.name, line=item.line, element=place, raw=flat(item.value, "value"),
                )  # fmt: skip
        if not found.is_found:
            names = ", ".join(map(repr, list(found.beside)[:5])) or "nothing"
            raise FileFormatError(
                f"{file.name!r} is no 360Giving package: it holds {names} and no list 'grants'",
                path=file.name,
            )
        self.package.about = found.beside

    # --- spreadsheets -------------------------------------------------------------------------

    def sheets(self, grids: Iterable[Grid]) -> None:
        is_found = False
        rest = []
        for grid in grids:
            if grid.encoding == "cp1252":
                self.package.note = "is no UTF-8 and was read as Windows-1252"
            if fold(grid.sheet or "") == "meta":
                self.package.about = _about(grid)
            elif (head := _head(grid)) is None:
                rest.append(grid)
            else:
                is_found = True
                self._sheet(grid, *head)
        if not is_found:
            raise FileFormatError(
                f"{self.package.file!r} holds no grants: no sheet has a column 'Identifier'",
                path=self.package.file,
            )
        for grid in rest:
            for number, cells in grid.rows:
                self.seen.set_aside(
                    "a sheet without a column 'Identifier'",
                    file=self.package.file, line=number, element=grid.place(number),
                    raw=[(f"column {at}", text_of(c)) for at, c in enumerate(cells, 1)],
                )  # fmt: skip

    def _sheet(self, grid: Grid, titles: list[Any], first: int) -> None:
        paths = paths_of(titles)
        shown = [text_of(title) or f"column {at}" for at, title in enumerate(titles, 1)]
        for number, cells in grid.rows[first:]:

            def raw(cells: list[Any] = cells) -> Iterator[tuple[str, str]]:
                pairs = zip(shown, cells, strict=False)
                return ((title, text_of(cell)) for title, cell in pairs if text_of(cell))

            data = object_of(cells, paths)
            place = grid.place(number)
            if any(text_of(cell) for cell in cells[len(paths) :]):
                self._reject("has cells beyond its last column", data, raw, number, place)
            elif data:
                self._add(data, raw, number, place)
            else:
                self.seen.set_aside(
                    "a row that states no field of a grant",
                    file=self.package.file, line=number, element=place, raw=raw(),
                )  # fmt: skip

    # --- both ---------------------------------------------------------------------------------

    def _reject(
        self, why: str, data: Mapping[str, Any], raw: Callable[[], Any], line: int, place: str
    ) -> None:
        self.seen.rejected(why, **self._columns(data, raw, line, place))

    def _columns(
        self, data: Mapping[str, Any], raw: Callable[[], Any], line: int, place: str
    ) -> dict[str, Any]:
        name = text_of(data.get("id"))
        return {
            "file": self.package.file, "line": line, "element": place, "record": name or None,
            "commitment": name or None, "unit": currency_of(text_of(data.get("currency"))),
            "number": _loose(data.get("amountAwarded")), "raw": raw(),
        }  # fmt: skip

    def _add(self, data: dict[str, Any], raw: Callable[[], Any], line: int, place: str) -> None:
        wrong = []
        data = _shaped(data)
        if isinstance(data, Repeated):
            wrong.append(f"{' and '.join(map(repr, data.names))} is given twice, with two values")
        if is_missing(data.get("id")):
            wrong.append("the grant has no identifier")
        wrong += _wrong_shapes(data)
        columns = self._columns(data, raw, line, place)
        if wrong:
            self.seen.rejected("; ".join(wrong), **columns)
            return
        row = self.seen.counted(**columns)
        deals = list(self._deals(data, columns, place))
        own = {name: value for name, value in data.items() if name not in TRANSACTIONS}
        where = f"line {line}, {place}" if place.startswith("grants/") else place
        self.entries.append(Entry(self.number, own, deals, where, row))

    def _deals(
        self, data: Mapping[str, Any], columns: Mapping[str, Any], place: str
    ) -> Iterator[Deal]:
        for kind in TRANSACTIONS:
            for at, deal in enumerate(_listed(data.get(kind))):
                element = f"{place}/{kind}/{at}"
                currency = text_of(deal.get("currency") or data.get("currency"))
                row = self.seen.counted(
                    **{
                        **columns, "element": element, "unit": currency_of(currency),
                        "number": _loose(deal.get("value")), "raw": flat(deal),
                        "record": text_of(deal.get("id")) or columns["record"],
                    }
                )  # fmt: skip
                where = f"line {columns['line']}, {element}"
                yield Deal(kind, deal, where if place.startswith("grants/") else element, row)


def _head(grid: Grid) -> tuple[list[Any], int] | None:
    """The titles of a sheet of grants, and the number of rows up to them."""
    if grid.titles is not None:
        return (list(grid.titles), 0) if _is_head(grid.titles) else None
    for at, (_, cells) in enumerate(grid.rows[:_HEAD]):
        if _is_head(cells):
            return cells, at + 1
    return None


def _is_head(cells: Iterable[Any]) -> bool:
    found = [path for cell in cells if (path := path_of(cell))]
    return (("id", 0),) in found and len(found) > 1


def _about(grid: Grid) -> dict[str, Any]:
    """What the sheet "Meta" says: names in the first column, values in the second."""
    rows = [cells for _, cells in grid.rows if len(cells) > 1]
    if grid.titles is not None and len(grid.titles) > 1:
        rows.insert(0, list(grid.titles))
    paths = [path_of(cells[0], PACKAGE) for cells in rows]
    return object_of([cells[1] for cells in rows], paths, PACKAGE)


def _listed(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _shaped(data: dict[str, Any]) -> dict[str, Any]:
    """The grant with one object, or a list of one, in the shape that the schema has there."""
    for name, value in data.items():
        known = GRANT.get(name)
        if known is None or isinstance(data, Repeated):
            continue
        if known.is_list and isinstance(value, dict):
            data = {**data, name: [value]}
        elif known.inner and not known.is_list and isinstance(value, list) and len(value) == 1:
            data = {**data, name: value[0]}
    return data


def _wrong_shapes(
    data: Mapping[str, Any], fields: Mapping[str, Field] = GRANT, before: str = ""
) -> Iterator[str]:
    """The fields that are lists of objects in the schema and something else here, or the like."""
    for name, value in data.items():
        known = fields.get(name)
        if known is None or value is None:
            continue
        values = value if known.is_list and isinstance(value, list) else [value]
        fits = isinstance(value, list) if known.is_list else True
        fits &= all(isinstance(v, dict if known.inner else (str, int, Decimal)) for v in values)
        fits |= isinstance(value, dt.date) and not known.inner and not known.is_list
        if not fits:
            shown = f"{str(value)[:40]!r}"
            yield f"{before + name!r} is {shown}, which the schema does not have there"
        elif known.inner:
            for inner in values:
                yield from _wrong_shapes(inner, known.inner, f"{before}{name}/")


def _loose(value: Any) -> Decimal | None:
    try:
        return None if is_missing(value) else amount_in(value).number
    except CellError:
        return None


# --- the places of one grant ----------------------------------------------------------------------


def grants_of(entries: Iterable[Entry], seen: AccountBuilder) -> Iterator[Grant]:
    """Each grant once, with all that its entries add to it.

    The entry changed last comes first; of the others, those that add something are put to it,
    those that say the same are set aside, and so are those that say something else and are older
    by their "Last Modified". What contradicts and is not older is rejected.
    """
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry.name, []).append(entry)
    for found in by_name.values():
        first, *others = sorted(found, key=lambda entry: -_changed(entry.data))
        grant = Grant(first, dict(first.data), [], [first.row])
        for deal in first.deals:
            _put(grant.deals, deal, seen, is_further=False)
        for entry in others:
            _join(grant, entry, seen)
        yield grant


def _join(grant: Grant, entry: Entry, seen: AccountBuilder) -> None:
    clashes = list(_clashes(grant.data, entry.data))
    if clashes and 0 < _changed(entry.data) < _changed(grant.data):
        _set_aside(entry, "an older version of a grant, by its dateModified", seen)
    elif clashes:
        why = f"repeats the identifier {entry.name!r} with {'; '.join(clashes)}"
        for row in (entry.row, *(deal.row for deal in entry.deals)):
            seen.revise(row, "rejected", why)
    elif _adds(grant, entry, seen):
        # The amount of the grant is that of its first row.
        seen.columns["number"][entry.row] = seen.columns["unit"][entry.row] = None
        grant.rows.append(entry.row)
    else:
        _set_aside(entry, "the same grant again", seen)


def _set_aside(entry: Entry, why: str, seen: AccountBuilder) -> None:
    for row in (entry.row, *(deal.row for deal in entry.deals)):
        seen.revise(row, "set aside", why)


def _clashes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """What both state once and state differently."""
    for name, known in GRANT.items():
        if known.is_list or name in _ABOUT or name not in old or name not in new:
            continue
        if known.inner:
            if any(old[name].get(key, v) != v for key, v in new[name].items() if key == "id"):
                yield f"another {name}"
        elif not _is_same(name, old[name], new[name]):
            yield f"{name} {text_of(new[name])[:40]!r} (elsewhere {text_of(old[name])[:40]!r})"


def _is_same(name: str, one: Any, other: Any) -> bool:
    if fold(text_of(one)) == fold(text_of(other)):
        return True
    if name in _AMOUNTS:
        return _loose(one) is not None and _loose(one) == _loose(other)
    if name == "awardDate":
        return bool(day_text(one)) and day_text(one) == day_text(other)
    return False


def day_text(value: Any) -> str:
    """The ISO day that a value begins with; empty where it does not."""
    try:
        found = day_in(value)
    except CellError:
        return ""
    return found if text_of(value).startswith(found) and found not in NO_DAYS else ""


def _adds(grant: Grant, entry: Entry, seen: AccountBuilder) -> bool:
    """Put to a grant what an entry adds to it; whether that is anything."""
    before = len(list(flat(grant.data))) + len(grant.deals)
    for name, value in entry.data.items():
        if is_missing(value):
            continue
        if name not in GRANT:
            grant.data.setdefault(name, value)
        elif is_missing(grant.data.get(name)):
            grant.data[name] = value
        elif GRANT[name].is_list:
            grant.data[name] = _united(grant.data[name], value)
        elif GRANT[name].inner:
            grant.data[name] = {**value, **grant.data[name]}
    for deal in entry.deals:
        _put(grant.deals, deal, seen, is_further=True)
    return len(list(flat(grant.data))) + len(grant.deals) > before


def _put(deals: list[Deal], deal: Deal, seen: AccountBuilder, *, is_further: bool) -> None:
    """Put a transaction to those of its grant, unless it is there.

    In one entry two that are alike are two payments, unless an identifier says that they are one.
    """
    name = text_of(deal.data.get("id"))
    if not name and not is_further:
        deals.append(deal)
        return
    others = [other.data for other in deals if other.kind == deal.kind]
    if deal.data in others:
        seen.revise(deal.row, "set aside", "the same transaction again")
    elif name and any(text_of(other.get("id")) == name for other in others):
        why = f"repeats the identifier {name!r} of another transaction"
        seen.revise(deal.row, "rejected", why)
    else:
        deals.append(deal)


def _united(old: list[Any], new: list[Any]) -> list[Any]:
    """The elements of both lists, one of the same identifier once."""
    made = list(old)
    for item in new:
        name = item.get("id") if isinstance(item, dict) else None
        at = next((at for at, o in enumerate(made) if name and o.get("id") == name), None)
        if at is not None:
            made[at] = {**item, **made[at]}
        elif item not in made:
            made.append(item)
    return made


def _changed(data: Mapping[str, Any]) -> float:
    """The moment of "Last Modified" as a number that grows with time; 0 where there is none."""
    value = data.get("dateModified")
    if is_missing(value):
        return 0
    try:
        moment = dt.datetime.fromisoformat(text_of(value).replace(" ", "T", 1))
    except ValueError:
        return 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return (moment - dt.datetime(1, 1, 1, tzinfo=dt.UTC)).total_seconds()

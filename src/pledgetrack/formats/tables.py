"""Any table: CSV, Excel, Parquet, JSON or a frame, by a mapping of its columns."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pledgetrack.account import AccountBuilder
from pledgetrack.bars import progress
from pledgetrack.errors import TableError
from pledgetrack.formats.grids import Grid, grids_of
from pledgetrack.formats.table_entries import assembled
from pledgetrack.formats.table_fields import Fields
from pledgetrack.formats.table_header import Header, find_header
from pledgetrack.formats.table_mapping import TableMapping
from pledgetrack.formats.table_records import Entry, Made, Records, RowError, check_fields
from pledgetrack.formats.table_rows import Sorted, Sorting, raw_of, reconciled
from pledgetrack.formats.table_specs import Spec, listed
from pledgetrack.imported import ledger_of
from pledgetrack.intake import OnReject, check_on_reject
from pledgetrack.ledger import Ledger
from pledgetrack.models import Commitment, Event, Party, Phrases, Source
from pledgetrack.quantity import tidy


def read_table(
    source: Any,
    mapping: TableMapping | Mapping[str, Any] | str | os.PathLike[str],
    *,
    on_reject: OnReject = "raise",
) -> Ledger:
    r"""The ledger of a table: a file, an open file, a folder of files, or a frame of any engine.

    ``mapping`` says which columns and constants are which fields (a dictionary, a
    ``pt.TableMapping`` or a TOML file); ``docs/tables.md`` lists what it can say, and
    ``pt.inspect_table`` drafts one. Reads CSV (also with other delimiters, BOM, Windows-1252),
    Excel (extra ``excel``), Parquet and JSON, packed with gzip or not. Each record cites its file
    and row; ``ledger.account`` says what became of every row.

    Cells that are not read are raised together as ``InvalidLedgerError``;
    ``on_reject="keep"`` returns the ledger of the good rows, and the account holds the others. A
    table that a mapping does not fit, or that can be read in two ways, raises ``TableError``.

    >>> import io
    >>> table = io.StringIO('Donor,Pledge (USD),Paid\nNorway*,"1,200",n/a\n'
    ...                     'Chad,"2,500.50",100\nTotal,"3,700.50",100\n')
    >>> ledger = read_table(table, {
    ...     "columns": {"party": "Donor", "pledged": "Pledge (USD)", "delivered": "Paid"},
    ...     "constants": {"unit": "USD", "announced": "2024-03-01"},
    ...     "subtotals": [{"column": "Donor", "text": "Total"}],
    ... })
    >>> ledger.totals(by="party", as_of="2024-12-31")[["party", "pledged", "delivered"]]
        party pledged delivered
    0    Chad  2500.5       100
    1  Norway    1200      None
    >>> list(ledger.account["reason"].dropna())
    ['subtotal of 2 rows: agrees']
    """
    check_on_reject(on_reject)
    made = TableMapping.of(mapping)
    check_fields(made)
    grids = grids_of(source, encoding=made.encoding, delimiter=made.delimiter)
    reading = _Reading(made, several=len({grid.file for grid in grids}) > 1)
    for grid, header in _chosen(grids, made):
        reading.read(grid, header)
    return reading.ledger(on_reject)


# --- sheets ---------------------------------------------------------------------------------------


def _needed(mapping: TableMapping) -> list[Spec]:
    """The specs whose columns a table must have."""
    specs = [*mapping.specs().values()]
    specs += [spec for event in mapping.event_specs() for spec in event.values()]
    parts = [part for spec in specs for part in spec.parts()]
    said = mapping.unpivot or {}
    columns = said.get("columns")
    if isinstance(columns, (list, tuple)):
        parts += [Spec(columns=(name,)) for name in columns]
    return parts


def _chosen(grids: Sequence[Grid], mapping: TableMapping) -> list[tuple[Grid, Header]]:
    """The sheets to read with their headers: those stated, or the only one that fits."""
    needed = _needed(mapping)
    beside = mapping.beside()
    named = _stated_sheets(grids, mapping.sheets)
    fitting, misfits = [], []
    for grid in grids:
        if named is not None and grid.sheet is not None and grid.sheet not in named:
            continue
        header = find_header(grid, needed, mapping.header, beside)
        lacking = header.lacks(needed, beside) if header else ["its columns"]
        if header and not lacking:
            fitting.append((grid, header))
        else:
            misfits.append((grid, header))
    # Stated sheets, and each file, must fit; other sheets that do not are other tables.
    read = {grid.file for grid, _ in fitting}
    for grid, header in misfits:
        if grid.file not in read or (named is not None and mapping.sheets != "all"):
            raise _misfit(grid, header, needed, mapping)
    if mapping.sheets is None:
        for file in read:
            several = [grid.sheet for grid, _ in fitting if grid.file == file]
            if len(several) > 1:
                listed = ", ".join(map(repr, several))
                raise TableError(
                    f"{file}: the sheets {listed} all have these columns; state sheets=, or "
                    'sheets="all" where none repeats another',
                    file=file, choices=tuple(map(str, several)),
                )  # fmt: skip
    return fitting


def _stated_sheets(grids: Sequence[Grid], stated: Any) -> list[str] | None:
    if stated is None:
        return None
    known = [grid.sheet for grid in grids if grid.sheet is not None]
    if stated == "all":
        return known
    named = [stated] if isinstance(stated, str) else [str(name) for name in stated]
    for name in named:
        if name not in known:
            listed = ", ".join(map(repr, known)) or "none"
            raise TableError(
                f"there is no sheet {name!r} (sheets: {listed})", sheet=name, choices=tuple(known)
            )
    return named


def _misfit(
    grid: Grid, header: Header | None, needed: Sequence[Spec], mapping: TableMapping
) -> TableError:
    """The error that names the column that is missing."""
    if header is None:
        header = Header([str(cell) for cell in grid.rows[0][1]]) if grid.rows else Header([])
    fields = Fields(header, mapping, grid)
    for spec in needed:
        if spec.columns and spec.columns != ("(row)",) and not spec.optional:
            try:
                fields.place(spec)
            except TableError as error:
                return error
    return TableError(f"{grid.shown} has no row that could be its header; state header=")


def _unpivoted(header: Header, mapping: TableMapping, grid: Grid) -> list[int]:
    """The columns that become rows."""
    if mapping.unpivot is None:
        return []
    columns = mapping.unpivot.get("columns")
    if isinstance(columns, str):
        found = [at for at, t in enumerate(header.titles) if re.fullmatch(columns, t)]
        if not found:
            raise TableError(
                f"{grid.shown}: no title matches the unpivot pattern {columns!r}", file=grid.file
            )
        return found
    fields = Fields(header, TableMapping(), grid)
    return [fields.place(Spec(columns=(name,))) or 0 for name in columns or ()]


# --- rows -----------------------------------------------------------------------------------------


class _Reading:
    """What has been read so far, of all sheets and files."""

    def __init__(self, mapping: TableMapping, *, several: bool) -> None:
        self.mapping = mapping
        self.several = several
        self.account = AccountBuilder()
        self.commitments: list[Commitment] = []
        self.events: list[Event] = []
        self.entries: list[Entry] = []
        self.rows: dict[int, list[int]] = {}
        self.sources: dict[str, set[str]] = {}

    def read(self, grid: Grid, header: Header) -> None:
        """Read the rows of one sheet."""
        mapping = self.mapping
        source = str(mapping.source.get("id") or Path(grid.file).name)
        notes = self.sources.setdefault(source, set())
        if grid.encoding == "cp1252" and mapping.encoding is None:
            notes.add(f"{Path(grid.file).name} is no UTF-8 and was read as Windows-1252")
        unpivoted = _unpivoted(header, mapping, grid)
        fields = Fields(header, mapping, grid, unpivoted)
        sorting = Sorting(grid, header, mapping, fields)
        items = list(sorting.rows())
        fields.rows = [(i.number, i.row) for i in items if i.sort in ("record", "subtotal")]
        records = Records(fields, mapping, source, name_file="id" in mapping.source)
        sorting.reject_sums(items)
        with progress(grid.shown, total=len(items), unit="row") as seen:
            for at, item in enumerate(items):
                if item.sort == "record":
                    for part, row in _parts(item, fields):
                        self._record(records, item, part, row, sorting)
                else:
                    self._other(at, items, sorting, records)
                seen(1)

    def _place(self, grid: Grid, item: Sorted, part: str | None) -> dict[str, Any]:
        element = grid.place(item.number) + (f", column {part!r}" if part else "")
        line = item.number if grid.row_word != "record" else None
        return {"file": grid.file, "line": line, "element": element}

    def _other(self, at: int, items: list[Sorted], sorting: Sorting, records: Records) -> None:
        item = items[at]
        place = self._place(sorting.grid, item, None)
        place["raw"] = raw_of(sorting.fields, item.row)
        if item.sort == "subtotal":
            reason = reconciled(at, items, sorting)
            self.account.set_aside(reason, **place, **_amount(self._stated(records, item)))
        elif item.sort == "set aside":
            self.account.set_aside(item.reason, **place)
        else:
            self.account.rejected(item.reason, **place)

    def _stated(self, records: Records, item: Sorted) -> dict[str, Any] | None:
        """The amount that a subtotal states, where it can be read."""
        if records.fields.unpivoted:
            return None
        try:
            return records.make(item.number, list(item.row)).amount
        except RowError:
            return None

    def _record(
        self, records: Records, item: Sorted, part: str | None, row: list[Any], sorting: Sorting
    ) -> None:
        place = self._place(sorting.grid, item, part)
        place["raw"] = partial(raw_of, records.fields, item.row)
        records.fields.remarks.clear()
        try:
            made = records.make(item.number, row)
        except RowError as error:
            self.account.rejected(str(error), **place)
            return
        place["record"] = made.name
        if made.silent:
            self.account.set_aside("no amount is stated", **place)
            return
        self._counted(made, place, "; ".join(records.fields.remarks) or None)

    def _counted(self, made: Made, place: dict[str, Any], remark: str | None) -> None:
        number = self.account.counted(
            reason=remark, commitment=made.name, **place, **_amount(made.amount)
        )
        if made.entry is not None:
            made.entry.row = number
            self.entries.append(made.entry)
            self._cites(made.entry.commitment["citations"][0]["source"])
        if made.commitment is not None:
            self.commitments.append(made.commitment)
            self._cites(made.commitment.citations[0].source)
            for record in (made.commitment, *made.events):
                self.rows[id(record)] = [number]
            self.events += made.events

    def _cites(self, source: str) -> None:
        self.sources.setdefault(source, set())

    def ledger(self, on_reject: OnReject) -> Ledger:
        """The ledger of all that was read."""
        mapping = self.mapping
        phrases = Phrases(mapping.dollar, "en", mapping.fiscal())

        def refuse(row: int, reason: str) -> None:
            self.account.revise(row, "rejected", reason)

        def note(row: int, reason: str) -> None:
            self.account.revise(row, "counted", reason)

        for record, rows in assembled(self.entries, phrases, refuse, note):
            if isinstance(record, Commitment):
                self.commitments.append(record)
            else:
                self.events.append(record)
            self.rows[id(record)] = rows
        sources = [self._source(name, notes) for name, notes in self.sources.items()]
        parties = [Party(name=name, aliases=listed(said)) for name, said in mapping.aliases.items()]
        return ledger_of(
            self.commitments, self.events, sources=sources, parties=parties,
            account=self.account, rows=self.rows, on_reject=on_reject,
        )  # fmt: skip

    def _source(self, name: str, notes: set[str]) -> Source:
        said = self.mapping.source
        stated = dict(said) if name == said.get("id", name) else {}
        if notes and "note" not in stated:
            stated["note"] = "; ".join(sorted(notes))
        return Source(**{**stated, "id": name})


def _parts(item: Sorted, fields: Fields) -> list[tuple[str | None, list[Any]]]:
    """A row, or each of its cells that stands for a row."""
    if not fields.unpivoted:
        return [(None, item.row)]
    return [
        (fields.title(at), [*item.row, fields.title(at), item.row[at]]) for at in fields.unpivoted
    ]


def _amount(amount: dict[str, Any] | None) -> dict[str, Any]:
    return {"unit": amount["unit"], "number": tidy(amount["number"])} if amount else {}

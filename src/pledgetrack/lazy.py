"""Records that stay columns: movements come from the columns, a record from its row when asked for.

Rows that are plain stay columns. All others become records at once, with everything that belongs to
the same commitments, and so do wholes, parts and repetitions: what is checked and counted by record
is complete in itself. Where the records cannot be told apart so (a repeated id, an event of an
unknown commitment) all of them are read one by one, and every mistake is told as ever.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack import plain, plain_rows
from pledgetrack.assemble import Names, Records, assemble
from pledgetrack.balances import Finding, by_commitment
from pledgetrack.columns import Happenings, Mask, Numbers, Promises
from pledgetrack.intake import uncollected
from pledgetrack.models import Commitment, Event, Party, Source
from pledgetrack.movements import label, movements
from pledgetrack.plain_cells import happenings, promises
from pledgetrack.reading import Reading
from pledgetrack.row_sheets import Piece, Rows, Sheet

_KINDS = ("commitment", "event")
_WHO = {"party": "parties", "recipient": "recipients", "channel": "channels"}


class LazyRecords:
    """The records of a ledger as columns; a record is made when somebody asks for it.

    ``counts`` are how many commitments and events there are.
    """

    def __init__(
        self,
        pieces: Sequence[Piece],
        kept: Records,
        rows: tuple[pa.Table, list[Finding]],
        where: tuple[pa.Array, Rows],
        events: int,
    ) -> None:
        self.sources, self.parties = kept.sources, kept.parties
        self.counted = rows
        self.context: frozenset[str] = frozenset()
        self._ids, self._where = where
        self.counts = len(kept.commitments) + len(self._ids), len(kept.events) + events
        self._kept = {commitment.id: commitment for commitment in kept.commitments}
        self._pieces = pieces

    @property
    def last_known(self) -> dt.date | None:
        """The day on which the last of the facts became known."""
        last: dt.date | None = pc.max(self.counted[0].column("known")).as_py()
        return last

    @cached_property
    def all(self) -> Records:
        """Every record, as reading them one by one gives them."""
        with uncollected():
            return every_record(self._pieces)

    @cached_property
    def by_id(self) -> Mapping[str, Commitment]:
        """The commitments by id, each made when it is asked for."""
        return _ById(self)

    def find(self, name: str) -> Commitment:
        """One commitment; ``KeyError`` where there is none of that id."""
        if name in self._kept:
            return self._kept[name]
        at = pc.index(self._ids, name).as_py() if isinstance(name, str) else -1
        if at < 0:
            raise KeyError(name)
        reading, sheet = Reading(), self._pieces[self._where.piece[at]]
        if isinstance(sheet, Sheet):
            list(sheet.read(self._where.row[at : at + 1], reading))
        made = reading.records[0]
        if not isinstance(made, Commitment):
            raise KeyError(name)
        return Names.of(self.parties).resolve_commitment(made)

    def ids(self) -> list[str]:
        """The ids of all commitments, in order."""
        return sorted([*self._kept, *self._ids.to_pylist()])


class _ById(Mapping[str, Commitment]):
    def __init__(self, records: LazyRecords) -> None:
        self.records = records

    def __getitem__(self, name: str) -> Commitment:
        return self.records.find(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.records.ids())

    def __len__(self) -> int:
        return self.records.counts[0]


def assembled(reading: Reading) -> Records:
    """What a reader made of its files, with the place of each record for the errors."""

    def kind(model: type[Any]) -> list[Any]:
        return [record for record in reading.records if isinstance(record, model)]

    return assemble(
        kind(Commitment), kind(Event), kind(Source), kind(Party),
        places=reading.places, problems=reading.problems, refused=reading.refused,
    )  # fmt: skip


def every_record(pieces: Sequence[Piece]) -> Records:
    """The records of files, one by one; all mistakes are raised at once."""
    reading = Reading()
    for piece in pieces:
        if isinstance(piece, Reading):
            reading.take(piece)
        else:
            for _ in piece.read(np.arange(piece.table.num_rows), reading):
                pass
    return assembled(reading)


def lazy_records(pieces: Sequence[Piece]) -> LazyRecords | Records:
    """The records of files, as columns where that can be; all mistakes are raised at once."""
    made = _Building(pieces).records()
    return every_record(pieces) if made is None else made


class _Building:
    """The way from files to columns, and to records where those must be."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self.reading = Reading()
        # Records by the place of their row, so that they come in the order of the files.
        self.made: dict[tuple[int, int], Any] = {}

    def records(self) -> LazyRecords | Records | None:
        """The records, or None where only reading all of them one by one tells what is wrong."""
        tables = [Rows.of(self.pieces, kind) for kind in _KINDS]
        with ThreadPoolExecutor() as pool:
            first = pool.submit(promises, tables[0].table)
            happened, promised = happenings(tables[1].table), first.result()
        where, when = (rows.where(slice(None)) for rows in tables)
        del tables
        self._read_others((where, promised.plain), (when, happened.plain))
        chosen = np.flatnonzero(promised.plain)
        chosen = chosen[pc.sort_indices(promised.id.take(pa.array(chosen))).to_numpy()]
        promised, where = promised.take(chosen), where.where(chosen)
        chosen = np.flatnonzero(happened.plain)
        happened, when = happened.take(chosen), when.where(chosen)
        of = pc.fill_null(pc.index_in(happened.commitment, value_set=promised.id), -1).to_numpy()
        hard = self._near(promised, happened, of)
        if hard is None:
            return None
        units = plain.units_of(promised, happened)
        facts = plain.facts_of(happened, of, units)
        if self.reading.problems:
            # Nothing is counted of a ledger with mistakes, so only others are looked for.
            hard |= plain.conflicts(promised, facts, units)
        else:
            changes, more = plain.changes(promised, facts, units)
            hard |= more
        self._read(where.where(hard))
        self._read(when.where((of < 0) | hard[of] if len(hard) else of < 0))
        kept = self._assembled(promised)
        if hard.all():
            return kept
        names = Names.of(kept.parties)
        tags = sorted({*kept.tags, *(name for said in promised.tags.values for name, _ in said)})
        labels = {
            column: getattr(promised, field).mapped(lambda held: _label(names, held))
            for column, field in _WHO.items()
        }
        records = plain_rows.Plain(promised, happened, units, labels)
        others, findings = _counted(kept, tags, promised.id)
        columns = plain_rows.columns_of(changes, records, tags, ~hard, others)
        rows = plain_rows.together([columns])
        left = pa.array(~hard)
        ids, where = promised.id.filter(left), where.where(~hard)
        events = int(np.count_nonzero(of >= 0) - np.count_nonzero(hard[of[of >= 0]]))
        return LazyRecords(self.pieces, kept, (rows, findings), (ids, where), events)

    def _read_others(self, *known: tuple[Rows, Mask]) -> None:
        """Make records of every row that is not plain, in the order of the files."""
        for at, piece in enumerate(self.pieces):
            if isinstance(piece, Reading):
                self.made |= {(at, nth): record for nth, record in enumerate(piece.records)}
                self.reading.take(piece)
                continue
            rest = np.ones(piece.table.num_rows, bool)
            for rows, mask in known:
                rest[rows.row[mask & (rows.piece == at)]] = False
            self._read_piece(at, piece, np.flatnonzero(rest))

    def _read(self, rows: Rows) -> None:
        for at in np.unique(rows.piece).tolist():
            piece = self.pieces[at]
            if isinstance(piece, Sheet):
                self._read_piece(at, piece, rows.row[rows.piece == at])

    def _read_piece(self, at: int, piece: Sheet, rows: Numbers) -> None:
        for row in piece.read(rows, self.reading):
            self.made[at, row] = self.reading.records[-1]

    def _near(self, promised: Promises, happened: Happenings, of: Numbers) -> Mask | None:
        """The plain commitments that records speak of; None where something is named twice or not.

        What records say of each other is checked among records, and so must be complete there.
        """
        ids = promised.id
        if pc.any(pc.equal(ids.slice(1), ids.slice(0, max(len(ids) - 1, 0)))).as_py():
            return None
        records = self.made.values()
        others = {record.id for record in records if isinstance(record, Commitment)}
        sources = {record.id for record in records if isinstance(record, Source)}
        named = {record.commitment for record in records if isinstance(record, Event)}
        known = {
            *pc.filter(ids, pc.is_in(ids, pa.array([*others, *named], pa.string()))).to_pylist()
        }
        refused = self.reading.refused
        strange = pc.unique(happened.commitment.filter(pa.array(of < 0))).to_pylist()
        if known & others or not {*strange, *named - known} <= others | refused:
            return None
        if not promised.cited.sources | happened.cited.sources <= sources | refused:
            return None
        for record in records:
            if isinstance(record, Commitment):
                named |= {n for n in (record.part_of, record.repeats, record.same_as) if n}
        near: Mask = pc.is_in(ids, pa.array([*named], pa.string())).to_numpy(zero_copy_only=False)
        return near.copy()

    def _assembled(self, promised: Promises) -> Records:
        """The records that must be, checked among each other."""
        self.reading.records = [self.made[place] for place in sorted(self.made)]
        held = (getattr(promised, field).values for field in _WHO.values())
        mentioned = sorted({name for values in held for names in values for name in names})
        self.reading.records += [Party(name=name) for name in mentioned]
        return assembled(self.reading)


def _label(names: Names, held: Sequence[str]) -> str | None:
    return label([names.resolve(name) for name in held])


def _counted(
    kept: Records, tags: Sequence[str], ids: pa.Array
) -> tuple[plain_rows.Others, list[Finding]]:
    """The rows of records, and where they go among commitments with ids in order."""
    rows, findings = movements(kept.commitments, by_commitment(kept.events), tags)
    column = rows.column("commitment").combine_chunks()
    # They come in order as well, so that each goes behind those that do not belong to them.
    order = pc.sort_indices(pa.concat_arrays([ids, column.dictionary])).to_numpy()
    before = np.flatnonzero(order >= len(ids)) - np.arange(len(column.dictionary))
    return plain_rows.Others(rows, before[column.indices.to_numpy()]), findings

"""Files to a data set of movements one by one: as much memory as the largest of them needs."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from pledgetrack.account import Account
from pledgetrack.dataset import movement_table, part_content, part_schema, with_tags
from pledgetrack.errors import FileFormatError, InvalidLedgerError, PledgetrackError
from pledgetrack.intake import OnReject, check_on_reject
from pledgetrack.ledger import Ledger
from pledgetrack.manifest import INPUT_KEY, Input, Level, Manifest
from pledgetrack.quantity import EXACT
from pledgetrack.replace import cannot_write, replace_file

Outcome = Literal["made", "made again", "there already", "kept apart"]
Read = Callable[[Path], tuple[Ledger, Iterable[str], Sequence[Level]]]
"""A file to its ledger, the names that no other file may have, and the levels of its records."""

Sums = dict[tuple[str, str | None, str | None], tuple[int, Decimal | None]]
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Gathered:
    """What became of one file; ``reason`` says why it was kept apart."""

    file: str
    outcome: Outcome
    rows: int | None = None
    reason: str | None = None


class Gathering:
    """A data set that is made of files, each of which gives one part of it.

    A part is there whole or not at all, and says of which file it was made: a file whose part is
    there is left alone, one that has changed is read again. What another file has too is refused,
    for no total may count it twice. Each file is read as if it were alone: an organisation has the
    name that its file gives it.
    """

    def __init__(self, target: Path, read: Read, options: str, on_reject: OnReject) -> None:
        check_on_reject(on_reject)
        self.target = target
        self.read = read
        self.options = options
        self.on_reject = on_reject
        self.sums: Sums = {}
        self.elsewhere = 0  # files of earlier runs, which were not named this time

    def run(self, files: Sequence[Path]) -> Iterator[Gathered]:
        """Make what is missing, file by file, and say what became of each."""
        names = _names(files)
        try:
            self.target.mkdir(exist_ok=True)
            with Manifest.of(self.target, self.options) as manifest:
                manifest.settle(names)
                for file, name in zip(files, names, strict=True):
                    yield self._one(file, name, manifest)
                _same_columns(manifest)
                self.elsewhere = len(set(manifest.names()) - set(names))
                for told in manifest.told():
                    _add(self.sums, told)
        except OSError as error:
            raise cannot_write(self.target, error) from error

    def _one(self, path: Path, name: str, manifest: Manifest) -> Gathered:
        file = _input(path, name)
        if manifest.is_done(file):
            return Gathered(name, "there already")
        before = manifest.seen(name)
        if before is not None and before.folder != file.folder and before.digest != file.digest:
            raise FileFormatError(
                f"{str(path)!r} has the name of another file, that was read from "
                f"{before.folder!r}; rename it",
                path=path,
            )
        try:
            ledger, ids, levels = self.read(path)
            if _input(path, name) != file:
                raise FileFormatError(f"{str(path)!r} changed while it was read", path=path)
            table = movement_table(ledger)
            told = _told(ledger.account)
            if problems := manifest.claim(file, ids, levels, told):
                raise InvalidLedgerError(problems)
        except PledgetrackError as error:
            if self.on_reject == "raise":
                raise
            stays = "; the rows of an earlier version stay" if before is not None else ""
            return Gathered(name, "kept apart", reason=f"{error}{stays}")
        replace_file(manifest.part(name), part_content(table, {INPUT_KEY: file.mark}))
        rows = table.num_rows
        del ledger, ids, levels, table
        # The records of a file name each other; the next one needs their room.
        gc.collect()
        pa.default_memory_pool().release_unused()
        return Gathered(name, "made again" if before is not None else "made", rows)


def _names(files: Sequence[Path]) -> list[str]:
    """What the files are called in the data set: by their names alone, which must differ."""
    names = [file.name.encode("utf-8", "backslashreplace").decode() for file in files]
    made: dict[str, Path] = {}
    for file, name in zip(files, names, strict=True):
        other = made.setdefault(name.casefold(), file)
        if other is not file:
            raise FileFormatError(
                f"{str(other)!r} and {str(file)!r} have one name; rename one of them", path=file
            )
    return names


def _input(path: Path, name: str) -> Input:
    """A file as it is now."""
    mark = hashlib.sha256()
    size = 0
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                mark.update(piece)
                size += len(piece)
    except OSError as error:
        reason = error.strerror or error
        raise FileFormatError(f"cannot read {str(path)!r}: {reason}", path=path) from error
    folder = str(path.resolve().parent).encode("utf-8", "backslashreplace").decode()
    return Input(name, folder, size, mark.hexdigest())


def _same_columns(manifest: Manifest) -> None:
    """Give each part a column for every tag of any of them, for engines take those of the first."""
    import pyarrow.parquet as pq

    schemas = {name: part_schema(manifest.part(name)) for name in manifest.names()}
    found = {name: set(schema.names) for name, schema in schemas.items() if schema is not None}
    tags = {column for names in found.values() for column in names if column.startswith("tag_")}
    for name, columns in found.items():
        if tags - columns:
            part = manifest.part(name)
            table = pq.read_table(part, partitioning=None)
            told = {INPUT_KEY: table.schema.metadata[INPUT_KEY]}
            replace_file(part, part_content(with_tags(table, tags), told))


# --- what became of the records -------------------------------------------------------------------


def _told(account: Account) -> str:
    """The sums of an account, as text."""
    rows: Any = account.summary().astype(object).itertuples(index=False)
    return json.dumps(
        [[_text(cell) for cell in (row.outcome, row.reason, row.unit, row.records, row.number)]
         for row in rows]
    )  # fmt: skip


def _text(cell: object) -> str | None:
    return str(cell) if isinstance(cell, (str, int, Decimal)) else None


def _add(sums: Sums, told: str) -> None:
    for outcome, reason, unit, records, number in json.loads(told):
        count, total = sums.get((outcome, reason, unit), (0, None))
        if number is not None:
            total = EXACT.add(total or Decimal(0), Decimal(number))
        sums[outcome, reason, unit] = count + int(records), total

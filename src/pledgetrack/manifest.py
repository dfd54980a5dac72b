"""What stands beside a data set that is made file by file: which file gave which part and records.

A part says in its own metadata of which file it was made, and is there once it has its name. The
manifest is written before that, and gives way where the two differ: so a process may be killed at
any moment.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pledgetrack.dataset import part_schema
from pledgetrack.errors import FileFormatError, Problem

INPUT_KEY = b"pledgetrack_input"
_VERSION = 1
_TABLES = """
create table if not exists about (version integer, options text);
create table if not exists file (
    name text primary key, folder text, size integer, digest text, told text);
create table if not exists record (id text primary key, file text) without rowid;
create index if not exists record_file on record (file);
create table if not exists level (
    id text primary key, file text, reporter text, hierarchy integer, flows integer,
    parents integer);
create index if not exists level_place on level (reporter, hierarchy);
create index if not exists level_file on level (file);
create table if not exists edge (parent text, child text, reporter text, file text);
create index if not exists edge_parent on edge (parent, reporter);
create index if not exists edge_child on edge (child, reporter);
create index if not exists edge_file on edge (file);
create view if not exists link as
    select parent, child from edge
    join level a on a.id = edge.parent and a.reporter = edge.reporter
    join level b on b.id = edge.child and b.reporter = edge.reporter;
create view if not exists high as
    select * from level where not exists (select 1 from link where parent = level.id);
create view if not exists low as
    select * from level
    where parents = 0 and not exists (select 1 from link where child = level.id)
"""
_FLOWS = ("pledged", "committed", "delivered")
_TOGETHER = "put both into one file, or read them together as one ledger"
_BELOW = "select child from link where parent = ?"
_ABOVE = "select parent from link where child = ?"
# One activity stands for all of a file that are on one level and report the same flows.
_HIGHER_HERE = """
    select a.id, min(b.id) from (
        select min(id) as id, reporter, hierarchy, flows from high
        where file = :file group by reporter, hierarchy, flows) a
    join low b on b.reporter = a.reporter and b.hierarchy > a.hierarchy
        and b.flows & a.flows and b.file <> :file
    group by a.id"""
_LOWER_HERE = """
    select min(a.id), b.id from (
        select min(id) as id, reporter, hierarchy, flows from low
        where file = :file group by reporter, hierarchy, flows) b
    join high a on a.reporter = b.reporter and a.hierarchy < b.hierarchy
        and b.flows & a.flows and a.file <> :file
    group by b.id"""


class Input(NamedTuple):
    """A file as it was when it was read."""

    name: str
    folder: str
    size: int
    digest: str

    @property
    def mark(self) -> bytes:
        """What the part that is made of it says."""
        return json.dumps([self.name, self.size, self.digest]).encode()


class Level(NamedTuple):
    """What tells whether an activity is above or below one of another file, and reports it too."""

    identifier: str
    reporter: str
    hierarchy: int
    parents: tuple[str, ...]
    children: tuple[str, ...]
    flows: frozenset[str]


class Manifest:
    """The files of a data set, and the records of each, on disk: memory does not grow with them."""

    def __init__(self, folder: Path, base: sqlite3.Connection) -> None:
        self.folder = folder
        self._base = base

    @classmethod
    @contextmanager
    def of(cls, folder: Path, options: str) -> Iterator[Manifest]:
        """The manifest beside a data set, which nobody else may write to meanwhile."""
        place = folder.with_name(f"{folder.name}.manifest")
        try:
            base = sqlite3.connect(place, timeout=0, isolation_level=None)
            try:
                base.execute("pragma locking_mode=exclusive")
                base.execute("pragma synchronous=full")
                base.execute("begin exclusive")
                for statement in _TABLES.split(";"):
                    base.execute(statement)
                made = cls(folder, base)
                made._check_about(options, place)
                base.execute("commit")
                yield made
            finally:
                base.close()
        except sqlite3.Error as error:
            busy = "locked" in str(error)
            reason = "another conversion is writing to it" if busy else str(error)
            raise FileFormatError(f"cannot write {str(place)!r}: {reason}", path=place) from error

    def _check_about(self, options: str, place: Path) -> None:
        found = self._base.execute("select version, options from about").fetchone()
        if found is None:
            self._base.execute("insert into about values (?, ?)", (_VERSION, options))
        elif found[0] != _VERSION:
            raise FileFormatError(
                f"{str(place)!r} is of another version of pledgetrack; convert to a new folder",
                path=place,
            )
        elif found[1] != options:
            raise FileFormatError(
                f"{str(self.folder)!r} was made with {found[1]}, and this is {options}; convert "
                "to a new folder",
                path=self.folder,
            )

    # --- files ------------------------------------------------------------------------------------

    def part(self, name: str) -> Path:
        """The part that is made of a file of that name."""
        return self.folder / f"part-{name}.parquet"

    def names(self) -> list[str]:
        """The files whose records are known."""
        return [row[0] for row in self._base.execute("select name from file order by name")]

    def seen(self, name: str) -> Input | None:
        """The file of that name as it was read last."""
        found = self._base.execute(
            "select name, folder, size, digest from file where name = ?", (name,)
        ).fetchone()
        return Input(*found) if found else None

    def told(self) -> Iterator[str]:
        """What was told of each file, one after the other."""
        for row in self._base.execute("select told from file order by name"):
            yield row[0]

    def is_done(self, file: Input) -> bool:
        """Whether all that a file holds is there, by what its part says of itself."""
        seen = self.seen(file.name)
        return (
            seen is not None
            and (seen.size, seen.digest) == (file.size, file.digest)
            and self.part_of(file.name) == file.mark
        )

    def part_of(self, name: str) -> bytes | None:
        """What the part of a file says of which file it was made; None without a part."""
        schema = part_schema(self.part(name))
        found: bytes | None = (schema.metadata or {}).get(INPUT_KEY, b"") if schema else None
        return found

    def settle(self, names: Iterable[str]) -> None:
        """Bring manifest and parts together after a process was killed; ``names`` are read anew."""
        coming = set(names)
        for name in self.names():
            mark, seen = self.part_of(name), self.seen(name)
            if mark is None:
                self._forget(name)
            elif seen is not None and mark != seen.mark and name not in coming:
                raise FileFormatError(
                    f"{name!r} was being converted again when that was broken off; name it too",
                    path=self.part(name),
                )
        ours = {self.part(name).name for name in (*self.names(), *coming)}
        for path in sorted(self.folder.iterdir()):
            if path.name.startswith(".part-") and path.name.endswith(".tmp"):
                path.unlink()  # of a process that was killed; nobody else writes here
            elif path.name not in ours or part_schema(path) is None:
                raise FileFormatError(
                    f"the folder {str(self.folder)!r} holds other things ({path.name!r}); convert "
                    "to a new one",
                    path=self.folder,
                )

    def _forget(self, name: str) -> None:
        for query in (
            "delete from record where file = ?",
            "delete from level where file = ?",
            "delete from edge where file = ?",
            "delete from file where name = ?",
        ):
            self._base.execute(query, (name,))

    def claim(
        self, file: Input, ids: Iterable[str], levels: Sequence[Level], told: str
    ) -> list[Problem]:
        """Note the records of a file, unless another file has them: then say which, and where."""
        self._base.execute("begin immediate")
        self._forget(file.name)
        problems = [*self._repeated(file, ids), *self._related(file, levels), *self._stray(file)]
        if problems:
            self._base.execute("rollback")
        else:
            self._base.execute("insert into file values (?, ?, ?, ?, ?)", (*file, told))
            self._base.execute("commit")
        return problems

    # --- what would count twice -------------------------------------------------------------------

    def _repeated(self, file: Input, ids: Iterable[str]) -> Iterator[Problem]:
        """For each other file that has some of the records, one of them and how many there are."""
        found: dict[object, list[str]] = {}
        for name in ids:
            other = self._one("select file from record where id = ?", name)
            if other is None:
                self._base.execute("insert into record values (?, ?)", (name, file.name))
            else:
                found.setdefault(other, []).append(name)
        for other, names in found.items():
            more = f", as are {len(names) - 1} more of its records" if len(names) > 1 else ""
            message = f"is in {other!r} too{more}, and may count twice; {_TOGETHER}"
            yield Problem(message, file=file.name, record=repr(names[0]))

    def _one(self, query: str, *values: object) -> object:
        found = self._base.execute(query, values).fetchone()
        return found[0] if found else None

    def _related(self, file: Input, levels: Sequence[Level]) -> Iterator[Problem]:
        """Activities of one reporter that are above one another, lie apart and report the same."""
        for level in levels:
            flows = sum(1 << _FLOWS.index(flow) for flow in level.flows)
            self._base.execute(
                "insert or ignore into level values (?, ?, ?, ?, ?, ?)",
                (level.identifier, file.name, level.reporter, level.hierarchy, flows,
                 len(level.parents)),
            )  # fmt: skip
            edges = [(parent, level.identifier) for parent in level.parents]
            edges += [(level.identifier, child) for child in level.children]
            self._base.executemany(
                "insert into edge values (?, ?, ?, ?)",
                [(*edge, level.reporter, file.name) for edge in edges if edge[0] != edge[1]],
            )
        told = set()
        for level in levels:
            above = self._reached(level.identifier, _ABOVE)
            below = self._reached(level.identifier, _BELOW)
            for high in (level.identifier, *above):
                for low in (level.identifier, *below):
                    if high != low and (high, low) not in told and self._both(high, low):
                        told.add((high, low))
                        yield self._twice(file, high, low)

    def _reached(self, name: str, query: str) -> list[str]:
        """All activities above or below one, and not itself."""
        found: dict[str, None] = {name: None}
        ahead = [name]
        while ahead:
            for (other,) in self._base.execute(query, (ahead.pop(),)):
                if other not in found:
                    found[other] = None
                    ahead.append(other)
        return list(found)[1:]

    def _both(self, high: str, low: str) -> bool:
        return bool(
            self._one(
                "select 1 from level a, level b where a.id = ? and b.id = ? and a.file <> b.file "
                "and a.flows & b.flows",
                high, low,
            )
        )  # fmt: skip

    def _stray(self, file: Input) -> Iterator[Problem]:
        """Levels of one reporter of which nothing says which is above which."""
        for query in (_HIGHER_HERE, _LOWER_HERE):
            for high, low in self._base.execute(query, {"file": file.name}):
                yield self._twice(file, high, low)

    def _twice(self, file: Input, high: str, low: str) -> Problem:
        where = {name: self._one("select file from level where id = ?", name) for name in
                 (high, low)}  # fmt: skip
        here, other = (high, low) if where[high] == file.name else (low, high)
        side = "above" if here == high else "below"
        return Problem(
            f"is {side} {other!r} of {where[other]!r}, which reports the same flow; {_TOGETHER}",
            file=file.name, record=repr(here),
        )  # fmt: skip

"""What fulfilment is judged by, from Arrow columns in memory, by their codes.

What an engine groups and joins is read here chunk by chunk into one number for each commitment, or
for each commitment and unit. The lines of the rule are those of ``status``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pyarrow as pa

from pledgetrack import codes, frames
from pledgetrack.balances import RETURNED
from pledgetrack.codes import Tally
from pledgetrack.frames import Where
from pledgetrack.kin import LINKED, REPEATED
from pledgetrack.members import OF_PARTS, PART
from pledgetrack.models import ENDINGS, STAGES
from pledgetrack.movements import forms
from pledgetrack.units import ACTION

# A record that another counts instead of keeps its status, and a whole has that of its parts too.
STANDING = (*forms("proposed"), *forms("pledged"), *forms("alleged"))
DELIVERED = (*forms("delivered"), *forms(OF_PARTS))
PROPOSED = forms("proposed")
FIRM = (*forms("pledged"), *forms("committed"))
ANNOUNCED = (*STANDING, *forms(ACTION)[1:])
REPORTS = ("delivered", "completed")
REASONS = {REPEATED: "repeats", LINKED: "the same as"}

_NEVER, _EVER = np.int32(-(2**31)), np.int32(2**31 - 1)
# What a row says of its target, a bit for each.
_STANDS, _ARRIVES, _BY_END, _FIRST, _KEPT = (np.uint8(1 << at) for at in range(5))


class Facts(NamedTuple):
    """Some rows of a chunk: codes, days since 1970, and amounts, which may not be there."""

    name: Any
    unit: Any
    measure: Any
    event: Any
    on: Any
    day: Any
    number: Any
    there: Any


class Judging:
    """What is known of each commitment, and of each commitment and unit, as of a day."""

    def __init__(
        self, table: pa.Table, day: dt.date, where: Where | None, more: Iterable[str], *, wide: bool
    ) -> None:
        names = table.column_names
        extra = [name for name in more if name in names]
        read = codes.read_for((), where, names)
        self.table = codes.coded(table, [
            *read, "commitment", "unit", "measure", "event", "on", "announced", "end", "since",
            "until", "number", *extra,
        ])  # fmt: skip
        self.day, self.wide = codes.day_number(day), wide
        chosen = {name: codes.key(name, self.table) for name in where or {}}
        self.chosen = [(key, key.chosen(n, (where or {})[n])) for n, key in chosen.items()]
        self.names = codes.distinct(self.table, "commitment")
        self.units = codes.words(self.table, "unit")
        self.measures = (*codes.words(self.table, "measure"), None)
        self.events = (*codes.words(self.table, "event"), None)
        size = self.names
        self.there, self.firm, self.proposed = (np.zeros(size, dtype=bool) for _ in range(3))
        self.end, self.suspended, self.resumed, self.reopened, self.returned = (
            np.full(size, _NEVER) for _ in range(5)
        )
        # The unit of most rows of a commitment; rows in others are strays.
        self.home = np.full(size, -1, dtype=np.int32)
        self.target, self.delivered, self.by_end, self.original = (
            Tally(size, wide=wide) for _ in range(4)
        )
        self.kept = np.zeros(size, dtype=bool)
        self.strays: list[tuple[Any, ...]] = []
        self.turns: list[tuple[Any, ...]] = []
        self.last_row = np.full(size, -1, dtype=np.int64)

    @classmethod
    def of(
        cls, lazy: nw.LazyFrame[Any], day: dt.date, where: Where | None = None,
        more: Iterable[str] = (),
    ) -> Judging | None:  # fmt: skip
        """Of a frame whose rows are in memory, as recorded, and name their commitments."""
        table = codes.table_of(lazy)
        if table is None or frames.STATED_UNIT in table.column_names:
            return None
        if any(table.column(name).null_count for name in ("commitment", "unit", "on", "announced")):
            return None
        more = [*more]
        for wide in (False, True):
            made = cls(table, day, where, more, wide=wide)
            made.read()
            if made.is_exact:
                break
        return made

    @property
    def is_exact(self) -> bool:
        """Whether no sum can have wrapped."""
        sums = (self.target, self.delivered, self.by_end, self.original)
        return all(tally.is_exact for tally in sums)

    def having(self, words: Sequence[str | None], wanted: Iterable[str]) -> Any:
        """Which of the codes of a column stand for some words."""
        some = {*wanted}
        return np.array([word in some for word in words])

    # --- reading ------------------------------------------------------------------------------

    def read(self) -> None:
        """Read every row that counts as of the day."""
        at = 0
        for chunk in codes.chunks(self.table):
            rows = np.flatnonzero(codes.current(chunk, self.day))
            facts = self._facts(chunk, rows)
            self.last_row[facts.name] = rows + at
            at += len(chunk)
            self._note(facts, chunk, rows)
            self._count(facts, chunk, rows)
        self._place_strays()

    def _facts(self, chunk: pa.Table, rows: Any) -> Facts:
        def read(name: str, missing: int) -> Any:
            return codes.indices(codes.array(chunk, name), missing)[rows]

        on = codes.days(codes.array(chunk, "on"))[rows]
        announced = codes.days(codes.array(chunk, "announced"))[rows]
        number = codes.array(chunk, "number")
        there = codes.validity(number)[rows]
        return Facts(
            read("commitment", -1), read("unit", -1), read("measure", len(self.measures) - 1),
            read("event", len(self.events) - 1), on, np.maximum(on, announced),
            np.where(there, codes.whole_numbers(number)[rows], 0), there,
        )  # fmt: skip

    def _note(self, facts: Facts, chunk: pa.Table, rows: Any) -> None:
        """What the facts say of whole commitments."""
        name, day = facts.name, facts.day
        self.there[name] = True
        is_firm = self.having(self.events, FIRM)[facts.event]
        is_firm |= self.having(self.measures, FIRM)[facts.measure]
        self.firm[name[is_firm]] = True
        is_proposed = self.having(self.events, ("proposed",))[facts.event]
        is_proposed |= self.having(self.measures, PROPOSED)[facts.measure]
        self.proposed[name[is_proposed]] = True
        ends = codes.array(chunk, "end")
        end = codes.days(ends)[rows]
        if ends.null_count:
            end = np.where(codes.validity(ends)[rows], end, _NEVER)
        np.maximum.at(self.end, name, end)
        for words, into in (
            (("suspended",), self.suspended), (("resumed",), self.resumed),
            (("reopened",), self.reopened), (("reopened", RETURNED), self.returned),
        ):  # fmt: skip
            wanted = self.having(self.events, words)
            if wanted.any():
                mine = wanted[facts.event]
                np.maximum.at(into, name[mine], day[mine])
        wanted = self.having(self.events, ("completed", *ENDINGS))
        mine = np.flatnonzero(wanted[facts.event]) if wanted.any() else ()
        if len(mine):
            stands = self.having(self.measures, STANDING)[facts.measure[mine]]
            takes = stands & (facts.number[mine] < 0).astype(bool)
            self.turns.append((name[mine], day[mine], facts.event[mine], takes, ~facts.there[mine]))

    def _flags(self, facts: Facts, chunk: pa.Table, rows: Any) -> Any:
        """What each row says of its target."""
        stands = self.having(self.measures, STANDING)[facts.measure]
        stands &= ~self.having(self.events, (PART,))[facts.event]
        stands &= facts.event != len(self.events) - 1
        arrives = self.having(self.measures, DELIVERED)[facts.measure]
        ends = codes.array(chunk, "end")
        by_end = arrives & (facts.on <= codes.days(ends)[rows])
        if ends.null_count:
            by_end &= codes.validity(ends)[rows]
        named = np.array([word is None or word in ANNOUNCED for word in self.measures])
        first = named[facts.measure] & self.having(self.events, STAGES)[facts.event]
        first &= facts.day == codes.days(codes.array(chunk, "announced"))[rows]
        flags = stands * _STANDS + arrives * _ARRIVES + by_end * _BY_END + first * _FIRST
        kept = np.ones(len(rows), dtype=bool)
        for key, wanted in self.chosen:
            kept &= wanted[key.codes(chunk)[rows]]
        return (flags + kept * _KEPT).astype(np.uint8)

    def _count(self, facts: Facts, chunk: pa.Table, rows: Any) -> None:
        """Add the amounts of rows to their targets."""
        flags = self._flags(facts, chunk, rows)
        counts = facts.there | self.having(self.events, STAGES)[facts.event]
        fresh = counts & (self.home[facts.name] < 0)
        self.home[facts.name[fresh]] = facts.unit[fresh]
        away = counts & (self.home[facts.name] != facts.unit)
        if away.any():
            self.strays.append(
                (facts.name[away], facts.unit[away], facts.number[away], facts.there[away],
                 flags[away])
            )  # fmt: skip
            counts &= ~away
        if not counts.all():
            facts = Facts(*(column[counts] for column in facts))
            flags = flags[counts]
        self._add(facts.name, facts.number, facts.there, flags)

    def _add(self, place: Any, number: Any, there: Any, flags: Any) -> None:
        self.kept[place[flags & _KEPT > 0]] = True
        for bit, tally in (
            (_STANDS, self.target), (_ARRIVES, self.delivered), (_BY_END, self.by_end),
            (_FIRST, self.original),
        ):  # fmt: skip
            mine = np.flatnonzero((flags & bit > 0) & there)
            tally.add(place[mine], number[mine])

    def _place_strays(self) -> None:
        """Give targets in other units places behind those of the commitments."""
        self.known = np.zeros(0, dtype=np.int64)
        self.name = np.arange(self.names)
        self.unit = self.home
        if not self.strays:
            return
        name, unit, number, there, flags = codes.joined(self.strays)
        width = len(self.units)
        self.known, at = np.unique(name.astype(np.int64) * width + unit, return_inverse=True)
        for tally in (self.target, self.delivered, self.by_end, self.original):
            tally.extend(len(self.known))
        self.kept = np.concatenate([self.kept, np.zeros(len(self.known), dtype=bool)])
        self.name = np.concatenate([self.name, self.known // width])
        self.unit = np.concatenate([self.unit, (self.known % width).astype(np.int32)])
        self._add(self.names + at, number, there, flags)

    def places(self, name: Any, unit: Any) -> Any:
        """Where the target of a commitment in a unit is kept; -1 where there is none."""
        at_home = self.home[name] == unit
        if not len(self.known):
            return np.where(at_home, name, -1)
        wanted = name.astype(np.int64) * len(self.units) + unit
        found = np.minimum(np.searchsorted(self.known, wanted), len(self.known) - 1)
        away = np.where(self.known[found] == wanted, self.names + found, -1)
        return np.where(at_home, name, away)

    # --- what fulfilment is decided by --------------------------------------------------------

    def _by_name(self, flags: Any) -> Any:
        """How many targets of each commitment have a flag."""
        return np.bincount(self.name[flags & (self.unit >= 0)], minlength=self.names)

    def facts(self) -> pa.Table:
        """A row for each commitment, to decide upon."""
        target, delivered = self.target.sums, self.delivered.sums
        standing = (self.target.count > 0) & (target > 0)
        chosen = np.flatnonzero(self.there)
        counts = {
            "standing": standing,
            "reached": standing & (delivered >= target),
            "reached_by_end": standing & (self.by_end.sums >= target),
            "some": delivered > 0,
            "n_delivered": self.delivered.count > 0,
            "n_target": self.target.count > 0,
        }
        made = {name: pa.array(self._by_name(flags)[chosen]) for name, flags in counts.items()}
        made["is_proposed"] = pa.array(self.proposed[chosen].astype(np.int64))
        made["is_firm"] = pa.array(self.firm[chosen].astype(np.int64))
        days = {"suspended": self.suspended, "resumed": self.resumed, "end": self.end}
        days |= self._turned()
        made["left"] = pa.array(self._left(days)[chosen])
        for name, column in days.items():
            found = column[chosen]
            gone = (found == _NEVER) | (found == _EVER)
            made[name] = pa.array(found, pa.int32(), mask=gone).cast(pa.date32())
        return pa.table({"commitment": self.ids.take(pa.array(chosen)), **made})

    @property
    def ids(self) -> pa.Array:
        """The commitments by their codes."""
        chunks = self.table.column("commitment").chunks
        return chunks[0].dictionary if chunks else pa.array([], pa.string())

    def _turned(self) -> dict[str, Any]:
        """When each commitment was completed, and how and when it was taken back."""
        made = {"completed": np.full(self.names, _EVER)}
        made |= {kind: np.full(self.names, _NEVER) for kind in ENDINGS}
        made |= {f"{kind}_action": np.full(self.names, _EVER) for kind in ENDINGS}
        if self.turns:
            name, day, event, takes, bare = codes.joined(self.turns)
            for kind in ("completed", *ENDINGS):
                again = self.reopened if kind == "completed" else self.returned
                mine = self.having(self.events, (kind,))[event] & (day >= again[name])
                if kind == "completed":
                    np.minimum.at(made[kind], name[mine], day[mine])
                    continue
                np.maximum.at(made[kind], name[mine & takes], day[mine & takes])
                whole = mine & bare
                np.minimum.at(made[f"{kind}_action"], name[whole], day[whole])
        made["took"] = np.max([made[kind] for kind in ENDINGS], axis=0)
        made["took_action"] = np.min([made[f"{kind}_action"] for kind in ENDINGS], axis=0)
        return made

    def _left(self, days: Mapping[str, Any]) -> Any:
        """How many targets had something undelivered standing when the last was taken back."""
        took, bare = days["took"], days["took_action"]
        last = np.where(took != _NEVER, took, np.where(bare != _EVER, bare, _NEVER))
        ended = last != _NEVER
        if not ended.any():
            return np.zeros(self.names, dtype=np.int64)
        target, delivered = (Tally(len(self.name), wide=self.wide) for _ in range(2))
        for chunk in codes.chunks(self.table):
            rows = np.flatnonzero(codes.current(chunk, self.day))
            facts = self._facts(chunk, rows)
            mine = ended[facts.name] & (facts.day <= last[facts.name]) & facts.there
            if mine.any():
                flags = self._flags(facts, chunk, rows)[mine]
                facts = Facts(*(column[mine] for column in facts))
                place = self.places(facts.name, facts.unit)
                for bit, tally in ((_STANDS, target), (_ARRIVES, delivered)):
                    some = flags & bit > 0
                    tally.add(place[some], facts.number[some])
        return self._by_name(
            (target.count > 0) & (target.sums > 0) & (delivered.sums < target.sums)
        )

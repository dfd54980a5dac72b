"""What fulfilment is judged by, from Arrow columns in memory, by their codes.

What an engine groups and joins is read here chunk by chunk into one number for each commitment, or
for each commitment and unit. The lines of the rule are those of ``status``.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pyarrow as pa

from pledgetrack import codes, fast, frames
from pledgetrack.balances import RETURNED
from pledgetrack.codes import NEVER
from pledgetrack.frames import Where
from pledgetrack.kin import LINKED, REPEATED
from pledgetrack.members import OF_PARTS, PART
from pledgetrack.models import ENDINGS, STAGES
from pledgetrack.movements import forms
from pledgetrack.tally import Tally
from pledgetrack.units import ACTION

# A record that another counts instead of keeps its status, and a whole has that of its parts too.
STANDING = (*forms("proposed"), *forms("pledged"), *forms("alleged"))
DELIVERED = (*forms("delivered"), *forms(OF_PARTS))
PROPOSED = forms("proposed")
FIRM = (*forms("pledged"), *forms("committed"))
ANNOUNCED = (*STANDING, *forms(ACTION)[1:])
REPORTS = ("delivered", "completed")
REASONS = {REPEATED: "repeats", LINKED: "the same as"}

_EVER = np.int32(2**31 - 1)
"""A day after all others."""
# What a row says of its target, a bit for each.
_STANDS, _ARRIVES, _FIRST, _COUNTS, _FIRM, _PROPOSED, _ENDS, _TURNS = (
    np.uint8(1 << at) for at in range(8)
)
_TURNED = {
    "suspended": ("suspended",), "resumed": ("resumed",), "reopened": ("reopened",),
    "returned": ("reopened", RETURNED),
}  # fmt: skip
"""Turns, and the events that are one."""
_OF_PLAIN = np.array([_TURNS | _ENDS, _FIRM, _PROPOSED, _STANDS, _ARRIVES])

# Of the columns of a status table those that are read from one more of movements.
_READ = {
    "party": "party", "start": "start", "reported": "source", "source": "source",
    "reason": "instead",
}  # fmt: skip


class Facts(NamedTuple):
    """Some rows of a chunk: where they stand, codes, days since 1970, what they say, and amounts.

    ``kept`` says which of them a choice keeps and ``there`` which have an amount (0 is for none);
    None where all do.
    """

    rows: Any
    name: Any
    unit: Any
    kind: Any
    on: Any
    end: Any
    says: Any
    number: Any
    kept: Any = None
    there: Any = None

    def take(self, rows: Any) -> Facts:
        """Some of the rows."""
        return Facts(*(None if column is None else column.take(rows) for column in self))


class Judging:
    """What is known of each commitment, and of each commitment and unit, as of a day."""

    def __init__(
        self,
        table: pa.Table,
        day: dt.date,
        where: Where | None,
        columns: Collection[str],
        *,
        wide: bool,
    ) -> None:
        names = table.column_names
        extra = [_READ[name] for name in columns if _READ.get(name) in names]
        self.is_compared = "original_target" in columns
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
        self.end = np.full(size, NEVER)
        # The last day of each turn, where one ever was.
        self.last: defaultdict[str, Any] = defaultdict(partial(np.full, size, NEVER))
        # The unit of most rows of a commitment; rows in others are strays.
        self.home = np.full(size, -1, dtype=np.int32)
        self.target, self.delivered, self.by_end, self.original = self.tallies = [
            Tally(size, wide=wide) for _ in range(4)
        ]
        self.says = self._said()
        self.kept = np.zeros(size, dtype=bool)
        self.strays: list[Facts] = []
        self.turns: list[tuple[Any, ...]] = []

    @classmethod
    def of(
        cls, lazy: nw.LazyFrame[Any], day: dt.date, where: Where | None = None,
        columns: Collection[str] = (),
    ) -> Judging | None:  # fmt: skip
        """Of a frame whose rows are in memory, as recorded, and name their commitments.

        ``columns`` are those of a status table that are asked of it.
        """
        table = codes.table_of(lazy)
        if table is None or frames.STATED_UNIT in table.column_names:
            return None
        if any(table.column(name).null_count for name in ("commitment", "unit", "on", "announced")):
            return None
        for wide in (False, True):
            made = cls(table, day, where, columns, wide=wide)
            made.read()
            if made.is_exact:
                break
        return made

    @property
    def is_exact(self) -> bool:
        """Whether no sum can have wrapped."""
        return all(tally.is_exact for tally in self.tallies)

    def having(self, words: Sequence[str | None], wanted: Iterable[str]) -> Any:
        """Which of the codes of a column stand for some words."""
        some = {*wanted}
        return np.array([word in some for word in words])

    def _said(self) -> Any:
        """What a row of each event and measure says, a bit for each."""
        turns = {word for words in _TURNED.values() for word in words}
        of_event = (
            self.having(self.events, STAGES) * _COUNTS
            | self.having(self.events, FIRM) * _FIRM
            | self.having(self.events, ("proposed",)) * _PROPOSED
            | self.having(self.events, ("completed", *ENDINGS)) * _ENDS
            | self.having(self.events, turns) * _TURNS
        )
        of_measure = (
            self.having(self.measures, DELIVERED) * _ARRIVES
            | self.having(self.measures, FIRM) * _FIRM
            | self.having(self.measures, PROPOSED) * _PROPOSED
        )
        says = of_event[:, None] | of_measure[None, :]
        is_fact = np.array([word is not None and word != PART for word in self.events])
        says |= (is_fact[:, None] & self.having(self.measures, STANDING)[None, :]) * _STANDS
        named = np.array([word is None or word in ANNOUNCED for word in self.measures])
        says |= (self.having(self.events, STAGES)[:, None] & named[None, :]) * _FIRST
        return says.reshape(-1)

    # --- reading ------------------------------------------------------------------------------

    def read(self) -> None:
        """Read every row that counts as of the day."""
        table = self.table
        loops = fast.loops(table.num_rows)
        if loops and not (self.chosen or self.is_compared or self.wide):
            # Parts have no commitment in common, so none writes where another does.
            parts = codes.apart(table, "commitment", codes.PART)
            odd = [table.slice(0, 0)]
            for rest, *ends in fast.each(partial(self._plain, loops), parts, in_threads=True):
                odd += rest
                for tally in self.tallies[:3]:
                    tally.saw(*ends)
            table = pa.concat_tables(odd)
        for chunk in codes.chunks(table):
            facts = self._facts(chunk)
            self._note(chunk, facts)
            self._count(facts)
        self._place_strays()

    def _plain(self, loops: Any, part: pa.Table) -> tuple[list[pa.Table], int, int]:
        """Read the plain rows of a part; those that are not, the least and the largest amount."""
        odd, least, most = [], 0, 0
        for chunk in codes.chunks(part, fast.TIMES):
            rows, low, high = self._plain_of(loops, chunk)
            least, most = min(least, low), max(most, high)
            if len(rows):
                # Of the whole table they would be taken from a copy.
                odd.append(chunk.take(pa.array(rows)))
        return odd, least, most

    def _plain_of(self, loops: Any, chunk: pa.Table) -> tuple[Any, int, int]:
        """Read the plain rows of a chunk by a compiled loop; which are not, and the ends."""
        read = partial(codes.read, chunk)
        number, odd = codes.array(chunk, "number"), np.empty(len(chunk), dtype=np.int32)
        rest, least, most = loops.judge(
            self.day, *codes.dated(chunk, "since"), *codes.dated(chunk, "until"),
            read("commitment", -1), read("unit", -1), read("event", len(self.events) - 1),
            read("measure", len(self.measures) - 1), len(self.measures), self.says, _OF_PLAIN,
            codes.days(codes.array(chunk, "on")), *codes.dated(chunk, "end"),
            codes.halves(number), *codes.bits(number),
            self.there, self.firm, self.proposed, self.end, self.home,
            *(column for tally in self.tallies[:3] for column in (tally.sums, tally.count)), odd,
        )  # fmt: skip
        return odd[:rest], least, most

    def _facts(self, chunk: pa.Table) -> Facts:
        rows = np.flatnonzero(codes.current(chunk, self.day))

        def read(name: str, missing: int) -> Any:
            return codes.read(chunk, name, missing).take(rows)

        kind = read("event", len(self.events) - 1) * len(self.measures)
        kind += read("measure", len(self.measures) - 1)
        says = self.says.take(kind)
        on = codes.days(codes.array(chunk, "on")).take(rows)
        if self.is_compared:
            # Only what was announced on the very day is the original.
            says[on > codes.days(codes.array(chunk, "announced"))[rows]] &= ~_FIRST
        end = codes.days_or_never(codes.array(chunk, "end"), rows)
        kept = there = None
        if self.chosen:
            kept = np.ones(len(rows), dtype=bool)
            for key, wanted in self.chosen:
                kept &= wanted[key.codes(chunk)[rows]]
        number = codes.array(chunk, "number")
        values = codes.whole_numbers(number).take(rows)
        if self.table.column("number").null_count:
            there = codes.validity(number)[rows]
            values[~there] = 0
        names = (read("commitment", -1), read("unit", -1), kind)
        return Facts(rows, *names, on, end, says, values, kept, there)

    @staticmethod
    def _days(chunk: pa.Table, facts: Facts) -> Any:
        """The day from which each fact counts: none before the promise was announced."""
        announced = codes.days(codes.array(chunk, "announced")).take(facts.rows)
        return np.maximum(facts.on, announced)

    def _note(self, chunk: pa.Table, facts: Facts) -> None:
        """What the facts say of whole commitments."""
        name, says = facts.name, facts.says
        self.there[name] = True
        self.firm[name.take(np.flatnonzero((says & _FIRM) > 0))] = True
        self.proposed[name.take(np.flatnonzero((says & _PROPOSED) > 0))] = True
        np.maximum.at(self.end, name, facts.end)
        if not (says & (_TURNS | _ENDS)).any():
            return
        turns = facts.take(np.flatnonzero((says & _TURNS) > 0))
        event, day = turns.kind // len(self.measures), self._days(chunk, turns)
        for name, words in _TURNED.items():
            mine = self.having(self.events, words)[event]
            if mine.any():
                np.maximum.at(self.last[name], turns.name[mine], day[mine])
        ends = facts.take(np.flatnonzero((says & _ENDS) > 0))
        event, measure = np.divmod(ends.kind, len(self.measures))
        takes = self.having(self.measures, STANDING)[measure] & (ends.number < 0).astype(bool)
        bare = np.zeros(len(event), dtype=bool) if ends.there is None else ~ends.there
        self.turns.append((ends.name, self._days(chunk, ends), event, takes, bare))

    def _count(self, facts: Facts) -> None:
        """Add the amounts of rows to their targets."""
        if facts.there is not None:
            facts = facts.take(np.flatnonzero(facts.there | (facts.says & _COUNTS > 0)))
        away = codes.elsewhere(self.home, facts.name, facts.unit)
        if away.any():
            self.strays.append(facts.take(np.flatnonzero(away)))
            facts = facts.take(np.flatnonzero(~away))
        self._add(facts.name, facts)

    def _add(self, place: Any, facts: Facts) -> None:
        if facts.kept is not None:
            self.kept[place[facts.kept]] = True
        says = facts.says
        if facts.there is not None:
            says = np.where(facts.there, says, np.uint8(0))
        bits = (_STANDS, _ARRIVES, _FIRST if self.is_compared else np.uint8(0))
        stands, arrives, first = (np.flatnonzero((says & bit) > 0) for bit in bits)
        by_end = arrives[facts.on.take(arrives) <= facts.end.take(arrives)]
        for rows, tally in zip((stands, arrives, by_end, first), self.tallies, strict=True):
            tally.add(place.take(rows), facts.number.take(rows))

    def _place_strays(self) -> None:
        """Give targets in other units places behind those of the commitments."""
        if not self.chosen:
            self.kept = self.home >= 0
        self.known = np.zeros(0, dtype=np.int64)
        self.unit = self.home
        if not self.strays:
            return
        parts = zip(*self.strays, strict=True)
        facts = Facts(*(None if part[0] is None else np.concatenate(part) for part in parts))
        width = len(self.units)
        pairs = facts.name.astype(np.int64) * width + facts.unit
        self.known, at = np.unique(pairs, return_inverse=True)
        for tally in self.tallies:
            tally.extend(len(self.known))
        self.kept = np.concatenate([self.kept, np.full(len(self.known), not self.chosen)])
        self.unit = np.concatenate([self.unit, (self.known % width).astype(np.int32)])
        self._add(self.names + at, facts)

    @cached_property
    def name(self) -> Any:
        """The commitment of each place."""
        own = np.arange(self.names)
        return np.concatenate([own, self.known // len(self.units)]) if len(self.known) else own

    def name_of(self, places: Any) -> Any:
        """The commitments of some places."""
        # Each has one, that of its code, and those of targets in other units come behind them.
        return self.name[places] if len(self.known) else places

    def places(self, name: Any, unit: Any) -> Any:
        """Where the target of a commitment in a unit is kept; -1 where there is none."""
        made = name.astype(np.int64)
        rest = np.flatnonzero(self.home.take(name) != unit)
        if not len(self.known):
            made[rest] = -1
        elif len(rest):
            wanted = made.take(rest) * len(self.units) + unit.take(rest)
            found = np.minimum(np.searchsorted(self.known, wanted), len(self.known) - 1)
            made[rest] = np.where(self.known[found] == wanted, self.names + found, -1)
        return made

    # --- what fulfilment is decided by --------------------------------------------------------

    def _by_name(self, flags: Any) -> Any:
        """How many targets of each commitment have a flag; where each has one target, the flags."""
        made = flags[: self.names]
        if len(self.known):
            made = made.astype(np.int64)
            np.add.at(made, self.name[self.names :], flags[self.names :])
        return made

    def facts(self) -> dict[str, Any]:
        """For each commitment what is decided upon; the first of days where there is none."""
        target, delivered = self.target.sums, self.delivered.sums
        standing = target > 0
        made = {
            "standing": self._by_name(standing),
            "reached": self._by_name(standing & (delivered >= target)),
            "reached_by_end": self._by_name(standing & (self.by_end.sums >= target)),
            "some": self._by_name(delivered > 0),
            "n_delivered": self._by_name(self.delivered.count > 0),
            "n_target": self._by_name(self.target.count > 0),
            "is_proposed": self.proposed,
            "is_firm": self.firm,
            **{name: self.last.get(name, NEVER) for name in ("suspended", "resumed")},
            "end": self.end,
            **self._turned(),
        }
        made["left"] = self._left(made)
        return made

    @property
    def ids(self) -> pa.Array:
        """The commitments by their codes."""
        chunks = self.table.column("commitment").chunks
        return chunks[0].dictionary if chunks else pa.array([], pa.string())

    def _turned(self) -> dict[str, Any]:
        """When each commitment was completed, and how and when it was taken back.

        One day stands for all where none of them ever was.
        """
        actions = [f"{kind}_action" for kind in ENDINGS]
        if not self.turns:
            return dict.fromkeys(("completed", *ENDINGS, *actions, "took", "took_action"), NEVER)
        made = {"completed": np.full(self.names, _EVER)}
        made |= {kind: np.full(self.names, NEVER) for kind in ENDINGS}
        made |= {name: np.full(self.names, _EVER) for name in actions}
        named, day, event, takes, bare = codes.joined(self.turns)
        for kind in ("completed", *ENDINGS):
            again = self.last.get("reopened" if kind == "completed" else "returned")
            mine = self.having(self.events, (kind,))[event]
            if again is not None:
                mine &= day >= again[named]
            if kind == "completed":
                np.minimum.at(made[kind], named[mine], day[mine])
                continue
            np.maximum.at(made[kind], named[mine & takes], day[mine & takes])
            whole = mine & bare
            np.minimum.at(made[f"{kind}_action"], named[whole], day[whole])
        made["took"] = np.max([made[kind] for kind in ENDINGS], axis=0)
        made["took_action"] = np.min([made[f"{kind}_action"] for kind in ENDINGS], axis=0)
        for name in ("completed", "took_action", *actions):
            made[name][made[name] == _EVER] = NEVER
        return made

    def _left(self, days: Mapping[str, Any]) -> Any:
        """How many targets had something undelivered standing when the last was taken back.

        One number stands for all where none ever was.
        """
        took, bare = days["took"], days["took_action"]
        last = np.where(took != NEVER, took, bare)
        ended = last != NEVER
        if not ended.any():
            return np.int64(0)
        target, delivered = (Tally(len(self.name), wide=self.wide) for _ in range(2))
        for chunk in codes.chunks(self.table):
            facts = self._facts(chunk)
            mine = ended[facts.name] & (self._days(chunk, facts) <= last[facts.name])
            if facts.there is not None:
                mine &= facts.there
            if mine.any():
                facts = facts.take(np.flatnonzero(mine))
                place = self.places(facts.name, facts.unit)
                for bit, tally in ((_STANDS, target), (_ARRIVES, delivered)):
                    some = facts.says & bit > 0
                    tally.add(place[some], facts.number[some])
        return self._by_name((target.sums > 0) & (delivered.sums < target.sums))

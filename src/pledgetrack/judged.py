"""A table of what is judged, column by column: a row for each commitment and unit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pledgetrack import codes, frames
from pledgetrack.codes import NEVER
from pledgetrack.frames import Numbers
from pledgetrack.judging import ANNOUNCED, REASONS, REPORTS, Judging
from pledgetrack.models import STAGES
from pledgetrack.movements import label
from pledgetrack.quantity import share
from pledgetrack.tally import Tally
from pledgetrack.units import ACTION


class Table:
    """The rows of a status table, in order, and each of its columns when it is asked for."""

    def __init__(
        self, judging: Judging, decided: Any, statuses: Sequence[str], allowed: Collection[str],
        numbers: Numbers,
    ) -> None:  # fmt: skip
        self.judging, self.numbers = judging, numbers
        self.status, self.words = decided, statuses
        self.places = self._in_order(np.array([word in allowed for word in statuses]))
        self.unit = judging.unit[self.places]
        self.scale = judging.table.schema.field("number").type.scale

    def _in_order(self, wanted: Any) -> Any:
        """The places by their commitments and units; where that is all as they stand, a slice."""
        judging = self.judging
        has_one_each, is_sorted = not len(judging.known), codes.are_sorted(judging.ids)
        if has_one_each and is_sorted and wanted.all() and judging.kept.all():
            return slice(None)
        places = np.flatnonzero(judging.kept)
        if not wanted.all():
            places = places[wanted[self.status[judging.name_of(places)]]]
        if has_one_each and is_sorted:
            return places
        rank = codes.ranks(judging.ids)
        if has_one_each:
            return places[np.argsort(rank[places])]
        by_unit = sorted(range(len(judging.units)), key=lambda at: _order(judging.units[at]))
        of_unit = np.empty(len(by_unit), dtype=np.int64)
        of_unit[by_unit] = np.arange(len(by_unit))
        return places[np.lexsort((of_unit[judging.unit[places]], rank[judging.name[places]]))]

    def frame(self, columns: Sequence[str]) -> pd.DataFrame:
        """Some of the columns."""
        return pd.DataFrame({name: getattr(self, f"_{name}")() for name in columns}, copy=False)

    @cached_property
    def name(self) -> Any:
        """The commitment of each row."""
        return self.judging.name if self._are_all else self.judging.name_of(self.places)

    @property
    def _are_all(self) -> bool:
        """Whether the rows are all commitments, as they stand."""
        return isinstance(self.places, slice)

    def _of_name(self, known: Any) -> Any:
        """What is known of the commitment of each row."""
        return known if self._are_all else known.take(self.name)

    def _commitment(self) -> Any:
        ids = self.judging.ids.cast(pa.large_string())
        return codes.text_column(ids if self._are_all else codes.taken(ids, self.name))

    def _party(self) -> Any:
        found = self._read("party")
        words = [frames.key_label("party", word) for word in codes.words(found, "party")]
        at = codes.read(found, "party", len(words))
        return codes.text([*words, frames.key_label("party", None)], at)

    def _status(self) -> Any:
        return codes.text(self.words, self._of_name(self.status))

    def _unit(self) -> Any:
        return codes.text(self.judging.units, self.unit)

    @cached_property
    def _rows(self) -> pa.Array:
        """For each commitment a row of the day, which has its keys as they stand."""
        made, at = np.full(self.judging.names, -1, dtype=np.int64), 0
        for chunk in codes.chunks(self.judging.table):
            rows = np.flatnonzero(codes.current(chunk, self.judging.day))
            made[codes.read(chunk, "commitment")[rows]] = rows + at
            at += len(chunk)
        return pa.array(made[self.name])

    def _read(self, name: str) -> pa.Table:
        return self.judging.table.select([name]).take(self._rows).combine_chunks()

    # --- amounts ------------------------------------------------------------------------------

    def _tally(self, tally: Tally) -> Any:
        return codes.amounts(tally.sums[self.places], tally.count[self.places] > 0, self.scale)

    def _target(self) -> Any:
        return frames.column_of_amounts(self._tally(self.judging.target), self.numbers)

    def _delivered(self) -> Any:
        return frames.column_of_amounts(self._tally(self.judging.delivered), self.numbers)

    def _share(self) -> Any:
        delivered, target = self.judging.delivered, self.judging.target
        part, whole = delivered.sums[self.places], target.sums[self.places]
        there = (delivered.count[self.places] > 0) & (whole != 0)
        made = np.full(len(whole), None, dtype=object)
        made[there] = [*map(share, part[there].tolist(), whole[there].tolist())]
        return frames.column_of_amounts(made, self.numbers)

    def _original_target(self) -> Any:
        made = self._tally(self.judging.original)
        return frames.column_of_amounts(made, self.numbers)

    # --- days ---------------------------------------------------------------------------------

    def _start(self) -> Any:
        return _day_column(self._read("start").column("start").cast(pa.date32()))

    @property
    def _last(self) -> Any:
        return self._of_name(self.judging.end)

    def _end(self) -> Any:
        return _days(self._last)

    def _days_left(self) -> Any:
        last = self._last
        left = np.subtract(last, self.judging.day, dtype=np.int64)
        return pd.arrays.IntegerArray(left, last == NEVER)

    def _original_end(self) -> Any:
        """The end as it was announced.

        A horizon that moved on the very day of the announcement leaves a row that counts on no day.
        """
        judging = self.judging
        ends = np.full(judging.names, NEVER)
        moved = np.zeros(judging.names, dtype=bool)
        named = np.array([word is None or word in ANNOUNCED for word in judging.measures])
        stage = judging.having(judging.events, STAGES)
        for chunk in codes.chunks(judging.table):
            since, until = codes.array(chunk, "since"), codes.array(chunk, "until")
            first = codes.days(since) == codes.days(codes.array(chunk, "announced"))
            first &= (codes.days(since) <= judging.day) & codes.validity(since)
            measure = codes.read(chunk, "measure", len(judging.measures) - 1)
            event = codes.read(chunk, "event", len(judging.events) - 1)
            rows = np.flatnonzero(first & named[measure] & stage[event])
            name = codes.read(chunk, "commitment")[rows]
            end = codes.days_or_never(codes.array(chunk, "end"), rows)
            at_once = codes.validity(until)[rows]
            at_once &= codes.days(until)[rows] == codes.days(since)[rows]
            moved[name[at_once]] = True
            mine = at_once | ~moved[name]
            ends[name[mine]] = end[mine]
        return _days(self._of_name(ends))

    # --- reports ------------------------------------------------------------------------------

    @cached_property
    def _reports(self) -> tuple[Any, ...]:
        """The commitment, unit, day and source of each report, and whether it speaks of all units.

        A completion speaks of every target, and every delivery speaks of an action.
        """
        none = np.zeros(0, dtype=np.int32)
        return tuple(codes.joined([(none, none, none, none, none > 0), *self._reported_rows()]))

    @property
    def _action(self) -> int:
        units = self.judging.units
        return units.index(ACTION) if ACTION in units else -1

    @cached_property
    def _last_report(self) -> Any:
        """The day of the last report that speaks of the unit of each place."""
        judging = self.judging
        name, unit, on, _, of_all = self._reports
        any_, of_action = (np.full(judging.names, NEVER) for _ in range(2))
        np.maximum.at(any_, name, on)
        whole, rest = np.flatnonzero(of_all), np.flatnonzero(~of_all)
        np.maximum.at(of_action, name[whole], on[whole])
        of_unit = np.full(len(judging.name), NEVER)
        place = judging.places(name.take(rest), unit.take(rest))
        mine = np.flatnonzero(place >= 0)
        np.maximum.at(of_unit, place.take(mine), on.take(rest).take(mine))
        of_any = np.maximum(of_unit, of_action.take(judging.name))
        return codes.either(judging.unit == self._action, any_.take(judging.name), of_any)

    def _sources(self) -> list[str | None]:
        """The sources of the last report of each row."""
        judging, last = self.judging, self._last_report
        name, unit, on, source, of_all = self._reports
        # Each report, with the rows that it is the last one of.
        whole, rest = np.flatnonzero(of_all), np.flatnonzero(~of_all)
        pairs, spoken_of = [], [unit[rest]]
        if self._action >= 0:
            spoken_of.append(np.full(len(rest), self._action))
        for units in spoken_of:
            place = judging.places(name[rest], units)
            pairs.append((place[place >= 0], on[rest][place >= 0], source[rest][place >= 0]))
        by_name = np.argsort(judging.name, kind="stable")
        starts = np.searchsorted(judging.name[by_name], [name[whole], name[whole] + 1])
        pairs.append(_spread(by_name, starts, on[whole], source[whole]))
        place, on, source = codes.joined(pairs)
        latest = (on == last[place]) & (source >= 0)
        return self._labels(place[latest], source[latest])

    def _labels(self, place: Any, source: Any) -> list[str | None]:
        """The sources of some places, those of one joined, for each row."""
        words = codes.words(self.judging.table, "source")
        one = np.empty(len(words) + 1, dtype=object)
        one[: len(words)] = [label([word]) for word in words if word is not None]
        any_ = np.full(len(self.judging.name), -1)
        any_[place] = source
        made = one[any_]
        several = np.unique(place[source != any_[place]])
        if len(several):
            mine = np.isin(place, several)
            sources: dict[int, set[str]] = {}
            for each, code in zip(place[mine].tolist(), source[mine].tolist(), strict=True):
                sources.setdefault(each, set()).add(words[code] or "")
            for each, names in sources.items():
                made[each] = label([*names])
        found: list[str | None] = made[self.places].tolist()
        return found

    def _reported_rows(self) -> Any:
        judging = self.judging
        wanted = judging.having(judging.events, REPORTS)
        done = judging.having(judging.events, ("completed",))
        bare = judging.having(judging.units, (ACTION,))
        for chunk in codes.chunks(judging.table):
            event = codes.read(chunk, "event", len(judging.events) - 1)
            rows = np.flatnonzero(codes.current(chunk, judging.day) & wanted[event])
            if len(rows):
                name, unit, source = (
                    codes.read(chunk, key)[rows] for key in ("commitment", "unit", "source")
                )
                on = codes.days(codes.array(chunk, "on"))[rows]
                yield name, unit, on, source, done[event[rows]] | bare[unit]

    def _reported(self) -> Any:
        return _days(self._last_report[self.places])

    def _source(self) -> Any:
        return frames.words(self._sources())

    def _reason(self) -> Any:
        """Why records count in no total, and which counts instead."""
        judging, found = self.judging, {}
        if "instead" in judging.table.column_names:
            others = codes.words(judging.table, "instead")
            for chunk in codes.chunks(judging.table):
                if codes.array(chunk, "instead").null_count == len(chunk):
                    continue
                other = codes.read(chunk, "instead")
                measure = codes.read(chunk, "measure", len(judging.measures) - 1)
                rows = codes.current(chunk, judging.day) & (other >= 0)
                rows &= measure != len(judging.measures) - 1
                name = codes.read(chunk, "commitment")
                said = np.stack([name[rows], other[rows], measure[rows]])
                for one, instead, of in np.unique(said, axis=1).T.tolist():
                    word = judging.measures[of] or ""
                    found[one] = f"{REASONS[word.split(' ')[0]]} {others[instead]!r}"
        return frames.words(found.get(name) for name in self.name.tolist())


def _order(unit: str | None) -> Any:
    return frames.sort_key("unit")(unit or "")


def _spread(by_name: Any, starts: Any, on: Any, source: Any) -> tuple[Any, Any, Any]:
    """Each report beside every place of its commitment."""
    first, last = starts
    count = last - first
    row = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(row)) - (np.cumsum(count) - count)[row]
    return by_name[first[row] + nth], on[row], source[row]


def _days(days: Any) -> Any:
    return _day_column(pa.array(days, pa.int32(), mask=days == NEVER).cast(pa.date32()))


def _day_column(days: Any) -> Any:
    return pd.Series(pd.arrays.ArrowExtensionArray(days), dtype=pd.ArrowDtype(pa.date32()))

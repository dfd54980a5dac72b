"""Movements of plain records, column by column.

The rule is that of ``targets`` and ``balances``, for commitments of at most one target whose events
are deliveries, or exact changes of exact amounts: the nth events of all commitments are counted at
once. What is not plain, or would be a finding, is said to be hard, and is for the records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pledgetrack.columns import (
    COMMITTED,
    DELIVERED,
    EXACT,
    NO_DAY,
    PLEDGED,
    REVISED,
    Coded,
    Codes,
    Happenings,
    Mask,
    Numbers,
    Promises,
)
from pledgetrack.models import STAGES
from pledgetrack.units import ACTION

MEASURES = (*STAGES, "delivered")
_DELIVERED = MEASURES.index("delivered")
_FIRM = STAGES.index("pledged"), STAGES.index("committed")
_RANK = np.array([2, 3, 5, 4, 7, 8, 9], np.int64)  # of KINDS, as ``balances`` has them
_ROUNDS = 64
_ALL = np.int64(-1)  # a part that is the whole, whatever that becomes


@dataclass(slots=True)
class Facts:
    """Plain events, each with the place of its commitment, in the order in which they count."""

    of: Codes
    kind: Codes
    on: Codes
    known: Codes
    number: Numbers
    unit: Codes  # below 0 where there is no quantity
    bound: Codes
    row: npt.NDArray[np.int64]  # its place among the events

    def where(self, mask: Any) -> Facts:
        """Some of the facts."""
        return Facts(*(getattr(self, name)[mask] for name in self.__slots__))


@dataclass(slots=True)
class Changes:
    """Signed rows: whose, in which order, of which event (below 0: the announcement)."""

    of: list[Codes]
    nth: list[Numbers]
    event: list[npt.NDArray[np.int64]]
    unit: list[Codes]
    measure: list[Codes]  # below 0 where there is no amount
    number: list[Numbers]
    bound: list[Codes]

    def add(self, of: Codes, *columns: Any) -> None:
        """More rows; a column may be one value for all."""
        self.of.append(of)
        for name, values in zip(self.__slots__[1:], columns, strict=True):
            getattr(self, name).append(np.broadcast_to(values, of.shape))


def units_of(promised: Promises, happened: Happenings) -> list[str]:
    """The units of plain records in order, the action last."""
    units = {*promised.target.unit.values, *happened.quantity.unit.values} - {""}
    return [*sorted(units), ACTION]


def recoded(coded: Coded, order: Sequence[str]) -> Codes:
    """The codes of a column by the place of its values in a list."""
    at = {value: place for place, value in enumerate(order)}
    to = np.array([*(at.get(value, -1) for value in coded.values), -1], np.int32)
    return to[coded.codes]


def facts_of(happened: Happenings, of: npt.NDArray[np.integer[Any]], units: Sequence[str]) -> Facts:
    """The events whose commitments are among the plain ones."""
    rows = np.flatnonzero(of >= 0)
    on, known = happened.on[rows], happened.known[rows]
    return Facts(
        of[rows].astype(np.int32), happened.kind[rows], on, np.where(known == NO_DAY, on, known),
        happened.quantity.number[rows], recoded(happened.quantity.unit, units)[rows],
        happened.quantity.bound[rows], rows,
    )  # fmt: skip


def conflicts(promised: Promises, facts: Facts, units: Sequence[str]) -> Mask:
    """The commitments with an event that a ledger refuses."""
    wrong = np.zeros(len(promised.announced), bool)
    target = recoded(promised.target.unit, units)[facts.of]
    strange = (facts.unit >= 0) & (facts.unit != target) & (facts.kind != DELIVERED)
    wrong[facts.of[strange | (facts.on < promised.announced[facts.of])]] = True
    return wrong


def changes(promised: Promises, facts: Facts, units: Sequence[str]) -> tuple[Changes, Mask]:
    """The rows of plain commitments, and which commitments are hard."""
    count = len(promised.announced)
    target = recoded(promised.target.unit, units)
    hard = conflicts(promised, facts, units)
    delivery, inexact = facts.kind == DELIVERED, facts.bound != EXACT
    hard[facts.of[delivery & (facts.number < 0)]] = True
    firm, ended = np.zeros(count, bool), np.zeros(count, bool)
    firm[facts.of[~delivery]] = True
    ended[facts.of[(facts.kind > REVISED) & (facts.unit < 0)]] = True
    hard |= firm & ((target < 0) | (promised.target.bound != EXACT))
    hard[facts.of[firm[facts.of] & (facts.unit >= 0) & (facts.unit != target[facts.of])]] = True
    # What arrived of a promise that ended stands, and so its exactness counts.
    hard[facts.of[inexact & (~delivery | ended[facts.of])]] = True
    facts, tied = _in_order(facts)
    hard[tied] = True
    made = Changes([], [], [], [], [], [], [])
    _announce(made, promised, target, units)
    # Most commitments have deliveries alone, whose rows are the deliveries themselves.
    alone = facts.where(~firm[facts.of])
    made.add(
        alone.of, _place(alone.of) * 8 + 8, alone.row, alone.unit, np.int32(_DELIVERED),
        alone.number, alone.bound,
    )  # fmt: skip
    _count(made, promised, target, facts.where(firm[facts.of]), hard)
    return made, hard


def _in_order(facts: Facts) -> tuple[Facts, Codes]:
    """The facts in the order in which they count, and the commitments of facts that are alike."""
    day = facts.on.astype(np.int64) + (1 << 20)
    first = (facts.of.astype(np.int64) << 27) | (day << 4) | _RANK[facts.kind]
    order = np.argsort(first, kind="stable")
    same = _tied(first[order])
    if same.any():
        at = np.flatnonzero(same)
        rows = order[at]
        keys: list[npt.NDArray[Any]] = [facts.unit, -facts.number, facts.bound, facts.known]
        order[at] = rows[np.lexsort([*(key[rows] for key in reversed(keys)), first[rows]])]
        alike = same[1:] & same[:-1]
        for key in (first, *keys):
            alike &= key[order[1:]] == key[order[:-1]]
        tied = facts.of[order[1:][alike]]
    else:
        tied = facts.of[:0]
    return facts.where(order), tied


def _tied(keys: Numbers) -> Mask:
    """Which of some keys in order are not alone."""
    same = keys[1:] == keys[:-1]
    made: Mask = np.append(same, False) | np.insert(same, 0, False)
    return made


def _place(of: Codes) -> Numbers:
    """The place of each fact among those of its commitment."""
    start = np.flatnonzero(np.append(True, of[1:] != of[:-1])) if len(of) else np.zeros(0, np.intp)
    lengths = np.diff(np.append(start, len(of)))
    return np.arange(len(of), dtype=np.int64) - np.repeat(start, lengths)


def _announce(made: Changes, promised: Promises, target: Codes, units: Sequence[str]) -> None:
    every = np.arange(len(target), dtype=np.int32)
    amount = target >= 0
    bound = promised.target.bound
    number = promised.target.number
    made.add(
        every, 0, -1, np.where(amount, target, len(units) - 1).astype(np.int32),
        np.where(amount, promised.stage, -1).astype(np.int32), number, bound,
    )  # fmt: skip
    both = np.flatnonzero(amount & (promised.stage == _FIRM[1])).astype(np.int32)
    made.add(both, 1, -1, target[both], np.int32(_FIRM[0]), number[both], bound[both])


class _State:
    """The balances of commitments of one target, exact all of them."""

    def __init__(self, promised: Promises) -> None:
        stage = promised.stage
        self.promised = promised.target.number.copy()
        self.pledged_part = np.where(stage >= _FIRM[0], _ALL, np.int64(0))
        self.committed_part = np.where(stage == _FIRM[1], _ALL, np.int64(0))
        self.taken = np.zeros(len(stage), np.int64)
        self.arrived = np.zeros(len(stage), np.int64)
        self.ended = np.zeros(len(stage), bool)

    def balances(self, at: Codes) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """What stands of some, and what of it is pledged and committed; what arrived."""
        standing = np.maximum(self.promised[at] - self.taken[at], 0)
        arrived = self.arrived[at]
        standing = np.where(self.ended[at], np.minimum(standing, arrived), standing)
        pledged = _part(self.pledged_part[at], standing)
        return standing, pledged, _part(self.committed_part[at], pledged), arrived


def _part(part: Numbers, whole: Numbers) -> Numbers:
    return np.where(part == _ALL, whole, np.minimum(part, whole))


def _count(made: Changes, promised: Promises, target: Codes, facts: Facts, hard: Mask) -> None:
    """The rows of commitments whose amounts change, all the nth facts at once."""
    state = _State(promised)
    place = _place(facts.of)
    hard[facts.of[place >= _ROUNDS]] = True
    for nth in range(min(int(place.max(initial=-1)) + 1, _ROUNDS)):
        now = facts.where(place == nth)
        before = state.balances(now.of)
        _apply(state, now, before, hard)
        after = state.balances(now.of)
        remaining = np.minimum(promised.stage[now.of], 1)
        steps: tuple[tuple[Any, Numbers], ...] = (
            (remaining, after[0] - after[1] - before[0] + before[1]),
            (np.int32(_FIRM[0]), after[1] - before[1]),
            (np.int32(_FIRM[1]), after[2] - before[2]),
            (np.int32(_DELIVERED), after[3] - before[3]),
        )
        still = np.ones(len(now.of), bool)
        for slot, (measure, step) in enumerate(steps):
            moved = step != 0
            still &= ~moved
            of = now.of[moved]
            measures = np.broadcast_to(measure, moved.shape)[moved].astype(np.int32)
            bound = now.bound[moved] if slot == len(steps) - 1 else EXACT
            made.add(
                of, nth * 8 + 8 + slot, now.row[moved], target[of], measures, step[moved], bound
            )
        measures = _measures(state, now.where(still), remaining[still])
        of = now.of[still]
        units = np.where(measures < 0, -1, target[of]).astype(np.int32)
        made.add(of, nth * 8 + 8, now.row[still], units, measures, np.int64(0), now.bound[still])


def _measures(state: _State, now: Facts, remaining: Codes) -> Codes:
    """The measures that show facts which changed nothing; below 0 where no amount is stated."""
    measure = np.where(state.pledged_part[now.of] == 0, remaining, _FIRM[0])
    measure = np.where(now.kind == DELIVERED, _DELIVERED, measure)
    measure = np.where(now.kind == COMMITTED, _FIRM[1], measure)
    amount = (now.unit >= 0) | (now.kind <= COMMITTED)
    return np.where(amount, measure, -1).astype(np.int32)


def _apply(state: _State, now: Facts, before: tuple[Numbers, ...], hard: Mask) -> None:
    standing, pledged, committed, _ = before
    stated = now.unit >= 0
    for kind, own in ((PLEDGED, pledged), (COMMITTED, committed)):
        mask = now.kind == kind
        of, number = now.of[mask], now.number[mask]
        left = standing[mask] - own[mask]
        hard[of[stated[mask] & (number > left)]] = True
        part = np.where(stated[mask], own[mask] + np.minimum(number, left), _ALL)
        state.pledged_part[of] = _larger(state.pledged_part[of], part)
        if kind == COMMITTED:
            state.committed_part[of] = _larger(state.committed_part[of], part)
    mask = now.kind == DELIVERED
    state.arrived[now.of[mask]] += now.number[mask]
    mask = now.kind == REVISED
    of, number = now.of[mask], now.number[mask]
    promised = state.promised[of]
    hard[of[state.ended[of] | (promised - state.taken[of] + number < 0)]] = True
    for parts in (state.pledged_part, state.committed_part):
        # A part that covered the whole moves with it.
        parts[of] = np.where((promised > 0) & (parts[of] >= promised), _ALL, parts[of])
    state.promised[of] = promised + number
    ending = now.kind > REVISED
    state.ended[now.of[ending & ~stated]] = True
    mask = ending & stated
    of, number, there = now.of[mask], now.number[mask], standing[mask]
    hard[of[number > there]] = True
    state.taken[of] += np.minimum(number, there)
    left, arrived = state.balances(of)[0], state.arrived[of]
    hard[of[(left < arrived) & (arrived <= there)]] = True


def _larger(part: Numbers, other: Numbers) -> Numbers:
    return np.where((part == _ALL) | (other == _ALL), _ALL, np.maximum(part, other))

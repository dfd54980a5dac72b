"""A state machine over events: the laws hold after each step, in whatever order it comes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import oracle
import pledgetrack as pt
from pledgetrack import strategies as pts


class Course(RuleBasedStateMachine):
    """Announce, make firmer, deliver, refund, revise, move, withdraw, reopen ... and look."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = pt.Ledger()
        self.day = dt.date(2030, 6, 1)

    @rule(data=st.data())
    def announce(self, data: st.DataObject) -> None:
        """A new commitment is recorded, perhaps a part or a repetition of another."""
        others = self.ledger.commitments
        promised = data.draw(pts.commitments(f"c{len(self.ledger)}", others=others))
        old = self.ledger
        self.record([*old.commitments, promised], old.events)

    def record(self, commitments: Any, events: Any) -> None:
        """Keep the records, unless they announce parts that are larger than their whole."""
        try:
            self.ledger = pt.Ledger(commitments, events)
        except pt.InvalidLedgerError as error:
            assert all("add up to" in problem.message for problem in error.problems)  # noqa: PT017

    @precondition(lambda self: len(self.ledger))
    @rule(data=st.data())
    def happen(self, data: st.DataObject) -> None:
        """Something happens to a commitment, perhaps before what was recorded earlier."""
        commitment = data.draw(st.sampled_from(self.ledger.commitments))
        event = data.draw(pts.events(commitment))
        self.day = event.on
        old = self.ledger
        records = (old.commitments, [*old.events, event])
        if self.conflicts(commitment, event):
            with pytest.raises(pt.InvalidLedgerError, match="conflicting restatements"):
                pt.Ledger(*records)
        else:
            self.record(*records)

    def conflicts(self, commitment: pt.Commitment, event: pt.Event) -> bool:
        """Whether the same day was stated otherwise before."""
        for other in self.ledger.events:
            if other.commitment != commitment.id:
                continue
            if oracle.happens(other, commitment) != oracle.happens(event, commitment):
                continue
            old, new = other.restated, event.restated
            if old and new and old.unit == new.unit and old != new:
                return True
            if other.horizon and event.horizon:
                was, now = other.horizon, event.horizon
                if (was.start, was.end) != (now.start, now.end):
                    return True
        return False

    @rule(day=pts.days())
    def look(self, day: dt.date) -> None:
        """Look at the ledger as of another day."""
        self.day = day

    @invariant()
    def balances_follow_the_rule(self) -> None:
        """What the movements add up to is what the rule says."""
        found: dict[tuple[Any, ...], Decimal] = {}
        for row in oracle.counting(self.ledger.movements(), self.day):
            if row["number"] is not None:
                key = (row["commitment"], row["unit"], row["measure"])
                found[key] = found.get(key, Decimal(0)) + row["number"]
        expected = {
            (commitment.id, *key): number
            for commitment in self.ledger.commitments
            for key, number in oracle.balances(self.ledger, commitment, self.day).items()
        }
        assert {key: number for key, number in found.items() if number} == expected

    @invariant()
    def status_follows_the_table(self) -> None:
        """The status is the first line that holds."""
        table = self.ledger.status(as_of=self.day)
        found = dict(zip(table["commitment"], table["status"], strict=True))
        expected = {c.id: oracle.status(self.ledger, c, self.day) for c in self.ledger.commitments}
        assert found == {name: status for name, status in expected.items() if status}

    @invariant()
    def a_cut_changes_nothing(self) -> None:
        """As of is truncation."""
        short = self.ledger.cut(self.day)
        assert short.totals(as_of=self.day).equals(self.ledger.totals(as_of=self.day))


TestCourse = Course.TestCase
TestCourse.settings = settings(max_examples=6, stateful_step_count=10)

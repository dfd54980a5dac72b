"""A state machine over ledgers: all laws hold after each step, in whatever order steps come.

``pytest tests/test_state_machine.py --hypothesis-profile long -s`` takes 10,000 steps and tells how
many it has taken.
"""

from __future__ import annotations

import datetime as dt
import random
import shutil
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import laws
import oracle
import pledgetrack as pt
from pledgetrack import strategies as pts

PERIODS = ("year", "quarter", "month", "fiscal year")
MOST = 8
"""Commitments of a ledger beyond which no more are announced, so that a step stays short."""


class Course(RuleBasedStateMachine):
    """Announce, carve out, deliver, refund, revise, withdraw, reopen, link, write, merge ... ."""

    held = 0
    """After how many steps, of all courses, the laws held."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = pt.Ledger()
        self.day = dt.date(2030, 6, 1)
        self.steps = 0
        self.folder = Path(tempfile.mkdtemp())

    # --- steps --------------------------------------------------------------------------------

    def is_small(self) -> bool:
        """Whether there is room for another commitment."""
        return len(self.ledger) < MOST

    def a_commitment(self, data: st.DataObject, *, targets: bool = False) -> pt.Commitment | None:
        """One of the commitments, or one that has a target."""
        fitting = [c for c in self.ledger.commitments if c.targets or not targets]
        return data.draw(st.sampled_from(fitting)) if fitting else None

    @precondition(is_small)
    @rule(data=st.data())
    def announce(self, data: st.DataObject) -> None:
        """A new commitment is recorded, perhaps a part or a repetition of another."""
        others = self.ledger.commitments
        promised = data.draw(pts.commitments(f"c{len(self.ledger)}", others=others))
        self.record([*self.ledger.commitments, promised], self.ledger.events)

    @precondition(lambda self: self.is_small() and len(self.ledger))
    @rule(data=st.data(), share=st.integers(1, 4))
    def carve_out(self, data: st.DataObject, share: int) -> None:
        """A part of a commitment is recorded with its own recipient."""
        whole = self.a_commitment(data, targets=True)
        if whole is None:
            return
        target = whole.targets[0]
        number = (target.number / share).quantize(Decimal(1))
        margin = min(target.margin, number) if target.margin and number else None
        some = pt.Quantity(**{**target.model_dump(), "number": number, "margin": margin})
        part = whole.model_copy(
            update={
                "id": f"c{len(self.ledger)}", "recipients": ("Chad",), "part_of": whole.id,
                "repeats": None, "same_as": None,
                "targets": (some,),
            }
        )  # fmt: skip
        self.record([*self.ledger.commitments, part], self.ledger.events)

    @precondition(lambda self: len(self.ledger))
    @rule(data=st.data())
    def happen(self, data: st.DataObject) -> None:
        """Anything happens to a commitment, perhaps before what was recorded earlier."""
        commitment = self.a_commitment(data)
        assert commitment is not None
        self.tell(commitment, data.draw(pts.events(commitment)))

    @precondition(lambda self: len(self.ledger))
    @rule(data=st.data(), kind=st.sampled_from(("withdrawn", "reopened", "suspended", "resumed")))
    def turn(self, data: st.DataObject, kind: str) -> None:
        """A commitment is withdrawn as a whole, or stands again."""
        commitment = self.a_commitment(data)
        assert commitment is not None
        on = data.draw(pts.days(commitment.announced))
        self.tell(commitment, pt.Event(commitment=commitment.id, kind=kind, on=on))

    @precondition(lambda self: len(self.ledger))
    @rule(data=st.data(), sign=st.sampled_from((1, 1, -1)))
    def deliver(self, data: st.DataObject, sign: int) -> None:
        """A share of a target arrives, or is paid back."""
        commitment = self.a_commitment(data, targets=True)
        if commitment is not None:
            target = data.draw(st.sampled_from(commitment.targets))
            number = sign * data.draw(pts.amounts(target.unit, most=max(1, int(target.number))))
            on = data.draw(pts.days(commitment.announced))
            quantity = {"number": number, "unit": target.unit}
            event = pt.Event(commitment=commitment.id, kind="delivered", on=on, quantity=quantity)
            self.tell(commitment, event)

    @precondition(lambda self: len(self.ledger))
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        """The horizon of a commitment is moved."""
        commitment = self.a_commitment(data)
        assert commitment is not None
        on, horizon = data.draw(pts.days(commitment.announced)), data.draw(pts.horizons())
        event = pt.Event(commitment=commitment.id, kind="revised", on=on, horizon=horizon)
        self.tell(commitment, event)

    @precondition(lambda self: len(self.ledger) > 1)
    @rule(data=st.data())
    def link(self, data: st.DataObject) -> None:
        """Two records turn out to be one promise."""
        names = st.sampled_from([commitment.id for commitment in self.ledger.commitments])
        pair = {data.draw(names): data.draw(names)}
        try:
            linked = pt.link(self.ledger, pair, keep="values")
        except (pt.LinkError, pt.InvalidLedgerError):
            return
        ((aside, counts),) = pair.items()
        assert linked[aside].same_as == counts
        assert len(linked) == len(self.ledger)
        self.ledger = linked

    @rule(form=st.sampled_from((".json", ".csv", ".parquet", ".xlsx", "")))
    def write_and_read(self, form: str) -> None:
        """The ledger is written and read again, and nothing is lost."""
        if self.ledger.commitments or form != ".parquet":
            path = pt.write(self.ledger, self.folder / f"ledger{form}")
            again = pt.read(path)
            assert again == self.ledger
            self.ledger = again

    @precondition(is_small)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        """The ledger of somebody else is added; totals add up, in either order."""
        prefix = f"m{len(self.ledger)}-"
        other = data.draw(pts.ledgers(max_commitments=2, max_events=2, prefix=prefix))
        laws.merging_is_adding(self.ledger, other, self.day)
        known = {party.name: party for party in self.ledger.parties}
        spelled = [known.get(party.name, party) for party in other.parties]
        theirs = pt.Ledger(other.commitments, other.events, other.sources, spelled)
        named = {party.name: party for party in spelled} | {
            party.name: party for party in self.ledger.parties if party.aliases
        }
        mine = pt.Ledger(
            self.ledger.commitments, self.ledger.events, self.ledger.sources,
            [named.get(party.name, party) for party in self.ledger.parties],
        )  # fmt: skip
        self.ledger = mine + theirs

    @rule(day=pts.days())
    def look(self, day: dt.date) -> None:
        """Look at the ledger as of another day."""
        self.day = day

    # --- what a step does ---------------------------------------------------------------------

    def record(self, commitments: Any, events: Any) -> None:
        """Keep the records, unless they announce parts that are larger than their whole."""
        old = self.ledger
        try:
            self.ledger = pt.Ledger(commitments, events, old.sources, old.parties)
        except pt.InvalidLedgerError as error:
            assert all("add up to" in problem.message for problem in error.problems)  # noqa: PT017

    def tell(self, commitment: pt.Commitment, event: pt.Event) -> None:
        """Keep an event, unless the same day was stated otherwise before."""
        old = self.ledger
        if self.conflicts(commitment, event):
            with pytest.raises(pt.InvalidLedgerError, match="conflicting restatements"):
                pt.Ledger(old.commitments, [*old.events, event], old.sources, old.parties)
        else:
            self.record(old.commitments, [*old.events, event])

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

    # --- what holds after each step -----------------------------------------------------------

    @invariant()
    def the_laws_hold(self) -> None:
        """Every law, by keys, periods and days that change from step to step."""
        at, ledger, day = self.steps, self.ledger, self.day
        self.steps += 1
        by = laws.in_use(ledger, [laws.KEYS[at % 10], laws.KEYS[(at // 10 + at + 1) % 10]])
        by = by[: 1 + at % 2]
        laws.movements_add_up_to_the_balances(ledger, day)
        laws.status_is_the_first_line_that_holds(ledger, day)
        table, single = ledger.totals(by, as_of=day), ledger.totals("commitment", as_of=day)
        laws.cells_are_the_sums_of_the_rows(table, ledger, by, day)
        laws.tables_add_up_to_the_same(table, single)
        laws.cells_nest(single)
        laws.cells_tell_missing_from_zero(single, ledger, day)
        laws.cells_tell_their_bounds(single, ledger, day)
        calendar = pt.FiscalCalendar(1 + at % 12, ("starting", "ending")[at % 2])
        parts = ledger.totals("commitment", per=PERIODS[at % 4], calendar=calendar, as_of=day)
        laws.periods_add_up(parts, single)
        pd.testing.assert_frame_equal(ledger.cut(day).totals(by, as_of=day), table)
        known = day - dt.timedelta(days=at % 400)
        short = ledger.cut(known_by=known).totals(by, as_of=day)
        pd.testing.assert_frame_equal(ledger.totals(by, as_of=day, known_by=known), short)
        for row in table.to_dict("records")[at % 3 :: 3]:
            laws.explained_rows_add_up(row, ledger, by, day)
        laws.order_never_matters(ledger, random.Random(at))  # noqa: S311  # the same each time
        Course.held += at > 0

    def teardown(self) -> None:
        """At the end of a course the slower forms of the laws; the files are removed."""
        shutil.rmtree(self.folder)
        ledger, day = self.ledger, self.day
        by = [laws.KEYS[self.steps % 10]]
        laws.summary_counts_every_commitment_once(ledger, day)
        laws.as_of_is_truncation(ledger, by, day)
        laws.known_by_cuts_the_records_first(ledger, by, day, day - dt.timedelta(days=200))
        laws.finer_periods_add_up_to_coarser_ones(ledger, day, pt.FiscalCalendar(4, "starting"))
        laws.filtering_is_choosing_rows(ledger, by[0], day)
        print(f"the laws held after {Course.held:,} steps")  # noqa: T201  # pytest -s shows it


def test_the_laws_hold_after_any_steps(request: pytest.FixtureRequest) -> None:
    """Whatever is recorded in whatever order, every law holds after each step."""
    is_long = request.config.getoption("--hypothesis-profile") == "long"
    courses, steps = (550, 25) if is_long else (1, 10)
    run_state_machine_as_test(
        Course, settings=settings(max_examples=courses, stateful_step_count=steps)
    )

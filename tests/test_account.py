"""What an import did with every record, and what is left of the ledger when some are rejected."""

from __future__ import annotations

import json
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack.account import OUTCOMES, Account, AccountBuilder
from pledgetrack.imported import ledger_of
from pledgetrack.strategies import amounts, units

NOTES = st.lists(
    st.tuples(
        st.sampled_from(OUTCOMES),
        st.sampled_from(["interest", "mirror", "no amount"]),
        st.none() | units(),
        st.none() | amounts(),
    )
)


def noted(notes: list[tuple[str, str, str | None, Decimal | None]]) -> AccountBuilder:
    """An account with these outcomes, reasons, units and numbers."""
    made = AccountBuilder()
    for at, (outcome, reason, unit, number) in enumerate(notes, start=1):
        fields = {"file": "a.csv", "line": at, "unit": unit, "number": number, "raw": {"n": at}}
        if outcome == "counted":
            made.counted(**fields)
        elif outcome == "rejected":
            made.rejected(reason, **fields)
        else:
            made.set_aside(reason, **fields)
    return made


@given(NOTES)
def test_every_record_has_one_outcome_and_the_summary_adds_up(notes: list[tuple]) -> None:
    """Counted, set aside and rejected make all records, and sums are exact."""
    account = noted(notes).build()
    assert list(account["outcome"]) == [note[0] for note in notes]
    summary = account.summary()
    assert summary["records"].sum() == len(notes)
    for outcome, reason, unit, records, number in summary.itertuples(index=False):
        same = [
            n
            for o, r, u, n in notes
            if o == outcome
            and (None if o == "counted" else r) == (None if pd.isna(reason) else reason)
            and u == (None if pd.isna(unit) else unit)
        ]
        assert records == len(same)
        stated = [n for n in same if n is not None]
        assert number == (sum(stated, Decimal(0)) if stated else None)


@given(NOTES)
def test_raw_values_are_kept_of_what_is_not_counted(notes: list[tuple]) -> None:
    """They are text: an object of names to texts."""
    account = noted(notes).build()
    for at, (outcome, raw) in enumerate(zip(account["outcome"], account["raw"], strict=True)):
        if outcome == "counted":
            assert not isinstance(raw, str)
        else:
            assert json.loads(raw) == {"n": str(at + 1)}


def test_half_a_sign_is_shown_by_its_number() -> None:
    """JSON can state what no text holds; the account can hold it all the same."""
    made = AccountBuilder()
    made.rejected("no text", record="\ud800", raw={"title": "road \udfff"})
    account = made.build()
    assert account["record"][0] == "\\ud800"
    assert json.loads(account["raw"][0].replace("\\udfff", "?")) == {"title": "road ?"}


def test_a_part_of_an_account_is_an_account() -> None:
    """Filters keep the type, so that the part has a summary too."""
    account = noted([("counted", "", "USD", Decimal(1)), ("rejected", "x", None, None)]).build()
    part = account[account["outcome"] == "rejected"]
    assert isinstance(part, Account)
    assert part.summary()["records"].tolist() == [1]
    with pytest.raises(pt.FrameError, match="take the summary of the whole account"):
        account[["file"]].summary()


PROMISE = {"party": "A", "announced": "2024-01-01", "stage": "pledged"}


def promise(name: str, **fields: object) -> pt.Commitment:
    """A promise of 10 USD."""
    target = {"number": 10, "unit": "USD"}
    return pt.Commitment(id=name, **{"target": target, **PROMISE, **fields})


def arrived(name: str, on: str = "2024-02-01") -> pt.Event:
    """A delivery of 1 USD."""
    return pt.Event(commitment=name, kind="delivered", on=on, quantity={"number": 1, "unit": "USD"})


def imported(records: list[pt.Commitment | pt.Event], on_reject: str = "keep") -> pt.Ledger:
    """The ledger of records, each made of a row of its own."""
    account = AccountBuilder()
    rows = {}
    for at, record in enumerate(records, start=2):
        name = record.id if isinstance(record, pt.Commitment) else record.commitment
        raw = {"row": str(at)}
        rows[id(record)] = (account.counted(file="a.csv", line=at, commitment=name, raw=raw),)
    promises = [record for record in records if isinstance(record, pt.Commitment)]
    events = [record for record in records if isinstance(record, pt.Event)]
    return ledger_of(promises, events, account=account, rows=rows, on_reject=on_reject)


def test_a_repeated_id_is_a_reject_and_the_rest_is_kept() -> None:
    """Its row says so, with its raw values; the first one counts."""
    ledger = imported([promise("x"), promise("x"), promise("y"), arrived("x")])
    assert [found.id for found in ledger] == ["x", "y"]
    account = ledger.account
    assert list(account["outcome"]) == ["counted", "rejected", "counted", "counted"]
    assert "repeated id" in account["reason"][1]
    assert json.loads(account["raw"][1]) == {"row": "3"}
    assert account["line"][1] == 3


def test_an_event_is_rejected_with_its_commitment() -> None:
    """What a rejected promise was, and what came of it, leave together."""
    early = arrived("x", on="2023-01-01")
    lost = promise("y", citations=[{"source": "nowhere"}])
    ledger = imported([promise("x"), early, arrived("x"), lost, arrived("y")])
    outcomes = ["counted", "rejected", "counted", "rejected", "rejected"]
    assert list(ledger.account["outcome"]) == outcomes
    assert "its commitment 'y' was rejected" in ledger.account["reason"][4]
    assert ledger == pt.Ledger([promise("x")], [arrived("x")])


def test_all_rejects_are_raised_in_one_error() -> None:
    """Each with its file and line."""
    with pytest.raises(pt.InvalidLedgerError) as caught:
        imported([promise("x"), promise("x"), arrived("z")], on_reject="raise")
    assert [(p.file, p.line) for p in caught.value.problems] == [("a.csv", 3), ("a.csv", 4)]
    with pytest.raises(pt.UnknownNameError, match="raise"):
        imported([promise("x")], on_reject="drop")


def test_an_account_goes_with_its_ledger() -> None:
    """Choosing and cutting keep it, joining joins it, and equality does not look at it."""
    one, other = imported([promise("x")]), imported([promise("y"), promise("y")])
    both = one + other
    assert len(both.account) == 3
    assert len(both.filter(commitment="x").account) == 3
    assert len(both.cut("2024-06-01").account) == 3
    assert len((one + pt.Ledger([promise("z")])).account) == 1
    assert one == pt.Ledger([promise("x")])
    assert hash(one) == hash(pt.Ledger([promise("x")]))
    assert len(pt.Ledger().account) == 0
    assert list(pt.Ledger().account.columns) == list(one.account.columns)
    assert len(pt.Ledger().account.summary()) == 0


def test_an_account_handed_out_can_be_changed_without_harm() -> None:
    """The ledger is a value: a column put into its account is not there the next time."""
    ledger = imported([promise("x")])
    account = ledger.account
    account["mine"] = 1
    assert "mine" not in ledger.account

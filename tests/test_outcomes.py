"""Shares of kept promises, whose denominator is always said."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given

import pledgetrack as pt
from pledgetrack.strategies import ledgers

SAID = {"party": "A", "announced": "2022-05-01", "stage": "pledged"}


def promise(name: str, **fields: object) -> pt.Commitment:
    """A promise without an amount."""
    return pt.Commitment(id=name, **{**SAID, **fields})


def rated(name: str, outcome: str, on: str = "2024-05-01", **fields: object) -> pt.Event:
    """A rating."""
    return pt.Event(commitment=name, kind="rated", outcome=outcome, on=on, **fields)


def test_the_last_rating_by_the_day_counts() -> None:
    """A table as of a day knows no later one, and known_by no later known one."""
    ledger = pt.Ledger(
        [promise("x"), promise("y", announced="2023-05-01")],
        [rated("x", "broken", "2023-01-01"), rated("x", "kept", "2024-01-01", known="2024-09-01")],
    )
    tables = [pt.outcomes(ledger, as_of=day) for day in ("2022-12-31", "2023-12-31", "2024-12-31")]
    assert [list(t[["promises", "kept", "broken"]].iloc[0]) for t in tables] == [
        [1, 0, 0], [2, 0, 1], [2, 1, 0],
    ]  # fmt: skip
    known = pt.outcomes(ledger, as_of="2024-12-31", known_by="2024-06-01")
    assert list(known[["kept", "broken"]].iloc[0]) == [0, 1]
    assert "known by 2024-06-01" in known.attrs["caption"]


def test_the_denominator_is_stated() -> None:
    """All promises or the rated ones, superseded ones left out or counted."""
    ledger = pt.Ledger(
        [promise("x"), promise("y"), promise("z", tags={"superseded": "x"})],
        [rated("x", "kept"), rated("z", "broken")],
    )

    def share(**asked: str) -> tuple[Decimal, str]:
        table = pt.outcomes(ledger, as_of="2025-01-01", **asked)
        return table["share_kept"][0], table.attrs["denominator"]

    assert share() == (Decimal("0.5"), "all promises, rated or not; superseded ones left out: 1")
    assert share(of="rated") == (Decimal(1), "rated promises; superseded ones left out: 1")
    assert share(superseded="count", of="rated") == (
        Decimal("0.5"), "rated promises; superseded ones counted: 1",
    )  # fmt: skip
    third, words = share(superseded="count")
    assert third * 3 == pytest.approx(1)
    assert words == "all promises, rated or not; superseded ones counted: 1"
    assert pt.outcomes(ledger, as_of="2025-01-01", numbers="float")["share_kept"][0] == 0.5


def test_where_nothing_is_rated_the_share_is_missing() -> None:
    """It is not 0, for nobody said that no promise was kept."""
    ledger = pt.Ledger([promise("x"), promise("y", party="B")], [rated("x", "broken")])
    table = pt.outcomes(ledger, by="party", as_of="2025-01-01")
    assert list(table["share_kept"]) == [Decimal(0), None]
    assert len(pt.outcomes(pt.Ledger(), by="party")) == 0


def test_a_promise_counts_once() -> None:
    """Repetitions, linked records and alleged promises do not count."""
    ledger = pt.Ledger(
        [promise("x"), promise("y", repeats="x"), promise("z", same_as="x"),
         promise("rumour", stage="alleged"), promise("said", stage="alleged")],
        [rated("y", "kept"), pt.Event(commitment="said", kind="pledged", on="2023-01-01")],
    )  # fmt: skip
    assert list(pt.outcomes(ledger, as_of="2022-12-31")["promises"]) == [1]
    assert list(pt.outcomes(ledger, as_of="2025-01-01")["promises"]) == [2]


def test_unknown_keys_and_words_are_refused() -> None:
    """With those that there are."""
    ledger = pt.Ledger([promise("x", tags={"era": "I"})])
    assert list(pt.outcomes(ledger, by="era")["era"]) == ["I"]
    assert list(pt.outcomes(ledger, by="tag_era")["tag_era"]) == ["I"]
    with pytest.raises(pt.UnknownNameError, match="tag_era"):
        pt.outcomes(ledger, by="epoch")
    with pytest.raises(pt.UnknownNameError, match="leave out"):
        pt.outcomes(ledger, superseded="drop")
    with pytest.raises(pt.UnknownNameError, match="promises"):
        pt.outcomes(ledger, of="kept")


@given(ledgers())
def test_groups_add_up_to_the_whole(ledger: pt.Ledger) -> None:
    """By any key, and ratings are of promises that are there."""
    whole = pt.outcomes(ledger, as_of="2030-01-01")
    columns = [name for name in whole.columns if name != "share_kept"]
    for key in ("party", "recipient", "announced"):
        parts = pt.outcomes(ledger, by=key, as_of="2030-01-01")
        assert list(parts[columns].sum()) == (list(whole[columns].sum()))
    outcomes = ["kept", "compromise", "broken", "uncheckable"]
    assert list(whole[outcomes].sum(axis=1)) == list(whole["rated"])
    assert (whole["rated"] <= whole["promises"]).all()

"""Reconcile: what a document states beside what a ledger gives."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack import strategies

DAY = "2022-07-31"
MEASURES = ("proposed", "pledged", "committed", "delivered", "outstanding", "overdue")


@pytest.fixture
def dollars(seeds: pt.Ledger) -> pt.Ledger:
    """What was promised in dollars."""
    return seeds.filter(unit="USD")


def test_totals_that_agree_leave_nothing(dollars: pt.Ledger) -> None:
    """An empty table with the columns of any other."""
    table = dollars.totals(by="party", as_of=DAY)
    found = pt.reconcile(dollars, table[["party", "unit", "pledged", "committed"]], as_of=DAY)
    assert found.empty
    assert list(found) == [
        "party", "unit", "measure", "stated", "computed", "difference", "movements", "note",
    ]  # fmt: skip
    assert found.attrs["as_of"] == DAY


def test_a_difference_comes_with_the_movements_behind_it(dollars: pt.Ledger) -> None:
    """Computed minus stated, exactly, and each movement of the figure."""
    stated = {"party": ["Mexico", "United States"], "unit": "USD",
              "pledged": ["1400000000.5", 3739000000]}  # fmt: skip
    found = pt.reconcile(dollars, stated, by="party", as_of=DAY)
    (row,) = found.to_dict("records")
    assert row["measure"] == "pledged"
    assert row["difference"] == Decimal("99999999.5")
    behind = found.explain(0)
    assert len(behind) == row["movements"] == 1
    assert sum(behind["counts"]) == row["computed"] == 1500000000
    assert "000_e53b6e35ee0d5903" in found.explain(found.iloc[0])["citation"][0]
    assert found[found["party"] == "Mexico"].explain(0).equals(behind)


def test_what_one_side_has_is_never_compared_with_0(dollars: pt.Ledger) -> None:
    """A group or figure that the other side does not have is missing there."""
    stated = [
        {"party": "Mexiko", "unit": "USD", "pledged": 5, "committed": None},
        {"party": "United States", "unit": "USD", "pledged": 3739000000, "committed": ""},
    ]
    found = pt.reconcile(dollars, stated, as_of=DAY)
    rows = [
        tuple(row[name] for name in ("party", "measure", "stated", "computed", "difference"))
        for row in found.to_dict("records")
    ]
    assert rows == [
        ("Mexico", "pledged", None, 1500000000, None),
        ("Mexiko", "pledged", 5, None, None),
        ("United States", "committed", None, 3400000000, None),
    ]
    assert found["note"][1] == "no party 'Mexiko' in the ledger; did you mean 'Mexico'?"
    assert list(found["movements"]) == [1, 0, 1]
    assert found.explain(1).empty


def test_a_stated_0_is_not_nothing_reported(dollars: pt.Ledger) -> None:
    """The document says that 0 was delivered; the ledger says nothing."""
    stated = {"party": "Mexico", "unit": "USD", "delivered": 0}
    found = pt.reconcile(dollars.filter(party="Mexico"), stated, as_of=DAY)
    assert found["stated"][0] == 0
    assert found["computed"][0] is None


@pytest.mark.parametrize(
    ("tolerance", "left"), [(0, 1), ("999999.99", 1), (1000000, 0), ({"USD": 10**6}, 0), ({}, 1)]
)
def test_figures_within_the_tolerance_agree(dollars: pt.Ledger, tolerance: Any, left: int) -> None:
    """A number for all units, or one for each."""
    stated = {"party": "Mexico", "unit": "USD", "pledged": "1.499e9"}
    stated["pledged"] = "1499000000"
    ledger = dollars.filter(party="Mexico")
    assert len(pt.reconcile(ledger, stated, as_of=DAY, tolerance=tolerance)) == left


def test_counts_have_no_tolerance(dollars: pt.Ledger) -> None:
    """A commitment more is another set of commitments."""
    stated = {"unit": "USD", "commitments": 1}
    assert len(pt.reconcile(dollars, stated, as_of=DAY, tolerance=100)) == 1


def test_a_csv_file_and_other_spellings_of_a_party_are_taken(
    dollars: pt.Ledger, tmp_path: Path
) -> None:
    """Labels are those of the ledger however they are spelled."""
    path = tmp_path / "stated.csv"
    path.write_text("\ufeffparty,unit,pledged\nmexico,USD,1500000000\n", encoding="utf-8")
    assert pt.reconcile(dollars.filter(party="Mexico"), path, as_of=DAY).empty
    alias = pt.Party(name="United Mexican States", aliases=("Mexico",))
    promise = dollars["mx-border-infrastructure"].model_copy(update={"citations": ()})
    ledger = pt.Ledger([promise], parties=[alias])
    assert pt.reconcile(ledger, str(path), as_of=DAY).empty


def test_a_table_that_was_written_agrees_with_its_ledger(
    dollars: pt.Ledger, tmp_path: Path
) -> None:
    """What it says in words beside its figures is no key."""
    path = tmp_path / "totals.csv"
    pt.write(dollars.totals(by="party", as_of=DAY), path)
    assert pt.reconcile(dollars, path, as_of=DAY).empty


def test_floats_are_their_shortest_decimal(dollars: pt.Ledger) -> None:
    """As a frame read elsewhere holds them."""
    frame = pd.DataFrame({"party": ["Mexico"], "unit": ["USD"], "pledged": [1500000000.1]})
    found = pt.reconcile(dollars.filter(party="Mexico"), frame, as_of=DAY)
    assert found["difference"][0] == Decimal("-0.1")


def test_periods_and_other_options_are_those_of_totals(dollars: pt.Ledger, ecb: pt.Rates) -> None:
    """Per fiscal year, known by a day, converted; and the rows are explained the same way."""
    mexico = dollars.filter(party="Mexico")
    options: dict[str, Any] = {"per": "fiscal year", "calendar": "US", "as_of": "2024-08-01"}
    table = mexico.totals(by="party", **options)[["party", "period", "unit", "pledged"]]
    assert pt.reconcile(mexico, table, **options).empty
    table.loc[0, "pledged"] = Decimal(7)
    found = pt.reconcile(mexico, table, **options)
    assert sum(found.explain(0)["counts"]) == found["computed"][0]
    converted: dict[str, Any] = {"into": "EUR", "rates": ecb, "as_of": DAY}
    found = pt.reconcile(mexico, {"pledged": 1}, **converted)
    assert found["unit"][0] == "EUR"
    assert sum(found.explain(0)["counts"]) == found["computed"][0]
    assert pt.reconcile(mexico, [{"unit": "USD", "pledged": 1}], known_by="2020-01-01")[
        "computed"
    ].tolist() == [None]


def test_stated_totals_that_cannot_be_compared_are_refused(dollars: pt.Ledger) -> None:
    """All mistakes at once, with their rows; unknown columns with what was meant."""
    with pytest.raises(pt.InvalidTotalsError) as caught:
        pt.reconcile(dollars, [
            {"party": "Mexico", "unit": "USD", "pledged": "1,500"},
            {"party": "Peru", "unit": "dollars", "pledged": 1},
            {"party": "Chile", "unit": "USD", "pledged": 1},
            {"party": "Chile", "unit": "USD", "pledged": 2},
        ])  # fmt: skip
    assert [str(problem.record) for problem in caught.value.problems] == ["row 1", "row 2", "row 4"]
    assert "Chile / USD is stated twice" in str(caught.value)
    cases: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
        ({"unit": "USD", "pleged": 1}, {}, pt.UnknownNameError, "pleged"),
        ({"unit": "USD", "paid": 1}, {"by": ()}, pt.UnknownNameError, "column of stated totals"),
        ({"party": "Mexico", "pledged": 1}, {}, pt.FrameError, "no column 'unit'"),
        ({"party": "Mexico", "unit": "USD"}, {}, pt.FrameError, "no column figure"),
        ({"unit": "USD", "pledged": 1}, {"by": "party"}, pt.FrameError, "no column 'party'"),
        ({"unit": "USD", "pledged": 1}, {"per": "year"}, pt.FrameError, "no column 'period'"),
        ({"source": "x", "unit": "USD", "overdue": 1}, {}, pt.FrameError, "cuts through"),
        ({"unit": "USD", "pledged": 1}, {"tolerance": -1}, pt.AmountError, "tolerance"),
        ({"unit": ["USD", "EUR"], "pledged": [1, 2, 3]}, {}, pt.FrameError, "of one length"),
        (
            pd.DataFrame([["USD", 1, 2]], columns=["unit", "pledged", "pledged"]),
            {},
            pt.FrameError,
            "have 'pledged' twice",
        ),
        ([1], {}, pt.FrameError, "state the totals as"),
        (5, {}, pt.FrameError, "state the totals as"),
        ("no such.csv", {}, pt.FileFormatError, "cannot read"),
    ]
    for stated, options, kind, message in cases:
        with pytest.raises(kind, match=message):
            pt.reconcile(dollars, stated, **options)


def test_only_rows_of_the_reconciliation_are_explained(dollars: pt.Ledger) -> None:
    """Anything else is refused."""
    found = pt.reconcile(dollars, {"party": "Mexico", "unit": "USD", "pledged": 1}, as_of=DAY)
    with pytest.raises(pt.FrameError, match="there is no row 9"):
        found.explain(9)
    with pytest.raises(pt.FrameError, match="no row of the reconciliation"):
        found.explain({"party": "Mexico"})
    with pytest.raises(pt.FrameError, match="a part of a reconciliation"):
        pt.Reconciliation({"party": ["Mexico"]}).explain(0)


@given(strategies.ledgers(), strategies.days(), st.sampled_from(["party", "recipient", "horizon"]))
def test_a_ledger_agrees_with_its_own_totals(ledger: pt.Ledger, day: dt.date, by: str) -> None:
    """And with nothing else: each figure that is changed is found, alone."""
    table = ledger.totals(by=by, as_of=day)
    table = table[table["unit"] != "action"].reset_index(drop=True)
    columns = [by, "unit", *(name for name in MEASURES if name in table)]
    found = pt.reconcile(ledger, table[columns], by=by, as_of=day)
    assert set(found["unit"]) <= {"action"}
    figures = [
        (at, name)
        for at in range(len(table))
        for name in columns[2:]
        if table.loc[at, name] is not None
    ]
    if not figures:
        return
    at, name = figures[len(figures) // 2]
    changed = table[columns].copy()
    changed.loc[at, name] = changed.loc[at, name] + 1
    found = pt.reconcile(ledger, changed, by=by, as_of=day)
    (row,) = found.to_dict("records")
    assert (row[by], row["measure"], row["difference"]) == (table.loc[at, by], name, -1)
    assert row["movements"] == len(found.explain(0))

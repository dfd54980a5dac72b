"""Explain: the movements and citations behind a figure, and nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from pledgetrack import strategies as pts

MEASURES = ("proposed", "pledged", "committed", "delivered")
DAYS = ("2022-07-31", "2023-12-07", "2024-08-01")


def figures(rows: pd.DataFrame) -> dict[str, Decimal]:
    """What the rows of one unit add up to, by measure."""
    shown = rows[rows["measure"].isin(MEASURES) & rows["number"].notna()]
    return dict(shown.groupby("measure")["number"].sum())


def stated(row: Any) -> dict[str, Decimal]:
    """The figures in a row of totals that are not missing."""
    return {name: row[name] for name in MEASURES if row[name] is not None}


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(
    "by",
    [["party"], ["party", "horizon"], ["recipient"], ["channel"], ["due"], ["announced"],
     ["source"], ["commitment"], ["topic"], ["tag_topic", "status"], []],
)  # fmt: skip
def test_explain_adds_up_to_every_figure_of_the_seeds(
    seeds: pt.Ledger, by: list[str], day: str
) -> None:
    """Each row of totals is explained by its own labels, whatever the keys."""
    table = seeds.totals(by=by, as_of=day)
    assert len(table)
    for row in table.to_dict("records"):
        labels = {key: row[key] for key in (*by, "unit")}
        assert figures(seeds.explain(as_of=day, **labels)) == stated(row), labels


@times(2)
@given(pts.ledgers(), st.sampled_from(["party", "horizon", "status", "source"]), pts.days())
def test_explain_adds_up_to_every_figure(ledger: pt.Ledger, key: str, day: Any) -> None:
    """The same of any ledger."""
    for row in ledger.totals(by=key, as_of=day).to_dict("records"):
        found = ledger.explain(as_of=day, unit=row["unit"], **{key: row[key]})
        assert figures(found) == stated(row)


def test_explain_shows_the_places_of_a_figure(seeds: pt.Ledger) -> None:
    """Two paragraphs stand behind the 1.5 billion."""
    rows = seeds.explain(party="Mexico", unit="USD", as_of="2022-07-31")
    assert rows[["commitment", "measure", "number", "event", "source", "citation"]].to_dict(
        "records"
    ) == [
        {
            "commitment": "mx-border-infrastructure",
            "measure": "pledged",
            "number": Decimal(1_500_000_000),
            "event": "pledged",
            "source": "000_e53b6e35ee0d5903",
            "citation": "000_e53b6e35ee0d5903, ¶4; 000_e53b6e35ee0d5903, ¶6",
        }
    ]


def test_explain_shows_how_a_figure_came_to_zero(seeds: pt.Ledger) -> None:
    """The 14 billion came in and went out, each with its paragraphs."""
    rows = seeds.explain(commitment="us-senate-border-fund", as_of="2023-12-07")
    assert list(rows["number"]) == [Decimal(14_000_000_000), Decimal(-14_000_000_000)]
    assert list(rows["event"]) == ["proposed", "rejected"]
    assert set(rows["citation"]) == {"003_2a1dd7c1e888e000, ¶16; 003_2a1dd7c1e888e000, ¶17"}


def test_every_row_of_the_seeds_has_a_citation(seeds: pt.Ledger) -> None:
    """No figure of the shipped ledger rests on nothing."""
    rows = seeds.explain(as_of="2024-08-01")
    assert rows["citation"].str.contains("¶").all()


def test_a_movement_without_a_citation_has_a_missing_one() -> None:
    """What nobody cited is missing, and not an empty claim."""
    promise = pt.Commitment(id="a", party="A", announced="2024-01-01", stage="pledged")
    assert pd.isna(pt.Ledger([promise]).explain(as_of="2024-02-01")["citation"][0])


def test_explain_of_a_measure_shows_its_rows_alone(seeds: pt.Ledger) -> None:
    """What was committed, or delivered, or merely alleged."""
    day = "2024-08-01"
    committed = seeds.explain(measure="committed", unit="USD", as_of=day)
    assert committed["number"].sum() == 3_400_000_000
    delivered = seeds.explain(measure="delivered", as_of=day)
    assert sorted(delivered["number"]) == [1300, 3000, 20000]
    assert set(seeds.explain(measure="pledged", as_of=day)["measure"]) == {"pledged"}


def test_explain_shows_alleged_amounts_that_no_total_shows() -> None:
    """Asked for by name, an alleged amount is there."""
    promise = pt.Commitment(
        id="a", party="A", announced="2024-01-01", stage="alleged",
        target={"number": 5, "unit": "USD"},
    )  # fmt: skip
    ledger = pt.Ledger([promise])
    assert list(ledger.explain(measure="alleged", as_of="2024-02-01")["number"]) == [5]
    assert stated(ledger.totals(as_of="2024-02-01").to_dict("records")[0]) == {}


def test_explain_of_a_status_shows_the_commitments_that_have_it(seeds: pt.Ledger) -> None:
    """Behind the column overdue stand those that are overdue on that day."""
    before = seeds.explain(status="overdue", unit="USD", as_of="2024-07-11")
    after = seeds.explain(status="overdue", unit="USD", as_of="2024-07-12")
    assert len(before) == 0
    assert list(after["commitment"]) == ["mx-border-infrastructure"]
    several = seeds.explain(status=["rejected", "overdue"], as_of="2024-07-12")
    status = seeds.status(as_of="2024-07-12").query("status in ['rejected', 'overdue']")
    assert set(several["commitment"]) == set(status["commitment"])


def test_explain_shows_no_row_that_does_not_count_yet(seeds: pt.Ledger) -> None:
    """The delivery of July is not behind a figure of June."""
    name = "us-anti-smuggling-operation"
    assert list(seeds.explain(commitment=name, as_of="2022-06-30")["event"]) == ["pledged"]
    assert len(seeds.explain(commitment=name, as_of="2022-07-12")) == 4


def test_explain_shows_a_moved_horizon_once() -> None:
    """Rows that were closed when the horizon moved are not counted beside their repetition."""
    promise = pt.Commitment(
        id="a", party="A", announced="2024-01-01", stage="pledged", horizon={"end": "2024-12-31"},
        target={"number": 5, "unit": "USD"},
    )  # fmt: skip
    moved = pt.Event(commitment="a", kind="revised", on="2024-06-01", horizon={"end": "2030-12-31"})
    ledger = pt.Ledger([promise], [moved])
    before = ledger.explain(as_of="2024-05-31", unit="USD")
    after = ledger.explain(as_of="2024-06-01", unit="USD")
    assert list(before["number"]) == list(after["number"]) == [5]
    assert (before["horizon"][0], after["horizon"][0]) == ("short", "long")
    assert len(ledger.explain(as_of="2024-06-01", unit="USD", horizon="short")) == 0


def test_explain_has_the_columns_of_movements_and_the_citation(seeds: pt.Ledger) -> None:
    """The same names in the same order, with the text last."""
    rows = seeds.explain(as_of="2024-08-01")
    assert list(rows) == [*seeds.movements(), "citation"]
    assert list(rows.index) == list(range(len(rows)))
    assert rows.attrs["as_of"] == "2024-08-01"
    assert rows.attrs["caption"] == "as of 2024-08-01; sources to 2023-12-22"
    assert all(isinstance(number, Decimal) for number in rows["number"].dropna())


def test_explain_of_nothing_is_an_empty_table(seeds: pt.Ledger) -> None:
    """A label that nothing has gives no row, and the columns stay."""
    rows = seeds.explain(party="Atlantis", as_of="2024-08-01")
    assert (len(rows), list(rows)) == (0, list(seeds.explain(as_of="2024-08-01")))


@pytest.mark.parametrize(
    ("labels", "message", "choice"),
    [({"measure": "outstanding"}, "unknown measure 'outstanding'", "pledged"),
     ({"measure": "pledge"}, "did you mean 'pledged'", "pledged"),
     ({"status": "late"}, "unknown status 'late'", "fulfilled late"),
     ({"status": ["overdue", "overdu"]}, "did you mean 'overdue'", "overdue"),
     ({"partei": "Mexico"}, "unknown key 'partei'; did you mean 'party'", "party"),
     ({"tag_frob": "x"}, "unknown key 'tag_frob'", "tag_topic")],
)  # fmt: skip
def test_explain_refuses_unknown_names_with_the_choices(
    seeds: pt.Ledger, labels: dict[str, Any], message: str, choice: str
) -> None:
    """A slip is not answered with an empty table."""
    with pytest.raises(pt.UnknownNameError, match=message) as caught:
        seeds.explain(as_of="2024-08-01", **labels)
    assert choice in caught.value.choices

"""The golden figures: what must come out of the shipped ledger."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

import pledgetrack as pt

IDS = {
    "mx-border-infrastructure", "us-ports-of-entry", "joint-border-modernization",
    "us-anti-smuggling-operation", "us-h2b-visas", "us-refugee-resettlement",
    "us-reunification-programs", "us-migration-crisis-response", "us-humanitarian-aid",
    "us-haitian-resettlement", "us-fair-recruitment-guidance", "us-senate-border-fund",
    "us-senate-military-aid", "us-mx-enforcement", "us-mission-to-mexico",
    "us-senate-negotiations", "mx-migration-help", "mx-us-cuba-dialogue", "us-mx-quiet-agreement",
}  # fmt: skip


def cell(table: pd.DataFrame, measure: str, **labels: str) -> Decimal | None:
    """The one cell of a table with these labels."""
    for name, label in labels.items():
        table = table[table[name] == label]
    assert len(table) == 1
    return table[measure].iloc[0]


def test_every_fact_is_there(seeds: pt.Ledger) -> None:
    """19 commitments, 3 deliveries, 2 rejections, 2 sources."""
    assert {commitment.id for commitment in seeds.commitments} == IDS
    kinds = [event.kind for event in seeds.events]
    assert sorted(kinds) == ["delivered"] * 3 + ["rejected"] * 2
    assert [source.id for source in seeds.sources] == [
        "000_e53b6e35ee0d5903",
        "003_2a1dd7c1e888e000",
    ]


def test_every_fact_is_cited(seeds: pt.Ledger) -> None:
    """Each commitment and event names a paragraph of a source."""
    for record in (*seeds.commitments, *seeds.events):
        assert record.citations, record
        assert all(citation.place.startswith("¶") for citation in record.citations)


def test_check_finds_nothing_wrong(seeds: pt.Ledger) -> None:
    """Only the three deliveries without a target are worth a note."""
    found = seeds.check()
    assert set(found["commitment"]) == {"us-anti-smuggling-operation"}
    assert set(found["severity"]) == {"note"}


def test_pledged_as_of_july_2022(seeds: pt.Ledger) -> None:
    """What each party had pledged, and what of it was committed."""
    table = seeds.totals(by="party", as_of="2022-07-31")
    assert cell(table, "pledged", party="Mexico", unit="USD") == 1_500_000_000
    assert cell(table, "pledged", party="United States", unit="USD") == 3_739_000_000
    whole = seeds.totals(by=[], as_of="2022-07-31")
    assert cell(whole, "pledged", unit="USD") == 5_239_000_000
    assert cell(whole, "committed", unit="USD") == 3_400_000_000
    assert cell(whole, "pledged", unit="H-2B visa") == 22_500
    assert cell(whole, "pledged", unit="refugee") == 20_000
    assert cell(whole, "pledged", unit="modernization project") == 26
    for unit in ("USD", "H-2B visa", "refugee", "modernization project"):
        assert cell(whole, "delivered", unit=unit) is None


def test_the_border_fund_was_proposed_and_rejected(seeds: pt.Ledger) -> None:
    """14 billion show in what was proposed until the vote, and never in what was pledged."""
    party = "Democrats in the U.S. Senate"
    before = seeds.totals(by="party", as_of="2023-12-06")
    after = seeds.totals(by="party", as_of="2023-12-07")
    assert cell(before, "proposed", party=party, unit="USD") == 14_000_000_000
    assert cell(after, "proposed", party=party, unit="USD") == 0
    assert cell(before, "pledged", party=party, unit="USD") is None
    assert cell(after, "pledged", party=party, unit="USD") is None
    status = seeds.status(as_of="2023-12-07").set_index("commitment")["status"]
    assert status["us-senate-border-fund"] == status["us-senate-military-aid"] == "rejected"


@pytest.mark.parametrize(
    ("day", "status", "overdue"),
    [("2024-07-11", "nothing reported", None), ("2024-07-12", "overdue", 1_500_000_000)],
)
def test_the_border_infrastructure_falls_due(
    seeds: pt.Ledger, day: str, status: str, overdue: int | None
) -> None:
    """Two years from 2022-07-12 end on 2024-07-11; silence after it is overdue, not broken."""
    mine = seeds.filter(commitment="mx-border-infrastructure")
    row = mine.status(as_of=day).iloc[0]
    assert (row["start"], row["end"]) == (dt.date(2022, 7, 12), dt.date(2024, 7, 11))
    assert row["status"] == status
    assert pd.isna(row["reported"])
    assert mine.totals(as_of=day)["overdue"].iloc[0] == overdue


def test_deliveries_without_a_target_have_no_share(seeds: pt.Ledger) -> None:
    """1,300, 20,000 and over 3,000 arrived of a promise that stated no amount."""
    mine = seeds.filter(commitment="us-anti-smuggling-operation")
    table = mine.summary(as_of="2022-07-31").set_index("unit")
    delivered = table["delivered"].dropna().to_dict()
    assert delivered == {
        "additional personnel": 1300,
        "disruption operation": 20000,
        "arrest": 3000,
    }
    assert table["bound"].to_dict()["arrest"] == "delivered at least"
    assert set(table["bound"]) == {"", "delivered at least"}
    assert list(table["outstanding"]) == [None] * 4
    assert list(table["share"]) == [None] * 4
    assert set(mine.status(as_of="2022-07-31")["status"]) == {"in progress"}


def test_refugees_by_fiscal_year(seeds: pt.Ledger) -> None:
    """20,000 over U.S. fiscal years 2023 and 2024, by days."""
    table = seeds.totals(per="fiscal year", calendar="US", as_of="2022-07-31")
    assert cell(table, "pledged", period="FY2023", unit="refugee") == 9_986
    assert cell(table, "pledged", period="FY2024", unit="refugee") == 10_014
    assert table.attrs["calendar"] == "US (from October, named by the ending year)"


def test_infrastructure_by_calendar_year(seeds: pt.Ledger) -> None:
    """1.5 billion over 731 days; quarters add up to their years."""
    mine = seeds.filter(commitment="mx-border-infrastructure")
    years = mine.totals(per="year", as_of="2022-07-31")
    assert dict(zip(years["period"], years["pledged"], strict=True)) == {
        "2022": Decimal("354993160.05"),
        "2023": Decimal("748974008.21"),
        "2024": Decimal("396032831.74"),
    }
    quarters = mine.totals(per="quarter", as_of="2022-07-31")
    sums = quarters.groupby(quarters["period"].str[:4])["pledged"].sum()
    assert list(sums) == list(years["pledged"])


def test_other_figures_reach_no_total(seeds: pt.Ledger) -> None:
    """Losses, arrivals and deaths that the documents state are no commitments."""
    stated = {200_000_000, 117_000, 17_000, 30_000, 70_000}
    for day in ("2022-07-31", "2023-12-31"):
        table = seeds.totals(by="commitment", as_of=day)
        numbers = table[["proposed", "pledged", "committed", "delivered"]].to_numpy().ravel()
        assert not stated & {number for number in numbers if number is not None}


def test_alleged_and_proposed_actions(seeds: pt.Ledger) -> None:
    """How firm a promise is shows in its status."""
    status = seeds.status(as_of="2023-12-31").set_index("commitment")["status"]
    assert status["us-mx-quiet-agreement"] == "alleged"
    assert status["us-mx-enforcement"] == status["mx-us-cuba-dialogue"] == "proposed"


def test_a_wrong_date_in_a_source_is_kept_beside_the_one_used(seeds: pt.Ledger) -> None:
    """One article dates a statement two years off."""
    mission = seeds["us-mission-to-mexico"]
    assert mission.announced == dt.date(2023, 12, 21)
    assert mission.announced_stated == "December 2021"
    assert mission.announced_basis


def test_a_month_counts_from_its_last_day(seeds: pt.Ledger) -> None:
    """Announced in April 2022: not there on the 29th, there on the 30th, in force from the 1st."""
    smuggling = seeds["us-anti-smuggling-operation"]
    assert smuggling.announced_precision == "month"
    assert smuggling.horizon.start == dt.date(2022, 4, 1)
    assert smuggling.id not in set(seeds.status(as_of="2022-04-29")["commitment"])
    assert smuggling.id in set(seeds.status(as_of="2022-04-30")["commitment"])


@pytest.mark.parametrize("name", ["U.S.", "United States", "USA", "usa"])
def test_one_party_everywhere(seeds: pt.Ledger, name: str) -> None:
    """Whatever the spelling, the United States are one party."""
    assert len(seeds.filter(party=name)) == 10
    assert len(seeds.filter(involving=name)) == 13
    assert len(seeds.explain(party=name, unit="USD", as_of="2022-07-31")) == 4


def test_the_folder_is_the_shipped_ledger(seeds: pt.Ledger, root: Path) -> None:
    """Reading the folder of the checkout and loading the seeds are one."""
    assert pt.read(root / "seeds") == pt.read("seeds") == seeds

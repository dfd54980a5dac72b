"""The totals that real tables are known to have come out of them, through the public reader."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import pledgetrack as pt

GCF = {
    "columns": {
        "id": "Ref #",
        "title": "Project Name",
        "channel": "Entity",
        "recipient": {"column": "Countries", "split": ","},
        "target": "FA Financing",
        "announced": ["Approval Date", "Approved Date"],
        "tags": {"theme": "Theme"},
    },
    "constants": {"party": "Green Climate Fund", "unit": "USD", "stage": "committed"},
}


@pytest.mark.parametrize("name", ["Climate funded activities.csv", "climate-funded-activities.csv"])
def test_the_projects_of_the_green_climate_fund(data: Path, name: str) -> None:
    """A row a project; the second file has HXL tags below its titles."""
    ledger = pt.read_table(data / "gcf" / name, GCF)
    table = ledger.totals(as_of="2025-12-31")
    assert len(ledger) == 314
    assert table["committed"].tolist() == [Decimal("18020550271.99")]
    summary = ledger.account.summary()
    assert summary["records"].tolist() == [314]
    assert summary["number"].tolist() == [Decimal("18020550271.99")]


def test_hxl_tags_name_columns_too(data: Path) -> None:
    """A mapping by tags gives the same ledger as one by titles."""
    path = data / "gcf/climate-funded-activities.csv"
    columns = {
        **GCF["columns"],
        "target": "#finance+funded+usd",
        "id": "#reference+id",
        "announced": "#date+approved",
    }
    assert pt.read_table(path, {**GCF, "columns": columns}) == pt.read_table(path, GCF)


CBPF = {
    "columns": {
        "id": "ContributionCode",
        "party": {"column": "DonorName"},
        "recipient": "PooledFundName",
        "announced": "PledgeDate",
        "horizon_end": "ExpectedDate",
        "target": [
            {"column": "PledgeAmt", "unit": "USD"},
            {"column": "PledgeAmtLocal", "unit_column": "PledgeAmtLocalCurrency"},
        ],
    },
    "constants": {"stage": "pledged"},
    "events": [
        {
            "columns": {"on": "PaidDate", "quantity": {"column": paid, **unit}},
            "constants": {"kind": "delivered"},
        }
        for paid, unit in (
            ("PaidAmt", {"unit": "USD"}),
            ("PaidAmtLocal", {"unit_column": "PaidAmtLocalCurrency"}),
        )
    ],
}


@pytest.mark.parametrize("name", ["Contributions.csv", "Contributions.json"])
def test_a_contribution_is_kept_in_both_currencies_as_stated(data: Path, name: str) -> None:
    """Neither is recomputed from the other; a day in the year 1 is no day."""
    ledger = pt.read_table(data / "cbpf" / name, CBPF)
    table = ledger.totals(as_of="2014-12-31")
    pledged = dict(zip(table["unit"], table["pledged"], strict=True))
    assert pledged == {"AUD": Decimal(399981), "USD": Decimal(371040)}
    assert table["delivered"].tolist() == table["pledged"].tolist()
    (promise,) = ledger
    assert promise.horizon is None
    assert "'0001-01-01T00:00:00' is read as no day" in ledger.account["reason"][0]


def test_the_pledges_against_ebola(data: Path) -> None:
    """A JavaScript assignment around JSON; a donor with a trailing space is the same donor."""
    mapping = {
        "columns": {
            "party": "Donor",
            "channel": "Channel",
            "recipient": "Area",
            "title": "Description",
            "target": "Funding",
            "stage": {"column": "Committed", "read": "lower"},
            "tags": {"status": "Committed"},
        },
        "constants": {"unit": "USD", "announced": "2014-10-31", "announced_basis": "the file"},
    }
    ledger = pt.read_table(data / "ebola/data.js", mapping)
    table = ledger.totals(by="tag_status", as_of="2014-12-31").set_index("tag_status")
    assert table["committed"]["Committed"] == Decimal(1398849665)
    assert table["pledged"]["Pledged"] == Decimal(140434012)
    assert [p.name for p in ledger.parties if p.name.startswith("United K")] == ["United Kingdom"]
    assert ledger.account["line"][0] == 2

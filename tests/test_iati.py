"""IATI files read by what the standard says, every record of them accounted for."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import sys
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import pledgetrack as pt
from iati_files import REPORTER, activity, budget, iati, org, transaction

DAY = "2030-01-01"
COMMITTED = transaction("2", "2024-01-15", "100")


def totals(ledger: pt.Ledger, measure: str, by: str | tuple[str, ...] = ()) -> dict[Any, Any]:
    """One measure by the labels of its rows and the unit, where it is not missing."""
    table = ledger.totals(by=by, as_of=DAY)
    keys = [*([by] if isinstance(by, str) else by), "unit"]
    return {
        tuple(row[key] for key in keys): row[measure]
        for row in table.to_dict("records")
        if row[measure] is not None
    }


def reasons(ledger: pt.Ledger, outcome: str) -> dict[str, Any]:
    """Why records of an outcome have it, by their element."""
    rows = ledger.account[ledger.account["outcome"] == outcome]
    return {
        element.partition("/")[2] or element: None if reason is pd.NA else reason
        for element, reason in zip(rows["element"], rows["reason"], strict=True)
    }


# --- real files -----------------------------------------------------------------------------------


def test_the_food_security_file_gives_its_published_figures(data: Path) -> None:
    """Commitments, what was disbursed and spent, budgets, and both perspectives."""
    path = data / "iati/real/foodsecurity-dportal-2.03.xml"
    ledger = pt.read_iati(path)
    assert totals(ledger, "committed") == {("EUR",): 48805638, ("USD",): 20000}
    assert totals(ledger, "delivered") == {
        ("EUR",): Decimal("13400539.83"), ("USD",): Decimal("419598.86"),
    }  # fmt: skip
    by_year = ledger.filter(unit="EUR").timeline(freq="year", as_of="2022-12-31")
    running = [0, *by_year["committed"]]
    grown = [after - before for before, after in pairwise(running)]
    assert dict(zip(by_year["period"], grown, strict=True)) == {
        "2020": 315000, "2021": 48485638, "2022": 5000,
    }  # fmt: skip
    plan = ledger.schedule()
    assert dict(zip(plan["unit"], plan["planned"], strict=True)) == {"EUR": 58909647, "GBP": 50000}
    incoming = pt.read_iati(path, perspective="incoming")
    assert totals(incoming, "committed") == {("EUR",): 57623858}


def test_the_file_of_development_initiatives_gives_its_published_figures(data: Path) -> None:
    """Expenditure, budgets, and incoming funds in six currencies set aside."""
    ledger = pt.read_iati(data / "iati/real/dipr-2018-02_v2.02.xml")
    assert totals(ledger, "delivered") == {("GBP",): Decimal("4717697.45")}
    assert totals(ledger, "committed") == {}
    plan = ledger.schedule()
    assert list(plan["planned"]) == [Decimal("6475327.28")]
    told = ledger.account.summary()
    funds = told[told["reason"] == "incoming funds: no outgoing flow"]
    assert len(funds) == 6
    assert dict(zip(funds["unit"], funds["number"], strict=True))["USD"] == Decimal("1934505.25")


@pytest.mark.parametrize(("folder", "count"), [("should-pass", 58), ("should-fail", 225)])
def test_the_schema_suite_is_read_to_an_account(data: Path, folder: str, count: int) -> None:
    """No file that the schema allows is refused; of the others each record has an outcome."""
    files = sorted((data / "iati/schema-suite/activity-tests" / folder).rglob("*.xml"))
    assert len(files) == count
    for file in files:
        ledger = pt.read_iati(file, on_reject="keep" if folder == "should-fail" else "raise")
        assert len(ledger.account)
        assert set(ledger.account["outcome"]) <= {"counted", "set aside", "rejected"}


# --- what counts ----------------------------------------------------------------------------------


def test_each_type_counts_in_its_perspective_and_nowhere_else() -> None:
    """Commitments, pledges, disbursements and expenditure of one side; the rest has a reason."""
    file = activity(*(transaction(str(code), "2024-01-15", str(code)) for code in range(1, 14)))
    outgoing = pt.read_iati(iati(file))
    row = outgoing.totals(as_of=DAY).iloc[0]
    assert (row["pledged"], row["committed"], row["delivered"]) == (12, 2, 7)
    assert reasons(outgoing, "set aside") == {
        "transaction[1]": "incoming funds: no outgoing flow",
        "transaction[5]": "interest payment: no promise and no delivery",
        "transaction[6]": "loan repayment: no promise and no delivery",
        "transaction[7]": "reimbursement: no promise and no delivery",
        "transaction[8]": "purchase of equity: no promise and no delivery",
        "transaction[9]": "sale of equity: no promise and no delivery",
        "transaction[10]": "credit guarantee: no promise and no delivery",
        "transaction[11]": "incoming commitment: no outgoing flow",
        "transaction[13]": "incoming pledge: no outgoing flow",
    }
    row = pt.read_iati(iati(file), perspective="incoming").totals(as_of=DAY).iloc[0]
    assert (row["pledged"], row["committed"], row["delivered"]) == (13, 11, 1)


def test_an_activity_is_one_commitment_with_a_target_in_each_currency() -> None:
    """Later commitments are revisions, up and down; the announcement is the earliest fact."""
    ledger = pt.read_iati(iati(activity(
        transaction("2", "2024-05-01", "-30"),
        transaction("2", "2024-03-01", "20", currency="USD"),
        COMMITTED,
        transaction("3", "2024-06-01", "10.5"),
    )))  # fmt: skip
    promise = ledger["iati:XM-EX-1"]
    assert {str(target) for target in promise.targets} == {"100 EUR", "0 USD"}
    assert promise.announced == dt.date(2024, 1, 15)
    assert promise.announced_basis == "the earliest transaction, outgoing commitment"
    assert "line 5, iati-activity[1]/transaction[3]" in str(promise.citations[0])
    assert [str(e.quantity) for e in ledger.events if e.kind == "revised"] == ["20 USD", "-30 EUR"]
    assert totals(ledger, "committed") == {("EUR",): 70, ("USD",): 20}
    assert totals(ledger, "outstanding") == {("EUR",): Decimal("59.5"), ("USD",): 20}


def test_what_is_committed_of_a_pledge_is_no_longer_only_pledged() -> None:
    """A commitment beyond the pledge raises what is pledged; one taken back frees it again."""
    pledge = transaction("12", "2024-01-01", "100")
    commitment = transaction("2", "2024-02-01", "130")
    back = transaction("2", "2024-03-01", "-70")
    for parts, pledged, committed in (
        ((pledge,), 100, None),
        ((pledge, commitment), 130, 130),
        ((pledge, commitment, back), 100, 60),
    ):
        row = pt.read_iati(iati(activity(*parts))).totals(as_of=DAY).iloc[0]
        assert (row["pledged"], row["committed"]) == (pledged, committed)


def test_what_is_taken_back_before_there_was_something_is_taken_off_what_comes() -> None:
    """Transactions out of order add up all the same; more taken than was there is told."""
    early = transaction("2", "2023-01-01", "-30")
    ledger = pt.read_iati(iati(activity(COMMITTED, early)))
    assert totals(ledger, "committed") == {("EUR",): 70}
    ledger = pt.read_iati(iati(activity(COMMITTED, transaction("2", "2024-02-01", "-150"))))
    assert totals(ledger, "committed") == {("EUR",): 0}
    words = "takes back 50 EUR more than was committed; counted down to 0"
    assert reasons(ledger, "counted")["transaction[2]"] == words


def test_a_delivery_without_a_promise_has_no_target() -> None:
    """What is missing is missing, not 0."""
    ledger = pt.read_iati(iati(activity(transaction("4", "2024-02-01", "5"))))
    assert ledger["iati:XM-EX-1"].targets == ()
    row = ledger.totals(as_of=DAY).iloc[0]
    assert (row["unit"], row["pledged"], row["delivered"]) == ("EUR", None, 5)


def test_a_value_date_is_kept_beside_the_day_of_the_transaction() -> None:
    """The transaction happened on its date; the value date says which rate is meant."""
    one = transaction("2", "2024-01-15", "100", value_date="2024-01-31")
    promise = pt.read_iati(iati(activity(one)))["iati:XM-EX-1"]
    assert (promise.announced, promise.note) == (dt.date(2024, 1, 15), "value date 2024-01-31")


@pytest.mark.parametrize(
    ("status", "kind", "committed"), [("5", "withdrawn", 0), ("6", "suspended", 100)]
)
def test_a_cancelled_or_suspended_activity_has_an_event(
    status: str, kind: str, committed: int
) -> None:
    """On the day that the file gives, and it says which that is."""
    file = activity(
        f'<activity-status code="{status}"/>',
        COMMITTED,
        attributes='last-updated-datetime="2024-09-10T07:15:37Z"',
    )
    ledger = pt.read_iati(iati(file))
    (event,) = ledger.events
    assert (event.kind, event.on) == (kind, dt.date(2024, 9, 10))
    assert event.on_basis == "the day of last-updated-datetime, for an activity status has none"
    assert totals(ledger, "committed") == {("EUR",): committed}


def test_the_horizon_is_that_of_the_activity() -> None:
    """From its actual start to its planned end."""
    dates = "".join(
        f'<activity-date type="{code}" iso-date="{day}"/>'
        for code, day in (("1", "2024-01-01"), ("2", "2024-02-01"), ("3", "2025-12-31"))
    )
    horizon = pt.read_iati(iati(activity(dates, COMMITTED)))["iati:XM-EX-1"].horizon
    assert str(horizon) == "2024-02-01 to 2025-12-31"


# --- who ------------------------------------------------------------------------------------------


def test_the_party_is_the_provider_else_the_reporter() -> None:
    """References make one organisation of several spellings; type and reference are kept."""
    ledger = pt.read_iati(iati(
        activity(
            transaction("2", "2024-01-15", "100", org("provider-org", "Agency, the", "XM-EX")),
            transaction("2", "2024-01-15", "7", org("provider-org", "Other Fund", kind="60")),
            transaction("3", "2024-02-15", "3", org("receiver-org", "Builders", "X-9", "22")),
        )
    ))  # fmt: skip
    assert totals(ledger, "committed", "party") == {
        ("Example Agency", "EUR"): 100, ("Other Fund", "EUR"): 7,
    }  # fmt: skip
    assert totals(ledger, "delivered", ("party", "channel")) == {
        ("Example Agency", "Builders", "EUR"): 3
    }
    named = {party.name: (party.reference, party.kind) for party in ledger.parties}
    assert named == {
        "Example Agency": ("XM-EX", "government"),
        "Other Fund": (None, "foundation"),
        "Builders": ("X-9", "national NGO"),
    }


def test_seen_from_the_receiver_the_provider_is_the_party_and_the_reporter_the_channel() -> None:
    """Without a provider the funding organisations are."""
    funding = org("participating-org", "Big Donor", "D-1", "10", role="1")
    one = transaction("11", "2024-01-15", "100")
    other = transaction("11", "2024-01-15", "7", org("provider-org", "Small Donor"))
    ledger = pt.read_iati(iati(activity(funding, one, other)), perspective="incoming")
    assert totals(ledger, "committed", ("party", "channel")) == {
        ("Big Donor", "Example Agency", "EUR"): 100,
        ("Small Donor", "Example Agency", "EUR"): 7,
    }


def test_two_organisations_of_one_name_stay_two() -> None:
    """Where the references differ they show them."""
    ledger = pt.read_iati(iati(activity(
        transaction("2", "2024-01-15", "1", org("provider-org", "Ministry", "A-1")),
        transaction("2", "2024-01-15", "2", org("provider-org", "Ministry", "B-1")),
    )))  # fmt: skip
    assert totals(ledger, "committed", "party") == {
        ("Ministry (A-1)", "EUR"): 1, ("Ministry (B-1)", "EUR"): 2,
    }  # fmt: skip


# --- shares ---------------------------------------------------------------------------------------


def places(**percentages: str) -> str:
    """Recipient countries with percentages."""
    return "".join(
        f'<recipient-country code="{code}" percentage="{share}"/>'
        for code, share in percentages.items()
    )


def test_percentages_split_the_money_and_add_up_to_it() -> None:
    """To the last cent, by recipient and by sector."""
    sectors = '<sector code="11220" percentage="50"/><sector code="12220" percentage="50"/>'
    sectors += '<sector vocabulary="99" code="own" percentage="100"/>'
    ledger = pt.read_iati(iati(activity(
        places(KE="33.33", UG="66.67"), sectors,
        transaction("2", "2024-01-15", "100.01"), transaction("3", "2024-02-15", "0.05"),
    )))  # fmt: skip
    assert totals(ledger, "committed", "recipient") == {
        ("Kenya", "EUR"): Decimal("33.33"), ("Uganda", "EUR"): Decimal("66.68"),
    }  # fmt: skip
    by_sector = totals(ledger, "committed", "tag_sector")
    assert sum(by_sector.values()) == Decimal("100.01")
    assert {sector for sector, _ in by_sector} == {"11220", "12220"}
    assert totals(ledger, "delivered", "tag_country") == {
        ("KE", "EUR"): Decimal("0.02"), ("UG", "EUR"): Decimal("0.03"),
    }  # fmt: skip
    assert totals(ledger, "committed", "tag_activity") == {("XM-EX-1", "EUR"): Decimal("100.01")}


@pytest.mark.parametrize(
    ("shares", "expected", "note"),
    [
        ({"KE": "60", "UG": "30"}, {"Kenya": 60, "Uganda": 30, "not stated": 10},
         "the percentages of recipients add up to 90"),
        ({"KE": "50", "UG": "50.5"}, {"Kenya": Decimal("49.75"), "Uganda": Decimal("50.25")},
         "the percentages of recipients add up to 100.5"),
        ({"KE": "100", "UG": "100"}, {"Kenya + Uganda": 100},
         "the percentages of recipients add up to 200"),
        ({"KE": "100", "UG": ""}, {"Kenya + Uganda": 100},
         "not all recipients state a percentage"),
        ({"KE": "half", "UG": "?"}, {"Kenya + Uganda": 100}, "no percentages of recipients"),
        ({"KE": ""}, {"Kenya": 100}, None),
        ({"KE": "40"}, {"Kenya": 40, "not stated": 60},
         "the percentages of recipients add up to 40"),
    ],
)  # fmt: skip
def test_percentages_that_do_not_add_up_are_told(
    shares: dict[str, str], expected: dict[str, Any], note: str | None
) -> None:
    """The rest is not stated; what no rounding explains is not split."""
    ledger = pt.read_iati(iati(activity(places(**shares), COMMITTED)))
    found = totals(ledger, "committed", "recipient")
    assert {name: number for (name, _), number in found.items()} == expected
    assert reasons(ledger, "counted")["iati-activity[1]"] == note


def test_what_a_transaction_says_wins_over_its_activity() -> None:
    """Its own recipient and sector; a region is one too."""
    region = '<recipient-region code="298"/><sector code="43030"/>'
    ledger = pt.read_iati(iati(activity(
        places(KE="100"), COMMITTED, transaction("2", "2024-02-01", "5", region),
    )))  # fmt: skip
    assert totals(ledger, "committed", ("recipient", "tag_sector", "tag_region")) == {
        ("Kenya", "not stated", "not stated", "EUR"): 100,
        ("Africa, regional", "43030", "298", "EUR"): 5,
    }


def test_a_delivery_elsewhere_than_promised_is_told() -> None:
    """It takes nothing off what is outstanding there, and the account says so."""
    uganda = '<recipient-country code="UG"/>'
    paid = transaction("3", "2024-02-01", "40", uganda)
    ledger = pt.read_iati(iati(activity(places(KE="100"), COMMITTED, paid)))
    assert totals(ledger, "outstanding", "recipient") == {("Kenya", "EUR"): 100}
    assert "than promised" in reasons(ledger, "counted")["iati-activity[1]"]


def test_the_split_can_be_left_out() -> None:
    """Then all recipients are one group."""
    file = activity(places(KE="50", UG="50"), COMMITTED)
    assert totals(pt.read_iati(iati(file), split=()), "committed", "recipient") == {
        ("Kenya + Uganda", "EUR"): 100
    }
    with pytest.raises(pt.UnknownNameError, match="did you mean 'sector'"):
        pt.read_iati(iati(file), split="sectors")


# --- nothing twice --------------------------------------------------------------------------------


def related(kind: str, ref: str) -> str:
    """A related activity."""
    return f'<related-activity type="{kind}" ref="{ref}"/>'


def test_a_flow_counts_at_the_lowest_level_that_reports_it() -> None:
    """The parent's commitment is that of its children; its own disbursement is in no child."""
    parent = activity(
        COMMITTED, transaction("3", "2024-02-01", "7"), budget("2024-01-01", "2024-12-31", "100"),
        name="P", attributes='hierarchy="1"',
    )  # fmt: skip
    child = activity(
        transaction("2", "2024-01-15", "60"), budget("2024-01-01", "2024-12-31", "60"),
        related("1", "P"), name="C", attributes='hierarchy="2"',
    )  # fmt: skip
    ledger = pt.read_iati(iati(parent, child))
    assert totals(ledger, "committed") == {("EUR",): 60}
    assert totals(ledger, "delivered") == {("EUR",): 7}
    assert list(ledger.schedule()["planned"]) == [60]
    told = reasons(ledger, "set aside")
    assert told["transaction[1]"] == "committed: reported below hierarchy 1 too"
    by_parent = pt.read_iati(iati(
        activity(COMMITTED, related("2", "C"), name="P"),
        activity(transaction("2", "2024-01-15", "60"), name="C"),
    ))  # fmt: skip
    assert totals(by_parent, "committed") == {("EUR",): 60}


def test_levels_are_those_of_one_organisation() -> None:
    """Another organisation's activity is no double, nor is one whose children are others."""
    high = activity(COMMITTED, name="P", attributes='hierarchy="1"')
    own = activity(COMMITTED, related("1", "Q"), name="C", attributes='hierarchy="2"')
    stray = activity(COMMITTED, name="S", attributes='hierarchy="2"')
    other = activity(
        COMMITTED, related("1", "P"), name="O", attributes='hierarchy="2"',
        reporter=org("reporting-org", "Another", "X-A"),
    )  # fmt: skip
    assert totals(pt.read_iati(iati(high, other)), "committed") == {("EUR",): 200}
    assert totals(pt.read_iati(iati(high, own)), "committed") == {("EUR",): 200}
    # One that names no parent may belong to any activity above it.
    assert totals(pt.read_iati(iati(high, stray)), "committed") == {("EUR",): 100}


def test_a_circle_of_parents_makes_nothing_vanish() -> None:
    """What is above and below itself is neither."""
    one = activity(COMMITTED, related("1", "B"), name="A")
    other = activity(COMMITTED, related("1", "A"), name="B")
    assert totals(pt.read_iati(iati(one, other)), "committed") == {("EUR",): 200}


def test_a_revised_budget_replaces_the_original_of_its_period() -> None:
    """Also where several revised ones cover it; a part alone does not."""
    whole, half = ("2024-01-01", "2024-12-31"), ("2024-07-01", "2024-12-31")
    ledger = pt.read_iati(iati(
        activity(budget(*whole, "100"), budget(*whole, "120", "2"), name="A"),
        activity(budget(*whole, "50"), budget("2024-01-01", "2024-06-30", "20", "2"),
                 budget(*half, "25", "2"), name="B"),
        activity(budget(*whole, "8"), budget(*half, "3", "2"), name="C"),
    ))  # fmt: skip
    assert list(ledger.schedule()["planned"]) == [120 + 45 + 11]
    told = ledger.account.summary()
    replaced = told[told["reason"] == "superseded budget"]
    assert list(replaced["number"]) == [150]


def test_schedules_are_split_by_days_and_are_in_no_total() -> None:
    """A planned disbursement is another kind than a budget; a part of a ledger has none."""
    ledger = pt.read_iati(iati(activity(
        COMMITTED, budget("2024-07-01", "2025-06-30", "365"),
        budget("2024-03-01", "2024-03-31", "31", element="planned-disbursement"),
    )))  # fmt: skip
    assert totals(ledger, "committed") == {("EUR",): 100}
    table = ledger.schedule(by="party", per="year")
    assert list(table.itertuples(index=False, name=None)) == [
        ("budget", "Example Agency", "2024", "EUR", 184, 1),
        ("budget", "Example Agency", "2025", "EUR", 181, 1),
        ("planned disbursement", "Example Agency", "2024", "EUR", 31, 1),
    ]
    fiscal = ledger.schedule(per="fiscal year", calendar="4:starting")
    assert list(fiscal["period"]) == ["FY2024", "FY2025", "FY2023"]
    assert "from April" in fiscal.attrs["caption"]
    with pytest.raises(pt.PledgetrackError, match="before the choice"):
        ledger.filter(party="Example Agency").schedule()


def test_the_same_activity_again_counts_once() -> None:
    """Word for word it is set aside; with another content it is refused."""
    ledger = pt.read_iati(iati(activity(COMMITTED), activity(COMMITTED)))
    assert totals(ledger, "committed") == {("EUR",): 100}
    assert reasons(ledger, "set aside")["transaction[1]"].startswith("the same activity again")
    file = (activity(COMMITTED), activity(transaction("2", "2024-01-15", "90")))
    with pytest.raises(pt.InvalidLedgerError, match="repeats the iati-identifier 'XM-EX-1'"):
        pt.read_iati(iati(*file))
    kept = pt.read_iati(iati(*file), on_reject="keep")
    assert totals(kept, "committed") == {("EUR",): 100}
    assert kept.account.summary().query("outcome == 'rejected'")["records"].sum() == 2


# --- odd and broken files -------------------------------------------------------------------------

BROKEN = [
    (transaction("2", "2020-1-5", "1"), "'2020-1-5' is no day of the form YYYY-MM-DD"),
    (transaction("2", "05/01/2020", "1"), "'05/01/2020' is no day"),
    (transaction("2", "2020-02-30", "1"), "'2020-02-30' is no day"),
    (transaction("2", None, "1"), "no elements transaction-date"),
    (transaction(None, "2024-01-01", "1"), "no elements transaction-type"),
    (transaction("", "2024-01-01", "1"), "the transaction-type has no code"),
    (transaction("X", "2024-01-01", "1"), "transaction type 'X' is not in the code list"),
    (transaction("2", "2024-01-01", "1", currency="XYZ"), "currency 'XYZ' is no code of ISO 4217"),
    (budget("2024-01-01", "2024-12-31", "1", "7"), "budget type '7' is not in the code list"),
    (transaction("2", "2024-01-01", "1,000"), "'1,000' is no decimal number"),
    (transaction("2", "2024-01-01", "1e3"), "'1e3' is no decimal number"),
    (transaction("2", "2024-01-01", ""), "the value is empty"),
    (transaction("2", "2024-01-01", "1<b>2</b>3"), "the value holds other elements"),
    (transaction("2", "2024-01-01", "9" * 23), "too many digits"),
    (transaction("2", "2024-01-01", "1", "<value>2</value>"), "2 elements value"),
    (budget("2024-12-31", "2024-01-01", "1"), "before it starts"),
    (budget("2024", "2024-12-31", "1"), "period-start '2024' is no day"),
]


@pytest.mark.parametrize(("record", "reason"), BROKEN, ids=[reason for _, reason in BROKEN])
def test_a_record_that_cannot_be_read_is_rejected(record: str, reason: str) -> None:
    """By name, with its line and its raw values, and the rest of the file is read."""
    file = activity(COMMITTED, record)
    with pytest.raises(pt.InvalidLedgerError) as caught:
        pt.read_iati(iati(file))
    (problem,) = caught.value.problems
    assert reason in problem.message
    assert (problem.line, problem.record) == (4, "XM-EX-1")
    ledger = pt.read_iati(iati(file), on_reject="keep")
    assert totals(ledger, "committed") == {("EUR",): 100}
    rejected = ledger.account[ledger.account["outcome"] == "rejected"]
    assert reason in rejected["reason"].iloc[0]
    assert "value" in rejected["raw"].iloc[0]


def test_a_value_without_a_currency_is_rejected() -> None:
    """Nobody's default is assumed."""
    file = (
        f"<iati-activity><iati-identifier>A</iati-identifier>{REPORTER}{COMMITTED}</iati-activity>"
    )
    with pytest.raises(pt.InvalidLedgerError, match="no currency: neither the value nor"):
        pt.read_iati(iati(file))


def test_an_activity_without_identifier_is_rejected_with_its_records() -> None:
    """Their sums are in the account. One that holds no money is set aside."""
    for broken in (activity(COMMITTED, name="  "), activity(COMMITTED).replace("iati-id", "id")):
        with pytest.raises(pt.InvalidLedgerError, match="iati-identifier"):
            pt.read_iati(iati(broken))
        told = pt.read_iati(iati(broken), on_reject="keep").account.summary()
        assert list(told["outcome"].unique()) == ["rejected"]
        assert told["number"].dropna().tolist() == [100]
    bare = activity(budget("2024-01-01", "2024-12-31", "7"), name="")
    assert set(pt.read_iati(iati(bare)).account["outcome"]) == {"set aside"}


def test_days_with_a_time_zone_and_currencies_of_values_are_read() -> None:
    """xs:date allows a zone, which says nothing about the day."""
    one = transaction("2", "2024-01-15+02:00", " 100.50 ", currency="USD")
    ledger = pt.read_iati(iati(activity(one)))
    assert totals(ledger, "committed") == {("USD",): Decimal("100.5")}


def test_an_undeclared_namespace_loses_nothing() -> None:
    """It is told in the account."""
    extra = '<dfid:budget-code code="1"/>'
    ledger = pt.read_iati(iati(activity(extra, COMMITTED), activity(COMMITTED, name="B")))
    assert totals(ledger, "committed") == {("EUR",): 200}
    assert "undeclared namespace" in reasons(ledger, "set aside")["xml"]


def test_a_file_that_breaks_off_gives_what_was_read() -> None:
    """Where rejects are kept; else it is an error that says where."""
    whole = iati(activity(COMMITTED), activity(COMMITTED, name="B")).getvalue()
    text = whole[: whole.rindex(b"<value")]
    with pytest.raises(
        pt.InvalidLedgerError, match="malformed XML, nothing from line 4 on is read"
    ):
        pt.read_iati(io.BytesIO(text))
    ledger = pt.read_iati(io.BytesIO(text), on_reject="keep")
    assert totals(ledger, "committed") == {("EUR",): 100}
    assert "malformed XML" in reasons(ledger, "rejected")["xml"]


def test_a_record_that_stands_where_none_belongs_is_rejected() -> None:
    """In another record, in another activity, or outside of any."""
    inner = activity(COMMITTED, name="B")
    file = activity(COMMITTED, f"<result>{COMMITTED}</result>", inner)
    ledger = pt.read_iati(iati(file, COMMITTED, f"<more>{inner}</more>"), on_reject="keep")
    assert totals(ledger, "committed") == {("EUR",): 100}
    told = ledger.account[ledger.account["outcome"] == "rejected"]
    assert sorted(told["reason"]) == [
        "iati-activity stands in 'iati-activity', where none belongs",
        "iati-activity stands in 'more', where none belongs",
        "transaction stands in 'iati-activities', where none belongs",
        "transaction stands in 'iati-activity', where none belongs",
        "transaction stands in 'iati-activity', where none belongs",
        "transaction stands in 'result', where none belongs",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no element found|is empty"),
        ("{}", "is no XML file"),
        ("<iati-organisations/>", "is an IATI organisation file"),
        ("<rss/>", "its root is 'rss'"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><iati-activities/>", "document type declaration"),
        ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><iati-activities>&x;"
         "</iati-activities>", "document type declaration"),
        ("<!DOCTYPE a SYSTEM 'http://example.org/a.dtd'><iati-activities/>",
         "document type declaration"),
    ],
)  # fmt: skip
def test_what_is_no_activity_file_is_refused_by_name(text: str, message: str) -> None:
    """Entities would hide or repeat text; the network is never asked."""
    with pytest.raises(pt.FileFormatError, match=message):
        pt.read_iati(io.BytesIO(text.encode()))


def test_an_entity_bomb_is_refused() -> None:
    """Before it grows."""
    lines = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    bomb = f"<!DOCTYPE a [<!ENTITY a0 'lol'>{lines}]><iati-activities x='&a11;'/>"
    with pytest.raises(pt.FileFormatError):
        pt.read_iati(io.BytesIO(bomb.encode()))


def test_a_file_of_1_05_is_read_by_its_own_codes() -> None:
    """The code lists of 1.0x are translated; names stand in the elements themselves."""
    file = (
        '<iati-activity default-currency="GBP"><iati-identifier>A</iati-identifier>'
        '<reporting-org ref="GB-1" type="10">DFID</reporting-org>'
        '<activity-date type="start-actual" iso-date="2012-01-01"/>'
        '<activity-date type="end-planned" iso-date="2014-01-01"/>'
        '<participating-org role="Implementing" ref="X-1">Builders</participating-org>'
        '<sector vocabulary="DAC" code="11220">Schools</sector>'
        f"{transaction('C', '2012-05-01', '90')}{transaction('D', '2012-06-01', '30')}"
        f"{transaction('IF', '2012-06-01', '5')}</iati-activity>"
    )
    ledger = pt.read_iati(iati(file, version="1.05"))
    row = ledger.totals(by=["party", "channel", "tag_sector"], as_of=DAY).iloc[0]
    assert tuple(row[["party", "channel", "tag_sector"]]) == ("DFID", "Builders", "11220")
    assert (row["committed"], row["delivered"]) == (90, 30)
    assert ledger["iati:A"].horizon == pt.Horizon(start="2012-01-01", end="2014-01-01")
    assert reasons(ledger, "set aside") == {"transaction[3]": "incoming funds: no outgoing flow"}


# --- what all readers take ------------------------------------------------------------------------


def test_a_folder_and_gzip_are_read_as_one(tmp_path: Path) -> None:
    """An activity that is in two files counts once; each file and reporter is a source."""
    (tmp_path / "a.xml").write_bytes(iati(activity(COMMITTED)).getvalue())
    packed = gzip.compress(iati(activity(COMMITTED), activity(COMMITTED, name="B")).getvalue())
    (tmp_path / "b.xml.gz").write_bytes(packed)
    ledger = pt.read_iati(tmp_path)
    assert totals(ledger, "committed") == {("EUR",): 200}
    assert [source.id for source in ledger.sources] == [
        "a.xml (Example Agency)", "b.xml.gz (Example Agency)",
    ]  # fmt: skip
    assert pt.read_iati([tmp_path / "a.xml", str(tmp_path / "b.xml.gz")]) == ledger


def test_a_file_in_latin_1_and_one_opened_as_text_are_read(tmp_path: Path) -> None:
    """The encoding is what the file declares."""
    path = tmp_path / "a.xml"
    text = iati(activity(COMMITTED, reporter=org("reporting-org", "Agência"))).getvalue().decode()
    text = f'<?xml version="1.0" encoding="ISO-8859-1"?>{text}'
    path.write_text(text, encoding="latin-1")
    with path.open(encoding="latin-1") as file:
        opened = pt.read_iati(file)
    assert {p.name for p in pt.read_iati(path).parties} == {p.name for p in opened.parties}
    assert [party.name for party in opened.parties] == ["Agência"]


def test_an_unknown_perspective_is_refused() -> None:
    """With the ones that there are."""
    with pytest.raises(pt.UnknownNameError, match="did you mean 'incoming'"):
        pt.read_iati(iati(), perspective="income")  # type: ignore[arg-type]  # what is tested


def test_ledgers_of_both_perspectives_are_not_added() -> None:
    """It is the same money, so the ids are the same."""
    file = activity(COMMITTED, transaction("11", "2024-01-15", "100"))
    both = pt.read_iati(iati(file)), pt.read_iati(iati(file), perspective="incoming")
    with pytest.raises(pt.InvalidLedgerError, match="a repeated id"):
        both[0] + both[1]


def test_without_lxml_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setitem(sys.modules, "lxml", None)
    with pytest.raises(pt.MissingExtraError, match=r"pip install 'pledgetrack\[iati\]'"):
        pt.read_iati(iati())

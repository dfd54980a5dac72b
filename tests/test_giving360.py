"""Grants in the 360Giving standard: what counts, in JSON, CSV and Excel alike."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack.strategies import NAMES, amounts, days

FUNDER = [{"id": "GB-CHC-1", "name": "A Trust"}]
GRANT: dict[str, Any] = {
    "id": "360G-x-1", "title": "Advice", "description": "Legal advice", "currency": "GBP",
    "amountAwarded": 1000, "awardDate": "2021-01-26", "fundingOrganization": FUNDER,
    "recipientOrganization": [{"id": "GB-CHC-2", "name": "A Charity"}],
}  # fmt: skip


def package(*grants: dict[str, Any], **about: Any) -> io.BytesIO:
    """A package of grants in JSON."""
    return io.BytesIO(json.dumps({"grants": list(grants), **about}).encode())


def grant(**fields: Any) -> dict[str, Any]:
    """A grant; a field that is None is left out."""
    made = {**GRANT, **fields}
    return {name: value for name, value in made.items() if value is not None}


def only(**fields: Any) -> pt.Commitment:
    """The promise of one grant."""
    (found,) = pt.read_360giving(package(grant(**fields)))
    return found


def sheet(*rows: list[Any], name: str = "grants.csv") -> io.BytesIO:
    """A CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    made = io.BytesIO(text.getvalue().encode())
    made.name = name
    return made


def reasons(ledger: pt.Ledger) -> list[tuple[str, str | None]]:
    """Outcome and reason of each row of the account."""
    found = ledger.account
    return [
        (outcome, reason if isinstance(reason, str) else None)
        for outcome, reason in zip(found["outcome"], found["reason"], strict=True)
    ]


def kept(*grants: dict[str, Any]) -> pt.Ledger:
    """The ledger of grants, with the rejects kept beside it."""
    return pt.read_360giving(package(*grants), on_reject="keep")


# --- the fields of a grant ------------------------------------------------------------------------


def test_an_award_is_a_committed_promise_of_the_funder() -> None:
    """Amount, currency, award date, recipient and place stand in the record."""
    found = only(amountAwarded=1234.10, awardDate="2021-01-26T23:30:00-05:00")
    assert found.parties == ("A Trust",)
    assert found.recipients == ("A Charity",)
    assert found.targets == (pt.Quantity(number="1234.1", unit="GBP"),)
    assert (found.announced, found.stage) == (dt.date(2021, 1, 26), "committed")
    assert (found.title, found.note) == ("Advice", "Legal advice")
    assert found.citations[0].place == "line 1, grants/0"


def test_numbers_are_the_decimals_that_the_file_writes() -> None:
    """A float literal is its shortest decimal, and text with separators is a number."""
    text = json.dumps({"grants": [grant(amountAwarded=0)]}).replace(
        '"amountAwarded": 0', '"amountAwarded": 0.10'
    )
    (found,) = pt.read_360giving(io.BytesIO(text.encode()))
    assert found.targets[0].number == Decimal("0.1")
    assert only(amountAwarded="£1,234.50").targets[0].number == Decimal("1234.5")


@pytest.mark.parametrize(
    ("dates", "start", "end"),
    [
        ({"startDate": "2021-02-01", "duration": 12}, "2021-02-01", "2022-01-31"),
        ({"startDate": "2021-02-01", "endDate": "2021-12-31"}, "2021-02-01", "2021-12-31"),
        ({"startDate": "2021-02", "endDate": "2021-12"}, "2021-02-01", "2021-12-31"),
        ({"startDate": "2021", "endDate": "2022"}, "2021-01-01", "2022-12-31"),
        ({"startDate": "2021-01-31T00:00:00Z", "duration": "1"}, "2021-01-31", "2021-02-27"),
        ({"endDate": "2022-03-01"}, None, "2022-03-01"),
    ],
)
def test_planned_dates_are_the_horizon(dates: dict[str, Any], start: Any, end: str) -> None:
    """Start and end, or start and a duration in months; month and day may be omitted."""
    assert only(plannedDates=[dates]).horizon == pt.Horizon(start=start, end=end)


def test_a_start_alone_states_no_end() -> None:
    """Neither does that say that the grant is open-ended."""
    assert only(plannedDates=[{"startDate": "2021-02-01"}]).horizon is None


def test_several_planned_dates_are_one_window() -> None:
    """From the first start to the last end."""
    found = only(
        plannedDates=[
            {"startDate": "2022-01-01", "endDate": "2022-06-30"},
            {"startDate": "2021-03-01", "endDate": "2021-12-31"},
        ]
    )
    assert found.horizon == pt.Horizon(start="2021-03-01", end="2022-06-30")


def test_odd_dates_are_told_and_the_grant_counts() -> None:
    """Dates in the wrong order, or none at all, are remarks in the account."""
    ledger = kept(
        grant(plannedDates=[{"startDate": "2022-01-01", "endDate": "2021-01-01"}]),
        grant(id="b", plannedDates=[{"startDate": "soon", "duration": 12}]),
        grant(id="c", plannedDates=[{"startDate": "2022-01-01", "duration": 0}]),
    )
    assert [c.horizon for c in ledger] == [None, None, None]
    (_, first), (_, second), (_, third) = reasons(ledger)
    assert first == "plannedDates end on 2021-01-01, before they start on 2022-01-01"
    assert second == "startDate of plannedDates 'soon' is no date; write it as YYYY-MM-DD"
    assert third == "the duration of plannedDates '0' is no number of months"


def test_what_was_paid_is_delivered_by_the_last_update() -> None:
    """The amount disbursed is what was paid "when this record was last updated"."""
    ledger = pt.read_360giving(
        package(grant(amountDisbursed=250.5, dateModified="2021-09-30T12:00:00Z"))
    )
    (event,) = ledger.events
    assert (event.kind, event.on) == ("delivered", dt.date(2021, 9, 30))
    assert event.quantity == pt.Quantity(number="250.5", unit="GBP")
    assert "dateModified" in event.on_basis
    assert event.citations[0].place == "line 1, grants/0, modified 2021-09-30"
    assert len(ledger.account) == 1


def test_an_undated_payment_counts_by_the_last_day_of_the_file() -> None:
    """The package states a day, or its last award is one; both are told as inferred."""
    rows = grant(amountDisbursed=1), grant(id="b", awardDate="2022-02-02")
    (event,) = pt.read_360giving(package(*rows)).events
    assert (event.on, event.on_basis.startswith("the last day in the file")) == (
        dt.date(2022, 2, 2), True,
    )  # fmt: skip
    (event,) = pt.read_360giving(package(*rows, modified="2022-03-03T00:00:00Z")).events
    assert event.on == dt.date(2022, 3, 3)
    (event,) = pt.read_360giving(package(rows[0], modified="2020-01-01T00:00:00Z")).events
    assert event.on == dt.date(2021, 1, 26)


def test_transactions_count_on_their_days() -> None:
    """Payments are delivered, awards are in the amount awarded, applications are no promise."""
    ledger = pt.read_360giving(
        package(
            grant(
                amountDisbursed=300,
                disbursementTransaction=[
                    {"transactionDate": "2021-03-01", "value": 100, "currency": "GBP"},
                    {"transactionDate": "2021-01-01", "value": 200},
                ],
                commitmentTransaction=[{"transactionDate": "2021-01-26", "value": 1000}],
                applicationTransaction=[{"transactionDate": "2020-01-26", "value": 5000}],
            )
        )
    )
    early, late = ledger.events
    assert (early.on, early.on_stated, early.quantity.number) == (
        dt.date(2021, 1, 26), "2021-01-01", 200,
    )  # fmt: skip
    assert (late.on, late.quantity.number) == (dt.date(2021, 3, 1), 100)
    assert reasons(ledger) == [
        ("counted", None),
        ("set aside", "in amountAwarded"),
        ("counted", None),
        ("counted", None),
        ("set aside", "applied for, which is no promise"),
    ]
    assert list(ledger.account["number"]) == [1000, 1000, 100, 200, 5000]
    table = ledger.totals(as_of="2021-12-31")
    assert list(table["committed"]) == [1000]
    assert list(table["delivered"]) == [300]


def test_payments_that_do_not_add_up_are_told() -> None:
    """The transactions count, and the account says that the stated sum is another."""
    paid = [{"transactionDate": "2021-03-01", "value": 100}]
    ledger = kept(grant(amountDisbursed=300, disbursementTransaction=paid))
    assert list(ledger.totals(as_of="2021-12-31")["delivered"]) == [100]
    assert "amountDisbursed is 300, its transactions are 100" in reasons(ledger)[0][1]


def test_a_transaction_of_one_identifier_counts_once() -> None:
    """What comes again is set aside, what contradicts is rejected, two without one are two."""
    paid = {"id": "T1", "transactionDate": "2021-03-01", "value": 100}
    nameless = {"transactionDate": "2021-03-01", "value": 7}
    ledger = kept(
        grant(disbursementTransaction=[paid, paid, {**paid, "value": 90}, nameless, nameless])
    )
    assert list(ledger.totals(as_of="2021-12-31")["delivered"]) == [114]
    assert reasons(ledger)[2:4] == [
        ("set aside", "the same transaction again"),
        ("rejected", "repeats the identifier 'T1' of another transaction"),
    ]


def test_awards_that_transactions_alone_state_are_revisions() -> None:
    """The first is the target, later ones revise it on their days."""
    ledger = pt.read_360giving(
        package(
            grant(
                amountAwarded=None,
                commitmentTransaction=[
                    {"transactionDate": "2021-01-26", "value": 600},
                    {"transactionDate": "2022-01-26", "value": 400},
                    {"transactionDate": "2023-01-26", "value": -100},
                ],
            )
        )
    )
    found = [list(ledger.totals(as_of=f"{year}-12-31")["committed"]) for year in (2021, 2022, 2023)]
    assert found == [[600], [1000], [900]]


def test_a_transaction_that_cannot_be_read_is_rejected_alone() -> None:
    """The grant stays."""
    wrong = [
        {"transactionDate": "2021-03", "value": 1},
        {"value": 1},
        {"transactionDate": "2021-03-01", "value": "some"},
        {"transactionDate": "2021-03-01", "value": 1, "currency": "GBX"},
    ]
    ledger = kept(grant(disbursementTransaction=wrong))
    assert len(ledger) == 1
    assert [outcome for outcome, _ in reasons(ledger)] == ["counted", *["rejected"] * 4]
    assert "no full date" in reasons(ledger)[1][1]
    assert "transactionDate is missing" in reasons(ledger)[2][1]
    assert "'some' is no number" in reasons(ledger)[3][1]
    assert "'GBX' is no ISO 4217 code" in reasons(ledger)[4][1]


def test_several_recipients_are_one_group() -> None:
    """Without a stated split the amount is of all of them."""
    orgs = [{"id": "b", "name": "B"}, {"id": "a", "name": "A"}, {"id": "a", "name": " A "}]
    ledger = pt.read_360giving(package(grant(recipientOrganization=orgs)))
    table = ledger.totals(by="recipient", as_of="2022-01-01")
    assert list(zip(table["recipient"], table["committed"], strict=True)) == [("A + B", 1000)]


def test_a_split_that_transactions_state_is_kept() -> None:
    """Each recipient has its share, and the shares are the whole."""
    orgs = [{"id": "b", "name": "B"}, {"id": "a", "name": "A"}]
    day = "2021-01-26"
    awards = [
        {"transactionDate": day, "value": 700, "recipient": "a"},
        {"transactionDate": day, "value": 300, "recipient": "b"},
    ]
    paid = [{"transactionDate": "2021-05-01", "value": 50, "recipient": "b"}]
    fields = {"recipientOrganization": orgs, "commitmentTransaction": awards}
    ledger = pt.read_360giving(package(grant(**fields, disbursementTransaction=paid)))
    table = ledger.totals(by="recipient", as_of="2022-01-01")
    rows = list(zip(table["recipient"], table["committed"], table["delivered"], strict=True))
    assert rows == [("A", 700, None), ("B", 300, 50)]
    assert [c.tags["grant"] for c in ledger] == ["360G-x-1", "360G-x-1"]
    unnamed = [{**paid[0], "recipient": "somebody else"}]
    whole = pt.read_360giving(package(grant(**fields, disbursementTransaction=unnamed)))
    assert [c.recipients for c in whole] == [("A", "B")]


def test_a_grant_to_a_person_is_to_the_name_that_is_published() -> None:
    """Individuals share a generic name, and their identifiers stay apart."""
    ledger = pt.read_360giving(
        package(
            *(
                grant(
                    id=name,
                    recipientOrganization=None,
                    recipientIndividual={"id": f"360G-x-IND-{name}", "name": "Individual"},
                    toIndividualsDetails={
                        "primaryGrantReason": "GTIR010", "grantPurpose": ["GTIP070", "GTIP020"],
                    },
                )
                for name in ("p", "q")
            )
        )
    )  # fmt: skip
    assert {c.recipients for c in ledger} == {("Individual",)}
    assert ledger["p"].tags == {"grant_reason": "GTIR010", "grant_purpose": "GTIP020 + GTIP070"}


def test_what_describes_a_grant_is_in_tags() -> None:
    """Programme, places, classifications, funding type, related grants and what was asked for."""
    found = only(
        grantProgramme=[{"code": "P1", "title": "Anchor"}],
        beneficiaryLocation=[{"name": "Leeds", "countryCode": "GB"}, {"name": "Hull"}],
        classifications=[{"vocabulary": "v", "code": "C1"}],
        fundingType=[{"title": "Grant"}],
        fundingOrganization=[{"id": "GB-CHC-1", "name": "A Trust", "department": "Arts"}],
        fromOpenCall="Yes", regrantType="FRG010", locationScope="GLS020",
        relatedActivity=["360G-x-2", "360G-x-3"], amountAppliedFor=2500,
        actualDates=[{"startDate": "2021-02-01", "endDate": "2021-12-31"}],
    )  # fmt: skip
    assert found.tags == {
        "programme": "Anchor", "location": "Hull + Leeds", "country": "GB", "classification": "C1",
        "funding_type": "Grant", "department": "Arts", "open_call": "Yes",
        "regrant_type": "FRG010", "location_scope": "GLS020", "related": "360G-x-2 + 360G-x-3",
        "applied_for": "2500 GBP", "actual_start": "2021-02-01", "actual_end": "2021-12-31",
        "recipient_id": "GB-CHC-2",
    }  # fmt: skip


def test_organisations_keep_their_identifier_where_a_name_has_one() -> None:
    """A name with several says so; spellings that differ in capitals and spaces are one."""
    ledger = pt.read_360giving(
        package(
            grant(),
            grant(id="b", recipientOrganization=[{"id": "GB-COH-3", "name": "a  charity "}]),
            grant(id="c", recipientOrganization=[{"id": "GB-CHC-9"}]),
        )
    )
    by_name = {party.name: party for party in ledger.parties}
    assert by_name["A Trust"].reference == "GB-CHC-1"
    assert by_name["A Charity"].note == "identifiers: GB-CHC-2, GB-COH-3"
    assert set(by_name) == {"A Trust", "A Charity", "GB-CHC-9"}


# --- what is missing or wrong ---------------------------------------------------------------------


def test_nothing_awarded_is_missing_and_zero_is_a_number() -> None:
    """A grant without an amount is an action, one of 0 has a target of 0."""
    ledger = kept(grant(amountAwarded=None), grant(id="b", amountAwarded=0))
    assert ledger["360G-x-1"].targets == ()
    assert ledger["b"].targets == (pt.Quantity(number=0, unit="GBP"),)
    assert reasons(ledger) == [("counted", "no amount is awarded"), ("counted", None)]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"currency": None}, "amountAwarded has no currency; pass currency="),
        ({"currency": "GBX"}, "the currency 'GBX' is no ISO 4217 code"),
        ({"currency": "XXX"}, "the currency 'XXX' is no ISO 4217 code"),
        ({"amountAwarded": -5}, "amountAwarded is below zero: -5"),
        ({"amountAwarded": "lots"}, "amountAwarded 'lots' is no number"),
        ({"amountAwarded": True}, "amountAwarded 'True' is no number"),
        ({"amountAwarded": "$5"}, "'$5'"),
        ({"amountAwarded": "€5"}, "'€5' is in another currency than GBP"),
        ({"amountAwarded": 0.0000001}, "too many digits"),
        ({"awardDate": None}, "awardDate is missing"),
        ({"awardDate": "2021"}, "awardDate '2021' is no date"),
        ({"awardDate": "2021-02-30"}, "awardDate '2021-02-30' is no date"),
        ({"awardDate": "03/04/2020"}, "'03/04/2020' may be 2020-04-03 or 2020-03-04"),
        ({"awardDate": "0001-01-01"}, "'0001-01-01' is no date"),
        ({"fundingOrganization": None}, "no fundingOrganization has a name"),
        ({"fundingOrganization": "A Trust"}, "'fundingOrganization' is 'A Trust'"),
        ({"id": None}, "the grant has no identifier"),
        ({"amountDisbursed": "most"}, "amountDisbursed 'most' is no number"),
    ],
)
def test_what_is_wrong_with_a_grant_is_told(fields: dict[str, Any], why: str) -> None:
    """In the account with its values, or with the others in one error."""
    rows = [grant(**fields), grant(id="good")]
    ledger = kept(*rows)
    assert [c.id for c in ledger] == ["good"]
    (outcome, reason), _ = reasons(ledger)
    assert outcome == "rejected"
    assert why in reason
    assert json.loads(ledger.account["raw"][0])["title"] == "Advice"
    with pytest.raises(pt.InvalidLedgerError) as caught:
        pt.read_360giving(package(*rows))
    assert len(caught.value.problems) == 1


def test_the_caller_states_what_the_files_do_not() -> None:
    """A currency, and which way round dates are written."""
    file = package(grant(currency=None, awardDate="03/04/2020"))
    (found,) = pt.read_360giving(file, currency="EUR", day_first=True)
    assert found.targets[0].unit == "EUR"
    assert found.announced == dt.date(2020, 4, 3)
    with pytest.raises(pt.UnitError, match="'pounds' is no ISO 4217 code"):
        pt.read_360giving(package(grant()), currency="pounds")


def test_a_member_given_twice_is_no_grant_to_count() -> None:
    """JSON allows it, and which value is meant is not known."""
    text = json.dumps({"grants": [grant()]}).replace(
        '"amountAwarded": 1000', '"amountAwarded": 1000, "amountAwarded": 2000'
    )
    ledger = pt.read_360giving(io.BytesIO(text.encode()), on_reject="keep")
    assert reasons(ledger) == [("rejected", "'amountAwarded' is given twice, with two values")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b'{"grants": [', "is no valid JSON"),
        (b'{"results": []}', "no list 'grants'"),
        (b"a,b\n1,2\n", "no sheet has a column 'Identifier'"),
        (b"<html></html>", "is markup, no table"),
        (b"PK\x03\x04nonsense", "no Excel workbook"),
    ],
)
def test_what_is_no_360giving_file_is_refused_by_name(content: bytes, why: str) -> None:
    """Nothing but an error of the tree comes out."""
    with pytest.raises(pt.FileFormatError, match=why):
        pt.read_360giving(io.BytesIO(content))


def test_a_damaged_workbook_is_refused_by_name() -> None:
    """Whatever the library below makes of it."""
    content = workbook(grants=[["Identifier", "Title"], *([f"g{n}", "x" * n] for n in range(99))])
    spoilt = bytearray(content.read())
    at = spoilt.index(b"xl/worksheets/sheet1.xml")
    for place in range(at + 60, at + 120):
        spoilt[place] ^= 0x5A
    with pytest.raises(pt.FileFormatError, match="no Excel workbook that can be read"):
        pt.read_360giving(io.BytesIO(bytes(spoilt)))


def test_what_stands_in_the_place_of_a_grant_is_rejected() -> None:
    """A text or a number in the list is no grant."""
    ledger = pt.read_360giving(io.BytesIO(b'{"grants": [1, "x", null]}'), on_reject="keep")
    assert [outcome for outcome, _ in reasons(ledger)] == ["rejected"] * 3


# --- once and only once ---------------------------------------------------------------------------


def test_a_grant_that_comes_again_counts_once() -> None:
    """The same again is set aside, an older version too; what contradicts is rejected."""
    ledger = kept(
        grant(),
        grant(),
        grant(amountAwarded=2000),
        grant(id="b", amountAwarded=1, dateModified="2021-02-01T00:00:00Z"),
        grant(id="b", amountAwarded=2, dateModified="2021-03-01T00:00:00Z"),
    )
    assert [(c.id, c.targets[0].number) for c in ledger] == [("360G-x-1", 1000), ("b", 2)]
    assert reasons(ledger) == [
        ("counted", None),
        ("set aside", "the same grant again"),
        ("rejected", "repeats the identifier '360G-x-1' with amountAwarded '2000' "
                     "(elsewhere '1000')"),
        ("set aside", "an older version of a grant, by its dateModified"),
        ("counted", None),
    ]  # fmt: skip


def test_rows_of_one_identifier_are_one_grant() -> None:
    """As the standard has it: further rows add locations, payments, recipients."""
    file = sheet(
        ["Identifier", "Title", "Currency", "Amount Awarded", "Award Date", "Funding Org:Name",
         "Recipient Org:Name", "Beneficiary Location:Name", "Amount Disbursed"],
        ["a", "T", "GBP", "1,000", "2021-01-26", "F", "R", "Leeds", ""],
        ["a", "T", "GBP", "1000", "2021-01-26", "F", "R", "Hull", ""],
        ["a", "", "", "", "", "", "", "", "2500"],
        ["a", "T", "GBP", "1000", "2021-01-26", "F", "R", "Leeds", ""],
    )  # fmt: skip
    ledger = pt.read_360giving(file)
    assert ledger["a"].tags["location"] == "Hull + Leeds"
    assert list(ledger.account["outcome"]) == ["counted", "counted", "counted", "set aside"]
    summary = ledger.account.summary()
    assert list(summary["number"].dropna()) == [1000, 1000]
    table = ledger.totals(as_of="2022-01-01")
    assert (table["committed"][0], table["delivered"][0]) == (1000, 2500)


# --- spreadsheets ---------------------------------------------------------------------------------


def test_titles_and_field_names_in_any_spelling_are_read() -> None:
    """Titles by the schema, JSON pointers, numbers of occurrences, capitals and spaces."""
    ledger = pt.read_360giving(
        sheet(
            ["id", " AMOUNT  awarded", "Currency", "award date", "fundingOrganization/0/name",
             "Recipient Org:0:Name", "recipientOrganization/1/name", "Planned Dates:Start Date",
             "Planned Dates:Duration (months)", "From an open call?", "Related Activity",
             "recipientOrganization.0.id", "disbursementTransaction/0/value",
             "disbursementTransaction/0/transactionDate", "Our own: column"],
            ["a", "1234.10", "gbp", "2021-01-26T00:00:00.000Z", "F", "R", "S", "2021-02", "12",
             "Yes", "x; y", "GB-1", "10", "2021-04-01", "secret"],
        )
    )  # fmt: skip
    found = ledger["a"]
    assert found.targets == (pt.Quantity(number="1234.1", unit="GBP"),)
    assert found.recipients == ("R", "S")
    assert found.horizon == pt.Horizon(start="2021-02-01", end="2022-01-31")
    assert (found.tags["open_call"], found.tags["related"]) == ("Yes", "x + y")
    assert [event.quantity.number for event in ledger.events] == [10]
    assert found.citations[0].place == "line 2"


def test_what_no_column_explains_is_not_lost() -> None:
    """Cells beyond the last column, rows without an identifier, two columns of one title."""
    head = ["Identifier", "Amount Awarded", "Amount Awarded", "Currency", "Award Date",
            "Funding Org:Name"]  # fmt: skip
    ledger = pt.read_360giving(
        sheet(
            head,
            ["a", "1", "1", "GBP", "2021-01-01", "F"],
            ["b", "1", "2", "GBP", "2021-01-01", "F"],
            ["c", "1", "1", "GBP", "2021-01-01", "F", "more"],
            ["", "3", "", "", "", ""],
            ["-", "n/a", "", "", "", ""],
        ),
        on_reject="keep",
    )
    assert reasons(ledger) == [
        ("counted", None),
        ("rejected", "'amountAwarded' is given twice, with two values"),
        ("rejected", "has cells beyond its last column"),
        ("rejected", "the grant has no identifier"),
        ("set aside", "a row that states no field of a grant"),
    ]
    assert list(ledger.account["line"]) == [2, 3, 4, 5, 6]


def test_text_of_another_encoding_is_told() -> None:
    """The pound sign of Windows is read, and the source says how."""
    head = "Identifier,Currency,Amount Awarded,Award Date,Funding Org:Name\n"
    row = 'a,GBP,"£1,000",2021-01-26,Fundació\n'
    ledger = pt.read_360giving(io.BytesIO((head + row).encode("cp1252")))
    assert (ledger["a"].targets[0].number, ledger["a"].parties) == (1000, ("Fundació",))
    assert ledger.sources[0].note == "is no UTF-8 and was read as Windows-1252"


def workbook(**sheets: list[list[Any]]) -> io.BytesIO:
    """An Excel file."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        made = book.create_sheet(name)
        for row in rows:
            made.append(row)
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    return content


def test_sheets_of_a_workbook_belong_together() -> None:
    """More of a grant may stand on other sheets; "Meta" tells of the file, others are set aside."""
    ledger = pt.read_360giving(
        workbook(
            grants=[
                ["Identifier", "Title", "Currency", "Amount Awarded", "Award Date",
                 "Funding Org:Name"],
                ["a", "T", "GBP", 1234.1, dt.datetime.fromisoformat("2021-01-26T09:30"), "F"],
            ],
            recipients=[
                ["Identifier", "Recipient Org:Name"], ["a", "R"], ["a", "S"],
            ],
            Meta=[
                ["Title", "Grants of F"], ["Publisher:Name", "The F"], ["Modified", "2021-06-30"],
                ["License", "https://example.org/by"],
            ],
            notes=[["Read me"]],
        )
    )  # fmt: skip
    assert ledger["a"].recipients == ("R", "S")
    assert ledger["a"].targets[0].number == Decimal("1234.1")
    assert ledger["a"].citations[0].place == "sheet 'grants', row 2"
    (source,) = ledger.sources
    assert (source.title, source.publisher, source.licence) == (
        "Grants of F", "The F", "https://example.org/by",
    )  # fmt: skip
    assert source.published == dt.date(2021, 6, 30)
    assert reasons(ledger)[-1] == ("set aside", "a sheet without a column 'Identifier'")


def test_the_source_is_the_file_and_the_data_source_it_names() -> None:
    """Where grants name several, each is a source of its own."""
    one, two = "https://example.org/one", "https://example.org/two"
    ledger = pt.read_360giving(
        package(
            grant(dataSource=one, dateModified="2021-05-01T00:00:00Z"),
            grant(id="b", dataSource=two),
        )
    )
    assert {s.id: s.url for s in ledger.sources} == {
        f"the open file ({one})": one, f"the open file ({two})": two,
    }  # fmt: skip
    assert ledger.sources_to == dt.date(2021, 5, 1)


def test_a_folder_and_gzip_are_read(tmp_path: Path) -> None:
    """All files make one ledger, and a grant in two of them counts once."""
    (tmp_path / "a.json").write_bytes(package(grant()).read())
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(package(grant(), grant(id="b")).read()))
    ledger = pt.read_360giving(tmp_path)
    assert len(ledger) == 2
    assert list(ledger.account["outcome"]) == ["counted", "set aside", "counted"]
    with pytest.raises(pt.FileFormatError, match="there is no file"):
        pt.read_360giving(tmp_path / "c.json")


# --- properties -----------------------------------------------------------------------------------


@st.composite
def grants(draw: Any) -> list[dict[str, Any]]:
    """Grants of some funders, each with an identifier of its own, in the shape of JSON."""
    made = []
    for number in range(draw(st.integers(1, 3))):
        award = draw(days())
        paid = draw(
            st.lists(st.tuples(st.integers(0, 400), amounts("GBP", most=10**6)), max_size=2)
        )
        found = {
            "id": f"360G-{number}",
            "title": f"Grant {number}",
            "currency": draw(st.sampled_from(("GBP", "EUR"))),
            "amountAwarded": draw(amounts("GBP", most=10**9)),
            "awardDate": f"{award}{draw(st.sampled_from(('', 'T00:00:00Z', 'T23:59:59+01:00')))}",
            "fundingOrganization": [{"id": "f", "name": draw(st.sampled_from(NAMES))}],
            "recipientOrganization": [
                {"id": name, "name": name}
                for name in draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True))
            ],
            "disbursementTransaction": [
                {"transactionDate": str(award + dt.timedelta(later)), "value": value}
                for later, value in paid
            ],
        }
        made.append({name: value for name, value in found.items() if value != []})
    return made


def as_json(rows: list[dict[str, Any]]) -> io.BytesIO:
    """The grants as JSON, with numbers as they are."""
    text = json.dumps({"grants": rows}, default=lambda value: f"<{value:f}>")
    return io.BytesIO(text.replace('"<', "").replace('>"', "").encode())


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """The values of a grant by their JSON pointers."""
    if isinstance(value, dict):
        parts = [flat(inner, f"{path}/{name}") for name, inner in value.items()]
    elif isinstance(value, list):
        parts = [flat(inner, f"{path}/{at}") for at, inner in enumerate(value)]
    else:
        return {path.strip("/"): value}
    return {name: cell for part in parts for name, cell in part.items()}


def as_rows(rows: list[dict[str, Any]]) -> list[list[Any]]:
    """The grants as a spreadsheet holds them."""
    cells = [flat(row) for row in rows]
    titles = list(dict.fromkeys(name for row in cells for name in row))
    return [titles, *([row.get(title) for title in titles] for row in cells)]


def oracle(rows: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """What each funder awarded and paid in each currency."""
    awarded: Counter[Any] = Counter()
    paid: Counter[Any] = Counter()
    for row in rows:
        key = row["fundingOrganization"][0]["name"], row["currency"]
        awarded[key] += row["amountAwarded"]
        paid[key] += sum(deal["value"] for deal in row.get("disbursementTransaction", []))
    return {key: (Decimal(awarded[key]), Decimal(paid[key])) for key in awarded}


@given(grants(), st.randoms(use_true_random=False))
def test_json_csv_and_excel_say_the_same_in_any_order(
    rows: list[dict[str, Any]], random: Any
) -> None:
    """Each gives what plain sums give, and every record is in the account."""
    shuffled = random.sample(rows, len(rows))
    text = [["" if c is None else str(c) for c in row] for row in as_rows(shuffled)]
    excel = [[float(c) if isinstance(c, Decimal) else c for c in row] for row in as_rows(rows)]
    ledgers = [
        pt.read_360giving(as_json(rows)),
        pt.read_360giving(as_json(shuffled)),
        pt.read_360giving(sheet(*text)),
        pt.read_360giving(workbook(grants=excel)),
    ]
    deals = sum(len(row.get("disbursementTransaction", [])) for row in rows)
    table = ledgers[0].totals(by="party", as_of="2035-01-01")
    found = {
        (row.party, row.unit): (row.committed, row.delivered or Decimal(0))
        for row in table.itertuples()
    }
    assert found == oracle(rows)
    for ledger in ledgers:
        assert uncited(ledger) == uncited(ledgers[0])
        assert len(ledger.account) == len(rows) + deals
        assert set(ledger.account["outcome"]) == {"counted"}


def uncited(ledger: pt.Ledger) -> list[Any]:
    """The records without the places where they stand."""
    records = (*ledger.commitments, *ledger.events)
    return sorted((r.model_copy(update={"citations": ()}) for r in records), key=repr)


@given(grants(), st.data())
def test_spoilt_grants_are_counted_set_aside_or_rejected(
    rows: list[dict[str, Any]], data: Any
) -> None:
    """The account partitions the grants, and what is left gives the sums of what is left."""
    spoil = st.sampled_from(("awardDate", "currency", "fundingOrganization", "id", "amountAwarded"))
    spoilt = {at: data.draw(spoil) for at in data.draw(st.sets(st.integers(0, len(rows) - 1)))}
    for at, name in spoilt.items():
        rows[at][name] = "" if name == "id" else "??"
    first, rows = rows, rows + data.draw(st.lists(st.sampled_from(rows), max_size=2))
    ledger = pt.read_360giving(as_json(rows), on_reject="keep")
    is_grant = ledger.account["element"].str.fullmatch("grants/[0-9]+")
    outcomes = Counter(ledger.account[is_grant]["outcome"])
    assert sum(outcomes.values()) == len(rows)
    good = {row["id"]: row for at, row in enumerate(first) if at not in spoilt}
    assert {c.id for c in ledger} == set(good)
    assert outcomes["counted"] == len(good)
    expected = sum(row["amountAwarded"] for row in good.values())
    counted = ledger.account[is_grant & (ledger.account["outcome"] == "counted")]["number"]
    assert sum(counted) == expected


# --- the shared files -----------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["json", "xlsx"])
def test_the_grants_of_a_trust_add_up_as_published(data: Path, suffix: str) -> None:
    """783 grants and 12,785,625 GBP; the JSON and the Excel file say the same."""
    ledger = pt.read_360giving(data / f"360giving/a001p00000zgyHZAAY.{suffix}")
    assert len(ledger) == len(ledger.account) == 783
    assert list(ledger.totals(as_of="2026-01-01")["committed"]) == [12785625]
    table = ledger.totals(by="announced", as_of="2026-01-01")
    years = dict(zip(table["announced"], table["committed"], strict=True))
    assert (years["2013"], years["2020"]) == (555000, 3520000)

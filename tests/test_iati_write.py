"""Ledgers written as IATI: what is read back is the same money, and the file is valid."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import etree

import pledgetrack as pt
from pledgetrack import strategies
from pledgetrack.formats.iati_places import countries
from pledgetrack.units import is_currency
from test_iati_laws import Drawn, drawn, written

END = dt.date(2035, 1, 1)
MEASURES = ("pledged", "committed", "delivered")


@cache
def schema(data: Path) -> etree.XMLSchema:
    """The schema of the standard."""
    return etree.XMLSchema(etree.parse(data / "iati/xsd/2.03/iati-activities-schema.xsd"))


def has_money(ledger: pt.Ledger) -> bool:
    """Whether there is money that is at least pledged, or delivered."""
    rows = ledger.movements()
    return any(
        measure in MEASURES and is_currency(unit)
        for unit, measure in zip(rows["unit"], rows["measure"], strict=True)
    )


def money(ledger: pt.Ledger, day: dt.date, *keys: str) -> dict[tuple[str, ...], Decimal]:
    """What is pledged, committed and delivered in money that is not 0."""
    table = ledger.totals(by=["party", *keys], as_of=day)
    return {
        (*(row[key] for key in ("party", *keys)), row["unit"], measure): row[measure]
        for row in table.to_dict("records")
        for measure in MEASURES
        if is_currency(row["unit"]) and row[measure]
    }


def there_and_back(ledger: pt.Ledger, folder: Path, **options: Any) -> tuple[pt.Ledger, bytes]:
    """What is read of what was written, and the file."""
    path = folder / "aid.xml"
    pt.write_iati(ledger, path, **options)
    return pt.read_iati(path), path.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the files of drawn ledgers."""
    return tmp_path_factory.mktemp("iati")


@given(ledger=strategies.ledgers(), day=strategies.days())
def test_what_is_read_back_is_the_same_money_and_writes_the_same_file(
    ledger: pt.Ledger, day: dt.date, folder: Path
) -> None:
    """By party and currency, as of any day; the second file is the first one, byte for byte."""
    assume(has_money(ledger))
    again, first = there_and_back(ledger, folder)
    for at in (day, END):
        assert money(again, at) == money(ledger, at)
    assert there_and_back(again, folder)[1] == first


@given(activities=st.lists(drawn(), min_size=1, max_size=3))
def test_activities_that_were_read_are_written_as_they_were(
    activities: list[Drawn], folder: Path
) -> None:
    """Identifiers, recipients and schedules come back, and the same file."""
    ledger = pt.read_iati(written(activities))
    assume(has_money(ledger))
    again, first = there_and_back(ledger, folder)
    keys = ("recipient", "tag_activity")
    assert money(again, END, *keys) == money(ledger, END, *keys)
    shown = ["kind", "commitment", "unit", "planned", "records"]
    plans = [one.schedule("commitment")[shown] for one in (ledger, again)]
    assert plans[0].equals(plans[1])
    assert there_and_back(again, folder)[1] == first


@given(ledger=strategies.ledgers())
def test_every_file_is_valid(ledger: pt.Ledger, folder: Path, data: Path) -> None:
    """By the schema of 2.03."""
    assume(has_money(ledger))
    _, file = there_and_back(ledger, folder)
    schema(data).assertValid(etree.parse(io.BytesIO(file)))


@given(ledger=strategies.ledgers())
def test_the_account_has_every_record_once(ledger: pt.Ledger, folder: Path) -> None:
    """Each target, event, party and source is in the file or set aside with a reason."""
    assume(has_money(ledger))
    account = pt.write_iati(ledger, folder / "aid.xml")
    targets = sum(max(len(one.targets), 1) for one in ledger)
    records = targets + len(ledger.events) + len(ledger.parties) + len(ledger.sources)
    assert len(account) == records
    aside = account[account["outcome"] == "set aside"]
    assert aside["reason"].notna().all()
    written = account[(account["outcome"] == "counted") & account["unit"].notna()]
    assert all(map(is_currency, written["unit"]))


def ledger_of(*events: dict[str, Any], **fields: Any) -> pt.Ledger:
    """A promise of 100 dollars and what came of it."""
    promise = {"id": "road", "parties": ["A"], "announced": "2024-01-15", "stage": "committed",
               "targets": [dollars(100)], **fields}  # fmt: skip
    return pt.Ledger([pt.Commitment(**promise)], [pt.Event(commitment="road", **e) for e in events])


def xml(ledger: pt.Ledger, folder: Path, **options: Any) -> Any:
    """The one activity that is written of a ledger."""
    (one,) = etree.fromstring(there_and_back(ledger, folder, **options)[1])
    return one


def transactions(one: Any) -> list[tuple[str, str, str]]:
    """Type, day and value of each transaction of an activity."""
    return [
        (t.find("transaction-type").get("code"), t.find("transaction-date").get("iso-date"),
         t.findtext("value"))
        for t in one.findall("transaction")
    ]  # fmt: skip


def dollars(number: object) -> dict[str, Any]:
    """An amount."""
    return {"number": number, "unit": "USD"}


def test_revisions_are_further_commitments_and_deliveries_disbursements(folder: Path) -> None:
    """Two deliveries of one day stay two; a reduction is below zero."""
    ledger = ledger_of(
        {"kind": "revised", "on": "2024-03-01", "quantity": dollars("-10.01")},
        {"kind": "delivered", "on": "2024-04-01", "quantity": dollars(30)},
        {"kind": "delivered", "on": "2024-04-01", "quantity": dollars(20)},
        {"kind": "delivered", "on": "2024-05-01", "quantity": dollars(-5)},
    )
    assert transactions(xml(ledger, folder)) == [
        ("2", "2024-01-15", "100"),
        ("2", "2024-03-01", "-10.01"),
        ("3", "2024-04-01", "20"),
        ("3", "2024-04-01", "30"),
        ("3", "2024-05-01", "-5"),
    ]


def test_a_pledge_that_is_committed_bit_by_bit_has_both_transactions(folder: Path) -> None:
    """What is committed of it is not added to it when it is read."""
    ledger = ledger_of(
        {"kind": "committed", "on": "2024-02-01", "quantity": dollars(40)}, stage="pledged"
    )
    again, _ = there_and_back(ledger, folder)
    assert transactions(xml(ledger, folder)) == [
        ("12", "2024-01-15", "100"), ("2", "2024-02-01", "40"),
    ]  # fmt: skip
    row = again.totals(as_of="2024-02-01").iloc[0]
    assert (row["pledged"], row["committed"]) == (100, 40)


def test_a_moved_horizon_repeats_no_delivery(folder: Path) -> None:
    """The dates are those that stand, and the account says that they were moved."""
    ledger = ledger_of(
        {"kind": "delivered", "on": "2024-02-01", "quantity": dollars(30)},
        {"kind": "revised", "on": "2024-03-01", "horizon": {"end": "2026-12-31"}},
        horizon={"start": "2024-02-01", "end": "2025-12-31"},
    )
    one = xml(ledger, folder)
    assert transactions(one) == [("2", "2024-01-15", "100"), ("3", "2024-02-01", "30")]
    days = [(d.get("type"), d.get("iso-date")) for d in one.findall("activity-date")]
    assert days == [("1", "2024-01-15"), ("3", "2026-12-31")]
    account = pt.write_iati(ledger, folder / "aid.xml")
    said = account.set_index("element")["reason"]
    assert (
        said["revised"]
        == "IATI has the dates of an activity as they stand, not how they were moved"
    )


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([], "2"),
        ([{"kind": "delivered", "on": "2024-02-01", "quantity": dollars(100)}], "4"),
        ([{"kind": "withdrawn", "on": "2024-02-01"}], "5"),
        (
            [
                {"kind": "delivered", "on": "2024-01-20", "quantity": dollars(30)},
                {"kind": "withdrawn", "on": "2024-02-01"},
            ],
            "5",
        ),
        ([{"kind": "suspended", "on": "2024-02-01"}], "6"),
        ([{"kind": "suspended", "on": "2024-02-01"}, {"kind": "resumed", "on": "2024-02-02"}], "2"),
        ([{"kind": "withdrawn", "on": "2024-02-01", "quantity": dollars(30)}], "2"),
        (
            [{"kind": "withdrawn", "on": "2024-02-01"}, {"kind": "reopened", "on": "2024-02-02"}],
            "2",
        ),
    ],
)
def test_the_activity_status_says_what_became_of_it(
    events: list[dict[str, Any]], status: str, folder: Path
) -> None:
    """Implementation, closed, cancelled or suspended; and it is read as that."""
    ledger = ledger_of(*events)
    assert xml(ledger, folder).find("activity-status").get("code") == status
    again, _ = there_and_back(ledger, folder)
    kinds = {"5": "withdrawn", "6": "suspended"}
    assert {event.kind for event in again.events} & {*kinds.values()} == {
        kind for code, kind in kinds.items() if code == status
    }
    before, after = (one.status(as_of="2024-12-31")["status"].tolist() for one in (ledger, again))
    assert before == after


def test_a_part_is_an_activity_beside_the_rest_of_its_whole(folder: Path) -> None:
    """Nothing counts twice in a tool that adds up all activities."""
    whole = ledger_of().commitments[0]
    part = pt.Commitment(id="north", party="A", announced="2024-02-01", stage="committed",
                         target=dollars(30), part_of="road")  # fmt: skip
    ledger = pt.Ledger([whole, part])
    again, file = there_and_back(ledger, folder)
    assert [transactions(one) for one in etree.fromstring(file)] == [
        [("2", "2024-02-01", "30")],
        [("2", "2024-01-15", "100"), ("2", "2024-02-01", "-30")],
    ]
    assert money(again, END) == {("A", "USD", "pledged"): 100, ("A", "USD", "committed"): 100}


def test_several_currencies_name_their_own(folder: Path) -> None:
    """The most used one is the default, and the others stand at their values."""
    ledger = ledger_of(
        {"kind": "delivered", "on": "2024-02-01", "quantity": {"number": "1.005", "unit": "KWD"}},
        targets=[dollars(100), {"number": 50, "unit": "EUR"}, {"number": 3, "unit": "school"}],
    )
    one = xml(ledger, folder)
    values = {(v.get("currency") or one.get("default-currency"), v.text) for v in one.iter("value")}
    assert values == {("USD", "100"), ("EUR", "50"), ("KWD", "1.005")}
    account = pt.write_iati(ledger, folder / "aid.xml")
    assert account.loc[account["unit"] == "school", "reason"].tolist() == [
        "a count of things: IATI tells money alone"
    ]


def test_organisations_keep_type_and_reference(folder: Path) -> None:
    """Who reports is an argument, a party by any of its names, or the party that promises."""
    agency = pt.Party(name="Agency", reference="XM-EX", kind="government", aliases=("AG",))
    ledger = pt.Ledger(
        [*ledger_of(parties=["Agency"], channels=["Builders", "Agency"])], parties=[agency]
    )
    one = xml(ledger, folder)
    assert dict(one.find("reporting-org").attrib) == {"ref": "XM-EX", "type": "10"}
    assert one.findtext("iati-identifier") == "XM-EX-road"
    orgs = [(o.get("role"), o.get("ref"), o.findtext("narrative"))
            for o in one.findall("participating-org")]  # fmt: skip
    assert orgs == [("1", "XM-EX", "Agency"), ("4", "XM-EX", "Agency"), ("4", None, "Builders")]
    named = xml(ledger, folder, reporting_org="ag").find("reporting-org")
    assert named.get("ref") == "XM-EX"
    tracker = pt.Party(name="Tracker", reference="GB-CHC-7", kind="national NGO")
    one = xml(ledger, folder, reporting_org=tracker)
    assert dict(one.find("reporting-org").attrib) == {"ref": "GB-CHC-7", "type": "22"}
    assert one.findtext("iati-identifier") == "GB-CHC-7-road"


def test_identifiers_are_valid_and_each_is_one(folder: Path) -> None:
    """Letters of no identifier give way, and what becomes alike is numbered."""
    first, second = (
        pt.Commitment(id=name, party="Côte d'Or & Co", announced="2024-01-01", stage="pledged",
                      target=dollars(1)) for name in ("a/b", "a?b")
    )  # fmt: skip
    _, file = there_and_back(pt.Ledger([first, second]), folder)
    names = [one.findtext("iati-identifier") for one in etree.fromstring(file)]
    assert names == ["Cote-d-Or-Co-a-b", "Cote-d-Or-Co-a-b-2"]


def test_joint_parties_stay_one_group(folder: Path) -> None:
    """IATI has one giver of a transaction, so the group is one organisation of that name."""
    ledger = ledger_of(parties=["Peru", "Chile"])
    again, _ = there_and_back(ledger, folder)
    assert money(again, END) == money(ledger, END)
    account = pt.write_iati(ledger, folder / "aid.xml")
    assert account["reason"][0] == "its parties are one organisation, 'Chile + Peru'"


def test_recipients_are_written_where_they_are_codes(folder: Path) -> None:
    """Countries and regions by their names; others are left out, and the account says so."""
    one = xml(ledger_of(recipients=["Kenya", "South of Sahara, regional"]), folder)
    assert one.find("recipient-country").get("code") == "KE"
    assert one.find("recipient-region").get("code") == "289"
    ledger = ledger_of(recipients=["Kenya", "the people"])
    assert xml(ledger, folder).find("recipient-country") is None
    account = pt.write_iati(ledger, folder / "aid.xml")
    assert account["reason"][0] == "recipients without a code are left out"


def test_recipients_that_are_organisations_are_implementing_ones(folder: Path) -> None:
    """As those of grants, which have a reference; what is written of that is the same again."""
    village = pt.Party(name="Village", reference="GB-CHC-2")
    promise = ledger_of(recipients=["Village", "the people"]).commitments[0]
    ledger = pt.Ledger([promise], parties=[village])
    again, first = there_and_back(ledger, folder)
    assert again.commitments[0].channels == ("Village",)
    assert there_and_back(again, folder)[1] == first
    account = pt.write_iati(ledger, folder / "aid.xml")
    assert account["reason"][0] == (
        "its recipients that are organisations are implementing ones; "
        "recipients without a code are left out"
    )


def test_text_is_escaped(folder: Path) -> None:
    """Markup in a title is text, and what no XML may hold is replaced."""
    ledger = ledger_of(title='<b> & "x" ]]> \u202e')
    assert xml(ledger, folder).findtext("title/narrative") == '<b> & "x" ]]> \u202e'
    odd = ledger.commitments[0].model_construct(
        **{**dict(ledger.commitments[0]), "title": "a\x00b"}
    )
    records = replace(ledger._records, commitments=(odd,))
    made = pt.Ledger._of(records, {}, ledger.account, ())
    assert xml(made, folder).findtext("title/narrative") == "a\ufffdb"


def test_what_cannot_be_written_is_refused(folder: Path, seeds: pt.Ledger) -> None:
    """No money, a choice of records, another ending; the old file stays."""
    path = folder / "kept.xml"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(pt.PledgetrackError, match="holds no money"):
        pt.write_iati(ledger_of(targets=[{"number": 3, "unit": "school"}]), path)
    with pytest.raises(pt.PledgetrackError, match="a choice of its records"):
        pt.write_iati(seeds.filter(unit="USD"), path)
    with pytest.raises(pt.FileFormatError, match=r"ends in \.xml"):
        pt.write_iati(seeds, folder / "aid.json")
    with pytest.raises(pt.FileFormatError, match="cannot write"):
        pt.write_iati(seeds, folder / "nowhere" / "aid.xml")
    for wrong in (5, None, b"aid.xml"):
        with pytest.raises(pt.FileFormatError, match="no path to write to"):
            pt.write_iati(seeds, wrong)  # type: ignore[arg-type]
    assert path.read_text(encoding="utf-8") == "old"
    assert pt.write_iati(seeds, path)["file"].unique().tolist() == [str(path)]


@pytest.mark.parametrize("name", ["dipr-2018-02_v2.02.xml", "foodsecurity-dportal-2.03.xml"])
def test_real_files_come_back(name: str, data: Path, folder: Path) -> None:
    """Valid, with the same money by activity, recipient, channel and sector."""
    ledger = pt.read_iati(data / "iati/real" / name, on_reject="keep")
    again, file = there_and_back(ledger, folder)
    schema(data).assertValid(etree.parse(io.BytesIO(file)))
    keys = ("recipient", "channel", "tag_activity", "tag_sector")
    assert money(again, END, *keys) == money(ledger, END, *keys)
    assert there_and_back(again, folder)[1] == file


def test_the_codes_that_are_written_are_in_the_code_lists(data: Path) -> None:
    """Of transaction types, activity states, dates and roles, and of countries."""
    lists = data / "iati/codelists"

    def codes(name: str) -> set[str]:
        return {one.text or "" for one in etree.parse(lists / name).iter("code")}

    assert {"12", "2", "3"} <= codes("embedded-2.03/TransactionType.xml")
    assert {"2", "4", "5", "6"} <= codes("embedded-2.03/ActivityStatus.xml")
    assert {"1", "3", "4"} <= codes("embedded-2.03/ActivityDateType.xml")
    assert {"1", "4"} <= codes("embedded-2.03/OrganisationRole.xml")
    assert {"1"} <= codes("embedded-2.03/BudgetType.xml")
    assert "90" in codes("nonembedded-2018/OrganisationType.xml")
    assert set(countries().values()) <= codes("nonembedded-2018/Country.xml")

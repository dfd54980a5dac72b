"""FTS flows to a ledger: what counts, what is set aside, and that nothing counts twice."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import pledgetrack as pt
from fts_files import COLUMNS, flow, page, table, thing
from pledgetrack.formats import fts, fts_files

END = "2030-12-31"


def sums(ledger: pt.Ledger) -> tuple[Any, ...]:
    """What is pledged, committed and delivered, in US dollars."""
    found = ledger.totals(as_of=END)
    found = found[found["unit"] == "USD"]
    if not len(found):
        return (None, None, None)
    return tuple(found[name].iloc[0] for name in ("pledged", "committed", "delivered"))


def outcomes(ledger: pt.Ledger) -> dict[tuple[str, str | None], tuple[int, Decimal | None]]:
    """How many records have an outcome and reason, and their sum."""
    return {
        (row.outcome, row.reason if isinstance(row.reason, str) else None): (
            row.records,
            row.number,
        )
        for row in ledger.account.summary().itertuples()
    }


# --- the real files -------------------------------------------------------------------------------


def test_three_pages_of_afghanistan_come_to_what_ocha_states(data: Path) -> None:
    """Commitments and paid add up to the header's funding; the naive sum is higher."""
    name = "custom-search-locationid-1-year-2020"
    pages = [data / f"fts/{name}{end}.json" for end in ("-page-3", "", "-page-2")]
    ledger = pt.read_fts(pages)
    found = outcomes(ledger)
    assert found[("counted", "commitment")] == (131, Decimal(296624940))
    assert found[("counted", "paid")] == (180, Decimal(428966359))
    assert found[("set aside", fts.SHARED)] == (17, Decimal(28526312))
    assert found[("set aside", fts._ASIDE["internal"])] == (156, Decimal(71958119))
    assert len(ledger.account) == 484
    assert sums(ledger) == (Decimal(725591299), Decimal(725591299), Decimal(428966359))
    assert "725,591,299 USD of funding and 0 USD of pledges" in ledger.account.attrs["stated"]
    assert "not_met" not in ledger.account.attrs


def test_the_csv_files_of_hdx_say_the_same_as_the_pages(data: Path) -> None:
    """Incoming and internal rows give the same totals by source and destination."""
    pages = pt.read_fts(sorted((data / "fts").glob("*.json")))
    rows = pt.read_fts(
        [data / f"fts/fts_{side}_funding_afg.csv" for side in ("incoming", "internal")]
    )
    by = ["party", "channel", "tag_usage_year", "tag_cluster", "horizon"]
    assert pages.totals(by=by, as_of=END).equals(rows.totals(by=by, as_of=END))
    assert outcomes(pages) == outcomes(rows)


def test_a_folder_of_everything_counts_each_flow_once(data: Path) -> None:
    """Pages, CSV files and tables of plans together change no total."""
    ledger = pt.read_fts(data / "fts")
    found = outcomes(ledger)
    assert sums(ledger) == (Decimal(725591299), Decimal(725591299), Decimal(428966359))
    assert found[("set aside", fts.SEEN)][0] == 484
    assert found[("set aside", fts_files.PLAN)] == (2, Decimal(1131050820))
    assert found[("set aside", fts_files.UNPLANNED)] == (1, Decimal(146123534))
    assert {outcome for outcome, _ in found} == {"counted", "set aside"}


# --- what counts ----------------------------------------------------------------------------------


def test_a_pledge_is_pledged_and_not_committed() -> None:
    """Pledges are what is pledged beyond what is committed."""
    ledger = pt.read_fts(page(flow("1", 10, "pledge"), flow("2", 40), flow("3", 100, "paid")))
    assert sums(ledger) == (Decimal(150), Decimal(140), Decimal(100))
    assert ledger["fts:1"].stage == "pledged"


def test_a_pledge_that_became_a_commitment_counts_once() -> None:
    """It is the same flow in a newer version."""
    old = flow("1", 100, "pledge")
    new = flow("1", 90, versionId=2, updatedAt="2020-09-01T00:00:00Z")
    for files in ([page(old), page(new)], [page(new, old)]):
        ledger = pt.read_fts(files)
        assert sums(ledger) == (Decimal(90), Decimal(90), None)
        assert outcomes(ledger)[("set aside", fts.NEWER)] == (1, Decimal(100))


def test_only_single_incoming_flows_count() -> None:
    """Shared, internal and outgoing flows are set aside with their sums."""
    ledger = pt.read_fts(
        page(
            flow("1", 1),
            flow("2", 20, on="shared"),
            flow("3", 300, boundary="internal", on="shared"),
            flow("4", 4000, boundary="outgoing"),
        )
    )
    assert sums(ledger) == (Decimal(1), Decimal(1), None)
    found = outcomes(ledger)
    assert found[("set aside", fts.SHARED)] == (1, Decimal(20))
    assert found[("set aside", fts._ASIDE["internal"])] == (1, Decimal(300))
    assert found[("set aside", fts._ASIDE["outgoing"])] == (1, Decimal(4000))


def test_what_leaves_one_country_counts_where_it_comes_in() -> None:
    """Files of two countries have the flow twice, each from its side."""
    out = flow("1", 5, boundary="outgoing", versionId=2, updatedAt="2021-01-01T00:00:00Z")
    ledger = pt.read_fts([table(out), table(flow("1", 5))])
    assert sums(ledger) == (Decimal(5), Decimal(5), None)


def test_a_flow_that_two_countries_share_is_set_aside_once() -> None:
    """Its amount is not in the sums of what is set aside twice."""
    shared = flow("1", 5, on="shared")
    found = outcomes(pt.read_fts([table(shared), table(shared)]))
    assert found == {
        ("set aside", fts.SHARED): (1, Decimal(5)),
        ("set aside", fts.SEEN): (1, Decimal(5)),
    }


def test_two_records_of_one_version_that_differ_are_told_apart() -> None:
    """Which of them counts does not depend on their order."""
    one, other = flow("1", 5), flow("1", 6)
    ledgers = [pt.read_fts([page(one), page(other)]), pt.read_fts([page(other), page(one)])]
    assert sums(ledgers[0]) == sums(ledgers[1])
    assert outcomes(ledgers[0])[("set aside", fts.OTHERWISE)][0] == 1


def test_a_parked_parent_has_the_rest_and_its_children_their_parts() -> None:
    """FTS takes what is allocated off the parent itself, so that all of them add up."""
    parent = flow("1", 30, flowType="Parked", childFlowIds=[2, 3])
    ledger = pt.read_fts(page(parent, flow("2", 50, parentFlowId=1), flow("3", 20, parentFlowId=1)))
    assert sums(ledger)[1] == Decimal(100)
    assert ledger["fts:2"].tags["parent_flow"] == "1"


def test_an_amount_that_is_not_stated_is_missing() -> None:
    """It is a promise without an amount, not one of 0."""
    ledger = pt.read_fts(page(flow("1", None, "paid"), flow("2", 0)))
    assert sums(ledger) == (Decimal(0), Decimal(0), None)
    assert ledger["fts:1"].targets == ()
    assert ledger["fts:2"].targets[0].number == 0


def test_amounts_keep_every_digit() -> None:
    """A float literal is the decimal that is written."""
    ledger = pt.read_fts(page(flow("1", 0.1), flow("2", 0.2), flow("3", 1234567.89)))
    assert sums(ledger)[1] == Decimal("1234568.19")


# --- what is kept ---------------------------------------------------------------------------------


def test_who_gives_who_gets_and_for_which_years() -> None:
    """Source organisations are parties, destinations channels, countries recipients."""
    ends = [
        thing("Plan", "Chad 2020", code="HTCD20"), thing("GlobalCluster", "Health"),
        thing("GlobalCluster", "Education"), thing("Cluster", "Santé"),
        thing("Emergency", "COVID-19"), thing("Location", "Chad"), thing("Location", "Niger"),
        thing("UsageYear", "2021"), thing("UsageYear", "2020"),
        thing("Organization", "UNICEF"),
    ]  # fmt: skip
    sources = [thing("Organization", "Norway", organizationTypes=["Government"], id="7"),
               thing("Organization", "Denmark", id="8")]  # fmt: skip
    said = {
        "destinationObjects": ends, "sourceObjects": sources, "description": "Food\n aid",
        "originalAmount": 700, "originalCurrency": "NOK", "exchangeRate": 7.012,
        "decisionDate": "2020-03-01T00:00:00Z", "newMoney": True,
        "grandBargainEarmarkingType": ["softly earmarked"], "keywords": ["Multiyear"],
    }  # fmt: skip
    ledger = pt.read_fts(page(flow("1", 100, "paid", **said)))
    made = ledger["fts:1"]
    assert made.parties == ("Denmark", "Norway")
    assert made.channels == ("UNICEF",)
    assert made.recipients == ("Chad", "Niger")
    assert made.title == "Food aid"
    assert made.horizon == pt.Horizon(start="2020-01-01", end="2021-12-31")
    assert made.announced == dt.date(2020, 3, 19)
    assert made.known == dt.date(2020, 3, 27)
    assert dict(made.tags) == {
        "plan": "Chad 2020", "plan_code": "HTCD20", "cluster": "Education + Health",
        "plan_cluster": "Santé", "emergency": "COVID-19", "usage_year": "2020 to 2021",
        "original_amount": "700", "original_currency": "NOK", "exchange_rate": "7.012",
        "decision_date": "2020-03-01", "new_money": "yes", "earmarking": "softly earmarked",
        "keywords": "Multiyear", "status": "paid", "flow_type": "Standard",
        "contribution": "financial", "source_type": "Government",
    }  # fmt: skip
    assert str(made.citations[0]) == "the open file, flow 1, data.flows[0]"
    by_name = {party.name: party for party in ledger.parties}
    assert by_name["Norway"].kind == "Government"
    assert by_name["Norway"].reference == "FTS 7"


def test_a_flow_without_a_source_organisation_is_not_dropped() -> None:
    """Its party is not stated."""
    ledger = pt.read_fts(page(flow("1", 5, source=None)))
    assert ledger.totals(by="party", as_of=END)["party"].tolist() == ["not stated"]


def test_lists_in_csv_files_are_cut_at_commas_between_names() -> None:
    """Some clusters have a comma in their name."""
    clusters = [thing("GlobalCluster", name) for name in ("Health", "Housing, Land and Property")]
    one = flow("1", 5)
    one["destinationObjects"] += clusters
    for file in (page(one), table(one)):
        tags = pt.read_fts(file)["fts:1"].tags
        assert tags["cluster"] == "Health + Housing, Land and Property"


def test_years_that_programs_wrote_as_decimals() -> None:
    """They are years all the same."""
    one = flow("1", 5, years=("2020.0", "2021.0"))
    made = pt.read_fts(table(one))["fts:1"]
    assert made.horizon == pt.Horizon(start="2020-01-01", end="2021-12-31")
    assert made.tags["usage_year"] == "2020 to 2021"


def test_the_date_may_be_another_one_that_is_stated() -> None:
    """How it was found is told."""
    made = pt.read_fts(page(flow("1", 5, "paid", date=None)))
    assert made["fts:1"].announced == dt.date(2020, 3, 27)
    assert made["fts:1"].announced_basis == "the day of the first report"
    assert made.events[0].on == dt.date(2020, 3, 27)


def test_an_organisation_of_two_records_is_one_party() -> None:
    """Its types are both kept; its number only where there is one."""
    one = flow("1", 5)
    other = flow("2", 5)
    other["sourceObjects"] = [
        thing("Organization", "NORWAY, Government of", id="8", organizationTypes=["Pooled fund"])
    ]
    ledger = pt.read_fts(page(one, other))
    [norway] = [party for party in ledger.parties if "orway" in party.name.casefold()]
    assert norway.kind == "Government + Pooled fund"
    assert norway.reference is None
    assert ledger.totals(by="party", as_of=END)["committed"].tolist() == [Decimal(10)]


# --- rejects --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"id": None}, "no id"),
        ({"amountUSD": "12,5"}, "no plain number"),
        ({"amountUSD": True}, "no exact number"),
        ({"amountUSD": [5]}, "no exact number"),
        ({"amountUSD": {"value": 5}}, "no exact number"),
        ({"amountUSD": -5}, "below zero"),
        ({"amountUSD": "0.0000001"}, "too many digits"),
        ({"status": "planned"}, "status 'planned'"),
        ({"boundary": None}, "boundary ''"),
        ({"onBoundary": "both"}, "onBoundary 'both'"),
        ({"date": "19/03/2020"}, "no day"),
        (
            {"date": None, "firstReportedDate": None, "createdAt": None, "decisionDate": None},
            "no date",
        ),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_reason(
    changed: dict[str, Any], reason: str
) -> None:
    """It is raised, or kept in the account beside the others."""
    wrong = {**flow("1", 5), **changed}
    with pytest.raises(pt.InvalidLedgerError, match=reason):
        pt.read_fts(page(wrong, flow("2", 7)))
    ledger = pt.read_fts(page(wrong, flow("2", 7)), on_reject="keep")
    [reject] = ledger.account[ledger.account["outcome"] == "rejected"].to_dict("records")
    assert reason in reject["reason"]
    assert reject["element"] == "data.flows[0]"
    assert "Standard" in reject["raw"]
    assert sums(ledger) == (Decimal(7), Decimal(7), None)


def test_a_row_of_another_width_is_rejected() -> None:
    """Its cells stand under headings that are not theirs."""
    file = io.BytesIO(table(flow("1", 5)).getvalue() + b"2020-01-01,2020,x\r\n")
    ledger = pt.read_fts(file, on_reject="keep")
    assert ledger.account["outcome"].tolist() == ["counted", "rejected"]
    assert ledger.account["line"].tolist() == [2, 3]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b'{"data": {}}', b'{"data": {"flows": [], "report1": {}}}', b"a,b\n1,2\n",
        b'{"data": {"flows": [{"id": 1, "amountUSD": NaN, "onBoundary": "single"}]}}',
        b"\xff\xfe\0",
        b'{"status": "error", "message": "x"}', b"[" * 100_000, b"null", b"[1, 2]",
    ],
)  # fmt: skip
def test_what_is_no_fts_file_is_refused(content: bytes) -> None:
    """Reports of groups without flows among them."""
    with pytest.raises(pt.FileFormatError):
        pt.read_fts(io.BytesIO(content))


@pytest.mark.parametrize("literal", ["1e99999999999999999999", "1e999999999"])
def test_a_number_too_large_for_anything_is_rejected(literal: str) -> None:
    """Such an exponent is no number that can be computed with."""
    text = page(flow("1", 5), flow("2", 6789)).getvalue().replace(b"6789", literal.encode())
    ledger = pt.read_fts(io.BytesIO(text), on_reject="keep")
    assert ledger.account["outcome"].tolist() == ["counted", "rejected"]


def test_an_item_that_is_no_flow_is_rejected() -> None:
    """The flows beside it are read."""
    ledger = pt.read_fts(page(flow("1", 5), {"id": "2"}, None), on_reject="keep")
    assert ledger.account["outcome"].tolist() == ["counted", "rejected", "rejected"]


def test_an_unknown_way_with_rejects_is_refused() -> None:
    """The choices are named."""
    with pytest.raises(pt.UnknownNameError, match="keep"):
        pt.read_fts(page(), on_reject="drop")  # type: ignore[arg-type]


# --- totals that the file states ------------------------------------------------------------------


def test_a_page_that_is_missing_is_found() -> None:
    """The page states the total of all, and how many flows there are."""
    ledger = pt.read_fts(page(flow("1", 5), funding=12, pledges=0, count=2))
    assert ledger.account.attrs["not_met"] == (
        "the open file states 12 USD of funding and 0 USD of pledges, but the flows add up to 5 "
        "USD of funding and 0 USD of pledges; 1 of 2 flows were read"
    )
    check = ledger.check()
    assert check["severity"].tolist()[0] == "error"
    assert "1 of 2 flows" in check["finding"][0]


def test_a_missing_page_is_told_where_no_totals_are_stated() -> None:
    """The number of flows that the answer has is held against those that were read."""
    answer = {"data": {"flows": [flow("1", 5)]}, "meta": {"count": 2}}
    one = pt.read_fts(io.BytesIO(json.dumps(answer).encode()))
    assert one.account.attrs["not_met"] == "the open file: 1 of 2 flows were read"
    answer["data"] = {"flows": [flow("1", 5), flow("2", 7)]}
    whole = pt.read_fts(io.BytesIO(json.dumps(answer).encode()))
    assert "not_met" not in whole.account.attrs


@pytest.mark.parametrize("changed", [{"amountUSD": "?"}, {"status": "planned"}, {"date": "?"}])
def test_a_rejected_flow_is_missing_from_its_total(changed: dict[str, Any]) -> None:
    """A ledger without it is not what the page states, and says so."""
    wrong = {**flow("2", 7), **changed}
    ledger = pt.read_fts(page(flow("1", 5), wrong, funding=12, pledges=0), on_reject="keep")
    assert (
        "add up to 5 USD of funding and 0 USD of pledges; 1 of 2" in ledger.account.attrs["not_met"]
    )


def test_of_two_versions_on_a_page_the_newest_is_in_its_total() -> None:
    """As in the ledger."""
    flows = flow("1", 5, versionId=2), flow("1", 4)
    for order in (flows, flows[::-1]):
        assert "not_met" not in pt.read_fts(page(*order, funding=5, count=2)).account.attrs


def test_pages_of_two_countries_each_meet_their_own_total() -> None:
    """Though a flow counts once in the ledger, it is in the total of both."""
    flows = flow("1", 5), flow("2", 7), flow("3", 9)
    files = [page(*flows[:2], funding=12, pledges=0), page(*flows[1:], funding=16, pledges=0)]
    ledger = pt.read_fts(files)
    assert sums(ledger)[1] == Decimal(21)
    assert "not_met" not in ledger.account.attrs
    assert "stated" in ledger.account.attrs


# --- plans ----------------------------------------------------------------------------------------


def test_plans_of_the_api_are_set_aside_with_what_they_require() -> None:
    """Those that FTS leaves out of its totals have a reason of their own."""
    plans = [
        {"id": 1, "code": "HTCD20", "requirements": {"revisedRequirements": 500}, "planType": {}},
        {"id": 2, "revisedRequirements": 70, "origRequirements": 60},
        {"id": 3, "requirements": {"revisedRequirements": 30},
         "planType": {"id": 4, "name": "Other", "includeTotals": False}},
        {"id": 4, "origRequirements": None, "categories": [{"includeTotals": True}]},
    ]  # fmt: skip
    for answer in ({"data": {"plans": plans}}, {"data": plans}):
        ledger = pt.read_fts(io.BytesIO(json.dumps(answer).encode()))
        assert outcomes(ledger) == {
            ("set aside", fts_files.PLAN): (3, Decimal(570)),
            ("set aside", fts_files.NOT_TOTALLED): (1, Decimal(30)),
        }
        assert len(ledger) == 0


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ("id,name,code,requirements,funding", fts_files.PLAN),
        ("id,name,code,clusterCode,cluster,requirements,funding", fts_files.CLUSTER),
        ("id,name,code,requirements,funding,covidFunding", fts_files.COVID),
    ],
)
def test_tables_of_plans_are_set_aside(columns: str, reason: str) -> None:
    """What clusters require is not added to what their plan requires."""
    names = columns.split(",")
    row = ["" if name in ("funding", "covidFunding") else "5" for name in names]
    tags = ",".join("#" + name for name in names)
    file = io.BytesIO(f"{columns}\n{tags}\n{','.join(row)}\n".encode())
    assert outcomes(pt.read_fts(file)) == {("set aside", reason): (1, Decimal(5))}


# --- ways to pass files ---------------------------------------------------------------------------


def test_gzip_folders_lists_and_open_text(tmp_path: Path) -> None:
    """Whichever way a file comes, its records are the same."""
    one, other = page(flow("1", 5)).getvalue(), table(flow("2", 7)).getvalue()
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(one))
    (tmp_path / "b.csv").write_bytes(b"\xef\xbb\xbf" + other)
    folder = pt.read_fts(tmp_path)
    assert sums(folder)[1] == Decimal(12)
    assert sums(pt.read_fts((tmp_path / "a.json.gz", tmp_path / "b.csv")))[1] == Decimal(12)
    assert sums(pt.read_fts([io.StringIO(one.decode()), io.StringIO(other.decode())]))[1] == 12
    assert [source.id for source in folder.sources] == ["a.json.gz", "b.csv"]
    assert folder.sources_to == dt.date(2020, 5, 7)


def test_files_of_one_name_in_two_folders_are_two_sources(tmp_path: Path) -> None:
    """Each is cited by its whole path."""
    for at in ("x", "y"):
        (tmp_path / at).mkdir()
        (tmp_path / at / "page.json").write_bytes(page(flow(at, 5)).getvalue())
    ledger = pt.read_fts([tmp_path / "x", tmp_path / "y"])
    assert len(ledger.sources) == 2
    assert sums(ledger)[1] == Decimal(10)


def test_a_list_of_flows_or_of_pages_is_read_too() -> None:
    """As programs keep them that put pages together."""
    pages = [json.loads(page(flow("1", 5)).getvalue()), json.loads(page(flow("2", 7)).getvalue())]
    for answer in (pages, [flow("1", 5), flow("2", 7)], {"flows": [flow("1", 12)]}):
        ledger = pt.read_fts(io.BytesIO(json.dumps(answer).encode()))
        assert sums(ledger)[1] == Decimal(12)


def test_columns_in_any_order_and_hxl_tags() -> None:
    """The second row of tags is no record."""
    ledger = pt.read_fts(table(flow("1", 5, "paid"), hxl=True, columns=COLUMNS[::-1]))
    assert len(ledger.account) == 1
    assert sums(ledger) == (Decimal(5), Decimal(5), Decimal(5))


def test_an_empty_answer_is_an_empty_ledger() -> None:
    """A country without flows."""
    assert len(pt.read_fts(page(funding=0, pledges=0))) == 0
    text = io.StringIO(newline="")
    csv.writer(text).writerow(COLUMNS)
    assert len(pt.read_fts(io.BytesIO(text.getvalue().encode()))) == 0

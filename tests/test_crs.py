"""Rows of the Creditor Reporting System to a ledger: exact dollars, activities, corrections."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pledgetrack as pt
from pledgetrack.formats import crs
from pledgetrack.formats.crs_codes import currency_of

END = "2030-12-31"
ROW = {
    "Year": "2022", "DonorCode": "8", "DonorName": "Norway", "AgencyCode": "8",
    "AgencyName": "NORFUND", "CrsID": "2021900063", "ProjectNumber": "NFT21081",
    "InitialReport": "1", "RecipientCode": "249", "RecipientName": "Lesotho",
    "FlowCode": "14", "FlowName": "OOF", "Bi_Multi": "1", "Category": "21", "Finance_T": "110",
    "Aid_T": "C01", "USD_Commitment": "1.25", "USD_Disbursement": "0.5", "CurrencyCode": "8",
    "Commitment_National": "12", "Disbursement_National": "4.8", "USD_GrantEquiv": "1.1",
    "ProjectTitle": "Rural power", "PurposeCode": "23182", "PurposeName": "Energy research",
    "SectorCode": "231", "SectorName": "Energy policy", "ChannelCode": "62000",
    "ChannelName": "Private sector", "ExpectedStartDate": "2022-03-01",
    "CompletionDate": "2024-12-31", "CommitmentDate": "2022-02-15 00:00:00",
}  # fmt: skip


def row(**changed: str) -> dict[str, str]:
    """A row as a file states it, with some cells changed."""
    assert changed.keys() <= ROW.keys()
    return {**ROW, **changed}


def text(*rows: Mapping[str, str], mark: str = ",", columns: Sequence[str] = tuple(ROW)) -> bytes:
    """A file of rows."""
    made = io.StringIO(newline="")
    writer = csv.DictWriter(made, columns, delimiter=mark, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue().encode()


def read(*rows: Mapping[str, str], **options: Any) -> pt.Ledger:
    """The ledger of a file of rows."""
    return pt.read_crs(io.BytesIO(text(*rows)), **options)


def dollars(ledger: pt.Ledger) -> tuple[Any, ...]:
    """What is committed, delivered and outstanding, in US dollars."""
    found = ledger.totals(as_of=END)
    found = found[found["unit"] == "USD"]
    if not len(found):
        return (None, None, None)
    return tuple(found[name].iloc[0] for name in ("committed", "delivered", "outstanding"))


def reasons(ledger: pt.Ledger) -> list[tuple[str, str | None]]:
    """The outcome and reason of each record."""
    account = ledger.account
    pairs = zip(account["outcome"].tolist(), account["reason"].tolist(), strict=True)
    return [(outcome, reason if isinstance(reason, str) else None) for outcome, reason in pairs]


# --- the real file --------------------------------------------------------------------------------


def test_a_thousand_rows_come_to_the_dollar(data: Path) -> None:
    """The sums are those of the millions in the file; a purpose is a promise of its own."""
    path = data / "crs/crs_nonoda2022_automated.csv"
    ledger = pt.read_crs(path)
    assert len(ledger.account) == 1000
    assert dollars(ledger)[:2] == (Decimal(7145944658), Decimal(3036183347))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    stated = [r for r in rows if r["usd_commitment"] or r["usd_disbursement"]]
    assert len(ledger) == len(stated)
    counted = ledger.account.summary()
    assert counted["records"].tolist() == [len(stated), 1000 - len(stated)]
    assert counted["number"][0] == Decimal(7145944658)
    by_donor = ledger.totals(by="party", as_of=END)
    for donor in {r["donor_name"] for r in rows}:
        mine = [Decimal(r["usd_commitment"]) for r in stated
                if r["donor_name"] == donor and r["usd_commitment"]]  # fmt: skip
        [found] = by_donor[(by_donor["party"] == donor) & (by_donor["unit"] == "USD")][
            "committed"
        ].tolist() or [None]
        assert found == (sum(mine) * 1000000 if mine else None)


def test_the_real_file_twice_counts_once(data: Path) -> None:
    """A row that another file has as well is set aside."""
    path = data / "crs/crs_nonoda2022_automated.csv"
    assert dollars(pt.read_crs([path, path]))[0] == Decimal(7145944658)


# --- amounts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("millions", "expected"),
    [
        ("0.1", "100000"), ("1e-05", "10"), ("12", "12000000"), ("0.000001", "1"),
        ("1.123456789012", "1123456.789012"), (" 3.5 ", "3500000"), ("-0", "0"), ("0", "0"),
    ],
)  # fmt: skip
def test_millions_become_exact_dollars(millions: str, expected: str) -> None:
    """Every digit of the text counts, and no float is in between."""
    assert dollars(read(row(USD_Commitment=millions)))[0] == Decimal(expected)


def test_what_is_finer_than_a_ledger_holds_is_rounded_and_said() -> None:
    """Exports of floating point numbers have up to seventeen digits."""
    ledger = read(row(USD_Commitment="0.05123456789012345"))
    assert dollars(ledger)[0] == Decimal("51234.567890")
    assert reasons(ledger) == [("counted", crs.ROUNDED)]


def test_a_blank_commitment_is_missing_and_not_zero() -> None:
    """What was disbursed is shown; what is outstanding is not known."""
    assert dollars(read(row(USD_Commitment=""))) == (None, Decimal(500000), None)
    assert dollars(read(row(USD_Commitment="0", USD_Disbursement=""))) == (0, None, 0)


def test_a_row_without_either_amount_is_set_aside() -> None:
    """Such as a report of interest received."""
    ledger = read(row(USD_Commitment="", USD_Disbursement=""))
    assert reasons(ledger) == [("set aside", crs.NOTHING)]
    assert "Rural power" in ledger.account["raw"][0]
    assert len(ledger) == 0


def test_grant_equivalents_and_national_amounts_are_in_no_total() -> None:
    """They are kept as they are stated."""
    ledger = read(row())
    assert ledger.totals(as_of=END)["unit"].tolist() == ["USD"]
    tags = ledger.commitments[0].tags
    assert tags["currency"] == "NOK"
    assert tags["commitment_national"] == "12"
    assert tags["grant_equivalent"] == "1.1"
    assert ledger.events[0].note == "in national currency, as stated: 4.8 NOK"


# --- who, what, when ------------------------------------------------------------------------------


def test_a_row_is_a_promise_with_its_days_and_tags() -> None:
    """Donor, recipient and channel; the years are those of the report."""
    ledger = read(row())
    [made] = ledger.commitments
    assert (made.parties, made.recipients, made.channels) == (
        ("Norway",), ("Lesotho",), ("Private sector",)
    )  # fmt: skip
    assert made.announced == dt.date(2022, 2, 15)
    assert made.horizon == pt.Horizon(start="2022-03-01", end="2024-12-31")
    assert made.stage == "committed"
    assert made.tags["report"] == "new activity"
    assert made.tags["category"] == "OOF, no export credit"
    assert made.tags["agency"] == "NORFUND"
    assert made.tags["purpose"] == "Energy research"
    assert made.tags["year"] == "2022"
    [event] = ledger.events
    assert (event.period_start, event.on) == (dt.date(2022, 1, 1), dt.date(2022, 12, 31))
    assert str(made.citations[0]) == "the open file, line 2"
    [norway] = [party for party in ledger.parties if party.name == "Norway"]
    assert norway.reference == "OECD 8"


def test_a_commitment_counts_in_the_year_of_the_report() -> None:
    """Its own date is kept beside, if it lies in another year."""
    [made] = read(row(CommitmentDate="2020-05-01")).commitments
    assert made.announced == dt.date(2022, 12, 31)
    assert made.announced_basis == "the year of the report"
    assert made.announced_stated == "2020-05-01"
    [earlier] = read(row(CommitmentDate="2020-05-01", USD_Commitment="")).commitments
    assert earlier.announced == dt.date(2020, 5, 1)


@pytest.mark.parametrize("stated", ["", "15/02/2022", "0001-01-01", "2022-02-31", "2022"])
def test_a_day_that_is_not_stated_is_not_guessed(stated: str) -> None:
    """The last day of the year stands for it."""
    [made] = read(row(CommitmentDate=stated)).commitments
    assert made.announced == dt.date(2022, 12, 31)


def test_a_window_that_ends_before_it_starts_is_told() -> None:
    """The row counts, without a horizon."""
    ledger = read(row(CompletionDate="2021-12-31"))
    assert ledger.commitments[0].horizon is None
    assert reasons(ledger) == [("counted", crs.BACKWARD)]
    assert read(row(CompletionDate="")).commitments[0].horizon is None


def test_currencies_go_by_the_code_of_their_donor() -> None:
    """The euro has the code of the European institutions."""
    assert currency_of("302", 2022) == "USD"
    assert currency_of("918", 2022) == "EUR"
    assert currency_of("61", 2006) == "SIT"
    assert currency_of("EUR", 2022) == "EUR"


# --- lines of activity ----------------------------------------------------------------------------


def test_one_id_for_several_purposes_is_several_promises() -> None:
    """Nothing is merged and nothing counts twice."""
    ledger = read(row(), row(PurposeCode="11220", USD_Commitment="0.75"))
    assert len(ledger) == 2
    assert dollars(ledger)[0] == Decimal(2000000)


def test_two_rows_of_one_line_in_its_first_year_are_one_promise() -> None:
    """Both are cited."""
    ledger = read(row(), row(USD_Commitment="-0.25", USD_Disbursement=""))
    [made] = ledger.commitments
    assert [citation.place for citation in made.citations] == ["line 2", "line 3"]
    assert dollars(ledger) == (Decimal(1000000), Decimal(500000), Decimal(500000))
    assert ledger.account["commitment"].nunique() == 1


def test_later_years_deliver_add_and_correct() -> None:
    """The order of rows and files makes no difference."""
    rows = [
        row(Year="2020", CommitmentDate="", USD_Commitment="10", USD_Disbursement="1"),
        row(Year="2021", CommitmentDate="", USD_Commitment="", USD_Disbursement="4",
            InitialReport="3"),
        row(Year="2022", CommitmentDate="2022-06-30", USD_Commitment="-2",
            USD_Disbursement="-0.5", InitialReport="2", CompletionDate="2026-12-31"),
    ]  # fmt: skip
    ledger = read(*rows)
    [made] = ledger.commitments
    assert made.targets[0].number == 10000000
    assert [(event.kind, event.on.year) for event in ledger.events] == [
        ("delivered", 2020), ("delivered", 2021), ("revised", 2022), ("revised", 2022),
        ("delivered", 2022),
    ]  # fmt: skip
    assert dollars(ledger) == (Decimal(8000000), Decimal(4500000), Decimal(3500000))
    status = ledger.status(as_of=END)
    assert status["original_target"][0] == 10000000
    assert status["end"][0] == dt.date(2026, 12, 31)
    files = [io.BytesIO(text(one)) for one in reversed(rows)]
    assert dollars(pt.read_crs(files)) == dollars(ledger)
    assert ledger.totals(as_of="2021-12-31")["committed"][0] == 10000000


def test_what_was_disbursed_before_a_commitment_stands_by_itself() -> None:
    """A promise without an amount, and then the one with it."""
    ledger = read(
        row(Year="2020", USD_Commitment="", USD_Disbursement="1"),
        row(Year="2021", USD_Commitment="5", USD_Disbursement="2"),
    )
    assert [len(made.targets) for made in ledger.commitments] == [0, 1]
    assert dollars(ledger) == (Decimal(5000000), Decimal(3000000), Decimal(3000000))


def test_a_correction_of_what_the_file_does_not_have_is_set_aside() -> None:
    """Its sum is in the account, and no total falls below what is there."""
    lone = row(Year="2021", CrsID="x", USD_Commitment="-3", USD_Disbursement="")
    with_more = row(Year="2021", CrsID="y", USD_Commitment="-3", USD_Disbursement="1")
    ledger = read(lone, with_more, row())
    assert reasons(ledger) == [
        ("set aside", crs.BEYOND),
        ("counted", crs.BEYOND),
        ("counted", None),
    ]
    assert dollars(ledger)[:2] == (Decimal(1250000), Decimal(1500000))
    later = read(row(Year="2021"), row(USD_Commitment="-2", USD_Disbursement=""))
    assert reasons(later) == [("counted", None), ("set aside", crs.BEYOND)]
    assert dollars(later)[0] == Decimal(1250000)


def test_rows_that_are_alike_in_one_file_all_count() -> None:
    """Reports of many small activities may not differ in any column."""
    alike = row(CrsID="", USD_Commitment="1")
    ledger = read(alike, alike)
    assert len(ledger) == 2
    assert dollars(ledger)[0] == Decimal(2000000)
    twice = pt.read_crs([io.BytesIO(text(alike, alike)), io.BytesIO(text(alike, alike, alike))])
    assert dollars(twice)[0] == Decimal(3000000)
    assert reasons(twice).count(("set aside", crs.SEEN)) == 2


# --- rejects --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"Year": "22"}, "year '22'"),
        ({"DonorName": "", "DonorCode": ""}, "no donor"),
        ({"USD_Commitment": "1,5"}, "'1,5' is no plain number"),
        ({"USD_Disbursement": "n/a"}, "usd_disbursement"),
        ({"USD_Commitment": "1.2.3"}, "no plain number"),
        ({"USD_Commitment": "9" * 30}, "too many digits"),
        ({"USD_Commitment": "1e40"}, "too many digits"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_reason(
    changed: dict[str, str], reason: str
) -> None:
    """It is raised, or kept in the account beside the others."""
    with pytest.raises(pt.InvalidLedgerError, match=reason):
        read(row(**changed), row(CrsID="2"))
    ledger = read(row(**changed), row(CrsID="2"), on_reject="keep")
    assert reason in str(ledger.account["reason"][0])
    assert ledger.account["outcome"].tolist() == ["rejected", "counted"]
    assert dollars(ledger)[0] == Decimal(1250000)


def test_a_row_of_another_width_is_rejected() -> None:
    """Its cells stand under headings that are not theirs."""
    file = io.BytesIO(text(row()) + b"2022,8,Norway\r\n")
    ledger = pt.read_crs(file, on_reject="keep")
    assert ledger.account["outcome"].tolist() == ["counted", "rejected"]


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n1,2\n", b"Year,DonorName\n2022,Norway\n", b"PK\x03\x04junk", b"PAR1junk",
     b"Year,Year,DonorName,USD_Commitment\n2022,2022,Norway,1\n"],
)  # fmt: skip
def test_what_is_no_crs_file_is_refused(content: bytes) -> None:
    """The columns that it lacks are named."""
    with pytest.raises(pt.FileFormatError):
        pt.read_crs(io.BytesIO(content))


def test_a_zip_without_a_table_is_refused(tmp_path: Path) -> None:
    """What could be in it is named."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("readme.md", "x")
    with pytest.raises(pt.FileFormatError, match="holds no table"):
        pt.read_crs(tmp_path / "a.zip")


def test_a_zip_with_two_files_of_one_name_is_refused(tmp_path: Path) -> None:
    """One of them would be read twice, the other never."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("a.csv", text(row(CrsID="1")))
        with pytest.warns(UserWarning, match="Duplicate name"):
            packed.writestr("a.csv", text(row(CrsID="2")))
    with pytest.raises(pt.FileFormatError, match=r"holds two files named 'a.csv'"):
        pt.read_crs(tmp_path / "a.zip")


def test_a_file_that_is_twice_in_a_zip_counts_once(tmp_path: Path) -> None:
    """As it does beside itself in a folder; rows that are alike in one file count each."""
    rows = [row(), row(), row(CrsID="2")]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("a.csv", text(*rows))
        packed.writestr("copy of a.csv", text(*rows))
    ledger, expected = pt.read_crs(tmp_path / "a.zip"), read(*rows)
    assert ledger.totals(by="party", as_of=END).equals(expected.totals(by="party", as_of=END))
    outcomes = ledger.account["outcome"].value_counts().to_dict()
    assert outcomes == {"counted": 3, "set aside": 3}


# --- the shapes that exports have -----------------------------------------------------------------


def spelled(names: Sequence[str], style: str) -> list[str]:
    """Headings as the vintages of the files have them."""
    old = {"Finance_T": "finance_t", "CrsID": "crsid", "Bi_Multi": "bi_multi"}
    if style == "old":
        return [old.get(name, name.lower()) for name in names]
    words = {
        "DonorCode": "donor_code", "DonorName": "donor_name", "AgencyCode": "agency_code",
        "AgencyName": "agency_name", "CrsID": "crs_id", "ProjectNumber": "project_number",
        "InitialReport": "initial_report", "RecipientCode": "recipient_code",
        "RecipientName": "recipient_name", "FlowCode": "flow_code", "FlowName": "flow_name",
        "Bi_Multi": "bilateral_multilateral", "Finance_T": "finance_type", "Aid_T": "aid_type",
        "CurrencyCode": "currency_code", "USD_GrantEquiv": "usd_grant_equivalent",
        "ProjectTitle": "project_title", "PurposeCode": "purpose_code",
        "PurposeName": "purpose_name", "SectorCode": "sector_code", "SectorName": "sector_name",
        "ChannelCode": "channel_code", "ChannelName": "channel_name",
        "ExpectedStartDate": "expected_start_date", "CompletionDate": "completion_date",
        "CommitmentDate": "commitment_date",
    }  # fmt: skip
    return [words.get(name, name.lower()) for name in names]


@pytest.mark.parametrize("style", ["old", "words"])
def test_headings_of_every_vintage_give_the_same_ledger(style: str) -> None:
    """Case, underscores and shortened words make no difference."""
    body = text(row(), row(CrsID="2")).decode().split("\r\n", 1)[1]
    file = io.BytesIO((",".join(spelled(list(ROW), style)) + "\r\n" + body).encode())
    assert pt.read_crs(file) == read(row(), row(CrsID="2"))


def test_text_with_bars_zips_parquet_and_gzip(tmp_path: Path) -> None:
    """The same rows in another wrapping are the same ledger but for their places."""
    rows = [row(), row(CrsID="2", DonorName='The "Fund", Mañana')]
    bars = text(*rows, mark="|")
    (tmp_path / "a.txt").write_bytes(bars)
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("CRS 2022 data.txt", bars)
        packed.writestr("readme.md", "x")
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "c.parquet")
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(text(*rows)))
    (tmp_path / "e.txt").write_bytes(bars.decode().encode("utf-16"))
    (tmp_path / "f.txt").write_bytes(bars.decode().encode("cp1252"))
    packed_account = pt.read_crs(tmp_path / "b.zip").account
    assert packed_account["element"][0] == "CRS 2022 data.txt, line 2"
    expected = read(*rows)
    by = ["party", "recipient", "channel", "tag_purpose", "horizon"]
    for name in sorted(path.name for path in tmp_path.iterdir()):
        ledger = pt.read_crs(tmp_path / name)
        assert ledger.totals(by=by, as_of=END).equals(expected.totals(by=by, as_of=END)), name
        assert len(ledger.account) == 2
    assert dollars(pt.read_crs(tmp_path))[0] == Decimal(2500000)


def test_a_quotation_mark_that_nobody_closes_hides_no_row() -> None:
    """Texts of databases may begin with one; each row below is read by itself."""
    bars = text(*(row(CrsID=str(at)) for at in range(5)), mark="|").decode()
    broken = bars.replace("|Rural power|", '|"Rural power|', 1)
    ledger = pt.read_crs(io.BytesIO(broken.encode()))
    assert len(ledger) == 5
    assert dollars(ledger)[0] == Decimal(6250000)
    assert ledger.account["line"].tolist() == [2, 3, 4, 5, 6]


def test_blank_cells_behind_the_headings_are_nothing() -> None:
    """Exports may close each row with a bar."""
    bars = text(row(), mark="|").decode().split("\r\n")
    ledger = pt.read_crs(io.BytesIO(f"{bars[0]}\n{bars[1]}|\n".encode()))
    assert dollars(ledger)[0] == Decimal(1250000)


def test_files_that_statistics_programs_wrote() -> None:
    """They write NA where nothing is stated, and codes with gaps as decimals."""
    gaps = {"USD_Disbursement": "NA", "ChannelName": "NA", "CompletionDate": "NaN"}
    codes = {"Year": "2022.0", "DonorCode": "8.0", "CurrencyCode": "918.0", "Finance_T": "110.0"}
    ledger = read(row(**gaps, **codes))
    assert ledger == read(row(**dict.fromkeys(gaps, ""), CurrencyCode="918"))
    assert ledger.commitments[0].tags["currency"] == "EUR"


def test_a_workbook_is_read_by_its_sheets_with_the_columns(tmp_path: Path) -> None:
    """A sheet of notes is passed over; a book of notes alone is refused."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Notes on the data"])
    book.save(tmp_path / "notes.xlsx")
    sheet = book.create_sheet("2022")
    sheet.append(list(ROW))
    numbers = {"Year": 2022, "USD_Commitment": 0.030182, "USD_Disbursement": 3}
    sheet.append(list({**ROW, **numbers}.values()))
    sheet.append(list({**ROW, **numbers, "CrsID": 7, "USD_Commitment": None}.values()))
    book.save(tmp_path / "crs.xlsx")
    ledger = pt.read_crs(tmp_path / "crs.xlsx")
    assert dollars(ledger)[:2] == (Decimal(30182), Decimal(6000000))
    assert ledger.account["element"].tolist() == ["sheet '2022', row 2", "sheet '2022', row 3"]
    with pytest.raises(pt.FileFormatError, match="no column"):
        pt.read_crs(tmp_path / "notes.xlsx")


def test_numbers_in_parquet_are_their_shortest_decimals(tmp_path: Path) -> None:
    """Codes with gaps come as floats, amounts of 32 bits as well."""
    columns = {
        "year": pa.array([2022, 2022], pa.int16()),
        "donor_name": ["Norway", "Chad"],
        "crs_id": ["1", "2"],
        "recipient_code": pa.array([249.0, None]),
        "usd_commitment": pa.array([0.1, 0.030182], pa.float32()),
        "usd_disbursement": pa.array([0.3, float("nan")]),
        "commitment_date": pa.array([dt.datetime(2022, 2, 15), None]),  # noqa: DTZ001
    }
    pq.write_table(pa.table(columns), tmp_path / "crs.parquet")
    ledger = pt.read_crs(tmp_path / "crs.parquet")
    assert dollars(ledger)[:2] == (Decimal(130182), Decimal(300000))
    assert ledger.commitments[0].recipients + ledger.commitments[1].recipients == ("249",)
    assert ledger.commitments[1].announced == dt.date(2022, 2, 15)
    assert ledger.account["element"].tolist() == ["row 1", "row 2"]

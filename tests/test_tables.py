"""Any table by a mapping: noise changes no total, and no row is lost."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack.strategies import DrawnTable, tables
from table_files import CASH, CASH_MAPPING, DAY, ROWS, workbook

MAPPING: dict[str, Any] = {
    "columns": {"party": "Donor", "target": "Pledge", "announced": "Day"},
    "constants": {"unit": "USD", "stage": "pledged"},
}


def mapped(**changes: Any) -> dict[str, Any]:
    """The mapping with other columns, constants or options."""
    made = {**MAPPING, **changes}
    for name in ("columns", "constants"):
        both = {**MAPPING[name], **changes.get(name, {})}
        made[name] = {field: said for field, said in both.items() if said is not None}
    return made


def read(text: str | bytes, mapping: Any = MAPPING, on_reject: str = "raise") -> pt.Ledger:
    """The ledger of a file of this content."""
    content = text.encode() if isinstance(text, str) else text
    return pt.read_table(io.BytesIO(content), mapping, on_reject=on_reject)


def figures(ledger: pt.Ledger, measure: str = "pledged", by: str = "party") -> dict[str, Any]:
    """A measure by party and unit."""
    table = ledger.totals(by=by, as_of=DAY)
    return {f"{r[by]} {r['unit']}": r[measure] for r in table.to_dict("records")}


def reasons(ledger: pt.Ledger) -> list[tuple[str, str]]:
    """What was not counted, and what was counted with a remark."""
    account = ledger.account[~ledger.account["reason"].isna()]
    return list(zip(account["outcome"], account["reason"], strict=True))


# --- laws -----------------------------------------------------------------------------------------


@given(tables())
def test_noise_changes_no_total(table: DrawnTable) -> None:
    """Blank rows, footnotes, HXL tags, separators and encodings: the amounts stated come out."""
    ledger = read(table.content, table.mapping)
    expected: dict[str, Decimal] = {}
    for name, _, number in table.rows:
        if number is not None:
            expected[f"{name} USD"] = expected.get(f"{name} USD", Decimal(0)) + number
    assert figures(ledger) == expected
    assert sorted(c.announced for c in ledger) == sorted(
        day for _, day, number in table.rows if number is not None
    )
    totals = ledger.account[ledger.account["reason"].str.startswith("subtotal", na=False)]
    count = len(table.rows)
    assert set(totals["reason"]) <= {f"subtotal of {count} row{'s' * (count != 1)}: agrees"}


@given(tables())
def test_every_row_has_one_outcome(table: DrawnTable) -> None:
    """Counted are those with an amount; the account has each row once, in order."""
    account = read(table.content, table.mapping).account
    counted = account[account["outcome"] == "counted"]
    assert len(counted) == sum(number is not None for *_, number in table.rows)
    assert account["line"].is_monotonic_increasing
    assert account["line"].is_unique
    nil = account["reason"] == "no amount is stated"
    assert nil.sum() == sum(number is None for *_, number in table.rows)


CELLS = st.sampled_from(
    ["", "1", "1,200.50", "(3)", "5%", "x", "€ 7", "1.2.3", "2024-02-30", "13/02/2024", "9" * 90,
     "=1+1", "\u200b", "Total", "#1", "--", "1e5", "NaN", "2024-01-05"]
)  # fmt: skip


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=6))
def test_whatever_the_cells_hold_nothing_is_lost(rows: list[list[str]]) -> None:
    """What is kept adds up, what is not says why, and no error is a stranger."""
    lines = ["Donor,Pledge,Day", *(",".join(f'"{cell}"' for cell in row) for row in rows)]
    try:
        ledger = read("\n".join(lines), mapped(decimal=".", day_first=True), on_reject="keep")
    except pt.PledgetrackError:
        return
    stated = sum(any(cell.replace("\u200b", "").strip() for cell in row) for row in rows)
    summary = ledger.account.summary()
    assert stated <= summary["records"].sum() <= len(rows)
    counted = ledger.account[ledger.account["outcome"] == "counted"]
    assert sum(counted["number"], Decimal(0)) == sum(figures(ledger).values(), Decimal(0))
    rest = ledger.account[ledger.account["outcome"] != "counted"]
    assert rest["reason"].notna().all()
    assert rest["raw"].notna().all()


@given(tables())
def test_a_frame_gives_what_its_file_gives(table: DrawnTable) -> None:
    """Text in a frame is read as in the file."""
    rows = [
        {"Donor": name, "Pledge (USD)": None if n is None else f"{n:f}", "Day": day}
        for name, day, n in table.rows
    ]
    frame = pd.DataFrame(rows, columns=["Donor", "Pledge (USD)", "Day"])
    mapping = {**table.mapping, "decimal": "."}
    assert figures(pt.read_table(frame, mapping)) == figures(read(table.content, table.mapping))


def test_frames_of_other_engines_are_tables(tmp_path: Path) -> None:
    """Polars, DuckDB, Arrow and a Parquet file; decimals and days as they are."""
    frame = pl.DataFrame(
        {"Donor": ["A", "B"], "Pledge": [Decimal("1.10"), None], "Day": [dt.date(2024, 1, 5)] * 2}
    )
    path = tmp_path / "t.parquet"
    frame.write_parquet(path)
    for table in (frame, frame.lazy(), frame.to_arrow(), duckdb.from_arrow(frame.to_arrow()), path):
        ledger = pt.read_table(table, MAPPING)
        assert figures(ledger) == {"A USD": Decimal("1.1")}
        assert ledger.commitments[0].announced == dt.date(2024, 1, 5)
    with pytest.raises(pt.FrameError, match="no frame"):
        pt.read_table(7, MAPPING)


# --- layouts --------------------------------------------------------------------------------------


def test_columns_add_up_to_what_was_delivered() -> None:
    """Cash, bilateral and promissory notes; what is nowhere reported stays missing."""
    ledger = read(CASH, CASH_MAPPING)
    assert figures(ledger) == {
        "Japan USD": Decimal(300000),
        "Norway USD": Decimal(1200500),
        "United Kingdom USD": Decimal(500000),
    }
    assert figures(ledger, "delivered") == {
        "Japan USD": Decimal(380000),
        "Norway USD": Decimal(150000),
        "United Kingdom USD": None,
    }
    assert figures(ledger, by="recipient")["Asia USD"] == Decimal(300000)


def test_subtotals_are_reconciled_and_not_added() -> None:
    """Each says whether it is the sum of its rows, and by how much it is not."""
    said = [reason for _, reason in reasons(read(CASH, CASH_MAPPING)) if "subtotal" in reason]
    assert said == [
        "subtotal of 2 rows: agrees",
        "subtotal of 1 row: differs; column 'Pledged' states 301,000, its rows make 300,000",
        "subtotal of 3 rows: agrees",
    ]


def test_subtotals_by_a_column_and_before_their_rows() -> None:
    """``of`` names the column of the group, or says that the rows follow."""
    text = (
        "Region,Donor,Pledge,Day\nEurope,,30,\nEurope,A,10,2024-01-01\nEurope,B,20,2024-01-01\n"
        "Total Europe,,30,\nTotal Asia,,5,\nAsia,C,6,2024-01-01\n"
    )
    rules = [
        {"column": "Region", "matches": "^Total (.*)", "of": "Region"},
        {"test": lambda row: not row["Donor"], "of": "below"},
    ]
    said = [reason for _, reason in reasons(read(text, mapped(subtotals=rules)))]
    assert [reason.partition(";")[0] for reason in said] == [
        "subtotal of 3 rows: differs",
        "subtotal of 2 rows: agrees",
        "subtotal of 1 row: differs",
    ]


def test_a_subtotal_that_no_rule_names_is_refused() -> None:
    """It would be counted twice; an empty list says that there is none."""
    text = "Donor,Pledge,Day\nA,10,2024-01-01\nGrand total,10,2024-01-01\n"
    with pytest.raises(pt.InvalidLedgerError, match="looks like a subtotal"):
        read(text)
    assert len(read(text, mapped(subtotals=[]))) == 2


def test_pledged_and_committed_columns() -> None:
    """The less firm column is the target, the firmer one a part of it."""
    text = "Donor,Pledged,Committed,Paid\nA,100,60,10\nB,-,70,0\nC,,,5\nD,,,\n"
    columns = {"party": "Donor", "pledged": "Pledged", "committed": "Committed",
               "delivered": "Paid"}  # fmt: skip
    constants = {"unit": "EUR", "announced": "2024-01-01"}
    ledger = read(text, {"columns": columns, "constants": constants})
    table = ledger.totals(by="party", as_of=DAY)
    money = table[table["unit"] == "EUR"].set_index("party")
    assert money["pledged"].to_dict() == {"A": Decimal(100), "B": Decimal(70), "C": None}
    assert money["committed"].to_dict() == {"A": Decimal(60), "B": Decimal(70), "C": None}
    assert money["delivered"].to_dict() == {"A": Decimal(10), "B": Decimal(0), "C": Decimal(5)}
    assert reasons(ledger) == [("set aside", "a heading or note: one cell, no amount")]


def test_json_records_on_one_line_are_all_read() -> None:
    """As programs write them: the count of a record tells it from others of its line."""
    text = '[{"Donor": "A", "Pledge": 1.10, "Day": "2024-01-01"}, {"Donor": "B", "Pledge": 2,'
    ledger = read(text + ' "Day": "2024-01-01"}]')
    table = ledger.totals(by="party", as_of=DAY).set_index("party")
    assert table["pledged"].to_dict() == {"A": Decimal("1.1"), "B": Decimal(2)}
    assert ledger.account["outcome"].tolist() == ["counted", "counted"]
    assert ledger.account["element"].tolist() == ["record 1", "record 2"]


def test_what_is_committed_beyond_the_pledge_raises_the_pledge() -> None:
    """A row states its committed amount in all, so none of it is lost."""
    text = "Donor,Pledged,Committed\nA,100,120\nB,0,5\nC,100,60\n"
    columns = {"party": "Donor", "pledged": "Pledged", "committed": "Committed"}
    constants = {"unit": "EUR", "announced": "2024-01-01", "on": "2024-03-01"}
    ledger = read(text, {"columns": columns, "constants": constants})
    before = ledger.totals(by="party", as_of="2024-02-29").set_index("party")
    after = ledger.totals(by="party", as_of=DAY).set_index("party")
    assert before["pledged"].tolist() == [Decimal(100), Decimal(0), Decimal(100)]
    assert after["pledged"].tolist() == [Decimal(120), Decimal(5), Decimal(100)]
    assert after["committed"].tolist() == [Decimal(120), Decimal(5), Decimal(60)]
    assert ledger.check().query("severity == 'error'").empty


def test_a_stage_that_contradicts_the_committed_amount_is_refused() -> None:
    """All of it would be committed, whatever the column says."""
    text = "Donor,Pledged,Committed\nA,100,60\nB,7,7\n"
    columns = {"party": "Donor", "pledged": "Pledged", "committed": "Committed"}
    constants = {"unit": "EUR", "announced": "2024-01-01", "stage": "committed"}
    mapping = {"columns": columns, "constants": constants}
    with pytest.raises(pt.InvalidLedgerError, match="all of 100 EUR, but 'committed' states 60"):
        read(text, mapping)
    table = read(text, mapping, on_reject="keep").totals(as_of=DAY)
    assert table["committed"].tolist() == [Decimal(7)]


ENTRIES = {
    "columns": {
        "id": "Id",
        "party": "Donor",
        "on": "Date",
        "quantity": "Amount",
        "kind": {
            "column": "Type",
            "lookup": {"Pledge": "pledged", "Commitment": "committed", "Payment": "delivered"},
        },
    },
    "constants": {"unit": "EUR"},
}


def test_rows_that_do_not_add_up_plainly_are_told() -> None:
    """What firms up more than was promised, and what is added to a promise that is wholly firm."""
    text = (
        "Id,Donor,Type,Date,Amount\n1,A,Pledge,2020-01-01,100\n1,A,Commitment,2020-02-01,120\n"
        "2,B,Pledge,2020-01-01,100\n2,B,Commitment,2020-02-01,100\n2,B,Pledge,2020-03-01,50\n"
        "3,C,Pledge,2020-01-01,100\n3,C,Commitment,2020-02-01,60\n3,C,Pledge,2020-03-01,50\n"
    )
    account = read(text, ENTRIES).account.set_index("line")
    assert account["outcome"].unique().tolist() == ["counted"]
    assert account["reason"].dropna().to_dict() == {
        3: "20 EUR more than was promised; counted up to it",
        6: "counts as committed too, as all that was promised before it",
    }


def test_a_row_per_event() -> None:
    """The earliest is the announcement, later ones revise or firm up; what fits nowhere is told."""
    text = (
        "Id,Donor,Type,Date,Amount\n1,A,Commitment,2020-07-01,120\n1,A,Pledge,2020-01-01,100\n"
        "1,A,Pledge,2020-06-01,50\n1,A,Payment,2021-01-01,70\n1,B,Payment,2021-01-01,70\n"
        "2,C,Commitment,2020-01-01,5\n2,C,Pledge,2020-02-01,5\n2,C,Commitment,2020-03-01,-1\n"
        "3,D,Refund,2020-01-01,5\n1,A,Commitment,2022-01-01,-20\n4,E,Payment,2020-01-01,9\n"
    )
    ledger = read(text, ENTRIES, on_reject="keep")
    table = ledger.totals(as_of=DAY, by="party").query("unit == 'EUR'").set_index("party")
    assert table["pledged"].to_dict() == {"A": Decimal(150), "C": Decimal(4), "E": None}
    assert table["committed"].to_dict() == {"A": Decimal(120), "C": Decimal(4), "E": None}
    assert table["delivered"].to_dict() == {"A": Decimal(70), "C": None, "E": Decimal(9)}
    assert ledger["1"].announced == dt.date(2020, 1, 1)
    assert ledger["4"].announced_basis == "the earliest entry"
    rejects = ledger.account.query("outcome == 'rejected'")
    assert rejects["line"].tolist() == [6, 8, 10, 11]
    assert "'Refund' is not in the lookup" in rejects["reason"].tolist()[2]


def test_a_row_per_event_needs_what_an_event_needs() -> None:
    """An amount, a day, a known kind; and no fields of a row per promise."""
    text = "Id,Donor,Type,Date,Amount\n1,A,Pledge,,5\n1,A,Pledge,2020-01-01,\n"
    ledger = read(text, ENTRIES, on_reject="keep")
    assert [outcome for outcome, _ in reasons(ledger)] == ["rejected", "rejected"]
    lookup = {**ENTRIES["columns"], "kind": "Type"}
    with pytest.raises(pt.InvalidLedgerError, match="unknown kind of event 'Pledge'"):
        read(text, {**ENTRIES, "columns": lookup})
    for wrong in ({"target": "Amount"}, {"id": None}):
        columns = {k: v for k, v in {**ENTRIES["columns"], **wrong}.items() if v}
        with pytest.raises(pt.TableError):
            read(text, {**ENTRIES, "columns": columns})


def test_years_in_columns_become_horizons() -> None:
    """Each cell is a promise of its own, due in the year above it; fiscal years need a calendar."""
    text = 'Donor,2021/22,2022/23\nA,100,-\nB,"1,000.5",3\nTotal,"1,100.5",4\n'
    mapping = {
        "columns": {"id": {"join": ["Donor", "year"]}, "party": "Donor", "target": "amount",
                    "year": "year"},
        "constants": {"unit": "EUR", "announced": "2020-01-01", "stage": "pledged"},
        "unpivot": {"columns": r"\d{4}/\d\d", "name": "year", "value": "amount"},
        "subtotals": [{"column": "Donor", "text": "Total"}],
    }  # fmt: skip
    with pytest.raises(pt.InvalidLedgerError, match="may be a fiscal year; state calendar="):
        read(text, mapping)
    ledger = read(text, {**mapping, "calendar": {"first_month": 7}})
    assert figures(ledger, by="due") == {"2022 EUR": Decimal("1100.5"), "2023 EUR": Decimal(3)}
    assert str(ledger["A 2021/22"].horizon) == "2021-07-01 to 2022-06-30"
    assert [outcome for outcome, _ in reasons(ledger)] == ["set aside", "set aside"]
    assert "column '2022/23' states 4, its rows make 3" in reasons(ledger)[1][1]
    assert list(ledger.account["outcome"]) == ["counted", "set aside", "counted", "counted",
                                               "set aside"]  # fmt: skip


def test_events_beside_a_promise() -> None:
    """Payments, a withdrawal and a moved horizon, where the row states their day and amount."""
    text = (
        "Donor,Pledge,Day,Paid,Paid on,Withdrawn on,New end\n"
        "A,10,2024-01-01,4,2024-03-01,,\nB,20,2024-01-01,,2024-03-01,2024-05-01,2025\n"
    )
    end = {"column": "New end", "read": "year end"}
    events = [
        {"columns": {"on": "Paid on", "quantity": "Paid"}, "constants": {"kind": "delivered"}},
        {"columns": {"on": "Withdrawn on"}, "constants": {"kind": "withdrawn", "note": "budget"}},
        {"columns": {"on": "Withdrawn on", "horizon_end": end}, "constants": {"kind": "revised"}},
    ]  # fmt: skip
    ledger = read(text, mapped(events=events))
    assert [event.kind for event in ledger.events] == ["delivered", "revised", "withdrawn"]
    assert figures(ledger, "delivered") == {"A USD": Decimal(4), "B USD": None}
    assert ledger.events[2].note == "budget"
    assert ledger.events[1].horizon == pt.Horizon(end="2025-12-31")


def test_horizons_from_columns() -> None:
    """Days, years, phrases, and a year that stands for its last day."""
    text = (
        "Donor,Pledge,Day,Start,End,Years,Phrase\n"
        "A,1,2024-01-01,2024-02-01,2025-12,2024-2026,by 2030\n"
    )

    def horizon(**columns: Any) -> str:
        return str(read(text, mapped(columns=columns)).commitments[0].horizon)

    assert horizon(horizon_start="Start", horizon_end="End") == "2024-02-01 to 2025-12-31"
    assert horizon(year="Years") == "2024-01-01 to 2026-12-31"
    assert horizon(horizon="Phrase") == "until 2030-12-31"
    (promise,) = read(text, mapped(columns={"announced": {"column": "Years", "read": "before comma",
        }}), on_reject="keep").account["outcome"]  # fmt: skip
    assert promise == "rejected"


# --- cells ----------------------------------------------------------------------------------------


def test_a_number_that_can_be_read_in_two_ways_is_refused() -> None:
    """With an example, unless a cell of the column decides, or the mapping states it."""
    text = 'Donor,Pledge,Day\nA,"1,200",2024-01-01\nB,"{}",2024-01-01\n'
    with pytest.raises(pt.TableError, match="'1,200' in column 'Pledge'") as caught:
        read(text.format("7"))
    assert caught.value.examples == ("1,200",)
    assert figures(read(text.format("1,200.50"))) == {"A USD": 1200, "B USD": Decimal("1200.50")}
    assert figures(read(text.format("2,3"))) == {"A USD": Decimal("1.2"), "B USD": Decimal("2.3")}
    assert figures(read(text.format("7"), mapped(decimal=",")))["A USD"] == Decimal("1.2")
    with pytest.raises(pt.TableError, match="written in two ways"):
        read(text.format("1.200,5").replace('1,200"', '1,200.5"'))


def test_a_day_that_can_be_read_in_two_ways_is_refused() -> None:
    """A later cell of the column may decide; a statement does."""
    text = "Donor,Pledge,Day\nA,1,03/04/2024\nB,1,{}\n"
    with pytest.raises(pt.TableError, match="day_first=True"):
        read(text.format("5/5/2024"))
    decided = read(text.format("13/04/2024"))
    assert decided.commitments[0].announced == dt.date(2024, 4, 3)
    stated = read(text.format("5/5/2024"), mapped(day_first=False))
    assert stated.commitments[0].announced == dt.date(2024, 3, 4)


def test_every_bad_cell_is_told_at_once() -> None:
    """With file, line, column, value and what to do."""
    text = "Donor,Pledge,Day\nA,5%,2024-01-01\nB,x,soon\nC,1,\n"
    with pytest.raises(pt.InvalidLedgerError) as caught:
        read(text)
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4]
    message = str(caught.value)
    for said in ("'5%' is a share", "column 'Pledge': 'x' is no number", "column 'Day': 'soon'",
                 "the day of the announcement is not stated"):  # fmt: skip
        assert said in message


def test_currencies_in_a_column_a_name_or_a_sign() -> None:
    """A bare dollar sign is refused unless the mapping says whose it is."""
    text = "Donor,Pledge,Day,Cur\nA,5,2024-01-01,Euro\nB,£ 6,2024-01-01,GBP\nC,7,2024-01-01,$\n"
    columns = {"unit": "Cur"}
    with pytest.raises(pt.InvalidLedgerError, match=r"may be USD, CAD, .*state dollar="):
        read(text, mapped(columns=columns, constants={"unit": None}))
    ledger = read(text, mapped(columns=columns, constants={"unit": None}, dollar="CAD"))
    assert {unit.rpartition(" ")[2] for unit in figures(ledger)} == {"EUR", "GBP", "CAD"}
    beside = "Donor,Pledge,Day\nA,USD 5,2024-01-01\nB,€6,2024-01-01\nC,7,2024-01-01\n"
    kept = read(beside, mapped(constants={"unit": None}), on_reject="keep")
    assert figures(kept) == {"A USD": 5, "B EUR": 6}
    assert "has no currency" in reasons(kept)[0][1]
    with pytest.raises(pt.InvalidLedgerError, match="is not USD"):
        read(beside)


def test_things_counted_are_a_constant_or_come_from_a_lookup() -> None:
    """A word in a cell is a currency, unless the mapping says what it means."""
    text = "Donor,Pledge,Day,Of\nA,5,2024-01-01,doses\n"
    dose = {"unit": {"column": "Of", "lookup": {"doses": "vaccine dose"}}}
    assert figures(read(text, mapped(columns=dose, constants={"unit": None}))) == {
        "A vaccine dose": 5
    }
    assert figures(read(text, mapped(constants={"unit": "vaccine dose"}))) == {"A vaccine dose": 5}
    with pytest.raises(pt.InvalidLedgerError, match="'doses' is no currency"):
        read(text, mapped(columns={"unit": "Of"}, constants={"unit": None}))


def test_words_for_nil_are_added_to() -> None:
    """Those of the mapping stand beside the usual ones, with marks of footnotes too."""
    text = "Donor,Pledge,Day\nA,No price,2024-01-01\nB,n/a*,2024-01-01\nC,- (a),2024-01-01\n"
    ledger = read(text, mapped(nil=["No price"]))
    assert {reason for _, reason in reasons(ledger)} == {"no amount is stated"}
    days = "Donor,Pledge,Day,Due\nA,1,2024-01-01,2099-01-01\n"
    ledger = read(days, mapped(columns={"horizon_end": "Due"}, no_days=["2099-01-01"]))
    assert ledger.commitments[0].horizon is None
    assert reasons(ledger) == [("counted", "column 'Due': '2099-01-01' is read as no day")]


def test_words_lookups_and_functions() -> None:
    """Small words in TOML, any function in Python."""
    text = "Donor,Pledge,Day\nNorway (NO),5,2024-01-01\nmali; chad,6,2024-01-01\n"

    def parties(said: Any) -> list[tuple[str, ...]]:
        ledger = read(text, mapped(columns={"party": said}))
        return [promise.parties for promise in ledger]

    bare = {"column": "Donor", "read": ["without parentheses", "upper"], "split": ";"}
    assert parties(bare) == [("NORWAY",), ("CHAD", "MALI")]
    assert parties({"column": "Donor", "read": str.title})[1] == ("Mali; Chad",)
    looked = {"column": "Donor", "lookup": {"norway (no)": "Norway"}, "otherwise": "Others"}
    assert parties(looked) == [("Norway",), ("Others",)]
    assert parties(lambda row: row["Donor"][:4]) == [("Norw",), ("mali",)]
    ledger = read(text, mapped(columns={"party": {"column": "Donor", "read": int}}), "keep")
    assert "the function of the mapping refuses it" in reasons(ledger)[0][1]


def test_aliases_merge_spellings() -> None:
    """One party under its one name, whatever its capitals, spaces and marks."""
    text = "Donor,Pledge,Day\nUSA,1,2024-01-01\nU.S. ,2,2024-01-01\nunited  states*,3,2024-01-01\n"
    ledger = read(text, mapped(aliases={"United States": ["USA", "U.S."]}))
    assert figures(ledger) == {"United States USD": 6}


def test_phrases_are_read_as_amounts() -> None:
    """``read = "phrase"`` takes bounds and magnitudes in words."""
    text = "Donor,Pledge,Day\nA,up to US$1.5 million,2024-01-01\nB,a lot,2024-01-01\n"
    phrase = {"target": {"column": "Pledge", "read": "phrase"}}
    ledger = read(text, mapped(columns=phrase), on_reject="keep")
    assert figures(ledger) == {"A USD": Decimal(1500000)}
    assert ledger.commitments[0].targets[0].bound == "up to"


def test_floats_become_their_shortest_decimal_and_rounding_is_asked_for() -> None:
    """Dust of a formula is refused; ``digits`` rounds it, half to even."""
    frame = pd.DataFrame(
        {"Donor": ["A", "B"], "Pledge": [0.1, 0.1 + 0.2], "Day": ["2024-01-01"] * 2}
    )
    ledger = pt.read_table(frame, MAPPING, on_reject="keep")
    assert figures(ledger) == {"A USD": Decimal("0.1")}
    assert "more than 6 decimals; state digits=2" in reasons(ledger)[0][1]
    rounded = pt.read_table(frame, mapped(digits=2))
    assert figures(rounded)["B USD"] == Decimal("0.3")


def test_tags_sources_and_citations() -> None:
    """A tag a column, the source as stated, and each record cites its file and line."""
    text = "Donor,Pledge,Day,Theme\nA,5,2024-01-01,Health\n"
    source = {"id": "pledges", "title": "Pledges", "published": dt.date(2024, 5, 1)}
    ledger = read(text, mapped(columns={"tags": {"theme": "Theme"}}, source=source))
    (promise,) = ledger
    assert promise.tags == {"theme": "Health"}
    assert str(promise.citations[0]) == "pledges, the open file, line 2"
    assert ledger.sources[0].published == dt.date(2024, 5, 1)
    assert str(read(text).commitments[0].citations[0]) == "the open file, line 2"


def test_repeated_ids_are_rejects() -> None:
    """The first counts, the others are told; nothing crashes."""
    text = "Donor,Pledge,Day,Id\nA,5,2024-01-01,x\nB,6,2024-01-01,x\n"
    ledger = read(text, mapped(columns={"id": "Id"}), on_reject="keep")
    assert figures(ledger) == {"A USD": 5}
    assert "repeated id" in reasons(ledger)[0][1]


def test_rows_are_left_out_by_a_rule() -> None:
    """Set aside with the reason that the rule gives."""
    text = "Donor,Pledge,Day\nA,5,2024-01-01\nLoan to B,6,2024-01-01\n"
    rule = {"column": "Donor", "matches": "^loan", "reason": "a loan"}
    ledger = read(text, mapped(skip=[rule]))
    assert reasons(ledger) == [("set aside", "a loan")]


def test_blank_cells_are_filled_from_above() -> None:
    """Where a name stands once above its rows, as merged cells do."""
    text = "Donor,Pledge,Day\nA,5,2024-01-01\n,6,2024-01-01\n"
    assert figures(read(text, mapped(fill_down=["Donor"]))) == {"A USD": 11}
    with pytest.raises(pt.InvalidLedgerError, match="no party is stated"):
        read(text)


def test_two_tables_below_each_other() -> None:
    """A repeated header begins another one; the line above it is its heading."""
    text = (
        "2023,,\nDonor,Pledge,Day\nA,5,2023-01-01\nTotal,5,\n,,\n"
        "2024,,\nDonor,Pledge,Day\nA,6,2024-01-01\nTotal,6,\n"
    )
    mapping = mapped(
        subtotals=[{"column": "Donor", "text": "Total", "of": "all"}],
        columns={"tags": {"period": "(heading)"}},
    )
    ledger = read(text, mapping)
    assert figures(ledger, by="tag_period") == {"2024 USD": 6, "not stated USD": 5}
    assert [reason for _, reason in reasons(ledger)].count("subtotal of 1 row: agrees") == 2


# --- files ----------------------------------------------------------------------------------------

PLAIN = "Donor,Pledge,Day\nNorway,5,2024-01-01\nMalawi,6,2024-01-02\n"


def test_a_path_a_folder_gzip_and_open_files_give_the_same(tmp_path: Path) -> None:
    """Of a folder every file is read, and the account says which."""
    path = tmp_path / "a.csv"
    path.write_text(PLAIN)
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(PLAIN.encode()))
    expected = figures(read(PLAIN))
    assert figures(pt.read_table(path, MAPPING)) == expected
    assert figures(pt.read_table(str(packed), MAPPING)) == expected
    assert figures(pt.read_table(io.StringIO(PLAIN), MAPPING)) == expected
    (tmp_path / "b.csv").write_text(PLAIN.replace("Norway", "Chad"))
    both = pt.read_table(tmp_path, MAPPING)
    assert len(both) == 4
    assert both.account["file"].nunique() == 2


def test_a_mapping_from_a_file(tmp_path: Path) -> None:
    """Saved as TOML and given by its path."""
    path = pt.TableMapping(**CASH_MAPPING).save(tmp_path / "mapping.toml")
    table = tmp_path / "cash.csv"
    table.write_text(CASH)
    assert figures(pt.read_table(table, path)) == figures(read(CASH, CASH_MAPPING))


def test_windows_text_is_read_and_told() -> None:
    """Where a file is no UTF-8 its source says how it was read; an encoding may be stated."""
    text = PLAIN.replace("Malawi", "Åland").encode("cp1252")
    ledger = read(text)
    assert "Åland USD" in figures(ledger)
    assert "Windows-1252" in str(ledger.sources[0].note)
    assert read(text, mapped(encoding="cp1252")).sources[0].note is None


def test_a_workbook_with_one_table_and_with_several() -> None:
    """Several that fit are refused until the mapping says which; the sheet is a tag."""
    one = pt.read_table(workbook(notes=[["read me"]], a=ROWS), MAPPING)
    assert figures(one) == {"A USD": Decimal("0.1")}
    assert one.account["element"].tolist() == ["sheet 'a', row 2"]
    with pytest.raises(pt.TableError, match="state sheets="):
        pt.read_table(workbook(a=ROWS, b=ROWS), MAPPING)
    both = mapped(sheets="all", columns={"tags": {"period": "(sheet)"}})
    ledger = pt.read_table(workbook(a=ROWS, b=ROWS), both)
    assert figures(ledger, by="tag_period") == {"a USD": Decimal("0.1"), "b USD": Decimal("0.1")}
    assert len(pt.read_table(workbook(a=ROWS, b=ROWS), mapped(sheets=["b"]))) == 1
    with pytest.raises(pt.TableError, match="there is no sheet 'c'"):
        pt.read_table(workbook(a=ROWS), mapped(sheets=["c"]))


def test_what_a_workbook_does_not_state_is_refused() -> None:
    """A formula without its value, and a share."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (*ROWS, ["B", "=1+1", "2024-01-01"], ["C", 0.25, "2024-01-01"]):
        sheet.append(row)
    sheet["B4"].number_format = "0%"
    made = io.BytesIO()
    book.save(made)
    made.seek(0)
    said = [reason for _, reason in reasons(pt.read_table(made, MAPPING, on_reject="keep"))]
    assert "is a formula without a value" in said[0]
    assert "'25.00%' is a share" in said[1]


def test_a_table_that_the_mapping_does_not_fit() -> None:
    """The missing column is named, with the nearest title."""
    for text, said in (
        ("Donr,Pledge,Day\nA,5,2024-01-01\n", "did you mean 'Donr'"),
        ("Donor,Pledge,Day,Pledge\nA,5,2024-01-01,6\n", "has 2 columns 'Pledge'"),
        ("a\nb\n", "has no column 'Donor'"),
    ):
        with pytest.raises(pt.TableError, match=said):
            read(text)
    by_number = mapped(columns={"target": 4})
    assert figures(read("Donor,Pledge,Day,Pledge\nA,5,2024-01-01,6\n", by_number)) == {"A USD": 6}
    ragged = read("Donor,Pledge,Day\nA,5,2024-01-01,7\n", on_reject="keep")
    assert "has 4 cells under 3 titles" in reasons(ragged)[0][1]


def test_headers_of_two_rows_and_of_none() -> None:
    """Titles above each other are put together; without titles columns go by number."""
    text = ",Pledges,,\nDonor,USD,EUR,Day\nA,1,2,2024-01-01\n"
    stated = mapped(header=[1, 2], columns={"party": "Donor", "target": "Pledges EUR"})
    with pytest.raises(pt.TableError, match="no column 'Pledge'"):
        read(text, mapped(header=2))
    stated["columns"]["announced"] = 4
    stated["constants"] = {**stated["constants"], "unit": "EUR"}
    assert figures(read(text, stated)) == {"A EUR": 2}
    none = mapped(header=0, columns={"party": 1, "target": 2, "announced": 3})
    assert figures(read("A,1,2024-01-01\n", none)) == {"A USD": 1}


SUMS = "Donor;Pledge;Day\nNorway;100;2024-01-05\nPeru;200;2024-01-05\nChad;300;2024-01-05\n"


@pytest.mark.parametrize(
    "words",
    ["Total", "Sum", "Σ", "Somme", "Gesamtsumme", "Totales", "Totale", "All donors", "Donors total",
     "Africa total", "Total (3 donors)", "Ensemble", "Importe total", "Zusammen", "Totaux",
     "Sum of all donors", "Todos los donantes", "Overall"],
)  # fmt: skip
def test_the_sum_of_a_column_is_no_donor(words: str) -> None:
    """However it is said: the row is rejected with what to state, and nothing counts twice."""
    ledger = read(f"{SUMS}{words};600;2024-01-05\n", mapped(delimiter=";"), "keep")
    assert sum(figures(ledger).values()) == 600
    rejected = ledger.account[ledger.account["outcome"] == "rejected"]
    assert "looks like a subtotal; state in subtotals=" in rejected["reason"].iloc[0]


@pytest.mark.parametrize("words", ["Somme", "All Saints Trust", "Ensemble", "Combined Funds"])
def test_a_donor_in_like_words_counts(words: str) -> None:
    """Where its amount is not the sum of those above, or somebody says that none is a subtotal."""
    ledger = read(f"{SUMS}{words};601;2024-01-05\n", mapped(delimiter=";"))
    assert figures(ledger)[f"{words} USD"] == 601
    ledger = read(f"{SUMS}{words};600;2024-01-05\n", mapped(delimiter=";", subtotals=[]))
    assert figures(ledger)[f"{words} USD"] == 600


@pytest.mark.parametrize("cell", ["1200+", "1,200 +", "1200+ USD"])
def test_a_plus_behind_a_number_is_a_bound(cell: str) -> None:
    """It is refused, or read where the mapping says which; before the number it says nothing."""
    text = f'Donor,Pledge,Day\nA,"{cell}",2024-01-05\n'
    with pytest.raises(pt.InvalidLedgerError, match="that much or more"):
        read(text)
    assert figures(read(text.replace(cell, "+1200"))) == {"A USD": 1200}
    if cell.endswith("+"):
        stated = mapped(columns={"target": {"column": "Pledge", "bound": "at least"}})
        assert read(text, stated).commitments[0].targets[0].bound == "at least"


def priced(number_format: str, value: Any = 1200) -> bytes:
    """A workbook with one amount that is shown in this format."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Donor", "Pledge", "Day"], ["A", value, dt.date(2024, 1, 5)]):
        sheet.append(row)
    sheet["B2"].number_format = number_format
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    "form", ["[$€-2] #,##0", '"€"#,##0', "[$£-809]#,##0", '#,##0 "EUR"', "[$GBP] #,##0.00"]
)
def test_a_currency_that_a_sheet_shows_is_that_of_the_amount(form: str) -> None:
    """As beside a number in a CSV file: another one than the mapping states is refused."""
    with pytest.raises(pt.InvalidLedgerError, match="beside the number is not USD"):
        read(priced(form))
    unit = "GBP" if "£" in form or "GBP" in form else "EUR"
    stated = mapped(constants={"unit": None})
    assert figures(read(priced(form, 1200.5), stated)) == {f"A {unit}": Decimal("1200.5")}
    assert unit in str(pt.inspect_table(io.BytesIO(priced(form))))


@pytest.mark.parametrize("form", ["#,##0", "$#,##0", '_("$"* #,##0.00_)', '0.0,,"m"', "[Red]0"])
def test_a_format_without_another_currency_changes_nothing(form: str) -> None:
    """What is shown in millions is stored whole."""
    assert figures(read(priced(form))) == {"A USD": 1200}


def test_of_alternatives_a_table_has_one() -> None:
    """Both are no choice: the mapping says which, or in which order."""
    text = "Donor,Amount,Value,Day\nA,1,2,2024-01-05\nB,,3,2024-01-05\n"
    with pytest.raises(pt.TableError, match="'Amount', 'Value', of which the mapping takes one"):
        read(text, mapped(columns={"target": ["Amount", "Value"]}))
    assert figures(read(text.replace("Value", "x"), mapped(columns={"target": ["Value", "Amount"]}),
                        "keep")) == {"A USD": 1}  # fmt: skip
    first = mapped(columns={"target": {"first": ["Amount", "Value"]}})
    assert figures(read(text, first)) == {"A USD": 1, "B USD": 3}

"""What people do with results in a notebook works, says nothing, and stays exact."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest

import pledgetrack as pt

DAY = "2022-07-31"
AMOUNTS = {
    "totals": ["proposed", "pledged", "committed", "delivered", "outstanding", "overdue"],
    "periods": ["proposed", "pledged", "committed", "delivered"],
    "status": ["target", "delivered", "share", "original_target"],
    "summary": ["proposed", "pledged", "committed", "delivered", "outstanding", "overdue", "share"],
    "explain": ["number"],
}
"""The columns of exact amounts of each result."""

DATES = {
    "status": ["start", "end", "reported", "original_end"],
    "explain": ["on", "since", "until", "known", "announced", "start", "end"],
    "movements": ["on", "since", "until", "known", "announced", "start", "end"],
}

each = pytest.mark.parametrize("name", AMOUNTS)
each_frame = pytest.mark.parametrize("name", [*AMOUNTS, "movements", "check"])
each_date = pytest.mark.parametrize(
    ("name", "column"), [(name, column) for name, columns in DATES.items() for column in columns]
)


@pytest.fixture(scope="module")
def ledger() -> pt.Ledger:
    """The seeds, and what arrived of a promise in odd cents."""
    promise = pt.Commitment(
        id="cents", party="Mexico", announced="2022-01-15", stage="committed",
        horizon={"start": "2022-01-15", "end": "2022-06-30"},
        target={"number": "0.30", "unit": "USD"},
    )  # fmt: skip
    arrived = [
        pt.Event(commitment="cents", kind="delivered", on=f"2022-0{month}-01",
                 quantity={"number": "0.10", "unit": "USD"})
        for month in (3, 4)
    ]  # fmt: skip
    return pt.load_seeds() + pt.Ledger([promise], arrived)


@pytest.fixture(scope="module")
def frames(ledger: pt.Ledger) -> dict[str, pd.DataFrame]:
    """Every result that a notebook shows."""
    return {
        "totals": ledger.totals(by=["party", "horizon"], as_of=DAY),
        "periods": ledger.totals(by="party", per="year", as_of=DAY),
        "status": ledger.status(as_of=DAY),
        "summary": ledger.summary(by="party", as_of=DAY),
        "explain": ledger.explain(as_of=DAY),
        "movements": ledger.movements(),
        "check": ledger.check(),
    }


@pytest.fixture
def frame(frames: dict[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """One of them, for the test to change as it likes."""
    return frames[name].copy()


def present(column: pd.Series) -> list[Decimal]:
    """The amounts of a column that are not missing."""
    return [value for value in column if not pd.isna(value)]


def key_of(frame: pd.DataFrame) -> str:
    """A column of labels to group by."""
    return "party" if "party" in frame else "commitment"


# --- amounts --------------------------------------------------------------------------------------


@each
def test_amounts_are_decimals_or_none(frame: pd.DataFrame, name: str) -> None:
    """No float, no NaN, no zero in the place of nothing."""
    for column in AMOUNTS[name]:
        assert {type(value) for value in frame[column]} <= {Decimal, type(None)}
    assert any(present(frame[column]) for column in AMOUNTS[name])


@each
def test_missing_amounts_are_found_and_filled(frame: pd.DataFrame, name: str) -> None:
    """isna, notna, dropna, fillna, count."""
    for column in AMOUNTS[name]:
        missing = sum(value is None for value in frame[column])
        assert frame[column].isna().sum() == missing
        assert frame[column].count() == frame[column].notna().sum() == len(frame) - missing
        assert len(frame.dropna(subset=[column])) == len(frame) - missing
        filled = frame[column].fillna(Decimal(0))
        assert {type(value) for value in filled} == {Decimal}
        assert frame[column].fillna(0).sum() == filled.sum()


@each
def test_sums_are_exact(frame: pd.DataFrame, name: str) -> None:
    """The sum of a column is that of its Decimals."""
    for column in AMOUNTS[name]:
        assert frame[column].sum() == sum(present(frame[column]))
        if present(frame[column]):
            assert isinstance(frame[column].sum(), Decimal)
            assert frame[column].max() == max(present(frame[column]))
            assert frame[column].min() == min(present(frame[column]))


def test_ten_cents_thrice_are_thirty(ledger: pt.Ledger) -> None:
    """Where floats would leave 0.30000000000000004, the difference is 0.1."""
    row = ledger.totals(by="commitment", as_of=DAY).set_index("commitment").loc["cents"]
    assert row["delivered"] == Decimal("0.2")
    assert row["pledged"] - row["delivered"] == row["outstanding"] == Decimal("0.1")
    assert row["delivered"] + Decimal("0.1") == row["pledged"]


@each
def test_columns_are_subtracted_and_divided(frame: pd.DataFrame, name: str) -> None:
    """Missing stays missing; what is there stays exact."""
    first, *_ = AMOUNTS[name]
    last = AMOUNTS[name][-1]
    frame["difference"] = frame[first].fillna(Decimal(0)) - frame[last].fillna(Decimal(0))
    assert {type(value) for value in frame["difference"]} == {Decimal}
    raw = frame[first] - frame[last]
    assert list(raw.isna()) == list(frame[first].isna() | frame[last].isna())
    positive = frame[frame[first].fillna(Decimal(0)) > 0]
    ratio = positive[first] / positive[first]
    assert all(value == 1 and isinstance(value, Decimal) for value in ratio)
    doubled = frame[first] * 2
    assert present(doubled) == [2 * value for value in present(frame[first])]


def test_the_share_is_that_of_the_columns(frames: dict[str, pd.DataFrame]) -> None:
    """Delivered over target, as a person would divide them."""
    table = frames["status"].dropna(subset=["share"])
    assert len(table)
    assert list(table["delivered"] / table["target"]) == list(table["share"])


@each
def test_rows_are_sorted_by_amount(frame: pd.DataFrame, name: str) -> None:
    """Missing amounts come last, or first where asked."""
    for column in AMOUNTS[name]:
        ordered = frame.sort_values(column, ascending=False)[column]
        assert present(ordered) == sorted(present(frame[column]), reverse=True)
        assert ordered.iloc[: len(present(ordered))].notna().all()
        assert frame.sort_values([key_of(frame), column], na_position="first").shape == frame.shape


@each
def test_rows_are_filtered_by_amount(frame: pd.DataFrame, name: str) -> None:
    """By a mask, by query, and by comparison with Decimals and whole numbers."""
    for column in AMOUNTS[name]:
        expected = sum(value > 100 for value in present(frame[column]))
        assert len(frame[frame[column] > 100]) == expected
        assert len(frame[frame[column] > Decimal(100)]) == expected
        assert len(frame.query(f"{column} > 100")) == expected
        assert len(frame.query("unit == 'USD'")) == (frame["unit"] == "USD").sum()
        assert len(frame[frame["unit"].isin(["USD", "refugee"])]) > 0


@each
def test_groups_add_up_exactly(frame: pd.DataFrame, name: str) -> None:
    """Groups with sum, agg and several columns."""
    key = key_of(frame)
    for column in AMOUNTS[name]:
        expected = {
            label: sum(present(rows[column]), Decimal(0)) for label, rows in frame.groupby(key)
        }
        assert frame.groupby(key)[column].sum().to_dict() == expected
        assert frame.groupby(key).agg({column: "sum"})[column].to_dict() == expected
        made = frame.groupby([key, "unit"], as_index=False).agg(total=(column, "sum"))
        assert made["total"].sum() == frame[column].sum()
    together = frame.groupby(key)[AMOUNTS[name]].sum()
    assert together[AMOUNTS[name][0]].sum() == frame[AMOUNTS[name][0]].sum()


def test_a_group_without_an_amount_can_stay_missing(frames: dict[str, pd.DataFrame]) -> None:
    """min_count=1 keeps what was not reported apart from 0."""
    made = frames["totals"].groupby("party")["delivered"].sum(min_count=1)
    assert pd.isna(made["Mexico + United States"])
    assert made["Mexico"] == Decimal("0.2")


@each
def test_tables_are_pivoted(frame: pd.DataFrame, name: str) -> None:
    """pivot_table with sums, and its margins."""
    key, column = key_of(frame), AMOUNTS[name][0]
    column = (
        next(c for c in AMOUNTS[name] if present(frame[c]))
        if not present(frame[column])
        else column
    )
    made = frame.pivot_table(index=key, columns="unit", values=column, aggfunc="sum")
    rows = frame[frame[column].notna()]
    for label, unit, number in (
        rows.groupby([key, "unit"], as_index=False)[column].sum().itertuples(index=False)
    ):
        assert made.loc[label, unit] == number
    margins = frame.pivot_table(
        index=key, columns="unit", values=column, aggfunc="sum", margins=True, fill_value=Decimal(0)
    )
    assert margins.loc["All", "All"] == frame[column].sum()


def test_totals_are_pivoted_without_a_sum(frames: dict[str, pd.DataFrame]) -> None:
    """One row per party, one column per period, each cell as it was."""
    dollars = frames["periods"].query("unit == 'USD'")
    made = dollars.pivot(index="party", columns="period", values="pledged")
    assert made.loc["Mexico", "2023"] == Decimal("748974008.21")
    assert made.loc["Mexico"].dropna().sum() == Decimal("1500000000.30")
    assert made.melt(ignore_index=False)["value"].dropna().sum() == dollars["pledged"].sum()


@each_frame
def test_tables_are_merged(frame: pd.DataFrame, frames: dict[str, pd.DataFrame], name: str) -> None:
    """With a table of one's own, and with one another."""
    key = "commitment" if "commitment" in frame else "party"
    own = pd.DataFrame({key: sorted(set(frame[key])), "region": "north"})
    merged = frame.merge(own, on=key, how="left")
    assert len(merged) == len(frame)
    assert merged["region"].notna().all()
    for column in AMOUNTS.get(name, ()):
        assert list(merged[column]) == list(frame[column])
    if key == "commitment":
        joined = frame.merge(frames["status"][["commitment", "status"]], on=key, how="inner")
        assert set(joined["commitment"]) <= set(frame["commitment"])
        assert len(joined) >= len(frame[frame[key].isin(frames["status"][key])])


@each_frame
def test_tables_are_concatenated(ledger: pt.Ledger, frame: pd.DataFrame, name: str) -> None:
    """Two days below one another, an empty one among them, with nothing said."""
    empty = frame.iloc[:0]
    both = pd.concat([frame.assign(day="a"), frame.assign(day="b"), empty], ignore_index=True)
    assert len(both) == 2 * len(frame)
    assert list(both)[: len(list(frame))] == list(frame)
    for column in AMOUNTS.get(name, ()):
        assert both[column].sum() == 2 * frame[column].sum()
        assert {type(value) for value in present(both[column])} <= {Decimal}
    days = pd.concat([ledger.totals(as_of=day).assign(day=day) for day in ("2000-01-01", DAY)])
    assert set(days["day"]) == {DAY}


# --- floats for plotting --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "columns"),
    [(pt.Ledger.totals, AMOUNTS["totals"]), (pt.Ledger.status, AMOUNTS["status"]),
     (pt.Ledger.summary, AMOUNTS["summary"])],
)  # fmt: skip
def test_numbers_for_plotting_are_floats(
    ledger: pt.Ledger, make: Callable[..., pd.DataFrame], columns: list[str]
) -> None:
    """numbers="float" gives float columns with NaN, near the exact ones."""
    exact, plain = make(ledger, as_of=DAY), make(ledger, as_of=DAY, numbers="float")
    assert list(plain) == list(exact)
    assert plain.attrs == exact.attrs
    for column in columns:
        assert plain[column].dtype == "float64"
        assert list(plain[column].isna()) == list(exact[column].isna())
        assert present(plain[column]) == [float(value) for value in present(exact[column])]
        assert plain[column].to_numpy().dtype.kind == "f"
        assert plain[column].cumsum().dtype == "float64"


@each
def test_exact_amounts_become_floats_where_asked(frame: pd.DataFrame, name: str) -> None:
    """astype(float) and to_numeric do what they say."""
    for column in AMOUNTS[name]:
        made = frame[column].astype(float)
        assert made.dtype == "float64"
        assert made.isna().sum() == frame[column].isna().sum()
        assert pd.to_numeric(frame[column]).isna().sum() == made.isna().sum()


# --- days -----------------------------------------------------------------------------------------


@each_date
def test_days_compare_with_dates(frame: pd.DataFrame, column: str) -> None:
    """Before, after and on a day; a missing one is none of them."""
    day = dt.date(2022, 7, 12)
    there = [value for value in frame[column] if not pd.isna(value)]
    assert all(type(value) is dt.date for value in there)
    assert len(frame[frame[column] < day]) == sum(value < day for value in there)
    assert len(frame[frame[column] >= day]) == sum(value >= day for value in there)
    assert len(frame[frame[column] == day]) == sum(value == day for value in there)
    assert frame[column].isna().sum() == len(frame) - len(there)
    assert frame[column].fillna(day).notna().all()


@each_date
def test_days_are_sorted_counted_and_subtracted(frame: pd.DataFrame, column: str) -> None:
    """By time, by year, and as days between."""
    there = [value for value in frame[column] if not pd.isna(value)]
    ordered = frame.sort_values(column)[column].dropna()
    assert list(ordered) == sorted(there)
    years = frame.dropna(subset=[column]).groupby(frame[column].dt.year).size()
    assert years.sum() == len(there)
    between = (frame[column] - dt.date(2022, 1, 1)).dropna()
    assert [gap.days for gap in between] == [(day - dt.date(2022, 1, 1)).days for day in there]
    moments = pd.to_datetime(frame[column])
    assert moments.isna().sum() == len(frame) - len(there)


def test_days_left_are_whole_numbers(frames: dict[str, pd.DataFrame]) -> None:
    """With missing ones where there is no end."""
    table = frames["status"].set_index("commitment")["days_left"]
    assert table["mx-border-infrastructure"] == 711
    assert table["cents"] == -31
    assert pd.isna(table["us-h2b-visas"])
    assert (table < 0).sum() == 1
    assert table.dropna().mean() > 0


# --- files ----------------------------------------------------------------------------------------


def sheet(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """What a spreadsheet program sees in the file that a table was written to."""
    out = io.BytesIO()
    frame.to_excel(out, index=False)
    out.seek(0)
    header, *rows = openpyxl.load_workbook(out).active.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


@each
def test_spreadsheets_hold_the_numbers(frame: pd.DataFrame, name: str) -> None:
    """Amounts are numbers to add up, not text; missing ones are empty cells."""
    cells = sheet(frame)
    assert len(cells) == len(frame)
    assert list(cells[0]) == list(frame)
    for column in AMOUNTS[name]:
        written = [row[column] for row in cells]
        assert {type(value) for value in written} <= {int, float, type(None)}
        for value, exact in zip(written, frame[column], strict=True):
            # A spreadsheet keeps 15 digits, which a share may pass and an amount does not.
            assert value == (pytest.approx(float(exact), rel=1e-15) if exact else exact)


def test_spreadsheets_hold_the_days(frames: dict[str, pd.DataFrame]) -> None:
    """Days are days."""
    row = {row["commitment"]: row for row in sheet(frames["status"])}["mx-border-infrastructure"]
    assert row["end"] == dt.datetime(2024, 7, 11)  # noqa: DTZ001  # spreadsheets have no zones
    assert row["days_left"] == 711
    assert row["target"] == 1_500_000_000
    assert row["reported"] is None


@each_frame
def test_every_table_goes_into_a_spreadsheet(frame: pd.DataFrame) -> None:
    """Movements and findings, too."""
    assert len(sheet(frame)) == len(frame)


@each_frame
def test_csv_holds_every_digit(frame: pd.DataFrame, name: str, tmp_path: Path) -> None:
    """Read back as text, each amount is the Decimal that it was."""
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    back = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert list(back) == list(frame)
    for column in AMOUNTS.get(name, ("number",) if name == "movements" else ()):
        read = [Decimal(text) if text else None for text in back[column]]
        assert read == [None if pd.isna(value) else value for value in frame[column]]


@each_frame
def test_parquet_holds_the_types(frame: pd.DataFrame, name: str, tmp_path: Path) -> None:
    """Amounts come back as Decimals, days as days, with the attrs beside them."""
    path = tmp_path / "table.parquet"
    frame.to_parquet(path)
    back = pd.read_parquet(path)
    assert list(back) == list(frame)
    assert back.attrs == frame.attrs
    for column in AMOUNTS.get(name, ()):
        assert [None if pd.isna(v) else v for v in back[column]] == list(frame[column])
    for column in DATES.get(name, ()):
        assert list(back[column].dropna()) == list(frame[column].dropna())


@each_frame
def test_tables_go_to_arrow_html_records_and_copies(frame: pd.DataFrame, name: str) -> None:
    """And to whatever else a notebook hands them on to."""
    assert pa.Table.from_pandas(frame).num_rows == len(frame)
    assert frame.to_html().count("<tr") == len(frame) + 1
    assert len(frame.to_dict("records")) == len(frame)
    assert frame.equals(frame.copy())
    assert len(repr(frame)) > 0
    assert len(frame.drop_duplicates()) <= len(frame)
    assert list(frame.rename(columns=str.upper)) == [column.upper() for column in frame]
    assert frame.assign(extra=1)["extra"].sum() == len(frame)
    assert frame.set_index(key_of(frame)).reset_index().shape == frame.shape
    assert frame.head(2).shape[0] == min(2, len(frame))
    assert frame.attrs == frame.copy().attrs
    if name != "movements":  # pandas cannot describe Arrow decimals
        assert len(frame.describe(include="all")) > 0


# --- movements ------------------------------------------------------------------------------------


def test_movements_add_up_and_subtract_exactly(ledger: pt.Ledger) -> None:
    """Their numbers are Arrow decimals: sums, groups and differences stay decimal."""
    rows = ledger.movements()
    dollars = rows[(rows["unit"] == "USD") & (rows["measure"] == "delivered")]
    assert dollars["number"].sum() == Decimal("0.2")
    groups = rows.groupby(["unit", "measure"], observed=True)["number"].sum()
    assert groups["USD", "delivered"] == Decimal("0.2")
    assert ((rows["number"] - rows["number"]).dropna() == 0).all()
    wide = rows.pivot_table(
        index="party", columns="measure", values="number", aggfunc="sum", observed=True
    )
    assert wide.loc["Mexico", "committed"] == Decimal("0.3")


def test_movements_of_a_notebook_are_totalled_again(ledger: pt.Ledger, tmp_path: Path) -> None:
    """Filtered, sorted, joined or read back from a file, they are still movements."""
    rows = ledger.movements()
    expected = ledger.totals(by="party", as_of=DAY)
    path = tmp_path / "movements.parquet"
    rows.to_parquet(path)
    for again in (
        rows.sample(frac=1, random_state=1),
        rows.sort_values("on", ascending=False),
        pd.concat([rows.iloc[:7], rows.iloc[7:]]),
        pd.read_parquet(path),
        rows.astype({"party": str, "unit": str}),
    ):
        pd.testing.assert_frame_equal(pt.totals(again, by="party", as_of=DAY), expected)
    mine = rows[rows["party"] == "Mexico"]
    table = pt.totals(mine, by="party", as_of=DAY)
    pd.testing.assert_frame_equal(table, expected[expected["party"] == "Mexico"])


def test_a_days_table_is_taken_from_another_days(ledger: pt.Ledger) -> None:
    """What changed between two days is a subtraction on the keys."""
    keys = ["party", "unit"]
    before, after = (
        ledger.totals(by="party", as_of=day).set_index(keys)["pledged"].dropna()
        for day in ("2022-06-30", DAY)
    )
    change = after.subtract(before, fill_value=Decimal(0))
    assert change["Mexico", "USD"] == Decimal(1_500_000_000)
    assert change["United States", "refugee"] == 0
    assert change.sum() == after.sum() - before.sum()

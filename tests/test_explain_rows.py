"""Explaining a row of a result: movements that add up to its figures, or a refusal."""

from __future__ import annotations

import datetime as dt
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
ENDS = tuple(f"{name}_{end}" for name in MEASURES for end in ("low", "high"))
RATES = pt.Rates.fixed({"EUR": "0.93", "JPY": "151.7", "KWD": "0.3", "DEM": "1.7"}, per="USD")
KEYS = st.sampled_from(["party", "horizon", "status", "source", "due", "commitment"])


def total(rows: pd.DataFrame) -> Decimal | None:
    """What the rows count."""
    numbers = list(rows["counts"].dropna())
    return sum(numbers, Decimal(0)) if numbers else None


def check(ledger: pt.Ledger, table: pd.DataFrame, **options: Any) -> None:
    """Whether every figure of a table is what its rows add up to."""
    for at in range(len(table)):
        row = table.iloc[at]
        whole = ledger.explain(row, **options)
        for name in table.columns:
            # The status of a whole knows of what its parts show.
            if name in MEASURES and "target" not in table:
                mine = whole[whole["measure"] == name]
                assert total(mine) == row[name], name
            if name in (*MEASURES, "headline", "outstanding", "overdue", "target", "delivered"):
                assert total(ledger.explain(table, at, measure=name, **options)) == row[name], name
            if name in ENDS and row[name] is not None:
                assert total(ledger.explain(row, measure=name, **options)) == row[name], name
            if name == "commitments" or name.startswith("status_"):
                rows = ledger.explain(row, measure=name, **options)
                assert rows["commitment"].nunique() == row[name], name


@times(1 / 2)
@given(pts.ledgers(max_commitments=3), KEYS, pts.days(), st.booleans())
def test_every_figure_of_totals_is_explained(
    ledger: pt.Ledger, key: str, day: dt.date, into: bool
) -> None:
    """With ranges, as known by a day, converted or not."""
    options: dict[str, Any] = {"into": "USD", "rates": RATES, "rate_day": "event"} if into else {}
    table = ledger.totals(
        by=key, as_of=day, known_by=day, bounds="range", include_repeats=True, **options
    )
    check(ledger, table, **({"rates": RATES} if into else {}))


@times(1 / 2)
@given(
    pts.ledgers(max_commitments=3), KEYS, pts.days(),
    st.sampled_from(["year", "fiscal year", "quarter"]), pts.calendars(),
)  # fmt: skip
def test_every_part_that_falls_in_a_period_is_explained(
    ledger: pt.Ledger, key: str, day: dt.date, per: str, calendar: pt.FiscalCalendar
) -> None:
    """The movements of the balances that are spread, with what falls in the period."""
    table = ledger.totals(by=key, as_of=day, per=per, calendar=calendar, bounds="range")
    check(ledger, table.sample(min(len(table), 6), random_state=0))


@times(1 / 2)
@given(pts.ledgers(max_commitments=3), KEYS, pts.days())
def test_every_figure_of_a_summary_is_explained(ledger: pt.Ledger, key: str, day: dt.date) -> None:
    """The counts by status, too."""
    table = ledger.summary(by=key, as_of=day)
    names = [name for name in table if name.startswith("status_") and not table[name].any()]
    check(ledger, table.drop(columns=names))


@given(pts.ledgers(max_commitments=3), pts.days(), st.booleans())
def test_every_figure_of_a_status_is_explained(ledger: pt.Ledger, day: dt.date, into: bool) -> None:
    """Target and delivered, and the target as it was announced."""
    options: dict[str, Any] = {"rates": RATES} if into else {}
    table = ledger.status(as_of=day, **({"into": "USD", **options} if into else {}))
    check(ledger, table, **options)
    for at in range(len(table)):
        first = ledger.explain(table, at, measure="original_target", **options)
        assert total(first) == table["original_target"][at]
        for name in ("stated_target", "stated_delivered") if into else ():
            assert total(ledger.explain(table, at, measure=name, **options)) == table[name][at]


@times(1 / 2)
@given(pts.ledgers(max_commitments=3), KEYS, pts.days(), pts.days())
def test_every_figure_of_a_timeline_is_explained(
    ledger: pt.Ledger, key: str, day: dt.date, known: dt.date
) -> None:
    """As of the day of the row."""
    since = day - dt.timedelta(days=200)
    table = ledger.timeline(key, freq="quarter", since=since, as_of=day, known_by=known)
    check(ledger, table)


@times(1 / 2)
@given(pts.ledgers(max_commitments=3), st.lists(pts.days(), min_size=2, max_size=2).map(sorted))
def test_every_change_is_explained(ledger: pt.Ledger, days: list[dt.date]) -> None:
    """By the movements that count newly, and those that count no longer."""
    # Each explanation compares both days anew, so not every row is taken.
    table = ledger.changes(since=days[0], until=days[1])
    check(ledger, table.sample(min(len(table), 2), random_state=0))
    old = ledger.cut(known_by=days[0])
    table = pt.changes(old, ledger, since=days[0], until=days[1])
    for at in range(0, len(table), 3):
        rows = ledger.explain(table, at, old=old)
        for name in MEASURES:
            assert total(rows[rows["measure"] == name]) == table[name][at]


# --- rows of every kind, by example ---------------------------------------------------------------


PLEDGE = pt.Commitment(
    id="aid", party="A", announced="2024-01-15", stage="pledged", citation={"source": "speech"},
    target={"number": 100, "unit": "USD"}, horizon={"start": "2024-01-01", "end": "2025-12-31"},
)  # fmt: skip
SOURCES = [pt.Source(id="speech"), pt.Source(id="audit")]
ARRIVED = pt.Event(
    commitment="aid", kind="delivered", on="2024-03-01", quantity={"number": 30, "unit": "USD"},
    citation={"source": "audit", "place": "p. 3"},
)  # fmt: skip
LEDGER = pt.Ledger([PLEDGE], [ARRIVED], SOURCES)
TABLE = LEDGER.totals(by="party", as_of="2024-06-01")


def test_what_is_outstanding_is_pledged_less_delivered() -> None:
    """Each movement with its sign, and its citation."""
    rows = LEDGER.explain(TABLE, 0, measure="outstanding")
    assert list(zip(rows["measure"], rows["counts"], rows["citation"], strict=True)) == [
        ("pledged", 100, "speech"), ("delivered", -30, "audit, p. 3"),
    ]  # fmt: skip


def test_the_status_of_a_whole_and_of_a_repetition_is_explained() -> None:
    """A part's amounts belong to its whole, and what counts nowhere still has a status."""
    part = PLEDGE.model_copy(update={"id": "part", "part_of": "aid", "targets": (
        pt.Quantity(number=40, unit="USD"),)})  # fmt: skip
    again = PLEDGE.model_copy(update={"id": "again", "repeats": "aid"})
    arrived = ARRIVED.model_copy(update={"commitment": "part"})
    ledger = pt.Ledger([PLEDGE, part, again], [ARRIVED, arrived], SOURCES)
    table = ledger.status(as_of="2024-06-01")
    check(ledger, table)
    figures = dict(zip(table["commitment"], table["delivered"], strict=True))
    assert figures == {"aid": 60, "again": None, "part": 30}


def test_a_row_of_a_period_counts_what_falls_in_it() -> None:
    """366 of 731 days of 100 USD."""
    table = LEDGER.totals(per="year", as_of="2024-06-01")
    rows = LEDGER.explain(table.iloc[0])
    assert list(zip(rows["measure"], rows["number"], rows["counts"], strict=True)) == [
        ("pledged", 100, Decimal("50.07")), ("delivered", 30, 30),
    ]  # fmt: skip


def test_a_row_of_fiscal_years_brings_its_calendar() -> None:
    """Named or not; a bare row needs it told."""
    calendar = pt.FiscalCalendar(4, "starting")
    row = LEDGER.totals(per="fiscal year", calendar=calendar, as_of="2024-06-01").iloc[1]
    assert total(LEDGER.explain(row, measure="pledged")) == row["pledged"]
    with pytest.raises(pt.CalendarError, match="fiscal year start unknown"):
        LEDGER.explain(dict(row), as_of="2024-06-01")
    bare = LEDGER.explain(dict(row), as_of="2024-06-01", calendar="4:starting", measure="pledged")
    assert total(bare) == row["pledged"]


@pytest.mark.parametrize(
    "row", [TABLE.iloc[0], TABLE, TABLE.head(1), next(TABLE.iterrows())[1], TABLE.loc[0]],
    ids=["iloc", "one row", "head", "iterrows", "loc"],
)  # fmt: skip
def test_rows_of_pandas_know_their_day(row: Any) -> None:
    """However they were taken."""
    assert total(LEDGER.explain(row, measure="pledged")) == 100


@pytest.mark.parametrize("row", [TABLE.to_dict("records")[0], next(TABLE.itertuples())])
def test_a_bare_row_must_be_told_its_day(row: Any) -> None:
    """Another day than that of the result would explain another figure."""
    with pytest.raises(pt.ExplainError, match=r"pass as_of=, or the result and the number"):
        LEDGER.explain(row)
    assert total(LEDGER.explain(row, measure="pledged", as_of="2024-06-01")) == 100


def test_a_row_of_floats_is_explained_in_decimals() -> None:
    """Made for plotting, it is still a row."""
    table = LEDGER.totals(as_of="2024-06-01", numbers="float")
    assert total(LEDGER.explain(table, 0, measure="outstanding")) == 70


def test_a_row_by_a_tag_is_explained_under_its_short_name() -> None:
    """The key is called as it was asked for; a tag called like a measure is no label of a row."""
    ledger = pt.Ledger(
        pt.Commitment(id=name, party="A", announced="2024-01-01", stage="pledged",
                      target={"number": number, "unit": "USD"},
                      tags={"topic": name, "pledged": "no"})
        for name, number in (("roads", 5), ("schools", 7))
    )  # fmt: skip
    for by in ("topic", "tag_topic"):
        table = ledger.totals(by=by, as_of="2024-12-31")
        found = [list(ledger.explain(table, at)["commitment"]) for at in range(2)]
        assert found == [["roads"], ["schools"]]


def test_a_row_of_another_day_or_ledger_is_refused() -> None:
    """A wrong figure is not explained; the error carries both."""
    row = TABLE.iloc[0]
    with pytest.raises(pt.ExplainError, match="the row says delivered 30, and the movements") as no:
        LEDGER.explain(row, as_of="2024-02-01")
    assert (no.value.column, no.value.stated, no.value.found) == ("delivered", 30, None)
    more = {"kind": "revised", "citations": ()}
    other = pt.Ledger([PLEDGE], [ARRIVED, ARRIVED.model_copy(update=more)], SOURCES)
    with pytest.raises(pt.ExplainError, match="add up to 130"):
        other.explain(row)


def test_a_converted_row_asks_for_its_rates() -> None:
    """The day of the rates it knows itself."""
    rates = pt.Rates.fixed({"EUR": "0.50"}, per="USD")
    row = LEDGER.totals(as_of="2024-06-01", into="EUR", rates=rates).iloc[0]
    with pytest.raises(pt.ExplainError, match=r"the row is in EUR at .*; pass the same rates="):
        LEDGER.explain(row)
    rows = LEDGER.explain(row, rates=rates)
    assert list(rows["counts"]) == [50, 15]
    assert list(rows["stated_number"]) == [100, 30]
    assert (rows.attrs["into"], rows.attrs["rates"]) == ("EUR", "fixed rates")
    assert "in EUR at rates of the day of each announcement, fixed rates" in rows.attrs["caption"]


def test_a_change_shows_both_sides() -> None:
    """A corrected figure: the old one taken back, the new one counted."""
    arrived = ARRIVED.model_copy(update={"quantity": pt.Quantity(number=35, unit="USD")})
    new = pt.Ledger([PLEDGE], [arrived], SOURCES)
    table = pt.changes(LEDGER, new, until="2024-06-01")
    rows = new.explain(table, 0, old=LEDGER)
    assert sorted(rows["counts"]) == [-30, 35]
    with pytest.raises(pt.ExplainError, match="with old= for the older one"):
        new.explain(table.iloc[0])


def test_a_change_of_what_was_known_rests_on_what_was_known_of_both() -> None:
    """What the older ledger knew later only is no side of it."""
    later = ARRIVED.model_copy(update={"known": dt.date(2024, 5, 1)})
    old = pt.Ledger([PLEDGE], [later], SOURCES)
    table = pt.changes(old, LEDGER, until="2024-06-01", known_by="2024-04-01")
    assert list(table["change"]) == ["delivered", "status"]
    for at, counts in ((0, [30]), (1, [None, None])):
        assert list(LEDGER.explain(table, at, old=old)["counts"]) == counts


def test_a_converted_change_asks_for_its_rates() -> None:
    """It knows into what, and at the rates of which day."""
    rates = pt.Rates.fixed({"EUR": "0.50"}, per="USD")
    options: dict[str, Any] = {"into": "EUR", "rates": rates}
    table = LEDGER.changes(since="2024-02-01", until="2024-06-01", **options)
    assert list(table["delivered"])[:1] == [15]
    assert table.attrs["into"] == "EUR"
    with pytest.raises(pt.ExplainError, match="pass the same rates="):
        LEDGER.explain(table, 0)
    rows = LEDGER.explain(table, 0, rates=rates)
    assert list(rows["counts"]) == [15]
    assert rows.attrs["into"] == "EUR"


def test_a_change_of_status_shows_what_it_is_judged_from() -> None:
    """Time alone made it overdue: no movement counts, all are shown."""
    table = LEDGER.changes(since="2025-12-31", until="2026-01-01")
    rows = LEDGER.explain(table, 0)
    assert list(rows["event"]) == ["pledged", "delivered"]
    assert rows["counts"].isna().all()


@pytest.mark.parametrize(
    ("row", "options", "message"),
    [(TABLE, {"measure": "share"}, "unknown figure 'share'"),
     (TABLE, {"measure": ["pledged"]}, r"unknown figure \['pledged'\]"),
     (LEDGER.summary(as_of="2024-06-01"), {"measure": "share"}, "a share is no sum"),
     (TABLE, {"measure": "party"}, "unknown figure 'party'"),
     (TABLE, {"at": 1}, "there is no row 1; the result has 1"),
     (TABLE.iloc[0], {"at": 0}, "a number goes with a result"),
     (TABLE[["party", "pledged"]], {}, "no whole row"),
     (pd.concat([TABLE, TABLE]), {}, "which of the 2 rows"),
     (TABLE, {"involving": "A"}, "without involving="), ("aid", {}, "'str' is no row"),
     ({"unit": "USD"}, {}, "no whole row"),
     (LEDGER.changes(since="2024-01-01", until="2024-06-01"), {"at": 0, "measure": "target"},
      "unknown figure 'target'")],
)  # fmt: skip
def test_what_is_no_row_is_refused(row: Any, options: dict[str, Any], message: str) -> None:
    """With what to do."""
    with pytest.raises(pt.PledgetrackError, match=message):
        LEDGER.explain(row, **options)


def test_labels_explain_converted_figures_too() -> None:
    """As of old, without a row."""
    rates = pt.Rates.fixed({"EUR": "0.50"}, per="USD")
    rows = LEDGER.explain(party="A", as_of="2024-06-01", into="EUR", rates=rates)
    assert list(rows["number"]) == [50, 15]
    assert rows.attrs["into"] == "EUR"


@pytest.mark.parametrize(
    ("asked", "kind", "words"),
    [({"party": "A"}, pt.ExplainError, "a row has its own labels; pass it without party="),
     ({"involving": "A"}, pt.ExplainError, "pass it without involving="),
     ({"until": "2024-01-01"}, pt.UnknownNameError, "unknown option 'until'"),
     ({"per": "year"}, pt.UnknownNameError, "unknown option 'per'")],
)  # fmt: skip
def test_what_a_row_does_not_take_is_refused_by_name(
    asked: dict[str, Any], kind: type[Exception], words: str
) -> None:
    """With the library's own errors."""
    table = LEDGER.totals(as_of="2024-06-01")
    with pytest.raises(kind, match=words):
        LEDGER.explain(table, 0, **asked)

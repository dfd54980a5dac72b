"""The laws as functions of any ledger and day, beside the oracle: each fails with an assertion."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import strategies as st

import oracle
import pledgetrack as pt
from pledgetrack.movements import ELSEWHERE

KEYS = [
    "tag_theme",
    "party",
    "recipient",
    "channel",
    "horizon",
    "due",
    "announced",
    "status",
    "source",
    "commitment",
]
AMOUNTS = ("proposed", "pledged", "committed", "delivered")


def in_use(ledger: pt.Ledger, by: list[str]) -> list[str]:
    """The keys without the tags that no commitment of the ledger has."""
    columns = ledger.movements().columns
    return [key for key in by if not key.startswith("tag_") or key in columns]


def statuses(ledger: pt.Ledger, day: dt.date) -> dict[str, str]:
    """The status of each commitment by the oracle."""
    found = {c.id: oracle.status(ledger, c, day) for c in ledger.commitments}
    return {name: status for name, status in found.items() if status}


def cells(table: pd.DataFrame, keys: int) -> dict[tuple, dict]:
    """A result by the labels of its rows."""
    names = list(table.columns)
    return {
        tuple(row[:keys]): dict(zip(names[keys:], row[keys:], strict=True))
        for row in table.itertuples(index=False, name=None)
    }


def movements_add_up_to_the_balances(ledger: pt.Ledger, day: dt.date) -> None:
    """Summing the rows that count gives every balance of the rule, on any day."""
    rows = oracle.counting(ledger.movements(), day)
    for commitment in ledger.commitments:
        found: dict[tuple[str, str], Decimal] = {}
        for row in rows:
            if row["commitment"] == commitment.id and row["number"] is not None:
                key = (row["unit"], row["measure"])
                found[key] = found.get(key, Decimal(0)) + row["number"]
        expected = oracle.balances(ledger, commitment, day)
        assert {key: number for key, number in found.items() if number} == expected


def status_is_the_first_line_that_holds(ledger: pt.Ledger, day: dt.date) -> None:
    """The status read from movements is that of the records."""
    table = ledger.status(as_of=day)
    found = dict(zip(table["commitment"], table["status"], strict=True))
    assert found == statuses(ledger, day)


def totals_are_the_sums_of_the_rows(ledger: pt.Ledger, by: list[str], day: dt.date) -> None:
    """Every cell is what adding the rows by hand gives, missing where there is no row."""
    by = in_use(ledger, by)
    cells_are_the_sums_of_the_rows(ledger.totals(by=by, as_of=day), ledger, by, day)


def cells_are_the_sums_of_the_rows(
    totals: pd.DataFrame, ledger: pt.Ledger, by: list[str], day: dt.date
) -> None:
    """The same of totals that were made before."""
    table = cells(totals, len(by) + 1)
    expected = oracle.totals(ledger.movements(), by, day, statuses(ledger, day))
    assert set(table) == set(expected)
    for cell, row in table.items():
        for name in (*AMOUNTS, "commitments"):
            assert row[name] == expected[cell][name], (cell, name)
        if "source" in by:
            assert "outstanding" not in row
            assert "overdue" not in row
        else:
            assert row["outstanding"] == expected[cell]["outstanding"]
            assert row["overdue"] == expected[cell]["overdue"]


def groups_add_up_to_the_whole(ledger: pt.Ledger, by: list[str], day: dt.date) -> None:
    """Law 1: for any keys the groups add up to the whole, per unit and measure."""
    by = in_use(ledger, by)
    tables_add_up_to_the_same(ledger.totals(by=by, as_of=day), ledger.totals(as_of=day))


def tables_add_up_to_the_same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """The same of two tables by different keys."""
    assert set(one["unit"]) == set(other["unit"])
    for name in (*AMOUNTS, "outstanding", "overdue"):
        if name in one and name in other:
            for unit in set(one["unit"]):
                sums = []
                for table in (one, other):
                    mine = table[table["unit"] == unit]
                    stated = [number for number in mine[name] if number is not None]
                    sums.append(sum(stated) if stated else None)
                assert sums[0] == sums[1], (unit, name)


def measures_nest(ledger: pt.Ledger, day: dt.date) -> None:
    """Law 4: committed is within pledged, and no balance but a delivery is below zero."""
    cells_nest(ledger.totals(by="commitment", as_of=day))


def cells_nest(table: pd.DataFrame) -> None:
    """The same of totals by commitment."""
    for row in table.to_dict("records"):
        assert (row["committed"] or 0) <= (row["pledged"] or 0)
        assert min(row[name] or 0 for name in ("proposed", "pledged", "committed")) >= 0


def as_of_is_truncation(ledger: pt.Ledger, by: list[str], day: dt.date) -> None:
    """Law 6: a table as of a day is the table of the ledger cut at that day."""
    by = in_use(ledger, by)
    short = ledger.cut(day)
    pd.testing.assert_frame_equal(short.totals(by=by, as_of=day), ledger.totals(by=by, as_of=day))
    pd.testing.assert_frame_equal(short.status(as_of=day), ledger.status(as_of=day))
    assert short.cut(day) == short.cut("2035-01-01") == short


def known_by_cuts_the_records_first(
    ledger: pt.Ledger, by: list[str], day: dt.date, known: dt.date
) -> None:
    """Law 6: a table known by a day is the table of the records that were known on that day."""
    by = in_use(ledger, by)
    promised = [c for c in ledger.commitments if (c.known or c.announced) <= known]
    names = {commitment.id for commitment in promised}
    happened = [e for e in ledger.events if e.commitment in names and (e.known or e.on) <= known]
    then = pt.Ledger(promised, happened, ledger.sources, ledger.parties)
    short = ledger.cut(known_by=known)
    assert (short.commitments, short.events) == (then.commitments, then.events)
    assert short.cut(known_by=known) == short.cut("2040-01-01") == short
    assert ledger.cut(day, known_by=known) == short.cut(day) == ledger.cut(day).cut(known_by=known)
    for options in ({"as_of": day}, {"as_of": day, "per": "quarter", "calendar": "US"}):
        made = ledger.totals(by=by, known_by=known, **options)
        pd.testing.assert_frame_equal(made, short.totals(by=by, **options))
    for name in ("status", "summary", "explain"):
        made = getattr(ledger, name)(as_of=day, known_by=known)
        pd.testing.assert_frame_equal(made, getattr(short, name)(as_of=day))
    rows = ledger.movements(known_by=known)
    pd.testing.assert_frame_equal(rows, short.movements())
    expected = short.totals(by=by, as_of=day)
    pd.testing.assert_frame_equal(pt.totals(rows, by, as_of=day, known_by=known), expected)


def splitting_conserves(
    ledger: pt.Ledger, day: dt.date, per: str, calendar: pt.FiscalCalendar
) -> None:
    """Law 5: the periods of each commitment add up to its balance, to the last minor unit."""
    parts = ledger.totals(by="commitment", per=per, calendar=calendar, as_of=day)
    periods_add_up(parts, ledger.totals(by="commitment", as_of=day))


def periods_add_up(parts: pd.DataFrame, whole: pd.DataFrame) -> None:
    """The same of totals by commitment, and these by period."""
    assert "outstanding" not in parts
    for row in whole.to_dict("records"):
        mine = parts[(parts["unit"] == row["unit"]) & (parts["commitment"] == row["commitment"])]
        assert len(mine)
        for name in AMOUNTS:
            stated = [number for number in mine[name] if number is not None]
            assert (sum(stated) if stated else None) == row[name]


def finer_periods_add_up_to_coarser_ones(
    ledger: pt.Ledger, day: dt.date, calendar: pt.FiscalCalendar
) -> None:
    """Law 5: quarters make fiscal years, and months make years."""
    for fine, coarse in (("quarter", "fiscal year"), ("month", "year")):
        small = ledger.totals(per=fine, calendar=calendar, as_of=day)
        large = ledger.totals(per=coarse, calendar=calendar, as_of=day)
        width = 6 if coarse == "fiscal year" else 4
        labels = ("open", "not stated")
        small["period"] = [p if p in labels else p[:width] for p in small["period"]]
        for row in large.to_dict("records"):
            mine = small[(small["unit"] == row["unit"]) & (small["period"] == row["period"])]
            for name in AMOUNTS:
                stated = [number for number in mine[name] if number is not None]
                assert (sum(stated) if stated else None) == row[name]


def merging_is_adding(one: pt.Ledger, other: pt.Ledger, day: dt.date) -> None:
    """Law 10: the totals of two ledgers joined are those of both added, in either order."""
    known = {party.name: party for party in (*one.parties, *other.parties) if party.aliases}
    spelled = [known.get(party.name, party) for party in other.parties]
    one = pt.Ledger(one.commitments, one.events, one.sources, {*one.parties, *known.values()})
    other = pt.Ledger(other.commitments, other.events, other.sources, spelled)
    both = one + other
    assert both == other + one
    tables = [ledger.totals(as_of=day) for ledger in (one, other)]
    for row in both.totals(as_of=day).to_dict("records"):
        for name in AMOUNTS:
            stated = [
                number
                for table in tables
                for number in table[table["unit"] == row["unit"]][name]
                if number is not None
            ]
            assert (sum(stated) if stated else None) == row[name]


def order_never_matters(ledger: pt.Ledger, random: st.random_module) -> None:
    """Law 10: records in any order make the same ledger and the same movements."""
    lists = [
        list(ledger.commitments),
        list(ledger.events),
        list(ledger.sources),
        list(ledger.parties),
    ]
    for records in lists:
        random.shuffle(records)
    shuffled = pt.Ledger(*lists)
    assert shuffled == ledger
    pd.testing.assert_frame_equal(shuffled.movements(), ledger.movements())


def filtering_is_choosing_rows(ledger: pt.Ledger, key: str, day: dt.date) -> None:
    """The totals of a filtered ledger are the rows of the totals that have its label."""
    if not in_use(ledger, [key]):
        with pytest.raises(pt.UnknownNameError):
            ledger.totals(by=key, as_of=day)
        return
    whole = ledger.totals(by=key, as_of=day)
    for value in set(whole[key]):
        mine = whole[whole[key] == value].reset_index(drop=True)
        found = ledger.filter(as_of=day, **{key: value}).totals(by=key, as_of=day)
        pd.testing.assert_frame_equal(found, mine)


def explained_rows_add_up_to_the_cell(ledger: pt.Ledger, by: list[str], day: dt.date) -> None:
    """Law 8: the movements behind a cell add up to it, exactly."""
    by = in_use(ledger, by)
    for row in ledger.totals(by=by, as_of=day).to_dict("records"):
        explained_rows_add_up(row, ledger, by, day)


def explained_rows_add_up(row: dict, ledger: pt.Ledger, by: list[str], day: dt.date) -> None:
    """The same of one row."""
    labels = {name: row[name] for name in (*by, "unit")}
    rows = ledger.explain(as_of=day, **labels)
    for name in AMOUNTS:
        stated = list(rows[rows["measure"] == name]["number"])
        assert (sum(stated) if stated else None) == row[name]


def bounds_survive(ledger: pt.Ledger, day: dt.date) -> None:
    """Law 9: a bound is told exactly where a balance with that bound is in the cell."""
    cells_tell_their_bounds(ledger.totals(by="commitment", as_of=day), ledger, day)


def cells_tell_their_bounds(table: pd.DataFrame, ledger: pt.Ledger, day: dt.date) -> None:
    """The same of totals by commitment."""
    rows = oracle.counting(ledger.movements(), day)
    flipped = {"at least": "up to", "up to": "at least", "about": "about"}
    for cell in table.to_dict("records"):
        told = {}
        for part in filter(None, cell["bound"].split(", ")):
            measure, bound = part.split(" ", 1)
            told[measure] = bound
        loose: dict[str, set[str]] = {}
        for measure in (*AMOUNTS, "passed on"):
            for bound in flipped:
                numbers = [
                    r["number"] for r in rows
                    if (r["commitment"], r["unit"], r["measure"], r["bound"])
                    == (cell["commitment"], cell["unit"], measure, bound)
                ]  # fmt: skip
                if sum(numbers):
                    loose.setdefault(measure, set()).add(bound)
        # With what its parts show: of a whole that is all carved out, nothing is outstanding, as
        # inexactly as it was promised.
        full = [
            r["number"]
            for r in rows
            if (r["commitment"], r["unit"], r["measure"])
            == (cell["commitment"], cell["unit"], "pledged")
            and not (r["event"] == "part" and r["part"])
            and r["number"] is not None
        ]
        if sum(full) > 0:
            # What its parts passed on to it arrived, too.
            arrived = loose.get("delivered", set()) | loose.get("passed on", set())
            left = loose.get("pledged", set()) | {flipped[bound] for bound in arrived}
            if left:
                loose["outstanding"] = left
                if cell["overdue"]:
                    loose["overdue"] = left
        loose.pop("passed on", None)
        expected = {name: next(iter(b)) if len(b) == 1 else "about" for name, b in loose.items()}
        assert told == expected


def summary_counts_every_commitment_once(ledger: pt.Ledger, day: dt.date) -> None:
    """The counts by status of a row add up to its commitments, and agree with the status."""
    table = ledger.summary(by="party", as_of=day)
    counts = table[[name for name in table if name.startswith("status_")]]
    assert list(counts.sum(axis=1)) == list(table["commitments"])
    status = ledger.status(as_of=day)
    _, aside = oracle.relations(oracle.all_records(ledger)[0], day)
    status = status[~status["commitment"].isin(aside)]  # shown there, and counted elsewhere
    # What arrived of its parts alone is shown of a whole, and counted with them.
    rows = [r for r in oracle.counting(ledger.movements(), day) if r["measure"] not in ELSEWHERE]
    counted = {(row["commitment"], row["unit"]) for row in rows}
    pairs = zip(status["commitment"], status["unit"], strict=True)
    status = status[[pair in counted for pair in pairs]]
    for row in table.to_dict("records"):
        mine = status[(status["party"] == row["party"]) & (status["unit"] == row["unit"])]
        for name in counts:
            word = name.removeprefix("status_").replace("_", " ")
            assert row[name] == (mine["status"] == word).sum()


def missing_is_not_zero(ledger: pt.Ledger, day: dt.date) -> None:
    """Law 7: nothing delivered is 0 only where a report says so."""
    cells_tell_missing_from_zero(ledger.totals(by="commitment", as_of=day), ledger, day)


def cells_tell_missing_from_zero(table: pd.DataFrame, ledger: pt.Ledger, day: dt.date) -> None:
    """The same of totals by commitment."""
    for row in table.to_dict("records"):
        reports = [
            event for event in ledger.events
            if event.commitment == row["commitment"] and event.kind == "delivered"
            and event.quantity.unit == row["unit"] and event.on <= day
        ]  # fmt: skip
        assert (row["delivered"] is None) == (not reports)

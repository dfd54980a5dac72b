"""Charts: one unit a panel, exact sums behind the marks, words that people and readers hear."""

from __future__ import annotations

import datetime as dt
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import altair as alt
import pytest
from hypothesis import given

import pledgetrack as pt
from examples import times
from pledgetrack import strategies as pts
from pledgetrack.chart_draw import _spread
from pledgetrack.chart_rows import (
    few,
    group_rows,
    horizon_rows,
    progress_rows,
    status_rows,
    ticks,
    timeline_rows,
    unique_labels,
)
from pledgetrack.flow_shape import heights, ribbons

DAY = dt.date(2030, 1, 1)
CHARTS: dict[str, Callable[..., Any]] = {
    "progress": pt.chart.progress, "timeline": pt.chart.timeline, "periods": pt.chart.periods,
    "flow": pt.chart.flow, "horizon": pt.chart.horizon, "status": pt.chart.status,
}  # fmt: skip
each_chart = pytest.mark.parametrize("name", CHARTS)


def data_of(spec: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The rows behind each panel of a chart."""
    yield from spec.get("datasets", {}).values()
    for value in spec.values():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                if "values" in part and isinstance(part["values"], list):
                    yield [row for row in part["values"] if isinstance(row, dict)]
                yield from data_of(part)


def many(count: int) -> pt.Ledger:
    """So many promises in two units, each with its own amount, a third of them delivered."""
    promises = [
        pt.Commitment(
            id=f"p{at}", title="Roads", party=f"Party {at % 40}", recipient=f"Place {at % 30}",
            announced="2022-01-15", stage="pledged", horizon={"end": "2026-12-31"},
            target={"number": f"{at + 1}.01", "unit": ("USD", "EUR")[at % 2]},
        )
        for at in range(count)
    ]  # fmt: skip
    events = [
        pt.Event(commitment=promise.id, kind="delivered", on="2023-01-01",
                 quantity=promise.targets[0])
        for promise in promises[::3]
    ]  # fmt: skip
    return pt.Ledger(promises, events)


def sums(rows: list[dict[str, Any]], field: str) -> dict[str, Decimal]:
    """The exact sum of a field per unit."""
    made: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row[field] is not None:
            made[row["unit"]] += Decimal(row[field])
    return dict(made)


def stated(totals: Any, measure: str) -> dict[str, Decimal]:
    """The figure of each unit that has one."""
    rows = totals.to_dict("records")
    return {row["unit"]: row[measure] for row in rows if row[measure] is not None}


@given(pts.ledgers())
def test_what_is_drawn_adds_up_to_the_totals(ledger: pt.Ledger) -> None:
    """To the last digit, with the others that have no bar of their own."""
    totals = ledger.totals(as_of=DAY)
    by_commitment = ledger.totals(by="commitment", as_of=DAY)
    states = ledger.status(as_of=DAY)
    bullets, _ = progress_rows(by_commitment, states, ledger, DAY, most=1, locale="en")
    assert sums(bullets, "pledged") == stated(totals, "pledged")
    assert sums(bullets, "delivered") == stated(totals, "delivered")
    grouped = ledger.totals(by=["party", "recipient"], as_of=DAY)
    flows = group_rows(grouped, ("party", "recipient"), "committed", most=1, locale="en")
    assert sums(flows, "digits") == stated(totals, "committed")
    parts = ledger.totals(by="party", per="year", as_of=DAY)
    columns = group_rows(parts, ("party", "period"), "pledged", most=1, locale="en")
    assert sums(columns, "digits") == stated(totals, "pledged")
    line = ledger.timeline(freq="year", as_of=DAY)
    steps = timeline_rows(line, ("delivered",), "en")
    last = [row for row in steps if row["on"] == str(DAY)]
    assert sums(last, "digits") == stated(totals, "delivered")


@times(1 / 3)
@given(pts.ledgers(), pts.days())
def test_any_ledger_can_be_drawn(ledger: pt.Ledger, day: dt.date) -> None:
    """Refunds, moved horizons, ended promises and empty days among them."""
    for chart in CHARTS.values():
        assert chart(ledger, as_of=day, known_by=day).to_dict()["vconcat"]


@given(pts.ledgers())
def test_every_commitment_is_in_the_counts(ledger: pt.Ledger) -> None:
    """A record that counts elsewhere is told of beside them."""
    states = ledger.status(as_of=DAY)
    rows, aside = status_rows(states, most=1, locale="en")
    assert sum(row["count"] for row in rows) + aside == states["commitment"].nunique()


@each_chart
def test_a_panel_has_one_unit(name: str, seeds: pt.Ledger) -> None:
    """No two units share an axis."""
    spec = CHARTS[name](seeds, as_of="2024-08-01").to_dict()
    for rows in data_of(spec):
        assert len({row["unit"] for row in rows if "unit" in row}) <= 1


@each_chart
def test_a_chart_speaks_and_names_its_day(name: str, seeds: pt.Ledger) -> None:
    """There is a description of the whole and of each mark, and text beside colour."""
    spec = CHARTS[name](seeds, as_of="2024-08-01").to_dict()
    assert spec["title"]["subtitle"][0].startswith("As of 1 August 2024")
    assert spec["description"].startswith(spec["title"]["text"])
    spoken = [row for rows in data_of(spec) for row in rows if "spoken" in row]
    assert spoken
    assert all(row["spoken"] for row in spoken)
    assert '"url"' not in str(spec)


@each_chart
@pytest.mark.parametrize("locale", ["es", "fr", "de"])
def test_charts_speak_other_languages(name: str, locale: str, seeds: pt.Ledger) -> None:
    """Titles and words are translated."""
    few = seeds.filter(party="Mexico")
    english = CHARTS[name](few, as_of="2024-08-01").title.text
    assert CHARTS[name](few, as_of="2024-08-01", locale=locale).title.text != english


@each_chart
def test_nothing_at_all_is_said_to_be_nothing(name: str) -> None:
    """An empty ledger gives a chart that says so."""
    spec = CHARTS[name](pt.Ledger(), as_of="2024-08-01").to_dict()
    assert [{"said": "Nothing to show."}] in list(data_of(spec))


def test_two_hundred_promises_keep_the_largest_and_the_others() -> None:
    """Each panel has its most and one bar with the exact rest; labels stay apart."""
    ledger = many(200)
    spec = pt.chart.progress(ledger, as_of="2024-08-01").to_dict()
    whole = stated(ledger.totals(as_of="2024-08-01"), "pledged")
    bars = {id(rows): rows for rows in data_of(spec) if rows and "whole" in rows[0]}
    assert sorted({len(rows) for rows in bars.values()}) == [21]
    for rows in bars.values():
        assert rows[-1]["label"] == "80 others"
        assert len({row["label"] for row in rows}) == 21
        assert sums(rows, "pledged")[rows[0]["unit"]] == whole[rows[0]["unit"]]
    lines = pt.chart.horizon(ledger, as_of="2024-08-01").to_dict()
    assert max(len(rows) for rows in data_of(lines)) == 200


def test_more_rows_than_altair_takes_by_default_are_drawn() -> None:
    """Data is inlined as it is."""
    with alt.data_transformers.enable("default", max_rows=10):
        spec = pt.chart.horizon(many(12), as_of="2024-08-01").to_dict()
    assert max(len(rows) for rows in data_of(spec)) == 12


def test_half_the_money_and_nine_tenths_of_the_time() -> None:
    """Share and time stand on one scale, and the words have the amounts."""
    promise = pt.Commitment(id="a", party="A", announced="2024-01-01", stage="pledged",
                            target="1.5 billion USD",
                            horizon={"start": "2024-01-01", "end": "2024-01-10"})  # fmt: skip
    event = pt.Event(commitment="a", kind="delivered", on="2024-01-05", quantity="750 million USD")
    spec = pt.chart.progress(pt.Ledger([promise], [event]), as_of="2024-01-09").to_dict()
    row = next(rows for rows in data_of(spec) if rows and "whole" in rows[0])[0]
    assert (row["share"], row["elapsed"]) == (0.5, 0.9)
    assert row["said"] == "$750 million of $1.5 billion"
    assert row["pledged_exact"] == "1,500,000,000 USD"


def test_what_is_missing_is_no_bar() -> None:
    """Not reported is said; no mark of 0 is drawn, and no time without an end."""
    promise = pt.Commitment(id="a", party="A", announced="2024-01-01", stage="pledged",
                            target="5 visits")  # fmt: skip
    ledger = pt.Ledger([promise])
    spec = pt.chart.progress(ledger, as_of="2024-06-01").to_dict()
    row = next(rows for rows in data_of(spec) if rows and "whole" in rows[0])[0]
    assert (row["share"], row["bar"], row["elapsed"]) == (None, None, None)
    assert row["said"] == "delivery not reported, 5 visits pledged"
    line = pt.chart.timeline(ledger, as_of="2024-06-01").to_dict()
    measures = {row.get("measure") for rows in data_of(line) for row in rows}
    assert measures == {"pledged"}


def test_a_whole_is_drawn_without_its_parts_and_says_so() -> None:
    """Its status counts them, and its bar does not, so that all bars add up to the totals."""
    whole, part, alone = (
        pt.Commitment(id=name, party="A", announced="2024-01-01", stage="pledged",
                      target={"number": number, "unit": "EUR"}, part_of=of)
        for name, number, of in (("fund", 1000, None), ("north", 300, "fund"), ("road", 5, None))
    )  # fmt: skip
    came = pt.Event(commitment="north", kind="delivered", on="2024-05-01", quantity="300 EUR")
    spec = pt.chart.progress(pt.Ledger([whole, part, alone], [came]), as_of="2024-06-01").to_dict()
    rows = next(rows for rows in data_of(spec) if rows and "whole" in rows[0])
    said = {row["name"]: row["said"] for row in rows}
    assert said == {
        "fund": "delivery not reported, €700 pledged (without its parts)",
        "north": "€300 of €300", "road": "delivery not reported, €5 pledged",
    }  # fmt: skip
    assert "drawn without them" in str(spec)
    spec = pt.chart.progress(pt.Ledger([alone]), as_of="2024-06-01", locale="de").to_dict()
    assert "ohne sie" not in str(spec)


def test_bounds_survive_in_the_sum_of_the_others() -> None:
    """What is at least is not drawn as exact, alone or among the others."""
    ledger = pt.Ledger(
        pt.Commitment(id=f"p{at}", party=f"P{at}", announced="2024-01-01", stage="pledged",
                      target={"number": 10 - at, "unit": "visit", "bound": "at least"})
        for at in range(4)
    )  # fmt: skip
    rows, _ = progress_rows(
        ledger.totals(by="commitment", as_of=DAY), ledger.status(as_of=DAY), ledger, DAY,
        most=1, locale="en",
    )  # fmt: skip
    assert [row["pledged_exact"] for row in rows] == ["at least 10 visits", "at least 24 visits"]


def test_pictures_are_made_offline(tmp_path: Path) -> None:
    """PNG and SVG, with hostile text as text."""
    evil = '<script>alert("1")</script>'
    promise = pt.Commitment(id=evil, title=evil, party="وعد", recipient="x" * 10_000,
                            announced="2024-01-01", stage="pledged",
                            target={"number": 7, "unit": "<b>thing</b>"})  # fmt: skip
    ledger = pt.Ledger([promise])
    pt.chart.status(ledger, as_of="2024-06-01").save(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    pt.chart.progress(ledger, as_of="2024-06-01").save(tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<b>" not in text
    assert "&lt;\u2060script&gt;" in text  # the joiner cannot be seen
    assert 'aria-label="' in text


def test_a_chart_can_be_changed_on(seeds: pt.Ledger) -> None:
    """It is an Altair chart."""
    made = pt.chart.status(seeds, as_of="2024-08-01")
    assert isinstance(made, alt.VConcatChart)
    assert made.properties(title="Mine").to_dict()["title"] == "Mine"


def test_wrong_options_are_refused(seeds: pt.Ledger) -> None:
    """With what there is to choose from."""
    with pytest.raises(pt.UnknownNameError, match="'promised'"):
        pt.chart.flow(seeds, measure="promised")
    with pytest.raises(pt.PledgetrackError, match="whole number"):
        pt.chart.progress(seeds, most=0)
    with pytest.raises(pt.UnknownNameError, match="'it'"):
        pt.chart.status(seeds, locale="it")


def test_a_missing_library_names_its_extra(
    seeds: pt.Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that one knows what to install."""
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(pt.MissingExtraError, match=r"pledgetrack\[charts\]") as caught:
        pt.chart.status(seeds)
    assert caught.value.extra == "charts"


def test_bands_are_as_wide_as_their_amounts() -> None:
    """At every place from left to right."""
    links = [{"from": "a", "to": "c", "value": 3.0}, {"from": "b", "to": "c", "value": 1.0}]
    left = heights(links, "from", ["a", "b"], 4.0)
    right = heights(links, "to", ["c"], 4.0)
    points = ribbons(links, left, right)
    assert {round(p["y2"] - p["y"], 9) for p in points if p["from"] == "a"} == {3.0}
    assert right == {"c": (0.0, 4.0)}


def test_axes_have_few_round_ticks_and_labels_stay_apart() -> None:
    """Things counted have no halves; amounts below zero are on the axis."""
    assert ticks([3.0], "visit", "en") == ([0.0, 1.0, 2.0, 3.0], ["0", "1", "2", "3"])
    marks, said = ticks([-5e6, 15e6], "USD", "de")
    assert (marks[0], said[0], said[-1]) == (-5e6, "\N{MINUS SIGN}5 Millionen $", "15 Millionen $")
    assert ticks([], "USD", "en")[0][0] == 0.0
    long = "x" * 100
    assert len(set(unique_labels({f"{long}{at}": long for at in range(3)}).values())) == 3
    assert unique_labels({"c1": long, "c2": long})["c2"].endswith("…… (c2)"[1:])


def test_a_chart_of_horizons_shows_those_due_nearest_to_the_day() -> None:
    """The others are counted in a note, and promises without an end come last."""
    promises = [
        pt.Commitment(id=f"p{year}", party="A", announced="2020-01-01", stage="pledged",
                      horizon={"end": f"{year}-06-30"} if year else None)
        for year in (0, 2021, 2029, 2031, 2040)
    ]  # fmt: skip
    ledger = pt.Ledger(promises)
    rows, left_out = horizon_rows(ledger.status(as_of=DAY), ledger, DAY, "en", most=3)
    assert [row["name"] for row in rows] == ["p2021", "p2029", "p2031"]
    assert left_out == 2
    made = pt.chart.horizon(ledger, as_of=DAY, most=3)
    assert "Not drawn, for others are due nearer to the day: 2." in made.title.subtitle
    with pytest.raises(pt.PledgetrackError, match="whole number"):
        pt.chart.horizon(ledger, most=0)


def test_a_chart_has_twelve_units_at_most_and_says_so() -> None:
    """Those with the most rows, in their order."""
    rows = [{"unit": f"thing {chr(97 + at)}"} for at in range(14)] * 2 + [{"unit": "USD"}] * 3
    notes: list[str] = []
    made = few(rows, notes, "en")
    assert next(iter(made)) == "USD"
    assert len(made) == 12
    assert notes == ["Not drawn, for want of room: 3 more units."]
    assert sum(map(len, few(rows[:10], notes, "en").values())) == 10
    assert len(notes) == 1


def test_words_beside_bands_stay_apart_and_in_the_picture() -> None:
    """However thin the bands are that they belong to."""
    marks = [{"middle": at} for at in (5.0, 9.0, 9.1, 9.2)]
    _spread(marks, 1.0, 10.0)
    middles = [mark["middle"] for mark in marks]
    assert all(after - before >= 1 for before, after in pairwise(middles))
    assert middles[0] == 5.0
    assert middles[-1] <= 10.0


def test_names_that_begin_alike_are_told_by_their_ends() -> None:
    """The names of one file often do."""
    names = [f"iati:GB-COH-06368740-PROJECT-{at}" for at in range(3)]
    made = unique_labels(dict.fromkeys(names, "Access to Information"))
    assert len(set(made.values())) == 3
    assert all(label.endswith(f"{at})") for at, label in enumerate(made.values()))


def test_a_promise_announced_the_day_after_its_end_has_no_time_left() -> None:
    """Its window has no days to divide by."""
    late = pt.Commitment(id="late", party="A", announced="2023-01-02", stage="pledged",
                         target={"number": 100, "unit": "USD"},
                         horizon={"end": "2023-01-01"})  # fmt: skip
    spec = pt.chart.progress(pt.Ledger([late]), as_of=DAY).to_dict()
    (row,) = [row for rows in data_of(spec) for row in rows if "elapsed" in row][:1]
    assert row["elapsed"] == 1


@pytest.mark.parametrize("day", ["2024-08-01", "9999-12-31"])
def test_an_end_that_stands_for_none_leaves_room_for_the_other_bars(day: str) -> None:
    """Registers write 9999-12-31 where a promise has no end."""
    ends = {"soon": "2025-06-30", "never": "9999-12-31"}
    ledger = pt.Ledger([
        pt.Commitment(id=name, party="A", announced="2023-01-15", stage="pledged",
                      target={"number": 100, "unit": "USD"}, horizon={"end": end})
        for name, end in ends.items()
    ])  # fmt: skip
    rows, _ = horizon_rows(
        ledger.status(as_of=day), ledger, dt.date.fromisoformat(day), "en", most=9
    )
    assert [(row["name"], row["ended"]) for row in rows] == [("soon", True), ("never", True)]
    assert pt.chart.horizon(ledger, as_of=day).to_dict()
    if day < "9":
        soon, never = rows
        assert (soon["stop"], never["stop"]) == ("2025-07-01", never["edge"])
        assert never["edge"] < "2026"
        assert never["said"] == "nothing reported · 31 December 9999"


def test_numbers_stand_out_from_the_cells_that_they_are_in() -> None:
    """White on the darker cells and black on the others, each with a contrast of 4.5 and more."""

    def luminance(colour: list[float]) -> float:
        parts = [c / 255 for c in colour]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    most = 50
    ledger = pt.Ledger([
        pt.Commitment(id=f"{party}-{at}", party=f"Party {party}", announced="2022-01-15",
                      stage="pledged")
        for party in range(1, most + 1) for at in range(party)
    ])  # fmt: skip
    spec = pt.chart.status(ledger, as_of=DAY, most=most).to_dict()
    rows = [row for rows in data_of(spec) for row in rows if "dark" in row]
    (scale,) = {
        tuple(layer["encoding"]["color"]["scale"]["range"])
        for layer in spec["vconcat"][0]["layer"]
        if "scale" in layer["encoding"].get("color", {})
    }
    pale, dark = ([int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in scale)
    for row in rows:
        share = row["count"] / most
        cell = luminance([a + (b - a) * share for a, b in zip(pale, dark, strict=True)])
        low, high = sorted((cell, 1.0 if row["dark"] else 0.0))
        assert (high + 0.05) / (low + 0.05) >= 4.5, row

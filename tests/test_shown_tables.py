"""Tables to publish: what stands in them is what the result says, and nothing else."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from typing import Any

import pytest
from great_tables import GT
from hypothesis import given

import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.amount_words import exactly
from pledgetrack.display_words import WORDS, word
from pledgetrack.status import STATUSES

DAY = "2024-08-01"
EVIL = (
    "<script>alert(1)</script>", "**bold** [link](javascript:alert(1))", "وعد بالمساعدة",
    "x" * 10_000, "=SUM(A1:A9)", 'a & b < "c"',
)  # fmt: skip


class Text(HTMLParser):
    """The rows of a table as readers see them, and what shows on hover."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.titles: list[str] = []
        self.tags: set[str] = set()
        self.feed(page[page.index("<table") :])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.titles += [value or "" for name, value in attrs if name == "title"]
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "br":
            self.rows[-1][-1] += " / "

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and data.strip():
            self.rows[-1][-1] += data.strip()


def seen(made: GT) -> Text:
    """What a reader sees of a table."""
    return Text(made.as_raw_html())


def lines(made: GT) -> list[str]:
    """The rows of a table, each as one text."""
    return [" | ".join(row) for row in seen(made).rows]


@pytest.fixture(scope="module")
def evil() -> pt.Ledger:
    """Records whose every text means harm."""
    promises = [
        pt.Commitment(
            id=f"c{at} {text}", title=text, party=text, announced="2022-01-15", stage="pledged",
            target={"number": 1_234_567_890 + at, "unit": ("USD", "<b>thing</b>")[at % 2]},
            tags={"topic": text}, citation={"source": "s", "place": f"<i>{at}</i>"},
        )
        for at, text in enumerate(EVIL)
    ]  # fmt: skip
    source = pt.Source(id="s", title="<h1>Titel</h1>", url="javascript:alert(1)")
    return pt.Ledger(promises, sources=[source])


def test_a_summary_reads_as_people_speak(seeds: pt.Ledger) -> None:
    """Amounts in words under their units, what is missing said to be missing, statuses counted."""
    shown = lines(pt.table(seeds.summary(by="party", as_of=DAY)))
    assert shown[:2] == [
        "Promised and delivered", "As of 1 August 2024 · sources to 22 December 2023"
    ]  # fmt: skip
    assert shown[2] == (
        "Party | Proposed | Pledged | Committed | Delivered | Outstanding | Overdue | "
        "Share delivered | Commitments | Status"
    )
    assert "US Dollar (USD)" in shown
    assert (
        "Mexico | — | $1.5 billion | — | not reported | $1.5 billion | $1.5 billion | — | 1 | "
        "1 overdue"
    ) in shown
    assert shown[shown.index("H-2B visas") + 1].startswith("United States | — | 22,500 H-2B visas")
    assert "10 commitments state no amount." in shown


def test_bounds_stand_before_their_amounts(seeds: pt.Ledger) -> None:
    """What was delivered at least is not shown as exact, and a note says what that means."""
    made = pt.table(seeds.totals(by="party", as_of=DAY))
    assert any("at least 3,000 arrests" in line for line in lines(made))
    assert any(line.startswith("“At least”") for line in lines(made))
    assert "at least 3,000 arrests" in seen(made).titles


def test_a_status_table_has_the_bounds_of_its_ledger(seeds: pt.Ledger) -> None:
    """The result has no column for them; without the ledger a note says so."""
    result = seeds.status(as_of=DAY)
    alone, whole = lines(pt.table(result)), lines(pt.table(result, ledger=seeds))
    assert any("does not tell which amounts" in line for line in alone)
    assert not any("does not tell which amounts" in line for line in whole)
    assert any("at least 3,000 arrests" in line for line in whole)


def test_a_status_table_tells_days_and_moved_goalposts(seeds: pt.Ledger) -> None:
    """Days over or left stand under the end; a target that was changed has its first one."""
    shown = lines(pt.table(seeds.status(as_of=DAY), ledger=seeds))
    assert any("11 July 2024 / 21 days over" in line for line in shown)
    assert any("30 September 2024 / 60 days left" in line for line in shown)
    assert any("$0 / originally $14 billion" in line for line in shown)
    assert any("Spending on border infrastructure / mx-border-infrastructure" in x for x in shown)


def test_what_was_kept_is_not_days_over() -> None:
    """Days left or over are told only of what is still expected."""
    promise = pt.Commitment(id="a", party="A", announced="2022-01-01", stage="pledged",
                            target="5 visits", horizon={"end": "2022-06-30"})  # fmt: skip
    event = pt.Event(commitment="a", kind="delivered", on="2022-02-01", quantity="5 visits")
    shown = lines(pt.table(pt.Ledger([promise], [event]).status(as_of=DAY)))
    assert any("fulfilled" in line and "100%" in line for line in shown)
    assert not any("days over" in line for line in shown)


def test_money_in_another_currency_names_its_rates(seeds: pt.Ledger, ecb: pt.Rates) -> None:
    """The day and the source of the rates are in the notes."""
    result = seeds.filter(unit="USD").totals(by="party", into="EUR", rates=ecb, as_of=DAY)
    shown = lines(pt.table(result, locale="de"))
    assert "Euro (EUR)" in shown
    assert any(line.startswith("In EUR, zum Kurs vom Tag jeder Ankündigung: ECB") for line in shown)
    assert any("1,49 Milliarden €" in line for line in shown)


def test_fiscal_years_are_named(seeds: pt.Ledger) -> None:
    """A table by fiscal year says which years these are."""
    result = seeds.totals(by="party", per="fiscal year", calendar="US", as_of=DAY)
    shown = lines(pt.table(result))
    assert "Fiscal years: US (from October, named by the ending year)." in shown
    assert any(line.startswith("Mexico | FY2023 | — | $749 million") for line in shown)


def test_changes_carry_their_units_and_signs(seeds: pt.Ledger) -> None:
    """Amounts of any unit stand in a column, each with its own."""
    result = seeds.changes(since="2023-12-01", until=DAY)
    shown = lines(pt.table(result))
    assert shown[1].startswith("From 1 December 2023 to 1 August 2024")
    assert any("+$14 billion" in line for line in shown)
    assert any("\N{MINUS SIGN}$14 billion" in line for line in shown)
    assert any("+1 visit" in line for line in shown)
    assert any("003_2a1dd7c1e888e000, ¶11" in line for line in shown)


def test_a_timeline_counts_the_actions_of_its_last_day(seeds: pt.Ledger) -> None:
    """Cumulative rows are not added up."""
    shown = lines(pt.table(seeds.timeline(by="party", freq="year", as_of=DAY)))
    assert shown[0] == "Promised and delivered over time"
    assert "10 commitments state no amount." in shown


def test_rows_are_numbered_to_their_citations(seeds: pt.Ledger) -> None:
    """Each citation is one note, at every row that rests on it, as explain has it."""
    result = seeds.summary(by="party", as_of=DAY)
    shown = lines(pt.table(result, ledger=seeds))
    notes = {
        line.split(" ")[0]: line.split(" ", 1)[1] if " " in line else line
        for line in shown
        if "News article" in line
    }
    assert len(notes) == len(set(notes.values()))
    mexico = next(line for line in shown if line.startswith("Mexico") and "$1.5 billion" in line)
    marks = re.match(r"Mexico([\d,]+)", mexico)
    assert marks
    places = {
        re.sub(r"^\d+", "", note) for note in shown
        for mark in marks.group(1).split(",") if re.match(rf"{mark}\D", note)
    }  # fmt: skip
    assert places == {
        f"News article on the U.S.\N{EN DASH}Mexico meeting of July 2022, 12 July 2022, {place}"
        for place in ("¶4", "¶6")
    }


def test_a_table_of_another_ledger_is_not_cited(seeds: pt.Ledger) -> None:
    """Where the movements do not add up to the figures, the citations would be wrong."""
    other = seeds.filter(party="Mexico")
    result = seeds.totals(as_of=DAY)
    with pytest.raises(pt.ExplainError, match="add up to"):
        pt.table(result, ledger=other)


def test_no_text_becomes_markup(evil: pt.Ledger) -> None:
    """Parties, titles, tags, units, places and sources stay text, in cells, groups and notes."""
    for result in (
        evil.summary(by=["party", "topic"], as_of=DAY), evil.status(as_of=DAY),
        evil.totals(by=["topic", "source"], as_of=DAY), evil.changes(since="2022-01-01", until=DAY),
        evil.timeline(by="party", freq="year", as_of=DAY), evil.totals(as_of=DAY),
    ):  # fmt: skip
        for ledger in (None, evil):
            page = pt.table(result, ledger=ledger).as_raw_html()
            found = Text(page)
            assert found.tags <= {
                "table", "thead", "tbody", "tfoot", "tr", "td", "th", "span", "bdi", "small", "br",
                "colgroup", "col", "sup",
            }  # fmt: skip
            assert "<b>thing" not in page
            assert "href=" not in page
            assert any("thing" in cell for row in found.rows for cell in row)


def test_long_texts_are_cut_in_the_cell_and_whole_on_hover(evil: pt.Ledger) -> None:
    """The cut is seen, and nothing is lost."""
    found = seen(pt.table(evil.totals(by="party", as_of=DAY)))
    assert EVIL[3] in found.titles
    cells = [cell for row in found.rows for cell in row if cell.startswith("xxx")]
    assert cells == ["x" * 119 + "…"]


@pytest.mark.parametrize("locale", ["en", "es", "fr", "de"])
def test_every_language_has_every_word(seeds: pt.Ledger, locale: str) -> None:
    """Headings, statuses and notes are in the language asked for."""
    assert all(set(others) == {"es", "fr", "de"} for others in WORDS.values())
    assert all(status in WORDS for status in STATUSES)
    for english, others in WORDS.items():
        holes = sorted(re.findall(r"{\w+}", english))
        assert all(sorted(re.findall(r"{\w+}", other)) == holes for other in others.values())
    shown = lines(pt.table(seeds.summary(by="party", as_of=DAY), locale=locale))
    assert shown[0] == word("Promised and delivered", locale)
    assert any(word("not reported", locale) in line for line in shown)


def test_another_language_is_refused(seeds: pt.Ledger) -> None:
    """The refusal names those that there are."""
    with pytest.raises(pt.UnknownNameError, match="'xx'") as caught:
        pt.table(seeds.totals(as_of=DAY), locale="xx")
    assert caught.value.choices == ("en", "es", "fr", "de")


def test_an_empty_result_says_so(seeds: pt.Ledger) -> None:
    """Nothing to show is no broken table."""
    nothing = pt.Ledger()
    for result in (
        nothing.totals(as_of=DAY), nothing.summary(by="party", as_of=DAY),
        nothing.status(as_of=DAY), nothing.timeline(as_of=DAY),
        nothing.changes(since="2020-01-01", until=DAY), seeds.totals(as_of="1999-01-01"),
    ):  # fmt: skip
        assert "Nothing to show." in lines(pt.table(result))


def test_what_is_no_result_is_refused(seeds: pt.Ledger) -> None:
    """A frame without units, floats, and what is no frame."""
    with pytest.raises(pt.FrameError, match="no result of totals"):
        pt.table(seeds.totals(as_of=DAY)[["pledged"]])
    with pytest.raises(pt.FrameError, match="not exact") as caught:
        pt.table(seeds.totals(as_of=DAY, numbers="float"))
    assert caught.value.columns == ("proposed",)
    wrong: Any = {"unit": "USD"}
    with pytest.raises(pt.FrameError, match="'dict' is no result"):
        pt.table(wrong)


def test_a_table_can_be_changed_on(seeds: pt.Ledger) -> None:
    """It is a Great Tables object over the exact amounts."""
    made = pt.table(seeds.totals(by="party", as_of=DAY))
    changed = made.tab_header("Promises to the border").cols_hide("commitments")
    assert isinstance(made, GT)
    assert lines(changed)[0] == "Promises to the border"
    assert "Commitments" not in lines(changed)[1]
    plain = made.fmt_number(columns="pledged", decimals=0)
    assert any("1,500,000,000" in line for line in lines(plain))


def test_a_missing_library_names_its_extra(
    seeds: pt.Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that one knows what to install."""
    monkeypatch.setitem(sys.modules, "great_tables", None)
    with pytest.raises(pt.MissingExtraError, match=r"pledgetrack\[tables\]") as caught:
        pt.table(seeds.totals(as_of=DAY))
    assert caught.value.extra == "tables"


@given(pts.ledgers())
def test_every_amount_of_a_result_is_on_hover(ledger: pt.Ledger) -> None:
    """The exact figure of each cell, and nowhere a zero in the place of what is missing."""
    result = ledger.totals(by=["party", "horizon"], as_of="2030-01-01")
    titles = seen(pt.table(result)).titles
    expected = []
    for row in result.to_dict("records"):
        bounds = dict(part.split(" ", 1) for part in row["bound"].split(", ") if part)
        for name in ("proposed", "pledged", "committed", "delivered", "outstanding", "overdue"):
            if row[name] is not None:
                bound = bounds.get(name, "exact")
                expected.append(exactly(row[name], row["unit"], bound=bound))
    spoken = ("nothing recorded", "no amount stated")
    assert sorted(title for title in titles if title not in spoken) == sorted(expected)

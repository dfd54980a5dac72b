"""Every way to name a period, in every way to use one: the days are those of the calendar."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import pledgetrack as pt

# Said on 12 July 2022, with the fiscal years of the United States.
SAID = dt.date(2022, 7, 12)
DATED = """
2024, the year 2024, year 2024, '24, ’24 => 2024-01-01 / 2024-12-31
2199 => 2199-01-01 / 2199-12-31
FY2024, FY 2024, fy24, fiscal 2024, fiscal year 2024, fiscal years 2024, FYs 2024 => 2023-10-01 / 2024-09-30
financial year 2024, financial years 2024, the fiscal year 2024 => 2023-10-01 / 2024-09-30
FY2023/24, FY2023/2024, fy 23/24, FY2023/'24 => 2023-10-01 / 2024-09-30
March 2024, Mar 2024, Mar. 2024, March; 2024, March of 2024, marzo de 2024 => 2024-03-01 / 2024-03-31
2024-03, March/2024, March-2024, March '24 => 2024-03-01 / 2024-03-31
May 2024, mai 2024 => 2024-05-01 / 2024-05-31
sept 2024, Sep 2024, Sept. 2024 => 2024-09-01 / 2024-09-30
December 2024, 2024-12, dez. 2024 => 2024-12-01 / 2024-12-31
Q3 2024, Q3 of 2024, Q3/2024, Q3; 2024, Q3-2024, Q3 – 2024, 2024-Q3, 2024 Q3, 2024/Q3 => 2024-07-01 / 2024-09-30
the third quarter of 2024, 3rd quarter of 2024, third quarter 2024, 2024–q3, Q3—2024, Q3‑2024 => 2024-07-01 / 2024-09-30
first quarter of 2024, 1st quarter 2024, Q1 2024 => 2024-01-01 / 2024-03-31
second quarter of 2024, 2nd quarter 2024, Q2 '24 => 2024-04-01 / 2024-06-30
fourth quarter of 2024, the 4th quarter of 2024, the last quarter of 2024, 2024 Q4 => 2024-10-01 / 2024-12-31
first half of 2024, the 1st half of 2024, H1 2024, 2024-H1 => 2024-01-01 / 2024-06-30
second half of 2024, 2nd half 2024, the last half of 2024, H2 2024, 2024/H2 => 2024-07-01 / 2024-12-31
Q1 FY2024, FY2024-Q1, FY24 Q1, first quarter of fiscal year 2024 => 2023-10-01 / 2023-12-31
Q3 FY2024, third quarter of FY2023/24 => 2024-04-01 / 2024-06-30
H1 FY2024, first half of FY2024 => 2023-10-01 / 2024-03-31
H2 of fiscal 2024, FY2024-H2 => 2024-04-01 / 2024-09-30
2030s, the 2030s => 2030-01-01 / 2039-12-31
8 January 2024, the 8th of January 2024, 8th of January; 2024, 8 January; 2024, 08 January 2024 => 2024-01-08 / 2024-01-08
January 8; 2024, January 8th; 2024, January the 8th; 2024, Jan. 8 2024, 2024-01-08 => 2024-01-08 / 2024-01-08
8. Januar 2024, 8 de enero de 2024, 8 janvier 2024 => 2024-01-08 / 2024-01-08
13/04/2024, 13.04.2024, 04/13/2024, 13 April '24 => 2024-04-13 / 2024-04-13
1 March 2024, 1er mars 2024, 1st March 2024 => 2024-03-01 / 2024-03-01
31st of December 2024, 12/31/2024 => 2024-12-31 / 2024-12-31
3/3/2031 => 2031-03-03 / 2031-03-03
2nd May 2024 => 2024-05-02 / 2024-05-02
22nd June 2024, June 22 2024 => 2024-06-22 / 2024-06-22
11th June 2024 => 2024-06-11 / 2024-06-11
12th June 2024 => 2024-06-12 / 2024-06-12
13th June 2024 => 2024-06-13 / 2024-06-13
23rd June 2024 => 2024-06-23 / 2024-06-23
29 February 2024 => 2024-02-29 / 2024-02-29
"""
RELATIVE = """
this year => 2022-01-01 / 2022-12-31
next year => 2023-01-01 / 2023-12-31
this month => 2022-07-01 / 2022-07-31
next month => 2022-08-01 / 2022-08-31
this quarter => 2022-07-01 / 2022-09-30
next quarter => 2022-10-01 / 2022-12-31
this fiscal year, this financial year => 2021-10-01 / 2022-09-30
next fiscal year, the next fiscal year, next financial year => 2022-10-01 / 2023-09-30
this decade => 2020-01-01 / 2029-12-31
the second half of this year, the second half of the year => 2022-07-01 / 2022-12-31
first half of next year, H1 next year => 2023-01-01 / 2023-06-30
Q4 next year, fourth quarter of next year => 2023-10-01 / 2023-12-31
third quarter of next fiscal year => 2023-04-01 / 2023-06-30
today => 2022-07-12 / 2022-07-12
tomorrow => 2022-07-13 / 2022-07-13
"""


def table(text: str) -> list[tuple[str, dt.date, dt.date]]:
    """Each way to name a period, with its days; a semicolon stands for a comma of its own."""
    rows = []
    for line in text.strip().splitlines():
        phrases, days = line.split(" => ")
        first, last = map(dt.date.fromisoformat, days.split(" / "))
        rows += [(phrase.replace(";", ","), first, last) for phrase in phrases.split(", ")]
    return rows


ALL = table(DATED + RELATIVE.lstrip())
LONG = [row for row in ALL if row[1] != row[2]]
SHORT = [row for row in ALL if row[1] == row[2]]
DECADES = [row for row in LONG if "decade" in row[0] or row[0].endswith("0s")]
DAY = dt.timedelta(days=1)


def read(phrase: str, said: Any = SAID) -> Any:
    """The days of a phrase, or the kind of its refusal."""
    try:
        found = pt.parse_horizon(phrase, announced=said, calendar="US")
    except pt.WordingError as error:
        return error.kind
    return found.start, found.end


def wrong(use: str, rows: Any, expected: Any, said: Any = SAID) -> list[Any]:
    """What is not read as expected."""
    found = [(use.format(row[0]), read(use.format(row[0]), said), expected(*row)) for row in rows]
    return [row for row in found if row[1] != row[2]]


@pytest.mark.parametrize("use", ["in", "during", "throughout", "for"])
def test_what_is_during_a_period_has_its_days(use: str) -> None:
    """A day is no time to do a thing in."""
    assert wrong(use + " {}", LONG, lambda _, first, last: (first, last)) == []
    assert wrong(use + " {}", SHORT, lambda *_: "left over") == []


def test_a_day_is_on_itself() -> None:
    """And nothing longer is."""
    assert wrong("on {}", SHORT, lambda _, first, last: (first, last)) == []
    assert wrong("On {}", LONG, lambda name, *_: "past" if "last" in name else "left over") == []


@pytest.mark.parametrize(
    "use",
    [
        "by",
        "no later than",
        "not later than",
        "by no later than",
        "on or before",
        "through",
        "thru",
    ],
)
def test_a_deadline_is_the_last_day(use: str) -> None:
    """Of whatever is named; of a decade it may be the first as well, so that is refused."""
    rows = [row for row in ALL if row not in DECADES]
    assert wrong(use + " {}", rows, lambda _, _first, last: (None, last)) == []
    assert wrong(use + " {}", DECADES, lambda *_: "left over") == []


def test_before_a_period_ends_the_day_before_it() -> None:
    """Unless that lies before the announcement."""
    rows = [row for row in ALL if row not in DECADES]
    assert wrong("before {}", rows, lambda _, first, _last: (None, first - DAY)
                 if first > SAID else "past") == []  # fmt: skip


@pytest.mark.parametrize("use", ["until", "till"])
def test_until_a_day_is_clear_and_until_a_year_is_not(use: str) -> None:
    """It may be till its beginning or its end."""
    assert wrong(use + " {}", SHORT, lambda _, _first, last: (None, last)) == []
    rows = [row for row in LONG if row not in DECADES]
    assert wrong(use + " {}", rows, lambda *_: "ambiguous") == []


@pytest.mark.parametrize("use", ["by the end of", "by end of", "by end", "by end-", "before the end "
                                 "of", "until end", "no later than the end of"])  # fmt: skip
def test_the_end_of_a_period_is_its_last_day(use: str) -> None:
    """Before it is as good as by it; a day has no end of its own."""
    space = "" if use.endswith("-") else " "
    assert wrong(use + space + "{}", LONG, lambda _, _first, last: (None, last)) == []
    assert wrong(use + space + "{}", SHORT, lambda *_: "left over") == []


def test_since_a_period_begins_with_it() -> None:
    """It has begun when that is said."""
    assert wrong("since {}", ALL, lambda _, first, _last: (first, None)
                 if first <= SAID else "reversed") == []  # fmt: skip


@pytest.mark.parametrize("end", [" onwards", " onward", " and beyond", " on", ", open"])
def test_from_a_period_on_is_open(end: str) -> None:
    """From its first day."""
    assert wrong("from {}" + end, ALL, lambda _, first, _last: (first, None)) == []


@pytest.mark.parametrize("link", ["to", "through", "thru", "until", "till", "-", "–", "—"])
def test_from_one_to_a_day_has_the_first_of_the_one(link: str) -> None:
    """And that day, which is the last."""
    last = dt.date(2199, 12, 31)
    assert (
        wrong("from {} " + link + " 2199-12-31", ALL, lambda _, first, _last: (first, last)) == []
    )
    if link in ("to", "through", "-", "–"):
        assert wrong("{} " + link + " 2199-12-31", ALL, lambda _, first, _l: (first, last)) == []


def test_between_two_is_from_the_first_to_the_last() -> None:
    """Both are within."""
    begin, end = dt.date(1901, 5, 1), dt.date(2199, 12, 31)
    assert wrong("between {} and 2199-12-31", ALL, lambda _, first, _last: (first, end)) == []
    assert wrong("from {} to the end of 2199", ALL, lambda _, first, _last: (first, end)) == []
    assert wrong("between 1901-05-01 and {}", ALL, lambda _, _first, last: (begin, last)) == []
    assert wrong("1901-05-01 to {}", ALL, lambda _, _first, last: (begin, last)) == []
    assert wrong("from now to {}", [row for row in ALL if row[2] >= SAID],
                 lambda _, _first, last: (SAID, last)) == []  # fmt: skip


@pytest.mark.parametrize("start", ["from", "starting", "starting from", "starting in", "starting on",
                                   "beginning", "beginning in", "beginning on"])  # fmt: skip
def test_a_length_from_a_period_counts_from_its_first_day(start: str) -> None:
    """Three years from a day end on the day before its third anniversary."""

    def three_years(_name: str, first: dt.date, _last: dt.date) -> Any:
        if (first.month, first.day) == (2, 29):
            return first, dt.date(first.year + 3, 2, 28)
        return first, first.replace(year=first.year + 3) - DAY

    rows = [row for row in ALL if row[0] != "today"]
    assert wrong(f"over three years {start} {{}}", rows, three_years) == []
    for use in ("for 3 years", "within the three years", "for 36 months"):
        assert wrong(f"{use} {start} {{}}", rows[-9:], three_years) == []


@pytest.mark.parametrize("use", ["", "the period ", "over the period ", "in the years ", "period ",
                                 "years "])  # fmt: skip
def test_a_dated_period_stands_alone_too(use: str) -> None:
    """Where its year is told, whoever says it and when."""
    dated = [row for row in table(DATED) if not use or row in LONG]
    assert wrong(use + "{}", dated, lambda _, first, last: (first, last)) == []
    rows = [row for row in dated if "'" not in row[0] and "’" not in row[0]]
    assert wrong(use + "{}", rows, lambda _, first, last: (first, last), None) == []


def test_what_is_said_of_today_needs_to_know_when() -> None:
    """Without an announcement nothing counts from it."""
    assert wrong("by {}", table(RELATIVE), lambda *_: "no anchor", None) == []


FRAMES = (("They agreed, ", "; and then left."), ("We do it ", ", they said."),
          ("It comes ", " with all of us"), ("All of it (", ") is 2,000 USD"))  # fmt: skip
USES = (
    "in {}", "during {}", "throughout {}", "for {}", "by {}", "no later than {}", "through {}",
    "not later than {}", "by no later than {}", "on or before {}", "thru {}", "before {}",
    "by the end of {}", "by end-{}", "until {}", "till {}", "since {}", "from {} onwards", "on {}",
    "from {} and beyond", "from {} to 2199-12-31", "between {} and 2199-12-31",
    "over three years from {}", "within 36 months starting in {}", "over the period {}",
)  # fmt: skip


@pytest.mark.parametrize("use", USES)
def test_what_is_read_alone_is_found_in_a_sentence(use: str) -> None:
    """The whole phrase and nothing else, with the same days."""
    for at, (name, *_) in enumerate(ALL[USES.index(use) % 3 :: 3]):
        phrase = use.format(name)
        days = read(phrase)
        if not isinstance(days, str):
            before, behind = FRAMES[at % len(FRAMES)]
            (found,) = pt.find_horizons(before + phrase + behind, announced=SAID, calendar="US")
            assert (found.text, found.start) == (phrase, len(before))
            assert (found.value.start, found.value.end) == days

"""Every way to name a period, in every way to use one: the days are those of the calendar."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt

# Said on 12 July 2022, with the fiscal years of the United States.
SAID = dt.date(2022, 7, 12)
DATED = """
2024, the year 2024, year 2024, '24, ’24 => 2024-01-01 / 2024-12-31
2199 => 2199-01-01 / 2199-12-31
'42 => 2042-01-01 / 2042-12-31
FY2024, FY 2024, fy24, fiscal 2024, fiscal year 2024, fiscal years 2024, FYs 2024 => 2023-10-01 / 2024-09-30
financial year 2024, financial years 2024, the fiscal year 2024 => 2023-10-01 / 2024-09-30
FY2023/24, FY2023/2024, fy 23/24, FY2023/'24 => 2023-10-01 / 2024-09-30
March 2024, Mar 2024, Mar. 2024, March; 2024, March of 2024, marzo de 2024 => 2024-03-01 / 2024-03-31
2024-03, March/2024, March-2024, March '24 => 2024-03-01 / 2024-03-31
May 2024, mai 2024 => 2024-05-01 / 2024-05-31
sept 2024, Sep 2024, Sept. 2024 => 2024-09-01 / 2024-09-30
December 2024, 2024-12, dez. 2024 => 2024-12-01 / 2024-12-31
Q3 2024, Q3 of 2024, Q3/2024, Q3; 2024, Q3-2024, Q3 – 2024, 2024-Q3, 2024Q3, 2024 Q3, 2024/Q3 => 2024-07-01 / 2024-09-30
the third quarter of 2024, 3rd quarter of 2024, third quarter 2024, 2024–q3, Q3—2024, Q3‑2024 => 2024-07-01 / 2024-09-30
first quarter of 2024, 1st quarter 2024, Q1 2024 => 2024-01-01 / 2024-03-31
second quarter of 2024, 2nd quarter 2024, Q2 '24 => 2024-04-01 / 2024-06-30
fourth quarter of 2024, the 4th quarter of 2024, the last quarter of 2024, 2024 Q4 => 2024-10-01 / 2024-12-31
first half of 2024, the 1st half of 2024, H1 2024, 2024-H1, 2024h1 => 2024-01-01 / 2024-06-30
second half of 2024, 2nd half 2024, the last half of 2024, H2 2024, 2024/H2 => 2024-07-01 / 2024-12-31
Q1 FY2024, FY2024Q1, FY24q1, FY2024-Q1, FY24 Q1, first quarter of fiscal year 2024 => 2023-10-01 / 2023-12-31
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


FRAMES = (("They agreed, ", "; and then left."), ("(all ", ")."), ("“", "”, they said"), ("We do it ", ", they said."),
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


# --- as said on any day ---------------------------------------------------------------------------


def months(first: dt.date, count: int) -> tuple[dt.date, dt.date]:
    """Some months from the first day of one on."""
    number = first.year * 12 + first.month - 1 + count
    return first, dt.date(number // 12, number % 12 + 1, 1) - DAY


def running(said: dt.date) -> dict[str, tuple[dt.date, dt.date]]:
    """What runs on a day, and what comes next, by the calendar."""
    first = said.replace(day=1)
    year, decade = first.replace(month=1), dt.date(said.year // 10 * 10, 1, 1)
    quarter = first.replace(month=(said.month - 1) // 3 * 3 + 1)
    fiscal = dt.date(said.year - (said.month < 10), 10, 1)
    found = {"year": months(year, 12), "month": months(first, 1), "quarter": months(quarter, 3)}
    return {f"this {name}": days for name, days in found.items()} | {
        "next year": months(found["year"][1] + DAY, 12),
        "next month": months(found["month"][1] + DAY, 1),
        "next quarter": months(found["quarter"][1] + DAY, 3),
        "this fiscal year": months(fiscal, 12),
        "next fiscal year": months(months(fiscal, 12)[1] + DAY, 12),
        "this decade": months(decade, 120),
    }


ENDS = {
    "year": ("the end of the year", "end of the year", "year-end", "year end", "the year end",
             "the end of this year", "end-this year"),
    "month": ("the end of the month", "end of the month", "end the month", "end of this month"),
    "quarter": ("the end of the quarter", "end of the quarter", "the end of this quarter"),
    "fiscal year": ("the end of the fiscal year", "end of the financial year", "end the fiscal year",
                    "the end of this fiscal year"),
    "decade": ("the end of the decade", "end of the decade", "the end of this decade"),
}  # fmt: skip


@given(st.dates(dt.date(1960, 1, 1), dt.date(2090, 12, 31)))
def test_what_runs_and_what_comes_next_is_told_from_the_day(said: dt.date) -> None:
    """Whatever the day; of a month that is all that is known, where all its days agree."""
    for name, (first, last) in running(said).items():
        assert read(f"in {name}", said) == (first, last)
        assert read(f"in {name}", f"{said:%Y-%m}") == (first, last)
        size = name.removeprefix("this ")
        for end in ENDS.get(size, ()):
            assert read(f"by {end}", said) == (None, last), end
            if size == "year":
                assert read(f"from 1950 to {end}", said)[1] == last
    assert read("today", said) == read("on today", said) == (said, said)
    assert read("in today", said) == "left over"
    assert read("by tomorrow", said) == (None, said + DAY)
    assert read("today", f"{said:%Y-%m}") == "ambiguous"


NAMED = {"March": (3, 1), "June": (6, 1), "Q2": (4, 3), "Q4": (10, 3), "H1": (1, 6)}


@given(st.dates(dt.date(1960, 1, 1), dt.date(2090, 12, 31)), st.sampled_from(["March", "June"]),
       st.integers(1, 28))  # fmt: skip
def test_a_month_without_a_year_is_the_next_or_the_last(said: dt.date, name: str, day: int) -> None:
    """As said on any day; what runs may be this one or another, so that is refused."""
    month = NAMED[name][0]
    for phrase, size in ((name, 0), (f"{name} {day}", day), (f"the {day}. of {name}", day)):
        days = [
            (dt.date(year, month, size), dt.date(year, month, size)) if size
            else months(dt.date(year, month, 1), 1)
            for year in range(said.year - 1, said.year + 2)
        ]  # fmt: skip
        runs = any(first <= said <= last for first, last in days)
        ahead = next(one for one in days if one[0] > said)
        gone = [one for one in days if one[1] < said][-1]
        assert read(f"by {phrase}", said) == ("ambiguous" if runs else (None, ahead[1]))
        assert read(f"since {phrase}", said) == ("ambiguous" if runs else (gone[0], None))
        assert read(f"before {phrase}", said) == ("ambiguous" if runs else (None, ahead[0] - DAY))
        assert read(f"by the end of {name} {said.year + 1}", said)[1].month == month


@given(st.dates(dt.date(1960, 1, 1), dt.date(2090, 12, 31)), st.sampled_from([*NAMED]),
       st.sampled_from([*NAMED]), st.sampled_from(["from {} to {}", "between {} and {}", "{}-{}"]))  # fmt: skip
def test_two_months_without_a_year_are_the_next_that_come(
    said: dt.date, one: str, other: str, form: str
) -> None:
    """Over a new year too; a year behind them is that of both."""
    phrase = form.format(one, other)
    times = []
    for year in range(said.year - 1, said.year + 3):
        start = dt.date(year, NAMED[one][0], 1)
        end = months(dt.date(year, NAMED[other][0], 1), NAMED[other][1])[1]
        times.append((start, end if end >= start else
                      months(dt.date(year + 1, NAMED[other][0], 1), NAMED[other][1])[1]))  # fmt: skip
    runs = any(first <= said <= last for first, last in times[:3])
    ahead = next(days for days in times if days[0] > said)
    if form[0] == "{" and one == other:
        return
    assert read(phrase, said) == ("ambiguous" if runs else ahead)
    first = dt.date(2031, NAMED[one][0], 1)
    last = months(dt.date(2031, NAMED[other][0], 1), NAMED[other][1])[1]
    if one[0] != "Q" != other[0]:
        assert read(f"{phrase} 2031", said) == ((first, last) if first <= last else "ambiguous")


COUNTS = {"a": 1, "one": 1, "1": 1, "two": 2, "3": 3, "twelve": 12, "eighteen": 18, "twenty": 20,
          "twenty-four": 24, "ninety-nine": 99, "100": 100}  # fmt: skip
LENGTHS = {"day": 0, "week": 0, "month": 1, "year": 12, "decade": 120}


@given(st.dates(dt.date(1960, 1, 1), dt.date(2090, 12, 31)), st.sampled_from([*COUNTS]),
       st.sampled_from([*LENGTHS]))  # fmt: skip
def test_a_length_of_time_counts_from_the_announcement(
    said: dt.date, count: str, unit: str
) -> None:
    """To the day before the same day; where a month lacks it, to the last of that month."""
    number, size = COUNTS[count], LENGTHS[unit]
    if size:
        behind = said.replace(day=1)
        month = months(months(behind, number * size)[1] + DAY, 1)
        last = min(month[0] + (said.day - 1) * DAY - DAY, month[1])
        if month[0].month == (month[0] + (said.day - 1) * DAY).month:
            last = month[0] + (said.day - 1) * DAY - DAY
    else:
        last = said + (number * (7 if unit == "week" else 1) - 1) * DAY
    what = f"{count} {unit}{'s' * (number > 1)}"
    for use in ("within {}", "over the next {}", "the next {}", "next {}", "in the coming {}",
                "during the next {}", "for the next {}", "throughout the next {}", "over {} from now",
                "within the next {}", "for {} from today"):  # fmt: skip
        if count != "a" or "the" not in use:
            assert read(use.format(what), said) == (said, last), use
    for use in ("in {}", "for {}", "over {}", "{}"):
        assert read(use.format(what), said) == "no anchor"
    for use in ("within {} of 2100", "within the {}", "within {} after"):
        assert read(use.format(what), said) == "left over"
    for use in ("over the next {}", "within the next {}", "over the coming {}"):
        if number == 1:
            assert read(use.format(unit), said) == (said, last)


LISTS = {
    "year": ["2029", "2030", "2031", "2032"],
    "fiscal year": ["FY2029", "FY2030", "FY2031", "FY2032"],
    "month": ["November 2030", "Dec 2030", "January 2031", "2031-02"],
    "quarter": ["Q3 2030", "Q4 2030", "Q1 2031", "Q2 2031"],
    "half": ["H1 2030", "H2 2030", "first half of 2031", "H2 2031"],
    "decade": ["the 2030s", "2040s", "the 2050s", "2060s"],
}


@pytest.mark.parametrize("size", LISTS)
def test_a_list_is_from_its_first_to_its_last(size: str) -> None:
    """Where they follow on each other, in this order; of one kind."""
    names = LISTS[size]
    days = [read(f"in {name}") for name in names]
    for count in (2, 3, 4):
        for form in (", ".join(["{}"] * (count - 1)) + " and {}", " and ".join(["{}"] * count),
                     ", ".join(["{}"] * (count - 1)) + ", and {}", " & ".join(["{}"] * count)):  # fmt: skip
            said = form.format(*names[:count])
            assert read(f"in {said}") == read(said) == (days[0][0], days[count - 1][1])
            assert read(form.format(*names[4 - count :][::-1])) == "ambiguous"
    assert read(f"in {names[0]} and {names[2]}") == "ambiguous"
    assert read(f"in {names[0]}, {names[1]} and {names[3]}") == "ambiguous"
    assert read(f"in {names[0]} and 2035") == "ambiguous"
    assert read(f"in {names[0]} or {names[1]}") == "left over"


@pytest.mark.parametrize(
    "phrase", ["multi-year", "multiyear", "multi year", "multi-annual", "multiannual", "ongoing",
               "open-ended", "open ended", "open", "indefinitely", "indefinite", "permanently",
               "permanent", "until further notice"],
)  # fmt: skip
def test_what_has_no_end_is_open(phrase: str) -> None:
    """In these words, and in no part of them."""
    assert read(phrase) == (None, None)
    assert read(f"{phrase} hello") == read(f"hello {phrase}") == "left over"


def test_a_year_that_is_not_named_is_no_budget_year() -> None:
    """Where "2022-23" may be one, "this year - 2023" is none."""
    years = dt.date(2022, 1, 1), dt.date(2023, 12, 31)
    for phrase in (
        "this year - 2023",
        "from this year to 2023",
        "2022 to 2023",
        "2022 - next year",
    ):
        assert read(phrase) == years, phrase
    assert read("in '02", SAID) == (dt.date(2002, 1, 1), dt.date(2002, 12, 31))
    assert read("2023 - '25") == (dt.date(2023, 1, 1), dt.date(2025, 12, 31))


def test_a_list_names_twelve_periods_at_most() -> None:
    """What is longer is no list that a person states."""
    years = [str(year) for year in range(2030, 2043)]
    assert read(" and ".join(years[:12])) == (dt.date(2030, 1, 1), dt.date(2041, 12, 31))
    assert read(" and ".join(years)) == "left over"


EDGES = """
in May2024, in 2024-06/07, in 2024-06-07/08, in 2024-06.5, in 2024/2027, within 0 days,
within 10000 days, within 05 days, in the first, first quarter, 5th quarter of 2024, third half of 2024,
Q5 2024, H3 2024, Q0 2024, Q3rd 2024, Q3 24th, by 32 January 2024, by 0 January 2024, by 100 May 2024,
by the 1nd of May 2024, by the 2st of May 2024, by the 3th of May 2024, by the 11st of May 2024,
by the 12nd of May 2024, by the 13rd of May 2024, by 8x May 2024, since hello, from hello to 2030,
between 2029 or 2030, from 2029 and 2030, from 2029, between 2029, in next decade, by next January,
this week, next day, in fiscal hello, in 2024s, in 20240, in '2, in '204, in '24s, FY24th, by 24th, in FY24s, in 1899, in 2200,
between 2024 and 5, over 2030, within 2030, in March and 2031, the end of 2031 hello
""".replace("\n", " ")
UNCLEAR = """
before 0001-01-01, FY2024/26, FY2024/23, FY2024/hello, by 2024-02-30, by 30 February 2024, by 31/04/2024, by 13/13/2024,
by 00/04/2024, 2024-06.5.24, by 03/04/2024, by 3.4.24, 2024-25, 2024-2025, 2024–25, 2023/24, 2023/2024, 2010-11, in '99, in '43, in '01, in H1 2024 and Q3 2024,
FY 2023-24, from FY2023 to March 2023 and 2025, from Q1-Q3 FY2024, until 2030, till Q3 2030,
from 2029 until 2031, from March to 2031, from 8 August to September, from August to 10 September,
from June to the end of 2031, in March and April 2031 and 2033
""".replace("\n", " ")


def test_what_is_no_time_or_two_is_refused() -> None:
    """Whatever looks like one, alone and in a sentence; nothing but the library's errors."""
    for text, kinds in ((EDGES, {"left over"}), (UNCLEAR, {"ambiguous", "left over"})):
        for phrase in (part.strip() for part in text.split(",")):
            assert read(phrase) in kinds, phrase
            for said in (SAID, dt.date.max, dt.date.min):
                pt.find_horizons(f"As they say {phrase}, at least.", announced=said, calendar="US")


@pytest.mark.parametrize("said", [dt.date.max, dt.date(9999, 1, 1)])
@pytest.mark.parametrize(
    "phrase", ["by tomorrow", "next year", "over the next year", "next fiscal year", "over the next "
               "9000 years", "within 9999 weeks", "by March", "in March", "from October to March",
               "by the end of FY9999", "in the next two decades", "from March to February"],
)  # fmt: skip
def test_beyond_the_last_year_there_is_none(phrase: str, said: dt.date) -> None:
    """Refused in words, alone and in a sentence."""
    found = read(phrase, said)
    assert isinstance(found, str) or found[1].year == 9999
    for one in pt.find_horizons(f"all of it {phrase}.", announced=said, calendar="US"):
        assert one.refusal or one.value.end.year == 9999


@pytest.mark.parametrize(
    "phrase", ["from 2029 until 2031", "in 2029 and 2031", "between November and February 2025",
               "FY2023-2024", "in Q1-Q3 FY2024", "until 2030",
               "until March 2029", "in 2023/24", "from 8 August to September", "by 03/04/2024",
               "from June to the end of 2031", "until next year", "until this fiscal year"],
)  # fmt: skip
def test_a_refused_time_is_shown_whole(phrase: str) -> None:
    """With all of the words that may belong to it, and none that do not."""
    (found,) = pt.find_horizons(f"They said {phrase} with us", announced=SAID, calendar="US")
    assert (found.text, found.value) == (phrase, None)
    assert isinstance(found.refusal, pt.WordingError)
    assert found.refusal.kind == "ambiguous"


def test_numbers_with_letters_are_no_years() -> None:
    """Nothing is read of "2024s", whatever stands before it."""
    text = "All in 2024s and by 2031x, since 1999th."
    assert pt.find_horizons(text, announced=SAID) == ()


@pytest.mark.parametrize("use", ["in {}", "by {}", "since {}", "from {} onwards", "{}"])
def test_a_full_stop_ends_a_phrase_and_changes_nothing(use: str) -> None:
    """One is left out, and no more."""
    for name, *_ in ALL:
        assert read(use.format(name) + ".") == read(use.format(name)), name
    assert read("by 2030..") == "left over"
    assert read(".") == "left over"


@pytest.mark.parametrize(
    ("phrase", "start", "end"),
    [
        ("from 1 July 2024 for three years", "2024-07-01", "2027-06-30"),
        ("starting July 2024 for three years", "2024-07-01", "2027-06-30"),
        ("beginning in 2024 for 18 months", "2024-01-01", "2025-06-30"),
        ("from 2022 over five years", "2022-01-01", "2026-12-31"),
        ("in the year to March 2026", "2025-04-01", "2026-03-31"),
        ("in the year ending 31 March 2026", "2025-04-01", "2026-03-31"),
        ("over the 18 months to 30 June 2025", "2024-01-01", "2025-06-30"),
        ("in the quarter to June 2025", "2025-04-01", "2025-06-30"),
        ("in the two years to March 2026", "2024-04-01", "2026-03-31"),
    ],
)
def test_a_length_beside_a_period_is_read_whole(phrase: str, start: str, end: str) -> None:
    """Alone and in a sentence."""
    expected = (start, end)
    whole = pt.parse_horizon(phrase)
    assert (str(whole.start), str(whole.end)) == expected
    (found,) = pt.find_horizons(f"We said, {phrase}; so.")
    assert found.text == phrase
    assert isinstance(found.value, pt.Horizon)
    assert (str(found.value.start), str(found.value.end)) == expected


@pytest.mark.parametrize(
    "phrase",
    ["by 31 March 2025 or 2026", "by 2025 or 2026", "by 31 March 2025 and 2026",
     "by March 2025 or June 2026", "by 31 December 2025 or by March 2026",
     "July 2024 for three years", "in 2024 for three years", "in 2024 for the next three years",
     "on 5 March 2024 or 6 June 2025", "year to 31 March 2026 or 2027"],
)  # fmt: skip
def test_a_time_with_another_behind_it_has_no_value(phrase: str) -> None:
    """It is refused with all that belongs to it."""
    (found,) = pt.find_horizons(f"We said, {phrase}; so.", announced="2022-07-12")
    assert (found.text, found.value) == (phrase, None)
    with pytest.raises(pt.WordingError):
        pt.parse_horizon(phrase, announced="2022-07-12")


def test_a_refusal_in_a_long_text_quotes_its_phrase() -> None:
    """And not the beginning of the text."""
    text = f"Between 2015 and 2020 {'the country built roads and ' * 9}left. In 2021-22 it did not."
    (_, found) = pt.find_horizons(text)
    assert str(found.refusal).startswith("'In 2021-22' may be")


@pytest.mark.parametrize("phrase", ["by the 2030s", "by the 22th of June 2024",
                                    "in the middle of June 2024"])  # fmt: skip
def test_a_time_that_is_a_part_of_what_is_said_has_no_value(phrase: str) -> None:
    """The rest of the phrase makes it another."""
    found = pt.find_horizons(f"We said, {phrase}; so.", announced="2022-07-12")
    assert [one.value for one in found if one.value is not None] == []

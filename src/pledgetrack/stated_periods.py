"""Periods as people state them: "March 2025", "Q3 2024", "the first half of FY2024", "FY23/24".

A period has a first and a last day. What has two readings is refused, and the refusal names both.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from pledgetrack.errors import WordingError
from pledgetrack.stated_days import Days, Given, Period, month_names, shown, whole_names
from pledgetrack.vocabulary import fold

_TOKEN = re.compile(
    r"""(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9]))
    |(?P<slashed>[0-9]{1,2}(?P<sign>[./])[0-9]{1,2}(?P=sign)[0-9]{2,4}(?![0-9]))
    |(?P<number>[0-9]+)
    |(?P<word>(?:multi|open|long|short|medium)-[^\W\d_]+|year-end
        |(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-[^\W\d_]+|[^\W\d_]+)
    |(?P<mark>\S)""",
    re.VERBOSE | re.IGNORECASE,
)
DASHES = frozenset({"-", "–", "—", "‑", "‐", "−"})
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 0}
_SUFFIXES = frozenset({"st", "nd", "rd", "th", "er", "."})
_FISCAL = (
    "financial years", "financial year", "fiscal years", "fiscal year", "fiscal", "fys", "fy",
)  # fmt: skip
"""The longest first."""


class Token(NamedTuple):
    """A piece of a phrase, folded for comparing, and where it stands."""

    kind: str
    text: str
    plain: str
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """The tokens of a phrase.

    >>> [token.plain for token in tokens_of("by FY2024-Q3")]
    ['by', 'fy', '2024', '-', 'q', '3']
    """
    return [
        Token(str(m.lastgroup), m.group(), fold(m.group()) or m.group(), m.start(), m.end())
        for m in _TOKEN.finditer(text)
    ]


class PeriodReader:
    """Reads periods from the tokens of a phrase; each reading says where it ends."""

    def __init__(self, text: str, given: Given) -> None:
        self.text = text
        self.given = given
        self.tokens = tokens_of(text)
        # Each place is read once, so that long texts take time in proportion.
        self._read: dict[int, tuple[Period, int] | WordingError | None] = {}

    def plain(self, at: int) -> str:
        """The folded token at a place, empty past the end."""
        return self.tokens[at].plain if 0 <= at < len(self.tokens) else ""

    def kind(self, at: int) -> str:
        """The kind of the token at a place."""
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else ""

    def glued(self, at: int) -> bool:
        """Whether a token is written to the one before it."""
        return 0 < at < len(self.tokens) and self.tokens[at].start == self.tokens[at - 1].end

    def skip(self, at: int, *words: str) -> int:
        """The place behind one of some words, where it stands there."""
        return at + (self.plain(at) in words)

    def words(self, at: int, *phrases: str) -> int:
        """The place behind the first of some phrases that stands there, else 0."""
        for phrase in phrases:
            row = phrase.split(" ")
            if all(self.plain(at + n) == word for n, word in enumerate(row)):
                return at + len(row)
        return 0

    # --- numbers ----------------------------------------------------------------------------------

    def year(self, at: int) -> tuple[int, int] | None:
        """A year of four digits, or of two after an apostrophe, and where it ends."""
        if self.plain(at) in ("'", "’") and self.glued(at + 1):
            short = self.short(at + 1)
            return (self.given.century(short), at + 2) if short is not None else None
        if self.kind(at) != "number" or self._runs_on(at + 1):
            return None
        text = self.plain(at)
        whole = len(text) == 4 and "1900" <= text <= "2199"
        return (int(text), at + 1) if whole else None

    def short(self, at: int) -> int | None:
        """A number of two digits."""
        two = self.kind(at) == "number" and len(self.plain(at)) == 2 and not self._runs_on(at + 1)
        return int(self.plain(at)) if two else None

    def _runs_on(self, at: int) -> bool:
        """Whether a number goes on in letters, such as "2020s", "24th"."""
        return self.glued(at) and self.kind(at) == "word" and self.plain(at) not in ("q", "h")

    def any_year(self, at: int) -> tuple[int, int] | None:
        """A year of four or of two digits, where only a year can stand."""
        found = self.year(at)
        short = self.short(at)
        return found or ((self.given.century(short), at + 1) if short is not None else None)

    # --- periods ----------------------------------------------------------------------------------

    def period(self, at: int) -> tuple[Period, int] | None:
        """The longest period that begins at a token."""
        if at not in self._read:
            try:
                self._read[at] = self._period(at)
            except WordingError as error:
                self._read[at] = error
        found = self._read[at]
        if isinstance(found, WordingError):
            raise found
        return found

    def _period(self, at: int) -> tuple[Period, int] | None:
        rules = (
            self._written, self._fiscal, self._part, self._day_of_month, self._month, self._letter,
            self._called, self._plain_year,
        )  # fmt: skip
        found = [read for rule in rules if (read := rule(at))]
        return max(found, key=lambda read: read[1], default=None)

    def _written(self, at: int) -> tuple[Period, int] | None:
        """A day or month in digits."""
        kind, text = self.kind(at), self.plain(at)
        if kind == "day":
            day = self._date(*(int(part) for part in text.split("-")))
            return Period("day", (day, day)), at + 1
        month = self._month_number(at + 2) if self.plain(at + 1) == "-" else None
        if month and self.glued(at + 1) and (found := self.year(at)):
            year = found[0]
            span = (month - year) % 100
            if 0 < span <= 20:
                other = str(year + span)
                days = self.given.months(year, month, 1)
                raise self.given.two_readings(shown(days), f"from {year} to {other}")
            return Period("month", self.given.months(year, month, 1)), at + 3
        if kind != "slashed":
            return None
        first, second, last = re.split("[./]", self.tokens[at].text)
        if len(last) != 4:
            raise self.given.refuse("has a day in an unclear form; write YYYY-MM-DD", "ambiguous")
        readings = {
            self._date(int(last), int(month), int(day))
            for day, month in ((first, second), (second, first))
            if 1 <= int(month) <= 12 and 1 <= int(day) <= 31
        }
        if not readings:
            raise self.given.refuse("has a day that is in no calendar", "ambiguous")
        if len(readings) > 1:
            raise self.given.two_readings(*(str(day) for day in sorted(readings)))
        day = readings.pop()
        return Period("day", (day, day)), at + 1

    def _month_number(self, at: int) -> int | None:
        """The month of "2024-06"; "2021-23" are two years."""
        number = self.short(at) if self.glued(at) and not self._dashed(at + 1) else None
        return number if number and number <= 12 else None

    def _dashed(self, at: int) -> bool:
        return self.glued(at) and self.plain(at) in ("-", "/", ".") and self.glued(at + 1)

    def _date(self, year: int, month: int, day: int) -> dt.date:
        try:
            return dt.date(year, month, day)
        except ValueError:
            raise self.given.refuse("has a day that is in no calendar", "ambiguous") from None

    def fiscal_word(self, at: int) -> int:
        """The place behind "FY" or "fiscal year", else 0."""
        return self.words(at, *_FISCAL)

    def _fiscal(self, at: int) -> tuple[Period, int] | None:
        begin = self.skip(at, "the")
        which = self.plain(begin)
        if which in ("this", "next") and self.words(begin + 1, "fiscal year", "financial year"):
            days = self.given.alike(lambda said: self._running_fiscal(said, which == "next"))
            return Period("fiscal year", days, fiscal=True), begin + 3
        end = self.fiscal_word(begin)
        if not end:
            return None
        return self.fiscal_label(end)

    def _running_fiscal(self, said: dt.date, later: bool) -> Days:
        return self.given.fiscal_year(self.given.fiscal().year(said) + later)

    def fiscal_label(self, at: int) -> tuple[Period, int] | None:
        """The fiscal year that a number names: "2024", "24", "2023/24"."""
        found = self.any_year(at)
        if found is None:
            return None
        year, end = found
        if self.plain(end) == "/":
            second = self.any_year(end + 1)
            if second is None or second[0] != year + 1:
                raise self.given.refuse("names no fiscal year", "ambiguous")
            calendar = self.given.fiscal()
            if calendar.first_month == 1:
                raise self.given.refuse("spans two years, unlike its calendar", "ambiguous")
            days = self.given.months(year, calendar.first_month, 12)
            return Period("fiscal year", days, fiscal=True), second[1]
        days = self.given.fiscal_year(year)
        return Period("fiscal year", days, year=year, fiscal=True), end

    def _yearish(self, at: int) -> tuple[Period, int] | None:
        """A year to take a half or a quarter of: "2024", "FY2024", "next year"."""
        fiscal = self._fiscal(at)
        if fiscal:
            return fiscal
        found = self.any_year(at)
        if found:
            return Period("year", self.given.months(found[0], 1, 12)), found[1]
        end = self.words(at, "the year", "this year", "next year")
        if not end:
            return None
        later = self.plain(at) == "next"
        days = self.given.alike(lambda d: self.given.months(d.year + later, 1, 12))
        return Period("year", days), end

    def _cut(self, days: Days, count: int, nth: int) -> Days:
        """The half or quarter of a year that begins on some day."""
        first = days[0]
        size = 12 // count
        return self.given.months(first.year, first.month + size * (nth - 1), size)

    def _share(self, whole: Period, count: int, nth: int) -> Period:
        """The half or quarter of a year, fiscal as the year is."""
        days = self._cut(whole.next(self.given), count, nth)
        return Period("half" if count == 2 else "quarter", days, fiscal=whole.fiscal)

    def _part(self, at: int) -> tuple[Period, int] | None:
        """Read "The first half of 2024", "third quarter of FY2024"."""
        begin = self.skip(at, "the")
        nth = _ORDINALS.get(self.plain(begin))
        digit = self.plain(begin) in ("1", "2", "3", "4") and self.plain(begin + 1) in _SUFFIXES
        if digit and self.glued(begin + 1):
            nth, begin = int(self.plain(begin)), begin + 1
        size = self.plain(begin + 1)
        if nth is None or size not in ("half", "quarter"):
            return None
        count = 2 if size == "half" else 4
        if nth > count:
            return None
        whole = self._yearish(self.skip(begin + 2, "of"))
        return (self._share(whole[0], count, nth or count), whole[1]) if whole else None

    def _letter(self, at: int) -> tuple[Period, int] | None:
        """Read "Q3 2024", "H1 FY2024", "2024-Q3"."""
        letter, number = self.plain(at), self.plain(at + 1)
        if letter in ("q", "h") and number in ("1", "2", "3", "4") and self.glued(at + 1):
            count, nth = (4 if letter == "q" else 2), int(number)
            if nth > count or self._runs_on(at + 2):
                return None
            size = "quarter" if letter == "q" else "half"
            link = self.skip(at + 2, "of", "/", ",", *DASHES)
            whole = self._yearish(link)
            if whole:
                return self._share(whole[0], count, nth), whole[1]

            def in_year(year: int) -> Days:
                return self._cut(self.given.months(year, 1, 12), count, nth)

            return Period(size, in_year=in_year), at + 2
        whole = self._yearish(at) if self.year(at) or self.fiscal_word(at) else None
        if whole is None:
            return None
        link = self.skip(whole[1], "/", *DASHES)
        letter, number = self.plain(link), self.plain(link + 1)
        count = {"q": 4, "h": 2}.get(letter, 0)
        if number in ("1", "2", "3", "4") and int(number) <= count and self.glued(link + 1):
            return self._share(whole[0], count, int(number)), link + 2
        return None

    def _day_number(self, at: int) -> tuple[int, int] | None:
        """A day of a month: "8", "8th", "1er", "8."."""
        if (
            self.kind(at) != "number"
            or len(self.plain(at)) > 2
            or not 1 <= int(self.plain(at)) <= 31
        ):
            return None
        number = int(self.plain(at))
        english = "th" if 11 <= number <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        suffix = self.glued(at + 1) and self.plain(at + 1) in (english, "er", ".")
        if not suffix and self._runs_on(at + 1):
            return None
        return number, at + 1 + suffix

    def month(self, at: int) -> tuple[int, int] | None:
        """The name of a month, and where it ends."""
        number = month_names().get(self.plain(at)) if self.kind(at) == "word" else None
        if number is None or (self.glued(at + 1) and self.kind(at + 1) == "number"):
            return None
        dotted = self.plain(at + 1) == "." and self.glued(at + 1)
        return number, at + 1 + (dotted and self.plain(at) not in whole_names())

    def _year_after(self, at: int) -> tuple[int, int] | None:
        """A year behind a day or month, with what may stand between."""
        for link in (at, self.skip(at, ",", "of", "de")):
            if found := self.year(link):
                return found
        return None

    def _day_of_month(self, at: int) -> tuple[Period, int] | None:
        """Read "January 8", "8 January 2024", "the 8th of January"."""
        begin = self.skip(at, "the")
        number = self._day_number(begin)
        month = None
        if number:
            month = self.month(self.skip(number[1], "of", "de"))
            end = month[1] if month else at
        elif begin == at and (month := self.month(at)):
            number = self._day_number(self.skip(month[1], "the"))
            end = number[1] if number else at
        if not number or not month:
            return None
        day, name = number[0], month[0]
        year = self._year_after(end)
        if year:
            found = self._date(year[0], name, day)
            return Period("day", (found, found)), year[1]

        def in_year(of: int) -> Days:
            found = self._date(of, name, day)
            return found, found

        return Period("day", in_year=in_year), end

    def _month(self, at: int) -> tuple[Period, int] | None:
        month = self.month(at)
        if month is None:
            return None
        name, end = month
        year = self._year_after(end)
        if year is None and self.plain(end) in ("/", "-") and self.glued(end):
            year = self.year(end + 1)
        if year:
            return Period("month", self.given.months(year[0], name, 1)), year[1]
        return Period("month", in_year=lambda of: self.given.months(of, name, 1)), end

    def _called(self, at: int) -> tuple[Period, int] | None:
        """Read "This year", "next month", "this decade", "today", "the 2020s"."""
        given = self.given
        which, what = self.plain(at), self.plain(at + 1)
        if which in ("today", "tomorrow"):
            day = given.alike(lambda d: (d, d))[0].toordinal() + (which == "tomorrow")
            if day > dt.date.max.toordinal():
                raise given.refuse("is beyond the year 9999", "ambiguous")
            return Period("day", (dt.date.fromordinal(day),) * 2), at + 1
        decade = self.skip(at, "the")
        text = self.plain(decade)
        named = self.glued(decade + 1) and self.plain(decade + 1) == "s"
        if named and re.fullmatch("[12][0-9]{2}0", text):
            return Period("decade", given.months(int(text), 1, 120)), decade + 2
        later = which == "next"
        if what == "decade" and which == "this":
            days = given.alike(lambda d: given.months(d.year // 10 * 10, 1, 120))
            return Period("decade", days), at + 2
        if which not in ("this", "next"):
            return None
        if what == "year":
            return Period(
                "year", given.alike(lambda d: given.months(d.year + later, 1, 12))
            ), at + 2
        if what == "month":
            days = given.alike(lambda d: given.months(d.year, d.month + later, 1))
            return Period("month", days), at + 2
        if what == "quarter":
            days = given.alike(
                lambda d: given.months(d.year, (d.month - 1) // 3 * 3 + 1 + 3 * later, 3)
            )
            return Period("quarter", days), at + 2
        return None

    def _plain_year(self, at: int) -> tuple[Period, int] | None:
        found = self.year(max(at, self.words(at, "the year", "year")))
        if found is None:
            return None
        year, end = found
        return Period("year", self.given.months(year, 1, 12), year=year), end

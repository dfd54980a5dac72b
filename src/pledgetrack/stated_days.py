"""What is known beside a stated time, and periods that may lack their year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from pledgetrack.calendar import CALENDARS, FiscalCalendar, fiscal_calendar, month_of
from pledgetrack.errors import WordingError
from pledgetrack.horizon import Horizon
from pledgetrack.render import clip
from pledgetrack.vocabulary import LANGUAGES, fold

Days = tuple[dt.date, dt.date]
"""A first and a last day."""

Show = Callable[[Days], str]
"""How days are written in a refusal."""


@lru_cache(maxsize=1)
def month_names() -> dict[str, int]:
    """The months by their names and abbreviations in the four languages, folded.

    >>> [month_names()[name] for name in ("january", "marzo", "aout", "dez")]
    [1, 3, 8, 12]
    """
    from babel import Locale

    found: dict[str, set[int]] = {"sept": {9}, "sep": {9}}
    for tongue in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, name in Locale(tongue).months["format"][width].items():
                found.setdefault(fold(name), set()).add(number)
    del found["ago"]  # August in Spanish, and the past in English
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}


@lru_cache(maxsize=1)
def whole_names() -> frozenset[str]:
    """The names of months that are no abbreviations."""
    from babel import Locale

    names = (Locale(tongue).months["format"]["wide"].values() for tongue in LANGUAGES)
    return frozenset(fold(name) for wide in names for name in wide)


@dataclass(frozen=True, slots=True)
class Given:
    """The phrase, and what is known beside it.

    ``announced`` are the first and the last day on which it may have been said: one day, or the
    month that it is known to.
    """

    text: str
    announced: Days | None = None
    calendar: str | FiscalCalendar | None = None

    def refuse(self, what: str, kind: str, *choices: str) -> WordingError:
        """The refusal of this phrase."""
        return WordingError(
            f"{clip(self.text, 60)!r} {what}", text=self.text, kind=kind, choices=choices
        )

    def two_readings(self, *readings: str) -> WordingError:
        """The refusal of a phrase that can be read in several ways."""
        return self.refuse(f"may be {' or '.join(readings)}; write which", "ambiguous", *readings)

    def said(self) -> Days:
        """The day of the announcement, which the phrase counts from."""
        if self.announced is None:
            raise self.refuse(
                "counts from the announcement; pass announced=, or write the days",
                "no anchor",
                "announced=",
            )
        return self.announced

    def alike(self, resolve: Callable[[dt.date], Days], show: Show | None = None) -> Days:
        """What a phrase means, whichever day of a month it was said on; else it is refused."""
        first, last = (resolve(day) for day in self.said())
        if first != last:
            raise self.two_readings(*((show or shown)(days) for days in (first, last)))
        return first

    def fiscal(self) -> FiscalCalendar:
        """The fiscal calendar, which must have been told."""
        if self.calendar is None:
            raise self.refuse(
                'names a fiscal year, whose first month is unknown; pass calendar="US" or '
                "calendar=pt.FiscalCalendar(first_month=4, named_by='starting'), in a file under "
                "[phrases]",
                "no calendar",
                *CALENDARS,
            )
        return fiscal_calendar(self.calendar)

    def fiscal_year(self, label: int) -> Days:
        """The days of the fiscal year of a name."""
        calendar = self.fiscal()
        starting = label - (calendar.label_year(2000) - 2000)
        return self.months(starting, calendar.first_month, 12)

    def months(self, year: int, month: int, count: int) -> Days:
        """Some whole months from one on, which may be past the end of its year."""
        begin = year * 12 + month - 1
        end = begin + count - 1
        if not (begin >= 12 and end < 120000):
            raise self.refuse("is beyond the years 1 to 9999", "ambiguous")
        last = month_of(dt.date(end // 12, end % 12 + 1, 1))[1]
        return dt.date(begin // 12, begin % 12 + 1, 1), last

    def century(self, short: int) -> int:
        """The year of two digits, where it lies within 20 years of the announcement.

        Without an announcement it is one of 2000 to 2049.
        """
        if self.announced:
            near = self.announced[1].year
            for year in range(near - 20, near + 21):
                if year % 100 == short:
                    return year
        elif short < 50:
            return 2000 + short
        raise self.two_readings(str(1900 + short), str(2000 + short))


def shown(days: Days) -> str:
    """Days as a horizon shows them, which is a phrase as well."""
    return str(Horizon(start=days[0], end=days[1]))


@dataclass(frozen=True, slots=True)
class Period:
    """A stated period: its days, or what they are in a year that stands elsewhere.

    ``size`` is what it is made of ("day", "month", "quarter", "half", "year", "fiscal year"),
    ``year`` the number by which a year or fiscal year is called.
    """

    size: str
    days: Days | None = None
    in_year: Callable[[int], Days] | None = None
    year: int | None = None
    fiscal: bool = field(default=False)

    def within(self, year: int, given: Given) -> Days:
        """The days in a year that stands elsewhere in the phrase."""
        if self.in_year is None:
            raise given.refuse("has no year to stand in", "ambiguous")
        return self.in_year(year)

    def next(self, given: Given, show: Show = shown) -> Days:
        """The days; without a year, the next ones after the announcement.

        ``show`` says how the readings of a refusal are written.
        """
        return self.days or given.alike(lambda said: self._nearest(said, given, show), show)

    def last(self, given: Given, show: Show = shown) -> Days:
        """The days; without a year, the last ones before the announcement."""
        return self.days or given.alike(
            lambda said: self._nearest(said, given, show, past=True), show
        )

    def _nearest(self, said: dt.date, given: Given, show: Show, *, past: bool = False) -> Days:
        if self.size in ("quarter", "half"):
            raise given.refuse("does not say of which year it is a part", "ambiguous")
        here = self.within(said.year, given)
        if here[0] <= said <= here[1]:
            other = self.within(said.year + (-1 if past else 1), given)
            raise given.two_readings(show(here), show(other))
        step = (here[0] > said) * -past + (here[1] < said) * (not past)
        return self.within(said.year + step, given) if step else here

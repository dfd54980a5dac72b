"""The grammar of stated horizons: "over the next two years", "by 2030", "FY 2023 and 2024".

A horizon is made of one or two periods, or of a length of time from the announcement or from a
period on. Whatever has two readings is refused, and the refusal names both.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from dateutil.relativedelta import relativedelta

from pledgetrack.calendar import OPEN, month_of
from pledgetrack.horizon import Horizon
from pledgetrack.stated_days import Days, Given, Period, shown
from pledgetrack.stated_periods import DASHES, PeriodReader
from pledgetrack.vocabulary import vocabulary

Read = tuple[Horizon, int]
"""A horizon, and the token behind its phrase."""

_MONTHS = {"month": 1, "year": 12, "decade": 120}
_DAYS = {"day": 1, "week": 7}
_BY = ("by", "no later than", "not later than", "by no later than", "on or before")
_DURING = ("in", "during", "throughout", "for", "within", "over")
_ENDING = ("to the end of", "to", "ending on", "ending in", "ending", "ended on", "ended")
EXAMPLES = ("over the next two years", "within 18 months", "by the end of 2025", "in 2024")
_OPEN = (
    "multi-year", "multiyear", "multi year", "multi-annual", "multiannual", "ongoing",
    "open-ended", "open ended", "open", "indefinitely", "indefinite", "permanently", "permanent",
    "until further notice",
)  # fmt: skip
_LISTED = 12
"""How many periods a list may name."""


def _eve(days: Days, given: Given) -> dt.date:
    """The day before some days."""
    if days[0] == dt.date.min:
        raise given.refuse("ends before the first day there is", "ambiguous")
    return days[0] - dt.timedelta(days=1)


def _until(days: Days) -> str:
    return str(Horizon(end=days[1]))


def _before(days: Days) -> str:
    return f"before {days[0]}"


def _since(days: Days) -> str:
    return str(Horizon(start=days[0]))


class HorizonReader(PeriodReader):
    """Reads horizons from the tokens of a phrase."""

    def horizon(self, at: int) -> Read | None:
        """The longest horizon that begins at a token."""
        rules = (
            self._deadline, self._on, self._since, self._between, self._window, self._anchored,
            self._started, self._ended, self._open, self._span,
        )  # fmt: skip
        found = [read for rule in rules if (read := rule(at))]
        longest = [read for read in found if read[1] == max(end for _, end in found)]
        readings = dict.fromkeys(str(horizon) for horizon, _ in longest)
        if len(readings) > 1:
            raise self.given.two_readings(*readings)
        return longest[0] if longest else None

    def _made(self, start: dt.date | None, end: dt.date | None) -> Horizon:
        if start and end and end < start:
            raise self.given.refuse(
                f"runs from {start} back to {end}; write the earlier first", "reversed"
            )
        return Horizon(start=start, end=end, wording=OPEN)

    # --- one end ----------------------------------------------------------------------------------

    def _ending(self, at: int) -> tuple[Days, int] | None:
        """Read "The end of 2025", "end-March", "year-end": the days of what ends."""
        begin = self.skip(at, "the")
        year_end = self.words(begin, "year-end", "year end")
        if year_end:
            begin = year_end - 1
            found = self.year(begin + 1)
            if found:
                return self.given.months(found[0], 1, 12), found[1]
            return self._this("year"), begin + 1
        if self.plain(begin) == "end":
            begin = self.skip(self.skip(begin + 1, "of"), *DASHES)
            what = self.words(begin, "the year", "the month", "the quarter")
            if what:
                year = self.year(what) if self.plain(begin + 1) == "year" else None
                if year:
                    return self.given.months(year[0], 1, 12), year[1]
                return self._this(self.plain(begin + 1)), what
            if self.words(begin, "the decade"):
                return self._this("decade"), begin + 2
            what = self.words(begin, "the fiscal year", "the financial year")
            if what and not self.any_year(what):
                return self._running_fiscal_now(), what
            read = self.period(begin)
            if read and read[0].size != "day":
                return read[0].next(self.given, _until), read[1]
        return None

    def _this(self, size: str) -> Days:
        months = {"decade": 120, "year": 12, "quarter": 3, "month": 1}[size]

        def resolve(said: dt.date) -> Days:
            if size == "decade":
                return self.given.months(said.year // 10 * 10, 1, 120)
            first = (said.month - 1) // months * months + 1
            return self.given.months(said.year, first, months)

        return self.given.alike(resolve)

    def _running_fiscal_now(self) -> Days:
        calendar = self.given.fiscal()
        return self.given.alike(lambda said: self.given.fiscal_year(calendar.year(said)))

    def _deadline(self, at: int) -> Read | None:
        for words in (_BY, ("through", "thru"), ("until", "till"), ("before",)):
            begin = self.words(at, *sorted(words, key=len, reverse=True))
            if not begin:
                continue
            ending = self._ending(begin)
            if ending:
                return self._due(ending[0][1]), ending[1]
            read = self.period(begin)
            if read is None or read[0].size == "decade":
                return None  # "by the 2030s" is by their beginning, or by their end
            period, end = read
            days = period.next(self.given, _before if "before" in words else _until)
            if "before" in words:
                return self._due(_eve(days, self.given)), end
            if "until" in words and period.size != "day":
                what = self.text[self.tokens[begin].start : self.tokens[end - 1].end]
                raise self.given.two_readings(f"by the end of {what}", f"before {what}")
            return self._due(days[1]), end
        return None

    def _due(self, end: dt.date) -> Horizon:
        """The horizon of a deadline, which lies ahead."""
        said = self.given.announced
        if said and end < said[0]:
            raise self.given.refuse(
                f"ends on {end}, before the announcement on {said[0]}", "past", *EXAMPLES
            )
        return self._made(None, end)

    def _on(self, at: int) -> Read | None:
        read = self.period(at + 1) if self.plain(at) == "on" else None
        if read is None or read[0].size != "day":
            return None
        return self._made(*read[0].next(self.given)), read[1]

    def _since(self, at: int) -> Read | None:
        """Read "since April", "from 2025 onwards": open."""
        if self.plain(at) == "since":
            read = self.period(at + 1)
            if read is None:
                return None
            start = read[0].last(self.given, _since)[0]
            if self.given.announced and start > self.given.announced[1]:
                raise self.given.refuse("begins after the announcement", "reversed")
            return self._made(start, None), read[1]
        read = self.period(at + 1) if self.plain(at) == "from" else None
        if read is None:
            return None
        period, end = read
        onward = self.words(end, "onwards", "onward", "and beyond", "on", ", open")
        return (self._made(period.next(self.given)[0], None), onward) if onward else None

    def _open(self, at: int) -> Read | None:
        end = self.words(at, *sorted(_OPEN, key=len, reverse=True))
        return (self._made(None, None), end) if end else None

    # --- lengths of time --------------------------------------------------------------------------

    def length(self, at: int) -> tuple[int, str, int] | None:
        """Read "Two years", "18 months": how many, of what, and where it ends."""
        text = self.plain(at)
        if self.kind(at) == "number":
            count = int(text) if len(text) <= 4 and text[0] != "0" else None
        else:
            numbers = vocabulary("en").numbers
            tens, _, ones = text.partition("-")
            count = 1 if text in ("a", "an") else numbers.get(text)
            if numbers.get(ones, 10) < 10:
                count = numbers[tens] + numbers[ones]
        unit = self.plain(at + 1).removesuffix("s")
        whole = (unit in _MONTHS or unit in _DAYS) and self.kind(at + 1) == "word"
        return (count, unit, at + 2) if count and whole else None

    def _window(self, at: int) -> Read | None:
        """Read "Over the next two years", "within 18 months"."""
        begin = self.skip(at, *_DURING)
        within = self.plain(at) == "within"
        named = self.plain(begin) == "the"
        begin += named
        ahead = self.plain(begin) in ("next", "coming")
        if ahead:
            begin += 1
        elif not within or named:
            return None
        length = self.length(begin)
        unit = self.plain(begin)
        if length is None and ahead and named and self.plain(at) in ("over", "within") and (
            unit in _MONTHS or unit in _DAYS
        ):  # fmt: skip
            length = (1, unit, begin + 1)  # "over the next year"
        if length is None or self.words(length[2], "of", "from", "after", "before"):
            return None
        count, unit, end = length
        # A day known only to the month counts from the month's last day.
        start = self.given.said()[1]
        return self._made(start, self._last_day(start, count, unit)), end

    def _anchored(self, at: int) -> Read | None:
        """Read "over five years from 2022"; "two years from now" is a day, not a time."""
        if self.plain(at) not in ("over", "for", "within"):
            return None
        length = self.length(self.skip(at + 1, "the"))
        if length is None:
            return None
        count, unit, end = length
        behind = self.words(
            end, "starting from", "starting in", "starting on", "starting", "beginning in",
            "beginning on", "beginning", "from",
        )  # fmt: skip
        if not behind:
            return None
        if self.plain(behind) in ("now", "today"):
            start = self.given.said()[1]
            return self._made(start, self._last_day(start, count, unit)), behind + 1
        read = self.period(behind)
        if read is None:
            return None
        start = read[0].next(self.given)[0]
        return self._made(start, self._last_day(start, count, unit)), read[1]

    def _started(self, at: int) -> Read | None:
        """Read "from 1 July 2024 for three years", the same the other way round."""
        begin = self.words(
            at, "starting from", "starting in", "starting on", "starting", "beginning in",
            "beginning on", "beginning", "from",
        )  # fmt: skip
        read = self.period(begin) if begin else None
        if read is None or self.plain(read[1]) not in ("for", "over"):
            return None
        length = self.length(self.skip(read[1] + 1, "the"))
        if length is None:
            return None
        count, unit, end = length
        start = read[0].next(self.given)[0]
        return self._made(start, self._last_day(start, count, unit)), end

    def _ended(self, at: int) -> Read | None:
        """Read "in the year to March 2026", "over the 18 months to 30 June 2025"."""
        begin = self.skip(self.skip(at, *_DURING), "the")
        length = self.length(begin)
        unit = self.plain(begin)
        if length is None and unit in ("month", "quarter", "year", "decade"):
            length = (3, "month", begin + 1) if unit == "quarter" else (1, unit, begin + 1)
        behind = self.words(length[2], *_ENDING) if length else 0
        read = self.period(behind) if behind else None
        if length is None or read is None or read[0].size not in ("day", "month", "quarter"):
            return None
        count, unit, _ = length
        if unit not in _MONTHS or read[0].days is None:
            return None
        after = read[0].days[1] + dt.timedelta(days=1)
        try:
            start = after - relativedelta(months=count * _MONTHS[unit])
        except (ValueError, OverflowError):
            raise self.given.refuse("begins before the first day there is", "ambiguous") from None
        return self._made(start, read[0].days[1]), read[1]

    def _last_day(self, start: dt.date, count: int, unit: str) -> dt.date:
        """The last day of a time that begins on a day, which itself counts.

        A month without such a day ends the time with its own last day: six months from
        31 August end on the last of February.
        """
        try:
            if unit in _DAYS:
                return start + dt.timedelta(days=count * _DAYS[unit] - 1)
            after = start + relativedelta(months=count * _MONTHS[unit])
        except (ValueError, OverflowError):
            raise self.given.refuse("is beyond the year 9999", "ambiguous") from None
        return after - dt.timedelta(days=1) if after.day == start.day else month_of(after)[1]

    # --- periods ----------------------------------------------------------------------------------

    def _between(self, at: int) -> Read | None:
        opening = self.plain(at)
        links: tuple[str, ...] = ("and",)
        if opening == "from":
            links = ("to", "through", "thru", "until", "till", *DASHES)
        elif opening != "between":
            return None
        return self._range(at + 1, links)

    def _range(self, at: int, links: tuple[str, ...]) -> Read | None:
        """Two periods with a link: from the first day of one to the last of the other."""
        first = self._now(at) or self.period(at)
        if first is None or self.plain(first[1]) not in links:
            return None
        link = self.plain(first[1])
        ending = self._ending(first[1] + 1)
        if ending:
            if first[0].days is None:
                raise self.given.refuse("does not say in which year it begins", "ambiguous")
            return self._made(first[0].days[0], ending[0][1]), ending[1]
        second = self._second(first[0], first[1] + 1, link)
        if second is None:
            return None
        shorter = first[0].days is not None and first[0].size != second[0].size
        if shorter and second[0].size == "year" and link in DASHES:
            raise self.given.refuse("has ends of two kinds; write both in full", "ambiguous")
        if link in ("until", "till") and second[0].size != "day":
            start, end = self._both(first[0], second[0])
            before = second[0].next(self.given)[0] - dt.timedelta(days=1)
            raise self.given.two_readings(shown((start, end)), f"{start} to {before}")
        return self._made(*self._both(first[0], second[0])), second[1]

    def _now(self, at: int) -> tuple[Period, int] | None:
        if self.plain(at) != "now":
            return None
        last = self.given.said()[1]
        return Period("day", (last, last)), at + 1

    def _second(self, first: Period, at: int, link: str) -> tuple[Period, int] | None:
        """The second period, which may take from the first that it is a fiscal year or a year."""
        bare = self.any_year(at)
        if first.size == "fiscal year" and bare:
            year, label = first.year, bare[0]
            if (
                year is not None
                and link in DASHES
                and label == year + 1
                and self.given.fiscal().first_month > 1
            ):
                whole = self.given.months(year, self.given.fiscal().first_month, 12)
                both = (self.given.fiscal_year(year)[0], self.given.fiscal_year(label)[1])
                raise self.given.two_readings(shown(whole), shown(both))
            return self.fiscal_label(at)
        short = self.short(at)
        if first.size == "year" and first.year is not None and short is not None:
            read = self.period(at)
            if link in DASHES and not (read and read[1] > at + 1):
                year = first.year // 100 * 100 + short
                if year <= first.year:
                    return None
                self._refuse_budget_year(first.year, year, link)
                return Period("year", self.given.months(year, 1, 12), year=year), at + 1
        read = self.period(at)
        if read and first.year and read[0].year and first.size == read[0].size == "year":
            self._refuse_budget_year(first.year, read[0].year, link)
        return read

    def _refuse_budget_year(self, first: int, second: int, link: str) -> None:
        """Refuse "2024-25", which names one budget year as often as two years."""
        if link in DASHES and second == first + 1:
            raise self.given.two_readings(
                f"from {first} to {second}", f"FY{first}/{second % 100:02d}"
            )

    def _both(self, first: Period, second: Period) -> Days:
        """The first day of one and the last of the other; a year is said once for both."""
        given = self.given
        if first.days is None and second.days is not None:
            if second.fiscal or second.size in ("year", "decade"):
                raise given.refuse("does not say in which year it begins", "ambiguous")
            start = first.within(second.days[0].year, given)[0]
            if start > second.days[1]:
                earlier = first.within(second.days[0].year - 1, given)[0]
                raise given.refuse(
                    "does not say in which year it begins; write both years",
                    "ambiguous",
                    f"{earlier} to {second.days[1]}",
                )
            return start, second.days[1]
        if first.days is not None and second.days is None:
            if first.size == "day" and given.announced == first.days:
                return first.days[0], second.next(given)[1]
            raise given.refuse("does not say in which year it ends; write both years", "ambiguous")
        if second.days is not None:
            return first.next(given)[0], second.days[1]
        if "day" in (first.size, second.size) and first.size != second.size:
            raise given.refuse("has ends of two kinds; write both days", "ambiguous")
        return given.alike(lambda said: self._coming(first, second, said))

    def _coming(self, first: Period, second: Period, said: dt.date) -> Days:
        """The next such time; where it has begun, this one or the next may be meant."""

        def of(year: int) -> Days:
            start = first.within(year, self.given)[0]
            end = second.within(year, self.given)[1]
            return start, end if end >= start else second.within(year + 1, self.given)[1]

        times = [of(year) for year in (said.year - 1, said.year, said.year + 1)]
        ahead = next(days for days in times if days[0] > said)
        running = next((days for days in times if days[0] <= said <= days[1]), None)
        if running:
            raise self.given.two_readings(shown(running), shown(ahead))
        return ahead

    def _span(self, at: int) -> Read | None:
        """Read "In 2024", "Q3 2024", "2021-2023", "FY 2023 and 2024"."""
        led = self.plain(at) in _DURING
        begin = self.words(at + led, "the period", "the years", "period", "years")
        begin = begin or at + led
        found = self._range(begin, ("to", "through", *DASHES)) or self._list(begin)
        if found:
            return found
        read = self.period(begin)
        if read is None or (read[0].size == "day" and led):
            return None
        if self.plain(at) in ("over", "within") and begin == at + 1 and read[0].size == "year":
            return None  # "over 2030" may be a number
        if read[0].days is None and not led:
            return None  # a month or a day alone, without its year, says too little
        if read[0].size == "year" and read[0].year and self.plain(read[1]) == "/":
            year, behind = read[0].year, self.any_year(read[1] + 1)
            if behind and behind[0] == year + 1:
                raise self.given.two_readings(
                    f"from {year} to {year + 1}", f"FY{year}/{behind[0] % 100:02d}"
                )
            return None
        return self._made(*read[0].next(self.given)), read[1]

    def _list(self, at: int) -> Read | None:
        """Periods that follow on each other: "FY 2023 and 2024", "2023, 2024 and 2025"."""
        read = self.period(at)
        if read is None or read[0].days is None:
            return None
        days, (last, end) = [read[0].days], read
        more = end
        while self.plain(more) in (",", "and", "&") and len(days) < _LISTED:
            behind = self.skip(more + 1, "and") if self.plain(more) == "," else more + 1
            second = self._second(last, behind, "and")
            if second is None or second[0].days is None:
                break
            if second[0].size != last.size or last.size == "day":
                raise self.given.refuse("lists what is of two kinds; write both years", "ambiguous")
            last, end = second
            more = end
            days.append(second[0].days)
        if len(days) < 2:
            return None
        for one, after in pairwise(days):
            if one[1] + dt.timedelta(days=1) != after[0]:
                raise self.given.refuse(
                    "lists periods that do not follow on each other; record them as horizons of "
                    "their own",
                    "ambiguous",
                    *(shown(part) for part in days),
                )
        return self._made(days[0][0], days[-1][1]), end

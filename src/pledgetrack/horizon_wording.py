"""The grammar of stated horizons: "over the next two years", "by 2030", "FY 2023 and 2024".

A horizon is made of one or two periods, or of a length of time from the announcement or from a
period on. Whatever has two readings is refused, and the refusal names both.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from pledgetrack.calendar import OPEN, month_of
from pledgetrack.errors import PledgetrackError, WordingError
from pledgetrack.horizon import Horizon
from pledgetrack.stated_periods import DASHES, Days, Given, Period, PeriodReader, shown
from pledgetrack.vocabulary import vocabulary

Read = tuple[Horizon, int]
"""A horizon, and the token behind its phrase."""

_MONTHS = {"month": 1, "year": 12, "decade": 120}
_DAYS = {"day": 1, "week": 7}
_BY = ("by", "no later than", "not later than", "by no later than", "on or before")
_THROUGH = ("through", "thru", "up to and including", "up to the end of", "until the end of")
_DURING = ("in", "during", "throughout", "for", "within", "over")
_OPEN = (
    "multi-year", "multiyear", "multi year", "multi-annual", "multiannual", "ongoing",
    "open-ended", "open ended", "open", "indefinitely", "indefinite", "permanently", "permanent",
    "until further notice",
)  # fmt: skip
_VAGUE = (
    "soon", "shortly", "eventually", "someday", "later", "early", "late", "mid", "middle",
    "near future", "due course", "as soon as possible", "asap", "coming years", "coming months",
    "coming weeks", "coming days", "next few", "years ahead", "months ahead", "long-term",
    "long term", "short-term", "short term", "medium-term", "medium term", "several",
    "immediately", "now",
    "beginning", "start",
)  # fmt: skip
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_LISTED = 12
"""How many periods a list may name."""

_PAST = ("last", "past", "previous", "ago")


class HorizonReader(PeriodReader):
    """Reads horizons from the tokens of a phrase."""

    def horizon(self, at: int) -> Read | None:
        """The longest horizon that begins at a token."""
        rules = (
            self._deadline, self._on, self._since, self._between, self._window, self._anchored,
            self._open, self._span,
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
        if self.plain(begin) == "year-end":
            found = self.year(begin + 1)
            if found:
                return self.given.months(found[0], 1, 12), found[1]
            return self._this("year"), begin + 1
        if self.plain(begin) == "end":
            begin = self.skip(self.skip(begin + 1, "of"), *DASHES)
            what = self.words(begin, "the year", "the month", "the quarter")
            if what > 0:
                year = self.year(what) if self.plain(begin + 1) == "year" else None
                if year:
                    return self.given.months(year[0], 1, 12), year[1]
                return self._this(self.plain(begin + 1)), what
            what = self.words(begin, "the fiscal year", "the financial year")
            if what > 0 and not self.any_year(what):
                return self._running_fiscal_now(), what
            read = self.period(begin)
            if read and read[0].size != "day":
                return read[0].next(self.given), read[1]
        return None

    def _this(self, size: str) -> Days:
        months = {"year": 12, "quarter": 3, "month": 1}[size]

        def resolve(said: dt.date) -> Days:
            first = (said.month - 1) // months * months + 1
            return self.given.months(said.year, first, months)

        return self.given.alike(resolve)

    def _running_fiscal_now(self) -> Days:
        calendar = self.given.fiscal()
        return self.given.alike(lambda said: self.given.fiscal_year(calendar.year(said)))

    def _deadline(self, at: int) -> Read | None:
        for words in (_BY, ("through", "thru"), ("until", "till"), ("before",)):
            begin = self.words(at, *sorted(words, key=len, reverse=True))
            if begin < 0:
                continue
            ending = self._ending(begin)
            if ending:
                return self._made(None, ending[0][1]), ending[1]
            read = self.period(begin)
            if read is None:
                return None
            period, end = read
            days = period.next(self.given)
            if "before" in words:
                if days[0] == dt.date.min:
                    raise self.given.refuse("ends before the first day there is", "ambiguous")
                return self._made(None, days[0] - dt.timedelta(days=1)), end
            if "until" in words and period.size != "day":
                what = self.text[self.tokens[begin].start : self.tokens[end - 1].end]
                raise self.given.two_readings(f"by the end of {what}", f"before {what}")
            return self._made(None, days[1]), end
        return None

    def _on(self, at: int) -> Read | None:
        read = self.period(at + 1) if self.plain(at) == "on" else None
        if read is None or read[0].size != "day":
            return None
        return self._made(*read[0].next(self.given)), read[1]

    def _since(self, at: int) -> Read | None:
        """Read "Since April", "from 2025 onwards", "starting in 2025": open."""
        if self.plain(at) == "since":
            read = self.period(at + 1)
            return (self._made(read[0].last(self.given)[0], None), read[1]) if read else None
        begin = self.words(at, "from", "starting in", "starting on", "starting from", "starting")
        read = self.period(begin) if begin > 0 else None
        if read is None:
            return None
        period, end = read
        onward = self.words(end, "onwards", "onward", "and beyond", "on", ", open")
        if self.plain(at) == "starting":
            onward = end
        return (self._made(period.next(self.given)[0], None), onward) if onward > 0 else None

    def _open(self, at: int) -> Read | None:
        end = self.words(at, *sorted(_OPEN, key=len, reverse=True))
        return (self._made(None, None), end) if end > 0 else None

    # --- lengths of time --------------------------------------------------------------------------

    def _length(self, at: int) -> tuple[int, str, int] | None:
        """Read "Two years", "18 months": how many, of what, and where it ends."""
        text = self.plain(at)
        if self.kind(at) == "number":
            count = int(text) if len(text) <= 4 else None
        else:
            numbers = vocabulary("en").numbers
            tens, _, ones = text.partition("-")
            count = numbers.get(tens) if not ones else numbers.get(tens, 0) + numbers.get(ones, 0)
            count = 1 if text in ("a", "an") else count
        unit = self.plain(at + 1).removesuffix("s")
        whole = (unit in _MONTHS or unit in _DAYS) and self.kind(at + 1) == "word"
        return (count, unit, at + 2) if count and whole else None

    def _window(self, at: int) -> Read | None:
        """Read "Over the next two years", "within 18 months"."""
        begin = self.skip(at, *_DURING)
        within = self.plain(at) == "within"
        begin = self.skip(begin, "the")
        ahead = self.plain(begin) in ("next", "coming")
        if ahead:
            begin += 1
        elif not within or self.plain(begin - 1) == "the":
            return None
        length = self._length(begin)
        unit = self.plain(begin)
        if length is None and ahead and self.plain(at) in ("over", "within") and (
            unit in _MONTHS or unit in _DAYS
        ):  # fmt: skip
            length = (1, unit, begin + 1)  # "over the next year"
        if length is None or self.words(length[2], "of", "from", "after", "before") > 0:
            return None
        count, unit, end = length
        first, last = self.given.said()
        return self._made(first, self._last_day(last, count, unit)), end

    def _anchored(self, at: int) -> Read | None:
        """Read "Over five years from 2022"."""
        begin = self.skip(self.skip(at, "over", "for", "within"), "the")
        length = self._length(begin)
        if length is None:
            return None
        count, unit, end = length
        behind = self.words(
            end, "starting from", "starting in", "starting on", "starting", "beginning in",
            "beginning on", "beginning", "from",
        )  # fmt: skip
        if behind < 0:
            return None
        if self.plain(behind) in ("now", "today"):
            first, last = self.given.said()
            return self._made(first, self._last_day(last, count, unit)), behind + 1
        read = self.period(behind)
        if read is None:
            return None
        start = read[0].next(self.given)[0]
        return self._made(start, self._last_day(start, count, unit)), read[1]

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
            start = first[0].next(self.given)[0]
            return self._made(start, ending[0][1]), ending[1]
        second = self._second(first[0], first[1] + 1, link)
        if second is None:
            return None
        if link in ("until", "till") and second[0].size != "day":
            start, end = self._both(first[0], second[0])
            before = second[0].next(self.given)[0] - dt.timedelta(days=1)
            raise self.given.two_readings(shown((start, end)), f"{start} to {before}")
        return self._made(*self._both(first[0], second[0])), second[1]

    def _now(self, at: int) -> tuple[Period, int] | None:
        if self.plain(at) != "now":
            return None
        first, last = self.given.said()
        return Period("day", (first, last)), at + 1

    def _second(self, first: Period, at: int, link: str) -> tuple[Period, int] | None:
        """The second period, which may take from the first that it is a fiscal year or a year."""
        bare = self.any_year(at)
        if first.fiscal and first.year is not None and bare:
            if self.plain(bare[1]) == "/":
                return None
            label, end = bare
            if link in DASHES and label == first.year + 1 and self.given.fiscal().first_month > 1:
                whole = self.given.months(first.year, self.given.fiscal().first_month, 12)
                both = (self.given.fiscal_year(first.year)[0], self.given.fiscal_year(label)[1])
                raise self.given.two_readings(shown(whole), shown(both))
            days = self.given.fiscal_year(label)
            return Period("fiscal year", days, year=label, fiscal=True), end
        short = self.short(at)
        if first.size == "year" and first.year is not None and short is not None:
            read = self.period(at)
            if link in DASHES and not (read and read[1] > at + 1):
                year = first.year // 100 * 100 + short
                if year <= first.year:
                    return None
                return Period("year", self.given.months(year, 1, 12), year=year), at + 1
        return self.period(at)

    def _both(self, first: Period, second: Period) -> Days:
        """The first day of one and the last of the other; a year is said once for both."""
        given = self.given
        if first.days is None and second.days is not None:
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
        start = first.next(given)[0]
        end = (second.days or second.within(start.year, given))[1]
        if second.days is None and end < start:
            end = second.within(start.year + 1, given)[1]
        return start, end

    def _span(self, at: int) -> Read | None:
        """Read "In 2024", "Q3 2024", "2021-2023", "FY 2023 and 2024"."""
        led = self.plain(at) in _DURING
        begin = self.words(at + led, "the period", "the years", "period", "years")
        begin = at + led if begin < 0 else begin
        found = self._range(begin, ("to", "through", *DASHES)) or self._list(begin)
        if found:
            return found
        read = self.period(begin)
        if read is None or (read[0].size == "day" and led):
            return None
        if read[0].days is None and not led:
            return None  # a month or a day alone, without its year, says too little
        if self.plain(read[1]) == "/" and self.any_year(read[1] + 1) and read[0].year:
            year = read[0].year
            raise self.given.two_readings(f"FY{year}/{self.plain(read[1] + 1)}",
                                          f"from {year} to {year + 1}")  # fmt: skip
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
            if second is None or second[0].days is None or second[0].size == "day":
                break
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


# --- what a phrase is instead ---------------------------------------------------------------------

_EXAMPLES = ("over the next two years", "within 18 months", "by the end of 2025", "in 2024")


def refusal(reader: HorizonReader) -> WordingError:
    """What a phrase is, or leaves over, where it is no horizon."""
    given, words = reader.given, [token.plain for token in reader.tokens]
    said = " ".join(words)

    def holds(phrases: tuple[str, ...]) -> bool:
        return any(re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", said) for phrase in phrases)

    season = next((word for word in words if word in _SEASONS), None)
    if season:
        return _season(given, season)
    if holds(_PAST):
        return given.refuse("lies in the past, and nothing is due then", "past", *_EXAMPLES)
    left = tuple(_left_over(reader))
    length = next((read for at in range(len(words)) if (read := reader._length(at))), None)
    if length and left == (given.text.strip(),):
        end = length[2]
        what = reader.text[reader.tokens[end - 2].start : reader.tokens[end - 1].end]
        return given.refuse(
            "does not say when it begins; write from when it counts", "no anchor",
            f"over the next {what}", f"over {what} from 2022",
        )  # fmt: skip
    if holds(_VAGUE):
        return given.refuse(
            "names no day; write one that the source states, or leave the horizon out and keep the "
            "words in a note",
            "vague",
            *_EXAMPLES,
        )
    told = ", ".join(repr(part if len(part) <= 40 else part[:39] + "…") for part in left)
    wording = given.refuse(
        f"is not read whole: {told or 'nothing'} is left over; write the days (start and end), or "
        "a phrase such as 'over the next two years' or 'by the end of 2025'",
        "left over",
    )
    wording.left_over = left
    return wording


def _season(given: Given, season: str) -> WordingError:
    """A season is another time of the year north and south, and begins on no certain day."""
    first = _SEASONS[season]
    found = re.search(r"(?<![0-9])(1[5-9]|2[0-9])[0-9]{2}(?![0-9])", given.text)
    if not found and given.announced is None:
        names = ("in March 2025", "in the second quarter of 2025")
        return given.refuse("names a season, which begins on no certain day; write months",
                            "season", *names)  # fmt: skip
    year = int(found.group()) if found else given.said()[1].year
    choices = []
    for month in (first, (first + 5) % 12 + 1):
        days = given.months(year, month, 3)
        if not found and days[0] <= given.said()[1]:
            days = given.months(year + 1, month, 3)
        choices.append(shown(days))
    return given.refuse(
        f"names a season, which may be {' or '.join(choices)}; write the months", "season", *choices
    )


def _left_over(reader: HorizonReader) -> Iterator[str]:
    """The parts of a phrase that are in no horizon."""
    text = reader.text
    spans = candidates(text, reader.given)
    begin, end = next(((span.start, span.end) for span in spans if span.horizon), (0, 0))
    for part in (text[:begin].strip(), text[end:].strip()):
        if part:
            yield part


# --- running text ---------------------------------------------------------------------------------


class Span(NamedTuple):
    """A stretch of text that states a horizon: the horizon, or why it is none."""

    start: int
    end: int
    horizon: Horizon | None
    refusal: PledgetrackError | None


def candidates(text: str, given: Given) -> list[Span]:
    """The stretches of a running text that may state a horizon."""
    rows = HorizonReader(text, given).tokens
    found: list[Span] = []
    at = 0
    window = HorizonReader(text, given)
    while at < len(rows):
        span, after = _candidate(window, at)
        if span:
            found.append(span)
        at = max(after, at + 1)
    return found


_OPENERS = frozenset(
    "by no not on through thru until till before since from starting between over within in during "
    "throughout for next multi-year multiyear multi ongoing open-ended indefinitely permanently fy "
    "fys fiscal financial q h up".split()
)


def _candidate(reader: HorizonReader, at: int) -> tuple[Span | None, int]:
    """A horizon in running text; a bare number or "open" among other words is none."""
    token = reader.tokens[at]
    digits = token.kind in ("day", "slashed", "number")
    if token.plain not in _OPENERS and not digits and reader.month(at) is None:
        return None, at + 1
    try:
        read = reader.horizon(at)
    except WordingError as error:
        end = _extent(reader, at)
        text = reader.text[token.start : reader.tokens[end - 1].end]
        told = WordingError(
            str(error).replace(repr(error.text), repr(text)), text=text, kind=error.kind,
            choices=error.choices,
        )  # fmt: skip
        return Span(token.start, reader.tokens[end - 1].end, None, told), end
    except PledgetrackError as error:
        return Span(token.start, token.end, None, error), at + 1
    if read is None or (read[1] == at + 1 and token.kind == "number"):
        return None, at + 1
    horizon, end = read
    stop = reader.tokens[end - 1].end
    wording = reader.text[token.start : stop]
    return Span(token.start, stop, horizon.model_copy(update={"wording": wording}), None), end


def _extent(reader: HorizonReader, at: int) -> int:
    """How far a phrase that was refused reaches: as far as its words do."""
    end = at + 1
    known = _OPENERS | {"the", "end", "of", "and", "to", "next", "coming", "this", "year", "half"}
    while end < min(at + 10, len(reader.tokens)):
        token = reader.tokens[end]
        digits = token.kind not in ("word", "mark")
        if not (digits or token.plain in known or reader.month(end) or token.plain in DASHES
                or token.plain == "/" or reader._length(end - 1)):  # fmt: skip
            break
        end += 1
    return end

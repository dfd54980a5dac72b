"""What a result says of itself, in sentences: its day, sources, rates, fiscal years, bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pledgetrack.calendar import as_day
from pledgetrack.display_words import capital, day_said, word
from pledgetrack.errors import DayError
from pledgetrack.units import ACTION


def when_said(told: Mapping[Any, Any], locale: str = "en") -> str:
    """Of which day a result is, and how far its sources reach.

    >>> when_said({"as_of": "2024-08-01", "sources_to": "2023-12-22"})
    'As of 1 August 2024 · sources to 22 December 2023'
    >>> when_said({})
    'Day not stated'
    """

    def day(name: str) -> str:
        return day_said(as_day(told[name]), locale)

    if told.get("as_of") and told.get("since"):
        parts = [word("from {since} to {day}", locale, since=day("since"), day=day("as_of"))]
    elif told.get("as_of"):
        parts = [word("as of {day}", locale, day=day("as_of"))]
    else:
        parts = [word("day not stated", locale)]
    if told.get("known_by"):
        parts.append(word("known by {day}", locale, day=day("known_by")))
    if told.get("sources_to"):
        parts.append(word("sources to {day}", locale, day=day("sources_to")))
    return capital(" · ".join(parts))


def conversions_said(told: Mapping[Any, Any], locale: str = "en") -> list[str]:
    """At which rates, in which prices and by which fiscal years a result counts.

    >>> conversions_said({"calendar": "from October, named after the year that they end in"})
    ['Fiscal years: from October, named after the year that they end in.']
    """
    made = []
    if told.get("into"):
        when = _rate_day(str(told.get("rate_day", "")), locale)
        made.append(
            word("In {into}, at rates of {when}: {rates}.", locale,
                 into=told["into"], when=when, rates=told.get("rates", ""))
        )  # fmt: skip
    if told.get("prices_of"):
        made.append(
            word("Prices of {year}: {deflators}.", locale,
                 year=told["prices_of"], deflators=told.get("deflators", ""))
        )  # fmt: skip
    if told.get("not_converted"):
        names = told["not_converted"]
        made.append(word("Not converted for want of a rate: {names}.", locale, names=names))
    if told.get("calendar"):
        made.append(word("Fiscal years: {calendar}.", locale, calendar=told["calendar"]))
    return made


def _rate_day(named: str, locale: str) -> str:
    words = {"announced": "the day of each announcement", "event": "the day of each event"}
    if named in words:
        return word(words[named], locale)
    try:
        return day_said(as_day(named), locale)
    except DayError:
        return named


BOUNDED = (
    "“At least”, “up to” and “about” stand before amounts that the sources do not state exactly."
)


def actions_said(result: pd.DataFrame, locale: str = "en") -> list[str]:
    """How many commitments of a result state no amount, where its rows tell.

    >>> import pledgetrack as pt
    >>> actions_said(pt.load_seeds().totals(by="party", as_of="2024-08-01"))
    ['10 commitments state no amount.']
    """
    rows = result[result["unit"] == ACTION]
    if "change" in rows or rows.empty:
        return []
    count = 0
    if "target" in rows and "commitment" in rows:
        count = int(rows["commitment"].nunique())
    elif "commitments" in rows and "source" not in rows:
        # The rows of a timeline are cumulative; those of periods and sources overlap.
        if "on" in rows:
            rows = rows[rows["on"] == result["on"].max()]
        if "on" in rows or "period" not in rows:
            count = int(rows["commitments"].sum())
    return [actions_counted(count, locale)]


def actions_counted(count: int, locale: str = "en") -> str:
    """The sentence on commitments that state no amount; 0 where it is not known how many."""
    if not count:
        return word("Some commitments state no amount.", locale)
    if count == 1:
        return word("1 commitment states no amount.", locale)
    return word("{count} commitments state no amount.", locale, count=count)

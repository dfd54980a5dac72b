"""Charts of a ledger: native Altair charts, one unit per panel, exact amounts in the tooltips.

``pt.chart.progress(ledger)`` and the others need the extra ``charts``. Data is inlined, and
``.save("chart.png")`` or ``"chart.svg"`` needs no network. Every chart takes the day ``as_of``, the
day ``known_by``, a ``locale`` (en, es, fr, de), and where it shows amounts the options of
converting, such as ``into="USD"``.
"""

from __future__ import annotations

from typing import Any, Unpack

from pledgetrack import chart_draw, frames
from pledgetrack.calendar import FiscalCalendar, Periods, as_day
from pledgetrack.captions import actions_said, conversions_said
from pledgetrack.chart_rows import (
    bundled,
    few,
    group_rows,
    horizon_rows,
    progress_rows,
    status_rows,
    timeline_rows,
    with_sides,
)
from pledgetrack.convert import Converting
from pledgetrack.display_words import word
from pledgetrack.errors import PledgetrackError, unknown
from pledgetrack.movements import MEASURES
from pledgetrack.vocabulary import language

__all__ = ["flow", "horizon", "periods", "progress", "status", "timeline"]


def progress(
    ledger: Any,
    *,
    as_of: object = None,
    known_by: object = None,
    most: int = 20,
    locale: str = "en",
    **converting: Unpack[Converting],
) -> Any:
    """How much of each promise arrived, beside how much of its time is over.

    A row per commitment: the pale bar is what is pledged, the dark one the share delivered, the
    black mark the time elapsed of its horizon, from its start, else from its announcement. Beyond
    the ``most`` largest of a unit one bar shows the others with their exact sum. What has parts is
    drawn without them, so that all bars add up to the totals.

    >>> import pledgetrack as pt
    >>> made = pt.chart.progress(pt.load_seeds(), as_of="2024-08-01")
    >>> made.title.text
    'Delivered of what was pledged, and time elapsed'
    """
    alt, day = _start(locale), frames.today(as_of)
    totals = ledger.totals(by="commitment", as_of=day, known_by=known_by, **converting)
    states = ledger.status(as_of=day, known_by=known_by)
    rows, left_out = progress_rows(
        totals, states, ledger, day, most=_counting(most), locale=locale
    )  # fmt: skip
    notes = [*conversions_said(totals.attrs, locale), *actions_said(totals, locale)]
    if left_out:
        notes.append(word("Not drawn, for nothing is pledged: {count}.", locale, count=left_out))
    if any(row["has_parts"] for row in rows):
        said = "What has parts is drawn without them; each has a bar of its own."
        notes.append(word(said, locale))
    extent, drawn = chart_draw.room(rows), few(rows, notes, locale)
    ends = (next(iter(drawn), None), next(reversed(drawn), None))
    made = [
        chart_draw.bullets(
            alt, unit, mine, locale, extent, first=unit == ends[0], last=unit == ends[1]
        )
        for unit, mine in drawn.items()
    ]
    title = "Delivered of what was pledged, and time elapsed"
    return chart_draw.together(alt, made, title, totals.attrs, notes=notes, locale=locale)


def timeline(
    ledger: Any,
    *,
    freq: str = "month",
    since: object = None,
    as_of: object = None,
    known_by: object = None,
    calendar: str | FiscalCalendar | None = None,
    locale: str = "en",
    **converting: Unpack[Converting],
) -> Any:
    """What stood pledged, committed and delivered at the end of each period, as steps.

    A line begins where something is recorded: what is missing is not drawn as 0.

    >>> import pledgetrack as pt
    >>> made = pt.chart.timeline(pt.load_seeds(), freq="year", as_of="2024-08-01")
    >>> made.title.text
    'Promised and delivered over time'
    """
    alt = _start(locale)
    line = ledger.timeline(
        freq=freq, since=since, as_of=as_of, known_by=known_by, calendar=calendar, **converting
    )
    rows = timeline_rows(line, ("pledged", "committed", "delivered"), locale)
    notes = [*conversions_said(line.attrs, locale), *actions_said(line, locale)]
    drawn = few(rows, notes, locale)
    made = [
        chart_draw.lines(alt, unit, mine, locale, first=unit == next(iter(drawn)))
        for unit, mine in drawn.items()
    ]
    title = "Promised and delivered over time"
    return chart_draw.together(alt, made, title, line.attrs, notes=notes, locale=locale)


def periods(
    ledger: Any,
    *,
    per: str = "year",
    measure: str = "pledged",
    as_of: object = None,
    known_by: object = None,
    calendar: str | FiscalCalendar | None = None,
    most: int = 6,
    locale: str = "en",
    **converting: Unpack[Converting],
) -> Any:
    """Amounts of a measure per period, a row of bars for each party.

    Promises are spread over the days of their horizons, as ``totals(per=...)`` does; beyond the
    ``most`` largest parties of a unit one row shows the others. Of more than sixty periods those
    long before and after the day are one each.

    >>> import pledgetrack as pt
    >>> made = pt.chart.periods(pt.load_seeds(), as_of="2024-08-01")
    >>> made.title.text
    'Pledged per period'
    """
    alt = _start(locale)
    _measure(measure)
    totals = ledger.totals(
        by="party", per=per, as_of=as_of, known_by=known_by, calendar=calendar, **converting
    )
    most = _counting(most)
    order = sorted(set(totals["period"]), key=frames.sort_key("period"))
    cut = Periods.of(per, calendar)
    bundles = bundled(order, cut.label(cut.number(as_day(totals.attrs["as_of"]))))
    totals["period"] = totals["period"].map(bundles)
    order = list(dict.fromkeys(bundles.values()))
    rows = group_rows(totals, ("party", "period"), measure, most=most, locale=locale)
    notes = [*conversions_said(totals.attrs, locale), *actions_said(totals, locale)]
    made = []
    for unit, mine in few(rows, notes, locale).items():
        there = {row["period"] for row in mine}
        shown = [label for period in order if (label := word(period, locale)) in there]
        made.append(chart_draw.columns(alt, unit, mine, shown, locale))
    title = f"{measure.capitalize()} per period"
    return chart_draw.together(alt, made, title, totals.attrs, notes=notes, locale=locale)


def flow(
    ledger: Any,
    *,
    measure: str = "pledged",
    as_of: object = None,
    known_by: object = None,
    most: int = 12,
    locale: str = "en",
    **converting: Unpack[Converting],
) -> Any:
    """Who promises how much to whom: bands from parties to recipients, as wide as the amounts.

    Beyond the ``most`` largest parties and recipients of a unit one band shows the others.

    >>> import pledgetrack as pt
    >>> made = pt.chart.flow(pt.load_seeds(), as_of="2024-08-01")
    >>> made.title.text
    'Pledged, from whom to whom'
    """
    alt = _start(locale)
    _measure(measure)
    totals = ledger.totals(
        by=["party", "recipient"], as_of=as_of, known_by=known_by, **converting
    )  # fmt: skip
    most = _counting(most)
    found = group_rows(totals, ("party", "recipient"), measure, most=most, locale=locale)
    rows = [row for row in found if row["value"] > 0]
    notes = [*conversions_said(totals.attrs, locale), *actions_said(totals, locale)]
    if len(rows) < len(found):
        count = len(found) - len(rows)
        notes.append(word("Not drawn, for they are not above zero: {count}.", locale, count=count))
    made = [
        chart_draw.bands(alt, unit, with_sides(mine, unit, locale), locale)
        for unit, mine in few(rows, notes, locale).items()
    ]
    title = f"{measure.capitalize()}, from whom to whom"
    return chart_draw.together(alt, made, title, totals.attrs, notes=notes, locale=locale)


def horizon(
    ledger: Any,
    *,
    as_of: object = None,
    known_by: object = None,
    most: int = 200,
    locale: str = "en",
) -> Any:
    """When each promise is due, and how it stands: a bar in time for each commitment.

    Of more than ``most`` commitments those are shown that are due nearest to the day.

    Bars begin at the start, else at the announcement; where no end is stated a dashed line leads
    on. Colours are those of the statuses, which stand in words beside the bars.

    >>> import pledgetrack as pt
    >>> made = pt.chart.horizon(pt.load_seeds(), as_of="2024-08-01")
    >>> made.title.text
    'When promises are due'
    """
    alt, day = _start(locale), frames.today(as_of)
    states = ledger.status(as_of=day, known_by=known_by)
    rows, left_out = horizon_rows(states, ledger, day, locale, most=_counting(most))
    said = chart_draw.as_of_words(day, locale)
    made = [chart_draw.spans(alt, rows, str(day), said, locale)] if rows else []
    notes = [word("The black line is the day of the chart.", locale)] if rows else []
    if left_out:
        notes.append(
            word("Not drawn, for others are due nearer to the day: {count}.", locale,
                 count=left_out)
        )  # fmt: skip
    return chart_draw.together(
        alt, made, "When promises are due", states.attrs, notes=notes, locale=locale
    )


def status(
    ledger: Any,
    *,
    as_of: object = None,
    known_by: object = None,
    most: int = 30,
    locale: str = "en",
) -> Any:
    """How many commitments of each party have each status.

    Records that count in no total, for another counts instead, are counted below the title.

    >>> import pledgetrack as pt
    >>> made = pt.chart.status(pt.load_seeds(), as_of="2024-08-01")
    >>> made.title.text
    'Commitments by status'
    """
    alt = _start(locale)
    states = ledger.status(as_of=as_of, known_by=known_by)
    rows, aside = status_rows(states, most=_counting(most), locale=locale)
    notes = [word("Counted elsewhere: {count}.", locale, count=aside)] if aside else []
    made = [chart_draw.counts(alt, rows, locale)] if rows else []
    return chart_draw.together(
        alt, made, "Commitments by status", states.attrs, notes=notes, locale=locale
    )


def _start(locale: str) -> Any:
    language(locale)
    return chart_draw.altair()


def _counting(most: object) -> int:
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise PledgetrackError(f"{most!r} is no number of bars; pass a whole number from 1 on")
    return most


def _measure(name: str) -> None:
    if name not in MEASURES:
        raise unknown("measure", name, MEASURES)

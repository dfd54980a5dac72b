"""What fulfilment is judged by, on any engine: facts grouped by commitment, and by unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals as nw

from pledgetrack import frames
from pledgetrack.balances import RETURNED
from pledgetrack.frames import countable, flag, when
from pledgetrack.judging import DELIVERED, FIRM, PROPOSED, STANDING
from pledgetrack.members import PART
from pledgetrack.models import ENDINGS


def text(name: str) -> nw.Expr:
    """A column as text."""
    return nw.col(name).cast(nw.String)


def day_of() -> nw.Expr:
    """The day from which a fact counts: its own, but not before the announcement."""
    late = nw.col("on") < nw.col("announced")
    return nw.when(late).then(nw.col("announced")).otherwise(nw.col("on"))


def units_of(current: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Per commitment and unit: what stands, what was delivered, and what of it by the end."""
    measure, number = nw.col("measure"), nw.col("number")
    # The full target: what of it a part shows is still promised.
    standing = measure.is_in(STANDING) & (nw.col("event") != PART)
    delivered = measure.is_in(DELIVERED)
    by_end = delivered & ~nw.col("end").is_null() & (nw.col("on") <= nw.col("end"))
    return (
        countable(current)
        .with_columns(
            *when(standing, number, "target"),
            *when(delivered, number, "delivered"),
            *when(by_end, number, "by_end"),
        )
        .group_by("commitment", "unit")
        .agg(nw.col("target", "n_target", "delivered", "n_delivered", "by_end").sum())
        .with_columns(text("commitment"), text("unit"))
    )


def facts_of(lazy: nw.LazyFrame[Any], day: dt.date) -> nw.LazyFrame[Any]:
    """What is decided upon, a row per commitment."""
    current = frames.as_of_day(frames.as_stated(lazy), day)
    target, delivered = nw.col("target"), nw.col("delivered")
    standing = target > frames.ZERO
    units = (
        units_of(current)
        .with_columns(
            flag(standing, "standing"),
            flag(standing & (delivered >= target), "reached"),
            flag(standing & (nw.col("by_end") >= target), "reached_by_end"),
            flag(delivered > frames.ZERO, "some"),
        )
        .group_by("commitment")
        .agg(
            nw.col("standing", "reached", "reached_by_end", "some", "n_delivered", "n_target").sum()
        )
    )
    event, measure = nw.col("event"), nw.col("measure")
    facts = (
        current.with_columns(
            flag((event == "proposed") | measure.is_in(PROPOSED), "is_proposed"),
            flag(event.is_in(FIRM) | measure.is_in(FIRM), "is_firm"),
            *(
                nw.when(event == kind).then(day_of()).alias(kind)
                for kind in ("suspended", "resumed")
            ),
        )
        .group_by("commitment")
        .agg(
            nw.col("is_proposed", "is_firm", "suspended", "resumed", "end").max(),
        )
        .with_columns(text("commitment"))
    )
    for part in (units, _completions(current), _endings(current)):
        facts = facts.join(part, on="commitment", how="left")
    return facts


def _since_reopened(
    current: nw.LazyFrame[Any], kinds: Sequence[str], reopenings: Sequence[str] = ("reopened",)
) -> nw.LazyFrame[Any]:
    """The facts of some kinds since each commitment was last reopened, with their day."""
    event = nw.col("event")
    rows = current.filter(event.is_in((*kinds, *reopenings))).with_columns(
        text("commitment"), day_of().alias("day")
    )
    reopened = (
        rows.filter(event.is_in(reopenings))
        .group_by("commitment")
        .agg(nw.col("day").max().alias("again"))
    )
    facts = rows.filter(event.is_in(kinds)).join(reopened, on="commitment", how="left")
    return facts.filter(nw.col("again").is_null() | (nw.col("day") >= nw.col("again")))


def _completions(current: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The first completion of each commitment since it was last reopened."""
    done = _since_reopened(current, ("completed",))
    return done.group_by("commitment").agg(nw.col("day").min().alias("completed"))


def _endings(current: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """How and when each commitment was taken back since it was last reopened, and what was left.

    ``took`` is the last day for amounts, ``took_action`` the first for actions; ``left`` counts the
    targets with something undelivered standing at the end of that day.
    """
    event, number = nw.col("event"), nw.col("number")
    took = ~number.is_null() & (number < frames.ZERO) & nw.col("measure").is_in(STANDING)
    ends = _since_reopened(current, ENDINGS, ("reopened", RETURNED))
    ends = ends.with_columns(
        *(
            nw.when((event == kind) & condition).then(nw.col("day")).alias(f"{kind}{suffix}")
            for kind in ENDINGS
            for condition, suffix in ((took, ""), (number.is_null(), "_action"))
        )
    )
    actions = [f"{kind}_action" for kind in ENDINGS]
    # An action is taken whole by the first that takes it, an amount bit by bit.
    ends = ends.group_by("commitment").agg(nw.col(*ENDINGS).max(), nw.col(*actions).min())
    ends = ends.with_columns(
        nw.max_horizontal(*ENDINGS).alias("took"), nw.min_horizontal(*actions).alias("took_action")
    )
    last = nw.coalesce("took", "took_action")
    until = ends.select("commitment", last.alias("last"))
    rows = current.with_columns(text("commitment"), day_of().alias("day"))
    rows = rows.join(until, on="commitment", how="inner").filter(nw.col("day") <= nw.col("last"))
    left = units_of(rows).with_columns(
        flag((nw.col("target") > frames.ZERO) & (nw.col("delivered") < nw.col("target")), "left")
    )
    left = left.group_by("commitment").agg(nw.col("left").sum())
    return ends.join(left, on="commitment", how="left")

"""Convert: movements of any engine in another currency, and what a result says of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypedDict, Unpack

import narwhals as nw
import pandas as pd
import pyarrow as pa

from pledgetrack import frames
from pledgetrack.deflators import Deflators
from pledgetrack.errors import FrameError
from pledgetrack.exchange import NEEDED, exchange
from pledgetrack.frames import STATED_UNIT, Where
from pledgetrack.pricing import Conversion
from pledgetrack.rates import Rates

_TELLS = ("into", "rate_day", "on_missing", "rates", "prices_of", "deflators", "not_converted")
_METADATA = b"pledgetrack converted"


class Converting(TypedDict, total=False):
    """The options with which a table is converted; see ``pt.totals``."""

    into: str | None
    rates: Rates | None
    rate_day: object
    on_missing: Literal["raise", "keep"]
    deflators: Deflators | None


OPTIONS = tuple(Converting.__annotations__)


def convert(
    lazy: nw.LazyFrame[Any],
    conversion: Conversion,
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    where: Where | None = None,
) -> pa.Table:
    """Movements in another currency, with number and unit as recorded beside them.

    The columns ``stated_number``, ``stated_low``, ``stated_high``, ``stated_unit``, ``rate``,
    ``rate_day``, ``rate_source`` (and ``deflator``) are added. Things counted and actions stay as
    they are. Only facts up to ``until`` are taken, and only what counts on ``since`` or later,
    under the labels of ``where``, is converted, so that no rate is asked for that no table shows.
    """
    names = lazy.collect_schema().names()
    frames.need(names, NEEDED)
    if STATED_UNIT in names:
        raise FrameError(
            "this frame is converted already; convert the movements as recorded",
            columns=(STATED_UNIT,),
        )
    if until is not None:
        lazy = lazy.filter(nw.col("since") <= nw.lit(until, dtype=nw.Date))
    table = frames.collect(lazy)
    labels = {
        "unit" if key == STATED_UNIT else key: value
        for key, value in (where or {}).items()
        if key != "status"
    }
    numbered = nw.from_native(table).with_row_index("row").lazy()
    chosen = frames.collect(frames.choose(numbered, labels).select("row"))
    made, kept = exchange(table, conversion, chosen.column("row").combine_chunks(), since)
    told = json.dumps(conversion.told(kept)).encode()
    return made.replace_schema_metadata({_METADATA: told})


def enter(
    frame: Any,
    needed: Iterable[str],
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    known_by: object = None,
    where: Where | None = None,
    **converting: Unpack[Converting],
) -> tuple[nw.LazyFrame[Any], dict[str, str]]:
    """A movements frame, converted where that is asked, and what a result tells of it."""
    conversion = Conversion.of(**converting)
    lazy = frames.known(frames.enter(frame, needed), known_by)
    if conversion is None:
        return lazy, told_of(frame)
    # Labels of units are those of the result.
    before = {key: value for key, value in (where or {}).items() if key != "unit"}
    table = convert(lazy, conversion, since=since, until=until, where=before)
    return frames.enter(table, needed), told_of(table)


def told_of(frame: Any) -> dict[str, str]:
    """What a movements frame tells of its own conversion."""
    if isinstance(frame, pd.DataFrame):
        return {name: str(frame.attrs[name]) for name in _TELLS if name in frame.attrs}
    metadata = (frame.schema.metadata or {}) if isinstance(frame, pa.Table) else {}
    made: dict[str, str] = json.loads(metadata.get(_METADATA, b"{}"))
    return made


def at_event_rates(told: Mapping[str, str]) -> bool:
    """Whether amounts were converted at the rates of each event.

    Then what was delivered may be worth more or less than what it was pledged as.
    """
    return told.get("rate_day") == "event"


def described(result: pd.DataFrame, told: Mapping[str, str]) -> pd.DataFrame:
    """The result, saying into what it was converted, at the rates of which day and source."""
    if not told:
        return result
    result.attrs.update(told)
    days = {"announced": "the day of each announcement", "event": "the day of each event"}
    when = days.get(told["rate_day"], told["rate_day"])
    words = f"; in {told['into']}"
    if told["rates"] != "none":
        words += f" at rates of {when}, {told['rates']}"
    if "prices_of" in told:
        words += f"; in prices of {told['prices_of']}, {told['deflators']}"
    if "not_converted" in told:
        words += f"; not converted for want of a rate: {told['not_converted']}"
    result.attrs["caption"] = (result.attrs.get("caption", "") + words).removeprefix("; ")
    return result

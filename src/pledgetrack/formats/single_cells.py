"""What one cell states by itself, with no column beside it to say how its cells are written."""

from __future__ import annotations

import unicodedata
from typing import Any

from pledgetrack.fields import UNPRINTABLE
from pledgetrack.formats.table_cells import NIL, CellError, is_nil, text_of
from pledgetrack.formats.table_days import NO_DAYS, day_in

_NIL = frozenset(NIL)


def is_missing(value: Any) -> bool:
    """Whether a cell says that nothing is stated.

    >>> is_missing("n/a"), is_missing(0)
    (True, False)
    """
    return is_nil(value, _NIL)


def day_of(value: Any, day_first: bool | None) -> tuple[str, str]:
    """The day or month that a value states, as ISO text, or what is wrong with it.

    A date counts as it is written, whatever time of day and zone stand behind it. One that can
    be read in two ways is refused.

    >>> day_of("2019-04-02T16:45:00Z", None), day_of("26/01/2021", None), day_of("2019-05", None)
    (('2019-04-02', ''), ('2021-01-26', ''), ('2019-05', ''))
    >>> day_of("03/04/2020", None)[1]
    "'03/04/2020' may be 2020-04-03 or 2020-03-04; write it as YYYY-MM-DD, or pass day_first="
    """
    text = text_of(value)
    readings = []
    for first in (True, False) if day_first is None else (day_first,):
        try:
            readings.append(day_in(value, day_first=first))
        except CellError:
            continue
    if not readings or readings[0] in NO_DAYS:
        return "", f"{text[:40]!r} is no date; write it as YYYY-MM-DD"
    if len(set(readings)) > 1:
        ways = " or ".join(readings)
        return "", f"{text!r} may be {ways}; write it as YYYY-MM-DD, or pass day_first="
    return readings[0], ""


def plain(value: Any) -> str | None:
    r"""The text of a value, without the signs that no text of a record holds; None where empty.

    >>> plain(" a\tb\uf0b7 "), plain("-")
    ('a b', None)
    """
    if is_missing(value):
        return None
    text = text_of(value)
    if not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) not in UNPRINTABLE)
        text = " ".join(text.split())
    return text or None

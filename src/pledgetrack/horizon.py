"""Horizon: the window of days in which a promise is due."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from pledgetrack.errors import DayError
from pledgetrack.fields import FirstDay, LastDay, Record, Text


class Horizon(Record):
    """The days on which a promise is due, both ends inclusive, and the wording they came from.

    Without an ``end`` the horizon is open. A month (``"2024-06"``) as start means its first
    day, as end its last day. A promise whose horizon is not stated has none at all.

    >>> print(Horizon(start="2022-07-12", end="2024-07-11", wording="over the next two years"))
    2022-07-12 to 2024-07-11
    >>> print(Horizon(wording="multi-year"))
    open
    """

    start: FirstDay | None = None
    end: LastDay | None = None
    wording: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Horizon:
        if self.start and self.end and self.end < self.start:
            raise DayError(
                f"the end {self.end} is before the start {self.start}", value=(self.start, self.end)
            )
        if not (self.start or self.end or self.wording):
            raise DayError(
                "a horizon needs a start, an end or a wording; leave it out where none is stated",
                value=None,
            )
        return self

    def __str__(self) -> str:
        if self.start and self.end:
            return str(self.start) if self.start == self.end else f"{self.start} to {self.end}"
        if self.end:
            return f"until {self.end}"
        return f"from {self.start}, open" if self.start else "open"

    def __hash__(self) -> int:
        return hash((self.start, self.end))

    def __eq__(self, other: object) -> bool:
        # The wording says where a horizon comes from, not which days it has.
        if not isinstance(other, Horizon):
            return NotImplemented
        return (self.start, self.end) == (other.start, other.end)

    def __repr__(self) -> str:
        wording = f", {self.wording!r}" if self.wording else ""
        return f"Horizon({self}{wording})"

    def __contains__(self, day: Any) -> bool:
        """Whether a day falls in the window.

        >>> import datetime as dt
        >>> dt.date(2024, 7, 12) in Horizon(end="2024-07-11")
        False
        """
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

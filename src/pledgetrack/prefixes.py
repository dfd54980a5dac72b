"""Prefixes on an engine: the part of each balance that falls before each boundary, as expressions.

The formula is that of ``calendar.prefix``, in doubles, of whole numbers of the smallest part. Each
step of it is exact below 2**51: a quotient of such a number passes no whole number when it is
rounded to a double, and the rest is made of whole numbers and halves.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import narwhals as nw

from pledgetrack.calendar import Periods
from pledgetrack.frames import flag, ordinal
from pledgetrack.quantity import DECIMAL_PLACES, INTEGER_DIGITS
from pledgetrack.units import minor_digits

LARGEST = float(1 << 49)
"""An amount that is split in doubles has fewer smallest parts. Engines round on the way from a
decimal several times, by less than half a part below it."""
MOST_PLACES = 20
"""The decimal places of numbers that engines compare with rounded ones, within 38 digits."""
_DAY = "first_day"


def number_on(periods: Periods, day: nw.Expr) -> nw.Expr:
    """The number of the period that a day falls in, as ``Periods.number``."""
    months = day.dt.year().cast(nw.Int64) * 12 + day.dt.month().cast(nw.Int64)
    return (months - (1 + periods.shift)) // periods.months


def with_windows(balances: nw.LazyFrame[Any], periods: Periods) -> nw.LazyFrame[Any]:
    """The balances with the first day of their window, and its first and last period.

    A window opens on the day of the horizon, else on that of the announcement.
    """
    end, start = nw.col("end"), nw.coalesce("start", "announced", "end")
    first = nw.when(start < end).then(start).otherwise(end)
    return balances.with_columns(first.alias("first")).with_columns(
        number_on(periods, nw.col("first")).alias("opens"), number_on(periods, end).alias("closes")
    )


class Prefixes:
    """Amounts of balances in the smallest part of their unit, and their parts by boundary.

    ``names`` are the columns ``m_...`` of amounts; ``units`` are those that the balances are in.
    """

    def __init__(self, names: Sequence[str], units: Collection[str], places: int) -> None:
        self.names = names
        self.size = nw.Decimal(17 + places, places)
        self.classes: dict[int, list[str]] = {}
        for unit in sorted(units):
            self.classes.setdefault(minor_digits(unit), []).append(unit)
        # Most units are things counted, in whole ones: they are what is in no other class.
        self.classes.pop(0, None)

    def _by_digits(self, of: Any) -> nw.Expr:
        """An expression for each class of units, told apart by the unit."""
        made: Any = of(0)
        for digits, units in self.classes.items():
            made = nw.when(nw.col("unit").is_in(units)).then(of(digits)).otherwise(made)
        expr: nw.Expr = made
        return expr

    def with_parts(self, balances: nw.LazyFrame[Any], among: nw.Expr) -> nw.LazyFrame[Any]:
        """The balances with each amount as a number of smallest parts, and ``is_here``.

        Those are here that are among some and whose amounts are split in doubles: none of them is
        too large, or finer than its unit. Those that are not have no parts.
        """
        scale = self._by_digits(lambda digits: nw.lit(float(10**digits)))
        balances = balances.with_columns(
            *(nw.col(f"m_{n}").cast(nw.Float64).fill_null(0.0).alias(n) for n in self.names),
            scale.alias("scale"),
        )
        balances = balances.with_columns(
            *((nw.col(n).abs() * nw.col("scale")).alias(f"size_{n}") for n in self.names)
        )
        # Of one size, so that no engine rounds one side to make room for the digits of the other.
        balances = balances.with_columns(
            *(
                nw.when(nw.col(f"size_{n}") < LARGEST).then(nw.col(f"m_{n}")).alias(f"near_{n}")
                for n in self.names
            )
        ).with_columns(*(nw.col(f"near_{n}").cast(self.size) for n in self.names))
        is_here = among
        for n in self.names:
            near = nw.col(f"near_{n}")
            is_whole = self._by_digits(lambda digits, near=near: near.round(digits) == near)
            is_here = is_here & (nw.col(f"size_{n}") < LARGEST) & (near.is_null() | is_whole)
        return balances.with_columns(is_here.alias("is_here")).with_columns(
            *(
                nw.when(nw.col("is_here"))
                .then((nw.col(f"size_{n}") + 0.5).floor().cast(nw.Float64))
                .otherwise(nw.lit(0.0))
                .alias(f"parts_{n}")
                for n in self.names
            ),
            *(
                nw.when(nw.col(n) < 0).then(nw.lit(-1.0)).otherwise(nw.lit(1.0)).alias(f"sign_{n}")
                for n in self.names
            ),
        )

    def sums(
        self, balances: nw.LazyFrame[Any], groups: Sequence[str], boundaries: Sequence[int]
    ) -> nw.LazyFrame[Any]:
        """What falls before each boundary, an ordinal, of the balances of each group.

        The columns are ``pledged_0``, ``pledged_1`` and so on, in smallest parts, and how many
        balances are ``elsewhere``.
        """
        days = ordinal(nw.col("end")) - ordinal(nw.col("first")) + 1
        balances = balances.with_columns(
            ordinal(nw.col("first")).cast(nw.Float64).alias(_DAY),
            days.cast(nw.Float64).alias("days"),
        )
        days = nw.col("days")
        balances = balances.with_columns(
            *((nw.col(f"parts_{n}") / days).floor().cast(nw.Float64).alias(f"whole_{n}")
              for n in self.names),
            *(_clipped(boundary).alias(f"gone_{at}") for at, boundary in enumerate(boundaries)),
        )  # fmt: skip
        balances = balances.with_columns(
            *(
                (nw.col(f"parts_{n}") - nw.col(f"whole_{n}") * days).alias(f"rest_{n}")
                for n in self.names
            )
        )
        made = [f"{n}_{at}" for n in self.names for at in range(len(boundaries))]
        balances = balances.with_columns(
            flag(~nw.col("is_here"), "elsewhere"),
            *(
                _prefix(n, at).alias(f"{n}_{at}")
                for n in self.names
                for at in range(len(boundaries))
            ),
        )
        return balances.group_by(*groups).agg(nw.col("elsewhere", *made).sum())


def _clipped(boundary: int) -> nw.Expr:
    """The days of a window that are gone at a boundary."""
    gone = nw.lit(float(boundary)) - nw.col(_DAY)
    late = nw.when(gone > nw.col("days")).then(nw.col("days")).otherwise(gone)
    made: nw.Expr = nw.when(gone < 0).then(nw.lit(0.0)).otherwise(late)
    return made


def _prefix(name: str, at: int) -> nw.Expr:
    """The part of an amount that falls before a boundary, as a decimal: sums of doubles round."""
    days, gone = nw.col("days"), nw.col(f"gone_{at}")
    rounded = ((nw.col(f"rest_{name}") * 2 * gone + days + 0.5) * (0.5 / days)).floor()
    part = (nw.col(f"whole_{name}") * gone + rounded) * nw.col(f"sign_{name}")
    size = nw.Decimal(INTEGER_DIGITS + DECIMAL_PLACES, DECIMAL_PLACES)
    made: nw.Expr = part.cast(nw.Int64).cast(size)
    return made

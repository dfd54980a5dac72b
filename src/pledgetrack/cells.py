"""The cells of a result: rows of an engine grouped, and the balances of each commitment in them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import or_
from typing import Any

import narwhals as nw
import pyarrow as pa

from pledgetrack import frames
from pledgetrack.calendar import NOT_STATED
from pledgetrack.errors import AmountError
from pledgetrack.frames import Where, collect, flag, records, when
from pledgetrack.members import PART, PASSED_ON
from pledgetrack.movements import AMOUNTS, MEASURES
from pledgetrack.quantity import INTEGER_DIGITS, Bound, combine, tidy
from pledgetrack.rates import round_half_even
from pledgetrack.status import NEEDED as STATUS_NEEDED
from pledgetrack.status import STATUSES, statuses
from pledgetrack.units import minor_digits

Cell = tuple[str, ...]
"""The labels of a row: the keys, the period where there is one, the unit."""


ARRIVED = ("delivered", PASSED_ON)
"""What is taken off the pledge of a commitment to tell what is outstanding of it."""


def settled(
    arrived: Decimal, stated_arrived: Decimal, pledged: Decimal, stated_pledged: Decimal, unit: str
) -> Decimal:
    """What arrived, as recorded, at the average worth of what is pledged.

    So what is missing is judged in the original unit, whatever a delivery was worth on its day.

    >>> pledged, delivered = Decimal(100), Decimal(60)      # GBP, pledged at 1 and delivered at 2
    >>> settled(Decimal(120), delivered, Decimal(100), pledged, "USD")
    Decimal('60')
    """
    if not stated_pledged:
        return arrived
    if pledged == stated_pledged:
        return stated_arrived
    worth = Fraction(pledged) / Fraction(stated_pledged)
    made = round_half_even(Fraction(stated_arrived) * worth, minor_digits(unit))
    if made.adjusted() > INTEGER_DIGITS:
        raise AmountError(
            f"{made:.6e} {unit} has too many digits for a total of what arrived at the worth of "
            "what is pledged",
            value=made,
        )
    return tidy(made)


def with_settled(per_commitment: nw.LazyFrame[Any], *, at_average: bool) -> nw.LazyFrame[Any]:
    """What arrived of each commitment as it is judged: ``settled``, at the average worth or as is.

    A converted frame is a table in memory.
    """
    if not at_average:
        return per_commitment.with_columns(nw.col("arrived").alias("settled"))
    table = collect(per_commitment)
    names = ("arrived", "stated_arrived", "m_pledged", "stated_pledged")
    values = []
    for row in table.select([*names, "unit"]).to_pylist():
        arrived, stated, pledged, stated_pledged = (row[name] or Decimal(0) for name in names)
        values.append(settled(arrived, stated, pledged, stated_pledged, row["unit"]))
    made = table.append_column("settled", pa.array(values, table.schema.field("arrived").type))
    settled_: nw.LazyFrame[Any] = nw.from_native(made).lazy()
    return settled_


@dataclass(slots=True)
class Sums:
    """What a row of a result is made of."""

    numbers: dict[str, Decimal] = field(default_factory=dict)
    # Of a measure that stands here, the end named is not known.
    endless: set[str] = field(default_factory=set)
    settled: Decimal = Decimal(0)
    commitments: int = 0
    bounds: dict[str, set[Bound]] = field(default_factory=lambda: defaultdict(set))
    reported: bool = False

    def end(self, name: str) -> Decimal | None:
        """One end of a measure, such as "pledged_high"; missing where there is none."""
        return None if name in self.endless else self.numbers.get(name)

    def bound(self) -> str:
        """What is not exact, in words: "pledged at least, outstanding at least"."""
        order = [*MEASURES, "headline", "outstanding", "overdue"]
        loose = {name: combine(self.bounds[name]) for name in order if name in self.bounds}
        return ", ".join(f"{name} {bound}" for name, bound in loose.items() if bound != "exact")


def _chosen(
    lazy: nw.LazyFrame[Any],
    keys: Sequence[str],
    day: dt.date,
    where: Where | None,
    *,
    passed_on: bool,
) -> tuple[nw.LazyFrame[Any], Any]:
    """The rows that count, under ``key_0`` ..., and what the keys ask of the status."""
    names = lazy.collect_schema().names()
    wanted = dict(where or {})
    status_wanted = wanted.pop("status", None)
    frames.need(names, frames.columns_for(keys, names))
    current = frames.countable(frames.as_of_day(lazy, day))
    rows = frames.counting(current, passed_on=passed_on)
    rows = frames.choose(rows, wanted)
    plain = [key if key != "status" else "commitment" for key in keys]
    if keys:
        rows = rows.with_columns(*frames.key_columns(plain, names))
    return rows, status_wanted


def _with_status(
    per_commitment: nw.LazyFrame[Any],
    lazy: nw.LazyFrame[Any],
    keys: Sequence[str],
    day: dt.date,
    wanted: Any,
    *,
    always: bool = False,
) -> nw.LazyFrame[Any]:
    """Put the status as of the day where the keys or the choice ask for it."""
    if "status" not in keys and wanted is None and not always:
        return per_commitment
    frames.need(lazy.collect_schema().names(), STATUS_NEEDED)
    rows = per_commitment.join(statuses(lazy, day), on="commitment", how="left")
    if "status" in keys:
        rows = rows.with_columns(nw.col("status").alias(f"key_{list(keys).index('status')}"))
    if wanted is not None:
        allowed = frames.check_status(wanted, STATUSES)
        rows = rows.filter(frames.among(nw.col("status"), allowed))
    return rows


def of_parts(names: Sequence[str]) -> Any:
    """Whether a row of a whole says what a part took off it, or returned.

    A row by which a part shows less than it was promised names no part.
    """
    made = nw.col("event") == PART
    return made & ~nw.col("part").is_null() if "part" in names else made


def by_commitment(
    lazy: nw.LazyFrame[Any],
    keys: Sequence[str],
    day: dt.date,
    where: Where | None,
    *,
    latest: Sequence[str] = (),
    carry: Sequence[str] = (),
    with_status: bool = False,
    ranged: bool = False,
    passed_on: bool = False,
) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any]]:
    """The rows that count, and the balances of each commitment in each cell.

    With ``passed_on`` what parts passed on to their wholes is among them.
    """
    rows, wanted = _chosen(lazy, keys, day, where, passed_on=passed_on)
    measure = nw.col("measure")
    groups = [f"key_{at}" for at in range(len(keys))]
    names = rows.collect_schema().names()
    same = frames.balance_keys(names)
    recorded = nw.col("stated_number" if "stated_number" in names else "number")
    rows = rows.with_columns(
        *(
            expr
            for name in MEASURES
            for expr in when(measure == name, nw.col("number"), f"m_{name}")
        ),
        *when(measure.is_in(ARRIVED), nw.col("number"), "arrived"),
        # As recorded, for what is judged in the original unit.
        nw.when(measure == "pledged").then(recorded).alias("stated_pledged"),
        nw.when(measure.is_in(ARRIVED)).then(recorded).alias("stated_arrived"),
        *(
            nw.when(measure == name).then(nw.col(end)).alias(f"m_{name}_{end}")
            for name in MEASURES
            for end in (("low", "high") if ranged else ())
        ),
        # With what its parts show.
        nw.when((measure == "pledged") & ~of_parts(names)).then(recorded).alias("full"),
        flag(measure.is_null() | (measure != "delivered"), "n_other"),
        flag(of_parts(names), "n_taken"),
        flag(INEXACT, "n_inexact"),
    )
    sums = [*(f"m_{name}" for name in MEASURES), *(f"n_m_{name}" for name in MEASURES), "n_other"]
    sums += ["arrived", "n_arrived", "stated_pledged", "stated_arrived", "full"]
    sums += ["n_taken", "n_inexact"]
    sums += [f"m_{name}" for name in frames.RANGES] if ranged else []
    per_commitment = (
        rows.group_by(*groups, *same, *carry)
        .agg(nw.col(*sums).sum(), nw.col("end", *latest).max())
        .with_columns(
            *labelled((*groups, *same)),
            *(nw.col(name).cast(nw.String) for name in carry),
        )
    )
    per_commitment = _with_status(per_commitment, lazy, keys, day, wanted, always=with_status)
    return rows, per_commitment


def by_measure(
    lazy: nw.LazyFrame[Any],
    keys: Sequence[str],
    day: dt.date,
    where: Where | None,
    *,
    passed_on: bool,
) -> dict[Cell, Sums]:
    """The measures of each cell alone, for which no engine looks at each commitment."""
    rows, _ = _chosen(lazy, keys, day, where, passed_on=passed_on)
    groups = [*(f"key_{at}" for at in range(len(keys))), "unit"]
    found = (
        rows.with_columns(flag(~nw.col("number").is_null(), "count"))
        .group_by(*groups, "measure")
        .agg(nw.col("number", "count").sum())
        .with_columns(*labelled(groups), nw.col("measure").cast(nw.String))
    )
    cells: dict[Cell, Sums] = {}
    for row in records(found):
        made = cells.setdefault(cell_of(keys, row), Sums())
        if row["count"] and row["measure"] in MEASURES:
            made.numbers[row["measure"]] = row["number"]
    return cells


def bounded(
    rows: nw.LazyFrame[Any],
    per_commitment: nw.LazyFrame[Any],
    keys: Sequence[str],
    flags: Sequence[str],
) -> list[dict[str, Any]]:
    """The bounds other than exact behind each cell, of balances that are there."""
    return _standing(inexact(rows), per_commitment, keys, ("bound",), flags)


INEXACT = ~nw.col("bound").is_null() & (nw.col("bound") != "exact")
"""Whether the amount of a row is not exact."""


def inexact(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The rows whose amount is not exact."""
    return rows.filter(INEXACT)


def endless(
    rows: nw.LazyFrame[Any], per_commitment: nw.LazyFrame[Any], keys: Sequence[str]
) -> list[dict[str, Any]]:
    """The measures of each cell that lack an end: ``no_low`` and ``no_high`` are 1 where so."""
    # Balances of one kind come and go together, so each kind stands or does not.
    return _standing(without_ends(rows), per_commitment, keys, KIND, ())


def without_ends(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The rows whose amount lacks an end."""
    return with_missing_ends(rows).filter((nw.col("no_low") > 0) | (nw.col("no_high") > 0))


KIND = ("bound", "no_low", "no_high")
"""How a balance is inexact, for engines to group by."""


def with_missing_ends(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The rows, saying which ends each amount lacks: ``no_low`` and ``no_high``."""
    amount = ~nw.col("number").is_null()
    return rows.with_columns(
        flag(amount & nw.col("low").is_null(), "no_low"),
        flag(amount & nw.col("high").is_null(), "no_high"),
    )


def standing(
    loose: nw.LazyFrame[Any], keys: Sequence[str], kind: Sequence[str]
) -> nw.LazyFrame[Any]:
    """The kinds of balance of each commitment in each cell, of those that are there.

    The status is known only per commitment, so it is not among the keys.
    """
    names = loose.collect_schema().names()
    same = [f"key_{at}" for at, key in enumerate(keys) if key != "status"]
    same += frames.balance_keys(names)
    judged = judged_by(names)
    return (
        loose.group_by(*same, "measure", *kind)
        .agg(nw.col(*judged).sum())
        .filter(is_there(judged))
        .with_columns(*labelled(same), nw.col("measure", "bound").cast(nw.String))
    )


def judged_by(names: Collection[str]) -> list[str]:
    """The columns by whose sums a balance is there or not: its number, and its ends.

    They are those recorded: a row alone may differ by what rounding took.
    """
    stated = "stated_" if "stated_number" in names else ""
    return [f"{stated}{name}" for name in AMOUNTS if f"{stated}{name}" in names]


def is_there(judged: Sequence[str]) -> nw.Expr:
    """Whether a balance is not 0, or may be more or less than that, by its sums."""
    return reduce(or_, (nw.col(name) != frames.ZERO for name in judged))


def _standing(
    loose: nw.LazyFrame[Any],
    per_commitment: nw.LazyFrame[Any],
    keys: Sequence[str],
    kind: Sequence[str],
    flags: Sequence[str],
) -> list[dict[str, Any]]:
    """The kinds of balance in each cell, of those that are there."""
    groups = [f"key_{at}" for at in range(len(keys))]
    stands = standing(loose.filter(nw.col("measure").is_in((*MEASURES, PASSED_ON))), keys, kind)
    same = [f"key_{at}" for at, key in enumerate(keys) if key != "status"]
    same += frames.balance_keys(loose.collect_schema().names())
    rest = [name for name in groups if name not in same]
    joined = stands.join(per_commitment.select(*same, *rest, *flags), on=same, how="inner")
    return records(joined.select(*groups, "unit", "measure", *kind, *flags).unique())


def with_ends(measures: Sequence[str], *, ranged: bool) -> list[str]:
    """The columns of some measures, with those of their ends where these are asked for."""
    return [f"{name}{end}" for name in measures for end in ("", "_low", "_high")[: 1 + 2 * ranged]]


def measure_of(column: str) -> str:
    """The measure that a column shows, itself or an end of it.

    >>> measure_of("pledged"), measure_of("pledged_low")
    ('pledged', 'pledged')
    """
    return column.removesuffix("_low").removesuffix("_high")


def ends_missing(row: dict[str, Any]) -> list[str]:
    """The ends that a row of ``endless`` says are not there, such as "pledged_high"."""
    return [f"{row['measure']}_{end}" for end in ("low", "high") if row[f"no_{end}"]]


def labelled(names: Iterable[str]) -> list[nw.Expr]:
    """Columns as text, a missing key under its visible label."""
    return [nw.col(name).cast(nw.String).fill_null(NOT_STATED) for name in names]


def cell_of(keys: Sequence[str], row: dict[str, Any]) -> Cell:
    """The cell that a row of the engine belongs to."""
    labels = (frames.key_label(key, row[f"key_{at}"]) for at, key in enumerate(keys))
    return (*labels, row["unit"])

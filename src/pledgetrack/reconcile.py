"""Reconcile: the totals that a document states, beside those that a ledger gives."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Unpack

import narwhals as nw
import pandas as pd

from pledgetrack import frames, limits
from pledgetrack.calendar import NOT_STATED, FiscalCalendar
from pledgetrack.choice import labels
from pledgetrack.convert import Converting
from pledgetrack.errors import (
    AmountError,
    FileFormatError,
    FrameError,
    InvalidTotalsError,
    PledgetrackError,
    Problem,
    closest,
    unknown,
)
from pledgetrack.ledger import Ledger
from pledgetrack.movements import MEASURES
from pledgetrack.quantity import EXACT, exact
from pledgetrack.units import check_unit

FIGURES = (*MEASURES, "headline", "outstanding", "overdue", "commitments")
"""The columns of stated totals that are compared."""
_WORDS = ("bound", "caption")
"""What tables of ours say beside their figures."""

Stated = pd.DataFrame | Mapping[str, Any] | Iterable[Mapping[str, Any]] | str | os.PathLike[str]
Group = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Behind:
    """What a reconciliation was computed from."""

    ledger: Ledger
    computed: pd.DataFrame
    places: dict[Group, int]
    keys: tuple[str, ...]
    options: dict[str, Any]

    def movements(self, group: Group, measure: str) -> pd.DataFrame:
        """The movements behind a figure; none where the ledger has no such group."""
        at = self.places.get(group)
        if at is None:
            return self.ledger.explain(commitment=(), as_of=self.computed.attrs["as_of"])
        return self.ledger.explain(self.computed, at, measure=measure, **self.options)


class Reconciliation(pd.DataFrame):
    """A row for each figure on which a document and a ledger disagree; empty where they agree.

    The keys, ``unit`` and ``measure`` say which figure; ``difference`` is computed minus stated,
    missing where one side has no such figure. ``movements`` counts the movements behind what was
    computed, which ``explain`` gives; ``note`` says of a label that is not in the ledger what was
    perhaps meant.
    """

    _metadata: ClassVar[list[str]] = ["_behind"]
    _behind: _Behind | None

    @property
    def _constructor(self) -> Callable[..., Reconciliation]:
        return Reconciliation

    def explain(self, row: Any) -> pd.DataFrame:
        """The movements behind the computed figure of a row, or of the row of that label.

        >>> import pledgetrack as pt
        >>> stated = {"party": "Mexico", "unit": "USD", "pledged": 1_400_000_000}
        >>> found = pt.reconcile(pt.load_seeds().filter(party="Mexico"), stated)
        >>> found.explain(0)["citation"][0]
        '000_e53b6e35ee0d5903, ¶4; 000_e53b6e35ee0d5903, ¶6'
        """
        behind = getattr(self, "_behind", None)
        if behind is None:
            raise FrameError("this is a part of a reconciliation; explain a row of the whole")
        if not isinstance(row, (pd.Series, Mapping)):
            if row not in self.index:
                raise FrameError(f"there is no row {row!r}; the result has {len(self)}")
            row = self.loc[row]
        missing = [name for name in (*behind.keys, "measure") if name not in row]
        if missing:
            raise FrameError("this is no row of the reconciliation", columns=tuple(missing))
        group = tuple(str(row[name]) for name in behind.keys)
        found: pd.DataFrame = behind.movements(group, str(row["measure"]))
        return found


def reconcile(
    ledger: Ledger,
    stated: Stated,
    by: str | Iterable[str] | None = None,
    *,
    tolerance: Decimal | int | str | Mapping[str, Decimal | int | str] = 0,
    as_of: object = None,
    known_by: object = None,
    per: str | None = None,
    calendar: str | FiscalCalendar | None = None,
    **converting: Unpack[Converting],
) -> Reconciliation:
    """Where the totals that a document states differ from those of a ledger.

    ``stated`` is a frame, the path of a CSV file, a dictionary, or dictionaries: the keys of
    ``by``, the ``unit`` (or that of ``into``), with ``per`` the ``period``, and any of the columns
    of ``totals`` (pledged, committed, delivered, outstanding ...). Without ``by`` its own other
    columns are the keys. A figure that is within ``tolerance`` of the stated one, a number or one
    for each unit, agrees; a count of commitments must be the same. What only one side has is
    shown with the other side missing, never as 0. The other options are those of ``totals``.

    >>> import pledgetrack as pt
    >>> ledger = pt.load_seeds().filter(unit="USD")
    >>> stated = [{"party": "Mexico", "unit": "USD", "pledged": "1500000000"},
    ...           {"party": "United States", "unit": "USD", "pledged": "3700000000"}]
    >>> found = pt.reconcile(ledger, stated, as_of="2022-07-31")
    >>> found[["party", "measure", "stated", "computed", "difference"]]
               party  measure      stated    computed difference
    0  United States  pledged  3700000000  3739000000   39000000
    """
    columns, rows = _rows(stated)
    table = _Stated.of(
        columns, rows, ledger, by=by, per=per is not None, into=converting.get("into")
    )
    allowed = _tolerances(tolerance)
    again = "headline" in table.measures
    computed = ledger.totals(
        table.keys, as_of=as_of, known_by=known_by, per=per, calendar=calendar,
        include_repeats=again, **converting,
    )  # fmt: skip
    absent = [name for name in table.measures if name not in computed]
    if absent:
        raise FrameError(
            f"{', '.join(map(repr, absent))} cannot be computed by these keys: a key cuts through "
            "the commitments",
            columns=tuple(absent),
        )
    names = (*table.keys, *(["period"] if per else ()), "unit")
    places = {
        tuple(str(row[name]) for name in names): at
        for at, row in enumerate(computed.to_dict("records"))
    }
    options: dict[str, Any] = {n: v for n, v in converting.items() if n in ("rates", "deflators")}
    if calendar is not None:
        options["calendar"] = calendar
    behind = _Behind(ledger, computed, places, names, options)
    found = [
        line
        for group in _in_order({*table.figures, *places}, names)
        for line in _differences(group, table, behind, allowed)
    ]
    counts: dict[tuple[str, ...], int] = {}
    if found and per is None and "status" not in table.keys:
        day = frames.today(as_of)
        counts = _counts(ledger, table.keys, day, known_by=known_by, until=day, **converting)
    return _result(found, behind, counts)


# --- what the document states ---------------------------------------------------------------------


def _rows(stated: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """The columns of the stated totals, and a dictionary for each row."""
    if isinstance(stated, (str, os.PathLike)):
        return _csv_rows(stated)
    if isinstance(stated, pd.DataFrame):
        names = [str(name) for name in stated.columns]
        cells = stated.itertuples(index=False, name=None)
        return names, [dict(zip(names, row, strict=True)) for row in cells]
    if isinstance(stated, Mapping):
        columns = {str(name): _column(cells) for name, cells in stated.items()}
        longest = max((len(cells) for cells in columns.values()), default=0)
        # One value beside a list holds for each row.
        filled = {n: c * longest if len(c) == 1 else c for n, c in columns.items()}
        if any(len(cells) != longest for cells in filled.values()):
            raise FrameError("the columns of the stated totals are not of one length")
        return list(filled), [
            {n: cells[at] for n, cells in filled.items()} for at in range(longest)
        ]
    try:
        rows = list(stated)
    except TypeError:
        rows = [None]
    if not all(isinstance(row, Mapping) for row in rows):
        raise FrameError(
            "state the totals as a frame, a CSV file, a dictionary of columns, or a list of "
            "dictionaries"
        )
    plain = [{str(name): cell for name, cell in row.items()} for row in rows]
    return list(dict.fromkeys(name for row in plain for name in row)), plain


def _column(cells: Any) -> list[Any]:
    single = isinstance(cells, (str, bytes)) or not isinstance(cells, Iterable)
    return [cells] if single else list(cells)


def _csv_rows(path: str | os.PathLike[str]) -> tuple[list[str], list[dict[str, Any]]]:
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileFormatError(f"cannot read {os.fspath(path)!r}: {reason}", path=path) from error
    try:
        with limits.cells():
            lines = [line for line in csv.reader(io.StringIO(text, newline="")) if any(line)]
    except csv.Error as error:
        message = f"{os.fspath(path)!r} is no valid CSV: {limits.csv_words(error)}"
        raise FileFormatError(message, path=path) from error
    if not lines:
        raise FileFormatError(f"{os.fspath(path)!r} is empty", path=path)
    header = [name.strip() for name in lines[0]]
    if words := limits.too_wide(len(header)):
        raise FileFormatError(f"{os.fspath(path)!r} {words}", path=path)
    for line in lines[1:]:
        if len(line) != len(header):
            raise FileFormatError(
                f"{os.fspath(path)!r}: a row has {len(line)} cells and the header {len(header)}",
                path=path,
            )
    return header, [dict(zip(header, line, strict=True)) for line in lines[1:]]


@dataclass(frozen=True, slots=True)
class _Stated:
    """The figures of a document, by group; a cell that states nothing is None."""

    keys: tuple[str, ...]
    measures: tuple[str, ...]
    figures: dict[Group, dict[str, Decimal | None]]

    @classmethod
    def of(
        cls,
        columns: Sequence[str],
        rows: Sequence[Mapping[str, Any]],
        ledger: Ledger,
        *,
        by: str | Iterable[str] | None,
        per: bool,
        into: str | None,
    ) -> _Stated:
        twice = tuple(name for name in dict.fromkeys(columns) if columns.count(name) > 1)
        if twice:
            raise FrameError(f"the stated totals have {twice[0]!r} twice", columns=twice)
        measures = tuple(name for name in FIGURES if name in columns)
        beside = (*measures, *_WORDS, "unit", *(["period"] if per else ()))
        rest = [name for name in columns if name not in beside]
        keys = tuple(rest) if by is None else (by,) if isinstance(by, str) else tuple(by)
        keys = tuple(key for key in keys if key != "unit")
        tags = [f"tag_{name}" for name in ledger._records.tags]
        plain = {key: frames.column_of(key, tags) for key in keys}
        for name in rest:
            if name not in keys:
                raise unknown("column of stated totals", name, (*keys, "unit", *FIGURES))
        needed = [*keys, *(["period"] if per else ()), *(() if into else ("unit",))]
        absent = [name for name in needed if name not in columns]
        if absent or not measures:
            listed = ", ".join(map(repr, absent)) or f"figure ({', '.join(FIGURES)})"
            raise FrameError(f"the stated totals have no column {listed}", columns=tuple(absent))
        figures: dict[Group, dict[str, Decimal | None]] = {}
        problems: list[Problem] = []
        for number, row in enumerate(rows, start=1):
            try:
                said = {plain[key]: _label(row.get(key)) for key in keys}
                known = labels(ledger._records, ledger._names, {n: [v] for n, v in said.items()})
                unit = check_unit(str(row.get("unit") or into or "").strip())
                period = [str(row.get("period")).strip()] if per else []
                group = (*(known[plain[key]][0] for key in keys), *period, unit)
                if group in figures:
                    raise FrameError(f"{' / '.join(group)} is stated twice")
                figures[group] = {name: _amount(row.get(name)) for name in measures}
            except PledgetrackError as error:
                problems.append(Problem(str(error), record=f"row {number}"))
        if problems:
            raise InvalidTotalsError(problems)
        return cls(keys, measures, figures)


def _label(cell: Any) -> str:
    return NOT_STATED if _nothing(cell) else str(cell).strip()


def _nothing(cell: Any) -> bool:
    if isinstance(cell, str):
        return not cell.strip()
    return frames.is_missing(cell)


def _amount(cell: Any) -> Decimal | None:
    """The number of a cell; that of a float is its shortest decimal."""
    if _nothing(cell):
        return None
    if isinstance(cell, str):
        return exact(cell.strip())
    if isinstance(cell, (bool, Decimal, int)):
        return exact(cell)
    try:
        return exact(Decimal(str(cell.item() if hasattr(cell, "item") else cell)))
    except (ArithmeticError, ValueError) as error:
        raise AmountError(f"{cell!r:.40} is no number", value=cell) from error


def _tolerances(tolerance: Any) -> Callable[[str], Decimal]:
    """How far a figure of a unit may be off."""
    each = tolerance if isinstance(tolerance, Mapping) else None
    stated = {
        unit: _amount(number)
        for unit, number in (each.items() if each is not None else [("", tolerance)])
    }
    for number in stated.values():
        if number is None or number < 0:
            raise AmountError(
                f"a tolerance of {tolerance!r} is no amount from 0 on", value=tolerance
            )
    return lambda unit: stated.get(unit if each is not None else "") or Decimal(0)


# --- the comparison -------------------------------------------------------------------------------


def _in_order(groups: Iterable[Group], names: Sequence[str]) -> list[Group]:
    orders = [frames.sort_key(name) for name in names]
    return sorted(
        groups, key=lambda group: [order(label) for order, label in zip(orders, group, strict=True)]
    )


def _differences(
    group: Group, table: _Stated, behind: _Behind, allowed: Callable[[str], Decimal]
) -> Iterator[tuple[Any, ...]]:
    """The figures of a group on which both sides differ."""
    at = behind.places.get(group)
    row: Any = {} if at is None else behind.computed.iloc[at]
    figures = table.figures.get(group, {})
    for measure in table.measures:
        stated, found = figures.get(measure), row.get(measure)
        computed = None if _nothing(found) else _amount(found)
        if stated is None and computed is None:
            continue
        difference = None
        if stated is not None and computed is not None:
            difference = EXACT.subtract(computed, stated)
            if difference.copy_abs() <= (0 if measure == "commitments" else allowed(group[-1])):
                continue
        note = _note(group, behind) if at is None else None
        yield (*group, measure, stated, computed, difference, note)


def _counts(
    ledger: Ledger, keys: Sequence[str], day: dt.date, **options: Any
) -> dict[tuple[str, ...], int]:
    """How many movements are behind each measure of each group."""
    table = ledger._rows(**options)
    names = table.column_names
    rows = frames.choose(frames.as_of_day(frames.enter(table), day), ledger._shown(table))
    rows = rows.filter(nw.col("measure").is_in(MEASURES) & ~nw.col("number").is_null())
    rows = rows.with_columns(*frames.key_columns(keys, names)) if keys else rows
    groups = [f"key_{at}" for at in range(len(keys))]
    counted = rows.group_by(*groups, "unit", "measure").agg(nw.len().alias("count"))
    return {
        (
            *(frames.key_label(key, row[f"key_{at}"]) for at, key in enumerate(keys)),
            row["unit"],
            row["measure"],
        ): row["count"]
        for row in frames.records(counted)
    }


def _note(group: Group, behind: _Behind) -> str:
    """Which label of a group the ledger does not have, and what was perhaps meant."""
    for name, label in zip(behind.keys, group, strict=True):
        known = sorted(set(behind.computed[name]))
        if label not in known:
            near = closest(label, known)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            return f"no {name} {label!r} in the ledger{hint}"
    return "the ledger has no such group"


def _result(
    found: Sequence[tuple[Any, ...]], behind: _Behind, counts: Mapping[tuple[str, ...], int]
) -> Reconciliation:
    width = len(behind.keys)
    made: dict[str, Any] = {
        name: frames.words(line[at] for line in found)
        for at, name in enumerate((*behind.keys, "measure"))
    }
    for at, name in enumerate(("stated", "computed", "difference"), start=width + 1):
        made[name] = frames.amounts([line[at] for line in found], "decimal")

    def count(line: tuple[Any, ...]) -> int:
        figure, computed = line[: width + 1], line[width + 2]
        known = counts.get(figure, 0 if computed is None else None)
        return len(behind.movements(figure[:-1], figure[-1])) if known is None else known

    made["movements"] = pd.array([count(line) for line in found], dtype="int64")
    made["note"] = frames.words(line[width + 4] for line in found)
    result = Reconciliation(made)
    result.attrs.update(behind.computed.attrs)
    result._behind = behind
    return result

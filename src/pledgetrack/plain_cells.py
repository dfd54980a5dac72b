"""Cells of text to columns of what records hold, for the rows that are plain.

A row is plain where every cell is written as ``pt.write`` writes it and holds what the rules of the
records allow: then its columns are what the record would say. All other rows, the mistaken ones
among them, are for pydantic, one by one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack.calendar import as_day
from pledgetrack.columns import (
    BOUNDS,
    DELIVERED,
    DIGITS,
    EXACT,
    KINDS,
    MICRO,
    NO_DAY,
    REVISED,
    Amounts,
    Cited,
    Coded,
    Codes,
    Happenings,
    Mask,
    Numbers,
    Promises,
)
from pledgetrack.fields import clean
from pledgetrack.models import STAGES, Citation, Commitment, Event
from pledgetrack.movements import cite, label
from pledgetrack.units import check_unit

Value = TypeVar("Value")

# Letters that are their own composed form, so that text of them is clean.
_LETTER = r"[!#-\[\]-~\x{A7}\x{B6}\x{C0}-\x{24F}\x{2013}\x{2014}\x{2018}\x{2019}\x{201C}\x{201D}]+"
_TEXT = f"{_LETTER}(?: {_LETTER})*"
_ANY = _LETTER.replace("[!#-\\[\\]-~", "[!-~")
_CLEAN = f"^(?:{_ANY}(?: {_ANY})*)?$"
_AMOUNT = (
    rf'\{{"number": "(?P<sign>[+-]?)(?P<whole>[0-9]{{1,{DIGITS}}})(?:\.(?P<rest>[0-9]{{1,6}}))?", '
    rf'"unit": "(?P<unit>{_TEXT})"(?:, "bound": "(?P<bound>exact|at least|up to|about)")?'
    rf'(?:, "wording": "{_TEXT}")?\}}'
)
_SAID = rf'(?:, "wording": "{_TEXT}")?'
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_WINDOW = (
    rf'^\{{(?:"start": "(?P<start>{_DAY})"(?:, "end": "(?P<end>{_DAY})")?{_SAID}'
    rf'|"end": "(?P<until>{_DAY})"{_SAID}|"wording": "{_TEXT}")\}}$'
)
_CITED = rf'^\[\{{"source": "(?P<source>{_TEXT})"(?:, "place": "(?P<place>{_TEXT})")?\}}\]$'


def promises(table: pa.Table) -> Promises:
    """The commitments that rows of cells state."""
    cells = _Cells(table, Commitment)
    names = {name: cells.each(name, _names) for name in ("parties", "recipients", "channels")}
    target = cells.amounts("targets", f"^\\[{_AMOUNT}\\]$")
    stated, start, end = cells.window("horizon")
    announced, known = cells.days("announced"), cells.days("known")
    stage = cells.words("stage", STAGES)
    tags = cells.each("tags", _tags)
    cited = cells.cited()
    cells.clean("id", "title", "announced_basis", "announced_stated", "condition", "note")
    cells.need("id", "parties", "announced", "stage")
    cells.lack("announced_precision", "part_of", "repeats", "same_as")
    cells.plain &= (target.number >= 0) & (known >= announced)
    return Promises(
        cells.plain, cells.text("id"), **names, target=target, stated=stated, start=start, end=end,
        announced=announced, stage=stage, known=known, tags=tags, cited=cited,
    )  # fmt: skip


def happenings(table: pa.Table) -> Happenings:
    """The events that rows of cells state."""
    cells = _Cells(table, Event)
    kind = cells.words("kind", KINDS)
    on, known, since = (cells.days(name) for name in ("on", "known", "period_start"))
    quantity = cells.amounts("quantity", f"^{_AMOUNT}$")
    cited = cells.cited()
    cells.clean("commitment", "on_basis", "on_stated", "note")
    cells.need("commitment", "kind", "on")
    cells.lack("on_precision", "restated", "horizon", "outcome")
    stated = quantity.unit.codes >= 0
    delivered, revised = kind == DELIVERED, kind == REVISED
    cells.plain &= stated | ~(delivered | revised)
    cells.plain &= (quantity.number >= 0) | delivered | revised
    cells.plain &= (known >= on) & ((since == NO_DAY) | (delivered & (since <= on)))
    return Happenings(
        cells.plain, cells.text("commitment"), kind, on, known=known, quantity=quantity, cited=cited
    )


class _Cells:
    """The cells of rows of one kind; ``plain`` says of which rows all that was read is plain."""

    def __init__(self, table: pa.Table, model: type[Commitment | Event]) -> None:
        self.table = table
        self.plain: Mask = np.ones(table.num_rows, bool)
        own = {"record", *model.model_fields}
        self.lack(*(name for name in table.column_names if name not in own))

    def text(self, name: str) -> pa.Array:
        """A column as one array of text; empty where the file does not have it."""
        if name not in self.table.column_names:
            return pa.repeat("", self.table.num_rows)
        column = self.table.column(name)
        made = column.cast(pa.string()).combine_chunks()
        return made if isinstance(made, pa.Array) else pa.concat_arrays(made.chunks)

    def lack(self, *names: str) -> None:
        """Rows that hold something in one of these columns are not plain."""
        for name in names:
            if name in self.table.column_names:
                self.plain &= ~_filled(self.table.column(name))

    def need(self, *names: str) -> None:
        """Rows that hold nothing in one of these columns are not plain."""
        for name in names:
            if name in self.table.column_names:
                self.plain &= _filled(self.table.column(name))
            else:
                self.plain[:] = False

    def clean(self, *names: str) -> None:
        """Rows whose text is not in its one spelling are not plain."""
        for name in names:
            text = self.text(name)
            fine = _numpy(pc.match_substring_regex(text, _CLEAN))
            rest = np.flatnonzero(~fine)
            if len(rest):
                coded = _encoded(text.take(pa.array(rest)))
                known = np.array([_is_clean(value) for value in coded.values], bool)
                fine[rest] = known[coded.codes]
            self.plain &= fine

    def each(self, name: str, meaning: Callable[[str], Value]) -> Coded:
        """A column whose distinct cells are read one by one."""
        if name not in self.table.column_names:
            return Coded(np.full(len(self.plain), -1, np.int32), [])
        coded = _encoded(self.table.column(name))
        values: list[Any] = []
        fine = np.ones(len(coded.values), bool)
        for at, cell in enumerate(coded.values):
            try:
                values.append(meaning(cell) if cell else None)
            except (ValueError, TypeError, AttributeError, RecursionError):
                values.append(None)
                fine[at] = False
        if len(fine):
            self.plain &= fine[coded.codes]
        return Coded(coded.codes, values).mapped(lambda value: value)

    def words(self, name: str, known: tuple[str, ...]) -> Codes:
        """A column of a few words, as their places in a list."""
        coded = self.each(name, known.index)
        places = np.array([*coded.values, 0], np.int32)
        return places[coded.codes]

    def days(self, name: str) -> Codes:
        """A column of days, as days since 1970; the latest of all where there is none."""
        return _days_of(self.each(name, as_day))

    def amounts(self, name: str, pattern: str) -> Amounts:
        """A column of quantities, one a cell."""
        found, there = self._matched(name, pattern)
        whole, rest = _integers(found, "whole"), _integers(found, "rest", pad=6)
        number = np.where(_numpy(pc.equal(_part(found, "sign"), "-")), -1, 1)
        number = number * (whole * MICRO + rest)
        unit = self._units(_encoded(_part(found, "unit")), there)
        bound = _encoded(_part(found, "bound")).mapped(lambda word: word or "exact")
        places = np.array([*(BOUNDS.index(word) for word in bound.values), EXACT], np.int32)
        rows = np.cumsum(there) - 1
        return Amounts(
            np.where(there, np.append(number, 0)[rows], 0),
            unit,
            np.where(there, np.append(places[bound.codes], EXACT)[rows], EXACT).astype(np.int32),
        )

    def _units(self, coded: Coded, there: Mask) -> Coded:
        """Units as the rules of units have them; others are not plain."""
        wrong = np.array([not _is_unit(unit) for unit in coded.values], bool)
        codes = np.full(len(there), -1, np.int32)
        codes[there] = coded.codes
        if wrong.any():
            self.plain[there] &= ~wrong[coded.codes]
        return Coded(codes, coded.values)

    def window(self, name: str) -> tuple[Mask, Codes, Codes]:
        """A column of horizons: whether there is one, its first and its last day."""
        found, there = self._matched(name, _WINDOW)
        until = _part(found, "until")
        last = pc.if_else(pc.equal(until, ""), _part(found, "end"), until)
        # Two columns of days of an event are read as these are.
        stated = _Cells(pa.table({"period_start": _part(found, "start"), "on": last}), Event)
        start, end = stated.days("period_start"), stated.days("on")
        self.plain[there] &= stated.plain
        self.plain[there] &= (start == NO_DAY) | (start <= end)
        made = np.full((2, len(there)), NO_DAY, np.int32)
        made[:, there] = start, end
        return there, made[0], made[1]

    def cited(self) -> Cited:
        """The column of citations; cells that name several are read one by one."""
        if "citations" not in self.table.column_names:
            none = Coded(np.full(len(self.plain), -1, np.int32), [])
            told = pa.nulls(len(self.plain), pa.string()).dictionary_encode()
            return Cited(none, told, set())
        text = self.text("citations")
        found = pc.extract_regex(text, _CITED)
        single, place = _part(found, "source"), _part(found, "place")
        told = pc.if_else(
            pc.equal(place, ""), single, pc.binary_join_element_wise(single, place, ", ")
        )
        rest = _numpy(pc.and_(pc.is_null(found), pc.not_equal(text, "")))
        sources = set(single.unique().to_pylist())
        if rest.any():
            rows = pa.table({"citations": text.filter(pa.array(rest))})
            several = _Cells(rows, Event)
            said = several.each("citations", _citations)
            self.plain[rest] &= several.plain
            codes = pa.array(said.codes, mask=said.codes < 0)
            labels, texts = (
                pc.fill_null(pa.array([v[at] for v in said.values], pa.string()).take(codes), "")
                for at in (0, 1)
            )
            single = pc.replace_with_mask(single, pa.array(rest), labels)
            told = pc.replace_with_mask(told, pa.array(rest), texts)
            sources |= {name for value in said.values for name in value[2]}
        nothing = pa.scalar(None, pa.string())
        told = pc.if_else(pc.equal(told, ""), nothing, told)
        coded = _encoded(single).mapped(lambda name: name or None)
        return Cited(coded, told.dictionary_encode(), sources - {""})

    def _matched(self, name: str, pattern: str) -> tuple[pa.StructArray, Mask]:
        """The parts of the cells that hold something, and which rows these are."""
        if name not in self.table.column_names:
            there = np.zeros(len(self.plain), bool)
            return pc.extract_regex(pa.array([], pa.string()), pattern), there
        text = self.text(name)
        there = _numpy(pc.not_equal(text, ""))
        found = pc.extract_regex(text.filter(pa.array(there)), pattern)
        fine = _numpy(pc.is_valid(found))
        if not fine.all():
            self.plain[there] &= fine
        return found, there


# --- columns --------------------------------------------------------------------------------------


def _numpy(mask: pa.Array) -> Mask:
    made: Mask = mask.to_numpy(zero_copy_only=False)
    return made.astype(bool)


def _filled(column: pa.ChunkedArray) -> Mask:
    if pa.types.is_dictionary(column.type):
        coded = _encoded(column)
        return np.array([*map(bool, coded.values), False], bool)[coded.codes]
    return _numpy(pc.not_equal(column, "").combine_chunks())


def _encoded(column: pa.Array | pa.ChunkedArray) -> Coded:
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries().combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        chunks = column.chunks
        column = chunks[0] if chunks else pa.array([], pa.string()).dictionary_encode()
    codes = column.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    return Coded(codes, column.dictionary.to_pylist())


def _part(found: pa.StructArray, name: str) -> pa.Array:
    return pc.fill_null(pc.struct_field(found, name), "")


def _integers(found: pa.StructArray, name: str, pad: int = 0) -> Numbers:
    """Digits as integers; as so many places after the point with ``pad``."""
    digits = pc.utf8_rpad(_part(found, name), pad, "0") if pad else _part(found, name)
    made: Numbers = pc.if_else(pc.equal(digits, ""), "0", digits).cast(pa.int64()).to_numpy()
    return made


_EPOCH = dt.date(1970, 1, 1).toordinal()


def _days_of(coded: Coded) -> Codes:
    days = [day.toordinal() - _EPOCH for day in coded.values]
    return np.array([*days, NO_DAY], np.int32)[coded.codes]


# --- cells ----------------------------------------------------------------------------------------


def _is_clean(text: str) -> bool:
    try:
        return not text or clean(text) == text
    except ValueError:
        return False


def _is_unit(unit: str) -> bool:
    try:
        return not unit or check_unit(unit) == unit
    except ValueError:
        return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a key is given twice")
    return dict(pairs)


def _names(cell: str) -> tuple[str, ...]:
    names = json.loads(cell)
    if not isinstance(names, list) or len(set(names)) < len(names) or not _all_clean(names):
        raise ValueError(cell)
    return tuple(sorted(names)) if names else _refuse(cell)


def _tags(cell: str) -> tuple[tuple[str, str], ...]:
    tags = json.loads(cell, object_pairs_hook=_unique)
    if not isinstance(tags, dict) or not _all_clean([*tags, *tags.values()]):
        raise ValueError(cell)
    return tuple(sorted(tags.items()))


def _citations(cell: str) -> tuple[str, str, tuple[str, ...]]:
    made = []
    for said in json.loads(cell, object_pairs_hook=_unique):
        if not _all_clean(said.values()):
            raise ValueError(cell)
        made.append(Citation(**said))
    sources = [citation.source for citation in made]
    return label(sources) or _refuse(cell), cite(made) or "", tuple(sources)


def _all_clean(texts: Iterable[Any]) -> bool:
    return all(isinstance(text, str) and text and _is_clean(text) for text in texts)


def _refuse(cell: str) -> Any:
    raise ValueError(cell)

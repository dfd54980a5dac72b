"""The fields of a mapping bound to the columns of one table: from a row to what it states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, NamedTuple, TypeVar

from pledgetrack.errors import PledgetrackError, TableError, closest
from pledgetrack.formats.grids import Grid
from pledgetrack.formats.table_amounts import amount_in, currency_in, decimal_sign
from pledgetrack.formats.table_cells import NIL, CellError, is_nil, text_of, unmarked
from pledgetrack.formats.table_days import NO_DAYS, day_in, excel_day, is_day_first, year_in
from pledgetrack.formats.table_header import Header, fold_title
from pledgetrack.formats.table_mapping import TableMapping
from pledgetrack.formats.table_specs import DAY_WORDS, WORDS, Spec, scale_of
from pledgetrack.formats.table_titles import Money, money_of
from pledgetrack.quantity import DECIMAL_PLACES, EXACT, tidy
from pledgetrack.units import check_unit, is_currency
from pledgetrack.wording import parse_quantity

_T = TypeVar("_T")
Row = list[Any]
"""The cells of a row, then what stands beside them: file, sheet, heading, unpivoted name, value."""

_ROUNDING = Context(prec=200, rounding=ROUND_HALF_EVEN)
_TITLE = 120  # characters of a line above a table that says what is in it
_FINEST = Decimal(1).scaleb(-DECIMAL_PLACES)
WRONG = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What a function of a mapping may raise at a cell that it does not expect."""


class Day(NamedTuple):
    """A day or month that a row states, and how it was inferred where it was."""

    text: str
    basis: str | None = None
    stated: str | None = None


Read = Callable[[Row], Any]


class Fields:
    """Reads the fields of the rows of one table; a cell that is not read raises ``CellError``.

    ``remarks`` are what was read otherwise than it stands, of the row at hand.
    """

    def __init__(
        self, header: Header, mapping: TableMapping, grid: Grid, unpivoted: Sequence[int] = ()
    ) -> None:
        self.header = header
        self.mapping = mapping
        self.grid = grid
        self.width = len(header.titles)
        self.rows: list[tuple[int, Row]] = []
        self.unpivoted = unpivoted
        self.remarks: list[str] = []
        self.amount_places: dict[int, Callable[[Any], Decimal]] = {}
        self.nil = frozenset(text_of(word).casefold() for word in (*NIL, *(mapping.nil or ())))
        self.no_days = frozenset((*NO_DAYS, *(mapping.no_days or ())))
        beside = [name for name in mapping.beside() if name != "(row)"]
        self.beside = {fold_title(name): self.width + at for at, name in enumerate(beside)}
        self.value_place = self.width + 4

    # --- columns ----------------------------------------------------------------------------------

    def place(self, spec: Spec) -> int | None:
        """Where the column of a spec stands; None where it may be left out and is."""
        there: dict[int, str | int] = {}
        for name in spec.columns:
            if isinstance(name, str) and (at := self.beside.get(fold_title(name))) is not None:
                return at
            found = self.header.places(name)
            if len(found) > 1:
                raise self._refusal(
                    f"has {len(found)} columns {name!r}; name one by its number, such as "
                    f"{found[0] + 1}", name
                )  # fmt: skip
            if found:
                there.setdefault(found[0], name)
        if len(there) > 1:
            listed = ", ".join(map(repr, there.values()))
            raise self._refusal(
                f"has the columns {listed}, of which the mapping takes one; name it, or all in "
                f"their order: {{'first': {[*there.values()]}}}", spec.columns[0]
            )  # fmt: skip
        if there:
            return next(iter(there))
        if spec.optional:
            return None
        name = spec.columns[0]
        near = closest(str(name), [title for title in self.header.titles if title])
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise self._refusal(f"has no column {name!r}{hint}", name)

    def _refusal(self, what: str, column: Any) -> TableError:
        return TableError(
            f"{self.grid.shown} {what}", file=self.grid.file, sheet=self.grid.sheet,
            column=str(column), choices=tuple(title for title in self.header.titles if title),
        )  # fmt: skip

    def title(self, place: int) -> str:
        """The title of a column, for messages."""
        if place < self.width:
            return self.header.titles[place] or f"column {place + 1}"
        return next(name for name, at in self.beside.items() if at == place)

    def of_row(self, row: Row) -> dict[str, str]:
        """The texts of a row by their titles."""
        names = [title or f"column {at + 1}" for at, title in enumerate(self.header.titles)]
        made = {name: text_of(cell) for name, cell in zip(names, row, strict=False)}
        return made | {name: text_of(row[at]) for name, at in self.beside.items() if at < len(row)}

    def _cell(self, spec: Spec) -> Callable[[Row], Any]:
        """The cell of a spec, None where it states nothing."""
        if spec.columns == ("(row)",):
            return self.of_row
        place = self.place(spec)
        if place is None:
            return lambda _: None
        nil = self.nil

        def cell(row: Row) -> Any:
            found = row[place]
            return None if is_nil(found, nil) else found

        return cell

    def _called(self, spec: Spec, read: Read) -> Read:
        """What the functions of a mapping in Python make of the cell, before it is read."""
        functions = [word for word in spec.read if callable(word)]
        if not functions:
            return read

        def called(row: Row) -> Any:
            value = read(row)
            for function in functions:
                if value is None:
                    return None
                try:
                    value = function(value)
                except WRONG as error:
                    raise CellError(f"the function of the mapping refuses it: {error}") from error
            return value

        return called

    def _told(self, spec: Spec, read: Read) -> Read:
        """The reading, whose refusals name the column."""
        if not spec.columns or spec.columns == ("(row)",):
            return read
        place = self.place(spec)
        if place is None:
            return read
        title = self.title(place)

        def told(row: Row) -> Any:
            try:
                return read(row)
            except CellError as error:
                raise CellError(f"column {title!r}: {error}") from None

        return told

    # --- texts ------------------------------------------------------------------------------------

    def text(self, spec: Spec) -> Read:
        """Reads a text, after its words and its lookup."""
        if spec.first:
            return _first([self.text(part) for part in spec.first])
        if spec.join:
            read = self._joined(spec)
        elif spec.columns:
            read = self._called(spec, self._cell(spec))
        else:
            constant = text_of(spec.constant) or None
            return lambda _: constant
        words = [WORDS[word] for word in spec.read if isinstance(word, str) and word in WORDS]
        lookup = self._lookup(spec)

        def text(row: Row) -> str | None:
            found = text_of(read(row))
            for word in words:
                found = word(found)
            return (lookup(found) if lookup else found) or None

        return self._told(spec, text)

    def _joined(self, spec: Spec) -> Read:
        parts = [self.text(part) for part in spec.join]

        def joined(row: Row) -> str | None:
            found = [text for part in parts if (text := part(row))]
            return spec.between.join(found) or None

        return joined

    def _lookup(self, spec: Spec) -> Callable[[str], str] | None:
        if spec.lookup is None:
            return None
        known = {fold_title(name): text_of(value) for name, value in spec.lookup.items()}
        otherwise = None if spec.otherwise is None else text_of(spec.otherwise)
        names = ", ".join(map(repr, list(spec.lookup)[:8]))

        def look(text: str) -> str:
            found = known.get(fold_title(text))
            if found is None and text:
                found = otherwise
                if found is None:
                    raise CellError(f"{text!r} is not in the lookup ({names}); add it")
            return found or ""

        return look

    def names(self, spec: Spec) -> Read:
        """Reads names of parties, without footnote marks, several where the cell is split."""
        read = self.text(spec)
        keep = "keep marks" in spec.read
        split = spec.split or next((part.split for part in spec.first if part.split), None)

        def names(row: Row) -> tuple[str, ...]:
            text = read(row)
            if text is None:
                return ()
            parts = [part.strip() for part in text.split(split)] if split else [text]
            made = (part if keep else unmarked(part) for part in parts if part)
            return tuple({name.casefold(): name for name in made}.values())

        return names

    # --- days -------------------------------------------------------------------------------------

    def day(self, spec: Spec) -> Read:
        """Reads a day, a month, or a year of which the first or the last day is meant."""
        if spec.first:
            return _first([self.day(part) for part in spec.first])
        century = self.mapping.century if spec.century is None else spec.century
        if not spec.columns:
            constant = self._fixed(lambda: Day(day_in(spec.constant)))
            return lambda _: constant
        read = self._called(spec, self._cell(spec))
        word = next((w for w in spec.read if isinstance(w, str) and w in DAY_WORDS), "date")
        day_first = self._day_first(spec, century) if word == "date" else True

        def day(row: Row) -> Day | None:
            cell = read(row)
            if cell is None:
                return None
            if word in ("year start", "year end"):
                year = year_in(cell)
                known = f"{year:04d}-01-01" if word == "year start" else f"{year:04d}-12-31"
                side = "first" if word == "year start" else "last"
                return Day(known, f"the {side} day of the year", text_of(cell))
            found = (
                excel_day(cell) if word == "excel day"
                else day_in(cell, day_first=day_first, century=century)
            )  # fmt: skip
            if found in self.no_days:
                where = self.title(self.place(spec) or 0)
                self.remarks.append(f"column {where!r}: {text_of(cell)!r} is read as no day")
                return None
            return Day(found)

        return self._told(spec, day)

    def _day_first(self, spec: Spec, century: int | None) -> bool:
        stated = self.mapping.day_first if spec.day_first is None else spec.day_first
        if any(callable(word) for word in spec.read) or spec.columns == ("(row)",):
            return stated is not False
        place = self.place(spec)
        if place is None:
            return True
        return is_day_first(
            self.title(place), self._column(place), self.grid.shown, stated=stated, century=century
        )

    def _column(self, place: int) -> list[tuple[int, Any]]:
        """What a column states, each cell with the number of its row."""
        nil = self.nil
        places = self.unpivoted if place == self.value_place else (place,)
        return [
            (number, row[at]) for number, row in self.rows for at in places
            if at < len(row) and not is_nil(row[at], nil)
        ]  # fmt: skip

    def _fixed(self, read: Callable[[], _T]) -> _T:
        """A constant of the mapping, read once."""
        try:
            return read()
        except CellError as error:
            raise TableError(f"a constant of the mapping: {error}") from error

    # --- amounts ----------------------------------------------------------------------------------

    def amount(self, spec: Spec, unit: Spec | None) -> Read:
        """Reads an amount as the fields of a quantity; None where none is stated."""
        if spec.first:
            return _first([self.amount(part, unit) for part in spec.first])
        if spec.sum:
            return self._sum([self.amount(part, spec.unit or unit) for part in spec.sum])
        unit = spec.unit or unit
        if not spec.columns:
            return self._constant(spec, unit)
        read = self._called(spec, self._cell(spec))
        if "phrase" in spec.read:
            return self._told(spec, lambda row: self._phrase(read(row)))
        number = self._number(spec)
        self._check_title(spec, unit)
        unit_of = self.unit(unit) if unit else lambda _: None

        def amount(row: Row) -> dict[str, Any] | None:
            cell = read(row)
            if cell is None:
                return None
            found, beside = number(cell)
            made = {"number": found, "unit": self._unit(unit_of(row), beside)}
            return made | {"bound": spec.bound} if spec.bound else made

        return self._told(spec, amount)

    def _check_title(self, spec: Spec, unit: Spec | None) -> None:
        """Refuse a column that says another currency than the mapping, or a scale that it lacks.

        What its title does not say a line above the table may. A column that is named by its number
        is taken as the mapping says.
        """
        name = next((name for name in spec.columns if self.header.places(name)), None)
        if not isinstance(name, str) or any(callable(word) for word in spec.read):
            return
        place = self.header.places(name)[0]
        said, above = money_of(self.header.titles[place]), self._above()
        given = text_of(unit.constant) if unit and not (unit.columns or unit.first) else ""
        money = said.unit or (not said.currencies and above.unit)
        if money and is_currency(given) and given != money:
            raise self._refusal(
                f"has amounts in {money} by {_by(name, said.unit)}, and the mapping says {given}; "
                f"correct one, or name the column by its number, {place + 1}", name,
            )  # fmt: skip
        scale = said.scale or above.scale
        if scale and spec.scale is None and self.mapping.scale is None:
            raise self._refusal(
                f"has {scale} by {_by(name, said.scale)}, and the mapping states no scale; state "
                f'scale = "{scale}", or scale = "units" where amounts are written out', name,
            )  # fmt: skip

    def _above(self) -> Money:
        """What the one line above the table says of money that names a currency, if any does."""
        lines = (text_of(cell) for _, row in self.grid.rows[: max(0, self.header.taken - 1)]
                 for cell in row if isinstance(cell, str) and len(cell) < _TITLE)  # fmt: skip
        found = [said for line in lines if (said := money_of(line)).currencies]
        return found[0] if len(found) == 1 else Money()

    def _number(self, spec: Spec) -> Callable[[Any], tuple[Decimal, str]]:
        """Reads the number in a cell of the column of a spec, and what is written beside it."""
        called = any(callable(word) for word in spec.read)
        place = None if called or spec.columns == ("(row)",) else self.place(spec)
        stated = spec.decimal or self.mapping.decimal
        sign = decimal_sign(
            "" if place is None else self.title(place),
            [] if place is None else self._column(place), self.grid.shown, stated,
        )  # fmt: skip
        named = self.mapping.scale
        stated_scale = scale_of(named, "scale") if named is not None else 0
        power = stated_scale if spec.scale is None else spec.scale
        digits = self.mapping.digits if spec.digits is None else spec.digits

        def number(cell: Any) -> tuple[Decimal, str]:
            if spec.bound == "at least" and isinstance(cell, str):
                cell = cell.rstrip().removesuffix("+")
            found = amount_in(cell, sign)
            value = EXACT.scaleb(found.number, power) if power else found.number
            if (
                digits is None
                and -int(value.as_tuple().exponent) > DECIMAL_PLACES
                and (tidy(value) != tidy(value).quantize(_FINEST, context=_ROUNDING))
            ):
                raise CellError(
                    f"'{value}' has more than {DECIMAL_PLACES} decimals; state digits=2 to round it"
                )
            if digits is not None:
                value = value.quantize(Decimal(1).scaleb(-digits), context=_ROUNDING)
            return value, found.currency

        if place is not None:
            for at in self.unpivoted if place == self.value_place else (place,):
                self.amount_places[at] = lambda cell: number(cell)[0]
        return number

    def _unit(self, stated: str | None, beside: str) -> str:
        """The unit of an amount: stated, or written beside the number, or both alike."""
        dollar = self.mapping.dollar
        if stated is None:
            if not beside:
                raise CellError(
                    "has no currency; state unit=, or unit_column= for the column that names it"
                )
            return currency_in(beside, dollar)
        if not beside:
            return stated
        codes = {currency_in(part, stated if is_currency(stated) else dollar)
                 for part in (beside.split() if _known_alone(beside) else [beside])}  # fmt: skip
        if codes != {stated}:
            raise CellError(f"{beside!r} beside the number is not {stated}, which is its unit here")
        return stated

    def unit(self, spec: Spec) -> Read:
        """Reads a unit: a currency by code, name or sign, or a thing counted as a constant."""
        if not spec.columns and not spec.first and not spec.join:
            constant = text_of(spec.constant) or None
            return lambda _: constant
        read = self.text(spec)
        dollar = self.mapping.dollar

        def unit(row: Row) -> str | None:
            text = read(row)
            if text is None or (spec.lookup and not is_currency(text)):
                # A thing counted is one where a person says so.
                return None if text is None else check_unit(text)
            return currency_in(text, dollar)

        return self._told(spec, unit)

    def _phrase(self, cell: Any) -> dict[str, Any] | None:
        if cell is None:
            return None
        try:
            found = parse_quantity(text_of(cell), dollar=self.mapping.dollar)
        except PledgetrackError as error:
            raise CellError(str(error)) from error
        return found.model_dump()

    def _constant(self, spec: Spec, unit: Spec | None) -> Read:
        number = self._fixed(lambda: amount_in(spec.constant).number)
        unit_of = self.unit(unit) if unit else lambda _: None
        return lambda row: {"number": number, "unit": self._unit(unit_of(row), "")}

    def _sum(self, parts: list[Read]) -> Read:
        def total(row: Row) -> dict[str, Any] | None:
            found = [amount for part in parts if (amount := part(row)) is not None]
            if not found:
                return None
            units = sorted({amount["unit"] for amount in found})
            if len(units) > 1:
                raise CellError(f"the columns to add are in {' and '.join(units)}")
            made = Decimal(0)
            for amount in found:
                made = EXACT.add(made, amount["number"])
            return {**found[0], "number": made}

        return total


def _by(title: str, said: str | None) -> str:
    return f"the title {title!r}" if said else "a line above the table"


def _known_alone(beside: str) -> bool:
    """Whether a sign and a code stand beside a number: "EUR €"."""
    return len(beside.split()) == 2 and any(map(is_currency, beside.split()))


def _first(reads: list[Read]) -> Read:
    def first(row: Row) -> Any:
        return next((found for read in reads if (found := read(row)) is not None), None)

    return first

"""TableMapping: which columns and constants of a table are which fields of a promise."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pledgetrack import limits
from pledgetrack.calendar import FiscalCalendar, fiscal_calendar
from pledgetrack.errors import FileFormatError, TableError, unknown
from pledgetrack.formats.table_specs import (
    EVENT_FIELDS,
    FITS,
    ROW_FIELDS,
    VIRTUAL,
    Spec,
    check_use,
    listed,
    pattern_of,
    rules_of,
    scale_of,
    spec_of,
    whole,
)
from pledgetrack.formats.toml_text import toml
from pledgetrack.models import Party, Source
from pledgetrack.reading import messages
from pledgetrack.replace import replace_file
from pledgetrack.units import check_unit, is_currency


def _texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(text, str) for text in value)


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _names(value: Any) -> bool:
    return _is_table(value) and all(isinstance(v, str) or _texts(v) for v in value.values())


def _is_pattern(text: Any) -> bool:
    try:
        return isinstance(text, str) and pattern_of(text) is not None
    except (re.error, FutureWarning):
        return False


def _unpivots(value: Any) -> bool:
    return _is_table(value) and {*value} <= {"columns", "name", "value"} and (
        _is_pattern(value.get("columns")) or _texts(value.get("columns"))
    )  # fmt: skip


_SHAPES: dict[str, tuple[Callable[[Any], bool], str]] = FITS | {
    "columns": (_is_table, "a table of fields and their columns"),
    "constants": (_is_table, "a table of fields and their values"),
    "source": (_is_table, 'a table such as { id = "pledges-2024", published = 2024-03-01 }'),
    "aliases": (_names, "a table of names, each with a list of its other spellings"),
    "header": (
        lambda value: whole(value) or (_listable(value) and all(map(whole, value))),
        "the number of the row, or a list of them",
    ),
    "sheets": (lambda value: isinstance(value, str) or _texts(value), 'a list of names, or "all"'),
    "unpivot": (_unpivots, "columns (a list or a pattern), and what name and value are called"),
    "events": (
        lambda value: isinstance(value, (list, tuple)),
        "a list of tables, each with columns and constants",
    ),
    "fill_down": (_texts, "a list of columns"),
    "dollar": (
        lambda value: isinstance(value, str) and is_currency(value),
        "an ISO 4217 code such as 'USD'",
    ),
    "nil": (_texts, "a list of texts"),
    "no_days": (_texts, "a list of days"),
    "encoding": (lambda value: isinstance(value, str), "its name, such as 'cp1252'"),
    "delimiter": (lambda value: isinstance(value, str), "one character"),
}


def _listable(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value)


# --- the mapping ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class TableMapping:
    """Which columns and constants of a table are which fields, and how its cells are written.

    Made from keywords, from a dictionary or from a TOML file of the same names, and saved as one.
    ``docs/tables.md`` lists the fields and options.

    >>> mapping = TableMapping(columns={"party": "Donor", "target": "Amount"},
    ...                        constants={"unit": "USD", "stage": "pledged",
    ...                                   "announced": "2024-03-01"})
    >>> print(mapping.to_toml())
    [columns]
    party = "Donor"
    target = "Amount"
    <BLANKLINE>
    [constants]
    unit = "USD"
    stage = "pledged"
    announced = "2024-03-01"
    <BLANKLINE>
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    events: Sequence[Mapping[str, Any]] = ()
    aliases: Mapping[str, Any] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)
    header: int | Sequence[int] | None = None
    sheets: str | Sequence[str] | None = None
    unpivot: Mapping[str, Any] | None = None
    fill_down: Sequence[str] = ()
    subtotals: Any = None
    skip: Any = ()
    decimal: str | None = None
    day_first: bool | None = None
    century: int | None = None
    scale: str | None = None
    digits: int | None = None
    dollar: str | None = None
    calendar: Any = None
    nil: Sequence[str] | None = None
    no_days: Sequence[str] | None = None
    encoding: str | None = None
    delimiter: str | None = None

    def __post_init__(self) -> None:
        for name, (fits, what) in _SHAPES.items():
            value = getattr(self, name)
            if value is not None and not fits(value):
                raise TableError(f"{name}: write {what}, not {value!r:.40}")
        self.specs()
        self.event_specs()
        rules_of(self.skip, "skip")
        rules_of(() if self.subtotals is None else self.subtotals, "subtotals")
        if self.scale is not None:
            scale_of(self.scale, "the mapping")
        if isinstance(self.constants.get("unit"), str):
            check_unit(self.constants["unit"])
        for name in self.source:
            if name not in Source.model_fields:
                raise unknown("field of [source]", name, Source.model_fields)
        try:
            Source(**{"id": "the file", **self.source})
            for name, said in self.aliases.items():
                Party(name=name, aliases=listed(said))
        except ValidationError as error:
            raise TableError("; ".join(messages(error, Source))) from error
        self.fiscal()

    def fiscal(self) -> FiscalCalendar | None:
        """The fiscal calendar of the years of the table, where one is stated."""
        said = self.calendar
        if isinstance(said, Mapping):
            try:
                return FiscalCalendar(**said)
            except TypeError as error:
                raise TableError(
                    'calendar: write { first_month = 4, named_by = "starting" }'
                ) from error
        return None if said is None else fiscal_calendar(said)

    def beside(self) -> tuple[str, ...]:
        """The names of what stands beside the cells of a row."""
        said = self.unpivot or {}
        made = (said.get("name", "(name)"), said.get("value", "(value)")) if said else ()
        return (*VIRTUAL, *map(str, made))

    def specs(self) -> dict[str, Spec]:
        """How each field of a row is read."""
        return _specs(self.columns, self.constants, ROW_FIELDS, "columns", "constants")

    def event_specs(self) -> list[dict[str, Spec]]:
        """How each field of the events beside a row is read."""
        made = []
        for at, event in enumerate(self.events, start=1):
            where = f"events[{at}]"
            if not isinstance(event, Mapping):
                raise TableError(f"{where}: write columns and constants of the event")
            for name in event:
                if name not in ("columns", "constants"):
                    raise unknown(f"key of {where}", name, ("columns", "constants"))
            specs = _specs(
                event.get("columns", {}), event.get("constants", {}), EVENT_FIELDS,
                f"{where}.columns", f"{where}.constants",
            )  # fmt: skip
            for needed in ("kind", "on"):
                if needed not in specs:
                    raise TableError(f"{where}: an event needs {needed!r}")
            made.append(specs)
        return made

    @classmethod
    def of(cls, said: Any) -> TableMapping:
        """The mapping that a dictionary, a TOML file or a mapping itself gives."""
        if isinstance(said, TableMapping):
            return said
        if isinstance(said, (str, os.PathLike)):
            return cls.read(said)
        if not isinstance(said, Mapping):
            raise TableError(
                f"{type(said).__name__!r} is no mapping; pass a dictionary, a TOML file or a "
                "pt.TableMapping"
            )
        known = [option.name for option in fields(cls)]
        for name in said:
            if name not in known:
                raise unknown("key of the mapping", name, known)
        return cls(**said)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> TableMapping:
        """The mapping in a TOML file."""
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
            limits.check_toml(text)
            said = tomllib.loads(text)
        except OSError as error:
            reason = error.strerror or error
            raise FileFormatError(f"cannot read {str(path)!r}: {reason}", path=path) from error
        except (ValueError, RecursionError) as error:
            raise FileFormatError(f"{str(path)!r} is no valid TOML: {error}", path=path) from error
        return cls.of(said)

    def said(self) -> dict[str, Any]:
        """What the mapping says beyond what every mapping does."""
        plain = {option.name: getattr(self, option.name) for option in fields(self)}
        return {
            name: value
            for name, value in plain.items()
            if value is not None and (name == "subtotals" or value not in ({}, (), []))
        }

    def to_toml(self) -> str:
        """The mapping as a TOML file holds it; a Python function in it is refused by name."""
        return toml(self.said())

    __str__ = to_toml

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the mapping as TOML; ``pt.read_table(table, path)`` takes it."""
        content = self.to_toml().encode()
        place = Path(path)
        replace_file(place, content)
        return place


def _specs(
    columns: Any, constants: Any, known: Sequence[str], columns_at: str, constants_at: str
) -> dict[str, Spec]:
    made: dict[str, Spec] = {}
    for said, where in ((columns, columns_at), (constants, constants_at)):
        if not isinstance(said, Mapping):
            raise TableError(f"{where}: write a table of fields, not {said!r:.40}")
        for name, value in said.items():
            at = f"{where}.{name}"
            if name not in known:
                raise unknown(f"field in {where}", name, known)
            if name == "tags":
                if not isinstance(value, Mapping):
                    raise TableError(f"{at}: write a table of tags and their columns")
                for tag, tagged in value.items():
                    made[f"tags.{tag}"] = _one(tagged, where == columns_at, f"{at}.{tag}")
                continue
            if name in made:
                raise TableError(f"{name!r} is both a column and a constant; keep one")
            several = isinstance(value, (list, tuple)) and value and isinstance(value[0], Mapping)
            for number, part in enumerate(value if several else [value], start=1):
                key = name if number == 1 else f"{name}#{number}"
                made[key] = _one(part, where == columns_at, at)
                check_use(name, made[key], at)
    return made


def _one(value: Any, is_column: bool, where: str) -> Spec:
    return spec_of(value, where) if is_column else Spec(constant=value)

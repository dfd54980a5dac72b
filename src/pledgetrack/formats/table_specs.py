"""How one field is read from a row, and which rows are meant: what a mapping is made of."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pledgetrack.errors import TableError, unknown
from pledgetrack.quantity import BOUNDS

TEXTS = ("id", "title", "condition", "part_of", "repeats", "same_as", "note", "announced_basis",
         "announced_stated", "stage", "source", "place")  # fmt: skip
NAMES = ("party", "recipient", "channel")
MEASURES = ("pledged", "committed", "delivered")
"""Columns of what a row states in all, as of the day ``on``."""
AMOUNTS = ("target", *MEASURES)
HORIZON = ("horizon", "horizon_start", "horizon_end", "horizon_wording", "year")
DAYS = ("announced", "known", "on", "horizon_start", "horizon_end", "period_start")
ENTRY = ("kind", "on", "quantity")
"""The fields by which a row is an event of the commitment that its ``id`` names."""

ROW_FIELDS = (*TEXTS, *NAMES, *AMOUNTS, *HORIZON, "announced", "known", "unit", "tags", *ENTRY)
EVENT_FIELDS = ("kind", "on", "on_basis", "on_stated", "quantity", "restated", "unit", "known",
                "note", "period_start", "outcome", "place", *HORIZON)  # fmt: skip

SCALES = {"units": 0, "hundreds": 2, "thousands": 3, "lakhs": 5, "millions": 6, "crores": 7,
          "billions": 9}  # fmt: skip
VIRTUAL = ("(file)", "(sheet)", "(heading)", "(row)")
"""What a row states beside its cells: ``(heading)`` is the last line of one cell above it."""

WORDS: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
    "slug": lambda text: re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-"),
    "without parentheses": lambda text: " ".join(re.sub(r"\([^()]*\)", " ", text).split()),
    "before comma": lambda text: text.partition(",")[0].strip(),
    "before parenthesis": lambda text: text.partition("(")[0].strip(),
    "in parentheses": lambda text: text.rpartition("(")[2].partition(")")[0].strip(),
    "before colon": lambda text: text.partition(":")[0].strip(),
    "after colon": lambda text: text.partition(":")[2].strip(),
    "first word": lambda text: text.partition(" ")[0],
    "keep marks": str,
}
"""What ``read`` can do with a text; spaces are always folded."""

DAY_WORDS = ("date", "year start", "year end", "excel day")
AMOUNT_WORDS = ("number", "phrase")

Read = str | Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Spec:
    """How one field is read from a row.

    ``columns`` are alternatives, of which a table has one; ``first`` takes the first that states
    something, ``join`` puts texts together, ``sum`` adds amounts.
    """

    columns: tuple[str | int, ...] = ()
    constant: Any = None
    first: tuple[Spec, ...] = ()
    join: tuple[Spec, ...] = ()
    between: str = " "
    sum: tuple[Spec, ...] = ()
    read: tuple[Read, ...] = ()
    split: str | None = None
    lookup: Mapping[str, Any] | None = None
    otherwise: Any = None
    unit: Spec | None = None
    scale: int | None = None
    decimal: str | None = None
    digits: int | None = None
    bound: str | None = None
    day_first: bool | None = None
    century: int | None = None
    optional: bool = False

    def parts(self) -> Iterator[Spec]:
        """The spec and all that it is made of."""
        yield self
        for part in (*self.first, *self.join, *self.sum, *([self.unit] if self.unit else [])):
            yield from part.parts()


_KEYS = ("column", "constant", "first", "join", "between", "sum", "read", "split", "lookup",
         "otherwise", "unit", "unit_column", "scale", "decimal", "digits", "bound", "day_first",
         "century", "optional")  # fmt: skip


def spec_of(said: Any, where: str) -> Spec:
    """How a field is read, from what a mapping says of it: a column, alternatives, or a table."""
    if isinstance(said, (str, int)) and not isinstance(said, bool):
        return Spec(columns=(said,))
    if isinstance(said, (list, tuple)) and said and all(isinstance(n, (str, int)) for n in said):
        return Spec(columns=tuple(said))
    if callable(said):
        return Spec(columns=("(row)",), read=(said,))
    if not isinstance(said, Mapping):
        raise TableError(
            f"{where}: {said!r:.60} names no column; write its title, a list of alternatives, or a "
            'table such as { column = "Donor", read = "upper" }'
        )
    for name in said:
        if name not in _KEYS:
            raise unknown(f"key of {where}", name, _KEYS)
    if sum(name in said for name in ("column", "first", "join", "sum", "constant")) != 1:
        raise TableError(f"{where}: give one of column, first, join, sum or constant")
    made = {
        name: read(said[name], f"{where}.{name}") for name, read in _READ.items() if name in said
    }
    for old, new in (("column", "columns"), ("unit_column", "unit")):
        if old in made:
            made[new] = made.pop(old)
    plain = {name: said[name] for name in said if name not in _READ}
    for name, value in plain.items():
        fits, what = _FITS.get(name, _ANYTHING)
        if not fits(value):
            raise TableError(f"{where}.{name}: write {what}, not {value!r:.40}")
    return Spec(**plain, **made)


def _parts(said: Any, where: str) -> tuple[Spec, ...]:
    return tuple(spec_of(part, where) for part in listed(said))


def _lookup(said: Any, where: str) -> dict[str, Any]:
    if not isinstance(said, Mapping):
        raise TableError(f"{where}: write a table of what stands there and what it means")
    return {str(name): value for name, value in said.items()}


def _words(said: Any, where: str) -> tuple[Read, ...]:
    return tuple(_known_word(word, where) for word in listed(said))


def listed(said: Any) -> tuple[Any, ...]:
    """One or several, as several."""
    return tuple(said) if isinstance(said, (list, tuple)) else (said,)


def _known_word(word: Any, where: str) -> Read:
    known = (*WORDS, *DAY_WORDS, *AMOUNT_WORDS)
    if callable(word) or word in known:
        found: Read = word
        return found
    raise unknown(f"function of {where}", word, known)


def scale_of(word: Any, where: str) -> int:
    """The power of ten that a word for a scale means."""
    name = f"{word}".casefold()
    for known, power in SCALES.items():
        if name in (known, known.removesuffix("s")):
            return power
    raise unknown(f"scale of {where}", word, SCALES)


def whole(value: Any) -> bool:
    """Whether a value is a whole number, 0 or above."""
    return type(value) is int and value >= 0


_ANYTHING: tuple[Callable[[Any], bool], str] = (lambda _: True, "")
FITS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "decimal": (lambda value: value in (".", ","), "'.' or ','"),
    "day_first": (lambda value: isinstance(value, bool), "true or false"),
    "century": (lambda value: whole(value) and value % 100 == 0, "2000 or 1900"),
    "digits": (whole, "how many decimals an amount is rounded to"),
}
_FITS = FITS | {
    "between": (lambda value: isinstance(value, str), "a text"),
    "split": (lambda value: isinstance(value, str) and value != "", "the sign between the names"),
    "bound": (lambda value: value in BOUNDS, f"one of {', '.join(BOUNDS)}"),
    "optional": (lambda value: isinstance(value, bool), "true or false"),
}


def check_use(field: str, spec: Spec, where: str) -> None:
    """Refuse what a field of its kind cannot be made of."""
    name = field.partition("#")[0]
    made_of = {"join": bool(spec.join), "sum": bool(spec.sum)}
    if name in (*AMOUNTS, "quantity", "restated"):
        made_of.pop("sum")
    elif name not in DAYS:
        made_of.pop("join")
    if wrong := [word for word, said in made_of.items() if said]:
        raise TableError(f"{where}: {name!r} cannot be made with {wrong[0]!r}; name its column")
    for part in (*spec.first, *spec.join, *spec.sum):
        check_use(field, part, where)


_READ: dict[str, Callable[[Any, str], Any]] = {
    "column": lambda said, where: spec_of(said, where).columns,
    "first": _parts,
    "join": _parts,
    "sum": _parts,
    "lookup": _lookup,
    "read": _words,
    "unit": lambda said, _: Spec(constant=said),
    "unit_column": spec_of,
    "scale": scale_of,
}

# --- rules for rows -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowRule:
    """Which rows are meant: those whose ``column`` is a text, matches a pattern, or a function.

    ``of`` says what a subtotal adds up: the rows "above" since the last one, those "below" up to
    the next one, "all" rows of its table, or those with its value in the column that ``of`` names;
    the pattern's group, where it has one, is that value.
    """

    column: str | int | None = None
    text: str | None = None
    matches: re.Pattern[str] | None = None
    test: Callable[[Mapping[str, str]], Any] | None = None
    of: str = "above"
    reason: str | None = None


_RULE_KEYS = ("column", "text", "matches", "of", "reason")


def rules_of(said: Any, where: str) -> tuple[RowRule, ...]:
    """The rules that a mapping gives."""
    return tuple(_rule(rule, where) for rule in listed(said))


def pattern_of(text: str) -> re.Pattern[str]:
    """A regular expression; one that a later Python would read in another way is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        return re.compile(text, re.IGNORECASE)


def _rule(said: Any, where: str) -> RowRule:
    if callable(said):
        return RowRule(test=said)
    if not isinstance(said, Mapping):
        raise TableError(
            f"{where}: {said!r:.60} is no rule; write a table such as "
            '{ column = "Donor", matches = "^Total" }'
        )
    for name in said:
        if name not in (*_RULE_KEYS, "test"):
            raise unknown(f"key of {where}", name, _RULE_KEYS)
    if not callable(said.get("test")) and (
        "column" not in said or ("text" in said) == ("matches" in said)
    ):
        raise TableError(f"{where}: a rule has a column, and either text or matches")
    try:
        pattern = pattern_of(said["matches"]) if "matches" in said else None
    except (re.error, TypeError, FutureWarning) as error:
        raise TableError(f"{where}: {said['matches']!r} is no pattern: {error}") from error
    return RowRule(
        said.get("column"), said.get("text"), pattern, said.get("test"),
        str(said.get("of", "above")), said.get("reason"),
    )  # fmt: skip

"""Every exception that pledgetrack raises, in one tree.

Errors carry their data as attributes, so that a program need not read the message:

>>> from pledgetrack.errors import UnitError
>>> error = UnitError("unknown currency code 'USX'", unit="USX", choices=("USD",))
>>> error.unit, error.choices
('USX', ('USD',))
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


class PledgetrackError(Exception):
    """The root of the tree: ``except pt.PledgetrackError`` catches all that the library refuses.

    Only a single record made by hand that breaks a rule raises pydantic's ``ValidationError``, a
    ``ValueError`` that lists every mistake; readers put those into ``InvalidLedgerError``.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors carry data, so they cannot be made again from their message alone.
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[PledgetrackError], args: tuple[Any, ...], data: dict[str, Any]) -> Any:
    error = kind.__new__(kind, *args)
    error.__dict__.update(data)
    return error


class AmountError(PledgetrackError, ValueError):
    """An amount that cannot be held exactly; ``.value`` is what was given."""

    def __init__(self, message: str, *, value: object) -> None:
        super().__init__(message)
        self.value = value


class UnitError(PledgetrackError, ValueError):
    """A unit that is no ISO 4217 code and no thing counted; ``.unit``, ``.choices``."""

    def __init__(self, message: str, *, unit: object, choices: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.unit = unit
        self.choices = choices


class DayError(PledgetrackError, ValueError):
    """A day, month or window of days that cannot be read or held; ``.value``."""

    def __init__(self, message: str, *, value: object) -> None:
        super().__init__(message)
        self.value = value


class WordingError(PledgetrackError, ValueError):
    """A stated phrase that is not read: it says something else, or more than one thing.

    ``.text`` is the phrase and ``.kind`` what it is instead: "rate", "share", "relative",
    "duration", "vague", "season", "past", "ambiguous", "no unit", "no anchor", "no calendar",
    "reversed", "empty", "left over". ``.left_over`` holds the words that were not read,
    ``.choices`` the readings that are possible, or phrases that would be read.
    """

    def __init__(
        self,
        message: str,
        *,
        text: object,
        kind: str,
        left_over: tuple[str, ...] = (),
        choices: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.text = text
        self.kind = kind
        self.left_over = left_over
        self.choices = choices


class CalendarError(PledgetrackError, ValueError):
    """A fiscal calendar that is unknown or missing; ``.choices`` are the named ones."""

    def __init__(self, message: str, *, choices: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.choices = choices


class UnknownNameError(PledgetrackError, KeyError):
    """A key, commitment, measure or option that is not there; ``.name``, ``.choices``."""

    def __init__(self, message: str, *, name: object, choices: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.name = name
        self.choices = choices

    def __str__(self) -> str:
        return self.message


class FrameError(PledgetrackError, ValueError):
    """A movements frame that cannot be totalled; ``.columns`` names the columns at fault."""

    def __init__(self, message: str, *, columns: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.columns = columns


class MissingRateError(PledgetrackError, LookupError):
    """No exchange rate of a currency for a day.

    ``.currency``, ``.day`` and ``.nearest``, the nearest days for which there is one, before and
    after; ``.missing`` are all that a table lacked, each a currency and a day.
    """

    def __init__(
        self,
        message: str,
        *,
        currency: str,
        day: dt.date | None,
        nearest: tuple[dt.date, ...] = (),
        missing: tuple[tuple[str, dt.date | None], ...] = (),
    ) -> None:
        super().__init__(message)
        self.currency = currency
        self.day = day
        self.nearest = nearest
        self.missing = missing or ((currency, day),)


class MissingDeflatorError(PledgetrackError, LookupError):
    """No price index of a currency or country for a year; ``.key``, ``.year``, ``.years``."""

    def __init__(self, message: str, *, key: str, year: int, years: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.key = key
        self.year = year
        self.years = years


class ExplainError(PledgetrackError, ValueError):
    """A row that cannot be explained; ``.column``, what is ``.stated`` and what was ``.found``."""

    def __init__(
        self,
        message: str,
        *,
        column: str | None = None,
        stated: object = None,
        found: object = None,
    ) -> None:
        super().__init__(message)
        self.column = column
        self.stated = stated
        self.found = found


class FileFormatError(PledgetrackError, ValueError):
    """A file that is no ledger, or one of a newer format; ``.path``."""

    def __init__(self, message: str, *, path: object) -> None:
        super().__init__(message)
        self.path = path


class TableError(PledgetrackError, ValueError):
    """A table that a mapping does not fit, or that can be read in more than one way.

    ``.file``, ``.sheet`` and ``.column`` say where, ``.examples`` are the cells in question and
    ``.choices`` what there is to choose from.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        sheet: str | None = None,
        column: str | None = None,
        examples: tuple[str, ...] = (),
        choices: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.file = file
        self.sheet = sheet
        self.column = column
        self.examples = examples
        self.choices = choices


class LinkError(PledgetrackError, ValueError):
    """A pair of records that cannot be linked; ``.pair``, ``.choices``."""

    def __init__(
        self, message: str, *, pair: tuple[str, str] | None, choices: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.pair = pair
        self.choices = choices


class MissingExtraError(PledgetrackError, ImportError):
    """An optional library is not installed; ``.extra`` is the extra to install."""

    def __init__(self, message: str, *, extra: str) -> None:
        super().__init__(message)
        self.extra = extra


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a ledger's records: what, and as far as known where.

    >>> print(Problem("end before start", file="a.toml", line=7, record="commitment 'x'"))
    a.toml:7: commitment 'x': end before start
    """

    message: str
    file: str | None = None
    line: int | None = None
    record: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        parts = (part for part in (place, self.record, self.message) if part)
        return ": ".join(f"{part[:_LONGEST]}…" if len(part) > _LONGEST else part for part in parts)


class InvalidLedgerError(PledgetrackError, ValueError):
    """Records that make no ledger; ``.problems`` lists every mistake at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(_listed(self.problems, "the records"))


class InvalidRatesError(PledgetrackError, ValueError):
    """A table that gives no exchange rates or price indices; ``.problems`` lists every mistake."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(_listed(self.problems, "the table"))


class InvalidTotalsError(PledgetrackError, ValueError):
    """Stated totals that cannot be compared; ``.problems`` lists every mistake."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(_listed(self.problems, "the stated totals"))


_MOST_LISTED = 200
_LONGEST = 2_000  # characters of what a file calls a record, and of what is said of it


def _listed(problems: tuple[Problem, ...], where: str) -> str:
    count = len(problems)
    head = f"{count} mistake{'s' * (count != 1)} in {where}"
    rest = [f"  ... and {count - _MOST_LISTED} more in .problems"] if count > _MOST_LISTED else []
    return "\n".join([head, *(f"  {problem}" for problem in problems[:_MOST_LISTED]), *rest])


def shown(value: object, length: int = 60) -> str:
    """A value as a message shows it: in so many characters at most, whatever it is.

    >>> shown("USD"), shown(10**5000), shown("x" * 100, 8)
    ("'USD'", 'an int that is too long to show', "'xxxxxx…")
    """
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # one of 5,000 digits, one nested without end
        kind = type(value).__name__
        return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind} that is too long to show"
    return text if len(text) <= length else f"{text[: length - 1]}…"


def unknown(what: str, name: object, choices: Iterable[str]) -> UnknownNameError:
    """The error for a name that is not among ``choices``, with the nearest ones first."""
    listed = tuple(choices)
    near = closest(name, listed) if isinstance(name, str) else ()
    hint = f"; did you mean {near[0]!r}?" if near else ""
    few = ", ".join(repr(choice) for choice in listed[:20]) + (", …" if len(listed) > 20 else "")
    return UnknownNameError(
        f"unknown {what} {shown(name, 200)}{hint} (choices: {few or 'none'})",
        name=name,
        choices=listed,
    )


def closest(name: str, choices: Iterable[str]) -> tuple[str, ...]:
    """Up to three of ``choices`` that look like ``name``, best first."""
    import difflib  # when something is refused, and not before

    folded = {choice.casefold(): choice for choice in choices}
    return tuple(folded[key] for key in difflib.get_close_matches(name.casefold()[:200], folded))

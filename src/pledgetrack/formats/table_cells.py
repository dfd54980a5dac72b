"""The cells of a table as texts, and the one way in which a column of them is read.

Whether a comma is a decimal sign, and whether 03/04/2020 is in March or in April, is decided by
the cells of the column that can be read in one way only; where none decides, the column is refused
with an example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, TypeVar

from pledgetrack.errors import TableError
from pledgetrack.formats.grids import Formula
from pledgetrack.render import clip

_T = TypeVar("_T")

NIL = ("", "-", "–", "—", "n/a", "n.a.", "#n/a", "null", ".", "..", "...", "…", "not given",
       "not available", "not applicable", "not reported", "not specified")  # fmt: skip
"""The cells that say that nothing is stated, whatever their capitals."""

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff\u00ad"))
_MARKS = (
    r"(?:\s*+(?:[*†‡§¹²³⁰⁴-⁹ᵃ-ᵉ]++|\((?:[a-z]|[ivx]{1,4}|[0-9]{1,2})\)|\[(?:[a-z]|[0-9]{1,2})\])"
    r"|\s[a-z0-9]{1,2}/)"
)
# Possessive, and looked for in a short end alone, so that no run of marks takes long.
_MARK = re.compile(f"{_MARKS}++$", re.IGNORECASE)
_END = 100
ONE_MARK = re.compile(f"{_MARKS}$", re.IGNORECASE)


def text_of(cell: Any) -> str:
    r"""The text of a cell on one line, without stray and invisible spaces.

    >>> text_of(" United\u00a0Kingdom "), text_of(None), text_of(Decimal("1E+3"))
    ('United Kingdom', '', '1000')
    """
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    text = cell if isinstance(cell, str) else str(cell)
    if not text.isascii():
        text = text.translate(_INVISIBLE)
    return " ".join(text.split())


def unmarked(text: str) -> str:
    """A text without the footnote marks at its end.

    >>> unmarked("Norway*"), unmarked("1,200 (a)"), unmarked("Chad²"), unmarked("Peru 1/")
    ('Norway', '1,200', 'Chad', 'Peru')
    """
    last = text[-1:]
    if last.isascii() and last not in "*)]/":
        return text
    return text[:-_END] + _MARK.sub("", text[-_END:]) or text


class CellError(ValueError):
    """A cell that is not read: what is wrong with it, and what to do."""


def refusal(text: str, what: str) -> CellError:
    """The refusal of a cell, which it quotes."""
    return CellError(f"{clip(text, 40)!r} {what}")


def is_nil(cell: Any, nil: frozenset[str]) -> bool:
    """Whether a cell says that nothing is stated.

    >>> is_nil(" Not given ", frozenset(NIL)), is_nil("0", frozenset(NIL))
    (True, False)
    """
    if cell is None:
        return True
    if type(cell) is not str:
        return False
    if len(cell) > 40:
        return False
    text = text_of(cell).casefold()
    return not text or text in nil or unmarked(text) in nil


# --- columns --------------------------------------------------------------------------------------


def decided(
    choices: tuple[_T, ...],
    cells: Iterable[tuple[int, Any]],
    read: Callable[[str, Any], Any],
    *,
    column: str,
    where: str,
    shown: Callable[[str, Any], str],
) -> _T | None:
    """The one of two ways of reading that the cells of a column allow; None where both agree."""
    only: dict[Any, tuple[int, str]] = {}
    either: tuple[int, str] | None = None
    for row, cell in cells:
        if not isinstance(cell, str) or isinstance(cell, Formula):
            continue
        text = text_of(cell)
        if text.isdigit():
            continue
        readings = {}
        # Once a cell has decided, the others need only be readable in that way.
        for choice in sorted(choices, key=lambda choice: choice not in only):
            try:
                readings[choice] = read(text, choice)
            except CellError:
                continue
            if choice in only and len(only) == 1:
                break
        if len(readings) == 1 and not (only.keys() & readings.keys()):
            only.setdefault(next(iter(readings)), (row, text))
        elif len(readings) == 2 and either is None and len(set(readings.values())) > 1:
            either = (row, text)
    if len(only) > 1:
        examples = tuple(text for _, text in only.values())
        said = " and ".join(f"{text!r} (row {row})" for row, text in only.values())
        ways = " or ".join(
            shown(only[choice][1], choice).rpartition("(")[2][:-1] for choice in choices
        )
        raise TableError(
            f"{where}: column {column!r} is written in two ways: {said}; correct it, or state "
            f"{ways}",
            column=column, examples=examples,
        )  # fmt: skip
    if only:
        found: _T = next(iter(only))
        return found
    if either:
        row, text = either
        ways = " or ".join(shown(text, choice) for choice in choices)
        raise TableError(
            f"{where}: {text!r} in column {column!r} (row {row}) may be {ways}; state which, for "
            "no cell of the column decides it",
            column=column, examples=(text,),
        )  # fmt: skip
    return None

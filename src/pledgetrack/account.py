"""Account: what a reader did with every record of a file, each counted, set aside or rejected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

import pandas as pd
import pyarrow as pa

from pledgetrack.errors import FrameError, Problem
from pledgetrack.quantity import EXACT, tidy

Outcome = Literal["counted", "set aside", "rejected"]
OUTCOMES: tuple[Outcome, ...] = ("counted", "set aside", "rejected")
COLUMNS = (
    "file", "line", "element", "record", "outcome", "reason", "commitment", "unit", "number", "raw",
)  # fmt: skip
_WORDS = ("file", "element", "record", "outcome", "reason", "commitment", "unit", "raw")


class Account(pd.DataFrame):
    """A row for every record of the files that were read, in their order.

    ``outcome`` is "counted", "set aside" or "rejected", and every record has one of them.
    ``file``, ``line`` and ``element`` say where it stands, ``record`` what the file calls it,
    ``reason`` why it was not counted, ``commitment`` where it went. ``unit`` and ``number`` are
    its amount where it states one. ``raw`` holds the values of what was not counted, as JSON.

    >>> seen = AccountBuilder()
    >>> seen.counted(file="aid.csv", line=2, commitment="road", unit="USD", number=Decimal("10.5"))
    0
    >>> seen.set_aside("interest", file="aid.csv", line=3, unit="USD", number=Decimal(2))
    1
    >>> seen.build().summary()
         outcome    reason unit  records number
    0    counted      <NA>  USD        1   10.5
    1  set aside  interest  USD        1      2
    """

    @property
    def _constructor(self) -> Callable[..., Account]:
        return Account

    @classmethod
    def empty_one(cls) -> Account:
        """The account of a ledger that was not imported."""
        return AccountBuilder().build()

    def summary(self) -> pd.DataFrame:
        """How many records have each outcome and reason, and what their amounts add up to.

        ``number`` is the exact sum in the unit, missing where none of them states an amount.
        """
        needed = ("outcome", "reason", "unit", "number")
        if missing := [name for name in needed if name not in self.columns]:
            raise FrameError(
                f"the account was cut to columns without {', '.join(map(repr, missing))}; take "
                "the summary of the whole account",
                columns=tuple(missing),
            )
        counts: dict[tuple[str, str, str], int] = {}
        sums: dict[tuple[str, str, str], Decimal] = {}
        keys = zip(*(self[name].tolist() for name in needed[:3]), strict=True)
        for key, number in zip(keys, self["number"].tolist(), strict=True):
            cell = tuple("" if pd.isna(word) else str(word) for word in key)
            group = (cell[0], cell[1], cell[2])
            counts[group] = counts.get(group, 0) + 1
            if isinstance(number, Decimal):
                sums[group] = EXACT.add(sums.get(group, Decimal(0)), number)
        rank = {name: at for at, name in enumerate(OUTCOMES)}
        order = sorted(counts, key=lambda group: (rank.get(group[0], len(rank)), *group[1:]))  # type: ignore[call-overload]
        made = {
            name: _words([group[at] or None for group in order])
            for at, name in enumerate(needed[:3])
        }
        made["records"] = pd.Series([counts[group] for group in order], dtype="int64")
        numbers = [tidy(sums[group]) if group in sums else None for group in order]
        made["number"] = pd.Series(numbers, dtype=object)
        return pd.DataFrame(made)

    def joined(self, other: Account) -> Account:
        """Both accounts, one after the other."""
        if not len(other):
            return self
        if not len(self):
            return other
        return Account(pd.concat([self, other], ignore_index=True))


def _words(values: Iterable[str | None]) -> Any:
    told = list(values)
    try:
        return pd.Series(pd.array(told, dtype=pd.StringDtype("pyarrow")))
    except UnicodeEncodeError:
        # Half of a sign, such as JSON can state, is shown by its number.
        shown = [v and v.encode("utf-8", "backslashreplace").decode() for v in told]
        return pd.Series(pd.array(shown, dtype=pd.StringDtype("pyarrow")))


class AccountBuilder:
    """What a reader notes of each record while it reads, in columns.

    Each note returns the number of its row, by which ``revise`` changes the outcome of a record
    that turns out otherwise later: a budget that a later one replaces, an event that its
    commitment refuses.
    """

    def __init__(self) -> None:
        self.columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        self._appends = [column.append for column in self.columns.values()]
        self.attrs: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self.columns["outcome"])

    def counted(self, **fields: Any) -> int:
        """Note a record that went into the ledger; the fields are the columns of the account.

        A ``reason`` is a remark here: what was read otherwise than it stands.
        """
        return self._note("counted", **fields)

    def set_aside(self, reason: str, **fields: Any) -> int:
        """Note a record that is understood and counts nowhere, and why."""
        return self._note("set aside", reason, **fields)

    def rejected(self, reason: str, **fields: Any) -> int:
        """Note a record that could not be read, and why."""
        return self._note("rejected", reason, **fields)

    def _note(
        self,
        outcome: Outcome,
        reason: str | None = None,
        *,
        file: Any = None,
        line: Any = None,
        element: Any = None,
        record: Any = None,
        commitment: Any = None,
        unit: Any = None,
        number: Any = None,
        raw: Any = None,
    ) -> int:
        row = file, line, element, record, outcome, reason, commitment, unit, number, raw
        for append, value in zip(self._appends, row, strict=True):
            append(value)
        return len(self) - 1

    def revise(self, row: int, outcome: Outcome, reason: str | None) -> None:
        """Give a record that was noted another outcome; a second reject adds its reason."""
        before = self.columns["reason"][row]
        if outcome == self.columns["outcome"][row] == "rejected" and reason and before:
            reason = before if reason in before.split("; ") else f"{before}; {reason}"
        self.columns["outcome"][row] = outcome
        self.columns["reason"][row] = reason

    def outcome(self, row: int) -> Outcome:
        """The outcome of a record as it stands."""
        made: Outcome = self.columns["outcome"][row]
        return made

    def problems(self) -> list[Problem]:
        """Every reject as the mistake that an error lists."""
        columns = self.columns
        found = []
        for at, outcome in enumerate(columns["outcome"]):
            if outcome == "rejected":
                file, line = columns["file"][at], columns["line"][at]
                element = columns["element"][at]
                record = columns["record"][at] or (
                    None if element in (f"line {line}", f"row {line}") else element
                )
                found.append(Problem(columns["reason"][at], file=file, line=line, record=record))
        return found

    def build(self) -> Account:
        """The account as it stands."""
        columns = dict(self.columns)
        columns["raw"] = [
            None if outcome == "counted" or raw is None else _json(raw)
            for outcome, raw in zip(columns["outcome"], columns["raw"], strict=True)
        ]
        columns["commitment"] = [
            name if outcome == "counted" else None
            for outcome, name in zip(columns["outcome"], columns["commitment"], strict=True)
        ]
        made: dict[str, Any] = {}
        for name in COLUMNS:
            if name in _WORDS:
                made[name] = _words(columns[name])
            elif name == "line":
                made[name] = pd.Series(columns[name], dtype=pd.ArrowDtype(pa.int64()))
            else:
                made[name] = pd.Series(columns[name], dtype=object)
        account = Account(made)
        account.attrs.update(self.attrs)
        return account


def _json(raw: Any) -> str:
    """Raw values as text: an object of names to texts, which a function may give when asked."""
    if isinstance(raw, str):
        return raw
    raw = raw() if callable(raw) else raw
    pairs = raw.items() if isinstance(raw, Mapping) else raw
    said = {str(name): "" if value is None else str(value) for name, value in pairs}
    return json.dumps(said, ensure_ascii=False)

"""What the rows of a list say of promises, to records: each promise once, with its ratings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from pledgetrack.account import AccountBuilder
from pledgetrack.assemble import fold
from pledgetrack.formats.promise_rows import Entry, Given
from pledgetrack.models import Citation, Commitment, Event

Made = tuple[Commitment, list[tuple[Entry, Event]]]
"""A promise, and its ratings with the rows that they stand in."""


def groups_of(entries: Sequence[Entry], seen: AccountBuilder) -> list[list[Entry]]:
    """The rows of each promise: its own, and those that rate it again on another day.

    Without ids a text tells promises apart. Where it comes again without a day of its rating, the
    list has two promises of one text, and the second gets a number.
    """
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        name = str(entry.fields["id"])
        group = found.get(name)
        if group is None:
            found[name] = [entry]
            continue
        if any(_is_same(entry, other) and entry.rated == other.rated for other in group):
            seen.revise(entry.row, "set aside", "the same promise again")
        elif _is_one(entry, group[0]) and _is_another_day(entry, group):
            group.append(entry)
        elif entry.has_id:
            seen.revise(
                entry.row, "rejected",
                f"repeats the id {name!r}, with another text, or not rated on another day",
            )  # fmt: skip
        else:
            number = next(n for n in range(2, len(entries) + 2) if f"{name}-{n}" not in found)
            entry.fields["id"] = f"{name}-{number}"
            found[f"{name}-{number}"] = [entry]
    return list(found.values())


def _is_one(entry: Entry, other: Entry) -> bool:
    """Whether two rows of one id state one promise."""
    mine, theirs = entry.fields, other.fields
    return all(
        fold(str(mine[name])) == fold(str(theirs[name])) for name in ("title", "parties")
    ) and mine["announced"] == theirs["announced"]  # fmt: skip


def _is_another_day(entry: Entry, group: Sequence[Entry]) -> bool:
    """Whether a row and each of the others has a day of its rating, and its own."""
    return entry.rated is not None and all(
        other.rated not in (None, entry.rated) for other in group
    )


def _is_same(entry: Entry, other: Entry) -> bool:
    """Whether two rows say the same."""
    one, two = (
        (e.fields, e.rating, e.why, e.sources) for e in (entry, other)
    )  # fmt: skip
    return one == two


def records_of(group: Sequence[Entry], given: Given) -> Made:
    """The promise of some rows, and how it was rated."""
    first = group[0]
    last = max(group, key=lambda entry: entry.rated.text if entry.rated else "")
    tags = dict(last.fields["tags"])
    if last.rating:
        tags["rating"] = last.rating
    urls = list(dict.fromkeys(url for entry in group for url in entry.sources))
    commitment = Commitment(
        **{**first.fields, "tags": tags}, stage="pledged",
        citations=(first.citation, *(Citation(source=url) for url in urls)),
    )  # fmt: skip
    happened = []
    in_order = sorted(group, key=lambda entry: entry.rated.text if entry.rated else "")
    stalled = False
    for entry in in_order:
        for fields in _happened(entry, stalled):
            on: Any = entry.rated.text if entry.rated else given.rated
            if on is None:
                raise _no_day(commitment)
            event = Event(
                commitment=commitment.id, on=on,
                on_basis=None if entry.rated else "stated by the caller",
                citations=(entry.citation,), note=entry.why, **fields,
            )  # fmt: skip
            happened.append((entry, event))
        stalled = entry.meaning == "stalled"
    return commitment, happened


def _happened(entry: Entry, stalled: bool) -> Iterator[dict[str, Any]]:
    """What a rating says has happened; a promise that is no longer stalled was resumed."""
    meaning = entry.meaning
    if stalled and meaning not in ("stalled", "superseded", None):
        yield {"kind": "resumed"}
    if meaning == "stalled" and not stalled:
        yield {"kind": "suspended"}
    elif meaning in ("kept", "compromise", "broken", "uncheckable"):
        yield {"kind": "rated", "outcome": meaning}


def _no_day(commitment: Commitment) -> ValidationError:
    return ValidationError.from_exception_data(
        "Event", [{"type": "missing", "loc": ("rated",), "input": commitment.id}]
    )

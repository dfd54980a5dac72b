"""From the rows of a table to commitments and events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pledgetrack.calendar import FiscalCalendar
from pledgetrack.errors import TableError, unknown
from pledgetrack.formats.table_cells import CellError
from pledgetrack.formats.table_days import years_in
from pledgetrack.formats.table_fields import Fields, Read, Row
from pledgetrack.formats.table_mapping import TableMapping
from pledgetrack.formats.table_specs import AMOUNTS, ENTRY, MEASURES, NAMES, TEXTS, Spec
from pledgetrack.models import EVENT_KINDS, STAGES, Commitment, Event, Phrases
from pledgetrack.reading import messages

_PLURAL = {"party": "parties", "recipient": "recipients", "channel": "channels"}


class RowError(Exception):
    """A row that makes no record, and every reason why."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))


@dataclass(slots=True)
class Entry:
    """A row that is an event of a commitment: what it says of both."""

    commitment: dict[str, Any]
    event: dict[str, Any]
    row: int = 0  # of the account


@dataclass(slots=True)
class Made:
    """What a row makes. ``amount`` is the first that it states; ``silent`` says it states none."""

    name: str
    commitment: Commitment | None = None
    events: list[Event] = field(default_factory=list)
    entry: Entry | None = None
    amount: dict[str, Any] | None = None
    silent: bool = False


def check_fields(mapping: TableMapping) -> None:
    """Refuse a mapping that leaves out what every promise needs."""
    specs = mapping.specs()
    entries = is_entries(mapping)
    needed = ["party", *(("id", *ENTRY) if entries else ("announced",))]
    if not entries and not any(name in specs for name in MEASURES):
        needed.append("stage")
    missing = [name for name in needed if name not in specs]
    if missing:
        raise TableError(
            f"the mapping lacks {', '.join(map(repr, missing))}; name a column under columns, or a "
            "value under constants",
            choices=tuple(missing),
        )
    if entries and mapping.events:
        raise TableError("a table with a row per event ('kind') has no events beside its rows")
    if entries and (wrong := [name for name in AMOUNTS if name in specs]):
        raise TableError(f"a row per event ('kind') states 'quantity', not {wrong[0]!r}")


def is_entries(mapping: TableMapping) -> bool:
    """Whether each row is an event of the commitment that it names."""
    return "kind" in mapping.specs()


class Records:
    """Makes the records of the rows of one table."""

    def __init__(
        self, fields: Fields, mapping: TableMapping, source: str, *, name_file: bool
    ) -> None:
        self.fields = fields
        self.source = source
        # A source of several files is cited with the file.
        self.in_file = f"{Path(fields.grid.file).name}, " if name_file else ""
        self.phrases = Phrases(mapping.dollar, "en", mapping.fiscal())
        self.calendar = mapping.fiscal()
        specs = mapping.specs()
        self.entries = is_entries(mapping)
        self.texts = {name: fields.text(specs[name]) for name in TEXTS if name in specs}
        self.names = {name: fields.names(specs[name]) for name in NAMES if name in specs}
        self.tags = {
            name.removeprefix("tags."): fields.text(spec)
            for name, spec in specs.items() if name.startswith("tags.")
        }  # fmt: skip
        self.days = {
            name: fields.day(specs[name]) for name in ("announced", "known", "on") if name in specs
        }
        self.horizon = _horizon(fields, specs)
        unit = specs.get("unit")
        self.amounts = {
            name: [fields.amount(spec, unit) for spec in _numbered(specs, name)]
            for name in (*AMOUNTS, "quantity")
        }
        self.kind = fields.text(specs["kind"]) if self.entries else None
        self.beside = [
            _Beside(fields, event, unit, self.calendar) for event in mapping.event_specs()
        ]
        self.states_amounts = any(self.amounts.values())

    def make(self, number: int, row: Row) -> Made:
        """The records of a row; every cell of it that is not read is in one ``RowError``."""
        problems: list[str] = []

        def said(read: Read) -> Any:
            try:
                return read(row)
            except CellError as error:
                problems.append(str(error))
                return None

        amounts = {
            name: [found for read in reads if (found := said(read)) is not None]
            for name, reads in self.amounts.items() if reads
        }  # fmt: skip
        first = next((found for some in amounts.values() for found in some), None)
        if self.states_amounts and not self.entries and first is None and not problems:
            return Made(self._name(number, row), silent=True)
        data: dict[str, Any] = {}
        for name, read in self.texts.items():
            if (text := said(read)) is not None:
                data[name] = text
        for name, names in self.names.items():
            data[_PLURAL[name]] = said(names) or ()
        if not data["parties"] and not problems:
            problems.append(
                "no party is stated; give 'party' another column, or leave such rows out with skip="
            )
        days: dict[str, Any] = {name: said(read) for name, read in self.days.items()}
        data["tags"] = {tag: text for tag, read in self.tags.items() if (text := said(read))}
        horizon = said(lambda row: _window(self.horizon, row, self.calendar))
        if horizon:
            data["horizon"] = horizon
        place = f"{self.in_file}{self.fields.grid.place(number)}"
        place = ", ".join(part for part in (place, data.pop("place", None)) if part)
        data["citations"] = [{"source": data.pop("source", self.source), "place": place}]
        if days.get("known"):
            data["known"] = days["known"].text
        kind = said(self.kind) if self.kind else None
        beside = [made for event in self.beside if (made := said(event.read)) is not None]
        data.setdefault("id", self._name(number, row))
        made = Made(data["id"], amount=first)
        if problems:
            raise RowError(problems)
        if self.entries:
            made.entry = self._entry(data, kind, days.get("on"), amounts["quantity"])
        else:
            made.commitment, made.events = self._promise(data, days, amounts, beside)
        return made

    def _name(self, number: int, row: Row) -> str:
        grid, fields = self.fields.grid, self.fields
        name = ":".join(filter(None, (Path(grid.file).name, grid.sheet, str(number))))
        unpivoted = len(row) > fields.value_place and bool(fields.unpivoted)
        return f"{name}:{row[fields.value_place - 1]}" if unpivoted else name

    # --- a promise a row --------------------------------------------------------------------------

    def _promise(
        self, data: dict[str, Any], days: dict[str, Any], amounts: dict[str, Any], beside: list[Any]
    ) -> tuple[Commitment, list[Event]]:
        announced = days.get("announced")
        if announced is None:
            raise RowError(["the day of the announcement is not stated; give 'announced' another "
                            "column, or a constant with 'announced_basis'"])  # fmt: skip
        data["announced"] = announced.text
        if announced.basis:
            data.setdefault("announced_basis", announced.basis)
            data.setdefault("announced_stated", announced.stated)
        targets = list(amounts.get("target", []))
        events: list[tuple[str, str, Any]] = []
        on = days.get("on") or announced
        if pledged := amounts.get("pledged"):
            targets += pledged
            data.setdefault("stage", "pledged")
        if committed := amounts.get("committed"):
            if not targets:
                data["stage"] = "committed"
            whole = {target["unit"]: target for target in targets}
            for amount in committed:
                stated = whole.get(amount["unit"])
                if data["stage"] == "committed":
                    targets += _beside_target(stated, amount)
                    continue
                if stated is not None and amount["number"] > stated["number"]:
                    # What is committed is promised too, so that the promise became larger.
                    events.append(("revised", "restated", amount))
                events.append(("committed", "quantity", amount))
        events += [("delivered", "quantity", amount) for amount in amounts.get("delivered", ())]
        data.setdefault("stage", "committed")
        commitment = validated(Commitment, {**data, "targets": targets}, self.phrases)
        shared: dict[str, Any] = {"commitment": commitment.id, "citations": data["citations"]}
        if "known" in data:
            shared["known"] = data["known"]
        facts = [
            {**shared, "kind": kind, key: amount, **_dated(on)} for kind, key, amount in events
        ]
        facts += [{**shared, **event} for event in beside]
        return commitment, [validated(Event, fact, self.phrases) for fact in facts]

    # --- a row per event --------------------------------------------------------------------------

    def _entry(self, data: dict[str, Any], kind: Any, on: Any, amounts: list[Any]) -> Entry:
        if kind not in (*STAGES, *EVENT_KINDS):
            choices = tuple(dict.fromkeys((*STAGES, *EVENT_KINDS)))
            raise RowError([str(unknown("kind of event", kind, choices))])
        if on is None:
            raise RowError(["the day of the event ('on') is not stated"])
        event: dict[str, Any] = {"kind": kind, **_dated(on), "citations": data["citations"]}
        if "known" in data:
            event["known"] = data.pop("known")
        if amounts:
            event["quantity"] = amounts[0]
        if len(amounts) > 1:
            raise RowError(["a row per event states one quantity"])
        if kind in (*STAGES, "delivered") and not amounts:
            raise RowError([f"a row of kind {kind!r} states no amount"])
        return Entry(data, event)


class _Beside:
    """An event that a row states beside its promise."""

    def __init__(
        self, fields: Fields, specs: dict[str, Spec], unit: Spec | None,
        calendar: FiscalCalendar | None,
    ) -> None:  # fmt: skip
        self.calendar = calendar
        unit = specs.get("unit", unit)
        self.day = fields.day(specs["on"])
        self.days: dict[str, Read] = {
            name: fields.day(specs[name]) for name in ("known", "period_start") if name in specs
        }
        self.texts: dict[str, Read] = {
            name: fields.text(specs[name])
            for name in ("kind", "note", "outcome", "on_basis", "on_stated") if name in specs
        }  # fmt: skip
        self.amounts: dict[str, Read] = {
            name: fields.amount(specs[name], unit)
            for name in ("quantity", "restated") if name in specs
        }  # fmt: skip
        self.horizon = _horizon(fields, specs)

    def read(self, row: Row) -> dict[str, Any] | None:
        """The fields of the event; None where the row states no day or no amount of it."""
        on = self.day(row)
        amounts = _stated(self.amounts, row)
        made = _stated(self.texts, row)
        if on is None or "kind" not in made or (self.amounts and not amounts):
            return None
        days = {name: found.text for name, found in _stated(self.days, row).items()}
        horizon = _window(self.horizon, row, self.calendar)
        return {
            **_dated(on),
            **made,
            **amounts,
            **days,
            **({"horizon": horizon} if horizon else {}),
        }


def _stated(reads: Mapping[str, Read], row: Row) -> dict[str, Any]:
    """What a row states of some fields."""
    return {name: found for name, read in reads.items() if (found := read(row)) is not None}


def _beside_target(target: Any, committed: Any) -> list[Any]:
    """The target that a committed amount is, beside one that is committed as a whole."""
    if target is None:
        return [committed]
    if committed["number"] != target["number"]:
        reason = (
            f"the stage is 'committed', which is all of {target['number']:f} {target['unit']}, but "
            f"'committed' states {committed['number']:f}; leave out 'stage'"
        )
        raise RowError([reason])
    return []


def _dated(on: Any) -> dict[str, Any]:
    made = {"on": on.text}
    return made | {"on_basis": on.basis, "on_stated": on.stated} if on.basis else made


def _horizon(fields: Fields, specs: dict[str, Spec]) -> dict[str, Read]:
    readers: dict[str, Callable[[Spec], Read]] = {
        "horizon": fields.text, "horizon_start": fields.day, "horizon_end": fields.day,
        "horizon_wording": fields.text, "year": fields.text,
    }  # fmt: skip
    return {name: read(specs[name]) for name, read in readers.items() if name in specs}


def _window(reads: dict[str, Read], row: Row, calendar: FiscalCalendar | None) -> Any:
    """The horizon of a row: a phrase, or days and years with their wording."""
    found = {name: said for name, read in reads.items() if (said := read(row)) is not None}
    if "horizon" in found:
        return found["horizon"]
    made: dict[str, Any] = {}
    if "year" in found:
        made["start"], made["end"] = years_in(found["year"], calendar)
        made["wording"] = found["year"]
    for name, key in (("horizon_start", "start"), ("horizon_end", "end")):
        if name in found:
            made[key] = found[name].text
    if "horizon_wording" in found:
        made["wording"] = found["horizon_wording"]
    return made


def _numbered(specs: dict[str, Spec], name: str) -> list[Spec]:
    return [spec for key, spec in specs.items() if key.partition("#")[0] == name]


def validated(model: type[BaseModel], data: dict[str, Any], phrases: Phrases) -> Any:
    """A record of what a row says; every mistake in it is in one ``RowError``."""
    try:
        return model.model_validate(data, context=phrases)
    except ValidationError as error:
        raise RowError(list(messages(error, model))) from error

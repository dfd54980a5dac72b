"""The records: Party, Source, Citation, Commitment, Event."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from pledgetrack.calendar import FiscalCalendar, Precision, as_day, as_month, month_of
from pledgetrack.errors import DayError
from pledgetrack.fields import Day, FirstDay, FrozenDict, Record, Tags, Text
from pledgetrack.horizon import Horizon
from pledgetrack.quantity import Quantity
from pledgetrack.render import cut

Made = TypeVar("Made")
Stage = Literal["alleged", "proposed", "pledged", "committed"]
STAGES: tuple[Stage, ...] = get_args(Stage)

EventKind = Literal[
    "pledged", "committed", "delivered", "revised",
    "withdrawn", "rejected", "expired", "reopened",
    "suspended", "resumed", "completed", "rated",
]  # fmt: skip
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
ENDINGS: tuple[EventKind, ...] = ("rejected", "withdrawn", "expired")
"""The events that take a promise back."""

Outcome = Literal["kept", "compromise", "broken", "uncheckable"]

_REPR = 240  # columns of a terminal that a record takes at most
TAKES_QUANTITY = frozenset({"pledged", "committed", "delivered", "revised", *ENDINGS})


SINGULARS = {
    "party": "parties",
    "recipient": "recipients",
    "channel": "channels",
    "target": "targets",
    "citation": "citations",
    "alias": "aliases",
}
"""Fields of several values, each with the name under which it may be given one."""


class _Both(NamedTuple):
    """A field that is given in the singular and in the plural."""

    singular: str
    plural: str


class _WithLists(Record):
    """A record whose fields of several values take one: ``party="Mexico"``."""

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        for singular, plural in SINGULARS.items():
            if singular in data and plural in cls.model_fields:
                value = data[singular] if plural not in data else _Both(singular, plural)
                data = {name: value for name, value in data.items() if name != singular}
                data[plural] = value
            if isinstance(data.get(plural), (str, dict, BaseModel)):
                data = {**data, plural: (data[plural],)}
        return data

    @field_validator("*", mode="before")
    @classmethod
    def _one_of_both(cls, value: Any) -> Any:
        if isinstance(value, _Both):
            message = f"both {value.singular!r} and {value.plural!r} are given; keep one"
            raise ValueError(message)  # noqa: TRY004  # pydantic collects value errors only
        return value


def _by_month(data: Any, field: str) -> Any:
    """Read ``announced="2022-04"`` as a day known only to the month: its last day."""
    try:
        month = as_month(data.get(field)) if isinstance(data, dict) else None
    except DayError:
        return data  # the field itself refuses it, beside the other mistakes of the record
    return {**data, field: month[1], f"{field}_precision": "month"} if month else data


def _unless(wrong: list[str], record: Made) -> Made:
    """The record, unless something is wrong with it: then all of that at once."""
    if wrong:
        raise ValueError("; ".join(wrong))
    return record


@dataclass(frozen=True, slots=True)
class Phrases:
    """How the phrases of records are read: ``model_validate(data, context=Phrases(dollar="USD"))``.

    >>> promise = {"id": "x", "party": "A", "announced": "2024-01-01", "stage": "pledged",
    ...            "target": "$3.4bn"}
    >>> Commitment.model_validate(promise, context=Phrases(dollar="USD")).targets
    (Quantity(3,400,000,000 USD),)
    """

    dollar: str | None = None
    locale: str = "en"
    calendar: str | FiscalCalendar | None = None


class _Said(NamedTuple):
    """The phrase of a horizon, and the day that it counts from, as far as that can be read."""

    phrase: str
    on: object


def _phrases(info: ValidationInfo) -> Phrases:
    return info.context if isinstance(info.context, Phrases) else Phrases()


def _quantity(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        return value
    from pledgetrack.wording import parse_quantity

    said = _phrases(info)
    return parse_quantity(value, dollar=said.dollar, locale=said.locale)


def _horizon(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, _Said):
        return value
    from pledgetrack.wording import parse_horizon

    return parse_horizon(value.phrase, announced=value.on, calendar=_phrases(info).calendar)


StatedQuantity = Annotated[Quantity, BeforeValidator(_quantity)]
StatedHorizon = Annotated[Horizon, BeforeValidator(_horizon)]


def _from_day(data: Any, field: str) -> Any:
    """Give the phrase of a horizon the day that it counts from."""
    if not isinstance(data, dict) or not isinstance(data.get("horizon"), str):
        return data
    on = data.get(field)
    try:
        said = _Said(data["horizon"], on if as_month(on) else as_day(on))
    except DayError:
        return {**data, "horizon": None}  # the day itself is refused, and the record with it
    return {**data, "horizon": said}


def _no_repeats(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) != len(values):
        raise ValueError("a name is given twice")
    return tuple(sorted(values))


Names = Annotated[tuple[Text, ...], AfterValidator(_no_repeats)]


class Party(_WithLists):
    """Somebody who promises, receives or carries out.

    ``aliases`` are other spellings of the same party; capitals do not matter. ``kind`` and
    ``reference`` are the organisation type and identifier, as IATI has them.

    >>> Party(name="United States", aliases=("U.S.", "USA"))
    Party('United States', also U.S., USA)
    """

    name: Text
    aliases: Names = ()
    kind: Text | None = None
    reference: Text | None = None
    note: Text | None = None

    def __repr__(self) -> str:
        also = f", also {', '.join(self.aliases)}" if self.aliases else ""
        return cut(f"Party({self.name!r}{also})", _REPR)

    __str__ = __repr__


class Source(Record):
    """A document that facts rest on.

    ``published`` is the day up to which it reaches; ``published_basis`` says how that day was
    inferred where the document does not state it.

    >>> Source(id="budget-2024", title="Budget 2024", published="2024-03-06")
    Source('budget-2024', 'Budget 2024', 2024-03-06)
    """

    id: Text
    title: Text | None = None
    publisher: Text | None = None
    url: Text | None = None
    published: Day | None = None
    published_basis: Text | None = None
    licence: Text | None = None
    note: Text | None = None

    def __repr__(self) -> str:
        title = f", {self.title!r}" if self.title else ""
        day = f", {self.published}" if self.published else ""
        return cut(f"Source({self.id!r}{title}{day})", _REPR)

    __str__ = __repr__


class Citation(Record):
    """A source, and the place in it.

    >>> print(Citation(source="budget-2024", place="p. 12"))
    budget-2024, p. 12
    """

    source: Text
    place: Text | None = None

    def __str__(self) -> str:
        return f"{self.source}, {self.place}" if self.place else self.source

    __repr__ = __str__


class Commitment(_WithLists):
    """One recorded promise, whatever its firmness: who, to whom, what, by when, on whose word.

    ``parties`` made it, jointly where several; ``recipients`` and ``channels`` are not split
    unless recorded as commitments of their own. ``targets`` has one quantity a unit, or none (an
    action). ``announced`` may be a month (``"2022-04"``), which counts from its last day;
    ``announced_basis`` says how an inferred day was found, ``announced_stated`` what the source
    says where it says something else. Fields of several values take one: ``party="Mexico"``.
    A target may be a phrase that ``pt.parse_quantity`` reads, the horizon one that
    ``pt.parse_horizon`` reads from the announcement on; both keep it as their wording.

    Three fields name another commitment by its id, so that nothing counts twice: ``part_of`` the
    whole that it is a part of, ``repeats`` the promise that it announces again, ``same_as`` the
    record of the same promise that counts instead (``pt.link`` writes it).

    >>> Commitment(
    ...     id="mx-border", party="Mexico", announced="2022-07-12", stage="pledged",
    ...     target={"number": "1500000000", "unit": "USD"}, horizon={"end": "2024-07-11"},
    ... )
    Commitment('mx-border': Mexico, pledged 1,500,000,000 USD, 2022-07-12, until 2024-07-11)
    >>> Commitment(
    ...     id="mx-border", party="Mexico", announced="2022-07-12", stage="pledged",
    ...     target="1.5 billion USD", horizon="over the next two years",
    ... ).horizon
    Horizon(2022-07-12 to 2024-07-11, 'over the next two years')
    """

    id: Text
    title: Text | None = None
    parties: Annotated[Names, Field(min_length=1)]
    recipients: Names = ()
    channels: Names = ()
    targets: tuple[StatedQuantity, ...] = ()
    horizon: StatedHorizon | None = None
    announced: Day
    announced_precision: Precision = "day"
    announced_basis: Text | None = None
    announced_stated: Text | None = None
    stage: Stage
    condition: Text | None = None
    part_of: Text | None = None
    repeats: Text | None = None
    same_as: Text | None = None
    tags: Tags = FrozenDict()
    known: Day | None = None
    citations: tuple[Citation, ...] = ()
    note: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _month(cls, data: Any) -> Any:
        return _by_month(_from_day(data, "announced"), "announced")

    @model_validator(mode="after")
    def _consistent(self) -> Commitment:
        if self.announced_precision == "month":
            object.__setattr__(self, "announced", month_of(self.announced)[1])
        units = [target.unit for target in self.targets]
        twice = sorted({unit for unit in units if units.count(unit) > 1})
        wrong = [f"two targets in {unit}; a commitment has one in each unit" for unit in twice]
        wrong += [f"a target below zero: {target}" for target in self.targets if target.number < 0]
        if self.known and self.known < self.announced_from:
            wrong.append(f"known on {self.known}, before it was announced on {self.announced}")
        if self.repeats and self.same_as:
            wrong.append(f"repeats {self.repeats!r} and is the same as {self.same_as!r}; keep one")
        return _unless(wrong, self)

    @property
    def announced_from(self) -> dt.date:
        """The first day on which it may have been announced."""
        return (
            month_of(self.announced)[0] if self.announced_precision == "month" else self.announced
        )

    def __repr__(self) -> str:
        what = " and ".join(str(target) for target in self.targets) or "an action"
        due = f", {self.horizon}" if self.horizon else ""
        who = " + ".join(self.parties)
        return cut(
            f"Commitment({self.id!r}: {who}, {self.stage} {what}, {self.announced}{due})", _REPR
        )

    __str__ = __repr__


class Event(_WithLists):
    """What happened to a commitment on a day.

    ``quantity`` is by how much: pledged, committed, delivered (below zero for a refund), taken
    back, or revised up or down. A ``revised`` event has a quantity, or ``restated`` (the whole
    target anew), or a new ``horizon``, or several of these. Without a quantity ``pledged`` and
    ``committed`` mean all of it, and ``withdrawn``, ``rejected``, ``expired`` end the commitment.
    ``on`` may be a month (``"2022-04"``), which counts from its last day; ``period_start`` is the
    first day that a delivery report covers. ``known`` is the day it became known, the same day
    unless told.

    >>> Event(commitment="mx-border", kind="delivered", on="2023-05-02",
    ...       quantity={"number": 20, "unit": "USD"})
    Event('mx-border': delivered 20 USD, 2023-05-02)
    """

    commitment: Text
    kind: EventKind
    on: Day
    on_precision: Precision = "day"
    on_basis: Text | None = None
    on_stated: Text | None = None
    period_start: FirstDay | None = None
    quantity: StatedQuantity | None = None
    restated: StatedQuantity | None = None
    horizon: StatedHorizon | None = None
    outcome: Outcome | None = None
    known: Day | None = None
    citations: tuple[Citation, ...] = ()
    note: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _month(cls, data: Any) -> Any:
        return _by_month(_from_day(data, "on"), "on")

    @model_validator(mode="after")
    def _consistent(self) -> Event:
        kind, quantity = self.kind, self.quantity
        if self.on_precision == "month":
            object.__setattr__(self, "on", month_of(self.on)[1])
        wrong = []
        if quantity and kind not in TAKES_QUANTITY:
            wrong.append(f"a {kind!r} event has no quantity")
        elif quantity and quantity.number < 0 and kind not in ("delivered", "revised"):
            wrong.append(f"a {kind!r} event below zero: {quantity}")
        if kind == "delivered" and not quantity:
            wrong.append("a 'delivered' event needs a quantity; for an action use 'completed'")
        if (self.outcome is not None) != (kind == "rated"):
            wrong.append("a 'rated' event has an outcome, and no other event has one")
        if self.known and self.known < self.on_from:
            wrong.append(f"known on {self.known}, before it happened on {self.on}")
        if self.period_start and kind != "delivered":
            wrong.append("only a 'delivered' event covers a period")
        elif self.period_start and self.period_start > self.on:
            wrong.append(f"the period starts on {self.period_start}, after {self.on}")
        return _unless([*wrong, *self._wrong_revision()], self)

    def _wrong_revision(self) -> list[str]:
        if self.kind != "revised":
            misplaced = self.restated or self.horizon
            only = "only a 'revised' event restates a target or moves a horizon"
            return [only] if misplaced else []
        wrong = []
        if not (self.quantity or self.restated or self.horizon):
            wrong.append(
                "a 'revised' event needs a quantity (by how much), 'restated' (to what) or a "
                "new horizon"
            )
        if self.quantity and self.restated:
            wrong.append("a 'revised' event has a quantity or 'restated', not both")
        if self.restated and self.restated.number < 0:
            wrong.append(f"restated below zero: {self.restated}")
        return wrong

    @property
    def on_from(self) -> dt.date:
        """The first day on which it may have happened."""
        return month_of(self.on)[0] if self.on_precision == "month" else self.on

    def __repr__(self) -> str:
        what = f" {self.quantity}" if self.quantity else ""
        what += f" to {self.restated}" if self.restated else ""
        what += f" to {self.horizon}" if self.horizon else ""
        what += f" {self.outcome}" if self.outcome else ""
        return cut(f"Event({self.commitment!r}: {self.kind}{what}, {self.on})", _REPR)

    __str__ = __repr__

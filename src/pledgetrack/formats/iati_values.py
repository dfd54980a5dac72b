"""What an IATI activity says, as plain values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple


class Org(NamedTuple):
    """An organisation as an element names it."""

    ref: str | None
    name: str | None
    kind: str | None


class Place(NamedTuple):
    """Where money goes, or for what: a country, a region or a sector, and its percentage."""

    element: str
    code: str
    vocabulary: str
    percentage: str | None


@dataclass(slots=True)
class Fact:
    """A transaction; ``row`` is its row of the account."""

    row: int
    line: int
    path: str
    code: str
    day: dt.date
    number: Decimal
    unit: str
    value_date: dt.date | None
    provider: Org | None
    receiver: Org | None
    recipients: tuple[Place, ...]
    sectors: tuple[Place, ...]


@dataclass(slots=True)
class Plan:
    """A budget or a planned disbursement; ``revised`` is its type."""

    row: int
    line: int
    path: str
    kind: str
    revised: bool
    start: dt.date
    end: dt.date
    number: Decimal
    unit: str
    provider: Org | None
    receiver: Org | None


@dataclass(slots=True)
class Activity:
    """An activity with all of it that is counted."""

    row: int
    line: int
    path: str
    source: int
    identifier: str
    title: str | None
    reporter: Org | None
    hierarchy: int
    status: str | None
    updated: dt.date | None
    dates: dict[str, dt.date]
    recipients: tuple[Place, ...]
    sectors: tuple[Place, ...]
    related: list[tuple[str, str]]
    participating: list[tuple[str, Org]]
    facts: list[Fact] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)

    @property
    def records(self) -> list[Fact | Plan]:
        """Its transactions, budgets and planned disbursements."""
        return [*self.facts, *self.plans]

"""A flow of the Financial Tracking Service, from an object of its API or a row of its CSV files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from pledgetrack.calendar import as_day
from pledgetrack.errors import PledgetrackError
from pledgetrack.fields import clean
from pledgetrack.quantity import exact

# The names of OCHA's global clusters hold commas, followed by a space; those of the list do not.
_LIST = re.compile(r",(?! )")
_DAYS = (
    ("date", None),
    ("firstReportedDate", "the day of the first report"),
    ("decisionDate", "the day of the decision"),
    ("createdAt", "the day on which the record was made"),
)
_TAGS = {
    "plan_code": "destPlanCode",
    "project": "destProject",
    "contribution": "contributionType",
    "flow_type": "flowType",
    "method": "method",
    "status": "status",
    "new_money": "newMoney",
    "budget_year": "budgetYear",
    "reference": "refCode",
    "parent_flow": "parentFlowId",
    "original_amount": "originalAmount",
    "original_currency": "originalCurrency",
    "exchange_rate": "exchangeRate",
}
"""Tags that are one value of the flow, as it is stated."""


class Org(NamedTuple):
    """An organisation at one end of a flow."""

    name: str
    kinds: tuple[str, ...] = ()
    id: str | None = None


@dataclass(slots=True)
class Flow:
    """What a flow states; ``values`` are single ones by the names of the API and the CSV files."""

    values: Mapping[str, Any]
    raw: Any
    sources: tuple[Org, ...] = ()
    destinations: tuple[Org, ...] = ()
    places: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    detailed: bool = False
    row: int = -1
    source: int = -1
    place: str = ""

    def text(self, name: str) -> str:
        """A value as it is stated; empty where there is none."""
        value = self.values.get(name)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "" if value is None else _plain(str(value))

    @property
    def id(self) -> str:
        """What FTS calls the flow."""
        return self.text("id")

    def amount(self) -> Decimal | None:
        """The US dollars of the flow; None where none are stated."""
        value = self.values.get("amountUSD")
        if isinstance(value, str):
            value = value.strip()
        return None if value in (None, "") else exact(value)

    def day(self) -> tuple[dt.date, str | None] | None:
        """The day of the flow, and how it was found where it is not stated."""
        for name, basis in _DAYS:
            if self.text(name):
                return as_day(self.text(name)[:10]), basis
        return None

    def known(self) -> dt.date | None:
        """The day on which the flow was first reported."""
        return self._day("firstReportedDate")

    def changed(self) -> dt.date | None:
        """The day on which the record was last changed."""
        return self._day("updatedAt")

    def _day(self, name: str) -> dt.date | None:
        try:
            return as_day(self.text(name)[:10])
        except PledgetrackError:
            return None

    def version(self) -> int:
        """Which version of the flow this is; 0 where the file does not say."""
        text = self.text("versionId")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

    def tags(self) -> dict[str, str]:
        """What the flow can be grouped by."""
        found = {name: self.text(column) for name, column in _TAGS.items()}
        found |= {name: " + ".join(values) for name, values in self.lists.items()}
        found["source_type"] = " + ".join(sorted({k for org in self.sources for k in org.kinds}))
        found["usage_year"] = said_years(self.years)
        found["decision_date"] = self.text("decisionDate")[:10]
        return {name: value for name, value in found.items() if value}


def said_years(years: Iterable[str]) -> str:
    """Years in words: the first and the last of them, as the CSV files have them.

    >>> said_years(["2020"]), said_years(["2022", "2020", "2021"])
    ('2020', '2020 to 2022')
    """
    ordered = sorted(set(years))
    if not ordered:
        return ""
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"


def _plain(text: str) -> str:
    """Text as records hold it; nothing where it is blank or cannot be printed."""
    try:
        return clean(text)
    except ValueError:
        return ""


def _names(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(sorted({_plain(str(value)) for value in values if value is not None} - {""}))


# --- the API --------------------------------------------------------------------------------------


def is_flow(found: Mapping[str, Any]) -> bool:
    """Whether an object of the API is a flow."""
    return "amountUSD" in found and ("sourceObjects" in found or "onBoundary" in found)


def flow_of_object(found: dict[str, Any]) -> Flow:
    """A flow as the API gives it.

    The objects at its ends are kept as text among the raw values.
    """
    ends = {side: _objects(found.get(f"{side}Objects")) for side in ("source", "destination")}
    raw = {name: _shown(value) for name, value in found.items()}
    plans = [thing for thing in ends["destination"] if thing.get("type") == "Plan"]
    codes = _names(thing.get("code") for thing in plans)
    # An amount is kept whatever it is, so that one that is no number is refused and not missed.
    values = {
        name: value
        for name, value in found.items()
        if name == "amountUSD" or not isinstance(value, (list, dict))
    }
    if len(codes) == 1:
        values.setdefault("destPlanCode", codes[0])
    values["destProject"] = " + ".join(_of_type(ends["destination"], "Project"))
    return Flow(
        values=values,
        raw=raw,
        sources=_orgs(ends["source"]),
        destinations=_orgs(ends["destination"]),
        places=_of_type(ends["destination"], "Location"),
        years=_of_type(ends["destination"], "UsageYear"),
        lists={
            "plan": _of_type(ends["destination"], "Plan"),
            "cluster": _of_type(ends["destination"], "GlobalCluster"),
            "plan_cluster": _of_type(ends["destination"], "Cluster"),
            "emergency": _of_type(ends["destination"], "Emergency"),
            "source_plan": _of_type(ends["source"], "Plan"),
            "earmarking": _names(_listed(found.get("grandBargainEarmarkingType"))),
            "keywords": _names(_listed(found.get("keywords"))),
        },
        detailed=True,
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _objects(value: Any) -> list[dict[str, Any]]:
    return [thing for thing in _listed(value) if isinstance(thing, dict)]


def _of_type(objects: Iterable[Mapping[str, Any]], kind: str) -> tuple[str, ...]:
    return _names(thing.get("name") for thing in objects if thing.get("type") == kind)


def _orgs(objects: Iterable[Mapping[str, Any]]) -> tuple[Org, ...]:
    found = {}
    for thing in objects:
        name = _plain(str(thing.get("name") or ""))
        if thing.get("type") == "Organization" and name:
            kinds = _names(_listed(thing.get("organizationTypes")))
            found[name] = Org(name, kinds, _plain(str(thing.get("id") or "")) or None)
    return tuple(found[name] for name in sorted(found))


def _shown(value: Any) -> str:
    """A value of the API in the words of the account."""
    if isinstance(value, list):
        return "; ".join(map(_shown, value))
    if isinstance(value, dict):
        if "type" in value and "name" in value:
            return f"{value['type']} {value['name']}"
        return ", ".join(f"{name} {_shown(item)}" for name, item in value.items())
    return "" if value is None else str(value)


# --- CSV ------------------------------------------------------------------------------------------


class Cells(Mapping[str, Any]):
    """The cells of a row by their headings, without a copy of the headings for each row."""

    __slots__ = ("cells", "columns")

    def __init__(self, columns: Mapping[str, int], cells: list[str]) -> None:
        self.columns = columns
        self.cells = cells

    def __getitem__(self, name: str) -> str:
        at = self.columns[name]
        return self.cells[at] if at < len(self.cells) else ""

    def __iter__(self) -> Any:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


def flow_of_cells(cells: Cells) -> Flow:
    """A flow as the CSV files of the Humanitarian Data Exchange give it."""

    def listed(name: str) -> tuple[str, ...]:
        return _names(_LIST.split(cells.get(name, "")))

    def org(side: str) -> tuple[Org, ...]:
        name = _plain(cells.get(f"{side}Organization", ""))
        return (Org(name, listed(f"{side}OrganizationTypes")),) if name else ()

    # Programs write the years of a column with gaps as decimals.
    years = [cells.get(f"destUsageYear{end}", "").removesuffix(".0") for end in ("Start", "End")]
    return Flow(
        values=cells,
        raw=cells,
        sources=org("src"),
        destinations=org("dest"),
        places=listed("destLocations"),
        years=_names(years),
        lists={
            "plan": _names([cells.get("destPlan", "")]),
            "cluster": listed("destGlobalClusters"),
            "emergency": _names([cells.get("destEmergency", "")]),
            "keywords": listed("keywords"),
        },
    )

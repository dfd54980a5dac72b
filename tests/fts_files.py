"""FTS files written for tests: flows as the API and the CSV files of HDX state them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

COLUMNS = (
    "date", "budgetYear", "description", "amountUSD", "srcOrganization", "srcOrganizationTypes",
    "srcLocations", "srcUsageYearStart", "srcUsageYearEnd", "destPlan", "destPlanCode",
    "destPlanId", "destOrganization", "destOrganizationTypes", "destGlobalClusters",
    "destLocations", "destProject", "destProjectCode", "destEmergency", "destUsageYearStart",
    "destUsageYearEnd", "contributionType", "flowType", "method", "boundary", "onBoundary",
    "status", "firstReportedDate", "decisionDate", "keywords", "originalAmount",
    "originalCurrency", "exchangeRate", "id", "refCode", "createdAt", "updatedAt",
)  # fmt: skip


def thing(kind: str, name: str, **others: Any) -> dict[str, Any]:
    """An object at an end of a flow."""
    return {"type": kind, "id": "1", "name": name, "behavior": "single", **others}


def flow(
    name: str = "1",
    amount: Any = 100,
    status: str = "commitment",
    boundary: str = "incoming",
    on: str = "single",
    *,
    source: str | None = "Norway, Government of",
    destination: str | None = "World Food Programme",
    country: str = "Chad",
    years: tuple[str, ...] = ("2020",),
    **values: Any,
) -> dict[str, Any]:
    """A flow as the API gives it."""
    sources = [thing("Organization", source, id="7", organizationTypes=["Government"])]
    ends = [thing("Organization", destination, id="9", organizationTypes=["UN agency"])]
    return {
        "id": name,
        "amountUSD": amount,
        "status": status,
        "boundary": boundary,
        "onBoundary": on,
        "date": "2020-03-19T00:00:00Z",
        "firstReportedDate": "2020-03-27T00:00:00Z",
        "decisionDate": None,
        "createdAt": "2020-03-27T15:22:25.028Z",
        "updatedAt": "2020-05-07T13:23:32.033Z",
        "versionId": 1,
        "flowType": "Standard",
        "contributionType": "financial",
        "sourceObjects": sources if source else [],
        "destinationObjects": [
            *(ends if destination else []),
            thing("Location", country),
            *(thing("UsageYear", year) for year in years),
        ],
        **values,
    }


def page(
    *flows: Any, funding: Any = None, pledges: Any = None, count: int | None = None
) -> io.BytesIO:
    """A page of the API, opened."""
    incoming = {"flowCount": len(flows), "fundingTotal": funding, "pledgeTotal": pledges}
    answer = {
        "status": "ok",
        "data": {"incoming": incoming, "flows": list(flows)},
        "meta": {"language": "en", "count": len(flows) if count is None else count},
    }
    return io.BytesIO(json.dumps(answer).encode())


def cells(found: dict[str, Any]) -> dict[str, str]:
    """The row that the CSV files of HDX have for a flow of one organisation at each end."""

    def names(side: str, kind: str) -> list[str]:
        return sorted(end["name"] for end in found[f"{side}Objects"] if end["type"] == kind)

    def kinds(side: str) -> str:
        ends = [end for end in found[f"{side}Objects"] if end["type"] == "Organization"]
        return ",".join(kind for end in ends for kind in end.get("organizationTypes", []))

    row = dict.fromkeys(COLUMNS, "")
    for name in COLUMNS:
        value = found.get(name)
        if value is not None:
            row[name] = str(value)[:10] if name.endswith(("date", "Date", "At")) else str(value)
    row["srcOrganization"] = "".join(names("source", "Organization"))
    row["destOrganization"] = "".join(names("destination", "Organization"))
    row["srcOrganizationTypes"], row["destOrganizationTypes"] = (
        kinds("source"),
        kinds("destination"),
    )
    row["destLocations"] = ",".join(names("destination", "Location"))
    row["destGlobalClusters"] = ",".join(names("destination", "GlobalCluster"))
    row["destPlan"] = "".join(names("destination", "Plan"))
    years = names("destination", "UsageYear")
    row["destUsageYearStart"], row["destUsageYearEnd"] = (
        (years[0], years[-1]) if years else ("", "")
    )
    return row


def table(*flows: dict[str, Any], hxl: bool = False, columns: Any = COLUMNS) -> io.BytesIO:
    """A CSV file of HDX, opened."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    if hxl:
        writer.writerow({name: f"#{name.lower()}" for name in columns})
    writer.writerows(cells(one) for one in flows)
    return io.BytesIO(text.getvalue().encode())

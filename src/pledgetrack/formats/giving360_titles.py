"""The columns of 360Giving spreadsheets: from a row of cells to the grant that JSON would hold.

A title is a path: the titles of the schema joined by ``:`` ("Recipient Org:Name"), or its field
names joined by ``/`` ("recipientOrganization/0/name"), with the number of an occurrence between
where there are several ("Recipient Org:1:Name"). Capitals and stray spaces make no difference.
https://standard.threesixtygiving.org/en/latest/technical/reference/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pledgetrack.assemble import fold
from pledgetrack.formats.json_stream import Repeated
from pledgetrack.formats.single_cells import is_missing
from pledgetrack.formats.table_cells import text_of

TRANSACTIONS = ("commitmentTransaction", "disbursementTransaction", "applicationTransaction")


class Field(NamedTuple):
    """A field of the schema: its title, the fields in it, and whether there may be several."""

    title: str
    inner: Mapping[str, Field]
    is_list: bool


def _simple(**titles: str) -> dict[str, Field]:
    return {name: Field(title, {}, is_list=False) for name, title in titles.items()}


def _list(title: str, inner: Mapping[str, Field]) -> Field:
    return Field(title, inner, is_list=True)


_CHANGED = _simple(dateModified="Last Modified")
_LOCATION = _CHANGED | _simple(
    id="Identifier", name="Name", countryCode="Country Code", latitude="Latitude",
    longitude="Longitude", description="Description", geoCode="Geographic Code",
    geoCodeType="Geographic Code Type",
)  # fmt: skip
_ORGANISATION = _CHANGED | {
    **_simple(
        id="Identifier", name="Name", department="Department", contactName="Contact Name",
        charityNumber="Charity Number", companyNumber="Company Number",
        streetAddress="Street Address", addressLocality="City", addressRegion="County",
        addressCountry="Country", postalCode="Postal Code", telephone="Phone Number",
        alternateName="Alternate Name", email="Email", description="Description",
        organisationType="Organisation Type", url="Web Address",
    ),
    "location": _list("Location", _LOCATION),
}  # fmt: skip
_EVENT = _CHANGED | _simple(
    title="Title", startDate="Start Date", endDate="End Date", duration="Duration (months)",
    description="Description",
)  # fmt: skip
_CLASSIFICATION = _CHANGED | _simple(
    vocabulary="Vocabulary", code="Code", title="Title", description="Description", url="URL"
)
_PROGRAMME = _CHANGED | _simple(code="Code", title="Title", description="Description", url="URL")
_DOCUMENT = _CHANGED | _simple(
    id="Identifier", title="Title", url="Web Address", description="Description",
    documentType="Document Type",
)  # fmt: skip
_TRANSACTION = _CHANGED | _simple(
    id="Identifier", transactionDate="Transaction Date", currency="Currency", value="Value",
    valueDate="Value Date", description="Description", provider="Provider", recipient="Recipient",
)  # fmt: skip
GRANT: dict[str, Field] = {
    **_simple(
        id="Identifier", title="Title", description="Description", currency="Currency",
        amountAppliedFor="Amount Applied For", amountAwarded="Amount Awarded",
        amountDisbursed="Amount Disbursed", awardDate="Award Date", url="URL",
        fromOpenCall="From An Open Call?", dataSource="Data Source", regrantType="For Regrant Type",
        locationScope="Location Scope",
    ),
    **_CHANGED,
    "plannedDates": _list("Planned Dates", _EVENT),
    "actualDates": _list("Actual Dates", _EVENT),
    "recipientIndividual": Field(
        "Recipient Ind", _simple(id="Identifier", name="Name"), is_list=False
    ),
    "toIndividualsDetails": Field(
        "To Individuals Details",
        {
            **_simple(
                primaryGrantReason="Primary Grant Reason",
                secondaryGrantReason="Secondary Grant Reason",
            ),
            "grantPurpose": _list("Grant Purpose", {}),
        },
        is_list=False,
    ),
    "recipientOrganization": _list("Recipient Org", _ORGANISATION),
    "beneficiaryLocation": _list("Beneficiary Location", _LOCATION),
    "fundingOrganization": _list("Funding Org", _ORGANISATION),
    "grantProgramme": _list("Grant Programme", _PROGRAMME),
    "fundingType": _list("Funding Type", _CLASSIFICATION),
    "classifications": _list("Classifications", _CLASSIFICATION),
    "relatedDocument": _list("Related Document", _DOCUMENT),
    **{name: _list(name, _TRANSACTION) for name in TRANSACTIONS},
    "relatedActivity": _list("Related Activity", {}),
}  # fmt: skip
PACKAGE: dict[str, Field] = {
    **_simple(
        version="Version", title="Title", description="Description", issued="Issued",
        modified="Modified", identifier="Identifier", downloadURL="Download URL",
        accessURL="Access URL", license="License",
    ),
    "publisher": Field(
        "Publisher", _simple(identifier="Identifier", name="Name", website="Website"), is_list=False
    ),
}  # fmt: skip

Step = tuple[str, int]
"""A field of the path, and which of several occurrences is meant (0 where none is numbered)."""


def path_of(title: Any, fields: Mapping[str, Field] = GRANT) -> tuple[Step, ...]:
    """The path that a title names; empty where it is no field of the schema.

    >>> path_of("Recipient Org:Name"), path_of("plannedDates/1/startDate")
    ((('recipientOrganization', 0), ('name', 0)), (('plannedDates', 1), ('startDate', 0)))
    >>> path_of("Website: Decision Notes")
    ()
    """
    text = text_of(title)
    found = _walk(re.split(r"\s*[:/]\s*", text.strip("/")), fields)
    if not found and "." in text:
        found = _walk(text.split("."), fields)
    return found


def _walk(words: Sequence[str], fields: Mapping[str, Field]) -> tuple[Step, ...]:
    steps: list[Step] = []
    at = 0
    while at < len(words):
        wanted = fold(words[at])
        name = next(
            (n for n, field in fields.items() if wanted in (fold(n), fold(field.title))), None
        )
        if name is None:
            return ()
        field = fields[name]
        at += 1
        number = 0
        if field.is_list and at < len(words) and re.fullmatch(r"[0-9]{1,6}", words[at]):
            number = int(words[at])
            at += 1
        steps.append((name, number))
        fields = field.inner
    return tuple(steps) if not fields else ()


def paths_of(titles: Sequence[Any]) -> list[tuple[Step, ...]]:
    """The paths that the titles of a sheet name; a title that comes again is another occurrence.

    >>> paths_of(["Beneficiary Location:Name", "Beneficiary Location:Name"])[1]
    (('beneficiaryLocation', 1), ('name', 0))
    """
    seen: Counter[tuple[Step, ...]] = Counter()
    made = []
    for title in titles:
        path = path_of(title)
        again = seen[path]
        seen[path] += 1
        if path and again:
            (name, number), *rest = path
            path = ((name, number + again), *rest)
        made.append(path)
    return made


def object_of(
    cells: Sequence[Any], paths: Sequence[tuple[Step, ...]], fields: Mapping[str, Field] = GRANT
) -> dict[str, Any]:
    """The object that a row of cells makes; a cell that states nothing is left out.

    >>> row = ["360G-x", "Oxfam", "Shelter"]
    >>> object_of(row, list(map(path_of, ("Identifier", "Recipient Org:Name",
    ...                                   "Recipient Org:1:Name"))))
    {'id': '360G-x', 'recipientOrganization': [{'name': 'Oxfam'}, {'name': 'Shelter'}]}
    """
    tree: dict[Any, Any] = {}
    for cell, path in zip(cells, paths, strict=False):
        if not path or is_missing(cell):
            continue
        inner = tree
        for step in path[:-1]:
            inner = inner.setdefault(step, {})
        inner.setdefault(path[-1], cell)
    return _folded(tree, fields)


def _folded(tree: Mapping[Step, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """The tree with the occurrences of a field in one list, in the order of their numbers."""
    made = Repeated()
    for (name, _), value in sorted(tree.items(), key=lambda item: item[0][1]):
        field = fields[name]
        if not field.is_list and not field.inner:
            if text_of(made.setdefault(name, value)) != text_of(value):
                made.names = (*made.names, name)
        elif not field.is_list:
            made.setdefault(name, _folded(value, field.inner))
        elif field.inner:
            made.setdefault(name, []).append(_folded(value, field.inner))
        else:
            # Several texts in one cell stand between semicolons.
            texts = (part.strip() for part in text_of(value).split(";"))
            made.setdefault(name, []).extend(part for part in texts if part)
    return made if made.names else dict(made)


def flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The values of an object as text, each under its path.

    >>> list(flat({"id": "x", "recipientOrganization": [{"name": "Oxfam"}]}))
    [('id', 'x'), ('recipientOrganization/0/name', 'Oxfam')]
    """
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from flat(inner, f"{path}/{name}" if path else str(name))
    elif isinstance(value, (list, tuple)):
        for at, inner in enumerate(value):
            yield from flat(inner, f"{path}/{at}")
    else:
        yield path, text_of(value)

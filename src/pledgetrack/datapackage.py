"""``datapackage.json``: the tables of a CSV folder described as a Frictionless Data Package.

The descriptor keeps to what the first two versions of the specification share
(https://datapackage.org).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, get_args

from pledgetrack.calendar import Precision
from pledgetrack.layout import FORMAT, GUARDED, MODELS, NESTED, PLURALS, VERSION_KEY, headings
from pledgetrack.models import EVENT_KINDS, STAGES, Outcome, Source
from pledgetrack.schema import FIELDS

_KEYS = {"commitment": "id", "source": "id", "party": "name"}
# A month has become a day once it is written.
_TYPES = {
    **dict.fromkeys(("day", "day or month"), "date"),
    **dict.fromkeys(("tags", "quantity", "horizon"), "object"),
    **dict.fromkeys(("names", "quantities", "citations"), "array"),
}
_ENUMS: dict[str, tuple[str, ...]] = {
    "stage": STAGES, "event kind": EVENT_KINDS, "precision": get_args(Precision),
    "outcome": get_args(Outcome),
}  # fmt: skip


def descriptor(sources: Iterable[Source], *, guarded: bool) -> bytes:
    """The content of ``datapackage.json``: tables, fields, keys, sources and their terms."""
    made: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": "pledgetrack-ledger",
        "title": "pledgetrack ledger",
        "description": "Public promises and what came of them, each with its citation.",
        VERSION_KEY: FORMAT,
        "resources": [_resource(kind, guarded=guarded) for kind in PLURALS],
    }
    if listed := [_source(source) for source in sources]:
        made["sources"] = listed
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()


def is_descriptor(content: bytes) -> bool:
    """Whether the content of a file is a descriptor that was written here."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and VERSION_KEY in found


def _resource(kind: str, *, guarded: bool) -> dict[str, Any]:
    first, *names = headings((kind,))
    head = {
        "name": first + GUARDED if guarded else first,
        "type": "string",
        "description": "The kind of record, and in the heading the version of the format.",
        "constraints": {"required": True, "enum": [kind]},
    }
    schema: dict[str, Any] = {"fields": [head, *(_field(kind, name) for name in names)]}
    if kind in _KEYS:
        schema["primaryKey"] = [_KEYS[kind]]
    if kind == "event":
        reference = {"resource": PLURALS["commitment"], "fields": ["id"]}
        schema["foreignKeys"] = [{"fields": ["commitment"], "reference": reference}]
    made = {
        "name": PLURALS[kind],
        "path": f"{PLURALS[kind]}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }
    if guarded:
        made["description"] = (
            "An apostrophe stands before text that a spreadsheet would take for a formula, and "
            "before text that begins with one."
        )
    return made


def _field(kind: str, name: str) -> dict[str, Any]:
    model = MODELS[kind]
    holds, meaning = FIELDS[model][name]
    made: dict[str, Any] = {
        "name": name,
        "type": _TYPES.get(holds, "string"),
        "description": f"{meaning} As JSON." if name in NESTED else meaning,
    }
    constraints: dict[str, Any] = {}
    if model.model_fields[name].is_required():
        constraints["required"] = True
    if holds in _ENUMS:
        constraints["enum"] = list(_ENUMS[holds])
    if constraints:
        made["constraints"] = constraints
    return made


def _source(source: Source) -> dict[str, str]:
    """A source as a package lists it; its licence is its own, not that of the package."""
    made = {"title": source.title or source.id, "id": source.id}
    if source.url and source.url.startswith(("https://", "http://")):
        made["path"] = source.url
    if source.licence:
        made["licence"] = source.licence
    return made

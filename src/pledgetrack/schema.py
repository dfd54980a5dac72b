"""The JSON Schema of a ledger file, for editors and for other programs."""

from __future__ import annotations

import inspect
from typing import Any, get_args

from pydantic import BaseModel

from pledgetrack.calendar import CALENDARS, Precision
from pledgetrack.horizon import Horizon
from pledgetrack.layout import FORMAT, MODELS, PHRASES, PLURALS, VERSION_KEY
from pledgetrack.models import (
    EVENT_KINDS,
    SINGULARS,
    STAGES,
    TAKES_QUANTITY,
    Citation,
    Commitment,
    Event,
    Outcome,
    Party,
    Source,
)
from pledgetrack.quantity import BOUNDS, DECIMAL_PLACES, INTEGER_DIGITS, Quantity
from pledgetrack.units import ACTION, currency_codes
from pledgetrack.vocabulary import LANGUAGES

Schema = dict[str, Any]

FIELDS: dict[type[BaseModel], dict[str, tuple[str, str]]] = {
    Party: {
        "name": ("text", "The name that tables show."),
        "aliases": ("names", "Other spellings; capitals do not matter."),
        "kind": ("text", "The type of organisation."),
        "reference": ("text", "Its identifier, for example in IATI."),
        "note": ("text", "Anything else."),
    },
    Source: {
        "id": ("text", "What citations call it."),
        "title": ("text", "Its title."),
        "publisher": ("text", "Who published it."),
        "url": ("text", "Where it can be found."),
        "published": ("day", "The day up to which it reaches."),
        "published_basis": ("text", "How that day was inferred, where it is not stated."),
        "licence": ("text", "On which terms it may be used."),
        "note": ("text", "Anything else."),
    },
    Citation: {
        "source": ("text", "The id of a source."),
        "place": ("text", "Where in it: a paragraph, a page, a table."),
    },
    Quantity: {
        "number": ("number", "The number, exactly as stated."),
        "unit": ("unit", "A currency code, or a thing counted in the singular."),
        "bound": ("bound", "How far the number is exact."),
        "most": ("number", "The upper end of a stated range, whose lower end is the number."),
        "margin": ("number", "How far off an 'about' may be, in the same unit."),
        "wording": ("text", "The words of the source."),
    },
    Horizon: {
        "start": ("day or month", "The first day."),
        "end": ("day or month", "The last day, which still counts."),
        "wording": ("text", "The words of the source."),
    },
    Commitment: {
        "id": ("text", "What events call it; each commitment has its own."),
        "title": ("text", "A few words for people."),
        "parties": ("names", "Who makes it; several make it jointly."),
        "recipients": ("names", "Who it is for."),
        "channels": ("names", "Who carries it out."),
        "targets": ("quantities", "What is promised, one in each unit; an action has none."),
        "horizon": ("horizon", "When it is due; left out where that is not stated."),
        "announced": ("day or month", "The day of the announcement."),
        "announced_precision": ("precision", "Whether the day or only the month is known."),
        "announced_basis": ("text", "How that day was inferred, where it is not stated."),
        "announced_stated": ("text", "What the source says, where it says something else."),
        "stage": ("stage", "How firm it was when it was announced."),
        "condition": ("text", "What it depends on."),
        "part_of": ("text", "The id of the whole that it is a part of."),
        "repeats": ("text", "The id of the promise that it announces again."),
        "same_as": ("text", "The id of the record of the same promise that counts instead."),
        "tags": ("tags", "Names and values of your own, by which tables can group."),
        "known": ("day", "The day on which it became known; the announcement unless told."),
        "citations": ("citations", "Where it is written."),
        "note": ("text", "Anything else."),
    },
    Event: {
        "commitment": ("text", "The id of the commitment."),
        "kind": ("event kind", "What happened."),
        "on": ("day or month", "When it happened; not before the announcement."),
        "on_precision": ("precision", "Whether the day or only the month is known."),
        "on_basis": ("text", "How that day was inferred, where it is not stated."),
        "on_stated": ("text", "What the source says, where it says something else."),
        "period_start": ("day or month", "The first day that a delivery report covers."),
        "quantity": ("quantity", "By how much."),
        "restated": ("quantity", "To how much, of a revision."),
        "horizon": ("horizon", "The new horizon, of a revision."),
        "outcome": ("outcome", "A person's judgement, of a rating."),
        "known": ("day", "The day on which it became known; its own day unless told."),
        "citations": ("citations", "Where it is written."),
        "note": ("text", "Anything else."),
    },
}
"""The kind and the meaning of each field; a kind is one of the definitions of the schema."""

_NULL: Schema = {"type": "null"}
_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_MONTH = "[0-9]{4}-(0[1-9]|1[0-2])"
_DIGITS = rf"[+-]?0*[0-9]{{1,{INTEGER_DIGITS}}}(\.[0-9]{{1,{DECIMAL_PLACES}}}0*)?"


def _in_any_case(pattern: str) -> str:
    """A pattern for capitals too; a pattern of JSON Schema has no flags."""
    return "".join(f"[{c.upper()}{c}]" if c.isalpha() else c for c in pattern)


# The mistakes that people make most: an unknown code, a sign, a number or a magnitude in front, a
# share, money in words. The reader knows more.
_NO_UNIT = "|".join(
    ("^[A-Z]{3}$", "[$€£¥%‰]", "^[0-9., ]+$", "^ *[0-9.,]+ ",
     "^ *" + _in_any_case("(hundred|thousand|million|billion|trillion)s?") + "([ -]|$)",
     _in_any_case("per ?cent|basis point"),
     "^ *" + _in_any_case(f"({ACTION}|(us )?dollars?|euros?|pesos?)") + " *$")
)  # fmt: skip


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a ledger file, of TOML and JSON alike.

    Editors complete and check a hand-written ledger with it, and other programs what they write.
    Dates of TOML count as text (``"2024-08-01"``). What one record cannot know, such as whether an
    event names a commitment that is there, ``pt.read`` finds. A JSON file needs
    ``pledgetrack_format``; in TOML it may be left out.

    >>> schema = json_schema()
    >>> schema["$defs"]["event"]["properties"]["on"]["description"]
    'When it happened; not before the announcement.'
    """
    tables = {
        name: {
            "description": f"{_summary(MODELS[kind])} One table for each {kind}.",
            "type": "array",
            "items": _ref(kind),
        }
        for kind, plural in PLURALS.items()
        for name in (kind, plural)
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pledgetrack ledger",
        "description": "Public promises and what came of them, each with its citation.",
        "type": "object",
        "properties": {
            VERSION_KEY: {
                "description": "The version of the format.",
                "type": "integer",
                "minimum": 1,
                "maximum": FORMAT,
            },
            PHRASES: _phrases(),
            **tables,
        },
        "additionalProperties": False,
        "$defs": {**_kinds(), **_records()},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name.replace(' ', '_')}"}


def _summary(model: type[BaseModel]) -> str:
    return (inspect.getdoc(model) or "").partition("\n")[0]


def _one_or_more(name: str) -> Schema:
    return {"anyOf": [_ref(name), {"type": "array", "items": _ref(name)}]}


def _kinds() -> dict[str, Schema]:
    """What a field may hold."""
    codes = sorted(currency_codes())
    kinds: dict[str, Schema] = {
        "text": {"type": "string", "pattern": "\\S"},
        "names": {
            "anyOf": [_ref("text"), {"type": "array", "items": _ref("text"), "uniqueItems": True}]
        },
        "day": {"type": "string", "format": "date", "pattern": f"^{_DAY}$"},
        "day or month": {"type": "string", "pattern": f"^({_DAY}|{_MONTH})$"},
        "number": {
            "description": "Always read exactly, as a number or as text.",
            "anyOf": [
                {
                    "type": "number",
                    "exclusiveMinimum": -(10**INTEGER_DIGITS),
                    "exclusiveMaximum": 10**INTEGER_DIGITS,
                },
                {"type": "string", "pattern": f"^{_DIGITS}$", "maxLength": 100},
            ],
        },
        "unit": {
            "anyOf": [
                {"description": "A currency of ISO 4217, current or withdrawn.", "enum": codes},
                {
                    "description": "A thing counted.",
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 200,
                    "not": {"pattern": _NO_UNIT},
                },
            ]
        },
        "bound": {"enum": list(BOUNDS)},
        "precision": {"enum": list(get_args(Precision))},
        "stage": {"enum": list(STAGES)},
        "event kind": {"enum": list(EVENT_KINDS)},
        "outcome": {"enum": list(get_args(Outcome))},
        "tags": {
            "type": "object",
            "propertyNames": _ref("text"),
            "additionalProperties": _ref("text"),
        },
        "phrase": {"type": "string", "pattern": "\\S"},
        "quantity": {
            "anyOf": [
                {"description": "As stated: 'over 3,000 arrests'.", **_ref("phrase")},
                _record(Quantity, _rules_of_quantity()),
            ]
        },
        "quantities": _one_or_more("quantity"),
        "horizon": {
            "anyOf": [
                {"description": "As stated: 'over the next two years'.", **_ref("phrase")},
                _record(Horizon, [{"minProperties": 1}]),
            ]
        },
        "citation": _record(Citation, []),
        "citations": _one_or_more("citation"),
    }
    return {name.replace(" ", "_"): kind for name, kind in kinds.items()}


def _record(model: type[BaseModel], rules: list[Schema]) -> Schema:
    """A record as an object: each field, under its singular too where it has one."""
    singular = {plural: name for name, plural in SINGULARS.items()}
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for name, (kind, meaning) in FIELDS[model].items():
        field = model.model_fields[name]
        optional = not field.is_required() and field.default is None
        allowed = {"anyOf": [_ref(kind), _NULL]} if optional else _ref(kind)
        properties[name] = {"description": meaning, **allowed}
        if one := singular.get(name):
            properties[one] = properties[name]
            rules = [*rules, {"not": {"required": [one, name]}}]
            if field.is_required():
                either: list[Schema] = [{"required": [given]} for given in (one, name)]
                rules = [*rules, {"anyOf": either}]
        elif field.is_required():
            required.append(name)
    made: Schema = {
        "title": model.__name__,
        "description": _summary(model),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    return {**made, "allOf": rules} if rules else made


def _records() -> dict[str, Schema]:
    rules: dict[str, list[Schema]] = {
        "commitment": [{"not": _has("repeats", "same_as")}, _some_parties()],
        "event": _rules_of_events(),
    }
    return {kind: _record(model, rules.get(kind, [])) for kind, model in MODELS.items()}


def _has(*names: str) -> Schema:
    """That each of some fields is stated."""
    return {"required": list(names), "properties": {name: {"not": _NULL} for name in names}}


def _only(field: str, kinds: list[str]) -> Schema:
    """A field that only some kinds of event have."""
    return {
        "if": {"properties": {"kind": {"not": {"enum": kinds}}}},
        "then": {"properties": {field: _NULL}},
    }


def _needs(kind: str, then: Schema) -> Schema:
    return {"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": then}


def _rules_of_events() -> list[Schema]:
    revised = [_has(name) for name in ("quantity", "restated", "horizon")]
    return [
        _only("quantity", sorted(TAKES_QUANTITY)),
        _only("restated", ["revised"]),
        _only("horizon", ["revised"]),
        _only("period_start", ["delivered"]),
        _only("outcome", ["rated"]),
        _needs("delivered", _has("quantity")),
        _needs("rated", _has("outcome")),
        _needs("revised", {"anyOf": revised, "not": _has("quantity", "restated")}),
    ]


def _rules_of_quantity() -> list[Schema]:
    def bound(field: str, only: str, *, given: bool) -> Schema:
        needed = ["bound"] if given else []
        then = {"properties": {"bound": {"const": only}}, "required": needed}
        return {"if": _has(field), "then": then}

    return [bound("most", "at least", given=False), bound("margin", "about", given=True)]


def _some_parties() -> Schema:
    some = {"not": {"type": "array", "maxItems": 0}}
    return {"properties": {"party": some, "parties": some}}


def _phrases() -> Schema:
    calendar = {
        "type": "object",
        "properties": {
            "first_month": {"type": "integer", "minimum": 1, "maximum": 12},
            "named_by": {"enum": ["starting", "ending"]},
            "name": {"type": "string"},
        },
        "required": ["first_month"],
        "additionalProperties": False,
    }
    code = {"type": "string", "pattern": "^(1[0-2]|0?[1-9]):(starting|ending)$"}
    return {
        "description": "How the stated phrases of the file are read.",
        "type": "object",
        "properties": {
            "dollar": {
                "description": "The currency of money that a phrase does not tell apart: '$'.",
                "enum": sorted(currency_codes()),
            },
            "locale": {
                "description": "Whose words and separators the amounts have.",
                "type": "string",
                "pattern": f"^({'|'.join(LANGUAGES)})([_-].+)?$",
            },
            "calendar": {
                "description": "The fiscal calendar of 'FY2025'.",
                "anyOf": [{"enum": list(CALENDARS)}, code, calendar],
            },
        },
        "additionalProperties": False,
    }

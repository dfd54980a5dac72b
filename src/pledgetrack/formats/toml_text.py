"""TOML as text: what tomllib reads, written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pledgetrack.calendar import FiscalCalendar
from pledgetrack.errors import TableError


def toml(said: Mapping[str, Any], where: tuple[str, ...] = ()) -> str:
    """A dictionary as TOML: values first, then the tables in it.

    >>> print(toml({"header": 3, "columns": {"party": "Donor"}, "events": [{"columns": {}}]}))
    header = 3
    <BLANKLINE>
    [columns]
    party = "Donor"
    <BLANKLINE>
    [[events]]
    columns = {  }
    <BLANKLINE>
    """
    lines, tables = [], []
    for name, value in said.items():
        at = (*where, str(name))
        if isinstance(value, Mapping) and (len(at) < 2 or name == "tags"):
            tables.append(f"[{'.'.join(map(_key, at))}]\n{toml(value, at)}")
        elif name == "events" and not where:
            for number, event in enumerate(value, start=1):
                inner = {str(key): part for key, part in event.items()}
                body = "".join(
                    f"{_key(key)} = {_value(part, f'events[{number}].{key}')}\n"
                    for key, part in inner.items()
                )
                tables.append(f"[[events]]\n{body}")
        else:
            lines.append(f"{_key(str(name))} = {_value(value, '.'.join(at))}\n")
    return "\n".join(["".join(lines), *tables] if lines else tables)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found.group()):04x}", escaped)
    return f'"{escaped}"'


def _value(value: Any, where: str) -> str:
    if isinstance(value, FiscalCalendar):
        value = {"first_month": value.first_month, "named_by": value.named_by}
    if isinstance(value, Mapping):
        parts = value.items()
        inner = (f"{_key(str(name))} = {_value(part, f'{where}.{name}')}" for name, part in parts)
        return f"{{ {', '.join(inner)} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(part, where) for part in value)}]"
    if isinstance(value, (bool, int, date)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, (str, Decimal, float)):
        return _text(str(value))
    what = "a Python function" if callable(value) else f"{value!r:.40}"
    raise TableError(f"{where} is {what}, which a TOML file cannot hold; name a word or a lookup")

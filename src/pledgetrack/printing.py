"""Printing: results as text in 80 columns, and as CSV and JSON that lose nothing."""

from __future__ import annotations

import json
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pandas as pd

from pledgetrack import frames, render
from pledgetrack.movements import MEASURES
from pledgetrack.units import format_number


def shown(table: pd.DataFrame, form: str) -> str:
    """A result as a "table", as "csv" or as "json"."""
    if form == "csv":
        made: str = _plain(table).to_csv(index=False)
        return made.removesuffix("\n")
    if form == "json":
        rows = [
            {name: None if value == "" else value for name, value in row.items()}
            for row in _plain(table).to_dict("records")
        ]
        return json.dumps({**table.attrs, "rows": rows}, ensure_ascii=False, indent=1)
    kinds = (("change", listed), ("event", traced))
    text = next((made for name, made in kinds if name in table), blocks)(table)
    return f"{table.attrs.get('caption', '')}\n{text}"


def listed(table: pd.DataFrame, width: int = render.WIDTH) -> str:
    """Changes as text: a line for each, its amounts and words in one column."""
    if table.empty:
        return "nothing changed"
    lines = []
    for row in table.to_dict("records"):
        moved = [
            f"{name} {'+' if row[name] > 0 else ''}{_human(row[name], name, 2)}"
            for name in MEASURES
            if row[name] is not None
        ]
        words = [str(row[name]) for name in ("before", "after") if not pd.isna(row[name])]
        moved += [" -> ".join(words)] if words else []
        on, citation = (_human(row[name], name) for name in ("on", "citation"))
        unit = "" if pd.isna(row["unit"]) else str(row["unit"])
        lines.append((str(row["commitment"]), str(row["change"]), on, unit, "; ".join(moved),
                      citation))  # fmt: skip
    header = ("commitment", "change", "on", "unit", "what", "citation")
    return render.text_table(header, lines, lead=2, right=set(), width=width)


def traced(table: pd.DataFrame, width: int = render.WIDTH) -> str:
    """Movements as text: a line for each, with what it counts and its citation."""
    if table.empty:
        return "nothing recorded"
    header = ("commitment", "event", "on", "known", "unit", "measure", "number", "citation")
    lines = [
        ["" if name == "known" and row[name] == row["on"] else _human(row[name], name, 2)
         for name in header]
        for row in table.to_dict("records")
    ]  # fmt: skip
    return render.text_table(header, lines, lead=2, right={"number"}, width=width)


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Every cell as a program reads it: amounts as digits, counts as numbers."""
    made = {}
    for name in table:
        made[name] = pd.Series([_machine(value) for value in table[name]], dtype=object)
    return pd.DataFrame(made)


def _machine(value: Any) -> Any:
    if pd.isna(value):
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return (
        value.item() if hasattr(value, "item") else value if isinstance(value, int) else str(value)
    )


def blocks(table: pd.DataFrame, width: int = render.WIDTH) -> str:
    """A result as text: a block per unit, columns that are empty in a block left out."""
    if table.empty:
        return "nothing recorded"
    # The keys stand before the unit; in a status table the commitment alone names a row.
    lead = 1 if "target" in table else list(table).index("unit")
    parts = []
    for unit in sorted(set(table["unit"]), key=frames.sort_key("unit")):
        block = _in_words(table[table["unit"] == unit].drop(columns="unit"))
        header = [str(name).replace("_", " ") for name in block]
        numbers = {
            word for name, word in zip(block, header, strict=True) if _is_number(block[name])
        }
        rows = [
            [_human(row[name], str(name)) for name in block] for row in block.to_dict("records")
        ]
        made = render.text_table(header, rows, lead=lead, right=numbers, width=width)
        parts.append(f"[{render.cut(unit, width - 2)}]\n{made}")
    return "\n\n".join(parts)


def _in_words(block: pd.DataFrame) -> pd.DataFrame:
    """The counts by status as one column, and what was announced only where it moved."""
    counts = [name for name in block if str(name).startswith("status_")]
    if counts:
        words = [
            ", ".join(f"{row[name]} {_status_word(name)}" for name in counts if row[name])
            for row in block.to_dict("records")
        ]
        block = block.drop(columns=counts).assign(statuses=words)
    for name in ("target", "end"):
        original = f"original_{name}"
        if original in block:
            moved = [
                "" if _human(row[name], name) == _human(row[original], name) else row[original]
                for row in block.to_dict("records")
            ]
            block = block.assign(**{original: pd.Series(moved, index=block.index, dtype=object)})
    return block


def _status_word(column: Any) -> str:
    return str(column).removeprefix("status_").replace("_", " ")


def _is_number(column: pd.Series) -> bool:
    values = [value for value in column if not pd.isna(value) and value != ""]
    return bool(values) and all(
        isinstance(value, Decimal) or hasattr(value, "__index__") for value in values
    )


def _human(value: Any, name: str, digits: int = 0) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, Decimal):
        if name == "share":
            # Never rounded up to done, nor down to nothing.
            shown = (100 * value).quantize(Decimal("0.1"), rounding=ROUND_DOWN)
            return "<0.1%" if 0 < value < Decimal("0.001") else f"{shown}%"
        # Money that is not whole shows all of its minor units.
        places = -int(value.as_tuple().exponent)
        return f"{value:,.{digits}f}" if 0 < places < digits else format_number(value)
    return str(value)

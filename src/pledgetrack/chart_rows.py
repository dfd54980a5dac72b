"""What charts draw, as plain rows: words and exact digits, beside the floats that place a mark."""

from __future__ import annotations

import datetime as dt
import decimal
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from pledgetrack import amount_words, frames
from pledgetrack.amount_words import share_said
from pledgetrack.calendar import NOT_STATED, OPEN
from pledgetrack.display_words import day_said, word
from pledgetrack.quantity import BOUNDS, EXACT, Bound, combine, ratio
from pledgetrack.render import clip
from pledgetrack.status import STATUSES
from pledgetrack.units import ACTION, is_currency

Drawn = dict[str, Any]
"""One mark: texts, days as text, floats."""

UNITS = 12
"""Panels of a chart; more units are counted in a note."""

LABEL = 48
"""Characters of a label; more of the text is in the tooltip."""

_TITLE = 300  # characters of a title in a tooltip
_PERIODS = 60  # columns of a chart of periods, beside those for all before and all after
_FAR = 50 * 366  # days after the day of the chart up to which ends are drawn


def panels(rows: Iterable[Drawn]) -> dict[str, list[Drawn]]:
    """Rows by unit, money first: one unit per panel."""
    made: dict[str, list[Drawn]] = defaultdict(list)
    for row in rows:
        made[row["unit"]].append(row)
    return {unit: made[unit] for unit in sorted(made, key=frames.sort_key("unit"))}


def few(rows: Iterable[Drawn], notes: list[str], locale: str) -> dict[str, list[Drawn]]:
    """The panels of the units with the most rows, and a note of how many more there are."""
    made = panels(rows)
    kept = sorted(made, key=lambda unit: -len(made[unit]))[:UNITS]
    if len(made) > len(kept):
        count = len(made) - len(kept)
        notes.append(word("Not drawn, for want of room: {count} more units.", locale, count=count))
    return {unit: mine for unit, mine in made.items() if unit in kept}


def amount(
    number: Decimal | None, unit: str, locale: str, bound: str = "exact",
    digits: int = amount_words.DIGITS,
) -> Drawn:  # fmt: skip
    """An amount for a chart: where it stands, how it is said, and every digit of it."""
    if number is None:
        missing = word("not reported", locale)
        return {"value": None, "said": missing, "exact": missing, "digits": None, "short": missing}
    return {
        "value": float(number),
        "said": amount_words.said(number, unit, locale=locale, bound=bound, digits=digits),
        "exact": amount_words.exactly(number, unit, locale=locale, bound=bound),
        "digits": f"{number:f}",
        "short": amount_words.number_said(number, unit, locale=locale, bound=bound, digits=digits)
        if not is_currency(unit)
        else amount_words.said(number, unit, locale=locale, bound=bound, digits=digits),
    }


def total(numbers: Iterable[Decimal | None]) -> Decimal | None:
    """The exact sum of what is there; missing where nothing is."""
    there = [number for number in numbers if number is not None]
    with decimal.localcontext(EXACT):
        return sum(there, Decimal(0)) if there else None


def bound_of(said: object, measure: str) -> str:
    """What the column ``bound`` says of a measure.

    >>> bound_of("pledged at least, outstanding at least", "pledged"), bound_of("", "pledged")
    ('at least', 'exact')
    """
    found = dict(part.split(" ", 1) for part in str(said).split(", ") if part)
    return found.get(measure, "exact")


def bound_of_sum(bounds: Iterable[str]) -> Bound:
    """The bound of a sum of amounts with these bounds."""
    there = set(bounds)
    return combine({bound for bound in BOUNDS if bound in there})


def unique_labels(texts: Mapping[str, str]) -> dict[str, str]:
    """A short label for each name, no two alike.

    >>> unique_labels({"a": "Roads", "b": "Roads", "c": "Schools"})
    {'a': 'Roads (a)', 'b': 'Roads (b)', 'c': 'Schools'}
    """
    short = {name: clip(text, LABEL) for name, text in texts.items()}
    counts = Counter(short.values())
    made = {
        name: text if counts[text] == 1 else _with_name(text, _end_of(name))
        for name, text in short.items()
    }
    seen: Counter[str] = Counter()
    for name, text in made.items():
        seen[text] += 1
        if seen[text] > 1:
            made[name] = f"{text} #{seen[text]}"
    return made


def _end_of(name: str) -> str:
    """The last characters of a name: those of one file often begin alike."""
    return name if len(name) <= LABEL // 2 else f"…{name[1 - LABEL // 2 :]}"


def _with_name(text: str, name: str) -> str:
    return f"{clip(text, LABEL - len(name) - 3)} ({name})"


def largest(
    rows: Sequence[Drawn], most: int, size: Callable[[Drawn], Decimal], others: str
) -> tuple[list[Drawn], list[Drawn]]:
    """The largest rows, as many as fit, and the rest, which is drawn as one; see ``others``."""
    ordered = sorted(rows, key=lambda row: (size(row).copy_negate(), row[others]))
    if len(ordered) <= most + 1:
        return ordered, []
    return ordered[:most], ordered[most:]


def titles(ledger: Any) -> dict[str, str]:
    """The title of each commitment, or its name."""
    return {promise.id: clip(promise.title or promise.id, _TITLE) for promise in ledger.commitments}


# --- progress -------------------------------------------------------------------------------------


def progress_rows(
    totals: pd.DataFrame, status: pd.DataFrame, ledger: Any, day: dt.date, *,
    most: int, locale: str,
) -> tuple[list[Drawn], int]:  # fmt: skip
    """A row per commitment and unit, and how many have nothing pledged or delivered."""
    named = titles(ledger)
    announced = {promise.id: promise.announced for promise in ledger.commitments}
    windows = {row["commitment"]: row for row in status.to_dict("records")}
    labels = unique_labels({name: named.get(name, name) for name in totals["commitment"]})
    drawn = zip(totals["commitment"], totals["unit"], strict=True)
    whole_of = {promise.id: promise.part_of for promise in ledger.commitments}
    wholes = {(whole_of.get(name), unit) for name, unit in drawn}
    found: list[Drawn] = []
    left_out = 0
    for row in totals[totals["unit"] != ACTION].to_dict("records"):
        name = row["commitment"]
        if row["pledged"] is None and row["delivered"] is None:
            left_out += 1
            continue
        window = windows.get(name, {})
        found.append({
            "label": labels[name], "name": name, "title": named.get(name, name),
            "unit": row["unit"], "pledged": row["pledged"], "delivered": row["delivered"],
            "elapsed": elapsed(
                plain(window.get("start")) or announced.get(name), window.get("end"), day
            ),
            "status": window.get("status"), "end": plain(window.get("end")),
            "bounds": row["bound"], "has_parts": (name, row["unit"]) in wholes,
        })  # fmt: skip
    made: list[Drawn] = []
    for unit, rows in panels(found).items():
        shown, rest = largest(rows, most, _size, "label")
        if rest:
            shown.append(_others(rest, unit, locale))
        made += [_bullet(row, at, locale) for at, row in enumerate(shown)]
    return made, left_out


def _size(row: Drawn) -> Decimal:
    found: Decimal = row["pledged"] or row["delivered"] or Decimal(0)
    return found


def _others(rows: Sequence[Drawn], unit: str, locale: str) -> Drawn:
    label = word("{count} others", locale, count=len(rows))
    return {
        "label": label, "name": "", "title": label, "unit": unit,
        "pledged": total(row["pledged"] for row in rows),
        "delivered": total(row["delivered"] for row in rows),
        "elapsed": None, "status": None, "end": None, "has_parts": False,
        "bounds": ", ".join(
            f"{name} {bound_of_sum(bound_of(row['bounds'], name) for row in rows)}"
            for name in ("pledged", "delivered")
        ),
    }  # fmt: skip


def _bullet(row: Drawn, at: int, locale: str) -> Drawn:
    unit = row["unit"]
    there = [row[name] for name in ("pledged", "delivered") if row[name] is not None]
    digits = amount_words.digits_apart(there, unit)
    pledged, delivered = (
        amount(row[name], unit, locale, bound_of(row["bounds"], name), digits)
        for name in ("pledged", "delivered")
    )
    share = ratio(row["delivered"], row["pledged"])
    if row["pledged"] is None:
        said = word("{what} delivered, nothing pledged", locale, what=delivered["said"])
    elif row["delivered"] is None:
        said = word("delivery not reported, {what} pledged", locale, what=pledged["said"])
    else:
        said = word("{part} of {whole}", locale, part=delivered["said"], whole=pledged["said"])
    if row["has_parts"]:
        said = f"{said} ({word('without its parts', locale)})"
    elapsed_said = (
        "—" if row["elapsed"] is None else share_said(Decimal(str(row["elapsed"])), locale)
    )
    status = "—" if row["status"] is None else word(row["status"], locale)
    return {
        "order": at, "label": row["label"], "title": row["title"], "name": row["name"],
        "unit": unit, "whole": 0.0 if not row["pledged"] else 1.0,
        "share": None if share is None else float(share),
        "share_said": "—" if share is None else share_said(share, locale),
        "elapsed": row["elapsed"], "elapsed_said": elapsed_said, "said": said, "status": status,
        "has_parts": row["has_parts"],
        "pledged": pledged["digits"], "pledged_exact": pledged["exact"],
        "delivered": delivered["digits"], "delivered_exact": delivered["exact"],
        "end": "—" if row["end"] is None else day_said(row["end"], locale),
        "spoken": (
            f"{row['title']}: {said}; {word('time elapsed', locale)} {elapsed_said}; {status}"
        ),
    }  # fmt: skip


def plain(day: Any) -> dt.date | None:
    """A day of a result; missing where there is none."""
    return None if day is None or pd.isna(day) else day


def elapsed(start: Any, end: Any, day: dt.date) -> float | None:
    """Which part of a horizon is over at the end of a day; missing without an end.

    What was announced after its end has no time left.

    >>> first, last = dt.date(2024, 1, 1), dt.date(2024, 1, 10)
    >>> elapsed(first, last, dt.date(2024, 1, 9)), elapsed(first, None, last)
    (0.9, None)
    """
    first, last = plain(start), plain(end)
    if first is None or last is None:
        return None
    first = min(first, last)
    days = min(max((day - first).days + 1, 0), (last - first).days + 1)
    return days / ((last - first).days + 1)


# --- horizons -------------------------------------------------------------------------------------


def horizon_rows(
    status: pd.DataFrame, ledger: Any, day: dt.date, locale: str, *, most: int
) -> tuple[list[Drawn], int]:
    """A row per commitment: from its start, else its announcement, to its end, if any.

    Of more than fit those remain that are due nearest to the day, and the others are counted.
    A bar that ends after decades, such as 9999-12-31, reaches to the edge and tells its end: drawn
    in full it would leave no room for the others.
    """
    named = titles(ledger)
    announced = {promise.id: promise.announced for promise in ledger.commitments}
    found = {row["commitment"]: row for row in status.to_dict("records")}
    distance = {
        name: abs((end - day).days) if (end := plain(row["end"])) else dt.date.max.toordinal()
        for name, row in found.items()
    }
    nearest = sorted(found, key=lambda name: (distance[name], name))[:most]
    rows = {name: found[name] for name in nearest}
    labels = unique_labels({name: named.get(name, name) for name in rows})
    spans = {
        name: (plain(row["start"]) or announced[name], plain(row["end"]))
        for name, row in rows.items()
    }
    spans = {name: (min(s, e) if e else s, e) for name, (s, e) in spans.items()}
    far = _later(day, _FAR)
    days = [day, *(d for span in spans.values() for d in span if d and d <= far)]
    edge = _later(max(days), (max(days) - min(days)).days // 12 + 1)
    order = sorted(rows, key=lambda name: (spans[name][1] or dt.date.max, spans[name][0], name))
    made = []
    for at, name in enumerate(order):
        start, end = spans[name]
        state = word(rows[name]["status"], locale)
        until = day_said(end, locale) if end else word("no end stated", locale)
        stop = _later(end, 1) if end and end <= far else edge
        title = named.get(name, name)
        made.append({
            "order": at, "label": labels[name], "title": title, "name": name,
            "start": str(min(start, edge)), "stop": str(stop), "edge": str(edge),
            "ended": end is not None, "status": rows[name]["status"], "state": state,
            "from": day_said(start, locale), "until": until,
            "said": state if end and end <= far else f"{state} · {until}",
            "spoken": f"{title}: {day_said(start, locale)} \N{EN DASH} {until}; {state}",
        })  # fmt: skip
    return made, len(found) - len(rows)


def _later(day: dt.date, days: int) -> dt.date:
    """So many days later, or the last day that there is.

    >>> _later(dt.date(9999, 12, 30), 400)
    datetime.date(9999, 12, 31)
    """
    return dt.date.fromordinal(min(day.toordinal() + days, dt.date.max.toordinal()))


# --- amounts --------------------------------------------------------------------------------------


def timeline_rows(line: pd.DataFrame, measures: Sequence[str], locale: str) -> list[Drawn]:
    """A row per unit, day and measure; what is missing has none."""
    made = []
    for row in line[line["unit"] != ACTION].to_dict("records"):
        there = [row[name] for name in measures if row[name] is not None]
        digits = amount_words.digits_apart(there, row["unit"])
        for measure in measures:
            if row[measure] is not None:
                bound = bound_of(row["bound"], measure)
                drawn = amount(row[measure], row["unit"], locale, bound, digits)
                on = day_said(row["on"], locale)
                made.append({
                    "unit": row["unit"], "on": str(row["on"]), "on_said": on,
                    "measure": word(measure, locale), **drawn,
                    "spoken": f"{on}: {word(measure, locale)} {drawn['said']}",
                })  # fmt: skip
    return made


def group_rows(
    totals: pd.DataFrame, keys: Sequence[str], measure: str, *, most: int, locale: str
) -> list[Drawn]:
    """A row per unit and labels; beyond the largest of the first key one group of others.

    Each row has ``keys`` as its labels. Rows in which the measure is missing have no mark.
    """
    there: list[Any] = [
        row for row in totals[totals["unit"] != ACTION].to_dict("records")
        if row[measure] is not None
    ]  # fmt: skip
    made: list[Drawn] = []
    for unit, rows in panels(there).items():
        kept = [_kept({row[key] for row in rows}, rows, key, measure, most) for key in keys]
        cells: dict[tuple[str, ...], list[Drawn]] = defaultdict(list)
        for row in rows:
            label = tuple(
                row[key] if row[key] in names else "" for key, names in zip(keys, kept, strict=True)
            )
            cells[label].append(row)
        counts = [
            len({row[key] for row in rows} - names) for key, names in zip(keys, kept, strict=True)
        ]
        shown = [unique_labels({n: _said_label(n, key, locale) for n in names})
                 for key, names in zip(keys, kept, strict=True)]  # fmt: skip
        for label, members in cells.items():
            number = total(row[measure] for row in members)
            bound = bound_of_sum(bound_of(row["bound"], measure) for row in members)
            drawn = amount(number, unit, locale, bound)
            names = [
                shown[at][part] if part else word("{count} others", locale, count=counts[at])
                for at, part in enumerate(label)
            ]
            made.append({
                "unit": unit, **dict(zip(keys, names, strict=True)), **drawn,
                "rest": [not part for part in label], "bound": bound,
                "spoken": f"{', '.join(names)}: {drawn['said']}",
            })  # fmt: skip
    return made


def bundled(periods: Sequence[str], now: str) -> dict[str, str]:
    """The label under which a chart shows each of some periods in order.

    Of many, those long before and long after one are shown as one each.

    >>> few = bundled([f"{year:04d}" for year in range(1, 10_000)], "2024")
    >>> few["0001"], few["1994"], few["2053"], few["2054"]
    ('0001 … 1993', '1994', '2053', '2054 … 9999')
    """
    made = {period: period for period in periods}
    dated = [period for period in periods if period not in (OPEN, NOT_STATED)]
    first = min(max(bisect_left(dated, now) - _PERIODS // 2, 0), max(len(dated) - _PERIODS, 0))
    for some in (dated[:first], dated[first + _PERIODS :]):
        for period in some:
            made[period] = f"{some[0]} … {some[-1]}" if len(some) > 1 else period
    return made


def with_sides(rows: Sequence[Drawn], unit: str, locale: str) -> list[Drawn]:
    """Rows with the exact sum of their party and of their recipient."""
    sides = (("party", "from"), ("recipient", "to"))
    members: dict[tuple[str, str], list[Drawn]] = defaultdict(list)
    for row in rows:
        for key, side in sides:
            members[side, row[key]].append(row)
    sums = {
        node: amount(total(Decimal(row["digits"]) for row in mine), unit, locale,
                     bound_of_sum(row["bound"] for row in mine))
        for node, mine in members.items()
    }  # fmt: skip
    return [
        row | {
            f"{side}_{part}": sums[side, row[key]][part]
            for key, side in sides for part in ("said", "exact")
        }
        for row in rows
    ]  # fmt: skip


def _kept(
    labels: set[str], rows: Sequence[Drawn], key: str, measure: str, most: int
) -> set[str]:  # fmt: skip
    """The labels with the largest amounts, all where they fit; periods always stay."""
    if key == "period" or len(labels) <= most + 1:
        return labels
    sizes = {name: total(r[measure] for r in rows if r[key] == name) for name in labels}
    ordered = sorted(labels, key=lambda name: (-(sizes[name] or Decimal(0)), name))
    return set(ordered[:most])


def _said_label(label: str, key: str, locale: str) -> str:
    translated = key == "period" or label == "not stated"
    return word(label, locale) if translated else label


# --- statuses -------------------------------------------------------------------------------------


def status_rows(status: pd.DataFrame, *, most: int, locale: str) -> tuple[list[Drawn], int]:
    """How many commitments of each party have each status, and how many count elsewhere."""
    rows = status.drop_duplicates("commitment").to_dict("records")
    counting = [row for row in rows if row["reason"] is None or pd.isna(row["reason"])]
    sizes = Counter(row["party"] for row in counting)
    ordered = sorted(sizes, key=lambda name: (-sizes[name], name))
    kept = ordered if len(ordered) <= most + 1 else ordered[:most]
    others = word("{count} others", locale, count=len(ordered) - len(kept))
    labels = unique_labels({name: _said_label(name, "party", locale) for name in kept})
    counts = Counter(
        (labels.get(row["party"], others), row["status"]) for row in counting
    )  # fmt: skip
    order = [*labels.values(), others]
    made = [
        {
            "party": party, "status": word(state, locale), "count": count,
            "order": order.index(party), "column": STATUSES.index(state),
            "spoken": f"{party}: {count} {word(state, locale)}",
        }
        for (party, state), count in counts.items()
    ]  # fmt: skip
    return sorted(made, key=lambda row: (row["order"], row["column"])), len(rows) - len(counting)


# --- axes -----------------------------------------------------------------------------------------


_ROUGHLY = decimal.Context(prec=60)


def ticks(values: Iterable[float | None], unit: str, locale: str) -> tuple[list[float], list[str]]:
    """Round values for an axis from 0 over all values, and how they are said.

    >>> ticks([1.5e9], "USD", "en")
    ([0.0, 500000000.0, 1000000000.0, 1500000000.0],
     ['$0', '$500 million', '$1 billion', '$1.5 billion'])
    """
    with decimal.localcontext(_ROUGHLY):
        there = [Decimal(repr(value)) for value in values if value is not None]
        top, low = max([Decimal(0), *there]), min([Decimal(0), *there])
        span = top - low or Decimal(1)
        power = Decimal(1).scaleb((span / 4).adjusted())
        step = next(power * n for n in (1, 2, 5, 10) if power * n * 4 >= span)
        if not is_currency(unit):
            step = max(step, Decimal(1))
        first = int((low / step).to_integral_value(decimal.ROUND_FLOOR))
        last = int((top / step).to_integral_value(decimal.ROUND_CEILING))
        marks = [step * n for n in range(first, last + 1)]
    said = amount_words.said if is_currency(unit) else amount_words.number_said
    return [float(m) for m in marks], [said(m, unit, locale=locale) for m in marks]

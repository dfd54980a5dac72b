"""Loops over plain rows, compiled by numba, which the extra ``fast`` brings.

Each does at once what numpy does in many passes, for rows that need no more than to be added up; it
says which rows do, and those are read like all rows where numba is not installed. Amounts have 64
bits here; whether a sum may have wrapped is asked of the largest amount, as ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import boolean, int32, int64, njit, types, uint8, uintp
from numba import void as nothing

_DAYS = _CODES = types.Array(int32, 1, "C", readonly=True)
_BITS = _SAYS = types.Array(uint8, 1, "C", readonly=True)
_HALVES = _PLACES = types.Array(int64, 1, "C", readonly=True)
_STRIDED = types.Array(int64, 1, "A", readonly=True)
_FLAGS = types.Array(boolean, 1, "C", readonly=True)
_INTO_FLAGS, _INTO_DAYS, _INTO = boolean[::1], int32[::1], int64[::1]
_COLUMN = (_DAYS, _BITS, int64)
"""Days, a bit for each that is there, and where the bits begin."""
_tuple: Any = types.UniTuple
_TWO, _THREE = _tuple(int64, 2), _tuple(int64, 3)

_Loop = TypeVar("_Loop", bound=Callable[..., Any])


def _compiled(gives: Any, *takes: Any) -> Callable[[_Loop], _Loop]:
    def made(function: Any) -> Any:
        try:
            return njit(gives(*takes), nogil=True, cache=True)(function)
        except RuntimeError:  # there is no place where it could be kept
            return njit(gives(*takes), nogil=True)(function)

    return made


@_compiled(uint8, uint8, uintp)
def _bit(byte: Any, at: Any) -> Any:
    # With arrays for arguments, functions cost more than what they do.
    return byte >> uint8(at & uintp(7)) & uint8(1)


@_compiled(nothing, _INTO_DAYS, int64, _CODES)
def place(cells: Any, size: Any, codes: Any) -> None:
    """Add a key, of so many labels, to the number of each row's cell."""
    for row in range(uintp(len(cells))):
        cells[row] = int32(cells[row] * size + codes[row])


@_compiled(nothing, _INTO_DAYS, *_COLUMN, int64, _CODES, int64, _CODES)
def years(
    codes: Any, days: Any, bits: Any, bits_first: Any, first: Any, of_day: Any, rest_first: Any,
    rest: Any,
) -> None:  # fmt: skip
    """The code of the year of each day, counted from ``first``; where none is, of another word."""
    for row in range(uintp(len(codes))):
        at = uintp(bits_first) + row
        if _bit(bits[at >> uintp(3)], at):
            codes[row] = of_day[uintp(days[row] - first)]
        else:
            codes[row] = int32(rest_first + (rest[row] if len(rest) else 0))


@_compiled(
    _TWO, int64, *_COLUMN, *_COLUMN, _HALVES, _BITS, int64, _CODES, _FLAGS,
    _CODES, _FLAGS, _FLAGS, _CODES, int64, _INTO_DAYS, _INTO_DAYS, _INTO_DAYS, _INTO, _INTO_DAYS,
)  # fmt: skip
def select(
    day: Any, since: Any, since_bits: Any, since_first: Any, until: Any, until_bits: Any,
    until_first: Any, halves: Any, number_bits: Any, number_first: Any, event: Any, announces: Any,
    measure: Any, drops: Any, chosen: Any, all_cells: Any, width: Any,
    rows: Any, cells: Any, places: Any, values: Any, odd: Any,
) -> Any:  # fmt: skip
    """The rows of a day that have an amount: cell, place and amount; and the odd ones."""
    kept = rest = uintp(0)
    for row in range(uintp(len(since))):
        at = uintp(since_first) + row
        if since[row] > day or not _bit(since_bits[at >> uintp(3)], at):
            continue
        at = uintp(until_first) + row
        if _bit(until_bits[at >> uintp(3)], at) and until[row] <= day:
            continue
        if len(chosen) and not chosen[row]:
            continue
        if drops[measure[row]]:
            continue
        low = halves[row * uintp(2)]
        at = uintp(number_first) + row
        if not _bit(number_bits[at >> uintp(3)], at):
            if announces[event[row]]:
                odd[rest] = int32(row)
                rest += uintp(1)
        elif halves[row * uintp(2) + uintp(1)] != low >> 63:
            odd[rest] = int32(row)
            rest += uintp(1)
        else:
            rows[kept] = int32(row)
            cells[kept] = all_cells[row]
            places[kept] = int32(all_cells[row] * width + measure[row])
            values[kept] = low
            kept += uintp(1)
    return int64(kept), int64(rest)


@_compiled(_TWO, _INTO, _INTO_DAYS, _CODES, _PLACES)
def add(sums: Any, count: Any, places: Any, values: Any) -> Any:
    """Add each value to its place; the least and the largest."""
    least = most = int64(0)
    for at in range(uintp(len(places))):
        place, value = uintp(places[at]), values[at]
        sums[place] += value
        count[place] += int32(1)
        least, most = min(least, value), max(most, value)
    return least, most


@_compiled(
    _THREE, _CODES, _CODES, _PLACES, _CODES, _CODES, _PLACES, _CODES, _FLAGS,
    _CODES, _FLAGS, *_COLUMN, *_COLUMN, *_COLUMN, int64, _INTO, _INTO, _INTO_DAYS,
    _INTO_DAYS, _INTO_DAYS, _INTO_DAYS, _INTO_DAYS,
)  # fmt: skip
def pair(
    rows: Any, cells: Any, values: Any, names: Any, measure: Any, slots: Any, bound: Any,
    is_loose: Any, event: Any, is_part: Any,
    end: Any, end_bits: Any, end_first: Any, start: Any, start_bits: Any, start_first: Any,
    announced: Any, announced_bits: Any, announced_first: Any, width: Any,
    home: Any, sums: Any, count: Any, ends: Any, starts: Any, announcements: Any, odd: Any,
) -> Any:  # fmt: skip
    """Add rows to the balances of their commitments; the odd ones, the least and the largest.

    Odd is what is not exact, what parts took, and what is away from the home of its commitment.
    """
    rest = uintp(0)
    least = most = int64(0)
    for at in range(uintp(len(rows))):
        row = uintp(rows[at])
        name = uintp(names[row])
        is_plain = not (is_loose[bound[row]] or is_part[event[row]])
        if is_plain and home[name] < 0:
            home[name] = cells[at]
        if not is_plain or home[name] != cells[at]:
            odd[rest] = int32(at)
            rest += uintp(1)
            continue
        place, value = name * uintp(width) + uintp(slots[measure[row]]), values[at]
        sums[place] += value
        count[place] += int32(1)
        least, most = min(least, value), max(most, value)
        bit = uintp(end_first) + row
        if len(ends) and _bit(end_bits[bit >> uintp(3)], bit):
            ends[name] = max(ends[name], end[row])
        bit = uintp(start_first) + row
        if len(starts) and _bit(start_bits[bit >> uintp(3)], bit):
            starts[name] = max(starts[name], start[row])
        bit = uintp(announced_first) + row
        if len(announcements) and _bit(announced_bits[bit >> uintp(3)], bit):
            announcements[name] = max(announcements[name], announced[row])
    return int64(rest), least, most


@_compiled(
    _THREE, int64, *_COLUMN, *_COLUMN, _CODES, _CODES, _CODES, _CODES, int64,
    _SAYS, _SAYS, _DAYS, *_COLUMN, _HALVES, _BITS, int64, _INTO_FLAGS, _INTO_FLAGS, _INTO_FLAGS,
    _INTO_DAYS, _INTO_DAYS, _INTO, _INTO_DAYS, _INTO, _INTO_DAYS, _INTO, _INTO_DAYS, _INTO_DAYS,
)  # fmt: skip
def judge(
    day: Any, since: Any, since_bits: Any, since_first: Any, until: Any, until_bits: Any,
    until_first: Any, names: Any, unit: Any, event: Any, measure: Any, measures: Any, says: Any,
    bits: Any, on: Any, end: Any, end_bits: Any, end_first: Any, halves: Any, number_bits: Any,
    number_first: Any, there: Any, firm: Any, proposed: Any, ends: Any, home: Any,
    target: Any, n_target: Any, delivered: Any, n_delivered: Any, by_end: Any, n_by_end: Any,
    odd: Any,
) -> Any:  # fmt: skip
    """What rows of a day say of their commitments; the odd ones, the least and the largest.

    ``bits`` are those of ``says`` for what is odd, firm, proposed, stands and arrives. Odd is also
    what has no amount, and what is of another unit than the first of its commitment.
    """
    is_odd, is_firm, is_proposed, stands, arrives = bits
    rest = uintp(0)
    least = most = int64(0)
    for row in range(uintp(len(since))):
        at = uintp(since_first) + row
        if since[row] > day or not _bit(since_bits[at >> uintp(3)], at):
            continue
        at = uintp(until_first) + row
        if _bit(until_bits[at >> uintp(3)], at) and until[row] <= day:
            continue
        name = uintp(names[row])
        said = says[event[row] * measures + measure[row]]
        value = halves[row * uintp(2)]
        at = uintp(number_first) + row
        is_plain = (
            not said & is_odd
            and _bit(number_bits[at >> uintp(3)], at)
            and halves[row * uintp(2) + uintp(1)] == value >> 63
        )
        if is_plain and home[name] < 0:
            home[name] = unit[row]
        if not is_plain or home[name] != unit[row]:
            odd[rest] = int32(row)
            rest += uintp(1)
            continue
        there[name] = True
        if said & is_firm:
            firm[name] = True
        if said & is_proposed:
            proposed[name] = True
        at = uintp(end_first) + row
        is_dated = _bit(end_bits[at >> uintp(3)], at) != 0
        if is_dated:
            ends[name] = max(ends[name], end[row])
        least, most = min(least, value), max(most, value)
        if said & stands:
            target[name] += value
            n_target[name] += int32(1)
        if said & arrives:
            delivered[name] += value
            n_delivered[name] += int32(1)
            if is_dated and on[row] <= end[row]:
                by_end[name] += value
                n_by_end[name] += int32(1)
    return int64(rest), least, most


@_compiled(
    _TWO, _PLACES, _STRIDED, _PLACES, _PLACES, _DAYS, _DAYS, _DAYS, _DAYS, _DAYS, _PLACES,
    int64, int64, _INTO,
)  # fmt: skip
def spread(
    pairs: Any, amounts: Any, cell: Any, smallest_parts: Any, first_place: Any, first: Any,
    last: Any, low: Any, high: Any, boundaries: Any, least: Any, width: Any, sums: Any,
) -> Any:  # fmt: skip
    """Add the part of each amount that falls on each period of its window, as ``prefix`` cuts it.

    Gives the least and the largest amount.

    A window has less than 2**22 days, so that no double here passes 2**51.
    """
    lowest = highest = int64(0)
    for at in range(uintp(len(pairs))):
        pair = uintp(pairs[at])
        lowest, highest = min(lowest, amounts[pair]), max(highest, amounts[pair])
        size = abs(amounts[pair])
        if not size:
            continue
        smallest = smallest_parts[uintp(cell[pair])]
        while size % smallest:
            smallest //= 10
        size //= smallest
        days = int64(last[pair]) - first[pair] + 1
        whole = size // days
        rest = size - whole * days
        share = 0.5 / days
        if amounts[pair] < 0:
            smallest = -smallest
        place = int64(first_place[pair]) * width - least
        before = int64(0)
        for period in range(int64(low[pair]), int64(high[pair]) + 1):
            done = min(boundaries[uintp(period - least)] - first[pair], days)
            after = whole * done + int64((2 * rest * done + days + 0.5) * share)
            sums[uintp(place + period)] += (after - before) * smallest
            before = after
    return lowest, highest


@_compiled(nothing, _PLACES, _DAYS, _DAYS, _DAYS, int64, int64, _INTO_DAYS)
def span(
    pairs: Any, first_place: Any, low: Any, high: Any, least: Any, width: Any, made: Any
) -> None:
    """Note in which period each commitment comes, and after which it goes."""
    for at in range(uintp(len(pairs))):
        pair = uintp(pairs[at])
        place = int64(first_place[pair]) * width - least
        made[uintp(place + low[pair])] += int32(1)
        made[uintp(place + high[pair] + 1)] -= int32(1)


@_compiled(
    int64, _CODES, _CODES, _CODES, _PLACES, int64, _FLAGS, _CODES, _DAYS,
    _INTO_DAYS, _INTO_DAYS, _INTO_DAYS, _INTO,
)  # fmt: skip
def arrivals(
    rows: Any, cells: Any, places: Any, values: Any, width: Any, arrives: Any, names: Any,
    on: Any, into_cell: Any, into_name: Any, into_on: Any, into_value: Any,
) -> Any:  # fmt: skip
    """What was delivered, of some rows."""
    kept = uintp(0)
    for at in range(uintp(len(rows))):
        if arrives[uintp(places[at] - cells[at] * width)]:
            row = uintp(rows[at])
            into_cell[kept] = cells[at]
            into_name[kept] = names[row]
            into_on[kept] = on[row]
            into_value[kept] = values[at]
            kept += uintp(1)
    return int64(kept)


@_compiled(
    _tuple(int64, 4), _CODES, _CODES, _DAYS, _PLACES, _PLACES, _DAYS, _FLAGS, _DAYS, _DAYS,
    int64, _DAYS, int64, int64, _INTO, _INTO_DAYS, _INTO_DAYS, _INTO_DAYS,
)  # fmt: skip
def deliver(
    cells: Any, names: Any, on: Any, values: Any, home: Any, first_place: Any,
    is_dated: Any, low: Any, high: Any, first_day: Any, period_of: Any, least: Any, width: Any,
    sums: Any, count: Any, outside: Any, odd: Any,
) -> Any:  # fmt: skip
    """Add deliveries to the periods of their days, if that is asked.

    How many are outside the window of their commitment, and away from the home of their
    commitment; the least and the largest.
    """
    outer = rest = uintp(0)
    lowest = highest = int64(0)
    for at in range(uintp(len(names))):
        name = uintp(names[at])
        if home[name] != cells[at]:
            odd[rest] = int32(at)
            rest += uintp(1)
            continue
        period = period_of[uintp(on[at] - first_day)]
        if len(sums):
            place = uintp(int64(first_place[name]) * width + period - least)
            sums[place] += values[at]
            count[place] += int32(1)
            lowest, highest = min(lowest, values[at]), max(highest, values[at])
        if not is_dated[name] or period < low[name] or period > high[name]:
            outside[outer] = int32(at)
            outer += uintp(1)
    return int64(outer), int64(rest), lowest, highest

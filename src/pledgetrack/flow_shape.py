"""Where the bands of a flow chart run: from the parties on the left to the recipients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

STEPS = 24
_GAP = 0.03  # of the height, between two parties or recipients


def heights(
    links: Sequence[dict[str, Any]], side: str, order: Sequence[str], tall: float
) -> dict[str, tuple[float, float]]:
    """From where to where each name of a side stands, largest first, with a gap between them.

    >>> heights([{"to": "a", "value": 3.0}, {"to": "b", "value": 1.0}], "to", ["a", "b"], 4.12)
    {'a': (0.0, 3.0), 'b': (3.1236, 4.1236)}
    """
    made, at = {}, 0.0
    for name in order:
        size = sum(link["value"] for link in links if link[side] == name)
        made[name] = (round(at, 6), round(at + size, 6))
        at += size + _GAP * tall
    return made


def ribbons(
    links: Sequence[dict[str, Any]], left: dict[str, tuple[float, float]],
    right: dict[str, tuple[float, float]],
) -> list[dict[str, Any]]:  # fmt: skip
    """The points of a band for each link, as wide at every place as its amount."""
    offsets = {**{("l", n): at[0] for n, at in left.items()},
               **{("r", n): at[0] for n, at in right.items()}}  # fmt: skip
    made = []
    places = {name: at for at, name in enumerate(left)}
    ends = {name: at for at, name in enumerate(right)}
    for at, link in enumerate(sorted(links, key=lambda k: (places[k["from"]], ends[k["to"]]))):
        start, stop = offsets["l", link["from"]], offsets["r", link["to"]]
        offsets["l", link["from"]] += link["value"]
        offsets["r", link["to"]] += link["value"]
        for step in range(STEPS + 1):
            x = step / STEPS
            eased = x * x * (3 - 2 * x)
            y = start + (stop - start) * eased
            made.append({**link, "band": at, "x": x, "y": y, "y2": y + link["value"]})
    return made

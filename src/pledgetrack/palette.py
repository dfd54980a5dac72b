"""Colours that colour-blind readers tell apart (Okabe and Ito, 2008), also for each status."""

from __future__ import annotations

INK, GREY, PALE = "#0072B2", "#5f6b73", "#d5dade"
BLACK, ORANGE, SKY, GREEN, YELLOW, VERMILION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#D55E00", "#CC79A7",
)  # fmt: skip

STATUS_COLOURS = {
    "rejected": BLACK,
    "withdrawn": "#444444",
    "expired": "#777777",
    "alleged": "#ffffff",
    "proposed": YELLOW,
    "fulfilled": INK,
    "fulfilled late": GREEN,
    "stalled": PURPLE,
    "overdue": VERMILION,
    "in progress": SKY,
    "nothing delivered": ORANGE,
    "nothing reported": PALE,
}
"""Words stand beside each colour: nobody has to tell twelve of them apart."""


def status_colour(status: str) -> str:
    """The colour of a status.

    >>> status_colour("overdue")
    '#D55E00'
    """
    return STATUS_COLOURS.get(status, "#ffffff")

"""Cells of a table as HTML: every text escaped, in its own direction, broken where it must be."""

from __future__ import annotations

import html as markup
from decimal import Decimal

from pledgetrack.palette import GREY, INK, PALE
from pledgetrack.render import clip

LONGEST = 120
"""Characters of a text that a cell shows; all of it is on hover."""


def text(text: str) -> str:
    """A text as a cell: escaped, in its own direction, broken where it must be."""
    shown = clip(text, LONGEST)
    hover = f' title="{markup.escape(text)}"' if shown != text else ""
    style = "overflow-wrap:anywhere;" + (
        "display:inline-block;min-width:9em" if len(shown) > 40 else ""
    )
    return f'<bdi{hover} style="{style}">{markup.escape(shown)}</bdi>'


def hover(text: str, exact: str, *, whole: bool) -> str:
    """Words, and the exact figure on hover; the ``whole`` stays on one line."""
    style = ' style="white-space:nowrap"' if whole else ""
    return f'<span title="{markup.escape(exact)}"{style}>{markup.escape(text)}</span>'


def small(text: str, exact: str = "") -> str:
    """A second, smaller line."""
    hover = f' title="{markup.escape(exact)}"' if exact else ""
    breaks = "overflow-wrap:anywhere" if len(text) > 40 else "white-space:nowrap"
    return f'<br><small{hover} style="color:{GREY};{breaks}">{markup.escape(text)}</small>'


def missing(text: str, why: str) -> str:
    """What stands where nothing is, and why on hover."""
    hover = f' title="{markup.escape(why)}"' if why else ""
    return f'<span{hover} style="color:{GREY};white-space:nowrap">{markup.escape(text)}</span>'


def bar(share: Decimal, said: str) -> str:
    """A share as a bar, with its words beside; more than the whole fills it."""
    width = min(max(share, Decimal(0)), Decimal(1)) * 100
    drawn = (
        f'<span aria-hidden="true" style="display:inline-block;width:70px;height:9px;'
        f'background:{PALE};margin-right:6px"><span style="display:block;height:9px;'
        f'width:{width:.1f}%;background:{INK}"></span></span>'
    )
    number = f'<span style="display:inline-block;min-width:3em">{said}</span>'
    return f'<span style="white-space:nowrap">{drawn}{number}</span>'


def dotted(said: str, colour: str) -> str:
    """Words with a square of a colour before them."""
    dot = (
        f'<span aria-hidden="true" style="display:inline-block;width:9px;height:9px;'
        f'border:1px solid {GREY};background:{colour};margin-right:5px"></span>'
    )
    return f'<span style="white-space:nowrap">{dot}{text(said)}</span>'

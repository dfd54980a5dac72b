"""Cells of a table as HTML: every text escaped, in its own direction, broken where it must be."""

from __future__ import annotations

import html as markup
from decimal import Decimal

from pledgetrack.palette import GREY, INK, PALE
from pledgetrack.quantity import EXACT
from pledgetrack.render import clip

LONGEST = 120
"""Characters of a text that a cell shows; all of it is on hover."""

STYLE = f"""
.pt-text {{overflow-wrap: anywhere}}
.pt-long {{display: inline-block; min-width: 9em}}
.gt_table .pt-long {{display: inline}}
.gt_table :is(th, td):has(> .pt-long) {{min-width: 9em}}
.gt_table :is(.gt_group_heading, .gt_sourcenote, .gt_footnote) {{overflow-wrap: anywhere}}
.pt-one, .pt-share {{white-space: nowrap}}
.pt-small {{color: {GREY}; white-space: nowrap}}
.pt-broken {{white-space: normal; overflow-wrap: anywhere}}
.pt-none {{color: {GREY}; white-space: nowrap}}
.pt-bar {{display: inline-block; width: 70px; height: 9px; margin-right: 6px;
  background: linear-gradient({INK} 0 0) no-repeat 0 / var(--share) 100% {PALE}}}
.pt-bar, .pt-dot {{print-color-adjust: exact; -webkit-print-color-adjust: exact}}
.pt-said {{display: inline-block; min-width: 3em}}
.pt-dot {{display: inline-block; width: 9px; height: 9px; border: 1px solid {GREY};
  margin-right: 5px}}
""".strip()
"""What a page says of the look of these cells, once."""


class Html(str):
    """Text that is HTML already, which a template does not escape once more."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def text(text: str) -> str:
    """A text as a cell: escaped, in its own direction, broken where it must be."""
    shown = clip(text, LONGEST)
    hover = f' title="{markup.escape(text)}"' if shown != text else ""
    long = " pt-long" if len(shown) > 40 else ""
    return f'<bdi{hover} class="pt-text{long}">{markup.escape(shown)}</bdi>'


def hover(text: str, exact: str, *, whole: bool) -> str:
    """Words, and the exact figure on hover; the ``whole`` stays on one line."""
    one = ' class="pt-one"' if whole else ""
    return f'<span title="{markup.escape(exact)}"{one}>{markup.escape(text)}</span>'


def small(text: str, exact: str = "") -> str:
    """A second, smaller line."""
    hover = f' title="{markup.escape(exact)}"' if exact else ""
    broken = " pt-broken" if len(text) > 40 else ""
    return f'<br><small{hover} class="pt-small{broken}">{markup.escape(text)}</small>'


def missing(text: str, why: str) -> str:
    """What stands where nothing is, and why on hover."""
    hover = f' title="{markup.escape(why)}"' if why else ""
    return f'<span{hover} class="pt-none">{markup.escape(text)}</span>'


def bar(share: Decimal, said: str) -> str:
    """A share as a bar, with its words beside; more than the whole fills it."""
    width = EXACT.multiply(min(max(share, Decimal(0)), Decimal(1)), 100)
    drawn = f'<span class="pt-bar" aria-hidden="true" style="--share:{float(width):.1f}%"></span>'
    return f'<span class="pt-share">{drawn}<span class="pt-said">{said}</span></span>'


def dotted(said: str, colour: str) -> str:
    """Words with a square of a colour before them."""
    dot = f'<span class="pt-dot" aria-hidden="true" style="background:{colour}"></span>'
    return f'<span class="pt-one">{dot}{text(said)}</span>'

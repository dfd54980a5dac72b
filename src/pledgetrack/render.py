"""Rows of words as text in a terminal, as HTML in a notebook, as cells of a spreadsheet."""

from __future__ import annotations

import csv
import html
import io
import unicodedata
from collections.abc import Collection, Iterable, Sequence

WIDTH = 80


def html_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str = "",
    *,
    right: Collection[str] = (),
) -> str:
    """A compact HTML table; every text is escaped, and there is no script.

    Columns named in ``right`` (numbers) stand to the right, all others to the left.

    >>> print(html_table(("USD",), [("<b>",)], right={"USD"}).partition("<tbody>")[2])
    <tr><td style="text-align:right">&lt;b&gt;</td></tr></tbody></table>
    """
    sides = [f"text-align:{'right' if name in right else 'left'}" for name in header]

    def line(tag: str, cells: Sequence[str]) -> str:
        made = [
            f'<{tag} style="{side}">{html.escape(cell)}</{tag}>'
            for cell, side in zip(cells, sides, strict=True)
        ]
        return f"<tr>{''.join(made)}</tr>"

    body = "".join(line("td", row) for row in rows)
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead>{line('th', header)}</thead><tbody>{body}</tbody></table>"


FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a text begins that a spreadsheet may take for a formula: the list of OWASP."""


def guard(text: str) -> str:
    """A text that a spreadsheet shows as it is, and ``unguard`` takes back.

    >>> guard("=SUM(A1:A9)"), guard("'tis"), guard("Mexico")
    ("'=SUM(A1:A9)", "''tis", 'Mexico')
    """
    return f"'{text}" if text.startswith(("'", *FORMULA_STARTS)) else text


def unguard(text: str) -> str:
    """The text that was guarded.

    >>> unguard("'=SUM(A1:A9)"), unguard("''tis"), unguard("Mexico")
    ('=SUM(A1:A9)', "'tis", 'Mexico')
    """
    return text.removeprefix("'")


def csv_text(rows: Iterable[Sequence[str]], *, quoted: bool) -> str:
    r"""Rows of cells as CSV. In quotes a cell stays one, whatever sign its reader separates by.

    >>> csv_text([("a", "b;=1+1")], quoted=True)
    '"a","b;=1+1"\n'
    """
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(out, lineterminator="\n", quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def display_width(text: str) -> int:
    """How many columns of a terminal a text takes.

    >>> display_width("Mexico"), display_width("日本")
    (6, 4)
    """
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """The text in at most ``width`` columns; a cut one ends in "…".

    >>> cut("us-ports-of-entry", 9)
    'us-ports…'
    """
    if display_width(text) <= width:
        return text
    kept, room = "", width - 1
    for character in text:
        room -= _columns(character)
        if room < 0:
            break
        kept += character
    return kept + "…"


def clip(text: str, length: int) -> str:
    """The text in at most so many characters, however long it is; a cut one ends in "…".

    >>> clip("us-ports-of-entry", 9)
    'us-ports…'
    """
    return text if len(text) <= length else text[: length - 1] + "…"


def text_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    lead: int = 1,
    right: Collection[str] = (),
    width: int = WIDTH,
) -> str:
    """Rows in columns of a terminal; columns that are empty in every row are left out.

    Columns named in ``right`` (numbers) are never cut. What does not fit beside the others goes
    into a further table below, which repeats the first ``lead`` columns.

    >>> print(text_table(("party", "USD", "note"), [("Mexico", "1,500", "")], right={"USD"}))
    party     USD
    Mexico  1,500
    """
    shown = [at for at in range(len(header)) if any(row[at] for row in rows)]
    widths = {
        at: max(display_width(text) for text in (header[at], *(row[at] for row in rows)))
        for at in shown
    }
    leading = [at for at in shown if at < lead]
    # Long names give way to the numbers beside them.
    widest = max((widths[at] for at in shown if header[at] in right), default=0)
    room = min(int(0.55 * width), width - widest) - 2 * len(leading)
    if sum(widths[at] for at in leading) > room:
        for at in leading:
            widths[at] = min(widths[at], max(room // len(leading), 4))
    used = sum(widths[at] + 2 for at in leading)
    tables: list[list[int]] = [[*leading]]
    room = width - used
    for at in shown[len(leading) :]:
        if header[at] not in right:
            widths[at] = min(widths[at], max(width - used, 8))
        if widths[at] > room and len(tables[-1]) > len(leading):
            tables.append([*leading])
            room = width - used
        tables[-1].append(at)
        room -= widths[at] + 2

    def line(cells: Sequence[str], columns: Sequence[int]) -> str:
        parts = []
        for at in columns:
            cell = cells[at] if header[at] in right else cut(cells[at], widths[at])
            gap = " " * (widths[at] - display_width(cell))
            parts.append(gap + cell if header[at] in right else cell + gap)
        return "  ".join(parts).rstrip()

    texts = []
    for columns in tables:
        # A further table has no line for a row that it says nothing new about.
        told = [
            row
            for row in rows
            if columns is tables[0] or any(row[at] for at in columns[len(leading) :])
        ]
        texts.append("\n".join(line(row, columns) for row in (header, *told)))
    return "\n\n".join(texts)

"""Results as tables to publish: Great Tables objects, with amounts as people say them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from pledgetrack.captions import when_said
from pledgetrack.cell_html import STYLE
from pledgetrack.display_words import word
from pledgetrack.errors import MissingExtraError
from pledgetrack.notes import citations_of, source_said
from pledgetrack.table_face import Face
from pledgetrack.vocabulary import language

if TYPE_CHECKING:
    from great_tables import GT

_TITLES = {
    "totals": "Promised and delivered",
    "timeline": "Promised and delivered over time",
    "status": "Status of each commitment",
    "changes": "What changed",
}


def table(result: pd.DataFrame, *, ledger: Any = None, locale: str = "en", **asked: Any) -> GT:
    """A result of totals, summary, status, timeline or changes as a table to publish.

    Amounts stand as people say them, rounded to three digits from a million on, with the exact
    figure on hover; groups are units, and what is missing says so. The notes say of which day the
    table is, how far its sources reach, at which rates, and how many commitments state no amount.
    With the ``ledger`` that made the result each row is numbered to its citations; of a converted
    result pass ``rates=`` and the other options of ``ledger.explain`` too. ``locale`` is en, es,
    fr, de or one of their countries. The value is a ``great_tables.GT``, to go on with:
    ``pt.table(result).tab_header("Promises to Mexico")``. Needs the extra ``tables``.

    >>> import pledgetrack as pt
    >>> result = pt.load_seeds().filter(unit="USD").summary(by="party", as_of="2024-08-01")
    >>> made = pt.table(result)
    >>> "$1.5 billion" in made.as_raw_html(), "1,500,000,000 USD" in made.as_raw_html()
    (True, True)
    """
    great_tables = _great_tables()
    spoken = language(locale)
    drawn = Face(result, locale, ledger)
    shown = drawn.columns()
    frame = pd.DataFrame({name: drawn.column(name) for name in shown})
    stub = next((name for name in shown if name != "unit" or not drawn.grouped), "unit")
    made: GT = great_tables.GT(
        frame,
        rowname_col=stub,
        groupname_col="unit" if drawn.grouped else None,
        locale=spoken,
    )
    for name in shown:
        draw = drawn.draw(name)
        for at, row in enumerate(drawn.rows):
            made = made.fmt(_always(draw(row)), columns=name, rows=[at])
    numbers = [name for name in shown if name in drawn.right]
    made = (
        made.cols_align("left")
        .cols_align("right", columns=numbers)
        .cols_label({name: drawn.heading(name) for name in shown if name != stub})
        .tab_stubhead(drawn.heading(stub))
        .tab_header(word(_TITLES[drawn.kind], locale), when_said(result.attrs, locale))
        .tab_options(**_LOOK)
        .opt_css(STYLE)
    )
    for note in drawn.notes():
        made = made.tab_source_note(note)
    if ledger is not None:
        made = _with_citations(made, great_tables, drawn, asked)
    return made


def _great_tables() -> Any:
    try:
        import great_tables
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "tables need great-tables; pip install 'pledgetrack[tables]'", extra="tables"
        ) from error
    return great_tables


def _always(text: str) -> Callable[[Any], str]:
    return lambda _: text


_LOOK: dict[str, Any] = {
    "heading_align": "left",
    "table_font_size": "14px",
    "heading_title_font_size": "20px",
    "row_group_font_weight": "bold",
    "column_labels_font_weight": "bold",
    "table_border_top_style": "none",
    "data_row_padding": "6px",
    "source_notes_font_size": "12px",
    "container_overflow_x": "auto",
}


def _with_citations(made: Any, great_tables: Any, drawn: Face, asked: Mapping[str, Any]) -> Any:
    """The table with a numbered note for each citation, at the rows that rest on it."""
    ledger = drawn.ledger
    sources = {source.id: source for source in ledger.sources}
    rows_of: dict[Any, list[int]] = {}
    cited = citations_of(ledger, drawn.result, **asked)
    for at, place in enumerate(drawn.places):
        for citation in cited[place]:
            rows_of.setdefault(citation, []).append(at)
    for citation, rows in rows_of.items():
        note = source_said(citation, sources.get(citation.source), drawn.locale)
        made = made.tab_footnote(note, locations=great_tables.loc.stub(rows=rows))
    return made

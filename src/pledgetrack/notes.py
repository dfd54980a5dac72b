"""The citations behind the rows of a result, and citations as readers want them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pledgetrack.display_words import day_said
from pledgetrack.models import Citation, Source
from pledgetrack.movements import cite


def citations_of(ledger: Any, result: pd.DataFrame, **asked: Any) -> list[list[Citation]]:
    """The citations of the movements behind each row of a result, each once.

    ``asked`` is what ``ledger.explain`` wants to know of converted results.

    >>> import pledgetrack as pt
    >>> ledger = pt.load_seeds()
    >>> citations_of(ledger, ledger.totals(by="party", as_of="2022-07-31"))[0]
    [000_e53b6e35ee0d5903, ¶4, 000_e53b6e35ee0d5903, ¶6]
    """
    known = citations_by_text(ledger)
    made = []
    for at in range(len(result)):
        if "change" in result:
            texts = [result["citation"].iloc[at]] if "citation" in result else []
        else:
            texts = list(ledger.explain(result, at, **asked)["citation"])
        found = [c for text in texts if not pd.isna(text) for c in known.get(text, ())]
        made.append(list(dict.fromkeys(found)))
    return made


def citations_by_text(ledger: Any) -> dict[str, tuple[Citation, ...]]:
    """The citations of each fact, by the text that movements carry.

    >>> import pledgetrack as pt
    >>> citations_by_text(pt.load_seeds())["000_e53b6e35ee0d5903, ¶4; 000_e53b6e35ee0d5903, ¶6"]
    (000_e53b6e35ee0d5903, ¶4, 000_e53b6e35ee0d5903, ¶6)
    """
    return {
        text: record.citations
        for record in (*ledger.commitments, *ledger.events)
        if (text := cite(record.citations))
    }


def source_said(citation: Citation, source: Source | None, locale: str = "en") -> str:
    """A citation in full: publisher, title, day, place.

    >>> paper = Source(id="a", title="Budget", publisher="Treasury", published="2024-03-06")
    >>> source_said(Citation(source="a", place="p. 12"), paper)
    'Treasury, Budget, 6 March 2024, p. 12'
    """
    if source is None:
        return str(citation)
    named = [part for part in (source.publisher, source.title) if part] or [source.id]
    if source.published:
        named.append(day_said(source.published, locale))
    if citation.place:
        named.append(citation.place)
    return ", ".join(named)

"""What stands behind the figures of a report: movements fact by fact, numbered to their sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from pledgetrack import amount_words, frames
from pledgetrack.comparison import Change
from pledgetrack.display_words import capital, day_said, word
from pledgetrack.members import OF_PARTS, PASSED_ON
from pledgetrack.models import Citation
from pledgetrack.movements import ELSEWHERE
from pledgetrack.notes import citations_by_text, source_said
from pledgetrack.quantity import EXACT

Shown = dict[str, Any]
"""One thing that the page shows: texts and lists of texts."""

_TELLS = (
    "commitment", "unit", "measure", "number", "bound", "on", "known", "event", "citation",
)  # fmt: skip
_OF_PARTS = {OF_PARTS: "delivered by parts", PASSED_ON: "delivered beyond a part"}
_CONVERTED = ("stated_number", "stated_unit", "rate", "rate_day", "rate_source")


class Evidence:
    """The movements of every commitment, and the sources that they cite, in one pass.

    >>> import pledgetrack as pt
    >>> ledger = pt.load_seeds()
    >>> made = Evidence(ledger, ledger.explain(as_of="2022-07-31"))
    >>> made.of("mx-border-infrastructure")[0]["amounts"]
    ['pledged: 1,500,000,000 USD']
    """

    def __init__(self, ledger: Any, explained: pd.DataFrame, locale: str = "en") -> None:
        self.locale = locale
        self._citations = citations_by_text(ledger)
        self._sources = {source.id: source for source in ledger.sources}
        cited = {c.source for found in self._citations.values() for c in found}
        named = [*(name for name in self._sources if name in cited), *sorted(cited)]
        self.numbers = {name: at for at, name in enumerate(dict.fromkeys(named), start=1)}
        names = [name for name in (*_TELLS, *_CONVERTED) if name in explained]
        columns = [explained[name].tolist() for name in names]
        self._records: dict[str, list[Shown]] = defaultdict(list)
        for cells in zip(*columns, strict=True):
            record = {n: frames.or_none(cell) for n, cell in zip(names, cells, strict=True)}
            self._records[record["commitment"]].append(record)

    def commitments(self) -> list[str]:
        """The commitments that have movements."""
        return list(self._records)

    def of(self, commitment: str) -> list[Shown]:
        """The facts of a commitment that count, each with what it moved and where it is told."""
        return self._facts((1, record) for record in self._records.get(commitment, ()))

    def of_change(self, change: Change) -> list[Shown]:
        """What a change counts newly, and with its sign turned what counts no longer."""
        return self._facts(change.rows)

    def _facts(self, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> list[Shown]:
        facts: dict[tuple[Any, ...], list[tuple[int, Mapping[str, Any]]]] = defaultdict(list)
        for sign, row in rows:
            facts[row["on"], row["known"], row["event"], row["citation"]].append((sign, row))
        order = sorted(facts, key=lambda fact: (fact[0], fact[1]))
        return [self._fact(fact, facts[fact]) for fact in order]

    def _fact(self, fact: tuple[Any, ...], rows: Sequence[tuple[int, Mapping[str, Any]]]) -> Shown:
        on, known, event, citation = fact
        amounts = [(sign, row) for sign, row in rows if row["number"] is not None]
        # "delivered: delivered 10 USD" would say it twice.
        said = amounts and all(row["measure"] == event for _, row in amounts)
        return {
            "day": day_said(on, self.locale),
            "known": "" if known == on else day_said(known, self.locale),
            "what": "" if said else word(event, self.locale),
            "amounts": [self._amount(sign, row) for sign, row in amounts],
            "refs": self.refs(citation),
        }

    def _amount(self, sign: int, row: Mapping[str, Any]) -> str:
        number = EXACT.multiply(sign, row["number"])
        said = amount_words.exactly(number, row["unit"], locale=self.locale, bound=row["bound"])
        stated, unit = row.get("stated_number"), row.get("stated_unit")
        if stated is not None and unit is not None and unit != row["unit"]:
            first = amount_words.exactly(EXACT.multiply(sign, stated), unit, locale=self.locale)
            said += f" ({', '.join([first, *_rate(row, self.locale)])})"
        measure = row["measure"] or ""
        if measure in _OF_PARTS:
            measure = _OF_PARTS[measure]
        elif measure in ELSEWHERE:
            counted = word(measure.rpartition(" ")[2], self.locale)
            return f"{counted}, {word('counts elsewhere', self.locale)}: {said}"
        return f"{word(measure, self.locale)}: {said}"

    def refs(self, citation: str | None) -> list[Shown]:
        """The citations of a fact: the numbers of their sources, and the places in them."""
        return [
            {"number": self.numbers[one.source], "place": one.place or ""}
            for one in self._citations.get(citation or "", ())
        ]

    def cited(self) -> list[Shown]:
        """The sources by their numbers; only addresses of the web are links."""
        made = []
        for name, number in self.numbers.items():
            source = self._sources.get(name)
            said = source_said(Citation(source=name), source, self.locale)
            url = source.url if source else None
            made.append({
                "number": number, "said": said, "id": name if name != said else "",
                "url": url or "", "href": url if url and is_link(url) else "",
                "licence": (source.licence if source else None) or "",
            })  # fmt: skip
        return made


def is_link(url: str) -> bool:
    """Whether an address is one of the web, and neither a script nor a file.

    >>> is_link("https://example.org/a"), is_link("javascript:alert(1)"), is_link("http:///")
    (True, False, False)
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc)


def _rate(row: Mapping[str, Any], locale: str) -> list[str]:
    """The rate of a converted movement, its day and its source."""
    rate, day, source = (row.get(name) for name in ("rate", "rate_day", "rate_source"))
    if rate is None:
        return []
    made = [f"{word('rate', locale)} {rate:f}"]
    if day is not None:
        made.append(day_said(day, locale) if hasattr(day, "year") else str(day))
    return [*made, str(source)] if source is not None else made


def details_of(promise: Any, row: Mapping[str, Any], locale: str) -> list[tuple[str, str]]:
    """What a commitment says of itself beside its amounts, each with its name."""
    horizon = promise.horizon
    found = (
        ("recipient", " + ".join(promise.recipients)),
        ("channel", " + ".join(promise.channels)),
        ("announced", day_said(promise.announced, locale)),
        ("horizon", (horizon.wording or "") if horizon else ""),
        ("condition", promise.condition or ""),
        ("counts elsewhere", row.get("reason") or ""),
        ("tags", "; ".join(f"{name} = {tag}" for name, tag in promise.tags.items())),
        ("note", promise.note or ""),
    )  # fmt: skip
    return [(capital(word(name, locale)), text) for name, text in found if text]

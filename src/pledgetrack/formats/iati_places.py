"""Recipients and sectors of a ledger as the codes of IATI, where they are some."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from pledgetrack.formats.iati_codes import REGIONS, country_name, region_name
from pledgetrack.formats.iati_values import Place
from pledgetrack.models import Commitment

# Codes of the language data that are none of countries.
_NO_COUNTRIES = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN",
                           "XA", "XB", "ZZ"))  # fmt: skip
_MARKED = re.compile(r"([0-9]{1,3}):(.+)")
_PURPOSE = re.compile(r"[0-9]{5}|[0-9]{3}")

Places = tuple[Place, ...]


@cache
def countries() -> dict[str, str]:
    """The code of each country by its English name, the inverse of ``country_name``."""
    from babel import Locale

    return {
        unicodedata.normalize("NFC", name): code
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    }


def recipient_places(commitment: Commitment) -> Places | None:
    """The recipients as codes: those it was read with, else the names of countries and regions.

    None where some are no country and no region, for a code must not say less than the record.

    >>> aid = Commitment(id="x", party="A", announced="2024-01-01", stage="pledged",
    ...                  recipients=["Kenya", "Uganda"])
    >>> [place.code for place in recipient_places(aid)]
    ['KE', 'UG']
    """
    return _tagged(commitment) or places_of_names(commitment.recipients)


def _tagged(commitment: Commitment) -> Places | None:
    """The codes that the tags hold, if they are those of the recipients."""
    tags = commitment.tags
    countries = tags["country"].split(" + ") if "country" in tags else []
    regions = tags["region"].split(" + ") if "region" in tags else []
    made = [(_place("recipient-country", code, "1"), country_name(code)) for code in countries]
    for label in regions:
        vocabulary, code = _unmarked(label)
        if vocabulary == "1" and region_name(code, "1") not in commitment.recipients:
            vocabulary = "2"
        made.append((_place("recipient-region", code, vocabulary), region_name(code, vocabulary)))
    if not made or {name for _, name in made} != set(commitment.recipients):
        return None
    return tuple(sorted(place for place, _ in made))


def places_of_names(names: Iterable[str]) -> Places | None:
    """Names of countries and regions as codes; None where one is neither."""
    regions = {name: code for code, name in REGIONS.items()}
    found = []
    for name in names:
        if name in countries():
            found.append(_place("recipient-country", countries()[name], "1"))
        elif name in regions:
            found.append(_place("recipient-region", regions[name], "1"))
        else:
            return None
    return tuple(sorted(found))


def sector_places(commitment: Commitment) -> Places | None:
    """The tag ``sector`` as codes, as it was read; None where it holds other words.

    >>> aid = Commitment(id="x", party="A", announced="2024-01-01", stage="pledged",
    ...                  tags={"sector": "11220 + 11230"})
    >>> [(place.code, place.vocabulary) for place in sector_places(aid)]
    [('11220', '1'), ('11230', '1')]
    """
    labels = commitment.tags["sector"].split(" + ") if "sector" in commitment.tags else []
    found = [_unmarked(label) for label in labels]
    if all(vocabulary == "1" and len(code) == 3 for vocabulary, code in found):
        found = [("2", code) for _, code in found]
    plain = [code for vocabulary, code in found if vocabulary in ("1", "2")]
    if len({vocabulary for vocabulary, _ in found}) > 1:
        return None
    if not _was_read(commitment) and not all(_PURPOSE.fullmatch(code) for code in plain):
        return None
    return tuple(sorted(_place("sector", code, vocabulary) for vocabulary, code in found))


def _was_read(commitment: Commitment) -> bool:
    return commitment.id.startswith("iati:") and "activity" in commitment.tags


def _unmarked(label: str) -> tuple[str, str]:
    marked = _MARKED.fullmatch(label)
    return (marked[1], marked[2]) if marked else ("1", label)


def _place(element: str, code: str, vocabulary: str) -> Place:
    return Place(element, code, vocabulary, None)


def is_many(places: Sequence[Place]) -> bool:
    """Whether a transaction cannot name these recipients: it has one country and one region."""
    kinds = [place.element for place in places]
    return len(set(kinds)) < len(kinds)

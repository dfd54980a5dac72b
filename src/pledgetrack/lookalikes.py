"""Lookalikes: records from different sources that may be one promise."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from pledgetrack.kin import Kin
from pledgetrack.models import Commitment
from pledgetrack.quantity import EXACT

WITHIN = dt.timedelta(days=90)
"""How far apart two records of one promise are announced at most."""

# Two amounts within 1 percent lie in one step of this size, or in two that follow each other.
_STEP = math.log(1.02)
# How many of the latest records from different sources one is compared to, so that a ledger of
# many promises that look alike takes no time that grows with their square.
_COMPARED = 16

Pair = tuple[Commitment, Commitment, str]
"""Two records, the earlier first, and the unit in which they promise the same."""


def lookalikes(commitments: Iterable[Commitment]) -> Iterator[Pair]:
    """Pairs of the same parties and unit, announced near each other, with about one amount.

    About one is within 1 percent of the larger. The two cite no source in common, and are no kin
    already. Of many records that look alike, each is compared to the nearest before it.

    >>> from pledgetrack.models import Commitment
    >>> fields = {"party": "Norway", "stage": "pledged"}
    >>> one = Commitment(id="iati:1", announced="2024-01-15", citation={"source": "iati"},
    ...                  target={"number": 1000, "unit": "NOK"}, **fields)
    >>> two = Commitment(id="fts:2", announced="2024-02-01", citation={"source": "fts"},
    ...                  target={"number": 995, "unit": "NOK"}, **fields)
    >>> [(one.id, two.id) for one, two, unit in lookalikes([two, one])]
    [('iati:1', 'fts:2')]
    """
    commitments = sorted(commitments, key=lambda one: (one.announced, one.id))
    family = {name: at for at, names in enumerate(Kin(commitments).families()) for name in names}
    # The records met so far, of each sort, size and source the latest; the latest last.
    met: dict[tuple[object, ...], dict[frozenset[str], tuple[Commitment, Decimal]]]
    met = defaultdict(dict)
    told: set[tuple[str, str]] = set()
    for one in commitments:
        sources = frozenset(citation.source for citation in one.citations)
        # Without a citation, each is a source of its own.
        key = sources or frozenset({f"\0{one.id}"})
        for target in one.targets:
            if not target.number:
                continue
            size = math.floor(math.log(target.number) / _STEP)
            near = [met[one.parties, target.unit, size + step] for step in (-1, 0, 1)]
            for others in near:
                for their_sources, (other, number) in [*reversed(others.items())][:_COMPARED]:
                    pair = (other.id, one.id)
                    if (
                        sources.isdisjoint(their_sources)
                        and other.id != one.id
                        and pair not in told
                        and one.announced - other.announced <= WITHIN
                        and _alike(number, target.number)
                        and (one.id not in family or family[one.id] != family.get(other.id))
                    ):
                        told.add(pair)
                        yield other, one, target.unit
            here = met[one.parties, target.unit, size]
            here.pop(key, None)
            here[key] = (one, target.number)
            if len(here) > _COMPARED:
                del here[next(iter(here))]


def _alike(one: Decimal, other: Decimal) -> bool:
    """Whether two amounts are within 1 percent of the larger."""
    larger, smaller = max(one, other), min(one, other)
    return EXACT.multiply(EXACT.subtract(larger, smaller), Decimal(100)) <= larger

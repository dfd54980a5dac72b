"""Lookalikes: records from different sources that may be one promise."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from pledgetrack.bars import watched
from pledgetrack.kin import Kin
from pledgetrack.models import Commitment
from pledgetrack.quantity import EXACT

WITHIN = dt.timedelta(days=90)
"""How far apart two records of one promise are announced at most."""
COMPARED = 16
"""How many earlier records one is compared to at most, so that the time of a ledger of many
promises that look alike does not grow with their square."""
_GROUPS = 10 * COMPARED
"""How many sets of sources are remembered for records of one size."""

# Two amounts within 1 percent of the larger lie in one step of this size, or in two that follow
# each other; a little more than that percent leaves room for the rounding of the logarithm.
_STEP = math.log(1.011)


class Pair(NamedTuple):
    """Two records, the earlier first, and the unit in which they promise the same."""

    one: Commitment
    other: Commitment
    unit: str


_Met = dict[frozenset[str], deque[tuple[Commitment, Decimal]]]
"""The latest records of one size, by what they cite; what was met last is last."""


def lookalikes(commitments: Iterable[Commitment]) -> tuple[list[Pair], list[str]]:
    """Pairs of the same parties and unit, announced near each other, with about one amount.

    About one is within 1 percent of the larger; a target of 0 is like no other. The two cite no
    source in common, and are no kin already. Each record is compared to ``COMPARED`` before it of
    about its amount, the nearest of each source first; the ids of those that have more such
    neighbours come second.

    >>> from pledgetrack.models import Commitment
    >>> fields = {"party": "Norway", "stage": "pledged"}
    >>> one = Commitment(id="iati:1", announced="2024-01-15", citation={"source": "iati"},
    ...                  target={"number": 1000, "unit": "NOK"}, **fields)
    >>> two = Commitment(id="fts:2", announced="2024-02-01", citation={"source": "fts"},
    ...                  target={"number": 995, "unit": "NOK"}, **fields)
    >>> pairs, crowded = lookalikes([two, one])
    >>> [(one.id, two.id) for one, two, unit in pairs], crowded
    ([('iati:1', 'fts:2')], [])
    """
    commitments = sorted(commitments, key=lambda one: (one.announced, one.id))
    family = {name: at for at, names in enumerate(Kin(commitments).families()) for name in names}
    met: dict[tuple[object, ...], _Met] = defaultdict(dict)
    found: dict[tuple[str, str], Pair] = {}
    crowded: dict[str, None] = {}
    for one in watched(commitments, "records alike", unit="commitment"):
        # Without a citation, each is a source of its own.
        sources = frozenset(c.source for c in one.citations) or frozenset({f"\0{one.id}"})
        for target in one.targets:
            if not target.number:
                continue
            size = math.floor(math.log(target.number) / _STEP)
            near = [met.get((one.parties, target.unit, size + step), {}) for step in (0, -1, 1)]
            others = [*_neighbours(one, sources, near)]
            if len(others) > COMPARED:
                crowded[one.id] = None
            for other, number in others[:COMPARED]:
                related = one.id in family and family[one.id] == family.get(other.id)
                if alike(number, target.number) and other.id != one.id and not related:
                    found.setdefault((other.id, one.id), Pair(other, one, target.unit))
            if not _meet(met[one.parties, target.unit, size], sources, (one, target.number)):
                crowded[one.id] = None
    return list(found.values()), list(crowded)


def _neighbours(
    one: Commitment, sources: frozenset[str], near: Iterable[_Met]
) -> Iterator[tuple[Commitment, Decimal]]:
    """Earlier records of other sources, by turns one of each, and one more than is looked at."""
    turns = []
    for met in near:
        for their_sources, records in reversed(met.items()):
            if sources.isdisjoint(their_sources):
                while records and one.announced - records[0][0].announced > WITHIN:
                    records.popleft()  # those to come are later still
                turns.append(reversed(records))
    rounds = chain.from_iterable(zip_longest(*turns))
    return islice((record for record in rounds if record is not None), COMPARED + 1)


def _meet(met: _Met, sources: frozenset[str], record: tuple[Commitment, Decimal]) -> bool:
    """Remember a record; whether none had to be forgotten that may be like one to come."""
    records = met.pop(sources, None) or deque(maxlen=COMPARED + 1)
    records.append(record)
    met[sources] = records
    if len(met) <= _GROUPS:
        return True
    forgotten = met.pop(next(iter(met)))
    return not forgotten or record[0].announced - forgotten[-1][0].announced > WITHIN


def alike(one: Decimal, other: Decimal) -> bool:
    """Whether two amounts are within 1 percent of the larger."""
    larger, smaller = max(one, other), min(one, other)
    return EXACT.multiply(EXACT.subtract(larger, smaller), Decimal(100)) <= larger

"""Layers: how firm an amount is, piece by piece, and what parts leave of their whole.

The layers of a balance are its committed amount, what is pledged beyond it, what is proposed, what
is alleged. Of a whole and its parts together stands what stands of the whole; as much of it is
committed, or pledged, as the larger of both says:

    together(measure) = min(standing of the whole, max(whole, sum of the parts))

Each part shows what has a place in its layer of both together; the whole shows the rest. So a part
that is less firm than its whole shows nothing until it is as firm.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import accumulate

from pledgetrack.targets import ZERO, Target

Layers = tuple[Decimal, ...]
EMPTY: Layers = (ZERO,) * 4
"""Committed, pledged, proposed, alleged; each without those before it."""


def layers_of(target: Target) -> Layers:
    """The layers of what stands of a target.

    >>> from pledgetrack.targets import Balance
    >>> promised, pledged = Balance(Decimal(100)), Balance(Decimal(40))
    >>> layers_of(Target(promised, "proposed", pledged_part=pledged, committed_part=None))
    (Decimal('40'), Decimal('0'), Decimal('60'), Decimal('0'))
    """
    standing, pledged, committed = target.standing[0], target.pledged[0], target.committed[0]
    rest = standing - pledged
    alleged = target.remaining == "alleged"
    return (
        committed, pledged - committed, ZERO if alleged else rest, rest if alleged else ZERO
    )  # fmt: skip


def together(whole: Layers, parts: Layers) -> Layers:
    """A whole and its parts as one.

    >>> together((Decimal(0), Decimal(100), ZERO, ZERO), (Decimal(30), ZERO, Decimal(20), ZERO))
    (Decimal('30'), Decimal('70'), Decimal('0'), Decimal('0'))
    """
    standing = sum(whole, ZERO)
    firm = [
        min(standing, max(mine, theirs))
        for mine, theirs in zip(accumulate(whole), accumulate(parts), strict=True)
    ]
    return tuple(high - low for low, high in zip([ZERO, *firm], firm, strict=False))


def added(one: Layers, other: Layers) -> Layers:
    """Both, layer by layer."""
    return tuple(mine + theirs for mine, theirs in zip(one, other, strict=True))


def without(one: Layers, other: Layers) -> Layers:
    """One less the other, layer by layer."""
    return tuple(mine - theirs for mine, theirs in zip(one, other, strict=True))


def within(one: Layers, other: Layers) -> Layers:
    """As much of one as has a place in the other, layer by layer."""
    return tuple(map(min, one, other))


def taken(part: Layers, whole: Layers) -> Layers:
    """What a part takes of a whole: of its own layer first, then of those less firm.

    >>> taken((Decimal(30), ZERO, ZERO, ZERO), (Decimal(10), Decimal(15), Decimal(75), ZERO))
    (Decimal('10'), Decimal('15'), Decimal('5'), Decimal('0'))
    """
    left = list(whole)
    for layer, amount in enumerate(part):
        wanted = amount
        for at in range(layer, len(left)):
            piece = min(wanted, left[at])
            left[at] -= piece
            wanted -= piece
    return without(whole, tuple(left))


def measures(layers: Layers, remaining: str) -> dict[str, Decimal]:
    """The balances that layers make, by measure."""
    committed, pledged, proposed, alleged = layers
    return {
        remaining: proposed + alleged,
        "pledged": committed + pledged,
        "committed": committed,
    }


def total(layers: Iterable[Decimal]) -> Decimal:
    """All layers together: what stands."""
    return sum(layers, ZERO)

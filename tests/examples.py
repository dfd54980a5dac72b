"""How many examples a property has beside others, whichever profile is chosen."""

from __future__ import annotations

from hypothesis import settings


def times(share: float) -> settings:
    """So many times the examples that others have."""
    return settings(max_examples=max(round(share * settings.default.max_examples), 1))

"""What trackers of promises call their ratings, and what those words mean.

An outcome is a person's last word on a promise. "In progress" and the like are none: they say that
the last word is not spoken yet, "stalled" that nothing moves, "superseded" that another promise has
taken the place of this one. PolitiFact: "prior to our final judgment, promises can be rated In the
Works, Stalled or Not Yet Rated".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, get_args

from pledgetrack.errors import TableError, unknown

Meaning = Literal[
    "kept", "compromise", "broken", "uncheckable", "not rated", "stalled", "superseded"
]
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)

WORDS: dict[Meaning, tuple[str, ...]] = {
    "kept": (
        "kept", "fully kept", "achieved", "fully achieved", "fulfilled", "fully fulfilled",
        "completed", "complete", "delivered", "fully delivered", "done", "implemented",
        "fully implemented", "accomplished", "met", "fully met", "honoured", "honored",
    ),
    "compromise": (
        "compromise", "compromised", "kept in part", "partially kept", "partly kept",
        "partially achieved", "partly achieved", "partially fulfilled", "partly fulfilled",
        "partially completed", "partially implemented", "partly implemented", "partially delivered",
        "partially met", "partly met", "partial", "in part",
    ),
    "broken": (
        "broken", "not kept", "not achieved", "not fulfilled", "unfulfilled", "not delivered",
        "not implemented", "not met", "not done", "failed", "abandoned", "dropped",
    ),
    "uncheckable": (
        "uncheckable", "unverifiable", "not verifiable", "not checkable", "cannot be checked",
        "cannot be rated", "not rateable", "unrateable", "too vague",
    ),
    "not rated": (
        "not started", "not yet started", "not yet rated", "not rated", "unrated", "to be rated",
        "no action", "no action yet", "inactive", "pending", "announced", "promised", "started",
        "begun", "in progress", "in the works", "under way", "ongoing", "active", "on track",
    ),
    "stalled": ("stalled", "on hold", "paused", "suspended", "blocked", "delayed", "postponed"),
    "superseded": ("superseded", "replaced", "overtaken"),
}  # fmt: skip
"""The words that are known; capitals, spaces, dashes and the word "promise" make no difference."""


def fold_rating(word: str) -> str:
    """A rating as ratings are compared; a mark of doubt is a part of it.

    >>> fold_rating("Promise Kept"), fold_rating("IN_THE_WORKS"), fold_rating("Kept?")
    ('kept', 'intheworks', 'kept?')
    """
    plain = re.sub(r"[\W_]+", "", word.casefold())
    plain = re.sub(r"^promises?|promises?$", "", plain) or plain
    return f"{plain}?" if re.search("[?~≈]", word) else plain


_KNOWN = {fold_rating(word): meaning for meaning, words in WORDS.items() for word in words}


class Ratings:
    """What the words of one list mean: the known ones, and those that the caller states.

    >>> Ratings({"Delivered in full": "kept"}).meaning("delivered in full")
    'kept'
    """

    def __init__(self, stated: Mapping[str, str] | None = None) -> None:
        self.known = dict(_KNOWN)
        if stated is not None and not isinstance(stated, Mapping):
            raise TableError(
                f"ratings={stated!r:.40} is no table; write each word and its meaning, such as "
                "{'Delivered': 'kept'}"
            )
        for word, meaning in (stated or {}).items():
            if meaning not in MEANINGS:
                raise unknown(f"meaning of the rating {word!r}", meaning, MEANINGS)
            self.known[fold_rating(str(word))] = meaning

    def meaning(self, word: str) -> Meaning | None:
        """What a word means; None where it is not known."""
        return self.known.get(fold_rating(word))


def unknown_rating(word: str) -> str:
    """What is said of a rating that is not known."""
    meanings = ", ".join(map(repr, MEANINGS))
    shown = repr(word[:60])
    return f"the rating {shown} is not known; pass ratings={{{shown}: ...}} with one of {meanings}"

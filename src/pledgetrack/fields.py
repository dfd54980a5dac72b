"""The kinds of field that the records share: text, days, tags."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from pledgetrack import render
from pledgetrack.calendar import as_day, as_month

UNPRINTABLE = ("Cc", "Cs", "Co", "Cn")
"""The categories of characters that no text of a record holds: controls and unassigned ones."""


def clean(text: str) -> str:
    r"""Text in one spelling: composed, trimmed, on one line, without unprintable characters.

    >>> clean("  land ports\n of entry ")
    'land ports of entry'
    """
    plain = unicodedata.normalize("NFC", " ".join(text.split()))
    if not plain:
        raise ValueError("an empty text; leave the field out where nothing is stated")
    # What Python calls printable holds none of these; most text is.
    for character in "" if plain.isprintable() else plain:
        # Formatting characters (joiners, direction marks) belong to written languages.
        if unicodedata.category(character) in UNPRINTABLE:
            raise ValueError(f"unprintable character {character!r} in the text")
    return plain


def _first(value: object) -> dt.date:
    month = as_month(value)
    return month[0] if month else as_day(value)


def _last(value: object) -> dt.date:
    month = as_month(value)
    return month[1] if month else as_day(value)


Text = Annotated[str, AfterValidator(clean)]
Day = Annotated[dt.date, BeforeValidator(as_day)]
FirstDay = Annotated[dt.date, BeforeValidator(_first)]
LastDay = Annotated[dt.date, BeforeValidator(_last)]


class FrozenDict(dict[str, str]):
    """A dictionary of text that cannot change, so that a record holding it is a value."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("the tags of a record cannot change; make a new record")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]  # a dict has none, for it can change
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[str, str]]]:
        return FrozenDict, (dict(self),)

    def __repr__(self) -> str:
        return repr(dict(self))


def _tags(value: Any) -> Any:
    if isinstance(value, dict):
        names = [clean(name) if isinstance(name, str) else name for name in value]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the tag {name!r} is given twice")
    return value


Tags = Annotated[
    dict[Text, Text],
    BeforeValidator(_tags),
    AfterValidator(lambda tags: FrozenDict(sorted(tags.items()))),
]


class Record(BaseModel):
    """What all records share: frozen, strict about unknown fields, shown in a few words."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def _repr_html_(self) -> str:
        """The fields that are set, as an escaped HTML table."""
        fields = [
            (name, value) for name in type(self).model_fields if (value := getattr(self, name))
        ]
        rows = [(name.replace("_", " "), _words(value)) for name, value in fields]
        return render.html_table((type(self).__name__, ""), rows)


def _words(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(_words(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{name} = {item}" for name, item in value.items())
    wording = getattr(value, "wording", None)
    return f"{value} ({wording})" if wording else str(value)

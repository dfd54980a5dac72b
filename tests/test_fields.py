"""The kinds of field that the records share."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack.fields import FrozenDict, clean


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  land ports\n of\tentry ", "land ports of entry"),
        ("a\u00a0b", "a b"),
        ("cafe\u0301", "caf\u00e9"),
        ("\u0646\u0645\u06cc\u200c\u062f\u0627", "\u0646\u0645\u06cc\u200c\u062f\u0627"),
        ("日本", "日本"),
    ],
)  # fmt: skip
def test_text_has_one_spelling(text: str, plain: str) -> None:
    """Blanks and accents are made one, and the joiners of written languages stay."""
    assert clean(text) == plain


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u00a0"])
def test_an_empty_text_is_refused(text: str) -> None:
    """What is not stated is left out, and never written as nothing."""
    with pytest.raises(ValueError, match="an empty text; leave the field out"):
        clean(text)


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\ud800", "\ue000", "\uffff"])
def test_an_unprintable_character_is_refused(character: str) -> None:
    """Control codes, halves of characters and private ones cannot reach a table or a file."""
    with pytest.raises(ValueError, match="unprintable character"):
        clean(f"a{character}b")


@given(st.text(max_size=40))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Text that was accepted is on one line and is accepted as it now stands."""
    try:
        plain = clean(text)
    except ValueError as error:
        assert "text" in str(error)  # noqa: PT017 random text is refused or cleaned
    else:
        assert clean(plain) == plain
        assert len(plain.splitlines()) == 1


CHANGES: dict[str, Callable[[FrozenDict], object]] = {
    "set": lambda tags: tags.__setitem__("topic", "rail"),
    "delete": lambda tags: tags.__delitem__("topic"),
    "or": lambda tags: tags.__ior__({"a": "b"}),
    "clear": lambda tags: tags.clear(),
    "pop": lambda tags: tags.pop("topic"),
    "popitem": lambda tags: tags.popitem(),
    "setdefault": lambda tags: tags.setdefault("a", "b"),
    "update": lambda tags: tags.update(a="b"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_tags_cannot_change(change: Callable[[FrozenDict], object]) -> None:
    """Every way to change a dictionary is refused, and nothing has changed."""
    tags = FrozenDict(topic="border")
    with pytest.raises(TypeError, match="cannot change; make a new record"):
        change(tags)
    assert tags == {"topic": "border"}


def test_tags_are_a_value() -> None:
    """Equal tags hash alike in any order, and survive copying and pickling as what they are."""
    tags = FrozenDict(a="1", b="2")
    assert hash(tags) == hash(FrozenDict(b="2", a="1"))
    assert hash(tags) != hash(FrozenDict(a="1", b="3"))
    for other in (
        copy.copy(tags),
        copy.deepcopy(tags),
        pickle.loads(pickle.dumps(tags)),  # noqa: S301 our own bytes
    ):
        assert type(other) is FrozenDict
        assert other == tags
    assert repr(tags) == "{'a': '1', 'b': '2'}"


def test_tags_are_sorted_and_cleaned() -> None:
    """The order of writing does not show, nor do stray blanks."""
    promise = pt.Commitment(
        id="x", party="A", announced="2024-01-01", stage="pledged",
        tags={"topic ": " rail", "law": "B"},
    )  # fmt: skip
    assert list(promise.tags.items()) == [("law", "B"), ("topic", "rail")]
    assert type(promise.tags) is FrozenDict


def test_a_tag_has_one_value() -> None:
    """Two spellings of one name are a mistake, since one of the values would be lost."""
    with pytest.raises(ValueError, match="topic"):
        pt.Commitment(
            id="x", party="A", announced="2024-01-01", stage="pledged",
            tags={"topic": "rail", "topic ": "road"},
        )  # fmt: skip

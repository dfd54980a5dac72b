"""A short slice of the fuzzing, the same in every run; ``python -m fuzz --all`` is the whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pledgetrack as pt
from fuzz import properties
from fuzz.campaign import Campaign, signature
from fuzz.targets import TARGETS, Target

INPUTS = 12


@pytest.mark.parametrize("name", TARGETS)
def test_a_seed_is_read(name: str) -> None:
    """What a campaign begins with is read by its target, so that changes of it go deep."""
    for seed in TARGETS[name].seeds:
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_a_changed_seed_is_refused_or_read(name: str) -> None:
    """Odd words in the place of others bring out errors of the library and no others."""
    campaign = Campaign(TARGETS[name], INPUTS, seconds=600)
    properties.run(campaign)
    assert campaign.inputs == INPUTS
    assert campaign.defects == {}


def test_a_defect_is_kept_with_its_input(tmp_path: Path) -> None:
    """An error from outside the library's tree is told, once, with the first input that has it."""

    def broken(data: bytes) -> object:
        if data == b"refused":
            raise pt.PledgetrackError("no")
        return {}[data]

    campaign = Campaign(Target("broken", broken, (b"a",), 1), limit=3, seconds=600)
    for data in (b"refused", b"b", b"c"):
        campaign.give(data)
    assert campaign.is_over
    assert (campaign.inputs, campaign.refused) == (3, 1)
    ((told, data),) = campaign.defects.items()
    assert told.startswith("KeyError at test_fuzz.py:")
    assert data == b"b"
    campaign.save(tmp_path, "properties")
    assert [path.read_bytes() for path in tmp_path.glob("broken-*.input")] == [b"b"]
    saved = json.loads((tmp_path / "campaigns.jsonl").read_text(encoding="utf-8"))
    assert (saved["inputs"], saved["defects"]) == (3, [told])


def test_a_defect_is_told_by_its_place_in_the_library() -> None:
    """Two inputs that fail in one line of the library are one defect."""
    places = set()
    for phrase in ("$5", "$6"):
        try:
            pt.parse_quantity(phrase)
        except pt.WordingError as error:
            places.add(signature(error))
    assert len(places) == 1
    assert next(iter(places)).startswith("WordingError at ")

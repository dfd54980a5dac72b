"""The engine ``properties``: seeds whose words are changed, so that their form mostly holds."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from fuzz import seeds
from fuzz.campaign import Campaign
from fuzz.targets import Target

_TOKEN = re.compile(r"\w[\w.:-]*|\s+|.", re.DOTALL)
_BATCH = 2_000  # Hypothesis remembers what it has drawn, and forgets it with the batch


@st.composite
def changed(draw: Any, target: Target) -> bytes:
    """A seed of the target with a few of its words replaced, doubled, swapped or left out."""
    text = draw(st.sampled_from(target.seeds)).decode()
    tokens = _TOKEN.findall(text)
    words = [at for at, token in enumerate(tokens) if token[0].isalnum()]
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.sampled_from(words)) if draw(st.integers(0, 4)) else draw(
            st.integers(0, len(tokens) - 1)
        )  # fmt: skip
        way = draw(st.integers(0, 9))
        if way < 6:
            tokens[at] = draw(st.sampled_from(seeds.ODD))
        elif way == 6:
            tokens[at] = draw(st.text(max_size=8))
        elif way == 7:
            tokens[at] = ""
        elif way == 8:
            tokens[at] += tokens[at]
        else:
            tokens[at] = tokens[draw(st.sampled_from(words))]
    return "".join(tokens).encode("utf-8", "surrogatepass")


def run(campaign: Campaign, *, start: int = 0) -> None:
    """Draw inputs until the campaign is over; the same start draws the same inputs."""
    while not campaign.is_over:

        @seeded(start)
        @settings(
            max_examples=min(_BATCH, campaign.limit - campaign.inputs), deadline=None,
            database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(changed(campaign.target))
        def batch(data: bytes) -> None:
            if not campaign.is_over:
                campaign.give(data)

        batch()
        start += 1

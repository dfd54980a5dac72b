"""Ledgers whose reports a browser opens: hostile, large, little, none."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pledgetrack as pt

EVIL = (
    "<script>window.harmed = 1</script>", "</style><img src=x onerror='window.harmed = 2'>",
    '"onmouseover="window.harmed = 3', "وعد بالمساعدة العاجلة", "=HYPERLINK(A1)",
    "\u202emirrored", "{{ 7 * 7 }}", "x" * 10_000,
)  # fmt: skip


def hostile() -> pt.Ledger:
    """Records whose every text means harm."""
    promises = [
        pt.Commitment(
            id=f"c{at} {text}", title=text, party=text, recipient=text, channel=text,
            announced="2022-01-15", stage="pledged", condition=text, note=text, tags={text: text},
            target={"number": at + 1, "unit": "USD" if at % 2 else f"{text[:60]} thing"},
            horizon={"end": "2023-01-15", "wording": text},
            citation={"source": f"s{at}", "place": text},
        )
        for at, text in enumerate(EVIL)
    ]  # fmt: skip
    events = [
        pt.Event(commitment=promise.id, kind="delivered", on="2022-03-01",
                 quantity={"number": 1, "unit": promise.targets[0].unit},
                 citation={"source": "s0", "place": "<b>p. 1</b>"})
        for promise in promises
    ]  # fmt: skip
    urls = ("javascript:window.harmed=4", "https://example.org/?q=<script>", "data:text/html,x")
    sources = [
        pt.Source(id=f"s{at}", title=text, publisher=text, url=urls[at % 3])
        for at, text in enumerate(EVIL)
    ]
    return pt.Ledger(promises, events, sources)


def large(count: int) -> pt.Ledger:
    """So many promises of forty parties, each with a source, most with deliveries."""
    draw = random.Random(7)  # noqa: S311  # the same ledger each time
    sources = [
        pt.Source(id=f"s{at}", title=f"Budget report {at}", publisher="Treasury",
                  published="2024-03-06", url=f"https://example.org/{at}")
        for at in range(min(count, 200))
    ]  # fmt: skip
    promises, events = [], []
    for at in range(count):
        announced = dt.date(2020, 1, 1) + dt.timedelta(days=draw.randrange(1500))
        unit = draw.choice(("USD", "USD", "EUR", "tent"))
        cite = {"source": draw.choice(sources).id, "place": f"p. {draw.randrange(90)}"}
        promise = pt.Commitment(
            id=f"c{at:05}", title=f"Promise {at} of roads and schools",
            party=f"Agency {draw.randrange(40)}", recipient=f"Country {draw.randrange(60)}",
            announced=announced, stage=draw.choice(("pledged", "committed")),
            target={"number": draw.randrange(1, 10**7), "unit": unit},
            horizon={"end": announced + dt.timedelta(days=draw.randrange(100, 2500))},
            citation=cite,
        )  # fmt: skip
        promises.append(promise)
        events += [
            pt.Event(commitment=promise.id, kind="delivered", citation=cite,
                     on=announced + dt.timedelta(days=30 * step),
                     quantity={"number": draw.randrange(1, 10**6), "unit": unit})
            for step in range(1, draw.randrange(1, 6))
        ]  # fmt: skip
    return pt.Ledger(promises, events, sources)


def little(**fields: Any) -> pt.Ledger:
    """One promise."""
    return pt.Ledger([
        pt.Commitment(id="one", party="Mexico", announced="2024-01-15", stage="pledged", **fields)
    ])  # fmt: skip


LEDGERS: dict[str, Callable[[], pt.Ledger]] = {
    "seeds": pt.load_seeds,
    "hostile": hostile,
    "nothing": pt.Ledger,
    "one action": little,
    "one amount without an end": lambda: little(target={"number": 5, "unit": "USD"}),
    "two hundred": lambda: large(200),
    "five thousand": lambda: large(5000),
}

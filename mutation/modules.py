"""What is mutated: the files of each topic, and the tests that must notice, quick ones first."""

from __future__ import annotations

from dataclasses import dataclass

LAWS = ("laws",)


@dataclass(frozen=True)
class Topic:
    """Files of the library, and the test files that they are held against."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


TOPICS = {
    "units": Topic(("units",), ("units", "quantity", *LAWS)),
    "calendar": Topic(("calendar",), ("calendar", "periods", "models", *LAWS)),
    "quantity": Topic(("quantity",), ("quantity", "units", *LAWS)),
    "horizon": Topic(("horizon",), ("horizon", "wording", *LAWS)),
    "wording": Topic(
        (
            "wording",
            "quantity_wording",
            "horizon_wording",
            "quantity_candidates",
            "horizon_candidates",
            "stated_numbers",
            "stated_days",
            "stated_periods",
            "vocabulary",
            "nouns",
        ),
        ("stated_numbers", "nouns", "vocabulary", "wording", *LAWS),
    ),
    "movements": Topic(
        ("movements", "balances", "layers", "kin", "members", "passing", "families", "targets"),
        ("balances", "layers", "movements", "bounds", "families", *LAWS),
    ),
    "status": Topic(
        ("status", "facts", "judging", "judged"),
        ("status", "judging", "families", *LAWS),
    ),
    "periods": Topic(("periods",), ("periods", "calendar", *LAWS)),
    "totals": Topic(
        ("totals", "cells", "adding", "codes"),
        ("totals", "cells", "adding", "judging", "families", *LAWS),
    ),
    "rates": Topic(
        ("rates", "quotes", "pricing", "worth", "exchange", "convert"),
        ("rates", "quotes", "deflators", "exchange", "convert", *LAWS),
    ),
}

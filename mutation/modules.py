"""What is mutated: the files of each topic, and the tests that must notice, quick ones first.

Tests of the modules come first, then the laws, then what else computes with them.
"""

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
        (
            *("quantity_wording", "horizon_wording", "stated_numbers", "nouns", "vocabulary"),
            *("wording", *LAWS, "quantity", "horizon"),
        ),
    ),
    "movements": Topic(
        (
            "movements",
            "balances",
            "layers",
            "kin",
            "members",
            "passing",
            "families",
            "targets",
            "record_columns",
        ),
        (
            *("targets", "balances", "layers", "movements", "bounds", "families", "doubles"),
            *("family_laws", "record_columns", *LAWS),
        ),
    ),
    "status": Topic(
        ("status", "facts", "judging", "judged"),
        (
            "status",
            "judging",
            "status_laws",
            "codes",
            *LAWS,
            "families",
            "courses",
            "results",
            "convert",
        ),
    ),
    "periods": Topic(
        ("periods", "prefixes", "spreading", "period_cells"),
        (
            *("periods", "prefixes", "spreading", "codes", "bounds", *LAWS, "calendar"),
            *("timeline", "period_cells", "convert", "bars"),
        ),
    ),
    "totals": Topic(
        ("totals", "cells", "cell_rows", "pairs", "adding", "codes", "tally"),
        (
            *("totals", "cells", "codes", "adding", "tally", "judging", "spreading"),
            *("bounds", "scan"),
            *(*LAWS, "families", "results", "convert"),
        ),
    ),
    "rates": Topic(
        ("rates", "quotes", "pricing", "worth", "exchange", "convert"),
        ("rates", "quotes", "worth", "deflators", "exchange", "convert", *LAWS),
    ),
}

"""What the files of a ledger look like: the version of the format, tables and headings."""

from __future__ import annotations

from collections.abc import Sequence

from pledgetrack.models import Commitment, Event, Party, Source

FORMAT = 2
"""The version of the format that is written; older ones stay readable."""

ADDED = {2: frozenset({"part_of", "repeats", "same_as"})}
"""The fields that came with a version of the format."""

VERSION_KEY = "pledgetrack_format"
PHRASES = "phrases"
"""The table of a TOML file that says how its phrases are read."""

MODELS: dict[str, type[Commitment | Event | Source | Party]] = {
    "commitment": Commitment,
    "event": Event,
    "source": Source,
    "party": Party,
}
PLURALS = {"commitment": "commitments", "event": "events", "source": "sources", "party": "parties"}
FOLDED = (".toml", ".json", ".csv", ".parquet")
"""The files that make one ledger together where they stand in a folder."""

SUFFIXES = (*FOLDED, ".xlsx")
WRITTEN = (".json", ".csv", ".parquet", ".xlsx")
DESCRIPTOR = "datapackage.json"
"""The file beside CSV tables that describes them to other programs."""

GUARDED = " guarded"
"""What the first heading of a CSV file ends in, whose cells no spreadsheet takes for formulas."""

NESTED = frozenset(
    {"aliases", "parties", "recipients", "channels", "targets", "horizon", "tags", "citations",
     "quantity", "restated"}
)  # fmt: skip
"""Fields that are JSON in a cell of a table."""


def written_headers() -> list[list[str]]:
    """The headings of every table that is or was written, for telling an empty from a cut one."""
    tables = [*((kind,) for kind in MODELS), tuple(PLURALS)]
    return [headings(kinds, version) for version in range(1, FORMAT + 1) for kinds in tables]


def headings(kinds: Sequence[str], version: int = FORMAT) -> list[str]:
    """The headings of a table of records of some kinds."""
    later = {name for since, names in ADDED.items() if since > version for name in names}
    names = dict.fromkeys(name for kind in kinds for name in MODELS[kind].model_fields)
    return [f"{VERSION_KEY}={version}", *(name for name in names if name not in later)]

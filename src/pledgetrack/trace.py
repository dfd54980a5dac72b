"""Explain: the movements, and so the citations, behind a figure."""

from __future__ import annotations

import narwhals as nw
import pandas as pd
import pyarrow as pa

from pledgetrack import frames
from pledgetrack.errors import unknown
from pledgetrack.frames import Where
from pledgetrack.movements import CITATION, MEASURES
from pledgetrack.status import STATUSES, statuses


def explain(
    table: pa.Table, *, as_of: object = None, where: Where | None = None, measure: str | None = None
) -> pd.DataFrame:
    """The movements that count as of a day under some labels, with their citations as text.

    What they add up to, per unit and measure, is the figure that ``totals`` shows.
    """
    day = frames.today(as_of)
    wanted = dict(where or {})
    status = wanted.pop("status", None)
    lazy = frames.enter(table)
    rows = frames.choose(frames.as_of_day(lazy, day), wanted)
    if measure is not None:
        if measure not in (*MEASURES, "alleged"):
            raise unknown("measure", measure, (*MEASURES, "alleged"))
        rows = rows.filter(nw.col("measure") == measure)
    if status is not None:
        allowed = frames.check_status(status, STATUSES)
        known = {row["commitment"] for row in statuses(lazy, day).to_pylist()
                 if row["status"] in allowed}  # fmt: skip
        rows = rows.filter(frames.among(nw.col("commitment").cast(nw.String), sorted(known)))
    found = frames.collect(rows)
    records = found.to_pylist()
    result: dict[str, object] = {}
    for name in found.column_names:
        values = [record[name] for record in records]
        kind = found.schema.field(name).type
        if name == "number":
            result[name] = frames.amounts(values, "decimal")
        elif pa.types.is_date(kind):
            result[name] = frames.days(values)
        else:
            result[name] = frames.words(values)
    explained = frames.dated(pd.DataFrame(result), day)
    return explained[[*(name for name in explained if name != CITATION), CITATION]]

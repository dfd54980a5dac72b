"""pledgetrack: public promises as records, their exact totals, and their fulfilment as of a day.

>>> import pledgetrack as pt
>>> ledger = pt.load_seeds()
>>> ledger.filter(unit="USD").totals(by="party", as_of="2022-07-31")[["party", "pledged"]]
           party     pledged
0         Mexico  1500000000
1  United States  3739000000
"""

from importlib import import_module as _import_module
from importlib.metadata import version as _version
from typing import TYPE_CHECKING as _TYPE_CHECKING

from pledgetrack.calendar import FiscalCalendar
from pledgetrack.deflators import Deflators
from pledgetrack.errors import (
    AmountError,
    CalendarError,
    DayError,
    ExplainError,
    FileFormatError,
    FrameError,
    InvalidLedgerError,
    InvalidRatesError,
    InvalidTotalsError,
    LinkError,
    MissingDeflatorError,
    MissingExtraError,
    MissingRateError,
    PledgetrackError,
    Problem,
    TableError,
    UnitError,
    UnknownNameError,
    WordingError,
)
from pledgetrack.files import load_seeds, read, write
from pledgetrack.history import changes
from pledgetrack.horizon import Horizon
from pledgetrack.ledger import Ledger
from pledgetrack.link import link
from pledgetrack.models import Citation, Commitment, Event, Party, Source
from pledgetrack.outcomes import outcomes
from pledgetrack.quantity import Quantity
from pledgetrack.rates import Rate, Rates
from pledgetrack.reconcile import Reconciliation, reconcile
from pledgetrack.status import status
from pledgetrack.timeline import timeline
from pledgetrack.totals import summary, totals
from pledgetrack.wording import (
    Candidate,
    find_horizons,
    find_quantities,
    parse_horizon,
    parse_quantity,
)

if _TYPE_CHECKING:
    from pledgetrack import chart
    from pledgetrack.formats.crs import read_crs
    from pledgetrack.formats.fts import read_fts
    from pledgetrack.formats.giving360 import read_360giving
    from pledgetrack.formats.iati import read_iati
    from pledgetrack.formats.iati_write import write_iati
    from pledgetrack.formats.promises import read_promises
    from pledgetrack.formats.table_inspection import Inspection, inspect_table
    from pledgetrack.formats.table_mapping import TableMapping
    from pledgetrack.formats.tables import read_table
    from pledgetrack.schema import json_schema
    from pledgetrack.tables import table

__version__ = _version("pledgetrack")

# What reads and writes other formats, and what draws, is loaded when it is first asked for.
_LATER = {
    "chart": "chart",
    "Inspection": "formats.table_inspection",
    "TableMapping": "formats.table_mapping",
    "inspect_table": "formats.table_inspection",
    "json_schema": "schema",
    "read_360giving": "formats.giving360",
    "read_crs": "formats.crs",
    "read_fts": "formats.fts",
    "read_iati": "formats.iati",
    "read_promises": "formats.promises",
    "read_table": "formats.tables",
    "table": "tables",
    "write_iati": "formats.iati_write",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module 'pledgetrack' has no attribute {name!r}")
    module = _import_module(f"pledgetrack.{_LATER[name]}")
    made = module if name == _LATER[name] else getattr(module, name)
    globals()[name] = made
    return made


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "AmountError",
    "CalendarError",
    "Candidate",
    "Citation",
    "Commitment",
    "DayError",
    "Deflators",
    "Event",
    "ExplainError",
    "FileFormatError",
    "FiscalCalendar",
    "FrameError",
    "Horizon",
    "Inspection",
    "InvalidLedgerError",
    "InvalidRatesError",
    "InvalidTotalsError",
    "Ledger",
    "LinkError",
    "MissingDeflatorError",
    "MissingExtraError",
    "MissingRateError",
    "Party",
    "PledgetrackError",
    "Problem",
    "Quantity",
    "Rate",
    "Rates",
    "Reconciliation",
    "Source",
    "TableError",
    "TableMapping",
    "UnitError",
    "UnknownNameError",
    "WordingError",
    "changes",
    "chart",
    "find_horizons",
    "find_quantities",
    "inspect_table",
    "json_schema",
    "link",
    "load_seeds",
    "outcomes",
    "parse_horizon",
    "parse_quantity",
    "read",
    "read_360giving",
    "read_crs",
    "read_fts",
    "read_iati",
    "read_promises",
    "read_table",
    "reconcile",
    "status",
    "summary",
    "table",
    "timeline",
    "totals",
    "write",
    "write_iati",
]

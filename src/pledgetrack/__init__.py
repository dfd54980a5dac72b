"""pledgetrack: public promises as records, their exact totals, and their fulfilment as of a day.

>>> import pledgetrack as pt
>>> ledger = pt.load_seeds()
>>> ledger.filter(unit="USD").totals(by="party", as_of="2022-07-31")[["party", "pledged"]]
           party     pledged
0         Mexico  1500000000
1  United States  3739000000
"""

from importlib.metadata import version as _version

from pledgetrack import chart
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
from pledgetrack.formats.crs import read_crs
from pledgetrack.formats.fts import read_fts
from pledgetrack.formats.giving360 import read_360giving
from pledgetrack.formats.iati import read_iati
from pledgetrack.formats.iati_write import write_iati
from pledgetrack.formats.promises import read_promises
from pledgetrack.formats.tables import read_table
from pledgetrack.history import changes
from pledgetrack.horizon import Horizon
from pledgetrack.ledger import Ledger
from pledgetrack.link import link
from pledgetrack.models import Citation, Commitment, Event, Party, Source
from pledgetrack.outcomes import outcomes
from pledgetrack.quantity import Quantity
from pledgetrack.rates import Rate, Rates
from pledgetrack.reconcile import Reconciliation, reconcile
from pledgetrack.schema import json_schema
from pledgetrack.status import status
from pledgetrack.table_inspection import Inspection, inspect_table
from pledgetrack.table_mapping import TableMapping
from pledgetrack.tables import table
from pledgetrack.timeline import timeline
from pledgetrack.totals import summary, totals
from pledgetrack.wording import (
    Candidate,
    find_horizons,
    find_quantities,
    parse_horizon,
    parse_quantity,
)

__version__ = _version("pledgetrack")

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

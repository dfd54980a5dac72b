"""pledgetrack: public promises as records, their exact totals, and their fulfilment as of a day.

>>> import pledgetrack as pt
>>> ledger = pt.load_seeds()
>>> ledger.filter(unit="USD").totals(by="party", as_of="2022-07-31")[["party", "pledged"]]
           party     pledged
0         Mexico  1500000000
1  United States  3739000000
"""

import sys as _sys
from importlib import import_module as _import_module
from types import ModuleType as _ModuleType
from typing import TYPE_CHECKING as _TYPE_CHECKING

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

if _TYPE_CHECKING:
    from pledgetrack import chart
    from pledgetrack.calendar import FiscalCalendar
    from pledgetrack.deflators import Deflators
    from pledgetrack.files import load_seeds, read, write
    from pledgetrack.formats.crs import read_crs
    from pledgetrack.formats.fts import read_fts
    from pledgetrack.formats.giving360 import read_360giving
    from pledgetrack.formats.iati import read_iati
    from pledgetrack.formats.iati_write import write_iati
    from pledgetrack.formats.promises import read_promises
    from pledgetrack.formats.table_inspection import Inspection, inspect_table
    from pledgetrack.formats.table_mapping import TableMapping
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
    from pledgetrack.reports import report
    from pledgetrack.schema import json_schema
    from pledgetrack.status import status
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

    __version__: str

# What is not loaded until it is first asked for, each from its module: importing costs little.
_LATER = {
    "Candidate": "wording",
    "Citation": "models",
    "Commitment": "models",
    "Deflators": "deflators",
    "Event": "models",
    "FiscalCalendar": "calendar",
    "Horizon": "horizon",
    "Inspection": "formats.table_inspection",
    "Ledger": "ledger",
    "Party": "models",
    "Quantity": "quantity",
    "Rate": "rates",
    "Rates": "rates",
    "Reconciliation": "reconcile",
    "Source": "models",
    "TableMapping": "formats.table_mapping",
    "changes": "history",
    "chart": "chart",
    "find_horizons": "wording",
    "find_quantities": "wording",
    "inspect_table": "formats.table_inspection",
    "json_schema": "schema",
    "link": "link",
    "load_seeds": "files",
    "outcomes": "outcomes",
    "parse_horizon": "wording",
    "parse_quantity": "wording",
    "read": "files",
    "read_360giving": "formats.giving360",
    "read_crs": "formats.crs",
    "read_fts": "formats.fts",
    "read_iati": "formats.iati",
    "read_promises": "formats.promises",
    "read_table": "formats.tables",
    "reconcile": "reconcile",
    "report": "reports",
    "status": "status",
    "summary": "totals",
    "table": "tables",
    "timeline": "timeline",
    "totals": "totals",
    "write": "files",
    "write_iati": "formats.iati_write",
}


class _Package(_ModuleType):
    """The package, in which ``totals`` is the function, and not the module that it comes from."""

    def __getattr__(self, name: str) -> object:
        if name == "__version__":
            from importlib.metadata import version

            made: object = version("pledgetrack")
        elif name in _LATER:
            home = _import_module(f"pledgetrack.{_LATER[name]}")
            made = getattr(home, name, home)
        else:
            raise AttributeError(f"module 'pledgetrack' has no attribute {name!r}")
        super().__setattr__(name, made)
        return made

    def __setattr__(self, name: str, value: object) -> None:
        # Python puts every module that it loads into its package, under the name of the module.
        if name not in _LATER or not isinstance(value, _ModuleType):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__, "__version__"})


_sys.modules[__name__].__class__ = _Package

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
    "report",
    "status",
    "summary",
    "table",
    "timeline",
    "totals",
    "write",
    "write_iati",
]

"""Tables that several tests read."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

DAY = "2035-01-01"

CASH = """Pledges in thousands,,,,
,,,,
Donor,Pledged,Cash,Bilateral,Promissory notes
Europe,,,,
Norway*,"1,200.5",100,-,50
United\u00a0Kingdom ,500,n/a,.,Not given
Sub-total,"1,700.5",100,0,50
Asia,,,,
Japan,300,(20),400,
Sub-total,301,-20,400,
Total,"2,000.5",80,400,50
Source: the Bank,,,,
"""
CASH_MAPPING: dict[str, Any] = {
    "columns": {
        "party": "Donor",
        "recipient": "(heading)",
        "pledged": "Pledged",
        "delivered": {"sum": ["Cash", "Bilateral", "Promissory notes"]},
    },
    "constants": {"unit": "USD", "announced": "2020-02-11", "on": "2024-12-31"},
    "scale": "thousands",
    "subtotals": [
        {"column": "Donor", "matches": "^sub-?total$"},
        {"column": "Donor", "text": "Total", "of": "all"},
    ],
}


def workbook(**sheets: list[list[Any]]) -> io.BytesIO:
    """An Excel file of these sheets."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    made.seek(0)
    return made


ROWS = [["Donor", "Pledge", "Day"], ["A", 0.1, dt.date(2024, 1, 5)]]

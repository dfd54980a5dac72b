"""The code lists of the OECD that say what a row of the Creditor Reporting System means.

"DAC and CRS code lists" of the OECD: donors, nature of submission, type of flow. "Currency codes
for a donor's currency refer to the donor code in question [...] the currency code for the Euro uses
the donor code for EU Institutions, i.e. 918".
"""

from __future__ import annotations

_CURRENCIES = {
    "3": "DKK", "8": "NOK", "10": "SEK", "11": "CHF", "12": "GBP", "20": "ISK", "55": "TRY",
    "68": "CZK", "70": "CHF", "72": "BGN", "75": "HUF", "76": "PLN", "77": "RON", "87": "RUB",
    "301": "CAD", "302": "USD", "358": "MXN", "546": "ILS", "552": "KWD", "561": "QAR",
    "566": "SAR", "576": "AED", "611": "AZN", "613": "KZT", "701": "JPY", "732": "TWD",
    "742": "KRW", "764": "THB", "765": "USD", "801": "AUD", "820": "NZD", "918": "EUR",
}  # fmt: skip
_BEFORE_THE_EURO = {
    "1": ("ATS", 1999), "2": ("BEF", 1999), "4": ("FRF", 1999), "5": ("DEM", 1999),
    "6": ("ITL", 1999), "7": ("NLG", 1999), "9": ("PTE", 1999), "18": ("FIM", 1999),
    "21": ("IEP", 1999), "22": ("LUF", 1999), "30": ("CYP", 2008), "40": ("GRD", 2001),
    "45": ("MTL", 2008), "50": ("ESP", 1999), "61": ("SIT", 2007), "62": ("HRK", 2023),
    "69": ("SKK", 2009), "82": ("EEK", 2011), "83": ("LVL", 2014), "84": ("LTL", 2015),
}  # fmt: skip
"""The own currency of a donor, and the year from which it is the euro."""

REPORTS = {
    "1": "new activity",
    "2": "revision",
    "3": "previously reported activity",
    "5": "provisional data",
    "8": "commitment estimated as equal to disbursement",
}
"""Nature of submission, the column ``initial_report``."""

FLOWS = {
    "11": "ODA Grants",
    "13": "ODA Loans",
    "14": "Other Official Flows (non Export Credit)",
    "19": "Equity Investment",
    "30": "Private Development Finance",
}
CATEGORIES = {
    "10": "ODA",
    "20": "OOF",
    "21": "OOF, no export credit",
    "22": "officially supported export credit",
    "30": "private development finance",
    "35": "private market",
    "36": "private foreign direct investment",
    "37": "other private flows at market terms",
    "40": "no flow",
    "50": "other flows",
}
"""Type of flow, the column ``category``."""


def currency_of(code: str, year: int) -> str:
    """The ISO 4217 code of a currency of the OECD in a year; another code is told as it is.

    >>> currency_of("918", 2022), currency_of("8", 2022), currency_of("5", 1995)
    ('EUR', 'NOK', 'DEM')
    >>> currency_of("5", 2005), currency_of("999", 2022)
    ('EUR', 'OECD code 999')
    """
    if code in _BEFORE_THE_EURO:
        own, joined = _BEFORE_THE_EURO[code]
        return own if year < joined else "EUR"
    if len(code) == 3 and code.isalpha():
        return code
    return _CURRENCIES.get(code, f"OECD code {code}")

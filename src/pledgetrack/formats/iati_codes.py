"""The code lists of IATI that decide how a file is counted, of the standard 2.03 and before."""

from __future__ import annotations

from typing import Literal

Perspective = Literal["outgoing", "incoming"]
Flow = Literal["pledged", "committed", "delivered"]

# https://iatistandard.org/en/iati-standard/203/codelists/transactiontype/
TRANSACTION_TYPES = {
    "1": "incoming funds",
    "2": "outgoing commitment",
    "3": "disbursement",
    "4": "expenditure",
    "5": "interest payment",
    "6": "loan repayment",
    "7": "reimbursement",
    "8": "purchase of equity",
    "9": "sale of equity",
    "10": "credit guarantee",
    "11": "incoming commitment",
    "12": "outgoing pledge",
    "13": "incoming pledge",
}

FLOWS: dict[Perspective, dict[str, Flow]] = {
    "outgoing": {"12": "pledged", "2": "committed", "3": "delivered", "4": "delivered"},
    "incoming": {"13": "pledged", "11": "committed", "1": "delivered"},
}
"""What counts as what, seen from the one who gives, and from the one who receives."""


def reason_aside(code: str, perspective: Perspective) -> str:
    """Why a transaction of a type counts nowhere.

    >>> reason_aside("1", "outgoing"), reason_aside("5", "outgoing")
    ('incoming funds: no outgoing flow', 'interest payment: no promise and no delivery')
    """
    name = TRANSACTION_TYPES[code]
    if any(code in flows for flows in FLOWS.values()):
        return f"{name}: no {perspective} flow"
    return f"{name}: no promise and no delivery"


# https://iatistandard.org/en/iati-standard/203/codelists/organisationtype/
ORGANISATION_TYPES = {
    "10": "government",
    "11": "local government",
    "15": "other public sector",
    "21": "international NGO",
    "22": "national NGO",
    "23": "regional NGO",
    "24": "partner country based NGO",
    "30": "public private partnership",
    "40": "multilateral",
    "60": "foundation",
    "70": "private sector",
    "71": "private sector in provider country",
    "72": "private sector in aid recipient country",
    "73": "private sector in third country",
    "80": "academic, training and research",
    "90": "other",
}

# https://iatistandard.org/en/iati-standard/203/codelists/region/
REGIONS = {
    "88": "States Ex-Yugoslavia, unspecified",
    "89": "Europe, regional",
    "189": "North of Sahara, regional",
    "289": "South of Sahara, regional",
    "298": "Africa, regional",
    "380": "West Indies, regional",
    "389": "North & Central America, regional",
    "489": "South America, regional",
    "498": "America, regional",
    "589": "Middle East, regional",
    "619": "Central Asia, regional",
    "679": "South Asia, regional",
    "689": "South & Central Asia, regional",
    "789": "Far East Asia, regional",
    "798": "Asia, regional",
    "889": "Oceania, regional",
    "998": "Developing countries, unspecified",
}

CANCELLED, SUSPENDED = "5", "6"
"""Codes of the activity status."""

FUNDING, IMPLEMENTING = "1", "4"
"""Codes of the roles of participating organisations."""

PARENT, CHILD = "1", "2"
"""Codes of related activities."""

# The code lists of 1.0x, as the changelog of 2.01 translates them.
_OLD = {
    "transaction-type": {
        "IF": "1", "C": "2", "D": "3", "E": "4", "IR": "5", "LR": "6", "R": "7", "QP": "8",
        "QS": "9", "CG": "10",
    },
    "activity-date": {
        "start-planned": "1", "start-actual": "2", "end-planned": "3", "end-actual": "4",
    },
    "participating-org": {
        "funding": "1", "accountable": "2", "extending": "3", "implementing": "4",
    },
    "budget": {"original": "1", "revised": "2"},
    "sector": {"DAC": "1", "DAC-3": "2"},
}  # fmt: skip


def modern(element: str, code: str, *, old: bool) -> str:
    """A code as the standard 2.0x has it; those of 1.0x are translated.

    >>> modern("transaction-type", "IF", old=True), modern("transaction-type", "IF", old=False)
    ('1', 'IF')
    """
    if not old:
        return code
    table = _OLD[element]
    return table.get(code) or table.get(code.lower(), code)


def region_name(code: str, vocabulary: str) -> str:
    """The name of a region; one of another vocabulary keeps its code.

    >>> region_name("298", "1"), region_name("x7", "99")
    ('Africa, regional', 'region 99:x7')
    """
    if vocabulary == "1":
        return REGIONS.get(code, f"region {code}")
    return f"region {vocabulary}:{code}"


def country_name(code: str) -> str:
    """The English name of a country.

    >>> country_name("KE"), country_name("ZZZ")
    ('Kenya', 'ZZZ')
    """
    from babel import Locale

    name: str = Locale("en").territories.get(code, code)
    return name


def sector_label(code: str, vocabulary: str) -> str:
    """A sector as the tag ``sector`` has it: purpose codes of the DAC plain, others marked.

    >>> sector_label("11220", "1"), sector_label("X", "99")
    ('11220', '99:X')
    """
    return code if vocabulary in ("1", "2") else f"{vocabulary}:{code}"

"""Hypothesis strategies for records and ledgers, to property-test one's own aggregations.

Every ledger drawn is valid: it may hold joint parties, several targets, bounds, days known only to
the month, moved horizons, refunds and events of every kind. Needs the extra ``strategies``.

>>> from hypothesis import given, settings
>>> @settings(max_examples=5, database=None)
... @given(ledgers())
... def test_parties_add_up(ledger):
...     groups = ledger.totals(by="party", as_of="2030-01-01")
...     whole = ledger.totals(as_of="2030-01-01")
...     assert len(whole) == groups["unit"].nunique()
>>> test_parties_add_up()
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pledgetrack.balances import by_commitment
from pledgetrack.calendar import FiscalCalendar, as_month, month_of
from pledgetrack.deflators import Deflators
from pledgetrack.errors import MissingExtraError
from pledgetrack.families import accounts
from pledgetrack.horizon import Horizon
from pledgetrack.ledger import Ledger
from pledgetrack.models import (
    ENDINGS,
    EVENT_KINDS,
    STAGES,
    Citation,
    Commitment,
    Event,
    Party,
    Source,
)
from pledgetrack.quantity import BOUNDS, INTEGER_DIGITS, Quantity
from pledgetrack.rates import Rates
from pledgetrack.units import is_currency, minor_digits

try:
    from hypothesis import strategies as st
except ModuleNotFoundError as error:
    raise MissingExtraError(
        "the strategies need hypothesis; pip install 'pledgetrack[strategies]'", extra="strategies"
    ) from error

FIRST_DAY, LAST_DAY = dt.date(2015, 1, 1), dt.date(2029, 12, 31)
UNITS = ("USD", "EUR", "JPY", "KWD", "DEM", "H-2B visa", "hospital")
NAMES = ("Mexico", "United States", "Peru", "Chile", "Norway")


# Made once: to make a strategy anew takes longer than to draw from it.
_NAMED = st.sampled_from(NAMES)
_ONE_OR_TWO = st.lists(_NAMED, unique=True, min_size=1, max_size=2)
_TWO_AT_MOST = st.lists(_NAMED, unique=True, max_size=2)
_BOUND = st.sampled_from(("exact", "exact", *BOUNDS))
_WORDING = st.sampled_from((None, None, "as the source has it"))
_PLACE = st.none() | st.integers(1, 99).map(lambda page: f"p. {page}")
_RELATION = st.sampled_from((None, None, "part_of", "part_of", "part_of", "repeats", "same_as"))
_TARGET_UNITS = st.lists(st.sampled_from(UNITS), unique=True, max_size=2)
_CHANNELS = st.sampled_from(((), (), ("UNHCR",)))
_STAGE = st.sampled_from(STAGES)
_CONDITION = st.sampled_from((None, "if the other side agrees"))
_TAGS = st.sampled_from(((), (("theme", "aid"),), (("theme", "border"), ("region", "north"))))
_KIND = st.sampled_from(("delivered", "delivered", "revised", "revised", *EVENT_KINDS))
_REVISION = st.sampled_from(("by", "by", "to", "to", "horizon", "both"))
_OUTCOME = st.sampled_from(("kept", "compromise", "broken", "uncheckable"))


def days(first: dt.date = FIRST_DAY, last: dt.date = LAST_DAY) -> Any:
    """Days between two, both included."""
    return st.dates(first, last)


def units() -> Any:
    """Currencies with 0, 2 and 3 minor digits, a withdrawn one, and things counted."""
    return st.sampled_from(UNITS)


@lru_cache
def amounts(unit: str = "USD", *, most: int = 10**12, least: int = 0) -> Any:
    """Exact amounts in whole minor units, small, round and large ones alike.

    ``least`` and ``most`` are in whole units; an amount may have as many decimals as its unit.
    """
    digits = minor_digits(unit)
    scale = 10**digits
    parts = st.one_of(
        st.integers(least * scale, min(most, max(least, 100)) * scale),
        st.integers(least, most).map(lambda whole: whole * scale),
        st.integers(least * scale, most * scale),
    )
    return parts.map(lambda part: Decimal(part).scaleb(-digits))


def wide_amounts() -> Any:
    """Amounts up to the limits of what a movement holds, with up to six decimals."""
    return st.decimals(
        -(10**INTEGER_DIGITS) + 1, 10**INTEGER_DIGITS - 1, allow_nan=False, places=6
    ).filter(lambda number: abs(number) < 10**INTEGER_DIGITS)


@st.composite
def quantities(
    draw: Any, unit: str | None = None, *, least: int = 0, most: int = 10**12
) -> Quantity:
    """Quantities of a unit, most of them exact; ranges, margins and wordings among them."""
    unit = unit or draw(units())
    bound = draw(_BOUND)
    number = draw(amounts(unit, least=least, most=most))
    margin = upper = None
    if bound == "about" and number:
        digits = minor_digits(unit)
        parts = st.integers(1, int(abs(number).scaleb(digits)))
        margin = draw(st.none() | parts.map(lambda part: Decimal(part).scaleb(-digits)))
    if bound == "at least":
        more = draw(amounts(unit, most=1000))
        upper = number + more if more else None
    wording = draw(_WORDING)
    return Quantity(
        number=number, unit=unit, bound=bound, most=upper, margin=margin, wording=wording
    )


@st.composite
def horizons(draw: Any, first: dt.date = FIRST_DAY) -> Horizon:
    """Horizons with and without a start, open ones among them."""
    start = draw(st.none() | days(first))
    end = draw(st.none() | days(start or first))
    wording = None if start or end else "multi-year"
    return Horizon(start=start, end=end, wording=wording)


_quantities = lru_cache(quantities)
_HORIZON = st.none() | horizons()


@st.composite
def parties(draw: Any) -> Party:
    """Parties, some with another spelling."""
    name = draw(st.sampled_from(NAMES))
    return Party(name=name, aliases=(f"{name} (state)",) if draw(st.booleans()) else ())


@st.composite
def sources(draw: Any) -> Source:
    """Sources, some with a day."""
    number = draw(st.integers(1, 3))
    # One id is one source, so that two ledgers drawn can be joined.
    published = dt.date(2020 + number, 6, 30) if number % 2 else None
    return Source(id=f"source-{number}", title=f"Report {number}", published=published)


def _citations(draw: Any, known: Sequence[Source]) -> tuple[Citation, ...]:
    ids = [source.id for source in known]
    cited = draw(st.lists(st.sampled_from(ids), max_size=2)) if ids else ()
    return tuple(Citation(source=one, place=draw(_PLACE)) for one in cited)


def _stated_day(draw: Any, first: dt.date) -> Any:
    """A day, or a month whose first day is not before the first."""
    day: dt.date = draw(days(first))
    is_month = draw(st.booleans()) and month_of(day)[0] >= first
    return f"{day.year:04d}-{day.month:02d}" if is_month else day


def _later_day(draw: Any, stated: Any) -> dt.date | None:
    """The day on which a fact may have become known: its own, or later."""
    if draw(st.booleans()):
        return None
    last = (as_month(stated) or (stated, stated))[1]
    later: dt.date = draw(days(last, LAST_DAY + dt.timedelta(days=60)))
    return later


@st.composite
def commitments(
    draw: Any,
    name: str = "promise",
    known: Sequence[Source] = (),
    others: Sequence[Commitment] = (),
) -> Commitment:
    """Commitments of every stage, with none, one or several targets.

    One may be a part of one of the ``others``, announce it again, or be another record of it.
    """
    relation = draw(_RELATION)
    other = draw(st.sampled_from(others)) if others and relation else None
    if other is not None and other.targets and draw(st.integers(0, 3)):
        kept = draw(st.lists(st.sampled_from(other.targets), unique=True, min_size=1))
        targets = tuple(draw(_parts_of(target)) for target in kept)
    else:
        targets = tuple(draw(_quantities(unit)) for unit in draw(_TARGET_UNITS))
    announced = _stated_day(draw, FIRST_DAY)
    return Commitment(
        id=name,
        parties=draw(_ONE_OR_TWO),
        recipients=draw(_TWO_AT_MOST),
        channels=draw(_CHANNELS),
        targets=targets,
        horizon=draw(_HORIZON),
        announced=announced,
        **({relation: other.id} if other is not None and relation else {}),
        known=_later_day(draw, announced),
        stage=draw(_STAGE),
        condition=draw(_CONDITION),
        tags=dict(draw(_TAGS)),
        citations=_citations(draw, known),
    )


@st.composite
def _parts_of(draw: Any, target: Quantity) -> Quantity:
    """Quantities of which several go into a target."""
    share = draw(st.sampled_from((3, 2, 1, 1)))
    made: Quantity = draw(_quantities(target.unit, most=int(target.number) // share))
    return made


@st.composite
def events(draw: Any, commitment: Commitment, known: Sequence[Source] = ()) -> Event:
    """Events of every kind that the commitment can have."""
    target_units = [target.unit for target in commitment.targets]
    kind = draw(_KIND)
    on = _stated_day(draw, commitment.announced_from)
    fields: dict[str, Any] = {}
    unit = draw(st.sampled_from(target_units)) if target_units else None
    if kind == "delivered":
        other = draw(units()) if unit is None or draw(st.integers(0, 9)) == 0 else unit
        fields["quantity"] = draw(_quantities(other, least=-100))
        if draw(st.booleans()):
            fields["period_start"] = draw(days(FIRST_DAY, (as_month(on) or (on, on))[0]))
    elif kind == "revised":
        form = draw(_REVISION) if unit else "horizon"
        if form == "by":
            fields["quantity"] = draw(_quantities(unit, least=-(10**12)))
        if form in ("to", "both"):
            fields["restated"] = draw(_quantities(unit))
        if form in ("horizon", "both"):
            fields["horizon"] = draw(horizons())
    elif kind in ("pledged", "committed", *ENDINGS) and unit and draw(st.booleans()):
        fields["quantity"] = draw(_quantities(unit))
    elif kind == "rated":
        fields["outcome"] = draw(_OUTCOME)
    return Event(
        commitment=commitment.id,
        kind=kind,
        on=on,
        known=_later_day(draw, on),
        citations=_citations(draw, known),
        **fields,
    )


@st.composite
def coincidences(draw: Any, event: Event) -> Event:
    """Events of the kind, day, knowledge and citations of another, in its unit: up as well as down.

    Of a delivery these are deliveries and refunds, of a revision those by an amount.
    """
    quantity = event.quantity or event.restated
    if event.kind not in ("delivered", "revised") or quantity is None:
        return event
    most = int(abs(quantity.number)) + 1
    return event.model_copy(
        update={
            "quantity": draw(quantities(quantity.unit, least=-most, most=most)),
            "restated": None,
            "horizon": None,
        }
    )


@st.composite
def ledgers(
    draw: Any, *, max_commitments: int = 4, max_events: int = 5, prefix: str = ""
) -> Ledger:
    """Valid ledgers; ``prefix`` begins every id, so that two ledgers can be joined.

    Some commitments are parts of others, announce them again, or are other records of them; some
    name one that is not there.
    """
    known = tuple({source.id: source for source in draw(st.lists(sources(), max_size=2))}.values())
    named = {party.name: party for party in draw(st.lists(parties(), max_size=2))}
    count = draw(st.integers(0, max_commitments))
    promised: list[Commitment] = []
    for at in range(count):
        promised.append(draw(commitments(f"{prefix}promise-{at}", known, tuple(promised))))
    absent = draw(st.sampled_from((False, False, False, True)))
    if absent and promised:
        promised = promised[1:]  # what names it counts by itself
    happened: list[Event] = []
    for commitment in promised:
        mine = draw(st.lists(events(commitment, known), max_size=max_events))
        # Some sources tell two facts of one day in one place, such as a delivery and a refund.
        twice = [one for one in mine if one.kind in ("delivered", "revised")]
        if twice and len(mine) < max_events and not draw(st.integers(0, 1)):
            mine.append(draw(coincidences(draw(st.sampled_from(twice)))))
        happened.extend(_without_conflicts(commitment, mine))
    return Ledger(_fitting(promised, happened), happened, known, named.values())


@st.composite
def families(draw: Any, *, max_parts: int = 3, max_events: int = 4) -> Ledger:
    """A whole and its parts in one currency, and what happened to them.

    Parts may be older than their whole, firmer, less firm, and parts of parts.
    """
    unit = draw(st.sampled_from([unit for unit in UNITS if is_currency(unit)]))
    promised: list[Commitment] = []
    for at in range(draw(st.integers(1, max_parts)) + 1):
        one = draw(commitments(f"promise-{at}"))
        whole = draw(st.sampled_from(promised)) if promised else None
        target = _parts_of(whole.targets[0]) if whole else quantities(unit, least=1)
        fields = {"targets": (draw(target),), "part_of": whole.id if whole else None}
        promised.append(one.model_copy(update=fields))
    happened: list[Event] = []
    for commitment in promised:
        mine = draw(st.lists(events(commitment), max_size=max_events))
        happened.extend(_without_conflicts(commitment, mine))
    return Ledger(_fitting(promised, happened), happened)


def _fitting(promised: Sequence[Commitment], happened: Sequence[Event]) -> list[Commitment]:
    """The commitments, those that are too large for their whole no parts of it."""
    events = by_commitment(happened)
    while True:
        counted = accounts(promised, events)
        large = {name for name, account in counted.items() if account.too_large}
        if not large:
            return list(promised)
        promised = [
            one.model_copy(update={"part_of": None}) if one.id in large else one for one in promised
        ]


def _without_conflicts(commitment: Commitment, drawn: Sequence[Event]) -> list[Event]:
    """The events, with one restatement of a target and of the horizon a day."""
    kept: list[Event] = []
    seen: set[tuple[dt.date, str]] = set()
    for event in drawn:
        day = max(event.on, commitment.announced)
        stated = {(day, event.restated.unit)} if event.restated else set()
        stated |= {(day, "horizon")} if event.horizon else set()
        if not stated & seen:
            kept.append(event)
            seen |= stated
    return kept


@st.composite
def rates(draw: Any, *, complete: bool = True) -> Rates:
    """Rates of every currency that is drawn here, fixed, or dated.

    There is one for every day, unless they need not be ``complete``: then a currency may lack all
    of them, or those of some years.
    """
    base = draw(st.sampled_from([unit for unit in UNITS if is_currency(unit)]))
    dated = not complete or draw(st.sampled_from((True, True, False)))
    on = {FIRST_DAY, *draw(st.lists(days(), min_size=1, max_size=6))} if dated else {None}
    rate = _positive() if complete else st.none() | _positive() | _positive()
    series = {
        unit: {day: draw(rate) for day in on}
        for unit in UNITS
        if is_currency(unit) and unit != base and (complete or draw(st.integers(0, 5)))
    }
    return Rates(base, series, "rates that were drawn", max_gap=(LAST_DAY - FIRST_DAY).days)


@st.composite
def deflators(draw: Any) -> Deflators:
    """Price indices of every currency, for every year, that is drawn here."""
    years = range(FIRST_DAY.year, LAST_DAY.year + 1)
    index = {
        (unit, year): draw(_positive()) for unit in UNITS if is_currency(unit) for year in years
    }
    base_year = draw(st.sampled_from(years))
    return Deflators(index, base_year, "currency", "indices that were drawn")


def _positive() -> Any:
    """Numbers above 0 as rates are stated: mostly of four decimals."""
    return st.just(Decimal(1)) | st.integers(1, 10**7).map(lambda part: Decimal(part).scaleb(-4))


def calendars() -> Any:
    """Fiscal calendars of every first month and naming."""
    return st.builds(FiscalCalendar, st.integers(1, 12), st.sampled_from(("starting", "ending")))


# --- tables ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """A table as people type one: the file, its mapping, and what its rows state.

    ``rows`` are donor, day and amount in USD; an amount that the table leaves open is None.
    """

    content: bytes
    mapping: dict[str, Any]
    rows: tuple[tuple[str, dt.date, Decimal | None], ...]


DONORS = ("Norway", "United Kingdom", "Côte d'Ivoire", "Saint Kitts, Nevis", 'The "Fund"')
_NOTHING = ("", "-", "n/a", ".", "..", "Not given", " ")
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%b-%Y", "%B %d, %Y", "%Y-%m-%dT00:00:00")


@st.composite
def tables(draw: Any) -> DrawnTable:
    """Tables of donors, days and amounts, with the noise that files in use have.

    Titles and notes around the rows, HXL tags, blank rows and columns, footnote marks, stray
    spaces, thousands separators, decimal commas, negative amounts in parentheses, words for nil,
    any delimiter and encoding, and a total that is right.

    """
    amounts_or_none = st.none() | amounts(most=10**9)
    stated = draw(st.lists(st.tuples(st.sampled_from(DONORS), days(), amounts_or_none), max_size=6))
    sign = draw(st.sampled_from((".", ",")))
    form = draw(st.sampled_from(_DAYS))
    lines: list[list[str]] = []
    above = draw(st.lists(st.sampled_from(["Pledges 2024", "in US dollars", ""]), max_size=2))
    lines += [[text, "", "", ""] for text in above]
    lines.append(["Donor ", "Pledge\n(USD)", "Day", ""])
    if draw(st.booleans()):
        lines.append(["#org+name", "#value+usd", "#date", ""])
    for name, day, number in stated:
        lines += [["", "", "", ""]] * draw(st.integers(0, 1))
        lines.append([draw(_dressed(name)), draw(_written(number, sign)), day.strftime(form), ""])
    mapping: dict[str, Any] = {
        "columns": {"party": "Donor", "target": "Pledge (USD)", "announced": "Day"},
        "constants": {"unit": "USD", "stage": "pledged"},
        "decimal": sign,
        "day_first": form == "%d/%m/%Y",
    }
    if draw(st.booleans()):
        total = sum((number for *_, number in stated if number is not None), Decimal(0))
        lines.append(["Grand total", _digits(total, sign, ""), "", ""])
        mapping["subtotals"] = [{"column": "Donor", "text": "grand total", "of": "all"}]
    lines += [["* as announced", "", "", ""]] * draw(st.integers(0, 1))
    delimiter = draw(st.sampled_from(",;\t|"))
    text = "".join(_csv_line(line, delimiter) for line in lines)
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "cp1252")))
    return DrawnTable(text.encode(encoding), mapping, tuple(stated))


def _dressed(name: str) -> Any:
    """A name with stray spaces and footnote marks."""
    marks = st.sampled_from(["", " ", "*", " (a)", "\u00a0", " †", " 1/"])
    # Windows-1252 has the dagger and the hard space, and no superscript but these.
    return st.tuples(st.sampled_from(["", " ", "\u00a0"]), marks).map(
        lambda around: f"{around[0]}{name}{around[1]}"
    )


def _written(number: Decimal | None, sign: str) -> Any:
    """A number in the ways in which people write it, or that there is none."""
    if number is None:
        return st.sampled_from(_NOTHING)
    groups = [",", " ", "'", ""] if sign == "." else [".", " ", ""]
    dress = st.sampled_from(["{}", " {} ", "{}*", "US$ {}", "{} USD", "{} (b)"])
    return st.tuples(st.sampled_from(groups), dress).map(
        lambda drawn: drawn[1].format(_digits(number, sign, drawn[0]))
    )


def _digits(number: Decimal, sign: str, group: str) -> str:
    whole, _, rest = f"{number:,f}".partition(".")
    return whole.replace(",", group) + (f"{sign}{rest}" if rest else "")


def _csv_line(cells: Sequence[str], delimiter: str) -> str:
    quoted = ('"' + cell.replace('"', '""') + '"' for cell in cells)
    return delimiter.join(quoted) + "\r\n"

"""IATI files drawn, written, read, and held against plain sums."""

from __future__ import annotations

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from iati_files import activity, budget, iati, org, transaction
from pledgetrack import strategies
from pledgetrack.formats.iati_activity import _Bad, number_of
from pledgetrack.quantity import exact

END = dt.date(2030, 12, 31)
CODES = tuple(str(code) for code in range(1, 14))
GIVERS = ("", "North Fund", "South Fund")
UNITS = ("EUR", "USD", "JPY", "KWD")
COUNTRIES = {"KE": "Kenya", "UG": "Uganda", "TZ": "Tanzania"}
FLOWS = {
    "outgoing": {"12": "pledged", "2": "committed", "3": "delivered", "4": "delivered"},
    "incoming": {"13": "pledged", "11": "committed", "1": "delivered"},
}


class Fact(NamedTuple):
    """A transaction as drawn."""

    code: str
    day: dt.date
    number: Decimal
    unit: str
    giver: str


class Drawn(NamedTuple):
    """An activity as drawn: its facts, the percentages of its recipients, its budgets."""

    facts: list[Fact]
    shares: dict[str, int]
    budgets: list[Decimal]


@st.composite
def facts(draw: Any) -> Fact:
    """Transactions of every type, refunds among them."""
    unit = draw(st.sampled_from(UNITS))
    number = draw(strategies.amounts(unit, most=10**6))
    sign = draw(st.sampled_from((1, 1, 1, -1)))
    code, giver = draw(st.sampled_from(CODES)), draw(st.sampled_from(GIVERS))
    return Fact(code, draw(strategies.days()), number * sign, unit, giver)


@st.composite
def drawn(draw: Any) -> Drawn:
    """Activities whose percentages may leave a rest."""
    names = draw(st.lists(st.sampled_from(sorted(COUNTRIES)), unique=True, max_size=3))
    cuts = sorted(draw(st.lists(st.integers(1, 100), min_size=len(names), max_size=len(names))))
    shares = {n: b - a for n, a, b in zip(names, [0, *cuts], cuts, strict=False) if b > a}
    budgets = draw(st.lists(strategies.amounts("EUR", most=10**6), max_size=2))
    return Drawn(draw(st.lists(facts(), max_size=6)), shares, budgets)


def written(activities: list[Drawn]) -> Any:
    """The file that says so."""
    made = []
    for at, one in enumerate(activities):
        inside = [
            f'<recipient-country code="{code}" percentage="{share}"/>'
            for code, share in one.shares.items()
        ]
        for fact in one.facts:
            giver = org("provider-org", fact.giver) if fact.giver else ""
            day, value = str(fact.day), f"{fact.number:f}"
            inside.append(transaction(fact.code, day, value, giver, currency=fact.unit))
        inside += [budget("2024-05-01", "2025-04-30", f"{number:f}") for number in one.budgets]
        made.append(activity(*inside, name=f"X-{at}"))
    return iati(*made)


def expected(activities: list[Drawn], perspective: str) -> dict[tuple[str, str, str], Decimal]:
    """What adds up to what, by giver, unit and measure, in plain sums."""
    flows = FLOWS[perspective]
    found: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for one in activities:
        sums: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        seen = set()
        for fact in one.facts:
            if fact.code in flows:
                nobody = "Example Agency" if perspective == "outgoing" else "not stated"
                giver = fact.giver or nobody
                sums[giver, fact.unit][flows[fact.code]] += fact.number
                seen.add((giver, fact.unit, flows[fact.code]))
        for (giver, unit), flow in sums.items():
            committed = max(flow["committed"], Decimal(0))
            for measure, number in (
                ("committed", committed),
                ("pledged", max(committed, flow["pledged"])),
                ("delivered", flow["delivered"]),
            ):
                found[giver, unit, measure] += number
    return {key: number for key, number in found.items() if number}


def shown(table: Any, key: str) -> dict[tuple[str, str, str], Decimal]:
    """The amounts of a table that are not 0."""
    return {
        (row[key], row["unit"], measure): row[measure]
        for row in table.to_dict("records")
        for measure in ("pledged", "committed", "delivered")
        if row[measure]
    }


@given(st.lists(drawn(), max_size=2), st.sampled_from(sorted(FLOWS)))
def test_a_file_gives_the_sums_of_its_transactions(
    activities: list[Drawn], perspective: Any
) -> None:
    """Per giver, currency and measure, whatever their order and their shares."""
    ledger = pt.read_iati(written(activities), perspective=perspective)
    table = ledger.totals(by="party", as_of=END)
    assert shown(table, "party") == expected(activities, perspective)


@given(st.lists(drawn(), max_size=2))
def test_the_shares_of_a_file_add_up_to_it(activities: list[Drawn]) -> None:
    """Each recipient has its percentage of each sum, to the last minor unit, and they make it."""
    ledger = pt.read_iati(written(activities))
    whole = shown(ledger.totals(by="party", as_of=END), "party")
    parts = shown(ledger.totals(by=["recipient"], as_of=END), "recipient")
    for unit in UNITS:
        for measure in ("pledged", "committed", "delivered"):
            total = sum(n for (_, u, m), n in whole.items() if (u, m) == (unit, measure))
            assert total == sum(n for (_, u, m), n in parts.items() if (u, m) == (unit, measure))
    each = [expected([one], "outgoing") for one in activities]
    digits = {"JPY": 0, "EUR": 2, "USD": 2, "KWD": 3}
    for code, name in COUNTRIES.items():
        for unit in UNITS:
            exact = sum(
                number * one.shares.get(code, 0) / 100
                for one, sums in zip(activities, each, strict=True)
                for (_, u, measure), number in sums.items()
                if (u, measure) == (unit, "delivered") and len(one.shares) > 0
            )
            found = parts.get((name, unit, "delivered"), Decimal(0))
            minor = Decimal(1).scaleb(-digits[unit])
            # Each giver's sum of each activity is rounded once.
            assert abs(found - exact) <= minor * len(GIVERS) * max(len(activities), 1)


@given(st.lists(drawn(), max_size=2))
def test_every_record_of_a_file_has_one_outcome(activities: list[Drawn]) -> None:
    """Counted, set aside and rejected make up the file, and their sums those of its values."""
    ledger = pt.read_iati(written(activities))
    account = ledger.account
    records = [*(f for one in activities for f in one.facts),
               *(b for one in activities for b in one.budgets), *activities]  # fmt: skip
    assert len(account) == len(records) or not activities
    told = account.summary()
    for unit in UNITS:
        values = [fact.number for one in activities for fact in one.facts if fact.unit == unit]
        values += [b for one in activities for b in one.budgets if unit == "EUR"]
        numbers = told.loc[told["unit"] == unit, "number"]
        assert sum(numbers.dropna(), Decimal(0)) == sum(values, Decimal(0))
    assert told["records"].sum() == len(account)
    cited = " ".join(str(c) for one in (*ledger.commitments, *ledger.events) for c in one.citations)
    counted = account[(account["outcome"] == "counted") & account["unit"].notna()]
    assert all(element in cited for element in counted["element"])
    plan = ledger.schedule(per="month")
    assert sum(plan["planned"], Decimal(0)) == sum(
        (number for one in activities for number in one.budgets), Decimal(0)
    )


@given(st.lists(drawn(), max_size=2), strategies.days())
def test_a_file_cut_at_a_day_gives_the_totals_of_that_day(
    activities: list[Drawn], day: dt.date
) -> None:
    """What was delivered by a day is in the facts up to it."""
    ledger = pt.read_iati(written(activities))
    early = [one._replace(facts=[f for f in one.facts if f.day <= day]) for one in activities]
    before = shown(ledger.totals(by="party", as_of=day), "party")
    cut = shown(pt.read_iati(written(early)).totals(by="party", as_of=END), "party")
    assert before == cut


@given(st.lists(drawn(), max_size=2))
def test_a_ledger_of_a_file_is_written_and_read_without_loss(activities: list[Drawn]) -> None:
    """It is a ledger like any other, and nothing in it is an error."""
    ledger = pt.read_iati(written(activities))
    again = pt.Ledger(ledger.commitments, ledger.events, ledger.sources, ledger.parties)
    assert again == ledger
    found = ledger.check()
    wrong = found[(found["severity"] == "error") & ~found["finding"].str.contains("delivered")]
    assert wrong.empty


@given(st.lists(drawn(), min_size=1, max_size=2), st.data())
def test_a_damaged_file_is_read_or_refused(activities: list[Drawn], data: Any) -> None:
    """Whatever happens to its bytes, what is raised is the library's own, and nothing is lost."""
    whole = bytearray(written(activities).getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        piece = data.draw(st.sampled_from((b"", b"<", b">", b"&", b'"', b"\xff", b"0", b"/", b"-")))
        whole[at : at + data.draw(st.integers(0, 30))] = piece
    try:
        ledger = pt.read_iati(io.BytesIO(bytes(whole)), on_reject="keep")
    except pt.PledgetrackError:
        return
    assert set(ledger.account["outcome"]) <= {"counted", "set aside", "rejected"}
    assert ledger.account["reason"].notna().sum() >= (ledger.account["outcome"] != "counted").sum()
    counted = ledger.account[ledger.account["outcome"] == "counted"]
    assert bool(len(ledger)) == bool(len(counted))


class Node(NamedTuple):
    """An activity in a tree: the number of its parent, who reports it, its flows."""

    parent: int | None
    reporter: str
    codes: list[str]


@st.composite
def trees(draw: Any) -> list[Node]:
    """Activities each of which may belong to one before it."""
    made: list[Node] = []
    for at in range(draw(st.integers(0, 5))):
        parent = draw(st.none() | st.integers(0, at - 1)) if at else None
        codes = draw(st.lists(st.sampled_from(("2", "12", "3")), unique=True))
        made.append(Node(parent, draw(st.sampled_from(("A", "A", "B"))), codes))
    return made


@given(trees())
def test_a_flow_counts_where_no_activity_below_reports_it(nodes: list[Node]) -> None:
    """Along the levels of one organisation, whichever of both activities names the other."""
    file = []
    for at, node in enumerate(nodes):
        inside = [transaction(code, "2024-01-15", str(2**at)) for code in node.codes]
        if node.parent is not None:
            inside.append(f'<related-activity type="1" ref="X-{node.parent}"/>')
        inside += [
            f'<related-activity type="2" ref="X-{child}"/>'
            for child, other in enumerate(nodes)
            if other.parent == at
        ]
        file.append(activity(*inside, name=f"X-{at}", reporter=org("reporting-org", node.reporter)))

    def below(at: int) -> set[int]:
        near = [
            c for c, n in enumerate(nodes) if n.parent == at and n.reporter == nodes[at].reporter
        ]
        return {*near, *(deeper for child in near for deeper in below(child))}

    ledger = pt.read_iati(iati(*file))
    counted = ledger.account[ledger.account["outcome"] == "counted"]
    found = {row.record for row in counted.itertuples() if row.unit is not pd.NA}
    for at, node in enumerate(nodes):
        twice = {code for other in below(at) for code in nodes[other].codes}
        assert (f"X-{at}" in found) == bool(set(node.codes) - twice)
    delivered = sum(
        2**at
        for at, node in enumerate(nodes)
        if "3" in node.codes and not any("3" in nodes[other].codes for other in below(at))
    )
    table = ledger.totals(as_of=END)
    assert sum(n for n in table["delivered"] if n is not None) == delivered


def told(number: Callable[[], Decimal]) -> object:
    """The digits of a number as they stand, or why it is refused."""
    try:
        return number().as_tuple()
    except (pt.AmountError, _Bad) as error:
        return str(error)


@times(1 / 2)
@given(
    sign=st.sampled_from(("", "+", "-", "0")),
    whole=st.integers(0, 10**24),
    rest=st.none() | st.integers(0, 10**8),
)
@example("", 9 * 10**21, None).via("the most digits that fit")
@example("", 10**22, None).via("a digit too many")
@example("", 1, 10000001).via("a decimal too many")
@example("", 100, 10).via("a zero that is lost")
def test_a_number_is_the_exact_one_digit_for_digit(sign: str, whole: int, rest: int | None) -> None:
    """However many digits it is written with, its value and its form are those of ``exact``."""
    text = f"{sign}{whole}" if rest is None else f"{sign}{whole}.{rest}"
    assert told(lambda: number_of(text)) == told(lambda: exact(Decimal(text)))

"""FTS and CRS files drawn, written, read, and held against plain sums."""

from __future__ import annotations

import io
from collections import defaultdict
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from fts_files import flow, page, table
from pledgetrack import strategies
from test_crs import END, row, text

DONORS = ("Norway", "Chile", "Peru")


def totals(ledger: pt.Ledger) -> dict[str, tuple[Decimal | None, ...]]:
    """Pledged, committed and delivered US dollars of each party."""
    found = ledger.totals(by="party", as_of=END)
    columns = ("pledged", "committed", "delivered")
    return {
        made["party"]: tuple(made[name] for name in columns)
        for made in found.to_dict("records")
        if made["unit"] == "USD"
    }


def is_partition(ledger: pt.Ledger, records: int) -> None:
    """Every record has one outcome, and what was counted went into the ledger."""
    account = ledger.account
    summary = account.summary()
    assert len(account) == records == summary["records"].sum()
    assert set(account["outcome"]) <= {"counted", "set aside", "rejected"}
    counted = account[account["outcome"] == "counted"]
    assert set(counted["commitment"]) == {made.id for made in ledger.commitments}
    assert counted["raw"].isna().all()
    assert account[account["outcome"] != "counted"]["raw"].notna().all()


# --- FTS ------------------------------------------------------------------------------------------


class Drawn(NamedTuple):
    """A flow as drawn."""

    name: str
    version: int
    amount: Decimal | None
    status: str
    boundary: str
    on: str
    donor: str

    def object(self) -> dict[str, Any]:
        """The flow as the API gives it."""
        amount = None if self.amount is None else float(self.amount)
        return flow(
            self.name, amount, self.status, self.boundary, self.on, source=self.donor,
            versionId=self.version, updatedAt=f"2020-05-{self.version:02}T00:00:00Z",
        )  # fmt: skip


@st.composite
def drawn_flows(draw: Any) -> list[Drawn]:
    """Flows of few ids in several versions; of one version there is one content."""
    found: dict[tuple[str, int], Drawn] = {}
    for _ in range(draw(st.integers(0, 12))):
        name, version = str(draw(st.integers(1, 4))), draw(st.integers(1, 3))
        amount = draw(st.none() | strategies.amounts("USD", most=10**6))
        found[name, version] = Drawn(
            name, version, amount,
            draw(st.sampled_from(("pledge", "commitment", "paid"))),
            draw(st.sampled_from(("incoming", "incoming", "internal", "outgoing"))),
            draw(st.sampled_from(("single", "single", "shared"))),
            draw(st.sampled_from(DONORS)),
        )  # fmt: skip
    return list(found.values())


def plain_flows(flows: list[Drawn]) -> dict[str, list[Decimal | None]]:
    """Pledged, committed and delivered of each donor, in a few plain lines."""
    newest: dict[str, Drawn] = {}
    for one in sorted(flows, key=lambda one: (one.boundary != "outgoing", one.version)):
        newest[one.name] = one
    sums: dict[str, list[Decimal | None]] = defaultdict(lambda: [None, None, None])
    for one in newest.values():
        if (one.boundary, one.on) == ("incoming", "single") and one.amount is not None:
            reached = {"pledge": 1, "commitment": 2, "paid": 3}[one.status]
            for at in range(reached):
                sums[one.donor][at] = (sums[one.donor][at] or Decimal(0)) + one.amount
    return sums


@given(flows=drawn_flows(), again=st.lists(st.integers(0, 11), max_size=4), data=st.data())
def test_flows_add_up_in_any_order_with_any_duplicates(
    flows: list[Drawn], again: list[int], data: st.DataObject
) -> None:
    """Pages cut anywhere, repeated, as JSON or CSV, come to the plain sums."""
    repeated = flows + [flows[at] for at in again if at < len(flows)]
    order = data.draw(st.permutations(repeated))
    cut = data.draw(st.integers(0, len(order)))
    pages = [order[:cut], order[cut:]]
    as_csv = data.draw(st.booleans())
    make = [page, table if as_csv else page]
    files = [form(*(one.object() for one in part)) for form, part in zip(make, pages, strict=True)]
    ledger = pt.read_fts(files)
    expected = {donor: tuple(sums) for donor, sums in plain_flows(flows).items()}
    assert totals(ledger) == expected
    is_partition(ledger, len(repeated))


# --- CRS ------------------------------------------------------------------------------------------

MILLIONS = st.none() | st.decimals(0, 1000, places=6) | st.decimals(-5, 5, places=6)


@st.composite
def drawn_rows(draw: Any) -> dict[str, str]:
    """Rows of few activities over three years, corrections and blanks among them."""
    amounts = [draw(MILLIONS) for _ in range(2)]
    said = ["" if number is None else f"{number:f}" for number in amounts]
    donor = draw(st.sampled_from(DONORS))
    return row(
        Year=str(draw(st.integers(2020, 2022))), DonorName=donor, DonorCode=donor[0],
        CrsID=str(draw(st.integers(1, 3))), PurposeCode=draw(st.sampled_from(("1", "2"))),
        USD_Commitment=said[0], USD_Disbursement=said[1],
        CommitmentDate=draw(st.sampled_from(("", "2021-05-06", "2019-01-01"))),
    )  # fmt: skip


def plain_rows(rows: list[dict[str, str]]) -> dict[str, tuple[Decimal | None, ...]]:
    """Committed and delivered of each donor.

    In a line of activity an amount below zero takes back at most what the rows before it commit.
    """
    lines: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    sums: dict[str, list[Decimal | None]] = defaultdict(lambda: [None, None])
    for one in rows:
        lines[one["DonorName"], one["CrsID"], one["PurposeCode"]].append(one)
    for (donor, *_), line in lines.items():
        stated = [one for one in line if one["USD_Commitment"]]
        promised: Decimal | None = None
        for one in sorted(stated, key=lambda one: (one["Year"], -Decimal(one["USD_Commitment"]))):
            number = Decimal(one["USD_Commitment"]) * 1000000
            if (promised or 0) + number >= 0:
                promised = (promised or Decimal(0)) + number
        if promised is not None:
            sums[donor][0] = (sums[donor][0] or Decimal(0)) + promised
        for one in line:
            if one["USD_Disbursement"]:
                number = Decimal(one["USD_Disbursement"]) * 1000000
                sums[donor][1] = (sums[donor][1] or Decimal(0)) + number
    return {donor: tuple(found) for donor, found in sums.items() if found != [None, None]}


@given(rows=st.lists(drawn_rows(), max_size=6), data=st.data())
def test_rows_add_up_in_any_order_and_any_files(
    rows: list[dict[str, str]], data: st.DataObject
) -> None:
    """The dollars are those of plain sums, whatever the order and however the file is cut."""
    order = data.draw(st.permutations(rows))
    mark = data.draw(st.sampled_from((",", "|", ";", "\t")))
    ledger = pt.read_crs(io.BytesIO(text(*order, mark=mark)))
    found = {party: sums[1:] for party, sums in totals(ledger).items()}
    assert found == plain_rows(rows)
    is_partition(ledger, len(rows))
    # The same file twice is the file once.
    again = pt.read_crs([io.BytesIO(text(*rows)), io.BytesIO(text(*order))])
    assert totals(again) == totals(ledger)
    is_partition(again, 2 * len(rows))

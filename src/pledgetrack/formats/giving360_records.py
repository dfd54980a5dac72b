"""A grant in the 360Giving standard to records: a committed promise, and what was paid of it.

The fields and what they mean: https://standard.threesixtygiving.org/en/latest/technical/reference/
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from pledgetrack.formats.giving360_entries import Deal, Grant, day_text
from pledgetrack.formats.giving360_values import name_of, names_of, number_in, tags_of, window
from pledgetrack.formats.single_cells import day_of, is_missing, plain
from pledgetrack.formats.table_amounts import currency_of
from pledgetrack.formats.table_cells import text_of
from pledgetrack.horizon import Horizon
from pledgetrack.models import Citation, Commitment, Event
from pledgetrack.quantity import EXACT, Quantity


class _Flow(NamedTuple):
    """A transaction that was read."""

    deal: Deal
    on: dt.date
    quantity: Quantity
    recipient: str | None


class Options(NamedTuple):
    """What the caller states beside the files."""

    currency: str | None
    day_first: bool | None


class Context(NamedTuple):
    """Where a grant stands: the source to cite, and the last day that its file speaks of."""

    source: str
    latest: dt.date | None
    latest_basis: str


class Made:
    """The records of a grant, the account rows of each by its ``id()``, and remarks.

    ``wrong`` are the mistakes that reject the grant, ``wrong_deals`` those of its transactions,
    ``aside`` the transactions that count nowhere.
    """

    def __init__(self, grant: Grant, options: Options) -> None:
        self.grant = grant
        self.data = grant.data
        self.options = options
        self.commitments: list[Commitment] = []
        self.events: list[Event] = []
        self.rows: dict[int, list[int]] = {}
        self.remarks: list[str] = []
        self.wrong: list[str] = []
        self.wrong_deals: dict[int, str] = {}
        self.aside: dict[int, str] = {}
        self.currency = self._currency(self.data.get("currency") or options.currency)
        self.awarded = self._amount("amountAwarded")
        self.disbursed = self._amount("amountDisbursed")
        self.announced = self._announced()
        self.parties = names_of(self.data.get("fundingOrganization"))
        if not self.parties:
            self.wrong.append("no fundingOrganization has a name")
        self.recipients = tuple(
            sorted({
                *names_of(self.data.get("recipientOrganization")),
                *names_of([self.data.get("recipientIndividual") or {}]),
            })
        )  # fmt: skip

    # --- what the grant states --------------------------------------------------------------------

    def _currency(self, value: Any) -> str | None:
        """The currency that a cell names; what is no currency is a mistake of the grant."""
        if is_missing(value):
            return None
        code = currency_of(text_of(value).upper()) or currency_of(text_of(value))
        if code is None:
            self.wrong.append(f"the currency {text_of(value)[:40]!r} is no ISO 4217 code")
        return code

    def _amount(self, name: str) -> Decimal | None:
        value = self.data.get(name)
        if is_missing(value):
            return None
        found = number_in(value, self.currency)
        self.currency = self.currency or found.currency
        if found.wrong:
            self.wrong.append(f"{name} {found.wrong}")
        elif self.currency is None:
            self.wrong.append(f"{name} has no currency; pass currency= where the files state none")
        elif name == "amountAwarded" and found.number is not None and found.number < 0:
            self.wrong.append(f"{name} is below zero: {found.number:f}")
        return found.number

    def _announced(self) -> str:
        value = self.data.get("awardDate")
        if is_missing(value):
            self.wrong.append("awardDate is missing")
            return ""
        day, wrong = day_of(value, self.options.day_first)
        if wrong:
            self.wrong.append(f"awardDate {wrong}")
        return day

    @property
    def days(self) -> Iterator[dt.date]:
        """The days of what is known to have happened."""
        found = [self.announced, day_text(self.data.get("dateModified"))]
        found += [day_text(deal.data.get("transactionDate")) for deal in self.grant.deals]
        for day in found:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
                yield dt.date.fromisoformat(day)

    # --- records ----------------------------------------------------------------------------------

    def make(self, context: Context) -> None:
        """Make the records of a grant that has no mistake."""
        by_kind: dict[str, list[_Flow]] = {}
        for deal in self.grant.deals:
            if deal.kind == "applicationTransaction":
                self.aside[deal.row] = "applied for, which is no promise"
            elif flow := self._flow(deal):
                by_kind.setdefault(deal.kind, []).append(flow)
        awards = by_kind.get("commitmentTransaction", [])
        paid = by_kind.get("disbursementTransaction", [])
        common = self._common(context)
        if shares := self._shares(awards, paid):
            self._make_shares(shares, awards, paid, common, context)
            return
        targets: list[Quantity] = []
        later: list[_Flow] = []
        if self.awarded is not None and self.currency:
            targets = [Quantity(number=self.awarded, unit=self.currency)]
            self.aside |= {flow.deal.row: "in amountAwarded" for flow in awards}
        elif awards:
            targets, later = self._from_transactions(awards)
        else:
            self.remarks.append("no amount is awarded")
        name = self.grant.entry.name
        self._add({**common, "id": name, "recipients": self.recipients, "targets": targets})
        for flow in later:
            self._happen("revised", flow, context)
        for flow in paid:
            self._happen("delivered", flow, context)
        self._disbursed(paid, context)

    def _make_shares(
        self,
        shares: Mapping[str, Quantity],
        awards: Sequence[_Flow],
        paid: Sequence[_Flow],
        common: Mapping[str, Any],
        context: Context,
    ) -> None:
        """The grant as promises beside each other, one for each recipient."""
        name = self.grant.entry.name
        tags = {**common["tags"], "grant": name}
        for recipient, share in shares.items():
            said = {"id": f"{name} / {recipient}", "recipient": recipient, "targets": (share,)}
            self._add({**common, **said, "tags": tags})
            for flow in paid:
                if flow.recipient == recipient:
                    self._happen("delivered", flow, context)
        self.aside |= {flow.deal.row: "in amountAwarded, whose split it states" for flow in awards}

    def _common(self, context: Context) -> dict[str, Any]:
        """What every promise of the grant says."""
        note = " ".join(filter(None, (plain(self.data.get(n)) for n in ("description", "url"))))
        return {
            "title": plain(self.data.get("title")),
            "parties": self.parties,
            "horizon": self._horizon(),
            "announced": self.announced,
            "stage": "committed",
            "tags": tags_of(self.data, self.currency, self.options.day_first, self.remarks),
            "citations": (self._citation(self.grant.entry.place, self.data, context),),
            "note": note or None,
        }

    def _add(self, fields: dict[str, Any]) -> None:
        commitment = Commitment(**fields)
        self.commitments.append(commitment)
        self.rows[id(commitment)] = list(self.grant.rows)

    def _from_transactions(self, awards: Sequence[_Flow]) -> tuple[list[Quantity], list[_Flow]]:
        """The target of a grant that states transactions alone: the first one, then revisions."""
        first = min(self._first_day(), *(flow.on for flow in awards))
        sums = dict.fromkeys(sorted({flow.quantity.unit for flow in awards}), Decimal(0))
        later = []
        for flow in awards:
            if flow.on <= first:
                sums[flow.quantity.unit] = EXACT.add(sums[flow.quantity.unit], flow.quantity.number)
            else:
                later.append(flow)
        return [Quantity(number=number, unit=unit) for unit, number in sums.items()], later

    def _first_day(self) -> dt.date:
        if len(self.announced) == 10:
            return dt.date.fromisoformat(self.announced)
        year, month = map(int, self.announced.split("-"))
        return dt.date(year, month, calendar.monthrange(year, month)[1])

    def _flow(self, deal: Deal) -> _Flow | None:
        """What a transaction moves on a day; what cannot be read is a mistake of its own."""
        wrong = []
        before = len(self.wrong)
        currency = self._currency(deal.data.get("currency")) or self.currency
        wrong += self.wrong[before:]
        del self.wrong[before:]
        value, stated = deal.data.get("value"), deal.data.get("transactionDate")
        if is_missing(stated):
            stated = deal.data.get("valueDate")
        number, beside, bad = number_in(value, currency)
        currency = currency or beside
        wrong += [f"its value {bad}"] if bad else []
        day, bad = ("", "is missing") if is_missing(stated) else day_of(stated, None)
        if not bad and len(day) != 10:
            bad = f"{day!r} is no full date"
        wrong += [f"its transactionDate {bad}"] if bad else []
        if currency is None and not wrong:
            wrong.append("it has no currency")
        if wrong or number is None or currency is None:
            self.wrong_deals[deal.row] = "; ".join(wrong)
            return None
        recipient = self._recipient(text_of(deal.data.get("recipient")))
        quantity = Quantity(number=number, unit=currency)
        return _Flow(deal, dt.date.fromisoformat(day), quantity, recipient)

    def _recipient(self, reference: str) -> str | None:
        for org in self.data.get("recipientOrganization") or ():
            if reference and text_of(org.get("id")) == reference:
                return name_of(org)
        return None

    def _shares(self, awards: Sequence[_Flow], paid: Sequence[_Flow]) -> dict[str, Quantity]:
        """The share of each recipient, where transactions state a split of the whole award."""
        if len(self.recipients) < 2 or self.awarded is None or self.disbursed is not None:
            return {}
        if not awards or any(flow.recipient is None for flow in (*awards, *paid)):
            return {}
        if any(flow.quantity.unit != self.currency for flow in awards):
            return {}
        shares: dict[str, Decimal] = {}
        for flow in awards:
            name = str(flow.recipient)
            shares[name] = EXACT.add(shares.get(name, Decimal(0)), flow.quantity.number)
        if sum(shares.values(), Decimal(0)) != self.awarded or set(shares) != set(self.recipients):
            return {}
        if any(share < 0 for share in shares.values()):
            return {}
        return {name: Quantity(number=n, unit=str(self.currency)) for name, n in shares.items()}

    def _happen(self, kind: Any, flow: _Flow, context: Context) -> None:
        """The event of a transaction, which counts from the award where it is dated before it."""
        first = self._first_day()
        early = flow.on < first
        on = max(flow.on, first)
        event = Event(
            commitment=self.commitments[-1].id,
            kind=kind,
            on=on,
            on_basis="dated before the award, from which it counts" if early else None,
            on_stated=str(flow.on) if early else None,
            quantity=flow.quantity,
            citations=(self._citation(flow.deal.place, flow.deal.data, context),),
            note=plain(flow.deal.data.get("description")),
        )
        self.events.append(event)
        self.rows[id(event)] = [flow.deal.row]

    def _disbursed(self, paid: Sequence[_Flow], context: Context) -> None:
        """What was paid "when this record was last updated", unless transactions say it."""
        if self.disbursed is None or self.currency is None:
            return
        if paid:
            found = sum(
                (f.quantity.number for f in paid if f.quantity.unit == self.currency), Decimal(0)
            )
            if found != self.disbursed:
                self.remarks.append(
                    f"amountDisbursed is {self.disbursed:f}, its transactions are {found:f}, "
                    "which count"
                )
            return
        modified = day_text(self.data.get("dateModified"))
        on, basis = context.latest, context.latest_basis
        if modified:
            on, basis = dt.date.fromisoformat(modified), "dateModified: paid by the last update"
        first = self._first_day()
        if on is None or on < first:
            on, basis = first, f"{basis}, which is before the award: counts from the award"
        event = Event(
            commitment=self.commitments[-1].id,
            kind="delivered",
            on=on,
            on_basis=basis,
            quantity=Quantity(number=self.disbursed, unit=self.currency),
            citations=(self._citation(self.grant.entry.place, self.data, context),),
        )
        self.events.append(event)
        self.rows[id(event)] = list(self.grant.rows)

    def _citation(self, place: str, data: Mapping[str, Any], context: Context) -> Citation:
        changed = day_text(data.get("dateModified"))
        return Citation(
            source=context.source, place=f"{place}, modified {changed}" if changed else place
        )

    def _horizon(self) -> Horizon | None:
        """The window of the planned dates; none where no end is stated."""
        start, end, wording = window(
            self.data, "plannedDates", self.options.day_first, self.remarks
        )
        if start and end and end < start:
            self.remarks.append(f"plannedDates end on {end}, before they start on {start}")
            return None
        if end is None:
            return None
        return Horizon(start=start, end=end, wording=wording)

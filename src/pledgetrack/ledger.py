"""Ledger: the value that people hold; its methods hand on to the functions below."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Unpack

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack import choice, frames, render
from pledgetrack.account import Account
from pledgetrack.assemble import Names, Records, assemble
from pledgetrack.balances import Finding
from pledgetrack.calendar import FiscalCalendar, as_day
from pledgetrack.check import check
from pledgetrack.choice import Labels
from pledgetrack.convert import OPTIONS, Converting, convert, described, told_of
from pledgetrack.errors import DayError, ExplainError, PledgetrackError, unknown
from pledgetrack.frames import Bounds, Numbers
from pledgetrack.history import View, changes
from pledgetrack.lazy import LazyRecords
from pledgetrack.models import Commitment, Event, Party, Source
from pledgetrack.movements import CITATION, MEASURES
from pledgetrack.pricing import Conversion
from pledgetrack.record_columns import movements_of
from pledgetrack.schedules import Planned, schedule
from pledgetrack.status import status
from pledgetrack.timeline import timeline
from pledgetrack.totals import summary, totals
from pledgetrack.trace import OF_ROW, Row, explain, explain_row
from pledgetrack.units import format_number


class Ledger:
    """Commitments and what happened to them: an immutable value with exact totals.

    The records are checked together: every mistake is raised at once as
    ``InvalidLedgerError``. ``+`` joins two ledgers; equal ledgers hold equal records.

    >>> promise = Commitment(id="aid", party="Mexico", announced="2024-01-15", stage="pledged",
    ...                      target={"number": 100, "unit": "USD"})
    >>> arrived = Event(commitment="aid", kind="delivered", on="2024-03-01",
    ...                 quantity={"number": "99.50", "unit": "USD"})
    >>> Ledger([promise], [arrived]).totals(as_of="2024-12-31")[["delivered", "outstanding"]]
      delivered outstanding
    0      99.5         0.5
    """

    def __init__(
        self,
        commitments: Iterable[Commitment] = (),
        events: Iterable[Event] = (),
        sources: Iterable[Source] = (),
        parties: Iterable[Party] = (),
    ) -> None:
        self._held: Records | LazyRecords = assemble(commitments, events, sources, parties)
        self._where: Labels = {}
        self._account: Account | None = None
        self._planned: tuple[Planned, ...] | None = ()

    @classmethod
    def _of(
        cls,
        records: Records | LazyRecords,
        where: Labels,
        account: Account | None = None,
        planned: tuple[Planned, ...] | None = (),
    ) -> Ledger:
        made = cls.__new__(cls)
        made._held = records
        made._where = where
        made._account = account
        made._planned = planned
        return made

    @property
    def _records(self) -> Records:
        """The records, every one of them made."""
        held = self._held
        return held.all if isinstance(held, LazyRecords) else held

    @property
    def commitments(self) -> tuple[Commitment, ...]:
        """The commitments, by id."""
        return self._shown_records[0]

    @property
    def events(self) -> tuple[Event, ...]:
        """The events, by commitment and day."""
        return self._shown_records[1]

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources, by id."""
        return self._held.sources

    @property
    def parties(self) -> tuple[Party, ...]:
        """The parties, by name; those named only in commitments among them."""
        return self._held.parties

    @property
    def account(self) -> Account:
        """What became of every record of the files that were imported; empty for other ledgers.

        It tells of the import: choosing and cutting leave it as it is, and joining two ledgers
        joins their accounts.

        >>> import pledgetrack as pt
        >>> len(pt.load_seeds().account)
        0
        """
        return Account.empty_one() if self._account is None else self._account.copy(deep=False)

    @cached_property
    def _shown_records(self) -> tuple[tuple[Commitment, ...], tuple[Event, ...]]:
        """The records without those that are there for the sake of others."""
        records, context = self._records, self._records.context
        if not context:
            return records.commitments, records.events
        return (
            tuple(c for c in records.commitments if c.id not in context),
            tuple(event for event in records.events if event.commitment not in context),
        )

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Commitment]:
        return iter(self.commitments)

    def __contains__(self, item: object) -> bool:
        return item in self._by_id if isinstance(item, str) else item in self.commitments

    def __getitem__(self, name: str) -> Commitment:
        try:
            return self._by_id[name]
        except (KeyError, TypeError):
            raise unknown("commitment", name, self._by_id) from None

    @cached_property
    def _by_id(self) -> Mapping[str, Commitment]:
        if isinstance(self._held, LazyRecords):
            return self._held.by_id
        return {commitment.id: commitment for commitment in self.commitments}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ledger):
            return NotImplemented
        return (self._records, self._where) == (other._records, other._where)

    def __hash__(self) -> int:
        return hash(self.commitments)

    def __add__(self, other: Ledger) -> Ledger:
        """Both ledgers' records; a commitment that is in both is an error."""
        if not isinstance(other, Ledger):
            return NotImplemented
        if self._where != other._where:
            raise PledgetrackError(
                "two ledgers filtered by other units, horizons or sources cannot be joined; "
                "join them first, then filter"
            )
        mine, theirs = choice.together(self._records, other._records)
        made = assemble(
            mine.commitments + theirs.commitments,
            mine.events + theirs.events,
            mine.sources + theirs.sources,
            mine.parties + theirs.parties,
            tags=mine.tags + theirs.tags,
        )
        made = replace(made, context=mine.context | theirs.context)
        planned = None
        if self._planned is not None and other._planned is not None:
            planned = self._planned + other._planned
        return Ledger._of(made, self._where, self._accounts(other), planned)

    def _accounts(self, other: Ledger) -> Account | None:
        if self._account is None or other._account is None:
            return self._account if other._account is None else other._account
        return self._account.joined(other._account)

    def __radd__(self, other: object) -> Ledger:
        """So that ``sum`` joins a list of ledgers."""
        return self if other == 0 else NotImplemented

    # --- selections -------------------------------------------------------------------------------

    def filter(
        self,
        *,
        involving: str | Iterable[str] | None = None,
        as_of: object = None,
        known_by: object = None,
        **labels: Any,
    ) -> Ledger:
        """The commitments with these labels, each a text or several texts.

        Keys are those of ``totals(by=...)`` and match a group's label exactly, so
        ``party="Mexico"`` leaves out what Mexico promised jointly; ``involving="Mexico"`` keeps
        it. A missing value has the label "not stated". After a choice of ``unit``, ``source``,
        ``horizon`` or ``due`` the tables show only what has that label, and records stay whole.
        ``status`` is the status as of the day ``as_of``, from what was known by ``known_by``.

        >>> import pledgetrack as pt
        >>> [promise.id for promise in pt.load_seeds().filter(party="Mexico", unit="USD")]
        ['mx-border-infrastructure']
        """
        wanted = choice.labels(self._records, self._names, labels)
        kept = set(self._by_id)
        where = dict(self._where)
        for key, values in wanted.items():
            if key == "status":
                rows = self._rows(known_by=known_by)
                table = status(rows, as_of=as_of, where={**where, "status": values})
                kept &= set(table["commitment"])
            elif key in choice.OF_ROWS:
                choice.narrow(where, key, values)
            else:
                kept &= {c.id for c in self.commitments if choice.label_of(c, key) in values}
        if involving is not None:
            kept &= choice.involving(self._records, self._names, involving)
        if where != self._where:
            rows = frames.choose(frames.enter(self._rows()).select("commitment", "unit", "measure",
                "horizon", "end", "source", "number", "event"), where)  # fmt: skip
            kept &= set(frames.collect(frames.countable(rows)).column("commitment").to_pylist())
        return Ledger._of(
            choice.only(self._records, kept), where, self._account, self._planned and None
        )

    @cached_property
    def _names(self) -> Names:
        return Names.of(self.parties)

    def cut(self, day: object = None, *, known_by: object = None) -> Ledger:
        """The ledger as it would stand had it been written at the end of a day.

        A table as of that day is the same from both. ``known_by`` leaves what had become known on
        a day, whenever it happened: a table ``known_by`` that day is the same from both.

        >>> import pledgetrack as pt
        >>> len(pt.load_seeds().cut("2022-07-31")), len(pt.load_seeds().cut(known_by="2022-07-31"))
        (11, 11)
        """
        if day is None and known_by is None:
            raise DayError("cut at which day? pass a day, known_by= or both", value=None)
        records = self._records
        if day is not None:
            records = choice.happened(records, as_day(day))
        if known_by is not None:
            records = choice.known(records, as_day(known_by))
        return Ledger._of(records, self._where, self._account, self._planned and None)

    # --- tables -----------------------------------------------------------------------------------

    @cached_property
    def _counted(self) -> tuple[pa.Table, list[Finding]]:
        if isinstance(self._held, LazyRecords):
            return self._held.counted
        records = self._records
        return movements_of(records.commitments, records.events, records.tags)

    def _without_context(self, rows: pa.Table) -> pa.Table:
        """The rows without those that are there for the sake of others."""
        if not self._held.context:
            return rows
        hidden = pa.array(sorted(self._records.context), pa.string())
        names = rows.column("commitment").cast(pa.string())
        return rows.filter(pc.invert(pc.is_in(names, value_set=hidden)))

    def _known(self, known_by: object) -> Ledger:
        return self if known_by is None else self.cut(known_by=known_by)

    def _rows(
        self,
        *,
        known_by: object = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
        **converting: Unpack[Converting],
    ) -> pa.Table:
        """The movements that every table is made of, converted where that is asked.

        ``since`` and ``until`` ask for no rate of what counts only before or after these days.
        """
        known = self._known(known_by)
        rows = known._counted[0]
        conversion = Conversion.of(**converting)
        if conversion is not None:
            # What a part is worth may depend on its whole, also where that is not shown.
            where = dict(self._shown(rows))
            if known._held.context:
                choice.narrow(where, "commitment", tuple(known._by_id))
            rows = convert(frames.enter(rows), conversion, since=since, until=until, where=where)
        return known._without_context(rows)

    def _shown(self, rows: pa.Table) -> Labels:
        """What the ledger was narrowed to, as the keys of these rows; its units are as recorded."""
        if frames.STATED_UNIT not in rows.column_names:
            return self._where
        return {frames.STATED_UNIT if k == "unit" else k: v for k, v in self._where.items()}

    def _view(self, day: dt.date, **converting: Unpack[Converting]) -> View:
        """What there is to compare with another ledger, or with another day."""
        rows = self._rows(since=day, until=day, **converting)
        return View(self.commitments, self.events, rows, day, self._shown(rows))

    def movements(
        self, *, known_by: object = None, **converting: Unpack[Converting]
    ) -> pd.DataFrame:
        """One signed row per fact, in Arrow columns behind a pandas face.

        Polars, DuckDB and PyArrow take it as it is: ``pl.DataFrame(rows)``, ``pa.table(rows)``.
        A row counts as of day d when ``since <= d < until`` (a missing ``until`` is never). Keys
        are categories, days dates, numbers decimal128(28, 6). After a choice of units, sources or
        horizons these are only the rows chosen; for the status of a choice use ``ledger.status``,
        which still knows the rest of each commitment. ``known_by`` leaves out what became known
        later, and counts the rest anew. With ``into=`` (options as in ``pt.totals``) number and
        unit are converted, and stand as recorded in ``stated_number`` and ``stated_unit``, with
        ``rate``, ``rate_day`` and ``rate_source``.

        >>> import pledgetrack as pt
        >>> rows = pt.load_seeds().filter(commitment="us-senate-border-fund").movements()
        >>> [(row.event, row.measure, f"{row.number:,.0f}") for row in rows.itertuples()]
        [('proposed', 'proposed', '14,000,000,000'), ('rejected', 'proposed', '-14,000,000,000')]
        """
        _refuse_unknown(self.movements, converting)
        table = self._rows(known_by=known_by, **converting)
        return described(frames.face(self._chosen(table)), told_of(table))

    def _chosen(self, table: pa.Table) -> pa.Table:
        """The rows that the ledger shows, without the column for people."""
        chosen = frames.choose(frames.enter(table), self._shown(table), with_facts=True)
        return frames.collect(chosen).drop_columns([CITATION])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The movements as an Arrow stream, which other engines take as it is.

        >>> import pledgetrack as pt, pyarrow as pa
        >>> print(pa.table(pt.load_seeds()).schema.field("number").type)
        decimal128(28, 6)
        """
        return self._chosen(self._rows()).__arrow_c_stream__(requested_schema)

    def totals(
        self,
        by: str | Iterable[str] = (),
        *,
        columns: str | Iterable[str] | None = None,
        as_of: object = None,
        known_by: object = None,
        per: str | None = None,
        calendar: str | FiscalCalendar | None = None,
        bounds: Bounds = "words",
        include_repeats: bool = False,
        numbers: Numbers = "decimal",
        **converting: Unpack[Converting],
    ) -> pd.DataFrame:
        """Exact totals as of a day, a row per group and unit; see ``pt.totals``.

        ``known_by`` counts only what had become known on a day: what a reader then could say.
        ``into=``, ``rates=``, ``rate_day=``, ``on_missing=`` and ``deflators=`` convert.
        ``include_repeats=True`` adds the headline sum, with what was announced again.

        >>> import pledgetrack as pt
        >>> table = pt.load_seeds().filter(unit="USD").totals(by="party", as_of="2022-07-31")
        >>> table[["party", "pledged", "committed"]]
                   party     pledged   committed
        0         Mexico  1500000000        None
        1  United States  3739000000  3400000000
        """
        _refuse_unknown(self.totals, converting)
        day = frames.today(as_of)
        rows = self._rows(known_by=known_by, since=day, until=day, **converting)
        made = totals(
            rows, by, columns=columns, as_of=day, per=per, calendar=calendar, bounds=bounds,
            where=self._shown(rows), include_repeats=include_repeats, numbers=numbers,
        )  # fmt: skip
        return self._reach(made, known_by)

    def status(
        self,
        *,
        columns: str | Iterable[str] | None = None,
        as_of: object = None,
        known_by: object = None,
        numbers: Numbers = "decimal",
        **converting: Unpack[Converting],
    ) -> pd.DataFrame:
        """The status of every commitment as of a day, a row per target; see ``pt.status``.

        >>> import pledgetrack as pt
        >>> pledge = pt.load_seeds().filter(commitment="mx-border-infrastructure")
        >>> [pledge.status(as_of=day).status[0] for day in ("2024-07-11", "2024-07-12")]
        ['nothing reported', 'overdue']
        """
        _refuse_unknown(self.status, converting)
        day = frames.today(as_of)
        rows = self._rows(known_by=known_by, since=day, until=day, **converting)
        shown = self._shown(rows)
        made = status(rows, columns=columns, as_of=day, where=shown, numbers=numbers)
        return self._reach(made, known_by)

    def summary(
        self,
        by: str | Iterable[str] = (),
        *,
        as_of: object = None,
        known_by: object = None,
        bounds: Bounds = "words",
        numbers: Numbers = "decimal",
        **converting: Unpack[Converting],
    ) -> pd.DataFrame:
        """Totals, the share delivered, and how many commitments have each status.

        See ``pt.summary``.

        >>> import pledgetrack as pt
        >>> table = pt.load_seeds().filter(party="Mexico").summary(as_of="2024-07-12")
        >>> table[["unit", "commitments", "status_overdue", "status_proposed"]]
             unit  commitments  status_overdue  status_proposed
        0     USD            1               1                0
        1  action            2               0                1
        """
        _refuse_unknown(self.summary, converting)
        day = frames.today(as_of)
        rows = self._rows(known_by=known_by, since=day, until=day, **converting)
        made = summary(rows, by, as_of=day, bounds=bounds, where=self._shown(rows), numbers=numbers)
        return self._reach(made, known_by)

    def timeline(
        self,
        by: str | Iterable[str] = (),
        *,
        freq: str = "month",
        since: object = None,
        as_of: object = None,
        known_by: object = None,
        calendar: str | FiscalCalendar | None = None,
        bounds: Bounds = "words",
        numbers: Numbers = "decimal",
        **converting: Unpack[Converting],
    ) -> pd.DataFrame:
        """Cumulative totals at the end of each month, quarter or year; see ``pt.timeline``.

        >>> import pledgetrack as pt
        >>> ledger = pt.load_seeds().filter(unit="USD", party="Mexico")
        >>> ledger.timeline(freq="year", as_of="2024-08-01")[["period", "pledged", "overdue"]]
          period     pledged     overdue
        0   2022  1500000000        None
        1   2023  1500000000        None
        2   2024  1500000000  1500000000
        """
        _refuse_unknown(self.timeline, converting)
        day = frames.today(as_of)
        first = None if since is None else as_day(since)
        rows = self._rows(known_by=known_by, since=first, until=day, **converting)
        made = timeline(
            rows, by, freq=freq, since=since, as_of=day, calendar=calendar, bounds=bounds,
            where=self._shown(rows), numbers=numbers,
        )  # fmt: skip
        return self._reach(made, known_by)

    def schedule(
        self,
        by: str | Iterable[str] = (),
        *,
        per: str | None = None,
        calendar: str | FiscalCalendar | None = None,
        numbers: Numbers = "decimal",
    ) -> pd.DataFrame:
        """Budgets and planned disbursements of an import, by period; they are in no total.

        A row per kind, group of ``by`` (party, recipient, commitment, source, start), period of
        ``per`` and unit. Of a choice of the ledger there is none: take it before ``filter`` and
        ``cut``. Ledgers that plan nothing give an empty table.

        >>> import pledgetrack as pt
        >>> len(pt.load_seeds().schedule(per="year"))
        0
        """
        if self._planned is None:
            raise PledgetrackError(
                "a part of a ledger has no schedule, for budgets are those of whole activities; "
                "take it before the choice"
            )
        return schedule(self._planned, by, per=per, calendar=calendar, numbers=numbers)

    def changes(
        self,
        *,
        since: object = None,
        until: object = None,
        known_by: object = None,
        numbers: Numbers = "decimal",
        **converting: Unpack[Converting],
    ) -> pd.DataFrame:
        """What happened after one day and up to another, a row per change; see ``pt.changes``.

        ``until`` is today unless told; a ``DayError`` asks for a ``since`` that is missing.

        >>> import pledgetrack as pt
        >>> ledger = pt.load_seeds().filter(unit="USD")
        >>> ledger.changes(since="2023-12-06", until="2024-07-12")[["change", "before", "after"]]
             change            before     after
        0    status  nothing reported   overdue
        1  rejected               NaN       NaN
        2    status          proposed  rejected
        """
        _refuse_unknown(self.changes, converting)
        if since is None:
            raise DayError(
                "changes since when? pass since=, the day to start from (and until=, today unless "
                "told); two ledgers are compared by pt.changes(old, new)",
                value=None,
            )
        known = self._known(known_by)
        made = changes(known, known, since=since, until=until, numbers=numbers, **converting)
        return self._reach(made, known_by)

    def explain(
        self,
        row: Any = None,
        at: int | None = None,
        *,
        measure: str | None = None,
        involving: str | Iterable[str] | None = None,
        as_of: object = None,
        known_by: object = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """The movements behind a figure, with the citations as text.

        ``row`` is a row of any result (totals, summary, status, timeline, changes), or a result
        with ``at``, the number of the row; ``measure`` names the column of one figure. The column
        ``counts`` says how much of each movement counts in it, and adds up to the figure exactly:
        all of it, what falls in the period, what was delivered taken off what was pledged, or what
        counts no longer. A row that this ledger does not give is refused. A result tells its days
        itself; a bare row (a dictionary, a tuple) needs ``as_of`` and what else the result was
        asked for (``known_by``, ``calendar``, ``since``); converted ones need their ``rates``, and
        changes between two ledgers ``old=``.

        Without a row, labels choose: what the movements add up to, per unit and measure, is the
        figure that ``totals`` shows under these labels as of the same day.

        >>> import pledgetrack as pt
        >>> ledger = pt.load_seeds()
        >>> table = ledger.totals(by="party", as_of="2022-07-31")
        >>> ledger.explain(table[table["party"] == "Mexico"].iloc[0])["citation"][0]
        '000_e53b6e35ee0d5903, ¶4; 000_e53b6e35ee0d5903, ¶6'
        >>> ledger.explain(party="Mexico", unit="USD", as_of="2022-07-31")["citation"][0]
        '000_e53b6e35ee0d5903, ¶4; 000_e53b6e35ee0d5903, ¶6'
        """
        days: dict[str, Any] = {"measure": measure, "as_of": as_of, "known_by": known_by}
        if row is not None:
            labels = ("involving", *(name for name in asked if name in frames.KEYS))
            if involving is not None or len(labels) > 1:
                name = "involving" if involving is not None else labels[1]
                raise ExplainError(f"a row has its own labels; pass it without {name}=")
            _refuse_unknown(self.explain, asked, OF_ROW)
            made = explain_row(self, Row.of(row, at), **days, **asked)
            return self._reach(made, made.attrs.get("known_by"))
        converting = {name: asked.pop(name) for name in OPTIONS if name in asked}
        day = frames.today(as_of)
        rows = self._rows(known_by=known_by, since=day, until=day, **converting)
        where = dict(self._shown(rows))
        for key, values in choice.labels(self._records, self._names, asked).items():
            choice.narrow(where, key, values)
        if involving is not None:
            members = choice.involving(self._records, self._names, involving)
            choice.narrow(where, "commitment", members)
        made = described(explain(rows, as_of=as_of, where=where, measure=measure), told_of(rows))
        return self._reach(made, known_by)

    def check(self) -> pd.DataFrame:
        """What a person should look at: columns severity, commitment, finding.

        An "error" means that a figure is not what a record says, such as more withdrawn than
        there was; a "warning" that something is odd; a "note" that something is worth knowing.

        >>> import pledgetrack as pt
        >>> set(pt.load_seeds().check()["severity"])
        {'note'}
        """
        found = self._counted[1]
        if self._account is not None and (unmet := self._account.attrs.get("not_met")):
            found = [*found, Finding("error", "", unmet)]
        return check(self._records, found)

    @property
    def is_whole(self) -> bool:
        """Whether the tables show all of the records.

        After a choice of units or the like they do not, nor after one that leaves out the whole, a
        part or another record of something chosen.
        """
        return not (self._where or self._held.context)

    @property
    def sources_to(self) -> dt.date | None:
        """How far the sources reach: the last day of one, else the last day of what is known.

        >>> import pledgetrack as pt
        >>> pt.load_seeds().sources_to
        datetime.date(2023, 12, 22)
        """
        days = [source.published for source in self.sources if source.published]
        if not days and isinstance(self._held, LazyRecords):
            return self._held.last_known
        if not days:
            days = [commitment.known or commitment.announced for commitment in self.commitments]
            days += [event.known or event.on for event in self.events]
        return max(days, default=None)

    def _reach(self, made: pd.DataFrame, known_by: object) -> pd.DataFrame:
        frames.told(made, known_by)
        reach = self._known(known_by).sources_to
        if reach:
            made.attrs["sources_to"] = str(reach)
            made.attrs["caption"] += f"; sources to {reach}"
        return made

    # --- faces ------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        held = self._held
        if isinstance(held, LazyRecords):
            records = held.counts
        else:
            records = len(self.commitments), len(self.events)
        counts = (*records, len(self.sources), len(self.parties))
        words = (("commitment", "commitments"), ("event", "events"), ("source", "sources"),
                 ("party", "parties"))  # fmt: skip
        parts = [f"{count} {word[count != 1]}" for count, word in zip(counts, words, strict=True)]
        reach = f"; sources to {self.sources_to}" if self.sources_to else ""
        chosen = "".join(f"; {key} {' or '.join(value)}" for key, value in self._where.items())
        return f"Ledger({', '.join(parts)}{chosen}{reach})"

    def _repr_html_(self) -> str:
        """The ledger by party as of today, as a compact escaped table."""
        table = self.totals(by="party")
        columns = [name for name in (*MEASURES, "outstanding", "overdue") if name in table]
        rows = [
            (
                row["party"],
                row["unit"],
                *("" if row[name] is None else format_number(row[name]) for name in columns),
                str(row["commitments"]),
            )
            for row in table.to_dict("records")
        ]
        header = ("party", "unit", *columns, "commitments")
        caption = f"{self!r}; as of {table.attrs['as_of']}"
        return render.html_table(header, rows, caption, right=header[2:])


def _refuse_unknown(
    method: Callable[..., Any], given: Mapping[str, Any], more: Iterable[str] = ()
) -> None:
    """Refuse an option that a method does not have, naming those that it has."""
    for name in given:
        if name not in (*OPTIONS, *more):
            known = inspect.signature(method).parameters.values()
            own = [one.name for one in known if one.kind is not one.VAR_KEYWORD]
            raise unknown("option", name, (*own, *more, *OPTIONS))

"""What the files of the Financial Tracking Service hold: flows, plans, and what they state."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from pledgetrack.account import AccountBuilder
from pledgetrack.errors import AmountError, FileFormatError
from pledgetrack.formats.delimited import rows_of
from pledgetrack.formats.fts_flows import Cells, Flow, flow_of_cells, flow_of_object, is_flow
from pledgetrack.formats.json_stream import decimal_in
from pledgetrack.intake import File
from pledgetrack.quantity import exact
from pledgetrack.reading import unique_members

SUFFIXES = (".json", ".csv")
_FLOW_COLUMNS = ("id", "amountUSD", "boundary", "onBoundary", "status")
_PLAN_COLUMNS = ("name", "requirements", "funding")
_REQUIREMENTS = ("revisedRequirements", "totalRevisedReqs", "requirements", "origRequirements")

PLAN = "a plan: what it requires is no promise"
NOT_TOTALLED = "a plan that FTS leaves out of its totals (includeTotals)"
CLUSTER = "a cluster of a plan: a part of what the plan requires"
COVID = "the COVID-19 part of a plan: stated once more"
UNPLANNED = "funding outside of plans, added up by FTS"
_TREND = "a total of a year, added up by FTS"


@dataclass(slots=True)
class Page:
    """What a page of the API states of the whole that it is a page of."""

    file: str
    stated: dict[str, Decimal] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)

    @property
    def whole(self) -> tuple[tuple[str, Decimal], ...]:
        """The same for all pages of one answer."""
        return tuple(sorted(self.stated.items()))


@dataclass(slots=True)
class Read:
    """What was read of one file."""

    file: str
    flows: list[Flow] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)


def read_file(file: File, seen: AccountBuilder, source: int) -> Read:
    """Every record of a file, each noted in the account: flows as counted, for now."""
    read = Read(file.name)
    with file.stream() as stream:
        head = getattr(stream, "peek", lambda _: b"")(512).lstrip(b"\xef\xbb\xbf \t\r\n")
        if head[:1] in (b"{", b"["):
            _read_json(stream.read(), file, read, seen)
        else:
            header, rows = rows_of(stream, file.name, file.encoding)
            _read_csv(header, rows, file.name, read, seen)
    for flow in read.flows:
        flow.source = source
    return read


# --- the API --------------------------------------------------------------------------------------


def _hook(pairs: list[tuple[str, Any]]) -> Any:
    found = unique_members(pairs)
    return flow_of_object(found) if is_flow(found) else found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _read_json(content: bytes, file: File, read: Read, seen: AccountBuilder) -> None:
    try:
        text = content.decode(file.encoding or "utf-8-sig").removeprefix("\ufeff")
        # Flows are made on the way, so that the objects of a large answer are not held at once.
        answer = json.loads(
            text, parse_float=decimal_in, parse_constant=_no_number, object_pairs_hook=_hook
        )
    except (ValueError, RecursionError) as error:
        message = f"{file.name!r} is no valid JSON: {error}"
        raise FileFormatError(message, path=file.name) from error
    if not _answers(answer, "", read, seen):
        raise FileFormatError(
            f"{file.name!r} holds no flows and no plans of FTS; pass pages of its API that were "
            "asked for without groupby",
            path=file.name,
        )


def _answers(answer: Any, place: str, read: Read, seen: AccountBuilder) -> bool:
    """Whether an answer of the API, or a list of answers, held flows or plans."""
    if isinstance(answer, list):
        if any(isinstance(item, Flow) for item in answer):
            _page({"flows": answer}, place, read, seen)
            return True
        if answer and all(_is_plan(item) or _is_trend(item) for item in answer):
            _plans(answer, place, read, seen)
            return True
        held = [_answers(item, f"{place}[{at}]", read, seen) for at, item in enumerate(answer)]
        return any(held)
    return isinstance(answer, dict) and _answer(answer, place, read, seen)


def _answer(answer: dict[str, Any], place: str, read: Read, seen: AccountBuilder) -> bool:
    if isinstance(answer.get("flows"), list):
        _page(answer, f"{place}.flows", read, seen)
        # A report has its flows added up in groups, and none of them alone.
        return bool(answer["flows"]) or not any(name.startswith("report") for name in answer)
    if isinstance(answer.get("plans"), list):
        _plans(answer["plans"], f"{place}.plans", read, seen)
        return True
    if _is_plan(answer):
        _plans([answer], place, read, seen)
        return True
    data = answer.get("data")
    if isinstance(data, dict):
        data = {"meta": answer.get("meta"), **data}
    return _answers(data, f"{place}.data", read, seen)


def _page(data: Mapping[str, Any], place: str, read: Read, seen: AccountBuilder) -> None:
    page = Page(read.file)
    incoming, meta = (data.get(name) for name in ("incoming", "meta"))
    totals = incoming if isinstance(incoming, dict) else {}
    stated = {name: totals.get(name) for name in ("fundingTotal", "pledgeTotal")}
    if isinstance(meta, dict):
        stated["count"] = meta.get("count")
    for name, value in stated.items():
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            page.stated[name] = Decimal(value)
    read.pages.append(page)
    for at, flow in enumerate(data["flows"]):
        element = f"{place}[{at}]".lstrip(".")
        if isinstance(flow, Flow):
            _note(flow, seen, read, file=read.file, element=element)
            if flow.row >= 0:
                page.flows.append(flow)
        else:
            raw = flow if isinstance(flow, dict) else {"": flow}
            seen.rejected("no flow: it states no amountUSD and no ends",
                          file=read.file, element=element, raw=raw)  # fmt: skip


def _note(flow: Flow, seen: AccountBuilder, read: Read, **place: Any) -> None:
    flow.place = f"line {place['line']}" if "line" in place else place["element"]
    row: dict[str, Any] = {**place, "record": flow.id or None, "raw": flow.raw}
    try:
        number = flow.amount()
    except AmountError as error:
        seen.rejected(f"amountUSD: {error}", **row)
        return
    name = f"fts:{flow.id}" if flow.id else None
    flow.row = seen.counted(**row, commitment=name, unit="USD", number=number)
    read.flows.append(flow)


# --- plans ----------------------------------------------------------------------------------------


def _is_plan(found: Any) -> bool:
    if not isinstance(found, dict):
        return False
    return "planVersion" in found or ("id" in found and any(n in found for n in _REQUIREMENTS))


def _is_trend(found: Any) -> bool:
    return isinstance(found, dict) and "year" in found and "totalFunding" in found


def _plans(plans: list[Any], place: str, read: Read, seen: AccountBuilder) -> None:
    for at, plan in enumerate(plans):
        row = {"file": read.file, "element": f"{place}[{at}]".lstrip(".")}
        if _is_plan(plan):
            reason = NOT_TOTALLED if False in _totalled(plan) else PLAN
            number = _amount(_requirements(plan))
            name = plan.get("code") or plan.get("id")
        elif _is_trend(plan):
            reason, number, name = _TREND, _amount(plan["totalFunding"]), plan["year"]
        else:
            seen.rejected("no plan: it states no requirements", **row, raw=plan)
            continue
        record = None if name is None else str(name)
        seen.set_aside(reason, **row, record=record, unit="USD", number=number, raw=plan)


def _requirements(plan: Mapping[str, Any]) -> Any:
    """What a plan requires: as it was revised, else as it was at first."""
    for name in _REQUIREMENTS:
        value = plan.get(name)
        if isinstance(value, dict):
            return _requirements(value)
        if value is not None:
            return value
    return None


def _totalled(plan: Mapping[str, Any]) -> Iterator[Any]:
    """What a plan, its type and its categories say of whether it is in the totals."""
    yield plan.get("includeTotals")
    categories = plan.get("categories")
    for thing in (plan.get("planType"), *(categories if isinstance(categories, list) else ())):
        if isinstance(thing, dict):
            yield thing.get("includeTotals")


def _amount(value: Any) -> Decimal | None:
    try:
        return exact(value.strip() if isinstance(value, str) else value)
    except AmountError:
        return None


# --- CSV ------------------------------------------------------------------------------------------


def _read_csv(header: list[str], rows: Any, name: str, read: Read, seen: AccountBuilder) -> None:
    columns = {title: at for at, title in enumerate(header)}
    if twice := [title for title in columns if title and header.count(title) > 1]:
        raise FileFormatError(f"{name!r} has the heading {twice[0]!r} twice", path=name)
    missing = [title for title in _FLOW_COLUMNS if title not in columns]
    if missing and not all(title in columns for title in _PLAN_COLUMNS):
        raise FileFormatError(
            f"{name!r} is no table of FTS flows or plans: it has no column "
            f"{', '.join(map(repr, missing))}; other tables are read with a mapping",
            path=name,
        )
    for line, row in rows:
        cells = Cells(columns, row)
        if len(row) != len(header):
            words = f"has {len(row)} cells under {len(header)} headings"
            seen.rejected(words, file=name, line=line, raw=cells)
        elif missing:
            _plan_row(cells, name, line, seen)
        else:
            _note(flow_of_cells(cells), seen, read, file=name, line=line)


def _plan_row(cells: Cells, name: str, line: int, seen: AccountBuilder) -> None:
    plan = cells.get("code") or cells.get("id")
    if "cluster" in cells:
        reason = CLUSTER
    elif "covidFunding" in cells:
        reason = COVID
    else:
        reason = PLAN if plan else UNPLANNED
    stated = cells.get("funding" if reason == UNPLANNED else "requirements")
    seen.set_aside(
        reason, file=name, line=line, record=plan or cells.get("name"), unit="USD",
        number=_amount(stated), raw=cells,
    )  # fmt: skip

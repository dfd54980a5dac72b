"""Ledgers that stay columns are the ledgers that reading record by record gives."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from pledgetrack import strategies as pts
from pledgetrack.columns import KINDS
from pledgetrack.layout import MODELS, NESTED
from pledgetrack.lazy import LazyRecords

few = times(1 / 2)
FORMS = {"ledger.csv": {}, "tables": {}, "guarded.csv": {"formulas": "guard"}}


def exact(quantity: pt.Quantity | None) -> pt.Quantity | None:
    """The quantity, with nothing inexact about it."""
    return quantity and pt.Quantity(number=quantity.number, unit=quantity.unit)


def plainer(ledger: pt.Ledger) -> pt.Ledger:
    """The ledger without most of what columns leave to records."""
    alone = {"part_of": None, "repeats": None, "same_as": None, "announced_precision": "day"}
    promised = {
        one.id: one.model_copy(update={**alone, "targets": tuple(map(exact, one.targets[:1]))})
        for one in ledger.commitments
    }
    happened = []
    for event in ledger.events:
        first = promised[event.commitment]
        units = [target.unit for target in first.targets]
        quantity = exact(event.quantity)
        fits = quantity is None or quantity.unit in units or event.kind == "delivered"
        alike = not (event.restated or event.horizon) and event.on_precision == "day"
        if event.kind in KINDS and event.on >= first.announced and fits and alike:
            happened.append(event.model_copy(update={"quantity": quantity}))
    return pt.Ledger(promised.values(), happened, ledger.sources, ledger.parties)


def hard(ledger: pt.Ledger) -> int:
    """How many commitments of a ledger that is read lazily are records."""
    assert isinstance(ledger._held, LazyRecords)
    return len(ledger._held._kept)


def same(lazy: pt.Ledger, eager: pt.Ledger, day: Any) -> None:
    """Every public result of two ledgers is the same, and none made all records of the first."""
    assert repr(lazy) == repr(eager)
    assert len(lazy) == len(eager)
    assert lazy._counted[0].equals(eager._counted[0])
    assert lazy._counted[1] == eager._counted[1]
    assert lazy.movements().equals(eager.movements())
    for table in ("totals", "status", "summary"):
        made, expected = (getattr(ledger, table)(as_of=day) for ledger in (lazy, eager))
        assert made.equals(expected)
        assert made.attrs == expected.attrs
    assert lazy.sources == eager.sources
    assert lazy.parties == eager.parties
    for commitment in eager:
        assert lazy[commitment.id].model_dump() == commitment.model_dump()
        assert commitment.id in lazy
    assert "there is none" not in lazy
    if isinstance(lazy._held, LazyRecords):
        assert "all" not in vars(lazy._held)
    assert [one.model_dump() for one in lazy.events] == [one.model_dump() for one in eager.events]
    assert lazy == eager
    assert hash(lazy) == hash(eager)


@few
@given(
    ledger=pts.ledgers(), plain=st.booleans(), form=st.sampled_from(sorted(FORMS)), day=pts.days()
)
def test_a_lazy_ledger_is_the_ledger(
    tmp_path_factory: pytest.TempPathFactory, ledger: pt.Ledger, plain: bool, form: str, day: Any
) -> None:
    """Movements, tables, findings and records are those of the ledger that holds its records."""
    ledger = plainer(ledger) if plain else ledger
    path = pt.write(ledger, tmp_path_factory.getbasetemp() / form, **FORMS[form])
    same(pt.read(path, records="lazy"), ledger, day)


PROMISES = (
    ("alleged", "alleged", "100"),
    ("proposed", "proposed", "100"),
    ("pledged", "pledged", "100"),
    ("committed", "committed", "100"),
    ("nothing", "pledged", "0"),
    ("widest", "pledged", "99999999999.999999"),
)
COURSES: tuple[tuple[tuple[str, str | None], ...], ...] = (
    (("delivered", "20.5"), ("delivered", "0"), ("delivered", "79.5")),
    (("pledged", "40"), ("committed", "10"), ("delivered", "5")),
    (("pledged", None), ("committed", None), ("pledged", None)),
    (("pledged", "0"), ("committed", "0"), ("revised", "0")),
    (("committed", "100"), ("revised", "50"), ("revised", "-30")),
    (("pledged", "100"), ("revised", "-100"), ("revised", "7")),
    (("delivered", "30"), ("withdrawn", None), ("delivered", "5"), ("expired", None)),
    (("withdrawn", "30"), ("rejected", "0"), ("delivered", "70"), ("expired", None)),
    (("pledged", "60"), ("expired", "50"), ("committed", "10"), ("delivered", "1")),
    (("committed", "25"), ("rejected", None), ("pledged", None), ("delivered", "0")),
)


@pytest.mark.parametrize("course", COURSES)
def test_every_plain_course_is_counted_in_columns(
    tmp_path: Path, course: tuple[tuple[str, str | None], ...]
) -> None:
    """What happens to plain promises gives the same rows from columns, whatever their stage."""
    promised = [
        pt.Commitment(id=name, party="A", announced="2024-01-01", stage=stage,
                      target={"number": number, "unit": "USD"}, horizon={"end": "2025-01-01"})
        for name, stage, number in PROMISES
    ]  # fmt: skip
    happened = [
        pt.Event(commitment=one.id, kind=kind, on=f"2024-02-{day:02}", known="2024-05-01",
                 quantity=number and {"number": number, "unit": "USD"})
        for one in promised[:4]
        for day, (kind, number) in enumerate(course, start=1)
    ]  # fmt: skip
    ledger = pt.Ledger(promised, happened)
    lazy = pt.read(pt.write(ledger, tmp_path / "ledger.csv"), records="lazy")
    assert hard(lazy) == 4 - len({name for name, *_ in PROMISES[:4]} - findings(ledger))
    same(lazy, ledger, "2024-12-31")


def findings(ledger: pt.Ledger) -> set[str]:
    """The commitments of which something is odd."""
    return {finding.commitment for finding in ledger._counted[1]}


@few
@given(ledger=pts.ledgers(max_commitments=2), data=st.data())
def test_the_same_rows_are_refused_in_the_same_words(
    tmp_path_factory: pytest.TempPathFactory, ledger: pt.Ledger, data: st.DataObject
) -> None:
    """Of cells that somebody spoiled, columns tell what reading row by row tells."""
    path = pt.write(plainer(ledger), tmp_path_factory.getbasetemp() / "spoiled.csv")
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    for _ in range(data.draw(st.integers(0, 3))):
        row = data.draw(st.sampled_from(rows[1:] or rows))
        at = data.draw(st.integers(0, len(row) - 1))
        others = [other[at] for other in rows[1:]]
        row[at] = data.draw(st.sampled_from([*others, row[at] * 2, *SPOILED]))
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator=data.draw(st.sampled_from(("\n", "\r\n")))).writerows(rows)
    eager, lazy = outcome(lambda: pt.read(path)), outcome(lambda: pt.read(path, records="lazy"))
    assert lazy == eager


SPOILED = (
    "", " ", "x", "a  b", " a", "é", "e\u0301", "\u200b", "\x07", "two\nlines", 'a"b',
    "2024-02-30",
    "2024-02", "0001-01-01", "[]", "[1]", '["A", "A"]', '["A ", "B"]', '{"number": "1_000"}',
    "null",
    '{"number": "1.0000001", "unit": "USD"}', '{"number": 1.5, "unit": "USD"}', "{}", '{"a": "b"}',
    '{"number": "5", "unit": "USX"}', '[{"number": "5", "unit": "USD"}]', "delivered", "pledged",
    '{"number": "-5", "unit": "USD"}', '{"start": "2024-02-02", "end": "2024-02-01"}', "commitment",
    '{"number": "٣", "unit": "USD"}', '{"number": "5", "number": "6", "unit": "USD"}', "promise-0",
    '[{"source": "unknown"}]', '[{"place": "p. 1"}]', '{"end": "2024-02"}', '{"x": {"y": 1}}',
)  # fmt: skip
"""Cells that a ledger has no place for, or has it elsewhere."""


def outcome(read: Callable[[], pt.Ledger]) -> Any:
    """A ledger's records and rows, or what is wrong with it."""
    try:
        ledger = read()
    except pt.InvalidLedgerError as error:
        return error.problems
    return ledger, ledger._counted[0].to_pylist(), ledger._counted[1]


def parsed(cell: str) -> Any:
    """The value of a cell of JSON, whose keys are there once."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    try:
        return json.loads(cell, object_pairs_hook=unique)
    except AssertionError as error:
        raise ValueError(cell) from error


def row_by_row(text: str) -> set[tuple[int, str]]:
    """The rows and fields that csv and pydantic refuse, one row after the other."""
    wrong = set()
    for number, row in enumerate(csv.DictReader(io.StringIO(text, newline="")), start=2):
        kind, *_ = row.values()
        data: dict[str, Any] = {name: cell for name, cell in list(row.items())[1:] if cell}
        try:
            MODELS[kind](**{n: parsed(v) if n in NESTED else v for n, v in data.items()})
        except ValueError as error:
            details: Iterable[Any] = getattr(error, "errors", list)()
            wrong |= {(number, ".".join(map(str, detail["loc"]))) for detail in details}
    return wrong


FIELDS = ("id", "parties", "targets", "announced", "stage", "known", "commitment", "kind", "on",
          "quantity", "horizon", "citations", "tags")  # fmt: skip


@few
@given(ledger=pts.ledgers(max_commitments=3), data=st.data())
def test_the_errors_are_those_of_pydantic(
    tmp_path_factory: pytest.TempPathFactory, ledger: pt.Ledger, data: st.DataObject
) -> None:
    """The rows and fields refused are those that csv and pydantic refuse row by row."""
    path = pt.write(plainer(ledger), tmp_path_factory.getbasetemp() / "refused.csv")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    for row in rows:
        if data.draw(st.booleans()):
            valid = {name for name in SPOILED if not name or name[0] not in "[{n"}
            field = data.draw(st.sampled_from(FIELDS))
            cells = SPOILED if field not in NESTED else sorted({*SPOILED} - valid)
            row[field] = data.draw(st.sampled_from(cells))
    text = io.StringIO(newline="")
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    lines = text.getvalue()
    if "\n" in "".join(cell for row in rows for cell in row.values()):
        return
    path.write_text(lines or path.read_text(encoding="utf-8"), encoding="utf-8")
    expected = row_by_row(path.read_text(encoding="utf-8"))
    made = outcome(lambda: pt.read(path, records="lazy"))
    problems = made if made and isinstance(made[0], pt.Problem) else ()
    lines_refused = {problem.line for problem in problems}
    assert {line for line, _ in expected} <= lines_refused
    fields = {(problem.line, problem.message.partition(":")[0].strip("'")) for problem in problems}
    for line, field in expected:
        said = " ".join(problem.message for problem in problems if problem.line == line)
        assert (line, field) in fields or field in said


def test_a_ragged_file_is_read_row_by_row(tmp_path: Path, seeds: pt.Ledger) -> None:
    """A row with a cell too many is told by its line, also where the rest could be columns."""
    path = pt.write(seeds, tmp_path / "ledger.csv")
    path.write_text(path.read_text(encoding="utf-8") + "event,x\n", encoding="utf-8")
    with pytest.raises(pt.InvalidLedgerError, match="has 2 cells under 39 headings"):
        pt.read(path, records="lazy")


def test_a_blank_line_is_told_in_the_same_words(tmp_path: Path, seeds: pt.Ledger) -> None:
    """A row without any cell is one whose cells are blank."""
    path = pt.write(seeds, tmp_path / "ledger.csv")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\ncommitment", "\n\ncommitment", 1), encoding="utf-8")
    told = []
    for records in ("eager", "lazy"):
        with pytest.raises(pt.InvalidLedgerError, match="unknown kind of record ''") as caught:
            pt.read(path, records=records)  # type: ignore[arg-type]
        told.append(str(caught.value))
    assert told[0] == told[1]


def test_lines_are_told_behind_cells_with_line_breaks(tmp_path: Path) -> None:
    """A mistake is on the line where its row begins, whatever the rows before it hold."""
    path = tmp_path / "ledger.csv"
    cells = ['"a\n\nb"', "two"]
    rows = [f'commitment,{cell},"[""A""]",2024-01-01,{stage}'
            for cell, stage in zip(cells, ("pledged", "promised"), strict=True)]  # fmt: skip
    head = "pledgetrack_format=2,id,parties,announced,stage"
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    for records in ("eager", "lazy"):
        with pytest.raises(pt.InvalidLedgerError) as caught:
            pt.read(path, records=records)  # type: ignore[arg-type]
        assert [problem.line for problem in caught.value.problems] == [5]


def test_other_files_of_a_folder_join_the_columns(tmp_path: Path) -> None:
    """An event in a TOML file belongs to a promise in a CSV file, and its sources too."""
    promise = pt.Commitment(id="aid", party="A", announced="2024-01-01", stage="pledged",
                            target={"number": 5, "unit": "USD"})  # fmt: skip
    other = promise.model_copy(update={"id": "other"})
    pt.write(pt.Ledger([promise, other]), tmp_path / "promises.csv")
    (tmp_path / "events.toml").write_text(
        '[[event]]\ncommitment = "aid"\nkind = "delivered"\non = 2024-02-01\n'
        'quantity = { number = 2, unit = "USD" }\n',
        encoding="utf-8",
    )
    lazy = pt.read(tmp_path, records="lazy")
    assert hard(lazy) == 1
    same(lazy, pt.read(tmp_path), "2024-12-31")


def test_a_way_with_records_that_is_not_known_is_refused(tmp_path: Path) -> None:
    """Records are eager or lazy."""
    with pytest.raises(pt.UnknownNameError, match="unknown way with records 'late'"):
        pt.read(tmp_path, records="late")  # type: ignore[arg-type]


def test_an_unknown_commitment_is_named_with_the_choices(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Asking a lazy ledger for a promise that it does not have names those that are near."""
    lazy = pt.read(pt.write(seeds, tmp_path / "ledger.csv"), records="lazy")
    with pytest.raises(pt.UnknownNameError, match="did you mean 'mx-border-infrastructure'"):
        lazy["mx-border-infrastructur"]

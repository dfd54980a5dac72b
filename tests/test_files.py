"""Reading refuses every mistake by file and record; writing replaces a file whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pledgetrack as pt

SUFFIXES = (".toml", ".json", ".csv", ".parquet")
PLURALS = {"commitment": "commitments", "event": "events", "source": "sources", "party": "parties"}
VERSION = "pledgetrack_format"

AID = {"id": "aid", "parties": ["Mexico"], "announced": "2024-01-15", "stage": "pledged"}
USD = {**AID, "targets": [{"number": "100", "unit": "USD"}]}

Records = list[tuple[str, dict[str, Any]]]


def target(number: str, unit: str = "USD") -> Records:
    """One commitment with one target."""
    return [("commitment", {**AID, "targets": [{"number": number, "unit": unit}]})]


def happened(**fields: Any) -> Records:
    """A commitment and one event."""
    return [("commitment", USD), ("event", {"commitment": "aid", "kind": "suspended", **fields})]


# --- one set of records in each form, written by hand, with the line on which each begins ---------


def as_toml(records: Records) -> tuple[bytes, list[int | None]]:
    """Records as TOML tables, and the line of each."""
    lines: list[str] = [f"{VERSION} = 1"]
    places: list[int | None] = []
    for kind, fields in records:
        lines.append("")
        places.append(len(lines) + 1)
        lines.append(f"[[{kind}]]")
        lines += [f"{name} = {toml_value(value)}" for name, value in fields.items()]
    return "\n".join(lines).encode(), places


def toml_value(value: Any) -> str:
    """A value as TOML writes it inline."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml_value(v)}" for name, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def as_json(records: Records, version: int = 1) -> tuple[bytes, list[int | None]]:
    """Records as one JSON object; it has no lines worth naming."""
    made: dict[str, Any] = {VERSION: version}
    for kind, fields in records:
        made.setdefault(PLURALS[kind], []).append(fields)
    return json.dumps(made).encode(), [None for _ in records]


def as_csv(records: Records, version: int = 1) -> tuple[bytes, list[int | None]]:
    """Records as rows of one CSV table, and the line of each."""
    names = list(dict.fromkeys(name for _, fields in records for name in fields))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([f"{VERSION}={version}", *names])
    for kind, fields in records:
        cells = [fields.get(name, "") for name in names]
        writer.writerow([kind, *(c if isinstance(c, str) else json.dumps(c) for c in cells)])
    return out.getvalue().encode(), [at + 2 for at in range(len(records))]


def as_parquet(
    records: Records, version: str | None = "1", **columns: pa.Array
) -> tuple[bytes, list[int | None]]:
    """Records as rows of one Parquet table."""
    names = list(dict.fromkeys(name for _, fields in records for name in fields))
    made = {"record": pa.array([kind for kind, _ in records])}
    made |= {name: pa.array([fields.get(name) for _, fields in records]) for name in names}
    table = pa.table(made | columns)
    if version is not None:
        table = table.replace_schema_metadata({VERSION: version})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue(), [None for _ in records]


FORMS: dict[str, Callable[[Records], tuple[bytes, list[int | None]]]] = {
    ".toml": as_toml,
    ".json": as_json,
    ".csv": as_csv,
    ".parquet": as_parquet,
}


def save(folder: Path, name: str, content: bytes | str) -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def problems_of(path: Path) -> tuple[pt.Problem, ...]:
    """The mistakes that reading a file or folder raises."""
    with pytest.raises(pt.InvalidLedgerError) as caught:
        pt.read(path)
    return caught.value.problems


def only_problem_of(path: Path) -> pt.Problem:
    """The one mistake that reading a file raises."""
    problems = problems_of(path)
    assert len(problems) == 1, problems
    return problems[0]


# --- mistakes in records --------------------------------------------------------------------------

MISTAKES: dict[str, tuple[Records, str, str]] = {
    "an unknown field": (
        [("commitment", {**AID, "stag": "pledged"})],
        "commitment 'aid'", "unknown field 'stag'; did you mean 'stage'?",
    ),
    "an unknown field inside": (
        [("commitment", {**AID, "targets": [{"number": "1", "unit": "USD", "rate": "2"}]})],
        "commitment 'aid'", "unknown field 'targets.0.rate'",
    ),
    "a missing field": (
        [("commitment", {"id": "aid", "parties": ["Mexico"], "announced": "2024-01-15"})],
        "commitment 'aid'", "'stage' is missing",
    ),
    "an unknown currency": (target("1", "USX"), "commitment 'aid'", "unknown currency code 'USX'"),
    "a currency by name": (target("1", "dollars"), "commitment 'aid'", "ISO 4217"),
    "a symbol": (target("1", "$"), "commitment 'aid'", "ISO 4217"),
    "a share": (target("1", "percent"), "commitment 'aid'", "is a share, not a quantity"),
    "a unit without a letter": (target("1", "12"), "commitment 'aid'", "has no letter"),
    "the unit of actions": (target("1", "action"), "commitment 'aid'", "leave the target out"),
    "two targets in one unit": (
        [("commitment", {**AID, "targets": [{"number": "1", "unit": "USD"},
                                            {"number": "2", "unit": "USD"}]})],
        "commitment 'aid'", "two targets in USD",
    ),
    "a target below zero": (target("-1"), "commitment 'aid'", "a target below zero"),
    "an end before its start": (
        [("commitment", {**AID, "horizon": {"start": "2024-03-02", "end": "2024-03-01"}})],
        "commitment 'aid'", "the end 2024-03-01 is before the start 2024-03-02",
    ),
    "a day that does not exist": (
        [("commitment", {**AID, "known": "2024-02-30"})],
        "commitment 'aid'", "'2024-02-30' is not in the calendar",
    ),
    "a day in another spelling": (
        [("commitment", {**AID, "known": "01/02/2024"})],
        "commitment 'aid'", "'01/02/2024' is no day; write it as YYYY-MM-DD",
    ),
    "an unknown stage": (
        [("commitment", {**AID, "stage": "promised"})], "commitment 'aid'", "'promised'",
    ),
    "an event before the announcement": (
        happened(on="2024-01-14"), "event 'suspended' of 'aid' on 2024-01-14",
        "before the announcement of the commitment on 2024-01-15",
    ),
    "an event of no known commitment": (
        happened(on="2024-02-01", commitment="aids"), "event 'suspended' of 'aids' on 2024-02-01",
        "no commitment 'aids'; did you mean 'aid'?",
    ),
    "an event of an unknown kind": (
        happened(on="2024-02-01", kind="stopped")[1:], "event 1 (of 'aid')", "'stopped'",
    ),
    "a new unit in an event": (
        happened(on="2024-02-01", kind="withdrawn", quantity={"number": "1", "unit": "EUR"}),
        "event 'withdrawn' of 'aid' on 2024-02-01", "'EUR' is no target of the commitment",
    ),
    "a repeated id": (
        [("commitment", AID), ("commitment", {**AID, "stage": "proposed"})],
        "commitment 'aid'", "a repeated id (2 times)",
    ),
    "conflicting parties": (
        [("party", {"name": "USA", "aliases": ["U.S."]}),
         ("party", {"name": "United States", "aliases": ["U.S."]})],
        "party 'United States'", "conflicts with another record of the same spelling",
    ),
    "conflicting sources": (
        [("source", {"id": "plan", "title": "A"}), ("source", {"id": "plan", "title": "B"})],
        "source 'plan'", "conflicts with another source of that id",
    ),
    "an unknown source": (
        [("source", {"id": "plan"}), ("commitment", {**AID, "citations": [{"source": "plam"}]})],
        "commitment 'aid'", "unknown source 'plam' (sources: 'plan')",
    ),
    "no number": (target("NaN"), "commitment 'aid'", "'NaN' is no plain number"),
    "infinity": (target("Infinity"), "commitment 'aid'", "'Infinity' is no plain number"),
    "too many digits before the point": (target("1" * 23), "commitment 'aid'", "too many digits"),
    "too many digits after the point": (target("0.1234567"), "commitment 'aid'", "too many digits"),
    "hundreds of digits": (target("9" * 300), "commitment 'aid'", "too many digits"),
    "underscores": (target("1_000"), "commitment 'aid'", "'1_000' is no plain number"),
    "separators": (target("1,000"), "commitment 'aid'", "'1,000' is no plain number"),
    "an exponent": (target("1e5"), "commitment 'aid'", "'1e5' is no plain number"),
    "a number without digits": (target("."), "commitment 'aid'", "'.' is no plain number"),
    "digits of another script": (target("٣"), "commitment 'aid'", "'٣' is no plain number"),
}  # fmt: skip


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_by_file_line_and_record(
    tmp_path: Path, mistake: str, suffix: str
) -> None:
    """One mistake in the last record of a file is one problem with its place and what is wrong."""
    records, record, message = MISTAKES[mistake]
    content, lines = FORMS[suffix](records)
    path = save(tmp_path, f"ledger{suffix}", content)
    problem = only_problem_of(path)
    assert (problem.file, problem.line, problem.record) == (str(path), lines[-1], record)
    assert message in problem.message


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_records_without_a_mistake_are_read_alike_from_every_form(
    tmp_path: Path, suffix: str
) -> None:
    """The forms that are written by hand in these tests make the same ledger."""
    records = [
        ("party", {"name": "Mexico", "aliases": ["México"]}),
        ("source", {"id": "plan", "published": "2024-02-03"}),
        *happened(on="2024-02-01", citations=[{"source": "plan", "place": "p. 1"}]),
    ]
    ledger = pt.read(save(tmp_path, f"ledger{suffix}", FORMS[suffix](records)[0]))
    assert ledger == pt.Ledger(
        [pt.Commitment(**USD)],
        [
            pt.Event(
                commitment="aid",
                kind="suspended",
                on="2024-02-01",
                citation={"source": "plan", "place": "p. 1"},
            )
        ],
        [pt.Source(id="plan", published="2024-02-03")],
        [pt.Party(name="Mexico", aliases=("México",))],
    )


def test_all_mistakes_of_all_files_are_raised_at_once(tmp_path: Path) -> None:
    """Several mistakes in each of several files, and those between files, in one error."""
    save(
        tmp_path,
        "a.toml",
        "# A comment.\n"
        "[[commitment]]\n"
        'id = "one"\n'
        'party = "Mexico"\n'
        "announced = 2024-01-15\n"
        'stage = "pledgd"\n'
        'colour = "red"\n'
        'target = { number = 5, unit = "USX" }\n'
        "\n"
        "[[commitment]]  # a good one\n"
        'id = "two"\n'
        'party = "Mexico"\n'
        "announced = 2024-01-15\n"
        'stage = "pledged"\n'
        "\n"
        "[[event]]\n"
        'commitment = "two"\n'
        'kind = "suspended"\n'
        "on = 2023-01-01\n"
        "\n"
        "[[evnt]]\n",
    )
    save(
        tmp_path,
        "b.json",
        as_json(
            [
                ("commitment", {**AID, "id": "two"}),
                ("event", {"commitment": "nobody", "kind": "resumed", "on": "2024-02-01"}),
                ("source", {"id": "plan", "published": "soon"}),
            ]
        )[0],
    )
    save(
        tmp_path,
        "c.csv",
        as_csv(
            [
                ("commitment", {**AID, "id": "three", "known": "2020-01-01"}),
                ("pledge", {"id": "four"}),
                ("commitment", {**AID, "id": "five", "citations": [{"source": "nowhere"}]}),
            ]
        )[0],
    )
    save(tmp_path, "d.parquet", as_parquet([("commitment", {**AID, "id": "six", "x": "y"})])[0])
    save(tmp_path, "e.toml", "[[commitment]]\nid = \n")
    save(tmp_path, "f.json", '{"pledgetrack_format": 1,\n "events": [')
    save(tmp_path, "g.csv", "")
    save(tmp_path, "notes.txt", "no ledger file")
    found = {
        (Path(problem.file or "").name, problem.line, problem.record, problem.message[:23])
        for problem in problems_of(tmp_path)
    }
    assert found == {
        ("a.toml", 2, "commitment 'one'", "stage: input should be "),
        ("a.toml", 2, "commitment 'one'", "unknown field 'colour'"),
        ("a.toml", 2, "commitment 'one'", "targets.0.unit: unknown"),
        ("a.toml", 16, "event 'suspended' of 'two' on 2023-01-01", "before the announcement"),
        ("a.toml", 21, None, "unknown table 'evnt'; d"),
        ("b.json", None, "commitment 'two'", "a repeated id (2 times)"),
        ("b.json", None, "event 'resumed' of 'nobody' on 2024-02-01", "no commitment 'nobody'"),
        ("b.json", None, "source 'plan'", "published: 'soon' is no"),
        ("c.csv", 2, "commitment 'three'", "known on 2020-01-01, be"),
        ("c.csv", 3, None, "unknown kind of record "),
        ("c.csv", 4, "commitment 'five'", "unknown source 'nowhere"),
        ("d.parquet", None, "commitment 'six'", "unknown field 'x'"),
        ("e.toml", 2, None, "is no valid TOML: Inval"),
        ("f.json", 2, None, "is no valid JSON: Expec"),
        ("g.csv", None, None, "the file is empty"),
    }


def test_the_message_lists_every_mistake_with_its_place(tmp_path: Path) -> None:
    """What is printed says the number of mistakes, and each on a line of its own."""
    path = save(tmp_path, "ledger.csv", as_csv([*target("1_000"), *target("NaN")])[0])
    with pytest.raises(pt.InvalidLedgerError) as caught:
        pt.read(path)
    head, *lines = str(caught.value).splitlines()
    assert head == "2 mistakes in the records"
    assert [line.split(" commitment")[0] for line in lines] == [f"  {path}:2:", f"  {path}:3:"]


def test_a_refused_record_causes_no_further_mistakes(tmp_path: Path) -> None:
    """An event of a commitment with a mistake is not reported as one of no known commitment."""
    records = happened(on="2024-02-01")
    records[0] = ("commitment", {**USD, "stage": "promised"})
    problem = only_problem_of(save(tmp_path, "ledger.json", as_json(records)[0]))
    assert problem.record == "commitment 'aid'"


def test_events_may_stand_in_another_file_than_their_commitment(tmp_path: Path) -> None:
    """All files of a folder make one ledger, whatever their form and order."""
    commitment, event = happened(on="2024-02-01")
    save(tmp_path, "a.json", as_json([event])[0])
    save(tmp_path, "b.TOML", as_toml([commitment])[0])
    ledger = pt.read(tmp_path)
    assert (len(ledger), len(ledger.events)) == (1, 1)


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["0.1", "1e3", "123456789012345678901.234567", "-0.0", "2.50"])
@pytest.mark.parametrize("suffix", [".toml", ".json", ".csv"])
def test_decimals_are_read_exactly(tmp_path: Path, suffix: str, number: str) -> None:
    """A decimal in a file never passes through a binary float."""
    content = FORMS[suffix](target("NUMBER"))[0].decode()
    content = content.replace('""NUMBER""', number).replace('"NUMBER"', number)
    ledger = pt.read(save(tmp_path, f"ledger{suffix}", content))
    assert ledger["aid"].targets[0].number == Decimal(number)


def test_whole_numbers_of_toml_may_have_underscores(tmp_path: Path) -> None:
    """1_000 without quotes is TOML's own spelling of 1000."""
    content = as_toml(target("NUMBER"))[0].decode().replace('"NUMBER"', "1_000")
    assert pt.read(save(tmp_path, "a.toml", content))["aid"].targets[0].number == 1000


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("suffix", [".toml", ".json", ".csv"])
def test_no_number_is_named_by_its_record(tmp_path: Path, suffix: str, number: str) -> None:
    """NaN and infinity as a format writes them are mistakes of one record among others."""
    records = [*target("NUMBER"), ("commitment", {**AID, "id": "other", "stage": "promised"})]
    word = number.replace("NaN", "nan").replace("Infinity", "inf") if suffix == ".toml" else number
    content = FORMS[suffix](records)[0].decode()
    content = content.replace('""NUMBER""', word).replace('"NUMBER"', word)
    first, second = problems_of(save(tmp_path, f"ledger{suffix}", content))
    assert first.record in ("commitment 'aid'", "commitment 1")
    assert f"{number} is no amount" in first.message
    assert second.record == "commitment 'other'"


@pytest.mark.parametrize("number", ["1e22", "1e-7", "1e999999", f"1e{'9' * 30}", f"1e-{'9' * 30}"])
@pytest.mark.parametrize("suffix", [".toml", ".json", ".csv"])
def test_a_number_of_any_exponent_is_refused_in_words(
    tmp_path: Path, suffix: str, number: str
) -> None:
    """A number beyond what is held is a mistake of the record, whatever its exponent."""
    content = FORMS[suffix](target("NUMBER"))[0].decode()
    content = content.replace('""NUMBER""', number).replace('"NUMBER"', number)
    problem = only_problem_of(save(tmp_path, f"ledger{suffix}", content))
    assert problem.file == str(tmp_path / f"ledger{suffix}")


@pytest.mark.parametrize("suffix", [".toml", ".json", ".csv"])
def test_an_integer_of_thousands_of_digits_is_refused_in_words(tmp_path: Path, suffix: str) -> None:
    """Python's own limit on digits comes out as a mistake in the file."""
    content = FORMS[suffix](target("NUMBER"))[0].decode()
    content = content.replace('""NUMBER""', "9" * 5000).replace('"NUMBER"', "9" * 5000)
    problem = only_problem_of(save(tmp_path, f"ledger{suffix}", content))
    assert "digits" in problem.message


@pytest.mark.parametrize("number", [0.1, float("nan"), float("inf")])
def test_floats_of_parquet_are_refused(tmp_path: Path, number: float) -> None:
    """A Parquet column of floats does not say what was meant, so it is refused by record."""
    column = pa.array([[{"number": number, "unit": "USD"}]])
    content = as_parquet([("commitment", AID)], targets=column)[0]
    problem = only_problem_of(save(tmp_path, "ledger.parquet", content))
    assert problem.record == "commitment 'aid'"
    assert f"{number} is no exact number" in problem.message


# --- files that are no text of their kind ---------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_file_is_a_mistake(tmp_path: Path, suffix: str, content: bytes) -> None:
    """An empty file is named, not read as an empty ledger."""
    path = save(tmp_path, f"ledger{suffix}", content)
    problem = only_problem_of(path)
    assert (problem.file, problem.message) == (str(path), "the file is empty")


def test_a_toml_file_without_a_record_is_a_mistake(tmp_path: Path) -> None:
    """A file of comments was meant to hold something."""
    assert only_problem_of(save(tmp_path, "a.toml", "# later\n")).message == "holds no record"


@pytest.mark.parametrize("suffix", [".toml", ".json", ".csv"])
def test_latin_1_is_refused_with_its_line(tmp_path: Path, suffix: str) -> None:
    """A wrong encoding is named by its first byte, and says what to do."""
    content = FORMS[suffix]([("commitment", {**AID, "note": "LATIN"})])[0]
    line = content[: content.index(b"LATIN")].count(b"\n") + 1
    content = content.replace(b"LATIN", "México".encode("latin-1"))
    problem = only_problem_of(save(tmp_path, f"ledger{suffix}", content))
    assert problem.message == "is no UTF-8 text (byte 0xe9); save it as UTF-8"
    assert problem.line == line


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("suffix", [".toml", ".json", ".csv"])
def test_other_encodings_of_unicode_are_refused(tmp_path: Path, suffix: str, encoding: str) -> None:
    """UTF-16, as some spreadsheets save it, is refused by name of the file."""
    content = FORMS[suffix](target("1"))[0].decode().encode(encoding)
    path = save(tmp_path, f"ledger{suffix}", content)
    assert only_problem_of(path).file == str(path)


@pytest.mark.parametrize("suffix", [".toml", ".json", ".csv"])
def test_a_byte_order_mark_is_accepted(tmp_path: Path, suffix: str) -> None:
    """UTF-8 with the mark that some editors put first is UTF-8."""
    content = b"\xef\xbb\xbf" + FORMS[suffix](target("1"))[0]
    assert len(pt.read(save(tmp_path, f"ledger{suffix}", content))) == 1


@pytest.mark.parametrize("suffix", [".toml", ".json", ".csv"])
def test_line_ends_of_any_system_are_accepted(tmp_path: Path, suffix: str) -> None:
    """A file with Windows line ends holds the same records, with the same line numbers."""
    good = FORMS[suffix](target("1"))[0].replace(b"\n", b"\r\n")
    assert len(pt.read(save(tmp_path, f"good{suffix}", good))) == 1
    content, lines = FORMS[suffix]([*target("1"), ("commitment", {**AID, "id": "b", "x": "y"})])
    bad = save(tmp_path, f"bad{suffix}", content.replace(b"\n", b"\r\n"))
    assert only_problem_of(bad).line == lines[-1]


@pytest.mark.parametrize(("suffix", "name"), [(".json", "JSON"), (".parquet", "Parquet")])
def test_a_truncated_file_is_refused_wherever_it_ends(
    tmp_path: Path, suffix: str, name: str
) -> None:
    """No beginning of a JSON or Parquet file is a ledger."""
    whole = FORMS[suffix](target("1"))[0]
    for size in range(1, len(whole), max(1, len(whole) // 50)):
        problem = only_problem_of(save(tmp_path, f"ledger{suffix}", whole[:size]))
        assert problem.message.startswith(f"is no valid {name}: ")


@pytest.mark.parametrize(
    ("lost", "message"),
    [(8, "input should be"), (12, "unexpected end of data"), (24, "has 4 cells under 5 headings")],
)
def test_a_truncated_csv_is_refused_with_its_line(tmp_path: Path, lost: int, message: str) -> None:
    """A row that ends in the middle of a word, of the row or of a quoted cell."""
    content = (
        f"{VERSION}=1,id,announced,parties,stage\n"
        'commitment,one,2024-01-15,"[""Mexico""]",pledged\n'
        'commitment,two,2024-01-15,"[""Mexico""]",proposed\n'
    )
    problem = only_problem_of(save(tmp_path, "ledger.csv", content[:-lost]))
    assert problem.line == 3
    assert message in problem.message


@pytest.mark.parametrize(
    "content",
    ['{"pledgetrack_format": 1, "events": [], "events": []}',
     '{"pledgetrack_format": 1, "commitments": [{"id": "a", "id": "b"}]}',
     '{"pledgetrack_format": 1, "pledgetrack_format": 1}'],
)  # fmt: skip
def test_a_key_given_twice_in_json_is_refused(tmp_path: Path, content: str) -> None:
    """JSON readers drop the first of two equal keys; this one does not."""
    assert "is given twice" in only_problem_of(save(tmp_path, "a.json", content)).message


def test_a_key_given_twice_in_a_cell_of_csv_is_refused(tmp_path: Path) -> None:
    """The same holds for the JSON in a cell."""
    content = as_csv([("commitment", {**AID, "tags": '{"a": "1", "a": "2"}'})])[0]
    problem = only_problem_of(save(tmp_path, "a.csv", content))
    assert (problem.line, "'a' is given twice" in problem.message) == (2, True)


def test_a_heading_given_twice_in_csv_is_refused(tmp_path: Path) -> None:
    """Of two columns of one name neither is dropped in silence."""
    content = as_csv([("commitment", {**AID, "note": "first"})])[0].decode()
    content = content.replace("note", "note,note").replace("first", "first,second")
    assert "note" in only_problem_of(save(tmp_path, "a.csv", content)).message


@pytest.mark.parametrize("depth", [100, 400, 900, 100_000])
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [("a.toml", "x = ", "\n"),
     ("a.json", '{"pledgetrack_format": 1, "commitments": [', "]}"),
     ("a.json", '{"pledgetrack_format": 1, "events": [{"commitment": ', "}]}"),
     ("a.json", '{"pledgetrack_format": 1, "events": [{"note": ', "}]}"),
     ("a.csv", "pledgetrack_format=1,tags\ncommitment,", "\n")],
)  # fmt: skip
def test_deep_nesting_is_refused_in_words(
    tmp_path: Path, name: str, before: str, after: str, depth: int
) -> None:
    """A file built to exhaust the stack is a mistake like any other."""
    content = f"{before}{'[' * depth}{']' * depth}{after}"
    path = save(tmp_path, name, content)
    assert {problem.file for problem in problems_of(path)} == {str(path)}


# --- versions and tables --------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_newer_format_is_refused(tmp_path: Path, suffix: str) -> None:
    """A file of a version to come is not half understood."""
    content = {
        ".toml": as_toml(target("1"))[0].replace(b"= 1", b"= 3", 1),
        ".json": as_json(target("1"), 3)[0],
        ".csv": as_csv(target("1"), 3)[0],
        ".parquet": as_parquet(target("1"), "3")[0],
    }[suffix]
    path = save(tmp_path, f"ledger{suffix}", content)
    problem = only_problem_of(path)
    assert problem.file == str(path)
    assert problem.message.startswith("is of format 3, newer than the 2 that this version reads")


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_older_formats_stay_readable(tmp_path: Path, suffix: str, version: int) -> None:
    """What an earlier version of the library wrote is read as ever."""
    content = {
        ".toml": as_toml(target("1"))[0].replace(b"= 1", f"= {version}".encode(), 1),
        ".json": as_json(target("1"), version)[0],
        ".csv": as_csv(target("1"), version)[0],
        ".parquet": as_parquet(target("1"), str(version))[0],
    }[suffix]
    assert len(pt.read(save(tmp_path, f"ledger{suffix}", content))) == 1


def test_an_empty_table_of_an_older_format_is_whole(tmp_path: Path) -> None:
    """Its headings are fewer than those of today, and not cut short."""
    old = [name for name in pt.Commitment.model_fields
           if name not in ("part_of", "repeats", "same_as")]  # fmt: skip
    path = save(tmp_path, "a.csv", f"{VERSION}=1,{','.join(old)}\n".encode())
    assert pt.read(path) == pt.Ledger()
    path = save(tmp_path, "a.csv", f"{VERSION}=2,{','.join(old)}\n".encode())
    assert "cut short" in only_problem_of(path).message


@pytest.mark.parametrize("value", ['"1"', "0", "-1", "true", "1.5", "[1]"])
@pytest.mark.parametrize("suffix", [".toml", ".json"])
def test_a_version_that_is_no_number_is_refused(tmp_path: Path, suffix: str, value: str) -> None:
    """The format version is a whole number from 1."""
    content = {
        ".toml": f"{VERSION} = {value}\n[[party]]\nname = 'A'\n",
        ".json": f'{{"{VERSION}": {value}}}',
    }[suffix]
    assert "not a version number" in only_problem_of(save(tmp_path, f"a{suffix}", content)).message


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.json", b"{}"), ("a.json", b"[]"), ("a.json", b"null"), ("a.json", b'"ledger"'),
     ("a.csv", b"id,party\na,Mexico\n"), ("a.csv", b"pledgetrack_format=1;id\n"),
     ("a.csv", b"pledgetrack_format=99999999999,id\n"),
     ("a.parquet", as_parquet(target("1"), None)[0]),
     ("a.parquet", as_parquet(target("1"), "one")[0]),
     ("a.parquet", as_parquet(target("1"), "9" * 5000)[0])],
)  # fmt: skip
def test_a_table_of_something_else_is_no_ledger(tmp_path: Path, name: str, content: bytes) -> None:
    """A written file says that it is a ledger; one that does not is refused."""
    path = save(tmp_path, name, content)
    problem = only_problem_of(path)
    assert problem.file == str(path)
    assert "is no ledger" in problem.message


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [("[[commitmnt]]\nid = 'a'\n", 1, "unknown table 'commitmnt'; did you mean [[commitment]]?"),
     ("# x\n[commitment]\nid = 'a'\n", 2, "write [[commitment]] in double brackets"),
     ("\n\n[pledges]\nid = 'a'\n", 3, "unknown table 'pledges' (known: [[commitment]], "),
     ("id = 'a'\n", None, "unknown table 'id'"),
     ("party = ['Mexico']\n", None, "is no table of fields: 'Mexico'"),
     ("[[party]]\nname = 'A'\nname = 'B'\n", 3, "is no valid TOML: Cannot overwrite a value")],
)  # fmt: skip
def test_other_tables_of_toml_are_refused(
    tmp_path: Path, content: str, line: int | None, message: str
) -> None:
    """A table that is not in the format, or in single brackets, is named with its line."""
    problem = only_problem_of(save(tmp_path, "a.toml", content))
    assert problem.line == line
    assert problem.message.startswith(message)


@pytest.mark.parametrize(
    "before",
    ['note = """\n[[event]]\n"""',
     "note = '''\n[[event]]\n'''",
     'note = "a \'\'\' b"  # [[event]]',
     '# a comment with """',
     "note = 'three quotes: \"\"\"'",
     'note = "a \u2028 b"',
     "[commitment.horizon]\nend = 2024-12-31",
     "aliases = [\n  'a',\n]"],
)  # fmt: skip
def test_lines_of_toml_are_right_whatever_stands_before(tmp_path: Path, before: str) -> None:
    """Text that looks like a table, or like the quotes of a long text, moves no line number."""
    head = f'[[commitment]]\nid = "aid"\nparty = "A"\nannounced = 2024-01-15\n{before}\n\n'
    path = save(tmp_path, "a.toml", head + "[[event]]\nfrob = 1\n")
    lines = {problem.line for problem in problems_of(path) if "frob" in problem.message}
    assert lines == {head.count("\n") + 1}


def test_lines_of_csv_are_those_on_which_a_record_begins(tmp_path: Path) -> None:
    """A cell of several lines moves the number of the rows below it and not its own."""
    first = {**AID, "note": "one\ntwo\nthree", "stage": "promised"}
    path = save(
        tmp_path,
        "a.csv",
        as_csv([("commitment", first), ("commitment", {**AID, "id": "b", "stage": "kept"})])[0],
    )
    assert [problem.line for problem in problems_of(path)] == [2, 5]


@pytest.mark.parametrize(
    ("row", "message"),
    [("commitment,a,b,c", "has 4 cells under 2 headings"),
     ("", "unknown kind of record '' (known: commitment, event, source, party)"),
     ("pledge,a", "unknown kind of record 'pledge' (known: commitment, event, source, party)")],
)  # fmt: skip
def test_rows_of_csv_that_do_not_fit_are_refused(tmp_path: Path, row: str, message: str) -> None:
    """A row has as many cells as there are headings, and says what it is."""
    problem = only_problem_of(
        save(tmp_path, "a.csv", f"{VERSION}=1,name\nparty,A\n{row}\nparty,B\n")
    )
    assert (problem.line, problem.message) == (3, message)


@pytest.mark.parametrize(
    "content",
    ['{"pledgetrack_format": 1, "commitment": {}}',
     '{"pledgetrack_format": 1, "promises": []}',
     '{"pledgetrack_format": 1, "commitments": {}}',
     '{"pledgetrack_format": 1, "commitments": [1]}',
     '{"pledgetrack_format": 1, "commitments": [null]}',
     '{"pledgetrack_format": 1, "events": [{"commitment": ["a"], "kind": {}, "on": 5}]}'],
)  # fmt: skip
def test_json_of_another_shape_is_refused(tmp_path: Path, content: str) -> None:
    """Keys and values that are not of the format are named, not skipped."""
    path = save(tmp_path, "a.json", content)
    assert {problem.file for problem in problems_of(path)} == {str(path)}


@pytest.mark.parametrize(
    "column",
    [{"tags": pa.array(["x"])}, {"tags": pa.array([[1]])}, {"tags": pa.array([3])},
     {"parties": pa.array([[None]])}, {"record": pa.array([None], pa.string())},
     {"record": pa.array([b"commitment"])}, {"frob": pa.array([1])},
     {"announced": pa.array([dt.datetime(2024, 1, 15, 3)])},  # noqa: DTZ001  # files have none
     {"announced": pa.array([2**40], pa.timestamp("s"))},
     {"announced": pa.array([2**30], pa.date32())}],
)  # fmt: skip
def test_columns_of_parquet_of_another_kind_are_refused(
    tmp_path: Path, column: dict[str, pa.Array]
) -> None:
    """A table that another program made is refused in words, whatever its columns hold."""
    path = save(tmp_path, "a.parquet", as_parquet([("commitment", AID)], **column)[0])
    assert {problem.file for problem in problems_of(path)} == {str(path)}


def test_a_damaged_parquet_file_is_refused_or_read(tmp_path: Path) -> None:
    """No single damaged byte comes out as anything but words."""
    whole = as_parquet(target("1"))[0]
    refused = 0
    for at in range(0, len(whole), 29):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        try:
            pt.read(save(tmp_path, "a.parquet", bytes(damaged)))
        except pt.PledgetrackError:
            refused += 1
    assert refused > 10


# --- paths ----------------------------------------------------------------------------------------


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    """Nothing at that place is said with the place."""
    path = tmp_path / "nothing"
    with pytest.raises(pt.FileFormatError, match="there is no file or folder") as caught:
        pt.read(path)
    assert str(path) in str(caught.value)
    assert caught.value.path == path


@pytest.mark.parametrize("name", ["ledger.ods", "ledger", "ledger.json.bak"])
def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path: Path, name: str) -> None:
    """What cannot be read says what can."""
    with pytest.raises(pt.FileFormatError, match=r"known are \.toml, \.json, \.csv, \.parquet"):
        pt.read(save(tmp_path, name, "x"))


def test_a_folder_without_a_ledger_file_is_refused(tmp_path: Path) -> None:
    """An empty folder, or one of other things, is no empty ledger."""
    with pytest.raises(pt.FileFormatError, match="holds no ledger file"):
        pt.read(tmp_path)
    save(tmp_path, "notes.txt", "x")
    (tmp_path / "more.json").mkdir()
    with pytest.raises(pt.FileFormatError, match="holds no ledger file"):
        pt.read(tmp_path)


def test_a_file_that_cannot_be_read_is_a_mistake_among_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unreadable file does not hide what is wrong in the next."""
    save(tmp_path, "a.json", as_json(target("1"))[0])
    save(tmp_path, "b.json", "")
    real = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.name == "a.json":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    messages = [problem.message for problem in problems_of(tmp_path)]
    assert messages == ["cannot be read: Permission denied", "the file is empty"]


def test_the_example_of_the_documentation_is_a_ledger(root: Path, tmp_path: Path) -> None:
    """The complete example in docs/format.md is one, and check has nothing to say but notes."""
    text = (root / "docs" / "format.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert example
    ledger = pt.read(save(tmp_path, "example.toml", example.group(1)))
    assert len(ledger) >= 1
    assert ledger.events
    assert set(ledger.check()["severity"]) <= {"note"}


# --- writing --------------------------------------------------------------------------------------

WRITTEN = (".json", ".csv", ".parquet", ".xlsx")
FOLDERS = ("csv", "parquet")


@pytest.fixture
def small() -> pt.Ledger:
    """A ledger of one commitment."""
    return pt.Ledger([pt.Commitment(**USD)])


@pytest.fixture
def umask() -> Iterator[None]:
    """A strict mask for new files, put back afterwards."""
    before = os.umask(0o027)
    yield
    os.umask(before)


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


def break_(monkeypatch: pytest.MonkeyPatch, broken: str, error: BaseException, nth: int) -> None:
    """Make a step of writing fail when it is taken for the nth time."""
    where: Any = os if broken == "fsync" else Path
    real, calls = getattr(where, broken), []

    def step(*args: Any) -> Any:
        calls.append(broken)
        if len(calls) == nth:
            raise error
        return real(*args)

    monkeypatch.setattr(where, broken, step)


@pytest.mark.parametrize("suffix", WRITTEN)
@pytest.mark.parametrize("broken", ["fsync", "replace", "chmod"])
def test_a_failed_write_leaves_the_old_file_whole(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seeds: pt.Ledger,
    small: pt.Ledger,
    suffix: str,
    broken: str,
) -> None:
    """Whatever step fails, the old file stays, and nothing else is left beside it."""
    path = pt.write(small, tmp_path / f"ledger{suffix}")
    before = everything(tmp_path)
    break_(monkeypatch, broken, OSError(28, "No space left on device"), 1)
    with pytest.raises(pt.FileFormatError, match="No space left on device") as caught:
        pt.write(seeds, path)
    assert str(path) in str(caught.value)
    assert everything(tmp_path) == before
    monkeypatch.undo()
    assert pt.read(path) == small


@pytest.mark.parametrize(
    ("broken", "nth"),
    [("fsync", 1), ("fsync", 3), ("chmod", 1), ("mkdir", 1)],
)
def test_a_failed_write_leaves_the_old_folder_whole(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seeds: pt.Ledger,
    small: pt.Ledger,
    broken: str,
    nth: int,
) -> None:
    """Whatever step fails, the old folder stays, and nothing else is left beside it."""
    path = pt.write(small, tmp_path / "ledger")
    before = everything(tmp_path)
    break_(monkeypatch, broken, OSError(5, "Input/output error"), nth)
    with pytest.raises(pt.FileFormatError, match="Input/output error"):
        pt.write(seeds, path)
    assert everything(tmp_path) == before
    monkeypatch.undo()
    assert pt.read(path) == small


@pytest.mark.parametrize("name", ["ledger.json", "ledger"])
def test_an_interrupted_write_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seeds: pt.Ledger, name: str
) -> None:
    """Ctrl-C in the middle goes through, and no half of a new file stays."""
    break_(monkeypatch, "fsync", KeyboardInterrupt(), 1)
    with pytest.raises(KeyboardInterrupt):
        pt.write(seeds, tmp_path / name)
    assert everything(tmp_path) == {}


@pytest.mark.parametrize("suffix", WRITTEN)
def test_a_written_file_replaces_the_old_one(
    tmp_path: Path, seeds: pt.Ledger, small: pt.Ledger, suffix: str
) -> None:
    """The path is returned, holds the new ledger, and nothing is left beside it."""
    path = pt.write(seeds, tmp_path / f"ledger{suffix}")
    assert pt.write(small, path) == path
    assert pt.read(path) == small
    assert list(tmp_path.iterdir()) == [path]


def test_a_written_folder_replaces_the_old_one(
    tmp_path: Path, seeds: pt.Ledger, small: pt.Ledger
) -> None:
    """A folder of one form gives way to one of the other, with no table left of the first."""
    path = pt.write(seeds, tmp_path / "ledger", format="csv")
    tables = {f"{plural}.csv" for plural in PLURALS.values()}
    assert {p.name for p in path.iterdir()} == tables | {"datapackage.json"}
    pt.write(small, path, format="parquet")
    assert {p.name for p in path.iterdir()} == {f"{plural}.parquet" for plural in PLURALS.values()}
    assert list(tmp_path.iterdir()) == [path]
    assert pt.read(path) == small


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
@pytest.mark.parametrize("suffix", WRITTEN)
def test_a_replaced_file_keeps_its_permissions(
    tmp_path: Path, small: pt.Ledger, suffix: str, mode: int
) -> None:
    """A private file stays private, a shared one shared."""
    path = pt.write(small, tmp_path / f"ledger{suffix}")
    path.chmod(mode)
    pt.write(small, path)
    assert path.stat().st_mode & 0o777 == mode


def test_a_replaced_folder_keeps_its_permissions(tmp_path: Path, small: pt.Ledger) -> None:
    """A private folder stays private."""
    path = pt.write(small, tmp_path / "ledger")
    path.chmod(0o700)
    pt.write(small, path)
    assert path.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("umask")
def test_a_new_file_has_the_permissions_that_the_system_gives(
    tmp_path: Path, small: pt.Ledger
) -> None:
    """The mask of the user holds for new files and folders."""
    assert pt.write(small, tmp_path / "a.json").stat().st_mode & 0o777 == 0o640
    folder = pt.write(small, tmp_path / "a")
    assert folder.stat().st_mode & 0o777 == 0o750
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o640}


@pytest.mark.parametrize("name", ["link.json", "link"])
def test_a_link_is_followed(tmp_path: Path, seeds: pt.Ledger, small: pt.Ledger, name: str) -> None:
    """Writing to a link replaces what it points to, and the link stays."""
    real = pt.write(small, tmp_path / name.replace("link", "real"))
    link = tmp_path / name
    link.symlink_to(real)
    pt.write(seeds, link)
    assert link.is_symlink()
    assert pt.read(real) == seeds


def test_every_written_file_carries_the_format_version(tmp_path: Path, seeds: pt.Ledger) -> None:
    """The version stands in a key, in the first heading, or in the metadata."""
    document = json.loads(pt.write(seeds, tmp_path / "a.json").read_text(encoding="utf-8"))
    assert document[VERSION] == 2
    folder = pt.write(seeds, tmp_path / "a", format="csv")
    for path in (pt.write(seeds, tmp_path / "a.csv"), *folder.glob("*.csv")):
        assert path.read_text(encoding="utf-8").startswith(f"{VERSION}=2,")
    folder = pt.write(seeds, tmp_path / "b", format="parquet")
    for path in (pt.write(seeds, tmp_path / "a.parquet"), *folder.iterdir()):
        assert pq.read_schema(path).metadata[VERSION.encode()] == b"2"


def test_a_written_ledger_is_the_same_bytes_each_time(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Ledgers are kept in git, where only what changed should show."""
    turned = pt.Ledger(
        seeds.commitments[::-1], seeds.events[::-1], seeds.sources[::-1], seeds.parties[::-1]
    )
    for suffix in WRITTEN:
        one = pt.write(seeds, tmp_path / f"one{suffix}").read_bytes()
        assert pt.write(turned, tmp_path / f"two{suffix}").read_bytes() == one


@pytest.mark.parametrize("name", ["ledger.toml", "ledger.ods", "ledger.json.gz"])
def test_an_ending_that_is_not_written_is_refused(
    tmp_path: Path, small: pt.Ledger, name: str
) -> None:
    """Nothing is written under a name that promises another form."""
    with pytest.raises(pt.FileFormatError, match=r"end it in \.json, \.csv, \.parquet"):
        pt.write(small, tmp_path / name)
    assert everything(tmp_path) == {}


def test_the_form_of_a_folder_is_not_that_of_a_file(tmp_path: Path, small: pt.Ledger) -> None:
    """format= beside a file name would say two things."""
    with pytest.raises(pt.FileFormatError, match="format= is for folders"):
        pt.write(small, tmp_path / "ledger.json", format="csv")
    with pytest.raises(pt.FileFormatError, match="unknown format 'xml'"):
        pt.write(small, tmp_path / "ledger", format="xml")  # type: ignore[arg-type]
    assert everything(tmp_path) == {}


@pytest.mark.parametrize("form", FOLDERS)
@pytest.mark.parametrize("other", ["notes.txt", "more.csv", ".git", "seeds.toml"])
def test_a_folder_of_other_things_is_not_replaced(
    tmp_path: Path, small: pt.Ledger, form: Any, other: str
) -> None:
    """Replacing a folder whole must not take anything else with it."""
    save(tmp_path, other, "precious")
    pt.write(small, tmp_path / "more.json")
    before = everything(tmp_path)
    with pytest.raises(pt.FileFormatError, match="holds other things"):
        pt.write(small, tmp_path, format=form)
    assert everything(tmp_path) == before


def test_a_file_is_not_replaced_by_a_folder(tmp_path: Path, small: pt.Ledger) -> None:
    """A name without an ending that is a file stays that file."""
    path = save(tmp_path, "ledger", "precious")
    with pytest.raises(pt.FileFormatError, match="is a file, not a folder"):
        pt.write(small, path)
    assert path.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("name", ["no/such/ledger.json", "no/such/ledger", "file/ledger.csv"])
def test_a_place_that_cannot_be_written_to_is_named(
    tmp_path: Path, small: pt.Ledger, name: str
) -> None:
    """A folder that is not there, or is a file, is said in words."""
    save(tmp_path, "file", "x")
    with pytest.raises(pt.FileFormatError, match=r"cannot write '.*ledger") as caught:
        pt.write(small, tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


@pytest.mark.parametrize(("name", "where", "made"), [("a.json", os, "open"), ("a", Path, "mkdir")])
def test_a_folder_without_the_right_to_write_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    small: pt.Ledger,
    name: str,
    where: Any,
    made: str,
) -> None:
    """What the system refuses is said with the path; root may write anywhere, so it is feigned."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(where, made, refuse)
    with pytest.raises(pt.FileFormatError, match=r"cannot write '.*': Permission denied"):
        pt.write(small, tmp_path / name)
    assert everything(tmp_path) == {}


@pytest.mark.parametrize("path", ["", "a\0b.json"])
def test_what_is_no_path_is_refused(small: pt.Ledger, path: str) -> None:
    """Neither the folder that the program runs in nor anything else is taken for it."""
    with pytest.raises(pt.FileFormatError):
        pt.write(small, path)
    with pytest.raises(pt.FileFormatError):
        pt.read(path)


def test_the_working_folder_is_not_replaced(
    small: pt.Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program would find itself nowhere."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(pt.FileFormatError, match="runs in"):
        pt.write(small, ".")
    assert Path.cwd() == tmp_path


@pytest.mark.parametrize("path", [5, None, b"ledger.json"])
def test_a_value_of_another_type_than_a_path_is_refused(path: Any) -> None:
    """Neither reading nor writing fails outside of the tree of errors."""
    with pytest.raises(pt.FileFormatError, match="no path to read"):
        pt.read(path)
    with pytest.raises(pt.FileFormatError, match="no path to write"):
        pt.write(pt.Ledger(), path)

"""The command line: readable in 80 columns, exact for programs, and never a traceback."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import pledgetrack as pt
from pledgetrack.cli import main
from pledgetrack.render import WIDTH, display_width

Out = pytest.CaptureFixture[str]
DAY = "2024-08-01"


def run(capsys: Out, *argv: str) -> tuple[int, str, str]:
    """Exit status, output and messages of a call."""
    try:
        status = main(argv)
    except SystemExit as stopped:  # argparse leaves this way
        status = int(stopped.code or 0)
    said = capsys.readouterr()
    return status, said.out, said.err


def fine(capsys: Out, *argv: str) -> str:
    """The output of a call that must be fine and silent."""
    status, out, err = run(capsys, *argv)
    assert (status, err) == (0, "")
    return out


@pytest.fixture
def saved(tmp_path: Path, seeds: pt.Ledger) -> str:
    """The seeds as a JSON file."""
    return str(pt.write(seeds, tmp_path / "ledger.json"))


@pytest.fixture
def overdrawn(tmp_path: Path) -> str:
    """A ledger of which more was withdrawn than there was."""
    promise = pt.Commitment(
        id="aid", party="Mexico", announced="2024-01-15", stage="pledged",
        target={"number": "100.50", "unit": "USD"},
    )  # fmt: skip
    taken = pt.Event(
        commitment="aid", kind="withdrawn", on="2024-02-01",
        quantity={"number": "200", "unit": "USD"},
    )  # fmt: skip
    return str(pt.write(pt.Ledger([promise], [taken]), tmp_path / "overdrawn.json"))


@pytest.fixture
def wide(tmp_path: Path) -> str:
    """A ledger of the longest names and the widest amounts."""
    amount = "9" * 22 + "." + "9" * 6
    promises, events = [], []
    for at, name in enumerate(("Ministry of " + "transport " * 30, "日本" * 60, "W" * 300)):
        bound = ("at least", "about", "up to")[at]
        promise = pt.Commitment(
            id=f"{at}-" + "very-long-id-" * 20, party=name, recipients=("R" * 90, "S" * 90),
            targets=(
                {"number": amount, "unit": "USD", "bound": bound},
                {"number": amount, "unit": "unit " + "of something " * 14, "bound": bound},
            ),
            horizon={"start": "2024-01-01", "end": "2024-12-31"}, announced="2024-01-01",
            stage=("pledged", "committed", "proposed")[at], tags={"T" * 90: "U" * 90},
            citation={"source": "source " * 30, "place": "p. 1"},
        )  # fmt: skip
        promises.append(promise)
        for unit in ("USD", promise.targets[1].unit):
            quantity = {"number": "1" * 21 + ".000001", "unit": unit, "bound": "at least"}
            report = pt.Event(
                commitment=promise.id, kind="delivered", on="2024-02-01", quantity=quantity,
                citation={"source": "source " * 30},
            )  # fmt: skip
            events.append(report)
    ledger = pt.Ledger(promises, events, [pt.Source(id="source " * 30)])
    return str(pt.write(ledger, tmp_path / "wide.json"))


# --- report ---------------------------------------------------------------------------------------


def test_report_shows_three_tables_of_the_seeds(capsys: Out) -> None:
    """Without FOLDER the report is on the seeds: summary, status, totals."""
    out = fine(capsys, "report", "--as-of", DAY)
    assert out.startswith("19 commitments, as of 2024-08-01; sources to 2023-12-22\n")
    for title in ("Summary by party", "Status", "Totals by party and horizon"):
        assert f"\n{title}\n{'=' * len(title)}\n" in out
    assert "3,739,000,000" in out


def test_report_of_a_ledger_is_that_of_the_ledger(capsys: Out, saved: str) -> None:
    """With FOLDER the report is on what stands there."""
    assert fine(capsys, "report", saved, "--as-of", DAY) == fine(capsys, "report", "--as-of", DAY)


def test_report_is_as_of_today_unless_told(capsys: Out) -> None:
    """Without a day the report says which day today was."""
    before = dt.date.today()  # noqa: DTZ011  # the reader's own today is meant
    out = fine(capsys, "report")
    days = {before, dt.date.today()}  # noqa: DTZ011
    assert any(f"19 commitments, as of {day};" in out for day in days)


def test_report_has_a_block_for_each_unit_and_leaves_empty_columns_out(
    capsys: Out, seeds: pt.Ledger
) -> None:
    """Under the visas stand neither what was committed nor what was delivered."""
    totals = fine(capsys, "report", "--as-of", "2022-07-31").split("Totals by party and horizon")[1]
    blocks = {block.split("]")[0]: block for block in totals.split("\n[")[1:]}
    assert set(blocks) == set(seeds.totals(as_of="2022-07-31")["unit"])
    header = blocks["H-2B visa"].splitlines()[1].split()
    assert header == ["party", "horizon", "pledged", "outstanding", "commitments"]
    assert "committed" in blocks["USD"]
    assert "delivered at least" in blocks["arrest"]


def test_report_says_what_is_not_exact(capsys: Out) -> None:
    """More than 3,000 arrests are not 3,000."""
    assert "delivered at least" in fine(capsys, "report", "--as-of", "2022-07-31")


@pytest.mark.parametrize("day", ["2000-01-01", "2022-07-31", "2023-12-06", DAY, "9999-12-31"])
def test_report_of_the_seeds_fits_in_80_columns(capsys: Out, day: str) -> None:
    """On any day, every line fits."""
    lines = fine(capsys, "report", "--as-of", day).splitlines()
    assert max(map(display_width, lines)) <= WIDTH
    assert not any(line.endswith(" ") for line in lines)


@pytest.mark.parametrize(
    "argv",
    [["report"], ["status"], ["totals"], ["totals", "--by", "party", "--by", "horizon"],
     ["totals", "--by", "commitment", "--by", "party", "--per", "month"],
     ["totals", "--by", "T" * 90, "--by", "source", "--by", "due"]],
)  # fmt: skip
def test_tables_fit_in_80_columns_whatever_they_hold(
    capsys: Out, wide: str, argv: list[str]
) -> None:
    """Long words are cut visibly, amounts never, and no line is too long."""
    out = fine(capsys, *argv, wide, "--as-of", DAY)
    assert [line for line in out.splitlines() if display_width(line) > WIDTH] == []
    assert "…" in out
    if "--per" not in argv:
        assert "9,999,999,999,999,999,999,999.999999" in out


def test_report_before_the_first_announcement_is_empty(capsys: Out) -> None:
    """A day on which nothing was promised is said in words."""
    assert fine(capsys, "report", "--as-of", "2000-01-01").count("nothing recorded") == 3


# --- check ----------------------------------------------------------------------------------------


def test_check_of_the_seeds_is_fine(capsys: Out) -> None:
    """Notes alone leave the exit status at 0."""
    out = fine(capsys, "check")
    assert out.splitlines()[-1] == "0 errors, 0 warnings, 3 notes"
    assert out.startswith("note: us-anti-smuggling-operation: ")


def test_check_ends_with_1_on_an_error(capsys: Out, overdrawn: str) -> None:
    """A figure that is not what a record says stops a script."""
    status, out, err = run(capsys, "check", overdrawn)
    assert (status, err) == (1, "")
    assert "error: aid: withdrawn on 2024-02-01: 200 USD is more than there is; 100.5" in out
    assert out.splitlines()[-1].startswith("1 errors, ")


@pytest.mark.parametrize("form", ["csv", "json"])
def test_check_is_machine_readable(capsys: Out, overdrawn: str, form: str) -> None:
    """Findings as rows, with the same exit status."""
    status, out, _ = run(capsys, "check", overdrawn, "--format", form)
    assert status == 1
    rows = json.loads(out)["rows"] if form == "json" else list(csv.DictReader(io.StringIO(out)))
    assert list(rows[0]) == ["severity", "commitment", "finding"]
    assert rows[0]["severity"] == "error"


def test_check_ends_with_2_on_bad_input(capsys: Out, tmp_path: Path) -> None:
    """A ledger that cannot be read is no finding."""
    path = tmp_path / "a.toml"
    path.write_text("[[commitment]]\nid = 'a'\n", encoding="utf-8")
    status, out, err = run(capsys, "check", str(path))
    assert (status, out) == (2, "")
    assert err.startswith("pledgetrack: 3 mistakes in the records\n")
    assert f"{path}:1: commitment 'a': 'stage' is missing" in err


# --- status and totals ----------------------------------------------------------------------------


def test_status_shows_every_commitment(capsys: Out, seeds: pt.Ledger) -> None:
    """Each id stands in the table, with what became of it."""
    rows = list(csv.DictReader(io.StringIO(fine(capsys, "status", "--format", "csv"))))
    assert {row["commitment"] for row in rows} == {commitment.id for commitment in seeds}
    table = fine(capsys, "status", "--as-of", DAY)
    assert table.startswith("as of 2024-08-01; sources to 2023-12-22\n[USD]\n")
    assert "overdue" in table


def test_status_takes_a_day(capsys: Out) -> None:
    """The border fund was proposed until the vote."""
    for day, status in (("2023-12-06", "proposed"), ("2023-12-07", "rejected")):
        out = fine(capsys, "status", "--as-of", day, "--format", "csv")
        rows = {row["commitment"]: row["status"] for row in csv.DictReader(io.StringIO(out))}
        assert rows["us-senate-border-fund"] == status


def expected(table: Any) -> list[dict[str, Any]]:
    """A result with every amount as its digits, and missing cells as None."""
    return [
        {
            name: f"{value:f}" if isinstance(value, Decimal) else None if value is None else value
            for name, value in row.items()
        }
        for row in table.to_dict("records")
    ]


def test_totals_as_json_are_exact(capsys: Out, seeds: pt.Ledger) -> None:
    """Amounts are texts of digits, counts are numbers, missing is null, and the day is named."""
    out = fine(
        capsys, "totals", "--by", "party", "--by", "horizon", "--as-of", DAY, "--format", "json"
    )
    made = json.loads(out)
    assert (made["as_of"], made["sources_to"]) == (DAY, "2023-12-22")
    found = [{**row, "bound": row["bound"] or ""} for row in made["rows"]]
    assert found == expected(seeds.totals(by=["party", "horizon"], as_of=DAY))


def test_totals_as_csv_are_exact(capsys: Out, seeds: pt.Ledger) -> None:
    """The same cells as text; missing is an empty cell and not 0."""
    out = fine(capsys, "totals", "--by", "party", "--as-of", "2023-12-07", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    table = seeds.totals(by="party", as_of="2023-12-07")
    assert list(rows[0]) == list(table)
    assert rows == [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in expected(table)
    ]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_wide_amounts_keep_every_digit_for_programs(capsys: Out, wide: str, form: str) -> None:
    """28 digits do not pass through a float."""
    out = fine(capsys, "totals", wide, "--by", "commitment", "--as-of", DAY, "--format", form)
    rows = json.loads(out)["rows"] if form == "json" else list(csv.DictReader(io.StringIO(out)))
    assert rows[0]["pledged"] == "9" * 22 + "." + "9" * 6
    assert rows[0]["delivered"] == "1" * 21 + ".000001"


@pytest.mark.parametrize("form", ["csv", "json"])
def test_status_is_machine_readable(capsys: Out, form: str) -> None:
    """Days in ISO form, shares as digits, missing cells empty."""
    out = fine(capsys, "status", "--as-of", DAY, "--format", form)
    rows = json.loads(out)["rows"] if form == "json" else list(csv.DictReader(io.StringIO(out)))
    row = next(row for row in rows if row["commitment"] == "mx-border-infrastructure")
    assert (row["target"], row["end"], str(row["days_left"])) == ("1500000000", "2024-07-11", "-21")
    assert not row["delivered"]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_empty_result_is_machine_readable(capsys: Out, form: str) -> None:
    """No rows are no rows, with the header of CSV in place."""
    out = fine(capsys, "totals", "--as-of", "2000-01-01", "--format", form)
    if form == "json":
        assert json.loads(out)["rows"] == []
    else:
        assert out.startswith("unit,proposed,pledged,")
        assert out.count("\n") == 1


def test_totals_per_fiscal_year_name_the_calendar(capsys: Out) -> None:
    """The refugees of two U.S. fiscal years, and which years those are."""
    argv = ["totals", "--per", "fiscal year", "--calendar", "US", "--as-of", "2022-07-31"]
    made = json.loads(fine(capsys, *argv, "--format", "json"))
    assert made["calendar"] == "US (from October, named by the ending year)"
    refugees = {row["period"]: row["pledged"] for row in made["rows"] if row["unit"] == "refugee"}
    assert refugees == {"FY2023": "9986", "FY2024": "10014"}
    table = fine(capsys, *argv)
    assert "fiscal years US (from October, named by the ending year)" in table
    assert "9,986" in table


def test_totals_take_tags(capsys: Out) -> None:
    """A tag of the ledger is a key like any other."""
    out = fine(capsys, "totals", "--by", "topic", "--as-of", DAY, "--format", "csv")
    assert {"border", "migration"} <= {row["topic"] for row in csv.DictReader(io.StringIO(out))}


# --- convert --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "options"),
    [("a.json", []), ("a.csv", []), ("a.parquet", []), ("folder", []),
     ("folder", ["--format", "parquet"])],
)  # fmt: skip
def test_convert_writes_the_same_ledger(
    capsys: Out, tmp_path: Path, seeds: pt.Ledger, target: str, options: list[str]
) -> None:
    """From the seeds to every form, saying where it was written."""
    path = tmp_path / target
    assert fine(capsys, "convert", "seeds", str(path), *options) == f"wrote {path}\n"
    assert pt.read(path) == seeds


def test_convert_refuses_what_it_cannot_write(capsys: Out, tmp_path: Path) -> None:
    """TOML is for people."""
    status, out, err = run(capsys, "convert", "seeds", str(tmp_path / "a.toml"))
    assert (status, out) == (2, "")
    assert "end it in .json, .csv, .parquet" in err
    assert list(tmp_path.iterdir()) == []


# --- history --------------------------------------------------------------------------------------


def test_changes_between_two_days_and_two_files(capsys: Out, tmp_path: Path) -> None:
    """A line for each change, its amounts and its place; the other forms hold every cell."""
    argv = ["changes", "seeds", "--since", "2023-12-06", "--until", "2024-07-12"]
    status, out, _ = run(capsys, *argv)
    assert status == 0
    assert out.startswith("from 2023-12-06 to 2024-07-12\ncommitment ")
    assert re.search(r"us-senate-border-fund +rejected +2023-12-07 +USD", out)
    assert "proposed -14,000,000,000" in out
    assert "nothing reported -> overdue" in out
    made = json.loads(run(capsys, *argv, "--format", "json")[1])
    assert made["since"] == "2023-12-06"
    assert {row["change"] for row in made["rows"]} >= {"new", "rejected", "status"}
    path = tmp_path / "old.json"
    pt.write(pt.load_seeds().filter(party="Mexico"), path)
    status, out, _ = run(capsys, "changes", str(path), str(path), "--until", "2024-08-01")
    assert (status, out) == (0, "from 2024-08-01 to 2024-08-01\nnothing changed\n")


def test_timeline_and_ranges_on_the_command_line(capsys: Out) -> None:
    """The same cells as in a notebook."""
    argv = ["timeline", "--freq", "year", "--as-of", "2024-08-01", "--by", "party", "--range"]
    rows = json.loads(run(capsys, *argv, "--format", "json")[1])["rows"]
    assert [r["period"] for r in rows if r["party"] == "Mexico" and r["unit"] == "USD"] == [
        "2022", "2023", "2024",
    ]  # fmt: skip
    assert rows[0].keys() >= {"on", "pledged_low", "pledged_high", "overdue"}


def test_known_by_on_the_command_line(capsys: Out) -> None:
    """The caption tells it."""
    for command in ("report", "status", "totals", "timeline"):
        status, out, _ = run(capsys, command, "--as-of", "2024-08-01", "--known-by", "2022-07-31")
        assert status == 0
        assert "known by 2022-07-31" in out.splitlines()[0]


BOOK = """
[[commitment]]
id = "fund"
party = "Norway"
announced = 2024-01-15
stage = "pledged"
target = { number = 100, unit = "NOK", bound = "at least" }

[[commitment]]
id = "again"
party = "Norway"
announced = 2024-06-01
stage = "pledged"
repeats = "fund"
target = { number = 100, unit = "NOK" }

[[commitment]]
id = "joint"
parties = ["Norway", "Sweden"]
announced = 2024-02-01
stage = "pledged"
target = { number = 50, unit = "EUR" }

[[event]]
commitment = "fund"
kind = "delivered"
on = 2024-03-01
known = 2024-09-01
quantity = { number = 30, unit = "NOK" }

[[event]]
commitment = "fund"
kind = "delivered"
on = 2024-03-01
known = 2024-09-01
quantity = { number = -5, unit = "NOK" }
"""


@pytest.fixture
def book(tmp_path: Path) -> str:
    """A folder with a fund, its second announcement, and a joint promise in another currency."""
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "a.toml").write_text(BOOK, encoding="utf-8")
    return str(tmp_path / "book")


def rows(capsys: Out, *argv: str) -> list[dict[str, Any]]:
    """The rows of a call, as a program reads them."""
    made: list[dict[str, Any]] = json.loads(fine(capsys, *argv, "--format", "json"))["rows"]
    return made


def test_the_headline_sum_is_an_option(capsys: Out, book: str) -> None:
    """With what was announced again, beside what counts."""
    options = ("totals", book, "--as-of", DAY, "--where", "unit=NOK")
    (row,) = rows(capsys, *options, "--include-repeats")
    assert (row["pledged"], row["headline"], row["commitments"]) == ("100", "200", 1)
    assert "headline" not in rows(capsys, *options)[0]


@pytest.mark.parametrize("option", [("--bounds", "range"), ("--range",)])
@pytest.mark.parametrize("command", ["totals", "summary", "timeline"])
def test_ranges_are_an_option(
    capsys: Out, book: str, command: str, option: tuple[str, ...]
) -> None:
    """The least and the most; without it, words."""
    options = (command, book, "--as-of", DAY, "--where", "commitment=fund")
    made = rows(capsys, *options, *option)[-1]
    assert (made["pledged_low"], made["pledged_high"]) == ("100", None)
    words = rows(capsys, *options, "--bounds", "words")[-1]
    assert "pledged at least" in words["bound"]
    assert "pledged_low" not in words


def test_a_summary_by_any_keys(capsys: Out, book: str) -> None:
    """As in Python: shares and statuses."""
    argv = ("summary", book, "--by", "party", "--as-of", "2024-12-31")
    fund = next(row for row in rows(capsys, *argv) if row["party"] == "Norway")
    assert (fund["party"], fund["delivered"], fund["share"]) == ("Norway", "25", "0.25")
    assert "1 in progress" in fine(capsys, *argv)


def test_what_is_shown_may_be_chosen(capsys: Out, book: str) -> None:
    """By labels, several of a key, by whoever takes part, and by status as of the day."""
    argv = ("status", book, "--as-of", "2024-12-31")
    for option, expected in (
        (("--where", "party=Norway"), ["again", "fund"]),
        (("--involving", "Sweden"), ["joint"]),
        (("--where", "commitment=fund", "--where", "commitment=joint"), ["fund", "joint"]),
        (("--where", "commitment=fund", "--where", "unit=EUR"), []),
        (("--where", "status=in progress"), ["fund"]),
        (("--where", "status=in progress", "--known-by", "2024-08-31"), []),
    ):
        assert [row["commitment"] for row in rows(capsys, *argv, *option)] == expected
    assert "note: again: " in fine(capsys, "check", book, "--where", "commitment=again")
    assert "[EUR]" not in fine(capsys, "report", book, "--where", "unit=NOK", "--as-of", DAY)


def test_a_figure_is_explained(capsys: Out, book: str) -> None:
    """The movements under its labels, as a table and for programs, and only those known."""
    argv = ("explain", book, "--where", "party=Norway", "--as-of", "2024-12-31")
    made = rows(capsys, *argv, "--measure", "delivered")
    assert [(row["commitment"], row["number"], row["on"]) for row in made] == [
        ("fund", "30", "2024-03-01"), ("fund", "-5", "2024-03-01"),
    ]  # fmt: skip
    assert rows(capsys, *argv, "--measure", "delivered", "--known-by", "2024-08-31") == []
    out = fine(capsys, *argv)
    assert out.startswith("as of 2024-12-31; sources to ")
    assert re.search(r"fund +delivered +2024-03-01 +2024-09-01 +NOK +delivered", out)
    assert max(map(display_width, out.splitlines())) <= WIDTH
    none = fine(capsys, *argv[:-1], "2000-01-01")
    assert none.splitlines()[1] == "nothing recorded"
    converted = rows(capsys, *argv, "--measure", "pledged", "--into", "EUR")
    assert {(row["unit"], row["stated_unit"], row["stated_number"]) for row in converted} == {
        ("EUR", "NOK", "100"),
    }  # fmt: skip


def test_changes_take_the_options_of_other_tables(capsys: Out, book: str, tmp_path: Path) -> None:
    """Known by a day, converted, chosen; a delivery and a refund in one report are two rows."""
    argv = ("changes", book, "--since", "2024-02-15", "--until", "2024-12-31")
    told = [(row["change"], row["delivered"]) for row in rows(capsys, *argv)]
    assert [row for row in told if row[1]] == [("delivered", "30"), ("refunded", "-5")]
    known = rows(capsys, *argv, "--known-by", "2024-08-31")
    assert [row["change"] for row in known] == ["new"]
    assert "; known by 2024-08-31" in fine(capsys, *argv, "--known-by", "2024-08-31")
    path = tmp_path / "rates.csv"
    path.write_text("date,NOK\n2024-01-15,10\n2024-06-01,10\n2024-03-01,5\n", encoding="utf-8")
    money = ("--into", "EUR", "--rates", str(path), "--base", "EUR", "--where", "unit=NOK")
    for day, number in (("announced", "3"), ("event", "6"), ("2024-03-01", "6")):
        made = rows(capsys, *argv, *money, "--rate-day", day)
        assert [(r["unit"], r["delivered"]) for r in made if r["change"] == "delivered"] == [
            ("EUR", number)
        ]
    assert "in EUR at rates of the day of each announcement" in fine(capsys, *argv, *money)
    status, out, err = run(capsys, *argv, "--into", "AFN", "--rates", str(path), "--base", "EUR")
    assert (status, out) == (2, "")
    assert err.startswith("pledgetrack: no rate of AFN")
    kept = fine(capsys, *argv, "--into", "AFN", "--rates", str(path), "--base", "EUR",
                "--on-missing", "keep")  # fmt: skip
    assert "not converted for want of a rate: EUR, NOK" in kept
    other = tmp_path / "new.json"
    pt.write(pt.read(book).cut("2024-05-01"), other)
    gone = rows(capsys, "changes", book, str(other), "--until", "2024-12-31",
                "--where", "party=Norway")  # fmt: skip
    assert [(row["commitment"], row["change"]) for row in gone] == [("again", "dropped")]


# --- wrong calls ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "message"),
    [(["changes", "seeds"], "one ledger, and since when? pass --since, or a second ledger"),
     (["changes", "seeds", "--since", "2025-01-01", "--until", "2024-01-01"], "is after until"),
     (["timeline", "--freq", "week"], "unknown frequency 'week'"),
     (["totals", "--by", "partei"], "unknown key 'partei'; did you mean 'party'?"),
     (["totals", "--by", "party", "--by", "party"], "repeated key 'party'"),
     (["totals", "--per", "week"], "unknown period 'week' (choices: 'year', 'fiscal year'"),
     (["totals", "--per", "fiscal year"], "fiscal year start unknown"),
     (["totals", "--per", "fiscal year", "--calendar", "UK"], "unknown fiscal calendar 'UK'"),
     (["totals", "--as-of", "yesterday"], "'yesterday' is no day; write it as YYYY-MM-DD"),
     (["report", "--as-of", "2024-02-30"], "'2024-02-30' is not in the calendar"),
     (["status", "--as-of", "2024-08"], "'2024-08' is no day"),
     (["report", "no/such/folder"], "there is no file or folder 'no/such/folder'"),
     (["check", "no/such/folder"], "there is no file or folder 'no/such/folder'"),
     (["convert", "no/such/folder", "a.json"], "there is no file or folder 'no/such/folder'"),
     (["convert", "seeds"], "the following arguments are required: TO"),
     (["totals", "--format", "xml"], "invalid choice: 'xml'"),
     (["totals", "--where", "party"], "'party' is no KEY=LABEL, such as party=Mexico"),
     (["totals", "--where", "=Mexico"], "'=Mexico' is no KEY=LABEL"),
     (["totals", "--where", "partei=Mexico"], "unknown key 'partei'; did you mean 'party'?"),
     (["totals", "--where", "self=Mexico"], "'self' is no key of --where"),
     (["totals", "--where", "as_of=2024-01-01"], "'as_of' is no key of --where"),
     (["explain", "--measure", "pledge"], "unknown measure 'pledge'; did you mean 'pledged'?"),
     (["summary", "--bounds", "both"], "invalid choice: 'both'"),
     (["totals", "--frob"], "unrecognized arguments: --frob"),
     (["forget"], "invalid choice: 'forget'"),
     ([], "the following arguments are required: COMMAND")],
)  # fmt: skip
def test_a_wrong_call_ends_with_2_and_a_message(capsys: Out, argv: list[str], message: str) -> None:
    """What is wrong and what would be right, on the error stream, and nothing else."""
    status, out, err = run(capsys, *argv)
    assert (status, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("calendar", ["US", "UK"])
def test_a_calendar_that_would_do_nothing_is_still_checked(capsys: Out, calendar: str) -> None:
    """A calendar beside calendar years is taken or refused by its name, not by chance."""
    status, _, err = run(capsys, "totals", "--per", "year", "--calendar", calendar)
    assert (status, "unknown fiscal calendar" in err) == (
        (0, False) if calendar == "US" else (2, True)
    )


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[[commitment]]\nid = '\xe9'\n", b"[[commitment]]\nfrob = nan\n",
     b"x = 1e99999999999999999999\n", b"pledgetrack_format = 2\n"],
)  # fmt: skip
def test_bad_input_ends_with_2_and_a_message(capsys: Out, tmp_path: Path, content: bytes) -> None:
    """Whatever stands in the file, the answer is words with the name of the file."""
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    status, out, err = run(capsys, "report", str(path))
    assert (status, out) == (2, "")
    assert err.startswith("pledgetrack: ")
    assert str(path) in err


def test_version_and_help_are_fine(capsys: Out) -> None:
    """Both say what they are asked and end with 0."""
    assert fine(capsys, "--version") == f"pledgetrack {pt.__version__}\n"
    for command in (
        "report",
        "check",
        "status",
        "summary",
        "totals",
        "timeline",
        "changes",
        "explain",
        "convert",
    ):
        assert command in fine(capsys, "--help")
        assert fine(capsys, command, "--help").startswith(f"usage: pledgetrack {command}")


def test_the_installed_command_runs() -> None:
    """The script beside this Python is the same program."""
    script = Path(sys.executable).with_name("pledgetrack")
    done = subprocess.run(  # noqa: S603  # our own script
        [script, "--version"], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == (f"pledgetrack {pt.__version__}\n", "")


def test_a_reader_that_leaves_early_is_no_error() -> None:
    """``pledgetrack report | head`` ends quietly."""
    script = Path(sys.executable).with_name("pledgetrack")
    with subprocess.Popen(  # noqa: S603  # our own script
        [script, "report"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        # Long before the first line is printed.
        process.stdout.close()
        said = process.stderr.read()
        assert (process.wait(timeout=30), said) == (0, b"")


# --- currencies -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["totals", "status", "report"])
def test_amounts_are_shown_in_another_currency(capsys: Out, command: str) -> None:
    """Money is converted at the rates of the central bank, and the first line says so."""
    out = fine(capsys, command, "--into", "EUR", "--as-of", DAY)
    head = out.splitlines()[0]
    assert "in EUR at rates of the day of each announcement, ECB reference rates" in head
    assert "[EUR]" in out
    assert "1,493,726,349.33" in out
    assert "[USD]" not in out


def test_rates_of_a_file_need_their_direction(capsys: Out, tmp_path: Path) -> None:
    """What a file does not say, the call must."""
    path = tmp_path / "rates.csv"
    path.write_text("date,EUR\n2022-06-30,0.5\n", encoding="utf-8")
    options = ("totals", "--into", "EUR", "--as-of", DAY, "--format", "json")
    options += ("--rates", str(path), "--rate-day", "2022-06-30")
    status, _, err = run(capsys, *options)
    assert status == 2
    assert "which way round" in err
    told = json.loads(fine(capsys, *options, "--base", "USD"))
    assert told["rates"] == "rates.csv"
    assert told["rows"][0]["pledged"] == "2619500000"
    told = json.loads(fine(capsys, *options, "--quote", "USD"))
    assert told["rows"][0]["pledged"] == "10478000000"


def test_prices_of_one_year_are_an_option(capsys: Out, tmp_path: Path) -> None:
    """Indices come from a file, with their base year."""
    path = tmp_path / "prices.csv"
    path.write_text("year,currency,index\n2022,USD,100\n2023,USD,125\n", encoding="utf-8")
    options = ("totals", "--into", "USD", "--as-of", DAY, "--deflators", str(path))
    out = fine(capsys, *options, "--base-year", "2023", "--format", "json")
    told = json.loads(out)
    assert told["prices_of"] == "2023"
    assert told["rows"][0]["pledged"] == "6548750000"
    assert run(capsys, *options)[0] == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--into", "dollars"), "write its ISO 4217 code"),
        (("--rates", "ecb"), "pass into="),
        (("--into", "EUR", "--base", "USD"), "--base and --quote"),
        (("--into", "AFN"), "no rate of AFN"),
        (("--into", "EUR", "--rate-day", "yesterday"), "'announced', 'event' or a day"),
        (("--into", "EUR", "--rates", "none.csv"), "cannot read 'none.csv'"),
    ],
)
def test_what_cannot_be_converted_is_one_line(
    capsys: Out, options: tuple[str, ...], words: str
) -> None:
    """Exit status 2 and a message, never a traceback."""
    status, out, err = run(capsys, "totals", *options)
    assert (status, out) == (2, "")
    assert words in err


def test_amounts_without_a_rate_may_stay(capsys: Out) -> None:
    """They keep their unit, and the first line names it."""
    out = fine(capsys, "totals", "--into", "AFN", "--on-missing", "keep", "--as-of", DAY)
    assert "not converted for want of a rate: USD" in out.splitlines()[0]
    assert "[USD]" in out

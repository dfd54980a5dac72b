"""Files of every format through the command line, from end to end."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

import pledgetrack as pt
from iati_files import activity, iati, transaction
from pledgetrack import cli
from pledgetrack.cli_files import READERS
from test_cli import Out, fine, run

DAY = "2024-12-31"
CRS = (
    "Year|DonorName|CrsID|RecipientName|USD_Commitment|USD_Disbursement\n"
    "2021|Norway|2021000001|Kenya|1.25|0.5\n"
)
FTS = {
    "data": {
        "incoming": {"fundingTotal": 100, "pledgeTotal": 0},
        "flows": [
            {
                "id": "1", "amountUSD": 100, "status": "paid", "boundary": "incoming",
                "onBoundary": "single", "date": "2020-03-01T00:00:00Z",
                "sourceObjects": [{"type": "Organization", "id": "1", "name": "Norway"}],
                "destinationObjects": [{"type": "Organization", "id": "2", "name": "WFP"}],
            }
        ],
    }
}  # fmt: skip
GRANTS = {
    "grants": [
        {
            "id": "360G-x-1", "title": "A hall", "currency": "GBP", "amountAwarded": 500.5,
            "awardDate": "2024-02-01",
            "fundingOrganization": [{"id": "GB-CHC-1", "name": "Fund"}],
            "recipientOrganization": [{"id": "GB-CHC-2", "name": "Village"}],
        }
    ]
}  # fmt: skip
PROMISES = [
    {"promise": "Build a road", "status": "kept"},
    {"promise": "Build a rail", "status": "broken"},
]
MAPPING = """[columns]
party = "Donor"
announced = "Day"
pledged = { column = "Pledge", unit = "USD" }
"""


@pytest.fixture
def aid(tmp_path: Path) -> str:
    """An IATI file with a commitment, a disbursement and incoming funds."""
    path = tmp_path / "aid.xml"
    path.write_bytes(
        iati(
            activity(
                transaction("2", "2024-01-15", "100"),
                transaction("3", "2024-02-15", "40.5"),
                transaction("1", "2024-01-10", "70"),
            )
        ).getvalue()
    )
    return str(path)


@pytest.fixture
def table(tmp_path: Path) -> tuple[str, str]:
    """A table of pledges, one of them unreadable, and its mapping."""
    path, mapping = tmp_path / "pledges.csv", tmp_path / "mapping.toml"
    path.write_text(
        'Donor,Pledge,Day\nNorway,"1,200.5",2024-01-15\nPeru,many,2024-01-16\n', encoding="utf-8"
    )
    mapping.write_text(MAPPING, encoding="utf-8")
    return str(path), str(mapping)


@pytest.mark.parametrize("name", ["aid.json", "folder", "aid.parquet", "aid.xlsx", "again.xml"])
def test_iati_is_converted_to_every_form(name: str, aid: str, tmp_path: Path, capsys: Out) -> None:
    """Each holds the same totals; the sums of what was set aside are on stderr."""
    target = str(tmp_path / name)
    status, out, err = run(capsys, "convert", aid, target)
    assert (status, out) == (0, f"wrote {target}\n")
    assert "incoming funds: no outgoing flow" in err
    assert "set aside" in err
    if name.endswith(".xml"):
        assert "[written]" in err
    made = pt.read_iati(target) if name.endswith(".xml") else pt.read(target)
    wanted = pt.read_iati(aid).totals(by="party", as_of=DAY)
    assert made.totals(by="party", as_of=DAY).equals(wanted)


def test_the_account_goes_to_a_file(aid: str, tmp_path: Path, capsys: Out) -> None:
    """Then nothing is on stderr, and both accounts of a conversion are in it."""
    target, account = str(tmp_path / "again.xml"), tmp_path / "account.csv"
    fine(capsys, "convert", aid, target, "--account", str(account))
    text = account.read_text(encoding="utf-8-sig")
    assert "incoming funds: no outgoing flow" in text
    assert {aid, target} <= {line.split(",")[0] for line in text.splitlines()}
    out = fine(capsys, "totals", aid, "--as-of", DAY, "--account", str(tmp_path / "a.xlsx"))
    assert "40.5" in out


@pytest.mark.parametrize("target", ["again.json", "movements"])
def test_no_account_takes_the_place_of_another_file(
    target: str, aid: str, tmp_path: Path, capsys: Out
) -> None:
    """Neither of what is read nor of what is written; nothing is written then."""
    before = Path(aid).read_bytes()
    for account in (aid, str(tmp_path / target)):
        argv = ("convert", aid, str(tmp_path / target), "--from", "iati", "--account", account)
        status, _, err = run(capsys, *argv)
        assert (status, "is another file of this command" in err) == (2, True)
    status, _, err = run(capsys, "totals", aid, "--account", aid)
    assert (status, "is another file of this command" in err) == (2, True)
    assert Path(aid).read_bytes() == before
    assert not (tmp_path / target).exists()


def test_the_other_perspective(aid: str, capsys: Out) -> None:
    """What the reporter received."""
    argv = ("totals", aid, "--perspective", "incoming", "--from", "iati", "--format", "csv")
    status, out, _ = run(capsys, *argv, "--as-of", DAY)
    assert status == 0
    assert ",70," in out


def test_a_table_is_read_by_its_mapping(
    table: tuple[str, str], tmp_path: Path, capsys: Out
) -> None:
    """What cannot be read is an error in one piece, or kept out and told."""
    path, mapping = table
    target = str(tmp_path / "ledger.json")
    argv = ("convert", path, target, "--from", "table", "--mapping", mapping)
    status, out, err = run(capsys, *argv)
    assert (status, out) == (2, "")
    assert err.startswith("pledgetrack: ")
    assert "many" in err
    assert not Path(target).exists()
    status, _, err = run(capsys, *argv, "--on-reject", "keep")
    assert status == 0
    assert "rejected" in err
    assert len(pt.read(target)) == 1


def test_inspect_drafts_a_mapping_that_reads_the_table(table: tuple[str, str], capsys: Out) -> None:
    """The mapping alone is on stdout, so that it can be piped into a file."""
    status, out, err = run(capsys, "inspect", table[0])
    assert status == 0
    assert "header in row 1" in err
    assert out == pt.inspect_table(table[0]).mapping.to_toml()
    assert tomllib.loads(out)["columns"]["party"] == "Donor"


@pytest.mark.parametrize(
    ("form", "name", "content", "more", "said"),
    [
        ("crs", "crs.txt", CRS, (), "1,250,000"),
        ("fts", "page.json", json.dumps(FTS), (), "100"),
        ("360giving", "grants.json", json.dumps(GRANTS), (), "500.5"),
        (
            "promises", "list.json", json.dumps(PROMISES),
            ("--party", "A", "--announced", "2024-01-01", "--rated", "2024-06-30"), "action",
        ),
    ],
)  # fmt: skip
def test_every_format_has_its_totals(
    form: str, name: str, content: str, more: tuple[str, ...], said: str, tmp_path: Path,
    capsys: Out,
) -> None:  # fmt: skip
    """By the name of the format."""
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    status, out, err = run(capsys, "totals", str(path), "--from", form, *more, "--as-of", DAY)
    assert (status, "counted" in err) == (0, True)
    assert said in out


def test_totals_that_a_page_misses_are_told(tmp_path: Path, capsys: Out) -> None:
    """Where pages are missing the figures are not those of the answer."""
    path = tmp_path / "page.json"
    page = {"meta": {"count": 500}, "data": {"flows": []}}
    path.write_text(json.dumps(page), encoding="utf-8")
    status, _, err = run(capsys, "totals", str(path), "--from", "fts", "--as-of", DAY)
    assert status == 0
    assert "look at this: " in err
    assert "500 flows" in err


def test_several_files_are_one_ledger(
    aid: str, table: tuple[str, str], tmp_path: Path, capsys: Out
) -> None:
    """Of IATI as one file, of others joined; what is there twice is not counted twice."""
    target = str(tmp_path / "ledger.json")
    status, _, err = run(capsys, "convert", aid, aid, target)
    assert status == 0
    assert "the same activity again" in err
    status, _, err = run(
        capsys, "convert", table[0], table[0], target, "--from", "table", "--mapping", table[1],
        "--on-reject", "keep",
    )  # fmt: skip
    assert status == 2
    assert "twice" in err or "repeat" in err


def test_reconcile_tells_where_totals_differ(aid: str, tmp_path: Path, capsys: Out) -> None:
    """The exit status is 1 then, as of findings, and 0 where all agrees."""
    stated = tmp_path / "stated.csv"
    stated.write_text("party,unit,committed\nExample Agency,EUR,101\n", encoding="utf-8")
    quiet = ("--account", str(tmp_path / "a.csv"), "--as-of", DAY)
    status, out, err = run(capsys, "reconcile", aid, str(stated), *quiet)
    assert (status, err) == (1, "")
    assert "101" in out
    assert "-1" in out
    status, out, _ = run(capsys, "reconcile", aid, str(stated), *quiet, "--tolerance", "1")
    assert (status, out.splitlines()[-1]) == (0, "everything agrees")
    status, _, err = run(capsys, "reconcile", aid, str(stated), "--tolerance", "much")
    assert status == 2
    assert "'much' is no plain number" in err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("totals", "AID", "--from", "table"), "read with --mapping FILE"),
        (("totals", "AID", "--currency", "EUR"), "--currency goes with --from 360giving"),
        (("totals", "AID", "--mapping", "m.toml"), "--from table or --from promises"),
        (("totals", "--from", "fts"), "name the file"),
        (("totals", "no.json", "--on-reject", "keep"), "--on-reject goes with --from"),
        (("totals", "no.xml"), "no file or folder"),
        (("convert", "AID", "x.json", "--reporting-org", "A"), "--reporting-org goes with IATI"),
        (("convert", "AID", "x.xml", "--format", "csv"), "--format is for the tables"),
        (("convert", "AID", "x.txt"), "x.txt"),
        (("inspect", "no.csv"), "no.csv"),
        (("inspect", "AID"), "aid.xml"),
        (("reconcile", "AID", "no.csv"), "cannot read 'no.csv'"),
        (("totals", "AID", "--account", "x.txt"), "x.txt"),
    ],
)
def test_wrong_calls_say_what_to_do(
    argv: tuple[str, ...], said: str, aid: str, tmp_path: Path, capsys: Out,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """In one line, with exit status 2, and without a file."""
    monkeypatch.chdir(tmp_path)
    status, _, err = run(capsys, *(aid if word == "AID" else word for word in argv))
    assert status == 2
    assert said in err.splitlines()[-1]
    assert err.splitlines()[-1].startswith("pledgetrack: ")
    assert not list(tmp_path.glob("x.*"))


def test_each_reader_of_the_library_has_a_name() -> None:
    """No format is forgotten."""
    public = {getattr(pt, name) for name in pt.__all__ if name.startswith("read_")}
    assert set(READERS.values()) == public


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b.toml"])
def test_a_name_that_no_file_can_have_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a file that is not there, and not as something that cannot be printed."""
    target = str(tmp_path / "out.json")
    for words in (["convert", name, target], ["convert", target, target, "--account", name]):
        assert cli.main(words) == 2
        assert "cannot print" not in capsys.readouterr().err

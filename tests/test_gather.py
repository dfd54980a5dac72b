"""Files to a data set one by one: each row once, whatever is broken off, changed or said twice."""

from __future__ import annotations

import io
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from iati_files import activity, iati, org, transaction
from pledgetrack import gather, replace, strategies
from pledgetrack.cli import main
from pledgetrack.formats.iati import read_with_levels
from pledgetrack.gather import Gathered, Gathering
from pledgetrack.manifest import Level, Manifest

DAY = "2024-12-31"
OTHER = org("reporting-org", "Other Agency", "XM-OT", "10")


def wells(name: str, *more: str, value: str = "100", **fields: str) -> str:
    """An activity that commits an amount and pays 40 of it."""
    return activity(
        transaction("2", "2024-01-15", value), transaction("3", "2024-06-01", "40"), *more,
        name=name, **fields,
    )  # fmt: skip


def folder_of(top: Path, files: Mapping[str, io.BytesIO]) -> Path:
    """A folder of IATI files."""
    made = top / "aid"
    made.mkdir(exist_ok=True)
    for name, content in files.items():
        (made / name).write_bytes(content.getvalue())
    return made


def read_one(path: Path) -> tuple[pt.Ledger, Iterable[str], Sequence[Level]]:
    """A file as the command line reads it."""
    ledger, levels = read_with_levels(path)
    return ledger, [f"iati:{level.identifier}" for level in levels], levels


def convert(
    folder: Path, target: Path, *, on_reject: Any = "raise", read: Any = read_one
) -> list[Gathered]:
    """Convert all files of a folder."""
    return list(Gathering(target, read, "iati", on_reject).run(sorted(folder.iterdir())))


def outcomes(made: Iterable[Gathered]) -> dict[str, str]:
    """What became of each file."""
    return {one.file: one.outcome for one in made}


def frame(target: Path) -> Any:
    """The data set on an engine."""
    return duckdb.connect().read_parquet(f"{target}/*.parquet")


def committed(target: Path) -> Any:
    """What is committed in all."""
    return pt.totals(frame(target), as_of=DAY)["committed"][0]


@pytest.fixture
def aid(tmp_path: Path) -> Path:
    """A folder of two files."""
    return folder_of(
        tmp_path, {"a.xml": iati(wells("A-1"), wells("A-2")), "b.xml": iati(wells("B-1"))}
    )


def test_a_data_set_of_files_has_the_figures_of_the_folder(aid: Path, tmp_path: Path) -> None:
    """The same totals and status, from a part for each file."""
    target = tmp_path / "movements"
    assert outcomes(convert(aid, target)) == {"a.xml": "made", "b.xml": "made"}
    assert sorted(p.name for p in target.iterdir()) == ["part-a.xml.parquet", "part-b.xml.parquet"]
    ledger = pt.read_iati(aid)
    for by in ("party", "tag_activity", "due"):
        assert pt.totals(frame(target), by=by, as_of=DAY).equals(ledger.totals(by=by, as_of=DAY))
    assert pt.status(frame(target), as_of=DAY).equals(ledger.status(as_of=DAY))


def test_what_is_there_is_left_alone(aid: Path, tmp_path: Path) -> None:
    """A second run reads no file, and a third with one more file reads that."""
    target = tmp_path / "movements"
    convert(aid, target)
    before = {path: path.stat().st_mtime_ns for path in target.iterdir()}

    def read(path: Path) -> Any:
        assert path.name == "c.xml"
        return read_one(path)

    assert set(outcomes(convert(aid, target, read=read)).values()) == {"there already"}
    folder_of(tmp_path, {"c.xml": iati(wells("C-1"))})
    assert outcomes(convert(aid, target, read=read))["c.xml"] == "made"
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert committed(target) == 400


def test_a_changed_file_is_read_again(aid: Path, tmp_path: Path) -> None:
    """Its new rows take the place of the old ones."""
    target = tmp_path / "movements"
    convert(aid, target)
    folder_of(tmp_path, {"b.xml": iati(wells("B-1", value="7"), wells("B-2", value="1"))})
    assert outcomes(convert(aid, target)) == {"a.xml": "there already", "b.xml": "made again"}
    assert committed(target) == 208


def test_a_removed_part_is_made_again(aid: Path, tmp_path: Path) -> None:
    """Who removes a part takes its rows out, until the file is converted again."""
    target = tmp_path / "movements"
    convert(aid, target)
    (target / "part-b.xml.parquet").unlink()
    moved = folder_of(tmp_path, {"a.xml": iati(wells("A-1"), wells("A-2"), wells("B-1"))})
    (moved / "b.xml").unlink()
    assert outcomes(convert(moved, target)) == {"a.xml": "made again"}
    assert committed(target) == 300


def test_a_file_that_cannot_be_read_is_named(aid: Path, tmp_path: Path) -> None:
    """It stops the conversion, or is kept apart; what was made before it stays."""
    target = tmp_path / "movements"
    (aid / "aa.xml").write_text("<iati-organisations/>", encoding="utf-8")
    with pytest.raises(pt.FileFormatError, match=r"aa\.xml"):
        convert(aid, target)
    assert committed(target) == 200
    made = convert(aid, target, on_reject="keep")
    assert outcomes(made) == {
        "a.xml": "there already", "aa.xml": "kept apart", "b.xml": "made",
    }  # fmt: skip
    assert "organisation file" in (made[1].reason or "")
    assert committed(target) == 300


def test_a_changed_file_that_cannot_be_read_leaves_its_earlier_rows(
    aid: Path, tmp_path: Path
) -> None:
    """And says that they stay."""
    target = tmp_path / "movements"
    convert(aid, target)
    (aid / "b.xml").write_text("<x/>", encoding="utf-8")
    made = convert(aid, target, on_reject="keep")
    assert (made[1].reason or "").endswith("; the rows of an earlier version stay")
    assert committed(target) == 300


def parent(name: str) -> str:
    """The word that an activity is below another."""
    return f'<related-activity type="1" ref="{name}"/>'


def child(name: str) -> str:
    """The word that an activity is above another."""
    return f'<related-activity type="2" ref="{name}"/>'


TWICE = {
    "the same activity": (wells("A-1"), wells("A-1"), r"'iati:A-1'.*is in '\w\.xml' too"),
    "a parent by its child": (
        wells("A-1"), wells("A-2", parent("A-1")), r"which reports the same flow",
    ),
    "a child by its parent": (
        wells("A-1", child("A-2")), wells("A-2"), r"which reports the same flow",
    ),
    "another level": (
        wells("A-1", attributes='hierarchy="1"'), wells("A-2", attributes='hierarchy="2"'),
        r"which reports the same flow",
    ),
}  # fmt: skip


@pytest.mark.parametrize("order", [("a.xml", "b.xml"), ("b.xml", "a.xml")])
@pytest.mark.parametrize("case", TWICE)
def test_what_two_files_report_is_refused(tmp_path: Path, case: str, order: Sequence[str]) -> None:
    """It would count twice: the second file is refused, or kept apart, whichever comes first."""
    one, other, words = TWICE[case]
    folder = folder_of(tmp_path, {order[0]: iati(one), order[1]: iati(other)})
    target = tmp_path / "movements"
    with pytest.raises(pt.InvalidLedgerError, match=words) as caught:
        convert(folder, target)
    assert {problem.file for problem in caught.value.problems} == {"b.xml"}
    made = convert(folder, target, on_reject="keep")
    assert outcomes(made) == {"a.xml": "there already", "b.xml": "kept apart"}
    assert committed(target) == 100


def test_levels_of_other_reporters_and_flows_are_no_repetition(tmp_path: Path) -> None:
    """A parent of another reporter, or one that reports another flow, counts beside its child."""
    folder = folder_of(
        tmp_path,
        {
            "a.xml": iati(wells("A-1", reporter=OTHER, attributes='hierarchy="1"')),
            "b.xml": iati(wells("A-2", parent("A-1"), attributes='hierarchy="2"')),
            "c.xml": iati(activity(transaction("12", "2024-01-01", "7"), child("A-2"), name="A-3")),
        },
    )
    convert(folder, tmp_path / "movements")
    assert pt.totals(frame(tmp_path / "movements"), as_of=DAY).equals(
        pt.read_iati(folder).totals(as_of=DAY)
    )


def test_a_link_between_two_files_may_lie_in_a_third(tmp_path: Path) -> None:
    """Between a grandparent and its grandchild, the activity that joins them reports nothing."""
    between = activity(parent("A-1"), child("A-3"), name="A-2")
    folder = folder_of(
        tmp_path,
        {"a.xml": iati(wells("A-1")), "b.xml": iati(wells("A-3")), "c.xml": iati(between)},
    )
    with pytest.raises(pt.InvalidLedgerError, match="which reports the same flow"):
        convert(folder, tmp_path / "movements")


@st.composite
def activities(draw: Any) -> list[str]:
    """Activities of two reporters on some levels, which name each other, or do not."""
    names = ["A-1", "A-2", "A-3", "A-4"]
    made = []
    for name in names[: draw(st.integers(2, 4))]:
        related = draw(
            st.lists(
                st.tuples(st.sampled_from([parent, child]), st.sampled_from(names)), max_size=2
            )
        )
        flows = draw(st.lists(st.sampled_from(["2", "3", "12"]), unique=True, max_size=2))
        made.append(
            activity(
                *(transaction(code, "2024-01-15", str(draw(st.integers(1, 99)))) for code in flows),
                *(word(other) for word, other in related),
                name=name,
                reporter=draw(st.sampled_from([org("reporting-org", "A", "XM-EX", "10"), OTHER])),
                attributes=f'hierarchy="{draw(st.integers(1, 3))}"',
            )
        )
    return made


@times(1 / 2)
@given(made=activities(), apart=st.lists(st.integers(0, 2), min_size=4, max_size=4))
def test_files_apart_count_as_the_folder_or_are_refused(made: list[str], apart: list[int]) -> None:
    """However activities lie in files, totals are those of the files together, or none."""
    where: dict[int, list[str]] = {}
    for one, at in zip(made, apart, strict=False):
        where.setdefault(at, []).append(one)
    with tempfile.TemporaryDirectory() as top:
        folder = folder_of(Path(top), {f"{at}.xml": iati(*some) for at, some in where.items()})
        target = Path(top) / "movements"
        if refused(folder, target):
            return
        got = pt.totals(frame(target), by="commitment", as_of=DAY)
        assert got.equals(pt.read_iati(folder).totals(by="commitment", as_of=DAY))


def refused(folder: Path, target: Path) -> bool:
    """Whether the conversion is refused, and for no other reason than what would count twice."""
    try:
        convert(folder, target)
    except pt.InvalidLedgerError as error:
        if not all("reports the same flow" in str(problem) for problem in error.problems):
            raise
        return True
    return False


def renamed(ledger: pt.Ledger, prefix: str) -> pt.Ledger:
    """The same records under other ids, without what is said of parties."""

    def new(name: str | None) -> str | None:
        return name and f"{prefix}{name}"

    promised = [
        one.model_copy(
            update={
                "id": new(one.id), "part_of": new(one.part_of), "repeats": new(one.repeats),
                "same_as": new(one.same_as),
            }
        )
        for one in ledger.commitments
    ]  # fmt: skip
    happened = [one.model_copy(update={"commitment": new(one.commitment)}) for one in ledger.events]
    return pt.Ledger(promised, happened, ledger.sources)


@times(1 / 3)
@given(made=st.lists(strategies.ledgers(), min_size=2, max_size=3))
def test_a_data_set_of_ledgers_is_that_of_the_joined_ledger(made: list[pt.Ledger]) -> None:
    """Totals and status of any ledgers, a part for each, are those of all of them together."""
    some = [renamed(ledger, f"{at}-") for at, ledger in enumerate(made)]
    try:
        joined = sum(some[1:], some[0])
    except pt.InvalidLedgerError:  # two sources of one name
        assume(False)
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top) / "ledgers"
        folder.mkdir()
        for at, ledger in enumerate(some):
            pt.write(ledger, folder / f"{at}.json")

        def read(path: Path) -> Any:
            ledger = pt.read(path)
            return ledger, [one.id for one in ledger], ()

        target = Path(top) / "movements"
        convert(folder, target, read=read)
        for options in ({"by": ["party", "horizon"]}, {"by": "due", "per": "year"}):
            wanted = joined.totals(as_of=DAY, **options)
            assert pt.totals(frame(target), as_of=DAY, **options).equals(wanted)
        assert pt.status(frame(target), as_of=DAY).equals(joined.status(as_of=DAY))


def test_all_parts_have_the_tags_of_any(tmp_path: Path) -> None:
    """Engines take the columns of the first file; a tag that comes later is added to it."""
    folder = tmp_path / "ledgers"
    folder.mkdir()
    for name, tags in {"a": {}, "b": {"topic": "wells"}}.items():
        promise = pt.Commitment(
            id=name, party="A", announced="2024-01-01", stage="pledged", tags=tags,
            target={"number": 5, "unit": "USD"},
        )  # fmt: skip
        pt.write(pt.Ledger([promise]), folder / f"{name}.json")

    def read(path: Path) -> Any:
        return pt.read(path), [path.stem], ()

    target = tmp_path / "movements"
    convert(folder, target, read=read)
    schemas = [pq.read_schema(path) for path in sorted(target.iterdir())]
    assert schemas[0].names == schemas[1].names
    assert set(outcomes(convert(folder, target, read=read)).values()) == {"there already"}
    table = pt.totals(frame(target), by="topic", as_of=DAY)
    assert dict(zip(table["topic"], table["pledged"], strict=True)) == {"not stated": 5, "wells": 5}


def test_files_of_one_name_are_refused(aid: Path, tmp_path: Path) -> None:
    """Both in one run, and one after the other with another content."""
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(aid / "a.xml", other)
    run = Gathering(tmp_path / "movements", read_one, "iati", "raise").run
    with pytest.raises(pt.FileFormatError, match="have one name"):
        list(run([aid / "a.xml", other / "a.xml"]))
    list(run([aid / "a.xml"]))
    assert outcomes(run([other / "a.xml"])) == {"a.xml": "there already"}
    (other / "a.xml").write_bytes(iati(wells("X-1")).getvalue())
    with pytest.raises(pt.FileFormatError, match="the name of another file"):
        list(run([other / "a.xml"]))


def test_a_folder_of_other_things_is_refused(aid: Path, tmp_path: Path, seeds: pt.Ledger) -> None:
    """Parts stand among parts alone: neither notes, nor a data set that was written whole."""
    target = tmp_path / "movements"
    convert(aid, target)
    (target / "notes.txt").touch()
    with pytest.raises(pt.FileFormatError, match=r"holds other things \('notes.txt'\)"):
        convert(aid, target)
    whole = pt.write(seeds, tmp_path / "whole", partition_by=[])
    with pytest.raises(pt.FileFormatError, match="holds other things"):
        convert(aid, whole)
    with pytest.raises(pt.FileFormatError, match="cannot write"):
        convert(aid, tmp_path / "no/such/movements")


def test_other_options_need_another_folder(aid: Path, tmp_path: Path) -> None:
    """Rows of two perspectives would be no total."""
    convert(aid, tmp_path / "movements")
    other = Gathering(tmp_path / "movements", read_one, "iati perspective=incoming", "raise")
    with pytest.raises(pt.FileFormatError, match="was made with iati, and this is iati persp"):
        list(other.run([aid / "a.xml"]))


def test_two_conversions_at_once_are_refused(aid: Path, tmp_path: Path) -> None:
    """The second says so, and the first goes on."""
    target = tmp_path / "movements"
    first = Gathering(target, read_one, "iati", "raise").run(sorted(aid.iterdir()))
    next(first)
    with pytest.raises(pt.FileFormatError, match="another conversion is writing"):
        convert(aid, target)
    assert len(list(first)) == 1
    assert committed(target) == 300


def test_a_manifest_that_is_none_is_refused(aid: Path, tmp_path: Path) -> None:
    """Its place is taken by something else, or by a later version."""
    target = tmp_path / "movements"
    (tmp_path / "movements.manifest").write_text("my notes, which nobody may touch" * 9)
    with pytest.raises(pt.FileFormatError, match=r"movements\.manifest"):
        convert(aid, target)
    (tmp_path / "movements.manifest").unlink()
    convert(aid, target)
    with sqlite3.connect(tmp_path / "movements.manifest") as base:
        base.execute("update about set version = 99")
    base.close()
    with pytest.raises(pt.FileFormatError, match="another version"):
        convert(aid, target)


def test_a_lost_manifest_is_made_again_from_all_files(aid: Path, tmp_path: Path) -> None:
    """Of parts whose files are not named nobody knows what is in them."""
    target = tmp_path / "movements"
    convert(aid, target)
    (tmp_path / "movements.manifest").unlink()
    with pytest.raises(pt.FileFormatError, match="holds other things"):
        list(Gathering(target, read_one, "iati", "raise").run([aid / "a.xml"]))
    assert set(outcomes(convert(aid, target)).values()) == {"made"}
    assert committed(target) == 300


@pytest.mark.parametrize("step", ["replace_file", "claim"])
def test_what_was_broken_off_is_taken_up(
    aid: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Before the manifest knows of a changed file, or between that and its part."""
    target = tmp_path / "movements"
    convert(aid, target)
    folder_of(tmp_path, {"b.xml": iati(wells("B-9", value="7"))})

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gather if step == "replace_file" else Manifest, step, stop)
    with pytest.raises(KeyboardInterrupt):
        convert(aid, target)
    monkeypatch.undo()
    left = replace._beside(target / "part-b.xml.parquet")
    left.write_bytes(b"half")
    assert committed(target) == 300
    if step == "replace_file":
        with pytest.raises(pt.FileFormatError, match="was being converted again"):
            list(Gathering(target, read_one, "iati", "raise").run([aid / "a.xml"]))
    assert outcomes(convert(aid, target))["b.xml"] == "made again"
    assert committed(target) == 207
    assert not left.exists()


def test_a_file_that_changes_while_it_is_read_is_refused(aid: Path, tmp_path: Path) -> None:
    """What was read may be half of each."""

    def read(path: Path) -> Any:
        made = read_one(path)
        path.write_bytes(iati(wells("Z-1")).getvalue())
        return made

    with pytest.raises(pt.FileFormatError, match=r"a\.xml' changed while it was read"):
        convert(aid, tmp_path / "movements", read=read)


def test_the_command_line_converts_a_folder(
    aid: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    """File by file, with the sums of all accounts, as the page shows, and resumes."""
    target, accounts = tmp_path / "movements", tmp_path / "accounts"
    argv = ["convert", str(aid), f"{target}/", "--from", "iati", "--account", str(accounts)]
    assert main(argv) == 0
    out, err = capsys.readouterr()
    assert out == f"wrote {target}/: 2 made\n"
    assert err.splitlines() == [
        "a.xml: made, 6 rows", "b.xml: made, 3 rows", "[all]", "counted: 3 records",
        "counted: 6 records, 420 EUR",
    ]  # fmt: skip
    page = (root / "docs/command-line.md").read_text(encoding="utf-8")
    assert f"{err}wrote movements/: 2 made\n```" in page
    assert sorted(path.name for path in accounts.iterdir()) == ["a.xml.csv", "b.xml.csv"]
    shutil.copy(aid / "a.xml", aid / "c.xml")
    assert main([*argv, "--on-reject", "keep"]) == 0
    out, err = capsys.readouterr()
    assert out == f"wrote {target}/: 2 there already, 1 kept apart\n"
    assert "c.xml: kept apart: 1 mistake in the records" in err
    assert main(argv) == 2
    assert "'iati:A-1': is in 'a.xml' too, as are 1 more of its records" in capsys.readouterr().err


def test_the_command_line_converts_other_files_too(
    tmp_path: Path, seeds: pt.Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ledger files, where movements are asked for."""
    path = pt.write(seeds, tmp_path / "ledger.json")
    target = tmp_path / "movements"
    assert main(["convert", str(path), str(target), "--format", "movements"]) == 0
    assert capsys.readouterr().out == f"wrote {target}: 1 made\n"
    assert pt.totals(frame(target), by="party", as_of=DAY).equals(
        seeds.totals(by="party", as_of=DAY)
    )

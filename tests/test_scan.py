"""Movements in Parquet are totalled where they stand, as if they were in memory."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from general_way import TOTALS
from pledgetrack import strategies as pts
from pledgetrack.scan import _checked, scan
from pledgetrack.totals import NEEDED

few = times(1 / 3)


def whole(ledger: pt.Ledger) -> pa.Table:
    """The movements of a ledger."""
    return pa.table(ledger)


@few
@given(
    ledger=pts.ledgers(), day=pts.days(), size=st.integers(1, 9), ranged=st.booleans(),
    by=st.lists(st.sampled_from(("party", "unit", "due", "horizon", "status", "source")),
                unique=True, max_size=2),
    per=st.sampled_from((None, None, "year")),
)  # fmt: skip
def test_totals_of_a_file_are_those_of_its_rows(
    tmp_path_factory: pytest.TempPathFactory, ledger: pt.Ledger, day: Any, size: int,
    ranged: bool, by: list[str], per: str | None,
) -> None:  # fmt: skip
    """Only some columns and rows are read, row group by row group, and nothing is lost by that."""
    file = tmp_path_factory.getbasetemp() / "movements.parquet"
    table = whole(ledger)
    pq.write_table(table, file, row_group_size=size)
    if per and "status" in by:
        return
    asked: dict[str, Any] = {"by": by, "as_of": day, "per": per}
    asked["bounds"] = "range" if ranged else "words"
    made = pt.totals(file, **asked)
    assert made.equals(pt.totals(table, **asked))
    assert made.attrs == pt.totals(table, **asked).attrs
    if not ranged:
        asked["columns"] = ("pledged", "delivered")
        assert pt.totals(file, **asked).equals(pt.totals(table, **asked))


def test_other_tables_take_a_path_too(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Status, summary and timeline are those of the rows in memory."""
    file, table = tmp_path / "all.parquet", whole(seeds)
    pq.write_table(table, file)
    assert pt.status(str(file), as_of="2024-08-01").equals(pt.status(table, as_of="2024-08-01"))
    for function in (pt.summary, pt.timeline):
        made = function(file, "party", as_of="2024-08-01")
        assert made.equals(function(table, "party", as_of="2024-08-01"))


def test_a_folder_of_files_is_one_frame(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Folders named for a label are a column, one for what has none among them."""
    table = whole(seeds)
    plain = table.set_column(2, "recipient", table.column("recipient").cast(pa.string()))
    ds.write_dataset(plain, tmp_path / "movements", format="parquet", partitioning=["recipient"],
                     partitioning_flavor="hive")  # fmt: skip
    (tmp_path / "movements" / "_SUCCESS").write_text("")
    (tmp_path / "movements" / ".half.parquet").write_text("no Parquet")
    for by in ("recipient", "party"):
        made = pt.totals(tmp_path / "movements", by=by, as_of="2024-08-01")
        assert made.equals(pt.totals(table, by=by, as_of="2024-08-01"))
    where = {"recipient": "not stated"}
    made = pt.totals(tmp_path / "movements", where=where, as_of="2024-08-01")
    assert made.equals(pt.totals(table, where=where, as_of="2024-08-01"))


def test_what_counts_on_another_day_stays_on_the_disk(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Row groups of other days are not read, and of the rest what counts is all there."""
    every = whole(seeds).to_pylist()
    day = dt.date(2022, 7, 31)
    pq.write_table(whole(seeds), tmp_path / "all.parquet", row_group_size=4)
    read = scan(tmp_path / "all.parquet", as_of=day).to_pylist()
    assert counting(read, day) == counting(every, day) != []
    assert len(read) < len(every)
    assert scan(tmp_path / "all.parquet", as_of=dt.date(1990, 1, 1)).num_rows == 0


def test_of_a_batch_with_little_that_counts_only_that_is_kept(
    tmp_path: Path, seeds: pt.Ledger
) -> None:
    """A long history does not fill the memory for one early day."""
    every = whole(seeds).to_pylist()
    pq.write_table(whole(seeds), tmp_path / "all.parquet")
    early = min(row["since"] for row in every)
    read = scan(tmp_path / "all.parquet", as_of=early).to_pylist()
    assert read == counting(every, early) != every


def counting(rows: list[dict[str, Any]], day: dt.date) -> list[dict[str, Any]]:
    """Those of some rows that count on a day."""
    return [
        row for row in rows if row["since"] <= day and (row["until"] is None or row["until"] > day)
    ]


@pytest.mark.parametrize("content", [b"", b"PAR1 no Parquet", None])
def test_what_is_no_parquet_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """A file of something else, and a folder with no file, are named in the error."""
    place = tmp_path / "movements.parquet"
    if content is None:
        place.mkdir()
    else:
        place.write_bytes(content)
    with pytest.raises(pt.FileFormatError, match=r"movements\.parquet"):
        pt.totals(place)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A path with nothing behind it is no empty frame."""
    with pytest.raises(pt.FileFormatError, match=r"cannot read .*nothing\.parquet"):
        pt.totals(tmp_path / "nothing.parquet")


def test_a_ledger_of_records_is_no_movements_frame(tmp_path: Path, seeds: pt.Ledger) -> None:
    """The Parquet form of records lacks the columns of movements, and the error says which."""
    path = pt.write(seeds, tmp_path / "ledger.parquet")
    with pytest.raises(pt.FrameError, match="'unit', 'measure', 'number'"):
        pt.totals(path)


def test_an_unknown_key_of_a_file_is_refused(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Keys are checked against the columns of the file."""
    pq.write_table(whole(seeds), tmp_path / "all.parquet")
    with pytest.raises(pt.UnknownNameError, match="unknown key 'partie'"):
        pt.totals(tmp_path / "all.parquet", by="partie")


FEW = {"unit", "measure", "number", "on", "since", "until", "announced", "start", "end", "horizon",
       "event", "part"}  # fmt: skip
MORE = {*FEW, "commitment", "bound"}
ENDED = {*MORE, "low", "high"}


@pytest.mark.parametrize(
    ("options", "read"),
    [
        ({}, [ENDED]),
        ({"by": None, "per": "year"}, [ENDED]),
        ({"by": "party", "columns": ["delivered", "pledged"]}, [{*FEW, "party"}]),
        ({"by": ["law"], "where": {"tag_topic": "x", "source": None}, "columns": "pledged"},
         [{*FEW, "tag_law", "tag_topic", "source"}]),
        ({"columns": ["pledged", "commitments"]}, [MORE]),
        ({"columns": "pledged", "per": "year"}, [MORE]),
        ({"columns": "pledged", "include_repeats": True}, [MORE]),
        ({"by": ["channel", "recipient"], "bounds": "range"},
         [{*ENDED, "channel", "recipient"}]),
        ({"by": "status"}, []),
        ({"where": {"status": "overdue"}}, []),
    ],
)  # fmt: skip
def test_only_the_columns_that_are_needed_are_read(
    tmp_path: Path, seeds: pt.Ledger, options: Any, read: list[set[str]]
) -> None:
    """Names of commitments, which are most of a file, stay there where only measures are asked."""
    file, table = tmp_path / "all.parquet", whole(seeds)
    pq.write_table(table, file)
    found = []

    def scanned(*given: Any, **named: Any) -> pa.Table:
        found.append(scan(*given, **named))
        return found[-1]

    with mock.patch.object(TOTALS, "scan", scanned):
        made = pt.totals(file, as_of="2024-08-01", **options)
    assert made.equals(pt.totals(table, as_of="2024-08-01", **options))
    assert [{*one.column_names} for one in found] == read


def damaged(content: bytes, count: int, random: Random) -> Iterator[bytes]:
    """A file with a byte changed: in each of so many, half of them in what it says of itself."""
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    for at in range(count):
        place = random.randrange(footer, len(content) - 8) if at % 2 else random.randrange(footer)
        made = bytearray(content)
        made[place] ^= random.choice((1, 1, 2, 128, 255))
        yield bytes(made)


def test_a_damaged_file_is_refused_or_read(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Nothing else is raised, nor does the process end: Arrow reads codes that stand for nothing.

    In this form most bytes matter: nothing is packed, and there are few columns.
    """
    path, sink = tmp_path / "a.parquet", io.BytesIO()
    pq.write_table(whole(seeds).select([*NEEDED, "party"]), sink, compression="none")
    read = 0
    for content in damaged(sink.getvalue(), 300, Random(7)):  # noqa: S311  # no secret
        path.write_bytes(content)
        for columns in (None, ["pledged"]):
            try:
                pt.totals(path, by="party", as_of="2024-01-01", columns=columns)
                read += 1
            except pt.PledgetrackError:
                pass
    assert 50 < read < 550


@pytest.mark.parametrize("code", [3, 255, -1])
def test_a_code_that_stands_for_no_word_is_told(code: int) -> None:
    """It is no word, and no place in memory."""
    bad = pa.DictionaryArray.from_arrays(
        pa.array([0, code], pa.int32()), pa.array(["A", "B", "C"]), safe=False
    )
    whole_, broken = (pa.record_batch({"party": one}) for one in (bad[:1], bad))
    assert [*_checked([whole_, whole_])] == [whole_, whole_]
    with pytest.raises(ValueError, match="'party' has codes that stand for no word"):
        [*_checked([whole_, broken])]

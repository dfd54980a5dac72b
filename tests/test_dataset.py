"""Movements as a data set: the same figures from the files, on every engine."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from pledgetrack import dataset, limits, strategies
from pledgetrack.movements import SCHEMA

DAY = "2024-08-01"


def frames(folder: Path, *keys: str) -> dict[str, Any]:
    """The data set as the frame of each engine; ``keys`` are what it is parted by."""
    pattern = f"{folder}/**/*.parquet" if keys else f"{folder}/*.parquet"
    hive = pyarrow.dataset.partitioning(
        pa.schema([(key, pa.string()) for key in keys]), flavor="hive"
    )
    return {
        "duckdb": duckdb.connect().read_parquet(pattern, hive_partitioning=bool(keys)),
        "polars": pl.scan_parquet(pattern, hive_partitioning=bool(keys)),
        "pyarrow": pyarrow.dataset.dataset(str(folder), partitioning=hive).to_table(),
        "the folder itself": folder,
    }


def same(ledger: pt.Ledger, frame: Any) -> None:
    """Totals and status of a frame are those of a ledger."""
    if isinstance(frame, Path):
        assert pt.totals(frame, by="party", as_of=DAY).equals(ledger.totals("party", as_of=DAY))
        return
    for options in ({"by": ["party", "horizon"]}, {"by": "due", "per": "year"}):
        wanted = ledger.totals(as_of=DAY, **options)
        assert pt.totals(frame, as_of=DAY, **options).equals(wanted)
    assert pt.status(frame, as_of=DAY).equals(ledger.status(as_of=DAY))


def one(number: str = "5", **fields: Any) -> pt.Ledger:
    """A ledger of one promise."""
    made = {"party": "A", "unit": "USD", **fields}
    target = {"number": number, "unit": made.pop("unit")}
    return pt.Ledger(
        [pt.Commitment(id="x", announced="2024-01-01", stage="pledged", target=target, **made)]
    )


@times(1 / 2)
@given(
    engine=st.sampled_from(["duckdb", "polars", "pyarrow", "the folder itself"]),
    ledger=strategies.ledgers(),
    keys=st.lists(
        st.sampled_from(["unit", "measure", "party", "recipient", "horizon"]), unique=True,
        max_size=2,
    ),
)  # fmt: skip
def test_a_data_set_has_the_figures_of_its_ledger(
    engine: str, ledger: pt.Ledger, keys: list[str]
) -> None:
    """Totals and status from the files, however they are parted, are those of the ledger."""
    with tempfile.TemporaryDirectory() as top:
        folder = pt.write(ledger, Path(top) / "movements", partition_by=keys)
        same(ledger, frames(folder, *keys)[engine])


def test_a_data_set_has_the_columns_of_movements(seeds: pt.Ledger, tmp_path: Path) -> None:
    """The columns and types of the schema, then the tags; days and numbers are exact."""
    schema = pq.read_schema(pt.write(seeds, tmp_path / "m", partition_by=[]) / "part-0.parquet")
    assert [(f.name, f.type) for f in schema][: len(SCHEMA)] == [(f.name, f.type) for f in SCHEMA]
    tags = schema.names[len(SCHEMA) :]
    assert tags == sorted(f"tag_{name}" for name in ("law", "progress", "topic"))
    assert str(schema.field("number").type) == "decimal128(28, 6)"


def test_a_key_of_partitions_is_in_the_path_alone(seeds: pt.Ledger, tmp_path: Path) -> None:
    """As Hive has it: the columns are the names of the folders, and files lack them."""
    folder = pt.write(seeds, tmp_path / "m", partition_by=["unit", "topic"])
    files = sorted(folder.rglob("*.parquet"))
    assert {file.parent.parent.name for file in files} >= {"unit=USD", "unit=H-2B visa"}
    assert {file.parent.name.split("=")[0] for file in files} == {"tag_topic"}
    assert not {"unit", "tag_topic"} & set(pq.read_schema(files[0]).names)


ODD = ("50% & more / less", "Ö café", "a=b", "x\ny", "{a}[b]", "a+b c", "A" * 60, "`~|<>:\"'")


def test_a_file_holds_no_words_of_the_rows_of_others(seeds: pt.Ledger, tmp_path: Path) -> None:
    """Each part says what its rows say: it neither grows with the others nor tells of them."""
    folder = pt.write(seeds, tmp_path / "parts", partition_by="party")
    for part in folder.rglob("*.parquet"):
        for column in pq.ParquetFile(part).read().itercolumns():
            if pa.types.is_dictionary(column.type):
                (chunk,) = column.chunks
                assert {*chunk.dictionary.to_pylist()} == {*column.to_pylist()} - {None}


def test_every_label_comes_back_as_it_was(tmp_path: Path) -> None:
    """Signs that paths do not have, letters of other scripts, and a missing label."""
    ledger = pt.Ledger(
        [
            pt.Commitment(
                id=str(at), party=name, announced="2024-01-01", stage="pledged",
                recipients=[name] if at else [], target={"number": at + 1, "unit": "USD"},
            )
            for at, name in enumerate(ODD)
        ]
    )  # fmt: skip
    folder = pt.write(ledger, tmp_path / "m", partition_by=["party", "recipient"])
    for frame in frames(folder, "party", "recipient").values():
        wanted = ledger.totals(by=["party", "recipient"], as_of=DAY)
        assert pt.totals(frame, by=["party", "recipient"], as_of=DAY).equals(wanted)


@pytest.mark.parametrize(
    "label", ["2024", "2024-01-01", "1e5", "1.50", "-3", "null", "Epoch", "NaN"]
)
def test_a_label_that_engines_take_for_something_else_is_refused(
    tmp_path: Path, label: str
) -> None:
    """A party called 2024 would come back as a number."""
    with pytest.raises(pt.FileFormatError, match=rf"cannot partition by 'party': '{label}'"):
        pt.write(one(party=label), tmp_path / "m", partition_by="party")
    assert list(tmp_path.iterdir()) == []
    pt.write(one(party=label), tmp_path / "m", partition_by="unit")


def test_labels_that_are_one_folder_on_some_systems_are_refused(tmp_path: Path) -> None:
    """Where letters of either case are the same, one folder would hold both."""
    first = one(tags={"kind": "VISA"}).commitments[0]
    other = first.model_copy(update={"id": "y", "tags": {"kind": "Visa"}})
    ledger = pt.Ledger([first, other])
    with pytest.raises(pt.FileFormatError, match="'VISA' and 'Visa' are one folder"):
        pt.write(ledger, tmp_path / "m", partition_by="kind")


@pytest.mark.parametrize(("label", "words"), [("x" * 300, "too long"), ("x.", "ends so")])
def test_a_label_that_is_no_name_of_a_folder_is_refused(
    tmp_path: Path, label: str, words: str
) -> None:
    """Too long, or cut by some systems."""
    with pytest.raises(pt.FileFormatError, match=words):
        pt.write(one(party=label), tmp_path / "m", partition_by="party")


def test_too_many_partitions_are_refused(
    tmp_path: Path, seeds: pt.Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million files help nobody; the limit is raised by name."""
    monkeypatch.setattr(limits, "PARTITIONS", 5)
    with pytest.raises(pt.FileFormatError, match=r"more than 5; .*limits\.PARTITIONS"):
        pt.write(seeds, tmp_path / "m", partition_by="commitment")


@pytest.mark.parametrize("keys", ["since", "number", "nothing", ["unit", "unit"]])
def test_what_is_no_key_is_refused(tmp_path: Path, seeds: pt.Ledger, keys: Any) -> None:
    """Days and amounts part nothing, and a key is named once."""
    with pytest.raises(pt.PledgetrackError, match="column"):
        pt.write(seeds, tmp_path / "m", partition_by=keys)


def test_a_data_set_is_replaced_whole(tmp_path: Path, seeds: pt.Ledger) -> None:
    """By another one, however that is parted; nothing of the old one stays."""
    for keys in (["unit"], [], ["measure", "unit"], ["unit"]):
        folder = pt.write(seeds, tmp_path / "m", partition_by=keys)
        frame = frames(folder, *keys)["polars"]
        assert pt.totals(frame, as_of=DAY).equals(seeds.totals(as_of=DAY))
    assert list(tmp_path.iterdir()) == [folder]


def test_other_things_are_not_replaced_by_a_data_set(tmp_path: Path, seeds: pt.Ledger) -> None:
    """Neither a ledger, nor a file, nor a data set in which somebody put something."""
    with pytest.raises(pt.FileFormatError, match="holds other things"):
        pt.write(seeds, pt.write(seeds, tmp_path / "ledger"), partition_by=[])
    folder = pt.write(seeds, tmp_path / "m", partition_by=["unit"])
    (folder / "unit=USD/notes.txt").touch()
    with pytest.raises(pt.FileFormatError, match="holds other things"):
        pt.write(seeds, folder, partition_by=[])
    with pytest.raises(pt.FileFormatError, match="holds other things"):
        pt.write(seeds, folder)
    with pytest.raises(pt.FileFormatError, match="name of a file"):
        pt.write(seeds, tmp_path / "m.parquet", partition_by=[])
    with pytest.raises(pt.FileFormatError, match="are Parquet"):
        pt.write(seeds, tmp_path / "n", partition_by=[], format="csv")
    with pytest.raises(pt.FileFormatError, match="partition_by= is for"):
        pt.write(seeds.totals(), tmp_path / "n", partition_by=[])


@pytest.mark.parametrize("keys", [[], ["unit"]])
def test_a_data_set_is_no_ledger(tmp_path: Path, seeds: pt.Ledger, keys: list[str]) -> None:
    """Movements are what tables are made of; records do not come back from them."""
    with pytest.raises(pt.FileFormatError, match="holds movements, and no records"):
        pt.read(pt.write(seeds, tmp_path / "m", partition_by=keys))


def test_an_empty_ledger_is_a_data_set_without_rows(tmp_path: Path) -> None:
    """Its columns are there, so that engines can read it."""
    for keys in ([], ["unit"]):
        folder = pt.write(pt.Ledger(), tmp_path / "m", partition_by=keys)
        for frame in frames(folder, *keys).values():
            assert pt.totals(frame, by="party", as_of=DAY).empty


def test_tags_are_added_where_there_are_none(seeds: pt.Ledger) -> None:
    """In their order, with nothing in them."""
    table = dataset.with_tags(dataset.movement_table(seeds), ["tag_a", "tag_topic", "tag_z"])
    assert table.column_names[len(SCHEMA) :] == [
        "tag_a", "tag_law", "tag_progress", "tag_topic", "tag_z",
    ]  # fmt: skip
    assert table.column("tag_a").null_count == len(table)

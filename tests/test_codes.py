"""Codes: the same words, days and amounts however the columns hold them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pledgetrack as pt
from general_way import BY, by_loops
from pledgetrack import codes, fast, frames
from pledgetrack import strategies as pts

INT64 = st.one_of(
    st.integers(-5, 5), st.integers(-(2**63) + 1, 2**63 - 1),
    st.sampled_from([2**61, 2**62 - 1, 2**62, -(2**61), -(2**62) + 1]),
)  # fmt: skip


def laid_out(column: pa.ChunkedArray, random: Random) -> pa.ChunkedArray:
    """The same values in another form: other words, chunks, places in memory."""
    values = column.to_pylist()
    kind = column.type
    if pa.types.is_dictionary(kind):
        form = random.choice(["text", "large text", "sorted codes", "codes", "codes", "few codes"])
        words: list[Any] = sorted({*values, ""} - {None})
        if form in ("codes", "few codes"):
            words += [None, "nobody", *random.choices(words, k=3)]
            random.shuffle(words)
        places: dict[Any, list[Any]] = {None: [None]}
        for at, word in enumerate(words):
            places.setdefault(word, []).append(at)
        if "codes" in form:
            wide = pa.int8() if form == "few codes" else pa.int32()
            coded = pa.array([random.choice(places[value]) for value in values], wide)
            made: Any = pa.DictionaryArray.from_arrays(coded, pa.array(words, pa.string()))
        else:
            made = pa.array(values, pa.string() if form == "text" else pa.large_string())
    else:
        made = column.combine_chunks()
    # In the middle of other rows, of which some are missing.
    other = [*range(len(made)), None]
    around = [random.choice(other) for _ in range(random.randint(0, 9))]
    made = pa.concat_arrays([made.take(pa.array(around, pa.int64())), made])[len(around) :]
    cuts = sorted(random.randint(0, len(made)) for _ in range(random.randint(0, 2)))
    pieces = [made[low:high] for low, high in zip([0, *cuts], [*cuts, len(made)], strict=True)]
    return pa.chunked_array(pieces, made.type)


@given(
    st.one_of(pts.ledgers(), pts.families()), BY, pts.days(),
    st.sampled_from([{}, {}, {"per": "quarter"}, {"bounds": "range"}, None, None]),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_the_form_of_a_column_makes_no_difference(
    ledger: pt.Ledger, by: list[str], day: dt.date, options: Any, random: Random
) -> None:
    """Plain text, codes with words twice, in another order or unused, in chunks and slices."""
    table = pa.table(ledger.movements())
    other = pa.table({name: laid_out(table[name], random) for name in table.column_names})

    def result(frame: pa.Table) -> pd.DataFrame:
        if options is None:
            return pt.status(frame, as_of=day)
        return pt.totals(frame, by, as_of=day, **options)

    expected = result(table)
    pd.testing.assert_frame_equal(result(other), expected)
    with by_loops():
        pd.testing.assert_frame_equal(result(other), expected)


AMOUNTS = st.one_of(st.integers(-3, 3), INT64, st.integers(-(10**28) + 1, 10**28 - 1))


@given(st.lists(st.one_of(st.none(), AMOUNTS), max_size=6), st.integers(0, 6), st.integers(0, 6))
def test_amounts_are_whole_numbers_and_back(
    parts: list[int | None], scale: int, start: int
) -> None:
    """Of every size, from every place of a column, with as few digits as each needs."""
    stated = [None if part is None else Decimal(part).scaleb(-scale, codes.EXACT) for part in parts]
    column = pa.array(stated, pa.decimal128(28, scale))[start:]
    there = codes.validity(column)
    assert there.tolist() == [part is not None for part in parts[start:]]
    whole = codes.whole_numbers(column)
    assert [int(part) for part in whole[there]] == [p for p in parts[start:] if p is not None]
    made = [*codes.amounts(whole, there, scale)]
    assert made == stated[start:]
    for number, part in zip(made, parts[start:], strict=True):
        if number is not None and part is not None:
            digits = -int(number.as_tuple().exponent)
            assert 0 <= digits <= scale
            assert digits == 0 or part % 10 ** (scale - digits + 1)


DAYS = st.one_of(st.none(), st.dates(dt.date(1960, 1, 1), dt.date(1980, 1, 1)))


@given(st.lists(DAYS, max_size=20), st.integers(0, 20))
def test_days_are_numbers(days: list[dt.date | None], start: int) -> None:
    """The missing ones are before all others, wherever the column begins in memory."""
    column = pa.array(days, pa.date32())[start:]
    rows = np.flatnonzero([at % 3 != 1 for at in range(len(column))])
    expected = [codes.NEVER if day is None else (day - dt.date(1970, 1, 1)).days for day in days]
    expected = [int(expected[start:][at]) for at in rows]
    assert codes.days_or_never(column, rows).tolist() == expected
    assert [day is not None for day in days[start:]] == codes.validity(column).tolist()


@given(st.lists(st.integers(0, 5), max_size=9), st.sampled_from([(2, 3), (1 << 20, 1 << 20)]))
def test_codes_are_numbered_in_their_order(found: list[int], sizes: tuple[int, int]) -> None:
    """Those that there are get the numbers from 0, few or many as there may be."""
    there, number = codes.numbered(np.array(found, dtype=np.int64), sizes)
    assert there.tolist() == sorted({*found})
    assert there[number].tolist() == found


@pytest.mark.parametrize("more", [0, 1])
def test_more_rows_than_codes_can_number_are_left_to_an_engine(
    more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row has a number of 32 bits."""
    table = pa.table(pt.load_seeds().movements())
    monkeypatch.setattr(codes, "MOST_ROWS", len(table) + more)
    assert (codes.table_of(frames.enter(table)) is None) is not bool(more)


ALWAYS = ("unit", "measure", "number", "since", "until", "event")
TOTALS = (*ALWAYS, "commitment", "bound", "end")
PERIODS = (*TOTALS, "on", "start", "announced", "horizon")
STATUS = (*ALWAYS, "commitment", "party", "on", "announced", "start", "end", "horizon", "source")


@pytest.mark.parametrize(
    ("needed", "function", "options"),
    [
        ((*TOTALS, "party", "horizon"), pt.totals, {"by": ["party", "due"]}),
        ((*TOTALS, *STATUS, "channel"), pt.totals, {"by": "status", "where": {"channel": None}}),
        ((*TOTALS, "tag_law", "source"), pt.totals, {"where": {"law": None, "source": None}}),
        ((*PERIODS, "recipient"), pt.totals, {"per": "year", "where": {"recipient": None}}),
        (STATUS, pt.status, {}),
        ((*STATUS, "recipient"), pt.status, {"where": {"recipient": None}, "columns": "target"}),
    ],
)
def test_the_columns_that_are_needed_and_no_others(
    needed: tuple[str, ...], function: Any, options: Any
) -> None:
    """By codes as by an engine, which refuses in the same words a frame that lacks one."""
    whole = pa.table(pt.load_seeds().movements())
    table = whole.select([*dict.fromkeys(needed)])
    expected = function(whole, as_of="2024-08-01", **options)
    pd.testing.assert_frame_equal(function(table, as_of="2024-08-01", **options), expected)
    for name in table.column_names:
        refusals = []
        for leave in (codes.table_of, lambda _: None):
            with (
                mock.patch.object(codes, "table_of", leave),
                pytest.raises(pt.PledgetrackError, match=name.removeprefix("tag_")) as caught,
            ):
                function(table.drop_columns([name]), as_of="2024-08-01", **options)
            refusals.append((type(caught.value), str(caught.value)))
        assert len({*refusals}) == 1


@given(st.lists(st.integers(0, 6)), st.booleans(), st.integers(1, 9), st.integers(1, 9),
       st.integers(0, 3))  # fmt: skip
@example(at=[0, 0, 1, 2, 2], is_sorted=True, rows=1, chunk=2, before=0)
def test_parts_share_no_word_and_lose_no_row(
    at: list[int], is_sorted: bool, rows: int, chunk: int, before: int
) -> None:
    """Words that come one after the other are parted between two; any others are one part."""
    found = pa.array(sorted(at) if is_sorted else at, pa.int32())
    column = pa.DictionaryArray.from_arrays(found, pa.array([*"abcdefg"]))
    table = pa.table({"name": column, "row": range(len(at))}).slice(min(before, len(at)))
    with mock.patch.object(codes, "CHUNK", chunk):
        parts = codes.apart(table, "name", rows)
    assert pa.concat_tables(parts).equals(table)
    words = [{*part["name"].to_pylist()} for part in parts]
    assert sum(map(len, words)) == len(set().union(*words))
    told = table["name"].to_pylist()
    if told == sorted(told):
        # A part ends with the first word that makes it large enough.
        assert all(len(part) >= rows for part in parts[:-1])
        for part in filter(len, parts):
            names = part["name"].to_pylist()
            assert len(names) - names.count(names[-1]) < rows
    else:
        assert len(parts) == 1


@given(st.lists(st.integers(-1, 2)))
def test_words_are_taken_in_order_and_in_parts(at: list[int]) -> None:
    """However many threads take them."""
    words = pa.array(["a", "b", "c"])
    wanted = [words[one].as_py() if one >= 0 else None for one in at]
    for first in (0, fast.FROM):
        with mock.patch.object(fast, "FROM", first):
            made = codes.taken(words, np.array(at, dtype=np.int64))
        assert made.type == words.type
        assert made.to_pylist() == wanted


@given(st.lists(st.text(max_size=2)))
def test_ranks_are_places_in_order(words: list[str]) -> None:
    """Of words that are all different."""
    words = [*dict.fromkeys(words)]
    column = pa.array(words, pa.string())
    # By their bytes, as files sort them.
    order = sorted(words, key=str.encode)
    assert codes.ranks(column).tolist() == [order.index(word) for word in words]
    assert codes.are_sorted(column) == (order == words)


@pytest.mark.parametrize(
    ("order", "parts"),
    [([0, 0, 1, 1, 2, 2], 3), ([0, 2, 1, 3, 3, 3], 1), ([0, 1, 2, 3, 4, 3], 1),
     ([3, 0, 1, 2, 4, 5], 1), ([0, 0, 0, 0, 0, 0], 1), ([0, 1, 1, 1, 1, 2], 2)],
)  # fmt: skip
@pytest.mark.parametrize("chunk", [1, 2, 6])
def test_rows_are_set_apart_only_where_each_word_stays_in_one_part(
    order: list[int], parts: int, chunk: int
) -> None:
    """Wherever the words go back, within a chunk or from one to the next, it is one part."""
    words = pa.DictionaryArray.from_arrays(pa.array(order, pa.int32()), [*"abcdef"])
    table = pa.table({"commitment": words})
    with mock.patch.object(codes, "CHUNK", chunk):
        made = codes.apart(table, "commitment", 2)
    assert len(made) == parts
    assert [word for part in made for word in part["commitment"].to_pylist()] == words.to_pylist()
    seen = [{*part["commitment"].to_pylist()} for part in made]
    assert sum(map(len, seen)) == len({*words.to_pylist()})

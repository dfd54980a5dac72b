"""Arrow tables of movements from elsewhere: made uniform, or refused before anything is computed.

Arrow itself checks neither that a code stands for a word nor that a day is one of a calendar, and
what is computed from such a table is wrong, or ends the process.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from weakref import WeakValueDictionary

import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack import fast
from pledgetrack.errors import FrameError
from pledgetrack.movements import AMOUNTS, CITATION, SCHEMA
from pledgetrack.scan import codes_are_words, place_of

_EPOCH = dt.date(1970, 1, 1).toordinal()
_FIRST, _LAST = (day.toordinal() - _EPOCH for day in (dt.date.min, dt.date.max))
_DIGITS = 38
_KNOWN: WeakValueDictionary[int, pa.Table] = WeakValueDictionary()
"""Tables that were found sound, by where they are: a table does not change."""


def uniform(table: pa.Table) -> pa.Table:
    """The table with columns of the types that movements have, and one dictionary for each key.

    Columns of nothing have a type then, and decimals 128 bits. Raises ``FrameError`` where a column
    is there twice or of another kind, where a code stands for no word, and for days that are in no
    year from 1 to 9999.

    >>> uniform(pa.table({"party": ["Mexico"], "until": [None]})).schema.field("until").type
    DataType(date32[day])
    """
    if _KNOWN.get(id(table)) is table:
        return table
    twice = [name for name, count in Counter(table.column_names).items() if count > 1]
    if twice:
        raise FrameError(f"the frame has the column {twice[0]!r} twice", columns=tuple(twice))
    named = [*zip(table.column_names, table.columns, strict=True)]
    made = fast.each(_uniform, named, in_threads=table.num_rows >= fast.FROM)
    for at, ((name, column), one) in enumerate(zip(named, made, strict=True)):
        if one is not column:
            table = table.set_column(at, name, one)
    _KNOWN[id(table)] = table
    return table


def unified(table: pa.Table) -> pa.Table:
    """The table with one dictionary a column."""
    for at, column in enumerate(table.itercolumns()):
        if pa.types.is_dictionary(column.type):
            made = _with_one_dictionary(column)
            if made is not column:
                table = table.set_column(at, table.column_names[at], made)
    return table


def _uniform(named: tuple[str, pa.ChunkedArray]) -> pa.ChunkedArray:
    name, column = named
    kind = column.type
    is_coded = pa.types.is_dictionary(kind)
    wanted = _wanted(name)
    if pa.types.is_null(kind.value_type if is_coded else kind):
        return pa.chunked_array([pa.nulls(len(column), wanted or pa.string())])
    if is_coded:
        _check_codes(name, column)
        if any(chunk.dictionary.null_count for chunk in column.chunks):
            column = column.cast(kind.value_type)
    if wanted is None:
        return column
    if pa.types.is_decimal(wanted):
        return _numbers(name, column)
    if pa.types.is_date(wanted):
        _check_days(name, column)
        return column
    column = _words(name, column)
    return _with_one_dictionary(column) if pa.types.is_dictionary(column.type) else column


def _wanted(name: str) -> pa.DataType | None:
    """The type that a column of this name has in movements; None for columns of other people."""
    if name in SCHEMA.names:
        return SCHEMA.field(name).type
    if name.removeprefix("stated_") in AMOUNTS:
        return SCHEMA.field("number").type
    return pa.string() if name.startswith("tag_") or name in (CITATION, "stated_unit") else None


def _refused(name: str, column: pa.ChunkedArray, what: str) -> FrameError:
    return FrameError(f"column {name!r} holds {column.type}, not {what}", columns=(name,))


def _check_codes(name: str, column: pa.ChunkedArray) -> None:
    for chunk in column.chunks:
        if not codes_are_words(chunk):
            raise FrameError(f"column {name!r} has codes that stand for no word", columns=(name,))


def _words(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if _is_text(kind):
        try:
            known = None
            for chunk in column.chunks:
                some = chunk.dictionary if pa.types.is_dictionary(column.type) else chunk
                if known is None or place_of(known) != place_of(some):
                    some.validate(full=True)
                    known = some
        except pa.ArrowInvalid:
            raise FrameError(
                f"column {name!r} holds text that is no UTF-8", columns=(name,)
            ) from None
        return column
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return column.cast(kind).cast(pa.string())
    if name.startswith("tag_") and pa.types.is_floating(kind):
        return column  # nobody has to ask by it, and each engine says numbers in its way
    raise _refused(name, column, "text")


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _check_days(name: str, column: pa.ChunkedArray) -> None:
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        raise _refused(name, column, "dates; cast it to dates")
    if not pa.types.is_date(kind) and not pa.types.is_timestamp(kind):
        return  # refused by its name, as on every engine
    ends = pc.min_max(column)
    for end in (ends["min"], ends["max"]):
        if end.is_valid and not _FIRST <= end.cast(pa.date32()).value <= _LAST:
            raise FrameError(
                f"column {name!r} has days that are in no year from 1 to 9999", columns=(name,)
            )


def _numbers(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if not pa.types.is_decimal(kind) or pa.types.is_decimal128(kind):
        return column
    try:
        return column.cast(pa.decimal128(_DIGITS, kind.scale))
    except (pa.ArrowInvalid, ValueError):
        raise FrameError(
            f"column {name!r} holds numbers of more than {_DIGITS} digits", columns=(name,)
        ) from None


def _with_one_dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    words = [chunk.dictionary for chunk in column.chunks]
    if len({place_of(some) for some in words}) < 2:
        return column
    # Where the pieces repeat each other's words, encoding every row again is less work.
    if not 0 < len(column) < sum(map(len, words[1:])):
        return column.unify_dictionaries()
    pieces = column.cast(column.type.value_type).dictionary_encode().chunks
    indices = pa.concat_arrays([piece.indices for piece in pieces])
    one = pa.DictionaryArray.from_arrays(indices, pieces[0].dictionary)
    return pa.chunked_array([one.cast(column.type)])

"""Mutants that no test can notice, by name, each with the reason."""

from __future__ import annotations

_ALIKE = "both lists are slices of one length, so there is nothing for strict to refuse"
_SHORT_CUT = "a short cut: what is an end of itself, or has one price, comes to the same by either"

EQUIVALENT: dict[str, str] = {
    "calendar.py as_month: 9999 -> 10000 in if not (1 <= year <= 9999 and 1 <= month <= 12):": (
        "the year has four digits, so none is 10000"
    ),
    "passing.py Passing.settle: [place.member] if pledges == place.pledges else "
    "place.member.tree() -> place.member.tree()": (
        "a short cut: whose wholes pledge as before passes on what it did, which makes no row"
    ),
    "families.py Family._settle: 1 -> 2 in "
    "heapq.heappush(ahead, (depth + 1, part.rank, id(part)))": (
        "all that is above what was touched is touched too, and comes before it by its own depth; "
        "below a part that is put here for the first time nothing is"
    ),
    "status.py status: 'party' -> 'XXparty' in "
    '"party": frames.key_label("party", key["party"]),': (
        "labels of all keys that are no years are made alike"
    ),
    "judging.py Judging._add: _FIRST if self.is_compared else np.uint8(0) -> _FIRST": (
        "what was promised first is shown only where it is asked for"
    ),
    "judging.py Judging._add: 0 -> 1 in "
    "bits = (_STANDS, _ARRIVES, _FIRST if self.is_compared else np.uint8(0))": (
        "what is added up in the place of what was promised first is not shown"
    ),
    "codes.py _years: 1 -> 2 in "
    "labels = [str(year) for year in range(int(years[0]), int(years[-1]) + 1)]": (
        "a label more, of a year that no row has"
    ),
    "cell_rows.py CellRows.in_order: True -> False in "
    "for (name, head), code in zip(self.heads.items(), codes_, strict=True):": _ALIKE,
    "codes.py apart: True -> False in "
    "return [table.slice(low, high - low) for low, high in zip(cuts, ends, strict=True)]": _ALIKE,
    "judging.py Judging._facts: -1 -> 1": (
        "a table whose rows miss a commitment or a unit is left to an engine"
    ),
    "judging.py Judging._add: True -> False in "
    "for rows, tally in zip((stands, arrives, by_end, first), self.tallies, strict=True):": _ALIKE,
    "judged.py Table._reports: 0 -> 1 in return tuple(codes.joined("
    "[(none, none, none, none, none > 0), *self._reported_rows()]))": "of no rows none is above",
    "cell_rows.py CellRows.of: np.prod([len(head.labels) for head in heads.values()], "
    "dtype=object) >= _MOST_NUMBERS -> np.prod([len(head.labels) for head in heads.values()], "
    "dtype=object) > _MOST_NUMBERS": (
        "that many cells have numbers of 62 bits, which are read by codes as by an engine"
    ),
    "quantity.py Quantity.ends: self.number < 0 -> self.number <= 0": (
        "a number of 0 has been answered above"
    ),
    "balances.py order: '' -> 'XX' in repr(event.horizon or \"\"),": (
        "either is in quotes, and a quote comes before the name of a record"
    ),
    "quantity.py share: tidy(made) if str(made).endswith('0') else made -> tidy(made)": (
        "a short cut: what ends in no zero is tidy"
    ),
    "exchange.py _Money._converted: name == 'number' or len(set(prices)) == 1 -> "
    "name == 'number' and len(set(prices)) == 1": _SHORT_CUT,
    "exchange.py _Money._converted: name == 'number' or len(set(prices)) == 1 -> "
    "len(set(prices)) == 1": _SHORT_CUT,
    "exchange.py _Money._changes: True -> False in "
    "for at, price in zip(range(*self.streams[nth]), prices, strict=True):": _ALIKE,
    "exchange.py _Money.__init__: True -> False in "
    "self.days = list(zip(since[order].tolist(), day[order].tolist(), strict=True))": _ALIKE,
    "exchange.py _Money.__init__: 1 -> 2 in "
    "edges = np.flatnonzero(np.diff(stream[order], prepend=-1)).tolist()": (
        "streams are numbered from 0, so -2 before the first differs from it as -1 does"
    ),
    "codes.py apart: table.num_rows <= rows or table.column(name).null_count -> "
    "table.num_rows <= rows and table.column(name).null_count": (
        "a short cut: few rows are one part, and rows without a name come in no order or first, "
        "where they have none in common with others"
    ),
    "codes.py validity: 7 -> 8 in bits = np.frombuffer(buffer, dtype=np.uint8)"
    "[first : first + (bit + len(column) + 7) // 8]": "a byte more, whose bits are not counted",
    "adding.py _Part: True -> False in is_exact: bool = True": (
        "what is not known to be exact is added again with whole numbers of any size, to the same"
    ),
    "quotes.py _common: '' -> 'XX' in return \"\"": "a table without rates has been noted as one",
    "worth.py worth_of_days: abs(change) > abs(balance) -> abs(change) >= abs(balance)": (
        "of all that is there the average is what it is worth, by either"
    ),
    "exchange.py _Rows.__init__: 1 -> 2 in self.family = units * (len(known) + 1) + whose": (
        "families have numbers of their own with any factor that is large enough"
    ),
    "tally.py added: sum((abs(int(end)) for end in ends)) >= SAFE -> "
    "sum((abs(int(end)) for end in ends)) > SAFE": "SAFE itself does not wrap either",
    "calendar.py _rounded: 51 -> 52 in if not is_array or twice.max(initial=0) >= 1 << 51:": (
        "no window has so many days: that of the years 1 to 9999 stays below 2**45"
    ),
    "calendar.py _rounded: 0 -> 1 in if not is_array or twice.max(initial=0) >= 1 << 51:": (
        "either is below what it is held against"
    ),
    "calendar.py _rounded: isinstance(twice, np.ndarray) and twice.dtype != object -> "
    "isinstance(twice, np.ndarray)": "a short cut: small numbers come to the same by either",
    "calendar.py numbers_of: last - first -> last + first": (
        "a short cut: each day has its number, looked up or counted"
    ),
    "spreading.py _Cells.frame: '' -> 'XX' in heads[\"period\"] = _ranked(Key(\"\", "
    '[*said_, *self.labels]), "period", period)': "of this key only the labels are asked",
    "period_cells.py _Spreading.spread: 1 -> 2 in for start in range(first, last + 1, together):": (
        "a last round of no periods asks for nothing"
    ),
    "calendar.py _rounded: twice.max(initial=0) >= 1 << 51 -> twice.max(initial=0) > 1 << 51": (
        "a double holds 2**51 and a half, too"
    ),
    "calendar.py module: 'open' -> 'XXopen' in "
    'Class = Literal["short", "medium", "long", "open", "not stated"]': (
        "it names a type, which nothing reads when it runs"
    ),
    "judging.py Judging.is_exact: return all((tally.is_exact for tally in self.tallies)) -> "
    "return None": "a short cut: Python's own whole numbers add up to the same",
    "spreading.py _Spreading._loosen_deliveries: 32 -> 33 in "
    "facts = place[mine] << 32 | on[mine].astype(np.int64) + (1 << 31)": (
        "each place and day has a number of its own by either"
    ),
    "codes.py coded: if not pa.types.is_dictionary(kind): -> "
    "if not not pa.types.is_dictionary(kind):": "codes are made of text and of codes alike",
    "codes.py bits: buffer is None -> buffer is not None": (
        "a short cut: the bits of a column are those that it is packed into"
    ),
    "exchange.py _Rows.__init__: self.first >= 0 -> self.first > 0": "no day has the number 0",
    "rates.py Rates.fixed: code is not None and value is not None -> code is not None": (
        "a rate that cannot be read is refused below, whatever is noted of it here"
    ),
    "judged.py Table._party: 'party' -> 'XXparty' in "
    'words = [frames.key_label("party", word) for word in codes.words(found, "party")]': (
        "labels of all keys that are no years are made alike"
    ),
    "exchange.py module: 10 -> 11 in _NO_DAY = -(10**7)": "a day before all others by either",
}

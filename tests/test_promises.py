"""Lists of promises and their ratings: every file, every word, every count."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack.formats.ratings import WORDS, Ratings, fold_rating
from pledgetrack.strategies import NAMES

CALLER: dict[str, Any] = {"party": "A. Mayor", "announced": "2022-05-01", "rated": "2024-05-01"}
PROMISE = {"title": "Build a bridge", "status": "Achieved", "category": "Roads"}


def as_json(*promises: Any, **beside: Any) -> io.BytesIO:
    """A list in JSON."""
    return io.BytesIO(json.dumps({"promises": promises, **beside}).encode())


def as_csv(text: str) -> io.BytesIO:
    """A list in CSV."""
    made = io.BytesIO(text.encode())
    made.name = "list.csv"
    return made


def read(source: Any, **fields: Any) -> pt.Ledger:
    """The ledger of a list, with what the caller states."""
    return pt.read_promises(source, **{**CALLER, **fields})


def kept(source: Any, **fields: Any) -> pt.Ledger:
    """The same, with the rejects beside it."""
    return read(source, on_reject="keep", **fields)


def account(ledger: pt.Ledger) -> list[tuple[str, str | None]]:
    """Outcome and reason of each record."""
    found = ledger.account
    return [
        (outcome, reason if isinstance(reason, str) else None)
        for outcome, reason in zip(found["outcome"], found["reason"], strict=True)
    ]


# --- promises -------------------------------------------------------------------------------------


def test_a_promise_is_an_action_with_its_rating_on_a_day() -> None:
    """Text, category and word of the list are kept; the outcome is an event."""
    said = {
        **PROMISE, "description": "Over the river", "tags": ["b", "a"], "status_info": "Opened",
        "sources": ["https://example.org/1", {"title": "x", "url": "https://example.org/2"}],
    }  # fmt: skip
    ledger = read(as_json(said, title="Promises of A. Mayor"))
    found = ledger["build-a-bridge"]
    assert (found.title, found.note, found.stage, found.targets) == (
        "Build a bridge", "Over the river", "pledged", (),
    )  # fmt: skip
    assert found.tags == {"category": "Roads", "rating": "Achieved", "tags": "a + b"}
    assert found.announced_basis == "stated by the caller"
    assert [c.source for c in found.citations] == [
        "the open file", "https://example.org/1", "https://example.org/2",
    ]  # fmt: skip
    assert found.citations[0].place == "line 1, promises/0"
    (event,) = ledger.events
    assert (event.kind, event.outcome, str(event.on)) == ("rated", "kept", "2024-05-01")
    assert event.note == "Opened"
    assert ledger.sources[0].id == "https://example.org/1"
    assert ledger.sources[-1].title == "Promises of A. Mayor"


def test_words_of_progress_are_no_outcomes() -> None:
    """A promise in progress is unrated, and a stalled one is suspended."""
    words = ["Not started", "In the Works", "Stalled", "Kept", ""]
    ledger = read(as_json(*({"title": f"p{at}", "status": word} for at, word in enumerate(words))))
    assert [(e.commitment, e.kind, e.outcome) for e in ledger.events] == [
        ("p2", "suspended", None), ("p3", "rated", "kept"),
    ]  # fmt: skip
    assert ledger["p1"].tags == {"rating": "In the Works"}
    assert ledger["p4"].tags == {}
    status = dict(ledger.status(as_of="2025-01-01")[["commitment", "status"]].to_numpy())
    assert (status["p1"], status["p2"]) == ("nothing reported", "stalled")


def test_an_unknown_word_is_refused_by_name() -> None:
    """Until the caller says what it means."""
    rows = [{"title": "p", "status": "Sort of"}, PROMISE]
    ledger = kept(as_json(*rows))
    assert account(ledger)[0][0] == "rejected"
    assert (
        "the rating 'Sort of' is not known; pass ratings={'Sort of': ...}" in account(ledger)[0][1]
    )
    with pytest.raises(pt.InvalidLedgerError, match="Sort of"):
        read(as_json(*rows))
    assert len(read(as_json(*rows), ratings={"sort of": "compromise"})) == 2
    with pytest.raises(pt.UnknownNameError, match="'kept'"):
        read(as_json(*rows), ratings={"sort of": "half kept"})
    with pytest.raises(pt.TableError, match="is no table"):
        read(as_json(*rows), ratings="kept")


def test_each_word_has_one_meaning() -> None:
    """No word is in two lists, in any spelling."""
    folded = [(fold_rating(word), meaning) for meaning, words in WORDS.items() for word in words]
    assert len({word for word, _ in folded}) == len(folded)
    known = Ratings()
    assert {known.meaning(f"Promise {word}") for word in WORDS["kept"]} == {"kept"}
    assert known.meaning("NOT_STARTED") == "not rated"
    assert known.meaning("promise") is None


def test_what_the_list_lacks_is_asked_for_at_once() -> None:
    """Who, when, and the day of the ratings, which nothing can tell."""
    with pytest.raises(pt.TableError) as caught:
        pt.read_promises(as_json(PROMISE))
    assert caught.value.choices == ("party", "announced", "rated")
    assert "does not say who promised, nor when it was promised, nor when it was rated" in str(
        caught.value
    )
    unrated = as_json({"title": "p", "status": "In progress"})
    assert len(pt.read_promises(unrated, party="A", announced="2022-05")) == 1
    with pytest.raises(pt.DayError, match="is no day"):
        read(as_json(PROMISE), rated="last year")


def test_a_list_without_a_known_column_of_ratings_says_so() -> None:
    """Ratings under an unknown title are not missed in silence; under a known one they count."""
    ledger = read(as_csv("Promise,How it went\nBuild a bridge,Kept\n"))
    assert not ledger.events
    assert "no column of ratings" in ledger.account.attrs["unrated"]
    rated = read(as_csv("Promise,Fulfilment\nBuild a bridge,Fully fulfilled\n"))
    assert [event.outcome for event in rated.events] == ["kept"]
    assert "unrated" not in rated.account.attrs


def test_a_party_that_is_no_name_is_refused() -> None:
    """A number has no name, and the refusal is in the tree of errors."""
    with pytest.raises(pt.TableError, match="party=5 is no name"):
        read(as_json(PROMISE), party=5)


def test_columns_state_what_the_caller_need_not() -> None:
    """A cell goes before what the caller states; blank cells take that."""
    text = (
        "ID,Promise,Party,Date Promised,Status,Last Updated,Deadline,Era,Department\n"
        "1,Roads,B. Mayor,2020-01-02,Kept,2021-03-04,2022-12-31,First,Works; Money\n"
        "2,Schools,,,Broken,,,,\n"
    )
    ledger = read(as_csv(text))
    one, two = ledger["1"], ledger["2"]
    assert (one.parties, str(one.announced), one.announced_basis) == (
        ("B. Mayor",), "2020-01-02", None,
    )  # fmt: skip
    assert (two.parties, str(two.announced)) == (("A. Mayor",), "2022-05-01")
    assert one.horizon == pt.Horizon(end="2022-12-31")
    assert (one.channels, one.tags["era"]) == (("Money", "Works"), "First")
    assert [str(event.on) for event in ledger.events] == ["2021-03-04", "2024-05-01"]
    assert one.citations[0].place == "line 2"


def test_a_mapping_names_the_columns_of_any_table(tmp_path: Path) -> None:
    """As for tables of money: columns, constants, options; in a dictionary or a TOML file."""
    text = "About;Was;Wann\nStraßen;gehalten;03.04.2020\nSchulen;gebrochen;25.04.2020\n"
    mapping = {
        "columns": {
            "title": "About", "rated": "Wann",
            "rating": {"column": "Was", "lookup": {"gehalten": "kept", "gebrochen": "broken"}},
        },
        "constants": {"party": "C", "announced": "2019-01-01", "tags": {"era": "I"}},
        "source": {"title": "Die Liste"},
    }  # fmt: skip
    ledger = pt.read_promises(as_csv(text), mapping)
    assert [(str(e.on), e.outcome) for e in ledger.events] == [
        ("2020-04-25", "broken"), ("2020-04-03", "kept"),
    ]  # fmt: skip
    assert ledger["strassen"].tags == {"era": "I", "rating": "kept"}
    assert ledger.sources[0].title == "Die Liste"
    (tmp_path / "m.toml").write_text(
        '[columns]\ntitle = "About"\nrated = "Wann"\n[columns.rating]\ncolumn = "Was"\n'
        'lookup = { gehalten = "kept", gebrochen = "broken" }\n'
        '[constants]\nparty = "C"\nannounced = "2019-01-01"\ntags = { era = "I" }\n'
        '[source]\ntitle = "Die Liste"\n',
        encoding="utf-8",
    )
    assert pt.read_promises(as_csv(text), tmp_path / "m.toml") == ledger


@pytest.mark.parametrize(
    ("mapping", "error"),
    [
        ({"columns": {"titel": "About"}}, pt.UnknownNameError),
        ({"colums": {}}, pt.UnknownNameError),
        ({"columns": {"title": "Nowhere"}}, pt.TableError),
        ({"columns": "About"}, pt.TableError),
        ({"columns": {"tags": "About"}}, pt.TableError),
        ({"columns": {"title": "About"}, "constants": {"title": "x"}}, pt.TableError),
        ("no-such-file.toml", pt.FileFormatError),
        (7, pt.TableError),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(mapping: Any, error: type[Exception]) -> None:
    """By name, before any row is read."""
    with pytest.raises(error):
        read(as_csv("About,Status\nRoads,Kept\n"), mapping=mapping)


def test_a_table_without_a_known_title_says_which_it_has() -> None:
    """And how to name the column."""
    with pytest.raises(pt.TableError, match=r"columns: 'About', 'When'.*'title'"):
        read(as_csv("About,When\nRoads,2020\n"))


@pytest.mark.parametrize("engine", [pd.DataFrame, pl.DataFrame])
def test_a_frame_is_a_list(engine: Any) -> None:
    """Of any engine."""
    ledger = read(engine({"Promise": ["Roads", "Schools"], "Status": ["Kept", None]}))
    assert [(c.id, c.tags.get("rating")) for c in ledger] == [("roads", "Kept"), ("schools", None)]


# --- once and only once ---------------------------------------------------------------------------


def test_a_promise_that_is_rated_again_is_one_promise() -> None:
    """A row for each rating, on its day; the last one is that of the tag."""
    text = (
        "id,promise,status,rated on\n"
        "1,Roads,In progress,2022-06-01\n"
        "1,Roads,Stalled,2023-01-01\n"
        "1,Roads,Kept,2024-01-01\n"
        "1,Roads,Stalled,2023-01-01\n"
    )
    ledger = read(as_csv(text))
    assert len(ledger) == 1
    assert ledger["1"].tags["rating"] == "Kept"
    assert [event.kind for event in ledger.events] == ["suspended", "resumed", "rated"]
    assert account(ledger)[3] == ("set aside", "the same promise again")
    assert pt.outcomes(ledger, as_of="2023-06-01")["kept"][0] == 0
    assert pt.outcomes(ledger, as_of="2024-06-01")["kept"][0] == 1


def test_one_id_for_two_promises_is_rejected() -> None:
    """Without ids, one text that comes twice is two promises of the list."""
    ledger = kept(as_csv("id,promise,status\n1,Roads,Kept\n1,Schools,Kept\n"))
    assert account(ledger)[1][0] == "rejected"
    assert "repeats the id '1'" in account(ledger)[1][1]
    text = "id,promise,status,rated on\n1,Roads,Kept,2024-01-01\n1,Roads,Broken,2024-01-01\n"
    ledger = kept(as_csv(text))
    assert account(ledger)[1] == (
        "rejected", "repeats the id '1', with another text, or not rated on another day",
    )  # fmt: skip
    ledger = kept(as_csv("promise,status\nRoads,Kept\nRoads,Broken\nRoads,Kept\n"))
    assert [(c.id, c.tags["rating"]) for c in ledger] == [("roads", "Kept"), ("roads-2", "Broken")]
    assert account(ledger)[2] == ("set aside", "the same promise again")


def test_a_row_that_says_no_promise_is_told() -> None:
    """Rows without a text, cells beyond the last column, days that are none."""
    text = (
        "promise,status,rated on\n"
        ",Kept,2024-01-01\n"
        "Roads,Kept,2024-01-01,more\n"
        "Schools,Kept,soon\n"
        "Parks,Kept,2020-01-01\n"
    )
    ledger = kept(as_csv(text))
    assert len(ledger) == 0
    assert [outcome for outcome, _ in account(ledger)] == ["rejected"] * 4
    assert "there is no text of the promise" in account(ledger)[0][1]
    assert "beyond its last column" in account(ledger)[1][1]
    assert "column 'rated on': 'soon' is no day" in account(ledger)[2][1]
    assert "before the announcement" in account(ledger)[3][1]


# --- files ----------------------------------------------------------------------------------------

YAML = """
# a list
statuses:
    Achieved: {color: green}
common: &common
    category: Roads
promises:
    -
        title: 'Build a bridge'
        status: Achieved
        <<: *common
    - title: No
      status: Broken
      id: 1.10
"""


def test_yaml_is_read_as_it_is_written() -> None:
    """Anchors are followed; "No" is no truth value and 1.10 no number."""
    made = io.BytesIO(YAML.encode())
    made.name = "list.yaml"
    ledger = read(made)
    assert ledger["build-a-bridge"].tags == {"category": "Roads", "rating": "Achieved"}
    assert ledger["1.10"].title == "No"
    assert ledger["1.10"].citations[0].place == "line 12, promises/1"
    assert read(io.BytesIO(YAML.encode())).commitments[0].title == "No"


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("promises: !!python/object/apply:os.system ['true']", "is no data"),
        ("promises:\n - title: !!python/name:os.system x", "is no data"),
        (BOMB, "far more values than it lists"),
        (BOMB.replace("[", "{<<: [").replace("]\n", "]}\n"), "far more values than it lists"),
        ("a: &a [*a]", "an anchor holds itself"),
        ("promises: " + "[" * 100 + "]" * 100, "nested too deeply"),
        ("promises: " + "[" * 100_000, "depth"),
        ("promises:\n - title: a\n   title: b", "'title' is given twice"),
        ("promises: [a", "is no valid YAML"),
        ("just text", "holds no list of promises"),
        ("a: 1", "holds no list 'promises'"),
        ("a: 1\n---\nb: 2", "is no valid YAML"),
        ("", "is empty"),
        ("promises: \x01", "is no valid YAML"),
        ("? [a]\n: b", "a key is no text"),
    ],
)
def test_yaml_that_is_more_than_data_is_refused(text: str, why: str) -> None:
    """No objects of Python, no bombs of anchors, no nests."""
    made = io.BytesIO(text.encode())
    made.name = "list.yml"
    with pytest.raises(pt.FileFormatError, match=why):
        read(made)


def test_without_pyyaml_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """And lists in other formats are read."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    made = io.BytesIO(YAML.encode())
    made.name = "list.yaml"
    with pytest.raises(pt.MissingExtraError) as caught:
        read(made)
    assert caught.value.extra == "yaml"
    assert len(read(as_json(PROMISE))) == 1


def test_json_of_other_shapes_is_read_or_refused() -> None:
    """A list at the top, a list of another name, or none that is clear."""
    one = json.dumps(PROMISE)
    for text in (f"[{one}]", f'{{"data": [{one}], "n": 1}}', f'{{"pledges": [{one}]}}'):
        assert len(read(io.BytesIO(text.encode()))) == 1
    for text in (f'{{"a": [{one}], "b": [{one}]}}', "{}", '{"promises": 3}'):
        with pytest.raises(pt.FileFormatError, match="no list 'promises'"):
            read(io.BytesIO(text.encode()))
    ledger = kept(io.BytesIO(f'[{one}, 3, {{"title": "x", "title": "y"}}]'.encode()))
    assert [outcome for outcome, _ in account(ledger)] == ["counted", "rejected", "rejected"]


def test_text_of_another_encoding_is_told() -> None:
    """The source says how it was read."""
    made = io.BytesIO("Promise,Status\nÉcoles,Kept\n".encode("cp1252"))
    made.name = "list.csv"
    ledger = read(made)
    assert ledger.commitments[0].title == "Écoles"
    assert "Windows-1252" in ledger.sources[0].note


def test_a_folder_and_gzip_are_read(tmp_path: Path) -> None:
    """All lists of a folder make one ledger."""
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(as_json(PROMISE).read()))
    (tmp_path / "b.yaml").write_text("- title: Schools\n  status: Broken\n", encoding="utf-8")
    ledger = read(tmp_path)
    assert [c.id for c in ledger] == ["build-a-bridge", "schools"]
    assert [c.citations[0].source for c in ledger] == ["a.json.gz", "b.yaml"]


# --- properties -----------------------------------------------------------------------------------

SOME_WORDS = [(word, meaning) for meaning, words in WORDS.items() for word in words]


@st.composite
def lists(draw: Any) -> list[dict[str, Any]]:
    """Lists of promises, each with an id, some rated with known words and some with others."""
    made = []
    for number in range(draw(st.integers(0, 8))):
        word, meaning = draw(
            st.sampled_from([*SOME_WORDS, (None, None), ("perhaps", "?")])
            | st.sampled_from([("Kept", "kept"), ("Broken", "broken"), ("Replaced", "superseded")])
        )
        row = {
            "id": f"p{number}", "title": f"Promise {number}",
            "party": draw(st.sampled_from(NAMES)), "status": word,
            "era": draw(st.sampled_from(("I", "II", None))),
            "superseded": draw(st.sampled_from((None, None, "no", "yes", "p0"))),
            "meaning": meaning,
        }  # fmt: skip
        made.append(row)
    return made


def shown(rows: list[dict[str, Any]], form: str) -> io.BytesIO:
    """A list in one of its formats, without what the test knows of it."""
    plain = [{k: v for k, v in row.items() if k != "meaning" and v is not None} for row in rows]
    if form == "json":
        return as_json(*plain)
    if form == "yaml":
        made = io.BytesIO(
            "".join(
                "- " + "\n  ".join(f"{k}: {json.dumps(v)}" for k, v in row.items()) + "\n"
                for row in plain
            ).encode() or b"[]"
        )  # fmt: skip
        made.name = "list.yaml"
        return made
    return as_csv(pd.DataFrame(plain, columns=[k for k in rows[0] if k != "meaning"] if rows else
                               ["title"]).to_csv(index=False))  # fmt: skip


@given(lists(), st.sampled_from(["json", "yaml", "csv"]), st.randoms(use_true_random=False))
def test_counts_are_those_of_the_list_in_any_format_and_order(
    rows: list[dict[str, Any]], form: str, random: Any
) -> None:
    """Every record is counted or rejected, and outcomes are what plain counting gives."""
    rows = random.sample(rows, len(rows))
    ledger = kept(shown(rows, form))
    good = [row for row in rows if row["meaning"] != "?"]
    assert Counter(outcome for outcome, _ in account(ledger)) == Counter(
        "rejected" if row["meaning"] == "?" else "counted" for row in rows
    )
    assert Counter(c.tags.get("rating") for c in ledger) == Counter(row["status"] for row in good)
    for way in ("leave out", "count"):
        for of in ("promises", "rated"):
            table = pt.outcomes(
                ledger, by=["party", "era"] if "era" in ledger_tags(ledger) else "party",
                superseded=way, of=of, as_of="2025-01-01",
            )  # fmt: skip
            assert found(table) == oracle(good, list(table.columns[:2]), way, of)


def ledger_tags(ledger: pt.Ledger) -> set[str]:
    """The tags that a promise of the ledger has."""
    return {name for commitment in ledger for name in commitment.tags}


def found(table: pd.DataFrame) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """A table of outcomes by its labels."""
    keys = [name for name in ("party", "era") if name in table]
    numbers = ["promises", "rated", "kept", "broken", "superseded"]
    return {
        tuple(row[key] for key in keys): (
            *(row[name] for name in numbers),
            None if row["share_kept"] is None else round(row["share_kept"], 12),
        )
        for row in table.to_dict("records")
    }


def oracle(
    rows: list[dict[str, Any]], keys: list[str], way: str, of: str
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """The same by plain counting."""
    from decimal import Decimal

    keys = [key for key in ("party", "era") if key in keys]
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] or "not stated" for key in keys), []).append(row)
    made = {}
    for labels, group in groups.items():
        gone = [
            row for row in group
            if row["superseded"] in ("yes", "p0") or row["meaning"] == "superseded"
        ]  # fmt: skip
        left = group if way == "count" else [row for row in group if row not in gone]
        outcomes = [row["meaning"] for row in left]
        rated = sum(m in ("kept", "compromise", "broken", "uncheckable") for m in outcomes)
        whole = len(left) if of == "promises" else rated
        share = round(Decimal(outcomes.count("kept")) / whole, 12) if rated else None
        made[labels] = (
            len(left), rated, outcomes.count("kept"), outcomes.count("broken"), len(gone), share,
        )  # fmt: skip
    return made


# --- the shared files -----------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_a_published_list_gives_its_own_counts(data: Path, suffix: str) -> None:
    """174 promises: 84 not started, 43 broken, 21 achieved, 18 in progress, 8 compromised."""
    ledger = pt.read_promises(
        data / f"promises/data.{suffix}",
        party="Donald Trump", announced="2016-11-08", rated="2018-01-20",
    )  # fmt: skip
    assert len(ledger.account) == len(ledger) == 174
    assert Counter(c.tags["rating"] for c in ledger) == {
        "Not started": 84, "Broken": 43, "Achieved": 21, "In progress": 18, "Compromised": 8,
    }  # fmt: skip
    row = pt.outcomes(ledger, by="party", as_of="2018-01-20").iloc[0]
    assert tuple(row[["promises", "rated", "kept", "compromise", "broken"]]) == (174, 72, 21, 8, 43)
    assert round(row["share_kept"] * 174, 20) == 21


def test_a_list_without_ratings_is_read_by_its_titles(data: Path) -> None:
    """760 commitments of a government, each with the minister who leads."""
    ledger = pt.read_promises(
        data / "promises/buildcanada-2021-mandate-commitments.csv",
        party="Government of Canada", announced="2021-12-16",
    )  # fmt: skip
    assert len(ledger) == 760
    leads = Counter(c.tags["lead"] for c in ledger)
    assert leads["Deputy Prime Minister and Minister of Finance"] == 56
    table = pt.outcomes(ledger, by="lead", as_of="2024-01-01")
    assert set(table["share_kept"]) == {None}
    assert sum(table["promises"]) == 760


@pytest.mark.parametrize("title", ["Total", "Grand total", "TOTAL PROMISES", "Somme", "Sum:"])
def test_a_count_of_the_rows_is_no_promise(title: str) -> None:
    """It would be in the denominator of every share."""
    table = f"promise,party,status\nBuild a bridge,X,Kept\n{title},2,\n"
    ledger = read(as_csv(table), party=None, on_reject="keep")
    assert [one.title for one in ledger.commitments] == ["Build a bridge"]
    assert "looks like a count" in account(ledger)[1][1]


def test_a_promise_of_all_is_one() -> None:
    """Words of a total that go on are those of a promise."""
    for title in ("Total ban on smoking in bars", "Sum up all rules in one law"):
        ledger = read(as_csv(f"promise,status\n{title},Kept\n"))
        assert [one.title for one in ledger.commitments] == [title]


@pytest.mark.parametrize(
    ("columns", "field"),
    [("Promise,Status,Rating", "rating"), ("Promise,Status,Verdict", "rating"),
     ("Title,Promise,Status", "title"), ("Promise,Status,status", "rating"),
     ("Promise,Status,Deadline,deadline ", "due")],
)  # fmt: skip
def test_two_columns_for_one_field_are_not_chosen_from(columns: str, field: str) -> None:
    """Which of them is meant a person says; none is passed over in silence."""
    row = ",".join(["Kept"] * (columns.count(",") + 1))
    with pytest.raises(pt.TableError, match=f"columns that may be '{field}'") as caught:
        read(as_csv(f"{columns}\n{row}\n"))
    assert {*caught.value.choices} <= {*columns.split(",")} | {"deadline"}


def test_ratings_under_two_spellings_are_asked_for_and_read_in_the_order_stated() -> None:
    """Records of YAML and JSON have keys as people typed them."""
    promises = [{"promise": "Build", "status": "Kept"}, {"promise": "Cut", "Status ": "Broken"}]
    with pytest.raises(pt.TableError, match="columns that may be 'rating'") as caught:
        read(as_json(*promises))
    assert caught.value.choices == ("status", "Status")
    assert "{'rating': {'first': [2, 3]}}" in str(caught.value)
    first = {"columns": {"rating": {"first": [2, 3]}}}
    ledger = read(as_json(*promises), mapping=first)
    table = pt.outcomes(ledger, as_of="2024-12-31", of="rated")
    assert table[["rated", "kept", "broken"]].values.tolist() == [[2, 1, 1]]


@pytest.mark.parametrize("word", ["Kept?", "~Kept", "? Kept", "≈ broken"])
def test_a_mark_of_doubt_is_no_rating(word: str) -> None:
    """It is a word that is not known, until the caller says what it means."""
    table = f"promise,status\nBuild,{word}\n"
    with pytest.raises(pt.InvalidLedgerError, match="is not known"):
        read(as_csv(table))
    ledger = read(as_csv(table), ratings={word: "compromise"})
    assert [event.outcome for event in ledger.events] == ["compromise"]

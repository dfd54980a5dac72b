"""Tables as text for a terminal and as HTML for a notebook."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgetrack.render import WIDTH, cut, display_width, html_table, text_table

TEXT = st.text(
    st.characters(exclude_categories=("C", "Zl", "Zp")) | st.sampled_from("日本語한글\u0301\u200d"),
    max_size=120,
)
WORDS = TEXT.map(str.strip)
NUMBERS = st.decimals(-(10**18), 10**18, places=2).map(lambda number: f"{number:,f}")


# --- HTML -----------------------------------------------------------------------------------------


def unstyled(html: str) -> str:
    """A table without the sides on which its cells stand."""
    return re.sub(r' style="text-align:(left|right)"', "", html)


def test_html_puts_numbers_to_the_right() -> None:
    """Columns named as numbers stand to the right, in head and body; all others to the left."""
    made = html_table(("party", "USD"), [("Mexico", "1,500")], right={"USD"})
    assert '<th style="text-align:left">party</th><th style="text-align:right">USD</th>' in made
    assert '<td style="text-align:left">Mexico</td><td style="text-align:right">1,500' in made


def test_html_has_a_head_a_body_and_a_caption() -> None:
    """A small plain table, without style and without script."""
    assert unstyled(html_table(("a", "b"), [("1", "2")], caption="c")) == (
        "<table><caption>c</caption><thead><tr><th>a</th><th>b</th></tr></thead>"
        "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    )


@given(
    TEXT | st.just("<script>alert('&\"')</script>"), st.sampled_from(["head", "cell", "caption"])
)
def test_html_escapes_every_text(text: str, where: str) -> None:
    """Whatever a record says, only the tags of the table are tags."""
    made = html_table(
        (text if where == "head" else "unit",),
        [(text if where == "cell" else "USD",)],
        caption=text if where == "caption" else "",
    )
    tags = set(re.findall(r"<[^>]*>", unstyled(made)))
    names = ("table", "caption", "thead", "tbody", "tr", "th", "td")
    assert tags <= {f"<{mark}{name}>" for name in names for mark in ("", "/")}


# --- widths ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0), ("Mexico", 6), ("México", 6), ("Me\u0301xico", 6), ("日本", 4), ("한글", 4),
        ("\uff21", 2), ("a\u200bb", 2), ("¶4", 2),
    ],
)  # fmt: skip
def test_the_width_of_a_text_is_what_it_takes_in_a_terminal(text: str, width: int) -> None:
    """Wide characters take two columns, combining ones none."""
    assert display_width(text) == width


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("us-ports-of-entry", 17, "us-ports-of-entry"),
        ("us-ports-of-entry", 16, "us-ports-of-ent…"),
        ("us-ports-of-entry", 1, "…"),
        ("日本日本", 8, "日本日本"),
        ("日本日本", 7, "日本日…"),
        ("日本日本", 6, "日本…"),
        ("", 1, ""),
    ],
)
def test_a_long_text_is_cut_visibly(text: str, width: int, short: str) -> None:
    """A cut text ends in "…" and no wide character is halved."""
    assert cut(text, width) == short


@given(TEXT, st.integers(1, 60))
def test_a_cut_text_fits_and_is_a_beginning(text: str, width: int) -> None:
    """It takes no more columns than there are, and only a text that fits is left whole."""
    short = cut(text, width)
    assert display_width(short) <= width
    assert short == text if display_width(text) <= width else text.startswith(short[:-1])
    assert (short == text) or short.endswith("…")


# --- text tables ----------------------------------------------------------------------------------


def test_numbers_stand_right_and_words_left() -> None:
    """Columns are as wide as their widest cell, two blanks apart."""
    made = text_table(
        ("party", "USD"), [("Mexico", "1,500"), ("United States", "22")], right={"USD"}
    )
    assert made.splitlines() == [
        "party            USD",
        "Mexico         1,500",
        "United States     22",
    ]


def test_empty_columns_are_left_out() -> None:
    """A column that says nothing in any row takes no room, and one cell keeps it."""
    rows = [("Mexico", "", ""), ("Peru", "x", "")]
    assert text_table(("party", "note", "end"), rows).splitlines()[0] == "party   note"


def test_what_does_not_fit_goes_into_a_further_table() -> None:
    """The further table repeats the leading column, so that its rows can be read."""
    numbers = [f"{at:,}".rjust(26, "1") for at in range(4)]
    header = ("party", "one", "two", "three", "four")
    made = text_table(header, [("Mexico", *numbers)], right=set(header[1:]))
    blocks = made.split("\n\n")
    assert [block.split()[0] for block in blocks] == ["party", "party"]
    assert [name for name in header[1:] if name in made] == list(header[1:])
    assert all(number in made for number in numbers)
    assert max(display_width(line) for line in made.splitlines()) <= WIDTH


def test_a_long_lead_leaves_room_for_the_numbers() -> None:
    """A long name is cut visibly, and the figure beside it stays whole."""
    made = text_table(("party", "USD"), [("x" * 200, "1,500,000,000")], right={"USD"})
    assert "…" in made
    assert "1,500,000,000" in made
    assert max(len(line) for line in made.splitlines()) <= WIDTH


def test_the_largest_amount_fits_beside_a_long_name() -> None:
    """Even the widest number that a movement holds keeps the table within its width."""
    largest = "-9,999,999,999,999,999,999,999.999999"
    name = "Ministry of Finance and Public Credit of Mexico"
    made = text_table(("party", "USD"), [(name[:42], largest)], right={"USD"})
    assert largest in made
    assert max(len(line) for line in made.splitlines()) <= WIDTH


def test_a_table_without_rows_has_no_columns() -> None:
    """There is nothing to say, and it is said in no lines."""
    assert text_table(("party", "USD"), []).strip() == ""


@given(
    st.lists(st.tuples(WORDS, WORDS, NUMBERS, WORDS, NUMBERS), min_size=1, max_size=5),
    st.integers(1, 2),
)
def test_text_tables_stay_within_the_width(rows: list[tuple[str, ...]], lead: int) -> None:
    """Every line fits 80 columns, whatever the words, and every number is whole."""
    header = ("party", "unit", "pledged", "note", "delivered")
    right = {"pledged", "delivered"}
    made = text_table(header, rows, lead=lead, right=right)
    assert max(display_width(line) for line in made.split("\n")) <= WIDTH
    for row in rows:
        assert row[2] in made
        assert row[4] in made


@given(st.lists(st.tuples(WORDS, NUMBERS), min_size=1, max_size=5))
def test_every_row_has_its_line(rows: list[tuple[str, str]]) -> None:
    """One line for the header and one for each row, each ending in its number."""
    lines = text_table(("party", "USD"), rows, right={"USD"}).split("\n")
    assert [line.split(" ")[-1] for line in lines] == ["USD", *(number for _, number in rows)]

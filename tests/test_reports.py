"""Reports: every figure adds up from what it opens to, and text of the ledger stays text."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from iati_files import activity, iati, transaction
from pledgetrack import reports
from pledgetrack import strategies as pts
from pledgetrack.cli import main
from pledgetrack.display_words import WORDS
from pledgetrack.report_charts import inline
from pledgetrack.report_parts import FIGURES

DAY = "2024-08-01"
LATE = dt.date(2040, 1, 1)
EVIL = (
    "<script>alert(1)</script>", "</style><img src=x onerror=alert(1)>", "وعد بالمساعدة",
    "=SUM(A1:A9)", '"onmouseover="alert(1)', "{{ 7 * 7 }}", "\u202emirrored",
)  # fmt: skip
LONG = "x" * 10_000
VOID = {"meta", "input", "br"}


class Page(HTMLParser):
    """What a reader finds: elements with their attributes, and the text of each section."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.sections: dict[str, str] = defaultdict(str)
        self.inside: list[str] = []
        self.open: list[str] = []
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given_ = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given_))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "section" and "id" in given_:
            self.inside.append(given_["id"])
        if tag in ("td", "th", "dt", "dd", "li", "br"):
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag
        if tag == "section" and self.open.count("section") < len(self.inside):
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if "script" not in self.open and "style" not in self.open:
            for name in self.inside or [""]:
                self.sections[name] += data

    def said(self, section: str) -> str:
        """The text of a section on one line."""
        return " ".join(self.sections[section].split())

    def links(self) -> set[str]:
        """Every address that the page links to."""
        return {given_["href"] for _, given_ in self.elements if "href" in given_}


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports without their pictures, which take their time."""
    monkeypatch.setattr(reports, "pictures", lambda *_, **__: [])


def told(ledger: pt.Ledger, **asked: Any) -> dict[str, Any]:
    """What the page says, before it is drawn."""
    given_ = {"by": "party", "since": None, "as_of": LATE, "known_by": None, "title": None,
              "locale": "en"}  # fmt: skip
    return reports.page(ledger, **{**given_, **asked})


def number(text: str) -> Decimal:
    """The number in an exact amount as a reader takes it."""
    found = re.search(r"[\N{MINUS SIGN}]?\d[\d,]*(\.\d+)?", text)
    assert found, text
    return Decimal(found[0].replace(",", "").replace("\N{MINUS SIGN}", "-"))


def added(parts: Iterator[dict[str, Any]]) -> dict[str, Decimal]:
    """The sum of each figure over the rows behind another."""
    made: dict[str, Decimal] = {}
    for part in parts:
        for figure in part["figures"]:
            made[figure["name"]] = made.get(figure["name"], Decimal(0)) + number(figure["exact"])
    return made


def exact(figures: list[dict[str, Any]]) -> dict[str, Decimal]:
    """Each figure by its name."""
    return {one["name"]: number(one["exact"]) for one in figures if one["exact"]}


@given(pts.ledgers() | pts.families(), st.sampled_from(["party", "horizon", "source", "status"]))
@times(1 / 2)
def test_every_figure_is_the_sum_of_what_it_opens_to(ledger: pt.Ledger, by: str) -> None:
    """Headlines add up from groups, groups from commitments, commitments from movements."""
    page = told(ledger, by=by)
    links_lead_somewhere(page, ledger)
    whole = {
        row["unit"]: {n: row[n] for n in FIGURES if row[n] is not None}
        for row in ledger.totals(as_of=LATE).to_dict("records")
    }
    assert [exact(card["figures"]) for card in page["cards"]] == [
        whole[unit] for unit in sorted(whole, key=pt.frames.sort_key("unit"))
    ]
    for card in page["cards"]:
        assert exact(card["figures"]) == added(iter(card["behind"]))
    totals = ledger.totals(by, as_of=LATE).to_dict("records")
    bodies = {body["id"]: body for table in page["groups"] for body in table["bodies"]}
    assert set(bodies) == {f"g{at}" for at in range(len(totals))}
    for at, row in enumerate(totals):
        stated = {name: row[name] for name in FIGURES if row.get(name) is not None}
        assert added(iter(bodies[f"g{at}"]["behind"])) == stated
    for body in page["listed"]["bodies"]:
        moved: dict[str, Decimal] = defaultdict(Decimal)
        for fact in body["facts"]:
            for amount in fact["amounts"]:
                measure, _, said = amount.partition(": ")
                moved[measure, unit_of(said)] += number(said)
        for figure in body["sums"]:
            if figure["name"] in ("proposed", "pledged", "committed", "delivered"):
                key = figure["name"], unit_of(figure["exact"])
                assert moved[key] == number(figure["exact"])


def unit_of(said: str) -> str:
    """The unit of an exact amount, one or many alike."""
    found = re.search(r"\d[\d,.]* (.*)$", said)
    assert found, said
    return found[1].rstrip("s").replace("ie", "y")


def links_lead_somewhere(page: dict[str, Any], ledger: pt.Ledger) -> None:
    """Every commitment is listed once; links and numbers lead to something on the page."""
    places = {f"#{body['id']}" for body in page["listed"]["bodies"]}
    assert len(places) == len(page["listed"]["bodies"]) == page["count"]
    assert page["count"] == ledger.status(as_of=LATE)["commitment"].nunique()
    behind = [one for table in page["groups"] for body in table["bodies"]
              for one in body["behind"]]  # fmt: skip
    assert {one["href"] for one in behind} <= places
    numbers = {source["number"] for source in page["sources"]}
    cited = {ref["number"] for body in page["listed"]["bodies"] for fact in body["facts"]
             for ref in fact["refs"]}  # fmt: skip
    assert cited <= numbers
    assert len(numbers) == len(page["sources"])


@pytest.mark.usefixtures("plain")
def test_a_report_reads_as_people_ask(seeds: pt.Ledger, tmp_path: Path) -> None:
    """Headline, tables, days overdue, changes, account, method and sources are there."""
    path = pt.report(seeds, tmp_path / "r.html", as_of=DAY, since="2024-01-01")
    page = Page(path)
    assert path == tmp_path / "r.html"
    assert "Pledged $5.24 billion" in page.said("headline")
    assert "Delivered not reported" in page.said("headline")
    assert "3 overdue" in page.said("headline")
    assert "Mexico: pledged 1,500,000,000 USD; outstanding 1,500,000,000" in page.said("headline")
    listed = page.said("status")
    first = listed.index("Visit for talks with Mexico")
    assert first < listed.index("Negotiations on the border") < listed.index("H-2B visas for")
    assert "overdue 218 1 visit" in listed
    assert "12 July 2022 · pledged: 1,500,000,000 USD [1] ¶4; [1] ¶6" in listed
    assert "overdue" in page.said("changes")
    assert "From 1 January 2024 to 1 August 2024" in page.said("changes")
    assert "not imported" in page.said("account")
    assert "10 commitments state no amount." in page.said("method")
    assert "Mexico meeting of July 2022, 12 July 2022" in page.said("sources")
    assert not page.open


@pytest.mark.usefixtures("plain")
def test_the_text_of_a_ledger_stays_text(tmp_path: Path) -> None:
    """Markup, scripts, templates and addresses of scripts do nothing; all of it can be read."""
    promises = [
        pt.Commitment(
            id=f"c{at} {text}", title=text, party=text, recipient=text, announced="2022-01-15",
            stage="pledged", target={"number": at + 1, "unit": "<b>thing</b>"}, condition=text,
            tags={text: text}, citation={"source": f"s{at}", "place": text},
        )
        for at, text in enumerate((*EVIL, LONG))
    ]  # fmt: skip
    urls = ("javascript:alert(1)", "https://example.org/?a=1&b=\"2'", "file:///etc/passwd",
            "JAVASCRIPT://example.org/%0aalert(1)", "http://[", "data:text/html,x",
            "https:alert(1)", "vbscript:x")  # fmt: skip
    sources = [
        pt.Source(id=f"s{at}", title=f"<h1>{at}</h1>", url=url) for at, url in enumerate(urls)
    ]
    ledger = pt.Ledger(promises, sources=sources)
    by = [EVIL[0], "party"]
    path = pt.report(ledger, tmp_path / "r.html", as_of=DAY, by=by, title=EVIL[0], since=DAY)
    page = Page(path)
    assert [tag for tag, _ in page.elements].count("script") == 1
    assert not {"img", "b0", "iframe", "object", "link"} & {tag for tag, _ in page.elements}
    assert not [name for _, given_ in page.elements for name in given_ if name.startswith("on")]
    outside = {link for link in page.links() if not link.startswith("#")}
    assert outside == {urls[1]}
    text = page.said("status")
    assert all(" ".join(evil.split()) in text for evil in EVIL)
    assert LONG in text
    assert "javascript:alert(1)" in page.said("sources")


@pytest.mark.usefixtures("plain")
def test_the_page_forbids_itself_the_network(seeds: pt.Ledger, tmp_path: Path) -> None:
    """Its policy lets run its own script alone, and nothing is loaded."""
    page = Page(pt.report(seeds, tmp_path / "r.html", as_of=DAY))
    policy = next(
        given_["content"]
        for _, given_ in page.elements
        if given_.get("http-equiv") == "Content-Security-Policy"
    )  # fmt: skip
    script = page.source.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{digest}'" in policy
    assert not [given_ for _, given_ in page.elements if "src" in given_]


ONE = pt.Commitment(id="road", party="Mexico", announced="2024-01-15", stage="pledged",
                    target={"number": 100, "unit": "USD"})  # fmt: skip
ACTION = pt.Commitment(id="talk", party="Mexico", announced="2024-01-15", stage="pledged")


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(
    ("ledger", "count"),
    [(pt.Ledger(), 0), (pt.Ledger([ONE]), 1), (pt.Ledger([ACTION]), 1),
     ],
    ids=["nothing", "no end and no event", "an action"],
)  # fmt: skip
def test_little_is_said_plainly(ledger: pt.Ledger, count: int, tmp_path: Path) -> None:
    """Nothing at all, one commitment, no events, no ends, actions only."""
    page = Page(pt.report(ledger, tmp_path / "r.html", as_of=DAY, since="2024-01-01"))
    assert ("Nothing to show." in page.said("headline")) is (count == 0)
    assert page.said("status").count("Movements and citations") == count
    assert "No source is cited." in page.said("sources")
    assert ("no citation" in page.said("status")) is (count > 0)
    assert "None" not in page.said("status")
    assert "Nothing to show." not in page.said("method")


@pytest.mark.usefixtures("plain")
def test_amounts_in_another_currency_show_what_was_stated(tmp_path: Path) -> None:
    """With the rate, its day and its source."""
    euros = ONE.model_copy(update={"targets": (pt.Quantity(number=100, unit="EUR"),)})
    rates = pt.Rates.fixed({"EUR": "0.8"}, per="USD", source="a contract")
    made = pt.report(pt.Ledger([euros]), tmp_path / "r.html", as_of=DAY, into="USD", rates=rates)
    page = Page(made)
    assert "pledged: 125 USD (100 EUR, rate 1.25, a contract)" in page.said("status")
    assert "In USD, at rates of" in page.said("method")


@pytest.mark.usefixtures("plain")
def test_what_arrives_of_a_part_is_told_apart_from_what_counts_for_its_whole(
    tmp_path: Path,
) -> None:
    """Of 350 for a part of 300 all tells the status of the whole, and 50 count as its own."""
    whole, part = (
        pt.Commitment(id=name, party="A", announced="2024-01-01", stage="pledged",
                      target={"number": number, "unit": "EUR"}, part_of=of)
        for name, number, of in (("fund", 1000, None), ("north", 300, "fund"))
    )  # fmt: skip
    came = pt.Event(commitment="north", kind="delivered", on="2024-05-01", quantity="350 EUR")
    page = tmp_path / "report.html"
    pt.report(pt.Ledger([whole, part], [came]), page, as_of="2024-05-15")
    text = page.read_text(encoding="utf-8")
    assert "delivered by parts: 350 EUR" in text
    assert "delivered beyond a part: 50 EUR" in text
    assert "delivered by parts: 50 EUR" not in text


def test_what_was_known_by_a_day_is_all_that_is_told(seeds: pt.Ledger, tmp_path: Path) -> None:
    """Later records are neither counted nor named."""
    page = Page(pt.report(seeds, tmp_path / "r.html", as_of=DAY, known_by="2022-07-31"))
    assert "known by 31 July 2022" in " ".join(page.sections[""].split())
    assert "Special border fund" not in page.said("status")
    assert "11 commitments" in page.said("headline")


@pytest.mark.usefixtures("plain")
def test_the_account_of_an_import_tells_what_was_set_aside(tmp_path: Path) -> None:
    """How many records, their sum, and which they are."""
    inside = [transaction(kind, f"2024-0{month}-15", value)
              for kind, month, value in (("2", 1, "100"), ("1", 3, "70"))]  # fmt: skip
    ledger = pt.read_iati(iati(activity(*inside)))
    said = Page(pt.report(ledger, tmp_path / "r.html", as_of=DAY)).said("account")
    assert "set aside (incoming funds: no outgoing flow): 1 record, 70 EUR" in said
    assert "Which records" in said
    assert "counted: 1 record, 100 EUR" in said


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("locale", ["es", "fr", "de-AT"])
def test_a_report_speaks_the_language_asked_for(locale: str, tmp_path: Path, root: Path) -> None:
    """All of its own words have translations; names and titles stay."""
    ledger = pt.Ledger([ONE, ACTION])
    page = Page(pt.report(ledger, tmp_path / "r.html", as_of=DAY, since=DAY, locale=locale))
    assert ("html", {"lang": locale[:2]}) in page.elements
    template = (root / "src/pledgetrack/report_page/page.html").read_text(encoding="utf-8")
    words = [*re.findall(r'say\("([^"]+)"', template), *reports._METHOD]
    assert len(words) > 30
    assert [text for text in words if text not in WORDS] == []
    for english in ("At a glance", "Sources", "commitments", "pledged", "What is behind"):
        assert not re.search(rf"\b{english}\b", page.said("headline") + page.said("method"))


def test_charts_are_images_with_descriptions_inside_the_page(tmp_path: Path) -> None:
    """Each has a name, its data in words, and names of its own within the page."""
    evil = pt.Commitment(id="x", title=EVIL[1], party=EVIL[0], recipient=EVIL[2],
                         announced="2022-01-15", stage="pledged", horizon={"end": "2023-01-15"},
                         target={"number": 7, "unit": "USD"})  # fmt: skip
    page = Page(pt.report(pt.Ledger([evil]), tmp_path / "r.html", as_of=DAY))
    drawn = [given_ for tag, given_ in page.elements if tag == "svg"]
    assert [one["role"] for one in drawn] == ["img"] * 6
    assert all(len(one["aria-label"]) > 20 for one in drawn)
    # An invisible joiner stands where a tag could begin, as in every chart.
    said = page.said("charts").replace("\u2060", "")
    assert "</style><img src=x onerror=alert(1)>: delivery not reported, $7" in said
    ids = [given_["id"] for _, given_ in page.elements if "id" in given_]
    assert len(ids) == len(set(ids))
    assert not {"img", "foreignobject", "image"} & {tag for tag, _ in page.elements}


def test_a_picture_that_could_do_something_is_refused() -> None:
    """A script, a link or a picture from elsewhere is no part of a chart."""
    for inside in ("<script/>", "<a/>", "<image/>", "<foreignObject/>"):
        with pytest.raises(AssertionError, match="a chart drew"):
            inline(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>', "", "f")
    made = inline(
        '<svg xmlns="http://www.w3.org/2000/svg"><g id="a" clip-path="url(#a)" role="x">'
        "<text>url(#a)</text></g></svg>", "A & B", "f1",
    )  # fmt: skip
    assert 'id="f1-a"' in made
    assert 'clip-path="url(#f1-a)"' in made
    assert "<text>url(#a)</text>" in made
    assert 'aria-label="A &amp; B"' in made
    assert 'role="x"' not in made


def test_wrong_calls_are_refused(tmp_path: Path) -> None:
    """With what to do instead, and nothing is written."""
    empty = pt.Ledger()
    wrong: list[tuple[type[Exception], str, Any]] = [
        (pt.FileFormatError, r"ends in \.html", lambda: pt.report(empty, tmp_path / "r.pdf")),
        (pt.FileFormatError, "no path", lambda: pt.report(empty, "")),
        (pt.FileFormatError, "no path", lambda: pt.report(empty, 7)),
        (pt.FileFormatError, "cannot write",
         lambda: pt.report(empty, tmp_path / "no" / "r.html", as_of=DAY)),
        (pt.PledgetrackError, "no ledger", lambda: pt.report("seeds", tmp_path / "r.html")),
        (pt.UnknownNameError, "locale", lambda: pt.report(empty, tmp_path / "r.html", locale="it")),
        (pt.UnknownNameError, "key", lambda: pt.report(empty, tmp_path / "r.html", by="colour")),
        (pt.CalendarError, "calendar",
         lambda: pt.report(empty, tmp_path / "r.html", calendar="Mars")),
        (pt.PledgetrackError, "no title", lambda: pt.report(empty, tmp_path / "r.html", title=" ")),
        (pt.DayError, "after until",
         lambda: pt.report(empty, tmp_path / "r.html", since="2024-08-02", as_of=DAY)),
        (pt.UnknownNameError, "option", lambda: pt.report(empty, tmp_path / "r.html", int="USD")),
    ]  # fmt: skip
    for error, words, call in wrong:
        with pytest.raises(error, match=words):
            call()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("library", "extra"), [("altair", "charts"), ("jinja2", "report")])
def test_a_missing_library_names_its_extra(
    library: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that one knows what to install."""
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(pt.MissingExtraError) as caught:
        pt.report(pt.Ledger(), tmp_path / "r.html", as_of=DAY)
    assert caught.value.extra == extra


@pytest.mark.usefixtures("plain")
def test_the_command_line_writes_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the options of the page; without --html they are refused."""
    path = tmp_path / "r.html"
    call = ["report", "--html", str(path), "--as-of", DAY, "--by", "topic", "--since", DAY,
            "--title", "Border", "--locale", "de", "--where", "party=Mexico"]  # fmt: skip
    assert main(call) == 0
    assert capsys.readouterr().out == f"wrote {path}\n"
    page = Page(path)
    assert "Border" in page.sections[""]
    assert "Zusage" in page.said("headline")
    assert "Military aid" not in page.said("status")
    assert "Diplomacy" in page.said("groups") or "diplomacy" in page.said("groups")
    assert main(["report", "--since", DAY]) == 2
    assert "--since goes with --html" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("announced", "end"), [("2020-01-01", "9999-12-31"), ("0001-01-01", "2020-12-31")]
)
def test_a_report_can_show_a_horizon_of_thousands_of_years(
    announced: str, end: str, tmp_path: Path
) -> None:
    """Data sets write 9999 for what has no end; years far from the day are shown as one."""
    promise = pt.Commitment(
        id="a", party="A", announced=announced, stage="pledged", horizon={"end": end},
        target={"number": 10**7, "unit": "USD"},
    )  # fmt: skip
    ledger = pt.Ledger([promise])
    page = pt.report(ledger, tmp_path / "a.html", as_of="2024-06-30").read_text("utf-8")
    far = "2080 … 9999" if end > "2024" else "0001 … 1960"
    assert far in page
    shown = pt.chart.periods(ledger, as_of="2024-06-30").to_dict()
    rows = [row for rows in shown["datasets"].values() for row in rows if "period" in row]
    assert sum(Decimal(row["digits"]) for row in rows) == 10**7
    assert len(rows) <= 62

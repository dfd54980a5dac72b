"""Rows drawn with Altair: a panel for each unit, words beside every mark."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pledgetrack.amount_words import unit_title
from pledgetrack.captions import when_said
from pledgetrack.chart_rows import Drawn, ticks
from pledgetrack.display_words import capital, day_said, word
from pledgetrack.errors import MissingExtraError
from pledgetrack.flow_shape import heights, ribbons
from pledgetrack.palette import BLACK, GREY, INK, ORANGE, STATUS_COLOURS
from pledgetrack.render import clip
from pledgetrack.status import STATUSES
from pledgetrack.vocabulary import language

WIDTH = 420
WIDEST = 1.25
"""A share beyond it is drawn as this; its words tell the truth."""
_ROW = 26
_LINE = 16  # pixels of a line of words
_NODE = 36  # characters of a name beside its amount
_LABELS = 320  # pixels that the labels of rows take at most
_DARK = 0.68  # of the most: from here on white words stand out better than black ones


def altair() -> Any:
    """The library that draws, or how to install it."""
    try:
        import altair as alt
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "charts need altair; pip install 'pledgetrack[charts]'", extra="charts"
        ) from error
    return alt


def together(
    alt: Any, made: Sequence[Any], title: str, told: Mapping[Any, Any], *,
    notes: Sequence[str], locale: str,
) -> Any:  # fmt: skip
    """Panels below each other, under a title that says of which day they are."""
    heading = word(title, locale)
    lines = [when_said(told, locale), *notes]
    empty = word("Nothing to show.", locale)
    if not made:
        lines.append(empty)
        blank = alt.Chart(alt.InlineData(values=[{"said": empty}]))
        made = [blank.mark_text(color=GREY, size=14).encode(text="said:N").properties(width=WIDTH)]
    return (
        _harmless(alt)(vconcat=list(made), spacing=28)
        .resolve_scale(color="independent", x="independent", y="independent")
        .properties(
            title=alt.TitleParams(heading, subtitle=_lines(lines), anchor="start", offset=14),
            description=" ".join([f"{heading}.", *lines]),
        )
        .configure_view(stroke=None)
        .configure_axis(gridColor="#e6e6e6", labelColor="#222222", titleColor="#222222",
                        titleFontWeight="normal", labelFontSize=12, titleFontSize=12)
        .configure_title(fontSize=18, subtitleFontSize=12, subtitleColor=GREY, subtitlePadding=6)
        .configure_legend(labelFontSize=12, labelLimit=300, symbolStrokeWidth=1)
        .configure_text(fontSize=12)
    )  # fmt: skip


@cache
def _harmless(alt: Any) -> Any:
    """A column of panels whose texts are no markup where its JSON stands in a page.

    Altair writes it into a script, which the words ``</script>`` in a name would end.
    """

    class VConcatChart(alt.VConcatChart):  # type: ignore[misc]  # altair is known here, not before
        def to_dict(self, *given: Any, **named: Any) -> Any:
            return _unmarked(super().to_dict(*given, **named))

    return VConcatChart


def _unmarked(said: Any) -> Any:
    """A specification with an invisible joiner in each text that could begin a tag."""
    if isinstance(said, dict):
        return {name: _unmarked(value) for name, value in said.items()}
    if isinstance(said, (list, tuple)):
        return [_unmarked(value) for value in said]
    return re.sub("<(?=[/!A-Za-z])", "<\u2060", said) if isinstance(said, str) else said


def _lines(texts: Sequence[str], width: int = 110) -> list[str]:
    """Texts as lines that fit under a title, each broken between words."""
    made = []
    for text in texts:
        line = ""
        for part in text.split(" "):
            if line and len(line) + len(part) >= width:
                made.append(line)
                line = ""
            line += f"{' ' if line else ''}{part}"
        made.append(line)
    return made


def _chart(alt: Any, rows: Sequence[Drawn], tips: Mapping[str, str], locale: str) -> Any:
    """Rows to draw: inlined, spoken to screen readers, their words in the tooltip."""
    shown = [
        alt.Tooltip(f"{field}:N", title=capital(word(name, locale))) for field, name in tips.items()
    ]
    # Altair copies lists and what is in them for every layer around them; a tuple stays.
    chart = alt.Chart(alt.InlineData(values=tuple(rows)))
    return chart.encode(tooltip=shown, description=alt.Description("spoken:N"))


def _panel(alt: Any, text: str) -> Any:
    return alt.TitleParams(capital(text), anchor="start", fontSize=14, offset=8, limit=900)


def _rows(alt: Any, field: str, rows: Sequence[Drawn], extent: float = 0) -> Any:
    """A row for each label, in the order of the rows; ``extent`` is the room that labels take."""
    axis = alt.Axis(labelLimit=_LABELS, domain=False, ticks=False, labelPadding=8, minExtent=extent)
    return alt.Y(f"{field}:N", sort=[row[field] for row in rows], title=None, axis=axis)


def room(rows: Sequence[Drawn]) -> float:
    """The room that the longest label takes, so that panels stand in line."""
    return min(_LABELS, max((6.3 * len(row["label"]) for row in rows), default=0)) + 8


def _days(locale: str) -> str:
    return "%b %Y" if language(locale) == "en" else "%Y-%m"


def _amounts_axis(
    alt: Any, values: Sequence[float | None], unit: str, locale: str
) -> tuple[Any, Any, list[float]]:
    """An axis whose marks are said as the tables say amounts."""
    marks, said = ticks(values, unit, locale)
    words = f"{json.dumps(said, ensure_ascii=False)}[indexof({json.dumps(marks)}, datum.value)]"
    axis = alt.Axis(values=marks, labelExpr=words, title=None, minExtent=90)
    domain = [marks[0], marks[-1]]
    return axis, alt.Scale(domain=domain, nice=False), domain


def bullets(
    alt: Any, unit: str, rows: Sequence[Drawn], locale: str, extent: float, *,
    first: bool, last: bool,
) -> Any:  # fmt: skip
    """Bars of what was delivered within what was pledged, and marks of the time elapsed.

    The ``first`` panel has the legend, the ``last`` the title of the axis.
    """
    widest = WIDEST if any((row["share"] or 0) > 1 for row in rows) else 1.0
    kinds = [word(name, locale) for name in ("pledged", "delivered", "time elapsed")]
    drawn = [
        {**row, "edge": widest, **{f"kind_{at}": kind for at, kind in enumerate(kinds)},
         "bar": None if row["share"] is None else max(min(row["share"], WIDEST), 0.0)}
        for row in rows
    ]  # fmt: skip
    base = _chart(alt, drawn, {
        "title": "commitment", "pledged_exact": "pledged", "delivered_exact": "delivered",
        "share_said": "share delivered", "elapsed_said": "time elapsed", "end": "end",
        "status": "status",
    }, locale).encode(y=_rows(alt, "label", rows, extent))  # fmt: skip
    legend = {
        "legend": alt.Legend(title=None, orient="top", offset=4) if first else None,
        "scale": alt.Scale(domain=kinds, range=["#c3cad0", INK, BLACK]),
    }
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], grid=True)
    scale = alt.Scale(domain=[0, widest])
    title = word("share of what is pledged, of the time", locale) if last else None

    def x(field: str) -> Any:
        return alt.X(f"{field}:Q", scale=scale, axis=axis, title=title)

    layers = (
        base.mark_bar(size=16).encode(x=x("whole"), color=alt.Color("kind_0:N", **legend)),
        base.mark_bar(size=8).encode(x=x("bar"), color=alt.Color("kind_1:N", **legend)),
        base.mark_tick(thickness=3, size=22).encode(
            x=x("elapsed"), color=alt.Color("kind_2:N", **legend)
        ),
        base.mark_text(align="left", dx=10, limit=440).encode(x=x("edge"), text="said:N"),
    )
    return alt.layer(*layers).properties(
        width=WIDTH, height=alt.Step(_ROW), title=_panel(alt, unit_title(unit, locale))
    )


def lines(alt: Any, unit: str, rows: Sequence[Drawn], locale: str, *, first: bool) -> Any:
    """What stood at the end of each period, a line for each measure, as steps.

    The ``first`` panel has the legend.
    """
    kinds = [word(name, locale) for name in ("pledged", "committed", "delivered")]
    last = max(row["on"] for row in rows)
    ends = [row for row in rows if row["on"] == last]
    tips = {"measure": "measure", "on_said": "on", "exact": "amount"}
    axis, scale, domain = _amounts_axis(alt, [row["value"] for row in rows], unit, locale)
    days = alt.Axis(labelOverlap=True, grid=False, format=_days(locale), tickCount=6)
    x = alt.X("on:T", title=None, axis=days)
    y = alt.Y("value:Q", axis=axis, scale=scale)
    colour = alt.Color("measure:N", scale=alt.Scale(domain=kinds, range=[BLACK, ORANGE, INK]),
                       legend=alt.Legend(title=None, orient="top") if first else None)  # fmt: skip
    patterns = alt.Scale(domain=kinds, range=[[1, 0], [8, 4], [2, 2]])
    dash = alt.StrokeDash("measure:N", legend=None, scale=patterns)
    base = _chart(alt, rows, tips, locale)
    steps = base.mark_line(interpolate="step-after", strokeWidth=2.5).encode(
        x=x, y=y, color=colour, strokeDash=dash
    )
    dots = base.mark_point(filled=True, size=36, opacity=1).encode(x=x, y=y, color=colour)
    ends.sort(key=lambda row: (row["value"], -kinds.index(row["measure"])))
    said = _chart(alt, _apart(ends, domain), tips, locale)
    words = said.mark_text(align="left", dx=9).encode(
        x=x, y=alt.Y("beside:Q", axis=axis, scale=scale), text="label:N"
    )
    return alt.layer(steps, dots, words).properties(
        width=WIDTH + 60, height=180, title=_panel(alt, unit_title(unit, locale))
    )


def _apart(rows: Sequence[Drawn], domain: Sequence[float]) -> list[Drawn]:
    """The words at the ends of lines, lowest first, apart from each other."""
    step = (domain[1] - domain[0]) / 11
    made: list[Drawn] = []
    below = None
    for row in rows:
        beside = row["value"] if below is None else max(row["value"], below + step)
        below = beside
        made.append({**row, "beside": beside, "label": f"{row['measure']} {row['said']}"})
    over = max((row["beside"] for row in made), default=0) - domain[1]
    if over > 0:
        for at, row in enumerate(reversed(made)):
            ceiling = domain[1] - at * step
            row["beside"] = min(row["beside"], ceiling)
    return made


def columns(alt: Any, unit: str, rows: Sequence[Drawn], order: Sequence[str], locale: str) -> Any:
    """Amounts per period, a row of bars for each party, all on one scale."""
    axis, scale, _ = _amounts_axis(alt, [row["value"] for row in rows], unit, locale)
    tips = {"party": "party", "period": "period", "exact": "amount"}
    sizes: dict[str, float] = {}
    for row in rows:
        sizes[row["party"]] = sizes.get(row["party"], 0.0) + row["value"]
    rest = {row["party"] for row in rows if row["rest"][0]}
    parties = sorted(sizes, key=lambda name: (name in rest, -sizes[name], name))
    wide = max(WIDTH, 24 * len(order))
    made = []
    for party in parties:
        mine = [row for row in rows if row["party"] == party]
        base = _chart(alt, mine, tips, locale).encode(
            x=alt.X("period:N", sort=list(order), title=None, scale=alt.Scale(domain=list(order)),
                    axis=alt.Axis(labelAngle=0 if len(order) <= 8 else -60, labelLimit=120,
                                  labels=party == parties[-1], ticks=party == parties[-1])),
            y=alt.Y("value:Q", axis=axis, scale=scale),
        )  # fmt: skip
        bars = base.mark_bar(color=INK, size=min(48, 0.8 * wide / len(order)))
        few = len(order) <= 8
        words = base.mark_text(dy=-7).encode(text="short:N")
        made.append(
            alt.layer(*([bars, words] if few else [bars])).properties(
                width=wide, height=90,
                title=alt.TitleParams(party, anchor="start", fontSize=12, fontWeight="normal",
                                      offset=10, limit=500),
            )
        )  # fmt: skip
    return alt.vconcat(*made, spacing=16).properties(title=_panel(alt, unit_title(unit, locale)))


def spans(alt: Any, rows: Sequence[Drawn], day: str, day_words: str, locale: str) -> Any:
    """Horizons as bars in time, each with its status in words; dashed where no end is stated."""
    base = _chart(alt, rows, {
        "title": "commitment", "from": "start", "until": "end", "state": "status",
    }, locale)  # fmt: skip
    present = [status for status in STATUSES if any(row["status"] == status for row in rows)]
    colour = alt.Color(
        "status:N",
        legend=None,
        scale=alt.Scale(domain=present, range=[STATUS_COLOURS[status] for status in present]),
    )
    y = _rows(alt, "label", rows)
    axis = alt.Axis(orient="top", labelOverlap=True, format=_days(locale), tickCount=6)
    x = alt.X("start:T", title=None, axis=axis)
    ended = alt.datum.ended
    bars = base.transform_filter(ended).mark_bar(size=12, stroke=GREY, strokeWidth=0.8)
    open_ended = base.transform_filter(~ended).mark_rule(
        strokeDash=[5, 4], strokeWidth=2, color=GREY
    )
    first = base.transform_filter(ended).mark_tick(thickness=3, size=12)
    begin = base.transform_filter(~ended).mark_point(
        filled=True, shape="triangle-right", size=90, stroke=GREY, strokeWidth=0.8, opacity=1
    )
    words = base.mark_text(align="left", dx=8, limit=320)
    rule = alt.Chart(alt.InlineData(values=[{"on": day, "said": day_words}]))
    when = rule.encode(x="on:T", description=alt.Description("said:N"))
    return alt.layer(
        bars.encode(x=x, x2="stop:T", y=y, color=colour),
        first.encode(x=x, y=y, color=colour),
        open_ended.encode(x=x, x2="stop:T", y=y),
        begin.encode(x=x, y=y, color=colour),
        when.mark_rule(color=BLACK, strokeWidth=1.5),
        words.encode(x="edge:T", y=y, text="said:N"),
    ).properties(width=WIDTH, height=alt.Step(22))


def bands(alt: Any, unit: str, rows: Sequence[Drawn], locale: str) -> Any:
    """Bands from parties to recipients, as wide as their amounts."""
    links = [{**row, "from": row["party"], "to": row["recipient"]} for row in rows]
    whole = sum(link["value"] for link in links)

    def order(side: str) -> list[str]:
        at = 0 if side == "from" else 1
        sizes: dict[tuple[bool, str], float] = {}
        for link in links:
            key = (bool(link["rest"][at]), link[side])
            sizes[key] = sizes.get(key, 0.0) + link["value"]
        return [name for _, name in sorted(sizes, key=lambda key: (key[0], -sizes[key], key[1]))]

    left = heights(links, "from", order("from"), whole)
    right = heights(links, "to", order("to"), whole)
    tall = max(end for _, end in (*left.values(), *right.values()))
    high = max(120, 34 * max(len(left), len(right)))
    scale = alt.Scale(domain=[tall, 0], nice=False)
    y = alt.Y("y:Q", axis=None, scale=scale)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1]))
    tips = {"from": "party", "to": "recipient", "exact": "amount"}
    shape = ("x", "y", "y2", "band", "spoken", *tips)
    points = [{name: p[name] for name in shape} for p in ribbons(links, left, right)]
    area = _chart(alt, points, tips, locale)
    area = area.mark_area(opacity=0.45, stroke="#ffffff", strokeWidth=1, color=INK).encode(
        x=x, y=y, y2="y2:Q", detail="band:N"
    )
    ends = []
    for side, nodes, align, dx, at in (
        ("from", left, "right", -10, 0.0), ("to", right, "left", 10, 1.0)
    ):  # fmt: skip
        marks = [_node(links, side, name, span, at) for name, span in nodes.items()]
        _spread(marks, _LINE * tall / high, tall)
        base = _chart(alt, marks, {"name": "name", "exact": "amount"}, locale)
        bars = base.mark_bar(width=8, color=BLACK, xOffset=-4 if at == 0 else 4)
        ends.append(bars.encode(x=x, y=y, y2="y2:Q"))
        text = base.mark_text(align=align, dx=dx, limit=520)
        ends.append(text.encode(x=x, y=alt.Y("middle:Q", scale=scale, axis=None), text="label:N"))
    return alt.layer(area, *ends).properties(
        width=WIDTH - 60, height=high, title=_panel(alt, unit_title(unit, locale))
    )


def _node(
    links: Sequence[Drawn], side: str, name: str, span: tuple[float, float], at: float
) -> Drawn:
    said, exact = next(
        (link[f"{side}_said"], link[f"{side}_exact"]) for link in links if link[side] == name
    )
    return {
        "name": name, "x": at, "y": span[0], "y2": span[1], "middle": (span[0] + span[1]) / 2,
        "exact": exact, "label": f"{_isolated(clip(name, _NODE))}: {said}",
        "spoken": f"{name}: {exact}",
    }  # fmt: skip


def _spread(marks: Sequence[Drawn], step: float, tall: float) -> None:
    """The words beside the ends of bands, apart from each other and within the picture."""
    below = -step
    for mark in marks:
        mark["middle"] = below = max(mark["middle"], below + step)
    above = max(tall, step * (len(marks) - 1)) + step
    for mark in reversed(marks):
        mark["middle"] = above = min(mark["middle"], above - step)


def _isolated(name: str) -> str:
    """A name that keeps its direction to itself, so that the amount beside it reads on."""
    turned = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name)
    return f"\u200e\u2068{name}\u2069" if turned else name


def counts(alt: Any, rows: Sequence[Drawn], locale: str) -> Any:
    """A cell for each party and status, the darker the more, with the number in it."""
    most = max(row["count"] for row in rows)
    drawn = [{**row, "dark": row["count"] > _DARK * most} for row in rows]
    base = _chart(
        alt, drawn, {"party": "party", "status": "status", "count": "commitments"}, locale
    )
    in_order = [row["status"] for row in sorted(rows, key=lambda row: row["column"])]
    base = base.encode(
        x=alt.X("status:N", sort=in_order, title=None,
                axis=alt.Axis(orient="top", labelAngle=-40, labelLimit=200, domain=False,
                              ticks=False)),
        y=_rows(alt, "party", rows),
    )  # fmt: skip
    shade = alt.Scale(domain=[0, most], range=["#eef3f7", "#00446b"])
    cells = base.mark_rect(stroke="#ffffff", strokeWidth=2).encode(
        color=alt.Color("count:Q", scale=shade, legend=None)
    )
    numbers = base.mark_text(fontSize=13).encode(
        text="count:Q", color=alt.condition("datum.dark", alt.value("#ffffff"), alt.value(BLACK))
    )
    return alt.layer(cells, numbers).properties(width=alt.Step(62), height=alt.Step(_ROW))


def as_of_words(day: Any, locale: str) -> str:
    """The day of a chart in words."""
    return word("as of {day}", locale, day=day_said(day, locale))

"""The command line: report, check, status, totals, timeline, changes, convert."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pandas as pd

from pledgetrack import __version__, frames, render
from pledgetrack.calendar import FiscalCalendar, fiscal_calendar
from pledgetrack.convert import Converting
from pledgetrack.deflators import Deflators
from pledgetrack.errors import DayError, PledgetrackError
from pledgetrack.files import load_seeds, read, write
from pledgetrack.history import changes
from pledgetrack.ledger import Ledger
from pledgetrack.movements import MEASURES
from pledgetrack.rates import Rates
from pledgetrack.units import format_number


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status is 0, 1 (findings) or 2 (wrong call or input)."""
    arguments = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show a letter shows a question mark, not a traceback.
        sys.stdout.reconfigure(errors="replace")
    try:
        status = int(arguments.run(arguments))
        sys.stdout.flush()
    except PledgetrackError as error:
        print(f"pledgetrack: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader of the pipe has gone; what is left to say goes nowhere.
        _speak_to_nobody()
        return 0
    except OSError as error:
        print(f"pledgetrack: cannot print: {error.strerror}", file=sys.stderr)
        _speak_to_nobody()
        return 2
    return status


def _speak_to_nobody() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _ledger_options(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "folder", nargs="?", metavar="FOLDER",
        help="a ledger: a folder, or a .toml, .json, .csv or .parquet file "
        "(without it, the seeds that are shipped)",
    )  # fmt: skip


def _day_options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--as-of", metavar="DAY", help="YYYY-MM-DD (without it, today)")
    made.add_argument("--known-by", metavar="DAY", help="count only what had become known by then")


def _group_options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--by", action="append", default=[], metavar="KEY", help="repeatable")
    made.add_argument(
        "--calendar",
        metavar="NAME",
        type=_calendar,
        help="a fiscal calendar: US, or its first month and naming, such as 4:starting",
    )
    made.add_argument(
        "--range", action="store_true", help="add the least and the most that bounds imply"
    )


def _form_options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--format", choices=("table", "csv", "json"), default="table")


def _money_options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--into", metavar="CODE", help="convert money into a currency, such as USD")
    made.add_argument(
        "--rates", metavar="FILE",
        help="a CSV file of rates (without it, or with 'ecb', those of the European Central "
        "Bank)",
    )  # fmt: skip
    made.add_argument("--base", metavar="CODE", help="FILE says what one CODE is worth")
    made.add_argument("--quote", metavar="CODE", help="FILE says what the others are in CODE")
    made.add_argument(
        "--rate-day", default="announced", metavar="DAY",
        help="announced (the default), event, or YYYY-MM-DD",
    )  # fmt: skip
    made.add_argument(
        "--on-missing", choices=("raise", "keep"), default="raise",
        help="where there is no rate: an error (the default), or such amounts stay as they are",
    )  # fmt: skip
    made.add_argument("--deflators", metavar="FILE", help="a CSV file of price indices by year")
    made.add_argument("--base-year", metavar="YEAR", type=int, help="the year of the prices")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pledgetrack",
        description="Exact totals of public promises, and their fulfilment as of a day.",
    )
    parser.add_argument("--version", action="version", version=f"pledgetrack {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Any, words: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words)
        made.set_defaults(run=run)
        return made

    made = command("report", _report, "summary by party, status, and totals by party and horizon")
    _ledger_options(made)
    _day_options(made)
    _money_options(made)
    made = command("check", _check, "what to look at before publishing; exit status 1 on errors")
    _ledger_options(made)
    _form_options(made)
    made = command("status", _status, "the status of every commitment")
    _ledger_options(made)
    _day_options(made)
    _form_options(made)
    _money_options(made)
    made = command("totals", _totals, "exact totals by any keys")
    _ledger_options(made)
    _day_options(made)
    _form_options(made)
    _group_options(made)
    _money_options(made)
    made.add_argument("--per", metavar="PERIOD", help="year, fiscal year, quarter or month")
    made = command("timeline", _timeline, "cumulative totals at the end of each period")
    _ledger_options(made)
    _day_options(made)
    _form_options(made)
    _group_options(made)
    _money_options(made)
    made.add_argument("--freq", default="month", metavar="PERIOD", help="month, quarter or year")
    made.add_argument("--since", metavar="DAY", help="the first period to show")
    made = command("changes", _changes, "what changed from one ledger, or one day, to another")
    made.add_argument("old", metavar="OLD", help="the ledger as it was")
    made.add_argument("new", metavar="NEW", nargs="?", help="as it is (without it, OLD again)")
    made.add_argument("--since", metavar="DAY", help="look at OLD as of this day")
    made.add_argument("--until", metavar="DAY", help="look at NEW as of this day (today)")
    _form_options(made)
    made = command("convert", _convert, "read a ledger and write it in another form")
    made.add_argument("source", metavar="FROM")
    made.add_argument("target", metavar="TO", help="a .json, .csv or .parquet file, or a folder")
    made.add_argument("--format", choices=("csv", "parquet"), help="of the tables in a folder")
    return parser


def _calendar(text: str) -> FiscalCalendar:
    try:
        return fiscal_calendar(text)
    except PledgetrackError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _ledger(arguments: argparse.Namespace) -> Ledger:
    return load_seeds() if arguments.folder is None else read(arguments.folder)


def _converting(arguments: argparse.Namespace) -> Converting:
    """How amounts are to be converted."""
    deflators, path = None, arguments.deflators
    if path is not None:
        deflators = Deflators.read_csv(path, base_year=arguments.base_year)
    rates = None
    if arguments.rates not in (None, "ecb"):
        rates = Rates.read_csv(arguments.rates, base=arguments.base, quote=arguments.quote)
    elif arguments.base or arguments.quote:
        raise PledgetrackError("--base and --quote say which way round a file of --rates is")
    elif arguments.into or arguments.rates:
        rates = Rates.ecb()
    return {
        "into": arguments.into,
        "rates": rates,
        "rate_day": arguments.rate_day,
        "on_missing": arguments.on_missing,
        "deflators": deflators,
    }


def _report(arguments: argparse.Namespace) -> int:
    ledger = _ledger(arguments)
    options: dict[str, Any] = {**_days(arguments), **_converting(arguments)}
    summary = ledger.summary(by="party", **options)
    status = ledger.status(**options)
    totals = ledger.totals(by=["party", "horizon"], **options)
    count = f"{len(ledger)} commitment{'s' * (len(ledger) != 1)}"
    print(f"{count}, {summary.attrs['caption']}")
    for title, table in (
        ("Summary by party", summary),
        ("Status", status),
        ("Totals by party and horizon", totals),
    ):
        print(f"\n{title}\n{'=' * len(title)}")
        print(blocks(table))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    findings = _ledger(arguments).check()
    if arguments.format == "table":
        for row in findings.to_dict("records"):
            print(f"{row['severity']}: {row['commitment']}: {row['finding']}")
        counts = findings["severity"].value_counts()
        words = [f"{counts.get(name, 0)} {name}s" for name in ("error", "warning", "note")]
        print(", ".join(words))
    else:
        _show(findings, arguments.format)
    return int((findings["severity"] == "error").any())


def _status(arguments: argparse.Namespace) -> int:
    options: dict[str, Any] = {**_days(arguments), **_converting(arguments)}
    _show(_ledger(arguments).status(**options), arguments.format)
    return 0


def _days(arguments: argparse.Namespace) -> dict[str, Any]:
    return {"as_of": arguments.as_of, "known_by": arguments.known_by}


def _grouped(arguments: argparse.Namespace) -> dict[str, Any]:
    bounds = "range" if arguments.range else "words"
    grouped = {"by": arguments.by, "calendar": arguments.calendar, "bounds": bounds}
    return {**grouped, **_days(arguments), **_converting(arguments)}


def _totals(arguments: argparse.Namespace) -> int:
    table = _ledger(arguments).totals(per=arguments.per, **_grouped(arguments))
    _show(table, arguments.format)
    return 0


def _timeline(arguments: argparse.Namespace) -> int:
    options = {"freq": arguments.freq, "since": arguments.since, **_grouped(arguments)}
    _show(_ledger(arguments).timeline(**options), arguments.format)
    return 0


def _changes(arguments: argparse.Namespace) -> int:
    if arguments.new is None and arguments.since is None:
        raise DayError("one ledger, and since when? pass --since, or a second ledger", value=None)
    old = read(arguments.old)
    new = old if arguments.new is None else read(arguments.new)
    table = changes(old, new, since=arguments.since, until=arguments.until)
    if arguments.format == "table":
        print(table.attrs["caption"])
        print(_listed(table))
    else:
        _show(table, arguments.format)
    return 0


def _convert(arguments: argparse.Namespace) -> int:
    path = write(read(arguments.source), arguments.target, format=arguments.format)
    print(f"wrote {path}")
    return 0


# --- showing --------------------------------------------------------------------------------------


def _show(table: pd.DataFrame, form: str) -> None:
    if form == "csv":
        print(_plain(table).to_csv(index=False), end="")
    elif form == "json":
        rows = [
            {name: None if value == "" else value for name, value in row.items()}
            for row in _plain(table).to_dict("records")
        ]
        print(json.dumps({**table.attrs, "rows": rows}, ensure_ascii=False, indent=1))
    else:
        print(table.attrs.get("caption", ""))
        print(blocks(table))


def _listed(table: pd.DataFrame, width: int = render.WIDTH) -> str:
    """Changes as text: a line for each, its amounts and words in one column."""
    if table.empty:
        return "nothing changed"
    lines = []
    for row in table.to_dict("records"):
        moved = [
            f"{name} {'+' if row[name] > 0 else ''}{_human(row[name], name, 2)}"
            for name in MEASURES
            if row[name] is not None
        ]
        words = [str(row[name]) for name in ("before", "after") if not pd.isna(row[name])]
        moved += [" -> ".join(words)] if words else []
        on, citation = (_human(row[name], name) for name in ("on", "citation"))
        unit = "" if pd.isna(row["unit"]) else str(row["unit"])
        lines.append((str(row["commitment"]), str(row["change"]), on, unit, "; ".join(moved),
                      citation))  # fmt: skip
    header = ("commitment", "change", "on", "unit", "what", "citation")
    return render.text_table(header, lines, lead=2, right=set(), width=width)


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Every cell as a program reads it: amounts as digits, counts as numbers."""
    made = {}
    for name in table:
        made[name] = pd.Series([_machine(value) for value in table[name]], dtype=object)
    return pd.DataFrame(made)


def _machine(value: Any) -> Any:
    if pd.isna(value):
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return (
        value.item() if hasattr(value, "item") else value if isinstance(value, int) else str(value)
    )


def blocks(table: pd.DataFrame, width: int = render.WIDTH) -> str:
    """A result as text: a block per unit, columns that are empty in a block left out."""
    if table.empty:
        return "nothing recorded"
    # The keys stand before the unit; in a status table the commitment alone names a row.
    lead = 1 if "target" in table else list(table).index("unit")
    parts = []
    for unit in sorted(set(table["unit"]), key=frames.sort_key("unit")):
        block = _in_words(table[table["unit"] == unit].drop(columns="unit"))
        header = [str(name).replace("_", " ") for name in block]
        numbers = {
            word for name, word in zip(block, header, strict=True) if _is_number(block[name])
        }
        rows = [
            [_human(row[name], str(name)) for name in block] for row in block.to_dict("records")
        ]
        made = render.text_table(header, rows, lead=lead, right=numbers, width=width)
        parts.append(f"[{render.cut(unit, width - 2)}]\n{made}")
    return "\n\n".join(parts)


def _in_words(block: pd.DataFrame) -> pd.DataFrame:
    """The counts by status as one column, and what was announced only where it moved."""
    counts = [name for name in block if str(name).startswith("status_")]
    if counts:
        words = [
            ", ".join(f"{row[name]} {_status_word(name)}" for name in counts if row[name])
            for row in block.to_dict("records")
        ]
        block = block.drop(columns=counts).assign(statuses=words)
    for name in ("target", "end"):
        original = f"original_{name}"
        if original in block:
            moved = [
                "" if _human(row[name], name) == _human(row[original], name) else row[original]
                for row in block.to_dict("records")
            ]
            block = block.assign(**{original: pd.Series(moved, index=block.index, dtype=object)})
    return block


def _status_word(column: Any) -> str:
    return str(column).removeprefix("status_").replace("_", " ")


def _is_number(column: pd.Series) -> bool:
    values = [value for value in column if not pd.isna(value) and value != ""]
    return bool(values) and all(
        isinstance(value, Decimal) or hasattr(value, "__index__") for value in values
    )


def _human(value: Any, name: str, digits: int = 0) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, Decimal):
        if name == "share":
            # Never rounded up to done, nor down to nothing.
            shown = (100 * value).quantize(Decimal("0.1"), rounding=ROUND_DOWN)
            return "<0.1%" if 0 < value < Decimal("0.001") else f"{shown}%"
        # Money that is not whole shows all of its minor units.
        places = -int(value.as_tuple().exponent)
        return f"{value:,.{digits}f}" if 0 < places < digits else format_number(value)
    return str(value)

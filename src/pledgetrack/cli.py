"""The command line: tables, findings, changes and the facts behind a figure, without Python."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from pledgetrack import __version__
from pledgetrack.calendar import FiscalCalendar, fiscal_calendar
from pledgetrack.cli_files import (
    convert,
    convert_command,
    inspect,
    inspect_command,
    ledger_at,
    source_options,
)
from pledgetrack.convert import Converting
from pledgetrack.deflators import Deflators
from pledgetrack.errors import DayError, PledgetrackError
from pledgetrack.files import read
from pledgetrack.history import changes
from pledgetrack.ledger import Ledger
from pledgetrack.printing import blocks, shown
from pledgetrack.quantity import exact
from pledgetrack.rates import Rates
from pledgetrack.reconcile import reconcile


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
        help="a ledger: a folder, or a .toml, .json, .csv, .parquet or .xlsx file, or with --from "
        "a file of that format (without it, the seeds that are shipped)",
    )  # fmt: skip
    source_options(made)
    _choice_options(made)


def _choice_options(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--where", action="append", default=[], metavar="KEY=LABEL", type=_label,
        help="only what has this label, such as party=Mexico or unit=USD; repeatable, and of "
        "several labels of one key any will do",
    )  # fmt: skip
    made.add_argument(
        "--involving", action="append", metavar="PARTY",
        help="only what this party promised, alone or jointly; repeatable",
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
    _bounds_options(made)


def _bounds_options(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--bounds", choices=("words", "range"), default="words",
        help="what is not exact: in words (the default), or as the least and the most that it may "
        "be",
    )  # fmt: skip
    made.add_argument(
        "--range", dest="bounds", action="store_const", const="range", help="--bounds range"
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

    _reports(command)
    _tables(command)
    _histories(command)
    _files(command)
    return parser


_Command = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def _reports(command: _Command) -> None:
    made = command(
        "report", _report,
        "summary by party, status, and totals by party and horizon; or an HTML page to publish",
    )  # fmt: skip
    _ledger_options(made)
    _day_options(made)
    _money_options(made)
    group = made.add_argument_group("an HTML page")
    group.add_argument("--html", metavar="FILE", help="write one self-contained .html file")
    group.add_argument("--since", metavar="DAY", help="tell what changed after this day")
    group.add_argument(
        "--by", action="append", default=[], metavar="KEY",
        help="what its tables are by, without it party; repeatable",
    )  # fmt: skip
    group.add_argument(
        "--calendar", metavar="NAME", type=_calendar, help="a fiscal calendar for its charts"
    )
    group.add_argument("--title", metavar="TEXT", help="its title")
    group.add_argument("--locale", metavar="NAME", help="its language: en, es, fr, de")
    made = command("check", _check, "what to look at before publishing; exit status 1 on errors")
    _ledger_options(made)
    _form_options(made)
    made = command("status", _status, "the status of every commitment")
    _ledger_options(made)
    _day_options(made)
    _form_options(made)
    _money_options(made)


def _tables(command: _Command) -> None:
    made = command(
        "summary", _summary, "totals, the share delivered, and how many have which status"
    )
    _ledger_options(made)
    _day_options(made)
    _form_options(made)
    made.add_argument("--by", action="append", default=[], metavar="KEY", help="repeatable")
    _bounds_options(made)
    _money_options(made)
    made = command("totals", _totals, "exact totals by any keys")
    _ledger_options(made)
    _day_options(made)
    _form_options(made)
    _group_options(made)
    _money_options(made)
    made.add_argument("--per", metavar="PERIOD", help="year, fiscal year, quarter or month")
    made.add_argument(
        "--include-repeats", action="store_true",
        help="add the headline sum, with what was announced again",
    )  # fmt: skip


def _histories(command: _Command) -> None:
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
    made.add_argument("--known-by", metavar="DAY", help="count only what had become known by then")
    _choice_options(made)
    _form_options(made)
    _money_options(made)
    made = command(
        "explain", _explain, "the movements behind a figure, under its labels, with citations"
    )
    _ledger_options(made)
    _day_options(made)
    _form_options(made)
    _money_options(made)
    made.add_argument(
        "--measure", metavar="NAME", help="proposed, pledged, committed, delivered or alleged"
    )


def _files(command: _Command) -> None:
    convert_command(command("convert", convert, "read files and write them in another form"))
    words = "draft the mapping of a table, and say on stderr what it looks like"
    inspect_command(command("inspect", inspect, words))
    words = "totals that a document states beside those of a ledger; exit status 1 if some differ"
    made = command("reconcile", _reconcile, words)
    made.add_argument("folder", metavar="FILE", help="a ledger, or with --from another file")
    made.add_argument(
        "stated", metavar="STATED", help="a CSV file: keys, unit, and figures such as pledged"
    )
    source_options(made)
    _choice_options(made)
    _day_options(made)
    _form_options(made)
    _money_options(made)
    made.add_argument("--by", action="append", metavar="KEY", help="repeatable")
    made.add_argument("--calendar", metavar="NAME", type=_calendar, help="a fiscal calendar")
    made.add_argument("--per", metavar="PERIOD", help="STATED has a column period")
    made.add_argument(
        "--tolerance", metavar="NUMBER", type=_number, default=Decimal(0),
        help="figures that differ by no more agree",
    )  # fmt: skip


def _number(text: str) -> Decimal:
    try:
        return exact(text)
    except PledgetrackError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _calendar(text: str) -> FiscalCalendar:
    try:
        return fiscal_calendar(text)
    except PledgetrackError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _label(text: str) -> tuple[str, str]:
    key, equals, label = text.partition("=")
    if not (key.strip() and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is no KEY=LABEL, such as party=Mexico")
    return key.strip(), label.strip()


def _labels(arguments: argparse.Namespace) -> dict[str, Any]:
    """The labels of each key that were chosen."""
    made: dict[str, list[str]] = {}
    for key, label in arguments.where:
        made.setdefault(key, []).append(label)
    return dict(made)


def _ledger(arguments: argparse.Namespace) -> Ledger:
    paths = [] if arguments.folder is None else [arguments.folder]
    return _chosen(ledger_at(paths, arguments), arguments)


def _chosen(ledger: Ledger, arguments: argparse.Namespace) -> Ledger:
    labels, involving = _labels(arguments), arguments.involving
    for name in ("self", "as_of", "known_by", "involving"):
        if name in labels:
            raise PledgetrackError(f"{name!r} is no key of --where")
    if not labels and not involving:
        return ledger
    as_of = getattr(arguments, "as_of", None) or getattr(arguments, "until", None)
    days = {"as_of": as_of, "known_by": getattr(arguments, "known_by", None)}
    return ledger.filter(involving=involving, **days, **labels)


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
    shape = {name: value for name in ("since", "by", "calendar", "title", "locale")
             if (value := getattr(arguments, name))}  # fmt: skip
    if shape and arguments.html is None:
        raise PledgetrackError(f"--{next(iter(shape))} goes with --html FILE")
    ledger = _ledger(arguments)
    options: dict[str, Any] = {**_days(arguments), **_converting(arguments)}
    if arguments.html is not None:
        from pledgetrack.reports import report

        report(ledger, arguments.html, **shape, **options)
        print(f"wrote {arguments.html}")
        return 0
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
        print(shown(findings, arguments.format))
    return int((findings["severity"] == "error").any())


def _status(arguments: argparse.Namespace) -> int:
    options: dict[str, Any] = {**_days(arguments), **_converting(arguments)}
    print(shown(_ledger(arguments).status(**options), arguments.format))
    return 0


def _days(arguments: argparse.Namespace) -> dict[str, Any]:
    return {"as_of": arguments.as_of, "known_by": arguments.known_by}


def _grouped(arguments: argparse.Namespace) -> dict[str, Any]:
    grouped = {"by": arguments.by, "calendar": arguments.calendar, "bounds": arguments.bounds}
    return {**grouped, **_days(arguments), **_converting(arguments)}


def _summary(arguments: argparse.Namespace) -> int:
    options: dict[str, Any] = {**_days(arguments), **_converting(arguments)}
    table = _ledger(arguments).summary(arguments.by, bounds=arguments.bounds, **options)
    print(shown(table, arguments.format))
    return 0


def _explain(arguments: argparse.Namespace) -> int:
    options: dict[str, Any] = {**_days(arguments), **_converting(arguments)}
    table = _ledger(arguments).explain(measure=arguments.measure, **options)
    print(shown(table, arguments.format))
    return 0


def _totals(arguments: argparse.Namespace) -> int:
    options = {"per": arguments.per, "include_repeats": arguments.include_repeats}
    table = _ledger(arguments).totals(**options, **_grouped(arguments))
    print(shown(table, arguments.format))
    return 0


def _timeline(arguments: argparse.Namespace) -> int:
    options = {"freq": arguments.freq, "since": arguments.since, **_grouped(arguments)}
    print(shown(_ledger(arguments).timeline(**options), arguments.format))
    return 0


def _changes(arguments: argparse.Namespace) -> int:
    if arguments.new is None and arguments.since is None:
        raise DayError("one ledger, and since when? pass --since, or a second ledger", value=None)
    paths = [path for path in (arguments.old, arguments.new) if path is not None]
    ledgers = [_chosen(read(path), arguments) for path in paths]
    options = {name: getattr(arguments, name) for name in ("since", "until", "known_by")}
    table = changes(ledgers[0], ledgers[-1], **options, **_converting(arguments))
    print(shown(table, arguments.format))
    return 0


def _reconcile(arguments: argparse.Namespace) -> int:
    options = {name: getattr(arguments, name) for name in ("by", "per", "calendar", "tolerance")}
    found = reconcile(
        _ledger(arguments), arguments.stated, **options, **_days(arguments),
        **_converting(arguments),
    )  # fmt: skip
    if found.empty and arguments.format == "table":
        print(f"{found.attrs.get('caption', '')}\neverything agrees")
    else:
        print(shown(found, arguments.format))
    return int(not found.empty)

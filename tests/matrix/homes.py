"""Where rows live: each engine by name, with a way to put a movements table there.

``local-cluster`` starts Spark's own master and two workers, each a process of its own. PostgreSQL
is started on a data directory and a socket of its own, by a user other than root, and stopped.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

Engine = Callable[[pa.Table], Any]
NAMES = ("pandas", "pyarrow", "polars", "polars lazy", "duckdb", "pyspark", "postgres")
_PROGRAMS = "/usr/lib/postgresql"
_SQL_TYPES: dict[str, str] = {
    "string": "text", "large_string": "text", "date32[day]": "date", "bool": "boolean",
    "int64": "bigint", "decimal128(28, 6)": "numeric(28,6)", "decimal128(38, 0)": "numeric(38,0)",
    "decimal128(38, 6)": "numeric(38,6)", "double": "double precision",
    "timestamp[us]": "timestamp",
}  # fmt: skip


def missing(name: str) -> str | None:
    """What is not there of an engine, if anything."""
    modules = {"pyspark": ("pyspark",), "postgres": ("ibis", "psycopg")}
    needed = modules.get(name, (name.split(" ", maxsplit=1)[0],))
    for module in needed:
        if importlib.util.find_spec(module) is None:
            return f"{module} is not installed"
    if name == "postgres" and _programs() is None:
        return "there is no PostgreSQL server"
    return "there is no Java" if name == "pyspark" and shutil.which("java") is None else None


def plain(table: pa.Table) -> pa.Table:
    """The table with keys as plain text, as data bases hold them."""
    for at, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            text = table.column(at).cast(field.type.value_type)
            table = table.set_column(at, field.name, text)
    return table


@contextlib.contextmanager
def home(name: str) -> Iterator[Engine]:
    """A running engine."""
    if name == "pyspark":
        with _spark() as engine:
            yield engine
    elif name == "postgres":
        with _postgres() as engine:
            yield engine
    else:
        yield _in_process(name)


def _in_process(name: str) -> Engine:
    def pandas(table: pa.Table) -> Any:
        return table.to_pandas(date_as_object=True)

    def polars(table: pa.Table) -> Any:
        import polars as pl

        return pl.from_arrow(table)

    def duckdb(table: pa.Table) -> Any:
        import duckdb as db

        return db.connect().from_arrow(plain(table))

    return {
        "pandas": pandas,
        "pyarrow": lambda table: table,
        "polars": polars,
        "polars lazy": lambda table: polars(table).lazy(),
        "duckdb": duckdb,
    }[name]


@contextlib.contextmanager
def _spark() -> Iterator[Engine]:
    import pyspark
    from pyspark.sql import SparkSession

    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    with tempfile.TemporaryDirectory() as work:
        warnings.filterwarnings("ignore", "PySpark does not yet fully support", FutureWarning)
        session = (
            SparkSession.builder.master("local-cluster[2,1,1024]")
            .appName("pledgetrack")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.default.parallelism", "2")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.log.level", "ERROR")
            .config("spark.local.dir", work)
            .config("spark.sql.warehouse.dir", f"{work}/warehouse")
            .config("spark.sql.session.timeZone", "Pacific/Auckland")
            .getOrCreate()
        )
        try:
            numbered = itertools.count()

            def load(table: pa.Table) -> Any:
                import pyarrow.parquet as pq

                # Two files, so that either worker has rows.
                folder = Path(work) / f"movements-{next(numbered)}"
                folder.mkdir()
                half = (len(table) + 1) // 2
                for at, part in enumerate((table.slice(0, half), table.slice(half))):
                    pq.write_table(plain(part), folder / f"part-{at}.parquet")
                return session.read.parquet(str(folder))

            yield load
        finally:
            session.stop()


def _programs() -> Path | None:
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).parent
    versions = sorted(Path(_PROGRAMS).glob("*/bin/pg_ctl"))
    return versions[-1].parent if versions else None


@contextlib.contextmanager
def _postgres() -> Iterator[Engine]:
    import ibis
    import psycopg

    programs = _programs()
    assert programs is not None
    # A server refuses to run as root.
    other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="pg-") as work:
        if other:
            shutil.chown(work, "postgres")
        data = f"{work}/data"

        def run(program: str, *arguments: str) -> None:
            command = [*other, str(programs / program), *arguments]
            subprocess.run(command, check=True, cwd=work, stdout=subprocess.DEVNULL)

        run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-N", "-E", "UTF8",
            "--locale=C")  # fmt: skip
        # No port of the network: a socket in the same folder.
        options = (
            f"-k {work} -c listen_addresses='' -c fsync=off -c jit=off -c timezone=Pacific/Auckland"
        )
        run("pg_ctl", "-D", data, "-o", options, "-l", f"{work}/log", "-w", "start")
        try:
            reach: dict[str, Any] = {"host": work, "user": "postgres"}
            made = psycopg.connect(dbname="postgres", autocommit=True, **reach)
            connection = ibis.postgres.connect(database="postgres", **reach)
            numbered = itertools.count()

            def load(table: pa.Table) -> Any:
                name, table = f"movements_{next(numbered)}", plain(table)
                columns = ", ".join(
                    f'"{field.name}" {_SQL_TYPES[str(field.type)]}' for field in table.schema
                )
                made.execute(f"create table {name} ({columns})")
                with made.cursor().copy(f"copy {name} from stdin") as copy:
                    for row in table.to_pylist():
                        copy.write_row([_text(value) for value in row.values()])
                # Without statistics the planner takes nested loops for joins of a few rows.
                made.execute(f"analyze {name}")
                return connection.table(name)

            yield load
            connection.disconnect()
            made.close()
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value

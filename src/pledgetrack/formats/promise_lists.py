"""Lists of promises as files hold them (JSON, YAML, tables), each as rows under titles."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pledgetrack import limits
from pledgetrack.errors import FileFormatError, MissingExtraError
from pledgetrack.formats.grids import SUFFIXES, Grid, grid_of_frame, grids_of_file, plain
from pledgetrack.formats.json_stream import JsonList, Repeated
from pledgetrack.formats.table_mapping import TableMapping
from pledgetrack.intake import File, files_of

NAMES = ("promises", "commitments", "pledges")
"""The members under which a list of promises stands."""

_YAML = (".yaml", ".yml")
_ITEM_NAMES = ("url", "link", "href", "name", "title", "text")
_FIRST_LINE = re.compile(
    r"(?:[^\S\n]*+(?:#[^\n]*+)?\n)*+[^\S\n]*+(?:---|- |-\n|[\w '\"-]+:(?:\s*\n| *[&|>]))"
)
# A list may use an anchor often, but not so that few lines stand for millions of values.
_FREE, _TIMES = 100_000, 10
_MOST_DEPTH = 50
_DATA = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "seq", "map", "merge", "int", "float", "bool", "null", "timestamp")
}


@dataclass(slots=True)
class PromiseList:
    """One list: a grid of it, what the file says beside it, and where each row stands.

    ``lines`` and ``elements`` are those of the rows by their numbers; a grid of a table says its
    own places.
    """

    grid: Grid
    about: Mapping[str, Any] = field(default_factory=dict)
    lines: dict[int, int] = field(default_factory=dict)
    elements: dict[int, str] = field(default_factory=dict)
    wrong: dict[int, str] = field(default_factory=dict)

    def line(self, number: int) -> int | None:
        """The line on which a row stands, where its file has lines."""
        return self.lines.get(number, number if self.grid.row_word == "line" else None)

    def element(self, number: int) -> str:
        """The place of a row in its file."""
        return self.elements.get(number) or self.grid.place(number)


def lists_of(source: Any, mapping: TableMapping) -> Iterator[PromiseList]:
    """The lists of promises in a path, a folder, an open file or a frame."""
    if not isinstance(source, (str, os.PathLike)) and not callable(getattr(source, "read", None)):
        yield PromiseList(grid_of_frame(source))
        return
    for file in files_of(source, (*SUFFIXES, *_YAML), what="list of promises"):
        yield from _lists_of_file(file, mapping)


def _lists_of_file(file: File, mapping: TableMapping) -> Iterator[PromiseList]:
    content = file.content()
    file = File(file.name, io.BytesIO(content), file.encoding)
    head = content.lstrip(b"\xef\xbb\xbf\xff\xfe\xfe\xff\0 \t\r\n")[:1]
    name = file.name.lower().removesuffix(".gz")
    if head in (b"{", b"[") and not name.endswith((".csv", ".tsv", ".js", ".jsonl", ".ndjson")):
        yield _json(file)
    elif name.endswith(_YAML) or _looks_like_yaml(content, name):
        yield _yaml(content, file.name)
    else:
        for grid in grids_of_file(file, encoding=mapping.encoding, delimiter=mapping.delimiter):
            if (
                mapping.sheets is None
                or grid.sheet is None
                or grid.sheet in _listed(mapping.sheets)
            ):
                yield PromiseList(grid)


def _listed(names: Any) -> Any:
    return [names] if isinstance(names, str) else names


def _looks_like_yaml(content: bytes, name: str) -> bool:
    if name.endswith((".csv", ".tsv", ".txt", *SUFFIXES)):
        return False
    return _FIRST_LINE.match(content[:4096].decode("utf-8-sig", "replace")) is not None


# --- records --------------------------------------------------------------------------------------


def _of_records(
    file: str, records: Iterable[tuple[int | None, Any]], name: str | None, about: Mapping[str, Any]
) -> PromiseList:
    """The list that nested records make, each at a line."""
    made = PromiseList(Grid(file, [], row_word="record"), about)
    flats: list[dict[str, Any]] = []
    for number, (line, record) in enumerate(records, start=1):
        made.elements[number] = f"{name or 'record'}/{number - 1}"
        if line is not None:
            made.lines[number] = line
        if isinstance(record, Repeated):
            made.wrong[number] = f"{record.names[0]!r} is given twice, with two values"
        elif not isinstance(record, Mapping):
            made.wrong[number] = f"{str(record)[:40]!r} is no promise; a promise is an object"
        flats.append(dict(_flat(record)) if isinstance(record, Mapping) else {"value": str(record)})
    titles = list(dict.fromkeys(title for record in flats for title in record))
    if words := limits.too_wide(len(titles)):
        raise FileFormatError(f"{file!r} {words}", path=file)
    made.grid.titles = titles
    made.grid.rows = [
        (number, [record.get(title) for title in titles])
        for number, record in enumerate(flats, start=1)
    ]
    return made


def _flat(record: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, list):
            yield f"{before}{name}", plain([_item(item) for item in value])
        else:
            yield f"{before}{name}", plain(value)


def _item(item: Any) -> Any:
    """An element of a list as text: of an object its address, else its name."""
    if isinstance(item, Mapping):
        return next((item[name] for name in _ITEM_NAMES if item.get(name)), None)
    return item


def _list_beside(file: str, about: dict[str, Any]) -> tuple[str, list[Any]]:
    """The one list of objects among the members of a file."""
    found = [
        name for name, value in about.items()
        if isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value)
    ]  # fmt: skip
    if len(found) != 1:
        held = ", ".join(map(repr, found)) or "none"
        raise FileFormatError(
            f"{file!r} holds no list 'promises', and which other list is meant is not clear "
            f"(lists of objects: {held})",
            path=file,
        )
    return found[0], about.pop(found[0])


def _json(file: File) -> PromiseList:
    reading = JsonList(file, NAMES)
    items = [(item.line, item.value) for item in reading]
    name, about = reading.name, dict(reading.beside)
    if not reading.is_found:
        name, values = _list_beside(file.name, about)
        items = [(1, value) for value in values]
    return _of_records(file.name, items, name, about)


# --- YAML -----------------------------------------------------------------------------------------


def _yaml(content: bytes, file: str) -> PromiseList:
    """A YAML file: every value as the text that stands there, so that "no" and 1.10 stay."""
    try:
        import yaml
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "YAML files need PyYAML; pip install 'pledgetrack[yaml]'", extra="yaml"
        ) from error
    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    merge = [("tag:yaml.org,2002:merge", re.compile("<<"))]
    texts = type("Texts", (base,), {"yaml_implicit_resolvers": {"<": merge}})
    try:
        loader = texts(content)
        root = loader.get_single_node()
        _bounded(root, yaml)
        return _of_nodes(loader, root, file, yaml)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, FileFormatError):
            raise
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        what = getattr(error, "problem", None) or str(error)[:200] or "nested too deeply"
        raise FileFormatError(f"{file!r} is no valid YAML: {what}{line}", path=file) from error


def _of_nodes(loader: Any, root: Any, file: str, yaml: Any) -> PromiseList:
    def value(node: Any) -> Any:
        return loader.construct_object(node, deep=True)

    def listed(node: Any) -> list[tuple[int | None, Any]]:
        return [(item.start_mark.line + 1, value(item)) for item in node.value]

    if root is None:
        raise FileFormatError(f"the file {file!r} is empty", path=file)
    if isinstance(root, yaml.SequenceNode):
        return _of_records(file, listed(root), None, {})
    if not isinstance(root, yaml.MappingNode):
        raise FileFormatError(f"{file!r} holds no list of promises", path=file)
    members = {key.value: node for key, node in root.value}
    name = next((n for n in NAMES if isinstance(members.get(n), yaml.SequenceNode)), None)
    if name is None:
        name, _ = _list_beside(file, {key: value(node) for key, node in members.items()})
    about = {key: value(node) for key, node in members.items() if key != name}
    return _of_records(file, listed(members[name]), name, about)


def _bounded(root: Any, yaml: Any) -> None:
    """Refuse a file whose anchors stand for more values than it could list, or for themselves."""
    sizes: dict[int, int] = {}
    open_: set[int] = set()

    def size(node: Any, depth: int) -> int:
        if id(node) in open_:
            raise ValueError(f"an anchor holds itself (line {node.start_mark.line + 1})")
        if depth > _MOST_DEPTH:
            raise ValueError(f"nested too deeply (line {node.start_mark.line + 1})")
        if id(node) not in sizes:
            if node.tag not in _DATA:
                tag = node.tag.replace("tag:yaml.org,2002:", "!!")
                raise ValueError(f"{tag[:60]!r} is no data (line {node.start_mark.line + 1})")
            open_.add(id(node))
            inner: list[Any] = []
            if isinstance(node, yaml.SequenceNode):
                inner = node.value
            elif isinstance(node, yaml.MappingNode):
                _once(node, yaml)
                inner = [part for pair in node.value for part in pair]
            sizes[id(node)] = 1 + sum(size(part, depth + 1) for part in inner)
            open_.discard(id(node))
        return sizes[id(node)]

    if root is not None and size(root, 0) > _FREE + _TIMES * len(sizes):
        raise ValueError("its anchors stand for far more values than it lists")


def _once(node: Any, yaml: Any) -> None:
    """Refuse a mapping whose keys are no texts, or come twice."""
    seen = set()
    for key, _ in node.value:
        line = f"(line {key.start_mark.line + 1})"
        if not isinstance(key, yaml.ScalarNode):
            raise ValueError(f"a key is no text {line}")  # noqa: TRY004  # a file is wrong, no call
        if key.value in seen and key.value != "<<":
            raise ValueError(f"{key.value[:40]!r} is given twice {line}")
        seen.add(key.value)

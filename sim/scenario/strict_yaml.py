"""YAML read strictly, with the place of every value; nothing in a file is executed or shared by reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sim.scenario.complete import Path
from sim.scenario.faults import Fault, Place, fault_at
from sim.scenario.leaf import shown
from sim.scenario.read_quantity import number_in

_Event = Any
"""One event of the parser; its classes share no typed interface."""

MOST_BYTES = 128 * 1024
MOST_EVENTS = 8_000
MOST_DEPTH = 32

ALIAS = ("a value written out, or in quotes if it begins with *", "an alias (*)")
"""What is expected instead of an alias, and what an alias is called."""

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_WORDS: dict[str, object] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(slots=True)
class Document:
    """What a file says: its values, and where each value and each key stands."""

    data: Any = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    raw: dict[Path, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    whole: bool = True
    """Whether the file could be read to its end."""


def read_yaml(content: bytes, file: str) -> Document:
    """The one mapping in a file's bytes; its faults are in it, none is raised."""
    document = read_value(content, file)
    if not document.faults and not isinstance(document.data, dict):
        place = document.values.get((), Place(file, 1, 1))
        got = "a list" if isinstance(document.data, list) else "one value"
        got = "an empty file" if document.data is None else got
        _stop(document, place, "a mapping of keys and values", got)
    return document


def read_value(content: bytes, file: str) -> Document:
    """The one value in some bytes, of whatever kind."""
    document = Document()
    text = _text(content, file, document)
    if document.whole:
        _Reader(file, document).read(text)
    return document


def _stop(document: Document, place: Place, expected: str, got: str, where: str = "file") -> None:
    document.faults.append(fault_at(place, where, expected, got))
    document.whole = False


def _text(content: bytes, file: str, document: Document) -> str:
    if len(content) > MOST_BYTES:
        _stop(document, Place(file, 1, 1), f"a file of at most {MOST_BYTES // 1024} KiB", "a larger one")
        return ""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = Place(file, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        _stop(document, place, "text in UTF-8", f"byte 0x{content[error.start]:02x}")
        return ""
    for n, found in enumerate(_HIDDEN.finditer(text)):
        if n == 10:
            break
        before_it = text[: found.start()]
        place = Place(file, before_it.count("\n") + 1, found.start() - before_it.rfind("\n"))
        _stop(document, place, "text without hidden characters", f"U+{ord(found[0]):04X}")
    _refuse_depth(text, file, document)
    return text


def _refuse_depth(text: str, file: str, document: Document) -> None:
    """Stop at a line that opens too many brackets; the parser would look far ahead at each of them."""
    for line, said in enumerate(text.split("\n"), 1):
        if said.count("[") + said.count("{") <= MOST_DEPTH:
            continue
        depth = 0
        for column, letter in enumerate(said, 1):
            depth += (letter in "[{") - (letter in "]}")
            if depth > MOST_DEPTH:
                place = Place(file, line, column)
                _stop(document, place, f"at most {MOST_DEPTH} levels of nesting", "more levels")
                return


class _Reader:
    """Builds plain values from the events of the parser, and keeps the place of each."""

    def __init__(self, file: str, document: Document) -> None:
        self.file, self.document = file, document
        self.count = 0
        self.last = Place(file, 1, 1)

    def read(self, text: str) -> None:
        from ruamel.yaml import YAML

        try:
            events = YAML(typ="safe", pure=True).parse(text)
            self._document(iter(events), text)
        except _StopError:
            pass
        except Exception as error:  # whatever the parser makes of a hostile text is a fault of that text
            self._syntax(error, text)

    def _document(self, events: Iterator[_Event], text: str) -> None:
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if getattr(event, "version", None) not in (None, (1, 2)) or getattr(event, "tags", None):
                    self._fault(event, "file", "YAML 1.2 without directives", "a % directive")
                self.document.data = self._value(next(events), events, (), 0)
            elif kind == "DocumentEndEvent":
                self._nothing_follows(events, text)

    def _nothing_follows(self, events: Iterator[_Event], text: str) -> None:
        event = next(events)
        if type(event).__name__ != "StreamEndEvent":
            self._fault(event, "file", "one document", "a second document")
            raise _StopError

    def _fault(self, event: _Event, where: str, expected: str, got: str) -> None:
        self.document.faults.append(fault_at(self._place(event), where, expected, got))

    def _place(self, event: _Event) -> Place:
        mark = event.start_mark
        self.last = Place(self.file, mark.line + 1, mark.column + 1)
        return self.last

    def _value(self, event: _Event, events: Iterator[_Event], path: Path, depth: int) -> Any:  # noqa: ANN401
        self.count += 1
        kind, where = type(event).__name__, dotted(path)
        self.document.values[path] = self._place(event)
        if self.count > MOST_EVENTS:
            _stop(self.document, self._place(event), f"at most {MOST_EVENTS} values in a file", "more", where)
            raise _StopError
        if kind == "AliasEvent":
            self._fault(event, where, ALIAS[0], ALIAS[1])
            return None
        if getattr(event, "anchor", None):
            self._fault(event, where, "a value without an anchor", f"&{shown(str(event.anchor))}")
        if getattr(event, "tag", None):
            tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            self._fault(event, where, "a value without a tag", shown(tag))
        if kind == "ScalarEvent":
            return self._scalar(event, path)
        if depth >= MOST_DEPTH:
            place = self._place(event)
            _stop(self.document, place, f"at most {MOST_DEPTH} levels of nesting", "more levels", where)
            raise _StopError
        if kind == "SequenceStartEvent":
            return self._sequence(events, path, depth)
        return self._mapping(events, path, depth)

    def _scalar(self, event: _Event, path: Path) -> object:
        text: str = event.value
        is_left_out = event.style is None and not text and not event.tag and not event.anchor
        if is_left_out and path in self.document.keys:
            self.document.values[path] = self.document.keys[path]
        self.document.raw[path] = shown(text if event.style is None else f'"{text}"') or "nothing"
        if event.style is not None:
            hidden = _HIDDEN.search(text)
            if hidden:
                got = f"U+{ord(hidden[0]):04X}"
                self._fault(event, dotted(path), "text without hidden characters", got)
                return _HIDDEN.sub("?", text)
            return text
        if text in _WORDS:
            return _WORDS[text]
        number = number_in(text)
        return text if number is None else number

    def _sequence(self, events: Iterator[_Event], path: Path, depth: int) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            items.append(self._value(event, events, (*path, len(items)), depth + 1))
        return items

    def _mapping(self, events: Iterator[_Event], path: Path, depth: int) -> dict[str, Any]:
        filled: dict[str, Any] = {}
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                break
            self.count += 1
            odd = _odd_key(event)
            if odd:
                _stop(self.document, self._place(event), "a plain word as key", odd, dotted(path))
                raise _StopError
            key: str = _HIDDEN.sub("?", event.value)
            here, place = (*path, key), self._place(event)
            if key in filled:
                got = f"{shown(key)} again; first on line {self.document.keys[here].line}"
                self.document.faults.append(fault_at(place, dotted(here), "each key once", got))
                self._skip(events, here, depth)
            else:
                self.document.keys[here] = place
                filled[key] = self._value(next(events), events, here, depth + 1)
        return filled

    def _skip(self, events: Iterator[_Event], path: Path, depth: int) -> None:
        """Read the value of a repeated key for its faults only."""
        other = _Reader(self.file, Document(faults=self.document.faults))
        other.count = self.count
        try:
            other._value(next(events), events, path, depth + 1)
        finally:
            self.count = other.count
            self.document.whole = self.document.whole and other.document.whole

    def _syntax(self, error: Exception, text: str) -> None:
        said = str(getattr(error, "problem", None) or "a text that no YAML reader takes").removeprefix(
            "found "
        )
        marks = [getattr(error, "problem_mark", None), getattr(error, "context_mark", None)]
        mark = next((m for m in (marks[::-1] if said in _SAID_OF_START else marks) if m is not None), None)
        expected, got = next((w for part, w in _SAID.items() if part in said), ("valid YAML", shown(said)))
        place = self.last
        if mark is not None:
            place = Place(self.file, mark.line + 1, mark.column + 1)
            rest = text[mark.index : mark.index + 20].split("\n", maxsplit=1)[0].strip("\r")
            got = got or shown(rest) or "the end of the line"
            if rest.startswith("\t"):
                expected, got = "spaces for indentation", "a tab"
        _stop(self.document, place, expected, got)


def _odd_key(event: _Event) -> str:
    """What a key is that is no plain word; empty if it is one."""
    kind = type(event).__name__
    if kind != "ScalarEvent":
        return {"AliasEvent": ALIAS[1], "SequenceStartEvent": "a list"}.get(kind, "a mapping")
    if getattr(event, "anchor", None):
        return "an anchor"
    if getattr(event, "tag", None):
        return "a tag"
    return "" if event.value else "nothing"


class _StopError(Exception):
    """The rest of the file is not read."""


_SAID = {
    "mapping values are not allowed": ("one 'key: value' on a line", "a second ':'"),
    "could not find expected ':'": ("'key: value'", "a line without ':'"),
    "expected <block end>": ("lines of one mapping or list to be indented alike", "another indentation"),
    "unexpected end of stream": ("a closing quote", "the end of the file"),
    "expected ',' or ']'": ("',' or ']' in a list", ""),
    "expected ',' or '}'": ("',' or '}' in a mapping", ""),
    "expected alphabetic or numeric character": ("quotes around what begins with *, & or %", ""),
    "expected the node content": ("a value", ""),
}


_SAID_OF_START = ("unexpected end of stream", "could not find expected ':'")
"""What the parser says at the end of what is wrong; the place to name is where that starts."""


def dotted(path: Path) -> str:
    """A path as people write it: countries.KZ.sharing."""
    return ".".join(shown(str(key)) for key in path) or "file"

"""The answer of a comparison: text for a terminal, Markdown for a report, CSV for a spreadsheet."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from experiments.comparison_sections import Cells, Section, preface, sections, title

if TYPE_CHECKING:
    import pandas as pd

    from experiments.effects import Effects

WIDTH, NAME_WIDTH = 110, 30
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def comparison_summary(effects: Effects, command: str = "") -> str:
    """The comparison for a terminal; `command` is what was typed to get it."""
    parts = [[title(effects), *preface(effects)]]
    parts += [_as_text(section) for section in sections(effects, command)]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def comparison_markdown(effects: Effects, command: str = "") -> str:
    """The same as Markdown, with tables that a reader of GitHub or a word processor can use."""
    lines = [f"# {_escaped(title(effects))}", "", *(f"- {_escaped(line)}" for line in preface(effects)), ""]
    for section in sections(effects, command):
        lines += [f"## {_escaped(section.title.capitalize())}", ""]
        for line in section.lines:
            lines += [f"    {line}" if section.title.startswith("TO MAKE") else _escaped(line), ""]
        if section.head:
            marks = ["---" if text else "---:" for text in _text_columns([section.head, *section.rows])]
            lines += [_bar(section.head), _bar(marks)]
            lines += [_bar(map(_escaped, row)) for row in section.rows]
            lines.append("")
        lines += [f"- {_escaped(note)}" for note in section.notes]
        lines += [""] if section.notes else []
    return "\n".join(lines).rstrip() + "\n"


def csv_text(frame: pd.DataFrame) -> str:
    """A frame as CSV. Text that a spreadsheet would take for a formula gets an apostrophe before it.

    Numbers are left as they are, negative ones too; so is text that is nothing but a number.
    """
    from pandas.api.types import is_numeric_dtype

    safe = frame.copy()
    for name in frame.columns:
        if not is_numeric_dtype(frame[name]):
            safe[name] = frame[name].map(_neutral)
    safe.columns = [str(_neutral(str(name))) for name in frame.columns]
    return str(safe.to_csv(index=False, lineterminator="\n"))


def _neutral(cell: Any) -> Any:  # noqa: ANN401 (whatever a frame holds)
    """The cell, marked as text if it would be read as a formula."""
    if isinstance(cell, str) and cell.startswith(_FORMULA) and not _is_number(cell):
        return f"'{cell}"
    return cell


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) is not None


def _as_text(section: Section) -> list[str]:
    """Title, lines, table and notes, none wider than the terminal where that can be."""
    lines = [section.title]
    for line in section.lines:
        is_command = section.title.startswith("TO MAKE")
        lines += [f"  {line}"] if is_command else _filled(line)
    if section.head:
        lines += _aligned([section.head, *section.rows])
    for note in section.notes:
        lines += _filled(note)
    return lines


def _filled(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _aligned(rows: Sequence[Cells]) -> list[str]:
    """Columns side by side, names on the left; where names come again, each stands above its rows once."""
    names = [row[0] for row in rows[1:]]
    if len(set(names)) < len(names):
        return _grouped(rows)
    told = [_name_lines(row[0]) for row in rows]
    wide = max(len(line) for lines in told for line in lines)
    lines: list[str] = []
    for name, figures in zip(told, _columns([row[1:] for row in rows]), strict=True):
        lines.append(f"  {name[0].ljust(wide)}  {figures}".rstrip())
        lines += [f"    {rest}" for rest in name[1:]]
    return lines


def _grouped(rows: Sequence[Cells]) -> list[str]:
    """Rows under the name that they share, the last column filled to the width of the terminal."""
    heads = [*_columns([row[1:-1] for row in rows])]
    indent = 6 + max(map(len, heads))
    lines: list[str] = []
    for n, (row, head) in enumerate(zip(rows, heads, strict=True)):
        if n and row[0] != rows[n - 1][0]:
            lines.append(f"  {row[0]}")
        cell = textwrap.wrap(row[-1], max(WIDTH - indent, 30), break_long_words=False, break_on_hyphens=False)
        lines.append(f"    {head.ljust(indent - 6)}  {cell[0] if cell else ''}".rstrip())
        lines += [" " * indent + rest for rest in cell[1:]]
    return lines


def _columns(rows: Sequence[Cells]) -> list[str]:
    """Cells of each row padded to the widths of their columns, words on the left, figures on the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    is_text = _text_columns(rows)
    return [
        "  ".join(
            cell.ljust(width) if text else cell.rjust(width)
            for cell, width, text in zip(row, widths, is_text, strict=True)
        )
        for row in rows
    ]


def _name_lines(name: str) -> list[str]:
    """A name in lines that fit its column, broken after a plus where it has one."""
    lines = [""]
    for part in re.split(r"(?<=\+)", name):
        if lines[-1] and len(lines[-1]) + len(part) > NAME_WIDTH:
            lines.append("")
        lines[-1] += part
    return lines


def _text_columns(rows: Sequence[Cells]) -> list[bool]:
    """Which columns hold words rather than single figures, and are set on the left."""
    single = re.compile(r"[+-]?[\d,.]+( ± [\d,.]+)?( %)?|USD .*|[-~]")
    return [not all(single.fullmatch(row[n]) for row in rows[1:]) for n in range(len(rows[0]))]


def _bar(cells: Sequence[str] | map[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_<>|\[\]#])", r"\\\1", text)

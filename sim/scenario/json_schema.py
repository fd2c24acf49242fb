"""What a scenario may say, for editors (JSON Schema) and for readers (the table of parameters)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from sim.scenario.complete import bare, default_of, is_model
from sim.scenario.leaf import Limits, Quantity, limits_of, span

DIALECT = "https://json-schema.org/draft/2020-12/schema"
HEAD = ("path", "meaning", "value", "range", "unit", "status", "source")


def schema_text(model: type[BaseModel] | None = None) -> str:
    """JSON Schema of scenario files (or of files of another model), as text.

    Nothing is required in it but what a file needs that extends no other, since any part may be left
    to what is extended.
    """
    model = model or _scenario()
    schema = model.model_json_schema()
    entries = [schema, *schema.get("$defs", {}).values()]
    required = schema.get("required", [])
    for entry in entries:
        entry.pop("required", None)
        for shape in entry.get("properties", {}).values():
            _tell_quantity(shape)
    _close(schema)
    schema["properties"]["extends"] = {
        "type": "string",
        "description": "name of a packaged file, or a path relative to this one; what it says holds here too",
    }
    schema["anyOf"] = [{"required": ["extends"]}, {"required": required}]
    text = json.dumps({"$schema": DIALECT, **schema}, indent=1, ensure_ascii=False, sort_keys=True)
    return text + "\n"


def _scenario() -> type[BaseModel]:
    from sim.scenario.schema import Scenario

    return Scenario


def _tell_quantity(shape: dict[str, Any]) -> None:
    """Put unit, limits and default of a quantity into what an editor shows, as plain words."""
    if "unit" not in shape:
        return
    limits = Limits(
        shape.pop("unit"), shape.pop("least", None), shape.pop("most", None), shape.pop("whole", False)
    )
    default = shape.get("default") or {}
    said = f"{shape.get('description', '')} ({limits.words()}"
    if isinstance(default, dict) and "value" in default:
        said += f"; default {default['value']:g}, {default['status']}: {default['source']}"
        shape["default"] = default["value"]
    shape["description"] = said + ")"


def _close(schema: object) -> None:
    """Refuse keys that fit no pattern; leave out defaults that repeat what the numbers in them say."""
    if isinstance(schema, dict):
        if isinstance(schema.get("default"), dict):
            del schema["default"]
        if isinstance(schema.get("patternProperties"), dict):
            schema["additionalProperties"] = False
        for part in schema.values():
            _close(part)
    elif isinstance(schema, list):
        for part in schema:
            _close(part)


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity in the table of parameters."""

    path: str
    meaning: str
    value: str
    range: str
    unit: str
    status: str
    source: str

    def cells(self) -> tuple[str, ...]:
        """The row's cells, safe in a Markdown table."""
        return tuple(" ".join(getattr(self, name).split()).replace("|", "\\|") for name in HEAD)


def parameter_table(scenario: BaseModel | type[BaseModel] | None = None) -> str:
    """Every quantity of a scenario, or of the defaults, as a Markdown table.

    Rows that are alike in all members of a part are one row with `*`, those alike in some are one row
    with these in braces.
    """
    rows = _rows_of_model(scenario or _scenario())
    lines = [HEAD, tuple("---" for _ in HEAD), *(row.cells() for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _rows_of_model(part: BaseModel | type[BaseModel]) -> list[Row]:
    kind = part if isinstance(part, type) else type(part)
    alike: dict[Any, dict[str, list[Row]]] = {}
    for name, field in kind.model_fields.items():
        value = default_of(field) if isinstance(part, type) else getattr(part, name)
        inner = bare(field.annotation)[0]
        if inner is Quantity:
            rows = _row(value, field.description or "", limits_of(field))
        else:
            rows = _rows(inner, value, field.description or "")
        shared = inner if is_model(inner) and inner is not Quantity else name
        alike.setdefault(shared, {})[name] = rows
    return [row for members in alike.values() for row in _merged(members)]


def _rows(kind: Any, value: object, meaning: str) -> list[Row]:  # noqa: ANN401
    """Rows of a part; paths begin with a dot, to be joined to the name of the part."""
    if is_model(kind):
        found = _rows_of_model(value if isinstance(value, kind) else kind)
        return [replace(row, path="." + row.path) for row in found]
    if get_origin(kind) is dict and len(get_args(kind)) == 2:
        inner, limits = bare(get_args(kind)[1])
        entries = value if isinstance(value, Mapping) and value else {"*": None}
        members = {
            str(key): _row(item, meaning, limits) if inner is Quantity else _rows(inner, item, meaning)
            for key, item in entries.items()
        }
        return [replace(row, path="." + row.path) for row in _merged(members)]
    return []


def _row(value: object, meaning: str, limits: Limits | None) -> list[Row]:
    if not isinstance(value, Quantity):
        return []
    low, high = value.low, value.high
    between = "" if low is None and high is None else f"{_number(low)} – {_number(high)}"
    hard = span(limits.least, limits.most).strip(", ") if limits else ""
    between += f" (hard: {hard})" if hard and not between else ""
    return [Row("", meaning, _number(value.value), between, value.unit, value.status, value.source)]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.15g}"


def _merged(members: Mapping[str, list[Row]]) -> list[Row]:
    """Rows of the members of a part, those alike told once."""
    where: dict[Row, list[str]] = {}
    for name, rows in members.items():
        for row in rows:
            where.setdefault(row, []).append(name)
    n = len(members)
    merged = []
    for row, names in where.items():
        label = names[0] if len(names) == 1 else "{" + ",".join(names) + "}"
        merged.append(replace(row, path=("*" if len(names) == n > 1 else label) + row.path))
    return merged

"""Check data against a JSON Schema: the part of the language that our schema files use.

One description of a rule file serves editors and this check; every mistake is reported, each with
its path.
"""

from __future__ import annotations

import re

from sgdlint.nearest import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Path = tuple[str | int, ...]
    Problem = tuple[Path, str]

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def problems(data: Any, schema: dict[str, Any]) -> list[Problem]:
    """Return every place where data does not fit the schema, with what is allowed there."""
    return list(_check(data, schema, schema, ()))


def _check(
    data: Any, schema: dict[str, Any], root: dict[str, Any], path: Path
) -> Iterator[Problem]:
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    wanted = schema.get("type")
    is_bool = isinstance(data, bool)
    if wanted and (not isinstance(data, _TYPES[wanted]) or is_bool != (wanted == "boolean")):
        yield path, _wrong_type(data, schema)
        return
    if isinstance(data, str):
        yield from _check_string(data, schema, path)
    elif isinstance(data, (int, float)):
        yield from _check_number(data, schema, path)
    elif isinstance(data, dict):
        yield from _check_object(data, schema, root, path)
    elif isinstance(data, list):
        if len(data) < schema.get("minItems", 0):
            yield path, "must not be empty"
        for index, item in enumerate(data):
            yield from _check(item, schema.get("items", {}), root, (*path, index))


def _wrong_type(data: Any, schema: dict[str, Any]) -> str:
    wanted, hint = schema["type"], ""
    if isinstance(data, bool) and wanted == "string":
        hint = "; YAML 1.1 reads a bare true, false, on, off, yes or no as a boolean: quote it"
    elif isinstance(data, (int, float)) and wanted == "string":
        hint = _for_example(schema) or "; quote it"
    names = {
        "object": "a mapping",
        "array": "a list",
        "string": "a text",
        "integer": "a whole number",
        "boolean": "true or false",
    }
    return f"must be {names.get(wanted, 'a ' + wanted)}, not {_shown(data)}{hint}"


def _for_example(schema: dict[str, Any]) -> str:
    return "".join(f'; write it like "{one}", quoted' for one in schema.get("examples", ())[:1])


def _shown(data: Any) -> str:
    """Return data in a few words: a list or mapping may be long."""
    if isinstance(data, (dict, list)):
        return "a mapping" if isinstance(data, dict) else "a list"
    return "nothing" if data is None else repr(data)


def _check_number(data: float, schema: dict[str, Any], path: Path) -> Iterator[Problem]:
    if not abs(data) < float("inf"):
        yield path, f"must be a number, not {data}"
    elif data < schema.get("minimum", data):
        yield path, f"must be at least {schema['minimum']}, not {data}"
    elif "exclusiveMinimum" in schema and data <= schema["exclusiveMinimum"]:
        yield path, f"must be more than {schema['exclusiveMinimum']}, not {data}"


def _check_string(data: str, schema: dict[str, Any], path: Path) -> Iterator[Problem]:
    if len(data) < schema.get("minLength", 0):
        yield path, "must not be empty"
    if "enum" in schema and data not in schema["enum"]:
        suggestion = nearest(data, schema["enum"])
        hint = f"; did you mean {suggestion!r}?" if suggestion else ""
        yield path, f"{data!r} is not one of {', '.join(schema['enum'])}{hint}"
    if not _matches(schema, data):
        hint = _for_example(schema)
        yield path, f"{data!r} does not have the form {schema['pattern']}{hint}"


def _matches(schema: dict[str, Any], text: str) -> bool:
    # Python's `$` also matches before a line end, that of JSON Schema does not.
    pattern = re.sub(r"\$\Z", r"\\Z", schema.get("pattern", ""))
    return re.search(pattern, text) is not None


def _check_object(
    data: dict[Any, Any], schema: dict[str, Any], root: dict[str, Any], path: Path
) -> Iterator[Problem]:
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties", {})
    names = schema.get("propertyNames", {})
    for name in schema.get("required", ()):
        if name not in data:
            yield path, f"lacks the key `{name}`"
    if len(data) < schema.get("minProperties", 0):
        yield path, "must not be empty"
    for key, value in data.items():
        if not isinstance(key, str):
            yield path, f"key {key!r} must be a text: quote it"
        elif not _matches(names, key):
            yield (*path, key), f"the name does not have the form {names['pattern']}"
        elif key in properties:
            yield from _check(value, properties[key], root, (*path, key))
        elif others is False:
            suggestion = nearest(key, properties)
            hint = f"; did you mean `{suggestion}`?" if suggestion else ""
            yield (*path, key), f"unknown key{hint}; allowed: {', '.join(properties)}"
        else:
            yield from _check(value, others, root, (*path, key))

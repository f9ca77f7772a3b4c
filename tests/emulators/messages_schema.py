"""What the vendor accepts as `output_config`: an effort, and a format whose JSON schema it can follow word by word.

The messages have the vendor's shape: the dotted path of the field, a colon, what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

FIELDS = {"effort", "format"}
KEYWORDS = {
    "type", "properties", "required", "items", "enum", "const", "anyOf", "description", "additionalProperties", "$defs",
    "$ref", "format",
}  # fmt: skip
TYPES = {"object", "array", "string", "integer", "number", "boolean", "null"}
FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}

_SCHEMA = "output_config.format.schema"


def complaint(config: Any) -> str | None:
    """What the vendor would say about that `output_config`; None when it is fine."""
    return next(_complaints(config), None)


def _complaints(config: Any) -> Iterator[str]:
    if not isinstance(config, dict):
        yield "output_config: Input should be an object"
        return
    for name in sorted(set(config) - FIELDS):
        yield f"output_config.{name}: Extra inputs are not permitted"
    if "format" not in config:
        return
    wanted = config["format"]
    if not isinstance(wanted, dict):
        yield "output_config.format: Input should be an object"
        return
    if wanted.get("type") != "json_schema":
        yield "output_config.format.type: Input should be 'json_schema'"
    for name in sorted(set(wanted) - {"type", "schema"}):
        yield f"output_config.format.{name}: Extra inputs are not permitted"
    if not isinstance(wanted.get("schema"), dict):
        yield f"{_SCHEMA}: Input should be an object"
    elif wanted["schema"].get("type") != "object":
        yield f"{_SCHEMA}: the schema must be of type 'object'"
    else:
        yield from _schema(wanted["schema"], wanted["schema"], ())


def _schema(schema: Any, root: Mapping[str, Any], inside: tuple[str, ...]) -> Iterator[str]:
    """`inside`: the references that led here; one of them again is a recursion, which cannot be followed."""
    if not isinstance(schema, dict):
        yield f"{_SCHEMA}: every schema must be an object"
        return
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    for name in sorted(set(schema) - KEYWORDS):
        yield f"{_SCHEMA}: For '{kind}' type, property '{name}' is not supported"
    if "type" in schema and not TYPES.issuperset(map(str, kinds)):
        yield f"{_SCHEMA}: type '{kind}' is not supported"
    if not {"type", "enum", "const", "anyOf", "$ref"} & set(schema):
        yield f"{_SCHEMA}: a schema must say what it allows"
    if "object" in kinds or "properties" in schema:
        if schema.get("additionalProperties") is not False:
            yield f"{_SCHEMA}: For 'object' type, 'additionalProperties' must be explicitly set to false"
        missing = set(schema.get("required", ())) - set(schema.get("properties", {}))
        if missing:
            yield f"{_SCHEMA}: required names no property: {sorted(missing)}"
    if "format" in schema and schema["format"] not in FORMATS:
        yield f"{_SCHEMA}: format '{schema['format']}' is not supported"
    if any(isinstance(value, dict | list) for value in schema.get("enum", ())):
        yield f"{_SCHEMA}: enum may hold only strings, numbers, booleans and null"
    children = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    if "items" in schema:
        children.append(schema["items"])
    for child in children:
        yield from _schema(child, root, inside)
    if "$ref" in schema:
        yield from _reference(schema["$ref"], root, inside)


def _reference(name: Any, root: Mapping[str, Any], inside: tuple[str, ...]) -> Iterator[str]:
    definitions = root.get("$defs", {})
    key = str(name).removeprefix("#/$defs/")
    if key == name or key not in definitions:
        yield f"{_SCHEMA}: $ref '{name}' names no definition of this schema"
    elif key in inside:
        yield f"{_SCHEMA}: recursive schemas are not supported"
    else:
        yield from _schema(definitions[key], root, (*inside, key))

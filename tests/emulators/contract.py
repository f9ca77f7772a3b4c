"""Machine contracts of vendors, read from `../shared/schemas` where it is, and held against values.

OpenAPI 3.0 schemas become JSON Schema draft 7. `oneOf` is read as `anyOf`: the vendor's alternatives overlap (an answer
that fits two of them is no breach).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "schemas"
ABSENT = "the vendors' contracts are not here (../shared/schemas)"
_TEXT_LIMIT = 300  # characters of a breach: a validator quotes the whole value
_NAMES = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Of an OpenAPI document. `parameters`: schemas by name, of the query; `pointers`: of what its schemas are at."""

    id: str
    parameters: Mapping[str, Mapping[str, Any]]
    required_parameters: frozenset[str]
    statuses: frozenset[int]
    body: str | None
    answers: Mapping[tuple[int, str], str]  # by status and media type


class Document:
    """A contract in one file. `relaxed`: without its enums in answers, where a newer contract holds those."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._validators: dict[tuple[str, bool], Any] = {}

    def errors(self, pointer: str, value: Any, *, relaxed: bool = False) -> list[str]:
        """What is wrong with a value by the schema at that JSON pointer."""
        return list(_cached(self, pointer, relaxed, json.dumps(value, sort_keys=True)))

    def find(self, text: str, pointer: str, relaxed: bool) -> list[str]:
        validator = self._validator(pointer, relaxed)
        return [_told(error) for error in validator.iter_errors(json.loads(text))]

    def operation(self, method: str, template: str) -> Operation | None:
        """By method and path, whatever its parameters are called."""
        return self._operations.get((method, _NAMES.sub("{}", template)))

    @functools.cached_property
    def _operations(self) -> dict[tuple[str, str], Operation]:
        return {
            (method.upper(), _NAMES.sub("{}", path)): _operation(f"/paths/{_escape(path)}/{method}", raw)
            for path, methods in self._root.get("paths", {}).items()
            for method, raw in methods.items()
            if "operationId" in raw
        }

    def _validator(self, pointer: str, relaxed: bool) -> Any:
        from jsonschema import Draft7Validator

        key = (pointer, relaxed)
        if key not in self._validators:
            root = _without_enums(self._draft7) if relaxed else self._draft7
            self._validators[key] = Draft7Validator({**root, "$ref": f"#{pointer}"} if pointer else root)
        return self._validators[key]

    @functools.cached_property
    def _draft7(self) -> dict[str, Any]:
        converted = _converted(self._root)
        assert isinstance(converted, dict)
        return converted


@functools.lru_cache(maxsize=10_000)
def _cached(document: Document, pointer: str, relaxed: bool, text: str) -> tuple[str, ...]:
    return tuple(document.find(text, pointer, relaxed))


@functools.cache
def document(name: str, part: str = "") -> Document | None:
    """A file of the schemas, or the document under one of its keys; None where they are not."""
    path = SCHEMAS / name
    if not path.is_file():
        return None
    whole = json.loads(path.read_text(encoding="utf-8"))
    return Document(whole[part] if part else whole)


def query_errors(operation: Operation, query: Mapping[str, str]) -> list[str]:
    """What is wrong with a query, whose values are texts."""
    missing = [f"query: {name} is missing" for name in operation.required_parameters - set(query)]
    return missing + [error for name, text in query.items() for error in _parameter(operation, name, text)]


def _parameter(operation: Operation, name: str, text: str) -> Iterator[str]:
    if name not in operation.parameters:
        yield f"query: {name} is not a parameter of {operation.id}"
        return
    schema = operation.parameters[name]
    kind = schema.get("type")
    number = re.fullmatch(r"-?\d+(\.\d+)?", text)
    if (kind == "number" and not number) or (kind == "boolean" and text not in ("true", "false")):
        yield f"query: {name}={text!r} is no {kind}"
    elif "enum" in schema and text not in map(str, schema["enum"]):
        yield f"query: {name}={text!r} is none of {schema['enum']}"


def _operation(pointer: str, raw: Mapping[str, Any]) -> Operation:
    in_query = [parameter for parameter in raw.get("parameters", ()) if parameter["in"] == "query"]
    contents = raw.get("requestBody", {}).get("content", {})
    body = f"{pointer}/requestBody/content/application~1json/schema" if "application/json" in contents else None
    answers = {
        (int(status), media): f"{pointer}/responses/{status}/content/{_escape(media)}/schema"
        for status, response in raw["responses"].items()
        for media in response.get("content", {})
    }
    return Operation(
        id=raw["operationId"],
        parameters={parameter["name"]: parameter["schema"] for parameter in in_query},
        required_parameters=frozenset(parameter["name"] for parameter in in_query if parameter.get("required")),
        statuses=frozenset(int(status) for status in raw["responses"]),
        body=body,
        answers=answers,
    )


def _converted(value: Any) -> Any:
    """A schema, or anything that holds schemas, as draft 7."""
    if isinstance(value, list):
        return [_converted(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    made = {name: _converted(inner) for name, inner in value.items()}
    if isinstance(made.get("oneOf"), list):
        made["anyOf"] = made.pop("oneOf")  # no schema has both
    if made.pop("nullable", None) is True:
        return {"anyOf": [made, {"type": "null"}]}
    return made


def _without_enums(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_enums(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {name: _without_enums(inner) for name, inner in value.items() if name != "enum"}


def _told(error: Any) -> str:
    """The deepest complaint of the best alternative."""
    from jsonschema.exceptions import best_match

    deepest = best_match([error])
    return f"{deepest.json_path}: {deepest.message}"[:_TEXT_LIMIT]


def _escape(part: str) -> str:
    """A path as one part of a JSON pointer in a URI fragment."""
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D").replace("+", "%2B")

"""Netlify's published contract (Swagger 2.0, all its references resolved), read for what `contract_netlify` asks."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.emulators import contract

SWAGGER = "netlify-openapi-2.60.0-swagger.json"
_NAMES = re.compile(r"\{[^}]*\}")
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """`parameters`: of the query, by name. `body` and `answers` (by status): where their schemas are."""

    id: str
    parameters: Mapping[str, Json]
    body: str | None
    body_schema: Json
    takes_bytes: bool
    answers: Mapping[int, str]
    answer_schemas: Mapping[int, Json]


@functools.cache
def root() -> Json | None:
    """The whole document; None where it is not."""
    path = contract.SCHEMAS / SWAGGER
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def operation(method: str, path: str) -> Published | None:
    """By method and path below the base, whatever its parameters are called."""
    return _operations().get((method, _NAMES.sub("{}", f"/{path}")))


def errors(pointer: str, value: Any) -> list[str]:
    """What is wrong with a value by the schema at that place."""
    document = contract.document(SWAGGER)
    assert document is not None
    return document.errors(pointer, value)


def unknown(schema: Json, value: Any, path: str = "") -> Iterator[str]:
    """Fields that a schema does not name, though it names some; the contract itself lets anything pass."""
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield from unknown(schema.get("items", {}), entry, f"{path}[{index}]")
    if not isinstance(value, dict):
        return
    fields = _fields(schema)
    others = schema.get("additionalProperties")
    for name, inner in value.items():
        if name in fields:
            yield from unknown(fields[name], inner, f"{path}.{name}")
        elif isinstance(others, dict):
            yield from unknown(others, inner, f"{path}.{name}")
        elif fields:
            yield f"{path}.{name}".lstrip(".")


def query_errors(parameters: Mapping[str, Json], query: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a query, whose values are texts."""
    for name, parameter in parameters.items():
        if parameter.get("required") and name not in query:
            yield f"query: {name} is missing"
    for name, text in query.items():
        if name not in parameters:
            yield f"query: {name} is no parameter"
            continue
        kind, known = parameters[name].get("type"), parameters[name].get("enum")
        if (kind == "integer" and not text.isdigit()) or (kind == "boolean" and text not in ("true", "false")):
            yield f"query: {name}={text!r} is no {kind}"
        elif known and text not in known:
            yield f"query: {name}={text!r} is none of {known}"


def _fields(schema: Json) -> dict[str, Json]:
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= _fields(part)
    return found


@functools.cache
def _operations() -> dict[tuple[str, str], Published]:
    whole = root() or {}
    return {
        (method.upper(), _NAMES.sub("{}", path)): _published(f"/paths/{_escape(path)}/{method}", raw, methods)
        for path, methods in whole.get("paths", {}).items()
        for method, raw in methods.items()
        if method != "parameters"
    }


def _published(pointer: str, raw: Json, methods: Json) -> Published:
    own = list(raw.get("parameters", ()))
    of_query = [one for one in [*methods.get("parameters", ()), *own] if one["in"] == "query"]
    body = next((index for index, one in enumerate(own) if one["in"] == "body"), None)
    schema = own[body]["schema"] if body is not None else {}
    answers = {int(status): answer for status, answer in raw["responses"].items() if status != "default"}
    return Published(
        id=raw["operationId"],
        parameters={one["name"]: one for one in of_query},
        body=f"{pointer}/parameters/{body}/schema" if body is not None else None,
        body_schema=schema,
        takes_bytes=schema.get("format") == "binary",
        answers={status: f"{pointer}/responses/{status}/schema" for status, one in answers.items() if "schema" in one},
        answer_schemas={status: one.get("schema", {}) for status, one in answers.items()},
    )


def _escape(part: str) -> str:
    """A path as one part of a JSON pointer in a URI fragment."""
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")

"""A document on its way through the host: parsed, validated, and executed on the schema by the emulator's resolvers.

The schema itself sees to it that no answer has null where there may be none, or a value that an enum does not know.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    default_field_resolver,
    execute_sync,
    get_named_type,
    is_non_null_type,
    is_scalar_type,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from tests.emulators.railway_mutations import MUTATIONS
from tests.emulators.railway_queries import QUERIES, Call, Resolver
from tests.emulators.railway_rules import Denied, InErrors, error_value

VALIDATION = "GRAPHQL_VALIDATION_FAILED"
_KEYS = {"query", "variables", "operationName", "extensions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An operation that may be executed. `fields`: the names of its root fields."""

    document: DocumentNode
    operation: OperationDefinitionNode
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> OperationType:
        return self.operation.operation

    @property
    def fields(self) -> list[str]:
        return [node.name.value for node in root_nodes(self.document, self.operation)]


def name_of(body: Any) -> str:
    """The first root field of what is asked; "unknown" where nothing can be made of it."""
    try:
        asked = read(body)
    except InErrors:
        return "unknown"
    return next(iter(asked.fields), "unknown")


def read(body: Any) -> Asked:
    """The operation of a body, not yet held against the schema. Raises InErrors, HTTP 400."""
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise _bad("POST body missing, invalid Content-Type, or JSON object has no keys.", "BAD_REQUEST")
    variables = body.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise _bad("`variables` in a POST body should be provided as an object.", "BAD_REQUEST")
    try:
        document = _parsed(body["query"])
    except GraphQLError as error:
        raise _bad(error.message, "GRAPHQL_PARSE_FAILED") from None
    named = body.get("operationName")
    operations = [found for found in document.definitions if isinstance(found, OperationDefinitionNode)]
    wanted = [found for found in operations if named is None or (found.name and found.name.value == named)]
    if len(wanted) != 1:
        raise _bad("Must provide operation name if query contains multiple operations.", "OPERATION_RESOLUTION_FAILURE")
    return Asked(document=document, operation=wanted[0], variables=variables or {})


@functools.lru_cache(maxsize=256)
def _parsed(text: str) -> DocumentNode:
    """A client has few documents and sends them often. Not changed by anybody."""
    return parse(text)


@functools.lru_cache(maxsize=256)
def _invalid(schema: GraphQLSchema, document: DocumentNode) -> tuple[str, ...]:
    return tuple(error.message for error in validate(schema, document))


def check(schema: GraphQLSchema, asked: Asked) -> None:
    """Raises InErrors, HTTP 400 and without `data`, for what the schema does not allow."""
    if errors := complaints(schema, asked):
        raise InErrors({"errors": [error_value(message, code=VALIDATION) for message in errors]}, 400)


def complaints(schema: GraphQLSchema, asked: Asked) -> list[str]:
    """What is wrong with a document and its variables."""
    if errors := _invalid(schema, asked.document):
        return list(errors)
    definitions = asked.operation.variable_definitions or ()
    values = get_variable_values(schema, definitions, dict(asked.variables))
    return [error.message for error in values] if isinstance(values, list) else []


def execute(schema: GraphQLSchema, asked: Asked, call: Call, *, nulls: bool = False) -> dict[str, Any]:
    """The body of the answer. Raises InErrors for one in which something was refused.

    `nulls`: null in every field of a thing that may be null.
    """
    resolvers = QUERIES if asked.kind is OperationType.QUERY else MUTATIONS
    root = {name: _bound(resolver, call) for name, resolver in resolvers.items()}
    return run(schema, asked, call, root, nulls=nulls)


def run(
    schema: GraphQLSchema, asked: Asked, call: Call, root: Mapping[str, Any], *, nulls: bool = False
) -> dict[str, Any]:
    """As `execute`, with values of the root fields. What went wrong with us is in the call's notes: "wrong"."""
    result = execute_sync(
        schema,
        asked.document,
        root_value={**dict.fromkeys(asked.fields, _unknown), **root},
        variable_values=dict(asked.variables),
        operation_name=asked.operation.name.value if asked.operation.name else None,
        field_resolver=_nulling if nulls else default_field_resolver,
    )
    if not result.errors:
        return {"data": result.data}
    for error in result.errors:
        if not isinstance(error.original_error, Denied):
            call.notes.setdefault("wrong", []).append(str(error))
    raise InErrors({"errors": [_told(error) for error in result.errors], "data": result.data})


def root_nodes(document: DocumentNode, operation: OperationDefinitionNode) -> list[FieldNode]:
    """What is asked of the root, through fragments."""
    fragments = {found.name.value: found for found in document.definitions if isinstance(found, FragmentDefinitionNode)}
    found: list[FieldNode] = []
    waiting: list[SelectionNode] = list(operation.selection_set.selections)
    seen: set[str] = set()
    while waiting:
        selection = waiting.pop(0)
        if isinstance(selection, FieldNode):
            found.append(selection)
        elif isinstance(selection, InlineFragmentNode):
            waiting[:0] = selection.selection_set.selections
        elif isinstance(selection, FragmentSpreadNode):
            name = selection.name.value
            if name in fragments and name not in seen:
                seen.add(name)
                waiting[:0] = fragments[name].selection_set.selections
    return found


def unknown_keys(body: Mapping[str, Any]) -> set[str]:
    """Of a body, what no server of GraphQL reads."""
    return set(body) - _KEYS


def _bound(resolver: Resolver, call: Call) -> Callable[..., Any]:
    return lambda _info, **arguments: resolver(call, **arguments)


def _unknown(_info: GraphQLResolveInfo[Any], **_arguments: Any) -> Any:
    raise Denied("Problem processing request")


def _nulling(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """Null for everything that may be, but for the root and what leads on to other things."""
    leaf = is_scalar_type(get_named_type(info.return_type))
    if info.path.prev is not None and leaf and not is_non_null_type(info.return_type):
        return None
    return default_field_resolver(source, info, **arguments)


def _told(error: GraphQLError) -> dict[str, Any]:
    denied = error.original_error
    extra = denied.extra if isinstance(denied, Denied) else {}
    return error_value(error.message, path=list(error.path or ()), **extra)


def _bad(message: str, code: str) -> InErrors:
    return InErrors({"errors": [error_value(message, code=code)]}, 400)

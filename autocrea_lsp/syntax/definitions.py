"""The definition around a place, found on the way from the root to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from autocrea_lsp.syntax.kinds import (
    BEFORE,
    BINDINGS,
    BINDS,
    FIELDS,
    FUNCTIONS,
    GO_CLASSES,
    KINDS,
    LISTS,
    OF_ONE,
    WRAPPERS,
)
from autocrea_lsp.syntax.source import Source
from autocrea_lsp.syntax.values import Definition, Kind

if TYPE_CHECKING:
    from tree_sitter import Node

_MAX_NAME = 100  # characters


def around(root: Node, source: Source, grammar: str, offset: int) -> Definition | None:
    """The innermost definition that holds the byte."""
    path = [*path_to(root, offset)]
    path = _decorated(path) or _wrapped(path, grammar, source) or path
    found: Definition | None = None
    for at, node in enumerate(path):
        what = _definition(node, grammar, source)
        if what is None or (at and path[at - 1].type == "decorated_definition"):  # that one has been taken for it
            continue
        name, kind = what
        if kind == "function" and (found is not None and found.kind == "class"):
            kind = "method"
        outer = _outermost(path, at)
        span = source.whole_lines(_start(outer), outer.end_byte)
        found = Definition(span=span, name=" ".join(name.split())[:_MAX_NAME], kind=kind)
    return found


def path_to(root: Node, offset: int) -> Iterator[Node]:
    """The nodes that hold a byte, from the root inwards."""
    cursor = root.walk()
    yield root
    while cursor.goto_first_child_for_byte(offset) is not None:
        node = cursor.node
        assert node is not None
        if node.start_byte > offset or node.end_byte <= offset:
            return
        yield node


def _decorated(path: list[Node]) -> list[Node] | None:
    """For a place on an attribute that stands before its definition: the path to the definition."""
    for at, node in enumerate(path):
        if node.type in BEFORE:
            following = node.next_named_sibling
            while following is not None and following.type in BEFORE:
                following = following.next_named_sibling
            return [*path[:at], following] if following is not None else None
    return None


def _wrapped(path: list[Node], grammar: str, source: Source) -> list[Node] | None:
    """For a place on what stands around a definition, such as `export`: the path to the definition."""
    for at in range(len(path) - 1, -1, -1):
        if _definition(path[at], grammar, source) is not None:
            return None
        if not _is_wrapper(path[at]):
            continue
        inside = path[: at + 1]
        while _is_wrapper(inside[-1]):
            children = inside[-1].named_children
            further = [node for node in children if _is_wrapper(node) or _definition(node, grammar, source)]
            if not further:
                break
            inside.append(further[-1])
            if _definition(further[-1], grammar, source) is not None:
                return inside
    return None


def _is_wrapper(node: Node) -> bool:
    return node.type in WRAPPERS and (node.type not in OF_ONE or node.named_child_count == 1)


def _definition(node: Node, grammar: str, source: Source) -> tuple[str, Kind] | None:
    """Its name and kind, None when it is no definition."""
    kind = KINDS.get(grammar, {}).get(node.type) if node.is_named else None
    if kind is not None:
        return _plain(node, kind, grammar, source)
    if node.type == "decorated_definition":
        inner = node.child_by_field_name("definition")
        return None if inner is None else _definition(inner, grammar, source)
    if grammar in BINDS:
        name: Node | None
        value: Node | None
        if node.type == "assignment_statement" and node.named_child_count == 2:  # Lua
            name, value = node.named_child(0), node.named_child(1)
        elif node.type in BINDINGS:
            name, value = (node.child_by_field_name(field) for field in BINDINGS[node.type])
        else:
            return None
        bound = _value_kind(value)
        if name is not None and bound is not None:
            if node.type in FIELDS and bound == "function":
                bound = "method"
            return source.text(name.start_byte, name.end_byte), bound
    return None


def _plain(node: Node, kind: Kind, grammar: str, source: Source) -> tuple[str, Kind] | None:
    name = node.child_by_field_name("name")
    if grammar in ("c", "cpp"):
        if kind == "class" and node.child_by_field_name("body") is None:
            return None  # the name of a type, not its definition
        if kind == "function":
            name = _declared(node)
            if name is not None and name.type == "qualified_identifier":
                kind = "method"
        elif name is None and node.parent is not None and node.parent.type == "type_definition":
            name = node.parent.child_by_field_name("declarator")
    elif grammar == "rust":
        if node.type == "impl_item":
            name = node.child_by_field_name("type")
        elif node.type == "mod_item" and node.child_by_field_name("body") is None:
            return None
    elif grammar == "go" and kind == "class":
        kind = "class" if (held := node.child_by_field_name("type")) and held.type in GO_CLASSES else "other"
    elif grammar == "lua" and name is not None and name.type == "method_index_expression":
        kind = "method"
    elif grammar in ("css", "toml"):
        name = node.named_child(0) if node.named_child_count else None
    return source.text(name.start_byte, name.end_byte) if name is not None else "", kind


def _declared(node: Node) -> Node | None:
    """The name inside C's declarators."""
    inner: Node | None = node
    for _ in range(20):  # `*(*f)(…)`: each wraps the next
        if inner is None:
            return None
        further = inner.child_by_field_name("declarator")
        if further is None:
            further = next((child for child in inner.named_children if child.type.endswith("_declarator")), None)
        if further is None:
            return inner if inner != node else None
        inner = further
    return inner


def _value_kind(value: Node | None) -> Kind | None:
    if value is None:
        return None
    if value.type == "call_expression":
        value = value.child_by_field_name("arguments")
    for node in [value] if value is None or value.type not in LISTS else value.named_children:
        if node is None:
            continue
        if node.type in FUNCTIONS or (node.type == "function_definition"):  # the latter is Lua's
            return "function"
        if node.type == "class":
            return "class"
    return None


def _outermost(path: list[Node], at: int) -> Node:
    """The definition at that place of the path with what is wrapped around it."""
    node = path[at]
    for outer in reversed(path[:at]):
        if not _is_wrapper(outer):
            break
        node = outer
    return node


def _start(node: Node) -> int:
    """Where it starts, its attributes included."""
    start = node.start_byte
    before = node.prev_named_sibling
    while before is not None and before.type in BEFORE:
        start = before.start_byte
        before = before.prev_named_sibling
    return start

"""For each grammar the nodes that define something, and what may stand around them."""

from __future__ import annotations

from collections.abc import Mapping

from autocrea_lsp.syntax.values import Kind

_JAVASCRIPT: Mapping[str, Kind] = {
    "function_declaration": "function",
    "generator_function_declaration": "function",
    "method_definition": "method",
    "class_declaration": "class",
}
_TYPESCRIPT: Mapping[str, Kind] = {
    **_JAVASCRIPT,
    "function_signature": "function",
    "abstract_class_declaration": "class",
    "interface_declaration": "class",
    "enum_declaration": "class",
    "type_alias_declaration": "other",
    "internal_module": "other",
}
_C: Mapping[str, Kind] = {
    "function_definition": "function",
    "struct_specifier": "class",
    "union_specifier": "class",
    "enum_specifier": "class",
}

# Namespaces that wrap whole files (C++, C#, PHP) are left out: the place is not theirs in particular.
KINDS: Mapping[str, Mapping[str, Kind]] = {
    "python": {"function_definition": "function", "class_definition": "class"},
    "javascript": _JAVASCRIPT,
    "typescript": _TYPESCRIPT,
    "tsx": _TYPESCRIPT,
    "go": {"function_declaration": "function", "method_declaration": "method", "type_spec": "class"},
    "rust": {
        "function_item": "function",
        "function_signature_item": "function",
        "struct_item": "class",
        "enum_item": "class",
        "union_item": "class",
        "trait_item": "class",
        "impl_item": "class",
        "mod_item": "other",
        "macro_definition": "other",
    },
    "java": {
        "method_declaration": "method",
        "constructor_declaration": "method",
        "compact_constructor_declaration": "method",
        "class_declaration": "class",
        "interface_declaration": "class",
        "enum_declaration": "class",
        "record_declaration": "class",
        "annotation_type_declaration": "class",
    },
    "c": _C,
    "cpp": {**_C, "class_specifier": "class", "concept_definition": "other"},
    "csharp": {
        "method_declaration": "method",
        "constructor_declaration": "method",
        "destructor_declaration": "method",
        "operator_declaration": "method",
        "conversion_operator_declaration": "method",
        "local_function_statement": "function",
        "property_declaration": "other",
        "indexer_declaration": "other",
        "class_declaration": "class",
        "interface_declaration": "class",
        "struct_declaration": "class",
        "record_declaration": "class",
        "enum_declaration": "class",
    },
    "ruby": {"method": "function", "singleton_method": "method", "class": "class", "module": "class"},
    "php": {
        "function_definition": "function",
        "method_declaration": "method",
        "class_declaration": "class",
        "interface_declaration": "class",
        "trait_declaration": "class",
        "enum_declaration": "class",
    },
    "lua": {"function_declaration": "function"},
    "bash": {"function_definition": "function"},
    "css": {"rule_set": "other", "media_statement": "other", "keyframes_statement": "other"},
    "toml": {"table": "other", "table_array_element": "other"},
}

# Nodes that give a name to a function or class: the fields of the name and of the value.
BINDINGS: Mapping[str, tuple[str, str]] = {
    "variable_declarator": ("name", "value"),
    "field_definition": ("property", "value"),
    "public_field_definition": ("name", "value"),
    "pair": ("key", "value"),
    "assignment_expression": ("left", "right"),
    "short_var_declaration": ("left", "right"),
    "field": ("name", "value"),
}
BINDS = frozenset({"javascript", "typescript", "tsx", "go", "lua", "php"})
FIELDS = frozenset({"field_definition", "public_field_definition"})
FUNCTIONS = frozenset(
    {"arrow_function", "function_expression", "generator_function", "anonymous_function", "func_literal"}
)
# Between a name and its value: a call such as `memo(() => …)` takes the function as an argument.
LISTS = frozenset({"expression_list", "arguments"})

# Nodes around a definition that are part of it; those with several declarations are not.
WRAPPERS = frozenset(
    {
        *("decorated_definition", "export_statement", "ambient_declaration", "template_declaration"),
        *("lexical_declaration", "variable_declaration", "type_declaration", "expression_statement"),
        *("type_definition", "assignment_statement"),
    }
)
OF_ONE = frozenset({"lexical_declaration", "variable_declaration", "type_declaration"})
BEFORE = frozenset({"decorator", "attribute_item"})  # siblings before a definition that are part of it

GO_CLASSES = frozenset({"struct_type", "interface_type"})

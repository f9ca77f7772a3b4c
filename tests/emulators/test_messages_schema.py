"""Which formats the vendor takes; facts of its documentation of structured outputs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulators.messages_schema import FORMATS, complaint


def thing(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def wanted(schema: Any) -> dict[str, Any]:
    return {"format": {"type": "json_schema", "schema": schema}}


TEXT = {"type": "string"}
EDIT = thing(find=TEXT, replace={"type": "string", "description": "the new text"})
TREE = thing(children={"type": "array", "items": {"$ref": "#/$defs/tree"}})

GOOD = {
    "nothing": {},
    "effort": {"effort": "low"},
    "edits": wanted(thing(edits={"type": "array", "items": EDIT})) | {"effort": "high"},
    "choice": wanted(thing(kind={"enum": ["a", 1, None, True]}, version={"const": 2})),
    "nullable": wanted(thing(note={"type": ["string", "null"]})),
    "either": wanted(thing(value={"anyOf": [TEXT, EDIT, {"type": "null"}]})),
    "reference": wanted(thing(a={"$ref": "#/$defs/edit"}, b={"$ref": "#/$defs/edit"}) | {"$defs": {"edit": EDIT}}),
    "no properties": wanted({"type": "object", "additionalProperties": False}),
    "format": wanted(thing(**{name.replace("-", "_"): {"type": "string", "format": name} for name in FORMATS})),
    "optional": wanted(thing(a=TEXT) | {"required": []}),
}

BAD = {
    "a list": ([], "output_config: "),
    "unknown part": ({"hologram": 1}, "output_config.hologram: Extra inputs are not permitted"),
    "format of text": ({"format": "json"}, "output_config.format: "),
    "another type": ({"format": {"type": "json_object", "schema": thing()}}, "output_config.format.type: "),
    "named": (
        {"format": {"type": "json_schema", "name": "x", "schema": thing()}},
        "output_config.format.name: Extra inputs are not permitted",
    ),
    "no schema": ({"format": {"type": "json_schema"}}, "Input should be an object"),
    "a list of things": (wanted({"type": "array", "items": EDIT}), "must be of type 'object'"),
    "open object": (
        wanted({"type": "object", "properties": {"a": TEXT}}),
        "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
    ),
    "open object inside": (wanted(thing(a={"type": "object"})), "must be explicitly set to false"),
    "open object in a list": (wanted(thing(a={"type": "array", "items": {"type": "object"}})), "explicitly"),
    "open object in a choice": (wanted(thing(a={"anyOf": [{"type": "object"}]})), "explicitly"),
    "open object in a definition": (
        wanted(thing(a={"$ref": "#/$defs/x"}) | {"$defs": {"x": {"type": "object"}}}),
        "explicitly",
    ),
    "open object without type": (wanted(thing(a={"properties": {"b": TEXT}, "type": ["object", "null"]})), "explicit"),
    "minLength": (wanted(thing(a={"type": "string", "minLength": 1})), "For 'string' type, property 'minLength'"),
    "maximum": (wanted(thing(a={"type": "integer", "maximum": 9})), "property 'maximum' is not supported"),
    "pattern": (wanted(thing(a={"type": "string", "pattern": "x"})), "property 'pattern' is not supported"),
    "maxItems": (wanted(thing(a={"type": "array", "items": TEXT, "maxItems": 3})), "property 'maxItems'"),
    "default": (wanted(thing(a={"type": "string", "default": ""})), "property 'default'"),
    "oneOf": (wanted(thing(a={"oneOf": [TEXT]})), "property 'oneOf'"),
    "unknown type": (wanted(thing(a={"type": "any"})), "type 'any' is not supported"),
    "nothing said": (wanted(thing(a={})), "must say what it allows"),
    "no schema inside": (wanted(thing(a=True)), "every schema must be an object"),
    "unknown format": (wanted(thing(a={"type": "string", "format": "regex"})), "format 'regex'"),
    "things to choose from": (wanted(thing(a={"enum": [{"b": 1}]})), "enum may hold only"),
    "required but not there": (wanted(thing(a=TEXT) | {"required": ["b"]}), "required names no property"),
    "dangling reference": (wanted(thing(a={"$ref": "#/$defs/x"})), "names no definition"),
    "foreign reference": (wanted(thing(a={"$ref": "other.json"})), "names no definition"),
    "recursion": (wanted(thing(a={"$ref": "#/$defs/tree"}) | {"$defs": {"tree": TREE}}), "recursive"),
}


@pytest.mark.parametrize("config", GOOD.values(), ids=GOOD)
def test_a_format_that_the_vendor_takes(config: Any) -> None:
    assert complaint(config) is None


@pytest.mark.parametrize(("config", "said"), BAD.values(), ids=BAD)
def test_a_format_that_the_vendor_refuses(config: Any, said: str) -> None:
    told = complaint(config)
    assert told is not None
    assert said in told
    assert told.startswith("output_config")

"""Settings: what is wrong is named and never raises; a repository may narrow, and nothing more."""

from __future__ import annotations

import dataclasses
import json
import math
import tomllib
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocrea_lsp.settings import Row, Settings, merge, parse, repository_part, rows

ROWS = {row.name: row for row in rows()}
GROUPS = {name.partition(".")[0] for name in ROWS if "." in name}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
LEAVES = st.sampled_from(sorted({name.rpartition(".")[2] for name in ROWS}))
NEARLY = st.dictionaries(  # the real names with any value: random text alone never gets past the first level
    st.sampled_from(sorted({name.partition(".")[0] for name in ROWS})) | st.text(max_size=8),
    JSON | st.dictionaries(LEAVES | st.text(max_size=8), JSON, max_size=6),
    max_size=6,
)


def nested(name: str, value: object) -> dict[str, Any]:
    """`inline.enable`, x → {"inline": {"enable": x}}."""
    *groups, leaf = name.split(".")
    tree: dict[str, Any] = {leaf: value}
    for group in reversed(groups):
        tree = {group: tree}
    return tree


def value_of(settings: Settings, name: str) -> Any:
    node: Any = settings
    for part in name.split("."):
        [node] = [getattr(node, field.name) for field in dataclasses.fields(node) if camel(field.name) == part]
    return node


def camel(name: str) -> str:
    return "".join(part if at == 0 else part.capitalize() for at, part in enumerate(name.split("_")))


def valid_values(row: Row) -> Iterator[Any]:
    """Values that a setting takes, as JSON brings them: both limits where there are some, each choice."""
    if typing.get_origin(row.type) is Literal:
        yield from typing.get_args(row.type)
    elif row.type is bool:
        yield from (True, False)
    elif row.type in (int, float):
        yield from (row.minimum, row.maximum)
    elif row.type is str:
        yield from ("", "something é𝒳")
    else:
        yield from ([], ["python", "go"])


WRONG: dict[Any, list[Any]] = {
    bool: [0, 1, "true", [], {}, 1.0],
    int: [True, "5", 1.5, [], {}, math.nan],
    float: [True, "0.5", [], {}, math.nan, math.inf, -math.inf, 10**400],
    str: [True, 5, ["a"], {}],
    tuple[str, ...]: ["python", True, 5, {}, ["a", 1], [None]],
}


def wrong_values(row: Row) -> list[Any]:
    if typing.get_origin(row.type) is Literal:
        return ["", "no such choice", True, 1, [], {}]
    beyond = (
        [] if row.minimum is None or row.maximum is None else [row.minimum - 1, row.maximum + 1, 10**400, -(10**400)]
    )
    return [*WRONG[row.type], *beyond]


@pytest.mark.parametrize("raw", [None, {}])
def test_nothing_given_means_the_defaults(raw: object) -> None:
    assert parse(raw) == (Settings(), [])


@pytest.mark.parametrize(("raw", "kind"), [([], "a list"), ("x", "a string"), (3, "a whole number"), (True, "true or")])
def test_what_is_no_object_is_named_and_means_the_defaults(raw: object, kind: str) -> None:
    settings, [problem] = parse(raw)
    assert settings == Settings()
    assert "expected an object" in problem
    assert kind in problem


@pytest.mark.parametrize("name", ROWS)
def test_each_setting_is_read_by_its_wire_name(name: str) -> None:
    for value in valid_values(ROWS[name]):
        settings, problems = parse(nested(name, value))
        assert problems == []
        read = value_of(settings, name)
        assert read == (tuple(value) if isinstance(value, list) else value)
        assert type(read) in (ROWS[name].type, str, tuple)


@pytest.mark.parametrize("name", ROWS)
def test_each_wrong_value_is_named_and_leaves_the_default_and_the_rest(name: str) -> None:
    other = "inline.debounceMs" if name != "inline.debounceMs" else "inline.maxLines"
    for wrong in wrong_values(ROWS[name]):
        settings, problems = parse(merge(nested(name, wrong), nested(other, 7)))
        expected = [problem for problem in problems if problem.startswith(f"{name}")]
        assert expected == problems, wrong
        assert problems or wrong == {}, wrong  # `merge` drops nothing from an empty object, but it holds nothing either
        assert value_of(settings, name) == ROWS[name].default
        assert value_of(settings, other) == 7


def test_null_means_not_set() -> None:
    assert parse({"backend": None, "inline": None, "log": {"level": None}}) == (Settings(), [])


def test_unknown_settings_are_named_with_their_path() -> None:
    settings, problems = parse({"inline": {"enabled": False}, "colour": "red", "inline.enable": False})
    assert settings == Settings()
    assert problems == [
        "inline.enabled: unknown setting",
        "colour: unknown setting",
        "inline.enable: unknown setting",
    ]


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_a_group_that_is_no_object_is_named(group: str) -> None:
    settings, problems = parse({group: [1]})
    assert settings == Settings()
    assert problems == [f"{group}: expected an object, got a list"]


def test_dates_of_toml_are_named() -> None:
    _, problems = parse(tomllib.loads("[log]\nlevel = 2026-11-24\n[claude]\nmodel = 2026-11-24"))
    assert [problem.partition(":")[0] for problem in problems] == ["log.level", "claude.model"]


@given(JSON | NEARLY)
def test_parse_never_fails_and_says_so_when_something_is_off(raw: object) -> None:
    settings, problems = parse(raw)
    for name, row in ROWS.items():
        value = value_of(settings, name)
        if row.minimum is not None and row.maximum is not None:
            assert row.minimum <= value <= row.maximum
    assert all(isinstance(problem, str) and ":" in problem for problem in problems)
    if not problems:  # then everything in it counts: writing it out and reading it again changes nothing
        written = {name: value_of(settings, name) for name in ROWS}
        assert parse(merge(*(nested(name, value) for name, value in written.items()))) == (settings, [])


@given(NEARLY)
def test_each_thing_that_is_off_is_named_once_and_nothing_that_is_right_is(raw: dict[str, Any]) -> None:
    _, problems = parse(raw)
    named = [problem.partition(": ")[0] for problem in problems]
    right = {name for name in ROWS if any(taken(raw, name, value) for value in valid_values(ROWS[name]))}
    assert len(problems) == len(set(problems))
    assert not right & set(named)


def taken(raw: Mapping[str, Any], name: str, value: object) -> bool:
    group, _, leaf = name.rpartition(".")
    inside = raw.get(group) if group else raw
    return isinstance(inside, Mapping) and leaf in inside and json.dumps(inside[leaf]) == json.dumps(value)


# merge


@pytest.mark.parametrize(
    ("layers", "merged"),
    [
        ([], {}),
        ([{"a": 1}, {"a": 2}], {"a": 2}),
        ([{"g": {"a": 1, "b": 1}}, {"g": {"b": 2}}], {"g": {"a": 1, "b": 2}}),
        ([{"g": {"a": 1}}, {"g": {"a": None}}], {"g": {"a": 1}}),
        ([{"g": {"a": 1}}, {"g": None}], {"g": {"a": 1}}),
        ([{"a": [1, 2]}, {"a": [3]}], {"a": [3]}),
        ([{"g": 5}, {"g": {"a": 1}}], {"g": {"a": 1}}),
        ([{"g": {"a": 1}}, {"g": 5}], {"g": 5}),
        ([None, "x", [1], {"a": 1}, 7], {"a": 1}),
    ],
)
def test_later_layers_win_leaf_by_leaf(layers: list[object], merged: dict[str, Any]) -> None:
    assert merge(*layers) == merged


@given(st.lists(JSON | NEARLY, max_size=4))
def test_merge_never_fails_and_never_changes_a_layer(layers: list[object]) -> None:
    before = repr(layers)
    merged = merge(*layers)
    merged.setdefault("inline", {})
    if isinstance(merged["inline"], dict):
        merged["inline"]["enable"] = "changed"
    assert repr(layers) == before


# what a repository may do


def test_a_repository_may_switch_off_but_not_on() -> None:
    assert repository_part({"inline": {"enable": False}}) == ({"inline": {"enable": False}}, [])
    wrong: list[object] = [True, 0, "false", None, [], {"x": False}]
    for value in wrong:
        assert repository_part({"inline": {"enable": value}}) == ({}, ["inline.enable"])


def test_a_repository_may_name_languages_to_leave_alone() -> None:
    raw = {"inline": {"disabledLanguages": ["markdown"]}}
    assert repository_part(raw) == (raw, [])


@pytest.mark.parametrize("name", ROWS)
def test_only_what_narrows_is_kept_and_everything_else_is_named(name: str) -> None:
    for value in valid_values(ROWS[name]):
        kept, ignored = repository_part(nested(name, value))
        allowed = ROWS[name].repository == "any" or (ROWS[name].repository == "narrow" and value is False)
        assert (kept, ignored) == ((nested(name, value), []) if allowed else ({}, [name]))


def test_nothing_that_costs_leaks_or_decides_who_answers_is_a_repositorys_to_set() -> None:
    theirs = {name for name, row in ROWS.items() if row.repository != "never"}
    assert theirs <= {"inline.enable", "inline.disabledLanguages", "actions.enable"}
    assert all(row.repository == "never" for row in ROWS.values() if row.scope == "machine")


def test_the_rest_of_a_repositorys_file_is_named() -> None:
    raw = tomllib.loads("""
        backend = "claude"
        [claude]
        baseUrl = "https://evil.example"
        [inline]
        enable = false
        minProbability = 0.0
        [embedded]
        modelPath = "model.gguf"
        [unknown.table]
        key = 1
    """)
    kept, ignored = repository_part(raw)
    assert kept == {"inline": {"enable": False}}
    assert ignored == ["backend", "claude.baseUrl", "inline.minProbability", "embedded.modelPath", "unknown"]


def test_a_repositorys_file_that_nests_without_end_is_no_trouble() -> None:
    deep = tomllib.loads(f"{'a.' * 5000}a = 1\n[inline]\n{'x.' * 5000}x = 1")
    kept, ignored = repository_part(deep)
    assert kept == {}
    assert ignored == ["a", "inline.x"]


@given(JSON | NEARLY)
def test_what_is_kept_of_a_repository_only_ever_narrows(raw: object) -> None:
    kept, ignored = repository_part(raw)
    settings, _ = parse(kept)
    assert settings.inline.enable in (True, False)
    untouched = dataclasses.replace(
        settings, inline=dataclasses.replace(settings.inline, enable=True, disabled_languages=())
    )
    assert untouched == Settings()
    assert all(isinstance(name, str) for name in ignored)


# the schema


def test_every_setting_is_documented_and_every_number_has_limits() -> None:
    assert len(ROWS) == len(list(rows()))
    for row in ROWS.values():
        assert row.doc.endswith("."), row.name
        if row.type in (int, float):
            assert row.minimum is not None, row.name
            assert row.maximum is not None, row.name
            assert row.minimum <= row.default <= row.maximum, row.name
        if typing.get_origin(row.type) is Literal:
            assert set(row.choices) == set(typing.get_args(row.type)), row.name
            assert row.default in row.choices, row.name


def test_each_default_is_what_the_schema_says() -> None:
    for name, row in ROWS.items():
        assert value_of(Settings(), name) == row.default

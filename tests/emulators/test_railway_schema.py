"""The emulator's own part of the host's schema, which stands in where the vendor's whole one is not at hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, build_schema

from tests.emulators import railway_schema
from tests.emulators.contract import ABSENT
from tests.emulators.railway import Emulator
from tests.emulators.railway_asking import asking, place
from tests.emulators.railway_mutations import MUTATIONS
from tests.emulators.railway_queries import QUERIES
from tests.emulators.railway_sdl import sdl
from tests.emulators.railway_streams import STREAMS

needs_schema = pytest.mark.skipif(not railway_schema.INTROSPECTION.is_file(), reason=ABSENT)


@needs_schema
def test_the_part_of_the_schema_is_what_the_vendor_s_says() -> None:
    whole = railway_schema.whole_schema()
    assert whole is not None
    assert list(differences(railway_schema.own_schema(), whole)) == []


@needs_schema
@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("statusUpdatedAt: DateTime", "statusUpdatedAt: DateTime!"),
        ("NEEDS_APPROVAL", "NEEDS_APPROVALS"),
        ("WAITING NEEDS_APPROVAL", "WAITING"),
        ("deploymentRollback(id: String!): Boolean!", "deploymentRollback(id: ID!): Boolean!"),
        ("skipDeploys: Boolean = false", "skipDeploys: Boolean = true"),
        ("serviceId: String name: String!", "serviceId: String"),
        ("input DeploymentStatusInput { in:", "input DeploymentStatusInput { successfulOnly: Boolean in:"),
    ],
)
def test_a_difference_from_the_vendor_s_schema_would_be_found(there: str, here: str) -> None:
    whole = railway_schema.whole_schema()
    assert whole is not None
    assert there in sdl()
    assert list(differences(build_schema(sdl().replace(there, here)), whole)) != []


def test_everything_that_is_emulated_is_in_the_part_of_the_schema_and_the_other_way_round() -> None:
    own = railway_schema.own_schema()
    assert own.query_type is not None
    assert own.mutation_type is not None
    assert own.subscription_type is not None
    assert set(own.query_type.fields) == set(QUERIES)
    assert set(own.mutation_type.fields) == set(MUTATIONS)
    assert set(own.subscription_type.fields) == set(STREAMS)


async def test_without_the_vendor_s_schema_the_own_part_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(railway_schema, "whole_schema", lambda: None)
    assert railway_schema.best_schema() is railway_schema.own_schema()
    async with Emulator(speed=0) as api, asking(api) as ask:
        made = await ask.up(place(api))
        assert await ask.status(made["deploymentId"]) == "INITIALIZING"
        assert "state" in await ask.refused("query($id:String!){deployment(id:$id){state}}", id="x")
        await ask.data("{projects{edges{node{services{edges{node{name project{name workspace{name}}}}}}}}}")
        assert api.failures == []


def differences(part: GraphQLSchema, whole: GraphQLSchema) -> Iterator[str]:
    """Where the part says something else than the whole. It may say less, but not of arguments, enums or input."""
    for name, mine in part.type_map.items():
        if not name.startswith("__"):
            theirs = whole.type_map.get(name)
            if type(mine) is not type(theirs):
                yield f"{name} is {type(theirs).__name__}"
            else:
                yield from (f"{name}.{difference}" for difference in _different(mine, theirs))


def _different(mine: Any, theirs: Any) -> Iterator[str]:
    match mine:
        case GraphQLEnumType():
            yield from set(mine.values) ^ set(theirs.values)
        case GraphQLInputObjectType():
            yield from _of_inputs(mine.fields, theirs.fields)
        case GraphQLObjectType():
            for name, field in mine.fields.items():
                other = theirs.fields.get(name)
                if other is None or str(other.type) != str(field.type):
                    yield f"{name}: {field.type}, not {other and other.type}"
                else:
                    yield from _of_inputs(field.args, other.args)
                    yield from set(field.args) ^ set(other.args)


def _of_inputs(mine: Any, theirs: Any) -> Iterator[str]:
    for name, one in mine.items():
        other = theirs.get(name)
        if other is None or (str(other.type), _default(other)) != (str(one.type), _default(one)):
            yield f"{name}: {one.type}"
    for name, other in theirs.items():
        if name not in mine and str(other.type).endswith("!"):
            yield f"{name} is required"


def _default(one: Any) -> Any:
    """Of an argument or a field of an input; None where there is none."""
    found = getattr(one, "default", None) or getattr(one, "default_value", None)
    return getattr(getattr(found, "literal", None), "value", found)

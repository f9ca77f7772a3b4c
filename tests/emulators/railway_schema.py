"""The host's schema: the vendor's whole one where it is at hand (`../shared/schemas`), else the emulator's own part."""

from __future__ import annotations

import functools
import json
from pathlib import Path

from graphql import GraphQLSchema, build_client_schema, build_schema

from tests.emulators.contract import SCHEMAS
from tests.emulators.railway_sdl import sdl

INTROSPECTION = SCHEMAS / "railway-cli-schema.json"


@functools.cache
def whole_schema(path: Path = INTROSPECTION) -> GraphQLSchema | None:
    """The vendor's; None where it is not."""
    if not path.is_file():
        return None
    raw = json.loads(path.read_text(encoding="utf-8"))
    return build_client_schema(raw.get("data", raw), assume_valid=True)


@functools.cache
def own_schema() -> GraphQLSchema:
    """The part that the emulator knows by itself."""
    return build_schema(sdl())


def best_schema() -> GraphQLSchema:
    return whole_schema() or own_schema()

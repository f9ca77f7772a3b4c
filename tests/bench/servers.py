"""The language servers that are measured, and the clean surroundings they are started in."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent  # not resolved: a virtual environment's python is a link to another

# Nothing else of the user's environment reaches a server: no key, no home, no configuration.
KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "TMPDIR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    name: str
    command: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)  # initializationOptions
    settings: Mapping[str, Any] = field(default_factory=dict)  # by section, for workspace/configuration


def ours(name: str, settings: Mapping[str, Any]) -> Server:
    """Our server, with these settings from the client."""
    return Server(
        name=name,
        command=(str(BIN / "autocrea-lsp"),),
        options={"trusted": True, "settings": settings},
        settings={"autocrea": settings},
    )


def jedi() -> Server:
    """The peer: a Python server for Python on the same pygls. Without diagnostics a change is only kept."""
    return Server(
        name="jedi-language-server",
        command=(str(BIN / "jedi-language-server"),),
        options={"diagnostics": {"enable": False}},
    )


def environment(home: Path) -> dict[str, str]:
    """For a child whose home is that directory."""
    places = ("HOME", "AUTOCREA_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {place: str(home) for place in places}


def weights() -> Path | None:
    """The embedded model's weights: AUTOCREA_TEST_GGUF, else what `make bench` puts into the tree."""
    if named := os.environ.get("AUTOCREA_TEST_GGUF"):
        return Path(named)
    return next(iter(sorted((ROOT / ".cache/weights").glob("**/*.gguf"))), None)

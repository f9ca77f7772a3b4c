"""A database of its own for each test, stores that are closed afterwards, and child processes that use the store."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.store import AIRequest, Store, writer
from tests.store.common import HANG_S, Ask, Clock, OpenStore, StartChild, Until

CHILD_PREAMBLE = """
import sys
from pathlib import Path
from autocrea_lsp.store import AIRequest, Store, clear

path = Path(sys.argv[1])

def request(**changes):
    return AIRequest(**({"user": "ana", "project": "", "kind": "complete", "detail": "inline", "model": "m",
                         "backend": "claude", "outcome": "ok"} | changes))

def problem(text):
    print("problem", text, flush=True)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the database will be; neither it nor its directory is there yet."""
    return tmp_path / "state" / "autocrea-lsp" / "usage.db"


@pytest.fixture
def problems() -> list[str]:
    """What the stores of `open_store` said through `on_problem`."""
    return []


@pytest.fixture
def open_store(database: Path, problems: list[str]) -> Iterator[OpenStore]:
    stores: list[Store] = []

    def start(path: Path | None = None, **options: Any) -> Store:
        # Rows of these tests carry times of their own choosing: they expire only where a test says so.
        plain = {"user": "ana", "retention_days": 0, "on_problem": problems.append}
        store = Store(path or database, **(plain | options))
        stores.append(store)
        return store

    yield start
    for store in stores:
        store.close(HANG_S)


@pytest.fixture
def start_child(database: Path) -> Iterator[StartChild]:
    """A Python process with `path` and `request(**changes)` at hand; it is killed if it is still there at the end."""
    children: list[subprocess.Popen[str]] = []

    def start(source: str, *arguments: object) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD_PREAMBLE + source, str(database), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.communicate()


@pytest.fixture
def ask() -> Ask:
    def make(**changes: Any) -> AIRequest:
        plain: dict[str, Any] = {
            "user": "ana",
            "project": "",
            "kind": "complete",
            "detail": "inline",
            "model": "m",
            "backend": "claude",
            "outcome": "ok",
        }
        return AIRequest(**(plain | changes))

    return make


@pytest.fixture
def until() -> Until:
    """Wait for something that the writer's thread does in its own time."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + HANG_S
        while not condition():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.005)

    return wait


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds that a person would wait become tenths."""
    monkeypatch.setattr(writer, "_LOCK_S", 0.2)
    monkeypatch.setattr(writer, "_RETRY_LOCK_S", 0.05)
    monkeypatch.setattr(writer, "_RETRY_S", (0.05, 0.2))


@pytest.fixture
def clock() -> Clock:
    return Clock()

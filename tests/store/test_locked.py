"""A file that another program keeps locked: nobody waits, memory meanwhile, and all of it on disk afterwards."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autocrea_lsp.store import Store, writer
from tests.store.common import HANG_S, Ask, OpenStore, Until, ids


@contextlib.contextmanager
def writing(database: Path) -> Iterator[None]:
    """Another program holds the write lock."""
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_recording_does_not_wait_for_a_locked_file(open_store: OpenStore, ask: Ask, database: Path) -> None:
    store = open_store()
    store.record(ask(id="before"))
    assert store.flush(HANG_S)
    with writing(database):
        store.record(ask(id="first"))
        assert store.flush(0.3) is False  # the writer is waiting for the lock
        start = time.perf_counter()
        for n in range(1000):
            store.record(ask(id=str(n)))
            store.mark_accepted(str(n))
        assert time.perf_counter() - start < 0.5  # against a wait of five seconds
    assert store.flush(HANG_S)
    assert store.mode == "disk"
    assert len(ids(database)) == 1002


@pytest.mark.usefixtures("impatient")
def test_a_file_locked_for_long_means_memory_until_the_lock_ends(
    open_store: OpenStore, ask: Ask, database: Path, problems: list[str], until: Until
) -> None:
    store = open_store()
    for n in range(3):
        store.record(ask(id=f"disk {n}"))
    assert store.flush(HANG_S)
    with writing(database):
        for n in range(250):
            store.record(ask(id=f"memory {n}"))
        store.mark_accepted("disk 1")
        store.mark_accepted("memory 1")
        assert store.flush(HANG_S)
        assert store.mode == "memory"
        # The statistics of this session go on, with what it had written before.
        usage = store.usage(None, None).result(HANG_S)
        assert (usage.total_requests, usage.accepted) == (253, 2)
        assert ids(database) == {"disk 0", "disk 1", "disk 2"}
        (message,) = problems
        assert "locked" in message
    until(lambda: store.mode == "disk")
    assert store.problem is None
    assert store._ask(lambda connection: connection.database.timeout, 0).result(HANG_S) == 0.2  # no longer in a hurry
    assert len(ids(database)) == 253
    usage = store.usage(None, None).result(HANG_S)
    assert (usage.total_requests, usage.accepted) == (253, 2)
    store.record(ask(id="after"))
    assert store.flush(HANG_S)
    assert "after" in ids(database)
    with writing(database):  # the same trouble again is not told again
        store.record(ask())
        assert store.flush(HANG_S)
        assert store.mode == "memory"
    assert problems == [message]


@pytest.mark.usefixtures("impatient")
def test_closing_makes_a_last_attempt(
    open_store: OpenStore, ask: Ask, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_RETRY_S", (1000.0, 1000.0))
    store = open_store()
    store.record(ask(id="disk"))
    assert store.flush(HANG_S)
    with writing(database):
        store.record(ask(id="memory"))
        assert store.flush(HANG_S)
        assert store.mode == "memory"
    assert ids(database) == {"disk"}
    store.close(HANG_S)
    assert ids(database) == {"disk", "memory"}


def test_a_hanging_file_does_not_keep_the_process(
    start_child: Callable[..., subprocess.Popen[str]], database: Path
) -> None:
    Store(database, user="ana").close(HANG_S)
    made = sqlite3.connect(database)
    made.close()
    source = """
store = Store(path, user="ana", on_problem=problem)
assert store.flush(30)
print("ready", flush=True)
sys.stdin.readline()
store.record(request())
print(store.flush(0.2), flush=True)  # the writer waits for the lock, and the process ends here
"""
    child = start_child(source)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    with writing(database):
        out, _ = child.communicate("\n", timeout=HANG_S)
        assert out == "False\n"
        assert child.returncode == 0

"""Several editors, each a process of its own, share the file; any of them may be killed, or find the disk full."""

from __future__ import annotations

import ctypes
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autocrea_lsp.store import writer
from tests.store.common import HANG_S, Ask, OpenStore, StartChild, Until, create, deployment, execute, ids, line


def start_together(start_child: StartChild, count: int, source: str, *arguments: object) -> list[str]:
    """Start `count` children that wait for each other before `source`; what they printed."""
    children = [
        start_child("print('ready', flush=True); sys.stdin.readline()\n" + source, n, *arguments) for n in range(count)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    out = [child.communicate(timeout=HANG_S)[0] for child in children]
    assert [child.returncode for child in children] == [0] * count
    return out


def test_eight_editors_start_for_the_first_time_at_once(start_child: StartChild, database: Path) -> None:
    source = """
store = Store(path, user="ana", on_problem=problem)
store.record(request(id=sys.argv[2], project="shop"))
print(store.flush(60), store.mode)
store.close(60)
"""
    assert start_together(start_child, 8, source) == ["True disk\n"] * 8
    assert sorted(ids(database)) == [str(n) for n in range(8)]


def test_four_editors_record_at_once_and_no_row_is_lost(start_child: StartChild, database: Path) -> None:
    source = """
store = Store(path, user="ana", on_problem=problem)
for n in range(500):
    store.record(request(id=f"{sys.argv[2]}-{n}", project="shop"))
    if n % 25 == 0:
        store.mark_accepted(f"{sys.argv[2]}-{n}")
        assert store.usage(None, None).result(60).total_requests > n  # reads amid the writes of the others
print(store.flush(60), store.mode)
store.close(60)
"""
    assert start_together(start_child, 4, source) == ["True disk\n"] * 4
    assert sorted(ids(database)) == sorted(f"{child}-{n}" for child in range(4) for n in range(500))
    other = sqlite3.connect(database)
    assert other.execute("SELECT COUNT(*) FROM ai_requests WHERE accepted").fetchone() == (80,)
    other.close()


def test_a_killed_writer_leaves_a_sound_file_with_every_row_it_had_flushed(
    start_child: StartChild, open_store: OpenStore, database: Path, problems: list[str]
) -> None:
    source = """
store = Store(path, user="ana", on_problem=problem)
n = 0
while True:
    store.record(request(id=f"{sys.argv[2]}-{n}"))
    if n % 7 == 0 and store.flush(60):
        print(f"{sys.argv[2]}-{n}", flush=True)
    n += 1
"""
    acknowledged = []
    for round_ in range(5):
        children = [start_child(source, f"{round_}{name}") for name in "ab"]
        for child in children:
            assert child.stdout is not None
            acknowledged += [child.stdout.readline().strip() for _ in range(5 + round_)]
        for child in children:
            child.kill()  # SIGKILL, in the middle of whatever it does
            child.wait()
            assert child.stdout is not None
            acknowledged += child.stdout.read().split()
    saved = set(ids(database))
    assert len(acknowledged) >= 70
    assert {name for name in acknowledged if name not in saved} == set()
    assert len(open_store().history(10).result(HANG_S)) == 10
    assert problems == []


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limits")
def test_a_file_that_may_not_grow_means_memory_and_the_rest_goes_on(start_child: StartChild, database: Path) -> None:
    source = """
import resource
store = Store(path, user="ana", on_problem=problem)
store.record(request(id="first"))
assert store.flush(60)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
for n in range(3000):
    store.record(request(id=str(n)))
print(store.flush(60), store.mode, store.usage(None, None).result(60).total_requests)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.close(60)
"""
    child = start_child(source)
    out, _ = child.communicate(timeout=HANG_S)
    told, result = out.splitlines()
    assert told.startswith("problem ")
    assert "could not be read or written" in told
    assert result == "True memory 3001"
    assert len(ids(database)) == 3001  # saved when the limit was lifted: closing tries once more


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    directory = tmp_path / "disk"
    directory.mkdir()
    try:
        mount(directory, "size=1m")
    except (OSError, AttributeError):
        pytest.skip("file systems cannot be mounted here")
    yield directory
    assert ctypes.CDLL(None).umount2(os.fsencode(directory), 2) == 0  # 2: detach now, whoever still has it open


def mount(directory: Path, options: str = "", *, remount: bool = False, read_only: bool = False) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    flags = (32 if remount else 0) | (1 if read_only else 0)
    if libc.mount(b"tmpfs", os.fsencode(directory), b"tmpfs", flags, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), "cannot mount")


def test_a_full_disk_means_memory_until_there_is_room(
    small_disk: Path,
    open_store: OpenStore,
    ask: Ask,
    problems: list[str],
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writer, "_RETRY_S", (0.05, 0.2))
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 600_000)
    database = small_disk / "usage.db"
    store = open_store(database)
    for n in range(4000):
        store.record(ask(id=str(n)))
    assert store.flush(HANG_S)
    assert store.mode == "memory"
    assert store.usage(None, None).result(HANG_S).total_requests == 4000
    (message,) = problems
    assert "full" in message
    assert len(ids(database)) < 4000
    create(store, deployment(), owner="one", lease_s=60.0)
    store.append_deployment_log("d", [line("a" * 1000) for _ in range(500)])
    assert len(store.deployment_log("d").result(HANG_S)) == 500
    ballast.unlink()
    mount(small_disk, "size=16m", remount=True)
    until(lambda: store.mode == "disk")
    assert len(ids(database)) == 4000
    assert execute(database, "SELECT id, log_lines FROM deployments") == [("d", 500)]
    assert len(problems) == 1


@pytest.mark.parametrize("there", [True, False], ids=["an old file", "no file"])
def test_a_read_only_file_system_means_memory(
    small_disk: Path, open_store: OpenStore, ask: Ask, problems: list[str], there: bool
) -> None:
    database = small_disk / "usage.db"
    if there:
        first = open_store(database)
        first.record(ask())
        assert first.flush(HANG_S)
        first.close(HANG_S)
    mount(small_disk, remount=True, read_only=True)
    store = open_store(database)
    store.record(ask(completion_tokens=3))
    assert store.flush(HANG_S)
    assert store.mode == "memory"
    assert store.usage(None, None).result(HANG_S).total_tokens == 3
    (message,) = problems
    assert "read-only file system" in message

"""`autocrea-lsp data path|clear`, in this process, as a real one, and at a terminal."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from autocrea_lsp.cli import data
from autocrea_lsp.store import AIRequest, Store, clearing
from autocrea_lsp.workspace import paths

HANG_S = 30.0

DRIVER = """
import typer
from autocrea_lsp.cli import data, stats
app = typer.Typer()
stats.register(app)
data.register(app)
app()
"""


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    data.register(app)
    app.callback()(lambda: None)
    return app


@pytest.fixture
def database() -> Path:
    """A database with three requests."""
    store = Store(paths.database(), user="ana")
    for _ in range(3):
        store.record(
            AIRequest(user="ana", project="", kind="chat", detail="", model="m-canary", backend="claude", outcome="ok")
        )
    assert store.flush(HANG_S)
    store.close(HANG_S)
    return store.path


def count(database: Path) -> int:
    other = sqlite3.connect(database)
    try:
        return int(other.execute("SELECT COUNT(*) FROM ai_requests").fetchone()[0])
    finally:
        other.close()


def test_path_is_printed_whether_or_not_it_is_there(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["data", "path"])
    assert (result.exit_code, result.stdout) == (0, f"{paths.database()}\n")
    assert json.loads(CliRunner().invoke(app, ["data", "path", "--json"]).stdout) == {
        "path": str(paths.database()),
        "exists": False,
        "bytes": 0,
    }
    assert not paths.database().parent.exists()


def test_path_in_json_tells_the_size(app: typer.Typer, database: Path) -> None:
    value = json.loads(CliRunner().invoke(app, ["data", "path", "--json"]).stdout)
    assert value == {"path": str(database), "exists": True, "bytes": database.stat().st_size}


def test_clear_without_a_terminal_needs_yes(app: typer.Typer, database: Path) -> None:
    result = CliRunner().invoke(app, ["data", "clear"], input="y\n")
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert count(database) == 3


def test_clear_deletes(app: typer.Typer, database: Path) -> None:
    result = CliRunner().invoke(app, ["data", "clear", "--yes"])
    assert (result.exit_code, result.stdout) == (0, "Deleted 3 requests and 0 deployments.\n")
    assert count(database) == 0
    assert b"m-canary" not in database.read_bytes()


def test_clear_in_json(app: typer.Typer, database: Path) -> None:
    database.with_name("usage.db.corrupt-20260101-000000").write_text("old")
    result = CliRunner().invoke(app, ["data", "clear", "--yes", "--json"])
    assert json.loads(result.stdout) == {"requests": 3, "deployments": 0, "filesRemoved": 1}


def test_clear_says_when_damaged_files_went(app: typer.Typer) -> None:
    paths.database().parent.mkdir(parents=True)
    paths.database().write_text("no database")
    result = CliRunner().invoke(app, ["data", "clear", "--yes"])
    assert result.exit_code == 0
    assert "1 files of a damaged database" in result.stdout
    assert not paths.database().exists()


def test_a_locked_database_ends_with_one_and_says_why(
    app: typer.Typer, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearing, "_LOCK_S", 0.2)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    result = CliRunner().invoke(app, ["data", "clear", "--yes"])
    other.execute("ROLLBACK")
    other.close()
    assert result.exit_code == 1
    assert "locked" in result.stderr
    assert count(database) == 3


@pytest.mark.parametrize("arguments", [["data"], ["data", "clear", "--no"], ["data", "everything"]])
def test_bad_arguments_end_with_two(app: typer.Typer, arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_as_a_process(database: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", DRIVER, *arguments],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG_S,
            check=False,
        )

    assert run("data", "path").stdout == f"{database}\n"
    refused = run("data", "clear")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--yes" in refused.stderr
    assert count(database) == 3
    done = run("data", "clear", "-y")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Deleted 3 requests and 0 deployments.\n", "")
    assert count(database) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals")
@pytest.mark.parametrize(("answer", "left", "code"), [("y", 0, 0), ("n", 3, 1), ("", 3, 1)])
def test_clear_asks_at_a_terminal(database: Path, answer: str, left: int, code: int) -> None:
    ours, theirs = os.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", DRIVER, "data", "clear"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    os.write(ours, f"{answer}\n".encode())
    out, err = child.communicate(timeout=HANG_S)
    os.close(ours)
    assert f"Delete everything in {database}?" in err
    assert child.returncode == code
    assert ("Deleted" in out) == (left == 0)
    assert count(database) == left

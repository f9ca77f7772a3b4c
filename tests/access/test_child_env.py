from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autocrea_lsp.access.child_env import child_environment

CANARY = "sk-canary-0123456789"
SECRETS = (
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "ANTHROPIC_IDENTITY_TOKEN",
    "ANTHROPIC_CUSTOM_HEADERS",
    "VERCEL_TOKEN",
    "NETLIFY_AUTH_TOKEN",
    "RAILWAY_TOKEN",
    "AUTOCREA_TOKEN",
    "AUTOCREA_ANYTHING",
)


@pytest.mark.parametrize("name", SECRETS)
def test_a_child_process_does_not_see_our_secrets(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("OF_THE_USER", "stays")
    monkeypatch.setenv("AUTOCREA_HOME", "/stays/too")
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=child_environment(), capture_output=True, text=True, check=True
    )
    assert CANARY not in done.stdout
    seen = json.loads(done.stdout)
    assert (seen["OF_THE_USER"], seen["AUTOCREA_HOME"]) == ("stays", "/stays/too")
    assert os.environ[name] == CANARY  # ours is left as it is


def test_what_is_passed_on_purpose_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    environment = child_environment({"OMP_WAIT_POLICY": "PASSIVE", "AUTOCREA_MODEL": "x"})
    assert environment["OMP_WAIT_POLICY"] == "PASSIVE"
    assert environment["AUTOCREA_MODEL"] == "x"
    assert child_environment()["OMP_WAIT_POLICY"] == "ACTIVE"


def test_our_own_python_leaves_no_trace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = Path(sys.prefix)
    monkeypatch.setenv("VIRTUAL_ENV", str(own))
    monkeypatch.setenv("VIRTUAL_ENV_PROMPT", "ours")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(own / "lib"), str(tmp_path), ""]))
    environment = child_environment()
    assert "VIRTUAL_ENV" not in environment
    assert "VIRTUAL_ENV_PROMPT" not in environment
    assert environment["PYTHONPATH"] == str(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(own))
    assert "PYTHONPATH" not in child_environment()


def test_the_users_virtual_environment_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    monkeypatch.setenv("VIRTUAL_ENV_PROMPT", "theirs")
    environment = child_environment()
    assert environment["VIRTUAL_ENV"] == str(tmp_path)
    assert environment["VIRTUAL_ENV_PROMPT"] == "theirs"

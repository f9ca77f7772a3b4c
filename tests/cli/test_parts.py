"""A command loads its own module and no other's."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from autocrea_lsp.cli import PARTS

LOADED = """
import json, sys
from autocrea_lsp.cli import run
try:
    run()
except SystemExit:
    print(json.dumps([name for name in sys.modules if name.startswith("autocrea_lsp.cli.")]))
"""


def loaded(*words: str) -> tuple[list[str], str]:
    """The modules of the command line that this one loads, and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words], capture_output=True, text=True, timeout=60, check=True
    )
    modules = json.loads(done.stdout.splitlines()[-1])
    return sorted({name.split(".")[2] for name in modules}), done.stdout + done.stderr


@pytest.mark.parametrize("command", PARTS)
def test_help_with_a_command_loads_its_module(command: str) -> None:
    modules, said = loaded(command, "--help")
    assert PARTS[command] in modules
    assert f"Usage: -c {command}" in said
    others = set(PARTS.values()) - {PARTS[command]}
    if command in ("data", "stats", "nvim-path", "deploy", "complete"):  # the others use one another
        assert not others & set(modules)


def test_the_list_of_commands_has_all_of_them() -> None:
    modules, said = loaded("--help")
    assert set(PARTS.values()) <= set(modules)
    assert all(command in said for command in PARTS)


def test_a_slip_is_answered_with_what_was_meant() -> None:
    _, said = loaded("complet")
    assert "Did you mean 'complete'?" in said

"""What the tests of the acts with the real server share: a file that ruff complains about, and a model's answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.neovim.emulator import EmulatorProcess
from tests.e2e.neovim.screen import Nvim

CODE = '''"""Shapes."""


def area(w, h):
    return w * h


def describe(value):
    if value == None:
        return "nothing"
    return "something"
'''
COMPLAINT = "Comparison to `None` should be `cond is None`"
FIXED = CODE.replace("== None", "is None")
CLEAR = CODE.replace("area(w, h)", "area(width, height)").replace("w * h", "width * height")


def edits(*changes: tuple[str, str], path: str = "shapes.py") -> str:
    """A model's answer: in `path`, each old text becomes the new one."""
    made = [{"path": path, "old": old, "new": new} for old, new in changes]
    return json.dumps({"explanation": "Names that say **what** they are.", "edits": made})


def opened(nvim: Nvim, file: Path) -> Nvim:
    """The file is open, ruff has complained, and our server is ready."""
    nvim.edit(file, CODE)
    nvim.wait(lambda: nvim.lua("return (require('autocrea.status').info() or {}).state") == "ready")
    nvim.wait(lambda: complaints(nvim) == [COMPLAINT])
    nvim.command("messages clear")
    return nvim


def complaints(nvim: Nvim) -> list[str]:
    """What is said about the file, each by its first line."""
    found = nvim.lua("return vim.tbl_map(function(d) return d.message end, vim.diagnostic.get(0))")
    return [message.splitlines()[0] for message in found]


def answer(api: EmulatorProcess, *rules: dict[str, Any]) -> None:
    """What the model says from now on, to a question in which `match` stands."""
    api.command("rules", rules=[{"raw": True, **rule} for rule in rules])


def keep(tmp_path: Path, name: str, shown: str) -> None:
    folder = tmp_path / "screens"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text(shown + "\n", encoding="utf-8")

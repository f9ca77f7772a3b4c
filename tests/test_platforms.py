"""Every module imports where POSIX-only modules do not exist: the platform has another name, and they are hidden."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import asyncio, subprocess, multiprocessing, logging.handlers, ctypes, socket, selectors, tempfile, shutil
import pygls.lsp.server, lsprotocol.types, rich.console, rich.table, rich.progress, typer, platformdirs, cattrs
import urllib.request, uvicorn, starlette.responses
import builtins, importlib, pkgutil, sys

hidden = {hidden!r}
for name in hidden:
    sys.modules.pop(name, None)
real = builtins.__import__

def guarded(name, *args, **kwargs):
    if name.partition(".")[0] in hidden:
        raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
    return real(name, *args, **kwargs)

builtins.__import__ = guarded
sys.platform = {platform!r}
import autocrea_lsp
names = [info.name for info in pkgutil.walk_packages(autocrea_lsp.__path__, "autocrea_lsp.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""

POSIX = ("fcntl", "termios", "tty", "pty", "resource", "pwd", "grp")


@pytest.mark.parametrize(("platform", "hidden"), [("win32", POSIX), ("darwin", ())])
def test_every_module_imports(platform: str, hidden: tuple[str, ...]) -> None:
    script = SCRIPT.format(hidden=hidden, platform=platform)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout) > 40

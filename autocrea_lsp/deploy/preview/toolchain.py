"""The programs that a build needs, where they really are, and how much of this machine they need to be seen.

They are looked for on our own PATH, but never in the project: what lies there is a stranger's. Inside the sandbox they
are found through a directory of links; only what belongs to them can be read, never all of the place they lie in,
which may be the user's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autocrea_lsp.access.child_env import child_environment
from autocrea_lsp.errors import UserError

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64")  # seen by every job
_NIX = Path("/nix/store")  # every program there needs others of it
_BREW = Path("/home/linuxbrew/.linuxbrew")
_SHARED = (_NIX, _BREW)  # software, nobody's own files
_GEMS = Path("/var/lib/gems")
_ASK_TIMEOUT_S = 10.0

# What each says of itself. On PATH may stand the shim of a version manager, which looks for its settings at home.
_TELLS = {
    "node": ("-p", "process.execPath"),
    "python3": ("-I", "-c", "import os, sys; print(os.path.realpath(sys._base_executable))"),
    "ruby": ("-e", "puts RbConfig.ruby"),
}

_HINTS = {
    "node": "Install Node.js, and start the editor anew so that it is found on PATH.",
    "npm": "Install Node.js with npm, and start the editor anew so that it is found on PATH.",
    "pnpm": "Install it with `npm install -g pnpm`.",
    "yarn": "Install it with `npm install -g yarn`.",
    "bun": "Install bun, and start the editor anew so that it is found on PATH.",
    "hugo": "Install Hugo, and start the editor anew so that it is found on PATH.",
    "python3": "Install Python 3.",
    "ruby": "Install Ruby, and start the editor anew so that it is found on PATH.",
    "bundle": "Install it with `gem install bundler`.",
    "jekyll": "Install it with `gem install jekyll`.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """`links`: names for a directory on PATH, and where they lead; `reads`: what has to be seen for them."""

    links: tuple[tuple[str, Path], ...]
    reads: tuple[Path, ...]


def find(tools: Sequence[str], *, title: str, without: Path) -> Toolchain:
    """Where these programs are. `without`: the project's folder. Blocking. Raises UserError for one that is missing."""
    links: dict[str, Path] = {}
    reads: set[Path] = set()
    for tool in tools:
        path = _which(tool, without)
        if path is None:
            raise UserError(
                f"{title} is built with {tool}, which is not installed here.",
                hint=_HINTS.get(tool, f"Install {tool}, and start the editor anew so that it is found on PATH."),
            )
        real = _real(tool, path)
        links[tool] = real
        reads.update(_needed(tool, real))
    return Toolchain(links=tuple(sorted(links.items())), reads=tuple(sorted(reads)))


async def find_in_thread(tools: Sequence[str], *, title: str, without: Path) -> Toolchain:
    return await asyncio.to_thread(find, tools, title=title, without=without)


def write_links(toolchain: Toolchain, folder: Path) -> None:
    """The directory for PATH. Blocking."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, target in toolchain.links:
        (folder / name).symlink_to(target)


def _which(tool: str, without: Path) -> Path | None:
    """The program on our PATH, outside of the project; the system's own where it is there (it can be seen anyway)."""
    own = os.environ.get("PATH", os.defpath).split(os.pathsep)
    inside = without.resolve()
    outside = [each for each in own if Path(each).is_absolute() and not Path(each).resolve().is_relative_to(inside)]
    found = shutil.which(tool, path=os.pathsep.join(outside))
    if found is None and tool == "python3":
        return Path(sys.executable)
    return Path(found) if found is not None else None


def _real(tool: str, path: Path) -> Path:
    """Behind links and shims."""
    if tool in _TELLS:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            asked = subprocess.run(
                [str(path), *_TELLS[tool]],
                capture_output=True,
                text=True,
                check=True,
                cwd=Path.home(),  # not in the project, whose files tell version managers what to use
                env=child_environment(),
                stdin=subprocess.DEVNULL,
                timeout=_ASK_TIMEOUT_S,
            )
            told = Path(asked.stdout.strip())
            if told.is_absolute() and told.is_file():
                return told.resolve()
    return path.resolve()


def _needed(tool: str, real: Path) -> list[Path]:
    """What has to be seen for a program to run."""
    if any(real.is_relative_to(place) for place in _SYSTEM):
        return [_GEMS] if tool in ("ruby", "bundle", "jekyll") and _GEMS.is_dir() else []
    for place in _SHARED:
        if real.is_relative_to(place):
            return [place]
    if (package := _package(real)) is not None:
        return [package]
    if tool == "python3":
        return _python(real)
    return [real]


def _package(real: Path) -> Path | None:
    """The npm package that a script belongs to: the directory below the last `node_modules`."""
    parts = real.parts
    if "node_modules" not in parts:
        return None
    at = len(parts) - 1 - parts[::-1].index("node_modules")
    deep = at + (3 if parts[at + 1].startswith("@") else 2)
    return Path(*parts[:deep])


def _python(real: Path) -> list[Path]:
    """An interpreter with its library; both lie below one directory, which may hold much else."""
    prefix = real.parent.parent
    return [real, *(each for each in (prefix / "lib", prefix / "include") if each.is_dir() and prefix != Path.home())]

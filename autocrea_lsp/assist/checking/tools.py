"""Where checkers are found: beside our own interpreter, on PATH, in folders that the user named. Never in a workspace,
whose `node_modules/.bin/ruff` could be anything.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS_VARIABLE = "AUTOCREA_CHECKERS"
"""node_modules folders with `pyright` or `typescript` in them, separated as in PATH."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """`folders` are the workspace's; `own` is where our interpreter's programs are, which may lie inside it."""

    folders: tuple[Path, ...]
    own: Path
    path: tuple[Path, ...]
    packages: tuple[Path, ...]

    def program(self, name: str) -> Path | None:
        """An executable file, its links followed."""
        for directory in (self.own, *self.path):
            found = Path(os.path.realpath(directory / name))
            if not found.is_file() or not os.access(found, os.X_OK):
                continue
            if directory == self.own or not (self._inside(directory) or self._inside(found)):
                return found
        return None

    def package(self, name: str) -> Path | None:
        """The directory of an npm package."""
        for directory in self._packages(name):
            found = Path(os.path.realpath(directory))
            if (found / "package.json").is_file() and not self._inside(found):
                return found
        return None

    def _packages(self, name: str) -> Iterator[Path]:
        for folder in self.packages:
            yield folder / name
        program = self.program("tsc" if name == "typescript" else name)
        for parent in program.parents if program else ():  # …/node_modules/pyright/index.js
            if parent.name == name and parent.parent.name == "node_modules":
                yield parent

    def _inside(self, path: Path) -> bool:
        real = Path(os.path.realpath(path))
        return path not in self.packages and any(real.is_relative_to(os.path.realpath(each)) for each in self.folders)


def find_tools(folders: tuple[Path, ...] = ()) -> Tools:
    """As the environment has it now. Relative entries of PATH are not followed: they mean the working directory."""
    path = [Path(part) for part in os.environ.get("PATH", "").split(os.pathsep) if part.startswith("/")]
    packages = [Path(part) for part in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if part.startswith("/")]
    return Tools(folders=folders, own=Path(sys.executable).parent, path=tuple(path), packages=tuple(packages))

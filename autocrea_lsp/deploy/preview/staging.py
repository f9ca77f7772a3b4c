"""The private copies that an install and a build work on, and what is carried from the one to the other.

An install sees manifests and lock files only; it runs strangers' code with network. What it has put into its places
(node_modules and the like) is moved, by name and without following a link, into a whole copy that it never saw.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from autocrea_lsp.deploy.preview.output import real_folder
from autocrea_lsp.errors import UserError
from autocrea_lsp.workspace import package_json
from autocrea_lsp.workspace.frameworks import PYTHON_FOLDER, RUBY_FOLDER

_MANIFESTS = frozenset(
    {
        *(lock for manager in package_json.MANAGERS.values() for lock in manager.locks),
        package_json.NAME,
        ".npmrc",
        ".yarnrc",
        ".yarnrc.yml",
        ".pnpmfile.cjs",
        "pnpm-workspace.yaml",
        "bunfig.toml",
        ".node-version",
        ".nvmrc",
        ".tool-versions",
        "pyproject.toml",
        "setup.cfg",
        "Pipfile",
        "Pipfile.lock",
        "poetry.lock",
        "uv.lock",
        ".python-version",
        "Gemfile",
        "Gemfile.lock",
        ".ruby-version",
    }
)
_MORE = re.compile(r"(?:.*/)?(?:requirements|constraints)[\w.-]*\.(?:txt|in)|.*\.gemspec", re.ASCII)
_WITH_THE_INSTALLER = (".yarn/", "patches/")  # its own releases, plugins and cache; changes to dependencies
_INSTALLED_ONCE = (".pnp.cjs", ".pnp.loader.mjs", ".yarn", PYTHON_FOLDER, RUBY_FOLDER, ".bundle")
_INSTALLED_BESIDE_MANIFESTS = "node_modules"


def names_in(folder: Path) -> list[str]:
    """The names (relative, POSIX) of all files below a folder that only we have written to. Blocking."""
    found = []
    for current, _, files in os.walk(folder):
        start = os.path.relpath(current, folder).replace(os.sep, "/")
        found += [name if start == "." else f"{start}/{name}" for name in files]
    return sorted(found)


def read_text(folder: Path, name: str) -> str:
    """The text of a file of such a folder; "" where there is none or it is no text. Blocking."""
    path = folder / name
    try:
        if path.is_symlink() or path.stat().st_size > 4 * package_json.MAX_CHARACTERS:
            return ""
        return path.read_text("utf-8")
    except (OSError, ValueError):
        return ""


def manifests(folder: Path, names: Collection[str]) -> list[str]:
    """Which of the files an install may see. Blocking."""
    found = {name for name in names if _is_manifest(name)}
    for name in [each for each in found if posixpath.basename(each) == package_json.NAME]:
        found.update(each for each in _local_files(folder, name) if each in names)
    return sorted(found)


def copy_manifests(source: Path, names: Collection[str], target: Path) -> None:
    """A new folder with only these. The project's own install scripts are left out: they run later. Blocking."""
    target.mkdir(mode=0o700)
    for name in names:
        path = target / name
        if (source / name).is_symlink():
            continue
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.name == package_json.NAME and (text := read_text(source, name)):
            path.write_text(package_json.without_hooks(text), "utf-8")
        else:
            shutil.copyfile(source / name, path, follow_symlinks=False)


def copy_all(source: Path, target: Path) -> None:
    """A new folder with all of it. Blocking."""
    shutil.copytree(source, target, symlinks=True)
    target.chmod(0o700)


def carry_over(installed: Path, names: Collection[str], work: Path) -> None:
    """Move what an install has put into its places. `names`: the manifests. Blocking.

    `installed` may hold anything by now, so no link in it is followed; `work` holds what we have copied.
    """
    folders = sorted({posixpath.dirname(name) for name in names if posixpath.basename(name) == package_json.NAME})
    for folder in folders:
        _move(installed, posixpath.join(folder, _INSTALLED_BESIDE_MANIFESTS), work)
    for name in _INSTALLED_ONCE:
        _move(installed, name, work)


def _move(installed: Path, name: str, work: Path) -> None:
    folder, _, last = name.rpartition("/")
    start = real_folder(installed, folder)
    if start is None or not os.path.lexists(start / last) or (start / last).is_symlink():
        return
    if real_folder(work, folder) is None:
        if folder == "" or os.path.lexists(work / folder):
            return
        (work / folder).mkdir(mode=0o700, parents=True)
    target = work / folder / last
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.is_dir():
        shutil.rmtree(target)
    (start / last).rename(target)


def _is_manifest(name: str) -> bool:
    if name.startswith(_WITH_THE_INSTALLER):
        return True
    return posixpath.basename(name) in _MANIFESTS or _MORE.fullmatch(name) is not None


def _local_files(folder: Path, name: str) -> Iterator[str]:
    """The archives that a package.json names as dependencies."""
    try:
        package = package_json.parse(read_text(folder, name))
    except UserError:  # one that is not the project's own may be anything
        return
    for each in package.local_files():
        yield posixpath.normpath(posixpath.join(posixpath.dirname(name), each))

"""What a build has made, looked at before it is served: ordinary files and folders, no link that leads out of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autocrea_lsp.deploy.errors import BuildFailed

MAX_FILES = 100_000
MAX_BYTES = 5 << 30  # far above any site; below what fills a disk
_INDEX = "index.html"
_NOT_SERVED = ("node_modules", ".venv")  # where the result is the project's folder itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A result in its place."""

    files: int
    bytes: int
    has_index: bool


def take(work: Path, outputs: Sequence[str], site: Path) -> Taken:
    """Find the result below `work`, check it and move it to `site`. Blocking.

    What made it may be hostile but does not run any more. Raises BuildFailed.
    """
    found = _find(work, outputs)
    if found == work:
        for name in _NOT_SERVED:
            _set_aside(work, name)
    taken = check(found)
    found.rename(site)
    site.chmod(0o700)
    return taken


def check(folder: Path) -> Taken:
    """What lies there, which is opened for us to read. Raises BuildFailed for what is not served. Blocking."""
    root = os.path.realpath(folder)
    files = size = 0
    for path, facts in _walk(Path(root)):
        if stat.S_ISLNK(facts.st_mode):
            leads = os.path.realpath(path)
            if leads != root and not leads.startswith(root + os.sep):
                raise BuildFailed(
                    f"The build's output has a link that leads out of it: {_shown(path, root)}.",
                    hint="Let the build copy the file instead.",
                )
        elif stat.S_ISREG(facts.st_mode):
            files += 1
            size += facts.st_size
        elif not stat.S_ISDIR(facts.st_mode):
            raise BuildFailed(
                f"The build's output has something in it that is no file: {_shown(path, root)}.",
                hint="Let the build remove it.",
            )
        if files > MAX_FILES:
            raise BuildFailed(f"The build's output has more than {MAX_FILES:,} files.", hint="Let it make fewer.")
        if size > MAX_BYTES:
            raise BuildFailed(f"The build's output has more than {MAX_BYTES >> 30} GB.", hint="Let it make less.")
    return Taken(files=files, bytes=size, has_index=(folder / _INDEX).is_file())


def real_folder(root: Path, name: str) -> Path | None:
    """The folder with that name (relative, POSIX) below `root`, where no part of the way is a link; else None."""
    path = root
    for part in name.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            return None
        path = path / part
        try:
            if not stat.S_ISDIR(path.lstat().st_mode):
                return None
        except (OSError, ValueError):
            return None
    return path


def _find(work: Path, outputs: Sequence[str]) -> Path:
    """The first of them that holds a page, else the first that is there at all."""
    there = [each for name in outputs for each in _matching(work, name)]
    for each in there:
        if (each / _INDEX).is_file():
            return each
    for each in there:
        if any(each.iterdir()):
            return each
    named = outputs[0] if len(outputs) == 1 else "any of " + ", ".join(outputs)
    raise BuildFailed(
        f"The build has ended well, but left nothing in {named}.",
        hint="Name the folder that it writes to as output directory.",
    )


def _matching(work: Path, name: str) -> Iterator[Path]:
    """Folders with that name; `*` stands for one part of it."""
    before, star, after = name.partition("*")
    start = real_folder(work, before)
    if start is None:
        return
    if not star:
        _open(start)
        yield start
        return
    for each in sorted(start.iterdir()):
        if each.is_dir() and not each.is_symlink():
            yield from _matching(each, after.strip("/"))


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Everything below, links not followed; folders and files are made readable for us on the way."""
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        _open(current)
        with os.scandir(current) as entries:
            for entry in entries:
                facts = entry.stat(follow_symlinks=False)
                path = Path(entry.path)
                if stat.S_ISDIR(facts.st_mode):
                    waiting.append(path)
                elif stat.S_ISREG(facts.st_mode) and not facts.st_mode & stat.S_IRUSR:
                    path.chmod(0o600)
                yield path, facts


def _shown(path: Path, root: str) -> str:
    return os.fsencode(path.relative_to(root)).decode("utf-8", "replace")


def _open(folder: Path) -> None:
    if folder.lstat().st_mode & stat.S_IRWXU != stat.S_IRWXU:
        folder.chmod(0o700)


def _set_aside(work: Path, name: str) -> None:
    path = work / name
    if path.is_dir() and not path.is_symlink():
        path.rename(work.with_name(f"unserved-{name.strip('.')}"))
    elif path.is_symlink():
        path.unlink()

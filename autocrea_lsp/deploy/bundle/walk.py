"""`collect`: every file of a folder that is sent, every one that is not, and why."""

from __future__ import annotations

import asyncio
import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autocrea_lsp.deploy.bundle import finishing, ignoring, never
from autocrea_lsp.deploy.bundle.entry import (
    FILE_MODE,
    LINK_MODE,
    PROGRAM_MODE,
    Bundle,
    BundleFile,
    FileChanged,
    HostRules,
    Skipped,
)
from autocrea_lsp.deploy.bundle.ignoring import Governing
from autocrea_lsp.deploy.bundle.reading import open_beneath
from autocrea_lsp.errors import UserError
from autocrea_lsp.workspace.ignore_rules import Rules

_MAX_DEPTH = 200  # folders; deeper is a loop that something makes, or nobody's site
_MAX_FOLLOWED = 10_000  # links to folders: a few that lead to each other make a tree without an end


async def collect(
    folder: Path,
    rules: HostRules,
    *,
    root_directory: str | None = None,
    include: Sequence[str] = (),
    gitignore: bool = True,
) -> Bundle:
    """The files below the folder (or below `root_directory` in it) that go to a host with these rules.

    `include` are names, relative to the folder, that the user brings back though they are never sent; of a folder, all
    below it. Raises UserError, naming the file, for what the host does not take, for what cannot be read, for an empty
    folder, and for a name in `include` that cannot be sent.
    """
    return await asyncio.to_thread(_collect, folder, rules, root_directory, tuple(include), gitignore)


def _collect(
    folder: Path, rules: HostRules, root_directory: str | None, include: tuple[str, ...], gitignore: bool
) -> Bundle:
    project = Path(os.path.realpath(folder))
    root = Path(os.path.realpath(project / (root_directory or "")))
    if not root.is_relative_to(project):
        raise UserError(f"{root_directory} is not inside the project's folder.")
    if not root.is_dir():
        raise UserError(f"{root_directory or folder.name} is no folder.", hint="Name the project's folder.")
    wanted = frozenset(finishing.included(project, root, include))
    name, host = ignoring.of_host(root, rules.ignore_files)
    walk = _Walk(
        root=root,
        rules=rules,
        host_file=name,
        host=host,
        built_in=ignoring.patterns(rules.never),
        include=wanted,
        gitignore=gitignore,
        above=ignoring.above(root, project) if gitignore else Governing(),
        skip_chars=len(str(root).rstrip(os.sep)) + 1,
    )
    walk.folder(root, "", walk.above, "", (str(root),))
    return finishing.finished(root, rules, wanted, list(walk.files.values()), walk.skipped)


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One look at a folder and all below it. Every `path` here is a real one but for its last name."""

    root: Path
    rules: HostRules
    host_file: str
    host: Rules | None
    built_in: Rules
    include: frozenset[str]
    gitignore: bool
    above: Governing  # what counts from outside of the root
    skip_chars: int  # of a path, to what is below the root
    files: dict[str, BundleFile] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    followed: int = 0

    def folder(self, path: Path, at: str, governing: Governing, left_out: str, way: tuple[str, ...]) -> None:
        """All of a folder. `at`: its name and a slash; `left_out`: why nothing of it goes, but what was included."""
        if len(way) > _MAX_DEPTH:
            raise UserError(f"{at.rstrip('/')} lies {_MAX_DEPTH} folders deep.", hint="Leave it out by .gitignore.")
        if self.gitignore:
            governing = governing.within(path)
        try:
            with os.scandir(path) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            raise UserError(
                f"The folder {at or path.name} cannot be read: {error.strerror}.", hint="Leave it out or open it."
            ) from None
        for entry in entries:
            self._entry(entry, at, governing, left_out, way)

    def _entry(
        self, entry: os.DirEntry[str], at: str, governing: Governing, left_out: str, way: tuple[str, ...]
    ) -> None:
        path = Path(entry.path)
        name = at + unicodedata.normalize("NFC", entry.name)
        if entry.is_symlink():
            self._link(path, name, governing, left_out, way)
        elif entry.is_dir(follow_symlinks=False):
            why = left_out or self._why(path, name, governing, is_folder=True)
            self._enter(path, name, governing, why, way)
        else:
            self._file(path, name, governing, left_out)

    def _enter(self, path: Path, name: str, governing: Governing, why: str, way: tuple[str, ...]) -> None:
        if why and name in self.include:
            why = ""
        if why and not any(each.startswith(f"{name}/") for each in self.include):
            self._skip(name, why)
            return
        self.folder(path, f"{name}/", governing, why, (*way, str(path)))

    def _file(self, path: Path, name: str, governing: Governing, left_out: str, *, by_link: bool = False) -> None:
        """A file under that name; `by_link`: a link of that name leads to it, and why it may not was looked at."""
        why = left_out or ("" if by_link else self._why(path, name, governing, is_folder=False))
        wanted = self._is_included(name)
        if why and not wanted:
            self._skip(name, why)
            return
        try:
            found = path.lstat()
        except OSError:
            self._skip(name, "has gone while we looked")
            return
        if not stat.S_ISREG(found.st_mode):
            self._skip(name, "is no regular file")
            return
        file = BundleFile(
            name=name,
            root=self.root,
            path=path,
            size=found.st_size,
            mtime_ns=found.st_mtime_ns,
            ctime_ns=found.st_ctime_ns,
            inode=found.st_ino,
            mode=PROGRAM_MODE if found.st_mode & stat.S_IXUSR else FILE_MODE,
        )
        if not wanted and (secret := self._why_inside(file)):
            self._skip(name, secret)
        else:
            self._add(file)

    def _link(self, path: Path, name: str, governing: Governing, left_out: str, way: tuple[str, ...]) -> None:
        target = Path(os.path.realpath(path))
        inside = target.is_relative_to(self.root)
        is_folder = inside and os.path.isdir(target)  # noqa: PTH112  # Path's raises where it may not look
        why = left_out or self._why(path, name, governing, is_folder=is_folder)
        if not why and self.rules.symlinks == "skip":
            why = f"is a link; {self.rules.title} takes none"
        if not inside:
            self._skip(name, why or "is a link that leads out of the folder")
        elif not os.path.exists(target):  # noqa: PTH110
            self._skip(name, why or "is a link to nothing")
        elif self.rules.symlinks == "link":
            if why and not self._is_included(name):
                self._skip(name, why)
            else:
                self._add_link(path, target, name)
        elif is_folder:
            self._follow(target, name, why, way)
        else:
            self._file(target, name, governing, why or self._why_target(target)[0], by_link=True)

    def _follow(self, target: Path, name: str, why: str, way: tuple[str, ...]) -> None:
        """A link to a folder, where the host gets what the folder holds."""
        if str(target) in way:
            self._skip(name, "is a link that leads back to a folder around it")
            return
        self.followed += 1
        if self.followed > _MAX_FOLLOWED:
            raise UserError(f"The links at {name} lead to more and more folders.", hint="Leave them out by .gitignore.")
        why_target, governing = self._why_target(target)
        self._enter(target, name, governing, why or why_target, way)

    # ---- why something is not sent

    def _why(self, path: Path, name: str, governing: Governing, *, is_folder: bool) -> str:
        """Why it is left out, "" where it is not. First what no file of the repository can take back."""
        last = path.name
        if why := never.why_folder(last) if is_folder else never.why_file(last):
            return why
        real = unicodedata.normalize("NFC", str(path)[self.skip_chars :].replace(os.sep, "/"))
        # Below a folder that a link leads to, a file has two names, and neither may be one that is left out.
        names = (name,) if real == name else (name, real)
        if any(self.built_in.verdict(each, is_folder) for each in names):
            return f"{self.rules.title} takes none of it"
        if self.host is not None:
            said = [self.host.verdict(each, is_folder) for each in names]
            if True in said:
                return self.host_file
            if False in said:
                return ""
        if self.gitignore and governing.verdict(str(path), is_folder=is_folder):
            return ignoring.GITIGNORE
        return ""

    def _why_target(self, target: Path) -> tuple[str, Governing]:
        """A link must not bring what would not go by its own name; and what governs there, but for its own file."""
        here, governing = self.root, self.above
        steps = target.relative_to(self.root).parts
        for depth, step in enumerate(steps, start=1):
            if self.gitignore:
                governing = governing.within(here)
            here = here / step
            name = here.relative_to(self.root).as_posix()
            is_folder = depth < len(steps) or os.path.isdir(here)  # noqa: PTH112
            if why := self._why(here, unicodedata.normalize("NFC", name), governing, is_folder=is_folder):
                return f"leads to what is not sent: {why}", governing
        return "", governing

    def _why_inside(self, file: BundleFile) -> str | None:
        wanted = never.bytes_to_look_at(file.path.name, file.size)
        if not wanted:
            return None
        try:
            descriptor = open_beneath(file)
        except FileChanged:
            return None  # it is looked at again when it is hashed
        except OSError as error:
            raise UserError(f"{file.name} cannot be read: {error.strerror}.", hint="Leave it out or open it.") from None
        try:
            return never.why_content(file.path.name, os.read(descriptor, wanted))
        finally:
            os.close(descriptor)

    def _is_included(self, name: str) -> bool:
        return name in self.include or any(name.startswith(f"{each}/") for each in self.include)

    def _skip(self, name: str, reason: str) -> None:
        self.skipped.append(Skipped(name=_shown(name), reason=reason))

    # ---- what goes

    def _add_link(self, path: Path, target: Path, name: str) -> None:
        text = unicodedata.normalize("NFC", os.path.relpath(target, path.parent).replace(os.sep, "/"))
        size = len(os.fsencode(text))
        self._add(BundleFile(name=name, root=self.root, path=path, size=size, mode=LINK_MODE, link=text))

    def _add(self, file: BundleFile) -> None:
        rules = self.rules
        if _shown(file.name) != file.name:
            raise UserError(
                f"{_shown(file.name)} has a name that is not UTF-8.", hint="Rename it, or leave it out by .gitignore."
            )
        if file.name in self.files:
            raise UserError(f"There are two files named {file.name}, written differently.", hint="Rename one of them.")
        if rules.bad_name is not None and (wrong := rules.bad_name(file.name)) is not None:
            raise UserError(f"{rules.title} cannot take {file.name}: {wrong}", hint="Rename it or leave it out.")
        if rules.max_file_bytes is not None and file.size > rules.max_file_bytes:
            raise UserError(
                f"{file.name} has {file.size:,} bytes; {rules.title} takes at most {rules.max_file_bytes:,} in a file.",
                hint="Leave it out by .gitignore, or put it elsewhere.",
            )
        self.files[file.name] = file
        if len(self.files) > rules.max_files:
            raise UserError(
                f"{rules.title} takes at most {rules.max_files:,} files, and with {file.name} there are more. "
                f"Most are in {self._crowded()}.",
                hint="Leave folders out by .gitignore.",
            )

    def _crowded(self) -> str:
        counts = Counter(name.partition("/")[0] if "/" in name else "the folder itself" for name in self.files)
        return counts.most_common(1)[0][0]


def _shown(name: str) -> str:
    """The name with marks in place of bytes that are no UTF-8."""
    return name if name.isascii() else name.encode("utf-8", "replace").decode()

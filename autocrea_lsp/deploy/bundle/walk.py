"""`collect`: every file of a folder that is sent, every one that is not, and why."""

from __future__ import annotations

import asyncio
import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autocrea_lsp.deploy.bundle import ignoring, never
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
    folder, and for a name in `include` that is not there.
    """
    return await asyncio.to_thread(_collect, folder, rules, root_directory, tuple(include), gitignore)


def _collect(
    folder: Path, rules: HostRules, root_directory: str | None, include: tuple[str, ...], gitignore: bool
) -> Bundle:
    root = Path(os.path.realpath(folder))
    if root_directory:
        root = Path(os.path.realpath(root / root_directory))
        if not root.is_relative_to(os.path.realpath(folder)):
            raise UserError(f"{root_directory} is not inside the project's folder.")
    if not root.is_dir():
        raise UserError(f"{root_directory or folder.name} is no folder.", hint="Name the project's folder.")
    name, host = ignoring.of_host(root, rules.ignore_files)
    walk = _Walk(
        root=root,
        rules=rules,
        host_file=name,
        host=host,
        built_in=ignoring.patterns(rules.never),
        include=frozenset(_included(root, include)),
        gitignore=gitignore,
        above=ignoring.above(root, Path(os.path.realpath(folder))) if gitignore else Governing(),
    )
    walk.folder(root, "", walk.above, "", (str(root),))
    return walk.bundle()


def _included(root: Path, names: tuple[str, ...]) -> Iterator[str]:
    for given in names:
        name = Path(os.path.normpath(given)).as_posix()
        if Path(given).is_absolute() or name.startswith("..") or not (root / name).exists():
            raise UserError(f"There is no {given} in the folder to include.", hint="Name it from the folder.")
        yield unicodedata.normalize("NFC", name)


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One look at a folder and all below it."""

    root: Path
    rules: HostRules
    host_file: str
    host: Rules | None
    built_in: Rules
    include: frozenset[str]
    gitignore: bool
    above: Governing  # what counts from outside of the root
    files: dict[str, BundleFile] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)

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
            raise UserError(f"The folder {at or path.name} cannot be read: {error.strerror}.") from None
        for entry in entries:
            name = at + self._name(entry.name, at)
            if entry.is_symlink():
                self._link(Path(entry.path), name, governing, left_out, way)
            elif entry.is_dir(follow_symlinks=False):
                why = left_out or self._why(Path(entry.path), name, governing, is_folder=True)
                self._enter(Path(entry.path), name, governing, why, way)
            else:
                self._file(Path(entry.path), name, governing, left_out)

    def _enter(self, path: Path, name: str, governing: Governing, why: str, way: tuple[str, ...]) -> None:
        if why and name in self.include:
            why = ""
        if why and not any(each.startswith(f"{name}/") for each in self.include):
            self.skipped.append(Skipped(name=name, reason=why))
            return
        self.folder(path, f"{name}/", governing, why, (*way, os.path.realpath(path)))

    def _file(self, path: Path, name: str, governing: Governing, left_out: str, target: Path | None = None) -> None:
        """A file under that name; `target`: where its bytes are, when a link leads to it."""
        real = target or path
        why = left_out or self._why(path, name, governing, is_folder=False)
        if not why and target is not None:
            why = self._why_target(target)
        wanted = self._is_included(name)
        if why and not wanted:
            self.skipped.append(Skipped(name=name, reason=why))
            return
        try:
            found = real.lstat()
        except OSError:
            self.skipped.append(Skipped(name=name, reason="has gone while we looked"))
            return
        if not stat.S_ISREG(found.st_mode):
            self.skipped.append(Skipped(name=name, reason="is no regular file"))
            return
        file = BundleFile(
            name=name,
            root=self.root,
            path=real,
            size=found.st_size,
            mtime_ns=found.st_mtime_ns,
            inode=found.st_ino,
            mode=PROGRAM_MODE if found.st_mode & stat.S_IXUSR else FILE_MODE,
        )
        if not wanted and never.is_looked_into(real.name, file.size) and (secret := self._why_inside(file)):
            self.skipped.append(Skipped(name=name, reason=secret))
            return
        self._add(file)

    def _link(self, path: Path, name: str, governing: Governing, left_out: str, way: tuple[str, ...]) -> None:
        target = Path(os.path.realpath(path))
        why = left_out or self._why(path, name, governing, is_folder=target.is_dir())
        if not why and self.rules.symlinks == "skip":
            why = f"is a link; {self.rules.title} takes none"
        if not why and not target.is_relative_to(self.root):
            why = "is a link that leads out of the folder"
        if not why and not target.exists():
            why = "is a link to nothing"
        if why and not (self._is_included(name) and target.is_relative_to(self.root)):
            self.skipped.append(Skipped(name=name, reason=why))
        elif self.rules.symlinks == "link":
            text = os.path.relpath(target, path.parent).replace(os.sep, "/")
            self._add(
                BundleFile(name=name, root=self.root, path=path, size=len(os.fsencode(text)), mode=LINK_MODE, link=text)
            )
        elif target.is_dir():
            if str(target) in way:
                self.skipped.append(Skipped(name=name, reason="is a link that leads back to a folder around it"))
            else:
                self._enter(target, name, governing, self._why_target(target), way)
        else:
            self._file(path, name, governing, left_out, target)

    # ---- why something is not sent

    def _why(self, path: Path, name: str, governing: Governing, *, is_folder: bool) -> str:
        """Why it is left out, "" where it is not. First what no file of the repository can take back."""
        last = path.name
        why = never.why_folder(last) if is_folder else never.why_file(last)
        if why:
            return why
        if self.built_in.verdict(name, is_folder):
            return f"{self.rules.title} takes none of it"
        if self.host is not None and (said := self.host.verdict(name, is_folder)) is not None:
            return self.host_file if said else ""
        if self.gitignore and self._governed(path, governing, is_folder=is_folder):
            return ignoring.GITIGNORE
        return ""

    def _governed(self, path: Path, governing: Governing, *, is_folder: bool) -> bool:
        try:
            return governing.verdict(path, is_folder=is_folder) is True
        except ValueError:  # below a folder that a link leads to: its own place was asked about
            return False

    def _why_target(self, target: Path) -> str:
        """A link must not bring what would not go by its own name."""
        here = self.root
        governing = self.above.within(here) if self.gitignore else self.above
        *folders, last = target.relative_to(self.root).parts or (".",)
        for name in folders:
            here = here / name
            if why := self._why(here, here.relative_to(self.root).as_posix(), governing, is_folder=True):
                return f"leads to what is not sent: {why}"
            governing = governing.within(here) if self.gitignore else governing
        here = here / last
        why = self._why(here, here.relative_to(self.root).as_posix(), governing, is_folder=here.is_dir())
        return f"leads to what is not sent: {why}" if why else ""

    def _why_inside(self, file: BundleFile) -> str | None:
        try:
            descriptor = open_beneath(file)
        except FileChanged:
            return None  # it is looked at again when it is hashed
        except OSError as error:
            raise UserError(f"{file.name} cannot be read: {error.strerror}.", hint="Leave it out or open it.") from None
        try:
            return never.why_content(file.path.name, os.read(descriptor, file.size))
        finally:
            os.close(descriptor)

    def _is_included(self, name: str) -> bool:
        return name in self.include or any(name.startswith(f"{each}/") for each in self.include)

    # ---- what goes

    def _name(self, raw: str, at: str) -> str:
        try:
            raw.encode("utf-8")
        except UnicodeEncodeError:
            shown = raw.encode("utf-8", "replace").decode()
            raise UserError(f"{at}{shown} has a name that is not UTF-8.", hint="Rename it or leave it out.") from None
        return unicodedata.normalize("NFC", raw)

    def _add(self, file: BundleFile) -> None:
        rules = self.rules
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

    def bundle(self) -> Bundle:
        rules = self.rules
        found = Bundle(
            root=self.root,
            files=tuple(self.files[name] for name in sorted(self.files)),
            skipped=tuple(sorted(self.skipped, key=lambda each: each.name)),
        )
        if not found.files:
            more = f" {len(found.skipped)} are left out: {found.skipped[0].name}, …" if found.skipped else ""
            raise UserError(f"There are no files to deploy in {self.root.name}.{more}", hint="Is it the right folder?")
        if rules.max_total_bytes is not None and found.total_bytes > rules.max_total_bytes:
            largest = max(found.files, key=lambda file: file.size)
            raise UserError(
                f"{found.total_bytes:,} bytes are more than {rules.title} takes ({rules.max_total_bytes:,}). "
                f"The largest file is {largest.name} with {largest.size:,}.",
                hint="Leave files out by .gitignore.",
            )
        return found

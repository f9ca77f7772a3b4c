"""What a bundle is made of: plain values."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autocrea_lsp.errors import UserError

FILE_MODE = stat.S_IFREG | 0o644
PROGRAM_MODE = stat.S_IFREG | 0o755
LINK_MODE = stat.S_IFLNK | 0o777

Algorithm = Literal["sha1", "sha256"]
Symlinks = Literal["link", "skip", "follow"]


class FileChanged(UserError):
    """A file is no longer what it was when it was listed or hashed; nothing of it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRules:
    """What a host takes. `never` are patterns in the syntax of `.gitignore` that its own client leaves out too.

    Of `ignore_files` at most one may be there. `symlinks`: sent as links, left out, or what they lead to is sent.
    None is no limit. `bad_name` says what is wrong with a name, None where nothing is.
    """

    title: str
    ignore_files: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    symlinks: Symlinks = "skip"
    max_files: int = 100_000
    max_file_bytes: int | None = None
    max_total_bytes: int | None = None
    bad_name: Callable[[str], str | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFile:
    """A regular file, or a link that is sent as one. `name`: relative, POSIX, NFC; `mode`: as `st_mode`, normalised."""

    name: str
    root: Path  # the bundle's; nothing outside of it is ever opened
    path: Path  # where the bytes are: below `root`, without a link on the way
    size: int
    mtime_ns: int = 0
    ctime_ns: int = 0
    inode: int = 0
    mode: int = FILE_MODE
    link: str | None = None  # of a link: the text it holds, which is its content


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file or folder that is not sent; of a folder nothing below is named."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What is sent, sorted by name, and what is not."""

    root: Path
    files: tuple[BundleFile, ...]
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()  # what the user may want to know before it is sent

    @property
    def total_bytes(self) -> int:
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashed:
    """`bundle` as it was when its files were hashed; `digests` by name, and of each digest one file that has it."""

    bundle: Bundle
    digests: Mapping[str, str]
    unique: Mapping[str, BundleFile]
    algorithm: Algorithm
    started_ns: int  # wall time

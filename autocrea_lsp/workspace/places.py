"""Where an edit may go: a file in one of the workspace's folders, real, ordinary and not protected.

The answer is a real path at the time of the question. Who writes later writes to that path, not to the one that was
asked for; a folder on it that is swapped for a link in between is beyond us, since the editor does the writing.
Hard links look like any other file.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from autocrea_lsp.errors import UserError
from autocrea_lsp.workspace import protected

MAX_BYTES = 10_000_000

_LONGEST_NAME = 255  # bytes, on every common file system
_LONGEST_PATH = 4096
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_DRIVE = re.compile(r"[A-Za-z]:")
_AS_IT_IS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # Windows has neither
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
# Control characters, and those that turn the direction of what is shown.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SHORT_NAME = re.compile(r"[^.]{1,6}~[0-9]{1,4}(?:\.[^.]{0,3})?")
_EVERYWHERE = frozenset({".git", ".hg", ".svn"})  # protected even where the workspace folder itself lies in one

_HINT = "Name a file inside the workspace, relative to its folder."


class Places:
    """The workspace's folders, as the places that may be written to."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)

    def check(self, path_or_uri: str | Path) -> Path:
        """The real path of an existing or new file that may be edited. Raises UserError with the reason otherwise.

        Takes a `file:` URI, an absolute path, or one relative to a folder: to the first that has such a file, else
        to the first one.
        """
        path = self._absolute(_plain(str(path_or_uri)))
        shown = os.path.basename(path)  # noqa: PTH119  # all that an error may tell
        real_roots = [os.path.realpath(folder) for folder in self._folders]
        roots = {*map(os.path.abspath, self._folders), *real_roots}
        below = [(root, _relative(path, root)) for root in roots]
        for root, relative in below:
            if relative or path.rstrip("/") == root:
                _check_names(relative)
        path = os.path.normpath(path)
        real = _resolve(path, shown)
        inside = [(root, _relative(real, root)) for root in real_roots]
        if not any(relative for _, relative in inside):
            raise UserError(f"{shown} is not inside the workspace.", hint=_HINT)
        for root, relative in (*below, *inside):  # by the name that was asked for, and by the one it really has
            if relative:
                _refuse_protected(relative, root, shown)
        _refuse_unusual(real, shown)
        return Path(real)

    def _absolute(self, path: str) -> str:
        if path.startswith("/"):
            return path
        if not self._folders:
            raise UserError("There is no folder open to write to.", hint="Open a folder in the editor first.")
        candidates = [f"{os.path.abspath(folder)}/{path}" for folder in self._folders]  # noqa: PTH100
        return next((each for each in candidates if os.path.lexists(each)), candidates[0])


def why_protected(path: str | Path) -> str | None:
    """Why nothing may be written there, as a clause; None where it may. Only names are looked at, not the disk."""
    return protected.why_protected(str(path).replace("\\", "/"))


def read_text(path: Path, max_bytes: int = MAX_BYTES) -> str:
    """The text of an ordinary file, line ends as they are, without a byte order mark. Raises UserError.

    The path is one that `Places.check` gave: a link in its place was put there since and is not followed.
    """
    try:
        with open(path, "rb", opener=_as_it_is) as file:  # Path.open takes no opener
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise UserError(f"{path.name} is not an ordinary file.", hint="Name a text file.")
            # The size says nothing certain (a file may grow, /proc says 0): hence one byte more than allowed.
            data = b"" if found.st_size > max_bytes else file.read(max_bytes + 1)
    except OSError as error:
        raise _unreadable(path.name, error) from None
    except ValueError:
        raise UserError("The name of the file has a character that no name can have.", hint=_HINT) from None
    if found.st_size > max_bytes or len(data) > max_bytes:
        raise UserError(
            f"{path.name} is larger than {max_bytes / 1_000_000:g} MB.", hint="Select the part that matters instead."
        )
    if b"\0" in data:
        raise UserError(f"{path.name} is not a text file.", hint="Name a text file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path.name} is not text in UTF-8.", hint="Save it with the encoding UTF-8.") from None


def _as_it_is(path: str, flags: int) -> int:
    """Opened without following a link, and without waiting for somebody to write to a pipe."""
    return os.open(path, flags | _AS_IT_IS)


def _check_names(path: str) -> None:
    """Refuses every form that two programs could read in two ways. Raises UserError."""
    if _ENCODED.search(path):
        raise UserError("The path is percent-encoded.", hint="Write the characters themselves.")
    names = [each for each in path.split("/") if each not in ("", ".")]
    if not names or path.endswith(("/", "/.")):
        raise UserError("The path names no file.", hint=_HINT)
    if any(len(os.fsencode(each)) > _LONGEST_NAME for each in names):
        raise UserError("The path is too long.", hint=_HINT)
    if names[0] == "~":
        raise UserError("The path leaves the folder it starts in.", hint=_HINT)
    for each in names:
        # "x:y" is a hidden stream of x on NTFS; there, a dot or blank at the end is dropped and GIT~1 is .git.
        if ":" in each or each != each.strip(" ").rstrip(".") or _SHORT_NAME.fullmatch(each):
            raise UserError("The path has a name in it that means another file on some systems.", hint=_HINT)


def _plain(name: str) -> str:
    """The path that was meant, absolute or relative. Raises UserError for what is no path of this system."""
    if _SCHEME.match(name) and not _DRIVE.match(name):
        name = _of_uri(name)
    if _UNSEEN.search(name):
        raise UserError("The path has characters that cannot be seen.", hint=_HINT)
    if "\\" in name or _DRIVE.match(name.lstrip("/")) or name.startswith("//"):
        raise UserError("The path is not written as paths are on this system.", hint="Use / between names.")
    try:
        length = len(os.fsencode(name))
    except UnicodeEncodeError:
        raise UserError("The path has half a character in it.", hint=_HINT) from None
    if length > _LONGEST_PATH:
        raise UserError("The path is too long.", hint=_HINT)
    if ".." in name.split("/"):
        raise UserError("The path leaves the folder it starts in.", hint=_HINT)
    return name


def _of_uri(uri: str) -> str:
    try:
        parts = urlsplit(uri)
        host = parts.netloc
    except ValueError:
        raise UserError("The address of the file is malformed.", hint=_HINT) from None
    if parts.scheme != "file":
        raise UserError("Only files on disk can be edited.", hint="Save the document first.")
    if host or not uri[len("file:") :].startswith("/") or parts.query or parts.fragment:
        raise UserError("The address is not that of a file on this machine.", hint=_HINT)
    return unquote(parts.path, errors="surrogateescape")


def _resolve(path: str, shown: str) -> str:
    """Where the path really leads. What does not exist yet has the real path of the part that does."""
    try:
        real = os.path.realpath(path)
        os.stat(path)  # noqa: PTH116  # tells of links in a circle, which realpath passes over
    except FileNotFoundError:
        if os.path.islink(path):  # noqa: PTH114
            raise UserError(f"{shown} is a link to nothing.", hint=_HINT) from None
    except NotADirectoryError:
        raise UserError(f"{shown} would lie inside a file.", hint=_HINT) from None
    except OSError as error:
        raise _unreadable(shown, error) from None
    return real


def _relative(path: str, root: str) -> str:
    """The path seen from that folder; "" for what is not below it."""
    start = root.rstrip("/") + "/"
    return path[len(start) :] if path.startswith(start) else ""


def _refuse_protected(relative: str, root: str, shown: str) -> None:
    reason = protected.why_protected(relative)
    if reason is None and _EVERYWHERE.intersection(map(protected.fold, root.split("/"))):
        reason = protected.why_protected(".git")
    if reason is not None:
        raise UserError(
            f"{shown} is protected: {reason}.", hint="Make this change by hand; the assistant never writes there."
        )


def _refuse_unusual(real: str, shown: str) -> None:
    try:
        mode = os.lstat(real).st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unreadable(shown, error) from None
    if stat.S_ISDIR(mode):
        raise UserError(f"{shown} is a folder.", hint="Name a file.")
    if not stat.S_ISREG(mode):
        raise UserError(f"{shown} is not an ordinary file.", hint="Name a text file.")


def _unreadable(shown: str, error: OSError) -> UserError:
    if error.errno == errno.ELOOP:
        return UserError(f"{shown} is a link that cannot be followed.", hint=_HINT)
    return UserError(f"{shown} cannot be opened: {error.strerror}.", hint="Look at who may read it.")

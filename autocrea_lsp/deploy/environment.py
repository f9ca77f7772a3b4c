"""Variables for a deployment: values by name from an environment, from an env file, and into one.

A value is a `Secret` from here on. No error names one; a file that gets values is the user's alone, and git ignores it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from autocrea_lsp.access.child_env import child_environment
from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.bundle.ignoring import is_ignored
from autocrea_lsp.errors import UserError

MAX_FILE_BYTES = 1 << 20
_GIT_S = 10.0

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[^\s=#]+)\s*=[ \t]*(?P<rest>.*)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,-]*", re.ASCII)


def valid_name(name: str) -> bool:
    """Whether it can be the name of a variable."""
    return _NAME.fullmatch(name) is not None


def from_names(names: Iterable[str], environ: Mapping[str, str]) -> dict[str, Secret]:
    """The values of these names. Raises UserError, naming all that are missing or are no names."""
    wanted = list(dict.fromkeys(names))
    if wrong := [name for name in wanted if not valid_name(name)]:
        # What stands behind an equals sign may be a value: it is not repeated.
        shown = ", ".join(name.partition("=")[0][:40] for name in wrong)
        raise UserError(f"Not a variable's name: {shown}.", hint="Give names only; their values are looked up.")
    if missing := [name for name in wanted if name not in environ]:
        raise UserError(f"There is no variable {', '.join(missing)}.", hint="Set it, or name a file with --env-file.")
    return {name: Secret(environ[name]) for name in wanted}


def from_file(path: Path) -> dict[str, Secret]:
    """All variables of an env file: `NAME=value`, quotes, `export`, comments, values over several lines in quotes.

    Blocking. Raises UserError with the number of the line that is none, and without its text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{path.name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UserError(f"{path.name} is not a text in UTF-8.") from None
    if len(data) > MAX_FILE_BYTES:
        raise UserError(f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MB.", hint="Is it a file of variables?")
    return {name: Secret(value) for name, value in _parse(text, path.name)}


def writable(folder: Path, name: str) -> Path:
    """Where `write_env_file` may write: a place below the folder that git ignores. Blocking.

    Raises UserError for any other, and for one that a link leads to or that git tracks.
    """
    root = Path(os.path.realpath(folder))
    path = Path(os.path.normpath(root / name))
    if Path(name).is_absolute() or not path.is_relative_to(root) or path == root:
        raise UserError(f"{name} is not below the project's folder.", hint="Name a file in it, such as .env.local.")
    if Path(os.path.realpath(path.parent)) != path.parent or path.is_symlink():
        raise UserError(f"{name} is a link, or lies behind one.", hint="Name another file.")
    if path.exists() and not path.is_file():
        raise UserError(f"{name} is no file.", hint="Name another one.")
    if not _git_ignores(root, path):
        relative = path.relative_to(root).as_posix()
        raise UserError(
            f"Git does not ignore {relative}, so secrets in it would be committed one day.",
            hint=f"Add /{relative} to .gitignore, or name a file that is in it.",
        )
    return path


def write_env_file(path: Path, values: Mapping[str, Secret], *, folder: Path) -> None:
    """Write them, in place of what was there, readable for the user only (0600). Blocking; see `writable`."""
    path = writable(folder, os.path.relpath(path, os.path.realpath(folder)))
    lines = [f"{name}={_quoted(value.reveal())}\n" for name, value in sorted(values.items())]
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, fresh = tempfile.mkstemp(prefix=".autocrea-", dir=path.parent)  # 0600 from its first moment
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(lines)
        Path(fresh).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(fresh).unlink()
        raise


def _parse(text: str, file: str) -> Iterator[tuple[str, str]]:
    lines = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        first = at
        line = lines[at]
        at += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None or not valid_name(found["name"]):
            raise UserError(f"Line {first + 1} of {file} is not NAME=value.", hint="Write one variable on each line.")
        rest = found["rest"]
        if rest[:1] in ("'", '"', "`"):
            while (end := _closing(rest)) < 0 and at < len(lines):
                rest += "\n" + lines[at]
                at += 1
            if end < 0 or not re.fullmatch(r"\s*(?:#.*)?", rest[end + 1 :]):
                raise UserError(f"The quotes that begin in line {first + 1} of {file} do not end where they should.")
            yield found["name"], _unquoted(rest[:end], rest[0])
        else:
            yield found["name"], re.sub(r"(?:^|\s+)#.*", "", rest).strip()


def _closing(text: str) -> int:
    """Where the quotes that a text begins with end; -1: not in it."""
    quote, at = text[0], 1
    while at < len(text):
        if text[at] == "\\" and quote == '"':
            at += 1
        elif text[at] == quote:
            return at
        at += 1
    return -1


def _unquoted(text: str, quote: str) -> str:
    if quote != '"':
        return text[1:]
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), text[1:], flags=re.DOTALL)


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("\n", "\\n")
    return '"' + escaped.replace("\r", "\\r") + '"'


def _git_ignores(root: Path, path: Path) -> bool:
    """Git's own word where there is a repository and a git; it also knows what it tracks. Else the ignore files'."""
    git = shutil.which("git")
    if git is None or not any((each / ".git").exists() for each in (root, *root.parents)):
        return is_ignored(root, path)
    # A repository's own settings could name a program that git would start.
    safe = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
    try:
        ended = subprocess.run(
            [git, *safe, "check-ignore", "--quiet", "--", str(path)],
            cwd=root,
            env=child_environment({"GIT_OPTIONAL_LOCKS": "0"}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0

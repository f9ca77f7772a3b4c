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
_BETWEEN = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*+[ \t]*(?:#[^\n]*)?")  # empty lines and comments
_BEGIN = re.compile(r"[ \t]*(?:export[ \t]+)?([^\s=#]+)[ \t]*=[ \t]*")
_VALUES = {  # none of them tries a second way: a file may have a megabyte
    '"': re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL),
    "'": re.compile(r"'([^']*+)'"),
    "`": re.compile(r"`([^`]*+)`"),
}
_REST = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_COMMENT = re.compile(r"(?<!\S)#")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]*", re.ASCII)


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
    if odd := [name for name in wanted if not _is_text(environ[name])]:
        raise UserError(f"The value of {', '.join(odd)} is not a text in UTF-8.", hint="Hosts take texts only.")
    return {name: Secret(environ[name]) for name in wanted}


def from_file(path: Path) -> dict[str, Secret]:
    """All variables of an env file: `NAME=value`, quotes, `export`, comments, values over several lines in quotes.

    Blocking. Raises UserError with the number of the line that is none, and without its text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path.name} cannot be read: {error.strerror}.", hint="Name a file of variables.") from None
    if len(data) > MAX_FILE_BYTES:
        raise UserError(f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MB.", hint="Is it a file of variables?")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path.name} is not a text in UTF-8.", hint="Is it a file of variables?") from None
    return {name: Secret(value) for name, value in _parse(text.replace("\r\n", "\n"), path.name)}


def writable(folder: Path, name: str) -> Path:
    """Where `write_env_file` may write: a place below the folder that git ignores. Blocking.

    Raises UserError for any other, and for one that a link leads to or that git tracks.
    """
    root = Path(os.path.realpath(folder))
    path = Path(os.path.normpath(root / name))
    if Path(name).is_absolute() or not path.is_relative_to(root) or path == root:
        raise UserError(f"{name} is not below the project's folder.", hint="Name a file in it, such as .env.local.")
    if os.path.realpath(path) != str(path):
        raise UserError(f"{name} is a link, or lies behind one.", hint="Name another file.")
    if os.path.lexists(path) and not os.path.isfile(path):  # noqa: PTH113  # Path's raises where it may not look
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
    if wrong := [name for name, value in values.items() if not (valid_name(name) and _is_text(value.reveal()))]:
        raise UserError(
            f"A file cannot hold the variable {wrong[0][:40]!r}.", hint="Rename it at the host, or look at its value."
        )
    lines = [f"{name}={_quoted(value.reveal())}\n" for name, value in sorted(values.items())]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.realpath(path.parent) != str(path.parent):
            raise UserError(f"{path.name} lies behind a link.", hint="Name another file.")
        # 0600 from its first moment, and named so that git and a deployment leave out what a crash may leave behind.
        descriptor, fresh = tempfile.mkstemp(prefix=".env.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.writelines(lines)
            Path(fresh).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(fresh).unlink()
            raise
    except OSError as error:
        raise UserError(f"{path.name} cannot be written: {error.strerror}.", hint="Name another file.") from None


def _parse(text: str, file: str) -> Iterator[tuple[str, str]]:
    at = _after(_BETWEEN, text, 0)
    while at < len(text):
        begin = _BEGIN.match(text, at)
        if begin is None or not valid_name(begin[1]):
            raise UserError(
                f"Line {_line(text, at)} of {file} is not NAME=value.", hint="Write one variable on each line."
            )
        quote = text[begin.end() : begin.end() + 1]
        if quote in _VALUES:
            value = _VALUES[quote].match(text, begin.end())
            rest = None if value is None else _REST.match(text, value.end())
            if value is None or rest is None:
                raise UserError(
                    f"The quotes that begin in line {_line(text, at)} of {file} do not end where they should.",
                    hint="Close them, and write a comment behind a `#`.",
                )
            yield begin[1], _unescaped(value[1]) if quote == '"' else value[1]
            at = rest.end()
        else:
            end = text.find("\n", begin.end())
            end = len(text) if end < 0 else end
            line = text[begin.end() : end]
            comment = _COMMENT.search(line)
            yield begin[1], line[: comment.start() if comment else len(line)].strip()
            at = min(end + 1, len(text))
        at = _after(_BETWEEN, text, at)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), text, flags=re.DOTALL)


def _quoted(value: str) -> str:
    """As most readers of such files understand it: they agree on single quotes, and on little else."""
    if _PLAIN.fullmatch(value):
        return value
    if "'" not in value and "\r" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("\n", "\\n")
    return '"' + escaped.replace("\r", "\\r") + '"'


def _is_text(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


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
        status = ended.returncode
    except (OSError, subprocess.TimeoutExpired):
        status = -1
    if status not in (0, 1):
        raise UserError(
            f"Git could not say whether it ignores {path.name}.", hint="`git status` in the folder may say why."
        )
    return status == 0

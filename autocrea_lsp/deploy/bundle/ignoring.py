"""What `.gitignore` and a host's own ignore file say, by git's algorithm.

The file nearest to a path decides, in it the last line that matches, and nothing inside an excluded folder comes back.
A host's file stands above `.gitignore`: what it takes back (`!build`) is sent though git ignores it. An ignore file
that cannot be read or understood ends the deployment: without it more would be sent than is meant.

Letter case counts in `.gitignore` where it does for git, and never in a host's file: their clients do not look at it.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autocrea_lsp.errors import UserError
from autocrea_lsp.workspace import ignore_rules
from autocrea_lsp.workspace.ignore_rules import Rules, Unreadable

GITIGNORE = ".gitignore"
_EXCLUDE = ".git/info/exclude"
_ANY_CASE = sys.platform in ("darwin", "win32")  # git's own default there (core.ignorecase)
_HERE = re.compile(r"(?m)^(!?)\./")  # means nothing to hosts' clients; to git such a line matches nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Governing:
    """The rules that hold in a folder, the farthest first. The text is where each counts from: a folder and "/"."""

    rules: tuple[tuple[str, Rules], ...] = ()

    def within(self, folder: Path) -> Governing:
        """With the folder's own `.gitignore`."""
        own = _read(folder / GITIGNORE)
        return self if own is None else Governing(rules=(*self.rules, (_base(folder), own)))

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """True: left out; False: taken back; None: nobody says anything. `path` lies below all that governs."""
        for base, rules in reversed(self.rules):
            said = rules.verdict(unicodedata.normalize("NFC", path[len(base) :]), is_folder)
            if said is not None:
                return said
        return None


def above(folder: Path, project: Path | None = None) -> Governing:
    """What governs a folder from the top of its repository (else of the project) down, but for its own file."""
    top = next((each for each in (folder, *folder.parents) if os.path.lexists(each / ".git")), project or folder)
    exclude = _read(top / _EXCLUDE)
    governing = Governing(rules=((_base(top), exclude),) if exclude is not None else ())
    here = top
    for name in folder.relative_to(top).parts:
        governing = governing.within(here)
        here = here / name
    return governing


def of_host(folder: Path, names: Sequence[str]) -> tuple[str, Rules | None]:
    """The host's own ignore file and its rules. Raises UserError when there are two."""
    there = [name for name in names if os.path.lexists(folder / name)]
    if len(there) > 1:
        raise UserError(f"There are both {' and '.join(there)}, and only one can count.", hint="Remove one of them.")
    if not there:
        return "", None
    return there[0], _read(folder / there[0], of_host=True)


def patterns(lines: Sequence[str]) -> Rules:
    """Rules that a host's client has built in."""
    return Rules(lines=tuple(ignore_rules.parse("\n".join(lines))))


def is_ignored(folder: Path, path: Path) -> bool:
    """Whether `.gitignore` leaves out a path below the folder, there or not."""
    governing = above(folder).within(folder)
    here = folder
    *folders, last = path.relative_to(folder).parts
    for name in folders:
        here = here / name
        if governing.verdict(str(here), is_folder=True):
            return True
        governing = governing.within(here)
    return governing.verdict(str(here / last), is_folder=False) is True


def _read(path: Path, *, of_host: bool = False) -> Rules | None:
    try:
        text = ignore_rules.read_text(path)
        if text is None:
            return None
        lines = ignore_rules.parse(_HERE.sub(r"\1/", text) if of_host else text, any_case=of_host or _ANY_CASE)
        return Rules(lines=tuple(lines))
    except Unreadable as reason:
        raise UserError(
            f"{path.parent.name}/{path.name} {reason}: what it leaves out would be sent.", hint="Mend or remove it."
        ) from None


def _base(folder: Path) -> str:
    return f"{str(folder).rstrip(os.sep)}{os.sep}"

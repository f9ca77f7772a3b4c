"""What `.gitignore` and a host's own ignore file say, by git's algorithm.

The file nearest to a path decides, in it the last line that matches, and nothing inside an excluded folder comes back.
A host's file stands above `.gitignore`: what it takes back (`!build`) is sent though git ignores it. Names are compared
without case for leaving out, as on disks that do not know case. An ignore file that cannot be read or understood ends
the deployment: without it more would be sent than is meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autocrea_lsp.errors import UserError
from autocrea_lsp.workspace import ignore_rules
from autocrea_lsp.workspace.ignore_rules import Rules, Unreadable

GITIGNORE = ".gitignore"
_EXCLUDE = ".git/info/exclude"


@dataclass(frozen=True, slots=True, kw_only=True)
class Governing:
    """The rules that hold in a folder, the farthest first. `base` is where each counts from."""

    rules: tuple[tuple[Path, Rules], ...] = ()

    def within(self, folder: Path) -> Governing:
        """With the folder's own `.gitignore`."""
        own = _read(folder / GITIGNORE)
        return self if own is None else Governing(rules=(*self.rules, (folder, own)))

    def verdict(self, path: Path, *, is_folder: bool) -> bool | None:
        """True: left out; False: taken back; None: nobody says anything."""
        for base, rules in reversed(self.rules):
            relative = unicodedata.normalize("NFC", path.relative_to(base).as_posix())
            if (said := rules.verdict(relative, is_folder)) is not None:
                return said
        return None


def above(folder: Path, project: Path | None = None) -> Governing:
    """What governs a folder from the top of its repository (else of the project) down, but for its own file."""
    top = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), project or folder)
    exclude = _read(top / _EXCLUDE)
    governing = Governing(rules=((top, exclude),) if exclude is not None else ())
    here = top
    for name in folder.relative_to(top).parts:
        governing = governing.within(here)
        here = here / name
    return governing


def of_host(folder: Path, names: Sequence[str]) -> tuple[str, Rules | None]:
    """The host's own ignore file and its rules. Raises UserError when there are two."""
    there = [name for name in names if (folder / name).is_file()]
    if len(there) > 1:
        raise UserError(f"There are both {' and '.join(there)}, and only one can count.", hint="Remove one of them.")
    if not there:
        return "", None
    return there[0], _read(folder / there[0], dotted=True)


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
        if governing.verdict(here, is_folder=True):
            return True
        governing = governing.within(here)
    return governing.verdict(here / last, is_folder=False) is True


def _read(path: Path, *, dotted: bool = False) -> Rules | None:
    """`dotted`: a leading `./` of a pattern means nothing, as hosts have it."""
    if dotted:
        try:
            text = path.read_text(encoding="utf-8")
            return Rules(lines=tuple(ignore_rules.parse(re.sub(r"(?m)^(!?)\./", r"\1/", text))))
        except (OSError, UnicodeDecodeError, Unreadable) as error:
            raise _unreadable(path, str(error) if isinstance(error, Unreadable) else "cannot be read") from None
    rules = ignore_rules.read(path)
    if rules is not None and rules.everything:
        raise _unreadable(path, rules.reason or "cannot be read")
    return rules


def _unreadable(path: Path, reason: str) -> UserError:
    return UserError(
        f"{path.parent.name}/{path.name} {reason}: what it leaves out would be sent.", hint="Mend or remove it."
    )

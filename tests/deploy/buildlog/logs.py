"""A log, the project that it is about, and what must be found in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from autocrea_lsp.deploy.buildlog import Problem, problems
from autocrea_lsp.deploy.values import Level

ROOT = "{root}"  # in a log: the folder that the host built in, absolute


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`log` as the tool prints it, without a host around it. `files`: what else the project has."""

    name: str
    log: str
    expected: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name

    def exists(self, inside: str = "") -> Callable[[str], bool]:
        """Whether the project has a file, all of it being in the folder `inside`."""
        known = {f"{inside}{path}" for path in (*self.files, *(each.path for each in self.expected))}
        return known.__contains__


def at(
    place: str,
    message: str,
    tool: str,
    code: str = "",
    *,
    severity: Level = "error",
    end: int = 0,
) -> Problem:
    """`place`: "src/x.ts:3" or "src/x.ts:3:7"; `end`: the column behind the last one, in the same line."""
    path, _, numbers = place.partition(":")
    line, _, column = numbers.partition(":")
    return Problem(
        path=path,
        line=int(line),
        column=int(column or 0),
        end_line=int(line) if end else 0,
        end_column=end,
        message=message,
        severity=severity,
        tool=tool,
        code=code,
    )


def read(
    case: Case, *, prefix: str = "", root: str = "/vercel/path0", inside: str = "", root_directory: str = ""
) -> list[Problem]:
    """What is found, where each line has the prefix and the project lies in `root`."""
    lines = case.log.replace(ROOT, root).split("\n")
    lines = [prefix + line if line or not prefix.endswith("\r") else "" for line in lines]
    return problems(lines, exists=case.exists(inside), root_directory=root_directory)


def found(lines: Iterable[str], *files: str, root_directory: str = "") -> list[Problem]:
    """What is found in a project of these files."""
    return problems(lines, exists=set(files).__contains__, root_directory=root_directory)


def places(found: Iterable[Problem]) -> list[str]:
    """As `path:line`."""
    return [f"{each.path}:{each.line}" for each in found]

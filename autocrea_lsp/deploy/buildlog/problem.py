"""What a build log says about one place of the project."""

from __future__ import annotations

from dataclasses import dataclass

from autocrea_lsp.deploy.values import Level

MOST_CHARACTERS = 500  # of a message: it is shown beside a line of code


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A tool's complaint, at a file that the project has."""

    path: str  # POSIX, relative to the project's folder
    line: int  # from 1
    column: int = 0  # from 1, in characters as the tool counts; 0: the tool does not say
    end_line: int = 0  # 0: the tool does not say
    end_column: int = 0
    message: str
    severity: Level = "error"
    tool: str  # "tsc", "go", …
    code: str = ""  # "TS2322", "E0308", "no-undef"


def bounded(message: str) -> str:
    """A message as it is shown: no space around its lines, no empty line, at most `MOST_CHARACTERS`."""
    kept = "\n".join(line for line in map(str.strip, message[: 4 * MOST_CHARACTERS].splitlines()) if line)
    return kept if len(kept) <= MOST_CHARACTERS else kept[: MOST_CHARACTERS - 1].rstrip() + "…"

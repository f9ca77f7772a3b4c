"""What the tests of the acts share: proposals made of two texts, and what a person sees of them."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from tests.e2e.neovim.screen import Nvim

OLD = "import os\n\n\ndef area(w, h):\n    return w * h\n\n\ndef name():\n    return 'x'\n"
NEW = "import os\n\n\ndef area(width, height):\n    return width * height\n\n\ndef name() -> str:\n    return 'x'\n"
FIRST = OLD.replace("area(w, h)", "area(width, height)").replace("w * h", "width * height")
SECOND = OLD.replace("name():", "name() -> str:")


def proposed_file(path: Path, old: str, new: str, *, name: str = "h") -> dict[str, Any]:
    """A `ProposedFile` with the hunks that lead from one text to the other; no old text: a new file."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    hunks = [
        {
            "id": f"{name}{index}",
            "startLine": a,
            "endLine": b,
            "oldText": "".join(before[a:b]),
            "newText": "".join(after[c:d]),
            "state": "pending",
        }
        for index, (tag, a, b, c, d) in enumerate(
            code for code in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
            if code[0] != "equal"
        )
    ]  # fmt: skip
    return {
        "uri": path.as_uri(),
        "version": None if not old else 0,
        "languageId": "python",
        "isNew": not old,
        "original": old,
        "proposed": new,
        "hunks": hunks,
    }


def proposal(*files: dict[str, Any], id_: str = "p1", **fields: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "title": "Refactor: clearer names",
        "status": "passed",
        "label": "Checked: it parses.",
        "explanation": "Names that say **what** they are.",
        "files": list(files),
        "tokensUsed": 12,
        "costMicros": None,
        **fields,
    }


def screen(nvim: Nvim) -> str:
    return "\n".join(nvim.rows())


def expect_on_screen(nvim: Nvim, *texts: str) -> str:
    """Until all of these are on the screen; the screen."""
    seen: list[str] = []  # one look, in which all of them are

    def look() -> bool:
        seen[:] = [screen(nvim)]
        return all(text in seen[0] for text in texts)

    nvim.wait(look)
    return seen[0]


def expect_gone(nvim: Nvim, text: str) -> None:
    nvim.wait(lambda: text not in screen(nvim))


def text_of(nvim: Nvim, path: Path) -> str:
    """The buffer of a file, whether it is on the screen or not."""
    code = "return vim.api.nvim_buf_get_lines(vim.fn.bufnr(...), 0, -1, false)"
    return "".join(f"{line}\n" for line in nvim.lua(code, str(path)))


def tabs(nvim: Nvim) -> int:
    return int(nvim.lua("return #vim.api.nvim_list_tabpages()"))

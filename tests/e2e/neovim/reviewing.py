"""What the tests of proposals share: one that is under review, made by the scripted server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e.neovim.acting import NEW, OLD, expect_on_screen, proposal, proposed_file
from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub

DONE = "AUTOCREA: Refactor: clearer names: {} accepted, {} rejected"


def review(start: Start, stub: Stub, file: Path, shown: dict[str, Any] | None = None, **script: Any) -> Nvim:
    """A Neovim in which `:Autocrea refactor` has been answered with a proposal."""
    shown = shown or proposal(proposed_file(file, OLD, NEW))
    stub.script(answers={"autocrea/edit": shown, **script.pop("answers", {})}, proposals=[shown], **script)
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type(":Autocrea refactor clearer names<CR>")
    expect_on_screen(nvim, shown["title"])
    return nvim

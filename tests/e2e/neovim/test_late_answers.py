"""Answers that come when something has changed since: cancelled where the server heard of it, dropped where not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Stub

BAR = {"head": "foo.", "insert": "bar(baz)"}

STALE = {
    "typed": ("x", ["foo.x"]),
    "deleted": ("<BS>", ["foo"]),
    "moved": ("<Left>", ["foo."]),
    "left": ("<Esc>", ["foo."]),
}


@pytest.mark.parametrize(("keys", "lines"), STALE.values(), ids=STALE)
def test_an_answer_that_comes_too_late_is_dropped(
    start: Start, stub: Stub, file: Path, keys: str, lines: list[str]
) -> None:
    stub.script(inline=[BAR | {"wait": True, "deaf": True}])
    nvim = start()
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.wait(lambda: "foo." in stub.asked())
    stub.script(inline=[{"head": "foo.", "raw": None}])
    nvim.type(keys)
    nvim.wait(lambda: stub.received("$/cancelRequest"))
    nvim.execute("stub.release")
    assert nvim.ghost() == []
    assert nvim.lines() == lines
    assert nvim.messages() == []


def test_a_change_that_nobody_typed_makes_an_answer_stale(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR | {"wait": True}])
    nvim = start()
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.wait(lambda: "foo." in stub.asked())
    nvim.lua("vim.o.eventignore = 'all' vim.fn.setline(2, 'below')")  # no event tells of it
    nvim.execute("stub.release")
    assert nvim.ghost() == []


def test_an_answer_to_what_was_dismissed_is_dropped(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR | {"wait": True, "deaf": True}])
    nvim = start()
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.wait(lambda: "foo." in stub.asked())
    nvim.lua("require('autocrea').dismiss()")
    nvim.execute("stub.release")
    assert nvim.ghost() == []


def test_a_slow_answer_is_shown_where_nothing_changed(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR | {"wait": True}])
    nvim = start()
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.wait(lambda: "foo." in stub.asked())
    nvim.execute("stub.release")
    nvim.expect_ghost("bar(baz)")


def test_the_request_before_is_cancelled(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR | {"wait": True}, {"head": "foo.x", "insert": "yz"}])
    nvim = start()
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.wait(lambda: "foo." in stub.asked())
    nvim.type("x")
    nvim.expect_ghost("yz")
    requests = [entry["id"] for entry in stub.record() if entry.get("method") == "textDocument/inlineCompletion"]
    assert {"id": requests[-2]} in stub.received("$/cancelRequest")
    assert {"id": requests[-1]} not in stub.received("$/cancelRequest")
    nvim.settle()
    assert nvim.lua("return vim.tbl_count(require('autocrea.client').get(0).requests)") == 0


def test_wiping_the_buffer_while_an_answer_is_due_is_harmless(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[BAR | {"wait": True, "deaf": True}])
    nvim = start()
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.wait(lambda: "foo." in stub.asked())
    nvim.type("<Esc>")
    nvim.command("enew!")
    nvim.command("bwipeout! 1")
    nvim.open(file.parent / "other.py")
    nvim.wait_attached()
    nvim.execute("stub.release")
    assert nvim.messages() == []

"""Fixes: what the server is told about others' diagnostics, the edit, and whether the complaint went away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.acting import OLD, expect_on_screen, proposal, proposed_file, text_of
from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub

CODE = "F401"
MESSAGE = "`os` imported but unused"
FIXED = OLD.removeprefix("import os\n\n\n")
RANGE = {"start": {"line": 0, "character": 7}, "end": {"line": 0, "character": 9}}

# Another tool's diagnostics: set by `complain`, and by `lint` as often as the test says.
LINTER = f"""
_G.linter = vim.api.nvim_create_namespace('linter')
function _G.complain(row, namespace)
  local list = row and {{{{ lnum = row, col = 7, end_lnum = row, end_col = 9, message = '{MESSAGE}', severity = 2,
    source = 'ruff', code = '{CODE}' }}}} or {{}}
  vim.diagnostic.set(namespace or _G.linter, 0, list)
end
"""


def fixing(
    start: Start, stub: Stub, file: Path, resolved: dict[str, Any] | None = None, init: str = "", **script: Any
) -> Nvim:
    """A Neovim with a complaint of another tool on the first line, and a server that can fix it."""
    uri = file.as_uri()
    action = {"title": "Fix: unused import", "kind": "quickfix.autocrea", "data": {"action": "autocrea"}}
    gone = {"start": {"line": 0, "character": 0}, "end": {"line": 3, "character": 0}}
    edit = {
        "documentChanges": [
            {
                "textDocument": {"uri": uri, "version": f"$version {uri}"},
                "edits": [{"range": gone, "newText": ""}],
            }
        ]
    }
    ref = {"range": RANGE, "message": MESSAGE, "severity": 2, "source": "ruff", "code": CODE}
    command = {
        "title": "applied",
        "command": "autocrea.applied",
        "arguments": [{"uri": uri, "diagnostics": [ref]}],
    }
    answers = {
        "textDocument/codeAction": [action],
        "codeAction/resolve": resolved or {**action, "edit": edit, "command": command},
    }
    stub.script(answers=answers, **script)
    nvim = start(init=LINTER + init)
    nvim.edit(file, OLD)
    nvim.lua("_G.complain(0)")
    return nvim


def test_the_server_hears_of_the_complaints_of_others(start: Start, stub: Stub, file: Path) -> None:
    nvim = fixing(start, stub, file)
    nvim.lua("vim.diagnostic.set(vim.api.nvim_create_namespace('x'), 0, {{ lnum = 7, col = 0, message = 'far off' }})")
    nvim.type("<Cmd>lua vim.lsp.buf.code_action()<CR>")
    nvim.wait(lambda: stub.received("textDocument/codeAction"))
    (params,) = stub.received("textDocument/codeAction")
    ref = {"range": RANGE, "message": MESSAGE, "severity": 2, "source": "ruff", "code": CODE}
    assert params["context"]["diagnostics"] == [ref]


FIXES = {
    "as any code action": "<Cmd>lua vim.lsp.buf.code_action({ apply = true })<CR>",
    "the command": ":Autocrea fix<CR>",
    "the command, lines": ":1,3Autocrea fix<CR>",
    "a mapping": "<Space>f",
    "a mapping, selected": "V<Space>f",
}


@pytest.mark.parametrize("keys", FIXES.values(), ids=FIXES)
def test_a_checked_fix_is_applied_and_said_to_have_helped(start: Start, stub: Stub, file: Path, keys: str) -> None:
    nvim = fixing(start, stub, file, init="vim.keymap.set({ 'n', 'x' }, '<Space>f', '<Plug>(autocrea-fix)')")
    nvim.type(keys)
    nvim.wait(lambda: text_of(nvim, file) == FIXED)
    assert nvim.messages() == []
    nvim.lua("_G.complain(nil, vim.api.nvim_create_namespace('another'))")  # not the one that complained
    nvim.settle()
    assert nvim.messages() == []
    nvim.lua("_G.complain()")
    nvim.wait(lambda: nvim.messages() == [f"AUTOCREA: fixed: {MESSAGE}"])
    nvim.lua("_G.complain(1)")  # anew, later: nothing to do with the fix
    nvim.settle()
    assert nvim.messages() == [f"AUTOCREA: fixed: {MESSAGE}"]
    assert nvim.mode() == "n"


def test_all_of_the_file_is_another_action(start: Start, stub: Stub, file: Path) -> None:
    """It is listed beside the fix of one problem, which stays the one that is applied without a question."""
    nvim = fixing(start, stub, file)
    nvim.lua("vim.diagnostic.set(vim.api.nvim_create_namespace('x'), 0, {{ lnum = 7, col = 0, message = 'far off' }})")
    one, every = ({"title": kind, "kind": f"quickfix.autocrea{kind}", "data": {}} for kind in ("", ".all"))
    stub.script(answers={"textDocument/codeAction": [one, every], "codeAction/resolve": one})
    for command, action, messages in ((":Autocrea fix", one, 1), (":Autocrea fix all", every, 2)):
        resolved = len(stub.received("codeAction/resolve"))
        nvim.type(f"{command}<CR>")
        nvim.wait(lambda resolved=resolved: len(stub.received("codeAction/resolve")) > resolved)
        assert stub.received("codeAction/resolve")[-1]["kind"] == action["kind"]
        params = stub.received("textDocument/codeAction")[-1]
        assert params["context"]["only"] == [action["kind"]]
        assert len(params["context"]["diagnostics"]) == messages


ALL_CHECKED: dict[str, Any] = {"title": "Fix all", "status": "passed"}
ALL_UNCHECKED: dict[str, Any] = {"title": "Fix all", "status": "unchecked", "label": "Not checked."}


def fixing_all(start: Start, stub: Stub, file: Path, fields: dict[str, Any], **script: Any) -> Nvim:
    """A Neovim with two complaints, in which all of them are to be fixed."""
    edit = {"uri": file.as_uri(), "range": RANGE, "goal": "fixAll"}
    command = {"title": "Fix all", "command": "autocrea.fixAll", "arguments": [edit]}
    action = {"title": "Fix all", "kind": "quickfix.autocrea.all", "command": command}
    shown = proposal(proposed_file(file, OLD, FIXED), **fields)
    answers = {"textDocument/codeAction": [action], "codeAction/resolve": action, "autocrea/edit": shown}
    stub.script(answers=answers, proposals=[shown], **script)
    nvim = start(init=LINTER)
    nvim.edit(file, OLD)
    nvim.lua("_G.complain(0)")
    nvim.lua("vim.diagnostic.set(vim.api.nvim_create_namespace('x'), 0, {{ lnum = 7, col = 0, message = 'far off' }})")
    nvim.type(":Autocrea fix all<CR>")
    return nvim


def test_all_of_a_file_is_fixed_at_once_where_it_was_checked(start: Start, stub: Stub, file: Path) -> None:
    nvim = fixing_all(start, stub, file, ALL_CHECKED)
    nvim.wait(lambda: text_of(nvim, file) == FIXED)
    (params,) = stub.received("autocrea/edit")
    assert params["goal"] == "fixAll"
    assert {each["message"] for each in params["diagnostics"]} == {MESSAGE, "far off"}
    nvim.lua("_G.complain()")
    nvim.settle()
    assert nvim.messages() == []  # one is still there
    nvim.lua("vim.diagnostic.set(vim.api.nvim_create_namespace('x'), 0, {})")
    nvim.wait(lambda: nvim.messages() == [f"AUTOCREA: fixed: {MESSAGE} (and 1 more)"])


def test_all_of_a_file_is_shown_first_where_it_was_not(start: Start, stub: Stub, file: Path) -> None:
    nvim = fixing_all(start, stub, file, ALL_UNCHECKED)
    expect_on_screen(nvim, "Not checked.", "? pending")
    assert text_of(nvim, file) == OLD


def test_what_is_left_after_all_was_fixed_is_named(start: Start, stub: Stub, file: Path) -> None:
    nvim = fixing_all(start, stub, file, ALL_CHECKED)
    nvim.wait(lambda: text_of(nvim, file) == FIXED)
    nvim.lua("vim.diagnostic.set(vim.api.nvim_create_namespace('x'), 0, {{ lnum = 4, col = 0, message = 'far off' }})")
    expect_on_screen(nvim, "still there after the fix: far off", "2: Undo")
    nvim.type("2<CR>")
    nvim.wait(lambda: text_of(nvim, file) == OLD)


def test_all_of_a_file_that_moved_on_is_shown_instead(start: Start, stub: Stub, file: Path) -> None:
    nvim = fixing_all(start, stub, file, ALL_CHECKED, late_by=1)
    nvim.wait(lambda: any("nothing was applied" in line for line in nvim.messages()))
    expect_on_screen(nvim, "? pending")
    assert text_of(nvim, file) == OLD


STILL = f"AUTOCREA: still there after the fix: {MESSAGE}"
CHOICES = {"undo": ("2<CR>", OLD), "keep": ("1<CR>", FIXED), "nothing": ("<CR>", FIXED), "no answer": ("<Esc>", FIXED)}


@pytest.mark.parametrize(("keys", "text"), CHOICES.values(), ids=CHOICES)
def test_a_complaint_that_stays_is_a_reason_to_offer_undo(
    start: Start, stub: Stub, file: Path, keys: str, text: str
) -> None:
    nvim = fixing(start, stub, file)
    nvim.type(":Autocrea fix<CR>")
    nvim.wait(lambda: text_of(nvim, file) == FIXED)
    nvim.lua("_G.complain(0)")
    expect_on_screen(nvim, STILL[:60], "1: Keep", "2: Undo")
    nvim.type(keys)
    nvim.wait(lambda: nvim.mode() == "n")
    nvim.wait(lambda: text_of(nvim, file) == text)


@pytest.mark.parametrize(
    ("message", "said"),
    [("bad\n\nhelp: do better", "bad"), ("very " * 30 + "bad", ("very " * 7) + "…")],
    ids=["several lines", "a long one"],
)
def test_what_is_said_of_a_complaint_fits_on_a_line(
    start: Start, stub: Stub, file: Path, message: str, said: str
) -> None:
    nvim = fixing(start, stub, file)
    params = {"uri": file.as_uri(), "diagnostics": [{"range": RANGE, "message": message}]}
    nvim.lua("require('autocrea.fixed').watch(nil, ...)", params)
    nvim.lua("_G.complain()")
    nvim.wait(lambda: nvim.messages() == [f"AUTOCREA: fixed: {said}"])
    assert nvim.messages() == [f"AUTOCREA: fixed: {said}"]


def test_undo_does_not_take_away_what_was_typed_since(start: Start, stub: Stub, file: Path) -> None:
    nvim = fixing(start, stub, file)
    nvim.type(":Autocrea fix<CR>")
    nvim.wait(lambda: text_of(nvim, file) == FIXED)
    nvim.type("Omine<Esc>")
    nvim.wait(lambda: text_of(nvim, file) == "mine\n" + FIXED)
    nvim.lua("_G.complain(0)")
    expect_on_screen(nvim, "2: Undo")
    nvim.type("2<CR>")
    nvim.wait(lambda: any("undo it yourself" in line for line in nvim.messages()))
    assert text_of(nvim, file) == "mine\n" + FIXED


def test_a_linter_that_keeps_silent_is_not_waited_for_for_ever(start: Start, stub: Stub, file: Path) -> None:
    nvim = fixing(start, stub, file)
    assert nvim.lua("return require('autocrea.fixed').PATIENCE_MS") == 5000
    nvim.lua("require('autocrea.fixed').PATIENCE_MS = 50")
    nvim.type(":Autocrea fix<CR>")
    nvim.wait(lambda: nvim.messages() == [f"AUTOCREA: the fix is applied; nobody has looked at it yet: {MESSAGE}"])
    assert text_of(nvim, file) == FIXED


def test_a_fix_that_is_not_checked_is_shown_first(start: Start, stub: Stub, file: Path) -> None:
    label = "Not checked: ruff is not installed."
    shown = proposal(proposed_file(file, OLD, FIXED), title="Fix: unused import", status="unchecked", label=label)
    command = {"title": "review", "command": "autocrea.review", "arguments": [{"id": "p1"}]}
    nvim = fixing(start, stub, file, {"title": "Fix: unused import", "command": command}, proposals=[shown])
    nvim.type(":Autocrea fix<CR>")
    expect_on_screen(nvim, label, "? pending")
    assert text_of(nvim, file) == OLD
    nvim.type("ga")
    nvim.wait(lambda: text_of(nvim, file) == FIXED)


def test_a_fix_that_comes_too_late_changes_nothing_and_is_told_once(start: Start, stub: Stub, file: Path) -> None:
    nvim = fixing(start, stub, file, hold=["codeAction/resolve"])
    nvim.type(":Autocrea fix<CR>")
    nvim.wait(lambda: stub.received("codeAction/resolve"))
    nvim.type("Omine<Esc>")
    nvim.wait(lambda: text_of(nvim, file) == "mine\n" + OLD)
    nvim.execute("stub.release")
    stale = "AUTOCREA: Fix: unused import: the file has changed meanwhile, nothing was applied; ask again"
    nvim.wait(lambda: nvim.messages() == [stale])
    assert text_of(nvim, file) == "mine\n" + OLD
    nvim.lua("_G.complain()")
    nvim.settle()
    assert nvim.messages() == [stale]  # nothing was fixed, so nothing is watched


def test_a_fix_can_be_cancelled(start: Start, stub: Stub, file: Path) -> None:
    nvim = fixing(start, stub, file, hold=["codeAction/resolve"])
    nvim.type(":Autocrea fix<CR>")
    nvim.wait(lambda: stub.received("codeAction/resolve"))
    expect_on_screen(nvim, "AUTOCREA: Fix: unused import…")
    nvim.type(":Autocrea cancel<CR>")
    nvim.wait(lambda: len(stub.received("$/cancelRequest")) == 1)
    nvim.settle()
    assert nvim.messages() == ["AUTOCREA: cancelling"]
    assert text_of(nvim, file) == OLD


def test_why_a_fix_failed_is_told_once(start: Start, stub: Stub, file: Path) -> None:
    """The server says it in a message of its own; Neovim's own word would be the second one."""
    nvim = fixing(start, stub, file, {"error": {"code": -32803, "message": "No fix was found."}})
    nvim.type(":Autocrea fix<CR>")
    nvim.wait(lambda: stub.received("codeAction/resolve"))
    shown = {"method": "window/showMessage", "params": {"type": 2, "message": "No fix was found."}}
    nvim.execute("stub.send", shown)
    nvim.wait(lambda: nvim.messages() == ["AUTOCREA: No fix was found."])
    assert text_of(nvim, file) == OLD


def test_text_after_the_last_line_leaves_no_empty_line(start: Start, stub: Stub, file: Path) -> None:
    uri = file.as_uri()
    past = {"line": OLD.count("\n"), "character": 0}
    edits = [{"range": {"start": past, "end": past}, "newText": "\n\nlast = 1\n"}]
    document = {"uri": uri, "version": f"$version {uri}"}
    resolved = {"title": "x", "edit": {"documentChanges": [{"textDocument": document, "edits": edits}]}}
    nvim = fixing(start, stub, file, resolved)
    nvim.type(":Autocrea fix<CR>")
    nvim.wait(lambda: text_of(nvim, file) == OLD + "\n\nlast = 1\n")


@pytest.mark.parametrize(("late", "applied"), [(0, True), (1, False)])
def test_an_edit_that_the_server_asks_for_is_answered_truly(
    start: Start, stub: Stub, file: Path, late: int, applied: bool
) -> None:
    nvim = fixing(start, stub, file)
    version = nvim.lua("return vim.lsp.util.buf_versions[vim.api.nvim_get_current_buf()]") - late
    document = {"uri": file.as_uri(), "version": version}
    change = {"textDocument": document, "edits": [{"range": RANGE, "newText": "re"}]}
    request = {"id": "e", "method": "workspace/applyEdit", "params": {"edit": {"documentChanges": [change]}}}
    nvim.execute("stub.send", request)
    nvim.wait(lambda: stub.answer_to("e") is not None)
    assert (stub.answer_to("e") or {})["result"]["applied"] is applied
    assert nvim.lines()[0] == ("import re" if applied else "import os")

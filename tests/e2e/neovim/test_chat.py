"""The chat buffer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.acting import OLD, expect_on_screen, screen
from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub

METHOD = "autocrea/chat"
ANSWER = {"session": "s1", "markdown": "It is **short**.\n\n## You\n\nnot really", "tokensUsed": 4}


def chatting(start: Start, stub: Stub, file: Path, keys: str = ":Autocrea chat<CR>", **script: Any) -> Nvim:
    stub.script(**{"answers": {METHOD: ANSWER}, **script})
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type(keys)
    nvim.wait(lambda: nvim.lua("return vim.fn.bufname()") == "autocrea://chat")
    return nvim


def your_turn(nvim: Nvim, row: int) -> None:
    """Until the cursor is in the chat's row (from 1), to write."""
    nvim.wait(lambda: nvim.lua("return { vim.fn.bufname(), vim.fn.line('.') }") == ["autocrea://chat", row])


def test_a_conversation(start: Start, stub: Stub, file: Path) -> None:
    nvim = chatting(start, stub, file)
    assert nvim.lines() == ["## You", "", ""]
    your_turn(nvim, 3)
    nvim.type("iWhy so short?<CR>Say.<C-s>")
    nvim.wait(lambda: len(nvim.lines()) > 12)
    first = ["## You", "", "Why so short?", "Say.", "", "## JoxCoder", "", *ANSWER["markdown"].split("\n")]
    assert nvim.lines() == [*first, "", "## You", "", ""]
    your_turn(nvim, len(first) + 4)
    assert nvim.mode() == "n"
    nvim.type("iAnd?<Esc>:Autocrea chat send<CR>")
    nvim.wait(lambda: len(stub.received(METHOD)) == 2)
    one, two = stub.received(METHOD)
    assert (one["message"], one.get("session"), one.get("attachments")) == ("Why so short?\nSay.", None, None)
    assert (two["message"], two["session"]) == ("And?", "s1")  # not what the answer has below a heading of its own
    assert nvim.messages() == []


def test_a_heading_in_the_message_is_part_of_it(start: Start, stub: Stub, file: Path) -> None:
    nvim = chatting(start, stub, file)
    nvim.type("iWhy<CR>## You<CR>here?<C-s>")
    nvim.wait(lambda: stub.received(METHOD))
    assert stub.received(METHOD)[0]["message"] == "Why\n## You\nhere?"


def test_an_answer_is_shown_as_it_comes_and_can_be_stopped(start: Start, stub: Stub, file: Path) -> None:
    nvim = chatting(start, stub, file, streams={METHOD: ["It is", " **sh"]}, hold=[METHOD])
    nvim.type("iWhy?<C-s>")
    nvim.wait(lambda: nvim.lines()[-1] == "It is **sh")
    assert nvim.lua("return vim.bo.modifiable") is False
    assert nvim.lua("return vim.fn.line('.')") == len(nvim.lines())  # it follows
    nvim.type("<C-c>")
    nvim.wait(lambda: stub.received("$/cancelRequest"))
    nvim.wait(lambda: nvim.lines()[-3:] == ["## You", "", ""])
    assert "It is **sh*(no answer)*" in nvim.lines()
    assert nvim.messages() == []
    stub.script(answers={METHOD: ANSWER})
    nvim.type("iOnce more<C-s>")
    nvim.wait(lambda: "It is **short**." in nvim.lines())


def test_it_is_no_file_and_no_servers_business(start: Start, stub: Stub, file: Path) -> None:
    nvim = chatting(start, stub, file)
    nvim.type("ihello<Esc>")
    options = "return { vim.bo.buftype, vim.bo.filetype, vim.bo.swapfile, vim.bo.modified }"
    nvim.wait(lambda: nvim.lines()[2] == "hello")
    assert nvim.lua(options)[:3] == ["nofile", "markdown", False]
    assert nvim.lua("return #vim.lsp.get_clients({ bufnr = 0 })") == 0
    assert [p["textDocument"]["uri"] for p in stub.received("textDocument/didOpen")] == [file.as_uri()]
    nvim.type(":q<CR>")
    nvim.wait(lambda: nvim.lines() == OLD.splitlines())
    nvim.type(":Autocrea chat<CR>")
    nvim.wait(lambda: nvim.lines() == ["## You", "", "hello"])  # as it was left


ATTACHED = {
    "a selection": (":4,5Autocrea chat why?<CR>", ["selection"], "sample.py:4-5"),
    "the file": (":Autocrea chat @file why?<CR>", ["file"], "sample.py"),
    "both": (":Autocrea chat @file @diagnostics  why?<CR>", ["file", "diagnostics"], "diagnostics of "),
    "a selection and the file": (":4Autocrea chat @file why?<CR>", ["selection", "file"], "sample.py:4-4"),
    "written in the chat": (":Autocrea chat<CR>i@file why?<C-s>", ["file"], "sample.py"),
    "an address is none": (":Autocrea chat @files why?<CR>", None, ""),
}


@pytest.mark.parametrize(("keys", "kinds", "label"), ATTACHED.values(), ids=ATTACHED)
def test_what_goes_along(start: Start, stub: Stub, file: Path, keys: str, kinds: list[str] | None, label: str) -> None:
    nvim = chatting(start, stub, file, keys)
    nvim.wait(lambda: stub.received(METHOD))
    (params,) = stub.received(METHOD)
    assert params["message"] == ("why?" if kinds else "@files why?")
    attachments = params.get("attachments")
    assert (attachments and [a["kind"] for a in attachments]) == kinds
    assert {a["uri"] for a in attachments or []} <= {file.as_uri()}
    if kinds and kinds[0] == "selection":
        assert attachments[0]["range"]["start"] == {"line": 3, "character": 0}
    nvim.wait(lambda: any(label in line for line in nvim.lines()))
    assert any(line.startswith("*with ") for line in nvim.lines()) is bool(kinds)


def test_what_the_linters_say_goes_along(start: Start, stub: Stub, file: Path) -> None:
    nvim = chatting(start, stub, file)
    nvim.type(":q<CR>")
    nvim.wait(lambda: nvim.lines() == OLD.splitlines())
    nvim.lua("""vim.diagnostic.set(vim.api.nvim_create_namespace('x'), 0,
      {{ lnum = 7, col = 4, end_lnum = 7, end_col = 8, message = 'bad', source = 'lint', severity = 1 }})""")
    nvim.type(":Autocrea chat @diagnostics why?<CR>")
    nvim.wait(lambda: stub.received(METHOD))
    range_ = {"start": {"line": 7, "character": 4}, "end": {"line": 7, "character": 8}}
    assert stub.received(METHOD)[0]["attachments"] == [
        {
            "kind": "diagnostics",
            "uri": file.as_uri(),
            "diagnostics": [{"range": range_, "message": "bad", "source": "lint", "severity": 1}],
        }
    ]


def test_a_selection_waits_for_the_message(start: Start, stub: Stub, file: Path) -> None:
    nvim = chatting(start, stub, file, "4GVj:Autocrea chat<CR>")
    expect_on_screen(nvim, "sample.py:4-5")
    assert stub.received(METHOD) == []
    nvim.type("iwhy?<C-s>")
    nvim.wait(lambda: stub.received(METHOD))
    (params,) = stub.received(METHOD)
    assert [a["kind"] for a in params["attachments"]] == ["selection"]
    nvim.wait(lambda: nvim.lines()[-3:] == ["## You", "", ""])
    nvim.type("iand?<C-s>")
    nvim.wait(lambda: len(stub.received(METHOD)) == 2)
    assert stub.received(METHOD)[1].get("attachments") is None


def test_nothing_is_not_sent(start: Start, stub: Stub, file: Path) -> None:
    nvim = chatting(start, stub, file)
    nvim.type("<C-s>")
    nvim.wait(lambda: nvim.messages() == ['AUTOCREA: write something below "## You" first'])
    assert stub.received(METHOD) == []


def test_an_error_is_told_once_and_one_may_go_on(start: Start, stub: Stub, file: Path) -> None:
    error = {"error": {"code": -32803, "message": "The service is down."}}
    nvim = chatting(start, stub, file, answers={METHOD: error})
    nvim.type("iWhy?<C-s>")
    nvim.wait(lambda: nvim.messages() == ["AUTOCREA: chat: The service is down."])
    nvim.wait(lambda: nvim.lines()[-3:] == ["## You", "", ""])
    stub.script(answers={METHOD: ANSWER})
    nvim.type("iAgain<C-s>")
    nvim.wait(lambda: "It is **short**." in nvim.lines())
    assert "It is **short**." in nvim.lines()


def test_a_new_session_forgets_the_old_one(start: Start, stub: Stub, file: Path) -> None:
    nvim = chatting(start, stub, file, ":Autocrea chat why?<CR>")
    nvim.wait(lambda: "It is **short**." in nvim.lines())
    nvim.type(":Autocrea chat new<CR>")
    nvim.wait(lambda: nvim.lines() == ["## You", "", ""])
    nvim.type("iand?<C-s>")
    nvim.wait(lambda: len(stub.received(METHOD)) == 2)
    assert stub.received(METHOD)[1].get("session") is None


def test_an_old_session_is_gone_on_with(start: Start, stub: Stub, file: Path) -> None:
    messages = [{"role": "user", "text": "Why?"}, {"role": "assistant", "text": "So."}]
    session = {"id": "s7", "title": "Why is it so", "updatedAt": 1795000000.5, "messages": messages}
    sessions = {"sessions": [session]}
    stub.script(answers={METHOD: ANSWER, "autocrea/chat/sessions": sessions})
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type(":Autocrea chat list<CR>")
    expect_on_screen(nvim, "Why is it so", "2026-11-")
    nvim.type("1<CR>")
    wanted = ["## You", "", "Why?", "", "## JoxCoder", "", "So.", "", "## You", "", ""]
    nvim.wait(lambda: nvim.lines() == wanted)
    assert [p.get("session") for p in stub.received("autocrea/chat/sessions")] == [None, "s7"]
    nvim.type("iAnd?<C-s>")
    nvim.wait(lambda: stub.received(METHOD))
    assert stub.received(METHOD)[0]["session"] == "s7"


def test_no_sessions_are_said(start: Start, stub: Stub, file: Path) -> None:
    stub.script(answers={"autocrea/chat/sessions": {"sessions": []}})
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type(":Autocrea chat list<CR>")
    nvim.wait(lambda: nvim.messages() == ["AUTOCREA: no chats are kept"])
    assert "autocrea://chat" not in screen(nvim)

"""`:Autocrea generate` and the code action: streamed, reviewed, accepted; a new file is written and opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.acting import OLD, expect_gone, expect_on_screen, proposal, proposed_file, screen, tabs, text_of
from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub

LOGIN = "export function Login() {\n  return null;\n}\n"
METHOD = "autocrea/generate"


def generated(shown: dict[str, Any], code: str = LOGIN) -> dict[str, Any]:
    return {"code": code, "explanation": "", "tokensUsed": 3, "proposal": shown}


def generating(start: Start, stub: Stub, file: Path, shown: dict[str, Any], **script: Any) -> Nvim:
    stub.script(
        answers={METHOD: generated(shown)},
        streams={METHOD: ["export function", " Login() {\n  return"]},
        hold=[METHOD],
        proposals=[shown],
        **script,
    )
    nvim = start()
    nvim.edit(file, OLD)
    return nvim


def new_file(file: Path) -> Path:
    return file.with_name("src") / "components" / "Login.tsx"


def test_a_new_file_is_written_and_opened_only_after_it_was_accepted(start: Start, stub: Stub, file: Path) -> None:
    path = new_file(file)
    shown = proposal(proposed_file(path, "", LOGIN), title="Login component")
    nvim = generating(start, stub, file, shown)
    nvim.type(":Autocrea generate @new Crear componente de login<CR>")
    expect_on_screen(
        nvim, "Generate: Crear componente de login", "being written", "export function Login() {", "  return"
    )
    assert "return null" not in screen(nvim)
    (params,) = stub.received(METHOD)
    assert params["prompt"] == "Crear componente de login"
    assert {"uri", "position", "path"}.isdisjoint(params)
    nvim.lua("require('autocrea.client').all()[1]:request('workspace/executeCommand', { command = 'stub.release' })")
    expect_on_screen(nvim, "Login component", "(new)", "return null", "? pending")
    assert not path.exists()
    nvim.type("ga")
    nvim.wait(lambda: path.exists() and path.read_text(encoding="utf-8") == LOGIN)
    nvim.wait(lambda: tabs(nvim) == 1)
    assert nvim.lua("return { vim.fn.expand('%:p'), vim.bo.filetype, vim.bo.modified, vim.bo.buflisted }") == [
        str(path),
        "typescriptreact",
        False,
        True,
    ]
    nvim.wait_attached()
    assert nvim.messages() == ["AUTOCREA: Login component: 1 accepted, 0 rejected"]
    assert text_of(nvim, file) == OLD


def test_a_file_that_is_there_already_is_left_alone(start: Start, stub: Stub, file: Path) -> None:
    path = new_file(file)
    path.parent.mkdir(parents=True)
    path.write_text("mine\n", encoding="utf-8")
    shown = proposal(proposed_file(path, "", LOGIN))
    nvim = generating(start, stub, file, shown)
    stub.script(answers={METHOD: generated(shown)}, proposals=[shown])
    nvim.type(":Autocrea generate @src/components/Login.tsx login<CR>")
    expect_on_screen(nvim, "? pending")
    assert stub.received(METHOD)[0]["path"] == "src/components/Login.tsx"
    nvim.type("gA")
    nvim.wait(lambda: any("exists already, nothing was applied" in line for line in nvim.messages()))
    assert path.read_text(encoding="utf-8") == "mine\n"
    expect_on_screen(nvim, "? pending")


def test_a_file_that_cannot_be_written_is_named(start: Start, stub: Stub, file: Path) -> None:
    file.with_name("src").write_text("not a folder\n", encoding="utf-8")
    shown = proposal(proposed_file(new_file(file), "", LOGIN))
    nvim = generating(start, stub, file, shown)
    stub.script(answers={METHOD: generated(shown)}, proposals=[shown])
    nvim.type(":Autocrea generate @new login<CR>")
    expect_on_screen(nvim, "? pending")
    nvim.type("gA")
    nvim.wait(lambda: nvim.messages() == ["AUTOCREA: the edit could not be applied"])


def test_at_the_cursor(start: Start, stub: Stub, file: Path) -> None:
    text = OLD + "\n\nlast = 1\n"
    shown = proposal(proposed_file(file, OLD, text))
    nvim = generating(start, stub, file, shown)
    stub.script(answers={METHOD: generated(shown)}, proposals=[shown])
    nvim.type("G:Autocrea generate<CR>")
    expect_on_screen(nvim, "Generate:")
    nvim.type("a last line<CR>")
    expect_on_screen(nvim, "? pending", "last = 1")
    (params,) = stub.received(METHOD)
    assert params["prompt"] == "a last line"
    assert (params["uri"], params["position"]["line"], params["language"]) == (file.as_uri(), 8, "python")
    nvim.type("ga")
    nvim.wait(lambda: text_of(nvim, file) == text)


@pytest.mark.parametrize("keys", ["<C-c>", "q", ":Autocrea cancel<CR>", ":tabclose<CR>"])
def test_it_can_be_stopped_while_it_is_written(start: Start, stub: Stub, file: Path, keys: str) -> None:
    nvim = generating(start, stub, file, proposal(proposed_file(new_file(file), "", LOGIN)))
    nvim.type(":Autocrea generate @new login<CR>")
    expect_on_screen(nvim, "export function Login() {")
    nvim.type(keys)
    nvim.wait(lambda: stub.received("$/cancelRequest"))
    nvim.wait(lambda: tabs(nvim) == 1)
    expect_gone(nvim, "export function")
    nvim.settle()
    assert [line for line in nvim.messages() if "cancelling" not in line] == []
    assert not new_file(file).exists()


def test_an_error_while_it_is_written_is_told_once(start: Start, stub: Stub, file: Path) -> None:
    nvim = generating(start, stub, file, proposal())
    error = {"error": {"code": -32803, "message": "The model declined."}}
    stub.script(answers={METHOD: error}, streams={METHOD: ["export"]})
    nvim.type(":Autocrea generate @new login<CR>")
    nvim.wait(lambda: nvim.messages() == ["AUTOCREA: generate: The model declined."])
    nvim.wait(lambda: tabs(nvim) == 1)
    assert tabs(nvim) == 1


def test_the_code_action_asks_for_a_prompt(start: Start, stub: Stub, file: Path) -> None:
    shown = proposal(proposed_file(file, OLD, "# here\n" + OLD))
    params = {"uri": file.as_uri(), "position": {"line": 0, "character": 0}, "language": "python"}
    command = {"title": "Generate here…", "command": "autocrea.generate", "arguments": [params]}
    action = {"title": "Generate here…", "kind": "refactor.rewrite.autocrea", "command": command}
    stub.script(
        answers={"textDocument/codeAction": [action], "codeAction/resolve": action, METHOD: generated(shown)},
        proposals=[shown],
    )
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type("<Cmd>lua vim.lsp.buf.code_action()<CR>")
    expect_on_screen(nvim, "1: Generate here…")
    nvim.type("1<CR>")
    expect_on_screen(nvim, "Generate:")
    nvim.type("<Esc>")
    assert stub.received(METHOD) == []
    nvim.type("<Cmd>lua vim.lsp.buf.code_action({ apply = true })<CR>")
    expect_on_screen(nvim, "Generate:")
    nvim.type("a comment<CR>")
    expect_on_screen(nvim, "? pending")
    assert [(p["prompt"], p["uri"]) for p in stub.received(METHOD)] == [("a comment", file.as_uri())]

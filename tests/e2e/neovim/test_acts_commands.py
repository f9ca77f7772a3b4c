"""`:Autocrea commit`, `preview`, `sent`, `proposals`; and every act where there is no server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.acting import OLD, expect_on_screen
from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub

PROMPT = {
    "backend": "claude",
    "model": "claude-sonnet-5-5",
    "system": "You are JoxCoder.",
    "messages": [{"role": "user", "text": "Explain:\n```python\nkey = <secret-1>\n```"}],
    "inputTokens": 321,
    "counted": False,
    "maxOutputTokens": 1024,
    "costMicros": 963,
    "maxCostMicros": None,
    "secretsHidden": 1,
}
SHOWN = [
    "- Backend: claude, model: claude-sonnet-5-5",
    "- Input: 321 tokens (estimated)",
    "- Answer: at most 1024 tokens",
    "- Price: $0.0010 for the input, at most unknown in all",
    "- Secrets replaced by placeholders: 1",
]
PREVIEWS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "explain": ("preview", "explain", {}),
    "edit": ("preview edit shorter names", "edit", {"goal": "refactor", "instruction": "shorter names"}),
    "generate": ("preview generate a test", "generate", {"prompt": "a test", "language": "python"}),
    "a new file": ("preview generate @new a test", "generate", {"prompt": "a test"}),
    "commit message": ("preview commitMessage", "commitMessage", {}),
    "chat": ("preview chat why?", "chat", {"message": "why?"}),
}


@pytest.mark.parametrize(("command", "kind", "params"), PREVIEWS.values(), ids=PREVIEWS)
def test_what_would_be_sent_is_shown_word_for_word(
    start: Start, stub: Stub, file: Path, command: str, kind: str, params: dict[str, Any]
) -> None:
    stub.script(answers={"autocrea/preview": PROMPT})
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type(f":Autocrea {command}<CR>")
    nvim.wait(lambda: nvim.lines()[:1] == [f"# What would be sent: {kind}"])
    assert nvim.lines()[2:7] == SHOWN
    assert nvim.lines()[8:] == [
        *("## System", "", "```", "You are JoxCoder.", "```", "", "## User", ""),
        *("````", "Explain:", "```python", "key = <secret-1>", "```", "````"),
    ]
    (asked,) = stub.received("autocrea/preview")
    assert asked["prompt"] == kind
    assert params.items() <= asked["params"].items()
    nvim.type("q")
    nvim.wait(lambda: nvim.lines() == OLD.splitlines())


def test_a_preview_of_the_selection(start: Start, stub: Stub, file: Path) -> None:
    stub.script(answers={"autocrea/preview": PROMPT})
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type(":4,5Autocrea preview explain why?<CR>")
    nvim.wait(lambda: stub.received("autocrea/preview"))
    params = stub.received("autocrea/preview")[0]["params"]
    assert (params["question"], params["uri"]) == ("why?", file.as_uri())
    assert params["range"] == {"start": {"line": 3, "character": 0}, "end": {"line": 4, "character": 16}}


def test_an_unknown_preview_is_named(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type(":Autocrea preview nonsense<CR>")
    known = "chat, commitMessage, edit, explain, generate"
    nvim.wait(lambda: nvim.messages() == [f"AUTOCREA: preview of what? One of {known}"])
    assert nvim.messages() == [f"AUTOCREA: preview of what? One of {known}"]


def test_what_was_sent_last(start: Start, stub: Stub, file: Path) -> None:
    stub.script(answers={"autocrea/lastPrompt": {**PROMPT, "counted": True}})
    nvim = start()
    nvim.edit(file, OLD)
    for number, command in enumerate(("sent", "sent chat"), start=1):
        nvim.type(f":Autocrea {command}<CR>")
        nvim.wait(lambda number=number: len(stub.received("autocrea/lastPrompt")) == number)
        nvim.wait(lambda: "- Input: 321 tokens (counted by the service)" in nvim.lines())
    assert stub.received("autocrea/lastPrompt") == [{}, {"prompt": "chat"}]


def test_no_proposals_are_said(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()
    nvim.edit(file, OLD)
    nvim.type(":Autocrea proposals<CR>")
    nvim.wait(lambda: nvim.messages() == ["AUTOCREA: no proposals wait"])
    assert nvim.messages() == ["AUTOCREA: no proposals wait"]


COMMENTS = "# Please enter the commit message\n#\n# On branch main\n"
WRITTEN = ["Area: clear names", "", "They said nothing."]
COMMIT = {"message": "\n".join(WRITTEN) + "\n", "tokensUsed": 5}


def committing(start: Start, stub: Stub, file: Path, text: str) -> Nvim:
    stub.script(answers={"autocrea/commitMessage": COMMIT})
    nvim = start()
    nvim.edit(file, OLD)
    message = file.with_name("COMMIT_EDITMSG")
    message.write_text(text, encoding="utf-8")
    nvim.open(message)
    assert nvim.lua("return vim.bo.filetype") == "gitcommit"
    nvim.type(":Autocrea commit<CR>")
    return nvim


def test_a_commit_message_goes_above_the_comments(start: Start, stub: Stub, file: Path) -> None:
    nvim = committing(start, stub, file, "\n" + COMMENTS)
    nvim.wait(lambda: nvim.lines() == [*WRITTEN, "", *COMMENTS.splitlines()])
    assert nvim.lua("return vim.fn.line('.')") == 1


@pytest.mark.parametrize("keys", ["2<CR>", "1<CR>", "<CR>"])
def test_a_message_that_is_there_is_replaced_only_when_one_says_so(
    start: Start, stub: Stub, file: Path, keys: str
) -> None:
    nvim = committing(start, stub, file, "mine\n\n" + COMMENTS)
    expect_on_screen(nvim, "there is a message already", "1: Keep mine", "2: Replace")
    nvim.type(keys)
    nvim.wait(lambda: nvim.mode() == "n")
    wanted = [*WRITTEN, ""] if keys.startswith("2") else ["mine", ""]
    nvim.wait(lambda: nvim.lines() == [*wanted, *COMMENTS.splitlines()])


def test_the_editor_that_git_opens_starts_a_server_for_it(
    start: Start, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = tmp_path / "tree"
    (tree / ".git").mkdir(parents=True)
    message = tree / ".git" / "COMMIT_EDITMSG"
    message.write_text("\n" + COMMENTS, encoding="utf-8")
    monkeypatch.chdir(tree)
    stub.script(answers={"autocrea/commitMessage": COMMIT})
    nvim = start(arguments=[str(message)])
    assert nvim.lua("return #vim.lsp.get_clients()") == 0
    nvim.type(":Autocrea commit<CR>")
    nvim.wait(lambda: nvim.lines() == [*WRITTEN, "", *COMMENTS.splitlines()])
    assert stub.received("initialize")[0]["rootUri"] == tree.as_uri()
    assert stub.received("autocrea/commitMessage")[0]["folder"] == tree.as_uri()
    assert stub.received("textDocument/didOpen") == []
    nvim.type("u:Autocrea commit<CR>")
    nvim.wait(lambda: len(stub.received("autocrea/commitMessage")) == 2)
    assert len(stub.received("initialize")) == 1


def test_elsewhere_it_is_shown_and_yanked_only_when_one_says_so(start: Start, stub: Stub, file: Path) -> None:
    stub.script(answers={"autocrea/commitMessage": COMMIT})
    nvim = start()
    nvim.edit(file, OLD)
    nvim.lua("vim.fn.setreg('\"', 'before')")
    nvim.type(":Autocrea commit<CR>")
    nvim.wait(lambda: nvim.lines() == WRITTEN)
    assert nvim.lua("return vim.fn.getreg('\"')") == "before"
    nvim.type("y")
    nvim.wait(lambda: nvim.lua("return vim.fn.getreg('\"')") == "\n".join(WRITTEN) + "\n")
    nvim.type("q")
    nvim.wait(lambda: nvim.lines() == OLD.splitlines())


ACTS = (
    "fix",
    "refactor x",
    "explain",
    "generate x",
    "chat",
    "chat list",
    "chat x",
    "commit",
    "preview",
    "sent",
    "proposals",
)


@pytest.mark.parametrize("act", ACTS)
def test_without_a_server_it_is_said_once(start: Start, file: Path, act: str) -> None:
    nvim = start(cmd=["no-such-server"])
    file.write_text(OLD, encoding="utf-8")
    nvim.open(file)
    nvim.command("messages clear")
    nvim.type(f":Autocrea {act}<CR>")
    nvim.wait(lambda: nvim.messages())
    assert nvim.messages() == ["AUTOCREA: no server is running here; :checkhealth autocrea says more"]
    assert nvim.lines() == OLD.splitlines()


@pytest.mark.parametrize("act", ["fix", "refactor x", "explain"])
def test_a_buffer_that_the_server_does_not_know(start: Start, stub: Stub, file: Path, act: str) -> None:
    nvim = start()
    nvim.edit(file, OLD)
    nvim.command("enew")
    nvim.type(f":Autocrea {act}<CR>")
    nvim.wait(lambda: nvim.messages() == ["AUTOCREA: the server does not know this buffer; open a file"])
    assert nvim.messages() == ["AUTOCREA: the server does not know this buffer; open a file"]


def test_an_old_server_is_named(start: Start, stub: Stub, file: Path) -> None:
    nvim = start()  # the stub knows none of it unless told
    nvim.edit(file, OLD)
    nvim.type(":Autocrea explain<CR>")
    words = "explain: the server does not know this; update it (:checkhealth autocrea)"
    nvim.wait(lambda: nvim.messages() == [f"AUTOCREA: {words}"])
    assert nvim.messages() == [f"AUTOCREA: {words}"]

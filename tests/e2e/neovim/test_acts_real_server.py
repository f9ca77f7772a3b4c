"""The acts with the real server, an emulated model and ruff's own language server, as a developer meets them.

What a person saw is kept as text beside pytest's other temporary files (`screens`).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.neovim.acting import expect_gone, expect_on_screen, screen, tabs, text_of
from tests.e2e.neovim.emulator import EmulatorProcess
from tests.e2e.neovim.real_acts import CLEAR, CODE, COMPLAINT, FIXED, answer, complaints, edits, keep, opened
from tests.e2e.neovim.screen import Nvim
from tests.emulators.messages import Fault

TYPED = CODE.replace("def describe(value):", "def describe(value) -> str:")
LOGIN = "export function Login() {\n  return null;\n}\n"


@pytest.fixture
def file(project: Path) -> Path:
    return project / "shapes.py"


def test_a_complaint_of_ruffs_is_fixed_checked_and_gone(
    api: EmulatorProcess, nvim: Nvim, file: Path, tmp_path: Path
) -> None:
    opened(nvim, file)
    answer(api, {"match": COMPLAINT, "answer": edits(("    if value == None:\n", "    if value is None:\n"))})
    nvim.type("9G<Cmd>lua vim.lsp.buf.code_action()<CR>")
    menu = expect_on_screen(nvim, "JoxCoder: fix “Comparison to", "[autocrea]", "[ruff]")
    assert api.calls() == 0  # listing asks no model
    keep(tmp_path, "fix-menu", menu)
    (choice,) = [row.split(":")[0].strip() for row in menu.splitlines() if "JoxCoder: fix “Comparison to" in row]
    nvim.type(f"{choice}<CR>")
    nvim.wait(lambda: text_of(nvim, file) == FIXED)
    nvim.wait(lambda: nvim.messages() and nvim.messages()[-1].startswith("AUTOCREA: fixed: Comparison to"))
    assert complaints(nvim) == []
    assert tabs(nvim) == 1  # it was checked, so nobody was asked
    assert api.calls() == 1
    keep(tmp_path, "fix-applied", screen(nvim))
    nvim.type("u")
    nvim.wait(lambda: text_of(nvim, file) == CODE)  # one step


def test_all_problems_of_the_file_are_one_request(api: EmulatorProcess, nvim: Nvim, file: Path) -> None:
    opened(nvim, file)
    answer(api, {"match": COMPLAINT, "answer": edits(("    if value == None:\n", "    if value is None:\n"))})
    nvim.type(":Autocrea fix all<CR>")
    nvim.wait(lambda: text_of(nvim, file) == FIXED)
    nvim.wait(lambda: nvim.messages() and nvim.messages()[-1].startswith("AUTOCREA: fixed: Comparison to"))
    assert api.calls() == 1
    assert tabs(nvim) == 1


def test_a_fix_that_does_not_help_is_never_applied_silently(
    api: EmulatorProcess, nvim: Nvim, file: Path, tmp_path: Path
) -> None:
    opened(nvim, file)
    answer(api, {"match": COMPLAINT, "answer": edits(("    if value == None:\n", "    if None == value:\n"))})
    nvim.type("9G:Autocrea fix<CR>")
    shown = expect_on_screen(nvim, "ga accept", "? pending")
    keep(tmp_path, "fix-not-passed", shown)
    assert text_of(nvim, file) == CODE
    label = nvim.lua("return vim.api.nvim_buf_get_lines(vim.fn.winbufnr(1), 1, 2, false)[1]")
    assert label
    assert api.calls() == 2  # once more, with the complaint
    nvim.type("gR")
    nvim.wait(lambda: tabs(nvim) == 1)
    assert text_of(nvim, file) == CODE


def test_a_refactoring_is_reviewed_hunk_by_hunk(api: EmulatorProcess, nvim: Nvim, file: Path, tmp_path: Path) -> None:
    opened(nvim, file)
    both = edits(
        ("def area(w, h):\n    return w * h\n", "def area(width, height):\n    return width * height\n"),
        ("def describe(value):\n", "def describe(value) -> str:\n"),
    )
    answer(api, {"match": "say what they are", "answer": both})
    nvim.type(":%Autocrea refactor let the names say what they are<CR>")
    shown = expect_on_screen(nvim, "? pending", "area(width, height)", "ga accept", "gr reject")
    keep(tmp_path, "refactor-review", shown)
    assert shown.count("? pending") == 2
    assert text_of(nvim, file) == CODE
    nvim.type("ga")
    keep(tmp_path, "refactor-one-accepted", expect_on_screen(nvim, "+ accepted", "? pending"))
    assert text_of(nvim, file) == CLEAR
    nvim.type("gr")
    nvim.wait(lambda: tabs(nvim) == 1)
    assert text_of(nvim, file) == CLEAR
    assert nvim.messages()[-1].endswith(": 1 accepted, 1 rejected")
    keep(tmp_path, "refactor-done", screen(nvim))


def test_a_refactoring_goes_on_after_the_file_was_edited_elsewhere(
    api: EmulatorProcess, nvim: Nvim, file: Path
) -> None:
    opened(nvim, file)
    answer(api, {"match": "typed", "answer": edits(("def describe(value):\n", "def describe(value) -> str:\n"))})
    nvim.type(":%Autocrea refactor typed<CR>")
    expect_on_screen(nvim, "? pending")
    nvim.lua("vim.api.nvim_buf_set_lines(vim.fn.bufnr(...), 0, 0, false, { '# mine' })", str(file))
    nvim.type("ga")
    nvim.wait(lambda: nvim.messages())
    assert nvim.messages() == ["AUTOCREA: Refactor: typed: 1 accepted, 0 rejected"]
    assert tabs(nvim) == 1
    assert text_of(nvim, file) == "# mine\n" + TYPED  # put where its lines are by now


def test_a_hunk_whose_lines_were_edited_is_refused_and_told_once(api: EmulatorProcess, nvim: Nvim, file: Path) -> None:
    opened(nvim, file)
    answer(api, {"match": "typed", "answer": edits(("def describe(value):\n", "def describe(value) -> str:\n"))})
    nvim.type(":%Autocrea refactor typed<CR>")
    expect_on_screen(nvim, "? pending")
    nvim.lua("vim.api.nvim_buf_set_lines(vim.fn.bufnr(...), 7, 8, false, { 'def told(value):' })", str(file))
    mine = text_of(nvim, file)
    nvim.type("ga")
    nvim.wait(lambda: nvim.messages())
    assert len(nvim.messages()) == 1
    assert text_of(nvim, file) == mine
    expect_on_screen(nvim, "? pending")  # it stays, to be made anew


def test_an_explanation_comes_into_a_float(api: EmulatorProcess, nvim: Nvim, file: Path, tmp_path: Path) -> None:
    opened(nvim, file)
    words = "# Area\n\nMultiplies **both** sides.\n\n![x](http://127.0.0.1:1/x.png)\n"
    answer(api, {"match": "area(w, h)", "answer": words, "delay_ms_per_delta": 5})
    nvim.type("4G:Autocrea explain<CR>")
    shown = expect_on_screen(nvim, "JoxCoder", "Multiplies both sides.")
    keep(tmp_path, "explain", shown)
    assert nvim.lua("return vim.api.nvim_win_get_config(0).relative") == ""  # the cursor stayed in the file
    nvim.wait(lambda: nvim.command("Autocrea cancel") == "AUTOCREA: nothing to cancel")
    assert "x.png" not in screen(nvim)
    nvim.command("messages clear")
    nvim.type(":Autocrea explain<CR>")
    nvim.wait(lambda: nvim.lua("return vim.bo.filetype") == "markdown")
    nvim.type("q")
    expect_gone(nvim, "JoxCoder")
    assert nvim.messages() == []


def test_an_explanation_is_cancelled_to_the_ground(api: EmulatorProcess, nvim: Nvim, file: Path) -> None:
    opened(nvim, file)
    answer(api, {"match": "area(w, h)", "answer": "word word\n\n" * 500, "delay_ms_per_delta": 20})
    nvim.type("4G:Autocrea explain<CR>")
    expect_on_screen(nvim, "word word")
    nvim.type(":Autocrea cancel<CR>")
    nvim.wait(lambda: api.command("requests")["requests"][-1]["closed"] == "before")
    assert nvim.messages() == ["AUTOCREA: cancelling"]


def test_a_failure_is_told_once_and_nothing_is_touched(api: EmulatorProcess, nvim: Nvim, file: Path) -> None:
    opened(nvim, file)
    api.command("fault", fault=Fault.REFUSAL)
    nvim.type("9G:Autocrea fix<CR>")
    nvim.wait(lambda: nvim.messages())
    (said,) = nvim.messages()
    assert said.startswith("AUTOCREA: ")
    assert "declined" in said
    assert text_of(nvim, file) == CODE


def test_a_component_is_generated_into_a_new_file(
    api: EmulatorProcess, nvim: Nvim, project: Path, file: Path, tmp_path: Path
) -> None:
    opened(nvim, file)
    path = project / "src" / "components" / "Login.tsx"
    said = f"<path>src/components/Login.tsx</path>\n<code>\n{LOGIN}</code>\n<explanation>A login.</explanation>"
    answer(api, {"match": "Crear componente de login", "answer": said, "delay_ms_per_delta": 30})
    nvim.type(":Autocrea generate @new Crear componente de login<CR>")
    keep(tmp_path, "generate-streaming", expect_on_screen(nvim, "being written", "export function"))
    keep(tmp_path, "generate-review", expect_on_screen(nvim, "(new)", "? pending", "export function Login()"))
    assert not path.exists()
    nvim.type("gA")
    nvim.wait(lambda: path.exists() and path.read_text(encoding="utf-8") == LOGIN)
    nvim.wait(lambda: nvim.lua("return vim.fn.expand('%:p')") == str(path))
    keep(tmp_path, "generate-written", screen(nvim))


def test_a_chat_about_the_file(api: EmulatorProcess, nvim: Nvim, file: Path, tmp_path: Path) -> None:
    opened(nvim, file)
    answer(api, {"match": "why so short", "answer": "Because it is **small**."})
    nvim.type(":Autocrea chat @file why so short<CR>")
    keep(tmp_path, "chat", expect_on_screen(nvim, "## JoxCoder", "Because it is small."))
    nvim.wait(lambda: nvim.lines()[-3:] == ["## You", "", ""])
    sent = json.dumps(api.command("requests")["requests"][-1]["body"])
    assert "def area(w, h)" in sent
    nvim.command("wincmd p")
    nvim.type(":Autocrea sent<CR>")
    keep(tmp_path, "sent", expect_on_screen(nvim, "# What was sent last"))
    assert any("def area(w, h)" in line for line in nvim.lines())

"""A proposal under the user's eyes: hunks accepted and rejected, with keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.acting import (
    FIRST,
    NEW,
    OLD,
    SECOND,
    expect_gone,
    expect_on_screen,
    proposal,
    proposed_file,
    screen,
    tabs,
    text_of,
)
from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.reviewing import DONE, review
from tests.e2e.neovim.screen import Stub


def test_both_sides_the_label_and_the_keys_are_shown(start: Start, stub: Stub, file: Path) -> None:
    nvim = review(start, stub, file)
    rows = expect_on_screen(nvim, "? pending").splitlines()
    assert [row for row in rows if "sample.py" in row and "Refactor: clearer names" in row]
    assert "Checked: it parses." in rows[2]
    for key in ("ga accept", "gr reject", "gA all", "gR none", "g. again", "g: all", "q close"):
        assert key in rows[3]
    (pair,) = [row for row in rows if "area(" in row]
    assert pair.index("area(w, h)") < pair.index("area(width, height)")
    names = nvim.lua("return vim.tbl_map(function(b) return vim.api.nvim_buf_get_name(b) end, vim.fn.tabpagebuflist())")
    assert names == [f"autocrea://proposal/p1{suffix}" for suffix in ("", "/original", "/proposed")]
    assert nvim.lua("return { vim.bo.modifiable, vim.bo.filetype, vim.wo.diff }") == [False, "python", True]
    (params,) = stub.received("autocrea/edit")
    here = {"line": 0, "character": 0}
    assert params["instruction"] == "clearer names"
    assert (params["goal"], params["range"], params["uri"]) == ("refactor", {"start": here, "end": here}, file.as_uri())
    assert text_of(nvim, file) == OLD


DECISIONS = {
    "one and not the other": ("gagr", FIRST, (1, 1)),
    "the other one": ("]cgagr", SECOND, (1, 1)),
    "from the other side": ("<C-w>hga<C-w>lgr", FIRST, (1, 1)),
    "all": ("gA", NEW, (2, 0)),
    "none": ("gR", OLD, (0, 2)),
    "one by one": ("gaga", NEW, (2, 0)),
    "one, then all that is left": ("grgA", SECOND, (1, 1)),
}


@pytest.mark.parametrize(("keys", "text", "counts"), DECISIONS.values(), ids=DECISIONS)
def test_hunks_are_accepted_and_rejected(
    start: Start, stub: Stub, file: Path, keys: str, text: str, counts: tuple[int, int]
) -> None:
    nvim = review(start, stub, file)
    nvim.type(keys)
    nvim.wait(lambda: tabs(nvim) == 1)
    assert text_of(nvim, file) == text
    assert nvim.messages() == [DONE.format(*counts)]
    assert nvim.lua("return vim.fn.bufname()") == str(file)
    assert file.read_text(encoding="utf-8") == OLD  # in the buffer, not yet on the disk


def test_what_is_decided_is_seen(start: Start, stub: Stub, file: Path) -> None:
    third = NEW + "\n\nlast = 1\n"
    nvim = review(start, stub, file, proposal(proposed_file(file, OLD, third)))
    nvim.type("gagr")
    rows = expect_on_screen(nvim, "+ accepted", "- rejected", "? pending").splitlines()
    (first,) = [row for row in rows if "+ accepted" in row]
    assert first.count("area(width, height)") == 2  # it is in the file now, and on both sides
    (second,) = [row for row in rows if "- rejected" in row]
    assert second.count("def name():") == 2
    assert text_of(nvim, file) == FIRST


UNCHECKED = {"status": "unchecked", "label": "Not checked: ruff is not installed."}


@pytest.mark.parametrize(("fields", "group"), [(UNCHECKED, "AutocreaWarning"), ({}, "AutocreaChecked")])
def test_a_label_that_is_no_approval_is_a_warning(
    start: Start, stub: Stub, file: Path, fields: dict[str, Any], group: str
) -> None:
    shown = proposal(proposed_file(file, OLD, NEW), **fields)
    nvim = review(start, stub, file, shown)
    code = """
      local buffer = vim.fn.bufnr('^autocrea://proposal/p1$')
      for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buffer, -1, { 1, 0 }, { 1, -1 }, { details = true })) do
        return mark[4].hl_group
      end
    """
    assert nvim.lua(code) == group
    assert nvim.lua("return vim.api.nvim_get_hl(0, { name = 'AutocreaWarning' })") == {"link": "WarningMsg"}


def test_what_the_model_says_is_a_key_away(start: Start, stub: Stub, file: Path) -> None:
    nvim = review(start, stub, file)
    nvim.type("K")
    expect_on_screen(nvim, "Names that say")
    nvim.type("<C-w>w")  # into it, wherever it is in the order of windows
    nvim.wait(lambda: nvim.lua("vim.cmd.wincmd('w') return vim.bo.filetype") == "markdown")
    nvim.type("q")
    expect_gone(nvim, "Names that say")


def test_another_one_is_asked_for_in_words(start: Start, stub: Stub, file: Path) -> None:
    other = proposal(proposed_file(file, OLD, SECOND), id_="p2", title="Another one")
    nvim = review(start, stub, file, answers={"autocrea/proposal/regenerate": other})
    nvim.type("g:")
    expect_on_screen(nvim, "What should be different?")
    nvim.type("keep the arguments<CR>")
    expect_on_screen(nvim, "Another one")
    (params,) = stub.received("autocrea/proposal/regenerate")
    assert (params["id"], params.get("hunk"), params["instruction"]) == ("p1", None, "keep the arguments")
    assert nvim.lua("return vim.fn.bufname()") == "autocrea://proposal/p2/proposed"
    nvim.type("g:<Esc>")
    assert len(stub.received("autocrea/proposal/regenerate")) == 1  # asked for nothing


@pytest.mark.parametrize(("words", "sent"), [("typed<CR>", "typed"), ("<CR>", None)])
def test_one_change_is_asked_for_anew_and_the_others_stay(
    start: Start, stub: Stub, file: Path, words: str, sent: str | None
) -> None:
    shown = proposal(proposed_file(file, OLD, NEW))
    nvim = review(start, stub, file, shown)
    nvim.type("ga")
    expect_on_screen(nvim, "+ accepted")
    other = NEW.replace("-> str", "-> object")
    (first, _), (_, fresh) = (proposed_file(file, OLD, text)["hunks"] for text in (NEW, other))
    fresh["id"] += ".1.1"
    remade = proposal({**shown["files"][0], "proposed": other, "hunks": [{**first, "state": "accepted"}, fresh]})
    remade["files"][0]["original"] = FIRST
    kept = proposal({**shown["files"][0], "hunks": [first, fresh]})
    stub.script(answers={"autocrea/proposal/regenerate": remade}, proposals=[kept])
    nvim.type(f"g.{words}")
    expect_on_screen(nvim, "-> object", "+ accepted", "? pending")
    (params,) = stub.received("autocrea/proposal/regenerate")
    assert (params["id"], params["hunk"], params.get("instruction")) == ("p1", "h1", sent)
    nvim.type("ga")  # the cursor is on it
    nvim.wait(lambda: tabs(nvim) == 1)
    assert text_of(nvim, file) == other
    assert nvim.messages() == [DONE.format(2, 0)]


def test_a_change_that_is_decided_or_a_new_file_is_not_made_anew_by_itself(
    start: Start, stub: Stub, file: Path
) -> None:
    made = file.with_name("made.py")
    nvim = review(
        start, stub, file, proposal(proposed_file(file, OLD, NEW), proposed_file(made, "", "x = 1\n", name="m"))
    )
    nvim.type("ga")
    expect_on_screen(nvim, "+ accepted")
    nvim.type("4Gg.")
    nvim.wait(lambda: nvim.messages() == ["AUTOCREA: this change is accepted already"])
    nvim.type("]fg.")
    nvim.wait(lambda: nvim.messages()[1:] == ["AUTOCREA: a new file is made anew as a whole: g:"])
    assert stub.received("autocrea/proposal/regenerate") == []


def test_asking_for_another_one_can_be_stopped(start: Start, stub: Stub, file: Path) -> None:
    method = "autocrea/proposal/regenerate"
    nvim = review(start, stub, file, answers={method: {}}, hold=[method])
    nvim.type("g:again<CR>")
    nvim.wait(lambda: stub.received(method))
    nvim.type("<C-c>")
    nvim.wait(lambda: stub.received("$/cancelRequest"))
    nvim.type("gA")
    nvim.wait(lambda: text_of(nvim, file) == NEW)
    assert nvim.messages() == [DONE.format(2, 0)]  # not a word about what was cancelled


@pytest.mark.parametrize("keys", ["q", ":q<CR>", ":tabclose<CR>", "<C-w>k:q<CR>"])
def test_it_is_closed_undecided_and_found_again(start: Start, stub: Stub, file: Path, keys: str) -> None:
    nvim = review(start, stub, file)
    nvim.type(keys)
    nvim.wait(lambda: tabs(nvim) == 1)
    nvim.wait(lambda: "autocrea://" not in nvim.command("ls!"))
    assert nvim.lines() == OLD.splitlines()
    nvim.type(":Autocrea proposals<CR>")
    expect_on_screen(nvim, "1: Refactor: clearer names")
    nvim.type("1<CR>")
    expect_on_screen(nvim, "? pending")
    nvim.type("gA")
    nvim.wait(lambda: text_of(nvim, file) == NEW)


def test_asked_for_twice_it_is_shown_once(start: Start, stub: Stub, file: Path) -> None:
    nvim = review(start, stub, file)
    nvim.type("1gt:Autocrea refactor once more<CR>")
    nvim.wait(lambda: len(stub.received("autocrea/edit")) == 2)
    expect_on_screen(nvim, "? pending")
    assert tabs(nvim) == 2


def test_several_files_are_gone_through(start: Start, stub: Stub, file: Path) -> None:
    other = file.with_name("other.py")
    other.write_text("import sample\n", encoding="utf-8")
    shown = proposal(
        proposed_file(file, OLD, FIRST), proposed_file(other, "import sample\n", "import sample as s\n", name="o")
    )
    nvim = review(start, stub, file, shown)
    expect_on_screen(nvim, "file 1 of 2")
    nvim.type("]f")
    expect_on_screen(nvim, "file 2 of 2", "import sample as s")
    nvim.type("]f")
    expect_on_screen(nvim, "file 1 of 2")
    nvim.type("ga")
    expect_on_screen(nvim, "file 2 of 2")  # where something is left to decide
    nvim.type("ga")
    nvim.wait(lambda: tabs(nvim) == 1)
    assert text_of(nvim, file) == FIRST
    assert text_of(nvim, other) == "import sample as s\n"


def test_keys_where_there_is_nothing_to_decide(start: Start, stub: Stub, file: Path) -> None:
    nvim = review(start, stub, file)
    nvim.type("Gga")
    nvim.wait(lambda: nvim.messages() == ["AUTOCREA: no change here; ]c goes to the next one"])
    nvim.type("]c[c[cga")
    expect_on_screen(nvim, "+ accepted")
    nvim.type("4Gga")
    nvim.wait(lambda: nvim.messages()[1:] == ["AUTOCREA: this change is accepted already"])


TEXTS = {
    "lines taken away": ("a\nb\nc\n", "a\nc\n"),
    "lines taken away at the top": ("a\nb\nc\n", "b\nc\n"),
    "lines taken away at the end": ("a\nb\nc\n", "a\nb\n"),
    "lines added at the end": ("a\nb\n", "a\nb\nc\nd\n"),
    "lines added at the top": ("a\nb\n", "é𝒳\na\nb\n"),
}


@pytest.mark.parametrize(("old", "new"), TEXTS.values(), ids=TEXTS)
def test_wherever_the_change_is_the_cursor_is_on_it(start: Start, stub: Stub, file: Path, old: str, new: str) -> None:
    shown = proposal(proposed_file(file, old, new))
    stub.script(answers={"autocrea/edit": shown}, proposals=[shown])
    nvim = start()
    nvim.edit(file, old)
    nvim.type(":Autocrea refactor it<CR>")
    expect_on_screen(nvim, "? pending")
    nvim.type("ga")
    nvim.wait(lambda: tabs(nvim) == 1)
    assert text_of(nvim, file) == new


def test_lines_that_end_in_carriage_returns(start: Start, stub: Stub, file: Path) -> None:
    old = "a\r\nb\r\n"
    shown = proposal(proposed_file(file, old, "a\r\nc\r\n"))
    stub.script(answers={"autocrea/edit": shown}, proposals=[shown])
    nvim = start()
    file.write_bytes(old.encode())
    nvim.open(file)
    nvim.wait_attached()
    nvim.type(":Autocrea refactor it<CR>")
    expect_on_screen(nvim, "? pending")
    assert "^M" not in screen(nvim)
    nvim.type("ga")
    nvim.wait(lambda: tabs(nvim) == 1)
    nvim.command("write")
    assert file.read_bytes() == b"a\r\nc\r\n"

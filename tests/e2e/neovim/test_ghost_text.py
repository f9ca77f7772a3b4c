"""What is on the screen, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Stub


def test_typing_shows_a_suggestion_and_accepting_puts_it_into_the_buffer(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "foo.", "insert": "bar(baz)"}])
    nvim = start()
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.expect_ghost("bar(baz)")
    assert nvim.rows()[0] == "foo.bar(baz)"
    assert nvim.lines() == ["foo."]
    nvim.type("<M-l>")
    nvim.wait(lambda: nvim.lines() == ["foo.bar(baz)"])
    nvim.expect_ghost()
    nvim.type("!")
    nvim.wait(lambda: nvim.lines() == ["foo.bar(baz)!"])
    assert nvim.messages() == []


def test_entering_insert_mode_is_enough(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "return ", "insert": "json.load(f)"}])
    nvim = start()
    nvim.edit(file, "return \n")
    nvim.type("A")
    nvim.expect_ghost("json.load(f)")


def test_text_after_the_cursor_is_pushed_aside(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "foo(", "insert": "a, b"}])
    nvim = start()
    nvim.edit(file, "foo()  # c\n")
    nvim.type("f)i")
    nvim.expect_ghost("a, b")
    assert nvim.rows()[0] == "foo(a, b)  # c"
    nvim.type("<M-l>!")
    nvim.wait(lambda: nvim.lines() == ["foo(a, b!)  # c"])


# Line before and after the cursor; what the item replaces; what is seen; what accepting leaves, `|` for the cursor.
REPLACING = {
    "the end of the item is there already": ("foo(", ")", 4, 1, "foo(a, b)", "a, b", "foo(a, b)", "foo(a, b)|"),
    "text after the cursor is replaced": (
        "foo(",
        "x)",
        4,
        2,
        "foo(yes, no)",
        "yes, no)",
        "foo(yes, no)",
        "foo(yes, no)|",
    ),
    "what is covered is longer": ("foo(", "abcdef", 0, 6, "x)", "x)    ", "foo(x)", "foo(x)|"),
    "something follows the range": ("f(", "x)  # c", 0, 2, "yy) + 1", "yy) + 1", "f(yy) + 1  # c", "f(yy) + 1|  # c"),
    "wide characters are covered": ("f(", "漢)  # c", 0, 2, "y + 1)", "y + 1)", "f(y + 1)  # c", "f(y + 1)|  # c"),
    "only what is new is shown": ("    ret", "", 7, 0, "    return x", "urn x", "    return x", "    return x|"),
}


@pytest.mark.parametrize("case", REPLACING.values(), ids=REPLACING)
def test_a_range_is_replaced(start: Start, stub: Stub, file: Path, case: tuple[Any, ...]) -> None:
    head, tail, back, past, insert, ghost, row, after = case
    stub.script(encoding="utf-8", inline=[{"head": head, "insert": insert, "back": back, "past": past}])
    nvim = start()
    nvim.edit(file, f"{head}{tail}\n")
    nvim.lua("vim.api.nvim_win_set_cursor(0, { 1, ... })", len(head))
    nvim.type("i" if tail else "A")
    nvim.expect_ghost(ghost)
    assert nvim.rows()[0] == row
    assert nvim.lines() == [head + tail]
    nvim.type("<M-l>|")
    nvim.wait(lambda: nvim.lines() == [after])
    assert nvim.messages() == []


def test_further_lines_are_shown_below(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "try:", "insert": "\r\n    f()\r\nexcept E:\r\n    pass"}])
    nvim = start()
    nvim.edit(file, "\nlast\n")
    nvim.type("itry:")
    nvim.expect_ghost("    f()", "except E:", "    pass")
    assert nvim.rows()[:5] == ["try:", "    f()", "except E:", "    pass", "last"]
    nvim.type("<M-l>!")
    nvim.wait(lambda: nvim.lines() == ["try:", "    f()", "except E:", "    pass!", "last"])


def test_tabs_and_control_characters_take_the_cells_that_they_will_take(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "ab", "insert": "\tc\n\tdé\t\x01漢"}])
    nvim = start(init="vim.opt.tabstop = 4")
    nvim.edit(file)
    nvim.type("iab")
    nvim.expect_ghost("  c", "    dé  ^A漢")
    nvim.type("<M-l>")
    nvim.wait(lambda: nvim.lines() == ["ab\tc", "\tdé\t\x01漢"])
    nvim.expect_ghost()
    assert nvim.rows()[:2] == ["ab  c", "    dé  ^A漢"]


ENCODINGS = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32", "not named": None}


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS)
def test_positions_count_in_the_units_agreed(start: Start, stub: Stub, file: Path, encoding: str | None) -> None:
    rule = {"head": "fo", "insert": "𝒳foo('ü𝒳')", "back": 3, "past": 1}
    stub.script(inline=[rule], **({"encoding": encoding} if encoding else {}))
    nvim = start()
    nvim.edit(file, "'é𝒳' + 𝒳o! 'é𝒳'\n")
    nvim.type("fo" + "if")  # on the `o` after the second 𝒳
    nvim.wait(lambda: stub.asked())
    nvim.type("o")
    nvim.expect_ghost("o('ü𝒳')")
    assert stub.asked()[-1] == "'é𝒳' + 𝒳fo"
    assert nvim.rows()[0] == "'é𝒳' + 𝒳foo('ü𝒳')! 'é𝒳'"
    nvim.type("<M-l>|")
    nvim.wait(lambda: nvim.lines() == ["'é𝒳' + 𝒳foo('ü𝒳')|! 'é𝒳'"])
    assert nvim.messages() == []


def _item(text: Any, first: tuple[int, int], last: tuple[int, int]) -> dict[str, Any]:
    start, end = ({"line": line, "character": character} for line, character in (first, last))
    return {"insertText": text, "range": {"start": start, "end": end}}


NOTHING: dict[str, Any] = {
    "null": None,
    "no items": {"items": []},
    "items that are null": {"items": None},
    "a string": "bar",
    "a number": 7,
    "items that are none": [1, "two", None, {}],
    "a snippet": [{"insertText": {"kind": "snippet", "value": "bar($1)"}}],
    "white space only": [{"insertText": "  \n\t"}],
    "nothing new": [_item("foo.", (0, 0), (0, 4))],
    "another line": [_item("foo.bar", (1, 0), (1, 4))],
    "more lines": [_item("foo.bar", (0, 0), (1, 0))],
    "other text than what was typed": [_item("fox.bar", (0, 0), (0, 4))],
    "a range before the cursor": [_item("foo", (0, 0), (0, 2))],
    "a range after the cursor": [_item("bar", (0, 5), (0, 6))],
    "half a range": [{"insertText": "bar", "range": {"start": {}}}],
    "a range that is none": [{"insertText": "bar", "range": {"start": 1, "end": 2}}],
}


@pytest.mark.parametrize("raw", NOTHING.values(), ids=NOTHING)
def test_an_answer_that_fits_nowhere_shows_nothing(start: Start, stub: Stub, file: Path, raw: Any) -> None:
    stub.script(inline=[{"head": "foo.", "raw": raw}, {"head": "foo.x", "insert": "yz"}])
    nvim = start()
    nvim.edit(file, "end\nabcdef\n")
    nvim.type("ifoo.")
    nvim.wait(lambda: "foo." in stub.asked())
    nvim.settle()
    assert nvim.ghost() == []
    nvim.type("x")
    nvim.expect_ghost("yz")
    assert nvim.lines() == ["foo.xend", "abcdef"]
    assert nvim.messages() == []


def test_the_first_item_that_fits_is_shown(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "foo.", "raw": [{"insertText": " "}, {"insertText": "bar"}, {"insertText": "baz"}]}])
    nvim = start()
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.expect_ghost("bar")


def test_its_colour_is_that_of_comments_unless_the_user_chose_one(start: Start) -> None:
    code = "return vim.api.nvim_get_hl(0, { name = 'AutocreaSuggestion' })"
    nvim = start(coloured=False)
    assert nvim.lua(code)["link"] == "Comment"
    nvim.command("highlight clear")  # what a colour scheme does first
    assert nvim.lua(code)["link"] == "Comment"
    nvim.command("highlight AutocreaSuggestion guifg=#abcdef")
    assert nvim.lua(code) == {"fg": 0xABCDEF}

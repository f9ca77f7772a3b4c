"""Accepting all or a part, dismissing, asking; undo; and whose key it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.neovim.conftest import Start, show
from tests.e2e.neovim.screen import Stub

ACCEPTED = ("autocrea.server.suggestion.accepted", ["id-1"])


def test_accepting_all_is_counted_once(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "bar(baz)")
    nvim.type("<M-l>")
    nvim.wait(lambda: nvim.lines() == ["foo.bar(baz)"])
    nvim.wait(lambda: stub.commands() == [ACCEPTED])
    nvim.type("<M-l>")  # nothing is shown any more
    nvim.settle()
    assert stub.commands() == [ACCEPTED]
    assert nvim.messages() == []


def test_a_server_that_cannot_count_disturbs_nobody(start: Start, stub: Stub, file: Path) -> None:
    stub.script(
        inline=[{"head": "foo.", "insert": "bar", "command": True}],
        answers={ACCEPTED[0]: {"error": {"code": -32602, "message": "boom"}}},
    )
    nvim = start()
    nvim.edit(file)
    nvim.type("ifoo.")
    nvim.expect_ghost("bar")
    nvim.type("<M-l>")
    nvim.wait(lambda: stub.commands() == [ACCEPTED])
    nvim.settle()
    assert nvim.lines() == ["foo.bar"]
    assert nvim.messages() == []


def test_word_by_word(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "my_é(x1,  'a')\n  -- b")
    steps = [
        ("foo.my_é", "(x1,  'a')"),
        ("foo.my_é(", "x1,  'a')"),
        ("foo.my_é(x1", ",  'a')"),
        ("foo.my_é(x1,", "  'a')"),
        ("foo.my_é(x1,  '", "a')"),
        ("foo.my_é(x1,  'a", "')"),
    ]
    for line, rest in steps:
        nvim.type("<M-w>")
        nvim.expect_ghost(rest, "  -- b")
        assert nvim.lines() == [line]
    nvim.type("<M-w>")
    nvim.expect_ghost("  -- b")
    assert nvim.lines() == ["foo.my_é(x1,  'a')"]
    nvim.type("<M-w>")
    nvim.expect_ghost(" b")
    assert nvim.lines() == ["foo.my_é(x1,  'a')", "  --"]
    nvim.settle()
    assert stub.commands() == []
    nvim.type("<M-w>")
    nvim.wait(lambda: nvim.lines() == ["foo.my_é(x1,  'a')", "  -- b"])
    nvim.wait(lambda: stub.commands() == [ACCEPTED])
    nvim.type("|")
    nvim.wait(lambda: nvim.lines() == ["foo.my_é(x1,  'a')", "  -- b|"])
    assert nvim.messages() == []


def test_line_by_line(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "a(\n  b,\n)")
    nvim.type("<M-e>")
    nvim.expect_ghost("  b,", ")")
    assert nvim.lines() == ["foo.a("]
    nvim.type("<M-e>")
    nvim.expect_ghost(")")
    assert nvim.lines() == ["foo.a(", "  b,"]
    nvim.type("<M-e>|")
    nvim.wait(lambda: nvim.lines() == ["foo.a(", "  b,", ")|"])
    nvim.wait(lambda: stub.commands() == [ACCEPTED])


def test_parts_typing_and_all_mix(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "bar(baz)")
    nvim.type("<M-w>")
    nvim.expect_ghost("(baz)")
    nvim.type("(b")
    nvim.expect_ghost("az)")
    nvim.type("<M-l>")
    nvim.wait(lambda: nvim.lines() == ["foo.bar(baz)"])
    nvim.wait(lambda: stub.commands() == [ACCEPTED])


def test_keys_typed_ahead_stay_in_order(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "bar(baz)")
    nvim.type("<M-w><M-w>x<M-l>y<Esc>")
    nvim.wait(lambda: nvim.mode() == "n")
    assert nvim.lines() == ["foo.bar(xy"]
    assert nvim.messages() == []


@pytest.mark.parametrize("insert", ["bar(baz)", "bar(\n  baz\n)"])
def test_one_undo_takes_back_what_was_accepted_and_no_more(start: Start, stub: Stub, file: Path, insert: str) -> None:
    nvim = show(start, stub, file, insert)
    nvim.type("<M-l>")
    nvim.wait(lambda: nvim.lines() == f"foo.{insert}".split("\n"))
    nvim.type(" more<Esc>")
    nvim.wait(lambda: nvim.mode() == "n")
    accepted = f"foo.{insert}".split("\n")
    assert nvim.lines() == [*accepted[:-1], accepted[-1] + " more"]
    for state in (accepted, ["foo."], [""]):
        nvim.type("u")
        nvim.wait(lambda state=state: nvim.lines() == state)
    for state in (["foo."], accepted):
        nvim.type("<C-r>")
        nvim.wait(lambda state=state: nvim.lines() == state)


def test_each_word_is_an_undo_step(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "bar baz")
    nvim.type("<M-w>")
    nvim.expect_ghost(" baz")
    nvim.type("<M-w>")
    nvim.wait(lambda: nvim.lines() == ["foo.bar baz"])
    nvim.type("<Esc>u")
    nvim.wait(lambda: nvim.lines() == ["foo.bar"])
    nvim.type("u")
    nvim.wait(lambda: nvim.lines() == ["foo."])


def test_dismissing_takes_it_away_until_something_changes(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "bar")
    asked = len(stub.asked())
    nvim.type("<C-]>")
    nvim.expect_ghost()
    nvim.lua("vim.api.nvim_exec_autocmds('CursorMovedI', { buffer = 0 })")
    nvim.pause()
    assert len(stub.asked()) == asked
    assert nvim.lines() == ["foo."]
    nvim.type("<BS>.")
    nvim.expect_ghost("bar")
    assert stub.commands() == []


def test_asking_does_not_wait_and_says_that_a_person_asked(start: Start, stub: Stub, file: Path) -> None:
    stub.script(inline=[{"head": "foo.", "insert": "bar"}])
    nvim = start("debounce_ms = 60000")
    nvim.edit(file)
    nvim.type("ifoo.<M-\\>")
    nvim.expect_ghost("bar")
    assert [params["context"] for params in stub.received("textDocument/inlineCompletion")] == [{"triggerKind": 1}]
    nvim.type("<M-l>")
    nvim.wait(lambda: nvim.lines() == ["foo.bar"])


def test_asking_again_after_dismissing(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "bar")
    nvim.type("<C-]>")
    nvim.expect_ghost()
    nvim.type("<M-\\>")
    nvim.expect_ghost("bar")


def test_asking_in_normal_mode_is_harmless(start: Start, stub: Stub, file: Path) -> None:
    nvim = show(start, stub, file, "bar")
    nvim.type("<Esc>")
    nvim.expect_ghost()
    asked = len(stub.asked())
    nvim.command("Autocrea trigger")
    nvim.settle()
    assert len(stub.asked()) == asked
    assert nvim.messages() == []

"""Chats: sessions, attachments, what is kept, and the summary that replaces turns that are too many."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from autocrea_lsp.assist import chat as chats
from autocrea_lsp.assist.chat import Attachment, Chats
from autocrea_lsp.assist.source import Lines
from autocrea_lsp.errors import BrokenReply, UserError
from autocrea_lsp.settings import ChatSettings, Settings
from autocrea_lsp.store import Store
from autocrea_lsp.workspace.redact import redact
from tests.assist.desks import Script, desk_for, document


@asynccontextmanager
async def chatting(script: Script, folder: Path, *, keep: bool = False) -> AsyncGenerator[Chats, None]:
    settings = Settings(chat=ChatSettings(keep_history=keep))
    store = Store(folder.parent / "chats" / "usage.db", user="u", retention_days=0, redact=redact)
    async with desk_for(script, folder, settings=settings) as desk:
        try:
            yield Chats(desk, store)
        finally:
            store.close(5.0)


async def test_a_session_goes_on_where_it_was(tmp_path: Path) -> None:
    script = Script("Hola.", "Sí.")
    pieces: list[str] = []
    async with chatting(script, tmp_path) as chat:
        first = await chat.ask("¿Quién eres?", None, [], pieces.append)
        await chat.ask("¿Seguro?", first.session, [])
        [session] = await chat.sessions()
        found = await chat.session(first.session)
    assert "".join(pieces).strip() == "Hola."
    assert [message.text for message in script.asked[1].messages] == ["¿Quién eres?", "Hola.", "¿Seguro?"]
    assert session.title == "¿Quién eres?"
    assert [message.role for message in found.said] == ["user", "assistant"] * 2


async def test_what_is_attached_is_shown_and_secrets_are_not(tmp_path: Path) -> None:
    secret = "gh" + "p_" + "a1B2" * 9
    source = document(tmp_path, f"token = '{secret}'\nx = 1\ny = 2\n")
    attached = [
        Attachment(kind="selection", source=source, lines=Lines(first=1, last=2)),
        Attachment(kind="file", source=source),
        Attachment(kind="terminal", text=f"$ curl -H {secret}"),
    ]
    script = Script(f"Keep {secret} safe ![x](http://evil/?q=1)")
    async with chatting(script, tmp_path) as chat:
        reply = await chat.ask("Explain", None, attached)
    [message] = script.asked[0].messages
    assert secret not in message.text
    assert message.text.count("x = 1") == 2
    assert "$ curl" in message.text
    assert "![" not in reply.markdown


async def test_a_file_that_may_not_leave_is_not_attached(tmp_path: Path) -> None:
    script = Script("x")
    async with chatting(script, tmp_path) as chat:
        with pytest.raises(UserError):
            await chat.ask("?", None, [Attachment(kind="file", source=document(tmp_path, "A=1\n", ".env"))])
    assert script.asked == []


async def test_a_turn_that_failed_is_not_remembered(tmp_path: Path) -> None:
    script = Script("Hola.", "   ", "Sí.")
    async with chatting(script, tmp_path) as chat:
        first = await chat.ask("one", None, [])
        with pytest.raises(BrokenReply):
            await chat.ask("two", first.session, [])
        await chat.ask("three", first.session, [])
    assert [message.text for message in script.asked[2].messages] == ["one", "Hola.", "three"]


async def test_the_oldest_turns_become_a_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chats, "MAX_HISTORY", 60)
    script = Script("a" * 30, "b" * 30, "c" * 30, "the gist", "d")
    async with chatting(script, tmp_path) as chat:
        first = await chat.ask("one", None, [])
        for message in ("two", "three", "four"):
            await chat.ask(message, first.session, [])
        found = await chat.session(first.session)
    summary, last = script.asked[3], script.asked[4]
    assert summary.detail == "summary"
    assert "one" in summary.messages[0].text
    assert "the gist" in last.messages[0].text
    assert [message.text for message in last.messages[-3:]] == ["three", "c" * 30, "four"]
    assert [message.text for message in found.said[::2]] == ["one", "two", "three", "four"]


async def test_an_unknown_session_says_so(tmp_path: Path) -> None:
    async with chatting(Script("x"), tmp_path) as chat:
        with pytest.raises(UserError, match="not kept"):
            await chat.ask("?", "nothing", [])


@pytest.mark.parametrize("keep", [True, False])
async def test_chats_are_kept_only_if_the_user_says_so(tmp_path: Path, keep: bool) -> None:
    secret = "gh" + "p_" + "a1B2" * 9
    async with chatting(Script("Hola."), tmp_path, keep=keep) as chat:
        first = await chat.ask(f"my token is {secret}", None, [])
    async with chatting(Script("Sí."), tmp_path, keep=keep) as later:
        kept = await later.sessions()
        assert [each.id for each in kept] == ([first.session] if keep else [])
        if keep:
            found = await later.session(first.session)
            assert secret not in repr(found.said)
            assert found.said[1].text.strip() == "Hola."
            later.forget(first.session)
            assert await later.sessions() == []

"""Chats that are kept: in order, redacted, their user's alone, and gone when they are forgotten."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.store import ChatMessageRow, ChatSessionRow, Store
from tests.store.common import CANARY, HANG_S, OpenStore, Until, execute, traces

DAY_S = 86_400.0


def plain(text: str) -> str:
    return text


def say(store: Store, session: str, *texts: str, at: float = 1000.0, title: str = "A chat") -> None:
    for n, text in enumerate(texts):
        role: Any = "assistant" if n % 2 else "user"
        store.save_chat_message(session, title, role, text, at + n)


def texts(store: Store, session: str) -> list[str]:
    return [row.text for row in store.chat_messages(session).result(HANG_S)]


def sessions(store: Store, limit: int = 50) -> list[str]:
    return [row.id for row in store.chat_sessions(limit).result(HANG_S)]


def test_a_chat_comes_back_as_it_was_said(open_store: OpenStore) -> None:
    store = open_store(redact=plain)
    store.save_chat_message("s1", "Login", "user", "why?", 1000.0, project="shop-ab12", attachments="selection, file")
    store.save_chat_message("s1", "", "assistant", "because é𝒳", 1001.0)
    store.close(HANG_S)
    again = open_store(redact=plain)
    assert again.chat_messages("s1").result(HANG_S) == [
        ChatMessageRow(role="user", text="why?", at=1000.0, attachments="selection, file"),
        ChatMessageRow(role="assistant", text="because é𝒳", at=1001.0),
    ]
    assert again.chat_sessions(5).result(HANG_S) == [
        ChatSessionRow(id="s1", title="Login", project="shop-ab12", created_at=1000.0, updated_at=1001.0)
    ]
    assert again.chat_messages("nobody").result(HANG_S) == []


def test_the_chat_that_was_used_last_is_first_and_a_title_can_change(open_store: OpenStore) -> None:
    store = open_store(redact=plain)
    say(store, "a", "1", at=1000.0)
    say(store, "b", "2", at=2000.0)
    say(store, "a", "3", at=3000.0, title="Renamed")
    say(store, "a", "late", at=500.0)  # of another editor, whose clock is behind
    assert sessions(store) == ["a", "b"]
    assert sessions(store, 1) == ["a"]
    assert sessions(store, 0) == []
    assert texts(store, "a") == ["1", "3", "late"]
    (first, _) = store.chat_sessions(5).result(HANG_S)
    assert (first.title, first.created_at, first.updated_at) == ("A chat", 1000.0, 3000.0)
    say(store, "b", "4", at=4000.0, title="Renamed")
    assert store.chat_sessions(1).result(HANG_S)[0].title == "Renamed"


def test_one_users_chats_are_nothing_to_another(open_store: OpenStore) -> None:
    ana, ben = open_store(redact=plain), open_store(redact=plain, user="ben")
    say(ana, "same", "ana's")
    assert ana.flush(HANG_S)
    say(ben, "same", "ben's")
    assert (texts(ana, "same"), texts(ben, "same")) == (["ana's"], ["ben's"])
    ben.forget_chat("same")
    assert ben.flush(HANG_S)
    assert (sessions(ana), sessions(ben)) == (["same"], [])
    ben.forget_chat(None)
    assert ben.flush(HANG_S)
    assert texts(ana, "same") == ["ana's"]


def test_secrets_are_redacted_in_texts_titles_and_labels(open_store: OpenStore, database: Path) -> None:
    store = open_store(redact=lambda text: text.replace(CANARY, "[secret]"))
    store.save_chat_message("s", f"My {CANARY}", "user", f"it is {CANARY} \ud835", 1.0, attachments=f"{CANARY}.txt")
    assert store.chat_messages("s").result(HANG_S) == [
        ChatMessageRow(role="user", text="it is [secret] ?", at=1.0, attachments="[secret].txt")
    ]
    assert store.chat_sessions(1).result(HANG_S)[0].title == "My [secret]"
    assert traces(database) == []


def test_without_something_that_redacts_nothing_is_kept(open_store: OpenStore, database: Path) -> None:
    store = open_store(keep_prompts=True)
    say(store, "s", CANARY)
    assert store.flush(HANG_S)
    assert sessions(store) == []
    assert traces(database) == []


def test_a_message_that_cannot_be_redacted_is_not_kept_and_its_loss_is_told(
    open_store: OpenStore, database: Path
) -> None:
    def broken(text: str) -> str:
        if CANARY in text:
            raise ValueError(text)
        return text

    store = open_store(redact=broken)
    say(store, "s", "before", CANARY, "after")
    assert store.flush(HANG_S) is False
    assert texts(store, "s") == ["before", "after"]
    assert traces(database) == []


def test_keeping_chats_is_another_matter_than_keeping_prompts(open_store: OpenStore) -> None:
    store = open_store(redact=str.upper, keep_prompts=False)
    store.configure(retention_days=90, keep_prompts=False)
    say(store, "s", "text", at=time.time())
    assert texts(store, "s") == ["TEXT"]


@pytest.mark.parametrize("which", ["one", None])
def test_what_is_forgotten_leaves_no_trace_while_the_store_stays_open(
    open_store: OpenStore, database: Path, which: str | None
) -> None:
    store = open_store(redact=plain)
    say(store, "one", *[f"{CANARY} {n} " * 200 for n in range(40)], title=CANARY)
    say(store, "two", "kept")
    assert store.flush(HANG_S)
    assert traces(database)
    store.forget_chat(which)
    assert store.flush(HANG_S)
    assert sessions(store) == (["two"] if which else [])
    assert traces(database) == []
    assert execute(database, "SELECT COUNT(*) FROM chat_messages") == [(1 if which else 0,)]
    assert store._ask(lambda connection: connection.database.timeout, 0).result(HANG_S) == 5.0


def test_a_reader_elsewhere_does_not_hold_up_forgetting(open_store: OpenStore, database: Path) -> None:
    import sqlite3

    store = open_store(redact=plain)
    say(store, "one", CANARY)
    assert store.flush(HANG_S)
    reader = sqlite3.connect(database, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM chat_messages").fetchone()
    began = time.perf_counter()
    store.forget_chat(None)
    assert store.flush(HANG_S)
    assert time.perf_counter() - began < 3.0  # against the 5 s that a busy file is waited for
    reader.execute("COMMIT")
    reader.close()
    assert sessions(store) == []
    store.close(HANG_S)
    assert traces(database) == []


def test_messages_older_than_the_retention_go_and_empty_chats_with_them(
    open_store: OpenStore, database: Path, until: Until
) -> None:
    now = time.time()
    store = open_store(redact=plain)
    say(store, "old", *[f"{n} {CANARY}" for n in range(1200)], at=now - 92 * DAY_S)
    say(store, "both", f"old {CANARY}", at=now - 91 * DAY_S)
    say(store, "both", "young", at=now - 89 * DAY_S)
    assert store.flush(HANG_S)
    store.configure(retention_days=90, keep_prompts=False)
    until(lambda: sessions(store) == ["both"])
    assert texts(store, "both") == ["young"]
    store.close(HANG_S)
    assert traces(database) == []


def test_expiring_holds_the_lock_for_no_more_than_it_was_told(open_store: OpenStore, database: Path) -> None:
    store = open_store(redact=plain)
    say(store, "s", *map(str, range(30)))
    left = []
    for _ in range(4):
        store._ask(lambda connection: connection.expire(5000.0, 12, now=5000.0), 0).result(HANG_S)
        left.append(execute(database, "SELECT COUNT(*), (SELECT COUNT(*) FROM chat_sessions) FROM chat_messages")[0])
    assert left == [(18, 1), (6, 1), (0, 0), (0, 0)]


def test_in_memory_mode_no_text_is_kept_and_that_is_told(open_store: OpenStore, database: Path) -> None:
    database.mkdir(parents=True)
    store = open_store(redact=plain)
    say(store, "s", CANARY)
    assert store.flush(HANG_S) is False
    assert sessions(store) == []
    assert store.mode == "memory"


@pytest.mark.usefixtures("impatient")
def test_what_is_forgotten_while_the_file_is_out_of_reach_is_forgotten_when_it_is_back(
    open_store: OpenStore, database: Path, until: Until
) -> None:
    from tests.store.test_locked import writing

    store = open_store(redact=plain)
    say(store, "s", CANARY)
    assert store.flush(HANG_S)
    with writing(database):
        store.forget_chat("s")
        assert store.flush(HANG_S)
        assert store.mode == "memory"
    until(lambda: store.mode == "disk")
    assert sessions(store) == []
    assert traces(database) == []


def test_a_message_is_bounded_and_a_name_is_one_line(open_store: OpenStore) -> None:
    store = open_store(redact=plain)
    store.save_chat_message("s\n1", "a\nb" * 200, "user", "x" * 300_000, float("nan"), attachments="\x1b]52;x")
    (message,) = store.chat_messages("s1").result(HANG_S)
    (session,) = store.chat_sessions(1).result(HANG_S)
    assert (len(message.text), message.attachments) == (200_000, "]52;x")
    assert abs(message.at - time.time()) < 3600
    assert "\n" not in session.title
    assert len(session.title) <= 200

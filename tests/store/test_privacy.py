"""Who can read the file, and what is in it: nothing of anybody's text unless asked for, and no secret even then."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.store.common import CANARY, HANG_S, Ask, OpenStore, traces


@pytest.mark.parametrize("umask", [0o022, 0o000])
def test_directory_and_files_are_the_owners_alone_whatever_the_umask(
    open_store: OpenStore, ask: Ask, database: Path, tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        store = open_store()
        store.record(ask())
        assert store.flush(HANG_S)
    finally:
        os.umask(before)
    names = {each.name: each.stat().st_mode & 0o777 for each in database.parent.iterdir()}
    assert set(names) >= {"usage.db", "usage.db-wal", "usage.db-shm"}
    assert set(names.values()) == {0o600}
    assert {each.stat().st_mode & 0o777 for each in (database.parent, tmp_path / "state")} == {0o700}


def test_a_database_that_others_could_read_is_closed_to_them(open_store: OpenStore, ask: Ask, database: Path) -> None:
    database.parent.mkdir(parents=True)
    database.touch(mode=0o644)
    store = open_store()
    store.record(ask())
    assert store.flush(HANG_S)
    assert database.stat().st_mode & 0o777 == 0o600


def test_no_text_is_kept_by_default(open_store: OpenStore, ask: Ask, database: Path) -> None:
    store = open_store(redact=lambda text: text)
    store.record(ask(prompt=f"my key is {CANARY}", answer=CANARY))
    assert store.flush(HANG_S)
    assert store.history(1).result(HANG_S)[0].prompt is None
    assert traces(database) == []


def test_no_text_is_kept_without_something_that_redacts(open_store: OpenStore, ask: Ask, database: Path) -> None:
    store = open_store(keep_prompts=True)
    store.record(ask(prompt=CANARY, answer=CANARY))
    assert store.flush(HANG_S)
    assert traces(database) == []


def test_texts_are_kept_when_asked_for_with_secrets_redacted(open_store: OpenStore, ask: Ask, database: Path) -> None:
    store = open_store(keep_prompts=True, redact=lambda text: text.replace(CANARY, "[secret]"))
    store.record(ask(prompt=f"my key is {CANARY}", answer=f"so {CANARY} it is \ud835"))
    kept = store.history(1).result(HANG_S)[0]
    assert (kept.prompt, kept.answer) == ("my key is [secret]", "so [secret] it is ?")
    assert traces(database) == []


def test_a_redactor_that_fails_costs_the_text_and_not_the_row(open_store: OpenStore, ask: Ask, database: Path) -> None:
    def broken(text: str) -> str:
        raise ValueError(text)

    store = open_store(keep_prompts=True, redact=broken)
    store.record(ask(prompt=CANARY, completion_tokens=5))
    assert store.usage(None, None).result(HANG_S).total_tokens == 5
    assert traces(database) == []


def test_the_setting_to_keep_texts_changes_without_a_restart(open_store: OpenStore, ask: Ask) -> None:
    store = open_store(redact=str.upper)
    for n, keep in enumerate([True, False]):
        store.configure(retention_days=90, keep_prompts=keep)
        store.record(ask(at=5e9 + n, prompt="text"))
    assert [request.prompt for request in store.history(2).result(HANG_S)] == [None, "TEXT"]

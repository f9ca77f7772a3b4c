"""The store in fair weather: what is recorded is read, in order, by anyone, and nothing more is kept than was asked."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.store import UsageStats, project_label, root_hash
from tests.store.common import HANG_S, Ask, OpenStore


def test_importing_the_store_imports_neither_peewee_nor_sqlite3() -> None:
    source = "import autocrea_lsp.store, sys; print(sorted({'peewee', 'sqlite3'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", source], text=True).strip() == "[]"


def test_what_a_server_notes_while_it_starts_does_not_import_peewee_yet(database: Path) -> None:
    source = """
import sys
from pathlib import Path
from autocrea_lsp.store import Store
store = Store(Path(sys.argv[1]), user="ana")
store.touch_project("shop", "ab12")
store.configure(retention_days=30, keep_prompts=False)
store._thread.join(0.5)  # time enough to have started
print("peewee" in sys.modules, len(store.projects().result(30)), "peewee" in sys.modules)
"""
    out = subprocess.check_output([sys.executable, "-c", source, str(database)], text=True)
    assert out.split() == ["False", "1", "True"]


def test_the_package_works_where_there_is_no_fcntl(database: Path) -> None:
    source = """
import sys
sys.modules["fcntl"] = None  # as on Windows
from pathlib import Path
from autocrea_lsp.store import Store, clear
import autocrea_lsp.workspace.paths
store = Store(Path(sys.argv[1]), user="ana")
store.set_preference("a", 1)
print(store.flush(30), store.mode)
store.close(30)
print(clear(Path(sys.argv[1])).requests)
"""
    out = subprocess.check_output([sys.executable, "-c", source, str(database)], text=True)
    assert out.split() == ["True", "disk", "0"]


def test_a_request_comes_back_as_it_was_recorded(open_store: OpenStore, ask: Ask) -> None:
    store = open_store()
    request = ask(
        at=1_700_000_000.5,
        project=project_label("shop", root_hash("/home/ana/shop")),
        kind="fix",
        detail="code action",
        model="claude-sonnet-5-5",
        prompt_tokens=11,
        completion_tokens=7,
        cache_read_tokens=5,
        cache_write_tokens=3,
        cost_micros=1234,
        latency_ms=87,
        outcome="cancelled",
    )
    store.record(request)
    assert store.history(10).result(HANG_S) == [request]
    assert request.total_tokens == 26


def test_history_is_newest_first_in_pages_and_by_kind(open_store: OpenStore, ask: Ask) -> None:
    store = open_store()
    requests = [ask(id=str(n), at=1000.0 + n // 2, kind="chat" if n % 3 == 0 else "complete") for n in range(10)]
    for request in requests:
        store.record(request)
    newest_first = [str(n) for n in reversed(range(10))]  # of one instant, the one recorded last comes first
    assert [request.id for request in store.history(4).result(HANG_S)] == newest_first[:4]
    assert [request.id for request in store.history(4, 4).result(HANG_S)] == newest_first[4:8]
    assert [request.id for request in store.history(9, kind="chat").result(HANG_S)] == ["9", "6", "3", "0"]
    assert store.history(0).result(HANG_S) == store.history(5, 10).result(HANG_S) == []


def test_questions_can_be_limited_to_one_user(open_store: OpenStore, ask: Ask) -> None:
    store = open_store()
    for user, tokens in (("ana", 1), ("ana", 2), ("ben", 4)):
        store.record(ask(user=user, completion_tokens=tokens))
    assert [request.user for request in store.history(9, user="ben").result(HANG_S)] == ["ben"]
    assert store.usage(None, None, user="ana").result(HANG_S).total_tokens == 3
    assert store.usage(None, None).result(HANG_S).total_tokens == 7
    assert store.count_since(0, backend="claude", kind="complete", user="nobody").result(HANG_S) == 0


def test_stats_are_the_sums_of_the_seed(open_store: OpenStore, ask: Ask) -> None:
    store = open_store()
    assert store.usage(None, None).result(HANG_S) == UsageStats()
    for n, (kind, outcome) in enumerate([("complete", "ok"), ("complete", "cancelled"), ("chat", "error")]):
        request = ask(id=str(n), at=100.0 + n, kind=kind, outcome=outcome, prompt_tokens=10 * n, cache_read_tokens=1)
        store.record(request)
    store.mark_accepted("0")
    assert store.usage(None, None).result(HANG_S) == UsageStats(
        total_requests=3,
        total_tokens=33,
        by_type={"complete": 2, "chat": 1},
        average_tokens_per_request=11.0,
        cost_micros=0,
        accepted=1,
    )
    in_the_middle = store.usage(101.0, 102.0).result(HANG_S)  # from 101 on, before 102
    assert (in_the_middle.total_requests, in_the_middle.total_tokens) == (1, 11)


def test_calls_are_counted_by_backend_and_kind_whatever_became_of_them(open_store: OpenStore, ask: Ask) -> None:
    store = open_store()
    store.record(ask(at=99.0))
    for outcome in ("ok", "error", "cancelled"):
        store.record(ask(at=100.0, outcome=outcome))
    store.record(ask(at=100.0, backend="embedded"))
    store.record(ask(at=100.0, kind="chat"))
    assert store.count_since(100.0, backend="claude", kind="complete").result(HANG_S) == 3


def test_recording_twice_is_recording_once_and_an_unknown_acceptance_is_nothing(
    open_store: OpenStore, ask: Ask
) -> None:
    store = open_store()
    request = ask()
    store.record(request)
    store.record(request)
    store.mark_accepted("nobody knows this one")
    assert store.flush(HANG_S)
    assert store.history(9).result(HANG_S) == [request]


def test_preferences_belong_to_a_user_and_outlive_the_process(open_store: OpenStore) -> None:
    first = open_store()
    first.set_preference("theme", {"name": "día", "sizes": [1, 2.5, None]})
    first.set_preference("theme", {"name": "noche"})
    first.set_preference("other", False)
    assert open_store(user="ben").get_preference("theme").result(HANG_S) is None
    first.close(HANG_S)
    again = open_store()
    assert again.get_preference("theme").result(HANG_S) == {"name": "noche"}
    assert again.get_preference("other").result(HANG_S) is False
    assert again.get_preference("missing").result(HANG_S) is None
    with pytest.raises(TypeError):
        again.set_preference("theme", object())
    with pytest.raises(ValueError, match="not JSON"):
        again.set_preference("theme", float("nan"))


def test_projects_are_listed_the_last_seen_first(open_store: OpenStore, ask: Ask) -> None:
    store = open_store()
    store.touch_project("shop", "aaaa")
    store.touch_project("shop", "bbbb")
    store.record(ask(project="shop-aaaa"))
    store.touch_project("shop", "aaaa")
    listed = store.projects().result(HANG_S)
    assert [(each.label, each.name, each.root_hash) for each in listed] == [
        ("shop-aaaa", "shop", "aaaa"),
        ("shop-bbbb", "shop", "bbbb"),
    ]
    assert all(each.first_seen <= each.last_seen <= listed[0].last_seen for each in listed)
    assert store.history(1).result(HANG_S)[0].project == "shop-aaaa"


def test_a_root_hash_is_stable_and_says_nothing_of_the_path() -> None:
    assert root_hash("/home/ana/shop") == root_hash("/home/ana/shop/") != root_hash("/home/ana/other/shop")
    assert len(root_hash("/home/ana/shop")) == 12
    assert project_label("shop", "") == "shop"


async def test_an_answer_can_be_awaited_and_its_waiter_cancelled(open_store: OpenStore, ask: Ask) -> None:
    store = open_store()
    store.record(ask())
    assert (await store.usage(None, None)).total_requests == 1
    assert len(await asyncio.wrap_future(store.history(5))) == 1
    waiter = asyncio.ensure_future(asyncio.wrap_future(store.history(5)))
    await asyncio.sleep(0)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    assert await store.count_since(0, backend="claude", kind="complete") == 1  # and the thread goes on


def test_several_threads_record_and_the_flush_covers_them_all(open_store: OpenStore, ask: Ask, database: Path) -> None:
    import threading

    store = open_store()

    def work(name: str) -> None:
        for n in range(250):
            store.record(ask(id=f"{name}{n}"))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.flush(HANG_S)
    with sqlite3.connect(database) as other:  # another connection: it is on disk
        assert other.execute("SELECT COUNT(*) FROM ai_requests").fetchone() == (1000,)
    other.close()


def test_rows_reach_the_disk_without_a_flush(
    open_store: OpenStore, ask: Ask, database: Path, until: Callable[[Callable[[], object]], None]
) -> None:
    store = open_store()
    store.record(ask(id="alone"))

    def there() -> bool:
        if not database.exists():
            return False
        other = sqlite3.connect(database)
        try:
            return bool(other.execute("SELECT 1 FROM ai_requests WHERE id = 'alone'").fetchone())
        except sqlite3.OperationalError:  # not migrated yet
            return False
        finally:
            other.close()

    until(there)
    assert store.mode == "disk"


def test_after_close_nothing_hangs_and_nothing_raises(open_store: OpenStore, ask: Ask, problems: list[str]) -> None:
    store = open_store()
    store.record(ask())
    store.close(HANG_S)
    store.close(HANG_S)
    store.record(ask())
    store.mark_accepted("x")
    assert store.usage(None, None).result(HANG_S) == UsageStats()
    assert store.history(5).result(HANG_S) == []
    assert store.flush(HANG_S) is False
    assert problems == []
    assert open_store().usage(None, None).result(HANG_S).total_requests == 1  # close had written the first


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"completion_tokens": -3}, {"completion_tokens": 0}),
        ({"completion_tokens": 10**30}, {"completion_tokens": 10**12}),
        ({"model": "a\ud835b"}, {"model": "ab"}),
        ({"model": "m\x1b]52;c;aGk=\x07\n"}, {"model": "m]52;c;aGk="}),
        ({"detail": "x" * 1000}, {"detail": "x" * 200}),
        ({"at": float("inf")}, {}),
    ],
)
def test_a_value_that_no_database_holds_is_bounded(
    open_store: OpenStore, ask: Ask, given: dict[str, Any], stored: dict[str, Any]
) -> None:
    store = open_store()
    store.record(ask(**given))
    (kept,) = store.history(5).result(HANG_S)
    assert {name: getattr(kept, name) for name in stored} == stored
    assert store.mode == "disk"


def test_a_row_of_wrong_types_costs_no_other_row(open_store: OpenStore, ask: Ask, problems: list[str]) -> None:
    store = open_store()
    store.record(ask(id="good"))
    store.record(ask(id="bad", latency_ms="soon"))
    store.record(ask(id="fine"))
    assert store.flush(HANG_S) is False  # one was lost, and that is said
    assert {request.id for request in store.history(5).result(HANG_S)} == {"good", "fine"}
    assert store.flush(HANG_S) is True
    assert (store.mode, problems) == ("disk", [])


def test_json_of_another_program_in_a_preference_is_no_preference(open_store: OpenStore, database: Path) -> None:
    store = open_store()
    store.set_preference("key", json.loads("1"))
    assert store.flush(HANG_S)
    with sqlite3.connect(database) as other:
        other.execute("UPDATE preferences SET value = 'not json'")
    other.close()
    assert store.get_preference("key").result(HANG_S) is None

"""Statistics against a plain reference, the plans of the queries, and retention."""

from __future__ import annotations

import sqlite3
import time
import typing
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from autocrea_lsp.ai import base
from autocrea_lsp.store import AIRequest, Kind, Spent, UsageStats, Window, moment
from autocrea_lsp.store.disk import Connection, open_memory
from tests.store.common import HANG_S, Ask, OpenStore, Until

DAY_S = 86_400.0


KINDS = typing.get_args(Kind)
MOMENTS = st.integers(min_value=0, max_value=9).map(float)  # few, so that bounds meet rows
BOUNDS = st.none() | MOMENTS
COUNTS = st.integers(min_value=0, max_value=5000)
REQUESTS = st.builds(
    AIRequest,
    at=MOMENTS,
    user=st.sampled_from(["ana", "ben"]),
    project=st.sampled_from(["", "shop"]),
    kind=st.sampled_from(KINDS),
    detail=st.just("inline"),
    model=st.just("m"),
    backend=st.sampled_from(["claude", "embedded"]),
    prompt_tokens=COUNTS,
    completion_tokens=COUNTS,
    cache_read_tokens=COUNTS,
    cache_write_tokens=COUNTS,
    cost_micros=COUNTS,
    outcome=st.sampled_from(["ok", "error", "cancelled"]),
    accepted=st.booleans(),
)


def test_the_six_kinds_are_the_assistants() -> None:
    assert typing.get_args(base.Kind) == KINDS


@given(requests=st.lists(REQUESTS, max_size=120), since=BOUNDS, until=BOUNDS, user=st.sampled_from([None, "ana"]))
def test_stats_equal_a_plain_sum(
    requests: list[AIRequest], since: float | None, until: float | None, user: str | None
) -> None:
    chosen = [
        request
        for request in requests
        if (since is None or request.at >= since)
        and (until is None or request.at < until)
        and user in (None, request.user)
    ]
    tokens = sum(request.total_tokens for request in chosen)
    kinds = [request.kind for request in chosen]
    connection = open_memory()
    try:
        connection.usage.insert(requests)
        assert connection.usage.stats(since, until, user) == UsageStats(
            total_requests=len(chosen),
            total_tokens=tokens,
            by_type={kind: kinds.count(kind) for kind in KINDS if kind in kinds},
            average_tokens_per_request=tokens / len(chosen) if chosen else 0.0,
            cost_micros=sum(request.cost_micros for request in chosen),
            accepted=sum(request.accepted for request in chosen),
        )
    finally:
        connection.close()


def plan(connection: Connection, ask: Callable[[Connection], object]) -> str:
    """How SQLite answers what `ask` asks."""
    raw: sqlite3.Connection = connection.database.connection()
    statements: list[str] = []
    raw.set_trace_callback(statements.append)
    ask(connection)
    raw.set_trace_callback(None)
    assert statements
    return "\n".join(
        str(row[3])
        for statement in statements
        if not statement.startswith(("BEGIN", "COMMIT", "--"))  # "--": what a foreign key's cascade does
        for row in raw.execute("EXPLAIN QUERY PLAN " + statement)
    )


def test_stats_read_nothing_but_their_index() -> None:
    connection = open_memory()
    for since in (None, 5.0):
        steps = plan(connection, lambda each, since=since: each.usage.stats(since, None, None))  # type: ignore[misc]
        assert "USING COVERING INDEX ai_requests_stats (kind=?" in steps
        assert "TEMP B-TREE" not in steps
    connection.close()


def test_a_page_of_history_walks_an_index_and_sorts_nothing() -> None:
    connection = open_memory()
    steps = plan(connection, lambda each: each.usage.history(50, 0, None, None))
    assert "USING INDEX ai_requests_at" in steps
    assert "SCAN t1\n" not in steps
    connection.close()


def test_counting_calls_seeks_by_kind_and_time() -> None:
    connection = open_memory()
    steps = plan(connection, lambda each: each.usage.count_since(5.0, "claude", "complete", None))
    assert "ai_requests_stats (kind=? AND at>?)" in steps
    connection.close()


def test_a_budgets_sums_read_nothing_but_their_index() -> None:
    connection = open_memory()
    steps = plan(connection, lambda each: each.usage.spent(5.0, 2.0, "ana"))
    assert steps.count("USING COVERING INDEX ai_requests_stats (kind=? AND at>?)") == 2
    assert steps.count("SEARCH t1 USING PRIMARY KEY (user_id=? AND at>?)") == 2
    assert "SCAN t1" not in steps
    connection.close()


def test_counting_an_act_seeks_and_scans_nothing() -> None:
    connection = open_memory()
    window = Window(name="ai", limit=5, period_s=900.0)
    steps = plan(connection, lambda each: each.acts.take("ana", [window], 1, moment))
    assert "SEARCH counted_acts USING PRIMARY KEY (user_id=? AND name=? AND boot=? AND tick<?)" in steps
    assert "SEARCH counted_acts USING PRIMARY KEY (user_id=? AND name=? AND boot<?)" in steps
    assert "SEARCH counted_acts USING PRIMARY KEY (user_id=? AND name=?)" in steps
    assert "SCAN" not in steps
    connection.close()


def test_reading_and_expiring_chats_seeks() -> None:
    connection = open_memory()
    assert "chat_messages_session" in plan(connection, lambda each: each.chats.messages("ana", "s"))
    assert "chat_messages_at (at<?)" in plan(connection, lambda each: each.chats.expire(5.0, 10))
    connection.close()


@given(
    requests=st.lists(REQUESTS, max_size=60),
    day=MOMENTS,
    month=MOMENTS,
    expired=st.lists(MOMENTS, max_size=3),
    limit=st.sampled_from([1, 3, 500]),
)
def test_spent_is_a_plain_sum_whatever_retention_has_deleted(
    requests: list[AIRequest], day: float, month: float, expired: list[float], limit: int
) -> None:
    """A moment of the strategy is a day here: what was deleted is kept by the day."""
    days = [replace(request, at=midnight(request.at) + 100 * n) for n, request in enumerate(requests)]
    connection = open_memory()
    try:
        connection.usage.insert(days)
        for before in expired:
            while connection.expire(midnight(before), limit, now=midnight(0)):
                pass
        mine = [request for request in days if request.user == "ana"]
        assert connection.usage.spent(midnight(day), midnight(month), "ana") == Spent(
            day_micros=sum(request.cost_micros for request in mine if request.at >= midnight(day)),
            month_micros=sum(request.cost_micros for request in mine if request.at >= midnight(month)),
        )
    finally:
        connection.close()


def midnight(day: float) -> float:
    """The beginning of a day of January 2026, local time."""
    return time.mktime((2026, 1, 1 + int(day), 0, 0, 0, 0, 0, -1))


def test_costs_that_no_budget_looks_at_any_more_are_not_kept(ask: Ask) -> None:
    connection = open_memory()
    try:
        connection.usage.insert([ask(at=midnight(0), cost_micros=5), ask(at=midnight(40), cost_micros=7)])
        assert connection.expire(midnight(50), 500, now=midnight(70)) == 2
        assert connection.usage.spent(0, 0, "ana").day_micros == 7
        assert connection.expire(midnight(50), 500, now=midnight(110)) == 0
        assert connection.usage.spent(0, 0, "ana").day_micros == 0
    finally:
        connection.close()


def test_what_is_older_than_the_retention_goes_at_the_start_and_the_rest_stays(
    open_store: OpenStore, ask: Ask, database: Path, until: Until
) -> None:
    old = open_store()
    for n in range(1300):  # three chunks
        old.record(ask(id=str(n), at=time.time() - 91 * DAY_S))
    for n in range(20):
        old.record(ask(id=f"young {n}", at=time.time() - 89 * DAY_S))
    assert old.flush(HANG_S)
    old.close(HANG_S)
    store = open_store(retention_days=90)
    until(lambda: store.usage(None, None).result(HANG_S).total_requests == 20)
    assert {request.id for request in store.history(50).result(HANG_S)} == {f"young {n}" for n in range(20)}
    assert store.mode == "disk"


def test_a_new_retention_counts_at_once_and_none_keeps_everything(
    open_store: OpenStore, ask: Ask, until: Until
) -> None:
    store = open_store(retention_days=0)
    for days in (1, 10, 1000):
        store.record(ask(at=time.time() - days * DAY_S))
    for retention, left in ((365, 2), (5, 1)):
        store.configure(retention_days=retention, keep_prompts=False)
        until(lambda left=left: store.usage(None, None).result(HANG_S).total_requests == left)  # type: ignore[misc]


def test_retention_is_looked_at_every_day(open_store: OpenStore, ask: Ask, until: Until, monkeypatch: Any) -> None:
    from autocrea_lsp.store import writer

    store = open_store(retention_days=1)
    assert store.usage(None, None).result(HANG_S).total_requests == 0
    monkeypatch.setattr(writer, "_SWEEP_S", 0.05)
    store.configure(retention_days=1, keep_prompts=False)  # the sweep of now, and from here on the next is near
    store.record(ask(at=time.time() - 2 * DAY_S))
    until(lambda: store.usage(None, None).result(HANG_S).total_requests == 0)

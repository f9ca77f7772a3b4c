"""What the store knows of the costs and what this process knows: nothing twice, nothing forgotten, nobody held up."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time

import pytest

from autocrea_lsp.access import budget as budget_module
from autocrea_lsp.access.budget import FRESH_S
from autocrea_lsp.errors import OverBudget
from autocrea_lsp.store import Store, clear
from autocrea_lsp.store.inbox import Read
from tests.access.conftest import DOLLAR, HANG_S, Machine, OpenBudget, OpenStore, Spend, expect_stop


async def test_a_noted_cost_counts_at_once_and_once(
    open_budget: OpenBudget, store: Store, spend: Spend, machine: Machine
) -> None:
    budget = open_budget()
    await budget.afford()
    for _ in range(3):
        spend(store, 2 * DOLLAR)
        budget.note_cost(2 * DOLLAR)
        await budget.afford(4 * DOLLAR - 1)  # 6 and not quite 4 more
        machine.pass_(FRESH_S)  # the store is asked again, and has the row
    await budget.afford(4 * DOLLAR - 1)
    await expect_stop(budget, 4 * DOLLAR)


async def test_the_store_is_asked_at_most_every_five_seconds_even_by_many_at_once(
    open_budget: OpenBudget, store: Store, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    spent = store.spent

    def counting(since_day: float, since_month: float) -> object:
        nonlocal asked
        asked += 1
        return spent(since_day, since_month)

    monkeypatch.setattr(store, "spent", counting)
    budget = open_budget()
    await asyncio.gather(*[budget.afford() for _ in range(20)])
    assert asked == 1
    machine.pass_(FRESH_S - 0.01)
    await budget.afford()
    assert asked == 1
    machine.pass_(0.01)
    await asyncio.gather(*[budget.afford() for _ in range(20)])
    assert asked == 2
    await open_budget(0.0, 0.0).afford()
    assert asked == 2


async def test_another_process_is_seen_at_the_next_question(
    open_budget: OpenBudget, open_store: OpenStore, spend: Spend, machine: Machine
) -> None:
    other = open_store()
    budget = open_budget()
    await budget.afford()
    spend(other, 10 * DOLLAR)
    assert other.flush(HANG_S)
    await budget.afford()
    machine.pass_(FRESH_S)
    await expect_stop(budget)


async def test_the_first_question_after_a_start_knows_what_was_spent_before(
    open_budget: OpenBudget, open_store: OpenStore, store: Store, spend: Spend
) -> None:
    spend(store, 10 * DOLLAR)
    assert store.flush(HANG_S)
    await expect_stop(open_budget(of=open_store()))


async def test_a_store_that_hangs_holds_nobody_up_twice(
    open_budget: OpenBudget, store: Store, spend: Spend, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget_module, "PATIENCE_S", 0.1)
    gate = threading.Event()
    store._inbox.put(Read(ask=lambda _connection: gate.wait(HANG_S), default=False))
    spend(store, 4 * DOLLAR)
    budget = open_budget()
    began = time.perf_counter()
    await budget.afford()
    waited_s = time.perf_counter() - began
    assert waited_s < HANG_S / 2  # and not until it answered
    for _ in range(200):
        machine.pass_(FRESH_S)
        await budget.afford()
    assert time.perf_counter() - began < 10 * max(waited_s, 0.1)  # against 200 times
    budget.note_cost(10 * DOLLAR)
    await expect_stop(budget)  # what we know ourselves
    gate.set()
    assert store.flush(HANG_S)
    assert str(await expect_stop(budget)).startswith("The calls of today have cost $14.00;")


async def test_a_caller_who_gives_up_takes_nothing_from_the_others(
    open_budget: OpenBudget, store: Store, spend: Spend
) -> None:
    gate = threading.Event()
    store._inbox.put(Read(ask=lambda _connection: gate.wait(HANG_S), default=False))
    spend(store, 10 * DOLLAR)
    budget = open_budget()
    keystroke, other = asyncio.ensure_future(budget.afford()), asyncio.ensure_future(budget.afford())
    await asyncio.sleep(0)
    keystroke.cancel()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await keystroke
    with pytest.raises(OverBudget):
        await other


@pytest.mark.parametrize("trouble", ["emptied", "deleted", "stopped"])
async def test_a_database_that_goes_gives_no_money_back(
    open_budget: OpenBudget, open_store: OpenStore, store: Store, spend: Spend, machine: Machine, trouble: str
) -> None:
    other = open_store()
    spend(other, 4 * DOLLAR)
    assert other.flush(HANG_S)
    other.close(HANG_S)
    budget = open_budget()
    await budget.afford()
    if trouble == "emptied":
        clear(store.path)
    elif trouble == "deleted":
        store.path.unlink()
    else:
        store.close(HANG_S)
    for _ in range(3):
        machine.pass_(FRESH_S)
        await budget.afford()
        spend(store, 2 * DOLLAR)
        budget.note_cost(2 * DOLLAR)
    machine.pass_(FRESH_S)
    assert str(await expect_stop(budget)).startswith("The calls of today have cost $10.00;")


async def test_beside_a_newer_versions_file_our_own_calls_are_added_to_what_it_holds(
    open_budget: OpenBudget, open_store: OpenStore, spend: Spend, machine: Machine
) -> None:
    first = open_store()
    spend(first, 4 * DOLLAR)
    assert first.flush(HANG_S)
    first.close(HANG_S)
    newer = sqlite3.connect(first.path, isolation_level=None)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    store = open_store()
    assert store.flush(HANG_S)
    assert store.mode == "read-only"
    budget = open_budget(of=store)
    spend(store, 6 * DOLLAR)
    budget.note_cost(6 * DOLLAR)  # before the first question
    await expect_stop(budget)

"""What a user may do in a quarter of an hour, an hour and a month: counted once for an act, for all processes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.access import limits as limits_module
from autocrea_lsp.access.limits import Act, Limiter
from autocrea_lsp.errors import OverBudget
from autocrea_lsp.settings import BudgetSettings, LimitsSettings, rows
from autocrea_lsp.store import Store
from autocrea_lsp.store.inbox import Read
from tests.access.conftest import HANG_S, Machine, OpenStore, Spend

EVERYONE = LimitsSettings(apply="everyone")
QUARTER_S = 900.0

Open = Callable[..., Limiter]


@pytest.fixture
def open_limiter(store: Store, machine: Machine) -> Open:
    def make(limits: LimitsSettings = EVERYONE, of: Store | None = None, **options: Any) -> Limiter:
        return Limiter(of or store, lambda: limits, lambda: BudgetSettings(), now=machine.now, **options)

    return make


async def admitted(limiter: Limiter, act: Act, attempts: int) -> int:
    """How many of so many attempts were allowed."""
    allowed = 0
    for _ in range(attempts):
        try:
            await limiter.admit(act)
        except OverBudget:
            continue
        allowed += 1
    return allowed


async def refusal(limiter: Limiter, act: Act) -> OverBudget:
    with pytest.raises(OverBudget) as refused:
        await limiter.admit(act)
    return refused.value


@pytest.mark.parametrize(("act", "allowed"), [("general", 100), ("ai", 20), ("deploy", 10)])
async def test_the_windows_have_the_sizes_of_the_settings(open_limiter: Open, act: Act, allowed: int) -> None:
    assert await admitted(open_limiter(), act, allowed + 20) == allowed


async def test_every_act_is_a_request(open_limiter: Open) -> None:
    limiter = open_limiter(replace(EVERYONE, general_per_quarter_hour=10))
    assert await admitted(limiter, "ai", 4) == 4
    assert await admitted(limiter, "deploy", 4) == 4
    assert await admitted(limiter, "general", 4) == 2
    assert "Too many requests: at most 10" in str(await refusal(limiter, "ai"))


async def test_a_refused_act_is_not_counted_anywhere(open_limiter: Open) -> None:
    limiter = open_limiter(replace(EVERYONE, general_per_quarter_hour=25))
    assert await admitted(limiter, "ai", 60) == 20
    assert await admitted(limiter, "general", 60) == 5


@pytest.mark.parametrize(
    ("apply", "remote", "limited"),
    [
        ("remote", False, False),
        ("remote", True, True),
        ("everyone", False, True),
        ("everyone", True, True),
        ("nobody", True, False),
        ("nobody", False, False),
    ],
)
async def test_whom_the_limits_hold_for_is_a_setting(
    open_limiter: Open, apply: Any, remote: bool, limited: bool
) -> None:
    limiter = open_limiter(LimitsSettings(apply=apply, ai_per_quarter_hour=2), remote=remote)
    assert await admitted(limiter, "ai", 5) == (2 if limited else 5)


@pytest.mark.parametrize(("apply", "allowed"), [("remote", 2), ("everyone", 1), ("nobody", 3)])
async def test_the_limit_on_deployments_holds_for_the_local_user_too(
    open_limiter: Open, apply: Any, allowed: int
) -> None:
    limits = LimitsSettings(apply=apply, deploys_per_hour=2, general_per_quarter_hour=1)
    assert await admitted(open_limiter(limits), "deploy", 3) == allowed


async def test_a_window_opens_after_exactly_fifteen_minutes(open_limiter: Open, machine: Machine) -> None:
    limiter = open_limiter()
    assert await admitted(limiter, "ai", 30) == 20
    machine.pass_(QUARTER_S - 0.25)
    refused = await refusal(limiter, "ai")
    assert refused.retry_after_s == 0.25
    machine.pass_(0.25)
    assert await admitted(limiter, "ai", 30) == 20


@pytest.mark.parametrize("set_by_s", [-3600.0, 3600.0])
async def test_setting_the_clock_refills_nothing(open_limiter: Open, machine: Machine, set_by_s: float) -> None:
    limiter = open_limiter()
    assert await admitted(limiter, "ai", 20) == 20
    machine.wall_s += set_by_s
    assert await admitted(limiter, "ai", 20) == 0
    machine.pass_(QUARTER_S - 1)
    assert await admitted(limiter, "ai", 20) == 0


async def test_neither_a_new_connection_nor_a_second_editor_refills(open_limiter: Open, open_store: OpenStore) -> None:
    first = open_store()
    assert await admitted(open_limiter(of=first), "ai", 12) == 12
    assert await admitted(open_limiter(of=open_store()), "ai", 12) == 8
    first.close(HANG_S)
    assert await admitted(open_limiter(of=open_store()), "ai", 12) == 0


async def test_the_months_quota_counts_where_there_is_one(open_limiter: Open, machine: Machine) -> None:
    limiter = open_limiter(replace(EVERYONE, ai_per_month=25))
    assert await admitted(limiter, "ai", 30) == 20
    machine.pass_(QUARTER_S)
    assert await admitted(limiter, "ai", 30) == 5
    refused = await refusal(limiter, "ai")
    december = time.mktime((2026, 12, 1, 0, 0, 0, 0, 0, -1))
    assert refused.retry_after_s == december - machine.wall_s
    assert "at most 25 in any month" in str(refused)
    assert await admitted(limiter, "deploy", 3) == 3  # which are no requests to a model
    machine.pass_(refused.retry_after_s)
    assert await admitted(limiter, "ai", 30) == 20


async def test_a_refusal_says_which_limit_when_again_and_which_setting(open_limiter: Open, machine: Machine) -> None:
    limiter = open_limiter()
    assert await admitted(limiter, "deploy", 10) == 10
    machine.pass_(600)
    refused = await refusal(limiter, "deploy")
    assert str(refused) == "Too many deployments: at most 10 in any hour are allowed, and the next in 50 min."
    assert refused.hint == "Wait so long; you can raise `autocrea.limits.deploysPerHour`."
    assert refused.retry_after_s == 3000
    nothing = await refusal(open_limiter(replace(EVERYONE, ai_per_quarter_hour=0), remote=True), "ai")
    assert str(nothing) == "No requests to a model are allowed: `autocrea.limits.aiPerQuarterHour` is 0."
    assert nothing.hint == "Only whoever runs the server can raise it."


def test_every_setting_that_is_named_is_one() -> None:
    known = {row.name for row in rows()}
    named = {f"limits.{name}" for _, _, name in limits_module._WORDS.values()}
    assert len(named) == 4
    assert named | {"budget.perDay", "budget.perMonth"} <= known


async def test_without_money_nothing_is_counted_and_only_the_model_costs(
    open_limiter: Open, store: Store, spend: Spend
) -> None:
    limiter = open_limiter()
    spend(store, 10_000_000)
    assert "twice the budget" in str(await refusal(limiter, "ai"))
    assert await admitted(limiter, "general", 100) == 100


async def test_the_estimate_of_an_act_counts_against_the_budget(open_limiter: Open) -> None:
    warnings: list[str] = []
    limiter = open_limiter(on_warning=warnings.append)
    await limiter.admit("ai", cost_micros=6_000_000)
    assert len(warnings) == 1
    with pytest.raises(OverBudget):
        await limiter.admit("ai", cost_micros=10_000_000)
    with pytest.raises(OverBudget):
        await limiter.afford(10_000_000)
    assert await admitted(limiter, "ai", 30) == 19  # what was refused was not counted


async def test_a_noted_cost_reaches_the_status(open_limiter: Open) -> None:
    limiter = open_limiter()
    limiter.note_cost(9_999_999)
    assert limiter.over() is None
    limiter.note_cost(1)
    assert limiter.over() == "The calls of today have cost $10.00; at twice the budget of $5.00 nothing more is sent."


async def test_a_new_limit_counts_at_once_even_where_the_store_does_not(store: Store) -> None:
    store.close(HANG_S)
    limits = EVERYONE
    limiter = Limiter(store, lambda: limits, BudgetSettings)
    assert await admitted(limiter, "ai", 5) == 5
    limits = replace(EVERYONE, ai_per_quarter_hour=7)
    assert await admitted(limiter, "ai", 5) == 2
    limits = replace(EVERYONE, ai_per_quarter_hour=6)
    assert await admitted(limiter, "ai", 5) == 0


@pytest.mark.parametrize("trouble", ["stopped", "hangs"])
async def test_where_the_store_does_not_count_this_process_does(
    open_limiter: Open, store: Store, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    gate = threading.Event()
    if trouble == "stopped":
        store.close(HANG_S)
    else:
        monkeypatch.setattr(limits_module, "COUNTING_S", 0.02)
        store._inbox.put(Read(ask=lambda _connection: gate.wait(HANG_S), default=False))
    limiter = open_limiter(replace(EVERYONE, ai_per_quarter_hour=3, ai_per_month=4))
    assert await admitted(limiter, "deploy", 1) == 1
    assert await admitted(limiter, "ai", 6) == 3
    assert 890 < (await refusal(limiter, "ai")).retry_after_s <= 900
    gate.set()


async def test_an_act_that_is_cancelled_while_it_waits_is_not_counted(open_limiter: Open, store: Store) -> None:
    gate = threading.Event()
    limiter = open_limiter(replace(EVERYONE, general_per_quarter_hour=1))
    store._inbox.put(Read(ask=lambda _connection: gate.wait(HANG_S), default=False))
    waiting = asyncio.ensure_future(limiter.admit("general"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.set()
    assert await admitted(limiter, "general", 3) == 1


RACER = """
import asyncio, sys
from pathlib import Path
from autocrea_lsp.access.limits import Limiter
from autocrea_lsp.errors import OverBudget
from autocrea_lsp.settings import BudgetSettings, LimitsSettings
from autocrea_lsp.store import Store

async def main():
    store = Store(Path(sys.argv[1]), user="ana")
    limiter = Limiter(store, lambda: LimitsSettings(apply="everyone"), BudgetSettings)
    print("ready", flush=True)
    sys.stdin.readline()
    allowed = refused = 0
    for _ in range(40):
        try:
            await limiter.admit("ai")
            allowed += 1
        except OverBudget as error:
            assert 0 < error.retry_after_s <= 900
            refused += 1
    print(allowed, refused, store.mode, flush=True)
    store.close(60)

asyncio.run(main())
"""


def race(database: Path, processes: int) -> list[list[str]]:
    """Let so many processes ask 40 times each, at once: what each was allowed and refused, and its store's mode."""
    command = [sys.executable, "-c", RACER, str(database)]
    children = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(processes)
    ]
    try:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        return [child.communicate(timeout=HANG_S)[0].split() for child in children]
    finally:
        for child in children:
            child.kill()
            child.communicate()


def test_of_four_processes_with_forty_calls_each_exactly_twenty_are_accepted(database: Path) -> None:
    results = race(database, 4)
    assert [mode for _, _, mode in results] == ["disk"] * 4
    assert sum(int(allowed) for allowed, _, _ in results) == 20
    assert sum(int(refused) for _, refused, _ in results) == 140
    assert race(database, 1) == [["0", "40", "disk"]]  # an editor that starts afterwards

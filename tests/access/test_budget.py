"""The budget: a warning when it is spent, an end at twice that, by local days and months, for all processes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from autocrea_lsp.access.budget import FRESH_S, Budget
from autocrea_lsp.settings import BudgetSettings
from autocrea_lsp.store import Store
from tests.access.conftest import DOLLAR, Machine, OpenBudget, OpenStore, Spend, expect_stop

DAY_S = 86_400.0


@pytest.mark.parametrize(
    ("spent", "cost", "outcome"),
    [
        (0, 0, "fine"),
        (5 * DOLLAR - 1, 0, "fine"),
        (5 * DOLLAR, 0, "warned"),
        (5 * DOLLAR + 1, 0, "warned"),
        (4 * DOLLAR, DOLLAR - 1, "fine"),
        (4 * DOLLAR, DOLLAR, "warned"),
        (10 * DOLLAR - 1, 0, "warned"),
        (10 * DOLLAR, 0, "stopped"),
        (10 * DOLLAR + 1, 0, "stopped"),
        (9 * DOLLAR, DOLLAR - 1, "warned"),
        (9 * DOLLAR, DOLLAR, "stopped"),
        (0, 10 * DOLLAR, "stopped"),
    ],
)
@pytest.mark.parametrize("period", ["day", "month"])
async def test_from_the_budget_on_there_is_a_warning_and_at_twice_that_the_end(
    open_budget: OpenBudget,
    store: Store,
    spend: Spend,
    warnings: list[str],
    machine: Machine,
    spent: int,
    cost: int,
    outcome: str,
    period: str,
) -> None:
    budget = open_budget() if period == "day" else open_budget(0.0, 5.0)
    spend(store, spent, machine.wall_s - (0 if period == "day" else 3 * DAY_S))
    if outcome == "stopped":
        await expect_stop(budget, cost)
        assert warnings == []
    else:
        await budget.afford(cost)
        await budget.afford(cost)
        assert len(warnings) == (1 if outcome == "warned" else 0)
    assert (budget.over() is not None) == (spent >= 10 * DOLLAR)


async def test_the_words_say_how_much_when_again_and_which_setting(
    open_budget: OpenBudget, store: Store, spend: Spend, warnings: list[str]
) -> None:
    budget = open_budget()
    spend(store, 6 * DOLLAR)
    await budget.afford()
    (warning,) = warnings
    assert warning.startswith("The calls of today have cost $6.00, and the budget is $5.00. At $10.00 nothing more")
    assert "`autocrea.budget.perDay`" in warning
    stop = await expect_stop(budget, 4 * DOLLAR)
    assert str(stop) == (
        "The calls of today would have cost $10.00 with this one; at twice the budget of $5.00 nothing more is sent."
    )
    assert stop.hint == "It goes on in 12 h; to go on now, raise `autocrea.budget.perDay` (0: no budget)."
    assert stop.retry_after_s == 12 * 3600  # from noon to midnight
    budget.note_cost(5 * DOLLAR)
    sentence = "The calls of today have cost $11.00; at twice the budget of $5.00 nothing more is sent."
    assert str(await expect_stop(budget)) == budget.over() == sentence


async def test_of_two_budgets_that_are_spent_the_one_that_lasts_is_told(
    open_budget: OpenBudget, store: Store, spend: Spend, machine: Machine
) -> None:
    spend(store, 10 * DOLLAR)
    stop = await expect_stop(open_budget(5.0, 5.0))
    assert "this month" in str(stop)
    assert "perMonth" in stop.hint
    assert stop.retry_after_s == time.mktime((2026, 12, 1, 0, 0, 0, 0, 0, -1)) - machine.wall_s


@pytest.mark.parametrize("per_day", [0.0, 50.0])
async def test_no_budget_is_no_limit_and_a_new_one_counts_at_once(
    store: Store, spend: Spend, machine: Machine, per_day: float
) -> None:
    settings = BudgetSettings(per_day=per_day)
    budget = Budget(store, lambda: settings, now=machine.now)
    spend(store, 20 * DOLLAR)
    await budget.afford()
    assert budget.over() is None
    settings = replace(settings, per_day=10.0)
    assert (await expect_stop(budget)).retry_after_s > 0
    settings = replace(settings, per_day=10.5)
    await budget.afford()


async def test_calls_of_unknown_price_and_of_other_users_cost_nothing(
    open_budget: OpenBudget, store: Store, spend: Spend, warnings: list[str]
) -> None:
    budget = open_budget()
    for _ in range(50):
        spend(store, 0)
        budget.note_cost(0)
    spend(store, 100 * DOLLAR, user="ben")
    await budget.afford()
    assert (warnings, budget.over()) == ([], None)


# ---- the turn of days and months


async def test_at_midnight_a_new_day_begins_and_warns_anew(
    open_budget: OpenBudget, store: Store, spend: Spend, machine: Machine, warnings: list[str]
) -> None:
    budget = open_budget()
    spend(store, 6 * DOLLAR)
    await budget.afford()
    spend(store, 4 * DOLLAR)
    budget.note_cost(4 * DOLLAR)
    machine.pass_((await expect_stop(budget)).retry_after_s - 0.5)
    assert budget.over() is not None
    await expect_stop(budget)
    machine.pass_(0.5)
    assert budget.over() is None
    await budget.afford()
    assert len(warnings) == 1
    spend(store, 5 * DOLLAR)
    budget.note_cost(5 * DOLLAR)
    await budget.afford()
    assert len(warnings) == 2


async def test_the_month_goes_on_over_midnight_and_ends_with_its_last_day(
    open_budget: OpenBudget, store: Store, spend: Spend, machine: Machine, warnings: list[str]
) -> None:
    budget = open_budget(0.0, 5.0)
    for _ in range(10):
        spend(store, DOLLAR)
        budget.note_cost(DOLLAR)
        if budget.over() is None:
            await budget.afford()
            machine.pass_(DAY_S)
    stop = await expect_stop(budget)
    assert len(warnings) == 1
    machine.pass_(stop.retry_after_s - 1)
    await expect_stop(budget)
    machine.pass_(1)
    await budget.afford()
    assert budget.over() is None


@pytest.fixture
def in_madrid(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Madrid")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_madrid")
@pytest.mark.parametrize(("day", "hours"), [(28, 24), (29, 23), (30, 24)])  # of March 2026: on the 29th clocks change
async def test_a_day_is_as_long_as_the_local_one(
    open_store: OpenStore, spend: Spend, machine: Machine, day: int, hours: int
) -> None:
    store = open_store()
    midnight = time.mktime((2026, 3, day, 0, 0, 0, 0, 0, -1))
    machine.wall_s = midnight + 60
    budget = Budget(store, lambda: BudgetSettings(per_day=1.0), now=machine.now)
    spend(store, 9 * DOLLAR, midnight - 1)
    await budget.afford()
    spend(store, 2 * DOLLAR, midnight)
    machine.pass_(FRESH_S)
    assert (await expect_stop(budget)).retry_after_s == hours * 3600 - 60 - FRESH_S


async def test_a_clock_that_is_set_back_gives_no_money_back(
    open_budget: OpenBudget, store: Store, spend: Spend, machine: Machine
) -> None:
    budget = open_budget()
    spend(store, 10 * DOLLAR)
    budget.note_cost(10 * DOLLAR)
    machine.wall_s -= DAY_S
    await expect_stop(budget)

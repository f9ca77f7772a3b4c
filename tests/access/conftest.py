"""A store for limits and budgets, on a machine whose clock a test can set."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from autocrea_lsp.access.budget import Budget
from autocrea_lsp.errors import OverBudget
from autocrea_lsp.settings import BudgetSettings
from autocrea_lsp.store import AIRequest, Moment, Store

HANG_S = 60.0
DOLLAR = 1_000_000  # in millionths


@dataclass(slots=True)
class Machine:
    """Its wall clock, and the one that nobody can set. It starts in the middle of a month, at noon."""

    wall_s: float = field(default_factory=lambda: time.mktime((2026, 11, 15, 12, 0, 0, 0, 0, -1)))
    tick_s: float = 5000.0

    def now(self) -> float:
        return self.wall_s

    def moment(self) -> Moment:
        return Moment(boot="this one", tick_s=self.tick_s, wall_s=self.wall_s)

    def pass_(self, seconds: float) -> None:
        self.wall_s += seconds
        self.tick_s += seconds


OpenStore = Callable[..., Store]
Spend = Callable[..., None]
OpenBudget = Callable[..., Budget]


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "usage.db"


@pytest.fixture
def open_store(database: Path, machine: Machine) -> Iterator[OpenStore]:
    stores: list[Store] = []

    def start(**options: object) -> Store:
        plain: dict[str, object] = {"user": "ana", "retention_days": 0, "clock": machine.moment}
        store = Store(database, **(plain | options))  # type: ignore[arg-type]
        stores.append(store)
        return store

    yield start
    for store in stores:
        store.close(HANG_S)


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store()


@pytest.fixture
def spend(machine: Machine) -> Spend:
    """Record a call that cost so much, now or at another time."""

    def record(store: Store, micros: int, at: float | None = None, user: str = "ana") -> None:
        at = machine.wall_s if at is None else at
        store.record(
            AIRequest(
                user=user,
                at=at,
                project="",
                kind="chat",
                detail="chat",
                model="m",
                backend="claude",
                cost_micros=micros,
                outcome="ok",
            )
        )

    return record


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def open_budget(store: Store, machine: Machine, warnings: list[str]) -> OpenBudget:
    def make(per_day: float = 5.0, per_month: float = 0.0, of: Store | None = None) -> Budget:
        settings = BudgetSettings(per_day=per_day, per_month=per_month)
        return Budget(of or store, lambda: settings, on_warning=warnings.append, now=machine.now)

    return make


async def expect_stop(budget: Budget, cost_micros: int = 0) -> OverBudget:
    with pytest.raises(OverBudget) as stop:
        await budget.afford(cost_micros)
    return stop.value

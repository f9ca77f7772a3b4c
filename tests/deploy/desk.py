"""What the tests of deployment jobs stand on: editors over one real store and one fake host, in one test's time."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Question, Request
from autocrea_lsp.deploy.jobs import Deployments
from autocrea_lsp.deploy.record import Update
from autocrea_lsp.settings import Settings
from autocrea_lsp.store import FINISHED, DeploymentRow, Moment, Store
from tests.deploy.fake_host import FakeHosts, Host
from tests.deploy.manual_clock import ManualClock

REQUEST = Request(folder=Path("/site"), provider="fake")
CANARY = "canary-5b1f77e0"
SECRETS = {"API_KEY": Secret(CANARY), "LINES": Secret(f"first-{CANARY}\nsecond-{CANARY}")}


class CountedStore(Store):
    """`waiting`: answers that have not come yet, for a clock that moves only when nobody works."""

    def __init__(self, *args: Any, **rest: Any) -> None:
        self.waiting: set[Future[Any]] = set()
        super().__init__(*args, **rest)

    def _ask(self, *args: Any, **rest: Any) -> Any:
        return self._count(super()._ask(*args, **rest))

    def _change(self, *args: Any, **rest: Any) -> Any:
        return self._count(super()._change(*args, **rest))

    def _count(self, answer: Future[Any]) -> Future[Any]:
        self.waiting.add(answer)
        answer.add_done_callback(self.waiting.discard)
        return answer


@dataclass(slots=True)
class Desk:
    """One editor's process, so to speak."""

    deployments: Deployments
    store: CountedStore
    host: Host
    clock: ManualClock
    updates: list[Update]
    questions: list[Question]
    answer: Callable[[Question], str | None]
    trusted: bool = True
    admitted: int = 0
    refuse: Exception | None = None  # what `admit` raises

    async def ask(self, question: Question) -> str | None:
        self.questions.append(question)
        await self.host.reach("ask")
        return self.answer(question)

    async def admit(self) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.admitted += 1

    async def run(self, request: Request = REQUEST, **rest: Any) -> DeploymentRow:
        """From the start to the end; as the store has it then."""
        return await self.end(await self.deployments.start(request, **rest))

    async def end(self, key: str) -> DeploymentRow:
        await self.deployments.wait(key)
        return await self.row(key)

    async def row(self, key: str) -> DeploymentRow:
        row = await self.store.deployment(key)
        assert row is not None
        return row

    async def until(self, holds: Callable[[DeploymentRow], bool], key: str) -> DeploymentRow:
        while not holds(row := await self.row(key)):
            await self.clock.sleep(0.05)  # or it would stand still
        return row

    async def leave(
        self, state: str, *, made: bool | None = None, provider: str = "fake", **more: Any
    ) -> DeploymentRow:
        """The row of a process that died in that state; `made`: the host has it, whether the row knows or not."""
        known = state not in ("pending", "uploading", "creating")
        key = uuid.uuid4().hex
        row = DeploymentRow(
            id=key,
            provider=provider,
            target="preview",
            source="files",
            mark=f"autocrea-{key}",
            state=state,  # type: ignore[arg-type]
            created_at=self.clock.now(),
            remote_id=self.host.make(f"autocrea-{key}", "preview").id if made or (known and made is None) else "",
            **more,
        )
        row = row if known else replace(row, remote_id="")
        assert await self.store.create_deployment(row, owner="one that died", lease_s=0.0)
        return row

    def told(self, key: str) -> list[Update]:
        return [update for update in self.updates if update.row.id == key]

    def check_told(self, key: str) -> list[Update]:
        """One last word, at the end; and no bar went back."""
        told = self.told(key)
        assert [update.finished for update in told] == [False] * (len(told) - 1) + [True]
        percents = [update.percent for update in told if update.percent is not None]
        assert percents == sorted(percents)
        assert all(percent < 100 for percent, update in zip(percents, told, strict=True) if _under_way(update))
        return told


Open = Callable[..., Desk]


@contextlib.asynccontextmanager
async def opened(
    path: Path, host: Host, clock: ManualClock, moment: Callable[[], Moment] | None = None
) -> AsyncGenerator[Open, None]:
    """Editors, as many as a test opens; all are closed afterwards, and nothing of theirs is left behind.

    `moment`: for leases, another time than the clock's.
    """
    desks: list[Desk] = []

    def by_clock() -> Moment:
        return Moment(boot="boot", tick_s=clock.monotonic(), wall_s=clock.now())

    def open_(*, owner: str = "", minutes: int = 30, answer: str | None = None) -> Desk:
        store = CountedStore(path, user="somebody", clock=moment or by_clock)
        settings = Settings()
        settings = replace(settings, deploy=replace(settings.deploy, timeout_minutes=minutes))
        updates: list[Update] = []
        desk: Desk = Desk(
            deployments=Deployments(
                store=store,
                providers=FakeHosts(host),
                clock=clock,
                settings=lambda: settings,
                project=lambda: "site",
                trusted=lambda: desk.trusted,
                admit=lambda: desk.admit(),
                ask=lambda question: desk.ask(question),
                on_update=updates.append,
                owner=owner or f"editor {len(desks)}",
            ),
            store=store,
            host=host,
            clock=clock,
            updates=updates,
            questions=[],
            answer=lambda _question: answer,
        )
        desks.append(desk)
        clock.busy = lambda: any(each.store.waiting for each in desks)
        return desk

    try:
        yield open_
    finally:
        for desk in desks:
            await desk.deployments.aclose()
            await asyncio.to_thread(desk.store.close)
    left = [task for task in asyncio.all_tasks() if _is_of_a_deployment(task)]
    assert not left


def _under_way(update: Update) -> bool:
    return update.row.state not in FINISHED


def _is_of_a_deployment(task: asyncio.Task[object]) -> bool:
    coroutine = task.get_coro()
    code = getattr(coroutine, "cr_code", None)
    return code is not None and "autocrea_lsp/deploy/" in code.co_filename

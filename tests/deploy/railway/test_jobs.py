"""The whole of it: deployments as the user begins them, through jobs, store and provider, at the emulated host."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.deploy.base import Change, Git, Question, Request
from autocrea_lsp.deploy.errors import CannotDo
from autocrea_lsp.deploy.jobs import Deployments, Update
from autocrea_lsp.deploy.railway import logs
from autocrea_lsp.settings import Settings
from autocrea_lsp.store import DeploymentRow, Moment
from tests.deploy.desk import CountedStore
from tests.deploy.faults.stage import OneHost
from tests.deploy.railway.hosted import Hosted, connect
from tests.emulators.railway import PRESETS, Fault, Plan, failing


@dataclass(slots=True, kw_only=True)
class Desk:
    """An editor's process over the emulated host."""

    host: Hosted
    deployments: Deployments
    store: CountedStore
    questions: list[Question] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)

    async def run(self, **fields: Any) -> DeploymentRow:
        """From the start to the end."""
        return await self.end(await self.deployments.start(self.request(**fields)))

    def request(self, **fields: Any) -> Request:
        return self.host.request(**{"mark": "", **fields})

    async def end(self, key: str) -> DeploymentRow:
        await self.deployments.wait(key)
        row = await self.store.deployment(key)
        assert row is not None
        return row

    async def log(self, row: DeploymentRow) -> list[str]:
        return [line.text for line in await self.store.deployment_log(row.id)]

    async def until(self, key: str, holds: Callable[[DeploymentRow], bool]) -> DeploymentRow:
        while (row := await self.store.deployment(key)) is None or not holds(row):
            await self.host.clock.sleep(0.05)
        return row


@contextlib.asynccontextmanager
async def opened(host: Hosted, path: Path) -> AsyncGenerator[Desk]:
    clock = host.clock

    async def ask(question: Question) -> str | None:
        desk.questions.append(question)
        return question.choices[1]

    async def admit() -> None: ...

    store = CountedStore(
        path, user="somebody", clock=lambda: Moment(boot="boot", tick_s=clock.monotonic(), wall_s=clock.now())
    )
    clock.busy = lambda: bool(store.waiting)
    desk = Desk(host=host, deployments=None, store=store)  # type: ignore[arg-type]
    desk.deployments = Deployments(
        store=store,
        providers=OneHost(host.provider),
        clock=clock,
        settings=Settings,
        project=lambda: "shop",
        trusted=lambda: True,
        admit=admit,
        ask=ask,
        on_update=desk.updates.append,
        owner="editor",
    )
    try:
        yield desk
    finally:
        await desk.deployments.aclose()
        await asyncio.to_thread(store.close)


@pytest.fixture
async def desk(shop: Hosted, tmp_path: Path) -> AsyncGenerator[Desk]:
    async with opened(shop, tmp_path / "autocrea.db") as here:
        yield here


async def test_a_folder_is_deployed_and_its_log_kept(desk: Desk) -> None:
    row = await desk.run()
    assert (row.state, row.url) == ("success", f"https://{desk.host.newest.url}")
    assert row.remote_id == desk.host.newest.id
    log = await desk.log(row)
    assert log[0] == "[region: us-west2]"
    assert log[-1] == "listening on 0.0.0.0:8080"
    assert len(desk.questions) == 1
    assert desk.host.calls().count("socket") == 1
    percents = [update.percent for update in desk.updates if update.percent is not None]
    assert percents == sorted(percents)
    assert percents[-1] == 100


async def test_a_preview_asks_nobody(desk: Desk) -> None:
    row = await desk.run(target="preview")
    assert (row.state, row.target) == ("success", "staging")
    assert desk.questions == []


async def test_a_deployment_from_git_is_at_its_place_afterwards(desk: Desk) -> None:
    connect(desk.host)
    row = await desk.run(source=Git(branch="main"))
    assert (row.state, row.remote_project) == ("success", desk.host.place.project)


async def test_a_build_that_fails_says_so_with_its_log(desk: Desk) -> None:
    desk.host.api.plan = failing("boom")
    row = await desk.run()
    assert (row.state, "see the log" in row.error) == ("failed", True)
    assert (await desk.log(row))[-1] == "boom"


async def test_a_long_build_is_asked_about_every_five_seconds_at_most(desk: Desk) -> None:
    desk.host.api.plan = Plan(step_s=60.0)
    row = await desk.run()
    assert row.state == "success"
    looks = [request.at for request in desk.host.api.requests if request.op == "deployment"]
    assert len(looks) > 5
    assert min(later - sooner for sooner, later in itertools.pairwise(looks)) >= 4.75


async def test_its_end_is_known_soon_without_more_questions(desk: Desk) -> None:
    """The socket tells it, whatever the pace of the questions is by then."""
    desk.host.api.plan = Plan(states=("BUILDING", "SUCCESS"), step_s=(1000.0,), deploy_log=())
    began = desk.host.clock.monotonic()
    assert (await desk.run()).state == "success"
    assert desk.host.clock.monotonic() - began < 1000 + 2 * logs.QUIET_S + 7


async def test_without_sockets_it_is_the_same(desk: Desk) -> None:
    desk.host.api.fail(Fault.SOCKET_ERROR, times=None)
    row = await desk.run()
    assert row.state == "success"
    assert (await desk.log(row))[-1] == "listening on 0.0.0.0:8080"


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_ACTING, Fault.DROP_BEFORE_ACTING], ids=str)
@pytest.mark.parametrize("kind", ["files", "git"])
async def test_an_unclear_answer_makes_one_deployment(desk: Desk, kind: str, fault: Fault) -> None:
    connect(desk.host)
    desk.host.api.fail(fault, op="up" if kind == "files" else "serviceInstanceDeployV2")
    row = await desk.run(**({} if kind == "files" else {"source": Git(branch="main")}))
    assert row.state == "success"
    assert [deployment.id for deployment in desk.host.api.world.deployments.values()] == [row.remote_id]


async def test_a_running_one_is_canceled(desk: Desk) -> None:
    desk.host.api.plan = PRESETS["endless"]
    key = await desk.deployments.start(desk.request())
    await desk.until(key, lambda row: row.state == "building")
    cancelled = await desk.deployments.cancel(key)
    assert cancelled.row.state == "canceled"
    assert desk.host.newest.status == "REMOVED"


async def test_one_is_built_once_more_and_one_is_gone_back_to(desk: Desk) -> None:
    first = await desk.run()
    again = await desk.end(await desk.deployments.again(first.id, folder=desk.host.folder))
    assert (again.state, again.action) == ("success", "redeploy")
    await desk.host.clock.sleep(30)
    change = await desk.deployments.rollback(provider="railway", folder=desk.host.folder)
    assert isinstance(change, Change)
    assert change.live.ref.id == desk.host.newest.id not in (first.remote_id, again.remote_id)


async def test_what_railway_cannot_do_never_reaches_it(desk: Desk) -> None:
    row = await desk.run()
    before = len(desk.host.api.requests)
    with pytest.raises(CannotDo) as caught:
        await desk.deployments.promote(row.id)
    assert "production as the target" in caught.value.hint
    with pytest.raises(CannotDo) as caught:
        await desk.deployments.link("railway", desk.host.folder, project="shop")
    assert "railway link" in caught.value.hint
    assert len(desk.host.api.requests) == before


async def test_variables_are_written_to_a_file_that_git_ignores(desk: Desk) -> None:
    (desk.host.folder / ".gitignore").write_text(".env*\n")
    desk.host.service.instances[desk.host.project.environments[0].id].variables["API_KEY"] = "canary-of-production"
    names = await desk.deployments.pull_environment("railway", desk.host.folder, file=".env.local", target="production")
    assert list(names.names) == ["API_KEY"]
    assert (desk.host.folder / ".env.local").read_text() == "API_KEY=canary-of-production\n"


async def test_a_process_that_died_is_taken_up_where_it_was(desk: Desk, tmp_path: Path) -> None:
    desk.host.api.plan = Plan(step_s=30.0)
    key = await desk.deployments.start(desk.request())
    await desk.until(key, lambda row: row.state == "building")
    await desk.deployments.aclose()
    async with opened(desk.host, tmp_path / "autocrea.db") as other:
        assert await other.deployments.reattach() == [key]
        row = await other.end(key)
        assert row.state == "success"
        assert (await other.log(row))[-1] == "listening on 0.0.0.0:8080"

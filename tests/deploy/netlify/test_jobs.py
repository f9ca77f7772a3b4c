"""The whole of it: jobs, store and provider over the emulated host."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from autocrea_lsp.deploy import consent
from autocrea_lsp.deploy.base import Ask, Git, Ports, Question
from autocrea_lsp.deploy.jobs import Deployments, Update
from autocrea_lsp.deploy.netlify import NetlifyProvider
from autocrea_lsp.deploy.preview.permission import YES
from autocrea_lsp.store import DeploymentRow, Moment
from tests.deploy.desk import CountedStore
from tests.deploy.netlify.hosted import REPOSITORY, Hosted
from tests.emulators.netlify import Fault, Plan


class OneHost:
    """What `Deployments` takes for all hosts."""

    def __init__(self, provider: NetlifyProvider) -> None:
        self._provider = provider

    def __call__(self, _name: str) -> NetlifyProvider:
        return self._provider

    def names(self) -> list[str]:
        return ["netlify"]

    async def aclose(self) -> None:
        await self._provider.aclose()


@dataclass(slots=True, kw_only=True)
class Editor:
    """A process that deploys. `questions` that it was asked; `answer` to all of them."""

    host: Hosted
    deployments: Deployments
    store: CountedStore
    updates: list[Update]
    answer: str | None = None
    questions: list[Question] = field(default_factory=list)

    async def run(self, **fields: object) -> DeploymentRow:
        return await self.end(await self.deployments.start(self.host.request(**fields)))

    async def end(self, key: str) -> DeploymentRow:
        await self.deployments.wait(key)
        row = await self.store.deployment(key)
        assert row is not None
        return row

    async def until(self, holds: Callable[[DeploymentRow], bool], key: str) -> DeploymentRow:
        while True:
            row = await self.store.deployment(key)
            if row is not None and holds(row):
                return row
            await self.host.clock.sleep(0.05)

    async def log(self, key: str) -> list[str]:
        return [line.text for line in await self.store.deployment_log(key, after_seq=0, limit=1000)]


@asynccontextmanager
async def editor(host: Hosted, owner: str = "editor") -> AsyncIterator[Editor]:
    """Over the database of the folder beside the project."""
    clock = host.clock
    store = CountedStore(
        host.folder.parent / "autocrea.db",
        user="somebody",
        clock=lambda: Moment(boot="boot", tick_s=clock.monotonic(), wall_s=clock.now()),
    )
    clock.busy = lambda: bool(store.waiting)
    updates: list[Update] = []
    here: Editor

    async def ask(question: Question) -> str | None:
        here.questions.append(question)
        return here.answer

    async def admit() -> None:
        return

    ports = host.provider._ports
    own = Ports(settings=ports.settings, token=ports.token, clock=clock, ask=ask, state_dir=ports.state_dir)
    asking: Ask = ask
    deployments = Deployments(
        store=store,
        providers=OneHost(NetlifyProvider(own)),
        clock=clock,
        settings=ports.settings,
        project=lambda: "shop",
        trusted=lambda: True,
        admit=admit,
        ask=asking,
        on_update=updates.append,
        owner=owner,
    )
    here = Editor(host=host, deployments=deployments, store=store, updates=updates)
    try:
        yield here
    finally:
        await deployments.aclose()
        await asyncio.to_thread(store.close)


async def test_a_site_that_is_built_here_becomes_a_preview_with_its_log(host: Hosted) -> None:
    (host.folder / "netlify.toml").write_text('[build]\ncommand = "python3 make.py"\npublish = "dist"\n')
    (host.folder / "make.py").write_text(
        "import pathlib; print('making it'); p = pathlib.Path('dist'); p.mkdir(); (p / 'index.html').write_text('made')"
    )
    async with editor(host) as here:
        here.answer = YES
        row = await here.run()
        assert (row.state, row.error) == ("success", "")
        assert host.contents() == {"index.html": b"made"}
        (deploy,) = host.api.world.deploys.values()
        assert (row.remote_id, row.mark, deploy.title) == (deploy.id, row.mark, row.mark)
        log = await here.log(row.id)
        assert log.index("making it") < log.index("Post processing done")
        assert len(log) == len(set(log))


async def test_production_is_asked_for_with_what_will_be_run(host: Hosted) -> None:
    (host.folder / "netlify.toml").write_text('[build]\ncommand = "python3 make.py"\npublish = "dist"\n')
    async with editor(host) as here:
        row = await here.run(target="production")
        assert row.state == "canceled"
        (question,) = here.questions
        assert "Build command: python3 make.py" in question.text
        assert "4 files of shop" in question.text
        assert "Project: shop (to be made)" in question.text
        assert not host.api.world.sites


async def test_production_that_was_agreed_to_is_live(host: Hosted) -> None:
    async with editor(host) as here:
        here.answer = consent.YES
        row = await here.run(target="production")
        assert (row.state, row.url) == ("success", "https://shop.netlify.app")
        assert host.api.world.live(host.place.project) == row.remote_id


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_ACTING, Fault.DROP_BEFORE_ACTING, Fault.EMPTY], ids=str)
async def test_an_unclear_create_never_makes_two(host: Hosted, fault: Fault) -> None:
    host.api.fail(fault, op="create_deploy")
    async with editor(host) as here:
        row = await here.run()
        assert row.state == "success"
        assert [deploy.id for deploy in host.api.world.deploys.values()] == [row.remote_id]


async def test_a_wish_to_cancel_while_files_are_sent_cancels_at_the_host(host: Hosted) -> None:
    host.api.fail(Fault.NEVER, op="upload_file", times=None)
    async with editor(host) as here:
        key = await here.deployments.start(host.request())
        await here.until(lambda row: row.state == "uploading" and row.detail.startswith("Sending"), key)
        await here.deployments.cancel(key)
        row = await here.end(key)
        assert row.state == "canceled"
        (deploy,) = host.api.world.deploys.values()
        assert (deploy.state, deploy.error_message) == ("error", "Canceled build")


async def test_a_build_of_theirs_is_canceled_there(host: Hosted) -> None:
    host.api.world.add_site("shop", repo=dict(REPOSITORY))
    host.api.plan = Plan(git_states=("enqueued", "building", "ready"), step_s=(1.0, 1e6))
    async with editor(host) as here:
        key = await here.deployments.start(host.request(source=Git(branch="x")))
        await here.until(lambda row: row.state == "building", key)
        await here.deployments.cancel(key)
        assert (await here.end(key)).state == "canceled"


async def test_files_that_nobody_sends_after_a_death_are_not_waited_for(host: Hosted) -> None:
    host.api.fail(Fault.NEVER, op="upload_file", times=None)
    async with editor(host, "one that dies") as here:
        key = await here.deployments.start(host.request())
        await here.until(lambda row: row.state == "uploading" and row.detail.startswith("Sending"), key)
    host.api.heal()
    async with editor(host, "the next") as here:
        assert await here.deployments.reattach() == [key]
        row = await here.end(key)
        assert (row.state, "Deploy again" in row.detail) == ("interrupted", True)
        (deploy,) = host.api.world.deploys.values()
        assert (deploy.state, deploy.error_message) == ("error", "Canceled build")


async def test_a_build_of_theirs_is_found_again_after_a_death(host: Hosted) -> None:
    host.api.world.add_site("shop", repo=dict(REPOSITORY))
    host.api.plan = Plan(step_s=(1.0, 120.0))
    async with editor(host, "one that dies") as here:
        key = await here.deployments.start(host.request(source=Git(branch="x")))
        await here.until(lambda row: row.state == "building", key)
    async with editor(host, "the next") as here:
        await here.deployments.reattach()
        row = await here.end(key)
        assert row.state == "success"
        log = await here.log(key)
        assert len(log) == len(set(log))
        assert log[-1] == "Finished processing build request"


async def test_a_rollback_after_two_productions(host: Hosted) -> None:
    async with editor(host) as here:
        here.answer = consent.YES
        first = await here.run(target="production")
        host.write(index_html="<h1>2</h1>")
        second = await here.run(target="production")
        assert host.api.world.live(host.place.project) == second.remote_id
        change = await here.deployments.rollback(provider="netlify", folder=host.folder, consent=True)
        assert change.live.ref.id == host.api.world.live(host.place.project) == first.remote_id

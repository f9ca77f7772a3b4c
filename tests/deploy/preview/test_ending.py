"""However a preview or its server ends, nothing of it runs, is served or lies about; what was is known to have been."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import aclosing
from pathlib import Path

import pytest

from autocrea_lsp.deploy.base import Created, Request, Step
from autocrea_lsp.deploy.errors import NotAllowed
from autocrea_lsp.deploy.preview.permission import NO, YES
from tests.conftest import ROOT
from tests.deploy.preview.previewing import PATIENCE_S, Here, get, package, previews, settings_with, write
from tests.sandbox.inside import marker, processes_with, wait_until


def sleeper(folder: Path, mark: str) -> Path:
    script = f"(setsid sleep {mark} &) ; sleep {mark}"
    return write(folder, {"package.json": package(scripts={"build": script})})


def left_in(state: Path) -> list[str]:
    return sorted(each.name for each in state.glob("preview/*/*"))


async def test_a_cancelled_build_ends_at_once_with_all_it_started(here: Here, tmp_path: Path, node: None) -> None:
    mark = marker()
    remote, _ = await here.start(sleeper(tmp_path / "p", mark))
    await wait_until(lambda: len(processes_with(mark)) >= 2, "it builds")
    canceled = await here.provider.cancel(remote.ref)
    assert (canceled.state, canceled.url) == ("canceled", "")
    assert processes_with(mark) == []
    assert left_in(tmp_path / "state") == []
    assert (await here.provider.cancel(remote.ref)).state == "canceled", "twice is once"
    assert "$ npm run build" in await here.log(remote.ref, follow=True)


async def test_cancelling_it_over_and_over_ends_it_once(here: Here, tmp_path: Path, node: None) -> None:
    mark = marker()
    remote, _ = await here.start(sleeper(tmp_path / "p", mark))
    await wait_until(lambda: processes_with(mark), "it builds")
    first = asyncio.create_task(here.provider.cancel(remote.ref))
    others = []
    while not first.done():
        others += [asyncio.create_task(here.provider.cancel(remote.ref))] if len(others) < 100 else []
        await asyncio.sleep(0)
    assert {each.state for each in await asyncio.gather(first, *others)} == {"canceled"}
    assert processes_with(mark) == []
    assert left_in(tmp_path / "state") == []


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 20, 100, 300])
async def test_a_cancel_at_any_moment_ends_it_one_way_or_the_other(turns: int, here: Here, tmp_path: Path) -> None:
    remote, _ = await here.start(write(tmp_path / "p", {"index.html": "x"}))
    for _ in range(turns):
        await asyncio.sleep(0)
    ended = await here.provider.cancel(remote.ref)
    assert ended.state in ("canceled", "success")
    assert ended.live == (ended.state == "success")
    assert len(left_in(tmp_path / "state")) == (1 if ended.live else 0)


async def test_one_that_is_cancelled_before_its_first_step_ends_too(here: Here, tmp_path: Path) -> None:
    request = Request(folder=write(tmp_path / "p", {"index.html": "x"}), provider="preview")
    plan = await here.provider.plan(request)
    async with aclosing(here.provider.deploy(request, plan)) as stream:
        while not (isinstance(event := await anext(stream), Step) and event.state == "creating"):
            continue
        project = here.provider._ledger.project(plan.place)

        async def cancel_at_once() -> None:  # runs when the build's task is made and has not begun
            (run,) = project.runs.values()
            await project.cancel(run)

        created, _ = await asyncio.gather(anext(stream), cancel_at_once())
    assert isinstance(created, Created)
    assert (await here.finished(created.remote.ref)).state == "canceled"


async def test_a_finished_one_is_not_cancelled(here: Here, tmp_path: Path) -> None:
    remote = await here.deploy(write(tmp_path / "p", {"index.html": "x"}))
    assert (await here.provider.cancel(remote.ref)).state == "success"
    assert (await get(remote.url)).body == b"x"


async def test_closing_before_it_is_created_leaves_nothing(here: Here, tmp_path: Path) -> None:
    request = Request(folder=write(tmp_path / "p", {"index.html": "x"}), provider="preview", mark="m")
    plan = await here.provider.plan(request)
    for steps in (1, 2, 3):
        async with aclosing(here.provider.deploy(request, plan)) as stream:
            for _ in range(steps):
                event = await anext(stream)
            assert not isinstance(event, Created)
        assert left_in(tmp_path / "state") == []
    assert isinstance(event, Step)
    assert event.state == "creating"
    assert await here.provider.find(plan.place, "m", since=0) is None


async def test_the_end_of_the_server_ends_all(tmp_path: Path, node: None) -> None:
    mark, state = marker(), tmp_path / "state"
    async with previews(state) as here:
        served = await here.deploy(write(tmp_path / "p", {"index.html": "x"}))
        building, _ = await here.start(sleeper(tmp_path / "q", mark))
        await wait_until(lambda: processes_with(mark), "it builds")
    assert processes_with(mark) == []
    with pytest.raises(OSError, match="onnect"):
        await get(served.url)
    assert [each.name for each in state.glob("preview/*") if "history" not in each.name] == ["instances.lock"]
    assert (await here.provider.status(building.ref)).state == "interrupted"
    with pytest.raises(NotAllowed):
        await here.start(tmp_path / "p")
    async with previews(state) as later:
        old = await later.provider.status(served.ref)
        assert (old.state, old.live, old.url, old.can_roll_back_to) == ("success", False, "", False)
        assert "not served any more" in old.detail
        assert (await later.provider.status(building.ref)).state == "interrupted"
        assert len((await later.provider.list(served.ref.place, limit=5)).items) == 1


SERVER = """
import asyncio, json, sys
from pathlib import Path
from tests.deploy.preview.previewing import previews
async def main():
    state, site, slow = map(Path, sys.argv[1:])
    async with previews(state) as here:
        served = await here.deploy(site)
        building, _ = await here.start(slow)
        print(json.dumps([served.url, served.ref.id, building.ref.id]), flush=True)
        await asyncio.sleep(1000)
asyncio.run(main())
"""


async def test_a_server_that_is_killed_leaves_nothing_running_and_the_next_one_cleans_up(
    tmp_path: Path, node: None
) -> None:
    mark, state = marker(), tmp_path / "state"
    site, slow = write(tmp_path / "p", {"index.html": "served"}), sleeper(tmp_path / "q", mark)
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SERVER, str(state), str(site), str(slow)), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    async with asyncio.timeout(PATIENCE_S), previews(state) as other:
        url, served, building = json.loads(await server.stdout.readline())
        await wait_until(lambda: processes_with(mark), "it builds")
        place = (await other.deploy(site)).ref.place
        seen = {each.ref.id: each for each in (await other.provider.list(place, limit=9)).items}
        assert (seen[served].live, seen[served].url) == (True, url), "another server's is left alone, and known"
        assert (await get(url)).body == b"served"
        server.send_signal(signal.SIGKILL)
        await server.wait()
        await wait_until(lambda: not processes_with(mark), "the build is gone")
        dead = {each.ref.id: each for each in (await other.provider.list(place, limit=9)).items}[served]
        assert (dead.live, dead.state) == (False, "success")
        assert served in left_in(state)
        async with previews(state) as next_one:
            await next_one.deploy(site)
            assert served not in left_in(state)
            assert building not in left_in(state)
            assert len(left_in(state)) == 2, "the other's is still there"
    with pytest.raises(OSError, match="onnect"):
        await get(url)


# ---- consent where nothing isolates


async def test_without_isolation_the_user_is_asked_and_silence_is_no(tmp_path: Path, node: None) -> None:
    ran = tmp_path / "ran"
    script = f"touch {ran}; mkdir dist; echo x > dist/index.html"
    folder = write(tmp_path / "p", {"package.json": package(scripts={"build": script})})
    for answer in (None, NO, "something else"):
        async with previews(tmp_path / "state", settings=settings_with(level="off"), answer=answer) as here:
            with pytest.raises(NotAllowed) as caught:
                await here.start(folder)
            (question,) = here.asked
            assert question.choices == (NO, YES), "the first is what silence means"
            assert "cannot be isolated" in question.text
            assert "bubblewrap" in caught.value.hint
            assert left_in(tmp_path / "state") == []
    assert not ran.exists()
    async with previews(tmp_path / "state", settings=settings_with(level="off"), answer=YES) as here:
        remote, events = await here.start(folder)
        assert (await here.finished(remote.ref)).state == "success"
        assert any("not isolated" in getattr(event, "text", "") for event in events)
    assert ran.exists()


async def test_where_bubblewrap_is_missing_it_is_the_same(
    tmp_path: Path, node: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autocrea_lsp.sandbox import isolation

    monkeypatch.setattr(isolation, "_known", isolation.limits_only("not installed"))
    folder = write(tmp_path / "p", {"package.json": package(scripts={"build": "true"})})
    async with previews(tmp_path / "state") as here:
        with pytest.raises(NotAllowed):
            await here.start(folder)
        assert len(here.asked) == 1
    async with previews(tmp_path / "state", settings=settings_with(level="required"), answer=YES) as here:
        with pytest.raises(NotAllowed, match="must be isolated"):
            await here.start(folder)
        assert here.asked == [], "there is nothing to agree to"
        static = await here.deploy(write(tmp_path / "q", {"index.html": "x"}))
        assert static.state == "success", "a site that needs no build needs no isolation"


async def test_where_it_is_isolated_nobody_is_asked(tmp_path: Path, node: None) -> None:
    folder = write(tmp_path / "p", {"package.json": package(scripts={"build": "mkdir dist; echo x > dist/index.html"})})
    for level in ("auto", "required"):
        async with previews(tmp_path / "state", settings=settings_with(level=level)) as here:
            assert (await here.deploy(folder)).state == "success"
            assert here.asked == []


async def test_its_places_are_for_their_owner_only(here: Here, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        await here.deploy(write(tmp_path / "p", {"index.html": "x", "d/e": "y"}))
    finally:
        os.umask(old)
    root = tmp_path / "state" / "preview"
    for each in (root, *root.iterdir(), *root.glob("*/prv_*"), *root.glob("*/prv_*/*")):
        assert each.stat().st_mode & 0o077 == 0, each

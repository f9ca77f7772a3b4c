"""The server killed at every step of a deployment, and what the next one makes of it: never a second deployment."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autocrea_lsp.store import DeploymentState, Moment
from autocrea_lsp.store.moments import moment
from tests.deploy.faults import secrecy
from tests.deploy.faults.killing import GUARD_S, Driver, When, driver, job, killer
from tests.deploy.faults.outcome import created_by, percents_of
from tests.deploy.faults.stage import SharedClock, opened, site

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes to be killed are forks")

LONG_S = 10_000.0  # of a build that does not end by itself in a test

# The killed request, whether the host had acted; what the store says then, and how it ends after the restart.
KILLS: list[tuple[str, int, When, DeploymentState, DeploymentState]] = [
    ("user", 0, "before", "pending", "interrupted"),
    ("teams", 0, "after", "pending", "interrupted"),
    ("get_project", 0, "after", "pending", "interrupted"),
    ("create_project", 0, "before", "creating", "interrupted"),
    ("create_project", 0, "after", "creating", "interrupted"),
    ("create_deployment", 0, "before", "creating", "interrupted"),
    ("create_deployment", 0, "after", "creating", "interrupted"),
    ("upload_file", 0, "before", "uploading", "interrupted"),
    ("upload_file", 1, "after", "uploading", "interrupted"),
    ("create_deployment", 1, "before", "creating", "interrupted"),
    ("create_deployment", 1, "after", "creating", "success"),
    ("get_deployment", 0, "before", "queued", "success"),
    ("events", 0, "before", "queued", "success"),
    ("events", 0, "after", "queued", "success"),
    ("get_deployment", 2, "after", "building", "success"),
    ("get_project", 1, "after", "building", "success"),
]
CANCELED: list[tuple[str, int, When, DeploymentState, DeploymentState]] = [
    ("cancel_deployment", 0, "before", "building", "canceled"),
    ("cancel_deployment", 0, "after", "building", "canceled"),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    with driver(tmp_path_factory.mktemp("driver")) as running:
        yield running
        assert running.log.read_bytes()  # else looking for a secret means nothing
        assert not secrecy.files_with_it([running.log])


@pytest.mark.parametrize(("op", "nth", "when", "left", "end"), [*KILLS, *CANCELED], ids=str)
async def test_a_server_that_is_killed_is_taken_up_by_the_next(
    op: str, nth: int, when: When, left: DeploymentState, end: DeploymentState, running: Driver, tmp_path: Path
) -> None:
    site(tmp_path)
    cancels = end == "canceled"
    async with killer() as api:
        if cancels:
            api.plan = replace(api.plan, step_s=(1.0, 1.0, math.inf))
        api.target = op, nth, when
        api.pid = await running.begin(**job(api, tmp_path, cancels=cancels))
        assert (await running.until("ended"))["ended"] == 9
        assert not any(told.get("finished") for told in running.told)
        assert api.looks or sys.platform != "linux"
        assert not any(map(secrecy.seen, api.looks))

        clock = SharedClock()
        clock.hosts.append(api)
        began = moment()

        def later() -> Moment:
            passed_s = clock.monotonic() - 1000.0
            return Moment(boot=began.boot, tick_s=began.tick_s + passed_s, wall_s=began.wall_s + passed_s)

        async with opened(tmp_path, clock, api, moment=later, owner="the next editor") as stage:
            (row,) = await stage.store.unfinished()
            assert row.state == left
            assert await stage.deployments.reattach() == [row.id]
            row = await stage.end(row.id)
        assert (row.state, created_by(api)) == (end, int(end != "interrupted"))
        assert [update.finished for update in stage.updates] == [False] * (len(stage.updates) - 1) + [True]
        assert percents_of(stage.updates) == sorted(percents_of(stage.updates))
        assert bool(row.remote_id) is (end != "interrupted")
        assert not secrecy.files_with_it(secrecy.database_files(tmp_path))
        assert not api.breaches


async def test_of_two_editors_one_drives_and_the_other_takes_over_when_it_is_killed(
    running: Driver, tmp_path: Path
) -> None:
    site(tmp_path)
    with driver(tmp_path) as second:
        async with killer() as api:
            api.plan = replace(api.plan, step_s=(1.0, 1.0, LONG_S))
            shared = job(api, tmp_path, fast=True)
            api.pid = await running.begin(**shared)
            await running.until("state", "building")
            await second.begin(**shared | {"owner": "the second editor", "follows": True})
            await second.until("state", "building")
            api.kill()
            assert (await running.until("ended"))["ended"] == 9
            alone = api.count("get_deployment")  # nobody asks but who drives
            await api.wait(lambda: api.count("get_deployment") > alone + 1, GUARD_S)
            api.clock.advance(LONG_S)
            assert (await second.until("finished", True))["state"] == "success"
            assert (await second.until("ended"))["ended"] == 0
            assert [told["finished"] for told in second.told if "finished" in told].count(True) == 1
            assert not any(told.get("finished") for told in running.told)
            percents = [told["percent"] for told in second.told if told.get("percent") is not None]
            assert percents == sorted(percents)
            assert created_by(api) == 1
            assert not api.breaches
    assert not secrecy.files_with_it([*secrecy.database_files(tmp_path), second.log])

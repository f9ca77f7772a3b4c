"""The server killed at every step of a deployment, and what the next one makes of it: never a second deployment."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autocrea_lsp.store import Moment
from autocrea_lsp.store.moments import moment
from tests.deploy.faults import secrecy
from tests.deploy.faults.case import Case, Kill
from tests.deploy.faults.cases import CASES
from tests.deploy.faults.killing import GUARD_S, Driver, driver, job, killer
from tests.deploy.faults.outcome import created_by, percents_of
from tests.deploy.faults.stage import SharedClock, opened, site

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes to be killed are forks")

LONG_S = 10_000.0  # of a build that does not end by itself in a test


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    with driver(tmp_path_factory.mktemp("driver")) as running:
        yield running
        assert running.log.read_bytes()  # else looking for a secret means nothing
        assert not any(secrecy.files_with_it(case.token, [running.log]) for case in CASES.values())


@pytest.mark.parametrize(
    ("host", "kill"),
    [(case.name, kill) for case in CASES.values() for kill in case.kills + case.canceled_kills],
    ids=str,
)
async def test_a_server_that_is_killed_is_taken_up_by_the_next(
    host: str, kill: Kill, running: Driver, tmp_path: Path
) -> None:
    site(tmp_path)
    case, (op, nth, when, left, end) = CASES[host], kill
    cancels = kill in case.canceled_kills
    async with killer(case) as api:
        if cancels:
            case.builds_for(api, math.inf)
        api.target = op, nth, when
        api.pid = await running.begin(**job(api, tmp_path, cancels=cancels))
        assert (await running.until("ended"))["ended"] == 9
        assert not any(told.get("finished") for told in running.told)
        assert api.looks or sys.platform != "linux"
        assert not any(secrecy.seen(case.token, look) for look in api.looks)

        clock = SharedClock()
        clock.hosts.append(api)
        began = moment()

        def later() -> Moment:
            passed_s = clock.monotonic() - 1000.0
            return Moment(boot=began.boot, tick_s=began.tick_s + passed_s, wall_s=began.wall_s + passed_s)

        async with opened(tmp_path, case, clock, api, moment=later, owner="the next editor") as stage:
            (row,) = await stage.store.unfinished()
            assert row.state == left
            assert await stage.deployments.reattach() == [row.id]
            row = await stage.end(row.id)
        assert row.state == end
        assert created_by(case, api) <= 1
        assert case.ours(api) == int(end == "success"), "what lives on at the host"
        assert [update.finished for update in stage.updates] == [False] * (len(stage.updates) - 1) + [True]
        assert percents_of(stage.updates) == sorted(percents_of(stage.updates))
        assert row.remote_id or end == "interrupted"
        assert not secrecy.files_with_it(case.token, secrecy.database_files(tmp_path))
        assert not api.breaches


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_of_two_editors_one_drives_and_the_other_takes_over_when_it_is_killed(
    case: Case, running: Driver, tmp_path: Path
) -> None:
    site(tmp_path)
    with driver(tmp_path) as second:
        async with killer(case) as api:
            case.builds_for(api, LONG_S)
            shared = job(api, tmp_path, fast=True)
            api.pid = await running.begin(**shared)
            await running.until("state", "building")
            await second.begin(**shared | {"owner": "the second editor", "follows": True})
            await second.until("state", "building")
            api.kill()
            assert (await running.until("ended"))["ended"] == 9
            alone = api.count(case.status_op)  # nobody asks but who drives
            await api.wait(lambda: api.count(case.status_op) > alone + 1, GUARD_S)
            api.clock.advance(LONG_S)
            assert (await second.until("finished", True))["state"] == "success"
            assert (await second.until("ended"))["ended"] == 0
            assert [told["finished"] for told in second.told if "finished" in told].count(True) == 1
            assert not any(told.get("finished") for told in running.told)
            percents = [told["percent"] for told in second.told if told.get("percent") is not None]
            assert percents == sorted(percents)
            assert created_by(case, api) == 1
            assert not api.breaches
    assert not secrecy.files_with_it(case.token, [*secrecy.database_files(tmp_path), second.log])

"""kill -9 of a real process at each state, while another one looks on, which then takes over."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autocrea_lsp.store import Moment, moment
from tests.deploy.desk import opened
from tests.deploy.fake_host import Host
from tests.deploy.manual_clock import ManualClock

ROOT = Path(__file__).resolve().parents[2]
HANG_S = 60.0


@pytest.mark.parametrize(
    ("point", "state", "becomes"),
    [
        ("plan", "pending", "interrupted"),
        ("after uploading", "uploading", "interrupted"),
        ("create", "creating", "interrupted"),
        ("answer", "creating", "success"),
        ("status", "queued", "success"),
    ],
)
async def test_a_killed_process_loses_nothing_and_doubles_nothing(
    tmp_path: Path, point: str, state: str, becomes: str
) -> None:
    database, path = tmp_path / "autocrea.db", tmp_path / "host.json"
    driver = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.deploy.killed", database, path, point),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    later_s = 0.0

    def later() -> Moment:
        now = moment()
        return replace(now, tick_s=now.tick_s + later_s, wall_s=now.wall_s + later_s)

    try:
        assert driver.stdout is not None
        key = (await asyncio.wait_for(driver.stdout.readline(), HANG_S)).decode().strip()
        host = Host(path)
        async with opened(database, host, ManualClock(auto=True), later) as open_:
            desk = open_()
            assert (await desk.row(key)).state == state
            assert await desk.deployments.reattach() == [key]
            await desk.clock.sleep(60.0)
            assert key not in desk.deployments._jobs  # its driver lives, by the time of the lease
            driver.kill()
            await driver.wait()
            for made in host.made.values():
                made.states = ["success"]
            host.save()
            later_s = 30.0
            row = await desk.end(key)
            assert row.state == becomes
            assert [made.id for made in host.made.values()] == ["dpl_1"] * (becomes == "success")
            assert row.remote_id == ("dpl_1" if becomes == "success" else "")
            assert "create" not in host.calls
            desk.check_told(key)
    finally:
        if driver.returncode is None:
            driver.kill()
        await driver.wait()

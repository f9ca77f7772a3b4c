"""The vendor's own command line, run against the emulated host: it finds everything that it looks for."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.emulators.vercel import Emulator, add_variable

CLI = Path(__file__).resolve().parents[1] / "yardsticks/node_modules/.bin/vercel"
NODE = Path(sys.executable).with_name("node")
TIMEOUT_S = 60

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not (CLI.exists() and NODE.exists()), reason="no vercel: run `.ci/setup.sh yardsticks`"),
]


@dataclass(slots=True, kw_only=True)
class Cli:
    """Runs in a folder with a site, against one host."""

    api: Emulator
    folder: Path
    home: Path
    output: str = field(default="")

    async def run(self, *arguments: str) -> str:
        """Standard output; fails unless it ends well. `output`: all that was written."""
        environment = {
            **{name: str(self.home) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")},
            "PATH": os.pathsep.join([str(NODE.parent), os.environ["PATH"]]),
            "CI": "1",
            "VERCEL_TELEMETRY_DISABLED": "1",
            "NO_UPDATE_NOTIFIER": "1",
            "NO_COLOR": "1",
        }
        process = await asyncio.create_subprocess_exec(
            *(str(NODE), str(CLI), *arguments, "--api", self.api.url, "--token", self.api.token),
            cwd=self.folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(TIMEOUT_S):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        self.output = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", (out + err).decode())
        assert process.returncode == 0, self.output
        return out.decode().strip()


@pytest.fixture
async def cli(tmp_path: Path) -> AsyncIterator[Cli]:
    folder = tmp_path / "site"
    folder.mkdir()
    for name in ("index.html", "app.js", "copy.js"):
        (folder / name).write_text("same" if name.endswith(".js") else "page", encoding="utf-8")
    async with Emulator(speed=5) as api:
        yield Cli(api=api, folder=folder, home=tmp_path)
        assert (api.failures, api.breaches) == ([], [])
        assert api.count("unknown") == 0
        assert api.saw_token


async def test_deploy_go_back_and_promote(cli: Cli) -> None:
    api = cli.api
    first = await cli.run("deploy", "--prod", "-y")
    assert "Build Completed" in cli.output
    assert (api.count("create_project"), api.count("upload_file"), api.count("create_deployment")) == (1, 2, 2)
    (cli.folder / "app.js").write_text("changed", encoding="utf-8")
    second = await cli.run("deploy", "--prod", "-y")
    assert api.count("upload_file") == 3
    ids = {f"https://{deployment.url}": deployment.id for deployment in api.world.deployments.values()}
    assert set(ids) == {first, second}
    assert (await cli.run("list")).splitlines() == [second, first]
    await cli.run("rollback", first, "-y")
    assert api.world.live("site") == ids[first]
    await cli.run("promote", second, "-y")
    assert api.world.live("site") == ids[second]
    await cli.run("redeploy", second)
    assert [deployment.source for deployment in api.world.deployments.values()] == ["cli", "cli", "redeploy"]


async def test_look_at_a_deployment_and_remove_it(cli: Cli) -> None:
    project = cli.api.world.add_project("site", settings={"framework": None})
    add_variable(cli.api.world, project, "GREETING", "hello", target=["development"])
    url = await cli.run("deploy", "-y", "--archive=tgz")
    await cli.run("inspect", url)
    await cli.run("inspect", url, "--logs")
    assert "rendering chunks" in cli.output
    await cli.run("env", "ls")
    await cli.run("env", "pull", "-y")
    assert 'GREETING="hello"' in (cli.folder / ".env.local").read_text(encoding="utf-8")
    await cli.run("remove", next(iter(cli.api.world.deployments)), "-y")
    assert cli.api.world.deployments == {}

"""An install and a build in the sandbox, on private copies: from a release's source to its site.

The install has the network and sees manifests and lock files; the build sees everything, the variables given to it
included, and has no network. Neither sees a home, an environment or another process of ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.errors import BuildFailed
from autocrea_lsp.deploy.preview import output, staging, toolchain
from autocrea_lsp.deploy.preview.buildlog import BuildLog
from autocrea_lsp.deploy.preview.output import Taken
from autocrea_lsp.deploy.preview.toolchain import Toolchain
from autocrea_lsp.sandbox import Job, Level, Result, Stream, run
from autocrea_lsp.sandbox.folder import remove
from autocrea_lsp.workspace.frameworks import Framework

T = TypeVar("T")

SOURCE, SITE = "source", "site"
_WORK, _HOME, _TOOLS, _INSTALLED = "work", "home", "tools", "installed"

_MAX_FILE_BYTES = 2 << 30
_MAX_OPEN_FILES = 65_536  # bundlers open every module at once
_SCRATCH_BYTES = 1 << 30
_KEPT_OUTPUT_BYTES = 1  # every line goes to the log as it comes
_LEAST_FREE_BYTES = 1 << 30  # on the disk; a build that leaves less is stopped
_LOOK_S = 0.5  # a disk is looked at so often: by the machine's time, since it is the machine's disk

# That no person is there, and that nobody asks a registry for news. None of it is a secret or ours.
_SAID = {
    "CI": "1",
    "NO_UPDATE_NOTIFIER": "1",
    "npm_config_update_notifier": "false",
    "npm_config_fund": "false",
    "COREPACK_ENABLE_DOWNLOAD_PROMPT": "0",
    "NEXT_TELEMETRY_DISABLED": "1",
    "ASTRO_TELEMETRY_DISABLED": "1",
    "GATSBY_TELEMETRY_DISABLED": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a site is made: the framework's commands, or the user's own in their place."""

    framework: Framework
    toolchain: Toolchain

    @property
    def builds(self) -> bool:
        """Whether anything of the project is run."""
        framework = self.framework
        return bool(framework.install_command or framework.hooks or framework.build_command)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How it is run: `level` of isolation, and how long each command may take."""

    level: Level
    timeout_s: float


async def build(
    recipe: Recipe, folder: Path, *, limits: Limits, environment: Mapping[str, Secret], log: BuildLog
) -> Taken:
    """Make `folder`/site from `folder`/source. Raises BuildFailed; when it ends in any way, nothing of it runs."""
    run_in = _Runner(recipe=recipe, folder=folder, limits=limits, log=log)
    try:
        await asyncio.to_thread(run_in.prepare)
        await run_in.install()
        await run_in.hooks(environment)
        if recipe.framework.build_command:
            await run_in.build(environment)
        return await asyncio.to_thread(output.take, folder / _WORK, recipe.framework.outputs, folder / SITE)
    finally:
        await to_the_end(asyncio.to_thread(_clear, folder))


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Do it whole, though we are cancelled meanwhile: half of it would be worse, and it does not take long."""
    task = asyncio.create_task(work)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise
        except Exception:  # boundary: it is raised below, once
            break
    return task.result()


async def _ended(task: asyncio.Task[Any]) -> None:
    """What came of it is told elsewhere."""
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task


async def _until_full(folder: Path) -> None:
    """Until a build has taken too much of the disk; of one that is nearly full, half of what is left."""
    least = min(_LEAST_FREE_BYTES, (await asyncio.to_thread(shutil.disk_usage, folder)).free // 2)
    while (await asyncio.to_thread(shutil.disk_usage, folder)).free >= least:  # noqa: ASYNC110  # a disk has no event
        await asyncio.sleep(_LOOK_S)


def discard(path: Path) -> None:
    """Delete it, whatever it is and whatever was done to it; follows no link. Blocking."""
    if path.is_dir() and not path.is_symlink():
        remove(path)
    else:
        path.unlink(missing_ok=True)


def _clear(folder: Path) -> None:
    """All but the source and the site."""
    for each in folder.iterdir():
        if each.name not in (SOURCE, SITE):
            discard(each)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runner:
    recipe: Recipe
    folder: Path
    limits: Limits
    log: BuildLog

    def prepare(self) -> None:
        (self.folder / _HOME).mkdir(mode=0o700)
        toolchain.write_links(self.recipe.toolchain, self.folder / _TOOLS)

    async def install(self) -> None:
        """Its folder is called as the build's is: some installers write down where they were."""
        work, installed = self.folder / _WORK, self.folder / _INSTALLED
        source = self.folder / SOURCE
        names: list[str] = []
        command = self.recipe.framework.install_command
        if command:
            names = await asyncio.to_thread(lambda: staging.manifests(source, set(staging.names_in(source))))
            await asyncio.to_thread(staging.copy_manifests, source, names, work)
            result = await self._run(command, {}, network=True)
            if result.exit_code != 0:
                raise self._failure("The install", result)
            await asyncio.to_thread(work.rename, installed)
        await asyncio.to_thread(staging.copy_all, source, work)
        if command:
            await asyncio.to_thread(staging.carry_over, installed, names, work)

    async def hooks(self, environment: Mapping[str, Secret]) -> None:
        """What the project wants run after an install. Many of these only prepare a developer's machine."""
        for command in self.recipe.framework.hooks:
            result = await self._run(command, environment, network=False)
            if result.timed_out:
                raise self._failure("A script of the project", result)
            if result.exit_code != 0:
                self.log.add(f"`{command}` has failed; the build goes on without it.", "warning")

    async def build(self, environment: Mapping[str, Secret]) -> None:
        result = await self._run(self.recipe.framework.build_command, environment, network=False)
        if result.exit_code != 0:
            raise self._failure("The build", result)

    async def _run(self, command: str, environment: Mapping[str, Secret], *, network: bool) -> Result:
        tools = self.folder / _TOOLS
        job = Job(
            command=("/bin/sh", "-c", command),
            folder=self.folder / _WORK,
            home=self.folder / _HOME,
            reads=(tools, *self.recipe.toolchain.reads),
            environment=_SAID
            | {name: value.reveal() for name, value in environment.items()}
            | {"PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin"},
            network=network,
            timeout_s=self.limits.timeout_s,
            max_output_bytes=_KEPT_OUTPUT_BYTES,
            max_file_bytes=_MAX_FILE_BYTES,
            max_open_files=_MAX_OPEN_FILES,
            scratch_bytes=_SCRATCH_BYTES,
        )
        self.log.add(f"$ {command}")

        def on_lines(lines: list[str], _stream: Stream) -> None:  # stderr is no error: progress goes there too
            self.log.add_all(lines)

        running = asyncio.create_task(run(job, level=self.limits.level, on_lines=on_lines))
        watching = asyncio.create_task(_until_full(self.folder))
        try:
            await asyncio.wait({running, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                raise BuildFailed(
                    "The disk is nearly full, so the build was stopped.", hint="Make room, or look at what it writes."
                )
            return running.result()
        finally:
            watching.cancel()
            running.cancel()
            await to_the_end(_ended(running))

    def _failure(self, what: str, result: Result) -> BuildFailed:
        if result.timed_out:
            minutes = self.limits.timeout_s / 60
            return BuildFailed(
                f"{what} took longer than {minutes:g} minutes and was stopped.",
                hint="Allow it more with the setting `deploy.preview.buildTimeoutMinutes`.",
            )
        if result.exit_code is None:
            return BuildFailed(f"{what} was ended by signal {result.signal}.", hint="The log says how far it came.")
        return BuildFailed(f"{what} has failed with exit code {result.exit_code}.", hint="The log says why.")

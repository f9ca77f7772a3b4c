"""What every command of `deploy` does around its own work: open the machinery, ask, end with a code that says how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from autocrea_lsp.app import App
from autocrea_lsp.cli.deploy import exits
from autocrea_lsp.cli.deploy.showing import Screen
from autocrea_lsp.cli.deploy.terminal import choose
from autocrea_lsp.deploy.base import Question
from autocrea_lsp.deploy.jobs import Deployments
from autocrea_lsp.errors import AutocreaError
from autocrea_lsp.settings import DeploySettings, Settings

FLUSH_S = 2.0

Directory = Annotated[
    Path, typer.Option("--dir", "-C", metavar="DIR", help="The project's folder.", exists=True, file_okay=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: JSON on stdout.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Agree to production without being asked.")]
Api = Annotated[
    str,
    typer.Option("--api", metavar="URL", envvar="AUTOCREA_DEPLOY_API", help="Base URL of the host's API.", hidden=True),
]
Id = Annotated[str, typer.Argument(metavar="ID", help="Of the deployment: ours or the host's, or how it begins.")]
Provider = Annotated[str, typer.Option("--provider", metavar="NAME", help="At this host.")]
MaybeId = Annotated[str, typer.Argument(metavar="[ID]", help="Of the deployment; left out: the newest.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a command works with. `folder` is absolute."""

    deployments: Deployments
    app: App
    screen: Screen
    folder: Path


def run(
    work: Callable[[Session], Awaitable[int]],
    *,
    folder: Path,
    api: str = "",
    team: str = "",
    logs: bool = False,
    answer: Callable[[Question], Awaitable[str | None]] = choose,
) -> None:
    """Do a command's work and exit with its code; a failure of ours is told on stderr and has a code of its own."""
    screen, folder = Screen(logs=logs), folder.resolve()

    async def whole() -> int:
        async with _opened(folder, api, team, screen, answer) as session:
            return await work(session)

    try:
        code = asyncio.run(whole())
    except AutocreaError as error:
        screen.fail(error.advice)
        code = exits.of_error(error)
    except KeyboardInterrupt:
        code = exits.STOPPED
    finally:
        screen.close()
    raise typer.Exit(code)


@asynccontextmanager
async def _opened(
    folder: Path, api: str, team: str, screen: Screen, answer: Callable[[Question], Awaitable[str | None]]
) -> AsyncIterator[Session]:
    said = {"api_url": api, "team": team, "workspace": team}
    app = App(replace(Settings(), deploy=_of_any_host(DeploySettings(), said)))
    app.open_project(folder)
    app.deploying.alone = True

    async def ask(question: Question) -> str | None:
        screen.close()  # a line that moves would write over the question
        return await answer(question)

    # The user has typed the command in this folder: that is the trust.
    app.connect_deployments(ask=ask, on_update=screen.update, trusted=lambda: True)
    try:
        yield Session(deployments=app.deployments, app=app, screen=screen, folder=folder)
    finally:
        await app.flush(FLUSH_S)
        await app.aclose()


def _of_any_host(settings: DeploySettings, said: Mapping[str, str]) -> DeploySettings:
    """With that in the settings of each host that has such: a command speaks to one, whichever it is."""
    changed: dict[str, Any] = {}
    for each in fields(settings):
        host = getattr(settings, each.name)
        if is_dataclass(host) and not isinstance(host, type):
            has = {field.name for field in fields(host)}
            changed[each.name] = replace(host, **{name: value for name, value in said.items() if name in has})
    return replace(settings, **changed)

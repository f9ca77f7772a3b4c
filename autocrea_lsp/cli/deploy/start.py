"""`autocrea-lsp deploy [PROVIDER]`: deploy the folder and watch it; Ctrl-C asks what to stop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.app_deploy import Aim
from autocrea_lsp.cli.deploy import exits, showing
from autocrea_lsp.cli.deploy.session import Api, AsJson, Directory, Session, Yes, run
from autocrea_lsp.cli.deploy.terminal import Interrupts, choose, somebody_there
from autocrea_lsp.deploy import environment
from autocrea_lsp.deploy.base import PREVIEW, PRODUCTION, Build, Files, Git, Question, Request
from autocrea_lsp.store import FINISHED, DeploymentRow

NAME = "start"
GO_ON, CANCEL, LEAVE = "Go on watching", "Cancel the deployment", "Stop watching; it goes on at the host"

_LOOK_S = 0.1  # at the store, for what the machinery has written

Option = typer.Option


def register(app: typer.Typer) -> None:
    app.command(NAME)(start)


def start(
    provider: Annotated[
        str,
        typer.Argument(
            metavar="[PROVIDER]",
            help="`preview`, `vercel`, `netlify`, `railway`; left out: the one that you named here last, else that of "
            "the link file, else `preview`.",
        ),
    ] = "",
    prod: Annotated[bool, Option("--prod", help="To production; you are asked unless --yes.")] = False,
    target: Annotated[str, Option("--target", metavar="NAME", help="An environment of the host's.")] = "",
    git: Annotated[str, Option("--git", metavar="BRANCH", help="Let the host fetch this branch.")] = "",
    commit: Annotated[str, Option("--commit", metavar="SHA", help="With --git: this commit.")] = "",
    repository: Annotated[str, Option("--repo", metavar="OWNER/NAME", help="With --git: of this repository.")] = "",
    project: Annotated[str, Option("--project", metavar="NAME", help="The host's name or id of the project.")] = "",
    team: Annotated[str, Option("--team", metavar="NAME", help="Team at the host.")] = "",
    env: Annotated[
        list[str] | None, Option("--env", "-e", metavar="NAME", help="Send this variable of your environment along.")
    ] = None,
    env_file: Annotated[
        Path | None, Option("--env-file", metavar="FILE", help="Send the variables of this file along.", exists=True)
    ] = None,
    include: Annotated[
        list[str] | None, Option("--include", metavar="FILE", help="Send this file, though such are never sent.")
    ] = None,
    framework: Annotated[str | None, Option("--framework", metavar="NAME", help="Do not detect it.")] = None,
    install: Annotated[str | None, Option("--install-command", metavar="COMMAND", help="Do not detect it.")] = None,
    build: Annotated[str | None, Option("--build-command", metavar="COMMAND", help="Do not detect it.")] = None,
    output: Annotated[str | None, Option("--output", metavar="DIR", help="Where the build puts its result.")] = None,
    root: Annotated[str | None, Option("--root", metavar="DIR", help="The part of the folder that is built.")] = None,
    dry_run: Annotated[bool, Option("--dry-run", help="List what would be sent, and send nothing.")] = False,
    wait: Annotated[bool, Option("--wait/--no-wait", help="Watch it to its end.")] = True,
    logs: Annotated[bool, Option("--logs/--no-logs", help="Show the build's log.")] = True,
    as_json: AsJson = False,
    yes: Yes = False,
    directory: Directory = Path(),
    api: Api = "",
) -> None:
    """Deploy the folder and watch it to its end. Without a word it is a preview."""
    if prod and target not in ("", PRODUCTION):
        raise typer.BadParameter("--prod is --target production; name one of them", param_hint="--target")
    if (commit or repository) and not git:
        raise typer.BadParameter("they go with --git BRANCH", param_hint="--commit/--repo")

    async def work(session: Session) -> int:
        deploying = session.app.deploying
        aim = await deploying.aim(session.folder, provider=provider, target=PRODUCTION if prod else target)
        request = Request(
            folder=session.folder,
            provider=aim.provider,
            target=aim.target,
            remembered=aim.remembered,
            source=Git(branch=git, repository=repository, commit=commit) if git else Files(),
            project=project,
            account=team,
            build=Build(
                framework=framework,
                install_command=install,
                build_command=build,
                output_directory=output,
                root_directory=root,
            ),
            environment=await _environment(env or [], env_file),
            include=tuple(include or ()),
        )
        if dry_run:
            plan = await session.deployments.plan(request)
            if as_json:
                showing.answer(showing.plan(plan))
            else:
                showing.plan_text(plan)
            return exits.LIVE
        if aim.picked:
            session.screen.say(f"To {aim.provider} ({aim.target}), as you chose before; `deploy forget` undoes that.")
        return await _deploy(session, request, aim, yes=yes, wait=wait, as_json=as_json)

    run(work, folder=directory, api=api, team=team, logs=logs)


async def _deploy(session: Session, request: Request, aim: Aim, *, yes: bool, wait: bool, as_json: bool) -> int:
    interrupts = Interrupts()
    with interrupts.caught():
        key = await session.deployments.start(request, consent=yes)
        await session.app.deploying.remember(session.folder, aim)
        row, stopped = await watch(session, key, interrupts, until_created=not wait)
        session.screen.close()
        if as_json:
            showing.answer(showing.deployment(row))
        else:
            typer.echo(showing.outcome(row) if row.state in FINISHED else f"{row.id}: {showing.outcome(row)}")
        if row.state == "success" and row.provider == PREVIEW and wait and stopped is None:
            session.screen.say("It is served until you press Ctrl-C.")
            await interrupts.wait()
            return exits.LIVE
    if stopped is not None and row.state not in FINISHED:
        return 128 + stopped
    return exits.LIVE if not wait and row.state not in FINISHED else exits.of_state(row.state)


async def watch(
    session: Session, key: str, interrupts: Interrupts, *, until_created: bool = False
) -> tuple[DeploymentRow, int | None]:
    """Until it is finished, or the user wants to leave it; then also the signal that said so.

    `until_created`: only until the host has it. On Ctrl-C the user is asked; where nobody is there to ask, the setting
    `deploy.cancel` says what is meant. A second Ctrl-C leaves.
    """
    deployments = session.deployments
    waiting = asyncio.create_task(
        _created(session, key) if until_created else deployments.wait(key), name="wait for the deployment"
    )
    try:
        while True:
            signal = await _first(waiting, interrupts)
            if signal is None:
                return await waiting, None
            session.screen.close()
            chosen = await _what_to_stop(session, key, interrupts)
            if chosen == CANCEL:
                session.screen.say((await deployments.cancel(key)).text)
            elif chosen == LEAVE:
                return await deployments.status(key), signal
    finally:
        waiting.cancel()


async def _what_to_stop(session: Session, key: str, interrupts: Interrupts) -> str:
    if not somebody_there():
        return CANCEL if session.app.settings.deploy.cancel == "remote" else LEAVE
    row = await session.deployments.status(key)
    choices = (GO_ON, CANCEL, LEAVE) if row.remote_id else (GO_ON, CANCEL)
    question = choose(Question(text="It is not finished. What now?", choices=choices))
    chosen, signal = await _or_interrupt(question, interrupts)
    return LEAVE if signal is not None else chosen or GO_ON


async def _or_interrupt(work: Coroutine[Any, Any, str | None], interrupts: Interrupts) -> tuple[str | None, int | None]:
    task = asyncio.create_task(work)
    signal = await _first(task, interrupts)
    if signal is None:
        return await task, None
    task.cancel()
    return None, signal


async def _first(task: asyncio.Task[Any], interrupts: Interrupts) -> int | None:
    """None when the task is done, else the signal that came before."""
    interrupt = asyncio.create_task(interrupts.wait())
    try:
        await asyncio.wait({task, interrupt}, return_when=asyncio.FIRST_COMPLETED)
        return None if task.done() else interrupts.take()
    finally:
        interrupt.cancel()


async def _created(session: Session, key: str) -> DeploymentRow:
    """When the host has it, or it ended before."""
    while True:
        row = await session.app.store.deployment(key)
        if row is not None and (row.remote_id or row.state in FINISHED):
            return row
        await asyncio.sleep(_LOOK_S)


async def _environment(names: list[str], file: Path | None) -> dict[str, Secret]:
    found = await asyncio.to_thread(environment.from_file, file) if file is not None else {}
    return {**found, **environment.from_names(names, os.environ)}

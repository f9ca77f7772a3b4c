"""`autocrea-lsp deploy cancel|rollback|promote|redeploy|open|link|env|forget`: acts on what was deployed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from autocrea_lsp.app_deploy import Aim
from autocrea_lsp.cli.deploy import exits, showing
from autocrea_lsp.cli.deploy.history import newest
from autocrea_lsp.cli.deploy.session import Api, AsJson, Directory, Id, MaybeId, Provider, Session, Yes, run
from autocrea_lsp.cli.deploy.start import watch
from autocrea_lsp.cli.deploy.terminal import Interrupts, somebody_there
from autocrea_lsp.deploy.base import PREVIEW, Change
from autocrea_lsp.deploy.errors import NotThere

Team = Annotated[str, typer.Option("--team", metavar="NAME", help="Team at the host.")]


def register(app: typer.Typer) -> None:
    app.command("cancel")(cancel)
    app.command("rollback")(rollback)
    app.command("promote")(promote)
    app.command("redeploy")(redeploy)
    app.command("open")(open_)
    app.command("link")(link)
    app.command("env")(env)
    app.command("forget")(forget)


def cancel(
    id: MaybeId = "",  # noqa: A002  # the name of the argument on the command line
    provider: Provider = "",
    as_json: AsJson = False,
    directory: Directory = Path(),
    api: Api = "",
) -> None:
    """Cancel a deployment at the host; without an ID the newest that runs."""

    async def work(session: Session) -> int:
        canceled = await session.deployments.cancel(await newest(session, id, provider=provider, running=True))
        if as_json:
            showing.answer({**showing.deployment(canceled.row), "text": canceled.text})
        else:
            typer.echo(canceled.text)
        return exits.LIVE if canceled.row.state == "canceled" else exits.of_state(canceled.row.state)

    run(work, folder=directory, api=api)


def rollback(
    id: MaybeId = "",  # noqa: A002
    provider: Provider = "",
    as_json: AsJson = False,
    yes: Yes = False,
    directory: Directory = Path(),
    api: Api = "",
) -> None:
    """Make an earlier deployment the live one; without an ID the one before the present."""

    async def work(session: Session) -> int:
        host = provider or await session.app.default_provider(session.folder, "rollback")
        change = await session.deployments.rollback(id=id or None, provider=host, folder=session.folder, consent=yes)
        return _tell(change, as_json=as_json)

    run(work, folder=directory, api=api)


def promote(
    id: Id,  # noqa: A002
    as_json: AsJson = False,
    yes: Yes = False,
    directory: Directory = Path(),
    api: Api = "",
) -> None:
    """Make a deployment the live one; a host that must build it for that is watched to the end."""

    async def work(session: Session) -> int:
        came = await session.deployments.promote(id, consent=yes)
        if isinstance(came, Change):
            return _tell(came, as_json=as_json)
        return await _follow(session, came, as_json=as_json)

    run(work, folder=directory, api=api, logs=True)


def redeploy(
    id: MaybeId = "",  # noqa: A002
    provider: Provider = "",
    as_json: AsJson = False,
    yes: Yes = False,
    directory: Directory = Path(),
    api: Api = "",
) -> None:
    """Build a deployment once more, as it was."""

    async def work(session: Session) -> int:
        key = await session.deployments.again(await newest(session, id, provider=provider), "redeploy", consent=yes)
        return await _follow(session, key, as_json=as_json)

    run(work, folder=directory, api=api, logs=True)


def open_(
    id: MaybeId = "",  # noqa: A002
    provider: Provider = "",
    directory: Directory = Path(),
) -> None:
    """Open the site of a deployment in the browser, and print its URL; without an ID the newest that is up."""

    async def work(session: Session) -> int:
        key = await newest(session, id, provider=provider, up=True)
        row = await session.deployments.status(key)
        if not row.url:
            raise NotThere("It has no URL.", hint=f"`autocrea-lsp deploy logs {key[:8]}` shows how far it came.")
        typer.echo(row.url)
        if somebody_there():
            await asyncio.to_thread(typer.launch, row.url)
        return exits.LIVE

    run(work, folder=directory)


def link(
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help="The host.")],
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Its name or id there.")],
    team: Team = "",
    directory: Directory = Path(),
    api: Api = "",
) -> None:
    """Connect the folder to a project, in the host's own link file."""

    async def work(session: Session) -> int:
        place = await session.deployments.link(provider, session.folder, project=project, account=team)
        account = f" of {place.account_name}" if place.account_name else ""
        await session.app.deploying.remember(session.folder, Aim(provider=provider, host_named=True))
        typer.echo(f"{session.folder.name} is {place.project_name}{account} at {provider} from now on.")
        return exits.LIVE

    run(work, folder=directory, api=api, team=team)


def env(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Below the folder; git must ignore it.")],
    provider: Provider = "",
    target: Annotated[str, typer.Option("--target", metavar="NAME", help="Which environment's.")] = PREVIEW,
    directory: Directory = Path(),
    api: Api = "",
) -> None:
    """Write the project's variables at the host to a file that only you can read."""

    async def work(session: Session) -> int:
        host = provider or await session.app.default_provider(session.folder, "pull_environment")
        pulled = await session.deployments.pull_environment(host, session.folder, file=str(file), target=target)
        names = pulled.names
        typer.echo(f"{file} holds {len(names)} variables: {', '.join(names)}" if names else "There are none.")
        if pulled.unreadable:
            typer.echo(f"{host} does not hand out {', '.join(pulled.unreadable)}.", err=True)
        return exits.LIVE

    run(work, folder=directory, api=api)


def forget(directory: Directory = Path()) -> None:
    """Forget the host and target that you named here last: the link file counts again."""

    async def work(session: Session) -> int:
        before = await session.app.deploying.forget(session.folder)
        if before is None:
            typer.echo(f"No host was remembered for {session.folder.name}.")
        else:
            typer.echo(f"{session.folder.name} is not deployed to {before} by itself any more.")
        return exits.LIVE

    run(work, folder=directory)


async def _follow(session: Session, key: str, *, as_json: bool) -> int:
    interrupts = Interrupts()
    with interrupts.caught():
        row, stopped = await watch(session, key, interrupts)
    session.screen.close()
    if as_json:
        showing.answer(showing.deployment(row))
    else:
        typer.echo(showing.outcome(row))
    return exits.of_state(row.state) if stopped is None else 128 + stopped


def _tell(change: Change, *, as_json: bool) -> int:
    if as_json:
        showing.answer(showing.changed(change))
        return exits.LIVE
    typer.echo(f"Live is now {change.live.ref.id}: {change.live.url}")
    for note in change.notes:
        typer.echo(note)
    return exits.LIVE

"""`autocrea-lsp deploy list|status|logs|stats`: what was deployed, and how it went."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from autocrea_lsp.cli.deploy import exits, showing
from autocrea_lsp.cli.deploy.session import Api, AsJson, Directory, MaybeId, Provider, Session, run
from autocrea_lsp.cli.deploy.start import watch
from autocrea_lsp.cli.deploy.terminal import Interrupts
from autocrea_lsp.deploy.errors import NotThere
from autocrea_lsp.store import FINISHED, DeploymentRow

_PAGE = 1000  # lines of a log in one question

Everywhere = Annotated[bool, typer.Option("--all", "-a", help="Of all projects, not only this folder's.")]


def register(app: typer.Typer) -> None:
    app.command("list")(list_)
    app.command("status")(status)
    app.command("logs")(logs)
    app.command("stats")(stats)


def list_(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many.")] = 20,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Leave out the newest so many.")] = 0,
    provider: Provider = "",
    target: Annotated[str, typer.Option("--target", metavar="NAME", help="Only to this target.")] = "",
    state: Annotated[str, typer.Option("--state", metavar="STATE", help="Only in this state.")] = "",
    everywhere: Everywhere = False,
    remote: Annotated[bool, typer.Option("--remote", help="The host's own list, not our history.")] = False,
    cursor: Annotated[str, typer.Option("--cursor", help="With --remote: the page after this one.")] = "",
    as_json: AsJson = False,
    directory: Directory = Path(),
    api: Api = "",
) -> None:
    """List deployments, the newest first."""

    async def work(session: Session) -> int:
        if remote:
            host = provider or await session.app.default_provider(session.folder, "remote_list")
            page = await session.deployments.remote(
                host, session.folder, limit=limit, cursor=cursor, target=target, state=state
            )
            if as_json:
                items = [showing.remote(item) for item in page.items]
                showing.answer({"provider": host, "deployments": items, "cursor": page.next or None})
            else:
                session.screen.say(f"At {host}:")
                showing.out().print(showing.remote_table(page.items))
                if page.next:
                    session.screen.say(f"There are more: --cursor {page.next}")
            return exits.LIVE
        rows = await session.deployments.rows(
            limit=limit,
            offset=offset,
            project=None if everywhere else session.app.project,
            provider=provider or None,
            target=target or None,
            state=state or None,
        )
        if as_json:
            showing.answer([showing.deployment(row) for row in rows])
        else:
            showing.out().print(showing.table(rows) if rows else "Nothing was deployed from here yet.")
        return exits.LIVE

    run(work, folder=directory, api=api)


def status(
    id: MaybeId = "",  # noqa: A002  # the name of the argument on the command line
    provider: Provider = "",
    as_json: AsJson = False,
    directory: Directory = Path(),
    api: Api = "",
) -> None:
    """Say how a deployment stands now; the exit code says it too."""

    async def work(session: Session) -> int:
        row = await session.deployments.status(await newest(session, id, provider=provider))
        if as_json:
            showing.answer(showing.deployment(row))
        else:
            typer.echo(f"{row.id}: {showing.outcome(row)}")
        return exits.of_state(row.state)

    run(work, folder=directory, api=api)


def logs(
    id: MaybeId = "",  # noqa: A002
    provider: Provider = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Until it is finished.")] = False,
    as_json: AsJson = False,
    directory: Directory = Path(),
    api: Api = "",
) -> None:
    """Print the log of a deployment."""

    async def work(session: Session) -> int:
        key = await newest(session, id, provider=provider)
        if follow:
            interrupts = Interrupts()
            with interrupts.caught():
                await session.deployments.reattach()
                row = await session.deployments.status(key)
                if row.state not in FINISHED:
                    await watch(session, key, interrupts)
        after, lines = 0, []
        while page := await session.deployments.log(key, after_seq=after, limit=_PAGE):
            lines += page
            after = page[-1].seq
        if as_json:
            showing.answer([{"at": each.at, "level": each.level, "text": each.text} for each in lines])
        else:
            for line in lines:
                typer.echo(line.text)
            if not lines:
                session.screen.say("There is no log of it.")
        return exits.LIVE

    run(work, folder=directory, api=api)


def stats(
    provider: Provider = "",
    everywhere: Everywhere = False,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """How many deployments there were, how many went well, and how long they took."""

    async def work(session: Session) -> int:
        project = None if everywhere else session.app.project
        sums = await session.deployments.stats(project=project, provider=provider or None)
        if as_json:
            value = asdict(sums)
            showing.answer(
                {
                    "total": value["total"],
                    "byStatus": value["by_status"],
                    "successRate": value["success_rate"],
                    "medianDurationS": value["median_duration_s"],
                    "hosts": [
                        {"provider": host, "total": each.total, "successRate": each.success_rate}
                        for host, each in sums.by_host.items()
                    ],
                }
            )
            return exits.LIVE
        table = Table(show_header=False, box=None)
        table.add_row("deployments", str(sums.total))
        for name, count in sums.by_status.items():
            table.add_row(f"  {name}", str(count))
        if sums.success_rate is not None:
            table.add_row("went well", f"{sums.success_rate:.0%}")
        if sums.median_duration_s is not None:
            table.add_row("median time", f"{sums.median_duration_s:.0f} s")
        for host, each in sums.by_host.items() if len(sums.by_host) > 1 else ():
            well = "" if each.success_rate is None else f", {each.success_rate:.0%} went well"
            table.add_row(f"at {host}", f"{each.total}{well}")
        showing.out().print(table)
        return exits.LIVE

    run(work, folder=directory)


async def newest(session: Session, key: str, *, provider: str = "", running: bool = False, up: bool = False) -> str:
    """The id that was given, or the folder's newest deployment's: of a host, that runs, or that is up with a URL.

    Raises NotThere when there is none.
    """
    if key:
        return key
    rows: list[DeploymentRow] = await session.deployments.rows(
        limit=50, offset=0, project=session.app.project, provider=provider or None
    )
    for row in rows:
        if (not running or row.state not in FINISHED) and (not up or (row.url and row.state == "success")):
            return row.id
    here = f"this folder at {provider}" if provider else "this folder"
    what = f"No deployment of {here} is running." if running else f"Nothing was deployed from {here} yet."
    raise NotThere(what, hint="`autocrea-lsp deploy list --all` shows those of other folders.")

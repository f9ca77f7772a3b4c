"""`autocrea-lsp data`: where the usage database is, and forgetting it."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from autocrea_lsp.errors import UserError
from autocrea_lsp.store import clear
from autocrea_lsp.workspace import paths

_Json = Annotated[bool, typer.Option("--json", help="For machines: one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add `data path` and `data clear` to the command line."""
    data = typer.Typer(help="Where the usage database is, and how to forget it.", no_args_is_help=True)
    data.command("path")(show_path)
    data.command("clear")(clear_data)
    app.add_typer(data, name="data")


def show_path(as_json: _Json = False) -> None:
    """Print where the usage database is (or will be)."""
    database = paths.database()
    if not as_json:
        typer.echo(database)
        return
    exists = database.exists()
    size = database.stat().st_size if exists else 0
    typer.echo(json.dumps({"path": str(database), "exists": exists, "bytes": size}, ensure_ascii=False))


def clear_data(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: _Json = False,
) -> None:
    """Delete the usage history, deployments, preferences and projects, leaving no trace in the files."""
    database = paths.database()
    if not yes:
        if not sys.stdin.isatty():
            typer.echo("There is no terminal to ask on: add --yes to delete everything.", err=True)
            raise typer.Exit(2)
        typer.confirm(f"Delete everything in {database}?", abort=True, err=True)
    try:
        done = clear(database)
    except UserError as error:
        typer.echo(error.advice, err=True)
        raise typer.Exit(1) from None
    if as_json:
        told = {"requests": done.requests, "deployments": done.deployments, "filesRemoved": done.files_removed}
        typer.echo(json.dumps(told))
        return
    files = f" and {done.files_removed} files of a damaged database" if done.files_removed else ""
    typer.echo(f"Deleted {done.requests} requests and {done.deployments} deployments{files}.")

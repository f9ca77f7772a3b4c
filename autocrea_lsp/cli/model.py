"""`autocrea-lsp model install|list|path`: the embedded model's weights from the command line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from autocrea_lsp.ai import weights
from autocrea_lsp.errors import UserError

_LINE_PERCENT = 10  # without a terminal: a line for every tenth

Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


def register(app: typer.Typer) -> None:
    """Add the commands below `model`."""
    model = typer.Typer(help="The embedded model: no key, nothing leaves this machine.", no_args_is_help=True)
    model.command("install")(install)
    model.command("list")(_list)
    model.command("path")(_path)
    app.add_typer(model, name="model")


def install(
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="A wheel or GGUF file to use instead of a download.")
    ] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Check the hash of what is installed already.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Install it though it is there already.")] = False,
    as_json: Json = False,
) -> None:
    """Install the model's weights (about 100 MB). Does nothing when they are there."""
    with _explained(), _progress() as told:
        done = asyncio.run(weights.install(source, progress=told, verify=verify, again=again))
    if as_json:
        typer.echo(json.dumps({"path": str(done.path), "fresh": done.fresh}, ensure_ascii=False))
    else:
        typer.echo(f"{'Installed' if done.fresh else 'Already installed'}: {done.path}")


def _list(as_json: Json = False) -> None:
    """List the known models, and which are installed."""
    with _explained():
        rows = [_row(model) for model in weights.known()]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for heading in ("Model", "Size", "Licence", "Package"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Installed", overflow="fold")
    for model in weights.known():
        place = str(model.path) if weights.installed(model) else "no"
        table.add_row(model.name, f"{model.file_bytes / 1e6:.0f} MB", model.licence, model.package, place)
    Console().print(table)


def _path() -> None:
    """Print where the installed model is; fails when there is none."""
    with _explained():
        path = weights.find()
        if path is None:
            raise UserError("No model is installed.", hint="Run `autocrea-lsp model install`.")
    typer.echo(str(path))


def _row(model: weights.Weights) -> dict[str, object]:
    there = weights.installed(model)
    return {
        "name": model.name,
        "installed": there,
        "path": str(model.path) if there else None,
        "bytes": model.file_bytes,
        "licence": model.licence,
        "package": model.package,
        "version": model.version,
    }


@contextmanager
def _explained() -> Iterator[None]:
    """A UserError ends the program with code 1, saying what to do."""
    try:
        yield
    except UserError as error:
        typer.echo(error.advice, err=True)
        raise typer.Exit(1) from None


@contextmanager
def _progress() -> Iterator[Callable[[weights.Progress], None]]:
    """Where to tell progress: a bar on a terminal, else a line now and then. On stderr; stdout has the result."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(console.print)
        return
    with Progress(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), console=console) as bars:
        tasks = {}

        def told(now: weights.Progress) -> None:
            if now.stage not in tasks:
                tasks[now.stage] = bars.add_task(now.stage.capitalize(), total=100)
            bars.update(tasks[now.stage], completed=now.percent, total=100 if now.percent is not None else None)

        yield told


class _Lines:
    """Progress for a log: each stage, and each tenth of it, once."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._last = ""

    def __call__(self, now: weights.Progress) -> None:
        line: str = now.stage
        if now.percent is not None:
            line += f" {now.percent // _LINE_PERCENT * _LINE_PERCENT} %"
        if line != self._last:
            self._last = line
            self._write(line)

"""The command line. Human output by rich, `--json` for machines; wrong arguments end with code 2 and say why."""

from __future__ import annotations

from typing import Annotated

import typer

from autocrea_lsp import __version__
from autocrea_lsp.cli import complete, data, demo, deploy, doctor, model, nvim, stats

app = typer.Typer(
    name="autocrea-lsp",
    help="AUTOCREA LSP: an AI language server for any editor. Without a command it serves on stdio.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"autocrea-lsp {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options before the command."""


@app.command("serve")
def _serve() -> None:
    """Serve on stdio, as editors start it (also without a command; `--stdio` is accepted)."""


for _part in (complete, deploy, demo, doctor, model, stats, data, nvim):
    _part.register(app)


def run() -> None:
    """Run the command line and exit."""
    app()

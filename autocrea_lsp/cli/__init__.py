"""The command line. Human output by rich, `--json` for machines; wrong arguments end with code 2 and say why."""

from __future__ import annotations

import gc
import importlib
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from autocrea_lsp import __version__

PARTS = {
    "complete": "complete",
    "deploy": "deploy",
    "demo": "demo",
    "doctor": "doctor",
    "model": "model",
    "stats": "stats",
    "data": "data",
    "nvim-path": "nvim",
}
"""Commands and the modules here that bring them."""


class _Parts(TyperGroup):
    """A command's module is loaded when it is run or helped with; for the list of all, all of them."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*PARTS, *(name for name in super().list_commands(ctx) if name not in PARTS)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in PARTS and cmd_name not in self.commands:
            part = typer.Typer(add_completion=False, context_settings=_HELP)
            importlib.import_module(f"{__name__}.{PARTS[cmd_name]}").register(part)
            self.commands.update(typer.main.get_group(part).commands)
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None:  # a slip: what it may have been is named
            for name in PARTS:
                self.get_command(ctx, name)
        return super().resolve_command(ctx, args)


_HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    cls=_Parts,
    name="autocrea-lsp",
    help="AUTOCREA LSP: an AI language server for any editor. Without a command it serves on stdio.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=_HELP,
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


def run() -> None:
    """Run the command line and exit."""
    try:
        app()
    finally:
        gc.freeze()  # the interpreter would look through all that is left for what to collect, which takes 80 ms

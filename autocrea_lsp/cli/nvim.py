"""`autocrea-lsp nvim-path`: where the Neovim plugin lies, for 'runtimepath'."""

from __future__ import annotations

from pathlib import Path

import typer

# In a wheel the plugin lies inside the package; in a checkout it lies beside it.
_PLACES = (Path(__file__).parents[1] / "editors" / "neovim", Path(__file__).parents[2] / "editors" / "neovim")


def plugin_path() -> Path | None:
    """The plugin's folder, None when this installation has none."""
    return next((place for place in _PLACES if (place / "plugin" / "autocrea.lua").is_file()), None)


def register(app: typer.Typer) -> None:
    app.command("nvim-path")(nvim_path)


def nvim_path() -> None:
    """Print the folder to add to Neovim's runtimepath: `set rtp+=…`."""
    path = plugin_path()
    if path is None:
        typer.echo(
            "The Neovim plugin is not part of this installation; take editors/neovim of the repository.", err=True
        )
        raise typer.Exit(1)
    typer.echo(str(path))

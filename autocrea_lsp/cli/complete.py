"""`autocrea-lsp complete FILE:LINE:COL`: what the editor would be shown there, and why."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autocrea_lsp.app import App
from autocrea_lsp.assist.inline import MAX_FILE, Suggestion
from autocrea_lsp.text import Snapshot, body, split_lines

LANGUAGES = {
    ".c": "c",
    ".cpp": "cpp",
    ".css": "css",
    ".go": "go",
    ".html": "html",
    ".java": "java",
    ".js": "javascript",
    ".json": "json",
    ".jsx": "javascriptreact",
    ".lua": "lua",
    ".md": "markdown",
    ".php": "php",
    ".py": "python",
    ".rb": "ruby",
    ".rs": "rust",
    ".sh": "shellscript",
    ".toml": "toml",
    ".ts": "typescript",
    ".tsx": "typescriptreact",
    ".yaml": "yaml",
    ".yml": "yaml",
}
"""LSP language ids by ending, for files that no editor has named."""


def register(app: typer.Typer) -> None:
    app.command("complete")(complete)


def complete(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE:COL", help="Counted from 1; COL in code points.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Print the suggestion at a place of a file, its probability, and whether the editor would have shown it."""
    snapshot = snapshot_at(place)
    began = time.monotonic()
    suggestion, why = asyncio.run(_ask(snapshot))
    milliseconds = round((time.monotonic() - began) * 1000)
    if as_json:
        value = {
            "text": suggestion.text if suggestion else None,
            "probability": suggestion.probability if suggestion else None,
            "shown": bool(suggestion and suggestion.shown),
            "model": suggestion.model if suggestion else None,
            "message": why,
            "milliseconds": milliseconds,
        }
        typer.echo(json.dumps(value, ensure_ascii=False))
    elif suggestion is not None:
        typer.echo(suggestion.text)
        _explain(suggestion, milliseconds)
    if suggestion is None:
        if not as_json:
            typer.echo(f"No suggestion. {why}", err=True)
        raise typer.Exit(1)


def snapshot_at(place: str) -> Snapshot:
    """The file and the caret that FILE:LINE:COL names; a wrong one ends with code 2 and says what is wrong."""
    name, line, column = _parts(place)
    path = Path(name)
    try:
        if path.stat().st_size > 4 * MAX_FILE:
            raise typer.BadParameter(f"{name} is larger than {MAX_FILE // 1_000_000} MB")
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{name} is not UTF-8 text") from None
    lines = split_lines(text)
    last = len(lines) + (not lines or lines[-1].endswith(("\n", "\r")))
    if not 1 <= line <= last:
        raise typer.BadParameter(f"{name} has {last} lines; there is no line {line}")
    width = len(body(lines[line - 1])) if line <= len(lines) else 0
    if not 1 <= column <= width + 1:
        raise typer.BadParameter(f"line {line} has columns 1 to {width + 1}; there is no column {column}")
    return Snapshot(
        uri=path.resolve().as_uri(),
        version=0,
        language=LANGUAGES.get(path.suffix.lower(), ""),
        lines=lines,
        size=len(text),
        line=line - 1,
        column=column - 1,
    )


def _parts(place: str) -> tuple[str, int, int]:
    parts = place.rsplit(":", 2)
    if len(parts) != 3 or not parts[0] or not parts[1].isdecimal() or not parts[2].isdecimal():
        raise typer.BadParameter(f"expected FILE:LINE:COL, for example main.py:12:8, got {place!r}")
    return parts[0], int(parts[1]), int(parts[2])


async def _ask(snapshot: Snapshot) -> tuple[Suggestion | None, str]:
    app = App()
    try:
        why = app.completer.why_off(snapshot)
        if why is not None:
            return None, why
        await app.backend()
        suggestion = await app.completer.complete(snapshot, detail="cli")
        condition = app.condition()
        return suggestion, "" if suggestion or condition.state == "ready" else condition.message
    finally:
        await app.flush(2.0)
        await app.aclose()


def _explain(suggestion: Suggestion, milliseconds: int) -> None:
    console = Console(file=sys.stderr, highlight=False, soft_wrap=True)
    told = "unknown" if suggestion.probability is None else f"{suggestion.probability:.2f}"
    shown = "[green]shown[/]" if suggestion.shown else "[yellow]held back[/] (below `autocrea.inline.minProbability`)"
    console.print(f"probability {told}, in the editor: {shown}; {suggestion.model}, {milliseconds} ms", style="dim")

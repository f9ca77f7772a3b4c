"""`autocrea-lsp doctor`: each part checked, with what to do where it is not well. Never a key's value."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from autocrea_lsp import __version__, sandbox
from autocrea_lsp.access import credentials, key_file
from autocrea_lsp.access.environment import KEY_VARIABLES
from autocrea_lsp.ai import weights
from autocrea_lsp.app import App, log_file
from autocrea_lsp.assist.checking.tools import find_tools
from autocrea_lsp.cli.nvim import plugin_path
from autocrea_lsp.deploy.logins import PROGRAMS as VENDORS_PROGRAMS
from autocrea_lsp.errors import UserError
from autocrea_lsp.store import Store
from autocrea_lsp.workspace import paths

LIBRARIES = ("pygls", "lsprotocol", "anthropic", "httpx2", "peewee", "keyring", "httpx", "starlette", "uvicorn")
PROGRAMS, PACKAGES = ("ruff", "node", "gofmt", "go"), ("pyright", "typescript")
FREE_MB = 200  # on the disk of our data: the model and some room


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    ok: bool
    detail: str
    advice: str = ""  # what to do, where it is not ok


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="A JSON list.")] = False) -> None:
    """Check the installation: each line is ok, or says what to do. Ends with 1 when nobody could answer."""
    checks = list(_checks())
    if as_json:
        typer.echo(json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=2))
    else:
        table = Table(box=None, padding=(0, 1), show_header=False)
        for check in checks:
            mark = "[green]ok[/]" if check.ok else "[yellow]--[/]"
            table.add_row(mark, check.name, f"{check.detail}\n[dim]{check.advice}[/]" if check.advice else check.detail)
        Console(soft_wrap=False).print(table)
    if not next(check.ok for check in checks if check.name == "backend"):
        raise typer.Exit(1)


def _checks() -> Iterator[Check]:
    yield Check(name="autocrea-lsp", ok=True, detail=f"{__version__}, Python {sys.version.split()[0]}")
    yield from map(_library, LIBRARIES)
    yield from _folders()
    for row in credentials.report("anthropic", file=paths.config_dir() / key_file.NAME):
        yield Check(
            name=f"key for Claude: {row.source}",
            ok=row.has_key,
            detail="has one" if row.has_key else "none",
            advice=row.detail,
        )
    yield from map(_token, sorted(credentials.DEPLOY_HOSTS))
    yield _runtime()
    yield _model()
    yield asyncio.run(_backend())
    yield from _store_check()
    yield _checkers()
    yield asyncio.run(_sandbox())
    plugin = plugin_path()
    yield Check(
        name="Neovim plugin",
        ok=plugin is not None,
        detail=str(plugin) if plugin else "not part of this installation",
        advice="" if plugin else "Take editors/neovim of the repository.",
    )


def _token(host: str) -> Check:
    """Where the host's token would come from, the first place first; of a variable its name."""
    rows = credentials.report(host, file=paths.config_dir() / key_file.NAME)
    has = [_variables(host) if row.source == "environment" else str(row.source) for row in rows if row.has_key]
    program = VENDORS_PROGRAMS.get(host)
    login = program.file(os.environ) if program is not None else None
    if program is not None and login is not None and login.is_file():
        has.append(f"the login of `{program.command}`, after your yes")
    trouble = [f"{row.source}: {row.detail}" for row in rows if row.detail]
    advice = "" if has else credentials.ways(host)
    if program is not None and not has:
        advice += f" Or run `{program.command}`, and agree to its login being used."
    return Check(
        name=f"token for deployments: {host}",
        ok=bool(has),
        detail=", ".join(has) or "none",
        advice=" ".join([*trouble, advice]).strip(),
    )


def _variables(host: str) -> str:
    return " and ".join(name for name in KEY_VARIABLES[host] if os.environ.get(name, "").strip())


def _library(name: str) -> Check:
    try:
        return Check(name=name, ok=True, detail=version(name))
    except PackageNotFoundError:
        return Check(name=name, ok=False, detail="missing", advice="Install autocrea-lsp again: it needs this library.")


def _folders() -> Iterator[Check]:
    for name, folder in (("state", paths.state_dir), ("data", paths.data_dir), ("log", lambda: log_file().parent)):
        try:
            place = paths.private(folder())
            free = shutil.disk_usage(place).free // 1_000_000
        except (OSError, UserError) as error:
            yield Check(
                name=f"{name} directory",
                ok=False,
                detail=str(error),
                advice=f"Make it writable, or set {paths.HOME_VARIABLE} to another place.",
            )
            continue
        advice = "" if free >= FREE_MB else f"Free some space: {FREE_MB} MB are wanted."
        yield Check(name=f"{name} directory", ok=free >= FREE_MB, detail=f"{place} ({free:,} MB free)", advice=advice)


def _runtime() -> Check:
    found = importlib.util.find_spec("xllamacpp") is not None
    advice = "" if found else "For completions without a key: pip install 'autocrea-lsp[local]'."
    return Check(name="runtime of the embedded model", ok=found, detail="installed" if found else "none", advice=advice)


def _model() -> Check:
    path = weights.find("")
    advice = "" if path else "autocrea-lsp model install"
    return Check(name="embedded model", ok=path is not None, detail=str(path or "not installed"), advice=advice)


async def _backend() -> Check:
    """Who would answer with the default settings."""
    app = App()
    try:
        await app.backend()
        now = app.condition()
        return Check(
            name="backend",
            ok=now.backend is not None,
            detail=f"{now.backend} ({now.model})" if now.backend else "nobody answers",
            advice="" if now.backend else now.message,
        )
    finally:
        await app.aclose()


def _checkers() -> Check:
    """Programs that judge a fix before it is applied."""
    tools = find_tools()
    found = [name for name in PROGRAMS if tools.program(name)] + [name for name in PACKAGES if tools.package(name)]
    return Check(
        name="checkers of fixes",
        ok=bool(found),
        detail=", ".join(found) or "none",
        advice="" if found else "Install ruff, pyright, typescript or go: without one, you are asked before each fix.",
    )


async def _sandbox() -> Check:
    isolation = await sandbox.probe()
    return Check(
        name="sandbox of checkers and builds",
        ok=isolation.level == "bwrap",
        detail=str(isolation),
        advice=isolation.note,
    )


def _store_check() -> Iterator[Check]:
    problems: list[str] = []
    store = Store(paths.database(), user="doctor", on_problem=problems.append)
    try:
        count = store.usage(None, None).result(10).total_requests
        mode = store.mode
    finally:
        store.close()
    yield Check(
        name="usage database",
        ok=mode == "disk",
        detail=f"{store.path} ({count:,} requests, mode {mode})",
        advice=" ".join(problems),
    )

"""`autocrea-lsp demo`: the main jobs on real input: a real server, three files, a real Neovim, and a site to deploy."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autocrea_lsp.access.child_env import child_environment
from autocrea_lsp.ai import weights
from autocrea_lsp.ai.embedded import EmbeddedBackend
from autocrea_lsp.cli import model
from autocrea_lsp.cli.demo.client import Client
from autocrea_lsp.cli.demo.deploying import deploy_site
from autocrea_lsp.cli.demo.samples import Sample, draw
from autocrea_lsp.cli.nvim import plugin_path
from autocrea_lsp.settings import Settings
from autocrea_lsp.store import Store
from autocrea_lsp.workspace import paths

WANTED = 3  # suggestions that pass the default gate and use the name drawn for this run
SETTINGS: Mapping[str, Any] = {"backend": "embedded"}  # no key and no network, whatever the environment holds
SERVER = (sys.executable, "-m", "autocrea_lsp")
NVIM_PLACES = (
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
)  # its files go to a folder of ours
NVIM_TIMEOUT_S = 240.0  # three waits of a minute at most, on a very slow machine

console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    nvim: Annotated[str, typer.Option(envvar="NVIM", help="The Neovim to drive; found on PATH by default.")] = "",
    need_nvim: Annotated[bool, typer.Option("--need-nvim", help="Fail where there is no Neovim.")] = False,
) -> None:
    """Complete three sample files with the embedded model, in a real server and a real Neovim; deploy a sample site."""
    if weights.find("") is None:
        console.print("Installing the embedded model (about 100 MB, once).")
        model.install()
    reason = EmbeddedBackend.available(Settings().embedded)
    if reason is not None:
        console.print(reason.advice)
        raise typer.Exit(1)
    samples = draw()
    with tempfile.TemporaryDirectory(prefix="autocrea-demo-") as folder:
        for sample in samples:
            (Path(folder) / sample.file_name).write_text("".join(sample.pieces[:1]), encoding="utf-8")
        began = time.time()
        passed = asyncio.run(_complete_files(Path(folder), samples))
        seen = _drive_neovim(_find_nvim(nvim), Path(folder), samples[0])
        deployed = asyncio.run(
            deploy_site(console, Path(folder) / "site", server=SERVER, environment=_environment(), settings=SETTINGS)
        )
    _show_usage(began)
    enough = passed >= WANTED and (seen is True or (seen is None and not need_nvim)) and deployed
    console.print(
        f"\n[bold]{'It works' if enough else 'It does not work'}[/]: {passed} suggestions passed the gate and used "
        f"a name drawn for this run; Neovim: {'none found' if seen is None else 'accepted one' if seen else 'failed'}; "
        f"the sample site: {'deployed, changed and rolled back' if deployed else 'failed'}."
    )
    if not enough:
        raise typer.Exit(1)


async def _complete_files(folder: Path, samples: tuple[Sample, ...]) -> int:
    """How many suggestions passed the gate and used the drawn name."""
    console.print("\n[bold]A real server, by LSP[/]")
    began = time.monotonic()
    client = await Client.start(SERVER, environment=_environment(), settings=SETTINGS)
    try:
        capabilities = {"workspace": {"configuration": True}, "textDocument": {"inlineCompletion": {}}}
        answer = await client.request(
            "initialize",
            {"processId": os.getpid(), "rootUri": folder.as_uri(), "capabilities": capabilities},
        )
        console.print(
            f"  {answer['serverInfo']['name']} {answer['serverInfo']['version']}: initialize answered after "
            f"{_milliseconds(began)} ms (process start included)"
        )
        client.notify("initialized", {})
        passed = 0
        for sample in samples:
            passed += await _complete_file(client, folder, sample)
        code = await client.stop()
        console.print(f"  shutdown and exit: code {code}")
        return passed if code == 0 else 0
    finally:
        await client.kill()


async def _complete_file(client: Client, folder: Path, sample: Sample) -> int:
    uri = (folder / sample.file_name).as_uri()
    text, passed = sample.pieces[0], 0
    document = {"uri": uri, "languageId": sample.language, "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": document})
    console.print(f"\n  {sample.file_name}, the name of this run is [cyan]{sample.name}[/]")
    for number, expected in enumerate(sample.expected):
        line, column = text.count("\n"), len(text) - text.rfind("\n") - 1
        began = time.monotonic()
        answer = await client.request(
            "textDocument/inlineCompletion",
            {
                "textDocument": {"uri": uri},
                "position": {"line": line, "character": column},
                "context": {"triggerKind": 2},
            },
        )
        took = _milliseconds(began)
        item = next(iter(answer["items"]), None)
        written = escape(text.rsplit("\n", 1)[-1].lstrip())
        if item is None:
            console.print(f"    {written}[dim] (nothing passed the gate)[/]  {took} ms")
        else:
            probability = item["command"]["arguments"][0]["probability"]
            good = sample.name in item["insertText"]
            passed += good
            mark = "[green]" if good else "[yellow]"
            told = f"probability {probability:.2f}, {took} ms"
            console.print(f"    {written}{mark}{escape(item['insertText'])}[/]  [dim]{told}[/]")
        added = (item["insertText"] if item else expected) + sample.pieces[number + 1]
        client.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": uri, "version": number + 2},
                "contentChanges": [
                    {
                        "range": {
                            "start": {"line": line, "character": column},
                            "end": {"line": line, "character": column},
                        },
                        "text": added,
                    }
                ],
            },
        )
        text += added
    return passed


def _drive_neovim(nvim: str | None, folder: Path, sample: Sample) -> bool | None:
    """Whether a real Neovim showed and took a suggestion; None when there is no Neovim."""
    console.print("\n[bold]A real Neovim[/]")
    plugin = plugin_path()
    if nvim is None or plugin is None:
        console.print("  none found: install Neovim 0.10 or newer, or name it with --nvim")
        return None
    before, _, caret_line = sample.pieces[0].rpartition("\n")
    (folder / sample.file_name).write_text(before + "\n", encoding="utf-8")
    config = folder / "screen.json"
    config.write_text(
        json.dumps(
            {
                "plugin": str(plugin),
                "file": str(folder / sample.file_name),
                "typed": caret_line,
                "name": sample.name,
                "settings": SETTINGS,
                "cmd": _server_from_neovim(),
            }
        ),
        encoding="utf-8",
    )
    return asyncio.run(_run_neovim(nvim, config))


async def _run_neovim(nvim: str, config: Path) -> bool:
    script = str(Path(__file__).with_name("screen.lua"))
    home = str(config.parent / "nvim")
    environment = _environment(**dict.fromkeys(NVIM_PLACES, home))
    process = await asyncio.create_subprocess_exec(
        nvim,
        *("--headless", "-u", "NONE", "-i", "NONE", "-n", "-l", script, str(config)),
        stdin=asyncio.subprocess.DEVNULL,
        env=environment,
    )
    try:
        return await asyncio.wait_for(process.wait(), NVIM_TIMEOUT_S) == 0
    except TimeoutError:
        process.kill()
        await process.wait()
        return False


def _show_usage(since: float) -> None:
    """The rows that this run left."""
    store = Store(paths.database(), user="demo")
    try:
        rows = [row for row in store.history(20).result(10) if row.at >= since]
        sums = store.usage(since, None).result(10)
    finally:
        store.close()
    table = Table(title="Usage of this run", title_justify="left", box=None, padding=(0, 2))
    for name in ("kind", "backend", "model", "tokens", "cost", "latency", "outcome", "accepted"):
        table.add_column(name)
    for row in rows[:5]:
        table.add_row(
            *(row.kind, row.backend, row.model, f"{row.total_tokens}", f"${row.cost_micros / 1e6:.6f}"),
            *(f"{row.latency_ms} ms", row.outcome, "yes" if row.accepted else "no"),
        )
    console.print()
    console.print(table)
    console.print(f"  {sums.total_requests} requests, {sums.total_tokens} tokens, {sums.accepted} accepted")


def _find_nvim(wanted: str) -> str | None:
    if wanted:
        return wanted
    beside = Path(sys.executable).with_name("nvim")
    return str(beside) if beside.is_file() else shutil.which("nvim")


def _environment(**extra: str) -> dict[str, str]:
    """For the server: where our own files are is told, keys are not."""
    return child_environment(_our_places() | extra)


def _server_from_neovim() -> list[str]:
    """The server's command with the folders put back as they are for us: there its model and its database are."""
    ours = [f"{name}={os.environ[name]}" for name in NVIM_PLACES if name in os.environ]
    gone = [part for name in NVIM_PLACES if name not in os.environ for part in ("-u", name)]
    return ["env", *gone, *ours, *SERVER]


def _our_places() -> dict[str, str]:
    """Where the server finds our files, if the user has moved them."""
    home = os.environ.get(paths.HOME_VARIABLE)
    return {paths.HOME_VARIABLE: home} if home else {}


def _milliseconds(began: float) -> int:
    return round((time.monotonic() - began) * 1000)

"""`autocrea-lsp stats`: what the assistant was asked for and what it cost, from the usage database."""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from autocrea_lsp.store import AIRequest, Store, UsageStats
from autocrea_lsp.workspace import paths

_DAY_S = 86_400.0
_WAIT_S = 30.0  # a locked or damaged database takes its time, a hung disk must not take for ever
_MICROS = 1_000_000  # in a US dollar


def register(app: typer.Typer) -> None:
    """Add `stats` to the command line."""
    app.command("stats")(stats)


def stats(
    since: Annotated[
        float | None,
        typer.Option("--since", metavar="DAYS", min=0, help="Only the last DAYS days.", show_default=False),
    ] = None,
    history: Annotated[
        int, typer.Option("--history", metavar="N", min=0, max=10_000, help="Also list the last N requests.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: one JSON object.")] = False,
) -> None:
    """Show what the assistant was asked for, how many tokens it took and what it cost."""
    if since is not None and not math.isfinite(since):
        raise typer.BadParameter("must be a number of days", param_hint="--since")
    start = None if since is None else time.time() - since * _DAY_S
    usage, requests = _read(paths.database(), start, history)
    if as_json:
        typer.echo(json.dumps(_as_json(usage, requests if history else None), ensure_ascii=False, indent=2))
        return
    console = Console(markup=False, highlight=False, emoji=False)  # names of models are data, not markup
    console.print(_sums(usage, since))
    if history:
        console.print(_list(requests))


def _read(database: Path, since: float | None, limit: int) -> tuple[UsageStats, list[AIRequest]]:
    """The sums and the last `limit` requests since that time; ends the program if they cannot be read."""
    if not database.exists():
        return UsageStats(), []  # nothing was asked yet, and asking for statistics leaves no file
    # `retention_days=0`: the server knows the user's setting and deletes, this command only reads.
    store = Store(database, user="", retention_days=0, on_problem=lambda text: typer.echo(text, err=True))
    try:
        usage = store.usage(since, None).result(_WAIT_S)
        requests = store.history(limit).result(_WAIT_S) if limit else []
        readable = store.mode != "memory"
    except TimeoutError:
        typer.echo("The usage database does not answer; is its disk there?", err=True)
        readable = False
    finally:
        store.close()
    if not readable:
        raise typer.Exit(1)  # why was said above
    return usage, [request for request in requests if since is None or request.at >= since]


def _as_json(usage: UsageStats, requests: list[AIRequest] | None) -> dict[str, Any]:
    """The sums, and `history` if it was asked for; names in camelCase, times in ISO 8601 (UTC)."""
    value = _camel(asdict(usage))
    if requests is not None:
        value["history"] = [
            _camel(asdict(request)) | {"at": datetime.fromtimestamp(request.at, UTC).isoformat()}
            for request in requests
        ]
    return value


def _camel(fields: dict[str, Any]) -> dict[str, Any]:
    def name(snake: str) -> str:
        first, *rest = snake.split("_")
        return first + "".join(map(str.capitalize, rest))

    return {name(key): value for key, value in fields.items()}


def _sums(usage: UsageStats, since_days: float | None) -> Table:
    period = "since the beginning" if since_days is None else f"last {since_days:g} days"
    table = Table(title=f"Usage, {period}", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("Requests", f"{usage.total_requests:,}")
    for kind, count in usage.by_type.items():
        table.add_row(f"  {kind}", f"{count:,}")
    table.add_row("Tokens", f"{usage.total_tokens:,}")
    table.add_row("Tokens per request", f"{usage.average_tokens_per_request:,.1f}")
    table.add_row("Cost", _dollars(usage.cost_micros))
    table.add_row("Accepted", f"{usage.accepted:,}")
    return table


def _list(requests: list[AIRequest]) -> Table:
    table = Table(title="Last requests", title_justify="left")
    for heading in ("When", "Kind", "Model"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Tokens", "Cost", "ms"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Outcome", no_wrap=True)
    for request in requests:
        table.add_row(
            datetime.fromtimestamp(request.at).astimezone().strftime("%m-%d %H:%M"),
            f"{request.kind} {request.detail}".strip(),
            request.model,
            f"{request.total_tokens:,}",
            _dollars(request.cost_micros),
            f"{request.latency_ms:,}",
            "accepted" if request.accepted else request.outcome,
        )
    return table


def _dollars(micros: int) -> str:
    return f"${micros / _MICROS:,.4f}"

"""Listing code actions in large files while they are typed in: how long an editor's light bulb waits, and who is asked.

Every listing follows a change that the server has not seen before, as a key press makes one; one in ten follows the
opening of the file too. What is timed is the request's round trip; what was sent just before it is part of the wait.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench import measures
from tests.bench.client import Client, running
from tests.bench.report import Bench, BenchError, Gate, Report, Table, cell, median_ratio, significant
from tests.bench.servers import Server, jedi, ours
from tests.emulators.messages import DEFAULT_KEY, Emulator

OURS, PEER = "autocrea-lsp", "jedi-language-server"
LINES = 10_000
FILES, LISTINGS = 8, 10  # of each file
PEER_FILES, PEER_LISTINGS = 2, 4  # it analyses the file anew each time
LIMIT_MS = 10.0  # what was promised of the 95th percentile
CHAT_PATH = "/v1/messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Round trips of one process, in milliseconds; and how many actions the last listing had."""

    process_first_ms: float  # the process has never listed anything
    file_first_ms: tuple[float, ...]  # of each further file, right after it was opened
    later_ms: tuple[float, ...]
    actions: int

    @property
    def all_ms(self) -> list[float]:
        return [self.process_first_ms, *self.file_first_ms, *self.later_ms]


_FIGURES: Mapping[str, Callable[[Round], float]] = {
    "first of all ms": lambda one: one.process_first_ms,
    "first in a file ms": lambda one: statistics.median(one.file_first_ms),
    "p50 ms": lambda one: statistics.median(one.all_ms),
    "p95 ms": lambda one: statistics.quantiles(one.all_ms, n=20, method="inclusive")[-1],
}


async def run(repeat: int) -> Report:
    mine: list[Round] = []
    theirs: list[Round] = []
    async with Emulator() as emulator:
        keys = {"ANTHROPIC_BASE_URL": emulator.url, "ANTHROPIC_API_KEY": DEFAULT_KEY}
        server = ours(OURS, {"backend": "claude"})
        for _ in range(repeat):
            mine.append(await _round(server, FILES, LISTINGS, keys))
            theirs.append(await _round(jedi(), PEER_FILES, PEER_LISTINGS, {}))
        calls = sum(request.path.startswith(CHAT_PATH) for request in emulator.requests)
    if calls:
        raise BenchError(f"listing asked the model {calls} times")
    if not all(one.actions for one in mine):
        raise BenchError("nothing was listed")
    rows = [
        [name, *(cell([of(one) for one in rounds]) for of in _FIGURES.values()), str(rounds[-1].actions)]
        for name, rounds in ((OURS, mine), (PEER, theirs))
    ]
    ratios = [significant(_ratio(mine, theirs, of)) for of in _FIGURES.values()]
    note = (
        f"A round: {FILES} files, opened and listed {LISTINGS} times ({PEER_FILES} and {PEER_LISTINGS}: the peer); "
        f"the percentiles are of all. {calls} calls of a model. The peer analyses the file for what it lists."
    )
    table = Table(
        title=f"textDocument/codeAction in {LINES:,} lines, a change before each",
        head=["", *_FIGURES, "actions"],
        rows=[*rows, ["ratio", *ratios, ""]],
        note=note,
    )
    p95 = statistics.median(_FIGURES["p95 ms"](one) for one in mine)
    gates = [
        Gate(what="listing code actions, p95", against=f"{LIMIT_MS:g} ms", ratio=p95 / LIMIT_MS, most=1.0),
        Gate(what="listing code actions, p95", against=PEER, ratio=_ratio(mine, theirs, _FIGURES["p95 ms"]), most=0.1),
    ]
    figures = {"ours": [asdict(one) for one in mine], "peer": [asdict(one) for one in theirs], "model_calls": calls}
    return Report(tables=[table], gates=gates, figures=figures)


BENCH = Bench(name="acts", about="listing code actions in large files, with an edit before each", run=run)


def _ratio(mine: Sequence[Round], theirs: Sequence[Round], of: Callable[[Round], float]) -> float:
    return median_ratio([of(one) for one in mine], [of(one) for one in theirs])


async def _round(server: Server, files: int, listings: int, keys: Mapping[str, str]) -> Round:
    first: list[float] = []
    later: list[float] = []
    actions = 0
    async with running(server, keys) as client:
        await measures.start(client)  # who answers is known, and nothing is left to do
        text = measures.source(LINES)
        for file in range(files):
            uri = client.open(f"large_{file}.py", text)
            for number in range(listings):
                # Somewhere else each time: an answer that is kept from before would be no answer.
                line = (LINES // 2 + 170 * number) % LINES // 10 * 10 + 4
                client.insert(uri, number + 1, line, 8, "x")
                wait_ms, actions = await _listed(client, uri, line)
                (later if number else first).append(wait_ms)
    return Round(process_first_ms=first[0], file_first_ms=tuple(first[1:]), later_ms=tuple(later), actions=actions)


async def _listed(client: Client, uri: str, line: int) -> tuple[float, int]:
    """The round trip of a listing with a problem at that line, in milliseconds, and how many actions there are."""
    place = {"start": {"line": line, "character": 8}, "end": {"line": line, "character": 15}}
    problem: dict[str, Any] = {"range": place, "message": "Undefined name", "severity": 1, "source": "ruff"}
    params = {"textDocument": {"uri": uri}, "range": place, "context": {"diagnostics": [problem], "triggerKind": 1}}
    sent = time.perf_counter()
    answer = await client.request("textDocument/codeAction", params)
    if answer.error_code is not None:
        raise BenchError(f"{client.server.name} did not list code actions: {answer}")
    return (answer.at - sent) * 1e3, len(answer.result or ())

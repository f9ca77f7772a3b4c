"""The spine: start, memory, requests and typing beside jedi-language-server, and our memory with the model loaded.

A round is one process of each server, in turn; a gate's ratio is the median of the rounds' own ratios.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench import measures, processes
from tests.bench.client import Client, running
from tests.bench.measures import Cancel, Requests, Start, Typing
from tests.bench.report import Bench, BenchError, Gate, Report, Table, cell, median_ratio, significant
from tests.bench.servers import Server, jedi, ours, weights

OURS, PEER, FLOOR = "autocrea-lsp", "jedi-language-server", "python -c pass"
DOCUMENT_LINES = (1_000, 10_000, 50_000)
MEMORY_LINES = CANCEL_LINES = 10_000
CANCELS = 2  # each in a document just opened, which makes a completion take a while
LEAST_ROUNDS = 2
ROUNDS_BUDGET_S = 40.0  # a busy machine gets fewer rounds, so that the whole takes less than 90 seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one process of a server did."""

    start: Start
    document_mib: float  # memory with a document of MEMORY_LINES
    requests: Requests
    typing: tuple[Typing, ...]  # by DOCUMENT_LINES


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Our server with the embedded model loaded; memory of the server alone, and with its worker (MiB)."""

    start: Start
    server_mib: float
    tree_mib: float
    server_document_mib: float
    tree_document_mib: float
    cancels: tuple[Cancel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    ours: Sequence[Round]
    peer: Sequence[Round]
    floor_ms: Sequence[float]  # by round
    peer_cancels: Sequence[Cancel]
    model: Model | None  # None: there are no weights

    def ratio(self, figure: Callable[[Round], float]) -> float:
        return median_ratio([figure(one) for one in self.ours], [figure(one) for one in self.peer])


async def run(repeat: int) -> Report:
    plain, peer = ours(OURS, {"backend": "none"}), jedi()
    mine: list[Round] = []
    theirs: list[Round] = []
    floor: list[float] = []
    enough_at = time.monotonic() + ROUNDS_BUDGET_S
    for number in range(repeat):
        if number >= LEAST_ROUNDS and time.monotonic() > enough_at:
            _say(f"busy machine: {number} rounds have to do")
            break
        _say(f"round {number + 1} of {repeat}")
        floor.append(measures.floor_ms())
        mine.append(await _round(plain))
        theirs.append(await _round(peer))
    _say("cancelling")
    cancels = await _peer_cancels(peer)
    gguf = weights()
    if gguf is not None:
        _say("with the embedded model")
    model = await _with_model(gguf) if gguf is not None else None
    measured = Measured(ours=mine, peer=theirs, floor_ms=floor, peer_cancels=cancels, model=model)
    tables = (_starts(measured), _requests(measured), _typing(measured))
    return Report(tables=tables, gates=_gates(measured), figures=asdict(measured))


BENCH = Bench(name="spine", about="start, memory, requests and typing beside jedi-language-server", run=run)


# Measuring ------------------------------------------------------------------------------------------------------------


async def _round(server: Server) -> Round:
    async with running(server) as client:
        start = await measures.start(client)
        await measures.opened(client, "memory.py", MEMORY_LINES)
        return Round(
            start=start,
            document_mib=measures.memory_mib(client),
            requests=await measures.requests(client),
            typing=tuple([await measures.typing(client, lines) for lines in DOCUMENT_LINES]),
        )


async def _peer_cancels(peer: Server) -> tuple[Cancel, ...]:
    async with running(peer) as client:
        await measures.start(client)
        return await _cancels(client, "textDocument/completion")


async def _cancels(client: Client, method: str) -> tuple[Cancel, ...]:
    """Of completions in a new document each: a server knows nothing of it yet and has to work."""
    return tuple([await measures.cancel(client, f"cancel_{at}.py", CANCEL_LINES, method) for at in range(CANCELS)])


async def _with_model(gguf: Path) -> Model:
    settings = {"backend": "embedded", "embedded": {"modelPath": str(gguf)}}
    async with running(ours(OURS, settings)) as client:
        start = await measures.start(client)
        uri = await measures.opened(client, "first.py", 30)
        await client.request("textDocument/inlineCompletion", measures.completion_params(uri, 26, 8))  # it has loaded
        await processes.settle(client.pid)
        if len(processes.tree(client.pid)) == 1:
            raise BenchError("the embedded model's worker is not running")
        server, tree = measures.memory_mib(client, alone=True), measures.memory_mib(client)
        await measures.opened(client, "memory.py", MEMORY_LINES)
        server_document, tree_document = measures.memory_mib(client, alone=True), measures.memory_mib(client)
        cancels = await _cancels(client, "textDocument/inlineCompletion")
    return Model(
        start=start,
        server_mib=server,
        tree_mib=tree,
        server_document_mib=server_document,
        tree_document_mib=tree_document,
        cancels=cancels,
    )


def _say(what: str) -> None:
    sys.stderr.write(f"spine: {what}\n")


# Reporting ------------------------------------------------------------------------------------------------------------


_START: Sequence[tuple[str, Callable[[Round], float]]] = (
    ("init ms", lambda one: one.start.init_ms),
    ("ready ms", lambda one: one.start.ready_ms),
    ("ready CPU ms", lambda one: one.start.ready_cpu_ms),
    ("idle CPU ms", lambda one: one.start.idle_cpu_ms),
    ("memory MiB", lambda one: one.start.memory_mib),
    (f"with {MEMORY_LINES:,} lines MiB", lambda one: one.document_mib),
)
_REQUESTS: Sequence[tuple[str, Callable[[Round], float]]] = (
    ("request CPU µs", lambda one: one.requests.cpu_us),
    ("request wall µs", lambda one: one.requests.wall_us),
    ("pipelined CPU µs", lambda one: one.requests.pipelined_cpu_us),
)


def _starts(measured: Measured) -> Table:
    none = ["-"] * 2
    rows = [*_both(measured, [figure for _, figure in _START])]
    rows.append([FLOOR, *none, cell(measured.floor_ms), "-", *none])
    if (model := measured.model) is not None:
        start = [significant(figure) for figure in (model.start.init_ms, model.start.ready_ms)]
        alone, tree = (model.server_mib, model.server_document_mib), (model.tree_mib, model.tree_document_mib)
        rows.append([f"{OURS}, embedded model loaded: the server alone", *start, *none, *map(significant, alone)])
        rows.append([f"{OURS}, embedded model loaded: server and worker", *none, *none, *map(significant, tree)])
    else:
        rows.append([f"{OURS}, embedded model loaded: skipped, there are no weights", *none, *none, *none])
    note = (
        "init: `initialize` answered; ready: first request after `initialized` answered, from the process's start; "
        "idle: nothing left to do. CPU and memory (proportional set size) are those of the process tree."
    )
    return Table(title="Start and memory", head=["", *(name for name, _ in _START)], rows=rows, note=note)


def _requests(measured: Measured) -> Table:
    rows = _both(measured, [figure for _, figure in _REQUESTS])
    model_cancels = measured.model.cancels if measured.model is not None else ()
    for row, cancels in zip(rows, (model_cancels, measured.peer_cancels), strict=False):
        row.append(_cancelled(cancels))
    ratio = _cancel_ratio(measured)
    rows[-1].append("-" if ratio is None else significant(ratio))
    note = (
        f"{measures.REQUESTS} requests of an unknown method (-32601), one by one and all at once. Cancel: a completion "
        f"in {CANCEL_LINES:,} lines just opened is cancelled after {measures.CANCEL_AFTER_S * 1e3:.0f} ms, ours while "
        "the embedded model works on it; -32800: the work was given up, result: it was finished first."
    )
    return Table(title="Requests", head=["", *(name for name, _ in _REQUESTS), "cancel ms"], rows=rows, note=note)


def _typing(measured: Measured) -> Table:
    head = [f"{kind} µs, {lines:,}" for kind in ("CPU", "wall") for lines in DOCUMENT_LINES]
    at = range(len(DOCUMENT_LINES))
    figures = [_key_cpu(size) for size in at] + [lambda one, size=size: one.typing[size].wall_us for size in at]
    note = f"Per key: {measures.KEYS} one-character changes in the middle of a document, then one request."
    title = f"didChange, in documents of {', '.join(f'{lines:,}' for lines in DOCUMENT_LINES)} lines"
    return Table(title=title, head=["", *head], rows=_both(measured, figures), note=note)


def _both(measured: Measured, figures: Sequence[Callable[[Round], float]]) -> list[list[str]]:
    mine = [cell([figure(one) for one in measured.ours]) for figure in figures]
    theirs = [cell([figure(one) for one in measured.peer]) for figure in figures]
    return [[OURS, *mine], [PEER, *theirs], ["ratio", *(significant(measured.ratio(figure)) for figure in figures)]]


def _gates(measured: Measured) -> list[Gate]:
    """Each at one and a half to twice of what was measured when it was set: it breaks for a reason, not for noise."""
    promises: list[tuple[str, Callable[[Round], float], float]] = [
        ("ready, wall", lambda one: one.start.ready_ms, 2.0),  # on a busy machine mostly waiting for a core
        ("ready, CPU", lambda one: one.start.ready_cpu_ms, 1.3),
        ("start until idle, CPU", lambda one: one.start.idle_cpu_ms, 1.3),
        ("memory", lambda one: one.start.memory_mib, 1.0),  # hardly ever differs between runs
        (f"memory with {MEMORY_LINES:,} lines", lambda one: one.document_mib, 1.0),
        ("request, CPU", lambda one: one.requests.cpu_us, 0.15),
        ("pipelined request, CPU", lambda one: one.requests.pipelined_cpu_us, 0.06),
        *(
            (f"didChange in {lines:,} lines, CPU", _key_cpu(size), most)
            for size, (lines, most) in enumerate(zip(DOCUMENT_LINES, (0.5, 0.18, 0.04), strict=True))
        ),
    ]
    gates = [Gate(what=what, against=PEER, ratio=measured.ratio(of), most=most) for what, of, most in promises]
    cancel = _cancel_ratio(measured)
    why = "" if cancel is not None else "needs the embedded model's weights, and a completion that takes a while"
    gates.append(Gate(what="cancel until the reply", against=PEER, ratio=cancel, most=0.1, why=why))
    floor = median_ratio([one.start.ready_cpu_ms for one in measured.ours], measured.floor_ms)
    gates.append(Gate(what="ready, CPU", against=FLOOR, ratio=floor, most=70))
    return gates


def _key_cpu(size: int) -> Callable[[Round], float]:
    return lambda one: one.typing[size].cpu_us


def _cancel_ratio(measured: Measured) -> float | None:
    """None: not measured. Not a number, which no gate lets pass: our server finished what was cancelled."""
    cancels = measured.model.cancels if measured.model is not None else ()
    mine, theirs = _reply_ms(cancels), _reply_ms(measured.peer_cancels)
    if not mine or not theirs:
        return None
    return statistics.median(mine) / statistics.median(theirs) if _all_refused(cancels) else float("nan")


def _reply_ms(cancels: Sequence[Cancel]) -> list[float]:
    return [one.reply_ms for one in cancels if one.reply_ms is not None]


def _cancelled(cancels: Sequence[Cancel]) -> str:
    replies = _reply_ms(cancels)
    if not replies:
        return "-"
    return f"{cell(replies)}, {'-32800' if _all_refused(cancels) else 'result'}"


def _all_refused(cancels: Sequence[Cancel]) -> bool:
    return all(one.refused for one in cancels if one.reply_ms is not None)

"""Deployments: ours beside the vendor's own client, from the command line; and what one costs who types meanwhile.

A round is the same new tree for each of the two, each with a host of its own, in turns; both deploy it twice.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import isnan
from pathlib import Path

from tests.bench import deploy_command, deploy_meanwhile, deploy_memory
from tests.bench.deploy_command import AT_ONCE, BUILDS, DUPLICATES, FILES, LATENCY_MS, TOTAL_BYTES, Command, Run
from tests.bench.report import Bench, BenchError, Gate, Report, Table, cell, median_ratio, significant

OURS, PEER = "autocrea-lsp deploy", "vercel deploy"
BUILD_ROUNDS = 2  # of a host that takes its time; at most
MEMORY_LIMIT_MIB, ADDED_LIMIT_MS = 64.0, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The same tree deployed twice by the same command."""

    first: Run
    second: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """`peer` is empty where its client is not here."""

    ours: Sequence[Pair]
    peer: Sequence[Pair]

    def ratio(self, figure: Callable[[Pair], float]) -> float | None:
        if not self.peer:
            return None
        return median_ratio([figure(one) for one in self.ours], [figure(one) for one in self.peer])


async def run(repeat: int) -> Report:
    why = deploy_command.why_no_vendor()
    at_once = await _rounds("a host that is ready at once", AT_ONCE, repeat, alone=bool(why))
    builds = await _rounds("a host that builds", BUILDS, min(repeat, BUILD_ROUNDS), alone=bool(why))
    _say("memory")
    memory = await deploy_memory.measure()
    _say("completions meanwhile")
    meanwhile = await deploy_meanwhile.measure(repeat)
    tables = [
        _commands("a host that is ready at once", at_once),
        _commands("a host that builds for 1 s", builds),
        deploy_memory.table(memory),
        deploy_meanwhile.table(meanwhile),
    ]
    gates = [
        Gate(what="deploy, wall", against=PEER, ratio=at_once.ratio(_FIRST["first wall s"]), most=1.0, why=why),
        Gate(
            what="deploy, wall, with a build",
            against=PEER,
            ratio=builds.ratio(_FIRST["first wall s"]),
            most=1.0,
            why=why,
        ),
        Gate(what="deploy, requests", against=PEER, ratio=at_once.ratio(_FIRST["requests"]), most=1.0, why=why),
        Gate(
            what="uploads of a tree that is there",
            against="1 file",
            ratio=max(one.second.uploads for one in at_once.ours),
            most=0.0,
        ),
        Gate(
            what=f"memory of the server for {deploy_memory.TOTAL_MB} MB, growth",
            against=f"{MEMORY_LIMIT_MIB:g} MiB",
            ratio=memory.growth_mib / MEMORY_LIMIT_MIB,
            most=1.0,
        ),
        Gate(
            what="completion during an upload, added to its p95",
            against=f"{ADDED_LIMIT_MS:g} ms",
            ratio=meanwhile.added_ms / ADDED_LIMIT_MS,
            most=1.0,
        ),
    ]
    figures = {
        "at_once": asdict(at_once),
        "builds": asdict(builds),
        "memory": asdict(memory),
        "meanwhile": asdict(meanwhile),
    }
    return Report(tables=tables, gates=gates, figures=figures)


BENCH = Bench(name="deploy", about="deployments beside the vendor's own client, and typing meanwhile", run=run)

_FIRST: dict[str, Callable[[Pair], float]] = {
    "first wall s": lambda one: one.first.wall_s,
    "CPU s": lambda one: one.first.cpu_s,
    "requests": lambda one: one.first.asked,
}
_FIGURES: dict[str, Callable[[Pair], float]] = {
    **_FIRST,
    "second wall s": lambda one: one.second.wall_s,
    "second requests": lambda one: one.second.asked,
    "second uploads": lambda one: one.second.uploads,
}


async def _rounds(what: str, plan: str, rounds: int, *, alone: bool) -> Rounds:
    mine: list[Pair] = []
    theirs: list[Pair] = []
    for number in range(rounds):
        _say(f"{what}: round {number + 1} of {rounds}")
        turns = [(deploy_command.ours, mine), (deploy_command.vendor, theirs)][: 1 if alone else 2]
        for command, pairs in turns if number % 2 == 0 else reversed(turns):
            pairs.append(await _pair(command, plan, seed=number))
    return Rounds(ours=mine, peer=theirs)


async def _pair(command: Command, plan: str, *, seed: int) -> Pair:
    with tempfile.TemporaryDirectory(prefix="autocrea-bench-") as name:
        home, folder = Path(name).resolve() / "home", Path(name).resolve() / "site"
        home.mkdir(mode=0o700)
        deploy_command.write_site(folder, seed=seed)
        with deploy_command.host(plan) as host:
            first = await deploy_command.deploy(command, host, folder=folder, home=home)
            second = await deploy_command.deploy(command, host, folder=folder, home=home)
    if first.uploads != FILES - DUPLICATES:
        raise BenchError(f"{first.uploads} files were uploaded, of {FILES - DUPLICATES}")
    return Pair(first=first, second=second)


def _commands(what: str, rounds: Rounds) -> Table:
    rows = [
        [name, *(_cell(figure, [of(one) for one in pairs]) for figure, of in _FIGURES.items())]
        for name, pairs in ((OURS, rounds.ours), (PEER, rounds.peer))
    ]
    ratios = [rounds.ratio(figure) for figure in _FIGURES.values()]
    rows.append(["ratio", *("-" if ratio is None or isnan(ratio) else significant(ratio) for ratio in ratios)])
    note = (
        f"{FILES:,} files, {TOTAL_BYTES / 1e6:g} MB, {DUPLICATES} of them duplicates; the host answers after "
        f"{LATENCY_MS} ms. Wall from the process's start to its end. How often a build is asked for depends on when."
    )
    return Table(title=f"deploy, {what}", head=["", *_FIGURES], rows=rows, note=note)


def _cell(figure: str, values: Sequence[float]) -> str:
    """Seconds, or a count."""
    return cell(values) if figure.endswith(" s") or not values else f"{statistics.median(values):g}"


def _say(what: str) -> None:
    sys.stderr.write(f"deploy: {what}\n")

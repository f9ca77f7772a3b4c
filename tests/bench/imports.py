"""`python -m tests.bench.imports [MODULE]`: what a module's import costs, and which packages the time goes to.

The shares are of CPU time without profiling, split as `-X importtime` (which slows every import) saw it. *Own*: in the
package's own modules. *With all it brings*: the standard library and packages that were imported for it first, too;
that is the most that is saved when nothing imports it at the start.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import measures, processes
from tests.bench.client import running
from tests.bench.report import Table, significant
from tests.bench.servers import environment, ours

MODULE = "autocrea_lsp.lsp.serve"
PRODUCT = "autocrea_lsp"
REPEAT = 5
TOP = 20

NEVER_WHEN_SERVING = frozenset(
    {
        "click", "pygments", "rich", "typer",  # the command line's
        "anthropic", "httpx", "httpx2", "keyring", "pydantic", "xllamacpp",  # slow: when needed, and in a thread
    }
)  # fmt: skip

# Whether a server could do without until its first answer. Where nothing is said: cheap, or nobody has looked yet.
VERDICTS: Mapping[str, str] = {
    "lsprotocol": "in part: its classes could be made when first used",
    "ai.claude": "yes: when a backend is chosen, after `initialized`",
    "ai.embedded": "yes: when a backend is chosen, after `initialized`",
    "ai.weights": "yes: when a backend is chosen, after `initialized`",
    "email": "yes: only for an HTTP date in an answer",
    "http": "yes: with the backend that needs it",
    "tomllib": "yes: when there is a file to read",
    "zipfile": "yes: when weights are installed",
    "asyncio": "no: the loop",
    "attr": "no: lsprotocol and cattrs are made of it",
    "cattrs": "no: it decodes every message",
    "pygls": "no: the protocol",
    "logging": "no: asyncio has it",
    "ssl": "no: asyncio has it",
    "_ssl": "no: asyncio has it",
    "subprocess": "no: asyncio has it",
}

_LINE = re.compile(r"^import time:\s+(\d+) \|\s+(\d+) \| ( *)(\S+)$")


@dataclass(slots=True, kw_only=True)
class Imported:
    """One module as importtime tells of it (µs); `parts` were imported while it was."""

    name: str
    own_us: int
    all_us: int
    parts: list[Imported] = field(default_factory=list)

    @property
    def package(self) -> str:
        """Whose it is: a top-level package, or a part of ours (`ai.claude`, `lsp.wire`, `settings`)."""
        top, *rest = self.name.split(".")
        return ".".join(rest[:2]) or top if top == PRODUCT else top

    @property
    def ours(self) -> bool:
        return self.name.partition(".")[0] == PRODUCT


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A package's part of an import."""

    package: str
    modules: int
    own_us: int
    all_us: int
    by: str  # who imported it first


def parse(lines: Iterable[str]) -> list[Imported]:
    """The outermost imports, in order. In importtime's lines inner imports come before the outer one, indented."""
    open_at: dict[int, list[Imported]] = {}  # by depth: whose outer import is not yet there
    for line in lines:
        if (match := _LINE.match(line)) is None:
            continue
        own, everything, indent, name = match.groups()
        depth = len(indent) // 2
        # Usually one deeper; more where an import between failed, which importtime does not tell.
        parts = [part for inner in sorted(open_at) if inner > depth for part in open_at.pop(inner)]
        module = Imported(name=name, own_us=int(own), all_us=int(everything), parts=parts)
        open_at.setdefault(depth, []).append(module)
    return open_at.get(0, [])


def shares(imports: Iterable[Imported]) -> dict[str, Share]:
    """By package."""
    found: dict[str, Share] = {}
    for module, above in _walk(imports, ()):
        outermost = all(other.package != module.package for other in above)
        known = found.get(module.package)
        found[module.package] = Share(
            package=module.package,
            modules=(known.modules if known else 0) + 1,
            own_us=(known.own_us if known else 0) + module.own_us,
            all_us=(known.all_us if known else 0) + (module.all_us if outermost else 0),
            by=known.by if known else _brought_by(above),
        )
    return found


def profile(module: str) -> list[Imported]:
    """What `import module` imports beyond what the interpreter has already."""
    parents = {module.rsplit(".", depth)[0] for depth in range(module.count(".") + 1)}
    with TemporaryDirectory(prefix="autocrea-bench-") as name:
        told = Path(name) / "stderr"
        command = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
        processes.run_cpu_ns(command, environment(Path(name)), stderr=told)
        return [one for one in parse(told.read_text().splitlines()) if one.name in parents]


def cpu_ms(module: str) -> float:
    """CPU of `import module`, an interpreter that does nothing taken off."""
    with TemporaryDirectory(prefix="autocrea-bench-") as name:
        cpu_ns = processes.run_cpu_ns([sys.executable, "-c", f"import {module}"], environment(Path(name)))
    return cpu_ns / 1e6 - measures.floor_ms()


async def imported_by_a_server() -> set[str]:
    """The packages that a real server has imported when it is ready and idle, without a backend."""
    async with running(ours("autocrea-lsp", {"backend": "none"}), {"PYTHONPROFILEIMPORTTIME": "1"}) as client:
        await measures.start(client)
        told = client.stderr.read_text(errors="replace")
    return {match[4].partition(".")[0] for line in told.splitlines() if (match := _LINE.match(line))}


def table(module: str, repeat: int, top: int) -> Table:
    runs = [shares(profile(module)) for _ in range(repeat)]
    true_ms = statistics.median(cpu_ms(module) for _ in range(repeat))
    # The same share of the true sum, as the profile's is of the profile's sum.
    scale = true_ms / statistics.median(sum(share.own_us for share in run.values()) for run in runs)
    common = set(runs[0]).intersection(*runs[1:])
    rows = []
    for package in common:
        own = statistics.median(run[package].own_us for run in runs) * scale
        everything = statistics.median(run[package].all_us for run in runs) * scale
        rows.append((own, everything, runs[0][package]))
    rows.sort(key=lambda row: row[0], reverse=True)
    cells = [
        [
            f"`{share.package}`",
            *map(significant, (own, everything)),
            str(share.modules),
            share.by,
            verdict(share.package),
        ]
        for own, everything, share in rows[:top]
    ]
    rest = sum(own for own, _, _ in rows[top:])
    cells.append([f"{max(0, len(rows) - top)} others", significant(rest), "-", "-", "-", ""])
    return Table(
        title=f"`import {module}`: {true_ms:.0f} ms of CPU, {true_ms / measures.floor_ms():.0f} x `python -c pass`",
        head=["", "own ms", "with all it brings ms", "modules", "first imported by", "avoidable"],
        rows=cells,
    )


def verdict(package: str) -> str:
    if package in NEVER_WHEN_SERVING:
        return "YES: must not be imported when serving"
    return VERDICTS.get(package, "")


def _walk(imports: Iterable[Imported], above: tuple[Imported, ...]) -> Iterator[tuple[Imported, tuple[Imported, ...]]]:
    for module in imports:
        yield module, above
        yield from _walk(module.parts, (*above, module))


def _brought_by(above: Sequence[Imported]) -> str:
    """The part of ours that is responsible, and through which foreign package."""
    mine = next((one.package for one in reversed(above) if one.ours), "")
    direct = above[-1].package if above else ""
    return f"{mine}, through {direct}" if mine and not above[-1].ours else direct


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.imports", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("module", nargs="?", default=MODULE, help=f"default: {MODULE}")
    parser.add_argument("--repeat", type=int, default=REPEAT, help=f"default: {REPEAT}")
    parser.add_argument("--top", type=int, default=TOP, help=f"packages to show (default: {TOP})")
    options = parser.parse_args()
    sys.stdout.write(f"{table(options.module, options.repeat, options.top)}\n")
    unwanted = asyncio.run(imported_by_a_server()) & NEVER_WHEN_SERVING
    sys.stdout.write(f"\nImported when serving, and must not be: {', '.join(sorted(unwanted)) or 'nothing'}.\n")
    return 1 if unwanted else 0


if __name__ == "__main__":
    sys.exit(main())

"""`make bench`: run the benches, print their tables, and end with 1 when a gate is broken.

Performance is promised here, as ratios of figures of one run, and nowhere else: no unit test looks at a clock.
A new bench is a file that defines a `BENCH`, and its line in BENCHES.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench import acts, deploy, spine
from tests.bench.report import Bench, BenchError, Report

BENCHES: tuple[Bench, ...] = (spine.BENCH, acts.BENCH, deploy.BENCH)

REPEAT = 5


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0, or 1 when a gate is broken or a server did not do what is measured."""
    options = _options(arguments)
    if sys.platform != "linux":
        sys.stderr.write("The benches count CPU time and memory as Linux does; this is another system.\n")
        return 1
    began = time.monotonic()
    reports: dict[str, Report] = {}
    for bench in BENCHES:
        if not options.names or bench.name in options.names:
            try:
                reports[bench.name] = asyncio.run(bench.run(options.repeat))
            except BenchError as error:
                sys.stderr.write(f"{bench.name}: {error}\n")
                return 1
            _show(f"\n## {bench.name}: {bench.about}", *map(str, reports[bench.name].tables))
    surroundings = _surroundings(time.monotonic() - began)
    _show(_sentence(surroundings), "Figures are medians, with the smallest in brackets; ratios are ours / theirs.")
    gates = [gate for report in reports.values() for gate in report.gates]
    if options.gate:
        _show("## Gates", "\n".join(f"    {gate}" for gate in gates))
    if options.json is not None:
        options.json.write_text(json.dumps(_for_machines(surroundings, reports), indent=1), encoding="utf-8")
    broken = [gate for gate in gates if gate.broken] if options.gate else []
    for gate in broken:
        sys.stderr.write(f"{gate}\n")
    return 1 if broken else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    known = [bench.name for bench in BENCHES]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which benches (default: all): {', '.join(known)}")
    parser.add_argument("--repeat", type=int, default=REPEAT, help=f"rounds (default: {REPEAT})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    parser.add_argument("--gate", action=argparse.BooleanOptionalAction, default=True, help="hold figures to the gates")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - set(known)):
        parser.error(f"no bench called {', '.join(unknown)}; there are: {', '.join(known)}")
    if options.repeat < 1:
        parser.error("--repeat must be at least 1")
    return options


def _surroundings(took_s: float) -> dict[str, Any]:
    return {
        "took_s": round(took_s, 1),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _sentence(now: dict[str, Any]) -> str:
    """A table without the state of its machine says little."""
    return (
        f"Python {now['python']}, {now['system']}, {now['cores']} cores, load {now['load']:.1f} at the end; "
        f"the whole took {now['took_s']:.0f} s."
    )


def _for_machines(surroundings: dict[str, Any], reports: dict[str, Report]) -> dict[str, Any]:
    benches = {
        name: {
            "figures": report.figures,
            "gates": [asdict(gate) | {"broken": gate.broken} for gate in report.gates],
        }
        for name, report in reports.items()
    }
    return {"surroundings": surroundings, "benches": benches}


def _show(*paragraphs: str) -> None:
    sys.stdout.write("\n\n".join(paragraphs) + "\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""How much larger the server becomes while it sends much."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from tests.bench import deploy_server, measures, processes
from tests.bench.client import running
from tests.bench.deploy_command import AT_ONCE, host
from tests.bench.report import Table, significant

TOTAL_MB = 200
_SIZES_MB = (*[25] * 4, *[1] * 100)  # a few large files, many of some size
_KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Resident memory of the server process."""

    before_mib: float
    most_mib: float

    @property
    def growth_mib(self) -> float:
        return self.most_mib - self.before_mib


async def measure() -> Memory:
    """From an idle server that has never deployed anything to its largest during the deployment."""
    with host(AT_ONCE) as vercel:
        server = deploy_server.server(vercel, {"backend": "none"})
        async with running(server, deploy_server.variables(vercel)) as client:
            await asyncio.to_thread(_write, client.root)
            deploy_server.know(vercel, client.root.name)
            await measures.start(client)
            await processes.settle(client.pid)
            before = _status_mib(client.pid, "VmRSS")
            await deploy_server.Deployer(client).deploy()
            return Memory(before_mib=before, most_mib=_status_mib(client.pid, "VmHWM"))


def table(memory: Memory) -> Table:
    row = ["autocrea-lsp", *map(significant, (memory.before_mib, memory.most_mib, memory.growth_mib))]
    note = f"{len(_SIZES_MB)} files, {TOTAL_MB} MB; the largest that the server's process was (VmHWM)."
    return Table(
        title="memory during a deployment", head=["", "before MiB", "most MiB", "growth"], rows=[row], note=note
    )


def _write(folder: Path) -> None:
    for number, size in enumerate(_SIZES_MB):
        (folder / f"file{number}.bin").write_bytes(os.urandom(size * 1_000_000))


def _status_mib(pid: int, field: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith(f"{field}:")).split()[1]) / _KIB

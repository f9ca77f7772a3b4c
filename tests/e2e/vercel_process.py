"""The emulator of Vercel as a process of its own, for editors that are other processes too."""

from __future__ import annotations

from typing import Self

from tests.e2e.host_process import GUARD_S, ROOT, HostProcess, plant_shop

__all__ = ["GUARD_S", "ROOT", "VercelProcess", "plant_shop"]


class VercelProcess(HostProcess):
    """`state()` is what the host knows; it stops with the test."""

    @classmethod
    def start(cls, *options: str) -> Self:
        return cls.start_host("vercel", *options)

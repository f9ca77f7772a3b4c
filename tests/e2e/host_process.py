"""The emulators of hosts as processes of their own, for editors that are other processes too."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
GUARD_S = 30.0  # a state that has not come after this long never will


@dataclass(frozen=True, slots=True, kw_only=True)
class HostProcess:
    """`state()` is what the host knows; it stops with the test."""

    process: subprocess.Popen[str]
    url: str
    token: str

    @classmethod
    def start_host(cls, host: str, *options: str) -> Self:
        """`host`: "vercel", "netlify" or "railway"."""
        process = subprocess.Popen(
            [sys.executable, "-m", f"tests.emulators.{host}", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        return cls(process=process, url=told["url"], token=told["token"])

    def command(self, name: str, /, **fields: Any) -> dict[str, Any]:
        """A command of the host's `control`; its answer."""
        body = json.dumps(fields).encode()
        request = urllib.request.Request(f"{self.url}/__emulator__/{name}", body, method="POST")  # noqa: S310  # loopback
        with _OPENER.open(request, timeout=GUARD_S) as answer:
            found: dict[str, Any] = json.load(answer)
        assert "error" not in found, found
        return found

    def state(self) -> dict[str, Any]:
        with _OPENER.open(f"{self.url}/__emulator__/state", timeout=GUARD_S) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def states(self) -> list[str]:
        """Of its deployments, the newest first."""
        return [each["state"] if "state" in each else each["status"] for each in self.state()["deployments"]]

    def wait(self, *states: str) -> None:
        """Until its deployments are in these states."""
        end = time.monotonic() + GUARD_S
        while self.states() != list(states):
            assert time.monotonic() < end, f"never {states}: {self.states()}"
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.communicate(timeout=20)


def plant_shop(tmp_path: Path) -> Path:
    """A folder with a small site, and a secret that must not go anywhere."""
    site = tmp_path / "shop"
    site.mkdir()
    for name, text in SHOP.items():
        (site / name).write_text(text, encoding="utf-8")
    return site


SHOP = {"index.html": "<h1>shop</h1>\n", "app.js": "run()\n", ".env": "SECRET=1\n"}
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy: it is this machine

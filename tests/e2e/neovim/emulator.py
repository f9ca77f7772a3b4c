"""The emulated Messages API as a process of its own, commanded a line at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorProcess:
    process: subprocess.Popen[str]
    url: str

    @classmethod
    def start(cls) -> EmulatorProcess:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "emulators" / "messages.py"), "--port", "0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        return cls(process=process, url=process.stdout.readline().strip())

    def command(self, command: str, **fields: Any) -> dict[str, Any]:
        """Do it; its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"command": command, **fields}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        return dict(answer)

    def calls(self) -> int:
        """How many questions for text have come so far."""
        return sum(request["path"].startswith("/v1/messages") for request in self.command("requests")["requests"])

    def stop(self) -> None:
        """End its input, which ends it."""
        self.process.communicate(timeout=20)

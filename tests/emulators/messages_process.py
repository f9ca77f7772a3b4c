"""The emulator as a process of its own: its URL on the first line, then a command a line, until its input ends."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.emulators.messages import DEFAULT_KEY, Emulator
from tests.emulators.messages_control import obey


async def main(arguments: list[str]) -> None:
    """Run until standard input ends."""
    parser = argparse.ArgumentParser(description="The Messages API on loopback, for tests.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default=DEFAULT_KEY)
    parser.add_argument("--script", type=Path, help="JSON: rules, default, fault, unknown")
    options = parser.parse_args(arguments)
    async with Emulator(key=options.key, port=options.port) as emulator:
        if options.script:
            script = json.loads(options.script.read_text(encoding="utf-8"))
            _stop_on_error(obey(emulator, json.dumps(script), name="rules"))
            for name in ("fault", "unknown"):
                if command := script.get(name):
                    _stop_on_error(obey(emulator, json.dumps(command), name=name))
        _say(emulator.url)
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip():
                _say(json.dumps(obey(emulator, line)))


def _stop_on_error(answer: Mapping[str, Any]) -> None:
    if "error" in answer:
        sys.exit(f"script: {answer['error']}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

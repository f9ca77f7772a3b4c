"""Commands to the emulator from another process: a line of JSON on standard input, or a body over HTTP."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.emulators.messages_faults import MESSAGES, SPECS, Fault
from tests.emulators.messages_script import Rule

if TYPE_CHECKING:
    from tests.emulators.messages import Emulator


def obey(emulator: Emulator, text: str | bytes, *, name: str | None = None) -> dict[str, Any]:
    """Do one command and answer it; {"error": what} for one that cannot be done. `name`: where the text has none."""
    try:
        command = json.loads(text)
        return _obey(emulator, name or command["command"], command)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return {"error": repr(error)}


def _obey(emulator: Emulator, name: str, command: Mapping[str, Any]) -> dict[str, Any]:
    match name:
        case "requests":
            return {"requests": [dataclasses.asdict(request) for request in emulator.requests]}
        case "faults":
            return {"faults": {fault.value: {"harmless": SPECS[fault].harmless} for fault in Fault}}
        case "fault":
            fault = command.get("fault")
            after = command.get("after_deltas", 3)
            path = command.get("path", MESSAGES)
            emulator.fail(Fault(fault) if fault else None, times=command.get("times"), after_deltas=after, path=path)
        case "unknown":
            emulator.unknown = set(command["fields"])
        case "rules":
            emulator.rules = [Rule(**rule) for rule in command.get("rules", ())]
            if "default" in command:
                emulator.default = Rule(**command["default"])
        case "reset":
            emulator.reset()
        case _:
            raise ValueError(f"unknown command {name!r}")
    return {"ok": True}

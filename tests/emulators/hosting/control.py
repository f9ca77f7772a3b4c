"""Commands to an emulator from another process, over HTTP: what is there, and what goes wrong next.

GET `/__emulator__/state`; POST `/__emulator__/{fail,heal,plan,advance,reset,…}` with JSON; a host adds its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.emulators.hosting.calls import Recorded

if TYPE_CHECKING:
    from tests.emulators.hosting.server import HostEmulator

CONTROL = "/__emulator__/"


def obey(emulator: HostEmulator[Any], name: str, body: bytes) -> dict[str, Any]:
    """Do one command and answer it; {"error": what} for one that cannot be done."""
    try:
        return _obey(emulator, name, json.loads(body))
    except (ValueError, TypeError, KeyError, AttributeError, StopIteration) as error:
        return {"error": repr(error)}


def _obey(emulator: HostEmulator[Any], name: str, command: Mapping[str, Any]) -> dict[str, Any]:
    match name:
        case "state":
            return _state(emulator)
        case "fail":
            emulator.fail(**{**command, "fault": emulator.faults(command["fault"])})
        case "heal":
            emulator.heal()
        case "plan":
            emulator.plan = emulator.plan_of(command)
        case "advance":
            emulator.clock.advance(command["seconds"])
        case "reset":
            emulator.reset()
        case _:
            return emulator.command(name, command)
    return {"ok": True}


def _state(emulator: HostEmulator[Any]) -> dict[str, Any]:
    """Everything that a test may want to look at."""
    return {
        "now": emulator.clock.now(),
        "saw_token": emulator.saw_token,
        "breaches": emulator.breaches,
        "failures": emulator.failures,
        **emulator.state(),
        "requests": [_shown(request) for request in list(emulator.requests)],
    }


def _shown(request: Recorded) -> dict[str, Any]:
    return {
        "op": request.op,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "status": request.status,
        "acted": request.acted,
        "fault": request.fault,
        "keys": sorted(request.body) if isinstance(request.body, dict) else None,
    }

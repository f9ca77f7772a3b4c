"""Vercel on loopback, for tests: real HTTP, a host's state that moves with its own clock, every known fault.

In a test: `async with Emulator() as api: ...`, with `api.url`, `api.token`, `api.plan = Plan(...)`,
`api.fail(Fault.DROP_AFTER_ACTING, op="create_deployment")`, `api.world.deployments`, `api.requests`, `api.breaches`.
Without asyncio: `with Running() as api: ...`. As a process: `python -m tests.emulators.vercel --port 0` prints
`{"url", "token"}` as its first line and ends when its input does; `vercel_control` tells what it takes over HTTP.

- plan, clock, things, world   the host's state and what time does to it
- routes → creating, deployments, events, projects, environment → views   the operations and their answers
- rules                        what the host refuses, in its own forms
- faults, striking, streaming  how it fails
- contract, contract_vercel    what is held against `../shared/schemas`, and every exception from it
- server, running, control     the sockets, the thread or process, the commands from outside
"""

from __future__ import annotations

import sys

from tests.emulators.vercel_environment import add_variable
from tests.emulators.vercel_faults import SPECS, Fault
from tests.emulators.vercel_plan import Line, Plan, failing
from tests.emulators.vercel_routes import OPERATIONS
from tests.emulators.vercel_running import Running, main, serve
from tests.emulators.vercel_server import CANARY, Emulator
from tests.emulators.vercel_things import HOBBY, Account, Team

__all__ = [
    "CANARY",
    "HOBBY",
    "OPERATIONS",
    "SPECS",
    "Account",
    "Emulator",
    "Fault",
    "Line",
    "Plan",
    "Running",
    "Team",
    "add_variable",
    "failing",
    "serve",
]

if __name__ == "__main__":
    main(sys.argv[1:])

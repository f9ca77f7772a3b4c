"""Netlify on loopback, for tests: real HTTP, a host's state that moves with its own clock, every known fault.

In a test: `async with Emulator() as api: ...`, with `api.url` (the API is below `/api/v1`), `api.token`,
`site = api.world.add_site("site")`, `api.plan = Plan(...)`, `api.fail(Fault.DROP_AFTER_ACTING, op="create_deploy")`,
`api.world.deploys`, `api.world.live(site.id)`, `api.requests`, `api.breaches`. Without a loop: `with Running() as api`.
As a process: `python -m tests.emulators.netlify --port 0` prints `{"url", "token"}` as its first line and ends when its
input does; `hosting.control` and `netlify_control` tell what it takes over HTTP.

- plan, things, world          the host's state and what time does to it
- routes → creating, deploys, sites, environment → views   the operations and their answers; calls: what they are told
- socket                       the log of a build as it grows
- faults, striking             how it fails
- contract_netlify             what is held against `../shared/schemas`, our stricter overlay, and every exception
- server, running, control     the host as a whole, the thread or process, the commands from outside
"""

from __future__ import annotations

import sys

from tests.emulators.netlify_environment import add_variable
from tests.emulators.netlify_faults import SPECS, Fault
from tests.emulators.netlify_plan import Line, Plan, failing, reviewed, skipping
from tests.emulators.netlify_routes import OPERATIONS
from tests.emulators.netlify_running import Running, main, serve
from tests.emulators.netlify_server import CANARY, Emulator
from tests.emulators.netlify_things import Account, Team

__all__ = [
    "CANARY",
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
    "reviewed",
    "serve",
    "skipping",
]

if __name__ == "__main__":
    main(sys.argv[1:])

"""Railway on loopback, for tests: its real schema is executed, a host's state moves with its own clock, and fails.

In a test: `async with Emulator() as api: ...`, with `api.url`, `api.token`, `api.project_token`,
`project = api.world.add_project("site")`, `api.world.add_service(project, "web")`, `api.plan = Plan(...)`,
`api.fail(Fault.DROP_AFTER_ACTING, op="up")`, `api.world.deployments`, `api.requests`, `api.breaches`, `api.failures`.
An operation is named by its first root field ("deployment", "serviceInstanceDeployV2"), "up" or "socket".
Without asyncio: `with Running() as api: ...`. As a process: `python -m tests.emulators.railway --port 0` prints
`{"url", "token", "project_token"}` as its first line and ends when its input does; `hosting.control` and
`railway_control` tell what it takes over HTTP.

- plan, things, world          the host's state and what time does to it
- sdl, schema, graphql         the host's schema, and a document on its way through it
- queries, mutations, setting, starting, streams → views, details, logs, paging   the operations and their answers
- upload, socket               what is not GraphQL over POST
- rules                        what the host refuses, in its own words; what a token may do
- faults, striking             how it fails
- contract_railway             what is held against the client's requests and our answers
- server, running, control     the sockets, the thread or process, the commands from outside
"""

from __future__ import annotations

import sys

from tests.emulators.railway_faults import SOCKET_FAULTS, SPECS, Fault
from tests.emulators.railway_plan import PRESETS, Line, Plan, crashing, failing, unhealthy
from tests.emulators.railway_running import Running, main
from tests.emulators.railway_server import CANARY, PROJECT_CANARY, WORKSPACE_CANARY, Emulator
from tests.emulators.railway_things import Account, Workspace

__all__ = [
    "CANARY",
    "PRESETS",
    "PROJECT_CANARY",
    "SOCKET_FAULTS",
    "SPECS",
    "WORKSPACE_CANARY",
    "Account",
    "Emulator",
    "Fault",
    "Line",
    "Plan",
    "Running",
    "Workspace",
    "crashing",
    "failing",
    "unhealthy",
]

if __name__ == "__main__":
    main(sys.argv[1:])

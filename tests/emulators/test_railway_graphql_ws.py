"""The protocol's own reference client (npm `graphql-ws`) listens to the emulated host: it finds what it looks for."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.emulators.railway import Emulator, Fault, Plan
from tests.emulators.railway_asking import BUILD_LOGS, place

YARDSTICKS = Path(__file__).resolve().parents[1] / "yardsticks"
NODE = Path(sys.executable).with_name("node")
TIMEOUT_S = 30
SCRIPT = """
import { createClient } from 'graphql-ws'
const { ADDRESS: url, TOKEN, DOCUMENT: query, ID, ATTEMPTS } = process.env
class Authorized extends WebSocket {
  constructor(address, protocols) {
    super(address, { protocols, headers: { authorization: `Bearer ${TOKEN}` } })
  }
}
const client = createClient({
  url, webSocketImpl: Authorized, retryAttempts: Number(ATTEMPTS), shouldRetry: () => true, retryWait: async () => {},
})
const seen = { lines: [], end: 'nothing' }
await new Promise((resolve) => {
  client.subscribe({ query, variables: { id: ID } }, {
    next: ({ data }) => seen.lines.push(...Object.values(data).flat().map((line) => line.message ?? line.status)),
    error: (error) => {
      seen.end = Array.isArray(error) ? error[0].message : `closed ${error.code ?? 'without a word'}`
      resolve()
    },
    complete: () => {
      seen.end = 'complete'
      resolve()
    },
  })
})
await client.dispose()
console.log(JSON.stringify(seen))
"""

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not ((YARDSTICKS / "node_modules/graphql-ws").exists() and NODE.exists()),
        reason="no graphql-ws: run `.ci/setup.sh yardsticks`",
    ),
]


async def listen(api: Emulator, id_: str, *, query: str = BUILD_LOGS, attempts: int = 0) -> Any:
    environment = {
        **os.environ,
        "ADDRESS": api.url.replace("http", "ws") + "/graphql/v2",
        "TOKEN": api.token,
        "DOCUMENT": query,
        "ID": id_,
        "ATTEMPTS": str(attempts),
    }
    running = await asyncio.create_subprocess_exec(
        NODE,
        "--input-type=module",
        "--eval",
        SCRIPT,
        cwd=YARDSTICKS,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(TIMEOUT_S):
        out, error = await running.communicate()
    assert running.returncode == 0, error.decode()
    return json.loads(out)


async def test_it_hears_a_build_to_its_end() -> None:
    async with Emulator() as api:
        plan = Plan(step_s=(0.1, 1.5, 0.1), build_log=("one", "two", "three"))
        made = api.world.add_deployment(place(api).service, plan=plan)
        assert await listen(api, made.id) == {"lines": ["one", "two", "three"], "end": "complete"}
        assert (api.breaches, api.failures) == ([], [])


async def test_it_hears_a_refusal_and_a_wrong_document() -> None:
    async with Emulator() as api:
        assert await listen(api, "nobody") == {"lines": [], "end": "Deployment not found"}
        made = api.world.add_deployment(place(api).service)
        wrong = await listen(api, made.id, query="subscription($id:String!){deployment(id:$id){state}}")
        assert wrong["end"].startswith("Cannot query field 'state'")


@pytest.mark.parametrize(
    ("fault", "end"),
    [
        (Fault.SOCKET_TOO_MANY, "closed 4429"),
        (Fault.SOCKET_UNAUTHORIZED, "closed 4401"),
        (Fault.SOCKET_DIES, "closed without a word"),
        (Fault.SOCKET_ERROR, "Problem processing request"),
        (Fault.SOCKET_COMPLETES, "complete"),
    ],
)
async def test_it_meets_the_faults_of_the_socket(fault: Fault, end: str) -> None:
    async with Emulator() as api:
        made = api.world.add_deployment(place(api).service)
        api.fail(fault, at=2)
        assert (await listen(api, made.id))["end"] == end


async def test_it_comes_again_and_hears_the_newest_lines_again() -> None:
    async with Emulator() as api:
        made = api.world.add_deployment(place(api).service, plan=Plan(instant=True, build_log=("one", "two")))
        api.fail(Fault.SOCKET_DIES, at=1)
        assert await listen(api, made.id, attempts=1) == {"lines": ["one", "one", "two"], "end": "complete"}
        assert api.count("socket") == 2

"""The reference client of graphql-transport-ws reads a log and states from Railway's emulated host."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulators.railway import Emulator, Plan
from tests.yardsticks import clients
from tests.yardsticks.scenarios import Asked, check_host

pytestmark = [
    pytest.mark.yardsticks(host="Railway", client="graphql-ws"),
    pytest.mark.skipif(bool(clients.why_not("graphql-ws")), reason=clients.why_not("graphql-ws")),
]


async def test_the_reference_client_reads_a_build_to_its_end(tmp_path: Path, asked: Asked) -> None:
    async with Emulator(speed=5) as api:
        made = api.world.add_deployment(
            api.world.add_service(api.world.add_project("site"), "web"), plan=Plan(step_s=3.0)
        )
        given = {"URL": f"{api.url}/graphql/v2", "TOKEN": api.token, "DEPLOYMENT": made.id}
        told = (await clients.node("railway_socket.mjs", tmp_path, tmp_path, variables=given)()).value
        assert told["log"][-1] == "Build time: 12.34 seconds"
        assert len(told["log"]) == len(set(told["log"])) > 3
        assert told["states"][-1] == "SUCCESS"
        assert "BUILDING" in told["states"]
        check_host(api)
        asked(len(api.requests), 0)

"""Providers that break where it matters, and hosts that want to be left alone."""

from __future__ import annotations

import pytest

from autocrea_lsp.deploy.errors import HostBusy, OutcomeUnknown
from tests.deploy.desk import Desk


@pytest.mark.parametrize("answer", [OutcomeUnknown("Lost."), KeyError("id")], ids=["unclear", "broken"])
async def test_a_provider_that_breaks_while_it_looks_does_not_make_it_a_failure(desk: Desk, answer: Exception) -> None:
    desk.host.fail("answer", answer)
    desk.host.fail("find", ValueError("not what was expected"))
    row = await desk.run()
    assert (row.state, row.remote_id) == ("success", "dpl_1")
    assert len(desk.host.made) == 1


async def test_what_never_can_be_looked_for_is_unknown_and_not_repeated(desk: Desk) -> None:
    desk.host.fail("answer", OutcomeUnknown("Lost."))
    desk.host.fail("find", *[ValueError("not what was expected") for _ in range(5)])
    row = await desk.run()
    assert (row.state, desk.host.calls.count("create")) == ("unknown", 1)
    assert await desk.deployments.reattach() == [row.id]
    assert (await desk.end(row.id)).state == "success"


async def test_the_end_of_a_log_does_not_hurry_a_host_that_is_busy(desk: Desk) -> None:
    desk.host.fail("status", HostBusy("Too often.", retry_after_s=120.0))
    began_s = desk.clock.monotonic()
    row = await desk.run()
    assert row.state == "success"
    assert desk.host.calls.count("logs") > 1  # it was opened, ended and opened anew meanwhile
    assert desk.clock.monotonic() - began_s >= 120.0

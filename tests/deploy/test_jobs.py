"""Deployments that nobody disturbs, and what is in the store before anything goes on."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from autocrea_lsp.deploy.base import Notice, Sent, Step
from tests.deploy.desk import REQUEST, Desk


async def test_a_deployment_runs_from_its_row_to_its_end(desk: Desk) -> None:
    row = await desk.run()
    assert (row.state, row.remote_id, row.url) == ("success", "dpl_1", "https://dpl_1.example")
    assert (row.account, row.remote_project, row.project_name) == ("team_1", "prj_1", "site")
    assert desk.host.calls.count("create") == 1
    told = desk.check_told(row.id)
    assert told[-1].percent == 100
    states = [update.row.state for update in told]
    assert sorted(set(states), key=states.index) == ["pending", "creating", "queued", "building", "success"]

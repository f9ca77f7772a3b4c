"""Every fault of the host at every step of a deployment: the right end, never two, one last word, no secret told."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from autocrea_lsp.deploy.base import LogLine
from tests.deploy.faults import secrecy
from tests.deploy.faults.outcome import created, outcome
from tests.deploy.faults.stage import VARIABLE, SharedClock, staged
from tests.deploy.faults.steps import BEFORE_CREATE, STEPS, Step
from tests.deploy.faults.table import EXPECTED
from tests.emulators.vercel import CANARY, Fault


def test_every_step_is_in_the_table() -> None:
    assert set(EXPECTED) == set(STEPS)


@pytest.mark.parametrize("name", STEPS)
async def test_every_fault_at_that_step(name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "peewee")  # whose statements are slow to print; the file itself is looked through
    for logger in ("httpx", "httpcore", ""):
        caplog.set_level(logging.DEBUG, logger)
    expected = EXPECTED[name]
    never = {Fault.NEVER} & set(expected)  # by itself: nobody else's time shall wait for it
    found = {}
    for crowd in (set(expected) - never, never):
        found |= await _met(STEPS[name], sorted(crowd), tmp_path)
    assert found == expected
    assert "autocrea_lsp.deploy" in caplog.text  # else looking for a secret means nothing
    assert not secrecy.seen(caplog.text)


async def _met(step: Step, faults: list[Fault], path: Path) -> dict[Fault, str]:
    """What comes of each, all at the same time."""
    clock = SharedClock()
    folders = [path / fault.name for fault in faults]
    for folder in folders:
        folder.mkdir()
    met = (outcome(folder, clock, step, fault) for folder, fault in zip(folders, faults, strict=True))
    return dict(zip(faults, await asyncio.gather(*met), strict=True))


async def test_what_is_looked_for_would_be_found(tmp_path: Path) -> None:
    """The build printed the variable and the token, and its log was read: both are in what the host said."""
    async with staged(tmp_path) as stage:
        row = await stage.run()
        said = "".join(str(request.answer) for request in stage.api.requests if request.op == "events")
        assert VARIABLE in said
        assert CANARY in said
        lines: list[LogLine] = [line for update in stage.updates for line in update.lines]
        kept = [line.text for line in await stage.deployments.log(row.id)]
        assert [line.text for line in lines] == kept
        assert "KEY=***" in kept
        assert any("authorization: Bearer [" in text for text in kept)
        assert [request.op for request in stage.api.requests].index("create_deployment", 5) == BEFORE_CREATE
    assert secrecy.seen(f"x{CANARY[: len(CANARY) // 2]}x")
    assert secrecy.seen(f"x{CANARY[len(CANARY) // 2 :]}x")
    assert secrecy.seen(VARIABLE.encode())


@pytest.mark.parametrize("at", [0, 1, 100, -1])
async def test_an_answer_to_a_create_that_breaks_at_any_byte_is_one_deployment(at: int, tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.api.fail(Fault.DROP_IN_ANSWER, op="create_deployment", skip=1, at=at)
        row = await stage.run()
        assert (row.state, created(stage)) == ("success", 1)


@pytest.mark.parametrize(
    ("fault", "state"), [(Fault.DROP_BEFORE_ACTING, "interrupted"), (Fault.DROP_AFTER_ACTING, "success")]
)
async def test_what_could_not_be_found_out_is_at_the_next_start(fault: Fault, state: str, tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.api.fail(fault, times=None, skip=BEFORE_CREATE)
        row = await stage.run()
        assert (row.state, row.remote_id) == ("unknown", "")
        stage.api.heal()
        assert await stage.deployments.reattach() == [row.id]
        after = await stage.end(row.id)
        assert after.state == state
        assert created(stage) == (state == "success")

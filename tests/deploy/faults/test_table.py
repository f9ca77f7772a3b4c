"""Every fault of the host at every step of a deployment: the right end, never two, one last word, no secret told."""

from __future__ import annotations

import asyncio
import logging
from enum import StrEnum
from pathlib import Path

import pytest

from autocrea_lsp.deploy.base import LogLine
from tests.deploy.faults import secrecy
from tests.deploy.faults.case import Case
from tests.deploy.faults.cases import CASES
from tests.deploy.faults.outcome import created, outcome
from tests.deploy.faults.stage import VARIABLE, SharedClock, staged
from tests.deploy.faults.steps import Step

EVERY_CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@EVERY_CASE
def test_every_step_is_in_the_table(case: Case) -> None:
    assert set(case.expected) == set(case.steps)


@pytest.mark.parametrize(("host", "name"), [(case.name, step) for case in CASES.values() for step in case.steps])
async def test_every_fault_at_that_step(host: str, name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    case = CASES[host]
    caplog.set_level(logging.INFO, "peewee")  # whose statements are slow to print; the file itself is looked through
    for logger in ("httpx", "httpcore", ""):
        caplog.set_level(logging.DEBUG, logger)
    expected = case.expected[name]
    specs = case.emulator.specs
    never = {fault for fault in expected if specs[fault].place == "never"}  # nobody else's time shall wait for it
    found = {}
    for crowd in (set(expected) - never, never):
        found |= await _met(case, case.steps[name], sorted(crowd), tmp_path)
    assert found == expected
    assert "autocrea_lsp.deploy" in caplog.text  # else looking for a secret means nothing
    assert not secrecy.seen(case.token, caplog.text)


async def _met(case: Case, step: Step, faults: list[StrEnum], path: Path) -> dict[StrEnum, str]:
    """What comes of each, all at the same time."""
    clock = SharedClock()
    folders = [path / fault.name for fault in faults]
    for folder in folders:
        folder.mkdir()
    met = (outcome(folder, case, clock, step, fault) for folder, fault in zip(folders, faults, strict=True))
    return dict(zip(faults, await asyncio.gather(*met), strict=True))


@EVERY_CASE
async def test_what_is_looked_for_would_be_found(case: Case, tmp_path: Path) -> None:
    """The build printed the variable and the token, and its log was read: both are in what the host said."""
    async with staged(tmp_path, case) as stage:
        row = await stage.run()
        token = stage.api.token
        said = "".join(str(request.answer) for request in stage.api.requests if request.op in case.log_ops)
        assert (VARIABLE in said) is case.takes_variables
        assert token in said
        lines: list[LogLine] = [line for update in stage.updates for line in update.lines]
        kept = [line.text for line in await stage.deployments.log(row.id)]
        assert [line.text for line in lines] == kept
        assert ("KEY=***" in kept) is case.takes_variables
        assert any("authorization: Bearer [" in text for text in kept)
        assert [case.creates(request) for request in stage.api.requests].index(True) == case.before_create
    assert secrecy.seen(token, f"x{token[: len(token) // 2]}x")
    assert secrecy.seen(token, f"x{token[len(token) // 2 :]}x")
    assert secrecy.seen(token, VARIABLE.encode())


@pytest.mark.parametrize("at", [0, 1, 100, -1])
@EVERY_CASE
async def test_an_answer_to_a_create_that_breaks_at_any_byte_is_one_deployment(
    case: Case, at: int, tmp_path: Path
) -> None:
    step = case.steps["create"]
    async with staged(tmp_path, case) as stage:
        stage.api.fail(case.faults("drop-in-answer"), op=step.op, skip=step.skip, at=at)
        row = await stage.run()
        assert (row.state, created(stage)) == ("success", 1)


@pytest.mark.parametrize(("fault", "state"), [("drop-before-acting", "interrupted"), ("drop-after-acting", "success")])
@EVERY_CASE
async def test_what_could_not_be_found_out_is_at_the_next_start(
    case: Case, fault: str, state: str, tmp_path: Path
) -> None:
    async with staged(tmp_path, case) as stage:
        stage.api.fail(case.faults(fault), times=None, skip=case.before_create)
        row = await stage.run()
        assert (row.state, row.remote_id) == ("unknown", "")
        stage.api.heal()
        assert await stage.deployments.reattach() == [row.id]
        after = await stage.end(row.id)
        assert after.state == case.found_later.get(fault, state)
        assert created(stage) == (fault == "drop-after-acting")

"""What came of a deployment that met a fault, in the table's words, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

from autocrea_lsp.deploy.jobs import Update
from autocrea_lsp.store import DeploymentRow
from tests.deploy.faults.case import Case
from tests.deploy.faults.secrecy import database_files, files_with_it, seen
from tests.deploy.faults.stage import VARIABLE, SharedClock, Stage, staged
from tests.deploy.faults.steps import Step, run
from tests.deploy.faults.table import OUTCOMES, Outcome


async def outcome(path: Path, case: Case, clock: SharedClock, step: Step, fault: StrEnum) -> str:
    """One word of the table where all is well."""
    async with staged(path, case, clock=clock, minutes=step.minutes) as stage:
        row, token = await run(stage, step, fault), stage.api.token
        found = Outcome(row.state, created(stage))
        word = next((word for word, known in OUTCOMES.items() if known == found), f"{row.state} of {found.created}")
        wrong = [*_wrong(stage, row)]
        if not any(request.fault == fault for request in stage.api.requests):
            wrong.append("it never struck")
    wrong += [f"a secret in {name}" for name in files_with_it(token, database_files(path))]
    return "; ".join([word, *wrong])


def created_by(case: Case, api: Any) -> int:
    """How many requests have created a deployment, whatever became of it."""
    return sum(case.creates(request) for request in api.requests)


def created(stage: Stage) -> int:
    return created_by(stage.case, stage.api)


def percents_of(updates: Iterable[Update]) -> list[int]:
    return [update.percent for update in updates if update.percent is not None]


def _wrong(stage: Stage, row: DeploymentRow) -> Iterator[str]:
    """Of what was told, kept and sent."""
    updates = stage.updates
    if [update.finished for update in updates] != [False] * (len(updates) - 1) + [True]:
        yield "not one last word"
    if updates[-1].row.state != row.state:
        yield f"told as {updates[-1].row.state}"
    percents = percents_of(updates)
    if any(after < before for before, after in pairwise(percents)):
        yield f"a bar went back: {percents}"
    if (percents[-1] == 100) is not (row.state == "success"):
        yield f"it ended at {percents[-1]} %"
    if {"failed": row.error, "unknown": row.detail}.get(row.state, "fine") == "":
        yield "no word about why"
    if stage.case.ours(stage.api) > 1:
        yield "two at the host"
    if created(stage) and row.state != "unknown" and not row.remote_id:
        yield "its id at the host is not kept"
    token = stage.api.token
    if seen(token, repr((updates, row, [(update.text, update.lines, update.notices) for update in updates]))):
        yield "a secret was told"
    if any(stage.api.token in value for request in stage.api.elsewhere for value in request.headers.values()):
        yield "the token went to another host"
    if not stage.api.saw_token:  # else looking for it means nothing
        yield "the host never got the token"
    carries = stage.case.carries
    if carries and any(VARIABLE.encode() not in request.raw for request in stage.api.requests if carries(request)):
        yield "the host never got the variable"

"""What can be listened to at the host: a function for each field of its Subscription type, named and called as that is.

Each yields values of the field, and ends when there is nothing more to come.
"""

# ruff: noqa: A002, N803  # arguments have the schema's names

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable
from typing import Any

from tests.emulators import railway_details as details
from tests.emulators import railway_logs as logs
from tests.emulators import railway_views as views
from tests.emulators.railway_plan import FINAL, Phase
from tests.emulators.railway_queries import Call, View
from tests.emulators.railway_things import Deployment

Stream = Callable[..., AsyncIterator[Any]]
_BUILDING = {"QUEUED", "WAITING", "NEEDS_APPROVAL", "INITIALIZING", "BUILDING"}


async def deployment(call: Call, *, id: str) -> AsyncIterator[View]:
    """Whenever it is in another status; it ends when that is the last one."""
    found = call.scope.deployment(id)
    told = None
    while True:
        call.world.settle()
        status = found.status
        if status != told:
            told = status
            yield views.deployment(call.scope, found)
        if status in FINAL:
            return
        await _next(found)


async def deployment_events(call: Call, *, id: str) -> AsyncIterator[View]:
    """Each step as it begins, and again as it ends."""
    found = call.scope.deployment(id)
    told: dict[str, Any] = {}
    while True:
        for event in details.events(found):
            if told.get(event["id"]) != event["completedAt"] or event["id"] not in told:
                told[event["id"]] = event["completedAt"]
                yield event
        if found.status not in _BUILDING and found.status != "DEPLOYING":
            return
        await _next(found)


def _logs(phase: Phase) -> Stream:
    async def stream(
        call: Call, *, deploymentId: str, filter: str | None = None, limit: int | None = None
    ) -> AsyncIterator[list[View]]:
        found = call.scope.deployment(deploymentId)
        seen_ns = -1
        arguments: dict[str, Any] = {"filter": filter, "limit": limit}
        while True:
            call.world.settle()
            ended = _ended(found, phase)  # before the look at the lines, so that none of them is missed
            new = [one for one in logs.lines(found, phase, call.world.clock.now(), **arguments) if one.at_ns > seen_ns]
            if new:
                seen_ns = new[-1].at_ns
                arguments["limit"] = None
                yield [details.log(found, entry) for entry in new]
            if ended:
                return
            await _next(found)

    return stream


def _ended(deployment: Deployment, phase: Phase) -> bool:
    return deployment.status in FINAL or (phase == "build" and deployment.status not in _BUILDING)


async def _next(deployment: Deployment) -> None:
    """Until something may have happened to it."""
    now_s = deployment.clock.now()
    due_s = deployment.course.next_s(now_s)
    # a deployment beside it may remove it: what that waits for is not known here, so it is looked at as well
    await deployment.clock.pause(due_s if math.isfinite(due_s) else now_s + 1.0)


STREAMS: dict[str, Stream] = {
    "deployment": deployment,
    "deploymentEvents": deployment_events,
    "buildLogs": _logs("build"),
    "deploymentLogs": _logs("deploy"),
}

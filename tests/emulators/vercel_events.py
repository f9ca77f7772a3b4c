"""The log of a build, at once or as it grows, and the log of a deployment that runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tests.emulators import vercel_views as views
from tests.emulators.hosting.calls import Answer
from tests.emulators.vercel_calls import Call
from tests.emulators.vercel_plan import Event
from tests.emulators.vercel_rules import bad
from tests.emulators.vercel_things import Deployment
from tests.emulators.vercel_world import World

STREAM = {"content-type": "application/stream+json"}


def events(call: Call) -> Answer:
    """A JSON array; with `follow=1` or `format=lines` an entry a line, and with `follow=1` until all has happened."""
    deployment, query = call.deployment(), call.query
    if query.get("follow", "0") not in ("", "0", "1"):
        raise bad("`follow` should be 0 or 1", path=".follow", keyword="enum")
    if query.get("direction", "forward") not in ("forward", "backward"):
        raise bad("`direction` should be forward or backward", path=".direction", keyword="enum")
    since, until = call.number("since", float("-inf")), call.number("until", float("inf"))
    wanted = _Wanted(deployment, since_ms=since, until_ms=until)
    if query.get("follow") == "1":
        return Answer(stream=_follow(call.world, wanted), headers=STREAM, deployment=deployment)
    found = wanted.until(call.world.clock.now())
    if query.get("direction") == "backward":
        found = found[::-1]
    if (limit := int(call.number("limit", -1))) >= 0:
        found = found[:limit]
    if query.get("format") == "lines":
        return Answer(stream=_all(found), headers=STREAM, deployment=deployment)
    return Answer(value=found, deployment=deployment)


class _Wanted:
    """The entries of a deployment's log that a request asks for; both ends of the time are included."""

    def __init__(self, deployment: Deployment, *, since_ms: float, until_ms: float) -> None:
        self.deployment, self._since_ms, self._until_ms = deployment, since_ms, until_ms

    def until(self, now_s: float, *, skip: int = 0) -> list[dict[str, Any]]:
        """What has happened by then, without the first `skip` of it."""
        past = [
            event
            for event in self.deployment.course.events
            if event.at_ms <= now_s * 1000 and self._since_ms <= event.at_ms <= self._until_ms
        ]
        return [self._shown(event) for event in past[skip:]]

    def _shown(self, event: Event) -> dict[str, Any]:
        shape = self.deployment.course.plan.events
        legacy = shape == "legacy" or (shape == "mixed" and int(event.serial[-6:]) % 2 == 1)
        return views.event(event, self.deployment, legacy=legacy)


async def _follow(world: World, wanted: _Wanted) -> AsyncIterator[dict[str, Any]]:
    sent, deployment = 0, wanted.deployment
    while True:
        now_s = world.clock.now()
        for entry in wanted.until(now_s, skip=sent):
            yield entry
            sent += 1
        if deployment.course.finished(now_s):
            break
        await world.clock.pause(deployment.course.next_s(now_s))
    world.settle()
    if deployment.settled:
        yield views.alias_event(deployment)


async def _all(entries: list[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    for entry in entries:
        yield entry


def runtime_logs(call: Call) -> Answer:
    """One line: a request to the deployment."""
    deployment = call.deployment()
    line = {
        "level": "info",
        "message": "GET / 200",
        "rowId": f"row_{deployment.id}",
        "source": "request",
        "timestampInMs": deployment.created_ms,
        "domain": deployment.url,
        "messageTruncated": False,
        "requestMethod": "GET",
        "requestPath": "/",
        "responseStatusCode": 200,
    }
    return Answer(stream=_all([line]), headers=STREAM, deployment=deployment)

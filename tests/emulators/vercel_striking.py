"""What a fault does to the host or to the right answer, where it is more than an answer in its place."""

from __future__ import annotations

from tests.emulators import vercel_views as views
from tests.emulators.hosting.calls import Answer
from tests.emulators.hosting.faults import Due, Status
from tests.emulators.vercel_calls import Call
from tests.emulators.vercel_creating import missing_files
from tests.emulators.vercel_faults import SPECS, Fault
from tests.emulators.vercel_rules import Refused
from tests.emulators.vercel_world import World

_LIMIT_S = 60.0


def check_limit(world: World, op: str, count: int, now_s: float) -> None:
    """The 429 of a bucket that a test made small (`World.limits`)."""
    if count > world.limits.get(op, count):
        status = SPECS[Fault.RATE_BODY].status
        assert status is not None
        raise Refused(429, status.code, status.message, **_extra(status, now_s))


def _extra(status: Status, now_s: float) -> dict[str, object]:
    return status.extra_now(now_s, _LIMIT_S)


def before_acting(call: Call, due: Due) -> None:
    """Change the host, or raise the refusal that the fault is."""
    world = call.world
    if due.fault is Fault.MISSING_AGAIN and call.request.op == "create_deployment":
        digests = [item["sha"] for item in call.body.get("files", ()) if "sha" in item]
        if digests:
            raise missing_files(list(dict.fromkeys(digests)))
    if due.fault is Fault.PROJECT_VANISHES:
        for project in list(world.projects.values()):
            for deployment in world.of_project(project):
                world.remove(deployment)
            del world.projects[project.id]
    if due.fault is Fault.DEPLOYMENT_VANISHES and "deployment" in call.params:
        world.remove(call.deployment())


def after_acting(call: Call, due: Due, answer: Answer) -> None:
    """Change what was done, and the answer with it."""
    deployment = answer.deployment
    if deployment is None:
        return
    if due.fault is Fault.BLOCKED:
        deployment.blocked = True
        deployment.end("BLOCKED")
        if answer.stream is None and isinstance(answer.value, dict):
            answer.value = views.deployment(call.world, deployment)
    if due.fault is Fault.DEPLOYMENT_VANISHES:
        call.world.remove(deployment)

"""What a fault does to the emulated host or to the right answer, where it is more than an answer in its place."""

from __future__ import annotations

from typing import Any

from tests.emulators import netlify_views as views
from tests.emulators.hosting.calls import Answer
from tests.emulators.hosting.faults import PAGE, Due
from tests.emulators.hosting.server import ELSEWHERE
from tests.emulators.netlify_calls import Call, Refusal, not_found
from tests.emulators.netlify_faults import BIG_FILES, Fault
from tests.emulators.netlify_things import Deploy
from tests.emulators.netlify_world import World


def check_limit(world: World, op: str, count: int) -> None:
    """The 429 of an operation that a test made scarce (`World.limits`)."""
    if count > world.limits.get(op, count):
        raise Refusal(429, "API Request rate limit surpassed", x_ratelimit_reset=str(round(world.clock.now()) + 60))


def strikes(call: Call, due: Due) -> bool:
    """Whether it means anything for this request; else it waits for the next."""
    world, op = call.world, call.request.op
    if due.fault is Fault.FRESH:
        return "deploy" in call.params and call.params["deploy"] in world.deploys
    if due.fault is Fault.MANIFEST_GATEWAY:
        if op not in ("create_deploy", "set_manifest") or not isinstance(call.body, dict):
            return False
        big = len(call.body.get("files", ())) > (due.at if due.at is not None else BIG_FILES)
        return big and not call.body.get("async")
    if due.fault is Fault.REQUIRED_AGAIN:
        return op in ("create_deploy", "set_manifest", "get_deploy")
    if due.fault is Fault.DEPLOY_VANISHES:
        return "deploy" in call.params or op == "create_deploy"
    return True


def before_acting(call: Call, due: Due) -> None:
    """Change the host, or raise the refusal that the fault is."""
    world = call.world
    if due.fault is Fault.FRESH:
        raise not_found()
    if due.fault is Fault.MANIFEST_GATEWAY:
        raise Refusal(502, "", raw=PAGE, content_type="text/html")
    if due.fault is Fault.SITE_VANISHES:
        for site in list(world.sites.values()):
            world.remove_site(site)
    if due.fault is Fault.DEPLOY_VANISHES and "deploy" in call.params:
        world.remove(call.deploy())


def after_acting(call: Call, due: Due, answer: Answer) -> None:
    """Change what was done, and the answer with it."""
    deploy = answer.deployment
    if due.fault is Fault.DEPLOY_VANISHES and isinstance(deploy, Deploy) and deploy.id in call.world.deploys:
        call.world.remove(deploy)
    if due.fault is Fault.REQUIRED_AGAIN and isinstance(deploy, Deploy) and isinstance(answer.value, dict):
        answer.value = _required_again(call.world, deploy)
    if due.fault is Fault.LINK_ELSEWHERE and "link" in answer.headers:
        elsewhere = call.url.replace("127.0.0.1", "localhost") + ELSEWHERE
        answer.headers["link"] = answer.headers["link"].replace(call.url, elsewhere)


def _required_again(world: World, deploy: Deploy) -> dict[str, Any]:
    """A digest twice, and one that was sent already."""
    first = list(dict.fromkeys(deploy.files.values()))[:1]
    shown = views.deploy(world, deploy)
    return {**shown, "required": [*(shown["required"] or ()), *first, *first], "state": "uploading"}

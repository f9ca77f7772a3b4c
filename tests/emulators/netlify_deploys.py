"""What is asked of deploys that are there, and done with them."""

from __future__ import annotations

from collections.abc import Callable

from tests.emulators import netlify_views as views
from tests.emulators.hosting.calls import Answer
from tests.emulators.netlify_calls import Call, not_found, unprocessable
from tests.emulators.netlify_things import Deploy


def get_deploy(call: Call) -> Answer:
    return _shown(call, call.deploy())


def list_deploys(call: Call) -> Answer:
    """The newest first; the contract's parameters choose among them, together."""
    found = call.world.of_site(call.site())
    live = call.world.live(call.site().id)
    chosen: dict[str, Callable[[Deploy, str], bool]] = {
        "state": lambda deploy, text: deploy.state == text,
        "branch": lambda deploy, text: deploy.branch == text,
        "production": lambda deploy, text: (deploy.context == "production") == (text == "true"),
        "deploy-previews": lambda deploy, text: (deploy.context == "deploy-preview") == (text == "true"),
        "latest-published": lambda deploy, text: (deploy.id == live) == (text == "true"),
    }
    for name, chooses in chosen.items():
        if text := call.query.get(name):
            found = [deploy for deploy in found if chooses(deploy, text)]
    page, headers = call.page(found)
    return Answer(value=[views.deploy(call.world, deploy) for deploy in page], headers=headers)


def cancel_deploy(call: Call) -> Answer:
    """It ends in "error"; one that is finished stays as it is."""
    deploy = call.deploy()
    call.world.cancel(deploy)
    return _shown(call, deploy, status=201)


def restore_deploy(call: Call) -> Answer:
    """Publish it, whatever is live; publishing that is locked stays locked, to it."""
    deploy = call.deploy()
    if deploy.state != "ready":
        raise unprocessable("The deploy is not ready for publishing")
    call.world.publish(deploy)
    return _shown(call, deploy, status=201)


def rollback(call: Call) -> Answer:
    """To what was live before."""
    if not call.world.roll_back(call.site()):
        raise unprocessable("There is no earlier deploy")
    return Answer(status=204, raw=b"")


def lock(call: Call) -> Answer:
    """From now on nothing publishes itself on its site."""
    deploy = call.deploy()
    if call.world.live(deploy.site.id) != deploy.id:
        raise unprocessable("Only the published deploy can be locked")
    deploy.site.locked = True
    return _shown(call, deploy)


def unlock(call: Call) -> Answer:
    deploy = call.deploy()
    deploy.site.locked = False
    return _shown(call, deploy)


def delete_deploy(call: Call) -> Answer:
    deploy = call.deploy()
    if call.world.live(deploy.site.id) == deploy.id:
        raise unprocessable("The published deploy cannot be deleted")
    call.world.remove(deploy)
    return Answer(status=204, raw=b"")


def deploy_log(call: Call) -> Answer:
    """All that is known by now."""
    deploy = call.deploy()
    now_s = call.world.clock.now()
    if not deploy.course.entries:
        raise not_found()
    past = [entry for entry in deploy.course.entries if entry.at_s <= now_s]
    form = deploy.plan.log_form
    return Answer(value=[views.entry(number, entry, form) for number, entry in enumerate(past)], deployment=deploy)


def _shown(call: Call, deploy: Deploy, *, status: int = 200) -> Answer:
    return Answer(status=status, value=views.deploy(call.world, deploy), deployment=deploy)

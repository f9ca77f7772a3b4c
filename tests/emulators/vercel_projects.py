"""Who the token is of, its teams and projects, and which deployment a project's domains lead to."""

from __future__ import annotations

from tests.emulators import vercel_views as views
from tests.emulators.hosting.calls import Answer
from tests.emulators.vercel_calls import Call
from tests.emulators.vercel_rules import Refused, bad, check, check_project, not_found
from tests.emulators.vercel_things import SETTINGS, Deployment, Job, Project

_PAGE, _MAX_PAGE = 20, 100


def user(call: Call) -> Answer:
    return Answer(value=views.user(call.world.account))


def teams(call: Call) -> Answer:
    account = call.world.account
    shown = [views.team(account, team) for team in account.teams]
    return Answer(value={"teams": shown, "pagination": views.pagination(len(shown))})


def team(call: Call) -> Answer:
    account = call.world.account
    if (found := account.team(call.params["team"])) is None:
        raise not_found("team")
    return Answer(value=views.team(account, found))


def get_project(call: Call) -> Answer:
    return Answer(value=views.project(call.world, call.project()))


def list_projects(call: Call) -> Answer:
    """The newest first; `next` is the `from` of the next page."""
    limit = int(call.number("limit", _PAGE))
    if not 0 < limit <= _MAX_PAGE:
        raise bad(f"`limit` should be between 1 and {_MAX_PAGE}", path=".limit", keyword="maximum")
    before, search = call.number("from", float("inf")), call.query.get("search", "")
    found = [
        project
        for project in call.world.projects.values()
        if project.scope == call.scope and project.created_ms < before and search in project.name
    ]
    found.sort(key=lambda project: -project.created_ms)
    page = found[:limit]
    more = page[-1].created_ms if len(found) > limit else None
    shown = [views.project(call.world, project) for project in page]
    return Answer(value={"projects": shown, "pagination": views.pagination(len(page), more)})


def create_project(call: Call) -> Answer:
    body, world = call.body, call.world
    check_project(body)
    if world.find_project(body["name"], call.scope):
        raise Refused(409, "conflict", "A project with that name exists already.")
    settings = {name: body[name] for name in SETTINGS if name in body}
    link = None
    if repository := body.get("gitRepository"):
        owner, _, name = repository["repo"].partition("/")
        link = {"type": repository["type"], "org": owner, "repo": name, "repoId": 1, "deployHooks": []}
        link |= {"gitCredentialId": "cred_1", "productionBranch": "main", "sourceless": False, "createdAt": 1}
        link |= {"updatedAt": 1}
    project = world.add_project(body["name"], scope=call.scope, settings=settings, link=link)
    return Answer(value=views.project(world, project))


def update_project(call: Call) -> Answer:
    project, body = call.project(), call.body
    check(body, "object")
    for name in SETTINGS:
        check(body.get(name), "string?", f".{name}")
        if name in body:
            project.settings[name] = body[name]
    if "autoAssignCustomDomains" in body:
        check(body["autoAssignCustomDomains"], "boolean", ".autoAssignCustomDomains")
        project.auto_assign = body["autoAssignCustomDomains"]
    return Answer(value=views.project(call.world, project))


def delete_project(call: Call) -> Answer:
    project = call.project()
    for deployment in call.world.of_project(project):
        call.world.remove(deployment)
    del call.world.projects[project.id]
    return Answer(status=204, raw=b"")


def promote(call: Call) -> Answer:
    """A job that makes a production deployment live; one that waits behind a rolling release is answered 202."""
    project, deployment = _for_job(call)
    if deployment.id in project.lived[-1:] and project.auto_assign:
        raise Refused(409, "conflict", "The deployment is already the current one.")
    call.world.start_job(project, deployment, "promote")
    return Answer(status=202 if call.world.job_queues else 201, raw=b"", deployment=deployment)


def rollback(call: Call) -> Answer:
    """A job that makes an earlier deployment live again, and stops new ones from going live by themselves."""
    project, deployment = _for_job(call)
    if not call.world.can_roll_back_to(deployment):
        raise Refused(400, "bad_request", "The deployment was never live, or is the current one.")
    if call.world.account.plan_of(project.scope) == "hobby" and deployment.id not in project.lived[-2:-1]:
        message = "On this plan only the previous production deployment can come back; upgrade to Pro to go further."
        raise Refused(402, "payment_required", message)
    project.rollback_description = call.query.get("description") or None
    call.world.start_job(project, deployment, "rollback")
    return Answer(status=201, raw=b"", deployment=deployment)


def _for_job(call: Call) -> tuple[Project, Deployment]:
    project, deployment = call.project(), call.deployment()
    if deployment.project is not project:
        raise not_found("deployment")
    if deployment.state != "READY" or not deployment.production:
        raise Refused(400, "bad_request", "Only a production deployment that is ready can go live.")
    if project.job and not project.job.done:
        raise Refused(409, "conflict", "Another promote or rollback is under way.")
    return project, deployment


def rollback_description(call: Call) -> Answer:
    project = call.project()
    check(call.body, {"description": "string"})
    project.rollback_description = call.body.get("description")
    return Answer(status=200, value={})


def job_aliases(call: Call) -> Answer:
    """How far the newest promote or rollback is, for each of the project's domains."""
    project = call.project()
    job = project.job
    if job is None:
        return Answer(value={"aliases": [], "pagination": views.pagination(0)})
    status = _ALIAS_STATUS[job.status(call.world.clock.now())]
    hosts = [] if call.query.get("failedOnly") == "true" and status != "failed" else project.production_aliases
    shown = [_job_alias(host, job, status) for host in hosts]
    return Answer(value={"aliases": shown, "pagination": views.pagination(len(shown))})


def _job_alias(host: str, job: Job, status: str) -> views.Json:
    return {"id": f"als_{host}", "status": status, "alias": host, "deploymentId": job.to_deployment}


_ALIAS_STATUS = {
    "pending": "pending",
    "in-progress": "in-progress",
    "succeeded": "completed",
    "skipped": "completed",
    "failed": "failed",
}


def custom_environments(call: Call) -> Answer:
    project = call.project()
    return Answer(value={"environments": project.environments, "accountLimit": {"total": 12}})

"""How deployments come to be at the host: from a repository, an image, or an older deployment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.emulators.railway_queries import Call
from tests.emulators.railway_rules import Denied, problem
from tests.emulators.railway_things import Deployment, Environment, Project, Service, Trigger

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def connect(
    call: Call, service: Service, repository: str, branch: str | None, place: Environment | None = None
) -> None:
    """The service is built from the repository from now on."""
    if not _REPOSITORY.fullmatch(repository):
        raise problem()
    known = call.world.repositories.get(repository)
    if call.world.repositories and (known is None or (branch and branch not in known)):
        raise Denied("Repo not found" if known is None else "Branch not found")
    owner: Project = call.world.projects[service.project_id]
    place = place or owner.default_environment
    service.repo, service.image = repository, None
    service.branch = branch or next(iter(known or ()), "main")
    owner.triggers.append(
        Trigger(
            id=call.world.new_id(),
            project_id=owner.id,
            environment_id=place.id,
            service_id=service.id,
            branch=service.branch,
            repository=repository,
        )
    )


def commit(call: Call, service: Service, sha: str | None) -> dict[str, Any]:
    """What a deployment says of where it is from. Raises Denied for a commit that cannot be one."""
    if sha is not None and not _COMMIT.fullmatch(sha):
        raise Denied("Commit not found")
    if service.image:
        return {"image": service.image, "reason": "deploy"}
    newest = call.world.repositories.get(service.repo or "", {}).get(service.branch or "", "0" * 40)
    return {
        "repo": service.repo,
        "branch": service.branch,
        "commitHash": sha or newest,
        "commitMessage": "A commit",
        "commitAuthor": call.world.account.username,
        "reason": "deploy",
    }


def start(call: Call, service: Service, place: Environment, meta: Mapping[str, Any]) -> Deployment:
    made = call.world.add_deployment(service, place, plan=call.plan, meta=meta)
    call.notes["made"] = made.id
    return made


def again(call: Call, old: Deployment, reason: str, *, rebuilt: bool = True) -> Deployment:
    """A new deployment of what an old one was made of; `rebuilt` False: its image is started as it is."""
    states = None if rebuilt else call.plan.states[-2:] if len(call.plan.states) > 1 else None
    meta = {**old.meta, "reason": reason}
    made = call.world.add_deployment(
        old.service, old.environment, plan=call.plan, states=states, files=old.files, meta=meta
    )
    call.notes["made"] = made.id
    return made

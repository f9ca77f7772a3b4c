"""Every operation of the emulated host: its names of path and version, and who answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from tests.emulators import vercel_creating as creating
from tests.emulators import vercel_deployments as deployments
from tests.emulators import vercel_environment as environment
from tests.emulators import vercel_events as events
from tests.emulators import vercel_projects as projects
from tests.emulators.hosting.calls import Answer
from tests.emulators.vercel_calls import Call
from tests.emulators.vercel_rules import Refused, not_found

Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`versions`: those that are answered; 0: the path without one. `path`: below the version, `{name}` a part."""

    op: str
    method: str
    versions: frozenset[int]
    path: str
    handler: Handler


def _route(op: str, method: str, versions: str, path: str, handler: Handler) -> Route:
    known = frozenset(int(version) for version in versions.split())
    return Route(op=op, method=method, versions=known, path=path, handler=handler)


ROUTES = (
    _route("user", "GET", "2", "user", projects.user),
    _route("teams", "GET", "1 2", "teams", projects.teams),
    _route("team", "GET", "0 2", "teams/{team}", projects.team),
    _route("list_projects", "GET", "10", "projects", projects.list_projects),
    _route("create_project", "POST", "1 11", "projects", projects.create_project),
    _route("get_project", "GET", "9", "projects/{project}", projects.get_project),
    _route("update_project", "PATCH", "9", "projects/{project}", projects.update_project),
    _route("delete_project", "DELETE", "9", "projects/{project}", projects.delete_project),
    _route("promote", "POST", "10", "projects/{project}/promote/{deployment}", projects.promote),
    _route("rollback", "POST", "1 9", "projects/{project}/rollback/{deployment}", projects.rollback),
    _route(
        "rollback_description",
        "PATCH",
        "1",
        "projects/{project}/rollback/{deployment}/update-description",
        projects.rollback_description,
    ),
    _route("job_aliases", "GET", "1 9", "projects/{project}/promote/aliases", projects.job_aliases),
    _route("job_aliases", "GET", "1 9", "projects/{project}/rollback/aliases", projects.job_aliases),
    _route("custom_environments", "GET", "0", "projects/{project}/custom-environments", projects.custom_environments),
    _route("list_env", "GET", "10", "projects/{project}/env", environment.list_env),
    _route("create_env", "POST", "10", "projects/{project}/env", environment.create_env),
    _route("pull_env", "GET", "3", "env/pull/{project}/{target}", environment.pull_env),
    _route("read_env", "GET", "1", "projects/{project}/env/{env}", environment.read_env),
    _route("edit_env", "PATCH", "9", "projects/{project}/env/{env}", environment.edit_env),
    _route("delete_env", "DELETE", "9", "projects/{project}/env/{env}", environment.delete_env),
    _route("runtime_logs", "GET", "1", "projects/{project}/deployments/{deployment}/runtime-logs", events.runtime_logs),
    _route("upload_file", "POST", "2", "files", creating.upload_file),
    _route("create_deployment", "POST", "13", "deployments", creating.create_deployment),
    _route("list_deployments", "GET", "6 7", "deployments", deployments.list_deployments),
    _route("get_deployment", "GET", "13", "deployments/{deployment}", deployments.get_deployment),
    _route("delete_deployment", "DELETE", "0 13", "deployments/{deployment}", deployments.delete_deployment),
    _route("cancel_deployment", "PATCH", "12", "deployments/{deployment}/cancel", deployments.cancel_deployment),
    _route("events", "GET", "3", "deployments/{deployment}/events", events.events),
    _route("builds", "GET", "11", "deployments/{deployment}/builds", deployments.builds),
    _route("deployment_aliases", "GET", "0 2", "deployments/{deployment}/aliases", deployments.deployment_aliases),
    _route("file_tree", "GET", "6", "deployments/{deployment}/files", deployments.file_tree),
    _route("file_content", "GET", "8", "deployments/{deployment}/files/{file}", deployments.file_content),
)

OPERATIONS = tuple(dict.fromkeys(route.op for route in ROUTES))

_VERSION = re.compile(r"/(?:v(\d+)/)?(?:now/)?(.*)")


def find(method: str, path: str) -> tuple[Route, int, Mapping[str, str]]:
    """The route of a request, its version and what the path names. Raises Refused where there is none."""
    match = _VERSION.fullmatch(path)
    assert match is not None  # every path begins with a slash
    version, parts = int(match[1] or 0), match[2].split("/")
    other_method = False
    for route in ROUTES:
        params = _params(route.path.split("/"), parts)
        if params is None or version not in route.versions:
            continue
        if route.method == method:
            return route, version, params
        other_method = True
    if other_method:
        raise Refused(405, "method_unknown", f"The method {method} is not known here.")
    raise not_found("page")


def _params(names: list[str], parts: list[str]) -> Mapping[str, str] | None:
    if len(names) != len(parts):
        return None
    params = {}
    for name, part in zip(names, parts, strict=True):
        if name.startswith("{"):
            params[name.strip("{}")] = unquote(part)
        elif name != part:
            return None
    return params

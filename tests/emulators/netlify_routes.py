"""Every operation of the emulated Netlify: its paths, and who answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from tests.emulators import netlify_creating as creating
from tests.emulators import netlify_deploys as deploys
from tests.emulators import netlify_environment as environment
from tests.emulators import netlify_sites as sites
from tests.emulators.hosting.calls import Answer
from tests.emulators.netlify_calls import Call, Refusal

BASE = "/api/v1/"
SOCKET = "/build/logs"
SOCKET_OP = "build_socket"

Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`path`: below `BASE`; `{name}` a part of it, `{name*}` all that is left."""

    op: str
    method: str
    path: str
    handler: Handler
    pattern: re.Pattern[str]


def _route(op: str, method: str, path: str, handler: Handler) -> Route:
    pattern = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", path)
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
    return Route(op=op, method=method, path=path, handler=handler, pattern=re.compile(pattern))


ROUTES = (
    _route("user", "GET", "user", sites.user),
    _route("accounts", "GET", "accounts", sites.accounts),
    _route("list_sites", "GET", "sites", sites.list_sites),
    _route("create_site", "POST", "sites", sites.create_site),
    _route("get_site", "GET", "sites/{site}", sites.get_site),
    _route("update_site", "PATCH", "sites/{site}", sites.update_site),
    _route("delete_site", "DELETE", "sites/{site}", sites.delete_site),
    _route("rollback", "PUT", "sites/{site}/rollback", deploys.rollback),
    _route("list_deploys", "GET", "sites/{site}/deploys", deploys.list_deploys),
    _route("create_deploy", "POST", "sites/{site}/deploys", creating.create_deploy),
    _route("get_deploy", "GET", "sites/{site}/deploys/{deploy}", deploys.get_deploy),
    _route("get_deploy", "GET", "deploys/{deploy}", deploys.get_deploy),
    _route("set_manifest", "PUT", "sites/{site}/deploys/{deploy}", creating.set_manifest),
    _route("delete_deploy", "DELETE", "sites/{site}/deploys/{deploy}", deploys.delete_deploy),
    _route("delete_deploy", "DELETE", "deploys/{deploy}", deploys.delete_deploy),
    _route("restore_deploy", "POST", "sites/{site}/deploys/{deploy}/restore", deploys.restore_deploy),
    _route("upload_file", "PUT", "deploys/{deploy}/files/{path*}", creating.upload_file),
    _route("cancel_deploy", "POST", "deploys/{deploy}/cancel", deploys.cancel_deploy),
    _route("lock", "POST", "deploys/{deploy}/lock", deploys.lock),
    _route("unlock", "POST", "deploys/{deploy}/unlock", deploys.unlock),
    _route("deploy_log", "GET", "deploys/{deploy}/log", deploys.deploy_log),
    _route("create_build", "POST", "sites/{site}/builds", creating.create_build),
    _route("list_builds", "GET", "sites/{site}/builds", creating.list_builds),
    _route("get_build", "GET", "builds/{build}", creating.get_build),
    _route("list_env", "GET", "accounts/{account}/env", environment.list_env),
    _route("create_env", "POST", "accounts/{account}/env", environment.create_env),
    _route("read_env", "GET", "accounts/{account}/env/{key}", environment.read_env),
    _route("set_env", "PUT", "accounts/{account}/env/{key}", environment.set_env),
    _route("set_env_value", "PATCH", "accounts/{account}/env/{key}", environment.set_env_value),
    _route("delete_env", "DELETE", "accounts/{account}/env/{key}", environment.delete_env),
    _route("delete_env_value", "DELETE", "accounts/{account}/env/{key}/value/{value}", environment.delete_env_value),
    _route("site_env", "GET", "api/v1/sites/{site}/env", environment.site_env),  # the contract's path, base repeated
    _route("list_team_sites", "GET", "{account}/sites", sites.list_team_sites),
    _route("create_team_site", "POST", "{account}/sites", sites.create_team_site),
)

OPERATIONS = (*dict.fromkeys(route.op for route in ROUTES), SOCKET_OP)


def find(method: str, path: str) -> tuple[Route, Mapping[str, str]]:
    """The route of a request and what its path names. Raises Refused where there is none."""
    other_method = False
    for route in ROUTES:
        match = route.pattern.fullmatch(path.removeprefix(BASE)) if path.startswith(BASE) else None
        if match is None:
            continue
        if route.method == method:
            return route, {name: unquote(value) for name, value in match.groupdict().items()}
        other_method = True
    if other_method:
        raise Refusal(405, "Method Not Allowed")
    raise Refusal(404, "Not Found", raw=b"Not Found", content_type="text/plain; charset=utf-8")

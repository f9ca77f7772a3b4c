"""One request to the emulated host on its way, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.emulators.hosting.calls import Recorded
from tests.emulators.vercel_plan import Plan
from tests.emulators.vercel_rules import Refused, bad, not_found
from tests.emulators.vercel_things import Account, Deployment, Project
from tests.emulators.vercel_world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`scope`: id of the team or user it is for. `params`: what the path names. `plan`: of a new deployment."""

    world: World
    request: Recorded
    params: Mapping[str, str]
    scope: str
    plan: Plan

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query

    @property
    def body(self) -> Any:
        """The JSON body; {} where there is none. Raises Refused when it is something else."""
        if isinstance(self.request.body, bytes):
            raise Refused(400, "bad_request", "Invalid JSON")
        return {} if self.request.body is None else self.request.body

    def number(self, name: str, default: float) -> float:
        text = self.query.get(name) or str(default)
        try:
            return float(text)
        except ValueError:
            raise bad(f"`{name}` should be number", path=f".{name}", keyword="type", type="number") from None

    def project(self) -> Project:
        """The one that the path names."""
        found = self.world.find_project(self.params["project"], self.scope)
        if found is None:
            raise not_found("project")
        return found

    def deployment(self) -> Deployment:
        """The one that the path names, by id or host name."""
        found = self.world.find_deployment(self.params["deployment"], self.scope)
        if found is None:
            raise not_found("deployment")
        return found


def scope_of(account: Account, query: Mapping[str, str]) -> str:
    """The account that a request is for. Raises Refused when the token has no business there."""
    wanted = query.get("teamId") or query.get("slug")
    if not wanted:
        return account.default_team or account.user
    if wanted == account.user:
        return account.user
    team = account.team(wanted)
    if team is None:
        raise Refused(403, "forbidden", "You don't have permission to access this resource.")
    if team.sso:
        message = "To access this team you must log in with its identity provider."
        raise Refused(403, "forbidden", message, saml=True, teamId=team.id, scope=team.slug, enforced=True)
    return team.id


def check_token(headers: Mapping[str, str], token: str) -> None:
    """Raises the 403 in which the host says that a token is missing or wrong."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        raise Refused(403, "forbidden", "Not authorized")
    if given != token:
        raise Refused(403, "forbidden", "Not authorized", invalidToken=True)

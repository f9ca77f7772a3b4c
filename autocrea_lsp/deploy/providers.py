"""The hosts that are installed, each made once, and what they cannot do refused before anything is sent."""

from __future__ import annotations

import asyncio
import logging

from autocrea_lsp.deploy.base import PREVIEW, PRODUCTION, Again, Files, Git, Ports, Provider, ProviderFactory, Request
from autocrea_lsp.deploy.errors import CannotDo
from autocrea_lsp.errors import AutocreaError, UserError
from autocrea_lsp.plugins import Registry

log = logging.getLogger(__name__)

GROUP = "autocrea_lsp.providers"  # of entry points

_DOING = {
    "files": "deploy the folder's files",
    "git": "deploy a branch of a repository",
    "git_commit": "deploy a commit that is not the newest of its branch",
    "cancel": "cancel a deployment",
    "rollback": "go back to an earlier deployment",
    "promote": "promote a deployment to production",
    "redeploy": "build a deployment once more",
    "other_targets": "deploy to other targets than preview and production",
    "production": "deploy to production",
    "environment": "give a deployment variables",
    "pull_environment": "hand out its variables",
    "remote_list": "list its deployments",
    "link": "be linked to a folder",
}


class Providers:
    """One of each host, made when it is first asked for."""

    def __init__(self, ports: Ports, registry: Registry | None = None) -> None:
        self._ports = ports
        self._registry = registry or Registry(GROUP)
        self._made: dict[str, Provider] = {}

    def __call__(self, name: str) -> Provider:
        """The host of that name. Raises UserError for one that is not installed, or cannot be loaded."""
        if name not in self._made:
            factory: ProviderFactory = self._registry.load(name)
            try:
                self._made[name] = factory(self._ports)
            except AutocreaError:
                raise
            except Exception as error:  # boundary: somebody else's class, which may fail in any way when it is made
                raise UserError(
                    f"{name!r} cannot be used: it could not be started ({type(error).__name__}).",
                    hint="Update or remove the package that brings it.",
                ) from error
        return self._made[name]

    def names(self) -> list[str]:
        return self._registry.names()

    async def aclose(self) -> None:
        """What the hosts have opened is closed; what a local one serves ends."""
        made = [*self._made.values()]
        self._made.clear()
        for outcome in await asyncio.gather(*(provider.aclose() for provider in made), return_exceptions=True):
            if outcome is not None:
                log.warning("a host could not be closed: %s", type(outcome).__name__)


def require(provider: Provider, ability: str) -> None:
    """Raises CannotDo when the host cannot do that, naming what the user can do instead."""
    if not getattr(provider.abilities, ability, False):
        doing = _DOING.get(ability, ability)
        instead = provider.abilities.instead.get(ability, "")
        raise CannotDo(f"{provider.title} cannot {doing}.", hint=instead)


def require_all(provider: Provider, request: Request) -> None:
    """The same for everything that a request asks for."""
    match request.source:
        case Files():
            require(provider, "files")
        case Git(commit=commit):
            require(provider, "git")
            if commit:
                require(provider, "git_commit")
        case Again(action=action):
            require(provider, action)
    if request.environment:
        require(provider, "environment")
    if request.target not in (PREVIEW, PRODUCTION):
        require(provider, "other_targets")
    if request.target == PRODUCTION and provider.local:
        raise CannotDo(f"{provider.title} has no production.", hint=provider.abilities.instead.get("production", ""))

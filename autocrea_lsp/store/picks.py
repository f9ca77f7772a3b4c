"""Where the user last chose to deploy a project to, remembered on this machine: never in the workspace, never a secret.

It is a preference of the user's by the project's root hash, so `autocrea-lsp data clear` forgets it with the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autocrea_lsp.store.values import root_hash

if TYPE_CHECKING:
    from autocrea_lsp.store.database import Store

_KEY = "deploy.pick."  # preference, with the hash of the project's root
_MAX_NAME = 200  # characters; a target is a name at a host
_PRODUCTION = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """`target` "": only a host was chosen. It is never production: that is named each time."""

    provider: str
    target: str = ""

    def __str__(self) -> str:
        return f"{self.provider} ({self.target})" if self.target not in ("", "preview") else self.provider


def remember_pick(store: Store, folder: Path, provider: str, target: str = "") -> None:
    """The user has named this host, and perhaps a target of it, for the project. Only enqueues.

    Production is not remembered.
    """
    target = "" if target == _PRODUCTION else target[:_MAX_NAME]
    store.set_preference(_key(folder), {"provider": provider[:_MAX_NAME], "target": target})


def forget_pick(store: Store, folder: Path) -> None:
    """As if none had been made. Only enqueues."""
    store.set_preference(_key(folder), None)


async def pick_of(store: Store, folder: Path) -> Pick | None:
    """The last choice for that project; None where there is none, or what is kept is none."""
    kept = await store.get_preference(_key(folder))
    if not isinstance(kept, dict):
        return None
    provider, target = kept.get("provider"), kept.get("target")
    if not isinstance(provider, str) or not provider:
        return None
    return Pick(provider=provider, target=target if isinstance(target, str) and target != _PRODUCTION else "")


def _key(folder: Path) -> str:
    return _KEY + root_hash(str(folder))

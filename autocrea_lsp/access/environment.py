"""Keys in the environment, and whether the provider's SDK would find credentials of its own. Reads, imports nothing.

The SDK's rules: `anthropic` 2.12, `_client.py` and `lib/credentials/_chain.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from autocrea_lsp.access.secret import clean

KEY_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),  # the SDK's order
    "vercel": ("VERCEL_TOKEN",),  # the names of the vendors' own programs
    "netlify": ("NETLIFY_AUTH_TOKEN",),
    "railway": ("RAILWAY_TOKEN", "RAILWAY_API_TOKEN"),  # for one project, for an account; in its program's order
}
"""Per provider, the variables that hold a key. An empty one counts as unset."""

SECRET_VARIABLES: frozenset[str] = frozenset(
    {
        *(name for names in KEY_VARIABLES.values() for name in names),
        "ANTHROPIC_IDENTITY_TOKEN",
        "ANTHROPIC_WEBHOOK_SIGNING_KEY",
        "ANTHROPIC_CUSTOM_HEADERS",  # often an Authorization line for a gateway
    }
)
"""What a child process of ours never gets."""


def key_in(environ: Mapping[str, str], provider: str) -> str | None:
    """The provider's key, None when no variable holds one."""
    for name in KEY_VARIABLES.get(provider, ()):
        if value := clean(environ.get(name)):
            return value
    return None


def sdk_has_credentials(environ: Mapping[str, str], provider: str) -> bool:
    """Whether the provider's SDK would find a profile or a workload identity; what a static key goes before."""
    if provider != "anthropic":
        return False
    if environ.get("ANTHROPIC_PROFILE"):
        return True
    if environ.get("ANTHROPIC_FEDERATION_RULE_ID") and environ.get("ANTHROPIC_ORGANIZATION_ID"):
        return bool(environ.get("ANTHROPIC_IDENTITY_TOKEN") or environ.get("ANTHROPIC_IDENTITY_TOKEN_FILE"))
    # A directory or a pointer without the profile it points at is no credential: the SDK would only complain.
    directory = _config_directory(environ)
    try:
        pointer = directory / "active_config"
        profile = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""
        return (directory / "configs" / f"{profile or 'default'}.json").is_file()
    except (OSError, ValueError):  # unreadable, not UTF-8, or a name no file can have
        return False


def _config_directory(environ: Mapping[str, str]) -> Path:
    if directory := environ.get("ANTHROPIC_CONFIG_DIR"):
        return Path(directory)
    if sys.platform == "win32":
        roaming = environ.get("APPDATA")
        return (Path(roaming) if roaming else Path.home() / "AppData" / "Roaming") / "Anthropic"
    return Path.home() / ".config" / "anthropic"

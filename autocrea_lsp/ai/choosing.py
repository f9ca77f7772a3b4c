"""Who answers prompts, by the settings and by what there is: a key, a model on this machine, nobody."""

from __future__ import annotations

from autocrea_lsp.access.credentials import Credentials
from autocrea_lsp.ai.base import Backend
from autocrea_lsp.errors import AutocreaError, NoCredentials
from autocrea_lsp.settings import Settings


async def choose(settings: Settings, credentials: Credentials) -> tuple[Backend | None, AutocreaError | None]:
    """The backend, or None and why there is none of what was wanted."""
    # Here, not above: the server answers `initialize` before it needs them.
    from autocrea_lsp.ai.claude import ClaudeBackend
    from autocrea_lsp.ai.embedded import EmbeddedBackend

    wanted, why_none = settings.backend, None
    if wanted in ("auto", "claude"):
        try:
            await credentials.find("anthropic")
            return ClaudeBackend(settings.claude, credentials), None
        except NoCredentials as error:
            why_none = error
    if wanted in ("auto", "embedded"):
        reason = EmbeddedBackend.available(settings.embedded)
        if reason is None:
            return EmbeddedBackend(settings.embedded), why_none
        return None, why_none or reason
    return None, why_none

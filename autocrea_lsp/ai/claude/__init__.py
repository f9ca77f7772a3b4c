"""Claude by the Messages API. Importing this imports neither the SDK nor its HTTP library: the first use does."""

from autocrea_lsp.ai.claude.backend import ClaudeBackend

__all__ = ["ClaudeBackend"]

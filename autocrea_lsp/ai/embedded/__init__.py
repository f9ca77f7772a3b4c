"""The embedded model: no key, nothing leaves this machine. One small model in a process of its own."""

from autocrea_lsp.ai.embedded.backend import EmbeddedBackend

__all__ = ["EmbeddedBackend"]

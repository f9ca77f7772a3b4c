"""Settings: `schema` defines and documents each, `reading` makes them from what clients and files say."""

from autocrea_lsp.settings.reading import merge, parse, repository_part
from autocrea_lsp.settings.schema import (
    BackendName,
    ClaudeSettings,
    CompletionSettings,
    EmbeddedSettings,
    HistorySettings,
    InlineSettings,
    LogSettings,
    Row,
    Settings,
    camel,
    rows,
)

__all__ = [
    "BackendName",
    "ClaudeSettings",
    "CompletionSettings",
    "EmbeddedSettings",
    "HistorySettings",
    "InlineSettings",
    "LogSettings",
    "Row",
    "Settings",
    "camel",
    "merge",
    "parse",
    "repository_part",
    "rows",
]

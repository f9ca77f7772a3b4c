"""Settings: `schema` defines and documents each, `reading` makes them from what clients and files say."""

from autocrea_lsp.settings.acting import (
    ActionsSettings,
    BudgetSettings,
    ChatSettings,
    FixSettings,
    LimitsSettings,
    PrivacySettings,
    SandboxSettings,
)
from autocrea_lsp.settings.deploying import DeploySettings, NetlifySettings, PreviewSettings, VercelSettings
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
    "ActionsSettings",
    "BackendName",
    "BudgetSettings",
    "ChatSettings",
    "ClaudeSettings",
    "CompletionSettings",
    "DeploySettings",
    "EmbeddedSettings",
    "FixSettings",
    "HistorySettings",
    "InlineSettings",
    "LimitsSettings",
    "LogSettings",
    "NetlifySettings",
    "PreviewSettings",
    "PrivacySettings",
    "Row",
    "SandboxSettings",
    "Settings",
    "VercelSettings",
    "camel",
    "merge",
    "parse",
    "repository_part",
    "rows",
]

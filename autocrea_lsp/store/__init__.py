"""What was asked and what it cost, preferences, projects, counted acts, kept chats, deployments: one SQLite file.

`Store` is the way in; `clear` forgets everything; the rest is values. Importing this package imports neither peewee
nor sqlite3: the writer's thread does that (`database`, `deployment_calls` → thread: `writer` → `disk` → `usage`,
`users`, `acts`, `chats`, `deployments`, `deployment_history`, `deployment_log`, `migrations`). SQL is
peewee's, or by hand where a plan matters.

Facts to rely on
- Nothing waits for the disk but `flush`, `close` and whoever waits for an answer.
- Rows are in the file at most 0.2 s after `record` (or with the next question or flush); a kill loses at most those.
- No text of a prompt or an answer is stored unless `keep_prompts`, and none of a chat unless `save_chat_message` is
  called; both only redacted.
- What limits and budgets count (`take`, `spent`) is one count for all processes that use the file; a deployment is
  driven by one of them at a time (`claim`).
- The directory is 0700 and the files are 0600, whatever the umask; a symbolic link in the file's place is refused.
- Full, write-protected, damaged, locked, deleted: one message, memory instead, and back to the file when it works.
"""

from __future__ import annotations

from autocrea_lsp.store.clearing import Cleared, clear
from autocrea_lsp.store.database import START_S, Store
from autocrea_lsp.store.deployment_values import (
    FINISHED,
    Beat,
    DeploymentAction,
    DeploymentRow,
    DeploymentState,
    DeploymentStats,
    HostStats,
    LogLineRow,
)
from autocrea_lsp.store.inbox import Answer
from autocrea_lsp.store.moments import Moment, moment
from autocrea_lsp.store.picks import Pick, forget_pick, pick_of, remember_pick
from autocrea_lsp.store.values import (
    AIRequest,
    ChatMessageRow,
    ChatSessionRow,
    Kind,
    Mode,
    Outcome,
    Project,
    Quota,
    Role,
    Spent,
    Taken,
    UsageStats,
    Window,
    project_label,
    root_hash,
)

__all__ = [
    "FINISHED",
    "START_S",
    "AIRequest",
    "Answer",
    "Beat",
    "ChatMessageRow",
    "ChatSessionRow",
    "Cleared",
    "DeploymentAction",
    "DeploymentRow",
    "DeploymentState",
    "DeploymentStats",
    "HostStats",
    "Kind",
    "LogLineRow",
    "Mode",
    "Moment",
    "Outcome",
    "Pick",
    "Project",
    "Quota",
    "Role",
    "Spent",
    "Store",
    "Taken",
    "UsageStats",
    "Window",
    "clear",
    "forget_pick",
    "moment",
    "pick_of",
    "project_label",
    "remember_pick",
    "root_hash",
]

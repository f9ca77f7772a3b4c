"""What the assistant was asked and what it cost, whose preferences and which projects: one SQLite file, by peewee.

`Store` is the way in; `clear` forgets everything; the rest is values. Importing this package imports neither peewee
nor sqlite3: the writer's thread does that (`database` → thread: `writer` → `disk` → `usage`, `users`, `migrations`).

Facts to rely on
- Nothing waits for the disk but `flush`, `close` and whoever waits for an answer.
- Rows are in the file at most 0.2 s after `record` (or with the next question or flush); a kill loses at most those.
- No text of a prompt or an answer is stored unless `keep_prompts`, and then only redacted.
- The directory is 0700 and the files are 0600, whatever the umask; a symbolic link in the file's place is refused.
- Full, write-protected, damaged, locked, deleted: one message, memory instead, and back to the file when it works.
"""

from __future__ import annotations

from autocrea_lsp.store.clearing import Cleared, clear
from autocrea_lsp.store.database import Store
from autocrea_lsp.store.inbox import Answer
from autocrea_lsp.store.values import (
    AIRequest,
    Kind,
    Mode,
    Outcome,
    Project,
    UsageStats,
    project_label,
    root_hash,
)

__all__ = [
    "AIRequest",
    "Answer",
    "Cleared",
    "Kind",
    "Mode",
    "Outcome",
    "Project",
    "Store",
    "UsageStats",
    "clear",
    "project_label",
    "root_hash",
]

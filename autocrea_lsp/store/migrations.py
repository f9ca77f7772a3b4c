"""The schema, step by step: `PRAGMA user_version` counts the steps a file has had.

A step is SQL text and never changes once released (models may; a step must go on making what it made). All missing
steps run in one IMMEDIATE transaction after the version was read again, so of several editors that start at once one
migrates and the others find it done. (`playhouse.migrations` failed in 13 of 24 such starts.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peewee import SqliteDatabase

STEPS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at REAL NOT NULL)",
        """CREATE TABLE preferences (
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            updated_at REAL NOT NULL,
            PRIMARY KEY (user_id, key)
        )""",
        """CREATE TABLE projects (
            id INTEGER NOT NULL PRIMARY KEY,
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            label TEXT NOT NULL,
            name TEXT NOT NULL,
            root_hash TEXT NOT NULL,
            first_seen_at REAL NOT NULL,
            last_seen_at REAL NOT NULL,
            UNIQUE (user_id, label)
        )""",
        """CREATE TABLE ai_requests (
            seq INTEGER NOT NULL PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            at REAL NOT NULL,
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            project_id INTEGER REFERENCES projects (id) ON DELETE SET NULL,
            kind TEXT NOT NULL,
            detail TEXT NOT NULL,
            model TEXT NOT NULL,
            backend TEXT NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL,
            cache_read_tokens INTEGER NOT NULL,
            cache_write_tokens INTEGER NOT NULL,
            total_tokens INTEGER NOT NULL,
            cost_micros INTEGER NOT NULL,
            latency_ms INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            accepted INTEGER NOT NULL,
            prompt TEXT,
            answer TEXT
        )""",
        # History pages and retention walk time.
        "CREATE INDEX ai_requests_at ON ai_requests (at)",
        # Statistics read this index and never the table.
        """CREATE INDEX ai_requests_stats
            ON ai_requests (kind, at, user_id, total_tokens, cost_micros, accepted)""",
    ),
    (
        # What a limit counts; the key is also the way to it (`acts.py`). Without a rowid it is one tree, not two.
        """CREATE TABLE counted_acts (
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            boot TEXT NOT NULL,
            tick REAL NOT NULL,
            nonce INTEGER NOT NULL,
            amount INTEGER NOT NULL,
            at REAL NOT NULL,
            PRIMARY KEY (user_id, name, boot, tick, nonce)
        ) WITHOUT ROWID""",
        # What the requests had cost that retention deleted: a month's budget outlives a week's retention.
        """CREATE TABLE expired_costs (
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            at REAL NOT NULL,
            cost_micros INTEGER NOT NULL,
            PRIMARY KEY (user_id, at)
        ) WITHOUT ROWID""",
        """CREATE TABLE chat_sessions (
            seq INTEGER NOT NULL PRIMARY KEY,
            id TEXT NOT NULL,
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            project_id INTEGER REFERENCES projects (id) ON DELETE SET NULL,
            title TEXT NOT NULL,
            created_at REAL NOT NULL,
            updated_at REAL NOT NULL,
            UNIQUE (user_id, id)
        )""",
        "CREATE INDEX chat_sessions_updated ON chat_sessions (user_id, updated_at)",
        """CREATE TABLE chat_messages (
            seq INTEGER NOT NULL PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            session_seq INTEGER NOT NULL REFERENCES chat_sessions (seq) ON DELETE CASCADE,
            role TEXT NOT NULL,
            text TEXT NOT NULL,
            attachments TEXT NOT NULL,
            at REAL NOT NULL
        )""",
        "CREATE INDEX chat_messages_session ON chat_messages (session_seq)",
        "CREATE INDEX chat_messages_at ON chat_messages (at)",
    ),
    (
        """CREATE TABLE deployments (
            seq INTEGER NOT NULL PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            project_id INTEGER REFERENCES projects (id) ON DELETE SET NULL,
            provider TEXT NOT NULL,
            target TEXT NOT NULL,
            source TEXT NOT NULL,
            action TEXT NOT NULL,
            mark TEXT NOT NULL,
            account TEXT NOT NULL,
            account_name TEXT NOT NULL,
            remote_project TEXT NOT NULL,
            project_name TEXT NOT NULL,
            remote_id TEXT NOT NULL,
            url TEXT NOT NULL,
            inspect_url TEXT NOT NULL,
            state TEXT NOT NULL,
            detail TEXT NOT NULL,
            error TEXT NOT NULL,
            cursor TEXT NOT NULL,
            env_names TEXT NOT NULL,
            details TEXT NOT NULL,
            created_at REAL NOT NULL,
            updated_at REAL NOT NULL,
            finished_at REAL,
            cancel_asked INTEGER NOT NULL,
            lease_owner TEXT NOT NULL,
            lease_boot TEXT NOT NULL,
            lease_tick REAL NOT NULL,
            lease_at REAL NOT NULL,
            lease_s REAL NOT NULL,
            log_seq INTEGER NOT NULL,
            log_lines INTEGER NOT NULL,
            log_bytes INTEGER NOT NULL
        )""",
        # Pages walk it from its end.
        "CREATE INDEX deployments_created ON deployments (user_id, created_at)",
        # Asked at every start; it is nearly always empty.
        "CREATE INDEX deployments_unfinished ON deployments (user_id, created_at) WHERE finished_at IS NULL",
        # Retention walks it from its beginning.
        "CREATE INDEX deployments_finished ON deployments (finished_at)",
        # Without a rowid a deployment's lines lie together.
        """CREATE TABLE deployment_lines (
            deployment_seq INTEGER NOT NULL REFERENCES deployments (seq) ON DELETE CASCADE,
            seq INTEGER NOT NULL,
            at REAL NOT NULL,
            level TEXT NOT NULL,
            text TEXT NOT NULL,
            key TEXT NOT NULL,
            PRIMARY KEY (deployment_seq, seq)
        ) WITHOUT ROWID""",
        # A line that a host sends again is known by its key; most hosts' lines have one.
        "CREATE UNIQUE INDEX deployment_lines_key ON deployment_lines (deployment_seq, key) WHERE key <> ''",
    ),
)

SCHEMA = len(STEPS)
"""The version that this code writes."""


def migrate(database: SqliteDatabase) -> int:
    """Bring an open database up to `SCHEMA`; the version it has now, which is higher for a newer program's file.

    Raises what peewee raises; then nothing has changed.
    """
    version = _version(database)
    if version >= SCHEMA:
        return version
    with database.atomic():
        version = _version(database)
        for step in STEPS[version:]:
            for statement in step:
                run(database, statement)
        if version < SCHEMA:
            run(database, f"PRAGMA user_version = {SCHEMA}")
            version = SCHEMA
    return version


def run(database: SqliteDatabase, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Execute one statement of SQL; its rows."""
    cursor = database.execute_sql(statement, values)  # type: ignore[no-untyped-call]
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _version(database: SqliteDatabase) -> int:
    return int(run(database, "PRAGMA user_version")[0][0])

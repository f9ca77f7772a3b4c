"""The tables as peewee sees them; `migrations.py` creates them. Imported on the writer's thread only.

Models are bound to no database: a process may have several open (the file, the one in memory), so each query names
its own with `.execute(database)`.
"""

from __future__ import annotations

from peewee import BooleanField, CompositeKey, FloatField, ForeignKeyField, IntegerField, Model, TextField


class User(Model):
    """Who asks. On one's own machine there is one."""

    id = IntegerField(primary_key=True)
    name = TextField(unique=True)
    created_at = FloatField()

    class Meta:
        table_name = "users"


class Preference(Model):
    """A value that a user keeps across sessions, as JSON."""

    user = ForeignKeyField(User, on_delete="CASCADE")
    key = TextField()
    value = TextField()
    updated_at = FloatField()

    class Meta:
        table_name = "preferences"
        primary_key = CompositeKey("user", "key")


class ProjectRow(Model):
    """A workspace that was open; `label` is what requests carry, `root_hash` is "" if only a request named it."""

    id = IntegerField(primary_key=True)
    user = ForeignKeyField(User, on_delete="CASCADE")
    label = TextField()
    name = TextField()
    root_hash = TextField()
    first_seen_at = FloatField()
    last_seen_at = FloatField()

    class Meta:
        table_name = "projects"
        indexes = ((("user", "label"), True),)


class RequestRow(Model):
    """One question to a model. `seq` orders requests of one instant; `id` is the caller's, so a repeat is no copy.

    `total_tokens` is the sum of the four counts, stored because an index can cover a column but not a sum.
    """

    seq = IntegerField(primary_key=True)
    id = TextField(unique=True)
    at = FloatField()
    user = ForeignKeyField(User, on_delete="CASCADE")
    project = ForeignKeyField(ProjectRow, null=True, on_delete="SET NULL")
    kind = TextField()
    detail = TextField()
    model = TextField()
    backend = TextField()
    prompt_tokens = IntegerField()
    completion_tokens = IntegerField()
    cache_read_tokens = IntegerField()
    cache_write_tokens = IntegerField()
    total_tokens = IntegerField()
    cost_micros = IntegerField()
    latency_ms = IntegerField()
    outcome = TextField()
    accepted = BooleanField()
    prompt = TextField(null=True)
    answer = TextField(null=True)

    class Meta:
        table_name = "ai_requests"


class CountedAct(Model):
    """What a limit counts: `amount` acts of one moment. `tick` and `boot` say when without the wall clock `at`."""

    user = ForeignKeyField(User, on_delete="CASCADE")
    name = TextField()
    boot = TextField()
    tick = FloatField()
    nonce = IntegerField()
    amount = IntegerField()
    at = FloatField()

    class Meta:
        table_name = "counted_acts"
        primary_key = CompositeKey("user", "name", "boot", "tick", "nonce")


class ExpiredCost(Model):
    """The cost of a day's deleted requests; `at` is the beginning of that day, local time."""

    user = ForeignKeyField(User, on_delete="CASCADE")
    at = FloatField()
    cost_micros = IntegerField()

    class Meta:
        table_name = "expired_costs"
        primary_key = CompositeKey("user", "at")


class ChatSession(Model):
    """A chat that the user wanted to keep; `id` is the caller's and belongs to the user."""

    seq = IntegerField(primary_key=True)
    id = TextField()
    user = ForeignKeyField(User, on_delete="CASCADE")
    project = ForeignKeyField(ProjectRow, null=True, on_delete="SET NULL")
    title = TextField()
    created_at = FloatField()
    updated_at = FloatField()

    class Meta:
        table_name = "chat_sessions"
        indexes = ((("user", "id"), True),)


class ChatMessage(Model):
    """One message of a chat, redacted; `attachments` names what was attached, never holds it."""

    seq = IntegerField(primary_key=True)
    id = TextField(unique=True)
    session = ForeignKeyField(ChatSession, column_name="session_seq", on_delete="CASCADE")
    role = TextField()
    text = TextField()
    attachments = TextField()
    at = FloatField()

    class Meta:
        table_name = "chat_messages"


class Deployment(Model):
    """A deployment: `deployment_values.DeploymentRow`, who drives it (`leases.Lease`), and how long its log is.

    `log_seq` is the number of the last line, `log_lines` and `log_bytes` are what is kept; `env_names` and `details`
    are JSON.
    """

    seq = IntegerField(primary_key=True)
    id = TextField(unique=True)
    user = ForeignKeyField(User, on_delete="CASCADE")
    project = ForeignKeyField(ProjectRow, null=True, on_delete="SET NULL")
    provider = TextField()
    target = TextField()
    source = TextField()
    action = TextField()
    mark = TextField()
    account = TextField()
    account_name = TextField()
    remote_project = TextField()
    project_name = TextField()
    remote_id = TextField()
    url = TextField()
    inspect_url = TextField()
    state = TextField()
    detail = TextField()
    error = TextField()
    cursor = TextField()
    env_names = TextField()
    details = TextField()
    created_at = FloatField()
    updated_at = FloatField()
    finished_at = FloatField(null=True)
    cancel_asked = BooleanField()
    lease_owner = TextField()
    lease_boot = TextField()
    lease_tick = FloatField()
    lease_at = FloatField()
    lease_s = FloatField()
    log_seq = IntegerField()
    log_lines = IntegerField()
    log_bytes = IntegerField()

    class Meta:
        table_name = "deployments"


class DeploymentLine(Model):
    """A line of a deployment's log; `key` is the host's name of it, by which it is known when it comes again."""

    deployment = ForeignKeyField(Deployment, column_name="deployment_seq", on_delete="CASCADE")
    seq = IntegerField()
    at = FloatField()
    level = TextField()
    text = TextField()
    key = TextField()

    class Meta:
        table_name = "deployment_lines"
        primary_key = CompositeKey("deployment", "seq")


MODELS: tuple[type[Model], ...] = (
    User,
    Preference,
    ProjectRow,
    RequestRow,
    CountedAct,
    ExpiredCost,
    ChatSession,
    ChatMessage,
    Deployment,
    DeploymentLine,
)

"""The store as the rest of the program knows it: nothing here waits for a disk, and nothing raises because of one."""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from autocrea_lsp.store.deployment_calls import DeploymentCalls
from autocrea_lsp.store.inbox import Answer, Configure, Flush, Health, Inbox, Stop
from autocrea_lsp.store.moments import Moment, moment
from autocrea_lsp.store.values import (
    AIRequest,
    ChatMessageRow,
    ChatSessionRow,
    Mode,
    Project,
    Quota,
    Role,
    Spent,
    Taken,
    UsageStats,
    Window,
)
from autocrea_lsp.store.writes import Accept, ForgetChat, Record, SaveMessage, SetPreference, TouchProject

_log = logging.getLogger(__name__)

START_S = 2.0  # the writer's imports cost 0.1 s of CPU: not while the server answers `initialize`


class Store(DeploymentCalls):
    """Usage, preferences, projects and deployments in one SQLite file, which several editors share.

    One daemon thread does all the work; it opens the file with the first request or question, or 2 s after the start.
    Questions answer with an `Answer`: `.result(timeout)` in a thread, `await` on a loop; they see every row recorded
    before. `user` None in a question means every user of the file.

    `retention_days`: 0 keeps everything. `keep_prompts`: store texts, each through `redact`; without a `redact` none
    is stored. `on_problem(message)` is called on the writer's thread, once for each kind of trouble, with a message
    to show as it is. `clock` dates leases, and the acts that are counted (`take`).
    """

    def __init__(
        self,
        path: Path,
        *,
        user: str,
        retention_days: int = 90,
        keep_prompts: bool = False,
        redact: Callable[[str], str] | None = None,
        on_problem: Callable[[str], None] = _log.warning,
        clock: Callable[[], Moment] = moment,
    ) -> None:
        self.path = path
        self.user = user
        self._redactor = redact
        self._redact = redact if keep_prompts else None
        self._settings = self._configuration(retention_days)
        self._clock = clock
        self._on_problem = on_problem
        self._inbox = Inbox()
        self._health = Health()
        # A daemon: a file that hangs must never keep an editor's server from ending. `flush` is the guarantee.
        self._thread = threading.Thread(target=self._run, name="autocrea-store", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # no more threads
            self._stopped()

    @property
    def mode(self) -> Mode:
        """Where rows go now."""
        return self._health.mode

    @property
    def problem(self) -> str | None:
        """What is wrong now, in words to show; None when all is well."""
        return self._health.problem

    def configure(self, *, retention_days: int, keep_prompts: bool) -> None:
        """New settings, from now on; what is older than the new retention goes."""
        self._redact = self._redactor if keep_prompts else None
        self._inbox.put(self._configuration(retention_days))

    # ---- recording: only enqueues; any thread; never raises, never waits

    def record(self, request: AIRequest) -> None:
        """Remember a request. Its id is unique: recording it twice is recording it once."""
        if self._redact is None and (request.prompt, request.answer) != (None, None):
            request = replace(request, prompt=None, answer=None)
        self._inbox.put(Record(request=request))

    def mark_accepted(self, request_id: str) -> None:
        """The user took the answer to that request."""
        self._inbox.put(Accept(request_id=request_id))

    def touch_project(self, name: str, root_hash: str) -> None:
        """The user's project (see `values.root_hash`) is open now."""
        self._inbox.put(TouchProject(user=self.user, name=name, root_hash=root_hash, at=time.time()))

    def set_preference(self, key: str, value: object) -> None:
        """Keep a JSON value for the user. Raises TypeError or ValueError for what is not JSON."""
        text = json.dumps(value, allow_nan=False)
        self._inbox.put(SetPreference(user=self.user, key=key, value_json=text, at=time.time()))

    def save_chat_message(
        self,
        session: str,
        title: str,
        role: Role,
        text: str,
        at: float | None = None,
        *,
        project: str = "",
        attachments: str = "",
    ) -> None:
        """Keep a message, for a user who wants chats kept: the caller knows. Redacted, and only where it can be.

        The first message makes the session. In memory mode messages are not kept: the chat itself has them.
        """
        if self._redactor is None:
            return
        at = time.time() if at is None else at
        message = ChatMessageRow(role=role, text=text, at=at, attachments=attachments)
        key = uuid.uuid4().hex
        self._inbox.put(
            SaveMessage(id=key, user=self.user, project=project, session=session, title=title, message=message)
        )

    def forget_chat(self, session: str | None) -> None:
        """Delete that session of the user's, or all (None), leaving nothing of it in the file."""
        self._inbox.put(ForgetChat(user=self.user, session=session))

    # ---- asking

    def history(
        self, limit: int, offset: int = 0, *, kind: str | None = None, user: str | None = None
    ) -> Answer[list[AIRequest]]:
        """A page of requests, the newest first."""
        return self._ask(lambda connection: connection.usage.history(limit, offset, kind, user), [])

    def usage(self, since: float | None, until: float | None, *, user: str | None = None) -> Answer[UsageStats]:
        """Sums over the requests with `since` <= at < `until`; None is no bound."""
        return self._ask(lambda connection: connection.usage.stats(since, until, user), UsageStats())

    def count_since(self, since: float, *, backend: str, kind: str, user: str | None = None) -> Answer[int]:
        """How many requests of that kind went to that backend since then, by all editors, whatever became of them.

        In memory mode: by this process.
        """
        return self._ask(lambda connection: connection.usage.count_since(since, backend, kind, user), 0)

    def get_preference(self, key: str) -> Answer[object]:
        """The user's value; None if there is none."""
        return self._ask(lambda connection: connection.users.preference(self.user, key), None)

    def projects(self) -> Answer[list[Project]]:
        """The user's projects, the one seen last first."""
        return self._ask(lambda connection: connection.users.projects(self.user), [])

    def take(self, windows: Sequence[Window | Quota], *, amount: int = 1) -> Answer[Taken]:
        """Count an act of the user's in all of these windows, or in none if one has no room; all editors share them.

        In memory mode, and where the file is a newer version's, this process counts for itself. Cancelled before it
        was looked at, it is not counted. Who clears or deletes the database has all windows empty.
        """
        wanted = tuple(windows)
        return self._change(
            lambda connection: connection.acts.take(self.user, wanted, max(1, amount), self._clock), Taken()
        )

    def spent(self, since_day: float, since_month: float) -> Answer[Spent]:
        """What the user's calls have cost since then, by all editors; what retention has deleted is included.

        In memory mode: this session's calls.
        """
        return self._ask(lambda connection: connection.usage.spent(since_day, since_month, self.user), Spent())

    def chat_sessions(self, limit: int) -> Answer[list[ChatSessionRow]]:
        """The user's kept chats, the one that was used last first."""
        return self._ask(lambda connection: connection.chats.sessions(self.user, limit), [])

    def chat_messages(self, session: str) -> Answer[list[ChatMessageRow]]:
        """What was said in it, in order; nothing for a session that is not there or not the user's."""
        return self._ask(lambda connection: connection.chats.messages(self.user, session), [])

    # ---- ending

    def flush(self, timeout_s: float) -> bool:
        """Wait until what was recorded before is on disk, or in memory in that mode.

        True: it is, and a kill of this process loses none of it. False: not in `timeout_s`, or rows were lost.
        """
        flush = Flush()
        self._inbox.put(flush)
        return flush.done.wait(timeout_s) and flush.saved

    def close(self, timeout_s: float = 1.0) -> None:
        """Write what is left, at most for `timeout_s`. Afterwards rows go nowhere and questions have empty answers."""
        self._inbox.put(Stop())
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    # ---- the thread

    def _configuration(self, retention_days: int) -> Configure:
        return Configure(retention_days=retention_days, redact=self._redact, redactor=self._redactor)

    def _run(self) -> None:
        try:
            self._inbox.wait_for_work(START_S)
            from autocrea_lsp.store.writer import Writer  # here: it imports peewee

            Writer(
                self.path,
                self._inbox,
                self._health,
                self._settings,
                self._on_problem,
            ).run()
        except Exception:  # boundary: a mistake of ours, or a Python without SQLite, must not hang who waits
            _log.exception("the usage store's thread ended")
            self._stopped()
        finally:
            self._inbox.close()

    def _stopped(self) -> None:
        self._inbox.close()
        self._health.mode = "memory"
        self._health.problem = (
            "Usage is not recorded in this session: its recorder stopped. The log says why; restart the server."
        )
        try:
            self._on_problem(self._health.problem)
        except Exception:  # boundary: what the receiver does with it is not our failure
            _log.exception("a problem of the usage store could not be shown")

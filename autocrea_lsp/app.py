"""The composition root: settings, store, backends and the completer, opened and closed together. No LSP here."""

from __future__ import annotations

import asyncio
import functools
import logging
import math
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from autocrea_lsp.access import key_file
from autocrea_lsp.access.credentials import AskEditor, Credentials
from autocrea_lsp.access.limits import Limiter
from autocrea_lsp.access.local_user import user_name
from autocrea_lsp.ai.base import Backend, Kind
from autocrea_lsp.ai.choosing import choose
from autocrea_lsp.ai.condition import Condition, answering, nobody
from autocrea_lsp.ai.health import Health
from autocrea_lsp.ai.metered import Call, Metered, Sent
from autocrea_lsp.ai.usage_row import usage_row
from autocrea_lsp.app_deploy import AppDeployments, Parts
from autocrea_lsp.assist.inline import HOUR_S, Completer
from autocrea_lsp.assist.workspace import Workspace
from autocrea_lsp.errors import AutocreaError, BadCredentials
from autocrea_lsp.settings import Settings
from autocrea_lsp.store import Store, project_label, root_hash
from autocrea_lsp.syntax import Trees
from autocrea_lsp.workspace import paths
from autocrea_lsp.workspace.redact import redact

if TYPE_CHECKING:
    from autocrea_lsp.assist.chat import Chats
    from autocrea_lsp.assist.desk import Desk
    from autocrea_lsp.assist.proposals import Proposals
    from autocrea_lsp.deploy.base import Ask
    from autocrea_lsp.deploy.jobs import Deployments, Update

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 10.0  # for somebody who answers, while nobody does: seldom enough to cost nothing


class App:
    """Everything that lives as long as the server."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.project = ""  # its label in the rows of the store
        self.health = Health()
        self._key_file = paths.config_dir() / key_file.NAME
        self.credentials = Credentials(file=self._key_file)
        self._started = False
        self._user = user_name()
        self.problems: list[str] = []  # of the store, each once
        self.store = Store(
            paths.database(),
            user=self._user,
            retention_days=0,  # nothing is deleted before we know what the user wants: see `start`
            on_problem=self._on_store_problem,
            redact=redact,
        )
        self._backend: Metered | None = None
        self._choice: asyncio.Task[Backend | None] | None = None
        self._look_again_at = math.inf  # when nobody answered (monotonic seconds)
        self._why_none: AutocreaError | None = None
        self._retired: set[asyncio.Task[None]] = set()
        self.workspace = Workspace()  # the client's, kept by whoever speaks to it
        self.trees = Trees()
        self.limiter = Limiter(
            self.store,
            lambda: self.settings.limits,
            lambda: self.settings.budget,
            on_warning=lambda text: self._on_problem(text),
        )
        self.deploying = AppDeployments(
            Parts(
                store=self.store,
                limiter=self.limiter,
                settings=lambda: self.settings,
                project=lambda: self.project,
                credentials=lambda: self.credentials,
            )
        )
        self._on_change: Callable[[], None] = lambda: None
        self._on_problem: Callable[[str], None] = lambda _text: None
        self.completer = Completer(
            self.backend,
            lambda: self.settings.inline,
            on_outcome=self._on_outcome,
            on_budget=self._changed,
            pause_s=self.health.pause_s,
            why_excluded=lambda uri: self.workspace.exclusions.why_excluded(uri),
            afford=self.limiter.afford,
        )

    def connect(
        self, *, ask_editor: AskEditor | None, on_change: Callable[[], None], on_problem: Callable[[str], None]
    ) -> None:
        """Where keys can be asked for, who wants to know of changes, and who shows a problem once."""
        self.credentials = Credentials(ask_editor=ask_editor, file=self._key_file)
        self._on_change, self._on_problem = on_change, on_problem

    def open_project(self, root: Path) -> None:
        """The workspace's folder: usage is counted for it under its name and a hash of its place, never its path."""
        place = root_hash(str(root))
        self.project = project_label(root.name, place)
        self.store.touch_project(root.name, place)

    def credentials_in_memory(self) -> list[str]:
        """The secrets we hold right now, for the log's filter."""
        return [*self.credentials.in_memory(), *self.deploying.in_memory()]

    # Acts: their modules are loaded when the first one is asked for -------------------------------------------------

    @functools.cached_property
    def desk(self) -> Desk:
        from autocrea_lsp.assist.desk import Desk

        return Desk(
            backend=self.backend,
            limiter=self.limiter,
            settings=lambda: self.settings,
            workspace=lambda: self.workspace,
            trees=self.trees,
            secrets=self.credentials_in_memory,
        )

    @functools.cached_property
    def chats(self) -> Chats:
        from autocrea_lsp.assist.chat import Chats

        return Chats(self.desk, self.store)

    @functools.cached_property
    def proposals(self) -> Proposals:
        from autocrea_lsp.assist.proposals import Proposals

        return Proposals()

    # Deployments: likewise --------------------------------------------------------------------------------------------

    def connect_deployments(
        self, *, ask: Ask, on_update: Callable[[Update], None], trusted: Callable[[], bool]
    ) -> None:
        self.deploying.connect(ask=ask, on_update=on_update, trusted=trusted)

    @property
    def deployments(self) -> Deployments:
        return self.deploying.get()

    async def default_provider(self, folder: Path, ability: str = "") -> str:
        return await self.deploying.default_provider(folder, ability)

    # Backend ----------------------------------------------------------------------------------------------------------

    async def backend(self) -> Backend | None:
        """Who answers now; chosen once and again when settings or credentials change. None: nobody, see `condition`."""
        if self._backend is None and time.monotonic() > self._look_again_at:
            self._choice, self._look_again_at = None, math.inf  # a model or a key may have come from elsewhere
        while True:
            if self._choice is None:
                self._choice = asyncio.create_task(self._choose(), name="choose backend")
                self._choice.add_done_callback(self._chosen)
            choice = self._choice
            try:
                return await asyncio.shield(choice)
            except asyncio.CancelledError:
                if choice is self._choice or not choice.cancelled():
                    raise  # it is the asker who was cancelled; otherwise settings changed: ask the new choice

    async def start(self) -> None:
        """The settings are known: choose the backend and let it get ready, before the first request asks for it."""
        self._started = True
        self._configure_store()
        backend = await self.backend()
        if backend is None:
            return
        if not backend.capabilities.local:
            since = time.time() - HOUR_S
            used = await self.store.count_since(since, backend=backend.name, kind="complete")
            self.completer.window.seed(used)
        await backend.prewarm(None)
        self._changed()

    def apply(self, settings: Settings) -> None:
        """New settings count from now on, without a restart."""
        old, self.settings = self.settings, settings
        self.completer.window.limit = settings.inline.max_calls_per_hour
        if self._started:
            self._configure_store()
        if (old.backend, old.claude, old.embedded) != (settings.backend, settings.claude, settings.embedded):
            self.choose_again()
        self._changed()

    def choose_again(self) -> None:
        """Settings or credentials changed: the next request finds out who answers."""
        self.health.reset()
        if self._choice is None:
            return
        self._choice.cancel()
        self._choice = None
        if (retired := self._backend) is not None:
            self._backend = None
            task = asyncio.create_task(retired.aclose(), name="close backend")
            self._retired.add(task)
            task.add_done_callback(self._retired.discard)
        self._changed()

    def credentials_changed(self) -> None:
        self.credentials.forget()
        self.deploying.credentials_changed()
        self.choose_again()

    async def _choose(self) -> Backend | None:
        backend, self._why_none = await choose(self.settings, self.credentials)
        self._backend = Metered(backend, self._on_call) if backend is not None else None
        self._look_again_at = time.monotonic() + LOOK_AGAIN_S if backend is None else math.inf
        return self._backend

    def _chosen(self, choice: asyncio.Task[Backend | None]) -> None:
        if not choice.cancelled() and (error := choice.exception()) is not None:
            log.error("no backend could be chosen", exc_info=error)
        if choice is self._choice:
            self._changed()

    def can(self, kind: Kind) -> bool:
        """Whether somebody answers prompts of that kind; yes while that is being found out. Cheap."""
        if self._choice is None or not self._choice.done():
            return self.settings.backend != "none"
        return self._backend is not None and self._backend.capabilities.can(kind)

    def sent(self) -> list[Sent]:
        """The last prompts that went to the backend of now, the oldest first."""
        return list(self._backend.last_prompts) if self._backend is not None else []

    # Status -----------------------------------------------------------------------------------------------------------

    def condition(self) -> Condition:
        """How things stand now; cheap."""
        if self.settings.backend == "none":
            return Condition(state="off", message="No backend: `autocrea.backend` is `none`.")
        if self._choice is None or not self._choice.done():
            return Condition(state="busy", message="Looking for who answers.")
        if self._backend is None:
            return nobody(self.settings.backend, self._why_none)
        return answering(self._backend, self.health.error, self.completer.window, self.limiter.over())

    def _on_outcome(self, error: AutocreaError | None) -> None:
        self.health.note(error)
        if isinstance(error, BadCredentials):
            self.credentials.forget()  # a key that was replaced meanwhile is found at the next call
        self._changed()

    def _changed(self) -> None:
        self._on_change()

    def _configure_store(self) -> None:
        history = self.settings.history
        self.store.configure(retention_days=history.retention_days, keep_prompts=history.keep_prompts)

    # Usage ------------------------------------------------------------------------------------------------------------

    def _on_call(self, call: Call) -> None:
        self.limiter.note_cost(call.cost_micros or 0)
        keep = self.settings.history.keep_prompts
        self.store.record(usage_row(call, user=self._user, project=self.project, keep_texts=keep))

    def _on_store_problem(self, text: str) -> None:
        """Called once, by the writer's thread."""
        self.problems.append(text)
        self._on_problem(text)

    # The end ----------------------------------------------------------------------------------------------------------

    async def flush(self, timeout_s: float) -> None:
        """Everything recorded so far is on disk when this returns, or the time is up."""
        await asyncio.to_thread(self.store.flush, timeout_s)

    async def aclose(self) -> None:
        """Everything we started is gone when this returns."""
        if self._choice is not None:
            self._choice.cancel()
        self.credentials.close()
        await self.deploying.aclose()
        await self.trees.aclose()
        closing: list[Awaitable[None]] = [*self._retired]
        if self._backend is not None:
            closing.append(self._backend.aclose())
        await asyncio.gather(*closing, return_exceptions=True)
        await asyncio.to_thread(self.store.close, 1.0)


def log_file() -> Path:
    """Where the server's log is."""
    return paths.log_dir() / "server.log"

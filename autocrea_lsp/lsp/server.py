"""AutocreaServer: one client's server. It holds the App, binds the table of features, and ends in good order."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from autocrea_lsp import __version__
from autocrea_lsp.app import App
from autocrea_lsp.lsp import client, convert, wire
from autocrea_lsp.lsp.acting import Acting
from autocrea_lsp.lsp.configuration import Configuration
from autocrea_lsp.lsp.deploying import Deploying
from autocrea_lsp.lsp.logs import Logs
from autocrea_lsp.lsp.protocol import AutocreaProtocol, at_dispatch
from autocrea_lsp.lsp.read_ahead import ReadAhead
from autocrea_lsp.lsp.shapes import shape, strict_types, structure
from autocrea_lsp.lsp.status import StatusReporter
from autocrea_lsp.lsp.tasks import Latest, TaskScope, is_alive

log = logging.getLogger(__name__)

FLUSH_TIMEOUT_S = 2.0  # editors kill a server that takes longer to shut down
ASK_TIMEOUT_S = 5.0  # for the client's answer to a request of ours; some never answer

MESSAGE_TYPES: Mapping[int, lsp.MessageType] = {
    logging.ERROR: lsp.MessageType.Error,
    logging.WARNING: lsp.MessageType.Warning,
    logging.INFO: lsp.MessageType.Info,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One message the server handles. `handler(server, params)`, or with the value of `snapshot` as a third argument.

    A handler that is no coroutine runs at once: for notifications whose work takes microseconds.
    `snapshot(server, params)` is taken while the message is dispatched. `params` is the type of a custom message, or
    its name in `wire` where that is loaded when the first one comes.
    """

    method: str
    handler: Callable[..., Awaitable[Any] | None]
    options: Any = None
    params: type[Any] | str | None = None
    snapshot: Callable[..., Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One server command. `handler(server, argument, token)`: its first argument as `params`, the client's token."""

    id: str
    handler: Callable[..., Awaitable[Any]]
    params: type[Any] | str | None = None


class AutocreaServer(LanguageServer):
    """pygls' server with our protocol, our table, and an end that loses nothing."""

    protocol: AutocreaProtocol

    def __init__(self, app: App, logs: Logs | None = None) -> None:
        self.custom_types: dict[str, type[Any] | str] = {}
        super().__init__(
            "autocrea-lsp",
            __version__,
            text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
            notebook_document_sync=lsp.NotebookDocumentSyncOptions(
                notebook_selector=[
                    lsp.NotebookDocumentFilterWithCells(cells=[lsp.NotebookCellLanguage(language="python")]),
                    lsp.NotebookDocumentFilterWithNotebook(notebook="*"),
                ]
            ),
            protocol_cls=AutocreaProtocol,
            converter_factory=strict_types,
        )
        self.app = app
        self.logs = logs
        self.client = client.ClientProfile()
        self.parent_pid: int | None = None  # the client's process, if it was there at `initialize`
        self.tasks = TaskScope()
        self.latest = Latest()
        self.configuration = Configuration(self)
        self.status = StatusReporter(self)
        self.read_ahead = ReadAhead(self)
        self.acting = Acting(self)
        self.stopped: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._commands: dict[str, Command] = {}
        self._shutdown_work: asyncio.Task[None] | None = None
        self.deploying = Deploying(self)
        app.connect(ask_editor=self.ask_credentials, on_change=self.status.refresh, on_problem=self._on_problem)
        self.feature(lsp.INITIALIZE)(functools.partial(self._on_initialize))  # pygls marks it: a method takes no marks

    # The table ------------------------------------------------------------------------------------------------------

    def register(self, features: Iterable[Feature], commands: Iterable[Command]) -> None:
        for entry in features:
            self._bind(entry)
        for command in commands:
            self._commands[command.id] = command
            self.command(command.id)(_registered_only)

    def _bind(self, entry: Feature) -> None:
        if entry.params is not None:
            self.custom_types[entry.method] = entry.params
        take, handler = entry.snapshot, cast("Callable[..., Awaitable[Any]]", entry.handler)
        if not inspect.iscoroutinefunction(entry.handler):
            self.feature(entry.method, entry.options)(functools.partial(entry.handler, self))
            return
        if take is None:

            async def run(params: Any) -> Any:
                return convert.plain(await handler(self, params))
        else:
            snapshot_of = take

            @at_dispatch(lambda params: snapshot_of(self, params))
            async def run(params: Any, *, snapshot: Any) -> Any:
                return convert.plain(await handler(self, params, snapshot))

        self.feature(entry.method, entry.options)(run)

    def custom_type(self, method: str) -> type[Any] | None:
        """The type of a custom message's params."""
        kind = self.custom_types.get(method)
        return None if kind is None else shape(kind)

    async def execute(self, params: lsp.ExecuteCommandParams) -> Any:
        """A command by its id; raises JsonRpcInvalidParams for an unknown one or arguments of the wrong shape."""
        command = self._commands.get(params.command)
        if command is None:
            raise JsonRpcInvalidParams(f"unknown command {params.command[:200]!r}")
        argument = None
        if command.params is not None:
            raw = params.arguments[0] if params.arguments else {}
            try:
                argument = structure(raw if raw is not None else {}, shape(command.params))
            except ValueError as error:
                raise JsonRpcInvalidParams(f"invalid argument of {params.command}: {error}") from None
        return convert.plain(await command.handler(self, argument, params.work_done_token))

    # Life -----------------------------------------------------------------------------------------------------------

    def _on_initialize(self, params: lsp.InitializeParams) -> None:
        self.client = client.read(params)
        if params.process_id is not None and params.process_id > 0 and is_alive(params.process_id):
            self.parent_pid = params.process_id
        self.protocol.open_workspace()
        if folders := self.configuration.folders():
            self.app.open_project(folders[0])
        self.configuration.read_options(params.initialization_options)
        self.acting.refresh()
        if self.logs is not None:
            self.logs.to_client(self._log_to_client)

    async def on_shutdown(self) -> None:
        """Ends what runs and brings the rows to disk; `shutdown` is answered when this returns."""
        if self._shutdown_work is None:
            self._shutdown_work = asyncio.create_task(self._shut_down())
        await asyncio.shield(self._shutdown_work)

    async def _shut_down(self) -> None:
        self.read_ahead.close()
        await self.tasks.aclose()
        await self.app.deploying.aclose()
        await self.app.flush(FLUSH_TIMEOUT_S)

    def stop(self, code: int) -> None:
        """Let the process end with that exit code."""
        if not self.stopped.done():
            self.stopped.set_result(code)

    # To the client ----------------------------------------------------------------------------------------------------

    async def ask(self, method: str, params: Any, *, timeout_s: float = ASK_TIMEOUT_S) -> Any:
        """The client's answer, or None when it refuses, answers nonsense or does not answer in time."""
        try:
            answer = self.protocol.send_request_async(method, params)
            return await asyncio.wait_for(asyncio.shield(answer), timeout_s)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # boundary: a client may refuse in any way
            log.info("the client did not answer %s: %s", method, type(error).__name__)
            return None

    async def ask_credentials(self, provider: str) -> str | None:
        """The editor's key for a provider; asked only of editors that know the message."""
        if not self.client.autocrea:
            return None
        answer = await self.ask(wire.Method.CREDENTIALS, {"provider": provider})
        secret = client.field(answer, "secret")
        return secret if isinstance(secret, str) else None

    def show(self, kind: lsp.MessageType, text: str) -> None:
        """A message for the user; never called because of typing."""
        self.window_show_message(lsp.ShowMessageParams(type=kind, message=text))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """pygls would show a pop-up; here it is a log line."""
        log.error("protocol error: %s", error)

    def _on_problem(self, text: str) -> None:
        """Something that the user should know of once; called from any thread."""
        loop = self.stopped.get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(self.show, lsp.MessageType.Warning, text)

    def _log_to_client(self, level: int, text: str) -> None:
        kind = MESSAGE_TYPES.get(level, lsp.MessageType.Log)
        message = lsp.LogMessageParams(type=kind, message=text)
        loop = self.stopped.get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(self.window_log_message, message)


async def _registered_only(*_: Any) -> None:
    """pygls advertises the ids of registered commands; `execute` runs them."""

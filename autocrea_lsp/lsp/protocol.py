"""Where pygls needs correcting, and nowhere else. Measured with pygls 2.1.1; tests/lsp/test_protocol.py says, for
each mend, when a newer pygls makes it needless or breaks it.

1. `receive`: bodies are decoded and checked here. pygls answers nothing to bad JSON, to invalid params, to an unknown
   request without params, before `initialize` and after `shutdown`.
2. `workspace/executeCommand` is a coroutine, so that `$/cancelRequest` reaches it, and it hands on the work-done token.
3. `initialize` gets our document store, says that we know our own messages and that we have documents of a scheme of
   ours, which pygls does not know how to say; `didChange` gets a version check.
4. `shutdown` and `exit` wait for the server's own clean-up and keep the exit code.
5. A handler marked `at_dispatch` gets its snapshot while its message is dispatched: a later change cannot leak in.
6. Every outcome passes one boundary: no traceback leaves, nothing pops up while typing.
7. The future of a finished handler is forgotten (pygls keeps those of notifications for ever).
"""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Callable, Generator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import cattrs
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.protocol import JsonRPCNotification, JsonRPCRequestMessage, LanguageServerProtocol, lsp_method

from autocrea_lsp.lsp import boundary, wire
from autocrea_lsp.lsp.documents import Documents
from autocrea_lsp.lsp.transport import Garbage

if TYPE_CHECKING:
    from autocrea_lsp.lsp.server import AutocreaServer

log = logging.getLogger(__name__)

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
NOT_INITIALIZED = -32002


class AutocreaProtocol(LanguageServerProtocol):
    """pygls' protocol with the mends listed above."""

    _server: AutocreaServer

    def __init__(self, server: AutocreaServer, converter: cattrs.Converter) -> None:
        self._initialized = False
        self._methods: dict[int | str, str] = {}  # of the requests being answered
        self.documents: Documents | None = None
        self.client_ready = False  # `initialized` has come: from now on we may send
        super().__init__(server, converter)  # reads every attribute of ours

    @property
    def accepts_messages(self) -> bool:
        """Whether the client may be sent notifications and requests of ours."""
        return self.client_ready and not self._shutdown

    # 1. Input ------------------------------------------------------------------------------------------------------

    def receive(self, body: bytes | Garbage) -> None:
        """One message body from the transport. Never raises."""
        if isinstance(body, Garbage):
            self.refuse(None, body.code, body.message)
            return
        try:
            data = json.loads(body.decode())
        except (ValueError, RecursionError) as error:
            self.refuse(None, PARSE_ERROR, f"not JSON: {type(error).__name__}")
            return
        method = data.get("method") if isinstance(data, dict) else None
        if isinstance(method, str):
            if "id" in data:
                self._receive_request(data, method)
            else:
                self._receive_notification(data, method)
        elif isinstance(data, dict) and ("result" in data or "error" in data) and _is_id(data.get("id")):
            self._receive_answer(data)
        else:
            number = data.get("id") if isinstance(data, dict) else None
            self.refuse(number if _is_id(number) else None, INVALID_REQUEST, "not a JSON-RPC 2.0 message")

    def prepare(self, method: str, params: Any, result: Any) -> None:
        """Make the converters for a request and its answer, which otherwise its first one waits for. Any thread."""
        self._structure({"id": 0, "method": method, "params": params}, method, JsonRPCRequestMessage)
        self._converter.unstructure(result)

    def refuse(self, number: int | str | None, code: int, message: str) -> None:
        """Answer with an error; `number` None is JSON's null, for messages whose id could not be read."""
        error = {"code": code, "message": boundary.clean(message)}
        self._send_data({"jsonrpc": "2.0", "id": number, "error": error})

    def _receive_request(self, data: dict[str, Any], method: str) -> None:
        number = data["id"]
        if not _is_id(number):
            self.refuse(None, INVALID_REQUEST, "the id of a request must be a number or a string")
        elif self._shutdown:
            self.refuse(number, INVALID_REQUEST, "the server was shut down; only exit is allowed")
        elif not self._initialized and method != lsp.INITIALIZE:
            self.refuse(number, NOT_INITIALIZED, "send initialize first")
        elif self._initialized and method == lsp.INITIALIZE:
            self.refuse(number, INVALID_REQUEST, "initialize was sent already")
        elif number in self._methods:
            self.refuse(number, INVALID_REQUEST, "a request with this id is being answered")
        elif method not in self.fm.builtin_features and method not in self.fm.features:
            self.refuse(number, METHOD_NOT_FOUND, f"unknown request {method[:200]!r}")
        else:
            try:
                message = self._structure(data, method, JsonRPCRequestMessage)
            except ValueError as error:
                self.refuse(number, INVALID_PARAMS, str(error))
                return
            log.debug("request %r: %s", number, method)
            self._initialized = True
            self._methods[number] = method
            self.handle_message(message)
            if method == lsp.SHUTDOWN:
                self._shutdown = True  # from now on, not from when the coroutine gets its turn: exit may follow at once

    def _receive_notification(self, data: dict[str, Any], method: str) -> None:
        known = method in self.fm.builtin_features or method in self.fm.features or method == lsp.CANCEL_REQUEST
        if not known or (method != lsp.EXIT and (self._shutdown or not self._initialized)):
            log.debug("notification %s ignored", method[:200])
            return
        try:
            self.handle_message(self._structure(data, method, JsonRPCNotification))
        except ValueError as error:
            log.warning("notification %s ignored: %s", method, error)

    def _receive_answer(self, data: dict[str, Any]) -> None:
        try:
            message = self.structure_message(data)
        except JsonRpcException:  # of the wrong shape: for the one who waits it is an error, not silence
            message = lsp.ResponseErrorMessage(
                id=data["id"], error=lsp.ResponseError(code=INVALID_PARAMS, message="answer of an unexpected shape")
            )
        self.handle_message(message)

    def _structure(self, data: dict[str, Any], method: str, fallback: type[Any]) -> Any:
        """The message as its type; ValueError names the first thing that is wrong with its params."""
        if data.get("params") is None and method in (lsp.INITIALIZED, lsp.EXIT, lsp.SHUTDOWN):
            data = {**data, "params": {} if method == lsp.INITIALIZED else None}
        normalise(data)
        custom = self._server.custom_type(method)
        try:
            if custom is not None:
                params = self._converter.structure(data.get("params") or {}, custom)
                extra = {"id": data["id"]} if "id" in data else {}
                return fallback(method=method, jsonrpc="2.0", params=params, **extra)
            kind = self.get_message_type(method) or fallback
            return self._converter.structure({**data, "jsonrpc": "2.0"}, kind)
        except Exception as error:  # boundary: cattrs raises many types for data of the wrong shape
            details = cattrs.transform_error(error) if isinstance(error, cattrs.BaseValidationError) else [str(error)]
            raise ValueError(f"invalid params of {method}: {details[0] if details else 'wrong shape'}") from None

    # 2. Commands ---------------------------------------------------------------------------------------------------

    @lsp_method(lsp.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(self, params: lsp.ExecuteCommandParams) -> Any:  # type: ignore[override]
        return await self._server.execute(params)

    # 3. Documents --------------------------------------------------------------------------------------------------

    @lsp_method(lsp.INITIALIZE)
    def lsp_initialize(self, params: lsp.InitializeParams) -> Generator[Any, Any, lsp.InitializeResult]:
        result = yield from super().lsp_initialize(params)
        result.capabilities.experimental = {"autocrea": {"version": wire.VERSION}}
        if self._server.client.text_content and result.capabilities.workspace is not None:
            schemes = lsp.TextDocumentContentOptions(schemes=[wire.LOG_SCHEME])
            result.capabilities.workspace.text_document_content = schemes
        return result

    def open_workspace(self) -> Documents:
        """Called by the server's own initialize handler, when pygls has made the workspace that this one replaces."""
        theirs = self.workspace
        ours = Documents(
            theirs.root_uri,
            lsp.TextDocumentSyncKind.Incremental,
            list(theirs.folders.values()),
            theirs.position_encoding,
        )
        self._workspace = self.documents = ours
        return ours

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: lsp.DidChangeTextDocumentParams) -> Generator[Any, Any, None]:
        if self.documents is not None and self.documents.change(params):
            handler = self.fm.features.get(lsp.TEXT_DOCUMENT_DID_CHANGE)
            if handler is not None:
                yield handler, (params,), None

    # 4. The end ----------------------------------------------------------------------------------------------------

    @lsp_method(lsp.SHUTDOWN)
    async def lsp_shutdown(self, *_: Any) -> None:  # type: ignore[override]
        this = self.msg_id
        for number, future in list(self._request_futures.items()):
            if number != this:
                future.cancel()
        await self._server.on_shutdown()

    @lsp_method(lsp.EXIT)
    def lsp_exit(self, *_: Any) -> None:  # type: ignore[override]
        self._server.stop(0 if self._shutdown else 1)

    # 5.-7. Running handlers ------------------------------------------------------------------------------------------

    def _execute_handler(
        self,
        msg_id: Any,
        handler: Any,
        callback: Any,
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        take = getattr(handler, "at_dispatch", None)
        if take is not None:
            kwargs = {**(kwargs or {}), "snapshot": take(*(args or ()))}
        super()._execute_handler(msg_id, handler, callback, args, kwargs)
        future = self._request_futures.get(msg_id)
        if future is not None:
            future.add_done_callback(lambda _: self._request_futures.pop(msg_id, None))

    def _send_handler_result(self, future: Future[Any], *, msg_id: Any) -> None:
        self._request_futures.pop(msg_id, None)
        method = self._methods.pop(msg_id, "?")
        if future.cancelled():
            error = lsp.ResponseError(code=boundary.REQUEST_CANCELLED, message="cancelled")
            self._send_response(msg_id, error=error)
            return
        failure = future.exception()
        if failure is None:
            try:
                result = self._converter.unstructure(future.result())
            except Exception as error:  # boundary: a value that is no JSON is a mistake of ours, and still an answer
                failure = error
            else:
                self._send_response(msg_id, result=result)
                return
        result, refusal = boundary.answer_for(failure, method)
        self._send_response(msg_id, result=result, error=refusal)

    def _check_handler_result(self, future: Future[Any]) -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            log.error("a notification's handler failed", exc_info=error)


def at_dispatch(take: Callable[..., Any]) -> Callable[[Any], Any]:
    """`take(params)` is called while the message is dispatched; its value arrives as `snapshot=`."""

    def mark(handler: Any) -> Any:
        if not inspect.iscoroutinefunction(handler):
            raise TypeError("only a coroutine needs a snapshot")
        handler.at_dispatch = take
        return handler

    return mark


def normalise(data: dict[str, Any]) -> None:
    """Small liberties that clients take, put right in place before the message is structured.

    VS Code's own enumeration of inline trigger kinds counts from 0 where LSP counts from 1: older clients send 0.
    """
    if data.get("method") == lsp.TEXT_DOCUMENT_INLINE_COMPLETION:
        params = data.get("params")
        context = params.get("context") if isinstance(params, dict) else None
        if isinstance(context, dict) and context.get("triggerKind") == 0:
            context["triggerKind"] = lsp.InlineCompletionTriggerKind.Invoked.value


def _is_id(value: object) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool)

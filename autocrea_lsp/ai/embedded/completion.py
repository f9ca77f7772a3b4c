"""Requests to the worker: `/completion` as pieces of text with their probability and counts, and what prepares it.

The wire is llama.cpp's server as xllamacpp 2026.10 ships it (llm.md D5), read as server-sent events.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import ssl
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from autocrea_lsp.errors import BackendError, BadRequest, BrokenReply, Unavailable

if TYPE_CHECKING:
    import httpx2

SERVICE = "embedded"  # the backend's name, and how errors begin

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 30.0  # a slice takes 0.5 s of CPU; where it takes 60 times that, the worker is stuck


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where a worker listens, and the key it wants."""

    address: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some text and the request's counts so far. `logprob` is None where the worker did not tell all of it."""

    text: str
    logprob: float | None
    prompt_tokens: int  # in the whole prompt
    read_tokens: int  # of these, read now; the others came from the worker's cache
    written_tokens: int
    stop: str | None  # in the last piece: "limit", "word", "eos" or "none"


class WorkerLost(Exception):
    """The worker went away, or answers no more."""


class Client:
    """HTTP to workers on loopback; opens a connection per request, because closing it is how a request is cancelled."""

    def __init__(self) -> None:
        self._http: httpx2.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def complete(
        self, at: Connection, text: str, *, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[Piece, None]:
        """Pieces until one has `stop`. Raises WorkerLost, or a BackendError."""
        http = await self.open()
        import httpx2  # loaded by now

        wanted = {
            "prompt": text,
            "n_predict": max_tokens,  # 0 still writes one token
            "temperature": 0,
            "stop": list(stop),
            "cache_prompt": True,
            "stream": True,
            "n_probs": 1,
            "timings_per_token": True,  # so that counts are known when we close early
        }
        headers = {"Authorization": f"Bearer {at.key}"}
        written = 0
        try:
            async with http.sse(f"{at.address}/completion", method="POST", json=wanted, headers=headers) as source:
                if source.response.status_code != HTTPStatus.OK:
                    raise _refusal(_object(await source.response.aread()))
                async for event in source:
                    chunk = _object(event.data)
                    if "error" in chunk:
                        raise _refusal(chunk)
                    piece = _piece(chunk, written)
                    written = piece.written_tokens
                    yield piece
                    if piece.stop is not None:
                        return
        except httpx2.TransportError as error:
            raise WorkerLost(type(error).__name__) from error
        raise WorkerLost("the answer has no end")

    async def count(self, at: Connection, text: str) -> int:
        """How many tokens `text` has."""
        return len((await self._ask(at, "tokenize", {"content": text})).get("tokens", ()))

    async def template(self, at: Connection, turns: Sequence[Mapping[str, str]]) -> str:
        """A conversation (`role`, `content`) as the text that the model was trained to answer."""
        text = (await self._ask(at, "apply-template", {"messages": turns})).get("prompt")
        if not isinstance(text, str):
            raise BrokenReply(SERVICE, "an answer without 'prompt'")
        return text

    async def _ask(self, at: Connection, what: str, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        http = await self.open()
        import httpx2

        headers = {"Authorization": f"Bearer {at.key}"}
        try:
            response = await http.post(f"{at.address}/{what}", json=wanted, headers=headers)
        except httpx2.TransportError as error:
            raise WorkerLost(type(error).__name__) from error
        answer = _object(response.content)
        if response.status_code != HTTPStatus.OK:
            raise _refusal(answer)
        return answer

    async def open(self) -> httpx2.AsyncClient:
        """Load what HTTP needs, before the first request does."""
        async with self._opening:
            if self._http is None:
                module = await asyncio.to_thread(importlib.import_module, "httpx2")  # 0.1 s that the loop need not wait
                self._http = module.AsyncClient(
                    trust_env=False,  # a proxy in the environment must not get between us and loopback
                    verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # no TLS here: do not load the system's roots
                    timeout=module.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
                    limits=module.Limits(max_keepalive_connections=0),
                )
            return self._http

    async def aclose(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None


def _piece(chunk: Mapping[str, Any], written_before: int) -> Piece:
    try:
        timings = chunk.get("timings", {})
        tokens = [entry["logprob"] for entry in chunk.get("completion_probabilities", ())]
        written = chunk["tokens_predicted"]
        # Tokens that are only parts of a character are held back, and only the last one's probability is told.
        known = written - written_before == len(tokens)
        return Piece(
            text=chunk["content"],
            logprob=sum(tokens) if known else None,
            prompt_tokens=chunk["tokens_evaluated"],
            read_tokens=timings.get("prompt_n", 0),
            written_tokens=written,
            stop=chunk.get("stop_type", "none") if chunk["stop"] else None,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise BrokenReply(SERVICE, f"an answer without {error}") from error


def _object(raw: str | bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(raw)
    except ValueError as error:
        raise BrokenReply(SERVICE, "an answer that is no JSON") from error
    if not isinstance(value, dict):
        raise BrokenReply(SERVICE, "an answer that is no object")
    return value


def _refusal(answer: Mapping[str, Any]) -> BackendError:
    error = answer.get("error")
    told = error if isinstance(error, dict) else {}
    status = told["code"] if isinstance(told.get("code"), int) else None
    kind = BadRequest if status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR else Unavailable
    return kind(SERVICE, str(told.get("message", "no reason given"))[:200], status=status)

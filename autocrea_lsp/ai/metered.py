"""Counts what a backend does: one `Call` for each stream, however it ended.

How it ended: "ok" when the answer was complete, or when the reader closed it after at least one piece of text (a
suggestion that is decided is closed early, by us). "cancelled" when its task was cancelled, or it was closed before
any text. "error" when it failed. Closed early, the service never says how many tokens it made: they are estimated.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Literal

from autocrea_lsp.ai.base import Backend, Capabilities, ChatPrompt, Delta, Done, FillPrompt, Kind, Prompt, Started
from autocrea_lsp.ai.pricing import cost_micros, text_tokens
from autocrea_lsp.errors import AutocreaError, BackendError

Outcome = Literal["ok", "error", "cancelled"]

CARET = "\N{BLACK VERTICAL RECTANGLE}"
"""Stands at the caret in a prompt's text."""

PROMPTS_KEPT = 10  # in memory only; a chat with a whole file in each may be some megabytes
FILLS_KEPT = 3  # of these; more, and a few keys typed would push out what the user asked for

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a backend. Tokens as in `Done`; `cost_micros` is None where the price is not known.

    Its texts are not in its repr: they are the user's code.
    """

    request_id: str  # the prompt's, or a new one
    detail: str  # the prompt's: who asked
    backend: str
    model: str
    kind: Kind
    outcome: Outcome
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost_micros: int | None  # millionths of a US dollar; 0 for a local model
    latency_ms: int  # until the end, however it came
    first_token_ms: int | None  # until the first text; None when there was none
    error: str | None  # class name of the error
    asked: Prompt = field(repr=False)
    answer: str = field(repr=False)  # as far as it was delivered

    @property
    def prompt(self) -> str:
        """What was asked, as text."""
        if isinstance(self.asked, FillPrompt):
            return f"{self.asked.prefix}{CARET}{self.asked.suffix}"
        return "\n\n".join(f"{message.role}: {message.text}" for message in self.asked.messages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was sent last. Until its stream has ended, `outcome` is None and the counts are those known so far."""

    prompt: Prompt = field(repr=False)
    backend: str
    model: str
    at: float  # Unix seconds, when the stream began
    input_tokens: int = 0  # cached or not
    output_tokens: int = 0
    cost_micros: int | None = None  # None: not known, or not yet
    outcome: Outcome | None = None


Sink = Callable[[Call], None]
"""Takes a Call; must not block."""


class Metered:
    """A backend that tells `sink` of each call of the backend inside it, and keeps the last prompts."""

    def __init__(self, inner: Backend, sink: Sink) -> None:
        self.inner = inner
        self.name = inner.name
        self.capabilities: Capabilities = inner.capabilities
        self.last_prompts: deque[Sent] = deque(maxlen=PROMPTS_KEPT)  # oldest first
        self._sink = sink

    def model_for(self, kind: Kind) -> str:
        return self.inner.model_for(kind)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Started | Delta | Done, None]:
        """As the inner backend's."""
        began = time.monotonic()
        first: float | None = None
        answer: list[str] = []
        outcome: Outcome = "ok"
        problem: Exception | None = None
        took: Started | None = None
        end: Done | None = None
        sent = self._keep(prompt)
        try:
            async with aclosing(self.inner.stream(prompt)) as items:
                async for item in items:
                    if isinstance(item, Delta):
                        first = first if first is not None else time.monotonic()
                        answer.append(item.text)
                    elif isinstance(item, Started):
                        took = item
                    else:
                        end = item
                    yield item
        except GeneratorExit:
            outcome = "ok" if end or (answer and not _being_cancelled()) else "cancelled"
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        except Exception as error:
            outcome, problem = "error", error
            raise
        finally:
            text = "".join(answer)
            done = end or _estimate(took, text, sent.model)
            call = Call(
                request_id=prompt.request_id or uuid.uuid4().hex,
                detail=prompt.detail,
                asked=prompt,
                answer=text,
                backend=self.name,
                model=done.model,
                kind=prompt.kind,
                outcome=outcome,
                input_tokens=done.input_tokens,
                output_tokens=done.output_tokens,
                cache_read_tokens=done.cache_read_tokens,
                cache_write_tokens=done.cache_write_tokens,
                cost_micros=0 if self.capabilities.local else cost_micros(done),
                latency_ms=_ms_since(began, time.monotonic()),
                first_token_ms=None if first is None else _ms_since(began, first),
                error=type(problem).__name__ if problem else None,
            )
            self._complete(sent, call if took or end or _left(problem) else None)
            self._tell(call)

    async def count_tokens(self, prompt: ChatPrompt) -> int | None:
        return await self.inner.count_tokens(prompt)

    async def prewarm(self, prompt: FillPrompt | None) -> None:
        await self.inner.prewarm(prompt)

    async def aclose(self) -> None:
        await self.inner.aclose()

    def _keep(self, prompt: Prompt) -> Sent:
        sent = Sent(prompt=prompt, backend=self.name, model=self.inner.model_for(prompt.kind), at=time.time())
        fills = [index for index, one in enumerate(self.last_prompts) if isinstance(one.prompt, FillPrompt)]
        if isinstance(prompt, FillPrompt) and len(fills) >= FILLS_KEPT:
            del self.last_prompts[fills[0]]
        self.last_prompts.append(sent)
        return sent

    def _complete(self, sent: Sent, call: Call | None) -> None:
        """What was sent has had its answer; None: nothing was sent after all."""
        at = next((index for index, one in enumerate(self.last_prompts) if one is sent), None)
        if at is None:  # ten others have begun since
            return
        if call is None:
            del self.last_prompts[at]
            return
        self.last_prompts[at] = replace(
            sent,
            model=call.model,
            input_tokens=call.input_tokens + call.cache_read_tokens + call.cache_write_tokens,
            output_tokens=call.output_tokens,
            cost_micros=call.cost_micros,
            outcome=call.outcome,
        )

    def _tell(self, call: Call) -> None:
        try:
            self._sink(call)
        except Exception:  # boundary: counting never disturbs the answer
            _log.warning("a call was not counted", exc_info=True)


def _estimate(took: Started | None, answer: str, model: str) -> Done:
    return Done(
        model=took.model if took else model,
        stop="end",
        input_tokens=took.input_tokens if took else 0,
        output_tokens=text_tokens(answer),
        cache_read_tokens=took.cache_read_tokens if took else 0,
        cache_write_tokens=took.cache_write_tokens if took else 0,
    )


def _left(problem: Exception | None) -> bool:
    """Whether a prompt without any answer may have left for the service: not when we failed before (no key, stale)."""
    return not isinstance(problem, AutocreaError) or isinstance(problem, BackendError)


def _being_cancelled() -> bool:
    """Whether our task is being cancelled: stopped between two pieces, its reader closes us on its way out."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _ms_since(began: float, now: float) -> int:
    return round((now - began) * 1000)

"""The embedded model as a backend: the text before a caret in, its continuation out, all on this machine.

Where the settings let it, it explains code too; what it says is mostly wrong (llm.md D7), so whoever shows it says so.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from autocrea_lsp.ai import weights
from autocrea_lsp.ai.base import Capabilities, ChatPrompt, Delta, Done, FillPrompt, Kind, Prompt, Started, StopReason
from autocrea_lsp.ai.embedded import explaining
from autocrea_lsp.ai.embedded.completion import SERVICE, Client, Connection, Piece, WorkerLost
from autocrea_lsp.ai.embedded.process import CONTEXT_TOKENS, WorkerProcess, available
from autocrea_lsp.ai.embedded.reading import Seen, slices
from autocrea_lsp.ai.embedded.restarts import Restarts
from autocrea_lsp.ai.embedded.turns import Turn, Turns
from autocrea_lsp.ai.embedded.window import Continuation, Window, smaller, window
from autocrea_lsp.errors import AutocreaError, BadRequest, BrokenReply, Unavailable
from autocrea_lsp.settings import EmbeddedSettings

MOST_OUTPUT_TOKENS = 512  # a quarter of the context; so small a model has lost the thread long before
MOST_BLANK_TOKENS = 32  # on top, for writing the blanks before the caret again

_STOPS: dict[str, StopReason] = {"limit": "length", "word": "stop"}

Put = Callable[[Started | Delta | Done | Exception], None]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One answer in the making: its turn, the worker that makes it, and who takes it."""

    turn: Turn
    connection: Connection
    put: Put


class EmbeddedBackend:
    """Keeps `ai.base.Backend`. One request is in the worker at any time; a newer one makes older ones StaleRequest."""

    name = SERVICE
    available = staticmethod(available)

    def __init__(self, settings: EmbeddedSettings, restarts: Restarts | None = None) -> None:
        self.capabilities = Capabilities(inline=True, chat=False, local=True, explains=settings.explain)
        self._settings = settings
        self._process = WorkerProcess(settings, restarts or Restarts(SERVICE))
        self._client = Client()
        self._turns = Turns()
        self._seen = Seen()
        self._seen_by: Connection | None = None
        self._open_tasks: set[asyncio.Task[None]] = set()

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id while it runs."""
        return self._process.pid

    def model_for(self, kind: Kind) -> str:
        """The weights' file name without its ending, whatever the kind."""
        return (weights.find(self._settings.model_path) or weights.default().path).stem

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Started | Delta | Done, None]:
        """As in `Backend`. Raises UserError too, when there is something to install or to set right."""
        if isinstance(prompt, ChatPrompt) and not self.capabilities.can(prompt.kind):
            raise BadRequest(SERVICE, "it continues code and answers nothing else")
        answers: asyncio.Queue[Started | Delta | Done | Exception] = asyncio.Queue()
        # A task of its own, so that one who is slow to take the answer does not keep the next one waiting.
        task = self._begin(self._answer(prompt, answers.put_nowait))
        try:
            while True:
                answer = await answers.get()
                if isinstance(answer, Exception):
                    raise answer
                yield answer
                if isinstance(answer, Done):
                    return
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def count_tokens(self, prompt: ChatPrompt) -> int | None:
        """Not told: its prompts cost nothing."""
        return None

    async def prewarm(self, prompt: FillPrompt | None) -> None:
        """Start the worker, and let it read the window of `prompt`. Gives way to every real request."""
        task = self._begin(self._prepare(prompt))
        try:
            await asyncio.wait([task])
            if not task.cancelled():  # as `aclose` does, which is no reason to cancel whoever prepares
                task.result()
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def aclose(self) -> None:
        """End what is going on, and the worker. Idempotent."""
        for task in (open_tasks := list(self._open_tasks)):
            task.cancel()
        if open_tasks:
            await asyncio.wait(open_tasks)
        await self._client.aclose()
        await self._process.aclose()

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._open_tasks.add(task)
        task.add_done_callback(self._open_tasks.discard)
        return task

    async def _prepare(self, prompt: FillPrompt | None) -> None:
        try:
            await asyncio.gather(self._process.connection(), self._client.open())
            if prompt is not None:
                async with self._turns.take(real=False) as turn, self._worker() as connection:
                    shown = await self._window(prompt, connection)
                    texts = [*slices(shown.text, self._seen.known(shown.text)), shown.text]
                    await self._read(texts if shown.text else [], turn, connection)
        except AutocreaError as error:
            _log.debug("%s: not prepared: %s", SERVICE, error)

    async def _answer(self, prompt: Prompt, put: Put) -> None:
        try:
            async with self._turns.take(real=True) as turn, self._worker() as connection:
                job = _Job(turn=turn, connection=connection, put=put)
                if isinstance(prompt, FillPrompt):
                    done = await self._continue(prompt, job)
                else:
                    done = await self._explain(prompt, job)
            put(done)  # only now: whoever has it may ask again at once
        except asyncio.CancelledError:
            put(Unavailable(SERVICE, "it was shut down"))  # heard only if it was not the asker who cancelled
            raise
        except Exception as error:  # a boundary: it is raised again where the answer is awaited
            put(error)

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[Connection]:
        """A running worker; when it is lost on the way, that is seen to and told as Unavailable."""
        connection = await self._process.connection()
        if connection is not self._seen_by:
            self._seen.clear()
            self._seen_by = connection
        try:
            yield connection
        except WorkerLost as error:
            await self._process.lost()
            raise Unavailable(SERVICE, f"the model's process was lost ({error})") from error

    async def _continue(self, prompt: FillPrompt, job: _Job) -> Done:
        shown = await self._window(prompt, job.connection)
        if not shown.text:
            return Done(model=self.model_for(prompt.kind), stop="end")
        # Where a line end is owed, the worker cannot tell which one ends the answer: then we close.
        stop = ["\n"] if prompt.max_lines == 1 and "\n" not in shown.owed else []
        wanted = Continuation(shown.owed, prompt.max_lines)
        return await self._write(prompt, job, shown.text, _most_tokens(prompt, shown.owed), wanted, stop)

    async def _explain(self, prompt: ChatPrompt, job: _Job) -> Done:
        said = explaining.turns(prompt)
        if not said:
            return Done(model=self.model_for(prompt.kind), stop="end")
        most = min(prompt.max_output_tokens, explaining.MOST_OUTPUT_TOKENS)
        template = functools.partial(self._client.template, job.connection)
        count = functools.partial(self._client.count, job.connection)
        text = await explaining.fitting(said, CONTEXT_TOKENS - most, template, count)
        return await self._write(prompt, job, text, most, Continuation("", sys.maxsize))

    async def _write(
        self, prompt: Prompt, job: _Job, text: str, most: int, wanted: Continuation, stop: Sequence[str] = ()
    ) -> Done:
        """Let the worker read `text` and write on, at most `most` tokens; `wanted` says what of it is handed on."""
        turn, connection, put = job.turn, job.connection, job.put
        read_tokens = await self._read(slices(text, self._seen.known(text)), turn, connection)
        turn.check()
        started: Started | None = None
        async with aclosing(self._client.complete(connection, text, max_tokens=most, stop=stop)) as pieces:
            async for piece in pieces:
                if started is None:
                    self._seen.add(text)
                    started = self._started(prompt, piece, read_tokens)
                    put(started)
                turn.check()
                said = wanted.feed(piece.text)
                if said:
                    put(Delta(text=said, logprob=piece.logprob))
                if wanted.over:
                    break
        if started is None:
            raise BrokenReply(SERVICE, "an empty answer")
        return Done(
            model=started.model,
            stop="stop" if wanted.over else _STOPS.get(piece.stop or "", "end"),
            input_tokens=started.input_tokens,
            output_tokens=piece.written_tokens,
            cache_read_tokens=started.cache_read_tokens,
        )

    def _started(self, prompt: Prompt, piece: Piece, read_tokens: int) -> Started:
        """The counts of a prompt of which `read_tokens` were read in slices, and the rest by now."""
        read_tokens += piece.read_tokens
        cached = max(0, piece.prompt_tokens - read_tokens)
        return Started(model=self.model_for(prompt.kind), input_tokens=read_tokens, cache_read_tokens=cached)

    async def _window(self, prompt: FillPrompt, connection: Connection) -> Window:
        """The window of `prompt`, shorter than usual where its text has so many tokens that it would not fit."""
        shown = window(prompt)
        room = CONTEXT_TOKENS - _most_tokens(prompt, shown.owed)
        while len(shown.text.encode()) > room:  # a token is at least a byte: mostly there is nothing to count
            tokens = await self._client.count(connection, shown.text)
            if tokens <= room:
                break
            shown = window(prompt, smaller(len(shown.text), tokens, room))
        return shown

    async def _read(self, texts: Iterable[str], turn: Turn, connection: Connection) -> int:
        """Let the worker read these, one by one; how many tokens that took. Stops when a newer request has come."""
        tokens = 0
        for text in texts:
            turn.check()
            async with aclosing(self._client.complete(connection, text, max_tokens=0)) as pieces:
                async for piece in pieces:
                    if piece.stop is not None:
                        tokens += piece.read_tokens
            self._seen.add(text)
        return tokens


def _most_tokens(prompt: FillPrompt, owed: str) -> int:
    return min(prompt.max_output_tokens, MOST_OUTPUT_TOKENS) + min(len(owed), MOST_BLANK_TOKENS)

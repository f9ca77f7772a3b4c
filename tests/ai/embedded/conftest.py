"""The embedded model for tests: a backend with a real worker and the real weights, and a way to ask it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest

from autocrea_lsp.ai.base import Delta, Done, FillPrompt, Started
from autocrea_lsp.ai.embedded import EmbeddedBackend
from autocrea_lsp.settings import EmbeddedSettings

HANG_S = 120.0  # a guard against waiting for ever; nothing is measured by it


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    text: str
    probability: float | None
    started: Started | None
    done: Done


Ask = Callable[[EmbeddedBackend, FillPrompt], Awaitable[Answer]]
Fill = Callable[..., FillPrompt]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


@pytest.fixture
async def backend(gguf: Path) -> AsyncIterator[EmbeddedBackend]:
    """A backend; its worker starts with the first request."""
    backend = EmbeddedBackend(EmbeddedSettings(model_path=str(gguf)))
    yield backend
    await backend.aclose()


@pytest.fixture(scope="session")
def fill() -> Fill:
    """A prompt for what belongs after `prefix`."""

    def fill(prefix: str, *, max_lines: int = 1, max_output_tokens: int = 64) -> FillPrompt:
        return FillPrompt(
            prefix=prefix,
            suffix="",
            first_line=0,
            language="python",
            file_name="a.py",
            max_lines=max_lines,
            max_output_tokens=max_output_tokens,
        )

    return fill


@pytest.fixture(scope="session")
def ask() -> Ask:
    """The whole answer to a prompt."""

    async def ask(backend: EmbeddedBackend, prompt: FillPrompt) -> Answer:
        async with asyncio.timeout(HANG_S), aclosing(backend.stream(prompt)) as stream:
            items = [item async for item in stream]
        *before, done = items
        assert isinstance(done, Done)
        started = before[0] if before and isinstance(before[0], Started) else None
        deltas = [item for item in before if isinstance(item, Delta)]
        assert len(deltas) + (started is not None) == len(before)
        logprobs = [delta.logprob for delta in deltas]
        total = None if None in logprobs else math.exp(sum(logprob or 0.0 for logprob in logprobs))
        return Answer(text="".join(delta.text for delta in deltas), probability=total, started=started, done=done)

    return ask


@pytest.fixture(scope="session")
def until() -> Until:
    """Wait for what has no event to wait for: another process."""

    async def until(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(HANG_S):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    return until


@pytest.fixture(scope="session")
def cpu_ticks() -> Callable[[int | None], int]:
    """CPU time that a process has used: unlike wall time it says the same on a busy machine."""

    def cpu_ticks(pid: int | None) -> int:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])  # utime, stime: proc(5), counted from the state

    return cpu_ticks

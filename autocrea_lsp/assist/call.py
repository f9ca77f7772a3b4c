"""One question to a chat model, read to its end: the text, what it took, and an error for an answer that is none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

from autocrea_lsp.ai.base import Backend, ChatPrompt, Delta, Done
from autocrea_lsp.ai.pricing import cost_micros
from autocrea_lsp.assist.markdown import Stream
from autocrea_lsp.errors import BrokenReply

OnText = Callable[[str], None]
"""Is told each piece of an answer as it comes; must not block."""

MAX_ANSWER = 1_000_000  # characters; a server that never ends does not fill our memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Tokens (read and written, cached or not) and millionths of a US dollar; None: the price is not known."""

    tokens: int = 0
    cost_micros: int | None = 0

    def __add__(self, other: Took) -> Took:
        known = self.cost_micros is not None and other.cost_micros is not None
        cost = (self.cost_micros or 0) + (other.cost_micros or 0)
        return Took(tokens=self.tokens + other.tokens, cost_micros=cost if known else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    text: str
    took: Took
    model: str


async def ask(
    backend: Backend, prompt: ChatPrompt, on_text: OnText | None = None, *, may_be_cut: bool = False
) -> Answer:
    """The whole answer. Raises what the backend raises, and BrokenReply for one that is empty or was cut.

    `may_be_cut`: prose is of use without its end, code is not.
    """
    pieces: list[str] = []
    size = 0
    end: Done | None = None
    async with aclosing(backend.stream(prompt)) as events:
        async for event in events:
            if isinstance(event, Delta):
                pieces.append(event.text)
                size += len(event.text)
                if size > MAX_ANSWER:
                    raise BrokenReply(backend.name, "the answer has no end", hint="Ask for less.")
                if on_text is not None:
                    on_text(event.text)
            elif isinstance(event, Done):
                end = event
    text = "".join(pieces)
    if end is None:
        raise BrokenReply(backend.name, "the answer ended early", hint="Ask once more.")
    if end.stop == "length" and not may_be_cut:
        raise BrokenReply(
            backend.name, "the answer was longer than allowed and was cut", hint="Ask for less, or select less code."
        )
    if not text.strip():
        raise BrokenReply(backend.name, "the answer was empty", hint="Ask once more.")
    tokens = end.input_tokens + end.output_tokens + end.cache_read_tokens + end.cache_write_tokens
    cost = 0 if backend.capabilities.local else cost_micros(end)
    return Answer(text=text, took=Took(tokens=tokens, cost_micros=cost), model=end.model)


async def ask_markdown(
    backend: Backend, prompt: ChatPrompt, on_text: OnText | None = None, *, first: str = "", may_be_cut: bool = False
) -> tuple[str, Answer]:
    """The answer as Markdown that is safe to render, in pieces to `on_text` as it comes; and as the model gave it.

    `first` goes before it.
    """
    stream = Stream()
    pieces: list[str] = []

    def show(text: str) -> None:
        if text:
            pieces.append(text)
            if on_text is not None:
                on_text(text)

    show(first)
    answer = await ask(backend, prompt, lambda text: show(stream.feed(text)), may_be_cut=may_be_cut)
    show(stream.end())
    return "".join(pieces), answer

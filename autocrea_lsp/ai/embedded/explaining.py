"""What the embedded model is shown of a conversation that asks for an explanation: as much as fits.

The model's own template makes text of the conversation (the worker knows it), so that it is read in slices like any
other text. What is too long loses its middle: how code begins and how it ends says more than what lies between.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from autocrea_lsp.ai.base import ChatPrompt

MOST_OUTPUT_TOKENS = 300  # so small a model repeats itself long before

GAP = "\n[…]\n"
"""Stands where something was left out."""

Turns = list[dict[str, str]]
"""`role` and `content`, as chat templates take them."""

_MARK, _NO_MARK = "<|", "< |"
_SPARE_TOKENS = 8  # where the text was cut, tokens merge otherwise than they were counted
_TRIES = 6  # each takes away at least a tenth; what does not fit then is refused by the worker


def turns(prompt: ChatPrompt) -> Turns:
    """The conversation, without the marks that would end a turn of it: the text shown may be anything."""
    said = [("system", prompt.stable), *((message.role, message.text) for message in prompt.messages)]
    return [{"role": role, "content": _clean(text)} for role, text in said if text.strip()]


async def fitting(
    said: Turns, room: int, template: Callable[[Turns], Awaitable[str]], count: Callable[[str], Awaitable[int]]
) -> str:
    """The text of the conversation in at most `room` tokens, the longest turn cut first."""
    text = await template(said)
    for _ in range(_TRIES):
        tokens = await count(text) if len(text.encode()) > room else 0  # a token is at least a byte
        if tokens <= room:
            break
        said = _shorter(said, share=(room - _SPARE_TOKENS) / tokens)
        text = await template(said)
    return text


def without_middle(text: str, chars: int) -> str:
    """At most `chars` of `text`: its first and its last lines, and a mark between."""
    if len(text) <= chars:
        return text
    half = max(0, chars - len(GAP)) // 2
    head, tail = text[:half], text[len(text) - half :]
    head = head[: head.rfind("\n") + 1].removesuffix("\n") or head
    _, line_end, rest = tail.partition("\n")
    return head + GAP + (rest if line_end and rest else tail)


def _shorter(said: Sequence[dict[str, str]], *, share: float) -> Turns:
    """So much of the longest turn that all of them together have at most `share` of the characters they had."""
    sizes = [len(turn["content"]) for turn in said]
    longest = max(range(len(said)), key=sizes.__getitem__)
    excess = sum(sizes) * (1 - min(share, 0.9))
    cut = without_middle(said[longest]["content"], max(0, int(sizes[longest] - excess)))
    return [turn | {"content": cut} if number == longest else dict(turn) for number, turn in enumerate(said)]


def _clean(text: str) -> str:
    # Half a surrogate pair is no text: the worker would refuse the request.
    return text.replace(_MARK, _NO_MARK).encode("utf-8", "replace").decode("utf-8")

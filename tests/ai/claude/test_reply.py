from __future__ import annotations

from typing import Any

import pytest

from autocrea_lsp.ai.base import Delta, Done, Started, StopReason
from autocrea_lsp.ai.claude.reply import Reply
from autocrea_lsp.errors import BrokenReply, Refused

START = {"type": "message_start", "message": {"model": "m-1", "usage": {"input_tokens": 7, "output_tokens": 1}}}
STOP = {"type": "message_stop"}


def text(value: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": value}}


def end(reason: str | None, **usage: Any) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}


def read(*events: dict[str, Any], tagged: bool = False) -> list[Started | Delta | Done]:
    reply = Reply("m", tagged=tagged)
    return [*(item for event in events for item in reply.read(event)), reply.done()]


def test_counts_are_totals_that_replace_each_other() -> None:
    started, _, done = read(START, text("a"), end("end_turn", input_tokens=8, output_tokens=3), STOP)
    assert started == Started(model="m-1", input_tokens=7)
    assert done == Done(model="m-1", stop="end", input_tokens=8, output_tokens=3)


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("end_turn", "end"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "length"),
        ("tool_use", "end"),
        ("hologram", "end"),
    ],
)
def test_why_it_stopped(reason: str, stop: StopReason) -> None:
    done = read(START, end(reason), STOP)[-1]
    assert isinstance(done, Done)
    assert done.stop == stop


@pytest.mark.parametrize(
    "events",
    [
        (),
        (START,),
        (START, text("a")),
        (START, text("a"), end("end_turn")),  # the last record is missing
        (START, text("a"), STOP),  # it never said why it stopped
        (START, text("a"), end(None), STOP),
    ],
)
def test_a_reply_that_does_not_end_is_broken(events: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(BrokenReply):
        read(*events)


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"category": "cyber"}, "(cyber)"),
        ({"category": None}, "declined to answer"),
        ({"category": "Our code: def canary()"}, "declined to answer"),
        (None, "declined to answer"),
    ],
)
def test_a_refusal_is_an_error_that_shows_no_more_than_its_category(details: Any, said: str) -> None:
    with pytest.raises(Refused) as caught:
        read(START, text("a"), {"type": "message_delta", "delta": {"stop_reason": "refusal", "stop_details": details}})
    assert said in str(caught.value)
    assert "canary" not in str(caught.value)


def test_only_text_is_text() -> None:
    items = read(
        START,
        {"type": "content_block_start", "content_block": {"type": "thinking", "thinking": "", "text": "no"}},
        {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "no"}},
        {"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "no"}},
        {"type": "content_block_delta", "delta": {"type": "hologram", "text": "no"}},
        {"type": "content_block_start", "content_block": {"type": "text", "text": "at once "}},
        text("and"),
        {"type": "ping"},
        {"type": "hologram"},
        {},
        text(" later"),
        text(""),
        end("end_turn"),
        STOP,
    )
    assert [item.text for item in items if isinstance(item, Delta)] == ["at once ", "and", " later"]


def test_what_a_smaller_server_leaves_out_counts_as_nothing() -> None:
    items = read(
        {"type": "message_start"},
        {"type": "content_block_delta"},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": None}},
        {"type": "content_block_delta", "delta": ["text_delta"]},
        text("a"),
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": None, "x": -1}},
        STOP,
    )
    assert items == [Started(model="m"), Delta(text="a"), Done(model="m", stop="end")]


def test_what_the_tag_held_back_comes_before_the_end() -> None:
    items = read(START, text("<fill>a <"), end("end_turn"), STOP, tagged=True)
    assert [item.text for item in items if isinstance(item, Delta)] == ["a ", "<"]

"""What the vendor sends when nothing is wrong: a streamed reply, a whole one, a model, the rate limits."""

from __future__ import annotations

import time
from typing import Any

from tests.emulators.messages_faults import Pause, Record, Step
from tests.emulators.messages_script import Answer


def steps(message: dict[str, Any], answer: Answer, usage: dict[str, Any]) -> list[Step]:
    """The records of a whole streamed reply, as the vendor sends them."""
    ending = {"stop_reason": None, "stop_sequence": None, "stop_details": None}
    start = {**message, "content": [], **ending, "usage": {**usage, "output_tokens": 1}}
    steps: list[Step] = [Record(data={"type": "message_start", "message": start})]
    index = 0
    if answer.thinks:  # its thoughts are not shown; only their signature is
        block = {"type": "thinking", "thinking": "", "signature": ""}
        sign = {"type": "signature_delta", "signature": "c2lnbmVk"}
        steps += [
            Record(data={"type": "content_block_start", "index": 0, "content_block": block}),
            Record(data={"type": "content_block_delta", "index": 0, "delta": sign}),
            Record(data={"type": "content_block_stop", "index": 0}),
        ]
        index = 1
    text = {"type": "text", "text": ""}
    steps += [
        Record(data={"type": "content_block_start", "index": index, "content_block": text}),
        Record(data={"type": "ping"}),
    ]
    for piece in answer.deltas():
        if answer.delay_s:
            steps.append(Pause(seconds=answer.delay_s))
        delta = {"type": "text_delta", "text": piece}
        steps.append(Record(data={"type": "content_block_delta", "index": index, "delta": delta}))
    end = _end(answer)
    total = {**usage, "output_tokens": answer.output_tokens}
    del total["service_tier"], total["cache_creation"]
    return [
        *steps,
        Record(data={"type": "content_block_stop", "index": index}),
        Record(data={"type": "message_delta", "delta": end, "usage": total}),
        Record(data={"type": "message_stop"}),
    ]


def whole(message: dict[str, Any], answer: Answer, usage: dict[str, Any]) -> dict[str, Any]:
    end = _end(answer)
    content = [{"type": "text", "text": answer.text}] if answer.text else []
    return {**message, "content": content, **end, "usage": {**usage, "output_tokens": answer.output_tokens}}


def _end(answer: Answer) -> dict[str, Any]:
    return {
        "stop_reason": answer.stop_reason,
        "stop_sequence": answer.stop_sequence,
        "stop_details": answer.stop_details,
    }


def model(name: str) -> dict[str, Any]:
    return {
        "type": "model",
        "id": name,
        "display_name": name.replace("-", " ").title(),
        "created_at": "2026-10-07T00:00:00Z",
        "lifecycle": "active",
        "max_input_tokens": 1_000_000,
        "max_tokens": 128_000,
        "capabilities": {},
    }


def rate_limits() -> dict[str, str]:
    kinds = ("requests", "tokens", "input-tokens", "output-tokens")
    reset = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
    parts = {"limit": "1000", "remaining": "999", "reset": reset}
    return {f"anthropic-ratelimit-{kind}-{part}": value for kind in kinds for part, value in parts.items()}

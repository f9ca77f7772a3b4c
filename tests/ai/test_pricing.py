from __future__ import annotations

import logging

import pytest

from autocrea_lsp.ai import pricing
from autocrea_lsp.ai.base import Done
from autocrea_lsp.ai.pricing import cost_micros


def done(model: str, *tokens: int) -> Done:
    """input, output, cache read, cache write."""
    given = dict(
        zip(("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"), tokens, strict=False)
    )
    return Done(model=model, stop="end", **given)


@pytest.mark.parametrize(
    ("answer", "micros"),
    [
        (done("claude-haiku-5-5", 1500, 30), 165),  # $0.000165
        (done("claude-haiku-5-5", 1_000_000), 500_000),  # the whole request is dearer above 100,000
        (done("claude-haiku-5-5", 100_000), 10_000),
        (done("claude-haiku-5-5", 99_999, 0, 2), 50_000),  # cached tokens count towards that
        (done("claude-haiku-5-5", 0, 0, 1000, 1000), 135),
        (done("claude-haiku-5-5", 4), 0),  # 0.4 millionths
        (done("claude-haiku-5-5", 5), 1),  # 0.5
        (done("claude-sonnet-5-5", 1000, 1000), 12_000),
        (done("claude-sonnet-5-5", 0, 0, 1000, 1000), 2_600),
        (done("claude-opus-5-5", 1000, 1000, 1000, 1000), 29_200),
        (done("claude-fable-5-1", 1000, 1000, 1000, 1000), 72_750),
        (done("claude-opus-5", 1000, 1000, 1000, 1000), 36_750),
        (done("claude-sonnet-5", 1000, 1000, 1000, 1000), 14_700),
        (done("claude-haiku-4-5-20251001", 1000, 1000, 1000, 1000), 7_350),
        (done("claude-sonnet-5-5"), 0),
    ],
)
def test_what_an_answer_costs(answer: Done, micros: int) -> None:
    assert cost_micros(answer) == micros


@pytest.mark.parametrize("model", ["claude-hologram-9", "claude-opus-5-5-pro", "claude-opus-5-6", "", "x" * 1000])
def test_an_unknown_model_has_no_price_and_is_named_once(model: str, caplog: pytest.LogCaptureFixture) -> None:
    pricing._say_unknown.cache_clear()
    caplog.set_level(logging.WARNING)
    assert [cost_micros(done(model, 10)) for _ in range(3)] == [None] * 3
    (line,) = caplog.messages
    assert model[:80] in line
    assert len(line) < 200

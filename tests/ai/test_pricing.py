from __future__ import annotations

import logging
from types import MappingProxyType

import pytest

from autocrea_lsp.ai import pricing
from autocrea_lsp.ai.base import ChatPrompt, Done, FillPrompt, Message, Prompt
from autocrea_lsp.ai.claude import models, request
from autocrea_lsp.ai.pricing import cost_micros, estimate_micros, estimate_tokens, most_micros


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


def chat(*texts: str, stable: str = "", schema: object = None) -> ChatPrompt:
    messages = tuple(Message(role="user", text=text) for text in texts)
    return ChatPrompt(stable=stable, messages=messages, schema=schema, max_output_tokens=1000)  # type: ignore[arg-type]


CODE = "def load(path):\n    with open(path) as f:\n        return json.load(f)\n" * 100  # 7,000 characters
FILL = FillPrompt(prefix="a" * 299, suffix="b" * 31, first_line=0, language="python", file_name="a.py")


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        (chat(), 0),
        (chat("abc"), 1 + 4),
        (chat("abcd"), 2 + 4),
        (chat("abc", "abc", stable="abcdef"), 2 + 5 + 5),
        (chat(CODE), 2334 + 4),
        (chat("日本語の説明"), 6 + 4),  # about a token a character, not a third of one
        (chat("\ud800"), 1 + 4),  # half a character is no reason to fail
        (chat("abc", schema={"type": "object"}), 5 + 6),
        (chat("abc", schema=MappingProxyType({"type": "object"})), 5 + 6),
        (FILL, 100 + 11),
    ],
)
def test_about_how_many_tokens_a_prompt_is(prompt: Prompt, tokens: int) -> None:
    assert estimate_tokens(prompt) == tokens


@pytest.mark.parametrize(
    ("model", "tokens", "micros"),
    [
        ("claude-haiku-5-5", (1500, 30), 165),
        ("claude-haiku-5-5", (100_001, 0), 50_001),
        ("claude-sonnet-5-5", (1000, 0), 2_000),
        ("claude-sonnet-5-5", (1000, 1000), 12_000),
        ("claude-hologram-9", (1000, 1000), None),
    ],
)
def test_what_so_many_tokens_will_cost(model: str, tokens: tuple[int, int], micros: int | None) -> None:
    assert estimate_micros(model, *tokens) == micros


@pytest.mark.parametrize("model", [*models._BY_NAME, "claude-hologram-9"])
def test_no_answer_can_cost_more_than_the_most(model: str) -> None:
    prompt = chat(CODE, stable="rules")
    most = most_micros(prompt, model, 2000)
    limit = request.build(prompt, model).body["max_tokens"]
    if models.known(model) is None:
        assert most is None
        return
    assert most is not None
    for cached in range(0, 2001, 500):  # whatever part of the input is read from a cache, or written to it
        rest = 2000 - cached
        for counts in ((0, cached, rest), (rest, cached, 0), (rest, 0, cached), (0, 0, 2000)):
            cost = cost_micros(done(model, counts[0], limit, *counts[1:]))
            assert cost is not None
            assert cost <= most
    assert cost_micros(done(model, 0, limit, 0, 2000)) == most

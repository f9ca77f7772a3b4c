"""What differs from model to model: thinking switch, cache minimum, output limit, prices; and what each job asks for.

From the vendor's model pages and price list, October 2026. Prices are in nano-dollars per token, which is thousandths
of a dollar per million tokens: whole numbers, so that adding them up loses nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from autocrea_lsp.ai.base import Kind

Effort = Literal["low", "medium", "high"]
ThinkingSwitch = Literal["disabled", "between_tools", "always", "off by default"]
"""How to turn thinking off: the `thinking.type` to send, or that it cannot be done, or need not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Nano-dollars per token, for requests of at most `up_to_tokens` (input, cached or not; None: any)."""

    input: int
    output: int
    cache_write: int  # kept for five minutes, the only kind we ask for
    cache_read: int
    up_to_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    name: str
    thinking: ThinkingSwitch
    takes_effort: bool
    cache_minimum_tokens: int  # a shorter prefix is not cached, without any error
    max_output_tokens: int
    prices: tuple[Price, ...]  # the first that fits counts; () when unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """How a kind of prompt is asked for. `quick`: by the inline model; `effort` None: the model's own default."""

    quick: bool
    thinks: bool
    effort: Effort | None


JOBS: dict[Kind, Job] = {
    "complete": Job(quick=True, thinks=False, effort="low"),
    "explain": Job(quick=True, thinks=False, effort="medium"),
    "fix": Job(quick=False, thinks=False, effort="medium"),
    "refactor": Job(quick=False, thinks=True, effort=None),
    "generate": Job(quick=False, thinks=True, effort=None),
    "chat": Job(quick=False, thinks=True, effort=None),
}

_MODELS = (
    Model(
        name="claude-haiku-5-5",
        thinking="disabled",
        takes_effort=True,
        cache_minimum_tokens=512,
        max_output_tokens=128_000,
        prices=(
            Price(input=100, output=500, cache_write=125, cache_read=10, up_to_tokens=100_000),
            Price(input=500, output=2_500, cache_write=625, cache_read=50),
        ),
    ),
    Model(
        name="claude-sonnet-5-5",
        thinking="between_tools",
        takes_effort=True,
        cache_minimum_tokens=512,
        max_output_tokens=128_000,
        prices=(Price(input=2_000, output=10_000, cache_write=2_500, cache_read=100),),
    ),
    Model(
        name="claude-opus-5-5",
        thinking="always",
        takes_effort=True,
        cache_minimum_tokens=1_024,  # not stated for this one; the larger of its generation is safe
        max_output_tokens=128_000,
        prices=(Price(input=4_000, output=20_000, cache_write=5_000, cache_read=200),),
    ),
    Model(
        name="claude-fable-5-1",
        thinking="always",
        takes_effort=True,
        cache_minimum_tokens=1_024,  # not stated for this one either
        max_output_tokens=128_000,
        prices=(Price(input=10_000, output=50_000, cache_write=12_500, cache_read=250),),
    ),
    Model(
        name="claude-opus-5",
        thinking="disabled",
        takes_effort=True,
        cache_minimum_tokens=512,
        max_output_tokens=128_000,
        prices=(Price(input=5_000, output=25_000, cache_write=6_250, cache_read=500),),
    ),
    Model(
        name="claude-sonnet-5",
        thinking="disabled",
        takes_effort=True,
        cache_minimum_tokens=1_024,
        max_output_tokens=64_000,  # not published; what its predecessor allows
        prices=(Price(input=2_000, output=10_000, cache_write=2_500, cache_read=200),),
    ),
    Model(
        name="claude-haiku-4-5",
        thinking="off by default",
        takes_effort=False,
        cache_minimum_tokens=4_096,
        max_output_tokens=64_000,
        prices=(Price(input=1_000, output=5_000, cache_write=1_250, cache_read=100),),
    ),
)
_BY_NAME = {model.name: model for model in _MODELS}
_DATED = re.compile(r"-\d{8}\Z")  # claude-haiku-4-5-20251001 is claude-haiku-4-5, fixed to a day


def known(name: str) -> Model | None:
    """The model of that id, dated or not; None when the table does not have it."""
    return _BY_NAME.get(_DATED.sub("", name))


def describe(name: str) -> Model:
    """The model of that id; for one we do not know, what the newest small model takes, and no price.

    A wrong guess is told by a 400 that names the field, and the request is repeated without it.
    """
    return known(name) or Model(
        name=name,
        thinking="disabled",
        takes_effort=True,
        cache_minimum_tokens=1_024,
        max_output_tokens=64_000,
        prices=(),
    )

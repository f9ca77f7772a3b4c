"""What the emulator was told to answer: rules, which of them a request meets, and the answer that comes of it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.emulators.messages_rules import CHARACTERS_PER_TOKEN, texts, thinks, tokens

_CLOSING_TAG = re.compile(r"</([\w-]+)>\Z")
_THOUGHTS = 20  # tokens that thinking takes here


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What to answer when `match` occurs in the messages, and `system_match` in the system text ("": always).

    The answer is put inside the tag whose closing half is a stop sequence of the request; `raw` sends it as it is.
    With `answers` the first request that meets the rule gets the first of them, the next the next, and the last one
    stays; each is a text, or an object of the fields below that then differ (`{"answer": "x", "stop_reason": "..."}`).
    Counting tokens, and a status in place of a reply, use none up.
    `stop_reason` is said at the end whatever the answer, which may then be a part of one: "refusal", "max_tokens", …
    """

    match: str = ""
    system_match: str = ""
    answer: str = ""
    answers: Sequence[str | Mapping[str, Any]] = ()
    delay_ms_per_delta: float = 0
    delta_size: int = 4  # characters
    raw: bool = False
    stop_reason: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.answers, str):
            raise TypeError("answers is a list")
        for number in range(len(self.answers)):
            self.at(number)  # a wrong field is told where it was written

    def at(self, times_used: int) -> Rule:
        """The rule as it answers after so many answers."""
        if not self.answers:
            return self
        answer = self.answers[min(times_used, len(self.answers) - 1)]
        fields = {"answer": answer} if isinstance(answer, str) else answer
        return dataclasses.replace(self, answers=(), **fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    text: str
    stop_reason: str
    stop_sequence: str | None
    stop_details: dict[str, Any] | None
    thinks: bool
    delta_size: int
    delay_s: float
    output_tokens: int

    def deltas(self) -> Iterator[str]:
        for start in range(0, len(self.text), self.delta_size):
            yield self.text[start : start + self.delta_size]


class Uses:
    """How often each rule has answered."""

    def __init__(self) -> None:
        self._counts: dict[int, tuple[Rule, int]] = {}  # the rule is kept, so that its id stays its own

    def next(self, rule: Rule) -> Rule:
        _, count = self._counts.get(id(rule), (rule, 0))
        self._counts[id(rule)] = rule, count + 1
        return rule.at(count)


def choose(body: Mapping[str, Any], rules: list[Rule], fallback: Rule) -> Rule:
    """The first rule that this request meets."""
    asked = "\n".join(text for message in body["messages"] for text in texts(message["content"]))
    system = "\n".join(texts(body.get("system")))
    return next((rule for rule in rules if rule.match in asked and rule.system_match in system), fallback)


def answer(body: Mapping[str, Any], rule: Rule) -> Answer:
    """What the rule answers, cut where the API cuts it."""
    stops: list[str] = body.get("stop_sequences") or []
    text = rule.answer
    if not rule.raw and stops and (tag := _CLOSING_TAG.search(stops[0])):
        text = f"<{tag[1]}>{text}</{tag[1]}>"
    reason, stopped_by = "end_turn", None
    if found := [(at, stop) for stop in stops if (at := text.find(stop)) >= 0]:
        at, stopped_by = min(found)
        text, reason = text[:at], "stop_sequence"
    thoughts = _THOUGHTS if thinks(body) else 0
    room = max(0, body["max_tokens"] - thoughts) * CHARACTERS_PER_TOKEN
    if len(text) > room:
        text, reason, stopped_by = text[:room], "max_tokens", None
    if rule.stop_reason:
        reason, stopped_by = rule.stop_reason, None
    refused = {"type": "refusal", "category": "cyber", "explanation": "It was declined."}
    return Answer(
        text=text,
        stop_reason=reason,
        stop_sequence=stopped_by,
        stop_details=refused if reason == "refusal" else None,
        thinks=thoughts > 0,
        delta_size=max(1, rule.delta_size),
        delay_s=rule.delay_ms_per_delta / 1000,
        output_tokens=tokens(text) + thoughts,
    )

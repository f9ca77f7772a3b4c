"""How a deployment goes: a `Plan` beforehand, and the `Course` that comes of it once the deployment exists."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

FINAL = {"READY", "ERROR", "CANCELED", "BLOCKED"}
_LOG_STEP_S = 0.1  # between lines of a build that never ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the build's log; `text` may hold ANSI codes and line breaks."""

    text: str
    type: str = "stdout"  # command, stdout, stderr, exit, fatal
    level: Literal["error", "warning"] | None = None


DEFAULT_LOG = (
    Line(type="command", text="npm run build"),
    Line(text="\x1b[36mvite v6\x1b[39m building for production"),
    Line(text="42 modules transformed.\nrendering chunks"),
    Line(type="stderr", level="warning", text="warning: a chunk is larger than 500 kB"),
    Line(text="Build Completed in .vercel/output"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The course of the next deployments. Seconds are the host's (`HostClock`).

    `states`: one after the other, `step_s` (one for all, or one for each) apart; math.inf: it stays there.
    `error`: (code, message) of a deployment whose last state is ERROR. `alias_delay_s`: from READY until traffic comes.
    `alias_error`: (code, message) instead of traffic. `checks`: how the checks end. `events`: which of the host's two
    shapes; "mixed" takes turns. `notices`: headers of the answer to the create. `instant`: READY in that answer.
    """

    states: tuple[str, ...] = ("QUEUED", "INITIALIZING", "BUILDING", "READY")
    step_s: float | tuple[float, ...] = 1.0
    log: tuple[Line | str, ...] = DEFAULT_LOG
    alias_delay_s: float = 0.5
    alias_error: tuple[str, str] | None = None
    error: tuple[str, str] | None = None
    checks: Literal["succeeded", "failed", "skipped", "canceled"] | None = None
    events: Literal["flat", "legacy", "mixed"] = "flat"
    notices: Mapping[str, str] = field(default_factory=dict)
    instant: bool = False

    def steps_s(self) -> list[float]:
        """How long each state but the last lasts."""
        steps = self.step_s if isinstance(self.step_s, tuple) else itertools.repeat(self.step_s)
        return [0.0 if self.instant else step for step, _ in zip(steps, self.states[1:], strict=False)]


def failing(code: str = "BUILD_FAILED", message: str = 'Command "npm run build" exited with 1') -> Plan:
    """A plan whose build fails."""
    log = (
        Line(type="command", text="npm run build"),
        Line(type="stderr", level="error", text="src/app.ts:3:7 - error TS2322: Type 'string' is not a 'number'."),
        Line(type="fatal", level="error", text=f"Error: {message}"),
    )
    return Plan(states=("QUEUED", "INITIALIZING", "BUILDING", "ERROR"), log=log, error=(code, message))


def plan_of(raw: Mapping[str, Any]) -> Plan:
    """A plan from JSON; log lines are texts, or objects with the fields of `Line`."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}
    if "log" in values:
        values["log"] = tuple(line if isinstance(line, str) else Line(**line) for line in values["log"])
    return Plan(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An entry of the log. `at_ms`: when; `serial` orders those of one moment."""

    at_ms: int
    serial: str
    id: str
    type: str
    text: str = ""
    level: str | None = None
    state: str = ""


class Course:
    """What happens to one deployment, and when (host's seconds)."""

    def __init__(self, plan: Plan, started_s: float) -> None:
        self.plan = plan
        ends = itertools.accumulate(plan.steps_s(), initial=started_s)
        self.states: list[tuple[float, str]] = list(zip(ends, plan.states, strict=False))
        self.events = _events(plan, self.states)
        ready_s = next((at for at, state in self.states if state == "READY"), math.inf)
        self.alias_s = ready_s + (0.0 if plan.instant else plan.alias_delay_s)

    def state(self, now_s: float) -> str:
        """Of that moment."""
        return [state for at, state in self.states if at <= now_s][-1]

    def since(self, now_s: float, *names: str) -> float | None:
        """When it first came into one of these states; None: not yet."""
        return next((at for at, state in self.states if state in names and at <= now_s), None)

    def finished(self, now_s: float) -> bool:
        """Nothing more will happen to it."""
        state = self.state(now_s)
        return now_s >= self.alias_s if state == "READY" else state in FINAL or state.endswith("_ERROR")

    def next_s(self, now_s: float) -> float:
        """When the next thing happens."""
        coming = [at for at, _ in self.states] + [event.at_ms / 1000 for event in self.events] + [self.alias_s]
        return min((at for at in coming if at > now_s), default=math.inf)

    def end(self, now_s: float, state: str) -> None:
        """It goes into that state now, whatever was planned."""
        self.states = [*((at, name) for at, name in self.states if at <= now_s), (now_s, state)]
        self.events = [event for event in self.events if event.at_ms <= now_s * 1000]
        self.events.append(_state_event(now_s, len(self.events), state))
        self.alias_s = math.inf


def _events(plan: Plan, states: list[tuple[float, str]]) -> list[Event]:
    """State changes, and the log spread over the build."""
    events = [_state_event(at, 0, state) for at, state in states if math.isfinite(at)]
    lines = [Line(text=line) if isinstance(line, str) else line for line in plan.log]
    index = next((index for index, (_, state) in enumerate(states) if state == "BUILDING"), 0)
    begins, ends = states[index][0], states[index + 1][0] if index + 1 < len(states) else math.inf
    if math.isfinite(begins):
        step = (ends - begins) / (len(lines) + 1) if math.isfinite(ends) else _LOG_STEP_S
        for number, line in enumerate(lines, start=1):
            at_ms = math.floor((begins + number * step) * 1000)
            event = Event(at_ms=at_ms, serial="", id="", type=line.type, text=line.text, level=line.level)
            events.append(event)
    events.sort(key=lambda event: event.at_ms)
    return [_numbered(event, number) for number, event in enumerate(events)]


def _state_event(at_s: float, number: int, state: str) -> Event:
    event = Event(at_ms=math.floor(at_s * 1000), serial="", id="", type="deployment-state", state=state)
    return _numbered(event, number)


def _numbered(event: Event, number: int) -> Event:
    serial = f"{event.at_ms}{number:06}"
    return replace(event, serial=serial, id=serial)

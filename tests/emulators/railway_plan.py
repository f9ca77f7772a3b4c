"""How a deployment goes: a `Plan` beforehand, and the `Course` that comes of it once the deployment exists."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Phase = Literal["build", "deploy"]

BEFORE_LIFE = {"QUEUED", "WAITING", "NEEDS_APPROVAL", "INITIALIZING", "BUILDING", "DEPLOYING"}
FINAL = {"FAILED", "CRASHED", "REMOVED", "SKIPPED"}  # SUCCESS is none: it may crash, sleep, or be removed
_ENDLESS_STEP_S = 0.1  # between lines of a step that never ends
_HELD = {"NEEDS_APPROVAL"}  # it stays there until somebody acts
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a log; `text` may hold ANSI codes. `attributes`: values as they are, before the host encodes them."""

    text: str
    severity: str | None = "info"
    attributes: Mapping[str, Any] = field(default_factory=dict)


BUILD_LOG = (
    Line(text="[region: us-west2]"),
    Line(text="using build driver railpack-v0.9.1"),
    Line(text="\x1b[36mvite v6\x1b[39m building for production"),
    Line(text="warning: a chunk is larger than 500 kB", severity="warn"),
    Line(text="Build time: 12.34 seconds"),
)
DEPLOY_LOG = (
    Line(text="Starting Container"),
    Line(text="listening on 0.0.0.0:8080", attributes={"port": 8080}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The course of the next deployments. Seconds are the host's (`HostClock`).

    `states`: one after the other, `step_s` (one for all, or one for each) apart; math.inf: it stays there; so it does
    in NEEDS_APPROVAL, until it is approved. `stopped`: what runs exits with 0. `can_roll_back`: its image is kept.
    `instant`: in its last state at once. `diagnosis`: what the host's own analysis of a failure says.
    """

    states: tuple[str, ...] = ("INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS")
    step_s: float | tuple[float, ...] = 1.0
    build_log: tuple[Line | str, ...] = BUILD_LOG
    deploy_log: tuple[Line | str, ...] = DEPLOY_LOG
    stopped: bool = False
    can_roll_back: bool = True
    instant: bool = False
    diagnosis: Any = None

    def steps_s(self, states: tuple[str, ...]) -> list[float]:
        """How long each of these states but the last lasts; they are the plan's, or its last ones."""
        steps = self.step_s if isinstance(self.step_s, tuple) else (self.step_s,) * (len(self.states) - 1)
        if self.instant:
            return [0.0] * (len(states) - 1)
        mine = steps[len(self.states) - len(states) :]
        return [math.inf if state in _HELD else step for step, state in zip(mine, states, strict=False)]


def failing(message: str = "Build failed: the command `npm run build` exited with 1") -> Plan:
    """Its build fails."""
    log = (
        Line(text="> npm run build"),
        Line(text="src/app.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.", severity="error"),
        Line(text=message, severity="error"),
    )
    return Plan(states=("INITIALIZING", "BUILDING", "FAILED"), build_log=log, deploy_log=())


def unhealthy() -> Plan:
    """It is built, and its health check fails."""
    log = (Line(text="Healthcheck failed!", severity="error"),)
    return Plan(states=("INITIALIZING", "BUILDING", "DEPLOYING", "FAILED"), deploy_log=log)


def crashing() -> Plan:
    """It lives, and then it does not."""
    log = (*DEPLOY_LOG, Line(text="Error: out of memory", severity="error"))
    return Plan(states=("INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS", "CRASHED"), deploy_log=log)


PRESETS: dict[str, Plan] = {
    "failing": failing(),
    "unhealthy": unhealthy(),
    "crashing": crashing(),
    "sleeping": Plan(states=("INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS", "SLEEPING")),
    "skipped": Plan(states=("SKIPPED",), build_log=(), deploy_log=()),
    "queued": Plan(states=("QUEUED", "INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS")),
    "waiting": Plan(states=("WAITING", "INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS")),
    "needs-approval": Plan(states=("NEEDS_APPROVAL", "INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS")),
    "stopped": Plan(stopped=True),
    "endless": Plan(states=("INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS"), step_s=(1.0, math.inf, 1.0)),
    "instant": Plan(instant=True),
}


def plan_of(raw: Mapping[str, Any]) -> Plan:
    """A plan from JSON: `{"preset": name}`, or the fields of `Plan`; lines are texts, or the fields of `Line`."""
    if "preset" in raw:
        return PRESETS[raw["preset"]]
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}
    for name in ("build_log", "deploy_log"):
        if name in values:
            values[name] = tuple(line if isinstance(line, str) else Line(**line) for line in values[name])
    return Plan(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line that came. `at_ns`: Unix nanoseconds, never twice the same within a deployment's phase."""

    at_ns: int
    message: str
    severity: str | None
    attributes: Mapping[str, Any]

    @property
    def at_s(self) -> float:
        return self.at_ns / _NS

    @property
    def timestamp(self) -> str:
        return timestamp_of(self.at_ns)

    @property
    def encoded(self) -> list[dict[str, str]]:
        """The attributes as the host gives them: each value is JSON in a text."""
        values = {"level": self.severity, **self.attributes} if self.severity else self.attributes
        return [{"key": key, "value": json.dumps(value)} for key, value in values.items()]


def timestamp_of(at_ns: int) -> str:
    """RFC 3339 with nine digits of a second."""
    seconds, rest = divmod(at_ns, _NS)
    return f"{dt.datetime.fromtimestamp(seconds, tz=dt.UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


class Course:
    """What happens to one deployment, and when (host's seconds)."""

    def __init__(self, plan: Plan, started_s: float, states: tuple[str, ...] | None = None) -> None:
        """`states`: in place of the plan's (its last ones)."""
        self.plan = plan
        self.states = _timed(plan, states or plan.states, started_s)
        self.logs = self._spread()

    def state(self, now_s: float) -> str:
        """Of that moment."""
        return [state for at, state in self.states if at <= now_s][-1]

    def since(self, now_s: float, *names: str) -> float | None:
        """When it first came into one of these states; None: not yet."""
        return next((at for at, state in self.states if state in names and at <= now_s), None)

    def changed_s(self, now_s: float) -> float:
        """When it came into the state of that moment."""
        return [at for at, _ in self.states if at <= now_s][-1]

    def entries(self, phase: Phase, now_s: float) -> list[Entry]:
        """The lines that came until then."""
        return [entry for entry in self.logs[phase] if entry.at_s <= now_s]

    def next_s(self, now_s: float) -> float:
        """When the next thing happens."""
        coming = [at for at, _ in self.states] + [entry.at_s for log in self.logs.values() for entry in log]
        return min((at for at in coming if at > now_s), default=math.inf)

    def end(self, now_s: float, *following: tuple[float, str]) -> None:
        """It goes into these states, so many seconds from then, whatever was planned."""
        self.states = [(at, name) for at, name in self.states if at <= now_s]
        self.states += [(now_s + delay_s, state) for delay_s, state in following]
        self.logs = {phase: [line for line in log if line.at_s <= now_s] for phase, log in self.logs.items()}

    def resume(self, now_s: float) -> None:
        """What held it is gone: it goes on with the next state of its plan."""
        past = [(at, state) for at, state in self.states if at <= now_s]
        rest = tuple(state for _, state in self.states[len(past) :])
        self.states = past + (_timed(self.plan, rest, now_s) if rest else [])
        self.logs = self._spread()

    def _spread(self) -> dict[Phase, list[Entry]]:
        """The lines, each laid over the step that it belongs to."""
        return {
            "build": _spread(self.plan.build_log, *self._span("BUILDING")),
            "deploy": _spread(self.plan.deploy_log, *self._span("DEPLOYING")),
        }

    def _span(self, name: str) -> tuple[float, float]:
        index = next((index for index, (_, state) in enumerate(self.states) if state == name), None)
        if index is None:
            return math.inf, math.inf
        return self.states[index][0], self.states[index + 1][0] if index + 1 < len(self.states) else math.inf


def _timed(plan: Plan, states: tuple[str, ...], started_s: float) -> list[tuple[float, str]]:
    return list(zip(itertools.accumulate(plan.steps_s(states), initial=started_s), states, strict=True))


def _spread(lines: tuple[Line | str, ...], begins_s: float, ends_s: float) -> list[Entry]:
    if not math.isfinite(begins_s):
        return []
    step_s = (ends_s - begins_s) / (len(lines) + 1) if math.isfinite(ends_s) else _ENDLESS_STEP_S
    entries = []
    for number, line in enumerate(lines, start=1):
        whole = Line(text=line) if isinstance(line, str) else line
        # whole microseconds, since a float cannot tell nanoseconds of this century; the rest keeps lines apart
        at_ns = math.floor((begins_s + number * step_s) * 1_000_000) * 1000 + number % 1000
        entries.append(Entry(at_ns=at_ns, message=whole.text, severity=whole.severity, attributes=whole.attributes))
    return entries

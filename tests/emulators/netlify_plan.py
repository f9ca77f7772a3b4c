"""How a deploy goes: a `Plan` beforehand, and the `Course` of states and log lines that comes of it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

FINAL = {"ready", "error", "rejected", "skipped"}
CANCELED = "Canceled build"
_LOG_STEP_S = 0.1  # between lines of a build that never ends

Form = Literal["message", "log", "mixed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the log; `text` may hold ANSI codes and line breaks."""

    text: str
    section: str = "building"  # initializing, building, deploying, cleanup, postprocessing
    level: str | None = None  # info, warn, error
    type: str = "stdout"


BUILD_LOG = (
    Line(section="initializing", text="Fetching cached dependencies"),
    Line(text="$ npm run build"),
    Line(text="\x1b[36mvite v6\x1b[39m building for production"),
    Line(text="42 modules transformed.\nrendering chunks"),
    Line(level="warn", type="stderr", text="a chunk is larger than 500 kB"),
    Line(section="deploying", text="Starting to deploy site from 'dist'"),
)
FILES_LOG = (
    Line(section="deploying", text="Starting post processing"),
    Line(section="postprocessing", text="Post processing done"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The course of the next deploys. Seconds are the host's (`HostClock`).

    `states`: of files, once all of them are there; `git_states`: of a build from a repository. Each is `step_s` (one
    for all, or one for each) after the one before; math.inf: it stays there. `prepare_s`: until an asynchronous
    manifest is read. `error`: the message of one that ends in "error". `log` None: the usual one. `log_form`: the key
    under which an entry of the log says its text. `skipped`: the build was not needed. `review`: what kind of deploy
    comes of the build of a pull request's branch. `locked`: somebody locks the site's publishing meanwhile.
    """

    states: tuple[str, ...] = ("uploaded", "processing", "ready")
    git_states: tuple[str, ...] = ("enqueued", "building", "ready")
    step_s: float | tuple[float, ...] = 1.0
    prepare_s: float = 0.5
    log: tuple[Line | str, ...] | None = None
    log_form: Form = "message"
    error: str | None = None
    skipped: bool = False
    review: int | None = None
    locked: bool = False

    def steps_s(self, states: Sequence[str]) -> list[float]:
        """How long each state but the last lasts."""
        steps = self.step_s if isinstance(self.step_s, tuple) else itertools.repeat(self.step_s)
        return [step for step, _ in zip(steps, states[1:], strict=False)]

    def lines(self, *, built: bool) -> list[Line]:
        log = self.log if self.log is not None else BUILD_LOG if built else FILES_LOG
        return [Line(text=line) if isinstance(line, str) else line for line in log]


def failing(message: str = "Build script returned non-zero exit code: 2") -> Plan:
    """A plan whose deploys fail."""
    log = (
        Line(text="$ npm run build"),
        Line(type="stderr", level="error", text="src/app.ts(3,7): error TS2322: Type 'string' is not a 'number'."),
        Line(type="stderr", level="error", text="Command failed with exit code 2: npm run build"),
    )
    return Plan(
        states=("uploaded", "processing", "error"),
        git_states=("enqueued", "building", "error"),
        log=log,
        error=message,
    )


def skipping() -> Plan:
    """A plan whose builds find that nothing changed."""
    message = "Canceled build due to no content change"
    return Plan(git_states=("enqueued", "building", "error"), skipped=True, error=message)


def reviewed() -> Plan:
    """A plan whose builds wait for somebody to let them; `World.review` does."""
    return Plan(git_states=("pending_review",))


def plan_of(raw: Mapping[str, Any]) -> Plan:
    """A plan from JSON; log lines are texts, or objects with the fields of `Line`."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}
    if values.get("log") is not None:
        values["log"] = tuple(line if isinstance(line, str) else Line(**line) for line in values["log"])
    return Plan(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the log at its time, or the `report` with which the log of a build ends."""

    at_s: float
    line: Line
    report: bool = False


class Course:
    """What happens to one deploy, and when (host's seconds)."""

    def __init__(self, state: str, at_s: float) -> None:
        self.states: list[tuple[float, str]] = [(at_s, state)]
        self.entries: list[Entry] = []

    def state(self, now_s: float) -> str:
        """Of that moment."""
        return [state for at, state in self.states if at <= now_s][-1]

    def since(self, now_s: float, *names: str) -> float | None:
        """When it first came into one of these states; None: not yet."""
        return next((at for at, state in self.states if state in names and at <= now_s), None)

    def finished(self, now_s: float) -> bool:
        """Nothing more will happen to it."""
        return self.state(now_s) in FINAL

    def next_s(self, now_s: float) -> float:
        """When the next thing happens."""
        coming = [at for at, _ in self.states] + [entry.at_s for entry in self.entries]
        return min((at for at in coming if at > now_s), default=math.inf)

    def go(self, now_s: float, states: Sequence[str], steps_s: Sequence[float]) -> None:
        """From now on these, each so long after the one before; whatever else was to come does not."""
        begins = itertools.accumulate(steps_s, initial=now_s)
        self.states = [entry for entry in self.states if entry[0] <= now_s] + list(zip(begins, states, strict=False))

    def write(self, lines: Sequence[Line]) -> None:
        """Spread them over the last stretch that something is done: the build, or what follows the upload."""
        names = [state for _, state in self.states]
        index = names.index("building") if "building" in names else names.index("uploaded")
        begins_s = self.states[index][0]
        ends_s = self.states[index + 1][0] if index + 1 < len(self.states) else math.inf
        if math.isinf(begins_s):
            return
        step_s = (ends_s - begins_s) / (len(lines) + 1) if math.isfinite(ends_s) else _LOG_STEP_S
        for number, line in enumerate(lines, start=1):
            self.entries.append(Entry(at_s=begins_s + number * step_s, line=line))
        if math.isfinite(ends_s):
            self.entries.append(_report(ends_s))

    def end(self, now_s: float, state: str) -> None:
        """It goes into that state now, whatever was planned."""
        self.go(now_s, [state], [])
        self.entries = [entry for entry in self.entries if entry.at_s <= now_s]
        if not any(entry.report for entry in self.entries):
            self.entries.append(_report(now_s))


def _report(at_s: float) -> Entry:
    return Entry(at_s=at_s, line=Line(text="Finished processing build request", type="report"), report=True)

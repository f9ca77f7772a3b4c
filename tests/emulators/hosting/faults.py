"""The ways in which any host may fail; a host's own table (`specs`) is made of these.

A fault is an answer in place of the right one, or what it does to the connection, the world or the right answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import StrEnum
from typing import Any, Literal

PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An answer in place of the right one. A header's value or an extra may be a mark of `when`.

    What its JSON looks like, `HostEmulator.refusal_value` says; `raw` stands in its place.
    """

    status: int
    code: str = ""
    message: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    key: str = "error"

    def extra_now(self, now_s: float, seconds: float) -> dict[str, Any]:
        return {name: when(value, now_s, seconds) for name, value in self.extra.items()}

    def headers_now(self, now_s: float, seconds: float) -> dict[str, str]:
        return {name: when(value, now_s, seconds) for name, value in self.headers.items()}


Change = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """`acts`: the host does what it was asked before it fails. `lies`: the answer is against the contract on purpose.

    `place`: where the connection is lost. `change`: of the right answer's value. `raw`: in place of its bytes, which
    are then called `content_type`. `redirects`: to another host name. `waits_for_an_act`: of no use with a request
    that was refused; it strikes the next instead.
    """

    status: Status | None = None
    acts: bool = True
    place: Literal["before-reading", "before-acting", "after-acting", "in-answer", "never", "slow"] | None = None
    change: Change | None = None
    raw: Callable[[bytes], bytes] | None = None
    content_type: str = ""
    lies: bool = False
    redirects: bool = False
    waits_for_an_act: bool = False
    # of what comes entry by entry: a stream of lines, a list, a WebSocket
    dies: bool = False  # the connection is lost after `Due.at` entries
    ends: bool = False  # it ends well, but too early
    duplicates: bool = False  # each comes twice
    garbage: bytes = b""  # comes among them


@dataclass(slots=True, kw_only=True)
class Due:
    """A fault that was asked for. `skip`: so many requests go well first; `times` None: all that follow."""

    fault: StrEnum
    op: str | None
    times: int | None
    skip: int
    at: int | None
    seconds: float

    def take(self, op: str) -> bool:
        """Whether it strikes this request; counts it."""
        if self.op not in (None, op) or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def give_back(self) -> None:
        """It did not strike after all."""
        if self.times is not None:
            self.times += 1


def when(value: Any, now_s: float, seconds: float) -> Any:
    """The value for a mark such as `<seconds>`, which tells when to come back; anything else as it is."""
    if isinstance(value, dict):
        return {name: when(inner, now_s, seconds) for name, inner in value.items()}
    at = now_s + seconds
    marks: dict[str, Callable[[], Any]] = {
        "<int>": lambda: str(round(seconds)),
        "<float>": lambda: f"{seconds:.3f}",
        "<http-date>": lambda: formatdate(at, usegmt=True),
        "<text-date>": lambda: dt.datetime.fromtimestamp(at, tz=dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        "<reset-s>": lambda: str(round(at)),
        "<reset-float>": lambda: f"{at:.3f}",
        "<reset-ms>": lambda: str(round(at * 1000)),
        "<limit-s>": lambda: round(at),
        "<limit-ms>": lambda: round(at * 1000),
    }
    return marks[value]() if isinstance(value, str) and value in marks else value


def refused(status: int, code: str, message: str, *, extra: Mapping[str, Any] | None = None, **headers: str) -> Spec:
    """The host answers so and does nothing. Header names with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Spec(status=Status(status=status, code=code, message=message, extra=extra or {}, headers=named), acts=False)


def after_acting(status: int, code: str, message: str = "An unexpected error occurred.") -> Spec:
    """The host did it, and says that it failed."""
    return Spec(status=Status(status=status, code=code, message=message), waits_for_an_act=True)


BAD_GATEWAY = Spec(status=Status(status=502, raw=PAGE, headers={"content-type": "text/html"}), acts=False)
TOO_LARGE = Spec(status=Status(status=413, raw=b"Request Entity Too Large"), acts=False)
REDIRECT = Spec(status=Status(status=307, raw=b""), acts=False, lies=True, redirects=True)
HTML = Spec(raw=lambda _: PAGE, content_type="text/html", lies=True)
EMPTY = Spec(raw=lambda _: b"", lies=True)
TRUNCATED = Spec(raw=lambda whole: whole[: len(whole) * 2 // 3], lies=True, dies=True)
DROP_BEFORE_READING = Spec(place="before-reading", acts=False)
DROP_BEFORE_ACTING = Spec(place="before-acting", acts=False)
DROP_AFTER_ACTING = Spec(place="after-acting", waits_for_an_act=True)
DROP_IN_ANSWER = Spec(place="in-answer", dies=True)
SLOW = Spec(place="slow")
NEVER = Spec(place="never", acts=False)
"""What every host has."""

"""A scenario: one story by the host's own client and by ours, each at a host that is new, and what must be so then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.emulators.hosting.calls import Recorded
from tests.yardsticks.clients import CommandLine
from tests.yardsticks.sequences import Row, Step, differences, steps

SITE = {"index.html": "page", "app.js": "same", "copy.js": "same"}


@dataclass(slots=True, kw_only=True)
class Stage:
    """One client at one emulated host. `began`: how many requests were there when the scenario itself began."""

    api: Any
    run: CommandLine
    began: int = 0

    def begin(self) -> None:
        """What came before is preparation, and not compared."""
        self.began = len(self.api.requests)

    @property
    def requests(self) -> Sequence[Recorded]:
        return self.api.requests[self.began :]

    @property
    def folder(self) -> Path:
        return self.run.folder

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")


Story = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`agrees`: fails unless the host's own state is what the story says; asked after each of the two."""

    name: str
    theirs: Story
    ours: Story
    agrees: Callable[[Stage], None]


Asked = Callable[[int, int], None]
"""Takes how many requests theirs and ours made, for the table."""


async def play(
    scenario: Scenario,
    stage: Callable[[Path, bool], AbstractAsyncContextManager[Stage]],
    under: Path,
    spell: Callable[[Recorded], Step],
    rows: Sequence[Row],
    asked: Asked,
) -> None:
    """Both at once, each in its own place; then the host of each agrees, and they asked the same but for the rows."""

    async def one(name: str, story: Story) -> Sequence[Recorded]:
        async with stage(under / name, name == "ours") as place:
            await story(place)
            scenario.agrees(place)
            return place.requests

    theirs, ours = await asyncio.gather(one("theirs", scenario.theirs), one("ours", scenario.ours))
    asked(len(theirs), len(ours))
    mine = [row for row in rows if scenario.name in row.scenarios]
    wrong = differences(steps(theirs, spell), steps(ours, spell), mine)
    assert not wrong, "\n".join(wrong)


def site(under: Path, name: str = "site") -> Path:
    """A folder with a page, a script and a copy of it."""
    folder = under / name
    folder.mkdir(parents=True)
    for file, text in SITE.items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder


def check_host(api: Any) -> None:
    """Whatever was asked, the host found no fault with it, nor with itself."""
    assert (api.failures, api.breaches) == ([], [])
    assert api.count("unknown") == 0
    assert api.saw_token

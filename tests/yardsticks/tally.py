"""What ran of the yardsticks: a table by host and client, and whether it is all that there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

SHOULD_RUN: Mapping[tuple[str, str], int] = {
    ("Vercel", "vercel"): 11,
    ("Vercel", "@vercel/sdk"): 1,
    ("Netlify", "netlify-cli"): 9,
    ("Railway", "railway-client"): 7,
    ("Railway", "graphql-ws"): 1,
}
"""Tests by host and client. A test that was skipped has not run."""

MARKER = "yardsticks"
_HEAD = ("host", "client", "scenarios", "passed", "requests theirs/ours")


@dataclass(slots=True)
class _Line:
    ran: int = 0
    passed: int = 0
    theirs: int = 0
    ours: int = 0


@dataclass(slots=True)
class Tally:
    """A plugin of pytest. `problems`: why the run proves less than it should."""

    lines: dict[tuple[str, str], _Line] = field(default_factory=dict)
    _of: dict[str, tuple[str, str]] = field(default_factory=dict)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        if mark := item.get_closest_marker(MARKER):
            self._of[item.nodeid] = mark.kwargs["host"], mark.kwargs["client"]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        line = self.lines.setdefault(self._of[report.nodeid], _Line())
        line.passed -= report.when == "teardown" and report.failed  # passed before, and does not count
        if report.when != "call" or report.skipped:
            return
        line.ran += 1
        line.passed += report.passed
        for name, value in report.user_properties:
            if name == "asked":
                theirs, ours = value  # type: ignore[misc]  # what the fixture `asked` has put there
                line.theirs += theirs
                line.ours += ours

    @property
    def problems(self) -> list[str]:
        return [
            f"{host}, {client}: {ran} tests ran, and `SHOULD_RUN` says {should}"
            for host, client in {**SHOULD_RUN, **self.lines}
            if (ran := self.lines.get((host, client), _Line()).ran) != (should := SHOULD_RUN.get((host, client), 0))
        ]

    def table(self, versions: Mapping[str, str]) -> str:
        rows = [_HEAD] + [
            (
                host,
                f"{client} {versions.get(client, '')}",
                str(line.ran),
                str(line.passed),
                f"{line.theirs}/{line.ours or '-'}",
            )
            for (host, client), line in sorted(self.lines.items())
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

"""`make yardsticks` is green only when everything ran that should, or nothing could."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.yardsticks import __main__ as entry
from tests.yardsticks.tally import SHOULD_RUN, Tally


class Ran:
    """In place of pytest: so many tests of each client ran, and one of them may have failed."""

    def __init__(self, counts: dict[tuple[str, str], int], *, failed: bool = False) -> None:
        self.counts, self.failed = counts, failed

    def main(self, _arguments: list[str], plugins: list[Tally]) -> int:
        for (host, client), count in self.counts.items():
            for number in range(count):
                self._report(plugins[0], host, client, f"{client}{number}", failed=self.failed and number == 0)
        return int(self.failed)

    def _report(self, tally: Tally, host: str, client: str, name: str, *, failed: bool) -> None:
        mark = SimpleNamespace(kwargs={"host": host, "client": client})
        item: Any = SimpleNamespace(nodeid=name, get_closest_marker=lambda _name: mark)
        tally.pytest_itemcollected(item)
        for when in ("setup", "call", "teardown"):
            wrong = failed and when == "call"
            report: Any = SimpleNamespace(
                nodeid=name,
                when=when,
                skipped=False,
                failed=wrong,
                passed=not wrong,
                user_properties=[("asked", (3, 2))],
            )
            tally.pytest_runtest_logreport(report)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    def run(ran: Ran, *arguments: str, installs: bool = True, reachable: bool = True, contracts: bool = True) -> int:
        done = subprocess.CompletedProcess[str]([], returncode=0 if installs else 1)
        monkeypatch.setattr(entry.contract, "SCHEMAS", tmp_path if contracts else tmp_path / "none")
        monkeypatch.setattr(entry.subprocess, "run", lambda *_, **__: done)
        monkeypatch.setattr(entry, "reachable", lambda: reachable)
        monkeypatch.setattr(entry.pytest, "main", ran.main)
        return entry.main(list(arguments))

    return run


def test_all_that_should_run_ran(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Ran(dict(SHOULD_RUN))) == 0
    rows = [line.split() for line in capsys.readouterr().out.strip().splitlines()]
    assert rows[0] == ["host", "client", "scenarios", "passed", "requests", "theirs/ours"]
    assert {(row[0], row[1]) for row in rows[1:]} == set(SHOULD_RUN)
    count = SHOULD_RUN["Netlify", "netlify-cli"]
    netlify = next(row for row in rows if row[0] == "Netlify")
    assert netlify[-3:] == [str(count), str(count), f"{3 * count}/{2 * count}"]


def test_too_few_fail_and_are_named(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    fewer = {**SHOULD_RUN, ("Vercel", "vercel"): SHOULD_RUN["Vercel", "vercel"] - 1}
    assert run(Ran(fewer)) == 1
    assert "Vercel, vercel: 10 tests ran, and `SHOULD_RUN` says 11" in capsys.readouterr().out
    assert run(Ran({})) == 1
    assert run(Ran(fewer), "-k", "some") == 0  # who asks for some gets some


def test_one_more_than_is_known_fails_too(run: Callable[..., int]) -> None:
    assert run(Ran({**SHOULD_RUN, ("Fly", "flyctl"): 1})) == 1


def test_a_failure_fails(run: Callable[..., int]) -> None:
    assert run(Ran(dict(SHOULD_RUN), failed=True)) == 1


@pytest.mark.parametrize(
    ("world", "code", "says"),
    [
        ({"installs": False}, 1, "could not be installed"),
        ({"installs": False, "reachable": False}, 0, "skipped: the registry"),
        ({"contracts": False}, 0, "skipped: the vendors' contracts"),
    ],
)
def test_where_nothing_can_run_it_says_why(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str], world: dict[str, bool], code: int, says: str
) -> None:
    assert run(Ran({}), **world) == code
    assert says in capsys.readouterr().out

"""`make yardsticks`: install the hosts' own clients, run the tests over them, print a table.

Fails when a test fails, or not all of them ran. Where there is no registry to install from, or no contract of the hosts
(../shared), there is nothing to measure against: it says so, and that is no failure.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.emulators import contract
from tests.yardsticks import clients
from tests.yardsticks.tally import MARKER, Tally

ROOT = clients.HERE.parents[1]
REGISTRY_TIMEOUT_S = 60


def main(arguments: list[str]) -> int:
    """The exit code. `arguments`: for pytest; with any, not everything has to run."""
    if not contract.SCHEMAS.is_dir():
        return _skip(contract.ABSENT)
    setup = subprocess.run([ROOT / ".ci/setup.sh", "yardsticks"], check=False)
    if setup.returncode != 0:
        if reachable():
            print("yardsticks: the hosts' own clients could not be installed; see above")  # noqa: T201
            return 1
        return _skip("the registry of npm packages does not answer")
    tally = Tally()
    code = int(pytest.main(["-q", "-m", MARKER, str(clients.HERE), *arguments], plugins=[tally]))
    print(f"\n{tally.table(clients.versions())}")  # noqa: T201
    problems = [] if arguments else tally.problems
    for problem in problems:
        print(f"yardsticks: {problem}")  # noqa: T201
    return code or bool(problems)


def reachable() -> bool:
    """Whether the registry that the user has set up knows a package."""
    asked = ["npm", "view", "ms", "version", "--fetch-retries=0", f"--fetch-timeout={REGISTRY_TIMEOUT_S * 1000}"]
    try:
        answer = subprocess.run(asked, cwd=clients.HERE, capture_output=True, timeout=REGISTRY_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _skip(reason: str) -> int:
    print(f"yardsticks: skipped: {reason}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

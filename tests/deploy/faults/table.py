"""What must come of every fault at every step of a deployment. Written by hand; a change of it is a decision.

ok     it succeeded, and there is one at the host
anew   the same, the second: the first had vanished with its project before it was found again
no     it failed, and nothing was created
lost   it was created and is gone at the host, which is told as a failure
left   it was created and goes on at the host, no longer watched or not found yet; the row says so ("unknown")
?      whether it was created could not be found out; it was not
stop   it was created and canceled
.      the fault changes nothing at this step
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from autocrea_lsp.store import DeploymentState


class Outcome(NamedTuple):
    """The row's last state, and how many requests created something."""

    state: DeploymentState
    created: int


OUTCOMES = {
    "ok": Outcome("success", 1),
    "anew": Outcome("success", 2),
    "no": Outcome("failed", 0),
    "lost": Outcome("failed", 1),
    "left": Outcome("unknown", 1),
    "?": Outcome("unknown", 0),
    "stop": Outcome("canceled", 1),
}


def read(text: str, faults: type[StrEnum]) -> dict[str, dict[StrEnum, str]]:
    """A table: by step, then by fault; without those that change nothing."""
    (_, *steps), *lines = (line.split() for line in text.strip().splitlines())
    rows = {faults(fault): words for fault, *words in lines}
    assert set(rows) == set(faults), f"a row for each fault: {set(rows) ^ set(faults)}"
    assert all(len(words) == len(steps) for words in rows.values()), "a word for each step"
    columns = {step: {fault: words[at] for fault, words in rows.items()} for at, step in enumerate(steps)}
    return {step: {fault: word for fault, word in column.items() if word != "."} for step, column in columns.items()}

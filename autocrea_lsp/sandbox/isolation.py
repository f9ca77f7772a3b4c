"""How well a job is locked in, found out by really running bubblewrap once."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

log = logging.getLogger(__name__)

Level = Literal["auto", "required", "off"]
"""auto: as well as this machine can; required: bubblewrap or nothing; off: limits only."""

# Never through PATH, which a workspace can lead to a program of its own.
PLACES = ("/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap")
_TIMEOUT_S = 10.0
_OURS = frozenset({"PATH", "HOME", "TMPDIR", "LANG", "PWD", "OLDPWD", "SHLVL", "_"})  # what a job's environment holds
_QUESTIONS = """
readlink /proc/self/ns/net
while read -r name rest; do case $name in *:) echo "interface $name";; esac; done </proc/net/dev
while read -r name value; do case $name in CapEff:) echo "capabilities $value";; esac; done </proc/self/status
test -w /usr && echo writable
test -w /proc/sys/kernel/core_pattern && echo writable
test -e "$1" && echo home
echo environment
cat /proc/1/environ /proc/self/environ
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """What a job is cut off from (True: it cannot reach it). `note` says why it is not more, "" where it is all."""

    level: Literal["bwrap", "limits"]
    network: bool
    filesystem: bool
    environment: bool
    note: str = ""

    def __str__(self) -> str:
        return "bubblewrap" if self.level == "bwrap" else "limits only, NOT isolated"


ISOLATED = Isolation(level="bwrap", network=True, filesystem=True, environment=True)


def limits_only(note: str) -> Isolation:
    """The environment is a new one, but another process's can be read by the same user: it counts as open."""
    return Isolation(level="limits", network=False, filesystem=False, environment=False, note=note)


_known: Isolation | None = None


async def probe() -> Isolation:
    """What this machine can do: asked once per process, by trying whether a job could break out."""
    global _known
    if _known is None:
        _known = await _ask()
        log.info("sandbox: %s %s", _known, _known.note)
    return _known


def find() -> str | None:
    """bubblewrap at one of its fixed places."""
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return None
    return next((place for place in PLACES if os.access(place, os.X_OK)), None)


async def _ask() -> Isolation:
    if sys.platform != "linux":
        return limits_only("bubblewrap is for Linux only")
    program = find()
    if program is None:
        return limits_only("bubblewrap is not installed")
    from autocrea_lsp.sandbox.job import Job  # it knows us
    from autocrea_lsp.sandbox.running import run_in

    home = str(Path.home())
    job = Job(command=("/bin/sh", "-c", _QUESTIONS, "sh", home), timeout_s=_TIMEOUT_S)
    try:
        result = await run_in(job, ISOLATED, program)
        own_network = await asyncio.to_thread(os.readlink, "/proc/self/ns/net")
    except (OSError, ValueError) as error:
        return limits_only(f"bubblewrap does not start here: {error}")
    if result.exit_code != 0:
        reason = result.stderr.strip().splitlines()
        return limits_only(f"bubblewrap does not run here: {reason[-1] if reason else 'it took too long'}")
    leaks = _leaks(result.stdout, own_network)
    return limits_only(f"bubblewrap does not isolate here: {', '.join(leaks)}") if leaks else ISOLATED


def _leaks(answer: str, own_network: str) -> list[str]:
    """What the job inside could reach and should not."""
    said, _, environment = answer.partition("\nenvironment\n")
    lines = said.splitlines()
    found = []
    interfaces = [line for line in lines if line.startswith("interface ")]
    if lines[:1] == [own_network] or not lines or not lines[0].startswith("net:") or interfaces != ["interface lo:"]:
        found.append("the network is open")
    if "writable" in lines:
        found.append("system files are writable")
    if "home" in lines:
        found.append("the home directory is there")
    held = [line.partition(" ")[2].strip("0") for line in lines if line.startswith("capabilities ")]
    if held != [""]:
        found.append("capabilities are kept")
    names = {entry.partition("=")[0] for entry in environment.split("\0") if entry}
    if "PATH" not in names or not names <= _OURS:
        found.append("our environment is readable")
    return found

"""The plan for bubblewrap: what a job sees, as arguments."""

from __future__ import annotations

import os
from pathlib import Path

from autocrea_lsp.sandbox.job import Job

WORK = "/sandbox/work"
HOME = "/sandbox/home"
_TEMPORARY = "/tmp"  # noqa: S108  # a private one
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives")  # how Debian's programs find libraries and each other
# How a program finds a host and believes it. None of it tells more than the network itself.
_NETWORK = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
)


def base_environment(home: str, temporary: str) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": home, "TMPDIR": temporary, "LANG": "C.UTF-8"}


def options(job: Job, folder: Path) -> list[str]:
    """bubblewrap's options; the command comes after them. `folder` is the job's private directory on this machine.

    Two things that its manual does not tell: with `--clearenv` alone bubblewrap's own environment is readable inside
    at /proc/1/environ, so it has to be started with an empty one; and when we are root, /proc/sys stays writable
    without any capability (core_pattern would run a program of the job's on the host), so /proc is made read-only.
    """
    made = ["--unshare-all", *(["--share-net"] if job.network else [])]
    made += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    for name, value in (base_environment(HOME, _TEMPORARY) | dict(job.environment)).items():
        made += ["--setenv", name, value]
    for place in _SYSTEM:
        if Path(place).is_symlink():  # /bin on systems where it is part of /usr
            made += ["--symlink", str(Path(place).readlink()), place]
        elif Path(place).is_dir():
            made += ["--ro-bind", place, place]
    for place in _SETTINGS + (_NETWORK if job.network else ()):
        made += ["--ro-bind-try", place, place]
    made += ["--proc", "/proc", "--dev", "/dev"]
    for place in (_TEMPORARY, HOME, "/dev/shm"):  # noqa: S108
        if place == HOME and job.home is not None:
            made += ["--bind", str(job.home), HOME]
        else:
            made += ["--size", str(job.scratch_bytes), "--tmpfs", place]  # memory that no limit of a process counts
    for path in job.reads:
        if not _in_system(path):
            made += ["--ro-bind", str(path), str(path)]
    made += ["--bind", str(folder), WORK, "--chdir", WORK]
    for place in ("/dev", "/proc", "/"):
        made += ["--remount-ro", place]
    return made


def joined(options: list[str]) -> bytes:
    """As bubblewrap reads them from a file: out of sight of other users, who can read every command line."""
    if any("\0" in option for option in options):
        raise ValueError("an option for bubblewrap holds NUL")
    return b"".join(os.fsencode(option) + b"\0" for option in options)


def program(job: Job) -> str:
    """The job's program as it is found inside: as given, or where its links lead. ValueError for one that is not."""
    given = Path(given_program(job))
    real = Path(os.path.realpath(given))
    if not _visible(real, job):
        raise ValueError(f"{given} is not among what the job may read")
    return str(given if _visible(given, job) else real)


def given_program(job: Job) -> str:
    """The job's program as given. Raises ValueError for one that is not there."""
    given = Path(job.command[0])
    if not given.is_file() or not os.access(given, os.X_OK):
        raise ValueError(f"{given} is not a program")
    return str(given)


def _visible(path: Path, job: Job) -> bool:
    return _in_system(path) or any(path.is_relative_to(read) for read in job.reads)


def _in_system(path: Path) -> bool:
    return ".." not in path.parts and any(path.is_relative_to(place) for place in _SYSTEM)

"""What is run in the sandbox, and what came of it: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autocrea_lsp.sandbox.isolation import Isolation

MAX_FILES = 10_000
MAX_NAME_BYTES = 1_000
# A job that could read these would not be isolated: the whole disk, other processes, the machine's own interfaces.
_NEVER_READ = ("/", "/proc", "/dev", "/sys", "/run", "/home", "/root", "/etc", "/var", "/tmp")  # noqa: S108
_OUT_OF = ("/proc", "/dev", "/sys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A command and all it may see. Raises ValueError for names and paths that would lead out of its directory.

    `files` are written into a new private directory, which is the working directory and the only place that may be
    written to; a name may hold folders ("src/a.py"). `reads` are paths of this machine that are seen read-only at the
    same place; /usr and what belongs to it is always seen. `environment` holds no secrets and is added to PATH, HOME,
    TMPDIR and LANG. `command[0]` is an absolute path. `max_output_bytes` holds for each of the two outputs.
    `memory_bytes` limits the address space of each process; node and the JVM reserve far more than they use.

    `folder`: an existing private directory of the caller's that takes the place of the new one, and stays; `home`: the
    same for HOME, which else is in memory. `network`: the job reaches what this machine reaches, its own services
    included; all else stays closed. `scratch_bytes` limits each of its places in memory.
    """

    command: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    reads: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float
    max_output_bytes: int = 1_000_000
    memory_bytes: int | None = None
    stdin: bytes = b""
    folder: Path | None = None
    home: Path | None = None
    network: bool = False
    max_file_bytes: int = 50 << 20  # the largest file that it may write
    max_open_files: int = 512
    scratch_bytes: int = 256 << 20

    def __post_init__(self) -> None:
        if not self.command or not self.command[0].startswith("/"):
            raise ValueError("a job's command is an absolute path")
        given = [place for place in (self.folder, self.home) if place is not None]
        texts = [*self.command, *self.environment, *self.environment.values(), *map(str, [*self.reads, *given])]
        if any("\0" in text for text in texts):  # would end an argument early and let the rest be read as another
            raise ValueError("a job's command, environment and paths hold no NUL")
        if any(not name or "=" in name for name in self.environment):
            raise ValueError("a job's environment has names without '='")
        if len(self.files) > MAX_FILES:
            raise ValueError(f"a job has at most {MAX_FILES} files")
        for name in self.files:
            _check_name(name)
        if self.files and self.folder is not None:  # what lies in there already could lead them elsewhere
            raise ValueError("a job with a folder of its own is given no files")
        for path in (*self.reads, *given):
            _check_readable(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`exit_code` is None when a signal ended the command. Output is UTF-8, what is none of it replaced.

    bubblewrap reports a signal as 128 + its number, so there an exit code above 128 is read as one.
    """

    exit_code: int | None
    signal: int | None
    stdout: str
    stderr: str
    timed_out: bool
    truncated: bool
    duration_s: float
    isolation: Isolation


def _check_name(name: str) -> None:
    parts = name.split("/")
    if (
        not name
        or "\0" in name
        or "\\" in name  # a separator on Windows
        or any(part in ("", ".", "..") for part in parts)
        or PurePosixPath(name).is_absolute()
        or len(name.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES
    ):
        raise ValueError(f"not a name for a file of a job: {name[:100]!r}")


def _check_readable(path: Path) -> None:
    text = str(path)
    if not path.is_absolute() or ".." in path.parts:
        raise ValueError("what a job reads is an absolute path")
    if text in _NEVER_READ or path == Path.home() or any(path.is_relative_to(place) for place in _OUT_OF):
        raise ValueError(f"a job may not read all of {text}")

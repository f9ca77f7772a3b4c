"""Names and paths that would lead a job out of its directory are refused before anything is written or run."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocrea_lsp.sandbox import Job, Level, run
from tests.sandbox.inside import PATIENCE_S

BAD_NAMES = [
    "",
    ".",
    "..",
    "/etc/x",
    "//x",
    "../x",
    "a/../x",
    "a/..",
    "a//b",
    "a/./b",
    "./a",
    "a/",
    "a\0b",
    "a\\b",
    "..\\x",
    "x" * 2000,
]
BAD_READS = ["/", "/proc", "/proc/1", "/dev", "/sys/fs", "/home", "/etc", "relative", "/usr/../etc"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_is_no_place_inside_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name for a file"):
        Job(command=("/bin/true",), files={name: b""}, timeout_s=1)


@pytest.mark.parametrize("name", ["a", "a..b", "..a", ".hidden", "src/deep/ä 𝒳.py", "-rf", "con:x"])
async def test_other_names_are_written_as_they_are(name: str, level: Level) -> None:
    job = Job(command=("/bin/cat", "--", name), files={name: b"content"}, timeout_s=PATIENCE_S)
    result = await run(job, level=level)
    assert (result.exit_code, result.stdout) == (0, "content"), result.stderr


@pytest.mark.parametrize("path", BAD_READS)
def test_a_job_may_not_read_everything(path: str) -> None:
    with pytest.raises(ValueError, match="read"):
        Job(command=("/bin/true",), reads=(Path(path),), timeout_s=1)


def test_a_job_may_not_read_the_home_directory() -> None:
    with pytest.raises(ValueError, match="may not read"):
        Job(command=("/bin/true",), reads=(Path.home(),), timeout_s=1)


@pytest.mark.parametrize(
    ("command", "environment"),
    [
        (("true",), {}),
        ((), {}),
        (("bin/true",), {}),
        (("/bin/true", "a\0--bind\0/\0/"), {}),
        (("/bin/true",), {"A": "x\0--bind\0/\0/host"}),
        (("/bin/true",), {"A\0B": "x"}),
        (("/bin/true",), {"A=B": "x"}),
        (("/bin/true",), {"": "x"}),
    ],
)
def test_a_command_and_an_environment_cannot_smuggle_options(
    command: tuple[str, ...], environment: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="job's"):
        Job(command=command, environment=environment, timeout_s=1)


async def test_a_program_outside_of_what_it_may_read_is_not_started(bwrap: Level, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho ran\n", "utf-8")
    program.chmod(0o755)
    with pytest.raises(ValueError, match="not among"):
        await run(Job(command=(str(program),), timeout_s=PATIENCE_S), level=bwrap)
    seen = await run(Job(command=(str(program),), reads=(tmp_path,), timeout_s=PATIENCE_S), level=bwrap)
    assert seen.stdout == "ran\n"
    (tmp_path / "link").symlink_to(program)
    linked = await run(Job(command=(str(tmp_path / "link"),), reads=(program,), timeout_s=PATIENCE_S), level=bwrap)
    assert linked.stdout == "ran\n"


async def test_a_program_that_is_not_there_is_an_error_and_leaves_nothing(level: Level, folders: Path) -> None:
    with pytest.raises(ValueError, match="not a program"):
        await run(Job(command=("/usr/bin/autocrea-none",), files={"a": b""}, timeout_s=PATIENCE_S), level=level)
    assert list(folders.iterdir()) == []


async def test_two_files_in_one_place_are_an_error_and_leave_nothing(level: Level, folders: Path) -> None:
    with pytest.raises(OSError, match="a"):
        await run(Job(command=("/bin/true",), files={"a": b"", "a/b": b""}, timeout_s=PATIENCE_S), level=level)
    assert list(folders.iterdir()) == []


async def test_standard_input_is_given_whole(level: Level) -> None:
    job = Job(command=("/usr/bin/wc", "-c"), stdin=b"x" * 300_000, timeout_s=PATIENCE_S)
    result = await run(job, level=level)
    assert result.stdout.strip() == "300000"

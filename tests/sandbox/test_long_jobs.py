"""What a build needs beyond a check: a folder that stays, the network where it is asked for, output while it runs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from autocrea_lsp.sandbox import Job, Level, Stream, run
from autocrea_lsp.sandbox.output import MAX_LINE_BYTES
from tests.sandbox.inside import PATIENCE_S, python_job
from tests.sandbox.test_breaking_out import ATTEMPTS, CANARY, START, World, world

__all__ = ["world"]  # a fixture

OPEN_WITH_NETWORK = {"the loopback network", "an abstract socket"}  # these are the network's


def sh(script: str, **more: object) -> Job:
    return replace(Job(command=("/bin/sh", "-c", script), timeout_s=PATIENCE_S), **more)  # type: ignore[arg-type]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "place"
    place.mkdir(mode=0o700)
    return place


# ---- a folder and a home of the caller's


async def test_a_folder_of_the_callers_is_the_working_directory_and_stays(
    level: Level, place: Path, folders: Path
) -> None:
    (place / "given").write_text("given", "utf-8")
    result = await run(sh("cat given; echo made > made", folder=place), level=level)
    assert (result.exit_code, result.stdout) == (0, "given"), result.stderr
    assert (place / "made").read_text("utf-8") == "made\n"
    assert list(folders.iterdir()) == [], "no other was made"


async def test_a_home_of_the_callers_is_home_and_stays(level: Level, place: Path) -> None:
    home = place / "home"
    home.mkdir()
    result = await run(sh('echo x > "$HOME/kept"', home=home), level=level)
    assert result.exit_code == 0, result.stderr
    assert (home / "kept").exists()


@pytest.mark.parametrize("field", ["folder", "home"])
@pytest.mark.parametrize("path", ["/", "/proc", "/etc", "/tmp", "relative", "/usr/../etc"])
def test_a_folder_that_is_all_of_something_is_refused(field: str, path: str) -> None:
    with pytest.raises(ValueError, match="read"):
        sh("true", **{field: Path(path)})


def test_a_folder_that_is_there_already_is_given_no_files(place: Path) -> None:
    with pytest.raises(ValueError, match="no files"):
        sh("true", folder=place, files={"a": b""})


async def test_beside_its_folder_and_home_a_job_still_writes_nothing(bwrap: Level, place: Path) -> None:
    home, folder = place / "home", place / "folder"
    home.mkdir()
    folder.mkdir()
    result = await run(sh(f"echo x > {place}/out || echo x > ../out", folder=folder, home=home), level=bwrap)
    assert result.exit_code != 0
    assert sorted(each.name for each in place.iterdir()) == ["folder", "home"]


async def test_limits_are_the_callers(level: Level, place: Path) -> None:
    result = await run(sh("ulimit -n; ulimit -f", max_open_files=2000, max_file_bytes=1 << 20), level=level)
    assert result.stdout.split()[0] == "2000"
    written = await run(sh("head -c 2000000 /dev/zero > big", folder=place, max_file_bytes=1 << 20), level=level)
    assert written.exit_code != 0
    assert (place / "big").stat().st_size <= 1 << 20


# ---- the network


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_with_network_a_job_reaches_that_and_nothing_else(attempt: str, bwrap: Level, world: World) -> None:
    job = replace(python_job(START + ATTEMPTS[attempt], *world.arguments()), network=True)
    result = await run(job, level=bwrap)
    assert ("REACHED" in result.stdout) == (attempt in OPEN_WITH_NETWORK), result.stderr
    assert (result.isolation.network, result.isolation.filesystem) == (False, True)
    assert not world.target.exists()


async def test_how_names_are_resolved_is_seen_with_network_only(bwrap: Level) -> None:
    script = "cat /etc/resolv.conf /etc/hosts >/dev/null 2>&1 && echo seen; test -e /etc/shadow && echo shadow"
    with_network = await run(sh(script, network=True), level=bwrap)
    without = await run(sh(script), level=bwrap)
    assert (with_network.stdout, without.stdout) == ("seen\n", "")


async def test_with_network_the_environment_is_still_its_own(bwrap: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    result = await run(sh("env; cat /proc/*/environ", network=True), level=bwrap)
    assert CANARY not in result.stdout
    assert "HOME" in result.stdout


# ---- output while it runs


class Heard:
    def __init__(self) -> None:
        self.lines: list[tuple[str, Stream]] = []
        self._more = asyncio.Event()

    def __call__(self, lines: list[str], stream: Stream) -> None:
        self.lines += [(text, stream) for text in lines]
        self._more.set()

    async def until(self, text: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while all(text != said for said, _ in self.lines):
                self._more.clear()
                await self._more.wait()


async def test_lines_are_heard_while_the_job_runs(level: Level, place: Path) -> None:
    heard = Heard()
    script = "echo out; echo err >&2; while ! test -e go; do sleep 0.02; done; printf last"
    task = asyncio.create_task(run(sh(script, folder=place), level=level, on_lines=heard))
    await heard.until("out")
    await heard.until("err")
    assert not task.done()
    (place / "go").touch()
    result = await task
    assert sorted(heard.lines) == [("err", "stderr"), ("last", "stdout"), ("out", "stdout")]
    assert result.stdout == "out\nlast"


async def test_a_line_is_cut_and_what_is_no_text_is_replaced(level: Level) -> None:
    heard = Heard()
    script = r"head -c 200000 /dev/zero | tr '\0' x; echo; printf 'a\377b\n'"
    await run(sh(script), level=level, on_lines=heard)
    assert [len(text) for text, _ in heard.lines] == [MAX_LINE_BYTES, 3]
    assert heard.lines[1] == ("a\N{REPLACEMENT CHARACTER}b", "stdout")


async def test_a_flood_is_heard_to_its_end_and_not_kept(level: Level) -> None:
    count, last = 0, ""

    def hear(lines: list[str], _stream: Stream) -> None:
        nonlocal count, last
        count, last = count + len(lines), lines[-1]

    script = "yes 'a line of a flood' | head -n 500000; echo end"
    result = await run(sh(script, max_output_bytes=1000), level=level, on_lines=hear)
    assert (count, last) == (500_001, "end")
    assert (len(result.stdout), result.truncated) == (1000, True)

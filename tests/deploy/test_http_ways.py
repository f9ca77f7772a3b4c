"""Proxies and certificates between us and a host."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from autocrea_lsp.deploy.errors import (
    HostUnavailable,
)
from autocrea_lsp.deploy.http import Http
from autocrea_lsp.errors import UserError
from tests.deploy.http_client import canary, client
from tests.deploy.manual_clock import ManualClock
from tests.deploy.raw_server import RawServer, answer


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return _make_authority(tmp_path)


async def test_a_proxy_is_not_used_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async with RawServer() as proxy, RawServer() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        http = client(server)
        await http.get("/")
        await http.aclose()
        assert (len(server.requests), len(proxy.requests)) == (1, 0)


async def test_other_hosts_are_asked_through_the_proxy_and_its_refusal_is_no_doubt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with RawServer(answer(407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", "://user:pr0xy-passw0rd@"))
        http = Http("https://api.example.com", title="Vercel", clock=ManualClock(auto=True), token=canary)
        with pytest.raises(HostUnavailable, match="proxy") as caught:
            await http.send("POST", "/", json={}, repeatable=False)
        await http.aclose()
        assert proxy.requests[0].method == "CONNECT"
        assert "authorization" not in proxy.requests[0].headers
    assert "pr0xy-passw0rd" not in caught.value.advice


@pytest.mark.parametrize("address", ["gopher://proxy", "socks5://127.0.0.1:1"])
async def test_a_proxy_that_cannot_be_used_is_the_users_to_mend(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    http = Http("https://api.example.com", title="Vercel", clock=ManualClock(auto=True), token=canary)
    with pytest.raises(UserError, match="proxy"):
        await http.get("/")
    await http.aclose()


async def test_a_certificate_that_nobody_vouches_for_is_refused_at_once(authority: Authority) -> None:
    clock = ManualClock(auto=True)
    async with authority.server() as url:
        http = client(url, clock=clock)
        with pytest.raises(HostUnavailable, match="certificate") as caught:
            await http.send("POST", "/", json={}, repeatable=False)
        await http.aclose()
    assert "SSL_CERT_FILE" in caught.value.hint
    assert clock.sleeps == []


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
async def test_a_private_authority_is_believed_where_the_environment_names_it(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(authority.directory if variable.endswith("DIR") else authority.certificate))
    async with authority.server() as url:
        http = client(url)
        assert (await http.get("/")).json() == {"tls": True}
        await http.aclose()


async def test_a_certificate_of_another_host_is_refused(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    async with authority.server() as url:
        http = client(url.replace("localhost", "127.0.0.1"))
        with pytest.raises(HostUnavailable, match="certificate"):
            await http.get("/")
        await http.aclose()


@dataclass(frozen=True, kw_only=True)
class Authority:
    """`directory`: as SSL_CERT_DIR wants it."""

    certificate: Path
    directory: Path
    context: ssl.SSLContext

    @asynccontextmanager
    async def server(self) -> AsyncGenerator[str]:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\n{"tls": true}')
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=self.context)
        async with server:
            yield f"https://localhost:{server.sockets[0].getsockname()[1]}"


def _make_authority(directory: Path) -> Authority:
    """An authority that the system does not know, and a server with a certificate of it for "localhost"."""
    run = partial(subprocess.run, check=True, capture_output=True, cwd=directory)
    new = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    run([*new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Own", "-addext", "keyUsage=critical,keyCertSign"])
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    ends = ["-addext", "basicConstraints=critical,CA:FALSE", "-CA", "ca.pem", "-CAkey", "ca.key"]
    run([*new, "-keyout", "server.key", "-out", "server.pem", *names, *ends])
    (directory / "authorities").mkdir()
    shutil.copy(directory / "ca.pem", directory / "authorities" / "ca.pem")
    run(["openssl", "rehash", "authorities"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "server.pem", directory / "server.key")
    return Authority(certificate=directory / "ca.pem", directory=directory / "authorities", context=context)

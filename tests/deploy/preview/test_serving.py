"""The process that serves a preview answers its own machine's browsers, at its own address, with the site's files."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from autocrea_lsp.deploy.preview.site import Shown, SiteServer
from tests.deploy.preview.previewing import get, write

FILES = {
    "index.html": "front",
    "about.html": "about",
    "docs/index.html": "docs",
    "docs/page.txt": "0123456789",
    "app.js": "js",
    "style.css": "css",
    "m.wasm": "wasm",
    "data.tar.gz": "packed",
    "empty": "",
    "with space é.txt": "named",
    "%2e%2e/x.txt": "a name that looks encoded",
    ".env": "secret",
    ".git/config": "secret",
    "docs/.hidden": "secret",
    ".well-known/security.txt": "contact",
    "docs/.well-known/x": "secret",
}


@pytest.fixture
async def server() -> AsyncIterator[SiteServer]:
    server = SiteServer()
    yield server
    await server.aclose()


@pytest.fixture
async def url(server: SiteServer, tmp_path: Path) -> str:
    write(tmp_path / "outside", {"key": "secret"})
    root = write(tmp_path / "site", FILES)
    for name, leads in {
        "out": tmp_path / "outside",
        "out.txt": tmp_path / "outside" / "key",
        "passwd": Path("/etc/passwd"),
        "beside": Path("../outside/key"),
        "git": Path(".git"),
        "loop": Path("loop"),
        "in": Path("docs"),
        "gone": Path("nowhere"),
    }.items():
        (root / name).symlink_to(leads)
    os.mkfifo(root / "pipe")
    return await server.show(Shown(root=root, release="r1", single_page=False))


SERVED = {
    "/": "front",
    "/index.html": "front",
    "/about": "about",
    "/docs/": "docs",
    "/docs/page.txt": "0123456789",
    "/docs/page.txt?x=../../..": "0123456789",
    "/with%20space%20%C3%A9.txt": "named",
    "/%252e%252e/x.txt": "a name that looks encoded",
    "/.well-known/security.txt": "contact",
    "/in/page.txt": "0123456789",
    "/%69ndex.html": "front",
}


async def test_files_are_served(url: str) -> None:
    for path, content in SERVED.items():
        answer = await get(url, path)
        assert (path, answer.status, answer.body.decode()) == (path, 200, content)


NOT_SERVED = [
    "/../outside/key",
    "/docs/../../outside/key",
    "/%2e%2e/outside/key",
    "/%2E%2e/outside/key",
    "/..%2foutside/key",
    "/..%2Foutside%2fkey",
    "/docs/..%2f..%2foutside/key",
    "/%252e%252e/outside/key",
    "/..%c0%afoutside/key",
    "/%c0%ae%c0%ae/outside/key",
    "/..;/outside/key",
    "/..\\outside\\key",
    "/..%5coutside%5ckey",
    "//etc/passwd",
    "///etc/passwd",
    "/docs//page.txt",
    "/docs%2fpage.txt",
    "/./index.html",
    "/%2e/index.html",
    "/index.html%00.txt",
    "/index.html%0a",
    "/%00",
    "/%ff%fe",
    "http://evil.example/index.html",
    "etc/passwd",
    "*",
    "/proc/self/environ",
    "/out/key",
    "/out.txt",
    "/passwd",
    "/beside",
    "/loop",
    "/gone",
    "/pipe",
    "/git/config",
    "/.env",
    "/%2eenv",
    "/.git/config",
    "/docs/.hidden",
    "/docs/.well-known/x",
    "/.",
    "/docs/.",
    "/out",
    "/index.html/",
    "/docs/page.txt/x",
    "/" + "a" * 5000,
    "/" + "a/" * 1500,
]


RAW = [b"/\x00", b"/index.html\x00", b"/\xff\xfe", b"/a\x01b", b"/..\xc0\xaf"]


async def test_what_is_no_file_of_the_site_is_not_served(url: str) -> None:
    for path in (*NOT_SERVED, *RAW):
        answer = await get(url, path)
        assert answer.status in (400, 404), (path, answer)
        assert b"secret" not in answer.body, path
        assert b"root:" not in answer.body, path


BAD_HOSTS = [
    "evil.example",
    "evil.example:PORT",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1:PORT.evil.example",
    "127.0.0.1.nip.io:PORT",
    "localhost.evil.example:PORT",
    "user@127.0.0.1:PORT",
    "0.0.0.0:PORT",
    "[::1]:PORT",
    "127.1:PORT",
    "",
]


async def test_another_name_for_this_machine_is_answered_nothing(url: str) -> None:
    port = url.rstrip("/").rpartition(":")[2]
    for host in BAD_HOSTS:
        answer = await get(url, "/", host=host.replace("PORT", port))
        assert (host, answer.status, b"front" in answer.body) == (host, 421, False)


async def test_a_request_without_a_host_or_with_two_is_answered_nothing(url: str) -> None:
    address = url.removeprefix("http://").rstrip("/")
    without = await get(url, "/", host=None)
    two = await get(url, "/", host=address, Host="evil.example")
    assert {without.status, two.status} <= {400, 421}
    assert b"front" not in without.body + two.body


async def test_its_own_names_are_answered(url: str) -> None:
    port = url.rstrip("/").rpartition(":")[2]
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}"):
        assert (await get(url, "/", host=host)).body == b"front"


async def test_a_preview_is_only_read(url: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"):
        answer = await get(url, "/", method=method)
        assert (method, answer.status, answer.headers["allow"]) == (method, 405, "GET, HEAD")


async def test_a_head_has_the_same_head_and_no_body(url: str) -> None:
    whole, head = await get(url, "/docs/page.txt"), await get(url, "/docs/page.txt", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"] == "10"


TYPES = {
    "/": "text/html; charset=utf-8",
    "/app.js": "text/javascript; charset=utf-8",
    "/style.css": "text/css; charset=utf-8",
    "/m.wasm": "application/wasm",
    "/data.tar.gz": "application/octet-stream",
    "/empty": "application/octet-stream",
}


async def test_files_have_their_type_and_no_other_site_may_use_them(url: str) -> None:
    for path, kind in TYPES.items():
        headers = (await get(url, path)).headers
        assert (path, headers["content-type"]) == (path, kind)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert not {"access-control-allow-origin", "server", "content-encoding"} & headers.keys()


async def test_a_file_that_is_known_is_not_sent_again_until_another_release_is_shown(
    url: str, server: SiteServer, tmp_path: Path
) -> None:
    tag = (await get(url, "/app.js")).headers["etag"]
    assert (await get(url, "/app.js", if_none_match=tag)).status == 304
    assert (await get(url, "/app.js", if_none_match=f'"x", W/{tag}')).status == 304
    assert (await get(url, "/app.js", if_none_match='"x"')).status == 200
    await server.show(Shown(root=tmp_path / "site", release="r2", single_page=False))
    assert (await get(url, "/app.js", if_none_match=tag)).status == 200


RANGES = {
    "bytes=2-4": (206, b"234"),
    "bytes=7-": (206, b"789"),
    "bytes=-2": (206, b"89"),
    "bytes=20-": (416, b""),
    "lines=1-2": (400, None),
}


async def test_a_part_of_a_file_can_be_asked_for(url: str) -> None:
    for asked, (status, body) in RANGES.items():
        answer = await get(url, "/docs/page.txt", range=asked)
        assert (asked, answer.status) == (asked, status)
        assert body is None or answer.body == body


async def test_a_folder_is_led_to_its_page_and_never_listed(url: str) -> None:
    answer = await get(url, "/docs?a=1")
    assert (answer.status, answer.headers["location"]) == (308, "/docs/?a=1")
    assert (await get(url, "/.well-known/")).status == 404


NAVIGATION = "text/html,application/xhtml+xml"


@pytest.mark.parametrize(
    ("single_page", "more", "accept", "path", "status", "body"),
    [
        (True, {}, NAVIGATION, "/users/5", 200, "front"),
        (True, {"404.html": "no"}, NAVIGATION, "/users/5", 200, "front"),
        (True, {}, NAVIGATION, "/missing.js", 404, None),
        (True, {}, "*/*", "/api/users", 404, None),
        (True, {}, NAVIGATION, "/.env", 404, None),
        (True, {}, NAVIGATION, "/.git/config", 404, None),
        (True, {}, NAVIGATION, "/../x", 400, None),
        (None, {}, NAVIGATION, "/users/5", 200, "front"),
        (None, {"404.html": "no"}, NAVIGATION, "/users/5", 404, "no"),
        (None, {"404.html": "no"}, "*/*", "/x.png", 404, "no"),
        (False, {}, NAVIGATION, "/users/5", 404, None),
    ],
)
async def test_an_address_that_the_page_itself_understands_is_the_front_page(
    single_page: bool | None,
    more: dict[str, str],
    accept: str,
    path: str,
    status: int,
    body: str | None,
    server: SiteServer,
    tmp_path: Path,
) -> None:
    root = write(tmp_path / "spa", {"index.html": "front", ".env": "secret"} | more)
    url = await server.show(Shown(root=root, release="r", single_page=single_page))
    answer = await get(url, path, accept=accept)
    assert answer.status == status
    assert body is None or answer.body.decode() == body

"""The process that serves a preview: files of one directory, on the loopback address, to this machine's browsers.

Run as a script. Its parent writes lines of JSON to its stdin and reads lines from its stdout:

    → {"port": 0, "root": "/…/site", "release": "id", "single_page": null}   what to serve; `port`: in the first line
    ← {"port": 40123, "release": "id"}                                       it is served from now on

Each further line switches to another release, between two requests. The end of stdin is the end of the process.
Nothing of ours is imported here, so that it starts fast and has nothing to lose.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
import os
import socket
import stat
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import uvicorn
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

ADDRESS = "127.0.0.1"
RELEASE_HEADER = "x-preview-release"
INDEX, NOT_FOUND = "index.html", "404.html"
MAX_PATH_BYTES = 4096
MAX_CONNECTIONS = 256  # a page opens six; more than this is no browser
MAX_HEADER_BYTES = 32_768
_PUBLIC_HIDDEN = ".well-known"  # the one name with a dot that is made for the web (RFC 8615)

# Not the machine's table, which may say anything; these are missing from Python's own, or older there.
_TYPES = {
    ".avif": "image/avif",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".map": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".otf": "font/otf",
    ".ttf": "font/ttf",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is served. `root` is a real path; `falls_back`: whether unknown addresses are the front page's."""

    root: str
    release: str
    falls_back: bool

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Site:
        root = os.path.realpath(str(told["root"]))
        single_page = told.get("single_page")
        if single_page is None:
            single_page = os.path.isfile(f"{root}/{INDEX}") and not os.path.exists(f"{root}/{NOT_FOUND}")  # noqa: PTH110, PTH113
        return cls(root=root, release=str(told["release"]), falls_back=bool(single_page))

    def file(self, name: str) -> tuple[str, os.stat_result] | None:
        """The real path of an ordinary file with that name (relative, checked), wherever links on the way lead to."""
        real = self._inside(name)
        if real is None:
            return None
        found = os.stat(real)  # noqa: PTH116  # a path is made of strings here, hundreds of times a page
        return (real, found) if stat.S_ISREG(found.st_mode) else None

    def is_folder(self, name: str) -> bool:
        real = self._inside(name)
        return real is not None and os.path.isdir(real)  # noqa: PTH112

    def _inside(self, name: str) -> str | None:
        try:
            real = os.path.realpath(f"{self.root}/{name}", strict=True)
        except (OSError, ValueError):  # not there, a circle of links, or no name at all
            return None
        if real == self.root:
            return real
        if not real.startswith(self.root + "/") or _is_hidden(real[len(self.root) + 1 :].split("/")):
            return None
        return real


class Server:
    """The ASGI application; `site` is swapped as a whole."""

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        self._hosts = {f"{ADDRESS}:{port}", f"localhost:{port}"}
        self._types = mimetypes.MimeTypes()
        for ending, kind in _TYPES.items():
            self._types.add_type(kind, ending)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await asyncio.to_thread(self.answer, Request(scope))
        await response(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """Blocking: looks at the disk."""
        site = self.site
        hosts = request.headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            # A page from elsewhere whose name was made to lead here must not read what is served (DNS rebinding).
            return _refusal(421, "This preview is served to this machine only, at its own address.", site)
        if request.method not in ("GET", "HEAD"):
            return _refusal(405, "A preview is only read.", site, {"allow": "GET, HEAD"})
        path = _path(request.scope["raw_path"])
        if path is None:
            return _refusal(400, "That is no address of this site.", site)
        if _is_hidden(path.split("/")[1:]):
            return self._missing(site, request)
        name = path[1:]
        if path.endswith("/"):
            name += INDEX
        elif site.is_folder(name):
            return self._to_folder(site, path, request)
        found = site.file(name) or (None if path.endswith("/") else site.file(f"{name}.html"))
        if found is not None:
            return self._file(site, found, request)
        return self._fallback(site, path, request) or self._missing(site, request)

    def _to_folder(self, site: Site, path: str, request: Request) -> Response:
        if site.file(f"{path[1:]}/{INDEX}") is None:
            return self._fallback(site, path, request) or self._missing(site, request)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(quote(path) + "/" + query, 308, headers=_headers(site))

    def _fallback(self, site: Site, path: str, request: Request) -> Response | None:
        """The front page, for a browser that goes to an address which the page's own code will understand."""
        wanted = "text/html" in request.headers.get("accept", "") and "." not in path.rpartition("/")[2]
        found = site.file(INDEX) if site.falls_back and wanted else None
        return self._file(site, found, request) if found is not None else None

    def _missing(self, site: Site, request: Request) -> Response:
        found = site.file(NOT_FOUND)
        if found is None:
            return _refusal(404, "There is no such page.", site)
        return self._file(site, found, request, status=404)

    def _file(self, site: Site, found: tuple[str, os.stat_result], request: Request, *, status: int = 200) -> Response:
        path, facts = found
        # The release is part of it: a file of another one may have the same time and size.
        tag = f'"{site.release}-{facts.st_mtime_ns:x}-{facts.st_size:x}"'
        headers = _headers(site) | {"etag": tag}
        if status == 200 and tag in _tags(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        kind, encoding = self._types.guess_type(path)
        media_type = kind if kind and not encoding else "application/octet-stream"
        return FileResponse(path, status, headers, media_type, stat_result=facts)


def _path(raw: bytes) -> str | None:
    """The path that was asked for, decoded once; None for all that two programs could read in two ways."""
    if len(raw) > MAX_PATH_BYTES or b"%2f" in raw.lower():
        return None
    try:
        path = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        return None
    if (
        not path.startswith("/")
        or "\\" in path
        or "//" in path
        or any(ord(each) < 32 or each == "\x7f" for each in path)
    ):
        return None
    if any(part in (".", "..") for part in path.split("/")):
        return None
    return path


def _is_hidden(parts: list[str]) -> bool:
    return any(part.startswith(".") and (at, part) != (0, _PUBLIC_HIDDEN) for at, part in enumerate(parts))


def _tags(header: str) -> set[str]:
    return {each.strip().removeprefix("W/") for each in header.split(",")}


def _headers(site: Site) -> dict[str, str]:
    return {
        "cache-control": "no-cache",  # the next release has the same addresses
        "cross-origin-resource-policy": "same-origin",  # no other site shows what is here
        "x-content-type-options": "nosniff",
        RELEASE_HEADER: site.release,
    }


def _refusal(status: int, text: str, site: Site, more: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse(text + "\n", status, headers=_headers(site) | dict(more or {}))


def _say(answer: Mapping[str, object]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201  # stdout is how the parent hears of us


async def _main() -> None:
    first = await asyncio.to_thread(sys.stdin.buffer.readline)
    told = json.loads(first)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # our own port, again after a crash
    listener.bind((ADDRESS, int(told["port"])))
    port = listener.getsockname()[1]
    app = Server(Site.of(told), port)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MAX_CONNECTIONS,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
    )
    server = uvicorn.Server(config)
    listener.listen(128)  # from here on a connection is taken, if not yet answered
    _say({"port": port, "release": app.site.release})
    loop = asyncio.get_running_loop()

    def switch(line: bytes) -> None:
        app.site = Site.of(json.loads(line))
        _say({"port": port, "release": app.site.release})

    def end() -> None:
        server.should_exit = server.force_exit = True

    def follow() -> None:
        for line in iter(sys.stdin.buffer.readline, b""):
            loop.call_soon_threadsafe(switch, line)
        loop.call_soon_threadsafe(end)

    threading.Thread(target=follow, daemon=True).start()
    await server.serve(sockets=[listener])


if __name__ == "__main__":
    os.chdir(Path(sys.argv[0]).anchor or "/")  # so that no directory is kept from being deleted
    asyncio.run(_main())
    os._exit(0)  # the thread still waits for stdin

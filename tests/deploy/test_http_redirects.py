"""Where redirects are followed, and where a token never goes."""

from __future__ import annotations

import pytest

from autocrea_lsp.deploy.errors import (
    HostRefused,
)
from tests.deploy.http_client import CANARY, client
from tests.deploy.raw_server import RawServer, answer

GOOD = answer(200, '{"good": true}')


async def test_a_read_follows_redirects_at_the_same_origin() -> None:
    async with RawServer(
        answer(307, headers={"location": "/v2?a=1"}), answer(302, headers={"location": "v3"}), GOOD
    ) as server:
        http = client(server)
        assert (await http.get("/v1", params={"teamId": "t"})).json() == {"good": True}
        await http.aclose()
    assert [request.path for request in server.requests] == ["/v1", "/v2", "/v3"]
    assert server.requests[1].query == {"a": "1"}
    assert all(request.headers["authorization"].endswith(CANARY) for request in server.requests)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "place",
    [
        "http://localhost:{port}/",
        "https://127.0.0.1:{port}/",
        "//127.0.0.2:{port}/",
        "http://x@127.0.0.1:{port}/",
        "http://127.0.0.1:1/",
        "http://[",
        "file:///etc/passwd",
    ],
)
async def test_a_token_goes_nowhere_else(place: str, method: str) -> None:
    async with RawServer(GOOD) as other:
        port = other.url.rpartition(":")[2]
        async with RawServer(answer(302, headers={"location": place.format(port=port)})) as server:
            http = client(server)
            with pytest.raises(HostRefused, match="another address"):
                await http.send(method, "/", repeatable=method == "GET")
            await http.aclose()
        assert (len(server.requests), other.connections) == (1, 0)


async def test_a_redirect_that_brings_a_user_name_is_not_followed() -> None:
    server = RawServer()
    async with server:
        place = server.url.replace("://", "://user@")
        server.then(answer(302, headers={"location": place}))
        http = client(server)
        with pytest.raises(HostRefused, match="another address"):
            await http.get("/")
        await http.aclose()
    assert len(server.requests) == 1


async def test_redirects_end() -> None:
    async with RawServer(answer(302, headers={"location": "/again"})) as server:
        http = client(server)
        with pytest.raises(HostRefused):
            await http.get("/")
        await http.aclose()
    assert len(server.requests) == 4


async def test_a_create_follows_no_redirect() -> None:
    async with RawServer(answer(307, headers={"location": "/there"})) as server:
        http = client(server)
        with pytest.raises(HostRefused):
            await http.send("POST", "/", json={}, repeatable=False)
        await http.aclose()
    assert len(server.requests) == 1

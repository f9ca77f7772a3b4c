"""What comes back, and what of it is shown."""

from __future__ import annotations

import gzip
import logging

import pytest

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy import http as module
from autocrea_lsp.deploy.errors import (
    BadToken,
    DeployError,
    HostRefused,
    HostUnavailable,
    NotThere,
    OutcomeUnknown,
    QuotaReached,
    TooLarge,
)
from autocrea_lsp.deploy.http import Answer
from tests.deploy.http_client import CANARY, client
from tests.deploy.raw_server import RawServer, answer

MB = 1024 * 1024


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "with nothing"),
        ("  <!DOCTYPE html><title>Sign in", "a web page"),
        ('{"token": "secret-in-half', "half of its data"),
        ("upstream connect error", "not JSON"),
        ("[" * 100_000, "half of its data"),
        (b'{"a": "\xff"}', "half of its data"),
    ],
)
@pytest.mark.parametrize("creates", [True, False])
async def test_an_answer_that_is_no_data_is_said_and_never_shown(body: str | bytes, said: str, creates: bool) -> None:
    async with RawServer(answer(200, body)) as server:
        http = client(server)
        got = await http.send("POST", "/", json={}, repeatable=not creates)
        await http.aclose()
    assert got.fields() == {}
    with pytest.raises(DeployError, match=said) as caught:
        got.json()
    # A create that went well and cannot be read has created something.
    assert isinstance(caught.value, OutcomeUnknown if creates else HostUnavailable)
    assert "secret-in-half" not in repr((caught.value, got))


async def test_an_answer_is_unpacked_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ANSWER_BYTES", MB)
    bomb = gzip.compress(b" " * (64 * MB))
    packed = {"content-encoding": "gzip"}
    async with RawServer(
        answer(200, gzip.compress(b"[1]"), headers=packed), answer(200, bomb, headers=packed)
    ) as server:
        http = client(server)
        assert (await http.get("/")).json() == [1]
        with pytest.raises(HostUnavailable, match="longer than 1 MB"):
            await http.get("/")
        await http.aclose()


ERROR = '{"error": {"code": "c", "message": "what\\nthey\\u0007 say"}}'


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, HostRefused),
        (401, BadToken),
        (402, QuotaReached),
        (403, BadToken),
        (404, NotThere),
        (409, HostRefused),
        (410, NotThere),
        (413, TooLarge),
        (418, HostRefused),
        (422, HostRefused),
    ],
)
async def test_a_refusal_is_final_and_told_in_the_hosts_words(status: int, kind: type[HostRefused]) -> None:
    async with RawServer(answer(status, ERROR)) as server:
        http = client(server)
        with pytest.raises(HostRefused) as caught:
            await http.get("/")
        await http.aclose()
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.code) == (status, "c")
    assert "what they say" in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body", ["<html>not found</html>", "", "[]", '{"error": "gone"}', '{"err": {"message": "no"}}']
)
async def test_a_refusal_in_any_form_is_a_refusal(body: str) -> None:
    def explain(got: Answer) -> DeployError | None:
        return HostRefused("explained", code=got.json()["error"]["code"])  # as if there were always one

    async with RawServer(answer(404, body)) as server:
        http = client(server, explain=explain if body in {"<html>not found</html>", ""} else None)
        with pytest.raises(NotThere):
            await http.get("/")
        await http.aclose()


async def test_the_providers_reading_goes_before_the_general_one_but_shows_no_token() -> None:
    def explain(got: Answer) -> DeployError | None:
        return NotThere(f"they say {got.fields()['m']}", hint=f"was {CANARY[-12:]}") if got.status == 403 else None

    async with RawServer(answer(403, f'{{"m": "token {CANARY} is bad"}}'), answer(401)) as server:
        http = client(server, explain=explain)
        with pytest.raises(NotThere, match=r"they say token \[secret\] is bad") as caught:
            await http.get("/")
        with pytest.raises(BadToken):
            await http.get("/")
        await http.aclose()
    assert CANARY[-12:] not in caught.value.hint


async def test_nothing_is_logged_that_holds_a_token_or_a_query(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with RawServer(answer(503), answer(200), answer(403, f'{{"message": "{CANARY}"}}')) as server:
        http = client(server)
        await http.send("POST", "/build_hooks/5f0c2d1e9b", params={"access_token": "q-secret-q"}, repeatable=True)
        with pytest.raises(BadToken):
            await http.get(f"/x/{CANARY}")
        await http.aclose()
    ours = [record for record in caplog.records if record.name.startswith("autocrea_lsp")]
    assert any("200" in record.getMessage() for record in ours)
    for secret in (CANARY, CANARY[:12], "q-secret-q", "5f0c2d1e9b", "127.0.0.1"):
        assert secret not in caplog.text
    assert server.requests[-1].headers["authorization"].endswith(CANARY)  # it was there to be shown


@pytest.mark.parametrize("token", ["with space", "línea", "two\nlines", ""])
async def test_a_token_that_is_none_is_said_without_it(token: str) -> None:
    async def broken() -> Secret:
        return Secret(token)

    async with RawServer() as server:
        http = client(server, token=broken)
        if token:
            with pytest.raises(BadToken) as caught:
                await http.get("/")
            assert token not in caught.value.advice
            assert not server.requests
        await http.aclose()

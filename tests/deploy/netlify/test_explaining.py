"""Their errors as ours."""

from __future__ import annotations

import json

import pytest

from autocrea_lsp.deploy.answers import Answer
from autocrea_lsp.deploy.errors import BadToken, DeployError, HostRefused, NotThere, QuotaReached
from autocrea_lsp.deploy.netlify.explaining import explain


def answer(status: int, body: object, kind: str = "application/json") -> Answer:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Answer(status=status, headers={"content-type": kind}, body=raw, url="https://api.netlify.com/")


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (401, {"code": 401, "message": "Access Denied"}, BadToken, "wrong or has expired"),
        (403, {"code": 403, "message": "Forbidden"}, BadToken, "does not allow this with the token: Forbidden"),
        (403, {"code": 403, "message": "Account credit usage exceeded: billing"}, QuotaReached, "billing"),
        (402, {}, QuotaReached, "used up"),
        (404, {"code": 404, "message": "Not Found"}, NotThere, "Not Found"),
        (422, {"code": 422, "message": "Not ready"}, HostRefused, "Netlify refused: Not ready"),
        (422, {"errors": {"subdomain": ["must be unique", "is odd"]}}, HostRefused, "subdomain must be unique, is odd"),
        (422, {"message": "No", "errors": {"name": "bad"}}, HostRefused, "No (name bad)"),
        (400, {"errors": ["one", "two"]}, HostRefused, "one, two"),
        (400, {"error": "bad body"}, HostRefused, "bad body"),
        (400, [], HostRefused, "HTTP 400"),
    ],
)
def test_what_they_say_is_told_with_what_to_do(status: int, body: object, kind: type[DeployError], words: str) -> None:
    error = explain(answer(status, body))
    assert type(error) is kind
    assert words in str(error)
    assert error.hint
    assert isinstance(error, HostRefused)
    assert error.status == status


def test_plain_text_is_read_and_a_page_is_not() -> None:
    assert "Not Found here" in str(explain(answer(404, "Not\nFound here", "text/plain; charset=utf-8")))
    assert "<html>" not in str(explain(answer(404, "<html>Oops</html>", "text/html")))


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_passes_is_left_to_who_repeats_it(status: int) -> None:
    assert explain(answer(status, {"code": status, "message": "later"})) is None

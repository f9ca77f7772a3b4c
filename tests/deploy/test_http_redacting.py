"""What a host says, without what nobody may read."""

from __future__ import annotations

import pytest

from autocrea_lsp.deploy.errors import HostRefused
from autocrea_lsp.deploy.redacting import hide, hide_in

TOKEN = "Zk3vQ9wLm2Xt7Rb5Yc8N"  # 20 characters, in no vendor's form


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"bad token {TOKEN}!", "bad token [secret]!"),
        (f"ends in {TOKEN[-10:]}", "ends in [secret]"),
        (f"begins with {TOKEN[:10]}…", "begins with [secret]…"),
        (f"has {TOKEN[4:16]} in it", "has [secret] in it"),
        (f"{TOKEN}{TOKEN}", "[secret][secret]"),
        (f"only {TOKEN[:7]}", f"only {TOKEN[:7]}"),
        ("nothing to hide, Vercel said no", "nothing to hide, Vercel said no"),
        ("Invalid token: expired, secret: missing", "Invalid token: expired, secret: missing"),
        ("?token=abcdef#x", "?token=[secret]#x"),
        ('{"token":"abcdef"}', '{"token":"[secret]"}'),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer [secret]"),
        ('{"authorization": "Basic YWJjOmRlZg=="}', '{"authorization": "Basic [secret]"}'),
        ("Project-Access-Token: 1234-5678", "Project-Access-Token: [secret]"),
        ("GET /x?access_token=abcdef&b=c", "GET /x?access_token=[secret]&b=c"),
        ('{"access_token": "abcdef", "b": 1}', '{"access_token": "[secret]", "b": 1}'),
        (
            "POST https://api.netlify.com/build_hooks/5f0c2d?x=1",
            "POST https://api.netlify.com/build_hooks/[secret]?x=1",
        ),
        (
            "https://api.vercel.com/v1/integrations/deploy/prj_1/QmFzZTY0",
            "https://api.vercel.com/v1/integrations/deploy/prj_1/[secret]",
        ),
    ],
)
def test_what_is_hidden(text: str, hidden: str) -> None:
    assert hide(text, [TOKEN]) == hidden


@pytest.mark.parametrize("token", ["", "a", "token"])
def test_what_is_too_short_for_a_token_hides_no_words(token: str) -> None:
    assert hide("a token was refused", [token]) == "a token was refused"


def test_an_error_keeps_its_kind_and_its_facts() -> None:
    error = hide_in(HostRefused(f"no {TOKEN}", hint=f"not {TOKEN[:12]}", status=403, code="c"), [TOKEN])
    assert (str(error), error.hint, error.status, error.code) == ("no [secret]", "not [secret]", 403, "c")


def test_a_long_text_takes_no_long_time() -> None:
    text = "Building… ok\n" * 100_000
    assert hide(text, [TOKEN]) == text

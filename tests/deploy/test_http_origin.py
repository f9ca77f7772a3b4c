"""Where a token may go."""

from __future__ import annotations

import httpx
import pytest

from autocrea_lsp.deploy import origin
from autocrea_lsp.errors import UserError
from tests.deploy.http_client import client


@pytest.mark.parametrize(
    ("address", "base", "loopback"),
    [
        ("https://api.vercel.com", "https://api.vercel.com", False),
        (" https://API.vercel.com/ ", "https://api.vercel.com", False),
        ("https://api.netlify.com/api/v1/", "https://api.netlify.com/api/v1", False),
        ("https://proxy.company.example:8443/Vercel", "https://proxy.company.example:8443/Vercel", False),
        ("https://10.0.0.7", "https://10.0.0.7", False),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", True),
        ("http://127.9.9.9", "http://127.9.9.9", True),
        ("http://localhost:3000/x", "http://localhost:3000/x", True),
        ("http://[::1]:80", "http://[::1]:80", True),
        ("https://localhost", "https://localhost", True),
    ],
)
def test_an_address_that_may_be_asked(address: str, base: str, loopback: bool) -> None:
    found = origin.check(address, title="Vercel")
    assert (found.base, found.loopback) == (base, loopback)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://api.vercel.com", "plain http"),
        ("http://10.0.0.7", "plain http"),
        ("http://localhost.evil.example", "plain http"),
        ("http://127.0.0.1.nip.io", "plain http"),
        ("http://0177.0.0.1.example", "plain http"),
        ("https://user:pass@api.vercel.com", "user name"),
        ("https://api.vercel.com@evil.example", "user name"),
        ("https://api.vercel.com/?a=b", "`?`"),
        ("https://api.vercel.com/#a", "`?`"),
        ("https://169.254.169.254", "credentials"),
        ("https://2852039166", "credentials"),
        ("https://0xA9FEA9FE/latest", "credentials"),
        ("https://169.254.43518", "credentials"),
        ("https://[::ffff:169.254.169.254]", "credentials"),
        ("https://[fe80::1%25eth0]", "credentials"),
        ("https://[fd00:ec2::254]", "credentials"),
        ("https://100.100.100.200", "credentials"),
        ("https://metadata.google.internal.", "credentials"),
        ("http://METADATA/", "credentials"),
        ("http://0.0.0.0:8080", "credentials"),
        ("ftp://api.vercel.com", "not an https address"),
        ("file:///etc/passwd", "not an https address"),
        ("api.vercel.com", "not an https address"),
        ("", "not an https address"),
        ("https://", "not an https address"),
        ("https://api.vercel.com\\@evil.example", "not an https address"),
        ("https://api vercel.com", "not an https address"),
        ("https://api.vercel.com:99999", "not an address"),
        ("https://[::1", "not an address"),
    ],
)
def test_an_address_that_may_not(address: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        client(address)
    assert said in str(caught.value)
    assert "pass" not in str(caught.value).replace("password", "")
    assert caught.value.hint


@pytest.mark.parametrize("path", ["v2/user", "https://evil.example/", "", "/a b", "/a\r\nX: y", "/\\evil.example"])
def test_only_paths_are_asked_for(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        origin.check("https://api.vercel.com", title="Vercel").address(path)


@pytest.mark.parametrize("path", ["//evil.example/", "/@evil.example", "/../..//evil.example"])
def test_no_path_leads_to_another_host(path: str) -> None:
    assert httpx.URL(origin.check("https://api.vercel.com/v1", title="Vercel").address(path)).host == "api.vercel.com"

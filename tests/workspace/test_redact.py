"""Credentials are found by their shapes; code is left alone."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from autocrea_lsp.workspace.redact import PLACEHOLDER, redact

LONG = "0123456789abcdefghijklmnopqrstuvwxyzABCD"
SECRETS = {
    "anthropic": f"sk-ant-api03-{LONG}",
    "openai": f"sk-proj-{LONG}",
    "aws": "AKIA0123456789ABCDEF",
    "github": f"ghp_{LONG}",
    "github fine": f"github_pat_{LONG}",
    "gitlab": f"glpat-{LONG[:20]}",
    "slack": f"xoxb-{LONG[:30]}",
    "google": f"AIza{LONG[:35]}",
    "jwt": f"eyJ{LONG}.eyJ{LONG}.{LONG}",
    "npm": f"npm_{LONG[:36]}",
    "pypi": f"pypi-{LONG}",
    "stripe": f"sk_live_{LONG[:24]}",
    "clerk": f"sk_test_{LONG[:24]}",
    "sendgrid": f"SG.{LONG[:22]}.{LONG}",
    "hugging face": f"hf_{LONG[:34]}",
    "netlify": f"nfp_{LONG[:36]}",
}


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("around", ["{}", 'key = "{}"', "curl -H 'X: {}' https://example.org", "…{}\n"])
def test_credentials_are_replaced(name: str, around: str) -> None:
    text = redact(around.format(SECRETS[name]))
    assert SECRETS[name] not in text
    assert PLACEHOLDER in text


@pytest.mark.parametrize(
    ("text", "kept", "gone"),
    [
        ("postgres://me:hunter2secret@db/x", "postgres://me:", "hunter2secret"),
        ("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer", "abcdefgh12345678"),
        ('DB_PASSWORD = "correct horse"', "DB_PASSWORD", ""),
        ('password: "correct-horse-battery"', "password:", "correct-horse-battery"),
        (f"-----BEGIN RSA PRIVATE KEY-----\n{LONG}\n-----END RSA PRIVATE KEY-----\nx = 1", "x = 1", LONG),
    ],
)
def test_only_the_secret_goes(text: str, kept: str, gone: str) -> None:
    result = redact(text)
    assert kept in result
    assert not gone or gone not in result


def test_known_secrets_go_wherever_they_stand() -> None:
    assert redact("x canary-value y", ["canary-value"]) == f"x {PLACEHOLDER} y"


def test_code_is_left_alone() -> None:
    folder = Path(sysconfig.get_paths()["stdlib"])
    changed = lines = 0
    for name in ("argparse.py", "json/decoder.py", "asyncio/base_events.py", "http/client.py", "tokenize.py"):
        text = (folder / name).read_text(encoding="utf-8")
        lines += text.count("\n")
        changed += redact(text) != text
    assert lines > 5000
    assert changed == 0


@pytest.mark.parametrize("text", ["a" * 1_000_000, "sk-" * 300_000, "eyJ" + "a." * 400_000, "://a:" * 200_000])
def test_no_text_makes_it_slow(text: str) -> None:
    """A hang guard: quadratic patterns would take minutes here."""
    assert len(redact(text)) > 0

"""A file with secrets in it, for the tests of hiding and restoring them."""

from __future__ import annotations

import pytest

from autocrea_lsp.workspace.redact import Redaction
from tests.workspace.secret_corpus import BASE64, Dice

FILE = "file:///w/settings.py"
OTHER = "file:///w/other.py"
_DICE = Dice("redaction")
TOKEN = "gh" + "p_" + _DICE.of("abcdefghijkmnpqrstuvwxyz23456789", 36)
SECOND = "gl" + "pat-" + _DICE.of("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20)
WORD = "hunter2" + "secret"
PEM = "\n".join(
    [
        "-----BEG" + "IN RSA PRIVATE KEY-----",
        *(_DICE.of(BASE64, 64) for _ in range(4)),
        "-----E" + "ND RSA PRIVATE KEY-----",
    ]
)

SOURCE = f'''import os

GITHUB = "{TOKEN}"
db = connect("postgres://app:{WORD}@db/x", timeout=3)
config = {{
    "gitlab": "{SECOND}",
    "retries": 3,
}}
call(
    1,
    "{SECOND}x",
)
PEM = """
{PEM}
"""
log("done")
'''


@pytest.fixture
def redaction() -> Redaction:
    return Redaction(known=["canary-value-of-ours"])


@pytest.fixture
def hidden(redaction: Redaction) -> str:
    return redaction.hide(SOURCE, file=FILE)

from __future__ import annotations

import copy
import logging
import pickle

import pytest

from autocrea_lsp.access.secret import Secret, clean, sendable

CANARY = "sk-canary-0123456789"


def test_only_reveal_shows_it(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(CANARY)
    caplog.set_level(logging.DEBUG)
    logging.getLogger("x").info("%s %r %s", secret, secret, [secret])
    shown = f"{secret} {secret!r} {[secret]} {caplog.text}"
    assert CANARY not in shown
    assert secret.reveal() == CANARY
    assert not hasattr(secret, "__dict__")


@pytest.mark.parametrize("leak", [pickle.dumps, copy.copy, copy.deepcopy])
def test_it_is_not_copied_or_pickled(leak: object) -> None:
    with pytest.raises(TypeError):
        leak(Secret(CANARY))  # type: ignore[operator]


def test_equal_texts_are_equal_secrets() -> None:
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"


@pytest.mark.parametrize(
    ("text", "cleaned"), [(None, None), ("", None), (" \n", None), (" key\r\n", "key"), ("key", "key")]
)
def test_a_pasted_key_is_cleaned(text: str | None, cleaned: str | None) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("text", "ok"), [("sk-a_B.9", True), ("a b", False), ("a\nb", False), ("clé", False), ("a\x7f", False)]
)
def test_only_visible_ascii_can_be_sent(text: str, ok: bool) -> None:
    assert sendable(text) is ok

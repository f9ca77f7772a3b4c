"""The window of a document that a model is shown."""

from __future__ import annotations

import pytest

from autocrea_lsp.assist import context
from autocrea_lsp.text import Snapshot, split_lines


def snapshot(text: str, line: int, column: int, uri: str = "file:///w/main.py") -> Snapshot:
    lines = split_lines(text)
    return Snapshot(uri=uri, version=1, language="python", lines=lines, size=len(text), line=line, column=column)


def prompt(taken: Snapshot, *, remote: bool = True):  # type: ignore[no-untyped-def]
    return context.fill_prompt(taken, max_lines=1, request_id="r", detail="inline", remote=remote)


NUMBERED = "".join(f"line {number}\n" for number in range(1000))


def test_the_window_does_not_move_with_the_caret() -> None:
    starts = {prompt(snapshot(NUMBERED, line, 0)).first_line for line in range(500, 550)}
    assert starts == {400}
    assert prompt(snapshot(NUMBERED, 550, 0)).first_line == 450


def test_prefix_and_suffix_meet_at_the_caret() -> None:
    made = prompt(snapshot("a = 1\nb = 2\nc = 3\n", 1, 2))
    assert (made.prefix, made.suffix, made.first_line, made.file_name) == ("a = 1\nb ", "= 2\nc = 3\n", 0, "main.py")


@pytest.mark.parametrize("width", [10, 500, 5000, 50_000])
def test_long_lines_are_bounded_and_the_caret_is_kept(width: int) -> None:
    text = "".join("x" * width + "\n" for _ in range(100)) + "y" * width
    made = prompt(snapshot(text, 100, width))
    assert len(made.prefix) <= context.MAX_BEFORE
    assert made.prefix.endswith("y" * min(width, 100))


def test_credentials_are_not_sent_but_a_local_model_may_see_them() -> None:
    text = 'token = "ghp_0123456789abcdefghij0123456789abcdef"\nuse(token'
    taken = snapshot(text, 1, 9)
    assert "ghp_" not in prompt(taken).prefix
    assert "ghp_" in prompt(taken, remote=False).prefix


def test_lone_surrogates_become_sendable() -> None:
    made = prompt(snapshot("x = '\ud83d'\ny = ", 1, 4))
    assert made.prefix.encode() == b"x = '?'\ny = "


def test_no_window_holds_a_part_of_a_private_key() -> None:
    body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDHGm2h8pYv4x3Q\n"
    key = ["-----BEGIN " + "PRIVATE KEY-----\n", *[body] * 60, "-----END " + "PRIVATE KEY-----\n"]
    lines = [f"a{n} = {n}\n" for n in range(30)] + key + [f"b{n} = {n}\n" for n in range(150)]
    for line in range(len(lines)):
        shown = prompt(snapshot("".join(lines), line, 0))
        assert body.strip() not in shown.prefix + shown.suffix, f"with the caret in line {line}"

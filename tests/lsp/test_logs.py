"""Log lines: private, rotating, without credentials, and never where the protocol is."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autocrea_lsp.lsp.logs import BACKUPS, MAX_BYTES, Logs

log = logging.getLogger("autocrea_lsp.test")


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Logs]:
    before = logging.getLogger("autocrea_lsp").level
    made = Logs(tmp_path / "log" / "server.log", "info", known=lambda: ["known-canary"])
    yield made
    made.close()
    logging.getLogger("autocrea_lsp").setLevel(before)


def read(logs: Logs) -> str:
    logs.close()
    return logs.path.read_text(encoding="utf-8")


def test_credentials_are_taken_out_of_messages_arguments_and_tracebacks(logs: Logs) -> None:
    secret = "sk-ant-api03-0123456789abcdefghij"
    log.warning("sent %s and %s", secret, "known-canary")
    try:
        raise RuntimeError(f"refused {secret}")
    except RuntimeError:
        log.exception("failed")
    text = read(logs)
    assert secret not in text
    assert "known-canary" not in text
    assert "RuntimeError: refused [secret]" in text


def test_the_file_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        made = Logs(tmp_path / "log" / "server.log", "info", known=list)
        log.warning("hello")
        made.close()
    finally:
        os.umask(old)
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert made.path.parent.stat().st_mode & 0o777 == 0o700


def test_it_rotates_and_the_old_files_are_private_too(logs: Logs) -> None:
    line = "x" * 10_000
    for _ in range(MAX_BYTES // 10_000 * 2):
        log.warning(line)
    logs.close()
    files = sorted(logs.path.parent.iterdir())
    assert 2 <= len(files) <= BACKUPS + 1
    assert all(path.stat().st_size <= MAX_BYTES for path in files)
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


def test_other_peoples_info_is_not_ours(logs: Logs) -> None:
    logging.getLogger("pygls.protocol.json_rpc").info("Sending data: the whole document")
    logging.getLogger("httpx2").info("HTTP Request: POST")
    log.info("ours")
    text = read(logs)
    assert "whole document" not in text
    assert "HTTP Request" not in text
    assert "ours" in text


def test_lone_surrogates_do_not_stop_the_log(logs: Logs) -> None:
    log.warning("odd \ud83d text")
    log.warning("and after")
    text = read(logs)
    assert "odd \\ud83d text" in text
    assert "and after" in text


def test_a_place_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    made = Logs(tmp_path / "file" / "server.log", "info", known=list)
    log.warning("into the void")
    made.close()
    assert not made.path.exists()


def test_the_client_hears_from_info_up_one_line_each_and_redacted(logs: Logs) -> None:
    heard: list[tuple[int, str]] = []
    logs.to_client(lambda level, text: heard.append((level, text)))
    logs.set_level("debug")
    log.debug("small")
    log.info("said known-canary")
    try:
        raise ValueError("detail")
    except ValueError:
        log.exception("failed")
    assert [level for level, _ in heard] == [logging.INFO, logging.ERROR]
    assert all("\n" not in text and "known-canary" not in text for _, text in heard)

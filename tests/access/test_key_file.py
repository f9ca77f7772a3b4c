from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from autocrea_lsp.access import key_file
from autocrea_lsp.errors import NoCredentials
from autocrea_lsp.workspace import paths

CANARY = "sk-canary-0123456789"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / key_file.NAME
    file.write_text(f'anthropic = " {CANARY} "\nvercel = "v"\n')
    file.chmod(0o600)
    return file


@pytest.mark.parametrize("portable", [True, False])
def test_it_stands_in_the_configuration_directory(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, portable: bool
) -> None:
    if not portable:
        monkeypatch.delenv("AUTOCREA_HOME")
    place = key_file.path()
    assert place == paths.config_dir() / "credentials.toml"
    assert place.is_relative_to(own_home)


def test_a_key_by_provider(file: Path) -> None:
    assert key_file.read("anthropic", file) == CANARY
    assert key_file.read("vercel", file) == "v"
    assert key_file.read("netlify", file) is None
    assert key_file.read("anthropic", file.with_name("absent")) is None


def linked(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))
    file.symlink_to(file.with_name("elsewhere"))


def fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


def directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def large(file: Path) -> None:
    file.write_text("#" * 100_000 + file.read_text())


def broken(file: Path) -> None:
    file.write_text(f"anthropic = {CANARY}\n")


def binary(file: Path) -> None:
    file.write_bytes(b"\xff\xfe")


def listed(file: Path) -> None:
    file.write_text(f'anthropic = ["{CANARY}"]\n')


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: file.chmod(0o640), "chmod 600"),
        (lambda file: file.chmod(0o604), "chmod 600"),
        (linked, "symbolic link"),
        (fifo, "plain file"),
        (directory, "plain file"),
        (large, "too large"),
        (broken, "not TOML"),
        (binary, "not TOML"),
        (listed, "else than text"),
    ],
)
def test_a_file_that_is_not_its_owners_alone_or_not_right_is_refused(
    file: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(file)
    with pytest.raises(NoCredentials) as caught:
        key_file.read("anthropic", file)
    shown = f"{caught.value} {caught.value.hint}"
    assert said in shown
    assert CANARY not in shown + repr(caught.value.__cause__)
    assert str(file.parent) not in shown  # a client may show it


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_another_users_file_is_refused(file: Path) -> None:
    os.chown(file, 12345, -1)
    with pytest.raises(NoCredentials, match="another user"):
        key_file.read("anthropic", file)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_refused(file: Path) -> None:
    file.chmod(0)
    with pytest.raises(NoCredentials, match="cannot be read"):
        key_file.read("anthropic", file)

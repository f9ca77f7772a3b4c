"""Starting the server must not pay for the SDK (a second of CPU) nor for the keyring."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "autocrea_lsp.ai.claude",
        "autocrea_lsp.ai.metered",
        "autocrea_lsp.ai.pricing",
        "autocrea_lsp.access.credentials",
        "autocrea_lsp.access.child_env",
    ],
)
def test_importing_it_imports_neither_sdk_nor_http_nor_keyring(module: str) -> None:
    code = f"import sys, {module}; print([m for m in ('anthropic', 'httpx2', 'httpx', 'keyring') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

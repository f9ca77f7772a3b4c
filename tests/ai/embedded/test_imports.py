"""What is loaded before it is needed: nothing big, and in the worker nothing of ours."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(*argv: str) -> str:
    return subprocess.run([sys.executable, *argv], capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.mark.parametrize("module", ["autocrea_lsp.ai.embedded", "autocrea_lsp.ai.weights"])
def test_importing_loads_neither_http_nor_the_model_library(module: str) -> None:
    assert run("-c", f"import {module}, sys; print({{'httpx2', 'xllamacpp', 'rich'}} & set(sys.modules))") == "set()\n"


def test_making_a_backend_and_asking_whether_it_can_run_loads_nothing_either() -> None:
    code = """
import sys
from autocrea_lsp.ai.embedded import EmbeddedBackend
from autocrea_lsp.settings import EmbeddedSettings
backend = EmbeddedBackend(EmbeddedSettings())
print(backend.available(EmbeddedSettings()), backend.model_for("complete"), {"httpx2", "xllamacpp"} & set(sys.modules))
"""
    assert run("-c", code) == "The embedded model is not installed. SmolLM2-135M-Instruct.Q4_1 set()\n"


@pytest.mark.parametrize("name", ["ai/embedded/worker.py", "sandbox/leash.py"])
def test_scripts_need_the_standard_library_only(name: str) -> None:
    code = f"""
import importlib.resources, runpy, sys
runpy.run_path(str(importlib.resources.files("autocrea_lsp") / {name!r}))
known = sys.stdlib_module_names | {{"__main__", "autocrea_lsp"}}
print({{module.partition(".")[0] for module in sys.modules}} - known - set(before))
"""
    assert run("-c", "import sys; before = {name.partition('.')[0] for name in sys.modules}" + code) == "set()\n"

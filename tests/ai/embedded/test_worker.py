"""The worker's script alone, as its parent runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autocrea_lsp.ai.embedded.process import WORKER


def run_worker(model: str) -> subprocess.Popen[bytes]:
    """The worker alone, as another program would run it."""
    worker = subprocess.Popen([sys.executable, "-I", str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    wanted = {
        "key": "k",
        "model": model,
        "package_dir": str(WORKER.parent),
        "threads": 1,
        "batch_threads": 1,
        "n_ctx": 512,
    }
    assert worker.stdin is not None
    worker.stdin.write(json.dumps(wanted).encode() + b"\n")
    worker.stdin.flush()
    return worker


@pytest.mark.model
def test_the_worker_says_one_line_and_ends_with_its_stdin(gguf: Path) -> None:
    worker = run_worker(str(gguf))
    assert worker.stdout is not None
    assert worker.stdin is not None
    answer = json.loads(worker.stdout.readline())
    assert answer["address"].startswith("http://127.0.0.1:")
    assert worker.stdout.read() == b""  # closed: nothing can be written there any more
    assert worker.poll() is None
    worker.stdin.close()
    assert worker.wait(timeout=60) == 0
    worker.stdout.close()


@pytest.mark.parametrize("model", ["missing.gguf", __file__])
def test_the_worker_says_why_it_cannot_load(model: str) -> None:
    pytest.importorskip("xllamacpp")
    worker = run_worker(model)
    out, _ = worker.communicate(timeout=60)
    assert list(json.loads(out)) == ["error"]
    assert worker.returncode == 1


def test_the_worker_ends_quietly_when_nobody_wants_it() -> None:
    done = subprocess.run([sys.executable, "-I", str(WORKER)], input=b"", capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

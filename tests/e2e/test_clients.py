"""Two outside clients check the server: one that declares nothing, and Neovim's own without our plugin."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.lsp_client import SERVER
from tests.emulators.messages import DEFAULT_KEY, Emulator

pytestmark = pytest.mark.e2e

CLIENTS = Path(__file__).parents[3] / "shared" / "tools" / "clients"
TEXT = "import json\n\n\ndef load(path):\n    with open(path) as f:\n        return json."
ANSWER = "load(f)"
MUST_PASS = {
    "bare": {
        "request-before-initialize",
        "no-request-before-initialized",
        "nothing-undeclared-is-used",
        "plain-code-actions",
        "client-made-progress-token",
        "cancelled-request-is-answered",
        "request-after-shutdown",
        "exit-code-without-shutdown-is-1",
        "stdout-carries-nothing-else",
    },
    "neovim": {
        "completion",
        "inline-completion",
        "code-action-request",
        "code-action-command",
        "execute-command-progress",
        "progress-cancel",
        "request-cancel",
        "tally",
        "unknown-method",
        "no-rpc-errors",
    },
}


@pytest.fixture
def stalled_index() -> Iterator[str]:
    """A package index that takes connections and never answers: an installation from it runs until it is cancelled."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/simple"


def spec(client: str, gguf: Path) -> dict[str, Any]:
    """What the clients are to try.

    No `fixAction` for Neovim: its check picks an entry by the action's title, and so also answers our question whether
    an unchecked edit may be applied with nothing, which means no. `editCommand` can name the document only as a bare
    argument, where our commands take an object. Both ways are driven in `acts/`.
    """
    place = {"line": 5, "character": len("        return json.")}
    action = {"line": 4, "character": 9}
    return {
        "fixAction": {**action, "title": "JoxCoder: simplify", "expectText": ANSWER} if client == "bare" else None,
        "commandAction": {**action, "title": "JoxCoder: explain", "kind": "refactor.rewrite"},
        "fileName": "sample.py",
        "languageId": "python",
        "text": TEXT,
        "initializationOptions": {},
        "timeoutMs": 20_000,
        "completion": {**place, "label": ANSWER},
        "inline": {**place, "contains": ANSWER},
        "progressCommand": {
            "command": "autocrea.server.model.install",
            "arguments": [{"source": str(gguf)}],
            "resultContains": ".gguf",
        },
        "cancelCommand": {"command": "autocrea.server.model.install", "arguments": [{"again": True}]},
        "tallyCommand": {"command": "autocrea.server.stats", "arguments": []},
    }


async def run(emulator: Emulator, index: str, spec_file: Path, *command: str) -> dict[str, tuple[str, str]]:
    """Verdict and detail of each check that a client printed."""
    environment = {
        **os.environ,
        "SPEC": str(spec_file),
        "NVIM": str(Path(sys.executable).with_name("nvim")),
        "ANTHROPIC_BASE_URL": emulator.url,
        "ANTHROPIC_API_KEY": DEFAULT_KEY,
        "PIP_INDEX_URL": index,
        "PIP_NO_CACHE_DIR": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }
    process = await asyncio.create_subprocess_exec(
        *command, *SERVER, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), 240)
    verdicts = {}
    for line in out.decode().splitlines():
        verdict, _, rest = line.partition(" ")
        name, _, detail = rest.partition(" ")
        if verdict in ("PASS", "FAIL", "SKIP"):
            verdicts[name.split("/", 1)[1]] = (verdict, detail)
    assert verdicts, err.decode()[-2000:]
    return verdicts


@pytest.mark.skipif(not CLIENTS.is_dir(), reason="the outside clients are not here (../shared/tools/clients)")
@pytest.mark.parametrize("client", ["bare", "neovim"])
async def test_an_outside_client_passes(
    client: str, emulator: Emulator, stalled_index: str, gguf: Path, tmp_path: Path
) -> None:
    spec_file = tmp_path / "spec.json"
    spec_file.write_text(json.dumps(spec(client, gguf)))
    command = {
        "bare": (sys.executable, str(CLIENTS / "bare" / "bare.py")),
        "neovim": ("bash", str(CLIENTS / "neovim" / "run.sh")),
    }[client]
    verdicts = await run(emulator, stalled_index, spec_file, *command)
    assert {name: told for name, told in verdicts.items() if told[0] == "FAIL"} == {}
    assert MUST_PASS[client] <= {name for name, told in verdicts.items() if told[0] == "PASS"}

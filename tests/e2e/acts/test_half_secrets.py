"""A caret or a selection in the middle of a private key: what is cut off on both sides gives the rest no shape.

Documents are hidden whole and cut afterwards; whoever cuts first sends the key.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.acts.driving import launched
from tests.e2e.acts.editor import Editor
from tests.e2e.acts.secrets_corpus import long_key
from tests.e2e.acts.test_nothing_leaks import TELLING, strings
from tests.e2e.acts.world import make_world
from tests.emulators.messages import Emulator, Rule

pytestmark = pytest.mark.e2e

KEY = long_key()
LINES = KEY.splitlines()[1:-1]
TEXT = f'import ssl\n\n\nKEY = """{KEY}"""\n\n\ndef load():\n    return KEY\n'
REFUSES = {"generate"}  # says that the place is inside of a key
MIDDLE = 50  # line of the key: further from both ends than any act looks

Make = Callable[[str, dict[str, Any]], tuple[str, dict[str, Any]]]
ACTS: dict[str, Make] = {
    "refactor": lambda uri, place: ("edit", {"uri": uri, "range": place, "instruction": "shorter"}),
    "fix": lambda uri, place: (
        "edit",
        {"uri": uri, "range": place, "goal": "fix", "diagnostics": [{"range": place, "message": "bad"}]},
    ),
    "tests": lambda uri, place: ("edit", {"uri": uri, "range": place, "goal": "tests"}),
    "explain": lambda uri, place: ("explain", {"uri": uri, "range": place}),
    "generate": lambda uri, place: ("generate", {"uri": uri, "position": place["start"], "prompt": "more"}),
    "chat": lambda uri, place: (
        "chat",
        {"message": "what?", "attachments": [{"kind": "selection", "uri": uri, "range": place}]},
    ),
    "commitMessage": lambda _uri, _place: ("commitMessage", {}),
}


@pytest.mark.parametrize("act", [*ACTS, "typing"])
async def test_no_line_of_a_key_is_sent_though_its_ends_are_out_of_sight(act: str, tmp_path: Path) -> None:
    world = make_world(tmp_path)
    world.main.write_text(TEXT, encoding="utf-8")
    if act == "commitMessage":  # one line of the key changes: the diff shows what stands around it
        world.git("add", "src/main.py")
        world.git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "-m", "Key")
        world.main.write_text(TEXT.replace(LINES[MIDDLE], LINES[MIDDLE][::-1]), encoding="utf-8")
        world.git("add", "src/main.py")
    async with Emulator(default=Rule(answer="x")) as api, launched(world, api, capabilities=TELLING) as server:
        editor = Editor(server)
        editor.open(world.uri)
        place = editor.range_of(world.uri, LINES[MIDDLE]) if act != "commitMessage" else {}
        if act == "typing":
            for line in (10, 30, place["start"]["line"], 80):
                await server.inline(world.uri, line, 12, kind=1)
        else:
            method, params = ACTS[act](world.uri, place)
            await server.ask(f"autocrea/{method}", params)
        sent = "\n".join(text for request in api.requests for text in strings(request.body))
        assert sent or act in REFUSES
        assert [line for line in LINES if line in sent or line[12:] in sent or line[::-1] in sent] == []

"""No secret and no byte of an excluded file is in any prompt of any feature; and the preview shows what is sent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.acts.driving import launched
from tests.e2e.acts.editor import Editor
from tests.e2e.acts.secrets_corpus import Secret, corpus
from tests.e2e.acts.world import World, make_world
from tests.e2e.lsp_client import Server
from tests.emulators.messages import Emulator, Recorded, Rule

pytestmark = pytest.mark.e2e

EDITS = "answer with one json object"  # in the rules of edits, in any case
OLD = "    return jsn"
HARMLESS = "a_harmless_line"  # in every file that may be sent: shows that it was
EXCLUDED = {
    "private/plan.py": "named by .autocreaignore",
    "src/inner/deep.py": "named by an ignore file deeper down",
    ".env": "sensitive by its name",
    "keys/id_rsa": "sensitive by its name",
    "linked_plan.py": "a link to an excluded file",
    "PRIVATE/shout.py": "named by .aiignore",
}


@dataclass(slots=True)
class Project:
    """A workspace full of secrets, and everything that was sent from it."""

    world: World
    secrets: list[Secret]
    canaries: dict[str, str] = field(default_factory=dict)  # by path

    def uri(self, name: str) -> str:
        return (self.world.workspace / name).as_uri()

    def leaks(self, requests: list[Recorded]) -> list[str]:
        found = []
        for request in requests:
            text = "\n".join(strings(request.body))
            found += [f"{request.path}: {one.name}" for one in self.secrets if any(part in text for part in one.parts)]
            found += [f"{request.path}: {path}" for path, line in self.canaries.items() if line in text]
        return found


def strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)


def answer(body: Mapping[str, Any]) -> Rule:
    """An edit is wrong at first (so that it is asked for again, with what was wrong), and harmless then."""
    system = "\n".join(strings(body.get("system"))).lower()
    if EDITS in system:
        new = "    return (json)" if len(body["messages"]) > 1 else "    return (jsn"
        return Rule(answer=json.dumps({"explanation": "x", "edits": [{"path": "src/app.py", "old": OLD, "new": new}]}))
    if "<code>" in system:
        return Rule(answer="<path>src/made.py</path><code>\nX = 1\n</code><explanation>x</explanation>")
    return Rule(answer="pass")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    world = make_world(tmp_path)
    made = Project(world=world, secrets=corpus())
    folder = world.workspace
    half = len(made.secrets) // 2
    app, other = made.secrets[:half], made.secrets[half:]
    body = "\n".join(one.line for one in app)
    files = {
        "src/app.py": f"{HARMLESS} = 1\n\n\ndef load():\n    {HARMLESS} = 1\n    return jsn\n\n\n{body}\n\n\nlast = ",
        "src/lib.py": f"{HARMLESS}_in_lib = 1\n" + "\n".join(one.line for one in other) + "\n",
        ".autocreaignore": "private/\n",
        ".aiignore": "/PRIVATE/\n",
        "src/inner/.aiexclude": "deep.py\n",
    }
    for number, name in enumerate(EXCLUDED):
        made.canaries[name] = f"canary_{number}_of_{name.strip('.').replace('/', '_').replace('.', '_')}"
        files[name] = f"{made.canaries[name]} = 1\n"
    del files["linked_plan.py"]
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "linked_plan.py").symlink_to("private/plan.py")
    made.canaries["linked_plan.py"] = made.canaries["private/plan.py"]
    world.git("add", "-A", "-f")
    return made


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator(answer=answer) as emulator:
        yield emulator
        assert emulator.failures == []


def diagnostics(editor: Editor, uri: str, project: Project) -> list[dict[str, Any]]:
    """A checker may quote a secret in what it says."""
    place = editor.range_of(uri, "return jsn")
    quoted = f"undefined name, near {project.secrets[0].line}"
    return [{"range": place, "message": quoted, "source": "checker"}, {"range": place, "message": "and another"}]


def asked(editor: Editor, project: Project) -> dict[str, tuple[str, dict[str, Any]]]:
    """One request of every feature that takes one: what it is called, its method and its params."""
    uri = project.uri("src/app.py")
    place, found = editor.range_of(uri, "return jsn"), diagnostics(editor, uri, project)
    whole = {"start": {"line": 0, "character": 0}, "end": editor.position(editor.documents[uri].text, 10**9)}
    spilled = "\n".join(one.line for one in project.secrets)
    base = {"uri": uri, "range": place}
    attachments = [
        {"kind": "selection", "uri": uri, "range": whole},
        {"kind": "file", "uri": project.uri("src/lib.py")},
        {"kind": "diagnostics", "uri": uri, "diagnostics": found},
        {"kind": "terminal", "text": f"$ env\n{spilled}"},
        {"kind": "deployment", "text": f"building\n{spilled}"},
    ]
    goals = ("extract", "rename", "simplify", "addTypes", "handleErrors", "document", "tests")
    return {
        **{goal: ("edit", {**base, "goal": goal}) for goal in goals},
        "fix": ("edit", {**base, "goal": "fix", "diagnostics": found}),
        "fixAll": ("edit", {**base, "range": whole, "goal": "fixAll", "diagnostics": found}),
        "refactor": (
            "edit",
            {**base, "instruction": f"use {project.secrets[1].value}", "files": [project.uri("src/lib.py")]},
        ),
        "explain": ("explain", {**base, "range": whole, "question": f"why {project.secrets[2].line}?"}),
        "explain a text": ("explain", {"text": spilled}),
        "generate": ("generate", {"prompt": f"use {project.secrets[3].line}", "context": spilled}),
        "generate here": ("generate", {"prompt": "more", "uri": uri, "position": place["start"]}),
        "chat": ("chat", {"message": f"what is {project.secrets[4].line}?", "attachments": attachments}),
        "commitMessage": ("commitMessage", {}),
    }


async def sent_by(api: Emulator, server: Server, method: str, params: dict[str, Any]) -> list[Recorded]:
    before = len(api.requests)
    await server.ask(f"autocrea/{method}", params)
    return api.requests[before:]


async def test_no_prompt_of_any_feature_holds_a_secret_or_an_excluded_line(project: Project, api: Emulator) -> None:
    async with launched(project.world, api, capabilities=TELLING) as server:
        editor = Editor(server)
        uri = project.uri("src/app.py")
        editor.open(uri)
        for name, (method, params) in asked(editor, project).items():
            sent = await sent_by(api, server, method, params)
            assert sent != [], name
            assert project.leaks(sent) == [], name
        end = editor.position(editor.documents[uri].text, 10**9)
        for line in range(0, end["line"], 3):
            await server.inline(uri, line, 0, kind=1)
        await server.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": end})
        proposal = await server.result("autocrea/edit", {**asked(editor, project)["refactor"][1], "files": None})
        await server.ask("autocrea/proposal/regenerate", {"id": proposal["id"], "instruction": project.secrets[5].line})
        session = await server.result("autocrea/chat", {"message": "and now?"})
        await server.result("autocrea/chat", {"message": project.secrets[6].line, "session": session["session"]})
        assert project.leaks(api.requests) == []
        everything = "\n".join(text for request in api.requests for text in strings(request.body))
        assert f"{HARMLESS}_in_lib" in everything
        assert len(api.requests) > 30


TELLING = {"experimental": {"autocrea": {"version": 1}}, "workspace": {"workspaceFolders": True}}


@pytest.mark.parametrize("name", EXCLUDED)
async def test_an_excluded_file_sends_nothing_when_it_is_the_one_asked_about(
    name: str, project: Project, api: Emulator
) -> None:
    async with launched(project.world, api, capabilities=TELLING) as server:
        editor = Editor(server)
        uri = project.uri(name)
        editor.open(uri)
        place = editor.range_of(uri, project.canaries[name])
        problem = {"range": place, "message": "wrong"}
        await server.inline(uri, 0, 3, kind=1)
        await server.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": place["end"]})
        listed = await server.result(
            "textDocument/codeAction",
            {"textDocument": {"uri": uri}, "range": place, "context": {"diagnostics": [problem]}},
        )
        assert listed == []
        for method, params in (
            ("edit", {"uri": uri, "range": place, "goal": "fix", "diagnostics": [problem]}),
            ("edit", {"uri": uri, "range": place, "instruction": "change it"}),
            ("explain", {"uri": uri, "range": place}),
            ("generate", {"prompt": "more", "uri": uri, "position": place["end"]}),
            ("chat", {"message": "what?", "attachments": [{"kind": "file", "uri": uri}]}),
            ("chat", {"message": "what?", "attachments": [{"kind": "selection", "uri": uri, "range": place}]}),
            ("chat", {"message": "?", "attachments": [{"kind": "diagnostics", "uri": uri, "diagnostics": [problem]}]}),
            ("preview", {"prompt": "explain", "params": {"uri": uri, "range": place}}),
        ):
            answered = await server.ask(f"autocrea/{method}", params)
            assert "error" in answered, method
            assert project.canaries[name] not in str(answered)
        assert (await server.result("autocrea/status", {"uri": uri}))["state"] == "off"
        assert api.requests == []


@pytest.mark.parametrize("name", EXCLUDED)
async def test_an_excluded_file_does_not_go_along_with_another(name: str, project: Project, api: Emulator) -> None:
    async with launched(project.world, api, capabilities=TELLING) as server:
        editor = Editor(server)
        editor.open(project.uri("src/app.py"))
        for is_open in (False, True):
            if is_open:
                editor.open(project.uri(name))
            place = editor.range_of(project.uri("src/app.py"), "return jsn")
            params = {
                "uri": project.uri("src/app.py"),
                "range": place,
                "instruction": "x",
                "files": [project.uri(name)],
            }
            assert "error" in await server.ask("autocrea/edit", params)
            attached = {"message": "x", "attachments": [{"kind": "file", "uri": project.uri(name)}]}
            assert "error" in await server.ask("autocrea/chat", attached)
        assert api.requests == []


async def test_the_preview_is_what_is_sent_byte_for_byte(project: Project, api: Emulator) -> None:
    async with launched(project.world, api, capabilities=TELLING) as server:
        editor = Editor(server)
        editor.open(project.uri("src/app.py"))
        for name, (method, params) in asked(editor, project).items():
            shown = await server.result("autocrea/preview", {"prompt": method, "params": params})
            assert project.leaks(api.requests) == [], name
            sent = [one for one in await sent_by(api, server, method, params) if one.path.startswith("/v1/messages")]
            body = next(one.body for one in sent if "count_tokens" not in one.path)
            messages = [{"role": each["role"], "text": said(each["content"])} for each in body["messages"]]
            assert messages == shown["messages"], name
            assert said(body["system"]) == shown["system"], name
            assert (shown["model"], shown["maxOutputTokens"] > 0) == (body["model"], True)
            last = await server.result("autocrea/lastPrompt", {"prompt": method})
            assert last["system"] == shown["system"]


def said(content: Any) -> str:
    """The text of a message or of the system prompt, which is text or a list of blocks."""
    return content if isinstance(content, str) else "".join(block["text"] for block in content)


def test_the_corpus_is_large_and_of_many_kinds() -> None:
    made = corpus()
    assert len({one.value for one in made}) == len(made) >= 60
    assert len({one.name.rsplit(" ", 1)[0] for one in made}) >= 25
    assert all(one.parts and one.value in one.line for one in made)

"""What a build complains about can be fixed like any other problem, in every client, and is gone then."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from autocrea_lsp.assist import editing
from autocrea_lsp.assist.call import Took
from autocrea_lsp.assist.checking import Verdict
from autocrea_lsp.assist.desk import Desk
from autocrea_lsp.assist.editing import Draft, Request
from autocrea_lsp.assist.source import Changed
from autocrea_lsp.lsp import convert, wire
from autocrea_lsp.text import split_lines
from tests.lsp.deploy_client import OURS, DeployClient
from tests.lsp.deploy_host import World
from tests.lsp.deploy_problems import APP, LOG, edit, failed, places, plant, published, shown
from tests.lsp.test_documents import document

RESOLVES = {
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}},
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        }
    }
}
PLAIN = {"workspace": {"applyEdit": True}}
FIXED = f"import './types';\n{APP}// The end.\n"
"""The fix is at other lines than the problem: that it helps no rule of lines can tell."""


@pytest.fixture
def app(folder: Path) -> Path:
    return plant(folder)


@pytest.fixture
def asked(client: DeployClient, monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """Fixes that were asked for; a model that answers each of them with `FIXED`, which no checker has looked at."""
    requests: list[Request] = []

    async def propose(_desk: Desk, request: Request) -> Draft:
        requests.append(request)
        return Draft(
            request=request,
            files=(Changed(source=request.source, lines=tuple(split_lines(FIXED))),),
            explanation="",
            verdict=Verdict(status="passed", label="Checked."),
            took=Took(),
        )

    monkeypatch.setattr(editing, "propose", propose)
    monkeypatch.setattr(client.app, "can", lambda _kind: True)
    return requests


async def actions(client: DeployClient, app: Path, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is offered at the problem."""
    params = {
        "textDocument": {"uri": app.as_uri()},
        "range": found["range"],
        "context": {"diagnostics": [found], "only": ["quickfix.autocrea"]},
    }
    answer = await client.ask("textDocument/codeAction", params)
    listed: list[dict[str, Any]] = answer["result"]
    return listed


async def lit(client: DeployClient, world: World, app: Path, *log: str) -> dict[str, Any]:
    client.open(app.as_uri(), APP)
    await failed(client, world, *log)
    found: dict[str, Any] = (await published(client, app, len(log) or 1))[0]
    return found


def applies(client: DeployClient, app: Path, edit_of: Mapping[str, Any]) -> None:
    """The client does what the edit says."""
    if "changes" in edit_of:
        (edits,) = edit_of["changes"].values()
    else:
        (change,) = edit_of["documentChanges"]
        edits = change["edits"]
    changes = [
        (*each["range"]["start"].values(), *each["range"]["end"].values(), each["newText"]) for each in edits[::-1]
    ]
    edit(client, app, 2, *changes)


async def test_a_fix_that_is_resolved_ends_the_problem_when_it_is_in(
    client: DeployClient, world: World, folder: Path, app: Path, asked: list[Request]
) -> None:
    await client.start(folder, {**OURS, **RESOLVES})
    found = await lit(client, world, app)
    action, *_ = await actions(client, app, found)
    assert action["title"] == "JoxCoder: fix “tsc: Type 'string' is not assignable to type 'number'.”"
    resolved = (await client.ask("codeAction/resolve", action))["result"]
    assert places(client, app) == [(2, 6, 7)]  # not applied yet
    applies(client, app, resolved["edit"])
    assert shown(client, app) == []
    (request,) = asked
    (problem,) = request.diagnostics
    assert (problem.source, problem.code, problem.message) == (
        "ts",
        "TS2322",
        "Type 'string' is not assignable to type 'number'.",
    )


async def test_a_plain_client_gets_the_fix_as_a_command(
    client: DeployClient, world: World, folder: Path, app: Path, asked: list[Request]
) -> None:
    await client.start(folder, {**OURS, **PLAIN})

    def apply(params: Any) -> dict[str, bool]:
        applies(client, app, params["edit"])
        return {"applied": True}

    client.wire.answers["workspace/applyEdit"] = apply
    found = await lit(client, world, app)
    del found["data"]  # nobody has to hand that back
    command = next(each for each in await actions(client, app, found) if each["command"] == wire.Command.ACT)
    assert "fix “tsc: Type" in command["title"]
    await client.result(command["command"], command["arguments"][0])
    assert shown(client, app) == []
    assert len(asked) == 1


async def test_other_problems_of_the_file_stay(
    client: DeployClient, world: World, folder: Path, app: Path, asked: list[Request]
) -> None:
    await client.start(folder, {**OURS, **RESOLVES})
    found = await lit(client, world, app, LOG, LOG.replace("(3,7)", "(1,7)"))  # the same words at another line
    assert found["range"]["start"]["line"] == 0
    action, *_ = await actions(client, app, found)
    resolved = (await client.ask("codeAction/resolve", action))["result"]
    applies(client, app, resolved["edit"])
    assert places(client, app) == [(3, 6, 7)]


async def test_a_fix_that_is_not_applied_ends_nothing(
    client: DeployClient, world: World, folder: Path, app: Path, asked: list[Request]
) -> None:
    await client.start(folder, {**OURS, **RESOLVES})
    found = await lit(client, world, app)
    action, *_ = await actions(client, app, found)
    await client.ask("codeAction/resolve", action)
    edit(client, app, 2, (0, 0, 0, 0, "// something else\n"))
    assert places(client, app) == [(3, 6, 7)]


async def test_a_proposal_ends_it_when_all_of_it_is_taken(
    client: DeployClient, world: World, folder: Path, app: Path, asked: list[Request]
) -> None:
    await client.start(folder, {**OURS, **RESOLVES})
    found = await lit(client, world, app)
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 4, "character": 0}}
    ref = {name: found[name] for name in ("range", "message", "severity", "source", "code")}
    params = {"uri": app.as_uri(), "range": whole, "goal": "fixAll", "diagnostics": [ref]}
    proposal = (await client.ask("autocrea/edit", params))["result"]
    accepted = (await client.ask("autocrea/proposal/accept", {"id": proposal["id"]}))["result"]
    assert places(client, app) == [(2, 6, 7)]
    applies(client, app, accepted["edit"])
    assert shown(client, app) == []


async def test_half_of_a_proposal_ends_nothing(
    client: DeployClient, world: World, folder: Path, app: Path, asked: list[Request]
) -> None:
    await client.start(folder, {**OURS, **RESOLVES})
    found = await lit(client, world, app)
    ref = {name: found[name] for name in ("range", "message", "severity", "source", "code")}
    params = {"uri": app.as_uri(), "range": found["range"], "goal": "fixAll", "diagnostics": [ref]}
    proposal = (await client.ask("autocrea/edit", params))["result"]
    first, _ = (hunk["id"] for hunk in proposal["files"][0]["hunks"])
    accepted = (await client.ask("autocrea/proposal/accept", {"id": proposal["id"], "hunks": [first]}))["result"]
    applies(client, app, accepted["edit"])
    assert places(client, app) == [(3, 6, 7)]


@pytest.mark.parametrize(
    ("source", "message", "expected"),
    [
        ("autocrea deploy", "tsc: Bad: worse", ("ts", "Bad: worse")),
        ("autocrea deploy", "go: undefined: x", ("go", "undefined: x")),
        ("autocrea deploy", "no tool", ("autocrea deploy", "no tool")),
        ("ruff", "tsc: Bad", ("ruff", "tsc: Bad")),
        (None, "tsc: Bad", ("", "tsc: Bad")),
    ],
)
def test_a_checker_and_a_model_are_told_the_tools_own_words(
    source: str | None, message: str, expected: tuple[str, str]
) -> None:
    place = convert.wire_range(lsp.Range(start=lsp.Position(0, 0), end=lsp.Position(0, 1)))
    found = convert.diagnostic(document("x\n"), wire.DiagnosticRef(range=place, message=message, source=source))
    assert (found.source, found.message) == expected

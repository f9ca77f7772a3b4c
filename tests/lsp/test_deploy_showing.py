"""What a client is shown of a deployment besides its progress: events, one message at the end, logs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.deploy.base import LogLine
from autocrea_lsp.store import LogLineRow
from tests.lsp.deploy_client import (
    ASKED,
    CAPABILITIES,
    CREATE,
    EVENT,
    OURS,
    REFUSED,
    SHOWS_BY_ITSELF,
    DeployClient,
)
from tests.lsp.deploy_updates import ID, SUCCESS, URL, WHOLE, ended, play, row, update

# Events ---------------------------------------------------------------------------------------------------------------


async def test_our_editors_get_each_step_as_an_event(client: DeployClient, tmp_path: Path) -> None:
    await client.start(tmp_path, OURS)
    lines = (LogLine(at=5.0, text="npm run build", level="warning"),)
    logged = replace(WHOLE[1], lines=lines, notices=("The first one goes to production.",))
    await play(client, (WHOLE[0], logged, SUCCESS))
    first, second, last = client.sent(EVENT)
    assert first["finished"] is second["finished"] is False
    assert second["percent"] == 20
    assert (second["filesSent"], second["filesTotal"]) == (12, 34)
    assert second["notices"] == ["The first one goes to production."]
    assert second["lines"] == [{"seq": 0, "at": 5.0, "text": "npm run build", "level": "warning"}]
    assert last["finished"] is True
    assert last["deployment"] == {
        "id": ID,
        "provider": "fake",
        "target": "preview",
        "source": "files",
        "state": "success",
        "detail": "",
        "error": "",
        "url": URL,
        "inspectUrl": "",
        "project": "shop",
        "account": "",
        "createdAt": SUCCESS.row.created_at,
        "updatedAt": SUCCESS.row.updated_at,
        "finishedAt": SUCCESS.row.finished_at,
        "remoteId": "",
        "live": False,
        "environment": [],
        "acts": None,
    }
    await client.gets(ASKED)
    assert client.messages[-1].endswith(f"{URL} The first one goes to production.")


async def test_nobody_else_gets_them(client: DeployClient, tmp_path: Path) -> None:
    await client.start(tmp_path, CAPABILITIES)
    await play(client)
    await client.gets(ASKED)
    assert client.sent(EVENT) == []


async def test_an_editor_that_shows_the_end_itself_gets_no_message(client: DeployClient, tmp_path: Path) -> None:
    await client.start(tmp_path, SHOWS_BY_ITSELF)
    await play(client)
    await ended(client)
    await client.settled()
    assert client.sent(EVENT)[-1]["finished"] is True
    assert client.messages == []


# The end --------------------------------------------------------------------------------------------------------------


async def test_of_another_projects_deployment_only_the_end_is_told(client: DeployClient, tmp_path: Path) -> None:
    await client.start(tmp_path, OURS)
    await play(client, tuple(replace(each, row=replace(each.row, project="other-12ab")) for each in WHOLE))
    await client.gets(ASKED)
    assert [each["finished"] for each in client.sent(EVENT)] == [True]
    assert client.sent(CREATE) == []


async def test_open_opens_the_url_outside(client: DeployClient, tmp_path: Path) -> None:
    client.choose("Open")
    await client.start(tmp_path)
    await play(client)
    assert await client.gets("window/showDocument") == {"uri": URL, "external": True}
    assert client.sent(ASKED) == [
        {
            "type": 3,
            "message": f"JoxCoder: shop deployed to fake (preview): {URL}",
            "actions": [{"title": "Open"}, {"title": "Show log"}],
        }
    ]


async def test_a_client_that_refuses_the_question_gets_the_message_without(
    client: DeployClient, tmp_path: Path
) -> None:
    client.wire.answers[ASKED] = REFUSED
    await client.start(tmp_path)
    await play(client)
    shown = await client.gets("window/showMessage")
    assert shown == {"type": 3, "message": f"JoxCoder: shop deployed to fake (preview): {URL}"}


async def test_a_url_that_is_none_is_never_opened(client: DeployClient, tmp_path: Path) -> None:
    client.choose("Open")
    await client.start(tmp_path)
    await play(client, (update("success", changes={"url": "https://user:x@shop.example"}),))
    asked = await client.gets(ASKED)
    await client.settled()
    assert asked["actions"] == [{"title": "Show log"}]
    assert client.sent("window/showDocument") == []


async def test_show_log_shows_the_log_as_a_private_file(client: DeployClient, tmp_path: Path) -> None:
    client.choose("Show log")
    await client.start(tmp_path)
    store = client.app.store
    await store.create_deployment(row())
    store.append_deployment_log(ID, [LogLineRow(at=1.0, text="one"), LogLineRow(at=2.0, text="two é")])
    await play(client, (WHOLE[0], update("failed", changes={"error": "The build failed."})))
    shown = await client.gets("window/showDocument")
    path = Path(shown["uri"].removeprefix("file://"))
    assert path.read_text("utf-8") == "one\ntwo é\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert shown["takeFocus"] is True


# Logs as documents ----------------------------------------------------------------------------------------------------


async def test_a_shown_log_grows_with_the_deployment(client: DeployClient, tmp_path: Path) -> None:
    await client.start(tmp_path, {**CAPABILITIES, "workspace": {"textDocumentContent": {}}})
    uri = f"autocrea-deploy:/{ID}.log"
    store = client.app.store
    await store.create_deployment(row())
    answer = await client.ask("workspace/textDocumentContent", {"uri": uri})
    assert answer["result"] == {"text": "There is no log of it yet.\n"}
    store.append_deployment_log(ID, [LogLineRow(at=1.0, text="one")])
    await play(client, (WHOLE[0], replace(WHOLE[2], lines=(LogLine(at=1.0, text="one"),))))
    assert await client.gets("workspace/textDocumentContent/refresh") == {"uri": uri}
    assert (await client.ask("workspace/textDocumentContent", {"uri": uri}))["result"] == {"text": "one\n"}


async def test_a_log_that_nobody_looks_at_is_not_refreshed(client: DeployClient, tmp_path: Path) -> None:
    await client.start(tmp_path, {**CAPABILITIES, "workspace": {"textDocumentContent": {}}})
    await play(client, (WHOLE[0], replace(WHOLE[2], lines=(LogLine(at=1.0, text="one"),)), SUCCESS))
    await client.gets(ASKED)
    await client.settled()
    assert client.sent("workspace/textDocumentContent/refresh") == []


@pytest.mark.parametrize("declared", [True, False])
async def test_documents_of_our_scheme_are_offered_to_who_can_ask_for_them(
    client: DeployClient, declared: bool
) -> None:
    workspace: dict[str, Any] = {"textDocumentContent": {}} if declared else {}
    result = await client.initialize({"workspace": workspace})
    offered = result["capabilities"]["workspace"].get("textDocumentContent")
    assert offered == ({"schemes": ["autocrea-deploy"]} if declared else None)


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "autocrea-deploy:/../../x.log", "autocrea-deploy:/a b.log", "x"])
async def test_no_other_document_is_given(client: DeployClient, uri: str) -> None:
    await client.initialize({"workspace": {"textDocumentContent": {}}})
    answer = await client.ask("workspace/textDocumentContent", {"uri": uri})
    assert answer["error"]["message"] == "That is no log of a deployment."

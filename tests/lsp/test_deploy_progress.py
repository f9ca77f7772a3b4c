"""The progress of a deployment, and its Cancel."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from autocrea_lsp.lsp import progress
from autocrea_lsp.lsp.deploying import following
from tests.lsp.deploy_client import (
    ASKED,
    CREATE,
    EVENT,
    REFUSED,
    SILENT,
    DeployClient,
    check_progress,
)
from tests.lsp.deploy_updates import ID, SUCCESS, URL, WHOLE, ended, from_now, kinds, play, row, update

# Progress -------------------------------------------------------------------------------------------------------------


async def test_a_progress_begins_and_ends_once_and_never_falls(client: DeployClient, tmp_path: Path) -> None:
    await client.start(tmp_path)
    await play(client, from_now(WHOLE))
    await ended(client)
    check_progress(client.progress)
    assert client.progress[0]["title"] == "Deploying to fake (preview)"
    assert client.progress[0]["cancellable"] is True
    assert client.progress[-1]["message"] == "success"
    assert {each["percentage"] for each in client.progress[1:-1]} >= {0, 20, 70}
    told = [each["message"] for each in client.progress[1:-1]]
    assert any(each.startswith("uploading, 12/34 files (0:0") for each in told), told
    assert len(client.sent(CREATE)) == 1


async def test_time_passes_in_it_while_nothing_happens(client: DeployClient, tmp_path: Path) -> None:
    await client.start(tmp_path)
    old = update("building", percent=60, changes={"created_at": time.time() - 754})
    client.server.deploying.on_update(old)
    await client.wait(lambda _: kinds(client).count("report") >= 3)
    assert "building (12:3" in client.progress[-1]["message"]
    await play(client, (SUCCESS,))
    await ended(client)


async def test_two_deployments_have_two(client: DeployClient, tmp_path: Path) -> None:
    await client.start(tmp_path)
    other = replace(WHOLE[0], row=row(id="f" * 32))
    await play(client, (WHOLE[0], other, SUCCESS, replace(SUCCESS, row=row(id="f" * 32, state="success"))))
    await client.wait(lambda _: kinds(client).count("end") == 2)
    tokens = [each["token"] for each in client.sent("$/progress")]
    for token in set(tokens):
        check_progress([each["value"] for each in client.sent("$/progress") if each["token"] == token])
    assert len(set(tokens)) == 2


@pytest.mark.parametrize("state", ["failed", "canceled", "interrupted"])
async def test_it_ends_with_the_deployment_however_that_ends(client: DeployClient, tmp_path: Path, state: str) -> None:
    await client.start(tmp_path)
    await play(client, (*WHOLE[:3], update(state)))
    await ended(client)
    check_progress(client.progress)
    assert client.progress[-1]["message"] == state


async def test_a_server_that_ends_leaves_none_half_open(tmp_path: Path) -> None:
    async with DeployClient() as client:
        await client.start(tmp_path)
        await play(client, WHOLE[:3])
        assert await client.ask("shutdown") == {"id": 2, "jsonrpc": "2.0", "result": None}
        check_progress(client.progress)
        assert client.progress[-1]["message"] == following.GOES_ON
    assert not any("canceled" in each for each in client.messages)


@pytest.mark.parametrize("answer", [REFUSED, SILENT], ids=["refuses", "is silent"])
async def test_a_client_that_does_not_take_the_token_has_the_end_alone(
    client: DeployClient, tmp_path: Path, answer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "CREATE_TIMEOUT_S", 0.01)
    client.wire.answers[CREATE] = answer
    await client.start(tmp_path)
    await play(client)
    await client.gets(ASKED)
    assert client.progress == []
    assert client.messages == [f"JoxCoder: shop deployed to fake (preview): {URL}"]


async def test_a_client_without_progress_is_told_the_end_and_nothing_between(
    client: DeployClient, tmp_path: Path
) -> None:
    await client.start(tmp_path, {})
    await play(client)
    await client.gets("window/showMessage")
    assert client.sent(CREATE) == client.progress == client.sent(EVENT) == []
    assert client.messages == [f"JoxCoder: shop deployed to fake (preview): {URL}"]


# Its Cancel -----------------------------------------------------------------------------------------------------------


class Canceling:
    """In place of the machinery: what was asked of it."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self._error = error

    async def cancel(self, key: str) -> None:
        self.asked.append(key)
        if self._error is not None:
            raise self._error


def give(client: DeployClient, machinery: Canceling, monkeypatch: pytest.MonkeyPatch) -> None:
    async def get() -> Canceling:
        return machinery

    monkeypatch.setattr(client.server.deploying, "machinery", get)


async def test_cancel_cancels_at_the_host_and_the_progress_stays_till_the_end(
    client: DeployClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.start(tmp_path)
    give(client, machinery := Canceling(), monkeypatch)
    await play(client, WHOLE[:3])
    client.cancel_progress()
    await client.settled()
    assert machinery.asked == [ID]
    assert "end" not in kinds(client)
    client.cancel_progress()  # once more: harmless, and asked for again
    await client.settled()
    assert machinery.asked == [ID, ID]
    await play(client, (update("canceled", changes={"detail": "You canceled it."}),))
    await ended(client)
    check_progress(client.progress)
    await client.gets("window/showMessageRequest")
    assert client.messages == [
        "JoxCoder: shop: the deployment to fake (preview) was canceled. You canceled it.",
    ]


async def test_a_cancel_that_fails_is_told(
    client: DeployClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autocrea_lsp.deploy.errors import HostUnavailable

    await client.start(tmp_path)
    give(client, Canceling(HostUnavailable("Fake does not answer.", hint="Try again.")), monkeypatch)
    await play(client, WHOLE[:3])
    client.cancel_progress()
    assert (await client.gets("window/showMessage")) == {
        "type": 1,
        "message": "JoxCoder: Fake does not answer. Try again.",
    }
    assert "end" not in kinds(client)
    await play(client, (SUCCESS,))
    await ended(client)


async def test_cancel_may_mean_to_stop_watching(
    client: DeployClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.start(tmp_path, settings={"deploy": {"cancel": "wait"}})
    give(client, machinery := Canceling(), monkeypatch)
    await play(client, WHOLE[:3])
    client.cancel_progress()
    await ended(client)
    await play(client, (WHOLE[3], SUCCESS))
    check_progress(client.progress)
    assert client.progress[-1]["message"] == following.GOES_ON
    assert machinery.asked == []
    assert client.messages == []

"""What is said at the end of a deployment, and what may be opened."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from lsprotocol import types as lsp

from autocrea_lsp.deploy.base import Level
from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.deploying.ending import OPEN, RETRY, SHOW_LOG, ending, web_address, where
from autocrea_lsp.lsp.deploying.following import in_clock
from autocrea_lsp.store import DeploymentRow, DeploymentState

ROW = DeploymentRow(
    id="a" * 32, provider="vercel", target="preview", source="files", project_name="shop", created_at=1_000.0
)
URL = "https://shop-abc.vercel.app"


@pytest.mark.parametrize(
    ("state", "changes", "kind", "text", "actions"),
    [
        (
            "success",
            {"url": URL},
            lsp.MessageType.Info,
            f"JoxCoder: shop deployed to vercel (preview): {URL}",
            (OPEN, SHOW_LOG),
        ),
        ("success", {}, lsp.MessageType.Info, "JoxCoder: shop deployed to vercel (preview).", (SHOW_LOG,)),
        (
            "failed",
            {"error": "The build ended with 1."},
            lsp.MessageType.Error,
            "JoxCoder: shop was not deployed to vercel (preview). The build ended with 1.",
            (SHOW_LOG, RETRY),
        ),
        (
            "canceled",
            {"detail": "Not agreed."},
            lsp.MessageType.Info,
            "JoxCoder: shop: the deployment to vercel (preview) was canceled. Not agreed.",
            (SHOW_LOG,),
        ),
        (
            "interrupted",
            {"error": "Nothing was created."},
            lsp.MessageType.Info,
            "JoxCoder: shop: the deployment to vercel (preview) was interrupted. Nothing was created.",
            (SHOW_LOG,),
        ),
        (
            "unknown",
            {"detail": "Watched for 30 minutes."},
            lsp.MessageType.Warning,
            "JoxCoder: shop: how the deployment to vercel (preview) ends is not known yet. Watched for 30 minutes.",
            (SHOW_LOG,),
        ),
    ],
)
def test_each_end_is_one_sentence_with_what_can_be_done(
    state: DeploymentState, changes: dict[str, str], kind: lsp.MessageType, text: str, actions: tuple[str, ...]
) -> None:
    end = ending(replace(ROW, state=state, **changes), [], shows_documents=True)  # type: ignore[arg-type]
    assert (end.kind, end.text, end.actions) == (kind, text, actions)


def test_a_client_that_shows_no_documents_is_offered_none() -> None:
    assert ending(replace(ROW, state="success", url=URL), [], shows_documents=False).actions == ()
    assert ending(replace(ROW, state="failed"), [], shows_documents=False).actions == (RETRY,)


def test_notices_come_with_the_end() -> None:
    end = ending(replace(ROW, state="success", url=URL), ["It went to production."], shows_documents=True)
    assert end.text == f"JoxCoder: shop deployed to vercel (preview): {URL} It went to production."


def test_a_host_that_is_called_as_its_target_is_named_once() -> None:
    assert where(replace(ROW, provider="preview")) == "preview"
    assert where(replace(ROW, target="production")) == "vercel (production)"


@pytest.mark.parametrize(
    "url",
    ["https://shop.example", "http://127.0.0.1:4321/", "https://shop.example/a?b=c#d", "HTTPS://SHOP.EXAMPLE"],
)
def test_what_a_browser_may_be_given(url: str) -> None:
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://user:secret@shop.example",
        "https://shop.example/a b",
        "https://shop.example/\n",
        "https://shop.example\\@evil.example",
        "https://[shop",
        "https://shop.example:99999",
        "https://shop.example/" + "a" * 2_000,
        "vscode://command",
    ],
)
def test_what_it_may_not(url: str) -> None:
    assert web_address(url) is None


@pytest.mark.parametrize(("seconds", "text"), [(-3, "0:00"), (7.9, "0:07"), (750, "12:30"), (3723, "1:02:03")])
def test_time_that_has_passed(seconds: float, text: str) -> None:
    assert in_clock(seconds) == text


def test_the_wire_knows_every_state_that_the_store_knows() -> None:
    assert get_args(wire.DeploymentState) == get_args(DeploymentState)
    assert get_args(wire.LogLevel) == get_args(Level)

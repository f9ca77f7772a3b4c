"""The one message at the end of a deployment: what it says, and what it offers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lsprotocol import types as lsp

if TYPE_CHECKING:
    from autocrea_lsp.store import DeploymentRow

OPEN, SHOW_LOG, RETRY = "Open", "Show log", "Retry"

_ODD = re.compile(r"[\x00-\x20\x7f-\x9f\\]")  # what no URL holds, and what programs that open one may read otherwise
_MAX_URL = 2_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """`actions`: what the user may pick, by title; only what the client can show."""

    kind: lsp.MessageType
    text: str
    actions: tuple[str, ...]


def ending(row: DeploymentRow, notices: Sequence[str], *, shows_documents: bool) -> Ending:
    """What is said of a deployment that has ended, or that nobody watches any more."""
    title = f"JoxCoder: {row.project_name or 'the project'}"
    kind, actions = lsp.MessageType.Info, [SHOW_LOG]
    if row.state == "success":
        text = f"{title} deployed to {where(row)}: {row.url}" if row.url else f"{title} deployed to {where(row)}."
        if web_address(row.url):
            actions = [OPEN, SHOW_LOG]
    elif row.state == "failed":
        text = f"{title} was not deployed to {where(row)}. {row.error or row.detail}"
        kind, actions = lsp.MessageType.Error, [SHOW_LOG, RETRY]
    elif row.state == "canceled":
        text = f"{title}: the deployment to {where(row)} was canceled. {row.error or row.detail}"
    elif row.state == "interrupted":
        text = f"{title}: the deployment to {where(row)} was interrupted. {row.error or row.detail}"
    else:
        text = f"{title}: how the deployment to {where(row)} ends is not known yet. {row.error or row.detail}"
        kind = lsp.MessageType.Warning
    if not shows_documents:
        actions = [action for action in actions if action == RETRY]
    return Ending(kind=kind, text=" ".join([text.strip(), *notices]), actions=tuple(actions))


def where(row: DeploymentRow) -> str:
    """Host and target, in few words: "preview", "vercel (production)"."""
    return row.provider if row.provider == row.target else f"{row.provider} ({row.target})"


def web_address(url: str) -> str | None:
    """The URL, if it is one that a browser may be given; hosts' answers are data."""
    if not url or len(url) > _MAX_URL or _ODD.search(url):
        return None
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        return url if valid and (parts.port is None or parts.port > 0) else None
    except ValueError:
        return None

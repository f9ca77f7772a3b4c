"""What the client at the other end can do, read once from `initialize` into one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types as lsp

from autocrea_lsp.lsp import wire


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientProfile:
    """Capabilities we make use of. The default is the poorest client that the specification allows."""

    name: str = ""
    work_done_progress: bool = False  # may we create a token of our own
    configuration: bool = False  # does it answer workspace/configuration
    configuration_dynamic: bool = False  # may we register for workspace/didChangeConfiguration
    watched_files_dynamic: bool = False
    inline_completion: bool = False  # declared (we answer it either way)
    insert_replace: bool = False
    show_document: bool = False
    autocrea: bool = False  # understands our custom messages (capabilities.experimental.autocrea)


def read(params: lsp.InitializeParams) -> ClientProfile:
    """The profile of a client. Odd values in `experimental` count as absent."""
    caps = params.capabilities
    workspace, window, text = caps.workspace, caps.window, caps.text_document
    item = text.completion.completion_item if text and text.completion else None
    did_change = workspace.did_change_configuration if workspace else None
    watched = workspace.did_change_watched_files if workspace else None
    return ClientProfile(
        name=params.client_info.name if params.client_info else "",
        work_done_progress=bool(window and window.work_done_progress),
        configuration=bool(workspace and workspace.configuration),
        configuration_dynamic=bool(did_change and did_change.dynamic_registration),
        watched_files_dynamic=bool(watched and watched.dynamic_registration),
        inline_completion=bool(text and text.inline_completion is not None),
        insert_replace=bool(item and item.insert_replace_support),
        show_document=bool(window and window.show_document and window.show_document.support),
        autocrea=_speaks_autocrea(caps.experimental),
    )


def _speaks_autocrea(experimental: Any) -> bool:
    ours = field(experimental, "autocrea")
    version = field(ours, "version")
    return isinstance(version, int) and not isinstance(version, bool) and version >= wire.VERSION


def field(node: Any, key: str) -> Any:
    """A field of a JSON object, which cattrs leaves a mapping and pygls may have made a tuple with names."""
    if isinstance(node, Mapping):
        return node.get(key)
    return getattr(node, key, None)

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
    apply_edit: bool = False  # answers workspace/applyEdit
    document_changes: bool = False  # takes versioned edits
    create_files: bool = False
    change_annotations: bool = False  # shows an edit first where we ask for that
    action_literals: bool = False  # takes code actions, not only commands
    action_resolve: bool = False  # asks for an action's edit when it is picked, and gives our data back
    action_disabled: bool = False  # shows why an action cannot be had
    action_tags: bool = False  # knows the tag for what a model wrote
    locale: str = ""  # of the user's interface: "es", "en-GB"; "" when not told
    text_content: bool = False  # asks for documents of a scheme of ours (`workspace/textDocumentContent`)
    autocrea: bool = False  # understands our custom messages (capabilities.experimental.autocrea)
    deploy_messages: bool = False  # tells itself how a deployment ended (experimental.autocrea.deploy.messages: true)


def read(params: lsp.InitializeParams) -> ClientProfile:
    """The profile of a client. Odd values in `experimental` count as absent."""
    caps = params.capabilities
    workspace, window, text = caps.workspace, caps.window, caps.text_document
    item = text.completion.completion_item if text and text.completion else None
    action, edit = (text.code_action if text else None), (workspace.workspace_edit if workspace else None)
    tags = action.tag_support if action else None
    did_change = workspace.did_change_configuration if workspace else None
    autocrea = _speaks_autocrea(caps.experimental)
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
        apply_edit=bool(workspace and workspace.apply_edit),
        document_changes=bool(edit and edit.document_changes),
        create_files=bool(edit and lsp.ResourceOperationKind.Create in (edit.resource_operations or ())),
        change_annotations=bool(edit and edit.document_changes and edit.change_annotation_support is not None),
        action_literals=bool(action and action.code_action_literal_support),
        action_resolve=_resolves(action),
        action_disabled=bool(action and action.disabled_support),
        action_tags=bool(tags and lsp.CodeActionTag.LlmGenerated in tags.value_set),
        locale=params.locale or "",
        text_content=bool(workspace and workspace.text_document_content is not None),
        autocrea=autocrea,
        deploy_messages=autocrea and field(field(field(caps.experimental, "autocrea"), "deploy"), "messages") is True,
    )


def _resolves(action: lsp.CodeActionClientCapabilities | None) -> bool:
    """Whether it asks for the edit of an action, and hands our data back with it."""
    resolve = action.resolve_support if action else None
    return bool(action and action.data_support and resolve and "edit" in resolve.properties)


def _speaks_autocrea(experimental: Any) -> bool:
    ours = field(experimental, "autocrea")
    version = field(ours, "version")
    return isinstance(version, int) and not isinstance(version, bool) and version >= wire.VERSION


def field(node: Any, key: str) -> Any:
    """A field of a JSON object, which cattrs leaves a mapping and pygls may have made a tuple with names."""
    if isinstance(node, Mapping):
        return node.get(key)
    return getattr(node, key, None)

"""Edits by the model: `codeAction/resolve`, `autocrea/edit`, and the commands for clients that have neither."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp

from autocrea_lsp.assist import editing
from autocrea_lsp.assist.goal import FIXES
from autocrea_lsp.assist.proposal import Proposal
from autocrea_lsp.assist.source import Lines, Source, find_region, region_hash
from autocrea_lsp.errors import AutocreaError, StaleRequest, UserError
from autocrea_lsp.lsp import convert, wire
from autocrea_lsp.lsp.acting import proposal_shape
from autocrea_lsp.lsp.progress import Token, work
from autocrea_lsp.lsp.server import AutocreaServer
from autocrea_lsp.lsp.shapes import structure

TITLE = "JoxCoder"


def resolve_snapshot(ls: AutocreaServer, action: lsp.CodeAction) -> editing.Request | AutocreaError | None:
    """What the action asks for, of the document as it is now; None for an action that is not ours or needs nothing."""
    data = action_data(action)
    if data is None or action.edit is not None or action.disabled is not None:
        return None
    try:
        return request_of(ls, data)
    except AutocreaError as error:
        return error


async def resolve(
    ls: AutocreaServer, action: lsp.CodeAction, taken: editing.Request | AutocreaError | None
) -> lsp.CodeAction:
    """Total: what it does not know it returns unchanged. A failure is told in a message too, as clients hide errors."""
    if taken is None:
        return action
    try:
        if isinstance(taken, AutocreaError):
            raise taken
        async with work(ls, f"{TITLE}: {action.title}"):
            draft = await editing.propose(ls.app.desk, taken)
        proposal = ls.app.proposals.add(draft)
        if not draft.needs_consent:
            action.edit = _structured(_accept_all(ls, proposal))
            if ls.client.autocrea:
                action.command = _applied(taken.source.uri, action)
        elif ls.client.change_annotations:
            action.edit = _structured(_accept_all(ls, proposal, confirm=proposal.verdict.label))
        elif ls.client.autocrea:
            review = {"id": proposal.id}
            action.command = lsp.Command(title="Review", command=wire.EditorCommand.REVIEW, arguments=[review])
        elif await ls.acting.consent(proposal):
            action.edit = _structured(_accept_all(ls, proposal))
    except AutocreaError as error:
        ls.show(lsp.MessageType.Error, f"{TITLE}: {error.advice}")
        raise
    return action


async def edit(ls: AutocreaServer, params: wire.EditParams) -> wire.Proposal:
    request = await edit_request(ls, params)
    async with work(ls, f"{TITLE}: {params.goal}", params.workDoneToken):
        draft = await editing.propose(ls.app.desk, request)
    return proposal_shape(ls.app.proposals.add(draft))


async def act_command(ls: AutocreaServer, data: wire.ActionData, token: Token | None) -> wire.Accepted:
    return await _make_and_apply(ls, request_of(ls, data), token)


async def edit_command(ls: AutocreaServer, params: wire.EditParams, token: Token | None) -> wire.Accepted:
    return await _make_and_apply(ls, await edit_request(ls, params), token or params.workDoneToken)


async def edit_request(ls: AutocreaServer, params: wire.EditParams) -> editing.Request:
    """What the params ask for. Raises UserError for a document that is not open and files that may not be shown."""
    document = ls.acting.document(params.uri)
    source = ls.acting.source(params.uri)
    return editing.Request(
        source=source,
        goal=params.goal,
        selected=convert.span(document, params.range),
        instruction=params.instruction or "",
        diagnostics=tuple(convert.diagnostic(document, each) for each in params.diagnostics or ()),
        others=tuple([await ls.acting.any_source(uri) for uri in params.files or () if uri != params.uri]),
    )


def action_data(action: lsp.CodeAction) -> wire.ActionData | None:
    """Our data, if it is ours and whole."""
    try:
        return structure(action.data, wire.ActionData)
    except ValueError:
        return None


def request_of(ls: AutocreaServer, data: wire.ActionData) -> editing.Request:
    """The action's request on the text of now: where its lines have moved, moved. Raises StaleRequest when gone."""
    document, source = ls.acting.document(data.uri), ls.acting.source(data.uri)
    shift = _shift(source, data)
    return editing.Request(
        source=source,
        goal=data.goal,
        selected=convert.span(document, data.range, shift=shift),
        diagnostics=tuple(convert.diagnostic(document, each, shift=shift) for each in data.diagnostics),
    )


def _shift(source: Source, data: wire.ActionData) -> int:
    where = Lines(first=data.range.start.line, last=max(data.range.end.line, data.range.start.line) + 1)
    where = Lines(first=min(where.first, len(source.lines)), last=min(where.last, len(source.lines)))
    if source.version == data.version or region_hash(source.lines, where) == data.region:
        return 0
    moved = find_region(source.lines, where, data.region)
    if moved is None:
        raise StaleRequest("The document has changed at that place.", hint="Ask once more.")
    return moved.first - where.first


async def _make_and_apply(ls: AutocreaServer, request: editing.Request, token: Token | None) -> wire.Accepted:
    """For clients that only know commands: make the edit, ask where nobody vouches for it, apply it or hand it back."""
    async with work(ls, f"{TITLE}: {request.goal}", token):
        draft = await editing.propose(ls.app.desk, request)
    proposal = ls.app.proposals.add(draft)
    if not ls.client.apply_edit:  # the caller has it all in the answer, and nothing has been changed
        return wire.Accepted(edit={}, proposal=proposal_shape(proposal))
    if draft.needs_consent and not await ls.acting.consent(proposal):
        return wire.Accepted(edit={}, proposal=proposal_shape(proposal))
    edit = _accept_all(ls, proposal)
    if not await ls.acting.apply(edit, f"{TITLE}: {proposal.title}"):
        raise UserError("The editor did not apply the edit.", hint="The document may have changed; ask once more.")
    return wire.Accepted(edit=edit, proposal=proposal_shape(proposal))


def _accept_all(ls: AutocreaServer, proposal: Proposal, *, confirm: str | None = None) -> dict[str, Any]:
    """The edit of all of it. A client that asks the user itself (`confirm`) does not tell us the answer."""
    _, taken = ls.app.proposals.accept(proposal.id, None, ls.acting.now)
    ls.deploying.fixing(proposal, taken)
    return ls.acting.edit(taken, confirm=confirm)


def _applied(uri: str, action: lsp.CodeAction) -> lsp.Command:
    data = action_data(action)
    assert data is not None  # it was resolved by it
    found = data.diagnostics if data.goal in FIXES else []
    argument = convert.plain(wire.FixApplied(uri=uri, diagnostics=found))
    return lsp.Command(title="Applied", command=wire.EditorCommand.APPLIED, arguments=[argument])


def _structured(edit: dict[str, Any]) -> lsp.WorkspaceEdit:
    return structure(edit, lsp.WorkspaceEdit, strict=False)

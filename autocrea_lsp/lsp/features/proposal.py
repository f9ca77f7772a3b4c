"""Proposals: list, look at, take or refuse by hunk, make anew."""

from __future__ import annotations

from dataclasses import replace

from autocrea_lsp.assist import editing
from autocrea_lsp.errors import UserError
from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.acting import proposal_shape
from autocrea_lsp.lsp.progress import Token, work
from autocrea_lsp.lsp.server import AutocreaServer
from autocrea_lsp.text import Span


async def proposals(ls: AutocreaServer, params: wire.ProposalsParams) -> wire.Proposals:
    kept = ls.app.proposals
    for each in kept.all(settled=False):
        kept.settle(each.id, ls.acting.now)
    return wire.Proposals(proposals=[proposal_shape(each) for each in kept.all(params.uri)])


async def proposal(ls: AutocreaServer, params: wire.ProposalParams) -> wire.Proposal:
    return proposal_shape(ls.app.proposals.settle(params.id, ls.acting.now))


async def accept(ls: AutocreaServer, params: wire.HunksParams) -> wire.Accepted:
    """The edit, for the client to apply: it is the user's act, so nothing asks again."""
    found, taken = ls.app.proposals.accept(params.id, params.hunks, ls.acting.now)
    ls.deploying.fixing(found, taken)
    return wire.Accepted(edit=ls.acting.edit(taken) if taken else {}, proposal=proposal_shape(found))


async def reject(ls: AutocreaServer, params: wire.HunksParams) -> wire.Proposal:
    return proposal_shape(ls.app.proposals.reject(params.id, params.hunks))


async def regenerate(ls: AutocreaServer, params: wire.RegenerateParams) -> wire.Proposal:
    """The same question once more, of the document as it is now, with what to do otherwise; a proposal of its own."""
    if params.hunk is not None:
        return await _regenerate_hunk(ls, params, params.hunk)
    old = ls.app.proposals.get(params.id)
    if old.request is None:
        raise UserError("That proposal cannot be made anew.", hint="Ask for it once more.")
    request = old.request
    wish = "\n".join(part for part in (request.instruction, params.instruction or "") if part)
    source = ls.acting.source(request.source.uri)
    if source.lines != request.source.lines:
        raise UserError("The document has changed since.", hint="Ask for the edit once more.")
    async with work(ls, "JoxCoder: another proposal", params.workDoneToken):
        draft = await editing.propose(ls.app.desk, replace(request, source=source, instruction=wish))
    ls.app.proposals.reject(params.id, None)
    return proposal_shape(ls.app.proposals.add(draft))


async def _regenerate_hunk(ls: AutocreaServer, params: wire.RegenerateParams, hunk: str) -> wire.Proposal:
    """Ask for other lines in the place of one hunk; what else is pending or was decided stays."""
    file, part = ls.app.proposals.part(params.id, hunk)
    source = ls.acting.source(file.uri)
    if source.lines != file.base:
        raise UserError("The document has changed since.", hint="Ask for the edit once more.")
    old = ls.app.proposals.get(params.id)
    wish = [
        f"It is part of this change: {old.title}.",
        "Another way than this is wanted:\n" + "".join(part.new),
        params.instruction or "",
    ]
    end = min(max(part.end, part.start + 1), len(source.lines))
    request = editing.Request(
        source=source,
        goal="refactor",
        selected=Span(start_line=part.start, start_column=0, end_line=end, end_column=0),
        instruction="\n".join(filter(None, wish)),
    )
    async with work(ls, "JoxCoder: another hunk", params.workDoneToken):
        draft = await editing.propose(ls.app.desk, request)
    return proposal_shape(ls.app.proposals.replace(params.id, hunk, draft))


async def accept_command(ls: AutocreaServer, params: wire.HunksParams, _token: Token | None) -> wire.Accepted:
    """Accept, and apply here."""
    accepted = await accept(ls, params)
    if accepted.edit and ls.client.apply_edit and not await ls.acting.apply(accepted.edit, accepted.proposal.title):
        raise UserError("The editor did not apply the edit.", hint="The document may have changed; ask once more.")
    return accepted


async def reject_command(ls: AutocreaServer, params: wire.HunksParams, _token: Token | None) -> wire.Proposal:
    return await reject(ls, params)

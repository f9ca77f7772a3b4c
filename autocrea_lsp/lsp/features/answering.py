"""Explain, chat, generate, commit message: requests that stream, and the same as commands for any client."""

from __future__ import annotations

from autocrea_lsp.assist import chat as chats
from autocrea_lsp.assist import commit, explain, generate
from autocrea_lsp.assist.markdown import plain
from autocrea_lsp.assist.source import lines_of
from autocrea_lsp.errors import UserError
from autocrea_lsp.lsp import convert, wire
from autocrea_lsp.lsp.acting import proposal_shape
from autocrea_lsp.lsp.progress import Token, work
from autocrea_lsp.lsp.server import AutocreaServer

# Explain --------------------------------------------------------------------------------------------------------------


async def explain_request(ls: AutocreaServer, params: wire.ExplainParams) -> wire.Explanation:
    return await _explain(ls, params, params.workDoneToken)


async def explain_command(ls: AutocreaServer, params: wire.ExplainParams, token: Token | None) -> wire.Explanation:
    found = await _explain(ls, params, token or params.workDoneToken)
    await ls.acting.show_text("explanation", found.markdown, plain(found.markdown))
    return found


def explain_ask(ls: AutocreaServer, params: wire.ExplainParams) -> explain.Request:
    question, language = params.question or "", params.language or ""
    if params.uri is None:
        return explain.Request(text=params.text or "", language=language, question=question)
    document = ls.acting.document(params.uri)
    place = params.range or wire.Range(
        start=wire.Position(line=0, character=0), end=wire.Position(line=len(document.lines), character=0)
    )
    return explain.Request(
        source=ls.acting.source(params.uri), selected=convert.span(document, place), question=question
    )


async def _explain(ls: AutocreaServer, params: wire.ExplainParams, token: Token | None) -> wire.Explanation:
    request = explain_ask(ls, params)
    async with work(ls, "JoxCoder: explaining", token):
        found = await explain.explain(ls.app.desk, request, ls.acting.stream(params.partialResultToken))
    return wire.Explanation(markdown=found.markdown, tokensUsed=found.took.tokens, costMicros=found.took.cost_micros)


# Chat -----------------------------------------------------------------------------------------------------------------


async def chat_request(ls: AutocreaServer, params: wire.ChatParams) -> wire.ChatAnswer:
    return await _chat(ls, params, params.workDoneToken)


async def chat_command(ls: AutocreaServer, params: wire.ChatParams, token: Token | None) -> wire.ChatAnswer:
    answer = await _chat(ls, params, token or params.workDoneToken)
    await ls.acting.show_text("chat", answer.markdown, plain(answer.markdown))
    return answer


async def chat_sessions(ls: AutocreaServer, params: wire.ChatSessionsParams) -> wire.ChatSessions:
    if params.session is not None:
        return wire.ChatSessions(sessions=[_session(await ls.app.chats.session(params.session))])
    return wire.ChatSessions(sessions=[_session(each, messages=False) for each in await ls.app.chats.sessions()])


async def chat_forget(ls: AutocreaServer, params: wire.ChatForgetParams) -> None:
    ls.app.chats.forget(params.session)


async def attachments(ls: AutocreaServer, given: list[wire.Attachment] | None) -> list[chats.Attachment]:
    """What the user attached, as it is now. Raises UserError for what is not there or may not be shown."""
    return [await _attachment(ls, each) for each in given or ()]


async def _chat(ls: AutocreaServer, params: wire.ChatParams, token: Token | None) -> wire.ChatAnswer:
    attached = await attachments(ls, params.attachments)
    async with work(ls, "JoxCoder: answering", token):
        stream = ls.acting.stream(params.partialResultToken)
        reply = await ls.app.chats.ask(params.message, params.session, attached, stream)
    return wire.ChatAnswer(
        session=reply.session,
        markdown=reply.markdown,
        tokensUsed=reply.took.tokens,
        costMicros=reply.took.cost_micros,
    )


async def _attachment(ls: AutocreaServer, given: wire.Attachment) -> chats.Attachment:
    if given.uri is None:
        if given.kind not in ("terminal", "deployment"):
            raise UserError(f"The attached {given.kind} has no document.", hint="Name its `uri`.")
        return chats.Attachment(kind=given.kind, text=given.text or "")
    if given.kind == "diagnostics":
        document = ls.acting.document(given.uri)
        found = tuple(convert.diagnostic(document, each) for each in given.diagnostics or ())
        return chats.Attachment(kind=given.kind, source=ls.acting.source(given.uri), diagnostics=found)
    if given.kind == "selection" and given.range is not None:
        span = convert.span(ls.acting.document(given.uri), given.range)
        return chats.Attachment(kind=given.kind, source=ls.acting.source(given.uri), lines=lines_of(span))
    return chats.Attachment(kind=given.kind, source=await ls.acting.any_source(given.uri))


def _session(found: chats.Session, *, messages: bool = True) -> wire.ChatSession:
    said = found.said if messages else []
    return wire.ChatSession(
        id=found.id,
        title=found.title,
        updatedAt=found.updated_at,
        messages=[wire.PromptMessage(role=each.role, text=each.text) for each in said],
    )


# Generate -------------------------------------------------------------------------------------------------------------


async def generate_request(ls: AutocreaServer, params: wire.GenerateParams) -> wire.Generated:
    return await _generate(ls, params, params.workDoneToken)


async def generate_command(ls: AutocreaServer, params: wire.GenerateParams, token: Token | None) -> wire.Generated:
    """Made, and applied when the user says so. A client that cannot apply edits has the code in the answer."""
    made = await _generate(ls, params, token or params.workDoneToken)
    proposal = ls.app.proposals.get(made.proposal.id)
    if ls.client.apply_edit and await ls.acting.consent(proposal):
        found, taken = ls.app.proposals.accept(proposal.id, None, ls.acting.now)
        if not await ls.acting.apply(ls.acting.edit(taken), proposal.title):
            raise UserError("The editor did not apply the edit.", hint="The code is in the answer.")
        return wire.Generated(
            code=made.code,
            explanation=made.explanation,
            tokensUsed=made.tokensUsed,
            proposal=proposal_shape(found),
        )
    return made


def generate_ask(ls: AutocreaServer, params: wire.GenerateParams) -> generate.Request:
    source, line = None, 0
    if params.uri is not None and params.position is not None and params.path is None:
        place = wire.Range(start=params.position, end=params.position)
        span = convert.span(ls.acting.document(params.uri), place)
        source = ls.acting.source(params.uri)
        # After a line with text on it, before an empty one: where one would begin to type.
        has_text = span.start_line < len(source.lines) and bool(source.lines[span.start_line].strip())
        line = span.start_line + (1 if has_text else 0)
    return generate.Request(
        prompt=params.prompt,
        language=params.language or (source.language if source else ""),
        framework=params.framework or "",
        context=params.context or "",
        source=source,
        line=line,
        path=params.path or "",
    )


async def _generate(ls: AutocreaServer, params: wire.GenerateParams, token: Token | None) -> wire.Generated:
    request = generate_ask(ls, params)
    async with work(ls, "JoxCoder: writing code", token):
        made = await generate.generate(ls.app.desk, request, ls.acting.stream(params.partialResultToken))
    proposal = ls.app.proposals.keep(
        files=[made.changed],
        title="Generate",
        explanation=made.explanation,
        verdict=made.verdict,
        took=made.took,
    )
    return wire.Generated(
        code=made.code,
        explanation=made.explanation,
        tokensUsed=made.took.tokens,
        proposal=proposal_shape(proposal),
    )


# Commit message -------------------------------------------------------------------------------------------------------


async def commit_request(ls: AutocreaServer, params: wire.CommitMessageParams) -> wire.CommitMessage:
    return await _commit(ls, params, params.workDoneToken)


async def commit_command(
    ls: AutocreaServer, params: wire.CommitMessageParams, token: Token | None
) -> wire.CommitMessage:
    written = await _commit(ls, params, token or params.workDoneToken)
    await ls.acting.show_text("commit-message", written.message, written.message)
    return written


async def _commit(ls: AutocreaServer, params: wire.CommitMessageParams, token: Token | None) -> wire.CommitMessage:
    folder = ls.acting.folder(params.folder)
    async with work(ls, "JoxCoder: writing a commit message", token):
        written = await commit.write(ls.app.desk, folder)
    return wire.CommitMessage(message=written.message, tokensUsed=written.took.tokens)

"""What would be sent for a request, and what was sent for the last one. Neither sends the prompt to be answered."""

from __future__ import annotations

from typing import Any

from autocrea_lsp.ai.base import ChatPrompt
from autocrea_lsp.ai.pricing import estimate_micros, estimate_tokens, most_micros
from autocrea_lsp.assist import commit, editing, explain, generate
from autocrea_lsp.errors import UserError
from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.features import answering
from autocrea_lsp.lsp.features.editing import edit_request
from autocrea_lsp.lsp.progress import Token
from autocrea_lsp.lsp.server import AutocreaServer
from autocrea_lsp.lsp.shapes import structure
from autocrea_lsp.workspace.secret_places import FORM


async def preview(ls: AutocreaServer, params: wire.PreviewParams) -> wire.PromptPreview:
    """The prompt of that request, as it would go out now. It stays here, unless the service is to count its tokens."""
    prompt = await _prompt(ls, params.prompt, params.params)
    backend = await ls.app.desk.who(prompt.kind)
    counted = await backend.count_tokens(prompt) if params.count else None
    tokens = counted if counted is not None else estimate_tokens(prompt)
    model = backend.model_for(prompt.kind)
    local = backend.capabilities.local
    return _shape(
        prompt,
        backend=backend.name,
        model=model,
        tokens=tokens,
        counted=counted is not None,
        cost=0 if local else estimate_micros(model, tokens, 0),
        most=0 if local else most_micros(prompt, model, tokens),
    )


async def last(ls: AutocreaServer, params: wire.LastPromptParams) -> wire.PromptPreview:
    """The last prompt that was sent (of that kind of request), with what it took."""
    for sent in reversed(ls.app.sent()):
        if isinstance(sent.prompt, ChatPrompt) and params.prompt in (None, _name(sent.prompt)):
            return _shape(
                sent.prompt,
                backend=sent.backend,
                model=sent.model,
                tokens=sent.input_tokens,
                counted=True,
                cost=sent.cost_micros,
                most=sent.cost_micros,
            )
    raise UserError("Nothing was sent yet.", hint="`autocrea/preview` shows what would be sent.")


async def preview_command(ls: AutocreaServer, params: wire.PreviewParams, _token: Token | None) -> wire.PromptPreview:
    return await preview(ls, params)


async def last_command(ls: AutocreaServer, params: wire.LastPromptParams, _token: Token | None) -> wire.PromptPreview:
    return await last(ls, params)


async def _prompt(ls: AutocreaServer, name: wire.PromptOf, raw: dict[str, Any]) -> ChatPrompt:
    desk = ls.app.desk
    match name:
        case "edit":
            return (await editing.prepare(desk, await edit_request(ls, _params(raw, wire.EditParams)))).prompt
        case "explain":
            return (await explain.prepare(desk, answering.explain_ask(ls, _params(raw, wire.ExplainParams))))[0]
        case "generate":
            return (await generate.prepare(desk, answering.generate_ask(ls, _params(raw, wire.GenerateParams))))[0]
        case "commitMessage":
            asked = _params(raw, wire.CommitMessageParams)
            return await commit.prepare(desk, ls.acting.folder(asked.folder))
        case "chat":
            chat = _params(raw, wire.ChatParams)
            attached = await answering.attachments(ls, chat.attachments)
            return await ls.app.chats.prepare(chat.message, chat.session, attached)


def _params(raw: dict[str, Any], kind: type[Any]) -> Any:
    try:
        return structure(raw, kind)
    except ValueError as error:
        raise UserError(f"Those are no params of that request: {error}.") from None


def _name(prompt: ChatPrompt) -> wire.PromptOf:
    """Which request a prompt was for, by what it says of itself."""
    match prompt.detail:
        case "explain" | "generate":
            return prompt.detail
        case "chat" | "summary":
            return "chat"
        case "commit":
            return "commitMessage"
    return "edit"


def _shape(
    prompt: ChatPrompt,
    *,
    backend: str,
    model: str,
    tokens: int,
    counted: bool,
    cost: int | None,
    most: int | None,
) -> wire.PromptPreview:
    return wire.PromptPreview(
        backend=backend,
        model=model,
        system=prompt.stable,
        messages=[wire.PromptMessage(role=message.role, text=message.text) for message in prompt.messages],
        inputTokens=tokens,
        counted=counted,
        maxOutputTokens=prompt.max_output_tokens,
        costMicros=cost,
        maxCostMicros=most,
        secretsHidden=len(set(FORM.findall("\n".join(message.text for message in prompt.messages)))),
    )

"""Explanations: of the lines that a user selected, of the definition around the caret, or of a text from elsewhere."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from autocrea_lsp.ai.base import ChatPrompt, Message
from autocrea_lsp.assist import call, prompts
from autocrea_lsp.assist.call import OnText, Took
from autocrea_lsp.assist.desk import MAX_PROMPT, Desk, excerpt, shown, written
from autocrea_lsp.assist.scope import definition
from autocrea_lsp.assist.source import Lines, Source, lines_of
from autocrea_lsp.errors import UserError
from autocrea_lsp.text import Span, sound
from autocrea_lsp.workspace.redact import Redaction

MAX_OUTPUT_TOKENS = 4_000
AROUND = 40  # lines shown before and after what is explained
TOY = "> The embedded model is a toy: most of what it explains is wrong.\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A document's lines (`selected` empty: what surrounds it), or a `text` with nothing around it."""

    source: Source | None = None
    selected: Span | None = None
    text: str = ""
    language: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    markdown: str  # safe to render
    took: Took


async def prepare(desk: Desk, request: Request, *, toy: bool = False) -> tuple[ChatPrompt, Redaction]:
    """The prompt. Sends nothing. Raises UserError for what may not be sent. `toy`: for a very small model."""
    redaction = desk.redaction()
    if request.source is not None and request.selected is not None:
        parts = await _document(desk, request.source, request.selected, redaction, around=0 if toy else AROUND)
    else:
        text = shown(redaction, written(request.text[-MAX_PROMPT:], "The text to explain"))
        parts = [prompts.document("text", request.language, text), "Explain this text."]
    if request.question.strip():
        parts.append(f"The developer asks: {redaction.hide(written(request.question, 'The question'))}")
    prompt = ChatPrompt(
        stable=prompts.TOY_RULES if toy else prompts.explain_rules(desk.workspace().locale),
        messages=(Message(role="user", text=sound("\n\n".join(parts))),),
        kind="explain",
        max_output_tokens=MAX_OUTPUT_TOKENS,
        request_id=uuid.uuid4().hex,
        detail="explain",
    )
    return prompt, redaction


async def explain(desk: Desk, request: Request, on_text: OnText | None = None) -> Explanation:
    """The explanation; `on_text` gets the same Markdown in pieces, each safe to show."""
    backend = await desk.who("explain")
    toy = backend.capabilities.local and not backend.capabilities.chat
    prompt, _ = await prepare(desk, request, toy=toy)
    await desk.admit(backend, prompt)
    first = TOY if toy else ""
    markdown, answer = await call.ask_markdown(backend, prompt, on_text, first=first, may_be_cut=toy)
    return Explanation(markdown=markdown, took=answer.took)


async def _document(desk: Desk, source: Source, selected: Span, redaction: Redaction, *, around: int) -> list[str]:
    desk.may_send(source)
    lines = lines_of(selected)
    if (selected.start_line, selected.start_column) == (selected.end_line, selected.end_column):
        tree = await desk.trees.get(source.uri, source.version or 0, source.language, source.lines)
        found = definition(source, tree, selected.start_line, selected.start_column)
        lines = found or Lines(first=0, last=len(source.lines))
    lines = Lines(first=min(lines.first, len(source.lines)), last=min(lines.last, len(source.lines)))
    asked = "".join(source.lines[lines.first : lines.last])
    if not asked.strip():
        raise UserError("There is nothing to explain here.", hint="Select some code.")
    text = excerpt(redaction, source, lines.first - around, lines.last + around)
    return [
        *([prompts.document(source.name, source.language, text)] if around else []),
        prompts.lines(lines.first, lines.last, excerpt(redaction, source, lines.first, lines.last)),
        "Explain those lines. What stands around them is only there for your understanding." if around else "Explain.",
    ]

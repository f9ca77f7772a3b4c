"""Chats: a session with its turns, what was attached to them, and a summary in place of turns that are too many."""

from __future__ import annotations

import logging
import time
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from autocrea_lsp.ai.base import Backend, ChatPrompt, Message
from autocrea_lsp.assist import call, prompts
from autocrea_lsp.assist.call import OnText, Took
from autocrea_lsp.assist.desk import MAX_PROMPT, Desk, excerpt, shown, written
from autocrea_lsp.assist.diagnostic import Diagnostic
from autocrea_lsp.assist.source import Lines, Source
from autocrea_lsp.errors import UserError
from autocrea_lsp.store import Store
from autocrea_lsp.text import sound
from autocrea_lsp.workspace.redact import Redaction

log = logging.getLogger(__name__)

MAX_OUTPUT_TOKENS = 8_000
MAX_HISTORY = 120_000  # characters of turns that are sent again: about 40,000 tokens
KEEP_TURNS = 4  # messages at the end that are never summarised
MAX_SESSIONS = 50  # in memory
MAX_ATTACHMENTS = 20
SUMMARY_TOKENS = 1_000

AttachmentKind = Literal["selection", "file", "diagnostics", "terminal", "deployment"]
SUMMARISED = "Summary of what was said before: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Lines of a document (all when None), its `diagnostics`, or the `text` of a terminal or a deployment's log."""

    kind: AttachmentKind
    source: Source | None = None
    lines: Lines | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    text: str = ""


@dataclass(slots=True, kw_only=True)
class Session:
    """`turns` is what will be sent (attachments included, redacted), `said` what was said, to show."""

    id: str
    title: str
    updated_at: float
    turns: list[Message] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)
    redaction: Redaction | None = None  # one for the session: the same secret keeps its placeholder


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    session: str
    markdown: str  # safe to render
    took: Took


class Chats:
    """The chats of one client. Kept in the store only where the user wants that."""

    def __init__(self, desk: Desk, store: Store) -> None:
        self._desk = desk
        self._store = store
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    async def prepare(self, message: str, session: str | None, attachments: Sequence[Attachment]) -> ChatPrompt:
        """The prompt of that message. Sends nothing, and changes nothing."""
        found = await self._session(session)
        redaction = found.redaction if found is not None and found.redaction is not None else self._desk.redaction()
        turn = self._turn(message, attachments, redaction)
        return self._prompt([*(found.turns if found else ()), turn])

    async def ask(
        self, message: str, session: str | None, attachments: Sequence[Attachment], on_text: OnText | None = None
    ) -> Reply:
        """The answer. A turn that failed or was cancelled leaves the session as it was."""
        backend = await self._desk.who("chat")
        found = await self._session(session)
        if session is not None and found is None:
            raise UserError("That chat is not kept any more.", hint="Start a new one.")
        chat = found or Session(id=uuid.uuid4().hex[:12], title=_title(message), updated_at=time.time())
        chat.redaction = chat.redaction or self._desk.redaction()
        turn = self._turn(message, attachments, chat.redaction)
        prompt = self._prompt([*chat.turns, turn])
        await self._desk.admit(backend, prompt)
        took = Took()
        turns = chat.turns
        if len(turns) > KEEP_TURNS and _size(turns) > MAX_HISTORY:
            turns, took = await self._summarised(backend, turns)
            prompt = self._prompt([*turns, turn])
        said, answer = await call.ask_markdown(backend, prompt, on_text)
        chat.turns = [*turns, turn, Message(role="assistant", text=answer.text)]
        chat.said += [Message(role="user", text=message.strip()), Message(role="assistant", text=said)]
        chat.updated_at = time.time()
        self._remember(chat)
        return Reply(session=chat.id, markdown=said, took=took + answer.took)

    async def sessions(self) -> list[Session]:
        """The newest first: those of this process, and those that were kept."""
        kept = await self._store.chat_sessions(MAX_SESSIONS)
        known = {row.id: Session(id=row.id, title=row.title, updated_at=row.updated_at) for row in kept}
        known |= dict(self._sessions)
        return sorted(known.values(), key=lambda each: each.updated_at, reverse=True)

    async def session(self, number: str) -> Session:
        found = await self._session(number)
        if found is None:
            raise UserError("That chat is not kept any more.", hint="Start a new one.")
        return found

    def forget(self, number: str | None) -> None:
        """That chat, or all (None): here and in the store."""
        if number is None:
            self._sessions.clear()
        else:
            self._sessions.pop(number, None)
        self._store.forget_chat(number)

    async def _session(self, number: str | None) -> Session | None:
        if number is None:
            return None
        if number in self._sessions:
            return self._sessions[number]
        rows = await self._store.chat_messages(number)
        if not rows:
            return None
        turns = [Message(role="assistant" if row.role == "assistant" else "user", text=row.text) for row in rows]
        return Session(
            id=number, title=_title(rows[0].text), updated_at=rows[-1].at, turns=list(turns), said=list(turns)
        )

    def _remember(self, chat: Session) -> None:
        self._sessions[chat.id] = chat
        self._sessions.move_to_end(chat.id)
        while len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)
        if self._desk.settings().chat.keep_history:
            for message in chat.said[-2:]:
                self._store.save_chat_message(chat.id, chat.title, message.role, message.text, chat.updated_at)

    def _prompt(self, turns: Sequence[Message]) -> ChatPrompt:
        return ChatPrompt(
            stable=prompts.chat_rules(self._desk.workspace().locale),
            messages=tuple(turns),
            kind="chat",
            max_output_tokens=MAX_OUTPUT_TOKENS,
            request_id=uuid.uuid4().hex,
            detail="chat",
        )

    def _turn(self, message: str, attachments: Sequence[Attachment], redaction: Redaction) -> Message:
        text = redaction.hide(written(message, "The message"))
        if len(attachments) > MAX_ATTACHMENTS:
            raise UserError(f"{len(attachments)} attachments are too many.", hint=f"At most {MAX_ATTACHMENTS}.")
        parts = [self._attached(each, redaction) for each in attachments]
        return Message(role="user", text=sound("\n\n".join([*parts, text])))

    def _attached(self, each: Attachment, redaction: Redaction) -> str:
        if each.source is None:
            text = shown(redaction, written(each.text[-MAX_PROMPT:], f"The attached {each.kind}"))
            return f'<attachment kind="{each.kind}">\n{text}\n</attachment>'
        self._desk.may_send(each.source)
        if each.kind == "diagnostics":
            return redaction.hide(f"{each.source.name}:\n{prompts.diagnostics(each.diagnostics)}")
        lines = each.lines or Lines(first=0, last=len(each.source.lines))
        text = excerpt(redaction, each.source, lines.first, lines.last)
        return prompts.document(each.source.name, each.source.language, text)

    async def _summarised(self, backend: Backend, turns: Sequence[Message]) -> tuple[list[Message], Took]:
        """The oldest turns in one message of the user's, the newest as they are. Not counted as an act."""
        old, new = list(turns[:-KEEP_TURNS]), list(turns[-KEEP_TURNS:])
        text = "\n\n".join(f"{turn.role}: {turn.text}" for turn in old)
        asked = Message(role="user", text=f"{text[-MAX_HISTORY:]}\n\n{prompts.SUMMARY}")
        prompt = replace(
            self._prompt([asked]), max_output_tokens=SUMMARY_TOKENS, detail="summary", request_id=uuid.uuid4().hex
        )
        await self._desk.afford(backend, prompt)
        answer = await call.ask(backend, prompt)
        log.info("a chat's %d oldest messages were summarised", len(old))
        summary = Message(role="user", text=f"{SUMMARISED}{answer.text}")
        return [summary, Message(role="assistant", text="Understood."), *new], answer.took


def _size(turns: Sequence[Message]) -> int:
    return sum(len(turn.text) for turn in turns)


def _title(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= 60 else line[:59] + "…"

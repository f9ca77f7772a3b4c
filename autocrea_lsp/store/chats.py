"""Chats that their user wanted to keep: saving, reading and forgetting them. Transactions are the caller's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peewee import JOIN, fn

from autocrea_lsp.store.models import ChatMessage, ChatSession, ProjectRow, User
from autocrea_lsp.store.users import Users
from autocrea_lsp.store.values import ChatMessageRow, ChatSessionRow, label
from autocrea_lsp.store.writes import SaveMessage

if TYPE_CHECKING:
    from peewee import Expression, Field, SqliteDatabase


class Chats:
    """The tables `chat_sessions` and `chat_messages` of one open database."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._users = Users(database)

    def save(self, write: SaveMessage) -> None:
        """Add a message to its session, which is made if there was none; an empty title leaves the title as it is."""
        message = write.message
        user = self._users.user_id(write.user, message.at)
        ChatSession.insert(
            id=write.session,
            user=user,
            project=self._users.project_id(user, write.project, message.at),
            title=write.title,
            created_at=message.at,
            updated_at=message.at,
        ).on_conflict_ignore().execute(self._database)
        mine = (ChatSession.user == user) & (ChatSession.id == write.session)
        changes: dict[Field[Any], object] = {ChatSession.updated_at: fn.MAX(ChatSession.updated_at, message.at)}
        if write.title:
            changes[ChatSession.title] = write.title
        ChatSession.update(changes).where(mine).execute(self._database)
        ChatMessage.insert(
            id=write.id,
            session=ChatSession.select(ChatSession.seq).where(mine),
            role=message.role,
            text=message.text,
            attachments=message.attachments,
            at=message.at,
        ).on_conflict_ignore().execute(self._database)

    def sessions(self, user: str, limit: int) -> list[ChatSessionRow]:
        """The user's, the one that was used last first."""
        rows = (
            ChatSession.select(
                ChatSession.id, ChatSession.title, ProjectRow.label, ChatSession.created_at, ChatSession.updated_at
            )
            .join(ProjectRow, JOIN.LEFT_OUTER)
            .where(self._of(user))
            .order_by(ChatSession.updated_at.desc(), ChatSession.seq.desc())
            .limit(max(0, limit))
            .tuples()
            .execute(self._database)
        )
        return [
            ChatSessionRow(id=key, title=title, project=project or "", created_at=created, updated_at=updated)
            for key, title, project, created, updated in rows
        ]

    def messages(self, user: str, session: str) -> list[ChatMessageRow]:
        """What was said, in order; nothing where the session is not the user's."""
        rows = (
            ChatMessage.select(ChatMessage.role, ChatMessage.text, ChatMessage.at, ChatMessage.attachments)
            .join(ChatSession)
            .where(self._of(user), ChatSession.id == label(session))
            .order_by(ChatMessage.seq)
            .tuples()
            .execute(self._database)
        )
        return [
            ChatMessageRow(role=role, text=text, at=at, attachments=attachments) for role, text, at, attachments in rows
        ]

    def forget(self, user: str, session: str | None) -> None:
        """Delete the user's session, or all of them, with what was said in it."""
        chosen = self._of(user)
        if session is not None:
            chosen &= ChatSession.id == label(session)
        ChatSession.delete().where(chosen).execute(self._database)

    def expire(self, before: float, limit: int) -> int:
        """Delete at most `limit` messages older than `before`, and sessions of which none is left; how many it were."""
        old = ChatMessage.select(ChatMessage.seq).where(ChatMessage.at < before).order_by(ChatMessage.at).limit(limit)
        deleted = int(ChatMessage.delete().where(ChatMessage.seq.in_(old)).execute(self._database))
        left = ChatMessage.select(ChatMessage.session)
        ChatSession.delete().where(ChatSession.updated_at < before, ChatSession.seq.not_in(left)).execute(
            self._database
        )
        return deleted

    def _of(self, user: str) -> Expression:
        return ChatSession.user.in_(User.select(User.id).where(User.name == label(user)))

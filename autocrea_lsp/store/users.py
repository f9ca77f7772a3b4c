"""Users, their preferences and their projects. Every call is one or two statements; transactions are the caller's.

Ids are looked up each time and never remembered: `autocrea-lsp data clear` may delete the rows under a running server.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from autocrea_lsp.store.models import Preference, ProjectRow, User
from autocrea_lsp.store.values import Project, label, project_label

if TYPE_CHECKING:
    from peewee import SqliteDatabase


class Users:
    """The tables `users`, `preferences` and `projects` of one open database."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def user_id(self, name: str, at: float) -> int:
        """The row of that user, made at `at` if there was none."""
        name = label(name)
        User.insert(name=name, created_at=at).on_conflict_ignore().execute(self._database)
        return int(User.select(User.id).where(User.name == name).scalar(self._database))

    def preference(self, user: str, key: str) -> object:
        """The value, None if there is none or it is not JSON."""
        text = (
            Preference.select(Preference.value)
            .join(User)
            .where(User.name == label(user), Preference.key == label(key))
            .scalar(self._database)
        )
        try:
            return None if text is None else json.loads(text)
        except ValueError:
            return None

    def set_preference(self, user: str, key: str, value_json: str, at: float) -> None:
        row = {"user": self.user_id(user, at), "key": label(key), "value": value_json, "updated_at": at}
        Preference.insert(row).on_conflict_replace().execute(self._database)

    def project_id(self, user_id: int, project: str, at: float) -> int | None:
        """The row of the project with that label, made if there was none; None for no project."""
        project = label(project)
        if not project:
            return None
        ProjectRow.insert(
            user=user_id, label=project, name=project, root_hash="", first_seen_at=at, last_seen_at=at
        ).on_conflict_ignore().execute(self._database)
        found = ProjectRow.select(ProjectRow.id).where(ProjectRow.user == user_id, ProjectRow.label == project)
        return int(found.scalar(self._database))

    def touch_project(self, user: str, name: str, root_hash: str, at: float) -> None:
        """Remember that the project was open at `at`."""
        row = self.project_id(self.user_id(user, at), project_label(name, root_hash), at)
        ProjectRow.update(name=label(name), root_hash=label(root_hash), last_seen_at=at).where(
            ProjectRow.id == row
        ).execute(self._database)

    def projects(self, user: str) -> list[Project]:
        """The user's projects, the one seen last first."""
        columns = (
            ProjectRow.label,
            ProjectRow.name,
            ProjectRow.root_hash,
            ProjectRow.first_seen_at,
            ProjectRow.last_seen_at,
        )
        rows = (
            ProjectRow.select(*columns)
            .join(User)
            .where(User.name == label(user))
            .order_by(ProjectRow.last_seen_at.desc(), ProjectRow.id.desc())
            .tuples()
            .execute(self._database)
        )
        return [
            Project(label=key, name=name, root_hash=root_hash, first_seen=first, last_seen=last)
            for key, name, root_hash, first, last in rows
        ]

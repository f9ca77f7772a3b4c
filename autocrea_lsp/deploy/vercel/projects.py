"""Whose project a folder is: as named, by the vendor's link file, or by the folder's name in the teams of the token.

The link file is `.vercel/project.json`: {"projectId", "orgId", "projectName"}, as the vendor's own client writes it.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from autocrea_lsp.deploy import link as link_file
from autocrea_lsp.deploy.base import Place
from autocrea_lsp.deploy.errors import BadToken, HostRefused
from autocrea_lsp.deploy.together import together
from autocrea_lsp.deploy.vercel.api import Api
from autocrea_lsp.deploy.vercel.fields import EMPTY, Json, line, record, text
from autocrea_lsp.errors import UserError

LINK = ".vercel/project.json"
NAME = re.compile(r"(?!.*---)[a-z0-9._-]{1,100}")  # what they allow a new project to be called
_AT_ONCE = 5  # teams that are asked in parallel


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A team, or the user's own account. `id`: "team_…"; "" or another: personal, which no query names."""

    id: str = ""
    name: str = ""  # slug or user name

    def __str__(self) -> str:
        return self.name or self.id or "your own account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A place, and the project there as they describe it (empty: it is yet to be made). `elsewhere`: not the default
    team's, so worth saying."""

    place: Place
    project: Json = field(default_factory=dict)
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    project: str
    account: str
    name: str


class Projects:
    """Finds places; remembers the names of teams, which it is asked for again and again."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._names: dict[str, str] = {}

    async def find(
        self, folder: Path, *, project: str, account: str, default_account: str, relink: bool = False
    ) -> Found:
        """`account` was said for this time; `default_account` is the setting, which a link file goes before.
        `relink`: what the folder is linked to does not count.

        Raises UserError where the folder's link leads nowhere, or several teams have such a project.
        """
        linked = None if relink else await read_link(folder)
        named = await self._named(account) if account else None
        if linked and not (named and named.id != linked.account) and project in ("", linked.project, linked.name):
            return await self._linked(linked)
        name = project or project_name(folder.name)
        if named is None and linked:
            named = Account(id=linked.account, name=await self._name(linked.account))
        if named is None and default_account:
            named = await self._named(default_account)
        if named is not None:
            return await self._in(named, name)
        return await self._anywhere(name)

    async def at(self, place: Place) -> Json:
        """The project of a place; empty when it is not there."""
        key = place.project or place.project_name
        return (await self._api.project(place.account, key) if key else None) or EMPTY

    async def _linked(self, linked: Link) -> Found:
        found = await self._api.project(linked.account, linked.project)
        if found is None:
            raise UserError(
                f"{LINK} names the project {linked.name or linked.project}, which Vercel does not show to this token.",
                hint="It was deleted, or it is another team's: link the folder again, or use that team's token.",
            )
        return Found(
            place=_place(Account(id=linked.account, name=await self._name(linked.account)), found), project=found
        )

    async def _in(self, account: Account, name: str) -> Found:
        found = await self._api.project(account.id, name)
        return Found(place=_place(account, found or {"name": name}), project=found or EMPTY)

    async def _anywhere(self, name: str) -> Found:
        """In the token's own account first; else in the one other that has it."""
        home, others = await self._accounts()
        if (found := await self._api.project(home.id, name)) is not None:
            return Found(place=_place(home, found), project=found)

        async def look(account: Account) -> Found | None:
            try:
                there = await self._api.project(account.id, name)
            except HostRefused:  # a team that wants another login is not where this token deploys to
                return None
            return Found(place=_place(account, there), project=there, elsewhere=True) if there is not None else None

        hits = [hit for hit in await together(look, others, at_once=_AT_ONCE) if hit is not None]
        if len(hits) > 1:
            teams = ", ".join(sorted(hit.place.account_name or hit.place.account for hit in hits))
            raise UserError(
                f"Several teams have a project called {name}: {teams}.",
                hint="Say which team, or link the folder to one of them.",
            )
        return hits[0] if hits else Found(place=_place(home, {"name": name}))

    async def _accounts(self) -> tuple[Account, list[Account]]:
        """The token's own account, and all others that it may act for."""
        try:
            user = await self._api.user()
        except BadToken as error:
            if error.code != "forbidden" or not (teams := await self._teams()):
                raise
            return teams[0], teams[1:]  # a token of a team's may not ask who it is
        teams = await self._teams()
        # Users of this version have no personal account: theirs is a team like the others.
        default = text(user, "defaultTeamId") if text(user, "version") == "northstar" else ""
        if default:
            home = next((team for team in teams if team.id == default), Account(id=default))
            return home, [team for team in teams if team.id != default]
        return Account(id=text(user, "id"), name=line(text(user, "username"))), teams

    async def _teams(self) -> list[Account]:
        teams = [Account(id=text(team, "id"), name=line(text(team, "slug"))) for team in await self._api.teams()]
        self._names |= {team.id: team.name for team in teams}
        return teams

    async def _named(self, account: str) -> Account:
        """The team with this id, slug or name; or the user's own."""
        if account.startswith("team_"):
            return Account(id=account, name=await self._name(account))
        teams = await self._api.teams()
        wanted = account.casefold()
        for team in teams:
            if wanted in (text(team, "slug").casefold(), text(team, "name").casefold()):
                return Account(id=text(team, "id"), name=line(text(team, "slug")))
        user = await self._api.user()
        if wanted in (text(user, "id").casefold(), text(user, "username").casefold()):
            return Account(id=text(user, "id"), name=line(text(user, "username")))
        known = ", ".join(sorted(line(text(team, "slug")) for team in teams)) or "none"
        raise UserError(
            f"Vercel shows no team {line(account)} to this token.", hint=f"It shows these: {known}. Choose one of them."
        )

    async def _name(self, account: str) -> str:
        """The slug of a team, to show; "" where it cannot be had."""
        if account.startswith("team_") and account not in self._names:
            try:
                self._names[account] = line(text(await self._api.team(account), "slug"))
            except HostRefused:  # only for showing: what is wrong comes out with the next call
                self._names[account] = ""
        return self._names.get(account, "")


async def read_link(folder: Path) -> Link | None:
    """What the folder is linked to. Raises UserError for a link file that cannot be read."""
    found = await asyncio.to_thread(link_file.read_json, folder, LINK)
    if found is None:
        return None
    project, account = text(record(found), "projectId"), text(record(found), "orgId")
    if not project or not account:
        raise UserError(f"{LINK} names no project and account.", hint="Link the folder again.")
    return Link(project=project, account=account, name=text(record(found), "projectName"))


async def write_link(folder: Path, place: Place) -> str:
    """Connect the folder to a project, as the vendor's client does. What else was changed, as a sentence, or ""."""
    value = {"projectId": place.project, "orgId": place.account, "projectName": place.project_name}
    return await asyncio.to_thread(link_file.write_json, folder, LINK, value)


def project_name(folder: str) -> str:
    """A name that they allow, from a folder's: "My Shop" → "my-shop"."""
    plain = unicodedata.normalize("NFKD", folder).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9._]+", "-", plain)).strip("-._")[:100]
    return name.rstrip("-._") or "project"


def _place(account: Account, project: Json) -> Place:
    return Place(
        account=account.id or text(project, "accountId"),
        account_name=account.name,
        project=text(project, "id"),
        project_name=line(text(project, "name")),
    )

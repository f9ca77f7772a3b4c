"""Whose site a folder is: as named, by the vendor's link file, or by the folder's name among the token's sites.

The link file is `.netlify/state.json`: {"siteId"} and what else the vendor's own client keeps there.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autocrea_lsp.deploy import link as link_file
from autocrea_lsp.deploy.base import Place
from autocrea_lsp.deploy.errors import HostRefused, OutcomeUnknown
from autocrea_lsp.deploy.netlify.api import Api
from autocrea_lsp.deploy.netlify.fields import EMPTY, Json, line, text
from autocrea_lsp.errors import UserError

LINK = ".netlify/state.json"
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")  # a site is a name below netlify.app
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DOMAIN = ".netlify.app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A team. `slug`: what their paths call it."""

    id: str = ""
    slug: str = ""
    name: str = ""

    def has(self, site: Json) -> bool:
        return bool({text(site, "account_slug"), text(site, "account_id")} & ({self.slug, self.id} - {""}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A place, and the site there as they describe it (empty: it is yet to be made)."""

    place: Place
    site: Json = field(default_factory=dict)


class Sites:
    """Finds places, and makes sites."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def find(
        self, folder: Path, *, project: str, account: str, default_account: str, relink: bool = False
    ) -> Found:
        """`account` was said for this time; `default_account` is the setting, which counts for a new site alone.
        `relink`: what the folder is linked to does not count.

        Raises UserError where the folder's link leads nowhere, or there is no such team.
        """
        named = await self._named(account) if account else None
        linked = None if relink else await read_link(folder)
        if linked and project in ("", linked):
            return await self._linked(linked, named)
        if not project and linked is None:
            return await self._called(site_name(folder.name), named, default_account)
        if _ID.fullmatch(project):
            site = await self._api.site(project)
            if site is None or (named and not named.has(site)):
                raise UserError(
                    f"Netlify shows no site {line(project)} to this token.", hint="Check the id and the team."
                )
            return _found(site)
        if linked and (site := await self._api.site(linked)) is not None and _is_called(site, project):
            return await self._linked(linked, named)
        return await self._called(project, named, default_account)

    async def at(self, place: Place) -> Json:
        """The site of a place; empty when it is not there."""
        return (await self._api.site(place.project) if place.project else None) or EMPTY

    async def named(self, place: Place) -> Place:
        """The place with its site, where one of its name is there by now."""
        site = await self._with_name(place.project_name)
        return _place(site, place) if site is not None else place

    async def create(self, place: Place) -> Place:
        """Make it; one of ours that is there by now is taken. Raises UserError where the name is somebody else's."""
        name = place.project_name
        try:
            made: Json | None = await self._api.create_site(place.account, name)
        except OutcomeUnknown:
            made = await self._with_name(name)
            if made is None:
                raise
        except HostRefused as error:
            made = await self._with_name(name) if error.status in (409, 422) else None
            if made is None:
                if error.status != 422:
                    raise
                raise UserError(
                    f"No site called {name} could be made at Netlify: {error}",
                    hint=f"Names are shared by all of Netlify; name another project, such as {name}-2.",
                ) from None
        if not text(made or EMPTY, "id"):
            raise OutcomeUnknown("Netlify answered the request for a site with none.")
        return _place(made or EMPTY, place)

    async def _linked(self, site_id: str, named: Account | None) -> Found:
        site = await self._api.site(site_id)
        if site is None:
            raise UserError(
                f"{LINK} names the site {line(site_id)}, which Netlify does not show to this token.",
                hint="It was deleted, or it is another team's: link the folder again, or use that team's token.",
            )
        if named and not named.has(site):
            raise UserError(
                f"{LINK} names the site {line(text(site, 'name'))}, which is not one of the team {named.slug}.",
                hint="Name the project, too, or link the folder to another site.",
            )
        return _found(site)

    async def _called(self, name: str, named: Account | None, default_account: str) -> Found:
        site = await self._with_name(name)
        if site is not None:
            if named and not named.has(site):
                team = line(text(site, "account_slug"))
                raise UserError(f"The site {line(name)} is not one of the team {named.slug}.", hint=f"It is of {team}.")
            return _found(site)
        plain = name.removesuffix(_DOMAIN)
        account = named or await self._default(default_account)
        return Found(
            place=Place(account=account.slug, account_name=account.name or account.slug, project_name=plain),
        )

    async def _with_name(self, name: str) -> Json | None:
        """Exactly that one: their search finds whatever is like it."""
        wanted = name.lower()
        if "." in wanted and not wanted.endswith(_DOMAIN):
            return await self._api.site(wanted)  # a domain of its own
        sites = await self._api.sites(wanted.removesuffix(_DOMAIN))
        return next((site for site in sites if _is_called(site, wanted)), None)

    async def _named(self, account: str) -> Account:
        """The team with this id, slug or name."""
        accounts = await self._accounts()
        wanted = account.casefold()
        for each in accounts:
            if wanted in (each.id.casefold(), each.slug.casefold(), each.name.casefold()):
                return each
        known = ", ".join(sorted(each.slug for each in accounts)) or "none"
        raise UserError(
            f"Netlify shows no team {line(account)} to this token.",
            hint=f"It shows these: {known}. Choose one of them.",
        )

    async def _default(self, setting: str) -> Account:
        """Where a new site goes when no team is named."""
        if setting:
            return await self._named(setting)
        accounts = await self._accounts()
        return accounts[0] if accounts else Account()

    async def _accounts(self) -> list[Account]:
        """The default one first."""
        found = sorted(await self._api.accounts(), key=lambda each: each.get("default") is not True)
        return [
            Account(id=text(each, "id"), slug=text(each, "slug"), name=line(text(each, "name")))
            for each in found
            if text(each, "slug")
        ]


async def read_link(folder: Path) -> str | None:
    """The id of the site that the folder is linked to. Raises UserError for a link file that cannot be read."""
    found = await asyncio.to_thread(link_file.read_json, folder, LINK)
    return text(found, "siteId") or None if found is not None else None


async def write_link(folder: Path, place: Place) -> str:
    """Connect the folder to a site, as the vendor's client does; what else is in the file stays. What else was
    changed, as a sentence, or ""."""

    def write() -> str:
        before: Mapping[str, Any] = {}
        try:
            before = link_file.read_json(folder, LINK) or {}
        except UserError:  # it is of no use to anybody as it is
            before = {}
        return link_file.write_json(folder, LINK, {**before, "siteId": place.project})

    return await asyncio.to_thread(write)


def site_name(folder: str) -> str:
    """A name that they allow, from a folder's: "My Shop" → "my-shop"."""
    plain = unicodedata.normalize("NFKD", folder).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:63]
    return name.rstrip("-") or "site"


def _is_called(site: Json, name: str) -> bool:
    wanted = name.lower().removesuffix(_DOMAIN)
    return wanted in (text(site, "name").lower(), text(site, "custom_domain").lower(), text(site, "id").lower())


def _found(site: Json) -> Found:
    return Found(place=_place(site, Place()), site=site)


def _place(site: Json, before: Place) -> Place:
    account = text(site, "account_slug") or text(site, "account_id")
    return Place(
        account=account or before.account,
        account_name=line(text(site, "account_name")) or before.account_name or line(account),
        project=text(site, "id"),
        project_name=line(text(site, "name")) or before.project_name,
    )

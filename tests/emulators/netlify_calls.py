"""One request to the emulated Netlify on its way: what it names, what it says, and the host's form of a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.emulators.hosting.calls import Answer, Recorded, Refused
from tests.emulators.netlify_plan import Plan
from tests.emulators.netlify_things import Deploy, Site, Team
from tests.emulators.netlify_world import World

MAX_PER_PAGE = 100
PLAIN = {"content-type": "text/plain; charset=utf-8"}


class Refusal(Refused):
    """`raw`: the body, where it is no JSON."""

    def __init__(self, status: int, message: str, *, raw: bytes | None = None, **headers: str) -> None:
        super().__init__(message)
        self.status, self.message, self.raw = status, message, raw
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(self) -> Answer:
        if self.raw is not None:
            return Answer(status=self.status, raw=self.raw, headers=self.headers)
        return Answer(status=self.status, value={"code": self.status, "message": self.message}, headers=self.headers)


def not_found() -> Refusal:
    return Refusal(404, "Not Found")


def unprocessable(message: str) -> Refusal:
    return Refusal(422, message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`params`: what the path names. `plan`: of a new deploy. `url`: of this host, without a slash at its end."""

    world: World
    request: Recorded
    params: Mapping[str, str]
    plan: Plan
    url: str

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query

    @property
    def body(self) -> Any:
        """The JSON body; {} where there is none. Raises Refused when it is something else."""
        if isinstance(self.request.body, bytes):
            raise Refusal(400, "The body is no JSON")
        return {} if self.request.body is None else self.request.body

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON body where it must be an object."""
        if not isinstance(self.body, dict):
            raise unprocessable("The body must be an object")
        return self.body

    def site(self) -> Site:
        """The one that the path names."""
        if (found := self.world.find_site(self.params["site"])) is None:
            raise not_found()
        return found

    def deploy(self) -> Deploy:
        """The one that the path names, of the site that it names if it does."""
        found = self.world.deploys.get(self.params["deploy"])
        if found is None or ("site" in self.params and found.site is not self.site()):
            raise not_found()
        return found

    def team(self) -> Team:
        """The one that the path names, by id or slug."""
        if (found := self.world.account.team(self.params["account"])) is None:
            raise not_found()
        return found

    def page(self, things: list[Any]) -> tuple[list[Any], dict[str, str]]:
        """The page that was asked for, and its `Link` header, whose addresses repeat the rest of the query."""
        number, size = self._count("page", 1), min(self._count("per_page", MAX_PER_PAGE), MAX_PER_PAGE)
        last = max((len(things) + size - 1) // size, 1)
        pages = {"prev": number - 1, "next": number + 1, "last": last}
        links = [
            f'<{self._address(page, size)}>; rel="{name}"'
            for name, page in pages.items()
            if 1 <= page <= last and (name != "last" or number < last)
        ]
        headers = {"link": ", ".join(links)} if links else {}
        return things[(number - 1) * size : number * size], headers

    def _address(self, page: int, size: int) -> str:
        query = {**self.query, "page": str(page), "per_page": str(size)}
        return f"{self.url}{self.request.path}?" + "&".join(f"{name}={value}" for name, value in query.items())

    def _count(self, name: str, default: int) -> int:
        text = self.query.get(name, str(default))
        if not text.isdigit() or int(text) < 1:
            raise Refusal(400, f"{name} must be a positive number")
        return int(text)


def check_token(headers: Mapping[str, str], token: str) -> None:
    """Raises the 401 in which the host says that a token is missing or wrong."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or given != token:
        raise Refusal(401, "Access Denied")

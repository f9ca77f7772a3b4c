"""The token for a host: where all keys come from, and last the login of the host's own program, if the user agrees.

Such a login is read when it is needed and kept in memory alone: never copied, never refreshed, never written.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping

from autocrea_lsp.access.credentials import Credentials
from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.logins import PROGRAMS, Login
from autocrea_lsp.errors import NoCredentials

_MARGIN_S = 60.0  # a token that ends sooner would end in the middle of something

AllowLogin = Callable[[str], Awaitable[bool]]
"""Whether the login of a host's own program may be used; is given the host's title, and may ask the user."""

_log = logging.getLogger(__name__)


class Tokens:
    """One per server; asked before every request."""

    def __init__(
        self,
        credentials: Credentials,
        allow_cli_file: AllowLogin,
        *,
        environ: Mapping[str, str] = os.environ,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._credentials = credentials
        self._allow = allow_cli_file
        self._environ = environ
        self._now = now
        self._logins: dict[str, Login] = {}
        self._answers: dict[str, bool] = {}  # of the user
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def token(self, provider: str) -> Secret:
        """The token ("vercel"). Raises NoCredentials, with what to do about it. May wait for the user's answer."""
        if (login := self._logins.get(provider)) is not None and self._good(login):
            return login.secret
        try:
            found = await self._credentials.find(provider)
        except NoCredentials as missing:
            return await self._from_login(provider, missing)
        if found.secret is None:  # an SDK's own login, which no host of deployments has
            raise NoCredentials(f"no token for {provider} was found")
        return found.secret

    def forget(self, provider: str | None = None) -> None:
        """Look again: the host refused it, or credentials changed. A yes stays; after a no it is asked again."""
        for name in list(self._logins) if provider is None else [provider]:
            self._logins.pop(name, None)
        for name in [name for name, agreed in self._answers.items() if not agreed and provider in {None, name}]:
            del self._answers[name]
        self._credentials.forget(provider)

    def in_memory(self) -> list[str]:
        """The values held right now, so that they can be taken out of what is shown or kept."""
        return [*self._credentials.in_memory(), *(login.secret.reveal() for login in self._logins.values())]

    async def _from_login(self, provider: str, missing: NoCredentials) -> Secret:
        """Raises `missing`, with one more way in its hint, where there is no such login, or it may not be used."""
        program = PROGRAMS.get(provider)
        file = program.file(self._environ) if program is not None else None
        if program is None or file is None:
            raise missing
        also = NoCredentials(
            str(missing), hint=f"{missing.hint} Or log in with `{program.command}`, and agree to its login being used."
        )
        if not await asyncio.to_thread(file.is_file):
            raise also
        async with self._asking[provider]:  # many may want it at once; the user is asked once
            if (login := self._logins.get(provider)) is not None and self._good(login):
                return login.secret
            if provider not in self._answers:
                self._answers[provider] = await self._allow(program.title)
            if not self._answers[provider]:
                raise also
            login = await asyncio.to_thread(program.read, file)
            if login is None:
                raise also
            if not self._good(login):
                raise NoCredentials(
                    f"the login of the {program.title} CLI has expired", hint=f"Run `{program.command}`."
                )
            _log.info("%s: the login of its CLI is used", program.title)
            self._logins[provider] = login
            return login.secret

    def _good(self, login: Login) -> bool:
        return login.expires_at is None or self._now() < login.expires_at - _MARGIN_S

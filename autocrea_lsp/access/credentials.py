"""Where a provider's key is found: environment, editor, keyring, file; the first that has one wins.

`Credentials.find` is asked before every call, so what it found is kept until `forget` (the editor says that
credentials changed), and that it found nothing for half a minute. No value ever leaves this module but inside `Secret`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autocrea_lsp.access import key_file
from autocrea_lsp.access.environment import KEY_VARIABLES, key_in, sdk_has_credentials
from autocrea_lsp.access.secret import Secret, clean, sendable
from autocrea_lsp.errors import NoCredentials

__all__ = ["AskEditor", "Credentials", "Found", "Secret", "Source", "SourceReport", "report", "ways"]

Source = Literal["environment", "sdk", "editor", "keyring", "file"]
AskEditor = Callable[[str], Awaitable[str | None]]
"""Asks the editor for a provider's key; None when it has none. It may wait for the user."""

KEYRING_SERVICE = "autocrea-lsp"
KEYRING_LIMIT_S = 2.0  # a locked Secret Service waits for a password dialog that may never be seen
DEPLOY_HOSTS = frozenset({"vercel", "netlify", "railway"})
NOT_FOUND_FOR_S = 30.0  # a keyring or file may be filled without anyone telling us; asking at each key would be dear

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A key and where it was. `secret` is None for "sdk": the SDK reads its own profile and exchanges it itself."""

    secret: Secret | None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """One place for `doctor`: whether it has a key, and in `detail` why not. Never a value."""

    source: Source
    has_key: bool
    detail: str = ""


class Credentials:
    """Finds keys, and keeps what it found. One per server."""

    def __init__(
        self,
        *,
        ask_editor: AskEditor | None = None,
        environ: Mapping[str, str] = os.environ,
        file: Path | None = None,
    ) -> None:
        self._ask_editor = ask_editor
        self._environ = environ
        self._file = file
        self._kept: dict[str, Found] = {}
        self._missing: dict[str, tuple[float, NoCredentials]] = {}  # until when (monotonic seconds), and why
        self._lookups: dict[str, asyncio.Task[Found]] = {}

    async def find(self, provider: str) -> Found:
        """The provider's key ("anthropic"). Raises NoCredentials, with a hint that names the ways to give one."""
        if kept := self._kept.get(provider):
            return kept
        if (missing := self._missing.get(provider)) and time.monotonic() < missing[0]:
            raise NoCredentials(str(missing[1]), hint=missing[1].hint)
        lookup = self._lookups.get(provider)
        if lookup is None:
            lookup = asyncio.create_task(self._look(provider), name=f"credentials {provider}")
            self._lookups[provider] = lookup
            lookup.add_done_callback(lambda done: self._keep(provider, done))
        # Shielded: each key typed cancels the request of the one before, and a slow keyring would be asked for ever.
        return await asyncio.shield(lookup)

    def forget(self, provider: str | None = None) -> None:
        """Look again at the next call: credentials changed. None: of every provider."""
        for known in (self._kept, self._missing, self._lookups):
            if provider is None:
                known.clear()
            else:
                known.pop(provider, None)

    def close(self) -> None:
        """Ask nobody any more."""
        for lookup in list(self._lookups.values()):
            lookup.cancel()

    def in_memory(self) -> list[str]:
        """The values kept right now, so that a log's filter can take them out."""
        return [found.secret.reveal() for found in self._kept.values() if found.secret is not None]

    def _keep(self, provider: str, lookup: asyncio.Task[Found]) -> None:
        error = None if lookup.cancelled() else lookup.exception()  # fetched, or asyncio complains that nobody did
        if self._lookups.get(provider) is not lookup:
            return  # forgotten meanwhile
        del self._lookups[provider]
        if isinstance(error, NoCredentials):
            self._missing[provider] = (time.monotonic() + NOT_FOUND_FOR_S, error)
        elif error is None and not lookup.cancelled():
            self._kept[provider] = lookup.result()

    async def _look(self, provider: str) -> Found:
        if value := key_in(self._environ, provider):
            return _found(value, "environment")
        if sdk_has_credentials(self._environ, provider):
            return Found(secret=None, source="sdk")
        if value := await self._from_editor(provider):
            return _found(value, "editor")
        if value := await _keyring(provider):
            return _found(value, "keyring")
        if value := await asyncio.to_thread(key_file.read, provider, self._file):
            return _found(value, "file")
        raise NoCredentials(f"no {_noun(provider)} for {provider} was found", hint=ways(provider))

    async def _from_editor(self, provider: str) -> str | None:
        if self._ask_editor is None:
            return None
        try:
            return clean(await self._ask_editor(provider))
        except Exception as error:  # boundary: a client may answer with an error, or leave while it is asked
            _log.info("the editor could not be asked for a key: %s", type(error).__name__)
            return None


def ways(provider: str) -> str:
    """How to give us a key or token, in one sentence."""
    variables = KEY_VARIABLES.get(provider, (f"{provider.upper()}_API_KEY",))
    noun = _noun(provider)
    variable = " or ".join(variables) if noun == "token" else variables[0]
    without = "; or set `autocrea.backend` to `embedded`, which needs none" if noun == "key" else ""
    return (
        f"Set {variable}, use your editor's command to set the {noun}, run `keyring set {KEYRING_SERVICE} {provider}`, "
        f"or write it to `{key_file.NAME}` in the configuration directory{without}."
    )


def report(provider: str, *, environ: Mapping[str, str] = os.environ, file: Path | None = None) -> list[SourceReport]:
    """Each place that can be looked at without an editor, in order, for `doctor`. Blocks up to `KEYRING_LIMIT_S`."""
    rows = [
        SourceReport(source="environment", has_key=key_in(environ, provider) is not None),
        SourceReport(source="sdk", has_key=sdk_has_credentials(environ, provider)),
    ]
    answers: list[str | None] = []
    thread = threading.Thread(target=lambda: answers.append(_from_keyring(provider)), daemon=True)
    thread.start()
    thread.join(KEYRING_LIMIT_S)
    detail = "" if answers else f"it did not answer within {KEYRING_LIMIT_S:g} s"
    rows.append(SourceReport(source="keyring", has_key=bool(answers and answers[0]), detail=detail))
    try:
        rows.append(SourceReport(source="file", has_key=key_file.read(provider, file) is not None))
    except NoCredentials as error:
        rows.append(SourceReport(source="file", has_key=False, detail=f"{error}. {error.hint}"))
    return rows


def _noun(provider: str) -> str:
    """What the provider itself calls it."""
    return "token" if provider in DEPLOY_HOSTS else "key"


def _found(text: str, source: Source) -> Found:
    if not sendable(text):
        raise NoCredentials(
            f"the key from the {source} is not a key: it holds spaces or characters that keys do not have",
            hint="Copy it once more, without quotes or line breaks.",
        )
    return Found(secret=Secret(text), source=source)


async def _keyring(provider: str) -> str | None:
    """The keyring's answer; None when it has none, fails, or takes too long.

    In a daemon thread of its own: one of the pool's would hold up our exit while a dialog waits.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str | None] = loop.create_future()

    def settle(value: str | None) -> None:
        if not answer.done():
            answer.set_result(value)

    def ask() -> None:
        value = _from_keyring(provider)
        try:
            loop.call_soon_threadsafe(settle, value)
        except RuntimeError:  # the loop is gone; nobody waits any more
            _log.debug("the keyring answered after we had left")

    threading.Thread(target=ask, name="keyring", daemon=True).start()
    try:
        return await asyncio.wait_for(answer, KEYRING_LIMIT_S)
    except TimeoutError:
        _log.info("the keyring did not answer within %g s; going on without it", KEYRING_LIMIT_S)
        return None


def _from_keyring(provider: str) -> str | None:
    try:
        import keyring  # slow, and its backends talk to the desktop: never before it is needed

        return clean(keyring.get_password(KEYRING_SERVICE, provider))
    except Exception as error:  # boundary: backends are third-party code and raise what they like
        _log.debug("no key from the keyring: %s", type(error).__name__)
        return None

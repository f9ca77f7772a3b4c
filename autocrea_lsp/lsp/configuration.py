"""Settings of one client: where each layer comes from, and what happens when one changes.

defaults < `[tool.autocrea]` of the workspace's pyproject.toml (trusted workspaces only, allowed names only)
< `initializationOptions.settings` < `workspace/configuration` (or `didChangeConfiguration` for clients without it).
"""

from __future__ import annotations

import asyncio
import logging
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from autocrea_lsp.lsp import client
from autocrea_lsp.settings import merge, parse, repository_part
from autocrea_lsp.workspace.exclude import IGNORE_FILES

if TYPE_CHECKING:
    from autocrea_lsp.lsp.server import AutocreaServer

log = logging.getLogger(__name__)

SECTION = "autocrea"
MAX_PYPROJECT = 1 << 20  # bytes; a larger one is not read


class Configuration:
    """The layers as they are now. `trusted` starts as no: only the client can say otherwise."""

    def __init__(self, server: AutocreaServer) -> None:
        self._server = server
        self._options: dict[str, Any] = {}
        self._repository: dict[str, Any] = {}
        self._client: dict[str, Any] = {}
        self._told: set[str] = set()  # problems already logged: a setting is wrong once, not at each change
        self.trusted = False
        self.loaded = asyncio.Event()  # the client was asked: what is chosen by settings can be chosen now

    def read_options(self, options: object) -> None:
        """From `initialize`. Anything of the wrong shape counts as absent."""
        self.trusted = client.field(options, "trusted") is True
        self._options = as_mapping(client.field(options, "settings"))
        self._apply()

    async def start(self) -> None:
        """After `initialized`: ask the client, and read the repository's part if the workspace is trusted."""
        if self._server.client.configuration_dynamic:
            await self._register()
        await self.pull()
        await self.read_repository()
        self.loaded.set()

    async def pull(self, pushed: object = None) -> None:
        """Ask the client for its section; `pushed` is what `didChangeConfiguration` brought, for clients without."""
        if self._server.client.configuration:
            params = lsp.ConfigurationParams(items=[lsp.ConfigurationItem(section=SECTION)])
            answer = await self._server.ask(lsp.WORKSPACE_CONFIGURATION, params)
            value = answer[0] if isinstance(answer, list | tuple) and answer else None
            if value is None and answer is None:
                return  # refused or late: what was known stays
        elif pushed is not None:
            value = client.field(pushed, SECTION) or pushed
        else:
            return
        self._client = as_mapping(value)
        self._apply()

    async def set_trust(self, trusted: bool) -> None:
        self.trusted = trusted
        self._server.acting.refresh()
        await self.read_repository()

    async def read_repository(self) -> None:
        """Read `[tool.autocrea]` of every workspace folder again; nothing of an untrusted workspace counts."""
        folders = self.folders() if self.trusted else []
        found = await asyncio.to_thread(lambda: [_read_pyproject(folder) for folder in folders])
        kept: dict[str, Any] = {}
        for raw in found:
            part, ignored = repository_part(raw)
            kept = merge(kept, part)
            for name in ignored:
                self._tell(f"pyproject.toml may not set {name}: ignored")
        if kept != self._repository:
            self._repository = kept
            self._apply()

    def folders(self) -> list[Path]:
        """The workspace's folders on this machine."""
        workspace = self._server.protocol.documents
        if workspace is None:
            return []
        uris = [folder.uri for folder in workspace.folders.values()] or [workspace.root_uri]
        paths = [to_fs_path(uri) for uri in uris if uri and urlsplit(uri).scheme == "file"]
        return [Path(path) for path in paths if path]

    def _apply(self) -> None:
        settings, problems = parse(merge(self._repository, self._options, self._client))
        for problem in problems:
            self._tell(f"setting {SECTION}.{problem}; the default counts")
        if self._server.logs is not None:
            self._server.logs.set_level(settings.log.level)
        if settings != self._server.app.settings:
            self._server.app.apply(settings)
            self._server.acting.refresh()
            self._server.status.tell()

    def _tell(self, problem: str) -> None:
        if problem not in self._told:
            self._told.add(problem)
            log.warning("%s", problem)

    async def _register(self) -> None:
        registrations = [
            lsp.Registration(
                id="autocrea-configuration",
                method=lsp.WORKSPACE_DID_CHANGE_CONFIGURATION,
                register_options=lsp.DidChangeConfigurationRegistrationOptions(section=SECTION),
            )
        ]
        if self._server.client.watched_files_dynamic:
            names = ",".join(("pyproject.toml", ".gitignore", *IGNORE_FILES))
            watchers = [lsp.FileSystemWatcher(glob_pattern=f"**/{{{names}}}")]
            registrations.append(
                lsp.Registration(
                    id="autocrea-files",
                    method=lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                    register_options=lsp.DidChangeWatchedFilesRegistrationOptions(watchers=watchers),
                )
            )
        await self._server.ask(lsp.CLIENT_REGISTER_CAPABILITY, lsp.RegistrationParams(registrations=registrations))


def as_mapping(value: Any) -> dict[str, Any]:
    """A JSON object as a dict, however pygls and cattrs left it; anything else is empty."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if hasattr(value, "_asdict"):
        return as_mapping(value._asdict())
    return {}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping) or hasattr(value, "_asdict"):
        return as_mapping(value)
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _read_pyproject(folder: Path) -> object:
    path = folder / "pyproject.toml"
    try:
        if not path.is_file() or path.stat().st_size > MAX_PYPROJECT:
            return None
        return tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get(SECTION)
    except (OSError, ValueError, AttributeError) as error:
        log.warning("pyproject.toml could not be read: %s", type(error).__name__)
        return None

"""How things stand: `autocrea/status`, and the commands for clients that know no custom messages."""

from __future__ import annotations

from autocrea_lsp.app import log_file
from autocrea_lsp.errors import UserError
from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.progress import Token
from autocrea_lsp.lsp.server import AutocreaServer


async def status(ls: AutocreaServer, params: wire.StatusParams) -> wire.Status:
    return ls.status.read(params.uri)


async def status_command(ls: AutocreaServer, params: wire.StatusParams, _token: Token | None) -> wire.Status:
    return ls.status.read(params.uri)


async def log_command(ls: AutocreaServer, _params: None, _token: Token | None) -> wire.LogLocation:
    """Where the log file is: one of the few answers that hold a path of this machine."""
    path = ls.logs.path if ls.logs is not None else log_file()
    if not path.is_file():
        raise UserError(
            "There is no log file.", hint="The log directory may not be writable; try `autocrea-lsp doctor`."
        )
    return wire.LogLocation(path=str(path))

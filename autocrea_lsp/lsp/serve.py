"""Serve one client on stdio, from the first byte to an exit that leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys

from autocrea_lsp import __version__
from autocrea_lsp.app import App, log_file
from autocrea_lsp.lsp.features import register
from autocrea_lsp.lsp.logs import Logs
from autocrea_lsp.lsp.server import AutocreaServer
from autocrea_lsp.lsp.tasks import is_alive
from autocrea_lsp.lsp.transport import StdioReader, StdioWriter, take_over_stdio

log = logging.getLogger(__name__)

CLOSE_TIMEOUT_S = 2.0  # for our own clean-up after the client is gone: three seconds are promised
DRAIN_TIMEOUT_S = 0.5
PARENT_CHECK_S = 1.0


def serve() -> int:
    """Serve until the client is gone; the exit code that LSP asks for. Call from a process's main."""
    code = asyncio.run(_serve())
    logging.shutdown()
    return code


async def _serve() -> int:
    fd_in, fd_out = take_over_stdio()
    app = App()
    logs = Logs(log_file(), app.settings.log.level, known=app.credentials_in_memory)
    server = AutocreaServer(app, logs)
    register(server)
    writer = StdioWriter(fd_out)
    server.protocol.set_writer(writer)
    log.info("autocrea-lsp %s serves on stdio, Python %s", __version__, sys.version.split()[0])
    reader = StdioReader(fd_in, server.protocol.receive)
    reader.start()
    if sys.platform != "win32":
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, server.stop, 128 + number)
    watch = asyncio.create_task(_watch_parent(server), name="watch parent")
    end = asyncio.create_task(_end_of_input(reader, server), name="end of input")
    code = await server.stopped
    watch.cancel()
    end.cancel()
    reader.stop()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await server.on_shutdown()
            await app.aclose()
    await writer.drain(DRAIN_TIMEOUT_S)
    log.info("ends with exit code %d", code)
    logs.close()
    return code


async def _end_of_input(reader: StdioReader, server: AutocreaServer) -> None:
    await reader.closed.wait()
    server.stop(1)


async def _watch_parent(server: AutocreaServer) -> None:
    """Ends the server when the process named in `initialize` is gone, if it was there then.

    The end of stdin says the same, but not while another process holds the pipe open.
    """
    while server.parent_pid is None or is_alive(server.parent_pid):  # noqa: ASYNC110  # nothing tells but asking
        await asyncio.sleep(PARENT_CHECK_S)
    log.warning("the client's process is gone")
    server.stop(1)

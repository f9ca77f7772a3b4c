"""Sending the files that the host lacks, several at a time, each digest once."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping

from autocrea_lsp.deploy.base import Sent
from autocrea_lsp.deploy.errors import TooLarge
from autocrea_lsp.deploy.sending import Upload, send_all
from autocrea_lsp.deploy.vercel.api import Api

__all__ = ["ALONE_AT_ONCE", "AT_ONCE", "Upload", "upload"]

AT_ONCE = 10  # leaves time for who types meanwhile: with thirty, one completion in twenty waits 30 ms longer
ALONE_AT_ONCE = 50  # as many as the vendor's own client has in flight


def upload(
    api: Api, account: str, uploads: Mapping[str, Upload], *, at_once: int = AT_ONCE
) -> AsyncGenerator[Sent, None]:
    """Send them; how far it is, now and then while it moves. `uploads` by SHA-1 (hex).

    The first that is refused for good stops the others: TooLarge names its file; FileChanged comes through. Closing the
    iterator stops them too.
    """

    async def put(digest: str, each: Upload, content: Callable[[], AsyncIterator[bytes]]) -> None:
        try:
            await api.upload(account, digest, each.size, content)
        except TooLarge as error:
            raise TooLarge(
                f"Vercel does not take {each.name}: it has {each.size / 1e6:.1f} MB.",
                hint="Leave it out with .vercelignore, or make it smaller.",
                status=error.status,
                code=error.code,
            ) from None

    return send_all(uploads, put, at_once=at_once)

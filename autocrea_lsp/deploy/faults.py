"""What went wrong on the way to a host and back, in words, and whether the request can have arrived."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

FAULTS = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError, TimeoutError)
"""What a request may raise that is about the way. Whoever catches them has made sure that they come from there."""

# The connection was not there yet, so that nothing of the request can have left.
_BEFORE = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
_TRY_AGAIN = "Check the network and try again; the host's status page may say more."
_PRIVATE_CA = (
    "Where a company's proxy looks into the traffic, point SSL_CERT_FILE at the file with its certificate; "
    "else somebody may be listening."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`sent`: the host may have got the request. `lasting`: the same would happen at once again."""

    text: str
    hint: str
    sent: bool
    lasting: bool = False


def read(error: BaseException, title: str) -> Fault:
    """What one of `FAULTS` means. Nothing of the error's own text: it may hold an address with a secret in it."""
    sent = not isinstance(error, _BEFORE)
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            text = f"{title}'s certificate could not be verified"
            return Fault(text=text, hint=_PRIVATE_CA, sent=sent, lasting=True)
        if isinstance(cause, ssl.SSLError) and not sent:
            return Fault(text=f"no secure connection to {title} came about", hint=_PRIVATE_CA, sent=sent)
        if isinstance(cause, socket.gaierror):
            return Fault(text=f"{title}'s address was not found", hint=_TRY_AGAIN, sent=sent)
        if isinstance(cause, ConnectionRefusedError) and not sent:
            return Fault(text=f"{title} cannot be reached: the connection was refused", hint=_TRY_AGAIN, sent=sent)
    if isinstance(error, httpx.ProxyError):
        hint = "Check HTTPS_PROXY and ALL_PROXY, or put the host into NO_PROXY."
        return Fault(text=f"the proxy did not let us through to {title}", hint=hint, sent=False)
    if isinstance(error, httpx.ConnectTimeout):
        return Fault(text=f"{title} cannot be reached: no connection in time", hint=_TRY_AGAIN, sent=False)
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return Fault(text=f"{title} did not answer in time", hint=_TRY_AGAIN, sent=sent)
    if not sent:
        return Fault(text=f"{title} cannot be reached", hint=_TRY_AGAIN, sent=False)
    if isinstance(error, httpx.DecodingError):
        return Fault(text=f"{title}'s answer cannot be unpacked", hint=_TRY_AGAIN, sent=True)
    return Fault(text=f"the connection to {title} broke", hint=_TRY_AGAIN, sent=True)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it; of a group (one attempt for each address of a name), every member."""
    seen: set[int] = set()
    pending = [error]
    while pending:
        each = pending.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        pending += [cause for cause in (each.__cause__, each.__context__) if cause is not None]
        if isinstance(each, BaseExceptionGroup):
            pending += each.exceptions

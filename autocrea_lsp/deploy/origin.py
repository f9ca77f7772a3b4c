"""Where a host's API is: the one origin that its token may go to.

The address is a setting of the user's (never of the workspace). It is https, or http where it does not leave this
machine; and never an address at which clouds give their machines' own credentials to whoever asks.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from autocrea_lsp.errors import UserError

_PORTS = {"https": 443, "http": 80}
_LOCAL_NAMES = frozenset({"localhost"})
_METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "metadata.goog", "instance-data"})
_METADATA_ADDRESSES = frozenset(
    map(ipaddress.ip_address, ("100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254"))
)  # Alibaba, Oracle, Azure, Amazon, Google; the rest of them are link-local

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`base`: what paths are put behind, with no slash at its end. `loopback`: it is on this machine."""

    scheme: str
    host: str
    port: int
    base: str
    loopback: bool

    def address(self, path: str) -> str:
        """The URL of a path ("/v2/user") below the base. Raises ValueError where that would lead elsewhere."""
        if not path.startswith("/") or any(character <= " " or character == "\\" for character in path):
            raise ValueError("not a path below the API's address")
        return f"{self.base}{path}"

    def redirected(self, url: str, location: str) -> str | None:
        """Where a redirect of `url` leads, if that is at this origin; else None."""
        try:
            target = urljoin(url, location)
            parts = urlsplit(target)
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            return None
        same = (parts.scheme, parts.hostname, port) == (self.scheme, self.host, self.port)
        return target if same and parts.username is None else None


def check(base_url: str, *, title: str) -> Origin:
    """The origin of an API's address. Raises UserError for one that a token must not be sent to."""
    text = base_url.strip()
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise _refused(title, "is not an address") from None
    host = (parts.hostname or "").lower()
    if parts.scheme not in _PORTS or not host or any(character <= " " or character == "\\" for character in text):
        raise _refused(title, "is not an https address")
    if parts.username is not None or parts.password is not None:
        raise _refused(title, "has a user name or password in it")
    if parts.query or parts.fragment:
        raise _refused(title, "has a `?` or `#` in it")
    address = _numeric(host)
    name = host.rstrip(".")
    if name in _METADATA_NAMES or (address is not None and _gives_credentials(address)):
        raise _refused(title, "belongs to this machine's own cloud, which hands out credentials")
    loopback = name in _LOCAL_NAMES or (address is not None and address.is_loopback)
    if parts.scheme == "http" and not loopback:
        raise _refused(title, "is plain http, which anybody on the way can read")
    return Origin(
        scheme=parts.scheme,
        host=host,
        port=port,
        base=f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}",
        loopback=loopback,
    )


def segment(text: str) -> str:
    """A name or id as one part of a path: nothing in it ends the part or leads out of it."""
    quoted = quote(text, safe="")
    return quoted.replace(".", "%2E") if quoted in {".", ".."} else quoted


def _numeric(host: str) -> _Address | None:
    """The address that a host name spells out, in any of the forms that resolvers take (`0x7f.1`, `2130706433`)."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            address = ipaddress.IPv4Address(socket.inet_aton(host))
        except (OSError, ValueError):
            return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _gives_credentials(address: _Address) -> bool:
    return address.is_link_local or address.is_multicast or address.is_unspecified or address in _METADATA_ADDRESSES


def _refused(title: str, why: str) -> UserError:
    return UserError(
        f"the address of {title}'s API {why}",
        hint="Use its https address; plain http only for this machine itself (http://127.0.0.1:PORT).",
    )

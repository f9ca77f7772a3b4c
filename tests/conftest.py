"""What holds for every test: a home of its own, no provider's key, no keyring, no network beyond this machine.

Child processes inherit the environment but not the ban on sockets; what they reach is their test's business.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
DIRECTORIES = (
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
    "XDG_RUNTIME_DIR",
    "AUTOCREA_HOME",
)
SECRET_PREFIXES = ("ANTHROPIC_", "CLAUDE_", "VERCEL_", "NETLIFY_", "RAILWAY_")
HERE = (None, "", b"", "localhost", b"localhost", "::", "::1", "0.0.0.0")  # noqa: S104  # compared, never bound


class NetworkForbidden(AssertionError):
    """A test reached for an address that is not on this machine."""


@pytest.fixture(scope="session", autouse=True)
def attempts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The guard, from before the first fixture of the session on: what was reached for beyond this machine."""
    attempts: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        _move_home(patch, tmp_path_factory.mktemp("session-home"))
        _forbid_network(patch, attempts)
        yield attempts


@pytest.fixture(autouse=True)
def own_home(
    attempts: list[str], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A new, empty home; afterwards the test fails if it reached out, even when the product swallowed the refusal."""
    home = tmp_path_factory.mktemp("home")
    _move_home(monkeypatch, home)
    yield home
    reached, attempts[:] = attempts[:], []
    if reached:
        raise NetworkForbidden(f"the network is forbidden in tests: {', '.join(reached)}")


@pytest.fixture(scope="session")
def gguf() -> Path:
    """The embedded model's weights: AUTOCREA_TEST_GGUF, else what `make test` puts into the tree; skips without."""
    if named := os.environ.get("AUTOCREA_TEST_GGUF"):
        return Path(named)
    found = sorted((ROOT / ".cache/weights").glob("**/*.gguf"))
    if not found:
        pytest.skip("no model weights: run `.ci/setup.sh weights`, or set AUTOCREA_TEST_GGUF")
    return found[0]


def _move_home(patch: pytest.MonkeyPatch, home: Path) -> None:
    for name in [name for name in os.environ if name.startswith(SECRET_PREFIXES)]:
        patch.delenv(name)
    patch.setenv("HOME", str(home))
    for name in DIRECTORIES:
        directory = home / name.lower()
        directory.mkdir(mode=0o700)
        patch.setenv(name, str(directory))
    patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")  # answers that there is no keyring
    patch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)  # where a desktop's keyring answers


def _forbid_network(patch: pytest.MonkeyPatch, attempts: list[str]) -> None:
    def check(host: Any) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if name not in HERE and not name.startswith(("127.", "::ffff:127.")):
            attempts.append(name)
            raise NetworkForbidden(f"the network is forbidden in tests: {name}")

    def guard(method: str) -> None:
        real = getattr(socket.socket, method)

        def guarded(self: socket.socket, *args: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                check(args[-1][0])  # the address comes last; `sendto` has the data before it
            return real(self, *args)

        patch.setattr(socket.socket, method, guarded)

    real_getaddrinfo = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        check(host)
        return real_getaddrinfo(host, *args, **kwargs)

    for method in ("connect", "connect_ex", "sendto"):
        guard(method)
    patch.setattr(socket, "getaddrinfo", getaddrinfo)

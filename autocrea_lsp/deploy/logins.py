"""What the hosts' own programs keep of a login: where the file is, and what is in it.

Only the fixed places under the user's own directories; no file of a workspace, and none that a setting names.
Vercel's: `@vercel/cli-config` of November 2026 (`com.vercel.cli/auth.json` in the data directory; a login may stand in
the system's keyring instead, and then the file has no token).
Netlify's: `netlify/config.json` in the settings directory, with the logins of several users, one of them the present.
Railway's: `~/.railway/config.json`; beside the login it has which folder is linked to which project.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from autocrea_lsp.access import private_file
from autocrea_lsp.access.secret import Secret, clean, sendable
from autocrea_lsp.errors import NoCredentials

_Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A token out of such a file. `expires_at`: wall seconds; None: it does not."""

    secret: Secret
    expires_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A host's own program. `command`: what logs in with it."""

    title: str
    command: str
    place: Callable[[Mapping[str, str], Path], Path]
    token: Callable[[_Fields], tuple[object, object]]  # and when it expires

    def file(self, environ: Mapping[str, str]) -> Path | None:
        """Where its login would be; None where there is no home."""
        try:
            return self.place(environ, Path.home())
        except RuntimeError:
            return None

    def read(self, file: Path) -> Login | None:
        """The login; None when there is none. Blocks. Raises NoCredentials for a file that others could read."""
        content = private_file.read(file, self._refused)
        if content is None:
            return None
        try:
            fields = json.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError):  # the parser's message may quote what it read
            raise self._refused("is not JSON", f"Run `{self.command}`.") from None
        token, expires = self.token(fields) if isinstance(fields, dict) else (None, None)
        text = clean(token) if isinstance(token, str) else None
        if text is None:
            return None
        if not sendable(text):
            raise self._refused("holds no usable token", f"Run `{self.command}`.")
        known = isinstance(expires, int | float) and not isinstance(expires, bool)
        return Login(secret=Secret(text), expires_at=float(expires) if known else None)  # type: ignore[arg-type]

    def _refused(self, what: str, then: str) -> NoCredentials:
        return NoCredentials(f"the login file of the {self.title} CLI {what}", hint=f"{then} It was not used.")


def _vercel_place(environ: Mapping[str, str], home: Path) -> Path:
    return _data_directory(environ, home) / "com.vercel.cli" / "auth.json"


def _vercel_token(fields: _Fields) -> tuple[object, object]:
    return fields.get("token"), fields.get("expiresAt")


def railway_place(_environ: Mapping[str, str], home: Path) -> Path:
    """Of Railway's login, and of the projects that its program has linked to folders."""
    return home / ".railway" / "config.json"


def _railway_token(fields: _Fields) -> tuple[object, object]:
    """A login of a browser's has a token that expires; older ones do not."""
    user = fields.get("user")
    if not isinstance(user, dict):
        return None, None
    if user.get("accessToken"):
        return user["accessToken"], user.get("tokenExpiresAt")
    return user.get("token"), None


def _netlify_place(environ: Mapping[str, str], home: Path) -> Path:
    named = environ.get("XDG_CONFIG_HOME", "")
    if sys.platform == "darwin":
        return home / "Library" / "Preferences" / "netlify" / "config.json"
    return (Path(named) if PurePath(named).is_absolute() else home / ".config") / "netlify" / "config.json"


def _netlify_token(fields: _Fields) -> tuple[object, object]:
    """{"userId", "users": {id: {"auth": {"token"}}}}; it does not expire."""
    users, present = fields.get("users"), fields.get("userId")
    user = users.get(present) if isinstance(users, dict) and isinstance(present, str) else None
    auth = user.get("auth") if isinstance(user, dict) else None
    return (auth.get("token") if isinstance(auth, dict) else None), None


def _data_directory(environ: Mapping[str, str], home: Path) -> Path:
    named = environ.get("XDG_DATA_HOME", "")
    if PurePath(named).is_absolute():  # the standard ignores any other, which would depend on where we were started
        return Path(named)
    return home / "Library" / "Application Support" if sys.platform == "darwin" else home / ".local" / "share"


PROGRAMS: Mapping[str, Program] = {
    "vercel": Program(title="Vercel", command="vercel login", place=_vercel_place, token=_vercel_token),
    "netlify": Program(title="Netlify", command="netlify login", place=_netlify_place, token=_netlify_token),
    "railway": Program(title="Railway", command="railway login", place=railway_place, token=_railway_token),
}
"""By provider."""

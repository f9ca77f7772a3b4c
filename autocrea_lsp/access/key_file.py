"""The file of keys in the configuration directory: TOML, one `provider = "key"` a line, for its owner alone."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import platformdirs

from autocrea_lsp.access import private_file
from autocrea_lsp.access.secret import clean
from autocrea_lsp.errors import NoCredentials

NAME = "credentials.toml"


def path() -> Path | None:
    """Where the file would be; None where there is no home directory.

    The same place as `workspace.paths.config_dir()`, which this layer may not import; a test holds them together.
    """
    try:
        if home := os.environ.get("AUTOCREA_HOME"):
            return Path(home).expanduser().absolute() / "config" / NAME
        return platformdirs.user_config_path("autocrea-lsp", appauthor=False) / NAME
    except (RuntimeError, OSError):
        return None


def read(provider: str, file: Path | None = None) -> str | None:
    """The provider's key; None when there is no file or no such line.

    Raises NoCredentials when the file is not its owner's alone: a key that others can read is not used silently.
    """
    if (file := file or path()) is None:
        return None
    if (text := private_file.read(file, _refused)) is None:
        return None
    try:
        value = tomllib.loads(text.decode("utf-8")).get(provider)
    except ValueError:  # the parser's message may quote the line, and the line holds the key
        raise _refused("is not TOML", f'Write one line for each key: {provider} = "your key".') from None
    if value is None:
        return None
    if not isinstance(value, str):
        raise _refused("holds something else than text", f'Write it as {provider} = "your key".')
    return clean(value)


def _refused(what: str, then: str) -> NoCredentials:
    return NoCredentials(
        f"the file of keys, `{NAME}` in the configuration directory, {what}",
        hint=f"{then} `autocrea-lsp doctor` says where it is.",
    )

"""Files that hold secrets by their name: nothing is suggested in them and nothing of them is sent."""

from __future__ import annotations

import fnmatch
from urllib.parse import unquote, urlsplit

# Compared without case. Names of the file itself, whatever its folder.
_NAMES = (
    ".env",
    ".env.*",
    ".envrc",
    "*.env",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.ppk",
    "id_*",
    ".npmrc",
    ".pypirc",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".git-credentials",
    ".htpasswd",
    "credentials",
    "credentials.*",
    "secrets.*",
    ".dockercfg",
    "*.tfvars",
    "*.tfstate",
)
_FOLDERS = frozenset({".ssh", ".gnupg", ".aws", ".kube", ".docker"})
_EXAMPLES = ("*.example", "*.sample", "*.template", "*.dist", "*.pub")


def file_name(uri: str) -> str:
    """The base name that a document's URI ends in; "" where there is none."""
    return uri_path(uri).replace("\\", "/").rsplit("/", 1)[-1]


def is_sensitive(uri: str) -> bool:
    """Whether a document is sensitive by name. `id_rsa.pub` and `.env.example` are not."""
    return is_sensitive_path(uri_path(uri))


def is_sensitive_path(path: str) -> bool:
    """The same for a path that is not a URI: a percent sign in it is one."""
    parts = path.replace("\\", "/").casefold().split("/")
    name = parts[-1]
    if any(fnmatch.fnmatchcase(name, pattern) for pattern in _EXAMPLES):
        return False
    return not _FOLDERS.isdisjoint(parts[:-1]) or any(fnmatch.fnmatchcase(name, pattern) for pattern in _NAMES)


def uri_path(uri: str) -> str:
    """The path in a URI, decoded once; of what is no URI, all of it."""
    try:
        return unquote(urlsplit(uri).path)
    except ValueError:  # a bracket where a host would stand
        return unquote(uri)

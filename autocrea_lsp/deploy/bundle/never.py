"""What is never sent to a host unless the user names it: secrets, other tools' folders, and what makes no site."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path


def _any_of(*patterns: str) -> re.Pattern[str]:
    """One expression for all: each file of a tree is asked about."""
    return re.compile("|".join(map(fnmatch.translate, patterns)))


SECRET, TOOLS = "may hold secrets; --include sends it", "is never sent"

_FOLDERS = frozenset(
    {
        *(".git", ".hg", ".svn", "cvs", ".jj", ".sl"),
        *("node_modules", ".venv", "venv", "__pycache__", ".tox", ".nox", ".eggs", ".terraform"),
        *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".gradle"),
        *(".vercel", ".now", ".netlify", ".railway"),
    }
)
_SECRET_FOLDERS = frozenset({".ssh", ".gnupg", ".aws", ".azure", ".gcloud", ".kube", ".docker"})
_RUBBISH = _any_of(".ds_store", "thumbs.db", "desktop.ini", "*.swp", "*.swo", "*~", "npm-debug.log*", "*.pyc")
_SECRETS = _any_of(
    *(".env", ".env.*", "*.env", ".envrc", ".dev.vars"),
    *("*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk"),
    *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk"),
    *(".pypirc", ".netrc", "_netrc", ".pgpass", ".git-credentials", ".htpasswd", ".dockercfg", ".boto", ".s3cfg"),
    *("credentials", "*.tfstate", "*.tfstate.*", "*.tfvars", "*.tfvars.json"),
)
_DATA = re.compile(
    r"(?:secrets?|credentials?|service[-_]?account.*)\.(?:json|ya?ml|toml|ini|cfg|properties|txt)", re.ASCII
)  # a module of that name is code, and a site may need it
_EXAMPLES = _any_of("*.example", "*.sample", "*.template", "*.dist", "*.pub")
_TOKENS = re.compile(
    rb"(?m)^[^#;\n]*(?:_authToken|_auth|_password)\s*=\s*(?!\s*\$\{)[^\s$]"
)  # of npm; `${NAME}` is none
_KEY_BLOCK = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_LOOKED_INTO = frozenset(
    {
        "",
        ".asc",
        ".txt",
        ".json",
        ".yaml",
        ".yml",
        ".toml",
        ".ini",
        ".cfg",
        ".conf",
        ".crt",
        ".cer",
        ".cert",
        ".properties",
    }
)
_LOOKED_INTO_BYTES = 65_536  # a key is 4 KB; what is larger is no file of keys


def why_folder(name: str) -> str | None:
    """Why nothing of a folder of that name is sent; None where that is no reason."""
    folded = name.casefold()
    if folded in _SECRET_FOLDERS:
        return SECRET
    return TOOLS if folded in _FOLDERS else None


def why_file(name: str) -> str | None:
    """The same for a file, by its name alone."""
    folded = name.casefold()
    if _EXAMPLES.match(folded):
        return None
    if _SECRETS.match(folded) or _DATA.fullmatch(folded):
        return SECRET
    return TOOLS if _RUBBISH.match(folded) else None


def is_looked_into(name: str, size: int) -> bool:
    """Whether a file may be of those that `why_content` finds."""
    folded = name.casefold()
    if size > _LOOKED_INTO_BYTES or size == 0:
        return False
    return folded in (".npmrc", ".yarnrc.yml", ".yarnrc") or Path(folded).suffix in _LOOKED_INTO


def why_content(name: str, data: bytes) -> str | None:
    """Why it is not sent for what it holds: a private key, or a registry's token."""
    if _KEY_BLOCK.search(data):
        return f"holds a private key; it {SECRET}"
    if name.casefold() == ".npmrc" and _TOKENS.search(data):
        return f"holds a token; it {SECRET}"
    return None

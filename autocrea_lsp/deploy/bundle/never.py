"""What is never sent to a host unless the user names it: secrets, other tools' folders, and what makes no site."""

from __future__ import annotations

import fnmatch
import os
import re


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
_ALSO_FILES = frozenset({".git", ".hg", ".svn", ".jj"})  # in a worktree or a submodule `.git` is a file
_SECRET_FOLDERS = frozenset({".env", ".ssh", ".gnupg", ".aws", ".azure", ".gcloud", ".kube", ".docker"})
_RUBBISH = _any_of(".ds_store", "thumbs.db", "desktop.ini", "*.swp", "*.swo", "*~", "npm-debug.log*", "*.pyc")
_SECRETS = _any_of(
    *(".env", ".env.*", "*.env", ".envrc", ".dev.vars"),
    *("*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", "*.p8"),
    *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk"),
    *(".pypirc", ".netrc", "_netrc", ".pgpass", ".git-credentials", ".htpasswd", ".dockercfg", ".boto", ".s3cfg"),
    *(".my.cnf", ".vault-token"),
    *("credentials", "*.tfstate", "*.tfstate.*", "*.tfvars", "*.tfvars.json"),
)
_DATA = re.compile(
    r"(?:secrets?|credentials?|service[-_]?account.*)\.(?:json|ya?ml|toml|ini|cfg|properties|txt)", re.ASCII
)  # a module of that name is code, and a site may need it
_EXAMPLES = _any_of("*.example", "*.sample", "*.template", "*.dist", "*.pub")
_TOKENS = re.compile(
    rb"(?m)^[^#;\n]*?(?:(?:_authToken|_auth|_password)[ \t]*=|npmAuth(?:Token|Ident)\W{0,2}:)"
    rb"[ \t]*+[\"']?[^\s\"'$]"
)  # of npm and yarn; `${NAME}` is none
_TOKEN_FILES = frozenset({".npmrc", ".yarnrc", ".yarnrc.yml"})
_KEY_BLOCK = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_IS_A_KEY = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,64}" + _KEY_BLOCK.pattern)
_DATA_SUFFIXES = frozenset(
    (
        *("", ".txt", ".asc", ".crt", ".cer", ".cert"),
        *(".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".properties"),
    )
)  # a key anywhere in them counts; code may well speak of one
_LOOKED_INTO_BYTES = 65_536  # a key has 4 KB; what is larger is no file of keys
_BEGINNING_BYTES = 160


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
    if folded in _ALSO_FILES:
        return TOOLS
    if _SECRETS.match(folded) or _DATA.fullmatch(folded):
        return SECRET
    return TOOLS if _RUBBISH.match(folded) else None


def bytes_to_look_at(name: str, size: int) -> int:
    """How many bytes from its beginning `why_content` wants to see of a file; 0: it need not be opened."""
    if size > _LOOKED_INTO_BYTES:
        return 0
    folded = name.casefold()
    known = folded in _TOKEN_FILES or os.path.splitext(folded)[1] in _DATA_SUFFIXES  # noqa: PTH122  # for each file
    return size if known else min(size, _BEGINNING_BYTES)


def why_content(name: str, data: bytes) -> str | None:
    """Why it is not sent for what it holds: a private key, or a registry's token."""
    folded = name.casefold()
    anywhere = os.path.splitext(folded)[1] in _DATA_SUFFIXES  # noqa: PTH122
    if _IS_A_KEY.match(data) or (anywhere and _KEY_BLOCK.search(data)):
        return f"holds a private key; it {SECRET}"
    if folded in _TOKEN_FILES and _TOKENS.search(data):
        return f"holds a token; it {SECRET}"
    return None

"""Where the files come from, for the deployment's page at the host: commit, author, branch.

git runs with fixed arguments and with nothing that a repository can configure to run: no hooks, no pager, no monitor,
no signature check; the folder is trusted by the time that anybody asks. No git, no repository, no commit: no metadata.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from autocrea_lsp.access.child_env import child_environment

TIMEOUT_S = 5.0  # each; a repository that takes longer does without
_LONGEST = 4_000  # characters of a commit message
_QUIET = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.pager=cat",
    "-c",
    "color.ui=false",
)
_SEPARATOR = "\x1f"
_FORMAT = _SEPARATOR.join(("%H", "%an", "%ae", "%B"))


async def metadata(folder: Path) -> dict[str, Any] | None:
    """The body's `gitMetadata`; None where the folder is in no repository with a commit."""
    git = shutil.which("git")
    if git is None:
        return None
    log = await _git(git, folder, "log", "-1", f"--format={_FORMAT}", "--no-show-signature")
    parts = (log or "").split(_SEPARATOR)
    if len(parts) != 4:
        return None
    sha, author, email, message = parts
    found: dict[str, Any] = {
        "commitAuthorName": author,
        "commitAuthorEmail": email,
        "commitMessage": message.strip()[:_LONGEST],
        "commitSha": sha,
    }
    branch = await _git(git, folder, "symbolic-ref", "--short", "--quiet", "HEAD")
    if branch:
        found["commitRef"] = branch.strip()
    status = await _git(git, folder, "status", "--porcelain", "--untracked-files=normal", "--ignore-submodules=all")
    if status is not None:
        found["dirty"] = bool(status.strip())
    origin = await _git(git, folder, "config", "--get", "remote.origin.url")
    if origin and (url := without_login(origin.strip())):
        found["remoteUrl"] = url
    return found


def without_login(url: str) -> str:
    """A remote's address without the token that some put into it; "" for what is no address."""
    if "://" not in url:  # git@host:path, or a folder
        return url if re.fullmatch(r"[\w.-]+@[\w.-]+:[^\s:]+", url) else ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, host + port, parts.path, "", "")) if host else ""


async def _git(git: str, folder: Path, *arguments: str) -> str | None:
    """What it printed; None when it failed or took too long."""
    quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C.UTF-8"}
    environment = {name: value for name, value in child_environment().items() if not name.startswith("GIT_")} | quiet
    try:
        process = await asyncio.create_subprocess_exec(
            git,
            *_QUIET,
            *arguments,
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(TIMEOUT_S):
            output, _errors = await process.communicate()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            await process.wait()
    return output.decode("utf-8", "replace") if process.returncode == 0 else None

"""Commit messages from what git would commit. Files that may not leave are left out of the diff.

git runs with fixed arguments and without anything that a repository can configure to run: no pager, no external diff,
no textconv, no file-system monitor, no hooks. Unstaged changes pass its filters, so only a trusted folder is asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from autocrea_lsp.access.child_env import child_environment
from autocrea_lsp.ai.base import ChatPrompt, Message
from autocrea_lsp.assist import call, prompts
from autocrea_lsp.assist.call import Took
from autocrea_lsp.assist.desk import Desk, shown
from autocrea_lsp.assist.markdown import plain
from autocrea_lsp.errors import UserError
from autocrea_lsp.text import sound

MAX_OUTPUT_TOKENS = 1_000
MAX_DIFF = 60_000  # characters
GIT_TIMEOUT_S = 20.0
HISTORY = 10  # subjects of earlier commits, for their style

_QUIET = (
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat",
    "-c", "color.ui=false", "-c", "core.quotePath=false",
)  # fmt: skip
_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--submodule=short", "--unified=3")
_FILE = re.compile(r"^diff --git a/(.*) b/(.*)$", re.MULTILINE)
# A diff shows three lines around a change, and one in its `@@`: of a private key the middle, which has no shape.
_ENCODED = re.compile(
    r"^([ +-][ \t]{0,40}|@@ [^@\n]{1,60}@@ )[\"']?[A-Za-z0-9+/]{40,200}={0,2}(?:\\n)?[\"']?,?$", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    message: str
    took: Took


async def prepare(desk: Desk, folder: Path) -> ChatPrompt:
    """The prompt. Sends nothing. Raises UserError where there is nothing to commit, or git may not be asked."""
    workspace = desk.workspace()
    if not workspace.trusted:
        raise UserError("The workspace is not trusted, so git is not run in it.", hint="Trust the workspace first.")
    git = shutil.which("git")
    if git is None:
        raise UserError("git is not installed.", hint="Install git.")
    diff = await _git(git, folder, *_DIFF, "--cached") or await _git(git, folder, *_DIFF)
    parts = [part for part in _by_file(diff) if _may_leave(desk, folder, part)]
    if not parts:
        raise UserError("There is nothing to commit that may be shown.", hint="Stage the changes first.")
    redaction = desk.redaction()
    text = _ENCODED.sub(r"\1[encoded data]", shown(redaction, "".join(parts)[:MAX_DIFF]))
    with contextlib.suppress(UserError):  # a repository without a commit has no history
        history = await _git(git, folder, "log", f"-{HISTORY}", "--format=%s", "--no-show-signature")
        text = f"{text}\n</diff>\n\n<history>\n{shown(redaction, history)}\n</history>"
        return _prompt(desk, f"<diff>\n{text}")
    return _prompt(desk, f"<diff>\n{text}\n</diff>")


async def write(desk: Desk, folder: Path) -> Written:
    """The message for what is staged, or for all changes when nothing is."""
    prompt = await prepare(desk, folder)
    backend = await desk.who("generate")
    await desk.admit(backend, prompt)
    answer = await call.ask(backend, prompt)
    return Written(message=_message(answer.text), took=answer.took)


def _prompt(desk: Desk, text: str) -> ChatPrompt:
    return ChatPrompt(
        stable=prompts.commit_rules(desk.workspace().locale),
        messages=(Message(role="user", text=sound(text)),),
        kind="generate",
        max_output_tokens=MAX_OUTPUT_TOKENS,
        request_id=uuid.uuid4().hex,
        detail="commit",
    )


def _message(text: str) -> str:
    """The message without a fence around it, as plain text."""
    return plain(re.sub(r"\A\s*```\w*\n(.*?)\n?```\s*\Z", r"\1", text, flags=re.DOTALL)).strip()


def _by_file(diff: str) -> list[str]:
    starts = [match.start() for match in _FILE.finditer(diff)]
    return [diff[start:end] for start, end in itertools.pairwise([*starts, len(diff)])]


def _may_leave(desk: Desk, folder: Path, part: str) -> bool:
    names = _FILE.match(part)
    assert names is not None  # `_by_file` cuts there
    exclusions = desk.workspace().exclusions
    return all(exclusions.why_excluded((folder / name).as_uri()) is None for name in names.groups())


async def _git(git: str, folder: Path, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        git,
        *_QUIET,
        *arguments,
        cwd=folder,
        env=child_environment({"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C.UTF-8"}),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), GIT_TIMEOUT_S)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        raise UserError("git cannot be asked here.", hint="Is this folder a git repository?")
    return out.decode("utf-8", "replace")

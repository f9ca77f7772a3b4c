"""From git: Railway fetches the branch that a service is connected to, and of it any commit; no other branch."""

from __future__ import annotations

import re

from autocrea_lsp.deploy.base import Git
from autocrea_lsp.deploy.railway.fields import Json, line, text
from autocrea_lsp.errors import UserError

_URL = re.compile(r"(?:(?:https?|ssh|git)://)?(?:[^@/\s]+@)?[a-z0-9.-]+\.[a-z]{2,}(?::\d+)?[/:](.+)", re.IGNORECASE)


def connected(source: Git, triggers: list[Json], place: str) -> str:
    """The branch that is deployed. Raises UserError where the service is connected to another, or to none."""
    if not triggers:
        raise UserError(
            f"{line(place)} at Railway is not connected to a git repository.",
            hint="Connect it in the service's settings at Railway (Source), or deploy the folder's files.",
        )
    wanted = repository(source.repository)
    own = [each for each in triggers if not wanted or text(each, "repository").casefold() == wanted.casefold()]
    if not own:
        names = ", ".join(dict.fromkeys(line(text(each, "repository")) for each in triggers))
        raise UserError(
            f"{line(place)} at Railway is connected to {names}, not to {line(wanted)}.",
            hint="Connect it to that one in the service's settings at Railway (Source), or deploy the folder's files.",
        )
    branches = list(dict.fromkeys(text(each, "branch") for each in own))
    if source.branch and source.branch not in branches:
        names = ", ".join(map(line, branches))
        raise UserError(
            f"Railway deploys the branch that the service is connected to ({names}), and not {line(source.branch)}.",
            hint=f"Check {line(source.branch)} out and deploy the folder's files, or change the branch in the "
            "service's settings at Railway (Source).",
        )
    return source.branch or branches[0]


def repository(name: str) -> str:
    """ "owner/name" of a name or a URL."""
    match = _URL.fullmatch(name)
    return (match[1] if match else name).strip("/").removesuffix(".git")

"""Settings of deployments. None of them can come from a repository: a token would follow a base URL of its choice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from autocrea_lsp.settings.definition import setting

CancelMeans = Literal["remote", "wait"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSettings:
    keep: int = setting(5, "Builds of a project that are kept to go back to.", scope="machine", minimum=1, maximum=100)
    build_timeout_minutes: float = setting(
        10.0, "Stop an install or a build after this long (minutes).", scope="machine", minimum=0.1, maximum=240.0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VercelSettings:
    api_url: str = setting(
        "", "Base URL of Vercel's API. Empty: Vercel's own. Only https, or http on this machine.", scope="machine"
    )
    team: str = setting(
        "",
        "Team (slug or id) to deploy to where the folder is not linked to a project. Empty: the token's own.",
        scope="machine",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploySettings:
    provider: str = setting(
        "auto",
        "Where to deploy when nothing is said: `preview` (here, no account), `vercel`, `netlify`, `railway`, or `auto`: "
        "the host that you chose for the folder last, else the one that it is linked to, else `preview`.",
        scope="machine",
    )
    timeout_minutes: float = setting(
        30.0,
        "Stop watching a deployment after this long (minutes). The deployment itself goes on.",
        scope="machine",
        minimum=1.0,
        maximum=1440.0,
    )
    cancel: CancelMeans = setting(
        "remote",
        "What Cancel in a deployment's progress does.",
        choices={
            "remote": "Cancels the deployment at the host.",
            "wait": "Only stops watching it here.",
        },
        scope="machine",
    )
    preview: PreviewSettings = field(default_factory=PreviewSettings)
    vercel: VercelSettings = field(default_factory=VercelSettings)

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
class NetlifySettings:
    api_url: str = setting(
        "", "Base URL of Netlify's API. Empty: Netlify's own. Only https, or http on this machine.", scope="machine"
    )
    log_url: str = setting(
        "",
        "Address of Netlify's live build log, which is given the token. Empty: Netlify's own, or none where `apiUrl` "
        "is set. Only wss, or ws on this machine.",
        scope="machine",
    )
    team: str = setting(
        "",
        "Team (slug or id) in which a site is made when none is named. Empty: the token's first.",
        scope="machine",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RailwaySettings:
    api_url: str = setting(
        "", "Base URL of Railway's API. Empty: Railway's own. Only https, or http on this machine.", scope="machine"
    )
    workspace: str = setting(
        "",
        "Workspace (name or id) to look for projects in, and to make them in. Empty: all that the token sees, and the "
        "first of them.",
        scope="machine",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploySettings:
    provider: str = setting(
        "auto",
        "Where to deploy when nothing is said: `preview` (here, no account), `vercel`, `netlify`, `railway`, or "
        "`auto`: the host that you chose for the folder last, else the one that it is linked to, else `preview`.",
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
    netlify: NetlifySettings = field(default_factory=NetlifySettings)
    railway: RailwaySettings = field(default_factory=RailwaySettings)

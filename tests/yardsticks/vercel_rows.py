"""Where our client asks Vercel for something else than Vercel's own command line does, and why.

Rows of steps come before rows of keys, whose `act` is as ours spells it.
"""

from __future__ import annotations

from tests.yardsticks.sequences import Row

_CREATES = ("deploy", "deploy again")
_GOES_LIVE = ("roll back", "promote")
_BUILDS_AGAIN = ("promote a preview", "redeploy")
_FINDS = ("list", *_GOES_LIVE, *_BUILDS_AGAIN)

_OLD = "theirs keeps to a version that the contract does not publish; ours takes the published one"
_LINK = "ours reads the team from the link file or its own history, and asks nobody who the user is"
_NAME = "only for the team's name, which ours shows beside the project"

ROWS: tuple[Row, ...] = (
    Row(scenarios=_CREATES, theirs="POST /v1/projects", ours="POST /v11/projects", reason=_OLD),
    Row(scenarios=_CREATES, theirs="GET /v1/teams", ours="GET /v2/teams", reason=_OLD),
    Row(
        scenarios=("roll back",),
        theirs="POST /v9/projects/{project}/rollback/{deployment}",
        ours="POST /v1/projects/{project}/rollback/{deployment}",
        reason=_OLD,
    ),
    Row(scenarios=("list",), theirs="GET /teams/{team}", ours="GET /v2/teams/{team}", reason=_OLD),
    Row(scenarios=("deploy again",), ours="GET /v2/teams/{team}", reason=_NAME),
    Row(scenarios=(*_FINDS, "cancel"), theirs="GET /v2/user", reason=_LINK),
    Row(scenarios=(*_GOES_LIVE, *_BUILDS_AGAIN), theirs="GET /teams/{team}", reason=_LINK),
    Row(
        scenarios=_BUILDS_AGAIN,
        ours="GET /v3/deployments/{deployment}/events",
        reason="ours shows the log of each build that it starts; theirs of the first one only",
    ),
    Row(
        scenarios=("pull variables",),
        theirs="GET /v3/env/pull/{project}/{target}",
        ours="GET /v10/projects/{project}/env",
        reason="theirs reads by a route that the contract does not publish",
    ),
    Row(
        scenarios=("pull variables",),
        ours="GET /v2/teams",
        reason="a project that was there is not linked by a deployment of ours, so it is found by its name again",
    ),
    Row(
        scenarios=("cancel",),
        ours="GET /v13/deployments/{deployment}",
        reason="ours makes sure that it is over, and says so when it had finished before",
    ),
    Row(
        scenarios=("cancel",),
        ours="GET /v3/deployments/{deployment}/events",
        reason="ours keeps the log of what was built until then",
    ),
    # ---- keys
    Row(
        scenarios=_CREATES,
        act="POST /v13/deployments",
        theirs="env build.env version source",
        reason="accepted but not published; ours sends what the contract has, and these only when there is something",
    ),
    Row(
        scenarios=_CREATES,
        act="POST /v13/deployments",
        theirs="projectSettings.rootDirectory projectSettings.sourceFilesOutsideRootDirectory",
        reason="the host's own defaults; ours sends settings that the user has set",
    ),
    Row(
        scenarios=_CREATES,
        act="GET /v3/deployments/{deployment}/events",
        theirs="?format",
        ours="?limit",
        reason="`format` is not published; ours asks for all entries, so that none is missing after a lost connection",
    ),
    Row(
        scenarios=_CREATES,
        act="POST /v11/projects",
        theirs="buildCommand commandForIgnoringBuildStep devCommand framework installCommand outputDirectory",
        reason="all null: the host's own defaults",
    ),
    Row(
        scenarios=_CREATES,
        act="GET /v2/teams",
        ours="?limit",
        reason="ours finds a team beyond the first page",
    ),
    Row(
        scenarios=("pull variables",),
        act="GET /v10/projects/{project}/env",
        theirs="?source",
        ours="?decrypt",
        reason="`source` is not published; `decrypt` asks for values that can be read",
    ),
    Row(
        scenarios=("promote a preview",),
        act="POST /v13/deployments",
        ours="?forceNew",
        reason="without it the host may answer with the preview itself, as nothing in it has changed",
    ),
    Row(
        scenarios=("cancel",),
        act="PATCH /v12/deployments/{deployment}/cancel",
        ours="?teamId",
        reason="theirs is a bare request here, which means the user's default team",
    ),
)

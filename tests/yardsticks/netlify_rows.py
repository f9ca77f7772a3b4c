"""Where our client asks Netlify for something else than Netlify's own command line does, and why.

Rows of steps come before rows of keys, whose `act` is as ours spells it.
"""

from __future__ import annotations

from tests.yardsticks.sequences import Row

_FILES = ("deploy", "draft")
_CREATES = (*_FILES, "trigger")
_CALLS = ("list", "cancel", "restore", "roll back")  # theirs is a bare request of the API, by the site's or deploy's id

_LOG = "ours keeps the log of each deployment; theirs prints an address where it can be read"
_BY_ID = "theirs is given ids and does not look what came of it; ours finds the site, and says what is live then"

ROWS: tuple[Row, ...] = (
    Row(
        scenarios=(*_CREATES, *_CALLS),
        theirs="GET /accounts",
        reason="theirs greets the user's teams at each start; ours needs a team only to make a site",
    ),
    Row(
        scenarios=_FILES,
        theirs="GET /accounts/{account}/env",
        reason="theirs reads the site's variables for a build here; ours is given those that the user names",
    ),
    Row(
        scenarios=("draft",),
        theirs="GET /sites/{site}",
        reason="theirs reads the site twice at each start; ours has found it by its name",
    ),
    Row(scenarios=(*_CREATES, "cancel"), ours="GET /deploys/{deploy}/log", reason=_LOG),
    Row(
        scenarios=("trigger", "cancel", "restore", "roll back"),
        ours="GET /sites/{site}/deploys/{deploy}",
        reason="ours waits for the end and says it; theirs leaves as soon as the host has taken the request",
    ),
    Row(scenarios=("list", "restore", "roll back"), ours="GET /sites/{site}", reason=_BY_ID),
    Row(scenarios=("list", "roll back"), ours="GET /sites", reason=_BY_ID),
    # ---- keys
    Row(
        scenarios=_FILES,
        act="PUT /sites/{site}/deploys/{deploy}",
        theirs="build_version framework framework_version",
        reason="what their build has detected, for the host's statistics",
    ),
    Row(
        scenarios=_FILES,
        act="POST /sites/{site}/deploys",
        theirs="deploy_source",
        ours="?title",
        reason="theirs says that it is the command line; ours puts its mark there, to find it after a lost answer",
    ),
    Row(
        scenarios=("trigger",),
        act="POST /sites/{site}/builds",
        ours="?branch ?title",
        reason="ours names the branch and its mark; theirs always builds the production branch",
    ),
    Row(
        scenarios=_CREATES,
        act="GET /sites",
        ours="?page ?per_page",
        reason="ours reads on until it has found exactly that name",
    ),
    Row(
        scenarios=("list",),
        act="GET /sites/{site}/deploys",
        ours="?page ?per_page",
        reason="ours lists as many as were asked for",
    ),
    Row(
        scenarios=("deploy", "trigger"),
        act="GET /sites/{site}",
        theirs="?feature_flags",
        reason="which trials their command line takes part in",
    ),
)

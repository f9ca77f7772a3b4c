"""Where our client asks Railway for something else than theirs does, and why.

Theirs is a library: it sends what the story calls and looks at nothing by itself, so what ours looks at stands here.
Rows of steps come before rows of keys.
"""

from __future__ import annotations

from tests.yardsticks.sequences import Row

_ACTS = ("roll back", "redeploy", "cancel", "git")
_FINDS = ("roll back", "git")  # the others are of a deployment that ours knows

ROWS: tuple[Row, ...] = (
    Row(
        scenarios=("list", *_ACTS),
        ours="query projectToken",
        reason="of which kind a token is cannot be seen, and each kind has a header of its own",
    ),
    Row(scenarios=_FINDS, ours="query me", reason="the workspaces in which the project is looked for"),
    Row(scenarios=_FINDS, ours="query projects", reason="the project is found by the folder's name"),
    Row(
        scenarios=("roll back", "redeploy", "git"),
        ours="query project",
        reason="which environment is production, and which service there is",
    ),
    Row(
        scenarios=("roll back", "redeploy", "git"),
        ours="query deployments",
        reason="what was live before, and which one has come of it: the answer to the mutation does not say",
    ),
    Row(scenarios=_ACTS, ours="query deployment", reason="ours waits for the end and says it"),
    Row(scenarios=("redeploy", "cancel", "git"), ours="socket", reason="its log and its states, as they come"),
    Row(
        scenarios=("cancel",),
        ours="query deploymentEvents",
        reason="REMOVED is the end of a canceled one and of an old one; its events tell which",
    ),
    Row(scenarios=("git",), ours="query environment", reason="whether the service has a repository"),
    Row(scenarios=("git",), ours="query deploymentTriggers", reason="whether the branch is the one that is built"),
    # ---- keys
    Row(
        scenarios=("list",),
        act="query deployments",
        theirs="input.environmentId",
        reason="ours lists all environments of the service, as its history shows all targets",
    ),
    Row(
        scenarios=("list",),
        act="query projects",
        ours="first workspaceId",
        reason="ours asks each workspace, for as many as an answer may have",
    ),
)

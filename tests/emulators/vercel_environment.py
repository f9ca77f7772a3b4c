"""The variables of a project's environment."""

from __future__ import annotations

from typing import Any

from tests.emulators import vercel_views as views
from tests.emulators.hosting.calls import Answer
from tests.emulators.vercel_calls import Call
from tests.emulators.vercel_rules import Refused, check_variable, not_found
from tests.emulators.vercel_things import Project, Variable
from tests.emulators.vercel_world import World


def list_env(call: Call) -> Answer:
    decrypted, branch = call.query.get("decrypt") == "true", call.query.get("gitBranch")
    found = [
        views.variable(variable, decrypted=decrypted)
        for variable in call.project().env.values()
        if branch is None or variable.git_branch in (None, branch)
    ]
    shown = {"envs": found, "pagination": views.pagination(len(found)), "hiddenProductionEnvCount": 0}
    return Answer(value=shown)


def read_env(call: Call) -> Answer:
    return Answer(value=views.variable(_variable(call), decrypted=True))


def pull_env(call: Call) -> Answer:
    """Names and values of one target, as the vendor's command line writes them to a file."""
    target = call.params["target"]
    found = [variable for variable in call.project().env.values() if target in variable.target]
    shown = {variable.key: views.variable(variable, decrypted=True)["value"] for variable in found}
    return Answer(value={"env": shown, "buildEnv": {}})


def create_env(call: Call) -> Answer:
    """One or several; all of them, or none when one is wrong or there already (without `upsert=true`)."""
    project, body, upsert = call.project(), call.body, call.query.get("upsert") == "true"
    several = isinstance(body, list)
    wanted = body if several else [body]
    for entry in wanted:
        check_variable(entry, whole=True)
        if not upsert and _same(project, entry):
            message = f"A variable with the name `{entry['key']}` already exists for that target."
            raise Refused(403, "ENV_ALREADY_EXISTS", message, envVarKey=entry["key"])
    made = [views.variable(add_variable(call.world, project, **entry), decrypted=True) for entry in wanted]
    return Answer(status=201, value={"created": made if several else made[0], "failed": []})


def edit_env(call: Call) -> Answer:
    variable, body = _variable(call), call.body
    check_variable(body, whole=False)
    names = {"gitBranch": "git_branch", "customEnvironmentIds": "environments"}
    for name, value in body.items():
        setattr(variable, names.get(name, name), value)
    variable.updated_ms = call.world.now_ms()
    return Answer(value=views.variable(variable, decrypted=True))


def delete_env(call: Call) -> Answer:
    variable = _variable(call)
    del call.project().env[variable.id]
    return Answer(value=views.variable(variable, decrypted=False))


def add_variable(
    world: World,
    project: Project,
    key: str,
    value: str,
    type: str = "encrypted",  # noqa: A002  # the host's name of it
    target: list[str] | None = None,
    **more: Any,
) -> Variable:
    """Put it there, in place of one with the same name and target."""
    target = target or ([] if more.get("customEnvironmentIds") else ["production", "preview", "development"])
    same = _same(project, {"key": key, "target": target, "gitBranch": more.get("gitBranch")})
    variable = Variable(
        id=same.id if same else world.new_id("env_"),
        key=key,
        value=value,
        type=type,
        target=target,
        created_ms=same.created_ms if same else world.now_ms(),
        updated_ms=world.now_ms(),
        git_branch=more.get("gitBranch"),
        comment=more.get("comment", ""),
        environments=more.get("customEnvironmentIds", []),
    )
    project.env[variable.id] = variable
    return variable


def _same(project: Project, wanted: dict[str, Any]) -> Variable | None:
    targets = set(wanted.get("target") or ())
    return next(
        (
            variable
            for variable in project.env.values()
            if variable.key == wanted["key"]
            and variable.git_branch == wanted.get("gitBranch")
            and targets & set(variable.target)
        ),
        None,
    )


def _variable(call: Call) -> Variable:
    if (found := call.project().env.get(call.params["env"])) is None:
        raise not_found("environment variable")
    return found

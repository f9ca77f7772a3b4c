"""Whether a project's own code may be run here: locked in where the machine can do it, else only after a yes."""

from __future__ import annotations

from autocrea_lsp import sandbox
from autocrea_lsp.deploy.base import Ports, Question
from autocrea_lsp.deploy.errors import NotAllowed
from autocrea_lsp.deploy.preview.building import Limits, Recipe

NO, YES = "Do not build", "Build without isolation"
NOT_ISOLATED = "The build is not isolated from your files on this machine."


async def allowed(ports: Ports, recipe: Recipe) -> Limits:
    """How it is run, if it may be. Raises NotAllowed."""
    settings = ports.settings()
    limits = Limits(level=settings.sandbox.level, timeout_s=settings.deploy.preview.build_timeout_minutes * 60)
    if not recipe.builds or await isolates(limits):
        return limits
    if limits.level == "required":
        raise NotAllowed(
            "The project's code was not run: it must be isolated, and this machine cannot do that.",
            hint="Install bubblewrap, or set `sandbox.level` to `auto`.",
        )
    question = Question(
        text="The build runs the project's own code, and on this machine it cannot be isolated: it could read and "
        "change your files. Build it?",
        choices=(NO, YES),
    )
    if await ports.ask(question) != YES:
        raise NotAllowed(
            "The project's code was not run: it cannot be isolated here, and nobody has agreed to that.",
            hint="Install bubblewrap, or deploy from an editor that can ask you.",
        )
    return limits


async def isolates(limits: Limits) -> bool:
    """Whether a build cannot get at the user's files."""
    return limits.level != "off" and (await sandbox.probe()).level == "bwrap"

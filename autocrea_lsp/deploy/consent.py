"""The user's yes to production: asked for exactly what will happen, and remembered only if they say so."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from autocrea_lsp.deploy.base import Again, Ask, Files, Git, Plan, Provider, Question, Request
from autocrea_lsp.deploy.errors import NotAllowed
from autocrea_lsp.store import Store

NO, YES, ALWAYS = "Do not deploy", "Deploy", "Deploy, and always for exactly this"
_KEY = "deploy.agreed."  # preference, with the hash of what was agreed to


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a yes is good for. Any change asks again."""

    provider: str
    account: str
    project: str
    target: str
    source: str
    build_command: str

    @property
    def key(self) -> str:
        """The preference that remembers it."""
        values = [self.provider, self.account, self.project, self.target, self.source, self.build_command]
        return _KEY + hashlib.sha256(json.dumps(values, ensure_ascii=True).encode()).hexdigest()[:40]


def terms(request: Request, plan: Plan) -> Terms:
    return Terms(
        provider=request.provider,
        account=plan.place.account,
        project=plan.place.project_name or plan.place.project,  # one that is to be made has no id yet
        target=plan.target,
        source=_exactly(request),
        build_command=plan.build_command,
    )


async def agree(provider: Provider, request: Request, plan: Plan, *, ask: Ask, store: Store) -> None:
    """Returns when the user agrees to it, now or earlier for exactly this. Raises NotAllowed when they do not.

    A target that is only remembered needs a yes each time: nobody has named it.
    """
    wanted = terms(request, plan)
    if not request.remembered and await store.get_preference(wanted.key) is True:
        return
    once = request.remembered or isinstance(request.source, Again)  # a yes to it says nothing of the next
    always = () if once else (ALWAYS,)
    choices = (NO, YES, *always)
    chosen = await ask(Question(text=_question(provider, request, plan), choices=choices))
    if chosen is None and request.remembered:
        raise NotAllowed(
            f"{plan.target} is production and was only remembered, and nobody could be asked; nothing was sent.",
            hint="Name the target.",
        )
    if chosen not in choices[1:]:
        raise refused(chosen)
    if chosen == ALWAYS:
        store.set_preference(wanted.key, True)


async def confirm(text: str, yes: str, *, ask: Ask) -> None:
    """Returns when the user picks `yes`; never remembered. Raises NotAllowed otherwise."""
    no = "Leave it as it is"
    chosen = await ask(Question(text=text, choices=(no, yes)))
    if chosen != yes:
        raise refused(chosen)


def refused(chosen: str | None) -> NotAllowed:
    if chosen is None:
        return NotAllowed(
            "Production needs your yes, and nobody could be asked for it; nothing was sent.",
            hint="In a shell without a terminal say --yes.",
        )
    return NotAllowed("You did not agree to it; nothing was sent.")


def _exactly(request: Request) -> str:
    """Where all that is sent comes from. In a preference's hash only: a path is in no row."""
    match request.source:
        case Files():
            what = ["files", str(request.folder), request.build.root_directory, sorted(request.include)]
        case Git(branch=branch, repository=repository, commit=commit):
            what = ["git", repository or str(request.folder), branch, commit, request.build.root_directory]
        case Again(ref=ref, action=action):
            what = [action, ref.id]
    return json.dumps(what)


def _question(provider: Provider, request: Request, plan: Plan) -> str:
    place = plan.place
    project = place.project_name or place.project
    lines = [
        f"Deploy to {plan.target} at {provider.title}? It goes live for everybody.",
        f"Account: {place.account_name or place.account or 'that of the token'}",
        f"Project: {project}{' (to be made)' if plan.creates_project else ''}",
        f"Source: {_source(request, plan)}",
        f"Build command: {plan.build_command or 'as the host finds out'}",
    ]
    return "\n".join([*lines, *plan.notes])


def _source(request: Request, plan: Plan) -> str:
    if plan.bundle is not None:
        return f"{len(plan.bundle.files)} files of {request.folder.name}"
    return str(request.source)

"""What a deployment will be, found out by reading only.

From files: how the site is built here, with the preview's plan; what is sent is what the build leaves. From git: the
host decides by the branch whether it is production, so that counts and not what was asked.
"""

from __future__ import annotations

import asyncio
import posixpath
from dataclasses import dataclass, replace

from autocrea_lsp.deploy import bundle
from autocrea_lsp.deploy.base import PREVIEW, PRODUCTION, Build, Files, Git, Plan, Request
from autocrea_lsp.deploy.bundle import Bundle, BundleFile, HostRules
from autocrea_lsp.deploy.errors import CannotDo
from autocrea_lsp.deploy.netlify import configuration
from autocrea_lsp.deploy.netlify.fields import Json, line, record, secure, text, words
from autocrea_lsp.deploy.netlify.sites import NAME, Found, Sites
from autocrea_lsp.deploy.netlify.states import how_to_unlock, locked
from autocrea_lsp.deploy.preview import planning as building_plan
from autocrea_lsp.deploy.preview.building import Recipe
from autocrea_lsp.errors import UserError

_DASHBOARD = "Change them in the site's settings at Netlify, or deploy the folder's files."


def _bad_name(name: str) -> str | None:
    return "Netlify takes no name with `#` or `?` in it" if "#" in name or "?" in name else None


SOURCE_RULES = HostRules(title="Netlify", symlinks="link", max_files=100_000, max_file_bytes=2 << 30)
"""What a build here sees."""

OUTPUT_RULES = HostRules(
    title="Netlify",
    never=(".*", "!.well-known", "__MACOSX*", "node_modules"),
    symlinks="skip",
    max_files=100_000,
    bad_name=_bad_name,
)
"""What is sent: as with the vendor's client, no dot-files and no links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Plan):
    """A plan with what the create needs. `recipe` None: nothing is run here. `more`: goes with what a build leaves."""

    recipe: Recipe | None = None
    root_directory: str = ""  # of `bundle`, below the folder
    more: BundleFile | None = None
    branch: str = ""
    admin_url: str = ""  # of the site


async def plan(sites: Sites, request: Request, *, default_account: str) -> Planned:
    """Raises UserError and CannotDo where the request cannot be done as it is."""
    if isinstance(request.source, Git):
        _git_alone(request, request.source)
    found = await sites.find(
        request.folder, project=request.project, account=request.account, default_account=default_account
    )
    if isinstance(request.source, Git):
        return _from_git(request, request.source, found)
    if not isinstance(request.source, Files):
        raise CannotDo("Netlify cannot build a deployment once more.", hint="Deploy the folder's files, or a branch.")
    if not found.site:
        _may_create(request, found)
    return await _from_files(request, found)


async def collect(request: Request, plan: Planned) -> Bundle:
    """The bundle of a plan once more, as the files are now."""
    return await _collect(request, plan.root_directory, built=plan.recipe is not None, more=plan.more)


async def _collect(request: Request, root_directory: str, *, built: bool, more: BundleFile | None) -> Bundle:
    rules = SOURCE_RULES if built else OUTPUT_RULES
    files = await bundle.collect(request.folder, rules, root_directory=root_directory or None, include=request.include)
    return files if built else with_file(files, more)


def with_file(files: Bundle, more: BundleFile | None) -> Bundle:
    """And that one, if there is none of its name."""
    if more is None or any(file.name == more.name for file in files.files):
        return files
    return replace(files, files=tuple(sorted((*files.files, more), key=lambda file: file.name)))


async def _from_files(request: Request, found: Found) -> Planned:
    said = await asyncio.to_thread(configuration.read, request.folder, request.build, found.site, request.target)
    build = said.build
    files, recipe = await building_plan.sources(replace(request, build=build), SOURCE_RULES)
    notes = [*said.notes, *_about_site(request, found)]
    root_directory = build.root_directory or ""
    if recipe.builds:
        notes += [*files.notes, "It is built here, and what the build leaves is sent.", *building_plan.about(recipe)]
        if request.environment:
            notes.append("The variables given are for the build here alone; the site at Netlify does not keep them.")
    else:
        root_directory = _served(build, recipe)
        files = await _collect(request, root_directory, built=False, more=said.file)
        notes += [*files.notes, "The files are sent as they are; nothing is run."]
        if request.environment:
            notes.append("The variables given have no effect: nothing is built.")
    return Planned(
        place=found.place,
        target=request.target,
        production=request.target == PRODUCTION,
        build_command=recipe.framework.build_command,
        creates_project=not found.site,
        notes=tuple(notes),
        bundle=files,
        recipe=recipe if recipe.builds else None,
        root_directory=root_directory,
        more=said.file,
    )


def _served(build: Build, recipe: Recipe) -> str:
    inner = posixpath.normpath(posixpath.join(build.root_directory or "", recipe.framework.outputs[0]))
    return "" if inner == "." else inner


def _git_alone(request: Request, source: Git) -> None:
    """What a build of theirs cannot be given."""
    if source.commit:
        raise CannotDo("Netlify builds the newest commit of a branch only.", hint=COMMIT_INSTEAD)
    if request.environment:
        raise CannotDo(
            "Netlify takes no variables for one build.",
            hint="Set them in the site's settings at Netlify, or deploy the folder's files, which are built here.",
        )
    build = request.build
    if any((build.build_command, build.output_directory, build.install_command, build.root_directory)):
        raise CannotDo("Netlify builds a branch by the site's own settings.", hint=_DASHBOARD)


COMMIT_INSTEAD = "Check the commit out and deploy the folder's files, or make a branch of it."


def _from_git(request: Request, source: Git, found: Found) -> Planned:
    name = found.place.project_name or found.place.project
    settings = record(found.site, "build_settings")
    repository = text(settings, "repo_path") or text(settings, "repo_url")
    if not found.site or not repository:
        missing = "is connected to no repository" if found.site else "does not exist"
        raise CannotDo(
            f"The site {line(name)} {missing} at Netlify, so it has nothing to build a branch of.",
            hint="Connect it to the repository at Netlify first, or deploy the folder's files.",
        )
    if source.repository and not same_repository(source.repository, settings):
        raise CannotDo(
            f"The site {line(name)} is connected to {line(repository)}, not to {line(source.repository)}.",
            hint="Name no repository, or change it in the site's settings at Netlify.",
        )
    main = text(settings, "repo_branch") or text(settings, "branch")
    production = bool(main) and source.branch == main
    notes = _about_site(replace(request, target=PRODUCTION if production else PREVIEW), found)
    if request.target == PRODUCTION and not production:
        raise CannotDo(
            f"Netlify makes only the branch {line(main) or 'that its settings name'} the production of the site.",
            hint="Deploy that one, or deploy this branch as a preview and promote it.",
        )
    if production and request.target != PRODUCTION:
        notes.append(f"Netlify makes {line(main)} its production whatever is asked for: it is the site's main branch.")
    allowed = words(settings, "allowed_branches")
    if allowed and source.branch not in allowed:
        notes.append(f"Netlify is set to build these branches only: {line(', '.join(allowed))}.")
    return Planned(
        place=found.place,
        target=PRODUCTION if production else PREVIEW,
        production=production,
        build_command=line(text(settings, "cmd")),
        notes=tuple(notes),
        branch=source.branch,
        admin_url=secure(text(found.site, "admin_url")),
    )


def same_repository(said: str, settings: Json) -> bool:
    """Whether "owner/name" or a URL is the one that the site is connected to."""
    known = {_plain(text(settings, "repo_path")), _plain(text(settings, "repo_url"))} - {""}
    wanted = _plain(said)
    return any(wanted == each or each.endswith(f"/{wanted}") or wanted.endswith(f"/{each}") for each in known)


def _plain(address: str) -> str:
    """ "git@host:a/b.git" and "https://host/a/b" → "host/a/b"."""
    plain = address.strip().lower().rpartition("://")[2].rpartition("@")[2].removesuffix("/").removesuffix(".git")
    return plain.replace(":", "/")


def _may_create(request: Request, found: Found) -> None:
    name = found.place.project_name
    if not request.create_project:
        raise UserError(
            f"Netlify shows no site {line(name)} to this token.", hint="Name another, or let it be created."
        )
    if not NAME.fullmatch(name):
        raise UserError(
            f"There is no site {line(name)} at Netlify, and none may be called so.",
            hint="A name has small letters, digits and `-`, and 63 characters at most.",
        )


def _about_site(request: Request, found: Found) -> list[str]:
    if request.target == PRODUCTION and locked(found.site):
        return [
            "The site is locked at Netlify: this deployment will be ready, but not live. " + how_to_unlock(found.site)
        ]
    return []

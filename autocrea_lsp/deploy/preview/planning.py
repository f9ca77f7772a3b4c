"""What a preview will be: which files, what they are made with, what is run for them. Only reads."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autocrea_lsp.deploy import bundle
from autocrea_lsp.deploy.base import Build, Place, Plan, Request
from autocrea_lsp.deploy.bundle import HostRules
from autocrea_lsp.deploy.preview import staging, toolchain
from autocrea_lsp.deploy.preview.building import Recipe
from autocrea_lsp.errors import UserError
from autocrea_lsp.workspace import frameworks, package_json
from autocrea_lsp.workspace.frameworks import Framework

RULES = HostRules(
    title="Preview",
    symlinks="link",
    max_files=100_000,
    max_file_bytes=2 << 30,
    max_total_bytes=5 << 30,
)
_PROGRAMS = (*package_json.MANAGERS, "node", "npx", "hugo", "jekyll", "bundle", "ruby", "python3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Plan):
    """A plan with how its site is made. `again`: the id of the preview whose files are built once more."""

    recipe: Recipe
    again: str = ""


def place_of(folder: Path, project: str = "") -> Place:
    """A project is a folder, or a name that the user has given to what is in it."""
    real = folder.resolve()
    key = hashlib.sha256(f"{real}\0{project}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return Place(project=key, project_name=project or real.name)


async def plan_files(request: Request, place: Place) -> Planned:
    """Raises UserError where the folder cannot be built as it is."""
    files, recipe = await sources(request, RULES)
    return planned(request, place, recipe, files=files)


async def sources(request: Request, rules: HostRules) -> tuple[bundle.Bundle, Recipe]:
    """What a site is made from, and how; for another host too, whose `rules` say what goes into it.

    Raises UserError where the folder cannot be built as it is.
    """
    _check_environment(request)
    files = await bundle.collect(
        request.folder, rules, root_directory=request.build.root_directory, include=request.include
    )
    names = [file.name for file in files.files]
    framework = await asyncio.to_thread(_framework, files.root, names, request.build)
    tools = await toolchain.find_in_thread(_tools(framework), title=framework.title, without=request.folder)
    return files, Recipe(framework=framework, toolchain=tools)


def planned(
    request: Request, place: Place, recipe: Recipe, *, files: bundle.Bundle | None = None, again: str = ""
) -> Planned:
    notes = list(files.notes) if files is not None else []
    if not recipe.builds:
        notes.append("The files are served as they are; nothing is run.")
    return Planned(
        place=place,
        target=request.target,
        production=False,
        build_command=recipe.framework.build_command,
        notes=(*notes, *about(recipe)),
        bundle=files,
        recipe=recipe,
        again=again,
    )


def about(recipe: Recipe) -> list[str]:
    """What is run besides the build command, as sentences."""
    framework = recipe.framework
    notes = []
    if recipe.builds and framework.script:
        notes.append(f"The script that it runs is: {framework.script}")
    if framework.install_command:
        notes.append(f"Before it, `{framework.install_command}` runs with network, and sees the manifests only.")
    if recipe.builds and framework.note:
        notes.append(framework.note)
    return notes


def _check_environment(request: Request) -> None:
    for name, value in request.environment.items():
        if not name or "=" in name or "\0" in name or "\0" in value.reveal():
            raise UserError("A variable's name or value cannot be given to a program.", hint="Look for a NUL in it.")


def _framework(root: Path, names: Sequence[str], build: Build) -> Framework:
    """What is found, with what the user says in its place. Blocking."""
    known = frozenset(names)
    found = frameworks.detect(known, lambda name: staging.read_text(root, name), wanted=build.framework)
    if found is None and build.build_command is None and build.output_directory is None:
        raise UserError(
            "Nothing here can be shown: there is no index.html, and no build that we know.",
            hint="Name the build command and the output directory.",
        )
    framework = found or Framework(name=frameworks.OTHER, title="The build command", outputs=("dist", "build", "."))
    if build.install_command is not None:
        framework = replace(framework, install_command=build.install_command)
    if build.build_command is not None:
        framework = replace(framework, build_command=build.build_command, script="")
    if build.output_directory is not None:
        framework = replace(framework, outputs=(_output(build.output_directory),))
    return framework


def _output(name: str) -> str:
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or "\0" in name or "\\" in name:
        raise UserError("The output directory is not inside the project.", hint="Name one below the project's folder.")
    return "/".join(parts) or "."


def _tools(framework: Framework) -> list[str]:
    """What the framework needs, and what the user's own commands begin with, where we know the program."""
    if not (framework.install_command or framework.build_command or framework.hooks):
        return []
    wanted = dict.fromkeys(framework.tools)
    for command in (framework.install_command, framework.build_command):
        words = command.split()
        wanted |= dict.fromkeys(word for word in words if word in _PROGRAMS)
    if {"npm", "npx", "pnpm", "yarn"} & wanted.keys():
        wanted |= {"node": None}
    return list(wanted)

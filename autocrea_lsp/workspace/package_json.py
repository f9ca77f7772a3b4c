"""What a project's package.json says, read as data: a stranger wrote it, and any field may hold anything."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from autocrea_lsp.errors import UserError

NAME = "package.json"
MAX_CHARACTERS = 2_000_000  # the largest seen in the wild has a tenth of it

ManagerName = Literal["npm", "pnpm", "yarn", "bun"]

HOOKS = ("preinstall", "install", "postinstall", "prepare")
"""Scripts that an installer runs for the project itself, in this order."""

_INSTALLER_RUNS = {*HOOKS, "dependencies", "prepublish", "preprepare", "postprepare"}
_DEPENDENCIES = ("dependencies", "devDependencies", "optionalDependencies")
_MAX_SCRIPT = 10_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageJson:
    """The fields that a build depends on; what is not of the expected kind is left out."""

    scripts: Mapping[str, str] = field(default_factory=dict)
    dependencies: Mapping[str, str] = field(default_factory=dict)  # of all kinds: name → version or place
    has_workspaces: bool = False
    manager: str = ""  # of the field `packageManager`, without its version

    @property
    def needs_install(self) -> bool:
        return bool(self.dependencies) or self.has_workspaces

    def local_files(self) -> list[str]:
        """What dependencies of the form `file:…` name, as written; relative to the folder of the package.json."""
        return [spec.removeprefix("file:") for spec in self.dependencies.values() if spec.startswith("file:")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manager:
    """A package manager, by what it is told to do. `exact`: installs what the lock file says, or fails."""

    name: ManagerName
    locks: tuple[str, ...]
    install: str
    exact: str
    run: str  # a script of package.json
    execute: str  # a program of a dependency

    @property
    def tools(self) -> tuple[str, ...]:
        return (self.name,) if self.name == "bun" else ("node", self.name)


_BIN = "node_modules/.bin/"
_NPM = Manager(
    name="npm",
    locks=("package-lock.json", "npm-shrinkwrap.json"),
    install="npm install --no-audit --no-fund",
    exact="npm ci --no-audit --no-fund",
    run="npm run ",
    execute=_BIN,
)
_PNPM = Manager(
    name="pnpm",
    locks=("pnpm-lock.yaml",),
    install="pnpm install --no-frozen-lockfile",
    exact="pnpm install --frozen-lockfile",
    run="pnpm run ",
    execute=_BIN,
)
_YARN = Manager(
    name="yarn",
    locks=("yarn.lock",),
    install="yarn install",
    exact="yarn install --frozen-lockfile",
    run="yarn run ",
    execute="yarn run ",
)
_BUN = Manager(
    name="bun",
    locks=("bun.lock", "bun.lockb"),
    install="bun install",
    exact="bun install --frozen-lockfile",
    run="bun run ",
    execute=_BIN,
)
MANAGERS: Mapping[str, Manager] = {each.name: each for each in (_PNPM, _YARN, _BUN, _NPM)}


def parse(text: str) -> PackageJson:
    """Raises UserError for what is no JSON object."""
    if len(text) > MAX_CHARACTERS:
        raise UserError(f"{NAME} is too large to be one.", hint="Look at what wrote it.")
    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise UserError(f"{NAME} is not valid JSON.", hint="Correct it and try again.") from None
    if not isinstance(found, dict):
        raise UserError(f"{NAME} holds no JSON object.", hint="Correct it and try again.")
    dependencies: dict[str, str] = {}
    for kind in _DEPENDENCIES:
        dependencies |= _texts(found.get(kind))
    scripts = _texts(found.get("scripts"))
    manager = found.get("packageManager")
    return PackageJson(
        scripts={name: script for name, script in scripts.items() if len(script) <= _MAX_SCRIPT and script.strip()},
        dependencies=dependencies,
        has_workspaces=bool(found.get("workspaces")),
        manager=manager.partition("@")[0] if isinstance(manager, str) else "",
    )


def without_hooks(text: str) -> str:
    """The same package.json without the scripts that an installer would run; as it is where it is none."""
    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return text
    if not isinstance(found, dict) or not isinstance(found.get("scripts"), dict):
        return text
    scripts = {name: script for name, script in found["scripts"].items() if name not in _INSTALLER_RUNS}
    return json.dumps(found | {"scripts": scripts}, indent=2)


def manager_of(package: PackageJson, names: Collection[str]) -> tuple[Manager, bool]:
    """The project's package manager, and whether there is a lock file of it among `names`."""
    for manager in MANAGERS.values():
        if any(lock in names for lock in manager.locks):
            return manager, True
    return MANAGERS.get(package.manager, _NPM), False


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {name: text for name, text in value.items() if isinstance(text, str)}

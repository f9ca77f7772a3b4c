"""`netlify.toml`, as far as it matters here: how a site is built, and what the host should do with it.

[build] command, publish, base, functions · [context.<context>] command, publish · redirects, headers, which the host
reads from a `netlify.toml` among the files.
"""

from __future__ import annotations

import os
import stat
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from autocrea_lsp.deploy.base import PRODUCTION, Build
from autocrea_lsp.deploy.bundle import BundleFile
from autocrea_lsp.deploy.netlify.fields import Json, line, record, text
from autocrea_lsp.deploy.preview.output import real_folder
from autocrea_lsp.errors import UserError

NAME = "netlify.toml"
MAX_BYTES = 1_000_000
_FUNCTIONS = ("netlify/functions", "netlify/edge-functions")
_RULES = ("redirects", "headers", "edge_functions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What the project says. `file`: to be sent along; None: there is nothing in it for the host."""

    build: Build
    file: BundleFile | None = None
    notes: tuple[str, ...] = ()


def read(folder: Path, wanted: Build, site: Json, target: str) -> Configuration:
    """How the site is built: as asked for, else by the file, else by the site's settings at the host. Blocking.

    Raises UserError for a file that is no TOML.
    """
    base = wanted.root_directory
    found = _parse(folder, base) or _parse(folder, None)
    content, path = found if found is not None else ({}, None)
    build, settings = record(content, "build"), record(site, "build_settings")
    context = record(content, "context", "production" if target == PRODUCTION else "deploy-preview")
    if base is None:
        base = _inner(text(build, "base") or text(settings, "base"))
    here = real_folder(folder, base or ".")
    publish = text(context, "publish") or text(build, "publish")
    if not publish and (directory := text(settings, "dir")):
        publish = directory.removeprefix(f"{base}/") if base else directory
    chosen = replace(
        wanted,
        root_directory=base or None,
        build_command=_first(wanted.build_command, context.get("command"), build.get("command"), settings.get("cmd")),
        output_directory=wanted.output_directory if wanted.output_directory is not None else _inner(publish) or None,
    )
    file = _file(path) if path is not None and any(content.get(name) for name in _RULES) else None
    notes = []
    if file is not None and _has_variables(content):
        file = None
        notes.append(
            f"{NAME} has variables, which everybody could read if it were sent; so its redirects and headers do not "
            "count. Keep them in the files _redirects and _headers, or the variables in the site's settings."
        )
    functions = text(build, "functions") or text(record(content, "functions"), "directory")
    if here is not None and any(real_folder(here, name) for name in (*_FUNCTIONS, functions) if name):
        notes.append("Functions are not part of a deployment from files: deploy a branch, and Netlify builds them.")
    return Configuration(build=chosen, file=file, notes=tuple(notes))


def _parse(folder: Path, inner: str | None) -> tuple[Json, Path] | None:
    inside = real_folder(folder.resolve(), inner or ".")
    path = inside / NAME if inside is not None else None
    if path is None or not os.path.lexists(path):
        return None
    shown = f"{inner}/{NAME}" if inner else NAME
    try:
        if not stat.S_ISREG(path.lstat().st_mode):  # a pipe would hold us; a link may lead anywhere
            raise UserError(f"{shown} is no file.", hint="Mend or remove it.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UserError(f"{shown} is too long.", hint="Mend or remove it.")
        return tomllib.loads(data.decode("utf-8")), path
    except OSError as error:
        raise UserError(f"{shown} cannot be read: {error.strerror}.", hint="Mend or remove it.") from None
    except (ValueError, RecursionError) as error:
        where = line(str(error)) if isinstance(error, tomllib.TOMLDecodeError) else "it is no text"
        raise UserError(f"{shown} is no TOML: {where}.", hint="Mend or remove it.") from None


def _file(path: Path) -> BundleFile:
    facts = path.lstat()
    return BundleFile(
        name=NAME,
        root=path.parent,
        path=path,
        size=facts.st_size,
        mtime_ns=facts.st_mtime_ns,
        ctime_ns=facts.st_ctime_ns,
        inode=facts.st_ino,
    )


def _has_variables(content: Json) -> bool:
    contexts = record(content, "context")
    tables = [record(content, "build"), *(record(contexts, name) for name in contexts)]
    return any(table.get("environment") for table in tables) or bool(record(content, "template", "environment"))


def _inner(name: str) -> str:
    """A folder of theirs, which may begin with a slash that means the project's folder."""
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def _first(*commands: object) -> str | None:
    """An empty one counts where we were asked for it."""
    if isinstance(commands[0], str):
        return commands[0]
    return next((each for each in commands if isinstance(each, str) and each.strip()), None)

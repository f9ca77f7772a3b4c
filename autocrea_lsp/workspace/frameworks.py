"""What a project is made with, and so how it is built: told from the names of its files and from package.json.

Nothing of the project is run for it, and no file of it is obeyed: the answer names commands, and who runs them decides
where. Commands are for a POSIX shell in the project's folder.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple

from autocrea_lsp.errors import UserError
from autocrea_lsp.workspace.package_json import HOOKS, NAME, PackageJson, manager_of, parse

STATIC, OTHER = "static", "other"
PYTHON_FOLDER = ".venv"  # where a Python project's packages are put
RUBY_FOLDER = "vendor/bundle"

Read = Callable[[str], str]
"""The text of one of the named files; "" for what cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """How a project is built. "" for a command: there is nothing to do.

    `outputs`: where the result may lie, the likeliest first; a part of it may be `*`; "." is the project's folder.
    `single_page`: whether unknown addresses are the front page's; None: not known.
    """

    name: str
    title: str
    install_command: str = ""
    build_command: str = ""
    script: str = ""  # of package.json, that the build command runs; to show
    hooks: tuple[str, ...] = ()  # commands: what the project itself wants run between the two
    outputs: tuple[str, ...] = (".",)
    single_page: bool | None = None
    tools: tuple[str, ...] = ()  # programs that this machine must have
    note: str = ""  # a sentence for the user


class _JavaScript(NamedTuple):
    dependency: str
    name: str
    title: str
    command: str
    outputs: tuple[str, ...]
    single_page: bool | None
    script: str = "build"
    needs: str = ""  # a file without which the command makes no sense
    note: str = ""


# The first whose dependency is there: many of these use Vite, so it comes last.
_JAVASCRIPT = (
    _JavaScript(
        "next",
        "nextjs",
        "Next.js",
        "next build",
        ("out",),
        False,
        note="Only files are served here: Next.js writes them when next.config has `output: 'export'`.",
    ),
    _JavaScript("nuxt", "nuxtjs", "Nuxt", "nuxt generate", (".output/public", "dist"), False, script="generate"),
    _JavaScript("astro", "astro", "Astro", "astro build", ("dist",), False),
    _JavaScript("@sveltejs/kit", "sveltekit", "SvelteKit", "vite build", ("build",), None),
    _JavaScript("gatsby", "gatsby", "Gatsby", "gatsby build", ("public",), False),
    _JavaScript("@docusaurus/core", "docusaurus", "Docusaurus", "docusaurus build", ("build",), False),
    _JavaScript("@11ty/eleventy", "eleventy", "Eleventy", "eleventy", ("_site",), False),
    _JavaScript("@angular/cli", "angular", "Angular", "ng build", ("dist/*/browser", "dist/*", "dist"), True),
    _JavaScript("react-scripts", "create-react-app", "Create React App", "react-scripts build", ("build",), True),
    _JavaScript("@vue/cli-service", "vue", "Vue CLI", "vue-cli-service build", ("dist",), True),
    _JavaScript("parcel", "parcel", "Parcel", "parcel build", ("dist",), True, needs="index.html"),
    _JavaScript("vite", "vite", "Vite", "vite build", ("dist",), True, needs="index.html"),
)
_PLAIN = _JavaScript("", OTHER, "the script `build`", "", ("dist", "build", "out", "public", "_site"), None)
_SITE_FOLDERS = ("", "public/", "www/", "docs/")  # where a site that needs no build has its index.html
_SPHINX_FOLDERS = ("docs/", "docs/source/", "doc/", "doc/source/", "")
_NAMES = (*(each.name for each in _JAVASCRIPT), "hugo", "jekyll", "mkdocs", "pelican", "sphinx", OTHER, STATIC)


def detect(names: Collection[str], read: Read, *, wanted: str | None = None) -> Framework | None:
    """What the project with these files (relative POSIX names) is; None when nothing fits.

    `wanted`: the name of a framework that the user has chosen. Raises UserError for one that is unknown or that the
    project is not of, and for a package.json that is none.
    """
    if wanted is not None and wanted not in _NAMES:
        raise UserError(f"There is no framework {wanted!r}.", hint=f"Choose one of: {', '.join(_NAMES)}.")
    package = parse(read(NAME)) if NAME in names else None
    for look in (_javascript, _hugo, _jekyll, _mkdocs, _pelican, _plain, _static, _sphinx):
        found = look(names, read, package)
        if found is not None and wanted in (None, found.name):
            return found
    if wanted is not None:
        raise UserError(
            f"Nothing in the project looks like {wanted}.", hint="Choose another framework, or name the build command."
        )
    return None


def _javascript(names: Collection[str], _read: Read, package: PackageJson | None) -> Framework | None:
    if package is None:
        return None
    for each in _JAVASCRIPT:
        if each.dependency not in package.dependencies:
            continue
        if each.script in package.scripts or not each.needs or each.needs in names:
            return _with_manager(each, package, names)
    return None


def _plain(names: Collection[str], _read: Read, package: PackageJson | None) -> Framework | None:
    if package is None or _PLAIN.script not in package.scripts:
        return None
    return _with_manager(_PLAIN, package, names)


def _with_manager(kind: _JavaScript, package: PackageJson, names: Collection[str]) -> Framework:
    manager, locked = manager_of(package, names)
    if not package.needs_install:
        install = ""
    elif not locked:
        install = manager.install
    elif manager.name == "yarn" and ".yarnrc.yml" in names:  # Yarn 2 and later call it by another name
        install = "yarn install --immutable"
    else:
        install = manager.exact
    has_script = kind.script in package.scripts
    hooks = tuple(manager.run + each for each in HOOKS if each in package.scripts)
    return Framework(
        name=kind.name,
        title=kind.title,
        install_command=install,
        build_command=manager.run + kind.script if has_script else manager.execute + kind.command,
        script=package.scripts.get(kind.script, ""),
        hooks=hooks,
        outputs=kind.outputs,
        single_page=kind.single_page,
        tools=manager.tools,
        note=kind.note,
    )


def _hugo(names: Collection[str], _read: Read, _package: PackageJson | None) -> Framework | None:
    own = any(f"hugo.{kind}" in names for kind in ("toml", "yaml", "yml", "json"))
    older = any(f"config.{kind}" in names for kind in ("toml", "yaml", "yml", "json"))
    if not own and not (older and any(name.startswith(("content/", "archetypes/")) for name in names)):
        return None
    return Framework(
        name="hugo", title="Hugo", build_command="hugo", outputs=("public",), single_page=False, tools=("hugo",)
    )


def _jekyll(names: Collection[str], _read: Read, _package: PackageJson | None) -> Framework | None:
    if "_config.yml" not in names and "_config.yaml" not in names:
        return None
    bundled = "Gemfile" in names
    with_gems = f"BUNDLE_PATH={RUBY_FOLDER} bundle "
    return Framework(
        name="jekyll",
        title="Jekyll",
        install_command=with_gems + "install" if bundled else "",
        build_command=with_gems + "exec jekyll build" if bundled else "jekyll build",
        outputs=("_site",),
        single_page=False,
        tools=("ruby", "bundle") if bundled else ("ruby", "jekyll"),
    )


def _mkdocs(names: Collection[str], _read: Read, _package: PackageJson | None) -> Framework | None:
    if "mkdocs.yml" not in names and "mkdocs.yaml" not in names:
        return None
    return _python(names, "mkdocs", "MkDocs", "mkdocs build", "site")


def _pelican(names: Collection[str], _read: Read, _package: PackageJson | None) -> Framework | None:
    if "pelicanconf.py" not in names:
        return None
    return _python(names, "pelican", "Pelican", "pelican content -o output -s pelicanconf.py", "output")


def _sphinx(names: Collection[str], _read: Read, _package: PackageJson | None) -> Framework | None:
    for folder in _SPHINX_FOLDERS:
        if folder + "conf.py" in names and any(f"{folder}index.{kind}" in names for kind in ("rst", "md")):
            return _python(names, "sphinx", "Sphinx", f"sphinx -b html {folder or '.'} _html", "_html")
    return None


def _python(names: Collection[str], name: str, title: str, module: str, output: str) -> Framework:
    listed = next((each for each in ("requirements.txt", "docs/requirements.txt") if each in names), None)
    own = f"{PYTHON_FOLDER}/bin/python"
    return Framework(
        name=name,
        title=title,
        install_command=f"python3 -m venv {PYTHON_FOLDER} && {own} -m pip install -r {listed}" if listed else "",
        build_command=f"{own if listed else 'python3'} -m {module}",
        outputs=(output,),
        single_page=False,
        tools=("python3",),
    )


def _static(names: Collection[str], _read: Read, _package: PackageJson | None) -> Framework | None:
    for folder in _SITE_FOLDERS:
        if folder + "index.html" in names:
            return Framework(name=STATIC, title="Static files", outputs=(folder.rstrip("/") or ".",))
    return None

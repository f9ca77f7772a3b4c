"""Names where a model's edit never goes: what runs by itself, what decides over other programs, what holds secrets.

Names are compared as the laxest file system compares them: without case, with characters folded that look composed
or invisible (HFS+ ignores some), and a dotted name with letters from outside ASCII is refused as a disguise of one.
"""

from __future__ import annotations

import fnmatch
import re
import unicodedata

from autocrea_lsp.workspace.exclude import IGNORE_FILES
from autocrea_lsp.workspace.sensitive import is_sensitive_path

# A folder of that name, and everything in it, at any depth.
_FOLDERS = {
    **dict.fromkeys((".git", ".hg", ".svn", ".bzr", ".jj"), "version control keeps its own state and hooks there"),
    **dict.fromkeys(
        (".vscode", ".idea", ".vs", ".fleet", ".zed", ".nvim", ".run", ".devcontainer"),
        "an editor takes settings and commands from there",
    ),
    **dict.fromkeys(
        (
            ".github",
            ".gitlab",
            ".gitea",
            ".forgejo",
            ".ci",
            ".circleci",
            ".buildkite",
            ".semaphore",
            ".teamcity",
            ".woodpecker",
        ),
        "continuous integration runs what is there",
    ),
    **dict.fromkeys((".husky", ".githooks", ".lefthook"), "git hooks run from there"),
    **dict.fromkeys(
        (".claude", ".cursor", ".continue", ".gemini", ".windsurf", ".codex", ".aider"),
        "other assistants take orders from there",
    ),
    **dict.fromkeys(("node_modules", "site-packages", "dist-packages"), "installed packages are not yours to edit"),
    ".autocrea": "it is our own configuration",
    **dict.fromkeys((".direnv", ".mise"), "a shell takes its environment from there"),
}

_NAMES = (
    (
        "version control obeys it",
        (".gitmodules", ".gitattributes", ".gitconfig", ".lfsconfig", ".hgrc", ".hgignore", ".mailmap"),
    ),
    ("it decides what others are shown", (*IGNORE_FILES, ".dockerignore", ".npmignore", ".ignore")),
    ("an editor takes settings and commands from it", ("*.code-workspace", "*.sublime-project", "*.sublime-workspace")),
    (
        "an editor runs it when it opens the folder",
        (
            ".nvim.lua",
            ".nvimrc",
            ".exrc",
            "_exrc",
            ".vimrc",
            "_vimrc",
            ".gvimrc",
            ".lvimrc",
            ".dir-locals*.el",
            ".emacs",
        ),
    ),
    (
        "continuous integration runs it",
        (
            ".gitlab-ci*.yml",
            ".gitlab-ci*.yaml",
            "azure-pipelines*.yml",
            "azure-pipelines*.yaml",
            "jenkinsfile*",
            ".travis.y*ml",
            "bitbucket-pipelines.y*ml",
            ".drone.y*ml",
            ".drone.star",
            ".drone.jsonnet",
            ".cirrus.y*ml",
            ".cirrus.star",
            ".appveyor.y*ml",
            "appveyor.y*ml",
            ".woodpecker*.y*ml",
            "cloudbuild.y*ml",
            "buildspec.y*ml",
            "codemagic.yaml",
            "wercker.yml",
            ".scrutinizer.yml",
        ),
    ),
    (
        "hooks run from it",
        (".pre-commit-config.y*", "lefthook*.y*", ".lefthook*.y*", ".lintstagedrc*", ".huskyrc*"),
    ),
    (
        "a shell runs it",
        (
            ".bashrc",
            ".bash_*",
            ".zshrc",
            ".zshenv",
            ".zprofile",
            ".zlogin",
            ".zlogout",
            ".profile",
            ".kshrc",
            ".cshrc",
            ".tcshrc",
            ".login",
            ".logout",
            "config.fish",
            ".inputrc",
            ".xprofile",
            ".xinitrc",
            ".xsession*",
            ".tmux.conf",
            ".screenrc",
            "*profile.ps1",
        ),
    ),
    (
        "a shell takes its environment from it",
        (".env*", ".envrc*", ".mise.*toml", "mise.*toml", ".tool-versions", ".flaskenv"),
    ),
    (
        "a package manager obeys it",
        (
            ".npmrc",
            ".yarnrc*",
            ".pnpmfile.*",
            ".pypirc",
            ".netrc",
            "_netrc",
            "pip.conf",
            "pip.ini",
            ".condarc",
            ".gemrc",
        ),
    ),
    ("Python runs it at every start", ("sitecustomize.py", "usercustomize.py", "*.pth", ".pythonstartup")),
    ("other assistants take orders from it", (".mcp.json", "mcp.json", ".aider*", ".cursorrules", ".windsurfrules")),
    ("it is our own configuration", ("credentials.toml", "autocrea*.toml", ".autocrea*")),
)

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def why_protected(path: str) -> str | None:
    """Why nothing may be written there, as a clause; None where it may. Every name of the path counts.

    `pyproject.toml`, `package.json`, Makefiles and their like are not protected: they are what people ask to have
    edited, and they are shown before they are applied.
    """
    names = [fold(name) for name in path.split("/") if name]
    for name in names:
        if name.startswith(".") and not name.isascii():
            return "its name looks like that of a protected file"
        if reason := _FOLDERS.get(name):
            return reason
    if not names:
        return None
    for reason, patterns in _NAMES:
        if any(fnmatch.fnmatchcase(names[-1], pattern) for pattern in patterns):
            return reason
    return "a file of this name holds secrets" if is_sensitive_path("/".join(names)) else None


def fold(name: str) -> str:
    """The name as a file system might compare it: compatible forms made one, marks and invisible characters dropped."""
    decomposed = unicodedata.normalize("NFKD", _INVISIBLE.sub("", name))
    folded = "".join(char for char in decomposed.casefold() if not unicodedata.combining(char))
    return unicodedata.normalize("NFKC", folded).rstrip(". ") or name

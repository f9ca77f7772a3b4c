"""Names that no model's edit reaches, in any spelling that some file system takes for the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocrea_lsp.errors import UserError
from autocrea_lsp.workspace.exclude import IGNORE_FILES
from autocrea_lsp.workspace.places import Places, why_protected

INVISIBLE = "\u200c\u200d\u2060\ufeff\u00ad\ufe0f\U000e0020"
PROTECTED = [
    ".git/config",
    ".git/hooks/pre-commit",
    ".git",
    "vendor/lib/.git",
    ".hg/hgrc",
    ".svn/entries",
    ".gitmodules",
    ".gitattributes",
    ".vscode/tasks.json",
    "packages/a/.vscode/settings.json",
    ".idea/workspace.xml",
    ".zed/tasks.json",
    ".devcontainer/devcontainer.json",
    "x.code-workspace",
    ".nvim.lua",
    ".exrc",
    ".github/workflows/ci.yml",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "azure-pipelines.yml",
    "Jenkinsfile",
    ".travis.yml",
    "bitbucket-pipelines.yml",
    ".buildkite/pipeline.yml",
    ".drone.yml",
    ".ci/run",
    ".bashrc",
    ".bash_profile",
    ".zshrc",
    ".profile",
    "fish/config.fish",
    "Microsoft.PowerShell_profile.ps1",
    *IGNORE_FILES,
    "deep/.gitignore",
    ".dockerignore",
    "credentials.toml",
    "autocrea.toml",
    "autocrea-local.toml",
    ".autocrea.json",
    ".autocrea/x",
    ".npmrc",
    ".yarnrc.yml",
    ".pypirc",
    ".netrc",
    ".env",
    ".env.local",
    ".env.example",
    ".envrc",
    "server.pem",
    "id_rsa",
    ".ssh/config",
    "secrets.yaml",
    ".husky/pre-commit",
    ".pre-commit-config.yaml",
    "node_modules/x/index.js",
    "venv/lib/python3.11/site-packages/x.py",
    "sitecustomize.py",
    "evil.pth",
    ".mcp.json",
    ".cursor/mcp.json",
    ".claude/settings.json",
]


@pytest.mark.parametrize("name", PROTECTED)
@pytest.mark.parametrize("spelled", ["as it is", "upper case", "from the root"])
def test_protected_places_are_refused_in_every_spelling(tmp_path: Path, name: str, spelled: str) -> None:
    given = {"as it is": name, "upper case": name.upper(), "from the root": (tmp_path / name).as_uri()}[spelled]
    assert "protected" in _refused(tmp_path, given)
    assert why_protected(name)


@pytest.mark.parametrize(
    "name",
    [
        ".g\u0131t/config",  # dotless i
        ".G\u0130T/config",  # dotted I
        "\uff0egit/config",  # full-width dot
        ".\uff47\uff49\uff54/config",
        ".gi\u0301t/config",
        ".\u0261it/config",  # a letter of another alphabet
        ".v\u017fcode/tasks.json",  # long s
        ".env\u200b",
        "\u2024github/workflows/ci.yml",
        *(f".g{char}it/config" for char in INVISIBLE),
        *(f"{char}.git/config" for char in INVISIBLE),
    ],
    ids=ascii,
)
def test_disguises_are_refused(tmp_path: Path, name: str) -> None:
    assert "protected" in _refused(tmp_path, name)


@pytest.mark.parametrize(
    "name", ["src/a.py", "Makefile", "pyproject.toml", "git/x", "src/gitconfig.py", "env.py", "a/é.py"]
)
def test_ordinary_names_are_not_protected(name: str) -> None:
    assert why_protected(name) is None


def test_a_workspace_inside_version_controls_own_folder_is_closed(tmp_path: Path) -> None:
    (tmp_path / ".git" / "modules").mkdir(parents=True)
    with pytest.raises(UserError, match="protected"):
        Places([tmp_path / ".git" / "modules"]).check("config")


def _refused(folder: Path, name: str) -> str:
    with pytest.raises(UserError) as failure:
        Places([folder]).check(name)
    return str(failure.value)

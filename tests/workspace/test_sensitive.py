"""Files whose name says that they hold secrets."""

from __future__ import annotations

import pytest

from autocrea_lsp.workspace.sensitive import file_name, is_sensitive, is_sensitive_path


@pytest.mark.parametrize(
    "uri",
    [
        "file:///w/.env",
        "file:///w/.ENV",
        "file:///w/.env.production",
        "file:///w/prod.env",
        "file:///w/tls.pem",
        "file:///w/id_rsa",
        "file:///w/id_ed25519",
        "file:///w/.npmrc",
        "file:///w/.netrc",
        "file:///w/credentials",
        "file:///w/credentials.json",
        "file:///home/me/.ssh/config",
        "file:///w/%2Eenv",
        "file:///w/.envrc",
        "file://[/w/.env",
        "file:///c%3A/w/.env",
        "untitled:.env",
        "vscode-remote://ssh-remote%2Bhost/w/.env",
    ],
)
def test_sensitive(uri: str) -> None:
    assert is_sensitive(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "file:///w/main.py",
        "file:///w/environment.ts",
        "file:///w/.env.example",
        "file:///w/id_rsa.pub",
        "file:///w/identity.go",
        "untitled:Untitled-1",
        "vscode-notebook-cell:/w/a.ipynb#W0",
    ],
)
def test_not_sensitive(uri: str) -> None:
    assert not is_sensitive(uri)


def test_only_the_base_name_is_told() -> None:
    assert file_name("file:///home/me/a%20b.py") == "a b.py"
    assert file_name("untitled:Untitled-1") == "Untitled-1"


def test_a_path_is_not_decoded() -> None:
    assert is_sensitive_path("/w/.env")
    assert not is_sensitive_path("/w/%2Eenv")

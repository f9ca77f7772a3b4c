"""Where the files come from."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from autocrea_lsp.deploy.vercel import git
from autocrea_lsp.deploy.vercel.git import metadata, without_login
from tests.deploy.vercel.hosted import Hosted

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def run(folder: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{what}": text for role in ("AUTHOR", "COMMITTER") for what, text in WHO.items()}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **who}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


WHO = {"NAME": "Ada Løve", "EMAIL": "ada@example.com"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "web").mkdir(parents=True)
    (folder / "index.html").write_text("hi")
    run(folder, "init", "--quiet", "--initial-branch", "main")
    run(folder, "add", ".")
    run(folder, "commit", "--quiet", "-m", "First\n\nAll of it.")
    return folder


async def test_the_commit_its_author_and_its_branch_are_told(repository: Path) -> None:
    run(repository, "remote", "add", "origin", "https://me:canary-token@github.com/acme/shop.git")
    assert await metadata(repository) == {
        "commitAuthorName": "Ada Løve",
        "commitAuthorEmail": "ada@example.com",
        "commitMessage": "First\n\nAll of it.",
        "commitRef": "main",
        "commitSha": run(repository, "rev-parse", "HEAD"),
        "dirty": False,
        "remoteUrl": "https://github.com/acme/shop.git",
    }


async def test_changes_that_are_not_committed_are_told(repository: Path) -> None:
    (repository / "index.html").write_text("changed")
    found = await metadata(repository / "web")
    assert found is not None
    assert found["dirty"] is True


async def test_a_head_that_is_on_no_branch_has_none(repository: Path) -> None:
    run(repository, "checkout", "--quiet", "--detach")
    found = await metadata(repository)
    assert found is not None
    assert "commitRef" not in found


async def test_without_a_commit_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert await metadata(tmp_path) is None
    run(tmp_path, "init", "--quiet")
    assert await metadata(tmp_path) is None


async def test_nothing_that_a_repository_configures_is_run(repository: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\nexit 1\n")
    program.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "gpg.program", "diff.external", "core.sshCommand", "core.editor"):
        run(repository, "config", name, str(program))
    run(repository, "config", "log.showSignature", "true")
    run(repository, "config", "core.hooksPath", str(tmp_path))
    (repository / "index.html").write_text("changed")
    assert await metadata(repository) is not None
    assert not ran.exists()


async def test_a_git_of_the_environment_leads_to_no_other_repository(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert await metadata(repository) is not None


async def test_a_git_that_does_not_end_is_given_up(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\nexec sleep 600\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(git, "TIMEOUT_S", 0.05)
    assert await metadata(repository) is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://github.com/acme/shop.git", "https://github.com/acme/shop.git"),
        ("https://tok@github.com/acme/shop.git?x=tok#tok", "https://github.com/acme/shop.git"),
        ("ssh://git@example.com:2222/acme/shop", "ssh://example.com:2222/acme/shop"),
        ("git@github.com:acme/shop.git", "git@github.com:acme/shop.git"),
        ("/srv/git/shop", ""),
        ("https://[broken", ""),
        ("https://github.com:notaport/x", ""),
        ("ext::sh -c id", ""),
    ],
)
def test_an_address_is_told_without_its_login(url: str, shown: str) -> None:
    assert without_login(url) == shown


async def test_a_deployment_from_a_repository_says_which_commit_it_is(host: Hosted) -> None:
    run(host.folder, "init", "--quiet", "--initial-branch", "main")
    run(host.folder, "add", ".")
    run(host.folder, "commit", "--quiet", "-m", "First")
    created = await host.deploy()
    body = host.bodies("create_deployment")[-1]
    assert body["gitMetadata"]["commitMessage"] == "First"
    assert body["gitMetadata"]["dirty"] is False
    assert (host.folder / ".vercel/project.json").exists()
    assert created.remote.source == "files"
    assert all(not file["file"].startswith(".git/") for file in body["files"])

from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Build, Git, Request
from autocrea_lsp.deploy.vercel import body
from autocrea_lsp.deploy.vercel.body import Target
from autocrea_lsp.deploy.vercel.projects import NAME, project_name
from autocrea_lsp.errors import UserError

GITHUB = {"type": "github", "org": "acme", "repo": "shop", "repoId": 42}
GITLAB = {
    "type": "gitlab",
    "projectId": "77",
    "projectNameWithNamespace": "acme / shop",
    "projectNamespace": "acme",
    "projectName": "shop",
}
BITBUCKET = {"type": "bitbucket", "owner": "acme", "slug": "shop", "uuid": "{u}", "workspaceUuid": "{w}"}


def request(**changes: Any) -> Request:
    return Request(folder=Path("shop"), provider="vercel", **changes)


def test_a_preview_says_no_more_than_it_must() -> None:
    assert body.common(request(), name="shop", project="", target=Target()) == {"name": "shop"}


def test_everything_that_was_asked_for_is_sent() -> None:
    asked = request(
        mark="m1",
        build=Build(framework="vite", build_command="", root_directory="web"),
        environment={"KEY": Secret("value")},
    )
    assert body.common(asked, name="shop", project="prj_1", target=Target(target="production")) == {
        "name": "shop",
        "project": "prj_1",
        "meta": {"autocreaId": "m1"},
        "target": "production",
        "projectSettings": {
            "framework": "vite",
            "buildCommand": "",
            "rootDirectory": "web",
            "sourceFilesOutsideRootDirectory": True,
        },
        "env": {"KEY": "value"},
        "build": {"env": {"KEY": "value"}},
    }


def test_a_rebuild_names_the_deployment_and_carries_our_mark() -> None:
    found = body.again(
        request(mark="m1"), name="shop", deployment="dpl_1", action="redeploy", target=Target(custom="qa")
    )
    assert found == {
        "deploymentId": "dpl_1",
        "name": "shop",
        "meta": {"action": "redeploy", "autocreaId": "m1"},
        "customEnvironmentSlugOrId": "qa",
    }


def test_a_command_that_is_too_long_is_refused_before_it_is_sent() -> None:
    with pytest.raises(UserError, match="buildCommand has 300 characters; Vercel takes 256"):
        body.project_settings(Build(build_command="x" * 300))


@pytest.mark.parametrize(
    ("repository", "link", "names"),
    [
        ("", GITHUB, {"type": "github", "repoId": 42}),
        (
            "",
            GITHUB | {"type": "github-limited", "repoId": None},
            {"type": "github-limited", "org": "acme", "repo": "shop"},
        ),
        ("", GITLAB, {"type": "gitlab", "projectId": "77"}),
        ("", BITBUCKET, {"type": "bitbucket", "repoUuid": "{u}", "workspaceUuid": "{w}"}),
        ("ACME/shop", GITHUB, {"type": "github", "repoId": 42}),
        ("acme/shop", GITLAB, {"type": "gitlab", "projectId": "77"}),
        ("https://gitlab.com/acme/shop.git", GITLAB, {"type": "gitlab", "projectId": "77"}),
        (
            "git@bitbucket.org:acme/shop.git",
            BITBUCKET,
            {"type": "bitbucket", "repoUuid": "{u}", "workspaceUuid": "{w}"},
        ),
        ("acme/other", GITHUB, {"type": "github", "org": "acme", "repo": "other"}),
        ("https://github.com/acme/shop", GITLAB, {"type": "github", "org": "acme", "repo": "shop"}),
        ("git@github.com:acme/shop.git", {}, {"type": "github", "org": "acme", "repo": "shop"}),
        ("https://me:tok@bitbucket.org/acme/shop/", {}, {"type": "bitbucket", "owner": "acme", "slug": "shop"}),
    ],
)
def test_a_repository_is_named_as_the_host_can_find_it(
    repository: str, link: dict[str, Any], names: dict[str, Any]
) -> None:
    source = Git(branch="main", repository=repository, commit="c" * 40)
    assert body.git_source(source, link) == names | {"ref": "main", "sha": "c" * 40}


@pytest.mark.parametrize(
    ("source", "link", "says"),
    [
        (Git(branch=""), GITHUB, "needs a branch"),
        (Git(branch="main"), {}, "not connected to a git repository"),
        (Git(branch="main"), {"type": "github-custom-host", "org": "a", "repo": "b"}, "can be deployed by name"),
        (Git(branch="main", repository="https://gitlab.com/acme/shop"), {}, "cannot fetch"),
        (Git(branch="main", repository="https://git.example.org/acme/shop"), {}, "cannot fetch"),
        (Git(branch="main", repository="shop"), {}, "cannot fetch"),
    ],
)
def test_a_repository_that_cannot_be_named_is_refused(source: Git, link: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError, match=says) as caught:
        body.git_source(source, link)
    assert caught.value.hint


def test_no_commit_means_the_branch() -> None:
    assert "sha" not in body.git_source(Git(branch="main"), GITHUB)


def test_a_target_is_one_of_the_host_or_of_the_project() -> None:
    custom = [{"id": "env_1", "slug": "qa", "type": "preview"}, {"id": "env_2", "slug": "live", "type": "production"}]
    assert body.target("preview", custom) == (Target(), False)
    assert body.target("production", custom) == (Target(target="production"), True)
    assert body.target("staging", custom) == (Target(target="staging"), False)
    assert body.target("env_1", custom) == (Target(custom="qa"), False)
    assert body.target("live", custom) == (Target(custom="live"), True)
    with pytest.raises(UserError, match="no target prod") as caught:
        body.target("prod", custom)
    assert caught.value.hint == "It has these: preview, production, staging, qa, live."


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("shop", "shop"),
        ("My Shop!", "my-shop"),
        ("a---b", "a-b"),
        ("Ünïcode_App.v2", "unicode_app.v2"),
        ("日本", "project"),
        ("-.x.-", "x"),
        ("a" * 150, "a" * 100),
    ],
)
def test_a_folder_gives_a_name_that_the_host_allows(folder: str, name: str) -> None:
    assert project_name(folder) == name
    assert NAME.fullmatch(name)

"""`netlify.toml`: how a site is built, and what goes along with its files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.deploy.base import Build
from autocrea_lsp.deploy.netlify.configuration import read
from autocrea_lsp.errors import UserError
from tests.deploy.netlify.hosted import Hosted

SETTINGS = {"build_settings": {"cmd": "make site", "dir": "web/public", "base": "web"}}
TOML = """
[build]
command = "npm run all"
publish = "dist"
[context.production]
command = "npm run live"
[context.deploy-preview]
publish = "preview"
"""


@pytest.mark.parametrize(
    ("wanted", "site", "toml", "target", "expected"),
    [
        (Build(), {}, "", "preview", (None, None, None)),
        (Build(), SETTINGS, "", "preview", ("web", "make site", "public")),
        (Build(), SETTINGS, TOML, "preview", ("web", "npm run all", "preview")),
        (Build(), {}, TOML, "preview", (None, "npm run all", "preview")),
        (Build(), {}, TOML, "production", (None, "npm run live", "dist")),
        (Build(build_command="", output_directory="."), SETTINGS, TOML, "production", ("web", "", ".")),
        (Build(root_directory="app"), SETTINGS, TOML, "production", ("app", "npm run live", "dist")),
        (Build(), {}, '[build]\nbase = "/app/"\npublish = "/out/"', "preview", ("app", None, "out")),
        (Build(), {}, '[build]\ncommand = 7\npublish = ["x"]', "preview", (None, None, None)),
    ],
)
def test_what_is_said_goes_before_the_file_and_that_before_the_settings(
    tmp_path: Path,
    wanted: Build,
    site: dict[str, Any],
    toml: str,
    target: str,
    expected: tuple[str | None, str | None, str | None],
) -> None:
    if toml:
        (tmp_path / "netlify.toml").write_text(toml)
    found = read(tmp_path, wanted, site, target).build
    assert (found.root_directory, found.build_command, found.output_directory) == expected


@pytest.mark.parametrize("name", ["link", "pipe", "folder", "text", "long"])
def test_a_file_that_is_none_is_said_and_never_waited_for(tmp_path: Path, name: str) -> None:
    path = tmp_path / "netlify.toml"
    match name:
        case "link":
            path.symlink_to("/etc/hostname")
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "text":
            path.write_text("[build\ncommand")
        case _:
            path.write_text("#" * 1_000_001)
    with pytest.raises(UserError, match=r"netlify\.toml"):
        read(tmp_path, Build(), {}, "preview")


async def test_redirects_and_headers_go_along(host: Hosted) -> None:
    rules = '[[redirects]]\nfrom = "/a"\nto = "/b"\n[build]\npublish = "public"\n'
    (host.folder / "netlify.toml").write_text(rules)
    (host.folder / "public").mkdir()
    (host.folder / "public" / "index.html").write_text("public")
    await host.deploy()
    assert host.contents() == {"index.html": b"public", "netlify.toml": rules.encode()}


async def test_variables_in_it_are_not_published(host: Hosted) -> None:
    rules = (
        '[[redirects]]\nfrom = "/a"\nto = "/b"\n[build]\npublish = "public"\n[context.production.environment]\nK = "s3"'
    )
    (host.folder / "netlify.toml").write_text(rules)
    (host.folder / "public").mkdir()
    (host.folder / "public" / "index.html").write_text("public")
    plan = await host.provider.plan(host.request())
    assert any("variables, which everybody could read" in note for note in plan.notes)
    await host.deploy()
    assert host.contents() == {"index.html": b"public"}


async def test_functions_are_said_to_stay_behind(host: Hosted) -> None:
    (host.folder / "netlify" / "functions").mkdir(parents=True)
    (host.folder / "netlify" / "functions" / "hello.js").write_text("x")
    plan = await host.provider.plan(host.request())
    assert any("Functions are not part" in note for note in plan.notes)


@pytest.mark.parametrize("publish", ["../elsewhere", "/../x"])
async def test_a_folder_outside_is_never_sent(host: Hosted, publish: str) -> None:
    (host.folder / "netlify.toml").write_text(f'[build]\npublish = "{publish}"\n')
    with pytest.raises(UserError):
        await host.deploy()
    assert not host.api.world.deploys

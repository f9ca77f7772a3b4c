"""A site that is built here: in the sandbox, from what git does not ignore; what it leaves is what is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from autocrea_lsp import sandbox
from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Build, Lines, Step
from autocrea_lsp.deploy.errors import BuildFailed, NotAllowed
from autocrea_lsp.deploy.preview.permission import YES
from autocrea_lsp.errors import UserError
from tests.deploy.netlify.hosted import Hosted

SCRIPT = """
import os, pathlib
out = pathlib.Path("dist")
(out / ".well-known").mkdir(parents=True)
text = pathlib.Path("page.txt").read_text() + os.environ.get("GREETING", "")
(out / "index.html").write_text(f"<h1>{text}</h1>")
(out / ".well-known" / "security.txt").write_text("Contact: us")
(out / ".hidden").write_text("no")
(out / "link.html").symlink_to("index.html")
(out / "_redirects").write_text("/old /new 301")
print("built for", os.environ.get("GREETING", "nobody"))
"""
TOML = '[build]\ncommand = "python3 build.py"\npublish = "dist"\n'


@pytest.fixture
async def site(host: Hosted) -> AsyncIterator[Hosted]:
    """The folder has a script that makes a site; whoever is asked agrees to run it."""
    for each in host.folder.iterdir():
        each.unlink()
    (host.folder / "build.py").write_text(SCRIPT)
    (host.folder / "page.txt").write_text("Hi")
    (host.folder / "netlify.toml").write_text(TOML)
    host.answer = YES
    yield host
    left = host.folder.parent / "state" / "preview"
    assert not left.is_dir() or [each.name for each in left.iterdir()] == ["instances.lock"]


async def test_what_the_build_leaves_is_sent_and_the_folder_stays_as_it_was(site: Hosted) -> None:
    before = sorted(each.name for each in site.folder.iterdir())
    created = await site.deploy(mark="autocrea-1")
    assert site.contents() == {
        "index.html": b"<h1>Hi</h1>",
        ".well-known/security.txt": b"Contact: us",
        "_redirects": b"/old /new 301",
    }
    assert (await site.finished(created.remote.ref)).state == "success"
    assert sorted(each.name for each in site.folder.iterdir()) == [".netlify", *before]
    assert "built for nobody" in site.log
    assert "$ python3 build.py" in site.log


async def test_its_lines_come_before_anything_is_at_the_host_and_move_no_cursor(site: Hosted) -> None:
    request = site.request()
    async for event in site.provider.deploy(request, await site.provider.plan(request)):
        if isinstance(event, Lines):
            assert "create_deploy" not in site.calls()
            assert event.cursor == ""
            assert all(line.key.startswith("built-here-") for line in event.lines)


async def test_the_plan_says_what_is_run_and_carries_what_it_is_made_from(site: Hosted) -> None:
    plan = await site.provider.plan(site.request(target="production"))
    assert plan.build_command == "python3 build.py"
    assert plan.bundle is not None
    assert [file.name for file in plan.bundle.files] == ["build.py", "netlify.toml", "page.txt"]
    assert any("built here" in note for note in plan.notes)
    assert plan.production


async def test_variables_reach_the_build_alone(site: Hosted) -> None:
    secret = "canary-77aa"
    request = site.request(environment={"GREETING": Secret(secret)})
    plan = await site.provider.plan(request)
    assert any("for the build here alone" in note for note in plan.notes)
    await site.deploy(request)
    assert site.contents()["index.html"] == b"<h1>Hicanary-77aa</h1>"  # the user's own script put it there
    assert not any(secret in line for line in site.log)
    assert not any(secret in str(body) for op in ("create_deploy", "set_manifest") for body in site.bodies(op))


async def test_a_build_that_fails_leaves_nothing_at_the_host(site: Hosted) -> None:
    (site.folder / "build.py").write_text("print('half way'); raise SystemExit(3)")
    with pytest.raises(BuildFailed, match="exit code 3"):
        await site.deploy()
    assert "half way" in site.log
    assert not site.api.world.deploys
    assert not site.api.world.sites


async def test_a_machine_that_cannot_isolate_asks_first_and_takes_silence_for_no(
    site: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def weak(*_: Any) -> Any:
        return type("Found", (), {"level": "limits"})()

    monkeypatch.setattr(sandbox, "probe", weak)
    site.answer = None
    with pytest.raises(NotAllowed, match="not run"):
        await site.deploy()
    assert len(site.asked) == 1
    assert not site.api.world.sites
    assert not site.log


async def test_a_name_that_netlify_does_not_take_is_refused_before_anything_is_sent(site: Hosted) -> None:
    (site.folder / "build.py").write_text(SCRIPT + '(out / "c#.html").write_text("x")\n')
    with pytest.raises(UserError, match=r"c#\.html"):
        await site.deploy()
    assert not site.api.world.sites


@pytest.mark.parametrize(
    ("build", "command"),
    [
        (Build(build_command="python3 other.py", output_directory="out"), "python3 other.py"),
        (Build(), "python3 build.py"),
    ],
)
async def test_what_is_asked_for_goes_before_the_file(site: Hosted, build: Build, command: str) -> None:
    assert (await site.provider.plan(site.request(build=build))).build_command == command


async def test_the_state_stays_pending_while_it_is_built(site: Hosted) -> None:
    await site.deploy()
    steps = [event for event in site.events if isinstance(event, Step)]
    assert [step.state for step in steps][:2] == ["pending", "creating"]
    assert steps[0].detail == "Building it here"


async def test_a_source_that_changes_after_the_plan_is_taken_as_it_is_now(site: Hosted) -> None:
    request = site.request()
    plan = await site.provider.plan(request)
    (site.folder / "page.txt").write_text("Hello again")
    site.events = [event async for event in site.provider.deploy(request, plan)]
    assert site.contents()["index.html"] == b"<h1>Hello again</h1>"


async def test_what_git_would_ignore_of_the_result_is_sent_all_the_same(site: Hosted) -> None:
    (site.folder / "build.py").write_text(SCRIPT + '(out / ".gitignore").write_text("*.html")\n')
    await site.deploy()
    assert "index.html" in site.contents()


async def test_where_nothing_can_be_written_it_is_said(site: Hosted) -> None:
    (site.folder.parent / "state").write_text("in the way")
    with pytest.raises(UserError, match="no place to build it in"):
        await site.deploy()
    assert not site.api.world.sites


async def test_a_framework_is_found_without_a_file_of_theirs(site: Hosted) -> None:
    (site.folder / "netlify.toml").unlink()
    (site.folder / "package.json").write_text('{"name": "shop", "scripts": {"build": "node build.js"}}')
    (site.folder / "build.js").write_text(
        "const fs = require('fs'); fs.mkdirSync('dist'); fs.writeFileSync('dist/index.html', 'by node');"
    )
    (site.folder / "build.py").unlink()
    plan = await site.provider.plan(site.request())
    assert plan.build_command == "npm run build"
    await site.deploy()
    assert site.contents() == {"index.html": b"by node"}

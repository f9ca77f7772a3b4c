"""Real projects become sites: as they are, or by their own build in the sandbox."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from autocrea_lsp.deploy.base import PRODUCTION, Build, Created, Git, Request, Sent, Step
from autocrea_lsp.deploy.errors import CannotDo
from autocrea_lsp.errors import UserError
from tests.deploy.preview.previewing import Here, get, package, previews, secret_values, settings_with, write

BUILD = """
import { mkdirSync, writeFileSync, readFileSync } from "node:fs";
import { text } from "./src/text.mjs";
mkdirSync("dist/assets", { recursive: true });
writeFileSync("dist/assets/app.js", `document.title = ${JSON.stringify(text)}`);
writeFileSync("dist/index.html", readFileSync("index.html", "utf-8").replace("%TEXT%", process.env.GREETING ?? text));
console.log("\\u001b[32mbuilt\\u001b[0m in", process.cwd());
"""
VITE_LIKE = {
    "package.json": package(scripts={"build": "node build.mjs"}),
    "build.mjs": BUILD,
    "src/text.mjs": 'export const text = "from the source";',
    "index.html": "<h1>%TEXT%</h1>",
    ".env": "GREETING=from .env\n",
    ".gitignore": "ignored.txt\n",
    "ignored.txt": "ignored",
}


async def test_a_static_site_is_served_as_it_is(here: Here, tmp_path: Path) -> None:
    folder = write(tmp_path / "site", {"index.html": "<h1>é𝒳</h1>", "a/b.css": "body{}", ".env": "KEY=1"})
    remote, events = await here.start(folder)
    assert [event.state for event in events if isinstance(event, Step)] == ["uploading", "creating"]
    assert [event for event in events if isinstance(event, Sent)][-1].files == 2
    assert isinstance(events[-1], Created)
    remote = await here.finished(remote.ref)
    assert (remote.state, remote.live, remote.target) == ("success", True, "preview")
    page = await get(remote.url)
    assert (page.status, page.body.decode()) == (200, "<h1>é𝒳</h1>")
    assert (await get(remote.url, "/a/b.css")).headers["content-type"] == "text/css; charset=utf-8"
    assert (await get(remote.url, "/.env")).status == 404
    assert here.asked == [], "nothing is run, so nothing is asked"


async def test_a_static_site_may_lie_below_the_folder(here: Here, tmp_path: Path) -> None:
    remote = await here.deploy(write(tmp_path / "p", {"public/index.html": "below", "secret.txt": "beside"}))
    assert (await get(remote.url)).body == b"below"
    assert b"beside" not in (await get(remote.url, "/secret.txt")).body


async def test_a_project_is_built_from_its_files_with_the_variables_given(
    here: Here, tmp_path: Path, node: None
) -> None:
    folder = write(tmp_path / "site", VITE_LIKE)
    remote = await here.deploy(folder, environment=secret_values(GREETING="hello there"))
    log = await here.log(remote.ref)
    assert remote.state == "success", log
    assert (await get(remote.url)).body == b"<h1>hello there</h1>"
    assert b"from the source" in (await get(remote.url, "/assets/app.js")).body
    assert "$ npm run build" in log
    assert "\nbuilt in /sandbox/work" in log, "colours are gone, and where it is built is no place of ours"
    assert sorted(each.name for each in folder.iterdir()) == sorted({name.split("/")[0] for name in VITE_LIKE})


async def test_values_are_not_in_the_log(here: Here, tmp_path: Path, node: None) -> None:
    files = {"package.json": package(scripts={"build": "env; mkdir dist; echo x > dist/index.html"})}
    remote = await here.deploy(write(tmp_path / "p", files), environment=secret_values(WORD="swordfish-4711-canary"))
    log = await here.log(remote.ref)
    assert "swordfish" not in log
    assert "WORD=" in log


def archive(files: dict[str, str]) -> bytes:
    """As npm packs a package."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content.encode()))
    return packed.getvalue()


WITH_DEPENDENCIES = {
    "package.json": package(
        scripts={"build": "node build.cjs", "postinstall": "cat build.cjs > seen-by-hook"},
        dependencies={"packed": "file:vendor/packed-1.0.0.tgz", "linked": "file:libs/linked"},
    ),
    "build.cjs": """
const fs = require("fs");
fs.mkdirSync("dist");
fs.writeFileSync("dist/index.html", require("packed") + " " + require("linked"));
fs.writeFileSync("dist/seen.txt", require("packed/seen.json").join() + "|" + fs.existsSync("seen-by-hook"));
""",
    "libs/linked/package.json": package(name="linked", main="index.js", version="1.0.0"),
    "libs/linked/index.js": 'module.exports = "linked";',
    "source-code.txt": "not for strangers",
}
# Runs at install time, with network: it writes down what it sees of the project.
LOOK = (
    "const fs=require('fs');fs.writeFileSync('seen.json',JSON.stringify(fs.readdirSync(process.env.INIT_CWD).sort()))"
)


def with_dependencies(folder: Path) -> Path:
    write(folder, WITH_DEPENDENCIES)
    packed = archive(
        {
            "package.json": package(
                name="packed", main="index.js", version="1.0.0", scripts={"postinstall": "node look.js"}
            ),
            "index.js": 'module.exports = "packed";',
            "look.js": LOOK,
        }
    )
    (folder / "vendor").mkdir()
    (folder / "vendor" / "packed-1.0.0.tgz").write_bytes(packed)
    return folder


async def test_dependencies_are_installed_from_manifests_alone_and_the_build_sees_all(
    here: Here, tmp_path: Path, node: None
) -> None:
    remote = await here.deploy(with_dependencies(tmp_path / "site"))
    assert remote.state == "success", await here.log(remote.ref)
    assert (await get(remote.url)).body == b"packed linked"
    seen, hooked = (await get(remote.url, "/seen.txt")).body.decode().split("|")
    assert seen == "libs,node_modules,package.json,vendor"
    assert hooked == "true", "the project's own script runs too, later, when its files are there"
    log = await here.log(remote.ref)
    order = [log.index(step) for step in ("$ npm install", "$ npm run postinstall", "$ npm run build")]
    assert order == sorted(order)


async def test_a_lock_file_is_obeyed(here: Here, tmp_path: Path, node: None) -> None:
    folder = write(
        tmp_path / "site",
        {
            "package.json": package(dependencies={"linked": "file:libs/linked"}, scripts={"build": "node build.cjs"}),
            "libs/linked/package.json": package(name="linked", main="index.js", version="1.0.0"),
            "libs/linked/index.js": 'module.exports = "locked";',
            "build.cjs": "const fs = require('fs'); fs.mkdirSync('dist');\n"
            "fs.writeFileSync('dist/index.html', require('linked'))",
        },
    )
    lock = {
        "name": "site",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "packages": {
            "": {"name": "site", "version": "1.0.0", "dependencies": {"linked": "file:libs/linked"}},
            "libs/linked": {"version": "1.0.0"},
            "node_modules/linked": {"resolved": "libs/linked", "link": True},
        },
    }
    write(folder, {"package-lock.json": json.dumps(lock)})
    remote = await here.deploy(folder)
    log = await here.log(remote.ref)
    assert (remote.state, "$ npm ci" in log) == ("success", True), log
    assert (await get(remote.url)).body == b"locked"
    more = {"linked": "file:libs/linked", "other": "file:libs/other"}
    write(folder, {"package.json": package(dependencies=more, scripts={"build": "node build.cjs"})})
    write(folder, {"libs/other/package.json": package(name="other", version="1.0.0")})
    refused = await here.deploy(folder)
    assert (refused.state, "exit code" in refused.error) == ("failed", True)


async def test_the_users_own_commands_come_before_what_is_found(here: Here, tmp_path: Path, node: None) -> None:
    folder = write(tmp_path / "p", {"app/page.txt": "own", "app/package.json": package(scripts={"build": "exit 1"})})
    build = Build(
        root_directory="app", build_command="mkdir -p o/p && cp page.txt o/p/index.html", output_directory="o/p/"
    )
    remote = await here.deploy(folder, build=build)
    assert remote.state == "success", await here.log(remote.ref)
    assert (await get(remote.url)).body == b"own"


FAILURES = {
    "a build that fails": ("exit 3", "The build has failed with exit code 3."),
    "a build that leaves nothing": ("true", "left nothing in any of dist, build"),
    "a build that leaves an empty folder": ("mkdir dist", "left nothing"),
    "a build that is killed": ("kill -9 $$", "ended by signal 9"),
}


@pytest.mark.parametrize("case", FAILURES.values(), ids=FAILURES)
async def test_a_failure_says_why(case: tuple[str, str], here: Here, tmp_path: Path, node: None) -> None:
    command, said = case
    remote = await here.deploy(
        write(tmp_path / "p", {"package.json": package(scripts={"build": f"exec sh -c '{command}'"})})
    )
    assert remote.state == "failed"
    if "signal" not in said:  # npm reports a signal of its child as it likes
        assert said in remote.error
    assert (remote.url, remote.live, remote.can_roll_back_to) == ("", False, False)
    assert remote.error in await here.log(remote.ref)


async def test_a_failed_build_leaves_what_was_shown(here: Here, tmp_path: Path, node: None) -> None:
    folder = write(tmp_path / "p", {"package.json": package(scripts={"build": "mkdir dist; echo 1 > dist/index.html"})})
    good = await here.deploy(folder)
    bad = await here.deploy(write(folder, {"package.json": package(scripts={"build": "exit 1"})}))
    assert (good.state, bad.state) == ("success", "failed")
    assert (await get(good.url)).body == b"1\n"
    assert (await here.provider.status(good.ref)).live


# ---- what a plan says, and refuses


async def test_a_plan_names_what_will_be_run_and_changes_nothing(here: Here, tmp_path: Path, node: None) -> None:
    folder = with_dependencies(tmp_path / "site")
    plan = await here.provider.plan(Request(folder=folder, provider="preview"))
    assert (plan.production, plan.target, plan.build_command) == (False, "preview", "npm run build")
    assert plan.place.project_name == "site"
    assert any("node build.cjs" in note for note in plan.notes)
    assert any("npm install" in note and "network" in note for note in plan.notes)
    assert not (tmp_path / "state").exists()


async def test_a_missing_program_is_named(here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    folder = write(tmp_path / "p", {"hugo.toml": ""})
    with pytest.raises(UserError, match="Hugo is built with hugo, which is not installed") as caught:
        await here.provider.plan(Request(folder=folder, provider="preview"))
    assert "Install Hugo" in caught.value.hint


async def test_a_program_of_the_projects_own_is_not_taken_for_one(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "p", {"hugo.toml": "", "bin/hugo": "#!/bin/sh\n"})
    (folder / "bin" / "hugo").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}/bin:bin")
    monkeypatch.chdir(folder)
    with pytest.raises(UserError, match="not installed"):
        await here.provider.plan(Request(folder=folder, provider="preview"))
    monkeypatch.setenv("PATH", str(folder / "bin"))
    other = write(tmp_path / "q", {"hugo.toml": ""})
    assert await here.provider.plan(Request(folder=other, provider="preview")), "it would be found elsewhere"


async def test_what_is_no_site_is_refused(here: Here, tmp_path: Path) -> None:
    folder = write(tmp_path / "p", {"main.py": ""})
    with pytest.raises(UserError, match=r"no index\.html") as caught:
        await here.provider.plan(Request(folder=folder, provider="preview"))
    assert "build command" in caught.value.hint


@pytest.mark.parametrize("output", ["../x", "/etc", "a/../../b", "a\0b", "a\\b"])
async def test_an_output_directory_outside_is_refused(output: str, here: Here, tmp_path: Path) -> None:
    folder = write(tmp_path / "p", {"index.html": ""})
    with pytest.raises(UserError, match="not inside"):
        await here.provider.plan(Request(folder=folder, provider="preview", build=Build(output_directory=output)))


@pytest.mark.parametrize("fields", [{"target": PRODUCTION}, {"source": Git(branch="main")}])
async def test_what_a_preview_is_not_for_is_refused_with_an_alternative(
    fields: dict[str, object], here: Here, tmp_path: Path
) -> None:
    folder = write(tmp_path / "p", {"index.html": ""})
    with pytest.raises(CannotDo) as caught:
        await here.provider.plan(Request(folder=folder, provider="preview", **fields))  # type: ignore[arg-type]
    assert "vercel" in caught.value.hint


async def test_a_build_that_takes_too_long_is_stopped(tmp_path: Path, node: None) -> None:
    async with previews(tmp_path / "state", settings=settings_with(minutes=0.02)) as here:
        folder = write(tmp_path / "p", {"package.json": package(scripts={"build": "echo begun; sleep 1000"})})
        remote = await here.deploy(folder)
    assert remote.state == "failed"
    assert "longer than 0.02 minutes" in remote.error

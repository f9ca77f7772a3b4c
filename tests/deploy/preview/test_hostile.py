"""A project that means harm gets nothing. Each attempt is made once more without the guard, where it must succeed."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from autocrea_lsp.deploy.base import Build, Remote
from autocrea_lsp.deploy.preview.permission import YES
from tests.deploy.preview.previewing import Here, get, package, previews, settings_with, write

CANARY = "canary-7c1e-that-nobody-may-read"


@dataclass(frozen=True, kw_only=True)
class World:
    """What lies around the project and is none of its business."""

    site: Path
    key: Path
    port: int
    victim: int
    target: Path

    def told(self) -> str:
        return json.dumps(
            {
                "site": str(self.site),
                "key": str(self.key),
                "port": self.port,
                "victim": self.victim,
                "target": str(self.target),
                "canary": CANARY,
            }
        )


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("CANARY", CANARY)
    key = Path.home() / ".ssh" / "id_test"
    write(key.parent, {key.name: CANARY})
    site = write(tmp_path / "site", {".env": f"KEY={CANARY}", "index.html": "page"})
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        subprocess.Popen(["sleep", "1000"], env={"CANARY": CANARY, "PATH": os.defpath}) as victim,
    ):
        try:
            yield World(
                site=site,
                key=key,
                port=listener.getsockname()[1],
                victim=victim.pid,
                target=tmp_path / "written",
            )
        finally:
            victim.kill()


# Each attempt says what it has reached; what fails says so too, so that a script that broke off is no success.
SCRIPT = """
const fs = require("fs"), net = require("net"), path = require("path");
const w = WORLD;
const holds = (name) => fs.readFileSync(name).includes(w.canary);
const attempts = {
  key: () => holds(w.key),
  home: () => fs.readdirSync(path.dirname(path.dirname(w.key))).length > 0,
  project: () => fs.readdirSync(w.site).length > 0,
  dotenv: () => holds(path.join(w.site, ".env")),
  copied: () => holds(".env") || holds(path.join(process.env.INIT_CWD || ".", ".env")),
  environment: () => process.env.CANARY !== undefined,
  processes: () => fs.readdirSync("/proc").filter((p) => /^[0-9]+$/.test(p)).some((p) => {
    try { return holds(`/proc/${p}/environ`); } catch { return false; } }),
  victim: () => process.kill(w.victim, 0),
  users: () => fs.readFileSync("/etc/passwd").length > 0,
};
try { fs.writeFileSync(w.target, "x"); } catch {}  // whether it is there is seen from outside
const found = {};
for (const [name, attempt] of Object.entries(attempts)) {
  try { found[name] = !!attempt(); } catch (error) { found[name] = false; }
}
const call = net.connect(w.port, "127.0.0.1");
const done = (reached) => { found.network = reached; call.destroy(); finish(found); };
call.on("connect", () => done(true));
call.on("error", () => done(false));
"""
AT_BUILD = (
    "function finish(found) { fs.mkdirSync('dist'); fs.writeFileSync('dist/found.json', JSON.stringify(found)); }"
)
AT_INSTALL = "function finish(found) { fs.writeFileSync('found.json', JSON.stringify(found)); }"
COPY = """
const fs = require("fs");
fs.mkdirSync("dist");
fs.copyFileSync(require.resolve("evil/found.json"), "dist/found.json");
"""
EVERYTHING = frozenset(
    {"key", "home", "project", "dotenv", "copied", "environment", "processes", "victim", "users", "network"}
)
# Even without isolation a build has an environment of its own, and .env is in no bundle.
ALWAYS_CLOSED = {"environment", "copied"}


def building(world: World) -> Path:
    script = SCRIPT.replace("WORLD", world.told()) + AT_BUILD
    files = {"package.json": package(scripts={"build": "node attack.cjs"}), "attack.cjs": script}
    return write(world.site, files)


def installing(world: World) -> Path:
    """The attack lies in a dependency, whose script the installer runs."""
    evil = {
        "package.json": package(name="evil", version="1.0.0", scripts={"install": "node attack.cjs"}),
        "attack.cjs": SCRIPT.replace("WORLD", world.told()) + AT_INSTALL,
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in evil.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content.encode())
            tar.addfile(entry, io.BytesIO(content.encode()))
    (world.site / "evil-1.0.0.tgz").write_bytes(packed.getvalue())
    manifest = package(scripts={"build": "node copy.cjs"}, dependencies={"evil": "file:evil-1.0.0.tgz"})
    return write(world.site, {"package.json": manifest, "copy.cjs": COPY})


async def found_by(here: Here, remote: Remote) -> set[str]:
    assert remote.state == "success", await here.log(remote.ref)
    found = json.loads((await get(remote.url, "/found.json")).body)
    assert found.keys() == EVERYTHING, "every attempt was made"
    return {name for name, reached in found.items() if reached}


async def test_a_build_reaches_nothing(here: Here, world: World, node: None) -> None:
    remote = await here.deploy(building(world))
    assert await found_by(here, remote) == set()
    assert not world.target.exists()


async def test_an_install_script_reaches_the_network_and_nothing_else(here: Here, world: World, node: None) -> None:
    remote = await here.deploy(installing(world))
    assert await found_by(here, remote) == {"network"}
    assert not world.target.exists()


@pytest.mark.parametrize("make", [building, installing])
async def test_the_same_project_reaches_everything_where_nothing_is_isolated(
    make: object, tmp_path: Path, world: World, node: None
) -> None:
    async with previews(tmp_path / "state", settings=settings_with(level="off"), answer=YES) as here:
        remote = await here.deploy(make(world))  # type: ignore[operator]
        assert await found_by(here, remote) == EVERYTHING - ALWAYS_CLOSED
        assert world.target.exists()
    assert len(here.asked) == 1


async def test_what_the_user_includes_is_there(here: Here, world: World, node: None) -> None:
    """The control of what is closed always: the script would find it."""
    remote = await here.deploy(building(world), include=(".env",))
    assert await found_by(here, remote) == {"copied"}


# ---- links


async def test_links_of_the_project_that_lead_out_are_not_served(here: Here, world: World) -> None:
    for name, leads in {
        "key.txt": world.key,
        "home": world.key.parent,
        "up": Path(".."),
        "users.txt": Path("/etc/passwd"),
        "env.txt": Path(".env"),
    }.items():
        (world.site / name).symlink_to(leads)
    (world.site / "inner.html").symlink_to("index.html")
    remote = await here.deploy(world.site)
    for path in ("/key.txt", "/home/id_test", "/up/site/.env", "/users.txt", "/env.txt", "/.env"):
        answer = await get(remote.url, path)
        assert (answer.status, CANARY.encode() in answer.body, b"root:" in answer.body) == (404, False, False), path
    assert (await get(remote.url, "/inner.html")).body == b"page"


LINKS = {
    "absolute": "ln -s /etc/passwd dist/a",
    "relative": "ln -s ../package.json dist/a",
    "a folder": "ln -s / dist/a",
    "by another link": "ln -s .. dist/up; ln -s up/package.json dist/a",
    "below": "mkdir -p dist/x/y; ln -s ../../../package.json dist/x/y/z",
    "the output itself": "rm -r dist; ln -s /etc dist",
}


@pytest.mark.parametrize("act", LINKS.values(), ids=LINKS)
async def test_a_link_in_the_output_that_leads_out_of_it_fails_the_build(
    act: str, here: Here, tmp_path: Path, node: None
) -> None:
    script = f"mkdir -p dist; echo x > dist/index.html; {act}"
    remote = await here.deploy(write(tmp_path / "p", {"package.json": package(scripts={"build": script})}))
    assert remote.state == "failed"
    assert "link that leads out" in remote.error or "left nothing" in remote.error


async def test_a_link_within_the_output_is_served(here: Here, tmp_path: Path, node: None) -> None:
    script = "mkdir -p dist/d; echo x > dist/index.html; ln -s ../index.html dist/d/a.html; ln -s d dist/e"
    remote = await here.deploy(write(tmp_path / "p", {"package.json": package(scripts={"build": script})}))
    assert (await get(remote.url, "/e/a.html")).body == b"x\n"


@pytest.mark.parametrize(
    "act", ["mkfifo dist/pipe", "chmod 000 dist/index.html dist", "mkdir -p dist/d; chmod 0 dist/d"]
)
async def test_an_output_that_would_hang_or_hide_is_seen_through(
    act: str, here: Here, tmp_path: Path, node: None
) -> None:
    script = f"mkdir -p dist; echo x > dist/index.html; {act}"
    remote = await here.deploy(write(tmp_path / "p", {"package.json": package(scripts={"build": script})}))
    if "mkfifo" in act:
        assert (remote.state, "no file: pipe" in remote.error) == ("failed", True)
    else:
        assert (await get(remote.url)).body == b"x\n"


async def test_an_install_cannot_lead_the_copy_elsewhere(here: Here, tmp_path: Path, world: World, node: None) -> None:
    """Links in the places that are carried over to the build: nothing is written, read or moved through them."""
    outside = write(tmp_path / "outside", {"kept": "kept"})
    trick = (
        f"rm -rf node_modules; ln -s {outside} node_modules; ln -s {outside} .yarn; rm -r libs; ln -s {outside} libs"
    )
    files = {
        "package.json": package(dependencies={"a": "file:libs/a"}, scripts={"build": "node build.cjs"}),
        "libs/a/package.json": package(name="a"),
        "build.cjs": "const fs=require('fs');fs.mkdirSync('dist');"
        "fs.writeFileSync('dist/index.html',String([fs.existsSync('node_modules'),fs.existsSync('libs/a/package.json')]))",
    }
    remote = await here.deploy(write(tmp_path / "p", files), build=Build(install_command=trick))
    assert (await get(remote.url)).body == b"false,true"
    assert [each.name for each in outside.iterdir()] == ["kept"]

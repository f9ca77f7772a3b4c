"""Copies hold what was listed and nothing else, and what is carried from an install follows no link."""

from __future__ import annotations

import os
from contextlib import aclosing
from pathlib import Path

import pytest

from autocrea_lsp.deploy import bundle
from autocrea_lsp.deploy.base import Sent
from autocrea_lsp.deploy.bundle import Bundle, FileChanged
from autocrea_lsp.deploy.errors import BuildFailed
from autocrea_lsp.deploy.preview import copying, output, staging
from autocrea_lsp.deploy.preview.copying import copy
from autocrea_lsp.deploy.preview.planning import RULES
from autocrea_lsp.errors import UserError
from tests.deploy.preview.previewing import write


async def copied(files: Bundle, target: Path) -> list[Sent]:
    async with aclosing(copy(files, target)) as progress:
        return [sent async for sent in progress]


async def test_a_copy_has_the_listed_files_with_their_content_time_and_mode(tmp_path: Path) -> None:
    folder = write(tmp_path / "p", {"a": "one", "d/e/f.sh": "two", ".env": "secret", "d/.git/config": "secret"})
    (folder / "d/e/f.sh").chmod(0o755)
    os.utime(folder / "a", ns=(5_000_000_000, 5_000_000_000))
    (folder / "link").symlink_to("d/e/f.sh")
    (folder / "out").symlink_to("/etc/passwd")
    target = tmp_path / "copy"
    (sent,) = await copied(await bundle.collect(folder, RULES), target)
    assert (sent.files, sent.total_files) == (3, 3)
    assert staging.names_in(target) == ["a", "d/e/f.sh", "link"]
    assert (target / "a").read_text("utf-8") == "one"
    assert (target / "a").stat().st_mtime_ns == 5_000_000_000
    assert os.access(target / "d/e/f.sh", os.X_OK)
    assert not os.access(target / "a", os.X_OK)
    assert str((target / "link").readlink()) == "d/e/f.sh"
    assert target.stat().st_mode & 0o077 == 0


async def test_progress_is_said_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_PART_FILES", 2)
    folder = write(tmp_path / "p", {str(number): "xx" for number in range(5)})
    said = await copied(await bundle.collect(folder, RULES), tmp_path / "copy")
    assert [(sent.files, sent.bytes) for sent in said] == [(2, 4), (4, 8), (5, 10)]
    assert {(sent.total_files, sent.total_bytes) for sent in said} == {(5, 10)}


@pytest.mark.parametrize("change", ["content", "a link", "a folder that is a link", "gone"])
async def test_a_file_that_is_another_by_now_is_not_copied(change: str, tmp_path: Path) -> None:
    secret = write(tmp_path / "outside", {"a": "secret"})
    folder = write(tmp_path / "p", {"d/a": "listed"})
    files = await bundle.collect(folder, RULES)
    if change == "content":
        write(folder, {"d/a": "changed since"})
    else:
        (folder / "d/a").unlink()
    if change == "a link":
        (folder / "d/a").symlink_to(secret / "a")
    if change == "a folder that is a link":
        (folder / "d").rmdir()
        (folder / "d").symlink_to(secret)
    with pytest.raises(FileChanged, match="d/a"):
        await copied(files, tmp_path / "copy")
    assert not any(b"secret" in each.read_bytes() for each in (tmp_path / "copy").rglob("*") if each.is_file())


async def test_a_file_that_changes_while_it_is_copied_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "p", {"a": "x" * 100})
    files = await bundle.collect(folder, RULES)
    real = os.read

    def read(descriptor: int, size: int) -> bytes:
        if os.path.realpath(f"/proc/self/fd/{descriptor}") == str(folder / "a"):
            write(folder, {"a": "y" * 200})
        return real(descriptor, size)

    monkeypatch.setattr(os, "read", read)
    with pytest.raises(FileChanged):
        await copied(files, tmp_path / "copy")


async def test_a_disk_that_is_full_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "p", {"a": "x"})
    files = await bundle.collect(folder, RULES)

    def utime(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "utime", utime)
    with pytest.raises(UserError, match="a could not be copied: No space left"):
        await copied(files, tmp_path / "copy")


async def test_a_copy_that_is_given_up_writes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_PART_FILES", 1)
    folder = write(tmp_path / "p", {str(number): "x" for number in range(9)})
    async with aclosing(copy(await bundle.collect(folder, RULES), tmp_path / "copy")) as progress:
        await anext(progress)
    assert staging.names_in(tmp_path / "copy") == ["0"]


# ---- from the install to the build


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    installed = write(tmp_path / "installed", {"package.json": "{}", "x/package.json": "{}"})
    write(tmp_path / "work", {"package.json": "{}", "x/package.json": "{}", "vendor/own": "own"})
    write(tmp_path / "outside", {"kept": "kept"})
    return installed


MANIFESTS = ["package.json", "x/package.json"]


def test_what_an_install_has_made_is_carried_over_and_nothing_else(installed: Path, tmp_path: Path) -> None:
    made = {
        "node_modules/a/index.js": "a",
        "x/node_modules/b/index.js": "b",
        ".venv/bin/python": "p",
        "vendor/bundle/gem": "g",
        ".pnp.cjs": "pnp",
        "src/planted.js": "evil",
        "package.json": "evil",
        "y/node_modules/c": "evil",
    }
    write(installed, made)
    staging.carry_over(installed, MANIFESTS, tmp_path / "work")
    kept = [name for name, content in made.items() if content != "evil"]
    assert staging.names_in(tmp_path / "work") == sorted([*kept, *MANIFESTS, "vendor/own"])
    assert (tmp_path / "work" / "package.json").read_text("utf-8") == "{}"


@pytest.mark.parametrize("at", ["node_modules", "x", "x/node_modules", "vendor", ".venv", ".yarn", ".pnp.cjs"])
def test_a_link_that_an_install_has_left_is_not_carried(at: str, installed: Path, tmp_path: Path) -> None:
    path = installed / at
    if at == "x":
        (path / "package.json").unlink()
        path.rmdir()
    write(tmp_path / "outside", {"node_modules/stolen": "s", "bundle/stolen": "s"})
    path.symlink_to(tmp_path / "outside")
    staging.carry_over(installed, MANIFESTS, tmp_path / "work")
    assert staging.names_in(tmp_path / "work") == sorted([*MANIFESTS, "vendor/own"])
    assert not any(each.is_symlink() for each in (tmp_path / "work").rglob("*"))
    assert staging.names_in(tmp_path / "outside") == ["bundle/stolen", "kept", "node_modules/stolen"]


def test_an_output_folder_is_found_without_following_a_link(tmp_path: Path) -> None:
    write(tmp_path / "outside", {"index.html": "stolen"})
    work = write(tmp_path / "work", {"dist/one/browser/index.html": "mine", "dist/a.txt": "x"})
    (work / "build").symlink_to(tmp_path / "outside")
    (work / "up").symlink_to(tmp_path)
    for name in ("build", "up/outside", "../outside", "*/../../outside", "nowhere", "dist/a.txt"):
        with pytest.raises(BuildFailed, match="left nothing"):
            output.take(work, (name,), tmp_path / "site")
    output.take(work, ("dist/*/browser", "dist/*", "dist"), tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_text("utf-8") == "mine"
    assert (tmp_path / "outside" / "index.html").exists()


def test_of_an_output_that_is_the_project_itself_no_packages_are_served(tmp_path: Path) -> None:
    work = write(tmp_path / "work", {"index.html": "x", "node_modules/a/b.js": "a", ".venv/c": "c"})
    taken = output.take(work, (".",), tmp_path / "site")
    assert taken.files == 1
    assert staging.names_in(tmp_path / "site") == ["index.html"]

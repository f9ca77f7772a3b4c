"""The smaller parts: the log, the history, manifests, and where programs really are."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from autocrea_lsp.deploy.base import LogLine
from autocrea_lsp.deploy.preview import staging, toolchain
from autocrea_lsp.deploy.preview.buildlog import FIRST, LAST, BuildLog
from autocrea_lsp.deploy.preview.history import MOST_ROWS, History, Row
from autocrea_lsp.deploy.preview.places import is_alive, open_instance
from autocrea_lsp.errors import UserError
from tests.deploy.preview.previewing import package, write

# ---- the log


async def read(log: BuildLog, after: str = "", *, follow: bool = False) -> list[LogLine]:
    return [line async for piece in log.read(after, follow=follow) for line in piece.lines]


async def test_a_log_keeps_its_beginning_and_its_end() -> None:
    log = BuildLog(lambda: 1.0)
    total = FIRST + LAST + 500
    for start in range(0, total, 100):
        log.add_all([f"line {number}" for number in range(start, start + 100)])
    log.close()
    lines = await read(log)
    assert [line.text for line in lines[:FIRST]] == [f"line {number}" for number in range(FIRST)]
    assert lines[FIRST].text == "(500 lines are left out)"
    assert [line.text for line in lines[FIRST + 1 :]] == [f"line {number}" for number in range(total - LAST, total)]
    assert len({line.key for line in lines}) == len(lines)


async def test_one_who_follows_hears_lines_as_they_come_and_the_end() -> None:
    log = BuildLog(lambda: 1.0)
    log.add("one")
    heard = asyncio.create_task(read(log, follow=True))
    late = asyncio.create_task(read(log, "1", follow=True))
    for _ in range(5):
        await asyncio.sleep(0)
    log.add("two", "warning")
    assert not heard.done()
    log.close()
    assert [(line.text, line.level) for line in await heard] == [("one", "info"), ("two", "warning")]
    assert [line.text for line in await late] == ["two"]


async def test_a_log_is_read_without_secrets_colours_and_controls() -> None:
    log = BuildLog(lambda: 1.0, ["swordfish-4711"])
    log.add_all(["is swordfish-4711 it?", "\x1b[1;31mred\x1b[0m \x1b]0;title\x07end", "10%\r20%\r100%", "a\x00b\x07c"])
    log.add_all(
        ["-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "-----END PRIVATE KEY-----", "after"]
    )
    log.close()
    texts = [line.text for line in await read(log)]
    assert "swordfish" not in texts[0]
    assert texts[1:4] == ["red end", "100%", "abc"]
    assert not any("MIIEvQ" in text for text in texts)
    assert texts[-1] == "after"


# ---- the history, and whose it is


def row(number: int, **more: object) -> Row:
    fields: dict[str, object] = {"id": f"prv_{number}", "instance": "0" * 16, "project": "p", "project_name": "p"}
    return Row(**(fields | {"created_at": float(number)} | more))  # type: ignore[arg-type]


def test_rows_are_written_over_by_id_and_the_oldest_go(tmp_path: Path) -> None:
    history = History(tmp_path / "history.json")
    history.put([row(number) for number in range(MOST_ROWS + 5)])
    history.put([row(MOST_ROWS, state="success", live=True)])
    rows = history.rows()
    assert len(rows) == MOST_ROWS
    assert [each.id for each in rows[:2]] == [f"prv_{MOST_ROWS + 4}", f"prv_{MOST_ROWS + 3}"]
    assert [each.id for each in rows if each.live] == [f"prv_{MOST_ROWS}"]
    assert (tmp_path / "history.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"previews": 5}', '{"previews": [1, {}, {"id": 5}]}', "[" * 100_000, "\xff", "9" * 9999],
)
def test_a_damaged_history_counts_as_empty_and_is_written_anew(text: str, tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    path.write_text(text, "latin-1")
    history = History(path)
    assert history.rows() == []
    history.put([row(1)])
    assert [each.id for each in history.rows()] == ["prv_1"]


def test_rows_that_make_no_sense_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    good = {"id": "a", "instance": "x", "project": "p", "project_name": "p", "created_at": 1}
    bad = [good | change for change in ({"state": "done"}, {"created_at": "now"}, {"url": 5}, {"id": None})]
    path.write_text(json.dumps({"previews": [*bad, good, good | {"more": 1}]}), "utf-8")
    assert [each.id for each in History(path).rows()] == ["a", "a"]


def test_a_history_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    history = History(write(tmp_path, {"other": "{}"}) / "history.json")
    (tmp_path / "history.json").symlink_to("other")
    assert history.rows() == []
    history.put([row(1)])
    assert (tmp_path / "other").read_text("utf-8") == "{}"


def test_a_place_is_alive_as_long_as_it_is_held(tmp_path: Path) -> None:
    one, two = open_instance(tmp_path), open_instance(tmp_path)
    assert is_alive(one.root, one.name)
    assert one.folder.is_dir(), "the second has left it alone"
    os.close(one.descriptor)  # as the system does when a process ends
    one.descriptor = -1
    assert not is_alive(one.root, one.name)
    three = open_instance(tmp_path)
    assert (one.folder.exists(), two.folder.exists()) == (False, True)
    for each in (two, three):
        each.close()
    assert not is_alive(one.root, "../../etc")


# ---- manifests and programs


def test_an_install_sees_manifests_lock_files_and_what_they_name(tmp_path: Path) -> None:
    seen = {
        "package.json": package(dependencies={"a": "file:vendor/a.tgz", "b": "file:../b.tgz", "c": "file:/etc/passwd"}),
        "packages/x/package.json": package(),
        "package-lock.json": "{}",
        "packages/x/requirements-dev.txt": "",
        ".npmrc": "",
        ".yarn/releases/yarn.cjs": "",
        "patches/a.patch": "",
        "vendor/a.tgz": "",
        "Gemfile": "",
    }
    unseen = {"src/index.js": "", "README.md": "", "vendor/other.tgz": "", "notes.txt": "", "config.json": ""}
    write(tmp_path / "p", seen | unseen)
    names = staging.names_in(tmp_path / "p")
    assert names == sorted(seen | unseen)
    assert staging.manifests(tmp_path / "p", set(names)) == sorted(seen)


def test_the_projects_own_scripts_are_not_run_by_the_installer(tmp_path: Path) -> None:
    scripts = {"build": "b", "postinstall": "p", "prepare": "q", "preinstall": "r", "install": "s"}
    write(tmp_path / "p", {"package.json": package(scripts=scripts, dependencies={"a": "1"}), "x/package.json": "{"})
    staging.copy_manifests(tmp_path / "p", ["package.json", "x/package.json"], tmp_path / "copy")
    copied = json.loads((tmp_path / "copy" / "package.json").read_text("utf-8"))
    assert (copied["scripts"], copied["dependencies"]) == ({"build": "b"}, {"a": "1"})
    assert (tmp_path / "copy" / "x" / "package.json").read_text("utf-8") == "{"


def program(path: Path, script: str) -> Path:
    write(path.parent, {path.name: f"#!/bin/sh\n{script}\n"})
    path.chmod(0o755)
    return path


def test_a_program_is_seen_with_what_belongs_to_it_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = tmp_path / "home"
    node = program(prefix / "versions" / "bin" / "node", "exit 1")
    npm = program(prefix / "versions" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", "")
    scoped = program(prefix / "versions" / "lib" / "node_modules" / "@a" / "b" / "cli.js", "")
    (node.parent / "npm").symlink_to(npm)
    (node.parent / "bun").symlink_to(scoped)
    monkeypatch.setenv("PATH", str(node.parent))
    found = toolchain.find(["node", "npm", "bun"], title="It", without=tmp_path / "project")
    assert dict(found.links) == {"node": node, "npm": npm, "bun": scoped}
    assert set(found.reads) == {node, npm.parent.parent, scoped.parent}


def test_behind_a_shim_is_the_program_that_it_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = program(tmp_path / "versions" / "20" / "bin" / "node", "")
    program(tmp_path / "shims" / "node", f'test "$1" = -p && echo {real}')
    monkeypatch.setenv("PATH", str(tmp_path / "shims"))
    found = toolchain.find(["node"], title="It", without=tmp_path / "project")
    assert found.links == (("node", real),)


def test_a_program_in_the_project_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "project" / "bin" / "hugo", "")
    (tmp_path / "outside").symlink_to(tmp_path / "project" / "bin")
    monkeypatch.chdir(tmp_path / "project" / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path}/project/bin:{tmp_path}/outside::.")
    with pytest.raises(UserError, match="not installed"):
        toolchain.find(["hugo"], title="It", without=tmp_path / "project")

"""A project that wants too much: of the log, the disk, the time, or of whoever reads its package.json."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from autocrea_lsp.deploy.base import Request
from autocrea_lsp.deploy.preview import output
from autocrea_lsp.deploy.preview.buildlog import FIRST, LAST
from autocrea_lsp.errors import UserError
from tests.deploy.preview.previewing import Here, get, package, write
from tests.sandbox.inside import marker, processes_with, wait_until


async def test_a_daemon_that_a_build_leaves_behind_is_ended(here: Here, tmp_path: Path, node: None) -> None:
    mark = marker()
    script = f"mkdir dist; echo x > dist/index.html; (setsid sleep {mark} >/dev/null 2>&1 &) ; sleep 0.1"
    remote, _ = await here.start(write(tmp_path / "p", {"package.json": package(scripts={"build": script})}))
    await wait_until(lambda: processes_with(mark), "the daemon runs")
    remote = await here.finished(remote.ref)
    assert remote.state == "success"
    assert processes_with(mark) == []


async def test_a_build_that_prints_without_end_is_read_to_its_end_and_bounded(
    here: Here, tmp_path: Path, node: None
) -> None:
    flood = "yes 'nothing to see here, and again nothing' | head -c 100000000; echo; echo the end"
    script = f"{flood}; mkdir dist; echo x > dist/index.html"
    remote = await here.deploy(write(tmp_path / "p", {"package.json": package(scripts={"build": script})}))
    lines = (await here.log(remote.ref)).splitlines()
    assert remote.state == "success"
    assert FIRST + LAST <= len(lines) <= FIRST + LAST + 1
    assert "the end" in lines
    assert any("lines are left out" in line for line in lines)


async def test_an_output_that_is_too_large_is_refused(
    here: Here, tmp_path: Path, node: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "MAX_BYTES", 1 << 20)
    monkeypatch.setattr(output, "MAX_FILES", 10)
    for script, said in (
        ("head -c 2000000 /dev/zero > dist/index.html", "more than"),
        ("for i in 1 2 3 4 5 6 7 8 9 10 11; do echo > dist/$i; done", "more than 10 files"),
    ):
        folder = write(tmp_path / "p", {"package.json": package(scripts={"build": f"mkdir dist; {script}"})})
        remote = await here.deploy(folder)
        assert (remote.state, said in remote.error) == ("failed", True), remote


async def test_a_build_that_fills_the_disk_is_stopped(
    here: Here, tmp_path: Path, node: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark, full = marker(), False
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=0 if full else 10 << 30))
    script = f"mkdir dist; echo begun; sleep {mark}"
    remote, _ = await here.start(write(tmp_path / "p", {"package.json": package(scripts={"build": script})}))
    await wait_until(lambda: processes_with(mark), "it runs")
    full = True
    remote = await here.finished(remote.ref)
    assert (remote.state, "nearly full" in remote.error) == ("failed", True)
    assert processes_with(mark) == []


async def test_absurd_manifests_are_refused_or_ignored(here: Here, tmp_path: Path) -> None:
    for text in ("[" * 100_000, '{"scripts": ', "\0", '{"name": "' + "x" * 3_000_000 + '"}'):
        folder = write(tmp_path / "p", {"package.json": text, "index.html": "x"})
        with pytest.raises(UserError, match=r"package\.json"):
            await here.provider.plan(Request(folder=folder, provider="preview"))
    fields = {"scripts": {"build": ["rm", "-rf"]}, "dependencies": [1], "packageManager": 5, "workspaces": {"a": 1}}
    remote = await here.deploy(write(tmp_path / "q", {"package.json": json.dumps(fields), "index.html": "served"}))
    assert (await get(remote.url)).body == b"served"

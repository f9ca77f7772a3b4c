"""The clock that nobody can set: one for all processes of a boot where the system has it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autocrea_lsp.store import moment, moments


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    moments._ticker.cache_clear()
    yield
    moments._ticker.cache_clear()


def test_it_goes_forward_and_tells_the_time() -> None:
    before, first, second, after = time.time(), moment(), moment(), time.time()
    assert first.boot == second.boot
    assert first.tick_s <= second.tick_s
    assert before <= first.wall_s <= after


@pytest.mark.skipif(not moments._BOOT_ID.exists(), reason="no id of the boot here")
def test_processes_of_one_boot_share_it() -> None:
    source = "from autocrea_lsp.store import moment; now = moment(); print(now.boot, now.tick_s)"
    before = moment()
    boot, tick = subprocess.check_output([sys.executable, "-c", source], text=True).split()
    after = moment()
    assert boot == before.boot == after.boot
    assert before.tick_s < float(tick) < after.tick_s


@pytest.mark.parametrize("there", ["nothing", "an empty file", "no clock"])
def test_without_it_each_process_is_a_boot_of_its_own(
    there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot_id = tmp_path / "boot_id"
    if there != "nothing":
        boot_id.write_text("" if there == "an empty file" else "some boot\n")
    if there == "no clock":
        monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    monkeypatch.setattr(moments, "_BOOT_ID", boot_id)
    first = moment()
    assert first.boot == moment().boot
    assert first.boot.startswith("process ")
    assert first.tick_s <= time.monotonic()
    moments._ticker.cache_clear()
    assert moment().boot != first.boot

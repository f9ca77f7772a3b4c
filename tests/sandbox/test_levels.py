"""How well jobs are locked in is found out, said honestly, and never less than was asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autocrea_lsp.errors import UserError
from autocrea_lsp.sandbox import Isolation, Level, isolation, probe, run
from tests.conftest import ROOT
from tests.sandbox.inside import python_job, shell

LEAKY = [
    ("net:[1]\ninterface lo:\ncapabilities 0000\nenvironment\nPATH=x\0", "the network is open"),
    ("net:[2]\ninterface lo:\ninterface eth0:\ncapabilities 0000\nenvironment\nPATH=x\0", "the network is open"),
    ("net:[2]\ninterface lo:\ncapabilities 0400\nenvironment\nPATH=x\0", "capabilities are kept"),
    ("net:[2]\ninterface lo:\nenvironment\nPATH=x\0", "capabilities are kept"),
    ("net:[2]\ninterface lo:\ncapabilities 0000\nwritable\nenvironment\nPATH=x\0", "system files are writable"),
    ("net:[2]\ninterface lo:\ncapabilities 0000\nhome\nenvironment\nPATH=x\0", "the home directory is there"),
    ("net:[2]\ninterface lo:\ncapabilities 0000\nenvironment\nPATH=x\0KEY=y\0", "our environment is readable"),
    ("net:[2]\ninterface lo:\ncapabilities 0000\nenvironment\n", "our environment is readable"),
]


@pytest.fixture
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe has not run in this process."""
    monkeypatch.setattr(isolation, "_known", None)


async def test_the_probe_finds_isolation_where_it_is(bwrap: Level, unasked: None) -> None:
    found = await probe()
    assert found == Isolation(level="bwrap", network=True, filesystem=True, environment=True, note="")
    assert str(found) == "bubblewrap"
    assert await probe() is found, "asked once"


@pytest.mark.parametrize(("answer", "leak"), LEAKY)
def test_one_leak_is_enough_for_no_isolation(answer: str, leak: str) -> None:
    assert isolation._leaks(answer, "net:[1]") == [leak]


async def test_without_bubblewrap_it_says_so(unasked: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "PLACES", ("/nonexistent/bwrap",))
    result = await shell("echo ran")
    assert result.stdout == "ran\n"
    assert str(result.isolation) == "limits only, NOT isolated"
    assert "not installed" in result.isolation.note
    assert not result.isolation.network
    assert not result.isolation.filesystem
    assert not result.isolation.environment


@pytest.mark.parametrize(
    "script", ["exit 1", "echo no permissions >&2; exit 1", "exit 0", "sleep 1000"], ids=["1", "message", "0", "hangs"]
)
async def test_a_bubblewrap_that_does_not_isolate_is_not_used(
    script: str, unasked: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    fake.chmod(0o755)
    monkeypatch.setattr(isolation, "PLACES", (str(fake),))
    monkeypatch.setattr(isolation, "_TIMEOUT_S", 1.0)
    assert (await probe()).level == "limits"


async def test_required_runs_nothing_without_isolation(
    unasked: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(isolation, "PLACES", ("/nonexistent/bwrap",))
    with pytest.raises(UserError, match="isolated") as caught:
        await shell(f"echo x > {tmp_path}/ran", level="required")
    assert "bubblewrap" in caught.value.hint
    assert not (tmp_path / "ran").exists()


async def test_bubblewrap_is_not_looked_for_on_path(
    unasked: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bwrap").write_text(f"#!/bin/sh\necho x > {tmp_path}/ran\n", "utf-8")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    await probe()
    assert not (tmp_path / "ran").exists()


async def test_off_is_limits_only_and_says_why() -> None:
    result = await shell("env", level="off")
    assert str(result.isolation) == "limits only, NOT isolated"
    assert "switched off" in result.isolation.note


async def test_even_without_isolation_the_environment_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
    result = await shell("env; echo $HOME; pwd -P", level="off")
    *environment, home, here = result.stdout.splitlines()
    assert {line.partition("=")[0] for line in environment} - {"LC_CTYPE"} == {"PATH", "HOME", "TMPDIR", "LANG", "PWD"}
    assert home == here != str(Path.home())


LIMITS = """
import json, resource
print(json.dumps({name: resource.getrlimit(getattr(resource, "RLIMIT_" + name))[1]
                  for name in ("CPU", "FSIZE", "NOFILE", "CORE", "AS")}))
"""


async def test_limits_hold_in_both_levels(level: Level) -> None:
    result = await run(python_job(LIMITS, timeout_s=10, memory_bytes=1 << 30), level=level)
    found = json.loads(result.stdout)
    assert found == {
        "CPU": 10 * (os.cpu_count() or 1) + 1,
        "FSIZE": 50 << 20,
        "NOFILE": 512,
        "CORE": 0,
        "AS": 1 << 30,
    }


async def test_a_job_that_wants_too_much_memory_or_disk_fails(level: Level) -> None:
    result = await run(python_job("b = bytearray(1 << 31)", memory_bytes=512 << 20), level=level)
    assert result.exit_code == 1
    assert "MemoryError" in result.stderr
    disk = await shell("head -c 60000000 /dev/zero > big", level=level)
    assert disk.exit_code != 0


ORDINARY = """
import asyncio, json, os
from autocrea_lsp.sandbox import Job, probe, run
async def main():
    found = await probe()
    script = "id -u; touch /usr/x 2>/dev/null && echo WRITTEN; cat given; echo x > own && cat own"
    result = await run(Job(command=("/bin/sh", "-c", script), files={"given": b"g\\n"}, timeout_s=20), level="required")
    print(json.dumps([os.getuid(), found.level, found.note, result.exit_code, result.stdout, result.stderr]))
asyncio.run(main())
"""


@pytest.mark.skipif(os.getuid() != 0, reason="run by an ordinary user, as all other tests here are then")
def test_an_ordinary_user_is_isolated_as_root_is() -> None:
    python = "/usr/bin/python3"  # ours may lie in root's home, where nobody else can go
    nobody = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/", "capture_output": True, "text": True}
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    able = "import sys, autocrea_lsp.sandbox; sys.exit(sys.version_info < (3, 11))"
    if (
        not Path(python).exists()
        or subprocess.run([python, "-c", able], env=environment, check=False, **nobody).returncode
    ):
        pytest.skip("no interpreter that another user may run, or this tree is closed to others")
    done = subprocess.run([python, "-c", ORDINARY], env=environment, check=False, **nobody)
    if "is not installed" in done.stderr:
        pytest.skip("bubblewrap is not installed: run `.ci/setup.sh sandbox`")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [65534, "bwrap", "", 0, "65534\ng\nx\n", ""]


def test_the_script_that_enters_needs_no_site_packages() -> None:
    script = ROOT / "autocrea_lsp" / "sandbox" / "enter.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", script, "become", "NOFILE:64", "/bin/sh", "-c", "ulimit -n; env"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[0] == "64"
    assert "HOME" not in done.stdout

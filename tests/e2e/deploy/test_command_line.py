"""`autocrea-lsp deploy` as a person or a script runs it: real processes, a real terminal, an emulated Vercel."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.vercel_process import GUARD_S, VercelProcess, plant_shop

pytestmark = pytest.mark.e2e

LIVE = "https://shop.vercel.app"
FOREVER = {"states": ["QUEUED", "BUILDING", "READY"], "step_s": [1, 100_000]}


@pytest.fixture
def host() -> Iterator[VercelProcess]:
    host = VercelProcess.start("--speed", "4")
    yield host
    host.stop()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return plant_shop(tmp_path)


class Shell:
    """Commands in the site's folder."""

    def __init__(self, site: Path, host: VercelProcess, home: Path, token: str | None = None) -> None:
        self.site = site
        self.environment = {
            **os.environ,
            "AUTOCREA_HOME": str(home),
            "AUTOCREA_DEPLOY_API": host.url,
            "VERCEL_TOKEN": host.token if token is None else token,
            "SHOP_KEY": "canary-value-of-a-variable",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "autocrea_lsp", "deploy", *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            cwd=self.site,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=GUARD_S * 2,
            check=False,
        )

    def json(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self, *words: str, stdin: int = subprocess.DEVNULL, **more: Any) -> subprocess.Popen[str]:
        options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, **more}
        return subprocess.Popen(self.command(*words), cwd=self.site, env=self.environment, stdin=stdin, **options)


@pytest.fixture
def shell(site: Path, host: VercelProcess, tmp_path: Path) -> Shell:
    return Shell(site, host, tmp_path / "home")


def test_a_dry_run_lists_what_would_be_sent_and_sends_nothing(shell: Shell, host: VercelProcess) -> None:
    plan = shell.json("vercel", "--dry-run")
    assert [file["name"] for file in plan["files"]] == ["app.js", "index.html"]
    assert plan["leftOut"][0]["name"] == ".env"
    assert (plan["production"], plan["createsProject"], plan["target"]) == (True, True, "production")
    done = shell.run("vercel", "--dry-run", "--include", ".env")
    assert ".env" in done.stdout
    assert "3 files" in done.stdout
    assert {request["method"] for request in host.state()["requests"]} == {"GET"}


def test_production_without_a_terminal_needs_yes(shell: Shell, host: VercelProcess) -> None:
    done = shell.run("vercel", "--prod")
    assert done.returncode == 4
    assert "--yes" in done.stdout
    assert host.state()["deployments"] == []
    made = shell.json("vercel", "--prod", "--yes")
    assert (made["state"], made["url"]) == ("success", LIVE)
    assert host.state()["breaches"] == []


def test_what_it_did_is_told_afterwards(shell: Shell) -> None:
    made = shell.json("vercel", "--yes", "--env", "SHOP_KEY")
    assert made["environment"] == ["SHOP_KEY"]
    (listed,) = shell.json("list")
    assert listed == made
    assert shell.json("status", made["id"][:8])["state"] == "success"
    assert "42 modules transformed." in [line["text"] for line in shell.json("logs")]
    stats = shell.json("stats")
    assert (stats["total"], stats["byStatus"], stats["successRate"]) == (1, {"success": 1}, 1.0)
    remote = shell.json("list", "--remote")["deployments"]
    assert [(each["id"], each["live"]) for each in remote] == [(made["remoteId"], True)]
    assert "canary-value" not in shell.run("list").stdout


def test_a_failed_build_has_its_own_exit_code_and_its_log(shell: Shell, host: VercelProcess) -> None:
    host.command("plan", failing=True)
    done = shell.run("vercel", "--yes")
    assert done.returncode == 1
    assert "exited with 1" in done.stdout
    assert "TS2322" in done.stderr
    assert shell.run("status").returncode == 1


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["nowhere"], 1, "There are: "),
        (["--prod", "--target", "staging"], 2, "--target"),
        (["vercel", "--commit", "abc"], 2, "--git"),
        (["preview", "--git", "main"], 3, "cannot"),
        (["cancel"], 9, "No deployment of this folder is running"),
        (["status", "nothing"], 9, "no deployment"),
        (["vercel", "--env", "NOT_THERE"], 1, "NOT_THERE"),
        (["vercel", "--dir", "nowhere"], 2, "nowhere"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_said_with_a_code_of_its_own(
    shell: Shell, words: list[str], code: int, told: str
) -> None:
    done = shell.run(*words)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("token", ["", "vcp_wrong0token"])
def test_no_token_and_a_refused_one_are_told_apart(site: Path, host: VercelProcess, tmp_path: Path, token: str) -> None:
    done = Shell(site, host, tmp_path / "home", token).run("vercel", "--dry-run")
    assert done.returncode == 6
    assert ("VERCEL_TOKEN" in done.stderr) or ("token" in done.stderr)
    assert host.state()["saw_token"] is False
    assert "vcp_wrong" not in done.stderr


def test_an_interrupt_without_a_terminal_cancels_at_the_host(shell: Shell, host: VercelProcess) -> None:
    host.command("plan", **FOREVER)
    process = shell.start("vercel", "--yes")
    host.wait("BUILDING")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=GUARD_S)
    assert host.states() == ["CANCELED"]
    assert process.returncode == 4, out


def test_no_wait_leaves_it_running_and_another_command_cancels_it(shell: Shell, host: VercelProcess) -> None:
    host.command("plan", **FOREVER)
    done = shell.run("vercel", "--yes", "--no-wait")
    assert done.returncode == 0, done.stderr
    host.wait("BUILDING")
    assert shell.run("status").returncode == 5
    canceled = shell.run("cancel")
    assert canceled.returncode == 0, canceled.stderr
    assert host.states() == ["CANCELED"]


def test_a_killed_one_is_found_again_by_the_next(shell: Shell, host: VercelProcess) -> None:
    host.command("plan", states=["QUEUED", "BUILDING", "READY"], step_s=[1, 8])
    process = shell.start("vercel", "--yes")
    host.wait("BUILDING")
    process.kill()
    process.communicate(timeout=GUARD_S)
    host.wait("READY")
    followed = shell.run("logs", "--follow")
    assert followed.returncode == 0, followed.stderr
    assert shell.run("status").returncode == 0
    assert len(host.states()) == 1


def test_a_preview_stays_until_an_interrupt(shell: Shell, host: VercelProcess) -> None:
    process = shell.start("preview")
    assert process.stdout is not None
    line = ""
    while "http://127.0.0.1" not in line or "shop is on" not in line:
        line = process.stdout.readline()
        assert line, "it ended"
    url = line.split()[-1]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=GUARD_S) as answer:
        assert answer.read() == b"<h1>shop</h1>\n"
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=GUARD_S)
    assert process.returncode == 0, out
    with pytest.raises(OSError, match=r"refused"):
        opener.open(url, timeout=GUARD_S)
    assert host.state()["requests"] == []


def test_a_host_that_was_named_is_meant_until_it_is_forgotten(shell: Shell) -> None:
    shell.json("vercel", "--yes")
    shutil.rmtree(shell.site / ".vercel")  # what links the folder
    again = shell.run("--yes")
    assert again.returncode == 0, again.stderr
    assert "To vercel (preview), as you chose before" in again.stderr
    here = shell.json("preview", "--no-wait")
    assert [row["provider"] for row in shell.json("list")] == ["preview", "vercel", "vercel"]
    assert [row["provider"] for row in shell.json("list", "--provider", "vercel")] == ["vercel", "vercel"]
    assert shell.json("status", "--provider", "vercel")["provider"] == "vercel"
    assert [(each["provider"], each["total"]) for each in shell.json("stats")["hosts"]] == [
        ("vercel", 2),
        ("preview", 1),
    ]
    assert shell.run("open", "--provider", "vercel").stdout.startswith("https://shop")
    assert here["provider"] == "preview"
    assert "not deployed to preview by itself any more" in shell.run("forget").stdout
    assert shell.run("forget").stdout == "No host was remembered for shop.\n"
    assert shell.json("list", "--remote", "--provider", "vercel")["provider"] == "vercel"


def test_at_a_terminal_production_and_an_interrupt_are_asked_about(shell: Shell, host: VercelProcess) -> None:
    host.command("plan", **FOREVER)
    ours, theirs = pty.openpty()
    process = shell.start("vercel", "--prod", stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    screen = Screen(ours)
    screen.until("Deploy to production at Vercel?")
    screen.type("2\n")
    host.wait("BUILDING")
    process.send_signal(signal.SIGINT)
    screen.until("It is not finished. What now?")
    assert host.states() == ["BUILDING"]  # nothing was stopped yet
    screen.type("1\n")
    process.send_signal(signal.SIGINT)
    screen.until("What now?", times=2)
    screen.type("2\n")
    assert process.wait(timeout=GUARD_S) == 4
    host.wait("CANCELED")
    os.close(ours)


class Screen:
    """What a terminal has shown."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.text = ""

    def type(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def until(self, text: str, *, times: int = 1) -> None:
        end = time.monotonic() + GUARD_S
        while self.text.count(text) < times:
            assert time.monotonic() < end, self.text[:2000]
            if select.select([self._descriptor], [], [], 0.1)[0]:
                self.text += os.read(self._descriptor, 65536).decode("utf-8", "replace")

"""Deployments in a real Neovim with the real server and an emulated Vercel, as a developer meets them.

What a person saw is kept as text beside pytest's other temporary files (`screens`).
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.neovim.acting import expect_on_screen, screen
from tests.e2e.neovim.deploying import ALWAYS, NO, RECORD, YES, choose, deploy, ended, said
from tests.e2e.neovim.real_acts import keep
from tests.e2e.neovim.screen import GUARD_S, Nvim
from tests.e2e.vercel_process import VercelProcess, plant_shop

Open = Callable[[], Nvim]


@pytest.fixture
def host() -> Iterator[VercelProcess]:
    host = VercelProcess.start("--speed", "4")
    yield host
    host.stop()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = plant_shop(tmp_path)
    (site / "package.json").write_text("{}", encoding="utf-8")  # by which the server finds the folder
    return site


@pytest.fixture
def opened(host: VercelProcess, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens the site in a Neovim of its own; the token is in the environment, the host's address in its settings."""
    monkeypatch.setenv("VERCEL_TOKEN", host.token)
    monkeypatch.chdir(site)
    running: list[Nvim] = []

    def start() -> Nvim:
        folder = tmp_path / f"nvim-{len(running)}"
        folder.mkdir()
        settings = f"settings = {{ backend = 'none', deploy = {{ vercel = {{ apiUrl = '{host.url}' }} }} }}"
        nvim = Nvim.start(
            folder,
            init=f"""
              vim.g.autocrea = {{ cmd = {{ '{sys.executable}', '-m', 'autocrea_lsp' }}, enabled = false, {settings} }}
              {RECORD}
            """,
        )
        running.append(nvim)
        nvim.open(site / "app.js")
        nvim.wait_attached()
        return nvim

    yield start
    for nvim in running:
        with contextlib.suppress(OSError, AssertionError):  # closed by the test already
            nvim.close()


def test_a_deployment_shows_how_it_goes_and_ends_in_one_message(
    opened: Open, host: VercelProcess, site: Path, tmp_path: Path
) -> None:
    nvim = opened()
    choose(nvim, YES)
    deploy(nvim)
    nvim.wait(lambda: "vercel (production)" in nvim.lua("return require('autocrea.deploy').label()"))
    keep(tmp_path, "deploying", expect_on_screen(nvim, "AUTOCREA: deploy vercel"))
    message = ended(nvim)
    assert message == "AUTOCREA: shop deployed to vercel (production): https://shop.vercel.app"
    keep(tmp_path, "deployed", screen(nvim))
    (asked,) = nvim.lua("return _G.asked")
    assert "production" in asked
    state = host.state()
    (made,) = state["deployments"]
    assert (made["state"], made["assigned"]) == ("READY", True)
    assert made["files"] == ["app.js", "index.html", "package.json"]  # and no .env
    assert state["breaches"] == []
    nvim.command("Autocrea deploy open")
    nvim.wait(lambda: nvim.lua("return _G.opened") == ["https://shop.vercel.app"])
    nvim.command("Autocrea deploy logs")
    nvim.wait(lambda: "42 modules transformed." in nvim.lines())
    keep(tmp_path, "log", screen(nvim))


def test_production_that_is_not_agreed_to_sends_nothing(opened: Open, host: VercelProcess) -> None:
    nvim = opened()
    choose(nvim, NO)
    deploy(nvim)
    assert "You did not agree" in ended(nvim)
    state = host.state()
    assert state["deployments"] == []
    assert state["projects"] == []
    assert state["files"] == []


def test_a_cancel_reaches_the_host(opened: Open, host: VercelProcess, tmp_path: Path) -> None:
    host.command("plan", states=["QUEUED", "BUILDING", "READY"], step_s=[1, 10_000])
    nvim = opened()
    choose(nvim, YES)
    deploy(nvim)
    host.wait("BUILDING")
    nvim.wait(lambda: "building" in nvim.lua("return require('autocrea.deploy').label()"))
    keep(tmp_path, "building", screen(nvim))
    nvim.command("Autocrea deploy cancel")
    host.wait("CANCELED")
    nvim.wait(lambda: any("was canceled" in each for each in said(nvim)))
    assert nvim.lua("return require('autocrea.deploy').label()").startswith("vercel (production) canceled")


def test_a_failed_build_is_one_message_and_its_log_says_why(opened: Open, host: VercelProcess, tmp_path: Path) -> None:
    host.command("plan", failing=True)
    nvim = opened()
    choose(nvim, YES)
    deploy(nvim)
    message = ended(nvim)
    assert "shop was not deployed to vercel (production)" in message
    assert "exited with 1" in message
    nvim.command("Autocrea deploy logs")
    nvim.wait(lambda: any("TS2322" in line for line in nvim.lines()))
    keep(tmp_path, "failed", screen(nvim))


def test_history_and_rollback(opened: Open, host: VercelProcess, site: Path, tmp_path: Path) -> None:
    nvim = opened()
    choose(nvim, ALWAYS)
    deploy(nvim)
    ended(nvim)
    (site / "index.html").write_text("<h1>new</h1>\n", encoding="utf-8")
    deploy(nvim)
    ended(nvim)
    assert len(nvim.lua("return _G.asked")) == 1  # "always for exactly this"
    before = host.state()["projects"][0]["live"]
    nvim.lua("_G.said = {}")
    choose(nvim, "Roll back")
    nvim.command("Autocrea deploy rollback")
    nvim.wait(lambda: any("Live is now" in each for each in said(nvim)))
    (project,) = host.state()["projects"]
    assert project["live"] != before
    assert project["autoAssign"] is False
    assert any("promote" in each for each in said(nvim)), said(nvim)
    nvim.lua("_G.asked = {}")
    choose(nvim, "vercel (production)")
    nvim.command("Autocrea deploy list")
    nvim.wait(lambda: len(nvim.lua("return _G.asked")) == 2)
    keep(tmp_path, "rolled-back", screen(nvim))


def test_without_a_word_it_goes_to_the_host_of_last_time_until_that_is_forgotten(
    opened: Open, host: VercelProcess, site: Path, tmp_path: Path
) -> None:
    nvim = opened()
    choose(nvim, YES)
    deploy(nvim)
    ended(nvim)
    shutil.rmtree(site / ".vercel")  # what links the folder
    deploy(nvim, "")
    assert "shop deployed to vercel (preview): " in ended(nvim)  # not production, though that was said last time
    deploy(nvim, "preview")
    assert "shop deployed to preview: " in ended(nvim)
    nvim.lua("_G.said = {}")
    nvim.command("Autocrea deploy stats")
    nvim.wait(lambda: any("3 deployments" in each and "vercel 2 · preview 1" in each for each in said(nvim)))
    nvim.command("Autocrea deploy status vercel")
    nvim.wait(lambda: any("vercel (preview): success" in each for each in said(nvim)))
    choose(nvim, "chosen last time")
    nvim.command("Autocrea deploy pick")
    nvim.wait(lambda: any("deployed to preview: " in each for each in said(nvim)))
    nvim.lua("_G.said = {}")
    nvim.command("Autocrea deploy forget")
    nvim.wait(lambda: any("shop is not deployed to preview by itself any more" in each for each in said(nvim)))
    keep(tmp_path, "forgotten", screen(nvim))


def test_closing_neovim_cancels_nothing_and_the_next_one_tells_the_end(opened: Open, host: VercelProcess) -> None:
    host.command("plan", states=["QUEUED", "BUILDING", "READY"], step_s=[1, 12])
    first = opened()
    choose(first, YES)
    deploy(first)
    host.wait("BUILDING")
    first.close()
    second = opened()
    assert "shop deployed to vercel (production)" in ended(second)
    host.wait("READY")


def test_two_neovims_follow_one_deployment_and_the_other_one_can_cancel_it(opened: Open, host: VercelProcess) -> None:
    host.command("plan", states=["QUEUED", "BUILDING", "READY"], step_s=[1, 10_000])
    first = opened()
    choose(first, YES)
    deploy(first)
    host.wait("BUILDING")
    second = opened()
    second.wait(lambda: "building" in second.lua("return require('autocrea.deploy').label()"))
    second.command("Autocrea deploy cancel")
    host.wait("CANCELED")
    for nvim in (first, second):
        nvim.wait(lambda nvim=nvim: any("was canceled" in each for each in said(nvim)))
    assert len(host.states()) == 1


def test_a_preview_needs_no_account(opened: Open, host: VercelProcess, site: Path) -> None:
    nvim = opened()
    deploy(nvim, "preview")
    message = ended(nvim)
    assert message.startswith("AUTOCREA: shop deployed to preview: http://127.0.0.1:")
    url = message.rpartition(" ")[2]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=20) as answer:
        assert answer.read() == b"<h1>shop</h1>\n"
    assert host.state()["requests"] == []
    nvim.close()
    end = time.monotonic() + GUARD_S
    while is_served(url):
        assert time.monotonic() < end, "it is still served"
        time.sleep(0.05)


def is_served(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=GUARD_S):
            return True
    except OSError:
        return False

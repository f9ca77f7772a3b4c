"""Netlify and Railway in a real Neovim with the real server and emulated hosts: what a developer meets at any host.

All that is one host's own is in the table `HOSTS`. What a person saw is kept as text (`screens`).
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.host_process import HostProcess, plant_shop
from tests.e2e.neovim.acting import screen
from tests.e2e.neovim.deploying import ALWAYS, NO, RECORD, YES, choose, deploy, ended, said
from tests.e2e.neovim.real_acts import keep
from tests.e2e.neovim.screen import Nvim


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`states`: when it builds, is live, was canceled. `long`, `failing`: plans of a build. `live`: which deployment
    is, by the host's state. `logged`: what the host says in a log; `why`: in that of a failed one."""

    name: str
    variable: str
    base: str
    url: str
    builds: str
    succeeded: str
    canceled: str
    long: Mapping[str, Any]
    failing: Mapping[str, Any]
    live: Callable[[Mapping[str, Any]], str]
    files: tuple[str, ...]
    logged: str
    why: str


def _live_at_railway(state: Mapping[str, Any]) -> str:
    (service,) = state["projects"][0]["services"]
    return str(service["live"].get("production", ""))


HOSTS = [
    Kind(
        name="netlify",
        variable="NETLIFY_AUTH_TOKEN",
        base="/api/v1",
        url="https://shop.netlify.app",
        builds="processing",
        succeeded="ready",
        canceled="error",
        long={"step_s": [1, 10_000]},
        failing={"failing": True},
        live=lambda state: str(state["sites"][0]["live"] or ""),
        files=("app.js", "index.html"),
        logged="Post processing done",
        why="TS2322",
    ),
    Kind(
        name="railway",
        variable="RAILWAY_TOKEN",
        base="",
        url="https://shop-production-",
        builds="BUILDING",
        succeeded="SUCCESS",
        canceled="REMOVED",
        long={"step_s": [1, 10_000, 1]},
        failing={
            "states": ["INITIALIZING", "BUILDING", "FAILED"],
            "build_log": ["src/app.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'."],
        },
        live=_live_at_railway,
        files=("app.js", "index.html"),
        logged="Starting Container",
        why="TS2322",
    ),
]

Open = Callable[[], Nvim]


@pytest.fixture(params=HOSTS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def host(kind: Kind) -> Iterator[HostProcess]:
    host = HostProcess.start_host(kind.name, "--speed", "4")
    yield host
    host.stop()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = plant_shop(tmp_path)
    (site / ".git").mkdir()  # by which the server finds the folder
    return site


@pytest.fixture
def opened(
    kind: Kind, host: HostProcess, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """Opens the site in a Neovim of its own; the token is in the environment, the host's address in its settings."""
    monkeypatch.setenv(kind.variable, host.token)
    monkeypatch.chdir(site)
    running: list[Nvim] = []

    def start() -> Nvim:
        folder = tmp_path / f"nvim-{len(running)}"
        folder.mkdir()
        address = f"{kind.name} = {{ apiUrl = '{host.url}{kind.base}' }}"
        settings = f"settings = {{ backend = 'none', deploy = {{ {address} }} }}"
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


def test_production_is_asked_for_deployed_and_logged(
    opened: Open, kind: Kind, host: HostProcess, tmp_path: Path
) -> None:
    nvim = opened()
    choose(nvim, NO)
    deploy(nvim, f"{kind.name} --prod")
    assert "You did not agree" in ended(nvim)
    assert host.state()["deployments"] == []
    choose(nvim, YES)
    deploy(nvim, f"{kind.name} --prod")
    message = ended(nvim)
    assert message.startswith(f"AUTOCREA: shop deployed to {kind.name} (production): {kind.url}")
    keep(tmp_path, f"{kind.name}-deployed", screen(nvim))
    state = host.state()
    (made,) = state["deployments"]
    assert made["id"] == kind.live(state)
    assert tuple(made["files"]) == kind.files  # and no .env
    assert (state["breaches"], state["failures"], state["saw_token"]) == ([], [], True)
    nvim.command("Autocrea deploy logs")
    nvim.wait(lambda: any(kind.logged in line for line in nvim.lines()))
    keep(tmp_path, f"{kind.name}-log", screen(nvim))


def test_a_cancel_reaches_the_host(opened: Open, kind: Kind, host: HostProcess) -> None:
    host.command("plan", **kind.long)
    nvim = opened()
    choose(nvim, YES)
    deploy(nvim, f"{kind.name} --prod")
    host.wait(kind.builds)
    nvim.wait(lambda: "building" in nvim.lua("return require('autocrea.deploy').label()"))
    nvim.command("Autocrea deploy cancel")
    host.wait(kind.canceled)
    nvim.wait(lambda: any("was canceled" in each for each in said(nvim)))
    assert kind.live(host.state()) == ""


def test_a_failure_is_one_message_and_its_log_says_why(opened: Open, kind: Kind, host: HostProcess) -> None:
    host.command("plan", **kind.failing)
    nvim = opened()
    choose(nvim, YES)
    deploy(nvim, f"{kind.name} --prod")
    assert f"shop was not deployed to {kind.name} (production)" in ended(nvim)
    nvim.command("Autocrea deploy logs")
    nvim.wait(lambda: any(kind.why in line for line in nvim.lines()))


def test_the_one_before_is_live_again_after_a_rollback(
    opened: Open, kind: Kind, host: HostProcess, site: Path, tmp_path: Path
) -> None:
    nvim = opened()
    choose(nvim, ALWAYS)
    deploy(nvim, f"{kind.name} --prod")
    ended(nvim)
    first = kind.live(host.state())
    (site / "index.html").write_text("<h1>new</h1>\n", encoding="utf-8")
    deploy(nvim, f"{kind.name} --prod")
    ended(nvim)
    assert len(nvim.lua("return _G.asked")) == 1  # "always for exactly this"
    second = kind.live(host.state())
    assert second not in ("", first)
    nvim.lua("_G.said = {}")
    choose(nvim, "Roll back")
    nvim.command(f"Autocrea deploy rollback {kind.name}")
    nvim.wait(lambda: any("Live is now" in each for each in said(nvim)))
    keep(tmp_path, f"{kind.name}-rolled-back", screen(nvim))
    state = host.state()
    live = next(each for each in state["deployments"] if each["id"] == kind.live(state))
    assert live["id"] != second
    assert (kind.name == "netlify") is (live["id"] == first)  # the other one makes a deployment of the old image
    assert state["breaches"] == []


def test_closing_neovim_cancels_nothing_and_the_next_one_tells_the_end(
    opened: Open, kind: Kind, host: HostProcess
) -> None:
    host.command("plan", step_s=[1, 30, 1][: 2 if kind.name == "netlify" else 3])
    first = opened()
    choose(first, YES)
    deploy(first, f"{kind.name} --prod")
    host.wait(kind.builds)
    first.close()
    second = opened()
    assert f"shop deployed to {kind.name} (production)" in ended(second)
    host.wait(kind.succeeded)

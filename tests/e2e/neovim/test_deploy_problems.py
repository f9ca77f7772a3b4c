"""Failed builds light up in a real Neovim, are offered a fix, and are dark again after a build that works."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.failing_builds import HOSTS, LANGUAGES, Failing, Host
from tests.e2e.neovim.acting import expect_on_screen, text_of
from tests.e2e.neovim.emulator import EmulatorProcess
from tests.e2e.neovim.real_acts import answer, keep
from tests.e2e.neovim.screen import Nvim
from tests.e2e.vercel_process import ROOT, VercelProcess
from tests.emulators.messages import DEFAULT_KEY

CHECKERS = ROOT / "editors" / "vscode" / "node_modules"
SHOWN = """
return vim.tbl_map(function(d)
  return { vim.api.nvim_buf_get_name(d.bufnr), d.lnum, d.col, d.message, d.source, d.severity }
end, vim.diagnostic.get())
"""
RECORD = """
_G.said = {}
local notify = vim.notify
vim.notify = function(message, level, options)
  table.insert(_G.said, message)
  return notify(message, level, options)
end
local select = vim.ui.select
vim.ui.select = function(items, options, done)
  for index, item in ipairs(items) do
    if item == 'Deploy' or (type(item) == 'table' and item.title == 'Deploy') then
      return done(item, index)
    end
  end
  return select(items, options, done)
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A project in a Neovim that trusts it, and the host that it is deployed to."""

    nvim: Nvim
    folder: Path
    failing: Failing
    host: Host
    name: str
    emulator: VercelProcess | None

    @property
    def path(self) -> Path:
        return self.folder / self.failing.path

    def plan(self, *, fails: bool) -> None:
        plan = self.host.plan(self.failing)
        if self.emulator is not None and plan is not None:
            self.emulator.command("plan", **(plan if fails else self.host.works))

    def deploys(self) -> str:
        """The one message at the end."""
        self.nvim.lua("_G.said = {}")
        self.nvim.command(f"Autocrea deploy {self.name}{' --prod' if self.host.module else ''}")
        self.nvim.wait(lambda: said(self.nvim))
        return said(self.nvim)[-1]

    def opens(self) -> None:
        """The file that is wrong, in a Neovim that may ask the model about it."""
        self.nvim.open(self.path)
        self.nvim.wait_attached()
        self.nvim.wait(lambda: self.nvim.lua("return (require('autocrea.status').info() or {}).state") == "ready")

    def shown(self) -> list[list[Any]]:
        return list(self.nvim.lua(SHOWN))

    @property
    def expected(self) -> list[list[Any]]:
        found = self.failing
        return [[str(self.path), found.line, found.column, found.message, "autocrea deploy", 1]]


def said(nvim: Nvim) -> list[str]:
    return [each for each in nvim.lua("return _G.said") if "deployed to" in each]


@pytest.fixture
def shop(
    request: pytest.FixtureRequest, api: EmulatorProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    language, name = request.param
    folder, failing, host = tmp_path / "shop", LANGUAGES[language], HOSTS[name]
    folder.mkdir()
    failing.plant(folder)
    emulator = host.start()
    monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", DEFAULT_KEY)
    monkeypatch.chdir(folder)
    settings = "{}"
    if emulator is not None:
        monkeypatch.setenv(host.token, emulator.token)
        settings = f"{{ deploy = {{ {name} = {{ apiUrl = '{emulator.url}{host.base}' }} }} }}"
    if "checked" in request.fixturenames and request.getfixturevalue("checked"):
        monkeypatch.setenv("AUTOCREA_CHECKERS", str(CHECKERS))
    command = f"{{ '{sys.executable}', '-m', 'autocrea_lsp' }}"
    nvim = Nvim.start(
        tmp_path,
        init=f"""
          vim.g.autocrea = {{ cmd = {command}, enabled = false, trusted = true, settings = {settings} }}
          {RECORD}
        """,
    )
    nvim.open(folder / "package.json")
    nvim.wait_attached()
    yield Shop(nvim=nvim, folder=folder, failing=failing, host=host, name=name, emulator=emulator)
    nvim.close()
    if emulator is not None:
        emulator.stop()


EVERYWHERE = [(language, name) for name in HOSTS for language in LANGUAGES]


@pytest.mark.parametrize("shop", EVERYWHERE, ids=lambda each: f"{each[0]} at {each[1]}", indirect=True)
def test_a_failed_build_lights_up_and_a_fixed_one_is_dark(shop: Shop, tmp_path: Path) -> None:
    nvim = shop.nvim
    shop.plan(fails=True)
    assert "shop was not deployed" in shop.deploys()
    nvim.wait(lambda: shop.shown() == shop.expected)
    shop.opens()
    nvim.type(f"{shop.failing.line + 1}G<Cmd>lua vim.lsp.buf.code_action()<CR>")
    menu = expect_on_screen(nvim, f"JoxCoder: fix “{shop.failing.message[:20]}")
    keep(tmp_path, "fix-menu", menu)
    nvim.type("<Esc><Esc>")
    nvim.command("bwipeout")
    shop.failing.mend(shop.folder)
    shop.plan(fails=False)
    assert "shop deployed to" in shop.deploys()
    nvim.wait(lambda: shop.shown() == [])


@pytest.mark.parametrize("checked", [True, False], ids=["checked", "not checked"])
@pytest.mark.parametrize("shop", [("typescript", "preview")], ids=["typescript"], indirect=True)
def test_its_fix_is_applied_and_it_is_gone(shop: Shop, api: EmulatorProcess, tmp_path: Path, checked: bool) -> None:
    """A checker that is there looks at the fix; else the user does. In no case is it said to be still there."""
    nvim, failing = shop.nvim, shop.failing
    assert "shop was not deployed" in shop.deploys()
    nvim.wait(lambda: shop.shown() == shop.expected)
    shop.opens()
    keep(tmp_path, "lit", expect_on_screen(nvim, "E const two"))
    fixed = text_of(nvim, shop.path).replace(failing.wrong, failing.right)
    change = {"path": failing.path, "old": failing.wrong, "new": failing.right}
    answer(api, {"match": "is not assignable", "answer": json.dumps({"explanation": "A number.", "edits": [change]})})
    nvim.command("messages clear")
    nvim.type(f"{failing.line + 1}G:Autocrea fix<CR>")
    if not checked:
        keep(tmp_path, "fix-not-checked", expect_on_screen(nvim, "Not checked: no checker", "? pending"))
        nvim.type("ga")
    nvim.wait(lambda: text_of(nvim, shop.path) == fixed)
    nvim.wait(lambda: shop.shown() == [])
    if checked:
        nvim.wait(lambda: any(each.startswith("AUTOCREA: fixed: tsc: Type 'string'") for each in nvim.messages()))
    assert not [each for each in nvim.messages() if "still" in each or "nobody has looked" in each]

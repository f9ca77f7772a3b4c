"""`:Autocrea deploy` with several hosts and a scripted server: words that name one, picking one, what each can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub
from tests.e2e.neovim.scripted_deploy import DEPLOY, STATUS, URL, commands, event, opened, row, tell

LIST, HOSTS, FORGET = f"{DEPLOY}.list", f"{DEPLOY}.hosts", f"{DEPLOY}.forget"
SAID = {"text": "Done.", "id": None, "deployment": None, "notes": None}
CHOOSE = """
_G.offered, _G.wanted = {}, { ... }
vim.ui.select = function(items, options, done)
  local shown = vim.tbl_map(options.format_item or tostring, items)
  table.insert(_G.offered, shown)
  local want = table.remove(_G.wanted, 1)
  for index, text in ipairs(shown) do
    if want and text:find(want, 1, true) then
      return done(items[index], index)
    end
  end
  done(nil)
end
"""


def host(name: str, *abilities: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "title": name.title(), "local": False, "linked": False, "abilities": abilities, **fields}


HOSTS_TOLD = {
    "hosts": [host("netlify"), host("preview", local=True), host("railway", "other_targets"), host("fly", linked=True)],
    "default": "railway",
    "target": "staging",
    "picked": True,
}

COMMANDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "cancel at a host": ("cancel netlify", f"{DEPLOY}.cancel", {"provider": "netlify"}),
    "cancel one": ("cancel abc123", f"{DEPLOY}.cancel", {"id": "abc123"}),
    "roll back at a host": ("rollback railway", f"{DEPLOY}.rollback", {"provider": "railway"}),
    "once more at a host": ("redeploy vercel", f"{DEPLOY}.redeploy", {"provider": "vercel"}),
    "status of a host": ("status netlify", STATUS, {"provider": "netlify"}),
    "list of a host": ("list all netlify", LIST, {"provider": "netlify", "remote": False, "everywhere": True}),
    "a host's own list": ("list netlify remote", LIST, {"provider": "netlify", "remote": True, "everywhere": False}),
    "numbers of a host": ("stats netlify", f"{DEPLOY}.stats", {"provider": "netlify"}),
    "variables of a host": (
        "env .env.local railway staging",
        f"{DEPLOY}.envPull",
        {"file": ".env.local", "provider": "railway", "target": "staging"},
    ),
    "variables of a target": (
        "env .env.local staging",
        f"{DEPLOY}.envPull",
        {"file": ".env.local", "target": "staging"},
    ),
    "a link": ("link netlify shop", f"{DEPLOY}.link", {"provider": "netlify", "project": "shop"}),
    "forget": ("forget", FORGET, {}),
}


@pytest.mark.parametrize(("words", "command", "params"), COMMANDS.values(), ids=COMMANDS)
def test_a_word_that_names_a_host_is_the_host(
    start: Start, stub: Stub, file: Path, words: str, command: str, params: dict[str, Any]
) -> None:
    stats = {"total": 0, "byStatus": {}, "successRate": None, "medianDurationS": None}
    answers = {command: SAID, LIST: {"deployments": [], "cursor": None}, f"{DEPLOY}.stats": stats, STATUS: row()}
    nvim = opened(start, stub, file, **answers)
    nvim.command(f"Autocrea deploy {words}")
    nvim.wait(lambda: commands(stub, command))
    (sent,) = commands(stub, command)
    assert {name: value for name, value in sent.items() if name not in ("limit", "acts")} == params


def pick(start: Start, stub: Stub, file: Path, *wanted: str) -> Nvim:
    nvim = opened(start, stub, file, **{HOSTS: HOSTS_TOLD, FORGET: SAID})
    nvim.lua(CHOOSE, *wanted)
    nvim.command("Autocrea deploy pick")
    return nvim


def test_the_host_and_the_target_of_last_time_are_offered_first(start: Start, stub: Stub, file: Path) -> None:
    nvim = pick(start, stub, file, "Railway", "staging")
    nvim.wait(lambda: commands(stub, DEPLOY))
    assert commands(stub, DEPLOY) == [{"provider": "railway", "target": "staging"}]
    hosts, targets = nvim.lua("return _G.offered")
    assert hosts == [
        "Railway (chosen last time, with staging)",
        "Netlify",
        "Preview (on this machine, no account)",
        "Fly (linked to this folder)",
        "Forget the choice for this folder",
    ]
    assert targets == ["staging", "preview", "production", "another environment…"]


def test_another_host_offers_its_preview_first_and_one_on_this_machine_nothing_more(
    start: Start, stub: Stub, file: Path
) -> None:
    nvim = pick(start, stub, file, "Netlify", "preview")
    nvim.wait(lambda: commands(stub, DEPLOY))
    nvim.lua(CHOOSE, "Preview (on")
    nvim.command("Autocrea deploy pick")
    nvim.wait(lambda: len(commands(stub, DEPLOY)) == 2)
    assert commands(stub, DEPLOY) == [
        {"provider": "netlify", "target": "preview"},
        {"provider": "preview", "target": "preview"},
    ]
    assert len(nvim.lua("return _G.offered")) == 1  # no question for its only target


def test_the_choice_can_be_forgotten_where_it_is_offered(start: Start, stub: Stub, file: Path) -> None:
    nvim = pick(start, stub, file, "Forget")
    nvim.wait(lambda: commands(stub, FORGET))
    nvim.wait(lambda: any("Done." in line for line in nvim.messages()))
    assert not commands(stub, DEPLOY)


@pytest.mark.parametrize(
    ("acts", "offered"),
    [
        (
            ["log", "redeploy", "promote", "rollback"],
            ["Open", "Copy the URL", "Show the log", "Deploy once more", "Promote to production", "Roll back to it"],
        ),
        (["log", "cancel"], ["Open", "Copy the URL", "Show the log", "Cancel"]),
        ([], ["Open", "Copy the URL"]),
    ],
)
def test_only_what_the_host_can_do_is_offered(
    start: Start, stub: Stub, file: Path, acts: list[str], offered: list[str]
) -> None:
    rows = [row("success", provider="railway", target="staging", url=URL, acts=acts)]
    nvim = opened(start, stub, file, **{LIST: {"deployments": rows, "cursor": None}})
    nvim.lua(CHOOSE, "railway (staging)")
    nvim.command("Autocrea deploy list")
    nvim.wait(lambda: nvim.lua("return #_G.offered") == 2)
    assert nvim.lua("return _G.offered")[1] == offered
    assert commands(stub, LIST)[0]["acts"] is True


def test_a_status_line_tells_of_the_host_that_still_works(start: Start, stub: Stub, file: Path) -> None:
    nvim = opened(start, stub, file)
    tell(nvim, event(row("building", id="a", provider="railway", target="staging", createdAt=10.0), percent=20))
    tell(nvim, event(row("building", id="b", provider="netlify", createdAt=20.0), percent=30))
    label = "return require('autocrea.deploy').label()"
    assert nvim.lua(label) == "netlify (preview) building 30%"
    tell(nvim, event(row("success", id="b", provider="netlify", createdAt=20.0), finished=True))
    assert nvim.lua(label) == "railway (staging) building 20%"
    tell(nvim, event(row("success", id="a", provider="railway", target="staging", createdAt=10.0), finished=True))
    assert nvim.lua(label).startswith("netlify (preview) success ")


def test_numbers_name_the_hosts_where_there_are_several(start: Start, stub: Stub, file: Path) -> None:
    hosts = [{"provider": "vercel", "total": 2, "successRate": 1}, {"provider": "netlify", "total": 1}]
    stats = {"total": 3, "byStatus": {"success": 3}, "successRate": 1, "medianDurationS": 4, "hosts": hosts}
    nvim = opened(start, stub, file, **{f"{DEPLOY}.stats": stats})
    nvim.command("Autocrea deploy stats")
    nvim.wait(lambda: any("3 deployments" in line for line in nvim.messages()))
    assert any("4 s in the middle, vercel 2 · netlify 1" in line for line in nvim.messages())


def test_the_names_of_hosts_are_completed_and_those_that_are_installed_are_learned(
    start: Start, stub: Stub, file: Path
) -> None:
    nvim = opened(start, stub, file, **{HOSTS: HOSTS_TOLD})
    complete = "return vim.fn.getcompletion('Autocrea deploy {}', 'cmdline')"
    assert nvim.lua(complete.format("rail")) == ["railway"]
    nvim.wait(lambda: nvim.lua(complete.format("fl")) == ["fly"])
    assert nvim.lua(complete.format("verc")) == []
    nvim.command("Autocrea deploy status fly")
    nvim.wait(lambda: commands(stub, STATUS))
    assert commands(stub, STATUS) == [{"provider": "fly"}]

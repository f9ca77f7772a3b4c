"""`:Autocrea deploy` against a scripted server: what is sent, what is shown, and that nobody who types is disturbed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.neovim.acting import expect_on_screen
from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Stub
from tests.e2e.neovim.scripted_deploy import (
    DEPLOY,
    LOGS,
    STATUS,
    URL,
    commands,
    event,
    opened,
    row,
    tell,
    trusts,
)

COMMANDS: dict[str, tuple[str, dict[str, Any]]] = {
    "nothing said": ("deploy", {}),
    "a host": ("deploy vercel", {"provider": "vercel"}),
    "a host and a target": ("deploy vercel staging", {"provider": "vercel", "target": "staging"}),
    "production": ("deploy vercel --prod", {"provider": "vercel", "target": "production"}),
    "a branch": (
        "deploy vercel --git=main --commit=abc --repo=me/site",
        {"provider": "vercel", "source": {"branch": "main", "commit": "abc", "repository": "me/site"}},
    ),
    "variables": ("deploy --env=A,B --env=C", {"environment": ["A", "B", "C"]}),
    "how it is built": (
        "deploy preview --build=make --output=public --root=web",
        {"provider": "preview", "buildCommand": "make", "outputDirectory": "public", "rootDirectory": "web"},
    ),
}


@pytest.mark.parametrize(("command", "params"), COMMANDS.values(), ids=COMMANDS)
def test_the_words_become_what_is_asked_of_the_server(
    start: Start, stub: Stub, file: Path, command: str, params: dict[str, Any]
) -> None:
    nvim = opened(start, stub, file)
    nvim.command(f"Autocrea {command}")
    nvim.wait(lambda: commands(stub, DEPLOY))
    assert commands(stub, DEPLOY) == [params]


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("deploy --nonsense", "no option --nonsense"),
        ("deploy a b c", "at most a host and a target"),
        ("deploy --commit=abc", "go with --git=BRANCH"),
    ],
)
def test_words_that_mean_nothing_are_named_and_nothing_is_sent(
    start: Start, stub: Stub, file: Path, command: str, complaint: str
) -> None:
    nvim = opened(start, stub, file)
    assert complaint in nvim.command(f"Autocrea {command}")
    nvim.settle()
    assert not commands(stub, DEPLOY)


def test_the_command_is_the_trust_in_the_folder_and_is_told_first(start: Start, stub: Stub, file: Path) -> None:
    nvim = opened(start, stub, file)
    nvim.command("Autocrea deploy vercel")
    nvim.wait(lambda: commands(stub, DEPLOY))
    methods = [m.get("method") for m in stub.record()]
    assert trusts(stub) == [True]
    assert methods.index("autocrea/trust") < methods.index("workspace/executeCommand")
    nvim.command("Autocrea deploy vercel")
    nvim.wait(lambda: len(commands(stub, DEPLOY)) == 2)
    assert trusts(stub) == [True]


def test_it_says_that_it_shows_the_end_itself(start: Start, stub: Stub, file: Path) -> None:
    opened(start, stub, file)
    ours = stub.record()[0]["params"]["capabilities"]["experimental"]["autocrea"]
    assert ours["deploy"] == {"messages": True}


@pytest.mark.parametrize(
    ("last", "text", "level"),
    [
        (row("success", url=URL), f"site1 deployed to vercel (preview): {URL}", 2),
        (
            row("failed", error="npm run build ended with 1."),
            "site1 was not deployed to vercel (preview). npm run build",
            4,
        ),
        (row("canceled", detail="You canceled it."), "was canceled. You canceled it.", 2),
        (row("unknown", detail="It goes on at Vercel."), "is unknown. It goes on at Vercel.", 3),
    ],
    ids=lambda value: value["state"] if isinstance(value, dict) else None,
)
def test_each_end_is_one_message(
    start: Start, stub: Stub, file: Path, last: dict[str, Any], text: str, level: int
) -> None:
    nvim = opened(start, stub, file)
    nvim.lua("_G.said = {}; vim.notify = function(m, l) table.insert(_G.said, { m, l }) end")
    for percent in (5, 40, 70):
        tell(nvim, event(row("building"), percent=percent))
    assert nvim.lua("return _G.said") == []
    tell(nvim, event({**last, "finishedAt": time.time()}, finished=True))
    said = nvim.lua("return _G.said")
    assert len(said) == 1
    assert text in said[0][0]
    assert said[0][1] == level


def test_the_label_of_a_status_line_says_state_and_percent_then_its_age(start: Start, stub: Stub, file: Path) -> None:
    nvim = opened(start, stub, file)
    label = "return require('autocrea.deploy').label()"
    assert nvim.lua(label) == ""
    tell(nvim, event(row("building"), percent=45))
    assert nvim.lua(label) == "vercel (preview) building 45%"
    tell(nvim, event(row("success", url=URL), finished=True))
    assert nvim.lua(label).startswith("vercel (preview) success ")


def test_who_types_sees_no_step_of_it(start: Start, stub: Stub, file: Path) -> None:
    nvim = opened(start, stub, file)
    tell(nvim, event(row("queued"), "waiting in the queue"))
    expect_on_screen(nvim, "waiting in the queue")
    nvim.type("i")
    nvim.wait(lambda: nvim.mode() == "i")
    tell(nvim, event(row("building"), "npm run build"))
    assert "npm run build" not in "\n".join(nvim.rows())


def test_the_log_is_a_buffer_that_grows_and_follows_its_end(start: Start, stub: Stub, file: Path) -> None:
    lines = [{"seq": n, "at": 1.0, "text": f"line {n}", "level": "info"} for n in range(1, 31)]
    nvim = opened(start, stub, file, **{STATUS: row(), LOGS: {"id": "d1", "lines": lines, "uri": None}})
    nvim.command("Autocrea deploy logs")
    nvim.wait(lambda: nvim.lines()[-1:] == ["line 30"])
    assert nvim.lua("return vim.bo.modifiable") is False
    more = [{"seq": n, "at": 1.0, "text": f"line {n}", "level": "info"} for n in range(29, 33)]
    stub.script(answers={LOGS: {"id": "d1", "lines": more, "uri": None}})
    tell(nvim, event(row(), lines=more))
    nvim.wait(lambda: nvim.lines()[-1:] == ["line 32"])
    assert nvim.lines() == [f"line {n}" for n in range(1, 33)]
    assert nvim.lua("return vim.fn.line('.')") == 32
    assert commands(stub, LOGS)[-1]["afterSeq"] == 30


def test_a_reader_of_the_log_is_left_where_they_are(start: Start, stub: Stub, file: Path) -> None:
    lines = [{"seq": n, "at": 1.0, "text": f"line {n}", "level": "info"} for n in range(1, 31)]
    nvim = opened(start, stub, file, **{STATUS: row(), LOGS: {"id": "d1", "lines": lines, "uri": None}})
    nvim.command("Autocrea deploy logs")
    nvim.wait(lambda: nvim.lines()[-1:] == ["line 30"])
    nvim.lua("vim.api.nvim_win_set_cursor(0, { 3, 0 })")
    more = [{"seq": 31, "at": 1.0, "text": "line 31", "level": "info"}]
    stub.script(answers={LOGS: {"id": "d1", "lines": more, "uri": None}})
    tell(nvim, event(row(), lines=more))
    nvim.wait(lambda: nvim.lines()[-1:] == ["line 31"])
    assert nvim.lua("return vim.fn.line('.')") == 3


def test_the_site_is_opened_by_neovim_and_only_a_web_address(start: Start, stub: Stub, file: Path) -> None:
    nvim = opened(start, stub, file, **{STATUS: row("success", url=URL)})
    nvim.lua("_G.opened = {}; vim.ui.open = function(url) table.insert(_G.opened, url) end")
    nvim.command("Autocrea deploy open")
    nvim.wait(lambda: nvim.lua("return _G.opened") == [URL])
    stub.script(answers={STATUS: row("success", url="file:///etc/passwd")})
    nvim.command("Autocrea deploy open")
    nvim.wait(lambda: any("no URL" in line for line in nvim.messages()))
    assert nvim.lua("return _G.opened") == [URL]


def test_one_is_picked_from_the_history_and_rolled_back_to(start: Start, stub: Stub, file: Path) -> None:
    acts = ["log", "redeploy", "promote", "rollback"]
    rows = [row("failed", acts=["log", "redeploy"]), row("success", id="d0", url=URL, finishedAt=2.0, acts=acts)]
    answers = {
        "autocrea.server.deploy.list": {"deployments": rows, "cursor": None},
        "autocrea.server.deploy.rollback": {"text": "Live is now d0.", "id": None, "deployment": None, "notes": None},
    }
    nvim = opened(start, stub, file, **answers)
    nvim.lua(
        """
        _G.asked = {}
        vim.ui.select = function(items, options, done)
          local shown = vim.tbl_map(options.format_item, items)
          table.insert(_G.asked, shown)
          for index, text in ipairs(shown) do
            if text:find('Roll back') or text:find('success') then
              return done(items[index], index)
            end
          end
        end
        """
    )
    nvim.command("Autocrea deploy list")
    nvim.wait(lambda: any("Live is now d0." in line for line in nvim.messages()))
    assert commands(stub, "autocrea.server.deploy.rollback") == [{"id": "d0"}]
    shown = nvim.lua("return _G.asked")[0]
    assert "✗ failed" in shown[0]
    assert "✓ success" in shown[1]
    assert URL in shown[1]


def test_a_dry_run_lists_what_would_be_sent(start: Start, stub: Stub, file: Path) -> None:
    plan = {
        "provider": "vercel",
        "account": "me",
        "project": "site1",
        "target": "preview",
        "production": False,
        "createsProject": False,
        "buildCommand": "",
        "notes": ["Its first deployment goes to production."],
        "files": [{"name": "index.html", "bytes": 12}],
        "totalBytes": 12,
        "leftOut": [{"name": ".env", "reason": "never sent"}],
    }
    nvim = opened(start, stub, file, **{DEPLOY: {"id": None, "plan": plan}})
    nvim.command("Autocrea deploy vercel --dry-run")
    nvim.wait(lambda: any(".env: never sent" in line for line in nvim.lines()))
    text = "\n".join(nvim.lines())
    assert "12  index.html" in text
    assert "Its first deployment goes to production." in text
    assert commands(stub, DEPLOY) == [{"provider": "vercel", "dryRun": True}]


def test_values_of_variables_come_from_the_users_own_function(start: Start, stub: Stub, file: Path) -> None:
    stub.script()
    nvim = start("credentials = function(name) return name == 'env:KEY' and 'secret-value' or nil end")
    nvim.edit(file)
    asking = {"id": 900, "method": "autocrea/deploy/environment", "params": {"names": ["KEY", "OTHER"]}}
    tell(nvim, asking)
    answer = nvim.wait(lambda: next((m for m in stub.record() if m.get("id") == 900 and "result" in m), None))
    assert answer["result"] == {"values": {"KEY": "secret-value"}}
    assert not any("secret-value" in line for line in nvim.messages())


def test_words_are_completed(start: Start, stub: Stub, file: Path) -> None:
    nvim = opened(start, stub, file)
    assert nvim.lua("return vim.fn.getcompletion('Autocrea deploy roll', 'cmdline')") == ["rollback"]
    assert nvim.lua("return vim.fn.getcompletion('Autocrea deploy vercel prod', 'cmdline')") == ["production"]
    assert "--env-file=" in nvim.lua("return vim.fn.getcompletion('Autocrea deploy vercel --env', 'cmdline')")


def test_a_refusal_is_said_as_the_server_says_it(start: Start, stub: Stub, file: Path) -> None:
    nvim = opened(start, stub, file, **{DEPLOY: {"error": {"code": -32803, "message": "Too many deployments."}}})
    nvim.command("Autocrea deploy vercel")
    nvim.wait(lambda: any("Too many deployments." in line for line in nvim.messages()))
    assert sum("Too many deployments." in line for line in nvim.messages()) == 1

"""The yes to production: asked for exactly what will happen, remembered only if the user says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.deploy.base import PRODUCTION, Build, Files, Git, Plan, Source
from autocrea_lsp.deploy.consent import ALWAYS, NO, YES, terms
from tests.deploy.desk import REQUEST, Desk
from tests.deploy.fake_host import PLACE

LIVE = replace(REQUEST, target=PRODUCTION)
PLAN = Plan(place=PLACE, target=PRODUCTION, production=True, build_command="npm run build")


async def test_a_preview_is_not_asked_for(desk: Desk) -> None:
    assert (await desk.run()).state == "success"
    assert desk.questions == []


async def test_the_plan_says_what_is_production(desk: Desk) -> None:
    desk.host.plan = replace(desk.host.plan, production=True, notes=("The first one goes to production.",))
    desk.answer = lambda _question: NO
    assert (await desk.run()).state == "canceled"
    assert "The first one goes to production." in desk.questions[0].text


@pytest.mark.parametrize("answer", [NO, None, "something else"])
async def test_without_a_yes_nothing_is_sent(desk: Desk, answer: str | None) -> None:
    desk.answer = lambda _question: answer
    row = await desk.run(LIVE)
    assert (row.state, row.remote_id) == ("canceled", "")
    assert ("--yes" in row.detail) == (answer is None)
    assert "deploy" not in desk.host.calls
    assert desk.questions[0].choices[0] == NO  # the safe one, which silence means
    desk.check_told(row.id)


async def test_the_row_waits_while_it_is_asked(desk: Desk) -> None:
    desk.answer = lambda _question: YES
    with desk.host.held("ask") as held:
        key = await desk.deployments.start(LIVE)
        await held.reached.wait()
        row = await desk.row(key)
        assert (row.state, row.detail) == ("pending", "Waiting for your yes.")
    assert (await desk.end(key)).state == "success"


async def test_a_yes_is_good_for_once_and_always_for_exactly_this(desk: Desk) -> None:
    for answer, asked in ((YES, 1), (ALWAYS, 2), (NO, 2), (NO, 2)):
        desk.answer = lambda _question, answer=answer: answer  # type: ignore[misc]
        assert (await desk.run(LIVE)).state == "success"
        assert len(desk.questions) == asked
    desk.host.plan = replace(desk.host.plan, build_command="npm run other")
    assert (await desk.run(LIVE)).state == "canceled"


async def test_the_users_flag_is_a_yes_that_is_not_remembered(desk: Desk) -> None:
    assert (await desk.run(LIVE, consent=True)).state == "success"
    assert desk.questions == []
    assert (await desk.run(LIVE)).state == "canceled"


async def test_a_target_that_is_only_remembered_is_agreed_to_by_no_flag(desk: Desk) -> None:
    remembered = replace(LIVE, target="live", remembered=True)
    desk.host.plan = replace(desk.host.plan, production=True)
    row = await desk.run(remembered, consent=True)
    assert (row.state, row.remote_id) == ("canceled", "")
    assert "live is production and was only remembered" in row.detail
    assert ALWAYS not in desk.questions[0].choices
    desk.answer = lambda _question: YES
    assert (await desk.run(remembered)).state == "success"
    assert (await desk.run(replace(remembered, remembered=False), consent=True)).state == "success"
    assert len(desk.questions) == 2


async def test_one_who_asks_and_breaks_is_no_yes(desk: Desk) -> None:
    desk.host.fail("ask", KeyError("x"))
    row = await desk.run(LIVE)
    assert (row.state, "deploy" in desk.host.calls) == ("failed", False)


@pytest.mark.parametrize(
    "changed",
    [
        {"provider": "other"},
        {"target": "staging"},
        {"source": Git(branch="main")},
        {"folder": Path("/other")},
        {"include": (".env",)},
        {"build": Build(root_directory="web")},
        {"build_command": "npm run other"},
        {"account": "team_2"},
        {"project_name": "other"},
    ],
)
def test_any_change_is_another_yes(changed: dict[str, Any]) -> None:
    place = {name: changed.pop(name) for name in ("account", "project_name") if name in changed}
    plan = replace(PLAN, place=replace(PLACE, **place))
    plan = replace(plan, build_command=changed.pop("build_command", plan.build_command))
    plan = replace(plan, target=changed.get("target", PRODUCTION))
    assert terms(replace(LIVE, **changed), plan).key != terms(LIVE, PLAN).key


@pytest.mark.parametrize(
    "other",
    [
        Git(branch="main", repository="we/else"),
        Git(branch="main", repository="we/site", commit="abc"),
        Git(branch="next", repository="we/site"),
        Files(),
    ],
)
def test_another_source_is_another_yes(other: Source) -> None:
    source = Git(branch="main", repository="we/site")
    assert terms(replace(LIVE, source=other), PLAN).key != terms(replace(LIVE, source=source), PLAN).key


def test_what_is_not_asked_about_does_not_ask_again() -> None:
    same = replace(LIVE, mark="autocrea-2", label="shop")
    made = replace(PLAN, place=replace(PLACE, project="prj_2", account_name="Renamed"))  # it had no id before
    assert terms(same, made).key == terms(LIVE, PLAN).key
    assert "site" not in terms(LIVE, PLAN).key

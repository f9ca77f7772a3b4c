from dataclasses import dataclass, field
from typing import Any

import pytest

from autocrea_lsp.deploy.base import Place
from autocrea_lsp.deploy.vercel.states import remote, source_of, target_of

NOW = 1_800_000_000.0
PLACE = Place(account="team_1", account_name="acme", project="prj_1", project_name="shop")


def deployment(**changes: Any) -> dict[str, Any]:
    return {
        "id": "dpl_1",
        "name": "shop",
        "url": "shop-abc.vercel.app",
        "readyState": "READY",
        "createdAt": (NOW - 60) * 1000,
        "ready": (NOW - 5) * 1000,
        "inspectorUrl": "https://vercel.com/acme/shop/abc",
        "creator": {"uid": "u", "username": "ada"},
    } | changes


@dataclass(frozen=True, kw_only=True)
class Case:
    changes: dict[str, Any]
    state: str
    detail: str = ""
    error: str = ""
    live: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


CASES = {
    "queued": Case(changes={"readyState": "QUEUED"}, state="queued", detail="Waiting for a build machine"),
    "initializing": Case(changes={"readyState": "INITIALIZING"}, state="building", detail="Starting"),
    "building": Case(changes={"readyState": "BUILDING"}, state="building", detail="Building"),
    "a state of old": Case(changes={"readyState": "DEPLOYING"}, state="building"),
    "only the word `status`": Case(changes={"readyState": None, "status": "QUEUED"}, state="queued"),
    "a state that nobody knows": Case(changes={"readyState": "HIBERNATING"}, state="unknown", detail="HIBERNATING"),
    "no state": Case(changes={"readyState": None}, state="unknown", detail="nothing"),
    "an error of a kind": Case(changes={"readyState": "BUILD_ERROR"}, state="failed", error="does not say why"),
    "canceled": Case(changes={"readyState": "CANCELED"}, state="canceled"),
    "deleted": Case(changes={"readyState": "DELETED"}, state="failed", error="deleted"),
    "ready without its domains": Case(changes={}, state="building", detail="waiting until the domains"),
    "domains by a flag": Case(changes={"aliasAssigned": True}, state="success"),
    "domains by a time": Case(changes={"aliasAssigned": 1_800_000_000_000}, state="success"),
    "production that is live": Case(
        changes={"aliasAssigned": True, "target": "production"}, state="success", live=True
    ),
    "production without its domains, long ready": Case(
        changes={"target": "production", "ready": (NOW - 900) * 1000}, state="building"
    ),
    "a preview without domains, long ready": Case(
        changes={"ready": (NOW - 130) * 1000}, state="success", detail="its own URL"
    ),
    "a preview whose time of being ready is missing": Case(
        changes={"ready": None, "createdAt": (NOW - 500) * 1000}, state="success", detail="its own URL"
    ),
    "domains that cannot be given": Case(
        changes={"aliasError": {"code": "x", "message": "cert is missing"}, "aliasAssigned": False},
        state="failed",
        error="cert is missing",
    ),
    "checks that run": Case(changes={"checksState": "running"}, state="building", detail="checks run"),
    "checks that failed": Case(
        changes={"checksState": "completed", "checksConclusion": "failed"}, state="failed", error="check"
    ),
    "a failed check that keeps nothing back": Case(
        changes={"checksConclusion": "failed", "aliasAssigned": True}, state="success"
    ),
    "the check of the domains failed": Case(
        changes={"checks": {"deployment-alias": {"state": "failed"}}}, state="failed", error="check"
    ),
    "staged a moment ago": Case(
        changes={"target": "production", "readySubstate": "STAGED", "aliasAssigned": True}, state="building"
    ),
    "staged for good": Case(
        changes={"target": "production", "readySubstate": "STAGED", "ready": (NOW - 90) * 1000},
        state="blocked",
        detail="promote it",
    ),
    "a build that failed": Case(
        changes={"readyState": "ERROR", "errorMessage": 'Command "x" exited with 1', "errorStep": "build"},
        state="failed",
        error='Command "x" exited with 1 (step build)',
    ),
    "blocked for a seat": Case(
        changes={"readyState": "BLOCKED", "seatBlock": {"blockCode": "COMMIT_AUTHOR_REQUIRED"}},
        state="blocked",
        detail="author is not known",
    ),
    "blocked for a reason of its own": Case(
        changes={"readyState": "BLOCKED", "readyStateReason": "Spending limit"},
        state="blocked",
        detail="Spending limit",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_deployment_is_what_its_fields_say(case: Case) -> None:
    found = remote(deployment(**case.changes), PLACE, now=NOW)
    assert found.state == case.state
    assert case.detail in found.detail
    assert (case.error in found.error) if case.error else (found.error == "")
    assert found.live is case.live


def test_all_that_is_known_of_it_is_told() -> None:
    found = remote(
        deployment(
            target="production",
            aliasAssigned=True,
            alias=["shop.example", "shop-abc.vercel.app"],
            meta={"autocreaId": "m1", "githubCommitMessage": "Fix\nall", "githubCommitRef": "main"},
            source="git",
            gitSource={"type": "github", "ref": "main", "sha": "a" * 40},
            isRollbackCandidate=True,
        ),
        PLACE,
        now=NOW,
    )
    assert (found.ref.id, found.ref.place) == ("dpl_1", PLACE)
    assert found.url == "https://shop.example"
    assert found.inspect_url == "https://vercel.com/acme/shop/abc"
    assert (found.mark, found.author, found.commit) == ("m1", "ada", "Fix all")
    assert found.source == f"git:main@{'a' * 40}"
    assert found.created_at == NOW - 60
    assert found.can_roll_back_to


def test_an_item_of_a_list_is_read_by_its_own_names() -> None:
    item = {"uid": "dpl_9", "state": "READY", "created": 5_000, "url": "x.vercel.app", "aliasAssigned": 5}
    found = remote(item, Place(project="prj_1"), now=NOW)
    assert (found.ref.id, found.state, found.created_at, found.url) == ("dpl_9", "success", 5.0, "https://x.vercel.app")


def test_a_place_that_is_not_known_comes_from_the_deployment() -> None:
    whole = deployment(projectId="prj_7", team={"id": "team_7", "slug": "seven"}, project={"name": "other"})
    found = remote(whole, Place(), now=NOW).ref.place
    assert found == Place(account="team_7", account_name="seven", project="prj_7", project_name="other")


def test_who_is_live_decides_over_what_was_once_assigned() -> None:
    old = deployment(target="production", aliasAssigned=True)
    assert remote(old, PLACE, now=NOW, live_id="dpl_2").live is False
    assert remote(old, PLACE, now=NOW, live_id="dpl_1").live is True


def test_nothing_of_a_wrong_type_is_an_error() -> None:
    wrong = dict.fromkeys(
        ("id", "url", "readyState", "alias", "aliasError", "creator", "meta", "gitSource", "ready", "createdAt"), 7
    )
    found = remote(wrong, PLACE, now=NOW)
    assert (found.ref.id, found.state, found.url, found.author) == ("", "unknown", "", "")


@pytest.mark.parametrize("url", ["a b", "x\ny", "", "é.example"])
def test_an_address_that_is_none_is_not_shown(url: str) -> None:
    assert remote(deployment(url=url), PLACE, now=NOW).url == ""


def test_a_custom_environment_is_the_target() -> None:
    assert target_of(deployment(customEnvironment={"id": "env_1", "slug": "qa"}, target=None)) == "qa"
    assert target_of(deployment(target=None)) == "preview"


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({"source": "cli", "meta": {"githubCommitRef": "main"}}, "files"),
        ({}, "files"),
        ({"source": "git", "meta": {"gitlabCommitRef": "dev", "gitlabCommitSha": "0" * 40}}, f"git:dev@{'0' * 40}"),
        ({"source": "redeploy", "gitSource": {"ref": "main"}}, "git:main"),
    ],
)
def test_the_source_is_told_as_we_write_it(fields: dict[str, Any], source: str) -> None:
    assert source_of(deployment(**fields)) == source

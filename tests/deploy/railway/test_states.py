"""A deployment of theirs as ours."""

from typing import Any

import pytest

from autocrea_lsp.deploy.base import Place
from autocrea_lsp.deploy.railway.states import remote
from autocrea_lsp.deploy.railway.targets import Environment

PLACE = Place(project="p1/s1", project_name="shop")
LIVE = Environment(id="e1", name="production", target="production", production=True)
STAGING = Environment(id="e2", name="staging", target="staging")


def told(environment: Environment = LIVE, *, lived: bool = False, **fields: Any) -> Any:
    deployment = {"id": "d1", "status": "SUCCESS", "environmentId": environment.id, "serviceId": "s1", **fields}
    return remote(deployment, PLACE, environment, fallback={}, lived=lived)


@pytest.mark.parametrize(
    ("status", "state", "says"),
    [
        ("QUEUED", "queued", "Waiting"),
        ("WAITING", "queued", "Waiting"),
        ("NEEDS_APPROVAL", "blocked", "approves"),
        ("INITIALIZING", "building", "Starting"),
        ("BUILDING", "building", "Building"),
        ("DEPLOYING", "building", "health check"),
        ("SUCCESS", "success", ""),
        ("SLEEPING", "success", "sleeps"),
        ("FAILED", "failed", "see the log"),
        ("CRASHED", "failed", "crashed"),
        ("REMOVING", "unknown", "removing"),
        ("REMOVED", "canceled", "canceled, or a newer one"),
        ("SKIPPED", "canceled", "skipped"),
        ("CANCELLED", "canceled", "canceled"),
        ("SOMETHING_NEW", "unknown", "SOMETHING_NEW"),
        (None, "unknown", "nothing"),
    ],
)
def test_each_of_their_words_has_a_meaning(status: str | None, state: str, says: str) -> None:
    found = told(status=status, url="shop.up.railway.app")
    assert found.state == state
    assert says in (found.error or found.detail)
    assert (found.error != "") == (state == "failed")


@pytest.mark.parametrize(("fields", "lived"), [({"canRollback": True}, False), ({}, True)])
def test_one_that_was_live_and_then_replaced_was_a_success(fields: dict[str, Any], lived: bool) -> None:
    found = told(status="REMOVED", lived=lived, **fields)
    assert (found.state, found.live) == ("success", False)
    assert "newer one" in found.detail


@pytest.mark.parametrize(
    ("environment", "status", "live"),
    [(LIVE, "SUCCESS", True), (LIVE, "SLEEPING", True), (STAGING, "SUCCESS", False), (LIVE, "BUILDING", False)],
)
def test_live_is_what_serves_production(environment: Environment, status: str, live: bool) -> None:
    found = told(environment, status=status)
    assert (found.live, found.target) == (live, environment.target)


def test_what_ran_and_has_ended_well_says_so() -> None:
    assert "has ended" in told(deploymentStopped=True).detail


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"staticUrl": "a.up.railway.app", "url": "b.up.railway.app"}, "https://a.up.railway.app"),
        ({"url": "https://b.up.railway.app"}, "https://b.up.railway.app"),
        ({"url": "javascript:alert(1) x"}, ""),
        ({"url": None}, ""),
    ],
)
def test_an_address_is_a_plain_https_one(fields: dict[str, Any], url: str) -> None:
    found = told(**fields)
    assert found.url == url
    assert ("without a public address" in found.detail) == (not url)


@pytest.mark.parametrize(
    ("meta", "source"),
    [
        ({"branch": "main", "commitHash": "abcdef1234"}, "git:main@abcdef1234"),
        ({"branch": "main"}, "git:main"),
        ({"branch": "main", "commitHash": "not a hash"}, "git:main"),
        ({}, "files"),
        (None, "files"),
    ],
)
def test_the_source_is_written_as_ours(meta: object, source: str) -> None:
    assert told(meta=meta).source == source


@pytest.mark.parametrize("name", ["message", "cliMessage", "commitMessage"])
def test_our_mark_is_found_wherever_they_keep_the_message(name: str) -> None:
    assert told(meta={name: "autocrea-0123456789abcdef"}).mark == "autocrea-0123456789abcdef"
    assert told(meta={name: "as autocrea-0123456789abcdef said"}).mark == ""


def test_the_page_at_railway_names_project_service_and_environment() -> None:
    assert told().inspect_url == "https://railway.com/project/p1/service/s1?environmentId=e1&id=d1"
    assert told(serviceId="s1/../../x").inspect_url == ""


def test_nulls_everywhere_are_no_error() -> None:
    texts = ["createdAt", "url", "staticUrl", "environmentId", "serviceId", "status"]
    others = ["meta", "canRollback", "deploymentStopped", "creator"]
    found = told(**dict.fromkeys([*texts, *others]))
    assert (found.state, found.created_at, found.author) == ("unknown", 0.0, "")

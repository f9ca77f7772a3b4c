"""What the host tells of a deployment, as one of ours."""

from __future__ import annotations

from typing import Any

import pytest

from autocrea_lsp.deploy.base import Place
from autocrea_lsp.deploy.netlify.states import remote

PLACE = Place(account="acme", account_name="Acme", project="site-1", project_name="shop")
NOW = 1_800_000_000.0
EARLY, LATE = "2027-01-15T07:00:00.000Z", "2027-01-15T07:59:30.000Z"
DEPLOY: dict[str, Any] = {
    "id": "d2",
    "site_id": "site-1",
    "state": "ready",
    "name": "shop",
    "url": "http://shop.netlify.app",
    "ssl_url": "https://shop.netlify.app",
    "admin_url": "https://app.netlify.com/projects/shop",
    "deploy_url": "http://d2--shop.netlify.app",
    "deploy_ssl_url": "https://d2--shop.netlify.app",
    "draft": False,
    "context": "production",
    "created_at": LATE,
    "updated_at": LATE,
    "title": "autocrea-1",
}
LIVE: dict[str, Any] = {"published_deploy": {"id": "d2"}}
OTHER: dict[str, Any] = {"published_deploy": {"id": "d1", "created_at": EARLY, "published_at": EARLY}}
GIT = {"build_id": "b1", "commit_ref": "a" * 40, "branch": "main"}


@pytest.mark.parametrize(
    ("fields", "site", "state", "word"),
    [
        ({"state": "new"}, {}, "uploading", "list"),
        ({"state": "new", **GIT}, {}, "queued", "machine"),
        ({"state": "preparing"}, {}, "uploading", ""),
        ({"state": "prepared"}, {}, "uploading", ""),
        ({"state": "uploading"}, {}, "uploading", ""),
        ({"state": "uploaded"}, {}, "building", ""),
        ({"state": "processing"}, {}, "building", ""),
        ({"state": "processed"}, {}, "building", ""),
        ({"state": "enqueued", **GIT}, {}, "queued", ""),
        ({"state": "accepted", **GIT}, {}, "queued", ""),
        ({"state": "pending", **GIT}, {}, "queued", ""),
        ({"state": "building", **GIT}, {}, "building", "Building"),
        ({"state": "retrying", **GIT}, {}, "building", "again"),
        ({"state": "pending_review", **GIT}, {}, "blocked", "https://app.netlify.com/projects/shop/deploys/d2"),
        ({"state": "rejected", **GIT}, {}, "failed", "rejected"),
        ({"state": "skipped", **GIT}, {}, "canceled", "skipped"),
        ({"state": "error", "skipped": True, "error_message": "Canceled build"}, {}, "canceled", "skipped"),
        ({"state": "error", "error_message": "Canceled build due to no content change"}, {}, "canceled", "skipped"),
        ({"state": "error", "error_message": "Canceled build"}, {}, "canceled", "Canceled"),
        ({"state": "error", "error_message": "Cancelled by the user"}, {}, "canceled", ""),
        ({"state": "error", "error_message": "Build script returned 2"}, {}, "failed", "returned 2"),
        ({"state": "error", "error_message": None}, {}, "failed", "does not say why"),
        ({"state": "deleted"}, {}, "failed", "deleted"),
        ({"state": "hibernating"}, {}, "unknown", "hibernating"),
        ({"state": None}, {}, "unknown", "nothing"),
        ({"state": "ready", "draft": True}, {}, "success", ""),
        ({"state": "ready", "context": "branch-deploy"}, {}, "success", ""),
        ({"state": "ready"}, LIVE, "success", ""),
        ({"state": "ready"}, OTHER, "building", "publishes"),
        ({"state": "ready"}, {}, "building", "publishes"),
        ({"state": "ready", "updated_at": EARLY}, OTHER, "failed", "Promote"),
        (
            {"state": "ready"},
            {"published_deploy": {"id": "d1", "locked": True}, "admin_url": "https://app.netlify.com/projects/shop"},
            "failed",
            "Unlock it at https://app.netlify.com/projects/shop/deploys",
        ),
        (
            {"state": "ready", "published_at": EARLY, "created_at": EARLY},
            {"published_deploy": {"id": "d3", "created_at": LATE, "published_at": LATE}},
            "success",
            "since",
        ),
    ],
)
def test_each_of_their_states_is_one_of_ours(
    fields: dict[str, Any], site: dict[str, Any], state: str, word: str
) -> None:
    found = remote(DEPLOY | fields, PLACE, now=NOW, site=site)
    assert found.state == state
    assert word in f"{found.detail} {found.error}"
    assert bool(found.error) is (state == "failed")


def test_an_error_after_our_own_cancel_is_the_cancel() -> None:
    failed = DEPLOY | {"state": "error", "error_message": "Build script returned 143"}
    assert remote(failed, PLACE, now=NOW).state == "failed"
    assert remote(failed, PLACE, now=NOW, canceled={"d2"}).state == "canceled"


def test_what_it_is_called_and_where_it_is() -> None:
    live = remote(DEPLOY, PLACE, now=NOW, site=LIVE)
    assert (live.live, live.url, live.target) == (True, "https://shop.netlify.app", "production")
    assert live.inspect_url == "https://app.netlify.com/projects/shop/deploys/d2"
    assert (live.mark, live.source, live.commit) == ("autocrea-1", "files", "")
    draft = remote(DEPLOY | {"draft": True}, PLACE, now=NOW, site=OTHER)
    assert (draft.live, draft.url, draft.target) == (False, "https://d2--shop.netlify.app", "preview")
    git = remote(DEPLOY | GIT | {"title": "Mend the shop"}, PLACE, now=NOW)
    assert (git.source, git.mark, git.commit) == (f"git:main@{'a' * 40}", "", "Mend the shop")


def test_a_production_that_was_replaced_can_be_gone_back_to_and_no_draft_can() -> None:
    site = {"published_deploy": {"id": "d3", "created_at": LATE, "published_at": LATE}}
    before = DEPLOY | {"created_at": EARLY, "published_at": EARLY}
    assert remote(before, PLACE, now=NOW, site=site).can_roll_back_to
    assert not remote(before | {"draft": True}, PLACE, now=NOW, site=site).can_roll_back_to
    assert not remote(DEPLOY, PLACE, now=NOW, site=LIVE).can_roll_back_to


@pytest.mark.parametrize("missing", [*DEPLOY, "published_at", "links", "error_message"])
@pytest.mark.parametrize("value", [None, 7, [], {}, ""])
def test_a_field_that_is_missing_or_odd_is_no_error(missing: str, value: object) -> None:
    found = remote(DEPLOY | {missing: value}, PLACE, now=NOW, site=LIVE)
    assert found.ref.place.project == "site-1"
    assert found.url == "" or found.url.startswith("https://")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://a b", "file:///etc/passwd", "http://"])
def test_an_address_that_is_none_is_not_shown(address: str) -> None:
    odd = DEPLOY | {"ssl_url": address, "url": "", "deploy_ssl_url": "", "deploy_url": "", "admin_url": address}
    found = remote(odd, PLACE, now=NOW, site=LIVE)
    assert (found.url, found.inspect_url) == ("", "")

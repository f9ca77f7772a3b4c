import json
from dataclasses import dataclass
from typing import Any

import pytest

from autocrea_lsp.deploy.errors import BadToken, DeployError, HostRefused, NotThere, QuotaReached, TooLarge
from autocrea_lsp.deploy.http import Answer
from autocrea_lsp.deploy.vercel.explaining import MissingFiles, blocked, explained

NOW = 1_800_000_000.0


def answer(status: int, body: Any) -> Answer:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Answer(status=status, headers={}, body=raw, url="http://127.0.0.1/")


@dataclass(frozen=True, kw_only=True)
class Case:
    status: int
    error: dict[str, Any]
    kind: type[DeployError]
    says: str
    hint: str


CASES = {
    "a token that is none": Case(
        status=403,
        error={"code": "forbidden", "message": "Not authorized", "invalidToken": True},
        kind=BadToken,
        says="does not accept the token",
        hint="VERCEL_TOKEN",
    ),
    "no token": Case(
        status=401,
        error={"code": "forbidden", "message": "Not authorized"},
        kind=BadToken,
        says="wrong, has expired",
        hint="vercel.com/account/tokens",
    ),
    "single sign-on": Case(
        status=403,
        error={"code": "forbidden", "saml": True, "scope": "acme", "teamId": "team_1", "enforced": True},
        kind=BadToken,
        says="The team acme at Vercel asks for single sign-on",
        hint="Log in to the team",
    ),
    "not for this token": Case(
        status=403,
        error={"code": "forbidden", "message": "You don't have permission to create the Deployment."},
        kind=BadToken,
        says="permission to create the Deployment",
        hint="for this team",
    ),
    "not there": Case(
        status=404,
        error={"code": "not_found", "message": "Project not found"},
        kind=NotThere,
        says="Project not found",
        hint="the team",
    ),
    "to be paid for": Case(
        status=402,
        error={
            "code": "api-deployments-free-per-day",
            "message": "Resource is limited",
            "limit": {"resetMs": (NOW + 7_300) * 1000, "reset": NOW + 7_300},
        },
        kind=QuotaReached,
        says="Resource is limited",
        hint="Try again in 3 h.",
    ),
    "a limit whose time is in seconds only": Case(
        status=402,
        error={"code": "payment_required", "message": "x", "limit": {"reset": NOW + 90}},
        kind=QuotaReached,
        says="x",
        hint="Try again in 90 s.",
    ),
    "too many builds": Case(
        status=429,
        error={"code": "builds_rate_limited", "message": "Too many builds", "ctaUrl": "https://vercel.com/x"},
        kind=QuotaReached,
        says="Too many builds",
        hint="change the plan",
    ),
    "a day's deployments, as 429": Case(
        status=429,
        error={"code": "rate_limited", "message": 'Too many requests (code: "api-deployments-free-per-day").'},
        kind=QuotaReached,
        says="Too many requests",
        hint="Wait",
    ),
    "too large": Case(
        status=413,
        error={"code": "request_entity_too_large", "message": "Request Entity Too Large"},
        kind=TooLarge,
        says="that much at once",
        hint="",
    ),
    "too many files": Case(
        status=400,
        error={"code": "too_many_files", "message": "should NOT have more than 15000 items"},
        kind=HostRefused,
        says="15000 items",
        hint=".vercelignore",
    ),
    "a wrong vercel.json": Case(
        status=400,
        error={
            "code": "bad_request",
            "message": "should NOT have additional property `foo`",
            "keyword": "additionalProperties",
            "dataPath": ".crons",
        },
        kind=HostRefused,
        says="property `foo` (at .crons)",
        hint="vercel.json",
    ),
    "a conflict": Case(
        status=409,
        error={"code": "conflict", "message": "A transfer is in progress"},
        kind=HostRefused,
        says="A transfer is in progress",
        hint="try again",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("key", ["error", "err"])
def test_an_error_says_what_happened_and_what_to_do(case: Case, key: str) -> None:
    found = explained(answer(case.status, {key: case.error}), now=NOW)
    assert type(found) is case.kind
    assert case.says in str(found)
    assert case.hint in found.hint
    assert isinstance(found, HostRefused)
    assert found.status == case.status
    assert found.code == case.error["code"]


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "missing_files", "message": "Missing files", "missing": ["b", "a", "b"]}},
        {"error": {"code": "missing_files", "message": "Missing files"}, "missing": ["b", "a"]},
        {"code": "missing_files", "message": "Missing files", "missing": ["b", "a"]},
    ],
)
def test_missing_files_are_named_once_each(body: Any) -> None:
    found = explained(answer(400, body), now=NOW)
    assert isinstance(found, MissingFiles)
    assert found.missing == ("b", "a")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, {"error": {"code": "rate_limited", "message": 'slow down (code: "api-upload-paid")', "limit": {}}}),
        (500, {"error": {"code": "internal_server_error", "message": "oops"}}),
        (403, "<html>sign in to the network</html>"),
        (400, ""),
        (400, "[1"),
        (400, "[]"),
        (400, '{"error": null}'),
    ],
)
def test_what_it_cannot_read_better_is_left_to_the_status(status: int, body: Any) -> None:
    assert explained(answer(status, body), now=NOW) is None


def test_their_words_come_as_one_bounded_line() -> None:
    message = "a\r\n\x1b[31mb\x00" + "c" * 5_000
    found = explained(answer(400, {"error": {"code": "x", "message": message}}), now=NOW)
    assert str(found).startswith("Vercel refused: a [31mb ccc")
    assert len(str(found)) < 500


def test_a_blocked_one_says_who_can_act() -> None:
    text = blocked({"blockCode": "TEAM_ACCESS_REQUIRED"}, "")
    assert "not a member of the team" in text
    assert "Ask the owner" in text

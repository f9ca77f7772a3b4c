"""What Railway says went wrong, read by its message, and what we make of it."""

import json
from typing import Any

import pytest

from autocrea_lsp.deploy.errors import (
    BadToken,
    DeployError,
    HostRefused,
    HostUnavailable,
    NotThere,
    OutcomeUnknown,
    QuotaReached,
    TooLarge,
)
from autocrea_lsp.deploy.http import Answer
from autocrea_lsp.deploy.railway.explaining import explain, refusal


def inside(message: str, **extra: Any) -> dict[str, Any]:
    """As it comes within an HTTP 200."""
    return {
        "errors": [{"message": message, "extensions": {"code": "INTERNAL_SERVER_ERROR", **extra}}],
        "data": None,
    }


@pytest.mark.parametrize(
    ("message", "kind", "says"),
    [
        ("Not Authorized", BadToken, "is not there for it"),
        ("Project Token not found", BadToken, "RAILWAY_API_TOKEN"),
        ("Deployment not found", NotThere, "Deployment not found"),
        ("ServiceInstance not found", NotThere, "may not see it"),
        ("Two Factor Authentication Required", BadToken, "two-factor"),
        ("Problem processing request", HostUnavailable, "does not say why"),
        ("Free plan resource provision limit exceeded. Please upgrade", QuotaReached, "railway.com"),
        ("Too many requests", QuotaReached, "too often"),
        ("A service named web already exists in this project", HostRefused, "already exists"),
        ("", HostUnavailable, "does not say why"),
    ],
)
def test_a_refusal_within_a_200_is_read_by_its_message(message: str, kind: type[DeployError], says: str) -> None:
    error = refusal(inside(message))
    assert type(error) is kind
    assert error is not None
    assert says in error.advice


def test_the_workspace_that_asks_for_two_factors_is_named() -> None:
    error = refusal(inside("Two Factor Authentication Required", workspaceName="Acme"))
    assert error is not None
    assert "The workspace Acme" in str(error)


@pytest.mark.parametrize("message", ["Problem processing request", "Internal Server Error", "Request timed out", ""])
def test_what_creates_and_was_not_processed_may_have_been_done(message: str) -> None:
    assert isinstance(refusal(inside(message), creates=True), OutcomeUnknown)


@pytest.mark.parametrize("message", ["Not Authorized", "Service not found", "No"])
def test_what_creates_and_was_refused_was_not_done(message: str) -> None:
    assert isinstance(refusal(inside(message), creates=True), HostRefused)


@pytest.mark.parametrize("body", [{"data": {"me": {}}}, {"data": {}, "errors": []}, {"data": {}, "errors": None}])
def test_an_answer_without_errors_is_no_refusal(body: dict[str, Any]) -> None:
    assert refusal(body) is None


@pytest.mark.parametrize("errors", ["boom", [None], [{"message": 5}], {"message": "x"}])
def test_errors_of_an_odd_form_are_errors_all_the_same(errors: object) -> None:
    assert isinstance(refusal({"data": {"me": {}}, "errors": errors}), DeployError)


def answer(status: int, body: object) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status=status, headers={}, body=raw, url="https://railway.invalid")


@pytest.mark.parametrize(
    ("given", "kind", "says"),
    [
        (answer(413, b"Payload Too Large"), TooLarge, ".railwayignore"),
        (
            answer(400, {"errors": [{"message": "no field", "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]}),
            HostRefused,
            "update autocrea-lsp",
        ),
        (answer(400, {"message": "The archive could not be read"}), HostRefused, "archive could not be read"),
        (answer(404, {"message": "Not Found", "requestId": "1"}), NotThere, "Not Found"),
        (answer(400, inside("Not Authorized")), BadToken, "is not there for it"),
    ],
)
def test_a_status_of_http_is_read_with_its_body(given: Answer, kind: type[DeployError], says: str) -> None:
    error = explain(given)
    assert type(error) is kind
    assert error is not None
    assert says in error.advice


@pytest.mark.parametrize(
    "given",
    [
        answer(429, {"message": "slow down"}),
        answer(502, b"<html>"),
        answer(500, inside("Not Authorized")),
        answer(401, b""),
    ],
)
def test_what_the_status_says_best_is_left_to_it(given: Answer) -> None:
    assert explain(given) is None


def test_words_of_theirs_are_one_line_without_control_characters() -> None:
    error = refusal(inside("first\nsecond\x1b[31m" + "x" * 2000))
    assert error is not None
    assert "\n" not in str(error)
    assert "\x1b" not in str(error)
    assert len(str(error)) < 500

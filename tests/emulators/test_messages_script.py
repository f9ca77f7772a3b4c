"""Scripted answers: which rule a request meets, one answer after the other, scripted ends, unknown fields, counting."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.emulators.messages import DEFAULT_KEY, Emulator, Fault, Rule

HEADERS = {"authorization": f"Bearer {DEFAULT_KEY}", "anthropic-version": "2026-10-21"}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
ASK: dict[str, Any] = {
    "model": "claude-haiku-5-5",
    "max_tokens": 100,
    "system": [{"type": "text", "text": "You fix code."}],
    "messages": [{"role": "user", "content": "hello"}],
    "thinking": {"type": "disabled"},
    "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}},
}
COUNTED = {name: value for name, value in ASK.items() if name != "max_tokens"}
COUNT = "/v1/messages/count_tokens"


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator() as emulator:
        yield emulator
        assert emulator.failures == []


@pytest.fixture
async def http(api: Emulator) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=api.url, headers=HEADERS, trust_env=False, timeout=20) as client:
        yield client


async def answers(http: httpx2.AsyncClient, count: int = 1, **changes: Any) -> list[str]:
    found = []
    for _ in range(count):
        message = (await http.post("/v1/messages", json=ASK | changes)).json()
        found.append("".join(block["text"] for block in message["content"]))
    return found


async def test_answers_are_used_one_after_the_other_and_the_last_one_stays(
    api: Emulator, http: httpx2.AsyncClient
) -> None:
    api.rules = [Rule(match="hello", answers=["bad", "good"]), Rule(match="bye", answers=["one", "two"])]
    assert await answers(http, 2) == ["bad", "good"]
    bye = [{"role": "user", "content": "bye"}]
    assert await answers(http, messages=bye) == ["one"]  # each rule counts for itself
    assert await answers(http, 2) == ["good", "good"]
    assert await answers(http, messages=bye) == ["two"]
    api.rules = [Rule(match="hello", answers=["bad", "good"])]
    assert await answers(http, 2) == ["bad", "good"]  # a new rule begins anew
    api.default = Rule(answers=["first", "then"])
    assert await answers(http, 2, messages=[{"role": "user", "content": "x"}]) == ["first", "then"]


async def test_an_answer_that_was_not_given_is_not_used_up(api: Emulator, http: httpx2.AsyncClient) -> None:
    api.rules = [Rule(answers=["first", "second"])]
    api.fail(Fault.OVERLOADED, times=1)
    assert (await http.post("/v1/messages", json=ASK)).status_code == 529
    assert (await http.post("/v1/messages", json=ASK | {"temperature": 1})).status_code == 400
    assert (await http.post(COUNT, json=COUNTED)).status_code == 200
    assert await answers(http, 2) == ["first", "second"]


async def test_each_answer_may_differ_in_more_than_its_text(api: Emulator, http: httpx2.AsyncClient) -> None:
    api.rules = [Rule(answers=[{"answer": "par", "stop_reason": "max_tokens"}, "whole"])]
    first, second = [(await http.post("/v1/messages", json=ASK)).json() for _ in range(2)]
    assert (first["content"][0]["text"], first["stop_reason"]) == ("par", "max_tokens")
    assert (second["content"][0]["text"], second["stop_reason"]) == ("whole", "end_turn")


@pytest.mark.parametrize("answers", ["text", [{"hologram": 1}], [1]])
def test_answers_that_are_none_are_told_at_once(answers: Any) -> None:
    with pytest.raises(TypeError):
        Rule(answers=answers)


async def test_a_rule_may_look_at_the_system_text(api: Emulator, http: httpx2.AsyncClient) -> None:
    api.rules = [
        Rule(system_match="You explain", answer="explained"),
        Rule(system_match="You fix", match="goodbye", answer="both are wanted"),
        Rule(system_match="You fix", answer="fixed"),
    ]
    assert await answers(http) == ["fixed"]
    assert await answers(http, system="You explain code.") == ["explained"]
    assert await answers(http, messages=[{"role": "user", "content": "goodbye"}]) == ["both are wanted"]
    without = {name: value for name, value in ASK.items() if name != "system"}
    assert (await http.post("/v1/messages", json=without)).json()["content"][0]["text"] == "emulated_answer(42)"


@pytest.mark.parametrize("reason", ["refusal", "max_tokens", "pause_turn", "hologram"])
async def test_a_scripted_end_comes_after_a_part_of_the_answer(
    api: Emulator, http: httpx2.AsyncClient, reason: str
) -> None:
    api.rules = [Rule(answer="a part", stop_reason=reason, delta_size=2)]
    response = await http.post("/v1/messages", json=ASK | {"stream": True})
    found = [json.loads(line.removeprefix("data: ")) for line in response.text.splitlines() if line.startswith("data")]
    assert sum(event["type"] == "content_block_delta" for event in found) == 3
    end = next(event["delta"] for event in found if event["type"] == "message_delta")
    assert end["stop_reason"] == reason
    assert (end["stop_details"] is not None) == (reason == "refusal")
    assert found[-1]["type"] == "message_stop"
    whole = (await http.post("/v1/messages", json=ASK)).json()
    assert (whole["stop_reason"], whole["stop_details"]) == (reason, end["stop_details"])


@pytest.mark.parametrize("path", ["/v1/messages", COUNT])
@pytest.mark.parametrize(
    ("unknown", "named"),
    [
        ({"output_config.format"}, "output_config.format"),
        ({"output_config.effort"}, "output_config.effort"),
        ({"output_config"}, "output_config"),
        ({"thinking", "hologram"}, "thinking"),
    ],
)
async def test_a_server_may_not_know_a_field(
    api: Emulator, http: httpx2.AsyncClient, unknown: set[str], named: str, path: str
) -> None:
    body = COUNTED if path == COUNT else ASK
    api.unknown = unknown
    response = await http.post(path, json=body)
    assert response.status_code == 400
    assert response.json()["error"]["message"] == f"{named}: Extra inputs are not permitted"
    name, _, part = named.partition(".")
    kept = {key: value for key, value in body[name].items() if key != part} if part else None
    less = {key: value for key, value in body.items() if key != name} | ({name: kept} if kept else {})
    assert (await http.post(path, json=less)).status_code == 200
    api.reset()
    assert (await http.post(path, json=body)).status_code == 200


async def test_counting_takes_the_same_request_without_max_tokens(api: Emulator, http: httpx2.AsyncClient) -> None:
    response = await http.post(COUNT, json=COUNTED)
    usage = (await http.post("/v1/messages", json=ASK)).json()["usage"]
    assert response.json() == {"input_tokens": usage["input_tokens"]}
    assert [(request.path, request.body, request.status) for request in api.requests] == [
        (COUNT, COUNTED, 200),
        ("/v1/messages", ASK, 200),
    ]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"max_tokens": 5}, 400),
        ({"stop_sequences": ["x"]}, 400),
        ({"messages": []}, 400),
        ({"model": "claude-hologram"}, 404),
        ({"thinking": {"type": "between_tools"}}, 400),
        ({"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}, 400),
    ],
)
async def test_counting_refuses_what_answering_refuses(
    http: httpx2.AsyncClient, changes: dict[str, Any], status: int
) -> None:
    assert (await http.post(COUNT, json=COUNTED | changes)).status_code == status


async def test_a_fault_is_of_one_path(api: Emulator, http: httpx2.AsyncClient) -> None:
    api.fail(Fault.OVERLOADED, path=COUNT, times=1)
    assert (await http.post("/v1/messages", json=ASK)).status_code == 200
    assert [(await http.post(COUNT, json=COUNTED)).status_code for _ in range(2)] == [529, 200]
    api.fail(Fault.OVERLOADED)
    assert (await http.post(COUNT, json=COUNTED)).status_code == 200
    assert (await http.post("/v1/messages", json=ASK)).status_code == 529

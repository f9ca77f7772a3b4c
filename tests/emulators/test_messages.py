"""The emulator does what its specification says; checked with a plain HTTP client and with the vendor's SDK."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx2
import pytest

from tests.emulators.messages import DEFAULT_KEY, SPECS, Emulator, Fault, Rule

HEADERS = {"authorization": f"Bearer {DEFAULT_KEY}", "anthropic-version": "2026-10-21"}
ASK: dict[str, Any] = {
    "model": "claude-haiku-5-5",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "hello"}],
    "thinking": {"type": "disabled"},
}
TAGGED = ASK | {"stop_sequences": ["</hole>"]}


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator() as emulator:
        yield emulator
        assert emulator.failures == []


@pytest.fixture
async def http(api: Emulator) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=api.url, headers=HEADERS, trust_env=False, timeout=20) as client:
        yield client


async def records(http: httpx2.AsyncClient, body: dict[str, Any]) -> list[tuple[str | None, Any]]:
    """(event name, data) of a streamed reply."""
    response = await http.post("/v1/messages", json=body | {"stream": True})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in response.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if fields:
            found.append((fields.get("event"), json.loads(fields["data"])))
    return found


def text_of(found: list[tuple[str | None, Any]]) -> str:
    return "".join(data["delta"].get("text", "") for _, data in found if data["type"] == "content_block_delta")


async def test_a_streamed_reply_has_the_records_of_the_api_in_order(http: httpx2.AsyncClient) -> None:
    found = await records(http, ASK)
    names = [name for name, _ in found]
    assert names == [data["type"] for _, data in found]
    unique = list(dict.fromkeys(names))
    assert unique == [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    start = found[0][1]["message"]
    assert (start["role"], start["content"], start["stop_reason"], start["model"]) == (
        "assistant",
        [],
        None,
        ASK["model"],
    )
    assert start["usage"]["input_tokens"] == 2
    assert found[-2][1]["delta"]["stop_reason"] == "end_turn"
    assert text_of(found) == "emulated_answer(42)"


async def test_the_whole_reply_says_the_same(http: httpx2.AsyncClient) -> None:
    response = await http.post("/v1/messages", json=ASK)
    message = response.json()
    assert message["content"] == [{"type": "text", "text": "emulated_answer(42)"}]
    assert message["stop_reason"] == "end_turn"
    assert message["usage"]["output_tokens"] == 5
    assert response.headers["request-id"].startswith("req_")
    assert response.headers["anthropic-ratelimit-requests-limit"]


async def test_a_tagged_hole_is_answered_inside_its_tag_and_stopped_at_its_end(http: httpx2.AsyncClient) -> None:
    found = await records(http, TAGGED)
    assert text_of(found) == "<hole>emulated_answer(42)"  # the stop sequence itself is not sent
    assert found[-2][1]["delta"]["stop_reason"] == "stop_sequence"
    assert found[-2][1]["delta"]["stop_sequence"] == "</hole>"


async def test_a_model_thinks_first_unless_told_not_to(http: httpx2.AsyncClient) -> None:
    found = await records(http, {name: value for name, value in ASK.items() if name != "thinking"})
    starts = [data for _, data in found if data["type"] == "content_block_start"]
    assert [(start["index"], start["content_block"]["type"]) for start in starts] == [(0, "thinking"), (1, "text")]
    assert text_of(found) == "emulated_answer(42)"


async def test_rules_answer_by_what_is_asked(api: Emulator, http: httpx2.AsyncClient) -> None:
    api.rules = [
        Rule(match="bye", answer="later", delta_size=1),
        Rule(match="hello", answer="<hole>raw", raw=True, delta_size=100),
    ]
    assert text_of(await records(http, TAGGED)) == "<hole>raw"
    found = await records(http, TAGGED | {"messages": [{"role": "user", "content": [{"type": "text", "text": "bye"}]}]})
    assert text_of(found) == "<hole>later"
    assert sum(name == "content_block_delta" for name, _ in found) == len("<hole>later")


async def test_a_callable_may_answer(http: httpx2.AsyncClient) -> None:
    async with Emulator(answer=lambda body: Rule(answer=str(body["max_tokens"]))) as own:
        response = await http.post(f"{own.url}/v1/messages", json=ASK)
        assert response.json()["content"][0]["text"] == "100"


async def test_max_tokens_cuts_the_answer(http: httpx2.AsyncClient) -> None:
    message = (await http.post("/v1/messages", json=ASK | {"max_tokens": 2})).json()
    assert (message["content"][0]["text"], message["stop_reason"]) == ("emulated", "max_tokens")
    message = (await http.post("/v1/messages", json=ASK | {"max_tokens": 0})).json()
    assert (message["content"], message["stop_reason"]) == ([], "max_tokens")


REFUSED = {
    "temperature": ASK | {"temperature": 1},
    "top_p": ASK | {"top_p": 1},
    "top_k": ASK | {"top_k": 1},
    "unknown field": ASK | {"hologram": 1},
    "prefill": ASK | {"messages": [*ASK["messages"], {"role": "assistant", "content": "I"}]},
    "white space to stop at": ASK | {"stop_sequences": ["\n"]},
    "no messages": ASK | {"messages": []},
    "empty message": ASK | {"messages": [{"role": "user", "content": " "}]},
    "wrong role": ASK | {"messages": [{"role": "system", "content": "x"}]},
    "no max_tokens": {name: value for name, value in ASK.items() if name != "max_tokens"},
    "no model": {name: value for name, value in ASK.items() if name != "model"},
    "sonnet disabled": ASK | {"model": "claude-sonnet-5-5"},
    "opus disabled": ASK | {"model": "claude-opus-5-5"},
    "opus between tools": ASK | {"model": "claude-opus-5-5", "thinking": {"type": "between_tools"}},
    "budget on a new model": ASK | {"thinking": {"type": "enabled", "budget_tokens": 1024}},
    "effort on an old model": ASK | {"model": "claude-haiku-4-5", "output_config": {"effort": "low"}},
    "too much effort without thinking": ASK | {"output_config": {"effort": "max"}},
    "forced tool": {
        "model": "claude-sonnet-5-5",
        "max_tokens": 9,
        "messages": ASK["messages"],
        "tool_choice": {"type": "any"},
    },
    "five marks": ASK | {"system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}] * 5},
    "empty marked block": ASK | {"system": [{"type": "text", "text": "", "cache_control": {"type": "ephemeral"}}]},
    "a list": [],
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
async def test_what_the_api_refuses_is_a_400_with_its_error_object(http: httpx2.AsyncClient, body: Any) -> None:
    response = await http.post("/v1/messages", json=body)
    assert response.status_code == 400
    value = response.json()
    assert (value["type"], value["error"]["type"]) == ("error", "invalid_request_error")
    assert value["request_id"] == response.headers["request-id"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": ""}, 401),
        ({"authorization": "", "x-api-key": DEFAULT_KEY}, 200),
        ({"anthropic-version": None}, 400),
    ],
)
async def test_who_may_ask(api: Emulator, headers: dict[str, str | None], status: int) -> None:
    sent = {name: value for name, value in (HEADERS | headers).items() if value is not None}
    async with httpx2.AsyncClient(trust_env=False, headers=sent) as client:
        assert (await client.post(f"{api.url}/v1/messages", json=ASK)).status_code == status


async def test_an_unknown_model_or_path_is_a_404(http: httpx2.AsyncClient) -> None:
    assert (await http.post("/v1/messages", json=ASK | {"model": "claude-hologram"})).status_code == 404
    assert (await http.get("/v1/holograms")).status_code == 404
    assert (await http.get("/v1/models/claude-hologram")).status_code == 404


async def test_marked_prefixes_are_cached_from_the_minimum_on(http: httpx2.AsyncClient) -> None:
    def body(text: str, model: str = "claude-haiku-5-5") -> dict[str, Any]:
        block = {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}
        plain = {name: value for name, value in ASK.items() if name != "thinking"}
        return plain | {"system": [block], "model": model}

    async def counts(asked: dict[str, Any]) -> tuple[int, int, int]:
        usage = (await http.post("/v1/messages", json=asked)).json()["usage"]
        names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        return tuple(usage[name] for name in names)

    long, short = "word " * 600, "word " * 100
    assert await counts(body(long)) == (2, 750, 0)
    assert await counts(body(long)) == (2, 0, 750)
    assert await counts(body(long, "claude-sonnet-5-5")) == (2, 750, 0)  # each model has its own
    assert await counts(body(long, "claude-haiku-4-5")) == (752, 0, 0)  # below its minimum
    assert await counts(body(short)) == (127, 0, 0)
    assert await counts(body("other " + long)) == (2, 752, 0)


async def test_the_sdk_counts_tokens_and_lists_models(api: Emulator) -> None:
    async with anthropic.AsyncAnthropic(
        api_key=DEFAULT_KEY, base_url=api.url, http_client=httpx2.AsyncClient(trust_env=False)
    ) as client:
        counted = await client.messages.count_tokens(model=ASK["model"], messages=ASK["messages"])
        assert counted.input_tokens == 2
        models = [model.id async for model in client.models.list()]
        assert "claude-haiku-5-5" in models
        assert (await client.models.retrieve("claude-haiku-5-5")).id == "claude-haiku-5-5"


async def test_faults_come_so_often_and_then_it_works(api: Emulator, http: httpx2.AsyncClient) -> None:
    api.fail(Fault.OVERLOADED, times=2)
    statuses = [(await http.post("/v1/messages", json=ASK)).status_code for _ in range(3)]
    assert statuses == [529, 529, 200]
    assert [request.status for request in api.requests] == statuses


STATUSES = [fault for fault in Fault if SPECS[fault].status]


@pytest.mark.parametrize("fault", STATUSES, ids=lambda fault: fault.value)
async def test_status_faults_have_their_status_and_headers(
    api: Emulator, http: httpx2.AsyncClient, fault: Fault
) -> None:
    api.fail(fault)
    response = await http.post("/v1/messages", json=ASK)
    spec = SPECS[fault].status
    assert spec is not None
    assert response.status_code == spec.status == int(fault.value.split("-")[1])
    assert set(spec.headers) <= set(response.headers)
    if "html" in fault.value:
        assert response.headers["content-type"] == "text/html"
    else:
        assert response.json()["error"]["type"] == spec.kind


async def test_when_the_client_leaves_is_recorded(api: Emulator, http: httpx2.AsyncClient) -> None:
    api.default = Rule(answer="x" * 200, delay_ms_per_delta=5)
    async with http.stream("POST", "/v1/messages", json=ASK | {"stream": True}) as response:
        await anext(response.aiter_bytes())
    await api.wait(lambda requests: requests[0].closed is not None)
    assert (api.requests[0].closed, api.requests[0].completed) == ("before", False)
    api.default = Rule(answer="short")
    await http.post("/v1/messages", json=ASK)
    await http.aclose()
    await api.wait(lambda requests: requests[1].closed is not None)
    assert (api.requests[1].closed, api.requests[1].completed) == ("after", True)
    assert api.requests[1].body == ASK
    assert api.requests[1].headers["authorization"] == HEADERS["authorization"]

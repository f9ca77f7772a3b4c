"""What we rely on in the SDK. When one of these fails, a new release changed it: read `sdk.py`, `faults.py` again."""

from __future__ import annotations

import inspect
import logging
from collections.abc import AsyncIterator

import anthropic
import httpx2
import pytest

from autocrea_lsp.ai.claude import sdk
from tests.emulators.messages import DEFAULT_KEY, Emulator, Fault

ASK = {"model": "claude-haiku-5-5", "max_tokens": 50, "messages": [{"role": "user", "content": "hello"}]}


@pytest.fixture
async def client(api: Emulator) -> AsyncIterator[anthropic.AsyncAnthropic]:
    http = httpx2.AsyncClient(trust_env=False)
    async with anthropic.AsyncAnthropic(
        api_key=DEFAULT_KEY, base_url=api.url, http_client=http, max_retries=0
    ) as client:
        yield client


async def records(client: anthropic.AsyncAnthropic) -> list[str | None]:
    stream = await client.messages.create(**ASK, stream=True)  # type: ignore[call-overload]
    return [record.event async for record in stream.raw_events(stream.response)]


async def test_the_key_goes_as_a_bearer_and_the_version_is_the_one_we_know(
    api: Emulator, client: anthropic.AsyncAnthropic
) -> None:
    await records(client)
    headers = api.requests[0].headers
    assert headers["authorization"] == f"Bearer {DEFAULT_KEY}"
    assert headers["anthropic-version"] == "2026-10-21"
    assert "x-api-key" not in headers
    assert headers["content-type"] == "application/json"
    assert api.requests[0].path == "/v1/messages"


async def test_raw_records_come_whole_even_without_their_event_line(
    api: Emulator, client: anthropic.AsyncAnthropic
) -> None:
    whole = await records(client)
    assert whole[0] == "message_start"
    assert whole[-1] == "message_stop"
    assert "ping" in whole
    api.fail(Fault.NO_EVENT_LINE, after_deltas=1)
    unnamed = await records(client)
    assert len(unnamed) == len(whole)
    assert unnamed.count(None) == 1


async def test_an_error_record_in_a_stream_is_left_to_us(api: Emulator, client: anthropic.AsyncAnthropic) -> None:
    api.fail(Fault.ERROR_LATER)
    assert (await records(client))[-1] == "error"


@pytest.mark.parametrize(("fault", "error"), [(Fault.RESET, httpx2.ReadError), (Fault.CUT, httpx2.RemoteProtocolError)])
async def test_a_broken_stream_raises_the_http_librarys_own_errors(
    api: Emulator, client: anthropic.AsyncAnthropic, fault: Fault, error: type[Exception]
) -> None:
    api.fail(fault)
    with pytest.raises(error):
        await records(client)


@pytest.mark.parametrize(
    ("fault", "error", "status"),
    [
        (Fault.UNAUTHORIZED, anthropic.AuthenticationError, 401),
        (Fault.NO_CREDIT, anthropic.PaymentRequiredError, 402),
        (Fault.SPEND_LIMIT_429, anthropic.RateLimitError, 429),
        (Fault.OVERLOADED, anthropic.OverloadedError, 529),
        (Fault.HTML_502, anthropic.InternalServerError, 502),
    ],
)
async def test_a_status_is_an_error_with_type_code_and_request_id(
    api: Emulator, client: anthropic.AsyncAnthropic, fault: Fault, error: type[anthropic.APIStatusError], status: int
) -> None:
    api.fail(fault)
    with pytest.raises(error) as caught:
        await records(client)
    assert caught.value.status_code == status
    if fault is not Fault.HTML_502:
        assert caught.value.request_id == "req_1"
        assert caught.value.type
    if fault is Fault.SPEND_LIMIT_429:
        assert caught.value.error_code == "enforced_spend_limit_reached"


async def test_no_answer_at_all_is_a_connection_error(api: Emulator, client: anthropic.AsyncAnthropic) -> None:
    api.fail(Fault.DROP)
    with pytest.raises(anthropic.APIConnectionError):
        await records(client)


async def test_without_credentials_only_the_first_call_complains(api: Emulator) -> None:
    client = anthropic.AsyncAnthropic(base_url=api.url, http_client=httpx2.AsyncClient(trust_env=False))
    assert (client.api_key, client.auth_token, client.credentials) == (None, None, None)
    with pytest.raises(TypeError, match="authentication"):
        await records(client)
    assert api.requests == []


def test_there_are_no_sampling_parameters() -> None:
    parameters = set(inspect.signature(anthropic.resources.AsyncMessages.create).parameters)
    assert {"temperature", "top_p", "top_k"} & parameters == set()
    assert {"model", "max_tokens", "messages", "system", "stop_sequences", "thinking", "output_config"} <= parameters


def test_an_empty_variable_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "token")
    client = anthropic.AsyncAnthropic()
    assert (client.api_key, client.auth_token) == (None, "token")


@pytest.mark.usefixtures("claude")
def test_loggers_that_would_show_request_bodies_are_quiet() -> None:
    for name in ("anthropic", "anthropic._base_client", "httpx2", "httpcore2.http11"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)


def test_the_default_place_is_the_one_we_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)
    assert str(anthropic.AsyncAnthropic(api_key="x").base_url).rstrip("/") == sdk.DEFAULT_BASE_URL
    assert sdk.base_url("") is None
    monkeypatch.setenv("ANTHROPIC_BASE_URL", " ")  # the SDK would take it for a URL
    assert sdk.base_url("") == sdk.DEFAULT_BASE_URL
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    assert sdk.base_url("") == "http://127.0.0.1:1"
    assert sdk.base_url(" https://example.invalid ") == "https://example.invalid"

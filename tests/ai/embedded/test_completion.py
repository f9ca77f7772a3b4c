"""The client of the worker's HTTP, against a server on loopback that answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

import pytest

from autocrea_lsp.ai.embedded.completion import Client, Connection, Piece, WorkerLost
from autocrea_lsp.errors import BadRequest, BrokenReply, Unavailable

HANG_S = 60.0


class Worker:
    """Answers every request with `parts`, then as `end` says: "close", or "wait" for the client to close."""

    def __init__(self, parts: Sequence[bytes], end: str = "close", status: str = "200 OK") -> None:
        self.parts, self.end, self.status = parts, end, status
        self.requests: list[tuple[str, dict[str, str], dict[str, object]]] = []
        self.client_closed = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        self.requests.append((first, headers, body))
        kind = "text/event-stream" if self.status.startswith("200") and "stream" in body else "application/json"
        writer.write(f"HTTP/1.1 {self.status}\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        for part in self.parts:
            writer.write(b"%x\r\n%s\r\n" % (len(part), part))
            await writer.drain()
        if self.end == "wait":
            assert await reader.read() == b""
            self.client_closed.set()
        elif self.end == "close":
            writer.write(b"0\r\n\r\n")
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def serving(worker: Worker) -> AsyncIterator[Connection]:
    async with asyncio.timeout(HANG_S), await asyncio.start_server(worker.answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield Connection(address=f"http://127.0.0.1:{port}", key="canary-key")


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    client = Client()
    yield client
    await client.aclose()


def chunk(text: str, written: int, *logprobs: float, stop: str | None = None) -> bytes:
    value: dict[str, object] = {
        "content": text,
        "tokens_predicted": written,
        "tokens_evaluated": 30,
        "timings": {"prompt_n": 9, "cache_n": 21},
        "completion_probabilities": [{"token": "?", "logprob": logprob} for logprob in logprobs],
        "stop": stop is not None,
    }
    if stop is not None:
        value["stop_type"] = stop
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


async def pieces(client: Client, at: Connection, **wanted: int) -> list[Piece]:
    async with aclosing(client.complete(at, "the prompt", max_tokens=wanted.get("max_tokens", 5), stop=["\n"])) as all_:
        return [piece async for piece in all_]


async def test_reads_text_probabilities_and_counts(client: Client) -> None:
    worker = Worker([chunk("load", 1, -0.25), chunk("(f)", 3, -0.5, -0.125), chunk("", 4, -3.0, stop="word")])
    async with serving(worker) as at:
        got = await pieces(client, at)
    assert [(piece.text, piece.logprob, piece.stop) for piece in got] == [
        ("load", -0.25, None),
        ("(f)", -0.625, None),
        ("", -3.0, "word"),
    ]
    assert {(piece.prompt_tokens, piece.read_tokens) for piece in got} == {(30, 9)}
    assert [piece.written_tokens for piece in got] == [1, 3, 4]


async def test_asks_with_the_key_for_a_streamed_greedy_cached_answer(client: Client) -> None:
    worker = Worker([chunk("", 0, stop="limit")])
    async with serving(worker) as at:
        await pieces(client, at, max_tokens=7)
    ((first, headers, body),) = worker.requests
    assert first == "POST /completion HTTP/1.1"
    assert headers["authorization"] == "Bearer canary-key"
    assert body == {
        "prompt": "the prompt",
        "n_predict": 7,
        "temperature": 0,
        "stop": ["\n"],
        "cache_prompt": True,
        "stream": True,
        "n_probs": 1,
        "timings_per_token": True,
    }


async def test_parts_of_a_character_have_no_known_probability(client: Client) -> None:
    # The worker holds tokens back until they make a character, and then tells the last one's probability only.
    worker = Worker([chunk("a", 1, -0.1), chunk("語", 4, -0.002), chunk("b", 5, -0.2), chunk("", 7, stop="limit")])
    async with serving(worker) as at:
        got = await pieces(client, at)
    assert [(piece.text, piece.logprob) for piece in got] == [("a", -0.1), ("語", None), ("b", -0.2), ("", None)]


async def test_bytes_may_arrive_in_any_portions(client: Client) -> None:
    raw = chunk("é𝒳\u2028\x85\r", 1, -0.5) + chunk("", 1, stop="eos")
    worker = Worker([raw[n : n + 1] for n in range(len(raw))])
    async with serving(worker) as at:
        got = await pieces(client, at)
    assert [piece.text for piece in got] == ["é𝒳\u2028\x85\r", ""]


ERROR = {"code": 400, "message": "request (10000 tokens) exceeds", "type": "exceed_context_size_error"}


@pytest.mark.parametrize(
    ("status", "answer", "expected", "match"),
    [
        ("400 Bad Request", {"error": ERROR}, BadRequest, "exceeds"),
        ("401 Unauthorized", {"error": {"code": 401, "message": "Invalid API Key"}}, BadRequest, "Invalid API Key"),
        ("503 Service Unavailable", {"error": {"code": 503, "message": "Loading model"}}, Unavailable, "Loading"),
        ("500 Internal Server Error", {"error": "text"}, Unavailable, "no reason given"),
        ("404 Not Found", [], BrokenReply, "no object"),
    ],
)
async def test_a_refusal_is_an_error_of_ours(
    client: Client, status: str, answer: object, expected: type[Exception], match: str
) -> None:
    async with serving(Worker([json.dumps(answer).encode()], status=status)) as at:
        with pytest.raises(expected, match=match):
            await pieces(client, at)


async def test_an_error_may_come_in_the_stream(client: Client) -> None:
    record = b"data: " + json.dumps({"error": {"code": 500, "message": "no memory"}}).encode() + b"\n\n"
    async with serving(Worker([chunk("a", 1, -0.1), record])) as at:
        with pytest.raises(Unavailable, match="no memory"):
            await pieces(client, at)


@pytest.mark.parametrize("record", [b"data: {\n\n", b"data: 1\n\n", b"data: {}\n\n", b'data: {"content": "a"}\n\n'])
async def test_a_garbled_record_is_a_broken_reply(client: Client, record: bytes) -> None:
    async with serving(Worker([record])) as at:
        with pytest.raises(BrokenReply):
            await pieces(client, at)


@pytest.mark.parametrize("end", ["close", "break off"])
async def test_an_answer_without_an_end_means_that_the_worker_is_lost(client: Client, end: str) -> None:
    async with serving(Worker([chunk("a", 1, -0.1)], end=end)) as at:
        with pytest.raises(WorkerLost):
            await pieces(client, at)


async def test_nobody_there_means_that_the_worker_is_lost(client: Client) -> None:
    async with serving(Worker([])) as at:
        pass
    with pytest.raises(WorkerLost, match="ConnectError"):
        await pieces(client, at)
    with pytest.raises(WorkerLost, match="ConnectError"):
        await client.count(at, "text")


@pytest.mark.parametrize("how", ["closed", "cancelled"])
async def test_giving_up_closes_the_socket(client: Client, how: str) -> None:
    worker = Worker([chunk("a", 1, -0.1)], end="wait")
    begun = asyncio.Event()

    async def read(at: Connection) -> None:
        async with aclosing(client.complete(at, "x", max_tokens=9)) as all_:
            async for _ in all_:
                begun.set()
                if how == "closed":
                    break

    async with serving(worker) as at:
        reading = asyncio.create_task(read(at))
        await begun.wait()
        assert not worker.client_closed.is_set()
        if how == "cancelled":
            reading.cancel()
        await asyncio.wait([reading])
        await worker.client_closed.wait()


async def test_counts_tokens(client: Client) -> None:
    worker = Worker([b'{"tokens": [1, 2, 3]}'])
    async with serving(worker) as at:
        assert await client.count(at, "some text") == 3
    ((first, headers, body),) = worker.requests
    assert (first, body) == ("POST /tokenize HTTP/1.1", {"content": "some text"})
    assert headers["authorization"] == "Bearer canary-key"


async def test_a_conversation_is_made_text_by_the_models_own_template(client: Client) -> None:
    turns = [{"role": "user", "content": "why?"}]
    worker = Worker([b'{"prompt": "<user>why?"}'])
    async with serving(worker) as at:
        assert await client.template(at, turns) == "<user>why?"
    ((first, headers, body),) = worker.requests
    assert (first, body) == ("POST /apply-template HTTP/1.1", {"messages": turns})
    assert headers["authorization"] == "Bearer canary-key"
    for answer in (b"{}", b'{"prompt": 1}', b"[]"):
        async with serving(Worker([answer])) as at:
            with pytest.raises(BrokenReply):
                await client.template(at, turns)
    refused = Worker([json.dumps({"error": ERROR}).encode()], status="400 Bad Request")
    async with serving(refused) as at:
        with pytest.raises(BadRequest):
            await client.template(at, turns)


async def test_a_proxy_in_the_environment_is_not_used(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(Worker([])) as nobody:
        pass
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, nobody.address)
    async with serving(Worker([chunk("", 0, stop="limit")])) as at:
        assert len(await pieces(client, at)) == 1


async def test_can_be_closed_twice_and_unused() -> None:
    client = Client()
    await client.aclose()
    await client.open()
    await client.aclose()
    await client.aclose()


async def test_many_at_once_open_one_client(client: Client) -> None:
    first, *others = await asyncio.gather(*[client.open() for _ in range(5)])
    assert all(other is first for other in others)

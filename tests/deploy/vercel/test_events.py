import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from autocrea_lsp.deploy.base import Lines, LogLine
from autocrea_lsp.deploy.errors import HostUnavailable
from autocrea_lsp.deploy.vercel import events
from autocrea_lsp.deploy.vercel.api import Api


class Stream:
    """Stands for `Api.events`: these pieces, then perhaps a broken connection."""

    def __init__(self, *pieces: bytes, breaks: bool = False) -> None:
        self.queries: list[Mapping[str, str]] = []
        self.closed = False
        self._pieces, self._breaks = pieces, breaks

    @asynccontextmanager
    async def events(self, _account: str, _deployment: str, query: Mapping[str, str]) -> AsyncIterator[Any]:
        self.queries.append(query)
        try:
            yield self._read()
        finally:
            self.closed = True

    async def _read(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._breaks:
            raise HostUnavailable("the connection broke")


async def read(stream: Stream, **how: Any) -> list[Lines]:
    return [lines async for lines in events.read(cast("Api", stream), "team_1", "dpl_1", **how)]


def texts(batches: list[Lines]) -> list[str]:
    return [line.text for batch in batches for line in batch.lines]


def flat(date: int, text: str | None, **more: Any) -> dict[str, Any]:
    return {"type": "stdout", "date": date, "created": date, "id": f"e{date}", "info": {}, "text": text} | more


def legacy(date: int, text: str) -> dict[str, Any]:
    return {"type": "stderr", "created": date, "payload": {"id": f"e{date}", "date": date, "text": text, "info": {}}}


def ndjson(*found: Any) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in found)


async def test_both_shapes_become_lines_with_their_times() -> None:
    found = await read(Stream(ndjson(flat(1_500, "one", level="warning"), legacy(2_500, "two"))), follow=True)
    assert found == [
        Lines(
            lines=(
                LogLine(at=1.5, text="one", level="warning", key="e1500.0"),
                LogLine(at=2.5, text="two", level="info", key="e2500.0"),
            ),
            cursor="2500",
        )
    ]


async def test_where_the_pieces_are_cut_does_not_matter() -> None:
    whole = ndjson(flat(1, "é𝒳 one"), flat(2, "two"), legacy(3, "three"))
    for cut in range(len(whole)):
        assert texts(await read(Stream(whole[:cut], whole[cut:]))) == ["é𝒳 one", "two", "three"], cut


async def test_an_array_is_read_like_lines() -> None:
    whole = json.dumps([flat(1, "one"), None, legacy(2, "two")], indent=1).encode()
    for cut in range(len(whole)):
        assert texts(await read(Stream(whole[:cut], whole[cut:]))) == ["one", "two"], cut


async def test_a_stream_that_ends_in_the_middle_gives_what_was_whole() -> None:
    whole = ndjson(flat(1, "one"), flat(2, "two"))
    for cut in range(len(whole)):
        got = texts(await read(Stream(whole[:cut])))
        ended = whole[:cut].count(b"}\n")
        assert got == ["one", "two"][: len(got)], cut
        assert len(got) >= ended, cut


async def test_what_is_no_event_is_passed_over() -> None:
    junk = b'{"no json\n\n[[\n"text"\n7\nnull\n\xff\xfe\n'
    assert texts(await read(Stream(junk + ndjson(flat(1, "one"))))) == ["one"]


async def test_what_comes_twice_is_told_once() -> None:
    first, second = flat(1, "one"), flat(2, "two")
    assert texts(await read(Stream(ndjson(first, first, second), ndjson(second, first)))) == ["one", "two"]


async def test_going_on_asks_from_the_cursor_and_never_moves_it_back() -> None:
    stream = Stream(ndjson(flat(900, "late arrival"), flat(1_000, "same moment")))
    found = await read(stream, after="1000", follow=True)
    assert stream.queries[0]["since"] == "1000"
    assert stream.queries[0]["follow"] == "1"
    assert found[-1].cursor == "1000"


async def test_without_a_cursor_all_of_it_is_asked_for() -> None:
    stream = Stream()
    assert await read(stream) == []
    assert stream.queries[0] == {"direction": "forward", "follow": "0", "limit": "-1"}


async def test_a_text_of_several_lines_becomes_several_with_keys_of_their_own() -> None:
    found = await read(Stream(ndjson(flat(1, "a\r\n\x1b[31mb\x1b[0m\n\n10%\r20%\r\nc\u2028d\n"))))
    assert texts(found) == ["a", "\x1b[31mb\x1b[0m", "", "20%", "c", "d"]
    assert len({line.key for line in found[0].lines}) == 6


async def test_only_what_a_build_says_is_a_line() -> None:
    silent = [flat(1, "x", type=kind) for kind in ("delimiter", "deployment-state", "metric", "report")]
    said = [flat(2, "x", type=kind, id=kind) for kind in ("command", "stdout", "stderr", "fatal", "exit")]
    found = await read(Stream(ndjson(*silent, flat(3, None), *said)))
    assert [line.level for batch in found for line in batch.lines] == ["info", "info", "info", "error", "info"]


async def test_the_domains_are_told() -> None:
    event = {"type": "alias-assigned", "date": 5_000, "alias": ["a.example", "b.example"], "aliasError": None}
    found = await read(Stream(ndjson(event | {"aliasWarning": {"code": "w", "message": "slow DNS"}})))
    assert texts(found) == ["Domains assigned: a.example, b.example", "slow DNS"]
    failed = await read(Stream(ndjson(event | {"aliasError": {"code": "cert_missing", "message": "no certificate"}})))
    assert [(line.level, line.text) for line in failed[0].lines] == [
        ("error", "Vercel could not assign the domains: no certificate")
    ]


async def test_a_broken_stream_is_an_error_after_what_came() -> None:
    stream = Stream(ndjson(flat(1, "one")), breaks=True)
    reading = events.read(cast("Api", stream), "", "dpl_1", follow=True)
    assert texts([await anext(reading)]) == ["one"]
    with pytest.raises(HostUnavailable):
        await anext(reading)
    assert stream.closed


async def test_a_line_without_end_is_dropped() -> None:
    endless = [b'{"text": "' + b"x" * events.MAX_EVENT_BYTES, b"x" * 10, b'"}\n', ndjson(flat(1, "one"))]
    assert texts(await read(Stream(*endless))) == ["one"]


async def test_leaving_it_early_closes_the_stream() -> None:
    stream = Stream(ndjson(flat(1, "one")), ndjson(flat(2, "two")))
    reading = events.read(cast("Api", stream), "", "dpl_1")
    await anext(reading)
    await reading.aclose()
    assert stream.closed

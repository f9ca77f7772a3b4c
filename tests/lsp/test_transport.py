"""Frames in any shape a client, or an attacker, may send them."""

from __future__ import annotations

import asyncio
import os

import pytest

from autocrea_lsp.lsp.transport import FrameParser, Garbage, StdioReader, StdioWriter


def frame(body: bytes, header: bytes = b"Content-Length: %d\r\n\r\n") -> bytes:
    return header % len(body) + body


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: %d\r\n\r\n",
        b"content-length: %d\r\n\r\n",
        b"CONTENT-LENGTH:%d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
        b"Content-Type: x\r\nContent-Length : %d \r\n\r\n",
    ],
)
def test_header_names_are_case_insensitive(header: bytes) -> None:
    assert FrameParser().feed(frame(b"{}", header) + frame(b"[]")) == [b"{}", b"[]"]


def test_bytes_may_come_one_at_a_time() -> None:
    parser, got = FrameParser(), []
    for byte in frame(b'{"a":1}') + frame("{é}".encode()):
        got += parser.feed(bytes([byte]))
    assert got == [b'{"a":1}', "{é}".encode()]


def test_a_body_too_large_is_refused_and_skipped_in_pieces() -> None:
    parser = FrameParser(max_body=10)
    got = parser.feed(b"Content-Length: 100\r\n\r\n" + b"x" * 30)
    assert [type(item) for item in got] == [Garbage]
    assert isinstance(got[0], Garbage)
    assert got[0].code == -32600
    assert parser.feed(b"x" * 69) == []
    assert parser.feed(b"x" + frame(b"{}")) == [b"{}"]


@pytest.mark.parametrize(
    "bad", [b"Content-Length: many\r\n\r\n", b"Content-Length: -5\r\n\r\n", b"Hello: there\r\n\r\n"]
)
def test_a_header_without_a_length_does_not_lose_the_next_message(bad: bytes) -> None:
    got = FrameParser().feed(bad + b'{"lost":1}' + frame(b"{}"))
    assert [item if isinstance(item, bytes) else item.code for item in got] == [-32600, b"{}"]


def test_endless_noise_is_reported_and_never_kept() -> None:
    parser = FrameParser()
    got = [item for _ in range(100) for item in parser.feed(b"n" * 1000)]
    assert got
    assert all(isinstance(item, Garbage) for item in got)
    assert parser.feed(b"\r\n\r\n" + frame(b"{}"))[-1] == b"{}"


async def test_the_writer_keeps_order_when_the_reader_is_slow_and_never_blocks() -> None:
    read_end, write_end = os.pipe()
    writer = StdioWriter(write_end)
    expected = b"".join(b"%d;" % number * 100 for number in range(2000))
    for number in range(2000):
        writer.write(b"%d;" % number * 100)
    assert writer.waiting_bytes > 0  # far more than a pipe holds, and here we are
    got = bytearray()
    while len(got) < len(expected):
        got += await asyncio.to_thread(os.read, read_end, 65536)
    await writer.drain(5)
    assert bytes(got) == expected
    assert writer.waiting_bytes == 0
    os.close(read_end)
    writer.write(b"nobody reads this")  # a broken pipe is no exception
    os.close(write_end)


async def test_the_reader_delivers_until_the_end() -> None:
    read_end, write_end = os.pipe()
    got: list[bytes | Garbage] = []
    reader = StdioReader(read_end, got.append)
    reader.start()
    os.write(write_end, frame(b"{}") + frame(b"[1]")[:-1])
    os.write(write_end, b"]")
    os.close(write_end)
    await asyncio.wait_for(reader.closed.wait(), 5)
    assert got == [b"{}", b"[1]"]
    os.close(read_end)


async def test_a_regular_file_can_be_stdin(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "session"
    path.write_bytes(frame(b"{}"))
    fd = os.open(path, os.O_RDONLY)
    got: list[bytes | Garbage] = []
    reader = StdioReader(fd, got.append)
    reader.start()
    await asyncio.wait_for(reader.closed.wait(), 5)
    assert got == [b"{}"]
    os.close(fd)

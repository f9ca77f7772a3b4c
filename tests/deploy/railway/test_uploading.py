"""The archive on its way: how far it is, and how little of it is in memory."""

import tracemalloc
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.deploy import bundle
from autocrea_lsp.deploy.base import Sent
from autocrea_lsp.deploy.railway.api import Uploaded
from autocrea_lsp.deploy.railway.planning import RULES
from autocrea_lsp.deploy.railway.uploading import LastPiece, largest, upload
from tests.emulators.railway_upload import unpack

MB = 1_000_000


class Taking:
    """In place of the API: takes what is sent, and may say so to a test."""

    def __init__(self, heard: Callable[[bytes], None] = lambda _piece: None) -> None:
        self.body = b""
        self.heard = heard
        self.pieces = 0

    async def upload(self, *_args: str, **_rest: Any) -> Uploaded:
        content: Callable[[], AsyncIterator[bytes]] = _args[4]  # type: ignore[assignment]
        async for piece in content():
            self.pieces += 1
            self.heard(piece)
        return Uploaded(id="made", domain="")


async def sent(folder: Path, api: Taking) -> list[Any]:
    files = await bundle.collect(folder, RULES)
    return [
        part
        async for part in upload(api, files, project="p", environment="e", service="s", mark="m")  # type: ignore[arg-type]
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(4):
        (tmp_path / f"{number}.bin").write_bytes(bytes(index * (number + 7) % 251 for index in range(MB)))
    return tmp_path


async def test_the_end_goes_out_after_it_was_said(folder: Path) -> None:
    taken: list[bytes] = []
    api = Taking(taken.append)
    files = await bundle.collect(folder, RULES)
    before_end = b""
    async for part in upload(api, files, project="p", environment="e", service="s", mark="m"):  # type: ignore[arg-type]
        if isinstance(part, LastPiece):
            before_end = b"".join(taken)
    with pytest.raises(ValueError, match="archive"):
        unpack(before_end)
    archive = unpack(b"".join(taken))
    assert list(archive.files) == [f"./{number}.bin" for number in range(4)]
    assert sum(map(len, archive.files.values())) == 4 * MB


async def test_how_far_it_is_grows_to_all_of_it(folder: Path) -> None:
    parts = await sent(folder, Taking())
    told = [part for part in parts if isinstance(part, Sent)]
    assert [part.bytes for part in told] == sorted(part.bytes for part in told)
    assert (told[-1].bytes, told[-1].files, told[-1].total_bytes) == (4 * MB, 4, 4 * MB)
    assert [type(part) for part in parts[-2:]] == [LastPiece, Uploaded]


async def test_a_large_folder_is_not_held_in_memory(tmp_path: Path) -> None:
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(64 * MB)
    api = Taking()
    tracemalloc.start()
    try:
        await sent(tmp_path, api)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 16 * MB


async def test_the_largest_are_named_with_their_sizes(tmp_path: Path) -> None:
    for name, size in (("a/1", 3 * MB), ("a/2", 2 * MB), ("b/1", MB), ("c", 4 * MB), ("d", 1)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(bytes(size))
    files = await bundle.collect(tmp_path, RULES)
    assert largest(files) == ["a/ (5.0 MB)", "c (4.0 MB)", "b/ (1.0 MB)"]

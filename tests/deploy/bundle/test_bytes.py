"""Digests, contents and archives: what was listed, or nothing."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import io
import os
import resource
import tarfile
import threading
from pathlib import Path

import pytest

from autocrea_lsp.deploy.bundle import BundleFile, FileChanged, archive, collect, content, hash_all, reading
from autocrea_lsp.errors import UserError
from tests.deploy.bundle.tree import HOST, plant

MEGABYTE = 1 << 20


def sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


async def read(file: BundleFile, *, expect: str | None = None) -> bytes:
    return b"".join([piece async for piece in content(file, expect=expect)])


async def one(tmp_path: Path, data: str | bytes = "hello") -> BundleFile:
    return (await collect(plant(tmp_path, {"d/a.txt": data}), HOST)).files[0]


async def test_digests_are_of_contents_and_each_content_is_there_once(tmp_path: Path) -> None:
    plant(tmp_path, {"a": "same", "b/c": "same", "d": "other", "e": "-> d", "f": ""})
    hashed = await hash_all(await collect(tmp_path, HOST))
    assert hashed.digests["a"] == hashed.digests["b/c"] == sha1(b"same")
    assert hashed.digests["e"] == sha1(b"d")
    assert set(hashed.unique) == {sha1(data) for data in (b"same", b"other", b"d", b"")}
    assert (await hash_all(hashed.bundle, algorithm="sha256")).digests["d"] == hashlib.sha256(b"other").hexdigest()


async def test_what_has_not_changed_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, {"a": "1", "b": "2", "new": "3"})
    for name in ("a", "b"):
        os.utime(tmp_path / name, (1e9, 1e9))
    first = await hash_all(await collect(tmp_path, HOST))
    (tmp_path / "b").write_text("B")
    os.utime(tmp_path / "b", (1e9, 1e9))  # as some tools do; the time of the change itself gives it away
    read_again: list[str] = []
    real = reading.open_beneath

    def noting(file: BundleFile) -> int:
        read_again.append(file.name)
        return real(file)

    monkeypatch.setattr(reading, "open_beneath", noting)
    second = await hash_all(await collect(tmp_path, HOST), previous=first)
    # What was written just before it was hashed may have been written again since, within the same tick of the clock.
    assert sorted(set(read_again)) == ["b", "new"]
    assert second.digests == {"a": sha1(b"1"), "b": sha1(b"B"), "new": sha1(b"3")}
    other = await hash_all(second.bundle, algorithm="sha256", previous=second)
    assert other.digests["a"] == hashlib.sha256(b"1").hexdigest()


async def test_a_file_that_changed_since_it_was_listed_is_hashed_as_it_is_now(tmp_path: Path) -> None:
    bundle = await collect(plant(tmp_path, {"a": "old"}), HOST)
    (tmp_path / "a").write_text("longer now")
    hashed = await hash_all(bundle)
    assert hashed.digests == {"a": sha1(b"longer now")}
    assert hashed.bundle.files[0].size == 10
    assert await read(hashed.bundle.files[0], expect=sha1(b"longer now")) == b"longer now"


async def test_progress_is_told_and_ends_at_all(tmp_path: Path) -> None:
    bundle = await collect(plant(tmp_path, {f"{n}": str(n) for n in range(200)}), HOST)
    told: list[tuple[int, int]] = []
    await hash_all(bundle, on_progress=lambda done, total: told.append((done, total)))
    assert (told[0], told[-1]) == ((0, 200), (200, 200))
    assert told == sorted(told)


@pytest.mark.parametrize("change", ["longer", "shorter", "same size", "gone", "a link", "a folder", "a pipe"])
async def test_a_file_that_changed_is_never_read_under_its_old_digest(tmp_path: Path, change: str) -> None:
    file = await one(tmp_path)
    path = tmp_path / "d" / "a.txt"
    plant(tmp_path, {"elsewhere": "hello"})
    os.utime(tmp_path / "elsewhere", ns=(file.mtime_ns, file.mtime_ns))
    if change == "same size":
        path.write_text("HELLO")
        os.utime(path, ns=(file.mtime_ns, file.mtime_ns))  # who looks at size and time alone is fooled
    else:
        path.unlink()
    match change:
        case "longer":
            path.write_text("hello, and more")
        case "shorter":
            path.write_text("h")
        case "a link":
            path.symlink_to(tmp_path / "elsewhere")
        case "a folder":
            path.mkdir()
        case "a pipe":
            os.mkfifo(path)
    sent: list[bytes] = []

    async def send() -> None:
        sent.extend([piece async for piece in content(file, expect=sha1(b"hello"))])

    with pytest.raises(FileChanged, match=r"d/a\.txt"):
        await send()
    assert len(b"".join(sent)) < file.size  # else the host would have a whole file under a wrong digest


@pytest.mark.parametrize("to", ["outside", "moved"])  # there it is even the same file
async def test_a_folder_swapped_for_a_link_to_elsewhere_leaks_nothing(tmp_path: Path, to: str) -> None:
    site = tmp_path / "site"
    file = await one(site)
    outside = plant(tmp_path / "outside", {"a.txt": "hello"})
    os.utime(outside / "a.txt", ns=(file.mtime_ns, file.mtime_ns))
    (site / "d").rename(tmp_path / "moved")
    (site / "d").symlink_to(tmp_path / to)
    with pytest.raises(FileChanged):
        await read(file)


async def test_an_archive_holds_the_files_and_is_the_same_each_time(tmp_path: Path) -> None:
    long = "x" * 90 + "/" + "y" * 90 + "/ñ.txt"
    plant(tmp_path, {"a.txt": "hello", "run.sh": "#!", long: "z" * 5000, "l": "-> a.txt", "empty": ""})
    (tmp_path / "run.sh").chmod(0o755)
    bundle = await collect(tmp_path, HOST)
    packed = b"".join([piece async for piece in archive(bundle, prefix="./")])
    os.utime(tmp_path / "empty")
    bundle = await collect(tmp_path, HOST)
    assert packed == b"".join([piece async for piece in archive(bundle, prefix="./")])
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as tar:
        found = {member.name.removeprefix("./"): member for member in tar}
        assert set(found) == {"a.txt", "run.sh", long, "l", "empty"}
        assert found["l"].linkname == "a.txt"
        assert (found["run.sh"].mode, found["a.txt"].mode) == (0o755, 0o644)
        assert tar.extractfile(found[long]).read() == b"z" * 5000  # type: ignore[union-attr]
        assert {(member.uid, member.uname, member.mtime) for member in found.values()} == {(0, "", 0)}


async def test_an_archive_of_a_file_that_changes_meanwhile_does_not_end_well(tmp_path: Path) -> None:
    plant(tmp_path, {"a": os.urandom(3 * MEGABYTE), "b": "x"})
    packing = archive(await collect(tmp_path, HOST))
    await anext(packing)
    with (tmp_path / "a").open("r+b") as file:
        file.write(b"changed")
    os.utime(tmp_path / "a", (1e9, 1e9))
    with pytest.raises(FileChanged, match="a has changed"):
        async for _ in packing:
            pass


async def test_a_file_that_is_gone_or_unreadable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = await collect(plant(tmp_path, {"a": "x", "b": "y"}), HOST)
    (tmp_path / "a").unlink()
    with pytest.raises(FileChanged, match="a has gone"):
        await hash_all(bundle)

    def shut(_file: BundleFile) -> int:  # root, who runs our tests, may read all there is
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(reading, "open_beneath", shut)
    with pytest.raises(UserError, match="b cannot be read: Permission denied"):
        await read(bundle.files[1])


async def test_a_cancelled_digest_is_not_read_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = await collect(plant(tmp_path, {"a": bytes(4 * MEGABYTE)}), HOST)
    begun, go, reads = threading.Event(), threading.Event(), []
    real = os.read

    def slow(descriptor: int, size: int) -> bytes:
        reads.append(size)
        begun.set()
        assert go.wait(10)
        return real(descriptor, size)

    monkeypatch.setattr("os.read", slow)
    task = asyncio.create_task(hash_all(bundle))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    await asyncio.get_running_loop().shutdown_default_executor()
    assert len(reads) <= 2


async def test_large_files_are_not_held_in_memory(tmp_path: Path) -> None:
    for name in ("a.bin", "b.bin"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(100 * MEGABYTE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bundle = (await hash_all(await collect(tmp_path, HOST))).bundle
    assert sum([len(piece) async for piece in content(bundle.files[0])]) == 100 * MEGABYTE
    assert sum([len(piece) async for piece in archive(bundle)]) < 10 * MEGABYTE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 1024  # KB

"""How the files of a deployment go: inside the request, by digest, or as one archive."""

import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from autocrea_lsp.deploy.errors import TooLarge
from autocrea_lsp.deploy.vercel import payload
from tests.deploy.vercel.hosted import Hosted
from tests.emulators.vercel import Fault, Plan


async def test_a_few_pages_go_inside_the_request(host: Hosted) -> None:
    (host.folder / "app.js").unlink()
    (host.folder / "copy.js").unlink()
    host.api.plan = Plan(instant=True)
    created = await host.deploy()
    assert host.api.count("upload_file") == 0
    assert host.contents() == {"index.html": b"<h1>Hi</h1>"}
    assert created.remote.state in ("building", "success")
    assert host.steps == ["creating", "pending", "creating"]


async def test_links_and_modes_arrive(host: Hosted) -> None:
    (host.folder / "link.js").symlink_to("app.js")
    (host.folder / "run.sh").write_text("#!/bin/sh\n")
    (host.folder / "run.sh").chmod(0o755)
    await host.deploy()
    (deployment,) = host.api.world.deployments.values()
    assert {file.name: file.mode for file in deployment.files} == {
        "app.js": 0o100644,
        "copy.js": 0o100644,
        "index.html": 0o100644,
        "link.js": 0o120777,
        "run.sh": 0o100755,
    }
    assert host.contents()["link.js"] == b"app.js"


async def test_what_is_too_large_for_one_request_goes_as_an_archive(host: Hosted) -> None:
    host.api.fail(Fault.TOO_LARGE, op="upload_file")
    await host.deploy()
    (deployment,) = host.api.world.deployments.values()
    assert [file.name for file in deployment.files] == [".vercel/source.tgz.part1"]
    assert any("does not take" in notice and "archive" in notice for notice in host.notices)


async def test_what_is_too_large_for_all_ways_names_it(host: Hosted) -> None:
    host.api.fail(Fault.TOO_LARGE, op="upload_file", times=None)
    with pytest.raises(TooLarge, match="the archive of the files: it has") as caught:
        await host.deploy()
    assert ".vercelignore" in caught.value.hint


async def test_many_files_go_as_one_archive_in_parts(host: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "ARCHIVE_FROM", 2)
    monkeypatch.setattr(payload, "PART_BYTES", 100)
    plan = await host.provider.plan(host.request())
    assert any("one archive" in note for note in plan.notes)
    await host.deploy()
    (deployment,) = host.api.world.deployments.values()
    names = [file.name for file in deployment.files]
    assert len(names) > 1
    assert names == [f".vercel/source.tgz.part{number}" for number in range(1, len(names) + 1)]
    assert {file.mode for file in deployment.files} == {0o666}
    assert [file.size for file in deployment.files[:-1]] == [100] * (len(names) - 1)


async def test_the_scratch_folder_of_an_archive_is_gone_afterwards(
    host: Hosted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    monkeypatch.setattr(payload, "ARCHIVE_FROM", 2)
    await host.deploy()
    assert list(scratch.iterdir()) == []


async def test_the_parts_of_an_archive_make_up_all_files(host: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "ARCHIVE_FROM", 2)
    monkeypatch.setattr(payload, "PART_BYTES", 64)
    (host.folder / ".env").write_text("KEY=canary")
    await host.deploy()
    whole = b"".join(
        data for _name, data in sorted(host.contents().items(), key=lambda part: int(part[0].partition(".part")[2]))
    )
    with tarfile.open(fileobj=BytesIO(whole)) as archive:
        found = {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]
    assert found == {"app.js": b"console.log(1)", "copy.js": b"console.log(1)", "index.html": b"<h1>Hi</h1>"}


async def test_an_archive_of_the_same_files_is_not_sent_again(host: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "ARCHIVE_FROM", 2)
    await host.deploy()
    await host.deploy()
    assert host.api.count("upload_file") == 1

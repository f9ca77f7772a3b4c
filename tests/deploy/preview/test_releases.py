"""Previews of a project have one address; earlier ones can be gone back to, built again, looked up."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from autocrea_lsp.deploy.base import Again, Place, Ref
from autocrea_lsp.deploy.errors import CannotDo, NotThere
from tests.deploy.preview.previewing import Here, get, package, previews, settings_with, write
from tests.sandbox.inside import marker, processes_with, wait_until


async def shown(here: Here, folder: Path, text: str) -> Ref:
    remote = await here.deploy(write(folder, {"index.html": text}), mark=f"mark-{text}")
    assert remote.state == "success"
    return remote.ref


async def test_the_address_stays_and_the_newest_is_shown(here: Here, tmp_path: Path) -> None:
    first = await here.deploy(write(tmp_path / "p", {"index.html": "one", "old.html": "old"}))
    (tmp_path / "p" / "old.html").unlink()
    second = await here.deploy(write(tmp_path / "p", {"index.html": "two"}))
    assert second.url == first.url != ""
    assert (await get(first.url)).body == b"two"
    assert (await get(first.url, "/old")).status == 404 or (await get(first.url, "/old")).body == b"two"
    before = await here.provider.status(first.ref)
    assert (before.state, before.live, before.url, before.can_roll_back_to) == ("success", False, "", True)
    assert "later one" in before.detail


async def test_what_is_shown_is_a_copy(here: Here, tmp_path: Path) -> None:
    remote = await here.deploy(write(tmp_path / "p", {"index.html": "one"}))
    write(tmp_path / "p", {"index.html": "changed since"})
    assert (await get(remote.url)).body == b"one"


async def test_another_project_has_another_address(here: Here, tmp_path: Path) -> None:
    one = await here.deploy(write(tmp_path / "p", {"index.html": "one"}))
    two = await here.deploy(write(tmp_path / "q", {"index.html": "two"}))
    named = await here.deploy(tmp_path / "q", project="another name")
    assert len({one.url, two.url, named.url}) == 3
    assert named.ref.place.project_name == "another name"
    assert await here.provider.find_place(tmp_path / "p") == one.ref.place


async def test_rollback_goes_one_back_and_then_further_and_by_name(here: Here, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    refs = [await shown(here, folder, text) for text in ("one", "two", "three")]
    place = refs[0].place
    change = await here.provider.rollback(place, None)
    assert (change.live.ref, change.live.live) == (refs[1], True)
    assert (await get(change.live.url)).body == b"two"
    assert change.notes
    assert (await here.provider.rollback(place, None)).live.ref == refs[0]
    with pytest.raises(NotThere, match="no earlier"):
        await here.provider.rollback(place, None)
    again = await here.provider.rollback(place, refs[2])
    assert (await get(again.live.url)).body == b"three"
    assert [each.live for each in (await here.provider.list(place, limit=9)).items] == [True, False, False]


async def test_rollback_does_not_wait_for_a_build(here: Here, tmp_path: Path, node: None) -> None:
    folder, mark = tmp_path / "p", marker()
    refs = [await shown(here, folder, text) for text in ("one", "two")]
    slow = {"package.json": package(scripts={"build": f"sleep {mark}"})}
    building, _ = await here.start(write(folder, slow))
    await wait_until(lambda: processes_with(mark), "it builds")
    assert (await here.provider.rollback(refs[0].place, None)).live.ref == refs[0]
    assert (await here.provider.cancel(building.ref)).state == "canceled"


async def test_so_many_are_kept_and_their_files_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with previews(state, settings=settings_with(keep=2)) as here:
        refs = [await shown(here, tmp_path / "p", str(number)) for number in range(4)]
        kept = [(await here.provider.status(ref)).can_roll_back_to for ref in refs]
        assert kept == [False, False, True, False], "the last is shown"
        assert {each.name for each in state.glob("preview/*/prv_*")} == {refs[2].id, refs[3].id}
        with pytest.raises(NotThere, match="no longer kept"):
            await here.provider.rollback(refs[0].place, refs[0])
        await here.provider.rollback(refs[2].place, refs[2])
        newest = await shown(here, tmp_path / "p", "five")
        await here.provider.rollback(newest.place, refs[3])
    assert not list(state.glob("preview/*/prv_*"))


async def test_what_is_shown_is_kept_however_old(tmp_path: Path) -> None:
    async with previews(tmp_path / "state", settings=settings_with(keep=1)) as here:
        one = await here.deploy(write(tmp_path / "p", {"index.html": "one"}))
        two = await here.deploy(write(tmp_path / "p", {"index.html": "two"}))
        assert (await get(two.url)).body == b"two"
        with pytest.raises(NotThere):
            await here.provider.rollback(one.ref.place, one.ref)


async def test_a_preview_is_built_again_from_the_files_it_was_made_of(here: Here, tmp_path: Path, node: None) -> None:
    script = "mkdir dist; cat page.txt > dist/index.html; date +%N >> dist/index.html; echo changed > page.txt"
    files = {"package.json": package(scripts={"build": script}), "page.txt": "first "}
    first = await here.deploy(write(tmp_path / "p", files))
    page = (await get(first.url)).body
    write(tmp_path / "p", {"page.txt": "second", "package.json": "broken"})
    again = await here.deploy(tmp_path / "p", source=Again(ref=first.ref, action="redeploy"))
    assert (again.state, again.url, again.ref.id != first.ref.id) == ("success", first.url, True)
    rebuilt = (await get(again.url)).body
    assert rebuilt.startswith(b"first ")
    assert rebuilt != page
    with pytest.raises(CannotDo):
        await here.start(tmp_path / "p", source=Again(ref=first.ref, action="promote"))
    with pytest.raises(NotThere):
        await here.start(tmp_path / "p", source=Again(ref=Ref(place=first.ref.place, id="prv_none"), action="redeploy"))


async def test_builds_of_one_project_wait_for_each_other(here: Here, tmp_path: Path, node: None) -> None:
    script = "mkdir dist; echo $NAME > dist/index.html"
    folder = write(tmp_path / "p", {"package.json": package(scripts={"build": script})})
    from tests.deploy.preview.previewing import secret_values

    started = [await here.start(folder, environment=secret_values(NAME=name)) for name in ("first", "second", "third")]
    assert [remote.state for remote, _ in started] == ["building", "queued", "queued"]
    await here.provider.cancel(started[1][0].ref)
    ended = await asyncio.gather(*(here.finished(remote.ref) for remote, _ in started))
    assert [each.state for each in ended] == ["success", "canceled", "success"]
    assert (await get(ended[2].url)).body == b"third\n"


async def test_lists_and_lookups(here: Here, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    refs = [await shown(here, folder, text) for text in ("one", "two", "three")]
    place = refs[0].place
    provider = here.provider
    page = await provider.list(place, limit=2)
    rest = await provider.list(place, limit=2, cursor=page.next)
    assert [each.ref for each in (*page.items, *rest.items)] == refs[::-1]
    assert (page.next != "", rest.next) == (True, "")
    assert (await provider.list(place, limit=9, target="production")).items == ()
    assert (await provider.list(place, limit=9, state="failed")).items == ()
    latest = await provider.latest_successful(place)
    assert latest is not None
    assert latest.ref == refs[2]
    found = await provider.find(place, "mark-two", since=0)
    assert found is not None
    assert found.ref == refs[1]
    assert await provider.find(place, "mark-none", since=0) is None
    assert await provider.find(place, "mark-two", since=found.created_at + 60) is None
    assert await provider.latest_successful(Place(project="none")) is None
    with pytest.raises(NotThere):
        await provider.status(Ref(place=place, id="prv_none"))
    assert await here.log(Ref(place=place, id="prv_none")) == ""


@pytest.mark.parametrize("act", ["promote", "promote_builds", "link", "pull_environment"])
async def test_what_a_preview_cannot_do_names_what_can(act: str, here: Here, tmp_path: Path) -> None:
    ref = Ref(place=Place(project="p"), id="prv_x")
    calls = {
        "promote": lambda: here.provider.promote(ref),
        "promote_builds": lambda: here.provider.promote_builds(ref),
        "link": lambda: here.provider.link(tmp_path, project="x"),
        "pull_environment": lambda: here.provider.pull_environment(ref.place, target="preview"),
    }
    with pytest.raises(CannotDo) as caught:
        await calls[act]()  # type: ignore[no-untyped-call]
    assert caught.value.hint


async def test_every_denied_ability_has_an_alternative(here: Here) -> None:
    abilities = here.provider.abilities
    for ability in ("git", "git_commit", "promote", "other_targets", "pull_environment", "link", "production"):
        assert not getattr(abilities, ability, False)
        assert abilities.instead[ability]


async def test_a_log_is_followed_from_a_cursor(here: Here, tmp_path: Path, node: None) -> None:
    script = "for i in 1 2 3 4 5; do echo line $i; done; mkdir dist; echo > dist/index.html"
    remote = await here.deploy(write(tmp_path / "p", {"package.json": package(scripts={"build": script})}))
    pieces = [piece async for piece in here.provider.logs(remote.ref)]
    lines = [line for piece in pieces for line in piece.lines]
    assert len({line.key for line in lines}) == len(lines)
    cursor = next(line.key for line in lines if line.text == "line 3")
    rest = [line.text async for piece in here.provider.logs(remote.ref, after=cursor) for line in piece.lines]
    assert rest[:2] == ["line 4", "line 5"]
    assert [piece async for piece in here.provider.logs(remote.ref, after=pieces[-1].cursor, follow=True)] == []

"""Symbolic links: none leads out, none brings what would not go by its own name, and none goes round for ever."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autocrea_lsp.deploy.bundle import collect, walk
from autocrea_lsp.errors import UserError
from tests.deploy.bundle.tree import HOST, names, plant, reasons

FOLLOWING = replace(HOST, symlinks="follow")


async def test_links_stay_inside(tmp_path: Path) -> None:
    plant(tmp_path, {"outside/secret.txt": "s"})
    site = plant(
        tmp_path / "site",
        {
            "index.html": "x",
            "deep/page.html": "x",
            "good": "-> deep/page.html",
            "absolute": f"-> {tmp_path}/site/index.html",
            "folder": "-> deep",
            "out": "-> ../outside/secret.txt",
            "far": "-> /etc/passwd",
            "dangling": "-> nowhere",
            "loop": "-> loop",
        },
    )
    bundle = await collect(site, HOST)
    links = {file.name: file.link for file in bundle.files if file.link is not None}
    assert links == {"good": "deep/page.html", "absolute": "index.html", "folder": "deep"}
    assert {"out", "far", "dangling", "loop"} == set(reasons(bundle))


async def test_followed_links_bring_contents_but_nothing_that_would_not_go_by_its_own_name(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            ".gitignore": "drafts\n",
            "a/page.html": "12345",
            "a/up": "-> ..",
            "b": "-> a/page.html",
            "c": "-> a",
            ".env": "SECRET",
            "public.txt": "-> .env",
            "drafts/d.html": "x",
            "news": "-> drafts",
        },
    )
    bundle = await collect(tmp_path, FOLLOWING)
    assert [file.name for file in bundle.files] == [".gitignore", "a/page.html", "b", "c/page.html"]
    assert {file.size for file in bundle.files if file.name in ("b", "c/page.html")} == {5}
    assert "not sent" in reasons(bundle)["public.txt"]
    assert "not sent" in reasons(bundle)["news"]
    assert "back" in reasons(bundle)["a/up"]


async def test_a_host_without_links_gets_none(tmp_path: Path) -> None:
    plant(tmp_path, {"a": "x", "b": "-> a"})
    assert await names(tmp_path, replace(HOST, symlinks="skip")) == ["a"]


async def test_below_a_followed_link_both_names_of_a_file_count(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            ".gitignore": "*.log\n",
            ".hostignore": "/b/private\n/a/link/hidden\n",
            "a/.gitignore": "",
            "a/link": "-> ../b",
            "b/page.html": "x",
            "b/x.log": "x",
            "b/private": "x",
            "b/hidden": "x",
            "b/.env": "x",
        },
    )
    found = [name for name in await names(tmp_path, FOLLOWING) if name.startswith("a/link/")]
    assert found == ["a/link/page.html"]


async def test_links_that_lead_to_ever_more_folders_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "_MAX_FOLLOWED", 500)
    bomb = {f"d{n}/{side}": f"-> ../d{n + 1}" for n in range(30) for side in "xy"}
    with pytest.raises(UserError, match="more and more folders"):
        await collect(plant(tmp_path, {**bomb, "d30/end": ""}), FOLLOWING)


async def test_folders_without_an_end_are_an_error(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 210)
    deep.mkdir(parents=True)
    with pytest.raises(UserError, match="200 folders deep"):
        await collect(tmp_path, HOST)

"""Where the user chose to deploy a project to: kept by project and user, never production, forgotten when asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocrea_lsp.store import Pick, clear, forget_pick, pick_of, remember_pick
from tests.store.common import HANG_S, OpenStore, execute, traces

SHOP, BLOG = Path("/home/ana/shop"), Path("/home/ana/blog")


async def test_a_choice_is_of_its_project_and_outlives_the_process(open_store: OpenStore) -> None:
    first = open_store()
    assert await pick_of(first, SHOP) is None
    remember_pick(first, SHOP, "netlify", "staging")
    first.close(HANG_S)
    second = open_store()
    assert await pick_of(second, SHOP) == Pick(provider="netlify", target="staging")
    assert await pick_of(second, BLOG) is None


async def test_it_is_the_users(open_store: OpenStore) -> None:
    remember_pick(ana := open_store(user="ana"), SHOP, "netlify")
    ana.flush(HANG_S)
    assert await pick_of(open_store(user="bob"), SHOP) is None


async def test_the_last_one_counts_until_it_is_forgotten(open_store: OpenStore) -> None:
    store = open_store()
    remember_pick(store, SHOP, "netlify", "staging")
    remember_pick(store, SHOP, "railway")
    assert await pick_of(store, SHOP) == Pick(provider="railway")
    forget_pick(store, SHOP)
    assert await pick_of(store, SHOP) is None


async def test_production_is_not_remembered(open_store: OpenStore) -> None:
    store = open_store()
    remember_pick(store, SHOP, "netlify", "production")
    assert await pick_of(store, SHOP) == Pick(provider="netlify", target="")
    assert store.flush(HANG_S)
    assert not traces(store.path, "production")


@pytest.mark.parametrize(
    ("kept", "pick"),
    [
        ("netlify", None),
        ([], None),
        ({}, None),
        ({"provider": 3}, None),
        ({"provider": ""}, None),
        ({"provider": "netlify"}, Pick(provider="netlify")),
        ({"provider": "netlify", "target": 3}, Pick(provider="netlify")),
        ({"provider": "netlify", "target": "production"}, Pick(provider="netlify")),
    ],
)
async def test_what_is_no_choice_is_none(open_store: OpenStore, kept: object, pick: Pick | None) -> None:
    store = open_store()
    remember_pick(store, SHOP, "x")
    store.flush(HANG_S)
    ((key,),) = execute(store.path, "SELECT key FROM preferences")
    store.set_preference(str(key), kept)
    assert await pick_of(store, SHOP) == pick


async def test_the_file_does_not_say_where_the_project_is_and_clearing_forgets_it(open_store: OpenStore) -> None:
    store = open_store()
    remember_pick(store, SHOP, "netlify", "staging")
    assert store.flush(HANG_S)
    assert traces(store.path, "netlify")
    assert not traces(store.path, "home/ana")
    clear(store.path)
    assert await pick_of(store, SHOP) is None

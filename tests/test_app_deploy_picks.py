"""Which host and target are meant: what is named, the setting, the user's last choice, the link, the preview."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from autocrea_lsp.app import App
from autocrea_lsp.app_deploy import Aim
from autocrea_lsp.errors import UserError
from autocrea_lsp.settings import DeploySettings, Settings
from autocrea_lsp.store import Pick, pick_of, remember_pick
from tests.lsp.deploy_host import World
from tests.lsp.deploy_two_hosts import OtherHost, two_installed


@pytest.fixture
def world() -> Iterator[World]:
    with two_installed() as host:
        yield host


@pytest_asyncio.fixture
async def app(world: World) -> AsyncIterator[App]:
    app = App(Settings(backend="none"))
    app.connect_deployments(ask=_nobody, on_update=lambda _update: None, trusted=lambda: True)
    yield app
    await app.aclose()


async def _nobody(_question: object) -> None: ...


def link(folder: Path, *hosts: str) -> None:
    for host in hosts:
        (folder / f".{host}.json").write_text("{}")


@dataclass(frozen=True, kw_only=True)
class Case:
    """`means`: host and target, and whether the target is only remembered."""

    id: str
    means: tuple[str, str] | tuple[str, str, str]
    pick: Pick | None = None
    links: tuple[str, ...] = ()
    setting: str = "auto"
    provider: str = ""
    target: str = ""
    ability: str = ""


FAKE, OTHER, HERE = Pick(provider="fake"), Pick(provider="other", target="staging"), Pick(provider="here")
CASES = (
    Case(id="nothing", means=("preview", "preview")),
    Case(id="a link", links=("fake",), means=("fake", "preview")),
    Case(id="a choice", pick=FAKE, means=("fake", "preview")),
    Case(id="a choice before a link", pick=OTHER, links=("fake",), means=("other", "staging", "remembered")),
    Case(id="a choice of two links", pick=FAKE, links=("fake", "other"), means=("fake", "preview")),
    Case(id="the setting before a choice", pick=OTHER, setting="fake", means=("fake", "preview")),
    Case(id="what is named before all", pick=OTHER, setting="other", provider="fake", means=("fake", "preview")),
    Case(id="a named host has its preview", pick=OTHER, provider="other", means=("other", "preview")),
    Case(id="a named target at the chosen host", pick=OTHER, target="preview", means=("other", "preview")),
    Case(id="production named", pick=OTHER, target="production", means=("other", "production")),
    Case(id="a host that is gone", pick=Pick(provider="gone", target="x"), links=("fake",), means=("fake", "preview")),
    Case(id="a host that is gone and no link", pick=Pick(provider="gone"), means=("preview", "preview")),
    Case(id="here has no production", pick=HERE, links=("fake",), target="production", means=("fake", "production")),
    Case(id="here, and nowhere else", pick=HERE, target="production", means=("here", "production")),
    Case(id="here for the rest", pick=HERE, links=("fake",), means=("here", "preview")),
    Case(id="one that can", pick=OTHER, links=("fake",), ability="rollback", means=("fake", "preview")),
    Case(id="one that cannot, alone", pick=OTHER, ability="rollback", means=("other", "staging", "remembered")),
    Case(id="two links, one can", links=("fake", "other"), ability="rollback", means=("fake", "preview")),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_where_a_deployment_goes(app: App, tmp_path: Path, case: Case) -> None:
    app.apply(Settings(backend="none", deploy=DeploySettings(provider=case.setting)))
    link(tmp_path, *case.links)
    if case.pick is not None:
        remember_pick(app.store, tmp_path, case.pick.provider, case.pick.target)
    aim = await app.deploying.aim(tmp_path, provider=case.provider, target=case.target, ability=case.ability)
    assert (aim.provider, aim.target, *(["remembered"] if aim.remembered else [])) == case.means


async def test_two_links_and_no_choice_ask_for_a_name(app: App, tmp_path: Path) -> None:
    link(tmp_path, "fake", "other")
    with pytest.raises(UserError, match="linked to Fake and Other") as caught:
        await app.deploying.aim(tmp_path)
    assert caught.value.hint.startswith("Name the one that you mean")


async def test_a_host_that_keeps_its_links_elsewhere_says_itself_what_is_linked(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_linked(_self: OtherHost, folder: Path) -> bool:
        return folder == tmp_path

    monkeypatch.setattr(OtherHost, "link_file", "")
    monkeypatch.setattr(OtherHost, "is_linked", is_linked, raising=False)
    (tmp_path / "web").mkdir()
    assert await app.default_provider(tmp_path) == "other"
    assert await app.default_provider(tmp_path / "web") == "preview"


async def test_a_link_is_not_looked_at_without_trust_and_a_choice_is(app: App, tmp_path: Path) -> None:
    link(tmp_path, "fake")
    app.connect_deployments(ask=_nobody, on_update=lambda _update: None, trusted=lambda: False)
    assert await app.default_provider(tmp_path) == "preview"
    remember_pick(app.store, tmp_path, "other")
    assert await app.default_provider(tmp_path) == "other"


@pytest.mark.parametrize(
    ("aims", "kept"),
    [
        ([Aim(provider="fake")], None),  # nothing was named
        ([Aim(provider="preview", target="preview", target_named=True)], None),  # a target of whatever host
        ([Aim(provider="fake", host_named=True)], Pick(provider="fake")),
        ([Aim(provider="other", target="qa", host_named=True, target_named=True)], Pick(provider="other", target="qa")),
        (
            [
                Aim(provider="other", target="qa", host_named=True, target_named=True),
                Aim(provider="other", target="production", host_named=True, target_named=True),
            ],
            Pick(provider="other", target="qa"),
        ),
        (
            [
                Aim(provider="other", target="qa", host_named=True, target_named=True),
                Aim(provider="fake", target="production", host_named=True, target_named=True),
            ],
            Pick(provider="fake"),
        ),
        (
            [
                Aim(provider="other", target="qa", host_named=True, target_named=True),
                Aim(provider="other", target="beta", target_named=True, picked=True),
            ],
            Pick(provider="other", target="beta"),
        ),
        (
            [
                Aim(provider="other", target="qa", host_named=True, target_named=True),
                Aim(provider="other", target="qa", picked=True),
            ],
            Pick(provider="other", target="qa"),
        ),
    ],
)
async def test_what_is_remembered_of_what_was_named(
    app: App, tmp_path: Path, aims: list[Aim], kept: Pick | None
) -> None:
    for aim in aims:
        await app.deploying.remember(tmp_path, aim)
    assert await pick_of(app.store, tmp_path) == kept


async def test_what_was_chosen_can_be_forgotten(app: App, tmp_path: Path) -> None:
    assert await app.deploying.forget(tmp_path) is None
    remember_pick(app.store, tmp_path, "other", "qa")
    assert await app.deploying.forget(tmp_path) == Pick(provider="other", target="qa")
    assert await app.default_provider(tmp_path) == "preview"

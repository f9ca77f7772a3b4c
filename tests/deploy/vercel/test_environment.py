"""Pulling a project's variables."""

import pytest

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Place, Variables
from autocrea_lsp.deploy.errors import BadToken, NotThere
from autocrea_lsp.errors import UserError
from tests.deploy.vercel.hosted import Hosted
from tests.emulators import vercel_views as views
from tests.emulators.vercel import Fault, add_variable

ENVIRONMENT = {"id": "env_1", "slug": "qa", "type": "preview", "createdAt": 1, "updatedAt": 1}


async def pulled(host: Hosted, target: str) -> tuple[dict[str, str], tuple[str, ...]]:
    found = await host.provider.pull_environment(host.place, target=target)
    assert isinstance(found, Variables)
    return {name: value.reveal() for name, value in found.items()}, found.unreadable


async def test_each_target_has_its_own(host: Hosted) -> None:
    world = host.api.world
    project = world.add_project("shop", environments=[ENVIRONMENT])
    add_variable(world, project, "PLAIN", "p", type="plain", target=["production"])
    add_variable(world, project, "SECRET", "canary-1", target=["production", "preview"])
    add_variable(world, project, "DEV", "canary-2", target=["development"])
    add_variable(world, project, "QA", "canary-3", customEnvironmentIds=["env_1"])
    add_variable(world, project, "BRANCH", "canary-4", target=["preview"], gitBranch="dev")
    assert await pulled(host, "production") == ({"PLAIN": "p", "SECRET": "canary-1"}, ())
    assert await pulled(host, "preview") == ({"SECRET": "canary-1"}, ())
    assert await pulled(host, "development") == ({"DEV": "canary-2"}, ())
    assert await pulled(host, "qa") == ({"QA": "canary-3"}, ())


async def test_what_cannot_be_read_back_is_named(host: Hosted) -> None:
    world = host.api.world
    project = world.add_project("shop")
    add_variable(world, project, "GIVEN", "canary-1", target=["production"])
    add_variable(world, project, "KEPT", "canary-2", type="sensitive", target=["production"])
    values, unreadable = await pulled(host, "production")
    assert values == {"GIVEN": "canary-1"}
    assert unreadable == ("KEPT",)


async def test_what_comes_encrypted_is_asked_for_alone(host: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    world = host.api.world
    project = world.add_project("shop")
    add_variable(world, project, "SECRET", "canary-1", target=["production"])
    add_variable(world, project, "OTHER", "canary-2", target=["production"])
    list_env = views.variable
    monkeypatch.setattr(  # a list that does not do as it is asked
        "tests.emulators.vercel_environment.views.variable",
        lambda value, *, decrypted: list_env(value, decrypted=decrypted and host.api.requests[-1].op == "read_env"),
    )
    values, _unreadable = await pulled(host, "production")
    assert values == {"SECRET": "canary-1", "OTHER": "canary-2"}
    assert host.api.count("read_env") == 2


async def test_a_value_shows_nowhere(host: Hosted) -> None:
    project = host.api.world.add_project("shop")
    add_variable(host.api.world, project, "SECRET", "canary-1", target=["production"])
    found = await host.provider.pull_environment(host.place, target="production")
    assert found == {"SECRET": Secret("canary-1")}
    assert "canary-1" not in repr(found)


async def test_a_target_that_is_not_there_is_an_error(host: Hosted) -> None:
    host.api.world.add_project("shop", environments=[ENVIRONMENT])
    with pytest.raises(UserError, match="no target beta") as caught:
        await host.provider.pull_environment(host.place, target="beta")
    assert "qa" in caught.value.hint


async def test_without_a_project_there_is_nothing_to_pull(host: Hosted) -> None:
    with pytest.raises(NotThere, match="no project shop"):
        await host.provider.pull_environment(Place(project_name="shop"), target="production")


async def test_a_token_that_may_not_is_said(host: Hosted) -> None:
    host.api.world.add_project("shop")
    host.api.fail(Fault.FORBIDDEN, op="list_env")
    with pytest.raises(BadToken):
        await host.provider.pull_environment(host.place, target="production")

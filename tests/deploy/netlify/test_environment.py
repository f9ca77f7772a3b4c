"""A site's variables, for one of its contexts."""

import pytest

from autocrea_lsp.deploy.base import Place, Variables
from autocrea_lsp.deploy.errors import NotThere
from autocrea_lsp.errors import UserError
from tests.deploy.netlify.hosted import Hosted
from tests.emulators.netlify import add_variable


async def pulled(host: Hosted, target: str) -> Variables:
    found = await host.provider.pull_environment(host.place, target=target)
    assert isinstance(found, Variables)
    return found


@pytest.mark.parametrize(
    ("target", "values"),
    [
        ("production", {"ALL": "everywhere", "BOTH": "live"}),
        ("preview", {"ALL": "everywhere", "ONLY_PREVIEW": "draft"}),
        ("deploy-preview", {"ALL": "everywhere", "ONLY_PREVIEW": "draft"}),
        ("dev", {"ALL": "everywhere", "SECRET_DEV": "local"}),
        ("development", {"ALL": "everywhere", "SECRET_DEV": "local"}),
        ("branch-deploy", {"ALL": "everywhere"}),
    ],
)
async def test_the_values_of_a_context_and_those_of_all(host: Hosted, target: str, values: dict[str, str]) -> None:
    site = host.api.world.add_site("shop")
    add_variable(host.api.world, site, "ALL", "everywhere")
    add_variable(host.api.world, site, "BOTH", "live", context="production")
    add_variable(host.api.world, site, "ONLY_PREVIEW", "draft", context="deploy-preview")
    add_variable(host.api.world, site, "SECRET_DEV", "local", context="dev", secret=True)
    assert {name: value.reveal() for name, value in (await pulled(host, target)).items()} == values


async def test_the_value_of_the_context_goes_before_that_of_all(host: Hosted) -> None:
    site = host.api.world.add_site("shop")
    variable = add_variable(host.api.world, site, "URL", "for all")
    variable.values.append({"id": "v2", "value": "for production", "context": "production"})
    assert (await pulled(host, "production"))["URL"].reveal() == "for production"
    assert (await pulled(host, "preview"))["URL"].reveal() == "for all"


async def test_a_secret_that_they_keep_to_themselves_is_named_and_not_given_empty(host: Hosted) -> None:
    site = host.api.world.add_site("shop")
    add_variable(host.api.world, site, "KEY", "hidden", secret=True)
    add_variable(host.api.world, site, "OPEN", "")
    found = await pulled(host, "production")
    assert (dict(found.items()).keys(), found.unreadable) == ({"OPEN"}, ("KEY",))


async def test_a_target_that_they_have_not_is_said(host: Hosted) -> None:
    host.api.world.add_site("shop")
    with pytest.raises(UserError, match="no variables for staging"):
        await host.provider.pull_environment(host.place, target="staging")


async def test_without_a_site_there_are_none(host: Hosted) -> None:
    with pytest.raises(NotThere, match="no site shop"):
        await host.provider.pull_environment(Place(project_name="shop"), target="production")

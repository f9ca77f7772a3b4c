"""From git: the connected branch, or a word about what to do instead."""

import pytest

from autocrea_lsp.deploy.base import Git
from autocrea_lsp.deploy.railway.git import connected, repository
from autocrea_lsp.errors import UserError

TRIGGERS = [{"branch": "main", "repository": "acme/shop", "provider": "github"}]


@pytest.mark.parametrize(
    "source",
    [
        Git(branch="main"),
        Git(branch="main", repository="acme/shop"),
        Git(branch="main", repository="https://github.com/Acme/Shop.git"),
        Git(branch="main", repository="git@github.com:acme/shop.git", commit="a" * 40),
        Git(branch=""),
    ],
)
def test_the_connected_branch_goes(source: Git) -> None:
    assert connected(source, TRIGGERS, "shop") == "main"


@pytest.mark.parametrize(
    ("source", "triggers", "says", "instead"),
    [
        (Git(branch="main"), [], "not connected to a git repository", "deploy the folder's files"),
        (Git(branch="main", repository="acme/other"), TRIGGERS, "connected to acme/shop", "Connect it"),
        (Git(branch="topic"), TRIGGERS, "not topic", "Check topic out and deploy the folder's files"),
    ],
)
def test_any_other_is_refused_with_the_alternative(
    source: Git, triggers: list[dict[str, str]], says: str, instead: str
) -> None:
    with pytest.raises(UserError) as caught:
        connected(source, triggers, "shop")
    assert says in str(caught.value)
    assert instead in caught.value.hint


@pytest.mark.parametrize(
    "name", ["acme/shop", "https://github.com/acme/shop", "ssh://git@github.com:22/acme/shop.git", "acme/shop/"]
)
def test_a_repository_is_known_by_any_of_its_names(name: str) -> None:
    assert repository(name) == "acme/shop"

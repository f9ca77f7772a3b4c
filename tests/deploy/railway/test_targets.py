"""Which environment a target means, and which of them needs the user's yes."""

from typing import Any

import pytest

from autocrea_lsp.deploy.railway.targets import Environment, choose, environments
from autocrea_lsp.errors import UserError


def project(*names: str, default: str = "", passing: tuple[str, ...] = ()) -> dict[str, Any]:
    """Environments in the order in which they were made."""
    nodes = [
        {"id": f"id-{name}", "name": name, "isEphemeral": name in passing, "createdAt": f"2026-01-0{at}T00:00:00Z"}
        for at, name in enumerate(names, 1)
    ]
    return {
        "primaryEnvironmentId": f"id-{default}" if default else None,
        "environments": {"edges": [{"node": node} for node in reversed(nodes)]},
    }


def chosen(target: str, *names: str, **rest: Any) -> Environment:
    return choose(target, environments(project(*names, **rest)), "shop")


@pytest.mark.parametrize(
    ("target", "names", "default", "expected", "production"),
    [
        ("production", ("production", "staging"), "production", "production", True),
        ("production", ("main", "staging"), "main", "main", True),
        ("production", ("main", "staging"), "", "main", True),
        ("production", ("main", "Production"), "main", "Production", True),
        ("preview", ("production", "staging"), "production", "staging", False),
        ("preview", ("production", "staging", "preview"), "production", "preview", False),
        ("preview", ("production", "qa"), "production", "qa", False),
        ("preview", ("production", "qa", "staging"), "production", "staging", False),
        ("qa", ("production", "qa"), "production", "qa", False),
        ("QA", ("production", "qa"), "production", "qa", False),
        ("id-qa", ("production", "qa"), "production", "qa", False),
        ("main", ("main", "qa"), "main", "main", True),
    ],
)
def test_a_target_is_an_environment(
    target: str, names: tuple[str, ...], default: str, expected: str, production: bool
) -> None:
    found = chosen(target, *names, default=default)
    assert (found.name, found.production) == (expected, production)


def test_the_default_environment_is_what_we_call_production() -> None:
    assert [each.target for each in environments(project("main", "qa", default="main"))] == ["production", "qa"]


def test_the_default_one_counts_as_production_beside_another_of_that_name() -> None:
    found = {each.name: each for each in environments(project("main", "production", default="main"))}
    assert (found["main"].production, found["main"].target) == (True, "main")
    assert (found["production"].production, found["production"].target) == (True, "production")


@pytest.mark.parametrize("names", [("production",), ("production", "one", "two"), ("production", "pr-7")])
def test_without_one_environment_for_previews_it_is_said_which_there_are(names: tuple[str, ...]) -> None:
    with pytest.raises(UserError) as caught:
        chosen("preview", *names, default="production", passing=("pr-7",))
    assert "no environment for previews" in str(caught.value)
    assert all(name in caught.value.hint for name in names)
    assert "production (production)" in caught.value.hint


def test_a_target_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UserError, match="no environment nowhere") as caught:
        chosen("nowhere", "production", "qa", default="production")
    assert "qa" in caught.value.hint


def test_an_environment_of_a_pull_request_is_never_production() -> None:
    found = environments(project("pr-1", "main", passing=("pr-1",)))
    assert [each.name for each in found if each.production] == ["main"]

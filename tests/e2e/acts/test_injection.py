"""A model that has obeyed a hostile file reaches nothing but the lines it was asked about; seen from outside.

The same attacks on a server without its guards must be seen to succeed: a harness that cannot fail shows nothing.
"""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.e2e.acts.attacks import ATTACKS, Attack
from tests.e2e.acts.driving import Seen, drive
from tests.e2e.acts.outside import harm
from tests.e2e.acts.world import make_world
from tests.e2e.lsp_client import SERVER

pytestmark = pytest.mark.e2e

UNGUARDED = (sys.executable, "-m", "tests.e2e.acts.unguarded")
BY_NAME = {attack.name: attack for attack in ATTACKS}
ASKS_NOBODY = {"a protected place that was asked for"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    world = make_world(tmp_path_factory.mktemp("guarded"))
    return asyncio.run(drive(world, ATTACKS, SERVER))


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    world = make_world(tmp_path_factory.mktemp("unguarded"))
    attacks = [attack for attack in ATTACKS if attack.held == "guard"]
    return asyncio.run(drive(world, attacks, UNGUARDED))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_changes_nothing_outside(attack: Attack, guarded: dict[str, Seen]) -> None:
    seen = guarded[attack.name]
    assert seen.violations == []
    assert (seen.asked > 0) == (attack.name not in ASKS_NOBODY)


@pytest.mark.parametrize("name", [attack.name for attack in ATTACKS if attack.held == "guard"])
def test_without_guards_the_same_attack_is_seen_to_succeed(name: str, unguarded: dict[str, Seen]) -> None:
    assert unguarded[name].violations != []


def test_there_are_attacks_of_every_kind() -> None:
    assert len(BY_NAME) == len(ATTACKS)
    assert len({attack.act for attack in ATTACKS}) == 9
    assert sum(attack.held == "guard" for attack in ATTACKS) >= 25


@pytest.mark.parametrize(
    "text",
    [
        "![a](https://x/y.png)",
        "[a](https://x)",
        "<b>a</b>",
        "<command:x>",
        "[a][b]\n\n[b]: command:x",
        "go to command:workbench.action.quit",
        "see file:///etc/passwd",
        "\x1b[31mred",
        "a\u202eb",
        "<img src=x>",
    ],
)
def test_a_harmful_text_is_known_as_one(text: str) -> None:
    assert harm(text) != []


@pytest.mark.parametrize("text", ["Plain.", "`![a](b)`", "```html\n<img src=x>\n```", "a < b, data: none", "1. *one*"])
def test_a_harmless_text_is_left_alone(text: str) -> None:
    assert harm(text) == []

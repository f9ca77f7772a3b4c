"""Hosts beside the one of `deploy_host`: one that can do less and has targets of its own, and one on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from typing import ClassVar

import pytest

from autocrea_lsp import plugins
from autocrea_lsp.deploy.base import Abilities
from tests.lsp.deploy_host import FakeHost, World, installed


class OtherHost(FakeHost):
    """One that cannot roll back or promote, as Railway cannot promote; its world is its own."""

    name: ClassVar[str] = "other"
    title: ClassVar[str] = "Other"
    link_file: ClassVar[str] = ".other.json"
    abilities: ClassVar[Abilities] = Abilities(
        cancel=True,
        redeploy=True,
        other_targets=True,
        remote_list=True,
        instead={"promote": "Deploy the branch to production.", "rollback": "Deploy the older commit."},
    )


class HereHost(FakeHost):
    """One on this machine."""

    name: ClassVar[str] = "here"
    title: ClassVar[str] = "Here"
    local: ClassVar[bool] = True
    link_file: ClassVar[str] = ""
    abilities: ClassVar[Abilities] = Abilities(cancel=True, instead={"production": "Name another host."})


@contextmanager
def two_installed() -> Iterator[World]:
    """All of them are there; the world of `FakeHost`."""
    with installed() as world, pytest.MonkeyPatch.context() as patch:
        for other in (OtherHost, HereHost):
            other.world = World()
            other.world.gate.set()
        points = [
            EntryPoint(name=host.name, group="autocrea_lsp.providers", value=f"{host.__module__}:{host.__name__}")
            for host in (FakeHost, OtherHost, HereHost)
        ]
        patch.setattr(plugins, "entry_points", lambda group: points)
        yield world

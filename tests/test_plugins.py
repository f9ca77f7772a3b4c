"""Entry points by name: nothing is loaded before it is wanted, and a broken one is named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autocrea_lsp.deploy.providers import GROUP, Providers
from autocrea_lsp.errors import UserError
from autocrea_lsp.plugins import Registry
from tests.deploy.fake_host import FakeProvider


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages: one plugin that works, and three that do not."""
    (tmp_path / "plugged_good.py").write_text("class Host:\n    def __init__(self, ports): self.ports = ports\n")
    (tmp_path / "plugged_bad.py").write_text("import nothing_of_that_name\n")
    (tmp_path / "plugged_unmade.py").write_text("class Host:\n    def __init__(self): pass\n")
    facts = tmp_path / "plugged-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged\nVersion: 1.0\n")
    points = (
        ("good", "plugged_good:Host"),
        ("bad", "plugged_bad:Host"),
        ("unmade", "plugged_unmade:Host"),
        (
            "lacking",
            "plugged_good:Nothing",
        ),
    )
    (facts / "entry_points.txt").write_text("[plugged.hosts]\n" + "".join(f"{name} = {at}\n" for name, at in points))
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("plugged_good", "plugged_bad", "plugged_unmade"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


@pytest.mark.usefixtures("packages")
def test_names_load_nothing() -> None:
    registry = Registry("plugged.hosts")
    assert registry.names() == ["bad", "good", "lacking", "unmade"]
    assert "plugged_good" not in sys.modules
    assert registry.load("good") is registry.load("good")
    assert "plugged_good" in sys.modules


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(("name", "said"), [("bad", "ModuleNotFoundError"), ("lacking", "AttributeError")])
def test_one_that_is_broken_is_named_with_its_package(name: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as failed:
        Registry("plugged.hosts").load(name)
    assert repr(name) in str(failed.value)
    assert failed.value.hint == "Update or remove plugged."


@pytest.mark.usefixtures("packages")
def test_one_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(UserError) as failed:
        Registry("plugged.hosts").load("vercle")
    assert failed.value.hint == "There are: bad, good, lacking, unmade."
    assert Registry("plugged.none").names() == []


@pytest.mark.usefixtures("packages")
def test_a_host_is_made_once_and_one_that_cannot_be_made_is_named() -> None:
    providers = Providers(None, Registry("plugged.hosts"))  # type: ignore[arg-type]
    assert providers("good") is providers("good")
    with pytest.raises(UserError, match="'unmade' cannot be used"):
        providers("unmade")


async def test_a_host_that_cannot_be_closed_keeps_no_other_open(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        async def aclose(self) -> None:
            raise KeyError("x")

    providers = Providers(None)  # type: ignore[arg-type]
    other = FakeProvider(None)  # type: ignore[arg-type]
    providers._made = {"broken": Broken(), "other": other}  # type: ignore[dict-item]
    await providers.aclose()
    await providers.aclose()
    assert other.closed == 1
    assert "KeyError" in caplog.text


def test_our_own_hosts_are_entry_points() -> None:
    assert {"preview", "vercel"} <= set(Registry(GROUP).names())

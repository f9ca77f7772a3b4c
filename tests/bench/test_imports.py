"""The import profile, and what it must never find."""

from __future__ import annotations

import sys

import pytest

from tests.bench.imports import NEVER_WHEN_SERVING, imported_by_a_server, parse, profile, shares

LINES = """\
import time: self [us] | cumulative | imported package
import time:       900 |        900 | site
import time:        10 |         10 |       email.charset
import time:        20 |         30 |     email.utils
import time:         5 |          5 |     email
import time:       100 |        135 |   autocrea_lsp.ai.claude
import time:         7 |          7 |     lost
import time:        50 |        192 | autocrea_lsp.app
""".splitlines()  # `lost` was imported by a module that then failed: that one has no line


def test_puts_inner_imports_under_outer_ones() -> None:
    site, app = parse(LINES)
    assert (site.name, site.parts) == ("site", [])
    assert [part.name for part in app.parts] == ["autocrea_lsp.ai.claude", "lost"]
    assert [part.name for part in app.parts[0].parts] == ["email.utils", "email"]


def test_a_packages_share_counts_what_it_brings_once() -> None:
    found = shares(parse(LINES))
    email, claude = found["email"], found["ai.claude"]
    assert (email.modules, email.own_us, email.all_us, email.by) == (3, 35, 35, "ai.claude")
    assert (claude.modules, claude.own_us, claude.all_us, claude.by) == (1, 100, 135, "app")
    assert found["app"].by == ""


def test_profiles_a_real_module_without_the_interpreters_own_start() -> None:
    (errors,) = profile("autocrea_lsp.errors")
    assert errors.name == "autocrea_lsp.errors"
    assert errors.all_us >= errors.own_us > 0


@pytest.mark.skipif(sys.platform != "linux", reason="counts CPU time as Linux does")
async def test_a_server_that_is_ready_has_not_imported_what_it_does_not_need_yet() -> None:
    imported = await imported_by_a_server()
    assert "pygls" in imported
    assert not imported & NEVER_WHEN_SERVING

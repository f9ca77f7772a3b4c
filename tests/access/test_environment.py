"""Whether the SDK would find a login of its own; `tests/ai/claude` shows that it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocrea_lsp.access.credentials import Credentials
from autocrea_lsp.errors import NoCredentials


@pytest.mark.parametrize(
    ("variables", "files", "found"),
    [
        ({"ANTHROPIC_PROFILE": "p"}, (), True),
        ({"ANTHROPIC_PROFILE": ""}, (), False),
        ({"ANTHROPIC_FEDERATION_RULE_ID": "r", "ANTHROPIC_ORGANIZATION_ID": "o"}, (), False),
        (
            {"ANTHROPIC_FEDERATION_RULE_ID": "r", "ANTHROPIC_ORGANIZATION_ID": "o", "ANTHROPIC_IDENTITY_TOKEN": "t"},
            (),
            True,
        ),
        (
            {
                "ANTHROPIC_FEDERATION_RULE_ID": "r",
                "ANTHROPIC_ORGANIZATION_ID": "o",
                "ANTHROPIC_IDENTITY_TOKEN_FILE": "t",
            },
            (),
            True,
        ),
        ({}, (), False),
        ({}, ("configs/default.json",), True),
        ({}, ("configs/other.json",), False),
        ({}, ("configs/other.json", "active_config=other"), True),
        ({}, ("active_config=other",), False),
    ],
)
async def test_a_login_of_the_sdk_counts_as_the_environment(
    tmp_path: Path, variables: dict[str, str], files: tuple[str, ...], found: bool
) -> None:
    for file in files:
        name, _, content = file.partition("=")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    source = Credentials(environ={"ANTHROPIC_CONFIG_DIR": str(tmp_path), **variables})
    if found:
        assert (await source.find("anthropic")).source == "sdk"
    else:
        with pytest.raises(NoCredentials):
            await source.find("anthropic")


async def test_a_login_in_the_home_directory_is_found(own_home: Path) -> None:
    profile = own_home / ".config" / "anthropic" / "configs" / "default.json"
    profile.parent.mkdir(parents=True)
    profile.write_text("{}")
    assert (await Credentials(environ={}).find("anthropic")).source == "sdk"
    with pytest.raises(NoCredentials):
        await Credentials(environ={}).find("vercel")

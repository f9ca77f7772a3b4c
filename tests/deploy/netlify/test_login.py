"""The login of the host's own program, where it keeps it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.deploy.logins import PROGRAMS
from autocrea_lsp.errors import NoCredentials

PROGRAM = PROGRAMS["netlify"]
TOKEN = "nfp_canaryLogin4Hd8Vt2Rm6Jq1Wc9Ye00000000"
LOGIN = {
    "telemetryDisabled": True,
    "userId": "u2",
    "users": {"u1": {"auth": {"token": "another"}}, "u2": {"id": "u2", "auth": {"token": TOKEN}}},
}


def written(path: Path, value: object, mode: int = 0o600) -> Path:
    path.write_text(json.dumps(value))
    path.chmod(mode)
    return path


def test_it_is_that_of_the_user_who_is_logged_in(tmp_path: Path) -> None:
    login = PROGRAM.read(written(tmp_path / "config.json", LOGIN))
    assert login is not None
    assert (login.secret.reveal(), login.expires_at) == (TOKEN, None)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"userId": "u2"},
        {"users": LOGIN["users"]},
        {"userId": "u3", "users": LOGIN["users"]},
        {"userId": ["u2"], "users": {"u2": None}},
        {"userId": "u2", "users": {"u2": {"auth": {"token": 7}}}},
        [],
    ],
)
def test_a_file_without_one_is_no_login(tmp_path: Path, value: Any) -> None:
    assert PROGRAM.read(written(tmp_path / "config.json", value)) is None


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoCredentials, match="Netlify"):
        PROGRAM.read(written(tmp_path / "config.json", LOGIN, 0o644))


def test_it_is_looked_for_in_the_users_own_place_alone(own_home: Path) -> None:
    at_home = PROGRAM.file({})
    if sys.platform == "darwin":
        assert at_home == own_home / "Library" / "Preferences" / "netlify" / "config.json"
        return
    assert at_home == own_home / ".config" / "netlify" / "config.json"
    assert PROGRAM.file({"XDG_CONFIG_HOME": "/settings"}) == Path("/settings/netlify/config.json")
    assert PROGRAM.file({"XDG_CONFIG_HOME": "settings"}) == at_home

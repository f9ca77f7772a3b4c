"""What every command of `deploy` works with: settings for whichever host is meant, a code at the end."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from autocrea_lsp.cli.deploy.session import Session, run
from autocrea_lsp.settings import DeploySettings


def test_the_address_and_the_team_are_for_whichever_host_is_meant(tmp_path: Path) -> None:
    seen: list[DeploySettings] = []

    async def work(session: Session) -> int:
        seen.append(session.app.settings.deploy)
        return 7

    with pytest.raises(typer.Exit) as caught:
        run(work, folder=tmp_path, api="http://127.0.0.1:9", team="ana")
    assert caught.value.exit_code == 7
    (settings,) = seen
    assert {settings.vercel.api_url, settings.netlify.api_url, settings.railway.api_url} == {"http://127.0.0.1:9"}
    assert (settings.vercel.team, settings.netlify.team, settings.railway.workspace) == ("ana", "ana", "ana")
    assert (settings.provider, settings.preview) == ("auto", DeploySettings().preview)

"""What a host is not asked, because it has said so already."""

from __future__ import annotations

import pytest

from autocrea_lsp.deploy.base import Lines, Remote
from tests.deploy.desk import Desk
from tests.deploy.fake_host import Made, lines


def asked(desk: Desk) -> tuple[int, int]:
    """For the state, and for the log."""
    return desk.host.calls.count("status"), desk.host.calls.count("logs")


async def test_one_that_is_ready_with_its_creation_is_not_asked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = desk.host.told
    monkeypatch.setattr(desk.host, "told", lambda made, _state: told(made, "success"))
    row = await desk.run()
    assert (row.state, *asked(desk)) == ("success", 0, 1)
    desk.check_told(row.id)


async def test_what_the_creation_told_is_not_asked_for_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told = desk.host.told
    at: list[float] = []

    def note(made: Made, state: str) -> Remote:
        at.append(desk.clock.monotonic())
        return told(made, state)

    monkeypatch.setattr(desk.host, "told", note)
    desk.host.script = ["success"]
    with desk.host.held("logs"):
        row = await desk.run()
    created_at, asked_at = at
    assert row.state == "success"
    assert asked_at - created_at == pytest.approx(1.0)


@pytest.mark.parametrize(("last", "readings"), [(True, 1), (False, 2)])
async def test_a_log_that_said_that_it_ends_is_not_read_again(desk: Desk, last: bool, readings: int) -> None:
    desk.host.script = ["building", "success"]
    piece = lines("built")
    desk.host.logs = [[Lines(lines=piece.lines, cursor=piece.cursor, last=last)]]
    row = await desk.run()
    assert (row.state, asked(desk)[1]) == ("success", readings)

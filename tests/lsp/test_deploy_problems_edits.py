"""Problems of failed builds while their files are edited, closed, changed by others and deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.deploy_client import OURS, DeployClient
from tests.lsp.deploy_host import World
from tests.lsp.deploy_problems import (
    APP,
    LOG,
    PUBLISHED,
    WATCHES,
    begun,
    edit,
    failed,
    fails,
    places,
    plant,
    published,
    quiet,
    shown,
)

HERE = [(2, 6, 7)]
DELETED, CHANGED = 3, 2


@pytest.fixture
def app(folder: Path) -> Path:
    return plant(folder)


async def lit(client: DeployClient, world: World, folder: Path, app: Path, *, opened: bool = True) -> None:
    """A client that is shown one problem."""
    await client.start(folder, OURS)
    if opened:
        client.open(app.as_uri(), APP)
    await failed(client, world)
    await published(client, app)


async def test_an_edit_of_the_line_drops_it(client: DeployClient, world: World, folder: Path, app: Path) -> None:
    await lit(client, world, folder, app)
    edit(client, app, 2, (2, 18, 2, 21, "2"))
    assert shown(client, app) == []
    edit(client, app, 3, (2, 18, 2, 19, "'x'"))
    assert shown(client, app) == []  # back to the old text, by hand: the next build says


async def test_it_moves_with_the_lines_above(client: DeployClient, world: World, folder: Path, app: Path) -> None:
    await lit(client, world, folder, app)
    edit(client, app, 2, (0, 0, 0, 0, "// one\n// two\n"), (4, 22, 4, 22, "\n"))
    assert places(client, app) == [(4, 6, 7)]
    edit(client, app, 3, (0, 0, 1, 0, ""))
    assert places(client, app) == [(3, 6, 7)]


async def test_typing_elsewhere_tells_the_client_nothing(
    client: DeployClient, world: World, folder: Path, app: Path
) -> None:
    await lit(client, world, folder, app)
    edit(client, app, 2, (0, 0, 0, 0, "export "))
    edit(client, app, 3, (3, 0, 3, 0, "\n"))
    assert len(client.sent(PUBLISHED)) == 1


async def test_what_was_edited_while_it_was_built_is_not_its_business(
    client: DeployClient, world: World, folder: Path, app: Path
) -> None:
    await client.start(folder, OURS)
    client.open(app.as_uri(), APP)
    key = await begun(client, world)
    await quiet()
    edit(client, app, 2, (0, 0, 0, 0, "// a line more\n"), (1, 0, 1, 5, "let"))
    await fails(client, world, key, LOG, "src/app.ts(1,7): error TS6133: 'a' is never read.")
    await published(client, app)
    assert places(client, app) == [(3, 6, 7)]


async def test_a_file_that_is_opened_while_it_is_built_is_known_from_then_on(
    client: DeployClient, world: World, folder: Path, app: Path
) -> None:
    await client.start(folder, OURS)
    key = await begun(client, world)
    await quiet()
    client.open(app.as_uri(), APP)
    edit(client, app, 2, (0, 0, 0, 0, "// a line more\n"))
    await fails(client, world, key)
    await published(client, app)
    assert places(client, app) == [(3, 6, 7)]


async def test_what_was_not_saved_was_not_deployed(client: DeployClient, world: World, folder: Path, app: Path) -> None:
    """The log counts the lines of the file, the client those of its text."""
    await client.start(folder, OURS)
    client.open(app.as_uri(), f"// not saved\n{APP}")
    key = await begun(client, world)
    await quiet()
    await fails(client, world, key)
    await published(client, app)
    assert places(client, app) == [(3, 6, 7)]


async def test_a_file_that_comes_back_with_another_text_is_compared(
    client: DeployClient, world: World, folder: Path, app: Path
) -> None:
    await lit(client, world, folder, app, opened=False)
    client.open(app.as_uri(), APP.replace("'x'", "2"))
    assert shown(client, app) == []


async def test_a_file_that_is_opened_as_it_was_stays_lit(
    client: DeployClient, world: World, folder: Path, app: Path
) -> None:
    await lit(client, world, folder, app, opened=False)
    client.open(app.as_uri(), APP)
    assert places(client, app) == HERE
    assert len(client.sent(PUBLISHED)) == 1


async def test_what_is_closed_without_being_saved_is_as_on_disk_again(
    client: DeployClient, world: World, folder: Path, app: Path
) -> None:
    await lit(client, world, folder, app)
    edit(client, app, 2, (0, 0, 0, 0, "// not saved\n"))
    assert places(client, app) == [(3, 6, 7)]
    client.notify("textDocument/didClose", {"textDocument": {"uri": app.as_uri()}})
    await quiet()
    assert places(client, app) == HERE


async def told(client: DeployClient, kind: str, path: Path) -> None:
    """What a client says when a file was changed or deleted by somebody else, or what happens to be said after that."""
    if kind == "watched":
        event = {"uri": path.as_uri(), "type": CHANGED if path.exists() else DELETED}
        client.notify("workspace/didChangeWatchedFiles", {"changes": [event]})
    else:
        client.open("untitled:one", "")
        client.notify(f"textDocument/did{kind}", {"textDocument": {"uri": "untitled:one"}})
    await quiet()


@pytest.mark.parametrize("kind", ["watched", "Save", "Close"])
async def test_a_deleted_file_has_no_problems(
    client: DeployClient, world: World, folder: Path, app: Path, kind: str
) -> None:
    await lit(client, world, folder, app, opened=False)
    app.unlink()
    await told(client, kind, app)
    assert shown(client, app) == []


async def test_a_deleted_file_that_is_still_open_has_none_either(
    client: DeployClient, world: World, folder: Path, app: Path
) -> None:
    await lit(client, world, folder, app)
    edit(client, app, 2, (0, 0, 0, 0, "// not saved\n"))
    await told(client, "watched", app)
    assert places(client, app) == [(3, 6, 7)]  # what is on disk is not what is shown
    app.unlink()
    await told(client, "watched", app)
    assert shown(client, app) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (APP.replace("'x'", "2"), []),
        (f"\n\n{APP}", [(4, 6, 7)]),
        (APP + "more\n", HERE),
        ("\0", []),
    ],
)
async def test_a_file_that_others_change_keeps_the_lines_it_still_has(
    client: DeployClient, world: World, folder: Path, app: Path, text: str, left: list[Any]
) -> None:
    await lit(client, world, folder, app, opened=False)
    app.write_text(text, encoding="utf-8")
    await told(client, "watched", app)
    assert places(client, app) == left


async def test_files_with_problems_are_watched_while_they_have_some(
    client: DeployClient, world: World, folder: Path, app: Path
) -> None:
    (folder / "src" / "[id].ts").write_text(APP, encoding="utf-8")
    await client.start(folder, WATCHES)
    await failed(client, world, LOG, LOG.replace("app", "[id]"))
    params = await client.gets("client/registerCapability", lambda each: "failed-builds" in str(each))
    (registration,) = params["registrations"]
    assert [each["globPattern"] for each in registration["registerOptions"]["watchers"]] == [
        "**/?id?.ts",
        "**/app.ts",
    ]
    client.open(app.as_uri(), "another text\n")
    (folder / "src" / "[id].ts").unlink()
    await told(client, "watched", app)
    params = await client.gets("client/unregisterCapability")
    assert params["unregisterations"] == [{"id": registration["id"], "method": registration["method"]}]


async def test_who_cannot_watch_is_not_asked_to(client: DeployClient, world: World, folder: Path, app: Path) -> None:
    await lit(client, world, folder, app)
    assert client.sent("client/registerCapability") == []


async def test_a_file_that_is_no_text_is_left_out(client: DeployClient, world: World, folder: Path, app: Path) -> None:
    (folder / "data.ts").write_bytes(b"\0\xff")
    await client.start(folder, OURS)
    await failed(client, world, "data.ts(1,1): error TS1: Bad.", LOG)
    await published(client, app)
    assert [each["uri"] for each in client.sent(PUBLISHED)] == [app.as_uri()]


async def test_a_file_outside_of_the_folder_is_never_lit(
    client: DeployClient, world: World, folder: Path, app: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside.ts").write_text(APP, encoding="utf-8")
    (folder / "link.ts").symlink_to(tmp_path / "outside.ts")
    await client.start(folder, OURS)
    await failed(client, world, "link.ts(3,7): error TS2322: Bad.", "../outside.ts(3,7): error TS2322: Bad.", LOG)
    await published(client, app)
    assert [each["uri"] for each in client.sent(PUBLISHED)] == [app.as_uri()]

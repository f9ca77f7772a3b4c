"""From files to a deployment: the list, the contents, the names, and files that change meanwhile."""

import json
from contextlib import aclosing

import pytest

from autocrea_lsp.deploy.base import Created, Sent, Step
from autocrea_lsp.deploy.errors import HostRefused, NotThere
from autocrea_lsp.deploy.netlify.creating import AT_ONCE
from autocrea_lsp.errors import UserError
from tests.deploy.netlify.hosted import Hosted
from tests.emulators.netlify import Fault, Plan


async def test_a_second_deployment_sends_only_what_is_new(host: Hosted) -> None:
    await host.deploy()
    host.write(index_html="<h1>Ho</h1>")
    host.api.requests.clear()
    await host.deploy()
    assert host.calls().count("upload_file") == 1
    assert host.contents()["index.html"] == b"<h1>Ho</h1>"
    assert host.sent[-1] == Sent(files=1, total_files=1, bytes=11, total_bytes=11)


async def test_nothing_new_is_sent_not_at_all(host: Hosted) -> None:
    await host.deploy()
    host.api.requests.clear()
    created = await host.deploy()
    assert "upload_file" not in host.calls()
    assert (await host.finished(created.remote.ref)).state == "success"


async def test_many_files_are_compared_in_the_hosts_own_time(host: Hosted) -> None:
    for number in range(120):
        (host.folder / f"page{number}.html").write_text(f"page {number}")
    host.api.plan = Plan(prepare_s=3.0)
    host.api.fail(Fault.MANIFEST_GATEWAY, op="set_manifest", times=None)  # it would be too much at once
    created = await host.deploy()
    (manifest,) = host.bodies("set_manifest")
    assert manifest["async"] is True
    assert len(host.contents()) == 123
    assert host.calls().count("upload_file") == 122  # two of them are the same
    assert (await host.finished(created.remote.ref)).state == "success"


async def test_no_more_uploads_than_they_take_are_under_way(host: Hosted) -> None:
    for number in range(40):
        (host.folder / f"page{number}.html").write_text(f"page {number}")
    await host.deploy()
    together = [request.notes["parallel"] for request in host.api.requests if request.op == "upload_file"]
    assert 1 < max(together) <= AT_ONCE
    assert {request.status for request in host.api.requests if request.op == "upload_file"} == {200}


async def test_names_go_as_they_are(host: Hosted) -> None:
    (host.folder / "a b").mkdir()
    (host.folder / "a b" / "é%2F+;=.txt").write_text("odd")
    await host.deploy()
    assert host.contents()["a b/é%2F+;=.txt"] == b"odd"


@pytest.mark.parametrize("name", ["a#b.html", "what?.html"])
async def test_names_that_they_refuse_are_refused_while_it_is_planned(host: Hosted, name: str) -> None:
    (host.folder / name).write_text("x")
    with pytest.raises(UserError, match="no name with"):
        await host.provider.plan(host.request())
    assert "create_deploy" not in host.calls()


async def test_dot_files_links_and_packages_stay_here_but_for_what_is_well_known(host: Hosted) -> None:
    (host.folder / ".eslintrc").write_text("{}")
    (host.folder / ".well-known").mkdir()
    (host.folder / ".well-known" / "x.txt").write_text("x")
    (host.folder / "node_modules").mkdir()
    (host.folder / "node_modules" / "a.js").write_text("x")
    (host.folder / "link.js").symlink_to("app.js")
    (host.folder / ".env").write_text("KEY=1")
    await host.deploy()
    assert set(host.contents()) == {".well-known/x.txt", "app.js", "copy.js", "index.html"}


async def test_a_file_that_changes_meanwhile_is_sent_as_it_is_now(host: Hosted) -> None:
    request = host.request()
    plan = await host.provider.plan(request)
    async with aclosing(host.provider.deploy(request, plan)) as events:
        async for event in events:
            if isinstance(event, Created):
                host.write(index_html="<h1>changed</h1>")
    assert host.contents()["index.html"] == b"<h1>changed</h1>"
    assert host.calls().count("create_deploy") == 1
    assert host.calls().count("set_manifest") == 2


async def test_files_that_do_not_stop_changing_are_given_up(host: Hosted) -> None:
    request = host.request()
    plan = await host.provider.plan(request)

    async def go_on_writing() -> None:
        changes = 0
        async for event in host.provider.deploy(request, plan):
            if isinstance(event, Created) or (isinstance(event, Step) and event.detail.startswith("Sending")):
                changes += 1
                host.write(index_html="x" * (changes + 20))

    with pytest.raises(UserError, match="go on changing"):
        await go_on_writing()
    assert host.calls().count("create_deploy") == 1


async def test_a_new_site_is_made_in_the_default_team_and_linked(host: Hosted) -> None:
    plan = await host.provider.plan(host.request())
    assert (plan.creates_project, plan.place.project_name, plan.place.account_name) == (True, "shop", "Acme")
    await host.deploy()
    link = json.loads((host.folder / ".netlify" / "state.json").read_text())
    assert link == {"siteId": host.place.project}
    assert any("linked to shop" in notice for notice in host.notices)


async def test_no_site_is_made_where_none_may_be(host: Hosted) -> None:
    with pytest.raises(UserError, match="shows no site shop"):
        await host.provider.plan(host.request(create_project=False))
    assert not host.api.world.sites


@pytest.mark.parametrize("fault", [Fault.UPLOAD_REFUSED, Fault.UPLOAD_BAD], ids=str)
async def test_a_file_that_they_refuse_is_named_and_not_sent_again(host: Hosted, fault: Fault) -> None:
    host.api.fail(fault, op="upload_file", times=None)
    with pytest.raises(HostRefused, match=r"index\.html|app\.js|copy\.js"):
        await host.deploy()
    assert host.calls().count("upload_file") <= 2  # the other content may be on its way too


async def test_what_was_just_created_may_not_be_known_yet(host: Hosted) -> None:
    host.api.fail(Fault.FRESH, times=3)
    created = await host.deploy()
    assert (await host.finished(created.remote.ref)).state == "success"


async def test_what_stays_unknown_is_not_asked_for_ever(host: Hosted) -> None:
    host.api.fail(Fault.FRESH, times=None)
    with pytest.raises(NotThere):
        await host.deploy()
    assert host.calls().count("set_manifest") == 5


async def test_digests_that_are_asked_for_twice_are_sent_once(host: Hosted) -> None:
    host.api.fail(Fault.REQUIRED_AGAIN, op="set_manifest")
    await host.deploy()
    assert host.calls().count("upload_file") == 2

"""How deployments are found, listed, counted and forgotten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.store import DeploymentStats, HostStats, moment
from autocrea_lsp.store.deployment_history import DeploymentHistory
from autocrea_lsp.store.disk import open_memory
from autocrea_lsp.store.leases import NOBODYS
from autocrea_lsp.store.writes import AppendLog, SaveDeployment
from tests.store.common import HANG_S, OpenStore, create, deployment, execute, line, names, one, update
from tests.store.test_usage import plan


def test_a_deployment_is_found_by_its_id_the_hosts_id_or_the_beginning_of_its_own(open_store: OpenStore) -> None:
    store = open_store()
    create(store, deployment(id="abcdef01", remote_id="dpl_1", created_at=1.0))
    create(store, deployment(id="abcdef02", remote_id="dpl_1", created_at=2.0))
    create(store, deployment(id="abc%%%03", created_at=3.0))
    found = {
        name: row and row.id
        for name in ("abcdef01", "dpl_1", "abc%%%", "abc%%", "abcdef", "abcdef0", "", "%%%%%%", "______")
        for row in [store.deployment(name).result(HANG_S)]
    }
    assert found == {
        "abcdef01": "abcdef01",
        "dpl_1": "abcdef02",
        "abc%%%": "abc%%%03",
        "abc%%": None,
        "abcdef": None,
        "abcdef0": None,
        "": None,
        "%%%%%%": None,
        "______": None,
    }


def test_pages_are_newest_first_and_chosen_by_what_is_equal(open_store: OpenStore) -> None:
    store = open_store()
    for n in range(5):
        create(store, deployment(id=str(n), created_at=float(n // 2), project="shop" if n % 2 else "blog"))
    create(store, deployment(id="p", provider="preview", target="production", created_at=9.0))
    assert store.update_deployment("3", state="success").result(HANG_S)

    def page(**chosen: Any) -> list[str]:
        return names(store.deployments(**chosen).result(HANG_S))

    assert page() == ["p", "4", "3", "2", "1", "0"]
    assert page(limit=2, offset=1) == ["4", "3"]
    assert page(limit=0) == page(offset=99) == []
    assert page(project="shop") == ["3", "1"]
    assert page(project="blog", limit=1, offset=1) == ["2"]
    assert page(provider="preview") == page(target="production") == ["p"]
    assert page(state="success") == ["3"]
    assert page(project="shop", state="pending") == ["1"]
    assert names(store.unfinished().result(HANG_S)) == ["0", "1", "2", "4", "p"]


def test_one_users_deployments_are_nothing_to_another(open_store: OpenStore) -> None:
    ana, ben = open_store(), open_store(user="ben")
    create(ana, deployment(user="ben", remote_id="dpl_1"))
    assert one(ana).user == "ana"
    assert ben.deployment("d").result(HANG_S) is ben.deployment("dpl_1").result(HANG_S) is None
    assert ben.deployments().result(HANG_S) == ben.unfinished().result(HANG_S) == []
    assert not update(ben, state="failed")
    assert not ben.ask_cancel("d").result(HANG_S)
    assert not ben.claim("d", owner="b", lease_s=9.0).result(HANG_S)
    assert ben.deployment_stats().result(HANG_S) == DeploymentStats()
    assert one(ana).state == "pending"


def test_the_latest_successful_is_the_one_that_succeeded_last(open_store: OpenStore) -> None:
    store = open_store()

    def latest(**chosen: Any) -> str | None:
        found = store.latest_successful(**chosen).result(HANG_S)
        return found and found.id

    assert latest(project="shop") is None
    for name, target, state, end in [
        ("slow", "production", "success", 90.0),
        ("quick", "production", "success", 30.0),
        ("preview", "preview", "success", 99.0),
        ("bad", "production", "failed", 200.0),
    ]:
        create(store, deployment(id=name, target=target, project="shop"))
        assert store.update_deployment(name, state=state, at=end).result(HANG_S)
    assert latest(project="shop") == latest(project=None) == "preview"
    assert latest(project="shop", target="production", provider="vercel") == "slow"
    assert latest(project="shop", provider="preview") is None
    assert latest(project="blog") is None


def test_stats_are_the_sums_of_the_seed(open_store: OpenStore) -> None:
    store = open_store()
    assert store.deployment_stats().result(HANG_S) == DeploymentStats()
    for n, (state, end) in enumerate(
        [("success", 12), ("success", 20), ("failed", 99), ("canceled", 50), ("queued", 1)]
    ):
        create(store, deployment(id=str(n), project="shop", created_at=10.0))
        assert store.update_deployment(str(n), state=state, at=float(end)).result(HANG_S)
    counts = {"success": 2, "failed": 1, "canceled": 1, "queued": 1}
    hosts = {"vercel": HostStats(total=5, success_rate=2 / 3)}
    expected = DeploymentStats(total=5, by_status=counts, success_rate=2 / 3, median_duration_s=6.0, by_host=hosts)
    assert store.deployment_stats().result(HANG_S) == expected
    assert store.deployment_stats(project="shop", provider="vercel", since=10.0).result(HANG_S) == expected
    assert store.deployment_stats(since=10.5).result(HANG_S) == DeploymentStats()
    create(store, deployment(id="x", provider="preview", created_at=11.0))
    assert store.update_deployment("x", state="success", at=15.0).result(HANG_S)
    assert store.deployment_stats(provider="preview").result(HANG_S) == DeploymentStats(
        total=1,
        by_status={"success": 1},
        success_rate=1.0,
        median_duration_s=4.0,
        by_host={"preview": HostStats(total=1, success_rate=1.0)},
    )
    both = store.deployment_stats().result(HANG_S)
    assert both.median_duration_s == 4.0
    assert list(both.by_host.items()) == [*hosts.items(), ("preview", HostStats(total=1, success_rate=1.0))]


def test_finished_ones_older_than_the_retention_go_with_their_logs(open_store: OpenStore, database: Path) -> None:
    store = open_store()
    for name, state, end in [("old", "success", 1.0), ("going on", "building", 1.0), ("new", "success", 5e9)]:
        create(store, deployment(id=name, created_at=1.0))
        assert store.update_deployment(name, state=state, at=end).result(HANG_S)
    execute(
        database,
        "INSERT INTO deployment_lines SELECT seq, 1, 1.0, 'info', 'text', '' FROM deployments",
        "UPDATE deployments SET log_seq = 1, log_lines = 1",
    )
    store.configure(retention_days=1, keep_prompts=False)
    assert store.flush(HANG_S)
    store.deployments().result(HANG_S)  # after the sweep that the new setting starts
    assert set(names(store.deployments().result(HANG_S))) == {"going on", "new"}
    assert execute(database, "SELECT COUNT(*) FROM deployment_lines") == [(2,)]


@pytest.mark.parametrize(
    ("ask", "way"),
    [
        (lambda each: each.page("ana", 20, 0, {}), "USING INDEX deployments_created (user_id=?)"),
        (lambda each: each.unfinished("ana"), "USING INDEX deployments_unfinished (user_id=?)"),
        (lambda each: each.one("ana", "abcdef"), "USING INDEX deployments_created (user_id=?)"),
        (lambda each: each.latest_successful("ana", {}), "USING INDEX deployments_created (user_id=?)"),
        (lambda each: each.stats("ana", 5.0, {}), "USING INDEX deployments_created (user_id=? AND created_at>?)"),
    ],
)
def test_questions_seek(ask: Callable[[DeploymentHistory], object], way: str) -> None:
    connection = open_memory()
    steps = plan(connection, lambda each: ask(each.deployment_history))
    assert way in steps
    assert "SCAN" not in steps
    connection.close()


def test_changes_and_retention_seek() -> None:
    connection = open_memory()
    connection.deployments.save(SaveDeployment(row=deployment(user="ana"), lease=NOBODYS))
    beats = plan(connection, lambda each: each.deployments.heartbeat("ana", "d", "o", 9.0, moment))
    logs = plan(connection, lambda each: each.logs.append(AppendLog(user="ana", id="d", lines=[line("a")])))
    reads = plan(connection, lambda each: each.logs.read("ana", "d", 0, 10))
    old = plan(connection, lambda each: each.deployments.expire(5.0, 10))
    assert "SCAN" not in beats + logs + reads + old
    assert "USING PRIMARY KEY (deployment_seq=? AND seq>?)" in reads
    assert "INDEX deployments_finished (finished_at<?)" in old
    connection.close()


def test_expiring_holds_the_lock_for_no_more_than_it_was_told() -> None:
    connection = open_memory()
    for n in range(10):
        row = deployment(id=str(n), user="ana", state="failed", finished_at=float(n))
        connection.deployments.save(SaveDeployment(row=row, lease=NOBODYS))
        connection.logs.append(AppendLog(user="ana", id=str(n), lines=[line("a")] * 9))
    assert connection.expire(8.0, 20, now=9.0) == 20
    assert names(connection.deployment_history.page("ana", 20, 0, {})) == list("98765432")
    assert connection.expire(8.0, 25, now=9.0) == 30  # whole deployments
    assert connection.expire(8.0, 99, now=9.0) == 30
    assert connection.expire(8.0, 99, now=9.0) == 0
    assert names(connection.deployment_history.page("ana", 20, 0, {})) == ["9", "8"]
    assert len(connection.logs.all()) == 2
    connection.close()

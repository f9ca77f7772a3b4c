"""Several processes want the same deployment: one has it at a time, and a kill loses nothing that was answered."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from autocrea_lsp.store import Beat
from tests.store.common import HANG_S, OpenStore, StartChild, create, deployment, execute, one
from tests.store.test_processes import start_together

PROCESSES, ROUNDS = 4, 200


def test_of_four_processes_that_want_the_same_deployments_one_has_each(
    start_child: StartChild, open_store: OpenStore
) -> None:
    create(open_store(), *(deployment(id=f"d{n}") for n in range(ROUNDS)))
    source = f"""
store = Store(path, user="ana", on_problem=problem)
won = []
for n in range({ROUNDS}):
    if store.claim(f"d{{n}}", owner=sys.argv[2], lease_s=1000.0).result(60):
        won.append(n)
    assert store.update_deployment(f"d{{n}}", owner=sys.argv[2], mark=sys.argv[2]).result(60) == (n in won[-1:])
print(*won, store.mode)
"""
    won = [set(out.split()[:-1]) for out in start_together(start_child, PROCESSES, source)]
    assert sum(map(len, won)) == ROUNDS
    assert set.union(*won) == {str(n) for n in range(ROUNDS)}
    marks = Counter(row.mark for row in open_store().deployments(limit=ROUNDS).result(HANG_S))
    assert marks == Counter({str(n): len(each) for n, each in enumerate(won) if each})


def test_while_one_process_drives_a_deployment_no_other_does(
    start_child: StartChild, open_store: OpenStore, tmp_path: Path
) -> None:
    create(open_store(), deployment(cursor="0"))
    source = f"""
import os, time
store = Store(path, user="ana", on_problem=problem)
owner, token = sys.argv[2], sys.argv[3]
for n in range({ROUNDS // PROCESSES}):
    while not store.claim("d", owner=owner, lease_s=1000.0).result(60):
        time.sleep(0.001)  # it has the file and the processors to itself then
    os.close(os.open(token, os.O_CREAT | os.O_EXCL))  # fails where another one drives it
    row = store.deployment("d").result(60)
    assert store.update_deployment("d", owner=owner, cursor=str(int(row.cursor) + 1)).result(60)
    assert store.heartbeat("d", owner=owner, lease_s=1000.0).result(60).lease == "held"
    os.unlink(token)
    assert store.release("d", owner=owner).result(60)
print(store.mode)
"""
    token = tmp_path / "token"
    assert start_together(start_child, PROCESSES, source, token) == ["disk\n"] * PROCESSES
    assert one(open_store()).cursor == str(ROUNDS)


def test_what_was_answered_is_there_after_a_kill_and_another_takes_over(
    start_child: StartChild, open_store: OpenStore, database: Path, problems: list[str]
) -> None:
    source = """
from autocrea_lsp.store import DeploymentRow
store = Store(path, user="ana", on_problem=problem)
row = DeploymentRow(id="d", provider="vercel", target="preview", source="files", created_at=5.0)
assert store.create_deployment(row, owner="killed", lease_s=0.3).result(60)
assert store.update_deployment("d", owner="killed", state="creating").result(60)
assert store.update_deployment("d", owner="killed", state="building", remote_id="dpl_1").result(60)
print("answered", flush=True)
while True:
    store.heartbeat("d", owner="killed", lease_s=0.3).result(60)
"""
    child = start_child(source)
    assert child.stdout is not None
    assert child.stdout.readline() == "answered\n"
    store = open_store()
    (row,) = store.unfinished().result(HANG_S)
    assert (row.state, row.remote_id) == ("building", "dpl_1")
    for _ in range(50):
        assert not store.claim("d", owner="heir", lease_s=60.0).result(HANG_S)
    child.kill()
    child.wait()
    while not store.claim("d", owner="heir", lease_s=60.0).result(HANG_S):
        pass  # 0.3 s at most
    assert store.heartbeat("d", owner="heir", lease_s=60.0).result(HANG_S) == Beat(lease="held")
    assert store.heartbeat("d", owner="killed", lease_s=60.0).result(HANG_S) == Beat(lease="lost")
    assert execute(database, "PRAGMA integrity_check") == [("ok",)]
    assert problems == []

"""The comparison of what two clients ask: what counts as the same, and that a row nobody needs is told."""

from __future__ import annotations

import pytest

from tests.emulators.hosting.calls import Recorded
from tests.yardsticks.sequences import Row, Step, differences, keys_of, steps


def spell(request: Recorded) -> Step:
    act = f"{request.method} {request.path}"
    return Step(act=act, keys=keys_of(request.query, request.body, maps=("meta",)), reads=request.method == "GET")


def asked(*acts: str, body: object = None) -> list[Step]:
    requests = []
    for number, act in enumerate(acts):
        method, path = act.split(" ")
        requests.append(Recorded(id=number, op="", method=method, path=path, query={}, headers={}, body=body))
    return steps(requests, spell)


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        (["GET /a", "POST /b"], ["POST /b", "GET /a"], True),  # when one looks is one's own choice
        (["GET /a", "GET /a"], ["GET /a"], True),
        (["POST /f", "POST /f", "POST /b"], ["POST /f", "POST /b"], True),  # as many files as are wanted
        (["POST /b", "GET /a", "POST /b"], ["GET /a", "POST /b"], True),  # a look between does not part them
        (["POST /b", "POST /f", "POST /b"], ["POST /b", "POST /f"], False),
        (["POST /b", "POST /f"], ["POST /f", "POST /b"], False),
        (["GET /a"], [], False),
        ([], ["GET /a"], False),
        (["PUT /b"], ["POST /b"], False),
    ],
)
def test_changes_count_in_their_order_and_looks_as_a_set(theirs: list[str], ours: list[str], same: bool) -> None:
    assert (differences(asked(*theirs), asked(*ours), []) == []) is same


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        (None, set()),
        ({"a": 1, "b": {"c": None}}, {"a", "b.c"}),
        ({"f": [{"name": "x", "sha": "1"}, {"name": "y", "data": ""}]}, {"f", "f[].name", "f[].sha", "f[].data"}),
        ({"meta": {"anything": "of the user's"}, "env": {}}, {"meta", "env"}),
        ([{"key": "A"}], {"[].key"}),
    ],
)
def test_fields_are_named_by_their_place(body: object, keys: set[str]) -> None:
    assert keys_of({"teamId": "x"}, body, maps=("meta",)) == {"?teamId", *keys}


ALONE = Row(scenarios=("s",), theirs="GET /user", reason="r")
INSTEAD = Row(scenarios=("s",), theirs="POST /v1", ours="POST /v2", reason="r")
KEYS = Row(scenarios=("s",), act="POST /v2", theirs="env", ours="mark", reason="r")


def test_rows_take_what_they_name_and_no_more() -> None:
    theirs = asked("GET /user") + asked("POST /v1", body={"name": "x", "env": 1})
    ours = asked("POST /v2", body={"name": "x", "mark": 1})
    assert len(differences(theirs, ours, [])) == 2
    assert differences(theirs, ours, [ALONE, INSTEAD, KEYS]) == []
    assert differences(theirs, ours, [ALONE, INSTEAD]) == ["POST /v2: theirs ['env'], ours ['mark']"]
    assert len(differences([*theirs, *asked("GET /more")], ours, [ALONE, INSTEAD, KEYS])) == 1


@pytest.mark.parametrize(
    ("row", "theirs", "ours"),
    [
        (ALONE, [], []),
        (ALONE, ["GET /user"], ["GET /user"]),
        (INSTEAD, ["POST /v2"], ["POST /v2"]),
        (KEYS, ["POST /v2"], ["POST /v2"]),
        (KEYS, [], []),
    ],
)
def test_a_row_that_nothing_needs_is_told(row: Row, theirs: list[str], ours: list[str]) -> None:
    assert [told for told in differences(asked(*theirs), asked(*ours), [row]) if "no difference needs" in told]

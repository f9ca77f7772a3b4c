"""How long to wait, in every form in which hosts say it."""

from __future__ import annotations

import pytest

from autocrea_lsp.deploy.http import parse_retry_after
from autocrea_lsp.deploy.retry import asked_pause_s, pause_s

NOW = 1_643_322_000.0  # 2022-01-27 22:20:00 UTC


@pytest.mark.parametrize(
    ("headers", "body", "wait_s"),
    [
        ({}, None, None),
        ({"retry-after": "7"}, None, 7),
        ({"retry-after": " 1.5 "}, None, 1.5),
        ({"retry-after": "0"}, None, 0),
        ({"retry-after": "-3"}, None, 0),
        ({"retry-after": "Thu, 27 Jan 2022 22:20:17 GMT"}, None, 17),
        ({"retry-after": "Thursday, 27-Jan-22 22:20:17 GMT"}, None, 17),
        ({"retry-after": "Thu Jan 27 22:20:17 2022"}, None, 17),
        ({"retry-after": "2022-01-27 22:20:17 UTC"}, None, 17),
        ({"retry-after": "2022-01-27T22:20:17Z"}, None, 17),
        ({"retry-after": "2022-01-27T23:20:17+01:00"}, None, 17),
        ({"retry-after": "Thu, 27 Jan 2022 22:19:00 GMT"}, None, 0),
        ({"retry-after": "1643322017"}, None, 17),
        ({"retry-after": "1643322017500"}, None, 17.5),
        ({"retry-after": "soon"}, None, None),
        ({"retry-after": ""}, None, None),
        ({"retry-after": "nan"}, None, None),
        ({"retry-after": "inf"}, None, None),
        ({"retry-after": "9" * 400}, None, None),
        ({"retry-after": "Thu, 99 Jan 2022 22:20:17 GMT"}, None, None),
        ({"x-ratelimit-reset": "1643322017"}, None, 17),
        ({"x-ratelimit-reset": "1643322017000"}, None, 17),
        ({"x-ratelimit-reset": "2022-01-27 22:20:17 UTC"}, None, 17),
        ({"x-ratelimit-reset": "30"}, None, 30),
        ({"retry-after": "soon", "x-ratelimit-reset": "30"}, None, 30),
        ({"retry-after": "2", "x-ratelimit-reset": "1643322017"}, {"error": {"limit": {"resetMs": 1}}}, 2),
        ({}, {"error": {"limit": {"reset": 1643322017, "resetMs": 1643322017000}}}, 17),
        ({}, {"error": {"limit": {"reset": 1643322017}}}, 17),
        ({"x-ratelimit-reset": "1643322030"}, {"error": {"limit": {"resetMs": 1643322017000}}}, 17),
        ({"x-ratelimit-reset": "1643322030"}, {"error": {"limit": {"reset": 9}}}, 30),
        ({}, {"limit": {"resetMs": 1643322017000}}, 17),
        ({}, {"retryAfter": 5}, 5),
        ({}, {"error": {"retry_after": "5"}}, 5),
        ({}, {"error": {"limit": {"resetMs": True}}}, None),
        ({}, {"error": "limit", "limit": [1]}, None),
        ({}, ["limit"], None),
        # Our clock may be wrong: what counts is how far it is from the host's own.
        ({"retry-after": "Fri, 28 Jan 2022 10:00:05 GMT", "date": "Fri, 28 Jan 2022 10:00:00 GMT"}, None, 5),
        ({"x-ratelimit-reset": "1643322017", "date": "Thu, 27 Jan 2022 22:20:12 GMT"}, None, 5),
        ({"retry-after": "5", "date": "nonsense"}, None, 5),
    ],
)
def test_what_the_host_says(headers: dict[str, str], body: object, wait_s: float | None) -> None:
    assert parse_retry_after(headers, body, NOW) == wait_s


def test_a_host_that_is_down_says_it_in_one_header_only() -> None:
    assert asked_pause_s({"x-ratelimit-reset": "1643325617"}, NOW) is None
    assert asked_pause_s({"retry-after": "3", "x-ratelimit-reset": "1643325617"}, NOW) == 3


@pytest.mark.parametrize(("asked_s", "shortest_s"), [(0, 1), (0.2, 1), (1, 1), (7, 7), (60, 60), (3600, 60)])
@pytest.mark.parametrize("chance", [0.0, 0.999])
def test_a_pause_is_never_shorter_than_asked_and_little_longer(
    asked_s: float, shortest_s: float, chance: float
) -> None:
    assert shortest_s <= pause_s(1, asked_s, lambda: chance) <= shortest_s + 1


def test_without_a_word_pauses_grow_up_to_a_limit_and_differ() -> None:
    assert [pause_s(attempt, None, lambda: 0.5) for attempt in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert pause_s(1000, None, lambda: 0.5) == 30
    low, high = pause_s(3, None, lambda: 0.0), pause_s(3, None, lambda: 0.999)
    assert 1.5 <= low < 2 < high <= 2.5

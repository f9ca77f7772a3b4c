"""The log of a deployment: numbered, without repeats, colours, controls or secrets, and of bounded size."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autocrea_lsp.store import LogLineRow, Store, deployment_log
from tests.store.common import CANARY, HANG_S, OpenStore, create, deployment, execute, line, one, texts, traces

HEAD = 200


def log(store: Store, **chosen: Any) -> list[LogLineRow]:
    return store.deployment_log("d", **chosen).result(HANG_S)


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    store = open_store()
    create(store, deployment(id="d", remote_id="dpl_1"))
    create(store, deployment(id="another"))
    return store


def test_lines_come_back_in_order_with_their_numbers(store: Store) -> None:
    first = LogLineRow(at=1.5, text="  é𝒳 two  words", level="warning", key="k1")
    store.append_deployment_log("d", [first])
    store.append_deployment_log("d", [])
    store.append_deployment_log("another", [line("x"), line("y")])
    store.append_deployment_log("d", [line("b", seq=77), line("", level="error"), line("c")])
    expected = [
        LogLineRow(seq=1, at=1.5, text="  é𝒳 two  words", level="warning", key="k1"),
        line("b", seq=2),
        line("", seq=3, level="error"),
        line("c", seq=4),
    ]
    assert log(store) == expected
    assert log(store, after_seq=1, limit=2) == expected[1:3]
    assert log(store, after_seq=4) == log(store, limit=0) == []
    assert store.deployment_log("dpl_1", after_seq=3).result(HANG_S) == expected[3:]
    assert texts(store.deployment_log("another").result(HANG_S)) == ["x", "y"]


def test_a_line_with_a_key_that_is_there_is_dropped(store: Store) -> None:
    store.append_deployment_log("d", [line("a", key="1"), line("b", key="2"), line("a", key="1")])
    store.append_deployment_log("d", [line("b", key="2"), line("c", key="3"), line("same"), line("same")])
    store.append_deployment_log("another", [line("a", key="1")])
    assert [(each.seq, each.text) for each in log(store)] == [(1, "a"), (2, "b"), (3, "c"), (4, "same"), (5, "same")]
    assert texts(store.deployment_log("another").result(HANG_S)) == ["a"]


def test_a_line_of_a_deployment_that_is_not_there_harms_nobody(store: Store, open_store: OpenStore) -> None:
    store.append_deployment_log("nobody", [line("a")])
    open_store(user="ben").append_deployment_log("d", [line("forged")])
    store.append_deployment_log("d", [line("b")])
    assert store.flush(HANG_S)
    assert texts(log(store)) == ["b"]
    assert open_store(user="ben").deployment_log("d").result(HANG_S) == []


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("\x1b[1;31mred\x1b[0m plain", ["red plain"]),
        ("\x9b31mred", ["red"]),
        ("\x1b]0;title\x07text \x1b]8;;https://a.b\x1b\\link\x1b]8;;\x1b\\", ["text link"]),
        ("\x1b]0;never ended", [""]),
        ("\x1bPq#0;2;0;0;0\x1b\\after", ["after"]),
        ("\x1b(Bcharset\x1b7", ["charset"]),
        ("half \x1b[", ["half"]),
        ("bell\x07 null\x00 del\x7f back\x08", ["bell null del back"]),
        ("right\u202eleft zero\u200bwidth", ["rightleft zerowidth"]),
        ("half a character \ud835", ["half a character"]),
        ("a\tb\t", ["a   b"]),
        ("\t- indented", ["    - indented"]),
        ("10%\r50%\r100%\r\n", ["100%"]),
        ("one\r\ntwo\n\nfour\n", ["one", "two", "", "four"]),
        ("x" * 5000, ["x" * 2000]),
        ("", [""]),
    ],
)
def test_a_line_is_text_and_nothing_else(store: Store, raw: str, kept: list[str]) -> None:
    store.append_deployment_log("d", [line(raw, key="k")])
    store.append_deployment_log("d", [line(raw, key="k")])  # also in parts it is known again
    assert texts(log(store)) == kept
    assert all(each.text.isprintable() for each in log(store))


def test_secrets_go_even_where_colours_or_line_breaks_hide_them(open_store: OpenStore, database: Path) -> None:
    block = "-----BEGIN\nsecret\n-----END"
    store = open_store(redact=lambda text: text.replace(CANARY, "[secret]").replace(block, "[key]"))
    create(store, deployment())
    colourful = f"key={CANARY[:9]}\x1b[1m{CANARY[9:]}\x1b[0m"
    store.append_deployment_log("d", [line(colourful), line(f"a\n{block}\nb")])
    assert texts(log(store)) == ["key=[secret]", "a", "[key]", "b"]
    assert traces(database) == traces(database, "BEGIN") == []


def test_a_line_that_cannot_be_redacted_or_has_wrong_types_costs_no_other(
    open_store: OpenStore, database: Path, problems: list[str]
) -> None:
    def broken(text: str) -> str:
        if CANARY in text:
            raise ValueError(text)
        return text

    store = open_store(redact=broken)
    create(store, deployment())
    store.append_deployment_log("d", [line("a"), line(CANARY), line("b", level="shout", at=float("inf"))])
    store.append_deployment_log("d", [line("c", at="yesterday")])
    store.append_deployment_log("d", [line("e")])
    found = log(store)
    assert [found[0].text, *texts(found[2:])] == ["a", "b", "e"]
    assert "not kept" in found[1].text
    assert (found[2].level, found[2].at) == ("info", 0.0)
    assert store.flush(HANG_S) is False  # one piece was lost
    assert traces(database) == []
    assert problems == []


def kept(store: Store, database: Path) -> list[int]:
    """The numbers of the lines that are there; what the row counts of them is what is so."""
    rows = execute(
        database, "SELECT seq, LENGTH(CAST(text AS BLOB)) FROM deployment_lines WHERE level <> '' ORDER BY seq"
    )
    counted = execute(database, "SELECT log_lines, log_bytes FROM deployments WHERE id = 'd'")
    assert counted == [(len(rows), sum(int(str(size)) for _, size in rows))]
    return [int(str(seq)) for seq, _ in rows]


@pytest.mark.parametrize(
    ("count", "text"),
    [(7000, lambda n: f"line {n}"), (6000, lambda n: "x" * 2000 if n < 100 else "é" * 150 + str(n))],
    ids=["many", "long"],
)
def test_of_a_long_log_the_first_lines_and_the_newest_are_kept(
    store: Store, database: Path, count: int, text: Callable[[int], str]
) -> None:
    for start in range(0, count, 500):
        store.append_deployment_log("d", [line(text(n), key=str(n)) for n in range(start + 1, start + 501)])
        assert store.flush(HANG_S)
        numbers = kept(store, database)
        assert len(numbers) <= deployment_log.LINES
        size = sum(len(each.text.encode()) for each in log(store, limit=9999))
        assert size <= deployment_log.BYTES
    head = next(n for n, (a, b) in enumerate(itertools.pairwise(numbers), 1) if b != a + 1)
    assert head == (HEAD if count == 7000 else deployment_log.BYTES // 10 // 2000)
    assert numbers[head:] == list(range(numbers[head], count + 1))  # the newest, without another gap
    assert len(numbers) > deployment_log.LINES * 0.85 or size > deployment_log.BYTES * 0.85
    assert [each.seq for each in log(store, limit=9999)] == numbers
    for start in range(0, count, 500):  # the host sends all of it again
        store.append_deployment_log("d", [line(text(n), key=str(n)) for n in range(start + 1, start + 501)])
    assert store.flush(HANG_S)
    assert kept(store, database) == numbers
    assert log(store, after_seq=count - 1) == [line(text(count), key=str(count), seq=count)]


def test_lines_that_are_longer_than_all_that_is_kept_leave_the_newest(store: Store, database: Path) -> None:
    store.append_deployment_log("d", [line("é" * 2000) for _ in range(600)])
    assert store.flush(HANG_S)
    numbers = kept(store, database)
    assert numbers[-1] == 600
    assert 200 < len(numbers) < 270


def test_what_is_left_out_leaves_no_text_and_in_the_end_no_row(
    store: Store, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment_log, "LINES", 300)
    monkeypatch.setattr(deployment_log, "_KEYS", 500)
    for start in range(0, 900, 100):
        keyed = [
            line(f"left out {n}", key=str(n)) if n % 2 else line(f"left out {n}") for n in range(start, start + 100)
        ]
        store.append_deployment_log("d", keyed)
        assert store.flush(HANG_S)
    left_out = execute(database, "SELECT seq, key, text FROM deployment_lines WHERE level = '' ORDER BY seq")
    first, last = int(str(left_out[0][0])), int(str(left_out[-1][0]))
    assert (first, {text for _, _, text in left_out}) == (402, {""})
    assert [key for _, key, _ in left_out] == [str(n) for n in range(first - 1, last, 2)]
    assert execute(database, "SELECT COUNT(*) FROM deployment_lines WHERE text <> ''") == [
        (len(kept(store, database)),)
    ]


def test_a_log_says_nothing_of_when_its_deployment_changed(store: Store) -> None:
    before = one(store)
    store.append_deployment_log("d", [line("a")])
    assert texts(log(store)) == ["a"]
    assert one(store) == before

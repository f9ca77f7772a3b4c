"""The queue: order, batches, and what happens when nobody takes or too much comes."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from autocrea_lsp.store import AIRequest, Store
from autocrea_lsp.store import database as database_module
from autocrea_lsp.store.inbox import Change, Flush, Inbox, Read, Stop
from autocrea_lsp.store.values import ChatMessageRow, Taken
from autocrea_lsp.store.writes import Accept, AppendLog, Record, SaveMessage, SetPreference, TouchProject
from tests.store.common import HANG_S


def accept(name: str) -> Accept:
    return Accept(request_id=name)


def count() -> Change[Taken]:
    return Change(ask=lambda connection: (Taken(counted=True), []), default=Taken())


def message(text: str) -> SaveMessage:
    said = ChatMessageRow(role="user", text=text, at=0.0)
    return SaveMessage(id=text, user="ana", project="", session="s", title="", message=said)


def test_writes_come_in_order_up_to_the_question_that_followed_them() -> None:
    inbox = Inbox()
    read = Read(ask=lambda connection: 1, default=0)
    for item in (accept("a"), accept("b"), read, accept("c")):
        inbox.put(item)
    first = inbox.take(0)
    assert (first.writes, first.control) == ([accept("a"), accept("b")], read)
    assert inbox.take(0, linger_s=0).writes == [accept("c")]
    assert inbox.take(0) == type(first)(writes=[], control=None)


def test_a_batch_is_full_at_its_limit() -> None:
    inbox = Inbox()
    for n in range(5):
        inbox.put(accept(str(n)))
    assert len(inbox.take(0, batch=3, linger_s=HANG_S).writes) == 3
    assert len(inbox.take(0, batch=3, linger_s=0).writes) == 2


@pytest.mark.parametrize("question", [Flush, lambda: count()], ids=["a flush", "counting an act"])
def test_a_lone_write_waits_for_company_until_somebody_asks(question: Callable[[], Flush | Change[Taken]]) -> None:
    inbox = Inbox()
    inbox.put(accept("early"))
    asked = question()
    late = threading.Timer(0.05, lambda: (inbox.put(accept("late")), inbox.put(asked)))
    late.start()
    taken = inbox.take(0, linger_s=HANG_S)
    late.join()
    assert taken.writes == [accept("early"), accept("late")]
    assert taken.control is asked


def test_when_there_is_too_much_the_oldest_text_or_request_is_dropped_and_nothing_else() -> None:
    inbox = Inbox(capacity=3)
    preference = SetPreference(user="ana", key="k", value_json="1", at=0.0)
    project = TouchProject(user="ana", name="shop", root_hash="", at=0.0)
    flush, take = Flush(), count()
    log = AppendLog(user="ana", id="d", lines=())
    for item in (preference, project, flush, message("a"), log, accept("b"), accept("c"), take):
        inbox.put(item)
    assert inbox.take(0).writes == [preference, project]
    last = inbox.take(0, linger_s=0)
    assert (last.writes, last.control) == ([accept("c")], take)
    assert (inbox.take_dropped(), inbox.take_dropped()) == (3, 0)


@pytest.mark.parametrize("when", ["before", "after"])
def test_nobody_waits_for_a_closed_inbox(when: str) -> None:
    inbox = Inbox()
    read = Read(ask=lambda connection: 1, default=0)
    flush, take = Flush(), count()
    if when == "after":
        inbox.close()
    for item in (accept("a"), read, take, flush):
        inbox.put(item)
    if when == "before":
        inbox.close()
    assert read.answer.result(0) == 0
    assert take.answer.result(0) == Taken(counted=False)
    assert flush.done.is_set()
    assert not flush.saved


def test_nothing_is_taken_in_after_the_stop() -> None:
    inbox = Inbox()
    inbox.put(Stop())
    assert inbox.put(accept("a")) is False
    assert inbox.take(0) == type(inbox.take(0))(writes=[], control=Stop())


def test_an_answer_that_is_no_longer_wanted_harms_nobody() -> None:
    read = Read(ask=lambda connection: 1, default=0)
    assert read.answer.cancel()
    read.settle(1)
    assert read.answer.cancelled()


def test_an_overflow_is_told_once_and_the_flush_says_that_rows_were_lost(
    monkeypatch: pytest.MonkeyPatch,
    open_store: Callable[..., Store],
    ask: Callable[..., AIRequest],
    problems: list[str],
) -> None:
    monkeypatch.setattr(database_module, "Inbox", lambda: Inbox(capacity=50))
    store = open_store()
    gate, held = threading.Event(), threading.Event()

    def hold(connection: object) -> int:
        held.set()
        gate.wait(HANG_S)
        return 0

    store._inbox.put(Read(ask=hold, default=0))  # the writer is busy, as with a slow disk
    assert held.wait(HANG_S)
    for n in range(80):
        store._inbox.put(Record(request=ask(id=str(n), at=float(n))))
    gate.set()
    assert store.flush(HANG_S) is False
    assert [request.id for request in store.history(100).result(HANG_S)] == [str(n) for n in reversed(range(30, 80))]
    (message,) = problems
    assert "dropped" in message

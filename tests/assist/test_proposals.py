"""Proposals: hunks are taken and refused one by one, and follow the document while it changes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from autocrea_lsp.assist import hunks
from autocrea_lsp.assist.call import Took
from autocrea_lsp.assist.checking import Verdict
from autocrea_lsp.assist.editing import Draft, Request
from autocrea_lsp.assist.proposal import Proposal
from autocrea_lsp.assist.proposals import MAX_KEPT, Proposals
from autocrea_lsp.assist.source import Changed, Source
from autocrea_lsp.errors import StaleRequest, UserError
from autocrea_lsp.text import Span

OLD = tuple(f"{number}\n" for number in range(12))
NEW = ("0\n", "one\n", *OLD[2:6], "new\n", *OLD[6:10], "ten\n", "11\n")
URI = "file:///w/a.py"
UNCHECKED = Verdict(status="unchecked", label="Not checked.", complaint="", checker="", isolation="")


class Document:
    """A document that edits are applied to, as a client does."""

    def __init__(self, lines: Sequence[str] = OLD) -> None:
        self.lines, self.version = list(lines), 1

    def now(self, _uri: str) -> tuple[list[str], int]:
        return list(self.lines), self.version

    def accept(self, kept: Proposals, proposal: Proposal, *wanted: str) -> None:
        _, taken = kept.accept(proposal.id, wanted or None, self.now)
        for each in taken:
            assert each.base == tuple(self.lines)
            self.lines = hunks.apply(self.lines, each.hunks)
            self.version += 1


def proposed(kept: Proposals, *, is_new: bool = False, new: Sequence[str] = NEW) -> Proposal:
    lines = () if is_new else OLD
    source = Source(uri=URI, version=None if is_new else 1, language="python", lines=lines, name="a.py")
    changed = Changed(source=source, lines=tuple(new), is_new=is_new)
    return kept.keep(files=[changed], title="T", explanation="", verdict=UNCHECKED, took=Took())


def states(proposal: Proposal) -> list[str]:
    return [part.state for file in proposal.files for part in file.parts]


def test_every_order_of_accepting_makes_the_proposed_text() -> None:
    for order in (("1.1", "1.2", "1.3"), ("1.3", "1.2", "1.1"), ("1.2", "1.3", "1.1")):
        kept, document = Proposals(), Document()
        proposal = proposed(kept)
        for number in order:
            document.accept(kept, proposal, number)
        assert document.lines == list(NEW)
        assert states(proposal) == ["accepted"] * 3


def test_one_taken_one_refused_and_all_that_is_left() -> None:
    kept, document = Proposals(), Document()
    proposal = proposed(kept)
    document.accept(kept, proposal, "1.1")
    kept.reject(proposal.id, ["1.2"])
    assert states(proposal) == ["accepted", "rejected", "pending"]
    document.accept(kept, proposal)
    assert document.lines == ["0\n", "one\n", *OLD[2:10], "ten\n", "11\n"]
    assert kept.all() == []


def test_what_is_shown_is_the_document_with_what_was_accepted() -> None:
    kept, document = Proposals(), Document()
    proposal = proposed(kept)
    document.accept(kept, proposal, "1.2")
    [file] = proposal.files
    assert list(file.base) == document.lines
    assert file.proposed == list(NEW)
    [_, accepted, later] = file.parts
    assert file.base[accepted.start : accepted.end] == ("new\n",)
    assert file.base[later.start : later.end] == ("10\n",)


def test_typing_elsewhere_moves_the_hunks() -> None:
    kept, document = Proposals(), Document()
    proposal = proposed(kept)
    document.lines.insert(3, "typed\n")
    document.accept(kept, proposal)
    assert document.lines == [*NEW[:3], "typed\n", *NEW[3:]]


def test_typing_on_a_hunks_lines_takes_nothing() -> None:
    kept, document = Proposals(), Document()
    proposal = proposed(kept)
    document.lines[10] = "typed\n"
    before = list(document.lines)
    with pytest.raises(StaleRequest):
        document.accept(kept, proposal)
    assert document.lines == before
    assert states(proposal) == ["pending"] * 3
    document.accept(kept, proposal, "1.2")
    assert document.lines == [*before[:6], "new\n", *before[6:]], "a hunk elsewhere can still be taken"


def test_a_hunk_taken_twice_is_taken_once() -> None:
    kept, document = Proposals(), Document()
    proposal = proposed(kept)
    document.accept(kept, proposal, "1.2")
    document.accept(kept, proposal, "1.2")
    assert document.lines.count("new\n") == 1


def test_what_the_editor_did_not_apply_is_pending_again() -> None:
    kept, document = Proposals(), Document()
    proposal = proposed(kept)
    kept.accept(proposal.id, ["1.1"], document.now)  # and nothing is applied
    assert states(proposal) == ["accepted", "pending", "pending"]
    kept.settle(proposal.id, document.now)
    assert states(proposal) == ["pending"] * 3
    document.accept(kept, proposal)
    assert document.lines == list(NEW)
    kept.settle(proposal.id, document.now)
    assert states(proposal) == ["accepted"] * 3


def test_what_the_user_undid_is_pending_again() -> None:
    kept, document = Proposals(), Document()
    proposal = proposed(kept)
    document.accept(kept, proposal, "1.1")
    document.accept(kept, proposal, "1.3")
    document.lines[-2] = "10\n"  # undone
    kept.settle(proposal.id, document.now)
    assert states(proposal) == ["accepted", "pending", "pending"]


def test_a_hunk_made_anew_takes_the_old_ones_place() -> None:
    kept, document = Proposals(), Document()
    proposal = proposed(kept)
    document.accept(kept, proposal, "1.1")
    file, part = kept.part(proposal.id, "1.3")
    lines = tuple(document.lines)
    source = Source(uri=URI, version=2, language="python", lines=lines, name="a.py")
    changed = Changed(source=source, lines=(*lines[: part.start], "TEN\n", *lines[part.end :]))
    place = Span(start_line=part.start, start_column=0, end_line=part.end, end_column=0)
    request = Request(source=source, goal="refactor", selected=place, instruction="x")
    draft = Draft(request=request, files=(changed,), explanation="", verdict=UNCHECKED, took=Took(tokens=5))
    kept.replace(proposal.id, "1.3", draft)
    assert proposal.took.tokens == 5
    assert file.pending[-1].new == ("TEN\n",)
    document.accept(kept, proposal)
    assert document.lines == ["TEN\n" if line == "ten\n" else line for line in NEW]
    with pytest.raises(UserError, match="cannot be made anew"):
        kept.part(proposal.id, "1.1")


def test_a_new_file_is_taken_whole() -> None:
    kept = Proposals()
    proposal = proposed(kept, is_new=True, new=("a\n", "b\n"))
    _, [taken] = kept.accept(proposal.id, None, lambda _uri: None)
    assert taken.is_new
    assert hunks.apply((), taken.hunks) == ["a\n", "b\n"]
    assert states(proposal) == ["accepted"]


def test_unknown_proposals_and_hunks_are_named() -> None:
    kept, document = Proposals(), Document()
    proposal = proposed(kept)
    with pytest.raises(UserError, match="not kept"):
        kept.get("nothing")
    with pytest.raises(UserError, match=r"9\.9"):
        document.accept(kept, proposal, "9.9")


def test_the_oldest_proposals_are_forgotten() -> None:
    kept = Proposals()
    first = proposed(kept)
    for _ in range(MAX_KEPT):
        proposed(kept)
    with pytest.raises(UserError):
        kept.get(first.id)
    assert len(kept.all(URI)) == MAX_KEPT
    assert kept.all("file:///w/other.py") == []

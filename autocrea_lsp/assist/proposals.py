"""Edits that wait for the user: taken or refused hunk by hunk, while the document goes on changing.

A proposal belongs to the text it was made for. What the user types meanwhile moves its hunks; where they typed on the
same lines the hunk cannot be taken any more, and that is said.
"""

from __future__ import annotations

import itertools
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from autocrea_lsp.assist import hunks
from autocrea_lsp.assist.call import Took
from autocrea_lsp.assist.checking import Verdict
from autocrea_lsp.assist.editing import Draft, Request
from autocrea_lsp.assist.goal import TITLES
from autocrea_lsp.assist.proposal import File, Part, Proposal, Taken
from autocrea_lsp.assist.source import Changed
from autocrea_lsp.errors import StaleRequest, UserError

MAX_KEPT = 50  # proposals; the oldest are forgotten

Now = Callable[[str], tuple[Sequence[str], int | None] | None]
"""A document's lines and version as they are now; None when it is not open and has no text on disk."""


class Proposals:
    """The proposals of one client."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Proposal] = OrderedDict()

    def add(self, draft: Draft) -> Proposal:
        title = TITLES[draft.request.goal]
        if draft.request.goal == "refactor" and draft.request.instruction:
            title = f"{title}: {_short(draft.request.instruction)}"
        return self.keep(
            files=draft.files,
            title=title,
            explanation=draft.explanation,
            verdict=draft.verdict,
            took=draft.took,
            request=draft.request,
        )

    def keep(
        self,
        *,
        files: Sequence[Changed],
        title: str,
        explanation: str,
        verdict: Verdict,
        took: Took,
        request: Request | None = None,
    ) -> Proposal:
        proposal = Proposal(
            id=uuid.uuid4().hex[:12],
            title=title,
            explanation=explanation,
            verdict=verdict,
            took=took,
            files=[_file(changed, index) for index, changed in enumerate(files, 1)],
            request=request,
        )
        self._kept[proposal.id] = proposal
        while len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return proposal

    def get(self, number: str) -> Proposal:
        try:
            return self._kept[number]
        except KeyError:
            raise UserError("That proposal is not kept any more.", hint="Ask for it once more.") from None

    def all(self, uri: str | None = None, *, settled: bool = True) -> list[Proposal]:
        """Those that still have something to decide, the newest last; with `settled` False those of no more use too."""
        return [
            each
            for each in self._kept.values()
            if not settled or any(file.pending and uri in (None, file.uri) for file in each.files)
        ]

    def settle(self, number: str, now: Now) -> Proposal:
        """The proposal, where a document that is as it was before takes back what was accepted last.

        The editor did not apply that edit, or the user undid it.
        """
        proposal = self.get(number)
        for file in proposal.files:
            if file.before is None:
                continue
            found = now(file.uri)
            lines = tuple(found[0]) if found is not None else ()
            if lines == file.before[0] and (found is None or lines != file.base):
                (file.base, file.parts), file.before = file.before, None
        return proposal

    def accept(self, number: str, wanted: Sequence[str] | None, now: Now) -> tuple[Proposal, list[Taken]]:
        """Take pending hunks (None: all). Raises StaleRequest, taking none, where the text under one has changed."""
        proposal = self.settle(number, now)
        chosen = self._chosen(proposal, wanted)
        taken: list[Taken] = []
        updates: list[tuple[File, tuple[str, ...], int | None, list[Part]]] = []
        for file in proposal.files:
            mine = [part for part in file.pending if part.id in chosen]
            if not mine:
                continue
            found = now(file.uri)
            if file.is_new and found is None:
                everything = tuple(line for part in file.parts for line in part.new)
                taken.append(Taken(uri=file.uri, version=None, base=(), hunks=_whole(everything), is_new=True))
                updates.append((file, everything, None, [replace(part, state="accepted") for part in file.parts]))
                continue
            lines, version = found if found is not None else ((), None)
            parts = _moved(file, tuple(lines), chosen)
            do = [part for part in parts if part.id in chosen and part.state == "pending"]
            taken.append(
                Taken(
                    uri=file.uri,
                    version=version,
                    base=tuple(lines),
                    hunks=tuple(part.hunk for part in do),
                    is_new=False,
                )
            )
            after = tuple(hunks.apply(lines, [part.hunk for part in do]))
            updates.append((file, after, version, _settled(parts, chosen)))
        for file, base, version, parts in updates:
            found = now(file.uri)
            file.before = (tuple(found[0]) if found is not None else (), list(file.parts))
            file.base, file.parts, file.version = base, parts, version
        return proposal, taken

    def reject(self, number: str, wanted: Sequence[str] | None) -> Proposal:
        proposal = self.get(number)
        chosen = self._chosen(proposal, wanted)
        for file in proposal.files:
            file.parts = [
                replace(part, state="rejected") if part.id in chosen and part.state == "pending" else part
                for part in file.parts
            ]
        return proposal

    def part(self, number: str, hunk: str) -> tuple[File, Part]:
        """A pending hunk and its file. Raises UserError for one that is not there or was decided."""
        for file in self.get(number).files:
            for part in file.pending:
                if part.id == hunk and not file.is_new:
                    return file, part
        raise UserError("That hunk cannot be made anew.", hint="Only a pending hunk of an existing file can.")

    def replace(self, number: str, hunk: str, draft: Draft) -> Proposal:
        """Put what a draft of the same text says in a pending hunk's place."""
        proposal = self.get(number)
        file, part = self.part(number, hunk)
        if draft.files[0].source.lines != file.base:
            raise StaleRequest("The document has changed meanwhile.", hint="Ask for the edit once more.")
        fresh = [replace(made, id=f"{part.id}.{made.id}") for made in _file(draft.files[0], 1).parts]
        others = [each for each in file.parts if each.id != hunk]
        file.parts = sorted([*others, *fresh], key=lambda each: (each.start, each.end))
        file.before = None  # it holds the hunk that is no more
        proposal.verdict, proposal.took = draft.verdict, proposal.took + draft.took
        return proposal

    def _chosen(self, proposal: Proposal, wanted: Sequence[str] | None) -> set[str]:
        pending = {part.id for file in proposal.files for part in file.pending}
        if wanted is None:
            return pending
        if unknown := set(wanted) - {part.id for file in proposal.files for part in file.parts}:
            raise UserError(f"The proposal has no hunk {min(unknown)[:40]!r}.")
        return set(wanted) & pending


def _file(changed: Changed, index: int) -> File:
    source = changed.source
    found = (
        [hunks.Hunk(start=0, end=0, new=changed.lines)]
        if changed.is_new
        else hunks.between(source.lines, changed.lines)
    )
    numbers = itertools.count(1)
    return File(
        uri=source.uri,
        version=source.version,
        language=source.language,
        is_new=changed.is_new,
        base=source.lines,
        parts=[
            Part(
                id=f"{index}.{next(numbers)}",
                start=hunk.start,
                end=hunk.end,
                old=source.lines[hunk.start : hunk.end],
                new=hunk.new,
            )
            for hunk in found
        ],
    )


def _moved(file: File, lines: tuple[str, ...], chosen: set[str]) -> list[Part]:
    """The parts, counted in the lines of now; a pending one whose text was changed meanwhile counts as refused.

    Raises StaleRequest when that is one of the chosen.
    """
    parts = []
    for part in file.parts:
        found = hunks.rebase([part.hunk], file.base, lines)
        if found is None:
            if part.state == "pending" and part.id in chosen:
                raise StaleRequest("The document has changed on the same lines.", hint="Ask for the edit once more.")
            parts.append(replace(part, state="rejected") if part.state == "pending" else part)
        else:
            parts.append(replace(part, start=found[0].start, end=found[0].end))
    return parts


def _settled(parts: Sequence[Part], chosen: set[str]) -> list[Part]:
    """The parts after the chosen ones were put in place: those stand for what they became, later ones have moved."""
    shift = 0
    settled = []
    for part in parts:
        moved = replace(part, start=part.start + shift, end=part.end + shift)
        if part.id in chosen and part.state == "pending":
            moved = replace(moved, end=moved.start + len(part.new), state="accepted")
            shift += len(part.new) - (part.end - part.start)
        settled.append(moved)
    return settled


def _whole(lines: tuple[str, ...]) -> tuple[hunks.Hunk, ...]:
    return (hunks.Hunk(start=0, end=0, new=lines),)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"

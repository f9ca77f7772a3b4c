"""Open documents against a plain reference: an offset into one string."""

from __future__ import annotations

import logging
import random
import re

import pytest
from lsprotocol import types as lsp

from autocrea_lsp.lsp.documents import Document, Documents

EDITS = 20_000
ENCODINGS = ("utf-8", "utf-16", "utf-32")
ALPHABET = [
    *"ab \t",
    "\n",
    "\r",
    "\r\n",
    "é",
    "𝒳",
    "👩‍💻",
    "\x0b",
    "\x0c",
    "\x85",
    "\u2028",
    "\u2029",
    "\x1c",
    "\ufeff",
]


class Reference:
    """The slow and obvious way: find the offset by counting lines in one string, then cut and paste."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text, self.encoding = text, encoding

    def offset(self, line: int, character: int) -> int:
        start = 0
        ends = [match.end() for match in re.finditer(r"\r\n|\n|\r", self.text)]
        if line > len(ends):
            return len(self.text)
        start = ends[line - 1] if line else 0
        stop = re.compile(r"[\r\n]|\Z").search(self.text, start)
        assert stop is not None
        units = 0
        for place in range(start, stop.start()):
            width = len(self.text[place].encode(f"{self.encoding}-le" if self.encoding != "utf-8" else "utf-8"))
            units += {"utf-8": width, "utf-16": width // 2, "utf-32": width // 4}[self.encoding]
            if units > character:
                return place
        return stop.start()

    def edit(self, change: lsp.TextDocumentContentChangePartial) -> None:
        start = self.offset(change.range.start.line, change.range.start.character)
        end = max(start, self.offset(change.range.end.line, change.range.end.character))
        self.text = self.text[:start] + change.text + self.text[end:]


def document(text: str, encoding: str = "utf-16") -> Document:
    store = Documents(None, lsp.TextDocumentSyncKind.Incremental, [], encoding)
    store.put_text_document(lsp.TextDocumentItem(uri="untitled:a", language_id="python", version=1, text=text))
    found = store.find("untitled:a")
    assert found is not None
    return found


def partial(start: tuple[int, int], end: tuple[int, int], text: str) -> lsp.TextDocumentContentChangePartial:
    return lsp.TextDocumentContentChangePartial(
        range=lsp.Range(start=lsp.Position(*start), end=lsp.Position(*end)), text=text
    )


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_random_edits_never_differ_from_the_reference(encoding: str) -> None:
    random.seed(20261124)
    done = 0
    while done < EDITS // len(ENCODINGS) + 1:
        text = "".join(random.choices(ALPHABET, k=random.randrange(40)))
        ours, reference = document(text, encoding), Reference(text, encoding)
        for _ in range(30):
            rows = ours.source.count("\n") + ours.source.count("\r") + 2
            places = sorted((random.randrange(rows), random.randrange(12)) for _ in range(2))
            change = partial(places[0], places[1], "".join(random.choices(ALPHABET, k=random.randrange(6))))
            ours.apply_change(change)
            reference.edit(change)
            assert ours.source == reference.text
            assert ours.size == len(reference.text)
            done += 1


def test_other_separators_are_text() -> None:
    doc = document("a\x0bb\x0cc\x85d\u2028e\nf")
    doc.apply_change(partial((1, 0), (1, 1), "F"))
    assert doc.source == "a\x0bb\x0cc\x85d\u2028e\nF"


def test_line_ends_and_a_byte_order_mark_are_kept() -> None:
    doc = document("\ufeffa\r\nb\rc\n")
    doc.apply_change(partial((1, 1), (1, 1), "!"))
    assert doc.source == "\ufeffa\r\nb!\rc\n"


def test_a_full_change_replaces_everything() -> None:
    doc = document("old\n")
    doc.apply_change(lsp.TextDocumentContentChangeWholeDocument(text="new\r\n"))
    assert (doc.source, doc.size) == ("new\r\n", 5)


@pytest.mark.parametrize(
    ("encoding", "units"), [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)], ids=lambda value: str(value)
)
def test_positions_go_there_and_back_in_each_encoding(encoding: str, units: int) -> None:
    doc = document("é𝒳a\n", encoding)
    assert doc.position(0, 3) == lsp.Position(line=0, character=units)
    assert doc.locate(lsp.Position(line=0, character=units)) == (0, 3)
    assert doc.locate(lsp.Position(line=0, character=99)) == (0, 3)
    assert doc.locate(lsp.Position(line=9, character=9)) == (1, 0)


def store_with(version: int) -> Documents:
    store = Documents(None, lsp.TextDocumentSyncKind.Incremental, [], "utf-16")
    store.put_text_document(
        lsp.TextDocumentItem(uri="file:///a%20b.py", language_id="python", version=version, text="")
    )
    return store


def change_to(version: int, uri: str = "file:///a%20b.py") -> lsp.DidChangeTextDocumentParams:
    return lsp.DidChangeTextDocumentParams(
        text_document=lsp.VersionedTextDocumentIdentifier(uri=uri, version=version),
        content_changes=[lsp.TextDocumentContentChangeWholeDocument(text=f"v{version}")],
    )


@pytest.mark.parametrize(("version", "text"), [(4, ""), (5, "v5"), (6, "v6")])
def test_a_lower_version_is_refused_and_an_equal_one_applied(
    version: int, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = store_with(5)
    with caplog.at_level(logging.WARNING):
        assert store.change(change_to(version)) is (text != "")
    found = store.find("file:///a%20b.py")
    assert found is not None
    assert found.source == text
    assert ("was ignored" in caplog.text) is (text == "")


def test_a_change_of_an_unknown_document_is_ignored(caplog: pytest.LogCaptureFixture) -> None:
    store = store_with(1)
    assert store.change(change_to(2, "file:///other.py")) is False
    assert "not open" in caplog.text
    assert store.find("file:///other.py") is None

"""A strict editor that says yes to everything: it keeps documents, applies every edit to them and to the disk.

Strict in the protocol's sense (versions, ranges, annotations, what may be created), and in no other: wherever an edit
points to, it writes. What an assistant can do to somebody who trusts it is what it can do to this one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.e2e.lsp_client import Server

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


class Refused(Exception):
    """An edit that a strict client does not apply."""


@dataclass(slots=True, kw_only=True)
class Open:
    text: str
    version: int
    language: str


class Editor:
    """`applied` holds every edit that was applied, `declined` why others were not."""

    def __init__(self, server: Server, *, encoding: str = "utf-16", answer: str = "Apply") -> None:
        self.server, self.encoding = server, encoding
        self.answer = answer  # to every question: the title of the choice
        self.documents: dict[str, Open] = {}
        self.applied: list[dict[str, Any]] = []
        self.declined: list[str] = []
        self.shown: list[str] = []  # texts of documents that the server had shown
        self.questions: list[dict[str, Any]] = []
        server.answers["workspace/applyEdit"] = self._apply_edit
        server.answers["window/showMessageRequest"] = self._choose
        server.answers["window/showDocument"] = self._show

    # Documents --------------------------------------------------------------------------------------------------------

    def open(self, uri: str, text: str | None = None, language: str = "python") -> None:
        text = path_of(uri).read_text(encoding="utf-8", errors="surrogateescape") if text is None else text
        self.documents[uri] = Open(text=text, version=1, language=language)
        self.server.open(uri, text, language)

    def close(self, uri: str) -> None:
        del self.documents[uri]
        self.server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def change(self, uri: str, text: str) -> None:
        """The whole text anew, as if it had been typed."""
        document = self.documents[uri]
        document.text, document.version = text, document.version + 1
        self.server.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": document.version}, "contentChanges": [{"text": text}]},
        )

    # Edits ------------------------------------------------------------------------------------------------------------

    def apply(self, edit: Mapping[str, Any]) -> bool:
        """All of it or nothing."""
        try:
            for uri, text in self._results(edit).items():
                path = path_of(uri)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode("utf-8", "surrogateescape"))
                if uri in self.documents:
                    self.change(uri, text)
        except (Refused, OSError, ValueError, KeyError) as error:
            self.declined.append(repr(error))
            return False
        self.applied.append(dict(edit))
        return True

    def _results(self, edit: Mapping[str, Any]) -> dict[str, str]:
        """The new text of each file."""
        if "changes" in edit and "documentChanges" in edit:
            raise Refused("both changes and documentChanges")
        known = edit.get("changeAnnotations", {})
        results: dict[str, str] = {}
        for uri, edits in edit.get("changes", {}).items():
            results[uri] = self.edited(self._text(uri, results), edits)
        for change in edit.get("documentChanges", ()):
            if change.get("kind") == "create":
                uri, options = change["uri"], change.get("options") or {}
                if path_of(uri).exists() and not options.get("overwrite"):
                    raise Refused(f"{uri} exists")
                results[uri] = ""
                continue
            if "kind" in change:
                raise Refused(f"{change['kind']} is not supported")
            uri, version = change["textDocument"]["uri"], change["textDocument"]["version"]
            document = self.documents.get(uri)
            if version is not None and (document is None or document.version != version):
                raise Refused(f"made for version {version}, not {document.version if document else None}")
            for each in change["edits"]:
                if "annotationId" in each and each["annotationId"] not in known:
                    raise Refused("an annotation that is not there")
            results[uri] = self.edited(self._text(uri, results), change["edits"])
        return results

    def _text(self, uri: str, results: Mapping[str, str]) -> str:
        if uri in results:
            return results[uri]
        if uri in self.documents:
            return self.documents[uri].text
        path = path_of(uri)
        return path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else ""

    def edited(self, text: str, edits: Sequence[Mapping[str, Any]]) -> str:
        spans = sorted(
            (
                (self.offset(text, each["range"]["start"]), self.offset(text, each["range"]["end"]), each["newText"])
                for each in edits
            ),
            key=lambda span: span[:2],
        )
        done, at = [], 0
        for start, end, new in spans:
            if start < at or end < start:
                raise Refused("edits overlap")
            done += [text[at:start], new]
            at = end
        return "".join([*done, text[at:]])

    def offset(self, text: str, place: Mapping[str, int]) -> int:
        """Of a position in this client's encoding; one that lies in no character or behind the line is refused."""
        lines = _LINE.findall(text)
        line, character = place["line"], place["character"]
        if line > len(lines) or (line == len(lines) and character):
            raise Refused(f"there is no line {line}")
        start = sum(map(len, lines[:line]))
        rest, taken = character, 0
        body = lines[line].rstrip("\r\n") if line < len(lines) else ""
        for char in body:
            if rest <= 0:
                break
            rest -= units(char, self.encoding)
            taken += 1
        if rest != 0:
            raise Refused(f"there is no character {character} in line {line}")
        return start + taken

    def position(self, text: str, offset: int) -> dict[str, int]:
        before = text[:offset]
        line_start = before.rfind("\n") + 1
        character = sum(units(char, self.encoding) for char in before[line_start:])
        return {"line": before.count("\n"), "character": character}

    def range_of(self, uri: str, part: str) -> dict[str, Any]:
        """Where that text stands in an open document."""
        text = self.documents[uri].text
        start = text.index(part)
        return {"start": self.position(text, start), "end": self.position(text, start + len(part))}

    # What the server asks ---------------------------------------------------------------------------------------------

    def _apply_edit(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"applied": self.apply(params["edit"])}

    def _choose(self, params: dict[str, Any]) -> dict[str, Any] | None:
        self.questions.append(params)
        return next((each for each in params.get("actions", ()) if each["title"] == self.answer), None)

    def _show(self, params: dict[str, Any]) -> dict[str, Any]:
        self.shown.append(path_of(params["uri"]).read_text(encoding="utf-8"))
        return {"success": True}


def units(char: str, encoding: str) -> int:
    if encoding == "utf-8":
        return len(char.encode("utf-8", "surrogatepass"))
    return 2 if encoding == "utf-16" and ord(char) > 0xFFFF else 1


def path_of(uri: str) -> Path:
    """Where a naive editor writes for that URI."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        raise Refused(f"{uri} is not on disk")
    return Path(unquote(parts.path))

"""One line of model-written prose without anything in it that a renderer would fetch, follow or run.

The line is taken apart, what is active is removed or becomes code, and what is left is escaped so that no reading of it
puts a link, an image or a tag together again, not even out of the pieces around something that was removed.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from autocrea_lsp.assist import markdown_patterns as patterns
from autocrea_lsp.assist.invisible import strip

Open = Literal["", "-->", ">"]


@dataclass(slots=True)
class Line:
    """Prose with marks for its code spans, and the spans: (as Markdown, as text). `open`: the end of HTML left open."""

    prose: str = ""
    codes: list[tuple[str, str]] = field(default_factory=list)
    open: Open = ""

    def markdown(self) -> str:
        """As a renderer gets it. Code spans that would grow together are kept apart."""
        out: list[str] = []
        last = ""
        for at, piece in enumerate(patterns.MARK.split(self.prose)):
            text = self.codes[int(piece)][0] if at % 2 else piece
            if last.endswith("`") and text.startswith("`"):
                out.append(" ")
            out.append(text)
            last = text or last
        return "".join(out)

    def text(self) -> str:
        """As a person reads it: no code marks, no escapes, no emphasis."""
        out: list[str] = []
        for at, piece in enumerate(patterns.MARK.split(patterns.EMPHASIS.sub(r"\2", self.prose))):
            out.append(self.codes[int(piece)][1] if at % 2 else clean(html.unescape(patterns.ESCAPE.sub(r"\1", piece))))
        return "".join(out)

    def remember(self, code: str, text: str) -> str:
        """The mark for a code span."""
        self.codes.append((code, text))
        return f"\x00{len(self.codes) - 1}\x01"


def clean(text: str) -> str:
    """Without controls, terminal sequences and invisible characters. One line, without its end."""
    if patterns.CONTROL.search(text):
        for pattern in (patterns.TERMINAL_STRING, patterns.TERMINAL, patterns.CONTROL):
            text = pattern.sub("", text)
    return text if text.isascii() else strip(text.replace("\u2028", " ").replace("\u2029", " "))


def is_definition(text: str) -> bool:
    """Whether a line says where a link elsewhere leads."""
    return "]:" in text and patterns.DEFINITION.fullmatch(text) is not None


def read(text: str) -> Line:
    """Take a cleaned line apart."""
    line = Line()
    line.prose = _Scanner(_without_codes(text, line), line).run()
    return line


def _without_codes(text: str, line: Line) -> str:
    """The text with marks for its code spans; backticks without a partner on the line are escaped."""
    if "`" not in text:
        return text
    runs = [match.span() for match in patterns.TICKS.finditer(text)]
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for number, (start, end) in enumerate(runs):
        by_length[end - start].append(number)
    out: list[str] = []
    at = number = 0
    while number < len(runs):
        start, end = runs[number]
        head = text[at:start]
        if (len(head) - len(head.rstrip("\\"))) % 2:
            start += 1  # the first one is escaped
        same = by_length[end - start] if end > start else []
        partner = bisect_right(same, number)
        out.append(text[at:start])
        if partner < len(same):
            number = same[partner]
            at = runs[number][1]
            out.append(_code(text[start:at], end - start, line))
        else:
            out.append(line.remember("\\`" * (end - start), "`" * (end - start)) if end > start else "")
            at = end
        number += 1
    out.append(text[at:])
    return "".join(out)


def _code(code: str, ticks: int, line: Line) -> str:
    """A span's mark. In a table a `|` would split it: told as text then, where as text it would be active."""
    inner = code[ticks:-ticks]
    if "|" in inner:
        bare = Line()
        if _Scanner(inner, bare).run() != inner or bare.open:
            code = patterns.PUNCTUATION.sub(r"\\\g<0>", inner)
    if inner.strip(" ") and inner[0] == inner[-1] == " ":
        inner = inner[1:-1]
    return line.remember(code, inner)


@dataclass(frozen=True, slots=True)
class _Bracket:
    at: int  # in the scanner's output
    image: bool
    in_word: bool  # directly after a word: an index rather than a link


class _Scanner:
    """Goes through the prose of one line, once."""

    def __init__(self, text: str, line: Line) -> None:
        self._text = text
        self._line = line
        self._out: list[str] = []
        self._brackets: list[_Bracket] = []
        self._dead = 0  # so many of the brackets stand before a link, and a link holds no link
        self._last_close = text.rfind("]")
        self._absent: set[str] = set()  # ends of HTML that do not come any more

    def run(self) -> str:
        at = 0
        while match := patterns.TOKEN.search(self._text, at):
            if match.start() > at:
                self._out.append(self._text[at : match.start()])
                if self._text[match.start() - 1] == "\\":  # it is not to escape what comes after this token
                    self._out.append("\\")
            at = self._token(match)
        self._out.append(self._text[at:])
        for bracket in self._brackets:  # a text that ends on no line of ours may end in a renderer's
            self._out[bracket.at] = self._out[bracket.at].replace("[", "\\[")
        # `marked` reads the text of a link past a code span's end.
        all_brackets = any("](" in code for code, _ in self._line.codes)
        return _without_active("".join(self._out), all_brackets=all_brackets)

    def _token(self, match: re.Match[str]) -> int:
        """Put out what stands for a token; where to go on."""
        kind, text, end = match.lastgroup, match[0], match.end()
        if kind == "open":
            if match.start() > self._last_close:
                self._out.append(text.replace("[", "\\["))
                return end
            image = text == "!["
            self._brackets.append(_Bracket(len(self._out), image, self._in_word(match.start())))
            self._out.append(text)
        elif kind == "close":
            return self._close(end)
        elif kind == "less":
            return self._less(match.start())
        elif kind == "mail":
            self._show(text)
        elif kind in ("web", "url", "bad"):
            url = patterns.trimmed(text)
            if kind != "bad" and not patterns.REMOVED.match(url):
                self._show(url)
            return match.start() + len(url)
        elif kind == "entity":
            meant = html.unescape(text)
            if meant in ("\t", "\n", text) or (meant and clean(meant) == meant):
                self._out.append(text)
        else:
            self._out.append(text)
        return end

    def _close(self, end: int) -> int:
        """After a `]`."""
        bracket = self._brackets.pop() if self._brackets else None
        if bracket is not None and len(self._brackets) < self._dead:
            self._dead = len(self._brackets)
            bracket = bracket if bracket.image else None
        if bracket is not None:
            if link := patterns.AFTER_LINK.match(self._text, end) if self._text.startswith("(", end) else None:
                if bracket.image:
                    del self._out[bracket.at :]
                    return link.end()
                url = patterns.destination(link)
                if url:
                    self._link(bracket, url)
                    return link.end()
                if not bracket.in_word:
                    self._out[bracket.at] = ""
                    return link.end()
            elif not bracket.in_word:
                reference = patterns.REFERENCE.match(self._text, end)
                if bracket.image:
                    del self._out[bracket.at :]
                    return reference.end() if reference else end
                if reference and not "".join(self._out[bracket.at + 1 : bracket.at + 3]).isdigit():  # `[1][2]` cites
                    self._out[bracket.at] = ""
                    return reference.end()
        self._out.append("]")
        return end

    def _link(self, bracket: _Bracket, url: str) -> None:
        """The text, and where it leads where the text is not that already."""
        shown = "".join(self._out[bracket.at + 1 :]).strip()
        self._out[bracket.at] = ""
        self._dead = len(self._brackets)
        mark = patterns.MARK.fullmatch(shown)
        if mark and self._line.codes[int(mark[1])][1] == url:
            return
        self._out.append(" (" if shown else "")
        self._show(url)
        self._out.append(")" if shown else "")

    def _less(self, start: int) -> int:
        """At a `<`."""
        text = self._text
        if link := patterns.AUTOLINK.match(text, start):
            if link[1].lower().startswith(("http:", "https:")) or ":" not in link[1]:
                self._show(link[1])
                return link.end()
            if patterns.REMOVED.match(link[1]):
                return link.end()
        for opening, closing in (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>")):
            if text.startswith(opening, start):
                if closing not in self._absent and (at := text.find(closing, start + 2)) >= 0:
                    return at + len(closing)
                self._absent.add(closing)
                if opening == "<!--":
                    self._line.open = "-->"
                    return len(text)
        if declaration := patterns.DECLARATION.match(text, start):
            return declaration.end()
        in_word = self._in_word(start, ends="_")
        if tag := patterns.TAG.match(text, start):
            name = tag["name"].lower()
            known = name in patterns.ELEMENTS and (name not in patterns.LIKE_TYPES or text[start + 1] == "/")
            if known or "=" in tag["attributes"] or ((name in patterns.ELEMENTS or "-" in name) and not in_word):
                self._out.append(" " if name in patterns.BREAKS else "")
                return tag.end()
        elif (
            (tag := patterns.UNCLOSED.match(text, start))
            and tag["name"].lower() in patterns.ELEMENTS
            and not in_word
            and self._never_closed(start)
        ):
            self._line.open = ">"
            return len(text)
        self._out.append("<")
        return start + 1

    def _never_closed(self, start: int) -> bool:
        if ">" not in self._absent and self._text.find(">", start) < 0:
            self._absent.add(">")
        return ">" in self._absent

    def _show(self, url: str) -> None:
        url = patterns.as_code(url)
        self._out.append(self._line.remember(f"`{url}`", url))

    def _in_word(self, start: int, ends: str = "_)]\x01") -> bool:
        before = self._text[start - 1] if start else " "
        return before.isalnum() or before in ends


def _without_active(prose: str, *, all_brackets: bool) -> str:
    """Escape what could still be read as a link, an image, a definition or a tag."""
    label_first = patterns.LABEL_FIRST.match(prose) is not None
    opened = False

    def escape(match: re.Match[str]) -> str:
        nonlocal opened
        text = match[0]
        if text == "\\":
            return "\\\\"
        if text[0] == "[":
            opened = True
            return "\\[" * len(text) if all_brackets else text
        if text == "]:":
            return text if opened and not label_first else "]\\:"
        if text in ("![", "]("):
            return f"{text[0]}\\{text[1]}"
        return "\\<" if text == "<" else text

    return patterns.ACTIVE.sub(escape, prose)

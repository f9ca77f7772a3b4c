"""Model-written Markdown that an editor may render: nothing in it is fetched, followed or run.

Images and HTML are gone. A link is its text and, if it leads to the web, the address as code, which no client makes
clickable: ``text (`https://x`)``. So are bare addresses. Links to anything else are their text. Code keeps its content;
fences are written so that every renderer sees one where we do (an indentation of three at most, content never less
indented, those in quotes with plain `> `), and are closed at the end. Everything goes line by line: a code span that
does not end on its line is prose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autocrea_lsp.assist.markdown_inline import Open, clean, is_definition, read

_FENCE = re.compile(
    r"(?P<prefix>[ \t>]*+(?P<marker>(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t>]++)*+))(?P<run>`{3,}+|~{3,}+)(?P<info>.*)",
    re.DOTALL,
)
_HARMLESS_INFO = re.compile(r"[\w+#.,:;={}\"'/ -]*")
_QUOTE = re.compile(r" {0,3}> ?")
_HEADING = re.compile(r"\A {0,3}#{1,6}[ \t]+")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)")
# Renderers draw these, and what they draw may fetch images or link: shown as text.
_DRAWN = frozenset(
    {
        *("mermaid", "plantuml", "puml", "d2", "dot", "graphviz", "vega", "vega-lite", "wavedrom", "echarts"),
        *("math", "latex", "geojson", "topojson", "stl", "svg", "abc"),
    }
)
# From a line's first letter to the blank after the last mark, without anything that means something in Markdown.
_PROSE = re.compile(r"[^\W\d_](?:[^\W_]|[ ,;.!?¿¡'’\"()%-])*[.,;!?] (?=\S)")
_MAX_INDENT = 3  # columns; with four a fence may be indented code


def sanitize(markdown: str) -> str:
    """The whole of a text that is safe to render."""
    stream = Stream()
    return stream.feed(markdown) + stream.end()


def plain(markdown: str) -> str:
    """The same as a text to read without a renderer: no marks, and code as it is."""
    stream = Stream(markdown=False)
    return stream.feed(markdown) + stream.end()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fence:
    quotes: int  # the depth of the quote it stands in
    indent: int  # as written
    dedent: int  # columns taken from each line of its content
    run: str

    @property
    def lead(self) -> str:
        return "> " * self.quotes + " " * self.indent


class Stream:
    """Takes a text in pieces; what it gives, put together, is what `sanitize` makes of the whole."""

    def __init__(self, *, markdown: bool = True) -> None:
        self._markdown = markdown
        self._held: list[str] = []  # of a line that has not ended
        self._shown = 0  # characters of that line that were put out already
        self._fence: _Fence | None = None
        self._open: Open = ""
        self._at_start = True  # of a line, in what was put out

    def feed(self, text: str) -> str:
        """What is safe to show by now: the lines that have ended, and of one that has not its first plain sentences."""
        self._held.append(text)
        if "\n" not in text and "\r" not in text and not self._held[0].endswith("\r"):
            if len(self._held) > 100:
                self._held = ["".join(self._held)]
            return self._sentences() if ". " in self._held[-1] or ", " in self._held[-1] else ""
        held = "".join(self._held)
        out: list[str] = []
        end = 0
        for match in _LINE.finditer(held):
            if match[0].endswith("\r") and match.end() == len(held):
                break  # the first half of a line end, perhaps
            end = match.end()
            self._put(out, match[0].rstrip("\r\n"), "\n")
        self._held = [held[end:]]
        return "".join(out)

    def end(self) -> str:
        """The rest."""
        out: list[str] = []
        held = "".join(self._held)
        if held:
            self._put(out, held.rstrip("\r"), "\n" if held.endswith("\r") else "")
        if self._fence is not None and self._markdown:
            out += ["" if self._at_start else "\n", self._fence.lead, self._fence.run]
        self._held, self._shown, self._fence, self._open, self._at_start = [], 0, None, "", True
        return "".join(out)

    def _sentences(self) -> str:
        """More of a line of prose that nothing later in it can change: letters, blanks and marks, to a mark's end."""
        if self._fence is not None or self._open:
            return ""
        self._held = ["".join(self._held)]
        prose = _PROSE.match(self._held[0])
        if prose is None or prose.end() <= self._shown or "www." in prose[0].lower() or clean(prose[0]) != prose[0]:
            return ""
        new = prose[0][self._shown :]
        self._shown, self._at_start = prose.end(), False
        return new

    def _put(self, out: list[str], line: str, end: str) -> None:
        text = self._line(clean(line))
        if text is not None:
            out += [text[self._shown :], end]
            self._at_start = bool(end)
        self._shown = 0

    def _line(self, text: str) -> str | None:
        """What stands for a line; None for one that is not there at all."""
        if self._fence is not None:
            return self._inside(text, self._fence)
        if not text:
            self._open = ""
            return text
        if fence := _fence(text):
            self._open = ""
            return self._begin(fence)
        if self._open:
            at = text.find(self._open)
            if at < 0 and text.strip():
                return None
            text = text[at + len(self._open) :] if at >= 0 else text
            self._open = ""
        if is_definition(text):
            return "" if self._markdown else None
        line = read(text)
        self._open = line.open
        if not self._markdown:
            return _HEADING.sub("", line.text())
        out = line.markdown()
        if fence := _fence(out):  # what stood before it is gone
            at = fence.start("run")
            out = f"{out[:at]}\\{out[at:]}"
        return out

    def _begin(self, match: re.Match[str]) -> str | None:
        prefix, run, info = match["prefix"], match["run"], match["info"].strip()
        quotes = prefix.count(">")
        inner = prefix.rpartition(">")[2].expandtabs(4) if quotes else prefix.expandtabs(4)
        width = len(inner) - (1 if quotes and inner.startswith(" ") else 0)
        before = ""
        if match["marker"]:  # on a line of its own, with the fence in its item
            indent = 2
            before = f"{prefix.rstrip()}\n"
        else:
            indent = 0 if quotes else min(width, _MAX_INDENT)
        self._fence = _Fence(quotes=quotes, indent=indent, dedent=max(0, width - indent), run=run)
        if not self._markdown:
            return before.removesuffix("\n") or None
        return f"{before}{self._fence.lead}{run}{_info(match['info'], info)}"

    def _inside(self, text: str, fence: _Fence) -> str | None:
        rest = text
        for _ in range(fence.quotes):
            quote = _QUOTE.match(rest)
            if quote is None:  # the quote has ended, and the fence with it
                self._fence = None
                after = self._line(text)
                closed = f"{fence.lead}{fence.run}" if self._markdown else None
                return "\n".join(part for part in (closed, after) if part is not None)
            rest = rest[quote.end() :]
        rest = _dedented(rest, fence.dedent)
        blanks = len(rest) - len(rest.lstrip(" "))
        mark = rest.strip(" \t")
        if blanks <= fence.indent + _MAX_INDENT and len(mark) >= len(fence.run) and not mark.strip(fence.run[0]):
            self._fence = None
            return f"{fence.lead}{fence.run}" if self._markdown else None
        if not self._markdown:
            return _dedented(rest, fence.indent)
        quotes = "> " * fence.quotes
        if not rest:
            return quotes.rstrip()
        return quotes + " " * (fence.indent - _columns(rest) if rest.strip(" \t") else 0) + rest


def _fence(text: str) -> re.Match[str] | None:
    match = _FENCE.fullmatch(text)
    return None if match is None or ("`" in match["run"] and "`" in match["info"]) else match


def _info(raw: str, info: str) -> str:
    """What follows the fence's run: the language, and what is harmless."""
    words = info.split(maxsplit=1)
    if not words or words[0].strip("{}.").lower() in _DRAWN:
        return ""
    if _HARMLESS_INFO.fullmatch(info) and "//" not in info:
        return raw.rstrip()
    harmless = re.match(r"[\w+#.-]*", words[0])
    return harmless[0] if harmless else ""


def _columns(text: str) -> int:
    """How far a line is indented."""
    blanks = text[: len(text) - len(text.lstrip(" \t"))]
    return len(blanks.expandtabs(4))


def _dedented(text: str, columns: int) -> str:
    """Without the first columns, as far as they are blank."""
    if columns <= 0:
        return text
    blanks = text[: len(text) - len(text.lstrip(" \t"))]
    if "\t" in blanks:
        text = blanks.expandtabs(4) + text[len(blanks) :]
    return text[min(columns, len(text) - len(text.lstrip(" "))) :]

"""What bundlers print: esbuild, rollup, vite, rolldown, webpack, next's compilers, sass."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autocrea_lsp.deploy.buildlog.log import Found, Log, first_text, framed, level_of, marked_width

_ESBUILD = re.compile(r"(?:\S )?\[(?P<level>ERROR|WARNING)\] (?P<message>.*)")
_ESBUILD_PLACE = re.compile(r"\s{2,8}(?P<path>\S.{0,400}?):(?P<line>\d{1,7}):(?P<column>\d{1,6}):$")
_ESBUILD_CODE = re.compile(r" \[(?P<code>[a-z]+(?:-[a-z0-9]+)+)\]$")

_LABELS = re.compile(r"(?:\[[\w@:./ -]{1,80}\]:? )+|\[!\] |RollupError: |Error: ")
_ROLLUP = re.compile(r"(?P<path>[^\s()].{0,400}?) \((?P<line>\d{1,7}):(?P<column>\d{1,6})\): (?P<message>.*)")
_UNRESOLVED = re.compile(
    r"(?P<message>(?:Could not resolve|Rollup failed to resolve import) [\"'].{1,300}?[\"'])"
    r" (?:from|in|imported by) [\"']?(?P<path>[^\"']{1,400})[\"']?"
)
_VITE_FILE = re.compile(r"file: (?P<path>.{1,400}?):(?P<line>\d{1,7}):(?P<column>\d{1,6})(?: \(.{0,400}\))?$")

_BOX = re.compile(r"\s{0,12}[╭,][─-]\[ ?(?P<path>.{1,400}?):(?P<line>\d{1,7}):(?P<column>\d{1,6}) ?\]$")
_BOX_CODE = re.compile(r"\[(?P<code>[\w:.-]{1,60})\] ?(?P<message>.*)")
_BOX_SAID = re.compile(r"\s{0,12}(?:Error: )?\s{0,8}(?:[x×!⚠] )(?P<message>\S.*)")

_WEBPACK = re.compile(
    r"(?P<level>ERROR|WARNING) in (?P<path>\S.{0,400}?)"
    r"(?:[ :](?P<line>\d{1,7}):(?P<column>\d{1,6})(?:-(?P<end>\d{1,6}(?::\d{1,6})?))?)?$"
)
_IN_BRACKETS = re.compile(r"\((?P<line>\d{1,7}):(?P<column>\d{1,6})\)$")
_TS_CODE = re.compile(r"(?:error )?(?P<code>TS\d{1,6}): ")
_LOADER_ERROR = re.compile(r"\w{0,20}Error: (?:[^:]{1,400}: )?(?P<message>\S.*)")
_MODULE = re.compile(r"\./[^\s:*?\"<>|]{1,400}\.\w{1,8}")
_SAID_OF_MODULE = re.compile(r"Module not found: |Module parse failed: |Module build failed|Syntax ?[Ee]rror: |Error: ")
_SASS = re.compile(
    r"\s{0,12}(?P<path>\S{1,400}) (?P<line>\d{1,7}):(?P<column>\d{1,6})\s{1,4}(?:root stylesheet|@import)"
)


def esbuild(log: Log, at: int) -> Iterator[Found]:
    """`✘ [ERROR] …` and, indented below it, `src/x.ts:3:7:` whose column counts from 0."""
    said = _ESBUILD.match(log.lines[at].strip())
    if said is None:
        return
    place, number = None, at
    while place is None:
        number += 1
        text = log.line(number)
        if number > at + 6 or "[ERROR]" in text or "[WARNING]" in text:
            return
        place = _ESBUILD_PLACE.match(text)
    column = int(place["column"]) + 1
    width = marked_width(log, number, 3)
    code = _ESBUILD_CODE.search(said["message"])
    yield Found(
        raw=place["path"],
        line=int(place["line"]),
        column=column,
        end_line=int(place["line"]) if width else 0,
        end_column=column + width if width else 0,
        message=said["message"][: code.start()] if code else said["message"],
        severity=level_of(said["level"]),
        tool="esbuild",
        code=code["code"] if code else "",
    )


def rollup(log: Log, at: int) -> Iterator[Found]:
    """`[!] RollupError: src/x.js (3:7): …`, also as vite tells it; the column counts from 0."""
    text = _unlabelled(log.lines[at])
    match = _ROLLUP.match(text)
    if match:
        tool = "vite" if "[vite" in log.lines[at] or log.line(at + 1).startswith("file: ") else "rollup"
        yield Found(
            raw=match["path"],
            line=int(match["line"]),
            column=int(match["column"]) + 1,
            message=match["message"],
            tool=tool,
        )


def unresolved(log: Log, at: int) -> Iterator[Found]:
    """An import that leads nowhere, told with the file and without the line."""
    text = _unlabelled(log.lines[at])
    match = _UNRESOLVED.match(text)
    if match and not any(_BOX.match(below) for below in log.after(at, 2)):
        tool = "vite" if "[vite" in log.lines[at] else "rollup"
        yield Found(raw=match["path"].rstrip("."), line=1, message=match["message"], tool=tool, vague=True)


def vite(log: Log, at: int) -> Iterator[Found]:
    """`file: /src/x.ts:3:7` below the message; the column counts from 0."""
    match = _VITE_FILE.match(log.lines[at].strip())
    if match is None:
        return
    message = next((text for text in log.before(at, 8) if text.strip() and not _drawn(text)), "")
    message = _unlabelled(message)
    rollup_place = _ROLLUP.match(message)
    if rollup_place:
        message = rollup_place["message"]
    message = re.sub(r"^.{1,400}?:\d{1,7}:\d{1,6}: (?:ERROR: )?", "", message)
    if message:
        yield Found(
            raw=match["path"],
            line=int(match["line"]),
            column=int(match["column"]) + 1,
            message=message,
            tool="vite",
        )


def boxed(log: Log, at: int) -> Iterator[Found]:
    """`╭─[ src/x.ts:3:7 ]` below the message: rolldown (vite 8) and SWC (next), whose column only the drawing has."""
    match = _BOX.match(log.lines[at])
    if match is None:
        return
    line, column = int(match["line"]), int(match["column"])
    for text in log.before(at, 8):
        said = _BOX_SAID.match(text)
        if said:
            marked_line, marked_column, end = framed(log, at)
            if marked_line != line:
                line, marked_column, end = marked_line or line, marked_column, end
            yield Found(
                raw=match["path"],
                line=line,
                column=marked_column,
                end_line=line if end else 0,
                end_column=end,
                message=said["message"],
                tool="next",
            )
            return
        coded = _BOX_CODE.match(text.strip())
        if coded:
            code = coded["code"] if coded["code"].isupper() else ""
            yield Found(raw=match["path"], line=line, column=column, message=coded["message"], tool="vite", code=code)
            return


def webpack(log: Log, at: int) -> Iterator[Found]:
    """`ERROR in ./src/x.js 3:7` and the message below; the column counts from 0."""
    match = _WEBPACK.match(log.lines[at].strip())
    if match is None:
        return
    raw = match["path"].rpartition("!")[2]
    said = first_text(log, at, 2)
    severity = level_of(match["level"])
    types = _TS_CODE.match(said)
    if match["line"]:
        # fork-ts-checker writes `./src/x.ts:3:7` and counts from 1.
        column = int(match["column"]) + (0 if types else 1)
        end = match["end"] or ""
        end_line, _, end_column = end.rpartition(":")
        yield Found(
            raw=raw,
            line=int(match["line"]),
            column=column,
            end_line=int(end_line or match["line"]) if end else 0,
            end_column=int(end_column) + 1 if end else 0,
            message=said[types.end() :] if types else said,
            severity=severity,
            tool="tsc" if types else "webpack",
            code=types["code"] if types else "",
        )
        return
    if log.line(at + 1).startswith("./") or not said:
        return  # ts-loader, which says it again below
    yield _of_module(log, at, raw, said, tool="webpack")


def module(log: Log, at: int) -> Iterator[Found]:
    """`./src/x.tsx` alone and the message below: next on webpack, and where turbopack has no line."""
    text = log.lines[at]
    if not _MODULE.fullmatch(text) or not _SAID_OF_MODULE.match(log.line(at + 1)):
        return
    if any(_BOX.match(below) for below in log.after(at, 8)):
        return
    yield _of_module(log, at, text, log.line(at + 1), tool="next")


def sass(log: Log, at: int) -> Iterator[Found]:
    """`  src/x.scss 3:7  root stylesheet` at the end of a drawing."""
    match = _SASS.match(log.lines[at])
    if match is None:
        return
    message = next((text for text in log.before(at, 12) if text.strip() and not _drawn(text)), "")
    yield Found(
        raw=match["path"],
        line=int(match["line"]),
        column=int(match["column"]),
        message=_unlabelled(message),
        tool="sass",
    )


def _of_module(log: Log, at: int, raw: str, said: str, *, tool: str) -> Found:
    """A module's problem whose place is in the message, or in the code that is drawn below it, or nowhere."""
    line, column, message = 0, 0, said
    for text in [said, *log.after(at + 1, 3)]:
        brackets = _IN_BRACKETS.search(text)
        if brackets:
            line, column = int(brackets["line"]), int(brackets["column"]) + 1
            text = text[: brackets.start()].rstrip()
        loader = _LOADER_ERROR.match(text) if not message.startswith("Module not found") else None
        if loader:
            message = loader["message"]
        elif brackets:
            message = text
        if loader or brackets:
            break
    if not line:
        line, column, _ = framed(log, at + 1)
    return Found(raw=raw, line=line or 1, column=column, message=message, tool=tool, vague=not line)


def _unlabelled(text: str) -> str:
    text = text.strip()
    for _ in range(4):
        match = _LABELS.match(text)
        if match is None:
            break
        text = text[match.end() :]
    return text


def _drawn(text: str) -> bool:
    """Whether it is code, or a line around code."""
    start = text.lstrip()
    return start[:1] in "╷│╵╭╰|^~" or re.match(r"\d{1,7}\s{0,6}[│|:] ?", start) is not None

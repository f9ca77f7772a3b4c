"""Go's checkers: gofmt for syntax, go vet for the rest. Neither runs the code; vet gets no network, no C compiler."""

from __future__ import annotations

import re
from pathlib import Path

from autocrea_lsp.assist.checking.bench import Bench, Unable
from autocrea_lsp.assist.checking.findings import Checker, Finding, Report
from autocrea_lsp.assist.checking.tools import Tools
from autocrea_lsp.assist.checking.verdict import Candidate

# <standard input>:3:5: expected … / vet: ./a.go:3:5: undefined: x / ./a.go:3:5: …
_FOUND = re.compile(r"^(?:vet: )?[^\n:]+:(\d+):\d+: (.+)$", re.MULTILINE)
_OUTSIDE = re.compile(r"could not import|no required module|cannot find (?:package|module)|is not in std")
_ENVIRONMENT = {
    "GOFLAGS": "-mod=mod",
    "GOPROXY": "off",
    "GOTOOLCHAIN": "local",
    "GO111MODULE": "on",
    "GOTELEMETRY": "off",
    "CGO_ENABLED": "0",
}


def gofmt(tools: Tools) -> Checker | None:
    program = tools.program("gofmt")
    if program is None:
        return None

    async def judge(candidate: Candidate, bench: Bench) -> Report:
        before = await _gofmt(program, candidate.before, bench)
        return Report(before=before, after=await _gofmt(program, candidate.after, bench))

    return Checker(name="gofmt", judge=judge)


async def _gofmt(program: Path, text: str, bench: Bench) -> tuple[Finding, ...]:
    result = await bench.run("gofmt", (str(program), "-e"), files={}, reads=(program,), stdin=_bytes(text))
    found = tuple(
        Finding(line=int(line) - 1, code="", message=message, syntax=True)
        for line, message in _FOUND.findall(result.stderr)
    )
    if result.exit_code != 0 and not found:
        raise Unable("gofmt could not check this text.")
    return found


def vet(tools: Tools) -> Checker | None:
    program = tools.program("go")
    if program is None:
        return None

    async def judge(candidate: Candidate, bench: Bench) -> Report:
        before = await _vet(program, candidate.file_name, candidate.before, bench)
        return Report(before=before, after=await _vet(program, candidate.file_name, candidate.after, bench))

    return Checker(name="go vet", judge=judge)


async def _vet(program: Path, name: str, text: str, bench: Bench) -> tuple[Finding, ...]:
    files = {"go.mod": b"module candidate\n\ngo 1.21\n", name: _bytes(text)}
    root = program.parent.parent  # …/go/bin/go: the compiler and the standard library
    result = await bench.run("go vet", (str(program), "vet", "."), files=files, reads=(root,), environment=_ENVIRONMENT)
    found = tuple(
        Finding(line=int(line) - 1, code="", message=message, outside=bool(_OUTSIDE.search(message)))
        for line, message in _FOUND.findall(result.stderr)
    )
    if result.exit_code != 0 and not found:
        raise Unable("go vet could not check this text.")
    return found


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")

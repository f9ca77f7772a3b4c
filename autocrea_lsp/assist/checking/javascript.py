"""JavaScript's and TypeScript's checkers: tsc for types, node for syntax alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

from autocrea_lsp.assist.checking.bench import Bench, Unable
from autocrea_lsp.assist.checking.findings import Checker, Finding, Report
from autocrea_lsp.assist.checking.tools import Tools
from autocrea_lsp.assist.checking.verdict import Candidate

# before/a.ts(3,7): error TS2322: Type …
_FOUND = re.compile(r"^(before|after)/[^\n]*?\((\d+),\d+\): (error|warning) TS(\d+): (.*(?:\n[ ]+.*)*)", re.MULTILINE)
_AT = re.compile(r"^[^\n]*?\.[mc]js:(\d+)$", re.MULTILINE)
_ERROR = re.compile(r"^(SyntaxError: .*)$", re.MULTILINE)
_MODULE = re.compile(r"^[ \t]*(?:import\b(?!\s*\()|export\b)", re.MULTILINE)

# Modules and types of packages that a copy of one file does not have.
_OUTSIDE = frozenset(["2307", "2580", "2581", "2582", "2583", "2584", "2591", "2592", "2593", "2792", "2875", "7016"])
_MISSING_JSX = "7026"  # stands at every element where React's types are missing; says nothing about the text
_OPTIONS = {
    "noEmit": True,
    "strict": True,
    "target": "esnext",
    "lib": ["esnext", "dom", "dom.iterable"],
    "module": "esnext",
    "moduleResolution": "bundler",
    "moduleDetection": "force",  # the two texts must not see each other's names
    "jsx": "preserve",
    "types": [],
    "skipLibCheck": True,
    "allowUnreachableCode": False,  # a problem behind a `return` is not fixed
    "allowJs": True,
    "checkJs": True,
    "esModuleInterop": True,
    "resolveJsonModule": True,
    "allowImportingTsExtensions": True,
    "experimentalDecorators": True,
    "noErrorTruncation": True,
}
_BY_CODE = {  # off unless the problem is of that kind
    "6133": "noUnusedLocals",
    "6192": "noUnusedLocals",
    "6196": "noUnusedLocals",
    "6198": "noUnusedLocals",
    "6199": "noUnusedLocals",
    "7030": "noImplicitReturns",
    "7029": "noFallthroughCasesInSwitch",
    "4114": "noImplicitOverride",
    "4111": "noPropertyAccessFromIndexSignature",
}


def tsc(tools: Tools) -> Checker | None:
    node, package = tools.program("node"), tools.package("typescript")
    if node is None or package is None:
        return None

    async def judge(candidate: Candidate, bench: Bench) -> Report:
        report = await _tsc(node, package, candidate, bench, ("before", "after"))
        if any(each.syntax for each in report.before) and not any(each.syntax for each in report.after):
            # tsc looks no further than the syntax while any of its files does not parse.
            alone = await _tsc(node, package, candidate, bench, ("after",))
            return Report(before=report.before, after=alone.after)
        return report

    return Checker(name="tsc", judge=judge)


async def _tsc(node: Path, package: Path, candidate: Candidate, bench: Bench, texts: tuple[str, ...]) -> Report:
    names = {side: f"{side}/{candidate.file_name}" for side in texts}
    codes = {each.code.upper().removeprefix("TS") for each in candidate.diagnostics}
    options = _OPTIONS | {option: True for code, option in _BY_CODE.items() if code in codes}
    if "6133" in codes:
        options["noUnusedParameters"] = True
    contents = {"before": candidate.before, "after": candidate.after}
    files = {name: contents[side].encode("utf-8", "replace") for side, name in names.items()}
    files["tsconfig.json"] = json.dumps({"compilerOptions": options, "files": list(names.values())}).encode()
    command = (str(node), str(package / "bin" / "tsc"), "--project", "tsconfig.json", "--pretty", "false")
    result = await bench.run("tsc", command, files=files, reads=(node, package))
    found: dict[str, list[Finding]] = {"before": [], "after": []}
    for side, line, severity, code, message in _FOUND.findall(result.stdout):
        if code != _MISSING_JSX:
            found[side].append(
                Finding(
                    line=int(line) - 1,
                    code=code,
                    message=message,
                    error=severity == "error",
                    syntax=len(code) == 4 and code.startswith("1"),
                    outside=code in _OUTSIDE,
                )
            )
    if result.exit_code not in (0, 1, 2) or (result.exit_code != 0 and not _FOUND.search(result.stdout)):
        raise Unable("tsc could not check this text.")
    return Report(before=tuple(_without_modules(found["before"])), after=tuple(_without_modules(found["after"])))


def _without_modules(findings: list[Finding]) -> list[Finding]:
    """Where modules are missing, types are, and "implicitly any" (TS7xxx) may come from that alone."""
    if not any(each.outside for each in findings):
        return findings
    return [
        each
        if not each.code.startswith("7") or each.outside
        else Finding(line=each.line, code=each.code, message=each.message, error=each.error, outside=True)
        for each in findings
    ]


def node(tools: Tools) -> Checker | None:
    program = tools.program("node")
    if program is None:
        return None

    async def judge(candidate: Candidate, bench: Bench) -> Report:
        before = await _node(program, candidate.before, bench)
        return Report(before=before, after=await _node(program, candidate.after, bench), first_only=True)

    return Checker(name="node --check", judge=judge)


async def _node(program: Path, text: str, bench: Bench) -> tuple[Finding, ...]:
    """node checks a module only when its name says that it is one; in a `.js` it overlooks errors."""
    name = "text.mjs" if _MODULE.search(text) else "text.cjs"
    files = {name: text.encode("utf-8", "replace")}
    result = await bench.run("node", (str(program), "--check", name), files=files, reads=(program,))
    if result.exit_code == 0:
        return ()
    error = _ERROR.search(result.stderr)
    if error is None:
        raise Unable("node could not check this text.")
    at = _AT.search(result.stderr)
    return (Finding(line=int(at[1]) - 1 if at else 0, code="", message=error[1], syntax=True),)

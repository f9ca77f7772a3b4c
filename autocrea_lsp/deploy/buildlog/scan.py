"""A build's log → what is wrong, where: one pass over its end, each line shown to the readers that may know it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from autocrea_lsp.deploy.buildlog import bundlers, checkers, compiled, docker, javascript, placed, pytests, python
from autocrea_lsp.deploy.buildlog.lines import tidy
from autocrea_lsp.deploy.buildlog.log import Found, Log, Reader
from autocrea_lsp.deploy.buildlog.places import Places
from autocrea_lsp.deploy.buildlog.problem import Problem, bounded

MOST_PROBLEMS = 200
_MOST_FOUND = 5_000  # before repeats and warnings are dropped
_LARGEST = 2**31 - 1

# A line is shown to a reader only if it has one of these texts: that costs far less than its expression.
_READERS: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (("): error", "): warning"), checkers.parenthesised),
    (("ERROR in ",), checkers.in_loader),
    ((": line ",), checkers.eslint_compact),
    ((".",), checkers.eslint_rows),
    ((" - error ", " - warning "), placed.pretty),
    (("[ERROR] ", "[WARNING] "), bundlers.esbuild),
    (("): ",), bundlers.rollup),
    (("ould not resolve ", "failed to resolve import "), bundlers.unresolved),
    (("file: ",), bundlers.vite),
    (("[",), bundlers.boxed),
    (("ERROR in ", "WARNING in "), bundlers.webpack),
    (("./",), bundlers.module),
    (("root stylesheet", "@import"), bundlers.sass),
    (("--> ",), compiled.arrow),
    ((" panicked at ",), compiled.rust_panic),
    (("panic: ", "fatal error: "), compiled.go_panic),
    (("_test.go:",), compiled.go_test),
    (("Traceback (most recent call last)",), python.traceback),
    (('File "',), python.syntax_error),
    (("rror: ", "RROR: "), python.requirement),
    (("TOML", "toml"), python.toml),
    (("invalid pyproject.toml",), python.project_config),
    (("E ",), pytests.failure),
    (("FAILED ", "ERROR "), pytests.summary),
    (("at ", "❯ "), javascript.stack),
    ((":",), javascript.headed),
    ((" imported from ",), javascript.imported),
    (
        ("package.json", "script", "ERESOLVE", "notarget ", "404 ", "ERR_PNPM", "Command "),
        javascript.package,
    ),
    (("failed to solve", "failed to build", "parse error"), docker.failed),
    ((" (line ",), docker.warned),
    ((":",), placed.placed),
)


def problems(texts: Iterable[str], *, exists: Callable[[str], bool], root_directory: str = "") -> list[Problem]:
    """What the log complains of in files of the project, errors first, each as often as it differs.

    `texts`: the log's lines. `exists`: whether the project has this file; POSIX, relative, never with `..`.
    `root_directory`: the folder in it that was built.
    """
    places = Places(exists, root_directory)
    lines, folders = tidy(texts)
    for folder in folders:
        places.enter(folder)
    log = Log(lines, places)
    found: dict[tuple[str, int, str], tuple[Found, Problem]] = {}
    for at, text in enumerate(log.lines):
        if not text:
            continue
        for needles, read in _READERS:
            if needles[0] not in text and not (len(needles) > 1 and _has(text, needles)):
                continue
            for each in read(log, at):
                problem = _placed(each, places)
                if problem:
                    key = (problem.path, problem.line, problem.message)
                    if key not in found or (problem.column and not found[key][1].column):
                        found[key] = each, problem
        if len(found) >= _MOST_FOUND:
            break
    kept = _precise([pair for pair in found.values() if places.certain(pair[0].raw)])
    kept.sort(key=lambda problem: problem.severity != "error")
    return kept[:MOST_PROBLEMS]


def _has(text: str, needles: tuple[str, ...]) -> bool:
    return any(needle in text for needle in needles)


def _placed(found: Found, places: Places) -> Problem | None:
    message = bounded(found.message)
    if not message or not 0 < found.line <= _LARGEST:
        return None
    path = places.find(found.raw)
    if not path:
        return None
    ends = found.end_line > found.line or (found.end_line == found.line and found.end_column > found.column)
    return Problem(
        path=path,
        line=found.line,
        column=found.column,
        end_line=found.end_line if ends else 0,
        end_column=found.end_column if ends else 0,
        message=message,
        severity=found.severity,
        tool=found.tool,
        code=found.code,
    )


def _precise(pairs: list[tuple[Found, Problem]]) -> list[Problem]:
    """Without those that only name a file of which, or of whose tests, a line is known."""
    paths = {problem.path for found, problem in pairs if not found.vague}
    tested = any(not found.vague and found.tool == "pytest" for found, _ in pairs)
    return [
        problem
        for found, problem in pairs
        if not found.vague or (problem.path not in paths and not (tested and found.tool == "pytest"))
    ]

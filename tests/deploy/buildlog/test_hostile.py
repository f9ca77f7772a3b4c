"""Whatever a log holds: the work grows with its length and no faster, what comes out is bounded and true."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocrea_lsp.deploy.buildlog import problems
from autocrea_lsp.deploy.buildlog.lines import MOST_OF_A_LINE, MOST_SCANNED, bare
from tests.deploy.buildlog import cases_bundlers, cases_compiled, cases_javascript, cases_python
from tests.deploy.buildlog.logs import found, places

CASES = (*cases_javascript.CASES, *cases_bundlers.CASES, *cases_python.CASES, *cases_compiled.CASES)
SMALL = 500
TIMES = 8
WORST = 3.0  # times linear: quadratic work is eight times it

LONG_LINES: dict[str, Callable[[int], list[str]]] = {
    name: lambda n, text=text: [text * (40 * n // len(text))]  # type: ignore[misc]
    for name, text in {
        "letters": "a",
        "spaces": " ",
        "places": ":1:1",
        "quotes": "'\"`",
        "brackets": "(",
        "labels": "[a] ",
        "slashes": "/a",
        "escapes": "\x1b[",
        "escapes that never end": "\x1b[000",
        "times": "12:12:12 ",
        "progress": "50%\r",
        "breaks": "\n",
        "errors": "Error: ",
        "dots": "a.",
        "digits": "1",
        "marks": "^",
        "boxes": "─[",
    }.items()
}
MANY_LINES: dict[str, Callable[[int], list[str]]] = {
    name: lambda n, lines=lines: lines * (n // len(lines))  # type: ignore[misc]
    for name, lines in {
        "tracebacks": ["Traceback (most recent call last):"],
        "tracebacks, each further in": [f"{' ' * n}Traceback (most recent call last):" for n in range(100)],
        "frames": ["Traceback (most recent call last):", '  File "x.py", line 3, in f'],
        "said": ["E   x"],
        "said, and no place": ["x.py:1: in f", "E   x", "", "y", "z"],
        "said, and not": ["E   x", "y"],
        "node's frames": ["    at f (x.js:1:1)"],
        "errors": ["Error: x", "y"],
        "errors in": ["ERROR in ./src/x.js"],
        "panics": ["panic: x"],
        "go's tests": ["    x_test.go:3: x"],
        "boxes": [" ╭─[ x.ts:1:1 ]"],
        "rows": ["src/x.ts", "3:7  error  x  rule"],
        "esbuild": ["✘ [ERROR] x"],
        "files": ["file: x.ts:1:1"],
        "arrows": [" --> x.rs:1:1"],
        "docker": ["ERROR: failed to solve: x"],
        "npm": ["ERESOLVE unable to resolve dependency tree"],
        "toml": ["TOML parse error at line 3, column 1"],
        "heads": ["/x/y.js:3", "x", "  ^"],
        "sass": [" x.scss 1:2  root stylesheet"],
        "modules": ["./src/a.ts", "Error: x"],
        "pretty": ["src/a.ts:1:1 - error TS1: x"],
        "code": ["> 1 | x"],
        "mypy": ["a.py:1:1: error: x", "y"],
    }.items()
}


def _cpu_s(lines: list[str], exists: bool) -> float:
    """The best of two, so that what else the machine does is not counted."""
    spent: list[float] = []
    for _ in range(2):
        start = time.process_time()
        problems(lines, exists=lambda _: exists)
        spent.append(time.process_time() - start)
    return min(spent)


@pytest.mark.parametrize("make", [*LONG_LINES.values(), *MANY_LINES.values()], ids=[*LONG_LINES, *MANY_LINES])
@pytest.mark.parametrize("exists", [True, False], ids=["there", "not there"])
def test_the_work_grows_with_the_log_and_no_faster(make: Callable[[int], list[str]], exists: bool) -> None:
    small = _cpu_s(make(SMALL), exists)
    large = _cpu_s(make(TIMES * SMALL), exists)
    assert large <= WORST * TIMES * max(small, 0.002)


def test_different_paths_without_end() -> None:
    def lines(count: int) -> list[str]:
        return [f"/a{n}/b/c/d/e/f{n}.ts:1:1: error: x" for n in range(count)]

    assert _cpu_s(lines(TIMES * SMALL), False) <= WORST * TIMES * max(_cpu_s(lines(SMALL), False), 0.002)


def test_only_the_end_of_a_long_log_is_read() -> None:
    log = ["src/a.ts(1,1): error TS1: first", *["x" * 100] * (MOST_SCANNED // 100), "src/a.ts(2,1): error TS1: last"]
    assert places(found(log, "src/a.ts")) == ["src/a.ts:2"]


def test_a_line_of_a_megabyte_is_read_at_its_beginning() -> None:
    assert places(found([f"src/a.ts(2,1): error TS1: {'x' * 1_000_000}"], "src/a.ts")) == ["src/a.ts:2"]
    assert found([f"{' ' * MOST_OF_A_LINE}src/a.ts(2,1): error TS1: x"], "src/a.ts") == []


def test_no_more_than_two_hundred_and_the_errors_of_them() -> None:
    log = [f"src/a.ts({n},1): {'error' if n > 400 else 'warning'} TS1: x" for n in range(1, 551)]
    problems_found = found(log, "src/a.ts")
    assert len(problems_found) == 200
    assert [each.severity for each in problems_found] == ["error"] * 150 + ["warning"] * 50


_PIECES = st.sampled_from([line for case in CASES for line in case.log.split("\n")])
_LINES = st.lists(st.one_of(_PIECES, st.text(max_size=60), st.tuples(_PIECES, _PIECES).map("".join)), max_size=60)


@given(_LINES)
@settings(max_examples=150, deadline=None)
def test_whatever_the_lines_the_problems_are_well_formed(lines: list[str]) -> None:
    for each in problems(lines, exists=lambda path: not path.startswith("x")):
        assert each.path
        assert not each.path.startswith("/")
        assert ".." not in each.path.split("/")
        assert each.line >= 1
        assert each.column >= 0
        assert (each.end_line, each.end_column) == (0, 0) or each.end_line >= each.line
        assert 0 < len(each.message) <= 500
        assert "\x1b" not in each.message
        assert each.tool
        assert each.severity in ("error", "warning")


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_a_line_without_its_prefixes_is_the_end_of_it(line: str) -> None:
    assert bare(bare(line)) is not None
    if "[" not in line and "\x1b" not in line and "\x9b" not in line:
        assert line.rstrip().endswith(bare(line))

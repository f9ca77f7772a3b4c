"""Where an edit may land: the lines asked about, the imports for imports, and nowhere else."""

from __future__ import annotations

import pytest

from autocrea_lsp.assist.diagnostic import Diagnostic
from autocrea_lsp.assist.goal import Goal
from autocrea_lsp.assist.hunks import between
from autocrea_lsp.assist.scope import scope
from autocrea_lsp.assist.source import Lines, Source
from autocrea_lsp.syntax import parse
from autocrea_lsp.text import Span, split_lines

TEXT = """\
import os
from typing import Any


def first(a):
    return a + os.sep


def second(b):
    return undefined(b)
"""


def source(text: str = TEXT, language: str = "python") -> Source:
    return Source(uri="file:///w/a.py", version=1, language=language, lines=tuple(split_lines(text)), name="a.py")


def at(line: int, last: int | None = None) -> Span:
    return Span(start_line=line, start_column=0, end_line=line if last is None else last, end_column=0)


PROBLEM = Diagnostic(span=Span(start_line=9, start_column=11, end_line=9, end_column=20), message="undefined")


@pytest.mark.parametrize(
    ("goal", "selected", "problems", "expected"),
    [
        ("fix", at(9), [PROBLEM], [Lines(first=7, last=10)]),  # the definition, and two lines around the problem
        ("fixAll", at(0), [PROBLEM], [Lines(first=0, last=10)]),
        ("simplify", at(5), [], [Lines(first=4, last=6)]),  # no selection: the definition around the caret
        ("simplify", at(4, 6), [], [Lines(first=4, last=6)]),
        ("simplify", at(5, 6), [], [Lines(first=5, last=6)]),
        ("extract", at(5, 6), [], [Lines(first=4, last=6)]),  # what it extracts goes beside the definition
    ],
)
@pytest.mark.parametrize("with_tree", [True, False])
def test_each_goal_has_its_lines(
    goal: Goal, selected: Span, problems: list[Diagnostic], expected: list[Lines], with_tree: bool
) -> None:
    tree = parse(TEXT, "python") if with_tree else None
    found = scope(source(), tree, goal, selected, problems)
    assert list(found.spans) == expected
    assert found.imports == Lines(first=0, last=2)


INSIDE = TEXT.replace("undefined(b)", "str(b)")


@pytest.mark.parametrize(
    ("after", "allowed"),
    [
        (INSIDE, True),
        (INSIDE.replace("import os\n", "import os\nimport sys\n"), True),
        (INSIDE.replace("import os\n", "from pathlib import Path\nimport os\n"), True),
        (INSIDE.replace("Any\n", "Any\n\nimport json\n"), True),
        (INSIDE.replace("import os\n", "import os; os.system('id')\n"), False),
        (INSIDE.replace("import os\n", "import os\nos.system('id')\n"), False),
        (INSIDE.replace("import os\n", "import os  # pyright: ignore\n"), False),
        (INSIDE.replace("os.sep", "os.altsep"), False),
        (INSIDE.replace("\n\n\ndef first", "\n\nSECRET = 1\n\ndef first"), False),
        (INSIDE + "\nimport os\n", False),
        (INSIDE.replace("def first(a):\n", "def first(a):\n    import sys\n"), False),
        (INSIDE.replace("\n\n\ndef second", "\n\n    stray = 1\n\ndef second"), False),
        (INSIDE + "\n\ndef third():\n    return 3\n", False),
        (INSIDE + "    # and a last line of its body\n", True),
        (INSIDE.replace("def second", "@cached\ndef second"), True),
        (INSIDE.replace("\n\n\ndef second", "\n\n\n\ndef second"), True),
    ],
)
def test_an_edit_of_the_second_function_stays_there(after: str, allowed: bool) -> None:
    found = scope(source(), parse(TEXT, "python"), "fix", at(9), [PROBLEM])
    complaint = found.complaint(split_lines(TEXT), between(split_lines(TEXT), split_lines(after)))
    assert (complaint == "") is allowed, complaint


def test_what_is_extracted_stands_beside_its_definition() -> None:
    found = scope(source(), parse(TEXT, "python"), "extract", at(5), [])
    after = TEXT.replace("def first", "def helper():\n    return os.sep\n\n\ndef first").replace(
        "+ os.sep", "+ helper()"
    )
    assert found.complaint(split_lines(TEXT), between(split_lines(TEXT), split_lines(after))) == ""


GO = 'package main\n\nimport (\n\t"fmt"\n)\n\nfunc main() {\n\tfmt.Println(strings.ToUpper("a"))\n}\n'
TS = "import { a } from './a';\n\nexport function f(x) {\n  return g(x);\n}\n"


@pytest.mark.parametrize(
    ("language", "text", "line", "after", "allowed"),
    [
        ("go", GO, 7, GO.replace('\t"fmt"\n', '\t"fmt"\n\t"strings"\n'), True),
        ("go", GO, 7, GO.replace('\t"fmt"\n', '\t"fmt"\n\tosexec()\n'), False),
        ("typescript", TS, 3, TS.replace("{ a }", "{ a, g }"), True),
        ("typescript", TS, 3, "import { g } from './g';\n" + TS, True),
        ("typescript", TS, 3, "const { g } = require('./g');\n" + TS, True),
        ("typescript", TS, 3, "const g = require('./g')(process.env);\n" + TS, False),
        ("typescript", TS, 3, "fetch('x');\n" + TS, False),
    ],
)
def test_imports_of_other_languages(language: str, text: str, line: int, after: str, allowed: bool) -> None:
    found = scope(source(text, language), parse(text, language), "fix", at(line), [])
    complaint = found.complaint(split_lines(text), between(split_lines(text), split_lines(after)))
    assert (complaint == "") is allowed, complaint
